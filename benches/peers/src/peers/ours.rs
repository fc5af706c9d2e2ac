use super::{Contestant, Mode, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_left, f64_on_the_right, functions, no_erf};
use dualtape::forward::{Chunk, value_and_gradient_of_array};
use dualtape::rules::Unary;
use dualtape::{Dual, Float, Primitive, Reverse, ScalarFunction};

pub fn reverse<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("dualtape `Reverse`", Mode::Reverse, |f: &F, x, gradient| {
        dualtape::value_and_gradient_into(|x| f.eval(x), x, gradient)
    })
}

/// `rewritten` is the problem with our operations on many operands.
pub fn fused<'a, F>(rewritten: &'a impl ScalarFunction) -> Contestant<'a, F> {
    contestant("dualtape `Reverse`, fused operations", Mode::Fused, |_, x, gradient| {
        dualtape::value_and_gradient_into(|x| rewritten.eval(x), x, gradient)
    })
}

pub fn forward<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("dualtape `Dual`", Mode::Forward, |f: &F, x, gradient| {
        Chunk::<N>::value_and_gradient_into(|x| f.eval(x), x, gradient)
    })
}

/// For points whose size is known to the compiler.
pub fn array<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("dualtape `value_and_gradient_of_array`", Mode::Forward, |f: &F, x, gradient| {
        let point: [f64; N] = x.try_into().expect("as many inputs as the table says");
        let (value, found) = value_and_gradient_of_array(|x: [Dual<f64, N>; N]| f.eval(&x), point);
        gradient.copy_from_slice(&found);
        value
    })
}

pub fn hessian<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("dualtape `hessian`", Mode::Reverse, |f: &F, x, hessian| {
        let (value, _, matrix) = dualtape::value_gradient_and_hessian(|x| f.eval(x), x);
        hessian.copy_from_slice(matrix.as_slice());
        value
    })
}

/// The error function, as a user adds one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Erf;

impl Unary for Erf {
    const NAME: &'static str = "erf";

    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        B::nearest(libm::erf(x.widen()))
    }

    #[inline]
    fn partial<T: Float>(self, x: T, _: T) -> T {
        T::FRAC_2_SQRT_PI() * (-(x * x)).exp()
    }
}

impl Real for Reverse<f64> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Reverse);

    #[inline]
    fn constant(self, c: f64) -> Self {
        Reverse::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.primal()
    }
    #[inline]
    fn erf(self) -> Self {
        self.unary(Erf)
    }
}

impl<const N: usize> Real for Dual<f64, N> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Dual);

    #[inline]
    fn constant(self, c: f64) -> Self {
        Dual::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.primal()
    }
    #[inline]
    fn erf(self) -> Self {
        self.unary(Erf)
    }
}

impl<const N: usize> Real for Reverse<Dual<f64, N>> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Reverse);
    no_erf!();

    #[inline]
    fn constant(self, c: f64) -> Self {
        Reverse::from_base(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.base()
    }
}
