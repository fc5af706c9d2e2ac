//! [`Number`], what code for every number with derivatives needs to know of it.

use super::Float;

/// A number that is built on an inner one, as code for all of them sees it: the methods that are stamped onto every type, and an
/// [`Algorithm`](super::engine::Algorithm).
pub trait Number: Float {
    /// The value, one level down.
    fn inner(&self) -> Self::Inner;

    /// The value, one level down, for a question whose answer the program may go by. A number that must know of it takes note.
    #[inline(always)]
    #[track_caller]
    fn asked(&self) -> Self::Inner {
        self.inner()
    }

    /// The constant `x`.
    fn lift(x: Self::Inner) -> Self;

    /// The result `value` of a function of this number that is constant between jumps.
    #[inline(always)]
    fn step_to(self, value: Self::Inner) -> Self {
        Self::lift(value)
    }

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
