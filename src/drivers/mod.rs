//! The drivers: one verb per differential operator, and the function traits for code that needs several number types.

#[cfg(all(feature = "std", feature = "nalgebra"))]
pub(crate) mod by_size;
pub mod forward;
mod function;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub mod matrix;
#[cfg(feature = "std")]
pub(crate) mod pool;
#[cfg(feature = "std")]
pub mod reverse;
#[cfg(feature = "std")]
mod session;
#[cfg(feature = "std")]
pub(crate) mod tape;

pub use function::ScalarFunction;
#[cfg(feature = "std")]
pub use function::VectorFunction;

/// Panics unless a direction or weight has the length of what it belongs to.
#[cfg(feature = "std")]
#[track_caller]
fn check_length(driver: &str, what: &str, found: usize, owner: &str, expected: usize) {
    assert!(
        found == expected,
        "{driver}: {what} has {found} entries and {owner} has {expected}; they must be equally long"
    );
}
