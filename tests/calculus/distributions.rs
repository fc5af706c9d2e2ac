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
