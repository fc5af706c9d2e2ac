//! [`SparsePattern`], the places of a matrix that may not be zero.

use super::error::SparseError;
use std::fmt::{self, Display, Formatter};

/// The places of a sparse matrix that may hold something else than zero, by compressed columns (CSC).
///
/// The rows of column `j` are `row_indices()[column_starts()[j]..column_starts()[j + 1]]`, in increasing order. These are the arrays that
/// most libraries and solvers take.
///
/// It prints as a picture, a dot for zero, if it has up to 64 rows and columns.
///
/// # Examples
/// ```
/// use dualtape::sparse::SparsePattern;
///
/// let arrow = SparsePattern::from_triplets(
///     3,
///     3,
///     [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 2)],
/// )?;
/// assert_eq!((arrow.nnz(), arrow.column(1)), (7, &[0, 1][..]));
/// assert_eq!(arrow.to_string(), "\
/// 3 x 3, 7 entries
/// x x x
/// x x .
/// x . x
/// ");
/// # Ok::<(), dualtape::sparse::SparseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SparsePattern {
    rows: usize,
    starts: Vec<usize>,
    indices: Vec<usize>,
}

impl SparsePattern {
    /// The pattern with these compressed columns: where the rows of each column start, and all of them.
    ///
    /// # Errors
    /// [`SparseError::NotCompressed`] and [`SparseError::OutOfRange`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// let pattern = SparsePattern::from_columns(3, vec![0, 2, 3], vec![0, 2, 1])?;
    /// assert!(pattern.triplets().eq([(0, 0), (2, 0), (1, 1)]));
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    pub fn from_columns(rows: usize, starts: Vec<usize>, indices: Vec<usize>) -> Result<Self, SparseError> {
        let columns = starts.len().saturating_sub(1);
        if starts.first() != Some(&0) || starts.last() != Some(&indices.len()) {
            return Err(SparseError::NotCompressed { column: if starts.first() == Some(&0) { columns } else { 0 } });
        }
        for column in 0..columns {
            let list = indices.get(starts[column]..starts[column + 1]);
            let Some(list) = list.filter(|list| list.is_sorted_by(|a, b| a < b)) else {
                return Err(SparseError::NotCompressed { column });
            };
            if let Some(&row) = list.last().filter(|&&row| row >= rows) {
                return Err(SparseError::OutOfRange { row, column, rows, columns });
            }
        }
        Ok(SparsePattern { rows, starts, indices })
    }

    /// The pattern with these entries, `(row, column)`, in any order and as often as you like.
    ///
    /// # Errors
    /// [`SparseError::OutOfRange`].
    pub fn from_triplets(
        rows: usize,
        columns: usize,
        entries: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, SparseError> {
        let entries: Vec<(usize, usize)> = entries.into_iter().collect();
        if let Some(&(row, column)) = entries.iter().find(|&&(row, column)| row >= rows || column >= columns) {
            return Err(SparseError::OutOfRange { row, column, rows, columns });
        }
        let mut starts = vec![0; columns + 1];
        entries.iter().for_each(|&(_, column)| starts[column + 1] += 1);
        (0..columns).for_each(|column| starts[column + 1] += starts[column]);
        let (mut next, mut unsorted) = (starts.clone(), vec![0; entries.len()]);
        for (row, column) in entries {
            unsorted[next[column]] = row;
            next[column] += 1;
        }
        let (mut indices, mut ends) = (Vec::with_capacity(unsorted.len()), vec![0]);
        for column in 0..columns {
            let list = &mut unsorted[starts[column]..starts[column + 1]];
            list.sort_unstable();
            let first = indices.len();
            indices.extend_from_slice(list);
            let kept = dedup(&mut indices[first..]);
            indices.truncate(first + kept);
            ends.push(indices.len());
        }
        Ok(SparsePattern { rows, starts: ends, indices })
    }

    /// The pattern whose row `i` has the columns `rows[i]`, in any order: which variables each residual or constraint uses.
    ///
    /// # Errors
    /// [`SparseError::OutOfRange`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// let pattern = SparsePattern::from_rows(3, &[[0, 1], [1, 2]])?;
    /// assert_eq!(
    ///     (pattern.rows(), pattern.columns(), pattern.column(1)),
    ///     (2, 3, &[0, 1][..])
    /// );
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    pub fn from_rows(columns: usize, rows: &[impl AsRef<[usize]>]) -> Result<Self, SparseError> {
        let entries = rows.iter().enumerate().flat_map(|(i, row)| row.as_ref().iter().map(move |&j| (i, j)));
        SparsePattern::from_triplets(rows.len(), columns, entries)
    }

    /// The pattern of the Hessian of a sum over data with `n` inputs, whose term `i` depends on the inputs `inputs[i]`, in any order:
    /// every input of a term with every other, and with itself.
    ///
    /// No term is evaluated, so what a term does by comparing does not matter. Takes memory for the squares of the numbers of inputs.
    ///
    /// # Errors
    /// [`SparseError::OutOfRange`].
    ///
    /// # Examples
    /// Differences between neighbours, `Σ (x[i + 1] - x[i])⁴`:
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// let pattern = SparsePattern::of_terms(3, &[[0, 1], [1, 2]])?;
    /// assert_eq!(pattern, SparsePattern::banded(3, 1, 1));
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    ///
    /// Source: Griewank & Toint, "On the unconstrained optimization of partially separable functions", in *Nonlinear Optimization 1981*.
    pub fn of_terms(n: usize, inputs: &[impl AsRef<[usize]>]) -> Result<Self, SparseError> {
        let pairs = inputs
            .iter()
            .map(AsRef::as_ref)
            .flat_map(|inputs| inputs.iter().flat_map(move |&i| inputs.iter().map(move |&j| (i, j))));
        SparsePattern::from_triplets(n, n, pairs)
    }

    /// The pattern with every entry.
    #[must_use]
    pub fn dense(rows: usize, columns: usize) -> Self {
        SparsePattern {
            rows,
            starts: (0..=columns).map(|column| column * rows).collect(),
            indices: (0..columns).flat_map(|_| 0..rows).collect(),
        }
    }

    /// The square pattern with the diagonal, `below` diagonals under it and `above` over it.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// assert_eq!(SparsePattern::banded(4, 1, 0).to_string(), "\
    /// 4 x 4, 7 entries
    /// x . . .
    /// x x . .
    /// . x x .
    /// . . x x
    /// ");
    /// ```
    #[must_use]
    pub fn banded(n: usize, below: usize, above: usize) -> Self {
        let (mut starts, mut indices) = (vec![0], Vec::new());
        for column in 0..n {
            indices.extend(column.saturating_sub(above)..n.min(column + below + 1));
            starts.push(indices.len());
        }
        SparsePattern { rows: n, starts, indices }
    }

    /// The pattern with these compressed columns, which are known to be right.
    pub(crate) fn of_columns(rows: usize, (starts, indices): (Vec<usize>, Vec<usize>)) -> Self {
        SparsePattern { rows, starts, indices }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many entries there are: the number of nonzeros.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.indices.len()
    }

    /// Where the rows of each column start among all of them, and at last how many there are: one number more than columns.
    #[must_use]
    pub fn column_starts(&self) -> &[usize] {
        &self.starts
    }

    /// The rows of all entries, column by column.
    #[must_use]
    pub fn row_indices(&self) -> &[usize] {
        &self.indices
    }

    /// The rows of a column, in increasing order.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    #[track_caller]
    pub fn column(&self, column: usize) -> &[usize] {
        self.check_line("SparsePattern::column", "column", column, self.columns());
        &self.indices[self.starts[column]..self.starts[column + 1]]
    }

    /// All entries as `(row, column)`, column by column.
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.columns()).flat_map(|column| self.column(column).iter().map(move |&row| (row, column)))
    }

    /// The place of an entry among all, if it is one of them.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// let pattern = SparsePattern::banded(4, 1, 0);
    /// assert_eq!((pattern.position(2, 1), pattern.position(1, 2)), (Some(3), None));
    /// ```
    #[must_use]
    pub fn position(&self, row: usize, column: usize) -> Option<usize> {
        let first = *self.starts.get(column)?;
        let list = &self.indices[first..*self.starts.get(column + 1)?];
        list.binary_search(&row).ok().map(|place| first + place)
    }

    /// Whether an entry is one of them.
    #[must_use]
    pub fn contains(&self, row: usize, column: usize) -> bool {
        self.position(row, column).is_some()
    }

    /// The pattern with rows and columns exchanged.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// assert_eq!(
    ///     SparsePattern::banded(9, 2, 1).transposed(),
    ///     SparsePattern::banded(9, 1, 2)
    /// );
    /// ```
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut starts = vec![0; self.rows + 1];
        self.indices.iter().for_each(|&row| starts[row + 1] += 1);
        (0..self.rows).for_each(|row| starts[row + 1] += starts[row]);
        let (mut next, mut indices) = (starts.clone(), vec![0; self.nnz()]);
        for (row, column) in self.triplets() {
            indices[next[row]] = column;
            next[row] += 1;
        }
        SparsePattern { rows: self.columns(), starts, indices }
    }

    /// The pattern with the entries of both.
    ///
    /// # Errors
    /// [`SparseError::ShapesDiffer`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// let both = SparsePattern::banded(5, 1, 0).union(&SparsePattern::banded(5, 0, 2))?;
    /// assert_eq!(both, SparsePattern::banded(5, 1, 2));
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    pub fn union(&self, other: &Self) -> Result<Self, SparseError> {
        let shape = |pattern: &SparsePattern| (pattern.rows, pattern.columns());
        if shape(self) != shape(other) {
            return Err(SparseError::ShapesDiffer { left: shape(self), right: shape(other) });
        }
        let (mut starts, mut indices) = (vec![0], Vec::with_capacity(self.nnz().max(other.nnz())));
        for column in 0..self.columns() {
            let (mut left, mut right) = (self.column(column).iter().peekable(), other.column(column).iter().peekable());
            while let (Some(&&x), Some(&&y)) = (left.peek(), right.peek()) {
                indices.push(x.min(y));
                left.next_if(|_| x <= y);
                right.next_if(|_| y <= x);
            }
            indices.extend(left.chain(right));
            starts.push(indices.len());
        }
        Ok(SparsePattern { rows: self.rows, starts, indices })
    }

    /// Whether with each entry its mirror image is one.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.check_symmetric().is_ok()
    }

    /// The pattern with the mirror images of all entries: of a triangle, the whole.
    ///
    /// # Errors
    /// [`SparseError::NotSquare`].
    pub fn symmetrised(&self) -> Result<Self, SparseError> {
        self.check_square()?;
        let transposed = self.transposed();
        if transposed == *self { Ok(transposed) } else { self.union(&transposed) }
    }

    /// Panics unless there is the row or column, of so many, that a caller of `method` asked for.
    #[inline]
    #[track_caller]
    pub(crate) fn check_line(&self, method: &str, line: &str, asked: usize, count: usize) {
        let (rows, columns) = (self.rows, self.columns());
        assert!(
            asked < count,
            "dualtape: {method}: a matrix of {rows} x {columns} has no {line} {asked}; they are counted from 0"
        );
    }

    fn check_square(&self) -> Result<(), SparseError> {
        let (rows, columns) = (self.rows, self.columns());
        if rows == columns { Ok(()) } else { Err(SparseError::NotSquare { rows, columns }) }
    }

    /// Checks what the pattern of a Hessian must be, square and symmetric.
    pub(crate) fn check_symmetric(&self) -> Result<(), SparseError> {
        self.check_square()?;
        let transposed = self.transposed();
        if transposed == *self {
            return Ok(());
        }
        let lonely = self.triplets().find(|&(row, column)| !transposed.contains(row, column));
        let (row, column) = lonely.expect("as many entries as the mirror image, which has another one");
        Err(SparseError::NotSymmetric { row, column })
    }
}

/// Moves the first of equal neighbours to the front, and returns how many there are.
fn dedup(sorted: &mut [usize]) -> usize {
    let mut kept = 0;
    for i in 0..sorted.len() {
        if i == 0 || sorted[i] != sorted[kept - 1] {
            sorted[kept] = sorted[i];
            kept += 1;
        }
    }
    kept
}

/// The largest side of a picture in text; a wider one does not fit a window.
const LARGEST_PICTURE: usize = 64;

/// The shape and the number of entries, and if rows and columns are few, a picture.
impl Display for SparsePattern {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.rows, self.columns());
        writeln!(out, "{rows} x {columns}, {} entries", self.nnz())?;
        if rows > LARGEST_PICTURE || columns > LARGEST_PICTURE {
            return Ok(());
        }
        for row in 0..rows {
            for column in 0..columns {
                let mark = if self.contains(row, column) { 'x' } else { '.' };
                let gap = if column == 0 { "" } else { " " };
                write!(out, "{gap}{mark}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}
