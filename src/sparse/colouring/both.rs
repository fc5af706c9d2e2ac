//! Both directions at once, for matrices with a few dense rows or columns.

use super::super::pattern::SparsePattern;
use super::{Colouring, Order, distance_two};

/// Colours of columns, for forward mode, and of rows, for reverse mode.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Division {
    pub columns: Colouring,
    pub rows: Colouring,
    /// What is read of an entry whose row and column both have a colour.
    pub by_rows: bool,
}

impl Division {
    /// Forward mode alone.
    pub fn forward(pattern: &SparsePattern, transposed: &SparsePattern, order: Order) -> Division {
        let columns = distance_two(pattern, transposed, order, |_| true);
        Division { columns, rows: Colouring::none(pattern.rows()), by_rows: false }
    }

    /// Of the transpose: rows for columns, and columns for rows.
    pub fn transposed(self) -> Division {
        Division { columns: self.rows, rows: self.columns, by_rows: !self.by_rows }
    }

    /// How many colours there are.
    pub fn count(&self) -> usize {
        self.columns.count + self.rows.count
    }
}

/// Gives the rows with the most entries to reverse mode, or the columns with the most entries to forward mode, and the rest to the other
/// one, so that the colours of both together are few.
///
/// Of a matrix with a dense row, forward mode takes a colour for each entry of it; without that row it takes few, and the row is one colour
/// of reverse mode. Where the dense part ends is tried: after the rows with more than half of the entries of the densest, then with
/// more than half of the densest that was left, and so on.
///
/// # Cost
/// That of two colourings for each trial, of which there are the logarithm of the largest number of entries. A trial in which what is
/// left needs as many colours as were found already is not made.
///
/// Source: Coleman & Verma, "The efficient computation of sparse Jacobian matrices using automatic differentiation", SIAM J. Sci. Comput.
/// 19 (1998); Gebremedhin, Manne & Pothen (2005), section 6. Theirs are one step more general: here no entry of a row of reverse mode is
/// read in forward mode.
pub(in super::super) fn both(pattern: &SparsePattern, transposed: &SparsePattern, order: Order) -> Option<Division> {
    let by_rows = split(pattern, transposed, order, usize::MAX);
    let best = by_rows.as_ref().map_or(usize::MAX, Division::count);
    let by_columns = split(transposed, pattern, order, best);
    by_columns.map(Division::transposed).or(by_rows)
}

/// The best division of the rows with fewer colours than `best`.
fn split(pattern: &SparsePattern, transposed: &SparsePattern, order: Order, mut best: usize) -> Option<Division> {
    let entries = |row: usize| transposed.column(row).len();
    let mut most = (0..transposed.columns()).map(entries).max().unwrap_or(0) / 2;
    let mut found = None;
    while most > 0 {
        let is_sparse = |row: usize| entries(row) <= most;
        let densest_left = (0..transposed.columns()).map(entries).filter(|&entries| entries <= most).max().unwrap_or(0);
        // Each entry of a row that is left needs a colour of its own.
        if densest_left < best {
            let is_dense: Vec<bool> = (0..transposed.columns()).map(|row| !is_sparse(row)).collect();
            let rows = dense_rows(pattern, transposed, order, &is_dense, best);
            if let Some(rows) = rows {
                let columns = distance_two(pattern, transposed, order, is_sparse);
                if columns.count + rows.count < best {
                    best = columns.count + rows.count;
                    found = Some(Division { columns, rows, by_rows: true });
                }
            }
        }
        most = densest_left / 2;
    }
    found
}

/// Colours of the rows that are dense, so that no two with an entry in one column have one colour, if there may be fewer than `best`.
fn dense_rows(
    pattern: &SparsePattern,
    transposed: &SparsePattern,
    order: Order,
    is_dense: &[bool],
    best: usize,
) -> Option<Colouring> {
    let meeting = |column: usize| pattern.column(column).iter().filter(|&&row| is_dense[row]).count();
    let most = (0..pattern.columns()).map(meeting).max().unwrap_or(0);
    if most >= best {
        return None;
    }
    let dense = transposed.triplets().filter(|&(_, row)| is_dense[row]);
    let dense = SparsePattern::from_triplets(transposed.rows(), transposed.columns(), dense).ok()?;
    Some(distance_two(&dense, &dense.transposed(), order, |_| true))
}
