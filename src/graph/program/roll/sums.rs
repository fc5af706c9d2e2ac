//! Long sums: chains of additions whose terms are alike.
//!
//! ```text
//!   t0   t1   t2        t47                 t0 t1 t2 ... t47
//!     \ /    /         /                      \ |  |     /
//!      +    /         /          becomes       one sum, in this order
//!        \ /   ...   /
//!         +  ...  + ─── used once
//! ```
//!
//! A chain is one step that adds its terms in the order in which they were added, so no bit changes. Its terms are then free to be instances
//! of one kernel, which the chain, of another length for each, would not be.

use crate::graph::body::{Body, Op, Operand};
use std::collections::BTreeMap;

/// The shortest chain that is a step of its own. Shorter ones stay in the bodies, where they are run for many instances at once. Inner
/// products of small matrices, components and stages have up to about 30 terms; between those and the hundreds of terms of an objective the
/// choice makes no difference on the programs of the bench.
const LEAST_TERMS: u32 = 48;

pub(super) struct Sums {
    /// Of each long sum, by its last addition: the terms in the order in which they are added, and whether each is subtracted.
    pub terms: BTreeMap<u32, Vec<(Operand, bool)>>,
    parts: Vec<Part>,
}

/// What a node is to long sums.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Nothing,
    /// The last addition of one.
    Last,
    /// One of the other additions.
    Inside,
}

impl Sums {
    /// The terms of the long sum with this last addition. Most nodes are none, which is told without a search.
    #[inline]
    pub fn of(&self, node: usize) -> Option<&[(Operand, bool)]> {
        (self.parts[node] == Part::Last).then(|| &self.terms[&(node as u32)][..])
    }

    /// Whether a node is an addition inside of a long sum.
    #[inline]
    pub fn is_inside(&self, node: usize) -> bool {
        self.parts[node] == Part::Inside
    }

    /// The long sums of a graph, where each node is used as often as `uses` says.
    pub fn find(graph: &Body, uses: &[u32]) -> Sums {
        let n = graph.nodes.len();
        let is_sum = |node: usize| uses[node] > 0 && matches!(graph.nodes[node].op, Op::Add | Op::Sub);
        let mut length = vec![0_u32; n];
        // The operand by which a chain goes on, as its position and, if it goes on, the node.
        let goes_on = |node: usize, length: &[u32]| -> (usize, Option<usize>) {
            let inner = |operand: Operand| match operand {
                Operand::Node(k) if is_sum(k as usize) && uses[k as usize] == 1 => Some(k as usize),
                _ => None,
            };
            let operands = graph.operands(&graph.nodes[node]);
            // A sum that starts with a constant has begun: its first term is a term like the others, whatever that ends with.
            if let Operand::Constant(_) = operands[0] {
                return (0, None);
            }
            let left = inner(operands[0]);
            let right = if graph.nodes[node].op == Op::Add { inner(operands[1]) } else { None };
            match (left, right) {
                (Some(left), Some(right)) if length[right] <= length[left] => (0, Some(left)),
                (_, Some(right)) => (1, Some(right)),
                (left, None) => (0, left),
            }
        };
        for node in (0..n).filter(|&node| is_sum(node)) {
            length[node] = 1 + goes_on(node, &length).1.map_or(0, |inner| length[inner]);
        }
        let mut sums = Sums { terms: BTreeMap::new(), parts: vec![Part::Nothing; n] };
        for last in (0..n).rev().filter(|&node| is_sum(node)) {
            if sums.is_inside(last) || length[last] < LEAST_TERMS {
                continue;
            }
            let (mut terms, mut node) = (Vec::new(), last);
            loop {
                let operands = graph.operands(&graph.nodes[node]);
                let (position, inner) = goes_on(node, &length);
                terms.push((operands[1 - position], graph.nodes[node].op == Op::Sub));
                let Some(inner) = inner else {
                    terms.push((operands[position], false));
                    break;
                };
                sums.parts[inner] = Part::Inside;
                node = inner;
            }
            terms.reverse();
            sums.parts[last] = Part::Last;
            sums.terms.insert(last as u32, terms);
        }
        sums
    }
}
