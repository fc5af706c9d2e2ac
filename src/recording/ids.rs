//! The ids of nodes: ranges that are unique in the process, and how they pass between recordings, threads and the process.
//!
//! The unsafe code of the recording relies on what is promised here: no two live ranges overlap, each lies inside one block, all
//! blocks lie between [`BLOCK`] and [`IDS_END`], and no range is handed out without room for a recording.
//!
//! An allocator may compute with tape variables too. So nothing here allocates while a list is borrowed or locked.

use super::registry;
use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The id of a node, an input or a recorded join. It is unique in the process and never used again.
///
/// A recording owns consecutive ids from its *base* on, so one subtraction and one comparison decide whether a node belongs to
/// it and give the index of the node in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(u64);

impl NodeId {
    /// What constants have in place of a node. It belongs to no recording.
    pub const CONSTANT: NodeId = NodeId(0);

    /// What a join of several operands has in place of a node if their recording is muted. It belongs to no recording.
    pub(super) const NOWHERE: NodeId = NodeId(u64::MAX);

    /// The base of a slot without a recording.
    pub(super) const FIRST: NodeId = NodeId(BLOCK);

    /// `true` if this is [`NodeId::CONSTANT`].
    #[inline(always)]
    pub fn is_constant(self) -> bool {
        self == NodeId::CONSTANT
    }

    /// The id of the node with index `index` in the recording with this base.
    #[inline(always)]
    pub(super) fn plus(self, index: u64) -> NodeId {
        NodeId(self.0 + index)
    }

    /// The index of this node in the recording with the base `base`. If the node is not in that recording, the result is no
    /// smaller than the number of its nodes.
    #[inline(always)]
    pub(super) fn index_from(self, base: NodeId) -> u64 {
        self.0.wrapping_sub(base.0)
    }

    /// `true` for every id that a recording or an empty slot has as its base.
    #[inline(always)]
    pub(super) fn may_be_base(self) -> bool {
        (BLOCK..IDS_END).contains(&self.0)
    }

    /// The block that the id lies in.
    pub(super) fn block(self) -> Block {
        Block(self.0 / BLOCK)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The number of a block of ids. At any time, no more than one buffer of the process holds ids of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Block(u64);

/// No recording has more nodes than this, so that indices fit in 31 bits. Tests of this crate reach a smaller limit.
pub(super) const MOST_NODES: u64 = if cfg!(test) { 1 << 16 } else { 1 << 31 };

/// Ids in a block. A block of 2^36 ids lasts one buffer about a minute of uninterrupted recording.
pub(super) const BLOCK: u64 = if cfg!(test) { 1 << 18 } else { 1 << 36 };

/// The end of all ids. The process has 2^27 blocks to give away: one busy thread uses them up in about 250 years, 64 busy threads
/// in four.
const IDS_END: u64 = 1 << 63;

/// A range of ids that nobody else uses: `next .. end`, inside one block.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdRange {
    next: u64,
    end: u64,
}

/// The ranges that no thread has.
struct Free {
    /// What ended threads left.
    left: Vec<IdRange>,
    /// The first id of the blocks that nobody had yet.
    unused: u64,
}

static FREE: Mutex<Free> = Mutex::new(Free { left: Vec::new(), unused: BLOCK });

/// The ids of one thread.
struct ThreadIds {
    /// Ranges that no buffer holds at the moment. They stay with the thread until it ends.
    spare: Vec<IdRange>,
    /// Every range that came to this thread, as it was then, to tell an ended recording from a foreign one.
    ours: Vec<Range<u64>>,
}

thread_local! {
    static IDS: RefCell<ThreadIds> = const { RefCell::new(ThreadIds { spare: Vec::new(), ours: Vec::new() }) };
}

/// `true` if the node is in a range that came to this thread. While the thread ends, that is forgotten.
pub(super) fn came_to_this_thread(node: NodeId) -> bool {
    IDS.try_with(|ids| ids.borrow().ours.iter().any(|range| range.contains(&node.0))).unwrap_or(false)
}

/// `true` while the destructors of thread-local values run, from some point on.
pub(super) fn thread_is_ending() -> bool {
    IDS.try_with(|_| ()).is_err()
}

impl Drop for ThreadIds {
    fn drop(&mut self) {
        self.spare.drain(..).for_each(IdRange::give_to_process);
        registry::free_if_empty();
    }
}

impl IdRange {
    /// A range with room for at least one recording.
    pub fn new() -> IdRange {
        let spare = IDS.try_with(|ids| ids.borrow_mut().spare.pop()).ok().flatten();
        spare.unwrap_or_else(|| {
            let range = IdRange::from_process();
            // If the thread is ending, there is no list any more.
            let _ = IDS.try_with(|ids| append(range.next..range.end, |f| f(&mut ids.borrow_mut().ours)));
            range
        })
    }

    fn from_process() -> IdRange {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        free.left.pop().unwrap_or_else(|| {
            let next = free.unused;
            assert!(next < IDS_END, "dualtape: all ids for nodes of the process are in use");
            free.unused = next + BLOCK;
            IdRange { next, end: free.unused }
        })
    }

    /// The base of the next recording.
    pub fn base(&self) -> NodeId {
        NodeId(self.next)
    }

    /// The block that the range lies in, also when the range is used up.
    pub fn block(&self) -> Block {
        Block((self.end - 1) / BLOCK)
    }

    /// What is left after a recording with `nodes` nodes.
    pub fn after(self, nodes: u64) -> IdRange {
        IdRange { next: self.next + nodes, ..self }
    }

    /// `true` if there is room for one more recording, however many nodes it will have.
    pub fn has_room(&self) -> bool {
        self.end - self.next >= MOST_NODES
    }

    /// Leaves the range to the next buffer of this thread, or of another one if this thread is ending.
    pub fn give_back(self) {
        if self.has_room() && IDS.try_with(|ids| append(self, |f| f(&mut ids.borrow_mut().spare))).is_err() {
            self.give_to_process();
        }
    }

    fn give_to_process(self) {
        append(self, |f| f(&mut FREE.lock().unwrap_or_else(PoisonError::into_inner).left));
    }
}

/// Appends `item` to the list that `with` borrows, and allocates only while it is not borrowed: the allocator may come back here.
fn append<T>(item: T, with: impl Fn(&mut dyn FnMut(&mut Vec<T>))) {
    let mut item = Some(item);
    let mut larger = Vec::new();
    loop {
        let mut wanted = 0;
        with(&mut |list| {
            if list.len() == list.capacity() && larger.capacity() > list.len() {
                larger.append(list);
                std::mem::swap(list, &mut larger);
            }
            if list.len() < list.capacity() {
                list.extend(item.take());
            } else {
                wanted = (2 * list.len()).max(4);
            }
        });
        if wanted == 0 {
            return;
        }
        larger = Vec::with_capacity(wanted);
    }
}
