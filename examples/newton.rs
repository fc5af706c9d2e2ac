//! Newton's method on the nonlinear regression problems of NIST, whose answers are certified to 11 digits.
//!
//! `cargo run --release --example newton` runs the files of `examples/nist`; with arguments, the files named there.

#[allow(dead_code, reason = "standard deviations are for fits by least squares")]
mod nist;

use dualtape::ScalarFunction;
use dualtape::optimize::{Newton, Report};
use nist::Problem;
use std::time::{Duration, Instant};
use std::{env, io};

fn main() -> io::Result<()> {
    let problems = match env::args().skip(1).map(Problem::read).collect::<io::Result<Vec<_>>>()? {
        named if !named.is_empty() => named,
        _ => Problem::read_all(nist::DIRECTORY)?,
    };
    println!("Least squares by Newton's method with exact Hessians, on the NIST problems of nonlinear regression.");
    println!(
        "LRE, log relative error: the digits in which the worst parameter agrees with its certified value, at most 11."
    );
    println!();
    println!("problem   start  parameters  iterations  sum of squares    certified          LRE      time  status");
    let mut accurate = [0; 2];
    for problem in &problems {
        for (start, accurate) in accurate.iter_mut().enumerate() {
            let (report, time) = fit(problem, start);
            let lre = problem.log_relative_error(&report.x);
            *accurate += usize::from(lre >= 8.0);
            println!(
                "{:<9} {:>5}  {:>10}  {:>10}  {:<16.10e}  {:<16.10e}  {lre:>4.1}  {:>5.2} ms  {}{}",
                problem.name,
                start + 1,
                report.x.len(),
                report.iterations,
                report.value,
                problem.residual_sum,
                time.as_secs_f64() * 1e3,
                if lre < 4.0 { "FAILED: " } else { "" },
                report.status,
            );
        }
    }
    println!();
    println!(
        "LRE of 8 or more: {} of {n} from start 1, {} of {n} from start 2",
        accurate[0],
        accurate[1],
        n = problems.len()
    );
    Ok(())
}

/// Minimises the sum of squares from one of the two starting points.
fn fit(problem: &Problem, start: usize) -> (Report, Duration) {
    let method = Newton::new().max_iterations(10_000);
    let clock = Instant::now();
    let report = method.minimize(problem, &problem.starts[start]);
    let time = clock.elapsed();
    debug_assert_eq!(report.value, problem.eval(&report.x));
    (report, time)
}
