//! nalgebra's own generic algorithms run on the numbers, unmodified, and their derivatives are those of the textbook: first
//! ones against closed forms, second ones against differences of the closed forms, on every kind of nesting.
//!
//! Matrices with exact zeros whose tangents are not zero are among the points, since algorithms look for zeros.
//!
//! Where no tolerance is explained, the same number of about 1 is computed in two ways: 1e-15 are a few roundings, 1e-14 some dozens.
#![cfg(all(feature = "std", feature = "nalgebra"))]

#[allow(dead_code)] // for its list of nests
#[macro_use]
#[path = "common/levels.rs"]
mod levels;

use dualtape::{Dual, Float, Primitive, Reverse, forward, reverse};
use nalgebra::{
    Complex, ComplexField, DMatrix, DVector, Isometry3, Matrix3, Point3, RealField, Rotation3, SymmetricEigen,
    Translation3, UnitQuaternion, Vector3, convert, dvector,
};
use simba::scalar::SubsetOf;

// ---- Algorithms and engines ------------------------------------------------------------------------------------------

/// An algorithm from numbers to numbers, with its directional derivative in closed form.
trait Algorithm {
    fn run<T: RealField + Copy>(&self, x: &[T]) -> Vec<T>;
    fn jvp(&self, x: &[f64], v: &[f64]) -> Vec<f64>;
}

/// What one number type says: the values, first derivatives along `v`, and if it is nested, second ones along `v` twice.
struct Outcome {
    engine: &'static str,
    value: Vec<f64>,
    first: Vec<f64>,
    second: Option<Vec<f64>>,
}

fn run_all(f: &impl Algorithm, x: &[f64], v: &[f64]) -> Vec<Outcome> {
    let times_v = |j: DMatrix<f64>| (j * DVector::from_column_slice(v)).as_slice().to_vec();
    let towards_v: Vec<Dual<f64>> = x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v])).collect();
    let mut outcomes = Vec::new();
    let mut add = |engine, value, first, second| outcomes.push(Outcome { engine, value, first, second });

    let (value, first) = dualtape::jvp(|x| f.run(x), x, v);
    add("Dual", value, first, None);

    let (value, j) = forward::value_and_jacobian(|x| f.run(x), x);
    add("Dual of 8", value, times_v(j), None);

    let (value, j) = reverse::value_and_jacobian(|x| f.run(x), x);
    add("Reverse", value, times_v(j), None);

    let direction: Vec<_> = v.iter().map(|&v| Dual::constant(v)).collect();
    let (y, dy) = dualtape::jvp(|x| f.run(x), &towards_v, &direction);
    let [value, first] = [y.iter().map(|y| y.primal()).collect(), y.iter().map(|y| y.tangent()).collect()];
    add("Dual of Dual", value, first, Some(dy.iter().map(|y| y.tangent()).collect()));

    let (mut value, mut first) = (Vec::new(), Vec::new());
    let change = |x: &[Reverse<f64>]| {
        let direction: Vec<_> = v.iter().map(|&v| Reverse::constant(v)).collect();
        let (y, dy) = dualtape::jvp(|x| f.run(x), x, &direction);
        value = y.iter().map(|y| y.primal()).collect();
        first = dy.iter().map(|y| y.primal()).collect();
        dy
    };
    let second = times_v(reverse::jacobian(change, x));
    add("Dual of Reverse", value, first, Some(second));

    let (y, j) = reverse::value_and_jacobian(|x| f.run(x), &towards_v);
    let [first, second] = [times_v(j.map(Dual::primal)), times_v(j.map(Dual::tangent))];
    add("Reverse of Dual", y.iter().map(|y| y.primal()).collect(), first, Some(second));
    outcomes
}

/// The largest difference, relative to the largest entry or 1; NaN if there is one.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let scale = b.iter().fold(1.0_f64, |scale, b| scale.max(b.abs()));
    a.iter()
        .zip(b)
        .fold(0.0, |worst, (a, b)| if (a - b).abs() / scale <= worst { worst } else { (a - b).abs() / scale })
}

/// A direction without zeros or pattern.
fn direction(n: usize) -> Vec<f64> {
    (0..n).map(|i| (0.731 * (7 * i + 3) as f64).sin()).collect()
}

/// That every engine has the value of `f64`, the first derivative of the closed form, and (to the accuracy of a difference) its
/// second derivative.
#[track_caller]
fn check(name: &str, f: &impl Algorithm, x: &[f64]) {
    let v = direction(x.len());
    let (value, first) = (f.run(x), f.jvp(x, &v));
    let beside = |h: f64| f.jvp(&x.iter().zip(&v).map(|(x, v)| x + h * v).collect::<Vec<_>>(), &v);
    const H: f64 = 1e-5;
    let second: Vec<f64> = beside(H).iter().zip(beside(-H)).map(|(a, b)| (a - b) / (2.0 * H)).collect();
    for outcome in run_all(f, x, &v) {
        let engine = outcome.engine;
        // To the bit, but products of larger matrices of f64 are summed in another order.
        assert!(distance(&outcome.value, &value) < 1e-15, "{name} on {engine}: value");
        // Eigenvalues lose the most, 4e-14.
        let error = distance(&outcome.first, &first);
        assert!(error < 1e-12, "{name} on {engine}: first derivative off by {error:e}");
        if let Some(found) = outcome.second {
            // The difference is good to H² and ε / H, with constants of the function.
            let error = distance(&found, &second);
            assert!(error < 1e-7, "{name} on {engine}: second derivative off by {error:e}");
        }
    }
}

/// Makes algorithms of rows `Name: |x| program, |x, dx| derivative;`, on what `$shape` makes of the numbers.
macro_rules! algorithms {
    ($shape:ident: $($Name:ident: |$x:ident| $run:expr, |$a:ident, $d:ident| $jvp:expr;)*) => {$(
        struct $Name;
        impl Algorithm for $Name {
            fn run<T: RealField + Copy>(&self, x: &[T]) -> Vec<T> {
                let $x = $shape(x);
                let y = $run;
                y.as_slice().to_vec()
            }
            fn jvp(&self, x: &[f64], v: &[f64]) -> Vec<f64> {
                let ($a, $d) = ($shape(x), $shape(v));
                let y = $jvp;
                y.as_slice().to_vec()
            }
        }
    )*};
}

// ---- Linear algebra --------------------------------------------------------------------------------------------------

fn square<T: RealField + Copy>(x: &[T]) -> DMatrix<T> {
    let n = x.len().isqrt();
    DMatrix::from_column_slice(n, n, x)
}

fn symmetric<T: RealField + Copy>(x: &[T]) -> DMatrix<T> {
    let a = square(x);
    (&a + a.transpose()) * convert::<_, T>(0.5)
}

/// Positive definite: A Aᵀ + 1.
fn definite<T: RealField + Copy>(a: &DMatrix<T>) -> DMatrix<T> {
    a * a.transpose() + DMatrix::identity(a.nrows(), a.nrows())
}

fn definite_change(a: &DMatrix<f64>, d: &DMatrix<f64>) -> DMatrix<f64> {
    d * a.transpose() + a * d.transpose()
}

/// A right-hand side that depends on the matrix too.
fn right_side<T: RealField + Copy>(a: &DMatrix<T>) -> DVector<T> {
    a.column(0).map(|x| x * x) + DVector::from_fn(a.nrows(), |i, _| convert::<_, T>(i as f64))
}

fn solution_change(a: DMatrix<f64>, d: DMatrix<f64>) -> DVector<f64> {
    let db = a.column(0).component_mul(&d.column(0)) * 2.0;
    let inverse = a.clone().try_inverse().unwrap();
    &inverse * (db - d * (&inverse * right_side(&a)))
}

/// The strictly lower triangle with a multiple of the diagonal.
fn lower(a: &DMatrix<f64>, diagonal: f64) -> DMatrix<f64> {
    let mut lower = a.lower_triangle();
    lower.set_diagonal(&(a.diagonal() * diagonal));
    lower
}

/// The rotation part Ω of a change of QR factors: `dQ = Q Ω`.
fn qr_rotation(q: &DMatrix<f64>, r: &DMatrix<f64>, d: &DMatrix<f64>) -> DMatrix<f64> {
    let below = lower(&(q.transpose() * d * r.clone().try_inverse().unwrap()), 0.0);
    &below - below.transpose()
}

/// The change of the matrix exponential: the corner of the exponential of [[A, D], [0, A]].
fn exponential_change(a: DMatrix<f64>, d: DMatrix<f64>) -> DMatrix<f64> {
    let n = a.nrows();
    let mut block = DMatrix::zeros(2 * n, 2 * n);
    block.view_mut((0, 0), (n, n)).copy_from(&a);
    block.view_mut((n, n), (n, n)).copy_from(&a);
    block.view_mut((0, n), (n, n)).copy_from(&d);
    block.exp().view((0, n), (n, n)).into_owned()
}

algorithms! { square:
    Inverse: |x| x.try_inverse().unwrap(), |a, d| { let b = a.try_inverse().unwrap(); -&b * d * &b };
    Determinant: |x| [x.determinant()], |a, d| [a.determinant() * (a.try_inverse().unwrap() * d).trace()];
    LuDeterminant: |x| [x.lu().determinant()], |a, d| [a.determinant() * (a.try_inverse().unwrap() * d).trace()];
    LuSolve: |x| { let b = right_side(&x); x.lu().solve(&b).unwrap() }, |a, d| solution_change(a, d);
    FullPivotSolve: |x| { let b = right_side(&x); x.full_piv_lu().solve(&b).unwrap() }, |a, d| solution_change(a, d);
    QrSolve: |x| { let b = right_side(&x); x.qr().solve(&b).unwrap() }, |a, d| solution_change(a, d);
    Cholesky: |x| definite(&x).cholesky().unwrap().l(), |a, d| {
        let l = definite(&a).cholesky().unwrap().l();
        let inverse = l.clone().try_inverse().unwrap();
        &l * lower(&(&inverse * definite_change(&a, &d) * inverse.transpose()), 0.5)
    };
    CholeskySolve: |x| definite(&x).cholesky().unwrap().solve(&dvector![convert(1.0), convert(2.0), convert(-1.0)]), |a, d| {
        let inverse = definite(&a).try_inverse().unwrap();
        -&inverse * definite_change(&a, &d) * &inverse * dvector![1.0, 2.0, -1.0]
    };
    LogDeterminant: |x| [definite(&x).cholesky().unwrap().ln_determinant()], |a, d| {
        [(definite(&a).try_inverse().unwrap() * definite_change(&a, &d)).trace()]
    };
    QrOrthogonal: |x| x.qr().q(), |a, d| { let (q, r) = a.qr().unpack(); let w = qr_rotation(&q, &r, &d); q * w };
    QrTriangular: |x| x.qr().r(), |a, d| { let (q, r) = a.qr().unpack(); q.transpose() * &d - qr_rotation(&q, &r, &d) * r };
    Exponential: |x| x.exp(), |a, d| exponential_change(a, d);
    Power: |x| x.pow(3), |a, d| &d * &a * &a + &a * &d * &a + &a * &a * &d;
    ColumnPivotSolve: |x| { let b = right_side(&x); x.col_piv_qr().solve(&b).unwrap() }, |a, d| solution_change(a, d);
    Udu: |x| { let f = definite(&x).udu().unwrap(); &f.u * f.d_matrix() * f.u.transpose() }, |a, d| definite_change(&a, &d);
    LeastSquaresByQr: |x| {
        let (b, qr) = (right_side(&x), x.columns(0, 2).into_owned().qr());
        qr.r().solve_upper_triangular(&(qr.q().transpose() * b)).unwrap()
    }, |a, d| {
        let (b, db) = (right_side(&a), a.column(0).component_mul(&d.column(0)) * 2.0);
        let (a, d) = (a.columns(0, 2).into_owned(), d.columns(0, 2).into_owned());
        let inverse = a.tr_mul(&a).try_inverse().unwrap();
        let x = &inverse * a.tr_mul(&b);
        &inverse * (d.tr_mul(&(b - &a * &x)) + a.tr_mul(&(db - d * x)))
    };
    // By the singular value decomposition.
    SvdSolve: |x| { let b = right_side(&x); x.svd(true, true).solve(&b, convert(1e-12)).unwrap() }, |a, d| solution_change(a, d);
    PseudoInverse: |x| x.pseudo_inverse(convert(1e-12)).unwrap(), |a, d| { let b = a.try_inverse().unwrap(); -&b * d * &b };
    // By the eigenvalues: the sum of their cubes.
    TraceOfCube: |x| [x.schur().complex_eigenvalues().iter().map(|z| (z * z * z).re).fold(T::zero(), |sum, x| sum + x)], |a, d| {
        [3.0 * (&a * &a * d).trace()]
    };
    Hessenberg: |x| { let (q, h) = x.hessenberg().unpack(); &q * h * q.transpose() }, |_a, d| d;
    Bidiagonal: |x| { let (u, b, v) = x.bidiagonalize().unpack(); u * b * v }, |_a, d| d;
}

fn matrices() -> Vec<(&'static str, Matrix3<f64>)> {
    let m = Matrix3::new;
    vec![
        ("general", m(2.0, -1.0, 0.3, 0.7, 1.5, -0.4, 0.2, 0.9, -1.8)),
        ("with zeros", m(1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, std::f64::consts::PI, 3.0)),
        ("the identity", m(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)),
        ("diagonal", m(3.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0)),
        ("in need of pivoting", m(0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 1.0, 0.0, 0.0)),
        ("upper triangular", m(2.0, 1.0, 0.5, 0.0, 3.0, -1.0, 0.0, 0.0, 4.0)),
        ("of two blocks", m(2.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 5.0)),
        ("with a zero diagonal", m(0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 2.0, 3.0, 0.0)),
    ]
}

#[test]
fn factorisations_have_the_derivatives_of_matrix_calculus() {
    for (what, a) in matrices() {
        macro_rules! check_all {
            ($($Name:ident)*) => {$(check(&format!("{} of a matrix {what}", stringify!($Name)), &$Name, a.as_slice());)*};
        }
        check_all!(Inverse Determinant LuDeterminant LuSolve FullPivotSolve QrSolve Cholesky CholeskySolve LogDeterminant
            QrOrthogonal QrTriangular Exponential Power ColumnPivotSolve Udu LeastSquaresByQr);
    }
}

/// What reduces a matrix from both sides (singular values with their vectors, eigenvalues by Schur's form) has its derivatives for a
/// general matrix. Where an entry is exactly zero that a step would make zero, the step is left out, and the change of the entry is
/// forgotten, in silence. The algorithms of the test above and `LinearAlgebra` are the way around.
#[test]
fn two_sided_reductions_forget_changes_of_exact_zeros() {
    let at = |name: &str| matrices().into_iter().find(|(what, _)| *what == name).unwrap().1;
    for a in [at("general"), at("with a zero diagonal")] {
        macro_rules! check_all {
            ($($Name:ident)*) => {$(check(stringify!($Name), &$Name, a.as_slice());)*};
        }
        check_all!(SvdSolve PseudoInverse TraceOfCube Hessenberg Bidiagonal);
    }
    fn assert_forgets(f: &impl Algorithm, a: Matrix3<f64>) {
        let (a, v) = (a.as_slice(), direction(9));
        let error = distance(&dualtape::jvp(|x| f.run(x), a, &v).1, &f.jvp(a, &v));
        assert!(error > 0.01, "upstream has changed, and is right now: {error:e}");
    }
    assert_forgets(&SvdSolve, at("diagonal"));
    assert_forgets(&PseudoInverse, at("the identity"));
    assert_forgets(&TraceOfCube, at("upper triangular"));
    assert_forgets(&Hessenberg, at("diagonal"));
    assert_forgets(&Bidiagonal, at("diagonal"));
    assert_forgets(&Eigenvectors, Matrix3::from_diagonal(&Vector3::new(3.0, 2.0, 1.0)));
}

/// Larger than the sizes that have formulas of their own in nalgebra.
#[test]
fn factorisations_of_a_larger_matrix() {
    let a = DMatrix::from_fn(6, 6, |i, j| if i == j { 3.0 } else { (0.37 * (6 * i * i + 5 * j + 1) as f64).sin() });
    macro_rules! check_all {
        ($($Name:ident)*) => {$(check(stringify!($Name), &$Name, a.as_slice());)*};
    }
    check_all!(Inverse Determinant LuSolve QrSolve Cholesky LogDeterminant QrOrthogonal QrTriangular Exponential);
}

/// The cofactors are `[[6, 0, 0], [0, 3, -π], [0, 0, 2]]` although half of the matrix is zero.
#[test]
fn the_determinant_sees_tangents_of_zeros() {
    let pi = std::f64::consts::PI;
    let a = Matrix3::new(1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, pi, 3.0);
    let cofactors = Matrix3::new(6.0, 0.0, 0.0, 0.0, 3.0, -pi, 0.0, 0.0, 2.0);
    assert_eq!(dualtape::matrix::gradient(|a| a.determinant(), &a), cofactors);
    let by_lu = dualtape::matrix::gradient(|a| a.lu().determinant(), &a);
    assert!((by_lu - cofactors).amax() < 1e-15, "{by_lu}");
    assert_eq!(forward::gradient(|a| Matrix3::from_column_slice(a).determinant(), a.as_slice()), cofactors.as_slice());
}

// ---- Spectra ---------------------------------------------------------------------------------------------------------

fn sorted<T: RealField + Copy>(mut x: Vec<T>) -> Vec<T> {
    x.sort_by(|a, b| a.partial_cmp(b).unwrap());
    x
}

/// Eigenvalues in rising order, with their vectors as columns.
fn spectrum(a: DMatrix<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let SymmetricEigen { eigenvalues, eigenvectors } = a.symmetric_eigen();
    let mut order: Vec<usize> = (0..eigenvalues.len()).collect();
    order.sort_by(|&i, &j| eigenvalues[i].total_cmp(&eigenvalues[j]));
    (eigenvalues.select_rows(&order), eigenvectors.select_columns(&order))
}

/// `V diag(1, 2, ..) Vᵀ`, which depends on the eigenvectors and not on their signs.
fn ranked_projectors<T: RealField + Copy>(a: DMatrix<T>) -> DMatrix<T> {
    let SymmetricEigen { eigenvalues, eigenvectors } = a.symmetric_eigen();
    let rank = eigenvalues.map(|x| convert::<_, T>(eigenvalues.iter().filter(|y| **y <= x).count() as f64));
    &eigenvectors * DMatrix::from_diagonal(&rank) * eigenvectors.transpose()
}

algorithms! { symmetric:
    Eigenvalues: |x| sorted(x.symmetric_eigenvalues().as_slice().to_vec()), |a, d| {
        let (_, v) = spectrum(a);
        (v.transpose() * d * &v).diagonal()
    };
    Eigenvectors: |x| ranked_projectors(x), |a, d| {
        let (values, v) = spectrum(a);
        let turn = v.transpose() * d * &v;
        let part = |i, j| if i == j { 0.0 } else { turn[(i, j)] * (i as f64 - j as f64) / (values[i] - values[j]) };
        &v * DMatrix::from_fn(values.len(), values.len(), part) * v.transpose()
    };
}

algorithms! { square:
    SingularValues: |x| sorted(x.singular_values().as_slice().to_vec()), |a, d| {
        let svd = a.svd(true, true);
        let rates = (svd.u.unwrap().transpose() * d * svd.v_t.unwrap().transpose()).diagonal();
        let mut order: Vec<usize> = (0..rates.len()).collect();
        order.sort_by(|&i, &j| svd.singular_values[i].total_cmp(&svd.singular_values[j]));
        rates.select_rows(&order)
    };
    OrthogonalPolarFactor: |x| { let svd = x.svd(true, true); svd.u.unwrap() * svd.v_t.unwrap() }, |a, d| {
        let svd = a.svd(true, true);
        let (u, s, vt) = (svd.u.unwrap(), svd.singular_values, svd.v_t.unwrap());
        let b = u.transpose() * d * vt.transpose();
        u * DMatrix::from_fn(s.len(), s.len(), |i, j| (b[(i, j)] - b[(j, i)]) / (s[i] + s[j])) * vt
    };
}

#[test]
fn spectra_of_a_general_matrix() {
    let three = matrices()[0].1;
    let five =
        DMatrix::from_fn(5, 5, |i, j| (0.37 * ((5 * j + i).pow(2) + 5) as f64).sin() + if i == j { 2.0 } else { 0.0 });
    for a in [three.as_slice(), five.as_slice()] {
        check("eigenvalues", &Eigenvalues, a);
        check("eigenvectors", &Eigenvectors, a);
        check("singular values", &SingularValues, a);
        check("polar factor", &OrthogonalPolarFactor, a);
    }
}

/// Where a matrix decouples exactly (zeros off the diagonal), the iteration has nothing to do and sees first-order changes of
/// distinct eigenvalues only: `vᵀ dA v`.
#[test]
fn eigenvalues_of_a_diagonal_matrix_have_first_derivatives() {
    let a = Matrix3::from_diagonal(&Vector3::new(3.0, 2.0, 1.0));
    let v = direction(9);
    for outcome in run_all(&Eigenvalues, a.as_slice(), &v) {
        assert_eq!(outcome.value, [1.0, 2.0, 3.0]);
        assert!(distance(&outcome.first, &[v[8], v[4], v[0]]) < 1e-15, "{}: {:?}", outcome.engine, outcome.first);
    }
}

// ---- Vectors, rotations, poses ---------------------------------------------------------------------------------------

fn thirds<T: RealField + Copy>(x: &[T]) -> Vec<Vector3<T>> {
    x.chunks(3).map(Vector3::from_column_slice).collect()
}

/// The change of `R(w) p`: `R (J dw × p + dp)` with the right Jacobian `J` of the rotation vector.
fn rotated_change(w: Vector3<f64>, dw: Vector3<f64>, p: Vector3<f64>, dp: Vector3<f64>) -> Vector3<f64> {
    let (angle, hat) = (w.norm(), w.cross_matrix());
    let j = if angle == 0.0 {
        Matrix3::identity()
    } else {
        let (first, second) = ((1.0 - angle.cos()) / angle.powi(2), (angle - angle.sin()) / angle.powi(3));
        Matrix3::identity() - hat * first + hat * hat * second
    };
    Rotation3::new(w) * ((j * dw).cross(&p) + dp)
}

/// A rotation whose derivatives exist to every order also where it is the identity.
fn rotation_by_exponential<T: RealField + Copy>(w: Vector3<T>) -> Rotation3<T> {
    Rotation3::from_matrix_unchecked(w.cross_matrix().exp())
}

algorithms! { thirds:
    Dot: |x| [x[0].dot(&x[1])], |x, d| [d[0].dot(&x[1]) + x[0].dot(&d[1])];
    Norm: |x| [x[0].norm()], |x, d| [x[0].dot(&d[0]) / x[0].norm()];
    Cross: |x| x[0].cross(&x[1]), |x, d| d[0].cross(&x[1]) + x[0].cross(&d[1]);
    Normalize: |x| x[0].normalize(), |x, d| {
        let n = x[0].normalize();
        (d[0] - n * n.dot(&d[0])) / x[0].norm()
    };
    RotationMatrix: |x| Rotation3::new(x[0]) * x[1], |x, d| rotated_change(x[0], d[0], x[1], d[1]);
    Quaternion: |x| UnitQuaternion::new(x[0]) * x[1], |x, d| rotated_change(x[0], d[0], x[1], d[1]);
    QuaternionOfMatrix: |x| UnitQuaternion::from_rotation_matrix(&Rotation3::new(x[0])) * x[1], |x, d| {
        rotated_change(x[0], d[0], x[1], d[1])
    };
    ByExponential: |x| rotation_by_exponential(x[0]) * x[1], |x, d| rotated_change(x[0], d[0], x[1], d[1]);
    Logarithm: |x| UnitQuaternion::new(x[0]).scaled_axis(), |_x, d| d[0];
    LogarithmOfMatrix: |x| Rotation3::new(x[0]).scaled_axis(), |_x, d| d[0];
    Pose: |x| (Isometry3::new(x[2], x[0]) * Point3::from(x[1])).coords, |x, d| rotated_change(x[0], d[0], x[1], d[1]) + d[2];
    InversePose: |x| Isometry3::new(x[2], x[0]).inverse_transform_point(&x[1].into()).coords, |x, d| {
        rotated_change(-x[0], -d[0], x[1] - x[2], d[1] - d[2])
    };
    PoseProduct: |x| {
        let turn = UnitQuaternion::from_axis_angle(&nalgebra::Unit::new_normalize(Vector3::x()), convert(1.0));
        let fixed = Isometry3::from_parts(Translation3::new(convert(1.0), convert(2.0), convert(3.0)), turn);
        (fixed * Isometry3::new(x[2], x[0]) * fixed.inverse() * Point3::from(x[1])).coords
    }, |x, d| {
        let turn = UnitQuaternion::from_axis_angle(&Vector3::x_axis(), 1.0);
        let inner = turn.inverse() * (x[1] - Vector3::new(1.0, 2.0, 3.0));
        turn * (rotated_change(x[0], d[0], inner, turn.inverse() * d[1]) + d[2])
    };
}

#[test]
fn vectors_rotations_and_poses() {
    let points = [
        [0.3, -0.5, 0.8, 1.0, 2.0, -0.7, 0.1, 0.2, 0.3],
        [0.0, 0.0, 1.2, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        [2.0, 0.0, -1.0, 3.0, 0.0, 0.5, 1.0, 0.0, -1.0],
    ];
    for x in points {
        macro_rules! check_all {
            ($($Name:ident)*) => {$(check(stringify!($Name), &$Name, &x);)*};
        }
        check_all!(Dot Norm Cross Normalize RotationMatrix Quaternion QuaternionOfMatrix ByExponential Logarithm LogarithmOfMatrix
            Pose InversePose PoseProduct);
    }
}

/// nalgebra makes the identity, a constant, of a rotation vector that is exactly zero. What does not look at the angle is
/// right there: the exponential, a quaternion by axis and angle, Euler angles, conversions, and the imaginary part as a
/// logarithm.
#[test]
fn rotations_about_zero_are_differentiated_by_other_means() {
    check("exponential at zero", &ByExponential, &[0.0, 0.0, 0.0, 1.0, 2.0, -0.7]);

    let rates = [1.0, 2.0, 3.0];
    let [roll, pitch, yaw] = rates.map(|rate| Dual::new(0.0, [rate]));
    let q = UnitQuaternion::from_euler_angles(roll, pitch, yaw);
    let (x, y, z) = (Vector3::x_axis(), Vector3::y_axis(), Vector3::z_axis());
    let turn = UnitQuaternion::from_axis_angle;
    let by_axes = turn(&z, yaw) * turn(&y, pitch) * turn(&x, roll);
    let by_matrix = UnitQuaternion::from_rotation_matrix(&q.to_rotation_matrix());
    for q in [q, by_axes, by_matrix] {
        assert_eq!((q.imag() * Dual::from(2.0)).map(Dual::tangent), Vector3::from(rates));
    }
    let halfway = UnitQuaternion::identity().nlerp(&q, Dual::from(0.5));
    assert_eq!((halfway.imag() * Dual::from(4.0)).map(Dual::tangent), Vector3::from(rates));
}

/// `slerp(t)` turns with the constant angular velocity that takes one end to the other in time 1.
#[test]
fn interpolation_of_rotations() {
    struct Slerp([UnitQuaternion<f64>; 2]);
    impl Algorithm for Slerp {
        fn run<T: RealField + Copy>(&self, t: &[T]) -> Vec<T> {
            let [from, to] = self.0.map(|q| q.cast::<T>());
            (from.slerp(&to, t[0]) * Vector3::new(convert(1.0), convert(2.0), convert(3.0))).as_slice().to_vec()
        }
        fn jvp(&self, t: &[f64], v: &[f64]) -> Vec<f64> {
            let [from, to] = self.0;
            let velocity = (to * from.inverse()).scaled_axis();
            let point = Vector3::from_column_slice(&self.run(t));
            (velocity.cross(&point) * v[0]).as_slice().to_vec()
        }
    }
    let ends = [Vector3::new(0.3, -0.5, 0.8), Vector3::new(1.0, 0.2, -0.1)].map(UnitQuaternion::new);
    for t in [0.0, 0.4, 1.0] {
        check("slerp", &Slerp(ends), &[t]);
    }
}

#[test]
fn a_norm_has_the_subgradient_zero_at_the_origin() {
    let x: Vector3<f64> = Vector3::zeros();
    assert_eq!(dualtape::matrix::gradient(|x| x.norm(), &x), x);
    assert_eq!(dualtape::matrix::gradient(|x| x.lp_norm(1), &x), x);
    assert_eq!(forward::gradient(|x| Vector3::from_column_slice(x).norm(), &[0.0; 3]), [0.0; 3]);
}

// ---- The traits ------------------------------------------------------------------------------------------------------

/// Every method of `ComplexField` and `RealField` is the one of the number, or that of `f64` in value.
#[test]
fn every_nest_is_a_real_field() {
    fn check<T: RealField + Float>(x: T)
    where
        i32: SubsetOf<T>,
    {
        let close = |a: T, b: f64| assert!((a.base().widen() - b).abs() < 1e-6, "{a:?} {b}");
        close(<T as RealField>::pi(), std::f64::consts::PI);
        close(T::two_pi(), std::f64::consts::TAU);
        close(T::frac_2_sqrt_pi(), std::f64::consts::FRAC_2_SQRT_PI);
        close(T::ln_10(), std::f64::consts::LN_10);
        assert_eq!(<T as RealField>::max_value(), Some(<T as num_traits::Float>::max_value()));
        assert_eq!(<T as RealField>::min_value(), Some(<T as num_traits::Float>::min_value()));
        assert!(<T as RealField>::max_value().unwrap() > <T as RealField>::min_value().unwrap());
        close(ComplexField::floor(x), 0.0);
        close(ComplexField::ceil(x), 1.0);
        close(ComplexField::round(x), 1.0);
        close(ComplexField::trunc(-x), 0.0);
        close(ComplexField::argument(x), 0.0);
        close(ComplexField::argument(-x), std::f64::consts::PI);
        close(ComplexField::hypot(x, T::lit(1.0)), 1.25);
        close(ComplexField::sinc(x), 0.75_f64.sin() / 0.75);
        close(RealField::atan2(x, -x), 0.75 * std::f64::consts::PI);
        assert_eq!(ComplexField::try_sqrt(-x), None);
        assert_eq!(ComplexField::try_sqrt(T::lit(0.0)), Some(T::lit(0.0)));
        assert!(ComplexField::is_finite(&x) && !ComplexField::is_finite(&T::infinity()));
        assert_eq!(RealField::clamp(x, T::nan(), T::nan()), x);
        assert_eq!((T::LANES, x.extract(0), x.select(false, -x)), (1, x, -x));
        assert_eq!(x.to_subset(), Some(0.75_f64));
        assert_eq!((T::from_subset(&0.75_f32), convert::<i32, T>(3)), (x, T::lit(3.0)));
        assert_eq!(<T as SubsetOf<T>>::to_superset(&x), x);
    }
    macro_rules! nest {
        ($T:ty, $B:ty) => {
            check::<$T>(<$T>::lit(0.75));
            assert_eq!(SubsetOf::<Dual<$T, 2>>::to_superset(&<$T>::lit(0.75)), Dual::constant(<$T>::lit(0.75)));
            assert_eq!(SubsetOf::<Reverse<$T>>::to_superset(&<$T>::lit(0.75)), Reverse::constant(<$T>::lit(0.75)));
        };
    }
    for_each_nest!(nest);
}

/// Modulus times sign is the number, with its derivative, also where the modulus has a kink.
#[test]
fn to_exp_splits_by_the_branch() {
    for at in [1.5, 0.0, -0.0, -1.5] {
        let x = Dual::new(at, [2.0, -3.0]);
        let (modulus, sign) = ComplexField::to_exp(x);
        assert_eq!((modulus * sign).tangents(), x.tangents());
        assert!(modulus >= 0.0 && sign.tangents() == [0.0, 0.0]);
    }
    assert_eq!(ComplexField::modulus(Dual::new(0.0, [1.0])).tangent(), 0.0);
}

/// `sin x / x = 1 - x²/6 + x⁴/120`, `sinh` with plus signs; elsewhere the quotient rule.
#[test]
fn cardinal_sines_have_derivatives_at_zero() {
    type Third = Dual<Dual<Dual<f64>>>;
    let at = |x: f64| Dual::variable(Dual::variable(Dual::variable(x)));
    let orders = |y: Third| {
        let [y0, y1, y2] = [y.primal().primal(), y.tangent().primal(), y.tangent().tangent()];
        [y0.primal(), y1.primal(), y2.primal(), y2.tangent()]
    };
    assert_eq!(orders(ComplexField::sinc(at(0.0))), [1.0, 0.0, -1.0 / 3.0, 0.0]);
    assert_eq!(orders(ComplexField::sinhc(at(0.0))), [1.0, 0.0, 1.0 / 3.0, 0.0]);
    for x in [1e-9, 0.5, 0.999, 1.001, 2.0, -7.0] {
        let (s, c) = f64::sin_cos(x);
        let expected = [s / x, if x.abs() < 1e-3 { -x / 3.0 } else { (c - s / x) / x }];
        let found = orders(ComplexField::sinc(at(x)));
        assert!(distance(&found[..2], &expected) < 1e-15, "{x}: {found:?} {expected:?}");
        // y'' = -y - 2 y'/x
        assert!((found[2] + found[0] + 2.0 * found[1] / x).abs() < 1e-14, "{x}: {found:?}");
        let [y, dy, d2y, _] = orders(ComplexField::sinhc(at(x)));
        assert!((d2y - y + 2.0 * dy / x).abs() < 1e-14 * y, "{x}");
    }
    // sinh overflows, and the quotient does not: e^|x| / (2 |x|), whose derivatives are (1 - 1/|x|), (1 - 2/|x| + 2/x²) times as large.
    for x in [711.0_f64, -711.0, 714.0, -716.0] {
        let a = x.abs();
        let value = (a - 600.0).exp() / (2.0 * a) * 600_f64.exp();
        let expected = [value, value * (1.0 - 1.0 / a) * x.signum(), value * (1.0 - 2.0 / a + 2.0 / (a * a))];
        let found = orders(ComplexField::sinhc(at(x)));
        // The rounding of the argument counts 700 times in the exponential.
        let close = found.iter().zip(expected).all(|(found, expected)| (found / expected - 1.0).abs() < 1e-12);
        assert!(close, "{x}: {found:?} {expected:?}");
    }
    for (x, sign) in [(f64::INFINITY, 1.0), (f64::NEG_INFINITY, -1.0), (1000.0, 1.0)] {
        assert_eq!(orders(ComplexField::sinhc(at(x)))[..2], [f64::INFINITY, sign * f64::INFINITY]);
    }
}

/// d/dt of eᶻ, √z, 1/z for z = t + 2it is f'(z) (1 + 2i).
#[test]
fn complex_numbers_of_duals() {
    let at = 0.7_f64;
    let t: Dual<f64> = Dual::variable(at);
    let (z, z0) = (Complex::new(t, t * 2.0), Complex::new(at, 2.0 * at));
    let speed = Complex::new(1.0, 2.0);
    let check = |found: Complex<Dual<f64>>, value: Complex<f64>, slope: Complex<f64>| {
        let [y, dy] = [found.map_parts(Dual::primal), found.map_parts(Dual::tangent)];
        assert!((y - value).norm() < 1e-15 && (dy - slope * speed).norm() < 4e-15, "{found} {value} {slope}");
    };
    trait MapParts {
        fn map_parts(self, part: impl Fn(Dual<f64>) -> f64) -> Complex<f64>;
    }
    impl MapParts for Complex<Dual<f64>> {
        fn map_parts(self, part: impl Fn(Dual<f64>) -> f64) -> Complex<f64> {
            Complex::new(part(self.re), part(self.im))
        }
    }
    check(z * z, z0 * z0, z0 * 2.0);
    check(z.inv(), z0.inv(), -(z0 * z0).inv());
    check(z.exp(), z0.exp(), z0.exp());
    check(z.sqrt(), z0.sqrt(), z0.sqrt().inv() * 0.5);
    check(ComplexField::sin(z), z0.sin(), z0.cos());
    check(ComplexField::powi(z, 3), z0.powi(3), z0.powi(2) * 3.0);

    // A complex linear system: the change of x = A⁻¹ b is -A⁻¹ dA x.
    let one = Complex::new(1.0, 0.0);
    let a0 = nalgebra::matrix![z0, one; one, z0 * z0];
    let da = nalgebra::matrix![speed, one * 0.0; one * 0.0, z0 * speed * 2.0];
    let lift = |z: Complex<f64>| Complex::new(Dual::constant(z.re), Dual::constant(z.im));
    let a = nalgebra::matrix![z, lift(one); lift(one), z * z];
    let b = nalgebra::vector![one, one * 2.0];
    let x = a.lu().solve(&b.map(lift)).unwrap();
    let x0 = a0.lu().solve(&b).unwrap();
    let dx = -a0.lu().solve(&(da * x0)).unwrap();
    assert!((x.map(|x| x.map_parts(Dual::primal)) - x0).norm() < 1e-15);
    assert!((x.map(|x| x.map_parts(Dual::tangent)) - dx).norm() < 1e-14);
}
