//! [`Engine`], the part of [`Float`](super::Float) that the crate itself calls. It is hidden from the documentation.

use super::Float;
pub use super::algorithm::Algorithm;

/// What the crate needs to know of a number and its user does not.
pub trait Engine: Sized {
    /// Runs an algorithm on numbers of this type: its part for primitive numbers or its part for numbers on an inner type,
    /// whichever fits.
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self>
    where
        Self: Float;
}
