//! Values of the gamma function's relatives, on `f64`.
//!
//! Most rest on one sum of differences that keep their digits, [`zeta_gap`]: polygamma functions are differences from infinity,
//! the digamma function is one from its zero, and derivatives of the beta function are such differences.

use crate::float::Float;
use crate::rules::MOST;
use core::f64::consts::{PI, TAU};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// Bernoulli numbers `m, Bₘ` for even `m`.
#[rustfmt::skip]
const BERNOULLI: [(f64, f64); 10] = [
    (2.0, 1.0 / 6.0), (4.0, -1.0 / 30.0), (6.0, 1.0 / 42.0), (8.0, -1.0 / 30.0), (10.0, 5.0 / 66.0), (12.0, -691.0 / 2730.0),
    (14.0, 7.0 / 6.0), (16.0, -3617.0 / 510.0), (18.0, 43867.0 / 798.0), (20.0, -174611.0 / 330.0),
];

/// From here on asymptotic series in `1 / x` have all digits.
pub(super) const ASYMPTOTIC: f64 = 10.0;

/// The sum of `(x + k)⁻ˢ - (x + y + k)⁻ˢ` over `k = 0, 1 ..`, times `xˢ`, for `x > 0` and `y > -x`. `y` may be infinite if `s > 1`.
///
/// No digits are lost where `y` is small, since the terms are: `1 - (1 + y/t)⁻ᵖ` in the place of differences of powers.
///
/// Source: the Euler-Maclaurin formula for the Hurwitz zeta function, DLMF 25.11.7.
fn zeta_gap(s: f64, x: f64, y: f64) -> f64 {
    let power = |t: f64| if s == 1.0 { x / t } else { (t / x).powf(-s) };
    let mut sum = 0.0;
    let mut t = x;
    let mut k = 0.0;
    while t < ASYMPTOTIC + s {
        let gap = if s == 1.0 { y / (t + y) } else { one_less_power(s, (y / t).ln_1p()) };
        let term = power(t) * gap;
        sum += term;
        if term.abs() <= 1e-20 * sum.abs() {
            return sum;
        }
        k += 1.0;
        t = x + k;
    }
    let log = (y / t).ln_1p();
    let integral = t * if s == 1.0 { log } else { one_less_power(s - 1.0, log) / (s - 1.0) };
    let mut tail = integral + 0.5 * one_less_power(s, log);
    let mut factor = 0.5 * s / t; // s (s + 1) .. (s + m - 2) / m! t^(1 - m)
    for (m, bernoulli) in BERNOULLI {
        tail += bernoulli * factor * one_less_power(s + m - 1.0, log);
        factor *= (s + m - 1.0) * (s + m) / ((m + 1.0) * (m + 2.0) * t * t);
    }
    sum + power(t) * tail
}

/// `1 - exp(-p log)`.
fn one_less_power(p: f64, log: f64) -> f64 {
    -(-p * log).exp_m1()
}

/// The sum of `n! (x + k)⁻ⁿ⁻¹ - n! (x + y + k)⁻ⁿ⁻¹` over `k = 0, 1 ..`, without overflow or underflow on the way.
fn polygamma_terms(n: u32, x: f64, y: f64) -> f64 {
    let s = f64::from(n) + 1.0;
    let gap = zeta_gap(s, x, y);
    if n <= 170 {
        let factorial: f64 = (1..=n).map(f64::from).product();
        let half = (0.5 * s).floor();
        x.powf(-half) * factorial * gap * x.powf(half - s)
    } else {
        (libm::lgamma(s) - s * x.ln()).exp() * gap
    }
}

/// `n! ζ(n + 1, x)` for `n > 0` and `x > 0`: the polygamma function but for its sign.
fn unsigned_polygamma(n: u32, x: f64) -> f64 {
    if x == f64::INFINITY { 0.0 } else { polygamma_terms(n, x, f64::INFINITY) }
}

/// `x` less the nearest integer.
fn beside_integer(x: f64) -> f64 {
    x - x.round()
}

/// The derivative of order `n` of the digamma function.
///
/// Below zero the terms of its series are sorted into those of three such functions of positive numbers.
pub fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    if x > 0.0 {
        return sign * unsigned_polygamma(n, x);
    }
    let r = beside_integer(x);
    if r != 0.0 {
        let (above, below) = if r > 0.0 { (r, 1.0 - r) } else { (1.0 + r, -r) };
        let mirrored = unsigned_polygamma(n, below) - unsigned_polygamma(n, 1.0 - x);
        sign * unsigned_polygamma(n, above) + mirrored
    } else if n % 2 == 1 {
        f64::INFINITY
    } else if x == 0.0 {
        -x.recip()
    } else {
        f64::NAN // the sides of the pole disagree
    }
}

/// The logarithmic derivative of the gamma function.
///
/// Source: DLMF 5.11.2 for large `x`; else the difference from its positive zero, so that digits are kept beside it.
pub fn digamma(x: f64) -> f64 {
    const ZERO: f64 = 1.461_632_144_968_362_2;
    const ZERO_LOW: f64 = 9.549_995_429_965_697e-17;
    if x >= ASYMPTOTIC {
        let square = (x * x).recip();
        let series = BERNOULLI.into_iter().rev().fold(0.0, |sum, (m, b)| (sum + b / m) * square);
        x.ln() - 0.5 / x - series
    } else if x >= 0.5 {
        zeta_gap(1.0, ZERO, (x - ZERO) - ZERO_LOW) / ZERO
    } else if x > 0.0 {
        digamma(x + 1.0) - x.recip()
    } else if x == 0.0 {
        -x.recip()
    } else {
        let r = beside_integer(x);
        if r == 0.0 || r.is_nan() { f64::NAN } else { digamma(1.0 - x) - PI / (PI * r).tan() }
    }
}

/// The derivative of order `n` of the gamma function: `Γ⁽ⁿ⁺¹⁾ = Σᵢ (n over i) Γ⁽ⁿ⁻ⁱ⁾ ψ⁽ⁱ⁾`, times a large number on the way, so that it may
/// be normal where the function is not.
pub fn gamma_derivative(n: u32, x: f64) -> f64 {
    const SCALE: f64 = 1e150;
    /// So many steps of the recurrence to where the function is normal: it is 0 from `x = -186` on.
    const STEPS: i32 = 16;
    let n = n as usize;
    if n >= MOST || x < -200.0 {
        return if n >= MOST || x.fract() == 0.0 { f64::NAN } else { 0.0 };
    }
    let mut all = [0.0; MOST];
    all[0] = if x < -160.0 {
        // Γ(x) = Γ(x + 16) / (x (x + 1) .. (x + 15))
        (0..STEPS).fold(libm::tgamma(x + f64::from(STEPS)) * SCALE, |y, k| y / (x + f64::from(k)))
    } else {
        libm::tgamma(x)
    };
    for k in 0..n {
        let mut binomial = 1.0;
        for i in 0..=k {
            all[k + 1] += binomial * all[k - i] * polygamma(i as u32, x);
            binomial *= (k - i) as f64 / (i + 1) as f64;
        }
    }
    if x < -160.0 { all[n] / SCALE } else { all[n] }
}

/// `ψ⁽ⁿ⁾(x) - ψ⁽ⁿ⁾(x + y)` for the polygamma function `ψ⁽ⁿ⁾` and `x, y >= 0`, without cancellation.
pub fn polygamma_gap(n: u32, x: f64, y: f64) -> f64 {
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    if outside_of_beta(x, y) || (n == 0 && x == f64::INFINITY && y == x) {
        f64::NAN
    } else if y == 0.0 || x == f64::INFINITY {
        0.0
    } else if x == 0.0 {
        sign * f64::INFINITY
    } else if n == 0 && y == f64::INFINITY {
        -y
    } else {
        sign * polygamma_terms(n, x, y)
    }
}

/// What Stirling's formula lacks: `ln Γ(x) - (x - 1/2) ln x + x - ln(2π) / 2`, for large `x`. DLMF 5.11.1.
pub(super) fn stirling_rest<T: Float>(x: T) -> T {
    let square = (x * x).recip();
    BERNOULLI.into_iter().rev().fold(T::zero(), |sum, (m, b)| sum * square + T::lit(b / (m * (m - 1.0)))) / x
}

/// Negative numbers, NaN, and 0 with `∞`, where there is no limit.
fn outside_of_beta(x: f64, y: f64) -> bool {
    x < 0.0 || y < 0.0 || (x * y).is_nan()
}

/// `ln Γ(large) - ln Γ(small + large)` for `large >= ASYMPTOTIC`, where the large terms of Stirling's formula are cancelled by hand.
pub(super) fn ln_gamma_ratio<T: Float>(small: T, large: T) -> T {
    let sum = small + large;
    let rest = stirling_rest(large) - stirling_rest(sum);
    // Γ(large) / Γ(sum) = e^(small + rest) large^-small (large / sum)^(sum - 1/2)
    rest - small * large.ln() - ((sum - T::lit(0.5)) * (small / large).ln_1p() - small)
}

/// `Γ(x) Γ(y) / Γ(x + y)` for `x, y >= 0`.
pub fn beta(x: f64, y: f64) -> f64 {
    let (small, large) = if x <= y { (x, y) } else { (y, x) };
    if outside_of_beta(x, y) {
        f64::NAN
    } else if small == 0.0 {
        f64::INFINITY
    } else if large < ASYMPTOTIC {
        let sum = large + small;
        let rounding = small - (sum - large); // counts ψ(sum) times
        let ratio = libm::tgamma(large) / libm::tgamma(sum);
        libm::tgamma(small) * (ratio - ratio * rounding * digamma(sum))
    } else if small < ASYMPTOTIC && large < f64::INFINITY {
        libm::tgamma(small) * ln_gamma_ratio(small, large).exp()
    } else {
        ln_beta(x, y).exp()
    }
}

/// The logarithm of [`beta`].
///
/// Source: Didonato & Morris, *Algorithm 708*, ACM TOMS 18 (1992), functions betaln, bcorr and algdiv.
pub fn ln_beta(x: f64, y: f64) -> f64 {
    let (small, large) = if x <= y { (x, y) } else { (y, x) };
    if outside_of_beta(x, y) {
        f64::NAN
    } else if small == 0.0 {
        f64::INFINITY
    } else if large == f64::INFINITY {
        -large
    } else if large < ASYMPTOTIC {
        if small < 1e-150 {
            (small / large).ln_1p() - small.ln() // B = (1 + small / large) / small, which may overflow
        } else {
            beta(x, y).ln()
        }
    } else if small < ASYMPTOTIC {
        libm::lgamma(small) + ln_gamma_ratio(small, large)
    } else {
        // B = √(2π / large) (small / sum)^(small - 1/2) (large / sum)^large e^rest
        let ratio = small / large;
        let rest = stirling_rest(small) + stirling_rest(large) - stirling_rest(x + y);
        let power = (small - 0.5) * (ratio / (1.0 + ratio)).ln() - large * ratio.ln_1p();
        0.5 * (TAU.ln() - large.ln()) + power + rest
    }
}
