//! Rolled programs: recorded loops, found again.
//!
//! ```text
//!   recording        for each i:  a = x[i+1] - x[i]²             cones      the pieces a graph falls into
//!   (a long list)                 b = 1 - x[i]           ──>     shapes     pieces that are the same
//!                                 s += 100 a² + b²               columns    where each finds its operands
//!                                                                           │
//!   program          launch k0 for i in 0..n-1   <── kernels <── bodies, each differentiated once
//!   (a few steps)    sum of its results
//! ```
//!
//! A recording has lost the loops of the function. Here they are found again: the graph is cut into [cones](cones), those of one
//! [shape](shapes) are instances of one [body](bodies), and where they take their operands from are [columns](columns). A body is
//! differentiated once, becomes a [kernel](kernels), and runs for all its instances [side by side](tiles). Long [sums](sums) are steps of
//! their own. What has no instances to speak of is run [straight](order).
//!
//! Time and memory of all this are linear in the number of operations but for sorting the instances, and nothing is recursive.

mod adjoints;
mod bodies;
mod build;
mod columns;
mod cones;
mod cost;
mod kernels;
mod order;
pub(super) mod parts;
mod report;
mod run;
mod shapes;
mod steps;
mod sums;
mod tiles;

pub(super) use report::Reason;
pub use report::Report;
pub(super) use run::Memory;

use super::LAST;
use super::code::Check;
use super::schedule::{STRAIGHT, Schedule};
use crate::graph::body::{Body, Operand};
use crate::graph::prices::{self, Amounts};
use cost::{ROLLED, UNROLLED};
use kernels::Kernel;
use order::{Order, Part};
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use sums::Sums;
use tiles::Launch;

/// A program of a value and its gradient.
#[derive(Debug)]
pub(super) struct Rolled {
    steps: Vec<Step>,
    kernels: Vec<Kernel>,
    /// The memory: values, adjoints, constants, what is kept, and registers.
    first_constant: usize,
    constants: Vec<f64>,
    registers: usize,
    cells: usize,
    value: u32,
    gradient: Range<usize>,
    /// Where there are adjoints, and those that begin with another number than 0.
    alive: Vec<Range<usize>>,
    begin: Vec<(u32, f64)>,
    /// The guards of the function.
    checks: Vec<Check>,
}

#[derive(Debug)]
enum Step {
    Launch(Launch),
    /// A long sum.
    Sum {
        terms: Vec<Terms>,
        to: u32,
    },
    /// Adds the adjoint of a long sum to those of its terms.
    Spread {
        terms: Vec<Terms>,
        from: u32,
    },
    Straight(Box<Straight>),
}

/// Terms of a sum that are evenly spaced.
#[derive(Clone, Debug)]
struct Terms {
    first: u32,
    /// From one to the next.
    distance: i32,
    count: u32,
    is_subtracted: bool,
}

impl Terms {
    fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let Terms { first, distance, count, .. } = *self;
        (0..i64::from(count)).map(move |k| (i64::from(first) + i64::from(distance) * k) as usize)
    }

    /// Adds a term behind the others, if it is where the next one would be.
    fn push(&mut self, place: u32, is_subtracted: bool) -> bool {
        let last = i64::from(self.first) + i64::from(self.distance) * i64::from(self.count - 1);
        let distance = i64::from(place) - last;
        let fits = self.is_subtracted == is_subtracted && (self.count == 1 || distance == i64::from(self.distance));
        match i32::try_from(distance) {
            Ok(distance) if fits => {
                self.distance = distance;
                self.count += 1;
                true
            }
            _ => false,
        }
    }
}

/// Operations that are run straight.
#[derive(Debug)]
struct Straight {
    body: Body,
    schedule: Schedule,
    id: u64,
    inputs: Vec<u32>,
    /// Where each result goes, and whether it is added there.
    outputs: Vec<(u32, bool)>,
}

impl Straight {
    fn new(body: Body, inputs: Vec<u32>, outputs: Vec<(u32, bool)>) -> Box<Straight> {
        debug_assert_eq!((body.point.len(), body.results.len()), (inputs.len(), outputs.len()));
        let schedule = Schedule::new(&body);
        Box::new(Straight { schedule, body, id: LAST.fetch_add(1, Relaxed) + 1, inputs, outputs })
    }
}

impl Rolled {
    /// The value and the gradient of a function, if kernels are the better form.
    pub fn of(function: &Body) -> Result<Rolled, Reason> {
        let rolled = Rolled::at_any_cost(function)?;
        let [cost, straight] = rolled.costs();
        if cost < straight { Ok(rolled) } else { Err(Reason::Cost) }
    }

    /// The same, if there is anything to roll.
    pub fn at_any_cost(function: &Body) -> Result<Rolled, Reason> {
        let [Operand::Node(result)] = function.results[..] else { return Err(Reason::NoOperations) };
        if function.origin.is_some() || !function.conditions.is_empty() || function.is_never_plain {
            return Err(Reason::IsDerivative);
        }
        let (uses, is_watched) = uses(function, result);
        let sums = Sums::find(function, &uses);
        let cone = cones::find(function, &uses, &is_watched, &sums);
        let (mut shapes, level) = shapes::find(function, &cone, &sums);
        let order = Order::find(function, &cone, &sums, &shapes, &level);
        if !order.parts.iter().any(|part| matches!(part, Part::Launch(_))) || order.rolled < order.straight {
            return Err(Reason::Repeats);
        }
        build::build(function, &mut shapes, &sums, order, &cone)
    }

    /// What a call costs by the [model](cost), and what it would cost if all of it were run straight.
    fn costs(&self) -> [f64; 2] {
        let (rolled, parts, unrolled) = self.amounts();
        [ROLLED.of(rolled) + STRAIGHT.of(parts), UNROLLED.of(unrolled)]
    }

    /// The amounts of both forms.
    pub fn named_amounts(&self) -> [Amounts; 2] {
        let (rolled, parts, unrolled) = self.amounts();
        [[ROLLED.named(rolled), STRAIGHT.named(parts)].concat(), UNROLLED.named(unrolled)]
    }

    /// What a call consists of, its straight parts, and what it would consist of if all of it were run straight.
    fn amounts(&self) -> ([f64; 12], [f64; 6], [f64; 5]) {
        let amounts = |step: &Step| match step {
            Step::Launch(launch) => {
                let kernel = &self.kernels[launch.kernel];
                (cost::launch(kernel, launch), [0.0; 6], cost::launch_unrolled(kernel, launch))
            }
            Step::Sum { terms, .. } | Step::Spread { terms, .. } => {
                let count = terms.iter().map(|terms| terms.count as usize).sum();
                (cost::sum(count, terms.len()), [0.0; 6], [0.0, count as f64, 0.0, 0.0, 0.0])
            }
            Step::Straight(part) => {
                let amounts = part.schedule.amounts();
                let [_, operations, _, _, call, divisions] = amounts;
                let numbers = part.inputs.len() + part.outputs.len();
                (cost::part(numbers), amounts, [0.0, operations, 0.0, call, divisions])
            }
        };
        let steps: Vec<_> = self.steps.iter().map(amounts).collect();
        let memory = cost::memory(8 * self.registers);
        let rolled = prices::sum(steps.iter().map(|step| step.0).chain([memory]));
        let unrolled = cost::program_unrolled(prices::sum(steps.iter().map(|step| step.2)));
        (rolled, prices::sum(steps.iter().map(|step| step.1)), unrolled)
    }
}

/// How often each node is used by what leads to the result or to a guard, and which nodes are looked at from outside: these count twice.
fn uses(function: &Body, result: u32) -> (Vec<u32>, Vec<bool>) {
    let n = function.nodes.len();
    let (mut uses, mut is_watched) = (vec![0_u32; n], vec![false; n]);
    let sides = function.guards.iter().flat_map(|guard| guard.about);
    for operand in sides.chain([Operand::Node(result)]) {
        if let Operand::Node(node) = operand {
            uses[node as usize] += 2;
            is_watched[node as usize] = true;
        }
    }
    for node in (0..n).rev() {
        if uses[node] > 0 {
            for &operand in function.operands(&function.nodes[node]) {
                if let Operand::Node(operand) = operand {
                    uses[operand as usize] += 1;
                }
            }
        }
    }
    (uses, is_watched)
}

#[cfg(test)]
mod tests {
    use super::run::Steps;
    use super::{Memory, Rolled};
    use crate::graph::program::widths;
    use crate::graph::{Graph, Traced};
    use std::sync::Arc;

    /// The graph of a function is in memory once, whichever form its program has.
    #[test]
    fn a_program_has_the_graph_of_its_function_and_no_copy() {
        let f = |x: &[Traced]| x.windows(2).map(|w| (w[0] * w[1]).sin()).sum::<Traced>();
        for n in [4, 400] {
            let graph = Graph::record_fn(f, &vec![0.5; n]);
            let program = graph.compile_value_and_gradient();
            assert_eq!(program.report().kernels(), usize::from(n == 400));
            assert!(program.graph.body.function().is_some_and(|function| Arc::ptr_eq(function, &graph.body)));
        }
    }

    /// The same bits by all vector instructions that the machine has, and from memory that another program used before.
    #[test]
    fn all_widths_give_the_same_bits() {
        let f = |x: &[Traced]| {
            let body = |w: &[Traced]| (w[1] - w[0] * w[0]).powi(2) * 100.0 + (w[0] / w[1]).sin() + (w[0] * 0.1).exp();
            let sum: Traced = x.windows(2).map(body).sum();
            x.iter().map(|&x| (x / sum).tanh() * x.max(sum * 0.01)).sum::<Traced>() * x[0]
        };
        // A last step of every length.
        for n in 60..76 {
            let x: Vec<f64> = (0..n).map(|i| 0.5 + f64::from(i % 17) / 16.0).collect();
            let rolled = Rolled::at_any_cost(&Graph::record_fn(f, &x).body).expect("it repeats");
            let mut found: Vec<Vec<u64>> = Vec::new();
            let mut memory = Memory::default();
            for k in 0..3 {
                let way = widths::ways()[k];
                memory.begin(&rolled, u64::from(n as u32), &x);
                if let Ok(is_plain) = way(Steps { rolled: &rolled, memory: &mut memory }) {
                    assert!(is_plain);
                    let mut out = vec![0.0; x.len() + 1];
                    rolled.results(&memory, &mut out);
                    found.push(out.iter().map(|y| y.to_bits()).collect());
                }
            }
            assert!(found.iter().all(|other| *other == found[0]));
        }
    }
}
