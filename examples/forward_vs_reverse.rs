//! Forward against reverse mode: the same generic functions, the derivatives compared to the last digits, and the time each
//! mode takes as the number of inputs grows.
//!
//! `cargo run --release --example forward_vs_reverse`

use dualtape::forward::Chunk;
use dualtape::{Dual, Float, Reverse, ScalarFunction, forward, reverse, scalar_function};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rosenbrock's chain: a few cheap operations per input.
fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2) * T::lit(100.0) + (T::one() - w[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

/// A product of exponentials, sines and cosines: library calls dominate, and the Hessian is dense.
fn wave<T: Float>(x: &[T]) -> T {
    let phase: T = x.iter().enumerate().map(|(i, &x)| x * T::lit(1.0 / (i + 1) as f64)).sum();
    x.iter().map(|&x| (x * T::lit(0.1)).exp() * x.sin()).sum::<T>() * phase.cos()
}
scalar_function!(Wave = wave);

fn main() {
    println!("Time of a gradient in microseconds (and as a multiple of the function on f64), best of many.");
    println!("'difference' is the largest between the modes, relative to the largest component.\n");
    gradients("Rosenbrock", &Rosenbrock, &[2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    gradients("Wave", &Wave, &[2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    println!("Time of a dense Hessian in microseconds, by nested types.\n");
    hessians("Rosenbrock", &Rosenbrock, &[2, 4, 8, 16, 32, 64]);
    hessians("Wave", &Wave, &[2, 4, 8, 16, 32, 64]);
}

fn gradients(name: &str, f: &impl ScalarFunction, sizes: &[usize]) {
    println!(
        "{name:>10} | {:>9} | {:>17} | {:>17} | {:>17} | {:>10}",
        "f64", "Dual<f64>", "Dual<f64, 8>", "Reverse<f64>", "difference"
    );
    let mut crossover = None;
    for &n in sizes {
        let x = point(n);
        let plain = best_time(|| f.eval(black_box(&x)));
        let (one, t_one) = timed(|| Chunk::<1>::gradient(|x| f.eval(x), black_box(&x)));
        let (eight, t_eight) = timed(|| forward::gradient(|x| f.eval(x), black_box(&x)));
        let (tape, t_tape) = timed(|| reverse::gradient(|x| f.eval(x), black_box(&x)));
        let worst = difference(&one, &tape).max(difference(&one, &eight));
        if t_tape < t_eight.min(t_one) {
            crossover = crossover.or(Some(n));
        }
        let cell = |t: Duration| format!("{:>8.2} ({:>5.1}x)", micros(t), t.as_secs_f64() / plain.as_secs_f64());
        println!(
            "{:>10} | {:>9.3} | {} | {} | {} | {worst:>10.1e}",
            format!("n = {n}"),
            micros(plain),
            cell(t_one),
            cell(t_eight),
            cell(t_tape)
        );
    }
    match crossover {
        Some(n) => println!("Reverse mode is the fastest from n = {n} on.\n"),
        None => println!("Forward mode is the fastest at every size.\n"),
    }
}

fn hessians(name: &str, f: &impl ScalarFunction, sizes: &[usize]) {
    println!(
        "{name:>10} | {:>18} | {:>21} | {:>18} | {:>10}",
        "Dual<Dual<_, 4>, 4>", "Reverse<Dual<f64, 8>>", "Dual<Reverse<f64>>", "difference"
    );
    for &n in sizes {
        let x = point(n);
        let (forward, t_forward) = timed(|| forward::hessian(|x| f.eval(x), black_box(&x)));
        let (tape, t_tape) = timed(|| reverse::hessian(|x| f.eval(x), black_box(&x)));
        let (dual, t_dual) = timed(|| reverse_inside_forward(f, black_box(&x)));
        let worst = difference(forward.as_slice(), tape.as_slice()).max(difference(&dual, tape.as_slice()));
        println!(
            "{:>10} | {:>19.2} | {:>21.2} | {:>18.2} | {worst:>10.1e}",
            format!("n = {n}"),
            micros(t_forward),
            micros(t_tape),
            micros(t_dual)
        );
    }
    println!();
}

/// The other nesting: row `i` is the gradient, by reverse mode, of the derivative in direction `i`, by forward mode.
fn reverse_inside_forward(f: &impl ScalarFunction, x: &[f64]) -> Vec<f64> {
    let row = |i: usize| {
        let slope = |x: &[Reverse<f64>]| {
            let seeded = |(j, &x)| if i == j { Dual::variable(x) } else { Dual::constant(x) };
            f.eval(&x.iter().enumerate().map(seeded).collect::<Vec<_>>()).tangent()
        };
        reverse::gradient(slope, x)
    };
    (0..x.len()).flat_map(row).collect()
}

/// A fixed point without special structure.
fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| 1.2 * (1.7 * i as f64 + 0.4).sin()).collect()
}

fn difference(a: &[f64], b: &[f64]) -> f64 {
    let scale = a.iter().fold(f64::MIN_POSITIVE, |m, a| m.max(a.abs()));
    a.iter().zip(b).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs())) / scale
}

fn micros(t: Duration) -> f64 {
    t.as_secs_f64() * 1e6
}

/// The result, and the shortest time of many runs, in about 30 ms.
fn timed<R>(mut run: impl FnMut() -> R) -> (R, Duration) {
    let result = run();
    (result, best_time(run))
}

fn best_time<R>(mut run: impl FnMut() -> R) -> Duration {
    let mut batch = 1;
    let (mut best, start) = (Duration::MAX, Instant::now());
    while start.elapsed() < Duration::from_millis(30) {
        let began = Instant::now();
        for _ in 0..batch {
            black_box(run());
        }
        let took = began.elapsed();
        best = best.min(took / batch);
        if took < Duration::from_micros(50) {
            batch *= 2; // a clock reading costs as much as a small gradient
        }
    }
    best
}
