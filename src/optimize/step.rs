//! A step to be tried, how the radius follows from what became of it, and when it is the last.

use nalgebra::DVector;

use super::hessian::Hessian;
use super::model::Model;
use super::options::Limits;
use super::trust_region::boundary_step;

pub(super) struct Step {
    pub step: DVector<f64>,
    /// ‖D s‖
    pub length: f64,
    /// What the model gains by it.
    pub predicted: f64,
    /// Whether it is the Newton step, not cut by the region.
    pub newton: bool,
}

impl Model {
    /// The Newton step if it lies in the region, else the best step to its boundary.
    pub fn restricted_step(&self, scale: &DVector<f64>, radius: f64) -> Option<Step> {
        if let Some(step) = self.newton_within(scale, radius) {
            return Some(step);
        }
        let (gradient, hessian) = self.scaled(scale);
        let y = boundary_step(&gradient, &hessian, radius)?;
        let predicted = -gradient.dot(&y) - 0.5 * y.dot(&(&hessian * &y));
        Some(Step { step: self.unscaled(&y, scale), length: radius, predicted, newton: false })
    }
}

impl Step {
    /// The radius after a step with the given `slope` gᵀs and `change` of the value, whose `ratio` of actual to predicted
    /// reduction is below a quarter, taken or not, or above, where it is taken.
    ///
    /// - Below, it is [shorter].
    /// - Above, the closer the ratio is to 1 the more the step may grow: by up to 5/2, and not at all from |1 - ratio| = 1/2
    ///   on. After a Newton step twice its length is allowed in any case, and the radius becomes that also if it was larger:
    ///   it was of no use, and what follows does not depend on it any more.
    ///
    /// No factor is fixed but that after a Newton step, so that the radii are not multiples of the first one by powers of
    /// two, and how many steps are taken does not depend on its digits.
    pub fn next_radius(&self, radius: f64, slope: f64, change: f64, ratio: f64) -> f64 {
        if ratio >= 0.25 {
            let growth = (2.5 - 3.0 * (1.0 - ratio).abs()).max(1.0);
            if self.newton { self.length * growth.max(2.0) } else { radius.max(self.length * growth) }
        } else {
            shorter(self.length, slope, change, LEAST)
        }
    }
}

/// A radius is not made shorter than this part of the step at once.
const LEAST: f64 = 1.0 / 16.0;

/// The value below which a function counts as unbounded, from its value at the start.
pub(super) fn unbounded_below(start: f64) -> f64 {
    -1e20 * start.abs().max(1.0)
}

/// The part of `value` within which rounding, and what the model leaves out, may hide which of two values is less: half of the digits. There
/// the gradient decides.
pub(super) fn noise(value: f64) -> f64 {
    f64::EPSILON.sqrt() * value.abs()
}

/// A Newton step must reduce the decrement to this part to count as an improvement that rounding errors cannot feign.
/// At a minimum with definite Hessian Newton's method does far better, since it converges quadratically.
pub(super) const FALL: f64 = 0.25;

/// A Newton step that reduced the decrement to this part is one of quadratic convergence: the next is far shorter still.
/// In a valley, where only the stiff variables have found their places, the decrement falls slowly.
pub(super) const QUADRATIC_FALL: f64 = 1e-3;

/// The radius after a step with the given `slope` gᵀs and `change` of the value that was a disappointment. Both define a
/// parabola, and the radius is where that has its minimum, but between `least` and half of the step.
///
/// Source: Dennis & Schnabel, *Numerical Methods for Unconstrained Optimization and Nonlinear Equations*, section 6.4.3.
pub(super) fn shorter(length: f64, slope: f64, change: f64, least: f64) -> f64 {
    let lowest = 0.5 * slope / (slope - change);
    length * if lowest.is_finite() { lowest.clamp(least, 0.5) } else { 0.5 }
}

/// The radius after a step to a point where something is not finite, as a part of the step.
pub(super) const AFTER_NON_FINITE: f64 = 0.1;

/// When the next Newton step is the last.
pub(super) struct Ending {
    pub value_tolerance: f64,
    pub step_tolerance: f64,
    /// |x₀|, by which a minimum at zero is recognised as near.
    pub start: DVector<f64>,
}

impl Ending {
    /// For a search from this start.
    pub fn new(limits: &Limits, start: &DVector<f64>) -> Self {
        let &Limits { value_tolerance, step_tolerance, .. } = limits;
        Self { value_tolerance, step_tolerance, start: start.abs() }
    }

    /// Whether a Newton step, if it is taken, leaves no more than the last digits to be found. `fall` is the decrement through
    /// that at the accepted point before, NaN if there is none.
    ///
    /// One of four conditions is enough. The first two are the tolerances. A variable that is zero at the
    /// start and at the minimum is never small against itself; so the third compares the lengths ‖D s‖ and ‖D x‖, in
    /// which others hide it, but not without quadratic convergence: in a valley a long stiff variable hides a short one
    /// that still moves. The fourth is that rounding of `x` alone makes such steps.
    pub fn is_last<H: Hessian>(&self, point: &Model<H>, fall: f64, trial: &Step) -> bool {
        let size = point.scaled_norm(&point.x);
        self.is_within_tolerances(&point.x, point.value, &trial.step, trial.predicted)
            || point.scaled_norm(&trial.step) <= self.step_tolerance * size && fall <= QUADRATIC_FALL
            || self.is_rounding(point, trial.length)
    }

    /// Whether a step that gains `predicted` is short for every variable, or gains little.
    pub fn is_within_tolerances(&self, x: &DVector<f64>, value: f64, step: &DVector<f64>, predicted: f64) -> bool {
        // Compared with the start, too, for a minimum at zero, against which no step is small.
        let size = x.abs().sup(&self.start);
        predicted <= self.value_tolerance * value.abs()
            || step.iter().zip(&size).all(|(s, size)| s.abs() <= self.step_tolerance * size)
    }

    /// Whether rounding errors of `x` can make a step of this length ‖D s‖.
    pub fn is_rounding<H: Hessian>(&self, point: &Model<H>, length: f64) -> bool {
        length <= point.x.len() as f64 * f64::EPSILON * point.scaled_norm(&point.x)
    }
}
