//! The words of a program, as operations are put in order: blocks, rows, chains, mixtures and calls.

use super::super::body::Operand;
use super::super::table::NONE;
use super::code::{CALL, CALL_CHAIN, EVEN, GO, HORNER_CHAIN, HORNER_PAIR, KINDS, MIXED, PASSES, ROW, SIZES};
use super::mixed::form;
use super::plan::{KEPT, PASSING, Plan};

/// The shortest row: as long as a block, which it is faster than.
const LEAST_ROW: usize = 8;

/// How many calls are made at once.
pub(super) const CALLS: usize = 32;

/// The shortest mixture. Fewer operations are blocks of one.
const LEAST_MIXED: usize = 3;

/// The shortest two chains that are run side by side.
const LEAST_PAIR: usize = 8;

/// A chain: its word, and its operations, each with the position of the operand that is the one before.
#[derive(Default)]
struct Chain {
    word: u32,
    steps: Vec<(u32, usize)>,
}

/// Writes operations in the order in which it is given them. Some wait for what comes next: single operations for others, to be mixed with
/// them, and a chain for another one.
pub(super) struct Writer<'p, 'g> {
    pub plan: &'p mut Plan<'g>,
    pub code: Vec<u32>,
    /// The first step after this window.
    end: usize,
    /// Operations that wait. There are none while a chain waits.
    mixed: Vec<u32>,
    chain: Chain,
    /// How much memory is written to.
    pub cells: usize,
    /// How many operations there are, and by how many decisions they are run.
    pub operations: usize,
    pub decisions: usize,
    parts: [Vec<u32>; 2],
    sorted: Vec<([u32; 3], u32)>,
}

impl<'p, 'g> Writer<'p, 'g> {
    pub fn new(plan: &'p mut Plan<'g>) -> Self {
        Writer {
            plan,
            code: Vec::new(),
            end: 0,
            mixed: Vec::new(),
            chain: Chain::default(),
            cells: 0,
            operations: 0,
            decisions: 0,
            parts: [Vec::new(), Vec::new()],
            sorted: Vec::new(),
        }
    }

    /// Begins a window that ends before the step `end`; what passes goes to `passing` again, if places are used again.
    pub fn begin(&mut self, end: usize, passing: Option<u32>) {
        self.end = end;
        if let Some(passing) = passing {
            self.plan.next[PASSING] = passing;
            self.plan.writes = None;
        }
    }

    /// Operations of one kind that are ready.
    pub fn batch(&mut self, kind: u32, batch: &[u32]) {
        self.flush();
        let mut parts = std::mem::take(&mut self.parts);
        parts.iter_mut().for_each(Vec::clear);
        batch.iter().for_each(|&step| parts[self.keeping(step)].push(step));
        for (keeping, part) in parts.iter_mut().enumerate().filter(|(_, part)| !part.is_empty()) {
            self.go(keeping);
            if kind < KINDS && part.len() >= LEAST_ROW {
                self.sort(part);
                self.write_rows(kind, part);
            } else {
                self.write(kind, part);
            }
        }
        self.parts = parts;
    }

    /// An operation of a kind that can be mixed with others. It may take the results of those before it.
    pub fn mix(&mut self, step: u32) {
        self.write_waiting_chain();
        self.mixed.push(step);
    }

    /// Operations that each take the result of the one before.
    pub fn chain(&mut self, word: u32, steps: &[(u32, usize)]) {
        self.write_mixed();
        if word == HORNER_CHAIN && self.chain.word == HORNER_CHAIN && self.is_pair(steps) {
            let first = std::mem::take(&mut self.chain);
            self.write_pair(&first.steps, steps);
            return;
        }
        self.write_waiting_chain();
        if word == HORNER_CHAIN && steps.len() >= LEAST_PAIR {
            self.chain = Chain { word, steps: steps.to_vec() };
        } else {
            self.write_chain(word, steps);
        }
    }

    /// Writes what waits.
    pub fn flush(&mut self) {
        self.write_mixed();
        self.write_waiting_chain();
    }

    fn keeping(&self, step: u32) -> usize {
        self.plan.keeping(step, self.end)
    }

    fn write_operands(&mut self, step: u32) {
        let plan = &*self.plan;
        self.code.extend(plan.steps.operands(step).iter().map(|&operand| plan.place(operand)));
    }

    /// Writes operations of one kind in blocks or calls.
    fn write(&mut self, kind: u32, batch: &[u32]) {
        let mut rest = batch;
        while !rest.is_empty() {
            let now;
            if kind < KINDS {
                let size = SIZES.iter().position(|&size| size <= rest.len()).expect("1 is a size");
                (now, rest) = rest.split_at(SIZES[size]);
                self.code.push(kind * SIZES.len() as u32 + size as u32);
            } else {
                (now, rest) = rest.split_at(rest.len().min(CALLS));
                self.code.extend([CALL, kind - KINDS, now.len() as u32]);
            }
            self.decisions += 1;
            for &step in now {
                self.write_operands(step);
                self.give_place(step);
            }
            self.give_second_places(now.iter().copied());
        }
    }

    /// Writes operations of one kind with blocks, those with evenly spaced operands as rows.
    fn write_rows(&mut self, kind: u32, batch: &[u32]) {
        let places = |plan: &Plan, step: u32| {
            let (mut places, operands) = ([0; 4], plan.steps.operands(step));
            places.iter_mut().zip(operands).for_each(|(place, &operand)| *place = plan.place(operand));
            (places, operands.len())
        };
        let distances = |from: [u32; 4], to: [u32; 4]| -> [i64; 4] {
            std::array::from_fn(|k| i64::from(to[k]) - i64::from(from[k]))
        };
        // What is not written yet begins at `waiting`; up to `here` it is in no row.
        let (mut waiting, mut here) = (0, 0);
        while here + LEAST_ROW <= batch.len() {
            let (first, arity) = places(self.plan, batch[here]);
            let mut last = places(self.plan, batch[here + 1]).0;
            let even = distances(first, last);
            let mut count = 2;
            while let Some(&step) = batch.get(here + count) {
                let next = places(self.plan, step).0;
                if count == u16::MAX as usize || distances(last, next) != even {
                    break;
                }
                (last, count) = (next, count + 1);
            }
            if count < LEAST_ROW || even.iter().any(|even| !(-i64::from(EVEN)..i64::from(EVEN)).contains(even)) {
                here += 1;
                continue;
            }
            self.write(kind, &batch[waiting..here]);
            self.code.extend([ROW + kind, count as u32]);
            for k in 0..arity {
                self.code.extend([first[k], (even[k] + i64::from(EVEN)) as u32]);
            }
            self.decisions += 1;
            batch[here..][..count].iter().for_each(|&step| self.give_place(step));
            here += count;
            waiting = here;
        }
        self.write(kind, &batch[waiting..]);
    }

    fn write_waiting_chain(&mut self) {
        let Chain { word, steps } = std::mem::take(&mut self.chain);
        if !steps.is_empty() {
            self.write_chain(word, &steps);
        }
    }

    /// Goes to where the results of a chain belong: they are kept if one of them is.
    fn go_for(&mut self, steps: &[(u32, usize)]) {
        let keeping = steps.iter().map(|&(step, _)| self.keeping(step)).min();
        self.go(keeping.unwrap_or(KEPT));
    }

    /// The places of the operands of one operation of a chain, without the one that is the result before, and the place of that.
    fn write_link(&mut self, (step, position): (u32, usize)) -> u32 {
        let start = self.code.len();
        self.write_operands(step);
        self.code.remove(start + position)
    }

    fn write_chain(&mut self, word: u32, steps: &[(u32, usize)]) {
        self.go_for(steps);
        self.code.push(word);
        if word == CALL_CHAIN {
            self.code.push(self.plan.steps.kinds[steps[0].0 as usize] - KINDS);
        }
        self.code.extend([steps.len() as u32, NONE]);
        let first = self.code.len() - 1;
        self.decisions += 1;
        for (k, &link) in steps.iter().enumerate() {
            let taken = self.write_link(link);
            if k == 0 {
                self.code[first] = taken;
            }
            self.give_place(link.0);
        }
        self.give_second_places(steps.iter().map(|&(step, _)| step));
    }

    /// Whether a chain can be run beside the one that waits, which is one operation ahead.
    fn is_pair(&self, steps: &[(u32, usize)]) -> bool {
        let before = &self.chain.steps;
        let is_there = |k: usize, operand: &Operand| match operand {
            // The steps of a chain are in increasing order.
            Operand::Node(step) => before.binary_search_by_key(step, |&(step, _)| step).is_ok_and(|found| found > k),
            Operand::Constant(_) => false,
        };
        let is_late = |(k, &(step, _)): (usize, &(u32, usize))| {
            self.plan.steps.operands(step).iter().any(|operand| is_there(k, operand))
        };
        steps.len() >= LEAST_PAIR && !steps.iter().enumerate().any(is_late)
    }

    /// Writes two chains side by side, and what the longer one has more.
    fn write_pair(&mut self, first: &[(u32, usize)], second: &[(u32, usize)]) {
        let count = first.len().min(second.len());
        let keeping = first.iter().chain(second).map(|&(step, _)| self.keeping(step)).min();
        self.go(keeping.unwrap_or(KEPT));
        [&first[..count], &second[..count]].into_iter().flatten().for_each(|&(step, _)| self.give_place(step));
        self.code.extend([HORNER_PAIR, count as u32, NONE, NONE]);
        let taken = self.code.len() - 2;
        self.decisions += 1;
        for k in 0..count {
            for (chain, link) in [first[k], second[k]].into_iter().enumerate() {
                let before = self.write_link(link);
                if k == 0 {
                    self.code[taken + chain] = before;
                }
            }
        }
        for rest in [&first[count..], &second[count..]] {
            if !rest.is_empty() {
                self.write_chain(HORNER_CHAIN, rest);
            }
        }
    }

    fn write_mixed(&mut self) {
        let mut mixed = std::mem::take(&mut self.mixed);
        if mixed.len() < LEAST_MIXED {
            for step in mixed.drain(..) {
                self.go(self.keeping(step));
                self.write(self.plan.steps.kinds[step as usize], &[step]);
            }
        } else {
            self.code.extend([MIXED, mixed.len() as u32, self.plan.next[KEPT], self.plan.next[PASSING]]);
            self.decisions += 1;
            for step in mixed.drain(..) {
                let (plan, keeping) = (&*self.plan, self.keeping(step));
                let (bits, operands) = form(plan.steps.kinds[step as usize], plan.steps.operands(step));
                self.code.push(bits | if keeping == PASSING { PASSES } else { 0 });
                self.code.extend(operands.map(|operand| plan.place(operand)));
                self.plan.writes = Some(keeping);
                self.give_place(step);
            }
            self.plan.writes = Some(KEPT);
        }
        self.mixed = mixed;
    }

    /// What follows is kept or not.
    fn go(&mut self, keeping: usize) {
        if self.plan.writes != Some(keeping) {
            self.plan.writes = Some(keeping);
            self.code.extend([GO, self.plan.next[keeping]]);
        }
    }

    /// Second results stand behind all first ones, so that they are evenly spaced.
    fn give_second_places(&mut self, steps: impl Iterator<Item = u32>) {
        for step in steps {
            if self.plan.steps.results(step) == 2 {
                self.give_place(step + 1);
            }
        }
    }

    fn give_place(&mut self, step: u32) {
        let next = &mut self.plan.next[self.plan.writes.unwrap_or(KEPT)];
        assert!(*next < NONE - 1, "dualtape: a program has no room for more than 2³² results");
        self.plan.place[step as usize] = *next;
        *next += 1;
        self.cells = self.cells.max(*next as usize);
        self.operations += 1;
    }

    /// Puts those together whose operands come from the same batches or are the same constants: in a program with repetitions, their
    /// places are evenly spaced then.
    fn sort(&mut self, batch: &mut [u32]) {
        let plan = &*self.plan;
        self.sorted.clear();
        self.sorted.extend(batch.iter().map(|&step| {
            let mut from = [0; 3];
            for (from, &operand) in from.iter_mut().zip(plan.steps.operands(step)) {
                *from = match operand {
                    Operand::Node(step) => plan.batch[plan.steps.computing(step) as usize],
                    constant => plan.place(constant),
                };
            }
            (from, step)
        }));
        self.sorted.sort_unstable();
        batch.iter_mut().zip(&self.sorted).for_each(|(step, (_, sorted))| *step = *sorted);
    }
}
