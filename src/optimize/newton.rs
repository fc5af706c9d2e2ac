//! Newton's method for minimisation: what a user calls, and its options.

use std::ops::ControlFlow;

use nalgebra::DVector;

use super::bounds::Bounds;
use super::iteration::Iteration;
use super::landscape::Dense;
use super::options::{ACCEPTANCE, INITIAL_RADIUS, Limits, positive, setter};
use super::progress::{Progress, unwatched};
use super::report::Report;
use crate::ScalarFunction;

/// Minimises `f` from `x0` by Newton's method in a trust region.
///
/// The same as `Newton::default().minimize(f, x0)`; see [`Newton`] for the method and [`Newton::minimize`] for costs.
///
/// # Examples
/// For a quadratic function one step is enough: (x - 3)² + 2 (y + 1)² + 5 has its minimum 5 at (3, -1).
/// ```
/// use dualtape::{Float, optimize, scalar_function};
///
/// fn bowl<T: Float>(x: &[T]) -> T {
///     (x[0] - T::lit(3.0)).powi(2)
///         + T::lit(2.0) * (x[1] + T::lit(1.0)).powi(2)
///         + T::lit(5.0)
/// }
/// scalar_function!(Bowl = bowl);
///
/// let report = optimize::newton(&Bowl, &[0.0, 0.0]);
/// assert!(report.converged());
/// assert_eq!((report.x, report.value, report.iterations), (vec![3.0, -1.0], 5.0, 1));
/// ```
pub fn newton<F: ScalarFunction + ?Sized>(f: &F, x0: &[f64]) -> Report {
    Newton::default().minimize(f, x0)
}

/// Newton's method for minimisation, with its options.
///
/// Each step minimises the second-order model m(s) = f + gᵀs + ½ sᵀHs, where g is the gradient and H the exact Hessian:
///
/// - in a trust region (the default): subject to ‖D s‖ ≤ Δ. The minimiser exists and is found for every H, so that no
///   positive definite approximation of H is needed: an indefinite Hessian gives a step along its negative curvature,
///   also from a saddle point. The ratio of actual to predicted reduction decides whether the step is taken and how Δ
///   changes. The diagonal matrix D makes all this independent of the units of `x`.
/// - [`pure`](Newton::pure): without restriction, s = -H⁻¹g. It converges to the stationary point of the model, be it a
///   minimum or not, and only from nearby.
///
/// Near a minimum steps become too small to show in rounded values of f. From there on a Newton step is judged by the
/// gradient instead, and steps go on as long as they reduce the [Newton decrement](Report::decrement) to a quarter, so
/// that `x` is accurate to the last digits which the gradient can resolve.
///
/// # The radius
/// With r the ratio of actual to predicted reduction and l = ‖D s‖ the length of the step, the next Δ is
///
/// | after | Δ |
/// |---|---|
/// | a point where value or derivatives are not finite | l/10 |
/// | r < 1/4 | l times t = gᵀs / 2(gᵀs + f(x) - f(x + s)), where a parabola has its minimum, within [1/16, 1/2] |
/// | r ≥ 1/4, a step on the boundary | the larger of Δ and l max(1, 5/2 - 3 \|1 - r\|) |
/// | r ≥ 1/4, a Newton step inside | l max(2, 5/2 - 3 \|1 - r\|), even if that is less than Δ |
/// | a step judged by the gradient | unchanged |
///
/// The growth is continuous, and the first Newton step inside makes the first radius forgotten: so the number of steps
/// hardly depends on the digits of [`TrustRegion::initial_radius`]. `cargo bench --bench radius` compares such rules.
///
/// # The end
/// A Newton step is the last if
///
/// - it gains no more than [`value_tolerance`](Newton::value_tolerance) of |f|;
/// - or it changes every variable by no more than [`step_tolerance`](Newton::step_tolerance) of the variable or of its
///   start;
/// - or ‖D s‖ is no more than `step_tolerance` of ‖D x‖, and the decrement is a thousandth of that at the point before
///   or less, which shows quadratic convergence;
/// - or ‖D s‖ is no more than rounding makes of ‖D x‖, n times the machine epsilon.
///
/// The third is for a variable that is zero at the minimum, against which no step is small. Without its second half a
/// long variable that has found its place would end the search while a short one still moves along a valley. The plain
/// method goes without the third.
///
/// # Examples
/// ```
/// use dualtape::optimize::{Newton, Status};
/// # use dualtape::{Float, scalar_function};
/// # fn rosenbrock<T: Float>(x: &[T]) -> T {
/// #     T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::one() - x[0]).powi(2)
/// # }
/// # scalar_function!(Rosenbrock = rosenbrock);
/// let report =
///     Newton::new().max_iterations(3).trace(true).minimize(&Rosenbrock, &[-1.0, 1.0]);
/// assert_eq!(report.status, Status::MaxIterations);
/// assert_eq!(report.trace[0].value, 4.0); // 100 (1 - 1)² + (1 + 1)²
/// assert!(report.value < 4.0);
/// ```
///
/// Sources: Nocedal & Wright, *Numerical Optimization*, 2nd ed., algorithm 4.1 (the method), algorithm 4.3 (subproblem)
/// and section 4.5 (scaling); Moré & Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983);
/// Dennis & Schnabel, *Numerical Methods for Unconstrained Optimization and Nonlinear Equations*, section 6.4.3 (the
/// parabola); Moré, *The Levenberg-Marquardt algorithm: implementation and theory*, Lecture Notes in Mathematics 630
/// (1978), section 6 (D, its entries only growing; the radius after a Newton step); Hager & Zhang, SIAM J. Optim. 16
/// (2005), section 4 (gradients instead of differences of rounded values). Continuous growth and the second half of the
/// third condition are our own.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "these are only options: call `minimize` to use them"]
pub struct Newton {
    pub(super) limits: Limits,
    pub(super) trust_region: Option<TrustRegion>,
    pub(super) bounds: Option<Bounds>,
}

/// Options of the trust region.
///
/// # Examples
/// With a first radius of a hundredth of its own size the start is hardly left in one step.
/// ```
/// use dualtape::optimize::{Newton, TrustRegion};
/// # use dualtape::{Float, scalar_function};
/// # fn parabola<T: Float>(x: &[T]) -> T {
/// #     x[0] * x[0]
/// # }
/// # scalar_function!(Parabola = parabola);
/// let method = Newton::new()
///     .max_iterations(1)
///     .trust_region(TrustRegion::new().initial_radius(0.01));
/// let report = method.minimize(&Parabola, &[1.0]);
/// assert!((report.x[0] - 0.99).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "these are only options: pass them to `Newton::trust_region`"]
pub struct TrustRegion {
    pub(super) initial_radius: f64,
    pub(super) acceptance: f64,
}

impl Default for Newton {
    fn default() -> Self {
        Self { limits: Limits::default(), trust_region: Some(TrustRegion::default()), bounds: None }
    }
}

impl Default for TrustRegion {
    fn default() -> Self {
        Self { initial_radius: INITIAL_RADIUS, acceptance: ACCEPTANCE }
    }
}

impl TrustRegion {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the first radius, as a multiple of the size ‖D x₀‖ of the start; 100 unless set.
    ///
    /// If the start is near zero, so that no multiple of it is long, the radius is this multiple, but at most one, of
    /// the length of a step of steepest descent. A small radius keeps the first steps short.
    ///
    /// # Panics
    /// If `multiple` is not a positive finite number.
    #[track_caller]
    pub fn initial_radius(mut self, multiple: f64) -> Self {
        self.initial_radius = positive("TrustRegion::initial_radius", multiple);
        self
    }

    /// Sets the part of the predicted reduction that a step must bring to be taken, from 0 to below 0.25; 0.1 unless
    /// set.
    ///
    /// # Panics
    /// If `part` is not in [0, 0.25). From 0.25 on the radius would not shrink after a step that is rejected.
    #[track_caller]
    pub fn acceptance(mut self, part: f64) -> Self {
        let allowed = (0.0..0.25).contains(&part);
        assert!(allowed, "dualtape: TrustRegion::acceptance: expected a number in [0, 0.25), found {part:?}");
        self.acceptance = part;
        self
    }
}

impl Newton {
    /// The default options: a trust region, tolerances at rounding level and at most 1000 steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// The plain method: every step is s = -H⁻¹g, whatever it does to the value.
    ///
    /// # Examples
    /// On x⁴ - 2x², from 2 the first step leads to 2 - 24/44 = 16/11. From 0.1 the method runs into the maximum at 0,
    /// and says so; the trust region finds the minimum -1 at 1.
    /// ```
    /// use dualtape::optimize::{self, Newton, Status};
    /// # use dualtape::{Float, scalar_function};
    /// # fn double_well<T: Float>(x: &[T]) -> T {
    /// #     x[0].powi(4) - T::lit(2.0) * x[0] * x[0]
    /// # }
    /// # scalar_function!(DoubleWell = double_well);
    /// let report = Newton::pure().trace(true).minimize(&DoubleWell, &[2.0]);
    /// assert!((report.trace[1].x[0] - 16.0 / 11.0).abs() < 1e-15);
    ///
    /// let report = Newton::pure().minimize(&DoubleWell, &[0.1]);
    /// assert_eq!((report.status, report.x[0]), (Status::Indefinite, 0.0));
    ///
    /// let report = optimize::newton(&DoubleWell, &[0.1]);
    /// assert_eq!((report.status, report.value), (Status::Converged, -1.0));
    /// ```
    pub fn pure() -> Self {
        Self { trust_region: None, ..Self::default() }
    }

    setter!(max_iterations);
    setter!(value_tolerance: Newton, "|f|");
    setter!(step_tolerance: Newton, "variable");

    /// Sets the options of the trust region that restricts the steps. [`Newton::pure`] is the method without one.
    pub fn trust_region(mut self, region: TrustRegion) -> Self {
        self.trust_region = Some(region);
        self
    }

    setter!(trace: Report);

    /// Sets a box in which the variables stay: `lower[i] <= x[i] <= upper[i]`. An infinite bound is none, and a variable
    /// between equal bounds is held. Only with a trust region.
    ///
    /// The function is never evaluated outside of the box; the start is moved to its nearest point. Each step is the best one
    /// for the variables that are not held by their bounds, cut where it would leave the box and completed by the others; it
    /// brings a fixed part of what the projected path of steepest descent brings. [`Report::decrement`] and
    /// [`Report::gradient_norm`] are those of the variables that no bound holds.
    ///
    /// # Panics
    /// If the numbers of bounds differ, a bound is NaN, or a lower one is above the upper one: the box is empty.
    ///
    /// # Examples
    /// (x - 3)² + (y + 1)² for x ≤ 2, y ≥ 0 has its minimum 2 in the corner; the gradient there is (-2, 2).
    /// ```
    /// use dualtape::optimize::Newton;
    /// # use dualtape::{Float, scalar_function};
    /// # fn bowl<T: Float>(x: &[T]) -> T {
    /// #     (x[0] - T::lit(3.0)).powi(2) + (x[1] + T::lit(1.0)).powi(2)
    /// # }
    /// # scalar_function!(Bowl = bowl);
    /// let box_of = Newton::new().bounds(&[f64::NEG_INFINITY, 0.0], &[2.0, f64::INFINITY]);
    /// let report = box_of.minimize(&Bowl, &[0.0, 5.0]);
    /// assert!(report.converged());
    /// assert_eq!(
    ///     (report.x, report.value, report.gradient),
    ///     (vec![2.0, 0.0], 2.0, vec![-2.0, 2.0])
    /// );
    /// ```
    ///
    /// Sources: Lin & Moré, *Newton's method for large bound-constrained optimization problems*, SIAM J. Optim. 9 (1999)
    /// (the projected path); Conn, Gould & Toint, *Global convergence of a class of trust region algorithms for optimization
    /// with simple bounds*, SIAM J. Numer. Anal. 25 (1988) (the part of the Cauchy point).
    #[track_caller]
    pub fn bounds(mut self, lower: &[f64], upper: &[f64]) -> Self {
        self.bounds = Some(Bounds::new("Newton::bounds", lower, upper));
        self
    }

    /// Minimises `f` from `x0`, which has `n` entries.
    ///
    /// Without variables (`n` = 0) there is nothing to vary: the start is the minimum.
    ///
    /// Cost of a step: one evaluation on `f64`, and if that is accepted one of value, gradient and Hessian on nested
    /// numbers (about `n`/8 gradients) and a Cholesky decomposition (n³/3 operations). A step on the boundary of the
    /// trust region takes a few more decompositions, one at an indefinite Hessian its eigenvectors (about 9n³).
    ///
    /// It does not panic unless `f` does; the [`Status`](super::Status) in the report says why it stopped.
    ///
    /// # Panics
    /// If there are bounds, and not one pair for each variable; or bounds and no trust region.
    #[track_caller]
    pub fn minimize<F: ScalarFunction + ?Sized>(&self, f: &F, x0: &[f64]) -> Report {
        self.minimize_with(f, x0, unwatched)
    }

    /// [`minimize`](Newton::minimize) with a function that is called after every step tried, and stops the search by
    /// returning `Break`.
    ///
    /// # Panics
    /// As `minimize`, and if `watch` does.
    ///
    /// # Examples
    /// ```
    /// use dualtape::optimize::{Newton, Status};
    /// use std::ops::ControlFlow;
    /// # use dualtape::{Float, scalar_function};
    /// # fn rosenbrock<T: Float>(x: &[T]) -> T {
    /// #     T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::one() - x[0]).powi(2)
    /// # }
    /// # scalar_function!(Rosenbrock = rosenbrock);
    /// let report = Newton::new().minimize_with(&Rosenbrock, &[-1.2, 1.0], |progress| {
    ///     println!("{}: {:.3e}", progress.iteration, progress.value);
    ///     if progress.value < 1.0 {
    ///         ControlFlow::Break(())
    ///     } else {
    ///         ControlFlow::Continue(())
    ///     }
    /// });
    /// assert_eq!(report.status, Status::Stopped);
    /// assert!(report.value < 1.0);
    /// ```
    #[track_caller]
    pub fn minimize_with<F: ScalarFunction + ?Sized>(
        &self,
        f: &F,
        x0: &[f64],
        mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Report {
        if let Some(bounds) = &self.bounds {
            bounds.check("dualtape: optimize::Newton", x0.len());
            assert!(
                self.trust_region.is_some(),
                "dualtape: optimize::Newton: expected a trust region with the bounds, found the plain method; \
                 begin with Newton::new()"
            );
        }
        let start = DVector::from_column_slice(x0);
        let start = self.bounds.as_ref().map_or_else(|| start.clone(), |bounds| bounds.nearest(&start));
        let landscape = Dense { f, bounds: self.bounds.as_ref() };
        let mut iteration = Iteration::new(&self.limits, landscape, start, &mut watch);
        let status = match &self.trust_region {
            Some(region) => iteration.in_trust_region(region),
            None => iteration.pure(),
        };
        iteration.report(status)
    }
}
