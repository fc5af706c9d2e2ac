//! Sums over data: every derivative of a [`Sum`] against that of the same function as a whole, its bits on any number of threads, and what
//! happens to it when a term fails.
#![cfg(all(feature = "std", feature = "nalgebra"))]

#[path = "common/regression.rs"]
#[allow(dead_code, reason = "other files use the rest")]
mod regression;

use dualtape::optimize::{self, NewtonCg};
use dualtape::sparse::{HessianPlan, SparsePattern};
use dualtape::terms::{Sum, Terms};
use dualtape::{Dual, Float, ScalarFunction, Special, pooled_bytes, release_memory};
use dualtape::{gradient, hessian_of, hvp_of, value_and_gradient_of, value_gradient_and_hessian_of};
use dualtape::{value_and_gradient_of_into, value_gradient_and_hvp_of};
use regression::{Chain, Decay, Logistic};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// All terms as one function, added from the first to the last.
struct Whole<'a, F>(&'a F);

impl<F: Terms> ScalarFunction for Whole<'_, F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (0..self.0.count()).fold(T::zero(), |sum, i| sum + self.0.term(i, x))
    }
}

/// The terms with these indices as a sum of their own.
struct Picked<'a, F>(&'a F, Vec<usize>);

impl<F: Terms> Terms for Picked<'_, F> {
    fn count(&self) -> usize {
        self.1.len()
    }
    fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
        self.0.term(self.1[i], x)
    }
}

/// Calls `$check` with each problem, by name and number of inputs. With 256 terms or fewer there is one block.
macro_rules! for_each_problem {
    ($check:expr) => {
        $check("no terms", 3, &Picked(&Decay(5), vec![]));
        $check("one term", 2, &Picked(&Decay(5), vec![3]));
        $check("one block", 2, &Decay(256));
        $check("two blocks", 2, &Decay(257));
        $check("a power of two of blocks and one", 2, &Decay(8 * 256 + 1));
        $check("wide terms", 12, &Logistic::new(700, 12));
        $check("forward gradients, two sweeps of the Hessian", 7, &Logistic::new(600, 7));
        $check("short terms of many inputs", 400, &Chain(400));
        $check("several segments", 300, &Logistic::new(400, 300));
    };
}

fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.5 + 0.3 * (1.7 * i as f64).sin()).collect()
}

/// Relative to the largest entry, since terms cancel.
#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], name: &str) {
    let scale = expected.iter().fold(1e-300_f64, |most, x| most.max(x.abs()));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-12 * scale, "{name}: found {found}, expected {expected}");
    }
}

fn agrees<F: Terms>(name: &str, n: usize, terms: &F) {
    let (x, sum, whole) = (point(n), Sum::of(terms), Whole(terms));
    let v: Vec<f64> = x.iter().map(|x| (3.0 * x).cos()).collect();
    let (value, g, product) = value_gradient_and_hvp_of(&whole, &x, &v);
    assert_near(&[sum.eval(&x)], &[value], name);
    assert_eq!(value_and_gradient_of(&sum, &x).0, sum.eval(&x), "{name}: the value with a gradient");
    assert_near(&value_and_gradient_of(&sum, &x).1, &g, name);
    assert_near(&gradient(|x| sum.eval(x), &x), &g, name);
    assert_near(&hvp_of(&sum, &x, &v), &product, name);
    if n > 20 {
        return;
    }
    let (value, g, h) = value_gradient_and_hessian_of(&sum, &x);
    assert_eq!(value, sum.eval(&x), "{name}: the value with a Hessian");
    assert_near(&g, &gradient(|x| whole.eval(x), &x), name);
    assert_near(h.as_slice(), hessian_of(&whole, &x).as_slice(), name);
    assert_eq!(h, h.transpose());
}

#[test]
fn all_derivatives_are_those_of_the_whole_function() {
    for_each_problem!(agrees);
}

/// Batches, ranges and the whole: in any order the same terms, and what is picked counts as often as it is picked.
#[test]
fn parts_are_sums_of_their_terms() {
    let terms = Logistic::new(900, 11);
    let x = point(11);
    let batch: Vec<usize> = (0..700).map(|k| k * 7919 % 901).chain([900, 900]).collect();
    let picked = Picked(&terms, batch.clone());
    assert_eq!(value_and_gradient_of(&Sum::of(&terms).batch(&batch), &x), value_and_gradient_of(&Sum::of(&picked), &x));
    let middle = Picked(&terms, (100..600).collect());
    assert_eq!(
        value_and_gradient_of(&Sum::of(&terms).range(100..600), &x),
        value_and_gradient_of(&Sum::of(&middle), &x)
    );
    assert_eq!(Sum::of(&terms).range(100..600).count(), 500);
    // The range replaces the batch.
    assert_eq!(Sum::of(&terms).batch(&batch).range(3..3).eval(&x), 0.0);
    assert_eq!(value_and_gradient_of(&Sum::of(&terms).batch(&[]), &x), (0.0, vec![0.0; 11]));
    // The parts of a partition make the whole, but for rounding.
    let parts = [0..301, 301..777, 777..901].map(|range| value_and_gradient_of(&Sum::of(&terms).range(range), &x));
    let (value, g) = value_and_gradient_of(&Sum::of(&terms), &x);
    assert_near(&[parts.iter().map(|part| part.0).sum()], &[value], "value");
    let added: Vec<f64> = (0..11).map(|i| parts.iter().map(|part| part.1[i]).sum()).collect();
    assert_near(&added, &g, "gradient");
}

#[test]
fn parts_that_are_none_are_refused() {
    let message = |f: &dyn Fn()| *catch_unwind(AssertUnwindSafe(f)).unwrap_err().downcast::<String>().unwrap();
    let terms = Decay(10);
    assert_eq!(
        message(&|| drop(Sum::of(&terms).range(3..11))),
        "dualtape: Sum::range: expected a range of the 10 terms, found 3..11"
    );
    #[expect(clippy::reversed_empty_ranges, reason = "it is to be refused")]
    let backwards = 5..3;
    assert_eq!(
        message(&|| drop(Sum::of(&terms).range(backwards.clone()))),
        "dualtape: Sum::range: expected a range of the 10 terms, found 5..3"
    );
    assert_eq!(
        message(&|| drop(Sum::of(&terms).batch(&[9, 0, 10]))),
        "dualtape: Sum::batch: expected indices of the 10 terms, found 10 at place 2"
    );
}

/// Third derivatives: a sum inside another differentiation, forward and reverse.
#[test]
fn sums_run_on_nested_numbers() {
    let terms = Decay(600);
    let x = point(2);
    let seeded: Vec<Dual<f64>> = vec![Dual::new(x[0], [1.0]), Dual::new(x[1], [-2.0])];
    let (by_sum, by_whole) = (hessian_of(&Sum::of(&terms), &seeded), hessian_of(&Whole(&terms), &seeded));
    let tangents = |h: &nalgebra::DMatrix<Dual<f64>>| h.iter().map(|h| h.tangent()).collect::<Vec<_>>();
    assert_near(&tangents(&by_sum), &tangents(&by_whole), "along a direction");
    let squared =
        |f: &dyn Fn(&[_]) -> Vec<dualtape::Reverse<f64>>| gradient(|x| f(x).iter().map(|g| *g * *g).sum(), &x);
    assert_near(
        &squared(&|x| dualtape::gradient_of(&Sum::of(&terms), x)),
        &squared(&|x| dualtape::gradient_of(&Whole(&terms), x)),
        "the gradient of the squared gradient",
    );
}

/// Challenger's flights, by the dense method and by products: the published estimates and standard errors.
#[test]
fn the_o_rings() {
    struct Flights;
    const DAMAGED: [f64; 7] = [70.0, 57.0, 63.0, 70.0, 53.0, 75.0, 58.0];
    const SOUND: [f64; 16] =
        [66.0, 69.0, 68.0, 67.0, 72.0, 73.0, 70.0, 78.0, 67.0, 67.0, 75.0, 70.0, 81.0, 76.0, 79.0, 76.0];
    impl Terms for Flights {
        fn count(&self) -> usize {
            DAMAGED.len() + SOUND.len()
        }
        fn term<T: Float>(&self, i: usize, b: &[T]) -> T {
            let z = |t: f64| b[0] + b[1] * T::lit(t);
            DAMAGED.get(i).map_or_else(|| z(SOUND[i - DAMAGED.len()]).softplus(), |&t| (-z(t)).softplus())
        }
    }
    let fit = optimize::newton(&Sum::of(&Flights), &[0.0, 0.0]);
    let errors = fit.standard_errors().unwrap();
    for (found, expected) in [
        (fit.x[0], 15.042901647702),
        (fit.x[1], -0.232162744219),
        (errors[0], 7.378636384917),
        (errors[1], 0.108236521649),
        (2.0 * fit.value, 20.315192687867),
    ] {
        assert!((found / expected - 1.0).abs() < 1e-11, "found {found}, expected {expected}");
    }
    let by_products = optimize::newton_cg(&Sum::of(&Flights), &[0.0, 0.0]);
    assert!(by_products.converged() && (by_products.x[0] - fit.x[0]).abs() < 1e-7, "{by_products}");
}

/// The same minimum, in as many steps, as the function as a whole.
#[test]
fn methods_take_sums() {
    let problem = Logistic::new(600, 30);
    let (whole, sum) = (optimize::newton_cg(&problem, &[0.0; 30]), optimize::newton_cg(&Sum::of(&problem), &[0.0; 30]));
    assert!(whole.converged() && sum.converged());
    assert_eq!(whole.evaluations, sum.evaluations);
    assert_near(&sum.x, &whole.x, "Newton's method with conjugate gradients");
    assert_near(&optimize::newton(&Sum::of(&problem), &[0.0; 30]).x, &whole.x, "the dense method");
}

/// From the inputs of each term, from the operations, and by the plan the same Hessian as without.
#[test]
fn patterns() {
    let (n, terms) = (300, Chain(300));
    let pairs: Vec<[usize; 2]> = (0..n - 1).map(|i| [i, i + 1]).collect();
    let pattern = SparsePattern::of_terms(n, &pairs).unwrap();
    assert_eq!(pattern, SparsePattern::banded(n, 1, 1));
    assert_eq!(pattern, SparsePattern::of_hessian(&Sum::of(&terms), &point(n)).unwrap());
    assert_eq!(SparsePattern::of_terms(3, &[vec![2, 0, 2], vec![]]).unwrap().nnz(), 4);
    assert!(SparsePattern::of_terms(2, &[[0, 2]]).is_err());
    let plan = HessianPlan::from_pattern(pattern).unwrap();
    let by_sum = plan.hessian(&Sum::of(&terms), &point(n));
    let by_whole = plan.hessian(&Whole(&terms), &point(n));
    assert_near(by_sum.values(), by_whole.values(), "the Hessian of the chain");
}

/// What is kept of the tape does not grow with the data.
#[test]
fn memory_is_that_of_a_segment() {
    let memory = |f: &dyn Fn(&mut [f64]) -> f64, n: usize| {
        release_memory();
        f(&mut vec![0.0; n]);
        pooled_bytes()
    };
    let x = point(30);
    let used = |rows: usize| {
        let terms = Logistic::new(rows, 30);
        let by_sum = memory(&|g| value_and_gradient_of_into(&Sum::of(&terms), &x, g), 30);
        (by_sum, memory(&|g| value_and_gradient_of_into(&terms, &x, g), 30))
    };
    let ((small, _), (large, whole)) = (used(2000), used(8000));
    assert!(large <= small + 1000 && large < 600_000, "{small} and {large} bytes");
    assert!(whole > 4 * large, "{large} bytes, and {whole} as a whole");
}

/// A term that is not finite makes the sum what it is, and leaves everything usable; and so does one that panics.
#[test]
fn terms_that_fail() {
    struct Faulty {
        place: usize,
        panics: bool,
    }
    impl Terms for Faulty {
        fn count(&self) -> usize {
            1000
        }
        fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
            assert!(i != self.place || !self.panics, "no datum {i}");
            let z: T = x.iter().map(|&x| x * x).sum();
            if i == self.place { (-z).ln() } else { z }
        }
    }
    let sound = Faulty { place: usize::MAX, panics: false };
    for n in [2, 9] {
        let x = vec![1.0_f64; n];
        let expected = (1000.0 * n as f64, vec![2000.0; n]);
        for place in [0, 500, 999] {
            let (value, g) = value_and_gradient_of(&Sum::of(&Faulty { place, panics: false }), &x);
            assert!(value.is_nan() && g.iter().all(|g| g.is_nan()));
            let report = NewtonCg::new().minimize(&Sum::of(&Faulty { place, panics: false }), &x);
            assert_eq!(report.status, optimize::Status::NonFinite);
            assert_eq!(value_and_gradient_of(&Sum::of(&sound), &x), expected);
            let panicking = Faulty { place, panics: true };
            let panic = catch_unwind(AssertUnwindSafe(|| value_and_gradient_of(&Sum::of(&panicking), &x))).unwrap_err();
            assert_eq!(panic.downcast_ref::<String>().unwrap(), &format!("no datum {place}"));
            assert_eq!(value_and_gradient_of(&Sum::of(&sound), &x), expected);
            #[cfg(feature = "rayon")]
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let run = || value_and_gradient_of(&Sum::of(&panicking).in_parallel(), &x);
                let panic = catch_unwind(AssertUnwindSafe(|| pool.install(run))).unwrap_err();
                assert_eq!(panic.downcast_ref::<String>().unwrap(), &format!("no datum {place}"));
                let run = || value_and_gradient_of(&Sum::of(&sound).in_parallel(), &x);
                assert_eq!(pool.install(run), expected);
            }
        }
    }
}

/// A variable of another recording in a term is refused, as in every function.
#[test]
fn foreign_variables_in_a_term() {
    struct Constant<'a>(&'a dyn Fn() -> f64);
    impl Terms for Constant<'_> {
        fn count(&self) -> usize {
            300
        }
        fn term<T: Float>(&self, _: usize, x: &[T]) -> T {
            x[0] * T::lit((self.0)())
        }
    }
    // A whole differentiation inside each term.
    let inner = || gradient(|y| y[0] * y[0], &[1.5])[0];
    let x = point(9);
    assert_eq!(value_and_gradient_of(&Sum::of(&Constant(&inner)), &x).1[..2], [900.0, 0.0]);
}

#[cfg(feature = "rayon")]
mod parallel {
    use super::*;

    /// Value, gradient, product, Hessian and a plan's Hessian have the bits of the plain sum on 1 to 4 threads.
    fn has_the_same_bits<F: Terms + Sync>(name: &str, n: usize, terms: &F) {
        let (x, sum) = (point(n), Sum::of(terms));
        let batch: Vec<usize> = (0..terms.count()).rev().step_by(2).collect();
        let v: Vec<f64> = x.iter().map(|x| (3.0 * x).cos()).collect();
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        fn all(f: &impl ScalarFunction, x: &[f64], v: &[f64]) -> Vec<f64> {
            let (value, g, product) = value_gradient_and_hvp_of(f, x, v);
            let mut all = [vec![f.eval(x), value], g, product, value_and_gradient_of(f, x).1].concat();
            if x.len() <= 20 {
                all.extend(hessian_of(f, x).iter());
            } else {
                let plan = HessianPlan::from_pattern(SparsePattern::banded(x.len(), 1, 1)).unwrap();
                all.extend(plan.hessian(f, x).values());
            }
            all
        }
        let expected = [all(&sum, &x, &v), all(&sum.clone().batch(&batch), &x, &v)];
        for threads in [1, 2, 3, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| {
                let parallel = sum.clone().in_parallel();
                [all(&parallel, &x, &v), all(&sum.clone().batch(&batch).in_parallel(), &x, &v)]
            });
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(bits(found), bits(expected), "{name} on {threads} threads");
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads() {
        for_each_problem!(has_the_same_bits);
    }

    /// Blocks do run on other threads than the caller's.
    #[test]
    fn threads_share_the_work() {
        struct Meeting(std::sync::Barrier);
        impl Terms for Meeting {
            fn count(&self) -> usize {
                512
            }
            fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
                if i.is_multiple_of(256) {
                    self.0.wait(); // until the other block begins, on another thread
                }
                x[0]
            }
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let terms = Meeting(std::sync::Barrier::new(2));
        assert_eq!(pool.install(|| Sum::of(&terms).in_parallel().eval(&[2.0])), 1024.0);
    }

    /// Inside a recording all is on its thread.
    #[test]
    fn recordings_stay_on_their_thread() {
        let (terms, x) = (Logistic::new(600, 9), point(9));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let expected = gradient(|x| Sum::of(&terms).eval(x), &x);
        assert_eq!(pool.install(|| gradient(|x| Sum::of(&terms).in_parallel().eval(x), &x)), expected);
    }

    #[test]
    fn a_fit_has_the_same_bits() {
        let problem = Logistic::new(600, 12);
        let serial = optimize::newton(&Sum::of(&problem), &[0.0; 12]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let parallel = pool.install(|| optimize::newton(&Sum::of(&problem).in_parallel(), &[0.0; 12]));
        assert!(serial.converged() && serial == parallel);
    }
}
