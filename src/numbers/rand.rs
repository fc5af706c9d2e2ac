//! Random numbers, by the traits of the `rand` crate (and with the feature `rand_distr`, of that one).
//!
//! The standard distributions draw constants, because noise does not depend on anything. What is *made* of them, such as
//! `mu + sigma * z`, depends on its parameters, and most distributions with parameters are sampled in this way. So
//! `Normal::new(mu, sigma)` or `low .. high`, drawn on these numbers, give samples with their derivatives by the parameters. For the
//! same state of the generator the value is the one drawn on primitive numbers, to the bit.
//!
//! Some samples are drawn by accepting or rejecting proposals (`Gamma`, `Beta` and what is built on them). There the derivative is that
//! of the accepted proposal, and leaves out how the parameters decide which one is accepted.

use super::for_each_number;
use crate::float::Float;
use rand::Rng;
use rand::distr::uniform::{Error, SampleBorrow, SampleUniform, UniformSampler};
use rand::distr::{Distribution, Open01, OpenClosed01, StandardUniform};
#[cfg(feature = "rand_distr")]
use rand_distr::{Exp1, StandardNormal};

macro_rules! constants_from {
    ($Standard:ident, $Number:ty, $($param:tt)*) => {
        /// Draws constants.
        impl<T: Float, $($param)*> Distribution<$Number> for $Standard
        where
            $Standard: Distribution<T::Base>,
        {
            #[inline]
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> $Number {
                <$Number>::from_base(Distribution::<T::Base>::sample(self, rng))
            }
        }
    };
}

macro_rules! random {
    ($Number:ty, $($param:tt)*) => {
        constants_from!(StandardUniform, $Number, $($param)*);
        constants_from!(Open01, $Number, $($param)*);
        constants_from!(OpenClosed01, $Number, $($param)*);
        #[cfg(feature = "rand_distr")]
        constants_from!(StandardNormal, $Number, $($param)*);
        #[cfg(feature = "rand_distr")]
        constants_from!(Exp1, $Number, $($param)*);

        /// `low + (high - low) u`, with the derivatives by the bounds.
        impl<T: Float, $($param)*> SampleUniform for $Number
        where
            T::Base: SampleUniform,
        {
            type Sampler = UniformBetween<Self, <T::Base as SampleUniform>::Sampler>;
        }
    };
}
for_each_number!(random);

/// The uniform distribution between two numbers. Samples have derivatives by the bounds.
///
/// Made by `rand::distr::Uniform::new(low, high)` and `rng.random_range(low..high)`.
#[derive(Clone, Copy, Debug)]
pub struct UniformBetween<X, S> {
    low: X,
    high: X,
    /// That of the primitive number, which draws the value.
    value: S,
}

/// The sample with the given value: the bounds mixed in its proportions.
fn between<X: Float>(low: X, high: X, value: X::Base) -> X {
    let (a, b) = (low.base(), high.base());
    let sample = if a == b { low } else { low + (high - low) * ((value - a) / (b - a)) };
    // The rounding of the mix is taken back.
    sample + (value - sample.base())
}

impl<X: Float, S: UniformSampler<X = X::Base>> UniformSampler for UniformBetween<X, S>
where
    X::Base: SampleUniform,
{
    type X = X;

    fn new<B1: SampleBorrow<X>, B2: SampleBorrow<X>>(low: B1, high: B2) -> Result<Self, Error> {
        let (low, high) = (*low.borrow(), *high.borrow());
        Ok(UniformBetween { low, high, value: S::new(low.base(), high.base())? })
    }
    fn new_inclusive<B1: SampleBorrow<X>, B2: SampleBorrow<X>>(low: B1, high: B2) -> Result<Self, Error> {
        let (low, high) = (*low.borrow(), *high.borrow());
        Ok(UniformBetween { low, high, value: S::new_inclusive(low.base(), high.base())? })
    }
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> X {
        between(self.low, self.high, self.value.sample(rng))
    }
    // Forwarded as well, since primitive numbers draw a single sample in another way.
    fn sample_single<R: Rng + ?Sized, B1: SampleBorrow<X>, B2: SampleBorrow<X>>(
        low: B1,
        high: B2,
        rng: &mut R,
    ) -> Result<X, Error> {
        let (low, high) = (*low.borrow(), *high.borrow());
        Ok(between(low, high, S::sample_single(low.base(), high.base(), rng)?))
    }
    fn sample_single_inclusive<R: Rng + ?Sized, B1: SampleBorrow<X>, B2: SampleBorrow<X>>(
        low: B1,
        high: B2,
        rng: &mut R,
    ) -> Result<X, Error> {
        let (low, high) = (*low.borrow(), *high.borrow());
        Ok(between(low, high, S::sample_single_inclusive(low.base(), high.base(), rng)?))
    }
}
