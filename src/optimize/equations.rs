//! Systems of equations: what a user calls, the options, and the report.

use std::fmt;
use std::ops::ControlFlow;

use nalgebra::{DMatrix, DVector};

use super::fit::confounded;
use super::gauss_newton::Search;
use super::model::{Curvature, Model, norm};
use super::options::{INITIAL_RADIUS, Limits, setter};
use super::progress::{History, Iterate, Progress, unwatched};
use super::report::{Evaluations, Fault, Row, Status};
use super::residuals::Residuals;
use crate::VectorFunction;

/// Solves `f(x) = 0`, with as many equations as unknowns, from `x0`.
///
/// The same as `Equations::default().solve(f, x0)`; see [`Equations`] for the method. The derivatives of the solution by
/// parameters of the equations are those of [`implicit::root`](crate::implicit::root()).
///
/// # Panics
/// If there are not as many equations as unknowns, or their number depends on `x`.
///
/// # Examples
/// The circle x² + y² = 2 and the line x = y meet in (1, 1).
/// ```
/// use dualtape::{Float, optimize, vector_function};
///
/// fn meeting<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] * x[0] + x[1] * x[1] - T::lit(2.0), x[0] - x[1]]
/// }
/// vector_function!(Meeting = meeting);
///
/// let solution = optimize::solve(&Meeting, &[3.0, 1.0]);
/// assert!(solution.converged());
/// assert_eq!((solution.x, solution.norm), (vec![1.0, 1.0], 0.0));
/// ```
#[track_caller]
pub fn solve<F: VectorFunction + ?Sized>(f: &F, x0: &[f64]) -> Solution {
    Equations::default().solve(f, x0)
}

/// The method for systems of equations `f(x) = 0`, with its options.
///
/// Newton's method, s = -J⁻¹f with the exact Jacobian J, in a trust region ‖D s‖ ≤ Δ, where D has the norms of the
/// columns of J, their largest so far. Where the Newton step is longer or does not exist, the step to the boundary is
/// the one that makes the length of the linearised equations, ‖f + J s‖, least. The radius follows the rules of
/// [`LeastSquares`](super::LeastSquares#the-radius), with ‖f‖²/2 as the value. The equations have factors there, powers
/// of two, by which the terms Σⱼ |xⱼ ∂fᵢ/∂xⱼ| of all are of about the same size at the start: so the steps hardly
/// depend on the units of equations.
///
/// The search ends when a Newton step is short by the conditions of [`Newton`](super::Newton#the-end); more steps
/// follow as long as each reduces ‖f‖ to a quarter.
///
/// Where ‖f‖ has a minimum that is not a root, no step helps: the status is [`Status::NoProgress`], or
/// [`Status::Singular`] if its gradient is zero there, and [`Solution::fault`] names the unknowns between which the
/// Jacobian cannot tell. Another start may find a root.
///
/// # Examples
/// x² + 1 has no root; from 3 the search ends at the minimum of its length, at 0.
/// ```
/// use dualtape::{Float, optimize, vector_function};
///
/// fn parabola<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] * x[0] + T::one()]
/// }
/// vector_function!(Parabola = parabola);
///
/// let solution =
///     optimize::Equations::new().max_iterations(200).solve(&Parabola, &[3.0]);
/// assert!(!solution.converged());
/// assert!(solution.x[0].abs() < 1e-7 && (solution.norm - 1.0).abs() < 1e-14);
/// ```
///
/// Sources: Dennis & Schnabel, *Numerical Methods for Unconstrained Optimization and Nonlinear Equations*, chapter 6;
/// Moré & Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983).
#[derive(Clone, Debug, PartialEq)]
#[must_use = "these are only options: call `solve` to use them"]
pub struct Equations {
    limits: Limits,
    initial_radius: f64,
}

impl Default for Equations {
    #[inline]
    fn default() -> Self {
        // Which value of ‖f‖ is as good as 0, the point tells.
        Self { limits: Limits { value_tolerance: 0.0, ..Limits::default() }, initial_radius: INITIAL_RADIUS }
    }
}

impl Equations {
    /// The default options.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    setter!(max_iterations);
    setter!(step_tolerance: Equations, "unknown");
    setter!(initial_radius: Equations);
    setter!(trace: Solution);

    /// Solves `f(x) = 0` from `x0`; both have `n` entries.
    ///
    /// Cost of a step: one evaluation of `f` on `f64`, and if it is accepted one Jacobian and about 2 n³ operations.
    ///
    /// # Panics
    /// If there are not as many equations as unknowns, or their number depends on `x`. Else not, unless `f` does: the
    /// [`Status`] in the report says why it stopped.
    #[track_caller]
    pub fn solve<F: VectorFunction + ?Sized>(&self, f: &F, x0: &[f64]) -> Solution {
        self.solve_with(f, x0, unwatched)
    }

    /// [`solve`](Equations::solve) with a function that is called after every step tried, and stops the search by
    /// returning `Break`. [`Progress::value`] is ‖f(x)‖.
    ///
    /// # Panics
    /// As `solve`, and if `watch` does.
    #[track_caller]
    pub fn solve_with<F: VectorFunction + ?Sized>(
        &self,
        f: &F,
        x0: &[f64],
        mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Solution {
        let start = DVector::from_column_slice(x0);
        let equations = Residuals::new("solve", f, None, x0);
        check_count(x0.len(), equations.m);
        let mut search = Search::new(equations, start, None, &self.limits, self.initial_radius, &mut watch, true);
        let fault = search.point.fault();
        let status = if fault.is_some() {
            Status::NonFinite
        } else if x0.is_empty() {
            Status::Converged
        } else {
            search.run()
        };
        let at_point = search.equations_at_point();
        let Search { point, history, .. } = search;
        Solution::new(status, fault, point.gauss, at_point, x0, history)
    }
}

#[inline]
#[track_caller]
fn check_count(unknowns: usize, equations: usize) {
    assert!(
        unknowns == equations,
        "dualtape: optimize::solve: expected as many equations as unknowns, {unknowns}, found {equations}; for more equations \
         than unknowns, or fewer, call least_squares"
    );
}

/// The result of solving a system: the last point, what is known there, and why it is the last.
///
/// # Examples
/// Two equations that contradict each other, x + y = 1 and x + y = 3: the point is as good as any, and the report says
/// which unknowns stand for each other.
/// ```
/// use dualtape::{Float, optimize, vector_function};
///
/// fn parallel<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] + x[1] - T::one(), x[0] + x[1] - T::lit(3.0)]
/// }
/// vector_function!(Parallel = parallel);
///
/// let solution = optimize::solve(&Parallel, &[0.0, 0.0]);
/// let text = format!("{solution:.3}");
/// assert!(text.starts_with("status         singular
///                the Jacobian is singular: "));
/// assert!(text.ends_with("
/// iterations     2
/// evaluations    2 of the value, 3 Jacobians
/// norm           1.414e0
/// x              [1.000e0, 1.000e0]"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "the report says whether a root was found"]
#[non_exhaustive]
pub struct Solution {
    /// Why the search stopped.
    pub status: Status,
    /// The point reached.
    pub x: Vec<f64>,
    /// f(x).
    pub residuals: Vec<f64>,
    /// ‖f(x)‖, the Euclidean norm.
    pub norm: f64,
    /// The Jacobian at x: entry (i, j) is ∂fᵢ/∂xⱼ.
    pub jacobian: DMatrix<f64>,
    /// Steps tried, accepted or not.
    pub iterations: usize,
    /// How often the equations were evaluated.
    pub evaluations: Evaluations,
    /// Start and accepted points in order, if [`Equations::trace`] asked for them, else empty.
    pub trace: Vec<Iterate>,
    /// With [`Status::NonFinite`], what is not finite; with other states but [`Status::Converged`], between which
    /// unknowns the Jacobian cannot tell, if there are such.
    pub fault: Option<Fault>,
}

impl Solution {
    #[inline]
    fn new(
        mut status: Status,
        mut fault: Option<Fault>,
        gauss: Model,
        (residuals, jacobian): (DVector<f64>, DMatrix<f64>),
        x0: &[f64],
        history: History<'_>,
    ) -> Self {
        let terms = jacobian.abs() * gauss.x.zip_map(&DVector::from_column_slice(x0), |x, x0| x.abs().max(x0.abs()));
        let small = |(residual, terms): (&f64, &f64)| residual.abs() <= ROUNDING * f64::EPSILON * terms;
        let rounding = gauss.is_finite() && residuals.iter().zip(&terms).all(small);
        status = match status {
            Status::NoProgress | Status::MaxIterations if rounding => Status::Converged,
            // The search ended where ‖f‖ is stationary, which is no root unless J is regular.
            Status::Converged if gauss.value != 0.0 && !rounding && gauss.curvature != Curvature::Definite => {
                Status::Singular
            }
            other => other,
        };
        if fault.is_none() && status != Status::Converged {
            let columns = confounded(&jacobian);
            fault = (!columns.is_empty()).then_some(Fault::Singular { columns });
        }
        Self {
            status,
            x: gauss.x.data.into(),
            norm: norm(&residuals),
            residuals: residuals.data.into(),
            jacobian,
            iterations: history.iterations,
            evaluations: history.evaluations,
            trace: history.trace,
            fault,
        }
    }

    /// Whether `x` is a root: the status is [`Status::Converged`].
    #[must_use]
    #[inline]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }
}

/// A residual counts as zero if it is at most so many times the machine epsilon of Σⱼ |xⱼ ∂fᵢ/∂xⱼ|, its change by a
/// rounding of `x` (or of the start, if that is larger: a root may be at 0), and some more for the roundings on the way
/// to it.
const ROUNDING: f64 = 4.0;

impl fmt::Display for Solution {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Row::of(f);
        row.head(f, self.status, self.fault.as_ref(), self.iterations, &self.evaluations)?;
        writeln!(f, "norm           {}", row.number(self.norm))?;
        write!(f, "x              {}", row.point(&self.x))
    }
}
