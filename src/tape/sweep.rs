//! The two sweeps over a recording: adjoints from the outputs to the inputs, tangents from the inputs to the outputs.
//!
//! A recording is the linearised program: one record per join, with the partials by its two operands. Both sweeps are one loop,
//! so depth costs no stack, and both carry `L` lanes at once (rows or columns of a Jacobian).
//!
//! The fold rule of [`crate::Float`] reads from the output side like this: a zero *partial* contributes zero whatever the
//! adjoint is, and so does an adjoint of a node that no path from an output reaches; a reached adjoint that happens to be zero
//! times an infinite partial is NaN. The check costs one branch per record, on the non-finite side.

use super::active::Record;
use crate::float::{Float, fold, unlikely};

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
    let mut reached = Reached { records, inputs: adjoints.len() - records.len(), seeds, table: None };
    let mut rest = adjoints;
    for record in records.iter().rev() {
        let (top, below) = rest.split_last_mut().expect("an adjoint for each record");
        let adjoint = if KEEP { *top } else { std::mem::replace(top, [T::zero(); L]) };
        if !add_contributions(record, &adjoint, below) {
            add_contributions_folded(record, &adjoint, below, &mut reached);
        }
        rest = below;
    }
}

/// Adds what a record passes on to its operands; adds nothing and returns `false` if that is not finite.
#[inline(always)]
fn add_contributions<T: Float, const L: usize>(record: &Record<T>, adjoint: &[T; L], below: &mut [[T; L]]) -> bool {
    if T::SPARSE {
        return false;
    }
    let by_left = adjoint.map(|a| a * record.by_left);
    let by_right = adjoint.map(|a| a * record.by_right);
    let finite = (0..L).fold(true, |all, lane| all & (by_left[lane] + by_right[lane]).is_finite_in_all_parts());
    if !unlikely(!finite) {
        for (sum, part) in below[record.left as usize].iter_mut().zip(by_left) {
            *sum += part;
        }
        for (sum, part) in below[record.right as usize].iter_mut().zip(by_right) {
            *sum += part;
        }
    }
    finite
}

/// [`add_contributions`] with the fold rule.
#[inline(never)]
fn add_contributions_folded<T: Float, const L: usize, S: Iterator<Item = (usize, usize)> + Clone>(
    record: &Record<T>,
    adjoint: &[T; L],
    below: &mut [[T; L]],
    reached: &mut Reached<'_, T, S>,
) {
    let node = below.len();
    for (operand, partial) in [(record.left, record.by_left), (record.right, record.by_right)] {
        for (lane, sum) in below[operand as usize].iter_mut().enumerate() {
            if let Some(part) = contribution(adjoint[lane], partial, || reached.contains(node, lane)) {
                *sum += part;
            }
        }
    }
}

/// `adjoint * partial` by the fold rule, or `None` where nothing is contributed.
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
                        reached[record.left as usize] |= !record.by_left.is_zero_in_all_parts();
                        reached[record.right as usize] |= !record.by_right.is_zero_in_all_parts();
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
        let (left, right) = (tangents[record.left as usize], tangents[record.right as usize]);
        let (by_left, by_right) = (record.by_left, record.by_right);
        let plain = |lane: usize| left[lane] * by_left + right[lane] * by_right;
        let sums: Option<[T; L]> = (!T::SPARSE).then(|| std::array::from_fn(plain));
        let finite = sums.filter(|sums| sums.iter().fold(true, |all, sum| all & sum.is_finite_in_all_parts()));
        tangents
            .push(finite.unwrap_or_else(|| {
                std::array::from_fn(|lane| fold(left[lane], by_left) + fold(right[lane], by_right))
            }));
    }
}
