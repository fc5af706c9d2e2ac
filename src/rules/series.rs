//! Functions of power series: how the coefficients of a result follow from those of its argument.
//!
//! Where an argument is the series `u = Σ uₖ tᵏ`, a function of it is the series `y = Σ yₖ tᵏ`, and `yₖ` depends on `u₀ .. uₖ`. Each
//! function here is a recurrence of `O(N²)` operations for `N` coefficients. It is made from a differential equation that the function
//! solves with itself and a few products: `y' = y u'` for the exponential function, for instance, says `k yₖ = Σ j uⱼ yₖ₋ⱼ`.
//!
//! The caller has put `y₀` in place, and gives the slope of the function at `u₀` along where a recurrence starts from it: both come from
//! the row of the function, with the accuracy that it has. Where a result is not finite, the caller takes another way: at poles, branch
//! points and the ends of the range. A recurrence that would lose digits returns NaN for this.
//!
//! Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 13.2, tables 13.1 and 13.2.

use crate::float::{Float, Primitive as _, is_nearly_subnormal};
use core::array;
use num_traits::{Float as _, One as _};

// ---- Sums ------------------------------------------------------------------------------------------------------------

/// `Σ aⱼ bₙ₋ⱼ` over all `n + 1` entries of both: the last of `a` meets the first of `b`. What was computed last, in `b`, is added last,
/// so that the processor need not wait for it.
#[inline(always)]
pub(crate) fn products<T: Float>(a: &[T], b: &[T]) -> T {
    let pairs = a.iter().rev().copied().zip(b.iter().copied());
    if T::SPARSE {
        return products_recorded(pairs);
    }
    let mut pairs = pairs;
    let first = pairs.next().map_or_else(T::zero, |(a, b)| a * b);
    pairs.fold(first, |sum, (a, b)| sum + a * b)
}

/// The same as one operation, without what is zero: on numbers that record.
fn products_recorded<T: Float>(pairs: impl Iterator<Item = (T, T)> + Clone) -> T {
    let pairs = pairs.filter(|(a, b)| !a.is_zero_in_all_parts() && !b.is_zero_in_all_parts());
    match pairs.clone().count() {
        0 => T::zero(),
        1 => pairs.map(|(a, b)| a * b).fold(T::zero(), |_, product| product),
        _ => T::dot(pairs),
    }
}

/// `k`.
#[inline(always)]
pub(crate) fn number<T: Float>(k: usize) -> T::Base {
    T::Base::nearest(k as f64)
}

/// `1 / k`.
#[inline(always)]
pub(crate) fn inverse_of<T: Float>(k: usize) -> T::Base {
    T::Base::nearest(1.0 / k as f64)
}

/// `k uₖ`: the coefficients of `t u'`.
#[inline(always)]
fn weighted<T: Float, const N: usize>(u: &[T; N]) -> [T; N] {
    array::from_fn(|k| if k == 0 { T::zero() } else { u[k] * number::<T>(k) })
}

/// `c u`.
#[inline(always)]
pub(super) fn scale<T: Float, const N: usize>(u: &[T; N], c: T::Base) -> [T; N] {
    array::from_fn(|k| u[k] * c)
}

// ---- Arithmetic ------------------------------------------------------------------------------------------------------

/// `a b`.
#[inline(always)]
pub(crate) fn product<T: Float, const N: usize>(a: &[T; N], b: &[T; N]) -> [T; N] {
    array::from_fn(|k| products(&a[..=k], &b[..=k]))
}

/// `a / b`, with `q₀` in place and `r = 1 / b₀`.
#[inline(always)]
pub(crate) fn quotient<T: Float, const N: usize>(a: &[T; N], b: &[T; N], q: &mut [T; N], r: T) {
    for k in 1..N {
        q[k] = (a[k] - products(&b[1..=k], &q[..k])) * r;
    }
}

/// `a / b`, with `q₀` in place, where `1 / b₀` is not in range.
#[inline(never)]
pub(crate) fn quotient_of_ratios<T: Float, const N: usize>(a: &[T; N], b: &[T; N], q: &mut [T; N]) {
    let [a, b] = [a, b].map(|u| array::from_fn::<T, N, _>(|k| u[k] / b[0]));
    quotient(&a, &b, q, T::one());
}

/// `1 / u`.
#[inline]
pub(super) fn recip<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N]) {
    for k in 1..N {
        y[k] = -(products(&u[1..=k], &y[..k]) * y[0]);
    }
}

/// A function that is linear here: `slope u` with another value.
#[inline]
pub(super) fn linear<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], slope: T) {
    for k in 1..N {
        y[k] = u[k] * slope;
    }
}

/// The function `y` with `y' = p u'`.
#[inline(always)]
fn integrate<T: Float, const N: usize>(u: &[T; N], p: &[T; N], y: &mut [T; N]) {
    let w = weighted(u);
    for k in 1..N {
        y[k] = products(&w[1..=k], &p[..k]) * inverse_of::<T>(k);
    }
}

// ---- Powers and roots ------------------------------------------------------------------------------------------------

/// `√u`, from `y² = u`. The slope is `1 / (2 y₀)`.
#[inline]
pub(super) fn sqrt<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], slope: T) {
    for k in 1..N {
        y[k] = (u[k] - products(&y[1..k], &y[1..k])) * slope;
    }
}

/// A power `uᶜ`, from `u y' = c y u'`. `weight(j, k)` is `c j - (k - j)`.
#[inline(always)]
fn power<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], weight: impl Fn(usize, usize) -> T) {
    let r = u[0].recip();
    for k in 1..N {
        let weighted: [T; N] = array::from_fn(|j| if 0 < j && j <= k { u[j] * weight(j, k) } else { T::zero() });
        y[k] = products(&weighted[1..=k], &y[..k]) * r * inverse_of::<T>(k);
    }
}

/// `∛u`.
#[inline]
pub(super) fn cbrt<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N]) {
    power(u, y, |j, k| T::lit((4.0 * j as f64 - 3.0 * k as f64) / 3.0));
}

/// Up to this exponent powers are taken by multiplication.
const FEW: u32 = 64;

/// `uⁿ` by repeated multiplication, which divides by nothing: near 0 a power has few coefficients, and a recurrence would lose them. A large
/// power is 0 there, and multiplication has an error that grows like the exponent.
#[inline(never)]
pub(super) fn powi<T: Float, const N: usize>(n: i32, u: &[T; N], y: &mut [T; N]) {
    if n.unsigned_abs() > FEW {
        return power_of(T::lit(n.into()), u, y);
    }
    let value = y[0];
    let mut power: Option<[T; N]> = None;
    let mut square = *u;
    let mut left = n.unsigned_abs();
    while left > 0 {
        if left % 2 == 1 {
            power = Some(power.map_or(square, |power| product(&power, &square)));
        }
        left /= 2;
        if left > 0 {
            square = product(&square, &square);
        }
    }
    let power = power.unwrap_or_else(|| array::from_fn(|_| T::zero()));
    *y = power;
    y[0] = value;
    if n < 0 {
        recip(&power, y);
    }
}

/// A power of `u` to the constant `c`, where `y₀` has all its digits.
fn power_of<T: Float, const N: usize>(c: T, u: &[T; N], y: &mut [T; N]) {
    power(u, y, |j, k| c * number::<T>(j) - number::<T>(k - j));
}

/// `xʸ`: by the recurrence of a power where `y` is constant, else `exp(y ln x)`.
#[inline(never)]
pub(super) fn powf<T: Float, const N: usize>(x: &[T; N], y: &[T; N], z: &mut [T; N]) {
    if !T::TRACED && is_nearly_subnormal(z[0]) {
        z[1..].fill(T::nan());
        return;
    }
    if y[1..].iter().all(T::is_zero_in_all_parts) {
        let c = y[0];
        match c.is_constant().then(|| c.to_i32()).flatten() {
            Some(n) if c == T::lit(n.into()) => powi(n, x, z),
            _ => power_of(c, x, z),
        }
        return;
    }
    let mut log = [x[0].ln(); N];
    ln(x, x[0], T::Base::one(), &mut log);
    exp(&product(y, &log), z);
}

// ---- Exponentials and logarithms -------------------------------------------------------------------------------------

/// `eᵘ`, from `y' = y u'`.
#[inline]
pub(super) fn exp<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N]) {
    let w = weighted(u);
    for k in 1..N {
        y[k] = products(&w[1..=k], &y[..k]) * inverse_of::<T>(k);
    }
}

/// A function that differs from `eᵘ` by a constant; the slope is the exponential.
#[inline]
pub(super) fn exp_with<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], slope: T) {
    let mut p = [slope; N];
    exp(u, &mut p);
    y[1..].copy_from_slice(&p[1..]);
}

/// `c ln u`, from `u y' = u'`, for `u` with `leading` in the place of `u₀`.
#[inline]
pub(super) fn ln<T: Float, const N: usize>(u: &[T; N], leading: T, c: T::Base, y: &mut [T; N]) {
    let r = leading.recip();
    // k yₖ / c
    let mut w = [T::zero(); N];
    for k in 1..N {
        w[k] = (u[k] * number::<T>(k) - products(&u[1..k], &w[1..k])) * r;
        y[k] = w[k] * (inverse_of::<T>(k) * c);
    }
}

/// `ln x / ln b`.
#[inline(never)]
pub(super) fn log<T: Float, const N: usize>(x: &[T; N], b: &[T; N], z: &mut [T; N]) {
    let [mut above, mut below] = [x, b].map(|x| [x[0].ln(); N]);
    ln(x, x[0], T::Base::one(), &mut above);
    ln(b, b[0], T::Base::one(), &mut below);
    quotient(&above, &below, z, below[0].recip());
}

// ---- Trigonometric and hyperbolic functions --------------------------------------------------------------------------

/// A function with `y'' = factor y` and the slope `p`, which is returned: sine and cosine for -1, their hyperbolic siblings for 1. The
/// pair is `y' = p u'` and `p' = factor y u'`.
#[inline]
pub(crate) fn oscillation<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], slope: T, factor: f64) -> [T; N] {
    let w = weighted(u);
    let mut p = [slope; N];
    for k in 1..N {
        y[k] = products(&w[1..=k], &p[..k]) * inverse_of::<T>(k);
        p[k] = products(&w[1..=k], &y[..k]) * T::Base::nearest(factor / k as f64);
    }
    p
}

/// Tangent and hyperbolic tangent, from `y' = p u'` and `p' = factor y p u'`, with the factors 2 and -2.
#[inline]
pub(super) fn tangent<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], slope: T, factor: f64) {
    let w = weighted(u);
    let (mut p, mut q) = ([slope; N], [y[0] * slope; N]);
    for k in 1..N {
        y[k] = products(&w[1..=k], &p[..k]) * inverse_of::<T>(k);
        p[k] = products(&w[1..=k], &q[..k]) * T::Base::nearest(factor / k as f64);
        q[k] = products(&y[..=k], &p[..=k]);
    }
}

/// A function whose slope is `p = ± w⁻ᵉ`, with `w = ± 1 ± u²`, which is above zero: the inverse trigonometric functions and their
/// hyperbolic siblings. `square` is the sign of `u²`, and `e` is 1 or 1/2. From `w p' = -e p w'`. In the place of `w₀` stands the slope,
/// which has all its digits where a difference has few.
#[inline]
pub(super) fn inverse<T: Float, const N: usize>(u: &[T; N], y: &mut [T; N], slope: T, square: f64, e: f64) {
    let r = if e == 1.0 { slope } else { slope * slope } * T::Base::nearest(square);
    let mut p = [slope; N];
    let squares: [T; N] = array::from_fn(|k| if k == 0 { T::zero() } else { products(&u[..=k], &u[..=k]) });
    for k in 1..N {
        let weighted: [T; N] = array::from_fn(|j| match j {
            0 => T::zero(),
            _ if j > k => T::zero(),
            _ => squares[j] * T::Base::nearest((1.0 - e) * j as f64 / k as f64 - 1.0),
        });
        p[k] = products(&weighted[1..=k], &p[..k]) * r;
    }
    integrate(u, &p, y);
}

// ---- Length and angle ------------------------------------------------------------------------------------------------

/// `√(x² + y²)`. Where one coordinate is much larger, the sum of squares would lose the other. There it is `|b| √(1 + r²)` with the
/// larger coordinate `b` and the ratio `r`. Where both are alike, this form would lose digits of high orders, a thousand ulp at the
/// twelfth.
#[inline(never)]
pub(super) fn hypot<T: Float, const N: usize>(x: &[T; N], y: &[T; N], z: &mut [T; N]) {
    let [short, long] = {
        let [x, y] = [x, y].map(|x| if T::TRACED { 1.0 } else { x[0].base().widen().abs() });
        [x.min(y), x.max(y)]
    };
    // The coefficients of squares and ratios shrink with powers of the length.
    if !(1e-60..1e60).contains(&long) {
        z[1..].fill(T::nan());
        return;
    }
    if long <= 8.0 * short {
        let (x, y) = (product(x, x), product(y, y));
        let squares: [T; N] = array::from_fn(|k| x[k] + y[k]);
        let slope = (z[0] + z[0]).recip();
        return sqrt(&squares, z, slope);
    }
    let is_steep = y[0].base().abs() > x[0].base().abs();
    let (b, r) = ratio(x, y, is_steep);
    let squares = product(&r, &r);
    let value = (T::one() + squares[0]).sqrt();
    let mut root = [value; N];
    sqrt(&squares, &mut root, (value + value).recip());
    let length = product(b, &root);
    let is_negative = b[0] < T::zero();
    for k in 1..N {
        z[k] = if is_negative { -length[k] } else { length[k] };
    }
}

/// The angle of the point with the ordinate `x` and the abscissa `y`: the arctangent of a ratio up to sign and constant.
#[inline(never)]
pub(super) fn atan2<T: Float, const N: usize>(x: &[T; N], y: &[T; N], z: &mut [T; N]) {
    let is_flat = y[0].base().abs() >= x[0].base().abs();
    let (_, r) = ratio(x, y, is_flat);
    let mut angle = [T::zero(); N];
    inverse(&r, &mut angle, (T::one() + r[0] * r[0]).recip(), 1.0, 1.0);
    for k in 1..N {
        z[k] = if is_flat { angle[k] } else { -angle[k] };
    }
}

/// The coordinate to divide by, `y` or `x`, and the ratio of the other to it.
fn ratio<'a, T: Float, const N: usize>(x: &'a [T; N], y: &'a [T; N], by_y: bool) -> (&'a [T; N], [T; N]) {
    let (a, b) = if by_y { (x, y) } else { (y, x) };
    let mut q = [a[0] / b[0]; N];
    quotient(a, b, &mut q, b[0].recip());
    (b, q)
}
