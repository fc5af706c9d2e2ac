//! The memory that records lie in.
//!
//! # Invariant
//! If `capacity` is positive, `start` points at an allocation with [the layout](Memory::layout) of `capacity` records, which the
//! value owns.

use std::alloc::{self, Layout};
use std::ptr;

/// A block of memory for records of one layout.
pub(super) struct Memory {
    start: *mut u8,
    /// In records.
    capacity: u64,
    record: Layout,
}

/// Records that a block holds when it is first allocated.
const FIRST_CAPACITY: u64 = 256;

impl Memory {
    /// No memory yet, for records with the layout `record`.
    pub fn empty(record: Layout) -> Memory {
        debug_assert!(record.size() > 0, "a record holds two indices at least");
        Memory { start: ptr::null_mut(), capacity: 0, record }
    }

    /// No memory, for records as in `self`.
    pub fn as_empty(&self) -> Memory {
        Memory::empty(self.record)
    }

    /// Where the first record is.
    pub fn start(&self) -> *mut u8 {
        self.start
    }

    /// Where the record with index 0 would be, if the record with index `first` came first. Only for computing with.
    pub fn start_without(&self, first: u64) -> *mut u8 {
        self.start.wrapping_sub((first as usize).wrapping_mul(self.record.size()))
    }

    /// Records that fit.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    pub fn bytes(&self) -> usize {
        self.capacity as usize * self.record.size()
    }

    /// The layout of `capacity` records, unless it is larger than any allocation may be.
    fn layout(&self, capacity: u64) -> Option<Layout> {
        let bytes = usize::try_from(capacity).ok()?.checked_mul(self.record.size())?;
        Layout::from_size_align(bytes, self.record.align()).ok()
    }

    /// The block with the same records and room for twice as many; the block as it was if there is no memory for that.
    ///
    /// `realloc` moves large blocks by remapping pages, without copying. The block is passed by value because the global
    /// allocator is code of the user: while it runs, nothing may refer to the memory.
    pub fn doubled(mut self) -> Result<Memory, Memory> {
        let new = (self.capacity * 2).max(FIRST_CAPACITY);
        let Some(layout) = self.layout(new) else { return Err(self) };
        let start = match self.layout(self.capacity) {
            // SAFETY: `old` is the layout of the allocation, by the invariant; the new size is positive and, as `layout` has seen,
            // not too large.
            Some(old) if self.capacity > 0 => unsafe { alloc::realloc(self.start, old, layout.size()) },
            // SAFETY: the size is positive.
            _ => unsafe { alloc::alloc(layout) },
        };
        if start.is_null() {
            return Err(self); // a failed `realloc` leaves the old allocation as it was
        }
        (self.start, self.capacity) = (start, new);
        Ok(self)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(layout) = self.layout(self.capacity)
            && self.capacity > 0
        {
            // SAFETY: the allocation is ours and has this layout, by the invariant.
            unsafe { alloc::dealloc(self.start, layout) }
        }
    }
}
