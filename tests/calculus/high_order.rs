//! Derivatives of orders 3 to 6 of whole functions, by nesting: what is exact for a rule must survive the composition of
//! rules.

use crate::common::engines::{Backward, Forward, Labelled, fourth, orders, slope};
use crate::common::{Checks, curves};
use crate::references::{self, Row};
use dualtape::Float;

curves!(
    /// The functions of `data/functions.py`, by name.
    Function {
        "tanh" => |x| x.tanh();
        "sin" => |x| x.sin();
        "x_exp_sin" => |x| x * x.sin().exp();
        "runge" => |x| (T::one() + x * x).recip();
        "softplus" => |x| x.exp().ln_1p();
        "sqrt" => |x| x.sqrt();
        "three_halves" => |x| x.powf(T::lit(1.5));
        "atan" => |x| x.atan();
        "asin" => |x| x.asin();
        "bell" => |x| x.exp_m1().exp(); // numbers of partitions
        "tan" => |x| x.tan();
        "sec" => |x| x.cos().recip();
        "fibonacci" => |x| (T::one() - x - x * x).recip(); // n! times the numbers of Fibonacci
        "catalan" => |x| (T::one() - (T::one() - T::lit(4.0) * x).sqrt()) * T::lit(0.5); // n! times those of Catalan
        "recip" => |x| x.recip();
        "cos_square" => |x| (x * x).cos();
        "tenth_power" => |x| x.powi(10);
        "hermite" => |x| (x * x * T::lit(-0.5)).exp(); // polynomials of Hermite
        "nested" => |x| { let y = (x * x.sin()).exp(); y * (x * y).sin() + x };
        "self_power" => |x| x.powf(x);
        "length" => |x| x.hypot(x.exp());
        "angle" => |x| x.atan2(x.exp());
    }
);

/// Relative. Every order adds the roundings of a sum over twice as many paths; a few hundred ulp are left at order 6.
const TOLERANCE: [f64; 7] = [1e-15, 2e-15, 5e-15, 1e-14, 3e-14, 1e-13, 3e-13];

/// The derivative of order 1 to 6.
fn derivatives(f: Function, x: f64, order: usize) -> Vec<Labelled<f64>> {
    match order {
        5 => [fourth(slope::<Forward, _>(f), x), fourth(slope::<Backward, _>(f), x)].concat(),
        6 => fourth(slope::<Backward, _>(slope::<Forward, _>(f)), x).into(),
        order => orders(f, x, order),
    }
}

#[test]
fn derivatives_of_orders_up_to_six_are_exact() {
    let mut checks = Checks::default();
    let mut worst = [0.0_f64; 7];
    for Row { name, point, orders } in references::high_order() {
        for order in 1..=6 {
            let expected = orders[order].nearest;
            // Near a zero of the derivative, relative to the size it has away from it.
            let neighbours = orders[order - 1].nearest * orders.get(order + 1).map_or(0.0, |d| d.nearest);
            let scale = expected.abs().max(neighbours.abs().sqrt());
            for (engine, got) in derivatives(Function::named(name), point[0], order) {
                let error = (got - expected).abs() / scale;
                worst[order] = worst[order].max(if got == expected { 0.0 } else { error });
                checks.is_true(got == expected || error <= TOLERANCE[order], || {
                    format!("{name} at {point:?}, order {order}, {engine}: {got:e}, expected {expected:e}, error {error:.1e}")
                });
            }
        }
    }
    println!("largest relative errors by order: {worst:?}");
    checks.finish();
}

#[test]
fn every_function_has_a_reference() {
    for name in Function::names() {
        assert!(references::high_order().any(|row| row.name == *name), "no reference for {name}");
    }
}
