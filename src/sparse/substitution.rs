//! The entries of a symmetric matrix one after the other, from its products with the directions of an acyclic colouring.

use super::colouring::{Colouring, Palettes, neighbours};
use super::pattern::SparsePattern;
use crate::float::Float;

/// A number that is an entry when its turn comes, where the entry goes, and where it is subtracted then.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Among the products.
    product: usize,
    /// Among the entries: its place and that of its mirror image.
    places: [u32; 2],
    /// Among the products: the sum that the mirror image is a part of. It is the product itself for an entry of the diagonal, which is
    /// part of no other.
    sum: usize,
}

/// The order in which entries are found.
#[derive(Clone, Debug)]
pub(super) struct Substitution {
    steps: Vec<Step>,
}

/// The entries of a row in columns of one colour that are not found yet.
#[derive(Clone, Copy, Default)]
struct Unknown {
    count: u32,
    /// The places of all of them, combined by exclusive or: of the last one it is the place.
    places: usize,
}

impl Substitution {
    /// The products are a matrix with a row for each input and a column for each colour, by rows. The number in row `i` and the colour of
    /// `j` is the sum of the entries of row `i` in columns of that colour. Where one is left, it is known, and is subtracted from the sum
    /// in row `j` and the colour of `i`. Two colours together make trees, in which one is left at each leaf, until none is.
    ///
    /// Source: Gebremedhin, Manne & Pothen (2005), section 4.3; Coleman & Cai, "The cyclic coloring problem and estimation of sparse
    /// Hessian matrices", SIAM J. Algebraic Discrete Methods 7 (1986).
    pub fn new(pattern: &SparsePattern, colouring: &Colouring) -> Substitution {
        let colour = |vertex: usize| colouring.colours[vertex];
        let product = |row: usize, colour: u32| row * colouring.count + colour as usize;
        let mirror = |place: usize, row: usize, column: usize| {
            let mirror = pattern.position(column, row).expect("the pattern is symmetric");
            [place as u32, mirror as u32]
        };
        let mut steps = Vec::with_capacity(pattern.nnz() / 2 + pattern.columns());
        let mut unknown = Palettes::<Unknown>::new(pattern);
        let mut left = Vec::new();
        for row in 0..pattern.columns() {
            if let Some(place) = pattern.position(row, row) {
                let product = product(row, colour(row));
                steps.push(Step { product, places: [place as u32; 2], sum: product });
            }
            for column in neighbours(pattern, row) {
                let palette = unknown.find_or_add(row, colour(column));
                let entry = &mut unknown.entries[palette].1;
                entry.count += 1;
                entry.places ^= pattern.position(row, column).expect("an entry of the pattern");
            }
            left.extend(
                unknown.places(row).filter(|&palette| unknown.entries[palette].1.count == 1).map(|at| (row, at)),
            );
        }
        let column_of = |place: usize| pattern.column_starts().partition_point(|&start| start <= place) - 1;
        left.reverse();
        while let Some((row, palette)) = left.pop() {
            let (around, Unknown { count, places: place }) = unknown.entries[palette];
            if count == 0 {
                continue; // found as the mirror image
            }
            unknown.entries[palette].1.count = 0;
            let column = column_of(place);
            let places = mirror(place, row, column);
            steps.push(Step { product: product(row, around), places, sum: product(column, colour(row)) });
            let palette = unknown.find(column, colour(row)).expect("the pattern is symmetric");
            let entry = &mut unknown.entries[palette].1;
            entry.count -= 1;
            entry.places ^= places[1] as usize;
            if entry.count == 1 {
                left.push((column, palette));
            }
        }
        Substitution { steps }
    }

    /// Writes the entries to `h`; of the products nothing sensible is left.
    pub fn run<T: Float>(&self, products: &mut [T], h: &mut [T]) {
        for &Step { product, places, sum } in &self.steps {
            let entry = products[product];
            places.iter().for_each(|&place| h[place as usize] = entry);
            products[sum] -= entry;
        }
    }
}
