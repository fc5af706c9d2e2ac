//! The crate `levenberg-marquardt` by our Jacobians, and `optimize::least_squares`, on a problem of NIST with certified answers.
//!
//! Thurber's data are the mobility of electrons by the logarithm of the density, and the model a quotient of two cubic polynomials.
//!
//! `cargo run --release -p ecosystem --example levenberg_marquardt`

#[path = "adapters/levenberg_marquardt.rs"]
mod adapter;
#[allow(dead_code)] // the folder of its files is that of another package
#[path = "../../examples/nist/mod.rs"]
mod nist;

use dualtape::optimize;
use levenberg_marquardt::LevenbergMarquardt;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = nist::Problem::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/nist/Thurber.dat"))?;
    let start = &problem.starts[0];
    let (theirs, report) = LevenbergMarquardt::new().minimize(adapter::Fit::new(&problem, start));
    let ours = optimize::least_squares(&problem, start);
    println!("{:>22}{:>22}{:>22}", "levenberg-marquardt", "least_squares", "certified");
    for ((theirs, ours), certified) in theirs.b.iter().zip(&ours.x).zip(&problem.certified) {
        println!("{theirs:>22.12}{ours:>22.12}{certified:>22.12}");
    }
    let digits = [theirs.b.as_slice(), &ours.x].map(|b| problem.log_relative_error(b));
    println!("{:>20.1} d{:>20.1} d", digits[0], digits[1]);
    println!("evaluations: {} and {}", report.number_of_evaluations, ours.evaluations.value);
    assert!(report.termination.was_successful() && digits[0] > 5.0 && digits[1] > 9.0);
    Ok(())
}
