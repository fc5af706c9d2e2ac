//! `rayon`: derivatives on many threads, with results that do not depend on how many.

use dualtape::{Dual, Float, Reverse, derivative, forward, gradient, hvp, jvp, value_and_gradient};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// One term of a sum over data: the loss of the model `exp(-b t) sin(w t)` at a time.
fn loss<T: Float>(k: usize, x: &[T]) -> T {
    let t = T::lit(0.01 * k as f64);
    ((-x[0] * t).exp() * (x[1] * t).sin() - T::lit((0.37 * k as f64).cos())).powi(2)
}

/// Sum and gradient over `terms`, in chunks of fixed size on as many threads as there are, added up in order.
fn parallel_sum(terms: usize, x: &[f64]) -> (f64, Vec<f64>) {
    let chunks: Vec<Vec<usize>> = (0..terms).collect::<Vec<_>>().chunks(64).map(<[_]>::to_vec).collect();
    let parts: Vec<(f64, Vec<f64>)> =
        chunks.par_iter().map(|chunk| value_and_gradient(|x| chunk.iter().map(|&k| loss(k, x)).sum(), x)).collect();
    parts.into_iter().fold((0.0, vec![0.0; x.len()]), |(value, gradient), (y, g)| {
        (value + y, gradient.iter().zip(g).map(|(sum, g)| sum + g).collect())
    })
}

#[test]
fn a_sum_of_gradients_is_the_same_to_the_bit_on_any_number_of_threads() {
    let x = [0.3, 2.0];
    let (value, gradient) = value_and_gradient(|x| (0..1000).map(|k| loss(k, x)).sum(), &x);
    let expected = pool(1).install(|| parallel_sum(1000, &x));
    for threads in [2, 3, 4, 8] {
        assert_eq!(pool(threads).install(|| parallel_sum(1000, &x)), expected, "{threads} threads");
    }
    crate::assert_near(expected.0, value, 1e-13);
    for (a, b) in expected.1.into_iter().zip(gradient) {
        crate::assert_near(a, b, 1e-12);
    }
}

/// `xᵢ² xᵢ₊₁`, going round: small integers make every derivative exact.
fn field<T: Float>(x: &[T]) -> Vec<T> {
    (0..x.len()).map(|i| x[i] * x[i] * x[(i + 1) % x.len()]).collect()
}

fn unit(n: usize, k: usize) -> Vec<f64> {
    (0..n).map(|j| f64::from(j == k)).collect()
}

/// Columns of a Jacobian by `jvp` and of a Hessian by `hvp`, one a task.
#[test]
fn columns_of_jacobian_and_hessian_in_parallel() {
    let x: Vec<f64> = (1..=13).map(f64::from).collect();
    let n = x.len();
    let jacobian: Vec<Vec<f64>> = (0..n).into_par_iter().map(|j| jvp(field, &x, &unit(n, j)).1).collect();
    let f = |x: &[Reverse<Dual<f64>>]| field(x).into_iter().sum();
    let hessian: Vec<Vec<f64>> = (0..n).into_par_iter().map(|j| hvp(f, &x, &unit(n, j))).collect();
    let (next, previous) = (|i: usize| (i + 1) % n, |i: usize| (i + n - 1) % n);
    for i in 0..n {
        for j in 0..n {
            let by_own = f64::from(i == j) * 2.0 * x[i] * x[next(i)];
            assert_eq!(jacobian[j][i], by_own + f64::from(j == next(i)) * x[i] * x[i]);
            let mixed = f64::from(j == next(i)) * 2.0 * x[i] + f64::from(j == previous(i)) * 2.0 * x[j];
            assert_eq!(hessian[j][i], f64::from(i == j) * 2.0 * x[next(i)] + mixed);
        }
    }
}

/// Transcendental, so that any other order of operations would show in the last bits.
fn rough<T: Float>(x: &[T]) -> Vec<T> {
    let n = x.len();
    let term = |i: usize| (x[i] * x[(i + 1) % n]).sin() * (x[i] - x[(i + 3) % n]).exp() + (x[i] * x[i]).ln_1p().sqrt();
    (0..n).map(term).collect()
}

/// Columns one a task, and eight a task on wide duals; on 1, 2 and 4 threads, all of them equal to a loop.
#[test]
fn columns_are_the_same_to_the_bit_on_any_number_of_threads() {
    const N: usize = 21;
    let x: Vec<f64> = (0..N).map(|i| (1.3 * i as f64 + 0.2).sin()).collect();
    let f = |x: &[Reverse<Dual<f64>>]| rough(x).into_iter().map(|y| y * y).sum();

    let jacobian_column = |j: usize| jvp(rough, &x, &unit(N, j)).1;
    let hessian_column = |j: usize| hvp(f, &x, &unit(N, j));
    // Columns 8 b to 8 b + 7, the last block being narrower.
    let jacobian_block = |b: usize| {
        let seeded = |i: usize| Dual::<f64, 8>::new(x[i], std::array::from_fn(|k| f64::from(i == 8 * b + k)));
        let y = rough(&(0..N).map(seeded).collect::<Vec<_>>());
        (8 * b..N.min(8 * b + 8)).map(|j| y.iter().map(|y| y.tangents()[j - 8 * b]).collect()).collect::<Vec<Vec<_>>>()
    };

    let jacobian: Vec<Vec<f64>> = (0..N).map(jacobian_column).collect();
    let hessian: Vec<Vec<f64>> = (0..N).map(hessian_column).collect();
    assert_eq!(jacobian.concat(), forward::jacobian(rough, &x).as_slice());
    for (columns, whole) in
        hessian.concat().iter().zip(&dualtape::hessian(|x| rough(x).into_iter().map(|y| y * y).sum(), &x))
    {
        crate::assert_near(*columns, *whole, 1e-13);
    }
    for threads in [1, 2, 4] {
        pool(threads).install(|| {
            let columns: Vec<_> = (0..N).into_par_iter().map(jacobian_column).collect();
            assert_eq!(columns, jacobian, "{threads} threads");
            let blocks: Vec<_> = (0..N.div_ceil(8)).into_par_iter().flat_map_iter(jacobian_block).collect();
            assert_eq!(blocks, jacobian, "{threads} threads, eight columns a task");
            let columns: Vec<_> = (0..N).into_par_iter().map(hessian_column).collect();
            assert_eq!(columns, hessian, "{threads} threads");
        });
    }
}

/// A whole gradient inside each of many tasks, with tasks inside tasks: recordings belong to the thread that made them.
#[test]
fn gradients_inside_parallel_gradients() {
    let outer: Vec<f64> = (0..200)
        .into_par_iter()
        .map(|k| {
            let x = k as f64;
            let inner: f64 = (0..10).into_par_iter().map(|j| gradient(|y| y[0] * y[0], &[j as f64])[0]).sum();
            gradient(|y| y[0] * y[0] * inner, &[x])[0]
        })
        .collect();
    assert!(outer.into_iter().enumerate().all(|(k, g)| g == 2.0 * k as f64 * 90.0));
}

/// Dual numbers carry everything with them: the *inside* of a differentiated function may be parallel.
#[test]
fn dual_numbers_cross_threads() {
    let f = |x: Dual<f64>| {
        let terms: Vec<_> = (1..=100).into_par_iter().map(|k| x.powi(2) * f64::from(k)).collect();
        terms.into_iter().sum()
    };
    assert_eq!(derivative(f, 3.0), 2.0 * 3.0 * 5050.0);
}

/// A variable of a tape is bound to its thread; used elsewhere it panics, with a message, and gives no wrong number.
#[test]
fn tape_variables_refuse_to_cross_threads() {
    let elsewhere = pool(1);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        gradient(|x: &[Reverse<f64>]| elsewhere.install(|| x[0] * x[1]), &[1.0, 2.0])
    }))
    .unwrap_err();
    let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied()).unwrap();
    assert!(message.contains("thread"), "{message}");
}
