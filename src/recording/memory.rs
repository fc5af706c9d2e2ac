//! Memory for records.

use super::active::{Head, MOST_NODES};
use std::alloc::{self, Layout};
use std::ptr;

/// Records that a buffer holds when it is first allocated.
const FIRST_CAPACITY: u64 = 256;

impl Head {
    /// Doubles the buffer of a loaded recording. `realloc` moves large blocks by remapping pages, without copying.
    pub(super) fn grow(&self) {
        let count = self.current_count();
        assert!(
            count < MOST_NODES,
            "dualtape: a recording can hold at most 2^31 nodes; split the computation into several gradients"
        );
        let old = self.capacity.get();
        let new = (old * 2).max(FIRST_CAPACITY);
        let layout = |capacity: u64| {
            usize::try_from(capacity)
                .ok()
                .and_then(|n| n.checked_mul(self.record.size()))
                .and_then(|size| Layout::from_size_align(size, self.record.align()).ok())
        };
        let grown = layout(new).map_or(ptr::null_mut(), |new| {
            // SAFETY: the sizes are positive; a buffer with `old > 0` was allocated here with the layout of `old` records.
            unsafe {
                match old {
                    0 => alloc::alloc(new),
                    _ => alloc::realloc(self.records.get(), layout(old).expect("it was allocated"), new.size()),
                }
            }
        });
        // After a failed `realloc` the old buffer is untouched, so the panic leaves everything in order.
        assert!(!grown.is_null(), "dualtape: out of memory for a recording of {count} nodes");
        self.records.set(grown);
        self.capacity.set(new);
        self.point_slot_at_buffer();
    }
}
