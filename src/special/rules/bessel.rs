//! Rows of the Bessel functions.

use super::gamma::near_pole;
use crate::float::Float;
use crate::rules::dialect::define_rules;
use crate::rules::{largest, lowest};

/// Bessel functions: methods of [`Special`](crate::Special).
macro_rules! bessel {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// Bessel function of the first kind and integer order `n`; derivative `(Jₙ₋₁ - Jₙ₊₁) / 2`. Even or odd as `n` is.
            ///
            /// # Cost
            /// Proportional to `|n|`.
            pub Jn(n: i32) = jn(x) { f64 [libm::jn(n, x)] |x, _| first_kind_slope(n, x) }
                about [4.0; 2 => Special::j1(4.0) / 2.0 - Special::j0(4.0); Special::j1(4.0) - Special::jn(4.0, 2) / 2.0],
                source ["DLMF 10.6.1"],
                members [(2), (-3), (20)];

            /// Bessel function of the second kind and integer order `n` for `x ≥ 0`, infinite at 0; derivative `(Yₙ₋₁ - Yₙ₊₁) / 2`.
            ///
            /// # Cost
            /// Proportional to `|n|`.
            pub Yn(n: i32) = yn(x) { f64 [libm::yn(n, x)] |x, y| second_kind_slope(n, x, y),
                through |t, slope, x, y| near_pole(x, || times_slope_near_pole(t, n, x, y), || t * slope) }
                about [4.0; 2 => Special::y1(4.0) / 2.0 - Special::y0(4.0); Special::y1(4.0) - Special::yn(4.0, 2) / 2.0],
                source ["DLMF 10.6.1"],
                members [(2), (-3), (20)];
        }
    };
}
pub(crate) use bessel;

bessel!(define_rules);

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

/// `t` times the slope of `y = Yₙ(x)` near 0, where `Y₀` is `2/π ln x` and the others are powers of `x`.
fn times_slope_near_pole<T: Float>(t: T, n: i32, x: T, y: T) -> T {
    match n {
        0 => t / x * T::FRAC_2_PI(),
        n => -(t / x * y * T::lit(f64::from(n).abs())),
    }
}
