//! [`Algorithm`], a computation that is one thing on primitive numbers and another on numbers with derivatives.

use super::{Float, Number, Primitive};

/// A computation in two parts: on primitive numbers, and on numbers that are built on an inner type.
///
/// The decomposition of a matrix is the model: on `f64` it is computed, and on a number with derivatives it is computed on the inner
/// type, then its derivative is added by a rule. Code that is generic over `Float` calls both by
/// [`Engine::run`](super::engine::Engine::run), with no bound on the type besides `Float`.
pub trait Algorithm {
    /// What the computation takes.
    type Args<'a, T: Float>;
    /// What it returns.
    type Output<T: Float>;

    /// The computation on primitive numbers.
    fn on_primitive<B: Scalar>(args: Self::Args<'_, B>) -> Self::Output<B>;

    /// The computation on numbers with derivatives, usually by [`Engine::run`](super::engine::Engine::run) on the inner type.
    fn on_number<N: Number>(args: Self::Args<'_, N>) -> Self::Output<N>;

    /// The computation on power series. What goes down to the inner type has to be told where to end here: see
    /// [`Engine::ORDERS`](super::engine::Engine::ORDERS).
    fn on_series<N: Number>(args: Self::Args<'_, N>) -> Self::Output<N> {
        Self::on_number(args)
    }

    /// The computation on numbers that record every operation, so that the recording holds for other values.
    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(args: Self::Args<'_, crate::graph::Traced<B>>) -> Self::Output<crate::graph::Traced<B>>;
}

/// A primitive number as other crates know it: with the feature `nalgebra` its matrices can be decomposed.
#[cfg(feature = "nalgebra")]
pub trait Scalar: Primitive + nalgebra::RealField {}
/// A primitive number as other crates know it, here without any.
#[cfg(not(feature = "nalgebra"))]
pub trait Scalar: Primitive {}
impl Scalar for f32 {}
impl Scalar for f64 {}
