//! Programs as people write them, to replay: factorisations, filters, time steps, networks, and some with no structure at all.
//!
//! Each is generic, has a fixed point where it is differentiated, and a value that depends on every input. None is written to suit a
//! tool.
#![allow(clippy::needless_range_loop)] // indices as in the formulas

use super::problems::Random;
use dualtape::{Float, ScalarFunction};

/// What is done with each program.
pub trait Visitor {
    fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]);
}

/// The programs.
pub fn all(visitor: &mut impl Visitor) {
    for (name, n) in [("Cholesky 20", 20), ("Cholesky 50", 50)] {
        visitor.visit(name, &Cholesky { n }, &Cholesky::point(n));
    }
    for (name, n) in [("LU 20", 20), ("LU 50", 50)] {
        visitor.visit(name, &Lu { n }, &Lu::point(n));
    }
    let (kalman, x) = Kalman::new(200);
    visitor.visit("Kalman", &kalman, &x);
    visitor.visit("Lorenz", &Lorenz { steps: 1000 }, &[10.0, 28.0, 8.0 / 3.0, 1.0, 1.0, 20.0]);
    visitor.visit("Reaction-diffusion", &Diffusion { steps: 200 }, &Diffusion::point(100));
    let (portfolio, x) = Portfolio::new(1000);
    visitor.visit("Portfolio", &portfolio, &x);
    let (mlp, x) = Mlp::new(500);
    visitor.visit("MLP", &mlp, &x);
    let (fir, x) = Fir::new(64, 1000);
    visitor.visit("FIR", &fir, &x);
    visitor.visit("Lennard-Jones", &LennardJones, &LennardJones::point(100));
    let (garch, x) = Garch::new(1000);
    visitor.visit("ARMA-GARCH", &garch, &x);
    let (spline, x) = Spline::new(40, 2000);
    visitor.visit("Spline", &spline, &x);
    let terms = Terms::new(500);
    visitor.visit("random terms", &terms, &Random(31).vector_between(0.5, 1.5, 200));
    let tangle = Tangle::new(10_000);
    visitor.visit("tangle", &tangle, &Random(32).vector(50));
}

/// Programs that are against a recording: nothing but one long chain, or operations that a tape does not record at all.
pub fn adverse(visitor: &mut impl Visitor) {
    visitor.visit("affine chain", &AffineChain { steps: 10_000 }, &[0.7]);
    visitor.visit("tanh chain", &TanhChain { steps: 2000 }, &[0.7]);
    visitor.visit("linear form", &LinearForm, &Random(33).vector(100_000));
    visitor.visit("Horner", &Horner { degree: 100_000 }, &[0.99999]);
    visitor.visit("prefix sums", &PrefixSums, &Random(34).vector(10_000));
    visitor.visit("product", &Product, &Random(35).vector_between(0.9, 1.1, 10_000));
}

/// Programs that were written after the first interpreter's constants were fixed, and nothing was changed for them.
pub fn fresh(visitor: &mut impl Visitor) {
    visitor.visit(
        "conjugate gradients",
        &ConjugateGradients { side: 12, steps: 25 },
        &Random(51).vector_between(0.5, 2.0, 144),
    );
    let (convolution, x) = Convolution::new(40);
    visitor.visit("convolution", &convolution, &x);
    let (markov, x) = Markov::new(300);
    visitor.visit("hidden Markov model", &markov, &x);
    visitor.visit("Gram-Schmidt", &GramSchmidt { n: 20 }, &Random(54).vector(400));
    visitor.visit("pendulums", &Pendulums { steps: 500 }, &[0.3, 0.5, -0.2, 0.9, 0.1, 0.0, -0.1, 0.2, 9.81, 0.7]);
}

/// Programs that were written after the form of the model by which programs are rolled, and nothing was changed for them.
pub fn newest(visitor: &mut impl Visitor) {
    let (logistic, x) = Logistic::new(400, 20);
    visitor.visit("logistic regression", &logistic, &x);
    visitor.visit("option tree", &OptionTree { steps: 120 }, &[100.0, 105.0, 0.03, 0.25, 1.0]);
    visitor.visit("planets", &Planets { steps: 200 }, &Planets::point());
    visitor.visit("membrane", &Membrane { side: 30 }, &Random(64).vector_between(-0.1, 0.1, 900));
    let (basis, x) = RadialBasis::new(40, 250);
    visitor.visit("radial basis", &basis, &x);
}

/// The logarithm of the determinant of a symmetric matrix, given by its lower triangle, by Cholesky's factorisation.
struct Cholesky {
    n: usize,
}

impl Cholesky {
    fn point(n: usize) -> Vec<f64> {
        let mut random = Random(21);
        let entry = |(i, j)| if i == j { 2.0 + random.between(0.0, 1.0) } else { random.between(-1.0, 1.0) / n as f64 };
        (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))).map(entry).collect()
    }
}

impl ScalarFunction for Cholesky {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let at = |i: usize, j: usize| i * (i + 1) / 2 + j;
        let mut l = x.to_vec();
        let mut sum = T::zero();
        for j in 0..self.n {
            let mut d = l[at(j, j)];
            for k in 0..j {
                d -= l[at(j, k)] * l[at(j, k)];
            }
            let d = d.sqrt();
            l[at(j, j)] = d;
            sum += d.ln();
            for i in j + 1..self.n {
                let mut s = l[at(i, j)];
                for k in 0..j {
                    s -= l[at(i, k)] * l[at(j, k)];
                }
                l[at(i, j)] = s / d;
            }
        }
        sum * T::lit(2.0)
    }
}

/// The logarithm of the determinant of a matrix by elimination without pivots.
struct Lu {
    n: usize,
}

impl Lu {
    fn point(n: usize) -> Vec<f64> {
        let mut random = Random(22);
        (0..n * n).map(|k| if k % (n + 1) == 0 { 3.0 } else { random.between(-1.0, 1.0) / (n as f64).sqrt() }).collect()
    }
}

impl ScalarFunction for Lu {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let n = self.n;
        let mut a = x.to_vec();
        let mut sum = T::zero();
        for k in 0..n {
            sum += a[k * n + k].abs().ln();
            for i in k + 1..n {
                let factor = a[i * n + k] / a[k * n + k];
                for j in k + 1..n {
                    a[i * n + j] = a[i * n + j] - factor * a[k * n + j];
                }
            }
        }
        sum
    }
}

/// The likelihood of measurements under a linear model with four states, by a Kalman filter: a function of the transition matrix and
/// of the variances of the process and of the measurement.
pub struct Kalman {
    pub measured: Vec<f64>,
}

impl Kalman {
    pub fn new(steps: usize) -> (Kalman, Vec<f64>) {
        let mut random = Random(23);
        let measured = (0..steps).map(|t| (t as f64 * 0.1).sin() + random.between(-0.1, 0.1)).collect();
        let mut x = vec![0.0; 16];
        for i in 0..4 {
            x[5 * i] = 0.95;
            if i < 3 {
                x[4 * i + i + 1] = 0.1;
            }
        }
        x.iter_mut().for_each(|x| *x += random.between(-0.01, 0.01));
        x.extend([0.02, 0.03, 0.01, 0.05, 0.1]);
        (Kalman { measured }, x)
    }
}

impl ScalarFunction for Kalman {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let f = |i: usize, j: usize| x[4 * i + j];
        let (q, r) = (&x[16..20], x[20]);
        let mut m = [T::zero(); 4];
        let mut p = [[T::zero(); 4]; 4];
        (0..4).for_each(|i| p[i][i] = T::one());
        let mut likelihood = T::zero();
        for &z in &self.measured {
            // What the model expects.
            let mut fp = [[T::zero(); 4]; 4];
            let mut predicted = [T::zero(); 4];
            for i in 0..4 {
                for j in 0..4 {
                    predicted[i] += f(i, j) * m[j];
                    for k in 0..4 {
                        fp[i][j] += f(i, k) * p[k][j];
                    }
                }
            }
            for i in 0..4 {
                for j in 0..=i {
                    let mut s = if i == j { q[i] } else { T::zero() };
                    for k in 0..4 {
                        s += fp[i][k] * f(j, k);
                    }
                    (p[i][j], p[j][i]) = (s, s);
                }
            }
            // What the measurement of the first state adds.
            let error = T::lit(z) - predicted[0];
            let s = p[0][0] + r;
            likelihood -= (s.ln() + error * error / s) * T::lit(0.5);
            let gain: [T; 4] = std::array::from_fn(|i| p[i][0] / s);
            let row = p[0];
            for i in 0..4 {
                m[i] = predicted[i] + gain[i] * error;
                for j in 0..4 {
                    p[i][j] -= gain[i] * row[j];
                }
            }
        }
        likelihood
    }
}

/// Where a point of Lorenz' system is after some steps of the classical Runge-Kutta method, as a function of the three parameters and
/// of the start.
pub struct Lorenz {
    pub steps: usize,
}

/// One step of the classical Runge-Kutta method.
fn runge_kutta<T: Float, const N: usize>(u: [T; N], h: f64, slope: impl Fn(&[T; N]) -> [T; N]) -> [T; N] {
    let ahead = |k: &[T; N], h: f64| std::array::from_fn(|i| u[i] + k[i] * T::lit(h));
    let k1 = slope(&u);
    let k2 = slope(&ahead(&k1, h / 2.0));
    let k3 = slope(&ahead(&k2, h / 2.0));
    let k4 = slope(&ahead(&k3, h));
    std::array::from_fn(|i| u[i] + (k1[i] + (k2[i] + k3[i]) * T::lit(2.0) + k4[i]) * T::lit(h / 6.0))
}

impl ScalarFunction for Lorenz {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut u = [x[3], x[4], x[5]];
        for _ in 0..self.steps {
            u = runge_kutta(u, 1e-3, |&[a, b, c]| [x[0] * (b - a), a * (x[1] - c) - b, a * b - x[2] * c]);
        }
        u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
    }
}

/// A reaction that diffuses on a ring, u' = D u'' + r u (1 - u), by Runge-Kutta: a function of the start, of D and of r.
pub struct Diffusion {
    pub steps: usize,
}

impl Diffusion {
    pub fn point(cells: usize) -> Vec<f64> {
        let mut x = Random(24).vector_between(0.0, 1.0, cells);
        x.extend([0.4, 1.5]);
        x
    }
}

impl ScalarFunction for Diffusion {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (u, rest) = x.split_at(x.len() - 2);
        let (n, h) = (u.len(), 0.01);
        let slope = |u: &[T]| -> Vec<T> {
            let at = |i: usize| {
                let (left, right) = (u[(i + n - 1) % n], u[(i + 1) % n]);
                rest[0] * (left - u[i] * T::lit(2.0) + right) + rest[1] * u[i] * (T::one() - u[i])
            };
            (0..n).map(at).collect()
        };
        let ahead =
            |u: &[T], k: &[T], h: f64| -> Vec<T> { u.iter().zip(k).map(|(&u, &k)| u + k * T::lit(h)).collect() };
        let mut u = u.to_vec();
        for _ in 0..self.steps {
            let k1 = slope(&u);
            let k2 = slope(&ahead(&u, &k1, h / 2.0));
            let k3 = slope(&ahead(&u, &k2, h / 2.0));
            let k4 = slope(&ahead(&u, &k3, h));
            for i in 0..n {
                u[i] += (k1[i] + (k2[i] + k3[i]) * T::lit(2.0) + k4[i]) * T::lit(h / 6.0);
            }
        }
        u.iter().map(|&u| u * u).sum()
    }
}

/// Expected return less risk less the cost of trading, for weights that a softmax makes of the inputs, with the risk from five factors.
struct Portfolio {
    returns: Vec<f64>,
    held: Vec<f64>,
    loads: Vec<[f64; 5]>,
}

impl Portfolio {
    fn new(n: usize) -> (Portfolio, Vec<f64>) {
        let mut random = Random(25);
        let portfolio = Portfolio {
            returns: random.vector_between(0.0, 0.1, n),
            held: random.vector_between(0.0, 2.0 / n as f64, n),
            loads: (0..n).map(|_| std::array::from_fn(|_| random.number())).collect(),
        };
        (portfolio, random.vector(n))
    }
}

impl ScalarFunction for Portfolio {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let exponentials: Vec<T> = x.iter().map(|x| x.exp()).collect();
        let total: T = exponentials.iter().copied().sum();
        let (mut gain, mut cost, mut own) = (T::zero(), T::zero(), T::zero());
        let mut factors = [T::zero(); 5];
        for (i, &e) in exponentials.iter().enumerate() {
            let w = e / total;
            gain += w * T::lit(self.returns[i]);
            let trade = w - T::lit(self.held[i]);
            cost += (trade * trade + T::lit(1e-8)).sqrt();
            own += w * w * T::lit(0.04);
            for (factor, &load) in factors.iter_mut().zip(&self.loads[i]) {
                *factor += w * T::lit(load);
            }
        }
        let risk: T = factors.iter().map(|&factor| factor * factor).sum();
        gain - (risk * T::lit(0.02) + own) * T::lit(3.0) - cost * T::lit(0.001)
    }
}

/// The cross-entropy of a network with 10 inputs, two layers of 20 and 3 classes, over its weights.
struct Mlp {
    samples: Vec<([f64; 10], usize)>,
}

impl Mlp {
    const SIZES: [usize; 4] = [10, 20, 20, 3];

    fn new(samples: usize) -> (Mlp, Vec<f64>) {
        let mut random = Random(26);
        let samples = (0..samples).map(|_| (std::array::from_fn(|_| random.number()), random.below(3))).collect();
        let weights = Mlp::SIZES.windows(2).map(|w| (w[0] + 1) * w[1]).sum();
        (Mlp { samples }, random.vector_between(-0.5, 0.5, weights))
    }
}

impl ScalarFunction for Mlp {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut loss = T::zero();
        for (inputs, class) in &self.samples {
            let mut layer: Vec<T> = inputs.iter().map(|&x| T::lit(x)).collect();
            let mut weights = x;
            for (k, size) in Mlp::SIZES.windows(2).enumerate() {
                let (here, rest) = weights.split_at((size[0] + 1) * size[1]);
                weights = rest;
                let unit = |w: &[T]| {
                    let mut a = w[size[0]];
                    for (&w, &x) in w.iter().zip(&layer) {
                        a += w * x;
                    }
                    if k < 2 { a.tanh() } else { a }
                };
                layer = here.chunks_exact(size[0] + 1).map(unit).collect();
            }
            let total: T = layer.iter().map(|a| a.exp()).sum();
            loss += total.ln() - layer[*class];
        }
        loss * T::lit(1.0 / self.samples.len() as f64)
    }
}

/// The squared error of a filter with finite response, over its taps.
struct Fir {
    signal: Vec<f64>,
    wanted: Vec<f64>,
}

impl Fir {
    fn new(taps: usize, steps: usize) -> (Fir, Vec<f64>) {
        let mut random = Random(27);
        let fir = Fir { signal: random.vector(steps), wanted: random.vector(steps) };
        (fir, random.vector_between(-0.2, 0.2, taps))
    }
}

impl ScalarFunction for Fir {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut loss = T::zero();
        for (t, &wanted) in self.wanted.iter().enumerate() {
            let mut y = T::zero();
            for (k, &tap) in x.iter().enumerate().take(t + 1) {
                y += tap * T::lit(self.signal[t - k]);
            }
            let error = y - T::lit(wanted);
            loss += error * error;
        }
        loss
    }
}

/// The energy of particles in space under the potential of Lennard-Jones.
struct LennardJones;

impl LennardJones {
    fn point(particles: usize) -> Vec<f64> {
        let mut random = Random(28);
        (0..particles)
            .flat_map(|i| [i % 5, i / 5 % 5, i / 25].map(|k| 1.1 * k as f64))
            .map(|x| x + random.between(-0.1, 0.1))
            .collect()
    }
}

impl ScalarFunction for LennardJones {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut energy = T::zero();
        for (i, p) in x.chunks_exact(3).enumerate() {
            for q in x[3 * i + 3..].chunks_exact(3) {
                let (a, b, c) = (p[0] - q[0], p[1] - q[1], p[2] - q[2]);
                let s = T::one() / (a * a + b * b + c * c);
                let cube = s * s * s;
                energy += cube * cube - cube;
            }
        }
        energy * T::lit(4.0)
    }
}

/// The likelihood of a series under ARMA(2, 2) with the variance of GARCH(1, 1).
pub struct Garch {
    pub series: Vec<f64>,
}

impl Garch {
    pub fn new(steps: usize) -> (Garch, Vec<f64>) {
        let mut random = Random(29);
        (Garch { series: random.vector(steps) }, vec![0.05, 0.3, -0.2, 0.25, 0.1, 0.1, 0.15, 0.6])
    }
}

impl ScalarFunction for Garch {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut errors = [T::zero(); 2];
        let mut variance = T::lit(0.3);
        let mut likelihood = T::zero();
        for t in 2..self.series.len() {
            let expected = x[0]
                + x[1] * T::lit(self.series[t - 1])
                + x[2] * T::lit(self.series[t - 2])
                + x[3] * errors[0]
                + x[4] * errors[1];
            variance = x[5] + x[6] * errors[0] * errors[0] + x[7] * variance;
            let error = T::lit(self.series[t]) - expected;
            likelihood += (variance.ln() + error * error / variance) * T::lit(0.5);
            errors = [error, errors[0]];
        }
        likelihood
    }
}

/// The squared distance of a natural cubic spline from data, over its values at the knots.
struct Spline {
    knots: usize,
    data: Vec<(f64, f64)>,
}

impl Spline {
    fn new(knots: usize, places: usize) -> (Spline, Vec<f64>) {
        let mut random = Random(30);
        let data = (0..places).map(|_| (random.between(0.0, (knots - 1) as f64), random.number())).collect();
        (Spline { knots, data }, random.vector(knots))
    }
}

impl ScalarFunction for Spline {
    fn eval<T: Float>(&self, y: &[T]) -> T {
        // The second derivatives at the knots, from a tridiagonal system.
        let n = self.knots;
        let mut second = vec![T::zero(); n];
        let mut diagonal = vec![4.0; n];
        for i in 1..n - 1 {
            second[i] = (y[i + 1] - y[i] * T::lit(2.0) + y[i - 1]) * T::lit(6.0);
        }
        for i in 2..n - 1 {
            let factor = 1.0 / diagonal[i - 1];
            diagonal[i] -= factor;
            second[i] = second[i] - second[i - 1] * T::lit(factor);
        }
        for i in (1..n - 1).rev() {
            let next = second[i + 1];
            second[i] = (second[i] - next) / T::lit(diagonal[i]);
        }
        let mut loss = T::zero();
        for &(place, wanted) in &self.data {
            let i = (place as usize).min(n - 2);
            let (b, a) = (place - i as f64, 1.0 - (place - i as f64));
            let value = y[i] * T::lit(a)
                + y[i + 1] * T::lit(b)
                + (second[i] * T::lit(a * a * a - a) + second[i + 1] * T::lit(b * b * b - b)) * T::lit(1.0 / 6.0);
            let error = value - T::lit(wanted);
            loss += error * error;
        }
        loss
    }
}

/// Operations on numbers before them, of sizes that stay moderate.
fn step<T: Float>(instruction: usize, a: T, b: T) -> T {
    match instruction {
        0 => a + b,
        1 => a - b,
        2 => a * b * T::lit(0.5),
        3 => a / (b * b + T::one()),
        4 => a.sin(),
        5 => (a * T::lit(-0.1)).exp(),
        6 => (a * a + T::one()).sqrt(),
        7 => a.tanh(),
        _ => (a * a + T::lit(2.0)).ln(),
    }
}

/// A sum of terms no two of which are alike: each is a small random program of a few inputs.
struct Terms(Vec<(Vec<usize>, Vec<Instruction>)>);

/// A number for [`step`], and two for its operands.
type Instruction = (usize, usize, usize);

impl Terms {
    fn new(count: usize) -> Terms {
        let mut random = Random(36);
        let term = |_| {
            let inputs = (0..3).map(|_| random.below(200)).collect();
            let steps =
                (0..15 + random.below(20)).map(|_| (random.below(9), random.below(1000), random.below(1000))).collect();
            (inputs, steps)
        };
        Terms((0..count).map(term).collect())
    }
}

impl ScalarFunction for Terms {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut sum = T::zero();
        for (inputs, steps) in &self.0 {
            let mut v: Vec<T> = inputs.iter().map(|&i| x[i]).collect();
            for &(instruction, i, j) in steps {
                // One of the last few, so that nothing is lost.
                let (n, i, j) = (v.len(), i % 3, j % v.len());
                v.push(step(instruction, v[n - 1 - i.min(n - 1)], v[j]));
            }
            sum += v[v.len() - 1];
        }
        sum
    }
}

/// One random program, as long as it is: any operation takes any of the last 2000 results.
struct Tangle(Vec<Instruction>);

impl Tangle {
    fn new(steps: usize) -> Tangle {
        let mut random = Random(37);
        Tangle((0..steps).map(|_| (random.below(9), random.below(2000), random.below(2000))).collect())
    }
}

impl ScalarFunction for Tangle {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut v = x.to_vec();
        for &(instruction, i, j) in &self.0 {
            let n = v.len();
            v.push(step(instruction, v[n - 1 - i % n], v[n - 1 - j % n]));
        }
        v.iter().rev().take(500).map(|&v| v * T::lit(0.01)).sum()
    }
}

// ---- Fresh -----------------------------------------------------------------------------------------------------------

/// The work done by a unit load on a square plate of conductors, by conjugate gradients: a function of all conductivities.
struct ConjugateGradients {
    side: usize,
    steps: usize,
}

impl ScalarFunction for ConjugateGradients {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let n = self.side;
        let multiply = |u: &[T]| -> Vec<T> {
            let mut result: Vec<T> = u.iter().zip(x).map(|(&u, &c)| u * c).collect();
            for i in 0..n * n {
                let neighbours = [(i % n + 1 < n).then_some(i + 1), (i + n < n * n).then_some(i + n)];
                for j in neighbours.into_iter().flatten() {
                    let flow = (x[i] + x[j]) * (u[i] - u[j]);
                    result[i] += flow;
                    result[j] -= flow;
                }
            }
            result
        };
        let dot = |a: &[T], b: &[T]| a.iter().zip(b).fold(T::zero(), |s, (&a, &b)| s + a * b);
        let mut u = vec![T::zero(); n * n];
        let mut r = vec![T::one(); n * n];
        let mut p = r.clone();
        let mut square = dot(&r, &r);
        for _ in 0..self.steps {
            let q = multiply(&p);
            let length = square / dot(&p, &q);
            for i in 0..n * n {
                u[i] += length * p[i];
                r[i] -= length * q[i];
            }
            let next = dot(&r, &r);
            let factor = next / square;
            square = next;
            for i in 0..n * n {
                p[i] = r[i] + factor * p[i];
            }
        }
        u.iter().copied().sum()
    }
}

/// The squared error of a network that convolves a signal, takes the largest of neighbours, and adds up what is left.
struct Convolution {
    samples: Vec<(Vec<f64>, f64)>,
}

impl Convolution {
    fn new(samples: usize) -> (Convolution, Vec<f64>) {
        let mut random = Random(52);
        let samples = (0..samples).map(|_| (random.vector(64), random.number())).collect();
        (Convolution { samples }, random.vector_between(-0.5, 0.5, 6 * 5 + 6))
    }
}

impl ScalarFunction for Convolution {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (kernels, weights) = x.split_at(30);
        let mut loss = T::zero();
        for (signal, wanted) in &self.samples {
            let mut out = T::zero();
            for (kernel, &weight) in kernels.chunks_exact(5).zip(weights) {
                let filtered: Vec<T> = signal
                    .windows(5)
                    .map(|part| kernel.iter().zip(part).fold(T::zero(), |s, (&k, &x)| s + k * T::lit(x)))
                    .collect();
                for pair in filtered.chunks_exact(2) {
                    out += pair[0].max(pair[1]).tanh() * weight;
                }
            }
            let error = out * T::lit(0.1) - T::lit(*wanted);
            loss += error * error;
        }
        loss
    }
}

/// The likelihood of a sequence of four signs under a Markov model with six hidden states, by the scaled forward algorithm.
struct Markov {
    signs: Vec<usize>,
}

impl Markov {
    fn new(steps: usize) -> (Markov, Vec<f64>) {
        let mut random = Random(53);
        (Markov { signs: (0..steps).map(|_| random.below(4)).collect() }, random.vector(6 * 6 + 6 * 4))
    }
}

impl ScalarFunction for Markov {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let softmax = |row: &[T]| -> Vec<T> {
            let powers: Vec<T> = row.iter().map(|x| x.exp()).collect();
            let total: T = powers.iter().copied().sum();
            powers.into_iter().map(|p| p / total).collect()
        };
        let (moves, shows) = x.split_at(36);
        let moves: Vec<Vec<T>> = moves.chunks_exact(6).map(softmax).collect();
        let shows: Vec<Vec<T>> = shows.chunks_exact(4).map(softmax).collect();
        let mut state = vec![T::lit(1.0 / 6.0); 6];
        let mut likelihood = T::zero();
        for &sign in &self.signs {
            let ahead: Vec<T> =
                (0..6).map(|j| (0..6).fold(T::zero(), |s, i| s + state[i] * moves[i][j]) * shows[j][sign]).collect();
            let total: T = ahead.iter().copied().sum();
            likelihood += total.ln();
            state = ahead.into_iter().map(|p| p / total).collect();
        }
        likelihood
    }
}

/// The logarithm of the volume that the columns of a matrix span, by the modified process of Gram and Schmidt.
struct GramSchmidt {
    n: usize,
}

impl ScalarFunction for GramSchmidt {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut columns: Vec<Vec<T>> = x.chunks_exact(self.n).map(<[T]>::to_vec).collect();
        let mut volume = T::zero();
        for k in 0..self.n {
            let norm = columns[k].iter().map(|&x| x * x).sum::<T>().sqrt();
            volume += norm.ln();
            let q: Vec<T> = columns[k].iter().map(|&x| x / norm).collect();
            for column in &mut columns[k + 1..] {
                let along: T = q.iter().zip(column.iter()).map(|(&q, &x)| q * x).sum();
                column.iter_mut().zip(&q).for_each(|(x, &q)| *x -= along * q);
            }
        }
        volume
    }
}

/// The energy of four pendulums in a row with springs between them, after some steps of the symplectic Euler method.
struct Pendulums {
    steps: usize,
}

impl ScalarFunction for Pendulums {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (mut angles, mut speeds) = (x[..4].to_vec(), x[4..8].to_vec());
        let (gravity, spring) = (x[8], x[9]);
        let h = T::lit(0.01);
        for _ in 0..self.steps {
            for i in 0..4 {
                let mut force = -gravity * angles[i].sin();
                if i > 0 {
                    force += spring * (angles[i - 1] - angles[i]).sin();
                }
                if i < 3 {
                    force += spring * (angles[i + 1] - angles[i]).sin();
                }
                speeds[i] += force * h;
            }
            for i in 0..4 {
                angles[i] += speeds[i] * h;
            }
        }
        angles.iter().zip(&speeds).map(|(&a, &s)| s * s * T::lit(0.5) - gravity * a.cos()).sum()
    }
}

// ---- Adverse ---------------------------------------------------------------------------------------------------------

/// `s = c s + d` again and again, with constants: on a tape it is one number with one slope.
struct AffineChain {
    steps: usize,
}

impl ScalarFunction for AffineChain {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (0..self.steps).fold(x[0], |s, i| s * T::lit(1.0 - 1.0 / (i + 2) as f64) + T::lit(1.0 / (i + 1) as f64))
    }
}

/// `tanh` of `tanh` of ...
struct TanhChain {
    steps: usize,
}

impl ScalarFunction for TanhChain {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (0..self.steps).fold(x[0], |s, _| s.tanh())
    }
}

/// `Σ cᵢ xᵢ`.
struct LinearForm;

impl ScalarFunction for LinearForm {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x.iter().zip(1..).fold(T::zero(), |s, (&x, i)| s + x * T::lit(1.0 / f64::from(i)))
    }
}

/// A polynomial by Horner's rule.
struct Horner {
    degree: usize,
}

impl ScalarFunction for Horner {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (0..self.degree).fold(T::one(), |s, i| s * x[0] + T::lit(1.0 / (i + 1) as f64))
    }
}

/// The sum of the squares of all sums of the first inputs.
struct PrefixSums;

impl ScalarFunction for PrefixSums {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (mut sum, mut total) = (T::zero(), T::zero());
        for &x in x {
            sum += x;
            total += sum * sum;
        }
        total
    }
}

/// The product of all inputs.
struct Product;

impl ScalarFunction for Product {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x.iter().fold(T::one(), |product, &x| product * x)
    }
}

/// The logarithm of the likelihood of a logistic regression, with a penalty.
struct Logistic {
    data: Vec<Vec<f64>>,
    labels: Vec<bool>,
}

impl Logistic {
    fn new(samples: usize, features: usize) -> (Logistic, Vec<f64>) {
        let mut random = Random(61);
        let data = (0..samples).map(|_| random.vector(features)).collect();
        let labels = (0..samples).map(|_| random.between(0.0, 1.0) < 0.4).collect();
        (Logistic { data, labels }, random.vector(features + 1))
    }
}

impl ScalarFunction for Logistic {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (offset, weights) = x.split_first().expect("an offset");
        let mut loss = T::zero();
        for (row, &label) in self.data.iter().zip(&self.labels) {
            let z = row.iter().zip(weights).fold(*offset, |sum, (&a, &w)| sum + w * T::lit(a));
            loss += (if label { -z } else { z }).exp().ln_1p();
        }
        weights.iter().fold(loss, |loss, &w| loss + w * w * T::lit(0.01))
    }
}

/// An American put by a binomial tree: spot, strike, rate, volatility, time.
struct OptionTree {
    steps: usize,
}

impl ScalarFunction for OptionTree {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (spot, strike, rate, volatility, time) = (x[0], x[1], x[2], x[3], x[4]);
        let dt = time / T::lit(self.steps as f64);
        let up = (volatility * dt.sqrt()).exp();
        let down = up.recip();
        let growth = (rate * dt).exp();
        let p = (growth - down) / (up - down);
        let (up_weight, down_weight) = (p / growth, (T::one() - p) / growth);
        let price = |step: usize, ups: usize| spot * up.powi(2 * ups as i32 - step as i32);
        let pay_off = |price: T| (strike - price).max(T::zero());
        let mut values: Vec<T> = (0..=self.steps).map(|ups| pay_off(price(self.steps, ups))).collect();
        for step in (0..self.steps).rev() {
            for ups in 0..=step {
                let kept = up_weight * values[ups + 1] + down_weight * values[ups];
                values[ups] = kept.max(pay_off(price(step, ups)));
            }
        }
        values[0]
    }
}

/// Five bodies under gravity by the leapfrog method: positions and velocities in the plane; the result is the spread of the ends.
struct Planets {
    steps: usize,
}

impl Planets {
    fn point() -> Vec<f64> {
        let mut random = Random(63);
        (0..5).flat_map(|k| [f64::from(k), random.between(-0.5, 0.5), 0.1 * random.number(), 0.3]).collect()
    }
}

impl ScalarFunction for Planets {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut place: Vec<[T; 2]> = x.chunks(4).map(|x| [x[0], x[1]]).collect();
        let mut speed: Vec<[T; 2]> = x.chunks(4).map(|x| [x[2], x[3]]).collect();
        let (n, dt) = (place.len(), T::lit(0.01));
        for _ in 0..self.steps {
            for i in 0..n {
                for j in (0..n).filter(|&j| j != i) {
                    let d = [place[j][0] - place[i][0], place[j][1] - place[i][1]];
                    let square = d[0] * d[0] + d[1] * d[1] + T::lit(0.05);
                    let pull = dt / (square * square.sqrt());
                    speed[i] = [speed[i][0] + d[0] * pull, speed[i][1] + d[1] * pull];
                }
            }
            for i in 0..n {
                place[i] = [place[i][0] + speed[i][0] * dt, place[i][1] + speed[i][1] * dt];
            }
        }
        place.iter().fold(T::zero(), |sum, p| sum + p[0] * p[0] + p[1] * p[1])
    }
}

/// The energy of a stretched membrane under load: heights on a grid.
struct Membrane {
    side: usize,
}

impl ScalarFunction for Membrane {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let n = self.side;
        let mut energy = T::zero();
        for i in 0..n - 1 {
            for j in 0..n - 1 {
                let (a, b, c) = (x[i * n + j], x[i * n + j + 1], x[(i + 1) * n + j]);
                energy += (T::one() + (b - a).powi(2) + (c - a).powi(2)).sqrt() - a * T::lit(0.02);
            }
        }
        energy
    }
}

/// The squared error of an interpolation by Gaussian bumps: centres, widths and weights, at fixed places.
struct RadialBasis {
    places: Vec<(f64, f64)>,
}

impl RadialBasis {
    fn new(centres: usize, places: usize) -> (RadialBasis, Vec<f64>) {
        let mut random = Random(65);
        let places = (0..places).map(|_| (random.between(-1.0, 1.0), random.number())).collect();
        (RadialBasis { places }, random.vector_between(0.2, 1.2, 3 * centres))
    }
}

impl ScalarFunction for RadialBasis {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut error = T::zero();
        for &(place, height) in &self.places {
            let mut sum = T::lit(-height);
            for bump in x.chunks(3) {
                let z = (T::lit(place) - bump[0]) / bump[1];
                sum += bump[2] * (-z * z).exp();
            }
            error += sum * sum;
        }
        error
    }
}
