//! The elementary functions as inherent methods, like those of `f64`: no import is needed and none is ambiguous.

use super::{Dual, for_each_float, piecewise};
use crate::float::{Float, Number};
use crate::rules::dialect::{examples, method};
use crate::rules::{self, elementary};

/// One method for each row of the table of elementary functions, with its derivative checked in the example.
macro_rules! methods_of_rows {
    ($($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? = $name:ident $args:tt $body:tt
        $($clause:ident $list:tt),*;)*) => {
        methods_of_rows!(@on Dual Dual<T, N>, [const N: usize],
            $([$(#[$meta])*] $Rule $name [$($($p: $P),+)?] $args $body [$($clause $list)*];)*);
        methods_of_rows!(@on Taylor super::Taylor<T, N>, [const N: usize],
            $([$(#[$meta])*] $Rule $name [$($($p: $P),+)?] $args $body [$($clause $list)*];)*);
        #[cfg(feature = "std")]
        methods_of_rows!(@on Reverse super::Reverse<T>, [],
            $([$(#[$meta])*] $Rule $name [$($($p: $P),+)?] $args $body [$($clause $list)*];)*);
        #[cfg(feature = "std")]
        impl<T: Float> super::Dependent<T> {$(
            method!([#[inline] pub] $name [$($($p: $P),+)?] $args rules::$Rule);
        )*}
    };
    (@on $kind:ident $Number:ty, [$($param:tt)*],
        $([$($doc:tt)*] $Rule:ident $name:ident $params:tt $args:tt $body:tt $clauses:tt;)*) => {
        impl<T: Float, $($param)*> $Number {$(
            method!([
                $($doc)*
                #[doc = examples!($kind $name $args $body $clauses)]
                #[inline]
                pub
            ] $name $params $args rules::$Rule);
        )*}
    };
}
elementary!(methods_of_rows);

/// The method whose arguments are values one level down, where these are of the type that the number is built on.
macro_rules! of_values {
    ($Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> $Number {
            /// A function computed elsewhere, from its value and its partial derivatives. See [`Float::from_partials`].
            ///
            /// # Examples
            /// ```
            /// use dualtape::Dual;
            /// let x = Dual::variable(3.0);
            /// assert_eq!(Dual::from_partials(9.0, &[(x, 6.0)]).tangent(), 6.0); // x² and 2 x
            /// ```
            #[inline]
            pub fn from_partials(value: T, partials: &[(Self, T)]) -> Self {
                Float::from_partials(value, partials)
            }
        }
    };
}
of_values!(Dual<T, N>, const N: usize);
#[cfg(feature = "std")]
of_values!(super::Reverse<T>,);

/// The methods that are not rows of a table.
macro_rules! other_methods {
    ($Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> $Number {
            /// `self * a + b` with one rounding of the value; tangent `self' a + self a' + b'`.
            ///
            /// # Examples
            /// x y + 1 at (2, 3) is 7, with the gradient (y, x):
            /// ```
            /// use dualtape::forward::value_and_gradient_of_array;
            /// assert_eq!(
            ///     value_and_gradient_of_array(|[x, y]| x.mul_add(y, 1.0), [2.0, 3.0]),
            ///     (7.0, [3.0, 2.0])
            /// );
            /// ```
            #[inline]
            pub fn mul_add(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
                let (a, b) = (a.into(), b.into());
                (self * a + b).with_value(self.value().mul_add(a.value(), b.value()))
            }

            /// Sine and cosine, from one evaluation of both.
            ///
            /// # Examples
            /// ```
            /// let x = dualtape::Dual::variable(0.0);
            /// let (sin, cos) = x.sin_cos();
            /// assert_eq!((sin.primal(), cos.primal()), (0.0, 1.0));
            /// assert_eq!((sin.tangent(), cos.tangent()), (1.0, 0.0)); // cos x, -sin x
            /// ```
            #[inline]
            pub fn sin_cos(self) -> (Self, Self) {
                self.sine_and_cosine()
            }

            /// The larger of two numbers with its derivative; half of each on a tie; the other one if one is NaN.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::derivative(|x| x.max(1.0), 2.0), 1.0);
            /// assert_eq!(dualtape::derivative(|x| x.max(1.0), 1.0), 0.5);
            /// ```
            #[inline]
            pub fn max(self, other: impl Into<Self>) -> Self {
                piecewise::max(self, other.into())
            }

            /// The smaller of two numbers with its derivative; half of each on a tie; the other one if one is NaN.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::derivative(|x| x.min(1.0), 2.0), 0.0);
            /// assert_eq!(dualtape::derivative(|x| x.min(1.0), 1.0), 0.5);
            /// ```
            #[inline]
            pub fn min(self, other: impl Into<Self>) -> Self {
                piecewise::min(self, other.into())
            }

            /// `self` limited to `low ..= high`; derivative 1 inside, that of the bound outside, half of each on a bound.
            ///
            /// # Panics
            /// If `low > high` or one of them is NaN, as for `f64`.
            ///
            /// # Examples
            /// ```
            /// let slope = |x: f64| dualtape::derivative(|x| x.clamp(0.0, 1.0), x);
            /// assert_eq!([slope(-1.0), slope(0.0), slope(0.5), slope(2.0)], [0.0, 0.5, 1.0, 0.0]);
            /// ```
            #[inline]
            #[track_caller]
            pub fn clamp(self, low: impl Into<Self>, high: impl Into<Self>) -> Self {
                piecewise::clamp(self, low.into(), high.into())
            }

            /// The positive difference `max(self - other, 0)`; half the derivative on a tie.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::value_and_derivative(|x| x.abs_sub(1.0), 3.0), (2.0, 1.0));
            /// assert_eq!(dualtape::value_and_derivative(|x| x.abs_sub(1.0), 0.0), (0.0, 0.0));
            /// ```
            #[inline]
            pub fn abs_sub(self, other: impl Into<Self>) -> Self {
                piecewise::abs_sub(self, other.into())
            }

            /// The remainder of division with a result in `0 .. |other|`; derivative 1, and `-div_euclid` by `other`, also on the
            /// jump.
            ///
            /// # Examples
            /// -7 = -3 · 3 + 2:
            /// ```
            /// use dualtape::{Dual, derivative, value_and_derivative};
            /// assert_eq!(value_and_derivative(|x| x.rem_euclid(3.0), -7.0), (2.0, 1.0));
            /// assert_eq!(derivative(|y| Dual::constant(-7.0).rem_euclid(y), 3.0), 3.0);
            /// ```
            #[inline]
            pub fn rem_euclid(self, other: impl Into<Self>) -> Self {
                piecewise::rem_euclid(self, other.into())
            }

            /// The integer quotient that belongs to [`Self::rem_euclid`]; derivative 0 everywhere.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::value_and_derivative(|x| x.div_euclid(3.0), -7.0), (-3.0, 0.0));
            /// ```
            #[inline]
            pub fn div_euclid(self, other: impl Into<Self>) -> Self {
                piecewise::div_euclid(self, other.into())
            }

            /// `self` with the sign of `sign`; derivative ±1, and 0 at 0. The derivative by `sign` is 0.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::value_and_derivative(|x| x.copysign(-1.0), 3.0), (-3.0, -1.0));
            /// ```
            #[inline]
            pub fn copysign(self, sign: impl Into<Self>) -> Self {
                piecewise::copysign(self, sign.into())
            }
        }

        /// Questions about the primal, as for `f64`.
        impl<T: Float, $($param)*> $Number {
            /// `true` if the primal is NaN.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_nan(self) -> bool {
                self.asked().is_nan()
            }

            /// `true` if the primal is infinite.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_infinite(self) -> bool {
                self.asked().is_infinite()
            }

            /// `true` if the primal is finite.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_finite(self) -> bool {
                self.asked().is_finite()
            }

            /// `true` if the primal is neither zero, subnormal, infinite nor NaN.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_normal(self) -> bool {
                self.asked().is_normal()
            }

            /// `true` if the primal is subnormal.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_subnormal(self) -> bool {
                self.asked().is_subnormal()
            }

            /// The class of the primal.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn classify(self) -> core::num::FpCategory {
                self.asked().classify()
            }

            /// `true` if the primal has the sign bit clear.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_sign_positive(self) -> bool {
                self.asked().is_sign_positive()
            }

            /// `true` if the primal has the sign bit set.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn is_sign_negative(self) -> bool {
                self.asked().is_sign_negative()
            }
        }
    };
}
for_each_float!(other_methods);
