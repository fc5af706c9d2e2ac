//! Linear algebra on whole matrices: closed forms of matrix calculus, in every mode and to second order.

#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::{
    Dual, Float, LinearAlgebra, Reverse, ScalarFunction, Tape, forward, gradient, hessian, jacobian, optimize, reverse,
};
use nalgebra::{DMatrix, DVector, dmatrix};

/// A well-conditioned matrix without special structure.
fn matrix(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| ((3 * i + 5 * j) as f64 + 0.5).sin() + if i == j { 3.0 } else { 0.0 })
}

fn symmetric(n: usize) -> DMatrix<f64> {
    let a = matrix(n);
    &a + a.transpose()
}

fn square<T: Float>(entries: &[T]) -> DMatrix<T> {
    let n = (entries.len() as f64).sqrt() as usize;
    DMatrix::from_column_slice(n, n, entries)
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1.0, |scale: f64, e| scale.max(e.abs()));
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance * scale, "entry {i} is {f}, not {e}");
    }
}

/// Roundings of matrices of condition about ten.
const ROUNDING: f64 = 2e-14;

#[test]
fn the_gradient_of_the_log_determinant_is_the_inverse_transposed() {
    fn f<T: Float>(a: &[T]) -> T {
        T::log_determinant(&square(a)).unwrap()
    }
    for n in [1, 2, 5, 10] {
        let a = matrix(n);
        let inverse = a.clone().try_inverse().unwrap();
        let expected = inverse.transpose();
        assert_close(&gradient(f, a.as_slice()), expected.as_slice(), ROUNDING);
        assert_close(&forward::gradient(f, a.as_slice()), expected.as_slice(), ROUNDING);
        // ∂² / ∂a_ij ∂a_kl = -(A⁻¹)_li (A⁻¹)_jk, with places counted down the columns.
        let expected = DMatrix::from_fn(n * n, n * n, |p, q| {
            let ((i, j), (k, l)) = ((p % n, p / n), (q % n, q / n));
            -inverse[(l, i)] * inverse[(j, k)]
        });
        assert_close(hessian(f, a.as_slice()).as_slice(), expected.as_slice(), ROUNDING);
        assert_close(forward::hessian(f, a.as_slice()).as_slice(), expected.as_slice(), ROUNDING);
    }
}

#[test]
fn the_gradient_of_the_determinant_is_the_cofactor_matrix() {
    fn f<T: Float>(a: &[T]) -> T {
        T::determinant(&square(a))
    }
    let a = matrix(4);
    let expected = a.clone().try_inverse().unwrap().transpose() * a.determinant();
    assert_close(&gradient(f, a.as_slice()), expected.as_slice(), ROUNDING);
    // Exact zeros that are variables: a branch on them loses derivatives.
    let a = dmatrix![1.0, 0.0, 0.0; 0.0, 2.0, 0.0; 0.0, std::f64::consts::PI, 3.0];
    let expected = dmatrix![6.0, 0.0, 0.0; 0.0, 3.0, -std::f64::consts::PI; 0.0, 0.0, 2.0];
    assert_close(&gradient(f, a.as_slice()), expected.as_slice(), 1e-15);
    // Singular: rank 1 has no cofactors, rank n - 1 has.
    assert_eq!(gradient(f, dmatrix![1.0, 2.0; 2.0, 4.0].as_slice()), [4.0, -2.0, -2.0, 1.0]);
    assert_eq!(gradient(f, &[0.0; 9]), [0.0; 9]);
    let h = hessian(f, &[0.0; 4]); // ad - bc
    assert_eq!((h[(0, 3)], h[(1, 2)], h[(0, 0)]), (1.0, -1.0, 0.0));
}

#[test]
fn the_solution_differentiates_by_matrix_and_right_side() {
    fn f<T: Float>(entries: &[T]) -> Vec<T> {
        let n = ((4.0 * entries.len() as f64 + 1.0).sqrt() as usize - 1) / 2;
        let (a, b) = entries.split_at(n * n);
        T::solve(&square(a), &DVector::from_column_slice(b)).unwrap().as_slice().to_vec()
    }
    for n in [1, 3, 6] {
        let (a, b) = (matrix(n), DVector::from_fn(n, |i, _| (i as f64).cos()));
        let point: Vec<f64> = a.iter().chain(b.iter()).copied().collect();
        let inverse = a.clone().try_inverse().unwrap();
        let x = &inverse * &b;
        let expected = DMatrix::from_fn(n, n * n + n, |i, p| {
            if p < n * n { -inverse[(i, p % n)] * x[p / n] } else { inverse[(i, p - n * n)] }
        });
        assert_close(jacobian(f, &point).as_slice(), expected.as_slice(), ROUNDING);
        assert_close(forward::jacobian(f, &point).as_slice(), expected.as_slice(), ROUNDING);
    }
}

/// The same to second order, against elimination on our numbers by nalgebra itself.
#[test]
fn second_derivatives_of_the_solution_are_those_of_elimination() {
    fn by_rule<T: Float>(entries: &[T]) -> T {
        let (a, b) = entries.split_at(9);
        T::solve(&square(a), &DVector::from_column_slice(b)).unwrap().iter().map(|&x| x * x * x).sum()
    }
    fn by_elimination<T: Float>(entries: &[T]) -> T {
        let (a, b) = entries.split_at(9);
        let (mut a, mut b) = (square(a), b.to_vec());
        for k in 0..3 {
            for i in k + 1..3 {
                let factor = a[(i, k)] / a[(k, k)];
                for j in k..3 {
                    let (entry, pivot) = (a[(i, j)], a[(k, j)]);
                    a[(i, j)] = entry - factor * pivot;
                }
                let pivot = b[k];
                b[i] -= factor * pivot;
            }
        }
        for i in (0..3).rev() {
            for j in i + 1..3 {
                let known = b[j];
                b[i] -= a[(i, j)] * known;
            }
            b[i] /= a[(i, i)];
        }
        b.iter().map(|&x| x * x * x).sum()
    }
    let point: Vec<f64> = matrix(3).iter().copied().chain([1.0, -2.0, 0.5]).collect();
    let expected = hessian(by_elimination, &point);
    assert_close(hessian(by_rule, &point).as_slice(), expected.as_slice(), ROUNDING);
    assert_close(forward::hessian(by_rule, &point).as_slice(), expected.as_slice(), ROUNDING);
}

#[test]
fn the_inverse_differentiates_as_minus_inverse_change_inverse() {
    fn f<T: Float>(a: &[T]) -> Vec<T> {
        T::inverse(&square(a)).unwrap().as_slice().to_vec()
    }
    let n = 4;
    let inverse = matrix(n).try_inverse().unwrap();
    let expected = DMatrix::from_fn(n * n, n * n, |p, q| -inverse[(p % n, q % n)] * inverse[(q / n, p / n)]);
    assert_close(jacobian(f, matrix(n).as_slice()).as_slice(), expected.as_slice(), ROUNDING);
    assert_close(forward::jacobian(f, matrix(n).as_slice()).as_slice(), expected.as_slice(), ROUNDING);
}

#[test]
fn eigenvalues_and_vectors_of_a_symmetric_matrix() {
    fn values<T: Float>(a: &[T]) -> Vec<T> {
        T::symmetric_eigen(&square(a)).0.as_slice().to_vec()
    }
    // f(A) = Σ exp(λᵢ) has the gradient exp(A): an entry off the diagonal counts for both of its places.
    fn trace_of_exponential<T: Float>(a: &[T]) -> T {
        T::symmetric_eigen(&square(a)).0.iter().map(|x| x.exp()).sum()
    }
    for a in [symmetric(4), DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 2.0, 4.0])), DMatrix::identity(3, 3)] {
        let n = a.nrows();
        let a = a.map(|x| x * 0.25);
        let exponential = a.exp();
        let expected = DMatrix::from_fn(n, n, |i, j| {
            if i == j {
                exponential[(i, j)]
            } else if i > j {
                2.0 * exponential[(i, j)]
            } else {
                0.0
            }
        });
        assert_close(&gradient(trace_of_exponential, a.as_slice()), expected.as_slice(), ROUNDING);
        assert_close(&forward::gradient(trace_of_exponential, a.as_slice()), expected.as_slice(), ROUNDING);
    }
    // The eigenvalues of [[a, b], [b, c]] are the roots of a quadratic; first and second derivatives by both.
    fn larger<T: Float>(x: &[T]) -> T {
        T::symmetric_eigen(&DMatrix::from_column_slice(2, 2, &[x[0], x[1], x[1], x[2]])).0[1]
    }
    fn root<T: Float>(x: &[T]) -> T {
        let half = T::lit(0.5);
        (x[0] + x[2]) * half + ((x[0] - x[2]) * half).hypot(x[1])
    }
    let point = [2.0, 0.7, -1.0];
    assert_close(&gradient(larger, &point), &gradient(root, &point), 1e-15);
    assert_close(hessian(larger, &point).as_slice(), hessian(root, &point).as_slice(), ROUNDING);
    // Exactly diagonal: the vectors turn towards each other by 1 / (λ₁ - λ₂).
    let vectors = |x: &[Reverse<f64>]| {
        let off_diagonal = x[0];
        let a = dmatrix![Reverse::constant(1.0), off_diagonal; off_diagonal, Reverse::constant(3.0)];
        LinearAlgebra::symmetric_eigen(&a).1.as_slice().to_vec()
    };
    let turn = jacobian(vectors, &[0.0]);
    assert_close(turn.map(f64::abs).as_slice(), &[0.0, 0.5, 0.5, 0.0], 1e-15);
    assert!(jacobian(values, symmetric(3).as_slice()).iter().all(|x| x.is_finite()));
}

#[test]
fn singular_values_of_rectangular_matrices() {
    // Σ σᵢ² = ‖A‖²_F has the gradient 2 A.
    let a = DMatrix::from_fn(3, 2, |i, j| (i + 2 * j) as f64 + 0.3 * (i as f64).sin());
    fn f<T: Float>(a: &[T]) -> T {
        T::singular_values(&DMatrix::from_column_slice(3, 2, a)).iter().map(|&s| s * s).sum()
    }
    assert_close(&gradient(f, a.as_slice()), (&a * 2.0).as_slice(), ROUNDING);
    assert_close(&forward::gradient(f, a.as_slice()), (&a * 2.0).as_slice(), ROUNDING);
    assert_close(hessian(f, a.as_slice()).as_slice(), (DMatrix::identity(6, 6) * 2.0).as_slice(), 1e-13);
    // The nuclear norm of a diagonal matrix with a negative entry: the gradient is the sign.
    fn nuclear<T: Float>(a: &[T]) -> T {
        T::singular_values(&square(a)).iter().copied().sum()
    }
    assert_close(&gradient(nuclear, &[2.0, 0.0, 0.0, -3.0]), &[1.0, 0.0, 0.0, -1.0], 1e-15);
}

#[test]
fn singular_and_empty_matrices_are_answered() {
    let singular = DMatrix::from_element(2, 2, Dual::<f64>::variable(1.0));
    assert!(LinearAlgebra::inverse(&singular).is_none());
    assert!(LinearAlgebra::log_determinant(&singular).is_none());
    assert!(LinearAlgebra::solve(&singular, &DVector::from_element(2, Dual::constant(1.0))).is_none());
    let empty = DMatrix::<Dual<f64>>::from_vec(0, 0, vec![]);
    assert_eq!(LinearAlgebra::determinant(&empty), 1.0);
    assert_eq!(LinearAlgebra::symmetric_eigen(&empty).0.len(), 0);
}

#[test]
#[should_panic(expected = "solve: the matrix is 2 x 2 and the right side has 3 entries")]
fn a_right_side_of_another_length_panics() {
    let _ = LinearAlgebra::solve(&DMatrix::<f64>::identity(2, 2), &DVector::zeros(3));
}

/// The table of costs in the documentation of `linalg`, at n = 20.
#[test]
fn the_tape_holds_as_many_records_as_documented() {
    fn records<const K: usize>(
        f: impl Fn(&DMatrix<Reverse<f64>>, &DVector<Reverse<f64>>) -> [Vec<Reverse<f64>>; K],
    ) -> usize {
        let tape = Tape::new();
        let a = (matrix(N) + matrix(N).transpose()).map(|x| tape.variable(x));
        let b = DVector::from_fn(N, |i, _| tape.variable(i as f64));
        let before = tape.len();
        let _ = f(&a, &b);
        tape.len() - before
    }
    const N: usize = 20;
    let list = |a: DMatrix<Reverse<f64>>| a.as_slice().to_vec();
    let (n, square, cube) = (N, N * N, N * N * N);
    let counted = [
        ("solve", records(|a, b| [LinearAlgebra::solve(a, b).unwrap().as_slice().to_vec()]), square + n / 2),
        ("inverse", records(|a, _| [list(LinearAlgebra::inverse(a).unwrap())]), cube),
        ("determinant", records(|a, _| [vec![LinearAlgebra::determinant(a)]]), square / 2),
        ("log_determinant", records(|a, _| [vec![LinearAlgebra::log_determinant(a).unwrap()]]), square / 2),
        (
            "symmetric_eigenvalues",
            records(|a, _| [LinearAlgebra::symmetric_eigenvalues(a).as_slice().to_vec()]),
            cube / 4,
        ),
        ("symmetric_eigen", records(|a, _| [list(LinearAlgebra::symmetric_eigen(a).1)]), 5 * cube / 4),
        ("singular_values", records(|a, _| [LinearAlgebra::singular_values(a).as_slice().to_vec()]), cube / 2),
        ("svd", records(|a, _| [list(LinearAlgebra::svd(a).0)]), 3 * cube - 2 * square),
    ];
    for (name, counted, documented) in counted {
        // Sums of n entries round up, and n / 2 records more or less are of lower order.
        let slack = if documented > square { square } else { n };
        assert!(counted.abs_diff(documented) <= slack, "{name}: {counted} records, not {documented}");
    }
}

#[test]
fn the_solution_on_a_tape_has_the_adjoints_of_the_inverse() {
    let n = 20;
    let tape = Tape::new();
    let a = matrix(n).map(|x| tape.variable(x));
    let b = DVector::from_fn(n, |i, _| tape.variable(i as f64));
    let x = LinearAlgebra::solve(&a, &b).unwrap();
    let inverse = matrix(n).try_inverse().unwrap();
    assert!((tape.adjoints(x[0]).wrt(b[3]) - inverse[(0, 3)]).abs() < ROUNDING);
}

// ---- Determinants of singular matrices -------------------------------------------------------------------------------

/// A matrix of integers with a common divisor, so that minors are exact.
struct Integers {
    n: usize,
    /// Down the columns.
    entries: Vec<i128>,
    divisor: f64,
}

impl Integers {
    /// Of rank `rank`, plus `small` times a matrix of full rank.
    fn new(n: usize, rank: usize, small: f64) -> Self {
        let wave =
            |i: usize, j: usize, seed: usize| ((i * 7 + j * 11 + i * i * j + i * j * j * 3 + seed) % 7) as i128 - 3;
        let divisor = if small == 0.0 { 1.0 } else { 1.0 / small };
        let entry = |i: usize, j: usize| {
            let product: i128 = (0..rank).map(|k| wave(i, k, rank) * wave(k, j, rank + 2)).sum();
            let added = wave(i, j, 4) + if i == j { 5 } else { 0 };
            if small == 0.0 { product } else { product * divisor as i128 + added }
        };
        let entries = (0..n * n).map(|p| entry(p % n, p / n)).collect();
        Integers { n, entries, divisor }
    }

    fn point(&self) -> Vec<f64> {
        self.entries.iter().map(|&x| x as f64 / self.divisor).collect()
    }

    /// The exact derivative of the determinant by the entries at the given places: the signed minor without their rows and columns.
    fn derivative(&self, places: &[usize]) -> f64 {
        fn minor(a: &Integers, rows: &[usize], columns: &[usize]) -> i128 {
            let Some((&row, rest)) = rows.split_first() else { return 1 };
            let mut sign = -1;
            let term = |&column: &usize| {
                sign = -sign;
                let others: Vec<usize> = columns.iter().copied().filter(|&c| c != column).collect();
                sign * a.entries[row + column * a.n] * minor(a, rest, &others)
            };
            columns.iter().map(term).sum()
        }
        let (mut rows, mut columns): (Vec<usize>, Vec<usize>) = ((0..self.n).collect(), (0..self.n).collect());
        let mut sign = 1.0;
        for &place in places {
            let find = |list: &[usize], index: usize| list.iter().position(|&k| k == index);
            let (Some(row), Some(column)) = (find(&rows, place % self.n), find(&columns, place / self.n)) else {
                return 0.0;
            };
            sign *= if (row + column) % 2 == 0 { 1.0 } else { -1.0 };
            rows.remove(row);
            columns.remove(column);
        }
        sign * minor(self, &rows, &columns) as f64 / self.divisor.powi(rows.len() as i32)
    }

    /// The largest derivatives of orders 0 to n.
    fn largest(&self) -> Vec<f64> {
        fn largest(a: &Integers, places: &mut Vec<usize>, order: usize, from: usize) -> f64 {
            if order == 0 {
                return a.derivative(places).abs();
            }
            // One place of each row in turn, since the order does not matter.
            let mut most: f64 = 0.0;
            for row in from..a.n {
                for column in 0..a.n {
                    if places.iter().all(|place| place / a.n != column) {
                        places.push(row + column * a.n);
                        most = most.max(largest(a, places, order - 1, row + 1));
                        places.pop();
                    }
                }
            }
            most
        }
        (0..=self.n).map(|order| largest(self, &mut vec![], order, 0)).collect()
    }
}

fn determinant<T: Float>(a: &[T]) -> T {
    T::determinant(&square(a))
}

/// Derivatives of first to third order of the determinant, in every mode, are the exact minors, at matrices of every rank and near
/// them. An error may be what a few roundings of the largest entry would make of the exact derivative.
#[test]
fn derivatives_of_the_determinant_are_minors_at_any_rank() {
    for (n, rank, small) in
        (1..=5).flat_map(|n| (0..=n).flat_map(move |rank| [0.0, 2.0_f64.powi(-20)].map(|small| (n, rank, small))))
    {
        let a = Integers::new(n, rank, small);
        let point = a.point();
        let rounding = 16.0 * f64::EPSILON;
        let step = rounding * point.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let largest = a.largest();
        let check = |places: &[usize], found: f64, mode: &str| {
            let order = places.len();
            let expected = a.derivative(places);
            let changes = largest.iter().skip(order + 1).scan(1.0, |power, largest| {
                *power *= step;
                Some(*power * largest)
            });
            let tolerance = largest.get(order).copied().unwrap_or(0.0) * rounding + changes.sum::<f64>();
            let error = (found - expected).abs();
            assert!(
                error <= tolerance,
                "{n} x {n}, rank {rank}, plus {small}: by {places:?} in {mode} mode {found}, not {expected}; tolerance {tolerance}"
            );
        };
        for (p, (by_tape, by_duals)) in
            gradient(determinant, &point).into_iter().zip(forward::gradient(determinant, &point)).enumerate()
        {
            check(&[p], by_tape, "reverse");
            check(&[p], by_duals, "forward");
        }
        for (mode, h) in [("reverse", hessian(determinant, &point)), ("forward", forward::hessian(determinant, &point))]
        {
            for (p, q) in (0..n * n).flat_map(|p| (0..n * n).map(move |q| (p, q))) {
                check(&[p, q], h[(p, q)], mode);
            }
        }
        // Third order: two directions of duals, and a gradient on top of them or between them.
        let triples =
            (0..n * n).flat_map(|p| (0..=p).map(move |q| (p, q))).filter(|(p, q)| n < 5 || (p + 3 * q) % 5 == 0);
        for (p, q) in triples {
            let seed = |k: usize| [p, q].map(|direction| if direction == k { 1.0 } else { 0.0 });
            let outer: Vec<Dual<Dual<f64>>> = point
                .iter()
                .enumerate()
                .map(|(k, &x)| {
                    let [first, second] = seed(k);
                    Dual::new(Dual::new(x, [first]), [Dual::constant(second)])
                })
                .collect();
            for (r, found) in gradient(determinant, &outer).into_iter().enumerate() {
                check(&[p, q, r], found.tangent().tangent(), "reverse over forward");
            }
            let tape = Tape::new();
            let between: Vec<Dual<Reverse<Dual<f64>>>> = point
                .iter()
                .enumerate()
                .map(|(k, &x)| {
                    let [first, second] = seed(k);
                    Dual::new(tape.variable(Dual::new(x, [first])), [Reverse::constant(Dual::constant(second))])
                })
                .collect();
            let adjoints = tape.adjoints(determinant(&between).tangent());
            for (r, x) in between.iter().enumerate() {
                check(&[p, q, r], adjoints.wrt(x.primal()).tangent(), "forward over reverse");
            }
        }
    }
}

#[test]
fn second_derivatives_of_determinants_at_singular_matrices() {
    let h = hessian(determinant, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    assert!((h[(0, 4)] - 9.0_f64).abs() < 1e-14, "{h}");
    let h = hessian(determinant, &[1.0, 1.0, 1.0, 1.0 + 1e-8]);
    assert_eq!((h[(0, 0)], h[(0, 3)], h[(1, 2)]), (0.0, 1.0, -1.0));
}

/// d/dt det(A B) = det A · d/dt det B: a law that holds at singular matrices as well, here up to third order along a line.
#[test]
fn the_determinant_of_a_product_is_the_product_of_determinants() {
    type Third = Dual<Dual<Dual<f64>>>;
    let t: Third =
        Dual::new(Dual::new(Dual::new(0.0, [1.0]), [Dual::constant(1.0)]), [Dual::constant(Dual::constant(1.0))]);
    let line = |a: DMatrix<f64>, seed: usize| a.map_with_location(|i, j, x| t * ((i + 2 * j + seed) as f64).sin() + x);
    for rank in 0..=4 {
        let singular = DMatrix::from_vec(4, 4, Integers::new(4, rank, 0.0).point());
        let (a, b) = (line(singular, 1), line(matrix(4), 2));
        let product = LinearAlgebra::determinant(&(&a * &b));
        let expected = LinearAlgebra::determinant(&a) * LinearAlgebra::determinant(&b);
        let parts = |x: Third| {
            let (first, second) = (x.primal().tangent(), x.tangent().tangent());
            [x.primal().primal().primal(), first.primal(), second.primal(), second.tangent()]
        };
        // Roundings of products of four entries of about ten each.
        let scale = 1e-14 * 1e4 * matrix(4).determinant().abs();
        for (found, expected) in parts(product).into_iter().zip(parts(expected)) {
            assert!((found - expected).abs() <= scale, "rank {rank}: {found}, not {expected}");
        }
    }
}

// ---- Spectra ---------------------------------------------------------------------------------------------------------

#[test]
fn spectra_of_matrices_that_are_not_finite_are_nan() {
    fn check<T: Float>(variable: impl Fn(f64) -> T, no_part_is_finite: impl Fn(T) -> bool) {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for n in [1, 2, 4] {
                let mut a = symmetric(n).map(&variable);
                a[(n - 1, n / 2)] = variable(bad);
                let (values, vectors) = T::symmetric_eigen(&a);
                let (u, sigma, v) = T::svd(&a);
                let lists = [values, T::symmetric_eigenvalues(&a), sigma, T::singular_values(&a)];
                assert!(lists.iter().all(|list| list.len() == n && list.iter().all(|&x| no_part_is_finite(x))));
                // The vectors of a matrix of one entry are constants.
                let is_nan = |&x: &T| if n == 1 { x.is_nan() } else { no_part_is_finite(x) };
                assert!([vectors, u, v].iter().flatten().all(is_nan));
            }
        }
    }
    check(|x| x as f32, f32::is_nan);
    check(|x| x, f64::is_nan);
    check(Dual::variable, |x: Dual<f64>| x.primal().is_nan() && x.tangent().is_nan());
    check(
        |x| Dual::variable(Dual::variable(x)),
        |x: Dual<Dual<f64>>| x.base().is_nan() && x.primal().tangent().is_nan() && x.tangent().tangent().is_nan(),
    );
    let tape = Tape::new();
    check(|x| tape.variable(x), |x: Reverse<f64>| x.is_nan());
    let tape = Tape::new();
    check(
        |x| tape.variable(Dual::variable(x)),
        |x: Reverse<Dual<f64>>| x.base().is_nan() && x.primal().tangent().is_nan(),
    );
    let a = [1.0, f64::NAN, f64::NAN, 2.0];
    let least = |a: &[Reverse<f64>]| LinearAlgebra::singular_values(&square(a))[1];
    assert!(gradient(least, &a).iter().all(|x| x.is_nan()));
}

/// The gradient of the least singular value of U diag(1, 2 s, s) Vᵀ is u vᵀ.
#[test]
fn the_least_singular_value_loses_no_more_than_its_condition() {
    let u = dmatrix![1.0, 2.0, 2.0; 2.0, 1.0, -2.0; 2.0, -2.0, 1.0] / 3.0;
    let v = dmatrix![2.0, 3.0, 6.0; 3.0, -6.0, 2.0; 6.0, 2.0, -3.0] / 7.0;
    fn least<T: Float>(a: &[T]) -> T {
        T::singular_values(&square(a))[2]
    }
    for s in [1e-1, 1e-3, 1e-5, 1e-8, 1e-9, 1e-12] {
        let a = &u * DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 2.0 * s, s])) * v.transpose();
        let expected = u.column(2) * v.column(2).transpose();
        for gradient in [gradient(least, a.as_slice()), forward::gradient(least, a.as_slice())] {
            let error = (DMatrix::from_vec(3, 3, gradient) - &expected).amax();
            assert!(error <= 4.0 * f64::EPSILON / s, "error {error} at {s}");
        }
    }
}

/// The gradient of an eigenvalue is v vᵀ, and loses the distance to its neighbour.
#[test]
fn eigenvalues_close_to_each_other_lose_no_more_than_their_distance() {
    let v = dmatrix![2.0, 3.0, 6.0; 3.0, -6.0, 2.0; 6.0, 2.0, -3.0] / 7.0;
    fn least<T: Float>(a: &[T]) -> T {
        T::symmetric_eigenvalues(&square(a))[0]
    }
    for s in [1e-1, 1e-3, 1e-5, 1e-8, 1e-9, 1e-12] {
        let a = &v * DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 2.0 * s, s])) * v.transpose();
        let twice = v.column(2) * v.column(2).transpose() * 2.0;
        let expected = twice.map_with_location(|i, j, x| {
            if i > j {
                x
            } else if i == j {
                0.5 * x
            } else {
                0.0
            }
        });
        let error = (DMatrix::from_vec(3, 3, gradient(least, a.as_slice())) - &expected).amax();
        assert!(error <= 16.0 * f64::EPSILON / s, "error {error} at {s}");
    }
}

/// Values and vectors of primitive numbers, at the ends of the range, of low rank, and large.
#[test]
fn singular_value_decompositions_hold() {
    let wave = |m: usize, n: usize| DMatrix::from_fn(m, n, |i, j| ((3 * i * i + 5 * j + i * j) as f64 + 0.5).sin());
    let low = |m: usize, n: usize, rank: usize| wave(m, rank) * wave(rank, n);
    let whole = DMatrix::from_fn(4, 4, |i, j| ((i + 1) * (j + 1)) as f64);
    let graded = DMatrix::from_fn(4, 4, |i, j| wave(4, 4)[(i, j)] * 10.0_f64.powi(-5 * (i + j) as i32));
    let mut list =
        vec![wave(40, 40), wave(30, 7), wave(7, 30), low(6, 6, 2), low(8, 5, 0), low(5, 8, 3), whole, graded];
    list.extend([1e-320, 1e-300, 1e300].map(|scale| wave(4, 4) * scale));
    list.extend([DMatrix::identity(5, 5), DMatrix::zeros(3, 0), DMatrix::zeros(0, 3)]);
    for a in list {
        let (u, sigma, v) = LinearAlgebra::svd(&a);
        let (m, n) = a.shape();
        let r = m.min(n);
        assert_eq!((u.shape(), sigma.len(), v.shape()), ((m, r), r, (n, r)));
        assert!(sigma.as_slice().is_sorted_by(|a, b| a >= b), "{m} x {n}: {sigma}");
        let rounding = 2e-15 * (4 + r) as f64;
        for x in [&u, &v] {
            assert!((x.transpose() * x - DMatrix::identity(r, r)).iter().all(|x| x.abs() < rounding), "{m} x {n}");
        }
        let scale = a.iter().fold(f64::MIN_POSITIVE, |scale: f64, x| scale.max(x.abs()));
        let difference = (&u * DMatrix::from_diagonal(&(sigma / scale)) * v.transpose()) - a / scale;
        assert!(difference.iter().all(|x| x.abs() < rounding), "{m} x {n}: {}", difference.amax());
    }
}

/// Columns that depend on each other exactly leave columns of rounding errors, which shrink until nothing is left; in both precisions.
#[test]
fn decompositions_of_dependent_columns_end() {
    fn check<T: Float>(m: usize, n: usize, rank: usize) {
        let wave = |i: usize, j: usize| (((i * 7 + j * 11 + i * i * j + 3 * i * j * j + m) % 7) as f64 - 3.0) * 0.5;
        let product = |i: usize, j: usize| T::lit((0..rank).map(|k| wave(i, k) * wave(k, j + n)).sum::<f64>());
        let a = DMatrix::from_fn(m, n, product);
        let (u, sigma, v) = T::svd(&a);
        let tolerance = T::epsilon() * T::lit(16.0 + rank as f64 * 32.0);
        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let entry = (0..sigma.len()).map(|k| u[(i, k)] * sigma[k] * v[(j, k)]).sum::<T>();
            assert!(
                (entry - a[(i, j)]).abs() <= tolerance * sigma[0],
                "{m} x {n} of rank {rank}: {entry}, not {}",
                a[(i, j)]
            );
        }
        let symmetric = DMatrix::from_fn(n, n, |i, j| (0..m).map(|k| a[(k, i)] * a[(k, j)]).sum::<T>());
        let (lambda, _) = T::symmetric_eigen(&symmetric);
        for (k, &lambda) in lambda.iter().rev().enumerate() {
            let square = if k < sigma.len() { sigma[k] * sigma[k] } else { T::zero() };
            assert!(
                (lambda - square).abs() <= tolerance * sigma[0] * sigma[0],
                "{m} x {n} of rank {rank}: {lambda}, not {square}"
            );
        }
    }
    for (m, n) in (1..20).map(|k| (1 + k * 7 % 19, 1 + k * 5 % 17)) {
        for rank in [1, 2, 3, m.min(n)] {
            check::<f64>(m, n, rank);
            check::<f32>(m, n, rank);
        }
    }
}

/// A is put together again from its parts, with all derivatives: the first are 1, those of second order 0. And the vectors stay
/// orthonormal.
#[test]
fn decompositions_put_together_are_the_matrix() {
    struct Svd {
        rows: usize,
        /// Which entry of U diag(σ) Vᵀ, Uᵀ U or Vᵀ V.
        part: usize,
        place: (usize, usize),
    }
    impl ScalarFunction for Svd {
        fn eval<T: Float>(&self, a: &[T]) -> T {
            let a = DMatrix::from_column_slice(self.rows, a.len() / self.rows, a);
            let (u, sigma, v) = T::svd(&a);
            let (i, j) = self.place;
            let product = |x: &DMatrix<T>, y: &DMatrix<T>, scale: &dyn Fn(usize) -> T| -> T {
                (0..sigma.len()).map(|k| x[(i, k)] * scale(k) * y[(j, k)]).sum()
            };
            let gram = |x: &DMatrix<T>| (0..x.nrows()).map(|k| x[(k, i)] * x[(k, j)]).sum();
            match self.part {
                0 => product(&u, &v, &|k| sigma[k]),
                1 => gram(&u),
                _ => gram(&v),
            }
        }
    }
    struct Eigen {
        part: usize,
        place: (usize, usize),
    }
    impl ScalarFunction for Eigen {
        fn eval<T: Float>(&self, a: &[T]) -> T {
            let (lambda, v) = T::symmetric_eigen(&square(a));
            let (i, j) = self.place;
            (0..lambda.len())
                .map(|k| if self.part == 0 { v[(i, k)] * lambda[k] * v[(j, k)] } else { v[(k, i)] * v[(k, j)] })
                .sum()
        }
    }
    // Roundings of vectors are divided by the gaps between eigenvalues, once more in each order.
    fn check(f: &impl ScalarFunction, point: &[f64], value: f64, gradient_at: Option<usize>) {
        let found = reverse::value_and_gradient(|x: &[Reverse<f64>]| f.eval(x), point);
        assert!((found.0 - value).abs() < 1e-13);
        for gradient in [found.1, forward::gradient(|x| f.eval(x), point)] {
            let expected: Vec<f64> = (0..point.len()).map(|k| if gradient_at == Some(k) { 1.0 } else { 0.0 }).collect();
            assert_close(&gradient, &expected, 1e-12);
        }
        let zero = vec![0.0; point.len() * point.len()];
        assert_close(hessian(|x| f.eval(x), point).as_slice(), &zero, 1e-10);
        assert_close(forward::hessian(|x| f.eval(x), point).as_slice(), &zero, 1e-10);
    }
    for (m, n) in [(1, 1), (2, 2), (3, 3), (3, 2), (2, 3), (4, 2)] {
        let a = DMatrix::from_fn(m, n, |i, j| {
            ((3 * i + 5 * j) as f64 + 0.5).sin() + if i == j { 3.0 - i as f64 } else { 0.0 }
        });
        for place in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            check(&Svd { rows: m, part: 0, place }, a.as_slice(), a[place], Some(place.0 + m * place.1));
        }
        let r = m.min(n);
        for (part, i, j) in (1..3).flat_map(|part| (0..r).flat_map(move |i| (0..=i).map(move |j| (part, i, j)))) {
            check(&Svd { rows: m, part, place: (i, j) }, a.as_slice(), if i == j { 1.0 } else { 0.0 }, None);
        }
    }
    for n in 1..4 {
        let a = symmetric(n);
        for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
            check(&Eigen { part: 0, place: (i, j) }, a.as_slice(), a[(i, j)], Some(i + n * j));
            check(&Eigen { part: 1, place: (i, j) }, a.as_slice(), if i == j { 1.0 } else { 0.0 }, None);
        }
    }
}

#[test]
fn eigenvalues_alone_are_those_of_the_decomposition() {
    fn f<T: Float>(a: &[T]) -> Vec<T> {
        T::symmetric_eigenvalues(&square(a)).as_slice().to_vec()
    }
    fn g<T: Float>(a: &[T]) -> Vec<T> {
        T::symmetric_eigen(&square(a)).0.as_slice().to_vec()
    }
    let a = symmetric(5);
    assert_eq!(f(a.as_slice()), g(a.as_slice()));
    assert_close(jacobian(f, a.as_slice()).as_slice(), jacobian(g, a.as_slice()).as_slice(), 1e-15);
    assert_close(forward::jacobian(f, a.as_slice()).as_slice(), jacobian(g, a.as_slice()).as_slice(), 1e-15);
}

/// Σ σᵢ⁴ = ‖Aᵀ A‖² has no singularities, wherever singular values are.
#[test]
fn second_derivatives_of_singular_values() {
    fn by_values<T: Float>(a: &[T]) -> T {
        T::singular_values(&square(a)).iter().map(|&s| s.powi(4)).sum()
    }
    fn by_products<T: Float>(a: &[T]) -> T {
        let a = square(a);
        let entry = |i: usize, j: usize| -> T { (0..a.nrows()).map(|k| a[(k, i)] * a[(k, j)]).sum() };
        (0..a.ncols()).flat_map(|i| (0..a.ncols()).map(move |j| (i, j))).map(|(i, j)| entry(i, j).powi(2)).sum()
    }
    let singular = dmatrix![2.0, 4.0, 1.0; 1.0, 2.0, 3.0; 3.0, 6.0, 4.0]; // of rank 2
    for a in [matrix(3), matrix(4), singular] {
        let expected = hessian(by_products, a.as_slice());
        assert_close(hessian(by_values, a.as_slice()).as_slice(), expected.as_slice(), ROUNDING);
        assert_close(forward::hessian(by_values, a.as_slice()).as_slice(), expected.as_slice(), ROUNDING);
    }
}

// ---- Inside functions of every number type ---------------------------------------------------------------------------

/// A Gaussian likelihood by the methods of `LinearAlgebra`, minimised with no bound besides `Float`.
#[test]
fn linear_algebra_runs_inside_a_scalar_function() {
    struct Gauss;
    impl ScalarFunction for Gauss {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let entry = |i: usize, j: usize| if i == j { x[0].exp() + x[1].exp() } else { x[1].exp() };
            let a = DMatrix::from_fn(3, 3, entry);
            let y = DVector::from_vec([1.0, 2.0, 4.5].map(T::lit).to_vec());
            let quadratic: T = T::solve(&a, &y).unwrap().iter().zip(&y).map(|(&x, &y)| x * y).sum();
            quadratic + T::log_determinant(&a).unwrap()
        }
    }
    let report = optimize::newton(&Gauss, &[0.5, 0.5]);
    assert!(report.converged());
    // The mean of squares within is Σ (y - ȳ)² / 2, and 3 ȳ² is that plus 3 times the variance between.
    let within: f64 = 6.5 / 2.0;
    // A step of Newton's method that is below the root of the machine epsilon was the last.
    assert_close(&[report.x[0].exp(), report.x[1].exp()], &[within, (3.0 * 6.25 - within) / 3.0], 1e-9);
}
