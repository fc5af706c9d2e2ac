//! What two teaching texts compute, with their numbers: "Deep Learning from Scratch 3" (DeZero, steps 1 to 36) and the sections on
//! calculus and automatic differentiation of "Dive into Deep Learning". The chapter `docs/guide/deep_learning.md` goes through them.
//!
//! Numbers are those that the texts print, to the last bit unless a tolerance stands beside them.
#![cfg(all(feature = "std", feature = "nalgebra"))]

#[path = "teaching/d2l.rs"]
mod d2l;
#[path = "common/panics.rs"]
mod panics;
#[cfg(feature = "graph")]
#[path = "teaching/pictures.rs"]
mod pictures;
#[path = "teaching/rows.rs"]
mod rows;
#[path = "teaching/steps.rs"]
mod steps;
#[path = "teaching/workflow.rs"]
mod workflow;

use dualtape::Float;
use panics::message;

/// Step 24.
fn goldstein_price<T: Float>(x: &[T]) -> T {
    let (c, x, y) = (|c: f64| T::lit(c), x[0], x[1]);
    let (xx, yy) = (x.powi(2), y.powi(2));
    let first = c(19.0) - c(14.0) * x + c(3.0) * xx - c(14.0) * y + c(6.0) * x * y + c(3.0) * yy;
    let second = c(18.0) - c(32.0) * x + c(12.0) * xx + c(48.0) * y - c(36.0) * x * y + c(27.0) * yy;
    (c(1.0) + (x + y + c(1.0)).powi(2) * first) * (c(30.0) + (c(2.0) * x - c(3.0) * y).powi(2) * second)
}

/// Step 27: Taylor's series of the sine, until a term is below the threshold; and how many terms that takes.
fn taylor_sine<T: Float>(x: T, threshold: f64) -> (T, usize) {
    let (mut sum, mut factorial) = (T::zero(), 1.0);
    for i in 0.. {
        let n = 2 * i + 1;
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        let term = T::lit(sign / factorial) * x.powi(n);
        sum += term;
        if term.abs() < T::lit(threshold) {
            return (sum, i as usize + 1);
        }
        factorial *= f64::from(n + 1) * f64::from(n + 2);
    }
    unreachable!("the terms of the sine become small")
}
