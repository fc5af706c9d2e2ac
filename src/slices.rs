//! Functions of a slice.
//!
//! [`sum`], [`dot`], [`norm`], [`log_sum_exp`], [`weighted_log_sum_exp`], [`max`] and [`min`] are one operation each. On a tape
//! they take `⌈n / 2⌉` records for `n` arguments, where a loop takes one or two for each step. On dual numbers they cost what the
//! loop costs. [`softmax`] and [`polyval`] are made of several operations. [`norm`] and [`log_sum_exp`] do not overflow before
//! their results do.
//!
//! # Accuracy
//! The largest error found, for up to fifty entries, in both precisions, in every mode and nesting:
//!
//! | function | value | gradient | Hessian |
//! |---|---|---|---|
//! | `sum` | 3.0 | 0.0 | 0.0 |
//! | `dot` | 3.0 | 0.5 | 0.0 |
//! | `norm` | 4.0 | 3.0 | 3.5 |
//! | `log_sum_exp` | 1.5 | 3.5 | 3.5 |
//! | `weighted_log_sum_exp` | 2.0 | 4.0 | 6.0 |
//! | `softmax` | 2.0 | 2.5 | 10.0 |
//! | `max`, `min` | 0.0 | 0.5 | 0.0 |
//! | `polyval` | 1.0 | 1.0 | 1.0 |
//!
//! The unit for a result `r` is `ε/2 Σ |xᵢ ∂r/∂xᵢ|` with the machine epsilon `ε`, or one ulp of `r` if that is more. The sum is what
//! rounding each entry once does to the result, if all changes have one sign. So a sum that cancels is as accurate as its entries
//! deserve. Errors of values grow at most in proportion to the number of entries, and typically like its square root.
//!
//! `tests/calculus/accuracy.rs` holds the functions to this table. Its vectors have ordinary sizes, or sizes from 1e-200 to 1e200 in one vector,
//! or one entry that dominates, or entries `-∞`, or sums that cancel to the last digits. Where a derivative overflows, it is only promised
//! that it is not finite.

use crate::float::{Condition, Float, Primitive, requires, unlikely};
use crate::rules::dialect::{define_rules, visit_rows};
use crate::rules::{Visitor, largest, lowest, magnitude, times_exp, times_quotient};
use num_traits::Float as _;

/// Sum `Σ xᵢ`; partial derivatives 1. The empty sum is 0.
///
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(gradient(|x| slices::sum(x).powi(2), &[1.0, 2.0]), [6.0, 6.0]);
/// ```
#[must_use]
pub fn sum<T: Float>(x: &[T]) -> T {
    T::reduce(Sum, x.iter().copied())
}

/// Dot product `Σ xᵢ yᵢ`; partial derivatives `yᵢ` and `xᵢ`.
///
/// # Panics
/// If the slices differ in length.
///
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(
///     gradient(|x| slices::dot(&x[..2], &x[2..]), &[1.0, 2.0, 3.0, 4.0]),
///     [3.0, 4.0, 1.0, 2.0]
/// );
/// ```
#[must_use]
#[track_caller]
pub fn dot<T: Float>(x: &[T], y: &[T]) -> T {
    assert!(
        x.len() == y.len(),
        "dualtape: slices::dot: the slices have {} and {} entries; they must be equally long",
        x.len(),
        y.len()
    );
    T::dot(x.iter().copied().zip(y.iter().copied()))
}

/// Euclidean length `√(Σ xᵢ²)` without undue over- or underflow; partial derivatives `xᵢ / y`.
///
/// At the zero vector the gradient is 0, the subgradient of smallest norm. A smooth even function of the norm, such as its square,
/// therefore has the second derivatives 0 there, whatever they are in truth. The
/// [remedy](crate::conventions#even-functions-of-a-length) is a function of `dot(x, x)`. The norm of nothing is 0.
///
/// Recorded in a `graph::Graph` it is one operation without guards. Second derivatives of a length that is subnormal or overflows are out
/// of range themselves, and may be NaN or 0 there.
///
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(gradient(slices::norm, &[3.0, 4.0]), [0.6, 0.8]);
/// assert_eq!(gradient(slices::norm, &[0.0, 0.0]), [0.0, 0.0]);
/// ```
#[must_use]
pub fn norm<T: Float>(x: &[T]) -> T {
    let y = T::reduce(Norm, x.iter().copied());
    if T::TRACED {
        return y; // its derivative has the condition that none of what follows is needed
    }
    // A length that is subnormal has fewer digits than the direction.
    if unlikely(y.is_subnormal()) {
        // The second derivative may overflow in one direction and not in another; the length of a pair has closed forms.
        // The largest comes first: beside an entry that is 0 there is a kink, unless the others are not.
        let top = place_of_largest(x.iter().copied(), |x| x.abs());
        let others = x.iter().enumerate().filter(|&(i, _)| i != top);
        return others.fold(T::zero().hypot(x[top]), |length, (_, x)| length.hypot(*x));
    }
    y
}

/// `ln(Σ exp xᵢ)`, computed from the largest so that nothing overflows; partial derivatives `exp(xᵢ - y)`, the softmax.
///
/// Entries `-∞` have weight 0, even if all entries are `-∞`. Entries `∞` share the weight 1. The result of nothing is `-∞`.
///
/// # Examples
/// The logarithm keeps its digits beside zero: here it is `ln(1 + e⁻⁵⁰)`.
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(slices::log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
/// assert_eq!(slices::log_sum_exp(&[0.0, -50.0]), (-50.0_f64).exp());
/// assert_eq!(gradient(slices::log_sum_exp, &[0.0, f64::NEG_INFINITY]), [1.0, 0.0]);
/// ```
#[must_use]
pub fn log_sum_exp<T: Float>(x: &[T]) -> T {
    let (largest, log) = shifted_log_sum_exp(x);
    log + largest
}

/// `ln(Σ wᵢ exp xᵢ)`, computed from the largest exponent so that nothing overflows; partial derivatives `exp(xᵢ - y)` by the
/// weights and `wᵢ exp(xᵢ - y)` by the exponents.
///
/// A weight may be 0, and has its derivative then as well. Weights below zero are subtracted. The result is NaN if they outweigh the
/// others. Entries `-∞` count for nothing, whatever their weights. The result of nothing, and of weights that are all 0, is `-∞`, with
/// derivatives `∞` by the weights of finite exponents.
///
/// # Panics
/// If the slices differ in length.
///
/// # Examples
/// A mixture whose second part has no weight yet: giving it some raises the logarithm by `e / 1` a unit.
/// ```
/// use dualtape::{gradient, slices};
/// let log_density = |v: &[_]| slices::weighted_log_sum_exp(&v[..2], &v[2..]);
/// assert_eq!(
///     gradient(log_density, &[1.0, 0.0, 0.0, 1.0]),
///     [1.0, 1.0_f64.exp(), 1.0, 0.0]
/// );
/// ```
#[must_use]
#[track_caller]
pub fn weighted_log_sum_exp<T: Float>(weights: &[T], x: &[T]) -> T {
    let (m, n) = (weights.len(), x.len());
    assert!(
        m == n,
        "dualtape: slices::weighted_log_sum_exp: there are {m} weights for {n} exponents; every exponent must have one weight"
    );
    let shift = T::reduce(WeightedShift { n }, weights.iter().chain(x).copied());
    let y = T::reduce(WeightedLogSumExp { n }, weights.iter().copied().chain(x.iter().map(|&x| x - shift)));
    y + shift
}

/// The largest entry as a constant (0 if it is infinite), and the log-sum-exp of what is left when it is subtracted.
fn shifted_log_sum_exp<T: Float>(x: &[T]) -> (T, T) {
    let shift = T::reduce(Shift, x.iter().copied());
    (shift, T::reduce(LogSumExp, x.iter().map(|&x| x - shift)))
}

/// The largest entry, with its derivative. Equal largest entries share it, `1 / k` each. NaN is ignored, as `f64::max` does.
///
/// # Panics
/// If `x` is empty.
///
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(gradient(slices::max, &[1.0, 3.0, 3.0]), [0.0, 0.5, 0.5]);
/// ```
#[must_use]
#[track_caller]
pub fn max<T: Float>(x: &[T]) -> T {
    if T::TRACED && x.len() > 1 {
        return T::reduce(Largest, x.iter().copied());
    }
    let extreme = extreme(x.iter().copied(), |a, b| a > b, num_traits::Float::max);
    let Some(max) = extreme else { panic!("dualtape: slices::max: the slice is empty") };
    max
}

/// The smallest entry, with its derivative. Equal smallest entries share it. See [`max`].
///
/// # Panics
/// If `x` is empty.
#[must_use]
#[track_caller]
pub fn min<T: Float>(x: &[T]) -> T {
    if T::TRACED && x.len() > 1 {
        return T::reduce(Smallest, x.iter().copied());
    }
    let extreme = extreme(x.iter().copied(), |a, b| a < b, num_traits::Float::min);
    let Some(min) = extreme else { panic!("dualtape: slices::min: the slice is empty") };
    min
}

/// The entry that beats all others, or the mean of those that tie; `None` if there are none. `choose` returns the one that beats
/// the other, and looks at both.
fn extreme<T: Float>(
    x: impl Iterator<Item = T> + Clone,
    beats: fn(&T, &T) -> bool,
    choose: fn(T, T) -> T,
) -> Option<T> {
    let best = x.clone().reduce(|best, x| {
        if beats(&x, &best) || beats(&best, &x) {
            choose(best, x)
        } else if best.is_nan() {
            x
        } else {
            best
        }
    })?;
    let ties = x.filter(|x| *x == best || best.is_nan());
    match ties.clone().count() {
        0 | 1 => Some(best),
        count => Some(T::reduce(Tied(count), ties)),
    }
}

/// `exp(xᵢ) / Σ exp(xⱼ)`, computed from the largest so that nothing overflows: the gradient of [`log_sum_exp`].
///
/// Entries `-∞` have weight 0, also if all are.
///
/// # Examples
/// ```
/// use dualtape::slices;
/// assert_eq!(slices::softmax(&[1000.0, 1000.0]), [0.5, 0.5]);
/// ```
#[must_use]
#[cfg(feature = "std")]
pub fn softmax<T: Float>(x: &[T]) -> Vec<T> {
    let (shift, log) = shifted_log_sum_exp(x);
    weights(x.iter().map(|&x| x - shift), log, true).collect()
}

/// The polynomial `c[0] + c[1] x + c[2] x² + ...` by Horner's scheme. Without coefficients it is 0.
///
/// # Examples
/// 1 + 2x + 3x² at 2 has the value 17 and the derivative 14.
/// ```
/// use dualtape::{Float, slices, forward::value_and_derivative};
/// let p = |x| slices::polyval(&[1.0, 2.0, 3.0].map(Float::lit), x);
/// assert_eq!(value_and_derivative(p, 2.0), (17.0, 14.0));
/// ```
#[must_use]
pub fn polyval<T: Float>(c: &[T], x: T) -> T {
    c.iter().rev().copied().reduce(|value, c| value * x + c).unwrap_or_else(T::zero)
}

// ---- Rows ------------------------------------------------------------------------------------------------------------

/// The functions of a slice that are one operation each.
macro_rules! reductions {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// `Σ xᵢ`
            Sum = sum(x..) { [x.sum()] |x, _| x.map(|_| T::one()), formula |x| in_order(x) } sample [2.0, -0.5, 3.0, 0.25];

            /// The length of a vector. The partial `xᵢ / y` is near 1 for a dominating entry, and its own derivative would cancel; there
            /// it is `±1 / √(1 + Σ (xⱼ / xᵢ)²)` over the others.
            Norm = norm(x..) { [length(x)] |x, y| directions(x, y),
                through |t, direction, place, x, y| times_direction(t, direction, entry(x, place), y) } sample [2.0, -0.5, -3.0, 0.25];

            /// Logarithm of a sum of exponentials of arguments whose largest is 0. The weight `exp(xᵢ - y)` of the largest is near 1 where
            /// it dominates, and its own derivative would cancel; it is `1 / (1 + Σ exp(xⱼ - xᵢ))` over the others.
            LogSumExp = log_sum_exp(x..) { [log_of_sum(x)]
                |x, y| weights(x, y, T::NESTED || T::TRACED),
                through |t, weight, place, x, y| {
                    let gap = entry(x, place) - y;
                    if gap < T::lit(-40.0) && gap.is_finite() { times_exp(t, gap) } else { t * weight }
                } } sample [-2.0, 0.0, -0.5, -20.0, -1.0];

            /// Logarithm of a sum `s` of exponentials with weights: the arguments are `n` weights and then `n` exponents, of which the
            /// largest that weighs is 0.
            ///
            /// The share `wᵢ exp(xᵢ) / s` of the largest term is near 1 where it dominates, and its own derivative would cancel. With the
            /// sum `r` of the others it is `1 / (1 + r / (wᵢ exp xᵢ))`, and the derivative by its weight is `1 / (wᵢ + r / exp xᵢ)`.
            WeightedLogSumExp[n: usize] = weighted_log_sum_exp(x..) { [WeightedLogSumExp { n }.log(x)]
                |x, y| WeightedLogSumExp { n }.shares(x, y),
                through |t, share, place, x, y| WeightedLogSumExp { n }.times_share(t, share, place, x, y) } sample [0.5, 2.0, 0.0, -1.0, 0.0, -3.0; 3];
        }
    };
}

reductions!(define_rules, [Reductions]);

define_rules! {
    [Pieces]

    /// The common value of `count` equal arguments, each with its share of the derivative.
    Tied(count: usize) = tied(x..) { [first(x)] |x, _| x.map(move |_| T::lit(count as f64).recip()) };

    /// The largest argument, as a recording has it: equal ones share its derivative.
    Largest = max(x..) { [extreme(x, |a, b| a > b, num_traits::Float::max).unwrap_or_else(B::nan)]
        |x, y| { let share = T::reduce(TiesOfLargest, x.clone()).recip(); x.map(move |x| share_of_extreme(x, x, y, share)) } };

    /// The smallest argument, as a recording has it.
    Smallest = min(x..) { [extreme(x, |a, b| a < b, num_traits::Float::min).unwrap_or_else(B::nan)]
        |x, y| { let share = T::reduce(TiesOfSmallest, x.clone()).recip(); x.map(move |x| share_of_extreme(x, y, x, share)) } };

    /// How many arguments are as large as the largest.
    TiesOfLargest = ties_of_max(x..) { step [ties(Largest, x)] };

    /// How many arguments are as small as the smallest.
    TiesOfSmallest = ties_of_min(x..) { step [ties(Smallest, x)] };

    /// The sum `r` of the squares `(xⱼ / xᵢ)²` over all others than the largest `xᵢ`, as a recording has it. Its derivatives are
    /// right where `xᵢ` dominates, which is where it is looked at: `2 (1 + r) xⱼ / y²` and, by `xᵢ` itself, `-2 r / xᵢ`.
    OtherSquares = other_squares(x..) { [squares_beside(x.clone(), place_of_largest(x, |x| x.abs()))]
        |x, r| { let y = T::reduce(Norm, x.clone());
            x.map(move |x| if_long(x, y, || -(r + r) / x, || (x / y) * ((r + r + T::lit(2.0)) / y))) } };

    /// The largest argument, or 0 if it is infinite: what an exponential must not overflow by.
    Shift = shift(x..) { step [finite_largest(x)] };

    /// The largest of `n` exponents that weighs, after `n` weights.
    WeightedShift[n: usize] = weighted_shift(x..) { step
        [finite_largest(pairs(n, x).filter(|(w, x)| !w.is_zero() || x.is_infinite()).map(|(_, x)| x))] };

    /// How many arguments are `∞`.
    CountOfInfinite = count_of_infinite(x..) { step [B::lit(x.filter(|x| *x == B::infinity()).count() as f64)] };

    /// The place of the largest of the terms of [`WeightedLogSumExp`].
    PlaceOfLargestTerm[n: usize] = place_of_largest_term(x..) { step [B::lit(WeightedLogSumExp { n }.top(x) as f64)] };

    /// The sum `r` of `exp(xⱼ - xᵢ)` over all others than the largest `xᵢ`, as a recording has it. Its derivatives are right where `xᵢ`
    /// dominates, which is where it is looked at: `(1 + r) exp(xⱼ - y)` and, by `xᵢ` itself, `-r`.
    Odds = odds(x..) { [odds_of(x.clone(), place_of_largest(x, |x| x))]
        |x, r| { let y = T::reduce(LogSumExp, x.clone());
            x.map(move |x| if_dominating(x - y, || -r, || (x - y).exp() * (r + T::one()))) } };
}

/// Shows the functions of a slice that are one operation to a visitor, as [`crate::rules::visit`] does with the elementary functions.
///
/// # Examples
/// ```
/// use dualtape::rules::{Binary, Reduction, Unary, Visitor};
///
/// struct Names(Vec<&'static str>);
///
/// impl Visitor for Names {
///     fn unary<R: Unary>(&mut self, _: R) {}
///     fn binary<R: Binary>(&mut self, _: R) {}
///     fn reduction<R: Reduction>(&mut self, _: R, sample: &[f64]) {
///         assert!(sample.len() > 1);
///         self.0.push(R::NAME);
///     }
/// }
///
/// let mut names = Names(Vec::new());
/// dualtape::slices::visit(&mut names);
/// assert_eq!(names.0, ["sum", "norm", "log_sum_exp", "weighted_log_sum_exp"]);
/// ```
pub fn visit(visitor: &mut impl Visitor) {
    reductions!(visit_rows, [visitor]);
}

/// The argument at a place.
fn entry<T: Float>(mut x: impl Iterator<Item = T>, place: usize) -> T {
    x.nth(place).unwrap_or_else(T::nan)
}

/// `t` times the direction `x / y` of a small entry `x`, in an order in which nothing leaves the range.
fn times_direction<T: Float>(t: T, direction: T, x: T, y: T) -> T {
    if num_traits::Float::abs(x.base()) > y.base() * T::Base::epsilon() {
        t * direction
    } else {
        times_quotient(t, x, y)
    }
}

/// The logarithm of 1 and a little more keeps the digits of the little.
fn log_of_sum<B: Primitive>(x: impl Iterator<Item = B> + Clone) -> B {
    let top = place_of_largest(x.clone(), |x| x);
    let of_top = x.clone().nth(top).unwrap_or_else(B::neg_infinity);
    let exp_but = |skipped: Option<usize>| {
        x.clone().enumerate().filter(move |&(i, _)| Some(i) != skipped).map(|(_, x)| x.exp()).sum::<B>()
    };
    if of_top.is_zero() { exp_but(Some(top)).ln_1p() } else { exp_but(None).ln() }
}

fn first<B: Primitive>(mut x: impl Iterator<Item = B>) -> B {
    x.next().unwrap_or_else(B::nan)
}

fn finite_largest<B: Primitive>(x: impl Iterator<Item = B>) -> B {
    let largest = x.fold(B::neg_infinity(), |largest, x| if x > largest { x } else { largest });
    if largest.is_finite() { largest } else { B::zero() }
}

fn ties<R: crate::rules::Reduction, B: Primitive>(extreme: R, x: impl Iterator<Item = B> + Clone) -> B {
    let y = extreme.value(x.clone());
    B::lit(x.filter(|x| *x == y).count() as f64)
}

/// The derivative of an extreme by the argument `x`: `share` unless one of the two beats the other, or `x` is NaN.
fn share_of_extreme<T: Float>(x: T, low: T, high: T, share: T) -> T {
    let unless_nan = || x.if_less(T::infinity(), || share, || lowest::<T>().if_less(x, || share, T::zero));
    low.if_less(high, T::zero, unless_nan)
}

/// The place of the largest argument, by `key`.
fn place_of_largest<T: Float>(x: impl Iterator<Item = T>, key: fn(T::Base) -> T::Base) -> usize {
    let mut largest = (0, T::Base::nan());
    for (i, x) in x.enumerate() {
        let size = key(x.base());
        if size > largest.1 || largest.1.is_nan() {
            largest = (i, size);
        }
    }
    largest.0
}

/// The sum, in the order of the terms.
fn in_order<T: Float>(mut x: impl Iterator<Item = T>) -> T {
    x.next().map_or_else(T::zero, |first| x.fold(first, |sum, x| sum + x))
}

/// Without undue over- or underflow.
fn length<B: Primitive>(x: impl Iterator<Item = B> + Clone) -> B {
    let largest = x.clone().fold(B::zero(), |largest, x| if x.abs() > largest { x.abs() } else { largest });
    if largest.is_infinite() {
        return largest; // even if an entry is NaN, as `hypot` has it
    }
    // By powers of two, which do not round, to where squares neither over- nor underflow.
    let (high, bits) = if B::IS_SINGLE { (1e12, 60) } else { (1e100, 600) };
    let two = B::nearest(2.0);
    let scaled = |bits: i32| x.clone().map(|x| x * two.powi(-bits)).map(|x| x * x).sum::<B>().sqrt() * two.powi(bits);
    if largest > B::nearest(high) {
        scaled(bits)
    } else if largest < B::nearest(high).recip() && largest > B::zero() {
        scaled(-bits)
    } else {
        x.map(|x| x * x).sum::<B>().abs().sqrt()
    }
}

/// `long()` if the entry `x` is most of the length `y`, else `short()`.
fn if_long<T: Float>(x: T, y: T, long: impl FnOnce() -> T, short: impl FnOnce() -> T) -> T {
    magnitude(x).if_less(y * T::lit(0.75), short, long)
}

/// The squares of all but one entry, by that of this one.
fn squares_beside<T: Float>(x: impl Iterator<Item = T> + Clone, i: usize) -> T {
    let Some(entry) = x.clone().nth(i) else { return T::zero() };
    x.enumerate().filter(|&(j, _)| j != i).map(|(_, other)| (other / entry) * (other / entry)).sum()
}

/// `xᵢ / y`, with the form for a dominating entry.
fn directions<T: Float>(x: impl Iterator<Item = T> + Clone, y: T) -> impl Iterator<Item = T> {
    requires(Condition::Central { nested: true, or_zero: true }, y);
    // A length that overflows has fewer digits than the direction, which is also that of a shorter vector.
    let overflows = !T::TRACED && unlikely(y.is_infinite()) && !x.clone().any(|x| x.is_infinite());
    let scale = T::Base::nearest(if overflows { 2.0_f64.powi(-40) } else { 1.0 });
    let x = x.map(move |x| x * scale);
    let y = if overflows { T::reduce(Norm, x.clone()) } else { y };
    let recorded = T::TRACED.then(|| T::reduce(OtherSquares, x.clone()));
    let differentiated = T::NESTED || T::TRACED || y == T::infinity();
    x.clone().enumerate().map(move |(i, entry)| {
        let long = || {
            let squares = recorded.unwrap_or_else(|| squares_beside(x.clone(), i));
            let cosine = (T::one() + squares).sqrt().recip();
            entry.if_less(T::zero(), || -cosine, || cosine)
        };
        let short = || entry / y;
        let direction = || if differentiated { if_long(entry, y, long, short) } else { short() };
        y.if_less(least(), T::zero, direction) // at 0 the minimum-norm subgradient
    })
}

/// `dominating()` if `log`, the logarithm of a share, is that of more than a half, else `other()`.
fn if_dominating<T: Float>(log: T, dominating: impl FnOnce() -> T, other: impl FnOnce() -> T) -> T {
    T::lit(-0.69).if_less(log, dominating, other)
}

/// The sum of `exp(xⱼ - xᵢ)` over all but one entry `xᵢ`.
fn odds_of<T: Float>(x: impl Iterator<Item = T> + Clone, i: usize) -> T {
    let Some(entry) = x.clone().nth(i) else { return T::zero() };
    x.enumerate().filter(|&(j, _)| j != i).map(|(_, other)| (other - entry).exp()).sum()
}

/// The weights `exp(xᵢ - y)` for the log-sum-exp `y`, where one of more than a half keeps the digits of its derivatives if they are
/// `differentiated`. Entries `-∞` have none, also among `-∞`, where the difference is NaN.
fn weights<T: Float>(x: impl Iterator<Item = T> + Clone, y: T, differentiated: bool) -> impl Iterator<Item = T> {
    let recorded = T::TRACED.then(|| [T::reduce(Odds, x.clone()), T::reduce(CountOfInfinite, x.clone())]);
    x.clone().enumerate().map(move |(i, entry)| {
        let odds = || recorded.map_or_else(|| odds_of(x.clone(), i), |[odds, _]| odds);
        let infinite = || recorded.map_or_else(|| T::reduce(CountOfInfinite, x.clone()), |[_, count]| count);
        let log = || entry - y;
        let weight = || match differentiated {
            true => if_dominating(log(), || (T::one() + odds()).recip(), || log().exp()),
            false => log().exp(),
        };
        entry.if_less(lowest(), T::zero, || largest::<T>().if_less(entry, || infinite().recip(), weight))
    })
}

/// The pairs of a weight and an exponent, from all weights followed by all exponents.
fn pairs<T: Float>(n: usize, x: impl Iterator<Item = T> + Clone) -> impl Iterator<Item = (T, T)> + Clone {
    x.clone().take(n).zip(x.skip(n))
}

/// `w exp(x)`, nothing for `x = -∞`. Beside a weight 0 an exponential that overflows is the largest number, so that the product is 0.
fn weighted_exp<T: Float>(w: T, x: T) -> T {
    x.if_less(lowest(), T::zero, || {
        let exp = x.exp();
        let bounded = || if_zero(w, || w * T::Base::max_value(), || w * exp);
        largest::<T>().if_less(exp, bounded, || w * exp)
    })
}

/// The least positive number: what is less in size is 0.
fn least<T: Float>() -> T {
    T::from_base(T::Base::min_positive_value() * T::Base::epsilon())
}

/// `zero()` where `x` is 0, else `other()`.
fn if_zero<T: Float>(x: T, zero: impl FnOnce() -> T, other: impl FnOnce() -> T) -> T {
    magnitude(x).if_less(least(), zero, other)
}

/// The place of the largest term: a number of the recording, or known.
#[derive(Clone, Copy)]
enum Top<T> {
    Recorded(T),
    Known(usize),
}

impl<T: Float> Top<T> {
    /// `this()` if the place is `i`, else `other()`.
    fn choose(self, i: usize, this: impl FnOnce() -> T, other: impl FnOnce() -> T + Copy) -> T {
        match self {
            Top::Known(top) if top == i => this(),
            Top::Known(_) => other(),
            Top::Recorded(place) => {
                let (before, after) = (T::lit(i as f64 - 0.5), T::lit(i as f64 + 0.5));
                place.if_less(before, other, || after.if_less(place, other, this))
            }
        }
    }
}

impl WeightedLogSumExp {
    /// The place of the largest term.
    fn top<T: Float>(self, x: impl Iterator<Item = T> + Clone) -> usize {
        place_of_largest(pairs(self.n, x).map(|(w, x)| weighted_exp(w, x)), |term| term)
    }

    /// The sum of the terms other than that at `top`.
    fn rest<T: Float>(self, x: impl Iterator<Item = T> + Clone, top: Top<T>) -> T {
        let term = |(j, (w, x)): (usize, (T, T))| top.choose(j, T::zero, || weighted_exp(w, x));
        pairs(self.n, x).enumerate().map(term).sum()
    }

    fn log<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        let top = self.top(x.clone());
        let Some((w, exponent)) = pairs(self.n, x.clone()).nth(top) else { return B::neg_infinity() };
        let rest = self.rest(x, Top::Known(top));
        // `w - 1` is exact where the sum may be near 1.
        if exponent.is_zero() && w > B::nearest(0.5) && w < B::nearest(2.0) {
            ((w - B::nearest(1.0)) + rest).ln_1p()
        } else {
            (weighted_exp(w, exponent) + rest).ln()
        }
    }

    /// `t` times the share of the argument at `place`, also where `exp(xᵢ - y)` leaves the range.
    fn times_share<T: Float>(self, t: T, share: T, place: usize, x: impl Iterator<Item = T> + Clone, y: T) -> T {
        let is_weight = place < self.n;
        let (w, x) = (entry(x.clone(), place % self.n), entry(x, self.n + place % self.n));
        let gap = x - y;
        if !gap.is_finite() || magnitude(gap) < T::lit(40.0) {
            t * share
        } else {
            let root = (gap * T::lit(0.5)).exp();
            (t * root) * if is_weight { root } else { w * root }
        }
    }

    fn shares<T: Float>(self, x: impl Iterator<Item = T> + Clone, y: T) -> impl Iterator<Item = T> {
        let infinite = T::reduce(CountOfInfinite, x.clone().skip(self.n));
        let top = match T::TRACED {
            true => Top::Recorded(T::reduce(PlaceOfLargestTerm { n: self.n }, x.clone())),
            false => Top::Known(self.top(x.clone())),
        };
        let of_top = |term: T, (i, (w, x)): (usize, (T, T))| top.choose(i, || weighted_exp(w, x), || term);
        let first = pairs(self.n, x.clone()).enumerate().fold(T::zero(), of_top);
        let rest = self.rest(x.clone(), top);
        let sum = largest::<T>().if_less(y, || y, || first + rest);
        let share = move |i: usize, x: T, scale: T, forms: [&dyn Fn() -> T; 2]| {
            let [of_largest, of_other] = forms;
            let finite = || top.choose(i, || if_zero(first, of_other, of_largest), of_other);
            x.if_less(lowest(), T::zero, || largest::<T>().if_less(x, || (infinite * scale).recip(), finite))
        };
        let by_weight = pairs(self.n, x.clone())
            .enumerate()
            .map(move |(i, (w, x))| share(i, x, w, [&|| (w + rest / x.exp()).recip(), &|| x.exp() / sum]));
        let by_exponent = pairs(self.n, x).enumerate().map(move |(i, (w, x))| {
            share(i, x, T::one(), [&|| (T::one() + rest / first).recip(), &|| weighted_exp(w, x) / sum])
        });
        by_weight.chain(by_exponent)
    }
}
