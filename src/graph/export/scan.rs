//! Where a sequence of words repeats: stretches in which each word is the one before it by a period.
//!
//! ```text
//!   a b [x y z z] [x y z z] [x y z z] x y c        period 4, from the third word on, three passes
//! ```
//!
//! Windows of several lengths slide along the sequence. The distance to the last place where a window had the same words is a period, if
//! it stays the same for long. A short window sees the cells of a step repeat; only one that is longer than all cells sees steps repeat.
//! Which of the stretches become loops is decided by who knows what the words stand for.

use crate::graph::table::Hashed;
use std::collections::HashMap;

/// A stretch of passes, which may overlap others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Region {
    pub start: usize,
    pub period: usize,
    pub count: usize,
}

impl Region {
    pub fn end(&self) -> usize {
        self.start + self.period * self.count
    }

    /// The same with `k` passes as one.
    pub fn by(&self, k: usize) -> Region {
        Region { start: self.start, period: k * self.period, count: self.count / k }
    }

    /// The part of it inside of `start..end`, in whole passes.
    pub fn within(&self, start: usize, end: usize) -> Region {
        let first = start.saturating_sub(self.start).div_ceil(self.period).min(self.count);
        let last = (end.max(self.start) - self.start) / self.period;
        let count = last.min(self.count).saturating_sub(first);
        Region { start: self.start + first * self.period, period: self.period, count }
    }
}

/// The least number of passes of a stretch.
pub(super) const LEAST_PASSES: usize = 8;

/// The lengths of the windows are the powers of this number.
const GROWTH: usize = 4;

/// The stretches, longest first.
pub(super) fn regions(words: &[u64]) -> Vec<Region> {
    let mut found = Vec::new();
    // For each period the end of the last stretch, which need not be looked at again.
    let mut end_of: HashMap<usize, usize, Hashed> = HashMap::default();
    let mut width = GROWTH;
    while width * 2 <= words.len() {
        end_of.clear();
        let mut run: Option<(usize, usize)> = None;
        let mut end_run = |run: Option<(usize, usize)>, end: usize| {
            if let Some((period, first)) = run
                && end - first + width > period
                && end_of.get(&period).is_none_or(|&known| known < end)
            {
                let (start, end) = extended(words, period, first);
                end_of.insert(period, end);
                let count = (end - start) / period;
                if count >= LEAST_PASSES {
                    found.push(Region { start, period, count });
                }
            }
        };
        for (last, distance) in distances(words, width) {
            let (now, is_same) = (distance.map(|d| (d, last)), run.map(|(d, _)| d) == distance);
            if !is_same {
                end_run(run, last);
                run = now;
            }
        }
        end_run(run, words.len());
        width *= GROWTH;
    }
    found.sort_unstable_by_key(|region| {
        (std::cmp::Reverse((region.count - 1) * region.period), region.period, region.start)
    });
    found.dedup();
    found
}

/// For each window, by its last word, the distance to the last one before that is the same.
fn distances(words: &[u64], width: usize) -> impl Iterator<Item = (usize, Option<usize>)> {
    const BASE: u64 = 0x0000_0001_0000_01b3;
    let highest = (0..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut seen: HashMap<u64, usize, Hashed> = HashMap::default();
    let mut hash = 0_u64;
    (0..words.len()).filter_map(move |i| {
        hash = hash.wrapping_mul(BASE).wrapping_add(words[i]);
        if i >= width {
            hash = hash.wrapping_sub(highest.wrapping_mul(words[i - width]));
        }
        (i + 1 >= width).then(|| (i, seen.insert(hash, i).map(|last| i - last)))
    })
}

/// The stretch with a period around a word that is the same as the one before it.
fn extended(words: &[u64], period: usize, at: usize) -> (usize, usize) {
    let is_same = |i: &usize| words[*i] == words[*i - period];
    let before = (period..=at).rev().take_while(is_same).count();
    let after = (at + 1..words.len()).take_while(is_same).count();
    (at + 1 - before - period, at + 1 + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<u64> {
        text.bytes().map(|byte| u64::from(byte).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
    }

    #[test]
    fn a_stretch_is_found_with_what_stands_around_it() {
        let text = format!("begin{}xend", "xyzz".repeat(20));
        let longest = regions(&words(&text))[0];
        assert_eq!((longest.start, longest.period, longest.count), (5, 4, 20));
    }

    #[test]
    fn steps_are_found_around_cells() {
        let step = format!("{}k{}l", "abc".repeat(30), "de".repeat(30));
        let found = regions(&words(&step.repeat(12)));
        assert_eq!((found[0].period, found[0].count), (152, 12));
        assert!(found.iter().any(|region| region.period == 3) && found.iter().any(|region| region.period == 2));
    }

    #[test]
    fn what_does_not_repeat_has_none() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 62
        };
        let words: Vec<u64> = (0..5000).map(|_| random()).collect();
        assert!(regions(&words).iter().all(|region| region.count * region.period < 60));
    }

    #[test]
    fn a_part_has_whole_passes() {
        let region = Region { start: 10, period: 4, count: 10 };
        assert_eq!(region.within(0, 100), region);
        assert_eq!(region.within(15, 41), Region { start: 18, period: 4, count: 5 });
        assert_eq!(region.within(60, 70).count, 0);
        assert_eq!(region.within(0, 5).count, 0);
    }
}
