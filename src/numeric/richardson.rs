//! Richardson's extrapolation of differences, with an error for each result.
//!
//! Differences with steps that shrink are combined so that one term of their series after the other cancels. Every combination is
//! compared with the two it was made of; the one that changed least is taken (Ridders). Rounding of the values is added to that change,
//! since differences that all vanish by rounding would agree perfectly.
//!
//! One first step does not fit all functions, so several are tried, relative to `x` and absolute, from large to small, until the result
//! is good; two at least, since large steps may miss what happens near `x`.
//!
//! Sources: C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982); W. H. Press
//! et al., *Numerical Recipes*, 3rd ed., section 5.7.

use super::{check_count, moved};
use crate::float::Primitive;

/// Steps that are combined.
const STEPS: usize = 8;

/// From one step to the next. Not 2, since steps that are multiples of a period would stay multiples.
const SHRINKAGE: f64 = 1.7;

/// First steps, for `x` of size 1 or in units of `x`.
const FIRST_STEP: f64 = 0.137;

/// From one first step to the next.
const FINER: f64 = 1.0 / 1024.0;

/// A result is good if its error is this small against it, and no more first steps are tried: what extrapolation reaches for most functions,
/// six digits less than the values have, and three for `f32`.
#[inline]
fn good<B: Primitive>() -> f64 {
    if B::IS_SINGLE { 1e-4 } else { 1e-10 }
}

/// A numerical derivative and what is known about its error.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The derivative; NaN if `f` is not finite on either side of the point.
    pub value: f64,
    /// How far from the truth it seems to be; infinite where the value is NaN. At a jump, an infinite slope or a kink it is as large as the
    /// value itself, but for a kink that is symmetric, as that of `|x|` at 0.
    pub error: f64,
    /// The part of the error that is rounding of the values.
    rounding: f64,
}

impl Estimate {
    const NONE: Estimate = Estimate { value: f64::NAN, error: f64::INFINITY, rounding: f64::INFINITY };

    #[inline]
    fn is_some(self) -> bool {
        self.error < f64::INFINITY
    }

    /// The error relative to the value, where 1 and more means that no digit is known.
    #[inline]
    fn relative(self) -> f64 {
        if self.error == 0.0 { 0.0 } else { (self.error / self.value.abs()).min(1.0) }
    }

    /// Whether differences with smaller and smaller steps settle down, be it to a zero that rounding blurs.
    #[inline]
    pub(crate) fn is_settled(self) -> bool {
        self.relative() < 0.1 || self.error <= 100.0 * self.rounding
    }

    /// The better one: that with more digits known, else that with the smaller error. But where the two have nothing in common, it is
    /// `finer`, with smaller steps, if three digits are known: the larger ones then went over a kink or a period.
    #[inline]
    fn or_better(self, finer: Estimate) -> Estimate {
        let is_better = (finer.relative(), finer.error) < (self.relative(), self.error);
        let is_other = (finer.value - self.value).abs() > 0.1 * finer.value.abs().max(self.value.abs());
        if is_better || !self.is_some() || (is_other && finer.relative() < 1e-3) { finer } else { self }
    }
}

/// Why a numerical derivative may not be what it seems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Doubt {
    /// The function itself is infinite or NaN at the point.
    NotFiniteHere,
    /// It is so on both sides, or there are no numbers beside the point.
    NotFiniteAround,
    /// It is so on the left; the derivative is that from the right.
    FromTheRight,
    /// It is so on the right; the derivative is that from the left.
    FromTheLeft,
    /// The derivatives from the left and from the right differ.
    Kink { left: f64, right: f64 },
}

/// A numerical derivative with its doubts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slope {
    pub(crate) estimate: Estimate,
    pub(crate) doubt: Option<Doubt>,
}

/// The derivative of `f` at `x` by differences whose leading errors are removed one by one.
///
/// At the edge of a domain it is the one-sided derivative. 33 evaluations for most functions, and up to 81.
///
/// # Examples
/// Nearly all digits of the derivative of the exponential at 1, and an error that says so:
/// ```
/// let slope = dualtape::numeric::extrapolated(f64::exp, 1.0);
/// assert!((slope.value - 1.0_f64.exp()).abs() < slope.error && slope.error < 1e-11);
/// ```
#[doc(alias = "richardson", alias = "ridders")]
#[must_use]
#[inline]
pub fn extrapolated(mut f: impl FnMut(f64) -> f64, x: f64) -> Estimate {
    slopes("numeric::extrapolated", |x| vec![f(x[0])], &[x], 0)[0].estimate
}

/// The gradient of `f` at `x`: each entry as by [`extrapolated`].
///
/// # Examples
/// ```
/// let gradient =
///     dualtape::numeric::extrapolated_gradient(|x| x[0] * x[1].sin(), &[2.0, 0.5]);
/// assert!((gradient[0].value - 0.5_f64.sin()).abs() < 1e-12);
/// assert!((gradient[1].value - 2.0 * 0.5_f64.cos()).abs() < 1e-11);
/// ```
#[must_use]
#[inline]
pub fn extrapolated_gradient(mut f: impl FnMut(&[f64]) -> f64, x: &[f64]) -> Vec<Estimate> {
    (0..x.len()).map(|j| slopes("numeric::extrapolated_gradient", |x| vec![f(x)], x, j)[0].estimate).collect()
}

/// The derivatives of all values of `f` by the entry `j` of `x`.
///
/// The points are numbers of the function's precision, and so are its values; what is made of them is computed on `f64`.
#[track_caller]
#[inline]
pub(crate) fn slopes<B: Primitive>(verb: &str, mut f: impl FnMut(&[B]) -> Vec<B>, x: &[B], j: usize) -> Vec<Slope> {
    let mut f = |x: &[B]| -> Vec<f64> { f(x).into_iter().map(B::widen).collect() };
    let center = f(x);
    let at = x[j].widen();
    let mut found = vec![Sides::default(); center.len()];
    for (tried, first) in first_steps(at).into_iter().enumerate() {
        let mut rows: Vec<(Points, Vec<f64>, Vec<f64>)> = Vec::with_capacity(STEPS);
        for h in std::iter::successors(Some(first), |h| Some(h / SHRINKAGE)).take(STEPS) {
            let (left, right) = (B::nearest(at - h), B::nearest(at + h));
            let points = Points { left: left.widen(), center: at, right: right.widen() };
            if !points.are_distinct() {
                break;
            }
            let (left, right) = (f(&moved(x, j, left)), f(&moved(x, j, right)));
            check_count(verb, center.len(), left.len());
            check_count(verb, center.len(), right.len());
            rows.push((points, left, right));
        }
        for (i, sides) in found.iter_mut().enumerate() {
            let values: Vec<(Points, Values)> = rows
                .iter()
                .map(|(points, left, right)| (*points, Values { left: left[i], center: center[i], right: right[i] }))
                .collect();
            sides.improve(&values, B::epsilon().widen());
        }
        if tried > 0 && found.iter().all(|sides| sides.are_good(good::<B>())) {
            break;
        }
    }
    center.iter().zip(&found).map(|(&center, sides)| sides.slope(center)).collect()
}

/// Relative to `x` and absolute, each with finer ones, from large to small; those that differ little are one.
#[inline]
fn first_steps(x: f64) -> Vec<f64> {
    let relative = [1.0, FINER].map(|finer| x.abs() * FIRST_STEP * finer);
    let absolute = [1.0, FINER, FINER * FINER].map(|finer| FIRST_STEP * finer);
    let mut steps: Vec<f64> = Vec::new();
    for step in relative.into_iter().chain(absolute) {
        let is_new = steps.iter().all(|other| !(0.1..10.0).contains(&(step / other)));
        if step > 0.0 && step.is_finite() && is_new {
            steps.push(step);
        }
    }
    steps.sort_by(|a, b| b.total_cmp(a));
    steps
}

#[derive(Clone, Copy)]
struct Points {
    left: f64,
    center: f64,
    right: f64,
}

impl Points {
    #[inline]
    fn are_distinct(self) -> bool {
        self.left.is_finite() && self.left < self.center && self.center < self.right && self.right.is_finite()
    }
}

#[derive(Clone, Copy)]
struct Values {
    left: f64,
    center: f64,
    right: f64,
}

/// The best derivatives so far: by both sides, and by each.
#[derive(Clone, Copy)]
struct Sides {
    both: Estimate,
    left: Estimate,
    right: Estimate,
}

impl Default for Sides {
    #[inline]
    fn default() -> Sides {
        Sides { both: Estimate::NONE, left: Estimate::NONE, right: Estimate::NONE }
    }
}

impl Sides {
    /// With the differences of `rows`, whose values have the machine epsilon `epsilon`.
    #[inline]
    fn improve(&mut self, rows: &[(Points, Values)], epsilon: f64) {
        let difference = |a, f_a, b, f_b| difference(a, f_a, b, f_b, epsilon);
        // The series of a central difference has even powers of the step only.
        let both = rows.iter().map(|(at, f)| difference(at.left, f.left, at.right, f.right));
        self.both = self.both.or_better(extrapolate(both.collect(), SHRINKAGE * SHRINKAGE));
        let left = rows.iter().map(|(at, f)| difference(at.left, f.left, at.center, f.center));
        self.left = self.left.or_better(extrapolate(left.collect(), SHRINKAGE));
        let right = rows.iter().map(|(at, f)| difference(at.center, f.center, at.right, f.right));
        self.right = self.right.or_better(extrapolate(right.collect(), SHRINKAGE));
    }

    #[inline]
    fn are_good(&self, good: f64) -> bool {
        self.both.error <= good * self.both.value.abs() && !self.has_kink()
    }

    /// Whether the slopes from the left and from the right differ. The slope by both sides is their mean then.
    #[inline]
    fn has_kink(&self) -> bool {
        let Sides { both, left, right } = *self;
        let gap = (left.value - right.value).abs();
        let is_mean = (both.value - (left.value + right.value) / 2.0).abs() <= 1e-3 * gap;
        // Extrapolation from one side is less accurate, and its error less sure.
        is_mean && gap > 20.0 * (left.error + right.error) && gap > 1e-4 * left.value.abs().max(right.value.abs())
    }

    #[inline]
    fn slope(&self, center: f64) -> Slope {
        let Sides { both, left, right } = *self;
        let (estimate, doubt) = if !center.is_finite() {
            (both, Some(Doubt::NotFiniteHere))
        } else if self.has_kink() {
            (both, Some(Doubt::Kink { left: left.value, right: right.value }))
        } else if both.is_some() {
            (both, None)
        } else if right.is_some() {
            (right, Some(Doubt::FromTheRight))
        } else if left.is_some() {
            (left, Some(Doubt::FromTheLeft))
        } else {
            (Estimate::NONE, Some(Doubt::NotFiniteAround))
        };
        Slope { estimate, doubt }
    }
}

/// The slope between two points, and how much of it rounding of the values may be.
#[inline]
fn difference(a: f64, f_a: f64, b: f64, f_b: f64, epsilon: f64) -> Estimate {
    // The points are numbers, so their distance is taken as it is and not as it was meant.
    let step = b - a;
    let rounding = epsilon * (f_a.abs() + f_b.abs()) / step;
    Estimate { value: (f_b - f_a) / step, error: rounding, rounding }
}

/// The limit of differences for steps that shrink, whose errors are a series in powers of the step, each of which falls by another factor
/// `base` from one to the next.
///
/// Where values are not finite for large steps, the smaller ones are used, if there are three.
#[inline]
fn extrapolate(differences: Vec<Estimate>, base: f64) -> Estimate {
    let is_finite = |difference: &Estimate| difference.value.is_finite() && difference.error.is_finite();
    let unusable = differences.iter().rposition(|difference| !is_finite(difference)).map_or(0, |last| last + 1);
    let mut rows: Vec<Vec<Estimate>> = Vec::new();
    for &difference in &differences[unusable..] {
        let mut row = vec![difference];
        let mut power = 1.0;
        for (j, before) in rows.last().into_iter().flatten().enumerate() {
            power *= base;
            let last = row[j];
            let value = (power * last.value - before.value) / (power - 1.0);
            let rounding = (power * last.rounding + before.rounding) / (power - 1.0);
            let change = (value - last.value).abs().max((value - before.value).abs());
            row.push(Estimate { value, error: change + rounding, rounding });
        }
        rows.push(row);
    }
    let mut best = Estimate::NONE;
    for (i, row) in rows.iter().enumerate() {
        // Two differences may agree by chance, three hardly.
        for (j, &result) in row.iter().enumerate().skip(2) {
            // The next row may differ by its rounding only: what agrees by chance does not agree there.
            let next = rows.get(i + 1).map_or(0.0, |next| (next[j].value - result.value).abs() - next[j].rounding);
            let result = Estimate { error: result.error + next.max(0.0), ..result };
            if result.error < best.error && (i + 1 < rows.len() || rows.len() == 3) {
                best = result;
            }
        }
    }
    best
}
