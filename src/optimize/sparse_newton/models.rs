//! Models with a sparse Hessian, and their minimisers.

use nalgebra::DVector;

use super::super::hessian::Hessian;
use super::super::landscape::Landscape;
use super::super::model::{Curvature, Model, norm, scaling};
use super::super::step::Step;
use super::cholesky::Cholesky;
use super::region::boundary_step;
use crate::ScalarFunction;
use crate::sparse::{HessianPlan, SparseMatrix, directions};

impl Hessian for SparseMatrix {
    fn entries(&self) -> &[f64] {
        self.values()
    }

    fn place(&self, index: usize) -> (usize, usize) {
        let pattern = self.pattern();
        let column = pattern.column_starts().partition_point(|&start| start <= index) - 1;
        (pattern.row_indices()[index], column)
    }

    fn diagonal(&self) -> DVector<f64> {
        DVector::from_fn(self.pattern().columns(), |i, _| self.get(i, i))
    }

    fn row_maxima(&self, scale: &DVector<f64>) -> DVector<f64> {
        let mut largest = DVector::<f64>::zeros(scale.len());
        for (row, column, entry) in self.triplets() {
            largest[row] = largest[row].max(entry.abs() / scale[row] / scale[column]);
        }
        largest
    }
}

/// A function whose Hessian is sparse.
pub(super) struct Sparse<'a, F: ?Sized> {
    f: &'a F,
    plan: &'a HessianPlan,
    /// None as long as it was not needed.
    pub cholesky: Option<Cholesky>,
    /// The multiplier of the last step to the boundary of the region.
    lambda: f64,
    /// What is known of the eigenvector of the least eigenvalue.
    vector: DVector<f64>,
}

impl<'a, F: ScalarFunction + ?Sized> Sparse<'a, F> {
    pub fn new(f: &'a F, plan: &'a HessianPlan) -> Self {
        let vector = DVector::from_vec(directions(plan.pattern().columns()));
        Self { f, plan, cholesky: None, lambda: 0.0, vector }
    }
}

impl<F: ScalarFunction + ?Sized> Landscape for Sparse<'_, F> {
    type Hessian = SparseMatrix;

    fn value(&self, x: &[f64]) -> f64 {
        self.f.eval(x)
    }

    fn model_at(&mut self, x: DVector<f64>) -> Model<SparseMatrix> {
        let (value, gradient, hessian) = self.plan.value_gradient_and_hessian(self.f, x.as_slice());
        let mut model = Model::unclassified(x, value, DVector::from_vec(gradient), hessian, scaling);
        if model.is_finite() && !model.x.is_empty() {
            classify(&mut model, self.cholesky.get_or_insert_with(|| Cholesky::new(self.plan.pattern())));
        }
        model
    }

    fn step(&mut self, point: &Model<SparseMatrix>, scale: &DVector<f64>, radius: f64) -> Option<Step> {
        if let Some(step) = point.newton_within(scale, radius) {
            return Some(step);
        }
        let cholesky = self.cholesky.as_mut().expect("it was needed for the model");
        cholesky.load(&point.hessian, scale);
        let gradient = point.gradient.component_div(scale);
        let definite = point.curvature == Curvature::Definite;
        let (y, lambda) = boundary_step(cholesky, &gradient, radius, definite, self.lambda, &mut self.vector)?;
        self.lambda = lambda;
        let predicted = -gradient.dot(&y) - 0.5 * y.dot(&cholesky.product(&y));
        Some(Step { step: point.unscaled(&y, scale), length: radius, predicted, newton: false })
    }
}

/// Finds curvature, Newton step and decrement.
fn classify(model: &mut Model<SparseMatrix>, cholesky: &mut Cholesky) {
    cholesky.load(&model.hessian, &model.scale);
    let gradient = model.gradient.component_div(&model.scale);
    let step = if cholesky.factorise(0.0) {
        model.curvature = Curvature::Definite;
        Some(-cholesky.solve(&gradient))
    } else {
        model.curvature = Curvature::Indefinite;
        semidefinite_step(model, cholesky, &gradient)
    };
    if let Some(step) = step {
        model.set_newton(&gradient, &step);
    }
}

/// -B⁺g for a matrix B that is singular but not indefinite, as far as rounding lets tell: plus a small multiple of I it is
/// definite. None if the gradient has a part in the null space, along which the model falls without end.
///
/// With a shift δ of half of the digits two solutions make w/(w + δ)² of -g along an eigenvector with the eigenvalue w: the
/// null space drops out, and δ²/(w + δ)² of g is its part there.
fn semidefinite_step(
    model: &mut Model<SparseMatrix>,
    cholesky: &mut Cholesky,
    gradient: &DVector<f64>,
) -> Option<DVector<f64>> {
    let unit = gradient.len() as f64 * f64::EPSILON;
    let (_, _, largest) = cholesky.bounds();
    let size = if largest > 0.0 { largest } else { 1.0 };
    if !cholesky.factorise(2.0 * unit * size) {
        return None;
    }
    model.curvature = Curvature::Semidefinite;
    let delta = f64::EPSILON.sqrt() * size;
    if !cholesky.factorise(delta) {
        return None;
    }
    let once = cholesky.solve(gradient);
    let twice = cholesky.solve(&once);
    // A gradient is not known better than the change which rounding of `x` makes.
    let noise = unit * (norm(gradient) + largest * model.scaled_norm(&model.x));
    (norm(&twice) * delta * delta <= noise).then(|| twice * delta - once)
}
