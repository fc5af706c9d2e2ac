//! The drivers: one verb per differential operator, and the function traits for code that needs several number types.
//!
//! Which driver has which variants stands in `docs/family.md`; `tests/family.rs` holds the crate and that table together.

#[cfg(feature = "std")]
pub(crate) mod accumulate;
#[cfg(feature = "std")]
pub(crate) mod by_size;
pub mod forward;
mod function;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub mod matrix;
#[cfg(feature = "std")]
pub(crate) mod no_grad;
#[cfg(feature = "std")]
pub(crate) mod pool;
#[cfg(feature = "std")]
pub mod reverse;
#[cfg(feature = "std")]
pub(crate) mod seeded;
#[cfg(feature = "std")]
mod session;
#[cfg(feature = "std")]
pub(crate) mod tape;

pub use function::ScalarFunction;
#[cfg(feature = "std")]
pub use function::VectorFunction;
#[cfg(feature = "std")]
pub(crate) use session::Session;

/// Panics unless a vector that the caller gave to `driver` has one entry for each `counted`.
#[cfg(feature = "std")]
#[track_caller]
pub(crate) fn check_length(driver: &str, what: &str, found: usize, needed: usize, counted: &str) {
    let entries = if found == 1 { "entry" } else { "entries" };
    assert!(
        found == needed,
        "dualtape: {driver}: {what} has {found} {entries}, needed {needed}: one for each {counted}"
    );
}

/// What the entries of points, gradients and directions are counted by.
#[cfg(feature = "std")]
pub(crate) const INPUT: &str = "entry of the point";

/// What the entries of values and weights are counted by.
#[cfg(feature = "std")]
pub(crate) const OUTPUT: &str = "value that the function returns";

/// Panics unless a matrix that the caller gave to `driver` has the shape `needed`.
#[cfg(all(feature = "std", feature = "nalgebra"))]
#[track_caller]
fn check_shape(driver: &str, what: &str, found: (usize, usize), needed: (usize, usize), reason: &str) {
    assert!(
        found == needed,
        "dualtape: {driver}: {what} is {} x {}, needed {} x {}: {reason}",
        found.0,
        found.1,
        needed.0,
        needed.1
    );
}

/// Panics unless the buffer for a Jacobian has the right shape.
#[cfg(all(feature = "std", feature = "nalgebra"))]
#[track_caller]
pub(crate) fn check_jacobian(driver: &str, found: (usize, usize), outputs: usize, inputs: usize) {
    let reason = "one row for each value that the function returns and one column for each entry of the point";
    check_shape(driver, "the matrix for the Jacobian", found, (outputs, inputs), reason);
}

/// Panics unless the buffer for a Hessian has the right shape.
#[cfg(all(feature = "std", feature = "nalgebra"))]
#[track_caller]
pub(crate) fn check_hessian(driver: &str, found: (usize, usize), inputs: usize) {
    let reason = "one row and one column for each entry of the point";
    check_shape(driver, "the matrix for the Hessian", found, (inputs, inputs), reason);
}
