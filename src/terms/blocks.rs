//! How a sum is divided into blocks of terms, and in which order blocks are added.

use crate::drivers::pool;
use crate::float::Float;
use std::ops::Range;

/// Fewer terms than this are no work worth dividing.
const FEWEST_TERMS: usize = 256;

/// More blocks than this would only be added: enough for some dozens of threads with several blocks each.
const MOST_BLOCKS: usize = 256;

/// The terms of a sum that are added one after the other, given how many terms and inputs there are.
///
/// A block costs some operations for each input, a term some more for each input that it uses, if only a few: so that with a quarter as
/// many terms as inputs the blocks cost little.
pub(super) fn terms_in_a_block(terms: usize, inputs: usize) -> usize {
    FEWEST_TERMS.max(inputs / 4).max(terms.div_ceil(MOST_BLOCKS))
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
            let mut others = zeros(out.len());
            sum(second, &mut others, block);
            add(out, &others);
            pool::put(others);
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
    let mut others = zeros(out.len());
    rayon::join(|| sum_in_parallel(first, out, block), || sum_in_parallel(second, &mut others, block));
    add(out, &others);
    pool::put(others);
}

/// So many zeros, in memory that the thread keeps.
#[expect(clippy::box_collection, reason = "the pool keeps boxes, and a new one would be an allocation")]
pub(super) fn zeros<T: Float>(count: usize) -> Box<Vec<T>> {
    let mut zeros = pool::take::<Vec<T>>();
    zeros.clear();
    zeros.resize(count, T::zero());
    zeros
}

/// Adds entry by entry.
pub(super) fn add<T: Float>(sums: &mut [T], others: &[T]) {
    sums.iter_mut().zip(others).for_each(|(sum, &other)| *sum += other);
}
