//! Where the value of each step is to stand, and who uses it last.

use super::super::body::{Body, Op, Operand};
use super::super::table::{Hashed, NONE};
use super::code::{Function, KINDS, Of};
use super::steps::Steps;
use crate::float::Condition;
use std::collections::HashMap;

/// Results that are kept, and those that are used in their own window only.
pub(super) const KEPT: usize = 0;

pub(super) const PASSING: usize = 1;

/// What the steps are to the schedule.
pub(super) struct Plan<'a> {
    pub graph: &'a Body,
    pub steps: Steps,
    /// Where the value of a step is; `NONE` as long as it is not computed.
    pub place: Vec<u32>,
    /// Which batch of steps computes it, from 1; 0 for inputs.
    pub batch: Vec<u32>,
    /// The last step that uses it, where places are used again.
    pub last_use: Vec<u32>,
    /// Where the next result goes that is kept, and the next one that is used in this window only; and which of them is now written.
    pub next: [u32; 2],
    pub writes: Option<usize>,
    pub constants: Constants,
    /// Of each function, whether it has one argument, so that it may take its own result.
    repeats: Vec<bool>,
}

#[derive(Default)]
pub(super) struct Constants {
    pub known: HashMap<u64, u32, Hashed>,
    pub values: Vec<f64>,
    pub first: u32,
}

impl Constants {
    pub fn place(&mut self, bits: u64) -> u32 {
        *self.known.entry(bits).or_insert_with(|| {
            self.values.push(f64::from_bits(bits));
            self.first + self.values.len() as u32 - 1
        })
    }
}

/// The conditions as they are looked at. NaN stays NaN in arithmetic, so instead of asking a number whether it is NaN one may ask what is
/// computed from it, and where that is a result nothing need be asked, since results have to be finite. It is asked of few then, and
/// products disappear in sums. At worst the answer is yes for a number that is not, and the drivers are called in vain; so it
/// is not left to the side of a choice that may not be taken.
pub(in super::super) fn conditions(graph: &Body) -> Vec<(Condition, u32)> {
    let n = graph.nodes.len();
    let mut leads_to_result = vec![false; n];
    let mut is_result = vec![false; n];
    for operand in &graph.results {
        if let Operand::Node(node) = operand {
            leads_to_result[*node as usize] = true;
            is_result[*node as usize] = true;
        }
    }
    // Arithmetic that takes the number and always leads to a result.
    let mut user = vec![NONE; n];
    for (i, node) in graph.nodes.iter().enumerate().rev() {
        if !leads_to_result[i] {
            continue;
        }
        let operands = graph.operands(node);
        let operands = if node.op == Op::IfLess { &operands[..2] } else { operands };
        for operand in operands {
            if let Operand::Node(operand) = operand {
                leads_to_result[*operand as usize] = true;
                if matches!(node.op, Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Neg) {
                    user[*operand as usize] = i as u32;
                }
            }
        }
    }
    let mut is_asked = vec![false; n];
    let mut conditions = Vec::new();
    for &(condition, node) in &graph.conditions {
        if condition == Condition::NotNan {
            is_asked[node as usize] = true;
        } else {
            conditions.push((condition, node));
        }
    }
    for node in 0..n {
        match (is_asked[node] && !is_result[node], user[node]) {
            (true, NONE) => conditions.push((Condition::NotNan, node as u32)),
            (true, user) => is_asked[user as usize] = true,
            _ => {}
        }
    }
    conditions
}

impl<'a> Plan<'a> {
    pub fn new(graph: &'a Body, conditions: &[(Condition, u32)], functions: &mut Vec<Function>) -> Plan<'a> {
        let steps = Steps::new(graph, conditions, functions);
        let (n, inputs) = (steps.len(), graph.point.len());
        let mut place = vec![NONE; n];
        place.iter_mut().take(inputs).zip(0..).for_each(|(place, input)| *place = input);
        let mut constants = Constants { first: inputs as u32, ..Constants::default() };
        let operands = steps.run().flat_map(|step| steps.operands(step)).copied();
        for operand in operands.chain(looked_at(graph, conditions).map(|x| steps.of(x))) {
            if let Operand::Constant(bits) = operand {
                constants.place(bits);
            }
        }
        Plan {
            graph,
            steps,
            place,
            batch: vec![0; n],
            last_use: Vec::new(),
            next: [0; 2],
            writes: Some(KEPT),
            constants,
            repeats: functions
                .iter()
                .map(|function| function.arity == 1 && matches!(function.of, Of::Rule(_) | Of::WithSlope(_)))
                .collect(),
        }
    }

    /// Whether steps of a kind may be run again on their own results.
    pub fn repeats(&self, kind: u32) -> bool {
        kind.checked_sub(KINDS).is_some_and(|function| self.repeats[function as usize])
    }

    /// Notes which step uses each result last; none after it if it is looked at from outside.
    pub fn find_last_uses(&mut self, conditions: &[(Condition, u32)]) {
        let steps = &self.steps;
        let mut last_use = vec![0; steps.len()];
        for step in steps.run() {
            for &operand in steps.operands(step) {
                if let Operand::Node(operand) = operand {
                    last_use[steps.computing(operand) as usize] = step;
                }
            }
        }
        for operand in looked_at(self.graph, conditions) {
            if let Operand::Node(step) = steps.of(operand) {
                last_use[steps.computing(step) as usize] = NONE;
            }
        }
        self.last_use = last_use;
    }

    /// Whether the results of `step` are kept, in a window that ends before the step `end`.
    pub fn keeping(&self, step: u32, end: usize) -> usize {
        if self.last_use.is_empty() || self.last_use[step as usize] as usize >= end { KEPT } else { PASSING }
    }

    /// Where the value of an operand of a step is.
    pub fn place(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Node(step) => self.place[step as usize],
            Operand::Constant(bits) => self.constants.known[&bits],
        }
    }
}

/// What is looked at from outside: results, guards and conditions.
fn looked_at<'a>(graph: &'a Body, conditions: &'a [(Condition, u32)]) -> impl Iterator<Item = Operand> + 'a {
    let sides = graph.guards.iter().flat_map(|guard| guard.about);
    let watched = conditions.iter().map(|&(_, node)| Operand::Node(node));
    graph.results.iter().copied().chain(sides).chain(watched)
}
