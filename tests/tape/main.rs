//! Attacks on the tape: values that outlive their recording, cross threads or meet another tape; panics, nesting, re-entrancy,
//! and the ends of threads. Whatever happens, the answer is right or a panic says what was done wrong.
//!
//! Sizes shrink under miri, and by the factor `DUALTAPE_TEST_SCALE` for other slow checkers.
#![cfg(feature = "std")]

#[path = "../common/generator.rs"]
mod generator;

mod adjoints;
mod foreign;
mod many;
mod nesting;
mod rewinding;
mod runs;
mod scopes;
mod shapes;
mod threads;
mod unwinding;

use dualtape::{Reverse, gradient, value_and_gradient};
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    let _ = gradient(
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
