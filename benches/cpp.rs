//! Our gradients beside those of C++ libraries, in one run: F1 to F6.
//!
//! `benches/cpp/build.sh DIRECTORY` compiles a program for each library that it is told of, and
//! `cargo bench --bench cpp -- DIRECTORY` runs them in turns with our gradients. Problems are those of
//! `tests/common/problems.rs`, on both sides with the same points and the same order of operations. Each program first compares its
//! value and gradient with ours, to 1e-9. A gradient is complete: set inputs, record, sweep, read. Time is CPU time of the thread.
//! Without `--bench`, or without a directory, gradients are checked and nothing is timed.

#[path = "../tests/common/problems.rs"]
mod problems;

use cpu_time::ThreadTime;
use dualtape::value_and_gradient_into;
use problems::{Adjoint, Problem, Visitor};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How often everybody has a turn.
const ROUNDS: usize = 5;
/// Of each turn; C++ programs take as many.
const SAMPLES: usize = 9;
const SECONDS_PER_SAMPLE: f64 = 3e-3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let directory = arguments.iter().find(|a| !a.starts_with('-')).map(Path::new);
    let timed = arguments.iter().any(|a| a == "--bench");
    let mut programs = directory.map_or_else(Vec::new, executables);
    programs.sort();
    let mut race =
        Race { programs, reference: std::env::temp_dir().join("dualtape-reference.txt"), rows: Vec::new(), timed };
    problems::gradient_set(&mut race);
    problems::fused_set(&mut race);
    let _ = fs::remove_file(&race.reference);
    if timed && !race.programs.is_empty() {
        race.print();
    }
}

/// The files in a directory: `build.sh` leaves nothing but programs there.
fn executables(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    files.map(|file| file.expect("an entry of the directory").path()).filter(|path| path.is_file()).collect()
}

struct Race {
    programs: Vec<PathBuf>,
    /// A file with a value, a point and a gradient, which programs compare theirs with.
    reference: PathBuf,
    rows: Vec<Row>,
    timed: bool,
}

/// What came of one problem.
struct Row {
    problem: &'static str,
    ours: Turns,
    /// In the order of the programs.
    others: Vec<Option<Turns>>,
}

/// Seconds of every round: the plain function at best, the gradient at best and at the median.
#[derive(Default)]
struct Turns(Vec<[f64; 3]>);

impl Turns {
    fn best(&self, which: usize) -> f64 {
        self.0.iter().map(|turn| turn[which]).fold(f64::INFINITY, f64::min)
    }
}

impl Visitor for Race {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let mut gradient = vec![0.0; problem.x0.len()];
        let value = value_and_gradient_into(|x| problem.function.eval(x), &problem.x0, &mut gradient);
        let mut by_hand = gradient.clone();
        problem.function.adjoint(&problem.x0, &mut by_hand);
        let largest = by_hand.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
        assert!(gradient.iter().zip(&by_hand).all(|(a, b)| (a - b).abs() <= 1e-12 * largest), "{}", problem.name);
        if !self.timed {
            println!("{}: the gradient is right", problem.name);
            return;
        }
        let numbers = std::iter::once(&value).chain(&problem.x0).chain(&gradient);
        let text: Vec<String> = numbers.map(|x| format!("{x:e}")).collect();
        fs::write(&self.reference, text.join("\n")).expect("the temporary directory can be written to");

        let mut row = Row {
            problem: problem.name,
            ours: Turns::default(),
            others: self.programs.iter().map(|_| Some(Turns::default())).collect(),
        };
        for _ in 0..ROUNDS {
            let plain = samples(|| {
                black_box(problem.function.eval(black_box(&problem.x0)));
            });
            let ours = samples(|| {
                let f = |x: &[_]| problem.function.eval(x);
                black_box(value_and_gradient_into(f, black_box(&problem.x0), black_box(&mut gradient)));
            });
            row.ours.0.push([plain[0], ours[0], ours[SAMPLES / 2]]);
            for (program, turns) in self.programs.iter().zip(&mut row.others) {
                let turn = turns.is_some().then(|| self.turn(program, problem.name)).flatten();
                *turns = turns.take().zip(turn).map(|(mut turns, turn)| {
                    turns.0.push(turn);
                    turns
                });
            }
        }
        self.rows.push(row);
    }
}

impl Race {
    /// What a program says about a problem; `None` if it is wrong there, of which it tells on its own.
    fn turn(&self, program: &Path, problem: &str) -> Option<[f64; 3]> {
        let problem = problem.trim_end_matches(" fused");
        let mut command = Command::new(program);
        let output = command.arg(problem).arg(&self.reference).stderr(Stdio::inherit()).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let times: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        output.status.success().then(|| times.try_into().expect("a program prints three times"))
    }

    fn print(&self) {
        let names = self.programs.iter().map(|path| path.file_name().expect("a file").to_string_lossy());
        let names: Vec<String> = names.map(|name| format!("{name:>11}")).collect();
        println!(
            "Gradients in microseconds, best of {ROUNDS} turns of {SAMPLES} samples; in brackets the ratio to plain numbers of"
        );
        println!("the same language; ours to the best of the others: of the best samples, and the median of the turns");
        println!("{:10}{:>9}{:>9}{:>18} |{}", "", "Rust", "C++", "dualtape", names.join("       "));
        for row in &self.rows {
            let others = row.others.iter().flatten();
            let plain = others.clone().map(|turns| turns.best(0)).fold(f64::INFINITY, f64::min);
            let cells = row.others.iter().map(|turns| match turns {
                Some(turns) => cell(turns.best(1), plain),
                None => format!("{:>18}", "wrong"),
            });
            let cells: String = cells.collect();
            let best = others.map(|turns| turns.best(1)).fold(f64::INFINITY, f64::min);
            println!(
                "{:10}{:>9.2}{:>9.2}{} |{cells} |{:>6.2}{:>6.2}",
                row.problem,
                row.ours.best(0) * 1e6,
                plain * 1e6,
                cell(row.ours.best(1), row.ours.best(0)),
                row.ours.best(1) / best,
                row.median_of_turns()
            );
        }
    }
}

impl Row {
    /// Of the ratios of each turn, by the medians of its samples.
    fn median_of_turns(&self) -> f64 {
        let ratio = |(round, turn): (usize, &[f64; 3])| {
            let others = self.others.iter().flatten().map(|turns| turns.0[round][2]);
            turn[2] / others.fold(f64::INFINITY, f64::min)
        };
        let mut ratios: Vec<f64> = self.ours.0.iter().enumerate().map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ROUNDS / 2]
    }
}

fn cell(seconds: f64, plain: f64) -> String {
    format!("{:>9.2} ({:>5.1})", seconds * 1e6, seconds / plain)
}

/// Seconds of each sample, in increasing order.
fn samples(mut call: impl FnMut()) -> [f64; SAMPLES] {
    let mut seconds_per_call = |calls: usize| {
        let start = ThreadTime::now();
        (0..calls).for_each(|_| call());
        start.elapsed().as_secs_f64() / calls as f64
    };
    let mut calls = 1;
    // Doubling the calls until a sample is long enough also warms caches and buffers.
    while seconds_per_call(calls) * (calls as f64) < SECONDS_PER_SAMPLE / 2.0 {
        calls *= 2;
    }
    let mut seconds: [f64; SAMPLES] = std::array::from_fn(|_| seconds_per_call(calls));
    seconds.sort_by(f64::total_cmp);
    seconds
}
