//! Gradients of long chains of steps in little memory.
//!
//! A simulation of a million steps leaves a tape of gigabytes. Here a chain of steps is differentiated backwards, one step at a time. The
//! state before a step is computed again from the nearest *snapshot*. Then the step is recorded and swept alone, and its memory is used
//! for the next one. With `c` snapshots and `r` repetitions of each step, chains of `(c + r)! / (c! r!)` steps can be reversed: a million
//! steps with 100 snapshots take 3.8 times the steps of the chain, and the recordings.
//!
//! ```
//! use dualtape::Float;
//! use dualtape::checkpoint::{Chain, Checkpoints};
//!
//! /// A spring of stiffness `p[0]`, by steps of 0.01; `loss` is how far from 1 it ends.
//! struct Spring;
//!
//! impl Chain for Spring {
//!     fn step<T: Float>(&self, _: usize, state: &[T], p: &[T]) -> Vec<T> {
//!         let (x, v) = (state[0], state[1]);
//!         let v = v - p[0] * x * T::lit(0.01);
//!         vec![x + v * T::lit(0.01), v]
//!     }
//!     fn loss<T: Float>(&self, state: &[T], _: &[T]) -> T {
//!         (state[0] - T::one()).powi(2)
//!     }
//! }
//!
//! let spring =
//!     Checkpoints::new(10).value_and_gradient(&Spring, &[1.0, 0.0], &[4.0], 1000);
//! // The same by one tape over all steps:
//! let all = |p: &[_]| {
//!     (0..1000)
//!         .fold(vec![Float::lit(1.0), Float::lit(0.0)], |x, i| Spring.step(i, &x, p))
//! };
//! let (value, gradient) =
//!     dualtape::value_and_gradient(|p| Spring.loss(&all(p), p), &[4.0_f64]);
//! assert_eq!(spring.value, value);
//! let by_stiffness: f64 = spring.by_parameters[0];
//! assert!((by_stiffness - gradient[0]).abs() < 1e-13 * by_stiffness.abs());
//! assert_eq!(spring.forward_steps, dualtape::checkpoint::forward_steps(1000, 10));
//! ```
//!
//! Source: Griewank, *Achieving logarithmic growth of temporal and spatial complexity in reverse automatic differentiation*,
//! Optimization Methods and Software 1 (1992); Griewank & Walther, *Evaluating Derivatives*, 2nd ed., chapter 12.

mod schedule;

pub use schedule::{forward_steps, repetitions};

use crate::drivers::Session;
use crate::float::Float;
use crate::numbers::Reverse;
use schedule::{NO_SNAPSHOTS, Online, advance};

/// A chain of steps from one state to the next, and a loss of the last one.
///
/// Both functions run on plain numbers and on numbers that record, so they are generic, like a [`ScalarFunction`](crate::ScalarFunction).
/// A step is run more than once, and must do the same each time. Plain numbers are lifted, `T::lit(0.01)`.
pub trait Chain {
    /// The state after the step with number `index`, counted from 0, from the state before it.
    ///
    /// Parameters are the same for all steps. Data for the step, such as a force at its time, is found by the index. A state may
    /// have another length than the one before.
    fn step<T: Float>(&self, index: usize, state: &[T], parameters: &[T]) -> Vec<T>;

    /// What is differentiated: a number from the state after the last step.
    fn loss<T: Float>(&self, state: &[T], parameters: &[T]) -> T;
}

impl<C: Chain + ?Sized> Chain for &C {
    fn step<T: Float>(&self, index: usize, state: &[T], parameters: &[T]) -> Vec<T> {
        (**self).step(index, state, parameters)
    }
    fn loss<T: Float>(&self, state: &[T], parameters: &[T]) -> T {
        (**self).loss(state, parameters)
    }
}

/// The gradient of a chain's loss, and what it took.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChainGradient<T> {
    /// The loss.
    pub value: T,
    /// Its gradient by the state that the chain starts from.
    pub by_state: Vec<T>,
    /// Its gradient by the parameters: the sum over all steps, and of the loss itself.
    pub by_parameters: Vec<T>,
    /// The length of the chain.
    pub steps: usize,
    /// Steps that were run to get from a snapshot to the state before a step. In addition each step was recorded once.
    pub forward_steps: usize,
}

/// How far a gradient has come, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps that are differentiated.
    pub reversed: usize,
    /// Steps of the chain, as far as it has come.
    pub steps: usize,
}

/// How a chain is differentiated: with how many snapshots, and who is told how far it has come.
///
/// # Examples
/// See [the module](self).
#[must_use]
pub struct Checkpoints<'a> {
    snapshots: usize,
    observer: Option<Box<dyn FnMut(Progress) + 'a>>,
}

impl std::fmt::Debug for Checkpoints<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Checkpoints").field("snapshots", &self.snapshots).finish_non_exhaustive()
    }
}

impl<'a> Checkpoints<'a> {
    /// Keeps at most `snapshots` states at a time, the one that the chain starts from included.
    ///
    /// [`forward_steps`] tells what a number of snapshots costs.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn new(snapshots: usize) -> Checkpoints<'a> {
        assert!(snapshots > 0, "{NO_SNAPSHOTS}");
        Checkpoints { snapshots, observer: None }
    }

    /// Calls `observer` after each step that is differentiated.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Float, checkpoint::{Chain, Checkpoints}};
    ///
    /// struct Double;
    /// impl Chain for Double {
    ///     fn step<T: Float>(&self, _: usize, x: &[T], _: &[T]) -> Vec<T> {
    ///         vec![x[0] + x[0]]
    ///     }
    ///     fn loss<T: Float>(&self, x: &[T], _: &[T]) -> T {
    ///         x[0]
    ///     }
    /// }
    /// // A chain that doubles its state ten times
    /// let mut left = vec![];
    /// let checkpoints = Checkpoints::new(3)
    ///     .observed(|progress| left.push(progress.steps - progress.reversed));
    /// assert_eq!(
    ///     checkpoints.value_and_gradient(&Double, &[1.0], &[], 10).by_state,
    ///     [1024.0]
    /// );
    /// assert_eq!(left, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    /// ```
    pub fn observed(self, observer: impl FnMut(Progress) + 'a) -> Checkpoints<'a> {
        Checkpoints { observer: Some(Box::new(observer)), ..self }
    }

    /// The loss after `steps` steps from `state`, with its gradient by `state` and by `parameters`.
    ///
    /// The result has the bits of one tape over all steps on which each state is a [retained](crate::Tape::retain) value.
    ///
    /// # Cost
    /// [`forward_steps`] steps on plain numbers, and for each step of the chain one that is recorded and swept. No schedule needs fewer.
    /// Memory for the snapshots, and for the recording of one step.
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    ///
    /// Source: Griewank & Walther, *Algorithm 799: Revolve*, ACM TOMS 26 (2000).
    pub fn value_and_gradient<T: Float>(
        self,
        chain: &impl Chain,
        state: &[T],
        parameters: &[T],
        steps: usize,
    ) -> ChainGradient<T> {
        let start = vec![(0, state.to_vec())];
        Run { chain, parameters, snapshots: start, most: self.snapshots, forward_steps: 0 }
            .reverse(steps, self.observer)
    }

    /// The same for a chain that ends before the first step for which `is_over`, which gets the number of the step and the state before it.
    ///
    /// # Cost
    /// The chain is run once from its start to its end, however long it is, while the snapshots are thinned out. What follows is as in
    /// [`Checkpoints::value_and_gradient`]. A step is run once more at most than in a chain of known length.
    ///
    /// # Examples
    /// Halving 100 until it is below 1 takes seven steps:
    /// ```
    /// use dualtape::{Float, checkpoint::{Chain, Checkpoints}};
    ///
    /// struct Halve;
    /// impl Chain for Halve {
    ///     fn step<T: Float>(&self, _: usize, x: &[T], _: &[T]) -> Vec<T> {
    ///         vec![x[0] / T::lit(2.0)]
    ///     }
    ///     fn loss<T: Float>(&self, x: &[T], _: &[T]) -> T {
    ///         x[0]
    ///     }
    /// }
    /// let halved =
    ///     Checkpoints::new(3)
    ///         .value_and_gradient_until(&Halve, &[100.0], &[], |_, x| x[0] < 1.0);
    /// assert_eq!((halved.value, halved.steps), (0.78125, 7));
    /// assert_eq!(halved.by_state, [1.0 / 128.0]);
    /// ```
    ///
    /// Source: Wang, Moin & Iaccarino, SIAM Journal on Scientific Computing 31 (2009).
    pub fn value_and_gradient_until<T: Float>(
        self,
        chain: &impl Chain,
        state: &[T],
        parameters: &[T],
        mut is_over: impl FnMut(usize, &[T]) -> bool,
    ) -> ChainGradient<T> {
        let mut run = Run { chain, parameters, snapshots: vec![], most: self.snapshots, forward_steps: 0 };
        let mut online = Online::new(self.snapshots);
        let (mut index, mut state) = (0, state.to_vec());
        while !is_over(index, &state) {
            // The only one is the start.
            if run.snapshots.is_empty() || run.most > 1 {
                if let Some(place) = online.make_room() {
                    run.snapshots.remove(place);
                }
                run.snapshots.push((index, state.clone()));
            }
            state = run.step(index, &state);
            index += 1;
        }
        if index == 0 {
            run.snapshots = vec![(0, state)];
        }
        run.reverse(index, self.observer)
    }
}

/// A chain on its way back.
struct Run<'a, C, T> {
    chain: &'a C,
    parameters: &'a [T],
    /// States, with the number of the step that they are before, which increases.
    snapshots: Vec<(usize, Vec<T>)>,
    most: usize,
    forward_steps: usize,
}

impl<C: Chain, T: Float> Run<'_, C, T> {
    /// A step on plain numbers.
    fn step(&mut self, index: usize, state: &[T]) -> Vec<T> {
        self.forward_steps += 1;
        self.chain.step(index, state, self.parameters)
    }

    /// The state before the step `to`, from the latest snapshot.
    fn state_before(&mut self, to: usize) -> Vec<T> {
        let (from, snapshot) = self.snapshots.last().expect("the start of the chain is kept");
        let (from, mut state) = (*from, snapshot.clone());
        for index in from..to {
            state = self.step(index, &state);
        }
        state
    }

    /// Goes back from the end of a chain of `steps` steps to the first snapshot, which is its start.
    fn reverse(mut self, steps: usize, mut observer: Option<Box<dyn FnMut(Progress) + '_>>) -> ChainGradient<T> {
        let mut adjoint =
            Adjoint { value: None, by_state: vec![], by_parameters: vec![T::zero(); self.parameters.len()] };
        let mut left = steps;
        while left > 0 {
            let &(from, _) = self.snapshots.last().expect("the start of the chain is kept");
            let free = self.most - self.snapshots.len();
            if left - from > 1 && free > 0 {
                let to = from + advance(left - from, free + 1);
                let state = self.state_before(to);
                self.snapshots.push((to, state));
                continue;
            }
            left -= 1;
            let state = self.state_before(left);
            if left == from {
                self.snapshots.pop();
            }
            adjoint.pull_through(self.chain, left, &state, self.parameters);
            if let Some(observer) = &mut observer {
                observer(Progress { reversed: steps - left, steps });
            }
        }
        if steps == 0 {
            let (_, state) = self.snapshots.pop().expect("the start of the chain is kept");
            adjoint.start(self.chain, &state, self.parameters);
        }
        ChainGradient {
            value: adjoint.value.expect("the chain has come to its end"),
            by_state: adjoint.by_state,
            by_parameters: adjoint.by_parameters,
            steps,
            forward_steps: self.forward_steps,
        }
    }
}

/// The derivatives of the loss by the state at some place of the chain, and by the parameters as far as they are used behind it.
struct Adjoint<T> {
    /// The loss, once the end was reached.
    value: Option<T>,
    by_state: Vec<T>,
    by_parameters: Vec<T>,
}

impl<T: Float> Adjoint<T> {
    /// From the end: the gradient of the loss.
    fn start(&mut self, chain: &impl Chain, state: &[T], parameters: &[T]) {
        let loss = |state: &[Reverse<T>], parameters: &[Reverse<T>]| vec![chain.loss(state, parameters)];
        self.pull(state, parameters, loss, |adjoint, loss| {
            adjoint.value = loss.first().copied();
            vec![T::one()]
        });
    }

    /// Over one step, from behind it to before it.
    fn pull_through(&mut self, chain: &impl Chain, index: usize, state: &[T], parameters: &[T]) {
        let step = |state: &[Reverse<T>], parameters: &[Reverse<T>]| chain.step(index, state, parameters);
        self.pull(state, parameters, step, |adjoint, last| {
            if adjoint.value.is_none() {
                adjoint.start(chain, last, parameters);
            }
            std::mem::take(&mut adjoint.by_state)
        });
    }

    /// Records a function of the state and the parameters, and takes the derivatives of its results times the weights, which are
    /// asked for when the values of the results are known.
    ///
    /// The adjoints of the parameters go on from what they are, as on one tape.
    fn pull(
        &mut self,
        state: &[T],
        parameters: &[T],
        f: impl FnOnce(&[Reverse<T>], &[Reverse<T>]) -> Vec<Reverse<T>>,
        weights: impl FnOnce(&mut Self, &[T]) -> Vec<T>,
    ) {
        let point = [state, parameters].concat();
        let mut session = Session::start(&point);
        let (x, p) = session.variables().split_at(state.len());
        let y = f(x, p);
        let values: Vec<T> = y.iter().map(|&y| y.primal()).collect();
        let weights = weights(self, &values);
        let mut gradient = vec![T::zero(); point.len()];
        gradient[state.len()..].copy_from_slice(&self.by_parameters);
        session.pull_back_onto(&y, |k| weights[k], &mut gradient);
        session.end();
        self.by_parameters.copy_from_slice(&gradient[state.len()..]);
        gradient.truncate(state.len());
        self.by_state = gradient;
    }
}
