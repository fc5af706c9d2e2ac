//! How Newton's method chooses the radius of its trust region, judged over many first radii.
//!
//! One radius cannot rank rules: which problems are solved changes with its mantissa by more than rules differ. So every
//! problem is minimised from a range of first radii, and what counts are the median and the worst of them.
//!
//! The problems are those of Moré, Garbow & Hillstrom (`tests/common/mgh.rs`), of NIST (`examples/nist`), and chained
//! Rosenbrock functions. The set `known` has their usual starts; `fresh` has starts and radii on which nothing was
//! chosen; `long` has chains of 300 variables, whose iterations should not depend on the radius.
//!
//! ```text
//! cargo bench --bench radius                          the sets known and fresh
//! cargo bench --bench radius -- known fresh long      the sets named
//! cargo bench --bench radius -- save=FILE             also writes a line for every run
//! cargo bench --bench radius -- against=FILE          compares with the lines of an earlier program
//! ```
//!
//! Without `--bench` (as under `cargo test --benches`) one radius is taken, of the set `known`, and problems of up to 30 variables.
//!
//! A problem counts as solved if the value is that of a known minimum to 2e-5 of itself (or 1e-12), whatever the status.

#[path = "../tests/common/mgh.rs"]
mod mgh;
#[path = "../examples/nist/mod.rs"]
#[allow(dead_code, reason = "parameters are compared in the example and the tests; here values are")]
mod nist;
#[path = "../tests/common/regression.rs"]
#[allow(dead_code, reason = "other files use the rest")]
mod regression;

use dualtape::optimize::{Newton, Status, TrustRegion};
use mgh::Mgh;
use regression::Chain;
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Instant;

enum Function<'a> {
    Mgh(&'a Mgh),
    Nist(&'a nist::Problem),
    /// A curved valley that is walked one variable after the other.
    Chain,
}

struct Problem<'a> {
    name: String,
    function: Function<'a>,
    start: Vec<f64>,
    minima: Vec<f64>,
}

/// What became of one problem at one radius.
struct Run {
    solved: bool,
    status: Status,
    /// Whether the next Newton step would still gain a part of the value and move a variable by a millionth of itself.
    moves: bool,
    iterations: usize,
    values: usize,
    hessians: usize,
}

fn main() {
    let timed = std::env::args().any(|argument| argument == "--bench");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let mut sets: Vec<&str> = arguments.iter().map(String::as_str).filter(|a| !a.contains('=')).collect();
    if sets.is_empty() {
        sets = if timed { vec!["known", "fresh"] } else { vec!["known"] };
    }
    let file = |key: &str| arguments.iter().find_map(|a| a.strip_prefix(key));
    let earlier = file("against=").map(|path| read(&std::fs::read_to_string(path).expect("a file that can be read")));
    let mut lines = String::new();

    let mgh = mgh::all();
    let nist = nist::Problem::read_all(nist::DIRECTORY).expect("the files of the examples");
    for set in sets {
        let (mut problems, mut radii) = match set {
            "known" => (known(&mgh, &nist), known_radii()),
            "fresh" => (fresh(&mgh, &nist), (0..12).map(|k| 30.0 * 2f64.powf((f64::from(k) + 0.37) / 4.0)).collect()),
            "long" => (chains(&[300], &["-1.2, 1", "alternating", "zero"]), known_radii()),
            "longest" => (chains(&[1000], &["alternating"]), vec![100.0, 133.0, 178.0]),
            other => panic!("expected a set (known, fresh, long, longest), found `{other}`"),
        };
        if !timed {
            radii.truncate(1);
            problems.retain(|problem| problem.start.len() <= 30);
        }
        study(set, &problems, &radii, earlier.as_ref(), &mut lines);
    }
    if let Some(path) = file("save=") {
        std::fs::write(path, lines).expect("a file that can be written");
    }
}

/// Twelve mantissas around the default, and six each for short and long first steps.
fn known_radii() -> Vec<f64> {
    let steps = |from: f64, n: u32, root: f64| (0..n).map(move |k| from * 2f64.powf(f64::from(k) / root));
    steps(100.0, 12, 12.0).chain(steps(1.0, 6, 6.0)).chain(steps(1000.0, 6, 6.0)).collect()
}

fn known<'a>(mgh: &'a [Mgh], nist: &'a [nist::Problem]) -> Vec<Problem<'a>> {
    let mut problems = multiples(mgh, &[1.0, 10.0, 100.0]);
    problems.extend(on_lines(nist, &[0.0, 1.0]));
    problems.extend(chains(&[10, 30, 100], &["-1.2, 1", "alternating", "zero"]));
    problems
}

fn fresh<'a>(mgh: &'a [Mgh], nist: &'a [nist::Problem]) -> Vec<Problem<'a>> {
    let mut problems = multiples(mgh, &[-1.0, 0.3, 3.0, 30.0]);
    problems.extend(on_lines(nist, &[-0.5, 0.5, 1.5]));
    problems.extend(chains(&[20, 50, 150], &["alternating", "zero", "sine"]));
    problems
}

/// The problems of Moré, Garbow & Hillstrom from multiples of their starts.
fn multiples<'a>(mgh: &'a [Mgh], factors: &[f64]) -> Vec<Problem<'a>> {
    let mut problems = Vec::new();
    for &factor in factors {
        for problem in mgh {
            if factor != 1.0 && problem.start.iter().all(|&x| x == 0.0) {
                continue;
            }
            problems.push(Problem {
                name: format!("{} {} n={} x{factor}", problem.number, problem.name, problem.start.len()),
                function: Function::Mgh(problem),
                start: problem.start.iter().map(|x| factor * x).collect(),
                minima: problem.minima.clone(),
            });
        }
    }
    problems
}

/// The problems of NIST from points on the lines through their starts: 0 is start 1, and 1 is start 2.
fn on_lines<'a>(nist: &'a [nist::Problem], places: &[f64]) -> Vec<Problem<'a>> {
    let mut problems = Vec::new();
    for problem in nist {
        for &place in places {
            let [far, near] = &problem.starts;
            problems.push(Problem {
                name: format!("{} at {place}", problem.name),
                function: Function::Nist(problem),
                start: far.iter().zip(near).map(|(far, near)| far + place * (near - far)).collect(),
                minima: vec![problem.residual_sum],
            });
        }
    }
    problems
}

fn chains(sizes: &[usize], starts: &[&str]) -> Vec<Problem<'static>> {
    let mut problems = Vec::new();
    for &n in sizes {
        for &start in starts {
            let entry = |i: usize| match start {
                "-1.2, 1" => [-1.2, 1.0][i.min(1)],
                "alternating" => [-1.2, 1.0][i % 2],
                "zero" => 0.0,
                _ => (i as f64 + 1.0).sin(),
            };
            problems.push(Problem {
                name: format!("chain n={n} {start}"),
                function: Function::Chain,
                start: (0..n).map(entry).collect(),
                minima: vec![0.0, 3.98662], // the second near (-1, 1, 1, ..)
            });
        }
    }
    problems
}

impl Problem<'_> {
    fn run(&self, radius: f64) -> Run {
        let limit = if self.start.len() > 500 { 10_000 } else { 1000 };
        let region = TrustRegion::new().initial_radius(radius);
        let method = Newton::new().max_iterations(limit).trust_region(region);
        let report = match self.function {
            Function::Mgh(problem) => method.minimize(problem, &self.start),
            Function::Nist(problem) => method.minimize(problem, &self.start),
            Function::Chain => method.minimize(&Chain(self.start.len()), &self.start),
        };
        let step = report.hessian.clone().lu().solve(&nalgebra::DVector::from_vec(report.gradient.clone()));
        let moves = step.is_some_and(|s| s.iter().zip(&report.x).any(|(s, x)| s.abs() > 1e-6 * x.abs()))
            && report.decrement.powi(2) > 1e-14 * report.value.abs();
        Run {
            // NIST certifies ten digits, but of Lanczos1 only the size: its residuals are the rounding of its data.
            solved: mgh::is_known(report.value, &self.minima),
            status: report.status,
            moves,
            iterations: report.iterations,
            values: report.evaluations.value,
            hessians: report.evaluations.hessian,
        }
    }
}

/// Evaluations of the values and the Hessians of a run that was solved, by problem and radius.
type Earlier = HashMap<(String, String), (f64, f64)>;

fn read(text: &str) -> Earlier {
    let mut earlier = Earlier::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[problem, radius, solved, _, values, hessians] = &fields[..] else {
            panic!("expected six fields: {line}")
        };
        if solved == "true" {
            let counts = (values.parse().expect("a count"), hessians.parse().expect("a count"));
            earlier.insert((problem.into(), radius.into()), counts);
        }
    }
    earlier
}

fn study(set: &str, problems: &[Problem], radii: &[f64], earlier: Option<&Earlier>, lines: &mut String) {
    let mut seconds = Vec::new();
    let mut runs: Vec<Vec<Run>> = problems.iter().map(|_| Vec::new()).collect(); // by problem, then radius
    for &radius in radii {
        let clock = Instant::now();
        for (problem, runs) in problems.iter().zip(&mut runs) {
            runs.push(problem.run(radius));
        }
        seconds.push(clock.elapsed().as_secs_f64());
    }

    println!(
        "{set}: {} problems, {} radii from {:.3} to {:.1}",
        problems.len(),
        radii.len(),
        least(radii),
        most(radii)
    );
    type Belongs = fn(&Function) -> bool;
    let kinds: [(&str, Belongs); 4] = [
        ("all", |_| true),
        ("Moré, Garbow & Hillstrom", |f| matches!(f, Function::Mgh(_))),
        ("NIST", |f| matches!(f, Function::Nist(_))),
        ("chains", |f| matches!(f, Function::Chain)),
    ];
    println!("  solved (least, median, most over the radii)");
    for (kind, belongs) in kinds {
        let of_kind: Vec<&Vec<Run>> =
            problems.iter().zip(&runs).filter(|(p, _)| belongs(&p.function)).map(|(_, r)| r).collect();
        let solved = |k: usize| of_kind.iter().filter(|runs| runs[k].solved).count() as f64;
        let counts: Vec<f64> = (0..radii.len()).map(solved).collect();
        println!("    {kind:26} {} / {} / {} of {}", least(&counts), median(&counts), most(&counts), of_kind.len());
    }
    let all = || runs.iter().flatten();
    let mean = |count: fn(&Run) -> usize| geometric_mean(all().filter(|run| run.solved).map(|run| count(run) as f64));
    println!(
        "  evaluations of a solved run: {:.2} values, {:.2} Hessians (geometric means)",
        mean(|r| r.values.max(1)),
        mean(|r| r.hessians)
    );
    println!("  iterations of the solved runs at a radius: {:.0}", {
        let total: usize = all().filter(|run| run.solved).map(|run| run.iterations).sum();
        total as f64 / radii.len() as f64
    });
    let converged = all().filter(|run| run.status == Status::Converged && !run.solved && run.moves).count();
    println!("  \"converged\", unsolved, and the next Newton step would move on: {converged} runs");
    let honest = all().filter(|run| run.status != Status::Converged && run.solved).count();
    println!("  solved, but not \"converged\": {honest} runs");
    println!("  seconds at a radius: {:.2} / {:.2} / {:.2}", least(&seconds), median(&seconds), most(&seconds));

    println!("  iterations on the chains (least, median, most), and radii where unsolved");
    for (problem, runs) in problems.iter().zip(&runs).filter(|(p, _)| matches!(p.function, Function::Chain)) {
        let iterations: Vec<f64> = runs.iter().map(|run| run.iterations as f64).collect();
        let failed = runs.iter().filter(|run| !run.solved).count();
        println!(
            "    {:26} {} / {} / {}, {failed}",
            problem.name,
            least(&iterations),
            median(&iterations),
            most(&iterations)
        );
    }
    println!("  radii at which other problems are not solved (and where called converged all the same)");
    for (problem, runs) in problems.iter().zip(&runs).filter(|(p, _)| !matches!(p.function, Function::Chain)) {
        let failed = runs.iter().filter(|run| !run.solved).count();
        let converged = runs.iter().filter(|run| !run.solved && run.status == Status::Converged).count();
        if failed > 0 {
            println!("    {:38} {failed} ({converged})", problem.name);
        }
    }

    let mut ratios = (Vec::new(), Vec::new());
    for (problem, runs) in problems.iter().zip(&runs) {
        for (radius, run) in radii.iter().zip(runs) {
            let Run { solved, iterations, values, hessians, .. } = run;
            writeln!(lines, "{}\t{radius}\t{solved}\t{iterations}\t{values}\t{hessians}", problem.name)
                .expect("room for a line");
            let before = earlier.and_then(|earlier| earlier.get(&(problem.name.clone(), radius.to_string())));
            if let (true, Some(before)) = (*solved, before) {
                ratios.0.push((*values).max(1) as f64 / before.0.max(1.0));
                ratios.1.push(*hessians as f64 / before.1);
            }
        }
    }
    if !ratios.0.is_empty() {
        println!(
            "  against the earlier program, {} runs solved by both: {:.3} of its values, {:.3} of its Hessians",
            ratios.0.len(),
            geometric_mean(ratios.0.iter().copied()),
            geometric_mean(ratios.1.iter().copied())
        );
    }
    println!();
}

fn least(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { 0.5 * (sorted[middle - 1] + sorted[middle]) }
}

fn geometric_mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), number| (sum + number.ln(), count + 1));
    (sum / f64::from(count)).exp()
}
