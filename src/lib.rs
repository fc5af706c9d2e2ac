//! Differentiable numbers. Write a function once, over [`Float`]. On `f64` it gives its value, on [`Dual`] (forward mode), [`Reverse`]
//! (backpropagation) and [`Taylor`] (power series) its derivatives, and where these are nested, derivatives of any order.
//!
//! ```
//! use dualtape::Float;
//!
//! fn rosenbrock<T: Float>(x: &[T]) -> T {
//!     (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
//! }
//!
//! # #[cfg(feature = "nalgebra")] {
//! use dualtape::{gradient, hessian, optimize, scalar_function};
//!
//! assert_eq!(gradient(rosenbrock, &[2.0, 3.0]), [802.0, -200.0]);
//! let h = hessian(rosenbrock, &[2.0, 3.0]);
//! assert_eq!(h.as_slice(), [3602.0, -800.0, -800.0, 200.0]);
//!
//! scalar_function!(Rosenbrock = rosenbrock);
//! let minimum = optimize::newton(&Rosenbrock, &[-1.2, 1.0]);
//! assert_eq!(minimum.x, [1.0, 1.0]);
//! # }
//! ```
//!
//! New here? The [`guide`] has chapters of ten minutes, each of which starts from a question. [First steps](guide::first_steps) is the first.
//!
//! # What you get here
//!
//! We know of no other Rust crate that has these together. The figures are from `BENCHMARKS.md` in the repository.
//!
//! - **Fast gradients.** On seven problems reverse mode is 1.6 to 5 times as fast as the fastest of eight other Rust crates, and 1.5 to 5
//!   times as fast as the best of four C++ libraries. A gradient costs 2 to 15 runs of the function.
//! - **All digits.** Values are those of `f64`, to the last bit. Every function, [special functions](special) included, has a tested
//!   [bound](rules) for the error of its derivative in units in the last place. Where a derivative is infinite or undefined, one written
//!   [convention](conventions) holds in all modes and nestings.
//! - **Any nesting.** Dual numbers, the tape and power series go into each other to any depth. There is one [rule](rules) for each function,
//!   and one rule of your own gives all modes and all orders.
//! - **Mistakes show.** Values of two recordings in one operation, or of one that has ended, panic with advice, in release builds too.
//!   [`check`] compares derivatives with differences, and says what a mistake looks like.
//! - **Solvers that use it.** [`optimize`] has Newton's method, least squares with standard errors, and systems of equations. Least
//!   squares solve all 19 NIST problems of the test suite from both starts, with ten of the eleven certified digits of estimates and
//!   standard errors.
//! - **Large problems.** Value, gradient and [sparse Hessian](sparse) of a function of 100,000 inputs cost six gradients, 9 ms.
//!   [Checkpoints](checkpoint) reverse a chain of a million steps in 0.1 MB.
//! - **Matrices as wholes.** [Solutions, determinants, eigenvalues and singular values](linalg) have derivatives of their own. Code written
//!   for nalgebra's scalars runs as it is.
//! - **Recordings.** With the feature `graph`, a function recorded once can be listed, drawn, searched for the origin of a NaN,
//!   differentiated into other recordings, replayed faster than it was recorded, and written as C or Rust, with its loops.
//!
//! # Which function do I call?
//!
//! | I have | I want | call |
//! |---|---|---|
//! | one input, one output | `f'` | [`derivative`] |
//! | one input, one output | `f''`; derivatives of all orders up to some; Taylor coefficients | [`second_derivative`], [`derivatives`], [`taylor`] |
//! | many inputs, one output | gradient | [`gradient`], [`value_and_gradient`] |
//! | the same, few inputs | gradient without a tape | [`forward::gradient`] |
//! | many inputs, one output | Hessian; with value and gradient | [`hessian`], [`value_gradient_and_hessian`] |
//! | the same, and a direction `v` | `H v`; all derivatives along `v` | [`hvp`], [`directional`] |
//! | the same | the trace or the diagonal of the Hessian | [`laplacian`], [`hessian_diagonal`] |
//! | the same, and directions | third derivatives | [`third_product`], [`third_contracted`] |
//! | many inputs, many outputs | Jacobian; the Hessian of each output | [`jacobian`], [`vector_hessian`] |
//! | the same, and a direction `v` or weight `w` | `J v` or `wᵀ J` | [`jvp`], [`vjp`] |
//! | a [`ScalarFunction`] or [`VectorFunction`] | the fastest way for its size | [`gradient_of`], [`hessian_of`], [`jacobian_of`] |
//! | a function to minimise | its minimum by Newton's method | [`optimize::newton`]; of many variables [`optimize::newton_cg`], with a sparse Hessian `optimize::sparse_newton` |
//! | residuals of a model | estimates with standard errors | [`optimize::least_squares`] |
//! | equations | a solution; a root between two points | [`optimize::solve`], [`optimize::root`] |
//! | many inputs, of which few meet in each term | sparse Jacobian or Hessian, from a plan made once | [`sparse`] |
//! | a function of a matrix | its gradient, as a matrix | [`matrix::gradient`] |
//! | matrices inside the function | solve, inverse, determinant, eigenvalues | [`LinearAlgebra`] |
//! | a computation to list, to draw, to find a NaN in, or to differentiate as a whole | its graph | `graph::Graph` (feature `graph`) |
//! | a computation to look at piece by piece | adjoints of chosen values; to reuse, to rewind | [`Tape`] |
//! | a chain of many steps | its gradient in little memory | [`checkpoint::Checkpoints`] |
//! | a model with named parts | its gradient as such a model; a function of a slice for the rest | [`parameters::gradient`], [`parameters::Flat`] |
//! | a part that is not to be recorded | its values | [`no_grad`] |
//! | a loss in batches | the sum of their gradients, until it is cleared | [`GradientSum`] |
//! | a sum over data | derivatives in little memory, on many threads, of mini-batches | [`terms::Sum`] |
//! | the solution of an equation, or a minimiser, from any solver | its derivatives by the parameters | [`implicit`] |
//! | a rule of your own, or a gradient written by hand | whether it is right | [`check`] |
//! | a plain function on `f64` | a difference | [`numeric`] |
//! | a function without changing branches, at very many points | its value and derivatives, replayed | `graph::Program` (feature `graph`) |
//! | a recorded function, and a microcontroller | its value and derivatives there, from bytes | [`replay`] |
//!
//! The unqualified name is the natural choice, and [`forward`] and [`reverse`] have those of each mode. Every driver has a twin that also
//! returns the value. Another one, with `_into`, writes to your buffers, and allocates nothing once a call of its size has been made.
//!
//! # Documentation
//!
//! | page | what it says |
//! |---|---|
//! | [`guide`] | chapters of ten minutes, each from a question |
//! | [`family`] | all drivers in one table |
//! | [`conventions`] | what `==`, `<` and `is_zero` mean, and what holds at kinks, at infinite slopes and at NaN |
//! | [`compiler_errors`] | where the compiler asks for a type or refuses a closure, and what to write |
//! | [`ecosystem`] | which other crates run on these numbers, and which do not |
//! | `BENCHMARKS.md` in the repository | what derivatives cost, beside other crates and C++ libraries, and where we lose |
//! | `DESIGN.md` | why it is as it is |
//!
//! # The modules, in reading order
//!
//! - [`Float`]: the trait that every number implements.
//! - [`rules`]: the calculus, one row per function, and how to add your own.
//! - [`special`]: error functions, gamma functions, Bessel functions, activations, as methods of the trait [`Special`].
//! - [`slices`]: sums, dot products and norms as one operation on the tape.
//! - [`Dual`], [`Reverse`], [`Taylor`]: the number types. [`Tape`]: the recording behind `Reverse`.
//! - [`forward`], [`reverse`]: the drivers; [`matrix`]: those for functions of matrices. [`ScalarFunction`], [`VectorFunction`]:
//!   functions as values, for code that needs one function on several types.
//! - [`terms`]: sums over data, in little memory and on many threads.
//! - [`checkpoint`]: long chains of steps in little memory.
//! - [`mod@parameters`]: structs with named parameters in place of slices.
//! - [`linalg`]: linear algebra with derivatives of whole matrices. [`Real`]: any number as a scalar of nalgebra.
//! - [`optimize`]: Newton's method, least squares, equations.
//! - [`implicit`]: derivatives of roots, fixed points, minimisers and solutions of linear systems that a solver found.
//! - [`numeric`]: differences, as textbooks have them and extrapolated. [`check`]: derivatives compared with them.
//! - [`sparse`]: Jacobians and Hessians with many zeros, and where these are.
//! - `graph`, with the feature of that name: functions recorded once, to list, draw, evaluate elsewhere and differentiate into other
//!   graphs.
//! - [`replay`]: recorded functions as bytes, evaluated without the standard library.
//!
//! # Examples
//!
//! In a checkout of the repository, by `cargo run --release --example` and the name:
//!
//! - `newton`: Newton's method with exact Hessians on the regression problems of NIST, or on files of yours;
//! - `least_squares`: fits of the same problems, with standard errors beside the certified ones;
//! - `forward_vs_reverse`: the time of a gradient in both modes as the number of inputs grows;
//! - `nalgebra_kalman`: maximum likelihood through a Kalman filter written with nalgebra, on the flow of the Nile;
//! - `robot_arm`: Jacobians of robot arms from their forward kinematics, and the joint angles of a pose;
//! - `implicit`: Kepler's equation by bisection, and the first and second derivatives of its solution;
//! - `taylor`: power series: an orbit by Taylor's method of order 20, tanh to the eighth derivative, the series of the sine;
//! - `check`: a wrong rule and what its check says, and how many digits a difference has;
//! - `graph`, with `--features graph`: functions recorded once: listings, pictures, derivatives as graphs, where a NaN comes from;
//! - `define_and_run`, with `--features graph`: define-and-run beside define-by-run.
//!
//! And in the package `ecosystem`, with `-p ecosystem`:
//!
//! - `argmin_newton`: the trust region method of `argmin` with our gradients and Hessians: 12 electrons on a sphere;
//! - `basin_newton`: Newton's method and L-BFGS-B of `basin` with our derivatives, also in a box;
//! - `levenberg_marquardt`: the crate of this name with our Jacobians, beside `least_squares` and certified values;
//! - `cluster_newton`: a regression on rows that are shared by processes, on `timely` dataflow, the same to the bit on any number of them;
//! - `progress`: the progress of a long minimisation, shown by `indicatif`, and stopped when it is good enough;
//! - `checkpoint_heat`: the gradient through a million steps of a heat equation in 0.1 MB;
//! - `ode_sensitivity`: sensitivities of an orbit through the solver of `differential-equations`, unchanged;
//! - `graph_pictures`: pictures of graphs as SVG files;
//! - `pictures`: the pictures of this documentation;
//! - `spy_plot`: the pattern and the colours of a sparse Hessian as an SVG file;
//! - `parallel_gradient`: a sum and its gradient on several threads with `rayon`, the same to the bit on any number of them.
//!
//! # Features
//!
//! - `std` (default): everything that needs threads or memory, and the elementary functions of the standard library.
//! - `libm`: without `std`, the elementary functions of the crate `libm`. Then the crate is `no_std`, allocates nothing, and has
//!   [`Dual`], [`Taylor`], the rules, [`Special`], the functions of [`slices`], [`replay`], and the drivers for one number and for arrays
//!   ([`derivative`], [`derivatives`], [`forward::gradient_of_array`], [`forward::jacobian_of_array`], [`forward::hessian_of_array`]). It has no
//!   [`Reverse`].
//! - `nalgebra` (default): every number is a scalar of nalgebra (`RealField`). With `std` also matrices for [`jacobian`] and
//!   [`hessian`], drivers for functions of matrices ([`matrix`]), [`linalg`] and [`optimize`]. Brings `approx`.
//! - `approx`: approximate comparison of values, and of all derivatives by [`AllParts`].
//! - `ndarray`: a single number on the right of an array.
//! - `rand`: the standard and uniform distributions as sources of these numbers.
//! - `rand_distr`: also the normal and exponential distributions, and those made of them. Brings `rand`.
//! - `graph`: the module `graph`. The crate takes four times as long to compile with it, since every rule is compiled for
//!   recordings of its derivatives.
//! - `rayon`: sums over data on several threads ([`terms`]), and with `graph` compiled graphs at many points.
//! - `faer`: `optimize::sparse_newton`, Newton's method for many variables by sparse Cholesky decompositions of the crate `faer`.
//! - `serde`: duals and power series are read and written whole, reverse numbers as their values.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![deny(unsafe_code)]

#[cfg(not(any(feature = "std", feature = "libm")))]
compile_error!("dualtape: turn on the feature `std`, or `libm` for targets without the standard library");

#[cfg(feature = "std")]
pub mod check;
#[cfg(feature = "std")]
#[doc(alias = "remat", alias = "revolve", alias = "checkpointing")]
pub mod checkpoint;
mod drivers;
mod float;
#[cfg(feature = "graph")]
pub mod graph;
#[cfg(feature = "std")]
pub mod implicit;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub mod linalg;
mod numbers;
#[cfg(feature = "std")]
#[doc(alias = "finite difference", alias = "numerical differentiation")]
pub mod numeric;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub mod optimize;
#[cfg(feature = "std")]
#[doc(alias = "pytree", alias = "flatten")]
pub mod parameters;
#[cfg(feature = "std")]
mod recording;
#[doc(alias = "microcontroller", alias = "embedded", alias = "bytecode")]
pub mod replay;
pub mod rules;
pub mod slices;
#[cfg(feature = "std")]
#[doc(alias = "coloring", alias = "colouring", alias = "sparsity")]
pub mod sparse;
pub mod special;
#[cfg(feature = "std")]
#[doc(alias = "finite sum", alias = "mini-batch", alias = "empirical risk", alias = "log-likelihood")]
pub mod terms;

// The aliases stand here, not at the items: rustdoc drops those of items in private modules.
#[doc(alias = "diff")]
pub use drivers::forward::derivative;
pub use drivers::forward::value_and_derivative;
#[doc(alias = "higher order", alias = "nth_derivative", alias = "diffs")]
pub use drivers::forward::{derivatives, second_derivative, taylor, third_derivative};
#[cfg(feature = "std")]
#[doc(alias = "hessian trace", alias = "contracted third derivative")]
pub use drivers::forward::{directional, hessian_diagonal, laplacian, third_contracted};
pub use drivers::{ScalarFunction, forward};
pub use float::{Float, Primitive, select};
#[cfg(feature = "approx")]
pub use numbers::AllParts;
#[doc(alias = "dual number", alias = "hyperdual", alias = "jet", alias = "stop_gradient", alias = "forward mode")]
pub use numbers::Dual;
#[cfg(feature = "nalgebra")]
pub use numbers::Real;
#[doc(
    alias = "power series",
    alias = "jet",
    alias = "truncated polynomial",
    alias = "univariate Taylor polynomial"
)]
pub use numbers::Taylor;
pub use special::Special;

/// Matrices of [`jacobian`] and [`hessian`] come from this version of nalgebra.
///
/// Its macros, such as `dmatrix!`, expand to paths of a crate named `nalgebra`. To use them, add it to your program as well:
/// `cargo add nalgebra@0.35`.
#[cfg(feature = "nalgebra")]
pub use nalgebra;

#[cfg(feature = "std")]
#[doc(alias = "zero_grad", alias = "accumulate", alias = "mini-batch")]
pub use drivers::accumulate::GradientSum;
/// Elementary functions in generic code are methods of `Float` of this version of num-traits, which [`Float`] requires.
pub use num_traits;

#[cfg(feature = "std")]
#[doc(alias = "pushforward")]
pub use drivers::forward::jvp;
#[cfg(feature = "std")]
#[doc(alias = "inference_mode", alias = "using_config")]
pub use drivers::no_grad::no_grad;
#[cfg(feature = "std")]
#[doc(alias = "autodiff", alias = "autograd", alias = "backpropagation", alias = "backward", alias = "grad")]
pub use drivers::reverse::gradient;
#[cfg(feature = "std")]
#[doc(alias = "hessian_vector_product")]
pub use drivers::reverse::hvp;
#[cfg(feature = "std")]
#[doc(alias = "value_and_grad")]
pub use drivers::reverse::value_and_gradient;
#[cfg(feature = "std")]
#[doc(alias = "pullback")]
pub use drivers::reverse::vjp;
#[cfg(feature = "std")]
#[doc(alias = "GradientTape", alias = "backward", alias = "wengert list", alias = "zero_grad")]
pub use drivers::tape::Tape;
#[cfg(feature = "std")]
#[doc(alias = "stop_gradient", alias = "reverse mode", alias = "adjoint", alias = "automatic differentiation")]
pub use numbers::Reverse;
#[cfg(feature = "std")]
pub use {
    drivers::by_size::{
        gradient_of, hvp_of, jvp_of, value_and_gradient_of, value_and_gradient_of_into, value_gradient_and_hvp_of,
        value_gradient_and_hvp_of_into, vjp_of,
    },
    drivers::forward::jvp_into,
    drivers::no_grad::Detach,
    drivers::pool::{pooled_bytes, release_memory},
    drivers::reverse::{
        gradient_and_hvp, third_product, value_and_gradient_into, value_gradient_and_hvp, value_gradient_and_hvp_into,
        vjp_into,
    },
    drivers::tape::{Adjoints, Mark},
    drivers::{VectorFunction, reverse},
};

#[cfg(all(feature = "std", feature = "nalgebra"))]
#[doc(alias = "jacrev", alias = "jacfwd")]
pub use drivers::reverse::jacobian;
#[cfg(all(feature = "std", feature = "nalgebra"))]
#[doc(alias = "greeks")]
pub use drivers::reverse::value_gradient_and_hessian;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub use {
    drivers::by_size::{
        hessian_of, jacobian_of, value_and_jacobian_of, value_gradient_and_hessian_of,
        value_gradient_and_hessian_of_into,
    },
    drivers::matrix,
    drivers::reverse::{
        hessian, value_and_jacobian, value_and_jacobian_into, value_gradient_and_hessian_into, vector_hessian,
    },
    linalg::LinearAlgebra,
};

/// What comparisons mean, and derivatives at kinks, infinite slopes and NaN.
#[cfg(doc)]
#[doc = include_str!("../docs/conventions.md")]
pub mod conventions {}

#[cfg(all(doc, feature = "std", feature = "nalgebra"))]
pub mod guide;

/// All drivers in one table.
#[cfg(doc)]
#[doc = include_str!("../docs/family.md")]
pub mod family {}

/// What to write where the compiler asks for a type or refuses a closure.
#[cfg(all(doc, feature = "std", feature = "nalgebra"))]
#[doc = include_str!("../docs/compiler_errors.md")]
pub mod compiler_errors {}

/// Which crates run on these numbers, which take their derivatives, and which refuse.
#[cfg(all(doc, not(doctest), feature = "nalgebra"))] // the package `ecosystem` runs its examples, which need other crates
#[doc = include_str!("../docs/ecosystem.md")]
#[doc(alias = "lbfgs", alias = "bfgs")] // those of other crates
pub mod ecosystem {}

#[cfg(all(doctest, feature = "nalgebra", feature = "graph"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// The name of [`value_gradient_and_hessian`] before 0.2.0.
#[cfg(all(feature = "std", feature = "nalgebra"))]
#[deprecated(since = "0.2.0", note = "write `value_gradient_and_hessian`")]
#[doc(hidden)]
#[must_use]
pub fn value_gradient_hessian<T: Float>(
    f: impl FnMut(&[reverse::HessianNumber<T>]) -> reverse::HessianNumber<T>,
    x: &[T],
) -> (T, Vec<T>, nalgebra::DMatrix<T>) {
    value_gradient_and_hessian(f, x)
}
