//! What a model asks of a Hessian, however it is stored.

use nalgebra::{DMatrix, DVector};

/// A symmetric matrix, dense or sparse.
pub(super) trait Hessian {
    /// All entries that are stored.
    fn entries(&self) -> &[f64];

    /// Row and column of one of them.
    fn place(&self, index: usize) -> (usize, usize);

    fn diagonal(&self) -> DVector<f64>;

    /// The largest modulus in each row of D⁻¹HD⁻¹, for the diagonal matrix D of this scale.
    fn row_maxima(&self, scale: &DVector<f64>) -> DVector<f64>;
}

impl Hessian for DMatrix<f64> {
    fn entries(&self) -> &[f64] {
        self.as_slice()
    }

    fn place(&self, index: usize) -> (usize, usize) {
        (index % self.nrows(), index / self.nrows())
    }

    fn diagonal(&self) -> DVector<f64> {
        DMatrix::diagonal(self)
    }

    fn row_maxima(&self, scale: &DVector<f64>) -> DVector<f64> {
        let n = scale.len();
        let entry = |i: usize, j: usize| self[(i, j)].abs() / scale[i] / scale[j];
        DVector::from_fn(n, |i, _| (0..n).map(|j| entry(i, j)).fold(0.0, f64::max))
    }
}
