//! What a graph is to the interpreter: a list of steps, each of one kind.
//!
//! It has the bits of the graph and less to do. What does nothing on plain numbers is left out. A product that is used once goes into the
//! sum that uses it. And a sign costs nothing: it is carried along, through products and quotients, to a sum, which becomes a
//! difference. Only what needs the number itself, a function or a result, has it negated.

use super::super::body::{Body, Node, Op, Operand};
use super::super::table::{Hashed, NONE};
use super::code::{ADD, CHOOSE, DIV, Function, KINDS, MUL, MUL_ADD, MUL_SUB, NEG, Of, SUB, SUB_MUL};
use crate::float::Condition;
use std::collections::HashMap;

/// The kind of what is no step by itself: inputs, and products that went into sums.
pub(super) const NOTHING: u32 = NONE;

/// The kind of the second result of the step before, which is one of a pair of functions or a function with its derivative.
pub(super) const SECOND: u32 = NONE - 1;

/// The operations that a program runs, in the order of the recording. The first are the inputs.
pub(super) struct Steps {
    /// A kind with blocks, `KINDS` and the number of the function, or one of the kinds above.
    pub kinds: Vec<u32>,
    /// Where the operands of each begin, and at the end where they all end. Nodes among them are steps.
    first: Vec<u32>,
    operands: Vec<Operand>,
    /// What the nodes of the graph are.
    of_node: Vec<Signed>,
}

/// A step or a constant, or the same negated.
#[derive(Clone, Copy)]
struct Signed {
    of: Operand,
    is_negated: bool,
}

impl Signed {
    fn plain(of: Operand) -> Signed {
        Signed { of, is_negated: false }
    }
}

impl Steps {
    pub fn new(graph: &Body, conditions: &[(Condition, u32)], functions: &mut Vec<Function>) -> Steps {
        let n = graph.nodes.len();
        let uses = uses(graph, conditions);
        let mut making = Making {
            graph,
            has_slope: has_slope(graph, &uses),
            steps: Steps { kinds: Vec::with_capacity(n), first: vec![0], operands: Vec::new(), of_node: Vec::new() },
            is_used_once: Vec::with_capacity(n),
            negated: HashMap::default(),
            functions,
            known: HashMap::default(),
        };
        for _ in &graph.point {
            making.push(NOTHING, &[]);
        }
        let mut is_wanted = vec![false; n];
        let sides = graph.guards.iter().flat_map(|guard| guard.about);
        for operand in graph.results.iter().copied().chain(sides) {
            if let Operand::Node(node) = operand {
                is_wanted[node as usize] = true;
            }
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            let mut value = Signed::plain(Operand::Constant(0));
            if uses[i] > 0 {
                value = making.node(node, i, uses[i] == 1);
                if is_wanted[i] {
                    value = Signed::plain(making.number(value));
                }
            }
            making.steps.of_node.push(value);
        }
        making.steps
    }

    /// The number of steps, with those that are nothing by themselves.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    pub fn operands(&self, step: u32) -> &[Operand] {
        &self.operands[self.first[step as usize] as usize..self.first[step as usize + 1] as usize]
    }

    /// The steps that are run.
    pub fn run(&self) -> impl Iterator<Item = u32> {
        (0..self.kinds.len() as u32).filter(|&step| self.is_run(step))
    }

    pub fn is_run(&self, step: u32) -> bool {
        self.kinds[step as usize] < SECOND
    }

    /// The step that computes a result.
    pub fn computing(&self, result: u32) -> u32 {
        if self.kinds[result as usize] == SECOND { result - 1 } else { result }
    }

    /// How many results a step has.
    pub fn results(&self, step: u32) -> u32 {
        1 + u32::from(self.kinds.get(step as usize + 1) == Some(&SECOND))
    }

    /// What stands for an operand of the graph: for a result or a side of a guard the number itself, for others up to its sign.
    pub fn of(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Node(node) => self.of_node[node as usize].of,
            constant => constant,
        }
    }
}

/// Steps in the making.
struct Making<'a> {
    graph: &'a Body,
    steps: Steps,
    /// Of each step, whether only one other takes its result.
    is_used_once: Vec<bool>,
    /// The steps that negate others.
    negated: HashMap<u32, u32, Hashed>,
    functions: &'a mut Vec<Function>,
    /// Of each node of the graph, whether it is a function of one argument whose derivative is wanted as well.
    has_slope: Vec<bool>,
    /// Which functions there are, by operation, number of operands, and whether they have a derivative as well.
    known: HashMap<(Op, usize, bool), u32, Hashed>,
}

impl Making<'_> {
    fn push(&mut self, kind: u32, operands: &[Operand]) -> Operand {
        let steps = &mut self.steps;
        steps.kinds.push(kind);
        steps.operands.extend_from_slice(operands);
        assert!(steps.operands.len() < NONE as usize, "dualtape: a program has no room for more than 2³² operands");
        steps.first.push(steps.operands.len() as u32);
        self.is_used_once.push(false);
        Operand::Node(steps.kinds.len() as u32 - 1)
    }

    fn signed(&self, operand: Operand) -> Signed {
        match operand {
            Operand::Node(node) => self.steps.of_node[node as usize],
            constant => Signed::plain(constant),
        }
    }

    /// The number itself.
    fn number(&mut self, x: Signed) -> Operand {
        match x {
            Signed { of, is_negated: false } => of,
            Signed { of: Operand::Constant(bits), .. } => Operand::Constant((-f64::from_bits(bits)).to_bits()),
            Signed { of: Operand::Node(step), .. } => {
                if let Some(&known) = self.negated.get(&step) {
                    return Operand::Node(known);
                }
                let negated = self.push(NEG, &[x.of]);
                if let Operand::Node(new) = negated {
                    self.negated.insert(step, new);
                }
                negated
            }
        }
    }

    /// The step, or what there is already, that computes the node at `i`.
    fn node(&mut self, node: &Node, i: usize, is_used_once: bool) -> Signed {
        let graph = self.graph;
        let operands = graph.operands(node);
        if let Some(x) = negated(node.op, operands) {
            let Signed { of, is_negated } = self.signed(x);
            return Signed { of, is_negated: !is_negated };
        }
        match (node.op, operands) {
            (Op::Input(k), _) => Signed::plain(Operand::Node(k)),
            (op, &[x, ..]) if is_first_operand(op) => self.signed(x),
            (Op::Second(_), _) => Signed::plain(self.second(i - 1)),
            (Op::Slope(..), _)
                if let Some(of) = slope_of(graph, node)
                    && self.has_slope[of as usize] =>
            {
                Signed::plain(self.second(of as usize))
            }
            (Op::Add, &[x, y]) => self.sum(self.signed(x), self.signed(y)),
            (Op::Sub, &[x, y]) => {
                let y = self.signed(y);
                self.sum(self.signed(x), Signed { is_negated: !y.is_negated, ..y })
            }
            (Op::Mul | Op::Div, &[x, y]) => {
                let (x, y) = (self.signed(x), self.signed(y));
                let of = self.push(if node.op == Op::Mul { MUL } else { DIV }, &[x.of, y.of]);
                *self.is_used_once.last_mut().expect("it was pushed") = is_used_once;
                Signed { of, is_negated: x.is_negated != y.is_negated }
            }
            (op, operands) => {
                let numbers: Vec<Operand> = operands.iter().map(|&x| self.number(self.signed(x))).collect();
                let kind = if op == Op::IfLess { CHOOSE } else { KINDS + self.function(op, i, operands.len()) };
                let step = self.push(kind, &numbers);
                if matches!(op, Op::First(_)) || self.has_slope[i] {
                    self.push(SECOND, &[]);
                }
                Signed::plain(step)
            }
        }
    }

    /// The second result of the node at `i`.
    fn second(&self, i: usize) -> Operand {
        match self.steps.of_node[i].of {
            Operand::Node(first) => Operand::Node(first + 1),
            Operand::Constant(_) => unreachable!("a pair is computed"),
        }
    }

    /// The number of the function for the node at `i`.
    fn function(&mut self, op: Op, i: usize, arity: usize) -> u32 {
        let next = self.functions.len() as u32;
        let number = *self.known.entry((op, arity, self.has_slope[i])).or_insert(next);
        if number == next {
            let rule = |rule: u32| self.graph.rules[rule as usize].clone();
            let of = match op {
                Op::First(_) => Of::Both(self.graph.both(i)),
                Op::Rule(number) if self.has_slope[i] => Of::WithSlope(rule(number)),
                Op::Rule(number) | Op::Reduction(number) => Of::Rule(rule(number)),
                Op::Slope(number, by) => Of::Slope(rule(number), by),
                op => Of::Op(op),
            };
            let results = if matches!(of, Of::Both(_) | Of::WithSlope(_)) { 2 } else { 1 };
            let mut cost = self.graph.cost_of_call(&self.graph.nodes[i]);
            if self.has_slope[i] {
                cost *= 2.0;
            }
            self.functions.push(Function { of, arity, results, cost });
        }
        number
    }

    /// The factors of a product that disappears in the sum that it is an operand of.
    fn product(&self, x: Operand) -> Option<[Operand; 2]> {
        let Operand::Node(step) = x else { return None };
        let is_one = self.steps.kinds[step as usize] == MUL && self.is_used_once[step as usize];
        is_one.then(|| self.steps.operands(step).try_into().expect("two factors"))
    }

    /// A step that takes the place of a product and of the sum that used it.
    fn fused(&mut self, kind: u32, product: Operand, [a, b]: [Operand; 2], c: Operand) -> Operand {
        if let Operand::Node(product) = product {
            self.steps.kinds[product as usize] = NOTHING;
        }
        self.push(kind, &[a, b, c])
    }

    /// `x + y`
    fn sum(&mut self, x: Signed, y: Signed) -> Signed {
        Signed::plain(match (x.is_negated, y.is_negated) {
            (false, true) => self.difference(x.of, y.of),
            (true, false) => self.difference(y.of, x.of),
            (true, true) => {
                // `-(x + y)` is -0 where this is +0.
                let (x, y) = if self.product(y.of).is_some() { (x, y) } else { (y, x) };
                let x = self.number(x);
                self.difference(x, y.of)
            }
            (false, false) => {
                let (x, y) = (x.of, y.of);
                match (self.product(x), self.product(y)) {
                    (_, Some(factors)) => self.fused(MUL_ADD, y, factors, x),
                    (Some(factors), None) => self.fused(MUL_ADD, x, factors, y),
                    (None, None) => self.push(ADD, &[x, y]),
                }
            }
        })
    }

    /// `x - y`
    fn difference(&mut self, x: Operand, y: Operand) -> Operand {
        match (self.product(x), self.product(y)) {
            (_, Some(factors)) => self.fused(SUB_MUL, y, factors, x),
            (Some(factors), None) => self.fused(MUL_SUB, x, factors, y),
            (None, None) => self.push(SUB, &[x, y]),
        }
    }
}

/// The node whose derivative by its only argument another one is.
fn slope_of(graph: &Body, node: &Node) -> Option<u32> {
    match (node.op, graph.operands(node)) {
        (Op::Slope(rule, 0), &[x, Operand::Node(of)]) => {
            let other = &graph.nodes[of as usize];
            (other.op == Op::Rule(rule) && graph.operands(other) == [x]).then_some(of)
        }
        _ => None,
    }
}

/// Of each node, whether it is a function of one argument whose derivative is wanted as well. Both are one step then: a derivative that
/// waits until it is used would have to look up its operands again, and in a chain of functions it is computed while the next
/// function waits for the one before.
fn has_slope(graph: &Body, uses: &[u8]) -> Vec<bool> {
    let mut has_slope = vec![false; graph.nodes.len()];
    for (node, _) in graph.nodes.iter().zip(uses).filter(|&(_, &uses)| uses > 0) {
        if let Some(of) = slope_of(graph, node) {
            has_slope[of as usize] = true;
        }
    }
    has_slope
}

/// What an operation does nothing with but negate it.
fn negated(op: Op, operands: &[Operand]) -> Option<Operand> {
    const MINUS_ONE: Operand = Operand::Constant((-1.0_f64).to_bits());
    match (op, operands) {
        (Op::Neg, &[x]) | (Op::Mul | Op::Div, &[x, MINUS_ONE]) | (Op::Mul, &[MINUS_ONE, x]) => Some(x),
        _ => None,
    }
}

/// Of plain numbers, these operations are their first operands.
fn is_first_operand(op: Op) -> bool {
    matches!(op, Op::Detach | Op::FromPartials)
}

/// How often each node is used, up to 255; what is looked at from outside counts twice, so that it does not disappear in another
/// operation. 0 for what only derivatives would need.
fn uses(graph: &Body, conditions: &[(Condition, u32)]) -> Vec<u8> {
    let mut uses = vec![0_u8; graph.nodes.len()];
    let used = |uses: &mut [u8], operand: Operand, times: u8| {
        if let Operand::Node(node) = operand {
            uses[node as usize] = uses[node as usize].saturating_add(times);
        }
    };
    let watched = conditions.iter().map(|&(_, node)| Operand::Node(node));
    let sides = graph.guards.iter().flat_map(|guard| guard.about);
    graph.results.iter().copied().chain(sides).chain(watched).for_each(|x| used(&mut uses, x, 2));
    for (i, node) in graph.nodes.iter().enumerate().rev() {
        let times = uses[i];
        if times > 0 {
            let operands = graph.operands(node);
            match node.op {
                // Both of a pair are computed by the first.
                Op::Second(_) => used(&mut uses, Operand::Node(i as u32 - 1), 1),
                // Whoever uses what is the same as another, up to a sign, uses the other.
                op if is_first_operand(op) => used(&mut uses, operands[0], times),
                op => match negated(op, operands) {
                    Some(x) => used(&mut uses, x, times),
                    None => operands.iter().for_each(|&x| used(&mut uses, x, 1)),
                },
            }
        }
    }
    uses
}
