//! What is run one after the other: operations, the conditions and guards that are asked between them, and results.

use super::affine::{Affine, Array, DEPTH, Reading};
use super::statements;
use crate::float::{Condition, Question};
use crate::graph::body::{Body, Op, Operand};
use crate::graph::table::{Fx, Hashed};
use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Statement {
    /// The operation of a node.
    Operation(u32),
    /// A condition of a number.
    Condition(Condition, Operand),
    /// The guard with this number.
    Guard(u32),
    /// The result with this number.
    Result(u32),
}

/// A statement with what it reads; inside of loops, one for all passes.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// That of the first pass.
    pub statement: u32,
    /// Its position in the sequence.
    pub position: Affine,
    /// The operands; of guards and results behind them a number.
    pub operands: Vec<Reading>,
    /// Whether its result goes to memory.
    pub is_stored: bool,
}

pub(super) struct Sequence<'a> {
    pub body: &'a Body,
    pub statements: Vec<Statement>,
}

impl<'a> Sequence<'a> {
    /// Conditions are asked where their numbers are computed, and guards where all is known that they and those before them are about.
    pub fn new(body: &'a Body, conditions: &[(Condition, u32)], with_results: bool) -> Sequence<'a> {
        let mut conditions: Vec<(Condition, Operand)> =
            conditions.iter().map(|&(condition, node)| (condition, Operand::Node(node))).collect();
        conditions.sort_by_key(|&(_, operand)| operand);
        let sides = body.guards.iter().flat_map(|guard| &guard.about);
        let roots = body.results.iter().chain(sides).chain(conditions.iter().map(|(_, operand)| operand));
        let is_needed = body.leading_to(roots, |_, _| true);

        let mut statements = Vec::new();
        let mut conditions = conditions.into_iter().peekable();
        let mut guards = (0..).zip(&body.guards).peekable();
        let mut ask = |end: usize, statements: &mut Vec<Statement>| {
            let is_known = |operand: &Operand| match *operand {
                Operand::Node(node) => (node as usize) < end,
                Operand::Constant(_) => true,
            };
            while let Some((condition, operand)) = conditions.next_if(|(_, operand)| is_known(operand)) {
                statements.push(Statement::Condition(condition, operand));
            }
            while let Some((k, _)) = guards.next_if(|(_, guard)| guard.about.iter().all(is_known)) {
                statements.push(Statement::Guard(k));
            }
        };
        for (i, node) in body.nodes.iter().enumerate() {
            if is_needed[i] && !matches!(node.op, Op::Input(_)) {
                statements.push(Statement::Operation(i as u32));
            }
            ask(i + 1, &mut statements);
        }
        // Of a body without nodes, too.
        ask(body.nodes.len(), &mut statements);
        if with_results {
            statements.extend((0..body.results.len() as u32).map(Statement::Result));
        }
        Sequence { body, statements }
    }

    /// The statements as they stand, and what the results are, where `input` is the place of an input.
    pub fn leaves(&self, input: &dyn Fn(u32) -> i32) -> (Vec<Leaf>, Vec<Reading>) {
        let body = self.body;
        let mut position = vec![0; body.nodes.len()];
        let read = |operand: &Operand, position: &[i32]| match *operand {
            Operand::Constant(bits) => Reading::Literal(bits),
            Operand::Node(node) => match body.nodes[node as usize].op {
                Op::Input(k) => Reading::at(Array::Input, input(k)),
                _ => Reading::at(Array::Value, position[node as usize]),
            },
        };
        let mut leaves = Vec::with_capacity(self.statements.len());
        for (at, statement) in (0..).zip(&self.statements) {
            let read = |operand: &Operand| read(operand, &position);
            let operands = match *statement {
                Statement::Operation(node) => statements::operands(body, node as usize).iter().map(read).collect(),
                Statement::Condition(_, operand) => vec![read(&operand)],
                Statement::Guard(k) => {
                    let [x, y] = body.guards[k as usize].about;
                    vec![read(&x), read(&y), Reading::at(Array::Whole, k as i32 + 1)]
                }
                Statement::Result(k) => vec![read(&body.results[k as usize]), Reading::at(Array::Whole, k as i32)],
            };
            if let Statement::Operation(node) = *statement {
                position[node as usize] = at;
            }
            leaves.push(Leaf { statement: at as u32, position: Affine::constant(at), operands, is_stored: false });
        }
        let results = body.results.iter().map(|result| read(result, &position)).collect();
        (leaves, results)
    }

    /// A number for each statement, which those have in common that differ in nothing but in where they read.
    pub fn words(&self, leaves: &[Leaf]) -> Vec<u64> {
        let mut first_of: HashMap<u64, usize, Hashed> = HashMap::default();
        let word = |(i, leaf): (usize, &Leaf)| {
            let mut hash = Fx::default();
            self.kind(leaf).hash(&mut hash);
            leaf.operands.iter().for_each(|operand| operand.form().hash(&mut hash));
            let mut word = hash.finish();
            // Different statements with one hash get different words.
            while !self.are_alike(leaf, &leaves[*first_of.entry(word).or_insert(i)]) {
                word = word.wrapping_add(1);
            }
            word
        };
        leaves.iter().enumerate().map(word).collect()
    }

    fn are_alike(&self, one: &Leaf, other: &Leaf) -> bool {
        let [forms, other_forms] = [one, other].map(|leaf| leaf.operands.iter().map(Reading::form));
        self.kind(one) == self.kind(other) && forms.eq(other_forms)
    }

    /// What a statement does, and how far its position moves with each pass of the loops that it is in.
    fn kind(&self, leaf: &Leaf) -> (Kind, [i32; DEPTH]) {
        let kind = match self.statements[leaf.statement as usize] {
            Statement::Operation(node) => Kind::Operation(self.body.nodes[node as usize].op),
            Statement::Condition(condition, _) => Kind::Condition(condition),
            Statement::Guard(k) => {
                let guard = &self.body.guards[k as usize];
                Kind::Guard(guard.question, guard.answer)
            }
            Statement::Result(_) => Kind::Result,
        };
        (kind, leaf.position.strides)
    }
}

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Hash)]
enum Kind {
    Operation(Op),
    Condition(Condition),
    Guard(Question, u64),
    Result,
}
