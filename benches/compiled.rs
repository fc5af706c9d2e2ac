//! Value and gradient by a compiled program and by its C, beside the tape, the plain function and, where there is one, an adjoint by hand.
//!
//! `cargo bench --features graph --bench compiled` prints the table; `-- Kalman` does so for the rows whose name contains `Kalman`.
//! `-- F4 --memory` prints what it takes to make the program of that row instead: milliseconds, and the most memory that the process had before
//! and after, where the system tells (Linux); of one program at a time, since a process keeps its peak.
//! Without `--bench` (as under `cargo test --benches`) results are checked and nothing is timed, and C is written and not compiled.
//!
//! Columns:
//!
//! - operations of the program, and how many kernels it runs loops by;
//! - microseconds of the plain function, of the adjoint by hand, of the tape, of the program that `value_and_gradient().compile()` makes
//!   (`straight`), of the one that `compile_value_and_gradient()` makes (`picked`), which is the same where nothing is rolled, and of the C of
//!   the latter by `gcc -O3 -march=native -ffp-contract=off`;
//! - how many times faster than the tape the picked one is, by the best samples and by the median of the ratios, and how many times the C;
//! - the picked one and the C as ratios to the plain function and to the adjoint by hand;
//! - milliseconds to record and compile the straight and the picked one, and after how many calls the latter has paid;
//! - seconds that gcc takes, and kilobytes of the source and of the data beside it;
//! - how many times faster than the tape `Adaptive` is, and whether it replays.

mod clock;
mod in_c;
mod rows;

use clock::{Run, compare};
use cpu_time::ThreadTime;
use dualtape::graph::{Adaptive, Graph, Program};
use dualtape::{Dual, Float, ScalarFunction, Special, VectorFunction, forward};
use rows::Rows;
use rows::problems::Random;
use std::hint::black_box;

fn main() {
    let memory = std::env::args().any(|argument| argument == "--memory");
    let mut table =
        Table { run: Run::from_arguments(), memory, ratios: Vec::new(), in_c: Vec::new(), by_choice: Vec::new() };
    if table.run.timed && !memory {
        print_head();
    }
    rows::all(&mut table);
    if !memory {
        batches(&table.run);
    }
}

#[rustfmt::skip] // a column a word, grouped as in a row
fn print_head() {
    println!(
        "{:22}{:>8}{:>4} |{:>9}{:>9}{:>10}{:>10}{:>10}{:>10} |{:>7}{:>7}{:>7} |{:>6}{:>6}{:>7}{:>7} |{:>9}{:>9}{:>6} |{:>6}{:>10} |{:>6}",
        "", "opers.", "k.", "f64", "hand", "tape", "straight", "picked", "C", "faster", "median", "C",
        "/ f64", "C", "/ hand", "C", "set-up s.", "picked", "pays", "gcc", "kB + data", "adapt."
    );
}

struct Table {
    run: Run,
    memory: bool,
    /// How many times faster than the tape, since the last mean: replay, its C, and what `Adaptive` chooses.
    ratios: Vec<f64>,
    in_c: Vec<f64>,
    by_choice: Vec<f64>,
}

impl Rows for Table {
    fn wants(&self, name: &str) -> bool {
        self.run.wants(name)
    }

    fn end_of_part(&mut self, what: &str) {
        let all = [("replay", &mut self.ratios), ("C", &mut self.in_c), ("`Adaptive`", &mut self.by_choice)];
        for (who, ratios) in all {
            if !ratios.is_empty() {
                let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
                let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
                let count = ratios.len();
                println!("{what}: {count} programs, {who} times the tape: geometric mean {mean:.2}, least {least:.2}");
                ratios.clear();
            }
        }
    }

    fn row(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64], hand: Option<&mut dyn FnMut()>) {
        if !self.run.wants(name) {
            return;
        }
        let set_up = |compile: &dyn Fn() -> Program| {
            let start = ThreadTime::now();
            let program = compile();
            (program, start.elapsed().as_secs_f64() * 1e6)
        };
        let before = most_memory();
        let (program, set_up_picked) = set_up(&|| Graph::record(f, x).compile_value_and_gradient());
        if self.memory {
            let bytes = program.report().bytes() as f64 / f64::from(1 << 20);
            let after = most_memory();
            println!(
                "{name}: {:.0} ms, {bytes:.1} MiB stay, peak of {before} before and {after} after",
                set_up_picked * 1e-3
            );
            return;
        }
        let report = program.report();
        let straight = (self.run.timed && report.kernels() > 0)
            .then(|| set_up(&|| Program::from(Graph::record(f, x).value_and_gradient())));

        // The tape and the program add thousands of terms in another order: some hundred roundings of the largest entry.
        let mut g = vec![0.0; x.len()];
        let value = dualtape::value_and_gradient_into(|x| f.eval(x), x, &mut g);
        let mut out = vec![0.0; x.len() + 1];
        program.call(x, &mut out).unwrap_or_else(|changed| panic!("{name}: {changed}"));
        assert_eq!(out[0].to_bits(), value.to_bits(), "{name}");
        let largest = g.iter().fold(0.0, |largest: f64, g| largest.max(g.abs()));
        for (i, (found, right)) in out[1..].iter().zip(&g).enumerate() {
            assert!((found - right).abs() <= 1e-13 * largest, "{name}: entry {i} is {found}, not {right}");
        }
        if !self.run.timed {
            let c = in_c::source(&program)
                .map_or_else(|error| error.to_string(), |source| format!("{} bytes of C", source.text().len()));
            println!("{name}: value and gradient are right; {c}");
            return;
        }
        let mut plain = || {
            black_box(f.eval(black_box(x)));
        };
        let by_hand = hand.map(|hand| compare(&mut plain, hand).best * 1e6);
        let plain = compare(&mut plain, || black_box(())).baseline * 1e6;
        let mut by_tape = || {
            black_box(dualtape::value_and_gradient_into(|x| f.eval(x), black_box(x), black_box(&mut g)));
        };
        let mut by = |program: &Program| {
            let call = || black_box(program.call(black_box(x), black_box(&mut out))).expect("it was right before");
            compare(&mut by_tape, call)
        };
        let by_straight = straight.as_ref().map(|(program, _)| by(program).best * 1e6);
        let comparison = by(&program);
        let (tape, picked) = (comparison.baseline * 1e6, comparison.best * 1e6);
        self.ratios.push(tape / picked);
        let adaptive = Adaptive::new(f).record_after(1).most_operations(usize::MAX);
        let mut h = vec![0.0; x.len()];
        let _ = adaptive.value_and_gradient_into(x, &mut h);
        let by_adaptive = || {
            black_box(adaptive.value_and_gradient_into(black_box(x), black_box(&mut h)));
        };
        let comparison_of_adaptive = compare(&mut by_tape, by_adaptive);
        let chosen = if adaptive.report().replays() > 0 { "replay" } else { "drivers" };
        let by_choice = comparison_of_adaptive.baseline / comparison_of_adaptive.best;
        self.by_choice.push(by_choice);
        let c = in_c::source(&program).ok().and_then(|source| in_c::time(&program, &source, x));
        let by_c = c.as_ref().map(|c| c.call * 1e6);
        self.in_c.extend(by_c.map(|c| tape / c));
        let or_none = |x: Option<f64>| x.map_or(String::new(), |x| format!("{x:.2}"));
        println!(
            "{name:22}{:>8}{:>4} |{plain:>9.2}{:>9}{tape:>10.2}{:>10}{picked:>10.2}{:>10} |{:>7.2}{:>7.2}{:>7} |{:>6.2}{:>6}{:>7}{:>7} |{:>9}{:>9.2}{:>6.0} |{:>6}{:>10} |{by_choice:>6.2} {chosen}",
            program.operations(),
            report.kernels(),
            or_none(by_hand),
            or_none(by_straight),
            or_none(by_c),
            tape / picked,
            1.0 / comparison.median(),
            or_none(by_c.map(|c| tape / c)),
            picked / plain,
            or_none(by_c.map(|c| c / plain)),
            or_none(by_hand.map(|hand| picked / hand)),
            or_none(by_hand.zip(by_c).map(|(hand, c)| c / hand)),
            or_none(straight.map(|(_, set_up)| set_up * 1e-3)),
            set_up_picked * 1e-3,
            set_up_picked / (tape - picked),
            c.as_ref().map_or(String::new(), |c| format!("{:.1}", c.gcc)),
            c.map_or(String::new(), |c| format!("{} + {}", c.source / 1000, c.data / 1000)),
        );
    }
}

/// The most memory that this process had so far.
fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown".into(), |line| line.trim().into())
}

// ---- Many points -----------------------------------------------------------------------------------------------------

/// The price of a European call by spot, strike, rate, volatility and time.
struct Call;

impl ScalarFunction for Call {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (s, k, r, v, t) = (x[0], x[1], x[2], x[3], x[4]);
        let half = T::lit(0.5);
        let cdf = |x: T| (Special::erf(x * T::FRAC_1_SQRT_2()) + T::one()) * half;
        let sd = v * t.sqrt();
        let d1 = ((s / k).ln() + (r + v * v * half) * t) / sd;
        s * cdf(d1) - k * (-r * t).exp() * cdf(d1 - sd)
    }
}

/// Where an arm with two joints ends, by its angles.
struct Arm;

impl VectorFunction for Arm {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        arm([x[0], x[1]]).to_vec()
    }
}

fn arm<T: Float>([a, b]: [T; 2]) -> [T; 2] {
    let c = a + b;
    [a.cos() + c.cos() * T::lit(0.75), a.sin() + c.sin() * T::lit(0.75)]
}

/// The results of several graphs of the same inputs. What they have in common is recorded once.
struct Together(Vec<Graph>);

impl VectorFunction for Together {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        self.0.iter().flat_map(|graph| VectorFunction::eval(graph, x)).collect()
    }
}

impl Together {
    fn compile(graphs: Vec<Graph>, x: &[f64]) -> Program {
        Program::from(Graph::record_vector(&Together(graphs), x))
    }
}

fn batches(run: &Run) {
    const POINTS: usize = 10_000;
    let mut random = Random(41);
    if run.timed && run.wants("batch") {
        println!(
            "\n{POINTS} points, nanoseconds for one: duals point by point, the program point by point, and all points at once"
        );
    }
    if run.wants("batch Black-Scholes") {
        let point = |random: &mut Random| {
            [(80.0, 120.0), (80.0, 120.0), (0.01, 0.06), (0.1, 0.4), (0.1, 2.1)]
                .map(|(low, high)| random.between(low, high))
        };
        let xs: Vec<[f64; 5]> = (0..POINTS).map(|_| point(&mut random)).collect();
        let graph = Graph::record(&Call, &xs[0]);
        let first = Together::compile(vec![graph.value_and_gradient()], &xs[0]);
        batch(run, "batch Black-Scholes, value and gradient", &first, &xs, |x, out| {
            let (value, gradient) = forward::value_and_gradient_of_array(|x| Call.eval(&x), *x);
            out[0] = value;
            out[1..].copy_from_slice(&gradient);
        });
        let second = Together::compile(vec![graph.value_and_gradient(), graph.hessian()], &xs[0]);
        batch(run, "batch Black-Scholes, Hessian as well", &second, &xs, |x, out| {
            type Nested = Dual<Dual<f64, 5>, 5>;
            let x: [Nested; 5] = std::array::from_fn(|i| Nested::seeded(Dual::seeded(x[i], i), i));
            let y = Call.eval(&x);
            out[0] = y.primal().primal();
            out[1..6].copy_from_slice(&y.primal().tangents());
            out[6..].copy_from_slice(y.tangents().map(Dual::tangents).as_flattened());
        });
    }
    if run.wants("batch robot arm") {
        let xs: Vec<[f64; 2]> = (0..POINTS).map(|_| [random.between(-3.0, 3.0), random.between(-3.0, 3.0)]).collect();
        let graph = Graph::record_vector(&Arm, &xs[0]);
        let program = Together::compile(vec![graph.clone(), graph.jacobian()], &xs[0]);
        batch(run, "batch robot arm, Jacobian", &program, &xs, |x, out| {
            let y = arm::<Dual<f64, 2>>(std::array::from_fn(|i| Dual::seeded(x[i], i)));
            out[..2].copy_from_slice(&y.map(Dual::primal));
            out[2..].copy_from_slice(y.map(Dual::tangents).as_flattened());
        });
    }
}

fn batch<const N: usize>(
    run: &Run,
    name: &str,
    program: &Program,
    xs: &[[f64; N]],
    duals: impl Fn(&[f64; N], &mut [f64]),
) {
    let outputs = program.outputs();
    let [mut right, mut found, mut one] = [(); 3].map(|()| vec![0.0; xs.len() * outputs]);
    xs.iter().zip(right.chunks_exact_mut(outputs)).for_each(|(x, out)| duals(x, out));
    assert!(program.call_many(xs.as_flattened(), &mut found).is_empty());
    for (found, right) in found.chunks_exact(outputs).zip(right.chunks_exact(outputs)) {
        let largest = right.iter().fold(1.0, |largest: f64, y| largest.max(y.abs()));
        assert!(
            found.iter().zip(right).all(|(a, b)| (a - b).abs() <= 1e-12 * largest),
            "{name}: {found:?}, not {right:?}"
        );
    }
    if !run.timed {
        println!("{name}: all results are right");
        return;
    }
    let mut by_duals =
        || xs.iter().zip(right.chunks_exact_mut(outputs)).for_each(|(x, out)| duals(black_box(x), black_box(out)));
    let by_call = || {
        for (x, out) in xs.iter().zip(one.chunks_exact_mut(outputs)) {
            program.call(black_box(x), black_box(out)).expect("it was right before");
        }
    };
    let single = compare(&mut by_duals, by_call);
    let by_lanes = || {
        black_box(program.call_many(black_box(xs.as_flattened()), black_box(&mut found)));
    };
    let lanes = compare(&mut by_duals, by_lanes);
    let each = 1e9 / xs.len() as f64;
    println!(
        "{name:42}{:>9.1}{:>9.1}{:>9.1} | {:.2} times as fast",
        lanes.baseline * each,
        single.best * each,
        lanes.best * each,
        lanes.baseline / lanes.best
    );
}
