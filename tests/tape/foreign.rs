//! Values where they do not belong: after their recording has ended, or as the result of another one.

use crate::{ENDED, FOREIGN_OUTPUT, assert_in_order, assert_panics, stale, times};
use dualtape::{Dual, Float, Tape, gradient, gradient_and_hvp, hvp, value_and_gradient, value_and_gradient_into, vjp};

#[test]
fn a_stale_value_and_a_variable_panic() {
    let leak = stale();
    assert_panics(ENDED, || gradient(|x| x[0] * leak, &[1.0]));
    assert_panics(ENDED, || gradient(|x| leak * x[0], &[1.0]));
    assert_panics(ENDED, || gradient(|x| x[0] + leak, &[1.0]));
    assert_panics(ENDED, || gradient(|x| leak - x[0], &[1.0]));
    assert_panics(ENDED, || gradient(|x| leak / x[0], &[1.0]));
    assert_panics(ENDED, || gradient(|x| leak.hypot(x[0]), &[1.0]));
    assert_in_order();
}

/// The buffer of the ended recording is the one that the next recording uses, and the index is in range there; only the number
/// differs.
#[test]
fn a_stale_value_is_not_taken_for_a_variable_of_the_next_recording() {
    let mut leaks = Vec::new();
    for _ in 0..times(200) {
        let _ = gradient(
            |x| {
                leaks.push(x[1] * x[2]);
                leaks.extend_from_slice(x);
                x[0] * x[1] * x[2]
            },
            &[1.0, 2.0, 3.0],
        );
        let _ = gradient(
            |x| {
                let _joins = x[0] * x[1] * x[2];
                for &leak in leaks.iter().rev().take(8) {
                    assert_panics(ENDED, || x[0] * leak);
                }
                x[0]
            },
            &[1.0, 2.0, 3.0],
        );
    }
    assert_in_order();
}

#[test]
fn two_stale_values_panic_without_any_recording() {
    let (a, b) = (stale(), stale());
    assert_panics(ENDED, || a * b);
}

#[test]
fn a_variable_of_a_dropped_tape_panics() {
    let tape = Tape::new();
    let x = tape.variable(1.0);
    drop(tape);
    let tape = Tape::new();
    let y = tape.variable(2.0);
    assert_panics(ENDED, || x * y);
    assert_eq!(tape.adjoints(y * y).wrt(y), 4.0);
}

#[test]
fn a_stale_output_panics() {
    let leak = stale();
    assert_panics(FOREIGN_OUTPUT, || gradient(|_| leak, &[1.0]));
    assert_in_order();
}

#[test]
fn the_value_of_a_stale_variable_can_be_kept() {
    let leak = stale();
    assert_eq!(gradient(|x| x[0] * leak.primal(), &[1.0]), [5.0]);
    assert_eq!(gradient(|x| x[0] * leak.detach(), &[1.0]), [5.0]);
}

#[test]
fn an_output_of_another_live_recording_panics() {
    let outer = gradient(
        |x| {
            let product = x[0] * x[1];
            assert_panics(FOREIGN_OUTPUT, || gradient(|_| product, &[1.0]));
            assert_panics(FOREIGN_OUTPUT, || gradient(|_| x[0], &[1.0, 2.0, 3.0]));
            assert_panics(FOREIGN_OUTPUT, || vjp(|y| [y[0], product], &[1.0], &[1.0, 1.0]));
            product
        },
        &[3.0, 4.0],
    );
    assert_eq!(outer, [4.0, 3.0]);
    assert_in_order();
}

/// Whatever the driver, and for a value of an ended recording (`leak`) as for one of a live recording.
#[test]
fn every_driver_refuses_an_output_of_another_recording() {
    let (tape, nested_tape) = (Tape::new(), Tape::new());
    let nested = nested_tape.variable(Dual::variable(2.0));
    for other in [stale(), tape.variable(2.0)] {
        assert_panics(FOREIGN_OUTPUT, || gradient(|_| other, &[1.0]));
        assert_panics(FOREIGN_OUTPUT, || value_and_gradient(|_| other, &[1.0]));
        assert_panics(FOREIGN_OUTPUT, || value_and_gradient_into(|_| other, &[1.0], &mut [0.0]));
        assert_panics(FOREIGN_OUTPUT, || vjp(|x| [x[0], other], &[1.0], &[1.0, 1.0]));
    }
    assert_panics(FOREIGN_OUTPUT, || hvp(|_| nested, &[1.0], &[1.0]));
    assert_panics(FOREIGN_OUTPUT, || gradient_and_hvp(|_| nested, &[1.0], &[1.0]));
    assert_in_order();
}

#[cfg(feature = "nalgebra")]
#[test]
fn every_driver_of_matrices_refuses_an_output_of_another_recording() {
    let (tape, nested_tape) = (Tape::new(), Tape::new());
    let nested = nested_tape.variable(Dual::<f64, 8>::constant(2.0));
    for other in [stale(), tape.variable(2.0)] {
        assert_panics(FOREIGN_OUTPUT, || dualtape::jacobian(|x| [x[0], other], &[1.0]));
        assert_panics(FOREIGN_OUTPUT, || dualtape::jacobian(|x| [other, x[0], x[0]], &[1.0, 2.0]));
        assert_panics(FOREIGN_OUTPUT, || dualtape::value_and_jacobian(|_| [other], &[1.0, 2.0]));
    }
    assert_panics(FOREIGN_OUTPUT, || dualtape::hessian(|_| nested, &[1.0]));
    assert_panics(FOREIGN_OUTPUT, || dualtape::value_gradient_and_hessian(|_| nested, &[1.0]));
    assert_in_order();
}
