//! The clock of the benchmarks: what one way of computing something costs, as a ratio to another.
//!
//! - Thread CPU time, because wall time also counts what else the machine runs.
//! - The clock rate of a shared machine can change by a factor of two within a second. So every sample stands between two
//!   samples of its baseline, and its ratio is taken against their mean; times are the best sample of each.
//! - Run it on a quiet machine. Recording keeps the core's units busy while the plain function mostly waits for additions, so a
//!   neighbour on the same core slows the first more: ratios then rise by up to 1.4.

use cpu_time::ThreadTime;
use std::fmt::{Display, Formatter};

const SAMPLES: usize = 25;
const SECONDS_PER_SAMPLE: f64 = 3e-3;

/// What the command line asks of a benchmark.
pub struct Run {
    /// Only problems with this in their name.
    filter: String,
    /// `cargo bench` passes `--bench`. Without it, as under `cargo test --benches`, results are checked and nothing is timed.
    pub timed: bool,
}

impl Run {
    pub fn from_arguments() -> Run {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        Run {
            filter: arguments.iter().find(|a| !a.starts_with('-')).cloned().unwrap_or_default(),
            timed: arguments.iter().any(|a| a == "--bench"),
        }
    }

    pub fn wants(&self, problem: &str) -> bool {
        problem.contains(&self.filter)
    }
}

/// One method against another. Displayed as the best time in microseconds, the ratio of the best times, and the median ratio.
pub struct Comparison {
    /// Seconds of the best sample of each.
    pub baseline: f64,
    pub best: f64,
    /// In increasing order.
    ratios: Vec<f64>,
}

impl Comparison {
    pub fn median(&self) -> f64 {
        self.ratios[SAMPLES / 2]
    }

    /// The smallest and the largest ratio.
    #[allow(dead_code)] // not every benchmark shows it
    pub fn range(&self) -> String {
        format!("[{:.2}, {:.2}]", self.ratios[0], self.ratios[SAMPLES - 1])
    }
}

impl Display for Comparison {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        let time = self.best * 1e6;
        let digits = if time < 1000.0 { 2 } else { 0 };
        write!(out, "{time:>8.digits$}{:>7.2}{:>8.2}", self.best / self.baseline, self.median())
    }
}

/// Times `method` against `baseline`. Both must hide inputs and results from the compiler (`black_box`).
pub fn compare(mut baseline: impl FnMut(), mut method: impl FnMut()) -> Comparison {
    let baseline_calls = calls_per_sample(&mut baseline);
    let calls = calls_per_sample(&mut method);
    let mut result = Comparison { baseline: f64::INFINITY, best: f64::INFINITY, ratios: Vec::with_capacity(SAMPLES) };
    for _ in 0..SAMPLES {
        let before = seconds_per_call(&mut baseline, baseline_calls);
        let seconds = seconds_per_call(&mut method, calls);
        let after = seconds_per_call(&mut baseline, baseline_calls);
        result.baseline = result.baseline.min(before).min(after);
        result.best = result.best.min(seconds);
        result.ratios.push(2.0 * seconds / (before + after));
    }
    result.ratios.sort_by(f64::total_cmp);
    result
}

fn seconds_per_call(method: &mut impl FnMut(), calls: usize) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..calls {
        method();
    }
    start.elapsed().as_secs_f64() / calls as f64
}

/// Doubling the calls until a sample is long enough also warms caches and buffers.
fn calls_per_sample(method: &mut impl FnMut()) -> usize {
    let mut calls = 1;
    while seconds_per_call(method, calls) * (calls as f64) < SECONDS_PER_SAMPLE / 2.0 {
        calls *= 2;
    }
    calls
}
