//! Functions as values that are generic over the number type, since a Rust closure is not.

use crate::float::Float;

/// A scalar function of several variables that can be evaluated on every number type.
///
/// Needed where one function runs on several types, as in [`optimize::newton`](crate::optimize::newton), which evaluates on `f64` in its
/// line search and on nested numbers for the Hessian. A struct that holds the data implements it;
/// [`scalar_function!`](crate::scalar_function) makes one from a generic function without data.
///
/// The bound is `Float` and no more, since it runs on types that are not known where it is written. Data of type `f64` is lifted with
/// [`Float::lit`]. With the feature `nalgebra`, every `Float` has the methods of [`LinearAlgebra`](crate::linalg), and
#[cfg_attr(feature = "nalgebra", doc = "[`Real<T>`](crate::Real) ")]
#[cfg_attr(not(feature = "nalgebra"), doc = "`Real<T>` ")]
/// takes it where nalgebra asks for a `RealField`: for rotations, poses and decompositions.
///
/// # Examples
/// ```
/// use dualtape::{Float, ScalarFunction, gradient};
///
/// /// Sum of squared residuals of the line `y = b0 + b1 x`.
/// struct Line { data: Vec<(f64, f64)> }
///
/// impl ScalarFunction for Line {
///     fn eval<T: Float>(&self, b: &[T]) -> T {
///         self.data
///             .iter()
///             .map(|&(x, y)| (T::lit(y) - b[0] - b[1] * T::lit(x)).powi(2))
///             .sum()
///     }
/// }
///
/// let line = Line { data: vec![(0.0, 1.0), (1.0, 3.0)] };
/// assert_eq!(line.eval(&[1.0, 2.0]), 0.0);
/// assert_eq!(gradient(|b| line.eval(b), &[0.0, 2.0]), [-4.0, -2.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function on every number type",
    note = "for `fn f<T: Float>(x: &[T]) -> T` write `scalar_function!(Name = f)` and pass `&Name`",
    note = "the bound has to be `Float` alone: without `<Base = f64>`, and with `T::lit(0.5)` for a number of type `f64`",
    note = "for a function with data implement `ScalarFunction` on a struct; a closure has only one argument type"
)]
pub trait ScalarFunction {
    /// The value at `x`, a point with as many entries as the function has inputs.
    fn eval<T: Float>(&self, x: &[T]) -> T;
}

/// A vector-valued function of several variables that can be evaluated on every number type.
///
/// [`ScalarFunction`] for several outputs; [`vector_function!`](crate::vector_function) makes one from a generic function without
/// data.
///
/// # Examples
/// The residuals of a line, and their Jacobian in both modes:
/// ```
/// use dualtape::{Float, VectorFunction, forward, reverse};
///
/// /// Residuals of the line `y = b0 + b1 x`.
/// struct Line { data: Vec<(f64, f64)> }
///
/// impl VectorFunction for Line {
///     fn eval<T: Float>(&self, b: &[T]) -> Vec<T> {
///         self.data.iter().map(|&(x, y)| b[0] + b[1] * T::lit(x) - T::lit(y)).collect()
///     }
/// }
///
/// let line = Line { data: vec![(0.0, 1.0), (2.0, 3.0)] };
/// assert_eq!(line.eval(&[1.0, 2.0]), [0.0, 2.0]);
/// # #[cfg(feature = "nalgebra")] {
/// let jacobian = reverse::jacobian(|b| line.eval(b), &[1.0, 2.0]);
/// assert_eq!(jacobian, nalgebra::dmatrix![1.0, 0.0; 1.0, 2.0]);
/// assert_eq!(jacobian, forward::jacobian(|b| line.eval(b), &[1.0, 2.0]));
/// # }
/// ```
#[cfg(feature = "std")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function with several results on every number type",
    note = "for `fn f<T: Float>(x: &[T]) -> Vec<T>` write `vector_function!(Name = f)` and pass `&Name`",
    note = "the bound has to be `Float` alone: without `<Base = f64>`, and with `T::lit(0.5)` for a number of type `f64`",
    note = "for a function with data implement `VectorFunction` on a struct; a closure has only one argument type",
    note = "an equation in one unknown, of type `ScalarFunction`, goes to `implicit::root_scalar`"
)]
pub trait VectorFunction {
    /// The values at `x`, as many at every point and on every number type.
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T>;
}

impl<F: ScalarFunction + ?Sized> ScalarFunction for &F {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (**self).eval(x)
    }
}

#[cfg(feature = "std")]
impl<F: VectorFunction + ?Sized> VectorFunction for &F {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        (**self).eval(x)
    }
}

/// Makes a [`ScalarFunction`](crate::ScalarFunction) of a generic function: `scalar_function!(Name = function)`.
///
/// # Examples
/// ```
/// use dualtape::{Float, ScalarFunction, scalar_function};
///
/// fn sphere<T: Float>(x: &[T]) -> T {
///     x.iter().map(|&x| x * x).sum()
/// }
/// scalar_function!(
///     /// The sphere function.
///     pub Sphere = sphere
/// );
/// assert_eq!(Sphere.eval(&[1.0, 2.0]), 5.0);
/// ```
/// The bound has to be `T: Float` alone, since the function is to run on every number. With `T: Float<Base = f64>`, which a
/// closure's argument may have, the compiler reports that `<T as Float>::Base` is not `f64`:
/// ```compile_fail,E0271
/// use dualtape::{Float, scalar_function};
///
/// fn half<T: Float<Base = f64>>(x: &[T]) -> T {
///     x[0] * 0.5
/// }
/// scalar_function!(Half = half);
/// ```
/// Without `<Base = f64>` it compiles, if a number of type `f64` is lifted: `x[0] * T::lit(0.5)`.
#[macro_export]
macro_rules! scalar_function {
    ($(#[$meta:meta])* $visibility:vis $Name:ident = $function:path) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $visibility struct $Name;

        impl $crate::ScalarFunction for $Name {
            // The compiler shows the next line where the function has a narrower bound.
            fn eval<T: $crate::Float>(&self, x: &[T]) -> T { // not here: bound your function by `T: Float` alone
                $function(x)
            }
        }
    };
}

/// Makes a [`VectorFunction`](crate::VectorFunction) of a generic function that returns an array or a `Vec`:
/// `vector_function!(Name = function)`.
///
/// # Examples
/// ```
/// use dualtape::{Float, VectorFunction, jvp, vector_function};
///
/// fn polar<T: Float>(p: &[T]) -> [T; 2] {
///     [p[0] * p[1].cos(), p[0] * p[1].sin()]
/// }
/// vector_function!(
///     /// The point at a distance and an angle.
///     pub Polar = polar
/// );
/// assert_eq!(Polar.eval(&[2.0, 0.0]), [2.0, 0.0]);
/// // turning moves it across
/// assert_eq!(jvp(|p| Polar.eval(p), &[2.0, 0.0], &[0.0, 1.0]).1, [0.0, 2.0]);
/// ```
#[cfg(feature = "std")]
#[macro_export]
macro_rules! vector_function {
    ($(#[$meta:meta])* $visibility:vis $Name:ident = $function:path) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $visibility struct $Name;

        impl $crate::VectorFunction for $Name {
            fn eval<T: $crate::Float>(&self, x: &[T]) -> Vec<T> {
                ::std::convert::Into::into($function(x))
            }
        }
    };
}
