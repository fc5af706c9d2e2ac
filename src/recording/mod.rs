//! The recording below the numbers of reverse mode: joins of nodes, and the sweeps over them. It knows [`Float`](crate::Float) and
//! no number type.

mod active;
mod buffer;
mod ids;
mod join;
mod memory;
mod push;
mod record;
pub(crate) mod sweep;

pub(crate) use buffer::{Buffer, Recording};
pub(crate) use join::Join;
pub(crate) use push::{push, push_unless_constant};
