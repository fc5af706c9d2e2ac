//! The number types, and what they share.
//!
//! The file of a type has what is different in each: the functions of [`Number`](crate::float::Number) and [`Float`](crate::Float), and
//! the arithmetic by value. Everything else is stamped onto every type: by [`operators`], [`elementary`], [`num`] and [`text`], and by
//! one file for each foreign crate whose traits the numbers have.

#[cfg(feature = "approx")]
mod approx;
#[cfg(feature = "std")]
pub(crate) mod dependence;
#[cfg(feature = "std")]
mod dependent;
mod dual;
mod elementary;
#[cfg(feature = "nalgebra")]
pub(crate) mod nalgebra;
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
#[cfg(feature = "std")]
pub(crate) mod sets;
mod tag;
mod taylor;
mod text;

#[cfg(feature = "approx")]
pub use approx::AllParts;
#[cfg(feature = "std")]
pub use dependent::Dependent;
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

/// Stamps what [`Float`](crate::Float) asks for onto every type, also onto the one that only the crate sees.
macro_rules! for_each_float {
    ($stamp:ident) => {
        $crate::numbers::for_each_number!($stamp);
        #[cfg(feature = "std")]
        $stamp!($crate::numbers::Dependent<T>,);
    };
}
pub(crate) use for_each_float;
