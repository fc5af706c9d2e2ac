//! The push.

use super::active::{ACTIVE, MOST_NODES, Slot, owner, slot};
use super::ids::{self, BLOCK, NUMBERS_END};
use super::record::{CONTINUES, Record};
use std::any::type_name;
use std::hint::assert_unchecked;
use std::ptr;

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
