//! What a minimisation with a sparse Hessian found.

use std::fmt;

use super::super::progress::Iterate;
use super::super::report::{Evaluations, Fault, Row, Status};
use crate::sparse::SparseMatrix;

/// The result of a minimisation with a sparse Hessian: the last point, what is known there, and why it is the last. Written
/// out, it is a table as that of [`Report`](super::super::Report), with a row on the decompositions.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "the report says whether the minimisation succeeded"]
#[non_exhaustive]
pub struct SparseReport {
    /// Why it stopped.
    pub status: Status,
    /// The point reached.
    pub x: Vec<f64>,
    /// f(x).
    pub value: f64,
    /// ∇f(x).
    pub gradient: Vec<f64>,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
    /// ∇²f(x), both triangles.
    pub hessian: SparseMatrix,
    /// The Newton decrement, see [`Report::decrement`](super::super::Report::decrement).
    pub decrement: f64,
    /// Steps tried, accepted or not.
    pub iterations: usize,
    /// How often the function was evaluated; [`hessian`](Evaluations::hessian) counts sparse ones.
    pub evaluations: Evaluations,
    /// How many of Cholesky's decompositions were tried, those of indefinite matrices among them.
    pub factorisations: usize,
    /// How many numbers the Cholesky factor L of LLᵀ = H + λD² consists of: with [`SparsePattern::nnz`] of a triangle of the
    /// Hessian it tells how much it fills in. Blocks of dense columns are stored with the zeros above their diagonal. 0 if no
    /// decomposition was needed.
    ///
    /// [`SparsePattern::nnz`]: crate::sparse::SparsePattern::nnz
    pub factor_entries: usize,
    /// Start and accepted points in order, if [`SparseNewton::trace`](super::SparseNewton::trace) asked for them, else
    /// empty.
    pub trace: Vec<Iterate>,
    /// With [`Status::NonFinite`]: what is not finite.
    pub fault: Option<Fault>,
}

impl SparseReport {
    /// Whether `x` is a minimum: the status is [`Status::Converged`].
    #[must_use]
    #[inline]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }
}

impl fmt::Display for SparseReport {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Row::of(f);
        row.head(f, self.status, self.fault.as_ref(), self.iterations, &self.evaluations)?;
        writeln!(f, "factorisations {}, of {} entries", self.factorisations, self.factor_entries)?;
        row.end(f, self.value, self.gradient_norm, Some(self.decrement), &self.x)
    }
}
