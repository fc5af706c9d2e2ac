//! The words of a program: what they say, and what they compute.

use super::super::body::Op;
use super::super::operation::Operation;
use super::super::question::Question;
use std::sync::Arc;

// What a block does. Everything else is a call.
pub(super) const ADD: u32 = 0;
pub(super) const SUB: u32 = 1;
pub(super) const MUL: u32 = 2;
pub(super) const DIV: u32 = 3;
pub(super) const NEG: u32 = 4;

/// Of four operands: the third where the first is less than the second, else the fourth.
pub(super) const CHOOSE: u32 = 5;

/// `a * b + c` with two roundings.
pub(super) const MUL_ADD: u32 = 6;

/// `a * b - c` with two roundings.
pub(super) const MUL_SUB: u32 = 7;

/// `c - a * b` with two roundings.
pub(super) const SUB_MUL: u32 = 8;

/// How many kinds have blocks.
pub(super) const KINDS: u32 = 9;

/// How many operations a block may have. The first word of a block is `kind * SIZES.len() + position of the size`.
pub(super) const SIZES: [usize; 5] = [8, 4, 3, 2, 1];

/// The first word of calls. The number of the function follows, how often it is called, and the operands.
pub(super) const CALL: u32 = KINDS * SIZES.len() as u32;

// Chains: operations of one kind of which each takes the result of the one before. The words after the first are their number, the place
// of what the first takes, and the other operands.
/// `acc + a`.
pub(super) const ADD_CHAIN: u32 = CALL + 1;

/// `acc - a`.
pub(super) const SUB_CHAIN: u32 = CALL + 2;

/// `acc * a`.
pub(super) const MUL_CHAIN: u32 = CALL + 3;

/// `a * b + acc`.
pub(super) const DOT_CHAIN: u32 = CALL + 4;

/// `acc - a * b`.
pub(super) const SUB_DOT_CHAIN: u32 = CALL + 5;

/// `acc * a + b`.
pub(super) const HORNER_CHAIN: u32 = CALL + 6;

/// `acc * a - b`.
pub(super) const HORNER_SUB_CHAIN: u32 = CALL + 7;

/// Rows: operations of one kind whose operands are evenly spaced. The word is this and the kind; their number follows, and for each
/// operand its first place and the distance to the next, which is [`EVEN`] for 0.
pub(super) const ROW: u32 = CALL + 8;

/// Where distances have their 0.
pub(super) const EVEN: u32 = 1 << 15;

/// What follows goes to the place that is the next word.
pub(super) const GO: u32 = ROW + KINDS;

/// A function of one argument that takes its own result, again and again. The number of the function follows, how often, and the place
/// of the first argument.
pub(super) const CALL_CHAIN: u32 = GO + 1;

/// Two chains of `acc * a + b` side by side, of which the second may take results of the first. Their length follows, the places of what
/// the first of each takes, and the other operands by turns, two for the one and two for the other.
pub(super) const HORNER_PAIR: u32 = GO + 3;

/// Operations of several kinds, one after the other, that are all computed as `±a * b ± c`. Their number follows, and where the next
/// result goes that is kept, and the next one that is not; and for each operation a word of bits and the three places.
pub(super) const MIXED: u32 = GO + 2;

// The bits of an operation of these: the product is negated, `c` is negated, and the result is not kept.
pub(super) const MINUS_PRODUCT: u32 = 1;
pub(super) const MINUS_C: u32 = 2;
pub(super) const PASSES: u32 = 4;

/// `±a * b ± c`
#[inline(always)]
pub(super) fn mixed(bits: u32, a: f64, b: f64, c: f64) -> f64 {
    let negated = |x: f64, bits: u32| f64::from_bits(x.to_bits() ^ (u64::from(bits) << 63));
    negated(a, bits) * b + negated(c, bits >> 1)
}

/// How much memory words of 16 bits reach. A program that has more results than this gives the places of those that are used in their own
/// window to the next window.
pub(super) const SHORT: usize = 1 << 16;

/// Hands the table of what operations and chains compute to `$then!`, behind `$before`: the number, how many operands it takes from the
/// code, and the value. In a chain the first name is the result before.
macro_rules! operations {
    ($then:ident! $($before:tt)*) => {
        $then! {
            $($before)*
            kinds: {
                ADD / 2: [a, b] a + b;
                SUB / 2: [a, b] a - b;
                MUL / 2: [a, b] a * b;
                DIV / 2: [a, b] a / b;
                NEG / 1: [a] -a;
                CHOOSE / 4: [a, b, then, otherwise] if a < b { then } else { otherwise };
                MUL_ADD / 3: [a, b, c] a * b + c;
                MUL_SUB / 3: [a, b, c] a * b - c;
                SUB_MUL / 3: [a, b, c] c - a * b;
            }
            chains: {
                ADD_CHAIN / 1: acc, [a] acc + a;
                SUB_CHAIN / 1: acc, [a] acc - a;
                MUL_CHAIN / 1: acc, [a] acc * a;
                DOT_CHAIN / 2: acc, [a, b] a * b + acc;
                SUB_DOT_CHAIN / 2: acc, [a, b] acc - a * b;
                HORNER_CHAIN / 2: acc, [a, b] acc * a + b;
                HORNER_SUB_CHAIN / 2: acc, [a, b] acc * a - b;
            }
        }
    };
}

pub(super) use operations;

/// An operation that is computed by a call.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub of: Of,
    /// The number of operands.
    pub arity: usize,
    /// The number of results.
    pub results: usize,
    /// How long a call takes, see [`Unary::COST`](crate::rules::Unary::COST).
    pub cost: f64,
}

#[derive(Clone, Debug)]
pub(super) enum Of {
    Op(Op),
    Rule(Arc<dyn Operation>),
    /// The derivative of a rule by an argument.
    Slope(Arc<dyn Operation>, u8),
    /// A rule of one argument, and its derivative there.
    WithSlope(Arc<dyn Operation>),
    /// Two functions of one argument that share their work.
    Both(fn(f64) -> (f64, f64)),
}

/// The words of a program, of 16 bits where they fit.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Short(Box<[u16]>),
    Long(Box<[u32]>),
}

/// A guard, with the places of the two sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub question: Question,
    pub about: [u32; 2],
    pub answer: u64,
}
