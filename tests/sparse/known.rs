//! Functions whose patterns are known.

use dualtape::sparse::SparsePattern;
use dualtape::{Float, Primitive as _, ScalarFunction, Special as _, slices};

/// A list of functions, each with the upper triangle of the pattern of its Hessian, as entries of four inputs.
macro_rules! functions {
    ($($name:ident |$x:ident| $body:expr => $entries:expr;)*) => {
        $(
            struct $name;
            impl ScalarFunction for $name {
                fn eval<T: Float>(&self, $x: &[T]) -> T {
                    $body
                }
            }
        )*

        /// What is done with each.
        pub trait Each {
            fn each(&mut self, name: &str, f: &impl ScalarFunction, expected: &SparsePattern);
        }

        pub fn known(each: &mut impl Each) {
            $(
                let entries: &[(usize, usize)] = &$entries;
                let expected = SparsePattern::from_triplets(4, 4, entries.iter().copied()).unwrap();
                each.each(stringify!($name), &$name, &expected.symmetrised().unwrap());
            )*
        }
    };
}

const ALL: [(usize, usize); 10] = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)];

functions! {
    Constant |_x| T::lit(3.0) => [];
    Linear |x| x[0] - x[1] * T::lit(2.0) + x[2] / T::lit(3.0) - (-x[3]) => [];
    PlainRight |x| (x[0] * x[1]) * T::Base::nearest(2.0) + T::Base::nearest(1.0) => [(0, 1)];
    Cubes |x| x.windows(2).map(|x| (x[1] - x[0]).powi(3)).sum() => [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3)];
    Product |x| x[0] * x[1] * x[2] * x[3] => [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
    Quotients |x| x[0] / x[1] + x[2] / T::one() + x[3].recip() => [(0, 1), (1, 1), (3, 3)];
    MulAdd |x| num_traits::Float::mul_add(x[0], x[1], x[2]) => [(0, 1)];
    Clamp |x| num_traits::Float::clamp(x[0], x[1], x[2]) => [];
    TimesClamp |x| x[0] * num_traits::Float::clamp(x[0], x[1], x[2]) => [(0, 0), (0, 1), (0, 2)];
    MaxMin |x| x[0].max(x[1]).min(x[2]).abs() => [];
    TimesMax |x| x[3] * x[0].max(x[1]) => [(0, 3), (1, 3)];
    SquareOfMax |x| x[0].max(x[1]).powi(2) => [(0, 0), (0, 1), (1, 1)];
    SquareOfSum |x| (x[0] + x[2]).powi(2) => [(0, 0), (0, 2), (2, 2)];
    Steps |x| x[0].floor() * x[1] + x[2].signum().powi(2) * x[2] => [];
    StepsOfProducts |x| x[0].floor() * x[1] * x[2] => [(1, 2)];
    Detached |x| x[0].detach() * x[1] * x[1] => [(1, 1)];
    IfLess |x| x[0].if_less(x[1], || x[2] * x[2], || x[2] * x[3]) => [(2, 2), (2, 3)];
    Powers |x| x[0].powi(2) * x[1] + x[2].powi(1) * x[3] => [(0, 0), (0, 1), (2, 3)];
    Hypot |x| x[1].hypot(x[3]) => [(1, 1), (1, 3), (3, 3)];
    Remainder |x| x[0] % x[1] + x[2].fract() => [];
    Copysign |x| x[0].copysign(x[1]) * x[2] => [(0, 2)];
    SignOfOne |x| T::one().copysign(x[0]) * x[1] * x[2] => [(1, 2)];
    AbsSub |x| x[0].abs_sub(x[1]) * x[2] => [(0, 2), (1, 2)];
    Degrees |x| x[0].to_degrees() * x[1].to_radians() => [(0, 1)];
    ZeroTimes |x| T::zero() * x[0].exp() + x[2] => [];
    Sum |x| slices::sum(x) => [];
    SumOfSquares |x| Float::dot(x.iter().map(|&x| (x, x))) => [(0, 0), (1, 1), (2, 2), (3, 3)];
    Dot |x| slices::dot(&x[..2], &x[2..]) => [(0, 2), (1, 3)];
    Norm |x| slices::norm(x) => ALL;
    LogSumExp |x| slices::log_sum_exp(x) => ALL;
    LargestOf |x| slices::max(x) * x[0] => [(0, 0), (0, 1), (0, 2), (0, 3)];
    Fused |x| T::fuse([x[0], x[1]], |[x, y]| x * y) + x[2] * x[2] => [(0, 1), (2, 2)];
    Erf |x| (x[1] - x[2]).erf() => [(1, 1), (1, 2), (2, 2)];
    Partials |x| T::from_partials(x[0].primal() * x[1].primal(), &[(x[0], x[1].primal()), (x[1], x[0].primal())]) => [(0, 1)];
    SinCos |x| { let (sin, cos) = x[0].sin_cos(); sin * x[1] + cos } => [(0, 0), (0, 1)];
    Unused |x| x[2] * x[2] => [(2, 2)];
}
