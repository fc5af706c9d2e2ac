//! Points of dual numbers, of which one chunk of entries at a time is variable.

use super::pool;
use crate::float::Float;
use crate::numbers::{Dual, Tag};
use std::ops::Range;

/// The chunks of `N` inputs that `n` inputs are taken in, and one empty chunk if there are none: a function is evaluated at least once.
pub(crate) fn chunks<const N: usize>(n: usize) -> impl Iterator<Item = Range<usize>> {
    const { assert!(N > 0, "a chunk has at least one direction") };
    (0..n.max(1)).step_by(N).map(move |first| first..n.min(first + N))
}

/// A point on dual numbers, in memory that the thread keeps.
///
/// If the user's function panics, the memory is freed, and the next call takes new one.
pub(crate) struct Seeded<T, const N: usize> {
    #[expect(clippy::box_collection, reason = "the pool keeps boxes, and a new one would be an allocation")]
    point: Box<Vec<Dual<T, N>>>,
}

impl<T: Float, const N: usize> Seeded<T, N> {
    /// The point `x`, as constants.
    pub fn at(x: &[T]) -> Self {
        Self::with(x.iter().map(|&x| Dual::constant(x)))
    }

    /// The point with these entries.
    pub fn with(entries: impl Iterator<Item = Dual<T, N>>) -> Self {
        Seeded { point: pool::filled(entries) }
    }

    /// Makes the entries `chunk` of the point variables of a new differentiation.
    pub fn seed(&mut self, chunk: Range<usize>) -> Tag {
        let tag = Tag::fresh();
        for (lane, x) in self.point[chunk].iter_mut().enumerate() {
            *x = Dual::seeded(x.primal(), lane).tagged(tag);
        }
        tag
    }

    /// Makes each entry of the point a variable of a new differentiation in its lane, or a constant if it has none.
    pub fn seed_lanes(&mut self, lane_of: impl Fn(usize) -> Option<usize>) -> Tag {
        let tag = Tag::fresh();
        for (i, x) in self.point.iter_mut().enumerate() {
            let primal = x.primal();
            *x = lane_of(i).map_or_else(|| Dual::constant(primal), |lane| Dual::seeded(primal, lane).tagged(tag));
        }
        tag
    }

    /// Makes the entries `chunk` of the point constants again.
    pub fn unseed(&mut self, chunk: Range<usize>) {
        self.point[chunk].iter_mut().for_each(|x| *x = Dual::constant(x.primal()));
    }

    pub fn as_slice(&self) -> &[Dual<T, N>] {
        &self.point
    }

    pub fn as_mut_slice(&mut self) -> &mut [Dual<T, N>] {
        &mut self.point
    }

    /// Keeps the memory for the next call on this thread.
    pub fn end(self) {
        pool::put(self.point);
    }
}
