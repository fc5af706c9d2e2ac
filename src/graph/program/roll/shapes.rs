//! Shapes: cones that are the same but for where their operands come from.
//!
//! ```text
//!   cone of v9:  v8 = x0 * 3    word by word:  mul E C      external operands: x0, x1
//!                v9 = v8 - x1                  sub 0 E      constants:         3
//! ```
//!
//! The words of a cone name its operations from the operands to the root; operands are results before (by number), external ones, or
//! constants. *Every use of an external operand is one of its own*, and constants are only counted: which of them are the same must not
//! decide about the shape, since it depends on data. What is the same in all instances is found later, from the columns.

use super::sums::Sums;
use crate::graph::body::{Body, Op, Operand};
use crate::graph::table::{Fx, Hashed, NONE};
use std::collections::HashMap;
use std::hash::Hasher;

/// The word of an external operand.
pub(super) const EXTERNAL: u32 = NONE;
/// The word of a constant.
pub(super) const CONSTANT: u32 = NONE - 1;

const OF_RULES: u32 = 16;
/// What there is of a rule: itself, of any number of arguments, and its derivatives by the first and by the second argument.
const OF_A_RULE: u32 = 4;

impl Op {
    /// The operation as a part of a pair is it by itself.
    pub(super) fn paired_apart(self) -> Op {
        match self {
            Op::First(rule) | Op::Second(rule) => Op::Rule(rule),
            op => op,
        }
    }
}

/// The word of an operation.
fn word(op: Op) -> u32 {
    match op {
        Op::Add => 0,
        Op::Sub => 1,
        Op::Mul => 2,
        Op::Div => 3,
        Op::Neg => 4,
        Op::IfLess => 5,
        Op::Max => 6,
        Op::Min => 7,
        Op::Clamp => 8,
        Op::AbsSub => 9,
        Op::Copysign => 10,
        Op::MulAdd => 11,
        Op::Detach => 12,
        Op::Dot => 13,
        Op::FromPartials => 14,
        Op::Rule(rule) | Op::First(rule) | Op::Second(rule) => OF_RULES + OF_A_RULE * rule,
        Op::Reduction(rule) => OF_RULES + OF_A_RULE * rule + 1,
        Op::Slope(rule, by) => OF_RULES + OF_A_RULE * rule + 2 + u32::from(by),
        Op::Input(_) => unreachable!("inputs are external"),
    }
}

/// The operation of a word.
pub(super) fn op(word: u32) -> Op {
    const PLAIN: [Op; 15] = [
        Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Div,
        Op::Neg,
        Op::IfLess,
        Op::Max,
        Op::Min,
        Op::Clamp,
        Op::AbsSub,
        Op::Copysign,
        Op::MulAdd,
        Op::Detach,
        Op::Dot,
        Op::FromPartials,
    ];
    match word.checked_sub(OF_RULES).map(|of_rule| (of_rule / OF_A_RULE, of_rule % OF_A_RULE)) {
        Some((rule, 0)) => Op::Rule(rule),
        Some((rule, 1)) => Op::Reduction(rule),
        Some((rule, by)) => Op::Slope(rule, by as u8 - 2),
        None => PLAIN[word as usize],
    }
}

/// Cones of one shape that depend on each other in no way: those of one level.
pub(super) struct Shape {
    /// For each operation its word, the number of its operands, and their words.
    pub words: Vec<u32>,
    pub operations: usize,
    pub level: u32,
    /// The roots of all instances.
    pub roots: Vec<u32>,
    /// Of all instances, one after the other.
    pub externals: Vec<u32>,
    pub constants: Vec<u64>,
}

impl Shape {
    pub fn count(&self) -> usize {
        self.roots.len()
    }
    /// The external operands of an instance.
    pub fn externals_of(&self, instance: usize) -> &[u32] {
        let each = self.externals.len() / self.count();
        &self.externals[instance * each..][..each]
    }
    pub fn constants_of(&self, instance: usize) -> &[u64] {
        let each = self.constants.len() / self.count();
        &self.constants[instance * each..][..each]
    }
}

/// The shapes of all cones, and for each root and each long sum its level: one more than the highest of what it needs.
pub(super) fn find(graph: &Body, cone: &[u32], sums: &Sums) -> (Vec<Shape>, Vec<u32>) {
    let n = graph.nodes.len();
    let mut level = vec![0_u32; n];
    let mut shapes: Vec<Shape> = Vec::new();
    let mut known: HashMap<u64, u32, Hashed> = HashMap::default();
    let mut local = vec![NONE; n];
    let (mut words, mut externals, mut constants) = (Vec::new(), Vec::new(), Vec::new());
    let (mut order, mut stack): (Vec<u32>, Vec<(u32, usize)>) = (Vec::new(), Vec::new());
    for root in (0..n as u32).filter(|&node| cone[node as usize] == node) {
        if let Some(terms) = sums.of(root as usize) {
            let highest = terms.iter().map(|&(term, _)| match term {
                Operand::Node(term) => level[term as usize],
                Operand::Constant(_) => 0,
            });
            level[root as usize] = 1 + highest.max().unwrap_or(0);
            continue;
        }
        words.clear();
        externals.clear();
        constants.clear();
        order.clear();
        stack.push((root, 0));
        while let Some((node, first)) = stack.pop() {
            let operands = graph.operands(&graph.nodes[node as usize]);
            // The next operand in the cone that has no number yet.
            let next = (first..operands.len()).find_map(|next| match operands[next] {
                Operand::Node(k) if cone[k as usize] == root && local[k as usize] == NONE => Some((next, k)),
                _ => None,
            });
            if let Some((next, operand)) = next {
                stack.extend([(node, next + 1), (operand, 0)]);
                continue;
            }
            words.extend([word(graph.nodes[node as usize].op), operands.len() as u32]);
            for &operand in operands {
                words.push(match operand {
                    Operand::Constant(bits) => {
                        constants.push(bits);
                        CONSTANT
                    }
                    Operand::Node(k) if local[k as usize] != NONE => local[k as usize],
                    Operand::Node(k) => {
                        externals.push(k);
                        EXTERNAL
                    }
                });
            }
            local[node as usize] = order.len() as u32;
            order.push(node);
        }
        order.iter().for_each(|&node| local[node as usize] = NONE);
        let height = 1 + externals.iter().map(|&k| level[k as usize]).max().unwrap_or(0);
        level[root as usize] = height;
        let mut hasher = Fx::default();
        hasher.write_u32(height);
        words.iter().for_each(|&word| hasher.write_u32(word));
        let mut hash = hasher.finish();
        let shape = loop {
            match known.get(&hash) {
                Some(&shape) if shapes[shape as usize].level == height && shapes[shape as usize].words == words => {
                    break &mut shapes[shape as usize];
                }
                Some(_) => hash = hash.wrapping_add(1),
                None => {
                    known.insert(hash, shapes.len() as u32);
                    shapes.push(Shape {
                        words: words.clone(),
                        operations: order.len(),
                        level: height,
                        roots: Vec::new(),
                        externals: Vec::new(),
                        constants: Vec::new(),
                    });
                    break shapes.last_mut().expect("it was just added");
                }
            }
        };
        shape.roots.push(root);
        shape.externals.extend_from_slice(&externals);
        shape.constants.extend_from_slice(&constants);
    }
    (shapes, level)
}
