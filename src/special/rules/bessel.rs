//! Rows of the Bessel functions.

use super::super::bessel::{BesselI, BesselK, LnBesselI};
use crate::float::{Float, Primitive as _, is_nearly_subnormal};
use crate::rules::dialect::define_rules;
use crate::rules::{largest, lowest, magnitude, times_exp, times_powi_slope};
use crate::special::Special as _;

/// Bessel functions: methods of [`Special`](crate::Special).
macro_rules! bessel {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// Bessel function of the first kind and integer order `n`; derivative `(Jₙ₋₁ - Jₙ₊₁) / 2`. Even or odd as `n` is.
            ///
            /// # Cost
            /// Proportional to `|n|`.
            pub Jn(n: i32) = jn(x) { f64 [libm::jn(n, x)] |x, _| first_kind_slope(n, x),
                through |t, slope, x, _| times_first_kind_slope(t, slope, n, x) }
                about [4.0; 2 => Special::j1(4.0) / 2.0 - Special::j0(4.0); Special::j1(4.0) - Special::jn(4.0, 2) / 2.0],
                source ["DLMF 10.6.1"],
                members [(2), (-3), (20)];

            /// Bessel function of the second kind and integer order `n` for `x ≥ 0`, infinite at 0; derivative `(Yₙ₋₁ - Yₙ₊₁) / 2`.
            ///
            /// # Cost
            /// Proportional to `|n|`.
            pub Yn(n: i32) = yn(x) { f64 [libm::yn(n, x)] |x, y| second_kind_slope(n, x, y),
                through |t, slope, x, y| times_second_kind_slope(t, slope, n, x, y) }
                about [4.0; 2 => Special::y1(4.0) / 2.0 - Special::y0(4.0); Special::y1(4.0) - Special::yn(4.0, 2) / 2.0],
                source ["DLMF 10.6.1"],
                members [(2), (-3), (20)];
        }
    };
}
pub(crate) use bessel;

bessel!(define_rules, [Bessel]);

/// `(Jₙ₋₁ - Jₙ₊₁) / 2`, and `-J₁` of `J₀`. Nothing is divided by `x`.
#[inline]
fn first_kind_slope<T: Float>(n: i32, x: T) -> T {
    match n {
        0 => -x.unary(Jn(1)),
        n => (x.unary(Jn(n.saturating_sub(1))) - x.unary(Jn(n.saturating_add(1)))) * T::lit(0.5),
    }
}

/// `(Yₙ₋₁ - Yₙ₊₁) / 2`, and `-Y₁` of `Y₀`. Where `y` is infinite it is `-y`, since both neighbours may be infinite there.
#[inline]
fn second_kind_slope<T: Float>(n: i32, x: T, y: T) -> T {
    if n == 0 {
        return -x.unary(Yn(1));
    }
    let by_neighbours = || (x.unary(Yn(n.saturating_sub(1))) - x.unary(Yn(n.saturating_add(1)))) * T::lit(0.5);
    y.if_less(lowest(), || -y, || largest::<T>().if_less(y, || -y, by_neighbours))
}

/// `t` times the slope of `Jₙ(x)`: the power series near 0, where a high power of `x` underflows.
///
/// Source: DLMF 10.2.2.
fn times_first_kind_slope<T: Float>(t: T, slope: T, n: i32, x: T) -> T {
    /// Beyond, `2ⁿ n!` overflows.
    const MOST: i32 = 150;
    let m = n.saturating_abs();
    if num_traits::Float::abs(x.base()) >= T::Base::nearest(1.0) || !(2..=MOST).contains(&m) {
        return t * slope;
    }
    let order = f64::from(m);
    let square = x * x * T::lit(-0.25);
    let series = (1..=10).map(f64::from).rev().fold(T::zero(), |sum, k| {
        // The coefficient of a power over that of the one before it.
        (sum + T::one()) * square * T::lit((order + 2.0 * k) / (order + 2.0 * k - 2.0) / (k * (order + k)))
    });
    let factor = (1..=m).fold(1.0, |product, k| product * 2.0 * f64::from(k)).recip();
    let factor = if n < 0 && n % 2 != 0 { -factor } else { factor };
    // The factor is the reciprocal of a number that may be large in single precision.
    times_powi_slope(t, m, x) * (series + T::one()) * T::lit(factor)
}

/// `t` times the slope of `y = Yₙ(x)`. Near 0, where it overflows, it is `Yₙ₋₁ - n/x Yₙ`, of which nothing cancels for `n > 0`.
fn times_second_kind_slope<T: Float>(t: T, slope: T, n: i32, x: T, y: T) -> T {
    let order = T::lit(n.into());
    let near = || match n {
        0 => t / x * T::FRAC_2_PI(),
        1.. => t * x.unary(Yn(n - 1)) - t / x * y * order,
        _ => t / x * y * order - t * x.unary(Yn(n + 1)),
    };
    let bound = if n == 0 { T::lit(1e-9) } else { T::one() };
    if x < bound { near() } else { t * slope }
}

// ---- Modified functions ----------------------------------------------------------------------------------------------

// Near 0 the functions are powers of `x`, far out the scaled ones are. Where the others underflow, their logarithms or the scaled
// functions do not. Slopes are `Iᵥ' = Iᵥ₊₁ + ν/x Iᵥ` and `Kᵥ' = -Kᵥ₋₁ - ν/x Kᵥ`, of which nothing cancels for `ν >= 0`: DLMF 10.29.2.

/// `true` for `x` so large that the scaled functions are multiples of `1/√x`.
fn is_far<T: Float>(x: T, order: T) -> bool {
    let bound = if T::Base::IS_SINGLE { 1e12 } else { 1e30 };
    x > T::lit(bound) && magnitude(order) < T::lit(100.0)
}

/// `true` for `x` so small that its square is nothing beside 1.
fn is_near<T: Float>(x: T) -> bool {
    x < T::lit(if T::Base::IS_SINGLE { 1e-5 } else { 1e-9 })
}

/// `t` times the slope of `z = Iᵥ(x)`.
pub(in super::super) fn times_slope_of_i<T: Float>(t: T, slope: T, scaled: bool, [x, order, z]: [T; 3]) -> T {
    if !(x > T::zero() && order >= T::zero()) {
        return t * slope;
    }
    let scale = || if scaled { T::one() } else { T::zero() };
    if scaled && is_far(x, order) {
        t / x * z * T::lit(-0.5)
    } else if is_near(x) {
        if is_nearly_subnormal(z) {
            let root = (x * T::lit(0.5)).powf((order - T::one()) * T::lit(0.5));
            return (t * root) * root / (order.gamma() * T::lit(2.0));
        }
        t / x * z * order + t * z * (x / ((order + T::one()) * T::lit(2.0)) - scale())
    } else if is_nearly_subnormal(z) {
        let [log, by_x] = [0, 1].map(|by_x| x.binary(LnBesselI { by_x, by_order: 0 }, order));
        times_exp(t * (by_x - scale()), log - x * scale())
    } else if scaled && x > T::one() {
        t * slope
    } else {
        t * (x.binary(BesselI { scaled, by_x: 0, by_order: 0 }, order + T::one()) - z * scale()) + t / x * z * order
    }
}

/// `t` times the slope of `z = Iᵥ(x)` by the order.
pub(in super::super) fn times_slope_of_i_by_order<T: Float>(t: T, slope: T, scaled: bool, [x, order, z]: [T; 3]) -> T {
    if !(x > T::zero() && order >= T::zero() && is_nearly_subnormal(z)) {
        return t * slope;
    }
    let [log, by_order] = [0, 1].map(|by_order| x.binary(LnBesselI { by_x: 0, by_order }, order));
    times_exp(t * by_order, if scaled { log - x } else { log })
}

/// `t` times the slope of `z = Kᵥ(x)`.
pub(in super::super) fn times_slope_of_k<T: Float>(t: T, slope: T, scaled: bool, [x, order, z]: [T; 3]) -> T {
    let order = magnitude(order);
    if x < T::one() {
        let before = x.binary(BesselK { scaled, by_x: 0, by_order: 0 }, order - T::one());
        let sum = t * before + t / x * z * order;
        if scaled { t * z - sum } else { -sum }
    } else if scaled {
        if is_far(x, order) { t / x * z * T::lit(-0.5) } else { t * slope }
    } else if is_nearly_subnormal(z) {
        let [scaled, by_x] = [0, 1].map(|by_x| x.binary(BesselK { scaled: true, by_x, by_order: 0 }, order));
        times_exp(t, -x) * (by_x - scaled)
    } else {
        t * slope
    }
}

/// `t` times the slope of `z = Kᵥ(x)` by the order.
pub(in super::super) fn times_slope_of_k_by_order<T: Float>(t: T, slope: T, scaled: bool, [x, order, z]: [T; 3]) -> T {
    if scaled || x < T::one() || !is_nearly_subnormal(z) {
        return t * slope;
    }
    times_exp(t, -x) * x.binary(BesselK { scaled: true, by_x: 0, by_order: 1 }, order)
}

/// `t` times the slope of `ln Iᵥ(x)`.
pub(in super::super) fn times_slope_of_ln_i<T: Float>(t: T, slope: T, x: T, order: T) -> T {
    if !is_near(x) {
        return t * slope;
    }
    t / x * order + t * x / ((order + T::one()) * T::lit(2.0))
}

/// `t` times the slope of `ln Kᵥ(x)`. From the order 1 on `Kᵥ₋₁ / Kᵥ` is nothing beside `ν / x`.
pub(in super::super) fn times_slope_of_ln_k<T: Float>(t: T, slope: T, x: T, order: T) -> T {
    if !is_near(x) {
        return t * slope;
    }
    let order = magnitude(order);
    let power = t / x * order;
    if order >= T::one() {
        return -power;
    }
    let k = |order: T| x.binary(BesselK { scaled: false, by_x: 0, by_order: 0 }, order);
    -(power + t * k(order - T::one()) / k(order))
}
