//! One call: by replay if a recording holds, else by the drivers, after which a recording may be made.

use super::super::Graph;
use super::super::body::Body;
use super::super::program::{Attempt, Program};
use super::estimate::Estimate;
use super::kept::{Begin, Kind, Reason, Recorded, State, Way};
use super::report::AdaptiveReport;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Records the function at a point, unless it has more operations than the number says.
pub(super) type Record<'a> = &'a dyn Fn(&[f64], usize) -> Option<Body>;

/// How much is recorded, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub patience: u64,
    pub recordings: usize,
    pub operations: usize,
    pub by_estimate: bool,
}

/// Recordings, and what is learnt from the calls. Nothing is borrowed while code of the user runs.
#[derive(Debug)]
pub(super) struct Replays {
    pub limits: Limits,
    pub state: RefCell<State>,
    scratch: RefCell<Scratch>,
}

/// Memory that is kept from call to call.
#[derive(Debug, Default)]
struct Scratch {
    /// The point and a direction behind it.
    input: Vec<f64>,
    out: Vec<f64>,
}

/// What is asked for.
struct Call<'a> {
    kind: Kind,
    x: &'a [f64],
    /// The point and what the derivative takes besides.
    input: &'a [f64],
    /// How many results there are, if the caller knows.
    outputs: Option<usize>,
}

/// What came of trying to replay.
#[derive(Clone, Copy, PartialEq)]
enum Served {
    Replayed,
    Not,
}

impl Clone for Replays {
    fn clone(&self) -> Replays {
        Replays { state: self.state.clone(), ..Replays::new(self.limits) }
    }
}

impl Replays {
    pub fn new(limits: Limits) -> Replays {
        Replays { limits, state: RefCell::new(State::new(limits.patience)), scratch: RefCell::default() }
    }

    /// What `take` makes of the results of a program for the derivative `kind` at `x`, if there is one that holds.
    ///
    /// `direction` is what the derivative takes besides the point, `outputs` the number of results if it is known.
    pub fn replay<R>(
        &self,
        kind: Kind,
        (x, direction): (&[f64], &[f64]),
        outputs: Option<usize>,
        take: impl FnOnce(&[f64]) -> R,
    ) -> Option<R> {
        // It goes back at the end. A call inside this one, from a rule of the user's, finds other memory.
        let mut scratch = self.scratch.take();
        let Scratch { input, out } = &mut scratch;
        let input = if direction.is_empty() {
            x
        } else {
            input.clear();
            input.extend([x, direction].into_iter().flatten());
            &input[..]
        };
        let served = self.serve(&Call { kind, x, input, outputs }, out);
        let results = (served == Served::Replayed).then(|| take(out));
        self.scratch.replace(scratch);
        results
    }

    /// Makes a recording, if it is time for one, after the drivers took a call at `x`. A function that panics there has done so.
    pub fn learn(&self, kind: Kind, x: &[f64], record: Record<'_>) {
        if self.state.borrow().is_due(kind) {
            self.make(kind, x, record);
        }
    }

    pub fn forget(&mut self) {
        self.state.get_mut().forget(self.limits.patience);
    }

    pub fn report(&self) -> AdaptiveReport {
        AdaptiveReport::new(self.state.borrow().clone())
    }

    fn serve(&self, call: &Call<'_>, out: &mut Vec<f64>) -> Served {
        let begin = self.state.borrow_mut().begin(call.kind, call.x.len());
        let (first, tried) = match begin {
            Begin::Drivers => return Served::Not,
            Begin::Search(first) => (first, false),
            Begin::Try(recorded, program) => match attempt(&program, call, out) {
                Some(Attempt::Right) => {
                    self.state.borrow_mut().replayed(call.kind, recorded.number);
                    return Served::Replayed;
                }
                Some(Attempt::NotPlain) => {
                    self.state.borrow_mut().failed(call.kind, Reason::NotPlain);
                    return Served::Not;
                }
                Some(Attempt::Changed { .. }) | None => (recorded, true),
            },
        };
        let number = first.number;
        let Some(holding) = self.holding(call.kind, first, call.x, true) else {
            self.state.borrow_mut().failed(call.kind, Reason::Missed);
            return Served::Not;
        };
        let way = self.state.borrow_mut().way(call.kind, holding.number);
        // A program whose own rules ask a question that the function does not ask goes the same way twice.
        let program = match way {
            Way::Replay(program, _) if !(tried && holding.number == number) => program,
            Way::Replay(..) => {
                self.state.borrow_mut().failed(call.kind, Reason::NotPlain);
                return Served::Not;
            }
            Way::Open => {
                self.state.borrow_mut().by_drivers(call.kind, Reason::Waiting);
                return Served::Not;
            }
            Way::Slower(_) | Way::TooLarge => {
                let reason = if let Way::TooLarge = way { Reason::TooLarge } else { Reason::Slower };
                let mut state = self.state.borrow_mut();
                state.by_drivers(call.kind, reason);
                state.settle(call.kind, reason);
                return Served::Not;
            }
        };
        let attempt = attempt(&program, call, out);
        let mut state = self.state.borrow_mut();
        match attempt {
            Some(Attempt::Right) => {
                state.replayed(call.kind, holding.number);
                Served::Replayed
            }
            _ => {
                state.failed(call.kind, Reason::NotPlain);
                Served::Not
            }
        }
    }

    /// A recording that holds at `x`, found by the answers to questions from `first` on.
    fn holding(&self, kind: Kind, first: Arc<Recorded>, x: &[f64], notes: bool) -> Option<Arc<Recorded>> {
        let mut tried = first;
        // Each try knows the answer to one more question. Only a function that is not the same at each call could go on for longer.
        for _ in 0..self.limits.recordings {
            let Some((guard, answer)) = tried.changed_at(x) else { return Some(tried) };
            let next = self.state.borrow().other_side(kind, &tried, guard, answer);
            match next {
                Some(next) => tried = next,
                None => {
                    if notes {
                        self.state.borrow_mut().changes.note(tried.place(guard));
                    }
                    return None;
                }
            }
        }
        None
    }

    /// Makes the program that would have served a call at `x`.
    #[cold]
    fn make(&self, kind: Kind, x: &[f64], record: Record<'_>) {
        let first = self.state.borrow().first(kind, x.len());
        let holding = first.and_then(|first| self.holding(kind, first, x, false));
        if let Some(recorded) = &holding
            && !matches!(self.state.borrow_mut().way(kind, recorded.number), Way::Open)
        {
            self.state.borrow_mut().wait_anew(kind);
            return;
        }
        self.state.borrow_mut().begin_to_make(kind);
        // A function that runs on the numbers of drivers need not run on those that record.
        let made = catch_unwind(AssertUnwindSafe(|| {
            let recorded = match holding {
                Some(recorded) => recorded,
                None => {
                    let graph = Graph::of(record(x, self.limits.operations)?);
                    self.state.borrow_mut().keep(kind, graph, self.limits.recordings)
                }
            };
            Some((recorded.number, self.way(kind, &recorded)))
        }));
        let mut state = self.state.borrow_mut();
        match made {
            Ok(Some((number, way))) => state.decide(kind, number, way),
            Ok(None) => state.settle(kind, Reason::TooLarge),
            Err(_) => state.settle(kind, Reason::Unrecordable),
        }
    }

    /// The program of a recording for a derivative, if it is worth it.
    fn way(&self, kind: Kind, recorded: &Recorded) -> Way {
        let Some(body) = recorded.graph.body.derived_f64(kind.step(), self.limits.operations) else {
            return Way::TooLarge;
        };
        let program = Program::from(Graph::of(body));
        let estimate = Estimate::new(kind, recorded, &program);
        if self.limits.by_estimate && !(estimate.pays() && program.may_be_plain()) {
            return Way::Slower(estimate);
        }
        Way::Replay(Arc::new(program), estimate)
    }
}

/// Runs a program, if it is one for a call of this shape. Others are misuse, about which the drivers have a message.
fn attempt(program: &Program, call: &Call<'_>, out: &mut Vec<f64>) -> Option<Attempt> {
    let outputs = program.outputs();
    if program.inputs() != call.input.len() || call.outputs.is_some_and(|expected| expected != outputs) {
        return None;
    }
    out.resize(outputs, 0.0);
    Some(program.attempt(call.input, out))
}
