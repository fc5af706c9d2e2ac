//! dualtape's sparse Hessian beside that of echidna, on Rosenbrock's chain: what is prepared once, and value, gradient and Hessian.
//!
//! In the directory `benches/peers` run `cargo run --release --ignore-rust-version --bin sparse`. Microseconds of thread CPU time, the best of
//! 15 samples in turns. The entries are compared before anything is timed. What is prepared: by dualtape the pattern and the plan; by echidna
//! the recording, the pattern and the colouring.

use cpu_time::ThreadTime;
use dualtape::sparse::HessianPlan;
use dualtape::{Float, scalar_function};
use echidna::sparse::greedy_coloring;
use echidna::{BReverse, BytecodeTape};
use std::hint::black_box;

const SAMPLES: usize = 15;
const SECONDS_PER_SAMPLE: f64 = 3e-3;

fn chain<T: Float>(x: &[T]) -> T {
    let mut sum = T::zero();
    for w in x.windows(2) {
        let (a, b) = (w[1] - w[0] * w[0], T::one() - w[0]);
        sum += T::lit(100.0) * a * a + b * b;
    }
    sum
}
scalar_function!(Chain = chain);

fn chain_of_echidna(x: &[BReverse<f64>]) -> BReverse<f64> {
    let mut sum = BReverse::constant(0.0);
    for w in x.windows(2) {
        let (a, b) = (w[1] - w[0] * w[0], BReverse::constant(1.0) - w[0]);
        sum = sum + (BReverse::constant(100.0) * a * a + b * b);
    }
    sum
}

/// Seconds of a call.
fn seconds(method: &mut dyn FnMut()) -> f64 {
    let start = ThreadTime::now();
    let mut calls = 0;
    while start.elapsed().as_secs_f64() < SECONDS_PER_SAMPLE {
        method();
        calls += 1;
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}

fn milliseconds<A>(f: impl FnOnce() -> A) -> (A, f64) {
    let start = ThreadTime::now();
    let result = f();
    (result, start.elapsed().as_secs_f64() * 1e3)
}

fn main() {
    println!("{:>8} |{:>12}{:>12} |{:>12}{:>12} |{:>8}", "n", "dualtape", "prepared", "echidna", "prepared", "ratio");
    for n in [100, 1000, 10_000] {
        let x: Vec<f64> = (0..n).map(|i| 1.5 * (i as f64 * 0.7).sin()).collect();
        let (plan, ours_prepared) = milliseconds(|| HessianPlan::detect(&Chain, &x).expect("no branches"));
        let ((tape, pattern, colours, count), theirs_prepared) = milliseconds(|| {
            let (tape, _): (BytecodeTape<f64>, f64) = echidna::record(chain_of_echidna, &x);
            let pattern = tape.detect_sparsity();
            let (colours, count) = greedy_coloring(&pattern);
            (tape, pattern, colours, count)
        });
        let (mut g, mut h) = (vec![0.0; n], vec![0.0; plan.pattern().nnz()]);
        let hessian = plan.hessian(&Chain, &x);
        let (_, _, entries) = tape.sparse_hessian_with_pattern(&x, &pattern, &colours, count);
        for ((&row, &column), &entry) in pattern.rows.iter().zip(&pattern.cols).zip(&entries) {
            let expected = hessian.get(row as usize, column as usize);
            assert!(
                (entry - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "({row}, {column}): {entry}, {expected}"
            );
        }
        let mut ours = || {
            black_box(plan.value_gradient_and_hessian_into(&Chain, black_box(&x), &mut g, &mut h));
        };
        let mut theirs = || {
            black_box(tape.sparse_hessian_with_pattern(black_box(&x), &pattern, &colours, count));
        };
        let (mut best_of_ours, mut best_of_theirs) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..SAMPLES {
            best_of_ours = best_of_ours.min(seconds(&mut ours));
            best_of_theirs = best_of_theirs.min(seconds(&mut theirs));
        }
        println!(
            "{n:>8} |{:>9.1} us{ours_prepared:>9.2} ms |{:>9.1} us{theirs_prepared:>9.2} ms |{:>8.1}",
            best_of_ours * 1e6,
            best_of_theirs * 1e6,
            best_of_theirs / best_of_ours
        );
    }
}
