//! All derivatives of the power `xʸ`.

use super::MOST;
use super::dialect::define_rules;
use crate::float::{Float, Primitive as _, is_nearly_subnormal};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// `t by_x` for the slope `by_x = y xʸ⁻¹`, given `z = xʸ`.
///
/// With a constant integer `y` this is a polynomial, whose higher derivatives end in an exact 0.
pub(super) fn times_slope_by_base<T: Float>(t: T, by_x: T, [x, y, z]: [T; 3]) -> T {
    match y.to_i32() {
        Some(n) if y.is_constant() && y == T::lit(n.into()) => super::times_powi_slope(t, n, x),
        _ if x.is_zero() || x.is_infinite() => t * by_x, // the limit
        _ if is_nearly_subnormal(z) => {
            let root = x.powf((y - T::one()) * T::lit(0.5));
            (t * root) * root * y
        }
        _ => (t / x) * z * y,
    }
}

/// `t by_y` for the slope `by_y = xʸ ln x`, with the power of half the exponent, which leaves the range later.
pub(super) fn times_slope_by_exponent<T: Float>(t: T, by_y: T, [x, y, z]: [T; 3]) -> T {
    if x == T::zero() || x.is_infinite() {
        t * by_y // the limit
    } else if z.is_normal() {
        t * z * x.ln()
    } else {
        let root = x.powf(y * T::lit(0.5));
        (t * root) * root * x.ln()
    }
}

define_rules! {
    [Powers]

    /// The derivative of `xʸ`, `by_x` times by `x` and `by_y` times by `y`:
    ///
    /// > `xʸ⁻ᵏ Σᵢ (m! / i!) tₘ₋ᵢ (ln x)ⁱ`, with the Taylor coefficients `tⱼ` of `y (y - 1) … (y - k + 1)`.
    ///
    /// A rule that is written as `y xʸ⁻¹` and left to be differentiated has the right factors, too. But where the exponent is below one
    /// half, `y - 1` is rounded, and a base of 1e300 turns that into 300 ulp. And a power may leave the range where its derivative does
    /// not, `x⁻¹ · y` for tiny `x` and `y`.
    ///
    /// Where `x` is 0 or infinite, it is the limit.
    pub(super) PowerDerivative(by_x: usize, by_y: usize) = powf_derivative(x, y) { f64 [of_order(by_x, by_y, x, y)]
        |x, y, _| x.binary(PowerDerivative(by_x + 1, by_y), y),
        |x, y, _| x.binary(PowerDerivative(by_x, by_y + 1), y),
        formula |x, y| formula(by_x, by_y, x, y) };
}

/// What the power `xʸ⁻ᵏ` is multiplied with in the first few orders.
#[inline]
fn factor<T: Float>(k: usize, m: usize, x: T, y: T) -> Option<T> {
    Some(match (k, m) {
        (1, 0) => y,
        (0, 1) => x.ln(),
        (2, 0) => y * (y - T::one()),
        (1, 1) => T::one() + y * x.ln(),
        (0, 2) => x.ln() * x.ln(),
        _ => return None,
    })
}

/// What [`of_order`] computes where the power is a normal number, and NaN elsewhere and for orders above the second.
fn formula<T: Float>(k: usize, m: usize, x: T, y: T) -> T {
    let Some(factor) = factor(k, m, x, y) else { return T::nan() };
    let k = T::lit(k as f64);
    let power = x.powf(y - k);
    let lost = lost(y, k);
    // As `times_power` has it, with one factor alone.
    let corrected = || if m == 0 { factor + factor * (lost * x.abs().ln()) } else { T::nan() };
    let where_lost = || T::zero().if_less(lost.abs(), corrected, || factor);
    let size = power.abs();
    let is_normal =
        |then: T| T::lit(f64::MIN_POSITIVE).if_less(size, || size.if_less(T::infinity(), || then, T::nan), T::nan);
    y.abs().if_less(T::lit(EVEN), || is_normal(where_lost() * power), T::nan)
}

/// The first few orders as in books.
#[inline]
fn of_order(k: usize, m: usize, x: f64, y: f64) -> f64 {
    // A normal power is right as a factor also where x is 0 or infinite: it is 1 then.
    let Some(sum) = factor(k, m, x, y) else { return derivative(k, m, x, y) };
    let power = lower_power(x, y, k as f64);
    let is_plain = power.is_normal() && lost(y, k as f64) == 0.0;
    if is_plain { sum * power } else { derivative(k, m, x, y) }
}

/// `xʸ ln x`, given `z = xʸ`.
#[inline]
pub(super) fn slope_by_exponent<T: Float>(x: T, y: T, z: T) -> T {
    if T::TRACED {
        return x.binary(PowerDerivative(0, 1), y); // right everywhere
    }
    let (base, power) = (x.base().widen(), z.base().widen().abs());
    if (1e-6..1e6).contains(&base) && (1e-12..1e12).contains(&power) {
        z * x.ln() // the power is at hand, and no derivative leaves the range
    } else {
        x.binary(PowerDerivative(0, 1), y)
    }
}

#[inline(never)]
fn derivative(k: usize, m: usize, x: f64, y: f64) -> f64 {
    if m > MOST {
        return f64::NAN;
    }
    let mut t = [0.0; MOST + 1];
    t[0] = 1.0;
    for j in 0..k {
        let factor = y - j as f64;
        for i in (0..=m).rev() {
            t[i] = t[i] * factor + if i > 0 { t[i - 1] } else { 0.0 };
        }
    }
    // The coefficients of the powers of ln x, the highest first.
    let mut falling = 1.0;
    for i in (0..m).rev() {
        falling *= (i + 1) as f64;
        t[m - i] *= falling;
    }
    let coefficients = &t[..=m];
    if x == 0.0 || x.is_infinite() {
        return limit(coefficients, x, y - k as f64);
    }
    let sum = coefficients.iter().fold(0.0, |sum, c| if sum == 0.0 { *c } else { sum * x.ln() + c });
    if sum == 0.0 { 0.0 } else { times_power(sum, x, y, k as f64) }
}

/// `c xʸ⁻ᵏ`, where neither the rounding of `y - k` nor the range of the power counts.
fn times_power(c: f64, x: f64, y: f64, k: f64) -> f64 {
    let e = y - k;
    let power = lower_power(x, y, k);
    if power.is_nan() || e.is_infinite() {
        return if power == 0.0 { power } else { c * power };
    }
    let lost = lost(y, k); // less than 1e-13 of the power
    let c = if lost == 0.0 { c } else { c + c * (lost * x.abs().ln()) };
    if power.is_normal() {
        c * power
    } else {
        let root = x.abs().powf(0.5 * e);
        (if power.is_sign_negative() { -c } else { c } * root) * root
    }
}

const EVEN: f64 = 9_007_199_254_740_992.0;

/// `xʸ⁻ᵏ`. From 2⁵³ on all numbers are even, and rounding makes `y - k` so too, which shows in the sign where `x` is negative.
#[inline]
fn lower_power(x: f64, y: f64, k: f64) -> f64 {
    let power = x.powf(y - k);
    if x < 0.0 && y.abs() >= EVEN && k % 2.0 != 0.0 { -power } else { power }
}

/// What rounding takes from `y - k` for an integer `k` (Knuth's two-sum).
#[inline]
fn lost<T: Float>(y: T, k: T) -> T {
    let two_sum = || {
        let e = y - k;
        let kept = e - y;
        (y - (e - kept)) + (-k - kept)
    };
    y.if_less(k * T::lit(0.5), two_sum, T::zero) // Sterbenz
}

/// The limit of `xᵉ p(ln x)` as `x` goes to 0 or infinity, for the polynomial `p` with the given coefficients.
fn limit(coefficients: &[f64], x: f64, e: f64) -> f64 {
    let power = x.powf(e);
    let Some(leading) = coefficients.iter().position(|&c| c != 0.0) else { return 0.0 };
    let degree = coefficients.len() - 1 - leading;
    if power == 0.0 || (e == 0.0 && degree == 0) {
        coefficients[leading] * power
    } else {
        coefficients[leading] * power * x.ln().powi(degree as i32)
    }
}
