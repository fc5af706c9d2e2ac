//! Which inputs the derivatives of a recorded function depend on, by walking over its operations.

use super::Graph;
use super::body::{Body, Op, Operand};
use super::operation::Asked;
use crate::float::Primitive;
use crate::numbers::sets::{Set, Sets};

/// What the partial derivatives of a rule depend on.
#[derive(Clone, Debug)]
enum Partials {
    /// Each on these of the arguments, in the order of the arguments.
    On(Vec<Vec<usize>>),
    /// Each on all arguments, or on none.
    All(bool),
}

/// Compressed rows: where each begins, and the columns of all.
type Rows = (Vec<usize>, Vec<usize>);

impl<B: Primitive> Graph<B> {
    /// Of each result, the variables that it depends on.
    pub(crate) fn jacobian_rows(&self) -> Rows {
        let mut sets = Sets::new(self.body.variables);
        let of_nodes = self.body.sets(&mut sets);
        sets.members(self.body.results.iter().map(|&result| set_of(result, &of_nodes)))
    }

    /// Of the derivative of any weighted sum of the results by each variable, the variables that it depends on.
    pub(crate) fn hessian_rows(&self) -> Rows {
        let mut sets = Sets::new(self.body.variables);
        let adjoints = self.body.sets_of_adjoints(&mut sets);
        sets.members(adjoints.into_iter())
    }
}

fn set_of(operand: Operand, of_nodes: &[Set]) -> Set {
    match operand {
        Operand::Node(node) => of_nodes[node as usize],
        Operand::Constant(_) => Set::FIXED,
    }
}

impl Body {
    /// What each node depends on.
    fn sets(&self, sets: &mut Sets) -> Vec<Set> {
        let mut of_nodes = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let operands = self.operands(node);
            let is_zero = |k: usize| matches!(operands[k], Operand::Constant(bits) if f64::from_bits(bits) == 0.0);
            let is_step = match node.op {
                Op::Detach => true,
                Op::Mul => is_zero(0) || is_zero(1),
                Op::Div => is_zero(0),
                Op::Rule(rule) | Op::First(rule) | Op::Second(rule) | Op::Reduction(rule) => {
                    self.rules[rule as usize].is_step()
                }
                _ => false,
            };
            let differentiated = match node.op {
                Op::Input(_) => &[],
                _ if is_step => &[],
                Op::IfLess => &operands[2..],
                Op::Copysign => &operands[..1],
                Op::FromPartials => &operands[1..],
                _ => operands,
            };
            // Of pairs of an argument and its partial derivative, the argument.
            let stride = if node.op == Op::FromPartials { 2 } else { 1 };
            let start = match node.op {
                Op::Input(input) if (input as usize) < self.variables => Set::of_input(input as usize),
                _ => Set::STEP,
            };
            let parts = differentiated.iter().step_by(stride).map(|&operand| set_of(operand, &of_nodes));
            let set = parts.fold(start, |all, set| sets.union(all, set));
            of_nodes.push(set);
        }
        of_nodes
    }

    /// What the adjoint of each variable depends on: reverse mode on sets. An operand's share in the adjoint of an operation is the
    /// adjoint times a partial derivative, and depends on what the two depend on.
    fn sets_of_adjoints(&self, sets: &mut Sets) -> Vec<Set> {
        let of_nodes = self.sets(sets);
        let mut of_rules: Vec<Option<Partials>> = vec![None; self.rules.len()];
        let mut adjoints: Vec<Option<Set>> = vec![None; self.nodes.len()];
        for &result in &self.results {
            if let Operand::Node(node) = result {
                adjoints[node as usize] = Some(Set::STEP);
            }
        }
        for (place, node) in self.nodes.iter().enumerate().rev() {
            let (Some(adjoint), false) = (adjoints[place], of_nodes[place].is_empty()) else { continue };
            let operands = self.operands(node);
            let set = |k: usize| set_of(operands[k], &of_nodes);
            let mut add = |sets: &mut Sets, k: usize, partial: Set| {
                let Operand::Node(operand) = operands[k] else { return };
                let share = sets.union(adjoint, partial);
                let sum = &mut adjoints[operand as usize];
                *sum = Some(sum.map_or(share, |sum| sets.union(sum, share)));
            };
            match node.op {
                Op::Input(_) | Op::Detach => {}
                Op::Add | Op::Sub | Op::Neg | Op::Max | Op::Min | Op::Clamp | Op::AbsSub => {
                    (0..operands.len()).for_each(|k| add(sets, k, Set::FIXED));
                }
                Op::Copysign => add(sets, 0, Set::FIXED),
                Op::IfLess => (2..4).for_each(|k| add(sets, k, Set::FIXED)),
                Op::Mul => (0..2).for_each(|k| add(sets, k, set(1 - k))),
                Op::Div => {
                    add(sets, 0, set(1));
                    let both = sets.union(set(0), set(1));
                    add(sets, 1, both);
                }
                Op::MulAdd => {
                    (0..2).for_each(|k| add(sets, k, set(1 - k)));
                    add(sets, 2, Set::FIXED);
                }
                Op::Dot => (0..operands.len()).for_each(|k| add(sets, k, set(k ^ 1))),
                Op::FromPartials => (1..operands.len()).step_by(2).for_each(|k| add(sets, k, set(k + 1))),
                // A formula that chooses is of all of its operands.
                Op::Slope(..) => (0..operands.len()).for_each(|k| add(sets, k, of_nodes[place])),
                Op::Rule(rule) | Op::First(rule) | Op::Second(rule) | Op::Reduction(rule) => {
                    let partials =
                        of_rules[rule as usize].get_or_insert_with(|| self.partials(node.op, rule, operands.len()));
                    match partials {
                        Partials::On(arguments) => {
                            for (k, arguments) in arguments.iter().enumerate() {
                                let partial = arguments.iter().fold(Set::FIXED, |all, &j| sets.union(all, set(j)));
                                add(sets, k, partial);
                            }
                        }
                        Partials::All(on_all) => {
                            let partial = if *on_all { of_nodes[place] } else { Set::FIXED };
                            (0..operands.len()).for_each(|k| add(sets, k, partial));
                        }
                    }
                }
            }
        }
        // Inputs are the first nodes.
        adjoints[..self.variables].iter().map(|adjoint| adjoint.unwrap_or(Set::FIXED)).collect()
    }

    /// What the partial derivatives of a rule depend on: they are recorded, and the recording is walked over. Those of a rule that goes by
    /// values are taken to depend on all arguments; and of any number of arguments they do on all or on none.
    fn partials(&self, op: Op, rule: u32, arity: usize) -> Partials {
        // Any point will do; this one is inside of all domains but for that of `acosh`, whose derivative there is recorded all the same.
        let point = vec![0.5; arity + 1];
        let operation = &self.rules[rule as usize];
        let body = Body::of_this_point(|x| operation.derivatives_traced(Asked::Partials, x), &point);
        let mut sets = Sets::new(arity + 1);
        let of_nodes = body.sets(&mut sets);
        let results = body.results.iter().map(|&result| set_of(result, &of_nodes));
        if let Op::Reduction(_) = op {
            return Partials::All(!body.guards.is_empty() || !results.into_iter().all(Set::is_empty));
        }
        if !body.guards.is_empty() {
            return Partials::All(true);
        }
        let (starts, all) = sets.members(results);
        // The last argument is the value, which depends on all others.
        let arguments = |k: usize| {
            let list = &all[starts[k]..starts[k + 1]];
            if list.contains(&arity) { (0..arity).collect() } else { list.to_vec() }
        };
        Partials::On((0..arity).map(arguments).collect())
    }
}
