//! [`Dual`], the number of forward mode.

use super::{Tag, piecewise};
use crate::float::engine::Algorithm;
use crate::float::{
    Binary, Engine, Float, Number, Primitive, Reduction, Unary, fold, is_nan, passed, quotient_is_plain,
    quotient_tangent, slope_is_plain, unlikely, with_partials,
};
use crate::rules;
use core::array;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// A number with its derivatives in `N` directions: forward mode.
///
/// Stands for `primal + Σ tangent[k] εₖ` with `εᵢ εⱼ = 0`, so that `f(x + t ε) = f(x) + f'(x) t ε` for every function of the crate.
/// `Dual<T>` has one direction, `Dual<T, 8>` eight at once; `T` is any [`Float`], so `Dual<Dual<f64>>` and
/// `Dual<Reverse<f64>>` give second derivatives.
///
/// Every elementary function of `f64` is a method, with the value `f64` gives to the last bit. Comparisons, `is_zero` and
/// rounding look at the primal only (see [`Float`]).
///
/// # Cost
/// One evaluation on `Dual<f64>` costs about 1.5 to 3 evaluations on `f64`; wider duals share the value's work. Nothing is
/// allocated.
///
/// # One type, one differentiation
/// Two values of the same `Dual` type that come from *different* differentiations must not meet: their tangents mean different
/// things, and the sum is a wrong number. With debug assertions this panics; the check costs nothing in release builds because it
/// is not there. To differentiate inside a function that is being differentiated, nest the types and lift outer values with
/// [`Dual::constant`]:
/// ```
/// use dualtape::{Dual, derivative};
/// // d/dx ( x * d/dy (x + y) at y = 1 ) at x = 1 is 1.
/// let right = derivative(
///     |x: Dual<f64>| x * derivative(|y| Dual::constant(x) + y, Dual::constant(1.0)),
///     1.0,
/// );
/// assert_eq!(right, 1.0);
/// ```
/// The wrong program takes the inner derivative at a plain number, so that `x` and `y` have the same type; in a release build it
/// answers 2:
/// ```should_panic
/// use dualtape::{Dual, derivative};
/// # if !cfg!(debug_assertions) { panic!("nothing is checked here") }
/// derivative(|x: Dual<f64>| x * derivative(|y| x + y, 1.0), 1.0);
/// ```
///
/// # Examples
/// The derivative of `x sin x` is `sin x + x cos x`:
/// ```
/// use dualtape::Dual;
/// let x = Dual::variable(2.0);
/// let y = x.sin() * x;
/// assert_eq!(y.primal(), 2.0 * 2.0_f64.sin());
/// assert_eq!(y.tangent(), 2.0_f64.sin() + 2.0 * 2.0_f64.cos());
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.1.
#[derive(Clone, Copy)]
#[must_use]
pub struct Dual<T, const N: usize = 1> {
    primal: T,
    tangent: [T; N],
    /// Empty without debug assertions.
    tag: Tag,
}

impl<T: core::fmt::Debug, const N: usize> core::fmt::Debug for Dual<T, N> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.debug_struct("Dual").field("primal", &self.primal).field("tangent", &self.tangent).finish()
    }
}

impl<T, const N: usize> Dual<T, N> {
    /// The number with the given primal and tangents: a point and a direction through it.
    ///
    /// # Examples
    /// x² at 3 in the direction 10 changes by 2 · 3 · 10:
    /// ```
    /// use dualtape::Dual;
    /// let x = Dual::new(3.0, [10.0]);
    /// assert_eq!((x * x).tangent(), 60.0);
    /// ```
    #[inline]
    pub const fn new(primal: T, tangent: [T; N]) -> Self {
        Dual { primal, tangent, tag: Tag::NONE }
    }
}

impl<T: Float, const N: usize> Dual<T, N> {
    /// A number without derivative: lifts `x` one level up.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Dual;
    /// let (c, x) = (Dual::constant(5.0), Dual::variable(2.0));
    /// assert_eq!((c * x).tangent(), 5.0);
    /// assert_eq!((c * c).tangent(), 0.0);
    /// ```
    #[inline]
    pub fn constant(x: T) -> Self {
        Dual::new(x, [T::zero(); N])
    }

    /// The variable of direction `k`: tangent 1 there and 0 elsewhere.
    ///
    /// # Panics
    /// If `k >= N`.
    ///
    /// # Examples
    /// Both partial derivatives of x y at (3, 4) at once:
    /// ```
    /// use dualtape::Dual;
    /// let (x, y) = (Dual::<f64, 2>::seeded(3.0, 0), Dual::seeded(4.0, 1));
    /// assert_eq!((x * y).tangents(), [4.0, 3.0]);
    /// ```
    #[inline]
    pub fn seeded(x: T, k: usize) -> Self {
        assert!(k < N, "Dual::seeded: direction {k} of a number with {N} directions");
        Dual::new(x, array::from_fn(|j| if j == k { T::one() } else { T::zero() }))
    }

    /// The variable `k` where the directions are those of the variables from `first` on: a constant if it is none of them.
    #[cfg(all(feature = "std", feature = "nalgebra"))]
    #[inline]
    pub(crate) fn seeded_within(x: T, k: usize, first: usize) -> Self {
        if (first..first + N).contains(&k) { Dual::seeded(x, k - first) } else { Dual::constant(x) }
    }

    /// The result of the differentiation `tag`, which must not be a number of another one.
    #[inline]
    #[track_caller]
    pub(crate) fn checked(self, tag: Tag) -> Self {
        Dual { tag: self.tag.join(tag, Tag::DUAL), ..self }
    }

    /// The same number as a variable of the differentiation `tag`.
    #[inline]
    pub(crate) fn tagged(self, tag: Tag) -> Self {
        Dual { tag, ..self }
    }

    /// The value, one level down: `T`, which is a number with derivatives itself where the types are nested.
    /// ([`Float::base`] goes all the way down.)
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, Float};
    /// let x = Dual::variable(Dual::variable(2.0));
    /// assert_eq!(x.primal().tangent(), 1.0);
    /// assert_eq!(x.base(), 2.0);
    /// ```
    #[doc(alias = "real part")]
    #[doc(alias = "value")]
    #[inline]
    #[must_use]
    pub fn primal(self) -> T {
        self.primal
    }

    /// The derivatives in all directions.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Dual;
    /// let x = Dual::new(3.0, [1.0, 10.0]);
    /// assert_eq!((x * 2.0).tangents(), [2.0, 20.0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn tangents(self) -> [T; N] {
        self.tangent
    }

    /// A number whose tangents are a function of the index.
    #[inline]
    fn with(primal: T, tag: Tag, tangent: impl FnMut(usize) -> T) -> Self {
        Dual { primal, tangent: array::from_fn(tangent), tag }
    }

    fn is_flat(&self) -> bool {
        self.tangent.iter().all(T::is_zero_in_all_parts)
    }

    /// The chain rule: a function of this number whose value is `y` and whose derivative by it is `slope`.
    #[inline(always)]
    fn chain(self, y: T, slope: T) -> Self {
        if T::SPARSE || unlikely(y.is_nan() || !slope.is_finite_in_all_parts()) {
            return Dual { primal: y, tangent: chain_folded(self.tangent, slope, y), ..self };
        }
        Dual::with(y, self.tag, |k| self.tangent[k] * slope)
    }

    /// The tangents of the quotient `q` with the fold rule.
    #[inline(never)]
    fn quotient_folded(self, other: Self, q: T) -> [T; N] {
        if is_nan(q) {
            return join_folded(self.tangent, q, other.tangent, q, q);
        }
        array::from_fn(|k| quotient_tangent(self.tangent[k], other.tangent[k], q, other.primal))
    }
}

/// `tangent * slope` by the fold rule, where `y` is the value of the operation: NaN makes the derivative NaN, of every order,
/// which is why `y` itself takes the place of the slope.
///
/// Takes and returns arrays, not whole numbers: a number whose address goes into a call lives in memory on the fast path too.
#[inline(never)]
fn chain_folded<T: Float, const N: usize>(tangent: [T; N], slope: T, y: T) -> [T; N] {
    let slope = if is_nan(y) { y } else { slope };
    tangent.map(|tangent| fold(tangent, slope))
}

/// `x * by_x + y * by_y` for tangents `x` and `y`, by the fold rule; `z` is the value of the operation.
#[inline(never)]
fn join_folded<T: Float, const N: usize>(x: [T; N], by_x: T, y: [T; N], by_y: T, z: T) -> [T; N] {
    let [by_x, by_y] = if is_nan(z) { [z; 2] } else { [by_x, by_y] };
    array::from_fn(|k| fold(x[k], by_x) + fold(y[k], by_y))
}

/// The tangents of `y = f(x)` where the slope is at the ends of the range.
#[inline(never)]
fn unary_passed<R: Unary, T: Float, const N: usize>(rule: R, [x, slope, y]: [T; 3], tangent: [T; N]) -> [T; N] {
    // This is compiled for every rule and type, and a loop is a tenth of the code of `map`.
    let mut tangent = tangent;
    for t in &mut tangent {
        *t = passed(*t, slope, y, |t| rule.through(t, slope, x, y));
    }
    tangent
}

/// The tangents of `z = f(x, y)` where a slope is at the ends of the range.
#[inline(never)]
fn binary_passed<R: Binary, T: Float, const N: usize>(
    rule: R,
    [x, y, z]: [T; 3],
    [by_x, by_y]: [T; 2],
    dx: [T; N],
    dy: [T; N],
) -> [T; N] {
    let mut tangent = dx;
    for (t, dy) in tangent.iter_mut().zip(dy) {
        *t = passed(*t, by_x, z, |t| rule.through_x(t, by_x, x, y, z))
            + passed(dy, by_y, z, |t| rule.through_y(t, by_y, x, y, z));
    }
    tangent
}

/// The tangents of the argument at `place` in `y = f(x..)`, where its partial derivative is at the ends of the range.
#[inline(never)]
fn reduction_passed<R: Reduction, T: Float, const N: usize>(
    rule: R,
    [partial, y]: [T; 2],
    place: usize,
    x: impl Iterator<Item = T> + Clone,
    tangent: [T; N],
) -> [T; N] {
    tangent.map(|t| passed(t, partial, y, |t| rule.through(t, partial, place, x.clone(), y)))
}

impl<T: Float> Dual<T> {
    /// The variable of a one-directional differentiation: tangent 1.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Dual;
    /// let x = Dual::variable(3.0);
    /// assert_eq!((x * x).tangent(), 6.0);
    /// ```
    #[inline]
    pub fn variable(x: T) -> Self {
        Dual::new(x, [T::one()])
    }

    /// The derivative, of a number with one direction.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Dual;
    /// let y = Dual::variable(4.0_f64).sqrt();
    /// assert_eq!((y.primal(), y.tangent()), (2.0, 0.25));
    /// ```
    #[doc(alias = "epsilon")]
    #[doc(alias = "dual part")]
    #[inline]
    #[must_use]
    pub fn tangent(self) -> T {
        self.tangent[0]
    }
}

impl<T: Float, const N: usize> Number for Dual<T, N> {
    type Value = T;

    #[inline]
    fn value(&self) -> T {
        self.primal
    }
    #[inline]
    fn lift(x: T) -> Self {
        Dual::constant(x)
    }
    #[inline]
    fn with_value(self, primal: T) -> Self {
        Dual { primal, ..self }
    }
    #[inline(always)]
    fn beside(self, other: Self) -> Self {
        Dual { tag: self.tag.join(other.tag, Tag::DUAL), ..self }
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
    #[inline]
    fn join_all(y: T, parts: impl Iterator<Item = (Self, T)>) -> Self {
        // Parts with the value 0, so that adding them up leaves the value alone; NaN goes to all of them.
        let zero = if is_nan(y) { y } else { T::zero() };
        parts.fold(Dual::constant(y), |sum, (x, partial)| sum + x.chain(zero, partial)).with_value(y)
    }
}

impl<T: Float, const N: usize> Engine for Dual<T, N> {
    const NESTED: bool = true;
    const LEVELS: usize = 1 + T::LEVELS;
    const SPARSE: bool = T::SPARSE;
    const TRACED: bool = T::TRACED;
    type Fused<const K: usize> = Self;
    #[inline(always)]
    fn side<A>(&self, run: impl FnOnce() -> A) -> A {
        self.primal.side(run)
    }
    #[inline]
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self> {
        A::on_number(args)
    }
}

impl<T: Float, const N: usize> Float for Dual<T, N> {
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
        Dual::constant(T::from_base(x))
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
        Dual::constant(self.primal.detach())
    }
    #[inline(always)]
    fn named(self, name: impl core::fmt::Display) -> Self {
        Dual { primal: self.primal.named(name), ..self }
    }
    #[inline(always)]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        if !T::TRACED || (self.primal.is_constant() && other.primal.is_constant()) {
            return if self < other { then() } else { otherwise() };
        }
        // Both sides, chosen part by part.
        let condition = if self.primal.is_constant() { other.primal } else { self.primal };
        let (x, y) = (condition.side(then), condition.side(otherwise));
        let choose = |x: T, y: T| self.primal.if_less(other.primal, || x, || y);
        Dual::with(choose(x.primal, y.primal), x.tag.join(y.tag, Tag::DUAL), |k| choose(x.tangent[k], y.tangent[k]))
    }
    #[inline]
    fn from_partials(value: T, partials: &[(Self, T)]) -> Self {
        Dual::join_all(value, partials.iter().copied())
    }
    #[inline]
    fn is_constant(&self) -> bool {
        self.primal.is_constant() && self.is_flat()
    }
    #[inline]
    fn is_zero_in_all_parts(&self) -> bool {
        self.primal.is_zero_in_all_parts() && self.is_flat()
    }
    #[inline]
    fn is_finite_in_all_parts(&self) -> bool {
        // Without short-circuit, so that the comparison vectorises.
        self.tangent.iter().fold(self.primal.is_finite_in_all_parts(), |all, t| all & t.is_finite_in_all_parts())
    }
    #[inline]
    fn unary<R: Unary>(self, rule: R) -> Self {
        if R::PIECEWISE_CONSTANT {
            return piecewise::step(self, self.primal.unary(rule));
        }
        let (y, slope) = rule.eval(self.primal);
        if R::PASSES && !slope_is_plain(&self.tangent, self.primal, slope) {
            return Dual { primal: y, tangent: unary_passed(rule, [self.primal, slope, y], self.tangent), ..self };
        }
        self.chain(y, slope)
    }
    #[inline]
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
        let inner = x.clone().map(Dual::primal);
        let y = T::reduce(rule, inner.clone());
        if R::PIECEWISE_CONSTANT {
            return x.clone().next().map_or_else(|| Dual::constant(y), |x| piecewise::step(x, y));
        }
        let parts = with_partials(rule, x, inner.clone(), y);
        if !R::PASSES || T::TRACED {
            return Dual::join_all(y, parts);
        }
        let part = |(place, (x, partial)): (usize, (Self, T))| {
            if slope_is_plain(&x.tangent, x.primal, partial) {
                (x, partial)
            } else {
                // A part that has passed already is multiplied with one.
                let tangent = reduction_passed(rule, [partial, y], place, inner.clone(), x.tangent);
                (Dual { tangent, ..x }, T::one())
            }
        };
        Dual::join_all(y, parts.enumerate().map(part))
    }
    #[inline]
    fn dot(pairs: impl Iterator<Item = (Self, Self)> + Clone) -> Self {
        let sum: Self = pairs.clone().map(|(x, y)| x * y).sum();
        if unlikely(is_nan(sum.primal)) {
            // One function, so all of its derivatives are NaN, not those of one product.
            return Dual::join_all(sum.primal, pairs.flat_map(|(x, y)| [(x, y.primal), (y, x.primal)]));
        }
        sum
    }
    #[inline]
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self; K]) -> Self) -> Self {
        f(x)
    }
    #[inline]
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self {
        let (x, y) = (self.primal, other.primal);
        let z = x.binary(rule, y);
        let (is_x_constant, is_y_constant) = (self.is_flat(), other.is_flat());
        if is_x_constant && is_y_constant {
            return Dual::constant(z);
        }
        let by_x = if is_x_constant { T::zero() } else { rule.partial_x(x, y, z) };
        let by_y = if is_y_constant { T::zero() } else { rule.partial_y(x, y, z) };
        let is_plain = || {
            (is_x_constant || slope_is_plain(&self.tangent, x, by_x))
                && (is_y_constant || slope_is_plain(&other.tangent, y, by_y))
        };
        if R::PASSES && !is_plain() {
            let tangent = binary_passed(rule, [x, y, z], [by_x, by_y], self.tangent, other.tangent);
            return Dual { primal: z, tangent, tag: self.tag.join(other.tag, Tag::DUAL) };
        }
        match (is_x_constant, is_y_constant) {
            (_, true) => self.chain(z, by_x),
            (true, false) => other.chain(z, by_y),
            (false, false) => {
                let tangent = join_folded(self.tangent, by_x, other.tangent, by_y, z);
                Dual { primal: z, tangent, tag: self.tag.join(other.tag, Tag::DUAL) }
            }
        }
    }
}

// ---- Arithmetic ------------------------------------------------------------------------------------------------------

impl<T: Float, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Dual::with(-self.primal, self.tag, |k| -self.tangent[k])
    }
}

impl<T: Float, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Dual::with(self.primal + other.primal, self.tag.join(other.tag, Tag::DUAL), |k| {
            self.tangent[k] + other.tangent[k]
        })
    }
}

impl<T: Float, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Dual::with(self.primal - other.primal, self.tag.join(other.tag, Tag::DUAL), |k| {
            self.tangent[k] - other.tangent[k]
        })
    }
}

impl<T: Float, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let p = self.primal * other.primal;
        let tag = self.tag.join(other.tag, Tag::DUAL);
        let tangent = || array::from_fn(|k| self.tangent[k] * other.primal + other.tangent[k] * self.primal);
        // Targets with 256-bit registers (AVX) compute the tangents before the branch: the compiler then fills the registers, and forms
        // odd groups of lanes otherwise. Targets with 128-bit registers compute them after it; there it is the other way round. The
        // Hessians in `cargo bench --bench ratios` tell.
        let early = (cfg!(target_feature = "avx") && !T::SPARSE).then(tangent);
        // A product that is finite in all parts has factors that are.
        if T::SPARSE || unlikely(!p.is_finite_in_all_parts()) {
            let tangent = join_folded(self.tangent, other.primal, other.tangent, self.primal, p);
            return Dual { primal: p, tangent, tag };
        }
        Dual { primal: p, tangent: early.unwrap_or_else(tangent), tag }
    }
}

impl<T: Float, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let q = self.primal / other.primal;
        let r = other.primal.recip();
        let tag = self.tag.join(other.tag, Tag::DUAL);
        if !quotient_is_plain(q, r, other.primal) {
            return Dual { primal: q, tangent: self.quotient_folded(other, q), tag };
        }
        Dual::with(q, tag, |k| (self.tangent[k] - other.tangent[k] * q) * r)
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Add<B> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, c: B) -> Self {
        Dual { primal: self.primal + c, ..self }
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Sub<B> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, c: B) -> Self {
        Dual { primal: self.primal - c, ..self }
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Mul<B> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, c: B) -> Self {
        if unlikely(!c.is_finite()) {
            return self.chain(self.primal * c, T::from_base(c));
        }
        Dual::with(self.primal * c, self.tag, |k| self.tangent[k] * c)
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Div<B> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, c: B) -> Self {
        let r = c.recip();
        if unlikely(!(r.is_normal() && c.is_finite())) {
            let q = self.primal / c;
            let tangent = self.quotient_folded(Dual::constant(T::from_base(c)), q);
            return Dual { primal: q, tangent, ..self };
        }
        Dual::with(self.primal / c, self.tag, |k| self.tangent[k] * r)
    }
}
