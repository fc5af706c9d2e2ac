//! The far tail of the normal distribution: scaled and as a logarithm, with all derivatives.
//!
//! Everything rests on the integrals `Jₙ(w) = ∫₀^∞ sⁿ exp(-s²/2 - s w) ds`, the moments of what is left of the tail beyond `w`. Their
//! signs do not alternate, so derivatives of any order are as accurate as the value. The obvious formula for the derivative of
//! `exp(x²) erfc x`, which is `2x exp(x²) erfc x - 2/√π`, cancels more with each order and with growing `x`.

use super::rules::normal::{times_erf_slope, times_norm_pdf};
use super::values::{erf_slope, norm_cdf, norm_pdf};
use crate::float::Float;
use crate::rules::dialect::define_rules;
use crate::rules::{MOST, where_far};
use core::f64::consts::{FRAC_2_SQRT_PI, LN_2, SQRT_2, TAU};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

// ---- Rows ------------------------------------------------------------------------------------------------------------

define_rules! {
    [Scaled]

    /// Derivative of order `n` of `exp(x²) erfc x`; its derivative is the next one.
    pub Erfcx(n: u32) = erfcx(x) { f64 [erfcx(n, x)] |x, _| x.unary(Erfcx(n.saturating_add(1))),
        through |t, slope, x, y| times_erfcx_slope(t, slope, n, x, y) };

    /// Derivative of order `n` of `ln erfc x`; its derivative is the next one.
    pub LogErfc(n: u32) = log_erfc(x) { f64 [log_erfc(n, x)] |x, _| x.unary(LogErfc(n.saturating_add(1))),
        // Left of here `erfc` is 2.
        through |t, slope, x, _| x.if_less(T::lit(-8.0), || times_erf_slope(t * T::lit(-0.5), n, x, || t * slope), || t * slope) };

    /// Derivative of order `n` of `ln Φ(x)`; its derivative is the next one.
    pub LogNormCdf(n: u32) = log_norm_cdf(x) { f64 [log_norm_cdf(n, x)] |x, _| x.unary(LogNormCdf(n.saturating_add(1))),
        through |t, slope, x, _| T::lit(12.0).if_less(x, || times_norm_pdf(t, n, x, || t * slope), || t * slope) };
}

/// `t` times the slope of the derivative `y` of order `n` of `exp(x²) erfc x`. Far out that is a power of `x`; on the other side it
/// overflows, and is `2x y + 2n y'` with the derivative `y'` before it.
fn times_erfcx_slope<T: Float>(t: T, slope: T, n: u32, x: T, y: T) -> T {
    let order = T::lit(n.into());
    let by_two = || {
        let before = if n == 0 { T::zero() } else { t * x.unary(Erfcx(n - 1)) * order };
        ((t * y) * x + before) * T::lit(2.0)
    };
    let right = || where_far(x, || -(t / x * y * (order + T::one())), || t * slope);
    x.if_less(T::lit(-8.0), by_two, right)
}

// ---- Moments ---------------------------------------------------------------------------------------------------------

/// From here on the moments are computed. Below, recurrences from small orders to large ones lose little, and this one is slow.
const MOMENTS: f64 = 0.4;

/// `J₀(w)`, and the ratios `Jₙ₊₁ / Jₙ`, for `w >= MOMENTS`.
///
/// They follow from large orders to small ones, in the stable direction, by `n Jₙ₋₁ = w Jₙ + Jₙ₊₁` and `1 = w J₀ + J₁`. An error in the
/// first ratio fades like `exp(-2 w √(2n))`.
#[inline]
fn moments(w: f64) -> (f64, [f64; MOST]) {
    let first = MOST as f64 + (25.0 + 220.0 / (w * w)).floor();
    let mut ratios = [0.0; MOST];
    let mut ratio = 2.0 * (first + 1.0) / (w + (w * w + 4.0 * (first + 1.0)).sqrt());
    let mut n = first;
    while n >= 1.0 {
        ratio = n / (w + ratio);
        n -= 1.0;
        if (n as usize) < MOST {
            ratios[n as usize] = ratio;
        }
    }
    ((w + ratio).recip(), ratios)
}

/// The cumulant of order `n >= 1` of `s` under the density `exp(-s²/2 - s w) / J₀`: the derivative of order `n` of `ln J₀(-x)` at
/// `x = -w`.
#[inline]
fn cumulant(n: usize, w: f64) -> f64 {
    let (_, ratios) = moments(w);
    let mut moment = [1.0; MOST + 1];
    let mut cumulant = [0.0; MOST + 1];
    for k in 1..=n {
        moment[k] = moment[k - 1] * ratios[k - 1];
        let mut binomial = 1.0; // of k - 1 over i - 1
        cumulant[k] = moment[k];
        for i in 1..k {
            cumulant[k] -= binomial * cumulant[i] * moment[k - i];
            binomial *= (k - i) as f64 / i as f64;
        }
    }
    cumulant[n]
}

/// The derivative of order `n` of the solution of `h' = sign h (h + c x)` that has the value `h` at `x`: of the ratios of a density to
/// its tail.
#[inline]
fn derivative_of_hazard(n: usize, h: f64, x: f64, sign: f64, c: f64) -> f64 {
    if h == 0.0 {
        return 0.0; // far in the other tail, where c x may be infinite
    }
    let (mut all, mut factor) = ([0.0; MOST + 1], [0.0; MOST + 1]); // derivatives of h and of h + c x
    all[0] = h;
    for k in 0..n {
        factor[k] = all[k] + [c * x, c].get(k).unwrap_or(&0.0);
        let mut binomial = 1.0;
        for i in 0..=k {
            all[k + 1] += sign * binomial * all[i] * factor[k - i];
            binomial *= (k - i) as f64 / (i + 1) as f64;
        }
    }
    all[n]
}

// ---- Values ----------------------------------------------------------------------------------------------------------

/// `exp(x²)` with all digits: `x²` rounded would cost as many ulps as the exponent is large.
#[inline]
fn exp_of_square(x: f64) -> f64 {
    let head = f64::from_bits(x.to_bits() & !0x07ff_ffff); // 26 bits, whose square is exact
    ((x - head) * (x + head)).exp() * (head * head).exp()
}

/// The derivative of order `n` of `exp(x²) erfc x`.
///
/// Source: DLMF 7.18, since it is `(-2)ⁿ n! exp(x²)` times the repeated integral of order `n`.
#[inline]
fn erfcx(n: u32, x: f64) -> f64 {
    let plain = || if x < -27.0 { f64::INFINITY } else { libm::erfc(x) * exp_of_square(x) };
    if x.is_nan() || n as usize > MOST {
        f64::NAN
    } else if x * SQRT_2 >= MOMENTS {
        if n == 0 && x < 5.0 {
            return plain();
        }
        let (j0, ratios) = moments(x * SQRT_2);
        let first = j0 * (0.5 * SQRT_2 * FRAC_2_SQRT_PI);
        ratios[..n as usize].iter().fold(first, |product, ratio| product * -SQRT_2 * ratio)
    } else {
        let next = |(before, last): (f64, f64), k: u32| {
            let inhomogeneous = if k == 0 { -FRAC_2_SQRT_PI } else { 2.0 * f64::from(k) * before };
            (last, 2.0 * x * last + inhomogeneous)
        };
        (0..n).fold((0.0, plain()), next).1
    }
}

/// The derivative of order `n` of `ln erfc x`.
#[inline]
fn log_erfc(n: u32, x: f64) -> f64 {
    let n = n as usize;
    let w = x * SQRT_2;
    if x.is_nan() || n > MOST {
        return f64::NAN;
    }
    match n {
        0 if x < -0.5 => LN_2 + (-0.5 * libm::erfc(-x)).ln_1p(),
        0 if x < 0.5 => (-libm::erf(x)).ln_1p(),
        0 if x < 26.0 => libm::erfc(x).ln(),
        0 => erfcx(0, x).ln() - x * x,
        _ if w < MOMENTS => -derivative_of_hazard(n - 1, erf_slope(0, x) / libm::erfc(x), x, 1.0, -2.0),
        1 => -SQRT_2 / moments(w).0,
        2 => 2.0 * cumulant(2, w) - 2.0,
        _ => (0..n).fold(cumulant(n, w), |product, _| product * -SQRT_2),
    }
}

/// The derivative of order `n` of `ln Φ(x)`.
#[inline]
fn log_norm_cdf(n: u32, x: f64) -> f64 {
    let n = n as usize;
    if x.is_nan() || n > MOST {
        return f64::NAN;
    }
    match n {
        0 if x > 0.0 => (-norm_cdf(-x)).ln_1p(),
        0 if x > -37.0 => norm_cdf(x).ln(),
        0 => moments(-x).0.ln() - 0.5 * TAU.ln() - 0.5 * x * x,
        _ if x > -MOMENTS => derivative_of_hazard(n - 1, norm_pdf(0, x) / norm_cdf(x), x, -1.0, 1.0),
        1 => moments(-x).0.recip(),
        2 => cumulant(2, -x) - 1.0,
        _ => cumulant(n, -x),
    }
}
