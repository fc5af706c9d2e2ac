//! The order of the parts of a rolled program.
//!
//! ```text
//!   phase 1:  launch  launch  sum | straight
//!   phase 2:  launch        | straight             backwards, for adjoints, in reverse
//!   ...
//! ```
//!
//! The instances of a shape that is worth it are run by kernels, side by side: a *launch*. Everything else is run *straight*, one operation
//! after the other by the interpreter of programs that are not rolled. Neighbouring straight parts are one part: a launch begins a new phase,
//! a straight part belongs to the phase of the latest launch that it needs.

use super::cost;
use super::shapes::Shape;
use super::sums::Sums;
use crate::graph::body::{Body, Operand};
use crate::graph::table::NONE;
use std::collections::BTreeMap;

/// A part of a rolled program.
pub(super) enum Part {
    /// All instances of the shape with this number.
    Launch(usize),
    /// The long sum with this last addition.
    Sum(u32),
    /// These operations, in the order of the recording.
    Straight(Vec<u32>),
}

pub(super) struct Order {
    pub parts: Vec<Part>,
    /// Operations of the function that are run by kernels or in long sums, and those that are run straight.
    pub rolled: usize,
    pub straight: usize,
}

impl Order {
    pub fn find(graph: &Body, cone: &[u32], sums: &Sums, shapes: &[Shape], level: &[u32]) -> Order {
        let n = graph.nodes.len();
        let is_rolled: Vec<bool> = shapes.iter().map(cost::may_be_rolled).collect();
        enum Unit {
            Shape(usize),
            Sum(u32),
        }
        let mut units: Vec<(u32, Unit)> = shapes.iter().enumerate().map(|(k, s)| (s.level, Unit::Shape(k))).collect();
        units.extend(sums.terms.keys().map(|&sum| (level[sum as usize], Unit::Sum(sum))));
        units.sort_by_key(|&(level, _)| level);

        let mut phase = vec![0_u32; n];
        let mut phases: BTreeMap<(u32, bool), Vec<Part>> = BTreeMap::new();
        let mut order = Order { parts: Vec::new(), rolled: 0, straight: 0 };
        let mut is_straight = vec![false; n];
        for (_, unit) in units {
            match unit {
                Unit::Shape(k) if is_rolled[k] => {
                    let shape = &shapes[k];
                    let next = 1 + shape.externals.iter().map(|&k| phase[k as usize]).max().unwrap_or(0);
                    shape.roots.iter().for_each(|&root| phase[root as usize] = next);
                    phases.entry((next, false)).or_default().push(Part::Launch(k));
                    order.rolled += shape.operations * shape.count();
                }
                Unit::Shape(k) => {
                    for (instance, &root) in shapes[k].roots.iter().enumerate() {
                        let externals = shapes[k].externals_of(instance).iter();
                        phase[root as usize] = externals.map(|&k| phase[k as usize]).max().unwrap_or(0);
                        is_straight[root as usize] = true;
                    }
                    order.straight += shapes[k].operations * shapes[k].count();
                }
                Unit::Sum(sum) => {
                    let terms = &sums.terms[&sum];
                    let highest = terms.iter().map(|&(term, _)| match term {
                        Operand::Node(term) => phase[term as usize],
                        Operand::Constant(_) => 0,
                    });
                    phase[sum as usize] = 1 + highest.max().unwrap_or(0);
                    phases.entry((phase[sum as usize], false)).or_default().push(Part::Sum(sum));
                    order.rolled += terms.len() - 1;
                }
            }
        }
        for (node, &root) in cone.iter().enumerate() {
            if root != NONE && is_straight[root as usize] {
                let parts = phases.entry((phase[root as usize], true)).or_default();
                match parts.first_mut() {
                    Some(Part::Straight(nodes)) => nodes.push(node as u32),
                    _ => parts.push(Part::Straight(vec![node as u32])),
                }
            }
        }
        order.parts = phases.into_values().flatten().collect();
        order
    }
}
