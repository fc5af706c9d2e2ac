//! Panics in the user's function, caught or not: the recordings around it stay in order.

use crate::{ENDED, MIXED, assert_in_order, assert_panics, panic_text, stale, times};
use dualtape::{Dual, Reverse, Tape, gradient};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

#[test]
fn a_panic_in_the_function_ends_its_recording() {
    for round in 0..times(100) {
        let mut leak = Reverse::constant(0.0);
        let text = panic_text(|| {
            gradient(
                |x| {
                    leak = x[0] * x[1];
                    for _ in 0..round {
                        leak *= x[0];
                    }
                    panic!("on purpose")
                },
                &[1.0, 2.0],
            )
        });
        assert_eq!(text, "on purpose");
        assert_panics(ENDED, || gradient(|x| x[0] * leak, &[1.0]));
        assert_in_order();
    }
}

#[test]
fn an_inner_panic_that_is_caught_leaves_the_outer_recording_intact() {
    let outer = gradient(
        |x| {
            let before = x[0] * x[1];
            let text = panic_text(|| {
                gradient(
                    |y| {
                        let _records = before * x[0] + Reverse::constant((y[0] * y[1]).primal());
                        panic!("on purpose")
                    },
                    &[7.0, 8.0],
                )
            });
            assert_eq!(text, "on purpose");
            before * x[0]
        },
        &[3.0, 4.0],
    );
    assert_eq!(outer, [24.0, 9.0]);
}

#[test]
fn a_panic_through_several_recordings_ends_all_of_them() {
    let mut leaks = [Reverse::constant(0.0); 2];
    let text = panic_text(|| {
        gradient(
            |x| {
                leaks[0] = x[0];
                let _ = gradient(
                    |y| {
                        leaks[1] = y[0];
                        let _ = gradient(|_: &[Reverse<Dual<f64>>]| panic!("on purpose"), &[Dual::variable(1.0)]);
                        y[0]
                    },
                    &[1.0],
                );
                x[0]
            },
            &[1.0],
        )
    });
    assert_eq!(text, "on purpose");
    for leak in leaks {
        assert_panics(ENDED, || gradient(|x| x[0] * leak, &[1.0]));
    }
    assert_in_order();
}

/// Misuse that is reported in the middle of a recording does not harm it either.
#[test]
fn a_recording_goes_on_after_a_misuse_was_caught() {
    let leak = stale();
    let g = gradient(
        |x| {
            let product = x[0] * x[1];
            assert_panics(ENDED, || product * leak);
            assert_panics(MIXED, || gradient(|y| y[0] * product, &[1.0]));
            product * x[0]
        },
        &[3.0, 4.0],
    );
    assert_eq!(g, [24.0, 9.0]);
}

#[test]
fn a_tape_that_is_dropped_while_unwinding_leaves_the_others_alone() {
    let kept = Tape::new();
    let x = kept.variable(3.0);
    let y = catch_unwind(AssertUnwindSafe(|| {
        let tape = Tape::new();
        let (a, b) = (tape.variable(1.0), tape.variable(2.0));
        let product = a * b;
        let _square = x * x;
        resume_unwind(Box::new(product))
    }))
    .unwrap_err();
    let y: Reverse<f64> = *y.downcast().unwrap();
    assert_panics(ENDED, || x * y);
    let z = kept.variable(5.0);
    assert_eq!(kept.adjoints(x * z).wrt(x), 5.0);
}
