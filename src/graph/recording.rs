//! The recordings of this thread, and the graphs they become.

use super::derive::Origin;
use super::operation::{self, Operation, Piece, behind};
use super::question::{Ask, BranchChanged, Question};
use super::traced::Traced;
use crate::float::algorithm::Scalar;
use crate::float::engine::Algorithm;
use crate::float::{Condition, Engine as _, Float};
use crate::numbers::Number;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What a node does with its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Input(u32),
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    /// Of four operands: the third where the first is less than the second, else the fourth.
    IfLess,
    Max,
    Min,
    Clamp,
    AbsSub,
    Copysign,
    MulAdd,
    Detach,
    /// The sum of products of pairs.
    Dot,
    /// A value, and then arguments and partial derivatives by turns.
    FromPartials,
    /// The rule with this number.
    Rule(u32),
    /// The same of any number of arguments.
    Reduction(u32),
}

/// An operand: a node, or a constant by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operand {
    Node(u32),
    Constant(u64),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub op: Op,
    /// The range of its operands in the list of all.
    first: u32,
    last: u32,
    pub place: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    pub question: Question,
    pub about: [Operand; 2],
    pub answer: u64,
    pub place: &'static Location<'static>,
}

/// The multiplicative hash of the Rust compiler (FxHash): two recordings give the same graph, in any process.
#[derive(Default)]
pub(super) struct Fx(u64);

impl Hasher for Fx {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }
    fn write_u32(&mut self, x: u32) {
        self.write_u64(x.into());
    }
    fn write_usize(&mut self, x: usize) {
        self.write_u64(x as u64);
    }
    fn write_u64(&mut self, x: u64) {
        self.0 = (self.0.rotate_left(5) ^ x).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

type Hashed = BuildHasherDefault<Fx>;

#[derive(Default)]
struct Recording {
    id: u32,
    nodes: Vec<Node>,
    operands: Vec<Operand>,
    rules: Vec<Arc<dyn Operation>>,
    rules_of_type: HashMap<TypeId, Vec<u32>, Hashed>,
    guards: Vec<Guard>,
    known_guards: HashSet<(Question, [Operand; 2]), Hashed>,
    conditions: Vec<(Condition, u32)>,
    /// A bit for each kind of condition, for each node.
    known_conditions: Vec<u8>,
    /// The nodes by their hashes, with linear probing: at most half full, with as many places as a power of two.
    table: Vec<u32>,
    /// Sums start with `0 + x`, which is `x` here: what is recorded is a derivative.
    is_derivative: bool,
    /// A condition does not hold of a constant.
    is_never_plain: bool,
    /// How deep choices are nested right now.
    depth: usize,
}

const NONE: u32 = u32::MAX;

/// A recursion that ends by a choice would not end in a recording, which takes both sides.
const DEEPEST_CHOICE: usize = 128;

thread_local! {
    static RECORDINGS: RefCell<Vec<Recording>> = const { RefCell::new(Vec::new()) };
}
// 0 is none. A number that is kept over 2³² recordings would be taken for one of another; nobody keeps one that long.
static LAST: AtomicU32 = AtomicU32::new(0);

/// The recording `id` of this thread.
#[track_caller]
fn with<A>(id: u32, f: impl FnOnce(&mut Recording) -> A) -> A {
    RECORDINGS.with_borrow_mut(|all| match all.iter_mut().rev().find(|recording| recording.id == id) {
        Some(recording) => f(recording),
        None => panic!(
            "dualtape: a traced number is used after its recording has ended, or on another thread; a number lives as long as the \
             call of `Graph::record` that made it, so return it from there and evaluate the graph"
        ),
    })
}

/// The recording that numbers belong to; `None` if all are constants.
#[track_caller]
fn recording_of(x: &[Traced]) -> Option<u32> {
    let mut ids = x.iter().filter(|x| !x.is_fixed()).map(|x| x.recording());
    let first = ids.next()?;
    assert!(
        ids.all(|id| id == first),
        "dualtape: traced numbers of two recordings meet in one operation; inside an inner recording, outer numbers are inputs: pass \
         them as data by `Graph::record_with`"
    );
    Some(first)
}

impl Recording {
    fn operand(&self, x: Traced) -> Operand {
        if x.is_fixed() { Operand::Constant(x.value().to_bits()) } else { Operand::Node(x.index()) }
    }

    fn operands(&self, node: &Node) -> &[Operand] {
        &self.operands[node.first as usize..node.last as usize]
    }

    /// The node of an operation, which is there already if it was recorded before.
    fn node(&mut self, op: Op, x: &[Traced], place: &'static Location<'static>) -> u32 {
        let first = self.operands.len();
        for &x in x {
            let operand = self.operand(x);
            self.operands.push(operand);
        }
        if 2 * (self.nodes.len() + 1) > self.table.len() {
            self.grow();
        }
        let next = self.nodes.len() as u32;
        let mut slot = self.slot(op, &self.operands[first..]);
        while self.table[slot] != NONE {
            let node = &self.nodes[self.table[slot] as usize];
            if node.op == op && self.operands(node) == &self.operands[first..] {
                self.operands.truncate(first);
                return self.table[slot];
            }
            slot = (slot + 1) % self.table.len();
        }
        assert!(
            next < NONE && self.operands.len() < NONE as usize,
            "dualtape: a recording has no room for more than 2³² operations and operands"
        );
        self.table[slot] = next;
        self.nodes.push(Node { op, first: first as u32, last: self.operands.len() as u32, place });
        next
    }

    /// Where to look for a node in the table first.
    fn slot(&self, op: Op, operands: &[Operand]) -> usize {
        let mut hasher = Fx::default();
        op.hash(&mut hasher);
        operands.iter().for_each(|operand| operand.hash(&mut hasher));
        // The upper bits are the good ones.
        (hasher.finish() >> (64 - self.table.len().trailing_zeros())) as usize
    }

    /// Makes the table four times as large: filling it anew misses the caches.
    #[cold]
    fn grow(&mut self) {
        self.table = vec![NONE; (4 * self.table.len()).max(64)];
        for (i, node) in self.nodes.iter().enumerate() {
            let mut slot = self.slot(node.op, self.operands(node));
            while self.table[slot] != NONE {
                slot = (slot + 1) % self.table.len();
            }
            self.table[slot] = i as u32;
        }
    }

    /// The number of a rule.
    fn rule(
        &mut self,
        rule: &dyn Any,
        operation: impl FnOnce() -> Arc<dyn Operation>,
        is: impl Fn(&dyn Any) -> bool,
    ) -> u32 {
        let known = self.rules_of_type.entry(rule.type_id()).or_default();
        if let Some(&known) = known.iter().find(|&&known| is(self.rules[known as usize].as_any())) {
            return known;
        }
        let next = self.rules.len() as u32;
        known.push(next);
        self.rules.push(operation());
        next
    }

    /// The operand that an operation of the kind gives without computing anything, to the bit.
    fn identity(&self, op: Op, x: &[Traced]) -> Option<Traced> {
        let is = |x: Traced, c: f64| x.is_fixed() && x.value().to_bits() == c.to_bits();
        match (op, x) {
            (Op::Add, &[x, y]) if is(x, -0.0) || (self.is_derivative && is(x, 0.0)) => Some(y),
            (Op::Add, &[x, y]) if is(y, -0.0) || (self.is_derivative && is(y, 0.0)) => Some(x),
            (Op::Sub, &[x, y]) if is(y, 0.0) => Some(x),
            (Op::Mul, &[x, y]) if is(x, 1.0) => Some(y),
            (Op::Mul | Op::Div, &[x, y]) if is(y, 1.0) => Some(x),
            (Op::IfLess, &[_, _, x, y]) if self.operand(x) == self.operand(y) => Some(x),
            _ => None,
        }
    }
}

/// Records an operation whose value is `value`.
#[track_caller]
pub(super) fn record(op: Op, x: &[Traced], value: f64) -> Traced {
    let Some(id) = recording_of(x) else { return Traced::fixed(value) };
    let place = Location::caller();
    with(id, |recording| {
        if let Some(same) = recording.identity(op, x) {
            return same;
        }
        if let (Op::Neg, Operand::Node(node)) = (op, recording.operand(x[0])) {
            let node = recording.nodes[node as usize];
            if let (Op::Neg, [Operand::Node(inner)]) = (node.op, recording.operands(&node)) {
                return Traced::node(value, id, *inner);
            }
        }
        Traced::node(value, id, recording.node(op, x, place))
    })
}

/// Records the application of a rule. `is_many` if it is a reduction.
#[track_caller]
pub(super) fn record_rule<P: Piece>(piece: P, rule: &dyn Any, is_many: bool, x: &[Traced]) -> Traced {
    let wrapped = behind(rule);
    let values: Vec<f64> = x.iter().map(|x| x.value()).collect();
    let value = wrapped.as_ref().map_or_else(|| Piece::value(piece, &values), |operation| operation.value(&values));
    let Some(id) = recording_of(x) else { return Traced::fixed(value) };
    let place = Location::caller();
    with(id, |recording| {
        let number = match wrapped {
            Some(operation) => {
                recording.rule(operation.as_any(), || operation.clone(), |known| operation.is_same(known))
            }
            None => recording.rule(&piece, || Arc::new(piece), |known| known.downcast_ref::<P>() == Some(&piece)),
        };
        let op = if is_many { Op::Reduction(number) } else { Op::Rule(number) };
        Traced::node(value, id, recording.node(op, x, place))
    })
}

/// The answer to a question, and a guard that it stays so.
pub(super) fn ask(question: Question, x: Traced, y: Traced, place: &'static Location<'static>) -> u64 {
    let answer = question.answer(x.value(), y.value());
    if let Some(id) = recording_of(&[x, y]) {
        with(id, |recording| {
            let about = [recording.operand(x), recording.operand(y)];
            if recording.known_guards.insert((question, about)) {
                recording.guards.push(Guard { question, about, answer, place });
            }
        });
    }
    answer
}

/// Notes a condition under which what is recorded holds.
pub(super) fn require(condition: Condition, x: Traced) {
    if x.is_fixed() {
        // It is the same everywhere. A slope that is 0 is none of the small ones for which there are other forms.
        if x.value() != 0.0 && !condition.holds(x.value()) {
            RECORDINGS.with_borrow_mut(|all| {
                if let Some(recording) = all.last_mut() {
                    recording.is_never_plain = true;
                }
            });
        }
        return;
    }
    with(x.recording(), |recording| {
        let (node, bit) = (x.index() as usize, 1 << condition.kind());
        if recording.known_conditions.len() <= node {
            recording.known_conditions.resize(recording.nodes.len(), 0);
        }
        if recording.known_conditions[node] & bit == 0 {
            recording.known_conditions[node] |= bit;
            recording.conditions.push((condition, x.index()));
        }
    });
}

/// Both sides of a choice.
pub(super) fn both_sides(
    about: [Traced; 2],
    then: impl FnOnce() -> Traced,
    otherwise: impl FnOnce() -> Traced,
) -> [Traced; 2] {
    let Some(id) = recording_of(&about) else { return [then(), otherwise()] };
    let depth = with(id, |recording| {
        recording.depth += 1;
        recording.depth
    });
    assert!(
        depth <= DEEPEST_CHOICE,
        "dualtape: `if_less` inside `if_less`, {depth} deep: a recording takes both sides, so a recursion that ends by `if_less` does \
         not end; write a loop with a fixed number of steps, or compare with `<`, which records a guard"
    );
    let sides = [then(), otherwise()];
    with(id, |recording| recording.depth -= 1);
    sides
}

/// The values that numbers have now, at the bottom of the nest, without a guard.
pub(super) fn values_of<T: Float>(x: &[T]) -> Vec<f64> {
    x.iter().map(|&x| T::run::<Peek>(x)).collect()
}

struct Peek;

impl Algorithm for Peek {
    type Args<'a, T: Float> = T;
    type Output<T: Float> = f64;
    fn on_primitive<B: Scalar>(x: B) -> f64 {
        x.widen()
    }
    fn on_traced(x: Traced) -> f64 {
        x.value()
    }
    fn on_number<N: Number>(x: N) -> f64 {
        N::Inner::run::<Peek>(x.inner())
    }
}

/// A computation that was recorded once: what it computes, as a list of operations.
///
/// See the [module](crate::graph) for what is recorded and how. A graph is data: it can be sent to other threads, listed
/// (`println!("{graph}")`), [drawn](Graph::to_dot), [evaluated](Graph::eval) on every number, and differentiated into other graphs.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph = Graph::record_fn(|x: &[Traced]| (x[0] + x[1]) * (x[0] + x[1]), &[1.0, 2.0]);
/// assert_eq!(graph.operations(), 2); // the sum is computed once
/// assert_eq!(graph.eval(&[2.0, 3.0]), Ok(vec![25.0]));
/// assert_eq!(graph.gradient().eval(&[2.0, 3.0]), Ok(vec![10.0, 10.0]));
/// ```
#[derive(Clone, Debug)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    operands: Vec<Operand>,
    pub(super) rules: Vec<Arc<dyn Operation>>,
    pub(super) guards: Vec<Guard>,
    pub(super) conditions: Vec<(Condition, u32)>,
    pub(super) results: Vec<Operand>,
    /// `false` for nodes that only conditions look at.
    pub(super) is_shown: Vec<bool>,
    /// Where it was recorded, data included.
    pub(super) point: Vec<f64>,
    /// How many of the inputs are differentiated, the first ones.
    pub(super) variables: usize,
    /// Whether a condition does not hold of a constant.
    pub(super) is_never_plain: bool,
    /// What it is a derivative of.
    pub(super) origin: Option<Arc<Origin>>,
}

/// Ends the recordings that were begun since, also if the function panics.
struct Begun(usize);

impl Drop for Begun {
    fn drop(&mut self) {
        RECORDINGS.with_borrow_mut(|all| all.truncate(self.0));
    }
}

impl Graph {
    /// Records `f` at `point`, of which the first `variables` are differentiated.
    pub(super) fn record_at(
        point: &[f64],
        variables: usize,
        is_derivative: bool,
        f: impl FnOnce(&[Traced]) -> Vec<Traced>,
    ) -> Graph {
        assert!(point.len() < NONE as usize, "dualtape: a recording has no room for more than 2³² inputs");
        let id = loop {
            match LAST.fetch_add(1, Relaxed).wrapping_add(1) {
                0 => {}
                id => break id,
            }
        };
        let mut recording = Recording { id, is_derivative, ..Recording::default() };
        for k in 0..point.len() as u32 {
            recording.node(Op::Input(k), &[], Location::caller());
        }
        let begun = RECORDINGS.with_borrow_mut(|all| {
            all.push(recording);
            Begun(all.len() - 1)
        });
        let inputs: Vec<Traced> = point.iter().zip(0..).map(|(&x, node)| Traced::node(x, id, node)).collect();
        let results = f(&inputs);
        for x in results.iter().filter(|x| !x.is_fixed()) {
            assert!(
                x.recording() == id,
                "dualtape: the function returned a traced number of another recording; return one that is computed from its arguments"
            );
        }
        let recording = RECORDINGS.with_borrow_mut(|all| all.remove(begun.0));
        recording.finish(results, point, variables)
    }

    /// A recording for the point at hand only.
    pub(super) fn of_this_point(f: impl FnOnce(&[Traced]) -> Vec<Traced>, point: &[f64]) -> Graph {
        Graph::record_at(point, point.len(), false, f)
    }

    pub(super) fn operands(&self, node: &Node) -> &[Operand] {
        &self.operands[node.first as usize..node.last as usize]
    }

    /// What an operand stands for, where the values of all nodes are known.
    pub(super) fn read<T: Float>(&self, operand: Operand, values: &[T]) -> T {
        match operand {
            Operand::Node(node) => values[node as usize],
            Operand::Constant(bits) => T::lit(f64::from_bits(bits)),
        }
    }

    /// The values of all nodes at `x`.
    pub(super) fn values<T: Float>(&self, x: &[T]) -> Vec<T> {
        let mut values: Vec<T> = Vec::with_capacity(self.nodes.len());
        let mut arguments: Vec<T> = Vec::new();
        for node in &self.nodes {
            arguments.clear();
            arguments.extend(self.operands(node).iter().map(|&operand| self.read(operand, &values)));
            values.push(self.apply(node.op, &arguments, x));
        }
        values
    }

    pub(super) fn apply<T: Float>(&self, op: Op, arguments: &[T], inputs: &[T]) -> T {
        match (op, arguments) {
            (Op::Input(k), _) => inputs[k as usize],
            (Op::Add, &[x, y]) => x + y,
            (Op::Sub, &[x, y]) => x - y,
            (Op::Mul, &[x, y]) => x * y,
            (Op::Div, &[x, y]) => x / y,
            (Op::Neg, &[x]) => -x,
            (Op::IfLess, &[x, y, then, otherwise]) => x.if_less(y, || then, || otherwise),
            (Op::Max, &[x, y]) => x.max(y),
            (Op::Min, &[x, y]) => x.min(y),
            (Op::Clamp, &[x, low, high]) => x.clamp(low, high),
            (Op::AbsSub, &[x, y]) => x.abs_sub(y),
            (Op::Copysign, &[x, y]) => x.copysign(y),
            (Op::MulAdd, &[x, y, z]) => x.mul_add(y, z),
            (Op::Detach, &[x]) => x.detach(),
            (Op::Dot, pairs) => T::dot(pairs.chunks_exact(2).map(|pair| (pair[0], pair[1]))),
            (Op::FromPartials, arguments) => {
                let partials: Vec<(T, T::Inner)> =
                    arguments[1..].chunks_exact(2).map(|pair| (pair[0], pair[1].primal())).collect();
                T::from_partials(arguments[0].primal(), &partials)
            }
            (Op::Rule(rule), x) => operation::apply(&self.rules[rule as usize], false, x),
            (Op::Reduction(rule), x) => operation::apply(&self.rules[rule as usize], true, x),
            (op, arguments) => unreachable!("{op:?} of {} operands", arguments.len()),
        }
    }

    /// The results, where every question has the answer that was recorded.
    pub(super) fn run<T: Float>(&self, x: &[T]) -> Result<(Vec<T>, Vec<T>), BranchChanged> {
        let values = self.values(x);
        for guard in &self.guards {
            let [a, b] = guard.about.map(|operand| self.read(operand, &values));
            let answer = T::run::<Ask>((guard.question, a, b, guard.place));
            if answer != guard.answer {
                return Err(self.changed(guard, answer, values_of(&[a, b])));
            }
        }
        let results = self.results.iter().map(|&operand| self.read(operand, &values)).collect();
        Ok((results, values))
    }

    /// The results at the point where it was recorded, on numbers that may carry derivatives.
    pub(super) fn run_at_its_point<T: Float>(&self, x: &[T]) -> Vec<T> {
        if T::TRACED {
            return self.run(x).unwrap_or_else(|changed| unreachable!("at its own point: {changed}")).0;
        }
        let values = self.values(x);
        self.results.iter().map(|&operand| self.read(operand, &values)).collect()
    }

    #[cold]
    pub(super) fn changed(&self, guard: &Guard, answer: u64, sides: Vec<f64>) -> BranchChanged {
        let [x, y] = guard.about.map(|operand| self.name(operand));
        BranchChanged {
            question: guard.question.about(&x, &y),
            was: guard.question.show(guard.answer),
            is: guard.question.show(answer),
            values: [sides[0], sides[1]],
            place: guard.place,
        }
    }
}

impl Recording {
    /// The graph of what was recorded, without what leads to nothing.
    fn finish(self, results: Vec<Traced>, point: &[f64], variables: usize) -> Graph {
        let results: Vec<Operand> = results.into_iter().map(|x| self.operand(x)).collect();
        let mut is_shown = vec![false; self.nodes.len()];
        is_shown[..point.len()].fill(true);
        self.reach(&mut is_shown, results.iter().chain(self.guards.iter().flat_map(|guard| &guard.about)));
        let mut is_live = is_shown.clone();
        let watched: Vec<Operand> = self.conditions.iter().map(|&(_, node)| Operand::Node(node)).collect();
        self.reach(&mut is_live, watched.iter());

        // The nodes that stay, in their order, with new numbers.
        let mut number = vec![NONE; self.nodes.len()];
        let (mut nodes, mut operands, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        let renumbered = |number: &[u32], operand: Operand| match operand {
            Operand::Node(node) => Operand::Node(number[node as usize]),
            constant => constant,
        };
        for (i, node) in self.nodes.iter().enumerate().filter(|&(i, _)| is_live[i]) {
            number[i] = nodes.len() as u32;
            let first = operands.len() as u32;
            operands.extend(self.operands(node).iter().map(|&operand| renumbered(&number, operand)));
            nodes.push(Node { first, last: operands.len() as u32, ..*node });
            shown.push(is_shown[i]);
        }
        let guards =
            self.guards.iter().map(|guard| Guard { about: guard.about.map(|x| renumbered(&number, x)), ..*guard });
        Graph {
            guards: guards.collect(),
            conditions: self.conditions.iter().map(|&(condition, node)| (condition, number[node as usize])).collect(),
            results: results.into_iter().map(|x| renumbered(&number, x)).collect(),
            nodes,
            operands,
            rules: self.rules,
            is_never_plain: self.is_never_plain,
            is_shown: shown,
            point: point.to_vec(),
            variables,
            origin: None,
        }
    }

    /// Marks what `roots` are computed from. Operands stand before the nodes they are of, so one pass from the back does it.
    fn reach<'a>(&self, is_live: &mut [bool], roots: impl Iterator<Item = &'a Operand>) {
        let mark = |is_live: &mut [bool], operand: &Operand| {
            if let Operand::Node(node) = operand {
                is_live[*node as usize] = true;
            }
        };
        roots.for_each(|root| mark(is_live, root));
        for i in (0..self.nodes.len()).rev() {
            if is_live[i] {
                self.operands(&self.nodes[i]).iter().for_each(|operand| mark(is_live, operand));
            }
        }
    }
}
