//! The steps of a program of value and gradient.
//!
//! ```text
//!   parts:   launch a, launch b, sum s      steps:   a forwards, b forwards, s, [s backwards,] b backwards, a backwards
//! ```
//!
//! Each part gives a step on the way to the result and, where its adjoints are not known beforehand, one on the way back. Where they are, the
//! step forwards adds to the adjoints of its operands at once.

use super::super::code::Check;
use super::adjoints::Adjoints;
use super::bodies::{Halves, Keep, whole};
use super::build::{Builder, Placed};
use super::columns::Column;
use super::kernels::{Kernel, STEP};
use super::report::Reason;
use super::tiles::{Launch, Output};
use super::{Rolled, Step, Straight, Terms};
use crate::graph::body::{Body, Operand};
use crate::graph::table::Hashed;
use std::collections::HashMap;

/// A body, differentiated for adjoints that come in or for one that is a constant.
struct Derived {
    forward: usize,
    backward: Option<usize>,
    /// See [`Halves::kept`].
    kept: Vec<Option<usize>>,
    /// What is added to the adjoint of each variable.
    contributions: Vec<Operand>,
}

struct Steps<'a> {
    bodies: &'a [Body],
    derived: HashMap<(usize, Option<u64>), Derived, Hashed>,
    kernels: Vec<Kernel>,
    adjoints: Adjoints,
    /// Where there is room to keep something.
    kept: usize,
    forwards: Vec<Step>,
    backwards: Vec<Step>,
}

pub(super) fn steps(mut builder: Builder, placed: Vec<Placed>) -> Result<Rolled, Reason> {
    let function = builder.function;
    let Operand::Node(result) = function.results[0] else { return Err(Reason::NoOperations) };
    let value = builder.place[result as usize];
    let checks: Vec<Check> = function
        .guards
        .iter()
        .map(|guard| Check {
            question: guard.question,
            about: guard.about.map(|x| builder.place_of(x)),
            answer: guard.answer,
        })
        .collect();
    let first_constant = 2 * builder.adjoints as usize;
    let mut steps = Steps {
        bodies: &builder.bodies,
        derived: HashMap::default(),
        kernels: Vec::new(),
        adjoints: Adjoints::new(builder.adjoints, function.variables, value),
        kept: first_constant + builder.constants.len().next_multiple_of(STEP),
        forwards: Vec::new(),
        backwards: Vec::new(),
    };
    for part in placed.into_iter().rev() {
        match part {
            Placed::Sum { terms, to } => steps.sum(terms, to),
            Placed::Launch { body, columns, variables, first, count } => {
                steps.launch(body, &columns, variables, first, count)?;
            }
            Placed::Straight { body, inputs, results } => steps.straight(*body, &inputs, &results)?,
        }
    }
    let Steps { kernels, adjoints, kept, mut forwards, mut backwards, .. } = steps;
    forwards.reverse();
    forwards.append(&mut backwards);
    let tile = kernels.iter().map(|kernel| (kernel.registers + kernel.results.len()) * kernel.lanes).max();
    let first_adjoint = adjoints.shift as usize;
    Ok(Rolled {
        steps: forwards,
        kernels,
        first_constant,
        registers: kept,
        // A step beyond the last column that is read where it is.
        cells: kept + tile.unwrap_or(0) + STEP,
        value,
        gradient: first_adjoint..first_adjoint + function.variables,
        alive: adjoints.ranges(),
        begin: adjoints.begin(),
        constants: builder.constants,
        checks,
    })
}

impl Steps<'_> {
    /// Room for so many numbers.
    fn keep(&mut self, count: usize) -> u32 {
        let at = self.kept as u32;
        self.kept += count.next_multiple_of(STEP);
        at
    }

    fn sum(&mut self, terms: Vec<Terms>, to: u32) {
        let shift = self.adjoints.shift;
        let adjoint = self.adjoints.take(to);
        // Constants have no adjoints; they stand behind all values.
        let of_values = || terms.iter().filter(|terms| terms.first < shift);
        for terms in of_values() {
            let contribution = adjoint.map(|c| if terms.is_subtracted { -c } else { c });
            terms.places().for_each(|place| self.adjoints.add(place as u32, contribution));
        }
        if adjoint.is_none() {
            let shifted = |terms: &Terms| Terms { first: terms.first + shift, ..terms.clone() };
            self.backwards.push(Step::Spread { terms: of_values().map(shifted).collect(), from: to + shift });
        }
        self.forwards.push(Step::Sum { terms, to });
    }

    fn launch(
        &mut self,
        body: usize,
        columns: &[Column],
        variables: usize,
        first: u32,
        count: usize,
    ) -> Result<(), Reason> {
        let shift = self.adjoints.shift;
        let seed = match variables {
            0 => Some(0.0),
            _ => self.adjoints.take_all(first as usize..first as usize + count),
        };
        let key = (body, seed.map(f64::to_bits));
        if !self.derived.contains_key(&key) {
            let derived = self.differentiate(body, seed)?;
            self.derived.insert(key, derived);
        }
        // Results of the forward half, and inputs of the backward half: the value, and what is kept.
        let saved = self.derived[&key].kept.iter().filter(|kept| kept.is_none()).count();
        let places: Vec<u32> = (0..saved).map(|_| self.keep(count)).collect();
        let derived = &self.derived[&key];
        let mut outputs: Vec<Output> = [first].iter().chain(&places).map(|&place| Output::Store(place)).collect();
        let mut places = places.into_iter();
        let given: Vec<u32> =
            derived.kept.iter().map(|kept| kept.map_or_else(|| places.next().expect("counted"), |_| first)).collect();

        let mut added = Vec::new();
        for (column, contribution) in columns.iter().zip(&derived.contributions) {
            let contribution = match contribution {
                Operand::Constant(bits) => Some(f64::from_bits(*bits)),
                Operand::Node(_) => None,
            };
            match column {
                Column::Uniform(place) => self.adjoints.add(*place, contribution.map(|c| c * count as f64)),
                column => (0..count).for_each(|instance| self.adjoints.add(column.at(instance), contribution)),
            }
            if contribution.is_none() {
                added.push(Output::Add(column.shifted(shift)));
            }
        }
        // Inputs of both halves: variables, the adjoint where it comes in, and the others; then what is given.
        let incoming = usize::from(derived.backward.is_some());
        let input = |k: usize| -> Column {
            match k.checked_sub(variables) {
                None => columns[k].clone(),
                Some(0) if incoming == 1 => Column::Even(first + shift, 1),
                _ if k < columns.len() + incoming => columns[k - incoming].clone(),
                _ => Column::Even(given[k - columns.len() - incoming], 1),
            }
        };
        let columns_of = |kernel: usize| self.kernels[kernel].inputs.iter().map(|&k| input(k as usize)).collect();
        let forward =
            Launch { kernel: derived.forward, count, columns: columns_of(derived.forward), outputs: Vec::new() };
        match derived.backward {
            Some(backward) => {
                let columns = columns_of(backward);
                self.backwards.push(Step::Launch(Launch { kernel: backward, count, columns, outputs: added }));
            }
            None => outputs.extend(added),
        }
        self.forwards.push(Step::Launch(Launch { outputs, ..forward }));
        Ok(())
    }

    fn straight(&mut self, body: Body, inputs: &[u32], results: &[u32]) -> Result<(), Reason> {
        let shift = self.adjoints.shift;
        let mut seeds = vec![Some(0.0); results.len()];
        if body.variables > 0 {
            seeds = results.iter().map(|&place| self.adjoints.take(place)).collect();
        }
        let is_needed = seeds.iter().any(|&seed| seed != Some(0.0));
        let variables = if is_needed { body.variables } else { 0 };
        let graph = if is_needed { body.pulled_back(&seeds) } else { body };
        if !graph.guards.is_empty() || graph.is_never_plain {
            return Err(Reason::Questions);
        }
        let mut added = Vec::new();
        for (contribution, &place) in graph.results[results.len()..].iter().zip(inputs) {
            match contribution {
                Operand::Constant(bits) => self.adjoints.add(place, Some(f64::from_bits(*bits))),
                Operand::Node(_) => {
                    self.adjoints.add(place, None);
                    added.push((place + shift, true));
                }
            }
        }
        let open = results.iter().zip(&seeds).filter(|(_, seed)| seed.is_none()).map(|(&place, _)| place + shift);
        let open: Vec<u32> = open.collect();
        let weights = variables..variables + open.len();
        let inputs = [&inputs[..variables], &open, &inputs[variables..]].concat();
        let mut outputs: Vec<(u32, bool)> = results.iter().map(|&place| (place, false)).collect();
        if open.is_empty() {
            outputs.extend(added);
            self.forwards.push(Step::Straight(Straight::new(whole(&graph, results.len()), inputs, outputs)));
            return Ok(());
        }
        let halves = Halves::of(&graph, results.len(), weights, Keep::All);
        let saved = halves.kept.iter().filter(|kept| kept.is_none()).count();
        let mut places = self.keep(saved)..;
        let given = halves.kept.iter().map(|kept| match kept {
            Some(value) => results[*value],
            None => {
                let place = places.next().expect("without end");
                outputs.push((place, false));
                place
            }
        });
        let given: Vec<u32> = given.collect();
        let backward = Straight::new(halves.backward, [&inputs[..], &given].concat(), added);
        // The adjoints are not there yet, and nothing of the forward half depends on them.
        self.forwards.push(Step::Straight(Straight::new(halves.forward, inputs, outputs)));
        self.backwards.push(Step::Straight(backward));
        Ok(())
    }

    /// The kernels of a body and its derivative, for the adjoint `seed` or one that comes in.
    fn differentiate(&mut self, body: usize, seed: Option<f64>) -> Result<Derived, Reason> {
        let body = &self.bodies[body];
        let variables = body.variables;
        let graph = if seed == Some(0.0) { body.clone() } else { body.pulled_back(&[seed]) };
        if !graph.guards.is_empty() || graph.is_never_plain {
            return Err(Reason::Questions);
        }
        let mut kernel = |body: Body| -> Result<usize, Reason> {
            self.kernels.push(Kernel::new(body).ok_or(Reason::Registers)?);
            Ok(self.kernels.len() - 1)
        };
        if seed.is_some() {
            let contributions = graph.results[1..].to_vec();
            let forward = kernel(whole(&graph, 1))?;
            return Ok(Derived { forward, backward: None, kept: Vec::new(), contributions });
        }
        let halves = Halves::of(&graph, 1, variables..variables + 1, Keep::Expensive);
        let forward = kernel(halves.forward)?;
        let backward = Some(kernel(halves.backward)?);
        Ok(Derived { forward, backward, kept: halves.kept, contributions: halves.contributions })
    }
}
