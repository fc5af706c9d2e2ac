//! A function of `dualtape` as a problem of `basin`, with exact derivatives.

use basin::core::math::DenseMatrix;
use basin::{
    BoxBounds, ConstraintDescription, ConstraintSet, Constraints, CostFunction, Gradient, Hessian, HessianProduct,
};
use dualtape::ScalarFunction;
use std::convert::Infallible;

/// Minimise `f`, in a box if there is one: `lower[i] <= x[i] <= upper[i]`.
pub struct Problem<'a, F> {
    pub f: &'a F,
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
}

impl<'a, F> Problem<'a, F> {
    /// In all of `n` dimensions.
    pub fn unbounded(f: &'a F, n: usize) -> Self {
        Self { f, lower: vec![f64::NEG_INFINITY; n], upper: vec![f64::INFINITY; n] }
    }
}

impl<F: ScalarFunction> CostFunction for Problem<'_, F> {
    type Param = Vec<f64>;
    type Output = f64;
    type Error = Infallible;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Infallible> {
        Ok(self.f.eval(x))
    }
}

impl<F: ScalarFunction> Gradient for Problem<'_, F> {
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Infallible> {
        Ok(dualtape::gradient_of(self.f, x))
    }
    fn cost_and_gradient(&self, x: &Vec<f64>) -> Result<(f64, Vec<f64>), Infallible> {
        Ok(dualtape::value_and_gradient_of(self.f, x))
    }
}

impl<F: ScalarFunction> Hessian for Problem<'_, F> {
    type Hessian = DenseMatrix;
    fn hessian(&self, x: &Vec<f64>) -> Result<DenseMatrix, Infallible> {
        // By columns there and by rows here; it is symmetric.
        Ok(DenseMatrix::from_row_slice(x.len(), x.len(), dualtape::hessian_of(self.f, x).as_slice()))
    }
}

impl<F: ScalarFunction> HessianProduct for Problem<'_, F> {
    fn hessian_product(&self, x: &Vec<f64>, v: &Vec<f64>) -> Result<Vec<f64>, Infallible> {
        Ok(dualtape::hvp_of(self.f, x, v))
    }
}

impl<F> Constraints for Problem<'_, F> {
    type Set = ConstraintSet<BoxBounds<Vec<f64>>>;
    fn constraints(&self) -> <Self::Set as ConstraintDescription>::Borrowed<'_> {
        ConstraintSet::new().with_bounds(BoxBounds::new(Some(&self.lower), Some(&self.upper)))
    }
}
