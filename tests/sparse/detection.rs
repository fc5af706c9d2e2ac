//! Detected patterns: those that are known, none that is too small, and refusals.

use crate::functions::{Scalar, Stencil, Vector};
use crate::known::{Each, known};
use crate::problems::{self, Random};
use crate::programs;
use crate::random::Program;
use dualtape::rules::{self, Binary, Reduction, Unary, Visitor};
use dualtape::sparse::{HessianPlan, JacobianPlan, SparseError, SparsePattern};
use dualtape::{Float, ScalarFunction, VectorFunction, gradient, hvp, slices};

#[test]
fn patterns_of_hessians_that_are_known() {
    struct Check;
    impl Each for Check {
        fn each(&mut self, name: &str, f: &impl ScalarFunction, expected: &SparsePattern) {
            // Also where values are zero, equal, or not finite: patterns do not go by them.
            for x in [[0.7, 1.3, 2.1, 3.2], [0.0; 4], [-0.0, 1.0, 1.0, -2.0], [f64::NAN, f64::INFINITY, 0.0, 1.0]] {
                // A clamp between bounds that are not ordered panics, as on `f64`.
                if name.contains("Clamp") && (x[1] > x[2] || x[1].is_nan()) {
                    continue;
                }
                let found = SparsePattern::of_hessian(f, &x).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(&found, expected, "{name} at {x:?}: found {found}expected {expected}");
            }
            let single = SparsePattern::of_hessian(f, &[0.7_f32, 1.3, 2.1, 3.2]).unwrap();
            assert_eq!(&single, expected, "{name}");
        }
    }
    known(&mut Check);
}

/// Products with random vectors know of no pattern.
#[track_caller]
fn check_hessian(name: &str, f: &impl ScalarFunction, x: &[f64]) -> HessianPlan {
    let plan = HessianPlan::detect(f, x).unwrap_or_else(|error| panic!("{name}: {error}"));
    plan.verify(f, x).unwrap_or_else(|error| panic!("{name}: {error}"));
    plan
}

#[test]
fn patterns_of_the_reference_problems() {
    struct Check(Vec<(String, usize, usize)>);
    impl problems::Visitor for Check {
        fn visit<F: problems::Adjoint>(&mut self, problem: &problems::Problem<F>) {
            if !problem.name.starts_with("F1") && problem.x0.len() > 50 {
                return; // dense, which takes long without optimisation
            }
            let plan = check_hessian(problem.name, &problem.function, &problem.x0);
            self.0.push((problem.name.to_string(), plan.pattern().nnz(), plan.colours()));
        }
    }
    let mut check = Check(Vec::new());
    problems::gradient_set(&mut check);
    problems::fused_set(&mut check);
    problems::hessian_set(&mut check);
    let of = |name: &str| check.0.iter().find(|row| row.0 == name).map(|row| (row.1, row.2)).unwrap();
    assert_eq!(of("F1 n=100"), (298, 3));
    assert_eq!(of("F1 n=1e4"), (29_998, 3));
}

#[test]
fn patterns_of_programs_as_people_write_them() {
    struct Check(usize);
    impl programs::Visitor for Check {
        fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
            if x.len() > 210 || name == "Reaction-diffusion" {
                return; // dense, which takes long without optimisation
            }
            let plan = HessianPlan::detect(f, x).unwrap_or_else(|error| {
                assert!(matches!(error, SparseError::GoesByValue { .. }), "{name}: {error}");
                let plan = HessianPlan::detect_at(f, x);
                assert!(plan.decisions() > 0);
                plan
            });
            plan.verify(f, x).unwrap_or_else(|error| panic!("{name}: {error}"));
            self.0 += 1;
        }
    }
    let mut check = Check(0);
    programs::all(&mut check);
    programs::fresh(&mut check);
    assert_eq!(check.0, 12);
}

/// A rule in a function of four inputs, two of which it does not touch together.
struct Within<R>(R);

impl<R: Unary> ScalarFunction for Within<R> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (x[0] * x[1]).unary(self.0) * x[2] + x[3]
    }
}

/// The same of two arguments, and of many.
struct Between<R>(R);

impl<R: Binary> ScalarFunction for Between<R> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x[0].binary(self.0, x[1] * x[2]) + x[3]
    }
}

struct Over<R>(R);

impl<R: Reduction> ScalarFunction for Over<R> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        T::reduce(self.0, x.iter().copied()).powi(2)
    }
}

/// No rule is asked for its values, and none has a derivative outside of the pattern.
#[test]
fn every_rule_has_a_pattern_everywhere() {
    struct Check(usize);
    impl Check {
        fn check(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
            let pattern = SparsePattern::of_hessian(f, x).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(pattern, SparsePattern::of_hessian(f, &vec![0.0; x.len()]).unwrap(), "{name} at zero");
            for j in 0..x.len() {
                let unit: Vec<f64> = (0..x.len()).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
                for (i, entry) in hvp(|x| f.eval(x), x, &unit).into_iter().enumerate() {
                    assert!(
                        entry == 0.0 || entry.is_nan() || pattern.contains(i, j),
                        "{name}: {entry} at ({i}, {j})\n{pattern}"
                    );
                }
            }
            self.0 += 1;
        }
    }
    impl Visitor for Check {
        fn unary<R: Unary>(&mut self, rule: R) {
            self.check(&rule.name().to_string(), &Within(rule), &[0.6, 0.7, 1.3, 2.0]);
            self.check(&rule.name().to_string(), &Within(rule), &[1.6, 1.7, 1.3, 2.0]);
        }
        fn binary<R: Binary>(&mut self, rule: R) {
            self.check(&rule.name().to_string(), &Between(rule), &[0.6, 0.7, 1.3, 2.0]);
        }
        fn reduction<R: Reduction>(&mut self, rule: R, x: &[f64]) {
            self.check(&rule.name().to_string(), &Over(rule), x);
        }
    }
    let mut check = Check(0);
    rules::visit(&mut check);
    dualtape::special::rules::visit(&mut check);
    slices::visit(&mut check);
    assert_eq!(check.0, 143);
}

#[test]
fn patterns_of_random_programs_are_never_too_small() {
    let mut random = Random::new(6);
    for _ in 0..200 {
        let (n, m) = (1 + random.below(8), 1 + random.below(4));
        let steps = 4 + random.below(20);
        let program = Program::new(n, m, steps, &mut crate::random::Random::new(random.below(1 << 30) as u64));
        let x = random.vector(n);
        let plan = HessianPlan::detect_at(&Scalar(&program), &x);
        plan.verify(&Scalar(&program), &x).unwrap();
        let plan = JacobianPlan::detect_at(&Vector(&program), &x);
        plan.verify(&Vector(&program), &x).unwrap();
        for i in 0..m {
            let row = gradient(|x| program.eval(x)[i], &x);
            assert!(row.iter().enumerate().all(|(j, &entry)| entry == 0.0 || plan.pattern().contains(i, j)));
        }
    }
}

#[test]
fn patterns_of_jacobians() {
    let pattern = SparsePattern::of_jacobian(&Stencil, &[0.0; 5]).unwrap();
    assert_eq!(pattern.to_string(), "4 x 5, 14 entries\nx x x . .\n. x x x .\n. . x x x\nx x x x x\n");
}

/// A number that is zero here, and detached by hand, is another one elsewhere.
#[test]
fn zeros_that_are_not_fixed_are_no_zeros() {
    struct ByHand;
    impl VectorFunction for ByHand {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            let zeros = [
                x[0].detach(),
                x[0].floor(),
                T::from_partials(x[0].primal(), &[]),
                x[0].if_less(T::one(), T::zero, T::one),
            ];
            zeros.iter().map(|&zero| zero * x[1]).collect()
        }
    }
    let pattern = SparsePattern::of_jacobian(&ByHand, &[0.0, 1.0]).unwrap();
    assert!(pattern.triplets().eq((0..4).map(|row| (row, 1))), "{pattern}");
}

/// Long sets are unions of others, if there are many inputs; such rows are as right as short ones.
#[test]
fn dense_rows_are_complete() {
    for n in [100, 600] {
        let pattern = SparsePattern::of_jacobian(&Stencil, &vec![1.0; n]).unwrap();
        assert_eq!(pattern.nnz(), 3 * (n - 2) + n);
    }
    struct SquareOfAll;
    impl ScalarFunction for SquareOfAll {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let sum: T = x.iter().copied().sum();
            sum * sum
        }
    }
    for n in [100, 600] {
        assert_eq!(SparsePattern::of_hessian(&SquareOfAll, &vec![1.0; n]).unwrap(), SparsePattern::dense(n, n));
    }
}
