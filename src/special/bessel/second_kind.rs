//! Modified Bessel functions of the second kind, by their integral.

use super::super::shape::{self, OfShapes};
use super::super::wide::{self, OfTwo, Real, Wide};
use super::{BesselK, LARGEST_ORDER, LnBesselK, sign_of, times_exp};
use crate::float::Float;
use core::f64::consts::LN_2;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

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

/// A derivative of `Kᵥ(x)`.
#[inline]
pub(super) fn bessel_k(row: BesselK, x: f64, order: f64) -> f64 {
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
    } else if row.scaled
        && row.by_x.saturating_add(row.by_order) >= 2
        && wide::has_orders([row.by_x, row.by_order])
        && WIDE_ARGUMENTS.contains(&x)
    {
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
pub(super) fn ln_bessel_k(row: LnBesselK, x: f64, order: f64) -> f64 {
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
        if !wide::has_orders([by_x, by_order]) {
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
