//! What a recording leaves: a list of operations, and how it is evaluated.

use super::derive::Origin;
use super::names::ResultName;
use super::operation::{self, Both, Operation};
use super::question::{Ask, BranchChanged, Question};
use super::recording::{Placed, values_of, with_exact_values};
use super::slope::Slope;
use crate::float::{Condition, Float, Primitive as _};
use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::Arc;

/// What a node does with its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Input(u32),
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    /// Of four operands: the third where the first is less than the second, else the fourth.
    IfLess,
    Max,
    Min,
    Clamp,
    AbsSub,
    Copysign,
    MulAdd,
    Detach,
    /// The sum of products of pairs.
    Dot,
    /// A value, and then arguments and partial derivatives by turns.
    FromPartials,
    /// The rule with this number.
    Rule(u32),
    /// The same, and the node after it is the other function of the pair, of the same operand: one operation with two results.
    First(u32),
    /// The second result of the node before.
    Second(u32),
    /// The same of any number of arguments.
    Reduction(u32),
    /// The derivative of the rule with this number by the argument at the given position. Its operands are those of the rule, and then
    /// the rule's value.
    Slope(u32, u8),
}

impl Op {
    /// Whether there may be more than two operands.
    #[inline]
    pub fn is_long(self) -> bool {
        matches!(
            self,
            Op::IfLess | Op::Clamp | Op::MulAdd | Op::Dot | Op::FromPartials | Op::Reduction(_) | Op::Slope(..)
        )
    }
    /// Whether a function is called for it; of a pair, for the first.
    pub fn is_call(self) -> bool {
        matches!(self, Op::Rule(_) | Op::First(_) | Op::Reduction(_) | Op::Slope(..))
    }
    /// The same rule as part of a pair.
    pub fn paired(self, part: fn(u32) -> Op) -> Op {
        match self {
            Op::Rule(rule) => part(rule),
            op => op,
        }
    }
}

/// An operand: a node, or a constant by its bits as an `f64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Operand {
    Node(u32),
    Constant(u64),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub op: Op,
    /// The range of its operands in the list of all.
    pub first: u32,
    pub last: u32,
    pub place: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    pub question: Question,
    pub about: [Operand; 2],
    pub answer: u64,
    pub place: &'static Location<'static>,
}

/// A graph, over whichever primitive type. What has a value there is kept as an `f64`, which is exact.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub nodes: Vec<Node>,
    pub operands: Vec<Operand>,
    pub rules: Vec<Arc<dyn Operation>>,
    pub guards: Vec<Guard>,
    pub conditions: Vec<(Condition, u32)>,
    pub results: Vec<Operand>,
    /// `false` for nodes that only conditions look at.
    pub is_shown: Vec<bool>,
    /// Where it was recorded, data included.
    pub point: Vec<f64>,
    /// How many of the inputs are differentiated, the first ones.
    pub variables: usize,
    /// Whether a condition does not hold of a constant.
    pub is_never_plain: bool,
    /// Whether it was recorded over `f32`.
    pub is_single: bool,
    /// What it is a derivative of.
    pub origin: Option<Arc<Origin>>,
    /// The names of nodes that have one.
    pub names: BTreeMap<u32, String>,
    /// The names of the results, or none at all.
    pub result_names: Vec<ResultName>,
}

impl Body {
    pub fn operands(&self, node: &Node) -> &[Operand] {
        &self.operands[node.first as usize..node.last as usize]
    }

    /// How long the function of a node takes, see [`Unary::COST`](crate::rules::Unary::COST); 0 for what is no call.
    pub fn cost_of_call(&self, node: &Node) -> f64 {
        match node.op {
            Op::Rule(rule) | Op::First(rule) | Op::Slope(rule, _) => self.rules[rule as usize].cost(),
            Op::Reduction(rule) => self.rules[rule as usize].cost() * self.operands(node).len() as f64,
            _ => 0.0,
        }
    }

    /// What an operand stands for, where the values of all nodes are known.
    pub fn read<T: Float>(&self, operand: Operand, values: &[T]) -> T {
        match operand {
            Operand::Node(node) => values[node as usize],
            Operand::Constant(bits) => T::lit(f64::from_bits(bits)),
        }
    }

    /// The values of all nodes at `x`.
    pub fn values<T: Float>(&self, x: &[T]) -> Vec<T> {
        self.values_by(x, |value| value)
    }

    /// The values of all nodes at `x`, each of which becomes what `keep` makes of it.
    pub fn values_by<T: Float>(&self, x: &[T], keep: impl Fn(T) -> T) -> Vec<T> {
        let placed = Placed::begin();
        let mut values: Vec<T> = Vec::with_capacity(self.nodes.len());
        let mut arguments: Vec<T> = Vec::new();
        for (i, node) in self.nodes.iter().enumerate() {
            arguments.clear();
            arguments.extend(self.operands(node).iter().map(|&operand| self.read(operand, &values)));
            if T::TRACED {
                placed.at(node.place);
            }
            if let Op::First(_) = node.op {
                values.extend(T::run::<Both>((self.pair(i), arguments[0])).map(&keep));
            }
            if let Op::First(_) | Op::Second(_) = node.op {
                continue;
            }
            let apply = || self.apply(node.op, &arguments, x);
            // In a derivative `0 + y` is `y`, but not where the function itself says so: there it makes 0 of -0.
            let is_exact = T::TRACED && node.op == Op::Add && self.operands(node).contains(&Operand::Constant(0));
            values.push(keep(if is_exact { with_exact_values(apply) } else { apply() }));
        }
        if T::TRACED {
            for (&node, name) in &self.names {
                let _ = values[node as usize].named(name);
            }
        }
        values
    }

    /// The two operations of the pair whose first is at `first`.
    fn pair(&self, first: usize) -> [&Arc<dyn Operation>; 2] {
        [first, first + 1].map(|node| match self.nodes[node].op {
            Op::First(rule) | Op::Second(rule) => &self.rules[rule as usize],
            op => unreachable!("{op:?} is none of a pair"),
        })
    }

    /// Both functions at once of the pair whose first is at `first`.
    pub fn both(&self, first: usize) -> fn(f64) -> (f64, f64) {
        let [first, _] = self.pair(first);
        first.twin().expect("a pair").pair.at
    }

    pub fn apply<T: Float>(&self, op: Op, arguments: &[T], inputs: &[T]) -> T {
        match (op, arguments) {
            (Op::Input(k), _) => inputs[k as usize],
            (Op::Add, &[x, y]) => x + y,
            (Op::Sub, &[x, y]) => x - y,
            (Op::Mul, &[x, y]) => x * y,
            (Op::Div, &[x, y]) => x / y,
            (Op::Neg, &[x]) => -x,
            (Op::IfLess, &[x, y, then, otherwise]) => x.if_less(y, || then, || otherwise),
            (Op::Max, &[x, y]) => x.max(y),
            (Op::Min, &[x, y]) => x.min(y),
            (Op::Clamp, &[x, low, high]) => x.clamp(low, high),
            (Op::AbsSub, &[x, y]) => x.abs_sub(y),
            (Op::Copysign, &[x, y]) => x.copysign(y),
            (Op::MulAdd, &[x, y, z]) => x.mul_add(y, z),
            (Op::Detach, &[x]) => x.detach(),
            (Op::Dot, pairs) => T::dot(pairs.chunks_exact(2).map(|pair| (pair[0], pair[1]))),
            (Op::FromPartials, arguments) => {
                let partials: Vec<(T, T::Inner)> =
                    arguments[1..].chunks_exact(2).map(|pair| (pair[0], pair[1].primal())).collect();
                T::from_partials(arguments[0].primal(), &partials)
            }
            (Op::Rule(rule), x) => operation::apply(&self.rules[rule as usize], false, x),
            (Op::Reduction(rule), x) => operation::apply(&self.rules[rule as usize], true, x),
            (Op::Slope(rule, by), x) => T::run::<Slope>((&self.rules[rule as usize], by, x)),
            (op, arguments) => unreachable!("{op:?} of {} operands", arguments.len()),
        }
    }

    #[track_caller]
    pub fn check_inputs(&self, found: usize) {
        let inputs = self.point.len();
        assert!(found == inputs, "dualtape: a graph with {inputs} inputs is evaluated at a point with {found} entries");
    }

    /// The results at `x`, by plain arithmetic where that is right.
    pub fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        let run = self.run(x);
        if self.origin.is_none() || T::TRACED {
            return Ok(run?.0);
        }
        if let Ok((results, values)) = run
            && results.iter().all(T::is_finite_in_all_parts)
            && self.is_plain(&values_of(&values))
        {
            return Ok(results);
        }
        self.eval_eagerly(x)
    }

    /// The results, where every question has the answer that was recorded.
    pub fn run<T: Float>(&self, x: &[T]) -> Result<(Vec<T>, Vec<T>), BranchChanged> {
        let values = self.values(x);
        for guard in &self.guards {
            let [a, b] = guard.about.map(|operand| self.read(operand, &values));
            let answer = T::run::<Ask>((guard.question, a, b, guard.place));
            if answer != guard.answer {
                return Err(self.changed(guard, answer, [a, b].map(|x| values_of(&[x])[0].widen())));
            }
        }
        let results = self.results.iter().map(|&operand| self.read(operand, &values)).collect();
        Ok((results, values))
    }

    /// The results at the point where it was recorded, on numbers that may carry derivatives.
    pub fn run_at_its_point<T: Float>(&self, x: &[T]) -> Vec<T> {
        if T::TRACED {
            return self.run(x).unwrap_or_else(|changed| unreachable!("at its own point: {changed}")).0;
        }
        let values = self.values(x);
        self.results.iter().map(|&operand| self.read(operand, &values)).collect()
    }

    #[cold]
    pub fn changed(&self, guard: &Guard, answer: u64, [x, y]: [f64; 2]) -> BranchChanged {
        let names = self.names();
        let [left, right] = guard.about.map(|operand| names.operand(operand));
        BranchChanged {
            question: guard.question.about(&left, &right),
            was: guard.question.show(guard.answer, self.is_single),
            is: guard.question.show(answer, self.is_single),
            values: [x, y],
            place: guard.place,
        }
    }
}
