//! The solution of a linear system, and the inverse.

#[cfg(feature = "graph")]
use super::recorded::{Call, Method};
use super::{coefficients, form, inner};
use crate::LinearAlgebra;
#[cfg(feature = "graph")]
use crate::float::Primitive;
use crate::float::algorithm::{Algorithm, Scalar};
use crate::float::{Float, Number};
#[cfg(feature = "graph")]
use crate::graph::Traced;
use nalgebra::{DMatrix, DVector};
use num_traits::One;

pub(super) struct Solve;

impl Algorithm for Solve {
    type Args<'a, T: Float> = (&'a DMatrix<T>, &'a DVector<T>);
    type Output<T: Float> = Option<DVector<T>>;

    fn on_primitive<B: Scalar>((a, b): (&DMatrix<B>, &DVector<B>)) -> Option<DVector<B>> {
        a.clone().lu().solve(b)
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>((a, b): (&DMatrix<Traced<B>>, &DVector<Traced<B>>)) -> Option<DVector<Traced<B>>> {
        let x = Call::of(Method::Solve, a).record(&[a.as_slice(), b.as_slice()].concat())?;
        Some(DVector::from_vec(x))
    }

    fn on_number<N: Number>((a, b): (&DMatrix<N>, &DVector<N>)) -> Option<DVector<N>> {
        let value = inner(a);
        let x = LinearAlgebra::solve(&value, &b.map(Float::primal))?;
        let inverse = LinearAlgebra::inverse(&value)?;
        Some(corrected(a, b.as_slice(), x.as_slice(), &inverse))
    }

    fn on_series<N: Number>((a, b): (&DMatrix<N>, &DVector<N>)) -> Option<DVector<N>> {
        match coefficients(a) {
            Some(a) if b.iter().all(|b| b.orders_left() == 0) => {
                LinearAlgebra::solve(&a, &b.map(N::leading)).map(|x| x.map(N::from_leading))
            }
            _ => Self::on_number((a, b)),
        }
    }
}

pub(super) struct Inverse;

impl Algorithm for Inverse {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = Option<DMatrix<T>>;

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> Option<DMatrix<B>> {
        a.clone().lu().try_inverse()
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> Option<DMatrix<Traced<B>>> {
        let entries = Call::of(Method::Inverse, a).record(a.as_slice())?;
        Some(DMatrix::from_vec(a.nrows(), a.ncols(), entries))
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> Option<DMatrix<N>> {
        let inverse = LinearAlgebra::inverse(&inner(a))?;
        let mut result = DMatrix::zeros(a.nrows(), a.ncols());
        for j in 0..a.ncols() {
            let unit: Vec<N> = (0..a.nrows()).map(|i| if i == j { N::one() } else { N::zero() }).collect();
            result.set_column(j, &corrected(a, &unit, inverse.column(j).as_slice(), &inverse));
        }
        Some(result)
    }

    fn on_series<N: Number>(a: &DMatrix<N>) -> Option<DMatrix<N>> {
        match coefficients(a) {
            Some(a) => LinearAlgebra::inverse(&a).map(|inverse| inverse.map(N::from_leading)),
            None => Self::on_number(a),
        }
    }
}

/// `x + A₀⁻¹ (b - A x)`, for a solution `x` on the inner type: its value is `x` and its derivative that of the solution.
fn corrected<N: Number>(a: &DMatrix<N>, b: &[N], x: &[N::Inner], inverse: &DMatrix<N::Inner>) -> DVector<N> {
    let residual = |i: usize| {
        let products = (0..x.len()).map(|k| (a[(i, k)], -x[k]));
        form(products.chain([(b[i], N::Inner::one())]))
    };
    let residuals: Vec<N> = (0..b.len()).map(residual).collect();
    DVector::from_fn(x.len(), |i, _| {
        N::join_all(x[i], residuals.iter().enumerate().map(|(j, &residual)| (residual, inverse[(i, j)])))
    })
}
