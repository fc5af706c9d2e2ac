//! Questions about values, whose answers choose the way of a program.

use super::Primitive;
use core::cmp::Ordering;

/// A question whose answer a program may go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// `x < y`
    Less,
    /// `x <= y`
    LessOrEqual,
    /// `x > y`
    Greater,
    /// `x >= y`
    GreaterOrEqual,
    /// `x == y`
    Equal,
    /// `x.partial_cmp(&y)`: 0 less, 1 equal, 2 greater, 3 unordered.
    Order,
    /// `x.is_nan()`
    IsNan,
    /// `x.is_infinite()`
    IsInfinite,
    /// `x.is_finite()`
    IsFinite,
    /// `x.is_normal()`
    IsNormal,
    /// `x.is_subnormal()`
    IsSubnormal,
    /// `x.is_sign_positive()`
    IsSignPositive,
    /// `x.is_sign_negative()`
    IsSignNegative,
    /// `x.classify()`: 0 NaN, 1 infinite, 2 zero, 3 subnormal, 4 normal.
    Class,
    /// The value as an `f64`, to the bit.
    Value,
}

impl Question {
    /// All of them, by their numbers.
    pub const ALL: [Question; 15] = [
        Question::Less,
        Question::LessOrEqual,
        Question::Greater,
        Question::GreaterOrEqual,
        Question::Equal,
        Question::Order,
        Question::IsNan,
        Question::IsInfinite,
        Question::IsFinite,
        Question::IsNormal,
        Question::IsSubnormal,
        Question::IsSignPositive,
        Question::IsSignNegative,
        Question::Class,
        Question::Value,
    ];

    /// The answer for `x` and, where two numbers are compared, `y`.
    #[must_use]
    pub fn answer<B: Primitive>(self, x: B, y: B) -> u64 {
        match self {
            Question::Less => (x < y).into(),
            Question::LessOrEqual => (x <= y).into(),
            Question::Greater => (x > y).into(),
            Question::GreaterOrEqual => (x >= y).into(),
            Question::Equal => (x == y).into(),
            Question::Order => match x.partial_cmp(&y) {
                Some(Ordering::Less) => 0,
                Some(Ordering::Equal) => 1,
                Some(Ordering::Greater) => 2,
                None => 3,
            },
            Question::IsNan => x.is_nan().into(),
            Question::IsInfinite => x.is_infinite().into(),
            Question::IsFinite => x.is_finite().into(),
            Question::IsNormal => x.is_normal().into(),
            Question::IsSubnormal => x.is_subnormal().into(),
            Question::IsSignPositive => x.is_sign_positive().into(),
            Question::IsSignNegative => x.is_sign_negative().into(),
            Question::Class => x.classify() as u64,
            Question::Value => x.widen().to_bits(),
        }
    }
}
