use super::{Contestant, Mode, Seeded, by_directions, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_right, functions, no_erf};
use nalgebra::{DVector, SVector};
use num_dual::{Dual2SVec64, DualNum, DualSVec64, Gradients, HyperDual64};

/// The driver, on numbers as wide as the point. Sizes are known to the compiler.
pub fn gradient<F: Function + 'static>(n: usize) -> Option<Contestant<'static, F>> {
    match n {
        2 => Some(gradient_of_size::<F, 2>()),
        3 => Some(gradient_of_size::<F, 3>()),
        100 => Some(gradient_of_size::<F, 100>()),
        _ => None,
    }
}

fn gradient_of_size<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("num-dual `gradient`", Mode::Forward, |f: &F, x, gradient| {
        let point = SVector::<f64, N>::from_column_slice(x);
        let (value, found) = num_dual::gradient(|x: SVector<DualSVec64<N>, N>| f.eval(x.as_slice()), &point);
        gradient.copy_from_slice(found.as_slice());
        value
    })
}

pub fn forward<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("num-dual `DualSVec64`", Mode::Forward, by_directions::<F, DualSVec64<N>, N>)
}

pub fn hessian<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("num-dual `hessian`", Mode::Forward, |f: &F, x, hessian| {
        let point = SVector::<f64, N>::from_column_slice(x);
        let (value, _, found) = num_dual::hessian(|x: SVector<Dual2SVec64<N>, N>| f.eval(x.as_slice()), &point);
        hessian.copy_from_slice(found.as_slice());
        value
    })
}

/// One entry at a time: the driver for points whose size is not known to the compiler.
pub fn hessian_by_pairs<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("num-dual `Gradients::hessian`", Mode::Forward, |f: &F, x, hessian| {
        let point = DVector::from_column_slice(x);
        let function = |x: DVector<HyperDual64>, _: &HyperDual64| f.eval(x.as_slice());
        let (value, _, found) = Gradients::hessian(function, &point, &0.0);
        hessian.copy_from_slice(found.as_slice());
        value
    })
}

macro_rules! number {
    ($number:ty, [$($generics:tt)*] $(, $erf:ident)?) => {
        impl<$($generics)*> Real for $number {
            f64_on_the_right!();
            functions!(exp ln sqrt tanh: &DualNum);
            $($erf!();)?

            #[inline]
            fn constant(self, c: f64) -> Self {
                c.into()
            }
            #[inline]
            fn value(self) -> f64 {
                self.re
            }
            #[inline]
            fn taken_from(self, c: f64) -> Self {
                -self + c
            }
        }
    };
}

number!(DualSVec64<N>, [const N: usize]);
number!(Dual2SVec64<N>, [const N: usize], no_erf);
number!(HyperDual64, [], no_erf);

impl<const N: usize> Seeded<N> for DualSVec64<N> {
    #[inline]
    fn seeded(x: f64, direction: Option<usize>) -> Self {
        let constant = DualSVec64::from_re(x);
        direction.map_or(constant, |direction| constant.derivative(direction))
    }
    #[inline]
    fn tangent(&self, direction: usize) -> f64 {
        self.eps.0.map_or(0.0, |eps| eps[direction])
    }
}
