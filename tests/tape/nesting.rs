//! Gradients inside gradients.

use crate::{MIXED, assert_in_order, assert_panics, times};
use dualtape::{Reverse, Tape, gradient, value_and_gradient};

#[test]
fn an_outer_variable_inside_an_inner_gradient_of_the_same_type_panics_and_says_what_to_do() {
    assert_panics(MIXED, || {
        let _ = gradient(|x| Reverse::constant(gradient(|y| y[0] * x[0], &[1.0])[0]), &[2.0]);
    });
    assert_panics(MIXED, || {
        gradient(
            |x| {
                let _ = gradient(|y| y[0] + x[0], &[1.0]);
                x[0]
            },
            &[2.0],
        )
    });
    assert_in_order();
}

#[test]
fn a_closed_inner_gradient_leaves_the_outer_recording_intact() {
    let gradient = gradient(
        |x| {
            let before = x[0] * x[1];
            let inner = gradient(|y: &[Reverse<f64>]| y[0] * y[1] + y[1].exp(), &[0.5, 0.0]);
            assert_eq!(inner, [0.0, 1.5]);
            let between = before * x[0];
            assert_in_order();
            between + inner[1] * x[1]
        },
        &[3.0, 4.0],
    );
    assert_eq!(gradient, [24.0, 10.5]); // of x² y + 1.5 y
}

#[test]
fn an_inner_gradient_with_plain_numbers_of_the_outer_point_is_closed() {
    // The inner gradient only sees the value of x, so as far as the outer one knows it is a constant factor.
    let outer = gradient(|x| x[0] * gradient(|y| y[0] * y[0], &[x[0].primal()])[0], &[3.0]);
    assert_eq!(outer, [6.0]);
}

#[test]
fn an_inner_gradient_one_type_up_sees_lifted_outer_variables() {
    // x d/dy (x y²) at y = x is 2 x³.
    let f = |x: &[Reverse<f64>]| {
        let x = x[0];
        let inner = gradient(|y: &[Reverse<Reverse<f64>>]| Reverse::constant(x) * y[0] * y[0], &[x]);
        x * inner[0]
    };
    assert_eq!(value_and_gradient(f, &[2.0]), (16.0, vec![24.0]));
    // The same with two inputs on each level: d/dy (x0 y0 y1 + x1 y0²) at y = x is (x0 x1 + 2 x1 x0, x0²).
    let g = |x: &[Reverse<f64>]| {
        let c: Vec<_> = x.iter().map(|&x| Reverse::constant(x)).collect();
        let inner = gradient(|y: &[Reverse<Reverse<f64>>]| c[0] * y[0] * y[1] + c[1] * y[0] * y[0], x);
        inner[0] + inner[1]
    };
    assert_eq!(value_and_gradient(g, &[2.0, 5.0]), (34.0, vec![19.0, 6.0])); // 3 x0 x1 + x0²
}

#[test]
fn three_levels_of_reverse_give_third_derivatives() {
    let third = gradient(
        |x: &[Reverse<f64>]| {
            gradient(
                |y: &[Reverse<Reverse<f64>>]| {
                    gradient(|z: &[Reverse<Reverse<Reverse<f64>>>]| z[0] * z[0] * z[0] * z[1], y)[0]
                },
                x,
            )[0]
        },
        &[2.0, 5.0],
    );
    assert_eq!(third, [30.0, 12.0]); // ∂²/∂z0² (z0³ z1) = 6 z0 z1, by z0 and z1
}

#[test]
fn outer_values_may_be_used_among_themselves_while_an_inner_recording_is_active() {
    let outer = gradient(
        |x| {
            let mut sum = x[0] * x[1];
            for round in 0..times(300) {
                let inner = gradient(
                    |y| {
                        // Each of these pushes belongs to the other recording than the one before.
                        sum += x[0] * x[1];
                        let product = y[0] * y[1];
                        sum -= x[1] * x[0];
                        product * y[0]
                    },
                    &[2.0, round as f64],
                );
                assert_eq!(inner, [4.0 * round as f64, 4.0]);
            }
            sum
        },
        &[3.0, 4.0],
    );
    assert_eq!(outer, [4.0, 3.0]);
}

#[test]
fn recursion_through_gradients_keeps_every_level_apart() {
    fn nested(depth: i32, x: f64) -> f64 {
        let gradient = gradient(
            |y| {
                let before = y[0] * y[1];
                let below = if depth > 0 { nested(depth - 1, x) } else { 0.0 };
                before * y[0] + below * y[1]
            },
            &[x, 2.0],
        );
        gradient[1] // x² + what is below
    }
    assert_eq!(nested(20, 1.0), 21.0);
    assert_in_order();
}

/// A sweep over numbers that record is recorded itself: once, by the fold rule, and not by plain arithmetic as well.
#[test]
fn an_inner_sweep_is_recorded_once() {
    for n in [10, 100] {
        let tape = Tape::<f64>::new();
        let x = tape.variables(&vec![0.5; n]);
        let product = |y: &[Reverse<Reverse<f64>>]| y.iter().fold(y[0], |s, &y| s * y + y);
        let gradient = dualtape::gradient(product, &x);
        let records = tape.len() - n;
        assert!(gradient.iter().all(|g| g.primal().is_finite()));
        assert!(records <= 5 * n, "{records} records for {n} inputs; two sweeps would make nearly eight for each");
    }
}
