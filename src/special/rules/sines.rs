//! Rows of sines by half turns and of the cardinal sine.

use super::super::values;
use crate::float::Float;
use crate::rules::dialect::define_rules;
use crate::rules::where_far;

/// Sines: methods of [`Special`](crate::Special).
macro_rules! sines {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// `sin(πx)`, exact at multiples of 1/2; derivative `π cos(πx)`.
            ///
            /// # Examples
            /// ```
            /// use dualtape::{Special, value_and_derivative};
            /// assert_eq!(value_and_derivative(|x| x.sin_pi(), 1e9), (0.0, std::f64::consts::PI));
            /// ```
            pub SinPi = sin_pi(x) { f64 [values::sin_pi(x)] |x, _| T::PI() * x.unary(CosPi) };

            /// `cos(πx)`, exact at multiples of 1/2; derivative `-π sin(πx)`.
            ///
            /// # Examples
            /// ```
            /// use dualtape::{Special, value_and_derivative};
            /// assert_eq!(value_and_derivative(|x| x.cos_pi(), 0.5), (0.0, -std::f64::consts::PI));
            /// ```
            pub CosPi = cos_pi(x) { f64 [values::cos_pi(x)] |x, _| -T::PI() * x.unary(SinPi) };
        }
    };
}
pub(crate) use sines;

sines!(define_rules);

define_rules! {
    /// Derivative of order `n` of `sin x / x`; its derivative is the next one.
    pub Sinc(n: u32) = sinc(x) { f64 [values::sinc(n, x)] |x, _| x.unary(Sinc(n.saturating_add(1))),
        through |t, slope, x, y| where_far(x, || t / x * (sine(n + 1, x) - y * T::lit(f64::from(n) + 1.0)), || t * slope) };
}

/// Derivative of order `n` of the sine.
fn sine<T: Float>(n: u32, x: T) -> T {
    match n % 4 {
        0 => x.sin(),
        1 => x.cos(),
        2 => -x.sin(),
        _ => -x.cos(),
    }
}
