//! dualtape beside other crates for derivatives: the same problems, one process, one table.
//!
//! In this directory `cargo peers` prints everything in half a minute, and `cargo peers F1` only the problems whose name contains
//! `F1`. `RUSTFLAGS="-Ctarget-cpu=native" cargo peers` does so with the instructions of the machine at hand.
//!
//! How the numbers are made, and why:
//! - Every contestant runs the same generic code ([`problems`]), through a trait that its numbers implement ([`real`]). Only the
//!   rows that say "fused" run another: ours, with operations that take many operands.
//! - Forward mode takes 8 directions at a time, and all at once for 2 and 3 inputs, where a crate has numbers that wide.
//! - Value and derivative are compared with a reference before anything is timed. Who is off by more than [`TOLERANCE`] is
//!   shown as "wrong" and not timed.
//! - A gradient is complete: set inputs, record, sweep, read. Tapes and buffers are warm where a crate lets one keep them.
//! - Thread CPU time, because wall time also counts what else the machine runs.
//! - The clock rate of a shared machine drifts. So all contestants of a problem take turns, one sample each per round, and
//!   each sample follows one of plain `f64`, to which its ratio is taken.
//! - The compiler sees neither the inputs nor which function is timed.

mod peers;
mod problems;
mod real;
#[path = "../../../tests/common/problems.rs"]
#[allow(dead_code)] // The tests need more of it.
mod reference;

use cpu_time::ThreadTime;
use peers::{Contestant, Method, Mode};
use problems::{BlackScholes, Burgers, Function, LogSumExp, Mixture, Network, Reference, Rosenbrock, ThreeInputs};
use reference::{Adjoint, Problem, Visitor};
use std::hint::black_box;

const ROUNDS: usize = 15;
const SECONDS_PER_SAMPLE: f64 = 3e-3;

/// Relative to the value, and to the largest entry of the derivative.
const TOLERANCE: f64 = 1e-9;

fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let wanted = |reference: &&Reference| reference.name.contains(&filter);

    println!("{}; {}; RUSTFLAGS=\"{}\".", processor(), env!("COMPILER"), env!("FLAGS"));
    println!(
        "Microseconds of thread CPU time: best / median of {ROUNDS} samples, and the median ratio to plain `f64`."
    );

    let all = Reference::gradients();
    let gradients: Vec<Column> = all.iter().filter(wanted).map(gradient_column).collect();
    print_table("Gradients, reverse mode", &gradients, |mode| mode != Mode::Forward);
    print_table("Gradients, forward mode", &gradients, |mode| matches!(mode, Mode::Plain | Mode::Forward));

    let small = [Reference::two_inputs(), Reference::three_inputs()];
    let small: Vec<Column> = small.iter().filter(wanted).map(gradient_column).collect();
    print_table("Small gradients", &small, |_| true);

    let hessians = [Reference::hessian("F1 n=10", 10), Reference::hessian("F1 n=100", 100)];
    let hessians: Vec<Column> =
        hessians.iter().filter(wanted).map(|r| race(&Rosenbrock, r, peers::hessians(r.x.len()))).collect();
    print_table("Dense Hessians", &hessians, |_| true);
}

fn gradient_column(reference: &Reference) -> Column {
    fn column<G: Function + 'static>(function: G, reference: &Reference) -> Column {
        let mut with_fused = WithFused { function: &function, reference, column: None };
        reference::fused_set(&mut with_fused);
        with_fused.column.unwrap_or_else(|| race(&function, reference, peers::gradients(reference.x.len())))
    }
    match reference.name {
        "F1 n=100" | "F1 n=1e4" | "2 inputs" => column(Rosenbrock, reference),
        "F2" => column(LogSumExp, reference),
        "F3" => column(Network::new(), reference),
        "F4" => column(Mixture::new(), reference),
        "F5" => column(Burgers, reference),
        "F6" => column(BlackScholes::new(), reference),
        "3 inputs" => column(ThreeInputs, reference),
        name => panic!("{name} is not among the problems for peers"),
    }
}

/// The race in which the rewritten problem takes part too, if there is one of that name.
struct WithFused<'a, G> {
    function: &'a G,
    reference: &'a Reference,
    column: Option<Column>,
}

impl<G: Function + 'static> Visitor for WithFused<'_, G> {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        if problem.name.strip_suffix(" fused") == Some(self.reference.name) {
            let mut contestants = peers::gradients(self.reference.x.len());
            contestants.insert(2, peers::fused(&problem.function));
            self.column = Some(race(self.function, self.reference, contestants));
        }
    }
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("unknown processor".into(), |(_, name)| name.into())
}

// ---------------------------------------------------------------------------------------------------------------- the race

/// What came of one problem.
struct Column {
    problem: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    mode: Mode,
    /// `None` if the value or the derivative is wrong.
    timing: Option<Timing>,
}

struct Timing {
    best: f64,
    median: f64,
    /// To plain `f64`.
    ratio: f64,
}

/// Checks everybody, then times those who are right. The first contestant is plain `f64`.
fn race<F: Function>(function: &F, reference: &Reference, contestants: Vec<Contestant<F>>) -> Column {
    let mut racers: Vec<Racer<F>> = contestants.into_iter().map(|c| Racer::new(c, function, reference)).collect();
    let (plain, others) = racers.split_first_mut().expect("plain f64 takes part");
    for _ in 0..ROUNDS {
        for racer in others.iter_mut().filter(|racer| racer.is_right) {
            let before = plain.sample(function, reference);
            let seconds = racer.sample(function, reference);
            plain.seconds.push(before);
            plain.ratios.push(1.0);
            racer.seconds.push(seconds);
            racer.ratios.push(seconds / before);
        }
    }
    Column { problem: reference.name, entries: racers.into_iter().map(Racer::finish).collect() }
}

struct Racer<'a, F> {
    name: &'static str,
    mode: Mode,
    method: Method<'a, F>,
    is_right: bool,
    derivative: Vec<f64>,
    calls_per_sample: usize,
    seconds: Vec<f64>,
    ratios: Vec<f64>,
}

impl<'a, F> Racer<'a, F> {
    fn new(contestant: Contestant<'a, F>, function: &F, reference: &Reference) -> Racer<'a, F> {
        let Contestant { name, mode, method } = contestant;
        let derivative = vec![f64::NAN; reference.derivative.len()];
        let (calls_per_sample, seconds, ratios) = (1, Vec::new(), Vec::new());
        let mut racer = Racer { name, mode, method, is_right: true, derivative, calls_per_sample, seconds, ratios };
        let value = (racer.method)(function, &reference.x, &mut racer.derivative);
        racer.is_right = is_close(&[value], &[reference.value])
            && (mode == Mode::Plain || is_close(&racer.derivative, &reference.derivative));
        if !racer.is_right {
            return racer;
        }
        // Doubling the calls until a sample is long enough also warms caches and buffers.
        while racer.sample(function, reference) * (racer.calls_per_sample as f64) < SECONDS_PER_SAMPLE / 2.0 {
            racer.calls_per_sample *= 2;
        }
        racer
    }

    /// Seconds per call.
    fn sample(&mut self, function: &F, reference: &Reference) -> f64 {
        let start = ThreadTime::now();
        for _ in 0..self.calls_per_sample {
            let method = black_box(&mut self.method);
            black_box(method(function, black_box(&reference.x), black_box(&mut self.derivative)));
        }
        start.elapsed().as_secs_f64() / self.calls_per_sample as f64
    }

    fn finish(mut self) -> Entry {
        let timing = self.is_right.then(|| {
            self.seconds.sort_by(f64::total_cmp);
            self.ratios.sort_by(f64::total_cmp);
            let middle = self.seconds.len() / 2;
            Timing { best: self.seconds[0], median: self.seconds[middle], ratio: self.ratios[middle] }
        });
        Entry { name: self.name, mode: self.mode, timing }
    }
}

/// Equal up to [`TOLERANCE`] times the largest entry.
fn is_close(found: &[f64], expected: &[f64]) -> bool {
    let largest = expected.iter().fold(0.0, |largest: f64, e| largest.max(e.abs()));
    found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() <= TOLERANCE * largest)
}

// --------------------------------------------------------------------------------------------------------------- the table

/// Prints the entries of the chosen modes, a column per problem that has any. "–": does not take part; "wrong": does not get
/// a time.
fn print_table(title: &str, columns: &[Column], modes: impl Fn(Mode) -> bool) {
    let chosen = |column: &&Column| column.entries.iter().any(|e| e.mode != Mode::Plain && modes(e.mode));
    let columns: Vec<&Column> = columns.iter().filter(chosen).collect();
    let mut names: Vec<&str> = Vec::new();
    for column in &columns {
        // A name that is new comes after the one before it in its column.
        let mut next = 0;
        for entry in column.entries.iter().filter(|e| modes(e.mode)) {
            let place = names.iter().position(|&name| name == entry.name).unwrap_or_else(|| {
                names.insert(next, entry.name);
                next
            });
            next = place + 1;
        }
    }
    if names.is_empty() {
        return;
    }

    let row = |name: &str, cell: &dyn Fn(&Column) -> String| {
        let cells: Vec<String> = columns.iter().map(|column| cell(column)).collect();
        println!("| {name} | {} |", cells.join(" | "));
    };
    println!("\n**{title}**\n");
    row("", &|column| column.problem.into());
    println!("|---|{}", "---|".repeat(columns.len()));
    for name in names {
        row(name, &|column| match column.entries.iter().find(|e| e.name == name) {
            None => "–".into(),
            Some(Entry { timing: None, .. }) => "wrong".into(),
            Some(Entry { timing: Some(timing), .. }) => timing.to_string(),
        });
    }
    row("*fastest peer / dualtape, same code*", &|column| column.lead(|mode| modes(mode) && mode != Mode::Replay));
    if columns.iter().flat_map(|column| &column.entries).any(|e| e.mode == Mode::Replay && modes(e.mode)) {
        row("*the same, counting what was recorded before*", &|column| column.lead(&modes));
    }
}

impl Column {
    /// How many times faster our best is than the best of the others, on the same code and by the ratios to plain `f64`.
    fn lead(&self, modes: impl Fn(Mode) -> bool) -> String {
        let best = |is_ours: bool| {
            let takes_part = |e: &&Entry| !matches!(e.mode, Mode::Plain | Mode::Fused) && modes(e.mode);
            let of_the_side =
                self.entries.iter().filter(takes_part).filter(|e| e.name.starts_with("dualtape") == is_ours);
            of_the_side.filter_map(|e| Some(e.timing.as_ref()?.ratio)).min_by(f64::total_cmp)
        };
        match (best(true), best(false)) {
            (Some(ours), Some(theirs)) => format!("{:.1}", theirs / ours),
            _ => "–".into(),
        }
    }
}

impl std::fmt::Display for Timing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [best, median] = [self.best, self.median].map(|seconds| three_digits(seconds * 1e6));
        write!(out, "{best} / {median} ({}×)", three_digits(self.ratio))
    }
}

fn three_digits(x: f64) -> String {
    let decimals = (2 - x.log10().floor() as i32).clamp(0, 4) as usize;
    format!("{x:.decimals$}")
}
