//! The check of a program when it is read. What has passed it is run without looking again.

use super::Program;
use super::code::{Narrow, Places, Slope, Visitor, Wide, Word, walk};
use super::error::{ReadError, RuleName};
use super::format::{AT_CHECKSUM, AT_VERSION, HEADER, Header, MAGIC, VERSION, checksum, u32_at};
use super::rules::Rules;
use crate::float::{Condition, Primitive, Question};
use crate::rules::row::Function;

/// The header of a program that is whole, of this version and of numbers of this type.
pub(super) fn header<B: Primitive>(bytes: &[u8]) -> Result<Header, ReadError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(ReadError::NotAProgram);
    }
    if let Some(&version) = bytes.get(AT_VERSION..).and_then(|bytes| bytes.first_chunk()) {
        let found = u16::from_le_bytes(version);
        if found != VERSION {
            return Err(ReadError::Version { found });
        }
    }
    let length = |expected: u64| ReadError::Length { expected, found: bytes.len() };
    let start: &[u8; HEADER] = bytes.first_chunk().ok_or(length(HEADER as u64))?;
    let whole = u64::from(u32_at(start, 16));
    if whole != bytes.len() as u64 {
        return Err(length(whole));
    }
    if checksum(bytes) != u32_at(start, AT_CHECKSUM) {
        return Err(ReadError::Checksum);
    }
    let header = Header::of(start).ok_or(ReadError::Malformed { what: "the header contradicts itself", at: 10 })?;
    if header.is_single != B::IS_SINGLE {
        return Err(ReadError::Precision { is_single: header.is_single });
    }
    Ok(header)
}

/// Checks everything behind the header.
pub(super) fn check<B: Primitive>(program: &Program<'_, B>, rules: Rules<B>) -> Result<(), ReadError> {
    let ends = program.header.ends();
    let malformed = |what, at: u64| ReadError::Malformed { what, at: at as usize };
    let outputs = (0..program.outputs()).map(|k| program.output(k));
    if outputs.into_iter().any(|place| u64::from(place) >= program.header.places()) {
        return Err(malformed("the place of a result is outside", ends.constants));
    }
    for k in 0..program.header.rules {
        let at = ends.outputs + 4 * u64::from(k);
        let record = program.record(k).ok_or(malformed("a rule is outside of the list of rules", at))?;
        let name = RuleName::new(record.name).ok_or(malformed("the name of a rule is none", at))?;
        let row = rules.find(record.name).ok_or(ReadError::UnknownRule(name))?;
        if record.count() != row.count || !(row.is_rule)(&record.parameters()) {
            return Err(malformed("a rule has parameters that it does not take", at));
        }
    }
    let mut check = Check { program, guards: 0, operations: 0 };
    let walked = if program.header.is_wide {
        walk::<B, Wide, _>(program.code, &mut check)
    } else {
        walk::<B, Narrow, _>(program.code, &mut check)
    };
    let counted = [check.guards, check.operations];
    walked.map_err(|(what, left)| malformed(what.unwrap_or("this is no operation"), ends.code - left as u64))?;
    if counted != [program.header.guards, program.header.operations] {
        return Err(malformed("the header counts other operations or guards", 52));
    }
    Ok(())
}

struct Check<'a, 'b, B: Primitive> {
    program: &'a Program<'b, B>,
    guards: u32,
    operations: u32,
}

/// What is wrong.
type Checked = Result<(), &'static str>;

impl<B: Primitive> Check<'_, '_, B> {
    fn places(&self, places: impl IntoIterator<Item = u32>) -> Checked {
        let count = self.program.header.places();
        let is_inside = places.into_iter().all(|place| u64::from(place) < count);
        if is_inside { Ok(()) } else { Err("an operand is outside") }
    }

    fn operation(&mut self, from: impl IntoIterator<Item = u32>, to: u32) -> Checked {
        self.operations += 1;
        self.places(from)?;
        if to < self.program.header.cells { Ok(()) } else { Err("a result is outside of the work space") }
    }

    fn all<'a, W: Word + 'a>(places: Places<'a, W>) -> impl Iterator<Item = u32> + 'a {
        (0..places.len()).map(move |k| places.get(k))
    }

    fn rule(&self, rule: u32, fits: impl FnOnce(&Function<B>) -> bool) -> Checked {
        match self.program.rule(rule) {
            Some((row, _)) if fits(&row.function) => Ok(()),
            Some(_) => Err("a rule takes other arguments"),
            None => Err("there is no such rule"),
        }
    }
}

impl<B: Primitive> Visitor<B> for Check<'_, '_, B> {
    type Error = &'static str;

    fn compute<const N: usize>(&mut self, from: [u32; N], to: u32, _: impl FnOnce([B; N]) -> B) -> Checked {
        self.operation(from, to)
    }
    fn clamp(&mut self, from: [u32; 3], to: u32) -> Checked {
        self.operation(from, to)
    }
    fn dot<W: Word>(&mut self, from: Places<'_, W>, to: u32) -> Checked {
        self.operation(Self::all(from), to)?;
        if from.len().is_multiple_of(2) { Ok(()) } else { Err("an operand of pairs has none beside it") }
    }
    fn unary(&mut self, rule: u32, x: u32, to: u32) -> Checked {
        self.rule(rule, |function| matches!(function, Function::One(_)))?;
        self.operation([x], to)
    }
    fn binary(&mut self, rule: u32, from: [u32; 2], to: u32) -> Checked {
        self.rule(rule, |function| matches!(function, Function::Two(_)))?;
        self.operation(from, to)
    }
    fn reduction<W: Word>(&mut self, rule: u32, from: Places<'_, W>, to: u32) -> Checked {
        self.rule(rule, |function| matches!(function, Function::Many(_)))?;
        self.operation(Self::all(from), to)
    }
    fn pair(&mut self, rule: u32, x: u32, [first, second]: [u32; 2]) -> Checked {
        self.rule(rule, |function| matches!(function, Function::One(one) if one.both.is_some()))?;
        self.operation([x, second], first)?;
        self.operation([], second)
    }
    fn slope(&mut self, rule: u32, slope: Slope, to: u32) -> Checked {
        match slope {
            Slope::OfOne { x, y } => {
                self.rule(rule, |function| matches!(function, Function::One(_)))?;
                self.operation([x, y], to)
            }
            Slope::OfTwo { x, y, z, .. } => {
                self.rule(rule, |function| matches!(function, Function::Two(_)))?;
                self.operation([x, y, z], to)
            }
        }
    }
    fn guard(&mut self, _: Question, about: [u32; 2], _: u64) -> Checked {
        self.guards += 1;
        self.places(about)
    }
    fn condition(&mut self, _: Condition, about: u32) -> Checked {
        self.places([about])
    }
}
