//! [`Primitive`]: `f32` and `f64`, the bottom of every nest.

use super::engine::Algorithm;
use super::rule::{Binary, Reduction, Unary};
use super::{Engine, Float};
use num_traits::float::TotalOrder;

/// A primitive floating point number, the bottom of every nest: `f32` or `f64`.
///
/// Sealed: operators with a primitive on one side rely on the list being complete.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither `f32` nor `f64`",
    note = "lift an outer number to the inner type with `Dual::constant` or `Reverse::constant`; convert an integer to a float"
)]
pub trait Primitive: Float<Base = Self> + TotalOrder + sealed::Sealed {
    /// `true` for `f32`.
    const IS_SINGLE: bool;
    /// The nearest number of this type.
    #[must_use]
    fn nearest(x: f64) -> Self;
    /// The value as an `f64`, exact.
    #[must_use]
    fn widen(self) -> f64;
}

mod sealed {
    #[cfg(not(feature = "approx"))]
    pub trait Sealed {}
    /// Primitive numbers compare approximately. Required here so that users of `Float` need no extra bound.
    #[cfg(feature = "approx")]
    pub trait Sealed: approx::RelativeEq<Epsilon = Self> + approx::UlpsEq<Epsilon = Self> {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! primitive {
    ($($t:ident),*) => {$(
        impl Engine for $t {
            const NESTED: bool = false;
            const LEVELS: usize = 0;
            type Fused<const K: usize> = $t;
            #[inline]
            fn run<A: Algorithm>(args: A::Args<'_, $t>) -> A::Output<$t> {
                A::on_primitive(args)
            }
        }

        impl Float for $t {
            type Base = $t;
            type Inner = $t;
            type Coefficient = $t;
            #[inline]
            fn leading(self) -> $t {
                self
            }
            #[inline]
            fn from_leading(x: $t) -> $t {
                x
            }
            #[inline]
            fn from_base(x: $t) -> $t {
                x
            }
            #[inline]
            fn base(&self) -> $t {
                *self
            }
            #[inline]
            fn primal(self) -> $t {
                self
            }
            #[inline]
            fn from_partials(value: $t, _: &[($t, $t)]) -> $t {
                value
            }
            #[inline]
            fn is_constant(&self) -> bool {
                true
            }
            #[inline]
            fn is_zero_in_all_parts(&self) -> bool {
                *self == 0.0
            }
            #[inline]
            fn is_finite_in_all_parts(&self) -> bool {
                self.is_finite()
            }
            #[inline]
            fn unary<R: Unary>(self, rule: R) -> $t {
                rule.value(self)
            }
            #[inline]
            fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = $t> + Clone) -> $t {
                rule.value(x)
            }
            #[inline]
            fn fuse<const K: usize>(x: [$t; K], f: impl FnOnce([$t; K]) -> $t) -> $t {
                f(x)
            }
            #[inline]
            fn binary<R: Binary>(self, rule: R, other: $t) -> $t {
                rule.value(self, other)
            }
        }

        impl Primitive for $t {
            const IS_SINGLE: bool = size_of::<$t>() == size_of::<f32>();
            #[inline]
            fn nearest(x: f64) -> $t {
                x as $t
            }
            #[inline]
            fn widen(self) -> f64 {
                self.into()
            }
        }
    )*};
}

primitive!(f32, f64);
