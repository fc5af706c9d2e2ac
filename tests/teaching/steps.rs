//! DeZero's steps that are more than a function with its gradient.

use super::taylor_sine;
use dualtape::optimize::Newton;
use dualtape::{
    Dual, Float, Reverse, Tape, check, derivative, derivatives, forward, gradient, hessian, numeric, scalar_function,
    value_and_derivative, value_and_gradient,
};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4};

/// Steps 3 to 9.
fn chain<T: Float>(x: T) -> T {
    x.powi(2).exp().powi(2)
}

#[test]
fn step_4_numerical_derivatives() {
    let square = |x: f64| x * x;
    assert_eq!(numeric::derivative(square, 2.0), 4.000000000004);
    assert_eq!(numeric::derivative(chain::<f64>, 0.5), 3.2974426293330694);
    assert_eq!(numeric::forward_difference(square, 2.0), 4.0001000000078335);
    assert_eq!(numeric::forward_difference(chain::<f64>, 0.5), 3.2981021178524195);
    // The digits that a difference loses: of four, one is left, and of sixteen, thirteen.
    let lost = (1.234_f64 - 1.233) / 1e-3 - 1.0;
    assert!(lost != 0.0 && lost.abs() < 1e-12, "{lost}");
}

#[test]
fn steps_6_and_7_backpropagation_piece_by_piece() {
    let tape = Tape::new();
    let x = tape.variable(0.5);
    let a = tape.retain(x.powi(2));
    let b = tape.retain(a.exp());
    let y = b.powi(2);
    let adjoints = tape.adjoints(y);
    assert_eq!(y.primal(), 1.648721270700128);
    assert_eq!(adjoints.wrt(b), 2.568050833375483);
    assert_eq!(adjoints.wrt(a), 3.297442541400256);
    assert_eq!(adjoints.wrt(x), 3.297442541400256);
}

/// As deep as no recursion goes: each round doubles the variable and takes it away once.
#[test]
fn step_8_a_loop_in_place_of_recursion() {
    let deep = |x: &[Reverse<f64>]| (0..200_000).fold(x[0], |y, _| y + x[0] - x[1]);
    assert_eq!(gradient(deep, &[1.5, 0.5]), [200_001.0, -200_000.0]);
}

#[test]
fn step_9_single_precision_stays_single() {
    let (value, slope): (f32, f32) = value_and_derivative(|x| x * x, 3.0_f32);
    assert_eq!((value, slope), (9.0, 6.0));
    assert_eq!(gradient(|x| x[0] * x[0], &[3.0_f32]), [6.0_f32]);
}

#[test]
fn step_10_gradients_are_checked() {
    fn square<T: Float>(x: &[T]) -> T {
        x[0].powi(2)
    }
    scalar_function!(Square = square);
    for x in [0.0, 0.37, 0.5, 0.92, 1.0] {
        assert!(check::allclose(&gradient(square, &[x]), &[numeric::derivative(|x| square(&[x]), x)]), "at {x}");
        check::gradient_of(&Square, &[x]).assert_passed();
    }
    // NumPy's formula takes the second number for the right one.
    assert!(check::allclose_within(&[10.0], &[11.0], 0.095, 0.0));
    assert!(!check::allclose_within(&[11.0], &[10.0], 0.095, 0.0));
}

#[test]
fn step_19_numbers_are_printed() {
    assert_eq!(Dual::new(4.0, [4.0]).to_string(), "4 + 4ε");
    let tape = Tape::new();
    assert_eq!(tape.variable(4.0).to_string(), "4");
}

#[test]
fn steps_20_to_22_literals_on_both_sides() {
    assert_eq!(value_and_derivative(|x| 2.0 * x + 1.0, 3.0), (7.0, 2.0));
    assert_eq!(value_and_derivative(|x| 2.0 - x, 2.0), (0.0, -1.0));
    assert_eq!(value_and_derivative(|x| x - 1.0, 2.0), (1.0, 1.0));
    assert_eq!(value_and_derivative(|x| 3.0 / x, 2.0), (1.5, -0.75));
    assert_eq!(value_and_gradient(|x| 3.0 / x[0], &[2.0]), (1.5, vec![-0.75]));
}

#[cfg(feature = "ndarray")]
#[test]
fn step_21_an_array_on_the_left() {
    let numbers = ndarray::array![1.0, 2.0, 4.0];
    let sum = |x: Dual<f64>| (numbers.mapv(Dual::constant) * x).sum();
    assert_eq!(value_and_derivative(sum, 3.0), (21.0, 7.0));
}

#[test]
fn step_27_the_series_of_the_sine() {
    for (threshold, terms, value, slope) in
        [(1e-4, 4, 0.7071064695751781, 0.7071032148228457), (1e-150, 47, 0.7071067811865475, 0.7071067811865475)]
    {
        let mut counted = 0;
        let mut sine = |x| {
            let (y, terms) = taylor_sine(x, threshold);
            counted = terms;
            y
        };
        assert_eq!(value_and_derivative(&mut sine, FRAC_PI_4), (value, slope));
        assert_eq!(counted, terms);
        let by_tape = value_and_gradient(|x| taylor_sine(x[0], threshold).0, &[FRAC_PI_4]);
        assert_eq!(by_tape, (value, vec![slope]));
    }
    assert!((taylor_sine(FRAC_PI_4, 1e-4).0 - FRAC_1_SQRT_2).abs() < 1e-6);
}

fn rosenbrock<T: Float>(x: &[T]) -> T {
    T::lit(100.0) * (x[1] - x[0].powi(2)).powi(2) + (x[0] - T::lit(1.0)).powi(2)
}

#[test]
fn step_28_gradient_descent() {
    let expected = [
        (0, [0.0, 2.0]),
        (1, [0.002, 1.6]),
        (2, [0.0052759968, 1.2800008]),
        (3, [0.009966698110960038, 1.0240062072284468]),
        (4, [0.01602875299014943, 0.8192248327970044]),
        (999, [0.6834917840420289, 0.46565059996514135]),
        (9_999, [0.9944962193480691, 0.9890006333530483]),
        (50_000, [0.9999999993724021, 0.999999998742293]),
    ];
    let mut x = [0.0, 2.0];
    let mut steps = 0;
    for (count, point) in expected {
        while steps < count {
            let slope = gradient(rosenbrock, &x);
            x = [x[0] - 0.001 * slope[0], x[1] - 0.001 * slope[1]];
            steps += 1;
        }
        assert_eq!(x, point, "after {steps} steps");
    }
}

fn double_well<T: Float>(x: &[T]) -> T {
    x[0].powi(4) - T::lit(2.0) * x[0].powi(2)
}
scalar_function!(DoubleWell = double_well);

const ITERATES: [f64; 8] = [
    2.0,
    1.4545454545454546,
    1.1510467893775467,
    1.0253259289766978,
    1.0009084519430513,
    1.0000012353089454,
    1.000000000002289,
    1.0,
];

#[test]
fn step_29_newton_with_the_second_derivative_by_hand() {
    let mut x = 2.0;
    for expected in ITERATES {
        assert_eq!(x, expected);
        let curvature = 12.0 * x * x - 4.0;
        x -= gradient(double_well, &[x])[0] / curvature;
    }
}

#[test]
fn steps_30_to_33_newton_with_the_second_derivative_by_nesting() {
    // The same curvature by backpropagation through backpropagation, by two tangents, and by the driver.
    let slope = |x: &[Reverse<f64>]| gradient(double_well, x)[0];
    let well = |x: Dual<Dual<f64>>| double_well(&[x]);
    let mut x = 2.0;
    for expected in ITERATES {
        assert_eq!(x, expected);
        let (first, second) = value_and_gradient(slope, &[x]);
        assert_eq!(second[0], derivative(|x| derivative(well, x), x));
        assert_eq!(second[0], hessian(double_well, &[x])[(0, 0)]);
        x -= first / second[0];
    }
    assert_eq!(value_and_gradient(slope, &[2.0]), (24.0, vec![44.0]));

    let report = Newton::pure().trace(true).minimize(&DoubleWell, &[2.0]);
    let path: Vec<f64> = report.trace.iter().map(|iterate| iterate.x[0]).collect();
    assert!(report.converged());
    assert_eq!(path[..], ITERATES[..path.len()]);
    assert!(path.len() >= 7, "{path:?}");
}

/// Functions that are each the derivative of the one before: nested dual numbers, beside [`derivatives`] by a series.
macro_rules! derivatives {
    ($f:ident: $first:ident $($order:ident)*) => {
        fn $first<T: Float>(x: T) -> T {
            x.$f()
        }
        derivatives! { @ $first $($order)* }
    };
    (@ $lower:ident $order:ident $($rest:ident)*) => {
        fn $order<T: Float>(x: T) -> T {
            derivative($lower, x)
        }
        derivatives! { @ $order $($rest)* }
    };
    (@ $last:ident) => {};
}

#[test]
fn step_34_derivatives_of_the_sine() {
    derivatives! { sin: sin_0 sin_1 sin_2 sin_3 sin_4 }
    let orders: [fn(f64) -> f64; 5] = [sin_0, sin_1, sin_2, sin_3, sin_4];
    assert_eq!(
        orders.map(|f| f(1.0)),
        [0.8414709848078965, 0.5403023058681398, -0.8414709848078965, -0.5403023058681398, 0.8414709848078965]
    );
    for k in 0..200 {
        let x = -7.0 + 14.0 * f64::from(k) / 199.0;
        let (sin, cos) = x.sin_cos();
        assert_eq!(orders.map(|f| f(x)), [sin, cos, -sin, -cos, sin], "at {x}");
        let series: [f64; 5] = derivatives(|x| x.sin(), x);
        for (found, expected) in series.into_iter().zip([sin, cos, -sin, -cos, sin]) {
            assert!((found - expected).abs() <= 2.0 * f64::EPSILON, "{found} is not {expected} at {x}");
        }
    }
}

#[test]
fn step_35_derivatives_of_tanh() {
    derivatives! { tanh: tanh_0 tanh_1 tanh_2 tanh_3 tanh_4 tanh_5 tanh_6 tanh_7 tanh_8 }
    let orders: [fn(f64) -> f64; 9] = [tanh_0, tanh_1, tanh_2, tanh_3, tanh_4, tanh_5, tanh_6, tanh_7, tanh_8];
    // Rounded from more digits; those of the text differ in the last two.
    let expected = [
        0.7615941559557649,
        0.41997434161402614,
        -0.6397000084492246,
        0.6216266807712962,
        0.6650910447505024,
        -5.556893558473722,
        13.624075441312104,
        12.288367894320364,
        -277.062135603031,
    ];
    let series: [f64; 9] = derivatives(|x| x.tanh(), 1.0);
    for (order, (f, expected)) in orders.into_iter().zip(expected).enumerate() {
        // The terms of the eighth derivative are a few times larger than their sum.
        for (found, bound) in [(f(1.0), 2e-15), (series[order], 3e-15)] {
            let error = (found - expected).abs() / expected.abs();
            assert!(error < bound, "order {order}: {found} is not {expected}");
        }
    }
}

/// `z = (dy/dx)³ + y` with `y = x²`: at 2 it is 4³ + 4, and its derivative 3 · 4² · 2 + 4.
#[test]
fn step_36_derivatives_of_derivatives() {
    let backward = |x: &[Reverse<f64>]| gradient(|x| x[0] * x[0], x)[0].powi(3) + x[0] * x[0];
    assert_eq!(value_and_gradient(backward, &[2.0]), (68.0, vec![100.0]));
    let mixed = |x: &[Reverse<f64>]| derivative(|x| x * x, x[0]).powi(3) + x[0] * x[0];
    assert_eq!(value_and_gradient(mixed, &[2.0]), (68.0, vec![100.0]));
    let forward = |x: &[Dual<f64, 8>]| derivative(|x| x * x, x[0]).powi(3) + x[0] * x[0];
    assert_eq!(forward::value_and_gradient(forward, &[2.0]), (68.0, vec![100.0]));
}
