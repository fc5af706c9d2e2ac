//! The record of a join: how it lies in memory, how it is written and how records are read.
//!
//! # Invariants
//! [`Records`] promises that the operands of a record come before its own node (invariant 4 of [the recording](super)) and that no
//! record is marked if `has_runs` is `false` (invariant 5). [`Backward`] and [`Place`] add that there is an entry for each node. So
//! the entries of a record's node and of its operands are reached without a range test.

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
    /// Writes the record with these operands (indices below 2^31) and partials to `place`.
    ///
    /// # Safety
    /// `place` is valid for writing a `Record<T>`.
    #[inline(always)]
    pub(super) unsafe fn write(place: *mut Record<T>, left: u64, by_left: T, right: u64, by_right: T, continues: bool) {
        let mark = if continues { CONTINUES } else { 0 };
        // SAFETY: the caller's promise. The fields are written one by one because a record that is put together first goes
        // through the stack, and reading it back stalls.
        unsafe {
            (&raw mut (*place).left).write(left as u32);
            (&raw mut (*place).right).write(right as u32 | mark);
            (&raw mut (*place).by_left).write(by_left);
            (&raw mut (*place).by_right).write(by_right);
        }
    }

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
    /// The records after `inputs` inputs.
    ///
    /// # Safety
    /// The operands of each record are less than the index of its node, and no record is marked if `has_runs` is `false`.
    pub(super) unsafe fn new(records: &'a [Record<T>], inputs: usize, has_runs: bool) -> Records<'a, T> {
        Records { records, inputs, has_runs }
    }

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
        Backward { node: entries.len(), inputs: self.inputs, records: self.records, entries }
    }
}

/// A walk over records, see [`Records::backward`].
pub(crate) struct Backward<'a, 'e, T, A, const RUNS: bool> {
    records: &'a [Record<T>],
    entries: &'e mut [A],
    inputs: usize,
    /// Of the record that came last: as many as inputs and records to come. One count for all that the walk looks at.
    node: usize,
}

impl<T, A, const RUNS: bool> Backward<'_, '_, T, A, RUNS> {
    /// The record before.
    #[inline(always)]
    pub fn next(&mut self) -> Option<Place<'_, T, A, RUNS>> {
        if self.node == self.inputs {
            return None;
        }
        self.node -= 1;
        // SAFETY: `node` starts at the number of inputs and records, falls, and is not less than the number of inputs.
        let record = unsafe { self.records.get_unchecked(self.node - self.inputs) };
        Some(Place { record, node: self.node, entries: self.entries })
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
        // SAFETY: the operand comes before the record, whose node has an entry.
        unsafe { self.entries.get_unchecked_mut(self.record.left()) }
    }

    /// The entry of the right operand.
    #[inline(always)]
    pub fn right(&mut self) -> &mut A {
        // SAFETY: as in `left`.
        unsafe { self.entries.get_unchecked_mut(self.right_index()) }
    }

    /// The index of the right operand. If `RUNS` is false, `backward` made sure that no record carries a mark, which would have to
    /// be taken off.
    #[inline(always)]
    fn right_index(&self) -> usize {
        if RUNS { self.record.right() } else { self.record.right as usize }
    }

    /// The entry of the node just before the record's.
    #[inline(always)]
    pub fn before(&mut self) -> &mut A {
        // SAFETY: the operands come before the record's node, which therefore is not the first one.
        unsafe { self.entries.get_unchecked_mut(self.node - 1) }
    }

    /// `true` if the left operand is the node just before the record's.
    #[inline(always)]
    pub fn is_left_just_before(&self) -> bool {
        self.record.left() == self.node - 1
    }

    /// `true` if the right operand is the node just before the record's.
    #[inline(always)]
    pub fn is_right_just_before(&self) -> bool {
        self.right_index() == self.node - 1
    }

    /// `true` if the record before belongs to the same join.
    #[inline(always)]
    pub fn continues(&self) -> bool {
        RUNS && self.record.continues()
    }
}
