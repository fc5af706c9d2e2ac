//! One equation with one unknown.

use super::error::{Equation, Error};
use super::{lifted, point, point_over, without_leading};
use crate::drivers::ScalarFunction;
use crate::drivers::by_size::value_and_gradient_of;
use crate::drivers::forward::derivative;
use crate::float::{Float, Primitive};
use num_traits::Float as _;

/// The solution `x` of `f(x, p) = 0` as a number of type `T`.
///
/// With the solution and the slope on the inner type, where they carry all derivatives but the outermost, the result is `x - f(x, p) /
/// slope`. That is a step of Newton's method. Its value is left out, since it is rounding.
#[track_caller]
pub(super) fn solution<T: Float>(f: &(impl ScalarFunction + ?Sized), x: T::Base, p: &[T]) -> Result<T, Error> {
    if !T::NESTED {
        return Ok(solution_and_slope(f, x, p)?.0);
    }
    if T::ORDERS > 0 {
        return solution_as_series(f, x, p);
    }
    let inner: Vec<T::Inner> = p.iter().map(|p| p.primal()).collect();
    let (x, slope) = solution_and_slope(f, x, &inner)?;
    let residual = f.eval(&point(&[lifted(x)], p));
    Ok(T::from_partials(x, &[(residual, -slope.recip())]))
}

/// The solution and `∂f/∂x` there.
/// The solution as a power series: each step of Newton's method, with the slope at the first coefficient, makes one order more right.
#[track_caller]
fn solution_as_series<T: Float>(f: &(impl ScalarFunction + ?Sized), x: T::Base, p: &[T]) -> Result<T, Error> {
    let leading: Vec<T::Coefficient> = p.iter().map(|p| p.leading()).collect();
    let (x, slope) = solution_and_slope(f, x, &leading)?;
    let (mut x, inverse) = (T::from_leading(x), T::from_leading(slope.recip()));
    for _ in 0..T::ORDERS {
        let residual = f.eval(&point(&[x], p));
        x -= without_leading(residual) * inverse;
    }
    Ok(x)
}

#[track_caller]
fn solution_and_slope<T: Float>(f: &(impl ScalarFunction + ?Sized), x: T::Base, p: &[T]) -> Result<(T, T), Error> {
    if T::NESTED {
        let x = solution(f, x, p)?;
        let slope = derivative(|x| f.eval(&point_over(&[x], p)), x);
        return Ok((x, slope));
    }
    let z = point(&[T::from_base(x)], p);
    let (residual, gradient) = value_and_gradient_of(f, &z);
    let size = z.iter().zip(&gradient).map(|(&z, &by_z)| (z * by_z).abs().base().widen()).sum();
    Equation { residual: residual.base().widen(), size }.check(0, T::Base::epsilon().widen())?;
    if gradient[0].is_zero() {
        return Err(Error::Singular);
    }
    Ok((z[0], gradient[0]))
}

/// `x - f(x, p)`, which vanishes at a fixed point of `f`.
pub(super) struct Defect<'a, F: ?Sized>(pub(super) &'a F);

impl<F: ScalarFunction + ?Sized> ScalarFunction for Defect<'_, F> {
    fn eval<T: Float>(&self, z: &[T]) -> T {
        z[0] - self.0.eval(z)
    }
}

/// `∂f/∂x`, which vanishes at a minimum of `f`.
pub(super) struct Slope<'a, F: ?Sized>(pub(super) &'a F);

impl<F: ScalarFunction + ?Sized> ScalarFunction for Slope<'_, F> {
    fn eval<T: Float>(&self, z: &[T]) -> T {
        derivative(|x| self.0.eval(&point_over(&[x], &z[1..])), z[0])
    }
}
