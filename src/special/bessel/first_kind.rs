//! Modified Bessel functions of the first kind, by series, asymptotic series and integrals.

use super::super::Special;
use super::super::shape::{self, OfShapes};
use super::super::wide::{self, OfTwo, Real};
use super::second_kind::bessel_k;
use super::{BesselI, BesselK, LARGEST_ORDER, LnBesselI, binomial, sign_of, times_exp};
use crate::float::Float;
use core::f64::consts::{FRAC_2_PI, LN_2, PI};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// `true` where the power series of `Iᵥ` would have too many terms.
#[inline]
fn is_out_of_reach(x: f64, order: f64) -> bool {
    x > 1e5 && !is_far(x, order)
}

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
pub(super) fn bessel_i(row: BesselI, x: f64, order: f64) -> f64 {
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
    } else if by_order > 0
        && wide::has_orders([0, by_order])
        && is_near_diagonal(x, order)
        && !is_far(x - 3.0 * f64::from(by_x), order)
    {
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
    if scaled && by_order == 0 && by_x > 0 && wide::has_orders([by_x, 0]) {
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
pub(super) fn ln_bessel_i(row: LnBesselI, x: f64, order: f64) -> f64 {
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
        let is_wide = wide::has_orders(orders) && (by_order > 0 || by_x > 1);
        let result = if is_wide { wide::derivative(&WideI { scaled: false }, orders, [x, order]) } else { None };
        result.unwrap_or_else(|| shape::derivative(&LnOfI { by_x }, [by_order, by_x], [order, x]))
    }
}
