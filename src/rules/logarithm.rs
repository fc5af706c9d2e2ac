//! All derivatives of the logarithm to a variable base.

use super::MOST;
use super::dialect::define_rules;
use crate::float::Float;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

define_rules! {
    [Logarithms]

    /// The derivative of `ln x / ln b`, `by_x` times by `x` and `by_b` times by `b`: the product of a derivative of `ln x`,
    /// `± (k - 1)! x⁻ᵏ`, and one of `u = 1 / ln b`, `b⁻ᵐ p(u)` with polynomials that follow from `p ← -u² p' - m p`.
    ///
    /// A formula for the first derivative that is left to be differentiated loses mixed derivatives: `x⁻²` may underflow where
    /// `x⁻² b⁻¹` does not.
    pub(super) LogDerivative(by_x: usize, by_b: usize) = log_derivative(x, b) { f64 [derivative(by_x, by_b, x, b)]
        |x, b, _| x.binary(LogDerivative(by_x + 1, by_b), b),
        |x, b, _| x.binary(LogDerivative(by_x, by_b + 1), b),
        formula |x, b| as_in_books(by_x, by_b, x, b).unwrap_or_else(T::nan) };
}

/// The first derivatives, also for what books say at the edges.
#[inline]
fn as_in_books<T: Float>(k: usize, m: usize, x: T, b: T) -> Option<T> {
    let u = b.ln().recip();
    match (k, m) {
        (1, 0) => Some(u / x),
        (0, 1) => Some(-(x.ln() * u) * u / b),
        _ => None,
    }
}

fn derivative(k: usize, m: usize, x: f64, b: f64) -> f64 {
    if let Some(first) = as_in_books(k, m, x, b) {
        return first;
    }
    let u = b.ln().recip();
    let of_x = if k == 0 { x.ln() } else { (1..k).fold(1.0, |c, j| -c * j as f64) };
    let mut result = of_x * polynomial(m, u);
    // The powers of x and b one by one, that one first which leads back towards 1.
    let (mut k, mut m) = (k, m);
    while k + m > 0 {
        let grows = |divisor: f64| divisor.abs() < 1.0;
        let is_small = result.abs() < 1.0;
        let x_is_next = k > 0 && (m == 0 || grows(x) == is_small);
        result /= if x_is_next { x } else { b };
        (k, m) = if x_is_next { (k - 1, m) } else { (k, m - 1) };
    }
    result
}

/// `p(u)` of order `m`, by powers of `u`.
fn polynomial(m: usize, u: f64) -> f64 {
    if m > MOST {
        return f64::NAN;
    }
    let mut p = [0.0; MOST + 2];
    p[1] = 1.0;
    for order in 0..m {
        let mut next = [0.0; MOST + 2];
        for i in 1..=order + 1 {
            next[i + 1] -= i as f64 * p[i];
            next[i] -= order as f64 * p[i];
        }
        p = next;
    }
    p.iter().rev().fold(0.0, |sum, c| sum * u + c)
}
