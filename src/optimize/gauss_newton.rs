//! The search for the minimum of ½‖r(x)‖² from the Jacobian J of the residuals: fits and systems of equations.
//!
//! The model of Gauss and Newton is ½‖r + J s‖², whose Hessian JᵀJ leaves out the curvature of the residuals. In a trust
//! region it is the method of Levenberg and Marquardt. Where the exact Hessian foretells the value better, and is convex, it
//! takes the model's place.

use nalgebra::{DMatrix, DVector};

use super::bounds::Bounds;
use super::model::{Curvature, Model, norm};
use super::options::Limits;
use super::progress::{History, Watch};
use super::report::{Evaluations, Fault, Status};
use super::residuals::{HalfSquares, Residuals};
use super::step::{AFTER_NON_FINITE, Ending, FALL, QUADRATIC_FALL, Step, noise, shorter};
use crate::{VectorFunction, hessian_of, value_and_jacobian_of};

/// The part of the predicted reduction that a step must bring to be taken. MINPACK's figure: a sum of squares cannot be
/// foretold as well as a function whose Hessian is known.
const ACCEPTANCE: f64 = 1e-4;

/// A radius is not made shorter than this part of the step at once; MINPACK's figure.
const LEAST: f64 = 0.1;

/// From this ratio of actual to predicted reduction on, twice the step is allowed. Growth by the ratio, as in Newton's
/// method, solved fewer of NIST's problems.
const GOOD: f64 = 0.75;

/// A model is doubted where the reduction that it predicts is wrong by more than this part.
const DOUBT: f64 = 0.25;

/// The other model takes over if its error is less than this part of the error of the one in use: what they foretold must
/// differ clearly.
const CLEARLY: f64 = 0.67;

/// How many steps are added at the end, at most. Each must reduce the decrement to a quarter, and thirty powers of four are
/// all digits there are; Newton's method, which converges quadratically, needs two or three.
const LAST_STEPS: usize = 30;

/// Residuals, Jacobian and models at a point.
pub(super) struct Point {
    pub residuals: DVector<f64>,
    pub jacobian: DMatrix<f64>,
    /// Of ½‖r + J s‖².
    pub gauss: Model,
    /// Of ½‖r(x + s)‖² to second order, once it was asked for.
    exact: Option<Model>,
}

impl Point {
    #[inline]
    fn new(
        x: DVector<f64>,
        residuals: Vec<f64>,
        jacobian: DMatrix<f64>,
        bounds: Option<&Bounds>,
        equations: bool,
    ) -> Self {
        let residuals = DVector::from_vec(residuals);
        let value = 0.5 * residuals.norm_squared();
        let gradient = jacobian.tr_mul(&residuals);
        let mut gauss = Model::new(x, value, gradient, jacobian.tr_mul(&jacobian), column_norms, bounds);
        if equations && gauss.is_finite() && !residuals.is_empty() {
            // By elimination on J itself: JᵀJ has half of the digits.
            let step = jacobian.clone().lu().solve(&residuals).map(|step| -step);
            if let Some(step) = step.filter(|step| step.iter().all(|s| s.is_finite())) {
                gauss.newton = Some(step);
                gauss.decrement = (2.0 * value).sqrt();
                gauss.curvature = Curvature::Definite;
            }
        }
        Self { residuals, jacobian, gauss, exact: None }
    }

    fn model(&self, exact: bool) -> Option<&Model> {
        if exact { self.exact.as_ref() } else { Some(&self.gauss) }
    }

    /// What is not finite, if something is.
    #[inline]
    pub fn fault(&self) -> Option<Fault> {
        let m = self.residuals.len();
        let point = || Fault::first(&self.gauss.x, |index, value| Fault::Point { index, value });
        let residual = || Fault::first(&self.residuals, |index, value| Fault::Residual { index, value });
        let jacobian = || {
            Fault::first(&self.jacobian, |index, value| Fault::Jacobian { row: index % m, column: index / m, value })
        };
        let squares = || Some(Fault::Value { value: self.gauss.value });
        if self.gauss.is_finite() { None } else { point().or_else(residual).or_else(jacobian).or_else(squares) }
    }
}

/// The norms of the columns of J from JᵀJ: how strongly the residuals depend on each variable. 1 where they do not.
#[inline]
fn column_norms(_value: f64, _gradient: &DVector<f64>, squared: &DMatrix<f64>) -> DVector<f64> {
    squared.diagonal().map(|square| if square > 0.0 { square.sqrt() } else { 1.0 })
}

/// Factors for equations, by which all have terms of about the same size Σⱼ |xⱼ ∂fᵢ/∂xⱼ| at the start. So the length of the residuals
/// does not depend on the units of an equation. An unknown that is 0 there counts as 1. The factors are powers of two, so that nothing is
/// rounded, and within the range of `f64`.
#[inline]
fn equation_weights(jacobian: &DMatrix<f64>, x: &DVector<f64>) -> Vec<f64> {
    let sizes = jacobian.abs() * x.map(|x| if x == 0.0 { 1.0 } else { x.abs() });
    let weight = |size: &f64| match size.log2().round() {
        exponent if exponent.is_finite() => (-exponent).clamp(-1000.0, 1000.0).exp2(),
        _ => 1.0,
    };
    sizes.iter().map(weight).collect()
}

/// The radius after a step of the given `slope` gᵀs, `change` of the value, and `ratio` of actual to predicted reduction.
#[inline]
fn next_radius(radius: f64, step: &Step, slope: f64, change: f64, ratio: f64) -> f64 {
    if ratio >= GOOD {
        radius.max(2.0 * step.length)
    } else if ratio >= 0.25 {
        radius
    } else {
        shorter(step.length, slope, change, LEAST)
    }
}

/// A search under way.
pub(super) struct Search<'a, F: ?Sized> {
    pub residuals: Residuals<'a, F>,
    pub bounds: Option<Bounds>,
    ending: Ending,
    pub history: History<'a>,
    pub point: Point,
    limits: &'a Limits,
    /// As a multiple of ‖D x₀‖.
    initial_radius: f64,
    /// Whether a root is wanted: as many equations as variables, and no use of exact Hessians.
    equations: bool,
    /// The Gauss-Newton decrement at the accepted point before; NaN if there is none.
    before: f64,
    /// Which model is used: see [`Search::chooses_exact`].
    prefers_exact: bool,
    /// At a point from which the search must get away by negative curvature, since the gradient is zero.
    at_saddle: bool,
}

impl<'a, F: VectorFunction + ?Sized> Search<'a, F> {
    pub fn new(
        mut residuals: Residuals<'a, F>,
        x: DVector<f64>,
        bounds: Option<Bounds>,
        limits: &'a Limits,
        initial_radius: f64,
        watch: Watch<'a>,
        equations: bool,
    ) -> Self {
        let ending = Ending::new(limits, &x);
        let evaluations = Evaluations { value: 1, jacobian: 1, ..Evaluations::default() };
        let history = History::new(evaluations, limits.trace, watch);
        let (mut values, mut jacobian) = value_and_jacobian_of(&residuals, x.as_slice());
        if equations {
            let weights = equation_weights(&jacobian, &x);
            for (i, weight) in weights.iter().enumerate() {
                values[i] *= weight;
                jacobian.row_mut(i).scale_mut(*weight);
            }
            residuals.roots = Some(weights);
        }
        let point = Point::new(x, values, jacobian, bounds.as_ref(), equations);
        let mut search = Self {
            residuals,
            bounds,
            ending,
            history,
            point,
            limits,
            initial_radius,
            equations,
            before: f64::NAN,
            prefers_exact: false,
            at_saddle: false,
        };
        search.record();
        search
    }

    /// Minimises in a trust region.
    pub fn run(&mut self) -> Status {
        let mut scale = self.point.gauss.scale.clone();
        let size = self.point.gauss.scaled_norm(&self.point.gauss.x);
        let mut radius = (self.initial_radius * if size > 0.0 { size } else { 1.0 }).min(f64::MAX.sqrt());
        // Whether the last step was not taken.
        let mut failed = false;
        loop {
            let exact = self.chooses_exact();
            let model = self.model(exact);
            if model.decrement == 0.0 {
                match self.end() {
                    Some(status) => return status,
                    None => continue,
                }
            }
            if self.history.iterations >= self.limits.max_iterations {
                return Status::MaxIterations;
            }
            let step = match &self.bounds {
                None => model.restricted_step(&scale, radius),
                Some(bounds) => bounds.step(model, &scale, radius),
            };
            let Some(step) = step else { return Status::NoProgress };
            let x = self.reached(&step.step);
            let stays = x == model.x;
            // At a saddle point the search was at the end already.
            let newton = step.newton && !self.at_saddle;
            if stays && !newton {
                return Status::NoProgress;
            }
            if newton && (stays || self.ending.is_last(model, self.point.gauss.decrement / self.before, &step)) {
                match self.end() {
                    Some(status) => return status,
                    None => continue,
                }
            }

            self.history.iterations += 1;
            self.history.evaluations.value += 1;
            let value = 0.5 * DVector::from_vec(self.residuals.eval(x.as_slice())).norm_squared();
            let model = self.model(exact);
            let (slope, reduction) = (model.gradient.dot(&step.step), model.value - value);
            let ratio = reduction / step.predicted;
            let noise = noise(model.value);
            if ratio < ACCEPTANCE && newton && step.predicted <= noise && reduction.abs() <= noise {
                // The values are too close to tell.
                match self.end() {
                    Some(status) => return status,
                    None => continue,
                }
            }
            let switches = self.is_outdone(exact, &step, reduction);
            let taken = ratio >= ACCEPTANCE && self.take(x);
            if !value.is_finite() || ratio >= ACCEPTANCE && !taken {
                radius = AFTER_NON_FINITE * step.length;
            } else if taken || failed || !switches {
                radius = next_radius(radius, &step, slope, -reduction, ratio);
            }
            // Else the failure may be that of the model: the other one is tried in the same region.
            self.prefers_exact ^= switches;
            failed = !taken;
            scale = scale.sup(&self.point.gauss.scale);
            if self.is_stopped() {
                return Status::Stopped;
            }
        }
    }

    /// Whether the next step is that of the exact model: it foretold the value better, and is convex.
    fn chooses_exact(&mut self) -> bool {
        if !(self.prefers_exact || self.at_saddle) {
            return false;
        }
        self.at_saddle || self.exact().newton.is_some()
    }

    /// Whether the model in use foretold the reduction badly and the other one clearly better. The exact one is not asked for
    /// as long as the other is good enough.
    fn is_outdone(&mut self, exact: bool, step: &Step, reduction: f64) -> bool {
        let error = (step.predicted - reduction).abs();
        if self.equations || !reduction.is_finite() || !exact && error <= DOUBT * step.predicted {
            return false;
        }
        let other = if exact { &self.point.gauss } else { self.exact() };
        (-other.change(&step.step) - reduction).abs() < CLEARLY * error // false where it is NaN
    }

    /// What is done where the steps are short enough.
    ///
    /// More of them follow, by the exact model where that of Gauss and Newton does not converge quadratically, as long as each
    /// reduces the decrement to a quarter: so `x` gets the digits that the gradient can resolve, and what was found is known to
    /// be a minimum. None if it is not, or if other variables than before are on their bounds: the search goes on then.
    fn end(&mut self) -> Option<Status> {
        if self.point.gauss.value == 0.0 {
            return Some(Status::Converged);
        }
        let gauss = &self.point.gauss;
        // The curvature of the residuals is small then beside JᵀJ, and nothing is hidden from the Jacobian.
        let quadratic = !self.prefers_exact
            && gauss.curvature == Curvature::Definite
            && gauss.decrement <= QUADRATIC_FALL * self.before;
        let exact = !(self.equations || quadratic);
        if exact && self.exact().is_saddle() {
            self.at_saddle = true;
            return None;
        }
        for _ in 0..LAST_STEPS {
            let Some(step) = &self.model(exact).newton else { break };
            let x = self.reached(step);
            if x == self.point.gauss.x {
                break;
            }
            let next = self.point_at(x);
            let before = std::mem::replace(&mut self.point, next);
            if exact && self.point.gauss.is_finite() {
                self.exact();
            }
            let decrement = |point: &Point| point.model(exact).map_or(f64::NAN, |model| model.decrement);
            let (old, new) = (decrement(&before), decrement(&self.point));
            let highest = before.gauss.value + noise(before.gauss.value);
            if !(new < old && self.point.gauss.value <= highest) {
                self.point = before;
                break;
            }
            self.before = before.gauss.decrement;
            self.history.iterations += 1;
            self.record();
            if self.is_stopped() {
                return Some(Status::Stopped);
            }
            if self.point.gauss.face != before.gauss.face {
                return None;
            }
            if new > FALL * old {
                break;
            }
        }
        Some(Status::Converged)
    }

    fn model(&self, exact: bool) -> &Model {
        self.point.model(exact).expect("the exact model is chosen after it was found")
    }

    /// The exact model at the point, evaluated if it is asked for the first time.
    fn exact(&mut self) -> &Model {
        let Point { gauss, exact, .. } = &mut self.point;
        exact.get_or_insert_with(|| {
            self.history.evaluations.hessian += 1;
            let hessian = hessian_of(&HalfSquares(&self.residuals), gauss.x.as_slice());
            let scale = |_: f64, _: &_, _: &_| gauss.scale.clone();
            Model::new(gauss.x.clone(), gauss.value, gauss.gradient.clone(), hessian, scale, self.bounds.as_ref())
        })
    }

    fn reached(&self, step: &DVector<f64>) -> DVector<f64> {
        match &self.bounds {
            None => &self.point.gauss.x + step,
            Some(bounds) => bounds.reached(&self.point.gauss.x, step),
        }
    }

    fn point_at(&mut self, x: DVector<f64>) -> Point {
        self.history.evaluations.jacobian += 1;
        let (residuals, jacobian) = value_and_jacobian_of(&self.residuals, x.as_slice());
        Point::new(x, residuals, jacobian, self.bounds.as_ref(), self.equations)
    }

    /// Goes to a point, unless something is not finite there.
    fn take(&mut self, x: DVector<f64>) -> bool {
        let next = self.point_at(x);
        let finite = next.gauss.is_finite();
        if finite {
            self.before = self.point.gauss.decrement;
            self.at_saddle = false;
            self.point = next;
            self.record();
        }
        finite
    }

    /// What is reported as the value and the length of its gradient: of the sum of squares, or of the length of the
    /// equations without their factors.
    fn value_and_gradient_norm(&self) -> (f64, f64) {
        if !self.equations {
            return (2.0 * self.point.gauss.value, 2.0 * self.point.gauss.gradient_norm());
        }
        let (residuals, jacobian) = self.equations_at_point();
        let length = norm(&residuals);
        (length, if length == 0.0 { 0.0 } else { norm(&jacobian.tr_mul(&(residuals / length))) })
    }

    /// The equations and their Jacobian without factors.
    pub fn equations_at_point(&self) -> (DVector<f64>, DMatrix<f64>) {
        let (mut residuals, mut jacobian) = (self.point.residuals.clone(), self.point.jacobian.clone());
        for (i, factor) in self.residuals.roots.iter().flatten().enumerate() {
            residuals[i] /= factor;
            jacobian.row_mut(i).unscale_mut(*factor);
        }
        (residuals, jacobian)
    }

    fn record(&mut self) {
        let (value, gradient_norm) = self.value_and_gradient_norm();
        self.history.record(self.point.gauss.x.as_slice(), value, gradient_norm);
    }

    fn is_stopped(&mut self) -> bool {
        let (value, gradient_norm) = self.value_and_gradient_norm();
        self.history.is_stopped(self.point.gauss.x.as_slice(), value, gradient_norm)
    }
}
