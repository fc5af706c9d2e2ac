//! Records: layout and reading.

/// A join of two nodes: the derivatives of the result by each of them.
///
/// A join of more than two is a run of records: each after the first *continues* the one before, which means that its node also
/// depends on the node before it, with derivative 1. The nodes inside a run belong to nobody else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<T> {
    pub(super) left: u32,
    /// With the mark [`CONTINUES`] in the highest bit.
    pub(super) right: u32,
    pub by_left: T,
    pub by_right: T,
}

pub(super) const CONTINUES: u32 = 1 << 31;

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
    pub(super) records: &'a [Record<T>],
    pub(super) inputs: usize,
    pub(super) has_runs: bool,
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
