//! Where snapshots go: the binomial schedule for a known number of steps, and an online one for an unknown number.

/// `β(c, r) = (c + r)! / (c! r!)`: how many steps `c` snapshots reverse if no step is repeated more than `r` times. It stays at the
/// largest number where it would be larger.
pub(super) fn reach(snapshots: usize, repetitions: usize) -> usize {
    let (few, many) = (snapshots.min(repetitions), snapshots.max(repetitions));
    let mut reach: u128 = 1;
    for k in 1..=few {
        reach = reach * (many as u128 + k as u128) / k as u128; // a binomial coefficient each time, so it divides
        if reach > usize::MAX as u128 {
            return usize::MAX;
        }
    }
    reach as usize
}

/// How often a step is run at most, not counting the run that is recorded: the least `r` with `β(c, r) >= steps`.
///
/// # Examples
/// ```
/// use dualtape::checkpoint::repetitions;
/// assert_eq!((repetitions(10_000, 10), repetitions(1_000_000, 100)), (7, 4));
/// ```
///
/// Source: Griewank & Walther, *Algorithm 799: Revolve*, ACM TOMS 26 (2000), section 2.
///
/// # Panics
/// If there are no snapshots.
#[must_use]
#[track_caller]
pub fn repetitions(steps: usize, snapshots: usize) -> usize {
    assert!(snapshots > 0, "{NO_SNAPSHOTS}");
    if snapshots == 1 {
        return steps.saturating_sub(1); // one after the other would take as many tries
    }
    (0..).find(|&r| reach(snapshots, r) >= steps).unwrap_or(usize::MAX)
}

/// How many steps are run in all, not counting the runs that are recorded, one for each step: `r l - β(c + 1, r - 1)` for `l` steps and
/// `c` snapshots, where `r` is [`repetitions`]. No schedule takes fewer.
///
/// # Examples
/// ```
/// use dualtape::checkpoint::forward_steps;
/// assert_eq!(forward_steps(10_000, 10), 57_624);
/// assert_eq!(forward_steps(1_000_000, 100), 3_817_896);
/// ```
///
/// Source: Griewank & Walther, *Algorithm 799: Revolve*, ACM TOMS 26 (2000), section 2.
///
/// # Panics
/// If there are no snapshots.
#[must_use]
#[track_caller]
pub fn forward_steps(steps: usize, snapshots: usize) -> usize {
    match repetitions(steps, snapshots) {
        0 => 0,
        r => r * steps - reach(snapshots.saturating_add(1), r - 1),
    }
}

pub(super) const NO_SNAPSHOTS: &str =
    "dualtape: checkpoint: 0 snapshots were given, and at least 1 is needed: the state that the chain starts from";

/// How many of `steps` steps to advance before the next snapshot is taken, with room for `snapshots` in all, the one at the start
/// included: at least two of both.
///
/// The part before the new snapshot is reversed with all snapshots and one repetition less, the part behind it with one snapshot less.
/// What is chosen keeps both within their reach, and above that of one repetition less, which makes the sum the least.
pub(super) fn advance(steps: usize, snapshots: usize) -> usize {
    let r = repetitions(steps, snapshots);
    let behind = reach(snapshots - 1, r);
    let least = if r >= 2 { reach(snapshots, r - 2) } else { 1 };
    least.max(steps.saturating_sub(behind)).min(steps - 1)
}

/// The indices of snapshots that are kept while a chain runs, for how long is not known.
///
/// A snapshot is taken before each step; where there is no room, one is given up: one that a higher one lies behind, or else the latest.
///
/// Source: Wang, Moin & Iaccarino, *Minimal repetition dynamic checkpointing algorithm for unsteady adjoint calculation*, SIAM Journal on
/// Scientific Computing 31 (2009), algorithm 1.
pub(super) struct Online {
    /// The level of each snapshot, in the order of the snapshots.
    levels: Vec<u32>,
    snapshots: usize,
}

impl Online {
    pub fn new(snapshots: usize) -> Online {
        Online { levels: Vec::new(), snapshots }
    }

    /// Makes room for one more snapshot, and returns the place of the one to give up, if one has to go.
    pub fn make_room(&mut self) -> Option<usize> {
        if self.levels.len() < self.snapshots {
            // The first is the start of the chain, which is never given up.
            self.levels.push(if self.levels.is_empty() { u32::MAX } else { 0 });
            return None;
        }
        // One with a higher one behind it can go.
        let mut highest = 0;
        for place in (1..self.levels.len()).rev() {
            if self.levels[place] < highest {
                self.levels.remove(place);
                self.levels.push(0);
                return Some(place);
            }
            highest = highest.max(self.levels[place]);
        }
        // There is none: the latest takes the new place, and is worth more there.
        let latest = self.levels.len() - 1;
        self.levels[latest] += 1;
        Some(latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least sum of forward steps by trying every place for a snapshot.
    fn least(steps: usize, snapshots: usize, known: &mut Vec<Vec<Option<usize>>>) -> usize {
        if steps <= 1 {
            return 0;
        }
        if snapshots == 1 {
            return steps * (steps - 1) / 2;
        }
        if let Some(least) = known[steps][snapshots] {
            return least;
        }
        let of = |m, known: &mut _| m + least(steps - m, snapshots - 1, known) + least(m, snapshots, known);
        let best = (1..steps).map(|m| of(m, known)).min().unwrap_or(0);
        known[steps][snapshots] = Some(best);
        best
    }

    #[test]
    fn no_schedule_takes_fewer_steps() {
        let mut known = vec![vec![None; 12]; 90];
        for steps in 1..90 {
            for snapshots in 1..12 {
                assert_eq!(
                    forward_steps(steps, snapshots),
                    least(steps, snapshots, &mut known),
                    "{steps}, {snapshots}"
                );
            }
        }
    }

    #[test]
    fn the_reach_is_a_binomial_coefficient_and_saturates() {
        assert_eq!((reach(3, 7), reach(7, 3), reach(10, 0), reach(0, 10)), (120, 120, 1, 1));
        assert_eq!(reach(1000, 1000), usize::MAX);
        assert_eq!((repetitions(1000, usize::MAX), forward_steps(1000, usize::MAX)), (1, 999));
    }
}
