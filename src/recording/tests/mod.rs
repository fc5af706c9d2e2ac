//! Tests of the recording from inside the crate: with small limits, with numbers of their own, with a count of the work done.

#[path = "../../../tests/common/generator.rs"]
mod generator;
mod joins;
mod limits;
mod own_number;
mod own_numbers;
mod registry;

use crate::{Reverse, value_and_gradient};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static LOOK_UPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts a recording that is asked for a node.
pub(super) fn count_look_up() {
    LOOK_UPS.set(LOOK_UPS.get() + 1);
}

/// How many recordings are asked for a node while `f` runs.
fn look_ups(f: impl FnOnce()) -> usize {
    let before = LOOK_UPS.get();
    f();
    LOOK_UPS.get() - before
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

/// That the thread's tape is as good as new: x y + sin x at (2, 3) has gradient (y + cos x, x).
#[track_caller]
fn assert_in_order() {
    let (value, gradient) = value_and_gradient(|x: &[Reverse<f64>]| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
    assert_eq!(value, 6.0 + 2.0_f64.sin());
    assert_eq!(gradient, [3.0 + 2.0_f64.cos(), 2.0]);
}
