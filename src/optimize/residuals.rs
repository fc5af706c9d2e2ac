//! Residuals of a user's function, weighted, and half the sum of their squares.

use super::gauss_newton::Point;
use crate::{Float, ScalarFunction, VectorFunction};

/// √wᵢ rᵢ(x)
pub(super) struct Residuals<'a, F: ?Sized> {
    pub f: &'a F,
    /// √wᵢ, if there are weights; the factors of equations.
    pub roots: Option<Vec<f64>>,
    /// What the user called, for messages.
    method: &'static str,
    /// How many residuals there are.
    pub m: usize,
}

impl<'a, F: VectorFunction + ?Sized> Residuals<'a, F> {
    #[track_caller]
    pub fn new(method: &'static str, f: &'a F, weights: Option<&[f64]>, x0: &[f64]) -> Self {
        let m = f.eval(x0).len();
        if let Some(weights) = weights {
            check_weights(method, m, weights.len());
        }
        let roots = weights.map(|weights| weights.iter().map(|w| w.sqrt()).collect());
        Self { f, roots, method, m }
    }

    /// How many residuals count: those whose weight is not 0.
    pub fn counted(&self) -> usize {
        self.roots.as_ref().map_or(self.m, |roots| roots.iter().filter(|&&root| root > 0.0).count())
    }

    /// The residuals at a point without their weights.
    pub fn unweighted(&self, point: &Point) -> Vec<f64> {
        match self.roots {
            None => point.residuals.as_slice().to_vec(),
            Some(_) => self.f.eval(point.gauss.x.as_slice()),
        }
    }
}

impl<F: VectorFunction + ?Sized> VectorFunction for Residuals<'_, F> {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let mut residuals = self.f.eval(x);
        check_count(self.method, self.m, residuals.len());
        if let Some(roots) = &self.roots {
            residuals.iter_mut().zip(roots).for_each(|(r, &root)| *r *= T::lit(root));
        }
        residuals
    }
}

#[inline]
#[track_caller]
fn check_weights(method: &str, m: usize, found: usize) {
    assert!(found == m, "dualtape: optimize::{method}: expected a weight for each of the {m} residuals, found {found}");
}

#[inline]
fn check_count(method: &str, m: usize, found: usize) {
    assert!(
        found == m,
        "dualtape: optimize::{method}: expected as many residuals as at the start, {m}, found {found}; the number must not \
         depend on x"
    );
}

/// ½ Σ wᵢ rᵢ(x)², whose Hessian is JᵀJ and the curvature of the residuals.
pub(super) struct HalfSquares<'a, F>(pub &'a F);

impl<F: VectorFunction> ScalarFunction for HalfSquares<'_, F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.0.eval(x).into_iter().map(|r| r * r).sum::<T>() * T::lit(0.5)
    }
}
