//! Value and gradient by a compiled program, beside the tape, the plain function and, where there is one, an adjoint by hand.
//!
//! `cargo bench --features graph --bench compiled` prints the table; `-- Kalman` does so for the rows whose name contains `Kalman`.
//! Without `--bench` (as under `cargo test --benches`) results are checked and nothing is timed.
//!
//! Columns: operations of the program and decisions of its interpreter; microseconds of the plain function, of the adjoint by hand, of
//! the tape and of the program; how many times faster than the tape the program is (best samples, then the median of the ratios); the
//! program as a ratio to the plain function; milliseconds to record, differentiate and compile; and after how many calls that has paid.

#[path = "../tests/common/adbench/mod.rs"]
mod adbench;
mod clock;
#[path = "../tests/common/problems.rs"]
mod problems;

use clock::{Run, compare};
use cpu_time::ThreadTime;
use dualtape::ScalarFunction;
use dualtape::graph::{Graph, Program};
use problems::{Adjoint, Problem, Visitor};
use std::hint::black_box;

fn main() {
    let mut table = Table { run: Run::from_arguments(), ratios: Vec::new() };
    problems::gradient_set(&mut table);
    let mean = table.ratios.iter().map(|r| r.ln()).sum::<f64>() / table.ratios.len() as f64;
    println!("geometric mean {:.2}", mean.exp());
}

struct Table {
    run: Run,
    ratios: Vec<f64>,
}

impl Visitor for Table {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let mut g = vec![0.0; problem.x0.len()];
        let mut hand = || {
            black_box(problem.function.adjoint(black_box(&problem.x0), black_box(&mut g)));
        };
        self.row(problem.name, &problem.function, &problem.x0, Some(&mut hand));
    }
}

impl Table {
    fn row(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64], hand: Option<&mut dyn FnMut()>) {
        if !self.run.wants(name) {
            return;
        }
        let start = ThreadTime::now();
        let graph = Graph::record(f, x);
        let recorded = start.elapsed().as_secs_f64();
        let gradient = graph.value_and_gradient();
        let differentiated = start.elapsed().as_secs_f64();
        let program = Program::from(gradient);
        let set_up = start.elapsed().as_secs_f64();
        println!("  {recorded:.4} {:.4} {:.4} {program:?}", differentiated - recorded, set_up - differentiated);

        let mut g = vec![0.0; x.len()];
        let value = dualtape::value_and_gradient_into(|x| f.eval(x), x, &mut g);
        let mut out = vec![0.0; x.len() + 1];
        program.call(x, &mut out).unwrap();
        assert_eq!(out[0].to_bits(), value.to_bits(), "{name}");
        let largest = g.iter().fold(0.0, |largest: f64, g| largest.max(g.abs()));
        for (i, (found, right)) in out[1..].iter().zip(&g).enumerate() {
            assert!((found - right).abs() <= 1e-12 * largest, "{name}: entry {i} is {found}, not {right}");
        }
        if !self.run.timed {
            return;
        }
        let plain = || {
            black_box(f.eval(black_box(x)));
        };
        let by_hand = hand.map(|hand| compare(plain, hand).best * 1e6);
        let by_tape = || {
            black_box(dualtape::value_and_gradient_into(|x| f.eval(x), black_box(x), black_box(&mut g)));
        };
        let by_program = || {
            black_box(program.call(black_box(x), black_box(&mut out))).unwrap();
        };
        let comparison = compare(by_tape, by_program);
        let plain = compare(plain, || {}).baseline * 1e6;
        let (tape, replay) = (comparison.baseline * 1e6, comparison.best * 1e6);
        self.ratios.push(tape / replay);
        println!(
            "{name:24} {plain:>9.2} {:>9} {tape:>9.2} {replay:>9.2} | {:>5.2} {:>5.2} | {:>5.2} | {:>8.2} {:>7.0}",
            by_hand.map_or(String::new(), |t| format!("{t:.2}")),
            tape / replay,
            1.0 / comparison.median(),
            replay / plain,
            set_up * 1e3,
            set_up * 1e6 / (tape - replay),
        );
    }
}
