//! The scalar traits of `nalgebra` (its `simba`): every number type is a [`RealField`], so matrices, decompositions,
//! rotations and poses of it just work.
//!
//! The methods are the inherent ones, with their conventions at kinks. This file decides what only these traits ask:
//!
//! - *Conversion down* (`to_subset`, `try_cast`, `is_in_subset`) takes the primal and always succeeds, as between `f64` and
//!   `f32`. Like every predicate it answers for the plain program.
//! - *Conversion up* gives constants, from primitive numbers and from the number one level down. So `matrix.cast::<Dual<f64>>()` is
//!   `matrix.map(Dual::constant)`.
//! - `to_exp` splits a number into modulus and sign by the branch taken: their product is the number with all its derivatives.
//!   Givens rotations rely on that where an entry is exactly zero and its tangent is not. `modulus` on its
//!   own is `abs`, with derivative 0 at 0.
//! - `sinc` and `sinhc` have their true derivatives near 0, where the quotient has none left.

use super::{Dual, for_each_number};
use crate::float::{Float, Number, Primitive};
use crate::rules::dialect::{define_rules, forward_all};
use crate::rules::{cardinal::Sinc, elementary};
use core::ops::Mul;
use nalgebra::allocator::Allocator;
use nalgebra::storage::Storage;
use nalgebra::{ComplexField, DefaultAllocator, Dim, Field, Matrix, OMatrix, RealField, SimdValue};
use num_traits::{FloatConst, FromPrimitive, One, Zero};
use simba::scalar::SubsetOf;

macro_rules! real_field {
    ($Number:ty, $($param:tt)*) => {
        /// A number is one lane; directions of a wide dual are not lanes.
        impl<T: Float, $($param)*> SimdValue for $Number {
            const LANES: usize = 1;
            type Element = Self;
            type SimdBool = bool;

            #[inline(always)]
            fn splat(x: Self) -> Self {
                x
            }
            #[inline(always)]
            fn extract(&self, _: usize) -> Self {
                *self
            }
            #[inline(always)]
            #[allow(unsafe_code, reason = "the trait's signature; the body is safe")]
            unsafe fn extract_unchecked(&self, _: usize) -> Self {
                *self
            }
            #[inline(always)]
            fn replace(&mut self, _: usize, x: Self) {
                *self = x;
            }
            #[inline(always)]
            #[allow(unsafe_code, reason = "the trait's signature; the body is safe")]
            unsafe fn replace_unchecked(&mut self, _: usize, x: Self) {
                *self = x;
            }
            #[inline(always)]
            fn select(self, condition: bool, other: Self) -> Self {
                if condition { self } else { other }
            }
        }

        impl<T: Float, $($param)*> Field for $Number {}

        impl<T: Float, $($param)*> ComplexField for $Number {
            type RealField = Self;

            elementary!(forward_all, [ComplexField]);

            #[inline]
            fn from_real(x: Self) -> Self {
                x
            }
            #[inline]
            fn real(self) -> Self {
                self
            }
            #[inline]
            fn imaginary(self) -> Self {
                Self::zero()
            }
            #[inline]
            fn conjugate(self) -> Self {
                self
            }
            #[inline]
            fn norm1(self) -> Self {
                self.abs()
            }
            #[inline]
            fn modulus(self) -> Self {
                self.abs()
            }
            #[inline]
            fn modulus_squared(self) -> Self {
                self * self
            }
            #[inline]
            fn argument(self) -> Self {
                if self >= Self::zero() { Self::zero() } else { Self::PI() }
            }
            #[inline]
            fn to_exp(self) -> (Self, Self) {
                if self >= Self::zero() { (self, Self::one()) } else { (-self, -Self::one()) }
            }
            #[inline]
            fn scale(self, factor: Self) -> Self {
                self * factor
            }
            #[inline]
            fn unscale(self, factor: Self) -> Self {
                self / factor
            }
            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }
            #[inline]
            fn sin_cos(self) -> (Self, Self) {
                self.sin_cos()
            }
            #[inline]
            fn sinc(self) -> Self {
                self.unary(Sinc(0))
            }
            #[inline]
            fn sinhc(self) -> Self {
                self.unary(Sinhc)
            }
            #[inline]
            fn powc(self, y: Self) -> Self {
                self.powf(y)
            }
            #[inline]
            fn try_sqrt(self) -> Option<Self> {
                (self >= Self::zero()).then(|| self.sqrt())
            }
            #[inline]
            fn is_finite(&self) -> bool {
                self.value().is_finite()
            }
        }

        impl<T: Float, $($param)*> RealField for $Number {
            elementary!(forward_all, [RealField]);
            real_field!(@binary max min copysign);
            real_field!(@constants pi PI, two_pi TAU, frac_pi_2 FRAC_PI_2, frac_pi_3 FRAC_PI_3, frac_pi_4 FRAC_PI_4,
                frac_pi_6 FRAC_PI_6, frac_pi_8 FRAC_PI_8, frac_1_pi FRAC_1_PI, frac_2_pi FRAC_2_PI,
                frac_2_sqrt_pi FRAC_2_SQRT_PI, e E, log2_e LOG2_E, log10_e LOG10_E, ln_2 LN_2, ln_10 LN_10);

            #[inline]
            fn is_sign_positive(&self) -> bool {
                self.value().is_sign_positive()
            }
            #[inline]
            fn is_sign_negative(&self) -> bool {
                self.value().is_sign_negative()
            }
            /// With bounds that are not ordered it does not panic, as that of `f64` here does not.
            #[inline]
            fn clamp(self, low: Self, high: Self) -> Self {
                if low <= high {
                    self.clamp(low, high)
                } else if self < low {
                    low
                } else if self > high {
                    high
                } else {
                    self
                }
            }
            #[inline]
            fn min_value() -> Option<Self> {
                Some(<Self as num_traits::Float>::min_value())
            }
            #[inline]
            fn max_value() -> Option<Self> {
                Some(<Self as num_traits::Float>::max_value())
            }
        }

        impl<T: Float, $($param)*> SubsetOf<Self> for $Number {
            #[inline]
            fn to_superset(&self) -> Self {
                *self
            }
            #[inline]
            fn from_superset_unchecked(x: &Self) -> Self {
                *x
            }
            #[inline]
            fn is_in_subset(_: &Self) -> bool {
                true
            }
        }
    };
    (@binary $($method:ident)*) => {$(
        #[inline]
        fn $method(self, other: Self) -> Self {
            self.$method(other)
        }
    )*};
    (@constants $($method:ident $NAME:ident),*) => {$(
        #[inline]
        fn $method() -> Self {
            Self::$NAME()
        }
    )*};
}
for_each_number!(real_field);

/// The number one level down is a subset, as constants.
macro_rules! lift {
    ($Number:ty, $($param:tt)*) => {
        lift!(@to Dual<$Number, M>, $Number, [T: Float, const M: usize, $($param)*]);
        lift!(@to super::Taylor<$Number, M>, $Number, [T: Float, const M: usize, $($param)*]);
        #[cfg(feature = "std")]
        lift!(@to super::Reverse<$Number>, $Number, [T: Float, $($param)*]);
    };
    (@to $Outer:ty, $Number:ty, [$($generics:tt)*]) => {
        impl<$($generics)*> SubsetOf<$Outer> for $Number {
            #[inline]
            fn to_superset(&self) -> $Outer {
                Number::lift(*self)
            }
            #[inline]
            fn from_superset_unchecked(x: &$Outer) -> Self {
                x.value()
            }
            #[inline]
            fn is_in_subset(_: &$Outer) -> bool {
                true
            }
        }
    };
}
for_each_number!(lift);

/// Primitive numbers are subsets, those that are of `f64`.
macro_rules! primitive_subsets {
    ($Number:ty, $($param:tt)*) => {
        primitive_subsets!(@of f32 from_f32, $Number, $($param)*);
        primitive_subsets!(@of f64 from_f64, $Number, $($param)*);
        primitive_subsets!(@of i8 from_i8, $Number, $($param)*);
        primitive_subsets!(@of i16 from_i16, $Number, $($param)*);
        primitive_subsets!(@of i32 from_i32, $Number, $($param)*);
        primitive_subsets!(@of i64 from_i64, $Number, $($param)*);
        primitive_subsets!(@of i128 from_i128, $Number, $($param)*);
        primitive_subsets!(@of isize from_isize, $Number, $($param)*);
        primitive_subsets!(@of u8 from_u8, $Number, $($param)*);
        primitive_subsets!(@of u16 from_u16, $Number, $($param)*);
        primitive_subsets!(@of u32 from_u32, $Number, $($param)*);
        primitive_subsets!(@of u64 from_u64, $Number, $($param)*);
        primitive_subsets!(@of u128 from_u128, $Number, $($param)*);
        primitive_subsets!(@of usize from_usize, $Number, $($param)*);
    };
    (@of $P:ident $from:ident, $Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> SubsetOf<$Number> for $P {
            #[inline]
            fn to_superset(&self) -> $Number {
                FromPrimitive::$from(*self).expect("a nearest number exists")
            }
            #[inline]
            fn from_superset_unchecked(x: &$Number) -> $P {
                x.base().widen() as $P
            }
            #[inline]
            fn is_in_subset(_: &$Number) -> bool {
                true
            }
        }
    };
}
for_each_number!(primitive_subsets);

/// `x * matrix`, as nalgebra has it for primitive numbers.
macro_rules! left_factor {
    ($Number:ty, $($param:tt)*) => {
        left_factor!(@of Matrix<$Number, R, C, S>, $Number, [$($param)*]);
        left_factor!(@of &Matrix<$Number, R, C, S>, $Number, [$($param)*]);
    };
    (@of $Matrix:ty, $Number:ty, [$($param:tt)*]) => {
        impl<T: Float, R: Dim, C: Dim, S: Storage<$Number, R, C>, $($param)*> Mul<$Matrix> for $Number
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = OMatrix<$Number, R, C>;
            #[inline]
            fn mul(self, matrix: $Matrix) -> Self::Output {
                matrix.map(|entry| self * entry)
            }
        }
    };
}
for_each_number!(left_factor);

define_rules! {
    [Cardinal]

    /// `sinh x / x`, 1 at 0 and infinite at ±∞.
    Sinhc = sinhc(x) { [sinhc(x)] |x, y| sinhc_slope(x, y) };
}

/// From where on `sinh |x|` is `exp |x| / 2` to the last digit, in either precision; it overflows before `sinh x / x` does.
const FAR: f64 = 40.0;

fn sinhc<B: Primitive>(x: B) -> B {
    let y = x.sinh() / x;
    if x == B::zero() {
        B::one()
    } else if y.is_finite() || x.is_nan() {
        y
    } else {
        let root = (x.abs() * B::lit(0.5)).exp();
        if root.is_infinite() { root } else { root / (x.abs() + x.abs()) * root }
    }
}

/// `(cosh x - y) / x`, which is `± (1 - 1/|x|) y` far out.
///
/// Near 0, where that cancels, it is the power series, with so many terms that the higher derivatives are right too.
fn sinhc_slope<T: Float>(x: T, y: T) -> T {
    let square = x * x;
    square.if_less(
        T::one(),
        || {
            let term = |sum: T, j: i32| T::one() + square * sum / T::lit((2 * j * (2 * j + 3)).into());
            x * (1..12).rev().fold(T::one(), term) / T::lit(3.0)
        },
        || {
            let middle = || (x.cosh() - y) / x;
            let right = || y * (T::one() - x.recip());
            let left = || -y * (T::one() + x.recip());
            T::lit(FAR).if_less(x, right, || x.if_less(T::lit(-FAR), left, middle))
        },
    )
}
