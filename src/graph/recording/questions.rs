//! What numbers are asked while they record: guards, conditions, and choices of which both sides are taken.

use super::super::body::Guard;
use super::super::question::Question;
use super::super::traced::Traced;
use super::{PLACE, RECORDINGS, Recording, recording_of, with};
use crate::float::{Condition, Primitive};
use std::panic::Location;

/// A recursion that ends by a choice would not end in a recording, which takes both sides.
const DEEPEST_CHOICE: usize = 128;

/// The answer to a question, and a guard that it stays so.
pub fn ask<B: Primitive>(question: Question, x: Traced<B>, y: Traced<B>, place: &'static Location<'static>) -> u64 {
    let answer = question.answer(x.value(), y.value());
    let place = PLACE.get().unwrap_or(place);
    if let Some(id) = recording_of(&[x, y]) {
        let about = [x.operand(), y.operand()];
        with(id, |recording| recording.guard(Guard { question, about, answer, place }));
    }
    answer
}

impl Recording {
    /// Adds a guard, if those before do not imply it.
    fn guard(&mut self, guard: Guard) {
        let Guard { question, about: [x, y], answer, .. } = guard;
        let (possible, given) = if question.compares() {
            // `x < y` says what `y > x` says.
            let is_swapped = x > y;
            let about = if is_swapped { [y, x] } else { [x, y] };
            (self.orders.entry(about).or_insert(u16::MAX), question.orders(answer, is_swapped))
        } else {
            (self.kinds.entry(x).or_insert(u16::MAX), question.kinds(answer))
        };
        if *possible & given != *possible {
            *possible &= given;
            self.guards.push(guard);
        }
    }
}

/// Notes a condition under which what is recorded holds.
pub fn require<B: Primitive>(condition: Condition, x: Traced<B>) {
    if x.is_fixed() {
        // It is the same everywhere. A slope that is 0 is none of the small ones for which there are other forms.
        if !x.value().is_zero() && !condition.holds(x.value()) {
            RECORDINGS.with_borrow_mut(|all| {
                if let Some(recording) = all.last_mut() {
                    recording.is_never_plain = true;
                }
            });
        }
        return;
    }
    with(x.recording(), |recording| {
        let (node, bit) = (x.index() as usize, 1 << condition.kind());
        if recording.known_conditions.len() <= node {
            recording.known_conditions.resize(recording.entries.len(), 0);
        }
        if recording.known_conditions[node] & bit == 0 {
            recording.known_conditions[node] |= bit;
            recording.conditions.push((condition, x.index()));
        }
    });
}

/// Both sides of a choice.
pub fn both_sides<B: Primitive>(
    about: [Traced<B>; 2],
    then: impl FnOnce() -> Traced<B>,
    otherwise: impl FnOnce() -> Traced<B>,
) -> [Traced<B>; 2] {
    let Some(id) = recording_of(&about) else { return [then(), otherwise()] };
    let depth = with(id, |recording| {
        recording.depth += 1;
        recording.depth
    });
    assert!(
        depth <= DEEPEST_CHOICE,
        "dualtape: `if_less` inside `if_less`, {depth} deep: a recording takes both sides, so a recursion that ends by `if_less` does \
         not end; write a loop with a fixed number of steps, or compare with `<`, which records a guard"
    );
    let sides = [then(), otherwise()];
    with(id, |recording| recording.depth -= 1);
    sides
}
