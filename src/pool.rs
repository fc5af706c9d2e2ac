//! Scratch memory that a thread keeps between calls, so that a warm driver allocates nothing.

use std::any::Any;
use std::cell::RefCell;

thread_local! {
    /// One entry for each type and depth of nesting in use; few, so they are searched one by one.
    static POOL: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with a `W` that an earlier call on this thread left, or a new one.
///
/// Calls may be nested; each has its own. If `f` panics, its `W` is dropped, so the next call never sees half-finished work.
pub(crate) fn with<W: Default + 'static, R>(f: impl FnOnce(&mut W) -> R) -> R {
    let pooled = POOL.with_borrow_mut(|pool| {
        let place = pool.iter().rposition(|entry| entry.is::<W>())?;
        pool.swap_remove(place).downcast::<W>().ok()
    });
    let mut scratch = pooled.unwrap_or_default();
    let result = f(&mut scratch);
    POOL.with_borrow_mut(|pool| pool.push(scratch));
    result
}
