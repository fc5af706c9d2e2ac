//! Modified Bessel functions of real order, plain, scaled and as logarithms.
//!
//! Sums and integrals here have terms of one sign wherever there are such. `Kᵥ` and its derivatives by argument and order are integrals of
//! positive functions; so is `Iᵥ` for moderate arguments, and its power series.

use super::Special;
use super::rules::bessel as passing;
use super::shape::{self, OfShapes};
use super::wide::{self, OfTwo, Real, Wide};
use crate::float::{Float, Primitive};
use crate::rules::{self, dialect::define_rules};
use core::f64::consts::{FRAC_2_PI, LN_2, PI};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

// ---- Rows ------------------------------------------------------------------------------------------------------------

define_rules! {
    /// Modified Bessel function of the first kind of `x` and the order, or its derivative.
    pub BesselI[
        /// Whether it is `exp(-|x|) I`, differentiated as a whole.
        scaled: bool,
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order, up to 4.
        by_order: u32
    ] = bessel_i(x, order) { f64 [bessel_i(BesselI { scaled, by_x, by_order }, x, order)]
        |x, order, _| x.binary(BesselI { scaled, by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(BesselI { scaled, by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_i(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        },
        |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_i_by_order(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        } };

    /// Modified Bessel function of the second kind of `x` and the order, or its derivative.
    pub BesselK[
        /// Whether it is `exp(x) K`, differentiated as a whole.
        scaled: bool,
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order.
        by_order: u32
    ] = bessel_k(x, order) { f64 [bessel_k(BesselK { scaled, by_x, by_order }, x, order)]
        |x, order, _| x.binary(BesselK { scaled, by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(BesselK { scaled, by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_k(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        },
        |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_k_by_order(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        } };

    /// Logarithm of the modified Bessel function of the first kind for `x > 0` and orders from 0, or its derivative, by both
    /// together up to the fourth order.
    pub LnBesselI[
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order.
        by_order: u32
    ] = ln_bessel_i(x, order) { f64 [ln_bessel_i(LnBesselI { by_x, by_order }, x, order)]
        |x, order, _| x.binary(LnBesselI { by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(LnBesselI { by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, _| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_ln_i(t, slope, x, order),
            _ => t * slope,
        },
        |t, slope, _, _, _| t * slope };

    /// Logarithm of the modified Bessel function of the second kind or its derivative, by both arguments together up to the fourth
    /// order.
    pub LnBesselK[
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order.
        by_order: u32
    ] = ln_bessel_k(x, order) { f64 [ln_bessel_k(LnBesselK { by_x, by_order }, x, order)]
        |x, order, _| x.binary(LnBesselK { by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(LnBesselK { by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, _| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_ln_k(t, slope, x, order),
            _ => t * slope,
        },
        |t, slope, _, _, _| t * slope };
}

// ---- Numbers of any size ---------------------------------------------------------------------------------------------

/// `factor exp(log)`, where the exponential may leave the range and the product does not.
#[inline]
fn times_exp<T: Float>(factor: T, log: T) -> T {
    if log.base().widen().abs() < 600.0 { factor * log.exp() } else { rules::times_exp(factor, log) }
}

#[inline]
fn binomial(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1))
}

#[inline]
fn sign_of(n: u32) -> f64 {
    if n.is_multiple_of(2) { 1.0 } else { -1.0 }
}

// ---- The second kind -------------------------------------------------------------------------------------------------

/// A derivative of `Kᵥ(x)` or of the scaled one, for `x > 0`, as a factor and a logarithm, by the trapezoidal rule, whose error is
/// exponentially small here, for
///
/// > `∫₀^∞ (-cosh t)ᵏ tᵐ cosh(νt) exp(-x cosh t) dt`,
///
/// with `sinh` for odd `m`; the scaled one has `cosh t - 1` for `cosh t`. No term has another sign than the others. For `x < 2` it is
/// `t = s + ln(2/x)`, and a power of `2/x` comes before the integral.
///
/// Source: DLMF 10.32.9.
#[inline]
fn integral_of_k(row: BesselK, x: f64, order: f64) -> (f64, f64) {
    let nu = order.abs();
    let is_small = x < 2.0;
    let shift = if is_small { LN_2 - x.ln() } else { 0.0 };
    let quarter = 0.25 * x * x;
    // The exponent, without a factor exp(-x) or the power of 2 / x.
    let exponent = |t: f64| {
        if is_small {
            let s = t - shift;
            nu * s - s.exp() - quarter * (-s).exp()
        } else {
            let sinh = (0.5 * t).sinh();
            nu * t - x * (2.0 * sinh * sinh)
        }
    };
    let peak = if is_small { (0.5 * (nu + (nu * nu + x * x).sqrt())).ln() + shift } else { (nu / x).asinh() };
    let peak = f64::max(peak, 0.0);
    let largest = exponent(peak);
    let scale = if largest.abs() < 200.0 { 0.0 } else { largest };
    let step = f64::min(0.2, 0.6 / x.hypot(nu).sqrt());
    let odd = row.by_order % 2 == 1;
    // Below the peak the integrand falls like a bell, or for small x like exp(νt).
    let before = if is_small { 65.0 / nu + 8.0 } else { 0.0 } + 15.0 / x.hypot(nu).sqrt();
    let mut sum = 0.0;
    let mut j = f64::max(((peak - before) / step).floor(), 0.0);
    loop {
        let t = j * step;
        let e = exponent(t);
        if (t > peak && e < largest - 60.0) || e.is_nan() {
            break;
        }
        if e > largest - 60.0 {
            let both = if odd { -(-2.0 * nu * t).exp_m1() } else { 1.0 + (-2.0 * nu * t).exp() };
            let cosh = if row.scaled {
                let sinh = (0.5 * t).sinh();
                2.0 * sinh * sinh
            } else if is_small {
                let s = t - shift;
                (s.exp() + quarter * (-s).exp()) / x
            } else {
                t.cosh()
            };
            let weight = if j == 0.0 { 0.25 } else { 0.5 };
            sum += weight * both * (e - scale).exp() * cosh.powi(row.by_x as i32) * t.powi(row.by_order as i32);
        }
        j += 1.0;
    }
    let sign = sign_of(row.by_x) * if odd && order < 0.0 { -1.0 } else { 1.0 };
    let outside = match (is_small, row.scaled) {
        (true, true) => x,
        (false, false) => -x,
        _ => 0.0,
    };
    (sign * sum * step, scale + outside)
}

/// Larger orders are not supported: the integral has too few digits then, and the series too many terms.
const LARGEST_ORDER: f64 = 1e6;

/// `true` where the power series of `Iᵥ` would have too many terms.
#[inline]
fn is_out_of_reach(x: f64, order: f64) -> bool {
    x > 1e5 && !is_far(x, order)
}

/// A derivative of `Kᵥ(x)`.
#[inline]
fn bessel_k(row: BesselK, x: f64, order: f64) -> f64 {
    if x.is_nan() || x < 0.0 || !(-LARGEST_ORDER..=LARGEST_ORDER).contains(&order) {
        f64::NAN
    } else if x == 0.0 {
        if row.by_order % 2 == 1 && order == 0.0 {
            0.0
        } else {
            let sign = sign_of(row.by_x) * if row.by_order % 2 == 1 { order.signum() } else { 1.0 };
            f64::INFINITY * sign
        }
    } else if x == f64::INFINITY {
        0.0
    } else if row.scaled && (2..=4).contains(&row.by_x.saturating_add(row.by_order)) && WIDE_ARGUMENTS.contains(&x) {
        // Small beside those of either factor
        let (BesselK { scaled, by_x, by_order }, nu) = (row, order.abs());
        let sign = if by_order % 2 == 1 && order < 0.0 { -1.0 } else { 1.0 };
        sign * wide::derivative(&WideLnOfK { scaled, by_x, by_order, x, nu }, [by_x, by_order], [x, nu])
            .unwrap_or(f64::NAN)
    } else {
        let (factor, log) = integral_of_k(row, x, order);
        let value = times_exp(factor, log);
        if x < 2.0 { value * (2.0 / x).powf(order.abs()) } else { value }
    }
}

/// The logarithm of `Kᵥ(x)` for `ν >= 0`, of the order and the argument.
///
/// The integral is [`integral_of_k`] over all `t`, that of `exp(νt - x cosh t) / 2`. Its logarithm is differentiated about the means of
/// what multiplies `ν` and `x`. Of second derivatives exponents of this size leave too few digits.
struct LnOfK;

impl OfShapes for LnOfK {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, [nu, x]: [T; 2]) -> T {
        let (nu0, x0) = (nu.base(), x.base());
        let is_small = x0 < 2.0;
        let log_of_quarter = 2.0 * (x0.ln() - LN_2); // x²/4 may be 0
        // What multiplies -x, or -x² for small x in units of that at the point; and the exponent.
        let at = |t: f64| {
            if is_small {
                let falling = (log_of_quarter - t).exp();
                (falling, nu0 * t - t.exp() - falling)
            } else {
                let sinh = (0.5 * t).sinh();
                let less = 2.0 * sinh * sinh;
                (less, nu0 * t - x0 * less)
            }
        };
        let root = nu0.hypot(x0);
        let peak = if is_small { (0.5 * (nu0 + root)).ln() } else { (nu0 / x0).asinh() };
        let largest = at(peak).1;
        let step = f64::min(0.2, 0.6 / root.sqrt());
        let nodes = || {
            let from = |first: f64, direction: f64| {
                let places = (0_u32..).map(move |j| peak + direction * step * (first + f64::from(j)));
                places.map(move |t| (t, at(t))).take_while(move |(_, (_, e))| *e > largest - 60.0)
            };
            from(0.0, 1.0).chain(from(1.0, -1.0))
        };
        let mut sums = [0.0; 3];
        for (t, (factor, e)) in nodes() {
            let weight = (e - largest).exp();
            for (sum, value) in sums.iter_mut().zip([1.0, t, factor]) {
                *sum += weight * value;
            }
        }
        let (mean, mean_factor) = (sums[1] / sums[0], sums[2] / sums[0]);
        let by_order = nu - T::lit(nu0);
        let by_x = if is_small { x / x0 * (x / x0) - T::one() } else { x - T::lit(x0) };
        let sum: T = nodes()
            .map(|(t, (factor, e))| {
                let moved = by_order * T::lit(t - mean) - by_x * T::lit(factor - mean_factor);
                moved.exp() * T::lit((e - largest).exp())
            })
            .sum();
        let linear = by_order * T::lit(mean) - by_x * T::lit(mean_factor);
        let before = if is_small { nu * (T::lit(LN_2) - x.ln()) } else { -x };
        before + (linear + ((sum * T::lit(0.5 * step)).ln() + T::lit(largest)))
    }
}

/// The same near a point and for derivatives of any order, with exponents of twice the digits.
///
/// For `x < 1` it is `t = s + ln(2/x)`, and the exponent is
/// `νs - eˢ - (x²/4) e⁻ˢ` after a factor `(2/x)ᵛ`: then what depends on `x` alone, or linearly on `ν`, is outside, and what remains is as
/// small as mixed derivatives are. The integrand is expanded about the means of what multiplies the steps in `ν` and `x`, so that
/// derivatives of the logarithm are made of central moments.
///
/// Beyond [`WIDE_ARGUMENTS`] the integral has too many terms, or `cosh t - 1` too few digits.
struct WideLnOfK {
    /// Whether it is `exp(x) Kᵥ(x)` instead.
    scaled: bool,
    by_x: u32,
    by_order: u32,
    x: f64,
    nu: f64,
}

/// Where [`WideLnOfK`] is used.
const WIDE_ARGUMENTS: core::ops::Range<f64> = 1e-30..1e10;

impl OfTwo for WideLnOfK {
    #[inline]
    fn eval<R: Real>(&self, [x, nu]: [R; 2]) -> Option<R> {
        let (x0, nu0) = (self.x, self.nu);
        let is_small = x0 < 1.0;
        let one = Wide::lit(1.0);
        let log_of_half = Wide::lit(0.5 * x0).ln();
        // What multiplies minus the relative step in x (or x², if it is small), and the exponent.
        let at = |t: f64| {
            let t = Wide::lit(t);
            if is_small {
                let falling = (log_of_half + log_of_half - t).exp();
                (falling, Wide::lit(nu0) * t - t.exp() - falling)
            } else {
                let e = t.exp();
                let less = Wide::lit(x0) * ((e + one / e) * Wide::lit(0.5) - one);
                (less, Wide::lit(nu0) * t - less)
            }
        };
        let root = nu0.hypot(x0);
        let peak = if is_small { f64::max(0.5 * (nu0 + root), 0.02).ln() } else { (nu0 / x0).asinh() };
        // A power of two, so that places are exact.
        let step = 2.0_f64.powf(f64::min(0.125, 0.5 / root.sqrt()).log2().floor());
        let peak = (peak / step).round() * step;
        let largest = at(peak).1;
        // Moments of the step in x, up to an order each, until nothing is added to any of them.
        let powers = 0..=self.by_x as i32;
        let each = |visit: &mut dyn FnMut(f64, Wide, Wide)| {
            for direction in [1.0, -1.0] {
                let mut most = [0.0; wide::HIGHEST + 1];
                let mut j = if direction > 0.0 { 0.0 } else { 1.0 };
                loop {
                    let t = peak + direction * step * j;
                    let (factor, exponent) = at(t);
                    let weight = (exponent - largest).exp();
                    visit(t, factor, weight);
                    let of_factor = |q: i32| if q == 0 { 0.0 } else { f64::from(q) * factor.base().ln() };
                    let log = |q: i32| (exponent - largest).base() + of_factor(q);
                    let is_over = powers.clone().all(|q| {
                        let most = &mut most[q as usize];
                        *most = if j <= 1.0 { log(q) } else { most.max(log(q)) };
                        log(q) < *most - 75.0 || log(q).is_nan()
                    });
                    if is_over {
                        break;
                    }
                    j += 1.0;
                }
            }
        };
        let mut sums = [0.0; 3];
        each(&mut |t, factor, weight| {
            for (sum, value) in sums.iter_mut().zip([1.0, t, factor.base()]) {
                *sum += weight.base() * value;
            }
        });
        let (mean, mean_factor) = (sums[1] / sums[0], sums[2] / sums[0]);
        let mut moments = [[Wide::lit(0.0); wide::HIGHEST + 1]; wide::HIGHEST + 1];
        each(&mut |t, factor, weight| {
            let mut by_x = weight;
            for row in &mut moments[..=self.by_x as usize] {
                let mut both = by_x;
                for moment in &mut row[..=self.by_order as usize] {
                    *moment = *moment + both;
                    both = both * (Wide::lit(t) - Wide::lit(mean));
                }
                by_x = by_x * (Wide::lit(mean_factor) - factor);
            }
        });
        let by_order = nu - R::lit(nu0);
        let relative = x / R::lit(x0) - R::lit(1.0);
        let by_x = if is_small { relative * (relative + R::lit(2.0)) } else { relative };
        let sum = (0..=self.by_x as usize).rev().fold(R::lit(0.0), |sum, q| {
            let inner = (0..=self.by_order as usize)
                .rev()
                .fold(R::lit(0.0), |sum, p| sum * by_order / R::lit(p as f64 + 1.0) + R::wide(moments[q][p]));
            sum * by_x / R::lit(q as f64 + 1.0) + inner
        });
        let linear = by_order * R::lit(mean) - by_x * R::lit(mean_factor);
        let before = if is_small { -(nu * (x / R::lit(2.0)).ln()) } else { -x };
        let log = before + linear + (sum * R::lit(0.5 * step)).ln() + R::wide(largest);
        Some(if self.scaled { (log + x).exp() } else { log })
    }
}

#[inline]
fn ln_bessel_k(row: LnBesselK, x: f64, order: f64) -> f64 {
    let LnBesselK { by_x, by_order } = row;
    if x.is_nan() || x < 0.0 || !(-LARGEST_ORDER..=LARGEST_ORDER).contains(&order) {
        f64::NAN
    } else if x == 0.0 {
        if by_x == 0 && by_order == 0 { f64::INFINITY } else { f64::NAN }
    } else if x == f64::INFINITY {
        match (by_x, by_order) {
            (0, 0) => -x,
            (1, 0) => -1.0,
            _ => 0.0,
        }
    } else {
        let sign = if by_order % 2 == 1 && order < 0.0 { -1.0 } else { 1.0 };
        if by_x.saturating_add(by_order) > 4 {
            return f64::NAN;
        }
        let nu = order.abs();
        // Near the order 0 the mean of `t` is a small difference.
        let is_simple = by_x + by_order == 0 || (by_x + by_order == 1 && (by_x == 1 || nu > 0.25));
        sign * if is_simple || !WIDE_ARGUMENTS.contains(&x) {
            shape::derivative(&LnOfK, [by_order, by_x], [nu, x])
        } else {
            wide::derivative(&WideLnOfK { scaled: false, by_x, by_order, x, nu }, [by_x, by_order], [x, nu])
                .unwrap_or(f64::NAN)
        }
    }
}

// ---- The first kind --------------------------------------------------------------------------------------------------

/// From here on the asymptotic series has all digits.
#[inline]
fn is_far(x: f64, order: f64) -> bool {
    x > 19.0 + 0.25 * order * order
}

/// A derivative of `Iᵥ(x)` by `x` for `x > 0` and an order `ν >= 0`, as a factor and a logarithm, by the power series. DLMF 10.25.2.
#[inline]
fn power_series<T: Float<Base = f64>>(by_x: u32, x: f64, nu: T) -> (T, T) {
    let quarter = T::lit(0.25 * x * x);
    let falling = |j: T| (0..by_x).fold(T::one(), |f, i| f * (j + j + nu - T::lit(f64::from(i))));
    // Terms whose power of `x` is less than the order of the derivative are 0. The series starts behind them, since the power of a
    // small `x` that goes with them is out of range.
    let missing = f64::from(by_x) - nu.base();
    let vanishes = nu.is_constant() && missing > 0.0 && missing.fract() == 0.0;
    let first = if vanishes { (0.5 * missing).ceil() as u32 } else { 0 };
    let (mut j, mut log) = (T::lit(f64::from(first)), T::zero());
    let mut term = (1..=first).map(|k| T::lit(f64::from(k))).fold(T::one(), |term, k| term / (k * (nu + k)));
    let mut sum = term * falling(j);
    loop {
        j += T::one();
        term *= quarter / (j * (nu + j));
        let next = term * falling(j);
        sum += next;
        if next.base() <= 1e-20 * sum.base().abs() && j.base() > f64::from(by_x) || sum.is_nan() {
            break;
        }
        if sum.base() > 1e200 {
            (sum, term) = (sum * T::lit(1e-200), term * T::lit(1e-200));
            log += T::lit(200.0 * core::f64::consts::LN_10);
        }
    }
    let skipped = T::lit(2.0 * f64::from(first));
    if nu > T::lit(100.0) {
        let power_of_x = T::lit(x.recip().powi(by_x as i32));
        (sum * power_of_x, log + (nu + skipped) * T::lit((0.5 * x).ln()) - (nu + T::one()).ln_gamma())
    } else {
        let power = T::lit(0.5 * x).powf(nu + (skipped - T::lit(f64::from(by_x)))) * T::lit(0.5_f64.powi(by_x as i32));
        (sum * power / (nu + T::one()).gamma(), log)
    }
}

/// A derivative of `exp(-x) Iᵥ(x)` by `x` for large `x`. DLMF 10.40.1.
#[inline]
fn asymptotic_series<T: Float<Base = f64>>(by_x: u32, x: f64, nu: T) -> T {
    let rising = |n: f64| (0..by_x).fold(1.0, |f, i| -f * (n + 0.5 + f64::from(i)) / x);
    let (mut sum, mut term, mut n) = (T::lit(rising(0.0)), T::one(), 0.0);
    let square = nu * nu * T::lit(4.0);
    while n < 60.0 && n < 2.0 * x {
        n += 1.0;
        let odd = 2.0 * n - 1.0;
        term *= (T::lit(odd * odd) - square) / T::lit(8.0 * n * x);
        sum += term * T::lit(rising(n));
    }
    sum / T::lit((2.0 * PI * x).sqrt())
}

/// A derivative of `exp(-x) Iᵥ(x)` by `x` for moderate `x` and `ν >= 0`, by Poisson's integral
///
/// > `(x/2)ᵛ / (√π Γ(ν + 1/2)) ∫ (1 - s²)^(ν - 1/2) exp(-x (1 - s)) ds`
///
/// over `s = -1 .. 1`, with `s = tanh u`: its derivatives have one sign each. DLMF 10.32.2.
#[inline]
fn poisson_integral<T: Float<Base = f64>>(by_x: u32, x: f64, nu: T) -> T {
    const MOST: usize = 25;
    let mut moments = [T::zero(); MOST];
    let power = nu + nu + T::one();
    let step = f64::min(0.125, 0.45 / (power.base() + x).sqrt());
    let end = 45.0 / power.base() + 0.5 * (2.0 * x + 1.0).ln() + 2.0;
    let steps = (end / step).ceil() as i32;
    for j in -steps..=steps {
        let u = f64::from(j) * step;
        let less = 2.0 / (1.0 + (2.0 * u).exp()); // 1 - tanh u
        let log_cosh = u.abs() + (0.5 + 0.5 * (-2.0 * u.abs()).exp()).ln();
        let mut term = (-(power * T::lit(log_cosh)) - T::lit(x * less)).exp();
        for moment in &mut moments[..=by_x as usize] {
            *moment += term;
            term *= T::lit(-less);
        }
    }
    let mut sum = T::zero();
    let mut falling = T::one();
    for i in 0..=by_x {
        sum += falling * moments[(by_x - i) as usize] * T::lit(binomial(by_x, i));
        falling *= (nu - T::lit(f64::from(i))) / T::lit(x);
    }
    sum * T::lit(step / PI.sqrt()) * T::lit(0.5 * x).powf(nu) / (nu + T::lit(0.5)).gamma()
}

/// `true` where derivatives by the order come from [`schlaefli_integral`].
#[inline]
fn is_near_diagonal(x: f64, nu: f64) -> bool {
    x > 1.0 && nu * nu < 4.0 * x
}

/// A derivative by the order of `Iᵥ(x)` or the scaled one, for `x` above 1 and above a quarter of the square of the order.
///
/// The derivatives of the power series cancel there, so it is Schläfli's integral
///
/// > `∫₀^π exp(x cos θ) cos(νθ) dθ / π - sin(νπ)/π ∫₀^∞ exp(-x cosh t - νt) dt`.
///
/// Sources: DLMF 10.32.4; Takahasi & Mori, *Double exponential formulas for numerical integration*, Publ. RIMS 9 (1974).
#[inline]
fn schlaefli_integral(row: BesselI, x: f64, nu: f64) -> f64 {
    const STEP: f64 = 1.0 / 32.0;
    let BesselI { scaled, by_x, by_order } = row;
    let less = if scaled { 1.0 } else { 0.0 };
    let (k, m) = (by_x as i32, by_order as i32);
    // The derivative of order i of the sine of ν times an angle, from the phase on.
    let wave = |i: u32, phase: f64, angle: f64| {
        let (sin, cos) = (nu * angle).sin_cos();
        let turned = [sin, cos, -sin, -cos][(i as usize + if phase > 0.0 { 1 } else { 0 }) % 4];
        turned * angle.powi(i as i32)
    };
    let (mut sum, mut rest) = (0.0, 0.0);
    for j in -108..=108 {
        let u = f64::from(j) * STEP;
        let e = (-PI * u.sinh()).exp();
        let theta = PI / (1.0 + e);
        let weight = PI * PI * u.cosh() * e / ((1.0 + e) * (1.0 + e));
        let sine = (0.5 * theta).sin();
        let lower = -2.0 * sine * sine; // cos θ - 1
        let base = if scaled { lower } else { lower + 1.0 };
        sum += weight * (x * lower).exp() * base.powi(k) * wave(by_order, 1.0, theta);
    }
    for j in -128..=80 {
        let u = f64::from(j) * STEP;
        let t = (u - (-u).exp()).exp();
        let cosh = t.cosh();
        let weight = t * (1.0 + (-u).exp()) * (-x * (cosh + 1.0) - nu * t).exp() * (-cosh - less).powi(k);
        let by_order = (0..=by_order).map(|i| binomial(by_order, i) * wave(i, 0.0, PI) * (-t).powi(m - i as i32));
        rest += weight * by_order.sum::<f64>();
    }
    times_exp((sum - rest) * (STEP / PI), if scaled { 0.0 } else { x })
}

/// A derivative of `Iᵥ(x)` or the scaled one for `x > 0`, as a function of the order `ν >= 0`.
struct OfOrder {
    row: BesselI,
    x: f64,
}

impl OfShapes for OfOrder {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, [nu, _]: [T; 2]) -> T {
        let (BesselI { scaled, by_x, .. }, x) = (self.row, self.x);
        // What the series lacks of all digits, about exp(-2x), grows with each derivative.
        if is_far(x - 3.0 * f64::from(by_x), nu.base()) {
            if scaled {
                return asymptotic_series(by_x, x, nu);
            }
            let terms = (0..=by_x).map(|i| asymptotic_series(i, x, nu) * T::lit(binomial(by_x, i)));
            return times_exp(terms.fold(T::zero(), |sum, term| sum + term), T::lit(x));
        }
        if !scaled {
            let (factor, log) = power_series(by_x, x, nu);
            return times_exp(factor, log);
        }
        if by_x > 0 && by_x < 25 && x > 0.5 && nu < T::lit(100.0) {
            return poisson_integral(by_x, x, nu);
        }
        (0..=by_x).fold(T::zero(), |sum, i| {
            let (factor, log) = power_series(i, x, nu);
            sum + times_exp(factor, log - T::lit(x)) * T::lit(binomial(by_x, i) * sign_of(by_x - i))
        })
    }
}

/// A derivative of `Iᵥ(x)` or the scaled one.
#[inline]
fn bessel_i(row: BesselI, x: f64, order: f64) -> f64 {
    let BesselI { by_x, by_order, scaled } = row;
    let is_integer = order.fract() == 0.0;
    if x.is_nan() || !(-LARGEST_ORDER..=LARGEST_ORDER).contains(&order) || is_out_of_reach(x.abs(), order) {
        f64::NAN
    } else if x < 0.0 {
        if !is_integer || by_order > 0 {
            return f64::NAN;
        }
        let sign = sign_of(by_x) * if order % 2.0 == 0.0 { 1.0 } else { -1.0 };
        sign * bessel_i(row, -x, order)
    } else if order < 0.0 {
        if by_order > 0 {
            return f64::NAN;
        }
        let mirrored = bessel_i(row, x, -order);
        let wave = Special::sin_pi(-order) * FRAC_2_PI;
        if is_integer {
            mirrored
        } else if !scaled {
            mirrored + wave * bessel_k(BesselK { scaled: false, by_x, by_order: 0 }, x, order)
        } else {
            let of_k = |i: u32| {
                let k = bessel_k(BesselK { scaled: false, by_x: by_x - i, by_order: 0 }, x, order);
                binomial(by_x, i) * sign_of(i) * k
            };
            mirrored + wave * (-x).exp() * (0..=by_x).map(of_k).sum::<f64>()
        }
    } else if x == f64::INFINITY {
        if scaled || by_order > 0 { 0.0 } else { x }
    } else if x == 0.0 {
        at_zero(row, order)
    } else if by_order > 0 && by_order <= 4 && is_near_diagonal(x, order) && !is_far(x - 3.0 * f64::from(by_x), order) {
        schlaefli_integral(row, x, order)
    } else if let Some(result) = by_wide_series(row, x, order) {
        result
    } else {
        shape::derivative(&OfOrder { row, x }, [by_order, 0], [order, 0.0])
    }
}

/// A derivative of the scaled function by the argument, which is small beside that of either factor.
#[inline]
fn by_wide_series(BesselI { scaled, by_x, by_order }: BesselI, x: f64, order: f64) -> Option<f64> {
    if scaled && by_order == 0 && (1..=4).contains(&by_x) {
        wide::derivative(&WideI { scaled }, [by_x, 0], [x, order])
    } else {
        None
    }
}

/// A derivative of `Iᵥ` at 0, from the right.
#[inline]
fn at_zero(row: BesselI, order: f64) -> f64 {
    let BesselI { by_x, by_order, scaled } = row;
    if by_order > 0 {
        return if f64::from(by_x) < order { 0.0 } else { f64::NEG_INFINITY };
    }
    let plain = |k: u32| {
        let j = 0.5 * (f64::from(k) - order);
        if j < 0.0 {
            0.0
        } else if order.fract() != 0.0 {
            let factor: f64 = (0..k).map(|i| order - f64::from(i)).product();
            f64::INFINITY.copysign(factor)
        } else if j.fract() != 0.0 {
            0.0
        } else {
            let factorial: f64 = (1..=k).map(|i| 0.5 * f64::from(i)).product();
            factorial / (libm::tgamma(j + 1.0) * libm::tgamma(order + j + 1.0))
        }
    };
    if scaled {
        (0..=by_x).map(plain).enumerate().fold(0.0, |sum, (i, value)| {
            let i = i as u32;
            if value == 0.0 { sum } else { sum + value * binomial(by_x, i) * sign_of(by_x - i) }
        })
    } else {
        plain(by_x)
    }
}

/// The logarithm of `Iᵥ(x)`, of the order and the argument, to be differentiated so often by the latter.
struct LnOfI {
    by_x: u32,
}

impl OfShapes for LnOfI {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, [nu, x]: [T; 2]) -> T {
        let one = T::one();
        if is_far(x.base() - 3.0 * f64::from(self.by_x), nu.base()) {
            let square = nu * nu * T::lit(4.0);
            let (mut sum, mut term, mut n) = (T::zero(), one, 0.0);
            while n < 60.0 && n < 2.0 * x.base() {
                n += 1.0;
                let odd = 2.0 * n - 1.0;
                term *= (T::lit(odd * odd) - square) / (x * T::lit(8.0 * n));
                sum += term;
            }
            return x - (x * T::lit(2.0 * PI)).ln() * T::lit(0.5) + sum.ln_1p();
        }
        // ln((x/2)ᵛ / Γ(ν + 1)), and the logarithm of 1 and the rest of the power series
        let half = x * T::lit(0.5);
        let first = nu * half.ln() - (nu + one).ln_gamma();
        let (mut j, mut term, mut sum) = (T::zero(), one, T::zero());
        let (mut scale, mut log) = (one, T::zero());
        loop {
            j += one;
            term *= half * half / (j * (nu + j));
            sum += term;
            if term.base() <= 1e-21 * sum.base() || sum.is_nan() {
                return first + if log.is_zero() { sum.ln_1p() } else { (sum + scale).ln() + log };
            }
            if sum.base() > 1e200 {
                let small = T::lit(1e-200);
                (sum, term, scale) = (sum * small, term * small, scale * small);
                log += T::lit(200.0 * core::f64::consts::LN_10);
            }
        }
    }
}

/// The same with all digits of derivatives by both, and perhaps of `exp(-x) Iᵥ(x)` instead.
struct WideI {
    scaled: bool,
}

impl OfTwo for WideI {
    #[inline]
    fn eval<R: Real>(&self, [x, nu]: [R; 2]) -> Option<R> {
        /// The power series takes about as many terms.
        const LARGEST: f64 = 2e3;
        /// The fourth power of its inverse is in range.
        const SMALLEST: f64 = 1e-70;
        let one = R::lit(1.0);
        let result = |log_less_x: R| if self.scaled { log_less_x.exp() } else { log_less_x + x };
        if x.base() > 30.0 + 0.25 * nu.base() * nu.base() {
            let square = nu * nu * R::lit(4.0);
            let (mut sum, mut term, mut n) = (one, one, 0.0);
            while n < 100.0 && n < 2.0 * x.base() {
                n += 1.0;
                let odd = 2.0 * n - 1.0;
                term = term * (R::lit(odd * odd) - square) / (x * R::lit(8.0 * n));
                sum = sum + term;
                if term.is_nothing_beside(sum) {
                    break;
                }
            }
            return Some(result(sum.ln() - (x * R::lit(2.0 * PI)).ln() * R::lit(0.5)));
        }
        if !(SMALLEST..LARGEST).contains(&x.base()) {
            return None;
        }
        let half = x * R::lit(0.5);
        let (quarter, mut j, mut term, mut rest) = (half * half, one, one, R::lit(0.0));
        let (mut scale, mut log) = (one, 0.0);
        loop {
            term = term * quarter / (j * (nu + j));
            rest = rest + term;
            if term.is_nothing_beside(rest) || rest.base().is_nan() {
                break;
            }
            if rest.base() > 1e200 {
                let small = R::lit(2.0_f64.powi(-600));
                (rest, term, scale) = (rest * small, term * small, scale * small);
                log += 600.0 * LN_2;
            }
            j = j + one;
        }
        Some(result(nu * half.ln() - wide::ln_gamma(nu + one) + (scale + rest).ln() + R::lit(log) - x))
    }
}

#[inline]
fn ln_bessel_i(row: LnBesselI, x: f64, order: f64) -> f64 {
    let LnBesselI { by_x, by_order } = row;
    if x.is_nan() || x < 0.0 || !(0.0..=LARGEST_ORDER).contains(&order) || is_out_of_reach(x, order) {
        f64::NAN
    } else if x == 0.0 {
        match (by_x, by_order) {
            (0, 0) if order == 0.0 => 0.0,
            (0, 0 | 1) => f64::NEG_INFINITY,
            (1, 0) if order == 0.0 => 0.0,
            (1, 0) => f64::INFINITY,
            _ => f64::NAN,
        }
    } else if x == f64::INFINITY {
        match (by_x, by_order) {
            (0, 0) => x,
            (1, 0) => 1.0,
            _ => 0.0,
        }
    } else {
        let orders = [by_x, by_order];
        let is_wide = by_x.saturating_add(by_order) <= 4 && (by_order > 0 || by_x > 1);
        let result = if is_wide { wide::derivative(&WideI { scaled: false }, orders, [x, order]) } else { None };
        result.unwrap_or_else(|| shape::derivative(&LnOfI { by_x }, [by_order, by_x], [order, x]))
    }
}
