//! [`Real`], numbers of nalgebra inside functions that are generic over `Float`.

use super::Dual;

/// Any `Float` as a scalar of nalgebra (`RealField`): rotations, poses and decompositions inside functions that are generic over
/// [`Float`](crate::Float).
///
/// nalgebra asks for its own trait, which `T: Float` does not promise: both have methods such as `sin`, and `x.sin()` in generic
/// code would be ambiguous. `Real<T>` has both for every `T`. It is the dual number without any direction, and so it is the number
/// itself: the same value, the same derivatives, and no arithmetic besides that of `T`.
///
/// `Real::constant(x)` wraps a number, and `y.primal()` unwraps it. `matrix.map(Real::constant)` and `matrix.map(Real::primal)` do so for
/// a whole matrix or vector. Error messages and `{:?}` show it as `Dual<T, 0>`.
///
/// Where a matrix function stands in [`LinearAlgebra`](crate::LinearAlgebra), that is cheaper on a tape, and it needs no wrapping.
///
/// # Cost
/// That of `T`: nothing is stored besides (but a mark with debug assertions), and a tape gets the same records.
///
/// # Examples
/// A rotation and a shift that take the points `p` to `q`, as well as they can, by Newton's method:
/// ```
/// # #[cfg(feature = "std")] {
/// use dualtape::{Float, Real, ScalarFunction, optimize};
/// use nalgebra::{Rotation2, Vector2};
///
/// struct Fit { p: [[f64; 2]; 3], q: [[f64; 2]; 3] }
///
/// impl ScalarFunction for Fit {
///     fn eval<T: Float>(&self, x: &[T]) -> T {
///         let rotation = Rotation2::new(Real::constant(x[0]));
///         let shift = Vector2::new(x[1], x[2]).map(Real::constant);
///         let point =
///             |p: [f64; 2]| Vector2::from(p.map(|p| Real::constant(T::lit(p))));
///         let distance = |(&p, &q)| {
///             (rotation * point(p) + shift - point(q)).norm_squared().primal()
///         };
///         self.p.iter().zip(&self.q).map(distance).sum()
///     }
/// }
///
/// let fit = Fit {
///     p: [[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]],
///     q: [[1.0, 1.0], [0.1, 2.0], [1.5, 2.9]],
/// };
/// let x = optimize::newton(&fit, &[0.1, 0.2, 0.3]).x;
/// let minimum = [0.4116713434318948, 0.21697440049200692, 0.9555561861961696];
/// for (found, expected) in x.iter().zip(minimum) {
///     assert!((found - expected).abs() < 1e-14);
/// }
/// # }
/// ```
/// The negative logarithm of a Gaussian likelihood, `(yᵀ A⁻¹ y + ln det A) / 2`, with the covariance `A = s C + I`:
/// ```
/// # #[cfg(feature = "std")] {
/// use dualtape::{Float, Real, ScalarFunction, derivative, optimize};
/// use nalgebra::{DMatrix, DVector};
///
/// struct Gauss { c: DMatrix<f64>, y: DVector<f64> }
///
/// impl ScalarFunction for Gauss {
///     fn eval<T: Float>(&self, s: &[T]) -> T {
///         let n = self.y.len();
///         let s = Real::constant(s[0]);
///         let a =
///             self.c.map(|c| s * Real::constant(T::lit(c))) + DMatrix::identity(n, n);
///         let y = self.y.map(|y| Real::constant(T::lit(y)));
///         let cholesky = a.cholesky().expect("positive definite");
///         let half_log: Real<T> = cholesky.l().diagonal().map(|x| x.ln()).sum();
///         (cholesky.solve(&y).dot(&y) * Real::constant(T::lit(0.5)) + half_log)
///             .primal()
///     }
/// }
///
/// // Independent observations 2 and 4 of variance s + 1: it is (4 + 16) / 2, so s is 9.
/// let gauss =
///     Gauss { c: DMatrix::identity(2, 2), y: DVector::from_vec(vec![2.0, 4.0]) };
/// let report = optimize::newton(&gauss, &[5.0]);
/// assert!(report.converged() && (report.x[0] - 9.0).abs() < 1e-9);
/// # }
/// ```
pub type Real<T> = Dual<T, 0>;
