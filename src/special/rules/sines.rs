//! Rows of sines by half turns.

use super::super::values;
use crate::rules::dialect::define_rules;

/// Sines: methods of [`Special`](crate::Special).
macro_rules! sines {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// `sin(πx)`, exact at multiples of 1/2; derivative `π cos(πx)`.
            pub SinPi = sin_pi(x) { f64 [values::sin_pi(x)] |x, _| T::PI() * x.unary(CosPi) }
                at [1e9 => 0.0; std::f64::consts::PI];

            /// `cos(πx)`, exact at multiples of 1/2; derivative `-π sin(πx)`.
            pub CosPi = cos_pi(x) { f64 [values::cos_pi(x)] |x, _| -T::PI() * x.unary(SinPi) }
                at [0.5 => 0.0; -std::f64::consts::PI];
        }
    };
}
pub(crate) use sines;

sines!(define_rules, [Sines]);
