//! Plans: their numbers are those of the dense drivers, whatever the mode, the method, the number of colours and the number type.

use crate::colourings::{arrow, grid, random_pattern, random_symmetric};
use crate::problems::{self, Random};
use dualtape::sparse::{HessianMethod, HessianPlan, JacobianMode, JacobianPlan, Order, SparsePattern};
use dualtape::{Dual, Float, ScalarFunction, VectorFunction, hvp, jvp, value_and_gradient, vjp};

/// `Σ sin(c xᵢ xⱼ) + ..` over the entries of a symmetric pattern: its Hessian has just these.
pub struct OfPattern(pub SparsePattern);

impl ScalarFunction for OfPattern {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut sum = T::zero();
        for (k, (i, j)) in self.0.triplets().enumerate().filter(|(_, (i, j))| i >= j) {
            let c = T::lit(0.3 + (k % 7) as f64 / 10.0);
            // The product of two has no second derivatives on the diagonal.
            sum += if i == j { (c * x[i]).sin() } else { c * x[i] * x[j] };
        }
        sum
    }
}

/// The results `Σ sin(c xⱼ)` over the entries of each row.
pub struct OfRows(pub SparsePattern);

impl VectorFunction for OfRows {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let mut y = vec![T::zero(); self.0.rows()];
        for (k, (i, j)) in self.0.triplets().enumerate() {
            let c = T::lit(0.3 + (k % 7) as f64 / 10.0);
            y[i] += (c * x[j]).sin() * x[j];
        }
        y
    }
}

fn unit(k: usize, n: usize) -> Vec<f64> {
    (0..n).map(|i| if i == k { 1.0 } else { 0.0 }).collect()
}

/// The Hessian column by column.
fn dense_hessian(f: &impl ScalarFunction, x: &[f64]) -> Vec<Vec<f64>> {
    (0..x.len()).map(|j| hvp(|x| f.eval(x), x, &unit(j, x.len()))).collect()
}

fn patterns() -> Vec<SparsePattern> {
    let mut random = Random::new(7);
    let mut patterns = vec![
        SparsePattern::banded(1, 0, 0),
        SparsePattern::banded(30, 1, 1),
        SparsePattern::banded(30, 6, 6),
        SparsePattern::dense(12, 12),
        SparsePattern::from_triplets(4, 4, []).unwrap(),
        arrow(25),
        grid(6),
    ];
    patterns.extend((0..20).map(|k| random_symmetric(&mut random, 5 + k, [8, 20, 60][k % 3])));
    patterns
}

#[test]
fn hessians_are_those_of_the_dense_driver() {
    let mut widths = std::collections::BTreeSet::new();
    for pattern in patterns() {
        let n = pattern.columns();
        let f = OfPattern(pattern.clone());
        let x = Random::new(8).vector_between(0.5, 1.5, n);
        let (expected_value, expected_gradient) = value_and_gradient(|x| f.eval(x), &x);
        let columns = dense_hessian(&f, &x);
        assert_eq!(HessianPlan::detect(&f, &x).unwrap().pattern(), &pattern);
        for method in [HessianMethod::Direct, HessianMethod::Substitution] {
            for order in [Order::Natural, Order::LargestFirst, Order::SmallestLast] {
                let plan = HessianPlan::with(pattern.clone(), method, order).unwrap();
                widths.insert(plan.colours());
                let (value, gradient, hessian) = plan.value_gradient_and_hessian(&f, &x);
                assert_eq!((value, &gradient), (expected_value, &expected_gradient));
                assert_eq!(plan.hessian(&f, &x), hessian);
                for (i, j, entry) in hessian.triplets() {
                    let expected = columns[j.min(i)][j.max(i)];
                    match method {
                        HessianMethod::Direct => assert!(
                            entry == expected || entry == columns[j.max(i)][j.min(i)],
                            "({i}, {j}): {entry} {expected}"
                        ),
                        // Sums of a few entries of size 1.
                        HessianMethod::Substitution => assert!((entry - expected).abs() < 1e-14 * n as f64),
                    }
                    assert_eq!(entry, hessian.get(j, i));
                }
                let (mut g, mut h) = (vec![f64::NAN; n], vec![f64::NAN; pattern.nnz()]);
                assert_eq!(plan.value_gradient_and_hessian_into(&f, &x, &mut g, &mut h), value);
                assert_eq!((g, h), (gradient, hessian.into_values()));
                plan.verify(&f, &x).unwrap();
            }
        }
    }
    // All widths of sweeps, and several sweeps.
    assert!([0, 1, 2, 3].iter().all(|width| widths.contains(width)), "{widths:?}");
    assert!(widths.iter().any(|width| (5..=8).contains(width)) && widths.iter().any(|&width| width > 8), "{widths:?}");
}

/// Rosenbrock's function has a formula.
#[test]
fn the_hessian_of_the_chain_is_its_formula() {
    let problem = problems::rosenbrock("", 1000, 0.0);
    let x = &problem.x0;
    let plan = HessianPlan::detect(&problem.function, x).unwrap();
    for method in [HessianMethod::Direct, HessianMethod::Substitution] {
        let plan = HessianPlan::with(plan.pattern().clone(), method, Order::Natural).unwrap();
        for (i, j, entry) in plan.hessian(&problem.function, x).triplets() {
            let expected = if i == j {
                let ahead = if i + 1 < 1000 { 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0 } else { 0.0 };
                ahead + if i > 0 { 200.0 } else { 0.0 }
            } else {
                -400.0 * x[i.min(j)]
            };
            // By substitution an entry has the error of the others of its tree: here they are 600 at most.
            let bound = if method == HessianMethod::Direct { 1e-12 } else { 1e-9 };
            assert!((entry - expected).abs() < bound * 1e3, "({i}, {j}): {entry}, {expected}");
        }
    }
}

#[test]
fn jacobians_are_those_of_the_dense_driver() {
    let mut random = Random::new(9);
    let mut patterns = patterns();
    for (rows, columns) in [(7, 3), (3, 7), (30, 12), (12, 30), (0, 4), (4, 0)] {
        patterns.extend([5, 30, 70].map(|percent| random_pattern(&mut random, rows, columns, percent)));
    }
    let mut modes = std::collections::BTreeSet::new();
    for pattern in patterns {
        let (m, n) = (pattern.rows(), pattern.columns());
        let f = OfRows(pattern.clone());
        let x = random.vector_between(0.5, 1.5, n);
        let expected_value = f.eval(&x);
        let columns: Vec<_> = (0..n).map(|j| jvp(|x| f.eval(x), &x, &unit(j, n)).1).collect();
        let rows: Vec<_> = (0..m).map(|i| vjp(|x| f.eval(x), &x, &unit(i, m)).1).collect();
        assert_eq!(SparsePattern::of_jacobian(&f, &x).unwrap(), pattern);
        for mode in [JacobianMode::Fewest, JacobianMode::Forward, JacobianMode::Reverse, JacobianMode::Both] {
            for order in [Order::Natural, Order::LargestFirst, Order::SmallestLast] {
                let plan = JacobianPlan::with(pattern.clone(), mode, order);
                modes.insert((plan.forward_colours() > 0, plan.reverse_colours() > 0));
                let (value, jacobian) = plan.value_and_jacobian(&f, &x);
                assert_eq!(value, expected_value);
                assert_eq!(plan.jacobian(&f, &x), jacobian);
                for (i, j, entry) in jacobian.triplets() {
                    assert!(
                        entry == columns[j][i] || entry == rows[i][j],
                        "{mode:?} ({i}, {j}): {entry} {}",
                        columns[j][i]
                    );
                }
                let (mut value, mut entries) = (vec![f64::NAN; m], vec![f64::NAN; pattern.nnz()]);
                plan.value_and_jacobian_into(&f, &x, &mut value, &mut entries);
                assert_eq!((&value, entries), (&expected_value, jacobian.into_values()));
                plan.verify(&f, &x).unwrap();
            }
        }
    }
    assert_eq!(modes.len(), 4, "no direction, either mode, and both: {modes:?}");
}

/// Results that do not depend on any variable are no nodes of a recording.
#[test]
fn constant_results_are_zero_in_both_modes() {
    struct Some;
    impl VectorFunction for Some {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![x[0] * x[1], T::one(), x[2] * T::lit(3.0), T::lit(2.0)]
        }
    }
    let full = SparsePattern::dense(4, 3);
    for mode in [JacobianMode::Forward, JacobianMode::Reverse, JacobianMode::Both] {
        let plan = JacobianPlan::with(full.clone(), mode, Order::Natural);
        let (value, jacobian) = plan.value_and_jacobian(&Some, &[5.0, 7.0, 9.0]);
        assert_eq!(value, [35.0, 1.0, 27.0, 2.0]);
        assert_eq!(jacobian.values(), [7.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0], "{mode:?}");
    }
}

/// One plan serves every number type: here the derivative of a Hessian, `d³/dx³` of `x⁴` and its neighbour.
#[test]
fn plans_work_on_every_number() {
    struct Quartic;
    impl ScalarFunction for Quartic {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            x[0].powi(4) + x[0] * x[1]
        }
    }
    let plan = HessianPlan::detect(&Quartic, &[0.0; 2]).unwrap();
    let h = plan.hessian(&Quartic, &[Dual::variable(2.0), Dual::constant(3.0)]);
    assert_eq!((h.values()[0].primal(), h.values()[0].tangent()), (48.0, 48.0)); // 12 x², 24 x
    let h = plan.hessian(&Quartic, &[2.0_f32, 3.0]);
    assert_eq!(h.values(), [48.0_f32, 1.0, 1.0]);
}

/// A plan is for any number of threads.
#[test]
fn plans_are_shared_between_threads() {
    let problem = problems::rosenbrock("", 50, 0.0);
    let plan = HessianPlan::detect(&problem.function, &problem.x0).unwrap();
    let expected = plan.hessian(&problem.function, &problem.x0);
    std::thread::scope(|scope| {
        let threads = [(); 3].map(|()| scope.spawn(|| plan.hessian(&problem.function, &problem.x0)));
        for thread in threads {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}
