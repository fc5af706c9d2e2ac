//! Derivatives by the shape of a distribution: the algorithm for the values is differentiated, by this crate's own dual numbers.
//!
//! Derivatives by the argument are densities, in closed form. Those by a shape have none, but every series and continued fraction
//! here is evaluated in directions in which it is stable, and so is its derivative. What is small beside the terms it is the sum
//! of is computed with twice the digits, by `wide`.

use crate::float::{Float, Primitive};
use crate::numbers::Dual;
use crate::rules::{MOST, magnitude};
use core::ops::{Add, Mul, Sub};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// A function of up to two shapes, on every number over `f64`.
pub(super) trait OfShapes {
    fn eval<T: Float<Base = f64>>(&self, shapes: [T; 2]) -> T;
}

/// The derivative of a function by its shape number `by`.
struct Slope<'f, F> {
    f: &'f F,
    by: usize,
}

impl<F: OfShapes> OfShapes for Slope<'_, F> {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, shapes: [T; 2]) -> T {
        let [a, b] = shapes.map(Dual::<T>::constant);
        let variable = Dual::<T>::variable(shapes[self.by]);
        self.f.eval(if self.by == 0 { [variable, b] } else { [a, variable] }).tangent()
    }
}

/// The derivative of `f`, `orders[k]` times by the shape number `k`; NaN from the fifth order on.
#[inline]
pub(super) fn derivative(f: &impl OfShapes, orders: [u32; 2], shapes: [f64; 2]) -> f64 {
    let by = |level: u32| usize::from(level >= orders[0]);
    let one = Slope { f, by: by(0) };
    let two = Slope { f: &one, by: by(1) };
    let three = Slope { f: &two, by: by(2) };
    match orders[0].saturating_add(orders[1]) {
        0 => f.eval(shapes),
        1 => one.eval(shapes),
        2 => two.eval(shapes),
        3 => three.eval(shapes),
        4 => Slope { f: &three, by: by(3) }.eval(shapes),
        _ => f64::NAN,
    }
}

/// `x - ln(1 + x)` for `x > -1`, as accurate near 0 as elsewhere.
#[inline]
pub(super) fn log_gap<T: Float>(x: T) -> T {
    if magnitude(x) < T::lit(0.3) {
        // x² (1/2 - x/3 + x²/4 ..)
        let series = (2..=34).rev().fold(T::zero(), |sum, k| T::lit(1.0 / f64::from(k)) - x * sum);
        x * x * series
    } else {
        x - x.ln_1p()
    }
}

/// The derivative of order `n` of a function `f` with `f' = g f`, from its value and the derivatives `g(i)` of `g`.
#[inline]
pub(super) fn from_logarithmic<T: Float>(n: usize, f: T, g: impl Fn(usize) -> T) -> T {
    let mut all = [T::zero(); MOST];
    if n >= MOST {
        return T::nan();
    }
    all[0] = f;
    for k in 0..n {
        let mut binomial = 1.0;
        for i in 0..=k {
            all[k + 1] += T::lit(binomial) * g(i) * all[k - i];
            binomial *= (k - i) as f64 / (i + 1) as f64;
        }
    }
    all[n]
}

/// Whether a power of whole order has derivatives that vanish. Other shapes are better off with [`from_logarithmic`]: there derivatives of
/// all orders share the rounding of one density, which cancels where a chain of functions adds them up.
#[inline]
pub(super) fn is_whole<B: Primitive>(shape: B) -> bool {
    num_traits::Float::fract(shape) == B::nearest(0.0)
}

/// The derivative of order `n` of `xᵃ⁻¹ h(x)`, by Leibniz' rule: `term(k, c)` is `c xᵃ⁻¹⁻ᵏ h⁽ⁿ⁻ᵏ⁾(x)`.
///
/// Near 0 each term is of another size, so nothing cancels, and at whole `a` those that vanish are zeros: the recurrence of
/// [`from_logarithmic`] makes them of differences, and what is left of these hides the next term.
#[inline]
pub(super) fn of_power<N>(n: usize, a: N, lit: impl Fn(f64) -> N, mut term: impl FnMut(usize, N) -> N) -> N
where
    N: Copy + Add<Output = N> + Sub<Output = N> + Mul<Output = N>,
{
    let mut factor = lit(1.0);
    let mut sum = term(0, factor);
    for k in 1..=n {
        factor = factor * (a - lit(k as f64)) * lit((n - k + 1) as f64 / k as f64);
        sum = sum + term(k, factor);
    }
    sum
}

/// `c xᵃ⁻¹⁻ᵏ`, where it is in range also if the factors on the way to it are not. The exponent of the power is exact.
#[inline]
pub(super) fn times_power<T: Float<Base = f64>>(c: T, x: T, a: T, k: usize) -> T {
    let whole = a.base().floor().min((k + 1) as f64);
    (0..k + 1 - whole as usize).fold(c * x.powf(a - T::lit(whole)), |product, _| product / x)
}

/// The derivative of order `n >= 1` of the inverse of a function with the derivatives `f(k)`, by the composition of their Taylor
/// polynomials, whose coefficients of higher order are 0.
#[inline]
pub(super) fn derivative_of_inverse(n: usize, f: impl Fn(usize) -> f64) -> f64 {
    if n >= MOST {
        return f64::NAN;
    }
    let slope = f(1);
    let mut inverse = [0.0; MOST];
    inverse[1] = slope.recip();
    for m in 2..=n {
        // The coefficient of order m of Σ f(k) / k! (inverse)ᵏ over k >= 2, where inverse[m] does not occur.
        let (mut power, mut factorial, mut sum) = (inverse, 1.0, 0.0);
        for k in 2..=m {
            let mut next = [0.0; MOST];
            for i in 1..m {
                (1..=m - i).for_each(|j| next[i + j] += power[i] * inverse[j]);
            }
            power = next;
            factorial *= k as f64;
            sum += f(k) / factorial * power[m];
        }
        inverse[m] = -sum / slope;
    }
    (1..=n).fold(inverse[n], |product, k| product * k as f64)
}

/// `(-1)ⁱ i! / xⁱ⁺¹`, the derivative of order `i` of `1 / x`.
#[inline]
pub(super) fn recip_derivative<T: Float>(i: usize, x: T) -> T {
    (1..=i).fold(x.recip(), |product, k| product * T::lit(-(k as f64)) / x)
}

/// The root of an increasing function `f`, whose slope is `slope`, by Newton's method inside a bracket that is found from `start`.
/// Steps that leave the bracket are replaced by bisection.
#[inline]
pub(super) fn root(start: f64, f: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut x = start;
    let mut reach = 1.0;
    for _ in 0..200 {
        let y = f(x);
        if y == 0.0 {
            return x;
        }
        if y.is_nan() {
            return y;
        }
        if y < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x - y / slope(x);
        let next = if low < newton && newton < high && (newton - x).abs() <= reach * 16.0 {
            newton
        } else if low.is_finite() && high.is_finite() {
            0.5 * (low + high)
        } else {
            reach *= 2.0;
            if y < 0.0 { x + reach } else { x - reach }
        };
        if (next - x).abs() <= 2.0 * f64::EPSILON * x.abs() {
            return next;
        }
        x = next;
    }
    x
}
