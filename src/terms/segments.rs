//! Reverse mode for a sum in little memory: one recording that is used again for segment after segment of its terms.

use super::Terms;
use super::blocks::{add, zeros};
use crate::drivers::{Session, pool};
use crate::float::Float;
use crate::numbers::Reverse;

/// About so many bytes of records and adjoints are written before they are swept: what stays in a core's own cache.
const SEGMENT: usize = 1 << 18;

/// Writes the gradient of a sum of terms at `x` to `g` and returns the value.
///
/// The results of a segment are the seeds of its sweep, so that adding them takes no records.
#[track_caller]
pub(super) fn backpropagate<T: Float>(
    terms: &(impl Terms + ?Sized),
    indices: impl Iterator<Item = usize>,
    x: &[T],
    g: &mut [T],
) -> T {
    // A sweep costs some operations for each input as well.
    let longest = (SEGMENT / (4 * size_of::<T>())).max(x.len());
    let mut session = Session::start(x);
    let mut results = pool::take::<Vec<Reverse<T>>>();
    results.clear();
    let mut part = zeros(g.len());
    let mut value = T::zero();
    g.fill(T::zero());
    for i in indices {
        let result = terms.term(i, session.variables());
        value += result.primal();
        results.push(result);
        if session.joins() + results.len() >= longest {
            session.pull_back(&results, |_| T::one(), &mut part);
            add(g, &part);
            session.rewind();
            results.clear();
        }
    }
    session.pull_back(&results, |_| T::one(), &mut part);
    add(g, &part);
    session.end();
    pool::put(results);
    pool::put(part);
    value
}
