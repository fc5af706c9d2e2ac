//! Functions that several of the tests have in common.

use crate::random::Program;
use dualtape::{Float, ScalarFunction, VectorFunction};

/// A random program with one result.
pub struct Scalar<'a>(pub &'a Program);

impl ScalarFunction for Scalar<'_> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.0.scalar(x)
    }
}

/// The same with all its results.
pub struct Vector<'a>(pub &'a Program);

impl VectorFunction for Vector<'_> {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        self.0.eval(x)
    }
}

/// A function whose results each use the three inputs around them, and a last one that uses all.
pub struct Stencil;

impl VectorFunction for Stencil {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let mut y: Vec<T> = x.windows(3).map(|x| x[0] - x[1].exp() * x[2]).collect();
        y.push(x.iter().copied().sum());
        y
    }
}
