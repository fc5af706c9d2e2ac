//! What was recorded and replayed, and why the drivers took the other calls.

use super::kept::{Kind, Reason, State, Way};
use std::fmt::{self, Display};
use std::panic::Location;

/// What came of the calls of one derivative.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcomes {
    pub replays: u64,
    /// By their reasons.
    pub by_drivers: [u64; Reason::COUNT],
}

/// How many places are kept.
const PLACES: usize = 16;

/// Questions whose answer no recording had, by their places in the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Vec<(&'static Location<'static>, u64)>);

impl Changes {
    pub fn note(&mut self, place: &'static Location<'static>) {
        match self.0.iter().position(|(known, _)| *known == place) {
            Some(known) => self.0[known].1 += 1,
            None if self.0.len() < PLACES => self.0.push((place, 1)),
            None => {}
        }
    }
}

/// What an [`Adaptive`](super::Adaptive) did so far, for printing and for tests.
///
/// # Examples
/// See [`Adaptive::report`](super::Adaptive::report).
#[derive(Clone, Debug)]
#[must_use]
pub struct AdaptiveReport {
    state: State,
}

impl AdaptiveReport {
    pub(super) fn new(state: State) -> AdaptiveReport {
        AdaptiveReport { state }
    }

    fn sum(&self, of: impl Fn(&Outcomes) -> u64) -> u64 {
        self.state.verbs.iter().map(|verb| of(&verb.outcomes)).sum()
    }

    /// How many derivatives were asked for.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.replays() + self.by_drivers()
    }

    /// How many of them a program gave.
    #[must_use]
    pub fn replays(&self) -> u64 {
        self.sum(|outcomes| outcomes.replays)
    }

    /// How many of them the drivers gave.
    #[must_use]
    pub fn by_drivers(&self) -> u64 {
        self.sum(|outcomes| outcomes.by_drivers.iter().sum())
    }

    /// At how many points recordings were tried and none had the branches of the point.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.sum(|outcomes| outcomes.by_drivers[Reason::Missed as usize])
    }

    /// How many recordings were made so far.
    #[must_use]
    pub fn recordings(&self) -> u64 {
        self.state.recordings
    }

    /// How many of them are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.state.kept.len()
    }

    /// Where in the source questions had answers that no recording has, and how often. The most frequent comes first. The first 16 places
    /// are counted.
    #[must_use]
    pub fn changed_places(&self) -> Vec<(&'static Location<'static>, u64)> {
        let mut places = self.state.changes.0.clone();
        places.sort_by_key(|&(place, times)| (std::cmp::Reverse(times), place.file(), place.line(), place.column()));
        places
    }
}

impl Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Kind::Gradient => "value and gradient",
            Kind::Hessian => "value, gradient and Hessian",
            Kind::Hvp => "value, gradient and Hessian-vector product",
            Kind::Jvp => "Jacobian-vector product",
            Kind::Vjp => "vector-Jacobian product",
            Kind::Jacobian => "value and Jacobian",
        })
    }
}

impl Reason {
    const ALL: [Reason; Reason::COUNT] = [
        Reason::Waiting,
        Reason::Missed,
        Reason::NotPlain,
        Reason::Resting,
        Reason::Slower,
        Reason::TooLarge,
        Reason::Unrecordable,
    ];
}

impl Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Reason::Waiting => "a recording was waited for",
            Reason::Missed => "no recording has the branches of the point",
            Reason::NotPlain => "a zero meets an infinity there, or a number is not finite",
            Reason::Resting => "not tried after failures",
            Reason::Slower => "replay is estimated to be slower",
            Reason::TooLarge => "the program would have too many operations",
            Reason::Unrecordable => "the function does not run on numbers that record",
        })
    }
}

/// A number and the word for what is counted.
fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

impl Display for AdaptiveReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let State { kept, verbs, recordings, .. } = &self.state;
        writeln!(out, "{} made, {} kept", count(*recordings as usize, "recording"), kept.len())?;
        for kept in kept {
            let graph = &kept.recorded.graph;
            write!(out, "  recording {}: {}", kept.recorded.number, count(graph.operations(), "operation"))?;
            let replays = count(kept.replays as usize, "time");
            writeln!(out, ", {}, replayed {replays}", count(graph.guards(), "guard"))?;
            for (kind, way) in Kind::ALL.iter().zip(&kept.ways) {
                match way {
                    Way::Open => {}
                    Way::Replay(program, estimate) => {
                        writeln!(out, "    {kind}: {}, {estimate}", count(program.operations(), "operation"))?;
                    }
                    Way::Slower(estimate) => writeln!(out, "    {kind}: by the drivers, {estimate}")?,
                    Way::TooLarge => writeln!(out, "    {kind}: by the drivers, {}", Reason::TooLarge)?,
                }
            }
        }
        for (kind, verb) in Kind::ALL.iter().zip(verbs) {
            let Outcomes { replays, by_drivers } = verb.outcomes;
            let others: u64 = by_drivers.iter().sum();
            if replays + others > 0 {
                let calls = count((replays + others) as usize, "call");
                writeln!(out, "{kind}: {calls}, {replays} replayed, {others} by the drivers")?;
            }
            for (reason, times) in Reason::ALL.iter().zip(by_drivers).filter(|&(_, times)| times > 0) {
                writeln!(out, "  {times}: {reason}")?;
            }
        }
        for (place, times) in self.changed_places().iter().take(3) {
            writeln!(out, "other answers at {place}: {times}")?;
        }
        Ok(())
    }
}
