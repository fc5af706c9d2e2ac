//! Differentiation as lists: every mode and nesting for a function of one variable, every driver for several.

use super::Curve;
use dualtape::forward::{self, Chunk};
use dualtape::{Dual, Float, ScalarFunction, Tape, Taylor, reverse, value_and_derivative, value_and_gradient};
use nalgebra::DMatrix;
use std::marker::PhantomData;

// ---- One variable ----------------------------------------------------------------------------------------------------

/// A way to differentiate once.
pub trait Mode {
    fn value_and_slope<T: Float>(f: impl Curve, x: T) -> (T, T);
}

/// One tangent.
pub struct Forward;

impl Mode for Forward {
    fn value_and_slope<T: Float>(f: impl Curve, x: T) -> (T, T) {
        value_and_derivative(|x| f.call(x), x)
    }
}

/// Three tangents, of which two are idle and must stay zero whatever happens: "a zero tangent stays zero".
pub struct Wide;

impl Mode for Wide {
    fn value_and_slope<T: Float>(f: impl Curve, x: T) -> (T, T) {
        let y = f.call(Dual::<T, 3>::seeded(x, 1));
        let [before, slope, after] = y.tangents();
        assert!(before.is_zero_in_all_parts() && after.is_zero_in_all_parts(), "an idle direction was touched: {y:?}");
        (y.primal(), slope)
    }
}

/// A recording and a sweep.
pub struct Backward;

impl Mode for Backward {
    fn value_and_slope<T: Float>(f: impl Curve, x: T) -> (T, T) {
        let (y, g) = value_and_gradient(|x| f.call(x[0]), &[x]);
        (y, g[0])
    }
}

/// The derivative of a curve, which is a curve again.
pub struct Slope<M, F>(F, PhantomData<M>);

/// The curve itself, evaluated on variables of a mode.
pub struct Value<M, F>(F, PhantomData<M>);

macro_rules! curve_of_curve {
    ($Name:ident, $make:ident, $part:tt) => {
        impl<M, F: Copy> Clone for $Name<M, F> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<M, F: Copy> Copy for $Name<M, F> {}
        impl<M: Mode, F: Curve> Curve for $Name<M, F> {
            fn call<T: Float>(&self, x: T) -> T {
                M::value_and_slope(self.0, x).$part
            }
        }
        pub fn $make<M: Mode, F: Curve>(f: F) -> $Name<M, F> {
            $Name(f, PhantomData)
        }
    };
}
curve_of_curve!(Value, value, 0);
curve_of_curve!(Slope, slope, 1);

/// A number, and the type that `f` was evaluated on to get it.
pub type Labelled<B> = (&'static str, B);

/// The value of `f` at `x` through every nesting: the same to the bit.
pub fn values<B: Float>(f: impl Curve, x: B) -> [Labelled<B>; 9] {
    [
        ("Dual", value::<Forward, _>(f).call(x)),
        ("Dual<_, 3>", value::<Wide, _>(f).call(x)),
        ("Reverse", value::<Backward, _>(f).call(x)),
        ("Dual<Dual>", value::<Forward, _>(value::<Forward, _>(f)).call(x)),
        ("Dual<Reverse>", value::<Backward, _>(value::<Forward, _>(f)).call(x)),
        ("Reverse<Dual>", value::<Forward, _>(value::<Backward, _>(f)).call(x)),
        ("Reverse<Reverse>", value::<Backward, _>(value::<Backward, _>(f)).call(x)),
        ("Reverse<Dual<_, 3>>", value::<Wide, _>(value::<Backward, _>(f)).call(x)),
        ("Dual<Reverse<Dual>>", value::<Forward, _>(value::<Backward, _>(value::<Forward, _>(f))).call(x)),
    ]
}

/// The first derivative of `f` at `x` in every mode.
pub fn first<B: Float>(f: impl Curve, x: B) -> [Labelled<B>; 3] {
    [
        ("Dual", slope::<Forward, _>(f).call(x)),
        ("Dual<_, 3>", slope::<Wide, _>(f).call(x)),
        ("Reverse", slope::<Backward, _>(f).call(x)),
    ]
}

/// The second derivative of `f` at `x` in every nesting of two.
pub fn second<B: Float>(f: impl Curve, x: B) -> [Labelled<B>; 5] {
    [
        ("Dual<Dual>", slope::<Forward, _>(slope::<Forward, _>(f)).call(x)),
        ("Dual<Reverse>", slope::<Backward, _>(slope::<Forward, _>(f)).call(x)),
        ("Reverse<Dual>", slope::<Forward, _>(slope::<Backward, _>(f)).call(x)),
        ("Reverse<Reverse>", slope::<Backward, _>(slope::<Backward, _>(f)).call(x)),
        ("Reverse<Dual<_, 3>>", slope::<Wide, _>(slope::<Backward, _>(f)).call(x)),
    ]
}

/// The third derivative of `f` at `x` in some nestings of three.
pub fn third<B: Float>(f: impl Curve, x: B) -> [Labelled<B>; 3] {
    [
        ("Dual<Dual<Dual>>", slope::<Forward, _>(slope::<Forward, _>(slope::<Forward, _>(f))).call(x)),
        ("Dual<Reverse<Dual>>", slope::<Forward, _>(slope::<Backward, _>(slope::<Forward, _>(f))).call(x)),
        ("Reverse<Reverse<Reverse>>", slope::<Backward, _>(slope::<Backward, _>(slope::<Backward, _>(f))).call(x)),
    ]
}

/// The fourth derivative of `f` at `x`, by duals.
pub fn fourth<B: Float>(f: impl Curve, x: B) -> [Labelled<B>; 1] {
    let f = slope::<Forward, _>(slope::<Forward, _>(f));
    [("Dual<Dual<Dual<Dual>>>", slope::<Forward, _>(slope::<Forward, _>(f)).call(x))]
}

/// The derivative of an order up to 4 by a power series.
pub fn by_series<B: Float>(f: impl Curve, x: B, order: usize) -> Labelled<B> {
    ("Taylor<_, 5>", f.call(Taylor::<B, 5>::variable(x)).derivative(order))
}

/// The derivative of order 0 to 4, the order as a number, by all nestings and by a power series.
pub fn orders<B: Float>(f: impl Curve, x: B, order: usize) -> Vec<Labelled<B>> {
    let mut all = nested(f, x, order);
    all.push(by_series(f, x, order));
    all
}

/// The derivative of order 0 to 4 by nestings.
fn nested<B: Float>(f: impl Curve, x: B, order: usize) -> Vec<Labelled<B>> {
    match order {
        0 => values(f, x).into(),
        1 => first(f, x).into(),
        2 => second(f, x).into(),
        3 => third(f, x).into(),
        4 => fourth(f, x).into(),
        _ => panic!("no engine differentiates {order} times"),
    }
}

/// The derivative of an order through many nestings; of order 4 also those with recordings in them.
pub fn derivatives<B: Float>(rule: impl Curve, x: B, order: usize) -> Vec<Labelled<B>> {
    let mut all = nested(rule, x, order);
    if order == 4 {
        let alternating = slope::<Forward, _>(slope::<Backward, _>(slope::<Forward, _>(slope::<Backward, _>(rule))));
        let twice = slope::<Forward, _>(slope::<Forward, _>(slope::<Backward, _>(slope::<Backward, _>(rule))));
        all.push(("Reverse<Dual<Reverse<Dual>>>", alternating.call(x)));
        all.push(("Reverse<Reverse<Dual<Dual>>>", twice.call(x)));
    }
    all
}

// ---- Several variables -----------------------------------------------------------------------------------------------

/// The unit vectors of `n` dimensions.
pub fn unit_vectors(n: usize) -> impl Iterator<Item = Vec<f64>> {
    (0..n).map(move |k| (0..n).map(|j| f64::from(j == k)).collect())
}

/// Entries of a matrix by rows.
pub fn by_rows(m: &DMatrix<f64>) -> Vec<f64> {
    m.transpose().as_slice().to_vec()
}

/// The gradient of `f` through every driver.
pub fn gradients<F: ScalarFunction>(f: &F, x: &[f64]) -> Vec<(&'static str, Vec<f64>)> {
    let forward_products = unit_vectors(x.len()).map(|v| dualtape::jvp(|x| [f.eval(x)], x, &v).1[0]);
    let tape = Tape::new();
    let variables = tape.variables(x);
    let adjoints = tape.adjoints(f.eval(&variables));
    vec![
        ("gradient", dualtape::gradient(|x| f.eval(x), x)),
        ("forward::gradient", forward::gradient(|x| f.eval(x), x)),
        ("Chunk::<1>::gradient", Chunk::<1>::gradient(|x| f.eval(x), x)),
        ("Chunk::<3>::gradient", Chunk::<3>::gradient(|x| f.eval(x), x)),
        ("jvp", forward_products.collect()),
        ("vjp", dualtape::vjp(|x| [f.eval(x)], x, &[1.0]).1),
        ("Tape", variables.iter().map(|&x| adjoints.wrt(x)).collect()),
        ("jacobian", by_rows(&dualtape::jacobian(|x| [f.eval(x)], x))),
        ("forward::jacobian", by_rows(&forward::jacobian(|x| [f.eval(x)], x))),
    ]
}

/// The Hessian of `f`, by rows, through every driver and nesting.
pub fn hessians<F: ScalarFunction>(f: &F, x: &[f64]) -> Vec<(&'static str, Vec<f64>)> {
    let columns = unit_vectors(x.len()).flat_map(|v| dualtape::hvp(|x| f.eval(x), x, &v));
    vec![
        ("hessian", by_rows(&dualtape::hessian(|x| f.eval(x), x))),
        ("forward::hessian", by_rows(&forward::hessian(|x| f.eval(x), x))),
        ("Chunk::<1>::hessian", by_rows(&Chunk::<1>::hessian(|x| f.eval(x), x))),
        ("hvp", columns.collect()), // symmetric, so columns are rows
        ("Dual<Dual>", by_rows(&Chunk::<2>::jacobian(|x| Chunk::<3>::gradient(|x| f.eval(x), x), x))),
        ("Dual<Reverse>", by_rows(&reverse::jacobian(|x| Chunk::<2>::gradient(|x| f.eval(x), x), x))),
        ("Reverse<Dual>", by_rows(&Chunk::<2>::jacobian(|x| dualtape::gradient(|x| f.eval(x), x), x))),
        ("Reverse<Reverse>", by_rows(&reverse::jacobian(|x| dualtape::gradient(|x| f.eval(x), x), x))),
    ]
}
