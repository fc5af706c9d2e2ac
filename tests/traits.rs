//! Numbers behave as numbers: operators in every form, the traits of `std` and `num_traits`, text, and what the compiler infers.
//!
//! Everything runs at depth one, two and three over both primitives. What is compared are all derivatives ([`Level::expand`]),
//! so a form that loses a tangent on the way is found.
#![cfg(feature = "std")]
// Operators by reference and each comparison by itself are what is tested.
#![allow(clippy::op_ref, clippy::manual_range_contains)]

#[macro_use]
#[path = "common/levels.rs"]
mod levels;

use dualtape::{Dual, Float, Primitive, Reverse, derivative, forward, gradient};
use levels::Level;
use num_traits::float::{FloatCore, TotalOrder};
use num_traits::{
    Bounded, Euclid, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumAssign, NumAssignRef, NumCast,
    NumRef, One, Pow, RefNum, Signed, ToPrimitive, Zero,
};
use std::any::type_name;
use std::cmp::Ordering;
use std::fmt::{Debug, Display, LowerExp, UpperExp};
use std::iter::{Product, Sum};
use std::num::FpCategory;
use std::ops::Neg;
use std::str::FromStr;

const X: [f64; 2] = [2.75, -1.25];

/// That the `K` results of `f` are equal, with all their derivatives, up to a relative error.
#[track_caller]
fn assert_all_equal<T: Level, const K: usize>(tolerance: f64, f: impl Fn(&[T]) -> [T; K]) {
    let parts = T::expand(&|x| f(x).to_vec(), &X);
    let size = parts.len() / K;
    assert!(size > 1 && parts[1..size].iter().any(|&part| part != 0.0), "there is nothing to compare");
    for (k, result) in parts.chunks(size).enumerate() {
        for (found, expected) in result.iter().zip(&parts) {
            let close = (found - expected).abs() <= tolerance * expected.abs();
            assert!(close || found == expected, "{}: form {k} has {found} for {expected}", type_name::<T>());
        }
    }
}

/// A few roundings of the primitive: a literal may take a shorter way than the lifted number.
fn roundings<B: Primitive>() -> f64 {
    4.0 * B::epsilon().widen()
}

// ---- Operators -------------------------------------------------------------------------------------------------------

/// Runs `$one!(Type, Base, +, +=)` for every operator.
macro_rules! for_each_operator {
    ($one:ident, $T:ty, $B:ty) => {
        $one!($T, $B, +, +=);
        $one!($T, $B, -, -=);
        $one!($T, $B, *, *=);
        $one!($T, $B, /, /=);
        $one!($T, $B, %, %=);
    };
}

#[test]
fn operators_by_value_by_reference_and_with_assignment_are_the_same() {
    macro_rules! forms {
        ($T:ty, $B:ty, $op:tt, $assign:tt) => {
            assert_all_equal::<$T, 6>(0.0, |x| {
                let (a, b) = (x[0], x[1]);
                let (mut by_value, mut by_reference) = (a, a);
                by_value $assign b;
                by_reference $assign &b;
                [a $op b, a $op &b, &a $op b, &a $op &b, by_value, by_reference]
            });
        };
    }
    macro_rules! operators {
        ($T:ty, $B:ty) => {
            for_each_operator!(forms, $T, $B);
            assert_all_equal::<$T, 3>(0.0, |x| [-x[0], -&x[0], x[0].neg()]);
        };
    }
    for_each_nest!(operators);
}

#[test]
fn a_primitive_on_the_right_is_a_lifted_constant() {
    macro_rules! forms {
        ($T:ty, $B:ty, $op:tt, $assign:tt) => {
            assert_all_equal::<$T, 8>(roundings::<$B>(), |x| {
                let (a, c): ($T, $B) = (x[0], 1.75);
                let (mut by_value, mut by_reference) = (a, a);
                by_value $assign c;
                by_reference $assign &c;
                let lifted: $T = c.into();
                [a $op lifted, a $op c, a $op &c, &a $op c, &a $op &c, by_value, by_reference, a $op 1.75]
            });
        };
    }
    macro_rules! operators {
        ($T:ty, $B:ty) => {
            for_each_operator!(forms, $T, $B);
        };
    }
    for_each_nest!(operators);
}

#[test]
fn a_primitive_on_the_left_is_a_lifted_constant() {
    macro_rules! forms {
        ($T:ty, $B:ty, $op:tt, $assign:tt) => {
            assert_all_equal::<$T, 6>(roundings::<$B>(), |x| {
                let (a, c): ($T, $B) = (x[0], -7.75);
                let lifted: $T = c.into();
                [lifted $op a, c $op a, c $op &a, &c $op a, &c $op &a, -7.75 $op a]
            });
        };
    }
    macro_rules! operators {
        ($T:ty, $B:ty) => {
            for_each_operator!(forms, $T, $B);
        };
    }
    for_each_nest!(operators);
}

/// First derivatives by hand: the forms above could all be wrong in the same way.
#[test]
fn operators_have_the_derivatives_of_the_textbook() {
    const POINT: [f64; 2] = [2.75, -0.5]; // divisions are exact
    let ([x, y], c) = (POINT, 1.75);
    macro_rules! check {
        ($($f:expr => $by_x:expr, $by_y:expr;)*) => {$(
            let f: fn(Reverse<f64>, Reverse<f64>) -> Reverse<f64> = $f;
            assert_eq!(gradient(|x| f(x[0], x[1]), &POINT), [$by_x, $by_y], stringify!($f));
            let f: fn(Dual<f64, 8>, Dual<f64, 8>) -> Dual<f64, 8> = $f;
            assert_eq!(forward::gradient(|x| f(x[0], x[1]), &POINT), [$by_x, $by_y], stringify!($f));
        )*};
    }
    check! {
        |x, y| x + y => 1.0, 1.0;
        |x, y| x - y => 1.0, -1.0;
        |x, y| x * y => y, x;
        |x, y| x / y => 1.0 / y, -x / (y * y);
        |x, y| x % y => 1.0, 5.0; // 2.75 = -5 (-0.5) + 0.25
        |x, y| -x - y => -1.0, -1.0;
        |x, _| x + 1.75 => 1.0, 0.0;
        |x, _| x - 1.75 => 1.0, 0.0;
        |_, y| y * 1.75 => 0.0, c;
        |x, _| x / 2.0 => 0.5, 0.0;
        |x, _| x % 2.0 => 1.0, 0.0;
        |x, _| 1.75 + x => 1.0, 0.0;
        |x, _| 1.75 - x => -1.0, 0.0;
        |_, y| 1.75 * y => 0.0, c;
        |_, y| 1.25 / y => 0.0, -1.25 / (y * y);
        |_, y| 2.75 % y => 0.0, 5.0;
    }
}

#[test]
fn sums_and_products_by_value_and_by_reference() {
    macro_rules! sums {
        ($T:ty, $B:ty) => {
            assert_all_equal::<$T, 3>(0.0, |x| {
                let x = [x[0], x[1], x[0] * x[1], <$T>::lit(0.5)];
                [x[0] + x[1] + x[2] + x[3], x.iter().sum(), x.into_iter().sum()]
            });
            assert_all_equal::<$T, 3>(0.0, |x| {
                let x = [x[0], x[1], x[0] * x[1], <$T>::lit(0.5)];
                [x[0] * x[1] * x[2] * x[3], x.iter().product(), x.into_iter().product()]
            });
            assert_all_equal::<$T, 3>(0.0, |x| [x[0], x[..1].iter().sum(), x[..1].iter().product()]);
            let (sum, product): ($T, $T) = ([].iter().sum(), [].iter().product());
            assert!(sum == 0.0 && product == 1.0 && sum.is_constant() && product.is_constant());
            let plain: $B = [].iter().sum();
            assert_eq!(sum.base().to_bits(), plain.to_bits());
        };
    }
    for_each_nest!(sums);
}

// ---- num_traits ------------------------------------------------------------------------------------------------------

/// Everything a number is asked to implement; that it compiles is half of the test.
#[track_caller]
fn assert_number<T>()
where
    T: Level
        + Num
        + Zero
        + One
        + Signed
        + Inv<Output = T>
        + Pow<T, Output = T>
        + Pow<i32, Output = T>
        + Pow<i16, Output = T>
        + Pow<u16, Output = T>
        + Pow<i8, Output = T>
        + Pow<u8, Output = T>
        + Pow<f32, Output = T>
        + Pow<f64, Output = T>
        + MulAdd<Output = T>
        + MulAddAssign
        + Bounded
        + NumCast
        + FromPrimitive
        + ToPrimitive
        + FloatConst
        + NumAssign
        + NumRef
        + NumAssignRef
        + num_traits::Float
        + num_traits::real::Real
        + FloatCore
        + Euclid
        + TotalOrder
        + Sum
        + Product
        + for<'a> Sum<&'a T>
        + for<'a> Product<&'a T>
        + Default
        + Display
        + LowerExp
        + UpperExp
        + Debug
        + FromStr
        + From<T::Base>
        + PartialEq
        + PartialOrd
        + PartialEq<T::Base>
        + PartialOrd<T::Base>
        + Neg<Output = T>
        + Copy
        + Send
        + Sync
        + 'static,
    T::Base: Signed + Bounded + Display,
    for<'a> &'a T: RefNum<T> + Inv<Output = T> + Neg<Output = T>,
{
    let of = <T as Float>::lit;
    let base = |x: T| x.base().widen();

    // Constants.
    for (x, value) in [(T::zero(), 0.0), (T::one(), 1.0), (T::default(), 0.0), (of(2.5), 2.5)] {
        assert!(x == of(value) && x.is_constant(), "{x} for {value}");
    }
    assert!(T::zero().is_zero() && !T::one().is_zero() && T::one().is_one() && !T::zero().is_one());
    let mut x = of(5.0);
    x.set_zero();
    assert!(x.is_zero());
    x.set_one();
    assert!(x.is_one());

    // Limits are the primitive's.
    assert!(<T as Bounded>::min_value() == <T::Base as Bounded>::min_value());
    assert!(<T as Bounded>::max_value() == <T::Base as Bounded>::max_value());
    assert!(<T as num_traits::Float>::min_value() == <T::Base as num_traits::Float>::min_value());
    assert!(<T as num_traits::Float>::max_value() == <T::Base as num_traits::Float>::max_value());
    assert!(<T as num_traits::Float>::epsilon() == <T::Base as num_traits::Float>::epsilon());
    assert!(<T as num_traits::Float>::min_positive_value() == <T::Base as num_traits::Float>::min_positive_value());
    assert!(<T as num_traits::Float>::infinity() == <T::Base as num_traits::Float>::infinity());
    assert!(<T as num_traits::Float>::neg_infinity() == <T::Base as num_traits::Float>::neg_infinity());
    let (nan, minus_zero) = (<T as num_traits::Float>::nan(), <T as num_traits::Float>::neg_zero());
    assert!(num_traits::Float::is_nan(nan) && num_traits::Float::is_sign_negative(minus_zero) && minus_zero.is_zero());

    // Mathematical constants, to the last bit of the primitive.
    macro_rules! constants {
        ($($name:ident)*) => {$(
            assert!(<T as FloatConst>::$name() == <T::Base as FloatConst>::$name(), stringify!($name));
            assert!(<T as FloatConst>::$name().is_constant());
        )*};
    }
    constants!(E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2
        LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10);

    // From text.
    assert!(T::from_str_radix("ff", 16).is_ok_and(|x| x == of(255.0) && x.is_constant()));
    assert!(T::from_str_radix("-1.5", 10).is_ok_and(|x| x == of(-1.5)));
    assert!(T::from_str_radix("1.5x", 10).is_err());
    assert!("-2.5e1".parse::<T>().is_ok_and(|x| x == of(-25.0) && x.is_constant()));
    assert!("inf".parse::<T>().is_ok_and(num_traits::Float::is_infinite));
    assert!("2,5".parse::<T>().is_err() && "".parse::<T>().is_err());

    // To and from primitive numbers.
    macro_rules! conversions {
        ($($from:ident $to:ident $P:ty),*) => {$(
            assert!(T::$from(100 as $P).is_some_and(|x| x == of(100.0) && x.is_constant()));
            assert_eq!(of(100.0).$to(), Some(100 as $P));
        )*};
    }
    conversions!(from_i8 to_i8 i8, from_i16 to_i16 i16, from_i32 to_i32 i32, from_i64 to_i64 i64, from_i128 to_i128 i128,
        from_isize to_isize isize, from_u8 to_u8 u8, from_u16 to_u16 u16, from_u32 to_u32 u32, from_u64 to_u64 u64,
        from_u128 to_u128 u128, from_usize to_usize usize, from_f32 to_f32 f32, from_f64 to_f64 f64);
    assert_eq!((of(-1.0).to_u8(), of(300.0).to_u8(), of(2.75).to_i32(), nan.to_i64()), (None, None, Some(2), None));
    assert!(<T as NumCast>::from(2.5_f32).is_some_and(|x| x == of(2.5)));
    assert!(<T as NumCast>::from(of(2.5)).is_some_and(|x| x == of(2.5)));
    assert_eq!(<i32 as NumCast>::from(of(2.5)), Some(2));
    let from_base: T = <T::Base as Primitive>::nearest(2.5).into();
    assert!(from_base == of(2.5) && from_base.is_constant());

    // Signs.
    for x in [2.5, -2.5, 0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY] {
        let (x, plain) = (of(x), <T::Base as Primitive>::nearest(x));
        assert!(Signed::abs(&x) == Signed::abs(&plain) && Signed::signum(&x) == Signed::signum(&plain));
        assert_eq!((x.is_positive(), x.is_negative()), (plain.is_positive(), plain.is_negative()));
        assert_eq!(num_traits::Float::integer_decode(x), num_traits::Float::integer_decode(plain));
    }
    assert!(Signed::abs_sub(&of(5.0), &of(3.0)) == of(2.0) && Signed::abs_sub(&of(3.0), &of(5.0)) == of(0.0));

    // Questions and order, of the primal.
    assert!(of(1.0) < of(2.0) && of(2.0) > of(1.0) && of(1.0) == of(1.0) && of(1.0) != of(2.0));
    assert_eq!(of(1.0).partial_cmp(&of(2.0)), Some(Ordering::Less));
    assert_eq!(nan.partial_cmp(&of(2.0)), None);
    let another_nan = <T as num_traits::Float>::nan();
    assert!(nan != another_nan);
    for (x, class) in [(1.0, FpCategory::Normal), (0.0, FpCategory::Zero), (f64::INFINITY, FpCategory::Infinite)] {
        assert_eq!(num_traits::Float::classify(of(x)), class);
    }

    // Powers.
    let powers = [
        of(2.5).pow(of(2.0)),
        of(2.5).pow(2_i32),
        of(2.5).pow(2_i16),
        of(2.5).pow(2_u16),
        of(2.5).pow(2_i8),
        of(2.5).pow(2_u8),
        of(2.5).pow(2.0_f32),
        of(2.5).pow(2.0_f64),
        num_traits::pow(of(2.5), 2),
    ];
    assert_eq!(powers.map(base), [6.25; 9]);
    assert_eq!((base(of(4.0).inv()), base((&of(4.0)).inv())), (0.25, 0.25));
    let mut x = of(2.0);
    x.mul_add_assign(of(3.0), of(4.0));
    assert_eq!((base(x), base(MulAdd::mul_add(of(2.0), of(3.0), of(4.0)))), (10.0, 10.0));

    // Generic code over references.
    fn norm<T: NumRef>(x: &[T]) -> T
    where
        for<'a> &'a T: RefNum<T>,
    {
        x.iter().fold(T::zero(), |sum, x| sum + &(x * x))
    }
    fn scaled<T: NumAssignRef + Copy>(mut x: T, by: &T) -> T {
        x += by;
        x *= by;
        x
    }
    assert_eq!((base(norm(&[of(3.0), of(4.0)])), base(scaled(of(3.0), &of(2.0)))), (25.0, 10.0));
}

#[test]
fn every_nest_is_a_number() {
    macro_rules! number {
        ($T:ty, $B:ty) => {
            assert_number::<$T>();
        };
    }
    for_each_nest!(number);
}

#[test]
fn powers_and_the_rest_carry_their_derivatives() {
    macro_rules! powers {
        ($T:ty, $B:ty) => {
            assert_all_equal::<$T, 8>(roundings::<$B>(), |x| {
                let x = x[0];
                [
                    x * x * x,
                    x.pow(3_i32),
                    x.pow(3_u8),
                    x.pow(3.0_f32),
                    x.pow(3.0_f64),
                    x.pow(<$T>::lit(3.0)),
                    num_traits::pow(x, 3),
                    MulAdd::mul_add(x * x, x, <$T>::zero()),
                ]
            });
            assert_all_equal::<$T, 3>(roundings::<$B>(), |x| [1.0 / x[0], x[0].inv(), (&x[0]).inv()]);
            assert_all_equal::<$T, 2>(0.0, |x| [-x[1], Signed::abs(&x[1])]);
            assert_all_equal::<$T, 2>(0.0, |x| [x[0] - x[1], Signed::abs_sub(&x[0], &x[1])]);
        };
    }
    for_each_nest!(powers);
}

/// The body of a function that uses all of `num_traits::Float`; as a macro, so that it also runs with inherent methods.
macro_rules! everything {
    ($a:expr, $b:expr, $T:ty) => {{
        let (a, b): ($T, $T) = ($a, $b);
        let unit = (a * b).sin() / (a.abs() + b.abs());
        let sum = unit.asin() + unit.acos() * unit.atan() + unit.atanh() - unit.asinh() + unit.tan().exp_m1();
        let roots = a.sqrt() + b.cbrt() + a.hypot(b) + a.recip() + (a * a).powf(b) + b.powi(-3) + a.exp2().ln_1p();
        let logarithms = a.ln() + a.log2() * a.log10() + a.log(a + a) + a.exp().ln();
        let circles = a.sin() * b.cos() + a.atan2(b) + b.tanh() + b.sinh() * b.cosh() + a.acosh();
        let (sin, cos) = b.sin_cos();
        let choices = a.max(b) * a.min(b) + a.clamp(b, a + a) + a.abs_sub(b) + a.copysign(b) + b.abs() + sin * cos;
        let steps = a.floor() + a.ceil() + a.round() + a.trunc() + a.signum() + a.fract() * b.fract();
        let angles = a.to_degrees() + b.to_radians() + a.mul_add(b, a) + a % b;
        let questions =
            [a.is_nan(), a.is_infinite(), a.is_finite(), a.is_normal(), a.is_sign_positive(), b.is_sign_negative()];
        assert_eq!(questions, [false, false, true, true, true, true]);
        assert_eq!(a.classify(), FpCategory::Normal);
        sum + roots + logarithms + circles + choices + steps + angles
    }};
}

/// As another crate would write it, knowing nothing of this one.
fn foreign<F: num_traits::Float>(a: F, b: F) -> F {
    everything!(a, b, F)
}

#[test]
fn code_generic_over_num_traits_float_runs_on_every_nest() {
    macro_rules! run {
        ($T:ty, $B:ty) => {
            assert_all_equal::<$T, 2>(0.0, |x| [foreign(x[0], x[1]), everything!(x[0], x[1], $T)]);
            let plain = foreign(X[0] as $B, X[1] as $B);
            let value = <$T>::expand(&|x| vec![foreign(x[0], x[1])], &X)[0];
            assert_eq!(value, plain.widen(), "{}", type_name::<$T>());
        };
    }
    for_each_nest!(run);
}

/// The same against differences, so that a method that forwards to a wrong one is found.
#[test]
fn code_generic_over_num_traits_float_has_the_derivative_of_its_values() {
    let [x, y] = X;
    let h = 1e-6;
    let by_x = (foreign(x + h, y) - foreign(x - h, y)) / (2.0 * h);
    let by_y = (foreign(x, y + h) - foreign(x, y - h)) / (2.0 * h);
    let g = gradient(|x| foreign(x[0], x[1]), &X);
    // Rounding of the difference: 1e-16 / h times a value of about 200, which is 2e-8.
    assert!((g[0] - by_x).abs() < 1e-6 * by_x.abs() && (g[1] - by_y).abs() < 1e-6 * by_y.abs(), "{g:?} {by_x} {by_y}");
}

/// The part of it that needs no mathematical library.
#[test]
fn code_generic_over_float_core_runs_on_every_nest() {
    fn core<F: FloatCore>(a: F, b: F) -> F {
        let steps = a.floor() + a.ceil() + a.round() + a.trunc() + a.signum() + a.fract() * b.fract();
        let limits = F::epsilon() + F::min_positive_value() + F::neg_zero();
        assert!(F::nan().is_nan() && F::infinity() == -F::neg_infinity() && F::max_value() == -F::min_value());
        assert!(a.is_finite() && a.is_normal() && !b.is_infinite() && !b.is_subnormal() && !b.is_sign_positive());
        assert_eq!((a.classify(), b.is_sign_negative()), (FpCategory::Normal, true));
        let ((mantissa, exponent, sign), (_, _, other)) = (a.integer_decode(), b.integer_decode());
        assert!(mantissa > 0 && exponent < 0 && (sign, other) == (1, -1));
        let rest = b.powi(-3) + a.to_degrees() + b.to_radians() + a.clamp(b, a);
        steps + limits + a.max(b) * a.min(b) + b.abs() * a.recip() + rest
    }
    macro_rules! run {
        ($T:ty, $B:ty) => {
            assert_all_equal::<$T, 2>(0.0, |x| {
                let (a, b) = (x[0], x[1]);
                let steps = a.floor() + a.ceil() + a.round() + a.trunc() + a.signum() + a.fract() * b.fract();
                let limits = <$B>::EPSILON + <$B>::MIN_POSITIVE;
                let rest = b.powi(-3) + a.to_degrees() + b.to_radians() + a.clamp(b, a);
                [core(a, b), steps + limits + a.max(b) * a.min(b) + b.abs() * a.recip() + rest]
            });
        };
    }
    for_each_nest!(run);
}

// ---- Comparisons with plain numbers ----------------------------------------------------------------------------------

#[test]
fn numbers_compare_with_plain_ones_by_their_value() {
    macro_rules! comparisons {
        ($T:ty, $B:ty) => {
            let compare = |x: &[$T]| {
                let x = x[0];
                assert!(x == 2.75 && x != 2.5 && x > 2.5 && x >= 2.75 && x < 3.0 && x <= 2.75);
                assert!(!(x == 2.5 || x != 2.75 || x < 2.5 || x > 3.0));
                assert_eq!(x.partial_cmp(&2.75), Some(Ordering::Equal));
                let nan = <$B>::NAN;
                assert!(x != nan && x.partial_cmp(&nan).is_none());
                // Tangents do not count.
                assert!(x == <$T>::lit(2.75) && x.detach() == x && !x.is_constant() && x.detach().is_constant());
                let zero = x - 2.75;
                assert!(zero.is_zero() && zero == 0.0 && !zero.is_constant());
                vec![x]
            };
            <$T>::expand(&compare, &X);
        };
    }
    for_each_nest!(comparisons);
}

// ---- Text ------------------------------------------------------------------------------------------------------------

#[test]
fn a_dual_shows_its_tangents() {
    let x = Dual::new(3.0, [2.0]);
    assert_eq!(x.to_string(), "3 + 2ε");
    let nested = Dual::new(x, [Dual::variable(5.0)]);
    assert_eq!(nested.to_string(), "(3 + 2ε) + (5 + 1ε)ε");
    assert_eq!(format!("{x:.2} {x:e} {x:E} {x:+}"), "3.00 + 2.00ε 3e0 + 2e0ε 3E0 + 2E0ε +3 + +2ε");
    assert_eq!(Dual::new(3.0, [-2.0, 0.5]).to_string(), "3 + [-2, 0.5]ε");
    assert_eq!(format!("{:.1e}", Dual::new(1234.0_f32, [0.0; 3])), "1.2e3 + [0.0e0, 0.0e0, 0.0e0]ε");
    assert_eq!(format!("{x:?}"), "Dual { primal: 3.0, tangent: [2.0] }");
}

#[test]
fn a_recorded_number_shows_its_value() {
    let _ = gradient(
        |x: &[Reverse<f64>]| {
            assert_eq!(x[0].to_string(), "3");
            assert_eq!(
                format!("{:.2} {:e} {:E} {:+} {:6.1}|", x[0], x[0], x[0], x[0], x[0]),
                "3.00 3e0 3E0 +3    3.0|"
            );
            assert!(format!("{:?}", x[0]).starts_with("Reverse { primal: 3.0, slope: 1.0,"));
            x[0]
        },
        &[3.0],
    );
}

#[test]
fn parsing_reports_the_error_of_the_primitive() {
    assert_eq!("1.5".parse::<Dual<Reverse<f32>>>().map(|x| x.base()), Ok(1.5));
    assert_eq!("x".parse::<Reverse<Dual<f64>>>().unwrap_err(), "x".parse::<f64>().unwrap_err());
    assert_eq!("".parse::<Dual<f64, 3>>().unwrap_err().to_string(), "cannot parse float from empty string");
}

// ---- Layout and auto traits ------------------------------------------------------------------------------------------

#[test]
fn numbers_are_as_small_as_their_parts() {
    assert_eq!(size_of::<Reverse<f64>>(), 24);
    assert_eq!(size_of::<Reverse<f32>>(), 16);
    assert_eq!(size_of::<Dual<f64>>(), if cfg!(debug_assertions) { 24 } else { 16 });
    let tag = if cfg!(debug_assertions) { 4 } else { 0 };
    assert_eq!(size_of::<Dual<f32, 3>>(), 16 + tag);
    assert_eq!(size_of::<Dual<f64, 8>>(), 72 + 2 * tag);
    assert_eq!(size_of::<Dual<Dual<f64>>>(), 32 + 6 * tag);
    assert_eq!(size_of::<Dual<f64, 0>>(), 8 + 2 * tag);
}

#[test]
fn numbers_without_directions_are_plain_numbers() {
    let x = Dual::<f64, 0>::new(2.0, []);
    assert_eq!((x * x + 1.0).sin().primal(), 5.0_f64.sin());
    assert!(x.is_constant());
    assert_eq!(x.to_string(), "2 + []ε");
}

// ---- What the compiler infers ----------------------------------------------------------------------------------------

/// None of these closures names a type.
#[test]
fn closures_infer_their_number_type() {
    assert_eq!(derivative(|x| (2.0 * x).sin(), 1.0_f64), 2.0 * 2.0_f64.cos());
    assert_eq!(derivative(|x| 2.0 * x, 1.0_f32), 2.0_f32);
    assert_eq!(derivative(|x| x * x * x, 2.0), 12.0);
    assert_eq!(derivative(|x| x.powi(2) * 3.0 + 1.0, 2.0), 12.0);
    assert_eq!(derivative(|x| (x * 2.0 - 1.0) / 4.0, 2.0), 0.5);
    assert_eq!(derivative(|x| x.powf(2.0).max(0.0), 3.0), 6.0);
    assert_eq!(gradient(|x| x[0] * x[1] + 2.0 * x[0], &[3.0_f64, 4.0]), [6.0, 3.0]);
    assert_eq!(gradient(|x| x.iter().map(|&x| x * x).sum(), &[3.0, 4.0]), [6.0, 8.0]);
    assert_eq!(gradient(|x| x.iter().copied().product(), &[3.0, 4.0]), [4.0, 3.0]);
    let data = [1.0, 2.0];
    assert_eq!(gradient(|b| data.iter().map(|&d| (b[0] * d - d).powi(2)).sum(), &[2.0]), [10.0]);
    assert_eq!(derivative(|x| if x > 1.0 { x * x } else { -x }, 2.0), 4.0);
}

/// A literal is of the primitive type at the bottom, at any depth.
#[test]
fn literals_work_at_every_depth() {
    macro_rules! literals {
        ($T:ty, $B:ty) => {
            assert_all_equal::<$T, 2>(roundings::<$B>(), |x| {
                let mut y = 2.0 * x[0] + 1.0;
                y -= 0.5;
                y *= 3.0;
                y /= 1.5;
                [4.0 * x[0] + 1.0, y]
            });
        };
    }
    for_each_nest!(literals);
}

/// -7 = -3 · 3 + 2, and by a negative divisor 7 = ... + 2 as well; the derivative by the divisor is minus the quotient.
#[test]
fn euclidean_division_is_that_of_the_primitive() {
    for (x, y) in [(-7.0, 3.0), (-7.0, -3.0), (7.0, 3.0), (7.0, -3.0), (-6.0, 3.0), (0.0, 3.0), (1e300, 7.0)] {
        let quotient = f64::div_euclid(x, y);
        let (a, b) = (Dual::<f64, 2>::seeded(x, 0), Dual::<f64, 2>::seeded(y, 1));
        let remainder = Euclid::rem_euclid(&a, &b);
        assert_eq!(remainder.primal(), f64::rem_euclid(x, y));
        if x.abs() < 1e15 {
            assert_eq!(remainder.tangents(), [1.0, -quotient], "{x} by {y}");
            let by_tape = dualtape::gradient(|v| v[0].rem_euclid(v[1]), &[x, y]);
            assert_eq!(by_tape, remainder.tangents());
        }
        let division = Euclid::div_euclid(&a, &b);
        assert_eq!((division.primal(), division.tangents()), (quotient, [0.0, 0.0]));
    }
}

#[test]
fn the_total_order_is_that_of_the_primal() {
    let values = [f64::NAN, 1.0, 0.0, -0.0, f64::NEG_INFINITY];
    for a in values {
        for b in values {
            assert_eq!(TotalOrder::total_cmp(&Dual::variable(a), &Dual::variable(b)), a.total_cmp(&b));
        }
    }
}

// ---- The table of traits in `docs/ecosystem.md` ----------------------------------------------------------------------

/// `assert_number` has the rows of `std` and `num_traits`; here are those of the other crates that
/// come with the default features; `ecosystem/tests/crates/bounds.rs` has the rest. That it compiles is the test.
#[test]
fn every_nest_has_the_traits_of_other_crates() {
    #[cfg(feature = "nalgebra")]
    fn nalgebra<T>()
    where
        T: nalgebra::RealField + nalgebra::ComplexField<RealField = T> + nalgebra::Scalar,
        T: nalgebra::SimdValue<Element = T> + simba::scalar::SupersetOf<f32> + simba::scalar::SupersetOf<f64>,
        T: simba::scalar::SupersetOf<i32> + simba::scalar::SupersetOf<usize> + simba::scalar::SupersetOf<T>,
        f64: simba::scalar::SubsetOf<T>,
    {
    }
    #[cfg(feature = "approx")]
    fn approx<T: approx::AbsDiffEq<Epsilon = T> + approx::RelativeEq + approx::UlpsEq>() {}
    macro_rules! nest {
        ($T:ty, $B:ty) => {
            #[cfg(feature = "nalgebra")]
            nalgebra::<$T>();
            #[cfg(feature = "approx")]
            approx::<$T>();
        };
    }
    for_each_nest!(nest);
}
