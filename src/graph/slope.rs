//! Derivatives of rules that choose between formulas: one operation each, which takes the side that it needs.
//!
//! The derivative of a rule is a formula, and what is recorded of it is the formula: the derivative of `exp x` is `exp x` itself, and costs
//! nothing. Where the formula chooses, though, a recording has both sides. The derivative of `tanh` has three, with two exponentials,
//! and is 21 operations, of which a tape computes the few that count. So where the formula for a derivative has a choice in it, the
//! recording has one operation instead, which computes the derivative as the tape does, to the bit.
//!
//! It is differentiated as the formula is. So on numbers that carry derivatives the formula is evaluated, and in second derivatives
//! it appears as it is written.

use super::body::{Body, Op};
use super::operation::{Asked, Derivatives, Operation, derivatives};
use super::recording::{record_long, slope_of};
use super::traced::Traced;
use crate::float::algorithm::Scalar;
use crate::float::engine::Algorithm;
use crate::float::{Engine as _, Float, Number, Primitive};
use std::sync::Arc;

/// The derivative of an operation by one argument, on any number. It takes the arguments, and then the value of the operation.
pub(super) struct Slope;

impl Algorithm for Slope {
    type Args<'a, T: Float> = (&'a Arc<dyn Operation>, u8, &'a [T]);
    type Output<T: Float> = T;

    fn on_primitive<B: Scalar>((operation, by, x): (&Arc<dyn Operation>, u8, &[B])) -> B {
        derivatives(&**operation, Asked::Partial(by), x)[0]
    }

    fn on_traced<B: Primitive>((operation, by, x): (&Arc<dyn Operation>, u8, &[Traced<B>])) -> Traced<B> {
        let formula = |x: &[Traced<B>]| Derivatives::on_traced((&**operation, Asked::Partial(by), x));
        let values: Vec<B> = x.iter().map(|x| x.value()).collect();
        let has_choice = || Body::of_this_point(formula, &values).chooses();
        match slope_of(operation, by, x, has_choice) {
            Some((rule, true)) => {
                let value = derivatives(&**operation, Asked::Partial(by), &values)[0];
                record_long(Op::Slope(rule, by), x, value)
            }
            _ => formula(x)[0],
        }
    }

    fn on_number<N: Number>((operation, by, x): (&Arc<dyn Operation>, u8, &[N])) -> N {
        let slope = Derivatives::on_number((&**operation, Asked::Partial(by), x))[0];
        if !N::TRACED {
            return slope;
        }
        let values: Vec<N::Value> = x.iter().map(Number::value).collect();
        slope.with_value(N::Value::run::<Slope>((operation, by, &values)))
    }
}

impl Body {
    /// Whether other numbers may take another way through it, and nothing else has to hold.
    fn chooses(&self) -> bool {
        let has_choice = self.nodes.iter().any(|node| node.op == Op::IfLess) || !self.guards.is_empty();
        has_choice && self.conditions.is_empty()
    }
}
