//! Quantiles of the gamma and the beta distribution at a small probability, as power series.
//!
//! With `y = (p g)^(1/a)`, where `g` is `Γ(a + 1)` or `a B(a, b)`, the probability is `yᵃ / g`, and the quantile is
//!
//! ```text
//!   x = y (1 + u1 y + u2 y² + ..),     its derivative of order n:   Σ u(k-1) (k/a) (k/a - 1) .. (k/a - n + 1) yᵏ / pⁿ
//! ```
//!
//! Where one over the shape is a whole number below `n`, the first factor vanishes, and what is left is smaller by powers of `y`. A quotient of
//! derivatives of the distribution has no digits of that.
//!
//! The coefficients follow from the density, `xᵃ⁻¹ e⁻ˣ / Γ(a)` or `xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b)`: for `u = x / y` it says that
//! `u + y u' = u¹⁻ᵃ r`, with `r = eˣ` or `(1 - x)¹⁻ᵇ`.

use super::Special;
use super::incomplete_gamma::ln_gamma_1p;
use crate::float::Float;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// So many terms, of which as many as the order may vanish.
const TERMS: usize = 24;

/// With the terms that are left, `10⁻³` to their number is below a rounding.
const LEAST_TERMS: usize = 8;

/// The logarithm of the largest `y`, `10⁻³`.
const LARGEST: f64 = -6.907_755;

/// The derivative of order `n` of the quantile of the gamma distribution for the lower tail `p` and the shape `a`; none if `y` is not small,
/// or the order too high.
#[inline]
pub(super) fn of_gamma(n: usize, p: f64, a: f64) -> Option<f64> {
    let log_scale = ln_gamma_1p(a);
    let is_small = p > 0.0 && (p.ln() + log_scale) / a <= LARGEST;
    if !is_small || n + LEAST_TERMS > TERMS {
        return None;
    }
    let u = coefficients(a, None);
    let mut sum = 0.0;
    // The smallest terms first, and nothing is added to one that has left the range.
    for k in (1..=n + LEAST_TERMS).rev() {
        let at_least = k as f64;
        let factor: f64 = (0..n).map(|j| (-(j as f64)).mul_add(a, at_least) / a).product();
        if factor != 0.0 {
            let exponent = (-(n as f64)).mul_add(a, at_least) / a;
            let term = factor * u[k - 1] * (at_least * log_scale / a).exp() * p.powf(exponent);
            sum = if term.is_infinite() { term } else { sum + term };
        }
    }
    Some(sum)
}

/// The slope of the quantile of the beta distribution, as a number of any type; none where `y` is not small, or where nothing [`cancels`].
#[inline]
pub(super) fn slope_of_beta<T: Float>(p: T, a: T, b: T) -> Option<T> {
    let log_scale = a.ln() + Special::ln_beta(a, b);
    let is_small = (p.ln() + log_scale) / a + b.max(T::one()).ln() <= T::lit(LARGEST);
    if !is_small || !cancels(TERMS - LEAST_TERMS, a) {
        return None;
    }
    let u = coefficients(a, Some(b));
    let term = |k: usize| {
        let k_by_a = T::lit(k as f64) / a;
        u[k - 1] * k_by_a * (k_by_a * log_scale).exp() * p.powf(k_by_a - T::one())
    };
    Some((1..=TERMS).rev().map(term).fold(T::zero(), |sum, term| sum + term))
}

/// Whether one over `a` is so close to a whole number below `n` that the leading terms cancel in a derivative of order `n`.
#[inline]
pub(super) fn cancels<T: Float>(n: usize, a: T) -> bool {
    let whole = a.recip().round();
    (whole * a - T::one()).abs() < T::lit(1e-3) && whole < T::lit(n as f64)
}

/// `u(k)`, from 0, of the gamma distribution, or of the beta distribution with the second shape.
#[inline]
fn coefficients<T: Float>(a: T, second: Option<T>) -> [T; TERMS] {
    // `log_u` is ln u, `log_below` ln(1 - x), `exponent` the logarithm of the right side, and `power` its exponential.
    let [mut u, mut log_u, mut log_below, mut exponent, mut power] = [[T::zero(); TERMS]; 5];
    [u[0], power[0]] = [T::one(), T::one()];
    let one_less_a = T::one() - a;
    for k in 1..TERMS {
        let order = T::lit(k as f64);
        // Σ j x(j) y(k - j) / k, by which logarithms and exponentials of series are made.
        let convolved = |x: &[T; TERMS], y: &dyn Fn(usize) -> T| {
            (1..k).fold(T::zero(), |sum, j| sum + x[j] * y(k - j) * T::lit(j as f64)) / order
        };
        let rest = -convolved(&log_u, &|i| u[i]);
        let earlier = convolved(&exponent, &|i| power[i]);
        let other = match second {
            None => u[k - 1],
            Some(b) => {
                log_below[k] = convolved(&log_below, &|i| u[i - 1]) - u[k - 1];
                (T::one() - b) * log_below[k]
            }
        };
        u[k] = (one_less_a * rest + other + earlier) / (order + a);
        log_u[k] = u[k] + rest;
        exponent[k] = one_less_a * log_u[k] + other;
        power[k] = exponent[k] + earlier;
    }
    u
}
