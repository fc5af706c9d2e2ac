//! What all methods start with where nothing is set, and what the setters of options check.

/// How many steps are tried at most. Steep curved valleys take hundreds.
pub(super) const MAX_ITERATIONS: usize = 1000;

/// The gain of a step, as a part of the value, that rounding hides.
pub(super) const VALUE_TOLERANCE: f64 = f64::EPSILON;

/// The change of each variable in a step, as a part of it, after which quadratic convergence leaves an error at rounding level: the root of
/// the machine epsilon, 2⁻²⁶.
pub(super) const STEP_TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// The first radius, as a multiple of the size of the start: large enough that it restricts few first steps.
pub(super) const INITIAL_RADIUS: f64 = 100.0;

/// The part of the predicted reduction that a step must bring to be taken.
pub(super) const ACCEPTANCE: f64 = 0.1;

/// What every Newton's method has among its options.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limits {
    pub max_iterations: usize,
    pub value_tolerance: f64,
    pub step_tolerance: f64,
    /// Whether accepted points are listed.
    pub trace: bool,
}

impl Default for Limits {
    #[inline]
    fn default() -> Self {
        Self {
            max_iterations: MAX_ITERATIONS,
            value_tolerance: VALUE_TOLERANCE,
            step_tolerance: STEP_TOLERANCE,
            trace: false,
        }
    }
}

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

#[cfg(test)]
mod tests {
    #[test]
    fn the_tolerance_of_steps_is_a_root() {
        assert_eq!(super::STEP_TOLERANCE, f64::EPSILON.sqrt());
    }
}
