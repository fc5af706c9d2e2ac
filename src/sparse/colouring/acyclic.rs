//! Acyclic colouring, for the recovery of a symmetric matrix by substitution.

use super::super::pattern::SparsePattern;
use super::{Colouring, Forbidden, Order, Palettes, neighbours, ordered};

/// Colours the vertices of a symmetric pattern so that neighbours differ, and every cycle has three colours. Then two colours together
/// make trees, and the entries are found from the leaves inwards, by subtracting those that are known.
///
/// All edges from a vertex to neighbours of one colour are in one tree. A vertex must not have the colour by which two of its neighbours of
/// one colour are in one tree already.
///
/// # Cost
/// The number of entries times the number of colours, but for the slow growth of finding a tree.
///
/// Source: Gebremedhin, Tarafdar, Manne & Pothen (2007), algorithm 3.1, with colours in place of neighbours.
pub(in super::super) fn acyclic(pattern: &SparsePattern, order: Order) -> Colouring {
    let n = pattern.columns();
    let (mut colouring, mut forbidden) = (Colouring::none(n), Forbidden::new());
    // The edges from a vertex to neighbours of one colour are an entry of its palette; entries of one tree are joined.
    let mut palettes = Palettes::<()>::new(pattern);
    let mut parents: Vec<u32> = (0..pattern.nnz() as u32).collect();
    // For each tree, the last vertex that came to it, and the neighbour by which it came.
    let mut visits = vec![(usize::MAX, 0); pattern.nnz()];
    for v in ordered(pattern, order) {
        for w in neighbours(pattern, v) {
            let Some(colour) = colouring.of(w) else { continue };
            forbidden.forbid(colour, v);
            for place in palettes.places(w) {
                let tree = root(&mut parents, place);
                let around = palettes.entries[place].0;
                match visits[tree] {
                    (vertex, neighbour) if vertex == v && neighbour != w => forbidden.forbid(around, v),
                    _ => visits[tree] = (v, w),
                }
            }
        }
        let colour = forbidden.first_left(v);
        colouring.set(v, colour);
        for w in neighbours(pattern, v) {
            let there = palettes.find_or_add(w, colour);
            if let Some(colour_of_w) = colouring.of(w) {
                let here = palettes.find(v, colour_of_w).expect("noted when the neighbour was coloured");
                let (there, here) = (root(&mut parents, there), root(&mut parents, here));
                parents[there.max(here)] = there.min(here) as u32;
            }
        }
    }
    colouring
}

/// The entry that stands for the tree of an entry. Halves the way for the next time.
fn root(parents: &mut [u32], entry: usize) -> usize {
    let mut entry = entry;
    while parents[entry] as usize != entry {
        parents[entry] = parents[parents[entry] as usize];
        entry = parents[entry] as usize;
    }
    entry
}
