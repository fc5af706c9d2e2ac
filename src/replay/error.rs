//! What may be wrong with bytes, and with a call.

use super::format::VERSION;
use core::error::Error;
use core::fmt::{self, Display};

/// Why bytes are no program that can be run.
///
/// # Examples
/// ```
/// use dualtape::replay::{Program, ReadError};
///
/// let error = Program::<f64>::read(b"no program").unwrap_err();
/// assert_eq!(error, ReadError::NotAProgram);
/// assert_eq!(
///     error.to_string(),
///     "dualtape: the bytes are no program: they do not begin with \"dualtape\""
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReadError {
    /// They do not begin as programs do.
    NotAProgram,
    /// They are a program of another version of the format.
    Version {
        /// The version of the bytes.
        found: u16,
    },
    /// They are fewer or more than the header says.
    Length {
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: usize,
    },
    /// The checksum is another one: they were altered.
    Checksum,
    /// The program computes with numbers of the other type.
    Precision {
        /// Whether these are `f32`.
        is_single: bool,
    },
    /// A rule that is not among those that the program was read with.
    UnknownRule(RuleName),
    /// The checksum is right, but what it is of is not.
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// The byte where this was noticed.
        at: usize,
    },
}

/// The name of a rule in the bytes of a program.
#[derive(Clone, Copy, PartialEq)]
pub struct RuleName {
    bytes: [u8; RuleName::LONGEST],
    length: usize,
}

impl RuleName {
    /// The longest name.
    pub(crate) const LONGEST: usize = 48;

    /// The name, if it is one.
    pub(super) fn new(name: &[u8]) -> Option<RuleName> {
        let mut bytes = [0; RuleName::LONGEST];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        let is_name = core::str::from_utf8(name).is_ok() && !name.is_empty();
        is_name.then_some(RuleName { bytes, length: name.len() })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl fmt::Debug for RuleName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

impl Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::NotAProgram => {
                out.write_str("dualtape: the bytes are no program: they do not begin with \"dualtape\"")
            }
            ReadError::Version { found } => write!(
                out,
                "dualtape: the program has version {found} of the format, and this is version {VERSION}; write it anew with the \
                 release that reads it"
            ),
            ReadError::Length { expected, found } => {
                write!(out, "dualtape: the program has {expected} bytes, and {found} were given")
            }
            ReadError::Checksum => {
                out.write_str("dualtape: the program was altered: its checksum is not that of its bytes")
            }
            ReadError::Precision { is_single } => {
                let (found, expected) = if *is_single { ("f32", "f64") } else { ("f64", "f32") };
                write!(
                    out,
                    "dualtape: the program computes with `{found}`, and it is read as one of `{expected}`; call \
                     `Program::<{found}>::read`"
                )
            }
            ReadError::UnknownRule(name) => write!(
                out,
                "dualtape: the program calls `{}`, which is not among the rules it is read with; `read_with` takes others, `Rules::ALL` for \
                 instance",
                name.as_str()
            ),
            ReadError::Malformed { what, at } => write!(out, "dualtape: the program is malformed at byte {at}: {what}"),
        }
    }
}

impl Error for ReadError {}

/// Why a call has no results. The slice for them is then as it was.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum CallError {
    /// There are not as many inputs as the program takes.
    Inputs {
        /// How many it takes.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// There is not room for exactly the results.
    Outputs {
        /// How many there are.
        expected: usize,
        /// The room that was given.
        found: usize,
    },
    /// There is not work space enough.
    Work {
        /// How much is needed at least.
        needed: usize,
        /// How much was given.
        found: usize,
    },
    /// A guard has another answer than when the function was recorded: it would take another branch here.
    BranchChanged(BranchChanged),
    /// The results are derivatives, and plain arithmetic is not enough for them at this point: something is not finite or near the ends
    /// of the range. On the host `graph::Program` takes them by the drivers then.
    NotPlain,
    /// A `clamp` whose lower bound is not below its upper one, where `f64::clamp` panics.
    EmptyInterval,
}

/// The guard that has another answer, and what it was about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BranchChanged {
    pub(super) guard: usize,
    pub(super) values: [f64; 2],
}

impl BranchChanged {
    /// The number of the guard, from 0: the listing of the graph, `println!("{}", program.graph())`, has its guards in this order, with
    /// what each asks and where in the source.
    #[must_use]
    pub fn guard(&self) -> usize {
        self.guard
    }
    /// The two sides at the point at hand; of a question about one number, it twice or it and 0.
    #[must_use]
    pub fn values(&self) -> [f64; 2] {
        self.values
    }
}

impl Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Inputs { expected, found } => write!(out, "dualtape: call: expected {expected} inputs, found {found}"),
            CallError::Outputs { expected, found } => {
                write!(out, "dualtape: call: expected room for {expected} results, found {found}")
            }
            CallError::Work { needed, found } => write!(
                out,
                "dualtape: call: expected work space for {needed} numbers, found {found}; `work_len` tells how much is needed"
            ),
            CallError::BranchChanged(BranchChanged { guard, values: [x, y] }) => write!(
                out,
                "dualtape: a question came out differently from the recording: guard {guard} of its listing (sides {x:?} and {y:?}); \
                 record there, or choose by `max`, `min` or `if_less`, which are operations"
            ),
            CallError::NotPlain => out.write_str(
                "dualtape: plain arithmetic is not enough for the derivatives at this point, where a number is not finite or near the \
                 ends of the range",
            ),
            CallError::EmptyInterval => out.write_str("dualtape: a `clamp` has a lower bound that is not below its upper one"),
        }
    }
}

impl Error for CallError {}
