//! The push: how a join is written to the recording that owns its operands, and what happens if there is none.
//!
//! The invariants are those of [the recording](super).

use super::active::{Head, Slot, State, slot, slot_of};
use super::ids::{self, MOST_NODES, NodeId};
use super::memory::Memory;
use super::record::Record;
use super::registry;
use crate::float::SHOWS_WHERE;
use std::any::type_name;
use std::hint::assert_unchecked;

/// What became of a join.
pub(crate) enum Pushed {
    /// It is recorded, and this is its node.
    Node(NodeId),
    /// An operand is a constant, so there is nothing to join.
    Constant,
    /// The recording of its operands is [muted](super::muted).
    Muted,
}

/// Records a join of two nodes and returns the new one, or `None` if their recording is muted.
///
/// # Panics
/// If the operands do not belong to one live recording of this thread, if the recording has 2^31 nodes, or if memory runs out.
#[inline(always)]
pub(crate) fn push<T: Copy>(left: NodeId, by_left: T, right: NodeId, by_right: T) -> Option<NodeId> {
    match push_join(left, by_left, right, by_right) {
        Pushed::Node(node) => Some(node),
        Pushed::Muted => None,
        Pushed::Constant => unreachable!("both operands are nodes"),
    }
}

/// Records a join of two operands, if both are nodes of a recording that is not muted.
///
/// # Panics
/// If the operands do not belong to one live recording of this thread, if the recording has 2^31 nodes, or if memory runs out.
#[inline(always)]
pub(crate) fn push_join<T: Copy>(left: NodeId, by_left: T, right: NodeId, by_right: T) -> Pushed {
    let slot = slot(const { slot_of::<T>() });
    let (base, count) = (slot.base.get(), slot.count.get());
    // This lets the compiler drop the range test for an operand that it knows to be a constant.
    // SAFETY: the bases of recordings come from `ids`, which promises it (1), and an empty slot has the first of them; `begin`
    // and `limit` see to it that `count` is not more.
    unsafe { assert_unchecked(base.may_be_base() && count <= MOST_NODES) };
    // Constants are looked for last: what is in the range is none.
    if !(left.index_from(base) < count && right.index_from(base) < count && count != slot.limit.get()) {
        if left.is_constant() || right.is_constant() {
            return Pushed::Constant;
        }
        if !make_ready([left, right], type_name::<T>) {
            return Pushed::Muted;
        }
    }
    // SAFETY: the slot holds the recording that owns both operands, and there is room: either it was so, or `make_ready` saw to it.
    // By 2 the memory is for `Record<T>`, by 3 it is alive.
    Pushed::Node(unsafe { write(slot, left, by_left, right, by_right, false) })
}

/// Continues the join `last` with two more operands and returns its node from now on; `None` if `last` is not the latest node of
/// the recording that is written to, or an operand does not belong to it.
#[inline(always)]
pub(super) fn push_more<T: Copy>(last: NodeId, left: NodeId, by_left: T, right: NodeId, by_right: T) -> Option<NodeId> {
    let slot = slot(const { slot_of::<T>() });
    let (base, count) = (slot.base.get(), slot.count.get());
    let is_latest = last.index_from(base).wrapping_add(1) == count;
    if !is_latest || left.index_from(base) >= count || right.index_from(base) >= count {
        return None;
    }
    slot.has_runs.set(true);
    if count == slot.limit.get() && !make_ready([left, right], type_name::<T>) {
        return None;
    }
    // SAFETY: as in `push_join`. And `last` still is the latest node: while the memory grows nothing is recorded (3).
    Some(unsafe { write(slot, left, by_left, right, by_right, true) })
}

/// Records a result of `K` operands, at least two, as a [`Join`](super::Join) of them one by one does.
///
/// Only where this takes no more than writing records: `None`, and nothing is recorded, if an operand does not belong to the recording
/// in the slot, if there is not room for all records, or if two operands that would share a record are the same node. `one` is 1.
#[inline(always)]
pub(super) fn push_known<T: Copy, const K: usize>(one: T, nodes: [NodeId; K], partials: [T; K]) -> Option<NodeId> {
    let records = const { K.div_ceil(2) as u64 };
    let slot = slot(const { slot_of::<T>() });
    let (base, count) = (slot.base.get(), slot.count.get());
    let operands = nodes.map(|node| node.index_from(base));
    let is_owned = operands.iter().fold(true, |all, &operand| all & (operand < count));
    let are_pairs = operands.as_chunks::<2>().0.iter().fold(true, |all, [left, right]| all & (left != right));
    if !is_owned || !are_pairs || count + records > slot.limit.get() {
        return None;
    }
    if const { K >= 4 } {
        slot.has_runs.set(true);
    }
    let place = slot.records.get().cast::<Record<T>>();
    for k in (0..K).step_by(2) {
        let node = count + k as u64 / 2;
        let place = place.wrapping_add(node as usize);
        // What is left over is joined with the records so far.
        let (left, by_left, right, by_right) = if k + 1 < K {
            (operands[k], partials[k], operands[k + 1], partials[k + 1])
        } else {
            (node - 1, one, operands[k], partials[k])
        };
        // SAFETY: the slot holds the recording that owns all operands, and there is room for all records, so that the place is
        // inside the allocation and aligned. By 2 the memory is for `Record<T>`, by 3 it is alive.
        unsafe { Record::write(place, left, by_left, right, by_right, 0 < k && k + 1 < K) };
    }
    slot.count.set(count + records);
    Some(base.plus(count + records - 1))
}

/// Writes a record and returns its node.
///
/// # Safety
/// The slot's memory is for `Record<T>`, is alive, has room for the record with index `count`, and the slot's recording owns both
/// operands.
#[inline(always)]
unsafe fn write<T: Copy>(slot: &Slot, left: NodeId, by_left: T, right: NodeId, by_right: T, continues: bool) -> NodeId {
    let (base, count) = (slot.base.get(), slot.count.get());
    let place = slot.records.get().cast::<Record<T>>().wrapping_add(count as usize);
    // SAFETY: by the caller's promise the place is inside the allocation and aligned for `Record<T>`.
    unsafe { Record::write(place, left.index_from(base), by_left, right.index_from(base), by_right, continues) };
    slot.count.set(count + 1);
    base.plus(count)
}

/// Loads the recording that owns both operands into its slot and makes room for one more record; `false` if it is muted.
///
/// # Panics
/// If there is none, or no room can be made.
#[cold]
#[inline(never)]
fn make_ready(operands: [NodeId; 2], name: fn() -> &'static str) -> bool {
    let [left, right] = operands;
    match registry::with_owner(left, |head| load(head, right)) {
        Some(Loaded::Ready) => {}
        Some(Loaded::Muted) => return false,
        Some(Loaded::Full(memory)) => make_room(left, memory, name),
        Some(Loaded::TooLong) => panic!(
            "dualtape: a recording can hold at most 2^{} nodes; split the computation into several gradients. \
             {SHOWS_WHERE}",
            MOST_NODES.ilog2()
        ),
        Some(Loaded::Refused) | None => refuse(operands, name),
    }
    true
}

/// What came of an attempt to [load] a recording.
enum Loaded {
    /// There is room for one more record.
    Ready,
    /// The recording is muted.
    Muted,
    /// The memory was full. The recording has lent it, so that it can be made larger.
    Full(Memory),
    /// The recording has as many nodes as it may have.
    TooLong,
    /// The recording does not own the other operand, or cannot be written to at the moment.
    Refused,
}

/// Loads a recording, which owns one operand of a join, into its slot.
fn load(head: &Head, other_operand: NodeId) -> Loaded {
    if head.state() != State::Recording || head.index(other_operand).is_none() {
        Loaded::Refused
    } else if head.is_muted() {
        Loaded::Muted
    } else if head.load() {
        Loaded::Ready
    } else if head.count() >= MOST_NODES {
        Loaded::TooLong
    } else {
        Loaded::Full(head.lend())
    }
}

/// Doubles the memory of the recording that owns `node` and has lent it, and loads the recording again.
///
/// The global allocator is code of the user and may do anything while it runs, even end the recording. So it is given the memory
/// without anybody referring to it, and the recording is looked up once more afterwards.
///
/// # Panics
/// If memory runs out, or if the recording has ended meanwhile.
fn make_room(node: NodeId, memory: Memory, name: fn() -> &'static str) {
    let records = memory.capacity();
    let (Ok(memory) | Err(memory)) = memory.doubled();
    let has_grown = memory.capacity() > records;
    // If the recording has ended, the memory stays here: it must not be freed inside `with_owner`.
    let mut memory = Some(memory);
    let take_back = |head: &Head| {
        memory.take().into_iter().for_each(|memory| head.take_back(memory));
        head.load()
    };
    if registry::with_owner(node, take_back).is_none() {
        drop(memory);
        foreign(node, name);
    }
    assert!(has_grown, "dualtape: out of memory for a recording of {records} joins");
}

/// Panics with the reason why two nodes cannot be joined.
#[cold]
fn refuse(operands: [NodeId; 2], name: fn() -> &'static str) -> ! {
    let bases = operands.map(|node| {
        let found = registry::with_owner(node, |head| (head.state(), head.base()));
        let Some((state, base)) = found else { foreign(node, name) };
        let name = short(name());
        assert!(
            state != State::Growing,
            "dualtape: a `Reverse<{name}>` was used inside the global allocator while its recording waits there for memory. An \
             allocator must not compute with variables of the recording that called it. {SHOWS_WHERE}"
        );
        assert!(
            state != State::Read,
            "dualtape: a `Reverse<{name}>` was used while its recording is being swept. Arithmetic inside a sweep must not record \
             on the tape that is swept. {SHOWS_WHERE}"
        );
        base
    });
    debug_assert_ne!(bases[0], bases[1], "a recording that owns both operands is loaded");
    panic!(
        "dualtape: two tapes were mixed: the operands belong to different recordings over `{}`. Inside another derivative, \
         differentiate over `Reverse` of the outer type (`Reverse<Reverse<_>>`) and lift outer values with `Reverse::constant`; \
         values of two separate `Tape`s cannot be joined at all. {SHOWS_WHERE}",
        short(name())
    );
}

/// A type name without module paths: `Dual<f64>` for `dualtape::numbers::dual::Dual<f64>`.
fn short(name: &str) -> String {
    name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
        .map(|part| part.rsplit("::").next().unwrap_or(part))
        .collect()
}

/// Panics with what is known about a node that belongs to no live recording of this thread.
#[cold]
fn foreign(node: NodeId, name: fn() -> &'static str) -> ! {
    let name = short(name());
    if ids::came_to_this_thread(node) {
        panic!(
            "dualtape: a `Reverse<{name}>` was used after its recording ended. A variable lives as long as the gradient call or \
             `Tape` it comes from; use `primal()` or `detach()` to keep its value. {SHOWS_WHERE}"
        );
    }
    panic!(
        "dualtape: a `Reverse<{name}>` was used on a thread other than the one its recording runs on (or after that recording \
         ended). Each thread records on its own tape; send plain values with `primal()` instead. {SHOWS_WHERE}"
    );
}
