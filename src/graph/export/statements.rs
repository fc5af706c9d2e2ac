//! Operations, guards and conditions as expressions.

use super::ExportError;
use super::helpers::Context;
use super::language::Language;
use crate::float::{Condition, middle};
use crate::graph::body::{Body, Op, Operand};
use crate::graph::question::Question;
use std::num::FpCategory;

/// What the operation at `i` is of. The second of a pair has the operand of the first.
pub(super) fn operands(body: &Body, i: usize) -> &[Operand] {
    body.operands(&body.nodes[if let Op::Second(_) = body.nodes[i].op { i - 1 } else { i }])
}

/// The value of the operation at `i`, of operands as they are written.
pub(super) fn expression(
    context: &mut Context,
    body: &Body,
    i: usize,
    operands: &[String],
) -> Result<String, ExportError> {
    let node = &body.nodes[i];
    let language = context.language;
    Ok(match (node.op, operands) {
        (Op::Add, [x, y]) => format!("{x} + {y}"),
        (Op::Sub, [x, y]) => format!("{x} - {y}"),
        (Op::Mul, [x, y]) => format!("{x} * {y}"),
        (Op::Div, [x, y]) => format!("{x} / {y}"),
        (Op::Neg, [x]) => format!("-{x}"),
        (Op::IfLess, [x, y, then, otherwise]) => language.choose(&format!("{x} < {y}"), then, otherwise),
        // Of equal ones, and beside NaN, the same as the standard library's.
        (Op::Max, [x, y]) => language.choose(&format!("{x} < {y} || {}", language.is_nan(x)), y, x),
        (Op::Min, [x, y]) => language.choose(&format!("{y} < {x} || {}", language.is_nan(x)), y, x),
        (Op::Clamp, [x, low, high]) => {
            let below_high = language.choose(&format!("{x} > {high}"), high, x);
            language.choose(&format!("{x} < {low}"), low, &below_high)
        }
        (Op::AbsSub, [x, y]) => language.choose(&format!("{x} <= {y}"), &language.constant(0.0), &format!("{x} - {y}")),
        (Op::Copysign, [x, y]) => language.copysign(x, y),
        (Op::MulAdd, [x, y, z]) => match language {
            Language::C => format!("fma({x}, {y}, {z})"),
            Language::Rust { libm: true } => format!("libm::fma({x}, {y}, {z})"),
            Language::Rust { libm: false } => format!("f64::mul_add({x}, {y}, {z})"),
        },
        (Op::Detach | Op::FromPartials, [x, ..]) => x.clone(),
        (Op::Dot, []) => language.constant(-0.0),
        (Op::Dot, pairs) => {
            let products: Vec<String> =
                pairs.chunks_exact(2).map(|pair| format!("{} * {}", pair[0], pair[1])).collect();
            products.join(" + ")
        }
        (Op::Rule(rule) | Op::First(rule) | Op::Second(rule) | Op::Reduction(rule), operands) => {
            context.call(&body.rules[rule as usize], None, operands, node.place)?
        }
        (Op::Slope(rule, by), operands) => context.call(&body.rules[rule as usize], Some(by), operands, node.place)?,
        (op, operands) => unreachable!("{op:?} of {} operands", operands.len()),
    })
}

/// Whether a guard has its answer.
pub(super) fn holds(language: Language, question: Question, answer: u64, [x, y]: [&str; 2]) -> String {
    let size = language.magnitude(x);
    let constant = |x: f64| language.constant(x);
    let (least, largest) = (constant(f64::MIN_POSITIVE), constant(f64::MAX));
    let sign = language.copysign(&constant(1.0), x);
    let is = |condition: String| if answer == 0 { format!("!({condition})") } else { condition };
    let class = |class: FpCategory| match class {
        FpCategory::Nan => language.is_nan(x),
        FpCategory::Infinite => format!("{size} > {largest}"),
        FpCategory::Zero => format!("{x} == 0.0"),
        FpCategory::Subnormal => format!("{x} != 0.0 && {size} < {least}"),
        FpCategory::Normal => format!("{size} >= {least} && {size} <= {largest}"),
    };
    match question {
        Question::Less => is(format!("{x} < {y}")),
        Question::LessOrEqual => is(format!("{x} <= {y}")),
        Question::Greater => is(format!("{x} > {y}")),
        Question::GreaterOrEqual => is(format!("{x} >= {y}")),
        Question::Equal => is(format!("{x} == {y}")),
        Question::Order => match answer {
            0 => format!("{x} < {y}"),
            1 => format!("{x} == {y}"),
            2 => format!("{x} > {y}"),
            _ => format!("!({x} <= {y} || {x} > {y})"),
        },
        Question::IsNan => is(language.is_nan(x)),
        Question::IsInfinite => is(class(FpCategory::Infinite)),
        Question::IsFinite => is(format!("{size} <= {largest}")),
        Question::IsNormal => is(class(FpCategory::Normal)),
        Question::IsSubnormal => is(class(FpCategory::Subnormal)),
        Question::IsSignPositive => is(format!("{sign} > 0.0")),
        Question::IsSignNegative => is(format!("{sign} < 0.0")),
        Question::Class => {
            const CLASSES: [FpCategory; 5] =
                [FpCategory::Nan, FpCategory::Infinite, FpCategory::Zero, FpCategory::Subnormal, FpCategory::Normal];
            let recorded = CLASSES.into_iter().find(|&class| class as u64 == answer);
            class(recorded.expect("the answer is a class"))
        }
        Question::Value => {
            let value = f64::from_bits(answer);
            match value.is_nan() {
                true => language.is_nan(x),
                false => {
                    let order = if value.is_sign_negative() { '<' } else { '>' };
                    format!("{x} == {} && {sign} {order} 0.0", constant(value))
                }
            }
        }
    }
}

/// Whether a condition holds, without any decision.
pub(super) fn condition(language: Language, condition: Condition, x: &str) -> String {
    let size = language.magnitude(x);
    let constant = |x: f64| language.constant(x);
    match condition {
        Condition::NotNan => language.either(format!("{x} == {x}"), format!("!f64::is_nan({x})")),
        Condition::Central { nested, or_zero } => {
            let (least, largest) = middle::<f64>(nested);
            let zero = if or_zero { format!(" || {x} == 0.0") } else { String::new() };
            format!("({size} > {} && {size} < {}){zero}", constant(least), constant(largest))
        }
        Condition::NotLarge { nested } => format!("{size} < {}", constant(middle::<f64>(nested).1)),
        Condition::AtMostOne => format!("{size} <= 1.0"),
    }
}
