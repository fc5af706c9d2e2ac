//! Functions that choose one of their operands: `max`, `min`, `clamp`, `abs_sub`, `copysign`, and rounding to constants.
//!
//! The chosen number is returned whole, so nothing of the other one (an infinite derivative, say) gets in. At a tie both are
//! taken by halves ([`rules::Tie`]). The value is always the one `f64` gives. Numbers of two differentiations are refused whichever
//! is chosen ([`Number::beside`]).

use crate::float::{Condition, Float as _, Number, requires};
use crate::rules;
use num_traits::{Float as _, One as _, Zero as _};

/// `x` or `y`, whichever wins or is not NaN; else half of each.
#[inline]
fn choose<N: Number>(x: N, y: N, x_wins: bool, y_wins: bool, value: N::Value) -> N {
    let (x, y) = (x.beside(y), y.beside(x));
    if x_wins || (y.is_nan() && !x.is_nan()) {
        x
    } else if y_wins || (x.is_nan() && !y.is_nan()) {
        y
    } else {
        x.binary(rules::Tie, y).with_value(value)
    }
}

/// `x` where `low < high`, `y` where `high < low`, else half of each: what [`choose`] does, as operations.
fn chosen_by_operations<N: Number>(low: N, high: N, x: N, y: N, value: N::Value) -> N {
    requires(Condition::NotNan, x);
    requires(Condition::NotNan, y);
    let tie = || x.binary(rules::Tie, y);
    low.if_less(high, || x, || high.if_less(low, || y, tie)).with_value(value)
}

#[inline]
pub(super) fn max<N: Number>(x: N, y: N) -> N {
    if N::TRACED {
        return chosen_by_operations(y, x, x, y, x.value().max(y.value()));
    }
    choose(x, y, x > y, y > x, x.value().max(y.value()))
}

#[inline]
pub(super) fn min<N: Number>(x: N, y: N) -> N {
    if N::TRACED {
        return chosen_by_operations(x, y, x, y, x.value().min(y.value()));
    }
    choose(x, y, x < y, y < x, x.value().min(y.value()))
}

/// `max(low)` then `min(high)`, in value and derivative; NaN stays NaN.
#[inline]
#[track_caller]
pub(super) fn clamp<N: Number>(x: N, low: N, high: N) -> N {
    if N::TRACED {
        let value = x.value().clamp(low.value(), high.value());
        return min(max(x, low), high).with_value(value);
    }
    assert!(low <= high, "clamp: the bounds must be ordered and not NaN, got {low:?} and {high:?}");
    let (x, low, high) = (x.beside(low).beside(high), low.beside(high).beside(x), high.beside(low).beside(x));
    if x < low {
        low
    } else if x > high {
        high
    } else if x == low || x == high {
        let value = x.value().clamp(low.value(), high.value()); // shared on the inner levels too
        let above = if x == low { x.binary(rules::Tie, low) } else { x };
        let within = if x == high { above.binary(rules::Tie, high) } else { above };
        within.with_value(value)
    } else {
        x
    }
}

/// The positive difference `max(x - y, 0)`.
#[inline]
pub(super) fn abs_sub<N: Number>(x: N, y: N) -> N {
    if N::TRACED {
        let at_most = || x.if_less(y, N::zero, || x.binary(rules::TiedDifference, y));
        return y.if_less(x, || x - y, at_most).with_value(x.value().abs_sub(y.value()));
    }
    if x > y {
        x - y
    } else if x < y {
        N::zero().beside(x.beside(y))
    } else {
        x.binary(rules::TiedDifference, y)
    }
}

/// The remainder in `0 .. |y|`; derivative 1 by `x` and `-div_euclid(x, y)` by `y`.
#[inline]
pub(super) fn rem_euclid<N: Number>(x: N, y: N) -> N {
    let r = x % y;
    if r < N::zero() { r + if y < N::zero() { -y } else { y } } else { r }
}

/// The quotient that belongs to [`rem_euclid`]: an integer, so a constant.
#[inline]
pub(super) fn div_euclid<N: Number>(x: N, y: N) -> N {
    let x = x.beside(y);
    let (a, b) = (x.value(), y.value());
    let q = (a / b).trunc();
    let below = a % b < N::Value::zero();
    let q = match (below, b > N::Value::zero()) {
        (false, _) => q,
        (true, true) => q - N::Value::one(),
        (true, false) => q + N::Value::one(),
    };
    step(x, q)
}

/// `x` or `-x`; derivative 0 at `x = 0`, so that `copysign(x, 1)` is `abs(x)`. The sign's own derivative is 0.
#[inline]
pub(super) fn copysign<N: Number>(x: N, sign: N) -> N {
    let x = x.beside(sign);
    let value = x.value().copysign(sign.value());
    if N::TRACED {
        let (zero, one) = (N::Value::zero(), N::Value::one());
        let slope = one.copysign(x.value()) * one.copysign(sign.value());
        return x.scaled(value, zero.if_less(value.abs(), || slope, || zero));
    }
    if value == N::Value::zero() {
        x.scaled(value, N::Value::zero())
    } else if x.is_sign_negative() == sign.is_sign_negative() {
        x
    } else {
        -x
    }
}

/// A constant, unless it is NaN: then the derivative is NaN as well.
#[inline]
pub(super) fn step<N: Number>(x: N, value: N::Value) -> N {
    if N::TRACED {
        requires(Condition::NotNan, value);
        return x.step_to(value);
    }
    if value.is_nan() { x.scaled(value, value) } else { N::lift(value) }
}
