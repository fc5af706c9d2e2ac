//! Tests of the recording from inside the crate: with small limits, with numbers of their own, with a count of the work done.

use std::cell::Cell;

thread_local! {
    static LOOK_UPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts a recording that is asked for a node.
pub(super) fn count_look_up() {
    LOOK_UPS.set(LOOK_UPS.get() + 1);
}
