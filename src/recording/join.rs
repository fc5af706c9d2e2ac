//! Joins of any number of operands.

use super::push::{push, push_more};
use crate::float::Float;

/// A result under construction that depends on any number of nodes: operands are added one by one, [`Join::finish`] tells where
/// the result sits.
///
/// `k` operands on different nodes make `⌈k / 2⌉` records; neighbours on the same node are merged, constants left out.
pub(crate) struct Join<T> {
    /// The node of the records so far, or 0.
    last: u64,
    /// An operand that waits for a second one (node 0: none) and its partial.
    node: u64,
    partial: T,
}

impl<T: Float> Join<T> {
    #[inline(always)]
    pub fn new() -> Self {
        Join { last: 0, node: 0, partial: T::zero() }
    }

    /// Adds an operand: the result has the derivative `partial` by `node`.
    #[inline(always)]
    pub fn add(&mut self, node: u64, partial: T) {
        if node == 0 {
            return;
        }
        if self.node == node {
            self.partial += partial;
        } else if self.node == 0 {
            (self.node, self.partial) = (node, partial);
        } else if self.last == 0 {
            self.last = push(self.node, self.partial, node, partial);
            self.node = 0;
        } else if let Some(last) = push_more(self.last, self.node, self.partial, node, partial) {
            (self.last, self.node) = (last, 0);
        } else {
            self.last = join_later(self.last, self.node, self.partial);
            (self.node, self.partial) = (node, partial);
        }
    }

    /// The node of the result and its derivative by that node; (0, 0) for a constant.
    #[inline(always)]
    pub fn finish(self) -> (u64, T) {
        match (self.last, self.node) {
            (0, 0) => (0, T::zero()),
            (0, node) => (node, self.partial),
            (last, 0) => (last, T::one()),
            (last, node) => (push(last, T::one(), node, self.partial), T::one()),
        }
    }
}

/// Something else was recorded since `last`: joins with the records so far like with any node.
#[inline(never)]
fn join_later<T: Float>(last: u64, node: u64, partial: T) -> u64 {
    push(last, T::one(), node, partial)
}
