//! The elementary functions as inherent methods, like those of `f64`: no import is needed and none is ambiguous.

use super::{Dual, Number, for_each_number, piecewise};
use crate::float::Float;
use crate::rules::{self, step_table, unary_table};

/// The line of an example: a function at a point, and its derivative (or value and derivative) there, by the given driver.
macro_rules! example {
    (derivative $method:ident $at:literal $is:literal) => {
        concat!("assert_eq!(dualtape::derivative(|x| x.", stringify!($method), "(), ", $at, "), ", $is, ");")
    };
    (gradient $method:ident $at:literal $is:literal) => {
        concat!("assert_eq!(dualtape::gradient(|x| x[0].", stringify!($method), "(), &[", $at, "]), [", $is, "]);")
    };
    (value_and_derivative $method:ident $at:literal $is:literal) => {
        concat!(
            "let (value, slope) = dualtape::value_and_derivative(|x| x.",
            stringify!($method),
            "(), ",
            $at,
            ");\n",
            "assert_eq!((value, slope), (",
            $is,
            ", 0.0));"
        )
    };
    (value_and_gradient $method:ident $at:literal $is:literal) => {
        concat!(
            "let (value, gradient) = dualtape::value_and_gradient(|x| x[0].",
            stringify!($method),
            "(), &[",
            $at,
            "]);\n",
            "assert_eq!((value, gradient), (",
            $is,
            ", vec![0.0]));"
        )
    };
}

/// One method for each row of the table of functions of one argument, with its derivative checked in the example.
macro_rules! unary_methods {
    ($($Rule:ident: $method:ident, |$x:pat_param, $y:pat_param| $partial:expr, at $at:literal => $is:literal
        $(, fused |$fx:ident| $fused:expr)?, $doc:literal;)*) => {
        unary_methods!(@on Dual<T, N>, [const N: usize], $($method $Rule $doc, derivative $at $is;)*);
        #[cfg(feature = "std")]
        unary_methods!(@on super::Reverse<T>, [], $($method $Rule $doc, gradient $at $is;)*);
    };
    (@on $Number:ty, [$($param:tt)*], $($method:ident $Rule:ident $doc:literal, $driver:ident $at:literal $is:literal;)*) => {
        impl<T: Float, $($param)*> $Number {$(
            #[doc = $doc]
            ///
            /// # Examples
            /// ```
            #[doc = example!($driver $method $at $is)]
            /// ```
            #[inline]
            pub fn $method(self) -> Self {
                self.unary(rules::$Rule)
            }
        )*}
    };
}
unary_table!(unary_methods);

/// One method for each function that rounds.
macro_rules! step_methods {
    ($($method:ident: at $at:literal => $is:literal, $doc:literal;)*) => {
        step_methods!(@on Dual<T, N>, [const N: usize], $($method $doc, value_and_derivative $at $is;)*);
        #[cfg(feature = "std")]
        step_methods!(@on super::Reverse<T>, [], $($method $doc, value_and_gradient $at $is;)*);
    };
    (@on $Number:ty, [$($param:tt)*], $($method:ident $doc:literal, $driver:ident $at:literal $is:literal;)*) => {
        impl<T: Float, $($param)*> $Number {$(
            #[doc = $doc]
            ///
            /// # Examples
            /// ```
            #[doc = example!($driver $method $at $is)]
            /// ```
            #[inline]
            pub fn $method(self) -> Self {
                piecewise::step(self, self.inner().$method())
            }
        )*}
    };
}
step_table!(step_methods);

/// The methods that are not rows of a table.
macro_rules! other_methods {
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

            /// Integer power `xⁿ`; derivative `n xⁿ⁻¹`, exact at 0 to every order.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::derivative(|x| x.powi(3), 2.0), 12.0);
            /// assert_eq!(dualtape::derivative(|x| x.powi(-1), 2.0), -0.25);
            /// ```
            #[inline]
            pub fn powi(self, n: i32) -> Self {
                self.unary(rules::Powi(n))
            }

            /// Power `xʸ`; partials `y xʸ⁻¹` and `xʸ ln x`. See [`rules::Powf`] for its edges.
            ///
            /// No logarithm is taken for an exponent without derivative, so negative `x` are fine with a constant integer `y`.
            ///
            /// # Examples
            /// With a constant exponent, and with a constant base:
            /// ```
            /// use dualtape::{Dual, derivative};
            /// assert_eq!(derivative(|x| x.powf(1.5), 4.0), 3.0); // 1.5 √x
            /// assert_eq!(derivative(|y| Dual::constant(2.0).powf(y), 3.0), 8.0 * 2.0_f64.ln()); // 2ʸ ln 2
            /// ```
            #[inline]
            pub fn powf(self, y: impl Into<Self>) -> Self {
                self.binary(rules::Powf, y.into())
            }

            /// Logarithm to the given base, `ln x / ln base`; partials `1 / (x ln b)` and `-y / (b ln b)`.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::derivative(|x| x.log(std::f64::consts::E), 2.0), 0.5);
            /// ```
            #[inline]
            pub fn log(self, base: impl Into<Self>) -> Self {
                self.binary(rules::Log, base.into())
            }

            /// The angle of the point with ordinate `self` and abscissa `x`; partials `x / h²` and `-self / h²` with the
            /// distance `h` from the origin. NaN derivative at the origin.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::derivative(|y| y.atan2(2.0), 0.0), 0.5);
            /// ```
            #[inline]
            pub fn atan2(self, x: impl Into<Self>) -> Self {
                self.binary(rules::Atan2, x.into())
            }

            /// Length `√(x² + y²)` without undue overflow; partials `x / z` and `y / z`, 0 at the origin.
            ///
            /// # Examples
            /// ```
            /// assert_eq!(dualtape::derivative(|x| x.hypot(4.0), 3.0), 0.6);
            /// ```
            #[inline]
            pub fn hypot(self, y: impl Into<Self>) -> Self {
                self.binary(rules::Hypot, y.into())
            }

            /// `self * a + b` with one rounding of the value; tangent `self' a + self a' + b'`.
            ///
            /// # Examples
            /// x y + 1 at (2, 3) is 7, with the gradient (y, x):
            /// ```
            /// use dualtape::forward::value_and_gradient_of_array;
            /// assert_eq!(value_and_gradient_of_array(|[x, y]| x.mul_add(y, 1.0), [2.0, 3.0]), (7.0, [3.0, 2.0]));
            /// ```
            #[inline]
            pub fn mul_add(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
                let (a, b) = (a.into(), b.into());
                (self * a + b).with_inner(self.inner().mul_add(a.inner(), b.inner()))
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
                let ((sin, sin_slope), (cos, cos_slope)) = rules::sin_cos(self.inner());
                (self.chain(sin, sin_slope), self.chain(cos, cos_slope))
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
            pub fn is_nan(self) -> bool {
                self.inner().is_nan()
            }

            /// `true` if the primal is infinite.
            #[inline]
            #[must_use]
            pub fn is_infinite(self) -> bool {
                self.inner().is_infinite()
            }

            /// `true` if the primal is finite.
            #[inline]
            #[must_use]
            pub fn is_finite(self) -> bool {
                self.inner().is_finite()
            }

            /// `true` if the primal is neither zero, subnormal, infinite nor NaN.
            #[inline]
            #[must_use]
            pub fn is_normal(self) -> bool {
                self.inner().is_normal()
            }

            /// `true` if the primal is subnormal.
            #[inline]
            #[must_use]
            pub fn is_subnormal(self) -> bool {
                self.inner().is_subnormal()
            }

            /// The class of the primal.
            #[inline]
            #[must_use]
            pub fn classify(self) -> core::num::FpCategory {
                self.inner().classify()
            }

            /// `true` if the primal has the sign bit clear.
            #[inline]
            #[must_use]
            pub fn is_sign_positive(self) -> bool {
                self.inner().is_sign_positive()
            }

            /// `true` if the primal has the sign bit set.
            #[inline]
            #[must_use]
            pub fn is_sign_negative(self) -> bool {
                self.inner().is_sign_negative()
            }
        }
    };
}
for_each_number!(other_methods);
