//! What is told and kept while a method runs.

use std::ops::ControlFlow;

use super::report::Evaluations;

/// One accepted point.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Iterate {
    /// The point.
    pub x: Vec<f64>,
    /// f(x); the sum of squares, or the length of the residuals of a system.
    pub value: f64,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
}

/// Where a method is after a step that it tried, taken or not.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Steps tried.
    pub iteration: usize,
    /// The last accepted point; for a root, the nearer end of the bracket.
    pub x: &'a [f64],
    /// f(x) there; the sum of squares, or the length of the residuals of a system.
    pub value: f64,
    /// Euclidean norm of the gradient there, as in the report; for a root, the absolute value of the derivative.
    pub gradient_norm: f64,
}

/// What a user's function says after each step.
pub(super) type Watch<'a> = &'a mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>;

pub(super) fn unwatched(_: &Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What all methods count and keep.
pub(super) struct History<'a> {
    pub iterations: usize,
    pub evaluations: Evaluations,
    /// Empty unless asked for.
    pub trace: Vec<Iterate>,
    is_traced: bool,
    watch: Watch<'a>,
}

impl<'a> History<'a> {
    pub fn new(evaluations: Evaluations, is_traced: bool, watch: Watch<'a>) -> Self {
        Self { iterations: 0, evaluations, trace: Vec::new(), is_traced, watch }
    }

    /// Keeps an accepted point, if points are kept.
    pub fn record(&mut self, x: &[f64], value: f64, gradient_norm: f64) {
        if self.is_traced {
            self.trace.push(Iterate { x: x.to_vec(), value, gradient_norm });
        }
    }

    /// Tells where the method is after a step, and whether it is to stop there.
    pub fn is_stopped(&mut self, x: &[f64], value: f64, gradient_norm: f64) -> bool {
        (self.watch)(&Progress { iteration: self.iterations, x, value, gradient_norm }).is_break()
    }
}
