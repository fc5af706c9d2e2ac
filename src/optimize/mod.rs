//! Minimisation, fits and equations with exact derivatives.
//!
//! | to find | call | the function is |
//! |---|---|---|
//! | a minimum | [`newton()`]; of many variables, more than some hundreds, `sparse_newton()` (feature `faer`) where the Hessian is sparse, else [`newton_cg()`] | a [`ScalarFunction`](crate::ScalarFunction) |
//! | parameters with their standard errors, by least squares | [`least_squares()`] | a [`VectorFunction`](crate::VectorFunction): the residuals |
//! | a solution of as many equations as unknowns | [`solve()`] | a `VectorFunction` |
//! | a root of one function of one variable, between two points | [`root()`] | a closure over `Dual<f64>` |
//!
//! Those of several variables have structs of options, [`Newton`], [`NewtonCg`], [`LeastSquares`] and [`Equations`],
//! with a method that also tells the progress, and stops when it is told to; [`Newton`] and [`LeastSquares`] keep
//! variables in a box. Gradients, Jacobians and Hessians come from the drivers, plain values from `f64`: so a function
//! is one generic method, on a struct that holds the data.
//!
//! No function and no start makes these panic (unless the function itself does): NaN, overflow, a singular or
//! indefinite Hessian and a function without lower bound all end in a report, whose [`Status`] says what happened, and
//! where it helps a [`Fault`] where. An option outside of its range panics where it is set, and shapes that do not fit
//! where the method is called.

mod bounds;
mod equations;
mod fit;
mod gauss_newton;
mod hessian;
mod iteration;
mod landscape;
mod least_squares;
mod model;
mod newton;
mod newton_cg;
mod options;
mod pairs;
mod progress;
mod report;
mod residuals;
mod root;
#[cfg(feature = "faer")]
mod sparse_newton;
mod step;
mod trust_region;

pub use equations::{Equations, Solution, solve};
pub use fit::{Fit, Role};
pub use least_squares::{LeastSquares, least_squares};
pub use newton::{Newton, TrustRegion, newton};
pub use newton_cg::{CgReport, NewtonCg, newton_cg};
pub use progress::{Iterate, Progress};
pub use report::{Evaluations, Fault, Report, Status};
pub use root::{Root, root};
#[cfg(feature = "faer")]
pub use sparse_newton::{SparseNewton, SparseReport, sparse_newton};
