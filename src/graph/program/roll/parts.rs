//! The steps of a rolled program as data, for those who write them down in another form.

use super::columns::Column;
use super::tiles::Output;
use super::{Rolled, Step, Terms};
use crate::float::Condition;
use crate::graph::body::Body;
use crate::graph::program::plan::conditions;
use crate::graph::question::Question;
use std::ops::Range;

/// A rolled program.
pub(in crate::graph) struct Parts<'a> {
    pub steps: Vec<Part<'a>>,
    pub kernels: Vec<Loop<'a>>,
    pub constants: &'a [f64],
    /// Where constants are among the numbers of the program, and how much room they have.
    pub place_of_constants: Range<usize>,
    /// How many numbers there are, with constants.
    pub numbers: usize,
    /// The results.
    pub value: u32,
    pub gradient: Range<usize>,
    /// What is 0 when a call begins, or another constant, and has to be finite when it ends.
    pub adjoints: &'a [Range<usize>],
    pub begin: &'a [(u32, f64)],
    /// The guards, with the places of both sides.
    pub guards: Vec<(Question, u64, [u32; 2])>,
}

/// The body of a loop.
pub(in crate::graph) struct Loop<'a> {
    pub body: &'a Body,
    /// The inputs that are used, one for each column of a launch.
    pub inputs: &'a [u32],
    /// What is added to one number by several instances is added up for so many of them apart.
    pub lanes: usize,
}

/// Where the instances of a launch find or leave a number.
#[derive(Clone, Copy)]
pub(in crate::graph) enum Places<'a> {
    Uniform(u32),
    /// The first one, and the distance to the next.
    Even(u32, i32),
    Table(&'a [u32]),
}

/// A step.
pub(in crate::graph) enum Part<'a> {
    /// So many instances of a loop's body. Results are stored, or added where the flag says so.
    Launch { kernel: usize, count: usize, columns: Vec<Places<'a>>, outputs: Vec<(Places<'a>, bool)> },
    /// The sum of terms, in their order.
    Sum { terms: Vec<EvenTerms>, to: u32 },
    /// Adds one number to others.
    Spread { terms: Vec<EvenTerms>, from: u32 },
    /// Operations without a loop.
    Straight { body: &'a Body, conditions: Vec<(Condition, u32)>, inputs: &'a [u32], outputs: &'a [(u32, bool)] },
}

/// Terms of a sum that are evenly spaced.
#[derive(Clone, Copy)]
pub(in crate::graph) struct EvenTerms {
    pub first: u32,
    pub distance: i32,
    pub count: u32,
    pub is_subtracted: bool,
}

impl Rolled {
    pub(in crate::graph::program) fn parts(&self) -> Parts<'_> {
        let kept = self.first_constant + self.constants.len().next_multiple_of(super::kernels::STEP);
        Parts {
            steps: self.steps.iter().map(part).collect(),
            kernels: self
                .kernels
                .iter()
                .map(|kernel| Loop { body: &kernel.body, inputs: &kernel.inputs, lanes: kernel.lanes })
                .collect(),
            constants: &self.constants,
            place_of_constants: self.first_constant..kept,
            numbers: self.registers,
            value: self.value,
            gradient: self.gradient.clone(),
            adjoints: &self.alive,
            begin: &self.begin,
            guards: self.checks.iter().map(|check| (check.question, check.answer, check.about)).collect(),
        }
    }
}

fn part(step: &Step) -> Part<'_> {
    match step {
        Step::Launch(launch) => Part::Launch {
            kernel: launch.kernel,
            count: launch.count,
            columns: launch.columns.iter().map(places).collect(),
            outputs: launch
                .outputs
                .iter()
                .map(|output| match output {
                    Output::Store(place) => (Places::Even(*place, 1), false),
                    Output::Add(column) => (places(column), true),
                })
                .collect(),
        },
        Step::Sum { terms, to } => Part::Sum { terms: terms.iter().map(even).collect(), to: *to },
        Step::Spread { terms, from } => Part::Spread { terms: terms.iter().map(even).collect(), from: *from },
        Step::Straight(part) => Part::Straight {
            body: &part.body,
            conditions: conditions(&part.body),
            inputs: &part.inputs,
            outputs: &part.outputs,
        },
    }
}

fn places(column: &Column) -> Places<'_> {
    match column {
        Column::Uniform(place) => Places::Uniform(*place),
        Column::Even(first, distance) => Places::Even(*first, *distance),
        Column::Table(table) => Places::Table(table),
    }
}

fn even(terms: &Terms) -> EvenTerms {
    let Terms { first, distance, count, is_subtracted } = *terms;
    EvenTerms { first, distance, count, is_subtracted }
}
