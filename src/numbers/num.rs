//! `num_traits` for every number type. Methods forward to the inherent ones. Constants and limits have no derivative.

use super::for_each_float;
use crate::float::{Float, Number};
use crate::rules::dialect::forward_all;
use crate::rules::elementary;
use core::cmp::Ordering;
use core::num::FpCategory;
use num_traits::float::{FloatCore, TotalOrder};
use num_traits::{
    Bounded, Euclid, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumCast, One, Pow, Signed, ToPrimitive,
    Zero,
};

macro_rules! num {
    ($Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> Zero for $Number {
            #[inline]
            fn zero() -> Self {
                Self::lift(T::zero())
            }
            #[inline]
            #[track_caller]
            fn is_zero(&self) -> bool {
                self.asked().is_zero()
            }
        }

        impl<T: Float, $($param)*> One for $Number {
            #[inline]
            fn one() -> Self {
                Self::lift(T::one())
            }
            #[inline]
            #[track_caller]
            fn is_one(&self) -> bool {
                self.asked().is_one()
            }
        }

        impl<T: Float, $($param)*> Default for $Number {
            #[inline]
            fn default() -> Self {
                Self::lift(T::default())
            }
        }

        impl<T: Float, $($param)*> Num for $Number {
            type FromStrRadixErr = T::FromStrRadixErr;
            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                T::from_str_radix(text, radix).map(Self::lift)
            }
        }

        impl<T: Float, $($param)*> ToPrimitive for $Number {
            num!(@to to_isize isize, to_i8 i8, to_i16 i16, to_i32 i32, to_i64 i64, to_i128 i128,
                to_usize usize, to_u8 u8, to_u16 u16, to_u32 u32, to_u64 u64, to_u128 u128, to_f32 f32, to_f64 f64);
        }

        impl<T: Float, $($param)*> FromPrimitive for $Number {
            num!(@from from_isize isize, from_i8 i8, from_i16 i16, from_i32 i32, from_i64 i64, from_i128 i128,
                from_usize usize, from_u8 u8, from_u16 u16, from_u32 u32, from_u64 u64, from_u128 u128, from_f32 f32, from_f64 f64);
        }

        impl<T: Float, $($param)*> NumCast for $Number {
            #[inline]
            fn from<P: ToPrimitive>(x: P) -> Option<Self> {
                <T as NumCast>::from(x).map(Self::lift)
            }
        }

        impl<T: Float, $($param)*> Bounded for $Number {
            #[inline]
            fn min_value() -> Self {
                Self::lift(<T as num_traits::Float>::min_value())
            }
            #[inline]
            fn max_value() -> Self {
                Self::lift(<T as num_traits::Float>::max_value())
            }
        }

        impl<T: Float, $($param)*> Signed for $Number {
            #[inline]
            fn abs(&self) -> Self {
                (*self).abs()
            }
            #[inline]
            fn abs_sub(&self, other: &Self) -> Self {
                (*self).abs_sub(*other)
            }
            #[inline]
            fn signum(&self) -> Self {
                (*self).signum()
            }
            #[inline]
            #[track_caller]
            fn is_positive(&self) -> bool {
                self.asked().is_sign_positive()
            }
            #[inline]
            #[track_caller]
            fn is_negative(&self) -> bool {
                self.asked().is_sign_negative()
            }
        }

        impl<T: Float, $($param)*> Inv for $Number {
            type Output = Self;
            #[inline]
            fn inv(self) -> Self {
                self.recip()
            }
        }

        impl<T: Float, $($param)*> Inv for &$Number {
            type Output = $Number;
            #[inline]
            fn inv(self) -> $Number {
                (*self).recip()
            }
        }

        impl<T: Float, $($param)*> Euclid for $Number {
            #[inline]
            fn div_euclid(&self, other: &Self) -> Self {
                (*self).div_euclid(*other)
            }
            #[inline]
            fn rem_euclid(&self, other: &Self) -> Self {
                (*self).rem_euclid(*other)
            }
        }

        impl<T: Float, $($param)*> TotalOrder for $Number {
            #[inline]
            #[track_caller]
            fn total_cmp(&self, other: &Self) -> Ordering {
                TotalOrder::total_cmp(&self.base(), &other.base())
            }
        }

        impl<T: Float, $($param)*> Pow<Self> for $Number {
            type Output = Self;
            #[inline]
            fn pow(self, y: Self) -> Self {
                self.powf(y)
            }
        }
        num!(@pow_by_reference $Number, $Number, $($param)*);

        num!(@pow i32, |x, n| x.powi(n), $Number, $($param)*);
        num!(@pow i16, |x, n| x.powi(n.into()), $Number, $($param)*);
        num!(@pow u16, |x, n| x.powi(n.into()), $Number, $($param)*);
        num!(@pow i8, |x, n| x.powi(n.into()), $Number, $($param)*);
        num!(@pow u8, |x, n| x.powi(n.into()), $Number, $($param)*);
        num!(@pow f32, |x, y| x.powf(Self::lit(y.into())), $Number, $($param)*);
        num!(@pow f64, |x, y| x.powf(Self::lit(y)), $Number, $($param)*);

        impl<T: Float, $($param)*> MulAdd for $Number {
            type Output = Self;
            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }
        }

        impl<T: Float, $($param)*> MulAddAssign for $Number {
            #[inline]
            fn mul_add_assign(&mut self, a: Self, b: Self) {
                *self = self.mul_add(a, b);
            }
        }

        // Constants come from the inner type, not through `f64`.
        impl<T: Float, $($param)*> FloatConst for $Number {
            num!(@constants E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8
                LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10);
        }

        impl<T: Float, $($param)*> num_traits::Float for $Number {
            num!(@limits nan infinity neg_infinity neg_zero min_value min_positive_value epsilon max_value);
            num!(@questions is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative);
            elementary!(forward_all, [Float]);
            num!(@binary abs_sub max min copysign);

            num!(@others);
            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }
            #[inline]
            fn sin_cos(self) -> (Self, Self) {
                self.sin_cos()
            }
        }

        // The part of `Float` that needs no mathematical library; wrappers that order or hash numbers ask for it.
        impl<T: Float, $($param)*> FloatCore for $Number {
            num!(@limits nan infinity neg_infinity neg_zero min_value min_positive_value epsilon max_value);
            num!(@questions is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative);
            elementary!(forward_all, [FloatCore]);
            num!(@binary max min);

            num!(@others);
        }
    };
    (@to $($method:ident $P:ident),*) => {$(
        #[inline]
        #[track_caller]
        fn $method(&self) -> Option<$P> {
            self.asked().$method()
        }
    )*};
    (@from $($method:ident $P:ident),*) => {$(
        #[inline]
        fn $method(x: $P) -> Option<Self> {
            T::$method(x).map(Self::lift)
        }
    )*};
    (@pow $P:ident, |$x:ident, $n:ident| $result:expr, $Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> Pow<$P> for $Number {
            type Output = Self;
            #[inline]
            fn pow(self, n: $P) -> Self {
                let ($x, $n) = (self, n);
                $result
            }
        }
        num!(@pow_by_reference $P, $Number, $($param)*);
    };
    (@pow_by_reference $P:ty, $Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> Pow<&$P> for $Number {
            type Output = Self;
            #[inline]
            fn pow(self, n: &$P) -> Self {
                Pow::pow(self, *n)
            }
        }
        impl<T: Float, $($param)*> Pow<$P> for &$Number {
            type Output = $Number;
            #[inline]
            fn pow(self, n: $P) -> $Number {
                Pow::pow(*self, n)
            }
        }
        impl<T: Float, $($param)*> Pow<&$P> for &$Number {
            type Output = $Number;
            #[inline]
            fn pow(self, n: &$P) -> $Number {
                Pow::pow(*self, *n)
            }
        }
    };
    (@constants $($name:ident)*) => {$(
        #[inline]
        fn $name() -> Self {
            Self::lift(T::$name())
        }
    )*};
    (@limits $($name:ident)*) => {$(
        #[inline]
        fn $name() -> Self {
            Self::lift(T::$name())
        }
    )*};
    (@questions $($name:ident)*) => {$(
        #[inline]
        #[track_caller]
        fn $name(self) -> bool {
            self.asked().$name()
        }
    )*};
    (@others) => {
        #[inline]
        #[track_caller]
        fn classify(self) -> FpCategory {
            self.asked().classify()
        }
        #[inline]
        #[track_caller]
        fn integer_decode(self) -> (u64, i16, i8) {
            self.asked().integer_decode()
        }
        #[inline]
        fn clamp(self, low: Self, high: Self) -> Self {
            self.clamp(low, high)
        }
    };
    (@binary $($name:ident)*) => {$(
        #[inline]
        fn $name(self, other: Self) -> Self {
            self.$name(other)
        }
    )*};
}

for_each_float!(num);
