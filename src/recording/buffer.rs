//! Buffers and recordings.

use super::active::{Head, MOST_NODES, slot_of};
use super::ids::Numbers;
use super::record::{Record, Records};
use std::alloc::{self, Layout};
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A recording of joins over `T`, from [`Recording::begin`] to its drop; the buffer is kept in a [`Buffer`] between recordings.
///
/// While it lives, pushes whose operands belong to it are written to it, on this thread.
pub(crate) struct Recording<T> {
    head: NonNull<Head>,
    not_send: PhantomData<*const T>,
}

/// A buffer for [`Recording`]s over `T` that is not recording.
pub(crate) struct Buffer<T> {
    head: NonNull<Head>,
    not_send: PhantomData<*const T>,
}

impl<T: Copy> Buffer<T> {
    pub fn new() -> Buffer<T> {
        let head = Box::new(Head {
            base: Cell::new(0),
            count: Cell::new(0),
            has_runs: Cell::new(false),
            inputs: Cell::new(0),
            numbers: Cell::new(Numbers::new()),
            next: Cell::new(ptr::null()),
            slot: slot_of::<T>(),
            records: Cell::new(ptr::null_mut()),
            capacity: Cell::new(0),
            record: Layout::new::<Record<T>>(),
        });
        Buffer { head: NonNull::from(Box::leak(head)), not_send: PhantomData }
    }

    /// Starts a recording with `inputs` variables, whose indices are `0 .. inputs`.
    ///
    /// # Panics
    /// If there are more than 2^31 inputs.
    pub fn begin(self, inputs: usize) -> Recording<T> {
        assert!(
            inputs as u64 <= MOST_NODES,
            "dualtape: a recording can hold at most 2^31 nodes, and {inputs} inputs were given"
        );
        let recording = Recording { head: self.head, not_send: PhantomData };
        std::mem::forget(self);
        let head = recording.head();
        if !head.numbers.get().has_room() {
            head.numbers.set(Numbers::new());
        }
        head.base.set(head.numbers.get().next);
        head.inputs.set(inputs as u64);
        head.count.set(inputs as u64);
        head.has_runs.set(false);
        head.list();
        head.load();
        recording
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        // SAFETY: the head was leaked from a box in `new`, and a buffer that is not recording is its only owner.
        let head = unsafe { Box::from_raw(self.head.as_ptr()) };
        head.numbers.get().give_back();
        if head.capacity.get() > 0 {
            let size = head.capacity.get() as usize * head.record.size();
            // SAFETY: allocated in `grow` with this layout.
            unsafe {
                alloc::dealloc(head.records.get(), Layout::from_size_align_unchecked(size, head.record.align()));
            }
        }
    }
}

impl<T> Recording<T> {
    fn head(&self) -> &Head {
        // SAFETY: the head lives until `Buffer::drop`, which cannot run while the recording owns it.
        unsafe { self.head.as_ref() }
    }

    /// The number of the node with index `index`.
    pub fn node(&self, index: usize) -> u64 {
        self.head().base.get() + index as u64
    }

    /// The index of `node`, if it belongs to this recording.
    pub fn index(&self, node: u64) -> Option<usize> {
        let index = node.wrapping_sub(self.head().base.get());
        (index < self.head().current_count()).then_some(index as usize)
    }

    /// Inputs and joins so far.
    pub fn nodes(&self) -> usize {
        self.head().current_count() as usize
    }

    /// Variables given at the start.
    pub fn inputs(&self) -> usize {
        self.head().inputs.get() as usize
    }

    /// Bytes allocated for records.
    pub fn capacity_in_bytes(&self) -> usize {
        self.head().capacity.get() as usize * self.head().record.size()
    }

    /// Lets `f` read the records. While it runs, nothing can be recorded here: a push to this recording panics.
    pub fn read<R>(&self, f: impl FnOnce(Records<'_, T>) -> R) -> R {
        struct Relist<'a>(&'a Head);
        impl Drop for Relist<'_> {
            fn drop(&mut self) {
                self.0.list();
            }
        }
        let head = self.head();
        // A read inside a read (from arithmetic on `T`) finds it off the list, and must leave it so for the outer one.
        let _relist = head.unlist().then(|| Relist(head));
        let count = (head.count.get() - head.inputs.get()) as usize;
        let records = match count {
            0 => &[],
            // SAFETY: `count` records are initialised (4); off the live list and out of the slot nothing writes to them (3).
            _ => unsafe { std::slice::from_raw_parts(head.records.get().cast::<Record<T>>(), count) },
        };
        f(Records { records, inputs: self.inputs(), has_runs: head.has_runs.get() })
    }

    /// Ends the recording and gives the buffer back.
    pub fn end(self) -> Buffer<T> {
        let head = self.head();
        head.unlist();
        let mut numbers = head.numbers.get();
        numbers.next = head.base.get() + head.count.get();
        head.numbers.set(numbers);
        let buffer = Buffer { head: self.head, not_send: PhantomData };
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
