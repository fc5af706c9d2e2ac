//! Colourings: valid for every pattern, order and method, with as few colours as the literature says, and close to the least.

use crate::brute_force::{graph, is_acyclic, is_readable, is_star, least_colours, least_of_both};
use crate::problems::Random;
use dualtape::sparse::{HessianMethod, HessianPlan, JacobianMode, JacobianPlan, Order, SparsePattern};

pub const ORDERS: [Order; 3] = [Order::Natural, Order::LargestFirst, Order::SmallestLast];
pub const METHODS: [HessianMethod; 2] = [HessianMethod::Direct, HessianMethod::Substitution];

pub fn symmetric(n: usize, entries: impl IntoIterator<Item = (usize, usize)>) -> SparsePattern {
    SparsePattern::from_triplets(n, n, entries).unwrap().symmetrised().unwrap()
}

/// The first row and column, and the diagonal.
pub fn arrow(n: usize) -> SparsePattern {
    symmetric(n, (0..n).flat_map(|i| [(i, 0), (i, i)]))
}

/// The five-point stencil on a square, with the diagonal.
pub fn grid(side: usize) -> SparsePattern {
    let at = |i: usize, j: usize| i * side + j;
    let right = (0..side).flat_map(|i| (1..side).map(move |j| (at(i, j), at(i, j - 1))));
    let down = (1..side).flat_map(|i| (0..side).map(move |j| (at(i, j), at(i - 1, j))));
    symmetric(side * side, right.chain(down).chain((0..side * side).map(|i| (i, i))))
}

/// Random entries of a symmetric matrix, each with the given chance; some vertices have no diagonal entry, some none at all.
pub fn random_symmetric(random: &mut Random, n: usize, percent: usize) -> SparsePattern {
    let mut chosen = |_: &(usize, usize)| random.below(100) < percent;
    let entries: Vec<(usize, usize)> = (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))).filter(&mut chosen).collect();
    symmetric(n, entries)
}

pub fn random_pattern(random: &mut Random, rows: usize, columns: usize, percent: usize) -> SparsePattern {
    let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
    let entries: Vec<(usize, usize)> = places.filter(|_| random.below(100) < percent).collect();
    SparsePattern::from_triplets(rows, columns, entries).unwrap()
}

/// The number of colours of a symmetric pattern, whose colouring is checked.
#[track_caller]
pub fn colours(pattern: &SparsePattern, method: HessianMethod, order: Order) -> usize {
    let plan = HessianPlan::with(pattern.clone(), method, order).unwrap();
    let colours: Vec<_> = (0..pattern.columns()).map(|v| plan.colour_of(v)).collect();
    let is_valid = match method {
        HessianMethod::Direct => is_star(&graph(pattern), &colours),
        HessianMethod::Substitution => is_acyclic(&graph(pattern), &colours),
    };
    assert!(is_valid, "{method:?} {order:?}: {colours:?} for\n{pattern}");
    for (v, colour) in colours.iter().enumerate() {
        assert_eq!(colour.is_some(), !pattern.column(v).is_empty());
    }
    let mut used: Vec<usize> = colours.into_iter().flatten().collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used, (0..plan.colours()).collect::<Vec<_>>());
    plan.colours()
}

/// The numbers of colours of columns and rows, by which every entry can be read.
#[track_caller]
pub fn directions(pattern: &SparsePattern, mode: JacobianMode, order: Order) -> (usize, usize) {
    let plan = JacobianPlan::with(pattern.clone(), mode, order);
    let columns: Vec<_> = (0..pattern.columns()).map(|j| plan.colour_of_column(j)).collect();
    let rows: Vec<_> = (0..pattern.rows()).map(|i| plan.colour_of_row(i)).collect();
    assert!(is_readable(pattern, &rows, &columns), "{mode:?} {order:?}: {rows:?} {columns:?} for\n{pattern}");
    assert_eq!(plan.colours(), plan.forward_colours() + plan.reverse_colours());
    match mode {
        JacobianMode::Forward => assert_eq!(plan.reverse_colours(), 0),
        JacobianMode::Reverse => assert_eq!(plan.forward_colours(), 0),
        _ => {}
    }
    (plan.forward_colours(), plan.reverse_colours())
}

#[test]
fn colourings_of_random_matrices_are_valid_and_close_to_the_least() {
    let mut random = Random::new(2);
    let (mut found, mut least) = ([0; 2], [0; 2]);
    for _ in 0..150 {
        let n = 1 + random.below(7);
        let percent = [20, 40, 60][random.below(3)];
        let pattern = random_symmetric(&mut random, n, percent);
        let edges = graph(&pattern);
        let bare = |v: usize| pattern.column(v).is_empty();
        let coloured = (0..n).filter(|&v| !bare(v)).count();
        for (k, method) in METHODS.into_iter().enumerate() {
            let least_of_all = if coloured == 0 {
                0
            } else {
                least_colours(n, |colours| match method {
                    HessianMethod::Direct => is_star(&edges, colours),
                    HessianMethod::Substitution => is_acyclic(&edges, colours),
                })
            };
            let numbers = ORDERS.map(|order| colours(&pattern, method, order));
            let best = numbers.into_iter().min().unwrap();
            assert!(
                best >= least_of_all && best <= least_of_all + 1,
                "{method:?} {numbers:?}, {least_of_all}\n{pattern}"
            );
            found[k] += best;
            least[k] += least_of_all;
        }
    }
    // The best of the three orders needs the least number nearly always.
    for (found, least) in found.into_iter().zip(least) {
        assert!(100 * found <= 103 * least, "{found} colours in place of {least}");
    }
}

#[test]
fn colourings_of_larger_random_matrices_are_valid() {
    let mut random = Random::new(3);
    for n in [20, 40, 60] {
        for percent in [2, 5, 15, 50] {
            let pattern = random_symmetric(&mut random, n, percent);
            for order in ORDERS {
                let [star, acyclic] = METHODS.map(|method| colours(&pattern, method, order));
                assert!(star > 0 && acyclic > 0);
            }
            let pattern = random_pattern(&mut random, n, n / 2, percent);
            for mode in [JacobianMode::Fewest, JacobianMode::Forward, JacobianMode::Reverse, JacobianMode::Both] {
                for order in ORDERS {
                    directions(&pattern, mode, order);
                }
            }
        }
    }
}

#[test]
fn directions_of_small_matrices_are_close_to_the_least() {
    let mut random = Random::new(4);
    let (mut found, mut least) = ([0; 3], [0; 3]);
    for _ in 0..60 {
        let (rows, columns) = (1 + random.below(4), 1 + random.below(4));
        let pattern = random_pattern(&mut random, rows, columns, 50);
        let none = |n: usize| vec![None; n];
        let is_empty = pattern.nnz() == 0;
        let least_of_all = [
            if is_empty { 0 } else { least_colours(columns, |colours| is_readable(&pattern, &none(rows), colours)) },
            if is_empty { 0 } else { least_colours(rows, |colours| is_readable(&pattern, colours, &none(columns))) },
            least_of_both(&pattern),
        ];
        for (k, mode) in [JacobianMode::Forward, JacobianMode::Reverse, JacobianMode::Both].into_iter().enumerate() {
            let numbers =
                ORDERS.map(|order| directions(&pattern, mode, order)).map(|(forward, reverse)| forward + reverse);
            let best = numbers.into_iter().min().unwrap();
            assert!(best >= least_of_all[k], "{mode:?} {numbers:?}, {least_of_all:?}\n{pattern}");
            found[k] += best;
            least[k] += least_of_all[k];
        }
    }
    assert_eq!(found[..2], least[..2]);
    assert!(10 * found[2] <= 11 * least[2], "{found:?} {least:?}");
}

/// Known numbers: of bands and arrows from their structure.
#[test]
fn colours_of_named_structures() {
    let n = 60;
    for order in ORDERS {
        // A diagonal is one direction, an arrow a direction for its head and one for all others.
        let diagonal = SparsePattern::banded(n, 0, 0);
        assert_eq!(METHODS.map(|method| colours(&diagonal, method, order)), [1, 1]);
        assert_eq!(METHODS.map(|method| colours(&arrow(n), method, order)), [2, 2]);
        // All pairs meet.
        assert_eq!(METHODS.map(|method| colours(&SparsePattern::dense(9, 9), method, order)), [9, 9]);
        assert_eq!(directions(&arrow(n), JacobianMode::Forward, order), (n, 0));
        assert_eq!(directions(&arrow(n), JacobianMode::Both, order), (2, 1));
        assert_eq!(directions(&arrow(n), JacobianMode::Fewest, order), (2, 1));
        // Without a dense row or column the other mode gains nothing.
        let bidiagonal = SparsePattern::banded(200, 1, 0);
        assert_eq!(directions(&bidiagonal, JacobianMode::Fewest, order), (2, 0));
    }
    // In their natural order bands need the width in direct methods, and half of it and the diagonal by substitution.
    for k in 1..6 {
        let band = SparsePattern::banded(n, k, k);
        let numbers = METHODS.map(|method| colours(&band, method, Order::Natural));
        assert_eq!(numbers[1], k + 1);
        assert!(numbers[0] <= 2 * k + 1);
        assert_eq!(directions(&band, JacobianMode::Forward, Order::Natural), (2 * k + 1, 0));
        assert_eq!(directions(&band, JacobianMode::Reverse, Order::Natural), (0, 2 * k + 1));
        assert_eq!(directions(&SparsePattern::banded(n, k, 0), JacobianMode::Fewest, Order::Natural), (k + 1, 0));
    }
    // The tridiagonal matrix of a path: 3 and 2.
    assert_eq!(METHODS.map(|method| colours(&SparsePattern::banded(200, 1, 1), method, Order::Natural)), [3, 2]);
}

/// The examples of Gebremedhin, Manne & Pothen, "What color is your Jacobian?" (2005), figures 4.1 and 6.1, and of Gebremedhin, Pothen,
/// Tarafdar & Walther, "Efficient computation of sparse Hessians using coloring and automatic differentiation" (2009), figures 1 and 4, with
/// their colourings.
#[test]
fn colourings_of_the_literature() {
    let small = symmetric(6, (0..6).map(|i| (i, i)).chain([(0, 1), (1, 2), (1, 4), (1, 5), (2, 3), (3, 5)]));
    let large = symmetric(
        10,
        (0..10).map(|i| (i, i)).chain([
            (0, 1),
            (0, 6),
            (1, 2),
            (1, 4),
            (2, 3),
            (2, 5),
            (3, 9),
            (4, 5),
            (4, 7),
            (5, 8),
            (6, 7),
            (7, 8),
            (8, 9),
        ]),
    );
    let given = |colours: &[usize]| colours.iter().map(|&colour| Some(colour)).collect::<Vec<_>>();
    let (edges_of_small, edges_of_large) = (graph(&small), graph(&large));
    assert!(is_star(&edges_of_small, &given(&[0, 1, 0, 2, 0, 0])));
    assert!(!is_star(&edges_of_small, &given(&[0, 2, 0, 2, 0, 0])));
    assert!(is_star(&edges_of_large, &given(&[0, 1, 0, 2, 0, 3, 2, 4, 0, 1])));
    assert!(!is_star(&edges_of_large, &given(&[0, 1, 0, 2, 0, 3, 2, 3, 0, 1])));
    assert!(is_acyclic(&edges_of_large, &given(&[0, 1, 0, 1, 0, 2, 1, 2, 1, 2])));
    assert!(is_acyclic(&edges_of_large, &given(&[0, 1, 0, 1, 0, 2, 1, 2, 1, 0])));
    // None has fewer colours than the three of figures 4.1, 6.1 and 4; the five of figure 1 are one more than there must be.
    assert_eq!(least_colours(6, |colours| is_star(&edges_of_small, colours)), 3);
    assert_eq!(least_colours(10, |colours| is_acyclic(&edges_of_large, colours)), 3);
    assert_eq!(least_colours(10, |colours| is_star(&edges_of_large, colours)), 4);
    let best = |pattern: &SparsePattern, method| {
        ORDERS.map(|order| colours(pattern, method, order)).into_iter().min().unwrap()
    };
    assert_eq!(best(&small, HessianMethod::Direct), 3);
    assert_eq!(best(&large, HessianMethod::Direct), 4);
    assert_eq!(best(&large, HessianMethod::Substitution), 3);
}

/// A cycle of five has no star colouring with three colours, every other one has, and all have an acyclic one.
#[test]
fn colours_of_cycles_and_grids() {
    let cycle = |n: usize| symmetric(n, (0..n).map(|i| (i, (i + 1) % n)));
    for n in 3..40 {
        let [star, acyclic] =
            METHODS.map(|method| ORDERS.map(|order| colours(&cycle(n), method, order)).into_iter().min().unwrap());
        assert_eq!(acyclic, 3, "{n}");
        assert!(star <= 4 && star >= if n == 5 { 4 } else { 3 }, "{n}: {star}");
    }
    for (side, least) in [(2, 3), (3, 4)] {
        let edges = graph(&grid(side));
        assert_eq!(least_colours(side * side, |colours| is_star(&edges, colours)), least);
    }
    // Distance-2 colouring of the five-point stencil needs five colours at least, star colouring four, acyclic colouring three.
    let [star, acyclic] = METHODS.map(|method| ORDERS.map(|order| colours(&grid(12), method, order)));
    let columns = ORDERS.map(|order| directions(&grid(12), JacobianMode::Forward, order).0);
    assert!(star.iter().all(|&count| (4..=6).contains(&count)));
    assert!(acyclic.iter().all(|&count| (3..=4).contains(&count)));
    assert!(columns.iter().all(|&count| (5..=9).contains(&count)));
}

#[test]
fn colourings_are_the_same_each_time() {
    let pattern = random_symmetric(&mut Random::new(5), 80, 8);
    for method in METHODS {
        for order in ORDERS {
            let [first, second] = [(); 2].map(|()| {
                let plan = HessianPlan::with(pattern.clone(), method, order).unwrap();
                (0..80).map(|v| plan.colour_of(v)).collect::<Vec<_>>()
            });
            assert_eq!(first, second);
        }
    }
}
