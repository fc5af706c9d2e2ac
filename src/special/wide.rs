//! Numbers of twice the digits, and Taylor series of them.
//!
//! A derivative by a shape or an order is often small beside the terms it is the sum of: that of Student's distribution by `ν` is about
//! `1 / ν²` of them. Series and continued fractions that are evaluated with 32 digits have 16 left when 16 cancel. They are written for
//! every [`Real`], and run on [`Jet`]s, whose coefficients are the derivatives.

use core::ops::{Add, Div, Mul, Neg, Sub};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// What the series of this module compute with.
pub(super) trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// A constant.
    fn lit(x: f64) -> Self;
    /// A constant of all digits.
    fn wide(x: Wide) -> Self;
    /// The value, rounded.
    fn base(self) -> f64;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    /// `true` if `self` adds nothing to a sum, nor any derivative to one of the sum's.
    fn is_nothing_beside(self, sum: Self) -> bool;
}

// ---- Twice the digits ------------------------------------------------------------------------------------------------

/// The unevaluated sum of two numbers, of which the second is at most a rounding error of the first.
///
/// Source: Dekker, *A floating-point technique for extending the available precision*, Numer. Math. 18 (1971).
#[derive(Clone, Copy)]
pub(super) struct Wide {
    high: f64,
    low: f64,
}

impl Wide {
    /// The sum of two numbers, of which the first is not smaller.
    #[inline]
    fn ordered(a: f64, b: f64) -> Wide {
        let high = a + b;
        Wide { high, low: b - (high - a) }
    }

    /// The sum of two numbers, exact.
    #[inline]
    fn sum(a: f64, b: f64) -> Wide {
        let high = a + b;
        let part = high - a;
        Wide { high, low: (a - (high - part)) + (b - part) }
    }

    /// The product of two numbers, exact.
    #[inline]
    fn product(a: f64, b: f64) -> Wide {
        let halves = |x: f64| {
            let t = 134_217_729.0 * x; // 2²⁷ + 1
            let high = t - (t - x);
            (high, x - high)
        };
        let high = a * b;
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        Wide { high, low: ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2 }
    }
}

impl Add for Wide {
    type Output = Wide;
    #[inline]
    fn add(self, other: Wide) -> Wide {
        let (high, low) = (Wide::sum(self.high, other.high), Wide::sum(self.low, other.low));
        let sum = Wide::ordered(high.high, high.low + low.high);
        Wide::ordered(sum.high, sum.low + low.low)
    }
}

impl Neg for Wide {
    type Output = Wide;
    #[inline]
    fn neg(self) -> Wide {
        Wide { high: -self.high, low: -self.low }
    }
}

impl Sub for Wide {
    type Output = Wide;
    #[inline]
    fn sub(self, other: Wide) -> Wide {
        self + -other
    }
}

impl Mul for Wide {
    type Output = Wide;
    #[inline]
    fn mul(self, other: Wide) -> Wide {
        let product = Wide::product(self.high, other.high);
        Wide::ordered(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl Div for Wide {
    type Output = Wide;
    #[inline]
    fn div(self, other: Wide) -> Wide {
        let first = self.high / other.high;
        let rest = self - other * Wide::lit(first);
        let second = rest.high / other.high;
        let rest = rest - other * Wide::lit(second);
        let quotient = Wide::ordered(first, second);
        Wide::ordered(quotient.high, quotient.low + rest.high / other.high)
    }
}

/// The logarithm of 2.
const LN_2: Wide = Wide { high: core::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };

impl Real for Wide {
    #[inline]
    fn lit(x: f64) -> Wide {
        Wide { high: x, low: 0.0 }
    }

    #[inline]
    fn wide(x: Wide) -> Wide {
        x
    }

    #[inline]
    fn base(self) -> f64 {
        self.high
    }

    /// By its series for a small part of what is left of multiples of `ln 2`, and squaring: of `eˣ - 1`, which keeps its digits.
    #[inline]
    fn exp(self) -> Wide {
        const HALVINGS: i32 = 7;
        if self.high.is_nan() || self.high.abs() >= 1e4 {
            return Wide::lit(self.high.exp());
        }
        let turns = (self.high / LN_2.high).round();
        let rest = (self - LN_2 * Wide::lit(turns)) * Wide::lit(0.5_f64.powi(HALVINGS));
        let mut less =
            (1..=10).rev().fold(Wide::lit(0.0), |sum, k| rest * (sum + Wide::lit(1.0)) / Wide::lit(f64::from(k)));
        for _ in 0..HALVINGS {
            less = less * (less + Wide::lit(2.0));
        }
        let exp = less + Wide::lit(1.0);
        // In two steps, each of which is in range.
        let half = (0.5 * turns).trunc();
        let (one, other) = (2.0_f64.powi(half as i32), 2.0_f64.powi((turns - half) as i32));
        Wide { high: exp.high * one * other, low: exp.low * one * other }
    }

    /// By a step of Newton's method, whose error is cubic. Where the reciprocal is too large to be multiplied, of the number times a power
    /// of two.
    #[inline]
    fn ln(self) -> Wide {
        const TURNS: i32 = 512;
        let turns = if self.high > 1e160 { -TURNS } else { TURNS };
        if self.high > 0.0 && self.high.is_finite() && !(1e-160..=1e160).contains(&self.high) {
            let factor = 2.0_f64.powi(turns);
            let scaled = Wide { high: self.high * factor, low: self.low * factor };
            return scaled.ln() - LN_2 * Wide::lit(f64::from(turns));
        }
        let near = Wide::lit(self.high.ln());
        if !near.high.is_finite() {
            return near;
        }
        let less = self * (-near).exp() - Wide::lit(1.0);
        near + less * (Wide::lit(1.0) - less * Wide::lit(0.5))
    }

    #[inline]
    fn is_nothing_beside(self, sum: Wide) -> bool {
        self.high.abs() <= 1e-28 * sum.high.abs() || self.high.is_nan()
    }
}

// ---- Series ----------------------------------------------------------------------------------------------------------

/// Derivatives of this order are the highest: as far as the references of the tests go. `shape` has a level of dual numbers for each.
pub(super) const HIGHEST: usize = 4;

/// Whether there are derivatives of a function of two numbers, so many times by each.
#[inline]
pub(super) fn has_orders(orders: [u32; 2]) -> bool {
    orders[0].saturating_add(orders[1]) as usize <= HIGHEST
}

/// A Taylor polynomial up to some order. Constants have the order 0 and cost nothing.
#[derive(Clone, Copy)]
pub(super) struct Jet<R> {
    order: usize,
    coefficients: [R; HIGHEST + 1],
}

impl<R: Real> Jet<R> {
    #[inline]
    fn constant(x: R) -> Self {
        let mut coefficients = [R::lit(0.0); HIGHEST + 1];
        coefficients[0] = x;
        Jet { order: 0, coefficients }
    }

    /// The variable itself at `x`.
    #[inline]
    fn variable(x: R, order: usize) -> Self {
        let mut jet = Self { order, ..Self::constant(x) };
        if order > 0 {
            jet.coefficients[1] = R::lit(1.0);
        }
        jet
    }

    /// The polynomial whose coefficients are computed one after the other, each from those before it.
    #[inline]
    fn recursive(order: usize, first: R, next: impl Fn(usize, &[R]) -> R) -> Self {
        let mut jet = Self { order, ..Self::constant(first) };
        for k in 1..=order {
            jet.coefficients[k] = next(k, &jet.coefficients);
        }
        jet
    }
}

impl<R: Real> Add for Jet<R> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        let (mut sum, less) = if self.order >= other.order { (self, other) } else { (other, self) };
        for k in 0..=less.order {
            sum.coefficients[k] = sum.coefficients[k] + less.coefficients[k];
        }
        sum
    }
}

impl<R: Real> Neg for Jet<R> {
    type Output = Self;
    #[inline]
    fn neg(mut self) -> Self {
        for k in 0..=self.order {
            self.coefficients[k] = -self.coefficients[k];
        }
        self
    }
}

impl<R: Real> Sub for Jet<R> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<R: Real> Mul for Jet<R> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let order = self.order.max(other.order);
        let mut product = Self { order, ..Self::constant(R::lit(0.0)) };
        for i in 0..=self.order {
            for k in 0..=other.order.min(order - i) {
                let term = self.coefficients[i] * other.coefficients[k];
                product.coefficients[i + k] = product.coefficients[i + k] + term;
            }
        }
        product
    }
}

impl<R: Real> Div for Jet<R> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let inverse = R::lit(1.0) / other.coefficients[0];
        Self::recursive(self.order.max(other.order), self.coefficients[0] * inverse, |k, quotient| {
            let known = (1..=k.min(other.order))
                .fold(self.coefficients[k], |sum, i| sum - other.coefficients[i] * quotient[k - i]);
            known * inverse
        })
    }
}

impl<R: Real> Real for Jet<R> {
    #[inline]
    fn lit(x: f64) -> Self {
        Self::constant(R::lit(x))
    }

    #[inline]
    fn wide(x: Wide) -> Self {
        Self::constant(R::wide(x))
    }

    #[inline]
    fn base(self) -> f64 {
        self.coefficients[0].base()
    }

    /// From `y' = x' y`.
    #[inline]
    fn exp(self) -> Self {
        Self::recursive(self.order, self.coefficients[0].exp(), |k, y| {
            let sum = (1..=k).fold(R::lit(0.0), |sum, i| sum + self.coefficients[i] * R::lit(i as f64) * y[k - i]);
            sum / R::lit(k as f64)
        })
    }

    /// From `x y' = x'`.
    #[inline]
    fn ln(self) -> Self {
        let inverse = R::lit(1.0) / self.coefficients[0];
        Self::recursive(self.order, self.coefficients[0].ln(), |k, y| {
            let sum = (1..k).fold(R::lit(0.0), |sum, i| sum + y[i] * R::lit(i as f64) * self.coefficients[k - i]);
            (self.coefficients[k] - sum / R::lit(k as f64)) * inverse
        })
    }

    #[inline]
    fn is_nothing_beside(self, sum: Self) -> bool {
        (0..=self.order).all(|k| self.coefficients[k].is_nothing_beside(sum.coefficients[k]))
    }
}

/// A function of two numbers; `None` where it would take too long.
pub(super) trait OfTwo {
    fn eval<R: Real>(&self, arguments: [R; 2]) -> Option<R>;
}

/// The derivative of `f`, so many times by each argument; `None` beyond the order [`HIGHEST`] of one of them.
#[inline]
pub(super) fn derivative(f: &impl OfTwo, orders: [u32; 2], point: [f64; 2]) -> Option<f64> {
    let [i, k] = orders.map(|order| order as usize);
    let [x, y] = point.map(Wide::lit);
    if i.max(k) > HIGHEST {
        return None;
    }
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let coefficient = match (i, k) {
        (0, _) => f.eval([Jet::constant(x), Jet::variable(y, k)])?.coefficients[k],
        (_, 0) => f.eval([Jet::variable(x, i), Jet::constant(y)])?.coefficients[i],
        _ => {
            let variables = [Jet::variable(Jet::constant(x), i), Jet::constant(Jet::variable(y, k))];
            f.eval::<Jet<Jet<Wide>>>(variables)?.coefficients[i].coefficients[k]
        }
    };
    Some(coefficient.high * (factorial(i) * factorial(k)))
}

// ---- Functions -------------------------------------------------------------------------------------------------------

/// `ln Γ(x)` for `x > 0` by Stirling's series, beyond 30.
///
/// Source: DLMF 5.11.1, 5.5.1.
#[inline]
pub(super) fn ln_gamma<R: Real>(mut x: R) -> R {
    /// Bernoulli's numbers of even order from 2 on, as fractions.
    const BERNOULLI: [(f64, f64); 15] = [
        (1.0, 6.0),
        (-1.0, 30.0),
        (1.0, 42.0),
        (-1.0, 30.0),
        (5.0, 66.0),
        (-691.0, 2730.0),
        (7.0, 6.0),
        (-3617.0, 510.0),
        (43867.0, 798.0),
        (-174_611.0, 330.0),
        (854_513.0, 138.0),
        (-236_364_091.0, 2730.0),
        (8_553_103.0, 6.0),
        (-23_749_461_029.0, 870.0),
        (8_615_841_276_005.0, 14322.0),
    ];
    /// `ln(2π) / 2` and what it is larger than that.
    const HALF_LN_TAU: [f64; 2] = [0.918_938_533_204_672_8, -3.878_294_158_067_242e-17];
    let mut product = R::lit(1.0);
    let mut is_shifted = false;
    while x.base() < 30.0 {
        product = product * x;
        x = x + R::lit(1.0);
        is_shifted = true;
    }
    let inverse = R::lit(1.0) / x;
    let square = inverse * inverse;
    let series = BERNOULLI.iter().enumerate().rev().fold(R::lit(0.0), |sum, (i, &(numerator, denominator))| {
        let n = 2.0 * (i as f64 + 1.0);
        sum * square + R::lit(numerator) / R::lit(denominator * n * (n - 1.0))
    });
    let large = (x - R::lit(0.5)) * x.ln() - x + R::lit(HALF_LN_TAU[0]) + R::lit(HALF_LN_TAU[1]) + series * inverse;
    if is_shifted { large - product.ln() } else { large }
}

/// `1 / (b₀ + a₁ / (b₁ + a₂ / (b₂ + ..)))`, where `terms` gives `(aₙ, bₙ)` from `n = 1` on, until nothing is added. `None` if that takes
/// more than `most` terms.
///
/// Source: Steed's method, in Barnett et al., *Coulomb wave functions for all real η and ρ*, Comput. Phys. Commun. 8 (1974).
#[inline]
pub(super) fn continued_fraction<R: Real>(b: R, most: u32, terms: impl Fn(u32) -> (R, R)) -> Option<R> {
    let mut inverse = R::lit(1.0) / b;
    let (mut sum, mut change, mut quiet) = (inverse, inverse, 0);
    for n in 1..most {
        let (a, b) = terms(n);
        let next = R::lit(1.0) / (b + a * inverse);
        change = -(change * a * inverse * next);
        inverse = next;
        sum = sum + change;
        quiet = if change.is_nothing_beside(sum) { quiet + 1 } else { 0 };
        if quiet == 2 {
            return Some(sum);
        }
    }
    None
}
