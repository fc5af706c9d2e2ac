//! Scratch memory that a thread keeps between calls, so that a warm driver allocates nothing.

use std::any::Any;
use std::cell::RefCell;

/// Scratch memory that knows its size.
pub(crate) trait Scratch: Any {
    /// Bytes allocated.
    fn bytes(&self) -> usize;
}

impl<T: 'static> Scratch for Vec<T> {
    fn bytes(&self) -> usize {
        self.capacity() * size_of::<T>()
    }
}

thread_local! {
    /// One entry for each type and depth of nesting in use; few, so they are searched one by one.
    static POOL: RefCell<Vec<Box<dyn Scratch>>> = const { RefCell::new(Vec::new()) };
}

/// A `W` that an earlier call on this thread [put](put) back, or a new one.
///
/// What is not put back (because the user's function panicked) is dropped, so the next call never sees half-finished work.
pub(crate) fn take<W: Default + Scratch>() -> Box<W> {
    let pooled = POOL.try_with(|pool| {
        let pool = &mut *pool.borrow_mut();
        let place = pool.iter().rposition(|entry| (&**entry as &dyn Any).is::<W>())?;
        (pool.swap_remove(place) as Box<dyn Any>).downcast::<W>().ok()
    });
    pooled.ok().flatten().unwrap_or_default() // a thread that is ending has no pool any more
}

/// Bytes of the memory that the drivers keep on this thread for their next calls.
///
/// The buffers of a driver never shrink, so this is also the most that they had since [`release_memory`] was called, but for
/// calls which panicked: what those used is freed.
///
/// # Examples
/// A sum of 1000 terms takes 1000 records of 24 bytes, and more for the derivatives.
/// ```
/// use dualtape::{gradient, pooled_bytes, release_memory};
/// let sum = |x: &[dualtape::Reverse<f64>]| (0..1000).fold(x[0], |s, _| s + x[1]);
/// assert_eq!(gradient(sum, &[1.0, 1.0]), [1.0, 1000.0]);
/// assert!(pooled_bytes() >= 32_000);
/// release_memory();
/// assert_eq!(pooled_bytes(), 0);
/// ```
#[must_use]
pub fn pooled_bytes() -> usize {
    POOL.try_with(|pool| pool.borrow().iter().map(|entry| entry.bytes()).sum()).unwrap_or(0)
}

/// Frees the memory that the drivers keep on this thread for their next calls.
///
/// Drivers keep the buffers of the largest call so far, so that a warm call allocates nothing. Call this after an exceptionally
/// large one.
///
/// # Examples
/// ```
/// let sum =
///     |x: &[dualtape::Reverse<f64>]| (0..1000).fold(x[0], |s, _| s * x[1] + x[0]);
/// let first = dualtape::gradient(sum, &[0.5, 0.5]);
/// dualtape::release_memory();
/// assert_eq!(dualtape::gradient(sum, &[0.5, 0.5]), first);
/// ```
pub fn release_memory() {
    let _ = POOL.try_with(|pool| pool.take());
}

/// Keeps `scratch` for the next call on this thread.
pub(crate) fn put<W: Scratch>(scratch: Box<W>) {
    let _ = POOL.try_with(|pool| {
        let mut entries = pool.borrow_mut();
        if entries.len() < entries.capacity() {
            entries.push(scratch);
        } else {
            drop(entries);
            put_and_grow(pool, scratch);
        }
    });
}

/// The list grows while it is out of the pool, so that an allocator which calls drivers itself finds the pool free.
#[cold]
fn put_and_grow(pool: &RefCell<Vec<Box<dyn Scratch>>>, scratch: Box<dyn Scratch>) {
    let mut entries = pool.take();
    entries.push(scratch);
    loop {
        let meanwhile = pool.replace(entries);
        if meanwhile.is_empty() {
            break;
        }
        entries = pool.take();
        entries.extend(meanwhile);
    }
}
