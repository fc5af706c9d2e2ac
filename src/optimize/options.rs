//! What the setters of options check.

/// The tolerance, if it is one.
#[track_caller]
pub(super) fn tolerance(option: &str, value: f64) -> f64 {
    assert!(value >= 0.0, "{option}: expected a number that is not negative, found {value:?}");
    value
}

/// The number, if it is positive and finite.
#[track_caller]
pub(super) fn positive(option: &str, value: f64) -> f64 {
    assert!(value > 0.0 && value.is_finite(), "{option}: expected a positive finite number, found {value:?}");
    value
}
