//! The scalar trait of `ndarray`.
//!
//! Arrays of these numbers need nothing from here. A single number on the right of an array, `array * x`, asks for a trait, which only
//! this crate can implement.

use super::for_each_number;
use crate::float::Float;
use ndarray::ScalarOperand;

macro_rules! scalar_operand {
    ($Number:ty, $($param:tt)*) => {
        /// A number on the right of an array.
        impl<T: Float, $($param)*> ScalarOperand for $Number {}
    };
}
for_each_number!(scalar_operand);
