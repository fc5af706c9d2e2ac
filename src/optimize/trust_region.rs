//! The trust-region subproblem: the minimiser of a quadratic on the boundary of a ball,
//!
//! min gᵀy + ½ yᵀHy subject to ‖y‖ = Δ,
//!
//! for the case that the quadratic has no minimum inside. It is y(λ) = -(H + λI)⁻¹g with the λ ≥ 0 for which H + λI is
//! positive semidefinite and ‖y(λ)‖ = Δ. Newton's method finds λ from 1/‖y(λ)‖ - 1/Δ, which is nearly linear.
//!
//! Sources: Moré & Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983), sections 2 and 3;
//! Nocedal & Wright, *Numerical Optimization*, 2nd ed., section 4.3, algorithm 4.3 and, for the hard case, equation
//! (4.45).

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::model::{eigen, norm};

/// The minimiser on the sphere of the given radius. None if the numbers are too extreme to find it.
pub(super) fn boundary_step(gradient: &DVector<f64>, hessian: &DMatrix<f64>, radius: f64) -> Option<DVector<f64>> {
    // On the unit sphere squares cannot overflow.
    let gradient = gradient / radius;
    let step = definite(&gradient, hessian).or_else(|| spectral(&gradient, hessian))?;
    step.iter().all(|s| s.is_finite()).then(|| step * radius)
}

/// By Cholesky's decomposition of H + λI: accurate also when the variables are badly scaled. Only for positive definite
/// H with the minimum outside, where λ grows from zero to its value without safeguards.
fn definite(gradient: &DVector<f64>, hessian: &DMatrix<f64>) -> Option<DVector<f64>> {
    let mut lambda = 0.0;
    for _ in 0..50 {
        let identity = DMatrix::<f64>::identity(hessian.nrows(), hessian.ncols());
        let cholesky = (hessian + identity * lambda).cholesky()?;
        let step = -cholesky.solve(gradient);
        let length = norm(&step);
        if length <= 1.0 + TOLERANCE {
            // Shorter with λ = 0: there is a minimum inside, and the caller had reasons to leave it.
            return (length >= 1.0 - TOLERANCE).then_some(step);
        }
        let q = norm(&cholesky.l_dirty().solve_lower_triangular(&step)?);
        lambda += (length / q).powi(2) * (length - 1.0);
    }
    None
}

/// By the eigenvalues of H, for any H.
///
/// The multiplier is sought as its distance μ = λ + w from the least eigenvalue w, since near the hard case only that
/// distance has digits.
fn spectral(gradient: &DVector<f64>, hessian: &DMatrix<f64>) -> Option<DVector<f64>> {
    let SymmetricEigen { eigenvectors, eigenvalues } = eigen(hessian.clone())?;
    let a = eigenvectors.tr_mul(gradient);
    let (least, curvature) = eigenvalues.argmin();
    let gaps = eigenvalues.add_scalar(-curvature);
    let step = |mu: f64| a.zip_map(&gaps, |a, gap| if a == 0.0 { 0.0 } else { -a / (gap + mu) });
    if curvature <= 0.0
        && let Some(y) = hard_case(&a, &gaps, eigenvalues.amax(), least)
    {
        return Some(eigenvectors * y);
    }

    // ‖y‖ falls from the lower end, where λ is zero or H + λI singular, to less than 1 at the upper end.
    let mut lower = curvature.max(0.0);
    let mut upper = lower + norm(&a);
    let mut mu = upper;
    for _ in 0..100 {
        let y = step(mu);
        let length = norm(&y);
        if (length - 1.0).abs() <= TOLERANCE {
            break;
        }
        if length > 1.0 {
            lower = mu
        } else {
            upper = mu
        }
        let slope: f64 = y.zip_map(&gaps, |y, gap| y * y / (gap + mu)).sum();
        let newton = mu + length * length / slope * (length - 1.0);
        mu = if lower < newton && newton < upper { newton } else { 0.5 * (lower + upper) };
    }
    let mut y = step(mu);
    let rest = 1.0 - norm(&y).powi(2);
    if rest > TOLERANCE {
        // The minimum is inside, where the caller does not want it: on along the least curvature.
        y[least] += rest.sqrt().copysign(-a[least]);
    }
    Some(eigenvectors * y)
}

/// The step where the gradient has no part along the eigenvectors of the least eigenvalue w, and λ = -w alone makes the
/// step too short. Any part along them solves the equations then, so one of the right length is added. Both ways are
/// downhill, and equally; where the gradient is not quite zero, against it is right.
///
/// `a` is the gradient in the eigenvectors, and `gaps` are the distances of their eigenvalues from the least, that of
/// index `least`. What rounding leaves of `a` counts as none: with a part that small, λ + w has no digits left, and the
/// step would have no defined length. Eigenvalues that rounding cannot tell from the least have one space of
/// eigenvectors with it.
fn hard_case(a: &DVector<f64>, gaps: &DVector<f64>, largest: f64, least: usize) -> Option<DVector<f64>> {
    let unit = a.len() as f64 * f64::EPSILON;
    let lowest = |gap: f64| gap <= unit * largest;
    let along = norm(&a.zip_map(gaps, |a, gap| if lowest(gap) { a } else { 0.0 }));
    if along > unit * norm(a).max(largest) {
        return None;
    }
    let mut y = a.zip_map(gaps, |a, gap| if lowest(gap) { 0.0 } else { -a / gap });
    let rest = 1.0 - norm(&y).powi(2);
    if rest <= 0.0 {
        return None;
    }
    y[least] = rest.sqrt().copysign(-a[least]);
    Some(y)
}

/// Relative accuracy of the length. The method needs a tenth; the rest costs one or two iterations more.
const TOLERANCE: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};

    /// With H = diag(-1, 2) and g = (0, 1) only λ = 1 is possible, and y₂ = -1/3; the rest of the length goes along the
    /// negative curvature, either way.
    #[test]
    fn hard_case_by_hand() {
        for part in [0.0, 1e-300, -1e-300, 1e-30, -1e-18] {
            let y = boundary_step(&dvector![part, 1.0], &dmatrix![-1.0, 0.0; 0.0, 2.0], 2.0).unwrap();
            let expected = (4.0 - 1.0 / 9.0f64).sqrt();
            assert!((y[0].abs() - expected).abs() < 1e-15 && (y[1] + 1.0 / 3.0).abs() < 1e-15, "{y}");
            assert!(y[0] * part <= 0.0, "uphill: {y}");
        }
    }

    /// The conditions for the minimum on the sphere, which are necessary and sufficient: length Δ, (H + λI)y = -g for
    /// some λ ≥ 0, and no negative eigenvalue of H + λI. Over spectra with a least eigenvalue that is simple, multiple,
    /// nearly multiple, zero or positive, and gradients along its eigenvectors of any size.
    #[test]
    fn steps_are_minima_on_the_sphere() {
        let n = 4;
        let w = dvector![1.0, 2.0, -3.0, 0.5];
        let reflection: DMatrix<f64> = DMatrix::identity(n, n) - &w * w.transpose() * (2.0 / w.norm_squared());
        for eigenvalues in [
            dvector![-1.0, 0.5, 2.0, 3.0],
            dvector![-1.0, -1.0, 2.0, 3.0],
            dvector![-1.0, -1.0 + 1e-15, 2.0, 3.0],
            dvector![-1.0, -1.0 + 1e-10, 2.0, 3.0],
            dvector![-2.0, -2.0, -2.0, -2.0],
            dvector![0.0, 0.0, 1.0, 5.0],
            dvector![0.01, 0.02, 1.0, 5.0],
            dvector![-1e-9, 1.0, 2.0, 1e9],
        ] {
            let mut hessian: DMatrix<f64> = &reflection * DMatrix::from_diagonal(&eigenvalues) * &reflection;
            hessian.fill_lower_triangle_with_upper_triangle();
            let largest = eigenvalues.amax();
            for exponent in -301..3 {
                let part = if exponent == -301 { 0.0 } else { 10f64.powi(exponent) };
                for radius in [0.03, 1.0, 700.0] {
                    let gradient: DVector<f64> = &reflection * dvector![part, -part, 1.0, 0.3];
                    let case = format!("eigenvalues {eigenvalues}, part {part:e}, radius {radius}");
                    let inside = eigenvalues.min() > 0.0
                        && norm(&hessian.clone().lu().solve(&gradient).unwrap()) < radius * (1.0 + TOLERANCE);
                    if inside {
                        continue; // no business of this function
                    }
                    let y = boundary_step(&gradient, &hessian, radius).expect(&case);
                    assert!((y.norm() / radius - 1.0).abs() <= 2.0 * TOLERANCE, "{case}: length {}", y.norm());
                    let force = -(&hessian * &y + &gradient);
                    let lambda = force.dot(&y) / y.norm_squared();
                    let size = gradient.norm() + largest * radius;
                    let tolerance = 3e-6 * size / radius;
                    assert!(lambda >= -tolerance && lambda >= -eigenvalues.min() - tolerance, "{case}: {lambda}");
                    assert!((force - lambda * &y).norm() <= 1e-12 * size, "{case}: {y}");
                }
            }
        }
    }
}
