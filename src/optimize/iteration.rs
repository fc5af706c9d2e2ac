//! The iterations of Newton's method: in a trust region, and plain.

use nalgebra::DVector;

use super::landscape::{Dense, Landscape};
use super::model::{Curvature, Model, norm};
use super::newton::TrustRegion;
use super::options::Limits;
use super::progress::{History, Watch};
use super::report::{Evaluations, Fault, Report, Status};
use super::step::{AFTER_NON_FINITE, Ending, FALL, Step, noise, unbounded_below};
use crate::ScalarFunction;

/// A minimisation under way.
pub(super) struct Iteration<'a, L: Landscape> {
    limits: &'a Limits,
    pub landscape: L,
    pub point: Model<L::Hessian>,
    /// The decrement at the accepted point before; NaN if there is none.
    before: f64,
    ending: Ending,
    pub history: History<'a>,
    pub fault: Option<Fault>,
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

impl<'a, L: Landscape> Iteration<'a, L> {
    pub fn new(limits: &'a Limits, mut landscape: L, start: DVector<f64>, watch: Watch<'a>) -> Self {
        let ending = Ending::new(limits, &start);
        let point = landscape.model_at(start);
        let evaluations = Evaluations { hessian: 1, ..Evaluations::default() };
        let history = History::new(evaluations, limits.trace, watch);
        let fault = point.fault();
        let mut iteration = Self { limits, landscape, point, before: f64::NAN, ending, history, fault };
        iteration.record();
        iteration
    }

    /// What is known before the first step.
    fn at_start(&self) -> Option<Status> {
        if !self.point.is_finite() {
            Some(Status::NonFinite)
        } else {
            self.point.x.is_empty().then_some(Status::Converged)
        }
    }

    /// Algorithm 4.1 of Nocedal & Wright, in the variables D x.
    pub fn in_trust_region(&mut self, region: &TrustRegion) -> Status {
        if let Some(status) = self.at_start() {
            return status;
        }
        let lowest = unbounded_below(self.point.value);
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
            if self.history.iterations == self.limits.max_iterations {
                return Status::MaxIterations;
            }
            let Some(step) = self.landscape.step(&self.point, &scale, radius) else { return Status::NoProgress };
            self.history.iterations += 1;
            let (value, slope) = (self.point.value, self.point.gradient.dot(&step.step));
            match self.attempt(&step, region.acceptance) {
                Outcome::Judged { value: reached, ratio } => {
                    radius = step.next_radius(radius, slope, reached - value, ratio);
                }
                Outcome::TakenByGradient => {}
                Outcome::NonFinite => radius = AFTER_NON_FINITE * step.length,
                Outcome::Stop(status) => return status,
            }
            if self.point.value < lowest {
                return Status::Unbounded;
            }
            if self.is_stopped() {
                return Status::Stopped;
            }
            // A variable keeps the greatest scale it had: the region must not open up towards a plateau, where the
            // Hessian is small because the function does not depend on the variable any more.
            scale = scale.sup(&self.point.scale);
        }
    }

    /// Takes a step if it is good enough.
    fn attempt(&mut self, trial: &Step, acceptance: f64) -> Outcome {
        let &Step { ref step, predicted, newton, .. } = trial;
        let x = self.landscape.reached(&self.point.x, step);
        if x == self.point.x {
            return Outcome::Stop(if newton { Status::Converged } else { Status::NoProgress });
        }
        self.history.evaluations.value += 1;
        let value = self.landscape.value(x.as_slice());
        if value == f64::NEG_INFINITY {
            return Outcome::Stop(Status::Unbounded);
        }
        let last = newton && self.ending.is_last(&self.point, self.point.decrement / self.before, trial);
        let ratio = (self.point.value - value) / predicted;
        if ratio >= acceptance && !last {
            let next = self.model_at(x);
            if !next.is_finite() {
                return Outcome::NonFinite;
            }
            self.accept(next);
            return Outcome::Judged { value, ratio };
        }
        let noise = noise(self.point.value);
        if last || newton && predicted <= noise && (value - self.point.value).abs() <= noise {
            let next = self.model_at(x);
            let (before, after) = (self.point.decrement, next.decrement);
            if next.is_finite() && value <= self.point.value && next.frees_from(&self.point) {
                // A bound holds a variable no more: the next step is another one, however short this is.
                self.accept(next);
                return Outcome::Judged { value, ratio };
            }
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

    fn model_at(&mut self, x: DVector<f64>) -> Model<L::Hessian> {
        self.history.evaluations.hessian += 1;
        self.landscape.model_at(x)
    }

    fn accept(&mut self, point: Model<L::Hessian>) {
        self.before = self.point.decrement;
        self.point = point;
        self.record();
    }

    fn record(&mut self) {
        self.history.record(self.point.x.as_slice(), self.point.value, self.point.gradient_norm());
    }

    fn is_stopped(&mut self) -> bool {
        self.history.is_stopped(self.point.x.as_slice(), self.point.value, self.point.gradient_norm())
    }
}

impl<F: ScalarFunction + ?Sized> Iteration<'_, Dense<'_, F>> {
    /// x - H⁻¹g until nothing changes any more.
    pub fn pure(&mut self) -> Status {
        if let Some(status) = self.at_start() {
            return status;
        }
        let mut before = f64::INFINITY;
        loop {
            let stationary = match self.point.curvature {
                Curvature::Indefinite => Status::Indefinite,
                _ => Status::Converged,
            };
            if self.point.gradient.iter().all(|&g| g == 0.0) {
                return stationary;
            }
            if self.history.iterations == self.limits.max_iterations {
                return Status::MaxIterations;
            }
            let Some(step) = self.point.stationary_step() else { return Status::Singular };
            let x = &self.point.x + &step;
            let predicted = 0.5 * self.point.gradient.dot(&step).abs();
            let last = || {
                let (ending, point) = (&self.ending, &self.point);
                ending.is_within_tolerances(&point.x, point.value, &step, predicted)
                    || ending.is_rounding(point, point.scaled_norm(&step))
            };
            if x == self.point.x || predicted > FALL * FALL * before && last() {
                return stationary;
            }
            before = predicted;
            self.history.iterations += 1;
            let next = self.model_at(x);
            if !next.is_finite() {
                self.fault = next.fault();
                return Status::NonFinite;
            }
            self.accept(next);
            if self.is_stopped() {
                return Status::Stopped;
            }
        }
    }

    pub fn report(self, status: Status) -> Report {
        let gradient_norm = self.point.gradient_norm();
        let Model { x, value, gradient, hessian, decrement, face, .. } = self.point;
        let held = face.map_or_else(Vec::new, |face| (0..x.len()).filter(|i| !face.contains(i)).collect());
        Report {
            status,
            x: x.data.into(),
            value,
            gradient_norm,
            gradient: gradient.data.into(),
            hessian,
            decrement,
            iterations: self.history.iterations,
            evaluations: self.history.evaluations,
            trace: self.history.trace,
            held,
            fault: self.fault,
        }
    }
}
