//! What `docs/conventions.md` says about derivatives that a convention loses: each test pins the convention, and beside it the form of
//! the same function that keeps the derivative.

#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::{
    Dual, Float, Primitive, Special, forward, gradient, hessian, rules::Unary, slices, value_and_derivative,
    value_and_gradient,
};
use nalgebra::{DMatrix, Quaternion, RealField, Rotation3, UnitQuaternion, Vector3, dmatrix, vector};

/// The Hessian by reverse over forward mode, after a comparison with forward over forward mode.
macro_rules! hessian_in_both_modes {
    ($f:expr, $x:expr) => {{
        let (reverse, forward) = (hessian($f, $x), forward::hessian($f, $x));
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        assert!(reverse.iter().zip(&forward).all(same), "{reverse} {forward}");
        reverse
    }};
}

/// The kernel Matérn 5/2 of the square of the distance: (1 + √(5s) + 5s/3) exp(-√(5s)).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Matern;

/// (1 + √(5s)) exp(-√(5s)), to which the derivative of [`Matern`] is proportional.
#[derive(Clone, Copy, Debug, PartialEq)]
struct MaternSlope;

impl Unary for Matern {
    const NAME: &'static str = "matern";
    fn value<B: Primitive>(self, s: B) -> B {
        let a = (s * B::lit(5.0)).sqrt();
        (B::one() + a + a * a / B::lit(3.0)) * (-a).exp()
    }
    fn partial<T: Float>(self, s: T, _: T) -> T {
        T::lit(-5.0 / 6.0) * s.unary(MaternSlope)
    }
}

impl Unary for MaternSlope {
    const NAME: &'static str = "matern_slope";
    fn value<B: Primitive>(self, s: B) -> B {
        let a = (s * B::lit(5.0)).sqrt();
        (B::one() + a) * (-a).exp()
    }
    fn partial<T: Float>(self, s: T, _: T) -> T {
        T::lit(-2.5) * (-(s * T::lit(5.0)).sqrt()).exp()
    }
}

fn matern_of_distance<T: Float>(r: T) -> T {
    let a = r * T::lit(5.0_f64.sqrt());
    (T::one() + a + a * a / T::lit(3.0)) * (-a).exp()
}

/// A smooth even function of a length has the second derivative 0 at the kink of the length, whatever it is in truth.
#[test]
fn a_function_of_a_length_loses_its_second_derivative_at_the_kink() {
    let exact = dmatrix![-5.0 / 3.0, 5.0 / 3.0; 5.0 / 3.0, -5.0 / 3.0];
    assert_eq!(hessian_in_both_modes!(|x| matern_of_distance((x[0] - x[1]).abs()), &[2.0, 2.0]), DMatrix::zeros(2, 2));
    assert_eq!(hessian_in_both_modes!(|x| (x[0] - x[1]).powi(2).unary(Matern), &[2.0, 2.0]), exact);
    // Off the kink the two are the same function.
    let by_distance = hessian_in_both_modes!(|x| matern_of_distance((x[0] - x[1]).abs()), &[2.5_f64, 2.0]);
    let by_square = hessian_in_both_modes!(|x| (x[0] - x[1]).powi(2).unary(Matern), &[2.5_f64, 2.0]);
    assert!((by_distance - by_square).amax() < 1e-14);

    let (zero, exact) = (DMatrix::zeros(2, 2), dmatrix![2.0, 0.0; 0.0, 2.0]);
    assert_eq!(hessian_in_both_modes!(|x| x[0].hypot(x[1]).powi(2), &[0.0, 0.0]), zero);
    assert_eq!(hessian_in_both_modes!(|x| slices::norm(x).powi(2), &[0.0, 0.0]), zero);
    assert_eq!(hessian_in_both_modes!(|x| x[0] * x[0] + x[1] * x[1], &[0.0, 0.0]), exact);
    assert_eq!(hessian_in_both_modes!(|x| slices::dot(x, x), &[0.0, 0.0]), exact);
}

/// The powers of the exact result cancel; computed, 0 meets the infinite second derivative of one factor.
#[test]
fn zero_times_an_infinite_second_derivative() {
    assert!(hessian_in_both_modes!(|x| x[0] * (x[0].powf(1.1) - 1.0), &[0.0_f64])[0].is_nan());
    assert_eq!(hessian_in_both_modes!(|x| x[0].powf(2.1) - x[0], &[0.0])[0], 0.0);
}

/// What has underflowed is a zero, and a zero tangent stays zero.
#[test]
fn an_underflowed_tangent_meets_an_infinite_slope() {
    assert_eq!(value_and_derivative(|x: Dual<f64>| x.exp().ln(), -800.0), (f64::NEG_INFINITY, 0.0));
    assert_eq!(gradient(|x| x[0].exp().ln(), &[-800.0]), [0.0]);
    // While the exponential is a number there is no loss, although its reciprocal overflows.
    let (value, slope) = value_and_derivative(|x: Dual<f64>| x.exp().ln(), -720.0_f64);
    assert!((value + 720.0).abs() < 1e-9 && (slope - 1.0).abs() < 1e-15, "{value} {slope}");

    let x = [-800.0_f64, -801.0];
    assert_eq!(value_and_gradient(|x| (x[0].exp() + x[1].exp()).ln(), &x), (f64::NEG_INFINITY, vec![0.0, 0.0]));
    let (value, gradient) = value_and_gradient(slices::log_sum_exp, &x);
    let weight = 1.0 / (1.0 + (-1.0_f64).exp());
    assert!((value - (-800.0 - weight.ln())).abs() < 1e-12);
    assert!((gradient[0] - weight).abs() < 1e-15 && (gradient[1] - (1.0 - weight)).abs() < 1e-15);
}

/// An infinite divisor whose tangent is infinite: nothing is known of the quotient's derivative. It is 0 for `a / exp(x)`, and 1 for
/// `1 / (1 / x)`, whose divisor is the same to an engine.
#[test]
fn a_quotient_with_a_divisor_that_overflowed() {
    assert_eq!(value_and_derivative(|x: Dual<f64>| 3.0 / x.exp(), 1000.0).0, 0.0);
    assert!(gradient(|x| 3.0 / x[0].exp(), &[1000.0_f64])[0].is_nan());
    assert!(forward::gradient(|x| 3.0 / x[0].exp(), &[1000.0_f64])[0].is_nan());
    assert!(gradient(|x| 1.0 / x[0].recip(), &[0.0_f64])[0].is_nan());
    assert!(forward::gradient(|x| 1.0 / x[0].recip(), &[0.0_f64])[0].is_nan());

    assert_eq!(value_and_gradient(|x| 3.0 * (-x[0]).exp(), &[1000.0]), (0.0, vec![0.0]));
    assert_eq!(value_and_derivative(|x: Dual<f64>| 3.0 * (-x).exp(), 1000.0), (0.0, 0.0));
}

/// At an angle of exactly π the scalar part of the quaternion is 0. nalgebra takes its absolute value, which has a kink there.
#[test]
fn rotations_by_pi() {
    type Number = Dual<f64, 8>;
    let quaternion = |w: &[Number]| UnitQuaternion::new_unchecked(Quaternion::new(w[0], w[1], w[2], w[3]));
    let angle = |w: &[Number]| quaternion(w).imag().norm().atan2(w[0]) * 2.0;
    let at = [0.0, 0.6, 0.8, 0.0];

    assert_eq!(forward::jacobian(|w| [quaternion(w).angle()], &at)[0], 0.0, "upstream has changed: -2 is right");
    assert_eq!(forward::jacobian(|w| [quaternion(w).axis_angle().unwrap().1], &at)[0], 0.0, "upstream has changed");
    assert_eq!(forward::jacobian(|w| [angle(w)], &at)[0], -2.0);

    // The rotation vector is the unit axis times the angle, so by the scalar part it is -2 times the axis.
    let zero = Vector3::zeros();
    let by_scalar = |f: &dyn Fn(&[Number]) -> Vector3<Number>| -> Vector3<f64> {
        forward::jacobian(|w| <[Number; 3]>::from(f(w)), &at).fixed_columns::<1>(0).fixed_rows::<3>(0).into()
    };
    assert_eq!(by_scalar(&|w| quaternion(w).scaled_axis()), zero, "upstream has changed");
    assert_eq!(by_scalar(&|w| quaternion(w).ln().imag()), zero, "upstream has changed");
    let axis_times_angle = |w: &[Number]| quaternion(w).imag() * (angle(w) / quaternion(w).imag().norm());
    assert!((by_scalar(&axis_times_angle) - vector![-1.2, -1.6, 0.0]).amax() < 1e-15);
}

/// The first entry of the matrix of the rotation by `w`. It is `1 - (w₁² + w₂²) / 2` near 0, and its second derivative by `w₀` at
/// `(0, 0, t)` is `t² / 12`.
fn by_axis_and_angle<T: RealField + Copy>(w: &[T]) -> T {
    Rotation3::new(Vector3::new(w[0], w[1], w[2]))[(0, 0)]
}

fn by_quaternion<T: RealField + Copy>(w: &[T]) -> T {
    UnitQuaternion::new(Vector3::new(w[0], w[1], w[2])).to_rotation_matrix()[(0, 0)]
}

fn by_exponential<T: RealField + Copy>(w: &[T]) -> T {
    Vector3::new(w[0], w[1], w[2]).cross_matrix().exp()[(0, 0)]
}

#[test]
fn second_derivatives_of_small_rotations() {
    for t in [1e-10, 1e-6, 1e-3_f64] {
        let (at, exact) = ([0.0, 0.0, t], t * t / 12.0);
        assert!((gradient(by_axis_and_angle, &at)[2] + t.sin()).abs() < 1e-15);
        let lost = (hessian(by_axis_and_angle, &at)[0] - exact).abs();
        assert!(lost > 1e-11, "upstream has changed: {lost} at {t}");

        for hessian in [hessian(by_quaternion, &at), hessian(by_exponential, &at)] {
            assert!((hessian[0] - exact).abs() < 1e-13, "{hessian}");
            assert!((hessian[(2, 2)] + t.cos()).abs() < 1e-15, "{hessian}");
        }
    }
}

fn softplus_with_abs<T: Float>(x: T) -> T {
    x.max(T::zero()) + (-x.abs()).exp().ln_1p()
}

fn step_with_abs<T: Float>(x: T) -> T {
    let e = (-x.abs()).exp();
    if x >= T::zero() { (T::one() + e).recip() } else { e / (T::one() + e) }
}

fn softplus_by_sign<T: Float>(x: T) -> T {
    if x > T::zero() { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// Where regressions start: forms with `abs` have no curvature or no slope there, the special functions have.
#[test]
fn steps_and_ramps_made_with_abs_lose_a_derivative_at_zero() {
    assert_eq!(hessian_in_both_modes!(|x| softplus_with_abs(x[0]), &[0.0]), dmatrix![0.0]);
    assert_eq!(hessian_in_both_modes!(|x| Special::softplus(x[0]), &[0.0]), dmatrix![0.25]);
    assert_eq!(hessian_in_both_modes!(|x| softplus_by_sign(x[0]), &[0.0]), dmatrix![0.25]);
    assert_eq!(gradient(|x| step_with_abs(x[0]), &[0.0]), [0.0]);
    assert_eq!(gradient(|x| Special::logistic(x[0]), &[0.0]), [0.25]);
    // Beside zero both are right.
    let near = hessian_in_both_modes!(|x| softplus_with_abs(x[0]), &[1e-9]);
    assert!((near[0] - 0.25).abs() < 1e-9);
}
