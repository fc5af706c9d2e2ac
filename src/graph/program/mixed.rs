//! Operations of several kinds as one: every sum, difference and product is `±a * b ± c`, to the bit.
//!
//! A decision what to do next takes as long as three operations, and longer where it cannot be predicted. Where there are no
//! operations of one kind that could run together, as in recurrences, those of several kinds are run by one piece of code without any
//! decision. `x + y` is `x * 1 + y`, and `x * y` is `x * y - 0`: adding a negative zero changes nothing.

use super::super::body::Operand;
use super::code::{ADD, MINUS_C, MINUS_PRODUCT, MUL, MUL_ADD, MUL_SUB, NEG, SUB, SUB_MUL};

pub(super) const ONE: Operand = Operand::Constant(1.0_f64.to_bits());
pub(super) const MINUS_ZERO: Operand = Operand::Constant((-0.0_f64).to_bits());

/// Whether operations of a kind can be among them.
pub(super) fn is_mixed(kind: u32) -> bool {
    matches!(kind, ADD | SUB | MUL | NEG | MUL_ADD | MUL_SUB | SUB_MUL)
}

/// The bits and the three operands. Of a sum the later operand is not multiplied, since it is waited for.
pub(super) fn form(kind: u32, operands: &[Operand]) -> (u32, [Operand; 3]) {
    let is_later = |x: Operand, y: Operand| match (x, y) {
        (Operand::Node(x), Operand::Node(y)) => x > y,
        (_, y) => matches!(y, Operand::Constant(_)),
    };
    match (kind, operands) {
        (ADD, &[x, y]) if is_later(x, y) => (0, [y, ONE, x]),
        (ADD, &[x, y]) => (0, [x, ONE, y]),
        (SUB, &[x, y]) if is_later(x, y) => (MINUS_PRODUCT, [y, ONE, x]),
        (SUB, &[x, y]) => (MINUS_C, [x, ONE, y]),
        (MUL, &[x, y]) => (0, [x, y, MINUS_ZERO]),
        (NEG, &[x]) => (MINUS_PRODUCT, [x, ONE, MINUS_ZERO]),
        (MUL_ADD, &[a, b, c]) => (0, [a, b, c]),
        (MUL_SUB, &[a, b, c]) => (MINUS_C, [a, b, c]),
        (SUB_MUL, &[a, b, c]) => (MINUS_PRODUCT, [a, b, c]),
        _ => unreachable!("kind {kind} with {} operands has no such form", operands.len()),
    }
}
