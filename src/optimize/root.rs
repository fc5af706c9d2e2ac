//! A root of a function of one variable between two points.

use std::fmt;
use std::ops::ControlFlow;

use super::progress::{Progress, Watch, unwatched};
use super::report::{Fault, Row, Status};
use crate::Dual;

/// A root of `f` between `a` and `b`, where its values have different signs.
///
/// It is found by Newton's method with the derivative by dual numbers, kept inside of a bracket, the interval in which the sign changes.
/// Another point is taken where the step would leave the bracket, or is not shorter than half of the step before. In turns this is a
/// point beyond the Newton step, to get the root between two near points, and one that halves the interval. The interval is halved by its
/// middle or by the median of the floating-point numbers inside, so that a root near zero in a long interval costs few steps, too. Near a
/// simple root the steps are those of Newton.
///
/// The ends may be in any order, and the values at them infinite. An end that is a root is returned. The search ends at
/// a value of zero, when the step is shorter than the spacing of numbers at `x`, or when no number is left between the
/// ends of the bracket. At a jump across zero or a pole it ends with [`Status::NoProgress`]: what is left of the value
/// at the ends of the bracket is not small.
///
/// # Errors
/// No panic, unless `f` does: where the values at the ends have the same sign, or one is NaN, the status and
/// [`Root::fault`] say so.
///
/// # Examples
/// √2, and Kepler's equation E - e sin E = M for the eccentricity 0.4 and the mean anomaly 235.4° (Vallado, example
/// 2-1), which has the eccentric anomaly 220.512074° there.
/// ```
/// use dualtape::optimize;
///
/// let root = optimize::root(|x| x * x - 2.0, 0.0, 2.0);
/// assert!(root.converged());
/// assert!((root.x - 2f64.sqrt()).abs() <= f64::EPSILON && root.evaluations < 12);
///
/// let mean = 235.4f64.to_radians();
/// let anomaly = optimize::root(|e| e - 0.4 * e.sin() - mean, mean - 0.4, mean + 0.4);
/// assert!((anomaly.x.to_degrees() - 220.512_074).abs() < 1e-6);
///
/// let none = optimize::root(|x| x * x + 1.0, 0.0, 2.0);
/// let fault = none.fault.unwrap().to_string();
/// assert!(fault.ends_with("at the ends, found f(0.0) = 1.0 and f(2.0) = 5.0"));
/// ```
///
/// Source: Press et al., *Numerical Recipes*, 3rd ed., section 9.4 (Newton's method with bisection).
pub fn root(f: impl Fn(Dual<f64>) -> Dual<f64>, a: f64, b: f64) -> Root {
    root_with(f, a, b, unwatched)
}

/// [`root`] with a function that is called after every step, and stops the search by returning `Break`.
///
/// It is told the end of the bracket with the smaller absolute value, as one variable `x[0]`, with f(x) as
/// [`value`](Progress::value) and |f'(x)| as [`gradient_norm`](Progress::gradient_norm). The evaluations at the ends given
/// are no steps, and a step that ends the search is not told.
///
/// # Errors
/// Those of `root`; after `Break` the status is [`Status::Stopped`], and [`Root::bracket`] is what was reached.
///
/// # Panics
/// If `f` or `watch` does.
///
/// # Examples
/// As many digits as are wanted: from the bracket [1, 2] the third of Newton's steps has √2 to 10⁻⁵.
/// ```
/// use dualtape::optimize::{self, Status};
/// use std::ops::ControlFlow;
///
/// let root = optimize::root_with(|x| x * x - 2.0, 1.0, 2.0, |progress| {
///     if progress.value.abs() < 1e-5 * progress.gradient_norm {
///         ControlFlow::Break(())
///     } else {
///         ControlFlow::Continue(())
///     }
/// });
/// assert_eq!((root.status, root.evaluations), (Status::Stopped, 5));
/// assert!((root.x - 2f64.sqrt()).abs() < 1e-5);
/// ```
pub fn root_with(
    f: impl Fn(Dual<f64>) -> Dual<f64>,
    a: f64,
    b: f64,
    mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Root {
    let mut evaluations = 0;
    let mut evaluate = |x| {
        evaluations += 1;
        let y = f(Dual::variable(x));
        Sample { x, value: y.primal(), slope: y.tangent(), evaluations }
    };
    search(a, b, &mut evaluate, &mut watch)
}

/// The result of [`root`]: the point, what is known there, and why it is the last.
///
/// # Examples
/// ```
/// let root = dualtape::optimize::root(|x| x - 0.25, 0.0, 1.0);
/// assert_eq!(
///     root.to_string(),
///     "\
/// status         converged
/// evaluations    3
/// value          0.0
/// derivative     1.0
/// bracket        [0.25, 0.25]
/// x              0.25"
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "the report says whether a root was found"]
#[non_exhaustive]
pub struct Root {
    /// Why the search stopped: [`Converged`](Status::Converged), [`NoProgress`](Status::NoProgress) at a jump or a pole,
    /// [`NotBracketed`](Status::NotBracketed), [`NonFinite`](Status::NonFinite), or [`Stopped`](Status::Stopped) by the
    /// function of [`root_with`].
    pub status: Status,
    /// The point: of the ends of the bracket the one with the smaller absolute value.
    pub x: f64,
    /// f(x).
    pub value: f64,
    /// f'(x).
    pub derivative: f64,
    /// The least interval known in which the sign changes; twice `x` if the value there is 0.
    pub bracket: [f64; 2],
    /// Evaluations of value and derivative.
    pub evaluations: usize,
    /// What is wrong with the ends or with the value at `x`.
    pub fault: Option<Fault>,
}

impl Root {
    /// Whether `x` is a root: the status is [`Status::Converged`].
    #[must_use]
    #[inline]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }
}

impl fmt::Display for Root {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Row::of(f);
        writeln!(f, "status         {}", self.status)?;
        if let Some(fault) = &self.fault {
            writeln!(f, "               {fault}")?;
        }
        writeln!(f, "evaluations    {}", self.evaluations)?;
        writeln!(f, "value          {}", row.number(self.value))?;
        writeln!(f, "derivative     {}", row.number(self.derivative))?;
        writeln!(f, "bracket        {}", row.point(&self.bracket))?;
        write!(f, "x              {}", row.number(self.x))
    }
}

/// A point and what was found there, as the last of so many evaluations.
#[derive(Clone, Copy)]
struct Sample {
    x: f64,
    value: f64,
    slope: f64,
    evaluations: usize,
}

impl Sample {
    /// The one with the smaller absolute value.
    #[inline]
    fn nearer(self, other: Self) -> Self {
        if self.value.abs() <= other.value.abs() { self } else { other }
    }

    #[inline]
    fn report(self, status: Status, bracket: [f64; 2], evaluations: usize, fault: Option<Fault>) -> Root {
        let Self { x, value, slope: derivative, .. } = self;
        Root { status, x, value, derivative, bracket, evaluations, fault }
    }
}

/// What is left of the values, at ends between which there is no number, may be this part of those at the ends given.
/// At a root of a smooth function it is a rounding; at a jump it is about one.
const LEFT: f64 = 1e-4;

/// How many evaluations are no steps.
const ENDS: usize = 2;

#[inline]
fn search(a: f64, b: f64, evaluate: &mut dyn FnMut(f64) -> Sample, watch: Watch<'_>) -> Root {
    let (mut a, b) = (evaluate(a), evaluate(b));
    a.evaluations = b.evaluations;
    let ends = [a.x, b.x];
    let at = |sample: Sample, status, fault| sample.report(status, ends, b.evaluations, fault);
    let bracket = Some(Fault::Bracket { ends, values: [a.value, b.value] });
    for end in [a, b] {
        if !end.x.is_finite() || end.value.is_nan() {
            return at(end, Status::NonFinite, bracket);
        }
    }
    for end in [a, b] {
        if end.value == 0.0 {
            return end.report(Status::Converged, [end.x; 2], b.evaluations, None);
        }
    }
    if (a.value < 0.0) == (b.value < 0.0) {
        return at(a.nearer(b), Status::NotBracketed, bracket);
    }

    // Of the values far from the root: at the ends, or if both are infinite the first that is not.
    let mut size = a.value.abs().min(b.value.abs());
    let (mut low, mut high) = if a.x < b.x { (a, b) } else { (b, a) };
    let mut last = low.nearer(high);
    let mut before = high.x - low.x;
    // How often a step was not Newton's: every other time it goes on beyond it, else it halves the bracket.
    let mut others = 0;
    loop {
        let bracket = [low.x, high.x];
        let newton = last.value / last.slope;
        // The step is 0 where the slope is infinite, at any value.
        if last.slope.is_finite() && last.x - newton == last.x {
            return last.report(Status::Converged, bracket, last.evaluations, None);
        }
        let is_inside = |x: f64| low.x < x && x < high.x;
        let x = if is_inside(last.x - newton) && newton.abs() <= 0.5 * before {
            last.x - newton
        } else {
            others += 1;
            let beyond = last.x - BEYOND * newton;
            match others % 4 {
                1 | 3 if is_inside(beyond) => beyond,
                0 | 1 => low.x + 0.5 * (high.x - low.x),
                _ => median(low.x, high.x),
            }
        };
        if !is_inside(x) {
            let best = low.nearer(high);
            let converged = best.value.is_finite() && best.value.abs() <= LEFT * size;
            let status = if converged { Status::Converged } else { Status::NoProgress };
            return best.report(status, bracket, last.evaluations, None);
        }
        before = (x - last.x).abs();
        last = evaluate(x);
        if last.value.is_nan() {
            let fault = Some(Fault::Value { value: last.value });
            return last.report(Status::NonFinite, bracket, last.evaluations, fault);
        }
        if last.value == 0.0 {
            return last.report(Status::Converged, [x; 2], last.evaluations, None);
        }
        if size == f64::INFINITY {
            size = last.value.abs();
        }
        if (last.value < 0.0) == (low.value < 0.0) {
            low = last
        } else {
            high = last
        }
        let best = low.nearer(high);
        let (iteration, gradient_norm) = (last.evaluations - ENDS, best.slope.abs());
        if watch(&Progress { iteration, x: &[best.x], value: best.value, gradient_norm }).is_break() {
            return best.report(Status::Stopped, [low.x, high.x], last.evaluations, None);
        }
    }
}

/// How many Newton steps are taken at once to get across a root: at one of higher order, where a step is too short by
/// that factor, or where steps are as short as rounding of the value makes them. With the root between two near points,
/// halving ends soon.
const BEYOND: f64 = 16.0;

/// The floating-point number that has as many others on either side, between two.
#[inline]
fn median(a: f64, b: f64) -> f64 {
    let order = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
    };
    let (a, b) = (i128::from(order(a)), i128::from(order(b)));
    let middle = ((a + b) >> 1) as i64;
    f64::from_bits(if middle < 0 { i64::MIN.wrapping_sub(middle) } else { middle } as u64)
}
