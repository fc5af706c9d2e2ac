//! The least that a number must offer to run the problems, so that each peer's type can.

use std::f64::consts::FRAC_2_SQRT_PI;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number of some crate: the four operations, the same with a plain `f64`, and five functions.
///
/// The operations with `f64` are methods because crates spell them differently. Each implementation uses the crate's own
/// operators where it has them, so that nothing is recorded that its users would not record.
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The constant `c`. Takes a number, because some crates can make a constant only on a tape.
    fn constant(self, c: f64) -> Self;
    fn value(self) -> f64;

    fn plus(self, c: f64) -> Self;
    fn minus(self, c: f64) -> Self;
    fn times(self, c: f64) -> Self;
    fn over(self, c: f64) -> Self;
    /// `c - self`.
    fn taken_from(self, c: f64) -> Self {
        self.constant(c) - self
    }

    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;
    /// For a crate that has no such function and lets nobody add one: the tangent line. Right to first order only.
    #[inline]
    fn erf(self) -> Self {
        let x = self.value();
        let slope = erf_slope(x);
        self.times(slope).plus(libm::erf(x) - slope * x)
    }
}

/// The derivative of `erf`.
pub fn erf_slope(x: f64) -> f64 {
    FRAC_2_SQRT_PI * (-x * x).exp()
}

/// The operations with `f64` by the operators of the type, with `f64` on the right, or `$wrapper(f64)` if one is named.
macro_rules! f64_on_the_right {
    ($($wrapper:path)?) => {
        #[inline]
        fn plus(self, c: f64) -> Self {
            self + $($wrapper)?(c)
        }
        #[inline]
        fn minus(self, c: f64) -> Self {
            self - $($wrapper)?(c)
        }
        #[inline]
        fn times(self, c: f64) -> Self {
            self * $($wrapper)?(c)
        }
        #[inline]
        fn over(self, c: f64) -> Self {
            self / $($wrapper)?(c)
        }
    };
}

macro_rules! f64_on_the_left {
    () => {
        #[inline]
        fn taken_from(self, c: f64) -> Self {
            c - self
        }
    };
}

/// The named functions as a type or trait has them: `functions!(exp ln: Float)`, with `&` if they take a reference.
macro_rules! functions {
    ($($name:ident)*: $owner:ident) => {
        $(
            #[inline]
            fn $name(self) -> Self {
                $owner::$name(self)
            }
        )*
    };
    ($($name:ident)*: &$owner:ident) => {
        $(
            #[inline]
            fn $name(self) -> Self {
                $owner::$name(&self)
            }
        )*
    };
}

/// For numbers with second derivatives, where a tangent line would be wrong.
macro_rules! no_erf {
    () => {
        fn erf(self) -> Self {
            unreachable!("no problem with a Hessian needs erf")
        }
    };
}

pub(crate) use {f64_on_the_left, f64_on_the_right, functions, no_erf};

impl Real for f64 {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: f64);

    #[inline]
    fn constant(self, c: f64) -> f64 {
        c
    }
    #[inline]
    fn value(self) -> f64 {
        self
    }
    #[inline]
    fn erf(self) -> f64 {
        libm::erf(self)
    }
}
