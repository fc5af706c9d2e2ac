//! The reference problems F1 to F6 over [`Real`], for the peers' numbers.
//!
//! They are those of `tests/common/problems.rs`, which explains them, and in the same order of operations. The names, points,
//! values and gradients to reproduce are taken from there.

use crate::real::Real;
use crate::reference::{self, Adjoint, Problem, Visitor};
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

/// A generic function as a value.
pub trait Function {
    fn eval<T: Real>(&self, x: &[T]) -> T;
}

/// A point, and what is right there.
pub struct Reference {
    pub name: &'static str,
    pub x: Vec<f64>,
    pub value: f64,
    /// The gradient; or the Hessian, row by row.
    pub derivative: Vec<f64>,
}

impl Reference {
    /// F1 to F6, with gradients written by hand.
    pub fn gradients() -> Vec<Reference> {
        let mut all = Collector(Vec::new());
        reference::gradient_set(&mut all);
        all.0
    }

    /// F1 of `n` inputs and its Hessian, which has three diagonals.
    pub fn hessian(name: &'static str, n: usize) -> Reference {
        let problem = reference::rosenbrock(name, n, f64::NAN);
        let (x, mut gradient, mut hessian) = (problem.x0, vec![0.0; n], vec![0.0; n * n]);
        let value = problem.function.adjoint(&x, &mut gradient);
        for i in 0..n - 1 {
            hessian[i * n + i] += 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
            hessian[(i + 1) * n + i + 1] += 200.0;
            hessian[i * n + i + 1] = -400.0 * x[i];
            hessian[(i + 1) * n + i] = -400.0 * x[i];
        }
        Reference { name, x, value, derivative: hessian }
    }

    /// F1 of two inputs: Rosenbrock's function where he started.
    pub fn two_inputs() -> Reference {
        Reference { name: "2 inputs", x: vec![-1.2, 1.0], value: 24.2, derivative: vec![-215.6, -88.0] }
    }

    /// [`ThreeInputs`].
    pub fn three_inputs() -> Reference {
        let [x, y, z] = [1.5_f64, 2.5, 0.75];
        let decay = (-z).exp();
        Reference {
            name: "3 inputs",
            x: vec![x, y, z],
            value: x * y + decay * x.sqrt() + y.ln() / z,
            derivative: vec![y + decay / (2.0 * x.sqrt()), x + 1.0 / (y * z), -decay * x.sqrt() - y.ln() / (z * z)],
        }
    }
}

struct Collector(Vec<Reference>);

impl Visitor for Collector {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let mut derivative = vec![0.0; problem.x0.len()];
        problem.function.adjoint(&problem.x0, &mut derivative);
        self.0.push(Reference { name: problem.name, x: problem.x0.clone(), value: problem.value, derivative });
    }
}

/// The generator of the reference problems, for the data that they keep to themselves.
struct Uniform(u64);

impl Uniform {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        low + (high - low) * ((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }

    fn vector(&mut self, n: usize, low: f64, high: f64) -> Vec<f64> {
        (0..n).map(|_| self.between(low, high)).collect()
    }
}

/// `x y + exp(-z) sqrt(x) + ln(y) / z`: so small that what a call costs by itself shows.
pub struct ThreeInputs;

impl Function for ThreeInputs {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let &[x, y, z] = x else { panic!("three inputs, not {}", x.len()) };
        x * y + (-z).exp() * x.sqrt() + y.ln() / z
    }
}

/// F1.
pub struct Rosenbrock;

impl Function for Rosenbrock {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let mut s = x[0].constant(0.0);
        for w in x.windows(2) {
            let a = w[1] - w[0] * w[0];
            let b = w[0].taken_from(1.0);
            s = s + ((a * a).times(100.0) + b * b);
        }
        s
    }
}

/// F2.
pub struct LogSumExp;

impl Function for LogSumExp {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let mut s = x[0].constant(0.0);
        for x in x {
            s = s + x.exp();
        }
        s.ln() - x[17]
    }
}

/// F3.
pub struct Network {
    data: Vec<f64>,
    targets: Vec<f64>,
}

impl Network {
    const INPUTS: usize = 16;
    const HIDDEN: usize = 32;
    const SAMPLES: usize = 64;

    pub fn new() -> Network {
        let mut random = Uniform(3);
        random.vector(Self::INPUTS * Self::HIDDEN + 2 * Self::HIDDEN + 1, -0.5, 0.5);
        let data = random.vector(Self::SAMPLES * Self::INPUTS, -1.0, 1.0);
        Network { data, targets: random.vector(Self::SAMPLES, -1.0, 1.0) }
    }
}

impl Function for Network {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let (w1, rest) = x.split_at(Self::INPUTS * Self::HIDDEN);
        let (b1, rest) = rest.split_at(Self::HIDDEN);
        let (w2, b2) = rest.split_at(Self::HIDDEN);
        let mut loss = x[0].constant(0.0);
        for (row, &target) in self.data.chunks_exact(Self::INPUTS).zip(&self.targets) {
            let mut out = b2[0];
            for ((weights, &b), &w) in w1.chunks_exact(Self::INPUTS).zip(b1).zip(w2) {
                let mut a = b;
                for (&w, &x) in weights.iter().zip(row) {
                    a = a + w.times(x);
                }
                let h = a.tanh();
                out = out + w * h;
            }
            let e = out.minus(target);
            loss = loss + e * e;
        }
        loss.times(1.0 / Self::SAMPLES as f64)
    }
}

/// F4.
pub struct Mixture {
    points: Vec<f64>,
}

impl Mixture {
    const D: usize = 10;
    const K: usize = 25;
    const POINTS: usize = 1000;
    const TRIANGLE: usize = Self::D * (Self::D + 1) / 2;

    pub fn new() -> Mixture {
        let mut random = Uniform(4);
        random.vector(Self::K * (1 + Self::D + Self::TRIANGLE), 0.0, 1.0);
        Mixture { points: random.vector(Self::POINTS * Self::D, 0.0, 1.0) }
    }

    /// The part of the log-posterior that does not depend on the inputs.
    fn constant() -> f64 {
        let d = Self::D as f64;
        let degrees = d + 1.0;
        let log_gamma: f64 = (0..Self::D).map(|j| libm::lgamma((degrees - j as f64) / 2.0)).sum();
        let prior = -degrees * d * 0.5 * 2_f64.ln() - (d * (d - 1.0) / 4.0 * PI.ln() + log_gamma);
        -(Self::POINTS as f64) * d / 2.0 * TAU.ln() - Self::K as f64 * prior
    }
}

fn shifted_log_sum_exp<T: Real>(x: &[T]) -> T {
    let mut max = x[0];
    for &x in &x[1..] {
        if max.value() < x.value() {
            max = x;
        }
    }
    let mut s = x[0].constant(0.0);
    for &x in x {
        s = s + (x - max).exp();
    }
    s.ln() + max
}

impl Function for Mixture {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let d = Self::D;
        let (alphas, rest) = x.split_at(Self::K);
        let (means, factors) = rest.split_at(Self::K * d);
        let zero = x[0].constant(0.0);

        let mut diagonals = Vec::with_capacity(Self::K * d);
        let mut logs = Vec::with_capacity(Self::K);
        let mut prior = zero;
        for factor in factors.chunks_exact(Self::TRIANGLE) {
            let (q, lower) = factor.split_at(d);
            let mut log = zero;
            for &q in q {
                log = log + q;
                let diagonal = q.exp();
                prior = prior + diagonal * diagonal;
                diagonals.push(diagonal);
            }
            for &l in lower {
                prior = prior + l * l;
            }
            logs.push(log);
        }

        let mut centred = vec![zero; d];
        let mut q = vec![zero; d];
        let mut main = vec![zero; Self::K];
        let mut likelihood = zero;
        for point in self.points.chunks_exact(d) {
            for k in 0..Self::K {
                let (mean, diagonal) = (&means[k * d..][..d], &diagonals[k * d..][..d]);
                for i in 0..d {
                    centred[i] = mean[i].taken_from(point[i]);
                    q[i] = diagonal[i] * centred[i];
                }
                let mut lower = factors[k * Self::TRIANGLE + d..].iter();
                for i in 0..d {
                    for (q, &l) in q[i + 1..].iter_mut().zip(&mut lower) {
                        *q = *q + l * centred[i];
                    }
                }
                let mut norm = zero;
                for &q in &q {
                    norm = norm + q * q;
                }
                main[k] = alphas[k] + logs[k] - norm.times(0.5);
            }
            likelihood = likelihood + shifted_log_sum_exp(&main);
        }

        let normaliser = shifted_log_sum_exp(alphas).times(Self::POINTS as f64);
        (likelihood - normaliser + prior.times(0.5)).plus(Self::constant())
    }
}

/// F5.
pub struct Burgers;

impl Burgers {
    const STEPS: usize = 200;
    const ADVECTION: f64 = 0.1;
    const DIFFUSION: f64 = 0.2;
}

impl Function for Burgers {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let n = x.len();
        let mut u = x.to_vec();
        let mut v = x.to_vec();
        for _ in 0..Self::STEPS {
            for i in 0..n {
                let (l, r) = (if i == 0 { n - 1 } else { i - 1 }, if i + 1 == n { 0 } else { i + 1 });
                v[i] = u[i] - u[i].times(Self::ADVECTION) * (u[r] - u[l])
                    + (u[r] - u[i].times(2.0) + u[l]).times(Self::DIFFUSION);
            }
            std::mem::swap(&mut u, &mut v);
        }
        let mut s = x[0].constant(0.0);
        for &u in &u {
            s = s + u * u;
        }
        s
    }
}

/// F6.
pub struct BlackScholes {
    strikes: Vec<f64>,
}

impl BlackScholes {
    pub fn new() -> BlackScholes {
        let mut random = Uniform(6);
        let strike = |_| {
            random.vector(4, 0.0, 1.0);
            random.between(80.0, 120.0)
        };
        BlackScholes { strikes: (0..1000).map(strike).collect() }
    }
}

fn normal_cdf<T: Real>(x: T) -> T {
    x.times(FRAC_1_SQRT_2).erf().plus(1.0).times(0.5)
}

impl Function for BlackScholes {
    fn eval<T: Real>(&self, x: &[T]) -> T {
        let mut sum = x[0].constant(0.0);
        for (option, &strike) in x.chunks_exact(4).zip(&self.strikes) {
            let &[s, sigma, r, t] = option else { unreachable!() };
            let sd = sigma * t.sqrt();
            let d1 = (s.over(strike).ln() + (r + (sigma * sigma).times(0.5)) * t) / sd;
            let d2 = d1 - sd;
            sum = sum + (s * normal_cdf(d1) - (-r * t).exp().times(strike) * normal_cdf(d2));
        }
        sum
    }
}
