//! What a derivative costs by the drivers and by replay, from counts of operations.

use super::super::body::{Body, Op, Operand};
use super::super::program::Program;
use super::kept::{Kind, Recorded};
use crate::drivers::by_size::{gradient_width, hessian_width, jacobian_width};
use std::fmt::{self, Display};

/// What the cost of a function depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    inputs: usize,
    outputs: usize,
    operations: usize,
    /// Operands beyond the first that carry derivatives, over all operations: what a tape records.
    joins: usize,
    /// Rules, which are calls of the mathematical library for the most part.
    calls: usize,
    /// The longest chain of operations that depend on each other.
    depth: usize,
}

impl Counts {
    pub fn of(graph: &Body) -> Counts {
        let mut counts = Counts {
            inputs: graph.point.len(),
            outputs: graph.results.len(),
            operations: 0,
            joins: 0,
            calls: 0,
            depth: 0,
        };
        let mut depths: Vec<u32> = Vec::with_capacity(graph.nodes.len());
        for (i, node) in graph.nodes.iter().enumerate() {
            let nodes = graph.operands(node).iter().filter_map(|operand| match operand {
                Operand::Node(node) => Some(*node as usize),
                Operand::Constant(_) => None,
            });
            let depth = nodes.clone().map(|node| depths[node]).max().map_or(0, |depth| depth + 1);
            depths.push(depth);
            if matches!(node.op, Op::Input(_)) || !graph.is_shown[i] {
                continue;
            }
            counts.operations += 1;
            counts.depth = counts.depth.max(depth as usize);
            let mut operands: Vec<usize> = nodes.collect();
            operands.dedup();
            counts.joins += operands.len().saturating_sub(1);
            counts.calls += usize::from(node.op.is_call());
        }
        counts
    }
}

/// Nanoseconds of a call by the drivers and by replay, on the machine that the constants were fitted on. What counts is their ratio.
///
/// The constants are least squares of relative errors over the programs of `cargo bench --bench compiled` that are not called fresh
/// there. For most of them both times are right within a factor of 1.5. Functions that cost more than others are the exception: two
/// programs full of them take 5 and 7 times as long by the tape, so it is kept where replay would be twice as fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    drivers: f64,
    replay: f64,
    margin: f64,
}

/// How many times as fast as the drivers a replay has to be by the estimate. What is nearly as fast either way is not worth a recording.
const MARGIN: f64 = 1.1;

/// The same for derivatives that are not one gradient on a tape, which the constants were not fitted on. For these the estimate was found
/// up to 1.8 times too high.
const WIDER_MARGIN: f64 = 1.6;

/// A gradient by a tape.
fn tape(f: &Counts) -> f64 {
    160.0 + 1.1 * f.inputs as f64 + 1.0 * f.operations as f64 + 3.8 * f.joins as f64 + 12.0 * f.calls as f64
}

/// A gradient on a tape of dual numbers with `width` directions, in gradients on a tape of plain numbers: `cargo bench --bench ratios`
/// has 2.0 to 2.3 for one direction and 5 to 9 for eight.
fn tape_of_duals(width: f64) -> f64 {
    1.4 + 0.7 * width
}

/// An evaluation on dual numbers with `width` directions.
fn duals(f: &Counts, width: f64) -> f64 {
    74.0 + (1.8 + 0.12 * width) * f.operations as f64 + 16.0 * f.calls as f64
}

/// A run of a program for the derivative with the counts `d`.
fn replay(d: &Counts, program: &Program) -> f64 {
    let operations = program.operations();
    // From here on words have 32 bits, and memory is more than the first caches hold.
    let far = operations.saturating_sub(1 << 16);
    // A gradient has as many results as inputs and one more. Those of a matrix are copied and seldom computed.
    let of_matrix = d.outputs.saturating_sub(d.inputs + 1);
    37.0 + 1.0 * d.inputs as f64
        + 2.0 * of_matrix as f64
        + 0.56 * operations as f64
        + 0.52 * far as f64
        + 4.2 * program.decisions() as f64
        + 10.0 * d.calls as f64
        + 1.1 * d.depth as f64
}

impl Estimate {
    pub fn new(kind: Kind, recorded: &Recorded, program: &Program) -> Estimate {
        let (f, derivative) = (&recorded.counts, Counts::of(&program.graph().body));
        let Counts { inputs: n, outputs: m, .. } = *f;
        let chunks = |side: usize, width: usize| side.div_ceil(width).max(1) as f64;
        let drivers = match kind {
            Kind::Gradient => gradient_width(n).map_or_else(|| tape(f), |width| duals(f, width as f64)),
            Kind::Hessian => {
                let width = hessian_width(n);
                chunks(n, width) * tape_of_duals(width as f64) * tape(f)
            }
            Kind::Hvp => tape_of_duals(1.0) * tape(f),
            Kind::Jvp => duals(f, 1.0),
            Kind::Vjp => tape(f),
            Kind::Jacobian => match jacobian_width(n, m) {
                Some(width) => chunks(n, width) * duals(f, width as f64),
                // A sweep of eight rows takes about as long as the recording.
                None => (1.0 + chunks(m, 8)) * tape(f),
            },
        };
        let margin = if matches!(kind, Kind::Gradient | Kind::Vjp) { MARGIN } else { WIDER_MARGIN };
        Estimate { drivers, replay: replay(&derivative, program), margin }
    }

    /// Whether to replay.
    pub fn pays(self) -> bool {
        self.margin * self.replay < self.drivers
    }
}

impl Display for Estimate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "estimated {:.2} times as fast as the drivers", self.drivers / self.replay)
    }
}
