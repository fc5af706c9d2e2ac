//! A box in which the variables stay, and steps in it.

use nalgebra::DVector;

use super::model::{Model, norm};
use super::step::Step;

/// lᵢ ≤ xᵢ ≤ uᵢ, where lᵢ may be -∞ and uᵢ may be ∞.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounds {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

/// The part of the first-order decrease by which the Cauchy point must lower the model; the usual figure.
const SUFFICIENT: f64 = 0.01;

/// A step counts as good enough if the model gains by it at least this part of what it gains by the Cauchy point. Any
/// part makes the method converge.
const OF_CAUCHY: f64 = 0.1;

impl Bounds {
    /// # Panics
    /// If the lengths differ, a bound is NaN, or the box is empty.
    #[inline]
    #[track_caller]
    pub fn new(option: &str, lower: &[f64], upper: &[f64]) -> Self {
        let (l, u) = (lower.len(), upper.len());
        assert!(l == u, "dualtape: {option}: expected as many upper as lower bounds, found {l} lower and {u} upper");
        for (i, (&l, &u)) in lower.iter().zip(upper).enumerate() {
            let allowed = l <= u && l < f64::INFINITY && u > f64::NEG_INFINITY;
            assert!(
                allowed,
                "dualtape: {option}: expected a lower bound that is not above the upper one for every variable, found {l:?} and \
                 {u:?} for variable {i}; a side without a bound has an infinite one"
            );
        }
        Self { lower: lower.to_vec(), upper: upper.to_vec() }
    }

    /// # Panics
    /// If the box has another number of variables.
    #[inline]
    #[track_caller]
    pub fn check(&self, method: &str, n: usize) {
        let found = self.lower.len();
        assert!(
            found == n,
            "{method}: expected a lower and an upper bound for each of the {n} variables, found {found}"
        );
    }

    /// Lets these variables stay where they are in `x`.
    #[inline]
    pub fn hold(this: Option<Self>, x: &[f64], held: &[usize]) -> Option<Self> {
        if held.is_empty() {
            return this;
        }
        let mut bounds = this
            .unwrap_or_else(|| Self { lower: vec![f64::NEG_INFINITY; x.len()], upper: vec![f64::INFINITY; x.len()] });
        for &i in held {
            (bounds.lower[i], bounds.upper[i]) = (x[i], x[i]);
        }
        Some(bounds)
    }

    /// The point of the box that is nearest to `x`. NaN stays NaN.
    #[inline]
    pub fn nearest(&self, x: &DVector<f64>) -> DVector<f64> {
        DVector::from_fn(x.len(), |i, _| x[i].clamp(self.lower[i], self.upper[i]))
    }

    /// Where a step leads. One that was cut ends on its bound to the last bit.
    #[inline]
    pub fn reached(&self, x: &DVector<f64>, step: &DVector<f64>) -> DVector<f64> {
        DVector::from_fn(x.len(), |i, _| {
            if step[i] == self.upper[i] - x[i] {
                self.upper[i]
            } else if step[i] == self.lower[i] - x[i] {
                self.lower[i]
            } else {
                (x[i] + step[i]).clamp(self.lower[i], self.upper[i])
            }
        })
    }

    /// Whether the variable is on its lower and on its upper bound.
    #[inline]
    pub fn touches(&self, x: &[f64], i: usize) -> [bool; 2] {
        [x[i] <= self.lower[i], x[i] >= self.upper[i]]
    }

    /// The variables that are not held by their bounds, or none if no variable is: at a bound, against which the
    /// negative gradient pushes, or between two that are equal.
    #[inline]
    pub fn face(&self, x: &DVector<f64>, gradient: &DVector<f64>) -> Option<Vec<usize>> {
        let free = |&i: &usize| match self.touches(x.as_slice(), i) {
            [true, true] => false,
            [true, false] => gradient[i] <= 0.0,
            [false, true] => gradient[i] >= 0.0,
            [false, false] => true,
        };
        let face: Vec<usize> = (0..x.len()).filter(free).collect();
        (face.len() < x.len()).then_some(face)
    }

    /// The step, each of its entries cut where it would leave the box.
    #[inline]
    fn cut(&self, x: &DVector<f64>, step: &DVector<f64>) -> DVector<f64> {
        DVector::from_fn(x.len(), |i, _| step[i].clamp(self.lower[i] - x[i], self.upper[i] - x[i]))
    }

    /// A step that stays in the box and in the region.
    ///
    /// It begins with the best step in the region. Variables that it would take out of the box go to their bounds, and the
    /// others take the best step that is left then, until all stay inside. That ends after at most n rounds, and no part of
    /// the region is left. Cutting may cost more than it should, so the step is compared with the Cauchy point, a point
    /// downhill along the path of steepest descent, each of whose variables stops at its bound.
    #[inline]
    pub fn step(&self, model: &Model, scale: &DVector<f64>, radius: f64) -> Option<Step> {
        let first = model.restricted_step(scale, radius)?;
        let (mut step, mut newton) = (first.step.clone(), first.newton);
        let mut face = model.face.clone().unwrap_or_else(|| (0..model.x.len()).collect());
        if self.cut(&model.x, &step) == step {
            return Some(first);
        }
        loop {
            let cut = self.cut(&model.x, &step);
            if cut == step {
                break;
            }
            face.retain(|&i| cut[i] == step[i]);
            let mut fixed = cut;
            for &i in &face {
                fixed[i] = 0.0;
            }
            let length = norm(&scale.component_mul(&fixed)) / radius;
            newton = face.is_empty();
            step = fixed;
            if newton || length >= 1.0 {
                break;
            }
            let rest = radius * (1.0 - length * length).sqrt();
            let Some(next) = model.seen_from(&step, face.clone()).restricted_step(scale, rest) else { break };
            newton = next.newton;
            step += next.step;
        }
        let cauchy = self.cauchy(model, scale, radius);
        if model.change(&step) > OF_CAUCHY * model.change(&cauchy) {
            (step, newton) = (cauchy, false);
        }
        let length = norm(&scale.component_mul(&step));
        // Where the model has no minimum, a short step is not the end.
        newton &= model.newton.is_some();
        Some(Step { predicted: -model.change(&step), step, length, newton })
    }

    /// The point on the projected path of steepest descent in the scaled variables, halfway back from the boundary of the
    /// region as often as it takes for the model to fall enough.
    #[inline]
    fn cauchy(&self, model: &Model, scale: &DVector<f64>, radius: f64) -> DVector<f64> {
        let gradient = model.gradient.component_div(scale);
        let slope = norm(&gradient);
        if slope == 0.0 {
            return gradient;
        }
        let mut y = gradient / -slope * radius;
        loop {
            let step = self.cut(&model.x, &y.component_div(scale));
            let fall = SUFFICIENT * model.gradient.dot(&step);
            if model.change(&step) <= fall || step.iter().all(|&s| s == 0.0) {
                return step;
            }
            y *= 0.5;
        }
    }
}
