//! Recordings, and the buffers that they leave for the next one.
//!
//! The invariants are those of [the recording](super).

use super::active::{Head, State, slot_of};
use super::ids::{IdRange, MOST_NODES, NodeId};
use super::record::{Record, Records};
use super::registry;
use std::alloc::Layout;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A recording of joins over `T`, from [`Buffer::begin`] to its drop; the buffer is kept in a [`Buffer`] between recordings.
///
/// While it lives, pushes whose operands belong to it are written to it, on this thread.
pub(crate) struct Recording<T> {
    /// From a box; only the recording or buffer frees it.
    head: NonNull<Head>,
    /// What was free when the recording began.
    ids: IdRange,
    not_send: PhantomData<*const T>,
}

/// A buffer for [`Recording`]s over `T` that is not recording.
pub(crate) struct Buffer<T> {
    /// From a box; only the recording or buffer frees it.
    head: NonNull<Head>,
    /// For the recordings to come.
    ids: IdRange,
    not_send: PhantomData<*const T>,
}

impl<T: Copy> Buffer<T> {
    pub fn new() -> Buffer<T> {
        let ids = IdRange::new();
        let head = NonNull::from(Box::leak(Box::new(Head::new(slot_of::<T>(), Layout::new::<Record<T>>()))));
        // SAFETY: the head lives until `drop`, which calls `unregister` for the block that it is registered with by then.
        unsafe { registry::register(ids.block(), head) };
        Buffer { head, ids, not_send: PhantomData }
    }

    /// Starts a recording with `inputs` variables, whose indices are `0 .. inputs`.
    ///
    /// # Panics
    /// If there are more than 2^31 inputs.
    pub fn begin(mut self, inputs: usize) -> Recording<T> {
        assert!(
            inputs as u64 <= MOST_NODES,
            "dualtape: a recording can hold at most 2^{} nodes, and {inputs} inputs were given",
            MOST_NODES.ilog2()
        );
        self.ids = with_room(self.ids, self.head);
        let recording = Recording { head: self.head, ids: self.ids, not_send: PhantomData };
        std::mem::forget(self);
        recording.head().begin(recording.ids.base(), inputs as u64);
        recording
    }
}

/// `ids`, or a new range for the buffer with the head `head` if they might not last for one more recording.
fn with_room(ids: IdRange, head: NonNull<Head>) -> IdRange {
    if ids.has_room() {
        return ids;
    }
    let new = IdRange::new();
    registry::unregister(ids.block());
    // SAFETY: as in `Buffer::new`.
    unsafe { registry::register(new.block(), head) };
    new
}

impl<T> Buffer<T> {
    /// Bytes allocated for records.
    pub fn capacity_in_bytes(&self) -> usize {
        // SAFETY: the head lives until `drop`.
        unsafe { self.head.as_ref() }.capacity_in_bytes()
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        registry::unregister(self.ids.block());
        self.ids.give_back();
        // SAFETY: the head was leaked from a box in `new`, and a buffer that is not recording is its only owner: it is in no slot,
        // and not in the registry any more.
        drop(unsafe { Box::from_raw(self.head.as_ptr()) });
    }
}

impl<T> Recording<T> {
    fn head(&self) -> &Head {
        // SAFETY: the head lives until `Buffer::drop`, which cannot run while the recording owns it.
        unsafe { self.head.as_ref() }
    }

    /// The node with index `index`.
    pub fn node(&self, index: usize) -> NodeId {
        self.head().base().plus(index as u64)
    }

    /// The index of `node`, if it belongs to this recording.
    pub fn index(&self, node: NodeId) -> Option<usize> {
        self.head().index(node).map(|index| index as usize)
    }

    /// Inputs and joins so far.
    pub fn nodes(&self) -> usize {
        self.head().count() as usize
    }

    /// Variables given at the start.
    pub fn inputs(&self) -> usize {
        self.head().inputs() as usize
    }

    /// Bytes allocated for records.
    pub fn capacity_in_bytes(&self) -> usize {
        self.head().capacity_in_bytes()
    }

    /// Lets `f` read the records. While it runs, nothing can be recorded here: a push to this recording panics.
    ///
    /// # Panics
    /// If it is called from inside the global allocator, which makes room for this recording.
    pub fn read<R>(&self, f: impl FnOnce(Records<'_, T>) -> R) -> R {
        struct Resume<'a>(&'a Head);
        impl Drop for Resume<'_> {
            fn drop(&mut self) {
                self.0.resume();
            }
        }
        let head = self.head();
        assert!(
            head.state() != State::Growing,
            "dualtape: a tape was read inside the global allocator while it waits there for memory. An allocator must not compute \
             with the recording that called it"
        );
        // A read inside a read (from arithmetic on `T`) finds the recording paused, and must leave it so for the outer one.
        let _resume = (head.state() == State::Recording).then(|| {
            head.pause(State::Read);
            Resume(head)
        });
        let count = (head.count() - head.inputs()) as usize;
        let records = match count {
            0 => &[],
            // SAFETY: `count` records are initialised (4), and while the recording is paused nothing writes to them (3).
            _ => unsafe { std::slice::from_raw_parts(head.records().cast::<Record<T>>(), count) },
        };
        // SAFETY: invariants 4 and 5.
        f(unsafe { Records::new(records, self.inputs(), head.has_runs()) })
    }

    /// Forgets all nodes but the first `nodes`, which get new ids; the ids used so far are stale from now on.
    ///
    /// # Panics
    /// If there are fewer nodes, or fewer are to be left than there are inputs, or if it is called from inside the global
    /// allocator, which makes room for this recording.
    pub fn rewind(&mut self, nodes: usize) {
        let head = self.head();
        assert!(
            head.state() == State::Recording,
            "dualtape: a tape was rewound inside the global allocator while it waits there for memory. An allocator must not \
             compute with the recording that called it"
        );
        // What is left is initialised (4).
        assert!(
            (self.inputs()..=self.nodes()).contains(&nodes),
            "a recording can be cut down to {nodes} nodes only if it has them"
        );
        let ids = with_room(self.ids.after(head.count()), self.head);
        head.rewind(ids.base(), nodes as u64);
        self.ids = ids;
    }

    /// Ends the recording and gives the buffer back.
    pub fn end(self) -> Buffer<T> {
        self.head().end();
        let ids = self.ids.after(self.head().count());
        let buffer = Buffer { head: self.head, ids, not_send: PhantomData };
        std::mem::forget(self);
        buffer
    }
}

impl<T> Drop for Recording<T> {
    fn drop(&mut self) {
        // SAFETY: `self` is not used again, so the copy is the only owner of the head.
        drop(unsafe { ptr::read(self) }.end());
    }
}
