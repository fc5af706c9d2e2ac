//! `basin` and `argmin` by our derivatives, beside the methods of `optimize`, on the same problems.
//!
//! ```text
//! cargo bench -p ecosystem --bench optimisers
//! ```
//!
//! - The problems of NIST from both starts, and those of Moré, Garbow & Hillstrom from one, ten and a hundred times their standard
//!   starts, as functions to be minimised. A problem counts as solved if the value is that of a known minimum to 2e-5 of itself (or
//!   1e-12). Counts and times are those of the problems with one known minimum that all methods solved.
//! - Many variables.
//!
//! The methods of the other crates are told the value of the minimum and stop there, and otherwise after a number of steps; ours stop by
//! themselves. Of many variables that value is what `newton_cg` reached. No method evaluates the function more often than
//! [`MOST_EVALUATIONS`], on any numbers. All options are the defaults but those with which a search would end too early or never:
//!
//! - trust regions may grow beyond the radius 100;
//! - the L-BFGS of `argmin` has no tolerances, which are absolute there, and a first step of the length 1;
//! - the conjugate gradients of `argmin` have a limit of iterations: without one they do not end where they meet NaN.
//!
//! Times are those of the processor for this thread, of one run each. Without `--bench` (as under `cargo test --benches`) a few problems
//! are solved, and the times mean nothing.

#[path = "../examples/adapters/argmin.rs"]
mod argmin_adapter;
#[path = "../examples/adapters/basin.rs"]
mod basin_adapter;
#[path = "../../tests/common/mgh.rs"]
#[allow(dead_code, reason = "names are for other tests")]
mod mgh;
#[path = "../../examples/nist/mod.rs"]
#[allow(dead_code, reason = "only the sums of squares are needed here")]
mod nist;
#[path = "../../tests/common/regression.rs"]
#[allow(dead_code, reason = "other files use the rest")]
mod regression;

use argmin::core::{Executor, State};
use argmin::solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS, trustregion};
use cpu_time::ThreadTime;
use dualtape::optimize::{Newton, NewtonCg};
use dualtape::terms::Sum;
use dualtape::{Float, ScalarFunction};
use regression::{Chain, Logistic, Pendulum};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most steps of Newton's methods, and of those by gradients.
const MOST: [u64; 2] = [1000, 5000];

/// The most evaluations. Newton's methods need a few hundred for most problems, and gradients alone a few thousand.
const MOST_EVALUATIONS: u64 = 20_000;

/// The largest radius of trust regions: more than the largest parameter of a problem.
const LARGEST_RADIUS: f64 = 1e8;

/// A function in other units, that panics when it was evaluated too often.
struct Limited<'a, F> {
    f: &'a F,
    evaluations: Cell<u64>,
    /// By what values are multiplied.
    unit: Cell<f64>,
}

impl<'a, F> Limited<'a, F> {
    fn new(f: &'a F) -> Self {
        Self { f, evaluations: Cell::new(0), unit: Cell::new(1.0) }
    }

    fn count(&self) {
        self.evaluations.set(self.evaluations.get() + 1);
        assert!(self.evaluations.get() <= MOST_EVALUATIONS, "the limit of evaluations");
    }
}

impl<F: ScalarFunction> ScalarFunction for Limited<'_, F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.count();
        self.f.eval(x) * T::lit(self.unit.get())
    }

    // A sum goes its own way.
    fn backpropagate<T: Float>(&self, x: &[T], g: &mut [T]) -> T {
        self.count();
        let unit = T::lit(self.unit.get());
        let value = self.f.backpropagate(x, g);
        g.iter_mut().for_each(|g| *g *= unit);
        value * unit
    }
}

/// What a method did with a problem.
#[derive(Clone, Copy, Default)]
struct Run {
    value: f64,
    steps: u64,
    /// Of values, gradients, and Hessians or their products.
    evaluations: [u64; 3],
}

/// A method: a function to minimise, a start, and the value at which other crates stop. It returns nothing if it failed.
type Method<'a, F> = fn(&Limited<'a, F>, &[f64], f64) -> Option<Run>;

/// Runs a method. A panic is no solution either.
fn run<'a, F>(method: Method<'a, F>, f: &'a F, x0: &[f64], target: f64) -> Option<Run> {
    catch_unwind(AssertUnwindSafe(|| method(&Limited::new(f), x0, target))).ok().flatten()
}

fn newton<F: ScalarFunction>(f: &F, x0: &[f64], _: f64) -> Option<Run> {
    let report = Newton::new().minimize(f, x0);
    let e = report.evaluations;
    let evaluations = [e.value, e.hessian, e.hessian].map(|count| count as u64);
    Some(Run { value: report.value, steps: report.iterations as u64, evaluations })
}

fn newton_cg<F: ScalarFunction>(f: &F, x0: &[f64], _: f64) -> Option<Run> {
    let report = NewtonCg::new().minimize(f, x0);
    let e = report.evaluations;
    let evaluations = [e.value, e.gradient, e.product].map(|count| count as u64);
    Some(Run { value: report.value, steps: report.iterations as u64, evaluations })
}

/// A run of a solver of `basin`.
macro_rules! basin {
    ($f:expr, $x0:expr, $target:expr, $solver:expr, $most:expr) => {{
        let target = $target;
        let executor = basin::Executor::new(
            basin_adapter::Problem::unbounded($f, $x0.len()),
            $solver,
            basin::FirstOrderState::new($x0.to_vec()),
        );
        let found = move |state: &basin::FirstOrderState<Vec<f64>>| {
            (basin::State::cost(state) <= target).then(|| basin::ApplicationStop::new("found"))
        };
        let result = executor.max_iter($most).stop_when(found).run().ok()?;
        let counts = &result.counts;
        let evaluations =
            [counts.cost_evals, counts.gradient_evals, counts.hessian_evals + counts.hessian_product_evals];
        Some(Run { value: result.cost(), steps: result.iter(), evaluations })
    }};
}

fn basin_exact<F: ScalarFunction>(f: &F, x0: &[f64], target: f64) -> Option<Run> {
    basin!(
        f,
        x0,
        target,
        basin::TrustRegion::with_subproblem(basin::MoreSorensen::new()).with_max_radius(LARGEST_RADIUS),
        MOST[0]
    )
}

fn basin_steihaug<F: ScalarFunction>(f: &F, x0: &[f64], target: f64) -> Option<Run> {
    basin!(f, x0, target, basin::TrustRegion::new().with_max_radius(LARGEST_RADIUS), MOST[0])
}

fn basin_products<F: ScalarFunction>(f: &F, x0: &[f64], target: f64) -> Option<Run> {
    basin!(f, x0, target, basin::TrustRegion::matrix_free().with_max_radius(LARGEST_RADIUS), MOST[0])
}

fn basin_lbfgs<F: ScalarFunction>(f: &F, x0: &[f64], target: f64) -> Option<Run> {
    basin!(f, x0, target, basin::Lbfgs::new(), MOST[1])
}

/// A run of a solver of `argmin`.
macro_rules! argmin {
    ($f:expr, $x0:expr, $target:expr, $solver:expr, $most:expr) => {{
        let executor = Executor::new(argmin_adapter::Problem($f), $solver);
        let state = |state: argmin::core::IterState<_, _, _, _, _, f64>| {
            state.param($x0.to_vec()).max_iters($most).target_cost($target).counting(true)
        };
        let result = executor.configure(state).run().ok()?;
        let state = result.state();
        let count = |what: &str| state.get_func_counts().get(what).copied().unwrap_or(0);
        let evaluations = [count("cost_count"), count("gradient_count"), count("hessian_count")];
        Some(Run { value: state.get_best_cost(), steps: state.get_iter(), evaluations })
    }};
}

fn argmin_steihaug<F: ScalarFunction>(f: &F, x0: &[f64], target: f64) -> Option<Run> {
    // As many iterations as there are variables are enough, but for rounding.
    let inner = trustregion::Steihaug::new().with_max_iters(10 * x0.len() as u64);
    let method = trustregion::TrustRegion::new(inner).with_max_radius(LARGEST_RADIUS).ok()?;
    argmin!(f, x0, target, method, MOST[0])
}

/// Its first step is the whole gradient, which from the far starts leads to where values overflow. So that this step has the length 1, as
/// in other programs, the function is divided by the length of the first gradient.
fn argmin_lbfgs<F: ScalarFunction>(f: &Limited<'_, F>, x0: &[f64], target: f64) -> Option<Run> {
    let slope = dualtape::gradient_of(f, x0).iter().map(|g| g * g).sum::<f64>().sqrt();
    let unit = if slope > 0.0 && slope.is_finite() { 1.0 / slope } else { 1.0 };
    f.unit.set(unit);
    let method = LBFGS::new(MoreThuenteLineSearch::new(), 7).with_tolerance_grad(0.0).ok()?;
    let run: Option<Run> = argmin!(f, x0, target * unit, method.with_tolerance_cost(0.0).ok()?, MOST[1]);
    run.map(|run| Run { value: run.value / unit, ..run })
}

/// A problem, its start, and the sums of squares at its minima.
type Case<'a, F> = (&'a F, Vec<f64>, Vec<f64>);

fn compare<'a, F: ScalarFunction>(set: &str, cases: &[Case<'a, F>]) {
    let methods: [(&str, Method<'a, F>); 6] = [
        ("dualtape newton", newton),
        ("basin Newton, Moré-Sorensen", basin_exact),
        ("basin Newton, Steihaug", basin_steihaug),
        ("basin L-BFGS-B", basin_lbfgs),
        ("argmin Newton, Steihaug", argmin_steihaug),
        ("argmin L-BFGS", argmin_lbfgs),
    ];
    // For each method and each problem: what was done in how many seconds, if it is solved.
    let runs = methods.map(|(_, method)| {
        let solve = |(f, start, minima): &Case<'a, F>| {
            let target = minima.iter().fold(f64::INFINITY, |least, m| least.min(m * (1.0 + 1e-5) + 5e-13));
            let clock = ThreadTime::now();
            let run = run(method, f, start, target);
            let seconds = clock.elapsed().as_secs_f64();
            run.filter(|run| mgh::is_known(run.value, minima)).map(|run| (run, seconds))
        };
        cases.iter().map(solve).collect::<Vec<_>>()
    });
    // Where there are several minima some methods go on from one that is not the least, whose value they were told.
    let is_common = |&k: &usize| cases[k].2.len() == 1 && runs.iter().all(|runs| runs[k].is_some());
    let common: Vec<usize> = (0..cases.len()).filter(is_common).collect();
    println!("{set}, {} problems; counts and times of {} that all solved", cases.len(), common.len());
    for ((name, _), runs) in methods.iter().zip(&runs) {
        let of_common = || common.iter().filter_map(|&k| runs[k]);
        let steps: u64 = of_common().map(|(run, _)| run.steps).sum();
        let evaluations: [u64; 3] = std::array::from_fn(|i| of_common().map(|(run, _)| run.evaluations[i]).sum());
        let ms = of_common().map(|(_, seconds)| seconds).sum::<f64>() * 1e3;
        line(name, &runs.iter().flatten().count().to_string(), steps, evaluations, ms);
    }
}

fn line(name: &str, solved_or_value: &str, steps: u64, [values, gradients, hessians]: [u64; 3], ms: f64) {
    println!("  {name:32}{solved_or_value:>14}{steps:>8}{values:>9}{gradients:>11}{hessians:>10}{ms:>10.1}");
}

fn large<'a, F: ScalarFunction>(name: &str, f: &'a F, x0: &[f64]) {
    let methods: [(&str, Method<'a, F>); 4] = [
        ("dualtape newton_cg", newton_cg),
        ("basin Newton by products", basin_products),
        ("basin L-BFGS-B", basin_lbfgs),
        ("argmin L-BFGS", argmin_lbfgs),
    ];
    println!("{name}, n = {}", x0.len());
    let target = newton_cg(&Limited::new(f), x0, 0.0).expect("it always returns").value;
    for (name, method) in methods {
        let clock = ThreadTime::now();
        let run = run(method, f, x0, target * (1.0 + 1e-9) + 1e-14);
        let ms = clock.elapsed().as_secs_f64() * 1e3;
        match run {
            Some(run) => line(name, &format!("{:.6e}", run.value), run.steps, run.evaluations, ms),
            None => println!("  {name:32}{:>14}", "failed"),
        }
    }
}

fn main() {
    let timed = std::env::args().any(|argument| argument == "--bench");
    std::panic::set_hook(Box::new(|_| {})); // what panics is counted as unsolved
    let few = if timed { usize::MAX } else { 3 };
    println!(
        "{:34}{:>14}{:>8}{:>9}{:>11}{:>10}{:>10}",
        "", "solved, value", "steps", "values", "gradients", "Hessians", "ms"
    );
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/nist");
    let nist = nist::Problem::read_all(directory).expect("the files of the examples");
    let cases = |p| {
        let nist::Problem { starts, residual_sum, .. }: &nist::Problem = p;
        starts.iter().map(move |start| (p, start.clone(), vec![*residual_sum]))
    };
    compare("NIST, both starts", &nist.iter().take(few).flat_map(cases).collect::<Vec<_>>());
    let mgh = mgh::all();
    for factor in if timed { vec![1.0, 10.0, 100.0] } else { vec![1.0] } {
        let moved = mgh.iter().filter(|p| factor == 1.0 || p.start.iter().any(|&x| x != 0.0)).take(few);
        let cases = moved.map(|p| (p, p.start.iter().map(|x| factor * x).collect(), p.minima.clone()));
        compare(&format!("Moré, Garbow & Hillstrom x {factor}"), &cases.collect::<Vec<_>>());
    }
    let (rows, columns, n) = if timed { (10_000, 100, 1000) } else { (100, 5, 10) };
    let logistic = Logistic::new(rows, columns);
    large("logistic regression", &Sum::of(&logistic), &vec![0.0; columns]);
    large("pendulum under control", &Pendulum, &vec![0.0; n]);
    large("Rosenbrock chain from 0", &Chain(n), &vec![0.0; n]);
}
