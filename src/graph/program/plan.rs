//! What a graph is to its schedule: the kind of each operation, who uses it, and where its value is to stand.

use super::super::body::{Body, Op, Operand};
use super::super::table::{Hashed, NONE};
use super::code::{ADD, CHOOSE, DIV, Function, KINDS, MUL, MUL_ADD, MUL_SUB, NEG, Of, SUB, SUB_MUL};
use crate::float::Condition;
use std::collections::HashMap;

/// Results that are kept, and those that are used in their own window only.
pub(super) const KEPT: usize = 0;

pub(super) const PASSING: usize = 1;

/// What the operations of a graph are to the schedule.
pub(super) struct Plan<'a> {
    pub graph: &'a Body,
    /// A kind with blocks, or `KINDS` and the number of the function; `NONE` for what is not run by itself.
    pub kind: Vec<u32>,
    /// Of a sum with a product inside, whether the product is the left operand.
    pub is_left: Vec<bool>,
    /// What stands for an operation that does nothing on plain numbers.
    pub same: HashMap<u32, Operand, Hashed>,
    /// Where the value of a node is; `NONE` as long as it is not computed.
    pub place: Vec<u32>,
    /// Which batch of operations computes a node, from 1; 0 for inputs.
    pub batch: Vec<u32>,
    /// The last operation that uses a node, where places are used again.
    pub last_use: Vec<u32>,
    /// Where the next result goes that is kept, and the next one that is used in this window only; and which of them is now written.
    pub next: [u32; 2],
    pub writes: Option<usize>,
    pub constants: Constants,
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

/// Of plain numbers, these operations are their first operands.
pub(super) fn is_first_operand(op: Op) -> bool {
    matches!(op, Op::Detach | Op::FromPartials)
}

/// The conditions as they are looked at. NaN stays NaN in arithmetic, so instead of asking a number whether it is NaN one may ask what is
/// computed from it, and where that is a result nothing need be asked, since results have to be finite. It is asked of few then, and
/// products disappear in sums. At worst the answer is yes for a number that is not, and the drivers are called in vain; so it
/// is not left to the side of a choice that may not be taken.
pub(super) fn conditions(graph: &Body) -> Vec<(Condition, u32)> {
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

/// How often each node is used, up to 255; what is looked at from outside counts twice, so that it does not disappear in another
/// operation. 0 for what only derivatives would need.
pub(super) fn uses(graph: &Body, conditions: &[(Condition, u32)]) -> Vec<u8> {
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
        if uses[i] > 0 {
            let operands = match node.op {
                // Both of a pair are computed by the first.
                Op::Second(_) => &[Operand::Node(i as u32 - 1)],
                _ => graph.operands(node),
            };
            // Whoever uses what is the same as another, uses the other.
            let (operands, times) = if is_first_operand(node.op) { (&operands[..1], 2) } else { (operands, 1) };
            operands.iter().for_each(|&x| used(&mut uses, x, times));
        }
    }
    uses
}

impl<'a> Plan<'a> {
    pub fn new(graph: &'a Body, conditions: &[(Condition, u32)], functions: &mut Vec<Function>) -> Plan<'a> {
        let (n, uses) = (graph.nodes.len(), uses(graph, conditions));
        let mut known: HashMap<(Op, usize), u32, Hashed> = HashMap::default();
        let mut plan = Plan {
            graph,
            kind: vec![NONE; n],
            is_left: vec![false; n],
            same: HashMap::default(),
            place: vec![NONE; n],
            batch: vec![0; n],
            last_use: Vec::new(),
            next: [0; 2],
            writes: Some(KEPT),
            constants: Constants { first: graph.point.len() as u32, ..Constants::default() },
        };
        let is_product = |operand: Operand| match operand {
            Operand::Node(node) => graph.nodes[node as usize].op == Op::Mul && uses[node as usize] == 1,
            Operand::Constant(_) => false,
        };
        for (i, node) in graph.nodes.iter().enumerate().filter(|&(i, _)| uses[i] > 0) {
            let operands = graph.operands(node);
            if is_first_operand(node.op) {
                let first = plan.resolve(operands[0]);
                plan.same.insert(i as u32, first);
                continue;
            }
            for &operand in operands {
                if let Operand::Constant(bits) = operand {
                    plan.constants.place(bits);
                }
            }
            let product = match node.op {
                Op::Add | Op::Sub => [1, 0].into_iter().find(|&k| is_product(operands[k])),
                _ => None,
            };
            if let Some(k) = product {
                plan.is_left[i] = k == 0;
                if let Operand::Node(product) = operands[k] {
                    plan.kind[product as usize] = NONE;
                }
            }
            plan.kind[i] = match (node.op, product) {
                (Op::Input(_) | Op::Second(_), _) => NONE,
                (Op::Add, None) => ADD,
                (Op::Add, Some(_)) => MUL_ADD,
                (Op::Sub, None) => SUB,
                (Op::Sub, Some(0)) => MUL_SUB,
                (Op::Sub, Some(_)) => SUB_MUL,
                (Op::Mul, _) => MUL,
                (Op::Div, _) => DIV,
                (Op::Neg, _) => NEG,
                (Op::IfLess, _) => CHOOSE,
                (op, _) => {
                    let next = functions.len() as u32;
                    let number = *known.entry((op, operands.len())).or_insert(next);
                    if number == next {
                        let mut results = 1;
                        let of = match op {
                            Op::First(_) => {
                                results = 2;
                                Of::Both(graph.both(i))
                            }
                            Op::Rule(rule) | Op::Reduction(rule) => Of::Rule(graph.rules[rule as usize].clone()),
                            Op::Slope(rule, by) => Of::Slope(graph.rules[rule as usize].clone(), by),
                            op => Of::Op(op),
                        };
                        functions.push(Function { of, arity: operands.len(), results });
                    }
                    KINDS + number
                }
            };
        }
        let sides = graph.guards.iter().flat_map(|guard| guard.about);
        for operand in graph.results.iter().copied().chain(sides).chain(plan.same.values().copied()) {
            if let Operand::Constant(bits) = operand {
                plan.constants.place(bits);
            }
        }
        plan
    }

    /// What is computed in place of an operand.
    pub fn resolve(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Node(node) if is_first_operand(self.graph.nodes[node as usize].op) => self.same[&node],
            operand => operand,
        }
    }

    /// Calls `f` with each operand of the operation that runs for `node`.
    #[inline]
    pub fn operands(&self, node: u32, mut f: impl FnMut(Operand)) {
        let operands = self.graph.operands(&self.graph.nodes[node as usize]);
        if (MUL_ADD..=SUB_MUL).contains(&self.kind[node as usize]) {
            let [product, other] = if self.is_left[node as usize] { [0, 1] } else { [1, 0] };
            let Operand::Node(product) = operands[product] else { unreachable!("a product is a node") };
            self.graph.operands(&self.graph.nodes[product as usize]).iter().for_each(|&x| f(self.resolve(x)));
            f(self.resolve(operands[other]));
        } else {
            operands.iter().for_each(|&x| f(self.resolve(x)));
        }
    }

    /// The operation that computes a node.
    pub fn computed_by(&self, node: u32) -> u32 {
        if let Op::Second(_) = self.graph.nodes[node as usize].op { node - 1 } else { node }
    }

    /// Notes which operation uses each node last; none after it if it is looked at from outside.
    pub fn find_last_uses(&mut self, conditions: &[(Condition, u32)]) {
        let mut last_use = vec![0; self.kind.len()];
        for node in (0..self.kind.len() as u32).filter(|&node| self.kind[node as usize] != NONE) {
            self.operands(node, |operand| {
                if let Operand::Node(operand) = operand {
                    last_use[self.computed_by(operand) as usize] = node;
                }
            });
        }
        let watched = conditions.iter().map(|&(_, node)| Operand::Node(node));
        let sides = self.graph.guards.iter().flat_map(|guard| guard.about);
        for operand in self.graph.results.iter().copied().chain(sides).chain(watched) {
            if let Operand::Node(node) = self.resolve(operand) {
                last_use[self.computed_by(node) as usize] = NONE;
            }
        }
        self.last_use = last_use;
    }

    /// Whether the results of `node` are kept, in a window that ends before the node `end`.
    pub fn keeping(&self, node: u32, end: usize) -> usize {
        if self.last_use.is_empty() || self.last_use[node as usize] as usize >= end { KEPT } else { PASSING }
    }

    /// Where the value of an operand is.
    pub fn place(&self, operand: Operand) -> u32 {
        match self.resolve(operand) {
            Operand::Node(node) => self.place[node as usize],
            Operand::Constant(bits) => self.constants.known[&bits],
        }
    }
}
