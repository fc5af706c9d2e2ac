//! What the methods of `optimize` solve, in how many evaluations and in what time.
//!
//! ```text
//! cargo bench --bench optimise
//! ```
//!
//! - Fits: the problems of NIST from both starts, and those of Moré, Garbow & Hillstrom from one, ten and a hundred times their
//!   standard starts, by `least_squares` and by `newton` on the sum of squares. A problem counts as solved if the sum is that of a
//!   known minimum to 2e-5 of itself (or 1e-12), whatever the status.
//! - Many variables: `newton_cg`, `newton`, and with `--features faer` `sparse_newton`, whose column of products counts
//!   decompositions. Of a chain of 100,000 variables a hundred steps are tried, and the milliseconds are those of a step.
//!
//! Times are those of the processor for this thread, of one run each. Without `--bench` (as under `cargo test --benches`) a few
//! problems are solved and nothing is timed.

#[path = "../tests/common/surface.rs"]
mod surface;

#[path = "../tests/common/mgh.rs"]
#[allow(dead_code, reason = "names are for other tests")]
mod mgh;
#[path = "../examples/nist/mod.rs"]
#[allow(dead_code, reason = "sums of squares are compared here, not estimates")]
mod nist;

use cpu_time::ThreadTime;
#[cfg(feature = "faer")]
use dualtape::optimize::SparseNewton;
use dualtape::optimize::{self, Status};
#[cfg(feature = "faer")]
use dualtape::sparse::HessianPlan;
use dualtape::{Float, ScalarFunction, VectorFunction};

fn main() {
    let timed = std::env::args().any(|argument| argument == "--bench");
    let nist = nist::Problem::read_all(nist::DIRECTORY).expect("the files of the examples");
    let mgh = mgh::all();
    println!("{:34}{:>8}{:>8}{:>10}{:>10}{:>10}{:>9}", "fits", "solved", "of", "values", "Jacobians", "Hessians", "ms");
    let few = if timed { usize::MAX } else { 3 };
    let fits: Vec<Fit<'_, _>> = nist
        .iter()
        .take(few)
        .flat_map(|p| p.starts.iter().map(move |start| (p, start.clone(), vec![p.residual_sum])))
        .collect();
    compare("NIST, both starts", &fits);
    for factor in if timed { vec![1.0, 10.0, 100.0] } else { vec![1.0] } {
        let fits: Vec<Fit<'_, _>> = mgh
            .iter()
            .filter(|p| factor == 1.0 || p.start.iter().any(|&x| x != 0.0))
            .take(few)
            .map(|p| (p, p.start.iter().map(|x| factor * x).collect(), p.minima.clone()))
            .collect();
        compare(&format!("Moré, Garbow & Hillstrom x {factor}"), &fits);
    }
    println!();
    println!("{:34}{:>8}{:>10}{:>10}{:>14}{:>9}", "many variables", "steps", "gradients", "products", "value", "ms");
    let (rows, columns, n) = if timed { (10_000, 100, 1000) } else { (100, 5, 10) };
    large("logistic regression", &Logistic::new(rows, columns), &vec![0.0; columns], timed);
    large("pendulum under control", &Pendulum, &vec![0.0; n], timed);
    large("Rosenbrock chain", &Chain, &(0..n).map(|i| [-1.2, 1.0][i % 2]).collect::<Vec<_>>(), false);
    large("Rosenbrock chain from 0", &Chain, &vec![0.0; n], false);
    let side = if timed { 100 } else { 8 };
    large("minimal surface", &surface::Surface { side }, &vec![0.0; side * side], false);
    #[cfg(feature = "faer")]
    long_chain(if timed { 100_000 } else { 50 });
}

/// A problem, its start, and the sums of squares at its minima.
type Fit<'a, F> = (&'a F, Vec<f64>, Vec<f64>);

fn compare<F: ScalarFunction + VectorFunction>(set: &str, fits: &[Fit<'_, F>]) {
    let is_known = |value: f64, minima: &[f64]| minima.iter().any(|m| (value - m).abs() <= 2e-5 * m + 1e-12);
    let (mut solved, mut counts, clock) = (0, [0; 3], ThreadTime::now());
    for (f, start, minima) in fits {
        let fit = optimize::least_squares(*f, start);
        solved += usize::from(is_known(fit.sum_of_squares, minima));
        let e = fit.evaluations;
        counts = add(counts, [e.value, e.jacobian, e.hessian]);
    }
    row(set, "least_squares", solved, fits.len(), counts, clock);
    let (mut solved, mut counts, clock) = (0, [0; 3], ThreadTime::now());
    for (f, start, minima) in fits {
        let report = optimize::newton(*f, start);
        solved += usize::from(is_known(report.value, minima));
        counts = add(counts, [report.evaluations.value, 0, report.evaluations.hessian]);
    }
    row("", "newton", solved, fits.len(), counts, clock);
}

fn add<const N: usize>(a: [usize; N], b: [usize; N]) -> [usize; N] {
    std::array::from_fn(|i| a[i] + b[i])
}

fn row(
    set: &str,
    method: &str,
    solved: usize,
    of: usize,
    [values, jacobians, hessians]: [usize; 3],
    clock: ThreadTime,
) {
    let ms = clock.elapsed().as_secs_f64() * 1e3;
    let label = if set.is_empty() { format!("  {method}") } else { format!("{set}\n  {method}") };
    let width = if set.is_empty() { 34 } else { set.chars().count() + 35 };
    println!("{label:width$}{solved:>8}{of:>8}{values:>10}{jacobians:>10}{hessians:>10}{ms:>9.1}");
}

fn large(name: &str, f: &impl ScalarFunction, start: &[f64], dense: bool) {
    println!("{name}, n = {}", start.len());
    let clock = ThreadTime::now();
    let report = optimize::newton_cg(f, start);
    let (ms, e) = (clock.elapsed().as_secs_f64() * 1e3, report.evaluations);
    line("newton_cg", report.iterations, e.gradient, e.product, report.value, report.status, ms);
    #[cfg(feature = "faer")]
    if !dense {
        sparse(f, start);
    }
    if dense {
        let clock = ThreadTime::now();
        let report = optimize::newton(f, start);
        let ms = clock.elapsed().as_secs_f64() * 1e3;
        line("newton", report.iterations, 0, 0, report.value, report.status, ms);
    }
}

fn line(method: &str, steps: usize, gradients: usize, products: usize, value: f64, status: Status, ms: f64) {
    println!("  {method:32}{steps:>8}{gradients:>10}{products:>10}{value:>14.6e}{ms:>9.1}  {status}");
}

/// The plan is part of the time.
#[cfg(feature = "faer")]
fn sparse(f: &impl ScalarFunction, start: &[f64]) {
    let clock = ThreadTime::now();
    let plan = HessianPlan::detect(f, start).expect("a function without branches");
    let report = SparseNewton::new().max_iterations(3000).minimize(f, &plan, start);
    let ms = clock.elapsed().as_secs_f64() * 1e3;
    let (hessians, factors) = (report.evaluations.hessian, report.factorisations);
    line("sparse_newton", report.iterations, hessians, factors, report.value, report.status, ms);
    println!("  {} colours, {} entries of the factor", plan.colours(), report.factor_entries);
}

/// What a step costs.
#[cfg(feature = "faer")]
fn long_chain(n: usize) {
    println!("Rosenbrock chain from 0, n = {n}, milliseconds of a step");
    let start = vec![0.0; n];
    let plan = HessianPlan::detect(&Chain, &start).expect("a function without branches");
    let clock = ThreadTime::now();
    let report = SparseNewton::new().max_iterations(100).minimize(&Chain, &plan, &start);
    let ms = clock.elapsed().as_secs_f64() * 1e3 / report.iterations as f64;
    let (hessians, factors) = (report.evaluations.hessian, report.factorisations);
    line("sparse_newton", report.iterations, hessians, factors, report.value, report.status, ms);
}

/// `sum 100 (x[i+1] - x[i]²)² + (1 - x[i])²`
struct Chain;

impl ScalarFunction for Chain {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x.windows(2).map(|x| T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::one() - x[0]).powi(2)).sum()
    }
}

/// A pendulum is to swing up: torques in so many steps of time, and the cost is their squares and the distance from the top at rest
/// at the end.
struct Pendulum;

impl ScalarFunction for Pendulum {
    fn eval<T: Float>(&self, torques: &[T]) -> T {
        let step = T::lit(5.0 / torques.len() as f64);
        let (mut angle, mut speed, mut cost) = (T::zero(), T::zero(), T::zero());
        for &torque in torques {
            speed += step * (torque - angle.sin());
            angle += step * speed;
            cost += step * torque * torque;
        }
        let off = angle - T::lit(std::f64::consts::PI);
        cost + T::lit(100.0) * (off * off + speed * speed)
    }
}

/// -log likelihood of a logistic regression, with a small ridge.
struct Logistic {
    rows: Vec<Vec<f64>>,
    outcomes: Vec<bool>,
}

impl Logistic {
    fn new(rows: usize, columns: usize) -> Self {
        // A linear congruential generator, with the multiplier of Knuth's MMIX.
        let mut state = 12345u64;
        let mut uniform = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let rows: Vec<Vec<f64>> = (0..rows).map(|_| (0..columns).map(|_| uniform() - 0.5).collect()).collect();
        let outcomes = rows.iter().map(|row| uniform() < 1.0 / (1.0 + (-4.0 * (row[0] - row[1])).exp())).collect();
        Self { rows, outcomes }
    }
}

impl ScalarFunction for Logistic {
    fn eval<T: Float>(&self, b: &[T]) -> T {
        let term = |(row, &outcome): (&Vec<f64>, &bool)| {
            let z = T::dot(row.iter().map(|&x| T::lit(x)).zip(b.iter().copied()));
            let z = if outcome { -z } else { z };
            // log(1 + exp(z)) without overflow
            if z > T::zero() { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
        };
        self.rows.iter().zip(&self.outcomes).map(term).sum::<T>() + b.iter().map(|&b| b * b).sum::<T>() * T::lit(0.01)
    }
}
