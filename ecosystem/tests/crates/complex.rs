//! `num-complex`: functions of a complex number with dual parts.
//!
//! For a holomorphic `f` the derivative by the real part is `f'(z)` and by the imaginary part `i f'(z)`: one closed form checks
//! both, and with them the Cauchy-Riemann equations.

use crate::assert_near;
use dualtape::{Dual, Float, Reverse, gradient, hessian};
use num_complex::Complex;

/// Rounding of a handful of operations on numbers of the size of 1.
const TOLERANCE: f64 = 1e-14;

/// Points in all quadrants, none on an axis: the branch cuts of the functions below are there.
const POINTS: [Complex<f64>; 4] =
    [Complex::new(0.7, 0.4), Complex::new(-0.6, 0.9), Complex::new(-1.3, -0.2), Complex::new(0.3, -1.1)];

macro_rules! check_holomorphic {
    ($(|$z:ident| $f:expr, derivative $derivative:expr;)*) => {$(
        for point in POINTS {
            let $z = point;
            let (value, derivative): (Complex<f64>, Complex<f64>) = ($f, $derivative);

            let $z = Complex::new(Dual::<f64, 2>::seeded(point.re, 0), Dual::seeded(point.im, 1));
            let f = $f;
            let part = |k: usize| Complex::new(f.re.tangents()[k], f.im.tangents()[k]);
            assert_eq!(Complex::new(f.re.primal(), f.im.primal()), value, "{} at {point}", stringify!($f));
            assert_close(part(0), derivative, stringify!($f), point);
            assert_close(part(1), derivative * Complex::i(), stringify!($f), point);

            let re = |x: &[Reverse<f64>]| {
                let $z = Complex::new(x[0], x[1]);
                $f.re
            };
            let gradient = gradient(re, &[point.re, point.im]);
            assert_close(Complex::new(gradient[0], -gradient[1]), derivative, stringify!($f), point);
        }
    )*};
}

#[track_caller]
fn assert_close(a: Complex<f64>, b: Complex<f64>, name: &str, point: Complex<f64>) {
    assert!((a - b).norm() <= TOLERANCE * b.norm().max(1.0), "{name} at {point}: {a} instead of {b}");
}

/// A real number of the type that the surrounding expression asks for.
fn real<T: Float>(x: f64) -> T {
    T::lit(x)
}

#[test]
fn holomorphic_functions_have_their_complex_derivative_in_both_modes() {
    check_holomorphic! {
        |z| z * z * z, derivative 3.0 * z * z;
        |z| z.inv(), derivative -(z * z).inv();
        |z| z.exp(), derivative z.exp();
        |z| z.ln(), derivative z.inv();
        |z| z.sqrt(), derivative (2.0 * z.sqrt()).inv();
        |z| z.cbrt(), derivative (3.0 * z.cbrt() * z.cbrt()).inv();
        |z| z.powf(real(2.5)), derivative 2.5 * z.powf(1.5);
        |z| z.powi(-3), derivative -3.0 * z.powi(-4);
        |z| z.powc(Complex::new(real(0.5), real(2.0))), derivative Complex::new(0.5, 2.0) * z.powc(Complex::new(-0.5, 2.0));
        |z| z.expf(real(2.0)), derivative 2.0_f64.ln() * z.expf(2.0);
        |z| z.sin(), derivative z.cos();
        |z| z.cos(), derivative -z.sin();
        |z| z.tan(), derivative (z.cos() * z.cos()).inv();
        |z| z.asin(), derivative (1.0 - z * z).sqrt().inv();
        |z| z.acos(), derivative -(1.0 - z * z).sqrt().inv();
        |z| z.atan(), derivative (1.0 + z * z).inv();
        |z| z.sinh(), derivative z.cosh();
        |z| z.cosh(), derivative z.sinh();
        |z| z.tanh(), derivative (z.cosh() * z.cosh()).inv();
        |z| z.asinh(), derivative (1.0 + z * z).sqrt().inv();
        |z| z.atanh(), derivative (1.0 - z * z).inv();
    }
}

/// |z| = √(x² + y²) and arg z = atan(y / x), which are not holomorphic.
#[test]
fn norm_and_argument_have_their_real_gradients() {
    for z in POINTS {
        let r = z.norm();
        let norm = gradient(|x| Complex::new(x[0], x[1]).norm(), &[z.re, z.im]);
        assert_near(norm[0], z.re / r, TOLERANCE);
        assert_near(norm[1], z.im / r, TOLERANCE);
        let argument = gradient(|x| Complex::new(x[0], x[1]).arg(), &[z.re, z.im]);
        assert_near(argument[0], -z.im / (r * r), TOLERANCE);
        assert_near(argument[1], z.re / (r * r), TOLERANCE);
    }
}

/// The real part of a holomorphic function is harmonic: its Hessian is [[Re f'', -Im f''], [-Im f'', -Re f'']].
#[test]
fn nested_numbers_give_the_second_complex_derivative() {
    for z in POINTS {
        let h = hessian(|x| Complex::new(x[0], x[1]).exp().re, &[z.re, z.im]);
        let second = z.exp();
        for (entry, expected) in h.iter().zip([second.re, -second.im, -second.im, -second.re]) {
            assert_near(*entry, expected, TOLERANCE);
        }
    }
}

/// On the real axis `sqrt` and `cbrt` of num-complex take a branch that asks `im.is_zero()` and passes the imaginary part on as
/// it is, so the derivative *across* the axis is lost; along the axis it is right. `exp(ln(z) / 2)` has both.
#[test]
fn the_square_root_on_the_real_axis_is_differentiated_along_the_axis_only() {
    let z = Complex::new(Dual::<f64, 2>::seeded(4.0, 0), Dual::seeded(0.0, 1));
    let root = z.sqrt();
    assert_eq!(root.re.tangents(), [0.25, 0.0]);
    assert_eq!(root.im.tangents(), [0.0, 1.0], "upstream has changed: 0.25 is right");
    let root = (z.ln() / Dual::constant(2.0)).exp();
    assert_near(root.im.tangents()[1], 0.25, TOLERANCE);
}
