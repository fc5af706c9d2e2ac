//! Which recording is active on this thread: the slots that pushes write to, and the recordings that are loaded into them.
//!
//! The invariants are those of [the recording](super).

use super::ids::{MOST_NODES, NodeId};
use super::memory::Memory;
use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::ptr;

/// The recording that is written to. `records` points where the record with index 0 would be if inputs were recorded too, so
/// that index `i` is at `records + i`; `limit` is the `count` at which the memory is full.
pub(super) struct Slot {
    pub base: Cell<NodeId>,
    pub count: Cell<u64>,
    pub limit: Cell<u64>,
    pub records: Cell<*mut u8>,
    pub has_runs: Cell<bool>,
    head: Cell<*const Head>,
}

const SLOTS: usize = 16;

impl Slot {
    const fn empty() -> Slot {
        Slot {
            base: Cell::new(NodeId::FIRST),
            count: Cell::new(0),
            limit: Cell::new(0),
            records: Cell::new(ptr::null_mut()),
            has_runs: Cell::new(false),
            head: Cell::new(ptr::null()),
        }
    }

    /// Empties the slot after saving the recording that is in it.
    fn clear(&self) {
        let head = self.head.get();
        if !head.is_null() {
            // SAFETY: a recording is unloaded before its head dies, so what is loaded is alive (3).
            unsafe { &*head }.unload();
        }
    }
}

thread_local! {
    static ACTIVE: [Slot; SLOTS] = const { [const { Slot::empty() }; SLOTS] };
}

/// The slot that recordings over `T` use.
pub(super) const fn slot_of<T>() -> usize {
    size_of::<T>() / 4 % SLOTS
}

/// The slot with the number `slot`.
///
/// This is separate from its callers because rustc does not inline [`LocalKey::with`](std::thread::LocalKey::with) around larger
/// closures.
#[inline(always)]
pub(super) fn slot(slot: usize) -> &'static Slot {
    let slot = ACTIVE.with(|slots| &raw const slots[slot]);
    // SAFETY: the table has no destructor, so it is there until the thread is gone; and since `Slot` is not `Sync`, the reference
    // cannot leave the thread.
    unsafe { &*slot }
}

/// Which recordings are muted on this thread.
struct Muting {
    /// How often recordings were muted so far.
    times: Cell<u64>,
    /// Recordings that began before recordings were muted for this time are muted; 0 if none are.
    before: Cell<u64>,
}

thread_local! {
    static MUTING: Muting = const { Muting { times: Cell::new(0), before: Cell::new(0) } };
}

/// Mutes the recordings that exist on this thread while `f` runs, also if it panics: joins of their nodes are not recorded. A
/// recording that begins meanwhile is not muted, but by a call inside this one.
pub(crate) fn muted<R>(f: impl FnOnce() -> R) -> R {
    let time = MUTING.with(|muting| {
        muting.times.set(muting.times.get() + 1);
        muting.times.get()
    });
    let _restore = mute_before(time);
    f()
}

/// Calls `f` with no recording muted. Afterwards, what it loaded is out of its slot again.
pub(crate) fn unmuted<R>(f: impl FnOnce() -> R) -> R {
    let _restore = mute_before(0);
    f()
}

/// Mutes the recordings that began before recordings were muted for the time `time`, and those only, until the guard is dropped.
fn mute_before(time: u64) -> impl Drop {
    struct Restore(u64);
    impl Drop for Restore {
        fn drop(&mut self) {
            set(self.0);
        }
    }
    /// What is muted must not be in a slot.
    fn set(time: u64) -> u64 {
        if time != 0 {
            (0..SLOTS).for_each(|i| slot(i).clear());
        }
        MUTING.with(|muting| muting.before.replace(time))
    }
    Restore(set(time))
}

/// What a buffer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for the next recording.
    Idle,
    /// Joins may be pushed.
    Recording,
    /// Its records are borrowed.
    Read,
    /// Its memory is in the hands of the allocator.
    Growing,
}

/// A buffer of records of one type, and the state of its recording while another one is in the slot.
pub(super) struct Head {
    state: Cell<State>,
    base: Cell<NodeId>,
    inputs: Cell<u64>,
    /// How often recordings had been muted when this one began.
    born: Cell<u64>,
    /// Nodes so far; when the recording is in its slot, the slot's `count` is the current one.
    count: Cell<u64>,
    /// Whether a record is marked as continuing; in its slot as for `count`.
    has_runs: Cell<bool>,
    slot: usize,
    memory: RefCell<Memory>,
}

impl Head {
    /// A buffer for recordings that use the slot `slot` and have records with the layout `record`.
    pub fn new(slot: usize, record: Layout) -> Head {
        Head {
            state: Cell::new(State::Idle),
            base: Cell::new(NodeId::FIRST),
            inputs: Cell::new(0),
            born: Cell::new(0),
            count: Cell::new(0),
            has_runs: Cell::new(false),
            slot,
            memory: RefCell::new(Memory::empty(record)),
        }
    }

    #[inline]
    pub fn state(&self) -> State {
        self.state.get()
    }

    #[inline]
    pub fn base(&self) -> NodeId {
        self.base.get()
    }

    #[inline]
    pub fn inputs(&self) -> u64 {
        self.inputs.get()
    }

    /// Inputs and joins so far.
    #[inline]
    pub fn count(&self) -> u64 {
        if self.is_loaded() { slot(self.slot).count.get() } else { self.count.get() }
    }

    #[inline]
    pub fn has_runs(&self) -> bool {
        if self.is_loaded() { slot(self.slot).has_runs.get() } else { self.has_runs.get() }
    }

    /// The index of `node` if it belongs to the recording.
    #[inline]
    pub fn index(&self, node: NodeId) -> Option<u64> {
        let index = node.index_from(self.base());
        (index < self.count()).then_some(index)
    }

    /// `true` if there is a recording, and `node` belongs to it.
    pub fn owns(&self, node: NodeId) -> bool {
        #[cfg(test)]
        super::tests::count_look_up();
        self.state() != State::Idle && self.index(node).is_some()
    }

    /// Where the first record is.
    #[inline]
    pub fn records(&self) -> *mut u8 {
        self.memory.borrow().start()
    }

    pub fn capacity_in_bytes(&self) -> usize {
        self.memory.borrow().bytes()
    }

    /// Begins a recording with `inputs` inputs, whose ids start with `base`.
    pub fn begin(&self, base: NodeId, inputs: u64) {
        self.base.set(base);
        self.inputs.set(inputs);
        self.born.set(MUTING.with(|muting| muting.times.get()));
        self.count.set(inputs);
        self.has_runs.set(false);
        self.state.set(State::Recording);
        self.load();
    }

    /// Goes on with the first `count` nodes of the recording, whose ids start with `base` from now on. Runs stay marked, although
    /// there may be none left.
    pub fn rewind(&self, base: NodeId, count: u64) {
        self.unload();
        debug_assert!((self.inputs()..=self.count()).contains(&count));
        self.base.set(base);
        self.count.set(count);
    }

    /// `true` while the recording is [muted].
    pub fn is_muted(&self) -> bool {
        self.born.get() < MUTING.with(|muting| muting.before.get())
    }

    /// Ends the recording. Its ids are in no range any more.
    #[inline]
    pub fn end(&self) {
        self.unload();
        self.state.set(State::Idle);
    }

    /// Keeps pushes away while the records are read or moved, until [`Head::resume`].
    pub fn pause(&self, state: State) {
        self.unload();
        self.state.set(state);
    }

    /// Lets pushes come again.
    #[inline]
    pub fn resume(&self) {
        self.state.set(State::Recording);
    }

    /// Hands out the memory, so that the allocator can make it larger, and keeps pushes away until it is [back](Head::take_back).
    pub fn lend(&self) -> Memory {
        self.pause(State::Growing);
        let empty = self.memory.borrow().as_empty();
        self.memory.replace(empty)
    }

    /// Takes the memory that was [lent](Head::lend), with its records, and goes on.
    pub fn take_back(&self, memory: Memory) {
        debug_assert_eq!(self.state(), State::Growing);
        self.memory.replace(memory);
        self.resume();
    }

    #[inline]
    fn is_loaded(&self) -> bool {
        ptr::eq(slot(self.slot).head.get(), self)
    }

    /// Puts the recording into its slot, after saving the one that was there. Tells whether there is room for one more record.
    pub fn load(&self) -> bool {
        let slot = slot(self.slot);
        if !self.is_loaded() {
            let other = slot.head.get();
            if !other.is_null() {
                // SAFETY: a recording is unloaded before its head dies, so what is loaded is alive (3).
                unsafe { &*other }.save(slot);
            }
            let (memory, inputs) = (self.memory.borrow(), self.inputs.get());
            slot.base.set(self.base.get());
            slot.count.set(self.count.get());
            slot.has_runs.set(self.has_runs.get());
            slot.limit.set((inputs + memory.capacity()).min(MOST_NODES));
            slot.records.set(memory.start_without(inputs));
            slot.head.set(self);
        }
        slot.count.get() < slot.limit.get()
    }

    /// Empties the slot if the recording is in it.
    fn unload(&self) {
        if self.is_loaded() {
            let slot = slot(self.slot);
            self.save(slot);
            slot.base.set(NodeId::FIRST);
            slot.count.set(0);
            slot.limit.set(0);
            slot.records.set(ptr::null_mut());
            slot.head.set(ptr::null());
        }
    }

    /// Takes over what changed while the recording was in the slot.
    fn save(&self, slot: &Slot) {
        self.count.set(slot.count.get());
        self.has_runs.set(slot.has_runs.get());
    }
}
