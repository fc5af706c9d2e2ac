//! Reverse mode for a sum in little memory: one recording that is used again for segment after segment of its terms.

use super::Terms;
use super::blocks::{add, with_room};
use crate::drivers::Session;
use crate::float::Float;
use crate::numbers::Reverse;

/// About so many bytes of records and adjoints are written before they are swept: what stays in a core's own cache.
const SEGMENT: usize = 1 << 18;

/// At most so many terms are recorded before it is asked again how many joins there are.
const MOST_AT_ONCE: usize = 64;

/// Writes value and gradient of a sum of terms at `x` to `out`, one after the other.
#[track_caller]
pub(super) fn backpropagate<T: Float>(
    terms: &(impl Terms + ?Sized),
    indices: impl Iterator<Item = usize>,
    x: &[T],
    out: &mut [T],
) {
    let (value, gradient) = out.split_first_mut().expect("room for the value");
    let mut segments = Segments { terms, indices, value: T::zero(), session: Session::start(x) };
    gradient.fill(T::zero());
    // As long as all the room that a sum takes.
    with_room(1 + gradient.len(), |room| {
        let part = &mut room[1..];
        while segments.next(part) {
            add(gradient, part);
            segments.session.rewind();
        }
        add(gradient, part);
    });
    segments.session.end();
    *value = segments.value;
}

/// The segments of a sum that are still to come.
struct Segments<'a, T, F: ?Sized, I> {
    terms: &'a F,
    indices: I,
    /// Of the terms so far.
    value: T,
    session: Session<T>,
}

impl<T: Float, F: Terms + ?Sized, I: Iterator<Item = usize>> Segments<'_, T, F, I> {
    /// Records the next segment, and writes its gradient. Returns whether there may be more.
    #[track_caller]
    fn next(&mut self, gradient: &mut [T]) -> bool {
        // A record and its adjoint have three numbers. A sweep costs some operations for each input as well.
        let longest = (SEGMENT / (4 * size_of::<T>())).max(4 * gradient.len());
        let mut sum = Reverse::constant(self.value);
        let (mut recorded, mut at_once, mut more) = (0, 1, true);
        while more && self.session.joins() < longest {
            let (variables, before) = (self.session.variables(), recorded);
            for i in self.indices.by_ref().take(at_once) {
                sum += self.terms.term(i, variables);
                recorded += 1;
            }
            more = recorded == before + at_once;
            // As many as have room if they are as long as those so far.
            let joins = self.session.joins();
            at_once = (longest.saturating_sub(joins).saturating_mul(recorded) / joins.max(1)).clamp(1, MOST_AT_ONCE);
        }
        self.value = sum.primal();
        self.session.pull_back(&[sum], |_| T::one(), gradient);
        more
    }
}
