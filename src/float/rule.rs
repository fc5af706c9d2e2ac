//! What a rule is: a function that every number knows, with its derivatives, as a value with an identity.

use super::{Float, Primitive};
use core::fmt::{self, Debug, Display, Formatter, Write};

/// Nanoseconds that a call of most functions takes, by the models of costs.
const COST_OF_MOST: f64 = 10.0;

/// The identity of a rule: two rules that are equal are the same function.
///
/// Every type that derives `Clone`, `Copy`, `Debug` and `PartialEq` has it, and there is nothing to implement. What looks at a
/// computation from outside (a recording, a listing) stores rules, compares them by `==` and prints them by their name and the parameters
/// that `Debug` shows.
pub trait Rule: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// `name` with the parameters of the rule behind it, as a person reads it: `powi(3)`.
    #[doc(hidden)]
    fn labelled(self, name: &'static str) -> impl Display {
        Label { rule: self, name }
    }
}

impl<R: Copy + PartialEq + Debug + Send + Sync + 'static> Rule for R {}

/// See [`Rule::labelled`].
struct Label<R> {
    rule: R,
    name: &'static str,
}

impl<R: Rule> Display for Label<R> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)?;
        write!(Parameters { out, begun: false }, "{:?}", self.rule)
    }
}

/// Passes on what follows the name of a type in its `Debug` form.
struct Parameters<'a, 'b> {
    out: &'a mut Formatter<'b>,
    begun: bool,
}

impl Write for Parameters<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let text = if self.begun { text } else { text.trim_start_matches(is_name) };
        self.begun |= !text.is_empty();
        self.out.write_str(text)
    }
}

/// Two functions of one argument that share their work, as sine and cosine do.
#[derive(Debug)]
pub struct Pair {
    /// What both together are called.
    pub name: &'static str,
    /// Both values, with the bits that each function gives by itself.
    pub at: fn(f64) -> (f64, f64),
    /// The same in single precision.
    pub at_f32: fn(f32) -> (f32, f32),
}

impl Pair {
    /// The first of the two.
    #[must_use]
    pub const fn first(&'static self) -> Twin {
        Twin { pair: self, is_second: false }
    }
    /// The second of the two.
    #[must_use]
    pub const fn second(&'static self) -> Twin {
        Twin { pair: self, is_second: true }
    }
}

/// One function of a [`Pair`].
#[derive(Clone, Copy, Debug)]
pub struct Twin {
    /// The pair.
    pub pair: &'static Pair,
    /// Which of the two it is.
    pub is_second: bool,
}

/// An elementary function of one argument, with its derivative.
///
/// Implement it to add a function of your own: it then works in every mode and nesting, through [`Float::unary`].
///
/// # Examples
/// The Gaussian bump `exp(-x²)`, with derivative `-2 x y`:
/// ```
/// use dualtape::{Float, Primitive, derivative, rules::Unary};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Bump;
///
/// impl Unary for Bump {
///     const NAME: &'static str = "bump";
///     fn value<B: Primitive>(self, x: B) -> B {
///         (-(x * x)).exp()
///     }
///     fn partial<T: Float>(self, x: T, y: T) -> T {
///         T::lit(-2.0) * x * y
///     }
/// }
///
/// assert_eq!(derivative(|x| x.unary(Bump), 1.0), -2.0 * (-1.0_f64).exp());
/// ```
pub trait Unary: Rule {
    /// The name of the function, in lower case as that of a method: what messages, listings and exported code call it.
    const NAME: &'static str;

    /// The name with the parameters of the rule, as a person reads it: `powi(3)`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::rules::{Powi, Sin, Unary};
    /// assert_eq!(
    ///     (Sin.name().to_string(), Powi(3).name().to_string()),
    ///     ("sin".into(), "powi(3)".into())
    /// );
    /// ```
    fn name(self) -> impl Display {
        self.labelled(Self::NAME)
    }

    /// The function itself, on a primitive number.
    fn value<B: Primitive>(self, x: B) -> B;

    /// The function as a formula of other functions, if there is one: what stands for it in code that is written in other languages, which
    /// the feature `graph` makes of recorded programs. On `f64` it has the bits of [`Unary::value`], or is NaN where it does not
    /// know them.
    ///
    /// Choices in it are made by [`Float::if_less`]. Without a formula, exported code has to be told what to call.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Float, Primitive, rules::Unary};
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq)]
    /// struct Bump;
    ///
    /// fn bump<T: Float>(x: T) -> T {
    ///     (-(x * x)).exp()
    /// }
    ///
    /// impl Unary for Bump {
    ///     const NAME: &'static str = "bump";
    ///     fn value<B: Primitive>(self, x: B) -> B {
    ///         bump(x)
    ///     }
    ///     fn partial<T: Float>(self, x: T, y: T) -> T {
    ///         T::lit(-2.0) * x * y
    ///     }
    ///     fn formula<T: Float>(self, x: T) -> Option<T> {
    ///         Some(bump(x))
    ///     }
    /// }
    /// assert_eq!(Bump.formula(1.0), Some((-1.0_f64).exp()));
    /// ```
    #[inline]
    fn formula<T: Float>(self, x: T) -> Option<T> {
        let _ = x;
        None
    }

    /// `dy/dx` at `x`, given `y = f(x)`.
    fn partial<T: Float>(self, x: T, y: T) -> T;

    /// Value and derivative at once. A rule overrides this where they share work.
    #[inline]
    fn eval<T: Float>(self, x: T) -> (T, T) {
        let y = x.unary(self);
        (y, self.partial(x, y))
    }

    /// The pair that the function is one of, if another one is computed along with it at little cost.
    #[doc(hidden)]
    const TWIN: Option<Twin> = None;

    /// How long the function takes on `f64`, in nanoseconds of the machine that the prices of compiled graphs were fitted on. What
    /// counts are ratios; nothing but the choice between forms of a program, and between replay and the drivers, goes by it.
    #[doc(hidden)]
    const COST: f64 = COST_OF_MOST;

    /// The function of a power series with the coefficients `x`, by a recurrence: `y[0]` is given, and the others are to be filled in.
    /// `slope` is the derivative at `x[0]`. Returns whether there is such a recurrence. Without one the series follows from
    /// [`Unary::partial`].
    #[doc(hidden)]
    #[inline]
    fn series<T: Float, const N: usize>(self, x: &[T; N], y: &mut [T; N], slope: T) -> bool {
        let _ = (x, y, slope);
        false
    }

    /// Whether the function is constant between jumps, as those that round are. Its result is then a constant on every number, with the
    /// derivative 0, also on a jump, and [`Unary::partial`] is not asked.
    const PIECEWISE_CONSTANT: bool = false;

    /// Whether [`Unary::through`] is written for this rule.
    const PASSES: bool = false;

    /// The tangent of `y` where that of `x` is `tangent`, by a way on which nothing leaves the range before the result does:
    /// `tangent / x` for `ln x`, whose slope `1 / x` overflows where the product need not.
    ///
    /// Engines ask for it where the slope, which they give along, is near the ends of the range, if [`Unary::PASSES`] is `true`.
    /// Without it the tangent is `tangent * slope` everywhere. A slope is a tangent too, so one form serves both modes and all nestings.
    #[inline]
    fn through<T: Float>(self, tangent: T, slope: T, x: T, y: T) -> T {
        let _ = (x, y);
        tangent * slope
    }
}

/// An elementary function of two arguments, with its partial derivatives.
///
/// Implement it to add a function of your own: it then works in every mode and nesting, through [`Float::binary`]. A partial
/// derivative is only asked for if its argument carries a derivative.
///
/// # Examples
/// The power of a signal `x` over noise `y` in decibels, `z = 10 log₁₀(x / y)`, with `∂z/∂x = k / x` and `∂z/∂y = -k / y`
/// where `k = 10 / ln 10`:
/// ```
/// use dualtape::{Float, Primitive, gradient, rules::Binary};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Decibels;
///
/// const K: f64 = 10.0 / std::f64::consts::LN_10;
///
/// impl Binary for Decibels {
///     const NAME: &'static str = "decibels";
///     fn value<B: Primitive>(self, x: B, y: B) -> B {
///         B::lit(10.0) * (x / y).log10()
///     }
///     fn partial_x<T: Float>(self, x: T, _: T, _: T) -> T {
///         T::lit(K) / x
///     }
///     fn partial_y<T: Float>(self, _: T, y: T, _: T) -> T {
///         T::lit(-K) / y
///     }
/// }
///
/// assert_eq!(Decibels.value(100.0, 1.0), 20.0);
/// assert_eq!(
///     gradient(|x| x[0].binary(Decibels, x[1]), &[4.0, 2.0]),
///     [K / 4.0, -K / 2.0]
/// );
/// ```
pub trait Binary: Rule {
    /// The name of the function, in lower case as that of a method: what messages, listings and exported code call it.
    const NAME: &'static str;

    /// The name with the parameters of the rule, as a person reads it: `powi(3)`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::rules::{Binary, Hypot};
    /// assert_eq!(Hypot.name().to_string(), "hypot");
    /// ```
    fn name(self) -> impl Display {
        self.labelled(Self::NAME)
    }

    /// The function itself, on primitive numbers.
    fn value<B: Primitive>(self, x: B, y: B) -> B;

    /// The function as a formula of other functions, if there is one. See [`Unary::formula`].
    #[inline]
    fn formula<T: Float>(self, x: T, y: T) -> Option<T> {
        let _ = (x, y);
        None
    }

    /// `dz/dx` at `(x, y)`, given `z = f(x, y)`.
    fn partial_x<T: Float>(self, x: T, y: T, z: T) -> T;

    /// `dz/dy` at `(x, y)`, given `z = f(x, y)`.
    fn partial_y<T: Float>(self, x: T, y: T, z: T) -> T;

    /// The function of two power series, by recurrences. See [`Unary::series`].
    #[doc(hidden)]
    #[inline]
    fn series<T: Float, const N: usize>(self, x: &[T; N], y: &[T; N], z: &mut [T; N]) -> bool {
        let _ = (x, y, z);
        false
    }

    /// See [`Unary::COST`].
    #[doc(hidden)]
    const COST: f64 = COST_OF_MOST;

    /// Whether [`Binary::through_x`] and [`Binary::through_y`] are written for this rule.
    const PASSES: bool = false;

    /// The part of `x` in the tangent of `z`, where the tangent of `x` is `tangent`. See [`Unary::through`].
    #[inline]
    fn through_x<T: Float>(self, tangent: T, by_x: T, x: T, y: T, z: T) -> T {
        let _ = (x, y, z);
        tangent * by_x
    }

    /// The part of `y` in the tangent of `z`, where the tangent of `y` is `tangent`. See [`Unary::through`].
    #[inline]
    fn through_y<T: Float>(self, tangent: T, by_y: T, x: T, y: T, z: T) -> T {
        let _ = (x, y, z);
        tangent * by_y
    }
}

/// A function of any number of arguments, with its partial derivatives. Those there are live in [`crate::slices`].
///
/// Implement it to add a function of your own: through [`Float::reduce`] it works in every mode and nesting, and takes
/// `⌈n / 2⌉` records of a tape for `n` arguments.
///
/// # Examples
/// The mean of the squares, `y = Σ xᵢ² / n`, with `∂y/∂xᵢ = 2 xᵢ / n`:
/// ```
/// use dualtape::{Float, Primitive, rules::Reduction, value_and_gradient};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct MeanSquare { n: f64 }
///
/// impl Reduction for MeanSquare {
///     const NAME: &'static str = "mean_square";
///     fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
///         x.map(|x| x * x).sum::<B>() / B::lit(self.n)
///     }
///     fn partials<T: Float>(
///         self,
///         x: impl Iterator<Item = T> + Clone,
///         _: T,
///     ) -> impl Iterator<Item = T> {
///         x.map(move |x| x * T::lit(2.0 / self.n))
///     }
/// }
///
/// fn mean_square<T: Float>(x: &[T]) -> T {
///     T::reduce(MeanSquare { n: x.len() as f64 }, x.iter().copied())
/// }
/// assert_eq!(value_and_gradient(mean_square, &[1.0, 3.0]), (5.0, vec![1.0, 3.0]));
/// ```
pub trait Reduction: Rule {
    /// The name of the function, in lower case as that of a method: what messages, listings and exported code call it.
    const NAME: &'static str;

    /// The name with the parameters of the rule, as a person reads it: `powi(3)`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Float, Primitive, rules::Reduction};
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq)]
    /// struct First { of: usize }
    ///
    /// impl Reduction for First {
    ///     const NAME: &'static str = "first";
    ///     fn value<B: Primitive>(self, mut x: impl Iterator<Item = B> + Clone) -> B {
    ///         x.next().unwrap()
    ///     }
    ///     fn partials<T: Float>(
    ///         self,
    ///         x: impl Iterator<Item = T> + Clone,
    ///         _: T,
    ///     ) -> impl Iterator<Item = T> {
    ///         x.enumerate().map(|(i, _)| if i == 0 { T::one() } else { T::zero() })
    ///     }
    /// }
    /// assert_eq!(First { of: 2 }.name().to_string(), "first { of: 2 }");
    /// ```
    fn name(self) -> impl Display {
        self.labelled(Self::NAME)
    }

    /// The function itself, on primitive numbers.
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B;

    /// The function as a formula of other functions, if there is one. See [`Unary::formula`].
    #[inline]
    fn formula<T: Float>(self, x: impl Iterator<Item = T> + Clone) -> Option<T> {
        let _ = x;
        None
    }

    /// Whether the function is constant between jumps. Its result is then a constant on every number, with the derivative 0, and
    /// [`Reduction::partials`] is not asked. See [`Unary::PIECEWISE_CONSTANT`].
    const PIECEWISE_CONSTANT: bool = false;

    /// `dy/dx` for each argument, given the result `y`.
    ///
    /// # Panics
    /// An engine that gets another number of partials than there are arguments panics, with the name of the rule.
    fn partials<T: Float>(self, x: impl Iterator<Item = T> + Clone, y: T) -> impl Iterator<Item = T>;

    /// Whether [`Reduction::through`] is written for this rule.
    const PASSES: bool = false;

    /// The part of the argument at `place` in the tangent of `y`, where the tangent of that argument is `tangent` and its partial
    /// derivative is `partial`. See [`Unary::through`].
    #[inline]
    fn through<T: Float>(self, tangent: T, partial: T, place: usize, x: impl Iterator<Item = T> + Clone, y: T) -> T {
        let _ = (place, x, y);
        tangent * partial
    }
}

/// The arguments `x`, each with its partial derivative by the rule, which must return one for each.
#[inline(always)]
pub(crate) fn with_partials<R: Reduction, T: Float, N>(
    rule: R,
    x: impl Iterator<Item = N> + Clone,
    inner: impl Iterator<Item = T> + Clone,
    y: T,
) -> impl Iterator<Item = (N, T)> {
    let mut partials = rule.partials(inner.clone(), y);
    let mut x = x;
    core::iter::from_fn(move || match (x.next(), partials.next()) {
        (Some(x), Some(partial)) => Some((x, partial)),
        (None, None) => None,
        (left, _) => {
            let expected = inner.clone().count();
            // There may be partials without end.
            let found = rule.partials(inner.clone(), y).take(expected + 1).count();
            miscounted(rule, left.is_some(), expected, found)
        }
    })
}

#[cold]
#[inline(never)]
fn miscounted<R: Reduction>(rule: R, too_few: bool, expected: usize, found: usize) -> ! {
    let (few_or_many, found) = if too_few { ("few", found) } else { ("many", expected) };
    let more = if too_few { "" } else { "more than " };
    panic!(
        "dualtape: the rule `{}` returned too {few_or_many} partial derivatives, {more}{found} for {expected} arguments; \
         `Reduction::partials` must return one for each",
        rule.name()
    )
}
