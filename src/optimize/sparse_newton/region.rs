//! The trust-region subproblem without eigenvalues: the minimiser of gᵀy + ½ yᵀBy on the sphere ‖y‖ = Δ for a sparse
//! matrix B, from Cholesky's decompositions of B + λI alone.
//!
//! As in the dense method it is y(λ) = -(B + λI)⁻¹g, and Newton's method finds λ from 1/‖y(λ)‖ - 1/Δ. Where B may be
//! indefinite, λ is kept between bounds, which failed and successful decompositions draw closer, and in the hard case a
//! multiple of the eigenvector of the least eigenvalue is added, which inverse iteration finds.
//!
//! Sources: Moré & Sorensen, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4 (1983), sections 3 and 4; Conn,
//! Gould & Toint, *Trust-Region Methods* (2000), section 7.3 (the bounds, and what is tried between them).

use nalgebra::DVector;

use super::super::model::norm;
use super::cholesky::Cholesky;

/// Relative accuracy of the length, as in the dense method.
const LENGTH_TOLERANCE: f64 = 1e-6;

/// In the hard case the model is minimised to this part of what can be gained.
const HARD_TOLERANCE: f64 = 1e-6;

/// Decompositions until the best step so far has to do. Each narrows the bounds, at worst by a hundredth.
const MOST: usize = 60;

/// Iterations towards the eigenvector of the least eigenvalue for each decomposition.
const INVERSE_ITERATIONS: usize = 2;

/// What is known of the multiplier λ.
struct Bracket {
    lower: f64,
    upper: f64,
}

impl Bracket {
    /// From bounds of the least eigenvalue; of a definite matrix it is positive.
    fn new(cholesky: &Cholesky, slope: f64, definite: bool) -> Self {
        if definite {
            return Self { lower: 0.0, upper: slope };
        }
        let (diagonal, circles, largest) = cholesky.bounds();
        // Beyond the bound, where the matrix is safely definite.
        let margin = f64::EPSILON.sqrt() * largest;
        Self { lower: (-diagonal).max(0.0), upper: slope + (-circles).max(0.0) + margin }
    }

    fn between(&self) -> f64 {
        let Self { lower, upper } = *self;
        (lower * upper).sqrt().max(lower + 0.01 * (upper - lower))
    }

    fn contains(&self, lambda: f64) -> bool {
        self.lower < lambda && lambda < self.upper
    }

    fn is_closed(&self) -> bool {
        self.upper - self.lower <= f64::EPSILON * self.upper
    }
}

/// The minimiser on the sphere of the given radius for the matrix that was loaded, and the multiplier λ. The search begins
/// at `guess`, from the last time. `vector` is what is known of the eigenvector of the least eigenvalue, any vector at
/// first. None if the numbers are too extreme.
pub(super) fn boundary_step(
    cholesky: &mut Cholesky,
    gradient: &DVector<f64>,
    radius: f64,
    definite: bool,
    guess: f64,
    vector: &mut DVector<f64>,
) -> Option<(DVector<f64>, f64)> {
    // On the unit sphere squares cannot overflow.
    let gradient = gradient / radius;
    let mut bracket = Bracket::new(cholesky, norm(&gradient), definite);
    let mut lambda = match definite {
        _ if bracket.contains(guess) => guess,
        true => 0.0,
        false => bracket.between(),
    };
    let mut best = None;
    for _ in 0..MOST {
        let step = if cholesky.factorise(lambda) { -cholesky.solve(&gradient) } else { DVector::zeros(0) };
        if step.is_empty() || !step.iter().all(|s| s.is_finite()) {
            bracket.lower = bracket.lower.max(lambda);
            lambda = bracket.between();
        } else {
            let length = norm(&step);
            if (length - 1.0).abs() <= LENGTH_TOLERANCE {
                return Some((step * radius, lambda));
            }
            let q = step.dot(&cholesky.solve(&step));
            if length > 1.0 {
                bracket.lower = bracket.lower.max(lambda);
                best = Some((&step / length * radius, lambda));
            } else {
                bracket.upper = lambda;
                if !definite || lambda == 0.0 {
                    let (hard, curvature, is_enough) = lengthened(cholesky, &gradient, &step, lambda, vector);
                    if is_enough {
                        return Some((hard * radius, lambda));
                    }
                    bracket.lower = bracket.lower.max(-curvature);
                    best = Some((hard * radius, lambda));
                }
            }
            let newton = lambda + length * length / q * (length - 1.0);
            lambda = if bracket.contains(newton) { newton } else { bracket.between() };
        }
        if bracket.is_closed() {
            break;
        }
    }
    best
}

/// A step inside, lengthened to the sphere along the eigenvector z of the least eigenvalue, as far as inverse iteration
/// knows it; the curvature zᵀBz; and whether that is as good as the minimum on the sphere.
fn lengthened(
    cholesky: &mut Cholesky,
    gradient: &DVector<f64>,
    step: &DVector<f64>,
    lambda: f64,
    vector: &mut DVector<f64>,
) -> (DVector<f64>, f64, bool) {
    for _ in 0..INVERSE_ITERATIONS {
        let next = cholesky.solve(vector);
        *vector = &next / norm(&next);
    }
    let curvature = vector.dot(&cholesky.product(vector));
    let (along, rest) = (step.dot(vector), 1.0 - norm(step).powi(2));
    // The shorter way to the sphere: it is downhill, since along that way the step has gone already.
    let way = rest / (along + (along * along + rest).sqrt().copysign(along));
    let lost = way * way * (curvature + lambda);
    let is_enough = lost <= HARD_TOLERANCE * (lambda - gradient.dot(step));
    (step + &*vector * way, curvature, is_enough)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::trust_region::boundary_step as dense_step;
    use crate::sparse::{SparseMatrix, SparsePattern, directions};
    use nalgebra::DMatrix;

    /// A symmetric band of random numbers, with this added to the diagonal.
    fn band(n: usize, shift: f64) -> SparseMatrix {
        let numbers: Vec<f64> = directions(4 * n * n);
        let pattern = SparsePattern::banded(n, 2, 2);
        let entry = |i: usize, j: usize| numbers[i.max(j) * n + i.min(j)] + if i == j { shift } else { 0.0 };
        let values = pattern.triplets().map(|(i, j)| entry(i, j)).collect();
        SparseMatrix::new(pattern, values)
    }

    fn change(hessian: &DMatrix<f64>, gradient: &DVector<f64>, y: &DVector<f64>) -> f64 {
        gradient.dot(y) + 0.5 * y.dot(&(hessian * y))
    }

    #[test]
    fn steps_gain_what_those_by_eigenvalues_do() {
        for n in [1, 2, 5, 12, 30] {
            for shift in [-10.0, -1.0, 0.0, 2.0, 10.0] {
                let sparse = band(n, shift);
                let hessian = sparse.to_dense();
                let definite = hessian.clone().cholesky();
                let gradients: Vec<DVector<f64>> =
                    vec![DVector::from_vec(directions(n)), DVector::from_vec(directions(n)) * 1e-12, DVector::zeros(n)];
                for (gradient, radius) in gradients.iter().flat_map(|g| [1e-3, 1.0, 50.0].map(|radius| (g, radius))) {
                    let inside = definite.as_ref().is_some_and(|c| norm(&c.solve(gradient)) <= radius);
                    if inside {
                        continue;
                    }
                    let mut cholesky = Cholesky::new(sparse.pattern());
                    cholesky.load(&sparse, &DVector::from_element(n, 1.0));
                    let mut vector = DVector::from_vec(directions(n));
                    let found =
                        boundary_step(&mut cholesky, gradient, radius, definite.is_some(), 0.0, &mut vector).unwrap().0;
                    let expected = dense_step(gradient, &hessian, radius).unwrap();
                    assert!((norm(&found) / radius - 1.0).abs() < 1e-5, "n = {n}, shift {shift}, radius {radius}");
                    let (gain, most) = (change(&hessian, gradient, &found), change(&hessian, gradient, &expected));
                    assert!(
                        gain <= most + 1e-4 * most.abs(),
                        "n = {n}, shift {shift}, radius {radius}: {gain}, {most}"
                    );
                    assert!(cholesky.count <= 25, "n = {n}, shift {shift}, radius {radius}: {}", cholesky.count);
                }
            }
        }
    }

    #[test]
    fn products_and_solutions_are_those_of_the_dense_matrix() {
        let (sparse, scale) = (band(9, 6.0), DVector::from_fn(9, |i, _| 1.0 + i as f64));
        let dense = DMatrix::from_fn(9, 9, |i, j| sparse.get(i, j) / scale[i] / scale[j]);
        let v = DVector::from_vec(directions(9));
        let mut cholesky = Cholesky::new(sparse.pattern());
        cholesky.load(&sparse, &scale);
        assert!((cholesky.product(&v) - &dense * &v).amax() < 1e-14);
        for lambda in [0.0, 0.5, 3.0] {
            assert!(cholesky.factorise(lambda));
            let shifted = &dense + DMatrix::identity(9, 9) * lambda;
            assert!((shifted * cholesky.solve(&v) - &v).amax() < 1e-12);
        }
        assert!(!cholesky.factorise(-6.0));
    }
}
