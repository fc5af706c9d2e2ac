//! The operations of a program, one after the other: the one place that knows how their bytes are read, and what they compute.

use super::format::*;
use crate::float::{Condition, Primitive, Question};
use core::marker::PhantomData;

/// A place in two or in four bytes.
pub(super) trait Word: Copy {
    const BYTES: usize;
    fn of(bytes: &[u8]) -> u32;
}

#[derive(Clone, Copy)]
pub(super) struct Narrow;

#[derive(Clone, Copy)]
pub(super) struct Wide;

impl Word for Narrow {
    const BYTES: usize = 2;
    #[inline(always)]
    fn of(bytes: &[u8]) -> u32 {
        bytes.first_chunk().map_or(0, |&bytes| u16::from_le_bytes(bytes).into())
    }
}

impl Word for Wide {
    const BYTES: usize = 4;
    #[inline(always)]
    fn of(bytes: &[u8]) -> u32 {
        bytes.first_chunk().map_or(0, |&bytes| u32::from_le_bytes(bytes))
    }
}

/// A list of places.
#[derive(Clone, Copy)]
pub(super) struct Places<'a, W> {
    bytes: &'a [u8],
    word: PhantomData<W>,
}

impl<W: Word> Places<'_, W> {
    pub(super) fn len(self) -> usize {
        self.bytes.len() / W::BYTES
    }
    /// The place with the number `k`; 0 if there is none.
    #[inline]
    pub(super) fn get(self, k: usize) -> u32 {
        W::of(self.bytes.get(k * W::BYTES..).unwrap_or_default())
    }
}

/// A derivative of a rule, from its arguments and its value.
pub(super) enum Slope {
    OfOne { x: u32, y: u32 },
    OfTwo { by: usize, x: u32, y: u32, z: u32 },
}

/// What is done with the operations of a program: they are checked, or run.
pub(super) trait Visitor<B: Primitive> {
    type Error;
    /// `f` of the numbers at some places.
    fn compute<const N: usize>(
        &mut self,
        from: [u32; N],
        to: u32,
        f: impl FnOnce([B; N]) -> B,
    ) -> Result<(), Self::Error>;
    fn clamp(&mut self, from: [u32; 3], to: u32) -> Result<(), Self::Error>;
    fn dot<W: Word>(&mut self, from: Places<W>, to: u32) -> Result<(), Self::Error>;
    fn unary(&mut self, rule: u32, x: u32, to: u32) -> Result<(), Self::Error>;
    fn binary(&mut self, rule: u32, from: [u32; 2], to: u32) -> Result<(), Self::Error>;
    fn reduction<W: Word>(&mut self, rule: u32, from: Places<W>, to: u32) -> Result<(), Self::Error>;
    fn pair(&mut self, rule: u32, x: u32, to: [u32; 2]) -> Result<(), Self::Error>;
    fn slope(&mut self, rule: u32, slope: Slope, to: u32) -> Result<(), Self::Error>;
    fn guard(&mut self, question: Question, about: [u32; 2], answer: u64) -> Result<(), Self::Error>;
    fn condition(&mut self, condition: Condition, about: u32) -> Result<(), Self::Error>;
}

/// Where reading goes on.
struct Cursor<'a, W> {
    rest: &'a [u8],
    word: PhantomData<W>,
}

impl<'a, W: Word> Cursor<'a, W> {
    #[inline(always)]
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }
    #[inline(always)]
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }
    #[inline(always)]
    fn words<const N: usize>(&mut self) -> Option<[u32; N]> {
        let bytes = self.bytes(N * W::BYTES)?;
        Some(core::array::from_fn(|k| W::of(&bytes[k * W::BYTES..])))
    }
    /// A number, and so many places.
    fn places(&mut self) -> Option<Places<'a, W>> {
        let [count] = self.words()?;
        let bytes = self.bytes((count as usize).checked_mul(W::BYTES)?)?;
        Some(Places { bytes, word: PhantomData })
    }
    /// The operands and the result of an operation.
    #[inline(always)]
    fn operation<const N: usize>(&mut self) -> Option<([u32; N], u32)> {
        Some((self.words()?, self.words::<1>()?[0]))
    }
}

/// Shows the operations to a visitor. What it says is an error is returned; `Err(None)` if the bytes are no operations, with the number
/// of those that are left.
pub(super) fn walk<B: Primitive, W: Word, V: Visitor<B>>(
    code: &[u8],
    visitor: &mut V,
) -> Result<(), (Option<V::Error>, usize)> {
    let mut cursor = Cursor::<W> { rest: code, word: PhantomData };
    while !cursor.rest.is_empty() {
        match step(&mut cursor, visitor) {
            Some(Ok(())) => {}
            Some(Err(error)) => return Err((Some(error), cursor.rest.len())),
            None => return Err((None, cursor.rest.len())),
        }
    }
    Ok(())
}

/// Shows one operation, if there is one.
#[inline(always)]
fn step<B: Primitive, W: Word, V: Visitor<B>>(cursor: &mut Cursor<W>, visitor: &mut V) -> Option<Result<(), V::Error>> {
    // What is computed from the operands.
    macro_rules! compute {
        ([$($x:ident),*] $value:expr) => {{
            let (from, to) = cursor.operation()?;
            visitor.compute(from, to, |[$($x),*]: [B; _]| $value)
        }};
    }
    Some(match cursor.byte()? {
        ADD => compute!([a, b] a + b),
        SUB => compute!([a, b] a - b),
        MUL => compute!([a, b] a * b),
        DIV => compute!([a, b] a / b),
        NEG => compute!([a] - a),
        MUL_ADD => compute!([a, b, c] a * b + c),
        MUL_SUB => compute!([a, b, c] a * b - c),
        SUB_MUL => compute!([a, b, c] c - a * b),
        CHOOSE => compute!([a, b, c, d] if a < b { c } else { d }),
        MAX => compute!([a, b] a.max(b)),
        MIN => compute!([a, b] a.min(b)),
        ABS_SUB => compute!([a, b] a.abs_sub(b)),
        COPYSIGN => compute!([a, b] a.copysign(b)),
        FUSED_MUL_ADD => compute!([a, b, c] a.mul_add(b, c)),
        other => return step_of_other(other, cursor, visitor),
    })
}

/// The same of an operation that is not plain arithmetic.
fn step_of_other<B: Primitive, W: Word, V: Visitor<B>>(
    operation: u8,
    cursor: &mut Cursor<W>,
    visitor: &mut V,
) -> Option<Result<(), V::Error>> {
    Some(match operation {
        CLAMP => {
            let (from, to) = cursor.operation()?;
            visitor.clamp(from, to)
        }
        DOT => {
            let from = cursor.places()?;
            visitor.dot(from, cursor.words::<1>()?[0])
        }
        RULE => {
            let [rule, x, to] = cursor.words()?;
            visitor.unary(rule, x, to)
        }
        RULE_OF_TWO => {
            let [rule, x, y, to] = cursor.words()?;
            visitor.binary(rule, [x, y], to)
        }
        RULE_OF_MANY => {
            let [rule] = cursor.words()?;
            let from = cursor.places()?;
            visitor.reduction(rule, from, cursor.words::<1>()?[0])
        }
        PAIR => {
            let [rule, x, first, second] = cursor.words()?;
            visitor.pair(rule, x, [first, second])
        }
        SLOPE => {
            let [rule, x, y, to] = cursor.words()?;
            visitor.slope(rule, Slope::OfOne { x, y }, to)
        }
        SLOPE_BY_X | SLOPE_BY_Y => {
            let [rule, x, y, z, to] = cursor.words()?;
            visitor.slope(rule, Slope::OfTwo { by: (operation - SLOPE_BY_X).into(), x, y, z }, to)
        }
        GUARD => {
            let question = *Question::ALL.get(usize::from(cursor.byte()?))?;
            let answer = cursor.byte()?;
            visitor.guard(question, cursor.words()?, answer.into())
        }
        GUARD_OF_VALUE => {
            let [x] = cursor.words()?;
            visitor.guard(Question::Value, [x, x], u64::from_le_bytes(*cursor.bytes(8)?.first_chunk()?))
        }
        CONDITION => {
            let condition = *Condition::ALL.get(usize::from(cursor.byte()?))?;
            visitor.condition(condition, cursor.words::<1>()?[0])
        }
        _ => return None,
    })
}
