//! Operators for every number type: by reference, with assignment, and with a primitive on either side.
//!
//! The types implement `+ - * /` by value and with a primitive on the right; everything here forwards to that.

use super::for_each_float;
use crate::float::{Float, Number, Primitive};
use crate::rules;
use core::cmp::Ordering;
use core::iter::{Product, Sum};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Rem, RemAssign, Sub, SubAssign};

/// `%` by value; `+ - * /` are written with each type.
macro_rules! remainder {
    ($Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> Rem for $Number {
            type Output = Self;
            #[inline]
            fn rem(self, other: Self) -> Self {
                self.binary(rules::Rem, other)
            }
        }

        impl<T: Float<Base = B>, B: Primitive, $($param)*> Rem<B> for $Number {
            type Output = Self;
            #[inline]
            fn rem(self, c: B) -> Self {
                self % Self::from_base(c)
            }
        }
    };
}
for_each_float!(remainder);

/// The variants of one operator by reference and with assignment: for two numbers, and with a primitive on the right.
///
/// `&B` with a generic primitive `B` would overlap with `B` itself in the eyes of the compiler, so references to primitives are
/// listed one by one.
macro_rules! forward_operator {
    ($Op:ident $op:ident $Assign:ident $assign:ident, $Number:ty, $($param:tt)*) => {
        forward_operator!(@value $Op $op $Assign $assign, $Number, [T: Float, $($param)*], $Number);
        forward_operator!(@value $Op $op $Assign $assign, $Number, [T: Float<Base = B>, B: Primitive, $($param)*], B);
        forward_operator!(@reference $Op $op $Assign $assign, $Number, [T: Float, $($param)*], $Number);
        forward_operator!(@reference $Op $op $Assign $assign, $Number, [T: Float<Base = f32>, $($param)*], f32);
        forward_operator!(@reference $Op $op $Assign $assign, $Number, [T: Float<Base = f64>, $($param)*], f64);
    };
    (@value $Op:ident $op:ident $Assign:ident $assign:ident, $Number:ty, [$($generics:tt)*], $Right:ty) => {
        impl<$($generics)*> $Op<$Right> for &$Number {
            type Output = $Number;
            #[inline]
            fn $op(self, other: $Right) -> $Number {
                (*self).$op(other)
            }
        }
        impl<$($generics)*> $Assign<$Right> for $Number {
            #[inline]
            fn $assign(&mut self, other: $Right) {
                *self = (*self).$op(other);
            }
        }
    };
    (@reference $Op:ident $op:ident $Assign:ident $assign:ident, $Number:ty, [$($generics:tt)*], $Right:ty) => {
        impl<$($generics)*> $Op<&$Right> for $Number {
            type Output = $Number;
            #[inline]
            fn $op(self, other: &$Right) -> $Number {
                self.$op(*other)
            }
        }
        impl<$($generics)*> $Op<&$Right> for &$Number {
            type Output = $Number;
            #[inline]
            fn $op(self, other: &$Right) -> $Number {
                (*self).$op(*other)
            }
        }
        impl<$($generics)*> $Assign<&$Right> for $Number {
            #[inline]
            fn $assign(&mut self, other: &$Right) {
                *self = (*self).$op(*other);
            }
        }
    };
}

/// One operator with the primitive `$Prim` on the left, by value and by reference.
macro_rules! left_operator {
    ($Prim:ident, $Op:ident $op:ident, |$c:ident, $x:ident| $result:expr, $Number:ty, $($param:tt)*) => {
        impl<T: Float<Base = $Prim>, $($param)*> $Op<$Number> for $Prim {
            type Output = $Number;
            #[inline]
            fn $op(self, other: $Number) -> $Number {
                let ($c, $x) = (self, other);
                $result
            }
        }
        impl<T: Float<Base = $Prim>, $($param)*> $Op<&$Number> for $Prim {
            type Output = $Number;
            #[inline]
            fn $op(self, other: &$Number) -> $Number {
                self.$op(*other)
            }
        }
        impl<T: Float<Base = $Prim>, $($param)*> $Op<$Number> for &$Prim {
            type Output = $Number;
            #[inline]
            fn $op(self, other: $Number) -> $Number {
                (*self).$op(other)
            }
        }
        impl<T: Float<Base = $Prim>, $($param)*> $Op<&$Number> for &$Prim {
            type Output = $Number;
            #[inline]
            fn $op(self, other: &$Number) -> $Number {
                (*self).$op(*other)
            }
        }
    };
}

macro_rules! operators {
    ($Number:ty, $($param:tt)*) => {
        forward_operator!(Add add AddAssign add_assign, $Number, $($param)*);
        forward_operator!(Sub sub SubAssign sub_assign, $Number, $($param)*);
        forward_operator!(Mul mul MulAssign mul_assign, $Number, $($param)*);
        forward_operator!(Div div DivAssign div_assign, $Number, $($param)*);
        forward_operator!(Rem rem RemAssign rem_assign, $Number, $($param)*);
        operators!(@left f32, $Number, $($param)*);
        operators!(@left f64, $Number, $($param)*);

        impl<T: Float, $($param)*> core::ops::Neg for &$Number {
            type Output = $Number;
            #[inline]
            fn neg(self) -> $Number {
                -*self
            }
        }

        // Comparisons follow the primal: see `Float`.
        operators!(@compare [T: Float, $($param)*], $Number, Self, |x, y| (x.asked(), y.asked()));
        operators!(@compare [T: Float<Base = B>, B: Primitive, $($param)*], $Number, B, |x, y| (x.base(), *y));

        impl<T: Float<Base = B>, B: Primitive, $($param)*> From<B> for $Number {
            #[inline]
            fn from(c: B) -> Self {
                Self::from_base(c)
            }
        }

        impl<T: Float, $($param)*> Sum for $Number {
            #[inline]
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                // The empty sum of the inner type: -0.0 for primitives, which leaves every first summand as it is.
                iter.fold(Self::lift(core::iter::empty::<T>().sum()), |sum, x| sum + x)
            }
        }
        impl<'a, T: Float, $($param)*> Sum<&'a Self> for $Number {
            #[inline]
            fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
                iter.copied().sum()
            }
        }
        impl<T: Float, $($param)*> Product for $Number {
            #[inline]
            fn product<I: Iterator<Item = Self>>(mut iter: I) -> Self {
                // Starting from the first factor, not from one, saves a multiplication with its derivatives.
                iter.next().map_or_else(|| Self::lift(T::one()), |first| iter.fold(first, |product, x| product * x))
            }
        }
        impl<'a, T: Float, $($param)*> Product<&'a Self> for $Number {
            #[inline]
            fn product<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
                iter.copied().product()
            }
        }
    };
    // All methods, the provided ones too, so that a number which takes note of a question knows where in the source it is asked.
    (@compare [$($generics:tt)*], $Number:ty, $Right:ty, |$x:ident, $y:ident| $both:expr) => {
        #[allow(clippy::partialeq_ne_impl)]
        impl<$($generics)*> PartialEq<$Right> for $Number {
            operators!(@question PartialEq, $Right, $x, $y, $both, eq -> bool, ne -> bool);
        }
        impl<$($generics)*> PartialOrd<$Right> for $Number {
            operators!(@question PartialOrd, $Right, $x, $y, $both,
                partial_cmp -> Option<Ordering>, lt -> bool, le -> bool, gt -> bool, ge -> bool);
        }
    };
    (@question $Trait:ident, $Right:ty, $x:ident, $y:ident, $both:expr, $($name:ident -> $Result:ty),*) => {$(
        #[inline]
        #[track_caller]
        fn $name(&self, other: &$Right) -> $Result {
            let ($x, $y) = (self, other);
            let (x, y) = $both;
            $Trait::$name(&x, &y)
        }
    )*};
    (@left $Prim:ident, $Number:ty, $($param:tt)*) => {
        left_operator!($Prim, Add add, |c, x| x + c, $Number, $($param)*);
        left_operator!($Prim, Sub sub, |c, x| -x + c, $Number, $($param)*);
        left_operator!($Prim, Mul mul, |c, x| x * c, $Number, $($param)*);
        left_operator!($Prim, Div div, |c, x| x.divides(c), $Number, $($param)*);
        left_operator!($Prim, Rem rem, |c, x| <$Number>::from_base(c) % x, $Number, $($param)*);
    };
}
for_each_float!(operators);
