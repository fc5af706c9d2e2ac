//! Cones: the pieces into which a graph is cut.
//!
//! ```text
//!   x0  x1  x1  x2           x0  x1 | x1  x2
//!    \  /    \  /             \  /  |  \  /
//!     f       f      is cut    f    |   f        two cones of one shape
//!      \     /       into     ------+-------
//!       \   /                   \       /
//!         +                         +            and what is left
//! ```
//!
//! A node belongs to the cone of its consumers if all of them are in one cone. Otherwise it is the root of a cone of its own. So what a cone
//! computes besides its root is needed nowhere else. A cone ends as well where its shape becomes much more frequent: that is the inside of
//! an inner loop, whose instances are to be run together, across all passes of the outer loop.

use super::shapes::CONSTANT;
use super::sums::Sums;
use crate::graph::body::{Body, Op, Operand};
use crate::graph::table::{Fx, Hashed, NONE};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// The most operations of a cone, so that its derivative, of about three times as many, is differentiated and scheduled in no time and its
/// registers are numbered by 16 bits. A chain of 300,000 steps would be one cone otherwise.
const MOST_OPERATIONS: u32 = 2000;

/// A cone is cut where the shape below is this many times as frequent as the one above. Loops of fewer passes stay in the body.
const JUMP: u32 = 8;

/// A cone is not cut for less than this many operations: an instance that is run by itself stores its result and has it loaded.
const LEAST_CUT: u32 = 16;

/// For each node the root of the cone it is in; [`NONE`] for inputs, for what is inside of a long sum, and for what is not needed.
pub(super) fn find(graph: &Body, uses: &[u32], is_watched: &[bool], sums: &Sums) -> Vec<u32> {
    let n = graph.nodes.len();
    let is_inner =
        |node: usize| uses[node] > 0 && !sums.is_inside(node) && !matches!(graph.nodes[node].op, Op::Input(_));
    // Classes: nodes of one class compute the same function of their leaves. Then their sizes, and how many there are of each.
    let mut classes: HashMap<u64, u32, Hashed> = HashMap::default();
    let (mut class, mut size, mut population) = (vec![NONE; n], vec![0_u32; n], Vec::<u32>::new());
    for node in 0..n {
        if !is_inner(node) {
            continue;
        }
        let mut hasher = Fx::default();
        if let Some(terms) = sums.of(node) {
            (NONE, terms.len()).hash(&mut hasher);
        } else {
            graph.nodes[node].op.paired_apart().hash(&mut hasher);
            for &operand in graph.operands(&graph.nodes[node]) {
                match operand {
                    Operand::Node(k) => {
                        class[k as usize].hash(&mut hasher);
                        size[node] = (size[node] + size[k as usize]).min(1 << 20);
                    }
                    Operand::Constant(_) => CONSTANT.hash(&mut hasher), // no class has its number
                }
            }
            size[node] += 1;
        }
        let next = population.len() as u32;
        class[node] = *classes.entry(hasher.finish()).or_insert(next);
        if class[node] == next {
            population.push(0);
        }
        population[class[node] as usize] += 1;
    }
    drop(classes);

    let population = |node: usize| population[class[node] as usize];
    let mut cone = vec![NONE; n];
    let (mut consumer, mut has_several) = (vec![NONE; n], is_watched.to_vec());
    let mut members = vec![0_u32; n];
    for node in (0..n).rev().filter(|&node| is_inner(node)) {
        let root = consumer[node];
        let is_frequent = |node: usize| {
            root != NONE
                && population(node) >= JUMP.saturating_mul(population(root as usize))
                && size[node] >= LEAST_CUT
        };
        // Cut as low as the jump allows.
        let may_cut_lower = |operand: &Operand| match *operand {
            Operand::Node(k) if is_inner(k as usize) => {
                is_frequent(k as usize) && population(k as usize) >= population(node)
            }
            _ => true,
        };
        let is_root = has_several[node]
            || root == NONE
            || sums.of(node).is_some()
            || members[root as usize] >= MOST_OPERATIONS
            || (is_frequent(node) && !graph.operands(&graph.nodes[node]).iter().all(may_cut_lower));
        cone[node] = if is_root { node as u32 } else { root };
        members[cone[node] as usize] += 1;
        let mut is_used_by = |operand: Operand, root: u32| {
            if let Operand::Node(k) = operand {
                let k = k as usize;
                has_several[k] |= root == NONE || (consumer[k] != NONE && consumer[k] != root);
                consumer[k] = root;
            }
        };
        match sums.of(node) {
            Some(terms) => terms.iter().for_each(|&(term, _)| is_used_by(term, NONE)),
            None => graph.operands(&graph.nodes[node]).iter().for_each(|&x| is_used_by(x, cone[node])),
        }
    }
    cone
}
