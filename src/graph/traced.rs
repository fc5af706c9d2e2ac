//! [`Traced`], the number that records.

use super::body::{Op, Operand};
use super::operation::{OfMany, OfOne, OfTwo};
use super::question::Question;
use super::recording::{self, ask, record, record_long, record_many, record_rule};
use crate::float::engine::Algorithm;
use crate::float::{Engine, Float, Primitive};
use crate::rules::dialect::{forward_all, method};
use crate::rules::{self, Binary, Reduction, Unary, elementary};
use num_traits::{FromPrimitive, NumCast, ToPrimitive};
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::num::FpCategory;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};
use std::panic::Location;

/// A number that records what is done with it, made by [`Graph::record_fn`](super::Graph::record_fn) and its siblings.
///
/// It is a [`Float`] over `B`, which is `f64` if nothing else is said, or `f32`. So every generic function runs on it, and `Dual<Traced>`
/// and `Reverse<Traced>` record derivatives. Its value is that of the point of the recording, to the last bit of `B`. What is recorded,
/// and what becomes a guard, is told in the [module](crate::graph).
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
///
/// let single = Graph::record_fn(|x: &[Traced<f32>]| x[0] * 0.1, &[1.0]);
/// assert_eq!(single.eval(&[3.0_f32]), Ok(vec![3.0_f32 * 0.1]));
/// ```
#[derive(Clone, Copy, Default)]
#[must_use]
pub struct Traced<B = f64> {
    value: B,
    /// The recording and the node in it, 0 and 0 for a constant.
    recording: u32,
    index: u32,
}

impl<B> Traced<B> {
    /// A constant. It belongs to no recording.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| Traced::constant(3.0) * x[0], &[1.0]);
    /// assert_eq!(graph.eval(&[2.0]), Ok(vec![6.0]));
    /// ```
    #[inline]
    pub const fn constant(value: B) -> Self {
        Traced::fixed(value)
    }

    #[inline]
    pub(super) const fn fixed(value: B) -> Self {
        Traced { value, recording: 0, index: 0 }
    }
    #[inline]
    pub(super) const fn node(value: B, recording: u32, index: u32) -> Self {
        Traced { value, recording, index }
    }
    /// `true` for a constant.
    #[inline]
    pub(super) const fn is_fixed(&self) -> bool {
        self.recording == 0
    }
    #[inline]
    pub(super) const fn recording(&self) -> u32 {
        self.recording
    }
    #[inline]
    pub(super) const fn index(&self) -> u32 {
        self.index
    }
}

impl<B: Primitive> Traced<B> {
    #[inline]
    pub(super) const fn value(self) -> B {
        self.value
    }
    /// The operand that it is of an operation.
    #[inline]
    pub(super) fn operand(self) -> Operand {
        if self.is_fixed() { Operand::Constant(self.value.widen().to_bits()) } else { Operand::Node(self.index) }
    }
    /// The same number over the other primitive type, or the same one.
    #[inline]
    pub(super) fn over<C: Primitive>(self) -> Traced<C> {
        Traced { value: C::nearest(self.value.widen()), recording: self.recording, index: self.index }
    }

    /// The same number, which listings, drawings and messages of the graph show by this name. See [`Float::named`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph =
    ///     Graph::record_fn(|x: &[Traced]| (x[0].named("a") + 1.0).named("b"), &[1.0]);
    /// assert_eq!(graph.to_string(), "in a\n  b = a + 1\nout b\n");
    /// ```
    #[track_caller]
    pub fn named(self, name: impl fmt::Display) -> Self {
        recording::name(self, &name);
        self
    }

    /// The value, which from now on must stay the same to the bit.
    #[track_caller]
    fn frozen(self) -> B {
        ask(Question::Value, self, self, Location::caller());
        self.value
    }
    #[track_caller]
    fn is(self, question: Question, other: Self) -> bool {
        ask(question, self, other, Location::caller()) == 1
    }
    #[track_caller]
    fn order(self, other: Self) -> Option<Ordering> {
        match ask(Question::Order, self, other, Location::caller()) {
            0 => Some(Ordering::Less),
            1 => Some(Ordering::Equal),
            2 => Some(Ordering::Greater),
            _ => None,
        }
    }
}

impl<B: fmt::Debug> fmt::Debug for Traced<B> {
    /// Shows the value at the point of the recording, without a guard.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Traced({:?})", self.value)
    }
}

// ---- Operators -------------------------------------------------------------------------------------------------------

macro_rules! operators {
    ($($Op:ident $op:ident $Assign:ident $assign:ident |$x:ident, $y:ident| $result:expr;)*) => {$(
        impl<B: Primitive> $Op for Traced<B> {
            type Output = Self;
            #[track_caller]
            fn $op(self, other: Self) -> Self {
                let ($x, $y) = (self, other);
                $result
            }
        }
        operators!(@forward $Op $op: Traced<B>, B, |y| Traced::fixed(y));
        operators!(@forward $Op $op: Traced<B>, &B, |y| Traced::fixed(*y));
        operators!(@forward $Op $op: Traced<B>, &Traced<B>, |y| *y);
        operators!(@forward $Op $op: &Traced<B>, Traced<B>, |y| y);
        operators!(@forward $Op $op: &Traced<B>, &Traced<B>, |y| *y);
        operators!(@forward $Op $op: &Traced<B>, B, |y| Traced::fixed(y));
        operators!(@literal $Op $op: f64);
        operators!(@literal $Op $op: f32);
        operators!(@assign $Op $op $Assign $assign: Traced<B>);
        operators!(@assign $Op $op $Assign $assign: &Traced<B>);
        operators!(@assign $Op $op $Assign $assign: B);
    )*};
    (@forward $Op:ident $op:ident: $Left:ty, $Right:ty, |$y:ident| $right:expr) => {
        impl<B: Primitive> $Op<$Right> for $Left {
            type Output = Traced<B>;
            #[track_caller]
            fn $op(self, $y: $Right) -> Traced<B> {
                let (x, y): (Traced<B>, Traced<B>) = (self.clone(), $right);
                x.$op(y)
            }
        }
    };
    (@literal $Op:ident $op:ident: $B:ident) => {
        impl $Op<Traced<$B>> for $B {
            type Output = Traced<$B>;
            #[track_caller]
            fn $op(self, other: Traced<$B>) -> Traced<$B> {
                Traced::fixed(self).$op(other)
            }
        }
    };
    (@assign $Op:ident $op:ident $Assign:ident $assign:ident: $Right:ty) => {
        impl<B: Primitive> $Assign<$Right> for Traced<B> {
            #[track_caller]
            fn $assign(&mut self, other: $Right) {
                *self = (*self).$op(other);
            }
        }
    };
}
operators! {
    Add add AddAssign add_assign |x, y| record(Op::Add, [x, y], x.value + y.value);
    Sub sub SubAssign sub_assign |x, y| record(Op::Sub, [x, y], x.value - y.value);
    Mul mul MulAssign mul_assign |x, y| record(Op::Mul, [x, y], x.value * y.value);
    Div div DivAssign div_assign |x, y| record(Op::Div, [x, y], x.value / y.value);
    Rem rem RemAssign rem_assign |x, y| x.binary(rules::Rem, y);
}

impl<B: Primitive> Neg for Traced<B> {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        record(Op::Neg, [self], -self.value)
    }
}

impl<B: Primitive> Neg for &Traced<B> {
    type Output = Traced<B>;
    #[track_caller]
    fn neg(self) -> Traced<B> {
        -*self
    }
}

impl<B: Primitive> From<B> for Traced<B> {
    fn from(x: B) -> Self {
        Traced::fixed(x)
    }
}

macro_rules! comparisons {
    ($Right:ty, |$y:ident| $right:expr) => {
        #[allow(clippy::partialeq_ne_impl)] // it tells the place in the source, which the provided one does not know
        impl<B: Primitive> PartialEq<$Right> for Traced<B> {
            #[track_caller]
            fn eq(&self, $y: &$Right) -> bool {
                self.is(Question::Equal, $right)
            }
            #[track_caller]
            fn ne(&self, $y: &$Right) -> bool {
                !self.is(Question::Equal, $right)
            }
        }
        impl<B: Primitive> PartialOrd<$Right> for Traced<B> {
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
comparisons!(Traced<B>, |y| *y);
comparisons!(B, |y| Traced::fixed(*y));

impl<B: Primitive> Sum for Traced<B> {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Traced::fixed(std::iter::empty::<B>().sum()), |sum, x| sum + x)
    }
}
impl<'a, B: Primitive> Sum<&'a Self> for Traced<B> {
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.copied().sum()
    }
}
impl<B: Primitive> Product for Traced<B> {
    fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Traced::fixed(B::one()), |product, x| product * x)
    }
}
impl<'a, B: Primitive> Product<&'a Self> for Traced<B> {
    fn product<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.copied().product()
    }
}

// ---- Text ------------------------------------------------------------------------------------------------------------

impl<B: Primitive> std::str::FromStr for Traced<B> {
    type Err = B::Err;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Traced::fixed)
    }
}

macro_rules! show {
    ($($Format:ident)*) => {$(
        /// Shows the value, and freezes it: text may be read again.
        impl<B: Primitive> fmt::$Format for Traced<B> {
            #[track_caller]
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::$Format::fmt(&self.frozen(), out)
            }
        }
    )*};
}
show!(Display LowerExp UpperExp);

// ---- num_traits ------------------------------------------------------------------------------------------------------

impl<B: Primitive> num_traits::Zero for Traced<B> {
    fn zero() -> Self {
        Traced::fixed(B::zero())
    }
    #[track_caller]
    fn is_zero(&self) -> bool {
        *self == B::zero()
    }
}
impl<B: Primitive> num_traits::One for Traced<B> {
    fn one() -> Self {
        Traced::fixed(B::one())
    }
    #[track_caller]
    fn is_one(&self) -> bool {
        *self == B::one()
    }
}
impl<B: Primitive> num_traits::Num for Traced<B> {
    type FromStrRadixErr = <B as num_traits::Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        B::from_str_radix(text, radix).map(Traced::fixed)
    }
}

macro_rules! conversions {
    ($($to:ident $from:ident $P:ident),*) => {
        impl<B: Primitive> ToPrimitive for Traced<B> {$(
            #[track_caller]
            fn $to(&self) -> Option<$P> {
                self.frozen().$to()
            }
        )*}
        impl<B: Primitive> FromPrimitive for Traced<B> {$(
            fn $from(x: $P) -> Option<Self> {
                B::$from(x).map(Traced::fixed)
            }
        )*}
    };
}
conversions!(to_isize from_isize isize, to_i8 from_i8 i8, to_i16 from_i16 i16, to_i32 from_i32 i32, to_i64 from_i64 i64,
    to_i128 from_i128 i128, to_usize from_usize usize, to_u8 from_u8 u8, to_u16 from_u16 u16, to_u32 from_u32 u32,
    to_u64 from_u64 u64, to_u128 from_u128 u128, to_f32 from_f32 f32, to_f64 from_f64 f64);

impl<B: Primitive> NumCast for Traced<B> {
    fn from<P: ToPrimitive>(x: P) -> Option<Self> {
        <B as NumCast>::from(x).map(Traced::fixed)
    }
}
impl<B: Primitive> num_traits::Inv for Traced<B> {
    type Output = Self;
    #[track_caller]
    fn inv(self) -> Self {
        self.recip()
    }
}

macro_rules! constants {
    ($Trait:ident: $($name:ident)*) => {$(
        fn $name() -> Self {
            Traced::fixed(<B as num_traits::$Trait>::$name())
        }
    )*};
}

impl<B: Primitive> num_traits::FloatConst for Traced<B> {
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

impl<B: Primitive> num_traits::Float for Traced<B> {
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
        $($clause:ident $list:tt),*;)*) => {
        /// The elementary functions, each one operation.
        impl<B: Primitive> Traced<B> {$(
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
impl<B: Primitive> Traced<B> {
    /// The larger of two numbers; the other one if one is NaN.
    #[track_caller]
    pub fn max(self, other: impl Into<Self>) -> Self {
        let y = other.into();
        record(Op::Max, [self, y], num_traits::Float::max(self.value, y.value))
    }
    /// The smaller of two numbers; the other one if one is NaN.
    #[track_caller]
    pub fn min(self, other: impl Into<Self>) -> Self {
        let y = other.into();
        record(Op::Min, [self, y], num_traits::Float::min(self.value, y.value))
    }
    /// `self` limited to `low ..= high`.
    ///
    /// # Panics
    /// If `low > high` or one of them is NaN, as for `f64`, when it is recorded and when the graph is evaluated.
    #[track_caller]
    pub fn clamp(self, low: impl Into<Self>, high: impl Into<Self>) -> Self {
        let (low, high) = (low.into(), high.into());
        record_long(Op::Clamp, &[self, low, high], num_traits::Float::clamp(self.value, low.value, high.value))
    }
    /// The positive difference `max(self - other, 0)`.
    #[track_caller]
    pub fn abs_sub(self, other: impl Into<Self>) -> Self {
        let y = other.into();
        record(Op::AbsSub, [self, y], num_traits::Float::abs_sub(self.value, y.value))
    }
    /// `self` with the sign of `sign`.
    #[track_caller]
    pub fn copysign(self, sign: impl Into<Self>) -> Self {
        let sign = sign.into();
        record(Op::Copysign, [self, sign], num_traits::Float::copysign(self.value, sign.value))
    }
    /// `self * a + b` with one rounding.
    #[track_caller]
    pub fn mul_add(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
        let (a, b) = (a.into(), b.into());
        record_long(Op::MulAdd, &[self, a, b], num_traits::Float::mul_add(self.value, a.value, b.value))
    }
    /// Sine and cosine, one operation.
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

impl<B: Primitive> Engine for Traced<B> {
    const NESTED: bool = false;
    const LEVELS: usize = 0;
    const SPARSE: bool = true;
    const TRACED: bool = true;
    type Fused<const K: usize> = Self;
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self> {
        A::on_traced(args)
    }
}

impl<B: Primitive> Float for Traced<B> {
    type Base = B;
    type Inner = Self;
    type Coefficient = Self;
    fn leading(self) -> Self {
        self
    }
    fn from_leading(x: Self) -> Self {
        x
    }

    fn from_base(x: B) -> Self {
        Traced::fixed(x)
    }
    #[track_caller]
    fn base(&self) -> B {
        self.frozen()
    }
    fn primal(self) -> Self {
        self
    }
    #[track_caller]
    fn detach(self) -> Self {
        record(Op::Detach, [self], self.value)
    }
    #[track_caller]
    fn named(self, name: impl fmt::Display) -> Self {
        self.named(name)
    }
    #[track_caller]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        let is_less = self.value < other.value;
        if self.is_fixed() && other.is_fixed() {
            return if is_less { then() } else { otherwise() };
        }
        let [then, otherwise] = recording::both_sides([self, other], then, otherwise);
        let value = if is_less { then.value } else { otherwise.value };
        record_long(Op::IfLess, &[self, other, then, otherwise], value)
    }
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        record_rule(OfOne(rule), rule, [self])
    }
    #[track_caller]
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self {
        record_rule(OfTwo(rule), rule, [self, other])
    }
    #[track_caller]
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
        record_many(OfMany(rule), rule, &x.collect::<Vec<_>>())
    }
    #[track_caller]
    fn from_partials(value: Self, partials: &[(Self, Self)]) -> Self {
        if partials.iter().all(|(x, _)| x.is_fixed()) {
            return value;
        }
        let operands: Vec<Self> = std::iter::once(value).chain(partials.iter().flat_map(|&(x, by)| [x, by])).collect();
        record_long(Op::FromPartials, &operands, value.value)
    }
    #[track_caller]
    fn dot(pairs: impl Iterator<Item = (Self, Self)> + Clone) -> Self {
        let operands: Vec<Self> = pairs.clone().flat_map(|(x, y)| [x, y]).collect();
        record_long(Op::Dot, &operands, B::dot(pairs.map(|(x, y)| (x.value, y.value))))
    }
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self; K]) -> Self) -> Self {
        f(x)
    }
    fn is_constant(&self) -> bool {
        self.is_fixed()
    }
    fn is_zero_in_all_parts(&self) -> bool {
        self.is_fixed() && self.value.is_zero()
    }
    fn is_finite_in_all_parts(&self) -> bool {
        !self.is_fixed() || self.value.is_finite()
    }
}
