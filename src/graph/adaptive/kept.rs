//! What is kept of a function: recordings by the branches they took, and for each derivative what came of its calls.

use super::super::Graph;
use super::super::body::Guard;
use super::super::derive::Step;
use super::super::program::{Attempt, Program};
use super::estimate::{Counts, Estimate};
use super::report::{Changes, Outcomes};
use std::panic::Location;
use std::sync::Arc;

/// The derivatives that have a program of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Gradient,
    Hessian,
    Hvp,
    Jvp,
    Vjp,
    Jacobian,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Gradient, Kind::Hessian, Kind::Hvp, Kind::Jvp, Kind::Vjp, Kind::Jacobian];

    /// Whether it is one of a [`VectorFunction`](crate::VectorFunction). A type may be both, and two different functions then.
    fn is_of_vector(self) -> bool {
        matches!(self, Kind::Jvp | Kind::Vjp | Kind::Jacobian)
    }

    pub fn step(self) -> Step {
        match self {
            Kind::Gradient => Step::ValueAndGradient,
            Kind::Hessian => Step::ValueGradientAndHessian,
            Kind::Hvp => Step::ValueGradientAndHvp,
            Kind::Jvp => Step::Jvp,
            Kind::Vjp => Step::Vjp,
            Kind::Jacobian => Step::ValueAndJacobian,
        }
    }
}

/// A recording, and the program that asks its guards and computes nothing else.
#[derive(Debug)]
pub(super) struct Recorded {
    /// Tells recordings apart.
    pub number: u64,
    is_of_vector: bool,
    pub graph: Graph,
    pub counts: Counts,
    guards: Option<Program>,
}

impl Recorded {
    fn new(number: u64, kind: Kind, graph: Graph) -> Recorded {
        let guards = (graph.guards() > 0).then(|| {
            let mut guards = graph.clone();
            Arc::make_mut(&mut guards.body).results.clear();
            Program::from(guards)
        });
        Recorded { number, is_of_vector: kind.is_of_vector(), counts: Counts::of(&graph.body), graph, guards }
    }

    /// Whether it is of the function, and of points with so many entries, that a derivative is asked of.
    fn is_for(&self, kind: Kind, inputs: usize) -> bool {
        self.is_of_vector == kind.is_of_vector() && self.graph.inputs() == inputs
    }

    /// The first guard that has another answer at `x`, and that answer.
    pub fn changed_at(&self, x: &[f64]) -> Option<(usize, u64)> {
        match self.guards.as_ref()?.attempt(x, &mut []) {
            Attempt::Changed { guard, answer } => Some((guard, answer)),
            Attempt::Right | Attempt::NotPlain => None,
        }
    }

    fn guards(&self) -> &[Guard] {
        &self.graph.body.guards
    }

    /// Where in the source a guard is asked.
    pub fn place(&self, guard: usize) -> &'static Location<'static> {
        self.guards()[guard].place
    }
}

/// The program of a recording for one derivative, or why there is none.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// Nobody asked so far.
    Open,
    Replay(Arc<Program>, Estimate),
    /// The drivers are estimated to be faster.
    Slower(Estimate),
    TooLarge,
}

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub recorded: Arc<Recorded>,
    pub ways: [Way; Kind::ALL.len()],
    /// When it was last found to hold.
    used: u64,
    pub replays: u64,
}

/// What came of the calls of one derivative.
#[derive(Clone, Debug)]
pub(super) struct Verb {
    /// The recording that held last.
    latest: Option<u64>,
    /// Calls by the drivers since the last recording or program was made for them.
    waited: u64,
    /// How many of these there have to be for the next one.
    patience: u64,
    /// Calls in a row at which replay was tried in vain.
    failures: u64,
    /// How many calls are left to the drivers without trying.
    pause: u64,
    next_pause: u64,
    /// Why the drivers take calls in the pause.
    reason: Reason,
    /// How many programs were made, and how many calls had been replayed when the last one was.
    programs: u64,
    replays_before: u64,
    pub outcomes: Outcomes,
}

/// Why the drivers take a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// There were too few calls so far for a recording to pay.
    Waiting,
    /// No recording has the branches of the point.
    Missed,
    /// Plain arithmetic is not enough for the derivatives there.
    NotPlain,
    /// Several tries before were in vain.
    Resting,
    /// They are estimated to be faster.
    Slower,
    /// The program would be too large.
    TooLarge,
    /// The function cannot be recorded.
    Unrecordable,
}

impl Reason {
    pub const COUNT: usize = Reason::Unrecordable as usize + 1;
}

/// How many failures in a row are a reason to rest, and for how many calls at first. A failure costs what a replay does, less than the
/// drivers take; half of the calls in vain at the least, and then ever fewer.
const FAILURES: u64 = 4;

/// The longest pause. A function that goes the same way again after a long time is found again after about as long.
const LONGEST_PAUSE: u64 = 1 << 20;

/// How many times as many calls a program has to have served as were waited for it, or the next one is waited for longer. A program
/// costs what some hundred calls cost and gains half of a call at each, so with 256 calls to wait it has mostly paid after four times that.
const WORTH: u64 = 4;

#[derive(Clone, Debug)]
pub(super) struct State {
    pub kept: Vec<Kept>,
    pub verbs: [Verb; Kind::ALL.len()],
    pub changes: Changes,
    pub recordings: u64,
    clock: u64,
}

/// How a call begins.
pub(super) enum Begin {
    /// The drivers take it.
    Drivers,
    /// By this program of this recording, if it holds.
    Try(Arc<Recorded>, Arc<Program>),
    /// By a recording that is to be found, starting with this one.
    Search(Arc<Recorded>),
}

impl State {
    pub fn new(patience: u64) -> State {
        let verb = Verb {
            latest: None,
            waited: 0,
            patience,
            failures: 0,
            pause: 0,
            next_pause: FAILURES,
            reason: Reason::Waiting,
            programs: 0,
            replays_before: 0,
            outcomes: Outcomes::default(),
        };
        State {
            kept: Vec::new(),
            verbs: std::array::from_fn(|_| verb.clone()),
            changes: Changes::default(),
            recordings: 0,
            clock: 0,
        }
    }

    /// Forgets recordings, and what was learnt from them.
    pub fn forget(&mut self, patience: u64) {
        *self = State::new(patience);
    }

    fn verb(&mut self, kind: Kind) -> &mut Verb {
        &mut self.verbs[kind as usize]
    }

    fn kept(&mut self, number: u64) -> Option<&mut Kept> {
        self.kept.iter_mut().find(|kept| kept.recorded.number == number)
    }

    pub fn begin(&mut self, kind: Kind, inputs: usize) -> Begin {
        let verb = self.verb(kind);
        if verb.pause > 0 {
            verb.pause -= 1;
            let reason = verb.reason;
            self.by_drivers(kind, reason);
            return Begin::Drivers;
        }
        let latest = verb.latest;
        let fits = |kept: &&Kept| Some(kept.recorded.number) == latest && kept.recorded.is_for(kind, inputs);
        if let Some(kept) = self.kept.iter().find(fits)
            && let Way::Replay(program, _) = &kept.ways[kind as usize]
        {
            return Begin::Try(kept.recorded.clone(), program.clone());
        }
        match self.first(kind, inputs) {
            Some(first) => Begin::Search(first),
            None => {
                self.by_drivers(kind, Reason::Waiting);
                Begin::Drivers
            }
        }
    }

    /// The recording for a point with so many entries that was used last.
    pub fn first(&self, kind: Kind, inputs: usize) -> Option<Arc<Recorded>> {
        let fits = |kept: &&Kept| kept.recorded.is_for(kind, inputs);
        let found = self.kept.iter().filter(fits).max_by_key(|kept| kept.used);
        found.map(|kept| kept.recorded.clone())
    }

    /// The recording to be tried after one of which a guard had another answer: one that is the same before that guard and has this
    /// answer. What a function does between two questions is the same as long as the answers are.
    pub fn other_side(&self, kind: Kind, tried: &Recorded, guard: usize, answer: u64) -> Option<Arc<Recorded>> {
        let same = |a: &Guard, b: &Guard| a.question == b.question && a.place == b.place;
        let is_other_side = |kept: &&Kept| {
            let (ours, theirs) = (tried.guards(), kept.recorded.guards());
            theirs.len() > guard
                && kept.recorded.is_for(kind, tried.graph.inputs())
                && ours[..guard].iter().zip(theirs).all(|(a, b)| same(a, b) && a.answer == b.answer)
                && same(&ours[guard], &theirs[guard])
                && theirs[guard].answer == answer
        };
        let found = self.kept.iter().filter(is_other_side).max_by_key(|kept| kept.used);
        found.map(|kept| kept.recorded.clone())
    }

    /// What recording `number`, which holds at the point, has for a derivative.
    pub fn way(&mut self, kind: Kind, number: u64) -> Way {
        self.kept(number).map_or(Way::Open, |kept| kept.ways[kind as usize].clone())
    }

    /// The program of a recording gave the results.
    pub fn replayed(&mut self, kind: Kind, number: u64) {
        self.clock += 1;
        let clock = self.clock;
        if let Some(kept) = self.kept(number) {
            kept.used = clock;
            kept.replays += 1;
        }
        let verb = self.verb(kind);
        (verb.latest, verb.failures, verb.next_pause) = (Some(number), 0, FAILURES);
        verb.outcomes.replays += 1;
    }

    /// The drivers take a call for which nothing was tried.
    pub fn by_drivers(&mut self, kind: Kind, reason: Reason) {
        let verb = self.verb(kind);
        verb.waited += 1;
        verb.outcomes.by_drivers[reason as usize] += 1;
    }

    /// Replay was tried in vain.
    pub fn failed(&mut self, kind: Kind, reason: Reason) {
        self.by_drivers(kind, reason);
        let verb = self.verb(kind);
        verb.failures += 1;
        if verb.failures >= FAILURES {
            verb.pause(Reason::Resting);
        }
    }

    /// For this derivative there is no use in trying for some time.
    pub fn settle(&mut self, kind: Kind, reason: Reason) {
        self.verb(kind).settle(reason);
    }

    /// Whether a recording, or a program of one, is to be made now.
    pub fn is_due(&self, kind: Kind) -> bool {
        let verb = &self.verbs[kind as usize];
        verb.pause == 0 && verb.waited >= verb.patience
    }

    /// Something is being made for a derivative. If what was made before served few calls, the next will be waited for longer.
    pub fn begin_to_make(&mut self, kind: Kind) {
        let verb = self.verb(kind);
        let served = verb.outcomes.replays - verb.replays_before;
        if verb.programs > 0 && served < WORTH.saturating_mul(verb.patience) {
            verb.patience = verb.patience.saturating_mul(2);
        }
        verb.programs += 1;
        verb.replays_before = verb.outcomes.replays;
        verb.waited = 0;
    }

    /// There is nothing to be made: what holds at the point has a program.
    pub fn wait_anew(&mut self, kind: Kind) {
        self.verb(kind).waited = 0;
    }

    /// Keeps a recording, in place of the one that was used longest ago if there are `most`.
    pub fn keep(&mut self, kind: Kind, graph: Graph, most: usize) -> Arc<Recorded> {
        self.clock += 1;
        self.recordings += 1;
        let recorded = Arc::new(Recorded::new(self.recordings, kind, graph));
        if self.kept.len() >= most
            && let Some(oldest) = (0..self.kept.len()).min_by_key(|&k| self.kept[k].used)
        {
            self.kept.swap_remove(oldest);
        }
        let ways = std::array::from_fn(|_| Way::Open);
        self.kept.push(Kept { recorded: recorded.clone(), ways, used: self.clock, replays: 0 });
        recorded
    }

    /// What was found out for a derivative of a recording.
    pub fn decide(&mut self, kind: Kind, number: u64, way: Way) {
        let verb = self.verb(kind);
        verb.latest = Some(number);
        match way {
            Way::Slower(_) => verb.settle(Reason::Slower),
            Way::TooLarge => verb.settle(Reason::TooLarge),
            Way::Open | Way::Replay(..) => (verb.failures, verb.pause) = (0, 0),
        }
        if let Some(kept) = self.kept(number) {
            kept.ways[kind as usize] = way;
        }
    }
}

impl Verb {
    fn pause(&mut self, reason: Reason) {
        self.reason = reason;
        self.pause = self.next_pause;
        self.next_pause = (2 * self.next_pause).min(LONGEST_PAUSE);
    }

    /// A pause that is long in proportion to what a look costs.
    fn settle(&mut self, reason: Reason) {
        self.next_pause =
            if reason == Reason::Unrecordable { LONGEST_PAUSE } else { self.next_pause.max(self.patience) };
        self.pause(reason);
    }
}
