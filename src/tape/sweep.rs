//! The two sweeps over a recording: adjoints from the outputs to the inputs, tangents from the inputs to the outputs.
//!
//! A recording is the linearised program: one record per join, with the partials by its two operands. Both sweeps are one loop,
//! so depth costs no stack, and both carry `L` lanes at once (rows or columns of a Jacobian).
//!
//! The fold rule of [`crate::Float`] reads from the output side like this: a zero *partial* contributes zero whatever the
//! adjoint is, and so does an adjoint of a node that no path from an output reaches; a reached adjoint that happens to be zero
//! times an infinite partial is NaN. The check costs one branch per record, on the non-finite side.

use super::active::Record;
use crate::float::{Float, fold};

/// Sweeps adjoints from the last record to the first: `adjoint[operand] += adjoint[node] * partial`.
///
/// `adjoints` has an entry for each input, then one for each record; the seeds are in it, and `seeds` lists their places (node,
/// lane). Unless `KEEP`, the adjoint of a record is zeroed as the sweep passes it, so that afterwards only inputs are nonzero.
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2, table 3.5.
pub(super) fn adjoints<T: Float, const L: usize, const KEEP: bool>(
    records: &[Record<T>],
    adjoints: &mut [[T; L]],
    seeds: impl Iterator<Item = (usize, usize)> + Clone,
) {
    let inputs = adjoints.len() - records.len();
    let mut reached = Reached { records, inputs, seeds, table: None };
    for (i, record) in records.iter().enumerate().rev() {
        let (below, above) = adjoints.split_at_mut(inputs + i);
        let adjoint = above[0];
        if !KEEP {
            above[0] = [T::zero(); L];
        }
        let [left, right] = record.operands.map(|operand| operand as usize);
        let parts = record.partials.map(|partial| adjoint.map(|a| if T::SPARSE { T::zero() } else { a * partial }));
        let finite =
            (0..L).fold(!T::SPARSE, |all, lane| all & (parts[0][lane] + parts[1][lane]).is_finite_in_all_parts());
        if finite {
            for lane in 0..L {
                below[left][lane] += parts[0][lane];
                below[right][lane] += parts[1][lane];
            }
        } else {
            for (operand, partial) in [left, right].into_iter().zip(record.partials) {
                for lane in 0..L {
                    if let Some(part) = contribution(adjoint[lane], partial, || reached.contains(inputs + i, lane)) {
                        below[operand][lane] += part;
                    }
                }
            }
        }
    }
}

/// `adjoint * partial` by the fold rule, or `None` where nothing is contributed.
#[inline(never)]
fn contribution<T: Float>(adjoint: T, partial: T, is_reached: impl FnOnce() -> bool) -> Option<T> {
    if partial.is_zero_in_all_parts() {
        return None;
    }
    let vanishes = adjoint.is_zero_in_all_parts() && (partial.is_finite_in_all_parts() || !is_reached());
    (!vanishes).then(|| adjoint * partial)
}

/// Which nodes a path of nonzero partials leads to from a seed; found when first asked for, which finite data never does.
struct Reached<'a, T, S> {
    records: &'a [Record<T>],
    inputs: usize,
    seeds: S,
    table: Option<Vec<Vec<bool>>>,
}

impl<T: Float, S: Iterator<Item = (usize, usize)> + Clone> Reached<'_, T, S> {
    fn contains(&mut self, node: usize, lane: usize) -> bool {
        let (records, inputs, seeds) = (self.records, self.inputs, &self.seeds);
        let table = self.table.get_or_insert_with(|| {
            let lanes = seeds.clone().map(|(_, lane)| lane + 1).max().unwrap_or(0);
            let mut table = vec![vec![false; inputs + records.len()]; lanes];
            for (node, lane) in seeds.clone() {
                table[lane][node] = true;
            }
            for reached in &mut table {
                for (i, record) in records.iter().enumerate().rev() {
                    if reached[inputs + i] {
                        for (&operand, partial) in record.operands.iter().zip(record.partials) {
                            reached[operand as usize] |= !partial.is_zero_in_all_parts();
                        }
                    }
                }
            }
            table
        });
        table.get(lane).is_some_and(|reached| reached[node])
    }
}

/// Sweeps tangents from the first record to the last: `tangent[node] = Σ tangent[operand] * partial`.
///
/// `tangents` holds the seeds of the inputs at first, and a tangent for every node afterwards.
#[cfg_attr(not(feature = "nalgebra"), allow(dead_code))]
pub(super) fn tangents<T: Float, const L: usize>(records: &[Record<T>], tangents: &mut Vec<[T; L]>) {
    tangents.reserve(records.len());
    for record in records {
        let [left, right] = record.operands.map(|operand| tangents[operand as usize]);
        let [by_left, by_right] = record.partials;
        let sums: [T; L] =
            std::array::from_fn(
                |lane| {
                    if T::SPARSE { T::nan() } else { left[lane] * by_left + right[lane] * by_right }
                },
            );
        let finite = sums.iter().fold(true, |all, sum| all & sum.is_finite_in_all_parts());
        tangents.push(if finite {
            sums
        } else {
            std::array::from_fn(|lane| fold(left[lane], by_left) + fold(right[lane], by_right))
        });
    }
}
