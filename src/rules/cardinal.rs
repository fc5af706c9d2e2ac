//! The cardinal sine, which special functions and matrices both need.

use super::dialect::define_rules;
use super::where_far;
use crate::float::Float;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

define_rules! {
    [Cardinal]

    /// Derivative of order `n` of `sin x / x`; its derivative is the next one.
    pub Sinc(n: u32) = sinc(x) { f64 [sinc(n, x)] |x, _| x.unary(Sinc(n.saturating_add(1))),
        through |t, slope, x, y| where_far(x, || t / x * (sine(n + 1, x) - y * T::lit(f64::from(n) + 1.0)), || t * slope) };
}

/// Derivative of order `n` of the sine.
fn sine<T: Float>(n: u32, x: T) -> T {
    match n % 4 {
        0 => x.sin(),
        1 => x.cos(),
        2 => -x.sin(),
        _ => -x.cos(),
    }
}

/// The derivative of order `n` of `sin x / x`, that is the integral of `tⁿ cos(xt + nπ/2)` over `t = 0 .. 1`.
///
/// Near 0 its power series; beyond, the recurrence `x f⁽ⁿ⁾ + n f⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾ x`, which then amplifies no errors.
fn sinc(n: u32, x: f64) -> f64 {
    let order = f64::from(n);
    if !x.is_finite() {
        return if x.is_nan() { x } else { 0.0 };
    }
    if x.abs() > f64::max(1.0, 0.5 * order) {
        let (sin, cos) = x.sin_cos();
        let derivatives = [sin, cos, -sin, -cos].into_iter().cycle();
        return (0..=n).zip(derivatives).fold(0.0, |before, (k, d)| (d - f64::from(k) * before) / x);
    }
    // Terms ± xʲ / (j! (j + n + 1)) for j of the parity of n.
    let mut j = f64::from(n % 2);
    let mut power = if n.is_multiple_of(2) { 1.0 } else { x };
    if n.div_ceil(2) % 2 == 1 {
        power = -power;
    }
    let mut sum = 0.0;
    loop {
        let term = power / (j + order + 1.0);
        sum += term;
        if term.abs() <= 1e-18 * sum.abs() {
            return sum;
        }
        power *= -x * x / ((j + 1.0) * (j + 2.0));
        j += 2.0;
    }
}
