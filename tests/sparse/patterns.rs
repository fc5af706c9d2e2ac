//! Patterns against sets of the standard library.

use crate::problems::Random;
use dualtape::sparse::SparsePattern;
use std::collections::BTreeSet;

/// Entries of a matrix, sorted by column.
type Entries = BTreeSet<(usize, usize)>;

fn random_entries(random: &mut Random, rows: usize, columns: usize) -> Vec<(usize, usize)> {
    let count = random.below(2 * rows * columns + 1);
    (0..if rows * columns == 0 { 0 } else { count }).map(|_| (random.below(rows), random.below(columns))).collect()
}

fn pattern_of(rows: usize, columns: usize, entries: &[(usize, usize)]) -> SparsePattern {
    SparsePattern::from_triplets(rows, columns, entries.iter().copied()).unwrap()
}

/// The entries of a pattern, which has to be sorted and consistent in itself.
#[track_caller]
fn entries_of(pattern: &SparsePattern) -> Entries {
    let listed: Vec<(usize, usize)> = pattern.triplets().map(|(row, column)| (column, row)).collect();
    assert!(listed.is_sorted_by(|a, b| a < b));
    assert_eq!((listed.len(), pattern.column_starts().len()), (pattern.nnz(), pattern.columns() + 1));
    for row in 0..pattern.rows() {
        for column in 0..pattern.columns() {
            let place = listed.iter().position(|&entry| entry == (column, row));
            assert_eq!((pattern.position(row, column), pattern.contains(row, column)), (place, place.is_some()));
        }
    }
    assert!(!pattern.contains(pattern.rows(), 0) && !pattern.contains(0, pattern.columns()));
    listed.into_iter().map(|(column, row)| (row, column)).collect()
}

#[test]
fn patterns_are_sets_of_entries() {
    let mut random = Random::new(1);
    for _ in 0..300 {
        let (rows, columns) = (random.below(6), random.below(6));
        let [left, right] = [(); 2].map(|()| random_entries(&mut random, rows, columns));
        let [a, b] = [&left, &right].map(|entries| pattern_of(rows, columns, entries));
        let [set_a, set_b] = [left, right].map(Entries::from_iter);
        assert_eq!(entries_of(&a), set_a);
        assert_eq!(entries_of(&a.union(&b).unwrap()), &set_a | &set_b);
        let mirrored: Entries = set_a.iter().map(|&(row, column)| (column, row)).collect();
        assert_eq!(entries_of(&a.transposed()), mirrored);
        assert_eq!((a.transposed().rows(), a.transposed().columns()), (columns, rows));
        assert_eq!(a.is_symmetric(), rows == columns && set_a == mirrored);
        if rows == columns {
            assert_eq!(entries_of(&a.symmetrised().unwrap()), &set_a | &mirrored);
            assert!(a.symmetrised().unwrap().is_symmetric());
        }
        let by_rows: Vec<Vec<usize>> =
            (0..rows).map(|i| set_a.iter().filter(|entry| entry.0 == i).map(|entry| entry.1).rev().collect()).collect();
        assert_eq!(SparsePattern::from_rows(columns, &by_rows).unwrap(), a);
        let (starts, indices) = (a.column_starts().to_vec(), a.row_indices().to_vec());
        assert_eq!(SparsePattern::from_columns(rows, starts, indices).unwrap(), a);
    }
}

#[test]
fn bands_and_dense_patterns() {
    for (n, below, above) in [(0, 1, 1), (1, 3, 3), (5, 0, 0), (5, 2, 1), (5, 0, 3), (5, 9, 9)] {
        let entries = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
        let inside = entries.filter(|&(i, j)| i <= j + below && j <= i + above);
        assert_eq!(entries_of(&SparsePattern::banded(n, below, above)), inside.collect());
    }
    assert_eq!(SparsePattern::dense(2, 3), SparsePattern::from_rows(3, &[[0, 1, 2]; 2]).unwrap());
    assert_eq!(SparsePattern::dense(4, 4), SparsePattern::banded(4, 3, 3));
}

#[test]
fn small_patterns_print_as_pictures_and_large_ones_as_their_size() {
    let pattern = SparsePattern::from_triplets(2, 3, [(0, 2), (1, 0), (1, 2)]).unwrap();
    assert_eq!(pattern.to_string(), "2 x 3, 3 entries\n. . x\nx . x\n");
    assert_eq!(SparsePattern::dense(0, 0).to_string(), "0 x 0, 0 entries\n");
    assert_eq!(SparsePattern::banded(64, 0, 0).to_string().lines().count(), 65);
    assert_eq!(SparsePattern::banded(65, 1, 1).to_string(), "65 x 65, 193 entries\n");
}
