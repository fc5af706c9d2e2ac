//! Where everything is: the parts of a function get places in memory, and launches their bodies and columns.
//!
//! ```text
//!   memory:  inputs | values of roots | adjoints of these, in the same order | constants | what is kept | registers
//! ```
//!
//! Only the roots of cones have places, and of straight parts what is needed outside of them.

use super::bodies::{Use, of_nodes, of_shape};
use super::columns::{Column, segments};
use super::kernels::STEP;
use super::order::{Order, Part};
use super::report::Reason;
use super::shapes::Shape;
use super::sums::Sums;
use super::{Rolled, Terms, steps};
use crate::graph::body::{Body, Operand};
use crate::graph::table::{Hashed, NONE};
use std::collections::HashMap;

/// A part with the places of what it needs and leaves.
pub(super) enum Placed {
    Launch { body: usize, columns: Vec<Column>, variables: usize, first: u32, count: usize },
    Sum { terms: Vec<Terms>, to: u32 },
    Straight { body: Box<Body>, inputs: Vec<u32>, results: Vec<u32> },
}

/// What identifies a body: the words of its shape, what their uses stand for, and how many inputs and variables there are.
type Key = (u32, Vec<Use>, [usize; 2]);

pub(super) struct Builder<'a> {
    pub function: &'a Body,
    /// The values of all nodes at the point of the recording.
    values: Vec<f64>,
    is_variable: Vec<bool>,
    /// Where the values of roots are.
    pub place: Vec<u32>,
    /// How many values there are, and where adjoints begin.
    pub adjoints: u32,
    /// Behind the adjoints.
    pub constants: Vec<f64>,
    known_constants: HashMap<Vec<u64>, u32, Hashed>,
    pub bodies: Vec<Body>,
    known_bodies: HashMap<Key, usize, Hashed>,
}

pub(super) fn build(
    function: &Body,
    shapes: &mut [Shape],
    sums: &Sums,
    order: Order,
    cone: &[u32],
) -> Result<Rolled, Reason> {
    let n = function.nodes.len();
    let inputs = function.point.len();
    let mut is_variable = vec![false; n];
    is_variable[..function.variables].fill(true);
    for node in inputs..n {
        is_variable[node] = function
            .operands(&function.nodes[node])
            .iter()
            .any(|&x| matches!(x, Operand::Node(k) if is_variable[k as usize]));
    }
    let mut builder = Builder {
        function,
        values: function.values(&function.point),
        is_variable,
        place: vec![NONE; n],
        adjoints: 0,
        constants: Vec::new(),
        known_constants: HashMap::default(),
        bodies: Vec::new(),
        known_bodies: HashMap::default(),
    };
    let leaving = leaving(function, shapes, sums, &order, cone);
    builder.place_all(shapes, &order, &leaving);
    let placed = builder.forwards(shapes, sums, &order, &leaving);
    steps::steps(builder, placed)
}

/// Which nodes of straight parts are needed outside of their part.
fn leaving(function: &Body, shapes: &[Shape], sums: &Sums, order: &Order, cone: &[u32]) -> Vec<bool> {
    let mut part_of = vec![NONE; function.nodes.len()];
    let mut is_leaving = vec![false; function.nodes.len()];
    for (k, part) in order.parts.iter().enumerate() {
        if let Part::Straight(nodes) = part {
            nodes.iter().for_each(|&node| part_of[node as usize] = k as u32);
        }
    }
    let mut leave = |operand: Operand, part: u32| {
        if let Operand::Node(node) = operand
            && part_of[node as usize] != part
        {
            is_leaving[node as usize] = true;
        }
    };
    for (k, part) in order.parts.iter().enumerate() {
        match part {
            Part::Launch(shape) => shapes[*shape].externals.iter().for_each(|&x| leave(Operand::Node(x), NONE)),
            Part::Sum(sum) => sums.terms[sum].iter().for_each(|&(term, _)| leave(term, NONE)),
            Part::Straight(nodes) => {
                for &node in nodes {
                    let operands = function.operands(&function.nodes[node as usize]);
                    operands.iter().for_each(|&x| leave(x, k as u32));
                }
            }
        }
    }
    let sides = function.guards.iter().flat_map(|guard| guard.about);
    function.results.iter().copied().chain(sides).for_each(|x| leave(x, NONE));
    debug_assert!((0..cone.len()).all(|node| !is_leaving[node] || cone[node] == NONE || cone[node] == node as u32));
    is_leaving
}

impl Builder<'_> {
    /// Gives every root its place. The instances of each shape are sorted by the places of their operands and stand side by side.
    fn place_all(&mut self, shapes: &mut [Shape], order: &Order, leaving: &[bool]) {
        let inputs = self.function.point.len() as u32;
        (0..inputs).for_each(|k| self.place[k as usize] = k);
        let mut next = inputs.next_multiple_of(STEP as u32);
        for part in &order.parts {
            match part {
                Part::Launch(shape) => {
                    self.sort(&mut shapes[*shape]);
                    for &root in &shapes[*shape].roots {
                        self.place[root as usize] = next;
                        next += 1;
                    }
                    next = next.next_multiple_of(STEP as u32);
                }
                Part::Sum(sum) => {
                    self.place[*sum as usize] = next;
                    next += 1;
                }
                Part::Straight(nodes) => {
                    for &node in nodes.iter().filter(|&&node| leaving[node as usize]) {
                        self.place[node as usize] = next;
                        next += 1;
                    }
                }
            }
        }
        self.adjoints = next.next_multiple_of(STEP as u32);
    }

    fn sort(&self, shape: &mut Shape) {
        let count = shape.count();
        let places: Vec<u32> = shape.externals.iter().map(|&node| self.place[node as usize]).collect();
        let (width, constants) = (places.len() / count, shape.constants.len() / count);
        let mut sorted: Vec<u32> = (0..count as u32).collect();
        sorted.sort_by_key(|&instance| (&places[instance as usize * width..][..width], instance));
        shape.roots = sorted.iter().map(|&instance| shape.roots[instance as usize]).collect();
        shape.externals = sorted
            .iter()
            .flat_map(|&instance| shape.externals[instance as usize * width..][..width].iter().copied())
            .collect();
        shape.constants = sorted
            .iter()
            .flat_map(|&instance| shape.constants[instance as usize * constants..][..constants].iter().copied())
            .collect();
    }

    /// Where constants are that stand side by side.
    fn constants(&mut self, bits: Vec<u64>) -> u32 {
        if let Some(&known) = self.known_constants.get(&bits) {
            return known;
        }
        self.constants.resize(self.constants.len().next_multiple_of(STEP), 0.0);
        let at = 2 * self.adjoints + self.constants.len() as u32;
        self.constants.extend(bits.iter().map(|&bits| f64::from_bits(bits)));
        self.known_constants.insert(bits, at);
        at
    }

    pub fn place_of(&mut self, operand: Operand) -> u32 {
        match operand {
            Operand::Node(node) => self.place[node as usize],
            Operand::Constant(bits) => self.constants(vec![bits]),
        }
    }

    fn forwards(&mut self, shapes: &[Shape], sums: &Sums, order: &Order, leaving: &[bool]) -> Vec<Placed> {
        // Shapes of several levels have the same words, and are to have the same body.
        let mut words: HashMap<&[u32], u32, Hashed> = HashMap::default();
        let launched =
            || order.parts.iter().filter_map(|part| if let Part::Launch(k) = part { Some(*k) } else { None });
        let mut same: Vec<Vec<Option<u64>>> = Vec::new();
        for shape in launched().map(|k| &shapes[k]) {
            let next = words.len() as u32;
            let number = *words.entry(&shape.words).or_insert(next);
            if number == next {
                same.push(shape.constants_of(0).iter().map(|&bits| Some(bits)).collect());
            }
            for instance in 0..shape.count() {
                for (same, &bits) in same[number as usize].iter_mut().zip(shape.constants_of(instance)) {
                    if *same != Some(bits) {
                        *same = None;
                    }
                }
            }
        }
        let mut placed = Vec::new();
        for part in &order.parts {
            match part {
                Part::Launch(k) => {
                    let number = words[&shapes[*k].words[..]];
                    self.launches(&shapes[*k], number, &same[number as usize], &mut placed);
                }
                Part::Sum(sum) => {
                    let mut terms: Vec<Terms> = Vec::new();
                    for &(term, is_subtracted) in &sums.terms[sum] {
                        let place = self.place_of(term);
                        // A piece is of values, which have adjoints, or of constants, which have none.
                        let is_value = |place: u32| place < self.adjoints;
                        let last = terms.last_mut().filter(|last| is_value(last.first) == is_value(place));
                        if !last.is_some_and(|last| last.push(place, is_subtracted)) {
                            terms.push(Terms { first: place, distance: 0, count: 1, is_subtracted });
                        }
                    }
                    placed.push(Placed::Sum { terms, to: self.place[*sum as usize] });
                }
                Part::Straight(nodes) => placed.push(self.straight(nodes, leaving)),
            }
        }
        placed
    }

    /// The launches of a shape, one for each segment.
    fn launches(&mut self, shape: &Shape, words: u32, same: &[Option<u64>], placed: &mut Vec<Placed>) {
        let (count, externals) = (shape.count(), shape.externals.len() / shape.count());
        let places: Vec<u32> = shape.externals.iter().map(|&node| self.place[node as usize]).collect();
        for (lo, hi) in segments(&places, count, externals) {
            // The columns that differ: those that are differentiated first, then others, then constants.
            let all: Vec<Column> = (0..externals).map(|k| Column::of(lo, hi, |i| places[i * externals + k])).collect();
            let is_variable: Vec<bool> =
                (0..externals).map(|k| (lo..hi).any(|i| self.is_variable[shape.externals_of(i)[k] as usize])).collect();
            let (mut columns, mut point): (Vec<Column>, Vec<f64>) = (Vec::new(), Vec::new());
            let mut uses = [vec![Use::Input(0); externals], Vec::new()];
            let mut variables = 0;
            for differentiated in [true, false] {
                for k in (0..externals).filter(|&k| is_variable[k] == differentiated) {
                    let known = columns.iter().position(|known| *known == all[k]);
                    uses[0][k] = Use::Input(known.unwrap_or(columns.len()) as u32);
                    if known.is_none() {
                        columns.push(all[k].clone());
                        point.push(self.values[shape.externals_of(lo)[k] as usize]);
                    }
                }
                if differentiated {
                    variables = columns.len();
                }
            }
            for (k, same) in same.iter().enumerate() {
                if let Some(bits) = same {
                    uses[1].push(Use::Literal(*bits));
                    continue;
                }
                let mut bits: Vec<u64> = (lo..hi).map(|i| shape.constants_of(i)[k]).collect();
                let first = bits[0];
                if bits.iter().all(|&bits| bits == first) {
                    bits.truncate(1);
                }
                let is_uniform = bits.len() == 1;
                let at = self.constants(bits);
                let column = if is_uniform { Column::Uniform(at) } else { Column::Even(at, 1) };
                let known = columns.iter().position(|known| *known == column);
                uses[1].push(Use::Input(known.unwrap_or(columns.len()) as u32));
                if known.is_none() {
                    columns.push(column);
                    point.push(f64::from_bits(first));
                }
            }
            let key = (words, uses.concat(), [columns.len(), variables]);
            let next = self.bodies.len();
            let body = *self.known_bodies.entry(key).or_insert(next);
            if body == next {
                self.bodies.push(of_shape(self.function, &shape.words, [&uses[0], &uses[1]], point, variables));
            }
            let first = self.place[shape.roots[lo] as usize];
            placed.push(Placed::Launch { body, columns, variables, first, count: hi - lo });
        }
    }

    fn straight(&mut self, nodes: &[u32], leaving: &[bool]) -> Placed {
        let mut is_inside: HashMap<u32, bool, Hashed> = nodes.iter().map(|&node| (node, true)).collect();
        let mut inputs = [Vec::new(), Vec::new()];
        for &node in nodes {
            for &operand in self.function.operands(&self.function.nodes[node as usize]) {
                if let Operand::Node(k) = operand
                    && is_inside.insert(k, true).is_none()
                {
                    inputs[usize::from(!self.is_variable[k as usize])].push(k);
                }
            }
        }
        let (variables, inputs) = (inputs[0].len(), inputs.concat());
        let results: Vec<u32> = nodes.iter().copied().filter(|&node| leaving[node as usize]).collect();
        let body = of_nodes(self.function, nodes, &inputs, variables, &results, &self.values);
        let place = |nodes: &[u32]| nodes.iter().map(|&node| self.place[node as usize]).collect();
        Placed::Straight { body: Box::new(body), inputs: place(&inputs), results: place(&results) }
    }
}
