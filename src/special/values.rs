//! Value code on `f64` for what no library has, or not with all digits.

use crate::float::Float;
use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, PI};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

// ---- The normal distribution -----------------------------------------------------------------------------------------

/// Beyond this `exp(-x² / 2)` is zero.
const BELL_END: f64 = 40.0;

/// `factor exp(-x² scale)` with all digits: `x²` rounded would cost as many ulps as the exponent is large, and an exponential that
/// is subnormal before `factor` makes it larger would have lost some.
fn bell(x: f64, scale: f64, factor: f64) -> f64 {
    if x.abs() > BELL_END {
        return 0.0;
    }
    let head = f64::from_bits(x.to_bits() & !0x07ff_ffff); // 26 bits, whose square is exact
    let (exponent, rest) = (-head * head * scale, (-(x - head) * (x + head) * scale).exp());
    if exponent > -700.0 {
        exponent.exp() * rest * factor
    } else {
        let root = (0.5 * exponent).exp();
        root * (root * rest * factor)
    }
}

/// The derivative of order `n` of `exp(-x² scale)`: with `f' = -2 scale x f`, each is made of the two before it.
fn bell_derivative(n: u32, x: f64, scale: f64, factor: f64) -> f64 {
    let next = |(before, last): (f64, f64), k: u32| (last, -2.0 * scale * (x * last + f64::from(k) * before));
    let (_, polynomial) = (0..n).fold((0.0, 1.0), next);
    bell(x, scale, polynomial * factor)
}

/// The derivative of order `n` of `2/√π exp(-x²)`.
pub fn erf_slope(n: u32, x: f64) -> f64 {
    bell_derivative(n, x, 1.0, FRAC_2_SQRT_PI)
}

/// The derivative of order `n` of the density `exp(-x² / 2) / √(2π)`.
pub fn norm_pdf(n: u32, x: f64) -> f64 {
    bell_derivative(n, x, 0.5, 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2)
}

/// `erfc(-x / √2) / 2`. In the lower tail the argument of `erfc` is taken with twice the digits: its rounding would count `x²`
/// times.
pub fn norm_cdf(x: f64) -> f64 {
    let z = -x * FRAC_1_SQRT_2;
    if !(-BELL_END..=-1.0).contains(&x) {
        return 0.5 * libm::erfc(z);
    }
    const LOW: f64 = -4.833_646_656_726_457e-17; // 1/√2 less its nearest double
    let rest = (-x).mul_add(FRAC_1_SQRT_2, -z) - x * LOW;
    0.5 * (libm::erfc(z) - rest * bell(z, 1.0, FRAC_2_SQRT_PI))
}

/// The polynomial with these coefficients, highest first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// The quantile of `1/2 + q` for `|q| <= 0.425`, divided by `q`.
fn quantile_centre(q: f64) -> f64 {
    #[rustfmt::skip]
    const A: [f64; 8] = [2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987,
                         13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665];
    #[rustfmt::skip]
    const B: [f64; 8] = [5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597,
                         5394.196021424751, 687.1870074920579, 42.31333070160091, 1.0];
    let r = 0.180625 - q * q;
    polynomial(&A, r) / polynomial(&B, r)
}

/// Minus the quantile of `p <= 0.075`.
fn quantile_tail(p: f64) -> f64 {
    #[rustfmt::skip]
    const C: [f64; 8] = [7.745450142783414e-4, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
                         3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835];
    #[rustfmt::skip]
    const D: [f64; 8] = [1.0507500716444169e-9, 5.475938084995345e-4, 0.015198666563616457, 0.14810397642748008,
                         0.6897673349851, 1.6763848301838038, 2.053191626637759, 1.0];
    #[rustfmt::skip]
    const E: [f64; 8] = [2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
                         0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103];
    #[rustfmt::skip]
    const F: [f64; 8] = [2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 7.868691311456133e-4,
                         0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1.0];
    let r = (-p.ln()).sqrt();
    if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else if r < f64::INFINITY {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    } else {
        r
    }
}

/// The point below which a normal variable falls with probability `p`.
///
/// Source: Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988), PPND16.
pub fn norm_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        q * quantile_centre(q)
    } else if q < 0.0 {
        -quantile_tail(p)
    } else {
        quantile_tail(1.0 - p)
    }
}

/// The inverse of `erf`, by the quantile of `(1 + x) / 2`, whose distances from 1/2 and 1 are exact.
pub fn erf_inv(x: f64) -> f64 {
    let a = x.abs();
    let y = if a <= 0.85 { 0.5 * a * quantile_centre(0.5 * a) } else { quantile_tail(0.5 * (1.0 - a)) };
    (y * FRAC_1_SQRT_2).copysign(x)
}

// ---- Exponentials ----------------------------------------------------------------------------------------------------

// Generic, so that they can be recorded.

/// `1 / (1 + e⁻ˣ)`, with an exponential that does not overflow.
pub fn logistic<T: Float>(x: T) -> T {
    let e = (-x.abs()).exp();
    x.if_less(T::zero(), || e / (T::one() + e), || (T::one() + e).recip())
}

/// `ln(p / (1 - p))`. About 1/2, where it is zero, `2p - 1` is exact.
pub fn logit<T: Float>(p: T) -> T {
    let low = || p.ln() - (-p).ln_1p();
    let high = || p.ln() - (T::one() - p).ln();
    let middle = || {
        let d = T::lit(2.0) * p - T::one();
        d.if_less(T::zero(), || -(-d / p).ln_1p(), || (d / (T::one() - p)).ln_1p())
    };
    p.if_less(T::lit(0.25), low, || T::lit(0.75).if_less(p, high, middle))
}

/// `ln(1 + eˣ)`.
pub fn softplus<T: Float>(x: T) -> T {
    let e = (-x.abs()).exp();
    T::zero().if_less(x, || x + e.ln_1p(), || e.ln_1p())
}

/// `ln(1 - eˣ)`.
///
/// Source: Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012.
pub fn log1mexp<T: Float>(x: T) -> T {
    T::lit(-LN_2).if_less(x, || (-x.exp_m1()).ln(), || (-x.exp()).ln_1p())
}

/// `ln(eˣ + eʸ)`.
pub fn log_add_exp<T: Float>(x: T, y: T) -> T {
    let sum = |small: T, large: T| large + (small - large).exp().ln_1p();
    let of_equal = || y.abs().if_less(T::infinity(), || x + T::lit(LN_2), || x + y); // or NaN
    x.if_less(y, || sum(x, y), || y.if_less(x, || sum(y, x), of_equal))
}

/// `x Φ(x)`, and its limit -0 below. In the far tail by the asymptotic series, DLMF 7.12.1: `Φ` would be subnormal first.
pub fn gelu(x: f64) -> f64 {
    if x > -37.0 || x.is_nan() {
        x * norm_cdf(x)
    } else {
        let square = (x * x).recip();
        let series = (0..8).rev().fold(1.0, |sum, k| 1.0 - sum * square * f64::from(2 * k + 1));
        -norm_pdf(0, x).abs() * series
    }
}

/// `x / (1 + e⁻ˣ)`, and its limit -0 below, also where `eˣ` is subnormal first.
pub fn silu(x: f64) -> f64 {
    if x == f64::NEG_INFINITY {
        -0.0
    } else if x < -40.0 {
        let root = (0.5 * x).exp();
        x * root * root
    } else {
        x * logistic(x)
    }
}

// ---- Sines -----------------------------------------------------------------------------------------------------------

/// `x` less the nearest even number, in `[-1, 1]`, exact.
fn turns(x: f64) -> f64 {
    x - 2.0 * (0.5 * x).round()
}

/// `sin(πx)`, exact at multiples of 1/2.
pub fn sin_pi(x: f64) -> f64 {
    let r = turns(x);
    let a = r.abs();
    let y = if a <= 0.25 {
        (PI * a).sin()
    } else if a <= 0.75 {
        (PI * (0.5 - a)).cos()
    } else {
        (PI * (1.0 - a)).sin()
    };
    y.copysign(r)
}

/// `cos(πx)`, exact at multiples of 1/2.
pub fn cos_pi(x: f64) -> f64 {
    let a = turns(x).abs();
    if a <= 0.25 {
        (PI * a).cos()
    } else if a <= 0.75 {
        (PI * (0.5 - a)).sin()
    } else {
        -(PI * (1.0 - a)).cos()
    }
}
