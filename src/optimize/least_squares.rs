//! Fits by least squares: what a user calls, and the options.

use std::ops::ControlFlow;

use nalgebra::DVector;

use super::bounds::Bounds;
use super::fit::Fit;
use super::gauss_newton::Search;
use super::options::{INITIAL_RADIUS, Limits, setter};
use super::progress::{Progress, unwatched};
use super::report::Status;
use super::residuals::Residuals;
use crate::VectorFunction;

/// Minimises the sum of the squares of `residuals` from `x0`.
///
/// The same as `LeastSquares::default().fit(residuals, x0)`; see [`LeastSquares`] for the method and [`Fit`] for what comes
/// with the estimates.
///
/// # Panics
/// If the number of residuals depends on `x`.
///
/// # Examples
/// The line through (0, 1), (1, 3), (2, 4), (3, 6) has the intercept 1.1 and the slope 1.6. The squares of the residuals
/// add up to 0.2, and two degrees of freedom are left: so the variance of the slope is 0.1 / Σ(x - x̄)² = 0.1 / 5.
/// ```
/// use dualtape::{Float, VectorFunction, optimize};
///
/// struct Line { data: [(f64, f64); 4] }
///
/// impl VectorFunction for Line {
///     fn eval<T: Float>(&self, b: &[T]) -> Vec<T> {
///         self.data.iter().map(|&(x, y)| b[0] + b[1] * T::lit(x) - T::lit(y)).collect()
///     }
/// }
///
/// let fit = optimize::least_squares(
///     &Line { data: [(0.0, 1.0), (1.0, 3.0), (2.0, 4.0), (3.0, 6.0)] },
///     &[0.0, 0.0],
/// );
/// assert!(fit.converged());
/// assert!((fit.x[0] - 1.1).abs() < 1e-14 && (fit.x[1] - 1.6).abs() < 1e-14);
/// assert!((fit.sum_of_squares - 0.2).abs() < 1e-14 && fit.degrees_of_freedom == 2);
/// assert!((fit.standard_errors[1] - (0.1f64 / 5.0).sqrt()).abs() < 1e-14);
/// ```
#[track_caller]
pub fn least_squares<F: VectorFunction + ?Sized>(residuals: &F, x0: &[f64]) -> Fit {
    LeastSquares::default().fit(residuals, x0)
}

/// The method of least squares, with its options: the minimum of S(x) = Σ wᵢ rᵢ(x)², where all wᵢ are 1 unless set.
///
/// Each step minimises a quadratic model of S/2 in a trust region ‖D s‖ ≤ Δ, where D has the norms of the columns of the
/// Jacobian J, their largest so far:
///
/// - the model of Gauss and Newton, ½‖r + J s‖²: this is the method of Levenberg and Marquardt in the form of Moré;
/// - or the exact second-order model, with the Hessian JᵀJ + Σ rᵢ ∇²rᵢ, from where the first model was wrong by more than a
///   quarter, the second would have foretold the value clearly better, and it is convex; until that turns.
///
/// [`newton`](super::newton()) on the sum of squares solves as many of the standard problems, from their own starts in about the same time (`cargo bench
/// --bench optimise`). This gives the standard errors with the estimates, and where the residuals are small or the model is
/// nearly linear it needs no Hessian.
///
/// # The radius
/// With r the ratio of actual to predicted reduction and l = ‖D s‖, the step is taken if r ≥ 10⁻⁴. The next Δ is l times the
/// minimum of the parabola through both values and the slope, within [1/10, 1/2], if r < 1/4; the larger of Δ and 2l if
/// r ≥ 3/4; and l/10 after a point where something is not finite. If a model fails and the other one is better, that is tried
/// first.
///
/// # The end
/// When a step inside the region is short by the conditions of [`Newton`](super::Newton#the-end), more steps follow as
/// long as each reduces the decrement to a quarter. They use the exact Hessian, unless the method of Gauss and Newton
/// converges as fast. So the estimates have the digits that the gradient can resolve, and a saddle point of S, which
/// the Jacobian cannot tell from a minimum, is left.
///
/// # Examples
/// Weights, bounds and parameters held fixed. Of three measurements of a length, the first with half of the error of the others:
/// weights 4, 1, 1, and the mean (4 · 10 + 10.5 + 9.7) / 6.
/// ```
/// use dualtape::{Float, VectorFunction, optimize::LeastSquares};
///
/// struct Length([f64; 3]);
///
/// impl VectorFunction for Length {
///     fn eval<T: Float>(&self, b: &[T]) -> Vec<T> {
///         // b[1]: an offset of the instrument
///         self.0.iter().map(|&y| b[0] + b[1] - T::lit(y)).collect()
///     }
/// }
///
/// let fit = LeastSquares::new()
///     .weights(&[4.0, 1.0, 1.0])
///     .hold(&[1])
///     .fit(&Length([10.0, 10.5, 9.7]), &[0.0, 0.25]);
/// assert!((fit.x[0] + 0.25 - 60.2 / 6.0).abs() < 1e-14);
/// assert_eq!((fit.x[1], fit.degrees_of_freedom), (0.25, 2));
///
/// let fit = LeastSquares::new()
///     .bounds(&[0.0, 0.0], &[9.0, 0.5])
///     .fit(&Length([10.0, 10.5, 9.7]), &[1.0, 0.25]);
/// assert_eq!(fit.x, [9.0, 0.5]);
/// ```
///
/// Sources: Moré, *The Levenberg-Marquardt algorithm: implementation and theory*, Lecture Notes in Mathematics 630
/// (1978); Dennis, Gay & Welsch, *An adaptive nonlinear least-squares algorithm*, ACM TOMS 7 (1981) (the choice of the
/// model, there with a secant approximation in place of exact second derivatives).
#[derive(Clone, Debug, PartialEq)]
#[must_use = "these are only options: call `fit` to use them"]
pub struct LeastSquares {
    limits: Limits,
    initial_radius: f64,
    weights: Option<Vec<f64>>,
    bounds: Option<Bounds>,
    held: Vec<usize>,
}

impl Default for LeastSquares {
    #[inline]
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            initial_radius: INITIAL_RADIUS,
            weights: None,
            bounds: None,
            held: Vec::new(),
        }
    }
}

impl LeastSquares {
    /// The default options.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    setter!(max_iterations);
    setter!(value_tolerance: LeastSquares, "the sum of squares");
    setter!(step_tolerance: LeastSquares, "parameter");
    setter!(initial_radius: LeastSquares);

    /// Sets the weights of the squares, wᵢ = 1/σᵢ² up to a common factor for observations with standard deviations σᵢ.
    /// An observation of weight 0 does not count.
    ///
    /// # Panics
    /// If a weight is negative or not finite. [`fit`](LeastSquares::fit) panics if there are not as many as residuals.
    #[inline]
    #[track_caller]
    pub fn weights(mut self, weights: &[f64]) -> Self {
        for (i, &weight) in weights.iter().enumerate() {
            assert!(
                weight >= 0.0 && weight.is_finite(),
                "dualtape: LeastSquares::weights: expected finite numbers that are not negative, found {weight:?} for residual {i}"
            );
        }
        self.weights = Some(weights.to_vec());
        self
    }

    /// Sets which parameters, by index, keep the value they have at the start. Their standard errors are 0, and those of the
    /// others hold if they are right.
    #[inline]
    pub fn hold(mut self, parameters: &[usize]) -> Self {
        self.held = parameters.to_vec();
        self
    }

    /// Sets a box for the parameters: `lower[i] <= x[i] <= upper[i]`. An infinite bound is none. The residuals are
    /// never evaluated outside of it; the start is moved to its nearest point.
    ///
    /// # Panics
    /// If the numbers of bounds differ, a bound is NaN, or a lower one is above the upper one: the box is empty.
    #[inline]
    #[track_caller]
    pub fn bounds(mut self, lower: &[f64], upper: &[f64]) -> Self {
        self.bounds = Some(Bounds::new("LeastSquares::bounds", lower, upper));
        self
    }

    setter!(trace: Fit);

    /// Fits the parameters of `residuals`, which has `m` values, from the start `x0`, which has `n` entries.
    ///
    /// Cost of a step: one evaluation of the residuals on `f64`, and if it is accepted one Jacobian, m n² + n³/3
    /// operations for the step, and in places a Hessian of the sum (about `n`/8 gradients).
    ///
    /// # Panics
    /// If the number of residuals depends on `x`; or if weights or bounds are not as many as residuals or parameters, or a held
    /// parameter does not exist. Else not, unless `residuals` does: the [`Status`] in the report says why it stopped.
    #[track_caller]
    pub fn fit<F: VectorFunction + ?Sized>(&self, residuals: &F, x0: &[f64]) -> Fit {
        self.fit_with(residuals, x0, unwatched)
    }

    /// [`fit`](LeastSquares::fit) with a function that is called after every step tried, and stops the search by
    /// returning `Break`. [`Progress::value`] is the sum of squares.
    ///
    /// # Panics
    /// As `fit`, and if `watch` does.
    #[track_caller]
    pub fn fit_with<F: VectorFunction + ?Sized>(
        &self,
        residuals: &F,
        x0: &[f64],
        mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Fit {
        let n = x0.len();
        let start = self.start(x0);
        let bounds = Bounds::hold(self.bounds.clone(), start.as_slice(), &self.held);
        let residuals = Residuals::new("least_squares", residuals, self.weights.as_deref(), start.as_slice());
        let mut search = Search::new(residuals, start, bounds, &self.limits, self.initial_radius, &mut watch, false);
        let fault = search.point.fault();
        let status = if fault.is_some() {
            Status::NonFinite
        } else if n == 0 {
            Status::Converged
        } else {
            search.run()
        };
        let residuals = search.residuals.unweighted(&search.point);
        let counted = search.residuals.counted();
        let Search { point, bounds, history, .. } = search;
        Fit::new(status, fault, point, residuals, counted, &self.held, bounds.as_ref(), history)
    }

    /// Checks the shapes, and moves the start into the box.
    #[inline]
    #[track_caller]
    fn start(&self, x0: &[f64]) -> DVector<f64> {
        let n = x0.len();
        for &held in &self.held {
            assert!(
                held < n,
                "dualtape: optimize::LeastSquares: expected indices of the {n} parameters to hold, found {held}; they begin at 0"
            );
        }
        let start = DVector::from_column_slice(x0);
        match &self.bounds {
            None => start,
            Some(bounds) => {
                bounds.check("dualtape: optimize::LeastSquares", n);
                bounds.nearest(&start)
            }
        }
    }
}
