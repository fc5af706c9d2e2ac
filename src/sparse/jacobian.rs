//! [`JacobianPlan`], how to compute a sparse Jacobian.

use super::colouring::{Division, Order, both};
use super::detect::LocalPattern;
use super::error::SparseError;
use super::matrix::SparseMatrix;
use super::pattern::SparsePattern;
use super::sweeps::{Cursor, Read, Reads, WIDEST, check_room, sweeps};
use crate::drivers::seeded::Seeded;
use crate::drivers::{OUTPUT, Session, VectorFunction, check_length};
use crate::float::Float;
use std::ops::Range;
use std::sync::Arc;

/// In which mode a Jacobian is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum JacobianMode {
    /// Whichever takes the fewest directions, a recording counted as eight.
    #[default]
    Fewest,
    /// Forward mode: columns without a common row share a direction.
    Forward,
    /// Reverse mode: rows without a common column share a direction.
    Reverse,
    /// Both on one recording, if that takes fewer directions than one: rows with many entries, or all but the columns with many entries,
    /// in reverse mode, and the rest in forward mode.
    Both,
}

/// How a Jacobian with a known pattern is computed: which columns or rows share a direction, and where each entry is found. It is made
/// once, for a pattern, and used at any number of points and on any number of threads.
///
/// `f` has `n` inputs and `m` results; the pattern is `m x n`.
///
/// # Cost
/// Making one takes the sum of the squares of the numbers of entries in a row or column. Rows and columns that are so dense that another
/// mode is cheaper in any case are not looked at. Each Jacobian then takes an evaluation on `Dual<T, K>`, with a `K` of 2, 4 or 8, for up
/// to eight forward colours, and another one for each further eight. In reverse mode it takes a recording, and a sweep for each eight
/// colours.
///
/// # Examples
/// The differences of neighbours, and their sum: a band with a dense row. Two columns of the band share a direction, and the row is one of
/// reverse mode.
/// ```
/// use dualtape::sparse::JacobianPlan;
/// use dualtape::{Float, vector_function};
///
/// fn residuals<T: Float>(x: &[T]) -> Vec<T> {
///     let mut r: Vec<T> = x.windows(2).map(|x| x[1] * x[1] - x[0]).collect();
///     r.push(x.iter().copied().sum());
///     r
/// }
/// vector_function!(Residuals = residuals);
///
/// let plan = JacobianPlan::detect(&Residuals, &[0.0; 100])?;
/// assert_eq!((plan.forward_colours(), plan.reverse_colours()), (2, 1));
///
/// let (value, jacobian) = plan.value_and_jacobian(&Residuals, &[3.0; 100]);
/// assert_eq!((value[0], value[99]), (6.0, 300.0));
/// assert_eq!(
///     (jacobian.get(0, 0), jacobian.get(0, 1), jacobian.get(99, 7)),
///     (-1.0, 6.0, 1.0)
/// );
/// # Ok::<(), dualtape::sparse::SparseError>(())
/// ```
///
/// Source: Gebremedhin, Manne & Pothen, "What color is your Jacobian? Graph coloring for computing derivatives", SIAM Review 47 (2005),
/// sections 3 and 6; Curtis, Powell & Reid, "On the estimation of sparse Jacobian matrices", J. Inst. Math. Appl. 13 (1974).
#[derive(Clone, Debug)]
pub struct JacobianPlan {
    pattern: Arc<SparsePattern>,
    division: Division,
    /// Rows of the Jacobian, and colours of columns.
    forward: Reads,
    /// Columns of the Jacobian, and colours of rows.
    reverse: Reads,
    decisions: usize,
}

/// What a recording is worth, in directions: up to so many are cheaper without one (`cargo bench --bench modes`).
const RECORDING: usize = WIDEST;

impl JacobianPlan {
    /// A plan for the pattern that `f` has everywhere. `x` is any point of the right length.
    ///
    /// # Errors
    /// [`SparseError::GoesByValue`], see [`SparsePattern::of_jacobian`].
    pub fn detect<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> Result<Self, SparseError> {
        Ok(JacobianPlan::from_pattern(SparsePattern::of_jacobian(f, x)?))
    }

    /// A plan for the pattern that `f` has at `x`, and wherever the function takes the same branches. [`JacobianPlan::decisions`] tells
    /// whether it took any.
    #[must_use]
    pub fn detect_at<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> Self {
        let LocalPattern { pattern, decisions, .. } = SparsePattern::of_jacobian_at(f, x);
        JacobianPlan { decisions, ..JacobianPlan::from_pattern(pattern) }
    }

    /// A plan for a pattern that you know. It may have too many entries; if it has too few, results are wrong, see
    /// [`JacobianPlan::verify`].
    #[must_use]
    pub fn from_pattern(pattern: impl Into<Arc<SparsePattern>>) -> Self {
        JacobianPlan::with(pattern, JacobianMode::default(), Order::default())
    }

    /// The same with a mode and an order of your choice.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::{JacobianMode, JacobianPlan, Order, SparsePattern};
    /// let pattern = SparsePattern::banded(100, 3, 1);
    /// let plan = JacobianPlan::with(pattern, JacobianMode::Reverse, Order::SmallestLast);
    /// assert_eq!((plan.forward_colours(), plan.reverse_colours()), (0, 5));
    /// ```
    #[must_use]
    pub fn with(pattern: impl Into<Arc<SparsePattern>>, mode: JacobianMode, order: Order) -> Self {
        let pattern = pattern.into();
        check_room(pattern.nnz());
        let division = divide(&pattern, mode, order);
        let (mut forward, mut reverse) = (Vec::new(), Vec::new());
        for (place, (row, column)) in pattern.triplets().enumerate() {
            let read = |row: usize, colour| Read { row: row as u32, colour, places: [place as u32; 2] };
            let (by_row, by_column) = (division.rows.of(row), division.columns.of(column));
            match (by_row, by_column) {
                (Some(colour), None) => reverse.push(read(column, colour)),
                (Some(colour), Some(_)) if division.by_rows => reverse.push(read(column, colour)),
                (_, Some(colour)) => forward.push(read(row, colour)),
                (None, None) => unreachable!("the row or the column of each entry has a colour"),
            }
        }
        JacobianPlan { pattern, division, forward: Reads::new(forward), reverse: Reads::new(reverse), decisions: 0 }
    }

    /// The pattern.
    #[must_use]
    pub fn pattern(&self) -> &SparsePattern {
        &self.pattern
    }

    /// How many directions are differentiated in, both modes together.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.division.count()
    }

    /// How many directions of forward mode there are.
    #[must_use]
    pub fn forward_colours(&self) -> usize {
        self.division.columns.count
    }

    /// How many directions of reverse mode there are.
    #[must_use]
    pub fn reverse_colours(&self) -> usize {
        self.division.rows.count
    }

    /// The direction of forward mode that an input belongs to, if it does.
    ///
    /// # Panics
    /// If there is no such input.
    #[must_use]
    #[track_caller]
    pub fn colour_of_column(&self, column: usize) -> Option<usize> {
        self.pattern.check_line("JacobianPlan::colour_of_column", "column", column, self.pattern.columns());
        self.division.columns.of(column).map(|colour| colour as usize)
    }

    /// The direction of reverse mode that a result belongs to, if it does.
    ///
    /// # Panics
    /// If there is no such result.
    #[must_use]
    #[track_caller]
    pub fn colour_of_row(&self, row: usize) -> Option<usize> {
        self.pattern.check_line("JacobianPlan::colour_of_row", "row", row, self.pattern.rows());
        self.division.rows.of(row).map(|colour| colour as usize)
    }

    /// How many values the function went by when the pattern was detected: 0 if the pattern holds everywhere, or was given.
    #[must_use]
    pub fn decisions(&self) -> usize {
        self.decisions
    }

    /// Value and Jacobian of `f` at `x`.
    ///
    /// # Panics
    /// If `x` has not one entry for each column of the pattern, or `f` returns not one value for each row, and as
    /// [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn value_and_jacobian<T: Float>(
        &self,
        f: &(impl VectorFunction + ?Sized),
        x: &[T],
    ) -> (Vec<T>, SparseMatrix<T>) {
        let mut value = vec![T::zero(); self.pattern.rows()];
        let mut jacobian = vec![T::zero(); self.pattern.nnz()];
        self.compute("value_and_jacobian", f, x, &mut value, &mut jacobian);
        (value, SparseMatrix::new(self.pattern.clone(), jacobian))
    }

    /// Jacobian of `f` at `x`. See [`JacobianPlan::value_and_jacobian`].
    ///
    /// # Panics
    /// As [`JacobianPlan::value_and_jacobian`].
    #[must_use]
    #[track_caller]
    pub fn jacobian<T: Float>(&self, f: &(impl VectorFunction + ?Sized), x: &[T]) -> SparseMatrix<T> {
        let mut value = vec![T::zero(); self.pattern.rows()];
        let mut jacobian = vec![T::zero(); self.pattern.nnz()];
        self.compute("jacobian", f, x, &mut value, &mut jacobian);
        SparseMatrix::new(self.pattern.clone(), jacobian)
    }

    /// Writes value and Jacobian of `f` at `x` to `value` and `jacobian`, which has a place for each entry of the pattern, in its order.
    ///
    /// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`, for the vector that it returns).
    ///
    /// # Panics
    /// If `x` has not one entry for each column of the pattern, `value` not one for each row, `jacobian` not one for each entry, or `f`
    /// returns not one value for each row, and as [every driver](crate::family#panics).
    ///
    /// # Examples
    /// (x y, x + z) at (2, 3, 5) has the Jacobian [[3, 2, 0], [1, 0, 1]]; its entries column by column:
    /// ```
    /// use dualtape::sparse::JacobianPlan;
    /// use dualtape::{Float, vector_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> Vec<T> {
    ///     vec![x[0] * x[1], x[0] + x[2]]
    /// }
    /// vector_function!(Pair = f);
    ///
    /// let plan = JacobianPlan::detect(&Pair, &[0.0; 3])?;
    /// let (mut value, mut jacobian) = ([0.0; 2], [0.0; 4]);
    /// plan.value_and_jacobian_into(&Pair, &[2.0, 3.0, 5.0], &mut value, &mut jacobian);
    /// assert_eq!((value, jacobian), ([6.0, 7.0], [3.0, 1.0, 2.0, 1.0]));
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    #[track_caller]
    pub fn value_and_jacobian_into<T: Float>(
        &self,
        f: &(impl VectorFunction + ?Sized),
        x: &[T],
        value: &mut [T],
        jacobian: &mut [T],
    ) {
        self.compute("value_and_jacobian_into", f, x, value, jacobian);
    }

    #[track_caller]
    fn compute<T: Float>(
        &self,
        driver: &str,
        f: &(impl VectorFunction + ?Sized),
        x: &[T],
        value: &mut [T],
        jacobian: &mut [T],
    ) {
        check_length(driver, "the point", x.len(), self.pattern.columns(), "column of the pattern");
        check_length(driver, "the buffer for the value", value.len(), self.pattern.rows(), OUTPUT);
        check_length(driver, "the buffer for the Jacobian", jacobian.len(), self.pattern.nnz(), "entry of the pattern");
        if self.reverse_colours() > 0 {
            return self.sweep_recording(driver, f, x, value, jacobian);
        }
        for (width, strip) in sweeps(self.forward_colours()) {
            match width {
                2 => self.push_forward::<T, 2>(driver, f, x, value, jacobian, strip),
                4 => self.push_forward::<T, 4>(driver, f, x, value, jacobian, strip),
                _ => self.push_forward::<T, WIDEST>(driver, f, x, value, jacobian, strip),
            }
        }
    }

    /// An evaluation on dual numbers, for the columns of some colours.
    #[track_caller]
    fn push_forward<T: Float, const K: usize>(
        &self,
        driver: &str,
        f: &(impl VectorFunction + ?Sized),
        x: &[T],
        value: &mut [T],
        jacobian: &mut [T],
        strip: Range<usize>,
    ) {
        let mut point = Seeded::<T, K>::at(x);
        let tag = point.seed_lanes(|column| self.division.columns.lane_of(column, &strip));
        let y = f.eval(point.as_slice());
        self.check_results(driver, y.len());
        value.iter_mut().zip(&y).for_each(|(value, y)| *value = y.checked(tag).primal());
        for read in self.forward.of_sweep(strip.start) {
            let entry = y[read.row as usize].tangents()[read.colour as usize - strip.start];
            jacobian[read.places[0] as usize] = entry;
        }
        point.end();
    }

    /// A recording, and sweeps over it in both modes.
    #[track_caller]
    fn sweep_recording<T: Float>(
        &self,
        driver: &str,
        f: &(impl VectorFunction + ?Sized),
        x: &[T],
        value: &mut [T],
        jacobian: &mut [T],
    ) {
        let session = Session::start(x);
        let y = f.eval(session.variables());
        self.check_results(driver, y.len());
        jacobian.fill(T::zero());
        let mut cursor = Cursor::new();
        session.tangents_by_colour::<WIDEST>(
            &y,
            self.forward_colours(),
            |column| self.colour_of_column(column),
            |row, strip, entries| read_row(&self.forward, &mut cursor, row, strip, entries, jacobian),
        );
        let mut cursor = Cursor::new();
        session.adjoints_by_colour::<WIDEST>(
            &y,
            self.reverse_colours(),
            |row| self.colour_of_row(row),
            |column, strip, entries| read_row(&self.reverse, &mut cursor, column, strip, entries, jacobian),
        );
        session.end();
        value.iter_mut().zip(&y).for_each(|(value, y)| *value = y.primal());
    }

    #[track_caller]
    fn check_results(&self, driver: &str, found: usize) {
        let (rows, columns) = (self.pattern.rows(), self.pattern.columns());
        let values = if found == 1 { "value" } else { "values" };
        assert!(
            found == rows,
            "dualtape: {driver}: the function returned {found} {values}, and the pattern is {rows} x {columns}; it must have a row for \
             each value"
        );
    }
}

/// Copies what is read of a row to its places. The rows of a sweep come in their order, and those of constant results are left out.
fn read_row<'a, T: Float>(
    reads: &'a Reads,
    cursor: &mut Cursor<'a>,
    row: usize,
    strip: Range<usize>,
    entries: &[T; WIDEST],
    jacobian: &mut [T],
) {
    for read in cursor.of_row(reads, strip.start, row) {
        jacobian[read.places[0] as usize] = entries[read.colour as usize - strip.start];
    }
}

/// The colours of columns and rows.
fn divide(pattern: &SparsePattern, mode: JacobianMode, order: Order) -> Division {
    let transposed = pattern.transposed();
    let longest = |pattern: &SparsePattern| pattern.column_starts().windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
    let forward = || Division::forward(pattern, &transposed, order);
    let reverse = || Division::forward(&transposed, pattern, order).transposed();
    let recording = match mode {
        JacobianMode::Forward => return forward(),
        JacobianMode::Reverse => return reverse(),
        JacobianMode::Both => 0,
        JacobianMode::Fewest => RECORDING,
    };
    // The entries of a row have a colour each in forward mode, those of a column in reverse mode.
    let (least_forward, least_reverse) = (longest(&transposed), longest(pattern) + recording);
    // Both modes have a colour each at least.
    let is_open = least_forward.min(least_reverse) > recording + 2;
    let mut best = if is_open { both(pattern, &transposed, order) } else { None };
    let mut least = best.as_ref().map_or(usize::MAX, |best| best.count() + recording);
    if least_reverse < least {
        let found = reverse();
        if found.count() + recording < least {
            least = found.count() + recording;
            best = Some(found);
        }
    }
    if least_forward <= least {
        let found = forward();
        if found.count() <= least {
            best = Some(found);
        }
    }
    best.unwrap_or_else(forward)
}
