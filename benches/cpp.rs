//! Our gradients beside those of C++ libraries, in one run: F1 to F6.
//!
//! `benches/cpp/build.sh DIRECTORY` compiles a program for each library that it is told of, and
//! `cargo bench --bench cpp -- DIRECTORY` runs them in turns with our gradients. Problems are those of
//! `tests/common/problems.rs`, on both sides with the same points and the same order of operations. Each program first compares its
//! value and gradient with ours, to 1e-9. A gradient is complete: set inputs, record, sweep, read. Time is CPU time of the thread.
//! A word after the directory chooses the problems with it in their name. Without `--bench`, or without a directory, gradients are
//! checked and nothing is timed.

#[path = "../tests/common/problems.rs"]
#[allow(dead_code)] // Others need more of it.
mod problems;

use cpu_time::ThreadTime;
use dualtape::value_and_gradient_into;
use problems::{Adjoint, Problem, Visitor};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program that is no library, but stands for some: its ratio is a column of its own.
const STAND_IN: &str = "statement";
/// How often everybody has a turn.
const ROUNDS: usize = 5;
/// Of each turn; C++ programs take as many, or fewer where a call takes long.
const SAMPLES: usize = 9;
const SECONDS_PER_SAMPLE: f64 = 3e-3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut words = arguments.iter().filter(|a| !a.starts_with('-'));
    let directory = words.next().map(Path::new);
    let filter = words.next().cloned().unwrap_or_default();
    let timed = arguments.iter().any(|a| a == "--bench");
    let mut programs = directory.map_or_else(Vec::new, executables);
    programs.sort();
    let reference = std::env::temp_dir().join(format!("dualtape-reference-{}.txt", std::process::id()));
    let mut race = Race { timed: timed && !programs.is_empty(), programs, filter, reference };
    if race.timed {
        race.print_head();
    }
    problems::gradient_set(&mut race);
    problems::fused_set(&mut race);
    let _ = fs::remove_file(&race.reference);
}

/// The files in a directory: `build.sh` leaves nothing but programs there.
fn executables(directory: &Path) -> Vec<PathBuf> {
    let files = directory.canonicalize().and_then(fs::read_dir);
    let files = files.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    files.map(|file| file.expect("an entry of the directory").path()).filter(|path| path.is_file()).collect()
}

struct Race {
    programs: Vec<PathBuf>,
    /// Only problems with this in their name.
    filter: String,
    /// A file with a value, a point and a gradient, which programs compare theirs with.
    reference: PathBuf,
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
        if !problem.name.contains(&self.filter) {
            return;
        }
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
        self.print(&row);
    }
}

impl Race {
    /// What a program says about a problem; `None` if it is wrong there, of which it tells on its own.
    fn turn(&self, program: &Path, problem: &str) -> Option<[f64; 3]> {
        let problem = problem.trim_end_matches(" fused");
        let mut command = Command::new(program);
        // Some libraries write long recordings to files in the working directory.
        let command = command.arg(problem).arg(&self.reference).current_dir(std::env::temp_dir());
        let output = command.stderr(Stdio::inherit()).output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let times: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        output.status.success().then(|| times.try_into().expect("a program prints three times"))
    }

    fn print_head(&self) {
        println!(
            "Microseconds, the best of {ROUNDS} turns of {SAMPLES} samples, and the ratio to plain numbers of the same language."
        );
        println!(
            "Then our time as a ratio to the best library's, and to that of the {STAND_IN} tape: medians of the turns."
        );
        let names: String = self.programs.iter().map(|program| format!("{:>19}", name(program))).collect();
        println!("{:9}{:>9}{:>9}{:>19}{names}  | best  tape", "", "Rust", "C++", "dualtape");
    }

    fn print(&self, row: &Row) {
        let plain = row.others.iter().flatten().map(|turns| turns.best(0)).fold(f64::INFINITY, f64::min);
        let cells = row.others.iter().map(|turns| match turns {
            Some(turns) => cell(turns.best(1), plain),
            None => format!("{:>19}", "wrong"),
        });
        println!(
            "{:9}{:>9.2}{:>9.2}{}{}  |{:>5.2}{:>6.2}",
            row.problem,
            row.ours.best(0) * 1e6,
            plain * 1e6,
            cell(row.ours.best(1), row.ours.best(0)),
            cells.collect::<String>(),
            self.ratio(row, |program| name(program) != STAND_IN),
            self.ratio(row, |program| name(program) == STAND_IN),
        );
    }

    /// Our time to the best of some others', by the medians of samples: the median of the turns.
    fn ratio(&self, row: &Row, counts: impl Fn(&Path) -> bool) -> f64 {
        let others = || self.programs.iter().zip(&row.others).filter(|(program, _)| counts(program));
        let ratio = |(round, turn): (usize, &[f64; 3])| {
            let best =
                others().filter_map(|(_, turns)| Some(turns.as_ref()?.0[round][2])).fold(f64::INFINITY, f64::min);
            turn[2] / best
        };
        let mut ratios: Vec<f64> = row.ours.0.iter().enumerate().map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ROUNDS / 2]
    }
}

/// A program is called as its library.
fn name(program: &Path) -> String {
    program.file_name().expect("a file").to_string_lossy().into_owned()
}

fn cell(seconds: f64, plain: f64) -> String {
    format!("{:>11.2} ({:>5.1})", seconds * 1e6, seconds / plain)
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
