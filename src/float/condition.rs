//! Conditions under which a recorded computation stands for the one that would be run: where an engine chooses by a value, a recording
//! takes plain arithmetic and notes what it relies on.

use super::Float;
#[cfg(feature = "graph")]
use super::{
    Primitive,
    products::{is_central_on, is_not_large_on},
};

/// What a number that records is to be at a point where plain arithmetic is used in place of a choice by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Not NaN.
    NotNan,
    /// In the middle of the range, of nested numbers if `nested`, or zero if `or_zero`.
    Central {
        /// Whether the number is nested.
        nested: bool,
        /// Whether zero will do as well.
        or_zero: bool,
    },
    /// Not at the upper end of the range, of nested numbers if `nested`.
    NotLarge {
        /// Whether the number is nested.
        nested: bool,
    },
    /// Between -1 and 1.
    AtMostOne,
}

#[cfg(feature = "graph")]
impl Condition {
    /// A number for each kind, less than 8.
    #[must_use]
    pub fn kind(self) -> u32 {
        match self {
            Condition::NotNan => 0,
            Condition::AtMostOne => 1,
            Condition::Central { nested, or_zero } => 2 + 2 * u32::from(nested) + u32::from(or_zero),
            Condition::NotLarge { nested } => 6 + u32::from(nested),
        }
    }

    /// Whether it holds of `x`.
    #[must_use]
    pub fn holds<B: Primitive>(self, x: B) -> bool {
        match self {
            Condition::NotNan => !x.is_nan(),
            Condition::Central { nested, or_zero } => (or_zero && x.is_zero()) || is_central_on(nested, x),
            Condition::NotLarge { nested } => is_not_large_on(nested, x),
            Condition::AtMostOne => (-B::one()..=B::one()).contains(&x),
        }
    }
}

/// Notes a condition that the recorded computation needs; see [`Engine::TRACED`](super::Engine::TRACED).
#[inline]
pub(crate) fn requires<T: Float>(condition: Condition, x: T) {
    #[cfg(feature = "graph")]
    T::run::<crate::graph::Require>((condition, x));
    #[cfg(not(feature = "graph"))]
    let _ = (condition, x);
}
