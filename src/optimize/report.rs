//! What a minimisation found, and why it stopped.

use std::fmt;

use nalgebra::DMatrix;

use super::progress::Iterate;

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
    /// Also where a bound without a minimum is approached until value or gradient underflows, as by a logistic
    /// regression on separable data: a huge `x` and a vanishing Hessian tell.
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
    /// The Hessian is singular where the plain Newton step needs its inverse. Only without a trust region. Of a system of
    /// equations: the Jacobian is singular at a point that is no root, and no step is better than another.
    Singular,
    /// The function seems to have no lower bound: its value fell below -10²⁰ max(1, |f(x₀)|), or to -∞.
    Unbounded,
    /// The function that watches the progress said so.
    Stopped,
    /// The values at both ends have the same sign; only of [`root`](super::root()).
    NotBracketed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Converged => "converged",
            Self::MaxIterations => "iteration limit reached",
            Self::NoProgress => "no progress",
            Self::NonFinite => "value or derivative not finite",
            Self::Indefinite => "stationary, but not a minimum",
            Self::Singular => "singular",
            Self::Unbounded => "unbounded below",
            Self::Stopped => "stopped",
            Self::NotBracketed => "not bracketed",
        })
    }
}

/// How often the function was evaluated, and with which derivatives. What a method does not need is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evaluations {
    /// On `f64`: the value alone, or the residuals.
    pub value: usize,
    /// Value and gradient.
    pub gradient: usize,
    /// Residuals and Jacobian.
    pub jacobian: usize,
    /// On nested numbers: value, gradient and Hessian together.
    pub hessian: usize,
    /// Products of the Hessian and a vector.
    pub product: usize,
}

/// Written out, only what was needed is named.
impl fmt::Display for Evaluations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, gradient, jacobian, hessian, product } = *self;
        write!(f, "{value} of the value")?;
        if hessian > 0 {
            write!(f, ", {hessian} with derivatives")?;
        }
        for (count, what) in [(gradient, "gradient"), (jacobian, "Jacobian"), (product, "product")] {
            if count > 0 {
                write!(f, ", {count} {what}{}", plural(count))?;
            }
        }
        Ok(())
    }
}

/// The ending of a noun that is counted.
pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What is wrong, and where. Indices begin at 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// An entry of the point is not finite.
    #[non_exhaustive]
    Point {
        /// Which variable.
        index: usize,
        /// What was found there.
        value: f64,
    },
    /// The value of the function is not finite, or the sum of the squares of finite residuals.
    #[non_exhaustive]
    Value {
        /// What was found.
        value: f64,
    },
    /// An entry of the gradient is not finite.
    #[non_exhaustive]
    Gradient {
        /// Which variable.
        index: usize,
        /// What was found there.
        value: f64,
    },
    /// An entry of the Hessian is not finite.
    #[non_exhaustive]
    Hessian {
        /// One variable.
        row: usize,
        /// The other.
        column: usize,
        /// What was found there.
        value: f64,
    },
    /// A residual is not finite.
    #[non_exhaustive]
    Residual {
        /// Which residual.
        index: usize,
        /// What was found there.
        value: f64,
    },
    /// An entry of the Jacobian is not finite.
    #[non_exhaustive]
    Jacobian {
        /// Which residual.
        row: usize,
        /// Which variable.
        column: usize,
        /// What was found there.
        value: f64,
    },
    /// The Jacobian is singular to working precision: each of these variables can be replaced by others.
    #[non_exhaustive]
    Singular {
        /// Which variables.
        columns: Vec<usize>,
    },
    /// The values at the ends have the same sign; or an end is not finite, or a value there is NaN.
    #[non_exhaustive]
    Bracket {
        /// The ends.
        ends: [f64; 2],
        /// The values there.
        values: [f64; 2],
    },
}

impl Fault {
    /// The first entry that is not finite.
    #[inline]
    pub(super) fn first<'a>(
        entries: impl IntoIterator<Item = &'a f64>,
        fault: impl FnOnce(usize, f64) -> Self,
    ) -> Option<Self> {
        entries.into_iter().enumerate().find(|(_, value)| !value.is_finite()).map(|(i, &value)| fault(i, value))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Point { index, value } => {
                write!(f, "expected finite numbers as the start, found x[{index}] = {value:?}")
            }
            Self::Value { value } => write!(f, "expected a finite value, found {value:?}; start inside the domain"),
            Self::Gradient { index, value } => {
                write!(f, "expected a finite gradient, found {value:?} for x[{index}]; start inside the domain")
            }
            Self::Hessian { row, column, value } => {
                write!(
                    f,
                    "expected a finite Hessian, found {value:?} for x[{row}], x[{column}]; start inside the domain"
                )
            }
            Self::Residual { index, value } => {
                write!(f, "expected finite residuals, found {value:?} as residual {index}; start inside the domain")
            }
            Self::Jacobian { row, column, value } => write!(
                f,
                "expected finite derivatives, found {value:?} for residual {row} by x[{column}]; start inside the domain"
            ),
            Self::Singular { columns } if columns.len() == 1 => write!(
                f,
                "the Jacobian is singular: the residuals do not tell what x[{}] does; hold it, or add equations or data",
                columns[0]
            ),
            Self::Singular { columns } => write!(
                f,
                "the Jacobian is singular: the residuals do not tell what {} do, one for another; hold some of them, or \
                 add equations or data",
                variables(columns)
            ),
            Self::Bracket { ends: [a, b], values: [at_a, at_b] } => {
                let finite = a.is_finite() && b.is_finite();
                let expected = if finite { "values of different signs at the ends" } else { "finite ends" };
                write!(f, "expected {expected}, found f({a:?}) = {at_a:?} and f({b:?}) = {at_b:?}")
            }
        }
    }
}

/// `x[0], x[3]`
fn variables(indices: &[usize]) -> String {
    indices.iter().map(|i| format!("x[{i}]")).collect::<Vec<_>>().join(", ")
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
/// assert_eq!(
///     (report.value, report.gradient[0], report.hessian[(0, 0)]),
///     (12.0, 12.0, 6.0)
/// );
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
    /// Euclidean norm of the gradient, of its entries for variables that no bound holds. It depends on the units of `x`
    /// and `f`; [`decrement`](Report::decrement) does not depend on those of `x`.
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
    /// The variables that their bounds hold, in ascending order.
    pub held: Vec<usize>,
    /// With [`Status::NonFinite`]: what is not finite.
    pub fault: Option<Fault>,
}

impl Report {
    /// Whether `x` is a minimum: the status is [`Status::Converged`].
    #[must_use]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }

    /// Standard errors of the estimates where the function is a negative log-likelihood: the roots of the diagonal of
    /// H⁻¹. None if the Hessian is not positive definite. Variables that a bound holds count as known, with the error
    /// 0.
    ///
    /// H is the *observed* information. Programs for generalised linear models print the *expected* information, its
    /// mean under the fitted model. The two agree for the canonical link, as in logistic regression; for other links
    /// they differ at finite samples, by a third of a percent in the example. For sums of squares see
    /// [`Fit`](super::Fit), which knows the variance of the residuals.
    ///
    /// # Examples
    /// Bliss's beetles in a probit model, killed of so many at doses of carbon disulphide: -34.94 (2.640) and 19.73
    /// (1.484). With the expected information the errors are 2.648 and 1.487.
    /// ```
    /// use dualtape::{Float, ScalarFunction, Special, optimize};
    ///
    /// const BEETLES: [(f64, f64, f64); 8] = [
    ///     (1.6907, 59.0, 6.0), (1.7242, 60.0, 13.0), (1.7552, 62.0, 18.0),
    ///     (1.7842, 56.0, 28.0), (1.8113, 63.0, 52.0), (1.8369, 59.0, 53.0),
    ///     (1.8610, 62.0, 61.0), (1.8839, 60.0, 60.0),
    /// ];
    ///
    /// struct Probit;
    ///
    /// impl ScalarFunction for Probit {
    ///     fn eval<T: Float>(&self, b: &[T]) -> T {
    ///         let minus_log_likelihood = |&(dose, n, killed): &(f64, f64, f64)| {
    ///             let z = b[0] + b[1] * T::lit(dose);
    ///             -(T::lit(killed) * z.log_norm_cdf()
    ///                 + T::lit(n - killed) * (-z).log_norm_cdf())
    ///         };
    ///         BEETLES.iter().map(minus_log_likelihood).sum()
    ///     }
    /// }
    ///
    /// let report = optimize::newton(&Probit, &[0.0, 0.0]);
    /// let errors = report.standard_errors().unwrap();
    /// assert!(
    ///     (report.x[0] + 34.9352588992).abs() < 1e-9
    ///         && (report.x[1] - 19.7279342113).abs() < 1e-9
    /// );
    /// assert!(
    ///     (errors[0] - 2.6395036928).abs() < 1e-9
    ///         && (errors[1] - 1.48405832295).abs() < 1e-10
    /// );
    /// ```
    ///
    /// Source: Efron & Hinkley, *Assessing the accuracy of the maximum likelihood estimator: observed versus expected
    /// Fisher information*, Biometrika 65 (1978).
    #[must_use]
    #[inline]
    pub fn standard_errors(&self) -> Option<Vec<f64>> {
        let n = self.x.len();
        let free: Vec<usize> = (0..n).filter(|i| !self.held.contains(i)).collect();
        let scale = |i: usize| self.hessian[(i, i)].sqrt();
        let k = free.len();
        let scaled = DMatrix::from_fn(k, k, |a, b| {
            let (i, j) = (free[a.max(b)], free[a.min(b)]);
            self.hessian[(i, j)] / scale(i) / scale(j)
        });
        let mut errors = vec![0.0; n];
        if k > 0 {
            let inverse = scaled.cholesky()?.inverse();
            free.iter().enumerate().for_each(|(a, &i)| errors[i] = inverse[(a, a)].sqrt() / scale(i));
        }
        Some(errors)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Row::of(f);
        row.head(f, self.status, self.fault.as_ref(), self.iterations, &self.evaluations)?;
        row.end(f, self.value, self.gradient_norm, Some(self.decrement), &self.x)
    }
}

/// How the numbers of a report are written.
pub(super) struct Row {
    precision: Option<usize>,
}

impl Row {
    pub fn of(f: &fmt::Formatter<'_>) -> Self {
        Self { precision: f.precision() }
    }

    /// The rows with which all reports of searches begin.
    pub fn head(
        &self,
        f: &mut fmt::Formatter<'_>,
        status: Status,
        fault: Option<&Fault>,
        iterations: usize,
        evaluations: &Evaluations,
    ) -> fmt::Result {
        writeln!(f, "status         {status}")?;
        if let Some(fault) = fault {
            writeln!(f, "               {fault}")?;
        }
        writeln!(f, "iterations     {iterations}")?;
        writeln!(f, "evaluations    {evaluations}")
    }

    /// The rows with which those of minimisations end.
    pub fn end(
        &self,
        f: &mut fmt::Formatter<'_>,
        value: f64,
        gradient_norm: f64,
        decrement: Option<f64>,
        x: &[f64],
    ) -> fmt::Result {
        writeln!(f, "value          {}", self.number(value))?;
        writeln!(f, "gradient norm  {}", self.number(gradient_norm))?;
        if let Some(decrement) = decrement {
            writeln!(f, "decrement      {}", self.number(decrement))?;
        }
        write!(f, "x              {}", self.point(x))
    }

    /// With all digits, or with so many decimals and an exponent.
    pub fn number(&self, value: f64) -> String {
        match self.precision {
            Some(decimals) => format!("{value:.decimals$e}"),
            None => format!("{value:?}"),
        }
    }

    /// As many entries as make a line that one can read.
    pub fn point(&self, x: &[f64]) -> String {
        const SHOWN: usize = 8;
        let mut shown: Vec<String> = x.iter().take(SHOWN).map(|&x| self.number(x)).collect();
        if x.len() > SHOWN {
            shown.push(format!(".. {} in all", x.len()));
        }
        format!("[{}]", shown.join(", "))
    }
}
