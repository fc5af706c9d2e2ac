//! Random programs, the reference problems, and programs with more than 65,535 numbers.

use super::{Device, Tally};
use crate::instructions;
use crate::problems::{self, Problem};
use dualtape::graph::{Graph, Traced, WriteError};
use dualtape::{Float, ScalarFunction, Special, VectorFunction};

#[test]
fn random_programs_have_the_bits_of_the_host() {
    let mut tally = Tally::default();
    for (k, (f, points)) in instructions::programs(200).enumerate() {
        let graph = Graph::record(&f, &points[0]);
        let points = points.iter().map(<[f64; 2]>::as_slice);
        for graph in [graph.clone(), graph.value_and_gradient(), graph.hessian()] {
            tally.compare(&format!("program {k}"), &graph.compile(), points.clone());
        }
    }
    println!("{tally:?}");
    assert!(tally.right > 2000 && tally.changed > 60 && tally.left_to_drivers > 60, "{tally:?}");
}

/// Compares the value, the gradient and perhaps the Hessian where a problem is recorded and beside it.
fn problem<F: ScalarFunction>(tally: &mut Tally, name: &str, f: &F, x0: &[f64], with_hessian: bool) {
    let graph = Graph::record(f, x0);
    let mut graphs = vec![graph.clone(), graph.value_and_gradient()];
    graphs.extend(with_hessian.then(|| graph.hessian()));
    let beside: Vec<f64> = x0.iter().zip(0..).map(|(x, k)| x * (1.0 + 0.01 * f64::from(k % 7))).collect();
    for graph in graphs {
        tally.compare(name, &graph.compile(), [x0, &beside[..]]);
    }
}

#[test]
fn reference_problems_have_the_bits_of_the_host() {
    let mut tally = Tally::default();
    let Problem { function, x0, .. } = problems::rosenbrock("F1", 10, f64::NAN);
    problem(&mut tally, "F1", &function, &x0, true);
    let Problem { function, x0, .. } = problems::log_sum_exp("F2", f64::NAN);
    problem(&mut tally, "F2", &function, &x0, false);
    let Problem { function, x0, .. } = problems::network("F3", [2, 3, 4], f64::NAN);
    problem(&mut tally, "F3", &function, &x0, true);
    let Problem { function, x0, .. } = problems::mixture_of("F4", [2, 3, 5], f64::NAN);
    problem(&mut tally, "F4", &function, &x0, true);
    let Problem { function, x0, .. } = problems::burgers_of("F5", [10, 20], f64::NAN);
    problem(&mut tally, "F5", &function, &x0, true);
    println!("{tally:?}");
    assert_eq!((tally.right, tally.changed), (28, 0), "{tally:?}");
}

/// F6 has a rule of its own, and is written with the crate's distribution function in place of it.
struct BlackScholes;

impl ScalarFunction for BlackScholes {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let price = |x: &[T]| {
            let (spot, strike, rate, volatility) = (x[0], x[1], x[2], x[3]);
            let d = ((spot / strike).ln() + rate + volatility * volatility * T::lit(0.5)) / volatility;
            spot * d.norm_cdf() - strike * (-rate).exp() * (d - volatility).norm_cdf()
        };
        x.chunks_exact(4).map(price).sum()
    }
}

#[test]
fn options_have_the_bits_of_the_host() {
    let Problem { function, x0, .. } = problems::black_scholes("F6", f64::NAN);
    let error = Graph::record(&function, &x0).to_bytes().unwrap_err();
    assert!(matches!(error, WriteError::Rule(_)), "{error}");
    let mut tally = Tally::default();
    problem(&mut tally, "F6", &BlackScholes, &[100.0, 95.0, 0.03, 0.2, 80.0, 95.0, 0.01, 0.4], true);
    assert_eq!(tally.right, 6, "{tally:?}");
}

/// Newton's method for a square root, whose number of steps is up to the values.
struct Root;

impl VectorFunction for Root {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let mut y = x[0];
        while (y * y - x[0]).abs() > T::lit(1e-9) {
            y = (y + x[0] / y) * T::lit(0.5);
        }
        vec![y, y * x[1], x[1], T::one()]
    }
}

#[test]
fn guards_are_those_of_the_host() {
    let graph = Graph::record_vector(&Root, &[2.0, 5.0]);
    assert!(graph.guards() > 3);
    let mut tally = Tally::default();
    let points = [[2.0, 5.0], [2.1, -1.0], [1.9, 0.0], [9.0, 1.0], [1.0, 1.0], [f64::NAN, 1.0]];
    for graph in [graph.clone(), graph.jacobian()] {
        tally.compare("root", &graph.compile(), points.iter().map(<[f64; 2]>::as_slice));
    }
    assert!(tally.right >= 4 && tally.changed >= 4, "{tally:?}");

    let all = |x: &[Traced]| {
        let (a, b) = (x[0] * 2.0, x[1] * 3.0);
        let questions =
            [a < b, a <= b, a > b, a >= b, a == b, a.is_nan(), a.is_infinite(), a.is_finite(), b.is_sign_negative()];
        let order = a.partial_cmp(&b).map_or(4, |order| order as i32 + 1);
        let class = a.classify() as i32;
        let count = questions.into_iter().filter(|&yes| yes).count() as i32 + order + class + i32::from(b.is_normal());
        a * f64::from(count)
            + b.base()
            + f64::from(u8::from(a.is_subnormal()))
            + f64::from(u8::from(a.is_sign_positive()))
    };
    let points =
        [[1.0, 2.0], [-1.0, 2.0], [1.0, f64::NAN], [f64::INFINITY, 2.0], [1e-320, 2.0], [3.0, 2.0], [0.0, -0.0]];
    for at in points {
        let mut tally = Tally::default();
        let program = Graph::record_fn(all, &at).compile();
        tally.compare("questions", &program, points.iter().map(<[f64; 2]>::as_slice));
        assert_eq!((tally.right, tally.changed), (1, points.len() - 1), "{at:?}");
    }
}

#[test]
fn many_numbers_take_wide_places() {
    let wide = |x: &[Traced]| x.iter().fold(x[0], |sum, &x| (sum + x.sin()) * x.cos().max(sum));
    let x: Vec<f64> = (0..66_000).map(|k| f64::from(k) * 1e-3).collect();
    let program = Graph::record_fn(wide, &x).compile();
    let mut tally = Tally::default();
    tally.compare("wide", &program, [&x[..], &vec![0.25; x.len()]]);
    assert_eq!(tally.right, 2);
    let bytes = program.to_bytes().unwrap();
    // Cells are used again.
    assert!(Device::new(&bytes).program.work_len() < 8);
}

#[test]
fn rolled_programs_are_refused() {
    let Problem { function, x0, .. } = problems::rosenbrock("F1", 100, f64::NAN);
    let graph = Graph::record(&function, &x0);
    let rolled = graph.compile_value_and_gradient();
    let error = rolled.to_bytes().unwrap_err();
    assert!(error.to_string().contains("write `graph.value_and_gradient()` instead"), "{error}");
    assert!(graph.value_and_gradient().compile().to_bytes().is_ok());
}
