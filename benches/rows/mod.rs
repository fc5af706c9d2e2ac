//! The programs that compiled graphs are measured on.

#[path = "../../tests/common/adbench/mod.rs"]
mod adbench;
#[path = "../../tests/common/later.rs"]
mod later;
#[path = "../../tests/common/latest.rs"]
mod latest;
#[path = "../../tests/common/mgh.rs"]
#[allow(dead_code)] // minima are for tests
mod mgh;
#[path = "../../examples/nist/mod.rs"]
#[allow(dead_code)] // so are certified parameters
mod nist;
#[path = "../../tests/common/problems.rs"]
#[allow(dead_code)] // and problems for Hessians
pub mod problems;
#[path = "../../tests/common/programs.rs"]
mod programs;

use adbench::ba::Bundle;
use adbench::gmm::Mixture;
use adbench::hand::Hand;
use adbench::lstm::Lstm;
use dualtape::{Float, ScalarFunction, VectorFunction};
use problems::{Adjoint, Problem};
use std::hint::black_box;

/// What is done with each program.
pub trait Rows {
    fn wants(&self, name: &str) -> bool;
    fn row(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64], hand: Option<&mut dyn FnMut()>);
    /// The rows since the last part have something in common.
    fn end_of_part(&mut self, what: &str);
}

/// Shows all programs, in parts: those that constants are fitted on first.
pub fn all(rows: &mut impl Rows) {
    problems::gradient_set(&mut Each(rows));
    if rows.wants("ADBench GMM d10 K25") {
        let adbench::Problem { function, x0, .. } = Mixture::read("gmm/1k/gmm_d10_K25.txt");
        rows.row("ADBench GMM d10 K25", &function, &x0, None);
    }
    if rows.wants("ADBench BA1 squares") {
        let (bundle, x0) = BundleSquares::read("ba/ba1_n49_m7776_p31843.txt");
        rows.row("ADBench BA1 squares", &bundle, &x0, None);
    }
    if rows.wants("ADBench LSTM l2 c1024") {
        let adbench::Problem { function, x0, .. } = Lstm::read("lstm/lstm_l2_c1024.txt");
        rows.row("ADBench LSTM l2 c1024", &function, &x0, None);
    }
    if rows.wants("ADBench HAND squares") {
        let adbench::Problem { function, x0, .. } = Hand::read("hand/simple_small/hand1_t26_c100.txt");
        rows.row("ADBench HAND squares", &Squares(function), &x0, None);
    }
    programs::all(&mut Each(rows));
    for problem in nist::Problem::read_all(nist::DIRECTORY).expect("the problems are there") {
        if ["Gauss1", "ENSO"].contains(&problem.name.as_str()) {
            rows.row(&problem.name, &problem, &problem.starts[1], None);
        }
    }
    rows.end_of_part("the programs above");
    for problem in mgh::all() {
        let name = format!("MGH {} n={}", problem.number, problem.start.len());
        // A start at which nothing is special.
        let x: Vec<f64> = problem.start.iter().zip(1..).map(|(x, i)| x + 1e-3 * f64::from(i)).collect();
        rows.row(&name, &problem, &x, None);
    }
    rows.end_of_part("Moré, Garbow & Hillstrom");
    programs::adverse(&mut Each(rows));
    rows.end_of_part("the adverse ones");
    programs::fresh(&mut Each(rows));
    rows.end_of_part("written after the constants of the first interpreter were fixed");
    latest::all(&mut Each(rows));
    rows.end_of_part("written after the interpreter's constants were fixed");
    programs::newest(&mut Each(rows));
    rows.end_of_part("written after the form of the model of costs");
    later::all(&mut Each(rows));
    rows.end_of_part("written after the prices of the models of costs");
}

/// Programs of other lists as rows.
struct Each<'a, R>(&'a mut R);

impl<R: Rows> problems::Visitor for Each<'_, R> {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let mut g = vec![0.0; problem.x0.len()];
        let mut hand = || {
            black_box(problem.function.adjoint(black_box(&problem.x0), black_box(&mut g)));
        };
        self.0.row(problem.name, &problem.function, &problem.x0, Some(&mut hand));
    }
}

impl<R: Rows> programs::Visitor for Each<'_, R> {
    fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
        self.0.row(name, f, x, None);
    }
}

/// The sum of the squares of a function's results.
struct Squares<F>(F);

impl<F: VectorFunction> ScalarFunction for Squares<F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.0.eval(x).into_iter().fold(T::zero(), |sum, y| sum + y * y)
    }
}

/// The sum of the squares of all residuals of a bundle, over cameras, points and weights.
struct BundleSquares {
    bundle: Bundle,
    columns: Vec<[usize; adbench::ba::INPUTS]>,
}

impl BundleSquares {
    fn read(path: &'static str) -> (BundleSquares, Vec<f64>) {
        let bundle = Bundle::read(path);
        let mut x = vec![0.0; bundle.shape()[1]];
        let columns: Vec<_> = (0..bundle.observations.len()).map(|i| bundle.columns(i)).collect();
        for (i, columns) in columns.iter().enumerate() {
            columns.iter().zip(bundle.inputs(i)).for_each(|(&column, value)| x[column] = value);
        }
        (BundleSquares { bundle, columns }, x)
    }
}

impl ScalarFunction for BundleSquares {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut sum = T::zero();
        for (observation, columns) in self.bundle.observations.iter().zip(&self.columns) {
            let [a, b] = observation.residual(&columns.map(|column| x[column]));
            sum += a * a + b * b;
        }
        for columns in &self.columns {
            let error = adbench::ba::weight_residual(x[columns[columns.len() - 1]]);
            sum += error * error;
        }
        sum
    }
}
