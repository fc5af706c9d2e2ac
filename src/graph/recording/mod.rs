//! The recordings of this thread, and the functions by which numbers add to them.

mod finish;
mod operations;
mod questions;

use super::body::{Body, Guard, Op, Operand};
use super::operation::{self, Operation, Piece, behind};
use super::table::{Hashed, NONE, Table};
use super::traced::Traced;
use crate::float::algorithm::Scalar;
use crate::float::engine::Algorithm;
use crate::float::{Condition, Engine as _, Float, Number, Primitive, Rule};
use operations::{Entry, MOST};
pub(super) use questions::{ask, both_sides, require};
use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::mem::replace;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

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
