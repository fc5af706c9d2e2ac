//! Tapes are kept and handed in, with the `_with` drivers.

use super::{Contestant, Mode, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_left, f64_on_the_right, functions, no_erf};
use std::cell::Cell;
use xad_rs::math::ad;
use xad_rs::ops::{compute_gradient_fwd_k, compute_gradient_rev_with, compute_hessian_k_with};
use xad_rs::{AReal, JetK, Real as Xad, Tape};

pub fn reverse<F: Function + 'static>() -> Contestant<'static, F> {
    let mut tape = Tape::new(true);
    contestant("xad-rs `AReal`", Mode::Reverse, move |f: &F, x, gradient| {
        let (value, found) = compute_gradient_rev_with(&mut tape, x, |x: &[AReal<f64>]| f.eval(x));
        gradient.copy_from_slice(&found);
        value
    })
}

pub fn forward<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("xad-rs `JetK`", Mode::Forward, |f: &F, x, gradient| {
        let (value, found) = compute_gradient_fwd_k::<N, _>(x, |x| f.eval(x));
        gradient.copy_from_slice(&found);
        value
    })
}

/// Eight columns at a time. The driver does not return the value.
pub fn hessian<F: Function + 'static>() -> Contestant<'static, F> {
    let mut tape = Tape::new(true);
    contestant("xad-rs `compute_hessian_k_with::<8>`", Mode::Reverse, move |f: &F, x, hessian| {
        let value = Cell::new(0.0);
        let matrix = compute_hessian_k_with::<8, _>(&mut tape, x, |x| {
            let y = f.eval(x);
            value.set(Real::value(y));
            y
        });
        for (h, found) in hessian.iter_mut().zip(&matrix) {
            *h = *found;
        }
        value.get()
    })
}

impl Real for AReal<f64> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh erf: &Xad);

    #[inline]
    fn constant(self, c: f64) -> Self {
        AReal::new(c)
    }
    #[inline]
    fn value(self) -> f64 {
        AReal::value(&self)
    }
}

impl<const N: usize> Real for JetK<f64, N> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh erf: &Xad);

    #[inline]
    fn constant(self, c: f64) -> Self {
        JetK::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.value
    }
}

/// Not a number of the crate's trait; passive operands are lanes too.
impl Real for AReal<JetK<f64, 8>> {
    f64_on_the_right!(JetK::constant);
    functions!(exp ln sqrt tanh: &ad);
    no_erf!();

    #[inline]
    fn constant(self, c: f64) -> Self {
        AReal::new(JetK::constant(c))
    }
    #[inline]
    fn value(self) -> f64 {
        AReal::value(&self).value
    }
    #[inline]
    fn taken_from(self, c: f64) -> Self {
        -self + JetK::constant(c)
    }
}
