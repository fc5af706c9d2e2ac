//! Sparse Hessians: value, gradient and Hessian by a plan, beside the gradient, and what the plan costs.
//!
//! `cargo bench --bench sparse` prints the table; `-- grid` does so for the rows whose name contains `grid`. With `--features graph` there
//! are the columns of the compiled graph, too. Without `--bench` (as under `cargo test --benches`) results are checked and nothing is timed.
//!
//! Columns: entries and colours; milliseconds to detect the pattern and to make the plan (best of five); microseconds of the plain
//! function, of value and gradient on the tape, and of value, gradient and Hessian; the last as a ratio to the gradient (best samples, then
//! the median of the ratios). Of the compiled graph: microseconds, how many times faster it is, and milliseconds to record and compile it.

mod clock;
#[path = "../tests/common/problems.rs"]
#[allow(dead_code)] // other benchmarks use the rest
mod problems;

use clock::{Run, compare};
use cpu_time::ThreadTime;
use dualtape::sparse::{HessianPlan, SparsePattern};
use dualtape::{Float, ScalarFunction, value_and_gradient, value_and_gradient_into};
use problems::Random;
use std::hint::black_box;

/// `Σ (u² - 1)² / 4` over the points of a square grid and `Σ (u - v)² / 2` over its edges: a field with two states. Its Hessian is the
/// five-point stencil.
struct Field {
    side: usize,
}

impl ScalarFunction for Field {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (half, quarter) = (T::lit(0.5), T::lit(0.25));
        let mut sum = T::zero();
        for i in 0..self.side {
            for j in 0..self.side {
                let u = x[i * self.side + j];
                let well = u * u - T::one();
                sum += quarter * well * well;
                if j > 0 {
                    let d = u - x[i * self.side + j - 1];
                    sum += half * d * d;
                }
                if i > 0 {
                    let d = u - x[(i - 1) * self.side + j];
                    sum += half * d * d;
                }
            }
        }
        sum
    }
}

/// Each variable meets the first one: `Σ (xᵢ - x₀ xᵢ²)²`. Its Hessian is an arrow.
struct Spokes;

impl ScalarFunction for Spokes {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x[1..].iter().fold(T::zero(), |sum, &y| {
            let d = y - x[0] * y * y;
            sum + d * d
        })
    }
}

fn main() {
    let run = Run::from_arguments();
    if run.timed {
        print!(
            "{:18}{:>9}{:>8} |{:>9}{:>9} |{:>9}{:>10}{:>10}{:>7}{:>8}",
            "", "entries", "colours", "pattern", "plan", "f64", "gradient", "Hessian", "ratio", "median"
        );
        println!("{}", if cfg!(feature = "graph") { " |  compiled  faster  set-up" } else { "" });
    }
    for (name, n) in [("F1 n=100", 100), ("F1 n=1e4", 10_000), ("F1 n=1e5", 100_000)] {
        let problem = problems::rosenbrock(name, n, 0.0);
        row(&run, name, &problem.function, &problem.x0);
    }
    for (name, side) in [("grid 100 x 100", 100), ("grid 316 x 316", 316)] {
        row(&run, name, &Field { side }, &Random(7).vector(side * side));
    }
    row(&run, "arrow n=1e5", &Spokes, &Random(8).vector(100_000));
}

/// Seconds of the best of five.
fn best<A>(mut f: impl FnMut() -> A) -> (A, f64) {
    let mut least = f64::INFINITY;
    let mut result = None;
    for _ in 0..5 {
        let start = ThreadTime::now();
        result = Some(f());
        least = least.min(start.elapsed().as_secs_f64());
    }
    (result.expect("it ran"), least)
}

fn row(run: &Run, name: &str, f: &impl ScalarFunction, x: &[f64]) {
    if !run.wants(name) || (!run.timed && x.len() > 10_000) {
        return;
    }
    let (pattern, detected) = best(|| SparsePattern::of_hessian(f, x).expect("a function without branches"));
    let entries = pattern.nnz();
    let (plan, planned) = best(|| HessianPlan::from_pattern(pattern.clone()).expect("a symmetric pattern"));
    plan.verify(f, x).expect("a complete pattern");
    let (mut g, mut h) = (vec![0.0; x.len()], vec![0.0; entries]);
    let value = plan.value_gradient_and_hessian_into(f, x, &mut g, &mut h);
    assert_eq!((value, g.clone()), value_and_gradient(|x| f.eval(x), x));
    if !run.timed {
        return;
    }
    let mut own = vec![0.0; x.len()];
    let mut gradient = || {
        black_box(value_and_gradient_into(|x| f.eval(x), black_box(x), &mut own));
    };
    let mut hessian = || {
        black_box(plan.value_gradient_and_hessian_into(f, black_box(x), &mut g, &mut h));
    };
    let plain = compare(
        || {
            black_box(f.eval(black_box(x)));
        },
        &mut gradient,
    );
    let times = compare(&mut gradient, &mut hessian);
    print!(
        "{name:18}{entries:>9}{:>8} |{:>9.2}{:>9.2} |{:>9.2}{:>10.2}{:>10.1}{:>7.1}{:>8.1}",
        plan.colours(),
        detected * 1e3,
        planned * 1e3,
        plain.baseline * 1e6,
        times.baseline * 1e6,
        times.best * 1e6,
        times.best / times.baseline,
        times.median()
    );
    #[cfg(feature = "graph")]
    if x.len() <= 10_000 {
        let start = ThreadTime::now();
        let program = plan.record(f, x).compile();
        let set_up = start.elapsed().as_secs_f64();
        let mut results = vec![0.0; 1 + x.len() + entries];
        let compiled = compare(&mut hessian, || {
            program.call(black_box(x), &mut results).expect("no guards");
        });
        print!(" |{:>10.1}{:>8.1}{:>8.0}", compiled.best * 1e6, 1.0 / compiled.median(), set_up * 1e3);
    }
    println!();
}
