//! dualtape
#![deny(missing_docs)]

mod drivers;
mod float;
mod numbers;
pub mod rules;
mod tape;

pub use drivers::forward::{derivative, jvp, value_and_derivative};
pub use drivers::reverse::{gradient, gradient_and_hvp, hvp, value_and_gradient, value_and_gradient_into, vjp};
#[cfg(feature = "nalgebra")]
pub use drivers::reverse::{hessian, jacobian, value_and_jacobian, value_gradient_hessian};
pub use drivers::{ScalarFunction, VectorFunction, forward, reverse};
pub use float::{Float, Primitive};
pub use numbers::{Dual, Reverse};
pub use tape::{Adjoints, Tape};
