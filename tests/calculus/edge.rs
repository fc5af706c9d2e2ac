//! The conventions at kinks, poles and the ends of the range: values and derivatives of orders 0 to 2, the same in every mode and
//! nesting.
//!
//! The rule they follow, in this order: where the function is differentiable, its derivative; where it is locally convex or
//! concave, the sub- or supergradient of minimum norm; where it is defined, a one-sided limit, infinite if need be; where the
//! value is NaN, NaN.
#![allow(clippy::eq_op)] // `x - x` is a case

use crate::common::battery::{sigmoid, softplus};
use crate::common::engines::{gradients, hessians, orders};
use crate::common::{Checks, Curve, INF, NAN, NON_FINITE, Row, check_table, fields, relative_error, table};
use crate::single::check_table_single;
use dualtape::{Dual, Float, Reverse, ScalarFunction, Special, derivative, gradient, select, slices};
use std::f64::consts::{FRAC_PI_2, LN_2, PI};

/// The rows are exact numbers, or one rounding away from them.
const ROUNDING: f64 = 4e-16;

table! { Convention, conventions:
    // function                           point     value   first  second

    // Roots and reciprocals: the one-sided limit, never a zero that would hide the singularity.
    |x| x.sqrt(),                           0.0 =>    0.0,    INF, NON_FINITE;
    |x| x.sqrt(),                          -1.0 =>    NAN,    NAN,    NAN;
    |x| x.cbrt(),                           0.0 =>    0.0,    INF, NON_FINITE;
    |x| x.cbrt(),                          -0.0 =>   -0.0,    INF, NON_FINITE;
    |x| x.cbrt(),                          -8.0 =>   -2.0, 1.0 / 12.0, 1.0 / 144.0;
    |x| x.recip(),                          0.0 =>    INF,   -INF, NON_FINITE;
    |x| T::one() / x,                       0.0 =>    INF,   -INF, NON_FINITE;

    // Kinks: minimum norm.
    |x| x.abs(),                            0.0 =>    0.0,    0.0,    0.0;
    |x| x.abs(),                           -0.0 =>    0.0,    0.0,    0.0;
    |x| x.abs() * x.abs(),                  0.0 =>    0.0,    0.0,    0.0; // the price of the line above: x² has 2
    |x| (x * x).abs(),                      0.0 =>    0.0,    0.0,    0.0;
    |x| x.signum(),                         0.0 =>    1.0,    0.0,    0.0;
    |x| x.signum(),                        -0.0 =>   -1.0,    0.0,    0.0;
    |x| x.max(T::one()),                    1.0 =>    1.0,    0.5,    0.0;
    |x| T::one().max(x),                    1.0 =>    1.0,    0.5,    0.0;
    |x| x.min(T::one()),                    1.0 =>    1.0,    0.5,    0.0;
    |x| T::one().min(x),                    1.0 =>    1.0,    0.5,    0.0;
    |x| x.max(x),                           3.0 =>    3.0,    1.0,    0.0;
    |x| x.max(x * x),                       1.0 =>    1.0,    1.5,    1.0; // whole numbers are averaged, all levels of them
    |x| x.min(x * x),                       1.0 =>    1.0,    1.5,    1.0;
    |x| x.max(T::one()).max(T::one()),      1.0 =>    1.0,   0.25,    0.0;
    |x| x.max(T::zero()),                   0.0 =>    0.0,    0.5,    0.0;
    |x| x.clamp(T::zero(), T::one()),       0.0 =>    0.0,    0.5,    0.0; // as max, then min
    |x| x.clamp(T::zero(), T::one()),       1.0 =>    1.0,    0.5,    0.0;
    |x| x.clamp(T::zero(), T::one()),       0.5 =>    0.5,    1.0,    0.0;
    |x| x.clamp(T::zero(), T::one()),       2.0 =>    1.0,    0.0,    0.0;
    |x| T::zero().clamp(x, T::one()),       0.5 =>    0.5,    1.0,    0.0; // outside, the bound's own derivative
    |x| x.clamp(T::one(), T::one()),        1.0 =>    1.0,   0.25,    0.0;
    |x| x.abs_sub(T::one()),                1.0 =>    0.0,    0.5,    0.0;
    |x| x.copysign(-T::one()),              2.0 =>   -2.0,   -1.0,    0.0;
    |x| x.copysign(-T::one()),             -2.0 =>   -2.0,    1.0,    0.0;
    |x| T::lit(2.0).copysign(x),           -1.0 =>   -2.0,    0.0,    0.0;
    |x| x.copysign(T::one()),               0.0 =>    0.0,    0.0,    0.0; // as abs
    |x| x.copysign(T::one()),              -0.0 =>    0.0,    0.0,    0.0;
    |x| x.hypot(T::zero()),                 0.0 =>    0.0,    0.0,    0.0;
    |x| x.hypot(x),                         0.0 =>    0.0,    0.0,    0.0;
    |x| x.hypot(T::lit(3.0)),               0.0 =>    3.0,    0.0, 1.0 / 3.0;
    |x| x.hypot(T::zero()),                -2.0 =>    2.0,   -1.0,    0.0;

    |x| slices::norm(&[x, T::zero()]),      0.0 =>    0.0,    0.0,    0.0;
    |x| slices::max(&[x, T::one(), T::one()]),    1.0 =>    1.0, 1.0 / 3.0,    0.0; // each of the equal ones

    // NaN operands of functions that ignore them, and NaN itself.
    |x| x.max(T::nan()),                    1.0 =>    1.0,    1.0,    0.0;
    |x| T::nan().max(x),                    1.0 =>    1.0,    1.0,    0.0;
    |x| x.min(T::nan()),                    1.0 =>    1.0,    1.0,    0.0;
    |x| x.max(T::one()),                    NAN =>    1.0,    0.0,    0.0;
    |x| x.max(T::nan()),                    NAN =>    NAN,    NAN,    NAN;
    |x| x.max(x),                           NAN =>    NAN,    NAN,    NAN;
    |x| x.clamp(T::zero(), T::one()),       NAN =>    NAN,    1.0,    0.0; // it is x that is returned
    |x| x.floor(),                          NAN =>    NAN,    NAN,    NAN;
    |x| x.signum(),                         NAN =>    NAN,    NAN,    NAN;
    |x| x.sin(),                            INF =>    NAN,    NAN,    NAN;

    // Logarithms of sums: what is -∞ has no weight, also among others of its kind.
    |x| slices::log_sum_exp(&[x, -T::infinity()]),    0.0 =>    0.0,    1.0,    0.0;
    |x| slices::log_sum_exp(&[x, -T::infinity()]),    -INF =>   -INF,    0.0,    0.0;
    |x| slices::log_sum_exp(&[x, T::infinity()]),    0.0 =>    INF,    0.0,    0.0;

    // Integer powers: exact at 0.
    |x| x.powi(0),                          0.0 =>    1.0,    0.0,    0.0;
    |x| x.powi(1),                          0.0 =>    0.0,    1.0,    0.0;
    |x| x.powi(2),                          0.0 =>    0.0,    0.0,    2.0;
    |x| x.powi(-1),                         0.0 =>    INF,   -INF, NON_FINITE;
    |x| x.powi(i32::MIN),                   1.0 =>    1.0, -2147483648.0, 4.611_686_020_574_872e18; // n (n - 1)

    // Real powers of the base: the rule stops when the exponent reaches 0.
    |x| x.powf(T::zero()),                  0.0 =>    1.0,    0.0,    0.0;
    |x| x.powf(T::zero()),                  NAN =>    1.0,    0.0,    0.0;
    |x| x.powf(T::lit(0.5)),                0.0 =>    0.0,    INF, NON_FINITE;
    |x| x.powf(T::one()),                   0.0 =>    0.0,    1.0,    0.0;
    |x| x.powf(T::lit(1.5)),                0.0 =>    0.0,    0.0,    INF;
    |x| x.powf(T::lit(2.0)),                0.0 =>    0.0,    0.0,    2.0;
    |x| x.powf(T::lit(3.0)),                0.0 =>    0.0,    0.0,    0.0;
    |x| x.powf(-T::one()),                  0.0 =>    INF,   -INF, NON_FINITE;
    |x| x.powf(T::lit(3.0)),               -2.0 =>   -8.0,   12.0,  -12.0;
    |x| x.powf(T::lit(2.5)),               -2.0 =>    NAN,    NAN,    NAN;
    |x| x.powf(-T::one()),                 -0.0 =>   -INF,   -INF, NON_FINITE;
    |x| x.powf(T::lit(3.0)),               -0.0 =>   -0.0,    0.0,    0.0;
    |x| x.powf(T::lit(-1.5)),               INF =>    0.0,    0.0,    0.0;
    |x| x.powf(T::lit(0.5)),                INF =>    INF,    0.0,    0.0;
    |x| x.powf(T::one()),                   INF =>    INF,    1.0,    0.0;
    |x| x.powf(T::lit(2.0)),                INF =>    INF,    INF,    2.0;
    |x| x.powf(T::lit(3.0)),               -INF =>   -INF,    INF,   -INF;

    // Real powers by the exponent: the limit at base 0, NaN for a negative base, which a constant exponent never asks for.
    |p| T::zero().powf(p),                  2.0 =>    0.0,    0.0,    0.0;
    |p| T::zero().powf(p),                  1.0 =>    0.0,    0.0,    0.0;
    |p| T::zero().powf(p),                  0.5 =>    0.0,    0.0,    0.0;
    |p| T::zero().powf(p),                  0.0 =>    1.0,   -INF, NON_FINITE;
    |p| T::zero().powf(p),                 -1.0 =>    INF,   -INF, NON_FINITE;
    |p| T::one().powf(p),                   0.0 =>    1.0,    0.0,    0.0;
    |p| T::one().powf(p),                   INF =>    1.0,    0.0,    0.0;
    |p| T::lit(0.5).powf(p),                INF =>    0.0,    0.0,    0.0;
    |p| T::lit(2.0).powf(p),               -INF =>    0.0,    0.0,    0.0;
    |p| T::infinity().powf(p),             -1.0 =>    0.0,    0.0,    0.0;
    |p| T::lit(2.0).powf(p),                0.0 =>    1.0,   LN_2, LN_2 * LN_2;
    |p| T::lit(-2.0).powf(p),               3.0 =>   -8.0,    NAN,    NAN;
    |x| x.powf(x),                          0.0 =>    1.0,   -INF, NON_FINITE;

    // Logarithms and inverse functions: one-sided limits inside, NaN outside.
    |x| x.ln(),                             0.0 =>   -INF,    INF, NON_FINITE;
    |x| x.log2(),                           0.0 =>   -INF,    INF, NON_FINITE;
    |x| x.log10(),                          0.0 =>   -INF,    INF, NON_FINITE;
    |x| x.ln_1p(),                         -1.0 =>   -INF,    INF, NON_FINITE;
    |x| x.ln(),                            -1.0 =>    NAN,    NAN,    NAN;
    |x| x.log2(),                          -1.0 =>    NAN,    NAN,    NAN;
    |x| x.log10(),                         -1.0 =>    NAN,    NAN,    NAN;
    |x| x.ln_1p(),                         -2.0 =>    NAN,    NAN,    NAN;
    |x| x.log(T::lit(2.0)),                -1.0 =>    NAN,    NAN,    NAN;
    |x| x * x.ln(),                         0.0 =>    NAN,    NAN,    NAN;
    |x| T::zero() * x.ln(),                 0.0 =>    NAN,    NAN,    NAN; // this zero is a number, not an absence
    |x| x.asin(),                           1.0 => FRAC_PI_2,    INF, NON_FINITE;
    |x| x.asin(),                          -1.0 => -FRAC_PI_2,    INF, NON_FINITE;
    |x| x.asin(),                           2.0 =>    NAN,    NAN,    NAN;
    |x| x.acos(),                           1.0 =>    0.0,   -INF, NON_FINITE;
    |x| x.acos(),                          -1.0 =>     PI,   -INF, NON_FINITE;
    |x| x.acos(),                          -2.0 =>    NAN,    NAN,    NAN;
    |x| x.acosh(),                          1.0 =>    0.0,    INF, NON_FINITE;
    |x| x.acosh(),                          0.5 =>    NAN,    NAN,    NAN;
    |x| x.acosh(),                         -2.0 =>    NAN,    NAN,    NAN;
    |x| x.atanh(),                          1.0 =>    INF,    INF, NON_FINITE;
    |x| x.atanh(),                         -1.0 =>   -INF,    INF, NON_FINITE;
    |x| x.atanh(),                          2.0 =>    NAN,    NAN,    NAN;
    |y| y.atan2(T::zero()),                 0.0 =>    0.0,    NAN; // no subgradient and no limit
    |y| y.atan2(-T::one()),                 0.0 =>     PI,   -1.0,    0.0;
    |y| y.atan2(-T::one()),                -0.0 =>    -PI,   -1.0,    0.0;

    |y| y.atan2(T::infinity()),             1.0 =>    0.0,    0.0,    0.0;
    |y| y.atan2(T::one()),                  INF => FRAC_PI_2,    0.0,    0.0;
    |x| x.hypot(T::infinity()),             1.0 =>    INF,    0.0,    0.0;
    |x| x.hypot(T::one()),                 -INF =>    INF,   -1.0,    0.0;

    // Rounding is constant, also on the jump; remainders keep the branch that was run.
    |x| x.floor(),                          2.0 =>    2.0,    0.0,    0.0;
    |x| x.ceil(),                           2.0 =>    2.0,    0.0,    0.0;
    |x| x.round(),                          2.5 =>    3.0,    0.0,    0.0;
    |x| x.round(),                         -2.5 =>   -3.0,    0.0,    0.0;
    |x| x.trunc(),                         -2.0 =>   -2.0,    0.0,    0.0;
    |x| x.floor(),                          INF =>    INF,    0.0,    0.0;
    |x| x.fract(),                          2.0 =>    0.0,    1.0,    0.0;
    |x| x.fract(),                         -2.5 =>   -0.5,    1.0,    0.0;
    |x| x % T::lit(3.0),                    6.0 =>    0.0,    1.0,    0.0;
    |y| T::lit(7.0) % y,                    3.0 =>    1.0,   -2.0,    0.0;
    |y| T::lit(-7.0) % y,                   3.0 =>   -1.0,    2.0,    0.0;
    |y| T::lit(6.0) % y,                    3.0 =>    0.0,   -2.0,    0.0;
    |y| T::one() % y,                       0.1 => 0.09999999999999995, -9.0, 0.0; // the quotient rounds up to 10

    // The ends of the range.
    |x| x.exp(),                          710.0 =>    INF,    INF, NON_FINITE;
    |x| x.exp(),                         -800.0 =>    0.0,    0.0,    0.0;
    |x| x.exp(),                           -INF =>    0.0,    0.0,    0.0;
    |x| x.exp_m1(),                        -INF =>   -1.0,    0.0,    0.0;
    |x| x.sqrt(),                           INF =>    INF,    0.0,    0.0;
    |x| x.cbrt(),                          -INF =>   -INF,    0.0,    0.0;
    |x| x.ln(),                             INF =>    INF,    0.0,    0.0;
    |x| x.recip(),                         -INF =>   -0.0,    0.0,    0.0;
    |x| x.atan(),                           INF => FRAC_PI_2,    0.0,    0.0;
    |x| x.asinh(),                          INF =>    INF,    0.0,    0.0;
    |x| x.acosh(),                          INF =>    INF,    0.0,    0.0;
    |x| x.tanh(),                          -INF =>   -1.0,    0.0,    0.0;
    |x| x.tanh(),                         400.0 =>    1.0,    0.0,    0.0;
    |x| x.tanh(),                       -1000.0 =>   -1.0,    0.0,    0.0;
    |x| sigmoid(x),                      1000.0 =>    1.0,    0.0,    0.0;
    |x| sigmoid(x),                     -1000.0 =>    0.0,    0.0,    0.0;
    |x| softplus(x),                     1000.0 => 1000.0,    1.0,    0.0;
    |x| softplus(x),                    -1000.0 =>    0.0,    0.0,    0.0;
    |x| (T::one() + x.exp()).ln(),        800.0 =>    INF,    NAN,    NAN; // written naively: inf / inf

    // What is run is what is differentiated.
    |x| if x == T::zero() { T::one() } else { x.sin() / x },    0.0 =>    1.0,    0.0,    0.0;
    |x| if x == T::one() { T::one() } else { x * x },    1.0 =>    1.0,    0.0,    0.0;
    |x| if x > T::zero() { x.sqrt() } else { T::zero() },    0.0 =>    0.0,    0.0,    0.0;
    |x| if x < T::one() { x } else { (T::lit(1000.0) * x).exp() },    0.9 =>    0.9,    1.0,    0.0;
    |x| select(x == T::zero(), T::one(), x.sin() / x),    0.0 =>    1.0,    0.0,    0.0;
    |x| select(x > T::zero(), x.sqrt(), T::zero()),    0.0 =>    0.0,    0.0,    0.0;
    |x| select(x < T::one(), x, (T::lit(1000.0) * x).exp()),    0.9 =>    0.9,    1.0,    0.0;
    |x| x * T::zero() * T::lit(2.0),        5.0 =>    0.0,    0.0,    0.0;
    |x| [x, T::lit(3.0), T::lit(2.0)].into_iter().product(),    0.0 =>    0.0,    6.0,    0.0; // no early exit at a zero factor
    |x| [x, T::zero(), T::lit(2.0)].into_iter().product(),    0.0 =>    0.0,    0.0,    0.0;
}

/// Computes results with infinite derivatives and returns another one.
fn dead_root<T: Float>(x: T, at: T) -> T {
    let _ = at.sqrt();
    let _ = x.sqrt() * at;
    x
}

// "A zero tangent stays zero" through an infinite derivative, and only a zero one does.
table! { Folding, foldings:
    |x| x + T::zero().sqrt(),               1.0 =>    1.0,    1.0,    0.0;
    |x| x + T::zero().ln(),                 1.0 =>   -INF,    1.0,    0.0;
    |x| x + (x * T::zero()).sqrt(),         1.0 =>    1.0,    1.0,    0.0;
    |x| x + x.powi(0).acos(),               1.0 =>    1.0,    1.0,    0.0;
    |x| x + x.floor().recip(),              0.0 =>    INF,    1.0,    0.0;
    |x| T::zero() * (x * T::zero()).sqrt(),    1.0 =>    0.0,    0.0,    0.0;
    |x| x.detach().sqrt() + x,              0.0 =>    0.0,    1.0,    0.0;
    |x| x * x.detach(),                     3.0 =>    9.0,    3.0,    0.0;
    |x| x + (x.round() - x).detach(),       2.25 =>    2.0,    1.0,    0.0; // rounded, with the derivative of what was rounded
    |x| (x - x).sqrt() + x,                 2.0 =>    2.0,    1.0,    0.0;
    |x| T::nan() + x,                       2.0 =>    NAN,    1.0,    0.0; // a sum does not look at its constants
    |x| (x * x).sqrt(),                     0.0 =>    0.0,    0.0, NON_FINITE;
    |x| x.powi(2).powf(T::lit(0.5)),        0.0 =>    0.0,    0.0, NON_FINITE;
    |x| x.abs().sqrt(),                     0.0 =>    0.0,    0.0,    0.0;
    |x| x.cbrt().powi(3),                   0.0 =>    0.0,    NAN,    NAN;
    |x| x.cbrt() * x.cbrt() * x.cbrt(),     0.0 =>    0.0,    NAN,    NAN;
    |x| x.sqrt() * x.sqrt(),                0.0 =>    0.0,    NAN,    NAN;
    |x| dead_root(x, x),                    0.0 =>    0.0,    1.0,    0.0; // results that nobody uses
    |x| dead_root(x, x * x),                0.0 =>    0.0,    1.0,    0.0;
    |x| { let root = x.sqrt(); if x > T::zero() { root } else { x } },    0.0 =>    0.0,    1.0,    0.0;
}

/// In the rows that leave a derivative open the modes still say the same.
#[track_caller]
fn check_agreement<C: Curve>(rows: impl Iterator<Item = Row<C>>) {
    let mut checks = Checks::default();
    for (curve, name, at, _) in rows {
        for order in 0..=3 {
            let answers = orders(curve, at, order);
            let (first, of_first) = answers[0];
            for &(engine, got) in &answers[1..] {
                let agree = relative_error(got, of_first) < 1e-14;
                checks.is_true(agree, || {
                    format!("{name} at {at:?}, order {order}: {engine} {got:e}, {first} {of_first:e}")
                });
            }
        }
    }
    checks.finish();
}

#[test]
fn conventions_hold_in_every_mode() {
    check_table(conventions(), [ROUNDING; 5]);
}

#[test]
fn a_zero_tangent_stays_zero() {
    check_table(foldings(), [ROUNDING; 5]);
}

#[test]
fn conventions_hold_in_single_precision() {
    check_table_single(conventions());
    check_table_single(foldings());
    check_table_single(polynomials());
}

#[test]
fn modes_agree_on_conventions() {
    check_agreement(conventions());
}

#[test]
fn modes_agree_on_zero_times_infinity() {
    check_agreement(foldings());
}

// ---- Higher orders ---------------------------------------------------------------------------------------------------

table! { Polynomial, polynomials:
    // function                at      derivatives of orders 0 to 4
    |x| x.powi(0),                          0.0 =>    1.0,    0.0,    0.0,    0.0,    0.0;
    |x| x.powi(1),                          0.0 =>    0.0,    1.0,    0.0,    0.0,    0.0;
    |x| x.powi(2),                          0.0 =>    0.0,    0.0,    2.0,    0.0,    0.0;
    |x| x.powi(3),                          0.0 =>    0.0,    0.0,    0.0,    6.0,    0.0;
    |x| x.powi(4),                          0.0 =>    0.0,    0.0,    0.0,    0.0,   24.0;
    |x| x.powf(T::zero()),                  0.0 =>    1.0,    0.0,    0.0,    0.0,    0.0;
    |x| x.powf(T::one()),                   0.0 =>    0.0,    1.0,    0.0,    0.0,    0.0;
    |x| x.powf(T::lit(2.0)),                0.0 =>    0.0,    0.0,    2.0,    0.0,    0.0;
    |x| x.powf(T::lit(3.0)),                0.0 =>    0.0,    0.0,    0.0,    6.0,    0.0;
    |x| x.powf(T::lit(4.0)),                0.0 =>    0.0,    0.0,    0.0,    0.0,   24.0;
    |x| x.powf(T::lit(2.0)),               -3.0 =>    9.0,   -6.0,    2.0,    0.0,    0.0;
    |x| x * x * x * x,                      0.0 =>    0.0,    0.0,    0.0,    0.0,   24.0;
    |x| x.sin(),                            0.0 =>    0.0,    1.0,    0.0,   -1.0,    0.0;
    |x| x.cos(),                            0.0 =>    1.0,    0.0,   -1.0,    0.0,    1.0;
    |x| x.tan(),                            0.0 =>    0.0,    1.0,    0.0,    2.0,    0.0;
    |x| x.atan(),                           0.0 =>    0.0,    1.0,    0.0,   -2.0,    0.0;
    |x| x.asin(),                           0.0 =>    0.0,    1.0,    0.0,    1.0,    0.0;
    |x| x.acos(),                           0.0 => FRAC_PI_2,   -1.0,    0.0,   -1.0,    0.0;
    |x| x.sinh(),                           0.0 =>    0.0,    1.0,    0.0,    1.0,    0.0;
    |x| x.cosh(),                           0.0 =>    1.0,    0.0,    1.0,    0.0,    1.0;
    |x| x.tanh(),                           0.0 =>    0.0,    1.0,    0.0,   -2.0,    0.0;
    |x| x.asinh(),                          0.0 =>    0.0,    1.0,    0.0,   -1.0,    0.0;
    |x| x.atanh(),                          0.0 =>    0.0,    1.0,    0.0,    2.0,    0.0;
    |x| x.exp_m1(),                         0.0 =>    0.0,    1.0,    1.0,    1.0,    1.0;
    |x| x.ln_1p(),                          0.0 =>    0.0,    1.0,   -1.0,    2.0,   -6.0;
    |x| x.hypot(T::one()),                  0.0 =>    1.0,    0.0,    1.0,    0.0,   -3.0;
}

#[test]
fn derivatives_at_zero_are_exact_to_every_order() {
    check_table(polynomials(), [ROUNDING; 5]);
}

// ---- Several variables -----------------------------------------------------------------------------------------------

/// A row: a function of two variables, a point, its value and its gradient.
macro_rules! gradient_table {
    ($($name:literal |[$($x:ident),*]| $body:expr, $([$($at:expr),*] => $value:expr, [$($g:expr),*];)*)*) => {
        fields!(
            /// Functions with corners.
            Corner { $($name => |[$($x),*]| $body;)* }
        );

        fn corners() -> Vec<(Corner, [f64; 2], f64, [f64; 2])> {
            [$(($name, vec![$(([$($at),*], $value, [$($g),*])),*])),*]
                .into_iter()
                .flat_map(|(name, points)| points.into_iter().map(move |(at, value, g)| (Corner::named(name), at, value, g)))
                .collect()
        }
    };
}

gradient_table! {
    "sqrt(x y)" |[x, y]| (x * y).sqrt(), // a zero factor is a zero tangent
        [0.0, 0.0] => 0.0, [0.0, 0.0];
        [1.0, 0.0] => 0.0, [0.0, INF];
        [0.0, 1.0] => 0.0, [INF, 0.0];
        [1.0, 1.0] => 1.0, [0.5, 0.5];
    "sqrt(x) sqrt(y)" |[x, y]| x.sqrt() * y.sqrt(), // an infinite tangent meets a zero factor
        [0.0, 0.0] => 0.0, [NAN, NAN];
        [1.0, 0.0] => 0.0, [0.0, INF];
        [0.0, 1.0] => 0.0, [INF, 0.0];
        [1.0, 1.0] => 1.0, [0.5, 0.5];
    "hypot(x, y)" |[x, y]| x.hypot(y),
        [0.0, 0.0] => 0.0, [0.0, 0.0];
        [0.0, -3.0] => 3.0, [0.0, -1.0];
        [INF, 1.0] => INF, [1.0, 0.0];
    "sqrt(x² + y²)" |[x, y]| (x * x + y * y).sqrt(),
        [0.0, 0.0] => 0.0, [0.0, 0.0];
    "max(x, y)" |[x, y]| x.max(y),
        [2.0, 2.0] => 2.0, [0.5, 0.5];
        [2.0, NAN] => 2.0, [1.0, 0.0];
    "min(x, y)" |[x, y]| x.min(y),
        [2.0, 2.0] => 2.0, [0.5, 0.5];
    "x - y if positive" |[x, y]| x.abs_sub(y),
        [2.0, 2.0] => 0.0, [0.5, -0.5];
    "x^y" |[x, y]| x.powf(y),
        [0.0, 1.5] => 0.0, [0.0, 0.0];
        [0.0, 0.5] => 0.0, [INF, 0.0];
        [0.0, 1.0] => 0.0, [1.0, 0.0];
        [0.0, 0.0] => 1.0, [0.0, -INF];
        [-2.0, 2.0] => 4.0, [-4.0, NAN];
    "y clamped to x .. y, times x" |[x, y]| y.clamp(x, y) * x, // two ties, one after the other
        [2.0, 2.0] => 4.0, [2.5, 1.5];
    "atan2(x, y)" |[x, y]| x.atan2(y),
        [0.0, 0.0] => 0.0, [NAN, NAN];
        [0.0, -1.0] => PI, [-1.0, 0.0];
    "x atan2(x, y)" |[x, y]| x * x.atan2(y), // what is undefined does not vanish by a factor that is zero
        [0.0, 0.0] => 0.0, [NAN, NAN];
    "x y^x" |[x, y]| x * y.powf(x),
        [0.0, 0.0] => 0.0, [NAN, 0.0];
    "x / y" |[x, y]| x / y,
        [0.0, 0.0] => NAN, [NAN, NAN];
        [1.0, 0.0] => INF, [INF, -INF];
        [0.0, 2.0] => 0.0, [0.5, 0.0];
    "x y" |[x, y]| x * y,
        [0.0, INF] => NAN, [NAN, NAN];
        [2.0, INF] => INF, [INF, 2.0];
    "x % y" |[x, y]| x % y,
        [6.0, 3.0] => 0.0, [1.0, -2.0];
        [1.0, 0.0] => NAN, [NAN, NAN];
        [1.0, INF] => 1.0, [1.0, 0.0];
    "only the first" |[x, y]| { let _ = x * y.sqrt() / y; x }, // the other result is not used
        [2.0, 0.0] => 2.0, [1.0, 0.0];
    "an infinite derivative, multiplied by zero" |[x, y]| x + x * y.sqrt() * T::zero(),
        [2.0, 0.0] => 2.0, [1.0, NAN];
    "the second is multiplied by zero" |[x, y]| x + y.sqrt() * T::zero(),
        [2.0, 1.0] => 2.0, [1.0, 0.0];
}

#[test]
fn gradients_at_corners_are_the_same_from_every_driver() {
    let mut checks = Checks::default();
    for (corner, at, value, gradient) in corners() {
        checks.close(format_args!("{} at {at:?}", corner.name()), corner.eval(&at), value, ROUNDING);
        for (engine, got) in gradients(&corner, &at) {
            for k in 0..2 {
                checks.close(
                    format_args!("{} at {at:?}, d/dx{k}, {engine}", corner.name()),
                    got[k],
                    gradient[k],
                    ROUNDING,
                );
            }
        }
    }
    checks.finish();
}

#[test]
fn modes_agree_on_hessians_at_corners() {
    let mut checks = Checks::default();
    for (corner, at, ..) in corners() {
        let answers = hessians(&corner, &at);
        for (engine, got) in &answers[1..] {
            for k in 0..4 {
                let (expected, got) = (answers[0].1[k], got[k]);
                // Where the gradient is infinite, the non-finite entries depend on the path to them.
                let agree = relative_error(got, expected) < 1e-14 || !(got.is_finite() || expected.is_finite());
                checks.is_true(agree, || {
                    format!(
                        "{} at {at:?}, entry {k}: {engine} says {got:e}, {} {expected:e}",
                        corner.name(),
                        answers[0].0
                    )
                });
            }
        }
    }
    checks.finish();
}

/// Where a product in the middle of the quotient rule leaves the range and the derivative does not.
#[test]
fn quotients_at_the_edge_of_the_range_keep_their_derivatives() {
    fn quotient<T: Float>(u: T, [c, a, b]: [f64; 3]) -> T {
        T::lit(c) / (u * T::lit(a) + T::lit(b))
    }
    let mut checks = Checks::default();
    for (program, expected) in [
        ([1e305, 1e10, 1e5], -1e305),
        ([1e-300, 1e-20, 1e-8], -1e-304),
        ([1e-300, 1e-200, 1e-200], -1e-100),
        ([1e300, 1e200, 1e200], -1e100),
        ([1e-160, 1e-160, 1e-10], -1e-300),
        ([1.0, 1.0, 1e150], -1e-300),
        ([1.0, 1.0, 1e-150], -1e300),
        ([0.0, 1.0, 1e-200], 0.0),
    ] {
        let mut check = |mode: &str, got: f64| {
            checks.close(format_args!("{program:?} by {mode}"), got, expected, 1e-14);
        };
        check("Dual", derivative(|u| quotient(u, program), 0.0));
        check("Reverse", gradient(|u: &[Reverse<f64>]| quotient(u[0], program), &[0.0])[0]);
        check(
            "Dual<Reverse>",
            gradient(|u: &[Reverse<Dual<f64>>]| quotient(u[0], program), &[Dual::constant(0.0)])[0].primal(),
        );
    }
    for c in [1.7e308_f64, -1.7e308, 8.98e307, 1e-308, 1e-320, f64::INFINITY] {
        let expected = 1e-5 / c;
        checks.close(format_args!("x / {c:e}, Dual"), derivative(|x| x * 1e-5 / c, 3.0), expected, 4e-16);
        checks.close(
            format_args!("x / {c:e}, Reverse"),
            gradient(|x: &[Reverse<f64>]| x[0] * 1e-5 / c, &[3.0])[0],
            expected,
            4e-16,
        );
    }
    assert!(derivative(|x| x / f64::INFINITY, f64::INFINITY).is_nan());
    assert!(gradient(|x: &[Reverse<f64>]| x[0] / f64::INFINITY, &[f64::INFINITY])[0].is_nan());
    checks.finish();
}

/// One partial derivative underflows or overflows, and the next one does not.
#[test]
fn derivatives_past_one_that_left_the_range() {
    type Third = Dual<Dual<Dual<f64>>>;
    // d³/dx² db of log(x, b).
    let x: Third =
        Dual::new(Dual::variable(Dual::variable(1.1557236355125854e163)), [Dual::constant(Dual::constant(0.0))]);
    let b: Third = Dual::variable(Dual::constant(Dual::constant(2.7746250530046218e-58)));
    let got = x.log(b).tangent().tangent().tangent();
    assert!(relative_error(got, 1.5362543066791872e-273) < 1e-14, "{got:e}");

    // The third derivative of the gamma function where the function is subnormal.
    let x: Third = Dual::variable(Dual::variable(Dual::variable(-184.99999999999997)));
    let got = Special::gamma(x).tangent().tangent().tangent();
    assert!(relative_error(got, 2.2304291949796276e-286) < 1e-14, "{got:e}");

    // Across a tiny vector the second derivative of the length is 1 / length, and may overflow; beside the diagonal it is 0.
    for (engine, hessian) in hessians(&TinyLength, &[0.0, 1e-309]) {
        assert_eq!(hessian, [INF, 0.0, 0.0, 0.0], "{engine}");
    }
    for (engine, hessian) in hessians(&TinyLength, &[0.0, 1e-308]) {
        assert!(relative_error(hessian[0], 1e308) < 1e-14 && hessian[1..] == [0.0; 3], "{engine}: {hessian:?}");
    }
}

struct TinyLength;

impl ScalarFunction for TinyLength {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        slices::norm(x)
    }
}
