//! The messages of panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `f` says when it panics.
#[track_caller]
pub fn message<R>(f: impl FnOnce() -> R) -> String {
    let Err(cause) = catch_unwind(AssertUnwindSafe(f)) else { panic!("this should have panicked") };
    match cause.downcast::<String>() {
        Ok(text) => *text,
        Err(cause) => (*cause.downcast::<&str>().expect("a panic carries its message")).to_string(),
    }
}
