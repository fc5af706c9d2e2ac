//! Which recording is active on this thread, and the push. **All unsafe code of the crate is in this file.** (`SimdValue` of nalgebra
//! has two unsafe signatures; their bodies are safe.)
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

use super::ids::{self, BLOCK, NUMBERS_END, Numbers};
use std::alloc::{self, Layout};
use std::any::type_name;
use std::cell::Cell;
use std::hint::assert_unchecked;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A join of two nodes: the derivatives of the result by each of them.
///
/// A join of more than two is a run of records: each after the first *continues* the one before, which means that its node also
/// depends on the node before it, with derivative 1. The nodes inside a run belong to nobody else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<T> {
    left: u32,
    /// With the mark [`CONTINUES`] in the highest bit.
    right: u32,
    pub by_left: T,
    pub by_right: T,
}

const CONTINUES: u32 = 1 << 31;

impl<T> Record<T> {
    /// The index of the left operand.
    #[inline(always)]
    pub fn left(&self) -> usize {
        self.left as usize
    }

    /// The index of the right operand.
    #[inline(always)]
    pub fn right(&self) -> usize {
        (self.right & !CONTINUES) as usize
    }

    #[inline(always)]
    pub fn continues(&self) -> bool {
        self.right & CONTINUES != 0
    }
}

/// The records of a recording from its first on, to be read.
pub(crate) struct Records<'a, T> {
    records: &'a [Record<T>],
    inputs: usize,
    has_runs: bool,
}

impl<'a, T> Records<'a, T> {
    /// Inputs and records.
    pub fn nodes(&self) -> usize {
        self.inputs + self.records.len()
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The records among the first `nodes` nodes, the last of which must be the result of a join or an input.
    pub fn up_to(&self, nodes: usize) -> Records<'a, T> {
        Records { records: &self.records[..nodes - self.inputs], ..*self }
    }

    /// From the first to the last.
    #[cfg(feature = "nalgebra")]
    pub fn iter(&self) -> std::slice::Iter<'a, Record<T>> {
        self.records.iter()
    }

    /// `false` if no record continues another one.
    pub fn has_runs(&self) -> bool {
        self.has_runs
    }

    /// From the last to the first, along `entries` of which there is one for each node. `RUNS` may be `false` if the recording
    /// [has no runs](Records::has_runs), which saves looking for the mark.
    #[inline(always)]
    pub fn backward<'e, A, const RUNS: bool>(&self, entries: &'e mut [A]) -> Backward<'a, 'e, T, A, RUNS> {
        assert!(RUNS || !self.has_runs, "runs are expected where there are some");
        assert_eq!(entries.len(), self.nodes(), "an entry for each node");
        Backward { records: self.records, entries, left: self.records.len() }
    }
}

/// A walk over records, see [`Records::backward`].
pub(crate) struct Backward<'a, 'e, T, A, const RUNS: bool> {
    records: &'a [Record<T>],
    entries: &'e mut [A],
    /// Records to come.
    left: usize,
}

impl<T, A, const RUNS: bool> Backward<'_, '_, T, A, RUNS> {
    /// The record before.
    #[inline(always)]
    pub fn next(&mut self) -> Option<Place<'_, T, A, RUNS>> {
        self.left = self.left.checked_sub(1)?;
        let node = self.entries.len() - self.records.len() + self.left;
        // SAFETY: it starts at the number of records, and falls.
        Some(Place { record: unsafe { self.records.get_unchecked(self.left) }, node, entries: self.entries })
    }
}

/// A record, and the entries of its node and of its operands.
pub(crate) struct Place<'w, T, A, const RUNS: bool> {
    record: &'w Record<T>,
    node: usize,
    entries: &'w mut [A],
}

impl<T, A, const RUNS: bool> Place<'_, T, A, RUNS> {
    pub fn record(&self) -> &Record<T> {
        self.record
    }

    /// The index of the record's node.
    pub fn node(&self) -> usize {
        self.node
    }

    /// The entry of any node.
    pub fn entry(&mut self, node: usize) -> &mut A {
        &mut self.entries[node]
    }

    /// The entry of the record's node.
    #[inline(always)]
    pub fn own(&mut self) -> &mut A {
        // SAFETY: `backward` saw an entry for each node.
        unsafe { self.entries.get_unchecked_mut(self.node) }
    }

    /// The entry of the left operand.
    #[inline(always)]
    pub fn left(&mut self) -> &mut A {
        // SAFETY: operands come before their record (4), whose node has an entry.
        unsafe { self.entries.get_unchecked_mut(self.record.left()) }
    }

    /// The entry of the right operand.
    #[inline(always)]
    pub fn right(&mut self) -> &mut A {
        let right = if RUNS { self.record.right() } else { self.record.right as usize };
        // SAFETY: as in `left`; `backward` made sure that there is no mark to mask if `RUNS` is false.
        unsafe { self.entries.get_unchecked_mut(right) }
    }

    /// `true` if the record before belongs to the same join.
    #[inline(always)]
    pub fn continues(&self) -> bool {
        RUNS && self.record.continues()
    }
}

/// No recording has more nodes than this, so that indices fit in 31 bits.
pub(super) const MOST_NODES: u64 = 1 << 31;

/// Records that a buffer holds when it is first allocated.
const FIRST_CAPACITY: u64 = 256;

/// The recording that is written to. `records` points where the record with index 0 would be if inputs were recorded too, so
/// that index `i` is at `records + i`; `limit` is the `count` at which the buffer is full.
struct Slot {
    base: Cell<u64>,
    count: Cell<u64>,
    limit: Cell<u64>,
    records: Cell<*mut u8>,
    has_runs: Cell<bool>,
    head: Cell<*const Head>,
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
    static ACTIVE: [Slot; SLOTS] = const { [const { Slot::empty() }; SLOTS] };
    /// The live recordings, linked by [`Head::next`]. Without a destructor, so that it is there while the thread ends.
    static LIVE: Cell<*const Head> = const { Cell::new(ptr::null()) };
}

/// The slot that recordings over `T` use.
const fn slot_of<T>() -> usize {
    size_of::<T>() / 4 % SLOTS
}

/// The slot that recordings over `T` use.
///
/// A function of its own, since [`LocalKey::with`](std::thread::LocalKey::with) is not inlined around much code.
#[inline(always)]
fn slot<T>() -> &'static Slot {
    let slot = ACTIVE.with(|slots| &raw const slots[const { slot_of::<T>() }]);
    // SAFETY: the table has no destructor, so it is there until the thread is gone; and since `Slot` is not `Sync`, the reference
    // cannot leave the thread.
    unsafe { &*slot }
}

/// Records a join of two nodes and returns the number of the new one.
///
/// # Panics
/// If the operands do not belong to one live recording of this thread, if the recording has 2^31 nodes, or if memory runs out.
#[inline(always)]
pub(crate) fn push<T: Copy>(left: u64, by_left: T, right: u64, by_right: T) -> u64 {
    push_unless_constant(left, by_left, right, by_right).expect("a node")
}

/// [`push`], or `None` if an operand is a constant (node 0).
///
/// # Panics
/// If the operands do not belong to one live recording of this thread, if the recording has 2^31 nodes, or if memory runs out.
#[inline(always)]
pub(crate) fn push_unless_constant<T: Copy>(left: u64, by_left: T, right: u64, by_right: T) -> Option<u64> {
    let slot = slot::<T>();
    let (base, count) = (slot.base.get(), slot.count.get());
    // So that the compiler sees, of an operand that it knows to be a constant, that it is in no range.
    // SAFETY: by 1, where an empty slot has the base `BLOCK`; `begin` and `grow` see to it that `count` is not more.
    unsafe { assert_unchecked((BLOCK..NUMBERS_END).contains(&base) && count <= MOST_NODES) };
    // Constants are looked for last: what is in the range is none.
    if !(left.wrapping_sub(base) < count && right.wrapping_sub(base) < count && count != slot.limit.get()) {
        if left == 0 || right == 0 {
            return None;
        }
        make_ready([left, right], type_name::<T>);
    }
    // SAFETY: the slot holds the recording that owns both operands, and there is room: either it was so, or `make_ready` saw to it.
    // By 2 the buffer holds `Record<T>`, by 3 it is alive.
    Some(unsafe { write(slot, left, by_left, right, by_right, 0) })
}

/// Continues the join `last` with two more operands and returns the number of its node from now on; `None` if `last` is not the
/// latest node of the recording that is written to, or an operand does not belong to it.
#[inline(always)]
pub(crate) fn push_more<T: Copy>(last: u64, left: u64, by_left: T, right: u64, by_right: T) -> Option<u64> {
    let slot = slot::<T>();
    let (base, count) = (slot.base.get(), slot.count.get());
    let is_latest = last.wrapping_sub(base).wrapping_add(1) == count;
    if !is_latest || left.wrapping_sub(base) >= count || right.wrapping_sub(base) >= count {
        return None;
    }
    slot.has_runs.set(true);
    if count == slot.limit.get() {
        make_ready([left, right], type_name::<T>);
    }
    // SAFETY: as in `push`.
    Some(unsafe { write(slot, left, by_left, right, by_right, CONTINUES) })
}

/// Writes a record and returns the number of its node.
///
/// # Safety
/// The slot's buffer holds `Record<T>`, is alive, has room for the record with index `count`, and owns both operands.
#[inline(always)]
unsafe fn write<T: Copy>(slot: &Slot, left: u64, by_left: T, right: u64, by_right: T, mark: u32) -> u64 {
    let (base, count) = (slot.base.get(), slot.count.get());
    let record = slot.records.get().cast::<Record<T>>().wrapping_add(count as usize);
    // SAFETY: by the caller's promise the place is inside the allocation and aligned for `Record<T>`. Field by field, since a
    // record that is put together first goes through the stack, and reading it back stalls.
    unsafe {
        (&raw mut (*record).left).write(left.wrapping_sub(base) as u32);
        (&raw mut (*record).right).write(right.wrapping_sub(base) as u32 | mark);
        (&raw mut (*record).by_left).write(by_left);
        (&raw mut (*record).by_right).write(by_right);
    }
    slot.count.set(count + 1);
    base + count
}

/// Loads the recording that owns both operands into its slot and makes room for one more record.
///
/// # Panics
/// If there is none, or no room can be made.
#[cold]
#[inline(never)]
fn make_ready(operands: [u64; 2], name: fn() -> &'static str) {
    let [left, right] = operands.map(|node| owner(node).unwrap_or_else(|| foreign(node, name)));
    assert!(
        ptr::eq(left, right),
        "dualtape: two tapes were mixed: the operands belong to different recordings over `{}`. Inside another derivative, \
         differentiate over `Reverse` of the outer type (`Reverse<Reverse<_>>`) and lift outer values with `Reverse::constant`; values \
         of two separate `Tape`s cannot be joined at all. (RUST_BACKTRACE=1 shows where)",
        short(name())
    );
    // SAFETY: `owner` returns heads from the list of live recordings, whose heads are alive (3).
    let head = unsafe { &*left };
    head.load();
    let slot_is_full = ACTIVE.with(|slots| slots[head.slot].count.get() == slots[head.slot].limit.get());
    if slot_is_full {
        head.grow();
    }
}

/// The live recording of this thread that owns `node`.
fn owner(node: u64) -> Option<*const Head> {
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

/// A type name without module paths: `Dual<f64>` for `dualtape::numbers::dual::Dual<f64>`.
fn short(name: &str) -> String {
    name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
        .map(|part| part.rsplit("::").next().unwrap_or(part))
        .collect()
}

/// Panics with what is known about a node that belongs to no live recording of this thread.
#[cold]
fn foreign(node: u64, name: fn() -> &'static str) -> ! {
    let name = short(name());
    if ids::came_to_this_thread(node) {
        panic!(
            "dualtape: a `Reverse<{name}>` was used after its recording ended. A variable lives as long as the gradient call or \
             `Tape` it comes from; use `primal()` or `detach()` to keep its value. (RUST_BACKTRACE=1 shows where)"
        );
    }
    panic!(
        "dualtape: a `Reverse<{name}>` was used on a thread other than the one its recording runs on (or after that recording \
         ended). Each thread records on its own tape; send plain values with `primal()` instead"
    );
}

// ---- The buffer ------------------------------------------------------------------------------------------------------

/// A buffer of records of one type, and the state of its recording while another one is in the slot.
struct Head {
    base: Cell<u64>,
    /// Nodes so far; when the recording is in its slot, the slot's `count` is the current one.
    count: Cell<u64>,
    /// Whether a record is marked as continuing; in its slot as for `count`.
    has_runs: Cell<bool>,
    inputs: Cell<u64>,
    numbers: Cell<Numbers>,
    /// The next in the list of live recordings.
    next: Cell<*const Head>,
    slot: usize,
    records: Cell<*mut u8>,
    capacity: Cell<u64>,
    record: Layout,
}

impl Head {
    fn is_loaded(&self) -> bool {
        ACTIVE.with(|slots| ptr::eq(slots[self.slot].head.get(), self))
    }

    fn current_count(&self) -> u64 {
        if self.is_loaded() { ACTIVE.with(|slots| slots[self.slot].count.get()) } else { self.count.get() }
    }

    /// Puts this recording into its slot, after saving the one that was there.
    fn load(&self) {
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
    fn unload(&self) {
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
    fn list(&self) {
        self.next.set(LIVE.replace(self));
    }

    /// Takes this recording out of its slot and off the list, so that its numbers match nothing; tells whether it was listed.
    fn unlist(&self) -> bool {
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

    fn point_slot_at_buffer(&self) {
        ACTIVE.with(|slots| {
            let slot = &slots[self.slot];
            let inputs = self.inputs.get();
            slot.limit.set((inputs + self.capacity.get()).min(MOST_NODES));
            slot.records.set(self.records.get().wrapping_sub((inputs as usize).wrapping_mul(self.record.size())));
        });
    }

    /// Doubles the buffer of a loaded recording. `realloc` moves large blocks by remapping pages, without copying.
    fn grow(&self) {
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
