//! The 35 problems of Moré, Garbow & Hillstrom, *Testing unconstrained optimization software*, ACM Transactions on
//! Mathematical Software 7 (1981), pages 17 to 41: sums of squares with standard starts and known minima.
//!
//! Each is written once, on every number type: as residuals (a `VectorFunction`) and as their sum of squares (a
//! `ScalarFunction`). The names of the residuals' ingredients are those of the paper; its indices begin at 1, and so do
//! `i` and `j` here where a formula depends on them.
//!
//! The residuals of problem 11 have |yᵢ - x₂|, where the paper prints |yᵢ m i x₂|: only so is its minimum 0 at its
//! solution.

use dualtape::{Float, ScalarFunction, VectorFunction};
use std::f64::consts::TAU;

/// One problem of the collection, with its number of variables and residuals chosen.
#[derive(Clone, Debug)]
pub struct Mgh {
    /// From 1 to 35, as in the paper.
    pub number: usize,
    pub name: &'static str,
    /// The number of residuals.
    pub m: usize,
    /// The standard start, of as many entries as there are variables.
    pub start: Vec<f64>,
    /// Sums of squares at the known minima, to the six digits that are published; the global minimum first.
    pub minima: Vec<f64>,
}

/// Whether a sum of squares is that of one of the minima, to 2e-5 of itself.
#[allow(dead_code, reason = "tests of derivatives do not ask")]
pub fn is_known(value: f64, minima: &[f64]) -> bool {
    minima.iter().any(|minimum| (value - minimum).abs() <= 2e-5 * minimum + 1e-12)
}

/// All 35, some in several sizes: 41 in all.
pub fn all() -> Vec<Mgh> {
    let mut list = Vec::new();
    let mut add = |number, name, m, start: &[f64], minima: &[f64]| {
        list.push(Mgh { number, name, m, start: start.to_vec(), minima: minima.to_vec() });
    };
    add(1, "Rosenbrock", 2, &[-1.2, 1.0], &[0.0]);
    add(2, "Freudenstein and Roth", 2, &[0.5, -2.0], &[0.0, 48.9842]);
    add(3, "Powell badly scaled", 2, &[0.0, 1.0], &[0.0]);
    add(4, "Brown badly scaled", 3, &[1.0, 1.0], &[0.0]);
    add(5, "Beale", 3, &[1.0, 1.0], &[0.0]);
    add(6, "Jennrich and Sampson", 10, &[0.3, 0.4], &[124.362]);
    add(7, "helical valley", 3, &[-1.0, 0.0, 0.0], &[0.0]);
    add(8, "Bard", 15, &[1.0, 1.0, 1.0], &[8.21487e-3, 17.4286]);
    add(9, "Gaussian", 15, &[0.4, 1.0, 0.0], &[1.12793e-8]);
    add(10, "Meyer", 16, &[0.02, 4000.0, 250.0], &[87.9458]);
    add(11, "Gulf research", 99, &[5.0, 2.5, 0.15], &[0.0]);
    add(12, "Box in three dimensions", 10, &[0.0, 10.0, 20.0], &[0.0]);
    add(13, "Powell singular", 4, &[3.0, -1.0, 0.0, 1.0], &[0.0]);
    add(14, "Wood", 6, &[-3.0, -1.0, -3.0, -1.0], &[0.0]);
    add(15, "Kowalik and Osborne", 11, &[0.25, 0.39, 0.415, 0.39], &[3.07505e-4, 1.02734e-3]);
    add(16, "Brown and Dennis", 20, &[25.0, 5.0, -5.0, -1.0], &[85822.2]);
    add(17, "Osborne 1", 33, &[0.5, 1.5, -1.0, 0.01, 0.02], &[5.46489e-5]);
    add(18, "Biggs EXP6", 13, &[1.0, 2.0, 1.0, 1.0, 1.0, 1.0], &[0.0, 5.65565e-3]);
    add(19, "Osborne 2", 65, &[1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5], &[4.01377e-2]);
    for (n, minimum) in [(6, 2.28767e-3), (9, 1.39976e-6), (12, 4.72238e-10)] {
        add(20, "Watson", 31, &vec![0.0; n], &[minimum]);
    }
    add(21, "extended Rosenbrock", 10, &[-1.2, 1.0].repeat(5), &[0.0]);
    add(22, "extended Powell singular", 8, &[3.0, -1.0, 0.0, 1.0].repeat(2), &[0.0]);
    for (n, minimum) in [(4, 2.24997e-5), (10, 7.08765e-5)] {
        add(23, "penalty I", n + 1, &at(n, |j| j), &[minimum]);
    }
    for (n, minimum) in [(4, 9.37629e-6), (10, 2.93660e-4)] {
        add(24, "penalty II", 2 * n, &vec![0.5; n], &[minimum]);
    }
    add(25, "variably dimensioned", 12, &at(10, |j| 1.0 - j / 10.0), &[0.0]);
    add(26, "trigonometric", 10, &[0.1; 10], &[0.0, 2.79506e-5]);
    add(27, "Brown almost-linear", 10, &[0.5; 10], &[0.0, 1.0]);
    let t = |j: f64| j / 11.0;
    add(28, "discrete boundary value", 10, &at(10, |j| t(j) * (t(j) - 1.0)), &[0.0]);
    add(29, "discrete integral equation", 10, &at(10, |j| t(j) * (t(j) - 1.0)), &[0.0]);
    add(30, "Broyden tridiagonal", 10, &[-1.0; 10], &[0.0]);
    add(31, "Broyden banded", 10, &[-1.0; 10], &[0.0]);
    let m = 20.0;
    add(32, "linear, full rank", 20, &[1.0; 10], &[m - 10.0]);
    add(33, "linear, rank 1", 20, &[1.0; 10], &[m * (m - 1.0) / (2.0 * (2.0 * m + 1.0))]);
    let zeros = (m * m + 3.0 * m - 6.0) / (2.0 * (2.0 * m - 3.0));
    add(34, "linear, rank 1 with zeros", 20, &[1.0; 10], &[zeros]);
    // At n = 10 there is a minimum lower than the published one, which is the second.
    for (n, minima) in [(8, &[3.51687e-3][..]), (9, &[0.0]), (10, &[4.77271e-3, 6.50395e-3])] {
        add(35, "Chebyquad", n, &at(n, |j| j / (n as f64 + 1.0)), minima);
    }
    list
}

/// The point whose entry j, counted from 1, is `entry(j)`.
fn at(n: usize, entry: impl Fn(f64) -> f64) -> Vec<f64> {
    (1..=n).map(|j| entry(j as f64)).collect()
}

impl ScalarFunction for Mgh {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        VectorFunction::eval(self, x).into_iter().map(|r| r * r).sum()
    }
}

impl VectorFunction for Mgh {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let n = x.len();
        // Residual i, counted from 1, of all m.
        fn each<T>(m: usize, residual: impl FnMut(usize) -> T) -> Vec<T> {
            (1..=m).map(residual).collect()
        }
        let m = self.m;
        let (one, two) = (T::lit(1.0), T::lit(2.0));
        match self.number {
            1 | 21 => x.chunks(2).flat_map(|x| [T::lit(10.0) * (x[1] - x[0] * x[0]), one - x[0]]).collect(),
            2 => vec![
                x[0] - T::lit(13.0) + ((T::lit(5.0) - x[1]) * x[1] - two) * x[1],
                x[0] - T::lit(29.0) + ((x[1] + one) * x[1] - T::lit(14.0)) * x[1],
            ],
            3 => vec![T::lit(1e4) * x[0] * x[1] - one, (-x[0]).exp() + (-x[1]).exp() - T::lit(1.0001)],
            4 => vec![x[0] - T::lit(1e6), x[1] - T::lit(2e-6), x[0] * x[1] - two],
            5 => each(m, |i| T::lit([1.5, 2.25, 2.625][i - 1]) - x[0] * (one - x[1].powi(i as i32))),
            6 => each(m, |i| {
                let t = T::lit(i as f64);
                two + two * t - (t * x[0]).exp() - (t * x[1]).exp()
            }),
            7 => {
                let half_turn = if x[0] < T::zero() { T::lit(0.5) } else { T::zero() };
                let theta = (x[1] / x[0]).atan() / T::lit(TAU) + half_turn;
                let ten = T::lit(10.0);
                vec![ten * (x[2] - ten * theta), ten * ((x[0] * x[0] + x[1] * x[1]).sqrt() - one), x[2]]
            }
            8 => each(m, |i| {
                let (u, v) = (i as f64, 16.0 - i as f64);
                T::lit(BARD[i - 1]) - x[0] - T::lit(u) / (T::lit(v) * x[1] + T::lit(u.min(v)) * x[2])
            }),
            9 => each(m, |i| {
                let (t, y) = ((8.0 - i as f64) / 2.0, GAUSSIAN[(i - 1).min(15 - i)]);
                x[0] * (-x[1] * (T::lit(t) - x[2]).powi(2) / two).exp() - T::lit(y)
            }),
            10 => each(m, |i| x[0] * (x[1] / (T::lit(45.0 + 5.0 * i as f64) + x[2])).exp() - T::lit(MEYER[i - 1])),
            11 => each(m, |i| {
                let t = i as f64 / 100.0;
                let y = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
                (-(T::lit(y) - x[1]).abs().powf(x[2]) / x[0]).exp() - T::lit(t)
            }),
            12 => each(m, |i| {
                let t = 0.1 * i as f64;
                (-T::lit(t) * x[0]).exp() - (-T::lit(t) * x[1]).exp() - x[2] * T::lit((-t).exp() - (-10.0 * t).exp())
            }),
            13 | 22 => x
                .chunks(4)
                .flat_map(|x| {
                    [
                        x[0] + T::lit(10.0) * x[1],
                        T::lit(5f64.sqrt()) * (x[2] - x[3]),
                        (x[1] - two * x[2]).powi(2),
                        T::lit(10f64.sqrt()) * (x[0] - x[3]).powi(2),
                    ]
                })
                .collect(),
            14 => vec![
                T::lit(10.0) * (x[1] - x[0] * x[0]),
                one - x[0],
                T::lit(90f64.sqrt()) * (x[3] - x[2] * x[2]),
                one - x[2],
                T::lit(10f64.sqrt()) * (x[1] + x[3] - two),
                (x[1] - x[3]) / T::lit(10f64.sqrt()),
            ],
            15 => each(m, |i| {
                let (y, u) = KOWALIK[i - 1];
                let u = T::lit(u);
                T::lit(y) - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3])
            }),
            16 => each(m, |i| {
                let t = i as f64 / 5.0;
                (x[0] + T::lit(t) * x[1] - T::lit(t.exp())).powi(2)
                    + (x[2] + T::lit(t.sin()) * x[3] - T::lit(t.cos())).powi(2)
            }),
            17 => each(m, |i| {
                let t = T::lit(10.0 * (i as f64 - 1.0));
                T::lit(OSBORNE_1[i - 1]) - (x[0] + x[1] * (-t * x[3]).exp() + x[2] * (-t * x[4]).exp())
            }),
            18 => each(m, |i| {
                let t = 0.1 * i as f64;
                let y = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
                let term = |factor: T, rate: T| factor * (-T::lit(t) * rate).exp();
                term(x[2], x[0]) - term(x[3], x[1]) + term(x[5], x[4]) - T::lit(y)
            }),
            19 => each(m, |i| {
                let t = T::lit((i as f64 - 1.0) / 10.0);
                let peak = |height: T, width: T, place: T| height * (-(t - place).powi(2) * width).exp();
                let peaks = peak(x[1], x[5], x[8]) + peak(x[2], x[6], x[9]) + peak(x[3], x[7], x[10]);
                T::lit(OSBORNE_2[i - 1]) - (x[0] * (-t * x[4]).exp() + peaks)
            }),
            20 => each(m, |i| match i {
                30 => x[0],
                31 => x[1] - x[0] * x[0] - one,
                _ => {
                    // A polynomial with the coefficients x, and its derivative.
                    let t = i as f64 / 29.0;
                    let value: T = x.iter().enumerate().map(|(j, &x)| T::lit(t.powi(j as i32)) * x).sum();
                    let slope = |(j, &x): (usize, &T)| T::lit(j as f64 * t.powi(j as i32 - 1)) * x;
                    let derivative: T = x.iter().enumerate().skip(1).map(slope).sum();
                    derivative - value * value - one
                }
            }),
            23 => {
                let length: T = x.iter().map(|&x| x * x).sum();
                let near_one = x.iter().map(|&x| T::lit(1e-5f64.sqrt()) * (x - one));
                near_one.chain([length - T::lit(0.25)]).collect()
            }
            24 => {
                let e = |x: T| (x / T::lit(10.0)).exp();
                let part = T::lit(1e-5f64.sqrt());
                each(m, |i| match i {
                    1 => x[0] - T::lit(0.2),
                    i if i <= n => {
                        let y = (i as f64 / 10.0).exp() + ((i as f64 - 1.0) / 10.0).exp();
                        part * (e(x[i - 1]) + e(x[i - 2]) - T::lit(y))
                    }
                    i if i < 2 * n => part * (e(x[i - n]) - T::lit((-0.1f64).exp())),
                    _ => x.iter().enumerate().map(|(j, &x)| T::lit((n - j) as f64) * x * x).sum::<T>() - one,
                })
            }
            25 => {
                let s: T = x.iter().zip(1..).map(|(&x, j)| T::lit(f64::from(j)) * (x - one)).sum();
                x.iter().map(|&x| x - one).chain([s, s * s]).collect()
            }
            26 => {
                let cosines: T = x.iter().map(|x| x.cos()).sum();
                each(m, |i| {
                    let x = x[i - 1];
                    T::lit(n as f64) - cosines + T::lit(i as f64) * (one - x.cos()) - x.sin()
                })
            }
            27 => {
                let s: T = x.iter().copied().sum();
                let product = x.iter().fold(one, |product, &x| product * x);
                each(m, |i| if i < n { x[i - 1] + s - T::lit(n as f64 + 1.0) } else { product - one })
            }
            28 => {
                let h = 1.0 / (n as f64 + 1.0);
                let x = |i: usize| if i == 0 || i == n + 1 { T::zero() } else { x[i - 1] };
                each(m, |i| {
                    let bent = (x(i) + T::lit(i as f64 * h + 1.0)).powi(3);
                    two * x(i) - x(i - 1) - x(i + 1) + T::lit(h * h / 2.0) * bent
                })
            }
            29 => {
                let h = 1.0 / (n as f64 + 1.0);
                let t = |i: usize| i as f64 * h;
                let cube = |j: usize| (x[j - 1] + T::lit(t(j) + 1.0)).powi(3);
                each(m, |i| {
                    let before: T = (1..=i).map(|j| T::lit(t(j)) * cube(j)).sum();
                    let after: T = (i + 1..=n).map(|j| T::lit(1.0 - t(j)) * cube(j)).sum();
                    x[i - 1] + T::lit(h / 2.0) * (T::lit(1.0 - t(i)) * before + T::lit(t(i)) * after)
                })
            }
            30 => {
                let x = |i: usize| if i == 0 || i == n + 1 { T::zero() } else { x[i - 1] };
                each(m, |i| (T::lit(3.0) - two * x(i)) * x(i) - x(i - 1) - two * x(i + 1) + one)
            }
            31 => each(m, |i| {
                let band = (i.saturating_sub(5).max(1)..=(i + 1).min(n)).filter(|&j| j != i);
                let neighbours: T = band.map(|j| x[j - 1] * (one + x[j - 1])).sum();
                x[i - 1] * (two + T::lit(5.0) * x[i - 1] * x[i - 1]) + one - neighbours
            }),
            32 => {
                let s: T = x.iter().copied().sum();
                let mean = T::lit(2.0 / m as f64) * s;
                each(m, |i| if i <= n { x[i - 1] - mean - one } else { -mean - one })
            }
            33 => {
                let s: T = x.iter().zip(1..).map(|(&x, j)| T::lit(f64::from(j)) * x).sum();
                each(m, |i| T::lit(i as f64) * s - one)
            }
            34 => {
                let s: T = (2..n).map(|j| T::lit(j as f64) * x[j - 1]).sum();
                each(m, |i| if i == 1 || i == m { -one } else { T::lit(i as f64 - 1.0) * s - one })
            }
            35 => {
                // Means of the Chebyshev polynomials over the points x, less their integrals over [0, 1].
                let mut residuals = vec![T::zero(); m];
                for &x in x {
                    let y = two * x - one;
                    let (mut before, mut now) = (one, y);
                    for residual in &mut residuals {
                        *residual += now / T::lit(n as f64);
                        (before, now) = (now, two * y * now - before);
                    }
                }
                for (residual, i) in residuals.iter_mut().zip(1..) {
                    if i % 2 == 0 {
                        *residual += T::lit(1.0 / (f64::from(i).powi(2) - 1.0));
                    }
                }
                residuals
            }
            number => panic!("Mgh: expected a number from 1 to 35, found {number}"),
        }
    }
}

const BARD: [f64; 15] = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];

/// Up to the one in the middle; the others mirror them.
const GAUSSIAN: [f64; 8] = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989];

const MEYER: [f64; 16] = [
    34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0, 5147.0, 4427.0,
    3820.0, 3307.0, 2872.0,
];

/// y and u.
const KOWALIK: [(f64, f64); 11] = [
    (0.1957, 4.0),
    (0.1947, 2.0),
    (0.1735, 1.0),
    (0.1600, 0.5),
    (0.0844, 0.25),
    (0.0627, 0.167),
    (0.0456, 0.125),
    (0.0342, 0.1),
    (0.0323, 0.0833),
    (0.0235, 0.0714),
    (0.0246, 0.0625),
];

const OSBORNE_1: [f64; 33] = [
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603,
    0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411,
    0.406,
];

const OSBORNE_2: [f64; 65] = [
    1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606,
    0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423,
    0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668,
    0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098,
    0.054,
];
