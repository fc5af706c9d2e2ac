//! A function of `dualtape` as a problem of `argmin`, with exact derivatives.

use argmin::core::{CostFunction, Error, Gradient, Hessian};
use dualtape::ScalarFunction;

/// Minimise a function.
pub struct Problem<'a, F>(pub &'a F);

impl<F: ScalarFunction> CostFunction for Problem<'_, F> {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.0.eval(x))
    }
}

impl<F: ScalarFunction> Gradient for Problem<'_, F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(dualtape::gradient_of(self.0, x))
    }
}

impl<F: ScalarFunction> Hessian for Problem<'_, F> {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;
    fn hessian(&self, x: &Vec<f64>) -> Result<Vec<Vec<f64>>, Error> {
        let hessian = dualtape::hessian_of(self.0, x);
        Ok(hessian.column_iter().map(|column| column.as_slice().to_vec()).collect())
    }
}
