//! All derivatives of length and angle in the plane.

use super::MOST;
use super::dialect::define_rules;
use super::row::parameter_of;
use crate::float::{Float, Primitive as _};
use core::ops::Range;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::{Float as _, One as _};

define_rules! {
    [Radii]

    /// A partial derivative of `hypot(x, y)` or `atan2(x, y)`, `by_x` times by `x` and `by_y` times by `y`.
    ///
    /// The derivatives of order `n` are `h^(p - 2n) Q(x, y)` with `h² = x² + y²`, a homogeneous polynomial `Q` of degree `n`
    /// with integer coefficients, and `p = 1` for the length, `p = 0` for the angle. Differentiating once more gives
    ///
    /// > `Q ← (p - 2n) x Q + (x² + y²) ∂Q/∂x`, and alike for `y`.
    ///
    /// All that cancels, cancels in these integers. A formula for the first derivative that is left to be differentiated
    /// subtracts numbers instead, loses the smaller coordinate where the other is much larger, and has terms that are infinite
    /// of both signs where `h` is small.
    pub(super) Radial(function: Function, by_x: usize, by_y: usize) = radial_derivative(x, y) {
        f64 [Radial(function, by_x, by_y).at(x, y)]
        |x, y, _| x.binary(Radial(function, by_x + 1, by_y), y),
        |x, y, _| x.binary(Radial(function, by_x, by_y + 1), y),
        formula |x, y| Radial(function, by_x, by_y).formula(x, y) };
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    Length,
    Angle,
}
parameter_of!(Function: Length, Angle);

impl Radial {
    pub(super) const LENGTH_BY_X: Radial = Radial(Function::Length, 1, 0);
    pub(super) const LENGTH_BY_Y: Radial = Radial(Function::Length, 0, 1);
    /// Of the angle `atan2(x, y)`, whose abscissa is `y`.
    pub(super) const ANGLE_BY_X: Radial = Radial(Function::Angle, 1, 0);
    pub(super) const ANGLE_BY_Y: Radial = Radial(Function::Angle, 0, 1);

    #[inline]
    fn at(self, x: f64, y: f64) -> f64 {
        let ordinary = if is_ordinary(x) && is_ordinary(y) { self.as_in_books(x, y) } else { None };
        ordinary.unwrap_or_else(|| self.of_any(x, y))
    }
}

/// `t x / h` with `h = hypot(x, y)`, which nested numbers carry derivatives of.
///
/// Where `x` is far below `h` this is a quotient, in an order in which nothing leaves the range. Else it is the closed form at a point
/// that is scaled by a power of two, so that no derivative does; the form has the degree 0, so it is the same there.
pub(super) fn times_length_by_x<T: Float>(t: T, x: T, y: T, h: T) -> T {
    let (size, length) = (x.base().abs(), h.base());
    if size < length * T::Base::epsilon() {
        return super::times_quotient(t, x, h);
    }
    match unit(x, y) {
        Some(unit) => t * (x * unit).binary(Radial::LENGTH_BY_X, y * unit),
        None => t * x.binary(Radial::LENGTH_BY_X, y),
    }
}

/// `t` times a derivative of the angle, which has the degree -1: the closed form at a scaled point, and the scale.
pub(super) fn times_angle_by<T: Float>(derivative: Radial, t: T, x: T, y: T) -> T {
    match unit(x, y) {
        Some(unit) => (t * unit) * (x * unit).binary(derivative, y * unit),
        None => t * x.binary(derivative, y),
    }
}

/// The power of two that makes the larger of two numbers about 1; `None` if both are zero or one is not finite.
fn unit<T: Float>(x: T, y: T) -> Option<T::Base> {
    let size = x.base().widen().abs().max(y.base().widen().abs());
    let (_, exponent) = split(size);
    // In either precision this and its reciprocal are normal numbers.
    let most = if T::Base::IS_SINGLE { 125 } else { 1020 };
    (size.is_finite() && size > 0.0).then(|| T::Base::nearest(scale(1.0, (-exponent).clamp(-most, most))))
}

/// `true` if products of five such numbers are in range.
#[inline]
fn is_ordinary(x: f64) -> bool {
    ORDINARY.contains(&x.abs())
}

const ORDINARY: Range<f64> = 1e-60..1e60;

impl Radial {
    /// First and second derivatives as in books.
    #[inline]
    fn as_in_books<T: Float>(self, x: T, y: T) -> Option<T> {
        let square = x * x + y * y;
        let two = T::lit(2.0);
        Some(match (self.0, self.1, self.2) {
            (Function::Length, 1, 0) => x / square.sqrt(),
            (Function::Length, 0, 1) => y / square.sqrt(),
            (Function::Length, 2, 0) => y * y / (square * square.sqrt()),
            (Function::Length, 1, 1) => -x * y / (square * square.sqrt()),
            (Function::Length, 0, 2) => x * x / (square * square.sqrt()),
            (Function::Angle, 1, 0) => y / square,
            (Function::Angle, 0, 1) => -x / square,
            (Function::Angle, 2, 0) => -two * x * y / (square * square),
            (Function::Angle, 1, 1) => (x - y) * (x + y) / (square * square),
            (Function::Angle, 0, 2) => two * x * y / (square * square),
            _ => return None,
        })
    }

    /// The same where products are in range, and NaN elsewhere and for higher orders.
    fn formula<T: Float>(self, x: T, y: T) -> T {
        let is_ordinary = |x: T, then: T| {
            let size = x.abs();
            T::lit(ORDINARY.start).if_less(size, || size.if_less(T::lit(ORDINARY.end), || then, T::nan), T::nan)
        };
        self.as_in_books(x, y).map_or_else(T::nan, |z| is_ordinary(x, is_ordinary(y, z)))
    }

    #[inline(never)]
    fn of_any(self, x: f64, y: f64) -> f64 {
        if x.is_nan() || y.is_nan() {
            f64::NAN
        } else if x == 0.0 && y == 0.0 {
            // The minimum-norm subgradient of the length; an angle has none.
            if self.0 == Function::Length { 0.0 } else { f64::NAN }
        } else if x.is_infinite() || y.is_infinite() {
            self.at_infinity(x, y)
        } else {
            self.between(x, y)
        }
    }

    /// The limit as one coordinate becomes infinite. There is none of the direction if both do.
    fn at_infinity(self, x: f64, y: f64) -> f64 {
        if self.0 == Function::Angle || self.1 + self.2 > 1 {
            0.0
        } else if x.is_infinite() && y.is_infinite() {
            f64::NAN
        } else {
            let along = if self.1 == 1 { x } else { y };
            if along.is_infinite() { along.signum() } else { 0.0 }
        }
    }

    /// With the larger coordinate `b`, the ratio `t` of the other to it and `w = t²`, the derivative is `|b|^(p - n) tᵏ
    /// q(w) (1 + w)^(p/2 - n)`, where `q` has a constant term. Mantissas and exponents are multiplied apart, so that
    /// nothing leaves the range before the result does.
    fn between(self, x: f64, y: f64) -> f64 {
        if self.1 + self.2 > MOST {
            return f64::NAN;
        }
        let n = (self.1 + self.2) as i32;
        let p = i32::from(self.0 == Function::Length);
        let (b, s) = if x.abs() >= y.abs() { (x, y) } else { (y, x) };
        let polynomial = self.polynomial(); // by powers of y
        let coefficient = |power_of_s: usize| {
            let power_of_y = if x.abs() >= y.abs() { power_of_s } else { n as usize - power_of_s };
            polynomial[power_of_y]
        };
        let k = (0..=n as usize).find(|&power| coefficient(power) != 0.0).unwrap_or(0);

        let ((b, b_exponent), (s, s_exponent)) = (split(b), split(s));
        let t = s / b;
        let t_exponent = if s == 0.0 { -2000 } else { s_exponent - b_exponent };
        let ratio = scale(t, t_exponent);
        let w = ratio * ratio;

        let q = if coefficient(k + 2 * ((n as usize - k) / 2)) == -coefficient(k) && (n as usize - k) / 2 == 1 {
            // 1 - w, which has its zero on a line of floating point numbers, x = ±y.
            let s = scale(s, t_exponent);
            coefficient(k) * ((b - s) / b) * ((b + s) / b)
        } else {
            (0..=(n as usize - k) / 2).rev().fold(0.0, |sum, i| sum * w + coefficient(k + 2 * i))
        };
        let curvature = if p == 1 { (1.0 + w).sqrt() } else { 1.0 } / (1.0 + w).powi(n);
        let sign = if b < 0.0 && n % 2 == 1 { -1.0 } else { 1.0 };
        let mantissa = sign * b.abs().powi(p - n) * t.powi(k as i32) * (q * curvature);
        scale(mantissa, b_exponent * (p - n) + t_exponent * k as i32)
    }

    /// The coefficients of `Q`, by powers of `y`.
    fn polynomial(self) -> [f64; MOST + 2] {
        let p = f64::from(u8::from(self.0 == Function::Length));
        let mut q = [0.0; MOST + 2];
        match (self.0, self.1 > 0) {
            (Function::Length, true) => q[0] = 1.0,  // x
            (Function::Length, false) => q[1] = 1.0, // y
            (Function::Angle, true) => q[1] = 1.0,   // y
            (Function::Angle, false) => q[0] = -1.0, // -x
        }
        for n in 1..self.1 + self.2 {
            let mut next = [0.0; MOST + 2];
            for j in 0..=n {
                let (c, i) = (q[j], n - j); // c xⁱ yʲ
                let outer = p - 2.0 * n as f64;
                if n < self.1 {
                    next[j] += (outer + i as f64) * c;
                    next[j + 2] += i as f64 * c;
                } else {
                    next[j + 1] += (outer + j as f64) * c;
                    if j > 0 {
                        next[j - 1] += j as f64 * c;
                    }
                }
            }
            q = next;
        }
        q
    }
}

/// A mantissa in `1 .. 2` with the sign of `x`, and the exponent.
fn split(x: f64) -> (f64, i32) {
    const EXPONENT: u64 = 0x7ff << 52;
    if x == 0.0 {
        return (x, 0);
    }
    let (x, shift) = if x.is_subnormal() { (x * 2_f64.powi(64), 64) } else { (x, 0) };
    let exponent = ((x.to_bits() & EXPONENT) >> 52) as i32 - 1023;
    (f64::from_bits(x.to_bits() & !EXPONENT | 1_f64.to_bits()), exponent - shift)
}

/// `x · 2ⁿ` for `x` of ordinary size, rounded once.
fn scale(x: f64, mut n: i32) -> f64 {
    // So far down that x stays normal until the last step, which rounds.
    const DOWN: i32 = -969;
    let power = |n: i32| f64::from_bits(((n + 1023) as u64) << 52);
    let mut x = x;
    for _ in 0..2 {
        let step = n.clamp(DOWN, 1023);
        if step != n {
            x *= power(step);
            n -= step;
        }
    }
    x * power(n.clamp(DOWN, 1023))
}
