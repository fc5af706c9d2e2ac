use super::{Contestant, Mode, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_right, functions, no_erf};
use ad_trait::differentiable_function::{DifferentiableFunctionTrait, ForwardADMulti, HessianAD_FOR, ReverseAD};
use ad_trait::forward_ad::adfn::adfn;
use ad_trait::function_engine::FunctionEngine;
use ad_trait::hyper_ad::hyper_adr::HyperAD_ADR;
use ad_trait::nalgebra::ComplexField;
use ad_trait::reverse_ad::adr::adr;
use ad_trait::{AD, F64};

/// A function as the crate wants it.
struct Differentiable<'a, F> {
    function: &'a F,
    inputs: usize,
}

impl<F> Clone for Differentiable<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Differentiable<'_, F> {}

impl<T: AD + Real, F: Function> DifferentiableFunctionTrait<T> for Differentiable<'_, F> {
    const NAME: &'static str = "problem";

    fn call(&self, x: &[T], _freeze: bool) -> Vec<T> {
        vec![self.function.eval(x)]
    }
    fn num_inputs(&self) -> usize {
        self.inputs
    }
    fn num_outputs(&self) -> usize {
        1
    }
}

pub fn reverse<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("ad_trait `adr`", Mode::Reverse, |f: &F, x, gradient| {
        let f = Differentiable { function: f, inputs: x.len() };
        let (value, found) = FunctionEngine::new(f, f, ReverseAD::new()).derivative(x);
        gradient.copy_from_slice(found.as_slice());
        value[0]
    })
}

pub fn forward<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("ad_trait `adfn`", Mode::Forward, |f: &F, x, gradient| {
        let f = Differentiable { function: f, inputs: x.len() };
        let (value, found) = FunctionEngine::new(f, f, ForwardADMulti::<adfn<N>>::new()).derivative(x);
        gradient.copy_from_slice(found.as_slice());
        value[0]
    })
}

pub fn hessian<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("ad_trait `HessianAD_FOR<4>`", Mode::Reverse, |f: &F, x, hessian| {
        let f = Differentiable { function: f, inputs: x.len() };
        let (value, _, found) = FunctionEngine::new(f, f, HessianAD_FOR::<4>::new()).hessian(x);
        hessian.copy_from_slice(found[0].as_slice());
        value[0]
    })
}

impl Real for adr {
    f64_on_the_right!(F64);
    functions!(exp ln sqrt tanh: ComplexField);

    #[inline]
    fn constant(self, c: f64) -> Self {
        AD::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        adr::value(&self)
    }
}

impl<const N: usize> Real for adfn<N> {
    f64_on_the_right!(F64);
    functions!(exp ln sqrt tanh: ComplexField);

    #[inline]
    fn constant(self, c: f64) -> Self {
        AD::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        adfn::value(&self)
    }
}

impl<const N: usize> Real for HyperAD_ADR<N> {
    f64_on_the_right!(F64);
    functions!(exp ln sqrt tanh: ComplexField);
    no_erf!();

    #[inline]
    fn constant(self, c: f64) -> Self {
        AD::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.to_constant()
    }
}
