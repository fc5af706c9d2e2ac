//! The gradient through a million steps of a heat equation in little memory, with a progress bar.
//!
//! A rod of 50 cells cools down by explicit steps `u_i += r (u_(i-1) - 2 u_i + u_(i+1))` with cold ends. From the temperatures
//! `sin(π i / 51)` each step multiplies all by `1 - 4 r sin²(π / 102)`, so the loss, the sum of squares in the end, and its
//! derivative by `r` are known.
//!
//! `cargo run --release -p ecosystem --example checkpoint_heat`

use dualtape::checkpoint::{Chain, Checkpoints, repetitions};
use dualtape::{Float, pooled_bytes};
use indicatif::{ProgressBar, ProgressStyle};
use std::f64::consts::PI;
use std::time::Instant;

const CELLS: usize = 50;
const SNAPSHOTS: usize = 100;
/// A debug build, which is much slower, takes fewer.
const STEPS: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
/// So that the rod has cooled down to a tenth in the end.
const R: f64 = 300.0 / STEPS as f64;

struct Rod;

impl Chain for Rod {
    fn step<T: Float>(&self, _: usize, u: &[T], r: &[T]) -> Vec<T> {
        let at = |i: usize| u.get(i).copied().unwrap_or_else(T::zero);
        (0..u.len()).map(|i| u[i] + r[0] * (at(i.wrapping_sub(1)) - u[i] - u[i] + at(i + 1))).collect()
    }
    fn loss<T: Float>(&self, u: &[T], _: &[T]) -> T {
        u.iter().map(|&u| u * u).sum()
    }
}

fn main() {
    let bar = ProgressBar::new(STEPS as u64).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} steps reversed, {eta} left").expect("a valid template"),
    );
    let start: Vec<f64> = (1..=CELLS).map(|i| (PI * i as f64 / (CELLS + 1) as f64).sin()).collect();
    let begun = Instant::now();
    let gradient = Checkpoints::new(SNAPSHOTS)
        .observed(|progress| {
            if progress.reversed.is_multiple_of(1024) {
                bar.set_position(progress.reversed as u64);
            }
        })
        .value_and_gradient(&Rod, &start, &[R], STEPS);
    bar.finish_and_clear();

    let sine_squared = (PI / 2.0 / (CELLS + 1) as f64).sin().powi(2);
    let factor = 1.0 - 4.0 * R * sine_squared;
    let squares = (CELLS + 1) as f64 / 2.0;
    let value = squares * factor.powi(2 * STEPS as i32);
    let by_r = -8.0 * STEPS as f64 * sine_squared * value / factor;
    println!("                         found               exact");
    println!("loss      {:>20.13} {value:>20.13}", gradient.value);
    println!("d/dr      {:>20.6} {by_r:>20.6}", gradient.by_parameters[0]);
    println!(
        "{STEPS} steps of {CELLS} cells with {SNAPSHOTS} snapshots: {} forward steps, each step at most {} times, in {:.1} s",
        gradient.forward_steps,
        repetitions(STEPS, SNAPSHOTS),
        begun.elapsed().as_secs_f64()
    );
    let kept = SNAPSHOTS * CELLS * size_of::<f64>() + pooled_bytes();
    let one_tape = STEPS * (3 * CELLS - 2) * (24 + 8); // a record and an adjoint for each join
    println!("memory: {:.2} MB; one tape over all steps: {:.0} MB", kept as f64 / 1e6, one_tape as f64 / 1e6);
    assert!((gradient.value / value - 1.0).abs() < 1e-9 && (gradient.by_parameters[0] / by_r - 1.0).abs() < 1e-9);
}
