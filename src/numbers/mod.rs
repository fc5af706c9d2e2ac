//! The number types, and what they share.
//!
//! The file of a type has what is different in each: the functions of [`Number`](crate::float::Number) and [`Float`](crate::Float), and
//! the arithmetic by value. Everything else is stamped onto every type: by [`operators`], [`elementary`], [`num`] and [`text`], and by
//! one file for each foreign crate whose traits the numbers have.

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
mod taylor;
mod text;

#[cfg(feature = "approx")]
pub use approx::AllParts;
pub use dual::Dual;
#[cfg(feature = "nalgebra")]
pub use real::Real;
#[cfg(feature = "std")]
pub use reverse::Reverse;
pub(crate) use tag::Tag;
pub use taylor::Taylor;

/// Stamps everything the types share.
#[cfg(feature = "std")]
macro_rules! for_each_number {
    ($stamp:ident) => {
        $stamp!($crate::Dual<T, N>, const N: usize);
        $stamp!($crate::Taylor<T, N>, const N: usize);
        $stamp!($crate::Reverse<T>,);
    };
}
#[cfg(not(feature = "std"))]
macro_rules! for_each_number {
    ($stamp:ident) => {
        $stamp!($crate::Dual<T, N>, const N: usize);
        $stamp!($crate::Taylor<T, N>, const N: usize);
    };
}
pub(crate) use for_each_number;
