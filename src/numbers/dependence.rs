//! Functions that are run to see what their results depend on, and where they go by a value.

use super::sets::{Set, Sets};
use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A function that is run to see which inputs its results depend on.
struct Run {
    id: u32,
    sets: Sets,
    decisions: Decisions,
    /// How deep choices are nested right now.
    depth: usize,
}

/// How many values a function went by, and where it did so first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decisions {
    pub count: usize,
    pub first: Option<&'static Location<'static>>,
}

/// What a number depends on: a set of one of the functions that are run. That of a fixed number belongs to none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dependence {
    run: u32,
    pub(crate) set: Set,
}

/// A recursion that ends by `if_less`, of which both sides are looked at, would not end.
const DEEPEST_CHOICE: usize = 128;

thread_local! {
    /// The functions that are run on this thread, each inside the one before.
    static RUNS: RefCell<Vec<Run>> = const { RefCell::new(Vec::new()) };
}

// 0 is none.
static LAST: AtomicU32 = AtomicU32::new(0);

/// Runs `f`, which gets what its `inputs` inputs depend on, and hands the sets to `read` with what `f` returned.
pub(crate) fn observe<A, B>(
    inputs: usize,
    f: impl FnOnce(&dyn Fn(usize) -> Dependence) -> A,
    read: impl FnOnce(&Sets, A) -> B,
) -> (B, Decisions) {
    /// Ends the run, also where the function panics.
    struct End(usize);
    impl Drop for End {
        fn drop(&mut self) {
            RUNS.with_borrow_mut(|runs| runs.truncate(self.0));
        }
    }
    let id = LAST.fetch_add(1, Relaxed).wrapping_add(1).max(1);
    let run = Run { id, sets: Sets::new(inputs), decisions: Decisions::default(), depth: 0 };
    let end = RUNS.with_borrow_mut(|runs| {
        runs.push(run);
        End(runs.len() - 1)
    });
    let result = f(&|input| Dependence { run: id, set: Set::of_input(input) });
    let run = RUNS.with_borrow_mut(|runs| runs.remove(end.0));
    (read(&run.sets, result), run.decisions)
}

impl Dependence {
    /// What a fixed number depends on: nothing.
    pub const FIXED: Dependence = Dependence { run: 0, set: Set::FIXED };

    /// What a number without derivatives depends on that may come from anywhere.
    pub fn of_anything() -> Self {
        let run = RUNS.with_borrow(|runs| runs.last().map(|run| run.id));
        run.map_or(Dependence::FIXED, |run| Dependence { run, set: Set::STEP })
    }

    #[inline]
    pub fn is_fixed(self) -> bool {
        self.set == Set::FIXED
    }

    /// What a function of both depends on.
    #[inline]
    pub fn and(self, other: Self) -> Self {
        if self.set == other.set || other.set.is_empty() {
            return if self.set.is_empty() && self.is_fixed() { other } else { self };
        }
        if self.set.is_empty() { other } else { self.union(other) }
    }

    fn union(self, other: Self) -> Self {
        assert!(self.run == other.run, "{MISUSED}");
        let set = self.with(|run| run.sets.union(self.set, other.set));
        Dependence { set, ..self }
    }

    /// What a function depends on that is constant between jumps.
    #[inline]
    pub fn of_step(self) -> Self {
        Dependence { set: self.set.min(Set::STEP), ..self }
    }

    /// Notes that the function goes by the value of the number, if it is not fixed.
    #[inline]
    #[track_caller]
    pub fn decide(self) {
        if !self.is_fixed() {
            self.note(Location::caller());
        }
    }

    #[cold]
    fn note(self, place: &'static Location<'static>) {
        self.with(|run| {
            run.decisions.count += 1;
            run.decisions.first.get_or_insert(place);
        });
    }

    /// Runs a side of a choice that goes by a number which depends on this.
    pub fn side<A>(self, run: impl FnOnce() -> A) -> A {
        if self.is_fixed() {
            return run();
        }
        let depth = self.with(|run| {
            run.depth += 1;
            run.depth
        });
        assert!(
            depth <= DEEPEST_CHOICE,
            "dualtape: choices by `if_less` are nested {DEEPEST_CHOICE} deep while a pattern is detected, which looks at both sides; \
             end the recursion by a number of steps, or give the pattern by `from_pattern`"
        );
        let result = run();
        self.with(|run| run.depth -= 1);
        result
    }

    fn with<A>(self, f: impl FnOnce(&mut Run) -> A) -> A {
        RUNS.with_borrow_mut(|runs| f(runs.iter_mut().rev().find(|run| run.id == self.run).expect(MISUSED)))
    }
}

const MISUSED: &str = "dualtape: a number that looks for a pattern is used after its function has returned, on another thread, or in \
     another function; the function must compute on the thread that calls it";
