//! Rules as a graph holds them: their types are forgotten, and yet they work on every number.
//!
//! A rule is generic over the number, and a trait object cannot be. It can answer on four types, though, `f64`, `f32` and
//! [`Traced`] over them, and that is enough: on nested numbers its derivative is recorded by itself, at the point at hand, and the
//! recording is evaluated there. So nothing here knows a particular function.

use super::body::Body;
use super::recording::values_of;
use super::slope::Slope;
use super::traced::Traced;
use crate::float::algorithm::Scalar;
use crate::float::engine::Algorithm;
use crate::float::{Float, Number, Primitive, Twin};
use crate::rules::{Binary, Reduction, Rule, Unary};
use std::any::Any;
use std::cell::RefCell;
use std::fmt::{self, Debug, Display};
use std::sync::Arc;

/// What is asked of the derivatives of a rule. The arguments are those of the rule and then its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    /// The partial derivative by an argument.
    Partial(u8),
    /// All of them.
    Partials,
    /// The form in which a tangent passes on its way from an argument; the tangent and the slope stand before the arguments.
    Through(usize),
}

/// A rule of any number of arguments.
pub(super) trait Piece: Rule {
    /// See [`Unary::PIECEWISE_CONSTANT`].
    const IS_STEP: bool = false;
    /// See [`Unary::PASSES`].
    const PASSES: bool = false;
    /// See [`Unary::TWIN`].
    const TWIN: Option<Twin> = None;
    /// See [`Unary::COST`]. Of a reduction, for one argument.
    const COST: f64 = 5.0;
    fn label(self) -> String;
    /// What the derivative by an argument is called: `tanh'`, of two arguments `log_add_exp'x` and `log_add_exp'y`.
    fn label_of_slope(self, by: u8) -> String;
    fn value<B: Primitive>(self, x: &[B]) -> B;
    /// The rule itself.
    fn rule(&self) -> &dyn Any;
    /// The derivative by the argument `by`, of a rule of one or two arguments, which stand before the value.
    fn slope<T: Float>(self, by: u8, x: &[T]) -> T;
    fn derivatives<T: Float>(self, asked: Asked, x: &[T]) -> Vec<T>;
    /// The value as a formula of other functions, if there is one.
    fn formula<T: Float>(self, x: &[T]) -> Option<T>;
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OfOne<R>(pub R);
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OfTwo<R>(pub R);
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OfMany<R>(pub R);

impl<R: Unary> Piece for OfOne<R> {
    const IS_STEP: bool = R::PIECEWISE_CONSTANT;
    const PASSES: bool = R::PASSES;
    const TWIN: Option<Twin> = R::TWIN;
    const COST: f64 = R::COST;
    fn label(self) -> String {
        self.0.name().to_string()
    }
    fn label_of_slope(self, _: u8) -> String {
        format!("{}'", self.0.name())
    }
    fn value<B: Primitive>(self, x: &[B]) -> B {
        self.0.value(x[0])
    }
    fn rule(&self) -> &dyn Any {
        &self.0
    }
    fn slope<T: Float>(self, _: u8, x: &[T]) -> T {
        self.0.partial(x[0], x[1])
    }
    fn derivatives<T: Float>(self, asked: Asked, x: &[T]) -> Vec<T> {
        vec![match asked {
            Asked::Partial(_) | Asked::Partials => self.slope(0, x),
            Asked::Through(_) => self.0.through(x[0], x[1], x[2], x[3]),
        }]
    }
    fn formula<T: Float>(self, x: &[T]) -> Option<T> {
        self.0.formula(x[0])
    }
}

impl<R: Binary> Piece for OfTwo<R> {
    const PASSES: bool = R::PASSES;
    const COST: f64 = R::COST;
    fn label(self) -> String {
        self.0.name().to_string()
    }
    fn label_of_slope(self, by: u8) -> String {
        format!("{}'{}", self.0.name(), if by == 0 { 'x' } else { 'y' })
    }
    fn value<B: Primitive>(self, x: &[B]) -> B {
        self.0.value(x[0], x[1])
    }
    fn rule(&self) -> &dyn Any {
        &self.0
    }
    fn slope<T: Float>(self, by: u8, x: &[T]) -> T {
        if by == 0 { self.0.partial_x(x[0], x[1], x[2]) } else { self.0.partial_y(x[0], x[1], x[2]) }
    }
    fn derivatives<T: Float>(self, asked: Asked, x: &[T]) -> Vec<T> {
        match asked {
            Asked::Partial(by) => vec![self.slope(by, x)],
            Asked::Partials => vec![self.slope(0, x), self.slope(1, x)],
            Asked::Through(0) => vec![self.0.through_x(x[0], x[1], x[2], x[3], x[4])],
            Asked::Through(_) => vec![self.0.through_y(x[0], x[1], x[2], x[3], x[4])],
        }
    }
    fn formula<T: Float>(self, x: &[T]) -> Option<T> {
        self.0.formula(x[0], x[1])
    }
}

impl<R: Reduction> Piece for OfMany<R> {
    const IS_STEP: bool = R::PIECEWISE_CONSTANT;
    fn label(self) -> String {
        self.0.name().to_string()
    }
    fn label_of_slope(self, by: u8) -> String {
        unreachable!("the derivative of a reduction by the argument {by} alone")
    }
    fn value<B: Primitive>(self, x: &[B]) -> B {
        self.0.value(x.iter().copied())
    }
    fn rule(&self) -> &dyn Any {
        &self.0
    }
    fn slope<T: Float>(self, by: u8, _: &[T]) -> T {
        unreachable!("the derivative of a reduction by the argument {by} alone")
    }
    fn derivatives<T: Float>(self, _: Asked, x: &[T]) -> Vec<T> {
        let (y, x) = x.split_last().expect("the value stands last");
        self.0.partials(x.iter().copied(), *y).collect()
    }
    fn formula<T: Float>(self, x: &[T]) -> Option<T> {
        self.0.formula(x.iter().copied())
    }
}

/// A rule whose type is forgotten.
pub(super) trait Operation: Debug + Send + Sync {
    fn label(&self) -> String;
    fn label_of_slope(&self, by: u8) -> String;
    fn is_step(&self) -> bool;
    fn passes(&self) -> bool;
    fn twin(&self) -> Option<Twin>;
    /// See [`Unary::COST`]. Of a reduction, for one argument.
    fn cost(&self) -> f64;
    fn value(&self, x: &[f64]) -> f64;
    fn value_f32(&self, x: &[f32]) -> f32;
    /// The values for several sets of `arity` arguments, which stand one after the other.
    fn values(&self, arity: usize, x: &[f64], values: &mut [f64]);
    /// The value at `x`, the value there, and so on.
    fn repeat(&self, x: f64, values: &mut [f64]);
    /// The values at several arguments, and the derivatives there.
    fn values_with_slopes(&self, x: &[f64], values: &mut [f64], slopes: &mut [f64]);
    /// The value at `x` and the derivative there, the same at that value, and so on.
    fn repeat_with_slopes(&self, x: f64, values: &mut [f64], slopes: &mut [f64]);
    /// The derivatives by the argument `by` for several sets of `arity` numbers: arguments, and then the value of the rule.
    fn slopes(&self, by: u8, arity: usize, x: &[f64], values: &mut [f64]);
    fn derivatives(&self, asked: Asked, x: &[f64]) -> Vec<f64>;
    fn derivatives_f32(&self, asked: Asked, x: &[f32]) -> Vec<f32>;
    fn derivatives_traced(&self, asked: Asked, x: &[Traced]) -> Vec<Traced>;
    fn derivatives_traced_f32(&self, asked: Asked, x: &[Traced<f32>]) -> Vec<Traced<f32>>;
    /// The value as a formula of other functions, if there is one.
    fn formula_traced(&self, x: &[Traced]) -> Option<Traced>;
    fn as_any(&self) -> &dyn Any;
    /// The rule itself, which has the type that the user knows.
    fn rule(&self) -> &dyn Any;
    /// Whether `other` is the same rule.
    fn is_same(&self, other: &dyn Any) -> bool;
}

impl<P: Piece> Operation for P {
    fn label(&self) -> String {
        Piece::label(*self)
    }
    fn label_of_slope(&self, by: u8) -> String {
        Piece::label_of_slope(*self, by)
    }
    fn is_step(&self) -> bool {
        P::IS_STEP
    }
    fn passes(&self) -> bool {
        P::PASSES
    }
    fn twin(&self) -> Option<Twin> {
        P::TWIN
    }
    fn cost(&self) -> f64 {
        P::COST
    }
    fn value(&self, x: &[f64]) -> f64 {
        Piece::value(*self, x)
    }
    fn value_f32(&self, x: &[f32]) -> f32 {
        Piece::value(*self, x)
    }
    fn values(&self, arity: usize, x: &[f64], values: &mut [f64]) {
        // The length of the arguments of most rules is known to the compiler so.
        match arity {
            1 => values.iter_mut().zip(x.as_chunks::<1>().0).for_each(|(y, x)| *y = Piece::value(*self, x)),
            2 => values.iter_mut().zip(x.as_chunks::<2>().0).for_each(|(y, x)| *y = Piece::value(*self, x)),
            _ => values.iter_mut().zip(x.chunks_exact(arity)).for_each(|(y, x)| *y = Piece::value(*self, x)),
        }
    }
    fn repeat(&self, x: f64, values: &mut [f64]) {
        values.iter_mut().fold(x, |x, y| {
            *y = Piece::value(*self, &[x]);
            *y
        });
    }
    fn values_with_slopes(&self, x: &[f64], values: &mut [f64], slopes: &mut [f64]) {
        for ((&x, y), slope) in x.iter().zip(values).zip(slopes) {
            *y = Piece::value(*self, &[x]);
            *slope = Piece::slope(*self, 0, &[x, *y]);
        }
    }
    fn repeat_with_slopes(&self, x: f64, values: &mut [f64], slopes: &mut [f64]) {
        values.iter_mut().zip(slopes).fold(x, |x, (y, slope)| {
            *y = Piece::value(*self, &[x]);
            *slope = Piece::slope(*self, 0, &[x, *y]);
            *y
        });
    }
    fn slopes(&self, by: u8, arity: usize, x: &[f64], values: &mut [f64]) {
        match arity {
            2 => values.iter_mut().zip(x.as_chunks::<2>().0).for_each(|(y, x)| *y = Piece::slope(*self, by, x)),
            _ => values.iter_mut().zip(x.chunks_exact(arity)).for_each(|(y, x)| *y = Piece::slope(*self, by, x)),
        }
    }
    fn derivatives(&self, asked: Asked, x: &[f64]) -> Vec<f64> {
        Piece::derivatives(*self, asked, x)
    }
    fn derivatives_f32(&self, asked: Asked, x: &[f32]) -> Vec<f32> {
        Piece::derivatives(*self, asked, x)
    }
    fn derivatives_traced(&self, asked: Asked, x: &[Traced]) -> Vec<Traced> {
        Piece::derivatives(*self, asked, x)
    }
    fn derivatives_traced_f32(&self, asked: Asked, x: &[Traced<f32>]) -> Vec<Traced<f32>> {
        Piece::derivatives(*self, asked, x)
    }
    fn formula_traced(&self, x: &[Traced]) -> Option<Traced> {
        Piece::formula(*self, x)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn rule(&self) -> &dyn Any {
        Piece::rule(self)
    }
    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<P>() == Some(self)
    }
}

thread_local! {
    /// The operations that are being evaluated, for [`Recorded`], which has to be `Copy`.
    static CURRENT: RefCell<Vec<Arc<dyn Operation>>> = const { RefCell::new(Vec::new()) };
}

/// A recorded operation as a rule again: its place among the operations that are being evaluated.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Recorded<const IS_STEP: bool, const PASSES: bool>(usize);

impl<const IS_STEP: bool, const PASSES: bool> Debug for Recorded<IS_STEP, PASSES> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.operation().label())
    }
}

impl<const IS_STEP: bool, const PASSES: bool> Recorded<IS_STEP, PASSES> {
    fn operation(self) -> Arc<dyn Operation> {
        CURRENT.with_borrow(|current| current[self.0].clone())
    }
}

/// The recorded operation that a rule stands for, if it does.
#[inline]
pub(super) fn behind<R: Rule>(rule: &R) -> Option<Arc<dyn Operation>> {
    fn find<const IS_STEP: bool, const PASSES: bool>(rule: &dyn Any) -> Option<Arc<dyn Operation>> {
        rule.downcast_ref::<Recorded<IS_STEP, PASSES>>().map(|rule| rule.operation())
    }
    find::<false, false>(rule).or_else(|| find::<false, true>(rule)).or_else(|| find::<true, false>(rule))
}

/// `operation` of the arguments `x`, which are as many as it was recorded with; `is_many` if it is a reduction.
pub(super) fn apply<T: Float>(operation: &Arc<dyn Operation>, is_many: bool, x: &[T]) -> T {
    struct Pop;
    impl Drop for Pop {
        fn drop(&mut self) {
            CURRENT.with_borrow_mut(Vec::pop);
        }
    }
    let place = CURRENT.with_borrow_mut(|current| {
        current.push(operation.clone());
        current.len() - 1
    });
    let _pop = Pop;
    match (is_many, x) {
        (false, &[x]) if operation.is_step() => x.unary(Recorded::<true, false>(place)),
        (false, &[x]) if operation.passes() => x.unary(Recorded::<false, true>(place)),
        (false, &[x]) => x.unary(Recorded::<false, false>(place)),
        (false, &[x, y]) if operation.passes() => x.binary(Recorded::<false, true>(place), y),
        (false, &[x, y]) => x.binary(Recorded::<false, false>(place), y),
        _ if operation.is_step() => T::reduce(Recorded::<true, false>(place), x.iter().copied()),
        _ => T::reduce(Recorded::<false, false>(place), x.iter().copied()),
    }
}

/// The two operations of a pair on any number, which primitive numbers compute at once.
pub(super) struct Both;

impl Algorithm for Both {
    type Args<'a, T: Float> = ([&'a Arc<dyn Operation>; 2], T);
    type Output<T: Float> = [T; 2];

    fn on_primitive<B: Scalar>((operations, x): ([&Arc<dyn Operation>; 2], B)) -> [B; 2] {
        match operations[0].twin() {
            Some(twin) if B::IS_SINGLE => {
                let (first, second) = (twin.pair.at_f32)(x.widen() as f32);
                [first, second].map(|y| B::nearest(y.into()))
            }
            Some(twin) => {
                let (first, second) = (twin.pair.at)(x.widen());
                [first, second].map(B::nearest)
            }
            None => operations.map(|operation| apply(operation, false, &[x])),
        }
    }
    fn on_traced<B: Primitive>((operations, x): ([&Arc<dyn Operation>; 2], Traced<B>)) -> [Traced<B>; 2] {
        operations.map(|operation| apply(operation, false, &[x]))
    }
    fn on_number<N: Number>((operations, x): ([&Arc<dyn Operation>; 2], N)) -> [N; 2] {
        operations.map(|operation| apply(operation, false, &[x]))
    }
}

/// The value of an operation on primitive numbers.
pub(super) fn value<B: Primitive>(operation: &dyn Operation, x: &[B]) -> B {
    if B::IS_SINGLE {
        let x: Vec<f32> = x.iter().map(|x| x.widen() as f32).collect();
        B::nearest(operation.value_f32(&x).into())
    } else {
        match *x {
            [x] => B::nearest(operation.value(&[x.widen()])),
            [x, y] => B::nearest(operation.value(&[x.widen(), y.widen()])),
            _ => B::nearest(operation.value(&x.iter().map(|x| x.widen()).collect::<Vec<_>>())),
        }
    }
}

/// The derivatives of an operation on primitive numbers.
pub(super) fn derivatives<B: Primitive>(operation: &dyn Operation, asked: Asked, x: &[B]) -> Vec<B> {
    if B::IS_SINGLE {
        let x: Vec<f32> = x.iter().map(|x| x.widen() as f32).collect();
        operation.derivatives_f32(asked, &x).into_iter().map(|y| B::nearest(y.into())).collect()
    } else {
        let x: Vec<f64> = x.iter().map(|x| x.widen()).collect();
        operation.derivatives(asked, &x).into_iter().map(B::nearest).collect()
    }
}

/// The derivatives of an operation on any number: what its rule computes, with both sides of choices on numbers that record.
pub(super) struct Derivatives;

impl Algorithm for Derivatives {
    type Args<'a, T: Float> = (&'a dyn Operation, Asked, &'a [T]);
    type Output<T: Float> = Vec<T>;

    fn on_primitive<B: Scalar>((operation, asked, x): (&dyn Operation, Asked, &[B])) -> Vec<B> {
        derivatives(operation, asked, x)
    }
    fn on_traced<B: Primitive>((operation, asked, x): (&dyn Operation, Asked, &[Traced<B>])) -> Vec<Traced<B>> {
        if B::IS_SINGLE {
            let x: Vec<Traced<f32>> = x.iter().map(|x| x.over()).collect();
            operation.derivatives_traced_f32(asked, &x).into_iter().map(Traced::over).collect()
        } else {
            let x: Vec<Traced> = x.iter().map(|x| x.over()).collect();
            operation.derivatives_traced(asked, &x).into_iter().map(Traced::over).collect()
        }
    }
    fn on_number<N: Number>((operation, asked, x): (&dyn Operation, Asked, &[N])) -> Vec<N> {
        let record = |x: &[Traced<N::Base>]| Derivatives::on_traced((operation, asked, x));
        Body::of_this_point(record, &values_of(x)).run_at_its_point(x)
    }
}

impl<const IS_STEP: bool, const PASSES: bool> Recorded<IS_STEP, PASSES> {
    fn derivatives<T: Float>(self, asked: Asked, x: &[T]) -> Vec<T> {
        T::run::<Derivatives>((&*self.operation(), asked, x))
    }
    fn slope<T: Float>(self, by: u8, x: &[T]) -> T {
        T::run::<Slope>((&self.operation(), by, x))
    }
}

impl<const IS_STEP: bool, const PASS: bool> Unary for Recorded<IS_STEP, PASS> {
    const NAME: &'static str = "recorded";
    const PIECEWISE_CONSTANT: bool = IS_STEP;
    const PASSES: bool = PASS;
    fn name(self) -> impl Display {
        self.operation().label()
    }
    fn value<B: Primitive>(self, x: B) -> B {
        value(&*self.operation(), &[x])
    }
    fn partial<T: Float>(self, x: T, y: T) -> T {
        self.slope(0, &[x, y])
    }
    fn through<T: Float>(self, tangent: T, slope: T, x: T, y: T) -> T {
        self.derivatives(Asked::Through(0), &[tangent, slope, x, y])[0]
    }
}

impl<const IS_STEP: bool, const PASS: bool> Binary for Recorded<IS_STEP, PASS> {
    const NAME: &'static str = "recorded";
    const PASSES: bool = PASS;
    fn name(self) -> impl Display {
        self.operation().label()
    }
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        value(&*self.operation(), &[x, y])
    }
    fn partial_x<T: Float>(self, x: T, y: T, z: T) -> T {
        self.slope(0, &[x, y, z])
    }
    fn partial_y<T: Float>(self, x: T, y: T, z: T) -> T {
        self.slope(1, &[x, y, z])
    }
    fn through_x<T: Float>(self, tangent: T, by_x: T, x: T, y: T, z: T) -> T {
        self.derivatives(Asked::Through(0), &[tangent, by_x, x, y, z])[0]
    }
    fn through_y<T: Float>(self, tangent: T, by_y: T, x: T, y: T, z: T) -> T {
        self.derivatives(Asked::Through(1), &[tangent, by_y, x, y, z])[0]
    }
}

impl<const IS_STEP: bool, const PASS: bool> Reduction for Recorded<IS_STEP, PASS> {
    const NAME: &'static str = "recorded";
    const PIECEWISE_CONSTANT: bool = IS_STEP;
    fn name(self) -> impl Display {
        self.operation().label()
    }
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        value(&*self.operation(), &x.collect::<Vec<_>>())
    }
    fn partials<T: Float>(self, x: impl Iterator<Item = T> + Clone, y: T) -> impl Iterator<Item = T> {
        let arguments: Vec<T> = x.chain([y]).collect();
        self.derivatives(Asked::Partials, &arguments).into_iter()
    }
}
