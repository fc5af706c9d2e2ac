//! `integrate`: an integral by a parameter and by its limits.

use crate::assert_near;
use dualtape::{Dual, Float, Reverse, gradient, value_and_derivative};
use integrate::adaptive_quadrature::adaptive_simpson_method;
use integrate::gauss_quadrature::gauss_laguerre_rule;

/// `∫ₐᵇ e^(-p x) dx`, which is `(e^(-p a) - e^(-p b)) / p`.
fn integral<T: Float>(a: T, b: T, p: T) -> T {
    adaptive_simpson_method(|x| (-p * x).exp(), a, b, T::lit(1e-3), T::lit(1e-10)).unwrap()
}

/// By the upper limit the derivative is the integrand there, by the lower one its negative.
#[test]
fn adaptive_quadrature_by_its_limits_and_by_a_parameter() {
    let (a, b, p): (f64, f64, f64) = (0.5, 2.0, 1.5);
    let (ea, eb) = ((-p * a).exp(), (-p * b).exp());
    let expected = [-ea, eb, (-a * ea + b * eb) / p - (ea - eb) / (p * p)];
    let g = gradient(|x: &[Reverse<f64>]| integral(x[0], x[1], x[2]), &[a, b, p]);
    for (g, expected) in g.into_iter().zip(expected) {
        // The tolerance of the quadrature, which watches the value: its derivatives are about as good.
        assert_near(g, expected, 1e-9);
    }
}

/// The fixed rules of the same crate add up in `f64` and convert back: they accept a dual number and drop its derivative.
#[test]
fn rules_that_go_through_f64_lose_the_derivative() {
    // ∫ p x e^(-x) dx over [0, ∞) is p.
    let laguerre = |p: Dual<f64>| gauss_laguerre_rule(|x: Dual<f64>| p * x, 10);
    let (value, derivative) = value_and_derivative(laguerre, 3.0);
    assert_near(value, 3.0, 1e-14);
    assert_eq!(derivative, 0.0, "upstream has changed: 1 is right");
}
