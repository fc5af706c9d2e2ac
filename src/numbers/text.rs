//! Formatting and parsing. A dual shows its tangents, `3 + 2ε`, `3 + [2, 0]ε`, or nested `(3 + 2ε) + (1 + 0ε)ε`. A power series shows its
//! coefficients, `3 + 2t + 1t^2`, and a reverse number its value. Format options (`{:.3}`, `{:+e}`) apply to every part. Parsing gives a
//! constant.

use super::{Dual, Taylor, for_each_float};
use crate::float::{Float, Number};
use core::fmt::{self, Display, Formatter, LowerExp, UpperExp};
use core::str::FromStr;

/// A part of a number, in parentheses if it has parts itself.
fn part<T: Float>(part: &T, out: &mut Formatter<'_>, format: fn(&T, &mut Formatter<'_>) -> fmt::Result) -> fmt::Result {
    if !T::NESTED {
        return format(part, out);
    }
    out.write_str("(")?;
    format(part, out)?;
    out.write_str(")")
}

macro_rules! show {
    ($($Format:ident),*) => {$(
        impl<T: Float, const N: usize> $Format for Dual<T, N> {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                part(&self.primal(), out, $Format::fmt)?;
                out.write_str(" + ")?;
                if N != 1 {
                    out.write_str("[")?;
                }
                for (k, tangent) in self.tangents().iter().enumerate() {
                    if k > 0 {
                        out.write_str(", ")?;
                    }
                    part(tangent, out, $Format::fmt)?;
                }
                out.write_str(if N == 1 { "ε" } else { "]ε" })
            }
        }

        impl<T: Float, const N: usize> $Format for Taylor<T, N> {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                for (k, coefficient) in self.coefficients().iter().enumerate() {
                    if k > 0 {
                        out.write_str(" + ")?;
                    }
                    part(coefficient, out, $Format::fmt)?;
                    match k {
                        0 => {}
                        1 => out.write_str("t")?,
                        _ => write!(out, "t^{k}")?,
                    }
                }
                Ok(())
            }
        }

        #[cfg(feature = "std")]
        impl<T: Float> $Format for super::Reverse<T> {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                $Format::fmt(&self.primal(), out)
            }
        }
    )*};
}
show!(Display, LowerExp, UpperExp);

macro_rules! parse {
    ($Number:ty, $($param:tt)*) => {
        impl<T: Float, $($param)*> FromStr for $Number {
            type Err = <T as FromStr>::Err;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self::lift)
            }
        }
    };
}
for_each_float!(parse);
