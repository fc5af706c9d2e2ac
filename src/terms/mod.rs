//! Sums over data: `f(x) = Σ fᵢ(x)`, one term for each observation.
//!
//! Most functions that are fitted are such sums: likelihoods, squared residuals, losses of a training set. Written as [`Terms`], one of
//! them is a [`Sum`], which all drivers and methods take that take a [`ScalarFunction`](crate::ScalarFunction):
//!
//! ```
//! use dualtape::terms::{Sum, Terms};
//! use dualtape::{Float, gradient_of};
//!
//! /// The squared residuals of the line `y = b0 + b1 x`.
//! struct Line { data: Vec<(f64, f64)> }
//!
//! impl Terms for Line {
//!     fn count(&self) -> usize {
//!         self.data.len()
//!     }
//!     fn term<T: Float>(&self, i: usize, b: &[T]) -> T {
//!         let (x, y) = self.data[i];
//!         (T::lit(y) - b[0] - b[1] * T::lit(x)).powi(2)
//!     }
//! }
//!
//! let line = Line { data: vec![(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)] };
//! // -2 Σ 1, -2 Σ x
//! assert_eq!(gradient_of(&Sum::of(&line), &[0.0, 2.0]), [-6.0, -6.0]);
//! assert_eq!(gradient_of(&Sum::of(&line).range(0..2), &[0.0, 2.0]), [-4.0, -2.0]);
//! # #[cfg(feature = "nalgebra")]
//! assert_eq!(dualtape::optimize::newton(&Sum::of(&line), &[0.0, 0.0]).x, [1.0, 2.0]);
//! ```
//!
//! | | |
//! |---|---|
//! | all terms | [`Sum::of`] |
//! | some of them, as in mini-batches | [`Sum::range`], [`Sum::batch`] |
//! | on the threads of `rayon` (feature `rayon`) | `Sum::in_parallel` |
//! | value | [`eval`](crate::ScalarFunction::eval) |
//! | derivatives | [`gradient_of`](crate::gradient_of), [`hvp_of`](crate::hvp_of), [`hessian_of`](fn@crate::hessian_of) and their twins |
//! | the pattern of the Hessian, from the inputs of each term | [`SparsePattern::of_terms`](crate::sparse::SparsePattern::of_terms) |
//! | minimum | [`optimize::newton`](fn@crate::optimize::newton), [`optimize::newton_cg`](fn@crate::optimize::newton_cg) |
//!
//! What is added once, as the penalty of a ridge, is one more term.
//!
//! # In which order terms are added
//! Terms are added in blocks of neighbours, and then the blocks, two and two. Which terms form a block is decided by the numbers of terms
//! and of inputs, and by nothing else. So the value has the same bits whoever computes it, with derivatives or without, on any number
//! of threads; and so has every derivative on any number of threads.
//!
//! # Memory
//! A recording of the whole sum, as [`gradient`](crate::gradient) makes it of any function, grows with the number of terms. Here
//! derivatives of a block are taken as soon as its recording has some thousand records, and the memory is used again for the next terms.
//! It stays in the cache and does not grow with the data.

mod blocks;
mod segments;
mod sum;

use crate::float::Float;
#[cfg(feature = "rayon")]
pub use sum::ParallelSum;
pub use sum::Sum;

/// The terms of a sum over data, each a function of the same parameters that can be evaluated on every number type.
///
/// # Examples
/// See [the module](self).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no terms",
    note = "implement `Terms` on a struct that holds the data: how many terms there are, and one of them on every number type"
)]
pub trait Terms {
    /// How many terms there are.
    fn count(&self) -> usize;

    /// The term with the index `i`, below [`count`](Terms::count), at the parameters `x`.
    fn term<T: Float>(&self, i: usize, x: &[T]) -> T;
}

impl<F: Terms + ?Sized> Terms for &F {
    fn count(&self) -> usize {
        (**self).count()
    }

    fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
        (**self).term(i, x)
    }
}
