//! [`Float`], the bound a differentiable function is written over.
//!
//! # What questions about a number mean
//!
//! A differentiated program takes the branches of the plain one. Therefore every *predicate* looks at the innermost primal
//! and at nothing else: `==`, `<`, `partial_cmp`, `is_zero`, `is_one`, `is_nan`, `is_finite`, `is_sign_negative`, `classify` and
//! conversions to primitive numbers. Two numbers can be `==` and have different derivatives; `is_zero` does not mean "nothing
//! depends on this".
//!
//! *Rounding* (`floor`, `ceil`, `round`, `trunc`, `signum`) gives a constant: derivative 0 everywhere, also on the jump.
//! `fract` has derivative 1 everywhere.
//!
//! *Structure* has its own three methods, which do look at derivatives: [`Float::is_constant`],
//! [`Float::is_zero_in_all_parts`], [`Float::is_finite_in_all_parts`]. Library code that wants to skip work asks them, never
//! `is_zero`.
//!
//! # Zero and infinity
//!
//! Where a slope is infinite or NaN, a tangent that is zero in all its parts contributes zero instead of NaN: *a zero tangent
//! stays zero*. So a constant stays a constant (`x + sqrt(0)` has derivative 1), `sqrt(x * x)` at 0 has the subgradient 0, and
//! `cbrt(x).powi(3)` at 0, where an infinite derivative meets a zero one later, is an honest NaN. A function's value that is
//! NaN (`ln(-1)`) has derivative NaN. Only operations that look at no value pass tangents on as they are: `+`, `-`, and a
//! finite primitive number as factor or divisor. Along every path of
//! the computation both modes agree on this; where paths meet and cancel (`u - u`) the order of summation decides. The checks sit
//! on the non-finite side of one branch per operation ([`fold`]).

pub(crate) mod algorithm;
pub mod engine;

use crate::rules::{Binary, Reduction, Unary};
use core::fmt::{Debug, Display, LowerExp, UpperExp};
use core::iter::{Product, Sum};
use core::str::FromStr;
use num_traits::float::TotalOrder;
use num_traits::{FloatConst, FromPrimitive, Inv, NumAssign, NumAssignOps, NumOps};

/// A real number that a function can be differentiated over: `f32`, `f64`, [`Dual`](crate::Dual) and
/// [`Reverse`](crate::Reverse) over any `Float`.
///
/// All of [`num_traits::Float`] and [`FloatConst`] is available on a `T: Float` without further imports, together with the
/// assignment operators, `Sum` and `Product`, formatting and parsing, and arithmetic and comparison with a scalar of the
/// primitive type at the bottom of the nest ([`Float::Base`]) on the right.
///
/// Constants in generic code are written with [`Float::lit`].
///
/// # Examples
/// ```
/// use dualtape::Float;
///
/// fn kinetic<T: Float>(mass: f64, v: &[T]) -> T {
///     T::lit(0.5 * mass) * v.iter().map(|&v| v * v).sum::<T>()
/// }
///
/// assert_eq!(kinetic(3.0, &[1.0, 2.0]), 7.5);
/// assert_eq!(dualtape::gradient(|v| kinetic(3.0, v), &[1.0, 2.0]), [3.0, 6.0]); // m v
/// ```
///
/// # Implementing it
/// The crate's number types are generic over `Float`, so a type of your own (an interval, an extended precision) that
/// implements it can be differentiated. A primitive-like type has [`Float::unary`] call [`Unary::value`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a differentiable number",
    note = "the numbers are `f32`, `f64`, `Dual<T>` and `Reverse<T>`; a literal point needs a decimal point, `1.0` instead of `1`"
)]
pub trait Float:
    engine::Engine
    + num_traits::Float
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
{
    /// The primitive number at the bottom of the nest: `f64` for `Dual<Reverse<f64>>`.
    type Base: Primitive;

    /// What a function of `K` inputs is evaluated on inside [`Float::fuse`]: `Dual<T, K>` for `Reverse<T>`, else the type itself.
    type Fused<const K: usize>: Float<Base = Self::Base>;

    /// `true` if asking [`Float::is_zero_in_all_parts`] costs less than a multiplication, as for numbers that record.
    ///
    /// If it is `false`, a product that [is finite in all parts](Float::is_finite_in_all_parts) must have finite factors.
    const SPARSE: bool = false;

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
    /// assert_eq!(power(Dual::constant(2.0), x).tangent(), 4.0 * 2.0_f64.ln()); // 2ʸ ln 2, not 0
    /// ```
    fn is_constant(&self) -> bool;

    /// `true` if the value and every derivative part are exactly zero, so that products with it may be dropped.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, Float};
    /// let (constant, variable): (Dual<f64>, Dual<f64>) = (Dual::constant(0.0), Dual::variable(0.0));
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
    /// `f` may use literals and constants of the base type. Values from outside must be passed in as inputs; the types see to
    /// that.
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
}

/// A primitive floating point number, the bottom of every nest: `f32` or `f64`.
///
/// Sealed: operators with a primitive on one side rely on the list being complete.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither `f32` nor `f64`",
    note = "lift an outer number to the inner type with `Dual::constant` or `Reverse::constant`; convert an integer to a float"
)]
pub trait Primitive: Float<Base = Self> + TotalOrder + sealed::Sealed {
    /// The nearest number of this type.
    #[must_use]
    fn nearest(x: f64) -> Self;
    /// The value as an `f64`, exact.
    #[must_use]
    fn widen(self) -> f64;
}

mod sealed {
    #[cfg(not(feature = "approx"))]
    pub trait Sealed {}
    /// Primitive numbers compare approximately; said here, no user of `Float` has to repeat it as a bound.
    #[cfg(feature = "approx")]
    pub trait Sealed: approx::RelativeEq<Epsilon = Self> + approx::UlpsEq<Epsilon = Self> {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `a` if the condition holds, else `b`, with its derivative.
///
/// Both are computed, but nothing of the other one gets in, be it NaN or infinite: what frameworks of arrays call `where`, without
/// the NaN. On numbers an `if` does the same, and as with an `if`, numbers of two differentiations are not noticed here, but where
/// the chosen one meets another number or is returned to a driver.
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

/// The convention "a zero tangent stays zero", once for every engine: `tangent * slope`, where a tangent that is zero in all
/// its parts stays zero even if the slope is infinite or NaN.
///
/// Engines call it on the cold side of a branch; with a finite slope it is plain multiplication.
#[inline]
pub(crate) fn fold<T: Float>(tangent: T, slope: T) -> T {
    if tangent.is_zero_in_all_parts() { T::zero() } else { tangent * slope }
}

/// `true` if `T` carries derivatives itself, so that a formula on it is differentiated once more.
#[inline(always)]
pub(crate) const fn is_nested<T: Float>() -> bool {
    size_of::<T>() > size_of::<T::Base>()
}

/// `true` if `x` is in a comfortable middle of the range, so that products of a few such numbers stay inside: of two for primitive
/// numbers, of more for nested ones, whose reciprocal carries powers.
#[inline(always)]
fn is_central<T: Float>(x: T) -> bool {
    let (least, largest) = match (size_of::<T::Base>() == size_of::<f32>(), is_nested::<T>()) {
        (true, true) => (1e-7, 1e7),
        (true, false) => (1e-18, 1e18),
        (false, true) => (1e-60, 1e60),
        (false, false) => (1e-150, 1e150),
    };
    let (least, largest, x) = (T::Base::nearest(least), T::Base::nearest(largest), x.base());
    (x > least && x < largest) || (x < -least && x > -largest)
}

/// `true` if derivatives of the quotient `q` may be taken by multiplication with `r`, the reciprocal of the divisor `y`.
#[inline(always)]
pub(crate) fn quotient_is_plain<T: Float>(q: T, r: T, y: T) -> bool {
    let is_plain = (is_central(q) || q.is_zero()) && is_central(y);
    let is_finite = !is_nested::<T>() || (q.is_finite_in_all_parts() && r.is_finite_in_all_parts());
    !T::SPARSE && !unlikely(!(is_plain && is_finite))
}

/// The tangent of a quotient `q = x / y` from those of `x` and `y`, `(dx - dy q) / y`, by the fold rule, also where `q` or `y` is at
/// the edge of the range. Dividing last keeps `x / x` exact where `1 / x` overflows.
///
/// A `q` that is NaN is the caller's business.
pub(crate) fn quotient_tangent<T: Float>(dx: T, dy: T, q: T, y: T) -> T {
    let over = |numerator: T| if numerator.is_zero_in_all_parts() { T::zero() } else { numerator / y };
    let product = fold(dy, q);
    use num_traits::Float as N;
    let least = <T::Base as N>::min_positive_value() / <T::Base as N>::epsilon();
    let is_in_range = (least..=<T::Base as N>::max_value()).contains(&N::abs(product.base()));
    if is_in_range || dy.is_zero() || q.is_zero() {
        over(dx - product)
    } else {
        // The product is too large or too small, which the quotient need not be.
        over(dx) - fold(over(dy), q)
    }
}

/// `condition`, with the branch where it holds moved out of the way.
#[inline(always)]
pub(crate) fn unlikely(condition: bool) -> bool {
    #[cold]
    #[inline(always)]
    fn cold() {}
    if condition {
        cold();
    }
    condition
}

macro_rules! primitive {
    ($($t:ident),*) => {$(
        impl engine::Engine for $t {
            #[inline]
            fn run<A: engine::Algorithm>(args: A::Args<'_, $t>) -> A::Output<$t> {
                A::on_primitive(args)
            }
        }

        impl Float for $t {
            type Base = $t;
            type Fused<const K: usize> = $t;
            #[inline]
            fn from_base(x: $t) -> $t {
                x
            }
            #[inline]
            fn base(&self) -> $t {
                *self
            }
            #[inline]
            fn is_constant(&self) -> bool {
                true
            }
            #[inline]
            fn is_zero_in_all_parts(&self) -> bool {
                *self == 0.0
            }
            #[inline]
            fn is_finite_in_all_parts(&self) -> bool {
                self.is_finite()
            }
            #[inline]
            fn unary<R: Unary>(self, rule: R) -> $t {
                rule.value(self)
            }
            #[inline]
            fn reduce<R: Reduction>(rule: R, x: impl Iterator<Item = $t> + Clone) -> $t {
                rule.value(x)
            }
            #[inline]
            fn fuse<const K: usize>(x: [$t; K], f: impl FnOnce([$t; K]) -> $t) -> $t {
                f(x)
            }
            #[inline]
            fn binary<R: Binary>(self, rule: R, other: $t) -> $t {
                rule.value(self, other)
            }
        }

        impl Primitive for $t {
            #[inline]
            fn nearest(x: f64) -> $t {
                x as $t
            }
            #[inline]
            fn widen(self) -> f64 {
                self.into()
            }
        }
    )*};
}

primitive!(f32, f64);
