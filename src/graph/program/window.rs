//! The operations of a window of the recording: which are ready, and which of those to run next.

use super::super::body::{Op, Operand};
use super::super::table::NONE;
use super::code::{
    ADD, ADD_CHAIN, DOT_CHAIN, HORNER_CHAIN, HORNER_SUB_CHAIN, MUL, MUL_ADD, MUL_CHAIN, MUL_SUB, SUB, SUB_CHAIN,
    SUB_DOT_CHAIN, SUB_MUL,
};
use super::plan::Plan;

/// How many operations of one kind are ready, at most, where chains are looked for. More of them are faster side by side.
pub(super) const CHAINED: usize = 2;

/// The chain that an operation continues if operand `position` is the result before.
pub(super) fn chain_of(kind: u32, position: usize) -> Option<u32> {
    match (kind, position) {
        (ADD, _) => Some(ADD_CHAIN),
        (SUB, 0) => Some(SUB_CHAIN),
        (MUL, _) => Some(MUL_CHAIN),
        (MUL_ADD, 2) => Some(DOT_CHAIN),
        (SUB_MUL, 2) => Some(SUB_DOT_CHAIN),
        (MUL_ADD, _) => Some(HORNER_CHAIN),
        (MUL_SUB, 0 | 1) => Some(HORNER_SUB_CHAIN),
        _ => None,
    }
}

/// How many operations are scheduled together. Their results stay in the first caches.
pub(super) const WINDOW: usize = 4096;

/// How many kinds are compared to find the one that most operations are ready of. A program may have a rule of its own for each
/// operation, and scheduling has to stay linear.
pub(super) const COMPARED: usize = 32;

/// The operations whose operands are there, by kind.
pub(super) struct Ready {
    pub of_kind: Vec<Vec<u32>>,
    /// The kinds that have some.
    pub kinds: Vec<u32>,
}

impl Ready {
    pub fn push(&mut self, kind: u32, node: u32) {
        let of_kind = &mut self.of_kind[kind as usize];
        if of_kind.is_empty() {
            self.kinds.push(kind);
        }
        of_kind.push(node);
    }

    /// All operations of the kind that most are ready of, in the order of the recording.
    pub fn take(&mut self, batch: &mut Vec<u32>) -> Option<u32> {
        let first = self.kinds.len().saturating_sub(COMPARED);
        let fullest = (first..self.kinds.len()).max_by_key(|&k| self.of_kind[self.kinds[k] as usize].len())?;
        let kind = self.kinds.swap_remove(fullest);
        batch.clear();
        std::mem::swap(batch, &mut self.of_kind[kind as usize]);
        batch.sort_unstable();
        Some(kind)
    }
}

/// Operations that are scheduled together.
pub(super) struct Window {
    pub nodes: Vec<u32>,
    /// Of each operation, how many of its operands are missing.
    pub missing: Vec<u32>,
    /// Of each operation, who waits for it: a list in `links`.
    pub waiting: Vec<u32>,
    pub links: Vec<(u32, u32)>,
    pub ready: Ready,
}

impl Window {
    /// The next operations of the recording. `false` if there are none.
    pub fn fill(&mut self, plan: &mut Plan, nodes: &mut std::ops::Range<usize>) -> bool {
        self.nodes.clear();
        self.links.clear();
        for node in nodes {
            if let Op::Input(k) = plan.graph.nodes[node].op {
                plan.place[node] = k;
            } else if plan.kind[node] != NONE {
                self.nodes.push(node as u32);
                if self.nodes.len() == WINDOW {
                    break;
                }
            }
        }
        for &node in &self.nodes {
            plan.operands(node, |operand| {
                if let Operand::Node(operand) = operand
                    && plan.place[operand as usize] == NONE
                {
                    let operand = plan.computed_by(operand);
                    self.missing[node as usize] += 1;
                    self.links.push((node, self.waiting[operand as usize]));
                    self.waiting[operand as usize] = self.links.len() as u32 - 1;
                }
            });
            if self.missing[node as usize] == 0 {
                self.ready.push(plan.kind[node as usize], node);
            }
        }
        !self.nodes.is_empty()
    }

    /// Who waits for `node`, once for each operand that it is.
    pub fn waiting(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut link = self.waiting[node as usize];
        std::iter::from_fn(move || {
            let &(user, next) = self.links.get(link as usize)?;
            link = next;
            Some(user)
        })
    }

    /// Tells those who wait for `node` that it is there; `next` is run at once and need not become ready.
    pub fn release(&mut self, plan: &Plan, node: u32, next: u32) {
        let mut link = self.waiting[node as usize];
        while let Some(&(user, after)) = self.links.get(link as usize) {
            let missing = &mut self.missing[user as usize];
            *missing -= 1;
            if *missing == 0 && user != next {
                self.ready.push(plan.kind[user as usize], user);
            }
            link = after;
        }
    }

    /// Whether `user` misses `node` only, and then which chain it continues, with the position of the operand.
    pub fn continues(&self, plan: &Plan, node: u32, user: u32) -> Option<(u32, usize)> {
        if self.missing[user as usize] != 1 {
            return None;
        }
        let (mut k, mut position) = (0, 0);
        plan.operands(user, |operand| {
            if operand == Operand::Node(node) {
                position = k;
            }
            k += 1;
        });
        Some((chain_of(plan.kind[user as usize], position)?, position))
    }

    /// Follows a chain from `node`, which is ready: the operations, each with the position of the operand that is the one before, and
    /// the word of the chain. `None` if it is alone. In any case `node` and what follows count as run.
    pub fn chain(&mut self, plan: &Plan, node: u32, chain: &mut Vec<(u32, usize)>) -> Option<u32> {
        chain.clear();
        chain.push((node, 0));
        let (mut last, mut word) = (node, None);
        loop {
            let kind = plan.kind[node as usize];
            let next = self.waiting(last).filter(|&user| plan.kind[user as usize] == kind).find_map(|user| {
                let (found, position) = self.continues(plan, last, user)?;
                (word.unwrap_or(found) == found).then_some((user, found, position))
            });
            let Some((user, found, position)) = next else {
                self.release(plan, last, NONE);
                return word;
            };
            self.release(plan, last, user);
            if word.is_none() {
                chain[0].1 = if matches!(found, DOT_CHAIN | SUB_DOT_CHAIN) { 2 } else { 0 };
            }
            (last, word) = (user, Some(found));
            chain.push((user, position));
        }
    }
}
