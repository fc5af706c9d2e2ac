//! Columns: where the instances of a launch find their operands.
//!
//! ```text
//!   instance     0   1   2   3
//!   uniform      7   7   7   7     one number for all
//!   even         4   5   6   7     evenly spaced; by 1, and it is read where it is
//!   table        9   2   2   5     anything else
//! ```
//!
//! The instances of a shape are sorted by their operands, so what an inner loop shares becomes uniform and what it runs through becomes
//! even. They are cut into segments in which all columns are even, unless these are too short.

/// The places of an operand in memory.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    Uniform(u32),
    /// The first one, and the distance to the next.
    Even(u32, i32),
    Table(Box<[u32]>),
}

/// Segments shorter than this, on average, are not worth a launch of their own: it costs as much as some ten lookups for each of them.
const LEAST_SEGMENT: usize = 8;

impl Column {
    /// The column with the entries `at(lo)` to `at(hi - 1)`.
    pub fn of(lo: usize, hi: usize, at: impl Fn(usize) -> u32) -> Column {
        let first = at(lo);
        if hi - lo == 1 {
            return Column::Uniform(first);
        }
        let distance = i64::from(at(lo + 1)) - i64::from(first);
        let is_even = (lo + 1..hi).all(|k| i64::from(at(k)) - i64::from(at(k - 1)) == distance);
        match (is_even, i32::try_from(distance)) {
            (true, Ok(0)) => Column::Uniform(first),
            (true, Ok(distance)) => Column::Even(first, distance),
            _ => Column::Table((lo..hi).map(at).collect()),
        }
    }

    pub fn at(&self, instance: usize) -> u32 {
        match self {
            Column::Uniform(place) => *place,
            Column::Even(first, distance) => (i64::from(*first) + i64::from(*distance) * instance as i64) as u32,
            Column::Table(places) => places[instance],
        }
    }

    /// The same column, `by` places further.
    pub fn shifted(&self, by: u32) -> Column {
        match self {
            Column::Uniform(place) => Column::Uniform(place + by),
            Column::Even(first, distance) => Column::Even(first + by, *distance),
            Column::Table(places) => Column::Table(places.iter().map(|place| place + by).collect()),
        }
    }

    /// Whether entries are looked up one by one.
    pub fn is_gathered(&self) -> bool {
        !matches!(self, Column::Uniform(_) | Column::Even(_, 1))
    }

    /// Bytes of its table.
    pub fn bytes(&self) -> usize {
        if let Column::Table(places) = self { size_of_val(&**places) } else { 0 }
    }
}

/// The segments of `count` instances, of which each has `width` places, one instance after the other.
pub(super) fn segments(places: &[u32], count: usize, width: usize) -> Vec<(usize, usize)> {
    let row = |instance: usize| &places[instance * width..][..width];
    let is_same_step = |instance: usize, before: usize| {
        (0..width).all(|k| {
            i64::from(row(instance)[k]) - i64::from(row(instance - 1)[k])
                == i64::from(row(before)[k]) - i64::from(row(before - 1)[k])
        })
    };
    let (mut segments, mut lo) = (Vec::new(), 0);
    while lo < count {
        let mut hi = (lo + 2).min(count);
        while hi < count && is_same_step(hi, lo + 1) {
            hi += 1;
        }
        segments.push((lo, hi));
        lo = hi;
    }
    if count < LEAST_SEGMENT * segments.len() { vec![(0, count)] } else { segments }
}
