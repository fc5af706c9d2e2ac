//! The recordings of this thread, and the graphs they become.

use super::body::{Body, Guard, Node, Op, Operand};
use super::operation::{self, Operation, Piece, behind};
use super::question::Question;
use super::table::{Fx, Hashed, NONE, Table};
use super::traced::Traced;
use crate::float::algorithm::Scalar;
use crate::float::engine::Algorithm;
use crate::float::{Condition, Engine as _, Float, Number, Primitive, Rule, Twin};
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::{Hash, Hasher};
use std::mem::replace;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// An operation while it is recorded, in 32 bytes.
///
/// What was recorded before is found again by the latest of its operands: each operation has a list of those whose latest operand it is.
/// Mostly this is a short list of recent operations, which are in the caches, where a hash table of all would miss them. Of an operation
/// with more than [`MOST_LISTED`] such users the others are in a hash table.
#[derive(Clone, Copy)]
struct Entry {
    op: Op,
    /// One operand and [`NONE`], or two; of [more](Op::is_long), where they begin among all of these and how many there are.
    operands: [u32; 2],
    place: &'static Location<'static>,
    /// The latest of the operations in its list, and the next in the list that it is in itself; [`NONE`] if there is none.
    user: u32,
    next: u32,
}

/// How many operations a list may have.
const MOST_LISTED: usize = 8;

/// Where a new operation goes so that it is found again.
enum Free {
    /// Into the list of this one.
    List(u32),
    /// To this place of the table.
    Table(usize),
}

/// The bit by which an operand of an [`Entry`] is a constant, one of the list of constants.
const CONSTANT: u32 = 1 << 31;

/// How many operations a recording has numbers for.
const MOST: usize = CONSTANT as usize;

#[derive(Default)]
struct Recording {
    id: u32,
    entries: Vec<Entry>,
    /// Operations that are in no list.
    table: Table,
    /// The operands of operations that may have more than two.
    operands: Vec<u32>,
    constants: Vec<u64>,
    table_of_constants: Table,
    rules: Vec<Arc<dyn Operation>>,
    rules_of_type: HashMap<TypeId, Vec<u32>, Hashed>,
    /// Whether the derivative of a rule by an argument is one operation.
    slopes: HashMap<(u32, u8), bool, Hashed>,
    guards: Vec<Guard>,
    /// What guards leave possible: the orders of two numbers, and the kinds of one.
    orders: HashMap<[Operand; 2], u16, Hashed>,
    kinds: HashMap<Operand, u16, Hashed>,
    conditions: Vec<(Condition, u32)>,
    /// A bit for each kind of condition, for each operation.
    known_conditions: Vec<u8>,
    /// The first name that each operation was given.
    names: BTreeMap<u32, String>,
    /// Sums start with `0 + x`, which is `x` here: what is recorded is a derivative.
    is_derivative: bool,
    /// It is a value now, in which `0 + x` is not `x`, if that is the negative zero.
    is_value: bool,
    /// A condition does not hold of a constant.
    is_never_plain: bool,
    /// How deep choices are nested right now.
    depth: usize,
    /// How many operations it may have, and whether there were more. What comes after them is not recorded.
    most: usize,
    is_too_large: bool,
}

/// A recursion that ends by a choice would not end in a recording, which takes both sides.
const DEEPEST_CHOICE: usize = 128;

thread_local! {
    static RECORDINGS: RefCell<Vec<Recording>> = const { RefCell::new(Vec::new()) };
    /// Where the operation stands that a graph is evaluating on numbers that record: what comes of it stands there, too.
    static PLACE: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
}

/// While it lives, what is recorded stands where it says. Then things are as they were before, also if an operation panics.
pub(super) struct Placed(Option<&'static Location<'static>>);

impl Placed {
    pub fn begin() -> Placed {
        Placed(PLACE.get())
    }
    pub fn at(&self, place: &'static Location<'static>) {
        PLACE.set(Some(place));
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        PLACE.set(self.0);
    }
}

// 0 is none. A number that is kept over 2³² recordings would be taken for one of another; nobody keeps one that long.
static LAST: AtomicU32 = AtomicU32::new(0);

/// The recording `id` of this thread.
#[track_caller]
#[inline]
fn with<A>(id: u32, f: impl FnOnce(&mut Recording) -> A) -> A {
    // The panic is outside of the closure, which does not know the caller.
    let done = RECORDINGS.with_borrow_mut(|all| Some(f(all.iter_mut().rev().find(|recording| recording.id == id)?)));
    match done {
        Some(done) => done,
        None => ended(),
    }
}

#[track_caller]
#[cold]
fn ended() -> ! {
    panic!(
        "dualtape: a traced number is used after its recording has ended, or on another thread; a number lives as long as the \
         call of `Graph::record` that made it, so return it from there and evaluate the graph"
    )
}

/// The recording that numbers belong to; `None` if all are constants.
#[track_caller]
#[inline]
fn recording_of<B: Primitive>(x: &[Traced<B>]) -> Option<u32> {
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
    /// An operand as it is stored.
    #[inline]
    fn store(&mut self, operand: Operand) -> u32 {
        match operand {
            Operand::Node(node) => node,
            Operand::Constant(bits) => CONSTANT | self.constant(bits),
        }
    }

    /// The place of a constant in the list of constants.
    fn constant(&mut self, bits: u64) -> u32 {
        let hash = |bits: u64| {
            let mut hasher = Fx::default();
            hasher.write_u64(bits);
            hasher.finish()
        };
        match self.table_of_constants.find(hash(bits), |known| self.constants[known as usize] == bits) {
            Ok(known) => known,
            Err(place) => {
                let next = self.constants.len() as u32;
                assert!(next < CONSTANT - 1, "dualtape: a recording has no room for more than 2³¹ constants");
                self.constants.push(bits);
                self.table_of_constants.take(place, next, |known| hash(self.constants[known as usize]));
                next
            }
        }
    }

    /// An operand as it was stored.
    fn load(&self, stored: u32) -> Operand {
        match stored & CONSTANT {
            0 => Operand::Node(stored),
            _ => Operand::Constant(self.constants[(stored & !CONSTANT) as usize]),
        }
    }

    /// The operands of an operation, as they are stored.
    #[inline]
    fn operands<'a>(&'a self, entry: &'a Entry) -> &'a [u32] {
        let [first, second] = entry.operands;
        match entry.op {
            Op::Input(_) => &[],
            op if op.is_long() => &self.operands[first as usize..][..second as usize],
            _ if second == NONE => &entry.operands[..1],
            _ => &entry.operands,
        }
    }

    /// An operation of one or two operands: one of them if nothing is to be computed, a node that is there already if it was recorded
    /// before, else a new one.
    #[inline]
    fn short<const N: usize>(&mut self, op: Op, operands: [Operand; N], place: &'static Location<'static>) -> Operand {
        if let Some(same) = self.identity(op, &operands) {
            return same;
        }
        let mut stored = [NONE; 2];
        for (to, operand) in stored.iter_mut().zip(operands) {
            *to = self.store(operand);
        }
        let found = self.find(op, &stored, |known| known.op == op && known.operands == stored);
        found.map_or_else(|free| self.push(op, stored, place, free), Operand::Node)
    }

    /// The same of any number of operands.
    fn long(&mut self, op: Op, operands: &[Operand], place: &'static Location<'static>) -> Operand {
        if let Some(same) = self.identity(op, operands) {
            return same;
        }
        let first = self.operands.len();
        for &operand in operands {
            let stored = self.store(operand);
            self.operands.push(stored);
        }
        assert!(self.operands.len() < NONE as usize, "dualtape: a recording has no room for more than 2³² operands");
        let stored = &self.operands[first..];
        match self.find(op, stored, |known| known.op == op && self.operands(known) == stored) {
            Ok(known) => {
                self.operands.truncate(first);
                Operand::Node(known)
            }
            Err(free) => self.push(op, [first as u32, operands.len() as u32], place, free),
        }
    }

    /// An operation that fits, of the given operands, or where it would be.
    #[inline]
    fn find(&self, op: Op, operands: &[u32], fits: impl Fn(&Entry) -> bool) -> Result<u32, Free> {
        let latest = operands.iter().filter(|&&stored| stored & CONSTANT == 0).max();
        let Some(&latest) = latest else { unreachable!("operations on constants are computed") };
        let mut user = self.entries[latest as usize].user;
        for _ in 0..MOST_LISTED {
            if user == NONE {
                return Err(Free::List(latest));
            }
            let known = &self.entries[user as usize];
            if fits(known) {
                return Ok(user);
            }
            user = known.next;
        }
        self.table.find(hash(op, operands), |known| fits(&self.entries[known as usize])).map_err(Free::Table)
    }

    #[inline]
    fn push(&mut self, op: Op, operands: [u32; 2], place: &'static Location<'static>, free: Free) -> Operand {
        let new = self.entries.len() as u32;
        if new as usize >= self.most {
            return self.refuse();
        }
        let mut next = NONE;
        if let Free::List(latest) = free {
            next = replace(&mut self.entries[latest as usize].user, new);
        }
        let entry = Entry { op, operands, place, user: NONE, next };
        self.entries.push(Entry { place: self.place(&entry), ..entry });
        if let Free::Table(free) = free {
            let Recording { entries, operands, table, .. } = self;
            table.take(free, new, |known| {
                let Entry { op, operands: stored, .. } = entries[known as usize];
                match op.is_long() {
                    true => hash(op, &operands[stored[0] as usize..][..stored[1] as usize]),
                    false => hash(op, &stored),
                }
            });
        }
        Operand::Node(new)
    }

    /// There are more operations than there may be: from here on the function computes with plain values, and there is no graph.
    #[cold]
    fn refuse(&mut self) -> Operand {
        assert!(self.most < MOST, "dualtape: a recording has no room for more than 2³¹ operations");
        self.is_too_large = true;
        Operand::Constant(0) // a constant keeps its own value
    }

    /// Where in the source an operation stands.
    ///
    /// The sweep of a derivative multiplies partial derivatives, which were recorded before it and know their place, by adjoints, which
    /// were recorded later.
    fn place(&self, entry: &Entry) -> &'static Location<'static> {
        let of_operand = || {
            let nodes = self.operands(entry).iter().filter(|&&stored| stored & CONSTANT == 0);
            let entries = nodes.map(|&node| (&self.entries[node as usize], node));
            let first = entries.min_by_key(|&(entry, node)| (matches!(entry.op, Op::Input(_)), node));
            first.map(|(entry, _)| entry.place)
        };
        PLACE.get().or_else(|| if self.is_derivative { of_operand() } else { None }).unwrap_or(entry.place)
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

    /// What an operation gives without computing anything, to the bit.
    #[inline]
    fn identity(&self, op: Op, x: &[Operand]) -> Option<Operand> {
        let is = |x: Operand, c: f64| x == Operand::Constant(c.to_bits());
        let is_derivative = self.is_derivative && !self.is_value;
        match (op, x) {
            (Op::Add, &[x, y]) if is(x, -0.0) || (is_derivative && is(x, 0.0)) => Some(y),
            (Op::Add, &[x, y]) if is(y, -0.0) || (is_derivative && is(y, 0.0)) => Some(x),
            (Op::Sub, &[x, y]) if is(y, 0.0) => Some(x),
            (Op::Mul, &[x, y]) if is(x, 1.0) => Some(y),
            (Op::Mul | Op::Div, &[x, y]) if is(y, 1.0) => Some(x),
            (Op::Neg, &[Operand::Node(node)]) => {
                let entry = self.entries[node as usize];
                (entry.op == Op::Neg).then(|| self.load(entry.operands[0]))
            }
            (Op::IfLess, &[_, _, x, y]) if x == y => Some(x),
            _ => None,
        }
    }
}

#[inline]
fn hash(op: Op, operands: &[u32]) -> u64 {
    let mut hasher = Fx::default();
    op.hash(&mut hasher);
    operands.iter().for_each(|&operand| hasher.write_u32(operand));
    hasher.finish()
}

/// Records an operation of one or two operands whose value is `value`.
#[track_caller]
#[inline]
pub(super) fn record<B: Primitive, const N: usize>(op: Op, x: [Traced<B>; N], value: B) -> Traced<B> {
    let Some(id) = recording_of(&x) else { return Traced::fixed(value) };
    let place = Location::caller();
    number(value, id, with(id, |recording| recording.short(op, x.map(Traced::operand), place)))
}

/// The same of any number of operands.
#[track_caller]
pub(super) fn record_long<B: Primitive>(op: Op, x: &[Traced<B>], value: B) -> Traced<B> {
    let Some(id) = recording_of(x) else { return Traced::fixed(value) };
    let (place, operands) = (Location::caller(), operands(x));
    number(value, id, with(id, |recording| recording.long(op, &operands, place)))
}

/// Records the application of a rule of one or two arguments.
#[track_caller]
pub(super) fn record_rule<P: Piece, R: Rule, B: Primitive, const N: usize>(
    piece: P,
    rule: R,
    x: [Traced<B>; N],
) -> Traced<B> {
    let (wrapped, values) = (behind(&rule), x.map(Traced::value));
    let value = wrapped.as_deref().map_or_else(|| piece.value(&values), |wrapped| operation::value(wrapped, &values));
    let Some(id) = recording_of(&x) else { return Traced::fixed(value) };
    let place = Location::caller();
    let node = with(id, |recording| {
        let rule = recording.piece(piece, wrapped.as_ref());
        recording.short(Op::Rule(rule), x.map(Traced::operand), place)
    });
    number(value, id, node)
}

/// The same of any number of arguments.
#[track_caller]
pub(super) fn record_many<P: Piece, R: Rule, B: Primitive>(piece: P, rule: R, x: &[Traced<B>]) -> Traced<B> {
    let (wrapped, values) = (behind(&rule), x.iter().map(|x| x.value()).collect::<Vec<_>>());
    let value = wrapped.as_deref().map_or_else(|| piece.value(&values), |wrapped| operation::value(wrapped, &values));
    let Some(id) = recording_of(x) else { return Traced::fixed(value) };
    let (place, operands) = (Location::caller(), operands(x));
    let node = with(id, |recording| {
        let rule = recording.piece(piece, wrapped.as_ref());
        recording.long(Op::Reduction(rule), &operands, place)
    });
    number(value, id, node)
}

/// The number of a rule in the recording of `x`, if they are not all constants, and whether its derivative by an argument is one operation,
/// which `decide` says when it is first asked for.
pub(super) fn slope_of<B: Primitive>(
    operation: &Arc<dyn Operation>,
    by: u8,
    x: &[Traced<B>],
    decide: impl FnOnce() -> bool,
) -> Option<(u32, bool)> {
    let id = recording_of(x)?;
    let (rule, known) = with(id, |recording| {
        let rule = recording.rule(operation.as_any(), || operation.clone(), |known| operation.is_same(known));
        (rule, recording.slopes.get(&(rule, by)).copied())
    });
    // It makes a recording of its own, so it is asked while nobody looks at this one.
    let is_one = known.unwrap_or_else(decide);
    with(id, |recording| recording.slopes.insert((rule, by), is_one));
    Some((rule, is_one))
}

impl Recording {
    /// The number of a rule, or of the operation that it stands for.
    fn piece<P: Piece>(&mut self, piece: P, wrapped: Option<&Arc<dyn Operation>>) -> u32 {
        match wrapped {
            Some(operation) => self.rule(operation.as_any(), || operation.clone(), |known| operation.is_same(known)),
            None => self.rule(&piece, || Arc::new(piece), |known| known.downcast_ref::<P>() == Some(&piece)),
        }
    }
}

fn operands<B: Primitive>(x: &[Traced<B>]) -> Vec<Operand> {
    x.iter().map(|x| x.operand()).collect()
}

#[inline]
fn number<B: Primitive>(value: B, id: u32, operand: Operand) -> Traced<B> {
    match operand {
        Operand::Node(node) => Traced::node(value, id, node),
        Operand::Constant(_) => Traced::fixed(value),
    }
}

/// Gives a number its name, unless it has one.
#[track_caller]
pub(super) fn name<B: Primitive>(x: Traced<B>, name: &dyn Display) {
    if !x.is_fixed() {
        let name = on_one_line(name);
        with(x.recording(), |recording| {
            recording.names.entry(x.index()).or_insert(name);
        });
    }
}

/// A name as it fits into a line.
pub(super) fn on_one_line(name: &dyn Display) -> String {
    name.to_string().replace(char::is_control, " ")
}

/// The answer to a question, and a guard that it stays so.
pub(super) fn ask<B: Primitive>(
    question: Question,
    x: Traced<B>,
    y: Traced<B>,
    place: &'static Location<'static>,
) -> u64 {
    let answer = question.answer(x.value(), y.value());
    let place = PLACE.get().unwrap_or(place);
    if let Some(id) = recording_of(&[x, y]) {
        let about = [x.operand(), y.operand()];
        with(id, |recording| recording.guard(Guard { question, about, answer, place }));
    }
    answer
}

impl Recording {
    /// Adds a guard, if those before do not imply it.
    fn guard(&mut self, guard: Guard) {
        let Guard { question, about: [x, y], answer, .. } = guard;
        let (possible, given) = if question.compares() {
            // `x < y` says what `y > x` says.
            let is_swapped = x > y;
            let about = if is_swapped { [y, x] } else { [x, y] };
            (self.orders.entry(about).or_insert(u16::MAX), question.orders(answer, is_swapped))
        } else {
            (self.kinds.entry(x).or_insert(u16::MAX), question.kinds(answer))
        };
        if *possible & given != *possible {
            *possible &= given;
            self.guards.push(guard);
        }
    }
}

/// Notes a condition under which what is recorded holds.
pub(super) fn require<B: Primitive>(condition: Condition, x: Traced<B>) {
    if x.is_fixed() {
        // It is the same everywhere. A slope that is 0 is none of the small ones for which there are other forms.
        if !x.value().is_zero() && !condition.holds(x.value()) {
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
            recording.known_conditions.resize(recording.entries.len(), 0);
        }
        if recording.known_conditions[node] & bit == 0 {
            recording.known_conditions[node] |= bit;
            recording.conditions.push((condition, x.index()));
        }
    });
}

/// Both sides of a choice.
pub(super) fn both_sides<B: Primitive>(
    about: [Traced<B>; 2],
    then: impl FnOnce() -> Traced<B>,
    otherwise: impl FnOnce() -> Traced<B>,
) -> [Traced<B>; 2] {
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
pub(super) fn values_of<T: Float>(x: &[T]) -> Vec<T::Base> {
    x.iter().map(|&x| T::run::<Peek>(x)).collect()
}

struct Peek;

impl Algorithm for Peek {
    type Args<'a, T: Float> = T;
    type Output<T: Float> = T::Base;
    fn on_primitive<B: Scalar>(x: B) -> B {
        x
    }
    fn on_traced<B: Primitive>(x: Traced<B>) -> B {
        x.value()
    }
    fn on_number<N: Number>(x: N) -> N::Base {
        N::Value::run::<Peek>(x.value())
    }
}

/// Runs `f`, which computes values with the bits that they have without a recording, in the recording of a derivative.
pub(super) fn with_exact_values<A>(f: impl FnOnce() -> A) -> A {
    let set = |is_value: bool| {
        RECORDINGS.with_borrow_mut(|all| all.last_mut().map(|recording| replace(&mut recording.is_value, is_value)))
    };
    let before = set(true);
    let result = f();
    set(before.unwrap_or(false));
    result
}

/// Ends the recordings that were begun since, also if the function panics.
struct Begun(usize);

impl Drop for Begun {
    fn drop(&mut self) {
        RECORDINGS.with_borrow_mut(|all| all.truncate(self.0));
    }
}

/// Begins a recording with the given number of inputs.
fn begin(inputs: usize, is_derivative: bool, most: usize, place: &'static Location<'static>) -> (u32, Begun) {
    assert!(inputs < MOST, "dualtape: a recording has no room for more than 2³¹ inputs");
    let id = loop {
        match LAST.fetch_add(1, Relaxed).wrapping_add(1) {
            0 => {}
            id => break id,
        }
    };
    let mut recording = Recording { id, is_derivative, most: most.min(MOST), ..Recording::default() };
    for k in 0..inputs as u32 {
        recording.entries.push(Entry { op: Op::Input(k), operands: [NONE; 2], place, user: NONE, next: NONE });
    }
    RECORDINGS.with_borrow_mut(|all| {
        all.push(recording);
        (id, Begun(all.len() - 1))
    })
}

impl Body {
    /// Records `f` at `point`, of which the first `variables` are differentiated.
    #[track_caller]
    pub fn record_at<B: Primitive>(
        point: &[B],
        variables: usize,
        is_derivative: bool,
        f: impl FnOnce(&[Traced<B>]) -> Vec<Traced<B>>,
    ) -> Body {
        Body::record_within(usize::MAX, point, variables, is_derivative, f).expect("too large a recording panics")
    }

    /// The same, unless there are more than `most` inputs and operations.
    #[track_caller]
    pub fn record_within<B: Primitive>(
        most: usize,
        point: &[B],
        variables: usize,
        is_derivative: bool,
        f: impl FnOnce(&[Traced<B>]) -> Vec<Traced<B>>,
    ) -> Option<Body> {
        let (id, begun) = begin(point.len(), is_derivative, most, Location::caller());
        let inputs: Vec<Traced<B>> = point.iter().zip(0..).map(|(&x, node)| Traced::node(x, id, node)).collect();
        let results = f(&inputs);
        drop(inputs);
        for x in results.iter().filter(|x| !x.is_fixed()) {
            assert!(
                x.recording() == id,
                "dualtape: the function returned a traced number of another recording; return one that is computed from its arguments"
            );
        }
        let recording = RECORDINGS.with_borrow_mut(|all| all.remove(begun.0));
        if recording.is_too_large {
            return None;
        }
        let body = recording.finish(&operands(&results), point.len());
        Some(Body { point: point.iter().map(|x| x.widen()).collect(), variables, is_single: B::IS_SINGLE, ..body })
    }

    /// A recording for the point at hand only.
    pub fn of_this_point<B: Primitive>(f: impl FnOnce(&[Traced<B>]) -> Vec<Traced<B>>, point: &[B]) -> Body {
        Body::record_at(point, point.len(), false, f)
    }
}

impl Recording {
    /// The graph of what was recorded, without what leads to nothing.
    fn finish(mut self, results: &[Operand], inputs: usize) -> Body {
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
}
