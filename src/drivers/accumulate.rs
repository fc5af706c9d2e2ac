//! [`GradientSum`], a gradient that is added up over several calls.

use super::check_length;
use super::reverse::value_and_gradient_into;
use crate::float::Float;
use crate::numbers::Reverse;
use std::ops::Deref;

/// A gradient that is added up over several functions, as over the mini-batches of a training set.
///
/// Drivers return plain numbers and keep nothing, so there is nothing to forget to clear. This value is for those who *want* a sum:
/// it adds the gradient of each call to what is there, until it is [cleared](GradientSum::clear). As a slice it is the sum so far.
///
/// # Examples
/// The gradient of `x²` at 2, taken twice, is 4 + 4. After clearing it is 4 again.
/// ```
/// use dualtape::GradientSum;
/// let mut sum = GradientSum::zeros(1);
/// sum.add(|x| x[0] * x[0], &[2.0]);
/// sum.add(|x| x[0] * x[0], &[2.0]);
/// assert_eq!(sum[..], [8.0]);
/// sum.clear();
/// assert_eq!(sum.add(|x| x[0] * x[0], &[2.0]), 4.0); // the value
/// assert_eq!(sum[..], [4.0]);
/// ```
/// One step of gradient descent on the mean of a loss over two batches, which is `(w - 1)²` and `(w - 3)²`:
/// ```
/// use dualtape::GradientSum;
/// let mut w = [0.0];
/// let mut sum = GradientSum::zeros(w.len());
/// for target in [1.0, 3.0] {
///     sum.add(|w| (w[0] - target).powi(2), &w);
/// }
/// w[0] -= 0.25 * sum.mean()[0];
/// assert_eq!(w, [1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct GradientSum<T = f64> {
    sum: Vec<T>,
    /// The gradient of the latest call.
    latest: Vec<T>,
    calls: usize,
}

impl<T: Float> GradientSum<T> {
    /// The sum of no gradients, of functions with `n` inputs.
    pub fn zeros(n: usize) -> GradientSum<T> {
        GradientSum { sum: vec![T::zero(); n], latest: vec![T::zero(); n], calls: 0 }
    }

    /// Adds the gradient of `f` at `x`, and returns the value of `f`.
    ///
    /// Allocates nothing, once the drivers are warm.
    ///
    /// # Panics
    /// If `x` has not as many entries as this sum, and as [`gradient`](crate::gradient) does. Then the sum is what it was.
    #[doc(alias = "backward")]
    #[track_caller]
    pub fn add(&mut self, f: impl FnOnce(&[Reverse<T>]) -> Reverse<T>, x: &[T]) -> T {
        check_length("GradientSum::add", "the point", x.len(), self.sum.len(), "entry of the sum");
        let value = value_and_gradient_into(f, x, &mut self.latest);
        self.sum.iter_mut().zip(&self.latest).for_each(|(sum, &latest)| *sum += latest);
        self.calls += 1;
        value
    }

    /// Sets the sum back to that of no gradients.
    #[doc(alias = "zero_grad")]
    pub fn clear(&mut self) {
        self.sum.fill(T::zero());
        self.calls = 0;
    }

    /// How many gradients were added.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// The sum divided by the number of gradients. It is zero if there are none.
    #[must_use]
    pub fn mean(&self) -> Vec<T> {
        let calls = T::lit(self.calls.max(1) as f64);
        self.sum.iter().map(|&sum| sum / calls).collect()
    }
}

impl<T> Deref for GradientSum<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.sum
    }
}
