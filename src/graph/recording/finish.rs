//! The graph that a recording becomes, without what leads to nothing.

use super::super::body::{Body, Guard, Node, Op, Operand};
use super::super::operation::Operation;
use super::super::table::NONE;
use super::Recording;
use super::operations::{CONSTANT, Entry};
use crate::float::Twin;
use std::sync::Arc;

impl Recording {
    /// The graph of what was recorded, without what leads to nothing.
    pub(super) fn finish(mut self, results: &[Operand], inputs: usize) -> Body {
        let mut is_shown = vec![false; self.entries.len()];
        is_shown[..inputs].fill(true);
        self.reach(&mut is_shown, results.iter().chain(self.guards.iter().flat_map(|guard| &guard.about)));
        let mut is_live = is_shown.clone();
        let watched: Vec<Operand> = self.conditions.iter().map(|&(_, node)| Operand::Node(node)).collect();
        self.reach(&mut is_live, watched.iter());

        // The operations that stay, in their order, with new numbers.
        let staying = |i: &usize| is_live[*i];
        let count = (0..self.entries.len()).filter(staying).count();
        let count_of_operands =
            (0..self.entries.len()).filter(staying).map(|i| self.operands(&self.entries[i]).len()).sum();
        let mut number = vec![NONE; self.entries.len()];
        let mut shown = Vec::with_capacity(count);
        let (mut nodes, mut operands) = (Vec::with_capacity(count), Vec::with_capacity(count_of_operands));
        let renumbered = |number: &[u32], operand: Operand| match operand {
            Operand::Node(node) => Operand::Node(number[node as usize]),
            constant => constant,
        };
        let mut emit = |number: &mut [u32], i: usize, op: Op| {
            let entry = &self.entries[i];
            number[i] = nodes.len() as u32;
            let first = operands.len() as u32;
            operands.extend(self.operands(entry).iter().map(|&stored| renumbered(number, self.load(stored))));
            nodes.push(Node { op, first, last: operands.len() as u32, place: entry.place });
            shown.push(is_shown[i]);
        };
        let twins = self.twins();
        for (i, entry) in self.entries.iter().enumerate().filter(|(i, _)| is_live[*i]) {
            if number[i] != NONE {
                continue; // the second of a pair
            }
            let other = self.other_of_pair(&twins, entry);
            let other = other.filter(|&other| is_live[other] && is_shown[other] == is_shown[i]);
            let Some((other, twin)) = other.zip(self.twin(entry)) else {
                emit(&mut number, i, entry.op);
                continue;
            };
            let [first, second] = if twin.is_second { [other, i] } else { [i, other] };
            emit(&mut number, first, self.entries[first].op.paired(Op::First));
            emit(&mut number, second, self.entries[second].op.paired(Op::Second));
        }
        let guards =
            self.guards.iter().map(|guard| Guard { about: guard.about.map(|x| renumbered(&number, x)), ..*guard });
        Body {
            guards: guards.collect(),
            conditions: self.conditions.iter().map(|&(condition, node)| (condition, number[node as usize])).collect(),
            results: results.iter().map(|&x| renumbered(&number, x)).collect(),
            nodes,
            operands,
            rules: std::mem::take(&mut self.rules),
            is_never_plain: self.is_never_plain,
            is_shown: shown,
            point: Vec::new(),
            variables: inputs,
            is_single: false,
            origin: None,
            names: std::mem::take(&mut self.names)
                .into_iter()
                .map(|(node, name)| (number[node as usize], name))
                .filter(|&(node, _)| node != NONE)
                .collect(),
            result_names: Vec::new(),
        }
    }

    /// Marks what `roots` are computed from. Operands stand before the operations they are of, so one pass from the back does it.
    fn reach<'a>(&self, is_live: &mut [bool], roots: impl Iterator<Item = &'a Operand>) {
        for root in roots {
            if let Operand::Node(node) = *root {
                is_live[node as usize] = true;
            }
        }
        for i in (0..self.entries.len()).rev() {
            if is_live[i] {
                for &stored in self.operands(&self.entries[i]) {
                    if stored & CONSTANT == 0 {
                        is_live[stored as usize] = true;
                    }
                }
            }
        }
    }

    fn twin(&self, entry: &Entry) -> Option<Twin> {
        let Op::Rule(rule) = entry.op else { return None };
        self.rules[rule as usize].twin()
    }

    /// For each rule the other one of its pair, if both are there.
    fn twins(&self) -> Vec<Option<u32>> {
        let twin_of = |rule: &Arc<dyn Operation>| rule.twin().map(|twin| (twin.pair.name, twin.is_second));
        let other = |rule: &Arc<dyn Operation>| {
            let (pair, is_second) = twin_of(rule)?;
            self.rules.iter().position(|rule| twin_of(rule) == Some((pair, !is_second))).map(|rule| rule as u32)
        };
        self.rules.iter().map(other).collect()
    }

    /// The operation with the other function of a pair, of the same operand.
    fn other_of_pair(&self, twins: &[Option<u32>], entry: &Entry) -> Option<usize> {
        let Op::Rule(rule) = entry.op else { return None };
        let other = Op::Rule(twins[rule as usize]?);
        let fits = |known: &Entry| known.op == other && known.operands == entry.operands;
        self.find(other, &entry.operands, fits).ok().map(|other| other as usize)
    }
}
