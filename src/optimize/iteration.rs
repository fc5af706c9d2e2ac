//! The iterations of Newton's method: in a trust region, and plain.

use nalgebra::DVector;

use super::model::{Curvature, Model, norm};
use super::newton::{Newton, TrustRegion};
use super::report::{Evaluations, Iterate, Report, Status};
use super::trust_region::boundary_step;
use crate::ScalarFunction;

/// A minimisation under way.
pub(super) struct Iteration<'a, F: ?Sized> {
    options: &'a Newton,
    f: &'a F,
    pub point: Model,
    /// The decrement at the accepted point before; NaN if there is none.
    before: f64,
    /// |x₀|, by which a minimum at zero is recognised as near.
    start: DVector<f64>,
    iterations: usize,
    evaluations: Evaluations,
    trace: Vec<Iterate>,
}

/// A step to be tried.
struct Step {
    step: DVector<f64>,
    /// ‖D s‖
    length: f64,
    /// What the model gains by it.
    predicted: f64,
    /// Whether it is the Newton step, not cut by the region.
    newton: bool,
}

/// What became of a step.
enum Outcome {
    /// Judged by the value reached, and taken if that is low enough.
    Judged {
        value: f64,
        ratio: f64,
    },
    /// Taken since it reduces the gradient; the values are too close to tell.
    TakenByGradient,
    /// Not taken: it leads to where the function has no finite value or derivatives.
    NonFinite,
    Stop(Status),
}

/// A Newton step must reduce the decrement to this part to count as an improvement that rounding errors cannot feign.
/// At a minimum with definite Hessian Newton's method does far better, since it converges quadratically.
const FALL: f64 = 0.25;

/// A Newton step that reduced the decrement to this part is one of quadratic convergence: the next is far shorter still.
/// In a valley, where only the stiff variables have found their places, the decrement falls slowly.
const QUADRATIC_FALL: f64 = 1e-3;

/// The radius after a step with the given `slope` gᵀs and `change` of the value, whose `ratio` of actual to predicted
/// reduction is below a quarter, taken or not, or above, where it is taken.
///
/// - Below, the values and the slope define a parabola. The radius is where that has its minimum, but between a sixteenth
///   and half of the step.
/// - Above, the closer the ratio is to 1 the more the step may grow: by up to 5/2, and not at all from |1 - ratio| = 1/2
///   on. After a Newton step twice its length is allowed in any case, and the radius becomes that also if it was larger:
///   it was of no use, and what follows does not depend on it any more.
///
/// No factor is fixed but that after a Newton step, so that the radii are not multiples of the first one by powers of
/// two, and how many steps are taken does not depend on its digits.
///
/// Source of the parabola: Dennis & Schnabel, *Numerical Methods for Unconstrained Optimization and Nonlinear
/// Equations*, section 6.4.3.
fn next_radius(radius: f64, step: &Step, slope: f64, change: f64, ratio: f64) -> f64 {
    if ratio >= 0.25 {
        let growth = (2.5 - 3.0 * (1.0 - ratio).abs()).max(1.0);
        if step.newton { step.length * growth.max(2.0) } else { radius.max(step.length * growth) }
    } else {
        let lowest = 0.5 * slope / (slope - change);
        step.length * if lowest.is_finite() { lowest.clamp(1.0 / 16.0, 0.5) } else { 0.5 }
    }
}

impl<'a, F: ScalarFunction + ?Sized> Iteration<'a, F> {
    pub fn new(options: &'a Newton, f: &'a F, x0: &[f64]) -> Self {
        let point = Model::at(f, DVector::from_column_slice(x0));
        let evaluations = Evaluations { value: 0, hessian: 1 };
        let start = point.x.abs();
        let mut iteration =
            Self { options, f, point, before: f64::NAN, start, iterations: 0, evaluations, trace: Vec::new() };
        iteration.record();
        iteration
    }

    /// Algorithm 4.1 of Nocedal & Wright, in the variables D x.
    pub fn in_trust_region(&mut self, region: &TrustRegion) -> Status {
        let lowest = -1e20 * self.point.value.abs().max(1.0);
        let mut scale = self.point.scale.clone();
        // From a start near zero, of which no multiple is long: the length of a step of steepest descent.
        let slope = region.initial_radius.min(1.0) * norm(&self.point.gradient.component_div(&scale));
        let mut radius = slope.max(region.initial_radius * self.point.scaled_norm(&self.point.x));
        if radius <= 0.0 {
            radius = 1.0; // a saddle point at zero
        }
        radius = radius.min(f64::MAX.sqrt());
        loop {
            if self.point.decrement == 0.0 {
                return Status::Converged;
            }
            if self.iterations == self.options.max_iterations {
                return Status::MaxIterations;
            }
            let Some(step) = self.restricted_step(&scale, radius) else { return Status::NoProgress };
            self.iterations += 1;
            let (value, slope) = (self.point.value, self.point.gradient.dot(&step.step));
            match self.attempt(&step, region.acceptance) {
                Outcome::Judged { value: reached, ratio } => {
                    radius = next_radius(radius, &step, slope, reached - value, ratio);
                }
                Outcome::TakenByGradient => {}
                Outcome::NonFinite => radius = 0.1 * step.length,
                Outcome::Stop(status) => return status,
            }
            if self.point.value < lowest {
                return Status::Unbounded;
            }
            // A variable keeps the greatest scale it had: the region must not open up towards a plateau, where the
            // Hessian is small because the function does not depend on the variable any more.
            scale = scale.sup(&self.point.scale);
        }
    }

    /// The Newton step if it lies in the region, else the best step to its boundary.
    fn restricted_step(&self, scale: &DVector<f64>, radius: f64) -> Option<Step> {
        if let Some(step) = &self.point.newton {
            let length = norm(&scale.component_mul(step));
            if length <= radius {
                let predicted = 0.5 * self.point.decrement.powi(2);
                return Some(Step { step: step.clone(), length, predicted, newton: true });
            }
        }
        let (gradient, hessian) = self.point.scaled(scale);
        let y = boundary_step(&gradient, &hessian, radius)?;
        let predicted = -gradient.dot(&y) - 0.5 * y.dot(&(&hessian * &y));
        Some(Step { step: y.component_div(scale), length: radius, predicted, newton: false })
    }

    /// Takes a step if it is good enough.
    fn attempt(&mut self, trial: &Step, acceptance: f64) -> Outcome {
        let &Step { ref step, predicted, newton, .. } = trial;
        let x = &self.point.x + step;
        if x == self.point.x {
            return Outcome::Stop(if newton { Status::Converged } else { Status::NoProgress });
        }
        self.evaluations.value += 1;
        let value = self.f.eval(x.as_slice());
        if value == f64::NEG_INFINITY {
            return Outcome::Stop(Status::Unbounded);
        }
        let last = newton && self.is_last(trial);
        let ratio = (self.point.value - value) / predicted;
        if ratio >= acceptance && !last {
            let next = self.model_at(x);
            if !next.is_finite() {
                return Outcome::NonFinite;
            }
            self.accept(next);
            return Outcome::Judged { value, ratio };
        }
        let noise = f64::EPSILON.sqrt() * self.point.value.abs();
        if last || newton && predicted <= noise && (value - self.point.value).abs() <= noise {
            let next = self.model_at(x);
            let (before, after) = (self.point.decrement, next.decrement);
            if after <= FALL * before {
                self.accept(next);
                return Outcome::TakenByGradient;
            }
            if last {
                if after < before {
                    self.accept(next);
                }
                return Outcome::Stop(Status::Converged);
            }
        }
        if value.is_finite() { Outcome::Judged { value, ratio } } else { Outcome::NonFinite }
    }

    /// Whether a Newton step, if it is taken, leaves no more than the last digits to be found.
    ///
    /// One of four conditions is enough. The first two are the tolerances of [`Newton`]. A variable that is zero at the
    /// start and at the minimum is never small against itself; so the third compares the lengths ‖D s‖ and ‖D x‖, in
    /// which others hide it, but not without quadratic convergence: in a valley a long stiff variable hides a short one
    /// that still moves. The fourth is that rounding of `x` alone makes such steps.
    fn is_last(&self, trial: &Step) -> bool {
        let size = self.point.scaled_norm(&self.point.x);
        self.is_within_tolerances(&trial.step, trial.predicted)
            || self.point.scaled_norm(&trial.step) <= self.options.step_tolerance * size
                && self.point.decrement <= QUADRATIC_FALL * self.before
            || self.is_rounding(trial.length)
    }

    /// Whether a step that gains `predicted` is short for every variable, or gains little.
    fn is_within_tolerances(&self, step: &DVector<f64>, predicted: f64) -> bool {
        let Newton { value_tolerance, step_tolerance, .. } = *self.options;
        // Compared with the start, too, for a minimum at zero, against which no step is small.
        let size = self.point.x.abs().sup(&self.start);
        predicted <= value_tolerance * self.point.value.abs()
            || step.iter().zip(&size).all(|(s, size)| s.abs() <= step_tolerance * size)
    }

    /// Whether rounding errors of `x` can make a step of this length ‖D s‖.
    fn is_rounding(&self, length: f64) -> bool {
        let n = self.point.x.len() as f64;
        length <= n * f64::EPSILON * self.point.scaled_norm(&self.point.x)
    }

    /// x - H⁻¹g until nothing changes any more.
    pub fn pure(&mut self) -> Status {
        let mut before = f64::INFINITY;
        loop {
            let stationary = match self.point.curvature {
                Curvature::Indefinite => Status::Indefinite,
                _ => Status::Converged,
            };
            if self.point.gradient.iter().all(|&g| g == 0.0) {
                return stationary;
            }
            if self.iterations == self.options.max_iterations {
                return Status::MaxIterations;
            }
            let Some(step) = self.point.stationary_step() else { return Status::Singular };
            let x = &self.point.x + &step;
            let predicted = 0.5 * self.point.gradient.dot(&step).abs();
            let last =
                || self.is_within_tolerances(&step, predicted) || self.is_rounding(self.point.scaled_norm(&step));
            if x == self.point.x || predicted > FALL * FALL * before && last() {
                return stationary;
            }
            before = predicted;
            self.iterations += 1;
            let next = self.model_at(x);
            if !next.is_finite() {
                return Status::NonFinite;
            }
            self.accept(next);
        }
    }

    fn model_at(&mut self, x: DVector<f64>) -> Model {
        self.evaluations.hessian += 1;
        Model::at(self.f, x)
    }

    fn accept(&mut self, point: Model) {
        self.before = self.point.decrement;
        self.point = point;
        self.record();
    }

    fn record(&mut self) {
        if self.options.trace {
            let Model { x, value, gradient, .. } = &self.point;
            self.trace.push(Iterate { x: x.as_slice().to_vec(), value: *value, gradient_norm: norm(gradient) });
        }
    }

    pub fn report(self, status: Status) -> Report {
        let Model { x, value, gradient, hessian, decrement, .. } = self.point;
        Report {
            status,
            x: x.data.into(),
            value,
            gradient_norm: norm(&gradient),
            gradient: gradient.data.into(),
            hessian,
            decrement,
            iterations: self.iterations,
            evaluations: self.evaluations,
            trace: self.trace,
        }
    }
}
