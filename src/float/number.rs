//! [`Number`], what code for every number with derivatives needs to know of it.

use super::Float;

/// A number with derivatives, as code for all of them sees it: the methods that are stamped onto every type, and an
/// [`Algorithm`](super::engine::Algorithm).
pub trait Number: Float {
    /// What its value is: the number that it is built on. For [`Dual`](crate::Dual) and [`Reverse`](crate::Reverse) this is
    /// [`Float::Inner`]; for a power series it is the type of a coefficient.
    type Value: Float<Base = Self::Base>;

    /// The value.
    fn value(&self) -> Self::Value;

    /// The value, for a question whose answer the program may go by. A number that must know of it takes note.
    #[inline(always)]
    #[track_caller]
    fn asked(&self) -> Self::Value {
        self.value()
    }

    /// The constant `x`.
    fn lift(x: Self::Value) -> Self;

    /// The result `value` of a function of this number that is constant between jumps.
    #[inline(always)]
    fn step_to(self, value: Self::Value) -> Self {
        Self::lift(value)
    }

    /// The same derivatives with another value.
    fn with_value(self, x: Self::Value) -> Self;

    /// The same number, in a function that `other` is an argument of as well.
    ///
    /// # Panics
    /// With debug assertions, if they are known to belong to different differentiations.
    #[inline(always)]
    fn beside(self, other: Self) -> Self {
        let _ = other;
        self
    }

    /// A function of `self` whose value is `y` and whose derivative by `self` is `slope`, here and nearby.
    fn scaled(self, y: Self::Value, slope: Self::Value) -> Self;

    /// Sine and cosine.
    fn sine_and_cosine(self) -> (Self, Self);

    /// `c` divided by the number.
    fn divides(self, c: Self::Base) -> Self;

    /// The chain rule for any number of arguments, each with its partial derivative.
    fn join_all(y: Self::Inner, parts: impl Iterator<Item = (Self, Self::Inner)>) -> Self;
}
