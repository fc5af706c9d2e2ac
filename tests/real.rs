//! nalgebra inside functions of every number type, by `Real`.
//!
//! Where no tolerance is explained, the same number of about 1 is computed in two ways: 1e-15 are a few roundings, 1e-14 some dozens.
#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::{Float, LinearAlgebra, Real, Reverse, ScalarFunction, Tape, forward, gradient, hessian, optimize};
use nalgebra::{DMatrix, DVector, Isometry2, Point2, RealField, Rotation2, UnitQuaternion, Vector2, Vector3, convert};

/// Rotation and shift that take the points p to q.
struct Fit {
    p: [[f64; 2]; 3],
    q: [[f64; 2]; 3],
}

impl ScalarFunction for Fit {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let rotation = Rotation2::new(Real::constant(x[0]));
        let shift = Vector2::new(x[1], x[2]).map(Real::constant);
        let point = |p: [f64; 2]| Vector2::from(p.map(|p| Real::constant(T::lit(p))));
        self.p
            .iter()
            .zip(&self.q)
            .map(|(&p, &q)| (rotation * point(p) + shift - point(q)).norm_squared().primal())
            .sum()
    }
}

/// The same with a pose.
struct PoseFit(Fit);

impl ScalarFunction for PoseFit {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let x: Vec<Real<T>> = x.iter().map(|&x| Real::constant(x)).collect();
        let pose = Isometry2::new(Vector2::new(x[1], x[2]), x[0]);
        let point = |p: [f64; 2]| Point2::from(p.map(|p| Real::constant(T::lit(p))));
        self.0.p.iter().zip(&self.0.q).map(|(&p, &q)| (pose * point(p) - point(q)).norm_squared().primal()).sum()
    }
}

const FIT: Fit = Fit { p: [[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]], q: [[1.0, 1.0], [0.1, 2.0], [1.5, 2.9]] };
const BEST: [f64; 3] = [0.4116713434318948, 0.21697440049200692, 0.9555561861961696];

#[test]
fn a_rotation_and_a_shift_are_fitted() {
    for x in [optimize::newton(&FIT, &[0.1, 0.2, 0.3]).x, optimize::newton(&PoseFit(FIT), &[0.1, 0.2, 0.3]).x] {
        assert!(x.iter().zip(BEST).all(|(x, best)| (x - best).abs() < 1e-14), "{x:?}");
    }
    // In closed form: the angle of Σ conj(p - p̄) (q - q̄) as complex numbers.
    let mean = |x: [[f64; 2]; 3]| x.iter().map(|&x| Vector2::from(x)).sum::<Vector2<f64>>() / 3.0;
    let (p0, q0) = (mean(FIT.p), mean(FIT.q));
    let centred = FIT.p.iter().zip(FIT.q).map(|(&p, q)| (Vector2::from(p) - p0, Vector2::from(q) - q0));
    let (cos, sin) = centred.fold((0.0, 0.0), |(cos, sin), (p, q)| (cos + p.dot(&q), sin + p.perp(&q)));
    assert!((sin.atan2(cos) - BEST[0]).abs() < 1e-15);
}

/// A Gaussian log-likelihood with a covariance that depends on the parameters.
struct Gauss;

impl Gauss {
    fn covariance<T: Float>(x: &[T]) -> DMatrix<T> {
        DMatrix::from_fn(x.len(), x.len(), |i, j| match i == j {
            true => x[i].exp() + T::one(),
            false => x[0] * T::lit(0.1 / (1.0 + (i + j) as f64)),
        })
    }
    fn observations<T: Float>(n: usize) -> DVector<T> {
        DVector::from_fn(n, |i, _| T::lit(1.0 + i as f64))
    }
    fn prior<T: Float>(x: &[T]) -> T {
        x.iter().map(|&x| x * x).sum()
    }
}

impl ScalarFunction for Gauss {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let cholesky = Gauss::covariance(x).map(Real::constant).cholesky().expect("positive definite");
        let y = Gauss::observations(x.len()).map(Real::constant);
        let half_log: Real<T> = cholesky.l().diagonal().map(|x| x.ln()).sum();
        (cholesky.solve(&y).dot(&y) + half_log + half_log).primal() + Gauss::prior(x)
    }
}

/// The same by rules for whole matrices.
struct GaussByRules;

impl ScalarFunction for GaussByRules {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (a, y) = (Gauss::covariance(x), Gauss::observations(x.len()));
        let solution: DVector<T> = T::solve(&a, &y).expect("positive definite");
        let quadratic: T = solution.iter().zip(&y).map(|(&x, &y)| x * y).sum();
        quadratic + T::log_determinant(&a).expect("positive definite") + Gauss::prior(x)
    }
}

#[test]
fn a_likelihood_is_maximised() {
    let start = [0.1; 4];
    let (by_cholesky, by_rules) = (optimize::newton(&Gauss, &start), optimize::newton(&GaussByRules, &start));
    assert!(by_cholesky.converged() && by_rules.converged());
    // Newton's method ends where a step is below the root of the machine epsilon, and the square of that is left.
    for (a, b) in by_cholesky.x.iter().zip(&by_rules.x) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }
    assert!(gradient(|x| Gauss.eval(x), &by_cholesky.x).iter().all(|x| x.abs() < 1e-8));
    // Second derivatives are sums of many products of entries of the inverse, by two algorithms.
    let (found, expected) = (hessian(|x| Gauss.eval(x), &start), hessian(|x| GaussByRules.eval(x), &start));
    assert!((&found - &expected).amax() < 1e-13);
    assert!((forward::hessian(|x| Gauss.eval(x), &start) - &expected).amax() < 1e-13);
    assert!((forward::hessian(|x| GaussByRules.eval(x), &start) - &expected).amax() < 1e-13);
}

/// `ln det K + yᵀ K⁻¹ y` for the covariance `K = s [[1, 1/2], [1/2, 1]]` and `y = (1, 2)`: `2 ln s + 4 / s`, least at `s = 2`.
struct Scale;

impl ScalarFunction for Scale {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let s = x[0].exp();
        let (k, y) =
            (DMatrix::from_fn(2, 2, |i, j| s * T::lit(if i == j { 1.0 } else { 0.5 })), [1.0, 2.0].map(T::lit));
        let solution: DVector<T> = T::solve(&k, &DVector::from_row_slice(&y)).expect("positive definite");
        T::log_determinant(&k).expect("positive definite") + solution[0] * y[0] + solution[1] * y[1]
    }
}

#[test]
fn the_scale_of_a_covariance_is_found() {
    let report = optimize::newton(&Scale, &[0.0]);
    assert!(report.converged() && (report.x[0].exp() - 2.0).abs() < 1e-12, "{report}");
    assert!((hessian(|x| Scale.eval(x), &[0.0_f64])[0] - 4.0).abs() < 1e-14); // 4 / s
}

/// `Real<T>` adds nothing: value and gradient are those of the numbers themselves, to the bit.
#[test]
fn values_and_derivatives_are_those_of_the_number() {
    fn wrapped<T: Float>(w: &[T]) -> T {
        let w = Vector3::from_column_slice(w).map(Real::constant);
        (UnitQuaternion::new(w) * Vector3::new(1.0, 2.0, 3.0).map(|x| Real::constant(T::lit(x)))).sum().primal()
    }
    let bare = |w: &[Reverse<f64>]| {
        (UnitQuaternion::new(Vector3::from_column_slice(w)) * Vector3::new(1.0, 2.0, 3.0).map(Reverse::constant)).sum()
    };
    let w = [0.3, -0.7, 0.5];
    assert_eq!(gradient(wrapped, &w), gradient(bare, &w));
    assert_eq!(wrapped(&w), (UnitQuaternion::new(Vector3::from(w)) * Vector3::new(1.0, 2.0, 3.0)).sum());
    fn likelihood<T: RealField + Copy>(x: T) -> T {
        let a = DMatrix::from_fn(
            4,
            4,
            |i, j| if i == j { x.exp() + x.tanh() } else { x.sin() / convert((1 + i + j) as f64) },
        );
        let cholesky = a.clone().cholesky().expect("positive definite");
        cholesky.solve(&DVector::from_element(4, x.sqrt())).norm() + a.determinant().ln().powf(x) + x.hypot(x.cos())
    }
    let tape = Tape::new();
    let (x, start) = (tape.variable(0.75), tape.len());
    let bare = likelihood(x);
    let records = tape.len() - start;
    let wrapped = likelihood(Real::constant(x)).primal();
    assert_eq!(tape.len() - start - records, records);
    assert_eq!((bare.primal(), tape.adjoints(bare).wrt(x)), (wrapped.primal(), tape.adjoints(wrapped).wrt(x)));
    assert_eq!(size_of::<Real<f64>>() - size_of::<f64>(), if cfg!(debug_assertions) { 8 } else { 0 });
}
