//! The recording below the numbers of reverse mode: joins of nodes, and the sweeps over them. It knows [`Float`](crate::Float) and
//! no number type.
//!
//! **All unsafe code of the crate is here**, in the six modules that allow it below, but for two calls of functions that are compiled for
//! vector instructions, in `graph/program/widths.rs`. (`SimdValue` of nalgebra has two unsafe signatures, whose bodies are safe.)
//!
//! # How a node is found
//!
//! A node (an input or a recorded join) has an [id](NodeId) that is unique in the process. A recording owns the consecutive ids
//! `base .. base + count`, so one subtraction and one comparison decide whether a value belongs to the recording at hand.
//!
//! Thread-local storage holds a small table of slots (`active.rs`). A slot describes the recording that is being written to. Which slot a
//! recording over `T` uses depends only on the size of `T`. A push (`push.rs`) whose operands are in the slot's range writes its record
//! at once. Every other push takes the cold path: another recording uses the slot, the memory is full, or the value is foreign. The cold
//! path looks the id up among the recordings of the thread (`registry.rs`) and loads the right one into the slot, or panics.
//!
//! While recordings are [muted], none of them is in a slot, so their pushes take the cold path, which records nothing. The fast
//! path does not know about it.
//!
//! # Invariants
//!
//! 1. *Ids are unique.* The base of a recording comes from an [`IdRange`](ids::IdRange), which `ids.rs` hands out without unsafe code:
//!    the ranges are disjoint, and each has room for a whole recording. The next recording with the same buffer starts after the
//!    last id used, and so does one that is rewound, which keeps its first records and no id.
//! 2. *An id fixes the type.* Only [`Recording<T>`] and the pushes over `T` create ids, and only [`crate::Reverse<T>`] holds
//!    them (the field is private to the crate). So if a `Reverse<T>` holds an id in the range of a recording, that recording's memory
//!    holds `Record<T>`, whatever slot it is in. This is what makes the untyped slot sound.
//! 3. *What a slot or the registry points at is alive.* A [`Head`](active::Head) is registered as long as its [`Buffer`] or
//!    [`Recording`] lives. A slot's range is set when a recording is loaded, and emptied (`count = 0`) before its memory is freed,
//!    moved or read. A recording that is [muted] is in no slot. While its memory is read or moved, the recording's [state](active::State) keeps it out of the slot, so that no
//!    push reaches it, be it from inside the arithmetic on `T` or from inside the global allocator.
//! 4. *`count - inputs` records are initialised*, `limit - inputs` fit the memory, and operand indices are less than the index of
//!    their record. (While the memory is being moved, the recording has none, and cannot be read.)
//! 5. *A run is whole.* A record marked as continuing comes right after another record of the same join, which nothing else
//!    refers to: [`push_more`](push::push_more) writes the mark, and is given the node that the join pushed last, and so does
//!    [`push_known`](push::push_known) after the first of the records that it writes at once. A recording with a mark has `has_runs` set.
//! 6. *One thread.* Slots, the registry and heads are thread-local, and [`Recording`] is neither `Send` nor `Sync`. Only ids cross
//!    threads, and a foreign id is in no range.

#[allow(unsafe_code)]
mod active;
#[allow(unsafe_code)]
mod buffer;
mod ids;
mod join;
#[allow(unsafe_code)]
mod memory;
#[allow(unsafe_code)]
mod push;
#[allow(unsafe_code)]
mod record;
#[allow(unsafe_code)]
mod registry;
pub(crate) mod sweep;
#[cfg(test)]
mod tests;

pub(crate) use active::{muted, unmuted};
pub(crate) use buffer::{Buffer, Recording};
pub(crate) use ids::NodeId;
pub(crate) use join::Join;
pub(crate) use push::{Pushed, push, push_join};
