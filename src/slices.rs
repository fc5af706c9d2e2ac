//! Functions of a slice.
//!
//! [`sum`], [`dot`], [`norm`], [`log_sum_exp`], [`weighted_log_sum_exp`], [`max`] and [`min`] are one operation each. On a tape they
//! take `⌈n / 2⌉` records for `n` arguments, where a loop takes one or two for each step. On dual numbers they cost what the loop costs.
//! [`softmax`] and [`polyval`] are made of several operations. [`norm`] and [`log_sum_exp`] do not overflow before their results do.
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
//! `tests/accuracy.rs` holds the functions to this table. Its vectors have ordinary sizes, or sizes from 1e-200 to 1e200 in one vector,
//! or one entry that dominates, or entries `-∞`, or sums that cancel to the last digits. Where a derivative overflows, it is only promised
//! that it is not finite.

use crate::float::{Float, Primitive, unlikely};
use crate::rules::dialect::{define_rules, visit_rows};
use crate::rules::{Visitor, largest, lowest, magnitude, times_exp};
use num_traits::{Float as _, Zero as _};

/// Sum `Σ xᵢ`; partial derivatives 1. The empty sum is 0.
///
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(gradient(|x| slices::sum(x).powi(2), &[1.0, 2.0]), [6.0, 6.0]);
/// ```
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
/// assert_eq!(gradient(|x| slices::dot(&x[..2], &x[2..]), &[1.0, 2.0, 3.0, 4.0]), [3.0, 4.0, 1.0, 2.0]);
/// ```
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
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(gradient(slices::norm, &[3.0, 4.0]), [0.6, 0.8]);
/// assert_eq!(gradient(slices::norm, &[0.0, 0.0]), [0.0, 0.0]);
/// ```
pub fn norm<T: Float>(x: &[T]) -> T {
    let y = T::reduce(Norm, x.iter().copied());
    // A length that overflows or is subnormal has fewer digits than the direction.
    if unlikely(y.is_infinite()) && !x.iter().any(|x| x.is_infinite()) {
        let scale = T::Base::nearest(2.0).powi(-40);
        return T::reduce(Norm, x.iter().map(|&x| x * scale)) / scale;
    }
    if unlikely(y.is_subnormal()) {
        // The second derivative may overflow in one direction and not in another; the length of a pair has closed forms.
        // The largest comes first: beside an entry that is 0 there is a kink, unless the others are not.
        let top = place_of_largest(x.iter().copied(), |x| x.abs()).unwrap_or(0);
        let others = x.iter().enumerate().filter(|&(i, _)| i != top);
        return others.fold(T::zero().hypot(x[top]), |length, (_, x)| length.hypot(*x));
    }
    y
}

/// `ln(Σ exp xᵢ)`, computed from the largest so that nothing overflows; partial derivatives `exp(xᵢ - y)`, the softmax.
///
/// Entries `-∞` have weight 0, also if all are; entries `∞` share the weight 1. The result of nothing is `-∞`.
///
/// # Examples
/// The logarithm keeps its digits beside zero: here it is `ln(1 + e⁻⁵⁰)`.
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(slices::log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
/// assert_eq!(slices::log_sum_exp(&[0.0, -50.0]), (-50.0_f64).exp());
/// assert_eq!(gradient(slices::log_sum_exp, &[0.0, f64::NEG_INFINITY]), [1.0, 0.0]);
/// ```
pub fn log_sum_exp<T: Float>(x: &[T]) -> T {
    let (largest, log) = shifted_log_sum_exp(x);
    log + largest
}

/// `ln(Σ wᵢ exp xᵢ)`, computed from the largest exponent so that nothing overflows; partial derivatives `exp(xᵢ - y)` by the
/// weights and `wᵢ exp(xᵢ - y)` by the exponents.
///
/// A weight may be 0, and has its derivative then as well. Weights below zero are subtracted; NaN if they outweigh the others.
/// Entries `-∞` count for nothing, whatever their weights. The result of nothing, and of weights that are all 0, is `-∞`, with
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
/// assert_eq!(gradient(log_density, &[1.0, 0.0, 0.0, 1.0]), [1.0, 1.0_f64.exp(), 1.0, 0.0]);
/// ```
#[track_caller]
pub fn weighted_log_sum_exp<T: Float>(weights: &[T], x: &[T]) -> T {
    let (m, n) = (weights.len(), x.len());
    assert!(
        m == n,
        "dualtape: slices::weighted_log_sum_exp: there are {m} weights for {n} exponents; every exponent must have one weight"
    );
    let weighs = |&(w, x): &(&T, &T)| !w.is_zero() || x.is_infinite();
    let largest = weights
        .iter()
        .zip(x)
        .filter(weighs)
        .fold(T::Base::neg_infinity(), |largest, (_, x)| if *x > largest { x.base() } else { largest });
    let shift = if largest.is_finite() { largest } else { T::Base::zero() };
    let y = T::reduce(WeightedLogSumExp { n }, weights.iter().copied().chain(x.iter().map(|&x| x - shift)));
    y + shift
}

/// The largest entry as a constant (0 if it is infinite), and the log-sum-exp of what is left when it is subtracted.
fn shifted_log_sum_exp<T: Float>(x: &[T]) -> (T::Base, T) {
    let largest = x.iter().fold(T::Base::neg_infinity(), |largest, x| if *x > largest { x.base() } else { largest });
    let shift = if largest.is_finite() { largest } else { T::Base::zero() };
    (shift, T::reduce(LogSumExp, x.iter().map(|&x| x - shift)))
}

/// The largest entry, with its derivative; equal largest entries share it, `1 / k` each. NaN is ignored, as `f64::max` does.
///
/// # Panics
/// If `x` is empty.
///
/// # Examples
/// ```
/// use dualtape::{gradient, slices};
/// assert_eq!(gradient(slices::max, &[1.0, 3.0, 3.0]), [0.0, 0.5, 0.5]);
/// ```
#[track_caller]
pub fn max<T: Float>(x: &[T]) -> T {
    extreme(x, |a, b| a > b, num_traits::Float::max)
        .unwrap_or_else(|| panic!("dualtape: slices::max: the slice is empty"))
}

/// The smallest entry, with its derivative; equal smallest entries share it. See [`max`].
///
/// # Panics
/// If `x` is empty.
#[track_caller]
pub fn min<T: Float>(x: &[T]) -> T {
    extreme(x, |a, b| a < b, num_traits::Float::min)
        .unwrap_or_else(|| panic!("dualtape: slices::min: the slice is empty"))
}

/// The entry that beats all others, or the mean of those that tie; `None` if there are none. `choose` returns the one that beats
/// the other, and looks at both.
fn extreme<T: Float>(x: &[T], beats: fn(&T, &T) -> bool, choose: fn(T, T) -> T) -> Option<T> {
    let best = x.iter().copied().reduce(|best, x| {
        if beats(&x, &best) || beats(&best, &x) {
            choose(best, x)
        } else if best.is_nan() {
            x
        } else {
            best
        }
    })?;
    let ties = x.iter().copied().filter(|x| *x == best || best.is_nan());
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
#[cfg(feature = "std")]
pub fn softmax<T: Float>(x: &[T]) -> Vec<T> {
    let (shift, log) = shifted_log_sum_exp(x);
    weights(x.iter().map(|&x| x - shift), log, true).collect()
}

/// The polynomial `c[0] + c[1] x + c[2] x² + ...` by Horner's scheme; 0 without coefficients.
///
/// # Examples
/// 1 + 2x + 3x² at 2 has the value 17 and the derivative 14.
/// ```
/// use dualtape::{Float, slices, forward::value_and_derivative};
/// let p = |x| slices::polyval(&[1.0, 2.0, 3.0].map(Float::lit), x);
/// assert_eq!(value_and_derivative(p, 2.0), (17.0, 14.0));
/// ```
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
            Sum = sum(x..) { [x.sum()] |x, _| x.map(|_| T::one()) } sample [2.0, -0.5, 3.0, 0.25];

            /// The length of a vector. The partial `xᵢ / y` is near 1 for a dominating entry, and its own derivative would cancel; there
            /// it is `±1 / √(1 + Σ (xⱼ / xᵢ)²)` over the others.
            Norm = norm(x..) { [length(x)] |x, y| directions(x, y),
                through |t, direction, place, x, y| times_direction(t, direction, entry(x, place), y) } sample [2.0, -0.5, -3.0, 0.25];

            /// Logarithm of a sum of exponentials of arguments whose largest is 0. The weight `exp(xᵢ - y)` of the largest is near 1 where
            /// it dominates, and its own derivative would cancel; it is `1 / (1 + Σ exp(xⱼ - xᵢ))` over the others.
            LogSumExp = log_sum_exp(x..) { [log_of_sum(x)]
                |x, y| weights(x, y, T::NESTED || (!T::TRACED && y == T::infinity())),
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

reductions!(define_rules);

define_rules! {
    /// The common value of `count` equal arguments, each with its share of the derivative: what `max` and `min` return on a tie.
    Tied(count: usize) = tied(x..) { [first(x)] |x, _| x.map(move |_| T::lit(count as f64).recip()) };
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
    } else if y < T::one() {
        t * x / y
    } else {
        t / y * x
    }
}

/// The logarithm of 1 and a little more keeps the digits of the little.
fn log_of_sum<B: Primitive>(x: impl Iterator<Item = B> + Clone) -> B {
    let top = place_of_largest(x.clone(), |x| x);
    let of_top = top.and_then(|top| x.clone().nth(top)).unwrap_or_else(B::neg_infinity);
    let exp_but = |skipped: Option<usize>| {
        x.clone().enumerate().filter(move |&(i, _)| Some(i) != skipped).map(|(_, x)| x.exp()).sum::<B>()
    };
    if of_top.is_zero() { exp_but(top).ln_1p() } else { exp_but(None).ln() }
}

fn first<B: Primitive>(mut x: impl Iterator<Item = B>) -> B {
    x.next().unwrap_or_else(B::nan)
}

/// The place of the largest argument, by `key`.
///
/// A number that records has none, since at another point another argument is the largest. There all arguments have one form, and second
/// derivatives lose digits where an argument dominates.
fn place_of_largest<T: Float>(x: impl Iterator<Item = T>, key: fn(T::Base) -> T::Base) -> Option<usize> {
    if T::TRACED {
        return None;
    }
    let mut largest = (0, T::Base::nan());
    for (i, x) in x.enumerate() {
        let size = key(x.base());
        if size > largest.1 || largest.1.is_nan() {
            largest = (i, size);
        }
    }
    Some(largest.0)
}

/// How many arguments are `+∞`.
fn count_of_infinite<T: Float>(x: impl Iterator<Item = T>) -> T {
    x.map(|x| largest::<T>().if_less(x, T::one, T::zero)).sum()
}

/// Without undue over- or underflow.
fn length<B: Primitive>(x: impl Iterator<Item = B> + Clone) -> B {
    let largest = x.clone().fold(B::zero(), |largest, x| if x.abs() > largest { x.abs() } else { largest });
    if largest.is_infinite() {
        return largest; // even if an entry is NaN, as `hypot` has it
    }
    // By powers of two, which do not round, to where squares neither over- nor underflow.
    let is_single = size_of::<B>() == size_of::<f32>();
    let (high, bits) = if is_single { (1e12, 60) } else { (1e100, 600) };
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

/// `xᵢ / y`, with the form for a dominating entry.
fn directions<T: Float>(x: impl Iterator<Item = T> + Clone, y: T) -> impl Iterator<Item = T> {
    let top = place_of_largest(x.clone(), |x| x.abs());
    x.clone().enumerate().map(move |(i, entry)| {
        let dominating = || {
            let others = x.clone().enumerate().filter(|&(j, _)| j != i);
            let squares = others.map(|(_, other)| (other / entry) * (other / entry)).sum::<T>();
            let cosine = (T::one() + squares).sqrt().recip();
            entry.if_less(T::zero(), || -cosine, || cosine)
        };
        let is_dominating = top == Some(i) && (T::NESTED || y == T::infinity());
        let direction = || if is_dominating { dominating() } else { entry / y };
        T::zero().if_less(y, direction, T::zero) // no length is negative; at 0 it is the minimum-norm subgradient
    })
}

/// The weights `exp(xᵢ - y)` for the log-sum-exp `y`, where that of the largest keeps the digits of its derivatives if they are
/// `differentiated`.
fn weights<T: Float>(x: impl Iterator<Item = T> + Clone, y: T, differentiated: bool) -> impl Iterator<Item = T> {
    let top = place_of_largest(x.clone(), |x| x);
    x.clone().enumerate().map(move |(i, entry)| {
        let dominating = || {
            let others = x.clone().enumerate().filter(|&(j, _)| j != i);
            (T::one() + others.map(|(_, other)| (other - entry).exp()).sum::<T>()).recip()
        };
        let share = || count_of_infinite(x.clone()).recip();
        let finite = || if top == Some(i) && differentiated { dominating() } else { (entry - y).exp() };
        by_size(entry, share, finite)
    })
}

/// Nothing for an exponent `-∞`, which also among its like has no weight; else one or the other.
fn by_size<T: Float>(exponent: T, of_infinite: impl FnOnce() -> T, of_finite: impl FnOnce() -> T) -> T {
    exponent.if_less(lowest(), T::zero, || largest::<T>().if_less(exponent, of_infinite, of_finite))
}

/// The pairs of a weight and an exponent, from all weights followed by all exponents.
fn pairs<T: Float>(n: usize, x: impl Iterator<Item = T> + Clone) -> impl Iterator<Item = (T, T)> + Clone {
    x.clone().take(n).zip(x.skip(n))
}

/// `w exp(x)`, nothing for `x = -∞`. Beside a weight 0 an exponential that overflows is the largest number, so that the product is 0.
fn weighted_exp<T: Float>(w: T, x: T) -> T {
    let something = || {
        let exp = x.exp();
        let product = || w * exp;
        let of_zero = || w * T::Base::max_value();
        let of_infinite = || T::zero().if_less(w, product, || w.if_less(T::zero(), product, of_zero));
        largest::<T>().if_less(exp, of_infinite, product)
    };
    x.if_less(lowest(), T::zero, something)
}

impl WeightedLogSumExp {
    /// The place of the largest term.
    fn top<T: Float>(self, x: impl Iterator<Item = T> + Clone) -> Option<usize> {
        place_of_largest(pairs(self.n, x).map(|(w, x)| weighted_exp(w, x)), |term| term)
    }

    /// The sum of the terms other than that at `top`.
    fn rest<T: Float>(self, x: impl Iterator<Item = T> + Clone, top: Option<usize>) -> T {
        pairs(self.n, x).enumerate().filter(|&(j, _)| Some(j) != top).map(|(_, (w, x))| weighted_exp(w, x)).sum()
    }

    /// The pair at `top`.
    fn pair<T: Float>(self, x: impl Iterator<Item = T> + Clone, top: Option<usize>) -> Option<(T, T)> {
        top.and_then(|top| pairs(self.n, x).nth(top))
    }

    fn log<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        let top = self.top(x.clone());
        let Some((w, exponent)) = self.pair(x.clone(), top) else { return B::neg_infinity() };
        let rest = self.rest(x, top);
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
        let infinite = count_of_infinite(pairs(self.n, x.clone()).map(|(_, x)| x));
        let top = self.top(x.clone());
        let term = self.pair(x.clone(), top).map_or(T::zero(), |(w, x)| weighted_exp(w, x));
        let rest = self.rest(x.clone(), top);
        let top = top.filter(|_| !term.is_zero());
        let sum = largest::<T>().if_less(y, || y, || term + rest);
        let by_weight = pairs(self.n, x.clone()).enumerate().map(move |(i, (w, x))| {
            let finite = || if top == Some(i) { (w + rest / x.exp()).recip() } else { x.exp() / sum };
            by_size(x, || (infinite * w).recip(), finite)
        });
        let by_exponent = pairs(self.n, x).enumerate().map(move |(i, (w, x))| {
            let finite = || if top == Some(i) { (T::one() + rest / term).recip() } else { weighted_exp(w, x) / sum };
            by_size(x, || infinite.recip(), finite)
        });
        by_weight.chain(by_exponent)
    }
}
