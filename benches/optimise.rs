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

#[path = "../tests/common/regression.rs"]
#[allow(dead_code, reason = "other files use the rest")]
mod regression;

use cpu_time::ThreadTime;
#[cfg(feature = "faer")]
use dualtape::optimize::SparseNewton;
use dualtape::optimize::{self, Status};
#[cfg(feature = "faer")]
use dualtape::sparse::HessianPlan;
use dualtape::terms::Sum;
use dualtape::{ScalarFunction, VectorFunction};
use regression::{Chain, Logistic, Pendulum};

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
    let logistic = Logistic::new(rows, columns);
    large("logistic regression", &logistic, &vec![0.0; columns], timed);
    large("the same as a sum of terms", &Sum::of(&logistic), &vec![0.0; columns], timed);
    large("pendulum under control", &Pendulum, &vec![0.0; n], timed);
    large("Rosenbrock chain", &Chain(n), &(0..n).map(|i| [-1.2, 1.0][i % 2]).collect::<Vec<_>>(), false);
    large("Rosenbrock chain from 0", &Chain(n), &vec![0.0; n], false);
    let side = if timed { 100 } else { 8 };
    large("minimal surface", &surface::Surface { side }, &vec![0.0; side * side], false);
    #[cfg(feature = "faer")]
    long_chain(if timed { 100_000 } else { 50 });
}

/// A problem, its start, and the sums of squares at its minima.
type Fit<'a, F> = (&'a F, Vec<f64>, Vec<f64>);

fn compare<F: ScalarFunction + VectorFunction>(set: &str, fits: &[Fit<'_, F>]) {
    let (mut solved, mut counts, clock) = (0, [0; 3], ThreadTime::now());
    for (f, start, minima) in fits {
        let fit = optimize::least_squares(*f, start);
        solved += usize::from(mgh::is_known(fit.sum_of_squares, minima));
        let e = fit.evaluations;
        counts = add(counts, [e.value, e.jacobian, e.hessian]);
    }
    row(set, "least_squares", solved, fits.len(), counts, clock);
    let (mut solved, mut counts, clock) = (0, [0; 3], ThreadTime::now());
    for (f, start, minima) in fits {
        let report = optimize::newton(*f, start);
        solved += usize::from(mgh::is_known(report.value, minima));
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
    let plan = HessianPlan::detect(&Chain(n), &start).expect("a function without branches");
    let clock = ThreadTime::now();
    let report = SparseNewton::new().max_iterations(100).minimize(&Chain(n), &plan, &start);
    let ms = clock.elapsed().as_secs_f64() * 1e3 / report.iterations as f64;
    let (hessians, factors) = (report.evaluations.hessian, report.factorisations);
    line("sparse_newton", report.iterations, hessians, factors, report.value, report.status, ms);
}
