//! Running a rolled program.

use super::super::run::Memory as StraightMemory;
use super::super::widths::{self, Work};
use super::tiles::Space;
use super::{Rolled, Step, Straight, Terms};
use crate::drivers::pool::Scratch;
use std::cell::Cell;

/// What vector registers are as wide as, at most, in bytes. Numbers that begin at a multiple are loaded without crossing lines.
const ALIGNMENT: usize = 64;

/// The memory of a program. A thread keeps it from call to call, for the next program too.
#[derive(Default)]
pub(in crate::graph::program) struct Memory {
    /// The program whose constants are in the cells.
    owner: u64,
    cells: Vec<f64>,
    /// The first cell that is used, at a multiple of [`ALIGNMENT`].
    start: usize,
    places: Vec<usize>,
    arguments: Vec<f64>,
    values: Vec<f64>,
    straight: StraightMemory,
}

impl Scratch for Memory {
    fn bytes(&self) -> usize {
        self.cells.bytes() + self.places.bytes() + self.arguments.bytes() + self.values.bytes() + self.straight.bytes()
    }
}

impl Memory {
    /// Makes room for a program, whose constants are then there, and puts the inputs where they belong.
    pub(super) fn begin(&mut self, rolled: &Rolled, owner: u64, x: &[f64]) {
        if self.owner != owner {
            self.prepare(rolled);
            self.owner = owner;
        }
        self.cells[self.start..][..x.len()].copy_from_slice(x);
    }

    fn prepare(&mut self, rolled: &Rolled) {
        let needed = rolled.cells + ALIGNMENT / size_of::<f64>();
        if self.cells.len() < needed {
            self.cells = vec![0.0; needed];
            // Wherever it is, the results are the same.
            self.start = self.cells.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT / size_of::<f64>());
        }
        self.cells[self.start + rolled.first_constant..][..rolled.constants.len()].copy_from_slice(&rolled.constants);
    }

    pub fn read(&self, place: u32) -> f64 {
        self.cells[self.start + place as usize]
    }
}

/// All steps of a program. Tells whether all conditions hold.
pub(super) struct Steps<'a> {
    pub rolled: &'a Rolled,
    pub memory: &'a mut Memory,
}

impl Work for Steps<'_> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        self.rolled.run_steps(self.memory)
    }
}

impl Rolled {
    /// Computes value and gradient at `x`. Returns whether plain arithmetic was enough, and whether every guard has its answer.
    pub fn run(&self, owner: u64, x: &[f64], memory: &mut Memory) -> bool {
        memory.begin(self, owner, x);
        widths::run(Steps { rolled: self, memory })
            && self.checks.iter().all(|check| {
                let [a, b] = check.about.map(|place| memory.read(place));
                check.question.answer(a, b) == check.answer
            })
    }

    /// Writes the value and the gradient that were computed.
    pub fn results(&self, memory: &Memory, out: &mut [f64]) {
        out[0] = memory.read(self.value);
        out[1..].copy_from_slice(&memory.cells[memory.start..][self.gradient.clone()]);
    }

    /// Runs all steps. Returns whether all conditions hold.
    #[inline(always)]
    fn run_steps(&self, memory: &mut Memory) -> bool {
        let Memory { cells, start, places, arguments, values, straight, .. } = memory;
        let cells = Cell::from_mut(&mut cells[*start..]).as_slice_of_cells();
        for range in &self.alive {
            cells[range.clone()].iter().for_each(|cell| cell.set(0.0));
        }
        for &(place, adjoint) in &self.begin {
            cells[place as usize].set(adjoint);
        }
        let mut is_plain = true;
        for step in &self.steps {
            match step {
                Step::Launch(launch) => {
                    let mut space = Space { cells, registers: self.registers, places, arguments, values };
                    is_plain &= launch.run(&self.kernels[launch.kernel], &mut space);
                }
                Step::Sum { terms, to } => cells[*to as usize].set(sum(cells, terms)),
                Step::Spread { terms, from } => {
                    let adjoint = cells[*from as usize].get();
                    for terms in terms {
                        let adjoint = if terms.is_subtracted { -adjoint } else { adjoint };
                        let add = |cell: &Cell<f64>| cell.set(cell.get() + adjoint);
                        match side_by_side(cells, terms) {
                            Some(cells) => cells.iter().for_each(add),
                            None => terms.places().for_each(|place| add(&cells[place])),
                        }
                    }
                }
                Step::Straight(part) => is_plain &= part.run(cells, arguments, straight),
            }
        }
        // What is not finite does not vanish from a sum, so this tells of all contributions.
        let all_finite = |cells: &[Cell<f64>]| cells.iter().fold(true, |all, x| all & x.get().is_finite());
        is_plain
            && cells[self.value as usize].get().is_finite()
            && self.alive.iter().all(|range| all_finite(&cells[range.clone()]))
    }
}

/// The sum of the terms, in their order.
#[inline(always)]
fn sum(cells: &[Cell<f64>], terms: &[Terms]) -> f64 {
    // What is added to this zero has the bits of the first term, also if that is a zero of either sign.
    let mut sum = -0.0;
    for terms in terms {
        let mut add = |cell: &Cell<f64>| sum = if terms.is_subtracted { sum - cell.get() } else { sum + cell.get() };
        match side_by_side(cells, terms) {
            Some(cells) => cells.iter().for_each(add),
            None => terms.places().for_each(|place| add(&cells[place])),
        }
    }
    sum
}

/// The terms, if they stand side by side.
#[inline(always)]
fn side_by_side<'a>(cells: &'a [Cell<f64>], terms: &Terms) -> Option<&'a [Cell<f64>]> {
    (terms.distance == 1).then(|| &cells[terms.first as usize..][..terms.count as usize])
}

impl Straight {
    /// Returns whether all conditions hold.
    fn run(&self, cells: &[Cell<f64>], inputs: &mut Vec<f64>, memory: &mut StraightMemory) -> bool {
        inputs.clear();
        inputs.extend(self.inputs.iter().map(|&place| cells[place as usize].get()));
        self.schedule.run(&self.body, self.id, inputs, memory);
        for (&result, &(place, is_added)) in self.schedule.results.iter().zip(&self.outputs) {
            let (result, cell) = (memory.cells[result as usize], &cells[place as usize]);
            cell.set(if is_added { cell.get() + result } else { result });
        }
        self.schedule.conditions_hold(memory.cells.as_chunks::<1>().0)
    }
}
