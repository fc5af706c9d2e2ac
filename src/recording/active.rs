//! Which recording is active on this thread.
//!
//! # How a node is numbered
//!
//! A node (an input or a recorded join) has a 64-bit number that is unique in the process and is never used again. A recording
//! owns the consecutive numbers `base .. base + count`; number 0 belongs to nobody and marks constants. So one subtraction and
//! one comparison, `node - base < count`, decide whether a value belongs to the recording at hand, and give its index in it.
//!
//! # How the active recording is found
//!
//! Thread-local storage holds a small table of [`Slot`]s, const-initialised and without a destructor, so that reaching one
//! costs a load. A slot describes the recording that is being written to; which slot a recording over `T` uses depends only on
//! the size of `T`. A push whose operands are not in the slot's range (another type uses the slot, an outer recording is
//! written to, the buffer is full, or the value is foreign) takes the cold path, which looks the number up among the thread's
//! live recordings and loads the right one into the slot, or panics.
//!
//! # Invariants
//!
//! 1. *Numbers are unique.* `base` comes from [`Numbers`] (in `ids.rs`, without unsafe code), which hands out disjoint ranges from a global counter, between [`BLOCK`]
//!    and [`NUMBERS_END`]; each recording owns at least 2^31 numbers from its `base`, and the next recording with the same buffer
//!    starts after the last number used.
//! 2. *A number fixes the type.* Only [`Recording<T>`] and the pushes over `T` create numbers, and only [`crate::Reverse<T>`]
//!    holds them (the field is private to the crate). So if a `Reverse<T>` holds a number in the range of a recording, that recording's
//!    buffer holds `Record<T>`, whatever slot it is in. This is what makes the untyped slot sound.
//! 3. *The buffer is alive while its range can match.* A slot's range is set when a live recording is loaded and emptied
//!    (`count = 0`) before the buffer is freed, moved or read. [`Recording::read`] takes the recording off the table of live ones
//!    first, so that no push can move the buffer while it is borrowed, even from inside arithmetic on `T`.
//! 4. *`count - inputs` records are initialised*, `limit - inputs` fit the allocation, and operand indices are less than the
//!    index of their record.
//! 5. *A run is whole.* A record marked as continuing comes right after another record of the same join, which nothing else
//!    refers to: only [`push_more`] writes the mark, and it is given the node that the join pushed last. A recording with a mark
//!    has `has_runs` set.
//! 6. *One thread.* Slots, live lists and heads are thread-local, and [`Recording`] is neither `Send` nor `Sync`. Only numbers
//!    cross threads, and a foreign number matches no range.

use super::ids::{BLOCK, Numbers};
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr;

/// No recording has more nodes than this, so that indices fit in 31 bits.
pub(super) const MOST_NODES: u64 = 1 << 31;

/// The recording that is written to. `records` points where the record with index 0 would be if inputs were recorded too, so
/// that index `i` is at `records + i`; `limit` is the `count` at which the buffer is full.
pub(super) struct Slot {
    pub(super) base: Cell<u64>,
    pub(super) count: Cell<u64>,
    pub(super) limit: Cell<u64>,
    pub(super) records: Cell<*mut u8>,
    pub(super) has_runs: Cell<bool>,
    pub(super) head: Cell<*const Head>,
}

const SLOTS: usize = 16;

impl Slot {
    const fn empty() -> Slot {
        Slot {
            base: Cell::new(BLOCK),
            count: Cell::new(0),
            limit: Cell::new(0),
            records: Cell::new(ptr::null_mut()),
            has_runs: Cell::new(false),
            head: Cell::new(ptr::null()),
        }
    }
}

thread_local! {
    pub(super) static ACTIVE: [Slot; SLOTS] = const { [const { Slot::empty() }; SLOTS] };
    /// The live recordings, linked by [`Head::next`]. Without a destructor, so that it is there while the thread ends.
    static LIVE: Cell<*const Head> = const { Cell::new(ptr::null()) };
}

/// The slot that recordings over `T` use.
pub(super) const fn slot_of<T>() -> usize {
    size_of::<T>() / 4 % SLOTS
}

/// The slot that recordings over `T` use.
///
/// A function of its own, since [`LocalKey::with`](std::thread::LocalKey::with) is not inlined around much code.
#[inline(always)]
pub(super) fn slot<T>() -> &'static Slot {
    let slot = ACTIVE.with(|slots| &raw const slots[const { slot_of::<T>() }]);
    // SAFETY: the table has no destructor, so it is there until the thread is gone; and since `Slot` is not `Sync`, the reference
    // cannot leave the thread.
    unsafe { &*slot }
}

/// The live recording of this thread that owns `node`.
pub(super) fn owner(node: u64) -> Option<*const Head> {
    let mut next = LIVE.get();
    while !next.is_null() {
        // SAFETY: heads in the live list are alive (3).
        let head = unsafe { &*next };
        if node.wrapping_sub(head.base.get()) < head.current_count() {
            return Some(next);
        }
        next = head.next.get();
    }
    None
}

/// A buffer of records of one type, and the state of its recording while another one is in the slot.
pub(super) struct Head {
    pub(super) base: Cell<u64>,
    /// Nodes so far; when the recording is in its slot, the slot's `count` is the current one.
    pub(super) count: Cell<u64>,
    /// Whether a record is marked as continuing; in its slot as for `count`.
    pub(super) has_runs: Cell<bool>,
    pub(super) inputs: Cell<u64>,
    pub(super) numbers: Cell<Numbers>,
    /// The next in the list of live recordings.
    pub(super) next: Cell<*const Head>,
    pub(super) slot: usize,
    pub(super) records: Cell<*mut u8>,
    pub(super) capacity: Cell<u64>,
    pub(super) record: Layout,
}

impl Head {
    pub(super) fn is_loaded(&self) -> bool {
        ACTIVE.with(|slots| ptr::eq(slots[self.slot].head.get(), self))
    }

    pub(super) fn current_count(&self) -> u64 {
        if self.is_loaded() { ACTIVE.with(|slots| slots[self.slot].count.get()) } else { self.count.get() }
    }

    /// Puts this recording into its slot, after saving the one that was there.
    pub(super) fn load(&self) {
        if self.is_loaded() {
            return;
        }
        ACTIVE.with(|slots| {
            let slot = &slots[self.slot];
            let other = slot.head.get();
            if !other.is_null() {
                // SAFETY: a head is unloaded before it dies (3), so a loaded one is alive.
                let other = unsafe { &*other };
                other.count.set(slot.count.get());
                other.has_runs.set(slot.has_runs.get());
            }
            slot.base.set(self.base.get());
            slot.count.set(self.count.get());
            slot.has_runs.set(self.has_runs.get());
            slot.head.set(self);
        });
        self.point_slot_at_buffer();
    }

    /// Empties the slot if this recording is in it.
    pub(super) fn unload(&self) {
        if self.is_loaded() {
            ACTIVE.with(|slots| {
                let slot = &slots[self.slot];
                self.count.set(slot.count.get());
                self.has_runs.set(slot.has_runs.get());
                slot.base.set(BLOCK);
                slot.count.set(0);
                slot.limit.set(0);
                slot.records.set(ptr::null_mut());
                slot.head.set(ptr::null());
            });
        }
    }

    /// Puts this recording on the list of live ones.
    pub(super) fn list(&self) {
        self.next.set(LIVE.replace(self));
    }

    /// Takes this recording out of its slot and off the list, so that its numbers match nothing; tells whether it was listed.
    pub(super) fn unlist(&self) -> bool {
        self.unload();
        if ptr::eq(LIVE.get(), self) {
            LIVE.set(self.next.get());
            return true;
        }
        let mut before = LIVE.get();
        while !before.is_null() {
            // SAFETY: heads in the live list are alive (3).
            let head = unsafe { &*before };
            if ptr::eq(head.next.get(), self) {
                head.next.set(self.next.get());
                return true;
            }
            before = head.next.get();
        }
        false
    }

    pub(super) fn point_slot_at_buffer(&self) {
        ACTIVE.with(|slots| {
            let slot = &slots[self.slot];
            let inputs = self.inputs.get();
            slot.limit.set((inputs + self.capacity.get()).min(MOST_NODES));
            slot.records.set(self.records.get().wrapping_sub((inputs as usize).wrapping_mul(self.record.size())));
        });
    }
}
