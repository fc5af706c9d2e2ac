//! What a minimisation found, and why it stopped.

use std::fmt;

use nalgebra::DMatrix;

/// Why a minimisation stopped.
///
/// Only [`Converged`](Status::Converged) is a minimum (a local one, or a degenerate stationary point like that of x³,
/// which second derivatives cannot tell from one). With all others the report has the last point reached, in a trust
/// region the best. Written out, a status is a short phrase: `iteration limit reached`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The gradient is zero to working precision, and the Hessian has no negative eigenvalue.
    ///
    /// Also where a bound without a minimum is approached until value or gradient underflows, as by a logistic regression on separable
    /// data: a huge `x` and a vanishing Hessian tell.
    Converged,
    /// The limit on iterations was reached first; also in a valley without a minimum, which is walked without end.
    MaxIterations,
    /// No step helps, down to the spacing of floating-point numbers: at a kink or a jump, or where rounding errors of
    /// the value hide its slope.
    NoProgress,
    /// Value, gradient or Hessian is not finite: at the start, or without a trust region at the point after the one
    /// reported. (In a trust region a step to such a point is shortened.)
    NonFinite,
    /// The gradient is zero but the Hessian has a negative eigenvalue: a saddle point or a maximum. Only without a
    /// trust region; with one, such points are left.
    Indefinite,
    /// The Hessian is singular where the plain Newton step needs its inverse. Only without a trust region.
    Singular,
    /// The function seems to have no lower bound: its value fell below -10²⁰ max(1, |f(x₀)|), or to -∞.
    Unbounded,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Converged => "converged",
            Self::MaxIterations => "iteration limit reached",
            Self::NoProgress => "no progress",
            Self::NonFinite => "value or derivative not finite",
            Self::Indefinite => "stationary, but not a minimum",
            Self::Singular => "singular Hessian",
            Self::Unbounded => "unbounded below",
        })
    }
}

/// How often the function was evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evaluations {
    /// On `f64`: the value alone.
    pub value: usize,
    /// On nested numbers: value, gradient and Hessian together.
    pub hessian: usize,
}

/// One accepted point of a minimisation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Iterate {
    /// The point.
    pub x: Vec<f64>,
    /// f(x).
    pub value: f64,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
}

/// The result of a minimisation: the last point, what is known there, and why it is the last.
///
/// # Examples
/// 3 (x - 1)² at 3, where no step was allowed: the value is 12, the gradient 12, the Hessian 6. The decrement is
/// √(12²/6) = √24, so that a Newton step would gain 24/2 = 12: the whole value.
/// ```
/// use dualtape::optimize::{Newton, Status};
/// # use dualtape::{Float, scalar_function};
/// # fn parabola<T: Float>(x: &[T]) -> T {
/// #     T::lit(3.0) * (x[0] - T::lit(1.0)).powi(2)
/// # }
/// # scalar_function!(Parabola = parabola);
/// let report = Newton::new().max_iterations(0).minimize(&Parabola, &[3.0]);
/// assert_eq!(report.status, Status::MaxIterations);
/// assert_eq!((report.value, report.gradient[0], report.hessian[(0, 0)]), (12.0, 12.0, 6.0));
/// assert!((report.decrement.powi(2) / 2.0 - 12.0).abs() < 1e-14);
/// ```
/// Written out, a report is a table without gradient, Hessian and trace. A precision, as in `{:.2}`, sets the number of
/// decimals and the form with exponents; of more than eight variables only the first are shown. For 2 (x - 1)² from 3:
/// ```
/// # use dualtape::{Float, optimize, scalar_function};
/// # fn parabola<T: Float>(x: &[T]) -> T {
/// #     T::lit(2.0) * (x[0] - T::lit(1.0)).powi(2)
/// # }
/// # scalar_function!(Parabola = parabola);
/// let report = optimize::newton(&Parabola, &[3.0]);
/// assert_eq!(
///     report.to_string(),
///     "\
/// status         converged
/// iterations     1
/// evaluations    1 of the value, 2 with derivatives
/// value          0.0
/// gradient norm  0.0
/// decrement      0.0
/// x              [1.0]"
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "the report says whether the minimisation succeeded"]
#[non_exhaustive]
pub struct Report {
    /// Why it stopped.
    pub status: Status,
    /// The point reached.
    pub x: Vec<f64>,
    /// f(x).
    pub value: f64,
    /// ∇f(x).
    pub gradient: Vec<f64>,
    /// Euclidean norm of the gradient. It depends on the units of `x` and `f`; [`decrement`](Report::decrement) does
    /// not depend on those of `x`.
    pub gradient_norm: f64,
    /// ∇²f(x), symmetric.
    pub hessian: DMatrix<f64>,
    /// The Newton decrement λ = √(gᵀH⁻¹g): λ²/2 is what another Newton step would gain, λ the distance to the minimum
    /// in the norm of the Hessian. NaN where the Hessian is not positive semidefinite.
    ///
    /// Source: Boyd & Vandenberghe, *Convex Optimization*, section 9.5.1.
    pub decrement: f64,
    /// Steps tried, accepted or not.
    pub iterations: usize,
    /// How often the function was evaluated.
    pub evaluations: Evaluations,
    /// Start and accepted points in order, if [`Newton::trace`](super::Newton::trace) asked for them, else empty.
    pub trace: Vec<Iterate>,
}

impl Report {
    /// Whether `x` is a minimum: the status is [`Status::Converged`].
    #[must_use]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Variables that still make a line one can read.
        const SHOWN: usize = 8;
        let precision = f.precision();
        let number = |value: f64| match precision {
            Some(decimals) => format!("{value:.decimals$e}"),
            None => format!("{value:?}"),
        };
        let mut x: Vec<String> = self.x.iter().take(SHOWN).map(|&x| number(x)).collect();
        if self.x.len() > SHOWN {
            x.push(format!(".. {} in all", self.x.len()));
        }
        let Evaluations { value, hessian } = self.evaluations;
        writeln!(f, "status         {}", self.status)?;
        writeln!(f, "iterations     {}", self.iterations)?;
        writeln!(f, "evaluations    {value} of the value, {hessian} with derivatives")?;
        writeln!(f, "value          {}", number(self.value))?;
        writeln!(f, "gradient norm  {}", number(self.gradient_norm))?;
        writeln!(f, "decrement      {}", number(self.decrement))?;
        write!(f, "x              [{}]", x.join(", "))
    }
}
