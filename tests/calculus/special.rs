//! The special functions: known answers, conventions at edges, and the same values on every number. How exact they are is measured
//! in `accuracy.rs`.
#![allow(clippy::excessive_precision)] // references of 17 digits, as published

use crate::common::engines::values;
use crate::common::special::{Rule, Rule2};
use crate::common::{Checks, Curve, INF, Lcg, NAN, NON_FINITE, SPECIAL, check_table, relative_error, table};
use dualtape::{Dual, Float, Primitive, Reverse, ScalarFunction, Special, Tape, gradient};
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, PI};

/// References of other libraries, some of which have no more digits; `accuracy.rs` is sharper.
const TOLERANCE: f64 = 1e-14;

// ---- Points with known answers ---------------------------------------------------------------------------------------

table! { Battery, battery:
    |x| x.logistic(),  0.7 => 0.66818777216816611, 0.22171287329310905, -0.07457878844034181, -0.07322671581020832;
    |x| x.softplus(),  0.7 => 1.1031860488854579, 0.66818777216816611, 0.22171287329310905, -0.07457878844034181;
    |x| x.gelu(),      0.7 => 0.53062544344384889, 0.97661410113365987, 0.4715034393838095, -0.76720791428213241;
    |x| x.silu(),      0.7 => 0.46773144051771627, 0.82338678347334244, 0.39122059467797883, -0.27499506638817125;
    |x| x.erf(),       0.7 => 0.67780119383741847, 0.69127486041053857, -0.967784804574754, -0.027650994416421543;
    |x| x.ln_gamma(),  2.5 => 0.28468287047291916, 0.70315664064524319, 0.49035775610023486, -0.2362040516417274;
    |x| x.sinc(),      0.7 => 0.92031098176813008, -0.22209827783377379, -0.28574447367163354, 0.13198747675773172;
    |x| x.log1mexp(), -1.0 => -0.45867514538708193, -0.5819767068693265;
    |x| x.log1pexp(),  100.0 => 100.0, 1.0;
    |x| x.log1pexp(), -100.0 => 3.720075976020836e-44, 3.720075976020836e-44;
    |x| x.log_norm_cdf(),      -40.0 => -804.60844201375385, 40.024968847207264;
    |x| T::lit(1.3).gamma_p(x),  2.5 => 0.23863473215498608, -0.22962689833555939; // by the shape
    |x| T::lit(1.3).gamma_q(x),  2.5 => 0.76136526784501392, 0.22962689833555939;
    |x| x.bessel_i(T::zero()),    3.0 => 4.8807925858650241, 3.9533702174026094;
    |x| x.student_t_cdf(T::one()), -1e200 => 3.183098861837907e-201, 0.0; // 1 / (π |t|)
}

#[test]
fn battery_in_every_nesting() {
    check_table(battery(), [TOLERANCE; 5]);
}

#[test]
fn polygamma_of_large_order_does_not_overflow_on_the_way() {
    // Up to 170 the factorial fits. Beyond, the logarithm of the result has as many digits as any number.
    for (n, x, expected, tolerance) in
        [(150, 1000.0, -4.101778391925375e-190, TOLERANCE), (200, 100.0, -9.125424691096223e-28, 1e-12)]
    {
        let got = Special::polygamma(x, n);
        assert!(relative_error(got, expected) < tolerance, "polygamma({n}) at {x}: got {got:e}, expected {expected:e}");
    }
}

/// The rows are exact numbers, or one rounding away from them.
const ROUNDING: f64 = 4e-16;

table! { Convention, conventions:
    // function                     point     value    first    second

    // The normal distribution: flat at infinity, endless slopes at the ends of an inverse.
    |x| x.erf(),                      0.0 =>    0.0, FRAC_2_SQRT_PI, 0.0;
    |x| x.erf(),                      INF =>    1.0,     0.0,     0.0,    0.0;
    |x| x.erf(),                     -INF =>   -1.0,     0.0,     0.0,    0.0;
    |x| x.erfc(),                     INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.erfc(),                    -INF =>    2.0,     0.0,     0.0,    0.0;
    |x| x.erfc(),                     NAN =>    NAN,     NAN,     NAN;
    |x| x.norm_pdf(),                 INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.norm_cdf(),                 INF =>    1.0,     0.0,     0.0,    0.0;
    |x| x.norm_cdf(),                -INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.erf_inv(),                  0.0 =>    0.0, 1.0 / FRAC_2_SQRT_PI, 0.0;
    |x| x.erf_inv(),                  1.0 =>    INF,     INF, NON_FINITE;
    |x| x.erf_inv(),                 -1.0 =>   -INF,     INF, NON_FINITE;
    |x| x.erf_inv(),                  1.5 =>    NAN,     NAN,     NAN;
    |x| x.norm_quantile(),            0.0 =>   -INF,     INF, NON_FINITE;
    |x| x.norm_quantile(),            1.0 =>    INF,     INF, NON_FINITE;
    |x| x.norm_quantile(),           -0.1 =>    NAN,     NAN,     NAN;
    |x| x.norm_quantile(),            1.1 =>    NAN,     NAN,     NAN;

    |x| x.erfcx(),                    INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.erfcx(),                   -INF =>    INF,    -INF;
    |x| x.erfcx(),                    NAN =>    NAN,     NAN,     NAN;
    |x| x.erfcx(),                    0.0 =>    1.0, -FRAC_2_SQRT_PI, 2.0;
    |x| x.log_erfc(),                 INF =>   -INF,    -INF,    -2.0,    0.0;
    |x| x.log_erfc(),                -INF =>   LN_2,     0.0,     0.0,    0.0;
    |x| x.log_erfc(),               1e150 => -1e300,  -2e150,    -2.0,    0.0;
    |x| x.log_erfc(),                 NAN =>    NAN,     NAN,     NAN;
    |x| x.log_norm_cdf(),             INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.log_norm_cdf(),            -INF =>   -INF,     INF,    -1.0,    0.0;
    |x| x.log_norm_cdf(),          -1e150 => -5e299,   1e150,    -1.0,    0.0;
    |x| x.log_norm_cdf(),             NAN =>    NAN,     NAN,     NAN;

    // Incomplete gamma and beta functions: densities at the ends of the support, shapes without a limit.
    |x| x.gamma_p(T::lit(2.5)),       0.0 =>    0.0,     0.0,     0.0,    INF;
    |x| x.gamma_p(T::lit(2.0)),       0.0 =>    0.0,     0.0,     1.0,   -2.0;
    |x| x.gamma_p(T::one()),          0.0 =>    0.0,     1.0,    -1.0,    1.0;
    |x| x.gamma_q(T::one()),          0.0 =>    1.0,    -1.0,     1.0,   -1.0;
    |x| x.gamma_p(T::lit(0.5)),       0.0 =>    0.0,     INF, NON_FINITE;
    |x| x.gamma_p(T::lit(0.5)),       INF =>    1.0,     0.0,     0.0;
    |x| x.gamma_q(T::lit(0.5)),       INF =>    0.0,     0.0,     0.0;
    |x| x.gamma_p(T::one()),         -1.0 =>    NAN,     NAN,     NAN;
    |x| x.gamma_p(-T::one()),         1.0 =>    NAN,     NAN,     NAN;
    |x| x.gamma_p(T::infinity()),     1.0 =>    0.0,     0.0,     0.0;
    |x| x.gamma_p(T::zero()),         1.0 =>    1.0,     0.0,     0.0;
    |a| T::one().gamma_p(a),          INF =>    0.0,     0.0,     0.0;
    |a| T::zero().gamma_p(a),         2.0 =>    0.0,     0.0,     0.0;
    |p| p.gamma_p_inv(T::one()),      0.0 =>    0.0,     1.0,     1.0,    2.0;
    |p| p.gamma_p_inv(T::one()),      1.0 =>    INF, NON_FINITE;
    |p| p.chi_squared_quantile(T::lit(2.0)), 0.0 => 0.0, 2.0,    2.0,    4.0; // -2 ln(1 - p)
    |p| p.gamma_q_inv(T::one()),      1.0 =>    0.0,    -1.0,     1.0,   -2.0;
    |p| p.gamma_p_inv(T::one()),      1.5 =>    NAN,     NAN,     NAN;
    |x| x.gamma_cdf(T::one(), T::lit(2.0)), -1.0 => 0.0, 0.0,     0.0;
    |x| x.chi_squared_cdf(T::one()), -1.0 =>    0.0,     0.0,     0.0;
    |x| x.beta_inc(T::one(), T::lit(3.0)), 0.0 => 0.0,   3.0,    -6.0,    6.0;
    |x| x.beta_inc(T::lit(3.0), T::one()), 1.0 => 1.0,   3.0,     6.0,    6.0;
    |x| x.beta_inc(T::lit(2.0), T::lit(2.0)), 0.5 => 0.5, 1.5,    0.0,  -12.0;
    |x| x.beta_inc(T::lit(0.5), T::one()), 0.0 => 0.0,   INF, NON_FINITE;
    |x| x.beta_inc(T::one(), T::one()), 1.5 =>  NAN,     NAN,     NAN;
    |a| T::lit(0.5).beta_inc(a, T::one()), INF => 0.0,   0.0,     0.0;
    |p| p.beta_inc_inv(T::one(), T::one()), 0.0 => 0.0,  1.0,     0.0;
    |t| t.student_t_cdf(T::one()),    INF =>    1.0,     0.0,     0.0;
    |t| t.student_t_cdf(T::one()),   -INF =>    0.0,     0.0,     0.0;
    |t| t.student_t_cdf(T::one()),    0.0 =>    0.5, 1.0 / PI,    0.0, -2.0 / PI;
    |t| t.student_t_cdf(-T::one()),   0.0 =>    NAN,     NAN,     NAN;
    |p| p.student_t_quantile(T::one()), 0.5 =>  0.0,      PI,     0.0, 2.0 * PI * PI * PI;
    |p| p.student_t_quantile(T::one()), 0.0 => -INF, NON_FINITE;

    // Gamma: poles.
    |x| x.gamma(),                    0.0 =>    INF,    -INF, NON_FINITE;
    |x| x.gamma(),                   -0.0 =>   -INF,    -INF, NON_FINITE;
    |x| x.gamma(),                   -3.0 =>    NAN,     NAN,     NAN;
    |x| x.gamma(),                    INF =>    INF,     INF;
    |x| x.gamma(),                   -INF =>    NAN,     NAN,     NAN;
    |x| x.ln_gamma(),                 0.0 =>    INF,    -INF, NON_FINITE;
    |x| x.ln_gamma(),                -0.0 =>    INF,     INF, NON_FINITE;
    |x| x.ln_gamma(),                -3.0 =>    INF, NON_FINITE;
    |x| x.ln_gamma(),                 INF =>    INF,     INF;
    |x| x.digamma(),                  0.0 =>   -INF,     INF, NON_FINITE;
    |x| x.digamma(),                 -0.0 =>    INF,     INF, NON_FINITE;
    |x| x.digamma(),                 -3.0 =>    NAN,     NAN,     NAN;
    |x| x.digamma(),                  INF =>    INF,     0.0,     0.0,    0.0;
    |x| x.digamma(),                 -INF =>    NAN,     NAN,     NAN;
    |x| x.polygamma(1),               0.0 =>    INF,    -INF, NON_FINITE;
    |x| x.polygamma(1),              -2.0 =>    INF, NON_FINITE;
    |x| x.polygamma(2),              -2.0 =>    NAN,     NAN,     NAN;
    |x| x.polygamma(2),               NAN =>    NAN,     NAN,     NAN;
    |x| x.beta(T::one()),             0.0 =>    INF,    -INF, NON_FINITE;
    |x| x.beta(T::one()),            -1.0 =>    NAN,     NAN,     NAN;
    |x| x.beta(T::one()),             INF =>    0.0,     0.0,     0.0;
    |x| x.ln_beta(T::one()),          0.0 =>    INF,    -INF, NON_FINITE;
    |x| x.ln_beta(T::one()),          INF =>   -INF,     0.0,     0.0;
    |x| x.ln_beta(T::one()),         -1.0 =>    NAN,     NAN,     NAN;

    // Bessel functions: nothing is divided by zero, and neighbours that overflow together do not cancel.
    |x| x.j0(),                       0.0 =>    1.0,     0.0,    -0.5,    0.0, 0.375;
    |x| x.j1(),                       0.0 =>    0.0,     0.5,     0.0, -0.375,   0.0;
    |x| x.jn(2),                      0.0 =>    0.0,     0.0,    0.25,    0.0, -0.25;
    |x| x.jn(-1),                     0.0 =>    0.0,    -0.5,     0.0;
    |x| x.j0(),                       INF =>    0.0,     0.0,     0.0;
    |x| x.jn(3),                     -INF =>    0.0,     0.0,     0.0;
    |x| x.y0(),                       0.0 =>   -INF,     INF, NON_FINITE;
    |x| x.y1(),                       0.0 =>   -INF,     INF, NON_FINITE;
    |x| x.yn(3),                   1e-200 =>   -INF,     INF, NON_FINITE;
    |x| x.yn(-3),                  1e-200 =>    INF,    -INF, NON_FINITE;
    |x| x.yn(3),                      INF =>    0.0,     0.0,     0.0;
    |x| x.y0(),                      -1.0 =>    NAN,     NAN,     NAN;

    // Modified ones: parity of integer orders, NaN below 0 for others, an even function of the order.
    |x| x.bessel_i(T::zero()),        0.0 =>    1.0,     0.0,     0.5,    0.0, 0.375;
    |x| x.bessel_i(T::one()),         0.0 =>    0.0,     0.5,     0.0,  0.375,   0.0;
    |x| x.bessel_i(-T::one()),        0.0 =>    0.0,     0.5,     0.0;
    |x| x.bessel_i(T::lit(0.5)),      0.0 =>    0.0,     INF, NON_FINITE;
    |x| x.bessel_i(T::lit(0.5)),     -1.0 =>    NAN,     NAN,     NAN;
    |x| x.bessel_i(T::one()),         INF =>    INF,     INF;
    |x| x.bessel_i_scaled(T::one()),  INF =>    0.0,     0.0,     0.0;
    |x| x.bessel_i_scaled(T::zero()), 0.0 =>    1.0,    -1.0,     1.5;
    |x| x.bessel_k(T::one()),         0.0 =>    INF,    -INF, NON_FINITE;
    |x| x.bessel_k(T::one()),         INF =>    0.0,     0.0,     0.0;
    |x| x.bessel_k(T::one()),        -1.0 =>    NAN,     NAN,     NAN;
    |v| T::lit(3.0).bessel_k(v),      0.0 => Special::bessel_k(3.0_f64, 0.0), 0.0;
    |x| x.ln_bessel_k(T::one()),      0.0 =>    INF, NON_FINITE;
    |x| x.ln_bessel_i(T::one()),      0.0 =>   -INF;

    // Steps and ramps: never NaN, however far out.
    |x| x.logistic(),                 0.0 =>    0.5,    0.25,     0.0, -0.125,   0.0;
    |x| x.logistic(),              1000.0 =>    1.0,     0.0,     0.0,    0.0;
    |x| x.logistic(),             -1000.0 =>    0.0,     0.0,     0.0,    0.0;
    |x| x.logistic(),                 INF =>    1.0,     0.0,     0.0,    0.0;
    |x| x.logistic(),                -INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.logistic(),                 NAN =>    NAN,     NAN,     NAN;
    |x| x.logit(),                    0.0 =>   -INF,     INF, NON_FINITE;
    |x| x.logit(),                    0.5 =>    0.0,     4.0,     0.0,   32.0;
    |x| x.logit(),                    1.0 =>    INF,     INF, NON_FINITE;
    |x| x.logit(),                    1.1 =>    NAN,     NAN,     NAN;
    |x| x.softplus(),              1000.0 => 1000.0,     1.0,     0.0,    0.0;
    |x| x.softplus(),             -1000.0 =>    0.0,     0.0,     0.0,    0.0;
    |x| x.softplus(),                 INF =>    INF,     1.0,     0.0;
    |x| x.softplus(),                -INF =>    0.0,     0.0,     0.0;
    |x| x.softplus(),                 NAN =>    NAN,     NAN,     NAN;
    |x| x.gelu(),                     INF =>    INF,     1.0,     0.0;
    |x| x.gelu(),                    -INF =>    0.0,     0.0,     0.0;
    |x| x.gelu(),                   -1e10 =>    0.0,     0.0,     0.0;
    |x| x.silu(),                     INF =>    INF,     1.0,     0.0;
    |x| x.silu(),                    -INF =>    0.0,     0.0,     0.0;
    |x| x.silu(),                  -1e300 =>    0.0,     0.0,     0.0;

    // Kinks: the slope of smallest norm.
    |x| x.relu(),                     2.0 =>    2.0,     1.0,     0.0;
    |x| x.relu(),                    -2.0 =>    0.0,     0.0,     0.0;
    |x| x.relu(),                     0.0 =>    0.0,     0.0,     0.0;
    |x| x.relu(),                    -0.0 =>    0.0,     0.0,     0.0;
    |x| x.relu(),                     NAN =>    NAN,     NAN,     NAN;
    |x| x.leaky_relu(0.25),           2.0 =>    2.0,     1.0,     0.0;
    |x| x.leaky_relu(0.25),          -2.0 =>   -0.5,    0.25,     0.0;
    |x| x.leaky_relu(0.25),           0.0 =>    0.0,    0.25,     0.0;
    |x| x.leaky_relu(4.0),            0.0 =>    0.0,     1.0,     0.0;
    |x| x.leaky_relu(-1.0),           0.0 =>    0.0,     0.0,     0.0; // the absolute value
    |x| x.elu(1.0),                   2.0 =>    2.0,     1.0,     0.0;
    |x| x.elu(1.0),                   0.0 =>    0.0,     1.0,     1.0;
    |x| x.elu(0.5),                   0.0 =>    0.0,     0.5,     0.5;
    |x| x.elu(4.0),                   0.0 =>    0.0,     1.0,     1.0;
    |x| x.elu(4.0),                  -INF =>   -4.0,     0.0,     0.0;

    // Logarithms: nothing has no weight.
    |x| x.log1mexp(),                 0.0 =>   -INF,    -INF, NON_FINITE;
    |x| x.log1mexp(),                -0.0 =>   -INF,    -INF, NON_FINITE;
    |x| x.log1mexp(),              -800.0 =>    0.0,     0.0,     0.0;
    |x| x.log1mexp(),                -INF =>    0.0,     0.0,     0.0;
    |x| x.log1mexp(),                 1.0 =>    NAN,     NAN,     NAN;
    |x| x.log_add_exp(-T::infinity()),  0.0 =>  0.0,     1.0,     0.0;
    |x| (-T::infinity()).log_add_exp(x), 0.0 => 0.0,     1.0,     0.0;
    |x| x.log_add_exp(-T::infinity()), -INF => -INF,     0.0,     0.0;
    |x| x.log_add_exp(T::infinity()),   0.0 =>  INF,     0.0,     0.0;
    |x| x.log_add_exp(T::infinity()),   INF =>  INF,     0.5,     0.0;
    |x| x.log_add_exp(T::zero()),       INF =>  INF,     1.0,     0.0;
    |x| x.log_add_exp(x),               1.0 =>  1.0 + LN_2, 1.0,  0.0;
    |x| x.log_add_exp(T::nan()),        1.0 =>  NAN,     NAN,     NAN;
    |y| T::zero().xlogy(y),             0.0 =>  0.0,     0.0,     0.0;
    |y| T::zero().xlogy(y),            -1.0 =>  0.0,     0.0,     0.0;
    |y| T::zero().xlogy(y),             INF =>  0.0,     0.0,     0.0;
    |y| T::zero().xlogy(y),             NAN =>  NAN,     NAN,     NAN;
    |x| x.xlogy(T::zero()),             0.0 =>  0.0,    -INF;
    |x| x.xlogy(T::lit(2.0)),           0.0 =>  0.0,    LN_2,     0.0;
    |x| x.xlogy(x),                     0.0 =>  0.0,    -INF, NON_FINITE;
    |x| x.xlogy(x),                     1.0 =>  0.0,     1.0,     1.0,   -1.0;
    |x| x.xlogy(T::one()),             -1.0 =>  0.0,     0.0,     0.0;
    |y| T::zero().xlog1py(y),          -1.0 =>  0.0,     0.0,     0.0;
    |x| x.xlog1py(-T::one()),           0.0 =>  0.0,    -INF;
    |y| T::one().xlog1py(y),           -1.0 => -INF,     INF, NON_FINITE;

    // Sines: exact where they are known.
    |x| x.sin_pi(),                   1.0 =>    0.0,     -PI,     0.0, PI * PI * PI;
    |x| x.sin_pi(),                   0.5 =>    1.0,     0.0, -PI * PI;
    |x| x.cos_pi(),                  -0.5 =>    0.0,      PI,     0.0;
    |x| x.cos_pi(),                  1e300 =>   1.0,     0.0, -PI * PI;
    |x| x.sin_pi(),                   INF =>    NAN,     NAN,     NAN;
    |x| x.sinc(),                     0.0 =>    1.0,     0.0, -1.0 / 3.0, 0.0, 0.2;
    |x| x.sinc(),                    -0.0 =>    1.0,     0.0, -1.0 / 3.0, 0.0, 0.2;
    |x| x.sinc(),                     INF =>    0.0,     0.0,     0.0,    0.0;
    |x| x.sinc(),                     NAN =>    NAN,     NAN,     NAN;
}

#[test]
fn conventions_hold_in_every_mode_and_nesting() {
    check_table(conventions(), [ROUNDING; 5]);
}

/// Published or exact numbers, of functions that the tables of one and two arguments do not reach.
#[test]
fn distributions_have_their_derivatives_by_shapes() {
    let close = |got: &[f64], expected: &[f64]| {
        for (got, expected) in got.iter().zip(expected) {
            assert!(relative_error(*got, *expected) < TOLERANCE, "{got:e} is not {expected:e}");
        }
    };
    // The density, and the derivative by the shape as high precision arithmetic gives it
    close(&gradient(|v| v[0].gamma_p(v[1]), &[1.3, 2.5]), &[0.303_875_720_966_830_28, -0.229_626_898_335_559_39]);
    // A scale is an argument: x / θ² of the density.
    let g = gradient(|v| v[0].gamma_cdf(v[1], v[2]), &[2.6, 2.5, 2.0]);
    close(&g, &[0.303_875_720_966_830_28 / 2.0, -0.229_626_898_335_559_39, -0.303_875_720_966_830_28 * 1.3 / 2.0]);
    // I_x(a, 1) = x^a, and 1 - (1 - x)^b for I_x(1, b)
    let (x, a) = (0.3_f64, 2.5);
    close(&gradient(|v| v[0].beta_inc(v[1], 1.0), &[x, a])[..], &[a * x.powf(a - 1.0), x.powf(a) * x.ln()]);
    let b = gradient(|v| v[0].beta_inc(v[1], v[2]), &[x, 1.0, a])[2];
    close(&[b], &[-(1.0 - x).powf(a) * (-x).ln_1p()]);
    // The derivative of the modified Bessel function by the order is the other one at the order 0, and I₀' = I₁.
    close(&gradient(|v| v[0].bessel_i(v[1]), &[3.0, 0.0]), &[3.953_370_217_402_609_4, -Special::bessel_k(3.0, 0.0)]);
    // The quantile is the inverse by all its arguments: shapes that move on the inside and the outside move nothing.
    fn there_and_back<T: Float>(v: &[T]) -> T {
        v[0].beta_inc(v[1], v[2]).beta_inc_inv(v[1], v[2])
    }
    let g: Vec<f64> = gradient(there_and_back, &[0.3, 2.5, 0.75]);
    assert!((g[0] - 1.0).abs() < 1e-14 && g[1].abs() < 1e-14 && g[2].abs() < 1e-14, "{g:?}");
    let h = dualtape::hessian(there_and_back, &[0.3, 2.5, 0.75]);
    assert!(h.iter().all(|h: &f64| h.abs() < 1e-12), "{h}");
}

/// All partial derivatives of the third order of the incomplete beta function, by all three arguments: of `I_x(a, b)` at `(0.3, 2, 3)`.
#[test]
fn mixed_derivatives_by_argument_and_both_shapes() {
    let third = |by: [usize; 3]| {
        let seed = |k: usize, x: f64| {
            let inner = if by[0] == k { Dual::<f64>::variable(x) } else { Dual::constant(x) };
            let middle = if by[1] == k { Dual::variable(inner) } else { Dual::constant(inner) };
            if by[2] == k { Dual::<Dual<Dual<f64>>>::variable(middle) } else { Dual::constant(middle) }
        };
        seed(0, 0.3).beta_inc(seed(1, 2.0), seed(2, 3.0)).tangent().tangent().tangent()
    };
    for (by, expected) in [
        ([0, 1, 2], 0.342_178_969_308_525_01),
        ([1, 1, 2], -0.045_115_724_171_122_765),
        ([0, 0, 2], -2.329_606_952_908_535_1),
    ] {
        for by in [by, [by[1], by[2], by[0]], [by[2], by[0], by[1]]] {
            let got = third(by);
            assert!(relative_error(got, expected) < 1e-13, "{by:?}: {got:e} is not {expected:e}");
        }
    }
}

// ---- Values ----------------------------------------------------------------------------------------------------------

/// Points of every kind: special ones, ordinary ones, and any.
fn points<B: Primitive>() -> Vec<B> {
    let mut random = Lcg(1);
    let ordinary: Vec<f64> = (0..200).map(|_| random.between(-12.0, 12.0)).collect();
    let any: Vec<f64> = (0..100).map(|_| random.any_finite()).collect();
    [SPECIAL, &ordinary, &any].concat().into_iter().map(B::nearest).collect()
}

/// Functions whose values are integrals, long series or roots, of which fewer points are enough here.
fn is_costly(name: &str) -> bool {
    ["bessel", "gamma_", "beta_inc", "student", "chi_squared"].iter().any(|part| name.contains(part))
}

#[track_caller]
fn check_values<B: Primitive>() {
    let mut checks = Checks::default();
    for x in points::<B>() {
        for rule in Rule::all() {
            let expected = rule.call(x).widen();
            let constants = [
                ("a constant dual", rule.call(Dual::<B>::constant(x)).base()),
                ("a constant reverse", rule.call(Reverse::constant(x)).base()),
            ];
            for (engine, got) in values(rule, x).into_iter().chain(constants) {
                checks.bits(format_args!("{} at {x:e} on {engine}", rule.name()), got.widen(), expected);
            }
        }
    }
    let points: Vec<B> = SPECIAL.iter().map(|&x| B::nearest(x)).chain(points().into_iter().step_by(9)).collect();
    for (k, (&x, &y)) in points.iter().flat_map(|x| points.iter().map(move |y| (x, y))).enumerate() {
        let tape = Tape::new();
        let [u, v] = [tape.variable(x), tape.variable(y)];
        let lifted = |x: Reverse<B>| Dual::<_, 2>::seeded(x, 1);
        for rule in Rule2::all() {
            if is_costly(rule.name()) && k % 29 != 0 {
                continue;
            }
            let expected = rule.eval(&[x, y]).widen();
            for (engine, got) in [
                ("Dual", rule.eval(&[Dual::<B>::variable(x), Dual::variable(y)]).base()),
                ("Dual and a constant", rule.eval(&[Dual::<B>::variable(x), Dual::constant(y)]).base()),
                ("Reverse", rule.eval(&[u, v]).base()),
                ("a constant and Reverse", rule.eval(&[Reverse::constant(x), v]).base()),
                ("Dual<Reverse, 2>", rule.eval(&[lifted(u), lifted(v)]).base()),
            ] {
                checks.bits(format_args!("{} at ({x:e}, {y:e}) on {engine}", rule.name()), got.widen(), expected);
            }
        }
    }
    checks.finish();
}

#[test]
fn values_are_those_of_f64() {
    check_values::<f64>();
}

#[test]
fn values_are_those_of_f32() {
    check_values::<f32>();
}

/// Beyond the shapes for which twice the digits are computed, too: `P(x(p, a), a)` is `p` whatever `a` is, to the second order.
#[test]
fn quantiles_of_large_shapes_undo_their_distribution() {
    for shape in [1e3_f64, 3e4, 1e6] {
        let a = Dual::new(Dual::variable(shape), [Dual::constant(1.0)]);
        let found = Dual::constant(Dual::constant(0.3)).gamma_p_inv(a).gamma_p(a);
        assert!((found.primal().primal() - 0.3).abs() < 1e-11, "{found}");
        // The terms that cancel are of the size of the density, about `1 / √a`, times the slope of the quantile, about 1.
        let size = shape.sqrt().recip();
        assert!(found.tangent().primal().abs() < 1e-8 * size, "{found}");
        assert!(found.tangent().tangent().abs() < 1e-6 * size, "{found}");
    }
}
