//! The sum of terms as a function, on one thread and on many.

use super::{Terms, blocks, segments};
use crate::drivers::ScalarFunction;
use crate::float::Float;
use std::ops::Range;

/// The sum of the terms of `F`, or of some of them: a [`ScalarFunction`].
///
/// # Cost
/// That of the terms. For a gradient all terms are evaluated once on recorded numbers, in pieces, with one sweep for each piece; for
/// up to eight inputs once on dual numbers, without a recording. Hessians and their products with vectors take as many such
/// evaluations as for [other functions](crate::hessian_of). With `n` inputs each of the blocks, of which there are up to 256, takes some
/// operations for each input. Drivers with `_into` allocate nothing once warm (except by the terms).
///
/// Drivers for closures, as in `gradient(|x| sum.eval(x), &x)`, record the whole sum.
///
/// # Examples
/// The probability that an O-ring of the space shuttle is damaged, by the temperature at launch: the estimates with their standard errors.
/// ```
/// # #[cfg(feature = "nalgebra")] {
/// use dualtape::terms::{Sum, Terms};
/// use dualtape::{Float, Special, optimize};
///
/// /// Minus the logarithm of the likelihood of flights:
/// /// the temperature of each, and whether an O-ring was damaged.
/// struct Flights([(f64, bool); 23]);
///
/// impl Terms for Flights {
///     fn count(&self) -> usize {
///         self.0.len()
///     }
///     fn term<T: Float>(&self, i: usize, b: &[T]) -> T {
///         let (temperature, damaged) = self.0[i];
///         let z = b[0] + b[1] * T::lit(temperature);
///         if damaged { (-z).softplus() } else { z.softplus() }
///     }
/// }
///
/// let damaged = [53.0, 57.0, 58.0, 63.0, 70.0, 70.0, 75.0];
/// let sound = [
///     66.0, 67.0, 67.0, 67.0, 68.0, 69.0, 70.0, 70.0, 72.0, 73.0, 75.0, 76.0, 76.0,
///     78.0, 79.0, 81.0,
/// ];
/// let at = |i: usize| if i < 7 { (damaged[i], true) } else { (sound[i - 7], false) };
/// let flights = Flights(std::array::from_fn(at));
///
/// let fit = optimize::newton(&Sum::of(&flights), &[0.0, 0.0]);
/// assert!(
///     (fit.x[0] - 15.042901647702).abs() < 1e-10
///         && (fit.x[1] + 0.232162744219).abs() < 1e-12
/// );
/// let errors = fit.standard_errors().expect("a strict minimum");
/// assert!(
///     (errors[0] - 7.378636384917).abs() < 1e-9
///         && (errors[1] - 0.108236521649).abs() < 1e-11
/// );
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it is a function, to be passed to a driver or to a method of `optimize`"]
pub struct Sum<'a, F: ?Sized> {
    terms: &'a F,
    which: Which<'a>,
}

/// [`Sum`] on the threads of `rayon`; from [`Sum::in_parallel`].
#[cfg(feature = "rayon")]
#[derive(Debug)]
#[must_use = "it is a function, to be passed to a driver or to a method of `optimize`"]
pub struct ParallelSum<'a, F: ?Sized>(Sum<'a, F>);

/// The terms that are added.
#[derive(Clone, Debug)]
enum Which<'a> {
    Range(Range<usize>),
    List(&'a [usize]),
}

impl Which<'_> {
    fn count(&self) -> usize {
        match self {
            Which::Range(range) => range.len(),
            Which::List(list) => list.len(),
        }
    }

    fn index(&self, place: usize) -> usize {
        match self {
            Which::Range(range) => range.start + place,
            Which::List(list) => list[place],
        }
    }
}

impl<F: ?Sized> Clone for Sum<'_, F> {
    fn clone(&self) -> Self {
        Sum { terms: self.terms, which: self.which.clone() }
    }
}

#[cfg(feature = "rayon")]
impl<F: ?Sized> Clone for ParallelSum<'_, F> {
    fn clone(&self) -> Self {
        ParallelSum(self.0.clone())
    }
}

impl<'a, F: Terms + ?Sized> Sum<'a, F> {
    /// The sum of all terms.
    pub fn of(terms: &'a F) -> Self {
        Sum { terms, which: Which::Range(0..terms.count()) }
    }

    /// The sum of the terms with these indices among all, instead of those so far.
    ///
    /// # Panics
    /// If the range ends behind the last term.
    ///
    /// # Examples
    /// ```
    /// use dualtape::terms::{Sum, Terms};
    /// use dualtape::{Float, ScalarFunction};
    ///
    /// struct Powers;
    /// impl Terms for Powers {
    ///     fn count(&self) -> usize {
    ///         10
    ///     }
    ///     fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
    ///         x[0].powi(i as i32)
    ///     }
    /// }
    /// assert_eq!(Sum::of(&Powers).eval(&[2.0]), 1023.0);
    /// assert_eq!(Sum::of(&Powers).range(3..5).eval(&[2.0]), 8.0 + 16.0);
    /// assert_eq!(Sum::of(&Powers).batch(&[9, 0, 9]).eval(&[2.0]), 512.0 + 1.0 + 512.0);
    /// ```
    #[track_caller]
    pub fn range(self, indices: Range<usize>) -> Self {
        let count = self.terms.count();
        assert!(
            indices.start <= indices.end && indices.end <= count,
            "dualtape: Sum::range: expected a range of the {count} terms, found {indices:?}"
        );
        Sum { which: Which::Range(indices), ..self }
    }

    /// The sum of the terms with these indices among all, in this order, instead of those so far: a mini-batch. An index that is there
    /// twice counts twice.
    ///
    /// # Panics
    /// If there is no term with an index.
    ///
    /// # Examples
    /// See [`Sum::range`].
    #[doc(alias = "mini-batch", alias = "minibatch", alias = "stochastic")]
    #[track_caller]
    pub fn batch(self, indices: &'a [usize]) -> Self {
        let count = self.terms.count();
        if let Some(place) = indices.iter().position(|&index| index >= count) {
            panic!(
                "dualtape: Sum::batch: expected indices of the {count} terms, found {} at place {place}",
                indices[place]
            );
        }
        Sum { which: Which::List(indices), ..self }
    }

    /// How many terms are added.
    #[must_use]
    pub fn count(&self) -> usize {
        self.which.count()
    }

    /// The same function, whose blocks of terms are computed on the threads of `rayon`: of the pool it is called in, or the global one.
    ///
    /// Value and derivatives have the same bits as those of [`Sum`], on any number of threads. On a number that records, as inside
    /// [`gradient`](crate::gradient), all is computed on one thread, since a recording belongs to its thread.
    ///
    /// # Examples
    /// ```
    /// use dualtape::terms::{Sum, Terms};
    /// use dualtape::{Float, value_and_gradient_of};
    ///
    /// /// Terms of Hurwitz' zeta function.
    /// struct Zeta;
    /// impl Terms for Zeta {
    ///     fn count(&self) -> usize {
    ///         10_000
    ///     }
    ///     fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
    ///         (x[1] + T::lit(i as f64)).powf(-x[0])
    ///     }
    /// }
    /// let (value, gradient) =
    ///     value_and_gradient_of(&Sum::of(&Zeta).in_parallel(), &[2.0, 1.0]);
    /// // what is left out is about 1e-4
    /// assert!((value - std::f64::consts::PI.powi(2) / 6.0).abs() < 1.1e-4);
    /// assert_eq!((value, gradient), value_and_gradient_of(&Sum::of(&Zeta), &[2.0, 1.0]));
    /// ```
    #[cfg(feature = "rayon")]
    pub fn in_parallel(self) -> ParallelSum<'a, F>
    where
        F: Sync,
    {
        ParallelSum(self)
    }

    /// How many blocks there are, and what writes the value of one at `x`.
    fn values<T: Float>(&self, x: &[T]) -> (usize, impl Fn(usize, &mut [T])) {
        let (count, terms_of) = self.blocks(x.len());
        let value = move |block: usize, out: &mut [T]| {
            let terms = terms_of(block).map(|place| self.terms.term(self.which.index(place), x));
            out[0] = terms.fold(T::zero(), |sum, term| sum + term);
        };
        (count, value)
    }

    /// How many blocks there are, and what writes value and gradient of one at `x`, one after the other.
    fn gradients<T: Float>(&self, x: &[T]) -> (usize, impl Fn(usize, &mut [T])) {
        let (count, terms_of) = self.blocks(x.len());
        let gradient = move |block: usize, out: &mut [T]| {
            segments::backpropagate(self.terms, terms_of(block).map(|place| self.which.index(place)), x, out);
        };
        (count, gradient)
    }

    /// How many blocks there are, and the places of the terms of each.
    fn blocks(&self, inputs: usize) -> (usize, impl Fn(usize) -> Range<usize> + use<F>) {
        let count = self.which.count();
        let length = blocks::terms_in_a_block(count, inputs);
        (count.div_ceil(length), move |block| block * length..count.min((block + 1) * length))
    }
}

/// Takes apart what `sum` writes, a value and a gradient.
fn split<T: Float>(g: &mut [T], sum: impl FnOnce(&mut [T])) -> T {
    blocks::with_room(g.len() + 1, |out| {
        sum(out);
        g.copy_from_slice(&out[1..]);
        out[0]
    })
}

impl<F: Terms + ?Sized> ScalarFunction for Sum<'_, F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (count, values) = self.values(x);
        let mut value = [T::zero()];
        blocks::sum(0..count, &mut value, &values);
        value[0]
    }

    #[track_caller]
    fn backpropagate<T: Float>(&self, x: &[T], g: &mut [T]) -> T {
        let (count, gradients) = self.gradients(x);
        split(g, |out| blocks::sum(0..count, out, &gradients))
    }
}

#[cfg(feature = "rayon")]
impl<F: Terms + Sync + ?Sized> ScalarFunction for ParallelSum<'_, F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        if T::SPARSE {
            return self.0.eval(x); // it records, on this thread
        }
        let (count, values) = self.0.values(x);
        let mut value = [T::zero()];
        blocks::sum_in_parallel(0..count, &mut value, &values);
        value[0]
    }

    #[track_caller]
    fn backpropagate<T: Float>(&self, x: &[T], g: &mut [T]) -> T {
        if T::SPARSE {
            return self.0.backpropagate(x, g);
        }
        let (count, gradients) = self.0.gradients(x);
        split(g, |out| blocks::sum_in_parallel(0..count, out, &gradients))
    }
}
