//! Power series of 40 coefficients at points where the recurrences leave the range: next to poles and branch points, at subnormal and at
//! huge arguments. Each coefficient is right, or infinite where it is too large, or NaN where it is documented as not known.

use dualtape::Taylor;
use std::f64::consts::FRAC_PI_4;

const N: usize = 40;
type Series = Taylor<f64, N>;

/// The path `x / (1 - t)`.
fn growing(x: f64) -> Series {
    Taylor::new([x; N])
}

/// The coefficients of `(a + b t)ᶜ`, by their quotients.
fn binomial_series(a: f64, b: f64, c: f64) -> [f64; N] {
    let mut y = [a.powf(c); N];
    for k in 1..N {
        y[k] = y[k - 1] * (c - (k - 1) as f64) / k as f64 * (b / a);
    }
    y
}

/// Where a coefficient is in range, it is found but for rounding; the one that is not, and those after it, are not finite. `known` of them
/// need be known.
#[track_caller]
fn assert_known(name: &str, found: Series, expected: impl Fn(usize) -> f64, known: usize) {
    // A subnormal argument has 14 digits, and errors add up over 40 orders. What rounding leaves of a coefficient that is zero is small beside the first derivative.
    let found_size = expected(1).abs().max(if expected(1) == 0.0 { expected(0) } else { 0.0 });
    let mut is_in_range = true;
    let mut compared = 0;
    for (k, &found) in found.coefficients().iter().enumerate() {
        let expected = expected(k);
        is_in_range &= expected.is_finite();
        if !is_in_range {
            assert!(!found.is_finite(), "{name}, order {k}: {found:e} is beyond the range");
        } else if k < known || !found.is_nan() {
            let error = (found - expected).abs();
            assert!(
                error <= 1e-11 * expected.abs() || error <= 1e-12 * found_size,
                "{name}, order {k}: {found:e}, expected {expected:e}"
            );
            compared += 1;
        }
    }
    assert!(compared > 1, "{name}: nothing is in range");
}

/// Inverse functions next to their poles and branch points. Coefficients leave the range before the last one, so all come from closed
/// forms, at orders from 25 on too.
#[test]
fn inverse_functions_next_to_their_poles() {
    for distance in [1e-8, 1e-9, 1e-10, 1e-12, 1e-15] {
        // The distance as it is after rounding.
        let x: f64 = 1.0 - distance;
        let d = 1.0 - x;
        let at = Series::variable(x);
        let product = |k: usize, a: [f64; N], b: [f64; N]| (0..=k).map(|j| a[j] * b[k - j]).sum::<f64>();
        let slope = |k: usize| product(k, binomial_series(d, -1.0, -0.5), binomial_series(1.0 + x, 1.0, -0.5));
        assert_known("asin", at.asin(), |k| if k == 0 { x.asin() } else { slope(k - 1) / k as f64 }, N);
        assert_known("acos", at.acos(), |k| if k == 0 { x.acos() } else { -slope(k - 1) / k as f64 }, N);
        let sum = |k: usize| (d.powi(-(k as i32)) - (-1.0 - x).powi(-(k as i32))) / (2.0 * k as f64);
        assert_known("atanh", at.atanh(), |k| if k == 0 { x.atanh() } else { sum(k) }, N);
        let x: f64 = 1.0 + distance;
        let d = x - 1.0;
        let slope = |k: usize| product(k, binomial_series(d, 1.0, -0.5), binomial_series(x + 1.0, 1.0, -0.5));
        let acosh = Series::variable(x).acosh();
        assert_known("acosh", acosh, |k| if k == 0 { x.acosh() } else { slope(k - 1) / k as f64 }, N);
    }
}

/// Where the slope is infinite, nothing after the value is finite.
#[test]
fn infinite_slopes() {
    let at = Series::variable;
    for y in [
        at(1.0).asin(),
        at(-1.0).acos(),
        at(1.0).acosh(),
        at(1.0).atanh(),
        at(0.0).sqrt(),
        at(0.0).ln(),
        at(-1.0).ln_1p(),
    ] {
        assert!(y.coefficients()[1..].iter().all(|c| !c.is_finite()), "{y:?}");
    }
}

/// Functions along `x / (1 - t)` at the ends of the range, where they are a power or a logarithm of that.
#[test]
fn smooth_paths_at_the_ends_of_the_range() {
    // c (1 - t)ᵖ
    let power = |c: f64, p: f64| move |k: usize| c * binomial_series(1.0, -1.0, p)[k];
    let logarithm = |value: f64| move |k: usize| if k == 0 { value } else { 1.0 / k as f64 };
    for x in [1e-310, 1e-300] {
        assert_known("ln", growing(x).ln(), logarithm(x.ln()), N);
        assert_known("cbrt", growing(x).cbrt(), power(x.cbrt(), -1.0 / 3.0), N);
        assert_known("sqrt", growing(x).sqrt(), power(x.sqrt(), -0.5), N);
        assert_known("powf", growing(x).powf(Series::constant(0.25)), power(x.powf(0.25), -0.25), N);
        let base = Series::new(std::array::from_fn(logarithm(x.ln())));
        let log = Series::constant(3.0_f64.ln()) / base;
        assert_known("log", Series::constant(3.0).log(growing(x)), |k| log.coefficient(k), 24);
        assert_known("log of both", growing(x).log(growing(x)), |k| if k == 0 { 1.0 } else { 0.0 }, 13);
    }
    assert_known("recip", growing(1e300).recip(), power(1e-300, 1.0), N);
    for x in [1e160, 1e200, 1e300] {
        assert_known("asinh", growing(x).asinh(), logarithm(x.asinh()), N);
        assert_known("acosh", growing(x).acosh(), logarithm(x.acosh()), N);
        let atan = power(-x.recip(), 1.0);
        assert_known("atan", growing(x).atan(), |k| if k == 0 { x.atan() } else { atan(k) }, N);
    }
    for x in [1e-300, 1e-200, 1e100, 1e300] {
        let (a, b) = (growing(3.0 * x), growing(4.0 * x));
        assert_known("hypot", a.hypot(b), power(5.0 * x, -1.0), 13);
        assert_known("hypot of one", Series::constant(0.0).hypot(b), power(4.0 * x, -1.0), 24);
        assert_known("angle", a.atan2(a), |k| if k == 0 { FRAC_PI_4 } else { 0.0 }, 13);
        assert_known("quotient", a / b, |k| if k == 0 { 0.75 } else { 0.0 }, N);
    }
}

/// `hypot(x + t, y)` is `x hypot(1 + t / x, 3)` for `y = 3 x`.
#[test]
fn lengths_of_tiny_vectors() {
    let unit = Series::variable(1.0).hypot(Series::constant(3.0));
    for x in [1e-300_f64, 1e-100] {
        let expected = |k: usize| (0..k).fold(unit.coefficient(k) * x, |c, _| c / x);
        assert_known("hypot", Series::variable(x).hypot(Series::constant(3.0 * x)), expected, N);
    }
}
