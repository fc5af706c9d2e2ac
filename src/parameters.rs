//! Models whose parameters have names: structs of numbers, vectors and matrices as the variables of a derivative.
//!
//! A driver takes a slice. A model has parts: a matrix, a vector, a scale, other models. [`parameters!`](crate::parameters!) declares
//! such a struct, generic over its number, and [`gradient`] takes it as it is and returns a struct of the same kind:
//!
//! ```
//! use dualtape::{Float, parameters};
//!
//! parameters! {
//!     /// `slope x + offset`
//!     #[derive(Clone, Debug, PartialEq)]
//!     struct Line<T> {
//!         slope: T,
//!         offset: T,
//!     }
//! }
//!
//! fn error<T: Float>(line: &Line<T>) -> T {
//!     // at x = 2, measured was 7
//!     (line.slope * T::lit(2.0) + line.offset - T::lit(7.0)).powi(2)
//! }
//!
//! let line = Line { slope: 1.0, offset: 3.0 };
//! let gradient = parameters::gradient(error, &line);
//! assert_eq!(gradient, Line { slope: -8.0, offset: -4.0 });
//! ```
//!
//! [`Flat`] makes a [`ScalarFunction`] of a function of a model, for [`optimize`](crate::optimize) and every other driver. What is not
//! to be varied is [`Held`].

use crate::ScalarFunction;
use crate::drivers::reverse;
use crate::float::{Float, Primitive};
use crate::numbers::Reverse;
use num_traits::Zero;
use std::cell::RefCell;

/// A structure of numbers that can be the variables of a derivative.
///
/// A number is one, so are a matrix of nalgebra of numbers, a `Vec`, an array or an `Option` of any of these, [`Held`], and what
/// [`parameters!`](crate::parameters!) declares. Its numbers have an order: that of the fields, entries of matrices by columns.
///
/// # Examples
/// ```
/// use dualtape::parameters::Parameters;
/// let pair = [vec![1.0, 2.0], vec![3.0]];
/// assert_eq!(pair.to_vec(), [1.0, 2.0, 3.0]);
/// assert_eq!(pair.with(&[4.0, 5.0, 6.0]), [vec![4.0, 5.0], vec![6.0]]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no part of a model that is differentiated",
    note = "a part is `T`, a matrix of `T`, a `Vec`, array, `Option` or `Held` of these, or another struct of `parameters!`",
    note = "what is no number, such as a size or a name, and plain data stay outside the struct, in the function that uses them"
)]
pub trait Parameters: Sized {
    /// The numbers it is made of.
    type Number: Float;

    /// The same structure with other numbers.
    type On<U: Float>: Parameters<Number = U, On<U> = Self::On<U>>;

    /// The same structure with `vary` of each number in it, and `hold` of those that are [`Held`], in the order of the numbers.
    ///
    /// It is all that a type of your own has to implement: call it for each field.
    #[must_use]
    fn map<U: Float>(
        &self,
        vary: &mut dyn FnMut(Self::Number) -> U,
        hold: &mut dyn FnMut(Self::Number) -> U,
    ) -> Self::On<U>;

    /// The numbers that vary, one after the other.
    #[must_use]
    fn to_vec(&self) -> Vec<Self::Number> {
        let mut numbers = Vec::new();
        let _ = self.map(
            &mut |x| {
                numbers.push(x);
                x
            },
            &mut |x| x,
        );
        numbers
    }

    /// The same structure with `x` in place of the numbers that vary.
    ///
    /// # Panics
    /// If `x` has another length than [`Parameters::to_vec`].
    #[must_use]
    #[track_caller]
    fn with(&self, x: &[Self::Number]) -> Self::On<Self::Number> {
        fill(self, x, |x| x)
    }
}

/// The structure of `like` with `x` in place of the numbers that vary, and the held ones lifted.
#[track_caller]
fn fill<P: Parameters, U: Float>(like: &P, x: &[U], mut lift: impl FnMut(P::Number) -> U) -> P::On<U> {
    let mut used = 0;
    let mut next = |_| {
        used += 1;
        x.get(used - 1).copied().unwrap_or_else(U::nan)
    };
    let filled = like.map(&mut next, &mut lift);
    assert!(
        used == x.len(),
        "dualtape: the parameters are {used} numbers, and {} were given; `Parameters::to_vec` has them in order",
        x.len()
    );
    filled
}

/// The gradient of `f` at a structure of parameters, as a structure of the same kind.
///
/// Numbers that are [`Held`] have the derivative 0 there.
///
/// # Cost
/// That of [`gradient`](crate::gradient), and of building the structure twice.
///
/// # Panics
/// As [`gradient`](crate::gradient).
///
/// # Examples
/// The squares of a matrix and of a vector, whose derivatives are twice these:
/// ```
/// # #[cfg(feature = "nalgebra")] {
/// use dualtape::parameters;
/// use nalgebra::{DMatrix, DVector, dmatrix, dvector};
///
/// parameters! {
///     #[derive(Debug, PartialEq)]
///     struct Layer<T> {
///         weights: DMatrix<T>,
///         bias: DVector<T>,
///     }
/// }
///
/// let layer =
///     Layer { weights: dmatrix![1.0, 2.0; 3.0, 4.0], bias: dvector![5.0, 6.0] };
/// let gradient = parameters::gradient(
///     |layer| layer.weights.norm_squared() + layer.bias.norm_squared(),
///     &layer,
/// );
/// assert_eq!(
///     gradient,
///     Layer { weights: &layer.weights * 2.0, bias: &layer.bias * 2.0 }
/// );
/// # }
/// ```
#[must_use]
#[track_caller]
pub fn gradient<P: Parameters>(
    f: impl FnOnce(&P::On<Reverse<P::Number>>) -> Reverse<P::Number>,
    p: &P,
) -> P::On<P::Number> {
    value_and_gradient(f, p).1
}

/// The value of `f` at a structure of parameters, and its gradient. See [`gradient`].
#[must_use]
#[track_caller]
pub fn value_and_gradient<P: Parameters>(
    f: impl FnOnce(&P::On<Reverse<P::Number>>) -> Reverse<P::Number>,
    p: &P,
) -> (P::Number, P::On<P::Number>) {
    let on_slice = |x: &[Reverse<P::Number>]| f(&fill(p, x, Reverse::constant));
    let (value, gradient) = reverse::value_and_gradient(on_slice, &p.to_vec());
    (value, fill(p, &gradient, |_| P::Number::zero()))
}

/// Parameters that are not varied: drivers take them for constants.
///
/// # Examples
/// A width that is known, in the sum of a Gaussian's exponent and the logarithm of its width:
/// ```
/// use dualtape::{Float, parameters, parameters::Held};
///
/// parameters! {
///     #[derive(Debug, PartialEq)]
///     struct Gaussian<T> {
///         mean: T,
///         width: Held<T>,
///     }
/// }
///
/// fn cost<T: Float>(g: &Gaussian<T>) -> T {
///     ((g.mean - T::lit(3.0)) / g.width.0).powi(2) + g.width.0.ln()
/// }
///
/// let gradient = parameters::gradient(cost, &Gaussian { mean: 5.0, width: Held(2.0) });
/// assert_eq!(gradient, Gaussian { mean: 1.0, width: Held(0.0) });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held<P>(pub P);

/// A scalar function of a structure of parameters, on every number type. See [`Flat`].
pub trait ParametersFunction {
    /// The parameters on plain numbers.
    type Parameters: Parameters<Number: Primitive>;

    /// The value at `p`, the parameters over any number: write `p: &Model<T>` where `Parameters` is `Model<f64>`.
    fn eval<T: Float>(&self, p: &<Self::Parameters as Parameters>::On<T>) -> T;
}

/// A function of a structure of parameters as a function of a slice, a [`ScalarFunction`] for
/// [`optimize::newton`](crate::optimize::newton) and all drivers.
///
/// # Examples
/// The line through (1, 3) and (2, 5) by Newton's method:
/// ```
/// # #[cfg(feature = "nalgebra")] {
/// use dualtape::parameters::{Flat, ParametersFunction};
/// use dualtape::{Float, optimize, parameters};
///
/// parameters! {
///     struct Line<T> {
///         slope: T,
///         offset: T,
///     }
/// }
///
/// struct Squares(Vec<(f64, f64)>);
///
/// impl ParametersFunction for Squares {
///     type Parameters = Line<f64>;
///     fn eval<T: Float>(&self, line: &Line<T>) -> T {
///         self.0
///             .iter()
///             .map(|&(x, y)| {
///                 (line.slope * T::lit(x) + line.offset - T::lit(y)).powi(2)
///             })
///             .sum()
///     }
/// }
///
/// let f = Flat::new(
///     Squares(vec![(1.0, 3.0), (2.0, 5.0)]),
///     Line { slope: 0.0, offset: 0.0 },
/// );
/// let report = optimize::newton(&f, &f.start());
/// let line = f.parameters(&report.x);
/// assert!((line.slope - 2.0).abs() < 1e-12 && (line.offset - 1.0).abs() < 1e-12);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Flat<F: ParametersFunction> {
    f: F,
    start: F::Parameters,
}

impl<F: ParametersFunction> Flat<F> {
    /// The function `f`, of structures like `start`: vectors have their lengths, and [`Held`] numbers their values from there.
    #[must_use]
    pub fn new(f: F, start: F::Parameters) -> Flat<F> {
        Flat { f, start }
    }

    /// The numbers that vary, of the structure given to [`Flat::new`].
    #[must_use]
    pub fn start(&self) -> Vec<<F::Parameters as Parameters>::Number> {
        self.start.to_vec()
    }

    /// The structure that has the numbers `x`.
    ///
    /// # Panics
    /// If `x` has another length than [`Flat::start`].
    #[must_use]
    #[track_caller]
    pub fn parameters<T: Float>(&self, x: &[T]) -> <F::Parameters as Parameters>::On<T> {
        fill(&self.start, x, |held| T::lit(held.widen()))
    }
}

impl<F: ParametersFunction> ScalarFunction for Flat<F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.f.eval(&self.parameters(x))
    }
}

// ---- What is made of parameters --------------------------------------------------------------------------------------

/// The two functions that [`Parameters::map`] is given.
type Each<'a, T, U> = &'a mut dyn FnMut(T) -> U;

impl<T: Float> Parameters for T {
    type Number = T;
    type On<U: Float> = U;
    fn map<U: Float>(&self, vary: Each<T, U>, _: Each<T, U>) -> U {
        vary(*self)
    }
}

impl<P: Parameters> Parameters for Held<P> {
    type Number = P::Number;
    type On<U: Float> = Held<P::On<U>>;
    fn map<U: Float>(&self, _: Each<P::Number, U>, hold: Each<P::Number, U>) -> Held<P::On<U>> {
        // What would vary is held, too.
        let hold = RefCell::new(hold);
        Held(self.0.map(&mut |x| hold.borrow_mut()(x), &mut |x| hold.borrow_mut()(x)))
    }
}

impl<P: Parameters> Parameters for Vec<P> {
    type Number = P::Number;
    type On<U: Float> = Vec<P::On<U>>;
    fn map<U: Float>(&self, vary: Each<P::Number, U>, hold: Each<P::Number, U>) -> Vec<P::On<U>> {
        self.iter().map(|part| part.map(vary, hold)).collect()
    }
}

impl<P: Parameters, const N: usize> Parameters for [P; N] {
    type Number = P::Number;
    type On<U: Float> = [P::On<U>; N];
    fn map<U: Float>(&self, vary: Each<P::Number, U>, hold: Each<P::Number, U>) -> [P::On<U>; N] {
        std::array::from_fn(|i| self[i].map(vary, hold))
    }
}

impl<P: Parameters> Parameters for Option<P> {
    type Number = P::Number;
    type On<U: Float> = Option<P::On<U>>;
    fn map<U: Float>(&self, vary: Each<P::Number, U>, hold: Each<P::Number, U>) -> Option<P::On<U>> {
        self.as_ref().map(|part| part.map(vary, hold))
    }
}

#[cfg(feature = "nalgebra")]
impl<T: Float, R: nalgebra::Dim, C: nalgebra::Dim> Parameters for nalgebra::OMatrix<T, R, C>
where
    nalgebra::DefaultAllocator: nalgebra::allocator::Allocator<R, C>,
{
    type Number = T;
    type On<U: Float> = nalgebra::OMatrix<U, R, C>;
    fn map<U: Float>(&self, vary: Each<T, U>, _: Each<T, U>) -> Self::On<U> {
        self.map(vary)
    }
}

/// Declares a struct of [`Parameters`](crate::parameters::Parameters), generic over its number.
///
/// A field is of any type that has the trait over the struct's parameter: `T`, `Vec<T>`, `DMatrix<T>`, another such struct,
/// [`Held<T>`](crate::parameters::Held) for a number that is not varied. What is no number, such as a size or a name, and data stay
/// outside, in the function that uses them. Attributes, visibility and documentation are kept.
///
/// # Examples
/// ```
/// use dualtape::parameters::{Held, Parameters};
/// use dualtape::parameters;
///
/// parameters! {
///     #[derive(Clone, Debug, PartialEq)]
///     pub struct Inner<T> {
///         pub a: T,
///         pub known: Held<T>,
///     }
/// }
/// parameters! {
///     /// Two inner models and a vector.
///     #[derive(Clone, Debug, PartialEq)]
///     pub struct Outer<T> {
///         pub models: [Inner<T>; 2],
///         pub rest: Vec<T>,
///     }
/// }
///
/// let inner = |a| Inner { a, known: Held(10.0) };
/// let outer = Outer { models: [inner(1.0), inner(2.0)], rest: vec![3.0, 4.0] };
/// assert_eq!(outer.to_vec(), [1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(
///     outer.with(&[5.0, 6.0, 7.0, 8.0]),
///     Outer { models: [inner(5.0), inner(6.0)], rest: vec![7.0, 8.0] }
/// );
/// ```
#[macro_export]
macro_rules! parameters {
    ($(#[$meta:meta])* $visibility:vis struct $Name:ident<$T:ident> {
        $($(#[$field_meta:meta])* $field_visibility:vis $field:ident: $Type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $visibility struct $Name<$T> {
            $($(#[$field_meta])* $field_visibility $field: $Type),*
        }

        impl<$T: $crate::Float> $crate::parameters::Parameters for $Name<$T> {
            type Number = $T;
            type On<U: $crate::Float> = $Name<U>;
            fn map<U: $crate::Float>(
                &self,
                vary: &mut dyn ::core::ops::FnMut($T) -> U,
                hold: &mut dyn ::core::ops::FnMut($T) -> U,
            ) -> $Name<U> {
                $Name { $($field: $crate::parameters::Parameters::map(&self.$field, vary, hold)),* }
            }
        }
    };
}
