//! Joins of any number of operands.

use super::ids::NodeId;
use super::push::{push, push_known, push_more};
use crate::float::{Float, unlikely};

/// A result under construction that depends on any number of nodes: operands are added one by one, [`Join::finish`] tells where
/// the result sits.
///
/// `k` operands on different nodes make `⌈k / 2⌉` records; neighbours on the same node are merged, constants left out.
pub(crate) struct Join<T> {
    /// The node of the records so far; a constant if there are none, [`NodeId::NOWHERE`] if their recording is muted.
    last: NodeId,
    /// An operand that waits for a second one (a constant: none does) and its partial.
    node: NodeId,
    partial: T,
}

impl<T: Float> Join<T> {
    #[inline(always)]
    pub fn new() -> Self {
        Join { last: NodeId::CONSTANT, node: NodeId::CONSTANT, partial: T::zero() }
    }

    /// [Adds](Join::add) `K` operands and [finishes](Join::finish): a push for a number of operands that is known when this is compiled.
    #[inline(always)]
    pub fn of<const K: usize>(nodes: [NodeId; K], partials: [T; K]) -> (NodeId, T) {
        if K >= 2
            && let Some(node) = push_known(T::one(), nodes, partials)
        {
            return (node, T::one());
        }
        // Operands go to functions one by one: an array whose address goes into a call lives in memory on the fast path too.
        let mut join = Join::new();
        for k in 0..K {
            join.add_apart(nodes[k], partials[k]);
        }
        join.finish_apart()
    }

    #[inline(never)]
    fn add_apart(&mut self, node: NodeId, partial: T) {
        self.add(node, partial);
    }

    #[inline(never)]
    fn finish_apart(self) -> (NodeId, T) {
        self.finish()
    }

    /// Adds an operand: the result has the derivative `partial` by `node`.
    #[inline(always)]
    pub fn add(&mut self, node: NodeId, partial: T) {
        if node.is_constant() {
            return;
        }
        if self.node == node {
            self.partial += partial;
        } else if self.node.is_constant() {
            (self.node, self.partial) = (node, partial);
        } else if self.last.is_constant() {
            self.last = push(self.node, self.partial, node, partial).unwrap_or(NodeId::NOWHERE);
            self.node = NodeId::CONSTANT;
        } else if let Some(last) = push_more(self.last, self.node, self.partial, node, partial) {
            (self.last, self.node) = (last, NodeId::CONSTANT);
        } else {
            self.last = join_later(self.last, self.node, self.partial);
            (self.node, self.partial) = (node, partial);
        }
    }

    /// The node of the result and its derivative by that node: a constant and 0 if no operand has a node, or their recording is muted.
    #[inline(always)]
    pub fn finish(self) -> (NodeId, T) {
        let last = match (self.last.is_constant(), self.node.is_constant()) {
            (true, true) => return (NodeId::CONSTANT, T::zero()),
            (true, false) => return (self.node, self.partial),
            (false, true) => self.last,
            (false, false) => join_later(self.last, self.node, self.partial),
        };
        if unlikely(last == NodeId::NOWHERE) { (NodeId::CONSTANT, T::zero()) } else { (last, T::one()) }
    }
}

/// The operand that waits is joined with the records so far like with any node: something else was recorded since, or it is the last.
#[inline(always)]
fn join_later<T: Float>(last: NodeId, node: NodeId, partial: T) -> NodeId {
    if last == NodeId::NOWHERE {
        return last;
    }
    push(last, T::one(), node, partial).unwrap_or(NodeId::NOWHERE)
}
