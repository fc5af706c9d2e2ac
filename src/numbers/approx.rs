//! Approximate comparison, by the traits of the `approx` crate.
//!
//! The numbers themselves are compared by the value at the bottom only, as in all comparisons, and tolerances are values too. So generic
//! code that asks "has this converged?" takes the branch of the plain program. A test wants more: [`AllParts`] compares every
//! derivative as well.

use super::{Dual, Taylor, for_each_number};
use crate::float::{Float, Primitive};
use approx::{AbsDiffEq, RelativeEq, UlpsEq};

macro_rules! approximate {
    ($Number:ty, $($param:tt)*) => {
        /// Compares values, not derivatives. See [`AllParts`](crate::AllParts).
        impl<T: Float, $($param)*> AbsDiffEq for $Number {
            type Epsilon = Self;

            #[inline]
            fn default_epsilon() -> Self {
                Self::from_base(T::Base::default_epsilon())
            }
            #[inline]
            fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
                self.base().abs_diff_eq(&other.base(), epsilon.base())
            }
        }

        /// Compares values, not derivatives. See [`AllParts`](crate::AllParts).
        impl<T: Float, $($param)*> RelativeEq for $Number {
            #[inline]
            fn default_max_relative() -> Self {
                Self::from_base(T::Base::default_max_relative())
            }
            #[inline]
            fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
                self.base().relative_eq(&other.base(), epsilon.base(), max_relative.base())
            }
        }

        /// Compares values, not derivatives. See [`AllParts`](crate::AllParts).
        impl<T: Float, $($param)*> UlpsEq for $Number {
            #[inline]
            fn default_max_ulps() -> u32 {
                T::Base::default_max_ulps()
            }
            #[inline]
            fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
                self.base().ulps_eq(&other.base(), epsilon.base(), max_ulps)
            }
        }
    };
}
for_each_number!(approximate);

/// A dual number or a power series that is compared in all its parts: the value and every derivative, of every order.
///
/// Works with the macros of the `approx` crate, for numbers, slices, and nalgebra's matrices. The tolerance is a plain number
/// and holds for each part by itself.
///
/// A [`Reverse`](crate::Reverse) does not hold its derivatives and has none of this: compare gradients.
///
/// # Examples
/// `x sin x` has the derivative `sin x + x cos x`:
/// ```
/// use approx::assert_relative_eq;
/// use dualtape::{AllParts, Dual};
///
/// let x: Dual<f64> = Dual::variable(2.0);
/// let slope = 2.0_f64.sin() + 2.0 * 2.0_f64.cos();
/// assert_relative_eq!(
///     AllParts(x * x.sin()),
///     AllParts(Dual::new(2.0 * 2.0_f64.sin(), [slope])),
///     max_relative = 1e-15
/// );
/// assert!(x == Dual::constant(2.0) && AllParts(x) != AllParts(Dual::constant(2.0)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AllParts<T>(pub T);

/// A number that holds all its derivatives: a primitive one, or [`Dual`] or [`Taylor`] over such. Not exported, so that nobody else
/// implements it.
pub trait Parts: Float {
    /// `true` if `equal` says so of all pairs of parts.
    fn compare(&self, other: &Self, equal: &impl Fn(&Self::Base, &Self::Base) -> bool) -> bool;
}

impl<B: Primitive> Parts for B {
    fn compare(&self, other: &B, equal: &impl Fn(&B, &B) -> bool) -> bool {
        equal(self, other)
    }
}

impl<T: Parts, const N: usize> Parts for Dual<T, N> {
    fn compare(&self, other: &Self, equal: &impl Fn(&T::Base, &T::Base) -> bool) -> bool {
        let tangents = || self.tangents().into_iter().zip(other.tangents());
        self.primal().compare(&other.primal(), equal) && tangents().all(|(a, b)| a.compare(&b, equal))
    }
}

impl<T: Parts, const N: usize> Parts for Taylor<T, N> {
    fn compare(&self, other: &Self, equal: &impl Fn(&T::Base, &T::Base) -> bool) -> bool {
        self.coefficients().into_iter().zip(other.coefficients()).all(|(a, b)| a.compare(&b, equal))
    }
}

impl<T: Parts> PartialEq for AllParts<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.compare(&other.0, &T::Base::eq)
    }
}

impl<T: Parts> AbsDiffEq for AllParts<T> {
    type Epsilon = T::Base;

    fn default_epsilon() -> T::Base {
        T::Base::default_epsilon()
    }
    fn abs_diff_eq(&self, other: &Self, epsilon: T::Base) -> bool {
        self.0.compare(&other.0, &|a, b| a.abs_diff_eq(b, epsilon))
    }
}

impl<T: Parts> RelativeEq for AllParts<T> {
    fn default_max_relative() -> T::Base {
        T::Base::default_max_relative()
    }
    fn relative_eq(&self, other: &Self, epsilon: T::Base, max_relative: T::Base) -> bool {
        self.0.compare(&other.0, &|a, b| a.relative_eq(b, epsilon, max_relative))
    }
}

impl<T: Parts> UlpsEq for AllParts<T> {
    fn default_max_ulps() -> u32 {
        T::Base::default_max_ulps()
    }
    fn ulps_eq(&self, other: &Self, epsilon: T::Base, max_ulps: u32) -> bool {
        self.0.compare(&other.0, &|a, b| a.ulps_eq(b, epsilon, max_ulps))
    }
}
