//! The operations of a window of the recording: which are ready, and which of those to run next.

use super::super::body::Operand;
use super::super::table::NONE;
use super::code::{
    ADD, ADD_CHAIN, CALL_CHAIN, DOT_CHAIN, HORNER_CHAIN, HORNER_SUB_CHAIN, MUL, MUL_ADD, MUL_CHAIN, MUL_SUB, SUB,
    SUB_CHAIN, SUB_DOT_CHAIN, SUB_MUL,
};
use super::plan::Plan;

/// The chain that an operation continues if operand `position` is the result before.
fn chain_of(kind: u32, position: usize) -> Option<u32> {
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
pub(in crate::graph) const WINDOW: usize = 4096;

/// How many kinds are compared to find the one to run next. A program may have a rule of its own for each
/// operation, and scheduling has to stay linear.
const COMPARED: usize = 32;

/// The operations whose operands are there, by kind.
struct Ready {
    of_kind: Vec<Vec<u32>>,
    /// The kinds that have some.
    kinds: Vec<u32>,
    /// For each kind the largest height of those that are ready.
    highest: Vec<u32>,
}

impl Ready {
    fn push(&mut self, kind: u32, node: u32, height: u32) {
        let of_kind = &mut self.of_kind[kind as usize];
        if of_kind.is_empty() {
            self.kinds.push(kind);
            self.highest[kind as usize] = 0;
        }
        of_kind.push(node);
        self.highest[kind as usize] = self.highest[kind as usize].max(height);
    }

    /// What to run next, in the order of the recording: all operations of the kind of which there is one that most others depend on.
    fn take(&mut self, batch: &mut Vec<u32>) -> Option<u32> {
        let first = self.kinds.len().saturating_sub(COMPARED);
        let next = (first..self.kinds.len()).max_by_key(|&k| {
            let kind = self.kinds[k] as usize;
            (self.highest[kind], self.of_kind[kind].len())
        })?;
        let kind = self.kinds.swap_remove(next);
        batch.clear();
        std::mem::swap(batch, &mut self.of_kind[kind as usize]);
        batch.sort_unstable();
        Some(kind)
    }
}

/// Operations that are scheduled together.
pub(super) struct Window {
    nodes: Vec<u32>,
    /// Of each operation, how many of its operands are missing.
    missing: Vec<u32>,
    /// Of each operation, who waits for it: a list in `links`.
    waiting: Vec<u32>,
    links: Vec<(u32, u32)>,
    /// Of each operation, how many depend on each other from there to the end of the window.
    height: Vec<u32>,
    ready: Ready,
}

impl Window {
    /// For so many operations of so many kinds.
    pub fn new(operations: usize, kinds: usize) -> Window {
        Window {
            nodes: Vec::with_capacity(WINDOW),
            missing: vec![0; operations],
            waiting: vec![NONE; operations],
            links: Vec::new(),
            height: vec![0; operations],
            ready: Ready { of_kind: vec![Vec::new(); kinds], kinds: Vec::new(), highest: vec![0; kinds] },
        }
    }

    /// What to run next, and its kind. `None` at the end of the window.
    pub fn take(&mut self, batch: &mut Vec<u32>) -> Option<u32> {
        self.ready.take(batch)
    }

    /// The next operations of the recording. `false` if there are none.
    pub fn fill(&mut self, plan: &Plan, nodes: &mut std::ops::Range<usize>) -> bool {
        self.nodes.clear();
        self.links.clear();
        for node in nodes {
            if plan.steps.is_run(node as u32) {
                self.nodes.push(node as u32);
                if self.nodes.len() == WINDOW {
                    break;
                }
            }
        }
        for &node in &self.nodes {
            for &operand in plan.steps.operands(node) {
                if let Operand::Node(operand) = operand
                    && plan.place[operand as usize] == NONE
                {
                    let operand = plan.steps.computing(operand);
                    self.missing[node as usize] += 1;
                    self.links.push((node, self.waiting[operand as usize]));
                    self.waiting[operand as usize] = self.links.len() as u32 - 1;
                }
            }
        }
        for &node in self.nodes.iter().rev() {
            let above = self.waiting(node).map(|user| self.height[user as usize]).max();
            self.height[node as usize] = above.unwrap_or(0) + 1;
        }
        for &node in &self.nodes {
            if self.missing[node as usize] == 0 {
                self.ready.push(plan.steps.kinds[node as usize], node, self.height[node as usize]);
            }
        }
        !self.nodes.is_empty()
    }

    /// Who waits for `node`, once for each operand that it is.
    fn waiting(&self, node: u32) -> impl Iterator<Item = u32> {
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
                self.ready.push(plan.steps.kinds[user as usize], user, self.height[user as usize]);
            }
            link = after;
        }
    }

    /// Whether `user` misses `node` only, and then which chain it continues, with the position of the operand.
    fn continues(&self, plan: &Plan, node: u32, user: u32) -> Option<(u32, usize)> {
        if self.missing[user as usize] != 1 {
            return None;
        }
        let position = plan.steps.operands(user).iter().rposition(|&operand| operand == Operand::Node(node))?;
        let kind = plan.steps.kinds[user as usize];
        Some((if plan.repeats(kind) { CALL_CHAIN } else { chain_of(kind, position)? }, position))
    }

    /// Follows a chain from `node`, which is ready: the operations, each with the position of the operand that is the one before, and
    /// the word of the chain. `None` if it is alone. In any case `node` and what follows count as run.
    pub fn chain(&mut self, plan: &Plan, node: u32, chain: &mut Vec<(u32, usize)>) -> Option<u32> {
        chain.clear();
        chain.push((node, 0));
        let (mut last, mut word) = (node, None);
        loop {
            let kind = plan.steps.kinds[node as usize];
            let links = self.waiting(last).filter(|&user| plan.steps.kinds[user as usize] == kind).filter_map(|user| {
                let (found, position) = self.continues(plan, last, user)?;
                (word.unwrap_or(found) == found).then_some((user, found, position))
            });
            // Of several, the first of those that most others wait for.
            let height = |&(user, ..): &(u32, u32, usize)| self.height[user as usize];
            let next = links.reduce(|best, link| if height(&link) > height(&best) { link } else { best });
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
