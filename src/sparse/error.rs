//! [`SparseError`], what can be wrong with a pattern.

use std::fmt::{self, Display, Formatter};
use std::panic::Location;

/// What is wrong with a pattern, or why none was found.
///
/// # Examples
/// ```
/// use dualtape::sparse::{HessianPlan, SparseError, SparsePattern};
///
/// let lower = SparsePattern::from_triplets(2, 2, [(0, 0), (1, 0), (1, 1)])?;
/// let error = HessianPlan::from_pattern(lower.clone()).unwrap_err();
/// assert_eq!(error, SparseError::NotSymmetric { row: 1, column: 0 });
/// assert!(HessianPlan::from_pattern(lower.symmetrised()?).is_ok());
/// # Ok::<(), SparseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum SparseError {
    /// An entry that is not in the matrix.
    OutOfRange {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// How many rows the matrix has.
        rows: usize,
        /// How many columns it has.
        columns: usize,
    },
    /// Compressed columns that do not fit together. There must be one more start than columns, starts must not decrease and must end at
    /// the number of indices, and the rows of a column must increase.
    NotCompressed {
        /// The column where it is seen.
        column: usize,
    },
    /// Two patterns of different shapes.
    ShapesDiffer {
        /// Rows and columns of one.
        left: (usize, usize),
        /// Rows and columns of the other.
        right: (usize, usize),
    },
    /// A pattern for a Hessian that is not square.
    NotSquare {
        /// How many rows it has.
        rows: usize,
        /// How many columns it has.
        columns: usize,
    },
    /// A pattern for a Hessian with an entry whose mirror image is not in it.
    NotSymmetric {
        /// The row of the entry.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// The function goes by a value, so what it depends on elsewhere cannot be told.
    GoesByValue {
        /// Where it does so first.
        place: &'static Location<'static>,
    },
    /// A derivative that is not zero and whose place is not in the pattern.
    Missing {
        /// The row of the derivative.
        row: usize,
        /// Its column.
        column: usize,
        /// The derivative.
        value: f64,
    },
}

impl Display for SparseError {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("dualtape: ")?;
        match *self {
            SparseError::OutOfRange { row, column, rows, columns } => {
                write!(
                    out,
                    "a pattern of {rows} x {columns} has no entry ({row}, {column}); rows and columns are counted from 0"
                )
            }
            SparseError::NotCompressed { column } => write!(
                out,
                "the arrays are no compressed columns, at column {column}: there must be one start more than columns, from 0 up to \
                 the number of indices, and the rows of each column must increase; `SparsePattern::from_triplets` takes any order"
            ),
            SparseError::ShapesDiffer { left, right } => write!(
                out,
                "a pattern of {} x {} and one of {} x {} have no union; they must be of one shape",
                left.0, left.1, right.0, right.1
            ),
            SparseError::NotSquare { rows, columns } => {
                write!(
                    out,
                    "the pattern of a Hessian is {rows} x {columns}; it must be square, with a row for each input"
                )
            }
            SparseError::NotSymmetric { row, column } => write!(
                out,
                "the pattern of a Hessian has the entry ({row}, {column}) and not ({column}, {row}); give both, or call \
                 `SparsePattern::symmetrised`"
            ),
            SparseError::GoesByValue { place } => write!(
                out,
                "the function goes by a value ({place}), and may depend on other inputs elsewhere; choose by `max`, `min` or \
                 `if_less`, detect the pattern of the point at hand by `detect_at`, or give it by `from_pattern`"
            ),
            SparseError::Missing { row, column, value } => write!(
                out,
                "the derivative in row {row} and column {column} is {value:e}, and the pattern has no such entry; results of the \
                 plan are wrong in this row at least"
            ),
        }
    }
}

impl std::error::Error for SparseError {}
