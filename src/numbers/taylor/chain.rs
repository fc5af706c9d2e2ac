//! The chain rule for power series, and with it [`Float`].
//!
//! A function that has a recurrence in its row of the table of rules ([`crate::rules::series`]) takes `O(N²)` operations. All others,
//! and these where an infinite slope, a pole or the end of the range is near, follow from the derivative `p` of their rule by
//! `y' = p u'`. Here `p` is a series of one order less than `y`. So a series is to nested dual numbers what a path is to a cube: the value
//! *one level down*, on which rules are evaluated, is the same series, known to one order less. It has the same type, and the count
//! of known coefficients takes the place of the types. At one known coefficient the way down ends.
//!
//! A rule may look at `y` itself for `p`. Then `p` is as far known as `y`, which gives `y` one order further on; so the rule is asked
//! again for each order. Which of the two it is shows in the count that comes back, and nobody has to say it. If both value and
//! derivative were computed from scratch on each level, as dual numbers do, the cost would double with each order. It still does where
//! two arguments vary, since there are two derivatives on each level, so there is a limit for functions that have a recurrence elsewhere,
//! [`MOST_OF_TWO`].

use super::{Tag, Taylor};
use crate::float::engine::Algorithm;
use crate::float::{
    Binary, Engine, Float, Number, Reduction, Unary, fold, is_nan, passed, quotient_tangent, slope_is_plain, unlikely,
    with_partials,
};
use crate::numbers::piecewise;
use crate::rules::series::{self, inverse_of, number};
use core::array;
use num_traits::Zero as _;

impl<T: Float, const N: usize> Taylor<T, N> {
    /// The same series, known to at most this many coefficients.
    #[inline]
    fn truncated(self, known: u32) -> Self {
        Taylor { known: self.known.min(known), ..self }
    }

    /// The derivative by `t`, of which one coefficient less is known.
    ///
    /// Of a series that is known by its value alone there is none; nobody asks.
    fn slope(self) -> Self {
        let slope = |k: usize| match self.coefficients.get(k + 1) {
            Some(&c) if k + 1 < self.known as usize => c * number::<T>(k + 1),
            _ => T::zero(),
        };
        Taylor { coefficients: array::from_fn(slope), known: self.known - 1, ..self }
    }

    /// The constant `value`, of what is known and marked as this number.
    fn flat(self, value: T) -> Self {
        Taylor { known: self.known, tag: self.tag, ..Taylor::constant(value) }
    }

    /// The series with the first coefficient `value` and the derivative by `t` that `slope` gives for what is known of it so far: asked
    /// again for more until all is known. This number has the arguments' count and mark.
    fn by_orders(self, value: T, mut slope: impl FnMut(Self) -> Self) -> Self {
        let mut y = self.flat(value).truncated(1);
        while y.known < self.known {
            let before = y.known;
            let slope = slope(y);
            y.known = (slope.known + 1).min(self.known);
            debug_assert!(y.known > before, "a derivative is known as far as what it is made of");
            for k in before as usize..y.known as usize {
                y.coefficients[k] = slope.coefficients[k - 1] * inverse_of::<T>(k);
            }
        }
        y
    }

    /// The chain rule in general. `value` is that of the function.
    #[inline(never)]
    fn unary_by_orders<R: Unary>(self, rule: R, value: T) -> Self {
        if self.is_flat() {
            return self.flat(value);
        }
        let tangent = self.slope();
        let mut asked = Asked::default();
        self.by_orders(value, |y| {
            // All that is asked for at first: this is enough if the rule does not look at `y`.
            let known = if y.known == 1 { self.known - 1 } else { y.known };
            let (x, t) = (self.truncated(known), tangent.truncated(known));
            let slope = asked.get(known, || rule.partial(x, y));
            if R::PASSES && !slope_is_plain(&[t], x, slope) {
                passed(t, slope, y, |t| rule.through(t, slope, x, y)).unmoved_where(t)
            } else {
                t.times(if is_nan(y) { y } else { slope })
            }
        })
    }

    /// The first coefficients by the chain rule, then those of the recurrence `y` as far as that is finite, since a derivative leaves the
    /// range earlier than its coefficient.
    #[inline(never)]
    fn unary_by_first_orders<R: Unary>(self, rule: R, value: T, y: [T; N]) -> Self {
        let by_orders = self.unary_by_orders(rule, value);
        let finite = self.finite_of(&y) as usize;
        let is_first = |k: usize| k < MOST_OF_TWO as usize || k >= finite;
        Taylor { coefficients: array::from_fn(|k| if is_first(k) { by_orders.coefficients[k] } else { y[k] }), ..self }
    }

    /// This tangent, multiplied with a slope by the fold rule.
    fn times(self, slope: Self) -> Self {
        fold(self, slope).unmoved_where(self)
    }

    /// The fold rule order by order: a function of `x` has no derivatives up to the order to which `x` has none.
    fn unmoved_after_value(mut self, x: Self) -> Self {
        let moved = x.coefficients[1..].iter().take_while(|c| c.is_zero_in_all_parts()).count();
        self.coefficients[1..=moved].fill(T::zero());
        self
    }

    /// The fold rule order by order: what comes of the tangent `t` is zero as long as that is.
    fn unmoved_where(mut self, t: Self) -> Self {
        let moved = t.coefficients.iter().take(t.known as usize).take_while(|t| t.is_zero_in_all_parts()).count();
        self.coefficients[..moved].fill(T::zero());
        self
    }

    #[inline(never)]
    fn binary_by_orders<R: Binary>(self, other: Self, rule: R, value: T) -> Self {
        let both = self.with(other, self.coefficients);
        let (is_x_constant, is_y_constant) = (self.is_flat(), other.is_flat());
        if is_x_constant && is_y_constant {
            return both.flat(value);
        }
        let tangents = [self, other].map(|x| if both.known > 1 { x.truncated(both.known).slope() } else { x });
        let mut asked = [Asked::default(), Asked::default()];
        both.by_orders(value, |z| {
            let known = if z.known == 1 { both.known - 1 } else { z.known };
            let [x, y] = [self, other].map(|x| x.truncated(known));
            let [dx, dy] = tangents.map(|t| t.truncated(known));
            let [asked_x, asked_y] = &mut asked;
            let by_x = if is_x_constant { Self::zero() } else { asked_x.get(known, || rule.partial_x(x, y, z)) };
            let by_y = if is_y_constant { Self::zero() } else { asked_y.get(known, || rule.partial_y(x, y, z)) };
            let is_plain =
                (is_x_constant || slope_is_plain(&[dx], x, by_x)) && (is_y_constant || slope_is_plain(&[dy], y, by_y));
            if R::PASSES && !is_plain {
                return passed(dx, by_x, z, |t| rule.through_x(t, by_x, x, y, z)).unmoved_where(dx)
                    + passed(dy, by_y, z, |t| rule.through_y(t, by_y, x, y, z)).unmoved_where(dy);
            }
            let [by_x, by_y] = if is_nan(z) { [z; 2] } else { [by_x, by_y] };
            dx.times(by_x) + dy.times(by_y)
        })
    }

    /// The first [`MOST_OF_TWO`] coefficients, and more of a recurrence `z` as far as that is finite. Those beyond are NaN.
    #[inline(never)]
    fn binary_by_first_orders<R: Binary>(self, other: Self, rule: R, value: T, z: [T; N]) -> Self {
        let first = self.truncated(MOST_OF_TWO).binary_by_orders(other.truncated(MOST_OF_TWO), rule, value);
        let both = self.with(other, z);
        let finite = both.finite_of(&z) as usize;
        let coefficients = array::from_fn(|k| match k {
            _ if k < MOST_OF_TWO as usize => first.coefficients[k],
            _ if k < finite => z[k],
            _ => T::nan(),
        });
        Taylor { coefficients, ..both }
    }

    /// How many coefficients are finite, from the first one on, of those that are known.
    fn finite_of(self, z: &[T; N]) -> u32 {
        z.iter().take(self.known as usize).take_while(|z| z.is_finite_in_all_parts()).count() as u32
    }

    fn reduce_by_orders<R: Reduction>(rule: R, value: T, x: Entries<'_, Self>) -> Self {
        // What is known of all, and their mark.
        let all = x.clone().fold(Taylor::constant(T::zero()), |all, x| all.with(x, all.coefficients));
        if R::PIECEWISE_CONSTANT {
            return x.clone().find(|x| !x.is_flat()).map_or_else(|| all.flat(value), |x| piecewise::step(x, value));
        }
        if x.clone().all(|x| x.is_flat()) {
            return all.flat(value);
        }
        all.by_orders(value, |y| {
            let known = if y.known == 1 { all.known - 1 } else { y.known };
            let inner = x.clone().map(|x| x.truncated(known));
            let parts = with_partials(rule, x.clone(), inner.clone(), y);
            parts.enumerate().fold(Taylor::constant(T::zero()), |sum, (place, (x, partial))| {
                let (t, x) = (x.truncated(all.known).slope().truncated(known), x.truncated(known));
                sum + if R::PASSES && !slope_is_plain(&[t], x, partial) {
                    passed(t, partial, y, |t| rule.through(t, partial, place, inner.clone(), y)).unmoved_where(t)
                } else {
                    t.times(if is_nan(y) { y } else { partial })
                }
            })
        })
    }

    /// The quotient where a coefficient is not finite or at the end of the range.
    #[inline(never)]
    pub(super) fn quotient_by_orders(self, other: Self, value: T) -> Self {
        let both = self.with(other, self.coefficients);
        if self.is_flat() && other.is_flat() {
            return both.flat(value);
        }
        if N > MOST_OF_TWO as usize {
            let mut q = [value; N];
            series::quotient_of_ratios(&self.coefficients, &other.coefficients, &mut q);
            // The first one that is not finite may still be one that only passes through infinity.
            let finite = both.finite_of(&q);
            if finite < both.known {
                let most = (finite + 1).min(MOST_OF_TWO);
                let first = self.truncated(most).quotient_of_orders(other.truncated(most), value);
                q[..most as usize].copy_from_slice(&first.coefficients[..most as usize]);
                q[most.max(finite) as usize..].fill(T::nan());
            }
            return Taylor { coefficients: q, ..both };
        }
        self.quotient_of_orders(other, value)
    }

    fn quotient_of_orders(self, other: Self, value: T) -> Self {
        let both = self.with(other, self.coefficients);
        let tangents = [self, other].map(|x| if both.known > 1 { x.truncated(both.known).slope() } else { x });
        both.by_orders(value, |q| {
            let [dx, dy] = tangents.map(|t| t.truncated(q.known));
            if is_nan(q) { dx.times(q) + dy.times(q) } else { quotient_tangent(dx, dy, q, other.truncated(q.known)) }
        })
    }
}

/// A derivative of a rule, which is asked for more often than once only if it looks at the result: then it comes back known to a lower order
/// than it was asked for.
struct Asked<X>(Option<X>);

impl<X> Default for Asked<X> {
    fn default() -> Self {
        Asked(None)
    }
}

impl<T: Float, const N: usize> Asked<Taylor<T, N>> {
    fn get(&mut self, known: u32, ask: impl FnOnce() -> Taylor<T, N>) -> Taylor<T, N> {
        match self.0 {
            Some(slope) if slope.known >= known => slope.truncated(known),
            _ => *self.0.insert(ask()),
        }
    }
}

/// How many coefficients of an elementary function of two arguments that both vary follow from its derivatives where its recurrence
/// cannot be used: the cost doubles with each.
const MOST_OF_TWO: u32 = 13;

/// Numbers by their places. Rules of many arguments ask for others of these numbers, mapped, and a type of its own for each iterator would
/// have no end, since the inner type is the same one.
struct Entries<'a, X> {
    at: &'a dyn Fn(usize) -> Option<X>,
    next: usize,
}

impl<X> Clone for Entries<'_, X> {
    fn clone(&self) -> Self {
        Entries { ..*self }
    }
}

impl<X> Iterator for Entries<'_, X> {
    type Item = X;
    fn next(&mut self) -> Option<X> {
        self.next += 1;
        (self.at)(self.next - 1)
    }
    fn nth(&mut self, n: usize) -> Option<X> {
        self.next += n;
        self.next()
    }
}

impl<T: Float, const N: usize> Number for Taylor<T, N> {
    type Value = T;

    #[inline]
    fn value(&self) -> T {
        self.coefficients[0]
    }
    #[inline]
    fn lift(x: T) -> Self {
        Taylor::constant(x)
    }
    #[inline]
    fn with_value(mut self, x: T) -> Self {
        self.coefficients[0] = x;
        self
    }
    #[inline(always)]
    fn beside(self, other: Self) -> Self {
        Taylor { tag: self.tag.join(other.tag, Tag::SERIES), ..self }
    }
    #[inline]
    fn scaled(self, y: T, slope: T) -> Self {
        if is_nan(y) {
            // All orders, but those up to which the number is a constant.
            return Taylor { coefficients: [y; N], ..self }.unmoved_after_value(self);
        }
        let folds = T::SPARSE || !slope.is_finite_in_all_parts();
        let times = |x: T| if folds { fold(x, slope) } else { x * slope };
        Taylor { coefficients: array::from_fn(|k| if k == 0 { y } else { times(self.coefficients[k]) }), ..self }
    }
    #[inline]
    fn sine_and_cosine(self) -> (Self, Self) {
        let (sin, cos) = self.coefficients[0].sin_cos();
        let mut sine = [sin; N];
        let cosine = series::oscillation(&self.coefficients, &mut sine, cos, -1.0);
        if unlikely(!Self::is_finite_everywhere(&sine) || !Self::is_finite_everywhere(&cosine)) {
            return (self.sin(), self.cos());
        }
        (Taylor { coefficients: sine, ..self }, Taylor { coefficients: cosine, ..self })
    }
    #[inline]
    fn divides(self, c: T::Base) -> Self {
        Self::from_base(c) / self
    }
    fn join_all(y: Self, parts: impl Iterator<Item = (Self, Self)>) -> Self {
        let is_nan = is_nan(y);
        let start = Taylor::constant(T::zero());
        // Parts with the value 0, so that adding them up leaves the value alone; NaN goes to all of them.
        let sum = parts.fold(start, |sum, (x, partial)| {
            let partial = if is_nan { y } else { partial };
            if x.is_flat() {
                return sum.with(x, sum.coefficients);
            }
            let part = x.flat(T::zero()).by_orders(T::zero(), |_| x.slope().times(partial));
            sum + part
        });
        sum.with_value(y.coefficients[0]).beside(y)
    }
}

impl<T: Float, const N: usize> Engine for Taylor<T, N> {
    const NESTED: bool = true;
    const LEVELS: usize = N - 1 + T::LEVELS;
    const SPARSE: bool = T::SPARSE;
    const TRACED: bool = T::TRACED;
    const ORDERS: usize = N - 1;
    type Fused<const K: usize> = Self;

    #[inline]
    fn orders_left(&self) -> usize {
        self.coefficients[..self.known as usize].iter().rposition(|c| !c.is_zero_in_all_parts()).unwrap_or(0)
    }
    #[inline]
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self> {
        A::on_series(args)
    }
}

impl<T: Float, const N: usize> Float for Taylor<T, N> {
    type Base = T::Base;
    /// The same series, known to one order less.
    type Inner = Self;
    type Coefficient = T;

    #[inline]
    fn leading(self) -> T {
        self.coefficients[0]
    }
    #[inline]
    fn from_leading(x: T) -> Self {
        Taylor::constant(x)
    }

    #[inline]
    fn from_base(x: T::Base) -> Self {
        Taylor::constant(T::from_base(x))
    }
    #[inline]
    fn base(&self) -> T::Base {
        self.coefficients[0].base()
    }
    #[inline]
    fn primal(self) -> Self {
        self.truncated((self.known - 1).max(1))
    }
    #[inline]
    fn detach(self) -> Self {
        Taylor::constant(self.coefficients[0].detach())
    }
    #[inline(always)]
    fn named(self, name: impl core::fmt::Display) -> Self {
        self.with_value(self.coefficients[0].named(name))
    }
    #[inline(always)]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        let (low, high) = (self.coefficients[0], other.coefficients[0]);
        if !T::TRACED || (low.is_constant() && high.is_constant()) {
            return if self < other { then() } else { otherwise() };
        }
        // Both sides, chosen part by part.
        let (x, y) = (then(), otherwise());
        x.with(y, array::from_fn(|k| low.if_less(high, || x.coefficients[k], || y.coefficients[k])))
    }
    #[inline]
    fn from_partials(value: Self, partials: &[(Self, Self)]) -> Self {
        Taylor::join_all(value, partials.iter().copied())
    }
    #[inline]
    fn is_constant(&self) -> bool {
        self.coefficients[0].is_constant() && self.is_flat()
    }
    #[inline]
    fn is_zero_in_all_parts(&self) -> bool {
        self.coefficients[0].is_zero_in_all_parts() && self.is_flat()
    }
    #[inline]
    fn is_finite_in_all_parts(&self) -> bool {
        Self::is_finite_everywhere(&self.coefficients[..self.known as usize])
    }
    #[inline]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let x = self.coefficients[0];
        if R::PIECEWISE_CONSTANT {
            return piecewise::step(self, x.unary(rule));
        }
        let (value, slope) = rule.eval(x);
        let mut y = [value; N];
        let is_plain = !R::PASSES || slope_is_plain(&self.coefficients[1..], x, slope);
        let has_series = is_plain && rule.series(&self.coefficients, &mut y, slope);
        if has_series && !unlikely(!Self::is_finite_everywhere(&y)) {
            return Taylor { coefficients: y, ..self };
        }
        if unlikely(has_series && self.known > MOST_OF_TWO) {
            return self.unary_by_first_orders(rule, value, y);
        }
        self.unary_by_orders(rule, value)
    }
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
        let value = T::reduce(rule, x.clone().map(|x| x.coefficients[0]));
        #[cfg(feature = "std")]
        let x: Vec<Self> = x.collect();
        #[cfg(feature = "std")]
        let at = |place: usize| x.get(place).copied();
        #[cfg(not(feature = "std"))]
        let at = |place: usize| x.clone().nth(place); // there is no memory to put them
        Self::reduce_by_orders(rule, value, Entries { at: &at, next: 0 })
    }
    #[inline]
    fn dot(pairs: impl Iterator<Item = (Self, Self)> + Clone) -> Self {
        let sum: Self = pairs.clone().map(|(x, y)| x * y).sum();
        if unlikely(is_nan(sum.coefficients[0])) {
            // One function, so all of its derivatives are NaN, not those of one product.
            return Taylor::join_all(sum, pairs.flat_map(|(x, y)| [(x, y.primal()), (y, x.primal())]));
        }
        sum
    }
    #[inline]
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self; K]) -> Self) -> Self {
        f(x)
    }
    #[inline]
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self {
        let (x, y) = (self.coefficients[0], other.coefficients[0]);
        let value = x.binary(rule, y);
        let is_plain = !R::PASSES || {
            let (dx, dy) = (&self.coefficients[1..], &other.coefficients[1..]);
            (self.is_flat() || slope_is_plain(dx, x, rule.partial_x(x, y, value)))
                && (other.is_flat() || slope_is_plain(dy, y, rule.partial_y(x, y, value)))
        };
        let mut z = [value; N];
        let has_series = rule.series(&self.coefficients, &other.coefficients, &mut z);
        if is_plain && has_series && !unlikely(!Self::is_finite_everywhere(&z)) {
            return self.with(other, z);
        }
        let is_long = self.known.min(other.known) > MOST_OF_TWO;
        if has_series && unlikely(is_long && !self.is_flat() && !other.is_flat()) {
            return self.binary_by_first_orders(other, rule, value, z);
        }
        self.binary_by_orders(other, rule, value)
    }
}
