//! What the program computes.

use dualtape::forward::value_and_gradient_of_array;
use no_std::{newton_step, pressure, rosenbrock};

#[test]
fn gradients_of_arrays_are_right() {
    assert_eq!(value_and_gradient_of_array(rosenbrock, [2.0, 3.0]), (101.0, [802.0, -200.0]));
}

#[test]
fn newtons_method_converges() {
    let mut x = [-1.2, 1.0];
    for _ in 0..7 {
        x = newton_step(x).expect("the Hessian is regular");
    }
    assert_eq!(x, [1.0, 1.0]);
}

#[test]
fn rotations_have_derivatives() {
    // h = 0.1 cos a, p = 1013.25 exp(-h / 8434), p' = p 0.1 sin a / 8434
    let (value, slope) = pressure(0.5);
    let (sin, cos) = 0.5_f64.sin_cos();
    let exact = 1013.25 * (-0.1 * cos / 8434.0).exp();
    assert!((f64::from(value) / exact - 1.0).abs() < 2e-7);
    assert!((f64::from(slope) / (exact * 0.1 * sin / 8434.0) - 1.0).abs() < 4e-7);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic = "two differentiations were mixed"]
fn mixed_differentiations_are_noticed() {
    let _ = dualtape::derivative(|x: dualtape::Dual<f64>| x * dualtape::derivative(|y| x + y, 1.0), 1.0);
}
