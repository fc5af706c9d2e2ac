//! Minimisation with exact derivatives.
//!
//! [`newton()`] minimises a smooth function of several variables; [`Newton`] is the same with options. The gradient and
//! the Hessian come from [`value_gradient_and_hessian`](crate::reverse::value_gradient_and_hessian), plain values from `f64`,
//! so the function is a [`ScalarFunction`](crate::ScalarFunction): one generic method, on a struct that holds the data.
//!
//! No function and no start makes this panic (unless the function itself does): NaN, overflow, a singular or indefinite
//! Hessian and a function without lower bound all end in a [`Report`], whose [`Status`] says what happened. An option
//! outside of its range panics where it is set.

mod iteration;
mod model;
mod newton;
mod report;
mod trust_region;

pub use newton::{Newton, TrustRegion, newton};
pub use report::{Evaluations, Iterate, Report, Status};
