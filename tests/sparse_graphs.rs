//! Patterns of graphs against those of the number that looks for them, and plans recorded as graphs.
#![cfg(feature = "graph")]
#![allow(clippy::duplicate_mod)] // problems and random programs draw from one generator

#[path = "sparse/functions.rs"]
mod functions;
#[path = "sparse/known.rs"]
mod known;
#[allow(dead_code)] // other tests use the rest
#[path = "common/problems.rs"]
mod problems;
#[allow(dead_code)]
#[path = "common/random.rs"]
mod random;

use dualtape::graph::{Graph, Traced};
use dualtape::rules::{self, Binary, Reduction, Unary, Visitor};
use dualtape::sparse::{HessianMethod, HessianPlan, JacobianMode, JacobianPlan, Order, SparsePattern};
use dualtape::{Float, ScalarFunction, slices};
use functions::{Scalar, Stencil, Vector};
use known::{Each, known};
use problems::Random;
use random::Program;

#[test]
fn patterns_of_graphs_are_known() {
    struct Check;
    impl Each for Check {
        fn each(&mut self, name: &str, f: &impl ScalarFunction, expected: &SparsePattern) {
            let graph = Graph::record(f, &[0.7, 1.3, 2.1, 3.2]);
            let found = graph.hessian_pattern();
            assert_eq!(&found, expected, "{name}: found {found}expected {expected}");
            let single = Graph::<f32>::record(f, &[0.7, 1.3, 2.1, 3.2]);
            assert_eq!(&single.hessian_pattern(), expected, "{name}");
            // The Jacobian of the gradient has the entries of the Hessian at least: where both are exact, those.
            let of_gradient = graph.gradient().jacobian_pattern();
            let both = of_gradient.union(expected).unwrap();
            assert_eq!(both, of_gradient, "{name}");
        }
    }
    known(&mut Check);
}

/// The two ways agree on every rule.
#[test]
fn graphs_know_the_rules() {
    struct OfOne<R>(R);
    impl<R: Unary> ScalarFunction for OfOne<R> {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            x[0].unary(self.0)
        }
    }
    struct OfTwo<R>(R);
    impl<R: Binary> ScalarFunction for OfTwo<R> {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            x[0].binary(self.0, x[1])
        }
    }
    struct OfMany<R>(R);
    impl<R: Reduction> ScalarFunction for OfMany<R> {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            T::reduce(self.0, x.iter().copied())
        }
    }
    struct Check(usize);
    impl Check {
        fn check(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
            let (graph, number) = (Graph::record(f, x).hessian_pattern(), SparsePattern::of_hessian(f, x).unwrap());
            // A graph knows of a reduction only whether it is linear, and takes a partial derivative of its own for each argument.
            assert_eq!(graph.union(&number).unwrap(), graph, "{name}: {graph}{number}");
            assert!(graph == number || x.len() > 2, "{name}: {graph}{number}");
            self.0 += 1;
        }
    }
    impl Visitor for Check {
        fn unary<R: Unary>(&mut self, rule: R) {
            self.check(&rule.name().to_string(), &OfOne(rule), &[0.6]);
        }
        fn binary<R: Binary>(&mut self, rule: R) {
            self.check(&rule.name().to_string(), &OfTwo(rule), &[0.6, 0.7]);
        }
        fn reduction<R: Reduction>(&mut self, rule: R, x: &[f64]) {
            self.check(&rule.name().to_string(), &OfMany(rule), x);
        }
    }
    let mut check = Check(0);
    rules::visit(&mut check);
    dualtape::special::rules::visit(&mut check);
    slices::visit(&mut check);
    assert_eq!(check.0, 78);
}

#[test]
fn patterns_of_random_graphs_are_those_of_their_programs() {
    let mut random = Random::new(10);
    let mut equal = 0;
    for _ in 0..100 {
        let (n, m, steps) = (1 + random.below(8), 1 + random.below(3), 4 + random.below(20));
        let program = Program::new(n, m, steps, &mut random::Random::new(random.below(1 << 30) as u64));
        let x = random.vector(n);
        let scalar = Graph::record(&Scalar(&program), &x);
        let plan = HessianPlan::from_pattern(scalar.hessian_pattern()).unwrap();
        plan.verify(&Scalar(&program), &x).unwrap();
        // The number drops what has a partial derivative that is zero everywhere, as `x⁰` has; a graph drops less.
        let by_number = SparsePattern::of_hessian_at(&Scalar(&program), &x).pattern;
        assert_eq!(scalar.hessian_pattern().union(&by_number).unwrap(), scalar.hessian_pattern());
        equal += usize::from(by_number == scalar.hessian_pattern());
        let graph = Graph::record_vector(&Vector(&program), &x);
        assert_eq!(graph.jacobian_pattern(), SparsePattern::of_jacobian_at(&Vector(&program), &x).pattern);
        // Several results: that of their sum.
        struct OfSum<'a>(&'a Program);
        impl ScalarFunction for OfSum<'_> {
            fn eval<T: Float>(&self, x: &[T]) -> T {
                self.0.eval(x).into_iter().sum()
            }
        }
        let by_number = SparsePattern::of_hessian_at(&OfSum(&program), &x).pattern;
        assert_eq!(graph.hessian_pattern().union(&by_number).unwrap(), graph.hessian_pattern());
    }
    assert!(equal > 90, "{equal} of 100");
}

/// Only variables count among the inputs.
#[test]
fn data_have_no_rows() {
    struct Residual;
    impl ScalarFunction for Residual {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            (x[0] * x[2] - x[3]).powi(2) + x[1] * x[2]
        }
    }
    let graph = Graph::record_with(&Residual, &[1.0, 2.0], &[3.0, 4.0]);
    assert_eq!(graph.hessian_pattern().to_string(), "2 x 2, 1 entries\nx .\n. .\n");
    assert_eq!(graph.jacobian_pattern().to_string(), "1 x 2, 2 entries\nx x\n");
}

/// A graph that is a function goes by the answers of its guards.
#[test]
fn guards_are_decisions() {
    let graph = Graph::record_fn(|x: &[Traced]| if x[0] < x[1] { x[0] * x[0] } else { x[1] }, &[1.0, 2.0]);
    assert_eq!(graph.hessian_pattern().nnz(), 1);
    assert!(HessianPlan::detect(&graph, &[1.0, 2.0]).is_err());
    let plan = HessianPlan::detect_at(&graph, &[1.0, 2.0]);
    assert_eq!((plan.pattern(), plan.decisions()), (&graph.hessian_pattern(), 2));
}

#[test]
fn recorded_plans_have_the_same_numbers() {
    let problem = problems::rosenbrock("", 40, 0.0);
    let points = [2, 3, 4].map(|seed| Random(seed).vector_between(-1.5, 1.5, 40));
    for method in [HessianMethod::Direct, HessianMethod::Substitution] {
        let pattern = Graph::record(&problem.function, &problem.x0).hessian_pattern();
        let plan = HessianPlan::with(pattern, method, Order::Natural).unwrap();
        let graph = plan.record(&problem.function, &problem.x0);
        let program = graph.compile();
        assert_eq!(graph.guards(), 0);
        for x in &points {
            let (value, gradient, hessian) = plan.value_gradient_and_hessian(&problem.function, x);
            let expected = [vec![value], gradient, hessian.into_values()].concat();
            let mut compiled = vec![0.0; expected.len()];
            program.call(x, &mut compiled).unwrap();
            for found in [graph.eval(x).unwrap(), compiled] {
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found} {expected}");
                }
            }
        }
    }
    for mode in [JacobianMode::Forward, JacobianMode::Reverse, JacobianMode::Both] {
        let pattern = SparsePattern::of_jacobian(&Stencil, &[0.0; 12]).unwrap();
        let plan = JacobianPlan::with(pattern, mode, Order::Natural);
        let graph = plan.record(&Stencil, &[0.5; 12]);
        let x = Random(5).vector(12);
        let (value, jacobian) = plan.value_and_jacobian(&Stencil, &x);
        assert_eq!(graph.eval(&x).unwrap(), [value, jacobian.into_values()].concat(), "{mode:?}");
    }
}
