//! Reverse mode: derivatives by backpropagation over a recording.
//!
//! The cost of a gradient is a small multiple of the function's, whatever the number of inputs. Every driver owns its recording,
//! returns plain numbers, may be called inside another one and on many threads, and reuses its buffers from call to call.
//! All drivers are in one table on the page [`family`](crate::family). What they give at kinks, at infinite slopes and at NaN is said in
//! the [conventions](crate::conventions).
//!
//! # Values from elsewhere
//! A driver panics, in release builds too, if its function returns a value of another recording (of an outer driver of the same
//! type, an earlier call, a [`Tape`](crate::Tape)) or joins one with its own arguments: see [`Reverse`](crate::Reverse). Such values are
//! lifted with [`Reverse::constant`](crate::Reverse::constant), or passed by value with [`Reverse::primal`](crate::Reverse::primal). Drivers
//! for second derivatives run on dual numbers inside, and mixing those is noticed in debug builds only: see [`Dual`](crate::Dual).

mod gradient;
#[cfg(feature = "nalgebra")]
mod hessian;
#[cfg(feature = "nalgebra")]
mod jacobian;
mod product;

pub(super) use gradient::pull_back;
pub use gradient::{gradient, value_and_gradient, value_and_gradient_into, vjp, vjp_into};
pub(super) use product::{Along, check_product};
pub use product::{gradient_and_hvp, hvp, third_product, value_gradient_and_hvp, value_gradient_and_hvp_into};

#[cfg(feature = "nalgebra")]
pub use hessian::{
    Chunk, HessianNumber, hessian, value_gradient_and_hessian, value_gradient_and_hessian_into, vector_hessian,
};
#[cfg(feature = "nalgebra")]
pub(super) use hessian::{Own, second_derivatives};
#[cfg(feature = "nalgebra")]
pub use jacobian::{jacobian, value_and_jacobian, value_and_jacobian_into};
