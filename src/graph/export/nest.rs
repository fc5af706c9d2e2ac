//! Loops in a sequence of statements, with what their operands are in each pass.
//!
//! ```text
//!   s1  s2  s3   s4  s5  s6   s7  s8  s9          statements, of which every third is alike
//!   loop: s1  s2  s3                              read the results of s(3 i + 2), constant i of a table, input i, ...
//! ```
//!
//! Passes belong together as far as all operands are at places that are evenly spaced: each one at the same distance as in the pass
//! before. The first passes of a loop over time, which take their state from elsewhere, and the last ones stay as they are, outside of it.
//! Constants that differ become a table. So does an operand that is at another distance again and again. Within a body loops are looked
//! for in the same way: those over cells within one over time.
//!
//! A place is a position in the sequence here. Statements of which one is a pass of the other are joined, because their results are either
//! all kept in memory or none of them: then places that are evenly spaced in the sequence are so in memory.

use super::affine::{Affine, Array, DEPTH, Reading};
use super::scan::{LEAST_PASSES, Region, regions};
use super::sequence::{Leaf, Sequence};
use std::collections::HashMap;
use std::ops::Range;

/// A statement, or a loop.
#[derive(Debug)]
pub(super) enum Part {
    Leaf(Leaf),
    Loop { count: i32, body: Vec<Part> },
}

/// How many statements a loop saves at least.
const LEAST_SAVED: usize = 100;

/// How many stretches are compared, the longest ones.
const MOST_COMPARED: usize = 40;

/// So many numbers of passes are tried as one pass.
const MOST_MULTIPLES: usize = 4;

/// An operand that changes its distance more often may have its places in a table.
const MOST_CHANGES: usize = 4;

/// Loops in the making.
pub(super) struct Nest<'a> {
    sequence: &'a Sequence<'a>,
    /// The table of numbers, and where columns of it begin.
    numbers: &'a mut Vec<f64>,
    columns: HashMap<Vec<u64>, i32>,
    /// Places in arrays that are not evenly spaced.
    pub lists: Vec<(Array, i32)>,
    /// Of each position, another one that it is joined with, or itself.
    joined: Vec<u32>,
}

/// The passes of a stretch that are loops, and which operands need a list, in the order of the body.
struct Shape {
    loops: Vec<Range<usize>>,
    is_listed: Vec<bool>,
    /// After how many passes operands that need a list change again.
    multiples: Vec<usize>,
}

impl<'a> Nest<'a> {
    pub fn new(sequence: &'a Sequence<'a>, numbers: &'a mut Vec<f64>) -> Nest<'a> {
        let n = sequence.statements.len();
        Nest { sequence, numbers, columns: HashMap::new(), lists: Vec::new(), joined: (0..n as u32).collect() }
    }

    /// One position for all that are joined.
    pub fn joined(&self, position: i32) -> usize {
        let mut at = position as usize;
        while self.joined[at] as usize != at {
            at = self.joined[at] as usize;
        }
        at
    }

    /// Joins the passes of a stretch that is going to be loops.
    fn join(&mut self, leaves: &[Leaf], region: &Region) {
        for at in region.start + region.period..region.end() {
            let passes = [at - region.period, at].map(|at| self.joined(leaves[at].position.first));
            let [low, high] = [passes[0].min(passes[1]), passes[0].max(passes[1])];
            self.joined[high] = low as u32;
        }
    }

    /// The statements, inside of `level` loops, with loops among them.
    pub fn parts(&mut self, leaves: Vec<Leaf>, level: usize) -> Vec<Part> {
        let stretches = if level < DEPTH && leaves.len() > LEAST_SAVED { self.choose(&leaves) } else { Vec::new() };
        for region in &stretches {
            self.join(&leaves, region);
        }
        let mut parts = Vec::new();
        let mut done = 0;
        for region in &stretches {
            let Shape { loops, is_listed, .. } = self.shape(&leaves, region, true);
            for passes in loops {
                let first = region.start + passes.start * region.period;
                let before = leaves[done..first].to_vec();
                let body = self.merged(&leaves, region, &passes, &is_listed, level);
                parts.extend(self.parts(before, level));
                parts.push(Part::Loop { count: passes.len() as i32, body: self.parts(body, level + 1) });
                done = region.start + passes.end * region.period;
            }
        }
        if done == 0 {
            return leaves.into_iter().map(Part::Leaf).collect();
        }
        parts.extend(self.parts(leaves[done..].to_vec(), level));
        parts
    }

    /// Stretches that do not overlap, in their order.
    fn choose(&self, leaves: &[Leaf]) -> Vec<Region> {
        let mut chosen: Vec<Region> = Vec::new();
        let mut put_off = Vec::new();
        for region in regions(&self.sequence.words(leaves)).into_iter().take(MOST_COMPARED) {
            let region = apart(region, &chosen);
            let at_most = saved_at_most(&region);
            if at_most < LEAST_SAVED {
                continue;
            }
            let shape = self.shape(leaves, &region, false);
            let mut tried = vec![(shape.saved(&region), region)];
            // Words may repeat sooner than what they read: cells of one step after those of the other.
            for multiple in shape.multiples.iter().map(|&k| region.by(k)).filter(|by| saved_at_most(by) >= LEAST_SAVED)
            {
                tried.push((self.shape(leaves, &multiple, false).saved(&multiple), multiple));
            }
            match tried.iter().find(|(saved, _)| saved * 10 >= at_most * 9) {
                Some(&(_, region)) => chosen.push(region),
                None => put_off.extend(tried),
            }
        }
        put_off.sort_by_key(|&(saved, region)| (std::cmp::Reverse(saved), region.period, region.start));
        for (_, region) in put_off {
            let region = apart(region, &chosen);
            if saved_at_most(&region) >= LEAST_SAVED && self.shape(leaves, &region, false).saved(&region) >= LEAST_SAVED
            {
                chosen.push(region);
            }
        }
        chosen.sort_unstable_by_key(|region| region.start);
        chosen
    }

    /// With places that are evenly spaced in the sequence, or, where it is known what is joined, in memory. Many changes at one end make
    /// passes that stay outside, or tables: which of the two saves more.
    fn shape(&self, leaves: &[Leaf], region: &Region, are_known: bool) -> Shape {
        let with_tables = self.shape_with(leaves, region, are_known, |changes, _| changes.len() > MOST_CHANGES);
        if !with_tables.is_listed.contains(&true) {
            return with_tables;
        }
        let without = self.shape_with(leaves, region, are_known, changes_often);
        if without.saved(region) > with_tables.saved(region) { without } else { with_tables }
    }

    fn shape_with(
        &self,
        leaves: &[Leaf],
        region: &Region,
        are_known: bool,
        changes_often: impl Fn(&[usize], usize) -> bool,
    ) -> Shape {
        let &Region { start, period, count } = region;
        let mut changes: Vec<usize> = Vec::new();
        let mut is_listed = Vec::new();
        let mut own: Vec<usize> = Vec::new();
        let mut distances = Vec::new();
        for j in start..start + period {
            for k in 0..leaves[j].operands.len() {
                let read = |pass: usize| &leaves[j + pass * period].operands[k];
                own.clear();
                let is_irregular = match read(0) {
                    Reading::At { index, .. } => {
                        own.extend(
                            (1..count - 1).filter(|&i| !self.is_even([read(i - 1), read(i), read(i + 1)], are_known)),
                        );
                        changes_often(&own, count) && index.is_none()
                    }
                    _ => {
                        // A constant that changes now and then. If it does so more often, all are in a table.
                        own.extend((1..count).filter(|&i| read(i) != read(i - 1)).flat_map(|i| [i - 1, i]));
                        if changes_often(&own, count) {
                            own.clear();
                        }
                        false
                    }
                };
                is_listed.push(is_irregular);
                if is_irregular {
                    distances.extend([1, 2].into_iter().filter_map(|next| usual_distance(&own, next)));
                } else {
                    changes.extend(&own);
                }
            }
        }
        changes.extend([0, count - 1]);
        changes.sort_unstable();
        changes.dedup();
        Shape { loops: between(&changes, count), is_listed, multiples: most_frequent(&mut distances) }
    }

    /// Whether places of three passes are evenly spaced.
    fn is_even(&self, passes: [&Reading; 3], are_known: bool) -> bool {
        let [before, now, after] = passes.map(|reading| match reading {
            Reading::At { array, index, place } => (*array, index.map_or(0, |index| index.first), place.first),
            other => unreachable!("{other:?} is no place"),
        });
        let is_even = |[x, y, z]: [i32; 3]| y - x == z - y;
        let places = [before.2, now.2, after.2];
        let is_near = !are_known || before.0 != Array::Value || places[0] == places[1] || {
            let [x, y, z] = places.map(|place| self.joined(place));
            x == y && y == z
        };
        is_near && is_even(places) && is_even([before.1, now.1, after.1])
    }

    /// The statements of one pass, with what they read in all of them.
    fn merged(
        &mut self,
        leaves: &[Leaf],
        region: &Region,
        passes: &Range<usize>,
        is_listed: &[bool],
        level: usize,
    ) -> Vec<Leaf> {
        let mut is_listed = is_listed.iter();
        let mut body = Vec::with_capacity(region.period);
        for j in region.start..region.start + region.period {
            let leaf = |pass: usize| &leaves[j + pass * region.period];
            let (first, second) = (leaf(passes.start), leaf(passes.start + 1));
            let mut merged = first.clone();
            merged.position.strides[level] = second.position.first - first.position.first;
            for (k, operand) in merged.operands.iter_mut().enumerate() {
                let all = passes.clone().map(|pass| leaf(pass).operands[k]);
                let is_listed = *is_listed.next().expect("one for each operand");
                *operand = self.merged_reading(all, is_listed, level);
            }
            body.push(merged);
        }
        body
    }

    fn merged_reading(
        &mut self,
        all: impl ExactSizeIterator<Item = Reading> + Clone,
        is_listed: bool,
        level: usize,
    ) -> Reading {
        let mut passes = all.clone();
        let (first, second) = (passes.next().expect("a pass"), passes.next().expect("another"));
        match (first, second) {
            (Reading::At { array, index: None, mut place }, _) if is_listed => {
                let mut index = Affine::constant(self.lists.len() as i32);
                index.strides[level] = 1;
                for reading in all {
                    if let Reading::At { place, .. } = reading {
                        self.lists.push((array, place.first));
                    }
                }
                place.first = 0;
                Reading::At { array, index: Some(index), place }
            }
            (Reading::At { array, mut index, mut place }, Reading::At { index: next_index, place: next_place, .. }) => {
                place.strides[level] = next_place.first - place.first;
                if let (Some(index), Some(next)) = (&mut index, next_index) {
                    index.strides[level] = next.first - index.first;
                }
                Reading::At { array, index, place }
            }
            _ if all.clone().all(|reading| reading == first) => first,
            _ => {
                let column: Vec<u64> = all
                    .map(|reading| match reading {
                        Reading::Literal(bits) => bits,
                        other => unreachable!("{other:?} is no constant"),
                    })
                    .collect();
                let (first, stride) = self.column(column);
                let mut place = Affine::constant(first);
                place.strides[level] = stride;
                Reading::At { array: Array::Number, index: None, place }
            }
        }
    }

    /// Where a column of constants is in the table, and whether forwards or backwards.
    fn column(&mut self, mut column: Vec<u64>) -> (i32, i32) {
        if let Some(&first) = self.columns.get(&column) {
            return (first, 1);
        }
        column.reverse();
        if let Some(&first) = self.columns.get(&column) {
            return (first + column.len() as i32 - 1, -1);
        }
        column.reverse();
        let first = self.numbers.len() as i32;
        self.numbers.extend(column.iter().map(|&bits| f64::from_bits(bits)));
        self.columns.insert(column, first);
        (first, 1)
    }
}

impl Shape {
    /// How many statements loops save less what their lists take.
    fn saved(&self, region: &Region) -> usize {
        let saved: usize = self.loops.iter().map(|passes| (passes.len() - 1) * region.period).sum();
        let listed = self.is_listed.iter().filter(|&&is_listed| is_listed).count();
        saved.saturating_sub(listed * region.count)
    }
}

/// Whether changes are many and everywhere. Then a table is better than loops between them.
fn changes_often(changes: &[usize], count: usize) -> bool {
    let all = || std::iter::once(0).chain(changes.iter().copied());
    let longest = all().skip(1).chain([count - 1]).zip(all()).map(|(end, start)| end - start).max();
    changes.len() > MOST_CHANGES && longest.is_none_or(|longest| 2 * longest < count)
}

/// How far the `next`-th change behind another one is away in most cases.
fn usual_distance(changes: &[usize], next: usize) -> Option<usize> {
    let mut distances: Vec<usize> = changes.windows(next + 1).map(|w| w[next] - w[0]).collect();
    distances.sort_unstable();
    let middle = *distances.get(distances.len() / 2)?;
    let same = distances.iter().filter(|&&distance| distance == middle).count();
    (middle > 1 && 2 * same > distances.len()).then_some(middle)
}

/// The numbers that are there most often.
fn most_frequent(numbers: &mut [usize]) -> Vec<usize> {
    numbers.sort_unstable();
    let mut counted: Vec<(usize, usize)> = numbers.chunk_by(|x, y| x == y).map(|same| (same.len(), same[0])).collect();
    counted.sort_by_key(|&(count, number)| (std::cmp::Reverse(count), number));
    counted.into_iter().take(MOST_MULTIPLES).map(|(_, number)| number).collect()
}

/// How many statements a loop of all passes would save.
fn saved_at_most(region: &Region) -> usize {
    if region.count < LEAST_PASSES { 0 } else { (region.count - 1) * region.period }
}

/// The largest part of a stretch that is apart from others.
fn apart(region: Region, others: &[Region]) -> Region {
    let mut rest = vec![region];
    for other in others {
        let parts = |region: &Region| [region.within(0, other.start), region.within(other.end(), usize::MAX)];
        rest = rest.iter().flat_map(parts).filter(|region| region.count > 0).collect();
    }
    rest.into_iter().max_by_key(|region| region.count).unwrap_or(Region { count: 0, ..region })
}

/// Passes between changes. The pass of a change goes well with those before it and with those behind it, and stays with more.
fn between(changes: &[usize], count: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = changes.windows(2).map(|w| w[0]..w[1] + 1).collect();
    ranges.sort_by_key(|range| (std::cmp::Reverse(range.len()), range.start));
    let mut is_taken = vec![false; count];
    for range in &mut ranges {
        if is_taken[range.start] {
            range.start += 1;
        }
        if range.end > range.start && is_taken[range.end - 1] {
            range.end -= 1;
        }
        if range.len() >= LEAST_PASSES {
            is_taken[range.start] = true;
            is_taken[range.end - 1] = true;
        }
    }
    ranges.retain(|range| range.len() >= LEAST_PASSES);
    ranges.sort_by_key(|range| range.start);
    ranges
}
