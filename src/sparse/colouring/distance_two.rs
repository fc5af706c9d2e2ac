//! Columns that have no row in common.

use super::super::pattern::SparsePattern;
use super::{Colouring, Forbidden, Order};

/// Colours columns so that no two with an entry in one row have one colour: then each entry is read off a compressed column. Given the
/// pattern and its transpose; of the transpose, it colours rows. Rows that are not `kept` are not looked at, and columns with no entry left
/// get no colour.
///
/// # Cost
/// The sum of the squares of the numbers of entries in a row.
///
/// Source: Gebremedhin, Manne & Pothen (2005), section 3.3 and algorithm 3.2 (partial distance-2 colouring).
pub(in super::super) fn distance_two(
    pattern: &SparsePattern,
    transposed: &SparsePattern,
    order: Order,
    kept: impl Fn(usize) -> bool,
) -> Colouring {
    let n = pattern.columns();
    let rows = |column: usize| pattern.column(column).iter().copied().filter(|&row| kept(row));
    // A column that shares two rows counts twice: an upper bound of the degree, and cheap.
    let degrees = match order {
        Order::Natural => vec![0; n],
        _ => (0..n).map(|column| rows(column).map(|row| transposed.column(row).len() - 1).sum()).collect(),
    };
    let others = |column: usize, visit: &mut dyn FnMut(usize)| {
        for row in rows(column) {
            transposed.column(row).iter().filter(|&&other| other != column).for_each(|&other| visit(other));
        }
    };
    let (mut colouring, mut forbidden) = (Colouring::none(n), Forbidden::new());
    for column in order.vertices(degrees, others) {
        if rows(column).next().is_none() {
            continue;
        }
        for row in rows(column) {
            for &other in transposed.column(row) {
                if let Some(colour) = colouring.of(other) {
                    forbidden.forbid(colour, column);
                }
            }
        }
        colouring.set(column, forbidden.first_left(column));
    }
    colouring
}
