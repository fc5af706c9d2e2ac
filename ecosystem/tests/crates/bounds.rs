//! Every nest of numbers has the traits that come with the optional features. That it compiles is the test; `tests/traits.rs` has
//! the traits of `std`, `num_traits`, nalgebra and approx.

use crate::for_each_nest;
use dualtape::{Dual, Reverse};

fn random<T: rand::distr::uniform::SampleUniform>()
where
    rand::distr::StandardUniform: rand::distr::Distribution<T>,
    rand::distr::Open01: rand::distr::Distribution<T>,
    rand::distr::OpenClosed01: rand::distr::Distribution<T>,
    rand_distr::StandardNormal: rand::distr::Distribution<T>,
    rand_distr::Exp1: rand::distr::Distribution<T>,
{
}

fn serialisation<T: serde::Serialize + serde::de::DeserializeOwned>() {}

fn arrays<T: ndarray::ScalarOperand + ndarray::LinalgScalar>() {}

#[test]
fn every_nest_has_the_traits_of_the_optional_features() {
    macro_rules! nest {
        ($T:ty, $B:ty) => {
            random::<$T>();
            serialisation::<$T>();
            arrays::<$T>();
        };
    }
    for_each_nest!(nest);
}
