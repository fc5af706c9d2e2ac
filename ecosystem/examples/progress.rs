//! The progress of a long minimisation, shown by `indicatif`, and stopped when it is good enough.
//!
//! `newton_cg` walks along a Rosenbrock chain from 0 to the minimum 0, where all variables are 1, and settles one variable after the
//! other. After each step it calls a closure, which moves the bar to the first variable that is not settled, and stops when the value is
//! small enough.
//!
//! `cargo run --release -p ecosystem --example progress`

use dualtape::optimize::{NewtonCg, Status};
use dualtape::{Float, scalar_function};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::ControlFlow;

/// A debug build takes fewer.
const VARIABLES: usize = if cfg!(debug_assertions) { 100 } else { 1000 };
const GOOD_ENOUGH: f64 = 1e-6;

fn chain<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::one() - x[0]).powi(2)).sum()
}
scalar_function!(Chain = chain);

fn main() {
    let bar = ProgressBar::new(VARIABLES as u64).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} variables settled, {msg}").expect("a valid template"),
    );
    let mut calls = 0;
    let report = NewtonCg::new().max_iterations(10_000).minimize_with(&Chain, &vec![0.0; VARIABLES], |progress| {
        calls += 1;
        bar.set_position(progress.x.iter().take_while(|x| (*x - 1.0).abs() < 0.1).count() as u64);
        bar.set_message(format!("step {}, value {:.3e}", progress.iteration, progress.value));
        if progress.value < GOOD_ENOUGH { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    println!("{}: value {:.1e} after {} steps", report.status, report.value, report.iterations);
    assert!(report.status == Status::Stopped && report.value < GOOD_ENOUGH && calls == report.iterations);
    assert!(report.x.iter().all(|x| (x - 1.0).abs() < 1e-2));
}
