//! Values, gradients and Hessians of whole functions as their users write them, also badly scaled, against references of 20
//! digits.

use crate::common::Checks;
use crate::common::engines::{gradients, hessians};
use crate::references::{self, Exact, Row};
use dualtape::rules::Unary;
use dualtape::{Float, Primitive, ScalarFunction};
use std::f64::consts::FRAC_1_SQRT_2;

/// The distribution function of the normal distribution: a rule that is not the crate's, with its value from a library.
#[derive(Clone, Copy, Debug, PartialEq)]
struct NormalCdf;

impl Unary for NormalCdf {
    const NAME: &'static str = "normal_cdf";
    fn value<B: Primitive>(self, x: B) -> B {
        B::nearest(0.5 * libm::erfc(-x.widen() * FRAC_1_SQRT_2))
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        (x * x * T::lit(-0.5)).exp() * T::FRAC_2_SQRT_PI() * T::lit(0.5 * FRAC_1_SQRT_2)
    }
}

/// The price of a European call from spot, strike, rate, volatility and time.
struct BlackScholes;

impl ScalarFunction for BlackScholes {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let &[spot, strike, rate, volatility, time] = x else { panic!("five arguments") };
        let spread = volatility * time.sqrt();
        let d1 = ((spot / strike).ln() + (rate + volatility * volatility * T::lit(0.5)) * time) / spread;
        let discount = (-rate * time).exp();
        spot * d1.unary(NormalCdf) - strike * discount * (d1 - spread).unary(NormalCdf)
    }
}

/// The energy of a body of unit mass from its position, its velocity, and the strength of the attraction.
struct KeplerEnergy;

impl ScalarFunction for KeplerEnergy {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let &[x, y, z, u, v, w, mu] = x else { panic!("seven arguments") };
        (u * u + v * v + w * w) * T::lit(0.5) - mu / x.hypot(y).hypot(z)
    }
}

/// The logarithm of the determinant of a symmetric positive definite matrix, given by its lower triangle, by Cholesky's
/// method.
struct LogDeterminant;

impl ScalarFunction for LogDeterminant {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let at = |i: usize, j: usize| i * (i + 1) / 2 + j;
        let mut l = x.to_vec();
        let mut sum = T::zero();
        for j in 0..3 {
            for i in j..3 {
                let dot: T = (0..j).map(|k| l[at(i, k)] * l[at(j, k)]).sum();
                let entry = x[at(i, j)] - dot;
                l[at(i, j)] = if i == j { entry.sqrt() } else { entry / l[at(j, j)] };
            }
            sum += l[at(j, j)].ln() * T::lit(2.0);
        }
        sum
    }
}

/// The energy of atoms in the plane, from the depth and the size of the potential and the coordinates.
struct LennardJones;

impl ScalarFunction for LennardJones {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (depth, size, atoms) = (x[0], x[1], &x[2..]);
        let mut energy = T::zero();
        for i in 0..atoms.len() / 2 {
            for j in 0..i {
                let r = (atoms[2 * i] - atoms[2 * j]).hypot(atoms[2 * i + 1] - atoms[2 * j + 1]);
                let s6 = (size / r).powi(6);
                energy += T::lit(4.0) * depth * (s6 * s6 - s6);
            }
        }
        energy
    }
}

/// Compares everything with the references of a name.
///
/// Variables have units, and derivatives are compared in the units of `sizes`: an entry of the gradient times the size of
/// its variable, one of the Hessian times both, relative to the largest of them. So what is small because of its unit is
/// held to the same number of digits, while an entry that is small because large terms cancel is not.
#[track_caller]
fn check<F: ScalarFunction>(name: &str, f: F, sizes: impl Fn(&[f64]) -> Vec<f64>, tolerance: [f64; 3]) {
    let mut checks = Checks::default();
    let mut worst = [0.0_f64; 3];
    for Row { point, orders, .. } in references::functions().filter(|row| row.name == name) {
        let (n, size) = (point.len(), sizes(&point));
        let pairs: Vec<(usize, usize)> = (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).collect();
        let (gradient, hessian): (&[Exact], &[Exact]) = orders[1..].split_at(n);
        assert_eq!(hessian.len(), pairs.len(), "{name}: the row has holes");

        let largest = |all: &mut dyn Iterator<Item = f64>| all.fold(0.0, |a: f64, b| a.max(b.abs()));
        let first = largest(&mut (0..n).map(|i| gradient[i].nearest * size[i]));
        let second = largest(&mut pairs.iter().zip(hessian).map(|(&(i, j), h)| h.nearest * size[i] * size[j]));

        let value = dualtape::value_and_gradient(|x| f.eval(x), &point).0;
        let mut compare = |order: usize, what: String, got: f64, exact: Exact, size: f64, scale: f64| {
            let error = ((got - exact.nearest) * size / scale).abs();
            worst[order] = worst[order].max(error);
            checks.is_true(error <= tolerance[order], || {
                format!("{name} at {point:?}, {what}: {got:e}, expected {:e}, error {error:.1e}", exact.nearest)
            });
        };
        compare(0, "value".into(), value, orders[0], 1.0, first.max(orders[0].nearest.abs()));
        for (engine, got) in gradients(&f, &point) {
            for i in 0..n {
                compare(1, format!("d/dx{i}, {engine}"), got[i], gradient[i], size[i], first);
            }
        }
        for (engine, got) in hessians(&f, &point) {
            for (&(i, j), &exact) in pairs.iter().zip(hessian) {
                for entry in [got[i * n + j], got[j * n + i]] {
                    compare(2, format!("d²/dx{i}dx{j}, {engine}"), entry, exact, size[i] * size[j], second);
                }
            }
        }
    }
    println!("{name}: largest errors of value, gradient, Hessian {worst:?}");
    checks.finish();
}

/// Each variable in units of its own value.
fn own(x: &[f64]) -> Vec<f64> {
    x.to_vec()
}

#[test]
fn black_scholes_price_and_greeks() {
    // Far out of the money the price is a difference of two tails, 3 % of each, and a tail d deviations out is d² as
    // sensitive as d.
    check("black_scholes", BlackScholes, own, [5e-15, 1e-13, 1e-13]);
}

#[test]
fn kepler_energy_of_an_electron_and_of_the_earth() {
    let sizes = |x: &[f64]| {
        let length = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
        let (r, v) = (length(&x[..3]), length(&x[3..6]));
        vec![r, r, r, v, v, v, x[6]]
    };
    check("kepler_energy", KeplerEnergy, sizes, [1e-15, 1e-15, 2e-15]);
}

#[test]
fn log_determinant_by_cholesky() {
    let sizes = |x: &[f64]| {
        let [a, b, c] = [x[0], x[2], x[5]].map(f64::sqrt); // units that make the diagonal one
        vec![a * a, a * b, b * b, a * c, b * c, c * c]
    };
    // The condition number of Hilbert's matrix is 500; the logarithm of the badly scaled determinant is near 0.
    check("log_determinant", LogDeterminant, sizes, [1e-14, 5e-15, 1e-14]);
}

#[test]
fn lennard_jones_forces_and_hessian() {
    let sizes = |x: &[f64]| [&[x[0]][..], &vec![x[1]; x.len() - 1]].concat();
    // Near the minimum the forces are differences of twelfth and sixth powers.
    check("lennard_jones", LennardJones, sizes, [1e-15, 2e-14, 5e-15]);
}
