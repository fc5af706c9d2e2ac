//! [`Traced`], the number that records.

use super::operation::{OfMany, OfOne, OfTwo};
use super::question::Question;
use super::recording::{self, Op, ask, record, record_rule};
use crate::float::engine::Algorithm;
use crate::float::{Engine, Float};
use crate::rules::dialect::{forward_all, method};
use crate::rules::{self, Binary, Reduction, Unary, elementary};
use num_traits::{FromPrimitive, NumCast, ToPrimitive};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::num::FpCategory;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};
use std::panic::Location;

/// A number that records what is done with it, made by [`Graph::record_fn`](super::Graph::record_fn) and its siblings.
///
/// It is a [`Float`] over `f64`, so every generic function runs on it, and `Dual<Traced>` and `Reverse<Traced>` record derivatives. Its
/// value is that of the point of the recording, to the last bit of `f64`. What is recorded, and what becomes a guard, is told in the
/// [module](crate::graph).
///
/// # Panics
/// An operation panics if the recording of one of its numbers has ended or runs on another thread, and if its numbers belong to two
/// recordings.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph = Graph::record_fn(|x: &[Traced]| 2.0 * x[0].sin() + 1.0, &[0.0]);
/// assert_eq!(graph.eval(&[0.5]), Ok(vec![2.0 * 0.5_f64.sin() + 1.0]));
/// ```
#[derive(Clone, Copy, Default)]
#[must_use]
pub struct Traced {
    value: f64,
    /// The recording and the node in it, 0 and 0 for a constant.
    recording: u32,
    index: u32,
}

impl Traced {
    /// A constant. It belongs to no recording.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| Traced::constant(3.0) * x[0], &[1.0]);
    /// assert_eq!(graph.eval(&[2.0]), Ok(vec![6.0]));
    /// ```
    #[inline]
    pub const fn constant(value: f64) -> Self {
        Traced::fixed(value)
    }

    #[inline]
    pub(super) const fn fixed(value: f64) -> Self {
        Traced { value, recording: 0, index: 0 }
    }
    #[inline]
    pub(super) const fn node(value: f64, recording: u32, index: u32) -> Self {
        Traced { value, recording, index }
    }
    /// `true` for a constant.
    #[inline]
    pub(super) const fn is_fixed(self) -> bool {
        self.recording == 0
    }
    #[inline]
    pub(super) const fn value(self) -> f64 {
        self.value
    }
    #[inline]
    pub(super) const fn recording(self) -> u32 {
        self.recording
    }
    #[inline]
    pub(super) const fn index(self) -> u32 {
        self.index
    }

    /// The value, which from now on must stay the same to the bit.
    #[track_caller]
    fn frozen(self) -> f64 {
        ask(Question::Value, self, self, Location::caller());
        self.value
    }
    #[track_caller]
    fn is(self, question: Question, other: Traced) -> bool {
        ask(question, self, other, Location::caller()) == 1
    }
    #[track_caller]
    fn order(self, other: Traced) -> Option<Ordering> {
        match ask(Question::Order, self, other, Location::caller()) {
            0 => Some(Ordering::Less),
            1 => Some(Ordering::Equal),
            2 => Some(Ordering::Greater),
            _ => None,
        }
    }
}

impl fmt::Debug for Traced {
    /// Shows the value at the point of the recording, without a guard.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Traced({:?})", self.value)
    }
}

// ---- Operators -------------------------------------------------------------------------------------------------------

macro_rules! operators {
    ($($Op:ident $op:ident $Assign:ident $assign:ident |$x:ident, $y:ident| $result:expr;)*) => {$(
        impl $Op for Traced {
            type Output = Traced;
            #[track_caller]
            fn $op(self, other: Traced) -> Traced {
                let ($x, $y) = (self, other);
                $result
            }
        }
        operators!(@forward $Op $op: Traced, f64, |y| Traced::fixed(y));
        operators!(@forward $Op $op: Traced, &f64, |y| Traced::fixed(*y));
        operators!(@forward $Op $op: Traced, &Traced, |y| *y);
        operators!(@forward $Op $op: &Traced, Traced, |y| y);
        operators!(@forward $Op $op: &Traced, &Traced, |y| *y);
        operators!(@forward $Op $op: &Traced, f64, |y| Traced::fixed(y));
        impl $Op<Traced> for f64 {
            type Output = Traced;
            #[track_caller]
            fn $op(self, other: Traced) -> Traced {
                Traced::fixed(self).$op(other)
            }
        }
        operators!(@assign $Op $op $Assign $assign: Traced);
        operators!(@assign $Op $op $Assign $assign: &Traced);
        operators!(@assign $Op $op $Assign $assign: f64);
    )*};
    (@forward $Op:ident $op:ident: $Left:ty, $Right:ty, |$y:ident| $right:expr) => {
        impl $Op<$Right> for $Left {
            type Output = Traced;
            #[track_caller]
            fn $op(self, $y: $Right) -> Traced {
                let (x, y): (Traced, Traced) = (self.clone(), $right);
                x.$op(y)
            }
        }
    };
    (@assign $Op:ident $op:ident $Assign:ident $assign:ident: $Right:ty) => {
        impl $Assign<$Right> for Traced {
            #[track_caller]
            fn $assign(&mut self, other: $Right) {
                *self = (*self).$op(other);
            }
        }
    };
}
operators! {
    Add add AddAssign add_assign |x, y| record(Op::Add, &[x, y], x.value + y.value);
    Sub sub SubAssign sub_assign |x, y| record(Op::Sub, &[x, y], x.value - y.value);
    Mul mul MulAssign mul_assign |x, y| record(Op::Mul, &[x, y], x.value * y.value);
    Div div DivAssign div_assign |x, y| record(Op::Div, &[x, y], x.value / y.value);
    Rem rem RemAssign rem_assign |x, y| x.binary(rules::Rem, y);
}

impl Neg for Traced {
    type Output = Traced;
    #[track_caller]
    fn neg(self) -> Traced {
        record(Op::Neg, &[self], -self.value)
    }
}

impl Neg for &Traced {
    type Output = Traced;
    #[track_caller]
    fn neg(self) -> Traced {
        -*self
    }
}

impl From<f64> for Traced {
    fn from(x: f64) -> Traced {
        Traced::fixed(x)
    }
}

macro_rules! comparisons {
    ($Right:ty, |$y:ident| $right:expr) => {
        #[allow(clippy::partialeq_ne_impl)] // it tells the place in the source, which the provided one does not know
        impl PartialEq<$Right> for Traced {
            #[track_caller]
            fn eq(&self, $y: &$Right) -> bool {
                self.is(Question::Equal, $right)
            }
            #[track_caller]
            fn ne(&self, $y: &$Right) -> bool {
                !self.is(Question::Equal, $right)
            }
        }
        impl PartialOrd<$Right> for Traced {
            #[track_caller]
            fn partial_cmp(&self, $y: &$Right) -> Option<Ordering> {
                self.order($right)
            }
            #[track_caller]
            fn lt(&self, $y: &$Right) -> bool {
                self.is(Question::Less, $right)
            }
            #[track_caller]
            fn le(&self, $y: &$Right) -> bool {
                self.is(Question::LessOrEqual, $right)
            }
            #[track_caller]
            fn gt(&self, $y: &$Right) -> bool {
                self.is(Question::Greater, $right)
            }
            #[track_caller]
            fn ge(&self, $y: &$Right) -> bool {
                self.is(Question::GreaterOrEqual, $right)
            }
        }
    };
}
comparisons!(Traced, |y| *y);
comparisons!(f64, |y| Traced::fixed(*y));

impl Sum for Traced {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Traced::fixed(std::iter::empty::<f64>().sum()), |sum, x| sum + x)
    }
}
impl<'a> Sum<&'a Self> for Traced {
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.copied().sum()
    }
}
impl Product for Traced {
    fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Traced::fixed(1.0), |product, x| product * x)
    }
}
impl<'a> Product<&'a Self> for Traced {
    fn product<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.copied().product()
    }
}

// ---- Text ------------------------------------------------------------------------------------------------------------

impl std::str::FromStr for Traced {
    type Err = std::num::ParseFloatError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Traced::fixed)
    }
}

macro_rules! show {
    ($($Format:ident)*) => {$(
        /// Shows the value, and freezes it: text may be read again.
        impl fmt::$Format for Traced {
            #[track_caller]
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::$Format::fmt(&self.frozen(), out)
            }
        }
    )*};
}
show!(Display LowerExp UpperExp);

// ---- num_traits ------------------------------------------------------------------------------------------------------

impl num_traits::Zero for Traced {
    fn zero() -> Self {
        Traced::fixed(0.0)
    }
    #[track_caller]
    fn is_zero(&self) -> bool {
        *self == 0.0
    }
}
impl num_traits::One for Traced {
    fn one() -> Self {
        Traced::fixed(1.0)
    }
    #[track_caller]
    fn is_one(&self) -> bool {
        *self == 1.0
    }
}
impl num_traits::Num for Traced {
    type FromStrRadixErr = <f64 as num_traits::Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Traced::fixed)
    }
}

macro_rules! conversions {
    ($($to:ident $from:ident $P:ident),*) => {
        impl ToPrimitive for Traced {$(
            #[track_caller]
            fn $to(&self) -> Option<$P> {
                self.frozen().$to()
            }
        )*}
        impl FromPrimitive for Traced {$(
            fn $from(x: $P) -> Option<Self> {
                f64::$from(x).map(Traced::fixed)
            }
        )*}
    };
}
conversions!(to_isize from_isize isize, to_i8 from_i8 i8, to_i16 from_i16 i16, to_i32 from_i32 i32, to_i64 from_i64 i64,
    to_i128 from_i128 i128, to_usize from_usize usize, to_u8 from_u8 u8, to_u16 from_u16 u16, to_u32 from_u32 u32,
    to_u64 from_u64 u64, to_u128 from_u128 u128, to_f32 from_f32 f32, to_f64 from_f64 f64);

impl NumCast for Traced {
    fn from<P: ToPrimitive>(x: P) -> Option<Self> {
        <f64 as NumCast>::from(x).map(Traced::fixed)
    }
}
impl num_traits::Inv for Traced {
    type Output = Self;
    #[track_caller]
    fn inv(self) -> Self {
        self.recip()
    }
}

macro_rules! constants {
    ($Trait:ident: $($name:ident)*) => {$(
        fn $name() -> Self {
            Traced::fixed(<f64 as num_traits::$Trait>::$name())
        }
    )*};
}

impl num_traits::FloatConst for Traced {
    constants!(FloatConst: E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8
        LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10);
}

macro_rules! forward_others {
    ($($name:ident($($y:ident),*) -> $Result:ty;)*) => {$(
        #[track_caller]
        fn $name(self $(, $y: Self)*) -> $Result {
            self.$name($($y),*)
        }
    )*};
}

impl num_traits::Float for Traced {
    constants!(Float: nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon);
    elementary!(forward_all, [Float]);
    forward_others! {
        is_nan() -> bool;
        is_infinite() -> bool;
        is_finite() -> bool;
        is_normal() -> bool;
        is_subnormal() -> bool;
        is_sign_positive() -> bool;
        is_sign_negative() -> bool;
        classify() -> FpCategory;
        max(y) -> Self;
        min(y) -> Self;
        clamp(low, high) -> Self;
        abs_sub(y) -> Self;
        copysign(y) -> Self;
        mul_add(a, b) -> Self;
        sin_cos() -> (Self, Self);
    }
    #[track_caller]
    fn integer_decode(self) -> (u64, i16, i8) {
        num_traits::Float::integer_decode(self.frozen())
    }
}

// ---- Methods, so that a closure over `&[Traced]` needs no import --------------------------------------------------------

macro_rules! methods_of_rows {
    ($($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? = $name:ident $args:tt $body:tt
        $(for $traits:tt)? $(, at $at:literal => $is:literal)?
        $(, members [$($member:tt),*])?;)*) => {
        /// The elementary functions, each one operation.
        impl Traced {$(
            method!([$(#[$meta])* #[track_caller] pub] $name [$($($p: $P),+)?] $args rules::$Rule);
        )*}
    };
}
elementary!(methods_of_rows);

macro_rules! questions {
    ($($name:ident $Question:ident $doc:literal;)*) => {$(
        #[doc = concat!("Whether ", $doc, ". The answer is guarded.")]
        #[must_use]
        #[track_caller]
        pub fn $name(self) -> bool {
            self.is(Question::$Question, self)
        }
    )*};
}

/// Choices, which are operations, and questions, which are guarded.
impl Traced {
    /// The larger of two numbers; the other one if one is NaN.
    #[track_caller]
    pub fn max(self, other: impl Into<Self>) -> Self {
        let y = other.into();
        record(Op::Max, &[self, y], self.value.max(y.value))
    }
    /// The smaller of two numbers; the other one if one is NaN.
    #[track_caller]
    pub fn min(self, other: impl Into<Self>) -> Self {
        let y = other.into();
        record(Op::Min, &[self, y], self.value.min(y.value))
    }
    /// `self` limited to `low ..= high`.
    ///
    /// # Panics
    /// If `low > high` or one of them is NaN, as for `f64`, when it is recorded and when the graph is evaluated.
    #[track_caller]
    pub fn clamp(self, low: impl Into<Self>, high: impl Into<Self>) -> Self {
        let (low, high) = (low.into(), high.into());
        record(Op::Clamp, &[self, low, high], self.value.clamp(low.value, high.value))
    }
    /// The positive difference `max(self - other, 0)`.
    #[track_caller]
    pub fn abs_sub(self, other: impl Into<Self>) -> Self {
        let y = other.into();
        record(Op::AbsSub, &[self, y], num_traits::Float::abs_sub(self.value, y.value))
    }
    /// `self` with the sign of `sign`.
    #[track_caller]
    pub fn copysign(self, sign: impl Into<Self>) -> Self {
        let sign = sign.into();
        record(Op::Copysign, &[self, sign], self.value.copysign(sign.value))
    }
    /// `self * a + b` with one rounding.
    #[track_caller]
    pub fn mul_add(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
        let (a, b) = (a.into(), b.into());
        record(Op::MulAdd, &[self, a, b], self.value.mul_add(a.value, b.value))
    }
    /// Sine and cosine.
    #[track_caller]
    pub fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
    questions! {
        is_nan IsNan "the value is NaN";
        is_infinite IsInfinite "the value is infinite";
        is_finite IsFinite "the value is finite";
        is_normal IsNormal "the value is neither zero, subnormal, infinite nor NaN";
        is_subnormal IsSubnormal "the value is subnormal";
        is_sign_positive IsSignPositive "the value has the sign bit clear";
        is_sign_negative IsSignNegative "the value has the sign bit set";
    }
    /// The class of the value. It is guarded.
    #[must_use]
    #[track_caller]
    pub fn classify(self) -> FpCategory {
        ask(Question::Class, self, self, Location::caller());
        self.value.classify()
    }
}

// ---- Float -----------------------------------------------------------------------------------------------------------

impl Engine for Traced {
    const NESTED: bool = false;
    const SPARSE: bool = true;
    const TRACED: bool = true;
    type Fused<const K: usize> = Self;
    type FusedInReverse<const K: usize> = crate::Dual<Self, K>;
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self> {
        A::on_traced(args)
    }
}

impl Float for Traced {
    type Base = f64;
    type Inner = Self;

    fn from_base(x: f64) -> Self {
        Traced::fixed(x)
    }
    #[track_caller]
    fn base(&self) -> f64 {
        self.frozen()
    }
    fn primal(self) -> Self {
        self
    }
    #[track_caller]
    fn detach(self) -> Self {
        record(Op::Detach, &[self], self.value)
    }
    #[track_caller]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        let is_less = self.value < other.value;
        if self.is_fixed() && other.is_fixed() {
            return if is_less { then() } else { otherwise() };
        }
        let [then, otherwise] = recording::both_sides([self, other], then, otherwise);
        let value = if is_less { then.value } else { otherwise.value };
        record(Op::IfLess, &[self, other, then, otherwise], value)
    }
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        record_rule(OfOne(rule), &rule as &dyn Any, false, &[self])
    }
    #[track_caller]
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self {
        record_rule(OfTwo(rule), &rule as &dyn Any, false, &[self, other])
    }
    #[track_caller]
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
        record_rule(OfMany(rule), &rule as &dyn Any, true, &x.collect::<Vec<_>>())
    }
    #[track_caller]
    fn from_partials(value: Self, partials: &[(Self, Self)]) -> Self {
        if partials.iter().all(|(x, _)| x.is_fixed()) {
            return value;
        }
        let operands: Vec<Self> = std::iter::once(value).chain(partials.iter().flat_map(|&(x, by)| [x, by])).collect();
        record(Op::FromPartials, &operands, value.value)
    }
    #[track_caller]
    fn dot(pairs: impl Iterator<Item = (Self, Self)> + Clone) -> Self {
        let operands: Vec<Self> = pairs.clone().flat_map(|(x, y)| [x, y]).collect();
        record(Op::Dot, &operands, f64::dot(pairs.map(|(x, y)| (x.value, y.value))))
    }
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self; K]) -> Self) -> Self {
        f(x)
    }
    fn is_constant(&self) -> bool {
        self.is_fixed()
    }
    fn is_zero_in_all_parts(&self) -> bool {
        self.is_fixed() && self.value == 0.0
    }
    fn is_finite_in_all_parts(&self) -> bool {
        !self.is_fixed() || self.value.is_finite()
    }
}
