//! A sum of a million terms and its gradient on several threads, equal to the bit on any number of them.
//!
//! The sum is Hurwitz' zeta function, `ζ(s, a) = Σ 1 / (k + a)^s`. At s = 2, a = 1 it is π²/6, and its derivatives are
//! `ζ'(2) = -0.937548254315844` and `-2 ζ(3) = -2.404113806319189`.
//!
//! `cargo run --release -p ecosystem --example parallel_gradient`

use dualtape::{Float, value_and_gradient};
use rayon::prelude::*;
use std::time::Instant;

const TERMS: usize = 1_000_000;

/// Terms in one recording: enough to make the fixed cost small, few enough for the tape to stay in the cache.
const CHUNK: usize = 4096;

fn term<T: Float>(k: usize, x: &[T]) -> T {
    (x[1] + T::lit(k as f64)).powf(-x[0])
}

/// The terms from `TERMS` on, by Euler and Maclaurin.
fn tail<T: Float>(x: &[T]) -> T {
    let (s, n) = (x[0], x[1] + T::lit(TERMS as f64));
    n.powf(-s) * (n / (s - T::one()) + T::lit(0.5) + s / (T::lit(12.0) * n))
}

/// Every chunk is recorded and swept on one thread. What does not depend on the threads: which terms form a chunk, and the order
/// in which the chunks' results, collected by position, are added.
fn zeta(x: &[f64]) -> (f64, Vec<f64>) {
    let chunks: Vec<(f64, Vec<f64>)> = (0..TERMS.div_ceil(CHUNK))
        .into_par_iter()
        .map(|c| value_and_gradient(|x| (c * CHUNK..TERMS.min((c + 1) * CHUNK)).map(|k| term(k, x)).sum(), x))
        .collect();
    chunks.into_iter().rev().fold(value_and_gradient(tail, x), |(value, gradient), (y, g)| {
        (value + y, gradient.iter().zip(g).map(|(sum, g)| sum + g).collect())
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("threads  zeta(2)            d/ds                d/da                time");
    let mut first = None;
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let clock = Instant::now();
        let result = pool.install(|| zeta(&[2.0, 1.0]));
        let time = clock.elapsed();
        let (value, gradient) = &result;
        println!("{threads:>7}  {value:.13}  {:.13}  {:.13}  {time:.1?}", gradient[0], gradient[1]);
        assert_eq!(first.get_or_insert(result.clone()), &result);
    }
    println!("  known  {:.13}  -0.9375482543158  -2.4041138063192", std::f64::consts::PI.powi(2) / 6.0);
    Ok(())
}
