//! Attacks on the tape: values that outlive their recording, cross threads or meet another tape; panics, nesting, re-entrancy,
//! and the ends of threads. Whatever happens, the answer is right or a panic says what was done wrong.
//!
//! Sizes shrink under miri, and by the factor `DUALTAPE_TEST_SCALE` for other slow checkers.
#![cfg(feature = "std")]

#[macro_use]
#[path = "common/own_number.rs"]
mod own_number;

use dualtape::{
    Dual, Float, Reverse, Tape, gradient, gradient_and_hvp, hvp, value_and_gradient, value_and_gradient_into, vjp,
};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

// ---- What the tests share --------------------------------------------------------------------------------------------

/// `full` repetitions, fewer where every step is slow; still enough to outgrow the first buffer.
fn times(full: usize) -> usize {
    let scale = std::env::var("DUALTAPE_TEST_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1.0);
    if cfg!(miri) { full.min(300) } else { full.min(((full as f64 * scale) as usize).max(300)) }
}

/// The message `f` panics with.
#[track_caller]
fn panic_text<R>(f: impl FnOnce() -> R) -> String {
    let Err(cause) = catch_unwind(AssertUnwindSafe(f)) else { panic!("this should have panicked") };
    match cause.downcast::<String>() {
        Ok(text) => *text,
        Err(cause) => (*cause.downcast::<&str>().expect("a panic carries its message")).to_string(),
    }
}

fn panics<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

#[track_caller]
fn assert_panics<R>(expected: &[&str], f: impl FnOnce() -> R) {
    let text = panic_text(f);
    assert!(text.starts_with("dualtape: "), "a message names its crate: {text}");
    for expected in expected {
        assert!(text.contains(expected), "expected {expected:?} in {text:?}");
    }
}

const ENDED: &[&str] = &["a `Reverse<f64>` was used after its recording ended", "`primal()`", "`detach()`"];
const ELSEWHERE: &[&str] =
    &["a `Reverse<f64>` was used on a thread other than the one its recording runs on", "`primal()`"];
const MIXED: &[&str] = &["two tapes were mixed", "`Reverse<Reverse<_>>`", "`Reverse::constant`"];
const FOREIGN_OUTPUT: &[&str] = &["a value of another recording was given", "`Reverse::constant`"];

/// That the thread's tape is as good as new: x y + sin x at (2, 3) has gradient (y + cos x, x).
#[track_caller]
fn assert_in_order() {
    let (value, gradient) = value_and_gradient(|x: &[Reverse<f64>]| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
    assert_eq!(value, 6.0 + 2.0_f64.sin());
    assert_eq!(gradient, [3.0 + 2.0_f64.cos(), 2.0]);
}

/// A variable whose gradient call has ended.
fn stale() -> Reverse<f64> {
    let mut leak = Reverse::constant(0.0);
    gradient(
        |x| {
            leak = x[0];
            x[0]
        },
        &[5.0],
    );
    leak
}

/// Runs `body` in a process of its own: it ends the process, or needs to be the only user of the process-wide state.
#[cfg(not(miri))]
#[track_caller]
fn in_child(test: &str, body: impl FnOnce()) {
    const CHILD: &str = "DUALTAPE_TEST_CHILD";
    if std::env::var_os(CHILD).is_some_and(|child| child == test) {
        return body();
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, test)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("running 1 test"), "no test is called {test}");
    assert!(output.status.success(), "{}: {text}", output.status);
}

// ---- Values that outlive their recording -----------------------------------------------------------------------------

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
        gradient(
            |x| {
                leaks.push(x[1] * x[2]);
                leaks.extend_from_slice(x);
                x[0] * x[1] * x[2]
            },
            &[1.0, 2.0, 3.0],
        );
        gradient(
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

// ---- Threads ---------------------------------------------------------------------------------------------------------

#[test]
fn a_value_sent_through_a_channel_panics() {
    let (to_other, from_us) = mpsc::channel::<Reverse<f64>>();
    let other = thread::spawn(move || {
        let (a, b) = (from_us.recv().unwrap(), from_us.recv().unwrap());
        assert_panics(ELSEWHERE, || a * b);
        // With recordings of its own, the other thread tells the difference as well.
        assert_panics(ELSEWHERE, || gradient(|x| x[0] * a, &[1.0]));
        assert_panics(FOREIGN_OUTPUT, || gradient(|_| b, &[1.0]));
        assert_in_order();
    });
    let gradient = gradient(
        |x| {
            to_other.send(x[0]).unwrap();
            to_other.send(x[0] * x[1]).unwrap();
            x[0] * x[1]
        },
        &[3.0, 4.0],
    );
    other.join().unwrap();
    assert_eq!(gradient, [4.0, 3.0]);
}

#[test]
fn a_value_captured_by_a_scoped_thread_panics_and_leaves_the_recording_alone() {
    let gradient = gradient(
        |x| {
            let product = x[0] * x[1];
            thread::scope(|scope| {
                scope.spawn(|| assert_panics(ELSEWHERE, || product + x[0]));
                scope.spawn(|| assert_panics(ELSEWHERE, || product * x[1]));
            });
            product * x[0]
        },
        &[3.0, 4.0],
    );
    assert_eq!(gradient, [24.0, 9.0]); // of x² y
}

/// Functions of one variable need no tape, so they can be computed anywhere.
#[test]
fn functions_of_one_variable_may_run_on_another_thread() {
    let gradient = gradient(
        |x| {
            let sines: Vec<Reverse<f64>> = thread::scope(|scope| {
                let threads: Vec<_> = x.iter().map(|x| scope.spawn(|| (2.0 * *x).sin())).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            sines[0] * sines[1]
        },
        &[0.25_f64, 0.5],
    );
    assert_eq!(gradient, [2.0 * 0.5_f64.cos() * 1.0_f64.sin(), 2.0 * 1.0_f64.cos() * 0.5_f64.sin()]);
}

#[test]
fn a_value_of_a_thread_that_has_ended_panics() {
    let leak = thread::spawn(stale).join().unwrap();
    assert_panics(&["a `Reverse<f64>` was used on a thread other than"], || gradient(|x| x[0] * leak, &[1.0]));
    assert_in_order();
}

#[test]
fn threads_do_not_disturb_each_other() {
    let n = times(2000);
    thread::scope(|scope| {
        for seed in 1..=4_u32 {
            scope.spawn(move || {
                for round in 0..n {
                    let x = [f64::from(seed), round as f64, 0.5];
                    let product = |x: &[Reverse<f64>]| x.iter().copied().product::<Reverse<f64>>() + x[0] * x[1];
                    assert_eq!(gradient(product, &x), [x[1] * 0.5 + x[1], x[0] * 0.5 + x[0], x[0] * x[1]]);
                }
            });
        }
    });
}

/// Numbers go back to the process when a thread ends; whoever gets them next never meets one that was in use.
#[test]
fn threads_that_come_and_go_never_share_a_number() {
    let mut leaks = Vec::new();
    for _ in 0..times(50) {
        leaks.push(thread::spawn(stale).join().unwrap());
        let tape = Tape::new();
        let x = tape.variable(1.0);
        for &leak in &leaks {
            assert_panics(&["was used"], || x * leak);
        }
    }
}

/// The block of numbers is taken by this thread first and by the other one next; the message has to name the thread as the cause.
#[cfg(not(miri))]
#[test]
fn a_value_of_another_thread_is_not_called_ended_after_numbers_changed_hands() {
    in_child("a_value_of_another_thread_is_not_called_ended_after_numbers_changed_hands", || {
        drop(Tape::<f64>::new());
        let (to_us, from_other) = mpsc::channel();
        let (to_other, from_us) = mpsc::channel::<()>();
        let other = thread::spawn(move || {
            let tape = Tape::new();
            to_us.send((tape.variable(1.0), tape.variable(2.0))).unwrap();
            from_us.recv().unwrap();
        });
        let (x, y) = from_other.recv().unwrap();
        assert_panics(ELSEWHERE, || x * y);
        to_other.send(()).unwrap();
        other.join().unwrap();
    });
}

// ---- Nesting ---------------------------------------------------------------------------------------------------------

#[test]
fn an_outer_variable_inside_an_inner_gradient_of_the_same_type_panics_and_says_what_to_do() {
    assert_panics(MIXED, || {
        gradient(|x| Reverse::constant(gradient(|y| y[0] * x[0], &[1.0])[0]), &[2.0]);
    });
    assert_panics(MIXED, || {
        gradient(
            |x| {
                gradient(|y| y[0] + x[0], &[1.0]);
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

// ---- Panics in the user's function -----------------------------------------------------------------------------------

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
                gradient(
                    |y| {
                        leaks[1] = y[0];
                        gradient(|_: &[Reverse<Dual<f64>>]| panic!("on purpose"), &[Dual::variable(1.0)]);
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

// ---- Shapes of a recording -------------------------------------------------------------------------------------------

#[test]
fn constants_compute_without_any_tape() {
    let two = Reverse::constant(2.0_f64);
    let three: Reverse<f64> = 3.0.into();
    let value = (two * three + two / three).sqrt().max(two) - three.powf(two);
    assert_eq!(value.primal(), (6.0 + 2.0 / 3.0_f64).sqrt() - 9.0);
    assert!(value.is_constant());
    let nested = Reverse::constant(two) * Reverse::constant(three);
    assert_eq!(nested.primal().primal(), 6.0);
}

#[test]
fn inputs_that_are_not_used_have_derivative_zero() {
    let f = |x: &[Reverse<f64>]| x[1] * x[3];
    assert_eq!(gradient(f, &[1.0, 2.0, 3.0, 4.0, 5.0]), [0.0, 4.0, 0.0, 2.0, 0.0]);
    // A call with many inputs before must not leave anything behind in the reused buffers.
    let sum = gradient(|x: &[Reverse<f64>]| x.iter().zip(x.iter().skip(1)).map(|(&a, &b)| a * b).sum(), &[1.0; 64]);
    assert_eq!(sum[1..63], [2.0; 62]);
    assert_eq!(gradient(f, &[1.0, 2.0, 3.0, 4.0, 5.0]), [0.0, 4.0, 0.0, 2.0, 0.0]);
}

#[test]
fn the_output_may_be_an_input() {
    assert_eq!(value_and_gradient(|x: &[Reverse<f64>]| x[1], &[2.0, 3.0, 4.0]), (3.0, vec![0.0, 1.0, 0.0]));
    // Also when records follow that it does not depend on.
    let with_records = |x: &[Reverse<f64>]| {
        let _unused = x[0] * x[1] * x[2];
        x[1]
    };
    assert_eq!(gradient(with_records, &[2.0, 3.0, 4.0]), [0.0, 1.0, 0.0]);
    let (y, product) = vjp(|x: &[Reverse<f64>]| [x[1], x[1], x[0]], &[2.0, 3.0], &[10.0, 1.0, 0.5]);
    assert_eq!((y, product), (vec![3.0, 3.0, 2.0], vec![0.5, 11.0]));
}

#[test]
fn the_output_may_be_a_constant() {
    assert_eq!(value_and_gradient(|_| Reverse::constant(7.0), &[2.0, 3.0]), (7.0, vec![0.0, 0.0]));
    assert_eq!(gradient(|x: &[Reverse<f64>]| (x[0] * x[1]).floor(), &[2.5, 3.0]), [0.0, 0.0]);
    assert_eq!(gradient(|x: &[Reverse<f64>]| x[0].detach() * x[1].detach(), &[2.5, 3.0]), [0.0, 0.0]);
}

#[test]
fn there_may_be_no_inputs() {
    assert_eq!(value_and_gradient(|x: &[Reverse<f64>]| x.iter().sum(), &[]), (0.0, vec![]));
    assert_eq!(value_and_gradient(|_| Reverse::constant(3.0_f32), &[]), (3.0, vec![]));
    let (y, product) = vjp(|_: &[Reverse<f64>]| [Reverse::constant(1.0), Reverse::constant(2.0)], &[], &[1.0, 1.0]);
    assert_eq!((y, product), (vec![1.0, 2.0], vec![]));
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
    assert_panics(FOREIGN_OUTPUT, || dualtape::value_gradient_hessian(|_| nested, &[1.0]));
    assert_in_order();
}

/// A recursive sweep, or a destructor that recurses, would overflow this stack after a few thousand nodes.
#[test]
fn ten_million_operations_deep_needs_no_stack() {
    let n = times(10_000_000);
    let run = move || {
        let (value, gradient) = value_and_gradient(
            |x: &[Reverse<f64>]| {
                let mut sum = x[1];
                for _ in 0..n {
                    sum += x[0];
                }
                sum
            },
            &[1.0, 2.0],
        );
        assert_eq!(value, n as f64 + 2.0);
        assert_eq!(gradient, [n as f64, 1.0]);
    };
    thread::Builder::new().stack_size(64 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_long_chain_of_one_variable_records_nothing() {
    let tape = Tape::new();
    let x = tape.variable(0.5_f64);
    let (nodes, bytes) = (tape.len(), tape.bytes());
    let mut y = x;
    for _ in 0..times(100_000) {
        y = (y.sin() * 1.5 + 0.25 * y - 0.125 + Reverse::constant(0.0625)).atan();
        y = y * y / (y + 1.0);
    }
    assert!(y.is_finite());
    assert_eq!((tape.len(), tape.bytes()), (nodes, bytes));
}

/// Growth moves the buffer again and again while values from before are in use.
#[test]
fn a_recording_survives_the_growth_of_its_buffer() {
    let n = times(40_000);
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    let products: Vec<_> = (0..n).map(|k| (x + y) * (k % 7) as f64 * x).collect();
    assert!(tape.bytes() >= 24 * tape.len());
    let sum: Reverse<f64> = products.iter().sum();
    let weight: f64 = (0..n).map(|k| (k % 7) as f64).sum();
    let adjoints = tape.adjoints(sum);
    assert_eq!((adjoints.wrt(x), adjoints.wrt(y)), (4.0 * weight, weight)); // of w (x² + x y)
}

#[test]
fn a_tape_that_is_dropped_gives_its_memory_to_nobody_else() {
    let big = Tape::<f64>::new();
    let (x, y) = (big.variable(1.0), big.variable(2.0));
    let mut sum = x;
    for _ in 0..times(20_000) {
        sum += y;
    }
    let bytes = big.bytes();
    drop(big);
    assert!(Tape::<f64>::new().bytes() < bytes);
}

// ---- Several types and several tapes ---------------------------------------------------------------------------------

/// A tape with its variables, and values whose derivatives are known: each has the partials of its primal by every variable.
struct Model<T: Float> {
    tape: Option<Tape<T>>,
    variables: Vec<Reverse<T>>,
    values: Vec<(Reverse<T>, Vec<f64>)>,
}

impl<T: Float<Base = f64>> Model<T> {
    fn new(random: &mut Random) -> Model<T> {
        let tape = Tape::new();
        let variables: Vec<_> = (0..3).map(|_| tape.variable(T::lit(random.small()))).collect();
        let unit = |k: usize| (0..3).map(|j| if j == k { 1.0 } else { 0.0 }).collect();
        let values = variables.iter().enumerate().map(|(k, &x)| (x, unit(k))).collect();
        Model { tape: Some(tape), variables, values }
    }

    /// Adds a sum, a difference or a product of two values. All numbers are small integers, so everything is exact.
    fn join(&mut self, random: &mut Random) {
        let [a, b] = [0; 2].map(|_| random.below(self.values.len()));
        let ((x, dx), (y, dy)) = (&self.values[a], &self.values[b]);
        let combine =
            |by_x: f64, by_y: f64| dx.iter().zip(dy).map(|(dx, dy)| by_x * dx + by_y * dy).collect::<Vec<_>>();
        let (z, dz) = match random.below(3) {
            0 => (*x + *y, combine(1.0, 1.0)),
            1 => (*x - *y, combine(1.0, -1.0)),
            _ => (*x * *y, combine(y.base(), x.base())),
        };
        if z.base().abs() < 1e6 && dz.iter().all(|dz| dz.abs() < 1e6) {
            self.values.push((z, dz));
        }
    }

    #[track_caller]
    fn check(&self, random: &mut Random) {
        let Some(tape) = &self.tape else { return };
        let (y, expected) = &self.values[random.below(self.values.len())];
        let adjoints = tape.adjoints(*y);
        let found: Vec<_> = self.variables.iter().map(|&x| adjoints.wrt(x).base()).collect();
        assert_eq!(&found, expected);
    }
}

/// Knuth's 64-bit linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
    fn small(&mut self) -> f64 {
        self.below(5) as f64 - 2.0
    }
}

/// One step of a random walk over a few tapes of one type: record, check, replace, drop, or leak one of them.
fn step<T: Float<Base = f64>>(models: &mut [Model<T>], random: &mut Random) {
    let k = random.below(models.len());
    match random.below(64) {
        0 => models[k] = Model::new(random),
        1 => models[k].tape = None,
        2 if cfg!(not(miri)) => std::mem::forget(models[k].tape.take()),
        3..10 => models[k].check(random),
        _ if models[k].tape.is_some() => {
            for _ in 0..random.below(40) {
                models[k].join(random);
            }
        }
        _ => models[k] = Model::new(random),
    }
}

/// `Dual<f64, 2>` and `Reverse<f64>` are 24 bytes, so recordings over the two share a slot, and so do `f64` and `Dual<f64, 16>`
/// by the number of slots.
#[test]
fn a_random_walk_over_tapes_of_many_types_gives_right_adjoints() {
    // With debug assertions a dual number carries a mark; then it is `Dual<f64>` that shares the slot.
    let shares = if cfg!(debug_assertions) { size_of::<Dual<f64>>() } else { size_of::<Dual<f64, 2>>() };
    assert_eq!(shares, size_of::<Reverse<f64>>());
    let random = &mut Random(2024);
    macro_rules! models {
        ($($name:ident: $T:ty),*) => {
            $(let mut $name: Vec<Model<$T>> = (0..3).map(|_| Model::new(random)).collect();)*
            for _ in 0..times(4000) {
                $(step(&mut $name, random);)*
                if random.below(16) == 0 {
                    assert_in_order();
                }
            }
        };
    }
    models!(plain: f64, dual: Dual<f64>, dual2: Dual<f64, 2>, reverse: Reverse<f64>, wide: Dual<f64, 8>, wider: Dual<f64, 16>,
        deep: Reverse<Dual<f64>>);
}

#[test]
fn recordings_of_several_types_interleave_on_one_thread() {
    let (single, double) = (Tape::<f32>::new(), Tape::<f64>::new());
    let (dual, dual2, nested) = (Tape::<Dual<f64>>::new(), Tape::<Dual<f64, 2>>::new(), Tape::<Reverse<f64>>::new());
    let (a, b) = (single.variable(2.0), single.variable(3.0));
    let (c, d) = (double.variable(2.0), double.variable(3.0));
    let (e, f) = (dual.variable(Dual::new(2.0, [1.0])), dual.variable(Dual::constant(3.0)));
    let (g, h) = (dual2.variable(Dual::new(2.0, [1.0, 0.0])), dual2.variable(Dual::new(3.0, [0.0, 1.0])));
    let (i, j) = (nested.variable(c), nested.variable(d));
    let (mut single_sum, mut double_sum) = (a, c);
    let (mut dual_sum, mut dual2_sum, mut nested_sum) = (e, g, i);
    let n = times(500);
    for _ in 0..n {
        single_sum += a * b;
        dual2_sum += g * h;
        nested_sum += i * j;
        double_sum += c * d;
        dual_sum += e * f;
    }
    let n = n as f64;
    let (single, double) = (single.adjoints(single_sum), double.adjoints(double_sum));
    let (dual, dual2, nested) = (dual.adjoints(dual_sum), dual2.adjoints(dual2_sum), nested.adjoints(nested_sum));
    assert_eq!((f64::from(single.wrt(a)), f64::from(single.wrt(b))), (1.0 + 3.0 * n, 2.0 * n));
    assert_eq!((double.wrt(c), double.wrt(d)), (1.0 + 3.0 * n, 2.0 * n));
    assert_eq!((dual.wrt(e).primal(), dual.wrt(f).primal()), (1.0 + 3.0 * n, 2.0 * n));
    assert_eq!((dual.wrt(e).tangent(), dual.wrt(f).tangent()), (0.0, n));
    assert_eq!((dual2.wrt(g).tangents(), dual2.wrt(h).tangents()), ([0.0, n], [n, 0.0]));
    assert_eq!((nested.wrt(i).primal(), nested.wrt(j).primal()), (1.0 + 3.0 * n, 2.0 * n));
}

#[test]
fn the_adjoint_on_a_nested_tape_is_a_value_of_the_tape_below() {
    let (below, above) = (Tape::<f64>::new(), Tape::<Reverse<f64>>::new());
    let (x, y) = (below.variable(2.0), below.variable(5.0));
    let (u, v) = (above.variable(x), above.variable(y));
    let by_u = above.adjoints(u * u * u * v).wrt(u); // 3 u² v
    assert_eq!(by_u.primal(), 60.0);
    let second = below.adjoints(by_u);
    assert_eq!((second.wrt(x), second.wrt(y)), (60.0, 12.0)); // 6 u v, 3 u²
}

#[test]
fn two_tapes_may_be_dropped_in_any_order() {
    for first_goes_first in [true, false] {
        let (one, two) = (Tape::<f64>::new(), Tape::<f64>::new());
        let (x, y) = (one.variable(2.0), two.variable(3.0));
        let (xx, yy) = (one.variable(5.0) * x, two.variable(7.0) * y);
        assert_panics(MIXED, || x * y);
        if first_goes_first {
            drop(one);
            assert_panics(ENDED, || x * xx);
            assert_eq!(two.adjoints(yy * y).wrt(y), 42.0);
        } else {
            drop(two);
            assert_panics(ENDED, || y * yy);
            assert_eq!(one.adjoints(xx * x).wrt(x), 20.0);
        }
        assert_in_order();
    }
}

/// A tape that is forgotten stays alive, with its variables, and disturbs nobody.
#[cfg(not(miri))] // which reports the leak
#[test]
fn a_forgotten_tape_stays_alive() {
    let tape = Tape::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    std::mem::forget(tape);
    assert_in_order();
    assert_eq!((x * y).primal(), 6.0);
    let other = Tape::new();
    let z = other.variable(4.0);
    assert_panics(MIXED, || x * z);
    assert_eq!(other.adjoints(z * z).wrt(z), 8.0);
    assert_in_order();
}

#[test]
fn a_tape_made_inside_a_gradient_call_may_outlive_it() {
    let mut kept = None;
    let outer = gradient(
        |x| {
            let tape = Tape::new();
            let y = tape.variable(x[0].primal());
            let z = tape.variable(7.0);
            kept = Some((tape, y, y * z));
            x[0] * x[1]
        },
        &[3.0, 4.0],
    );
    assert_eq!(outer, [4.0, 3.0]);
    let (tape, y, product) = kept.unwrap();
    assert_eq!(tape.adjoints(product * y).wrt(y), 42.0);
}

// ---- Tape and Adjoints -----------------------------------------------------------------------------------------------

#[test]
fn adjoints_start_from_zero_each_time() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    let z = x * y * x;
    let (first, second) = (tape.adjoints(z), tape.adjoints(z));
    assert_eq!((first.wrt(x), first.wrt(y)), (12.0, 4.0));
    assert_eq!((second.wrt(x), second.wrt(y)), (12.0, 4.0));
    assert_eq!(tape.adjoints(x).wrt(x), 1.0);
    assert_eq!(tape.adjoints(x).wrt(y), 0.0);
    assert_eq!(tape.adjoints(Reverse::constant(1.0)).wrt(x), 0.0);
    // Recording goes on after a sweep, and variables may come late.
    let w = tape.variable(5.0);
    assert_eq!(first.wrt(w), 0.0);
    let adjoints = tape.adjoints(z * w + x);
    assert_eq!((adjoints.wrt(x), adjoints.wrt(y), adjoints.wrt(w)), (61.0, 20.0, 12.0));
}

#[test]
fn a_retained_value_has_an_adjoint() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(0.5), tape.variable(3.0));
    let u = tape.retain(x.sin() * y);
    let v = tape.retain(u.exp());
    let adjoints = tape.adjoints(v * u);
    let u_value = 0.5_f64.sin() * 3.0;
    assert_eq!(adjoints.wrt(v), u_value);
    assert_eq!(adjoints.wrt(u), u_value * u_value.exp() + u_value.exp());
    assert_eq!(adjoints.wrt(y), adjoints.wrt(u) * 0.5_f64.sin());
    // A constant that is retained is a variable.
    let c = tape.retain(Reverse::constant(4.0));
    assert_eq!(tape.adjoints(c * x).wrt(c), 0.5);
    // What was computed before it was retained goes by without it.
    let w = x * y;
    let late = tape.retain(w);
    assert_eq!(tape.adjoints(w * w).wrt(late), 0.0);
}

const INTERMEDIATE: &[&str] = &["the adjoint of an intermediate value was asked for", "`Tape::retain`"];
const CONSTANT: &[&str] = &["the adjoint of a constant was asked for", "`Tape::variable`"];

#[test]
fn the_adjoint_of_an_intermediate_value_panics() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(0.5), tape.variable(3.0));
    let (product, sine) = (x * y, x.sin());
    let adjoints = tape.adjoints(product * sine);
    assert_panics(INTERMEDIATE, || adjoints.wrt(product));
    assert_panics(INTERMEDIATE, || adjoints.wrt(sine));
    assert_panics(INTERMEDIATE, || adjoints.wrt(2.0 * x));
    assert_panics(INTERMEDIATE, || adjoints.wrt(x + 1.0));
    assert_panics(INTERMEDIATE, || adjoints.wrt(-x));
    assert!(adjoints.wrt(x).is_finite());
}

#[test]
fn the_adjoint_of_a_constant_panics() {
    let tape = Tape::<f64>::new();
    let x = tape.variable(0.5);
    let adjoints = tape.adjoints(x * x);
    assert_panics(CONSTANT, || adjoints.wrt(Reverse::constant(0.5)));
    assert_panics(CONSTANT, || adjoints.wrt(x.floor()));
    assert_panics(CONSTANT, || adjoints.wrt(x.detach()));
}

#[test]
fn the_adjoint_of_a_value_of_another_tape_panics() {
    let (tape, other) = (Tape::<f64>::new(), Tape::<f64>::new());
    let (x, y) = (tape.variable(0.5), other.variable(0.5));
    assert_panics(&["another recording"], || tape.adjoints(y));
    assert_panics(&["another recording"], || tape.retain(y));
    assert_panics(&["another recording"], || tape.adjoints(x).wrt(y));
}

/// At 0 the slope of `exp_m1` has the value 1 and a tangent, so that only the value looks like the variable itself.
#[test]
fn an_intermediate_value_that_looks_like_a_variable_to_first_order_is_none() {
    let tape = Tape::<Dual<f64>>::new();
    let x = tape.variable(Dual::variable(0.0));
    let u = x.exp_m1();
    let adjoints = tape.adjoints(u * 3.0);
    // The adjoint of u is 3, that of x is 3 eˣ; their tangents are 0 and 3.
    let found = catch_unwind(AssertUnwindSafe(|| adjoints.wrt(u)));
    assert!(
        found.is_err() || found.is_ok_and(|adjoint| adjoint.tangent() == 0.0),
        "the adjoint of x was given for that of u"
    );
}

#[test]
fn a_variable_may_be_nan() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(f64::NAN), tape.variable(2.0));
    let adjoints = tape.adjoints(x + y * y);
    assert_eq!(adjoints.wrt(y), 4.0);
    assert_eq!(adjoints.wrt(x), 1.0);
}

#[test]
fn a_tape_counts_what_it_records() {
    let tape = Tape::<f64>::new();
    assert!(tape.is_empty());
    let (x, y) = (tape.variable(0.5), tape.variable(3.0));
    assert_eq!(tape.len(), 2);
    let _ = x * y;
    let _ = x.sin() * 2.0 + 1.0;
    assert_eq!(tape.len(), 3);
    assert!(!tape.is_empty());
    assert!(tape.bytes() >= 3 * 24);
}

// ---- Number types of the user's own ----------------------------------------------------------------------------------

/// A number whose every operation runs a hook: arithmetic with side effects, in the middle of pushes and sweeps.
#[derive(Clone, Copy, Debug, Default)]
struct Liar(f64);

thread_local! {
    static HOOK: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    static OPERATIONS: Cell<usize> = const { Cell::new(0) };
}

impl Liar {
    fn of(x: f64) -> Liar {
        Liar(x)
    }
    fn value(self) -> f64 {
        OPERATIONS.set(OPERATIONS.get() + 1);
        // The hook is out while it runs, so that its own arithmetic does not call it.
        if let Some(mut hook) = HOOK.take() {
            hook();
            HOOK.set(Some(hook));
        }
        self.0
    }
}
number_over_f64!(Liar);

fn with_hook<R>(hook: impl FnMut() + 'static, f: impl FnOnce() -> R) -> R {
    HOOK.set(Some(Box::new(hook)));
    let result = f();
    HOOK.set(None);
    result
}

fn cubic(x: &[Reverse<Liar>]) -> Reverse<Liar> {
    x[0] * x[1] * x[0] + x[1].sin() * x[0]
}

#[track_caller]
fn assert_gradient_of_cubic(gradient: &[Liar]) {
    let (by_x, by_y) = (12.0 + 3.0_f64.sin(), 4.0 + 2.0 * 3.0_f64.cos());
    assert!((gradient[0].0 - by_x).abs() < 1e-15 * by_x && (gradient[1].0 - by_y).abs() < 1e-14, "{gradient:?}");
}

#[test]
fn a_number_of_the_users_own_can_be_differentiated() {
    OPERATIONS.set(0);
    assert_gradient_of_cubic(&gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    assert!(OPERATIONS.get() > 20);
    let nested = gradient(
        |x: &[Reverse<Reverse<Liar>>]| x[0] * x[1] * x[0],
        &[Reverse::constant(Liar(2.0)), Liar(3.0).0.into()],
    );
    assert_eq!(nested[0].primal().0, 12.0);
}

#[test]
fn arithmetic_that_records_elsewhere_disturbs_no_sweep() {
    assert_eq!(size_of::<Liar>(), size_of::<f64>()); // so the two recordings compete for one slot
    let tape = Rc::new(Tape::<f64>::new());
    let (a, b) = (tape.variable(2.0), tape.variable(3.0));
    let before = tape.len();
    let gradient = with_hook(move || assert_eq!((a * b).primal(), 6.0), || gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    assert_gradient_of_cubic(&gradient);
    assert!(tape.len() > before + 20);
    assert_eq!(tape.adjoints(a * b).wrt(a), 3.0);
}

#[test]
fn arithmetic_that_differentiates_disturbs_no_sweep() {
    let rounds = Rc::new(Cell::new(0));
    let counted = rounds.clone();
    let hook = move || {
        counted.set(counted.get() + 1);
        assert_eq!(gradient(|y| y[0] * y[1], &[Liar(5.0), Liar(7.0)])[0].0, 7.0);
        assert_in_order();
    };
    let gradient = with_hook(hook, || gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    assert_gradient_of_cubic(&gradient);
    assert!(rounds.get() > 20);
}

/// A tape that a hook can reach while it is swept, and values on it.
struct Shared {
    tape: Tape<Liar>,
    x: Reverse<Liar>,
    y: Reverse<Liar>,
    product: Reverse<Liar>,
}

impl Shared {
    fn new() -> Rc<Shared> {
        let tape = Tape::new();
        let (x, y) = (tape.variable(Liar(2.0)), tape.variable(Liar(3.0)));
        let product = (0..10).fold(x * y, |product, _| product + x * y);
        Rc::new(Shared { tape, x, y, product })
    }
    #[track_caller]
    fn assert_in_order(&self) {
        let adjoints = self.tape.adjoints(self.product * self.x);
        assert_eq!((adjoints.wrt(self.x).0, adjoints.wrt(self.y).0), (132.0, 44.0)); // of 11 x² y
    }
}

/// While the records are borrowed for a sweep nothing may be added to them: they could move.
#[test]
fn a_recording_that_is_being_swept_accepts_no_push() {
    let shared = Shared::new();
    let (inner, refused) = (shared.clone(), Rc::new(Cell::new(0)));
    let counted = refused.clone();
    let hook = move || {
        assert!(panics(|| inner.x * inner.y));
        assert!(panics(|| inner.tape.variable(Liar(1.0))));
        assert!(panics(|| inner.tape.retain(inner.x)));
        counted.set(counted.get() + 1);
    };
    let adjoints = with_hook(hook, || shared.tape.adjoints(shared.product));
    assert_eq!((adjoints.wrt(shared.x).0, adjoints.wrt(shared.y).0), (33.0, 22.0));
    assert!(refused.get() > 20);
    shared.assert_in_order();
}

/// The same after a sweep within the sweep: when the inner one ends, the outer one still borrows the records.
#[test]
fn a_recording_that_is_being_swept_accepts_no_push_after_a_sweep_within_the_sweep() {
    let shared = Shared::new();
    let (inner, accepted) = (shared.clone(), Rc::new(Cell::new(0)));
    let counted = accepted.clone();
    let hook = move || {
        let adjoints = inner.tape.adjoints(inner.product);
        assert_eq!((adjoints.wrt(inner.x).0, adjoints.wrt(inner.y).0), (33.0, 22.0));
        // At most once, so that the test itself does not make the buffer move under the outer sweep.
        if counted.get() == 0 && !panics(|| inner.x * inner.y) {
            counted.set(1);
        }
    };
    let adjoints = with_hook(hook, || shared.tape.adjoints(shared.product));
    assert_eq!((adjoints.wrt(shared.x).0, adjoints.wrt(shared.y).0), (33.0, 22.0));
    shared.assert_in_order();
    assert_eq!(accepted.get(), 0, "a record was written while the records were borrowed");
}

#[test]
fn a_panic_in_the_middle_of_a_sweep_harms_neither_tape_nor_driver() {
    let shared = Shared::new();
    for operations in 1..30 {
        let countdown = || {
            let mut left = operations;
            move || {
                left -= 1;
                assert!(left > 0, "on purpose");
            }
        };
        assert_eq!(panic_text(|| with_hook(countdown(), || shared.tape.adjoints(shared.product))), "on purpose");
        shared.assert_in_order();
        assert_eq!(panic_text(|| with_hook(countdown(), || gradient(cubic, &[Liar(2.0), Liar(3.0)]))), "on purpose");
        assert_gradient_of_cubic(&gradient(cubic, &[Liar(2.0), Liar(3.0)]));
    }
}

/// A number without any bits, so that a point with more than 2^32 entries takes no memory.
#[derive(Clone, Copy, Debug, Default)]
struct Nothing;

impl Nothing {
    fn of(_: f64) -> Nothing {
        Nothing
    }
    fn value(self) -> f64 {
        0.0
    }
}
number_over_f64!(Nothing);

#[test]
fn records_of_numbers_without_size_work() {
    let gradient = gradient(|x| x[0] * x[1] * x[0] + x[1], &[Nothing; 2]);
    assert_eq!(gradient, [Nothing; 2]);
    let tape = Tape::new();
    let (x, y) = (tape.variable(Nothing), tape.variable(Nothing));
    let product = (0..times(1000)).fold(x, |product, _| product * y);
    assert_eq!(tape.adjoints(product).wrt(x), Nothing);
    assert!(tape.bytes() >= 8 * times(1000));
}

/// Too many inputs are refused, before anything of the process-wide numbering changes.
#[cfg(all(target_pointer_width = "64", not(miri)))]
#[test]
fn more_inputs_than_a_recording_can_number_panic_and_leave_everything_in_order() {
    in_child("more_inputs_than_a_recording_can_number_panic_and_leave_everything_in_order", || {
        const MANY: usize = (1 << 32) + 1;
        let before = Tape::new();
        let x = before.variable(3.0);
        let (point, mut g) = ([Nothing; MANY], [Nothing; MANY]);
        assert_panics(&["2^31 nodes", "4294967297 inputs"], || {
            dualtape::value_and_gradient_into(|x| x[0], &point, &mut g);
        });
        // The numbers that the refused recording gave back go to the next one, here or on another thread.
        assert_in_order();
        thread::spawn(assert_in_order).join().unwrap();
        assert_eq!(before.adjoints(x * x).wrt(x), 6.0);
    });
}

// ---- The end of a thread ---------------------------------------------------------------------------------------------

/// A tape in thread-local storage. Whether it is dropped before or after the library's own thread-local state depends on which
/// was used first.
struct KeptTape {
    tape: Tape<f64>,
    product: Reverse<f64>,
    sweep_on_drop: bool,
}

impl Drop for KeptTape {
    fn drop(&mut self) {
        if self.sweep_on_drop {
            let x = self.tape.variable(2.0);
            assert_eq!(self.tape.adjoints(self.product * x).wrt(x), 12.0);
        }
    }
}

thread_local! {
    static KEPT: RefCell<Option<KeptTape>> = const { RefCell::new(None) };
}

fn end_a_thread_that_records(user_state_goes_first: bool, sweep_on_drop: bool) {
    let run = move || {
        if user_state_goes_first {
            assert_in_order();
        }
        KEPT.with_borrow_mut(|kept| {
            let tape = Tape::new();
            let product = tape.variable(3.0) * tape.variable(4.0);
            *kept = Some(KeptTape { tape, product, sweep_on_drop });
        });
        assert_in_order();
        // One more that is alive on the stack, in an unfinished gradient call, when the thread ends by a panic.
        gradient(
            |x: &[Reverse<f64>]| if x[0] * x[1] > 0.0 { panic!("the thread ends here") } else { x[0] },
            &[1.0, 2.0],
        );
    };
    let cause = thread::spawn(run).join().unwrap_err();
    assert_eq!(cause.downcast_ref(), Some(&"the thread ends here"));
    assert_in_order();
}

#[test]
fn a_thread_may_end_with_a_recording_in_its_thread_local_state() {
    for _ in 0..times(20) {
        end_a_thread_that_records(true, false);
        end_a_thread_that_records(false, false);
    }
}

#[cfg(not(miri))] // which has no processes
#[test]
fn a_tape_can_be_swept_while_its_thread_ends() {
    in_child("a_tape_can_be_swept_while_its_thread_ends", || {
        end_a_thread_that_records(true, true);
        end_a_thread_that_records(false, true);
    });
}

#[cfg(not(miri))] // which reports the leak
#[test]
fn a_thread_may_end_with_a_forgotten_recording() {
    for _ in 0..times(20) {
        let leak = thread::spawn(|| {
            let tape = Tape::new();
            let product = tape.variable(3.0) * tape.variable(4.0);
            std::mem::forget(tape);
            assert_in_order();
            product
        });
        let leak = leak.join().unwrap();
        assert_panics(&["was used"], || gradient(|x| x[0] * leak, &[1.0]));
    }
}
