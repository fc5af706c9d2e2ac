//! What a fit found: estimates, how far they are known, and why the search ended.

use std::fmt;

use nalgebra::{DMatrix, DVector};

use super::bounds::Bounds;
use super::gauss_newton::Point;
use super::progress::{History, Iterate};
use super::report::{Evaluations, Fault, Status, plural};

/// What a parameter did in a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It was estimated.
    Free,
    /// [`LeastSquares::hold`](super::LeastSquares::hold) kept it where it was.
    Held,
    /// It ended on its lower bound.
    AtLower,
    /// It ended on its upper bound.
    AtUpper,
}

/// The result of a fit by least squares.
///
/// With the Jacobian J of the weighted residuals by the p free parameters and the m residuals that count, all at the estimates,
///
/// - the residual variance is s² = S / (m - p),
/// - the covariance of the estimates s² (JᵀJ)⁻¹, from the decomposition J = QR with columns scaled to length 1,
/// - a standard error the root of its entry on the diagonal,
/// - a t value the estimate through its standard error.
///
/// These are the figures of linear regression at the linearised model, as all statistical packages give them. They hold
/// as far as the model is linear over a standard error, for independent errors whose variances are those that the
/// weights say, up to the factor s². Parameters that were held or ended on a bound count as known: their variances are
/// 0.
///
/// # Examples
/// The table, for the line of [`least_squares`](super::least_squares()):
/// ```
/// # use dualtape::{Float, VectorFunction, optimize};
/// # struct Line { data: [(f64, f64); 4] }
/// # impl VectorFunction for Line {
/// #     fn eval<T: Float>(&self, b: &[T]) -> Vec<T> {
/// #         self.data.iter().map(|&(x, y)| b[0] + b[1] * T::lit(x) - T::lit(y)).collect()
/// #     }
/// # }
/// # let line = Line { data: [(0.0, 1.0), (1.0, 3.0), (2.0, 4.0), (3.0, 6.0)] };
/// let fit = optimize::least_squares(&line, &[0.0, 0.0]);
/// assert_eq!(
///     format!("{fit:#}"),
///     "\
/// parameter      estimate  standard error   t value
/// x[0]            1.10000        0.264575      4.16
/// x[1]            1.60000        0.141421     11.31
///
/// residual standard deviation  0.316228 on 2 degrees of freedom
/// sum of squares               0.200000
/// status                       converged
/// iterations                   2
/// evaluations                  2 of the value, 3 Jacobians
///
/// correlation    x[0]    x[1]
/// x[0]          1.000
/// x[1]         -0.802   1.000"
/// );
/// ```
/// `{}` leaves the correlations out, and a precision, as in `{:.11}`, sets the number of significant digits of the estimates and
/// all that belongs to them.
///
/// Source: Seber & Wild, *Nonlinear Regression* (1989), sections 2.1.2 and 2.1.5; Bates & Watts, *Nonlinear Regression
/// Analysis and Its Applications* (1988), section 2.2.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "the report says whether the fit succeeded"]
#[non_exhaustive]
pub struct Fit {
    /// Why the search stopped.
    pub status: Status,
    /// The estimates.
    pub x: Vec<f64>,
    /// What each parameter did.
    pub roles: Vec<Role>,
    /// The standard errors of the estimates: 0 for those that were not free, NaN where they are not determined.
    pub standard_errors: Vec<f64>,
    /// rᵢ(x), without weights.
    pub residuals: Vec<f64>,
    /// The Jacobian of the weighted residuals: entry (i, j) is √wᵢ ∂rᵢ/∂xⱼ.
    pub jacobian: DMatrix<f64>,
    /// S(x) = Σ wᵢ rᵢ(x)².
    pub sum_of_squares: f64,
    /// m - p: residuals that count, less free parameters; 0 if there are not more.
    pub degrees_of_freedom: usize,
    /// s = √(S / (m - p)); NaN without degrees of freedom.
    pub residual_deviation: f64,
    /// The covariances of the estimates.
    ///
    /// NaN throughout without degrees of freedom; NaN for parameters that the Jacobian cannot tell apart, which
    /// [`fault`](Fit::fault) names. Rows and columns of parameters that were not free are 0.
    pub covariance: DMatrix<f64>,
    /// Steps tried, accepted or not.
    pub iterations: usize,
    /// How often the residuals were evaluated; [`hessian`](Evaluations::hessian) counts those of their sum of squares.
    pub evaluations: Evaluations,
    /// Start and accepted points in order, if [`LeastSquares::trace`](super::LeastSquares::trace) asked for them, else empty.
    pub trace: Vec<Iterate>,
    /// With [`Status::NonFinite`], what is not finite; with other states, which parameters the Jacobian cannot tell
    /// apart, if there are such.
    pub fault: Option<Fault>,
}

impl Fit {
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "all that the search leaves")]
    pub(super) fn new(
        status: Status,
        fault: Option<Fault>,
        point: Point,
        residuals: Vec<f64>,
        counted: usize,
        held: &[usize],
        bounds: Option<&Bounds>,
        history: History<'_>,
    ) -> Self {
        let Point { jacobian, gauss, .. } = point;
        let x: Vec<f64> = gauss.x.data.into();
        let role = |i: usize| match bounds.map_or([false; 2], |bounds| bounds.touches(&x, i)) {
            _ if held.contains(&i) => Role::Held,
            [true, _] => Role::AtLower,
            [_, true] => Role::AtUpper,
            _ => Role::Free,
        };
        let roles: Vec<Role> = (0..x.len()).map(role).collect();
        let free: Vec<usize> = (0..x.len()).filter(|&i| roles[i] == Role::Free).collect();
        let sum_of_squares = 2.0 * gauss.value;
        let degrees_of_freedom = counted.saturating_sub(free.len());
        let variance = if degrees_of_freedom > 0 { sum_of_squares / degrees_of_freedom as f64 } else { f64::NAN };
        let mut covariance = DMatrix::zeros(x.len(), x.len());
        let mut singular = Vec::new();
        if variance.is_nan() || fault.is_some() {
            free.iter().for_each(|&i| free.iter().for_each(|&j| covariance[(i, j)] = f64::NAN));
        } else if !free.is_empty() {
            let (inverse, confounded) = inverse_of_squared(&jacobian.select_columns(&free));
            for (a, &i) in free.iter().enumerate() {
                for (b, &j) in free.iter().enumerate() {
                    let known = !confounded.contains(&a) && !confounded.contains(&b);
                    covariance[(i, j)] = if known { variance * inverse[(a, b)] } else { f64::NAN };
                }
            }
            singular = confounded.into_iter().map(|a| free[a]).collect();
        }
        let fault = fault.or_else(|| (!singular.is_empty()).then_some(Fault::Singular { columns: singular }));
        Self {
            status,
            roles,
            standard_errors: covariance.diagonal().iter().map(|v| v.sqrt()).collect(),
            residuals,
            jacobian,
            sum_of_squares,
            degrees_of_freedom,
            residual_deviation: variance.sqrt(),
            covariance,
            iterations: history.iterations,
            evaluations: history.evaluations,
            trace: history.trace,
            fault,
            x,
        }
    }

    /// Whether the estimates are a minimum of S: the status is [`Status::Converged`].
    #[must_use]
    #[inline]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }

    /// The estimates through their standard errors; NaN for parameters that were not free.
    #[must_use]
    #[inline]
    pub fn t_values(&self) -> Vec<f64> {
        let t = |((x, error), role): ((&f64, &f64), &Role)| if *role == Role::Free { x / error } else { f64::NAN };
        self.x.iter().zip(&self.standard_errors).zip(&self.roles).map(t).collect()
    }

    /// The correlations of the estimates: the covariances through both standard errors. NaN for parameters that were not free.
    #[must_use]
    #[inline]
    pub fn correlation(&self) -> DMatrix<f64> {
        let (n, errors) = (self.x.len(), &self.standard_errors);
        let entry = |i: usize, j: usize| {
            let both_free = self.roles[i] == Role::Free && self.roles[j] == Role::Free;
            match i == j {
                _ if !both_free || self.covariance[(i, j)].is_nan() => f64::NAN,
                true => 1.0,
                false => self.covariance[(i, j)] / errors[i] / errors[j],
            }
        };
        DMatrix::from_fn(n, n, entry)
    }
}

/// The columns of J that others replace to working precision.
#[inline]
pub(super) fn confounded(jacobian: &DMatrix<f64>) -> Vec<usize> {
    if jacobian.iter().all(|entry| entry.is_finite()) { inverse_of_squared(jacobian).1 } else { Vec::new() }
}

/// (JᵀJ)⁻¹, and the columns of J that others replace to working precision.
///
/// With the columns scaled to length 1, a row of R⁻¹ has the length 1/d, where d is the distance of a column from the space that
/// the others span.
#[inline]
fn inverse_of_squared(jacobian: &DMatrix<f64>) -> (DMatrix<f64>, Vec<usize>) {
    let n = jacobian.ncols();
    // A distance that is less than the rounding of the columns makes, on the way through QR.
    let unit = 16.0 * n as f64 * f64::EPSILON;
    let mut scaled = jacobian.clone();
    let norms = DVector::from_fn(n, |j, _| {
        let norm = super::model::norm(&jacobian.column(j).into_owned());
        if norm > 0.0 { norm } else { 1.0 }
    });
    for (mut column, &norm) in scaled.column_iter_mut().zip(&norms) {
        column /= norm;
    }
    let mut r = scaled.qr().unpack_r();
    if r.nrows() < n {
        r = r.resize(n, n, 0.0);
    }
    for i in 0..n {
        if r[(i, i)].abs() < f64::EPSILON / 16.0 {
            r[(i, i)] = f64::EPSILON / 16.0;
        }
    }
    let inverse = r.solve_upper_triangular(&DMatrix::identity(n, n)).expect("no zero is left on the diagonal");
    let confounded = (0..n).filter(|&i| inverse.row(i).norm() * unit >= 1.0).collect();
    let squared = &inverse * inverse.transpose();
    (DMatrix::from_fn(n, n, |i, j| squared[(i, j)] / norms[i.max(j)] / norms[i.min(j)]), confounded)
}

impl fmt::Display for Fit {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(6);
        let number = |value: f64| significant(value, digits);
        let width = digits + 10;
        let (first, errors) = (width - "parameter".len() + 7, width.max(16));
        writeln!(f, "parameter{:>first$}{:>errors$}{:>10}", "estimate", "standard error", "t value")?;
        for (i, (&x, t)) in self.x.iter().zip(self.t_values()).enumerate() {
            let name = format!("x[{i}]");
            let (error, t) = match self.roles[i] {
                Role::Free => (number(self.standard_errors[i]), format!("{t:.2}")),
                Role::Held => ("held".into(), String::new()),
                Role::AtLower => ("lower bound".into(), String::new()),
                Role::AtUpper => ("upper bound".into(), String::new()),
            };
            let line = format!("{name:<7}{:>width$}{error:>errors$}{t:>10}", number(x));
            writeln!(f, "{}", line.trim_end())?;
        }
        let (deviation, freedom) = (number(self.residual_deviation), self.degrees_of_freedom);
        let ending = plural(freedom);
        writeln!(f, "\nresidual standard deviation  {deviation} on {freedom} degree{ending} of freedom")?;
        writeln!(f, "sum of squares               {}", number(self.sum_of_squares))?;
        writeln!(f, "status                       {}", self.status)?;
        if let Some(fault) = &self.fault {
            writeln!(f, "                             {fault}")?;
        }
        writeln!(f, "iterations                   {}", self.iterations)?;
        write!(f, "evaluations                  {}", self.evaluations)?;
        if f.alternate() {
            write!(f, "\n\ncorrelation")?;
            (0..self.x.len()).try_for_each(|j| write!(f, "{:>8}", format!("x[{j}]")))?;
            let correlation = self.correlation();
            for i in 0..self.x.len() {
                write!(f, "\n{:<11}", format!("x[{i}]"))?;
                (0..=i).try_for_each(|j| write!(f, "{:>8.3}", correlation[(i, j)]))?;
            }
        }
        Ok(())
    }
}

/// A number with so many significant digits: in decimals, or in the form with exponents where that would be long.
#[inline]
fn significant(value: f64, digits: usize) -> String {
    let digits = digits.max(1);
    let scientific = format!("{value:.*e}", digits - 1);
    match scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()) {
        Some(exponent) if (-4..digits as i32).contains(&exponent) => {
            format!("{value:.*}", (digits as i32 - 1 - exponent) as usize)
        }
        _ => scientific,
    }
}
