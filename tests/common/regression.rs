//! Problems of many variables, for the methods of `optimize` and for sums over data.

use dualtape::terms::Terms;
use dualtape::{Float, ScalarFunction};

/// Minus the logarithm of the likelihood of a logistic regression, with a small ridge as the last term.
pub struct Logistic {
    pub rows: Vec<Vec<f64>>,
    pub outcomes: Vec<bool>,
}

impl Logistic {
    /// Predictors and outcomes from a linear congruential generator, with the multiplier of Knuth's MMIX.
    pub fn new(rows: usize, columns: usize) -> Self {
        let mut state = 12345u64;
        let mut uniform = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let rows: Vec<Vec<f64>> = (0..rows).map(|_| (0..columns).map(|_| uniform() - 0.5).collect()).collect();
        let outcomes = rows.iter().map(|row| uniform() < 1.0 / (1.0 + (-4.0 * (row[0] - row[1])).exp())).collect();
        Self { rows, outcomes }
    }
}

impl Terms for Logistic {
    fn count(&self) -> usize {
        self.rows.len() + 1
    }

    fn term<T: Float>(&self, i: usize, b: &[T]) -> T {
        let Some(row) = self.rows.get(i) else {
            return b.iter().map(|&b| b * b).sum::<T>() * T::lit(0.01);
        };
        let z = T::dot(row.iter().map(|&x| T::lit(x)).zip(b.iter().copied()));
        let z = if self.outcomes[i] { -z } else { z };
        // log(1 + exp(z)) without overflow
        if z > T::zero() { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
    }
}

/// Rosenbrock's chain, `Σ 100 (x[i+1] - x[i]²)² + (1 - x[i])²`.
pub struct Chain(pub usize);

impl Terms for Chain {
    fn count(&self) -> usize {
        self.0 - 1
    }

    fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
        T::lit(100.0) * (x[i + 1] - x[i] * x[i]).powi(2) + (T::one() - x[i]).powi(2)
    }
}

/// Squared residuals of a decaying oscillation with two parameters, at so many times from 0 to 1.
pub struct Decay(pub usize);

impl Terms for Decay {
    fn count(&self) -> usize {
        self.0
    }

    fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
        let t = T::lit(i as f64 / self.0 as f64);
        ((-x[0] * t).exp() * (x[1] * t).sin() - T::lit((0.37 * i as f64).cos())).powi(2)
    }
}

/// As functions like any other, without regard to their terms.
macro_rules! whole {
    ($($terms:ty),+) => {
        $(impl ScalarFunction for $terms {
            fn eval<T: Float>(&self, x: &[T]) -> T {
                (0..self.count()).map(|i| self.term(i, x)).sum()
            }
        })+
    };
}
whole!(Logistic, Chain, Decay);

/// A pendulum is to swing up: torques in so many steps of time, and the cost is their squares and the distance from the top at rest
/// at the end.
pub struct Pendulum;

impl ScalarFunction for Pendulum {
    fn eval<T: Float>(&self, torques: &[T]) -> T {
        let step = T::lit(5.0 / torques.len() as f64);
        let (mut angle, mut speed, mut cost) = (T::zero(), T::zero(), T::zero());
        for &torque in torques {
            speed += step * (torque - angle.sin());
            angle += step * speed;
            cost += step * torque * torque;
        }
        let off = angle - T::lit(std::f64::consts::PI);
        cost + T::lit(100.0) * (off * off + speed * speed)
    }
}
