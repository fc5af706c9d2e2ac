//! [`Reverse`], the number of reverse mode.

use super::{Dual, Tag, piecewise};
use crate::float::engine::Algorithm;
use crate::float::{
    Binary, Engine, Float, Number, Primitive, Reduction, Unary, fold, is_nan, passed, quotient_is_plain,
    quotient_tangent, slope_is_plain, unlikely, with_partials,
};
use crate::recording::{Join, NodeId, Pushed, push_join};
use crate::rules;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number that records how it was computed: reverse mode (backpropagation).
///
/// A `Reverse` is a value together with its derivative by one *node* of a thread-local tape. Functions of one variable,
/// scaling, shifts, and operations between values that sit on the same node only change the slope; an operation that joins
/// two different nodes records two indices and two partials (24 bytes at `f64`) and starts a new node. Constants belong to no
/// node and cost what plain numbers cost.
///
/// `T` is any [`Float`]: `Reverse<Dual<f64, 8>>` gives eight columns of a Hessian in one sweep, `Reverse<Reverse<f64>>` works too.
/// The type is `Copy`, `Send` and `Sync`; it is usually made by a driver such as [`gradient`](crate::gradient) or by a
/// [`Tape`](crate::Tape).
///
/// Every elementary function of `f64` is a method, with the value `f64` gives to the last bit. Comparisons, `is_zero` and
/// rounding look at the primal only (see [`Float`]).
///
/// # Panics
/// An operation between two variables panics, in release builds too, if one of them comes from a recording that has ended,
/// from another thread, or if the two come from different recordings.
///
/// # Examples
/// ```
/// use dualtape::Tape;
/// let tape = Tape::new();
/// let (x, y) = (tape.variable(3.0), tape.variable(4.0));
/// let z = x * y + x.powi(2);
/// let adjoints = tape.adjoints(z);
/// assert_eq!(z.primal(), 21.0);
/// assert_eq!((adjoints.wrt(x), adjoints.wrt(y)), (10.0, 3.0)); // y + 2 x, x
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., sections 3.2 and 4.3; the slope is their "statement-level
/// preaccumulation" (section 10.2) taken to chains.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Reverse<T> {
    primal: T,
    /// The derivative of the primal by the node.
    slope: T,
    /// A node of a recording; [`NodeId::CONSTANT`] for a constant, whose slope is 0.
    node: NodeId,
}

impl<T: Float> Reverse<T> {
    /// A number without derivative: lifts `x` one level up. It belongs to no tape and mixes with every one.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Reverse, gradient};
    /// let c = Reverse::constant(5.0);
    /// assert_eq!(gradient(|x| c * x[0], &[2.0]), [5.0]);
    /// ```
    /// Inside a function that is being differentiated it lifts the outer numbers into an inner differentiation. The inner
    /// gradient of x y² at y = 3 is 6 x, and its derivative by x is 6:
    /// ```
    /// use dualtape::{Reverse, gradient};
    /// let inner = |x: Reverse<f64>| {
    ///     gradient(|y| Reverse::constant(x) * y[0] * y[0], &[Reverse::constant(3.0)])[0]
    /// };
    /// assert_eq!(gradient(|x| inner(x[0]), &[2.0]), [6.0]);
    /// ```
    #[inline]
    pub fn constant(x: T) -> Self {
        Reverse { primal: x, slope: T::zero(), node: NodeId::CONSTANT }
    }

    /// The value, one level down: `T`, which is a number with derivatives itself where the types are nested.
    /// ([`Float::base`] goes all the way down.) It outlives the recording.
    ///
    /// # Examples
    /// ```
    /// let mut value = 0.0;
    /// dualtape::gradient(|x| { let y = x[0] * x[1]; value = y.primal(); y }, &[2.0, 3.0]);
    /// assert_eq!(value, 6.0);
    /// ```
    #[doc(alias = "value")]
    #[inline]
    pub fn primal(self) -> T {
        self.primal
    }

    /// The value that *is* node `node`.
    #[inline]
    pub(crate) fn at_node(x: T, node: NodeId) -> Self {
        Reverse { primal: x, slope: T::one(), node }
    }

    #[inline]
    pub(crate) fn node(self) -> NodeId {
        self.node
    }

    #[inline]
    pub(crate) fn slope(self) -> T {
        self.slope
    }

    /// The value `z` with derivative `left` by this number's node and `right` by the other's.
    #[inline(always)]
    fn join(self, other: Self, z: T, left: T, right: T) -> Self {
        if unlikely(self.node == other.node) {
            return Reverse { primal: z, slope: left + right, node: self.node };
        }
        match push_join(self.node, left, other.node, right) {
            Pushed::Node(node) => Reverse { primal: z, slope: T::one(), node },
            Pushed::Constant if other.node.is_constant() => Reverse { primal: z, slope: left, node: self.node },
            Pushed::Constant => Reverse { primal: z, slope: right, node: other.node },
            Pushed::Muted => Reverse::constant(z),
        }
    }

    /// The chain rule: a function of this number whose value is `y` and whose derivative by it is `slope`.
    #[inline(always)]
    fn chain(self, y: T, slope: T) -> Self {
        Reverse { primal: y, slope: part(self.slope, slope, y, slope), node: self.node }
    }

    /// The quotient with the fold rule.
    #[inline(never)]
    fn quotient_folded(self, other: Self, q: T) -> Self {
        if is_nan(q) {
            let [left, right] = [self.slope, other.slope].map(|slope| folded(slope, q, q));
            return self.join(other, q, left, right);
        }
        let tangent = |dx, dy| quotient_tangent(dx, dy, q, other.primal);
        if self.node == other.node {
            Reverse { primal: q, slope: tangent(self.slope, other.slope), node: self.node }
        } else {
            self.join(other, q, tangent(self.slope, T::zero()), tangent(T::zero(), other.slope))
        }
    }
}

/// `slope * partial` by the fold rule, where `y` is the value of the operation: NaN makes the derivative NaN, of every order,
/// which is why `y` itself takes the place of the partial.
///
/// Takes and returns numbers one by one: a struct whose address goes into a call lives in memory on the fast path too.
#[inline(never)]
fn folded<T: Float>(slope: T, partial: T, y: T) -> T {
    fold(slope, if is_nan(y) { y } else { partial })
}

/// `slope * partial` by the fold rule, an operand's part in an operation with the value `y`; `witness` is finite only if the partial
/// is.
#[inline(always)]
fn part<T: Float>(slope: T, partial: T, y: T, witness: T) -> T {
    if T::SPARSE {
        return folded(slope, partial, y);
    }
    let product = slope * partial;
    if is_plain(y, witness, product) { product } else { folded(slope, partial, y) }
}

/// [`part`] for all operands of an operation with one look at all of them.
#[inline(always)]
fn parts<T: Float, const K: usize>(slopes: [T; K], partials: [T; K], y: T) -> [T; K] {
    if !T::SPARSE {
        let products: [T; K] = std::array::from_fn(|k| slopes[k] * partials[k]);
        if !unlikely((0..K).fold(false, |any, k| any | differs(y, partials[k], products[k]))) {
            return products;
        }
    }
    std::array::from_fn(|k| part(slopes[k], partials[k], y, partials[k]))
}

/// `true` if `product`, a slope times a partial by plain arithmetic, is what the fold rule says too. See [`part`].
#[inline(always)]
fn is_plain<T: Float>(y: T, witness: T, product: T) -> bool {
    !unlikely(differs(y, witness, product))
}

/// The opposite of [`is_plain`].
///
/// For primitive numbers one comparison tells: where plain arithmetic differs from the rule, the value or the product is NaN.
#[inline(always)]
fn differs<T: Float>(y: T, witness: T, product: T) -> bool {
    if T::NESTED { y.is_nan() || !witness.is_finite_in_all_parts() } else { y.is_nan() | product.is_nan() }
}

impl<T: Float> Number for Reverse<T> {
    type Value = T;

    #[inline]
    fn value(&self) -> T {
        self.primal
    }
    #[inline]
    fn lift(x: T) -> Self {
        Reverse::constant(x)
    }
    #[inline]
    fn with_value(self, primal: T) -> Self {
        Reverse { primal, ..self }
    }
    #[inline]
    fn scaled(self, y: T, slope: T) -> Self {
        self.chain(y, slope)
    }
    #[inline]
    fn sine_and_cosine(self) -> (Self, Self) {
        let ((sin, sin_slope), (cos, cos_slope)) = rules::sin_cos(self.primal);
        (self.chain(sin, sin_slope), self.chain(cos, cos_slope))
    }
    #[inline]
    fn divides(self, c: T::Base) -> Self {
        let q = T::from_base(c) / self.primal;
        self.chain(q, -(q / self.primal))
    }
    #[inline(always)]
    fn join_all(y: T, parts: impl Iterator<Item = (Self, T)>) -> Self {
        let mut join = Join::new();
        for (x, partial) in parts {
            join.add(x.node, part(x.slope, partial, y, partial));
        }
        let (node, slope) = join.finish();
        Reverse { primal: y, slope, node }
    }
}

impl<T: Float> Engine for Reverse<T> {
    const NESTED: bool = true;
    const LEVELS: usize = 1 + T::LEVELS;
    const SPARSE: bool = true;
    const TRACED: bool = T::TRACED;
    type Fused<const K: usize> = Dual<T, K>;
    #[inline(always)]
    fn side<A>(&self, run: impl FnOnce() -> A) -> A {
        self.primal.side(run)
    }
    #[inline]
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self> {
        A::on_number(args)
    }
}

impl<T: Float> Float for Reverse<T> {
    type Base = T::Base;
    type Inner = T;
    type Coefficient = Self;
    #[inline]
    fn leading(self) -> Self {
        self
    }
    #[inline]
    fn from_leading(x: Self) -> Self {
        x
    }

    #[inline]
    fn from_base(x: T::Base) -> Self {
        Reverse::constant(T::from_base(x))
    }
    #[inline]
    #[track_caller]
    fn base(&self) -> T::Base {
        self.primal.base()
    }
    #[inline]
    fn primal(self) -> T {
        self.primal
    }
    #[inline]
    fn detach(self) -> Self {
        Reverse::constant(self.primal.detach())
    }
    #[inline(always)]
    fn named(self, name: impl core::fmt::Display) -> Self {
        Reverse { primal: self.primal.named(name), ..self }
    }
    #[inline(always)]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        if !T::TRACED || (self.primal.is_constant() && other.primal.is_constant()) {
            return if self < other { then() } else { otherwise() };
        }
        // Both sides, joined with the slope of the chosen one and zero for the other.
        let condition = if self.primal.is_constant() { other.primal } else { self.primal };
        let (x, y) = (condition.side(then), condition.side(otherwise));
        let choose = |x: T, y: T| self.primal.if_less(other.primal, || x, || y);
        let z = choose(x.primal, y.primal);
        if x.node == y.node {
            return Reverse { primal: z, slope: choose(x.slope, y.slope), node: x.node };
        }
        x.join(y, z, choose(x.slope, T::zero()), choose(T::zero(), y.slope))
    }
    #[inline]
    fn from_partials(value: T, partials: &[(Self, T)]) -> Self {
        Reverse::join_all(value, partials.iter().copied())
    }
    #[inline]
    fn is_constant(&self) -> bool {
        self.node.is_constant() && self.primal.is_constant()
    }
    #[inline]
    fn is_zero_in_all_parts(&self) -> bool {
        self.primal.is_zero_in_all_parts() && self.slope.is_zero_in_all_parts()
    }
    #[inline]
    fn is_finite_in_all_parts(&self) -> bool {
        self.primal.is_finite_in_all_parts() & self.slope.is_finite_in_all_parts()
    }
    #[inline]
    fn unary<R: Unary>(self, rule: R) -> Self {
        if self.node.is_constant() {
            return Reverse::constant(self.primal.unary(rule));
        }
        if R::PIECEWISE_CONSTANT {
            return piecewise::step(self, self.primal.unary(rule));
        }
        let (y, slope) = rule.eval(self.primal);
        if R::PASSES && !slope_is_plain(std::slice::from_ref(&self.slope), self.primal, slope) {
            return Reverse {
                primal: y,
                slope: unary_passed(rule, [self.primal, slope, y], self.slope),
                node: self.node,
            };
        }
        self.chain(y, slope)
    }
    #[inline]
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
        let inner = x.clone().map(Reverse::primal);
        let y = T::reduce(rule, inner.clone());
        if R::PIECEWISE_CONSTANT {
            return x.clone().next().map_or_else(|| Reverse::constant(y), |x| piecewise::step(x, y));
        }
        let parts = with_partials(rule, x, inner.clone(), y);
        if !R::PASSES || T::TRACED {
            return Reverse::join_all(y, parts);
        }
        let part = |(place, (x, partial)): (usize, (Self, T))| {
            if slope_is_plain(&[x.slope], x.primal, partial) {
                (x, partial)
            } else {
                // A part that has passed already is multiplied with one.
                (Reverse { slope: reduction_passed(rule, [partial, y], place, inner.clone(), x.slope), ..x }, T::one())
            }
        };
        Reverse::join_all(y, parts.enumerate().map(part))
    }
    #[inline]
    fn dot(pairs: impl Iterator<Item = (Self, Self)> + Clone) -> Self {
        let z = T::dot(pairs.clone().map(|(x, y)| (x.primal, y.primal)));
        // A sum of products that is finite in all parts has factors that are.
        let plain = !T::SPARSE && z.is_finite_in_all_parts();
        let mut join = Join::new();
        for (x, y) in pairs {
            join.add(x.node, if plain { x.slope * y.primal } else { folded(x.slope, y.primal, z) });
            join.add(y.node, if plain { y.slope * x.primal } else { folded(y.slope, x.primal, z) });
        }
        let (node, slope) = join.finish();
        Reverse { primal: z, slope, node }
    }
    #[inline]
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Dual<T, K>; K]) -> Dual<T, K>) -> Self {
        let tag = Tag::fresh();
        let y = f(std::array::from_fn(|k| Dual::seeded(x[k].primal, k).tagged(tag))).checked(tag);
        let (y, partials) = (y.primal(), y.tangents());
        let (node, slope) = Join::of(x.map(Reverse::node), parts(x.map(Reverse::slope), partials, y));
        Reverse { primal: y, slope, node }
    }
    #[inline]
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self {
        let (x, y) = (self.primal, other.primal);
        let z = x.binary(rule, y);
        let (is_x_constant, is_y_constant) = (self.node.is_constant(), other.node.is_constant());
        if is_x_constant && is_y_constant {
            return Reverse::constant(z);
        }
        let by_x = if is_x_constant { T::zero() } else { rule.partial_x(x, y, z) };
        let by_y = if is_y_constant { T::zero() } else { rule.partial_y(x, y, z) };
        let is_plain = || {
            (is_x_constant || slope_is_plain(std::slice::from_ref(&self.slope), x, by_x))
                && (is_y_constant || slope_is_plain(std::slice::from_ref(&other.slope), y, by_y))
        };
        if R::PASSES && !is_plain() {
            let (left, right) = binary_passed(rule, [x, y, z], [by_x, by_y], self.slope, other.slope);
            return self.join(other, z, left, right);
        }
        match (is_x_constant, is_y_constant) {
            (_, true) => self.chain(z, by_x),
            (true, false) => other.chain(z, by_y),
            (false, false) => self.join(other, z, folded(self.slope, by_x, z), folded(other.slope, by_y, z)),
        }
    }
}

/// The slope of `y = f(x)` where the derivative of the rule is at the ends of the range.
#[inline(never)]
fn unary_passed<R: Unary, T: Float>(rule: R, [x, partial, y]: [T; 3], slope: T) -> T {
    passed(slope, partial, y, |t| rule.through(t, partial, x, y))
}

/// The slopes of `z = f(x, y)` where a derivative of the rule is at the ends of the range.
#[inline(never)]
fn binary_passed<R: Binary, T: Float>(rule: R, [x, y, z]: [T; 3], [by_x, by_y]: [T; 2], dx: T, dy: T) -> (T, T) {
    (
        passed(dx, by_x, z, |t| rule.through_x(t, by_x, x, y, z)),
        passed(dy, by_y, z, |t| rule.through_y(t, by_y, x, y, z)),
    )
}

/// The slope of the argument at `place` in `y = f(x..)`, where its partial derivative is at the ends of the range.
#[inline(never)]
fn reduction_passed<R: Reduction, T: Float>(
    rule: R,
    [partial, y]: [T; 2],
    place: usize,
    x: impl Iterator<Item = T> + Clone,
    slope: T,
) -> T {
    passed(slope, partial, y, |t| rule.through(t, partial, place, x, y))
}

// ---- Arithmetic ------------------------------------------------------------------------------------------------------

impl<T: Float> Neg for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Reverse { primal: -self.primal, slope: -self.slope, node: self.node }
    }
}

impl<T: Float> Add for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.join(other, self.primal + other.primal, self.slope, other.slope)
    }
}

impl<T: Float> Sub for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.join(other, self.primal - other.primal, self.slope, -other.slope)
    }
}

impl<T: Float> Mul for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let p = self.primal * other.primal;
        // One check for both parts, two would spill numbers of several parts to memory: of `p` for nested numbers, since a product
        // that is finite in all parts has factors that are, and else of what is used.
        let plain = || (self.slope * other.primal, other.slope * self.primal);
        if T::NESTED {
            if !T::SPARSE && !unlikely(!p.is_finite_in_all_parts()) {
                let (left, right) = plain();
                return self.join(other, p, left, right);
            }
        } else if !T::TRACED {
            let (left, right) = plain();
            let is_plain = match self.node == other.node {
                true => is_plain(p, p, left + right),
                false => is_plain(p, p, left) && is_plain(p, p, right),
            };
            if is_plain {
                return self.join(other, p, left, right);
            }
        }
        self.join(other, p, folded(self.slope, other.primal, p), folded(other.slope, self.primal, p))
    }
}

impl<T: Float> Div for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let q = self.primal / other.primal;
        let r = other.primal.recip();
        if !quotient_is_plain(q, r, other.primal) {
            return self.quotient_folded(other, q);
        }
        self.join(other, q, self.slope * r, -(other.slope * q) * r)
    }
}

impl<T: Float<Base = B>, B: Primitive> Add<B> for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, c: B) -> Self {
        Reverse { primal: self.primal + c, ..self }
    }
}

impl<T: Float<Base = B>, B: Primitive> Sub<B> for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, c: B) -> Self {
        Reverse { primal: self.primal - c, ..self }
    }
}

impl<T: Float<Base = B>, B: Primitive> Mul<B> for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, c: B) -> Self {
        if unlikely(!c.is_finite()) {
            return self.chain(self.primal * c, T::from_base(c));
        }
        Reverse { primal: self.primal * c, slope: self.slope * c, node: self.node }
    }
}

impl<T: Float<Base = B>, B: Primitive> Div<B> for Reverse<T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, c: B) -> Self {
        let r = c.recip();
        if unlikely(!(r.is_normal() && c.is_finite())) {
            return self.quotient_folded(Reverse::constant(T::from_base(c)), self.primal / c);
        }
        Reverse { primal: self.primal / c, slope: self.slope * r, node: self.node }
    }
}
