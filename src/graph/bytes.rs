//! Graphs as bytes, for [`crate::replay`].
//!
//! What is written is the straight code of a graph: each operation once, in the order of the recording, so that every number has the bits
//! that it has on the host. Three things are done for a small processor. A product that is used once goes into the sum that uses it. A cell of
//! work space is given to another number as soon as nobody reads the one in it. And guards and conditions are asked where their numbers are
//! at hand, in the order of the recording, so that these need not be kept to the end.

use super::Graph;
use super::body::{Body, Node, Op, Operand};
use super::operation::Operation;
use super::program::{Program, conditions};
use super::question::Question;
use super::table::NONE;
use crate::float::{Condition, Primitive};
use crate::replay::{RuleName, Rules, format::*};
use crate::rules::row::{Parameters, Row};
use std::collections::HashMap;
use std::error::Error;
use std::fmt::{self, Display};
use std::sync::Arc;

/// Why a graph cannot be written to bytes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WriteError {
    /// It calls a rule of the user's own or a method of `LinearAlgebra`, which no reader could find again. The name of the rule.
    Rule(String),
    /// It calls a rule with a parameter that readers refuse: an exponent beyond a million, or the order of a derivative beyond 128. The name
    /// of the rule, with parameters.
    Parameter(String),
    /// The program is rolled, and straight code has other last bits.
    Rolled,
    /// Plain arithmetic is not enough for the derivatives at any point.
    NeverPlain,
    /// It has more than 2³² bytes.
    TooLarge,
}

impl Display for WriteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Rule(name) => write!(
                out,
                "dualtape: to_bytes: `{name}` is no row of `rules`, `slices` or `special`, so no reader knows it; write it with operations of \
                 `Float`"
            ),
            WriteError::Parameter(name) => {
                write!(
                    out,
                    "dualtape: to_bytes: `{name}` has an exponent beyond a million or an order beyond 128, which readers refuse"
                )
            }
            WriteError::Rolled => out.write_str(
                "dualtape: to_bytes: the program is rolled, and straight code adds its terms in another order; write \
                 `graph.value_and_gradient()` instead of `graph.compile_value_and_gradient()`",
            ),
            WriteError::NeverPlain => out.write_str(
                "dualtape: to_bytes: plain arithmetic is not enough for these derivatives at any point, and there are no drivers without a host",
            ),
            WriteError::TooLarge => out.write_str("dualtape: to_bytes: the program would have more than 2³² bytes"),
        }
    }
}

impl Error for WriteError {}

impl<B: Primitive> Graph<B> {
    /// The graph as bytes that [`replay::Program`](crate::replay::Program) evaluates without the standard library.
    ///
    /// # Cost
    /// Time and memory grow with the number of operations. A sum takes 7 bytes, 13 if there are more than 65,535 numbers in cells, inputs
    /// and constants; each constant takes 8, and each different rule some 20.
    ///
    /// # Errors
    /// See [`WriteError`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// use dualtape::replay::Program;
    ///
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0].powi(3) * x[1], &[1.0, 1.0]);
    /// let bytes = graph.gradient().to_bytes()?;
    /// let program = Program::read(&bytes).unwrap();
    /// let (mut work, mut out) = (vec![0.0; program.work_len()], [0.0; 2]);
    /// program.call(&[2.0, 5.0], &mut work, &mut out).unwrap();
    /// assert_eq!(out, [60.0, 8.0]);
    /// # Ok::<(), dualtape::graph::WriteError>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>, WriteError> {
        if self.body.is_single {
            Writer::<f32>::new(&self.body).finish()
        } else {
            Writer::<f64>::new(&self.body).finish()
        }
    }
}

impl Program {
    /// The program as bytes that [`replay::Program`](crate::replay::Program) evaluates without the standard library, with the same
    /// results to the bit. See [`Graph::to_bytes`].
    ///
    /// # Errors
    /// See [`WriteError`]. Among others if the program is rolled, as those of [`Graph::compile_value_and_gradient`] may be: write
    /// [`Graph::value_and_gradient`] then.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// use dualtape::replay;
    ///
    /// let program = Graph::record_fn(|x: &[Traced]| x[0].sin() / x[1], &[1.0, 1.0])
    ///     .value_and_gradient()
    ///     .compile();
    /// let bytes = program.to_bytes()?;
    /// let device = replay::Program::read(&bytes).unwrap();
    /// let (mut work, mut there, mut here) =
    ///     (vec![0.0; device.work_len()], [0.0; 3], [0.0; 3]);
    /// device.call(&[0.3, 0.7], &mut work, &mut there).unwrap();
    /// program.call(&[0.3, 0.7], &mut here).unwrap();
    /// assert_eq!(there, here);
    /// # Ok::<(), dualtape::graph::WriteError>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>, WriteError> {
        if self.is_rolled() { Err(WriteError::Rolled) } else { self.graph().to_bytes() }
    }
}

/// Where a number stands.
#[derive(Clone, Copy)]
enum Place {
    Cell(u32),
    Input(u32),
    Constant(u32),
}

/// One operation, guard or condition in the making.
#[derive(Default)]
struct Item {
    operation: u8,
    /// What follows it: bytes, words, the operands and the nodes that it computes, and the value of a guard.
    bytes: Vec<u8>,
    words: Vec<u32>,
    operands: Vec<Operand>,
    results: Vec<u32>,
    value: Option<u64>,
}

struct Writer<'a, B: 'static> {
    graph: &'a Body,
    is_derivative: bool,
    conditions: Vec<(Condition, u32)>,
    rules: Vec<(&'static Row<B>, Parameters)>,
    items: Vec<Item>,
    constants: Vec<f64>,
    known: HashMap<u64, u32>,
    /// How often each node is used; 2 at least for what is looked at from outside.
    uses: Vec<u32>,
    /// Products that went into sums.
    is_absorbed: Vec<bool>,
}

impl<'a, B: Primitive> Writer<'a, B> {
    fn new(graph: &'a Body) -> Self {
        let is_derivative = graph.origin.is_some();
        Writer {
            graph,
            is_derivative,
            conditions: if is_derivative { conditions(graph) } else { Vec::new() },
            rules: Vec::new(),
            items: Vec::new(),
            constants: Vec::new(),
            known: HashMap::new(),
            uses: vec![0; graph.nodes.len()],
            is_absorbed: vec![false; graph.nodes.len()],
        }
    }

    fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        if self.is_derivative && self.graph.is_never_plain {
            return Err(WriteError::NeverPlain);
        }
        self.count_uses();
        self.find_products();
        self.write_items()?;
        let (places, cells) = self.give_places();
        self.assemble(&places, cells)
    }

    /// The operand itself, or what it is on plain numbers.
    fn plain(&self, mut operand: Operand) -> Operand {
        while let Operand::Node(node) = operand
            && let node = &self.graph.nodes[node as usize]
            && let Op::Detach | Op::FromPartials = node.op
        {
            operand = self.graph.operands(node)[0];
        }
        operand
    }

    fn operands(&self, node: &Node) -> Vec<Operand> {
        self.graph.operands(node).iter().map(|&operand| self.plain(operand)).collect()
    }

    fn count_uses(&mut self) {
        let graph = self.graph;
        let watched = self.conditions.iter().map(|&(_, node)| Operand::Node(node));
        let sides = graph.guards.iter().flat_map(|guard| guard.about);
        for operand in graph.results.iter().copied().chain(sides).chain(watched).collect::<Vec<_>>() {
            self.used(operand, 2);
        }
        for (i, node) in
            graph.nodes.iter().enumerate().rev().filter(|(_, node)| !matches!(node.op, Op::Detach | Op::FromPartials))
        {
            match node.op {
                _ if self.uses[i] == 0 => {}
                // The operand of both is that of the first.
                Op::Second(_) => graph.operands(&graph.nodes[i - 1]).iter().for_each(|&operand| self.used(operand, 1)),
                _ => graph.operands(node).iter().for_each(|&operand| self.used(operand, 1)),
            }
        }
    }

    fn used(&mut self, operand: Operand, times: u32) {
        if let Operand::Node(node) = self.plain(operand) {
            self.uses[node as usize] = self.uses[node as usize].saturating_add(times);
        }
    }

    /// Marks the products that go into the only sum that uses them.
    fn find_products(&mut self) {
        for (i, node) in self.graph.nodes.iter().enumerate() {
            if self.uses[i] > 0
                && let Op::Add | Op::Sub = node.op
                && let Some(product) = self.product_in(&self.operands(node))
            {
                self.is_absorbed[product as usize] = true;
            }
        }
    }

    /// The product that goes into a sum: the second operand if it is one, else the first.
    fn product_in(&self, operands: &[Operand]) -> Option<u32> {
        operands.iter().rev().find_map(|&operand| match operand {
            Operand::Node(node) if self.graph.nodes[node as usize].op == Op::Mul && self.uses[node as usize] == 1 => {
                Some(node)
            }
            _ => None,
        })
    }

    /// Puts operations, guards and conditions in order.
    fn write_items(&mut self) -> Result<(), WriteError> {
        let graph = self.graph;
        let mut conditions = std::mem::take(&mut self.conditions);
        conditions.sort_by_key(|&(_, node)| node);
        let mut conditions = conditions.into_iter().peekable();
        // A guard is asked after its sides are computed, and after the guard before it.
        let after = |operand: Operand| if let Operand::Node(node) = operand { node + 1 } else { 0 };
        let mut guards = graph.guards.iter().scan(0, |last, guard| {
            *last = guard.about.map(after).into_iter().fold(*last, u32::max);
            Some((*last, guard))
        });
        let mut next = guards.next();
        for i in 0..=graph.nodes.len() {
            if let Some(before) = i.checked_sub(1) {
                self.write_node(before)?;
                while let Some((condition, node)) = conditions.next_if(|&(_, node)| node as usize == before) {
                    let operands = vec![self.plain(Operand::Node(node))];
                    let bytes = vec![condition.kind() as u8];
                    self.items.push(Item { operation: CONDITION, bytes, operands, ..Item::default() });
                }
            }
            while let Some((at, guard)) = next
                && at as usize == i
            {
                let about = guard.about.map(|operand| self.plain(operand));
                self.items.push(match guard.question {
                    Question::Value => {
                        let (operands, value) = (vec![about[0]], Some(guard.answer));
                        Item { operation: GUARD_OF_VALUE, operands, value, ..Item::default() }
                    }
                    question => {
                        let bytes = vec![question as u8, guard.answer as u8];
                        Item { operation: GUARD, bytes, operands: about.to_vec(), ..Item::default() }
                    }
                });
                next = guards.next();
            }
        }
        Ok(())
    }

    fn write_node(&mut self, i: usize) -> Result<(), WriteError> {
        let (graph, node) = (self.graph, self.graph.nodes[i]);
        if self.uses[i] == 0 || self.is_absorbed[i] {
            return Ok(());
        }
        let mut item = Item { operands: self.operands(&node), results: vec![i as u32], ..Item::default() };
        item.operation = match node.op {
            Op::Input(_) | Op::Detach | Op::FromPartials => return Ok(()),
            Op::Add | Op::Sub => self.sum(node.op, &mut item.operands),
            Op::Mul => MUL,
            Op::Div => DIV,
            Op::Neg => NEG,
            Op::IfLess => CHOOSE,
            Op::Max => MAX,
            Op::Min => MIN,
            Op::Clamp => CLAMP,
            Op::AbsSub => ABS_SUB,
            Op::Copysign => COPYSIGN,
            Op::MulAdd => FUSED_MUL_ADD,
            Op::Dot => {
                item.words = vec![item.operands.len() as u32];
                DOT
            }
            Op::Rule(rule) => {
                item.words = vec![self.rule(rule)?];
                if item.operands.len() == 1 { RULE } else { RULE_OF_TWO }
            }
            Op::First(rule) => {
                item.words = vec![self.rule(rule)?];
                if self.uses[i + 1] == 0 {
                    RULE
                } else {
                    item.results.push(i as u32 + 1);
                    PAIR
                }
            }
            Op::Second(_) if self.uses[i - 1] > 0 => return Ok(()),
            Op::Second(rule) => {
                item.words = vec![self.rule(rule)?];
                item.operands = self.operands(&graph.nodes[i - 1]);
                RULE
            }
            Op::Reduction(rule) => {
                item.words = vec![self.rule(rule)?, item.operands.len() as u32];
                RULE_OF_MANY
            }
            Op::Slope(rule, by) => {
                item.words = vec![self.rule(rule)?];
                if item.operands.len() == 2 { SLOPE } else { SLOPE_BY_X + by }
            }
        };
        self.items.push(item);
        Ok(())
    }

    /// The operation for `x + y` or `x - y`, whose operands become those of a product and a sum if one of them is a product.
    fn sum(&self, op: Op, operands: &mut Vec<Operand>) -> u8 {
        let Some(product) = self.product_in(operands) else {
            return if op == Op::Add { ADD } else { SUB };
        };
        let is_second = operands[1] == Operand::Node(product);
        let other = operands[usize::from(!is_second)];
        *operands = self.operands(&self.graph.nodes[product as usize]);
        operands.push(other);
        match (op, is_second) {
            (Op::Add, _) => MUL_ADD,
            (_, true) => SUB_MUL,
            (_, false) => MUL_SUB,
        }
    }

    /// The number in the list of rules of one of the graph's.
    fn rule(&mut self, rule: u32) -> Result<u32, WriteError> {
        let rule: &Arc<dyn Operation> = &self.graph.rules[rule as usize];
        let known = Rules::<B>::ALL.rows().find_map(|row| Some((row, (row.parameters)(rule.rule())?)));
        let Some((row, parameters)) = known else {
            return Err(WriteError::Rule(rule.label()));
        };
        if !(row.is_rule)(&parameters) {
            return Err(WriteError::Parameter(rule.label()));
        }
        let is_same = |&(other, its): &(&Row<B>, Parameters)| other.name == row.name && its == parameters;
        let number = self.rules.iter().position(is_same).unwrap_or(self.rules.len());
        if number == self.rules.len() {
            self.rules.push((row, parameters));
        }
        Ok(number as u32)
    }

    fn place(&mut self, operand: Operand, cells: &[u32]) -> Place {
        match operand {
            Operand::Constant(bits) => Place::Constant(*self.known.entry(bits).or_insert_with(|| {
                self.constants.push(f64::from_bits(bits));
                self.constants.len() as u32 - 1
            })),
            Operand::Node(node) => match self.graph.nodes[node as usize].op {
                Op::Input(k) => Place::Input(k),
                _ => Place::Cell(cells[node as usize]),
            },
        }
    }

    /// The places of operands and results of all items, and then of the results of the program; and how many cells there are. A cell is free
    /// again after the last item that reads it, and the next result goes to the one that was read last.
    fn give_places(&mut self) -> (Vec<Place>, u32) {
        let n = self.graph.nodes.len();
        let (items, results) = (std::mem::take(&mut self.items), self.graph.results.clone());
        let results: Vec<Operand> = results.into_iter().map(|result| self.plain(result)).collect();
        let mut last = vec![0; n];
        let reads =
            items.iter().enumerate().flat_map(|(at, item)| item.operands.iter().map(move |&operand| (at, operand)));
        for (at, operand) in reads.chain(results.iter().map(|&operand| (usize::MAX, operand))) {
            if let Operand::Node(node) = operand {
                last[node as usize] = at;
            }
        }
        let (mut cells, mut free, mut count, mut places) = (vec![NONE; n], Vec::new(), 0, Vec::new());
        for (at, item) in items.iter().enumerate() {
            places.extend(item.operands.iter().map(|&operand| self.place(operand, &cells)));
            for &operand in &item.operands {
                if let Operand::Node(node) = operand
                    && last[node as usize] == at
                    && cells[node as usize] != NONE
                {
                    free.push(std::mem::replace(&mut cells[node as usize], NONE));
                }
            }
            for &result in &item.results {
                let cell = free.pop().unwrap_or_else(|| {
                    count += 1;
                    count - 1
                });
                cells[result as usize] = cell;
                places.push(Place::Cell(cell));
            }
        }
        places.extend(results.iter().map(|&result| self.place(result, &cells)));
        self.items = items;
        (places, count)
    }

    /// The list of rules, with where each begins.
    fn list_of_rules(&self) -> (Vec<u32>, Vec<u8>) {
        let (mut starts, mut list) = (Vec::new(), Vec::new());
        for (row, parameters) in &self.rules {
            debug_assert!(row.name.len() <= RuleName::LONGEST, "readers know longer names");
            starts.push(list.len() as u32);
            list.extend([row.name.len() as u8, row.count as u8]);
            list.extend(row.name.as_bytes());
            parameters[..row.count].iter().for_each(|word| list.extend(word.to_le_bytes()));
        }
        (starts, list)
    }

    fn assemble(&self, places: &[Place], cells: u32) -> Result<Vec<u8>, WriteError> {
        let graph = self.graph;
        let (starts, list) = self.list_of_rules();
        let most = self.items.iter().flat_map(|item| &item.words).copied().max().unwrap_or(0);
        let mut header = Header {
            is_single: B::IS_SINGLE,
            is_derivative: self.is_derivative,
            inputs: graph.point.len() as u32,
            variables: graph.variables as u32,
            outputs: graph.results.len() as u32,
            cells,
            constants: self.constants.len() as u32,
            rules: starts.len() as u32,
            names: list.len() as u32,
            guards: graph.guards.len() as u32,
            operations: self.items.iter().map(|item| item.results.len() as u32).sum(),
            ..Header::default()
        };
        header.is_wide = header.places().max(most.into()) > u16::MAX.into();
        let width = header.word();
        let word = move |word: u32| word.to_le_bytes().into_iter().take(width);
        let inputs = header.inputs;
        let place = |place: &Place| match *place {
            Place::Cell(k) => word(k),
            Place::Input(k) => word(cells + k),
            Place::Constant(k) => word(cells + inputs + k),
        };
        let mut rest = places;
        let mut code = Vec::new();
        for item in &self.items {
            let now;
            (now, rest) = rest.split_at(item.operands.len() + item.results.len());
            code.push(item.operation);
            code.extend(&item.bytes);
            code.extend(item.words.iter().flat_map(|&count| word(count)));
            code.extend(now.iter().flat_map(place));
            code.extend(item.value.into_iter().flat_map(u64::to_le_bytes));
        }
        header.code = u32::try_from(code.len()).map_err(|_| WriteError::TooLarge)?;
        if header.places().max(header.ends().code) > u32::MAX.into() {
            return Err(WriteError::TooLarge);
        }
        let mut bytes = header.to_bytes().to_vec();
        for &constant in &self.constants {
            if B::IS_SINGLE {
                bytes.extend((constant as f32).to_le_bytes());
            } else {
                bytes.extend(constant.to_le_bytes());
            }
        }
        bytes.extend(rest.iter().flat_map(place));
        bytes.extend(starts.iter().flat_map(|start| start.to_le_bytes()));
        bytes.extend(list);
        bytes.extend(code);
        let sum = checksum(&bytes);
        bytes[AT_CHECKSUM..][..4].copy_from_slice(&sum.to_le_bytes());
        Ok(bytes)
    }
}
