//! [`Dependent`], the number that knows which inputs it depends on.

use super::dependence::Dependence;
use crate::float::engine::Algorithm;
use crate::float::{Binary, Engine, Float, Number, Primitive, Reduction, Unary};
use core::fmt::{self, Display, Formatter, LowerExp, UpperExp};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A dual number whose tangent is the set of inputs that it depends on.
///
/// Every operation has the union of its operands' sets, so the set of a result is the pattern of a row of the Jacobian.
/// `Reverse<Dependent<T>>` takes gradients as it does on dual numbers, so the sets of a gradient are the pattern of a Hessian. There is
/// nothing else to it: which operations are linear, which pairs a product couples, is said by the partial derivatives that reverse mode
/// multiplies. Those of a sum depend on nothing, those of a product on the other factor.
///
/// A set is never too small, whatever the point. What a number records is [the same everywhere](Engine::TRACED), and both sides of
/// [`Float::if_less`] count. A product is dropped only if one of its factors is zero and *fixed*, that is, the same whatever the inputs
/// are. Where the function goes by a value, that of the point at hand is given, and it is noted.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Dependent<T> {
    value: T,
    on: Dependence,
}

impl<T: Float> Dependent<T> {
    /// A number with what it depends on.
    pub(crate) fn new(value: T, on: Dependence) -> Self {
        Dependent { value, on }
    }

    /// What it depends on.
    pub(crate) fn dependence(self) -> Dependence {
        self.on
    }

    #[inline]
    const fn fixed(value: T) -> Self {
        Dependent { value, on: Dependence::FIXED }
    }

    /// A function of two numbers.
    #[inline]
    fn of_both(self, other: Self, value: T) -> Self {
        Dependent { value, on: self.on.and(other.on) }
    }

    /// Whether it is zero whatever the inputs are.
    #[inline]
    fn is_fixed_zero(&self) -> bool {
        self.on.is_fixed() && self.value.is_zero_in_all_parts()
    }
}

impl<T: Float> Number for Dependent<T> {
    type Value = T;

    #[inline]
    fn value(&self) -> T {
        self.value
    }
    #[track_caller]
    fn asked(&self) -> T {
        self.on.decide();
        self.value
    }
    #[inline]
    fn lift(x: T) -> Self {
        Dependent::fixed(x)
    }
    fn step_to(self, value: T) -> Self {
        Dependent { value, on: self.on.of_step() }
    }
    #[inline]
    fn with_value(self, value: T) -> Self {
        Dependent { value, ..self }
    }
    #[inline]
    fn beside(self, other: Self) -> Self {
        Dependent { on: self.on.and(other.on.of_step()), ..self }
    }
    #[inline]
    fn scaled(self, y: T, _: T) -> Self {
        Dependent { value: y, ..self }
    }
    fn sine_and_cosine(self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        (self.with_value(sin), self.with_value(cos))
    }
    fn divides(self, c: T::Base) -> Self {
        Dependent::from_base(c) / self
    }
    fn join_all(y: T, parts: impl Iterator<Item = (Self, T)>) -> Self {
        parts.fold(Dependent::fixed(y), |all, (x, _)| all.of_both(x, y))
    }
}

impl<T: Float> Engine for Dependent<T> {
    const NESTED: bool = true;
    const LEVELS: usize = 1 + T::LEVELS;
    const SPARSE: bool = true;
    const TRACED: bool = true;
    type Fused<const K: usize> = Self;
    fn side<A>(&self, run: impl FnOnce() -> A) -> A {
        self.on.side(run)
    }
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self> {
        A::on_number(args)
    }
}

impl<T: Float> Float for Dependent<T> {
    type Base = T::Base;
    type Inner = T;
    type Coefficient = Self;
    fn leading(self) -> Self {
        self
    }
    fn from_leading(x: Self) -> Self {
        x
    }

    #[inline]
    fn from_base(x: T::Base) -> Self {
        Dependent::fixed(T::from_base(x))
    }
    #[track_caller]
    fn base(&self) -> T::Base {
        self.asked().base()
    }
    fn primal(self) -> T {
        self.value
    }
    fn detach(self) -> Self {
        self.step_to(self.value.detach())
    }
    #[track_caller]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        let (is_less, condition) = (self.value < other.value, self.of_both(other, self.value).on);
        if condition.is_fixed() {
            return if is_less { then() } else { otherwise() };
        }
        let (then, otherwise) = (condition.side(then), condition.side(otherwise));
        let value = if is_less { then.value } else { otherwise.value };
        Dependent { value, on: then.on.and(otherwise.on).and(condition.of_step()) }
    }
    fn from_partials(value: T, partials: &[(Self, T)]) -> Self {
        // The value may be that of a number at hand, as `detach` has it.
        let start = Dependent { value, on: Dependence::of_anything() };
        partials.iter().fold(start, |all, &(x, _)| all.of_both(x, value))
    }
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self; K]) -> Self) -> Self {
        f(x)
    }
    fn unary<R: Unary>(self, rule: R) -> Self {
        let value = self.value.unary(rule);
        if R::PIECEWISE_CONSTANT { self.step_to(value) } else { self.with_value(value) }
    }
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self {
        self.of_both(other, self.value.binary(rule, other.value))
    }
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
        let y = T::reduce(rule, x.clone().map(|x| x.value));
        let all = x.fold(Dependent::fixed(y), |all, x| all.of_both(x, y));
        if R::PIECEWISE_CONSTANT { all.step_to(y) } else { all }
    }
    fn is_constant(&self) -> bool {
        self.on.is_fixed()
    }
    #[inline]
    fn is_zero_in_all_parts(&self) -> bool {
        self.is_fixed_zero()
    }
    fn is_finite_in_all_parts(&self) -> bool {
        !self.on.is_fixed() || self.value.is_finite_in_all_parts()
    }
}

// ---- Arithmetic ------------------------------------------------------------------------------------------------------

impl<T: Float> Neg for Dependent<T> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Dependent { value: -self.value, ..self }
    }
}

impl<T: Float> Add for Dependent<T> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        self.of_both(other, self.value + other.value)
    }
}

impl<T: Float> Sub for Dependent<T> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.of_both(other, self.value - other.value)
    }
}

impl<T: Float> Mul for Dependent<T> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let product = self.value * other.value;
        if self.is_fixed_zero() || other.is_fixed_zero() {
            return Dependent::fixed(product);
        }
        self.of_both(other, product)
    }
}

impl<T: Float> Div for Dependent<T> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        if self.is_fixed_zero() {
            return Dependent::fixed(quotient);
        }
        self.of_both(other, quotient)
    }
}

/// The operators with a primitive on the right, which is a fixed number.
macro_rules! with_primitives {
    ($($Op:ident $op:ident),*) => {$(
        impl<T: Float<Base = B>, B: Primitive> $Op<B> for Dependent<T> {
            type Output = Self;
            #[inline]
            fn $op(self, c: B) -> Self {
                self.$op(Dependent::from_base(c))
            }
        }
    )*};
}
with_primitives!(Add add, Sub sub, Mul mul, Div div);

// ---- Text ------------------------------------------------------------------------------------------------------------

macro_rules! show {
    ($($Format:ident),*) => {$(
        /// Shows the value. Text may be read again, so the function may go by it.
        impl<T: Float> $Format for Dependent<T> {
            #[track_caller]
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                $Format::fmt(&self.asked(), out)
            }
        }
    )*};
}
show!(Display, LowerExp, UpperExp);

#[cfg(test)]
mod tests {
    use super::Dependent;
    use crate::float::Float;
    use crate::numbers::dependence::observe;

    /// Generic code does not know the method, and the number has it as all others: its zero is no fixed one.
    #[test]
    fn integer_quotients_are_steps() {
        let quotient = |x: Dependent<f64>| x.div_euclid(1.0);
        let (found, decisions) = observe(
            1,
            |input| quotient(Dependent::new(0.5, input(0))),
            |_, y| (y.primal(), y.is_constant(), y.is_zero_in_all_parts(), y.dependence().set.is_empty()),
        );
        assert_eq!((found, decisions.count), ((0.0, false, false, true), 0));
    }
}
