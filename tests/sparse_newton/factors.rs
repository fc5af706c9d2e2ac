//! How many entries the Cholesky factor has: what the order of elimination is worth.

use crate::adbench::ba::{Bundle, CAMERA};
use crate::{minimise, plan};
use dualtape::optimize::SparseNewton;
use dualtape::sparse::{HessianPlan, SparseMatrix, SparsePattern};
use dualtape::{Float, ScalarFunction, scalar_function};

/// How many entries the lower triangle with the diagonal has.
fn lower(pattern: &SparsePattern) -> usize {
    pattern.triplets().filter(|(row, column)| row >= column).count()
}

fn bowl_with<T: Float>(x: &[T], coupling: T) -> T {
    x.iter().map(|&x| (x - T::one()).powi(2)).sum::<T>() + coupling
}

/// Neither a chain nor an arrow fills in, although the first row of the arrow is full: it is eliminated last.
#[test]
fn chains_and_arrows_do_not_fill_in() {
    fn chain<T: Float>(x: &[T]) -> T {
        bowl_with(x, x.windows(2).map(|x| (x[0] - x[1]).powi(4)).sum())
    }
    fn arrow<T: Float>(x: &[T]) -> T {
        bowl_with(x, x[1..].iter().map(|&y| (x[0] - y).powi(4)).sum())
    }
    scalar_function!(Chain = chain);
    scalar_function!(Arrow = arrow);
    let x0: Vec<f64> = (0..200).map(|i| f64::from(i % 5)).collect();
    for report in [minimise(&Chain, &x0), minimise(&Arrow, &x0)] {
        assert!(report.converged(), "{report}");
        assert_eq!((lower(report.hessian.pattern()), report.factor_entries), (399, 399));
        assert!(report.factorisations > report.iterations && report.to_string().contains("of 399 entries"), "{report}");
    }
}

/// What five cameras of a bundle adjustment saw: the sum of squares by cameras, points and weights.
struct FiveCameras {
    bundle: Bundle,
    seen: Vec<usize>,
}

impl FiveCameras {
    fn new() -> Self {
        let bundle = Bundle::read_full("ba/full_n8_m60_p240.txt");
        let seen = (0..bundle.observations.len()).filter(|&i| bundle.columns(i)[0] < 5 * CAMERA).collect();
        Self { bundle, seen }
    }

    fn start(&self) -> Vec<f64> {
        let mut x = vec![0.0; self.bundle.shape()[1]];
        for &i in &self.seen {
            self.bundle.columns(i).into_iter().zip(self.bundle.inputs(i)).for_each(|(column, value)| x[column] = value);
        }
        x
    }
}

impl ScalarFunction for FiveCameras {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let squares = self.seen.iter().map(|&i| {
            let inputs = self.bundle.columns(i).map(|column| x[column]);
            let [u, v] = self.bundle.observations[i].residual(&inputs);
            let weight = T::one() - inputs[inputs.len() - 1] * inputs[inputs.len() - 1];
            u * u + v * v + weight * weight
        });
        squares.sum()
    }
}

/// Points and weights are eliminated first, each a small block, and what fills in is the block of the cameras at most. The Hessian is
/// singular: turning and moving everything changes nothing, and there are variables of the other cameras.
#[test]
fn borders_of_cameras() {
    let cut = FiveCameras::new();
    let x0 = cut.start();
    let plan = HessianPlan::detect_at(&cut, &x0);
    let report = SparseNewton::new().max_iterations(8).trace(true).minimize(&cut, &plan, &x0);
    let (stored, block) = (lower(plan.pattern()), (5 * CAMERA) * (5 * CAMERA + 1) / 2);
    let empty = (0..x0.len()).filter(|&j| plan.pattern().column(j).is_empty()).count();
    assert_eq!((stored, empty), (6454, 136));
    assert!((stored..=stored + block + empty).contains(&report.factor_entries), "{}", report.factor_entries);
    assert!(report.trace.windows(2).all(|pair| pair[1].value <= pair[0].value) && report.value < report.trace[0].value);
    plan.verify(&cut, &report.x).unwrap();
}

/// A grid fills in, but far less than in its natural order, where the band becomes full.
#[test]
fn grids() {
    struct Grid(usize);
    impl ScalarFunction for Grid {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let side = self.0;
            let near = |k: usize, l: usize| (x[k] - x[l]).powi(4);
            let across = (0..x.len()).filter(|k| k % side > 0).map(|k| near(k, k - 1)).sum::<T>();
            bowl_with(x, across + (side..x.len()).map(|k| near(k, k - side)).sum::<T>())
        }
    }
    let (grid, x0) = (Grid(20), vec![0.0; 400]);
    let report = SparseNewton::new().minimize(&grid, &plan(&grid, &x0), &x0);
    assert!(report.converged() && report.x.iter().all(|x| (x - 1.0).abs() < 1e-10), "{report}");
    assert_eq!(lower(report.hessian.pattern()), 1160);
    assert!((1160..4200).contains(&report.factor_entries), "{report}"); // the band has 400 rows of 21
}

/// Our matrix is faer's in one line, by its arrays.
#[test]
fn matrices_of_faer() {
    use faer::sparse::{SparseColMat, SymbolicSparseColMat};
    let pattern = SparsePattern::banded(6, 2, 1);
    let values: Vec<f64> = (1..=pattern.nnz()).map(|k| k as f64).collect();
    let matrix = SparseMatrix::new(pattern, values.clone());
    let m = matrix.pattern();
    let (starts, rows) = (m.column_starts().to_vec(), m.row_indices().to_vec());
    let other = SparseColMat::new(SymbolicSparseColMat::new_checked(m.rows(), m.columns(), starts, None, rows), values);
    for (row, column, value) in matrix.triplets() {
        assert_eq!(other.as_ref().get(row, column), Some(&value));
    }
}
