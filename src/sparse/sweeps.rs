//! How many colours each sweep takes, and what is read off it.

use std::ops::Range;

/// The widest sweep: as wide as those of dense matrices, beyond which registers do not reach.
pub(super) const WIDEST: usize = 8;

/// The colours of each sweep over dual numbers, 8, 4 or 2 directions wide: the widest first, and for what is left the narrowest that has
/// room for it. There is one without colours if there are none, which gives the value.
pub(super) fn sweeps(colours: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    (0..colours.max(1)).step_by(WIDEST).map(move |first| {
        let strip = first..colours.min(first + WIDEST);
        let width = match strip.len() {
            0..=2 => 2,
            3..=4 => 4,
            _ => WIDEST,
        };
        (width, strip)
    })
}

/// Panics if the places of the entries do not fit the numbers that plans keep.
pub(super) fn check_room(entries: usize) {
    assert!(
        u32::try_from(entries).is_ok(),
        "dualtape: a plan has no room for {entries} entries, which are more than 2³²"
    );
}

/// An entry that is read off a sweep, and where it goes: to two places if it stands for its mirror image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Read {
    /// The row of the compressed matrix.
    pub row: u32,
    /// Its column.
    pub colour: u32,
    /// Among the entries of the pattern.
    pub places: [u32; 2],
}

/// What is read off all sweeps: in the order of the sweeps, and of the rows in each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reads {
    reads: Vec<Read>,
    /// Where the reads of each sweep end.
    ends: Vec<usize>,
}

impl Reads {
    pub fn new(mut reads: Vec<Read>) -> Reads {
        let sweep = |read: &Read| read.colour as usize / WIDEST;
        reads.sort_by_key(|read| (sweep(read), read.row));
        let sweeps = reads.last().map_or(0, |read| sweep(read) + 1);
        let ends = (0..sweeps).map(|k| reads.partition_point(|read| sweep(read) <= k)).collect();
        Reads { reads, ends }
    }

    /// Those of the sweep that begins with the colour `first`.
    pub fn of_sweep(&self, first: usize) -> &[Read] {
        let sweep = first / WIDEST;
        let end = |sweep: usize| self.ends.get(sweep).copied().unwrap_or(self.reads.len());
        let begin = if sweep == 0 { 0 } else { end(sweep - 1) };
        &self.reads[begin..end(sweep)]
    }
}

/// The reads of one sweep after the other, for rows that come in their order in each and may be left out.
pub(super) struct Cursor<'a> {
    left: &'a [Read],
    /// The first colour of the sweep that is read.
    sweep: Option<usize>,
}

impl<'a> Cursor<'a> {
    pub fn new() -> Self {
        Cursor { left: &[], sweep: None }
    }

    /// The reads of a row of the sweep that begins with the colour `first`. It comes after all rows asked for before in this sweep.
    pub fn of_row(&mut self, reads: &'a Reads, first: usize, row: usize) -> &'a [Read] {
        if self.sweep.replace(first) != Some(first) {
            self.left = reads.of_sweep(first);
        }
        let begin = self.left.iter().take_while(|read| (read.row as usize) < row).count();
        let rest = &self.left[begin..];
        let (found, left) = rest.split_at(rest.iter().take_while(|read| read.row as usize == row).count());
        self.left = left;
        found
    }
}
