//! Minimisation, fits and equations with exact derivatives.
//!
//! | to find | call | the function is |
//! |---|---|---|
//! | a minimum | [`newton()`]; of many variables, more than some hundreds, `sparse_newton()` (feature `faer`) where the Hessian is sparse, else [`newton_cg()`] | a [`ScalarFunction`](crate::ScalarFunction) |
//! | parameters with their standard errors, by least squares | [`least_squares()`] | a [`VectorFunction`](crate::VectorFunction): the residuals |
//! | a solution of as many equations as unknowns | [`solve()`] | a `VectorFunction` |
//! | a root of one function of one variable, between two points | [`root()`] | a closure over `Dual<f64>` |
//!
//! Those of several variables have structs of options: [`Newton`], [`NewtonCg`], `SparseNewton`, [`LeastSquares`] and [`Equations`].
//! Each has a method that also tells the progress, and stops when it is told to; for a root that is [`root_with`]. [`Newton`] and
//! [`LeastSquares`] keep variables in a box. Gradients, Jacobians and Hessians come from the drivers, plain values from `f64`: so a
//! function is one generic method, on a struct that holds the data.
//!
//! No function and no start makes these panic, unless the function itself does. NaN, overflow, a singular or indefinite Hessian and a
//! function without lower bound all end in a report. Its [`Status`] says what happened, and where it helps a [`Fault`] says where. An
//! option outside of its range panics where it is set, and shapes that do not fit where the method is called.

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

// The aliases stand here, not at the items: rustdoc drops those of items in private modules.
#[doc(alias = "fsolve", alias = "newton_raphson")]
pub use equations::solve;
pub use equations::{Equations, Solution};
pub use fit::{Fit, Role};
pub use least_squares::LeastSquares;
#[doc(alias = "gauss_newton", alias = "levenberg_marquardt", alias = "curve_fit", alias = "regression")]
pub use least_squares::least_squares;
#[doc(alias = "minimize", alias = "optimizer")]
pub use newton::newton;
pub use newton::{Newton, TrustRegion};
#[doc(alias = "lbfgs", alias = "bfgs", alias = "truncated newton")]
pub use newton_cg::newton_cg;
pub use newton_cg::{CgReport, NewtonCg};
pub use progress::{Iterate, Progress};
pub use report::{Evaluations, Fault, Report, Status};
#[doc(alias = "bisection", alias = "brentq", alias = "fzero")]
pub use root::root;
pub use root::{Root, root_with};
#[cfg(feature = "faer")]
pub use sparse_newton::{SparseNewton, SparseReport, sparse_newton};
