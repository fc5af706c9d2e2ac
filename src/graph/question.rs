//! Questions about values: guards, whose answers choose the way of a program, and conditions, under which plain derivatives hold.

use super::recording;
use super::traced::Traced;
use crate::float::algorithm::Scalar;
use crate::float::engine::Algorithm;
use crate::float::{Condition, Engine as _, Float, Number, Primitive};
use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::num::FpCategory;
use std::panic::Location;

/// A question whose answer a program may go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Order,
    IsNan,
    IsInfinite,
    IsFinite,
    IsNormal,
    IsSubnormal,
    IsSignPositive,
    IsSignNegative,
    Class,
    Value,
}

impl Question {
    /// The answer for `x` and, where two numbers are compared, `y`.
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

    /// Whether it is about two numbers.
    pub fn compares(self) -> bool {
        self as u8 <= Question::Order as u8
    }

    /// The orders of two numbers for which a comparison has the answer, a bit for each: less, equal, greater, unordered. Of the numbers
    /// in the other order if `is_swapped`.
    pub fn orders(self, answer: u64, is_swapped: bool) -> u16 {
        let given = |(x, y): (f64, f64)| (if is_swapped { self.answer(y, x) } else { self.answer(x, y) }) == answer;
        bits([(0.0, 1.0), (0.0, 0.0), (1.0, 0.0), (f64::NAN, 0.0)].map(given))
    }

    /// The kinds of a number for which a question about it has the answer, a bit for each. None is left by a value to the bit, which
    /// answers all further questions.
    pub fn kinds(self, answer: u64) -> u16 {
        if self == Question::Value {
            return 0;
        }
        let kinds = [f64::NAN, f64::INFINITY, 0.0, f64::MIN_POSITIVE / 2.0, 1.0];
        bits(kinds.map(|x| self.answer(x, x) == answer))
            | bits(kinds.map(|x| self.answer(-x, -x) == answer)) << kinds.len()
    }

    /// The question about operands with the given names.
    pub fn about(self, x: &dyn Display, y: &dyn Display) -> String {
        match self {
            Question::Less => format!("{x} < {y}"),
            Question::LessOrEqual => format!("{x} <= {y}"),
            Question::Greater => format!("{x} > {y}"),
            Question::GreaterOrEqual => format!("{x} >= {y}"),
            Question::Equal => format!("{x} == {y}"),
            Question::Order => format!("the order of {x} and {y}"),
            Question::IsNan => format!("{x}.is_nan()"),
            Question::IsInfinite => format!("{x}.is_infinite()"),
            Question::IsFinite => format!("{x}.is_finite()"),
            Question::IsNormal => format!("{x}.is_normal()"),
            Question::IsSubnormal => format!("{x}.is_subnormal()"),
            Question::IsSignPositive => format!("{x}.is_sign_positive()"),
            Question::IsSignNegative => format!("{x}.is_sign_negative()"),
            Question::Class => format!("the class of {x}"),
            Question::Value => format!("the value of {x}"),
        }
    }

    /// An answer as a person reads it, about a number in single precision if `is_single`.
    pub fn show(self, answer: u64, is_single: bool) -> String {
        match self {
            Question::Order => ["less", "equal", "greater", "unordered"][answer as usize].into(),
            Question::Class => {
                let classes = [
                    FpCategory::Nan,
                    FpCategory::Infinite,
                    FpCategory::Zero,
                    FpCategory::Subnormal,
                    FpCategory::Normal,
                ];
                let class = classes.into_iter().find(|&class| class as u64 == answer);
                class.map_or_else(String::new, |class| format!("{class:?}").to_lowercase())
            }
            Question::Value if is_single => format!("{:?}", f64::from_bits(answer) as f32),
            Question::Value => format!("{:?}", f64::from_bits(answer)),
            _ => (answer == 1).to_string(),
        }
    }
}

/// A bit for each that holds.
fn bits<const N: usize>(holds: [bool; N]) -> u16 {
    holds.into_iter().enumerate().map(|(i, holds)| u16::from(holds) << i).sum()
}

/// Asks any number, by its value. Of numbers that record, it becomes a guard.
pub(super) struct Ask;

impl Algorithm for Ask {
    type Args<'a, T: Float> = (Question, T, T, &'static Location<'static>);
    type Output<T: Float> = u64;
    fn on_primitive<B: Scalar>((question, x, y, _): (Question, B, B, &'static Location<'static>)) -> u64 {
        question.answer(x, y)
    }
    fn on_traced<B: Primitive>(
        (question, x, y, place): (Question, Traced<B>, Traced<B>, &'static Location<'static>),
    ) -> u64 {
        recording::ask(question, x, y, place)
    }
    fn on_number<N: Number>((question, x, y, place): (Question, N, N, &'static Location<'static>)) -> u64 {
        N::Value::run::<Ask>((question, x.asked(), y.asked(), place))
    }
}

/// Tells whether a condition holds of a number. One that records notes it, and says yes.
pub(crate) struct Require;

impl Algorithm for Require {
    type Args<'a, T: Float> = (Condition, T);
    type Output<T: Float> = bool;
    fn on_primitive<B: Scalar>((condition, x): (Condition, B)) -> bool {
        condition.holds(x)
    }
    fn on_traced<B: Primitive>((condition, x): (Condition, Traced<B>)) -> bool {
        recording::require(condition, x);
        true
    }
    fn on_number<N: Number>((condition, x): (Condition, N)) -> bool {
        N::Value::run::<Require>((condition, x.value()))
    }
}

/// A guard of a recording that has another answer at the point at hand: the program would go another way there.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph = Graph::record_fn(
///     |x: &[Traced]| if x[0] < 1.0 { x[0] * 2.0 } else { x[0] + 1.0 },
///     &[0.5],
/// );
/// assert_eq!(graph.eval(&[0.25]), Ok(vec![0.5]));
///
/// let changed = graph.eval(&[3.0]).unwrap_err();
/// assert_eq!(
///     (changed.question(), changed.was(), changed.is()),
///     ("x[0] < 1", "true", "false")
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BranchChanged {
    pub(super) question: String,
    pub(super) was: String,
    pub(super) is: String,
    pub(super) values: [f64; 2],
    pub(super) place: &'static Location<'static>,
}

impl BranchChanged {
    /// What was asked, with the names of a [listing](super::Graph#impl-Display-for-Graph): `x[0] < 1`.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }
    /// The answer when the function was recorded.
    #[must_use]
    pub fn was(&self) -> &str {
        &self.was
    }
    /// The answer at the point at hand.
    #[must_use]
    pub fn is(&self) -> &str {
        &self.is
    }
    /// The two sides at the point at hand; of a question about one number, it and 0.
    #[must_use]
    pub fn values(&self) -> [f64; 2] {
        self.values
    }
    /// Where in the source the question was asked.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }
}

impl Display for BranchChanged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BranchChanged { question, was, is, values: [x, y], place } = self;
        write!(
            out,
            "dualtape: a question came out differently from the recording: {question} ({place}) was {was}, is {is} at this point \
             (sides {x:?} and {y:?}); record there, or choose by `max`, `min` or `if_less`, which are operations"
        )
    }
}

impl std::error::Error for BranchChanged {}
