//! Whether a pattern has all entries, by random directions.

use super::error::SparseError;
use super::hessian::HessianPlan;
use super::jacobian::JacobianPlan;
use super::matrix::SparseMatrix;
use super::pattern::SparsePattern;
use crate::drivers::{ScalarFunction, VectorFunction, forward, reverse};
use crate::float::{Float, Primitive};

impl HessianPlan {
    /// Looks for entries that the pattern lacks: compares the Hessian at `x`, times a random vector, with the product by
    /// [`hvp`](crate::hvp), which needs no pattern. The vector is the same in each call.
    ///
    /// An entry that is zero at `x`, or so small that it does not show beside the others of its row, is not found: a share of 1e-10 in
    /// double precision, of 1e-4 in single.
    ///
    /// # Errors
    /// [`SparseError::Missing`], with the place and the value of a derivative that is not in the pattern.
    ///
    /// # Panics
    /// As [`HessianPlan::value_gradient_and_hessian`].
    ///
    /// # Cost
    /// A Hessian and a product; one more product for each row that differs until the entry is found.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::{HessianPlan, SparseError, SparsePattern};
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> T {
    ///     x[0] * x[1] + x[1] * x[2]
    /// }
    /// scalar_function!(Chain = f);
    ///
    /// let without_the_last = SparsePattern::from_triplets(3, 3, [(0, 1), (1, 0), (2, 2)])?;
    /// let plan = HessianPlan::from_pattern(without_the_last)?;
    /// assert_eq!(
    ///     plan.verify(&Chain, &[1.0, 2.0, 3.0]),
    ///     Err(SparseError::Missing { row: 2, column: 1, value: 1.0 })
    /// );
    /// assert!(
    ///     HessianPlan::detect(&Chain, &[0.0; 3])?.verify(&Chain, &[1.0, 2.0, 3.0]).is_ok()
    /// );
    /// # Ok::<(), SparseError>(())
    /// ```
    #[track_caller]
    pub fn verify<T: Float>(&self, f: &(impl ScalarFunction + ?Sized), x: &[T]) -> Result<(), SparseError> {
        let v = directions(x.len());
        let product = |v: &[T]| reverse::hvp(|x| f.eval(x), x, v);
        compare(&self.hessian(f, x), &v, &product(&v), |row| product(&unit(row, x.len())))
    }
}

impl JacobianPlan {
    /// Looks for entries that the pattern lacks: compares the Jacobian at `x`, times a random vector, with the product by
    /// [`jvp`](crate::jvp), which needs no pattern. The vector is the same in each call.
    ///
    /// An entry that is zero at `x`, or so small that it does not show beside the others of its row, is not found: a share of 1e-10 in
    /// double precision, of 1e-4 in single.
    ///
    /// # Errors
    /// [`SparseError::Missing`], with the place and the value of a derivative that is not in the pattern.
    ///
    /// # Panics
    /// As [`JacobianPlan::value_and_jacobian`].
    ///
    /// # Cost
    /// A Jacobian and a product; one gradient for each row that differs until the entry is found.
    #[track_caller]
    pub fn verify<T: Float>(&self, f: &(impl VectorFunction + ?Sized), x: &[T]) -> Result<(), SparseError> {
        let jacobian = self.jacobian(f, x);
        let v = directions(x.len());
        let (_, product) = forward::jvp(|x| f.eval(x), x, &v);
        compare(&jacobian, &v, &product, |row| reverse::vjp(|x| f.eval(x), x, &unit(row, product.len())).1)
    }
}

/// Compares a matrix times `v` with the product that it should be, and looks for a missing entry in the rows that differ, which `row_of`
/// computes. They come by how much they differ: a missing entry may be found in the places of others, whose rows are wrong then.
fn compare<T: Float>(
    matrix: &SparseMatrix<T>,
    v: &[T],
    product: &[T],
    row_of: impl Fn(usize) -> Vec<T>,
) -> Result<(), SparseError> {
    let tolerance = tolerance::<T>();
    let mut sums: Vec<(T, T)> = vec![(T::zero(), T::zero()); product.len()];
    for (row, column, entry) in matrix.triplets() {
        let term = entry * v[column];
        sums[row].0 += term;
        sums[row].1 += term.abs();
    }
    let share = |((sum, size), expected): ((T, T), T)| {
        let share = (expected - sum).abs() / (size + expected.abs());
        share.base().widen()
    };
    let shares = sums.into_iter().zip(product.iter().copied()).map(share);
    let mut wrong: Vec<(usize, f64)> = shares.enumerate().filter(|&(_, share)| share > tolerance).collect();
    wrong.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    for (row, _) in wrong {
        if let Some((column, value)) = missing(matrix.pattern(), row, &row_of(row)) {
            return Err(SparseError::Missing { row, column, value });
        }
    }
    Ok(())
}

/// The largest entry of a row that is not in the pattern, if one is there.
fn missing<T: Float>(pattern: &SparsePattern, row: usize, entries: &[T]) -> Option<(usize, f64)> {
    let entries = entries.iter().map(|entry| entry.base().widen()).enumerate();
    let outside = entries.filter(|&(column, entry)| entry != 0.0 && !pattern.contains(row, column));
    outside.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))
}

/// The share of a row by which products may differ: the roundings of some hundred terms in single precision, and of as many more in double
/// as its digits allow.
fn tolerance<T: Float>() -> f64 {
    if T::Base::IS_SINGLE { 1e-4 } else { 1e-10 }
}

fn unit<T: Float>(k: usize, n: usize) -> Vec<T> {
    (0..n).map(|i| if i == k { T::one() } else { T::zero() }).collect()
}

/// Random numbers between 1/2 and 1 of either sign: none is so small that what it multiplies would not show.
///
/// Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
fn directions<T: Float>(n: usize) -> Vec<T> {
    let mut state = 0_u64;
    let number = |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let size = 0.5 + (z >> 12) as f64 / (1_u64 << 53) as f64;
        T::lit(if z & 1 == 0 { size } else { -size })
    };
    (0..n).map(number).collect()
}
