//! Programs that were written after the interpreter's constants were fixed: nobody looked at them to change anything.
#![allow(clippy::needless_range_loop)] // indices as in the formulas

use super::problems::Random;
use super::programs::Visitor;
use dualtape::{Float, ScalarFunction};

pub fn all(visitor: &mut impl Visitor) {
    let (attention, x) = Attention::new(24);
    visitor.visit("attention", &attention, &x);
    let mut random = Random(62);
    let warping = Warping { other: random.vector(30) };
    visitor.visit("warping of time", &warping, &random.vector(30));
    visitor.visit("heat in a rod", &Rod { steps: 40 }, &random.vector_between(0.5, 2.0, 41));
    let places: Vec<f64> = (0..18).map(|i| 0.4 * f64::from(i) + random.between(-0.1, 0.1)).collect();
    visitor.visit("Gaussian process", &Process, &[&[0.1, -0.5, -2.0], &places[..]].concat());
    let epidemic = Epidemic { cases: random.vector_between(0.0, 0.1, 400) };
    visitor.visit("epidemic", &epidemic, &[0.4, 0.3, 0.2, 0.01, 0.002]);
}

/// A head of attention: every row of a sequence weighs the rows up to itself. The squared distance of its results from the sequence.
struct Attention {
    rows: Vec<Vec<f64>>,
}

impl Attention {
    const WIDTH: usize = 6;

    fn new(rows: usize) -> (Attention, Vec<f64>) {
        let mut random = Random(61);
        let rows = (0..rows).map(|_| random.vector(Self::WIDTH)).collect();
        (Attention { rows }, random.vector_between(-0.5, 0.5, 3 * Self::WIDTH * Self::WIDTH))
    }
}

impl ScalarFunction for Attention {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let n = Self::WIDTH;
        let project = |matrix: &[T]| -> Vec<Vec<T>> {
            let row = |row: &Vec<f64>| -> Vec<T> {
                matrix
                    .chunks_exact(n)
                    .map(|m| m.iter().zip(row).fold(T::zero(), |s, (&m, &r)| s + m * T::lit(r)))
                    .collect()
            };
            self.rows.iter().map(row).collect()
        };
        let [queries, keys, values] = [0, 1, 2].map(|k| project(&x[k * n * n..][..n * n]));
        let mut loss = T::zero();
        for (i, query) in queries.iter().enumerate() {
            let scores = keys[..=i].iter().map(|key| query.iter().zip(key).fold(T::zero(), |s, (&q, &k)| s + q * k));
            let weights: Vec<T> = scores.map(|s| (s * T::lit(0.4)).exp()).collect();
            let total: T = weights.iter().copied().sum();
            for j in 0..n {
                let sum = weights.iter().zip(&values).fold(T::zero(), |s, (&w, v)| s + w * v[j]);
                let error = sum / total - T::lit(self.rows[i][j]);
                loss += error * error;
            }
        }
        loss
    }
}

/// The soft distance of two series under warping of time, with the logarithm of a sum of exponentials for the least of three.
struct Warping {
    other: Vec<f64>,
}

impl ScalarFunction for Warping {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let far = T::lit(1e3);
        let mut above = vec![far; self.other.len() + 1];
        above[0] = T::zero();
        for &a in x {
            let mut row = vec![far];
            for (j, &b) in self.other.iter().enumerate() {
                let least = [above[j], above[j + 1], row[j]].iter().fold(T::zero(), |s, &d| s + (-d).exp());
                let distance = a - T::lit(b);
                row.push(distance * distance - (least + T::lit(1e-300)).ln());
            }
            above = row;
        }
        above[self.other.len()]
    }
}

/// Heat in a rod by implicit steps, each a tridiagonal system by elimination, over the conductivities: the squared temperature at the end.
struct Rod {
    steps: usize,
}

impl ScalarFunction for Rod {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let n = x.len() - 1;
        let mut heat: Vec<T> = (0..n).map(|i| T::lit((i as f64 * 0.3).sin() + 1.0)).collect();
        for _ in 0..self.steps {
            let mut ratios = Vec::with_capacity(n);
            let mut sums: Vec<T> = Vec::with_capacity(n);
            for i in 0..n {
                let mut diagonal = T::one() + x[i] + x[i + 1];
                let mut right = heat[i];
                if i > 0 {
                    let ratio: T = ratios[i - 1];
                    diagonal -= x[i] * ratio;
                    right += x[i] * sums[i - 1];
                }
                ratios.push(x[i + 1] / diagonal);
                sums.push(right / diagonal);
            }
            for i in (0..n).rev() {
                heat[i] = if i + 1 < n { sums[i] + ratios[i] * heat[i + 1] } else { sums[i] };
            }
        }
        heat.iter().fold(T::zero(), |s, &u| s + u * u)
    }
}

/// The likelihood of a Gaussian process with a squared exponential kernel, over its places and three parameters.
struct Process;

impl ScalarFunction for Process {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (parameters, places) = x.split_at(3);
        let n = places.len();
        let [height, scale, noise] = [0, 1, 2].map(|k| parameters[k].exp());
        let mut l = vec![vec![T::zero(); n]; n];
        let (mut logarithm, mut z) = (T::zero(), Vec::with_capacity(n));
        for i in 0..n {
            for j in 0..=i {
                let d = (places[i] - places[j]) / scale;
                let mut sum = height * (-(d * d)).exp();
                if i == j {
                    sum += noise;
                }
                for k in 0..j {
                    sum -= l[i][k] * l[j][k];
                }
                l[i][j] = if i == j { sum.sqrt() } else { sum / l[j][j] };
            }
            logarithm += l[i][i].ln();
            let mut y = T::lit((i as f64 * 0.7).cos());
            for k in 0..i {
                y -= l[i][k] * z[k];
            }
            z.push(y / l[i][i]);
        }
        logarithm + z.iter().fold(T::zero(), |s, &z| s + z * z) * T::lit(0.5)
    }
}

/// The squared distance of an epidemic's course from data, over its rates and its beginning, in steps of a day.
struct Epidemic {
    cases: Vec<f64>,
}

impl ScalarFunction for Epidemic {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (contact, onset, recovery) = (x[0], x[1], x[2]);
        let (mut healthy, mut exposed, mut ill) = (T::one() - x[3] - x[4], x[3], x[4]);
        let mut loss = T::zero();
        for &cases in &self.cases {
            let infections = contact * healthy * ill;
            let onsets = onset * exposed;
            healthy -= infections;
            exposed += infections - onsets;
            ill += onsets - recovery * ill;
            let error = ill - T::lit(cases);
            loss += error * error;
        }
        loss
    }
}
