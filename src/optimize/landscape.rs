//! Where the points of a search come from: a function, and how its second-order models are stored and minimised.

use nalgebra::{DMatrix, DVector};

use super::bounds::Bounds;
use super::hessian::Hessian;
use super::model::Model;
use super::step::Step;
use crate::ScalarFunction;

pub(super) trait Landscape {
    type Hessian: Hessian;

    /// The function on plain numbers.
    fn value(&self, x: &[f64]) -> f64;

    fn model_at(&mut self, x: DVector<f64>) -> Model<Self::Hessian>;

    /// The best step in the region ‖D s‖ ≤ `radius`, or none if the numbers are too extreme to find it.
    fn step(&mut self, point: &Model<Self::Hessian>, scale: &DVector<f64>, radius: f64) -> Option<Step>;

    /// Where a step leads.
    fn reached(&self, x: &DVector<f64>, step: &DVector<f64>) -> DVector<f64> {
        x + step
    }
}

/// A function with a dense Hessian, perhaps in a box.
pub(super) struct Dense<'a, F: ?Sized> {
    pub f: &'a F,
    pub bounds: Option<&'a Bounds>,
}

impl<F: ScalarFunction + ?Sized> Landscape for Dense<'_, F> {
    type Hessian = DMatrix<f64>;

    fn value(&self, x: &[f64]) -> f64 {
        self.f.eval(x)
    }

    fn model_at(&mut self, x: DVector<f64>) -> Model {
        Model::at(self.f, x, self.bounds)
    }

    fn step(&mut self, point: &Model, scale: &DVector<f64>, radius: f64) -> Option<Step> {
        match self.bounds {
            None => point.restricted_step(scale, radius),
            Some(bounds) => bounds.step(point, scale, radius),
        }
    }

    fn reached(&self, x: &DVector<f64>, step: &DVector<f64>) -> DVector<f64> {
        match self.bounds {
            None => x + step,
            Some(bounds) => bounds.reached(x, step),
        }
    }
}
