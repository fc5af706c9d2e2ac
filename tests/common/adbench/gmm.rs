//! GMM: log-posterior of a mixture of Gaussians with a Wishart prior, over the parameters of the mixture.

use super::{Numbers, Problem};
use dualtape::{Float, Primitive, ScalarFunction};
use std::f64::consts::{LN_2, PI, TAU};

/// The points that are explained, and the prior.
///
/// The inputs are `K` weights `alpha`, `K` means of `D` numbers, and `K` inverse covariance factors. A factor is a lower
/// triangular matrix: the logarithms of its `D` diagonal entries, then the entries below the diagonal column by column.
pub struct Mixture {
    dimension: usize,
    components: usize,
    /// One after the other.
    points: Vec<f64>,
    gamma: f64,
    m: usize,
}

impl Mixture {
    pub fn read(path: &'static str) -> Problem<Mixture> {
        let mut file = Numbers::of(path);
        let [dimension, components, count] = file.array();
        let x0 = file.many(components * (dimension + 1) * (dimension + 2) / 2);
        let points = file.many(count * dimension);
        let function = Mixture { dimension, components, points, gamma: file.one(), m: file.one() };
        file.end();
        Problem { name: path, function, x0 }
    }

    /// The numbers of weights, of means and of factors: the blocks of a gradient.
    pub fn blocks(&self) -> [usize; 3] {
        [1, self.dimension, self.dimension * (self.dimension + 1) / 2].map(|numbers| self.components * numbers)
    }

    /// The part of the log-posterior that does not depend on the inputs.
    fn constant(&self) -> f64 {
        let (d, count) = (self.dimension as f64, (self.points.len() / self.dimension) as f64);
        let degrees = d + self.m as f64 + 1.0;
        let log_gamma: f64 = (0..self.dimension).map(|j| libm::lgamma((degrees - j as f64) / 2.0)).sum();
        let multivariate_log_gamma = d * (d - 1.0) / 4.0 * PI.ln() + log_gamma;
        let prior = degrees * d * (self.gamma.ln() - 0.5 * LN_2) - multivariate_log_gamma;
        -0.5 * count * d * TAU.ln() - self.components as f64 * prior
    }
}

/// `ln Σ exp(x)`. The maximum only keeps the exponentials in range; its derivative cancels, so it is detached.
fn log_sum_exp<T: Float>(x: &[T]) -> T {
    let max = x.iter().map(|x| x.detach()).reduce(|max, x| if x > max { x } else { max }).expect("a component");
    x.iter().map(|&x| (x - max).exp()).sum::<T>().ln() + max
}

impl ScalarFunction for Mixture {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let d = self.dimension;
        let (alphas, rest) = x.split_at(self.components);
        let (means, factors) = rest.split_at(self.components * d);
        let size = d * (d + 1) / 2;

        // By component: the logarithm of the factor's determinant and its diagonal. And the prior's sum over all.
        let mut log_determinants = Vec::with_capacity(self.components);
        let mut diagonals = Vec::with_capacity(self.components * d);
        let mut prior = T::zero();
        for factor in factors.chunks_exact(size) {
            let (log_diagonal, below) = factor.split_at(d);
            let log_determinant: T = log_diagonal.iter().sum();
            let mut squares = T::zero();
            for q in log_diagonal {
                let diagonal = q.exp();
                squares += diagonal * diagonal;
                diagonals.push(diagonal);
            }
            for &l in below {
                squares += l * l;
            }
            prior += squares * c(0.5 * self.gamma * self.gamma) - log_determinant * c(self.m as f64);
            log_determinants.push(log_determinant);
        }

        let mut centred = vec![T::zero(); d];
        let mut y = vec![T::zero(); d];
        let mut beta = vec![T::zero(); self.components];
        let mut likelihood = T::zero();
        for point in self.points.chunks_exact(d) {
            for k in 0..self.components {
                let (mean, diagonal) = (&means[k * d..][..d], &diagonals[k * d..][..d]);
                for i in 0..d {
                    centred[i] = mean[i] - c(point[i]); // the sign cancels in the square
                    y[i] = diagonal[i] * centred[i];
                }
                let mut below = factors[k * size + d..].iter();
                for column in 0..d {
                    // `zip` asks `y` first, so that no entry is lost where a column ends.
                    for (y, &l) in y[column + 1..].iter_mut().zip(&mut below) {
                        *y += l * centred[column];
                    }
                }
                let square: T = y.iter().map(|&y| y * y).sum();
                beta[k] = alphas[k] + log_determinants[k] - square * c(0.5);
            }
            likelihood += log_sum_exp(&beta);
        }

        let count = (self.points.len() / d) as f64;
        likelihood - log_sum_exp(alphas) * c(count) + prior + c(self.constant())
    }
}
