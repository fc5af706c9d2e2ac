//! `levenberg-marquardt`, driven by our Jacobians, on the nonlinear regression problems of NIST with certified answers.

#[path = "../../examples/adapters/levenberg_marquardt.rs"]
mod adapter;

use crate::nist::Problem;
use adapter::Fit;
use levenberg_marquardt::LevenbergMarquardt;

/// These stop with six or seven digits: the method compares sums of squares, which rounding blurs, and a sum of squares changes
/// with the square of the parameters' error.
const BLURRED: [&str; 6] = ["ENSO", "Lanczos3", "MGH09", "Nelson", "Roszman1", "Thurber"];

/// From 37 of 38 starts, in eight digits or more but for the above; from the far start of BoxBOD the method walks onto a
/// plateau.
#[test]
fn certified_parameters_are_found() {
    let problems = Problem::read_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/nist")).unwrap();
    assert_eq!(problems.len(), 19);
    for problem in &problems {
        let name = problem.name.as_str();
        let certain = if BLURRED.contains(&name) { 6.0 } else { 8.0 };
        let starts = if name == "BoxBOD" { &problem.starts[1..] } else { &problem.starts };
        for start in starts {
            let fit = Fit::new(problem, start);
            let (fit, report) = LevenbergMarquardt::new().with_patience(500).minimize(fit);
            let digits = problem.log_relative_error(fit.b.as_slice());
            assert!(report.termination.was_successful() && digits > certain, "{name}: {digits} digits, {report:?}");
            // `objective_function` is half of the sum of squares. That of Lanczos1 is 1e-25, all rounding.
            let excess = 2.0 * report.objective_function / problem.residual_sum - 1.0;
            assert!(excess.abs() < 1e-9 || name == "Lanczos1", "{name}: {excess:e}");
        }
    }
}
