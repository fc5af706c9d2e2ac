//! Recordings that are used wrongly, and derivatives inside derivatives: a panic that says what was done, or the right number. Nothing here
//! depends on debug assertions, so that it holds in release builds as well.
#![cfg(all(feature = "std", feature = "nalgebra"))] // matrices of the drivers

use dualtape::{Dual, Float, Reverse, Tape, derivative, forward, gradient, hessian, hvp, value_and_gradient};
use std::panic::catch_unwind;

// ---- Recordings ------------------------------------------------------------------------------------------------------

/// The message of the panic that `f` ends with.
#[track_caller]
fn panic_of<R>(f: impl FnOnce() -> R + std::panic::UnwindSafe) -> String {
    let payload = catch_unwind(f).err().expect("it should have panicked");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a panic has a message")).to_string(),
    }
}

fn leaked_variable() -> Reverse<f64> {
    let mut leak = None;
    let _ = gradient(|x| *leak.insert(x[0]), &[5.0]);
    leak.expect("the closure ran")
}

#[test]
fn a_variable_used_after_its_recording_is_an_error() {
    let stale = leaked_variable();
    let message = panic_of(|| gradient(|x| x[0] * stale, &[1.0]));
    assert!(message.contains("after its recording ended"), "{message}");
    assert!(message.ends_with("(RUST_BACKTRACE=1 shows where)"), "{message}");
    let message = panic_of(|| gradient(|_| stale, &[1.0]));
    assert!(message.contains("another recording"), "{message}");
    assert_eq!(gradient(|x| x[0] * stale.primal(), &[1.0]), [5.0], "its value may be used");
    assert_eq!(gradient(|x| x[0] * stale.detach(), &[1.0]), [5.0]);
}

#[test]
fn a_variable_on_another_thread_is_an_error() {
    let tape = Tape::new();
    let foreign = tape.variable(2.0);
    let message =
        std::thread::spawn(move || panic_of(|| gradient(|x| x[0] * foreign, &[1.0]))).join().expect("it was caught");
    assert!(message.contains("thread") && message.ends_with("(RUST_BACKTRACE=1 shows where)"), "{message}");
}

#[test]
fn an_inner_gradient_that_captures_an_outer_variable_is_an_error_unless_lifted() {
    // d/dy (x y) at y = 2 is x: lifted, the outer gradient sees it.
    let lifted = |x: &[Reverse<f64>]| gradient(|y| y[0] * Reverse::constant(x[0]), &[Reverse::from(2.0)])[0];
    assert_eq!(value_and_gradient(lifted, &[3.0]), (3.0, vec![1.0]));
    let message = panic_of(|| gradient(|x| x[0] * gradient(|y| y[0] * x[0], &[2.0])[0], &[3.0]));
    assert!(message.contains("two tapes were mixed"), "{message}");
}

#[test]
fn a_panic_in_a_function_leaves_the_next_gradient_alone() {
    for depth in 0..2 {
        let message = panic_of(|| {
            gradient(
                |x| {
                    let y = x[0] * x[1];
                    assert!(depth > 0, "depth zero");
                    gradient(
                        |z: &[Reverse<Reverse<f64>>]| -> Reverse<Reverse<f64>> { panic!("depth {}", z.len()) },
                        &[y],
                    )[0]
                },
                &[1.0, 2.0],
            )
        });
        assert_eq!(message, ["depth zero", "depth 1"][depth]);
        assert_eq!(gradient(|x| x[0] * x[1] * x[0], &[3.0, 2.0]), [12.0, 9.0]);
        assert_eq!(hessian(|x| x[0] * x[1] * x[0], &[3.0, 2.0]).as_slice(), [4.0, 6.0, 6.0, 0.0]);
    }
}

#[test]
fn inputs_and_outputs_may_be_trivial() {
    assert_eq!(value_and_gradient::<f64>(|_| Reverse::from(7.0), &[]), (7.0, vec![]));
    assert_eq!(forward::value_and_gradient(|_| Dual::from(7.0), &[]), (7.0, vec![]));
    assert_eq!(hessian::<f64>(|_| Reverse::from(7.0), &[]).shape(), (0, 0));
    assert_eq!(forward::hessian::<f64>(|_| Dual::from(7.0), &[]).shape(), (0, 0));
    assert_eq!(gradient(|_| Reverse::from(7.0), &[1.0, 2.0]), [0.0, 0.0], "a constant output");
    assert_eq!(forward::gradient(|_| Dual::from(7.0), &[1.0, 2.0]), [0.0, 0.0]);
    assert_eq!(gradient(|x| x[1], &[1.0, 2.0, 3.0]), [0.0, 1.0, 0.0], "an output that is an input");
    assert_eq!(
        dualtape::jacobian(|x| [x[1], x[1], Reverse::from(1.0)], &[1.0, 2.0]).as_slice(),
        [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    );
    assert_eq!(hvp(|x| x[0], &[1.0, 2.0], &[1.0, 1.0]), [0.0, 0.0]);
}

#[test]
fn gradients_do_not_accumulate() {
    let f = |x: &[Reverse<f64>]| x[0] * x[0] * x[1];
    let (once, twice) = (gradient(f, &[3.0, 2.0]), gradient(f, &[3.0, 2.0]));
    assert_eq!(once, twice);
    let tape = Tape::new();
    let x = tape.variable(3.0);
    let y = x * x;
    assert_eq!((tape.adjoints(y).wrt(x), tape.adjoints(y).wrt(x)), (6.0, 6.0));
}

/// A variable is known by its place, not by its value: NaN is not equal to itself.
#[test]
fn the_adjoint_of_a_variable_may_be_asked_for_whatever_its_value() {
    let tape = Tape::new();
    for value in [0.0, -0.0, 1.0, f64::INFINITY, f64::NAN] {
        let x = tape.variable(value);
        assert_eq!(tape.adjoints(x + 1.0).wrt(x), 1.0);
    }
}

// ---- Nested differentiation ------------------------------------------------------------------------------------------

/// `d/dx (x · d/dy (x + y) at y = 1)` at 1 is 1; mixing the two levels gives 2.
#[test]
fn perturbations_are_not_confused_in_a_sum() {
    let forward_over_forward =
        derivative(|x: Dual<f64>| x * derivative(|y| Dual::constant(x) + y, Dual::from(1.0)), 1.0);
    let reverse_inside =
        derivative(|x: Dual<f64>| x * gradient(|y| Reverse::constant(x) + y[0], &[Dual::from(1.0)])[0], 1.0);
    let forward_inside = gradient(|x| x[0] * derivative(|y| Dual::constant(x[0]) + y, Reverse::from(1.0)), &[1.0])[0];
    let reverse_over_reverse =
        gradient(|x| x[0] * gradient(|y| Reverse::constant(x[0]) + y[0], &[Reverse::from(1.0)])[0], &[1.0])[0];
    assert_eq!([forward_over_forward, reverse_inside, forward_inside, reverse_over_reverse], [1.0; 4]);
}

/// `d/dx (x · d/dy (x y) at y = 1)` at 4 is 8; mixing the two levels gives 5.
#[test]
fn perturbations_are_not_confused_in_a_product() {
    let forward_over_forward =
        derivative(|x: Dual<f64>| x * derivative(|y| Dual::constant(x) * y, Dual::from(1.0)), 4.0);
    let reverse_inside =
        derivative(|x: Dual<f64>| x * gradient(|y| Reverse::constant(x) * y[0], &[Dual::from(1.0)])[0], 4.0);
    let forward_inside = gradient(|x| x[0] * derivative(|y| Dual::constant(x[0]) * y, Reverse::from(1.0)), &[4.0])[0];
    let reverse_over_reverse =
        gradient(|x| x[0] * gradient(|y| Reverse::constant(x[0]) * y[0], &[Reverse::from(1.0)])[0], &[4.0])[0];
    assert_eq!([forward_over_forward, reverse_inside, forward_inside, reverse_over_reverse], [8.0; 4]);
}
