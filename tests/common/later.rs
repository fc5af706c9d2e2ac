//! Programs that were written after the prices of the models of costs were fixed: nobody looked at them to change anything.
#![allow(clippy::needless_range_loop)] // indices as in the formulas

use super::problems::Random;
use super::programs::Visitor;
use dualtape::{Float, ScalarFunction};

pub fn all(visitor: &mut impl Visitor) {
    let mut random = Random(71);
    visitor.visit("oscillators", &Oscillators { steps: 25 }, &random.vector_between(-1.5, 1.5, 2 * 20));
    let correlation = |k: i32| if k == 0 { 2.0 } else { (-0.5 * f64::from(k)).exp() };
    let correlations: Vec<f64> = (0..60).map(correlation).collect();
    visitor.visit("Levinson's recursion", &Levinson, &correlations);
    visitor.visit("power iteration", &PowerIteration { n: 24, steps: 20 }, &random.vector_between(0.1, 1.0, 24 * 24));
    let bonds = Bonds { prices: random.vector_between(0.8, 1.1, 80) };
    visitor.visit("yields of bonds", &bonds, &[0.03, -0.01, 0.02, 0.01, 1.5, 5.0]);
    let pairs = (0..400).map(|_| [(); 2].map(|()| random.below(60))).filter(|[a, b]| a != b).collect();
    visitor.visit("rotations", &Rotations { pairs, seen: random.vector(4 * 400) }, &random.vector(4 * 60));
}

/// Kuramoto's model of coupled oscillators: the coherence after some steps, by phases and frequencies at the start.
struct Oscillators {
    steps: usize,
}

impl ScalarFunction for Oscillators {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (start, frequencies) = x.split_at(x.len() / 2);
        let n = start.len();
        let (step, coupling) = (T::lit(0.05), T::lit(1.5 / n as f64));
        let mut phases = start.to_vec();
        for _ in 0..self.steps {
            let pull = |&phase: &T| phases.iter().fold(T::zero(), |sum, &other| sum + (other - phase).sin());
            let pulls: Vec<T> = phases.iter().map(pull).collect();
            for i in 0..n {
                phases[i] += step * (frequencies[i] + coupling * pulls[i]);
            }
        }
        let sum = |f: &dyn Fn(T) -> T| phases.iter().fold(T::zero(), |sum, &phase| sum + f(phase));
        let (c, s) = (sum(&|phase| phase.cos()), sum(&|phase| phase.sin()));
        (c * c + s * s).sqrt() / T::lit(n as f64)
    }
}

/// The logarithm of the error of the best linear prediction, by the correlations of a series: the recursion of Levinson and Durbin.
struct Levinson;

impl ScalarFunction for Levinson {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (mut a, mut error) = (vec![T::zero(); x.len()], x[0]);
        for k in 1..x.len() {
            let sum = (1..k).fold(x[k], |sum, j| sum - a[j] * x[k - j]);
            let reflection = sum / error;
            let before = a.clone();
            a[k] = reflection;
            for j in 1..k {
                a[j] = before[j] - reflection * before[k - j];
            }
            error *= T::one() - reflection * reflection;
        }
        error.ln()
    }
}

/// The largest eigenvalue of a matrix of positive entries, by its powers.
struct PowerIteration {
    n: usize,
    steps: usize,
}

impl ScalarFunction for PowerIteration {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut v = vec![T::one(); self.n];
        let mut length = T::one();
        for _ in 0..self.steps {
            let row = |row: &[T]| row.iter().zip(&v).fold(T::zero(), |sum, (&a, &v)| sum + a * v);
            let next: Vec<T> = x.chunks_exact(self.n).map(row).collect();
            length = next.iter().fold(T::zero(), |sum, &v| sum + v * v).sqrt();
            v = next.into_iter().map(|v| v / length).collect();
        }
        length
    }
}

/// The squared errors of the prices of bonds by a yield curve of Nelson, Siegel and Svensson.
struct Bonds {
    prices: Vec<f64>,
}

impl ScalarFunction for Bonds {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let rate = |time: f64| {
            let [a, b] = [x[4], x[5]].map(|decay| T::lit(time) / decay);
            let hump = |a: T| (T::one() - (-a).exp()) / a;
            x[0] + (x[1] + x[2]) * hump(a) - x[2] * (-a).exp() + x[3] * (hump(b) - (-b).exp())
        };
        let mut errors = T::zero();
        for (k, &price) in self.prices.iter().enumerate() {
            let payments = 2 + k / 4;
            let mut value = T::zero();
            for i in 1..=payments {
                let time = 0.5 * i as f64;
                let discount = (-(rate(time) * T::lit(time))).exp();
                value += discount * T::lit(if i == payments { 1.02 } else { 0.02 });
            }
            errors += (value - T::lit(price)).powi(2);
        }
        errors
    }
}

/// The squared angles between rotations and what was seen of one from another, all as quaternions of any length.
struct Rotations {
    pairs: Vec<[usize; 2]>,
    seen: Vec<f64>,
}

impl ScalarFunction for Rotations {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let quaternion = |k: usize| [x[4 * k], x[4 * k + 1], x[4 * k + 2], x[4 * k + 3]];
        let mut sum = T::zero();
        for (&[i, j], seen) in self.pairs.iter().zip(self.seen.chunks_exact(4)) {
            let ([a, b, c, d], [e, f, g, h]) = (quaternion(i), quaternion(j));
            let turn = [
                a * e + b * f + c * g + d * h,
                a * f - b * e - c * h + d * g,
                a * g - c * e - d * f + b * h,
                a * h - d * e - b * g + c * f,
            ];
            let along = turn.iter().zip(seen).fold(T::zero(), |sum, (&t, &s)| sum + t * T::lit(s));
            let length = turn.iter().fold(T::zero(), |sum, &t| sum + t * t).sqrt();
            let across = (length * length * T::lit(seen.iter().map(|s| s * s).sum()) - along * along).sqrt();
            sum += across.atan2(along).powi(2);
        }
        sum
    }
}
