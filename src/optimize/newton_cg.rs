//! Newton's method without matrices, for many variables.

use std::fmt;
use std::ops::ControlFlow;

use nalgebra::DVector;

use super::model::norm;
use super::options::{ACCEPTANCE, Limits, setter};
use super::pairs::Pairs;
use super::progress::{History, Iterate, Progress, Watch, unwatched};
use super::report::{Evaluations, Fault, Row, Status};
use super::step::{AFTER_NON_FINITE, Ending, FALL, Step, noise, unbounded_below};
use crate::{ScalarFunction, hvp_of, value_and_gradient_of};

/// Minimises `f` from `x0` by Newton's method with conjugate gradients: from products of the Hessian and vectors,
/// without the Hessian.
///
/// The same as `NewtonCg::default().minimize(f, x0)`; see [`NewtonCg`] for the method, and when to prefer it.
///
/// # Examples
/// A thousand variables, each tied to the next: Σ (xᵢ - 1)² + Σ (xᵢ - xᵢ₊₁)⁴ is least where all are 1.
/// ```
/// use dualtape::{Float, optimize, scalar_function};
///
/// fn chain<T: Float>(x: &[T]) -> T {
///     let own: T = x.iter().map(|&x| (x - T::one()).powi(2)).sum();
///     own + x.windows(2).map(|x| (x[0] - x[1]).powi(4)).sum::<T>()
/// }
/// scalar_function!(Chain = chain);
///
/// let x0: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
/// let report = optimize::newton_cg(&Chain, &x0);
/// assert!(report.converged());
/// assert!(
///     report.x.iter().all(|x| (x - 1.0).abs() < 1e-8)
///         && report.evaluations.hessian == 0
/// );
/// ```
pub fn newton_cg<F: ScalarFunction + ?Sized>(f: &F, x0: &[f64]) -> CgReport {
    NewtonCg::default().minimize(f, x0)
}

/// Newton's method with conjugate gradients, with its options.
///
/// Each step minimises the second-order model of f in a trust region by conjugate gradients, which need the Hessian
/// only in products Hv: two to four gradients each, for any number of variables. The iteration ends at the boundary of
/// the region, where it finds negative curvature, or where the residual is min(1/10, √(‖g‖/‖g₀‖)) of the gradient. The
/// next one is preconditioned by a sample of the pairs (s, Hs) of the last, and the region is a ball in the norm of
/// that preconditioner. The radius follows the rules of [`Newton`](super::Newton#the-radius); before the first step it
/// is infinite, and becomes the length of the first one that is not Newton's.
///
/// # Which method?
/// - Some hundreds of variables or fewer: [`newton`](super::newton()), which knows curvature exactly, leaves every
///   saddle point, and has a Hessian to report.
/// - More: this. With 1000 variables, the torques by which a pendulum is swung up, it takes 0.03 s and the dense method
///   24 s; a logistic regression of 10,000 observations with 100 coefficients takes a seventh of the time (`cargo bench
///   --bench optimise`). As a [sum of terms](crate::terms) such a regression takes little memory, and as many threads as there are.
/// - Variables that are alike and hardly depend on each other, as the coefficients of independent predictors: L-BFGS of another
///   crate, with gradients from here, takes a tenth of the time to nine digits (`cargo bench -p ecosystem --bench optimisers`).
/// - A valley along which every variable has to be moved after the other, as in a long Rosenbrock chain, takes
///   more than a thousand steps (the same benchmark).
///
/// # The end
/// When conjugate gradients reached a step inside the region that gains no more than
/// [`value_tolerance`](NewtonCg::value_tolerance) of |f|, or changes every variable by no more than
/// [`step_tolerance`](NewtonCg::step_tolerance) of it or of its start. More such steps follow as long as each reduces
/// the gradient to a quarter. A start where the gradient is zero is taken for a minimum: other than with a Hessian,
/// nothing is known of the curvature there.
///
/// Sources: Steihaug, *The conjugate gradient method and trust regions in large scale optimization*, SIAM J. Numer.
/// Anal. 20 (1983); Toint in *Sparse Matrices and their Uses* (1981); Nocedal & Wright, *Numerical Optimization*, 2nd
/// ed., algorithms 7.1 and 7.2; Morales & Nocedal, SIAM J. Optim. 10 (2000).
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "these are only options: call `minimize` to use them"]
pub struct NewtonCg {
    limits: Limits,
}

impl NewtonCg {
    /// The default options.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    setter!(max_iterations);
    setter!(value_tolerance: NewtonCg, "|f|");
    setter!(step_tolerance: NewtonCg, "variable");
    setter!(trace: CgReport);

    /// Minimises `f` from `x0`, which has `n` entries.
    ///
    /// Cost of a step: one evaluation of `f` on `f64`, a product Hv for each iteration of conjugate gradients, at most
    /// n + 10, and if the step is accepted one gradient. Memory: some forty vectors, and a tape of one evaluation.
    ///
    /// It does not panic unless `f` does; the [`Status`] in the report says why it stopped.
    pub fn minimize<F: ScalarFunction + ?Sized>(&self, f: &F, x0: &[f64]) -> CgReport {
        self.minimize_with(f, x0, unwatched)
    }

    /// [`minimize`](NewtonCg::minimize) with a function that is called after every step tried, and stops the search by
    /// returning `Break`.
    ///
    /// # Panics
    /// If `f` or `watch` does.
    pub fn minimize_with<F: ScalarFunction + ?Sized>(
        &self,
        f: &F,
        x0: &[f64],
        mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> CgReport {
        let mut search = Search::new(self, f, x0, &mut watch);
        let status = if search.fault.is_some() { Status::NonFinite } else { search.run() };
        let Search { x, value, gradient, history, fault, .. } = search;
        CgReport {
            status,
            gradient_norm: norm(&gradient),
            x: x.data.into(),
            value,
            gradient: gradient.data.into(),
            iterations: history.iterations,
            evaluations: history.evaluations,
            trace: history.trace,
            fault,
        }
    }
}

/// The result of a minimisation without matrices: the last point, what is known there, and why it is the last. Written
/// out, it is a table as that of [`Report`](super::Report).
#[derive(Clone, Debug, PartialEq)]
#[must_use = "the report says whether the minimisation succeeded"]
#[non_exhaustive]
pub struct CgReport {
    /// Why it stopped.
    pub status: Status,
    /// The point reached.
    pub x: Vec<f64>,
    /// f(x).
    pub value: f64,
    /// ∇f(x).
    pub gradient: Vec<f64>,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
    /// Steps tried, accepted or not.
    pub iterations: usize,
    /// How often the function was evaluated; [`product`](Evaluations::product) counts iterations of conjugate gradients.
    pub evaluations: Evaluations,
    /// Start and accepted points in order, if [`NewtonCg::trace`] asked for them, else empty.
    pub trace: Vec<Iterate>,
    /// With [`Status::NonFinite`]: what is not finite.
    pub fault: Option<Fault>,
}

impl CgReport {
    /// Whether `x` is a minimum, as far as gradients tell: the status is [`Status::Converged`].
    #[must_use]
    #[inline]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }
}

impl fmt::Display for CgReport {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Row::of(f);
        row.head(f, self.status, self.fault.as_ref(), self.iterations, &self.evaluations)?;
        row.end(f, self.value, self.gradient_norm, None, &self.x)
    }
}

/// The residual of conjugate gradients is never left larger than this part of the gradient.
const LOOSEST: f64 = 0.1;

/// More iterations of conjugate gradients than variables, which rounding may ask for.
const MORE: usize = 10;

/// The end of an iteration of conjugate gradients.
struct Inner {
    step: Step,
    /// sᵀHs
    curvature: f64,
    pairs: Pairs,
}

/// A minimisation under way.
struct Search<'a, F: ?Sized> {
    options: &'a NewtonCg,
    f: &'a F,
    x: DVector<f64>,
    value: f64,
    gradient: DVector<f64>,
    ending: Ending,
    pairs: Pairs,
    history: History<'a>,
    fault: Option<Fault>,
}

impl<'a, F: ScalarFunction + ?Sized> Search<'a, F> {
    fn new(options: &'a NewtonCg, f: &'a F, x0: &[f64], watch: Watch<'a>) -> Self {
        let x = DVector::from_column_slice(x0);
        let (value, gradient) = value_and_gradient_of(f, x0);
        let gradient = DVector::from_vec(gradient);
        let evaluations = Evaluations { gradient: 1, ..Evaluations::default() };
        let fault = Fault::first(&x, |index, value| Fault::Point { index, value })
            .or_else(|| (!value.is_finite()).then_some(Fault::Value { value }))
            .or_else(|| Fault::first(&gradient, |index, value| Fault::Gradient { index, value }));
        let ending = Ending::new(&options.limits, &x);
        let history = History::new(evaluations, options.limits.trace, watch);
        let mut search = Self { options, f, x, value, gradient, ending, pairs: Pairs::none(), history, fault };
        search.record();
        search
    }

    fn run(&mut self) -> Status {
        let lowest = unbounded_below(self.value);
        let first = norm(&self.gradient);
        let mut radius = f64::INFINITY;
        loop {
            let slope = norm(&self.gradient);
            if slope == 0.0 {
                return Status::Converged;
            }
            if self.history.iterations == self.options.limits.max_iterations {
                return Status::MaxIterations;
            }
            let tolerance = slope * (slope / first).sqrt().min(LOOSEST);
            let Some(Inner { step, curvature, pairs }) = self.inner(radius, tolerance) else {
                return Status::NoProgress;
            };
            if radius == f64::INFINITY && !step.newton {
                radius = step.length;
            }
            let x = &self.x + &step.step;
            if x == self.x {
                return if step.newton { Status::Converged } else { Status::NoProgress };
            }
            self.history.iterations += 1;
            self.history.evaluations.value += 1;
            let value = self.f.eval(x.as_slice());
            if value == f64::NEG_INFINITY {
                return Status::Unbounded;
            }
            let (along, change) = (self.gradient.dot(&step.step), value - self.value);
            let ratio = -change / step.predicted;
            let noise = noise(self.value);
            let last = step.newton && self.is_last(&step);
            // Where the values are too close to tell, the gradient does.
            let by_gradient =
                last || step.newton && ratio < ACCEPTANCE && step.predicted <= noise && change.abs() <= noise;
            let taken = if by_gradient {
                self.take(x, value, FALL * slope)
            } else {
                ratio >= ACCEPTANCE && self.take(x, value, f64::INFINITY)
            };
            if last && !taken {
                return Status::Converged;
            }
            if !value.is_finite() || !by_gradient && ratio >= ACCEPTANCE && !taken {
                radius = AFTER_NON_FINITE * step.length;
            } else if !(by_gradient && taken) {
                radius = step.next_radius(radius, along, change, ratio);
            }
            if taken && pairs.are_useful() {
                self.pairs = pairs;
                if curvature > 0.0 {
                    // The same region in the new norm, in which the length of this step is √(sᵀHs).
                    radius *= curvature.sqrt() / step.length;
                }
            }
            if self.value < lowest {
                return Status::Unbounded;
            }
            if self.history.is_stopped(self.x.as_slice(), self.value, norm(&self.gradient)) {
                return Status::Stopped;
            }
        }
    }

    /// Goes to a point if its gradient is finite and not longer than that.
    fn take(&mut self, x: DVector<f64>, value: f64, longest: f64) -> bool {
        self.history.evaluations.gradient += 1;
        let gradient = DVector::from_vec(value_and_gradient_of(self.f, x.as_slice()).1);
        let finite = value.is_finite() && gradient.iter().all(|g| g.is_finite());
        let taken = finite && norm(&gradient) <= longest;
        if taken {
            (self.x, self.value, self.gradient) = (x, value, gradient);
            self.record();
        }
        taken
    }

    fn is_last(&self, step: &Step) -> bool {
        self.ending.is_within_tolerances(&self.x, self.value, &step.step, step.predicted)
    }

    /// Algorithm 7.2 of Nocedal & Wright, preconditioned. Lengths in the norm of the preconditioner follow from recurrences.
    fn inner(&mut self, radius: f64, tolerance: f64) -> Option<Inner> {
        let n = self.x.len();
        let mut step = DVector::zeros(n);
        let mut residual = self.gradient.clone();
        let mut z = self.pairs.solve(&residual);
        let mut p = -&z;
        let mut rz = residual.dot(&z);
        // sᵀMs, sᵀMp and pᵀMp
        let (mut ss, mut sp, mut pp) = (0.0, 0.0, rz);
        let mut pairs = Pairs::none();
        let mut newton = false;
        for _ in 0..n + MORE {
            let product = DVector::from_vec(hvp_of(self.f, self.x.as_slice(), p.as_slice()));
            self.history.evaluations.product += 1;
            let php = p.dot(&product);
            let alpha = rz / php;
            if !php.is_finite() || !alpha.is_finite() && php != 0.0 {
                return None;
            }
            if php <= 0.0 || ss + 2.0 * alpha * sp + alpha * alpha * pp >= radius * radius {
                let to_boundary = if radius.is_finite() {
                    let root = (sp * sp + pp * (radius * radius - ss)).max(0.0).sqrt();
                    // The form without cancellation.
                    if sp > 0.0 { (radius * radius - ss) / (sp + root) } else { (root - sp) / pp }
                } else if php < 0.0 {
                    rz / -php
                } else {
                    1.0
                };
                step.axpy(to_boundary, &p, 1.0);
                residual.axpy(to_boundary, &product, 1.0);
                ss += to_boundary * (2.0 * sp + to_boundary * pp);
                break;
            }
            pairs.offer(&p, &product, alpha);
            step.axpy(alpha, &p, 1.0);
            residual.axpy(alpha, &product, 1.0);
            ss += alpha * (2.0 * sp + alpha * pp);
            if norm(&residual) <= tolerance {
                newton = true;
                break;
            }
            z = self.pairs.solve(&residual);
            let next = residual.dot(&z);
            let beta = next / rz;
            sp = beta * (sp + alpha * pp);
            pp = next + beta * beta * pp;
            rz = next;
            p *= beta;
            p -= &z;
        }
        // With Hs = residual - gradient.
        let predicted = -0.5 * (self.gradient.dot(&step) + residual.dot(&step));
        let curvature = residual.dot(&step) - self.gradient.dot(&step);
        let finite = predicted > 0.0 && ss.is_finite() && step.iter().all(|s| s.is_finite());
        finite.then(|| Inner { step: Step { step, length: ss.sqrt(), predicted, newton }, curvature, pairs })
    }

    fn record(&mut self) {
        self.history.record(self.x.as_slice(), self.value, norm(&self.gradient));
    }
}
