//! Residuals of `dualtape` as a problem of `levenberg-marquardt`, with exact Jacobians.
//!
//! It runs on nalgebra 0.34: matrices of two versions of nalgebra meet as slices.

use dualtape::{VectorFunction, jacobian_of};
use levenberg_marquardt::LeastSquaresProblem;
use nalgebra_0_34::storage::Owned;
use nalgebra_0_34::{DMatrix, DVector, Dyn};

/// A fit at the parameters `b`.
pub struct Fit<F> {
    pub residuals: F,
    pub b: DVector<f64>,
}

impl<F: VectorFunction> Fit<F> {
    /// A fit that begins at `start`.
    pub fn new(residuals: F, start: &[f64]) -> Self {
        Fit { residuals, b: DVector::from_column_slice(start) }
    }
}

impl<F: VectorFunction> LeastSquaresProblem<f64, Dyn, Dyn> for Fit<F> {
    type ParameterStorage = Owned<f64, Dyn>;
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;

    fn set_params(&mut self, b: &DVector<f64>) {
        self.b.copy_from(b);
    }
    fn params(&self) -> DVector<f64> {
        self.b.clone()
    }
    fn residuals(&self) -> Option<DVector<f64>> {
        Some(DVector::from_vec(self.residuals.eval(self.b.as_slice())))
    }
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let j = jacobian_of(&self.residuals, self.b.as_slice());
        Some(DMatrix::from_column_slice(j.nrows(), j.ncols(), j.as_slice()))
    }
}
