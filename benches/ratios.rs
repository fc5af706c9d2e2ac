//! What a derivative costs, as a ratio to the same function on plain `f64`.
//!
//! Where a gradient costs more than its aim, `!` follows the aim.
//!
//! `cargo bench` prints the tables; `cargo bench -- F1` does so for the problems whose name contains `F1`. Without `--bench`
//! (as under `cargo test --benches`) values and derivatives are checked and nothing is timed.
//!
//! A gradient is complete: set inputs, record, sweep, read. The result goes to the caller's buffer, and the tape is warm. How
//! time is taken is said in `clock`. The compiler sees neither the inputs nor which function is timed: both pass through `black_box`.

mod clock;
#[path = "../tests/common/problems.rs"]
mod problems;

use clock::{Comparison, Run, compare};
use dualtape::forward::Chunk;
use dualtape::{ScalarFunction, Tape};
use problems::{Adjoint, Problem, Visitor};
use std::hint::black_box;

/// Forward mode evaluates the function once for every 8 inputs; with more inputs than this it only takes long.
const MOST_FORWARD_INPUTS: usize = 700;

/// What a `Reverse<f64>` gradient should cost at the default compiler flags, as a multiple of plain `f64`.
fn aim(problem: &str) -> f64 {
    match problem {
        "F1 n=100" => 10.0,
        "F1 n=1e4" => 13.0,
        "F2" => 2.9,
        "F3" => 5.3,
        "F4" | "F5" => 24.0,
        "F6" => 3.2,
        "F4 fused" => 16.0,
        "F5 fused" => 12.0,
        _ => f64::NAN,
    }
}

fn main() {
    let run = Run::from_arguments();
    if run.timed {
        println!("Gradients: time in microseconds, ratio to plain f64");
        println!("{:14}{:>7}{:>10} |{:>9}{:>14} | Reverse<f64>", "", "inputs", "f64", "by hand", "Dual<f64, 8>");
        print!(
            "{:14}{:>7}{:>10} |{:>9}{:>14} |{:>8}{:>7}{:>8}",
            "", "", "best", "median", "median", "best", "ratio", "median"
        );
        println!("{:>17}{:>6}  {:>9}{:>9}", "[low, high]", "aim", "joins", "KiB");
    }
    problems::gradient_set(&mut Gradients(&run));
    problems::fused_set(&mut Gradients(&run));
    if run.timed {
        println!("\nSecond derivatives: time in microseconds, ratio to the Reverse<f64> gradient");
        println!("{:14}{:>7}{:>10} | Hessian times vector   | Hessian", "", "inputs", "gradient");
        let columns = format!("{:>8}{:>7}{:>8}", "best", "ratio", "median");
        println!("{:14}{:>7}{:>10} |{columns} |{columns}", "", "", "best");
    }
    problems::hessian_set(&mut Hessians(&run));
}

// ------------------------------------------------------------------------------------------------------- what is compared

/// A value and a derivative of it, which is written to the slice: one signature for everything that is compared.
type Method<F> = fn(&F, &[f64], &mut [f64]) -> f64;

fn plain<F: ScalarFunction>(f: &F, x: &[f64], _: &mut [f64]) -> f64 {
    f.eval(x)
}

fn by_hand<F: Adjoint>(f: &F, x: &[f64], gradient: &mut [f64]) -> f64 {
    f.adjoint(x, gradient)
}

fn forward<F: ScalarFunction>(f: &F, x: &[f64], gradient: &mut [f64]) -> f64 {
    Chunk::<8>::value_and_gradient_into(|x| f.eval(x), x, gradient)
}

fn reverse<F: ScalarFunction>(f: &F, x: &[f64], gradient: &mut [f64]) -> f64 {
    dualtape::value_and_gradient_into(|x| f.eval(x), x, gradient)
}

/// The product of the Hessian with the point itself.
fn hessian_times_point<F: ScalarFunction>(f: &F, x: &[f64], product: &mut [f64]) -> f64 {
    dualtape::value_gradient_and_hvp_into(|x| f.eval(x), x, x, &mut vec![0.0; x.len()], product)
}

/// The Hessian; its first column is the part that is returned.
fn hessian<F: ScalarFunction>(f: &F, x: &[f64], column: &mut [f64]) -> f64 {
    let hessian = black_box(dualtape::hessian(|x| f.eval(x), x));
    column.copy_from_slice(hessian.column(0).as_slice());
    0.0
}

fn time<F>(problem: &Problem<F>, baseline: Method<F>, method: Method<F>) -> Comparison {
    let call = |method: Method<F>| {
        let mut derivative = vec![0.0; problem.x0.len()];
        move || {
            let method = black_box(method);
            black_box(method(&problem.function, black_box(&problem.x0), black_box(&mut derivative)));
        }
    };
    compare(call(baseline), call(method))
}

struct Gradients<'a>(&'a Run);

impl Visitor for Gradients<'_> {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let (name, n) = (problem.name, problem.x0.len());
        if !self.0.wants(name) {
            return;
        }
        check_gradient(problem, by_hand);
        check_gradient(problem, reverse);
        let with_forward = n <= MOST_FORWARD_INPUTS;
        if with_forward {
            check_gradient(problem, forward);
        }
        if !self.0.timed {
            println!("{name}: gradients are right");
            return;
        }
        let hand = time(problem, plain, by_hand).median();
        let dual = if with_forward { format!("{:.1}", time(problem, plain, forward).median()) } else { "-".into() };
        let reverse = time(problem, plain, reverse);
        let (joins, bytes) = size_of_recording(problem);
        println!(
            "{name:14}{n:>7}{:>10.2} |{hand:>9.2}{dual:>14} |{reverse}{:>17}{:>6}{} {joins:>9}{:>9.1}",
            reverse.baseline * 1e6,
            reverse.range(),
            aim(name),
            if reverse.median() > aim(name) { '!' } else { ' ' },
            bytes / 1024.0,
        );
    }
}

/// Compares value and gradient with those written by hand.
fn check_gradient<F: Adjoint>(problem: &Problem<F>, method: Method<F>) {
    let mut expected = vec![0.0; problem.x0.len()];
    let mut gradient = expected.clone();
    problem.function.adjoint(&problem.x0, &mut expected);
    let value = method(&problem.function, &problem.x0, &mut gradient);
    assert!((value - problem.value).abs() <= 1e-12 * problem.value.abs(), "{}: value {value}", problem.name);
    assert_close(problem.name, &gradient, &expected, 1e-12);
}

/// Asserts equality up to `tolerance` times the largest entry.
fn assert_close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let largest = expected.iter().fold(0.0, |largest: f64, e| largest.max(e.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * largest, "{name}: entry {i} is {found}, not {expected}");
    }
}

/// Joins recorded, and the bytes that a tape has allocated for their records, which it doubles when they are full.
fn size_of_recording<F: ScalarFunction>(problem: &Problem<F>) -> (usize, f64) {
    let tape = Tape::new();
    let _ = problem.function.eval(&tape.variables(&problem.x0));
    (tape.len() - problem.x0.len(), tape.bytes() as f64)
}

struct Hessians<'a>(&'a Run);

impl Visitor for Hessians<'_> {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        if !self.0.wants(problem.name) {
            return;
        }
        check_second_derivatives(problem);
        if !self.0.timed {
            println!("{}: second derivatives are right", problem.name);
            return;
        }
        let product = time(problem, reverse, hessian_times_point);
        let matrix = time(problem, reverse, hessian);
        let gradient = matrix.baseline * 1e6;
        println!("{:14}{:>7}{gradient:>10.2} |{product} |{matrix}", problem.name, problem.x0.len());
    }
}

/// Compares the Hessian with its product, and the product with differences of the gradient written by hand.
fn check_second_derivatives<F: Adjoint>(problem: &Problem<F>) {
    let (f, x) = (&problem.function, &problem.x0);
    let n = x.len();
    let mut product = vec![0.0; n];
    hessian_times_point(f, x, &mut product);

    let matrix = dualtape::hessian(|x| f.eval(x), x);
    let rows: Vec<f64> = (0..n).map(|i| (0..n).map(|j| matrix[(i, j)] * x[j]).sum()).collect();
    assert_close(problem.name, &rows, &product, 1e-12);

    let step = 1e-5;
    let gradient_at = |scale: f64| {
        let mut gradient = vec![0.0; n];
        f.adjoint(&x.iter().map(|x| x * scale).collect::<Vec<_>>(), &mut gradient);
        gradient
    };
    let (above, below) = (gradient_at(1.0 + step), gradient_at(1.0 - step));
    let differences: Vec<f64> = above.iter().zip(below).map(|(a, b)| (a - b) / (2.0 * step)).collect();
    assert_close(problem.name, &product, &differences, 1e-7); // rounding 1e-16 / step, truncation step²
}
