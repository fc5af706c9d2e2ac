//! What a program as bytes costs: bytes and nanoseconds an operation, beside `Program::call` and the tape.
//!
//! `cargo bench --features graph --bench replay` prints the table, of value and gradient. Without `--bench` results are only compared.

#[allow(dead_code)] // not all problems are replayed
#[path = "../tests/common/problems.rs"]
mod problems;

use cpu_time::ThreadTime;
use dualtape::graph::Graph;
use dualtape::{ScalarFunction, replay, value_and_gradient_into};

fn main() {
    let timed = std::env::args().any(|argument| argument == "--bench");
    if timed {
        println!(
            "{:10}{:>11}{:>8}{:>10}{:>8} |{:>8}{:>10}{:>10}{:>8}",
            "", "operations", "cells", "bytes", "per op", "ns", "/ program", "/ straight", "/ tape"
        );
    }
    let problem = problems::rosenbrock("F1 n=100", 100, f64::NAN);
    row(timed, problem.name, &problem.function, &problem.x0);
    let problem = problems::log_sum_exp("F2", f64::NAN);
    row(timed, problem.name, &problem.function, &problem.x0);
    let problem = problems::network("F3", [16, 32, 64], f64::NAN);
    row(timed, problem.name, &problem.function, &problem.x0);
    let problem = problems::mixture_of("F4 small", [3, 4, 20], f64::NAN);
    row(timed, problem.name, &problem.function, &problem.x0);
    let problem = problems::burgers("F5", f64::NAN);
    row(timed, problem.name, &problem.function, &problem.x0);
}

fn row(timed: bool, name: &str, f: &impl ScalarFunction, x: &[f64]) {
    let graph = Graph::record(f, x);
    let straight = graph.value_and_gradient().compile();
    let picked = graph.compile_value_and_gradient();
    let bytes = straight.to_bytes().expect("the rules are the crate's");
    let program = replay::Program::read(&bytes).expect("it was written now");
    let n = program.outputs();
    let (mut work, mut found, mut right) = (vec![0.0; program.work_len()], vec![0.0; n], vec![0.0; n]);
    straight.call(x, &mut right).expect("it was recorded here");
    program.call(x, &mut work, &mut found).expect("it was recorded here");
    assert!(found.iter().zip(&right).all(|(a, b)| a.to_bits() == b.to_bits()), "{name}");
    if !timed {
        return;
    }
    let (mut gradient, mut again) = (vec![0.0; n - 1], vec![0.0; n]);
    let repetitions = 1 + 20_000_000 / (program.operations() * 20);
    let [replayed, by_program, by_straight, by_tape] = best(
        repetitions,
        [
            &mut || program.call(x, &mut work, &mut found).expect("it was recorded here"),
            &mut || picked.call(x, &mut right).expect("it was recorded here"),
            &mut || straight.call(x, &mut again).expect("it was recorded here"),
            &mut || {
                value_and_gradient_into(|x| f.eval(x), x, &mut gradient);
            },
        ],
    );
    let operations = program.operations();
    println!(
        "{name:10}{operations:>11}{:>8}{:>10}{:>8.1} |{:>8.1}{:>10.2}{:>10.2}{:>8.2}",
        program.work_len(),
        bytes.len(),
        bytes.len() as f64 / operations as f64,
        replayed * 1e9 / operations as f64,
        replayed / by_program,
        replayed / by_straight,
        replayed / by_tape
    );
}

/// The least seconds that each takes, by turns.
fn best<const N: usize>(repetitions: usize, mut runs: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..9 {
        for (best, run) in best.iter_mut().zip(&mut runs) {
            let start = ThreadTime::now();
            (0..repetitions).for_each(|_| run());
            *best = best.min(start.elapsed().as_secs_f64() / repetitions as f64);
        }
    }
    best
}
