//! What all methods start with where nothing is set, the setters of options that several methods have, and what they check.

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

/// What every method has among its options.
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

/// Writes into the `impl` of a method a setter that other methods have, too, so that its documentation stands once and yet on the page of
/// each method. The options are in a field `limits`.
///
/// ```text
/// setter!(max_iterations);
/// setter!(value_tolerance: Method, "what is minimised");
/// setter!(step_tolerance: Method, "what an entry of the point is called");
/// setter!(initial_radius: Method);   // in a field of that name
/// setter!(trace: Report);            // the report whose field `trace` is filled
/// ```
macro_rules! setter {
    (max_iterations) => {
        /// Sets how many steps are tried at most; 1000 unless set. Steep curved valleys need hundreds.
        #[inline]
        pub fn max_iterations(mut self, most: usize) -> Self {
            self.limits.max_iterations = most;
            self
        }
    };
    (value_tolerance: $method:ident, $value:literal) => {
        #[doc = concat!(
            "Sets when the value is as good as minimal: when the next Newton step would gain at most this part of ",
            $value, "."
        )]
        /// The machine epsilon unless set; with 0 this alone never ends a search.
        ///
        /// # Panics
        /// If `part` is negative or NaN.
        #[inline]
        #[track_caller]
        pub fn value_tolerance(mut self, part: f64) -> Self {
            let option = concat!(stringify!($method), "::value_tolerance");
            self.limits.value_tolerance = $crate::optimize::options::tolerance(option, part);
            self
        }
    };
    (step_tolerance: $method:ident, $entry:literal) => {
        #[doc = concat!(
            "Sets when the point is as good as found: when the next Newton step changes each ", $entry,
            " by at most this part of it."
        )]
        /// The root of the machine epsilon unless set: where the method converges quadratically, the error after that step is its square.
        #[doc = concat!("The documentation of [`", stringify!($method), "`] says when else a search ends.")]
        ///
        /// # Panics
        /// If `part` is negative or NaN.
        #[inline]
        #[track_caller]
        pub fn step_tolerance(mut self, part: f64) -> Self {
            let option = concat!(stringify!($method), "::step_tolerance");
            self.limits.step_tolerance = $crate::optimize::options::tolerance(option, part);
            self
        }
    };
    (initial_radius: $method:ident) => {
        /// Sets the first radius, as a multiple of the size ‖D x₀‖ of the start (of 1, if that is 0); 100 unless set. A small one keeps
        /// the first steps short.
        ///
        /// # Panics
        /// If `multiple` is not a positive finite number.
        #[inline]
        #[track_caller]
        pub fn initial_radius(mut self, multiple: f64) -> Self {
            let option = concat!(stringify!($method), "::initial_radius");
            self.initial_radius = $crate::optimize::options::positive(option, multiple);
            self
        }
    };
    (trace: $report:ident) => {
        #[doc = concat!(
            "Sets whether [`", stringify!($report), "::trace`] lists all accepted points; `false` unless set."
        )]
        #[inline]
        pub fn trace(mut self, wanted: bool) -> Self {
            self.limits.trace = wanted;
            self
        }
    };
}
pub(super) use setter;

/// The tolerance, if it is one.
#[track_caller]
pub(super) fn tolerance(option: &str, value: f64) -> f64 {
    assert!(value >= 0.0, "dualtape: {option}: expected a number that is not negative, found {value:?}");
    value
}

/// The number, if it is positive and finite.
#[track_caller]
pub(super) fn positive(option: &str, value: f64) -> f64 {
    assert!(value > 0.0 && value.is_finite(), "dualtape: {option}: expected a positive finite number, found {value:?}");
    value
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tolerance_of_steps_is_a_root() {
        assert_eq!(super::STEP_TOLERANCE, f64::EPSILON.sqrt());
    }
}
