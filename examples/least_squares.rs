//! Fits of the nonlinear regression problems of NIST with their standard errors, beside the certified values.
//!
//! `cargo run --release --example least_squares` fits the files of `examples/nist`; with arguments, the files named there, each
//! with its table.

#[allow(dead_code, reason = "the sum of squares as a function is for Newton's method")]
mod nist;

use dualtape::optimize;
use nist::Problem;
use std::{env, io};

fn main() -> io::Result<()> {
    let named = env::args().skip(1).map(Problem::read).collect::<io::Result<Vec<_>>>()?;
    if named.is_empty() {
        let problems = Problem::read_all(nist::DIRECTORY)?;
        let misra = problems.iter().find(|problem| problem.name == "Misra1a").expect("one of the files");
        print_fit(misra);
        print_digits(&problems);
    } else {
        named.iter().for_each(print_fit);
        print_digits(&named);
    }
    Ok(())
}

/// The table of a fit, and what is certified.
fn print_fit(problem: &Problem) {
    println!("{}, from start 1:\n", problem.name);
    println!("{:#.8}\n", optimize::least_squares(problem, &problem.starts[0]));
    println!("certified      estimate  standard error");
    for (i, (estimate, error)) in problem.certified.iter().zip(&problem.deviations).enumerate() {
        println!("b{}      {estimate:>16.7e}{error:>16.7e}", i + 1);
    }
    println!("sum of squares               {:.7e}\n", problem.residual_sum);
}

/// In how many digits the worst estimate and the worst standard error agree with the certified ones.
fn print_digits(problems: &[Problem]) {
    println!("digits of      estimates          standard errors    iterations");
    println!("               start 1  start 2   start 1  start 2   start 1  start 2");
    for problem in problems {
        let fits = problem.starts.each_ref().map(|start| optimize::least_squares(problem, start));
        let [far, near] = fits.each_ref().map(|fit| problem.log_relative_error(&fit.x));
        let [far_errors, near_errors] =
            fits.each_ref().map(|fit| problem.log_relative_error_of_deviations(&fit.standard_errors));
        let [far_steps, near_steps] = fits.each_ref().map(|fit| fit.iterations);
        println!(
            "{:<14} {far:>7.1}  {near:>7.1}   {far_errors:>7.1}  {near_errors:>7.1}   {far_steps:>7}  {near_steps:>7}",
            problem.name
        );
    }
}
