//! Star colouring, for the direct recovery of a symmetric matrix.

use super::super::pattern::SparsePattern;
use super::{Colouring, Forbidden, Order, Palettes, neighbours, ordered};

/// What is known of a colour around a vertex `v`.
#[derive(Clone, Copy, Default)]
struct Around {
    /// How many neighbours have it.
    count: u32,
    /// One of them.
    first: u32,
    /// Whether the neighbour that has it has another neighbour of the colour of `v`: it is the hub of a star, and `v` one of its points.
    is_hub: bool,
}

/// Colours the vertices of a symmetric pattern so that neighbours differ, and every path of four vertices has three colours. Then two
/// colours together make stars, and each entry off the diagonal is alone of its colour in one of its two rows.
///
/// A vertex `v` must not have the colour of a neighbour `w`. A path of four vertices and two colours that `v` begins, `v w x y`, has a hub
/// `x`; one with `v` inside, `u v w x`, has neighbours `u` and `w` of one colour, and then all colours around these are forbidden.
///
/// # Cost
/// The number of entries times the number of colours, since it goes over the colours around a vertex and not over its neighbours.
///
/// Source: Gebremedhin, Tarafdar, Manne & Pothen, "New acyclic and star coloring algorithms with application to computing Hessians",
/// SIAM J. Sci. Comput. 29 (2007), algorithm 4.1, with colours in place of neighbours.
pub(in super::super) fn star(pattern: &SparsePattern, order: Order) -> Colouring {
    let n = pattern.columns();
    let (mut colouring, mut forbidden) = (Colouring::none(n), Forbidden::new());
    let mut palettes = Palettes::<Around>::new(pattern);
    for v in ordered(pattern, order) {
        for w in neighbours(pattern, v) {
            let Some(colour) = colouring.of(w) else { continue };
            forbidden.forbid(colour, v);
            let place = palettes.find(v, colour).expect("noted when the neighbour was coloured");
            let has_twin = palettes.entries[place].1.count > 1;
            for &(around, known) in palettes.around(w) {
                if has_twin || known.is_hub {
                    forbidden.forbid(around, v);
                }
            }
        }
        let colour = forbidden.first_left(v);
        colouring.set(v, colour);
        for w in neighbours(pattern, v) {
            let place = palettes.find_or_add(w, colour);
            let known = &mut palettes.entries[place].1;
            known.count += 1;
            if known.count == 1 {
                known.first = v as u32;
            }
            let Around { count, first, .. } = *known;
            let Some(colour_of_w) = colouring.of(w) else { continue };
            // With a second point of the colour, `w` is a hub; its points are told, and so are those of `v`.
            if count > 1 {
                for point in [first as usize, v] {
                    mark_hub(&mut palettes, point, colour_of_w);
                }
            }
            let place = palettes.find(v, colour_of_w).expect("noted when the neighbour was coloured");
            if palettes.entries[place].1.count > 1 {
                mark_hub(&mut palettes, w, colour);
            }
        }
    }
    colouring
}

fn mark_hub(palettes: &mut Palettes<Around>, point: usize, colour: u32) {
    let place = palettes.find(point, colour).expect("a point knows the colour of its hub");
    palettes.entries[place].1.is_hub = true;
}
