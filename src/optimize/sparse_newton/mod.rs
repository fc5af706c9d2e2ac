//! Newton's method for many variables with a sparse Hessian: what a user calls, and its options.

mod cholesky;
mod models;
mod region;
mod report;

use std::ops::ControlFlow;

use nalgebra::DVector;

use super::iteration::Iteration;
use super::model::Model;
use super::newton::TrustRegion;
use super::options::{Limits, setter};
use super::progress::{Progress, unwatched};
use crate::ScalarFunction;
use crate::drivers::check_length;
use crate::sparse::HessianPlan;
use models::Sparse;

pub use report::SparseReport;

/// Minimises `f` from `x0` by Newton's method in a trust region, with the sparse Hessian of a plan.
///
/// The same as `SparseNewton::default().minimize(f, plan, x0)`; see [`SparseNewton`] for the method, and when to prefer it.
///
/// # Examples
/// A hundred variables, each tied to the next: Σ (xᵢ - 1)² + Σ (xᵢ - xᵢ₊₁)⁴ is least where all are 1.
/// ```
/// use dualtape::sparse::HessianPlan;
/// use dualtape::{Float, optimize, scalar_function};
///
/// fn chain<T: Float>(x: &[T]) -> T {
///     let own: T = x.iter().map(|&x| (x - T::one()).powi(2)).sum();
///     own + x.windows(2).map(|x| (x[0] - x[1]).powi(4)).sum::<T>()
/// }
/// scalar_function!(Chain = chain);
///
/// let x0: Vec<f64> = (0..100).map(|i| f64::from(i % 7)).collect();
/// let plan = HessianPlan::detect(&Chain, &x0)?;
/// let report = optimize::sparse_newton(&Chain, &plan, &x0);
/// assert!(report.converged());
/// assert!(report.x.iter().all(|x| (x - 1.0).abs() < 1e-12));
/// assert_eq!((report.hessian.get(7, 7), report.hessian.pattern().nnz()), (2.0, 298));
/// # Ok::<(), dualtape::sparse::SparseError>(())
/// ```
///
/// # Panics
/// As [`SparseNewton::minimize`].
#[track_caller]
pub fn sparse_newton<F: ScalarFunction + ?Sized>(f: &F, plan: &HessianPlan, x0: &[f64]) -> SparseReport {
    SparseNewton::default().minimize(f, plan, x0)
}

/// Newton's method for a sparse Hessian, with its options; under the feature `faer`.
///
/// It is the method of [`Newton`](super::Newton) in a trust region: the same model, scale, [radius](super::Newton#the-radius)
/// and [end](super::Newton#the-end). What differs is how the model is minimised. The Hessian comes from a [`HessianPlan`], in a
/// few gradients for any number of variables, and the step is s = -(H + λD²)⁻¹g with a shift λ ≥ 0 such that ‖D s‖ is the
/// radius, by Cholesky's sparse decomposition. That is made for several λ, and each time into the same memory: the order of
/// elimination (approximate minimum degree) and the places of the factor's entries are found once. A shift for which the
/// decomposition fails is too small; so an indefinite Hessian needs no eigenvalues, and a saddle point is left along a
/// vector that inverse iteration finds. A Hessian is taken for singular, and not for indefinite, if a shift of 2 n times the
/// machine epsilon of its largest entry (scaled) makes it definite.
///
/// # Which method?
/// | variables | Hessian | method |
/// |---|---|---|
/// | up to some hundreds | any | [`newton`](super::newton()): it sees each eigenvalue, keeps to bounds, and tells standard errors |
/// | more | sparse, and so is its factor: chains, grids, networks | this |
/// | more | dense, or with a dense factor: regressions, controls | [`newton_cg`](super::newton_cg()) |
///
/// [`SparseReport::factor_entries`] tells how dense the factor is, if the lower triangle of the Hessian has
///
/// | | entries | the factor |
/// |---|---|---|
/// | chain, or arrow: each variable meets the first | 2 n - 1 | 2 n - 1 |
/// | grid of 20 x 20 points, each of which meets four others | 1,160 | 3,702 |
/// | five cameras of a bundle adjustment, with points and weights | 6,454 | 7,670 |
///
/// Sources: Moré & Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983); Conn, Gould & Toint,
/// *Trust-Region Methods* (2000), section 7.3; Amestoy, Davis & Duff, *An approximate minimum degree ordering algorithm*, SIAM
/// J. Matrix Anal. Appl. 17 (1996) (the order).
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "these are only options: call `minimize` to use them"]
pub struct SparseNewton {
    limits: Limits,
    trust_region: TrustRegion,
}

impl SparseNewton {
    /// The default options.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    setter!(max_iterations);
    setter!(value_tolerance: SparseNewton, "|f|");
    setter!(step_tolerance: SparseNewton, "variable");

    /// Sets the options of the trust region that restricts the steps.
    #[inline]
    pub fn trust_region(mut self, region: TrustRegion) -> Self {
        self.trust_region = region;
        self
    }

    setter!(trace: SparseReport);

    /// Minimises `f` from `x0`, with Hessians by `plan`.
    ///
    /// Without variables there is nothing to vary: the start is the minimum.
    ///
    /// Cost of a step: one evaluation on `f64`; if that is accepted one sparse Hessian, see [`HessianPlan`]; and one
    /// decomposition, of which a step on the boundary of the region takes a few. The memory is that of the Hessian and of its
    /// factor.
    ///
    /// It does not panic unless `f` does; the [`Status`](super::Status) in the report says why it stopped. A plan whose pattern
    /// lacks an entry makes wrong Hessians, and with them slow steps; see [`HessianPlan::verify`].
    ///
    /// # Panics
    /// If `x0` has not one entry for each row of the plan's pattern.
    #[track_caller]
    pub fn minimize<F: ScalarFunction + ?Sized>(&self, f: &F, plan: &HessianPlan, x0: &[f64]) -> SparseReport {
        self.minimize_with(f, plan, x0, unwatched)
    }

    /// [`minimize`](SparseNewton::minimize) with a function that is called after every step tried, and stops the search by
    /// returning `Break`.
    ///
    /// # Panics
    /// As `minimize`, and if `watch` does.
    #[track_caller]
    pub fn minimize_with<F: ScalarFunction + ?Sized>(
        &self,
        f: &F,
        plan: &HessianPlan,
        x0: &[f64],
        mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> SparseReport {
        check_length("optimize::SparseNewton", "the start", x0.len(), plan.pattern().rows(), "row of the pattern");
        let start = DVector::from_column_slice(x0);
        let mut iteration = Iteration::new(&self.limits, Sparse::new(f, plan), start, &mut watch);
        let status = iteration.in_trust_region(&self.trust_region);
        let Iteration { point, landscape, history, fault, .. } = iteration;
        let gradient_norm = point.gradient_norm();
        let Model { x, value, gradient, hessian, decrement, .. } = point;
        let cholesky = landscape.cholesky.as_ref();
        SparseReport {
            status,
            x: x.data.into(),
            value,
            gradient: gradient.data.into(),
            gradient_norm,
            hessian,
            decrement,
            iterations: history.iterations,
            evaluations: history.evaluations,
            factorisations: cholesky.map_or(0, |cholesky| cholesky.count),
            factor_entries: cholesky.map_or(0, |cholesky| cholesky.factor_entries()),
            trace: history.trace,
            fault,
        }
    }
}
