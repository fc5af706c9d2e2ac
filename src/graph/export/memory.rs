//! Which results are variables, which go to memory, and at which places there.
//!
//! A result is a variable where it is read in the same pass and the same function. In the next pass it may be a variable, too. All others
//! are in memory: those of loops one pass behind the other, so that they are evenly spaced, and behind them the others, whose places are
//! used again when nobody needs them any more. What only the last pass of a loop leaves for others, as a state or a sum does, has one place.

use super::affine::{Affine, Array, Reading};
use super::nest::{Nest, Part};
use super::sequence::{Leaf, Sequence, Statement};
use super::tables::Tables;
use std::collections::HashMap;

/// The most statements of a function. Beyond, gcc takes more and more time for each.
const MOST_STATEMENTS: usize = 500;

/// The same of the body of a loop: what one of its functions leaves for another is kept for each pass.
const MOST_IN_BODY: usize = 1500;

/// A statement, or a loop.
pub(super) enum Piece {
    Leaf(Leaf),
    Loop(Loop),
}

pub(super) struct Loop {
    pub count: i32,
    pub body: Block,
    /// The statements whose results are variables in the next pass, and their positions in the pass before.
    pub carried: Vec<(u32, Affine)>,
    /// The statements whose results go to memory behind the last pass, and their positions there.
    pub left: Vec<(u32, i32)>,
}

impl Piece {
    /// The statements of which one pass only may be kept, outside of all loops, and the position of that pass.
    fn ends(&self) -> Vec<(u32, i32)> {
        let (pieces, counters) = match self {
            Piece::Leaf(_) => (std::slice::from_ref(self), vec![]),
            Piece::Loop(inner) if inner.body.is_in_place() => (&inner.body.0[0][..], vec![inner.count - 1]),
            Piece::Loop(_) => (&[][..], vec![]),
        };
        let end = |piece: &Piece| match piece {
            Piece::Leaf(leaf) => Some((leaf.statement, leaf.position.at(&counters))),
            Piece::Loop(_) => None,
        };
        pieces.iter().filter_map(end).collect()
    }
}

/// Pieces that are run one after the other: in place if they are few, else in several functions.
pub(super) struct Block(pub Vec<Vec<Piece>>);

impl Block {
    pub fn is_in_place(&self) -> bool {
        self.0.len() <= 1
    }

    fn cut(parts: Vec<Part>, most: usize) -> Block {
        let mut functions = vec![Vec::new()];
        let mut size = 0;
        for part in parts {
            let (piece, statements) = match part {
                Part::Leaf(leaf) => (Piece::Leaf(leaf), 1),
                Part::Loop { count, body } => {
                    let statements = statements_of(&body);
                    let body = Block::cut(body, MOST_IN_BODY);
                    let statements = if body.is_in_place() { statements } else { body.0.len() };
                    (Piece::Loop(Loop { count, body, carried: Vec::new(), left: Vec::new() }), statements)
                }
            };
            if size > 0 && size + statements > most {
                functions.push(Vec::new());
                size = 0;
            }
            size += statements;
            functions.last_mut().expect("one at least").push(piece);
        }
        Block(functions)
    }
}

fn statements_of(parts: &[Part]) -> usize {
    let of = |part: &Part| match part {
        Part::Leaf(_) => 1,
        Part::Loop { body, .. } => statements_of(body),
    };
    parts.iter().map(of).sum()
}

/// Where results are.
pub(super) struct Memory {
    /// The place of each statement's result, if it is in memory.
    place: Vec<i32>,
    /// Places that are not evenly spaced, as positions, and where the table of them begins.
    lists: Vec<(Array, i32)>,
    first_list: i32,
    /// Where memory ends.
    pub end: usize,
}

/// Gives all results their places from `first` on. What the readings `results` read stays until the end.
pub(super) fn place(
    sequence: &Sequence,
    mut nest: Nest,
    parts: Vec<Part>,
    results: &mut [Reading],
    first: usize,
    tables: &mut Tables,
) -> (Block, Memory) {
    let n = sequence.statements.len();
    let mut block = Block::cut(parts, MOST_STATEMENTS);
    let mut readers = Readers {
        sequence,
        nest: &mut nest,
        known: HashMap::new(),
        carried: HashMap::new(),
        is_carried: vec![false; n],
        counts: Vec::new(),
        is_read: vec![false; n],
        is_read_alone: vec![false; n],
        last: vec![0; n],
        function: 0,
    };
    readers.block(&mut block);
    readers.function = u32::MAX;
    results.iter_mut().for_each(|result| readers.read(result));
    let Readers { mut is_read, is_read_alone, last, .. } = readers;

    let joined: Vec<usize> = (0..n as i32).map(|position| nest.joined(position)).collect();
    // A single pass has a place of its own if it is a statement outside of loops or the last pass of one.
    let mut function_of = vec![u32::MAX; n];
    for (k, function) in (0..).zip(&block.0) {
        function.iter().flat_map(Piece::ends).for_each(|(_, position)| function_of[position as usize] = k);
    }
    for position in (0..n).filter(|&position| is_read_alone[position] && function_of[position] == u32::MAX) {
        is_read[joined[position]] = true;
    }
    let mut next = first as i32;
    let mut place = vec![-1; n];
    for (place, &of) in place.iter_mut().zip(&joined) {
        if is_read[of] {
            *place = next;
            next += 1;
        }
    }
    let mut free = Vec::new();
    let mut ending: Vec<Vec<i32>> = vec![Vec::new(); block.0.len()];
    for (k, function) in (0..).zip(&mut block.0) {
        for piece in function {
            for (statement, position) in piece.ends() {
                let at = position as usize;
                if is_read_alone[at] && !is_read[joined[at]] {
                    place[at] = free.pop().unwrap_or_else(|| {
                        next += 1;
                        next - 1
                    });
                    if let Some(ending) = ending.get_mut(last[at] as usize) {
                        ending.push(place[at]);
                    }
                    if let Piece::Loop(inner) = piece {
                        inner.left.push((statement, position));
                    }
                }
            }
        }
        // What this function is the last to read may be written by the next.
        free.append(&mut ending[k as usize]);
    }
    note_stored(&mut block, &place);
    let lists = std::mem::take(&mut nest.lists);
    let entries = lists.iter().map(|&(array, at)| if array == Array::Value { place[at as usize] } else { at });
    let first_list = tables.push(entries);
    (block, Memory { place, lists, first_list, end: next as usize })
}

fn note_stored(block: &mut Block, place: &[i32]) {
    for piece in block.0.iter_mut().flatten() {
        match piece {
            Piece::Leaf(leaf) => leaf.is_stored = place[leaf.statement as usize] >= 0,
            Piece::Loop(inner) => note_stored(&mut inner.body, place),
        }
    }
}

/// Finds out who reads what from where.
struct Readers<'a, 'n> {
    sequence: &'a Sequence<'a>,
    nest: &'a mut Nest<'n>,
    /// Results that are variables here, by their positions.
    known: HashMap<Affine, u32>,
    /// The same of those that could be variables in the pass before, of the loop at a level.
    carried: HashMap<Affine, (u32, usize)>,
    is_carried: Vec<bool>,
    /// The passes of the loops around.
    counts: Vec<i32>,
    /// Of those that all are joined with, whether they are read from memory in passes.
    is_read: Vec<bool>,
    /// What is read from memory by itself.
    is_read_alone: Vec<bool>,
    /// The last function that reads each.
    last: Vec<u32>,
    function: u32,
}

impl Readers<'_, '_> {
    fn block(&mut self, block: &mut Block) {
        if block.is_in_place() {
            block.0.iter_mut().for_each(|pieces| self.pieces(pieces));
            return;
        }
        for (k, pieces) in (0..).zip(&mut block.0) {
            if self.counts.is_empty() {
                self.function = k;
            }
            let around = (std::mem::take(&mut self.known), std::mem::take(&mut self.carried));
            self.pieces(pieces);
            (self.known, self.carried) = around;
        }
    }

    fn pieces(&mut self, pieces: &mut [Piece]) {
        for piece in pieces.iter_mut() {
            match piece {
                Piece::Leaf(leaf) => {
                    leaf.operands.iter_mut().for_each(|operand| self.read(operand));
                    if let Statement::Operation(_) = self.sequence.statements[leaf.statement as usize] {
                        self.known.insert(leaf.position, leaf.statement);
                    }
                }
                Piece::Loop(inner) => self.inner(inner),
            }
        }
        if !self.counts.is_empty() {
            for piece in pieces {
                if let Piece::Leaf(leaf) = piece {
                    self.known.remove(&leaf.position);
                }
            }
        }
    }

    fn inner(&mut self, inner: &mut Loop) {
        let level = self.counts.len();
        self.counts.push(inner.count);
        let mut own = Vec::new();
        if inner.body.is_in_place() {
            for piece in &inner.body.0[0] {
                if let Piece::Leaf(leaf) = piece
                    && let Statement::Operation(_) = self.sequence.statements[leaf.statement as usize]
                {
                    own.push((leaf.statement, leaf.position.before(level)));
                }
            }
        }
        self.carried.extend(own.iter().map(|&(statement, before)| (before, (statement, level))));
        self.block(&mut inner.body);
        own.iter().for_each(|(_, before)| {
            self.carried.remove(before);
        });
        own.retain(|&(statement, _)| self.is_carried[statement as usize]);
        inner.carried = own;
        self.counts.pop();
    }

    fn read(&mut self, reading: &mut Reading) {
        let Reading::At { array: Array::Value, index, mut place } = *reading else { return };
        if index.is_none() {
            if let Some(&statement) = self.known.get(&place) {
                *reading = Reading::Local(statement);
                return;
            }
            if let Some(&(statement, level)) = self.carried.get(&place) {
                // The first pass has it from memory.
                *reading = Reading::Carried(statement);
                place.strides[level] = 0;
                self.is_carried[statement as usize] = true;
            }
        }
        let is_alone = index.is_none() && place == Affine::constant(place.first);
        for counters in passes(&self.counts, [index.as_ref(), Some(&place)]) {
            let listed = index.map_or(0, |index| self.nest.lists[index.at(&counters) as usize].1);
            let position = (listed + place.at(&counters)) as usize;
            if is_alone {
                self.is_read_alone[position] = true;
            } else {
                self.is_read[self.nest.joined(position as i32)] = true;
            }
            let last = &mut self.last[position];
            *last = self.function.max(*last);
        }
    }
}

/// The counters of all passes that something depends on; the others stay at 0.
fn passes<'a>(
    counts: &[i32],
    on: impl IntoIterator<Item = Option<&'a Affine>> + Clone,
) -> impl Iterator<Item = Vec<i32>> {
    let is_used = |level: usize| on.clone().into_iter().flatten().any(|affine| affine.strides[level] != 0);
    let counts: Vec<i32> =
        counts.iter().enumerate().map(|(level, &count)| if is_used(level) { count } else { 1 }).collect();
    let total: i32 = counts.iter().product();
    (0..total).map(move |mut k| {
        let mut counters = vec![0; counts.len()];
        for (counter, count) in counters.iter_mut().zip(&counts).rev() {
            *counter = k % count;
            k /= count;
        }
        counters
    })
}

impl Memory {
    /// Where what is read stands in its array, or an entry of the table of whole numbers and what is added to it.
    pub fn address(
        &self,
        (array, index, place): (Array, Option<Affine>, Affine),
        counts: &[i32],
        tables: &mut Tables,
    ) -> (Option<Affine>, Affine) {
        let shifted = |mut index: Affine| {
            index.first += self.first_list;
            index
        };
        let at = |counters: &[i32]| {
            let listed = index.map_or(0, |index| self.lists[index.at(counters) as usize].1);
            let place = listed + place.at(counters);
            if array == Array::Value { self.place[place as usize] } else { place }
        };
        let mut address = Affine::constant(0);
        let mut counters = vec![0; counts.len()];
        let first = at(&counters);
        if index.is_none() {
            address.first = first;
        }
        for level in 0..counts.len() {
            if place.strides[level] != 0 && counts[level] > 1 {
                // The list stays where it is.
                counters[level] = 1;
                let listed = index.map_or(0, |index| self.lists[index.first as usize].1);
                let next = listed + place.at(&counters);
                let next = if array == Array::Value { self.place[next as usize] } else { next };
                address.strides[level] = next - first;
                counters[level] = 0;
            }
        }
        let listed = |counters: &[i32]| {
            index.map_or(0, |index| {
                let (array, at) = self.lists[index.at(counters) as usize];
                if array == Array::Value { self.place[at as usize] } else { at }
            })
        };
        let on = [index.as_ref(), Some(&place)];
        if passes(counts, on).all(|counters| listed(&counters) + address.at(&counters) == at(&counters)) {
            return (index.map(shifted), address);
        }
        // A table of all passes.
        let all: Vec<i32> = passes(counts, on).map(|counters| at(&counters)).collect();
        let mut index = Affine::constant(tables.push(all));
        let mut size = 1;
        for level in (0..counts.len()).rev() {
            if on.into_iter().flatten().any(|affine| affine.strides[level] != 0) {
                index.strides[level] = size;
                size *= counts[level];
            }
        }
        (Some(index), Affine::constant(0))
    }

    /// Where the result of a statement is.
    pub fn place_of(&self, leaf: &Leaf, counts: &[i32], tables: &mut Tables) -> (Option<Affine>, Affine) {
        self.address((Array::Value, None, leaf.position), counts, tables)
    }
}
