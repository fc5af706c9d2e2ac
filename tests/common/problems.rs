//! Reference problems: six functions that published comparisons of differentiation tools are made of, F1 to F6, and small
//! ones for Hessians.
//!
//! Each is a generic function with fixed inputs, the value it has there, and its gradient written by hand. Tests take the
//! gradient as the reference; benchmarks take it as the limit of what a tool could reach. Order of operations and the named
//! temporaries belong to the definition, since they decide what a tool records.

#[path = "generator.rs"]
pub mod generator;

use dualtape::rules::Unary;
use dualtape::{Float, Primitive, ScalarFunction, slices};
pub use generator::Random;
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

/// A function, the point where it is differentiated, and its value there.
pub struct Problem<F> {
    pub name: &'static str,
    pub function: F,
    pub x0: Vec<f64>,
    /// `function(x0)` to about 15 digits, from programs in other languages.
    pub value: f64,
}

/// The gradient as a careful person would program it.
pub trait Adjoint: ScalarFunction {
    /// Writes the gradient at `x` and returns the value.
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64;
}

/// What is done with every problem of a set; a closure cannot be, because every problem is a type of its own.
pub trait Visitor {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>);
}

/// F1 to F6.
pub fn gradient_set(visitor: &mut impl Visitor) {
    visitor.visit(&rosenbrock("F1 n=100", 100, 17167.9673386852));
    visitor.visit(&rosenbrock("F1 n=1e4", 10_000, 1747281.15062483));
    visitor.visit(&log_sum_exp("F2", 8.82712749819179));
    visitor.visit(&network("F3", [16, 32, 64], 0.870997191220622));
    visitor.visit(&mixture("F4", -7565.24740870373));
    visitor.visit(&burgers("F5", 33.3099863746258));
    visitor.visit(&black_scholes("F6", 15940.0984472429));
}

/// F4 and F5 with operations on many operands at once: `slices` and `Float::fuse`.
pub fn fused_set(visitor: &mut impl Visitor) {
    let Problem { name: _, function, x0, value } = mixture("", -7565.24740870373);
    visitor.visit(&Problem { name: "F4 fused", function: FusedMixture(function), x0, value });
    let Problem { name: _, function, x0, value } = burgers("", 33.3099863746258);
    visitor.visit(&Problem { name: "F5 fused", function: FusedBurgers(function), x0, value });
}

/// Few enough inputs for a dense Hessian.
pub fn hessian_set(visitor: &mut impl Visitor) {
    visitor.visit(&rosenbrock("F1 n=10", 10, 784.766203174586));
    visitor.visit(&rosenbrock("F1 n=100", 100, 17167.9673386852));
    visitor.visit(&network("tanh net n=37", [4, 6, 8], 0.342919446582629));
}

// ---------------------------------------------------------------------------------------------------- F1: Rosenbrock chain

/// `sum 100 (x[i+1] - x[i]²)² + (1 - x[i])²`: cheap arithmetic only, so it shows the cost of recording.
pub struct Rosenbrock;

pub fn rosenbrock(name: &'static str, n: usize, value: f64) -> Problem<Rosenbrock> {
    let x0 = Random(1).vector_between(-1.5, 1.5, n);
    Problem { name, function: Rosenbrock, x0, value }
}

impl ScalarFunction for Rosenbrock {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let mut s = T::zero();
        for w in x.windows(2) {
            let a = w[1] - w[0] * w[0];
            let b = T::one() - w[0];
            s += a * a * c(100.0) + b * b;
        }
        s
    }
}

impl Adjoint for Rosenbrock {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut s = 0.0;
        gradient[0] = 0.0;
        for i in 0..x.len() - 1 {
            let a = x[i + 1] - x[i] * x[i];
            let b = 1.0 - x[i];
            s += 100.0 * (a * a) + b * b;
            gradient[i] -= 400.0 * a * x[i] + 2.0 * b;
            gradient[i + 1] = 200.0 * a;
        }
        s
    }
}

// ---------------------------------------------------------------------------------------------------------- F2: log-sum-exp

/// `log(sum exp(x)) - x[17]` without shifting by the maximum: half of the time is in `exp`.
pub struct LogSumExp {
    pick: usize,
}

pub fn log_sum_exp(name: &'static str, value: f64) -> Problem<LogSumExp> {
    let x0 = Random(2).vector_between(-2.0, 2.0, 1000);
    Problem { name, function: LogSumExp { pick: 17 }, x0, value }
}

impl ScalarFunction for LogSumExp {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut s = T::zero();
        for x in x {
            s += x.exp();
        }
        s.ln() - x[self.pick]
    }
}

impl Adjoint for LogSumExp {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut s = 0.0;
        for (g, x) in gradient.iter_mut().zip(x) {
            *g = x.exp();
            s += *g;
        }
        for g in gradient.iter_mut() {
            *g /= s;
        }
        gradient[self.pick] -= 1.0;
        s.ln() - x[self.pick]
    }
}

// ------------------------------------------------------------------------------------------------------ F3: a tanh network

/// Mean squared error of a network with one hidden layer, over its weights: inner products with plain data.
pub struct Network {
    inputs: usize,
    hidden: usize,
    /// One row of inputs per sample, and the output it should give.
    data: Vec<f64>,
    targets: Vec<f64>,
}

pub fn network(name: &'static str, [inputs, hidden, samples]: [usize; 3], value: f64) -> Problem<Network> {
    let mut random = Random(3);
    let x0 = random.vector_between(-0.5, 0.5, inputs * hidden + 2 * hidden + 1);
    let data = random.vector_between(-1.0, 1.0, samples * inputs);
    let targets = random.vector_between(-1.0, 1.0, samples);
    Problem { name, function: Network { inputs, hidden, data, targets }, x0, value }
}

impl Network {
    /// The parameters in their order: first layer (a row of weights per hidden unit), its biases, second layer, its bias.
    fn layers<'a, T>(&self, parameters: &'a [T]) -> (&'a [T], &'a [T], &'a [T], &'a T) {
        let (w1, rest) = parameters.split_at(self.inputs * self.hidden);
        let (b1, rest) = rest.split_at(self.hidden);
        let (w2, b2) = rest.split_at(self.hidden);
        (w1, b1, w2, &b2[0])
    }
}

impl ScalarFunction for Network {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let (w1, b1, w2, b2) = self.layers(x);
        let mut loss = T::zero();
        for (row, &target) in self.data.chunks_exact(self.inputs).zip(&self.targets) {
            let mut out = *b2;
            for ((weights, &b), &w) in w1.chunks_exact(self.inputs).zip(b1).zip(w2) {
                let mut a = b;
                for (&w, &x) in weights.iter().zip(row) {
                    a += w * c(x);
                }
                let h = a.tanh();
                out += w * h;
            }
            let e = out - c(target);
            loss += e * e;
        }
        loss * c(1.0 / self.targets.len() as f64)
    }
}

impl Adjoint for Network {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (inputs, hidden, samples) = (self.inputs, self.hidden, self.targets.len() as f64);
        let (w1, b1, w2, b2) = self.layers(x);
        let mut activations = vec![0.0; hidden];
        let mut loss = 0.0;
        gradient.fill(0.0);
        let (dw1, rest) = gradient.split_at_mut(inputs * hidden);
        let (db1, rest) = rest.split_at_mut(hidden);
        let (dw2, db2) = rest.split_at_mut(hidden);
        for (row, target) in self.data.chunks_exact(inputs).zip(&self.targets) {
            let mut out = *b2;
            for j in 0..hidden {
                let mut a = b1[j];
                for (w, x) in w1[j * inputs..][..inputs].iter().zip(row) {
                    a += w * x;
                }
                activations[j] = a.tanh();
                out += w2[j] * activations[j];
            }
            let e = out - target;
            loss += e * e;

            let de = 2.0 * e / samples;
            db2[0] += de;
            for j in 0..hidden {
                let h = activations[j];
                dw2[j] += de * h;
                let da = de * w2[j] * (1.0 - h * h);
                db1[j] += da;
                for (dw, x) in dw1[j * inputs..][..inputs].iter_mut().zip(row) {
                    *dw += da * x;
                }
            }
        }
        loss / samples
    }
}

// --------------------------------------------------------------------------------------------------- F4: a Gaussian mixture

/// Log-posterior of a mixture of Gaussians with a Wishart prior (gamma = 1, m = 0), the GMM objective of ADBench: millions
/// of operations, so the tape streams through memory.
///
/// The inputs are K weights, K means of d numbers, and K inverse covariance factors: each the logarithms of d diagonal
/// entries and a strict lower triangle by columns.
pub struct Mixture {
    d: usize,
    k: usize,
    points: Vec<f64>,
}

pub fn mixture(name: &'static str, value: f64) -> Problem<Mixture> {
    mixture_of(name, [10, 25, 1000], value)
}

/// F4 with `k` Gaussians of dimension `d` and `n` points.
pub fn mixture_of(name: &'static str, [d, k, n]: [usize; 3], value: f64) -> Problem<Mixture> {
    let mut random = Random(4);
    let mut x0 = random.vector_between(-1.0, 1.0, k);
    x0.extend(random.vector_between(0.0, 1.0, k * d));
    x0.extend(random.vector_between(-1.0, 1.0, k * d * (d + 1) / 2));
    let points = random.vector_between(0.0, 1.0, n * d);
    Problem { name, function: Mixture { d, k, points }, x0, value }
}

impl Mixture {
    /// Weights, means and inverse covariance factors.
    fn split<'a, T>(&self, x: &'a [T]) -> (&'a [T], &'a [T], &'a [T]) {
        let (alphas, rest) = x.split_at(self.k);
        let (means, factors) = rest.split_at(self.k * self.d);
        (alphas, means, factors)
    }

    /// The part of the log-posterior that does not depend on the inputs.
    fn constant(&self) -> f64 {
        let (d, n) = (self.d as f64, (self.points.len() / self.d) as f64);
        let degrees = d + 1.0;
        let log_gamma: f64 = (0..self.d).map(|j| libm::lgamma((degrees - j as f64) / 2.0)).sum();
        let prior = -degrees * d * 0.5 * 2_f64.ln() - (d * (d - 1.0) / 4.0 * PI.ln() + log_gamma);
        -n * d / 2.0 * TAU.ln() - self.k as f64 * prior
    }
}

/// Log-sum-exp with the maximum subtracted as an ordinary, active number.
fn shifted_log_sum_exp<T: Float>(x: &[T]) -> T {
    let mut max = x[0];
    for &x in &x[1..] {
        if max < x {
            max = x;
        }
    }
    let mut s = T::zero();
    for &x in x {
        s += (x - max).exp();
    }
    s.ln() + max
}

impl ScalarFunction for Mixture {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let (d, triangle) = (self.d, self.d * (self.d + 1) / 2);
        let (alphas, means, factors) = self.split(x);

        let mut diagonals = Vec::with_capacity(self.k * d);
        let mut logs = Vec::with_capacity(self.k);
        let mut prior = T::zero();
        for factor in factors.chunks_exact(triangle) {
            let (q, lower) = factor.split_at(d);
            let mut log = T::zero();
            for &q in q {
                log += q;
                let diagonal = q.exp();
                prior += diagonal * diagonal;
                diagonals.push(diagonal);
            }
            for &l in lower {
                prior += l * l;
            }
            logs.push(log);
        }

        let mut centred = vec![T::zero(); d];
        let mut q = vec![T::zero(); d];
        let mut main = vec![T::zero(); self.k];
        let mut likelihood = T::zero();
        for point in self.points.chunks_exact(d) {
            for k in 0..self.k {
                let (mean, diagonal) = (&means[k * d..][..d], &diagonals[k * d..][..d]);
                for i in 0..d {
                    centred[i] = T::lit(point[i]) - mean[i];
                    q[i] = diagonal[i] * centred[i];
                }
                // `zip` asks `q` first, so that no entry of `lower` is lost where a column ends.
                let mut lower = factors[k * triangle + d..].iter();
                for i in 0..d {
                    for (q, &l) in q[i + 1..].iter_mut().zip(&mut lower) {
                        *q += l * centred[i];
                    }
                }
                let mut norm = T::zero();
                for &q in &q {
                    norm += q * q;
                }
                main[k] = alphas[k] + logs[k] - norm * c(0.5);
            }
            likelihood += shifted_log_sum_exp(&main);
        }

        let points = (self.points.len() / d) as f64;
        likelihood - shifted_log_sum_exp(alphas) * c(points) + prior * c(0.5) + c(self.constant())
    }
}

impl Adjoint for Mixture {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (d, triangle) = (self.d, self.d * (self.d + 1) / 2);
        let (alphas, means, factors) = self.split(x);
        gradient.fill(0.0);
        let (dalphas, rest) = gradient.split_at_mut(self.k);
        let (dmeans, dfactors) = rest.split_at_mut(self.k * d);

        let mut diagonals = vec![0.0; self.k * d];
        let mut logs = vec![0.0; self.k];
        let mut prior = 0.0;
        for k in 0..self.k {
            let (factor, dfactor) = (&factors[k * triangle..][..triangle], &mut dfactors[k * triangle..][..triangle]);
            for i in 0..d {
                logs[k] += factor[i];
                let diagonal = factor[i].exp();
                diagonals[k * d + i] = diagonal;
                prior += diagonal * diagonal;
            }
            for i in d..triangle {
                prior += factor[i] * factor[i];
                dfactor[i] = factor[i];
            }
        }

        let mut centred = vec![0.0; self.k * d];
        let mut q = vec![0.0; self.k * d];
        let mut main = vec![0.0; self.k];
        let mut ddiagonals = vec![0.0; self.k * d];
        let mut likelihood = 0.0;
        for point in self.points.chunks_exact(d) {
            for k in 0..self.k {
                let (mean, diagonal) = (&means[k * d..][..d], &diagonals[k * d..][..d]);
                let (centred, q) = (&mut centred[k * d..][..d], &mut q[k * d..][..d]);
                for i in 0..d {
                    centred[i] = point[i] - mean[i];
                    q[i] = diagonal[i] * centred[i];
                }
                let mut lower = factors[k * triangle + d..].iter();
                for i in 0..d {
                    for (q, l) in q[i + 1..].iter_mut().zip(&mut lower) {
                        *q += l * centred[i];
                    }
                }
                let norm: f64 = q.iter().map(|q| q * q).sum();
                main[k] = alphas[k] + logs[k] - 0.5 * norm;
            }
            let sum = softmax(&mut main, &mut likelihood);

            for k in 0..self.k {
                let weight = main[k] / sum;
                dalphas[k] += weight;
                let (diagonal, ddiagonal) = (&diagonals[k * d..][..d], &mut ddiagonals[k * d..][..d]);
                let (centred, q) = (&centred[k * d..][..d], &q[k * d..][..d]);
                let dmean = &mut dmeans[k * d..][..d];
                let mut lower = factors[k * triangle + d..].iter();
                let mut dlower = dfactors[k * triangle + d..].iter_mut();
                for i in 0..d {
                    ddiagonal[i] -= weight * q[i] * centred[i];
                    let mut dcentred = q[i] * diagonal[i];
                    for ((q, l), dl) in q[i + 1..].iter().zip(&mut lower).zip(&mut dlower) {
                        dcentred += q * l;
                        *dl -= weight * q * centred[i];
                    }
                    dmean[i] += weight * dcentred;
                }
            }
        }

        // The sum of log-diagonals enters where the weight does, so its adjoint is the weight's so far.
        for k in 0..self.k {
            for i in 0..d {
                let diagonal = diagonals[k * d + i];
                dfactors[k * triangle + i] = dalphas[k] + (ddiagonals[k * d + i] + diagonal) * diagonal;
            }
        }
        let points = (self.points.len() / d) as f64;
        main.copy_from_slice(alphas);
        let mut normaliser = 0.0;
        let sum = softmax(&mut main, &mut normaliser);
        for (dalpha, e) in dalphas.iter_mut().zip(&main) {
            *dalpha -= points * e / sum;
        }
        likelihood - points * normaliser + 0.5 * prior + self.constant()
    }
}

/// Replaces `x` by `exp(x - max)`, adds log-sum-exp to `total` and returns the sum of the exponentials.
fn softmax(x: &mut [f64], total: &mut f64) -> f64 {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for x in x {
        *x = (*x - max).exp();
        sum += *x;
    }
    *total += sum.ln() + max;
    sum
}

// ------------------------------------------------------------------------------------------------------ F5: Burgers equation

/// `sum u²` after explicit steps of the viscous Burgers equation on a ring, over the initial state: statements with many
/// operands, results that are read three times.
pub struct Burgers {
    steps: usize,
}

/// Half the Courant number, and the diffusion number.
const ADVECTION: f64 = 0.1;
const DIFFUSION: f64 = 0.2;

pub fn burgers(name: &'static str, value: f64) -> Problem<Burgers> {
    burgers_of(name, [100, 200], value)
}

/// F5 with `n` cells and so many steps.
pub fn burgers_of(name: &'static str, [n, steps]: [usize; 2], value: f64) -> Problem<Burgers> {
    let x0 = (0..n).map(|i| 0.5 + 0.5 * (TAU * i as f64 / n as f64).sin()).collect();
    Problem { name, function: Burgers { steps }, x0, value }
}

/// The neighbours of cell `i` on a ring of `n`.
fn neighbours(i: usize, n: usize) -> (usize, usize) {
    (if i == 0 { n - 1 } else { i - 1 }, if i + 1 == n { 0 } else { i + 1 })
}

impl ScalarFunction for Burgers {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let n = x.len();
        let mut u = x.to_vec();
        let mut v = vec![T::zero(); n];
        for _ in 0..self.steps {
            for i in 0..n {
                let (l, r) = neighbours(i, n);
                v[i] = u[i] - u[i] * c(ADVECTION) * (u[r] - u[l]) + (u[r] - u[i] * c(2.0) + u[l]) * c(DIFFUSION);
            }
            std::mem::swap(&mut u, &mut v);
        }
        let mut s = T::zero();
        for &u in &u {
            s += u * u;
        }
        s
    }
}

impl Adjoint for Burgers {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let n = x.len();
        let mut states = vec![0.0; n * (self.steps + 1)];
        states[..n].copy_from_slice(x);
        for step in 0..self.steps {
            let (past, future) = states.split_at_mut(n * (step + 1));
            let (u, v) = (&past[n * step..], &mut future[..n]);
            for i in 0..n {
                let (l, r) = neighbours(i, n);
                v[i] = u[i] - ADVECTION * u[i] * (u[r] - u[l]) + DIFFUSION * (u[r] - 2.0 * u[i] + u[l]);
            }
        }

        let last = &states[n * self.steps..];
        let s = last.iter().map(|u| u * u).sum();
        let mut dv: Vec<f64> = last.iter().map(|u| 2.0 * u).collect();
        for u in states[..n * self.steps].chunks_exact(n).rev() {
            for i in 0..n {
                let (l, r) = neighbours(i, n);
                gradient[i] = dv[i] * (1.0 - ADVECTION * (u[r] - u[l]) - 2.0 * DIFFUSION)
                    + dv[l] * (DIFFUSION - ADVECTION * u[l])
                    + dv[r] * (DIFFUSION + ADVECTION * u[r]);
            }
            dv.copy_from_slice(gradient);
        }
        s
    }
}

// ---------------------------------------------------------------------------------------------------------- F6: Black-Scholes

/// Sum of European call prices over spot, volatility, rate and maturity of each option: long chains of elementary functions.
pub struct BlackScholes {
    strikes: Vec<f64>,
}

pub fn black_scholes(name: &'static str, value: f64) -> Problem<BlackScholes> {
    let n = 1000;
    let mut random = Random(6);
    let (mut x0, mut strikes) = (Vec::with_capacity(4 * n), Vec::with_capacity(n));
    for _ in 0..n {
        for (low, high) in [(80.0, 120.0), (0.1, 0.5), (0.01, 0.06), (0.2, 2.0)] {
            x0.push(random.between(low, high));
        }
        strikes.push(random.between(80.0, 120.0));
    }
    Problem { name, function: BlackScholes { strikes }, x0, value }
}

/// The error function: a rule that the library does not have, as a user adds one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Erf;

impl Unary for Erf {
    const NAME: &'static str = "erf";

    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        B::nearest(libm::erf(x.widen()))
    }

    #[inline]
    fn partial<T: Float>(self, x: T, _: T) -> T {
        T::FRAC_2_SQRT_PI() * (-(x * x)).exp()
    }
}

/// The standard normal distribution function.
fn normal_cdf<T: Float>(x: T) -> T {
    let c = T::Base::nearest;
    ((x * c(FRAC_1_SQRT_2)).unary(Erf) + c(1.0)) * c(0.5)
}

impl ScalarFunction for BlackScholes {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let mut sum = T::zero();
        for (option, &strike) in x.chunks_exact(4).zip(&self.strikes) {
            let &[s, sigma, r, t] = option else { unreachable!() };
            let sd = sigma * t.sqrt();
            let d1 = ((s / c(strike)).ln() + (r + sigma * sigma * c(0.5)) * t) / sd;
            let d2 = d1 - sd;
            sum += s * normal_cdf(d1) - (-r * t).exp() * c(strike) * normal_cdf(d2);
        }
        sum
    }
}

impl Adjoint for BlackScholes {
    /// The Greeks.
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        for ((option, greeks), strike) in x.chunks_exact(4).zip(gradient.chunks_exact_mut(4)).zip(&self.strikes) {
            let &[s, sigma, r, t] = option else { unreachable!() };
            let root = t.sqrt();
            let sd = sigma * root;
            let d1 = ((s / strike).ln() + (r + 0.5 * (sigma * sigma)) * t) / sd;
            let d2 = d1 - sd;
            let delta = normal_cdf(d1);
            let discounted = strike * (-r * t).exp() * normal_cdf(d2);
            let density = (-0.5 * (d1 * d1)).exp() / TAU.sqrt();
            sum += s * delta - discounted;
            greeks[0] = delta;
            greeks[1] = s * density * root;
            greeks[2] = t * discounted;
            greeks[3] = s * density * sigma / (2.0 * root) + r * discounted;
        }
        sum
    }
}

// ------------------------------------------------------------------------------------ F4 and F5 with fused operations

/// F5 with each step of a cell as one operation of its three inputs.
pub struct FusedBurgers(Burgers);

impl ScalarFunction for FusedBurgers {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let n = x.len();
        let mut u = x.to_vec();
        let mut v = vec![T::zero(); n];
        for _ in 0..self.0.steps {
            for i in 0..n {
                let (l, r) = neighbours(i, n);
                v[i] = T::fuse([u[l], u[i], u[r]], |[l, u, r]| {
                    u - u * c(ADVECTION) * (r - l) + (r - u * c(2.0) + l) * c(DIFFUSION)
                });
            }
            std::mem::swap(&mut u, &mut v);
        }
        slices::dot(&u, &u)
    }
}

impl Adjoint for FusedBurgers {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.0.adjoint(x, gradient)
    }
}

/// F4 with the rows of the matrix-vector products, the norms and the log-sum-exps as one operation each.
pub struct FusedMixture(Mixture);

impl ScalarFunction for FusedMixture {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let Mixture { d, k, points } = &self.0;
        let (d, triangle) = (*d, d * (d + 1) / 2);
        let (alphas, means, factors) = self.0.split(x);

        // Row `j` of every factor: its strict lower triangle, then the diagonal.
        let mut rows: Vec<Vec<T>> = Vec::with_capacity(k * d);
        for factor in factors.chunks_exact(triangle) {
            let (logs, lower) = factor.split_at(d);
            for j in 0..d {
                let column_start = |i: usize| i * (2 * d - i - 1) / 2;
                let mut row: Vec<T> = (0..j).map(|i| lower[column_start(i) + j - i - 1]).collect();
                row.push(logs[j].exp());
                rows.push(row);
            }
        }
        let logs: Vec<T> = factors.chunks_exact(triangle).map(|factor| slices::sum(&factor[..d])).collect();
        let entries: Vec<T> = rows.concat();
        let prior = slices::dot(&entries, &entries);

        let mut centred = vec![T::zero(); d];
        let mut q = vec![T::zero(); d];
        let mut main = vec![T::zero(); *k];
        let mut likelihood = T::zero();
        for point in points.chunks_exact(d) {
            for k in 0..*k {
                for i in 0..d {
                    centred[i] = T::lit(point[i]) - means[k * d + i];
                }
                for (j, row) in rows[k * d..][..d].iter().enumerate() {
                    q[j] = slices::dot(row, &centred[..=j]);
                }
                main[k] = alphas[k] + logs[k] - slices::dot(&q, &q) * c(0.5);
            }
            likelihood += slices::log_sum_exp(&main);
        }
        let points = (points.len() / d) as f64;
        likelihood - slices::log_sum_exp(alphas) * c(points) + prior * c(0.5) + c(self.0.constant())
    }
}

impl Adjoint for FusedMixture {
    fn adjoint(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.0.adjoint(x, gradient)
    }
}
