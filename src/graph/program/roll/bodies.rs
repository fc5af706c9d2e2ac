//! Bodies: the graph that all instances of a launch compute, and its derivative, in two halves.
//!
//! ```text
//!   columns ──> body ──> value          differentiated once:   columns ──> forward ──> value, and what is kept
//!                                                                             │ kept
//!                                       adjoint of the value ──> backward <───┘
//!                                                                   └──> adds to the adjoints of the columns
//! ```
//!
//! A body is differentiated by the driver [`vjp`](crate::vjp) on numbers that record, as every graph is. So its derivatives are those of
//! the rules, with the conditions under which they hold. If the adjoint of the value is a constant, as that of a term of an objective is,
//! value and derivative are one graph. Otherwise they are cut where the adjoint comes in: what does not depend on it is computed on the way
//! forward. Of that the backward half takes what took a call or a division from memory, and computes the rest again.

use super::super::plan::conditions;
use super::shapes::{self, CONSTANT, EXTERNAL};
use crate::float::Condition;
use crate::graph::body::{Body, Node, Op, Operand};
use crate::graph::table::NONE;
use std::collections::BTreeMap;
use std::panic::Location;

/// What the uses of operands in a shape stand for in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// The input with this number.
    Input(u32),
    /// A constant by its bits: it is the same in all instances.
    Literal(u64),
}

/// An empty graph of inputs that are at `point`, of which the first `variables` are differentiated.
fn inputs_at(function: &Body, point: Vec<f64>, variables: usize) -> Body {
    let place = function.nodes.first().map_or_else(Location::caller, |node| node.place);
    let input = |k: usize| Node { op: Op::Input(k as u32), first: 0, last: 0, place };
    Body {
        nodes: (0..point.len()).map(input).collect(),
        operands: Vec::new(),
        rules: function.rules.clone(),
        guards: Vec::new(),
        conditions: Vec::new(),
        results: Vec::new(),
        is_shown: vec![true; point.len()],
        point,
        variables,
        is_never_plain: false,
        is_single: false,
        origin: None,
        names: BTreeMap::new(),
        result_names: Vec::new(),
    }
}

impl Body {
    fn add(&mut self, op: Op, operands: impl IntoIterator<Item = Operand>, place: &'static Location<'static>) -> u32 {
        let first = self.operands.len() as u32;
        self.operands.extend(operands);
        self.nodes.push(Node { op, first, last: self.operands.len() as u32, place });
        self.is_shown.push(true);
        self.nodes.len() as u32 - 1
    }
}

/// The body of a shape with the given words, whose external operands and constants stand for `externals` and `constants`.
pub(super) fn of_shape(
    function: &Body,
    words: &[u32],
    [externals, constants]: [&[Use]; 2],
    point: Vec<f64>,
    variables: usize,
) -> Body {
    let inputs = point.len() as u32;
    let mut body = inputs_at(function, point, variables);
    let place = body.nodes[0].place;
    let (mut externals, mut constants) = (externals.iter(), constants.iter());
    let mut rest = words;
    while let Some((&[op, arity], after)) = rest.split_first_chunk() {
        let (operands, after) = after.split_at(arity as usize);
        rest = after;
        let operands: Vec<Operand> = operands
            .iter()
            .map(|&word| {
                let of_use = match word {
                    EXTERNAL => externals.next(),
                    CONSTANT => constants.next(),
                    local => return Operand::Node(inputs + local),
                };
                match *of_use.expect("one for each use") {
                    Use::Input(k) => Operand::Node(k),
                    Use::Literal(bits) => Operand::Constant(bits),
                }
            })
            .collect();
        body.add(shapes::op(op), operands, place);
    }
    body.results = vec![Operand::Node(body.nodes.len() as u32 - 1)];
    body
}

/// The graph of some operations of `function`: the values of `inputs` come in, of which the first `variables` are differentiated.
pub(super) fn of_nodes(
    function: &Body,
    nodes: &[u32],
    inputs: &[u32],
    variables: usize,
    results: &[u32],
    values: &[f64],
) -> Body {
    let point = inputs.iter().map(|&node| values[node as usize]).collect();
    let mut body = inputs_at(function, point, variables);
    let mut number: BTreeMap<u32, u32> = inputs.iter().copied().zip(0..).collect();
    for &node in nodes {
        let Node { op, place, .. } = function.nodes[node as usize];
        let operands = function.operands(&function.nodes[node as usize]).iter().map(|&operand| match operand {
            Operand::Node(k) => Operand::Node(number[&k]),
            constant => constant,
        });
        let operands: Vec<Operand> = operands.collect();
        let new = body.add(op.paired_apart(), operands, place);
        number.insert(node, new);
    }
    body.results = results.iter().map(|node| Operand::Node(number[node])).collect();
    body
}

/// The part of a graph that computes `results`, where the values of the nodes `given` come in as further inputs. `watched` are conditions
/// that are looked at.
fn part(graph: &Body, given: &[u32], results: &[Operand], watched: impl Iterator<Item = (Condition, u32)>) -> Body {
    let n = graph.nodes.len();
    let inputs = graph.point.len();
    let watched: Vec<(Condition, u32)> = watched.collect();
    let mut is_given = vec![false; n];
    given.iter().for_each(|&node| is_given[node as usize] = true);
    let mut is_live = vec![false; n];
    let roots = results.iter().copied().chain(watched.iter().map(|&(_, node)| Operand::Node(node)));
    for root in roots {
        if let Operand::Node(node) = root {
            is_live[node as usize] = true;
        }
    }
    for node in (inputs..n).rev().filter(|&node| !is_given[node]) {
        if is_live[node] {
            for &operand in graph.operands(&graph.nodes[node]) {
                if let Operand::Node(operand) = operand {
                    is_live[operand as usize] = true;
                }
            }
        }
    }
    let mut body = inputs_at(graph, vec![1.0; inputs + given.len()], graph.variables);
    let mut number = vec![NONE; n];
    (0..inputs).for_each(|k| number[k] = k as u32);
    given.iter().zip(inputs as u32..).for_each(|(&node, k)| number[node as usize] = k);
    let renumbered = |number: &[u32], operand: Operand| match operand {
        Operand::Node(node) => Operand::Node(number[node as usize]),
        constant => constant,
    };
    let is_computed = |node: usize| node < n && is_live[node] && !is_given[node];
    for node in (inputs..n).filter(|&node| is_computed(node)) {
        let Node { op, place, .. } = graph.nodes[node];
        let is_whole = match op {
            Op::First(_) => is_computed(node + 1),
            Op::Second(_) => is_computed(node - 1),
            _ => true,
        };
        let op = if is_whole { op } else { op.paired_apart() };
        let operands: Vec<Operand> =
            graph.operands(&graph.nodes[node]).iter().map(|&operand| renumbered(&number, operand)).collect();
        number[node] = body.add(op, operands, place);
    }
    body.results = results.iter().map(|&operand| renumbered(&number, operand)).collect();
    body.conditions = watched.iter().map(|&(condition, node)| (condition, number[node as usize])).collect();
    body
}

/// What the backward half takes from memory, of what does not depend on the adjoint.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Keep {
    /// What takes longer to compute again.
    Expensive,
    /// Everything.
    All,
}

/// The two halves of a derivative. The first `values` of its results are those of the function, the others are derivatives by its variables.
pub(super) struct Halves {
    pub forward: Body,
    /// What is kept, as inputs of `backward` behind the others: the value with this number, or the next of the results of `forward` behind
    /// the values.
    pub kept: Vec<Option<usize>>,
    pub backward: Body,
    /// What the derivatives by the variables are: a result of `backward` for each node, in their order.
    pub contributions: Vec<Operand>,
}

impl Halves {
    /// Cuts a derivative whose inputs `weights` are the adjoints of the values.
    pub fn of(graph: &Body, values: usize, weights: std::ops::Range<usize>, keep: Keep) -> Halves {
        let n = graph.nodes.len();
        let contributions = graph.results[values..].to_vec();
        let mut depends = vec![false; n];
        depends[weights].fill(true);
        for node in graph.point.len()..n {
            depends[node] = graph.operands(&graph.nodes[node]).iter().any(|&x| is_true(x, &depends));
        }
        let mut value_of = vec![None; n];
        for (k, &value) in graph.results[..values].iter().enumerate() {
            if let Operand::Node(node) = value {
                value_of[node as usize] = Some(k);
            }
        }
        // What the backward half computes, and what it takes.
        let (mut is_needed, mut is_kept) = (vec![false; n], vec![false; n]);
        for &contribution in &contributions {
            if let Operand::Node(node) = contribution {
                is_needed[node as usize] = true;
            }
        }
        for node in (graph.point.len()..n).rev() {
            if !is_needed[node] {
                continue;
            }
            let is_expensive = !matches!(
                graph.nodes[node].op,
                Op::Add | Op::Sub | Op::Mul | Op::Neg | Op::IfLess | Op::Detach | Op::FromPartials
            );
            if !depends[node] && (keep == Keep::All || is_expensive || value_of[node].is_some()) {
                is_kept[node] = true;
                continue;
            }
            for &operand in graph.operands(&graph.nodes[node]) {
                if let Operand::Node(operand) = operand {
                    is_needed[operand as usize] = true;
                }
            }
        }
        let kept: Vec<u32> = (0..n as u32).filter(|&node| is_kept[node as usize]).collect();
        let watched = watched(graph, values);
        let is_backward = |&(_, node): &(Condition, u32)| {
            depends[node as usize] || (is_needed[node as usize] && !is_kept[node as usize])
        };
        let saved = kept.iter().filter(|&&node| value_of[node as usize].is_none()).map(|&node| Operand::Node(node));
        let forward: Vec<Operand> = graph.results[..values].iter().copied().chain(saved).collect();
        let backward: Vec<Operand> = contributions.iter().copied().filter(|x| matches!(x, Operand::Node(_))).collect();
        Halves {
            forward: part(graph, &[], &forward, watched.iter().copied().filter(|x| !is_backward(x))),
            backward: part(graph, &kept, &backward, watched.iter().copied().filter(is_backward)),
            kept: kept.iter().map(|&node| value_of[node as usize]).collect(),
            contributions,
        }
    }
}

fn is_true(operand: Operand, of: &[bool]) -> bool {
    matches!(operand, Operand::Node(node) if of[node as usize])
}

/// The conditions of a derivative as they are looked at, where all derivatives have to be finite in the end, and values need not.
fn watched(graph: &Body, values: usize) -> Vec<(Condition, u32)> {
    let only_derivatives = Body { results: graph.results[values..].to_vec(), ..graph.clone() };
    conditions(&only_derivatives)
}

/// A derivative in one piece: `values` results, and of the derivatives those that are no constants.
pub(super) fn whole(graph: &Body, values: usize) -> Body {
    let derivatives = graph.results[values..].iter().filter(|x| matches!(x, Operand::Node(_)));
    let results: Vec<Operand> = graph.results[..values].iter().chain(derivatives).copied().collect();
    part(graph, &[], &results, watched(graph, values).into_iter())
}
