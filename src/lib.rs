//! Differentiable numbers: write a function once over [`Float`], run it on `f64`, on [`Dual`] (forward mode) and on [`Reverse`]
//! (backpropagation), and nest the two for higher derivatives.
//!
//! ```
//! use dualtape::Float;
//!
//! fn rosenbrock<T: Float>(x: &[T]) -> T {
//!     (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
//! }
//!
//! let (value, gradient) = dualtape::value_and_gradient(rosenbrock, &[2.0, 3.0]);
//! assert_eq!(value, 101.0);
//! assert_eq!(gradient, [802.0, -200.0]);
//! # #[cfg(feature = "nalgebra")]
//! assert_eq!(dualtape::hessian(rosenbrock, &[2.0, 3.0]), nalgebra::dmatrix![3602.0, -800.0; -800.0, 200.0]);
//! ```
//!
//! # Which function do I call?
//!
//! | I have | I want | call |
//! |---|---|---|
//! | one input, one output | `f'` | [`derivative`] |
//! | many inputs, one output | gradient | [`gradient`], [`value_and_gradient`] |
//! | the same, few inputs | gradient without a tape | [`forward::gradient`] |
//! | many inputs, one output | Hessian; with value and gradient | [`hessian`], [`value_gradient_hessian`] |
//! | the same, and a direction `v` | `H v` | [`hvp`] |
//! | many inputs, many outputs | Jacobian | [`jacobian`] |
//! | the same, and a direction `v` or weight `w` | `J v` or `wᵀ J` | [`jvp`], [`vjp`] |
//! | a function on every number type ([`ScalarFunction`], [`VectorFunction`]) | the fastest way for its size | [`hessian_of`], [`jacobian_of`] |
//! | a function to minimise | its minimum by Newton's method | [`optimize::newton`] |
//! | a function of a matrix | its gradient, as a matrix | [`matrix::gradient`] |
//! | matrices inside the function | solve, inverse, determinant, eigenvalues | [`LinearAlgebra`] |
//! | a computation to look at piece by piece | adjoints of chosen values | [`Tape`] |
//!
//! The unqualified name is the natural choice; [`forward`] and [`reverse`] have each mode's own. Derivatives, gradients, Jacobians and
//! Hessians have a `value_and_` twin, value first; `jvp` and `vjp` return the value anyway, and `hvp` has [`gradient_and_hvp`].
//! Twins with `_into` write to the caller's buffers and allocate nothing once warm.
//!
//! # The modules, in reading order
//!
//! - [`Float`]: the trait every number implements; what `==`, `<` and `is_zero` mean, and what happens at 0 · ∞.
//! - [`rules`]: the calculus, one row per function, and how to add your own.
//! - [`special`]: error functions, gamma functions, Bessel functions, activations, as methods of the trait [`Special`].
//! - [`slices`]: sums, dot products and norms as one operation on the tape.
//! - [`Dual`], [`Reverse`]: the number types. [`Tape`]: the recording behind `Reverse`.
//! - [`forward`], [`reverse`]: the drivers; [`matrix`]: those for functions of matrices. [`ScalarFunction`], [`VectorFunction`]:
//!   functions as values, for code that needs one function on several types.
//! - [`linalg`]: linear algebra with derivatives of whole matrices. [`Real`]: any number as a scalar of nalgebra.
//! - [`optimize`]: Newton's method.
//! - [`ecosystem`]: which other crates run on these numbers.
//!
//! # Features
//!
//! - `std` (default): everything that needs threads or memory, and the elementary functions of the standard library.
//! - `libm`: without `std`, the elementary functions of the crate `libm`. Then the crate is `no_std`, allocates nothing, and has
//!   [`Dual`], the rules, [`Special`], the functions of [`slices`], and the drivers for one number and for arrays
//!   ([`derivative`], [`forward::value_and_gradient_of_array`], [`forward::value_and_jacobian_of_array`]); no [`Reverse`].
//! - `nalgebra` (default): every number is a scalar of nalgebra (`RealField`). With `std` also matrices for [`jacobian`] and
//!   [`hessian`], drivers for functions of matrices ([`matrix`]), [`linalg`] and [`optimize`]. Brings `approx`.
//! - `approx`: approximate comparison of values, and of all derivatives by [`AllParts`].
//! - `ndarray`: a single number on the right of an array.
//! - `rand`: the standard and uniform distributions; with `rand_distr` also the normal and exponential ones, and those made of them.
//! - `serde`: duals are read and written whole, reverse numbers as their values.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

#[cfg(not(any(feature = "std", feature = "libm")))]
compile_error!("dualtape: turn on the feature `std`, or `libm` for targets without the standard library");

mod drivers;
mod float;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub mod linalg;
mod numbers;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub mod optimize;
#[cfg(feature = "std")]
mod recording;
pub mod rules;
pub mod slices;
pub mod special;

pub use drivers::forward::{derivative, value_and_derivative};
pub use drivers::{ScalarFunction, forward};
#[doc(hidden)]
pub use float::engine;
pub use float::{Float, Primitive, select};
#[cfg(feature = "approx")]
pub use numbers::AllParts;
pub use numbers::Dual;
#[cfg(feature = "nalgebra")]
pub use numbers::Real;
pub use special::Special;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub use {
    drivers::by_size::{hessian_of, jacobian_of, value_and_jacobian_of, value_gradient_hessian_of},
    drivers::matrix,
    drivers::reverse::{
        hessian, jacobian, value_and_jacobian, value_and_jacobian_into, value_gradient_hessian,
        value_gradient_hessian_into,
    },
    linalg::LinearAlgebra,
};
#[cfg(feature = "std")]
pub use {
    drivers::forward::jvp,
    drivers::pool::release_memory,
    drivers::reverse::{
        gradient, gradient_and_hvp, gradient_and_hvp_into, hvp, value_and_gradient, value_and_gradient_into, vjp,
    },
    drivers::tape::{Adjoints, Tape},
    drivers::{VectorFunction, reverse},
    numbers::Reverse,
};

/// Which crates run on these numbers, which take their derivatives, and which refuse.
#[cfg(all(doc, feature = "nalgebra"))]
#[doc = include_str!("../docs/ecosystem.md")]
pub mod ecosystem {}

#[cfg(all(doctest, feature = "nalgebra"))]
#[doc = include_str!("../README.md")]
struct Readme;
