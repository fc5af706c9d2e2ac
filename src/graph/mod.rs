#![doc = include_str!("../../docs/pictures/square_of_sum.uri")]
//! Functions recorded once: to look at, to evaluate elsewhere, and to differentiate into other graphs.
//!
//! A tape of [`Reverse`](crate::Reverse) keeps what a sweep needs and no more. A [`Graph`] keeps every operation of a function that
//! ran on [`Traced`] numbers. It can be listed and drawn, evaluated on every number, asked where a NaN comes from, and its derivatives
//! are graphs again, made by the same drivers.
//!
//! ```
//! use dualtape::graph::{Graph, Traced};
//!
//! let graph = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1], &[1.0, 2.0]);
//! assert_eq!(graph.gradient().to_string(), "\
//! in x[0] x[1]
//!   v0, v1 = sin_cos x[0]
//!   v2 = v1 * x[1]
//! out v2 v0
//! ");
//! ```
//!
//! # Seeing it
//!
//! A graph prints as a numbered listing, and [`Graph::to_dot`] describes its picture in the language of Graphviz, from which `dot`, or
//! `layout-rs` in the example `graph_pictures`, makes an SVG file. [`Graph::to_dot_with`] adds values, derivatives and directions, see
//! [`Picture`]. Names are given to inputs and results by [`Graph::with_input_names`] and [`Graph::with_output_names`], and to values in
//! between by the function itself, with [`Float::named`]. Derivatives keep them. [`Graph::first_non_finite`] tells where a NaN or an
//! infinity comes from.
//!
//! z = (x + y)² at (1, 2), with the derivative of z by every value:
//!
//! ![x and y lead to their sum, and the sum to its square z][square_of_sum]
//!
//! ```
//! use dualtape::graph::{Graph, Picture};
//! use dualtape::Float;
//!
//! fn f<T: Float>(x: T, y: T) -> T {
//!     (x + y).named("sum").powi(2)
//! }
//! let graph = Graph::record_fn(|x| f(x[0], x[1]), &[1.0, 2.0]);
//! let graph = graph.with_input_names(&["x", "y"]).with_output_names(&["z"]);
//! assert_eq!(graph.value_and_gradient().to_string(), "\
//! in x y
//!   sum = x + y
//!   z = powi(2) sum
//!   dz/dx = sum + sum
//! out z, dz/dx, dz/dy = dz/dx
//! ");
//! let picture = graph.to_dot_with(&Picture::new().at(&[1.0, 2.0]).derivatives(true));
//! assert!(picture.contains(r#"[label="x + y\nsum = 3\n∂ = 6""#));
//! ```
//!
//! # What is recorded
//!
//! The rule: what a graph returns at a point is what the function returns there, or an error that names the question that came out
//! differently ([`BranchChanged`]). Never a wrong number.
//!
//! | the program does | recorded is | at another point |
//! |---|---|---|
//! | `+ - * / %`, functions, rules of your own, [`Float::dot`], reductions | an operation | computed |
//! | `max`, `min`, `abs`, `clamp`, `signum`, `floor` and their kind, `copysign`, [`Float::if_less`] | an operation | computed |
//! | `detach` | an operation that no derivative flows through | computed |
//! | `<`, `==`, `partial_cmp`, `is_zero`, `is_nan`, `classify` and their kind | a guard: the question and its answer | asked; another answer is an error |
//! | [`select`](crate::select) with a `bool` | the chosen side, with the guards of the `bool` | as above |
//! | [`Float::base`], `to_f64`, `to_usize`, `Display` | a guard of the value, to the bit | another value is an error |
//! | [`Float::is_constant`], [`Float::is_zero_in_all_parts`], [`Float::is_finite_in_all_parts`] | nothing: answered by structure | – |
//! | [`Float::from_partials`] | an operation with these derivatives | computed |
//! | [`slices`](crate::slices) | operations: the largest entry, its place and how many there are of it are found anew | computed |
//! | methods of `LinearAlgebra` | for each entry of the result an operation, which runs the method again; whether there is a result is a guard | computed |
//! | numbers that are read from elsewhere | constants; what changes is passed as data, [`Graph::record_with`] | – |
//!
//! `Debug` shows a number for people, and guards nothing. Both sides of `if_less` are recorded, so a recursion that ends by it would not
//! end. It is stopped with a message.
//!
//! The same operation on the same operands is recorded once, operations on constants are computed, `x * 1`, `x / 1`, `x - 0` and
//! `--x` are `x`, and what leads to no result is left out. Nothing else is changed, and no operands change places: values have the bits
//! that the function has on `f64`.
//!
//! A recording is over `f64`, or over `f32` as `Graph<f32>` of [`Traced<f32>`](Traced): constants are computed over the type of
//! the recording, and guards ask about numbers of the type that the graph is evaluated on.
//!
//! # Running it many times
//!
//! [`Graph::compile`] makes a [`Program`] of a graph, for `f64`: the same numbers, in most cases faster than a tape, at one point
//! or at many. [`Graph::compile_value_and_gradient`] makes that of a value and its gradient, and finds the loops of the function again: it is
//! the faster way for functions that do the same with many numbers. [`Program::report`] tells what was found. [`Adaptive`] owns a function
//! and does the rest: it records, finds the recording for a point by its branches, and takes the drivers where there is none or where
//! they are faster.
//!
//! # Derivatives
//!
//! [`Graph::gradient`] and its siblings run the drivers of the crate on numbers that record. What is recorded is plain arithmetic. It
//! differs from what the drivers do at a zero times an infinity, at NaN and near the ends of the range. There [`Graph::eval`] on `f64`
//! notices, and evaluates the graph of the function by the driver instead, which has the [conventions](crate::conventions). Where
//! derivatives were taken of derivatives, it does so for the three outermost ones, and on numbers that carry derivatives themselves for
//! the outermost one. The others are plain arithmetic there. Where the sum of a derivative starts with `0 + x` it is `x`: a derivative
//! that is zero may have another sign.
//!
//! If the derivative of a rule is given by one of several formulas, as that of `tanh` is, then it is one operation, `tanh'`, which takes
//! the rule's arguments and then its value. For a rule of two arguments there are two, `log_add_exp'x` and `log_add_exp'y`. Further
//! derivatives are those of the formulas.
//!
//! [`Float::named`]: crate::Float::named
//! [`Float::dot`]: crate::Float::dot
//! [`Float::if_less`]: crate::Float::if_less
//! [`Float::base`]: crate::Float::base
//! [`Float::is_constant`]: crate::Float::is_constant
//! [`Float::is_zero_in_all_parts`]: crate::Float::is_zero_in_all_parts
//! [`Float::is_finite_in_all_parts`]: crate::Float::is_finite_in_all_parts
//! [`Float::from_partials`]: crate::Float::from_partials

mod adaptive;
mod body;
mod bytes;
mod dependence;
mod derive;
mod export;
mod names;
mod operation;
mod picture;
mod prices;
mod program;
mod question;
mod recording;
mod show;
mod slope;
mod table;
mod traced;

pub use adaptive::{Adaptive, AdaptiveReport};
pub use bytes::WriteError;
pub use export::{ExportError, Exporter, Source};
pub use picture::Picture;
pub use program::{Program, Report};
pub use question::BranchChanged;
pub(crate) use question::Require;
pub use show::NonFinite;
pub use traced::Traced;

use crate::drivers::{ScalarFunction, VectorFunction};
use crate::float::{Float, Primitive};
use body::Body;
use std::marker::PhantomData;
use std::sync::Arc;

/// A computation that was recorded once: what it computes, as a list of operations.
///
/// See the [module](crate::graph) for what is recorded and how. A graph is data: it can be sent to other threads, listed
/// (`println!("{graph}")`), [drawn](Graph::to_dot), [evaluated](Graph::eval) on every number, and differentiated into other graphs.
///
/// It was recorded over `B`, which is `f64` if nothing else is said, or `f32`.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph =
///     Graph::record_fn(|x: &[Traced]| (x[0] + x[1]) * (x[0] + x[1]), &[1.0, 2.0]);
/// assert_eq!(graph.operations(), 2); // the sum is computed once
/// assert_eq!(graph.eval(&[2.0, 3.0]), Ok(vec![25.0]));
/// assert_eq!(graph.gradient().eval(&[2.0, 3.0]), Ok(vec![10.0, 10.0]));
/// ```
#[derive(Clone, Debug)]
pub struct Graph<B = f64> {
    /// Graphs of derivatives and programs have it too.
    body: Arc<Body>,
    base: PhantomData<B>,
}

impl<B: Primitive> Graph<B> {
    fn of(body: impl Into<Arc<Body>>) -> Self {
        Graph { body: body.into(), base: PhantomData }
    }

    /// Records a function at `x`.
    ///
    /// # Cost
    /// Time and memory grow with the number of operations: 70 to 150 ns and about 110 bytes for each, of which 60 stay. There is no
    /// recursion.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Graph;
    /// use dualtape::{Float, ScalarFunction, scalar_function};
    ///
    /// fn sphere<T: Float>(x: &[T]) -> T {
    ///     x.iter().map(|&x| x * x).sum()
    /// }
    /// scalar_function!(Sphere = sphere);
    ///
    /// let graph = Graph::record(&Sphere, &[1.0, 2.0]);
    /// assert_eq!(graph.eval(&[3.0, 4.0]), Ok(vec![25.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn record(f: &impl ScalarFunction, x: &[B]) -> Self {
        Graph::of(Body::record_at(x, x.len(), false, |x| vec![f.eval(x)]))
    }

    /// Records a function with several results at `x`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Graph;
    /// use dualtape::{Float, vector_function};
    ///
    /// fn sum_and_product<T: Float>(x: &[T]) -> Vec<T> {
    ///     vec![x[0] + x[1], x[0] * x[1]]
    /// }
    /// vector_function!(SumAndProduct = sum_and_product);
    ///
    /// let graph = Graph::record_vector(&SumAndProduct, &[1.0, 1.0]);
    /// assert_eq!(graph.eval(&[3.0, 4.0]), Ok(vec![7.0, 12.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn record_vector(f: &impl VectorFunction, x: &[B]) -> Self {
        Graph::of(Body::record_at(x, x.len(), false, |x| f.eval(x)))
    }

    /// Records a closure at `x`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0].exp() * x[1], &[0.0, 1.0]);
    /// assert_eq!(graph.eval(&[0.0, 3.0]), Ok(vec![3.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn record_fn(f: impl FnOnce(&[Traced<B>]) -> Traced<B>, x: &[B]) -> Self {
        Graph::of(Body::record_at(x, x.len(), false, |x| vec![f(x)]))
    }

    /// Records a function of `x` and then `data`, of which only `x` is differentiated.
    ///
    /// The function gets both in one slice, and so does [`Graph::eval`]: the data may change without recording anew.
    ///
    /// # Examples
    /// The squared residual of a line at a point of measurement, with data `(t, y)`:
    /// ```
    /// use dualtape::graph::Graph;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn residual<T: Float>(x: &[T]) -> T {
    ///     (x[0] * x[1] - x[2]).powi(2)
    /// }
    /// scalar_function!(Residual = residual);
    ///
    /// let gradient = Graph::record_with(&Residual, &[1.0], &[0.0, 0.0]).gradient();
    /// assert_eq!(gradient.eval(&[2.0, 3.0, 5.0]), Ok(vec![6.0])); // 2 (2 · 3 - 5) 3
    /// assert_eq!(gradient.eval(&[2.0, 1.0, 1.0]), Ok(vec![2.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn record_with(f: &impl ScalarFunction, x: &[B], data: &[B]) -> Self {
        Graph::of(Body::record_at(&[x, data].concat(), x.len(), false, |x| vec![f.eval(x)]))
    }

    /// The results at `x`, on any number.
    ///
    /// On `f64` every value has the bits that the recorded function gives.
    ///
    /// # Errors
    /// If a guard has another answer at `x` than when it was recorded.
    ///
    /// # Panics
    /// If `x` has not one entry for each input, variables and data.
    ///
    /// # Cost
    /// A few memory accesses for each operation besides its own work. Nothing is recursive. On nested numbers each rule asks for its
    /// derivative by a small recording of its own.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Dual;
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0].powi(3), &[1.0]);
    /// assert_eq!(graph.eval(&[2.0]), Ok(vec![8.0]));
    /// assert_eq!(graph.eval(&[Dual::variable(2.0)]).unwrap()[0].tangent(), 12.0);
    /// ```
    #[track_caller]
    pub fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        self.body.check_inputs(x.len());
        self.body.eval(x)
    }

    /// Records derivatives that a function of the crate computes at `x`.
    #[track_caller]
    pub(crate) fn record_derivative(x: &[B], f: impl FnOnce(&[Traced<B>]) -> Vec<Traced<B>>) -> Self {
        Graph::of(Body::record_at(x, x.len(), true, f))
    }

    /// How many of the inputs are differentiated, the first ones.
    pub(crate) fn variables(&self) -> usize {
        self.body.variables
    }

    /// How many inputs there are: variables and data.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.body.point.len()
    }

    /// How many results there are.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.body.results.len()
    }

    /// How many guards there are.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(
    ///     |x: &[Traced]| if x[0] < x[1] { x[0] } else { x[1] },
    ///     &[1.0, 2.0],
    /// );
    /// assert_eq!(graph.guards(), 1);
    /// assert_eq!(Graph::record_fn(|x: &[Traced]| x[0].min(x[1]), &[1.0, 2.0]).guards(), 0);
    /// ```
    #[must_use]
    pub fn guards(&self) -> usize {
        self.body.guards.len()
    }
}

/// A graph with one result is a function like any other: it goes into drivers, into Newton's method, and into other recordings.
///
/// # Panics
/// If a guard has another answer, with the message of [`BranchChanged`], and if the graph has not one result.
impl<B: Primitive> ScalarFunction for Graph<B> {
    #[track_caller]
    fn eval<T: Float>(&self, x: &[T]) -> T {
        assert!(
            self.outputs() == 1,
            "dualtape: a graph with {} results is not a scalar function",
            self.body.results.len()
        );
        Graph::eval(self, x).unwrap_or_else(|changed| panic!("{changed}"))[0]
    }
}

/// # Panics
/// If a guard has another answer, with the message of [`BranchChanged`].
impl<B: Primitive> VectorFunction for Graph<B> {
    #[track_caller]
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        Graph::eval(self, x).unwrap_or_else(|changed| panic!("{changed}"))
    }
}
