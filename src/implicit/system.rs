//! As many equations as unknowns.

use super::error::{Equation, Error};
use super::{lifted, point, point_over, without_leading};
use crate::LinearAlgebra;
use crate::drivers::by_size::value_and_jacobian_of;
use crate::drivers::reverse::gradient;
use crate::drivers::{ScalarFunction, VectorFunction};
use crate::float::{Float, Primitive};
use nalgebra::DMatrix;
use num_traits::Float as _;

/// Equations `r(z) = 0`, where `z` holds the unknowns and then the parameters.
pub(super) trait Equations {
    /// What the user called, for messages.
    const VERB: &'static str;

    /// The residuals, one for each unknown.
    fn residuals<T: Float>(&self, z: &[T]) -> Vec<T>;

    /// The residuals, and their Jacobian by the `n` unknowns and by as many parameters as come for nothing.
    fn linearised<T: Float>(&self, z: &[T]) -> (Vec<T>, DMatrix<T>);

    /// The size of the terms of each equation, see [`Error::NotASolution`].
    fn sizes<T: Float>(&self, z: &[T], jacobian: &DMatrix<T>) -> Vec<f64> {
        let row = |i: usize| z.iter().enumerate().map(move |(j, &z)| (jacobian[(i, j)] * z).abs().base().widen()).sum();
        (0..jacobian.nrows()).map(row).collect()
    }
}

/// The solution as numbers of type `T`.
///
/// With the solution `x` and the inverse `J⁻¹` of the Jacobian on the inner type, where they carry all derivatives but the outermost, the
/// result is `x - J⁻¹ r(x, p)`. That is a step of Newton's method. Its value is left out, since it is rounding.
#[track_caller]
pub(super) fn solution<T: Float, E: Equations>(equations: &E, x: &[T::Base], p: &[T]) -> Result<Vec<T>, Error> {
    if !T::NESTED {
        return Ok(solution_and_inverse(equations, x, p)?.0);
    }
    if T::ORDERS > 0 {
        return solution_as_series(equations, x, p);
    }
    let inner: Vec<T::Inner> = p.iter().map(|p| p.primal()).collect();
    let (x, inverse) = solution_and_inverse(equations, x, &inner)?;
    let unknowns: Vec<T> = x.iter().map(|&x| lifted(x)).collect();
    let residuals = equations.residuals(&point(&unknowns, p));
    let corrected = |i: usize| {
        let partials: Vec<_> = residuals.iter().enumerate().map(|(j, &r)| (r, -inverse[(i, j)])).collect();
        T::from_partials(x[i], &partials)
    };
    Ok((0..x.len()).map(corrected).collect())
}

/// The solution as a power series: each step of Newton's method, with the Jacobian at the first coefficients, makes one order more right.
#[track_caller]
fn solution_as_series<T: Float, E: Equations>(equations: &E, x: &[T::Base], p: &[T]) -> Result<Vec<T>, Error> {
    let leading: Vec<T::Coefficient> = p.iter().map(|p| p.leading()).collect();
    let (x, inverse) = solution_and_inverse(equations, x, &leading)?;
    let mut x: Vec<T> = x.into_iter().map(T::from_leading).collect();
    let inverse = inverse.map(T::from_leading);
    for _ in 0..T::ORDERS {
        let residuals: Vec<T> = equations.residuals(&point(&x, p)).into_iter().map(without_leading).collect();
        for (i, x) in x.iter_mut().enumerate() {
            *x -= T::dot(residuals.iter().enumerate().map(|(j, &residual)| (inverse[(i, j)], residual)));
        }
    }
    Ok(x)
}

/// The solution and the inverse of the Jacobian by the unknowns there.
#[track_caller]
fn solution_and_inverse<T: Float, E: Equations>(
    equations: &E,
    x: &[T::Base],
    p: &[T],
) -> Result<(Vec<T>, DMatrix<T>), Error> {
    let n = x.len();
    let x = if T::NESTED { solution(equations, x, p)? } else { x.iter().map(|&x| T::from_base(x)).collect() };
    let z = point(&x, p);
    let (residuals, jacobian) = equations.linearised(&z);
    let (found, verb) = (residuals.len(), E::VERB);
    assert!(
        found == n,
        "dualtape: implicit::{verb}: expected one residual for each of the {n} unknowns, found {found}; give as many \
         equations as unknowns, and as many entries of the solution"
    );
    if !T::NESTED {
        let sizes = equations.sizes(&z, &jacobian);
        for (i, (residual, &size)) in residuals.iter().zip(&sizes).enumerate() {
            Equation { residual: residual.base().widen(), size }.check(i, T::Base::epsilon().widen())?;
        }
    }
    let by_unknowns = jacobian.columns(0, n).into_owned();
    let inverse = LinearAlgebra::inverse(&by_unknowns).ok_or(Error::Singular)?;
    if !T::NESTED && !is_well_defined(&by_unknowns, &inverse) {
        return Err(Error::Singular);
    }
    Ok((x, inverse))
}

/// Whether the inverse of a matrix has digits: the diagonal of `|A⁻¹| |A|` stays below `1 / (16 ε)`.
///
/// Other than the condition number, this does not change with the units of unknowns and of equations. A matrix that is singular but for
/// rounding has entries of about `1 / ε` there.
fn is_well_defined<T: Float>(a: &DMatrix<T>, inverse: &DMatrix<T>) -> bool {
    let limit = T::lit(16.0) * T::from_base(T::Base::epsilon());
    let diagonal = |i: usize| (0..a.nrows()).map(|j| (inverse[(i, j)] * a[(j, i)]).abs()).sum::<T>();
    (0..a.nrows()).all(|i| diagonal(i) * limit < T::one())
}

/// `f(x, p) = 0`.
pub(super) struct Root<'a, F: ?Sized>(pub(super) &'a F);

impl<F: VectorFunction + ?Sized> Equations for Root<'_, F> {
    const VERB: &'static str = "root";
    fn residuals<T: Float>(&self, z: &[T]) -> Vec<T> {
        self.0.eval(z)
    }
    fn linearised<T: Float>(&self, z: &[T]) -> (Vec<T>, DMatrix<T>) {
        value_and_jacobian_of(self.0, z)
    }
}

/// `x - f(x, p) = 0`, for a function with `n` values.
pub(super) struct FixedPoint<'a, F: ?Sized> {
    pub(super) f: &'a F,
    pub(super) n: usize,
}

impl<F: VectorFunction + ?Sized> VectorFunction for FixedPoint<'_, F> {
    fn eval<T: Float>(&self, z: &[T]) -> Vec<T> {
        let image = self.f.eval(z);
        if image.len() != self.n {
            return image; // a wrong number of residuals, which has its message
        }
        z.iter().zip(image).map(|(&x, image)| x - image).collect()
    }
}

impl<F: VectorFunction + ?Sized> Equations for FixedPoint<'_, F> {
    const VERB: &'static str = "fixed_point";
    fn residuals<T: Float>(&self, z: &[T]) -> Vec<T> {
        self.eval(z)
    }
    fn linearised<T: Float>(&self, z: &[T]) -> (Vec<T>, DMatrix<T>) {
        value_and_jacobian_of(self, z)
    }
}

/// `∂f/∂x = 0`, for `n` unknowns `x`.
pub(super) struct Stationary<'a, F: ?Sized> {
    pub(super) f: &'a F,
    pub(super) n: usize,
}

impl<F: ScalarFunction + ?Sized> VectorFunction for Stationary<'_, F> {
    fn eval<T: Float>(&self, z: &[T]) -> Vec<T> {
        let (x, p) = z.split_at(self.n);
        gradient(|x| self.f.eval(&point_over(x, p)), x)
    }
}

impl<F: ScalarFunction + ?Sized> Equations for Stationary<'_, F> {
    const VERB: &'static str = "argmin";
    fn residuals<T: Float>(&self, z: &[T]) -> Vec<T> {
        self.eval(z)
    }
    fn linearised<T: Float>(&self, z: &[T]) -> (Vec<T>, DMatrix<T>) {
        value_and_jacobian_of(self, z)
    }
}

/// `A x - b = 0` for `n` unknowns, where the parameters are the entries of `A`, column by column, and then those of `b`.
pub(super) struct Linear {
    pub(super) n: usize,
}

impl Equations for Linear {
    const VERB: &'static str = "linear_solve";
    fn residuals<T: Float>(&self, z: &[T]) -> Vec<T> {
        let n = self.n;
        let (x, a) = z.split_at(n);
        (0..n).map(|i| T::dot((0..n).map(|j| (a[i + j * n], x[j]))) - a[n * n + i]).collect()
    }
    fn linearised<T: Float>(&self, z: &[T]) -> (Vec<T>, DMatrix<T>) {
        (self.residuals(z), DMatrix::from_column_slice(self.n, self.n, &z[self.n..self.n * (self.n + 1)]))
    }
    fn sizes<T: Float>(&self, z: &[T], jacobian: &DMatrix<T>) -> Vec<f64> {
        let size = |x: T| x.abs().base().widen();
        let row = |i: usize| {
            // Once as terms of the unknowns and once as terms of the entries of A.
            let terms: f64 = (0..self.n).map(|j| size(jacobian[(i, j)] * z[j])).sum();
            2.0 * terms + size(z[self.n * (self.n + 1) + i])
        };
        (0..self.n).map(row).collect()
    }
}
