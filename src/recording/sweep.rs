//! The two sweeps over a recording: adjoints from the outputs to the inputs, tangents from the inputs to the outputs.
//!
//! A recording is the linearised program: one record per join, with the partials by its two operands. Both sweeps are one loop,
//! so depth costs no stack, and both carry `L` lanes at once (rows or columns of a Jacobian).
//!
//! # The fold rule
//! The rule is "a zero tangent stays zero" (see [`crate::conventions`]). Read from the output side it says three things:
//!
//! - A *partial* that is zero contributes zero, whatever the adjoint is.
//! - The adjoint of a node that no path from an output reaches contributes zero, whatever the partial is.
//! - An adjoint that is reached and happens to be zero, times an infinite partial, is NaN.
//!
//! Plain arithmetic differs from this only by giving NaN where the rule gives something else, and in a linear sweep NaN never
//! disappears on its way to the inputs. So the plain sweep has no checks. What arrives at the inputs is right if it is finite; if not,
//! a second sweep applies the rule. Over numbers that record, arithmetic costs more than looking for zeros
//! ([`Engine::SPARSE`](crate::float::Engine::SPARSE)), and there is only the sweep with the rule.

use super::record::{Place, Records};
use crate::float::{Float, fold};

/// Sweeps adjoints from the seeds to the inputs: by plain arithmetic, and again with the fold rule if that does not settle it.
///
/// `adjoints` has an entry for each node, all zero; `seed` writes the seeds into it, and tells of each seed's node and lane by
/// calling what it is given. `reached` is scratch memory. Unless `KEEP`, only inputs are nonzero afterwards.
pub(crate) fn backward<T: Float, const L: usize, const KEEP: bool>(
    records: &Records<'_, T>,
    adjoints: &mut [[T; L]],
    reached: &mut Vec<[bool; L]>,
    seed: impl Fn(&mut dyn FnMut(usize, usize, T)),
) {
    if !T::SPARSE {
        let inputs = records.inputs();
        seed(&mut |node, lane, weight| adjoints[node][lane] += weight);
        if records.has_runs() {
            self::adjoints::<T, L, KEEP, true>(records, adjoints);
        } else {
            self::adjoints::<T, L, KEEP, false>(records, adjoints);
        }
        if all_finite(adjoints[..inputs].as_flattened()) {
            return;
        }
        let stale = if KEEP { adjoints.len() } else { inputs };
        adjoints[..stale].fill([T::zero(); L]);
    }
    reached.clear();
    reached.resize(adjoints.len(), [false; L]);
    seed(&mut |node, lane, weight| {
        adjoints[node][lane] += weight;
        reached[node][lane] = true;
    });
    adjoints_folded::<T, L, KEEP>(records, adjoints, reached);
}

/// Sweeps adjoints from the last record to the first, by plain arithmetic: `adjoint[operand] += adjoint[node] * partial`.
///
/// `adjoints` has an entry for each node, and holds the seeds. Unless `KEEP`, the adjoint of a record is zeroed as the sweep
/// passes it, so that afterwards only inputs are nonzero.
///
/// What a record adds to the adjoint of the node just before it comes last there, and this adjoint is the next that the sweep needs.
/// So it stays in registers; through memory it would be loaded right after it was stored. The order of every sum is the same. Numbers
/// with more than two parts do not fit the registers, and gain nothing; recordings with runs have few such operands, and lose.
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2, table 3.5.
fn adjoints<T: Float, const L: usize, const KEEP: bool, const RUNS: bool>(
    records: &Records<'_, T>,
    adjoints: &mut [[T; L]],
) {
    let Some(last) = adjoints.last_mut() else { return };
    let stays = const { !RUNS && size_of::<T>() <= 2 * size_of::<f64>() };
    let left_behind = |adjoint| if KEEP { adjoint } else { [T::zero(); L] };
    let mut adjoint = *last;
    *last = left_behind(adjoint);
    let mut walk = records.backward::<_, RUNS>(adjoints);
    while let Some(mut place) = walk.next() {
        while place.continues() {
            add_to_left(&mut place, &adjoint);
            add_to_right(&mut place, &adjoint);
            let Some(before) = walk.next() else { return };
            place = before;
        }
        if stays && place.is_right_just_before() {
            add_to_left(&mut place, &adjoint);
            let partial = place.record().by_right;
            adjoint = sum(place.before(), &adjoint, partial);
        } else if stays && place.is_left_just_before() {
            add_to_right(&mut place, &adjoint);
            let partial = place.record().by_left;
            adjoint = sum(place.before(), &adjoint, partial);
        } else {
            add_to_left(&mut place, &adjoint);
            add_to_right(&mut place, &adjoint);
            adjoint = *place.before();
        }
        *place.before() = left_behind(adjoint);
    }
    adjoints[records.inputs() - 1] = adjoint;
}

/// Adds to the left operand's adjoint what comes from the record.
///
/// The partial is read at its use: earlier, and numbers of many parts are copied to the stack.
#[inline(always)]
fn add_to_left<T: Float, const L: usize, const RUNS: bool>(place: &mut Place<'_, T, [T; L], RUNS>, adjoint: &[T; L]) {
    let partial = place.record().by_left;
    place.left().iter_mut().zip(adjoint).for_each(|(sum, &a)| *sum += a * partial);
}

/// As [`add_to_left`], for the right operand.
#[inline(always)]
fn add_to_right<T: Float, const L: usize, const RUNS: bool>(place: &mut Place<'_, T, [T; L], RUNS>, adjoint: &[T; L]) {
    let partial = place.record().by_right;
    place.right().iter_mut().zip(adjoint).for_each(|(sum, &a)| *sum += a * partial);
}

/// `own + adjoint * partial` in every lane.
#[inline(always)]
fn sum<T: Float, const L: usize>(own: &[T; L], adjoint: &[T; L], partial: T) -> [T; L] {
    std::array::from_fn(|lane| own[lane] + adjoint[lane] * partial)
}

/// [`adjoints`] with the fold rule. `reached` tells for each node and lane whether it is a seed, and afterwards whether a path
/// from an output leads to it.
fn adjoints_folded<T: Float, const L: usize, const KEEP: bool>(
    records: &Records<'_, T>,
    adjoints: &mut [[T; L]],
    reached: &mut [[bool; L]],
) {
    let mut walk = records.backward::<_, true>(adjoints);
    let (mut adjoint, mut top_reached) = ([T::zero(); L], [false; L]);
    let mut continued = false;
    while let Some(mut place) = walk.next() {
        if !continued {
            adjoint = if KEEP { *place.own() } else { std::mem::replace(place.own(), [T::zero(); L]) };
            top_reached = reached[place.node()];
        }
        let record = *place.record();
        continued = place.continues();
        for (operand, partial) in [(record.left(), record.by_left), (record.right(), record.by_right)] {
            let is_live = !partial.is_zero_in_all_parts();
            for lane in (0..L).filter(|&lane| top_reached[lane]) {
                reached[operand][lane] = true;
                if is_live {
                    place.entry(operand)[lane] += adjoint[lane] * partial;
                }
            }
        }
    }
}

/// Sweeps tangents from the first record to the last: `tangent[node] = Σ tangent[operand] * partial`, by plain arithmetic or,
/// if `FOLD`, with the fold rule.
///
/// `tangents` holds the seeds of the inputs at first, and a tangent for every node afterwards.
pub(crate) fn tangents<T: Float, const L: usize, const FOLD: bool>(
    records: &Records<'_, T>,
    tangents: &mut Vec<[T; L]>,
) {
    let times = |tangent, partial| if FOLD { fold(tangent, partial) } else { tangent * partial };
    tangents.reserve(records.nodes() - records.inputs());
    for record in records.iter() {
        let (left, right) = (tangents[record.left()], tangents[record.right()]);
        let mut sum: [T; L] =
            std::array::from_fn(|lane| times(left[lane], record.by_left) + times(right[lane], record.by_right));
        if record.continues() {
            let before = tangents[tangents.len() - 1];
            sum.iter_mut().zip(before).for_each(|(sum, before)| *sum += before);
        }
        tangents.push(sum);
    }
}

/// `true` if plain arithmetic was right: NaN would have arrived here.
///
/// Without a branch for each, so that it runs in vector registers: `0 x` is zero if `x` is finite, else NaN.
pub(crate) fn all_finite<T: Float>(results: &[T]) -> bool {
    let zero = T::zero();
    let (chunks, rest) = results.as_chunks::<4>();
    let mut sums = [T::zero(); 4];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &x)| *sum += x * zero);
    }
    sums[0] += rest.iter().map(|&x| x * zero).sum::<T>();
    sums.iter().all(T::is_zero_in_all_parts)
}
