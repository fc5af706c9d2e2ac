//! Rules of the user's own.

use super::functions::all_orders;
use super::report::{Check, Entry};
use crate::drivers::ScalarFunction;
use crate::float::{Binary, Float, Primitive, Reduction, Unary};

/// A [`Unary`] rule at some points: its derivative with differences of its values; the second and third derivative, which come from
/// nesting, with differences of those below; both modes with each other; and [`Unary::eval`] and [`Unary::through`] with what they stand
/// for.
///
/// # Examples
/// The derivative of this square is right, and has no derivative of its own:
/// ```
/// use dualtape::{Float, Primitive, check, rules::Unary};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Square;
///
/// impl Unary for Square {
///     const NAME: &'static str = "square";
///     fn value<B: Primitive>(self, x: B) -> B {
///         x * x
///     }
///     fn partial<T: Float>(self, x: T, _: T) -> T {
///         // right as a value, and without a derivative of its own
///         T::lit(2.0) * T::from_base(x.base())
///     }
/// }
///
/// let check = check::rule(Square, &[1.5]);
/// let worst = check.worst().unwrap();
/// assert_eq!((worst.name.as_str(), worst.exact), ("∂²/∂x² at 1.5", 0.0));
/// assert!(
///     check
///         .to_string()
///         .contains("a value was rounded, detached, or read out of its number")
/// );
/// ```
#[doc(alias = "test_rrule", alias = "test_frule")]
#[track_caller]
#[inline]
pub fn rule<R: Unary, B: Primitive>(rule: R, points: &[B]) -> Check {
    let mut entries = Vec::new();
    for &x in points {
        let place = format!(" at {x:?}");
        entries.extend(all_orders("check::rule", &UnaryOf(rule), &[x], &place));
        let y = rule.value(x);
        let (value, slope) = rule.eval(x);
        entries.push(identity(format!("value of eval{place}"), 0, value, y));
        if R::PIECEWISE_CONSTANT {
            continue;
        }
        let partial = rule.partial(x, y);
        entries.push(identity(format!("slope of eval{place}"), 1, slope, partial));
        if R::PASSES {
            entries.push(identity(
                format!("through{place}"),
                1,
                rule.through(tangent(), partial, x, y),
                tangent::<B>() * partial,
            ));
        }
    }
    Check::new::<B>(format!("rule `{}`", rule.name()), None, entries)
}

/// A [`Binary`] rule at some points, as [`rule`] checks one of one argument.
///
/// # Examples
/// ```
/// use dualtape::{check, rules};
/// check::binary_rule(rules::Atan2, &[[1.0, 2.0], [-0.5, 0.3]]).assert_passed();
/// ```
#[track_caller]
#[inline]
pub fn binary_rule<R: Binary, B: Primitive>(rule: R, points: &[[B; 2]]) -> Check {
    let mut entries = Vec::new();
    for &[x, y] in points {
        let place = format!(" at ({x:?}, {y:?})");
        entries.extend(all_orders("check::binary_rule", &BinaryOf(rule), &[x, y], &place));
        if R::PASSES {
            let z = rule.value(x, y);
            let (by_x, by_y) = (rule.partial_x(x, y, z), rule.partial_y(x, y, z));
            let (through_x, through_y) =
                (rule.through_x(tangent(), by_x, x, y, z), rule.through_y(tangent(), by_y, x, y, z));
            entries.push(identity(format!("through_x{place}"), 1, through_x, tangent::<B>() * by_x));
            entries.push(identity(format!("through_y{place}"), 1, through_y, tangent::<B>() * by_y));
        }
    }
    Check::new::<B>(format!("rule `{}`", rule.name()), None, entries)
}

/// A [`Reduction`] at some points, as [`rule`] checks a function of one argument.
///
/// # Panics
/// If the rule does not return a partial derivative for each argument.
///
/// # Examples
/// The mean of the squares:
/// ```
/// use dualtape::{Float, Primitive, check, rules::Reduction};
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
/// check::reduction_rule(MeanSquare { n: 3.0 }, &[[1.0, -2.0, 0.5]]).assert_passed();
/// ```
#[track_caller]
#[inline]
pub fn reduction_rule<R: Reduction, B: Primitive>(rule: R, points: &[impl AsRef<[B]>]) -> Check {
    let mut entries = Vec::new();
    for x in points {
        let x = x.as_ref();
        entries.extend(all_orders("check::reduction_rule", &ReductionOf(rule), x, &format!(" at {x:?}")));
    }
    Check::new::<B>(format!("rule `{}`", rule.name()), None, entries)
}

/// A tangent of ordinary size that is no power of two.
#[inline]
fn tangent<B: Primitive>() -> B {
    B::nearest(-1.7)
}

/// Equal but for rounding.
#[inline]
fn identity<B: Primitive>(name: String, order: usize, exact: B, other: B) -> Entry {
    Entry::identity(name, order, exact, other, other)
}

struct UnaryOf<R>(R);

impl<R: Unary> ScalarFunction for UnaryOf<R> {
    #[inline]
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x[0].unary(self.0)
    }
}

struct BinaryOf<R>(R);

impl<R: Binary> ScalarFunction for BinaryOf<R> {
    #[inline]
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x[0].binary(self.0, x[1])
    }
}

struct ReductionOf<R>(R);

impl<R: Reduction> ScalarFunction for ReductionOf<R> {
    #[inline]
    fn eval<T: Float>(&self, x: &[T]) -> T {
        T::reduce(self.0, x.iter().copied())
    }
}
