//! Derivatives of sums over data, as a [`Sum`] of terms and as one function: time and memory.
//!
//! `cargo bench --bench terms` prints the table; `-- logistic` does so for the rows whose name contains `logistic`. With
//! `--features rayon` there is also the wall time of the same on one thread of a pool and on two. Without `--bench` (as under
//! `cargo test --benches`) results are checked and nothing is timed.
//!
//! Columns: milliseconds of the function as a whole and of the sum (thread CPU time, best samples), their ratio and the median of the
//! ratios; kilobytes that the drivers keep after the one and after the other.

mod clock;
#[path = "../tests/common/regression.rs"]
#[allow(dead_code, reason = "other files use the rest")]
mod regression;

use clock::{Run, compare};
use dualtape::terms::{Sum, Terms};
use dualtape::{ScalarFunction, pooled_bytes, release_memory};
use dualtape::{value_and_gradient_of_into, value_gradient_and_hessian_of_into, value_gradient_and_hvp_of_into};
use nalgebra::DMatrix;
use regression::{Chain, Decay, Logistic};
use std::hint::black_box;

/// Buffers for all derivatives.
struct Buffers {
    x: Vec<f64>,
    v: Vec<f64>,
    g: Vec<f64>,
    product: Vec<f64>,
    h: DMatrix<f64>,
}

/// A derivative of a function, written to the buffers.
#[derive(Clone, Copy, PartialEq)]
enum Verb {
    Gradient,
    Product,
    Hessian,
}

impl Verb {
    fn run(self, f: &impl ScalarFunction, buffers: &mut Buffers) -> f64 {
        let Buffers { x, v, g, product, h } = buffers;
        let x = black_box(&x[..]);
        match self {
            Verb::Gradient => value_and_gradient_of_into(f, x, g),
            Verb::Product => value_gradient_and_hvp_of_into(f, x, v, g, product),
            Verb::Hessian => value_gradient_and_hessian_of_into(f, x, g, h),
        }
    }
}

/// Kilobytes that the drivers keep after one call.
fn memory(verb: Verb, f: &impl ScalarFunction, buffers: &mut Buffers) -> usize {
    release_memory();
    verb.run(f, buffers);
    pooled_bytes() / 1000
}

fn row(run: &Run, name: &str, n: usize, f: &(impl Terms + ScalarFunction + Sync)) {
    for (verb, what) in [(Verb::Gradient, "gradient"), (Verb::Product, "product"), (Verb::Hessian, "Hessian")] {
        let title = format!("{name}, {what}");
        if !run.wants(&title) || verb == Verb::Hessian && n > 100 {
            continue;
        }
        let side = if verb == Verb::Hessian { n } else { 0 };
        let x: Vec<f64> = (0..n).map(|i| 0.5 + 0.25 * (i as f64).sin()).collect();
        let buffers = || Buffers {
            x: x.clone(),
            v: x.iter().map(|x| x.cos()).collect(),
            g: vec![0.0; n],
            product: vec![0.0; n],
            h: DMatrix::zeros(side, side),
        };
        let sum = Sum::of(f);
        let (mut whole, mut parts) = (buffers(), buffers());
        let (a, b) = (verb.run(f, &mut whole), verb.run(&sum, &mut parts));
        assert!((a - b).abs() <= 1e-12 * a.abs(), "{title}: {a} and {b}");
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0));
        assert!(near(&whole.g, &parts.g) && near(&whole.product, &parts.product), "{title}");
        assert!(near(whole.h.as_slice(), parts.h.as_slice()), "{title}");
        if !run.timed {
            continue;
        }
        let bytes = [memory(verb, f, &mut whole), memory(verb, &sum, &mut parts)];
        let times = compare(
            || {
                black_box(verb.run(f, &mut whole));
            },
            || {
                black_box(verb.run(&sum, &mut parts));
            },
        );
        let [whole_ms, sum_ms] = [times.baseline * 1e3, times.best * 1e3];
        print!(
            "{title:38}{whole_ms:>9.2}{sum_ms:>9.2}{:>7.2}{:>8.2}{:>10}{:>8}",
            times.best / times.baseline,
            times.median(),
            bytes[0],
            bytes[1]
        );
        #[cfg(feature = "rayon")]
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let parallel = sum.clone().in_parallel();
            let best = (0..15).map(|_| {
                let clock = std::time::Instant::now();
                pool.install(|| black_box(verb.run(&parallel, &mut parts)));
                clock.elapsed().as_secs_f64() * 1e3
            });
            print!("{:>9.2}", best.fold(f64::INFINITY, f64::min));
        }
        println!();
    }
}

fn main() {
    let run = Run::from_arguments();
    if run.timed {
        let threads = if cfg!(feature = "rayon") { "  1 thread 2 threads" } else { "" };
        println!(
            "{:38}{:>9}{:>9}{:>7}{:>8}{:>10}{:>8}{threads}",
            "", "whole ms", "sum ms", "ratio", "median", "kB", "kB"
        );
    }
    let scale = if run.timed { 100 } else { 10 };
    row(&run, "decay, 100,000 terms, n = 2", 2, &Decay(1000 * scale));
    for n in [4, 8, 20, 100] {
        row(&run, &format!("logistic, 10,000 terms, n = {n}"), n, &Logistic::new(100 * scale, n));
    }
    row(&run, "logistic, 10,000 terms, n = 1,000", 1000, &Logistic::new(100 * scale, 1000));
    row(&run, "chain, n = 1,000", 1000, &Chain(1000));
    row(&run, "chain, n = 100,000", 1000 * scale, &Chain(1000 * scale));
}
