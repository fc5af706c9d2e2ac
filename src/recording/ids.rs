//! The numbers of nodes: ranges that are unique in the process, and how they pass between recordings, threads and the process.
//!
//! `active.rs` relies on what is promised here: no two live ranges overlap, all lie between [`BLOCK`] and [`NUMBERS_END`], and none is
//! handed out without room for a recording.

use super::active::MOST_NODES;
use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

/// A range of node numbers that nobody else uses: `next .. end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub next: u64,
    end: u64,
}

/// Ranges that are free: what ended threads left, then everything from the last entry on. Blocks of 2^36 numbers last a buffer
/// for a minute of recording without pause, and 2^27 buffers can hold one at a time.
static FREE: Mutex<(Vec<Numbers>, u64)> = Mutex::new((Vec::new(), BLOCK));
pub(super) const BLOCK: u64 = 1 << 36;
pub(super) const NUMBERS_END: u64 = 1 << 63;

/// The node numbers of one thread.
struct ThreadNumbers {
    /// Ranges that no buffer holds at the moment. They stay with the thread until it ends.
    spare: Vec<Numbers>,
    /// Every range that came to this thread, to tell an ended recording from a foreign one.
    ours: Vec<Numbers>,
}

thread_local! {
    static NUMBERS: RefCell<ThreadNumbers> = const { RefCell::new(ThreadNumbers { spare: Vec::new(), ours: Vec::new() }) };
}

/// `true` if the number of the node is in a range that came to this thread; while the thread ends, that is forgotten.
pub(super) fn came_to_this_thread(node: u64) -> bool {
    NUMBERS
        .try_with(|numbers| numbers.borrow().ours.iter().any(|range| (range.next..range.end).contains(&node)))
        .unwrap_or(false)
}

impl Drop for ThreadNumbers {
    fn drop(&mut self) {
        self.spare.drain(..).for_each(Numbers::give_to_process);
    }
}

impl Numbers {
    /// A range with room for at least one recording.
    pub fn new() -> Numbers {
        NUMBERS
            .try_with(|numbers| {
                let ThreadNumbers { spare, ours } = &mut *numbers.borrow_mut();
                spare.pop().unwrap_or_else(|| {
                    let numbers = Numbers::from_process();
                    ours.push(numbers);
                    numbers
                })
            })
            .unwrap_or_else(|_| Numbers::from_process()) // the thread is ending
    }

    fn from_process() -> Numbers {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        free.0.pop().unwrap_or_else(|| {
            let next = free.1;
            assert!(next < NUMBERS_END, "dualtape: all node numbers of the process are in use");
            free.1 = next + BLOCK;
            Numbers { next, end: free.1 }
        })
    }

    /// `true` if there is room for one more recording.
    pub fn has_room(&self) -> bool {
        self.end - self.next >= MOST_NODES
    }

    /// Leaves the range to the next buffer of this thread, or of another one if this thread is ending.
    pub fn give_back(self) {
        if self.has_room() && NUMBERS.try_with(|numbers| numbers.borrow_mut().spare.push(self)).is_err() {
            self.give_to_process();
        }
    }

    fn give_to_process(self) {
        FREE.lock().unwrap_or_else(PoisonError::into_inner).0.push(self);
    }
}
