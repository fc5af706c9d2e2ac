//! Partial derivatives of distribution functions close to the ends of their domains, to order 4 in nested dual numbers and as power
//! series.
//!
//! A density is a power there, and at whole shapes a derivative of it is zero; what is left is the next term of a series, smaller by the
//! argument. Errors are relative to the derivative itself.

use crate::common::Checks;
use crate::common::special::Rule2;
use crate::references::{self, Row, place};
use dualtape::{Dual, Float, ScalarFunction, Special, Taylor, directional, gradient, hessian};

/// Relative: a power of 1e-300 has an error of some hundred roundings in its exponent, the rest are sums of ten terms.
const TOLERANCE: f64 = 1e-12;

/// All but where a number is not in the range of normal ones.
fn is_normal(row: &Row, order: usize, k: usize) -> bool {
    (-300.0..300.0).contains(&row.orders[place(order, k)].log10)
}

/// Compares the derivative of an order, `k` times by the shape.
fn compare(checks: &mut Checks, row: &Row, [order, k]: [usize; 2], engine: &str, got: f64) {
    let expected = row.orders[place(order, k)].nearest;
    let error = (got - expected).abs() / expected.abs();
    checks.is_true(error <= TOLERANCE, || {
        let Row { name, point, .. } = row;
        format!("{name} at {point:?}, order {order}, {k} by the shape, {engine}: {got:e}, expected {expected:e}")
    });
}

/// The derivative along four axes, one a level.
fn nested<F: ScalarFunction>(f: &F, point: &[f64], axes: [usize; 4]) -> [f64; 5] {
    fn seed<T: Float>(x: &[T], axis: usize) -> Vec<Dual<T>> {
        x.iter().enumerate().map(|(i, &x)| if i == axis { Dual::variable(x) } else { Dual::constant(x) }).collect()
    }
    let x = seed(&seed(&seed(&seed(point, axes[3]), axes[2]), axes[1]), axes[0]);
    let y = f.eval(&x);
    let first = y.tangent();
    let second = first.tangent();
    let third = second.tangent();
    [y.base(), first.base(), second.base(), third.base(), third.tangent()]
}

#[test]
fn partials_in_nested_dual_numbers_are_those_of_their_references() {
    let mut checks = Checks::default();
    for row in references::distributions() {
        let f = Rule2::named(row.name);
        // The first axes by the argument, the others by the shape.
        for by_shape in 0..=4 {
            let axes = std::array::from_fn(|level| usize::from(level >= 4 - by_shape));
            let found = nested(&f, &row.point, axes);
            for (order, &found) in found.iter().enumerate().skip(1) {
                let k = axes[..order].iter().sum();
                if is_normal(&row, order, k) {
                    compare(&mut checks, &row, [order, k], "nested dual numbers", found);
                }
            }
        }
    }
    checks.finish();
}

#[test]
fn series_and_reverse_mode_have_the_derivatives_of_their_references() {
    let mut checks = Checks::default();
    for row in references::distributions() {
        let f = Rule2::named(row.name);
        for axis in 0..2 {
            let direction: [f64; 2] = std::array::from_fn(|i| f64::from(u8::from(i == axis)));
            let found: [f64; 5] = directional(|x: &[Taylor<f64, 5>]| f.eval(x), &row.point, &direction);
            let (slope, hessian) = (gradient(|x| f.eval(x), &row.point), hessian(|x| f.eval(x), &row.point));
            for (order, &found) in found.iter().enumerate().skip(1) {
                let k = order * axis;
                if !is_normal(&row, order, k) {
                    continue;
                }
                compare(&mut checks, &row, [order, k], "series", found);
                match order {
                    1 => compare(&mut checks, &row, [1, k], "gradient", slope[axis]),
                    2 => compare(&mut checks, &row, [2, k], "hessian", hessian[(axis, axis)]),
                    _ => {}
                }
            }
        }
    }
    checks.finish();
}

/// Tangents that are not about 1 take another way where the argument is tiny.
#[test]
fn scaled_arguments_have_the_derivatives_of_their_references() {
    let mut checks = Checks::default();
    for row in references::distributions() {
        if !(1..=4).all(|order| is_normal(&row, order, 0)) {
            continue; // forms for tangents hold for all orders or none
        }
        let f = Rule2::named(row.name);
        let scaled: [f64; 5] = directional(|x: &[Taylor<f64, 5>]| f.eval(x), &row.point, &[0.0009765625, 0.0]);
        let found = nested_scaled(&f, &row.point);
        for order in 1..=4 {
            // A tangent of 2^-10 for each order.
            let back = 1024_f64.powi(order as i32);
            compare(&mut checks, &row, [order, 0], "series of a scaled argument", scaled[order] * back);
            compare(&mut checks, &row, [order, 0], "nested dual numbers of a scaled argument", found[order] * back);
        }
    }
    checks.finish();
}

/// Derivatives along the argument, by dual numbers whose outermost tangent comes from a product with `2^-10`.
fn nested_scaled<F: ScalarFunction>(f: &F, point: &[f64]) -> [f64; 5] {
    struct Scaled<'f, F>(&'f F);
    impl<F: ScalarFunction> ScalarFunction for Scaled<'_, F> {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            self.0.eval(&[x[0] * T::lit(0.0009765625), x[1]])
        }
    }
    nested(&Scaled(f), &[point[0] * 1024.0, point[1]], [0; 4])
}

/// Orders 1 to 7 of the chi-squared distribution function with four degrees of freedom, `1 - (1 + x/2) e^(-x/2)`.
#[test]
fn series_of_order_7_at_a_tiny_argument() {
    let found: [f64; 8] = dualtape::derivatives(|x: Taylor<f64, 8>| x.chi_squared_cdf(4.0), 1e-100);
    for (n, found) in found.into_iter().enumerate().skip(2) {
        // The coefficients of x e^(-x/2) / 4, n - 1 times differentiated at 0.
        let expected = 0.25 * (n - 1) as f64 * (-0.5_f64).powi(n as i32 - 2);
        assert!((found - expected).abs() <= 1e-14 * expected.abs(), "order {n}: {found:e}, expected {expected:e}");
    }
    let second: f64 = dualtape::second_derivative(|x| x.chi_squared_cdf(4.0), 1e-100);
    assert!((second - 0.25).abs() <= 1e-15);
}

// ---- Quantiles -------------------------------------------------------------------------------------------------------

/// A quantile with a closed form: what it is called, and its shapes.
struct Quantile(&'static str, [f64; 2]);

impl ScalarFunction for Quantile {
    fn eval<T: Float>(&self, p: &[T]) -> T {
        let Quantile(name, [a, b]) = self;
        let [a, b] = [*a, *b].map(T::lit);
        match *name {
            "gamma_p_inv" => p[0].gamma_p_inv(a),
            "gamma_q_inv" => p[0].gamma_q_inv(a),
            "chi_squared_quantile" => p[0].chi_squared_quantile(a),
            "beta_inc_inv" => p[0].beta_inc_inv(a, b),
            other => panic!("{other} has no closed form here"),
        }
    }
}

/// Where one over a shape is whole, the leading terms of derivatives cancel at tiny probabilities, and next to 1 those of the second shape.
#[test]
fn quantiles_at_tiny_probabilities_have_the_derivatives_of_closed_forms() {
    use std::f64::consts::PI;
    let mut checks = Checks::default();
    let tiny = [1e-300, 1e-200, 1e-100, 1e-20, 1e-16, 1e-10];
    let mut cases: Vec<(Quantile, f64, [f64; 4])> = Vec::new();
    for p in tiny.into_iter().chain([1e-6, 1e-4]) {
        let q = 1.0 - p;
        // -ln(1 - p), of all tails
        let of_log = [1.0 / q, 1.0 / (q * q), 2.0 / (q * q * q), 6.0 / (q * q * q * q)];
        cases.push((Quantile("gamma_p_inv", [1.0, 0.0]), p, of_log));
        cases.push((Quantile("chi_squared_quantile", [2.0, 0.0]), p, of_log.map(|x| 2.0 * x)));
        // sin(π p / 2)²
        let (sine, cosine) = (PI * p).sin_cos();
        let of_sine = [PI / 2.0 * sine, PI * PI / 2.0 * cosine, -PI.powi(3) / 2.0 * sine, -PI.powi(4) / 2.0 * cosine];
        cases.push((Quantile("beta_inc_inv", [0.5, 0.5]), p, of_sine));
        // 1 - (1 - p)²
        cases.push((Quantile("beta_inc_inv", [1.0, 0.5]), p, [2.0 * q, -2.0, 0.0, 0.0]));
    }
    for p in tiny {
        // The square of erf⁻¹: π / 4 (p² + π / 6 p⁴ + ..), and twice that
        let of_square = [PI / 2.0 * p, PI / 2.0, PI * PI * p, PI * PI];
        cases.push((Quantile("gamma_p_inv", [0.5, 0.0]), p, of_square));
        cases.push((Quantile("chi_squared_quantile", [1.0, 0.0]), p, of_square.map(|x| 2.0 * x)));
    }
    for q in [2f64.powi(-50), 2f64.powi(-40), 2f64.powi(-20)] {
        let p = 1.0 - q;
        let of_log = [-1.0 / p, 1.0 / (p * p), -2.0 / (p * p * p), 6.0 / (p * p * p * p)];
        cases.push((Quantile("gamma_q_inv", [1.0, 0.0]), p, of_log));
        let (sine, cosine) = (PI * q).sin_cos();
        let of_sine = [PI / 2.0 * sine, -PI * PI / 2.0 * cosine, -PI.powi(3) / 2.0 * sine, PI.powi(4) / 2.0 * cosine];
        cases.push((Quantile("beta_inc_inv", [0.5, 0.5]), p, of_sine));
    }
    for (f, p, expected) in &cases {
        let engines = [
            ("nested dual numbers", nested(f, &[*p], [0; 4])),
            ("series", directional(|x: &[Taylor<f64, 5>]| f.eval(x), &[*p], &[1.0])),
        ];
        for (engine, found) in engines {
            for (order, (found, expected)) in found[1..].iter().zip(expected).enumerate() {
                let error = (found - expected).abs();
                // Of a derivative that is 0 the error is absolute; the others are near 1.
                let size = if *expected == 0.0 { 1.0 } else { expected.abs() };
                checks.is_true(error <= TOLERANCE * size, || {
                    let Quantile(name, shapes) = f;
                    let order = order + 1;
                    format!("{name} {shapes:?} at {p:e}, order {order}, {engine}: {found:e}, expected {expected:e}")
                });
            }
        }
        let second = hessian(|x| f.eval(x), &[*p])[(0, 0)];
        checks.is_true((second - expected[1]).abs() <= TOLERANCE * expected[1].abs(), || {
            format!("{} {:?} at {p:e}, hessian: {second:e}, expected {:e}", f.0, f.1, expected[1])
        });
    }
    checks.finish();
}
