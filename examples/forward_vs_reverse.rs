//! Forward against reverse mode: one generic function, its gradient in both modes, and the time each takes as the number of
//! inputs grows.
//!
//! Forward mode costs in proportion to the number of inputs, reverse mode a fixed multiple of the function: a few inputs are best
//! left to dual numbers, many to the tape.
//!
//! `cargo run --release --example forward_vs_reverse`

use dualtape::{Float, forward, reverse};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A product of exponentials, sines and cosines, in which every input meets every other.
fn wave<T: Float>(x: &[T]) -> T {
    let phase: T = x.iter().enumerate().map(|(i, &x)| x * T::lit(1.0 / (i + 1) as f64)).sum();
    x.iter().map(|&x| (x * T::lit(0.1)).exp() * x.sin()).sum::<T>() * phase.cos()
}

fn main() {
    println!("Time of a gradient as a multiple of the function on f64, best of many runs.\n");
    println!("inputs     function   Dual<f64>  Dual<f64, 8>  Reverse<f64>  difference");
    for n in (1..=8).map(|k| 1 << k) {
        let x: Vec<f64> = (0..n).map(|i| 1.2 * (1.7 * i as f64 + 0.4).sin()).collect();
        let (_, plain) = timed(|| wave(black_box(&x)));
        let (one, t_one) = timed(|| forward::Chunk::<1>::gradient(wave, black_box(&x)));
        let (eight, t_eight) = timed(|| forward::gradient(wave, black_box(&x)));
        let (tape, t_tape) = timed(|| reverse::gradient(wave, black_box(&x)));
        assert_eq!(one, eight, "the width of a dual number changes nothing");
        let [t_one, t_eight, t_tape] = [t_one, t_eight, t_tape].map(|t| t.as_secs_f64() / plain.as_secs_f64());
        let difference = difference(&one, &tape);
        println!("{n:>6}  {plain:>11.2?}  {t_one:>9.1}x  {t_eight:>11.1}x  {t_tape:>11.1}x  {difference:>10.1e}");
    }
}

/// The largest difference, relative to the largest entry.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let largest = |x: &mut dyn Iterator<Item = f64>| x.fold(0.0, |max: f64, x| max.max(x.abs()));
    largest(&mut a.iter().zip(b).map(|(a, b)| a - b)) / largest(&mut a.iter().copied())
}

/// The result, and the shortest time of the runs in 50 ms.
fn timed<R>(mut run: impl FnMut() -> R) -> (R, Duration) {
    let (start, mut best) = (Instant::now(), Duration::MAX);
    let result = run();
    // A clock reading costs as much as a small gradient. Many runs between two of them would hardly ever pass undisturbed.
    let repeats = (Duration::from_micros(20).as_nanos() / start.elapsed().as_nanos().max(1)) as u32 + 1;
    while start.elapsed() < Duration::from_millis(50) {
        let began = Instant::now();
        for _ in 0..repeats {
            black_box(run());
        }
        best = best.min(began.elapsed() / repeats);
    }
    (result, best)
}
