//! What the models of costs count, and what it takes: by these lines their prices are fitted, see `src/graph/prices.rs`.
//!
//! `cargo bench --features graph --bench model` prints a block of lines for each program: how long the tape or duals, straight code and
//! kernels take, and the amounts of what each model has a price for. Without `--bench` nothing is timed.

mod clock;
mod rows;

use clock::{Run, compare};
use dualtape::ScalarFunction;
use dualtape::graph::{Adaptive, Graph, Program};
use rows::Rows;
use std::hint::black_box;

fn main() {
    rows::all(&mut Lines(Run::from_arguments()));
}

struct Lines(Run);

impl Rows for Lines {
    fn wants(&self, name: &str) -> bool {
        self.0.wants(name)
    }

    fn end_of_part(&mut self, what: &str) {
        println!("part: {what}");
    }

    fn row(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64], _: Option<&mut dyn FnMut()>) {
        if !self.wants(name) {
            return;
        }
        let nanoseconds = |run: &mut dyn FnMut()| compare(run, || black_box(())).baseline * 1e9;
        let mut out = vec![0.0; x.len() + 1];
        let line = |what: &str, amounts: &[(&str, f64)], run: &mut dyn FnMut()| {
            let amounts: Vec<String> = amounts.iter().map(|(name, amount)| format!("{name}={amount}")).collect();
            let time = if self.0.timed { nanoseconds(run) } else { f64::NAN };
            println!("{name};{what};{time:.1};{}", amounts.join(";"));
        };
        let graph = Graph::record(f, x);
        let straight = Program::from(graph.value_and_gradient());
        let [drivers, replay] = graph.amounts_of_gradient(&straight);
        let (by_drivers, mut g) = (Adaptive::new(f).record_after(u64::MAX), vec![0.0; x.len()]);
        line("drivers", &drivers, &mut || {
            black_box(by_drivers.value_and_gradient_into(black_box(x), black_box(&mut g)));
        });
        let mut call = |program: &Program| {
            let _ = black_box(program.call(black_box(x), black_box(&mut out)));
        };
        line("replay", &replay, &mut || call(&straight));
        if let Some((program, [rolled, unrolled])) = graph.compile_rolled() {
            line("rolled", &rolled, &mut || call(&program));
            line("unrolled", &unrolled, &mut || ());
        }
    }
}
