//! How a sum is divided into blocks of terms, and in which order blocks are added.

use crate::drivers::pool::{self, Scratch};
use crate::float::Float;
use std::ops::Range;

/// Fewer terms than this are no work worth dividing.
const FEWEST_TERMS: usize = 256;

/// More blocks than this would only be added: enough for some dozens of threads with several blocks each.
const MOST_BLOCKS: usize = 256;

/// The terms of a sum that are added one after the other, given how many terms and inputs there are.
///
/// A block costs some operations for each input. With as many terms as inputs these are few beside those of the terms, even if each term
/// uses one input alone.
pub(super) fn terms_in_a_block(terms: usize, inputs: usize) -> usize {
    FEWEST_TERMS.max(inputs).max(terms.div_ceil(MOST_BLOCKS))
}

/// The first and the second half.
fn halves(blocks: Range<usize>) -> (Range<usize>, Range<usize>) {
    let middle = blocks.start + blocks.len().div_ceil(2);
    (blocks.start..middle, middle..blocks.end)
}

/// Writes the sum of the results of `block` for all `blocks` to `out`: that of the first half, and that of the second is added to it.
pub(super) fn sum<T: Float>(blocks: Range<usize>, out: &mut [T], block: &impl Fn(usize, &mut [T])) {
    match blocks.len() {
        0 => out.fill(T::zero()),
        1 => block(blocks.start, out),
        _ => {
            let (first, second) = halves(blocks);
            sum(first, out, block);
            with_room(out.len(), |others| {
                sum(second, others, block);
                add(out, others);
            });
        }
    }
}

/// [`sum`] on the threads of `rayon`, with the same bits.
#[cfg(feature = "rayon")]
pub(super) fn sum_in_parallel<T: Float>(
    blocks: Range<usize>,
    out: &mut [T],
    block: &(impl Fn(usize, &mut [T]) + Sync),
) {
    if blocks.len() < 2 {
        return sum(blocks, out, block);
    }
    let (first, second) = halves(blocks);
    with_room(out.len(), |others| {
        rayon::join(|| sum_in_parallel(first, out, block), || sum_in_parallel(second, others, block));
        add(out, others);
    });
}

/// Memory that a thread keeps for sums, apart from that of drivers: so that all of it has the same length in one call, and a warm call
/// finds what it needs.
struct Room<T>(Vec<T>);

impl<T> Default for Room<T> {
    fn default() -> Self {
        Room(Vec::new())
    }
}

impl<T: 'static> Scratch for Room<T> {
    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// Calls `f` with so many zeros: one, for a value, or a value and a gradient.
pub(super) fn with_room<T: Float, R>(length: usize, f: impl FnOnce(&mut [T]) -> R) -> R {
    if length == 1 {
        return f(&mut [T::zero()]);
    }
    let mut room = pool::take::<Room<T>>();
    room.0.clear();
    room.0.resize(length, T::zero());
    let result = f(&mut room.0);
    pool::put(room);
    result
}

/// Adds entry by entry.
pub(super) fn add<T: Float>(sums: &mut [T], others: &[T]) {
    sums.iter_mut().zip(others).for_each(|(sum, &other)| *sum += other);
}
