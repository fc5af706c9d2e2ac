//! The contract between numbers and functions: [`Float`], the bound a differentiable function is written over, and the rules
//! ([`Unary`], [`Binary`], [`Reduction`]) that give an elementary function its derivative.
//!
//! The page [`crate::conventions`] says what questions about a number mean, and which derivative is given at kinks, where 0 meets
//! infinity, and at NaN.

pub(crate) mod algorithm;
mod condition;
pub(crate) mod engine;
mod number;
mod primitive;
mod products;
mod question;
mod rule;

pub use condition::Condition;
pub(crate) use condition::requires;
pub use engine::Engine;
pub use number::Number;
pub use primitive::Primitive;
#[cfg(feature = "graph")]
pub(crate) use products::middle;
pub(crate) use products::{
    fold, is_nan, is_nearly_subnormal, passed, quotient_is_ordinary, quotient_is_plain, quotient_tangent,
    slope_is_plain, unlikely,
};
pub use question::Question;
pub use rule::{Binary, Reduction, Rule, Unary};
pub(crate) use rule::{Pair, Twin, with_partials};

use core::fmt::{Debug, Display, LowerExp, UpperExp};
use core::iter::{Product, Sum};
use core::str::FromStr;
use num_traits::{FloatConst, FromPrimitive, Inv, NumAssign, NumAssignOps, NumOps};

/// Ends the message of a panic inside an operator, where the place that is named may be one of this crate: operators are too small to
/// be handed the place of each call.
#[cfg(any(feature = "std", all(debug_assertions, target_has_atomic = "32")))]
pub(crate) const SHOWS_WHERE: &str = "(RUST_BACKTRACE=1 shows where)";

/// A real number that a function can be differentiated over: `f32`, `f64`, and [`Dual`](crate::Dual), [`Reverse`](crate::Reverse) and
/// [`Taylor`](crate::Taylor) over any `Float`.
///
/// Write `T: Float` where you would write `f64`. The methods of [`num_traits::Float`] and the constants of [`FloatConst`] are there without
/// imports: `x.sin()`, `x.max(y)`, `T::PI()`. So are the operators, `Sum` and `Product`, formatting and parsing.
///
/// ```
/// use dualtape::Float;
///
/// fn kinetic<T: Float>(mass: f64, v: &[T]) -> T {
///     T::lit(0.5 * mass) * v.iter().map(|&v| v * v).sum::<T>()
/// }
///
/// assert_eq!(kinetic(3.0, &[1.0, 2.0]), 7.5);
/// let momentum = dualtape::gradient(|v| kinetic(3.0, v), &[1.0, 2.0]);
/// assert_eq!(momentum, [3.0, 6.0]); // m v
/// ```
///
/// | in a generic function I want | write |
/// |---|---|
/// | a literal, or a number of the data | [`T::lit(2.0)`](Float::lit), zero and one also `T::zero()` and `T::one()` |
/// | no derivative through a value | [`x.detach()`](Float::detach) |
/// | one of two values that have been computed | [`select(x > y, a, b)`](select) |
/// | the plain value, to print it or to decide by it | [`x.base()`](Float::base) |
/// | a sum, a dot product or a norm as one operation | [`slices`](crate::slices) |
/// | error functions, gamma functions, activations | [`Special`](crate::Special) |
/// | solutions of linear systems, determinants, eigenvalues | [`LinearAlgebra`](crate::linalg::LinearAlgebra) |
/// | a small formula as one operation | [`T::fuse`](Float::fuse) |
/// | a function of my own with its derivative | [`x.unary(MyRule)`](Float::unary), and how to write a [rule](crate::rules) |
/// | a value from elsewhere with its partial derivatives | [`T::from_partials`](Float::from_partials) |
/// | to know whether a number carries a derivative | [`x.is_constant()`](Float::is_constant) |
/// | a name for a value, or a choice, in a recording of the function | [`x.named("name")`](Float::named), [`if_less`](Float::if_less) |
///
/// # Conventions
/// Comparisons and questions look at the plain value alone: `x == y`, `x < y` and `x.is_zero()` give what they give for `f64`, so a
/// differentiated program takes the branches of the plain one. `abs` has the derivative 0 at 0, `max` of equal arguments one half by each,
/// and `sqrt` has an infinite one at 0. A zero tangent stays zero where a slope is infinite. All of this is on the page
/// [`conventions`](crate::conventions).
///
/// # Literals without `lit`
/// [`Float::Base`] is the primitive number that a number is made of. It may stand on the right of an operator, so with
/// `T: Float<Base = f64>` one can write `x * 2.0` and `x > 1.0`. On the left it cannot, `2.0 * x`.
///
/// The trait is sealed: its numbers are those of this crate, and code written over them can count on that. A function of your own is added by
/// a rule, see [`Unary`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a differentiable number",
    note = "the numbers are `f32`, `f64`, `Dual<T>` and `Reverse<T>`; a literal point needs a decimal point, `1.0` instead of `1`"
)]
pub trait Float:
    num_traits::Float
    + FloatConst
    + FromPrimitive
    + FromStr
    + NumAssign
    + NumOps<<Self as Float>::Base, Self>
    + NumAssignOps<<Self as Float>::Base>
    + PartialOrd<<Self as Float>::Base>
    + Inv<Output = Self>
    + Sum
    + Product
    + for<'a> Sum<&'a Self>
    + for<'a> Product<&'a Self>
    + Default
    + Debug
    + Display
    + LowerExp
    + UpperExp
    + Send
    + Sync
    + 'static
    + Engine
{
    /// The primitive number at the bottom of the nest: `f64` for `Dual<Reverse<f64>>`.
    type Base: Primitive;

    /// The number one level down, of which values and partial derivatives are: `Dual<f64>` for `Reverse<Dual<f64>>`, and the type
    /// itself for `f32` and `f64`. That of a power series, [`Taylor`](crate::Taylor), is the same series, known to one order less.
    type Inner: Float<Base = Self::Base>;

    /// What a coefficient of a power series is; for all other numbers the type itself.
    #[doc(hidden)]
    type Coefficient: Float<Base = Self::Base>;

    /// The first coefficient of a power series; else the number itself.
    #[doc(hidden)]
    fn leading(self) -> Self::Coefficient;

    /// The power series that is constant; else the number itself.
    #[doc(hidden)]
    fn from_leading(x: Self::Coefficient) -> Self;

    /// The constant nearest to `x`: how generic code writes a literal, `T::lit(2.0) * x`.
    ///
    /// For `f32` at the bottom of the nest `x` is rounded to `f32`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Float, derivative};
    /// fn area<T: Float>(r: T) -> T {
    ///     T::lit(3.0) * r * r
    /// }
    /// assert_eq!(derivative(area, 2.0), 12.0);
    /// ```
    #[doc(alias = "literal")]
    #[inline]
    #[must_use]
    fn lit(x: f64) -> Self {
        Self::from_base(Self::Base::nearest(x))
    }

    /// The constant `x`, whose derivatives are zero. ([`Float::lit`] takes an `f64` whatever the base type.)
    fn from_base(x: Self::Base) -> Self;

    /// The primal at the bottom of the nest: the plain value, without any derivative.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, Float};
    /// assert_eq!(Dual::variable(Dual::variable(2.0)).base(), 2.0);
    /// ```
    fn base(&self) -> Self::Base;

    /// The value one level down. For `f32` and `f64` it is the number itself. [`Float::base`] is the plain value at the bottom.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, Float};
    /// let x = Dual::variable(Dual::variable(2.0));
    /// assert_eq!((Float::primal(x), Float::primal(2.0)), (Dual::variable(2.0), 2.0));
    /// ```
    fn primal(self) -> Self::Inner;

    /// The same value as a constant: derivatives do not flow through it ("stop gradient").
    ///
    /// # Examples
    /// At 3, `x * x.detach()` has the value 9 and the derivative 3.
    /// ```
    /// use dualtape::{Float, derivative};
    /// assert_eq!(derivative(|x| x * x.detach(), 3.0), 3.0);
    /// ```
    #[doc(alias = "stop_gradient")]
    #[doc(alias = "no_grad")]
    #[inline]
    #[must_use]
    fn detach(self) -> Self {
        Self::from_base(self.base())
    }

    /// The same number, with a name for whoever looks at a recording of the function.
    ///
    /// A graph shows the value by this name in its listing, its drawings and its messages (see the module `graph`, behind the feature of
    /// that name). On every other number the name is not even put together: `x.named(format_args!("u[{i}]"))` costs nothing.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Float;
    ///
    /// fn square_of_sum<T: Float>(x: T, y: T) -> T {
    ///     let sum = (x + y).named("sum");
    ///     sum * sum
    /// }
    /// assert_eq!(square_of_sum(1.0, 2.0), 9.0);
    /// ```
    #[inline(always)]
    #[must_use]
    fn named(self, name: impl Display) -> Self {
        let _ = name;
        self
    }

    /// `then()` where `self < other`, else `otherwise()`: a choice that is itself an operation.
    ///
    /// On ordinary numbers this is an `if`: only the chosen side runs, and nothing of the other one gets into the derivative. On a
    /// number that records every operation both sides are recorded, so that the recording holds on both. Where one of the two
    /// numbers is NaN, `otherwise()` is taken, as by `if`.
    ///
    /// # Examples
    /// The Huber function, x²/2 near 0 and linear beyond 1, has the slopes 0.5 at 0.5 and 1 at 3:
    /// ```
    /// use dualtape::{Float, derivative};
    ///
    /// fn huber<T: Float>(x: T) -> T {
    ///     x.abs().if_less(T::one(), || x * x * T::lit(0.5), || x.abs() - T::lit(0.5))
    /// }
    /// assert_eq!((derivative(huber, 0.5), derivative(huber, 3.0)), (0.5, 1.0));
    /// ```
    #[doc(alias = "cond")]
    #[inline(always)]
    #[must_use]
    fn if_less(self, other: Self, then: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        if self < other { then() } else { otherwise() }
    }

    /// Applies an elementary function of one argument, with its derivative: one of your own, see [`Unary`] for an example.
    #[doc(alias = "custom_gradient")]
    #[doc(alias = "custom_jvp")]
    #[doc(alias = "custom_vjp")]
    fn unary<R: Unary>(self, rule: R) -> Self;

    /// Applies an elementary function of two arguments, with its derivatives: `rule(self, other)`. See [`Binary`] for an example.
    fn binary<R: Binary>(self, rule: R, other: Self) -> Self;

    /// Applies a function of any number of arguments, with its derivatives. See [`crate::slices`] for the ones there are, and
    /// [`Reduction`] for one of your own.
    fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self;

    /// A function computed elsewhere, from its value and its partial derivatives: the result has the value `value` and the derivative
    /// `Σ partial · argument'`.
    ///
    /// For functions that are not written over `Float`: the solution of an equation, a table, a call to another library. `value` and the
    /// partials are numbers [one level down](Float::Inner). Higher derivatives are right if these carry their own. On `f32` and `f64` the
    /// result is `value`. On a tape it takes `⌈n / 2⌉` records for `n` arguments.
    ///
    /// # Examples
    /// `y = √(x₀ x₁)` solved for by other means, with `∂y/∂x₀ = x₁ / 2y` and `∂y/∂x₁ = x₀ / 2y`:
    /// ```
    /// use dualtape::{Float, gradient};
    ///
    /// /// Code that knows nothing of derivatives; here a root, in general a solver.
    /// fn solve<B: Float>(a: B, b: B) -> B {
    ///     (a * b).sqrt()
    /// }
    ///
    /// fn geometric_mean<T: Float>(x: &[T]) -> T {
    ///     let (a, b) = (x[0].primal(), x[1].primal());
    ///     let y = solve(a, b);
    ///     T::from_partials(y, &[(x[0], b / (y + y)), (x[1], a / (y + y))])
    /// }
    /// assert_eq!(geometric_mean(&[1.0, 4.0]), 2.0);
    /// assert_eq!(gradient(geometric_mean, &[1.0, 4.0]), [1.0, 0.25]);
    /// ```
    #[doc(alias = "custom_gradient")]
    #[must_use]
    fn from_partials(value: Self::Inner, partials: &[(Self, Self::Inner)]) -> Self;

    /// The sum of products of all pairs, one operation on the tape: what [`slices::dot`](crate::slices::dot) calls.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Float, gradient};
    /// let norm_squared = |x: &[_]| Float::dot(x.iter().map(|&x| (x, x)));
    /// assert_eq!(gradient(norm_squared, &[3.0, 4.0]), [6.0, 8.0]);
    /// ```
    #[inline]
    fn dot(pairs: impl Iterator<Item = (Self, Self)> + Clone) -> Self {
        pairs.map(|(x, y)| x * y).sum()
    }

    /// Runs `f`, a small function of `K` inputs, and records the result as one operation.
    ///
    /// On `Reverse<T>` the function runs on `Dual<T, K>`, forward mode, and the tape gets ⌈K / 2⌉ records instead of one for each
    /// join inside. On every other type it simply runs. Worth it where `f` has more operations than inputs, as in stencils.
    ///
    /// `f` may use literals and constants of the base type. Values from outside must be passed in as inputs, and the types make sure of
    /// that. To the compiler the inputs are numbers of an unnamed type, whose methods (`exp`) it finds with `use
    /// dualtape::num_traits::Float as _`, or in a generic function that is passed as `f`. Operators need neither.
    ///
    /// Where second derivatives are taken, forward mode runs over numbers of many parts. If the plain program's recording is longer than
    /// the caches, as that of a stencil over many steps is, fusing then halves the time. If it is short, fusing takes up to four times
    /// as long.
    ///
    /// # Examples
    /// x y z (x + y) at (1, 2, 3) has the value 18 and the gradient (24, 15, 6).
    /// ```
    /// use dualtape::{Float, value_and_gradient};
    ///
    /// fn f<T: Float>(x: &[T]) -> T {
    ///     T::fuse([x[0], x[1], x[2]], |[x, y, z]| x * y * z * (x + y))
    /// }
    /// assert_eq!(value_and_gradient(f, &[1.0, 2.0, 3.0]), (18.0, vec![24.0, 15.0, 6.0]));
    /// ```
    ///
    /// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 10.2 (preaccumulation).
    #[doc(alias = "preaccumulation")]
    fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self::Fused<K>; K]) -> Self::Fused<K>) -> Self;

    /// `true` if the number carries no derivative at any level.
    ///
    /// This is about structure, not value: a variable that happens to be 0 is not constant. Ask it to take a shorter way where a number
    /// is data.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, Float};
    ///
    /// /// `xʸ`, by repeated multiplication if `y` is an integer that does not vary.
    /// fn power<T: Float>(x: T, y: T) -> T {
    ///     match y.to_i32() {
    ///         Some(n) if y.is_constant() && y == T::lit(n.into()) => x.powi(n),
    ///         _ => x.powf(y),
    ///     }
    /// }
    ///
    /// let x = Dual::variable(2.0);
    /// assert!(!x.is_constant() && x.floor().is_constant());
    /// assert_eq!(power(x, Dual::constant(3.0)).tangent(), 12.0); // 3 x²
    /// // 2ʸ ln 2, not 0
    /// assert_eq!(power(Dual::constant(2.0), x).tangent(), 4.0 * 2.0_f64.ln());
    /// ```
    fn is_constant(&self) -> bool;

    /// `true` if the value and every derivative part are exactly zero, so that products with it may be dropped.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, Float};
    /// let (constant, variable): (Dual<f64>, Dual<f64>) =
    ///     (Dual::constant(0.0), Dual::variable(0.0));
    /// assert!(constant.is_zero_in_all_parts() && !variable.is_zero_in_all_parts());
    /// ```
    fn is_zero_in_all_parts(&self) -> bool;

    /// `true` if the value and every derivative part are finite.
    ///
    /// # Examples
    /// The root of a variable is finite at 0, its derivative is not:
    /// ```
    /// use dualtape::{Dual, Float};
    /// let y = Dual::variable(0.0_f64).sqrt();
    /// assert!(y.is_finite() && !y.is_finite_in_all_parts());
    /// ```
    fn is_finite_in_all_parts(&self) -> bool;
}

/// `a` if the condition holds, else `b`, with its derivative.
///
/// Both are computed, but nothing of the other one gets into the result, even if it is NaN or infinite. This is what frameworks of arrays
/// call `where`, without the NaN. Like `if`, it does not notice mixed differentiations. The panic comes at the next operation.
///
/// # Examples
/// At 0, where `sin x / x` is NaN:
/// ```
/// use dualtape::{Float, Reverse, derivative, gradient, select};
///
/// fn f<T: Float>(x: T) -> T {
///     select(x == T::zero(), T::one(), x.sin() / x)
/// }
/// assert_eq!(derivative(f, 0.0), 0.0);
/// assert_eq!(gradient(|x: &[Reverse<f64>]| f(x[0]), &[0.0]), [0.0]);
/// ```
#[doc(alias = "where")]
#[inline]
pub fn select<T: Float>(condition: bool, a: T, b: T) -> T {
    if condition { a } else { b }
}
