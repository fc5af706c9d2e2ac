//! The interpreter.

use super::Program;
use super::code::{Places, Slope, Visitor, Word};
use super::error::{BranchChanged, CallError};
use crate::float::{Condition, Primitive, Question};
use crate::rules::row::{Arguments, Function, Parameters, Row};

/// A program at a point.
pub(super) struct Run<'a, 'b, B: Primitive> {
    pub program: &'a Program<'b, B>,
    pub x: &'a [B],
    /// As many cells as the header says.
    pub cells: &'a mut [B],
    /// How many guards were asked.
    pub guards: usize,
}

impl<B: Primitive> Run<'_, '_, B> {
    /// The number at a place: a cell, an input, or a constant.
    #[inline(always)]
    pub(super) fn read(&self, place: u32) -> B {
        match self.cells.get(place as usize) {
            Some(&x) => x,
            None => {
                let place = place as usize - self.cells.len();
                match self.x.get(place) {
                    Some(&x) => x,
                    None => self.program.constant(place - self.x.len()),
                }
            }
        }
    }

    #[inline(always)]
    fn write(&mut self, to: u32, value: B) -> Result<(), CallError> {
        self.cells[to as usize] = value;
        Ok(())
    }

    fn rule(&self, rule: u32) -> (&'static Row<B>, Parameters) {
        self.program.rule(rule).expect(CHECKED)
    }
}

/// What a program is when it is run.
const CHECKED: &str = "it was checked on reading";

impl<B: Primitive> Visitor<B> for Run<'_, '_, B> {
    type Error = CallError;

    #[inline(always)]
    fn compute<const N: usize>(
        &mut self,
        from: [u32; N],
        to: u32,
        f: impl FnOnce([B; N]) -> B,
    ) -> Result<(), CallError> {
        let value = f(from.map(|place| self.read(place)));
        self.write(to, value)
    }

    fn clamp(&mut self, from: [u32; 3], to: u32) -> Result<(), CallError> {
        let [x, low, high] = from.map(|place| self.read(place));
        // `f64::clamp` panics elsewhere, also where a bound is NaN.
        if low <= high { self.write(to, x.clamp(low, high)) } else { Err(CallError::EmptyInterval) }
    }

    fn dot<W: Word>(&mut self, from: Places<'_, W>, to: u32) -> Result<(), CallError> {
        let pairs = (0..from.len() / 2).map(|k| (self.read(from.get(2 * k)), self.read(from.get(2 * k + 1))));
        let value = B::dot(pairs);
        self.write(to, value)
    }

    fn unary(&mut self, rule: u32, x: u32, to: u32) -> Result<(), CallError> {
        let (Row { function: Function::One(one), .. }, parameters) = self.rule(rule) else { unreachable!("{CHECKED}") };
        self.write(to, (one.value)(&parameters, self.read(x)))
    }

    fn binary(&mut self, rule: u32, from: [u32; 2], to: u32) -> Result<(), CallError> {
        let (Row { function: Function::Two(two), .. }, parameters) = self.rule(rule) else { unreachable!("{CHECKED}") };
        let [x, y] = from.map(|place| self.read(place));
        self.write(to, (two.value)(&parameters, x, y))
    }

    fn reduction<W: Word>(&mut self, rule: u32, from: Places<'_, W>, to: u32) -> Result<(), CallError> {
        let (Row { function: Function::Many(many), .. }, parameters) = self.rule(rule) else {
            unreachable!("{CHECKED}")
        };
        let value = (many.value)(&parameters, Arguments::new(from.len(), &|k| self.read(from.get(k))));
        self.write(to, value)
    }

    fn pair(&mut self, rule: u32, x: u32, [first, second]: [u32; 2]) -> Result<(), CallError> {
        let (Row { function: Function::One(one), .. }, _) = self.rule(rule) else { unreachable!("{CHECKED}") };
        let (a, b) = one.both.expect(CHECKED)(self.read(x));
        self.write(first, a)?;
        self.write(second, b)
    }

    fn slope(&mut self, rule: u32, slope: Slope, to: u32) -> Result<(), CallError> {
        let (row, parameters) = self.rule(rule);
        let value = match (&row.function, slope) {
            (Function::One(one), Slope::OfOne { x, y }) => (one.slope)(&parameters, self.read(x), self.read(y)),
            (Function::Two(two), Slope::OfTwo { by, x, y, z }) => {
                two.slopes[by](&parameters, self.read(x), self.read(y), self.read(z))
            }
            _ => unreachable!("{CHECKED}"),
        };
        self.write(to, value)
    }

    fn guard(&mut self, question: Question, about: [u32; 2], answer: u64) -> Result<(), CallError> {
        let [x, y] = about.map(|place| self.read(place));
        let guard = self.guards;
        self.guards += 1;
        if question.answer(x, y) == answer {
            return Ok(());
        }
        Err(CallError::BranchChanged(BranchChanged { guard, values: [x.widen(), y.widen()] }))
    }

    fn condition(&mut self, condition: Condition, about: u32) -> Result<(), CallError> {
        if condition.holds(self.read(about)) { Ok(()) } else { Err(CallError::NotPlain) }
    }
}
