//! Cholesky's decomposition of D⁻¹HD⁻¹ + λI by faer. Its symbolic part, an order of elimination and the places of the factor's
//! entries, is made once for a pattern; after that nothing is allocated.

use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::sparse::linalg::SupernodalThreshold;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LltRef, SymbolicCholesky, SymmetricOrdering, factorize_symbolic_cholesky,
};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMat};
use faer::{Conj, MatMut, Par, Side};
use nalgebra::DVector;

use crate::sparse::{SparseMatrix, SparsePattern};

/// From how many multiplications for each entry of the factor on it is computed in blocks, in units of 40, of which faer waits for
/// one. From a half on blocks were faster in each case: on nine-point grids of 70 and 100 points a side they take 0.4 of the time. At a
/// third, with 30 points a side, they are no gain, and a chain of blocks of one entry takes two and a half times as long.
const BLOCKS: f64 = 0.5;

pub(super) struct Cholesky {
    /// The lower triangle with the whole diagonal, which comes first in each column.
    lower: SymbolicSparseColMat<usize>,
    /// Where in the Hessian the entries of that are; none for one on the diagonal that its pattern lacks.
    places: Vec<Option<usize>>,
    /// D⁻¹HD⁻¹
    entries: Vec<f64>,
    /// D⁻¹HD⁻¹ + λI
    shifted: Vec<f64>,
    symbolic: SymbolicCholesky<usize>,
    factor: Vec<f64>,
    memory: MemBuffer,
    /// How often it was computed.
    pub count: usize,
}

impl Cholesky {
    /// For Hessians of this pattern, which has at least one row.
    pub fn new(pattern: &SparsePattern) -> Self {
        let n = pattern.columns();
        let (mut starts, mut rows, mut places) = (vec![0], Vec::new(), Vec::new());
        for column in 0..n {
            let (list, first) = (pattern.column(column), pattern.column_starts()[column]);
            let below = list.partition_point(|&row| row <= column);
            rows.push(column);
            rows.extend(&list[below..]);
            places.push(pattern.position(column, column));
            places.extend((first + below..first + list.len()).map(Some));
            starts.push(rows.len());
        }
        let lower = SymbolicSparseColMat::new_checked(n, n, starts, None, rows);
        let supernodal_flop_ratio_threshold = SupernodalThreshold(BLOCKS);
        let parameters = CholeskySymbolicParams { supernodal_flop_ratio_threshold, ..Default::default() };
        let symbolic = factorize_symbolic_cholesky(lower.as_ref(), Side::Lower, SymmetricOrdering::Amd, parameters)
            .expect("indices of a pattern that is in memory, and room for as many more");
        let room = StackReq::any_of(&[
            symbolic.factorize_numeric_llt_scratch::<f64>(Par::Seq, Default::default()),
            symbolic.solve_in_place_scratch::<f64>(1, Par::Seq),
        ]);
        let zeros = vec![0.0; places.len()];
        let factor = vec![0.0; symbolic.len_val()];
        let memory = MemBuffer::new(room);
        Self { lower, places, entries: zeros.clone(), shifted: zeros, symbolic, factor, memory, count: 0 }
    }

    /// How many numbers the factor consists of.
    pub fn factor_entries(&self) -> usize {
        self.factor.len()
    }

    /// Takes D⁻¹HD⁻¹ for the matrix.
    pub fn load(&mut self, hessian: &SparseMatrix, scale: &DVector<f64>) {
        let (starts, rows, values) = (self.lower.col_ptr(), self.lower.row_idx(), hessian.values());
        for column in 0..scale.len() {
            for k in starts[column]..starts[column + 1] {
                // Divided one after the other, since the product of two scales can overflow.
                self.entries[k] = self.places[k].map_or(0.0, |place| values[place] / scale[rows[k]] / scale[column]);
            }
        }
    }

    /// Computes the factor of the matrix plus λI. False if that is not positive definite.
    pub fn factorise(&mut self, lambda: f64) -> bool {
        self.count += 1;
        self.shifted.copy_from_slice(&self.entries);
        let starts = self.lower.col_ptr();
        starts[..starts.len() - 1].iter().for_each(|&diagonal| self.shifted[diagonal] += lambda);
        let matrix = SparseColMatRef::new(self.lower.as_ref(), &self.shifted);
        let (stack, parameters) = (MemStack::new(&mut self.memory), Default::default());
        let (none, side) = (Default::default(), Side::Lower);
        self.symbolic.factorize_numeric_llt(&mut self.factor, matrix, side, none, Par::Seq, stack, parameters).is_ok()
    }

    /// The solution of (D⁻¹HD⁻¹ + λI) x = `right`, with the λ of the last factor.
    pub fn solve(&mut self, right: &DVector<f64>) -> DVector<f64> {
        let mut x = right.clone();
        let n = x.len();
        let column = MatMut::from_column_major_slice_mut(x.as_mut_slice(), n, 1);
        let stack = MemStack::new(&mut self.memory);
        LltRef::new(&self.symbolic, &self.factor).solve_in_place_with_conj(Conj::No, column, Par::Seq, stack);
        x
    }

    /// D⁻¹HD⁻¹ v
    pub fn product(&self, v: &DVector<f64>) -> DVector<f64> {
        let mut product = DVector::zeros(v.len());
        self.for_each(|row, column, entry| {
            product[row] += entry * v[column];
            if row != column {
                product[column] += entry * v[row];
            }
        });
        product
    }

    /// The least entry on the diagonal, a bound from below of the least eigenvalue by Gershgorin's circles, and the largest
    /// modulus of an entry.
    pub fn bounds(&self) -> (f64, f64, f64) {
        let n = self.lower.ncols();
        let (mut diagonal, mut radii, mut largest) = (vec![0.0; n], vec![0.0; n], 0.0_f64);
        self.for_each(|row, column, entry| {
            largest = largest.max(entry.abs());
            if row == column {
                diagonal[row] = entry;
            } else {
                radii[row] += entry.abs();
                radii[column] += entry.abs();
            }
        });
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let lowest = least(&mut diagonal.iter().zip(&radii).map(|(d, r)| d - r));
        (least(&mut diagonal.iter().copied()), lowest, largest)
    }

    /// Row, column and value of each entry of the lower triangle.
    fn for_each(&self, mut f: impl FnMut(usize, usize, f64)) {
        let (starts, rows) = (self.lower.col_ptr(), self.lower.row_idx());
        for column in 0..self.lower.ncols() {
            let range = starts[column]..starts[column + 1];
            rows[range.clone()].iter().zip(&self.entries[range]).for_each(|(&row, &entry)| f(row, column, entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sparse::directions;
    use faer::sparse::linalg::cholesky::SymbolicCholeskyRaw;

    /// A chain is decomposed entry by entry and a full matrix in blocks, and both solve; without a positive diagonal both fail.
    #[test]
    fn factors_by_entries_and_by_blocks() {
        for (n, width, in_blocks) in [(80, 1, false), (80, 79, true)] {
            let pattern = SparsePattern::banded(n, width, width);
            let numbers: Vec<f64> = directions(n * n);
            let entry = |(i, j): (usize, usize)| numbers[i.max(j) * n + i.min(j)] + if i == j { 80.0 } else { 0.0 };
            let values = pattern.triplets().map(entry).collect();
            let matrix = SparseMatrix::new(pattern, values);
            let mut cholesky = Cholesky::new(matrix.pattern());
            assert_eq!(matches!(cholesky.symbolic.raw(), SymbolicCholeskyRaw::Supernodal(_)), in_blocks);
            cholesky.load(&matrix, &DVector::from_element(n, 1.0));
            let v = DVector::from_vec(directions(n));
            for lambda in [0.0, 3.0] {
                assert!(cholesky.factorise(lambda));
                let x = cholesky.solve(&v);
                assert!((cholesky.product(&x) + x * lambda - &v).amax() < 1e-13);
            }
            assert!(!cholesky.factorise(-90.0));
            assert!(cholesky.factorise(0.0));
        }
    }
}
