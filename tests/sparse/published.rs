//! Numbers of colours that others have published, and the least that there are.

use crate::brute_force::{graph, is_acyclic, is_star, least_colours};
use crate::colourings::{METHODS, ORDERS, arrow, colours, directions, grid, symmetric};
use dualtape::sparse::{JacobianMode, Order, SparsePattern};

/// BCSSTK01 of the Harwell-Boeing collection, a small structure from testing: the rows of each column from the diagonal on, counted from 1.
/// Two of its entries, (5, 1) and (48, 47), are stored as zeros.
const BCSSTK01: [&[usize]; 48] = [
    &[1, 5, 6, 7, 11, 19, 25, 30],
    &[2, 4, 6, 8, 10, 20, 24, 26],
    &[3, 4, 5, 9, 21, 23, 27, 28],
    &[4, 8, 10, 22, 27, 28],
    &[5, 7, 11, 21, 23, 29],
    &[6, 12, 20, 24, 25, 30],
    &[7, 11, 12, 13, 31, 36],
    &[8, 10, 12, 14, 18, 32],
    &[9, 10, 11, 15, 17, 33, 34],
    &[10, 16, 33, 34],
    &[11, 15, 17, 35],
    &[12, 14, 18, 31, 36],
    &[13, 17, 18, 19, 23, 37, 42, 43, 47, 48],
    &[14, 15, 16, 18, 20, 22, 38, 44, 45, 46],
    &[15, 16, 17, 21, 39, 40, 44, 45, 46],
    &[16, 20, 22, 39, 40, 44, 45, 46],
    &[17, 18, 19, 23, 41, 43, 47, 48],
    &[18, 24, 37, 42, 43, 47, 48],
    &[19, 23, 24, 43, 48],
    &[20, 22, 24, 44],
    &[21, 22, 23, 45, 46],
    &[22, 45, 46],
    &[23, 47],
    &[24, 43, 48],
    &[25, 29, 30, 31, 35],
    &[26, 28, 32, 34],
    &[27, 28, 33],
    &[28, 32, 34],
    &[29, 31, 35],
    &[30, 36],
    &[31, 35, 36, 37],
    &[32, 34, 36, 38, 42],
    &[33, 34, 35, 39, 41],
    &[34, 40],
    &[35, 39, 41],
    &[36, 38, 42],
    &[37, 41, 42, 43, 47],
    &[38, 40, 42, 44, 46],
    &[39, 40, 41, 45],
    &[40, 44, 46],
    &[41, 43, 47],
    &[42, 48],
    &[43, 47, 48],
    &[44, 45, 46],
    &[45, 46],
    &[46],
    &[47, 48],
    &[48],
];

/// The numbers of ColPack for it, the same in all of its orders: 15 columns, and 12 and 8 colours by star and acyclic colouring
/// (the output shown in its README). In the natural order ours are the same, and our other orders need no more for a Hessian.
#[test]
fn a_matrix_of_the_harwell_boeing_collection() {
    let entries = BCSSTK01.iter().enumerate().flat_map(|(j, rows)| rows.iter().map(move |&i| (i - 1, j)));
    let pattern = symmetric(48, entries);
    assert_eq!(pattern.nnz(), 400);
    assert_eq!(directions(&pattern, JacobianMode::Forward, Order::Natural), (15, 0));
    assert_eq!(directions(&pattern, JacobianMode::Reverse, Order::Natural), (0, 15));
    for (method, published) in METHODS.into_iter().zip([12, 8]) {
        let [natural, others @ ..] = ORDERS.map(|order| colours(&pattern, method, order));
        assert_eq!(natural, published, "{method:?}");
        assert!(others.iter().all(|&count| count <= published), "{method:?}: {others:?}");
    }
}

/// Bands, arrows and a grid that are small enough to try all colourings: the best of the orders has the least number.
#[test]
fn small_structures_have_the_least_numbers_of_colours() {
    let bands = (2..9).flat_map(|n| (1..n.min(4)).map(move |k| SparsePattern::banded(n, k, k)));
    for pattern in bands.chain((2..9).map(arrow)).chain([grid(2), grid(3)]) {
        let (n, edges) = (pattern.columns(), graph(&pattern));
        let best =
            METHODS.map(|method| ORDERS.map(|order| colours(&pattern, method, order)).into_iter().min().unwrap());
        let least = [
            least_colours(n, |colours| is_star(&edges, colours)),
            least_colours(n, |colours| is_acyclic(&edges, colours)),
        ];
        assert_eq!(best, least, "\n{pattern}");
    }
}

/// Wide bands, for which the numbers are known: `2 k + 1` and `k + 1` for `k` diagonals on each side (Gebremedhin, Pothen, Tarafdar &
/// Walther, 2009).
#[test]
fn wide_bands_have_the_known_numbers_of_colours() {
    for k in [5, 10] {
        let band = SparsePattern::banded(300, k, k);
        assert_eq!(METHODS.map(|method| colours(&band, method, Order::Natural)), [2 * k + 1, k + 1]);
    }
}
