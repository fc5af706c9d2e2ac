//! The number types, and what they share.
//!
//! The file of a type has what is different in each: the functions of [`Number`] and [`Float`], and the arithmetic by value. Everything
//! else is stamped onto every type: by [`operators`], [`elementary`], [`num`] and [`text`], and by one file for each foreign crate whose
//! traits the numbers have.

#[cfg(feature = "approx")]
mod approx;
mod dual;
mod elementary;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
mod num;
mod operators;
mod piecewise;
#[cfg(feature = "rand")]
mod rand;
#[cfg(feature = "nalgebra")]
mod real;
#[cfg(feature = "std")]
mod reverse;
#[cfg(feature = "serde")]
mod serde;
mod tag;
mod text;

#[cfg(feature = "approx")]
pub use approx::AllParts;
pub use dual::Dual;
#[cfg(feature = "nalgebra")]
pub use real::Real;
#[cfg(feature = "std")]
pub use reverse::{Fusing, Reverse};
pub(crate) use tag::Tag;

use crate::float::Float;

/// What the stamped code needs to know of a number that is built on an inner one.
pub trait Number: Float {
    /// The value, one level down.
    fn inner(&self) -> Self::Inner;

    /// The constant `x`.
    fn lift(x: Self::Inner) -> Self;

    /// The same derivatives with another value.
    fn with_inner(self, x: Self::Inner) -> Self;

    /// The same number, in a function that `other` is an argument of as well.
    ///
    /// # Panics
    /// With debug assertions, if they are known to belong to different differentiations.
    #[inline(always)]
    fn beside(self, other: Self) -> Self {
        let _ = other;
        self
    }

    /// The chain rule: a function of `self` whose value is `y` and whose derivative by `self` is `slope`.
    fn chain(self, y: Self::Inner, slope: Self::Inner) -> Self;

    /// The chain rule for any number of arguments, each with its partial derivative.
    fn join_all(y: Self::Inner, parts: impl Iterator<Item = (Self, Self::Inner)>) -> Self;
}

/// Stamps everything the types share.
#[cfg(feature = "std")]
macro_rules! for_each_number {
    ($stamp:ident) => {
        $stamp!($crate::Dual<T, N>, const N: usize);
        $stamp!($crate::Reverse<T>,);
    };
}
#[cfg(not(feature = "std"))]
macro_rules! for_each_number {
    ($stamp:ident) => {
        $stamp!($crate::Dual<T, N>, const N: usize);
    };
}
pub(crate) use for_each_number;
