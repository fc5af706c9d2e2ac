//! Derivatives of solutions: against closed forms, against a solver that runs on the numbers itself, and every way to be refused.

#![cfg(all(feature = "std", feature = "nalgebra"))]
#![allow(clippy::excessive_precision)] // references as they were computed

#[path = "common/panics.rs"]
mod panics;

use dualtape::implicit::{self, Error};
use dualtape::{
    Dual, Float, LinearAlgebra, Reverse, ScalarFunction, Special, Tape, VectorFunction, derivative, forward, gradient,
    hessian, jvp, scalar_function, value_and_gradient, vector_function, vjp,
};
use nalgebra::{DMatrix, DVector};
use panics::message;
use std::panic::catch_unwind;

/// Equal but for a few roundings of numbers as large as `size`.
#[track_caller]
fn assert_near(found: f64, expected: f64, size: f64) {
    assert!((found - expected).abs() <= 4e-15 * size.max(expected.abs()), "found {found}, expected {expected}");
}

// ---------------------------------------------------------------- Kepler's equation

fn kepler<T: Float>(z: &[T]) -> T {
    z[0] - z[2] * z[0].sin() - z[1]
}
scalar_function!(Kepler = kepler);

/// The same with the unknown on the left.
fn kepler_map<T: Float>(z: &[T]) -> T {
    z[1] + z[2] * z[0].sin()
}
scalar_function!(KeplerMap = kepler_map);

/// A function of E whose derivative is the equation.
fn kepler_energy<T: Float>(z: &[T]) -> T {
    z[0] * z[0] * T::lit(0.5) + z[2] * z[0].cos() - z[1] * z[0]
}
scalar_function!(KeplerEnergy = kepler_energy);

/// The same for systems of one equation.
struct Single<F>(F);
impl<F: ScalarFunction> VectorFunction for Single<F> {
    fn eval<T: Float>(&self, z: &[T]) -> Vec<T> {
        vec![self.0.eval(z)]
    }
}

const MEAN: f64 = 235.4 / 180.0 * std::f64::consts::PI;
const ECCENTRICITY: f64 = 0.4;

/// Newton's method on any number. On one with derivatives each step doubles the number of orders that are right.
fn unrolled<T: Float>(p: &[T]) -> T {
    (0..12).fold(p[0].detach(), |x, _| x - kepler(&[x, p[0], p[1]]) / (T::one() - p[1] * x.cos()))
}

fn plain_anomaly<T: Float>(p: &[T]) -> T::Base {
    unrolled(&[p[0].base(), p[1].base()])
}

/// The anomaly by each of the functions that have an unknown or more.
fn anomalies<T: Float>(p: &[T]) -> [T; 6] {
    let x = plain_anomaly(p);
    let single = |x: Result<Vec<T>, Error>| x.unwrap()[0];
    [
        implicit::root_scalar(&Kepler, x, p).unwrap(),
        implicit::fixed_point_scalar(&KeplerMap, x, p).unwrap(),
        implicit::argmin_scalar(&KeplerEnergy, x, p).unwrap(),
        single(implicit::root(&Single(Kepler), &[x], p)),
        single(implicit::fixed_point(&Single(KeplerMap), &[x], p)),
        single(implicit::argmin(&KeplerEnergy, &[x], p)),
    ]
}

/// In degrees, as in D. A. Vallado, *Fundamentals of Astrodynamics and Applications*, example 2-1; computed with 30 digits.
#[test]
fn the_anomaly_of_kepler_and_its_derivatives() {
    let degrees = 180.0 / std::f64::consts::PI;
    for way in 0..6 {
        let (value, gradient) = value_and_gradient(|p| anomalies(p)[way], &[MEAN, ECCENTRICITY]);
        assert_near(value * degrees, 220.5120747675220674, 1.0);
        assert_near(gradient[0], 0.76680787314744584, 1.0);
        assert_near(gradient[1], -0.49812474758668505, 1.0);
        let second = [0.11715780776140358, -0.52314057966913818, 0.63023337821934385];
        let by_tape = hessian(|p| anomalies(p)[way], &[MEAN, ECCENTRICITY]);
        let by_duals = forward::hessian(|p| anomalies(p)[way], &[MEAN, ECCENTRICITY]);
        for hessian in [by_tape, by_duals] {
            assert_near(hessian[(0, 0)], second[0], 1.0);
            assert_near(hessian[(0, 1)], second[1], 1.0);
            assert_near(hessian[(1, 1)], second[2], 1.0);
        }
    }
}

#[test]
fn the_value_is_that_of_the_caller_to_the_last_bit() {
    let exact = plain_anomaly(&[MEAN, ECCENTRICITY]);
    // Within the tolerance for residuals, and not the nearest number to the root.
    let near = exact + 3e-9;
    for x in [exact, near] {
        let p = [Dual::variable(Dual::variable(MEAN)), Dual::constant(Dual::constant(ECCENTRICITY))];
        assert_eq!(implicit::root_scalar(&Kepler, x, &p).unwrap().base().to_bits(), x.to_bits());
        assert_eq!(implicit::root(&Single(Kepler), &[x], &p).unwrap()[0].base().to_bits(), x.to_bits());
        assert_eq!(implicit::root_scalar(&Kepler, x, &[MEAN, ECCENTRICITY]), Ok(x));
        assert_eq!(implicit::root(&Single(Kepler), &[x], &[MEAN, ECCENTRICITY]), Ok(vec![x]));
    }
}

/// An error of the solution is in the derivative, and no larger there.
#[test]
fn an_inexact_solution_costs_as_many_digits_of_the_derivative() {
    let x = plain_anomaly(&[MEAN, ECCENTRICITY]) + 3e-9;
    let slope = derivative(|m| implicit::root_scalar(&Kepler, x, &[m, Dual::constant(ECCENTRICITY)]).unwrap(), MEAN);
    let error = (slope - 0.76680787314744584).abs();
    assert!((1e-11..3e-9).contains(&error), "{error:e}");
}

/// All third derivatives, by nesting of both modes, equal those of the solver that runs on the numbers.
#[test]
fn third_derivatives_are_those_of_the_solver_on_the_numbers() {
    type Third = Dual<Dual<Dual<f64>>>;
    let variable = |value: f64, seeds: [f64; 3]| -> Third {
        let inner = Dual::new(value, [seeds[0]]);
        let middle = Dual::new(inner, [Dual::constant(seeds[1])]);
        Dual::new(middle, [Dual::constant(Dual::constant(seeds[2]))])
    };
    for along in 0..8_usize {
        // The input of each of the three derivatives.
        let inputs = [along & 1, (along >> 1) & 1, along >> 2];
        let seeds = |input: usize| inputs.map(|of| f64::from(of == input));
        let p = [variable(MEAN, seeds(0)), variable(ECCENTRICITY, seeds(1))];
        let third = |x: Third| x.tangent().tangent().tangent();
        let expected = third(unrolled(&p));
        assert!(expected.abs() > 1e-2);
        for x in anomalies(&p) {
            assert_near(third(x), expected, 1.0);
        }
        // Reverse over forward over forward.
        let p = [
            Dual::new(Dual::new(MEAN, [seeds(0)[0]]), [Dual::constant(seeds(0)[1])]),
            Dual::new(Dual::new(ECCENTRICITY, [seeds(1)[0]]), [Dual::constant(seeds(1)[1])]),
        ];
        for way in 0..6 {
            let gradient = gradient(|p: &[Reverse<Dual<Dual<f64>>>]| anomalies(p)[way], &p);
            assert_near(gradient[inputs[2]].tangent().tangent(), expected, 1.0);
        }
    }
}

/// Two tapes, and a tape of a tape within.
#[test]
fn reverse_over_reverse_over_reverse() {
    let by_mean = |way: usize| {
        derivative(
            |m| {
                let second = |m: Reverse<Dual<f64>>| {
                    let first = gradient(
                        |p: &[Reverse<Reverse<Dual<f64>>>]| anomalies(&[p[0], Reverse::lit(ECCENTRICITY)])[way],
                        &[m],
                    );
                    first[0]
                };
                gradient(|m: &[Reverse<Dual<f64>>]| second(m[0]), &[m])[0]
            },
            MEAN,
        )
    };
    let third = {
        let m =
            Dual::new(Dual::new(Dual::variable(MEAN), [Dual::constant(1.0)]), [Dual::constant(Dual::constant(1.0))]);
        unrolled(&[m, Dual::lit(ECCENTRICITY)]).tangent().tangent().tangent()
    };
    for way in 0..6 {
        assert_near(by_mean(way), third, 1.0);
    }
}

#[test]
fn single_precision() {
    let p = [MEAN as f32, ECCENTRICITY as f32];
    for way in 0..6 {
        let gradient = gradient(|p: &[Reverse<f32>]| anomalies(p)[way], &p);
        assert!((gradient[0] - 0.766_807_9).abs() < 2e-6 && (gradient[1] + 0.498_124_75).abs() < 2e-6, "{gradient:?}");
    }
}

// ---------------------------------------------------------------- finance

/// The price of a call by Black and Scholes less that of the market, for z = (σ; price, S, K, r, T).
fn mispricing<T: Float>(z: &[T]) -> T {
    let [volatility, price, spot, strike, rate, time] = *z else { panic!("six entries") };
    let deviation = volatility * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + volatility * volatility * T::lit(0.5)) * time) / deviation;
    spot * d1.norm_cdf() - strike * (-rate * time).exp() * (d1 - deviation).norm_cdf() - price
}
scalar_function!(Mispricing = mispricing);

/// Hull's example: σ = 0.2 at the price 4.759, with vega 8.8134 and delta 0.7791, so dσ/dprice = 1/vega and dσ/dS = -delta/vega.
#[test]
fn implied_volatility_by_price_and_spot() {
    let (price, vega, delta) = (4.759_422_392_871_533, 8.813_415_059_602_851, 0.779_131_290_942_668_9);
    let market = [price, 42.0, 40.0, 0.1, 0.5];
    let gradient = gradient(|p| implicit::root_scalar(&Mispricing, 0.2, p).unwrap(), &market);
    // The condition number of the price by the volatility is small, and the price itself has errors of ulps of S.
    assert_near(gradient[0], 1.0 / vega, 0.5);
    assert_near(gradient[1], -delta / vega, 0.5);
}

// ---------------------------------------------------------------- systems

/// Where the ellipse x²/a² + y² = 1 meets the hyperbola x y = b.
fn curves<T: Float>(z: &[T]) -> Vec<T> {
    let [x, y, a, b] = *z else { panic!("four entries") };
    vec![x * x / (a * a) + y * y - T::one(), x * y - b]
}
vector_function!(Curves = curves);

fn plain_crossing<B: Float>(a: B, b: B) -> Vec<B> {
    // u = x² solves u² - a² u + a² b² = 0.
    let u = (a * a + (a * a * (a * a - B::lit(4.0) * b * b)).sqrt()) * B::lit(0.5);
    vec![u.sqrt(), b / u.sqrt()]
}

fn crossing<T: Float>(p: &[T]) -> Vec<T> {
    implicit::root(&Curves, &plain_crossing(p[0].base(), p[1].base()), p).unwrap()
}

#[test]
fn a_system_against_its_closed_form() {
    let p = [2.0, 0.5];
    let (x, by_v) = jvp(crossing, &p, &[0.3, -0.7]);
    let (y, expected) = jvp(|p: &[Dual<f64>]| plain_crossing(p[0], p[1]), &p, &[0.3, -0.7]);
    assert_eq!(x, y);
    let (_, by_w) = vjp(crossing, &p, &[0.4, 1.1]);
    let (_, expected_by_w) = vjp(|p: &[Reverse<f64>]| plain_crossing(p[0], p[1]), &p, &[0.4, 1.1]);
    for i in 0..2 {
        assert_near(by_v[i], expected[i], 1.0);
        assert_near(by_w[i], expected_by_w[i], 1.0);
    }
    let weighted = hessian(|p| crossing(p)[0] * crossing(p)[1].exp(), &p);
    let expected = hessian(
        |p| {
            let x = plain_crossing(p[0], p[1]);
            x[0] * x[1].exp()
        },
        &p,
    );
    for (found, expected) in weighted.iter().zip(expected.iter()) {
        assert_near(*found, *expected, 5.0);
    }
}

/// A root of a function that has a root inside: x + y(x, p) = 3 where y³ = p x.
#[test]
fn implicit_in_implicit() {
    fn cube<T: Float>(z: &[T]) -> T {
        z[0].powi(3) - z[1] * z[2]
    }
    scalar_function!(Cube = cube);
    fn outer<T: Float>(z: &[T]) -> Vec<T> {
        let (x, p) = (z[0], z[1]);
        let plain = num_traits::Float::cbrt(x.base() * p.base());
        vec![x + implicit::root_scalar(&Cube, plain, &[x, p]).unwrap() - T::lit(3.0)]
    }
    vector_function!(Outer = outer);
    fn solved<T: Float>(p: T) -> T {
        implicit::root(&Outer, &[T::Base::nearest(1.0)], &[p]).unwrap()[0]
    }
    use dualtape::Primitive;
    // The same by Newton's method on x + ∛(p x) - 3.
    fn unrolled<T: Float>(p: T) -> T {
        let third = T::one() / T::lit(3.0);
        (0..8).fold(T::one(), |x, _| x - (x + (p * x).cbrt() - T::lit(3.0)) / (T::one() + (p * x).cbrt() * third / x))
    }
    let m = Dual::new(Dual::new(Dual::variable(8.0), [Dual::constant(1.0)]), [Dual::constant(Dual::constant(1.0))]);
    let (x, y) = (solved(m), unrolled(m));
    assert_eq!(x.base(), 1.0);
    assert_near(x.tangent().primal().primal(), y.tangent().primal().primal(), 1.0);
    assert_near(x.tangent().tangent().primal(), y.tangent().tangent().primal(), 1.0);
    assert_near(x.tangent().tangent().tangent(), y.tangent().tangent().tangent(), 1.0);
    assert_near(hessian(|p| solved(p[0]), &[8.0])[(0, 0)], y.tangent().tangent().primal(), 1.0);
}

// ---------------------------------------------------------------- an argmin inside

/// Ridge regression: Σ (w·aᵢ - yᵢ)² + λ |w|², for z = (w; λ).
struct Ridge {
    rows: Vec<([f64; 2], f64)>,
}

impl ScalarFunction for Ridge {
    fn eval<T: Float>(&self, z: &[T]) -> T {
        let [u, v, lambda] = *z else { panic!("three entries") };
        let misfit = |&([a, b], y): &([f64; 2], f64)| (u * T::lit(a) + v * T::lit(b) - T::lit(y)).powi(2);
        self.rows.iter().map(misfit).sum::<T>() + lambda * (u * u + v * v)
    }
}

/// The weights by the normal equations, on every number.
fn normal_equations<T: Float>(ridge: &Ridge, lambda: T) -> DVector<T> {
    let mut a = DMatrix::from_element(2, 2, T::zero());
    let mut b = DVector::from_element(2, T::zero());
    for (row, y) in &ridge.rows {
        for i in 0..2 {
            b[i] += T::lit(row[i] * y);
            for j in 0..2 {
                a[(i, j)] += T::lit(row[i] * row[j]);
            }
        }
    }
    for i in 0..2 {
        a[(i, i)] += lambda;
    }
    T::solve(&a, &b).unwrap()
}

/// How well the weights that were fitted to some rows predict others, by the strength of the penalty.
#[test]
fn an_argmin_inside_an_outer_gradient() {
    let fitted = Ridge { rows: vec![([1.0, 0.2], 1.1), ([0.5, -1.0], 0.1), ([2.0, 0.7], 2.4), ([-1.0, 0.3], -0.7)] };
    let held_out = [([0.3, 0.4], 0.6), ([1.5, -0.2], 1.3)];
    let loss = |w: [Reverse<f64>; 2]| held_out.iter().map(|&([a, b], y)| (w[0] * a + w[1] * b - y).powi(2)).sum();
    let plain = |lambda: f64| {
        let w = normal_equations(&fitted, lambda);
        [w[0], w[1]]
    };
    let (value, by_lambda) = value_and_gradient(
        |p: &[Reverse<f64>]| {
            let w = implicit::argmin(&fitted, &plain(p[0].primal()), p).unwrap();
            loss([w[0], w[1]])
        },
        &[0.5],
    );
    let (expected_value, expected) = value_and_gradient(
        |p: &[Reverse<f64>]| {
            let w = normal_equations(&fitted, p[0]);
            loss([w[0], w[1]])
        },
        &[0.5],
    );
    assert_near(value, expected_value, 1.0);
    assert_near(by_lambda[0], expected[0], 1.0);
}

// ---------------------------------------------------------------- linear systems

/// A matrix and a right side of some size, by sines; the diagonal dominates.
fn system(n: usize) -> (Vec<f64>, DVector<f64>) {
    let entry =
        |i: usize, j: usize| (1.7 * i as f64 + 0.9 * j as f64 + 0.3).sin() + if i == j { n as f64 } else { 0.0 };
    let mut entries: Vec<f64> = (0..n * n).map(|k| entry(k % n, k / n)).collect();
    entries.extend((0..n).map(|i| (0.8 * i as f64).cos()));
    let a = DMatrix::from_column_slice(n, n, &entries[..n * n]);
    let x = a.lu().solve(&DVector::from_column_slice(&entries[n * n..])).unwrap();
    (entries, x)
}

#[test]
fn a_linear_system_of_size_50() {
    let n = 50;
    let (entries, x) = system(n);
    let split =
        |z: &[Reverse<f64>]| (DMatrix::from_column_slice(n, n, &z[..n * n]), DVector::from_column_slice(&z[n * n..]));
    let weighted = |x: DVector<Reverse<f64>>| x.iter().enumerate().map(|(i, &x)| x * x * (1.0 + i as f64)).sum();
    let brought = gradient(
        |z| {
            let (a, b) = split(z);
            weighted(implicit::linear_solve(&a, &b, &x).unwrap())
        },
        &entries,
    );
    let solved = gradient(
        |z| {
            let (a, b) = split(z);
            weighted(LinearAlgebra::solve(&a, &b).unwrap())
        },
        &entries,
    );
    let largest = solved.iter().fold(0.0, |largest: f64, &x| largest.max(x.abs()));
    for (brought, solved) in brought.iter().zip(&solved) {
        assert!((brought - solved).abs() <= 1e-14 * largest, "{brought}, {solved}");
    }
}

#[test]
fn second_derivatives_of_a_linear_system() {
    let n = 3;
    let (entries, x) = system(n);
    let by_solve = |z: &[_]| {
        let (a, b) = (DMatrix::from_column_slice(n, n, &z[..n * n]), DVector::from_column_slice(&z[n * n..]));
        LinearAlgebra::solve(&a, &b).unwrap().iter().copied().product()
    };
    let by_solution = |z: &[_]| {
        let (a, b) = (DMatrix::from_column_slice(n, n, &z[..n * n]), DVector::from_column_slice(&z[n * n..]));
        implicit::linear_solve(&a, &b, &x).unwrap().iter().copied().product()
    };
    let (found, expected) = (hessian(by_solution, &entries), hessian(by_solve, &entries));
    for (found, expected) in found.iter().zip(expected.iter()) {
        assert_near(*found, *expected, expected.abs().max(0.1));
    }
}

/// `n²` for the residuals and the corrections, and one for each difference from the right side.
#[test]
fn records_of_solutions() {
    for n in [2, 4, 10] {
        let (entries, x) = system(n);
        let tape = Tape::<f64>::new();
        let z = tape.variables(&entries);
        let before = tape.len();
        let (a, b) = (DMatrix::from_column_slice(n, n, &z[..n * n]), DVector::from_column_slice(&z[n * n..]));
        let _ = implicit::linear_solve(&a, &b, &x).unwrap();
        assert_eq!(tape.len() - before, n * n + n, "{n}");
    }
    let tape = Tape::<f64>::new();
    let p = tape.variables(&[MEAN, ECCENTRICITY]);
    let before = tape.len();
    let _ = implicit::root_scalar(&Kepler, plain_anomaly(&p), &p).unwrap();
    assert_eq!(tape.len() - before, 1, "the join of the function itself");
}

// ---------------------------------------------------------------- what is refused

fn square<T: Float>(z: &[T]) -> T {
    z[0] * z[0] - z[1]
}
scalar_function!(Square = square);

fn pole<T: Float>(z: &[T]) -> T {
    z[0].recip() - z[1]
}
scalar_function!(Pole = pole);

/// Two equations that say the same, up to rounding.
fn twice<T: Float>(z: &[T]) -> Vec<T> {
    let c = |c: f64| T::lit(c);
    vec![c(0.1) * z[0] + c(0.2) * z[1] - z[2], c(0.3) * z[0] + c(0.6) * z[1] - c(3.0) * z[2]]
}
vector_function!(Twice = twice);

/// The same answer on plain numbers, in both modes and nested.
#[track_caller]
fn assert_refused(f: &impl ScalarFunction, x: f64, p: f64, expected: &str) {
    let text = |x: Result<f64, Error>| x.unwrap_err().to_string();
    let plain = text(implicit::root_scalar(f, x, &[p]));
    assert_eq!(plain, expected);
    let forward = implicit::root_scalar(f, x, &[Dual::variable(Dual::variable(p))]).map(|x| x.base());
    assert_eq!(text(forward), expected);
    let single = implicit::root(&Single(f), &[x], &[Dual::variable(p)]).map(|x| x[0].base());
    assert_eq!(text(single), expected);
    let reverse = gradient(
        |p: &[Reverse<f64>]| {
            let refused = implicit::root_scalar(f, x, p).map(|x| x.base());
            assert_eq!(text(refused), expected);
            p[0]
        },
        &[p],
    );
    assert_eq!(reverse, [1.0]);
}

#[test]
fn a_wrong_solution_is_an_error_that_says_how_wrong() {
    assert_refused(
        &Square,
        2.5,
        4.0,
        "dualtape: implicit: expected a solution, found the residual 2.250e0 in equation 0, where the terms have the size 1.650e1 and \
         1.0e-4 is allowed; solve more accurately, for example by some steps of Newton's method more",
    );
    let Err(Error::NotASolution { equation, residual, size, allowed, .. }) =
        implicit::root(&Curves, &[1.0, 0.5], &[2.0, 0.5]).map(drop).and(implicit::root(
            &Curves,
            &[2.0, 0.5],
            &[2.0, 1.0],
        ))
    else {
        panic!("accepted")
    };
    assert_eq!((equation, residual), (0, -0.5));
    assert!(size > 1.0 && (allowed / size - 6.055e-6).abs() < 1e-9);
}

#[test]
fn what_has_no_derivative_is_an_error() {
    let singular = "dualtape: implicit: expected a solution that is alone in its neighbourhood, found a singular Jacobian by the unknowns; \
                    a double root, or a set of solutions, has no derivative by the parameters";
    assert_refused(&Square, 0.0, 0.0, singular);
    assert_eq!(implicit::root(&Twice, &[1.0, 2.0], &[0.5]), Err(Error::Singular));
    let (a, b) = (DMatrix::from_element(2, 2, 1.0), DVector::from_element(2, 2.0));
    assert_eq!(implicit::linear_solve(&a, &b, &DVector::from_element(2, 1.0)), Err(Error::Singular));
    // Elimination leaves a last pivot of rounding.
    let a = DMatrix::from_fn(3, 3, |i, j| 0.1 * (3 * i + j + 1) as f64);
    assert!(a.clone().lu().is_invertible());
    let x = DVector::from_element(3, 1.0);
    assert_eq!(implicit::linear_solve(&a, &(&a * &x), &x), Err(Error::Singular));
    assert_refused(
        &Pole,
        0.0,
        4.0,
        "dualtape: implicit: expected finite residuals and derivatives at the solution, found infinity or NaN in equation 0; bring a \
         solution inside the domain of the function",
    );
    assert_eq!(
        implicit::root_scalar(&Square, f64::NAN, &[4.0]).map_err(|error| error.to_string().contains("NaN")),
        Err(true)
    );
}

/// The measures of a solution and of singularity do not look at units.
#[test]
fn units_do_not_matter() {
    struct Scaled(f64);
    impl VectorFunction for Scaled {
        fn eval<T: Float>(&self, z: &[T]) -> Vec<T> {
            let s = T::lit(self.0);
            let [r, q] = [curves(&[z[0] * s, z[1] / s, z[2], z[3]])[0], z[0] * z[1] - z[3]];
            vec![r * s, q / (s * s)]
        }
    }
    let [x, y] = plain_crossing(2.0, 0.5)[..] else { unreachable!() };
    for s in [1e-100, 1e-10, 1.0, 1e10, 1e100] {
        let found = |x: [f64; 2]| implicit::root(&Scaled(s), &x, &[2.0, 0.5]);
        assert!(found([x / s, y * s]).is_ok(), "{s:e}");
        let error = found([1.001 * x / s, y * s]).unwrap_err();
        assert!(matches!(error, Error::NotASolution { .. }), "{s:e}: {error}");
    }
}

/// After an error the recordings outside go on as if nothing had been.
#[test]
fn nothing_is_lost_after_an_error() {
    let tape = Tape::new();
    let p = tape.variable(4.0);
    let before = p * p;
    assert!(implicit::root_scalar(&Square, 3.0, &[p]).is_err());
    assert!(implicit::root(&Single(Square), &[3.0], &[p]).is_err());
    assert!(catch_unwind(|| implicit::root(&Curves, &[1.0], &[1.0, 1.0, 1.0]).is_err()).is_err());
    let x = implicit::root_scalar(&Square, 2.0, &[p]).unwrap();
    assert_eq!(tape.adjoints(before * x).wrt(p), 2.0 * 4.0 * 2.0 + 16.0 * 0.25);
    assert_eq!(gradient(|p| implicit::root(&Single(Square), &[2.0], p).unwrap()[0], &[4.0]), [0.25]);
}

#[test]
fn equations_and_unknowns_are_counted() {
    let text = |verb: &str, n: usize, found: usize| {
        format!(
            "dualtape: implicit::{verb}: expected one residual for each of the {n} unknowns, found {found}; give as many equations as \
             unknowns, and as many entries of the solution"
        )
    };
    assert_eq!(message(|| drop(implicit::root(&Curves, &[1.0], &[1.0, 1.0, 1.0]))), text("root", 1, 2));
    assert_eq!(message(|| drop(implicit::fixed_point(&Curves, &[1.0; 3], &[1.0]))), text("fixed_point", 3, 2));
    assert_eq!(
        message(|| drop(implicit::linear_solve(&DMatrix::<f64>::zeros(2, 3), &DVector::zeros(2), &DVector::zeros(3)))),
        "dualtape: implicit::linear_solve: expected a square matrix and as many entries on the right side and in the solution, found \
         2 x 3, 2 and 3; make all of one size"
    );
}

#[test]
fn nothing_to_solve() {
    fn nothing<T: Float>(_: &[T]) -> Vec<T> {
        Vec::new()
    }
    vector_function!(Nothing = nothing);
    assert_eq!(implicit::root(&Nothing, &[], &[1.0]), Ok(vec![]));
    assert_eq!(implicit::root(&Nothing, &[], &[Dual::<f64>::variable(1.0)]), Ok(vec![]));
}

/// Without parameters, or with constants, the solution is a constant.
#[test]
fn constants() {
    let x = implicit::root_scalar(&Square, 2.0, &[Dual::<f64>::constant(4.0)]).unwrap();
    assert_eq!((x.primal(), x.tangent()), (2.0, 0.0));
    let x = implicit::root_scalar(&Square, 2.0, &[Reverse::<f64>::constant(4.0)]).unwrap();
    assert!(x.is_constant());
}

/// A recording would keep the solution of one point.
#[cfg(feature = "graph")]
#[test]
fn recordings_of_graphs_are_refused() {
    use dualtape::graph::Graph;
    let refused = message(|| drop(Graph::record_fn(|p: &[_]| implicit::root_scalar(&Square, 2.0, p).unwrap(), &[4.0])));
    assert_eq!(
        refused,
        "dualtape: implicit::root_scalar: expected numbers with values, found a recording of a graph, which runs at other points than the \
         one that was solved for; keep this function on the tape"
    );
}

/// Golden sections compare values, so they end with half of the digits, and that is how many the derivative has.
#[test]
fn a_minimiser_with_half_of_the_digits_is_accepted() {
    let f = |x: f64| kepler_energy(&[x, MEAN, ECCENTRICITY]);
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (3.0, 5.0);
    for _ in 0..60 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if f(a) < f(b) { high = b } else { low = a }
    }
    let error = (low - plain_anomaly(&[MEAN, ECCENTRICITY])).abs();
    assert!((1e-12..1e-6).contains(&error), "{error:e}");
    let slope = gradient(|p| implicit::argmin_scalar(&KeplerEnergy, low, p).unwrap(), &[MEAN, ECCENTRICITY])[0];
    assert!((slope - 0.76680787314744584).abs() < 2.0 * error, "{slope}");
}
