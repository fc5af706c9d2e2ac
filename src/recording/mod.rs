//! The recording below the numbers of reverse mode: joins of nodes, and the sweeps over them. It knows [`Float`](crate::Float) and
//! no number type.

mod active;
mod ids;
mod join;
pub(crate) mod sweep;

pub(crate) use active::{Buffer, Recording, push, push_unless_constant};
pub(crate) use join::Join;
