//! What a derivative costs by the drivers and by replay, from counts of operations.

use super::super::Graph;
use super::super::body::{Body, Op, Operand};
use super::super::prices::{Amounts, Prices};
use super::super::program::{Program, STRAIGHT, WINDOW};
use super::super::table::Fx;
use super::kept::{Kind, Recorded};
use crate::drivers::by_size::{gradient_width, hessian_width, jacobian_width};
use std::fmt::{self, Display};
use std::hash::{Hash as _, Hasher as _};

/// What the cost of a function depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    inputs: usize,
    outputs: usize,
    operations: usize,
    /// Operands beyond the first that carry derivatives, over all operations: what a tape records.
    joins: usize,
    /// Rules, which are calls of the mathematical library for the most part, and how long these take.
    calls: usize,
    cost_of_calls: f64,
    divisions: usize,
    /// How long the longest chains of operations that depend on each other take, of so many in a row, in all.
    latency: f64,
    /// Operations of which those before do not tell what they are.
    surprises: usize,
}

/// How many operations in a row a processor has in sight, which runs what does not wait for each other at the same time. A program puts
/// [`WINDOW`] of them in an order of its own.
const IN_SIGHT: usize = 32;

impl Counts {
    /// Of a function.
    pub fn of(graph: &Body) -> Counts {
        Counts::within(graph, IN_SIGHT)
    }

    fn within(graph: &Body, window: usize) -> Counts {
        let mut counts = Counts {
            inputs: graph.point.len(),
            outputs: graph.results.len(),
            operations: 0,
            joins: 0,
            calls: 0,
            cost_of_calls: 0.0,
            divisions: 0,
            latency: 0.0,
            surprises: 0,
        };
        let mut foreseen = Foreseen::new();
        let mut latencies: Vec<f64> = Vec::with_capacity(graph.nodes.len());
        let (mut first, mut longest) = (0, 0.0);
        for (i, node) in graph.nodes.iter().enumerate() {
            let nodes = graph.operands(node).iter().filter_map(|operand| match operand {
                Operand::Node(node) => Some(*node as usize),
                Operand::Constant(_) => None,
            });
            if i == first + window {
                counts.latency += std::mem::take(&mut longest);
                first = i;
            }
            let before = nodes.clone().filter(|&node| node >= first).map(|node| latencies[node]).fold(0.0, f64::max);
            let own = match node.op {
                Op::Input(_) => 0.0,
                Op::Div => 4.0,
                _ => graph.cost_of_call(node).max(1.0),
            };
            latencies.push(before + own);
            if matches!(node.op, Op::Input(_)) || !graph.is_shown[i] {
                continue;
            }
            counts.operations += 1;
            longest = f64::max(longest, before + own);
            counts.divisions += usize::from(node.op == Op::Div);
            let mut operands: Vec<usize> = nodes.collect();
            operands.dedup();
            counts.joins += operands.len().saturating_sub(1);
            counts.calls += usize::from(node.op.is_call());
            counts.cost_of_calls += graph.cost_of_call(node);
            counts.surprises += usize::from(foreseen.is_surprised_by(node.op));
        }
        counts.latency += longest;
        counts
    }
}

/// What comes after which operations.
///
/// Where a function goes by data, as an interpreter does, a processor guesses its branches by what came before, and each wrong guess
/// costs it and the tape some nanoseconds that a replay does not take. The recording shows how often: this guesses in the same way.
struct Foreseen {
    /// A mark of the operation that came last time.
    after: Vec<u8>,
    /// The operations before, eight bits each.
    before: u64,
}

impl Foreseen {
    const BITS: u32 = 14;

    fn new() -> Foreseen {
        Foreseen { after: vec![0; 1 << Self::BITS], before: 0 }
    }

    fn is_surprised_by(&mut self, op: Op) -> bool {
        let hash = |x: &dyn Fn(&mut Fx)| {
            let mut hasher = Fx::default();
            x(&mut hasher);
            hasher.finish() >> (u64::BITS - Self::BITS)
        };
        let mark = hash(&|hasher| op.hash(hasher)) as u8;
        let after = &mut self.after[hash(&|hasher| hasher.write_u64(self.before)) as usize];
        self.before = self.before << 8 | u64::from(mark);
        std::mem::replace(after, mark) != mark
    }
}

/// Nanoseconds of a call by the drivers and by replay, on the machine that the constants were fitted on. What counts is their ratio.
///
/// For most programs both times are right within a factor of 1.5. Functions that compute much which they do not use, or look much up in their
/// data, are the exception: they take up to 7 times as long.
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
const TAPE: Prices<8> = Prices([
    ("call by tape", 60.0),
    ("input", 0.33),
    ("join", 3.6),
    ("function", 4.9),
    ("call", 0.26), // a nanosecond of a function
    ("surprise", 7.6),
    ("latency", 0.98),
    ("far", 1.2), // a join beyond the caches
]);

/// An evaluation on dual numbers.
const DUALS: Prices<8> = Prices([
    ("call on duals", 47.0),
    ("operation", 0.38),
    ("tangent", 0.21),
    ("function", 5.8),
    ("call", 0.16), // a nanosecond of a function
    ("surprise", 1.2),
    ("division", 0.98),
    ("latency", 0.75),
]);

/// A run of a program, besides what it costs as [straight code](STRAIGHT).
const REPLAY: Prices<2> = Prices([("copy", 2.0), ("latency", 0.55)]);

/// So many joins of a tape stay in the caches.
const JOINS_IN_CACHE: usize = 1 << 15;

impl Counts {
    fn by_tape(&self) -> [f64; 8] {
        let Counts { inputs, joins, calls, cost_of_calls, surprises, latency, .. } = *self;
        let far = joins.saturating_sub(JOINS_IN_CACHE);
        let [inputs, joins, calls, surprises, far] = [inputs, joins, calls, surprises, far].map(|count| count as f64);
        [1.0, inputs, joins, calls, cost_of_calls, surprises, latency, far]
    }

    fn on_duals(&self, width: f64) -> [f64; 8] {
        let Counts { operations, calls, cost_of_calls, surprises, divisions, latency, .. } = *self;
        let [operations, calls, surprises, divisions] =
            [operations, calls, surprises, divisions].map(|count| count as f64);
        [1.0, operations, width * operations, calls, cost_of_calls, surprises, divisions, latency]
    }

    /// Of a derivative.
    fn by_replay(&self) -> [f64; 2] {
        // A gradient has as many results as inputs and one more. Those of a matrix are copied and seldom computed.
        let of_matrix = self.outputs.saturating_sub(self.inputs + 1);
        [of_matrix as f64, self.latency]
    }
}

fn tape(f: &Counts) -> f64 {
    TAPE.of(f.by_tape())
}

fn duals(f: &Counts, width: f64) -> f64 {
    DUALS.of(f.on_duals(width))
}

/// A run of a program for the derivative with the counts `d`.
fn replay(d: &Counts, program: &Program) -> f64 {
    STRAIGHT.of(program.amounts()) + REPLAY.of(d.by_replay())
}

impl Graph {
    /// What the value and the gradient of this graph consist of by the drivers, and by `program`. For the benchmark that the
    /// estimate is fitted by.
    #[doc(hidden)]
    #[must_use]
    pub fn amounts_of_gradient(&self, program: &Program) -> [Amounts; 2] {
        let (f, d) = (Counts::of(&self.body), Counts::within(&program.graph().body, WINDOW));
        let drivers = match gradient_width(f.inputs) {
            None => TAPE.named(f.by_tape()),
            Some(width) => DUALS.named(f.on_duals(width as f64)),
        };
        [drivers, [STRAIGHT.named(program.amounts()), REPLAY.named(d.by_replay())].concat()]
    }
}

/// A gradient on a tape of dual numbers with `width` directions, in gradients on a tape of plain numbers: `cargo bench --bench ratios`
/// has 2.0 to 2.3 for one direction and 5 to 9 for eight.
fn tape_of_duals(width: f64) -> f64 {
    1.4 + 0.7 * width
}

impl Estimate {
    pub fn new(kind: Kind, recorded: &Recorded, program: &Program) -> Estimate {
        let (f, derivative) = (&recorded.counts, Counts::within(&program.graph().body, WINDOW));
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
