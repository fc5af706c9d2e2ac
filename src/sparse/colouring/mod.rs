//! Colourings: which columns, or rows, share a direction of differentiation.
//!
//! Each is greedy: it takes the vertices one after the other and gives each the first colour that is not forbidden, so that it depends on
//! the [order](Order) and on nothing else.

mod acyclic;
mod both;
mod distance_two;
mod order;
mod star;

pub(super) use acyclic::acyclic;
pub(super) use both::{Division, both};
use distance_two::distance_two;
pub use order::Order;
pub(super) use star::star;

use super::pattern::SparsePattern;
use std::ops::Range;

/// A colour for each vertex.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Colouring {
    /// [`Colouring::NONE`] for a vertex that takes part in nothing.
    pub colours: Vec<u32>,
    /// How many colours there are.
    pub count: usize,
}

impl Colouring {
    /// No colour.
    pub const NONE: u32 = u32::MAX;

    fn none(vertices: usize) -> Colouring {
        Colouring { colours: vec![Colouring::NONE; vertices], count: 0 }
    }

    fn set(&mut self, vertex: usize, colour: u32) {
        self.colours[vertex] = colour;
        self.count = self.count.max(colour as usize + 1);
    }

    /// The colour of a vertex, if it has one.
    #[inline]
    pub fn of(&self, vertex: usize) -> Option<u32> {
        Some(self.colours[vertex]).filter(|&colour| colour != Colouring::NONE)
    }

    /// The place of its colour in a strip of colours, if it is one of them.
    #[inline]
    pub fn lane_of(&self, vertex: usize, strip: &Range<usize>) -> Option<usize> {
        let colour = self.colours[vertex] as usize; // none is beyond all strips
        strip.contains(&colour).then(|| colour - strip.start)
    }
}

/// The colours that a vertex must not have, without clearing them for the next vertex.
struct Forbidden {
    /// For each colour, the vertex that must not have it.
    vertex: Vec<usize>,
}

impl Forbidden {
    fn new() -> Forbidden {
        Forbidden { vertex: Vec::new() }
    }

    #[inline]
    fn forbid(&mut self, colour: u32, vertex: usize) {
        let colour = colour as usize;
        if colour >= self.vertex.len() {
            self.vertex.resize(colour + 1, usize::MAX);
        }
        self.vertex[colour] = vertex;
    }

    /// The first colour that is left for a vertex.
    fn first_left(&self, vertex: usize) -> u32 {
        self.vertex.iter().position(|&other| other != vertex).unwrap_or(self.vertex.len()) as u32
    }
}

/// The neighbours of a vertex in the graph of a symmetric pattern, whose edges are the entries off the diagonal.
pub(super) fn neighbours(pattern: &SparsePattern, vertex: usize) -> impl Iterator<Item = usize> + '_ {
    pattern.column(vertex).iter().copied().filter(move |&other| other != vertex)
}

/// The vertices of a symmetric pattern that have an entry, in the given order.
fn ordered(pattern: &SparsePattern, order: Order) -> Vec<usize> {
    let degrees = (0..pattern.columns()).map(|vertex| neighbours(pattern, vertex).count()).collect();
    let mut vertices = order.vertices(degrees, |vertex, visit| neighbours(pattern, vertex).for_each(visit));
    vertices.retain(|&vertex| !pattern.column(vertex).is_empty());
    vertices
}

/// The colours among the neighbours of each vertex of a symmetric pattern, so that nobody has to go over the neighbours of a neighbour: a
/// vertex with very many has few colours around it.
pub(super) struct Palettes<E> {
    starts: Vec<usize>,
    lengths: Vec<u32>,
    pub entries: Vec<(u32, E)>,
}

impl<E: Copy + Default> Palettes<E> {
    pub fn new(pattern: &SparsePattern) -> Self {
        Palettes {
            starts: pattern.column_starts().to_vec(),
            lengths: vec![0; pattern.columns()],
            entries: vec![(0, E::default()); pattern.nnz()],
        }
    }

    /// The places of the entries of a vertex.
    #[inline]
    pub fn places(&self, vertex: usize) -> Range<usize> {
        self.starts[vertex]..self.starts[vertex] + self.lengths[vertex] as usize
    }

    /// The colours around a vertex, each with what is known of it.
    #[inline]
    pub fn around(&self, vertex: usize) -> &[(u32, E)] {
        &self.entries[self.places(vertex)]
    }

    /// The place of the entry for a colour around a vertex, if a neighbour has it.
    #[inline]
    pub fn find(&self, vertex: usize, colour: u32) -> Option<usize> {
        let place = self.around(vertex).iter().position(|&(known, _)| known == colour);
        place.map(|place| self.starts[vertex] + place)
    }

    /// The same, with a new entry if there is none.
    #[inline]
    pub fn find_or_add(&mut self, vertex: usize, colour: u32) -> usize {
        self.find(vertex, colour).unwrap_or_else(|| {
            let place = self.starts[vertex] + self.lengths[vertex] as usize;
            self.lengths[vertex] += 1;
            self.entries[place] = (colour, E::default());
            place
        })
    }
}
