//! Recorded functions without a host: a graph as bytes, evaluated by a program that has neither the standard library nor memory
//! management.
//!
//! On the host, with the feature `graph`, a function is recorded, differentiated and written (`graph::Graph::to_bytes`,
//! `graph::Program::to_bytes`). On the microcontroller the bytes lie in read-only memory. They are [read](Program::read), which checks them,
//! and [called](Program::call), which allocates nothing. Numbers have the bits that they have on a host with the same mathematical library
//! (`std` or `libm`).
//!
//! ```
//! # #[cfg(feature = "graph")] {
//! use dualtape::graph::{Graph, Traced};
//! use dualtape::replay::Program;
//!
//! // On the host, once: value and gradient of x sin y.
//! let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1].sin(), &[1.0, 1.0]);
//! let bytes =
//!     graph.value_and_gradient().to_bytes().expect("the sine is no rule of our own");
//!
//! // On the microcontroller, with `include_bytes!`:
//! let program = Program::read(&bytes).expect("nobody altered it");
//! let (mut work, mut out) = ([0.0; 3], [0.0; 3]);
//! assert_eq!(program.work_len(), work.len());
//! program.call(&[2.0, 0.0], &mut work, &mut out).expect("there is no branch");
//! assert_eq!(out, [0.0, 0.0, 2.0]);
//! # }
//! ```
//!
//! A function of a user's own and methods of `LinearAlgebra` cannot be written, since nobody could find them again; `to_bytes` says so.
//! Where the answer of a guard changes, and where a derivative needs the drivers, a call is an [error](CallError), and never a wrong
//! number.
//!
//! # The format, version 1
//!
//! All numbers are in little-endian order, whatever the processor, and stand side by side, without regard to alignment. A program begins
//! with a header of 64 bytes:
//!
//! | bytes | |
//! |---|---|
//! | 0 to 7 | `dualtape` in ASCII |
//! | 8, 9 | the version, 1 |
//! | 10 | the bytes of a number: 8 for `f64`, 4 for `f32` |
//! | 11 | the bytes of a word, which is a place, a count or the number of a rule: 2 or 4 |
//! | 12 | 1 if the results are derivatives, which have to be finite, else 0 |
//! | 13 to 15 | 0 |
//! | 16 | the bytes of the whole program, as all counts that follow in four bytes |
//! | 20, 24, 28 | the numbers of inputs, of those that are differentiated, and of results |
//! | 32 | the number of cells of work space |
//! | 36 | the number of constants |
//! | 40, 44 | the number of rules, and the bytes of their list |
//! | 48, 52 | the numbers of guards and of results of operations |
//! | 56 | the bytes of the operations |
//! | 60 | the checksum: CRC-32 with the reversed polynomial `edb88320`, from and to `ffffffff`, of all bytes but these four |
//!
//! What it counts follows, in this order: the constants; for each result the word of its place; for each rule where it begins in the list of
//! rules, in four bytes; the list of rules; the operations, to the end of the program.
//!
//! A **place** is that of a number: first the cells, then the inputs, then the constants. A **rule** in the list is the length of its name,
//! the number of its parameters, each a byte, its name in UTF-8, and its parameters, eight bytes each. Names are those of the rows of
//! [`rules`](crate::rules), [`slices`](crate::slices) and [`special`](crate::special), and are what holds through releases; parameters are
//! `f64`, or integers with sign. An **operation** is a byte and what the table has:
//!
//! | byte | then | computed |
//! |---|---|---|
//! | 0, 1, 2, 3 | places of `a`, `b`, result | `a + b`, `a - b`, `a * b`, `a / b` |
//! | 4 | `a`, result | `-a` |
//! | 5, 6, 7 | `a`, `b`, `c`, result | `a * b + c`, `a * b - c`, `c - a * b`, with two roundings |
//! | 8 | `a`, `b`, `c`, `d`, result | `c` if `a < b`, else `d` |
//! | 9, 10 | `a`, `b`, result | the larger, the smaller one, as `f64::max` and `f64::min` |
//! | 11 | `a`, `b`, `c`, result | `a.clamp(b, c)` |
//! | 12 | `a`, `b`, result | `a - b`, or 0 if that is less |
//! | 13 | `a`, `b`, result | `a.copysign(b)` |
//! | 14 | `a`, `b`, `c`, result | `a * b + c` with one rounding |
//! | 15 | number of operands, operands, result | the sum of the products of the first two, the next two, and so on, from the left |
//! | 16, 17 | rule, one or two operands, result | the rule |
//! | 18 | rule, number of operands, operands, result | the rule of any number of arguments |
//! | 19 | rule, operand, two results | both of a pair: `sin`, which begins one, and `cos` |
//! | 20 | rule, `x`, `y`, result | the derivative of the rule at `x`, where it has the value `y` |
//! | 21, 22 | rule, `x`, `y`, `z`, result | the derivative by `x` or by `y` of the rule at `x`, `y`, where it has the value `z` |
//! | 23 | byte of a question, byte of its answer, two places | a guard, which is asked at once |
//! | 24 | a place, eight bytes | a guard: the number there is this `f64`, to the bit |
//! | 25 | byte of a condition, a place | where it does not hold, plain arithmetic is not enough for the derivatives |
//!
//! **Questions** are `<`, `<=`, `>`, `>=`, `==` (0 to 4), the order (5; less 0, equal 1, greater 2, unordered 3), and of the first number alone
//! `is_nan`, `is_infinite`, `is_finite`, `is_normal`, `is_subnormal`, `is_sign_positive`, `is_sign_negative` (6 to 12; no 0, yes 1), and the
//! class (13; NaN 0, infinite 1, zero 2, subnormal 3, normal 4). **Conditions** are that a number is not NaN (0); is between -1 and 1 (1); has a
//! size between 1e-150 and 1e150 (2), or that or zero (3), between 1e-60 and 1e60 (4), or that or zero (5); is below 1e150 (6), below 1e60 (7)
//! in size. For `f32` the bounds are 1e18 and 1e7.
//!
//! A reader checks that every place, rule and count is inside of what the header says, and that a result goes to a cell. There are no
//! jumps, so a program ends after as many operations as it has.

mod check;
mod code;
mod error;
pub(crate) mod format;
mod rules;
mod run;

pub use error::{BranchChanged, CallError, ReadError, RuleName};
pub use rules::Rules;

use crate::float::Primitive;
use crate::rules::row::{MOST_PARAMETERS, Parameters, Row};
use code::{Narrow, Wide, Word as _, walk};
use core::fmt;
use format::{HEADER, Header, u32_at};
use run::Run;

/// How many rules a program finds again at once. Those beyond are looked up by their names at each use.
const KNOWN: usize = 24;

/// A program that was read: it borrows the bytes.
///
/// Its numbers are `f64`, or `f32` if it was written by a `Graph<f32>`.
pub struct Program<'a, B: 'static = f64> {
    header: Header,
    constants: &'a [u8],
    outputs: &'a [u8],
    offsets: &'a [u8],
    names: &'a [u8],
    code: &'a [u8],
    rules: Rules<B>,
    known: [Option<&'static Row<B>>; KNOWN],
}

impl<B> Clone for Program<'_, B> {
    fn clone(&self) -> Self {
        Program { ..*self }
    }
}

impl<'a, B: Primitive> Program<'a, B> {
    /// The program that the bytes are, checked.
    ///
    /// It may call the elementary rules, [`Rules::ELEMENTARY`]; [`Program::read_with`] takes others.
    ///
    /// Bytes that were cut off or altered are an error. Whatever the bytes are, reading and calling end after a time in proportion to their
    /// length, and do no harm.
    ///
    /// Cost: each byte is looked at twice. Nothing is copied but the header.
    ///
    /// # Errors
    /// See [`ReadError`].
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "graph")] {
    /// use dualtape::graph::{Graph, Traced};
    /// use dualtape::replay::{Program, ReadError};
    ///
    /// let mut bytes =
    ///     Graph::record_fn(|x: &[Traced]| x[0].exp() + 1.0, &[1.0]).to_bytes().unwrap();
    /// let program = Program::<f64>::read(&bytes).unwrap();
    /// assert_eq!((program.inputs(), program.outputs(), program.work_len()), (1, 1, 1));
    ///
    /// bytes[70] ^= 1;
    /// assert_eq!(Program::<f64>::read(&bytes).unwrap_err(), ReadError::Checksum);
    /// # }
    /// ```
    pub fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        Program::read_with(bytes, Rules::ELEMENTARY)
    }

    /// [`Program::read`] with more rules or fewer: those that the firmware contains.
    ///
    /// # Errors
    /// See [`ReadError`]; a rule that the program calls and that is not among these is one.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "graph")] {
    /// use dualtape::graph::{Graph, Traced};
    /// use dualtape::replay::{Program, Rules};
    ///
    /// let bytes = Graph::record_fn(|x: &[Traced]| x[0].exp(), &[1.0]).to_bytes().unwrap();
    /// assert!(Program::<f64>::read_with(&bytes, Rules::ELEMENTARY).is_ok());
    /// let error = Program::<f64>::read_with(&bytes, Rules::ARITHMETIC).unwrap_err();
    /// let expected = "dualtape: the program calls `exp`, which is not among the rules \
    ///     it is read with; `read_with` takes others, `Rules::ALL` for instance";
    /// assert_eq!(error.to_string(), expected);
    /// # }
    /// ```
    pub fn read_with(bytes: &'a [u8], rules: Rules<B>) -> Result<Self, ReadError> {
        let header = check::header::<B>(bytes)?;
        let ends = header.ends();
        // The header says how many bytes there are, and so many there are.
        let part = |from: u64, to: u64| bytes.get(from as usize..to as usize).unwrap_or_default();
        let mut program = Program {
            header,
            constants: part(HEADER as u64, ends.constants),
            outputs: part(ends.constants, ends.outputs),
            offsets: part(ends.outputs, ends.rules),
            names: part(ends.rules, ends.names),
            code: part(ends.names, ends.code),
            rules,
            known: [None; KNOWN],
        };
        for k in 0..header.rules.min(KNOWN as u32) {
            program.known[k as usize] = program.record(k).and_then(|record| rules.find(record.name));
        }
        check::check(&program, rules)?;
        Ok(program)
    }

    /// Writes the results at `x` to `out`.
    ///
    /// `work` is the space for numbers in between, [`Program::work_len`] of them or more; what is in it before does not matter.
    ///
    /// # Errors
    /// See [`CallError`]. Then `out` is left as it was.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "graph")] {
    /// use dualtape::graph::{Graph, Traced};
    /// use dualtape::replay::{CallError, Program};
    ///
    /// let graph = Graph::record_fn(
    ///     |x: &[Traced]| if x[0] < 1.0 { x[0] * 2.0 } else { x[0] + 1.0 },
    ///     &[0.5],
    /// );
    /// let bytes = graph.to_bytes().unwrap();
    /// let program = Program::read(&bytes).unwrap();
    /// let (mut work, mut out) = ([0.0; 1], [0.0]);
    /// assert_eq!(program.call(&[0.25], &mut work, &mut out), Ok(()));
    /// assert_eq!(out, [0.5]);
    /// match program.call(&[3.0], &mut work, &mut out) {
    ///     Err(CallError::BranchChanged(changed)) => {
    ///         assert_eq!((changed.guard(), changed.values()), (0, [3.0, 1.0]));
    ///     }
    ///     other => panic!("{other:?}"),
    /// }
    /// assert_eq!(out, [0.5]);
    /// # }
    /// ```
    pub fn call(&self, x: &[B], work: &mut [B], out: &mut [B]) -> Result<(), CallError> {
        if x.len() != self.inputs() {
            return Err(CallError::Inputs { expected: self.inputs(), found: x.len() });
        }
        if out.len() != self.outputs() {
            return Err(CallError::Outputs { expected: self.outputs(), found: out.len() });
        }
        let found = work.len();
        let Some(cells) = work.get_mut(..self.work_len()) else {
            return Err(CallError::Work { needed: self.work_len(), found });
        };
        let mut run = Run { program: self, x, cells, guards: 0 };
        let walked = if self.header.is_wide {
            walk::<B, Wide, _>(self.code, &mut run)
        } else {
            walk::<B, Narrow, _>(self.code, &mut run)
        };
        walked.map_err(|(error, _)| error.unwrap_or_else(|| unreachable!("it was checked on reading")))?;
        let results = (0..out.len()).map(|k| run.read(self.output(k)));
        if self.header.is_derivative && !results.clone().all(|y| y.is_finite()) {
            return Err(CallError::NotPlain);
        }
        out.iter_mut().zip(results).for_each(|(out, y)| *out = y);
        Ok(())
    }

    /// How many inputs there are: variables and data.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.header.inputs as usize
    }

    /// How many of the inputs are differentiated in derivatives of the program: the first ones. The others are data.
    #[must_use]
    pub fn variables(&self) -> usize {
        self.header.variables as usize
    }

    /// How many results there are.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.header.outputs as usize
    }

    /// How many numbers of work space a call needs.
    #[must_use]
    pub fn work_len(&self) -> usize {
        self.header.cells as usize
    }

    /// How many guards a call asks.
    #[must_use]
    pub fn guards(&self) -> usize {
        self.header.guards as usize
    }

    /// How many numbers the operations of a call compute.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.header.operations as usize
    }

    /// The place of a result.
    fn output(&self, k: usize) -> u32 {
        let bytes = self.outputs.get(k * self.header.word()..).unwrap_or_default();
        if self.header.is_wide { Wide::of(bytes) } else { Narrow::of(bytes) }
    }

    /// A constant; NaN if there is none.
    fn constant(&self, k: usize) -> B {
        let bytes = self.constants.get(k * self.header.number()..).unwrap_or_default();
        if B::IS_SINGLE {
            bytes.first_chunk().map_or_else(B::nan, |&bytes| B::nearest(f32::from_le_bytes(bytes).into()))
        } else {
            bytes.first_chunk().map_or_else(B::nan, |&bytes| B::nearest(f64::from_le_bytes(bytes)))
        }
    }

    /// What the list of rules says about one.
    fn record(&self, k: u32) -> Option<Record<'a>> {
        let at = (k as usize).checked_mul(4).filter(|at| at + 4 <= self.offsets.len())?;
        let bytes = self.names.get(u32_at(self.offsets, at) as usize..)?;
        let (&[length, count], rest) = bytes.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(length.into())?;
        let parameters = rest.get(..8 * usize::from(count))?;
        Some(Record { name, parameters }).filter(|record| record.count() <= MOST_PARAMETERS)
    }

    /// A rule and its parameters.
    #[inline]
    fn rule(&self, k: u32) -> Option<(&'static Row<B>, Parameters)> {
        match self.known.get(k as usize) {
            Some(&Some(row)) if row.count == 0 => Some((row, Parameters::default())),
            _ => {
                let record = self.record(k)?;
                Some((self.rules.find(record.name)?, record.parameters()))
            }
        }
    }
}

/// A rule in the list.
struct Record<'a> {
    name: &'a [u8],
    parameters: &'a [u8],
}

impl Record<'_> {
    fn count(&self) -> usize {
        self.parameters.len() / 8
    }
    fn parameters(&self) -> Parameters {
        let mut words = self.parameters.as_chunks().0.iter().map(|&word| u64::from_le_bytes(word));
        core::array::from_fn(|_| words.next().unwrap_or(0))
    }
}

impl<B: Primitive> fmt::Debug for Program<'_, B> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Program")
            .field("inputs", &self.inputs())
            .field("outputs", &self.outputs())
            .field("work_len", &self.work_len())
            .field("operations", &self.operations())
            .field("guards", &self.guards())
            .finish_non_exhaustive()
    }
}
