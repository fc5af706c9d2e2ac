//! Sets of inputs that numbers depend on, put together while a function runs and written out afterwards.
//!
//! Most sets that matter have few members, and those are kept as sorted lists, so that a union which adds nothing is the set that was
//! there: a long computation on a few inputs makes few sets. A larger set is a node with two others below it, and its members are
//! collected when they are asked for.

/// Up to so many members a set is a list. A stencil of the 27 neighbours in three dimensions fits twice over, and merging two lists of
/// this length takes less time than a miss of the caches.
const MOST_LISTED: usize = 64;

/// Of a function with up to so many inputs all sets are lists, since in a long computation most soon have all inputs as members; and a set
/// that has all is what a union with it is.
const FEW_INPUTS: usize = 512;

/// The bit by which the second part of an [`Entry`] is a set.
const IS_UNION: u32 = 1 << 31;

/// A list, by its first member and the number of members, or a union of two sets.
#[derive(Clone, Copy)]
struct Entry {
    first: u32,
    second: u32,
}

/// A set of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Set(u32);

impl Set {
    /// The set of a number that is the same whatever the inputs are.
    pub const FIXED: Set = Set(0);
    /// The set of a number that changes with the inputs and has no derivative: it is rounded, detached, or chosen by comparing.
    pub const STEP: Set = Set(1);
    /// How many sets there are before those of the inputs.
    const SPECIAL: u32 = 2;

    /// The set of one input.
    pub fn of_input(input: usize) -> Set {
        Set(input as u32 + Set::SPECIAL)
    }

    /// Whether it has no members.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 < Set::SPECIAL
    }
}

/// All sets of one function.
pub(crate) struct Sets {
    entries: Vec<Entry>,
    members: Vec<u32>,
    merged: Vec<u32>,
    inputs: usize,
    most_listed: usize,
}

impl Sets {
    /// The sets of `inputs` inputs, one each.
    pub fn new(inputs: usize) -> Sets {
        assert!(inputs < IS_UNION as usize / 2, "dualtape: a pattern has no room for more than 2³⁰ inputs");
        let empty = [Entry { first: 0, second: 0 }; Set::SPECIAL as usize];
        let entries = empty.into_iter().chain((0..inputs as u32).map(|first| Entry { first, second: 1 })).collect();
        let most_listed = if inputs <= FEW_INPUTS { FEW_INPUTS } else { MOST_LISTED };
        Sets { entries, members: (0..inputs as u32).collect(), merged: Vec::new(), inputs, most_listed }
    }

    /// The members, if they are a list.
    #[inline]
    fn list(&self, set: Set) -> Option<&[u32]> {
        let Entry { first, second } = self.entries[set.0 as usize];
        (second & IS_UNION == 0).then(|| &self.members[first as usize..][..second as usize])
    }

    /// The set of what is in one of two sets.
    pub fn union(&mut self, x: Set, y: Set) -> Set {
        if x == y || y.is_empty() {
            return if x.is_empty() { x.max(y) } else { x };
        }
        if x.is_empty() {
            return y;
        }
        let mut merged = std::mem::take(&mut self.merged);
        let found = match (self.list(x), self.list(y)) {
            (Some(a), _) if a.len() == self.inputs => Some(x),
            (_, Some(b)) if b.len() == self.inputs => Some(y),
            (Some(a), Some(b)) => match merge(a, b, self.most_listed, &mut merged) {
                found if found == a.len() => Some(x),
                found if found == b.len() => Some(y),
                _ => None,
            },
            (None, _) if self.is_part(y, x) => Some(x),
            (_, None) if self.is_part(x, y) => Some(y),
            _ => {
                merged.clear();
                None
            }
        };
        let set = found.unwrap_or_else(|| {
            let entry = if (1..=self.most_listed).contains(&merged.len()) {
                let first = self.members.len() as u32;
                self.members.extend_from_slice(&merged);
                Entry { first, second: merged.len() as u32 }
            } else {
                Entry { first: x.0, second: y.0 | IS_UNION }
            };
            let next = self.entries.len();
            let most = IS_UNION as usize;
            assert!(next < most && self.members.len() < most, "dualtape: a pattern has no room for more than 2³¹ sets");
            self.entries.push(entry);
            Set(next as u32)
        });
        self.merged = merged;
        set
    }

    /// Whether the union `whole` was made of `part`, as its last step.
    fn is_part(&self, part: Set, whole: Set) -> bool {
        let Entry { first, second } = self.entries[whole.0 as usize];
        second & IS_UNION != 0 && (first == part.0 || second & !IS_UNION == part.0)
    }

    /// The members of each set in order, one set after the other: where each begins, and all of them.
    ///
    /// # Cost
    /// Of a set that is a list, its length; of another, the number of unions below it.
    pub fn members(&self, sets: impl Iterator<Item = Set>) -> (Vec<usize>, Vec<usize>) {
        let (mut starts, mut all) = (vec![0], Vec::new());
        // For each set and each input, after which root it was met last.
        let (mut met_sets, mut met_inputs) = (Vec::new(), Vec::new());
        let mut left = Vec::new();
        let mut last = Set::FIXED;
        for (root, set) in (1_u32..).zip(sets) {
            let first = all.len();
            if let Some(list) = self.list(set) {
                all.extend(list.iter().map(|&input| input as usize));
            } else if set == last {
                all.extend_from_within(starts[starts.len() - 2]..);
            } else {
                met_sets.resize(self.entries.len(), 0);
                met_inputs.resize(self.inputs, 0);
                left.push(set);
                while let Some(set) = left.pop() {
                    if std::mem::replace(&mut met_sets[set.0 as usize], root) == root {
                        continue;
                    }
                    if let Some(list) = self.list(set) {
                        for &input in list {
                            if std::mem::replace(&mut met_inputs[input as usize], root) != root {
                                all.push(input as usize);
                            }
                        }
                        continue;
                    }
                    let Entry { first, second } = self.entries[set.0 as usize];
                    left.extend([Set(first), Set(second & !IS_UNION)]);
                }
                all[first..].sort_unstable();
            }
            last = set;
            starts.push(all.len());
        }
        (starts, all)
    }
}

/// Merges two sorted lists without repetition, and returns how long the result is, which is left unfinished if it is longer than `most`.
fn merge(a: &[u32], b: &[u32], most: usize, merged: &mut Vec<u32>) -> usize {
    merged.clear();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() && merged.len() <= most {
        let (x, y) = (a[i], b[j]);
        merged.push(x.min(y));
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    merged.extend_from_slice(&a[i..]);
    merged.extend_from_slice(&b[j..]);
    merged.len()
}

#[cfg(test)]
mod tests {
    use super::{FEW_INPUTS, MOST_LISTED, Set, Sets};

    /// Unions against sets of the standard library, of lists and of nodes, and those that add nothing make no set.
    #[test]
    fn unions_have_the_members_of_both() {
        use std::collections::BTreeSet;
        let inputs = FEW_INPUTS + 1;
        let mut sets = Sets::new(inputs);
        // Few of them, so that they meet often.
        let used = 3 * MOST_LISTED;
        let mut known: Vec<(Set, BTreeSet<usize>)> =
            (0..used).map(|input| (Set::of_input(input), BTreeSet::from([input]))).collect();
        let mut state = 1_usize;
        let mut next = |below: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 33) % below
        };
        for _ in 0..600 {
            // A recent one, so that sets grow.
            let (i, j) = (known.len() - 1 - next(20), next(known.len()));
            let set = sets.union(known[i].0, known[j].0);
            let members: BTreeSet<usize> = &known[i].1 | &known[j].1;
            let before = sets.entries.len();
            assert_eq!(sets.union(set, known[i].0), set);
            assert_eq!(sets.union(known[j].0, set), set);
            assert_eq!(sets.entries.len(), before);
            known.push((set, members));
        }
        assert!(known.iter().any(|(_, members)| members.len() > MOST_LISTED));
        let (starts, all) = sets.members(known.iter().flat_map(|&(set, _)| [set, set]));
        for (k, (_, members)) in known.iter().enumerate() {
            let expected: Vec<usize> = members.iter().copied().collect();
            assert_eq!(all[starts[2 * k]..starts[2 * k + 1]], expected);
            assert_eq!(all[starts[2 * k + 1]..starts[2 * k + 2]], expected);
        }
    }

    /// A long computation on a few inputs makes a set for each of their combinations, and no more.
    #[test]
    fn sets_of_few_inputs_are_few() {
        let mut sets = Sets::new(3);
        let mut set = Set::of_input(0);
        for step in 0..10_000 {
            set = sets.union(set, Set::of_input(step % 3));
        }
        assert_eq!(sets.entries.len(), 2 + 3 + 2);
        assert_eq!(sets.union(Set::FIXED, Set::STEP), Set::STEP);
        assert_eq!(sets.union(set, Set::STEP), set);
    }
}
