//! The engines' policy where 0 meets infinity: products and quotients of tangents and slopes.
//!
//! The convention is "a zero tangent stays zero" (see [`crate::conventions`]). Engines check once for each operation, on the side
//! where a number is not finite. Rules through which a tangent passes at the ends of the range ([`slope_is_plain`]) ask for the size of
//! their slope besides, by one comparison of integers. On F2 of `cargo bench --bench ratios`, which has an exponential for each term,
//! that takes a good 1 % of the gradient. Two comparisons of floating point numbers would take 5 %.

#[cfg(doc)]
use super::Unary;
use super::condition::{Condition, requires};
use super::{Float, Primitive};

/// `true` if `y`, the value of an operation, is NaN. Of one that records the answer is no, on the condition that it stays so.
#[inline(always)]
pub(crate) fn is_nan<T: Float>(y: T) -> bool {
    if T::TRACED {
        requires(Condition::NotNan, y);
        return false;
    }
    y.is_nan()
}

/// `tangent * slope` by the convention "a zero tangent stays zero": a tangent that is zero in all its parts stays zero even if the slope
/// is infinite or NaN. This is the one place of the convention, for every engine.
///
/// Engines call it on the cold side of a branch; with a finite slope it is plain multiplication.
#[inline]
pub(crate) fn fold<T: Float>(tangent: T, slope: T) -> T {
    if tangent.is_zero_in_all_parts() { T::zero() } else { tangent * slope }
}

/// `true` if `x` is so far from the ends of the range that products of a few such numbers stay inside. For primitive numbers these are
/// two factors. For nested ones there are more, because a reciprocal has powers among its derivatives.
#[inline(always)]
fn is_central<T: Float>(x: T) -> bool {
    is_central_on(T::NESTED, x.base())
}

/// [`is_central`] of a value, of a number that is nested or not.
#[inline(always)]
pub(super) fn is_central_on<B: Primitive>(nested: bool, x: B) -> bool {
    let (least, largest) = middle::<B>(nested);
    // Numbers above zero are ordered as their bits are, and NaN is beyond all. So it is one comparison of integers.
    let bits = |x: B| x.widen().to_bits() & !(1 << 63);
    let (least, largest) = (bits(B::nearest(least)), bits(B::nearest(largest)));
    (bits(x)).wrapping_sub(least + 1) < largest - least - 1
}

/// `true` if `x` is below the upper end of what [`is_central_on`] accepts.
pub(super) fn is_not_large_on<B: Primitive>(nested: bool, x: B) -> bool {
    num_traits::Float::abs(x) < B::nearest(middle::<B>(nested).1)
}

/// The ends of the middle of the range.
#[inline(always)]
pub(crate) fn middle<B: Primitive>(nested: bool) -> (f64, f64) {
    match (B::IS_SINGLE, nested) {
        (true, true) => (1e-7, 1e7),
        (true, false) => (1e-18, 1e18),
        (false, true) => (1e-60, 1e60),
        (false, false) => (1e-150, 1e150),
    }
}

/// `true` if `tangents` may be multiplied with `slope`, the derivative of a rule at `x`: nothing leaves the range on the way before the
/// result does. If not, the tangent passes through the rule ([`Unary::through`]).
#[inline(always)]
pub(crate) fn slope_is_plain<T: Float>(tangents: &[T], x: T, slope: T) -> bool {
    if T::TRACED {
        let is_multiplied =
            |tangent: T| tangent.is_zero_in_all_parts() || (tangent.is_constant() && is_about_one(tangent));
        if tangents.iter().all(|&tangent| is_multiplied(tangent)) {
            // As [`passed`] does it. Only that a large slope cancels with another may be lost, where tangents are added in another order.
            requires(Condition::NotLarge { nested: T::NESTED }, slope);
            return true;
        }
        requires(Condition::Central { nested: T::NESTED, or_zero: false }, slope);
        if T::NESTED {
            requires(Condition::Central { nested: true, or_zero: true }, x);
        }
        return true;
    }
    // The derivatives of a slope, which nested numbers carry, are larger by a power of `1 / x` for each order.
    let is_plain = is_central(slope) && (!T::NESTED || is_central(x));
    is_plain || is_limit(x.base())
}

/// At 0 and infinity a slope is a limit, which the conventions give.
#[cold]
#[inline(never)]
fn is_limit<B: Primitive>(x: B) -> bool {
    x.is_zero() || num_traits::Float::is_infinite(x)
}

/// The tangent of a rule's value by [`Unary::through`] or one of its siblings, `through`, by the fold rule; `y` is the value.
///
/// A tangent of about 1, as a seed is, brings nothing back into range. It is multiplied with the slope, which has fewer roundings.
#[inline]
pub(crate) fn passed<T: Float>(tangent: T, slope: T, y: T, through: impl FnOnce(T) -> T) -> T {
    multiplied(tangent, slope, y).unwrap_or_else(|| in_range(through(tangent), tangent, slope))
}

/// What a form for tangents gave, or the plain product where the form left the range itself, at a tangent of the other kind of size.
///
/// Of a primitive number that is found out by comparing: a slope with all its digits makes a product with all its digits, and where the two
/// differ by more than both round, something was subnormal on the way through the form.
#[inline]
fn in_range<T: Float>(result: T, tangent: T, slope: T) -> T {
    let plain = tangent * slope;
    let differs = || {
        let size = num_traits::Float::abs;
        size(result - plain) > T::lit(1e3) * T::epsilon() * size(plain)
    };
    let is_lost = !result.is_finite_in_all_parts() || (!T::NESTED && !is_nearly_subnormal(slope) && differs());
    if is_lost && plain.is_finite_in_all_parts() { plain } else { result }
}

/// The part of [`passed`] that is one for all rules: the tangent of the value if it is a product.
#[inline]
fn multiplied<T: Float>(tangent: T, slope: T, y: T) -> Option<T> {
    if y.is_nan() || is_about_one(tangent) {
        Some(fold(tangent, if y.is_nan() { y } else { slope }))
    } else if tangent.is_zero_in_all_parts() {
        Some(T::zero())
    } else {
        None
    }
}

/// `true` if `x` has fewer digits than other numbers, or soon will: it is near the smallest normal number, below it, or 0.
pub(crate) fn is_nearly_subnormal<T: Float>(x: T) -> bool {
    use num_traits::Float as N;
    N::abs(x.base()) < <T::Base as N>::min_positive_value() / <T::Base as N>::epsilon()
}

/// `true` for tangents that bring nothing back into range; see [`passed`].
fn is_about_one<T: Float>(tangent: T) -> bool {
    (1.0 / 256.0..256.0).contains(&num_traits::Float::abs(tangent.base()).widen())
}

/// `true` if derivatives of the quotient `q` may be taken by multiplication with `r`, the reciprocal of the divisor `y`.
#[inline(always)]
pub(crate) fn quotient_is_plain<T: Float>(q: T, r: T, y: T) -> bool {
    !T::SPARSE && quotient_is_ordinary(q, r, y)
}

/// The same for numbers that are multiplied whatever they are.
#[inline(always)]
pub(crate) fn quotient_is_ordinary<T: Float>(q: T, r: T, y: T) -> bool {
    if T::TRACED {
        requires(Condition::Central { nested: T::NESTED, or_zero: true }, q);
        requires(Condition::Central { nested: T::NESTED, or_zero: false }, y);
        return true;
    }
    let is_plain = (is_central(q) || q.is_zero()) && is_central(y);
    let is_finite = !T::NESTED || (q.is_finite_in_all_parts() && r.is_finite_in_all_parts());
    !unlikely(!(is_plain && is_finite))
}

/// The tangent of a quotient `q = x / y` from those of `x` and `y`, `(dx - dy q) / y`, by the fold rule, also where `q` or `y` is at
/// the edge of the range. Dividing last keeps `x / x` exact where `1 / x` overflows.
///
/// An infinite `y` with an infinite tangent gives NaN, also where `q` is 0: the derivative of `1 / exp(x)` is 0 at 1000 and that of
/// `1 / (1 / x)` is 1 at 0, and both look the same here.
///
/// A `q` that is NaN is the caller's business.
pub(crate) fn quotient_tangent<T: Float>(dx: T, dy: T, q: T, y: T) -> T {
    let over = |numerator: T| if numerator.is_zero_in_all_parts() { T::zero() } else { numerator / y };
    let product = fold(dy, q);
    if T::TRACED {
        requires(Condition::Central { nested: T::NESTED, or_zero: true }, q);
        requires(Condition::Central { nested: T::NESTED, or_zero: false }, y);
        return over(if dx.is_zero_in_all_parts() { -product } else { dx - product });
    }
    // Far from 1 the ratios of tangents to `y` are often exact, those of `ln(exp u)` for example, and their products of ordinary size.
    if !is_central(y) {
        let (by_x, by_y) = (over(dx), over(dy));
        if is_central(by_y) && (is_central(by_x) || by_x.is_zero()) {
            return by_x - fold(by_y, q);
        }
    }
    use num_traits::Float as N;
    let least = <T::Base as N>::min_positive_value() / <T::Base as N>::epsilon();
    let is_in_range = (least..=<T::Base as N>::max_value()).contains(&N::abs(product.base()));
    if is_in_range || dy.is_zero() || q.is_zero() {
        over(dx - product)
    } else {
        // The product is too large or too small, which the quotient need not be.
        over(dx) - fold(over(dy), q)
    }
}

/// `condition`, with the branch where it holds moved out of the way.
#[inline(always)]
pub(crate) fn unlikely(condition: bool) -> bool {
    #[cold]
    #[inline(always)]
    fn cold() {}
    if condition {
        cold();
    }
    condition
}

#[cfg(test)]
mod tests {
    use super::is_central_on;
    use crate::float::Primitive;

    /// The comparison of bits is that of numbers: on both sides of every bound, of either sign, and where there is no order.
    #[test]
    fn numbers_are_central_between_the_bounds() {
        fn check<B: Primitive>(nested: bool, least: B, largest: B) {
            let next = |x: B, up: f64| x + x * B::epsilon() * B::nearest(up);
            let inside = [next(least, 1.0), B::one(), next(largest, -1.0)];
            let outside = [B::zero(), least, next(least, -1.0), largest, next(largest, 1.0), B::infinity(), B::nan()];
            for (numbers, expected) in [(&inside[..], true), (&outside[..], false)] {
                for &x in numbers {
                    assert_eq!([is_central_on(nested, x), is_central_on(nested, -x)], [expected; 2], "{x:e}");
                }
            }
        }
        check(false, 1e-150, 1e150);
        check(true, 1e-60, 1e60);
        check(false, 1e-18_f32, 1e18);
        check(true, 1e-7_f32, 1e7);
    }
}
