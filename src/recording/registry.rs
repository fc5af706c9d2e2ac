//! The buffers of a thread, to be found by the nodes of their recordings.
//!
//! A buffer holds the ids of one block, and no other buffer holds ids of that block. So the block of a node leads to the only
//! buffer that can own it, in constant time however many there are.
//!
//! The table has no destructor, so that it is there while the thread ends and destructors of other thread-local values record or
//! drop tapes. An empty table is freed when the thread ends, or else by the last of those destructors that drops a tape.

use super::active::Head;
use super::ids::{self, Block, NodeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

type Table = HashMap<Block, NonNull<Head>, BuildHasherDefault<Scatter>>;

thread_local! {
    static HEADS: RefCell<ManuallyDrop<Table>> =
        const { RefCell::new(ManuallyDrop::new(Table::with_hasher(BuildHasherDefault::new()))) };
}

/// Hashes one number: blocks are counted upwards, so a multiplication scatters them well.
#[derive(Default)]
struct Scatter(u64);

impl Hasher for Scatter {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }
    fn write_u64(&mut self, x: u64) {
        // 2^64 over the golden ratio. Source: Knuth, "The Art of Computer Programming", volume 3, section 6.4.
        self.0 = (self.0 ^ x).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

/// Calls `f` with the recording of this thread that owns `node`, if there is one.
///
/// `f` must neither allocate nor make or drop a buffer; the latter would panic.
pub(super) fn with_owner<R>(node: NodeId, f: impl FnOnce(&Head) -> R) -> Option<R> {
    HEADS.with(|heads| {
        let heads = heads.borrow();
        let head = heads.get(&node.block())?;
        // SAFETY: a head is alive while it is in the table (3), and while the table is borrowed none is taken out.
        let head = unsafe { head.as_ref() };
        head.owns(node).then(|| f(head))
    })
}

/// Registers the head of the buffer that holds the ids of `block`.
///
/// # Safety
/// The head lives, on this thread, until [`unregister`] was called for the same block.
pub(super) unsafe fn register(block: Block, head: NonNull<Head>) {
    HEADS.with(|heads| {
        // The allocator may compute with tape variables, so it must not be called while the table is borrowed.
        loop {
            let (used, capacity) = (heads.borrow().len(), heads.borrow().capacity());
            if used < capacity {
                break;
            }
            let mut larger = Table::with_capacity_and_hasher(2 * used + 2, BuildHasherDefault::new());
            let mut heads = heads.borrow_mut();
            if heads.len() == heads.capacity() && larger.capacity() > heads.len() {
                larger.extend(heads.drain());
                std::mem::swap(&mut larger, &mut heads);
            }
        }
        heads.borrow_mut().insert(block, head);
    });
}

/// Takes the buffer that holds the ids of `block` off the table.
pub(super) fn unregister(block: Block) {
    let is_kept = HEADS.with(|heads| {
        let mut heads = heads.borrow_mut();
        heads.remove(&block);
        heads.capacity() <= MOST_KEPT
    });
    if !is_kept || ids::thread_is_ending() {
        free_if_empty();
    }
}

/// An empty table with more room than this is freed at once.
const MOST_KEPT: usize = 64;

/// Frees the memory of the table if no buffer is registered.
pub(super) fn free_if_empty() {
    let is_empty = |heads: &RefCell<ManuallyDrop<Table>>| heads.borrow().is_empty();
    // As in `register`, the allocator is called when the table is not borrowed any more.
    drop(HEADS.with(|heads| is_empty(heads).then(|| std::mem::take(&mut **heads.borrow_mut()))));
}

/// How many buffers are registered.
#[cfg(test)]
pub(super) fn count() -> usize {
    HEADS.with(|heads| heads.borrow().len())
}
