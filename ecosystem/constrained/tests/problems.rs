//! Problems with constraints whose minima are published.

use constrained::Problem;
use dualtape::{Float, scalar_function, vector_function};

fn objective_71<T: Float>(x: &[T]) -> T {
    x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
}
scalar_function!(Objective71 = objective_71);

fn constraints_71<T: Float>(x: &[T]) -> Vec<T> {
    vec![x.iter().copied().product(), x.iter().map(|&x| x * x).sum()]
}
vector_function!(Constraints71 = constraints_71);

/// Problem 71 of Hock & Schittkowski, *Test Examples for Nonlinear Programming Codes* (1981), with their minimum.
#[test]
fn hock_and_schittkowski_71() {
    let problem = Problem {
        objective: Objective71,
        constraints: Constraints71,
        variables: vec![(1.0, 5.0); 4],
        limits: vec![(25.0, f64::INFINITY), (40.0, 40.0)],
        start: vec![1.0, 5.0, 5.0, 1.0],
    };
    let minimum = problem.minimise().unwrap();
    for (x, published) in minimum.x.iter().zip([1.0, 4.742999636, 3.821149984, 1.379408293]) {
        assert!((x - published).abs() < 2e-9, "{x} {published}"); // one in the last digit
    }
    assert!((minimum.value - 17.0140172892).abs() < 1e-10, "{}", minimum.value);
}

/// Rosenbrock's chain.
fn chain<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| T::lit(100.0) * (x[0] * x[0] - x[1]).powi(2) + (x[0] - T::one()).powi(2)).sum()
}
scalar_function!(Chain = chain);

/// `3 v³ + 2 w + sin(v - w) sin(v + w) + 4 v - u exp(u - v) - 8 = 0` for each three neighbours.
fn equations<T: Float>(x: &[T]) -> Vec<T> {
    let equation = |u: T, v: T, w: T| {
        T::lit(3.0) * v.powi(3) + T::lit(2.0) * w + (v - w).sin() * (v + w).sin() + T::lit(4.0) * v
            - u * (u - v).exp()
            - T::lit(8.0)
    };
    x.windows(3).map(|x| equation(x[0], x[1], x[2])).collect()
}
vector_function!(Equations = equations);

/// Problem 5.1 of Lukšan & Vlček, "Sparse and partially separable test problems for unconstrained and equality constrained optimization"
/// (1998), with a thousand variables. The published minimum is that of Ipopt in the documentation of ADNLPModels.jl, and does not depend on
/// the number of variables.
#[test]
fn a_chain_with_an_equation_for_each_three_neighbours() {
    let n = 1000;
    let problem = Problem {
        objective: Chain,
        constraints: Equations,
        variables: vec![(f64::NEG_INFINITY, f64::INFINITY); n],
        limits: vec![(0.0, 0.0); n - 2],
        start: (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect(),
    };
    let minimum = problem.minimise().unwrap();
    assert!((minimum.value - 6.232458632437).abs() < 1e-9, "{}", minimum.value);
    let published = [-0.9505563573613093, 0.9139008176388945, 0.9890905176644905, 0.9985592422681151];
    for (x, published) in minimum.x.iter().zip(published) {
        assert!((x - published).abs() < 1e-8, "{x} {published}");
    }
}

fn branching<T: Float>(x: &[T]) -> T {
    if x[0] > T::zero() { x[0] * x[1] } else { x[1] * x[1] }
}
scalar_function!(Branching = branching);

/// What the pattern of a function is cannot be told if the function goes by values, and the error says so.
#[test]
fn a_function_that_branches_is_refused() {
    let problem = Problem {
        objective: Branching,
        constraints: Constraints71,
        variables: vec![(0.0, 1.0); 2],
        limits: vec![(0.0, 1.0); 2],
        start: vec![0.5; 2],
    };
    let message = problem.minimise().unwrap_err().to_string();
    assert!(message.contains("the function goes by a value"), "{message}");
}
