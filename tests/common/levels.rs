//! All derivatives of a function on any nest of number types, as plain numbers.

use dualtape::{Dual, Float, Primitive, Reverse, Tape};

/// A number type with a way to seed it: forward mode seeds tangents, reverse mode makes variables of a tape.
pub trait Level: Float {
    /// Evaluates `f` at `x` with every level seeded, and returns what comes out as plain numbers: for each output its value and
    /// derivatives at this level, for each of these the same one level down, and so on.
    fn expand(f: &dyn Fn(&[Self]) -> Vec<Self>, x: &[f64]) -> Vec<f64>;
}

macro_rules! bottom {
    ($($B:ty)*) => {$(
        impl Level for $B {
            fn expand(f: &dyn Fn(&[$B]) -> Vec<$B>, x: &[f64]) -> Vec<f64> {
                let point: Vec<$B> = x.iter().map(|&x| <$B>::nearest(x)).collect();
                f(&point).into_iter().map(Primitive::widen).collect()
            }
        }
    )*};
}
bottom!(f32 f64);

impl<T: Level, const N: usize> Level for Dual<T, N> {
    /// Direction `k` gives input `i` the tangent `(i + 2 k + 1) / 2`: no two are alike.
    fn expand(f: &dyn Fn(&[Self]) -> Vec<Self>, x: &[f64]) -> Vec<f64> {
        let below = |x: &[T]| {
            let tangent = |i: usize| std::array::from_fn(|k| T::lit(0.5 * (i + 2 * k + 1) as f64));
            let point: Vec<Self> = x.iter().enumerate().map(|(i, &x)| Dual::new(x, tangent(i))).collect();
            f(&point).into_iter().flat_map(|y| std::iter::once(y.primal()).chain(y.tangents())).collect()
        };
        T::expand(&below, x)
    }
}

impl<T: Level> Level for Reverse<T> {
    fn expand(f: &dyn Fn(&[Self]) -> Vec<Self>, x: &[f64]) -> Vec<f64> {
        let below = |x: &[T]| {
            let tape = Tape::new();
            let point = tape.variables(x);
            let mut result = Vec::new();
            for y in f(&point) {
                let adjoints = tape.adjoints(y);
                result.push(y.primal());
                result.extend(point.iter().map(|&x| adjoints.wrt(x)));
            }
            result
        };
        T::expand(&below, x)
    }
}

/// Calls `$test!(Type, Base)` for number types of depth one, two and three over both primitives.
#[macro_export]
macro_rules! for_each_nest {
    ($test:ident) => {
        $crate::for_each_nest!(@over $test, f64);
        $crate::for_each_nest!(@over $test, f32);
    };
    (@over $test:ident, $B:ty) => {
        $test!(Dual<$B>, $B);
        $test!(Dual<$B, 3>, $B);
        $test!(Reverse<$B>, $B);
        $test!(Dual<Dual<$B>>, $B);
        $test!(Dual<Reverse<$B>, 2>, $B);
        $test!(Reverse<Dual<$B, 2>>, $B);
        $test!(Reverse<Reverse<$B>>, $B);
        $test!(Dual<Dual<Dual<$B>>>, $B);
        $test!(Dual<Reverse<Dual<$B>>>, $B);
        $test!(Reverse<Dual<Reverse<$B>>>, $B);
        $test!(Reverse<Reverse<Dual<$B, 2>>>, $B);
        $test!(Reverse<Reverse<Reverse<$B>>>, $B);
    };
}
