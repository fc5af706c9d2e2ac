//! What is allocated: nothing by a warm driver, and nothing for good by any number of calls.
//!
//! Counts are kept for each thread, so that tests may run in parallel.
#![cfg(feature = "std")]

use dualtape::forward::Chunk;
use dualtape::{Dual, Float, Reverse, Tape, gradient, value_and_gradient_into, value_gradient_and_hvp_into};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::catch_unwind;

/// The system's allocator, counting.
struct Counting;

thread_local! {
    /// Allocations and reallocations so far.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Bytes allocated and not freed.
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

fn count(allocations: usize, bytes: isize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    BYTES.set(BYTES.get() + bytes);
}

// SAFETY: every call goes to the system's allocator as it is; the counters are plain cells without destructors.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as isize - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

/// Bytes that `f` allocates and does not free.
fn growth(f: impl FnOnce()) -> isize {
    let before = BYTES.get();
    f();
    BYTES.get() - before
}

/// `full` repetitions, fewer where every step is slow; still enough for a list that grows to be noticed.
fn times(full: usize) -> usize {
    let scale = std::env::var("DUALTAPE_TEST_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1.0);
    if cfg!(miri) { full.min(40) } else { full.min(((full as f64 * scale) as usize).max(40)) }
}

/// `Σ sin(xᵢ) xᵢ₊₁ (1 + round)`: a few records for each input and round.
fn chain<T: Float>(x: &[T], rounds: usize) -> T {
    let mut sum = T::zero();
    for round in 0..rounds {
        for pair in x.windows(2) {
            sum += pair[0].sin() * pair[1] * T::lit(1.0 + round as f64);
        }
    }
    sum
}

/// A point of numbers of any type.
fn point<T: Float>(n: usize) -> Vec<T> {
    (0..n).map(|i| T::lit(0.1 + i as f64 / 7.0)).collect()
}

#[test]
fn the_counters_count() {
    assert_eq!(allocations(|| drop(Box::new(1))), 1);
    assert_eq!(growth(|| drop(Box::new(1))), 0);
    let mut kept = Vec::new();
    assert_eq!(growth(|| kept.push(1_u64)), 32);
    assert!(allocations(|| drop(gradient(|x: &[Reverse<f64>]| x[0], &[1.0]))) > 0);
}

// ---- Warm drivers ----------------------------------------------------------------------------------------------------

/// Sums over data, of several blocks and several segments in each, in forward and reverse mode.
#[cfg(feature = "nalgebra")]
#[test]
fn warm_sums_allocate_nothing() {
    use dualtape::terms::{Sum, Terms};
    use dualtape::{value_and_gradient_of_into, value_gradient_and_hessian_of_into, value_gradient_and_hvp_of_into};

    struct Chains(usize);
    impl Terms for Chains {
        fn count(&self) -> usize {
            self.0
        }
        fn term<T: Float>(&self, i: usize, x: &[T]) -> T {
            chain(x, i % 3)
        }
    }
    for (n, count) in [(2, 600), (8, 300), (40, 600), (40, 0)] {
        let (x, terms) = (point::<f64>(n), Chains(count));
        let (sum, batch) = (Sum::of(&terms), (0..count).rev().collect::<Vec<_>>());
        let (mut g, mut product, mut h) = (vec![0.0; n], vec![0.0; n], nalgebra::DMatrix::zeros(n, n));
        let mut call = || {
            allocations(|| {
                value_and_gradient_of_into(&sum, &x, &mut g);
                value_and_gradient_of_into(&Sum::of(&terms).batch(&batch), &x, &mut g);
                value_gradient_and_hvp_of_into(&sum, &x, &x, &mut g, &mut product);
                value_gradient_and_hessian_of_into(&sum, &x, &mut g, &mut h);
            })
        };
        assert!(call() > 0 || count == 0);
        assert_eq!(call(), 0, "{count} terms of {n} inputs");
    }
}

/// Plans for sparse derivatives, in all modes and with several sweeps. A function of several results allocates its vector, once for each
/// time it is called.
#[test]
fn warm_sparse_plans_allocate_nothing() {
    use dualtape::sparse::{HessianMethod, HessianPlan, JacobianMode, JacobianPlan, Order, SparsePattern};
    use dualtape::{ScalarFunction, VectorFunction};

    struct Chain;
    impl ScalarFunction for Chain {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            chain(x, 2)
        }
    }
    struct Products;
    impl VectorFunction for Products {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            x.windows(2).map(|x| x[0].sin() * x[1]).collect()
        }
    }
    let n = 30;
    let x = point::<f64>(n);
    let tridiagonal = SparsePattern::of_hessian(&Chain, &x).unwrap();
    for (pattern, method) in [
        (tridiagonal.clone(), HessianMethod::Direct),
        (tridiagonal, HessianMethod::Substitution),
        (SparsePattern::dense(n, n), HessianMethod::Direct),
    ] {
        let plan = HessianPlan::with(pattern, method, Order::Natural).unwrap();
        let (mut g, mut h) = (vec![0.0; n], vec![0.0; plan.pattern().nnz()]);
        let mut call = || {
            plan.value_gradient_and_hessian_into(&Chain, &x, &mut g, &mut h);
        };
        call();
        assert_eq!((allocations(&mut call), growth(&mut call)), (0, 0), "{method:?}");
    }
    for mode in [JacobianMode::Forward, JacobianMode::Reverse, JacobianMode::Both] {
        let plan = JacobianPlan::with(SparsePattern::of_jacobian(&Products, &x).unwrap(), mode, Order::Natural);
        let (mut value, mut entries) = (vec![0.0; n - 1], vec![0.0; plan.pattern().nnz()]);
        let mut call = || plan.value_and_jacobian_into(&Products, &x, &mut value, &mut entries);
        call();
        assert_eq!((allocations(&mut call), growth(&mut call)), (1, 0), "{mode:?}");
    }
}

/// Also with another program in between, at once and one by one.
#[cfg(feature = "graph")]
#[test]
fn a_warm_program_allocates_nothing() {
    use dualtape::graph::Graph;
    use dualtape::{Reverse, ScalarFunction, slices};

    struct Chain;
    impl ScalarFunction for Chain {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            chain(x, 3) + slices::dot(x, x) + x[0].max(x[1]).hypot(x[2])
        }
    }
    let points = 37;
    for n in [4, 20, 4000] {
        let graph = Graph::record(&Chain, &point(n));
        let rolled = graph.compile_rolled().map(|(program, _)| program);
        assert!(rolled.is_some() || n < 4000, "a long chain repeats");
        let rolled = rolled.unwrap_or_else(|| graph.compile_value_and_gradient());
        let programs = [graph.compile(), graph.value_and_gradient().compile(), rolled];
        let xs = point::<f64>(n * points);
        let mut outs = vec![0.0; (n + 1) * points];
        let mut call = || {
            for program in &programs {
                let outs = &mut outs[..program.outputs() * points];
                program.call(&xs[..n], &mut outs[..program.outputs()]).unwrap();
                assert!(program.call_many(&xs, outs).is_empty());
            }
        };
        call();
        assert_eq!(allocations(&mut call), 0, "n = {n}");
        assert_eq!(growth(&mut call), 0, "n = {n}");
        drop(gradient(|x: &[Reverse<f64>]| x[0], &[1.0]));
        assert_eq!(allocations(&mut call), 0, "n = {n}");
    }
}

/// Replayed calls, those that find another recording, and those that the drivers take; and what it keeps is freed with it.
#[cfg(feature = "graph")]
#[test]
fn a_warm_adaptive_function_allocates_nothing() {
    use dualtape::graph::Adaptive;
    use dualtape::{ScalarFunction, VectorFunction};

    struct Branches;
    impl ScalarFunction for Branches {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            if x[0] < T::zero() { chain(x, 2) } else { chain(x, 3) * x[1] }
        }
    }
    struct Rows;
    impl VectorFunction for Rows {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![chain(x, 1), x[0] * x[1]]
        }
    }
    let n = 20;
    let (x, v, w) = (point::<f64>(n), point::<f64>(n), [1.0, 2.0]);
    let other: Vec<f64> = x.iter().map(|x| x - 0.5).collect();
    let (mut g, mut product, mut value) = (x.clone(), x.clone(), [0.0; 2]);
    let mut all = |f: &Adaptive<Branches>, rows: Option<&Adaptive<Rows>>| {
        for x in [&x, &other] {
            f.value_and_gradient_into(x, &mut g);
            f.value_gradient_and_hvp_into(x, &v, &mut g, &mut product);
            // The function that returns a `Vec` allocates this itself where it is not replayed.
            if let Some(rows) = rows {
                rows.vjp_into(x, &w, &mut value, &mut product);
                rows.jvp_into(x, &v, &mut value, &mut [0.0; 2]);
            }
        }
    };
    // Two recordings are kept of the first, one of the second, none of the third.
    for (most, after) in [(8, 1), (1, 1), (8, u64::MAX)] {
        let f = Adaptive::new(Branches).record_after(after).most_recordings(most).by_estimate(false);
        let rows = Adaptive::new(Rows).record_after(1).by_estimate(false);
        (0..2000).for_each(|_| all(&f, Some(&rows)));
        assert_eq!(f.report().kept(), if after == 1 { most.min(2) } else { 0 });
        let before = f.report().recordings();
        let found = allocations(|| all(&f, Some(&rows)));
        assert_eq!((f.report().recordings(), found), (before, 0), "{most} recordings after {after}: {}", f.report());
    }
    let mut whole = || {
        let f = Adaptive::new(Branches).record_after(1).by_estimate(false);
        (0..10).for_each(|_| all(&f, None));
    };
    whole();
    assert_eq!(growth(whole), 0);
}

/// The second call and all that follow, at other points of the same size or smaller, allocate nothing.
#[track_caller]
fn assert_reverse_allocates_nothing<T: Float>() {
    let x = point::<T>(20);
    let mut g = x.clone();
    let mut call = |n: usize, rounds: usize| {
        allocations(|| {
            value_and_gradient_into(|x| chain(x, rounds), &x[..n], &mut g[..n]);
        })
    };
    call(20, 5);
    for (n, rounds) in [(20, 5), (20, 1), (2, 5), (1, 5), (0, 5), (20, 0), (19, 5), (20, 5)] {
        let found = call(n, rounds);
        assert_eq!(found, 0, "{}: n = {n}, {rounds} rounds", std::any::type_name::<T>());
    }
}

#[test]
fn a_warm_reverse_gradient_allocates_nothing_whatever_the_number_type() {
    assert_reverse_allocates_nothing::<f64>();
    assert_reverse_allocates_nothing::<f32>();
    assert_reverse_allocates_nothing::<Dual<f64>>();
    assert_reverse_allocates_nothing::<Dual<f64, 8>>();
    assert_reverse_allocates_nothing::<Dual<Dual<f32, 2>>>();
    assert_reverse_allocates_nothing::<Reverse<f64>>();
    assert_reverse_allocates_nothing::<Reverse<Dual<f64>>>();
    // And again, after the others used the thread.
    assert_reverse_allocates_nothing::<f64>();
}

#[track_caller]
fn assert_chunk_allocates_nothing<T: Float, const N: usize>() {
    let x = point::<T>(20);
    let mut g = x.clone();
    let mut call = |n: usize| {
        allocations(|| {
            Chunk::<N>::value_and_gradient_into(|x| chain(x, 3), &x[..n], &mut g[..n]);
        })
    };
    call(20);
    for n in [20, 19, 8, 1, 0, 20] {
        assert_eq!(call(n), 0, "Chunk::<{N}> over {}: n = {n}", std::any::type_name::<T>());
    }
}

#[test]
fn a_warm_forward_gradient_allocates_nothing_whatever_the_number_type() {
    assert_chunk_allocates_nothing::<f64, 8>();
    assert_chunk_allocates_nothing::<f64, 1>();
    assert_chunk_allocates_nothing::<f64, 32>();
    assert_chunk_allocates_nothing::<f32, 8>();
    assert_chunk_allocates_nothing::<Dual<f64>, 8>();
    assert_chunk_allocates_nothing::<Reverse<f64>, 8>();
}

#[track_caller]
fn assert_second_derivatives_allocate_nothing<T: Float>() {
    let x = point::<T>(20);
    let (mut g, mut product) = (x.clone(), x.clone());
    let mut call = |n: usize| {
        allocations(|| {
            value_gradient_and_hvp_into(|x| chain(x, 3), &x[..n], &x[..n], &mut g[..n], &mut product[..n]);
        })
    };
    call(20);
    for n in [20, 19, 8, 1, 0, 20] {
        assert_eq!(call(n), 0, "product over {}: n = {n}", std::any::type_name::<T>());
    }
    #[cfg(feature = "nalgebra")]
    for n in [20, 19, 8, 1, 0, 20] {
        let mut h = nalgebra::DMatrix::from_element(n, n, T::zero());
        let mut call = || {
            allocations(|| {
                dualtape::value_gradient_and_hessian_into(|x| chain(x, 3), &x[..n], &mut g[..n], &mut h);
            })
        };
        call();
        assert_eq!(call(), 0, "Hessian over {}: n = {n}", std::any::type_name::<T>());
        // Tall, by columns, and wide, by rows.
        assert_jacobian_allocates_nothing::<T, 1>(&x[..n]);
        assert_jacobian_allocates_nothing::<T, 3>(&x[..n]);
        assert_jacobian_allocates_nothing::<T, 20>(&x[..n]);
    }
}

#[cfg(feature = "nalgebra")]
#[track_caller]
fn assert_jacobian_allocates_nothing<T: Float, const M: usize>(x: &[T]) {
    let (mut y, mut j) = ([T::zero(); M], nalgebra::DMatrix::from_element(M, x.len(), T::zero()));
    let field = |x: &[Reverse<T>]| std::array::from_fn::<_, M, _>(|k| chain(x, k));
    let mut call = || allocations(|| dualtape::value_and_jacobian_into(field, x, &mut y, &mut j));
    call();
    assert_eq!(call(), 0, "Jacobian over {}: {M} x {}", std::any::type_name::<T>(), x.len());
}

/// The twins with buffers that are not called above: products with the Jacobian, and the matrices of forward mode.
#[track_caller]
fn assert_other_twins_allocate_nothing<T: Float>() {
    let x = point::<T>(20);
    let mut buffers = (x.clone(), x.clone());
    for n in [20, 19, 8, 1, 0, 20] {
        let (x, what) = (&x[..n], std::any::type_name::<T>());
        let (mut y, product) = ([T::zero(); 3], &mut buffers.1[..n]);
        let mut call = || {
            allocations(|| {
                dualtape::jvp_into(|x| [chain(x, 1), chain(x, 2), chain(x, 3)], x, x, &mut y, &mut [T::zero(); 3]);
                dualtape::vjp_into(|x| [chain(x, 1), chain(x, 2), chain(x, 3)], x, &[T::one(); 3], &mut y, product);
            })
        };
        call();
        assert_eq!(call(), 0, "products over {what}: n = {n}");
        #[cfg(feature = "nalgebra")]
        {
            let mut j = nalgebra::DMatrix::from_element(2, n, T::zero());
            let mut h = nalgebra::DMatrix::from_element(n, n, T::zero());
            let (mut y, g) = ([T::zero(); 2], &mut buffers.0[..n]);
            let mut call = || {
                allocations(|| {
                    Chunk::<8>::value_and_jacobian_into(|x| [chain(x, 1), chain(x, 2)], x, &mut y, &mut j);
                    Chunk::<4>::value_gradient_and_hessian_into(|x| chain(x, 2), x, g, &mut h);
                })
            };
            call();
            assert_eq!(call(), 0, "forward mode over {what}: n = {n}");
        }
    }
}

/// Matrices of static size live on the stack, and so does what the function is called with.
#[cfg(feature = "nalgebra")]
#[test]
fn warm_drivers_of_static_matrices_allocate_nothing() {
    use dualtape::matrix;
    use nalgebra::{Matrix3, SMatrix, Vector3, vector};
    let x: Matrix3<f64> = Matrix3::from_fn(|i, j| 0.5 + (3 * i + j) as f64);
    let (mut g, mut product, mut value) = (x, x, x);
    let (p, mut y, mut gradient) = (vector![0.5, 1.0, 2.0], Vector3::zeros(), Vector3::zeros());
    let (mut j, mut h) = (SMatrix::<f64, 3, 3>::zeros(), SMatrix::<f64, 3, 3>::zeros());
    let mut call = || {
        allocations(|| {
            matrix::value_and_gradient_into(|x| (x * x).trace(), &x, &mut g);
            matrix::value_gradient_and_hvp_into(|x| (x * x).trace(), &x, &x, &mut g, &mut product);
            matrix::jvp_into(|x| x * x, &x, &x, &mut value, &mut product);
            matrix::vjp_into(|x| x * x, &x, &x, &mut value, &mut product);
            matrix::value_and_jacobian_into(|p| p * p[0], &p, &mut y, &mut j);
            matrix::value_gradient_and_hessian_into(|p| p.dot(p) * p[0], &p, &mut gradient, &mut h);
        })
    };
    call();
    assert_eq!([call(), call()], [0; 2]);
}

#[test]
fn the_other_warm_twins_allocate_nothing() {
    assert_other_twins_allocate_nothing::<f64>();
    assert_other_twins_allocate_nothing::<Dual<f64>>();
    assert_other_twins_allocate_nothing::<Reverse<f64>>();
}

#[test]
fn warm_second_derivatives_allocate_nothing() {
    assert_second_derivatives_allocate_nothing::<f64>();
    assert_second_derivatives_allocate_nothing::<f32>();
    assert_second_derivatives_allocate_nothing::<Dual<f64>>();
    assert_second_derivatives_allocate_nothing::<Reverse<f64>>();
}

/// Both levels record, and both are warm after one call.
#[test]
fn a_warm_gradient_inside_a_gradient_allocates_nothing() {
    let mut inner = [Reverse::constant(0.0_f64); 3];
    let mut outer = [0.0; 3];
    let mut call = || {
        allocations(|| {
            let f = |x: &[Reverse<f64>]| {
                let _ = value_and_gradient_into(|y: &[Reverse<Reverse<f64>>]| chain(y, 4) * y[0], x, &mut inner);
                inner[0] * inner[1] + inner[2]
            };
            value_and_gradient_into(f, &[0.5, 1.0, 2.0], &mut outer);
        })
    };
    call();
    assert_eq!([call(), call(), call()], [0; 3]);
}

/// The same type on both levels: two buffers are in use at once, and both come back.
#[test]
fn a_warm_closed_gradient_inside_a_gradient_allocates_nothing() {
    let (mut inner, mut outer) = ([0.0_f64; 3], [0.0; 3]);
    let mut call = || {
        allocations(|| {
            let f = |x: &[Reverse<f64>]| {
                value_and_gradient_into(|y| chain(y, 4), &[1.0, 2.0, 3.0], &mut inner);
                chain(x, 4) * inner[0]
            };
            value_and_gradient_into(f, &[0.5, 1.0, 2.0], &mut outer);
        })
    };
    call();
    assert_eq!([call(), call(), call()], [0; 3]);
}

#[test]
fn a_recording_ten_times_longer_grows_the_buffers_once() {
    let x = point::<f64>(10);
    let mut g = [0.0; 10];
    let mut call = |rounds: usize| {
        allocations(|| {
            value_and_gradient_into(|x| chain(x, rounds), &x, &mut g);
        })
    };
    let rounds = times(100);
    call(rounds);
    assert_eq!(call(rounds), 0);
    assert!(call(10 * rounds) > 0);
    assert_eq!([call(10 * rounds), call(rounds), call(10 * rounds), call(1)], [0; 4]);
}

/// Where slopes are infinite and adjoints zero, the sweep has to find out which nodes were reached.
#[test]
fn a_warm_gradient_at_a_singular_point_allocates_nothing() {
    let mut g = [0.0_f64; 4];
    let mut call = || {
        allocations(|| {
            let f = |x: &[Reverse<f64>]| ((x[0] * x[1]).sqrt() + x[2]) * x[3] + (x[0] * x[2]).ln();
            value_and_gradient_into(f, &[0.0, 1.0, 2.0, 0.0], &mut g);
        })
    };
    call();
    assert_eq!([call(), call()], [0; 2]);
}

// ---- Many calls ------------------------------------------------------------------------------------------------------

#[test]
fn a_hundred_thousand_gradients_do_not_grow_memory() {
    let call = || drop(gradient(|x| chain(x, 2), &[0.5_f64, 1.0, 2.0]));
    call();
    assert_eq!(growth(|| (0..times(100_000)).for_each(|_| call())), 0);
}

#[test]
fn gradients_of_many_types_and_sizes_do_not_grow_memory() {
    let call = |n: usize| {
        drop(gradient(|x| chain(x, 2), &point::<f64>(n)));
        drop(gradient(|x| chain(x, 2), &point::<f32>(n)));
        drop(gradient(|x| chain(x, 2), &point::<Dual<f64, 2>>(n)));
        drop(gradient(|x| chain(x, 2), &point::<Reverse<f64>>(n)));
        drop(dualtape::hvp(|x| chain(x, 2), &point::<f64>(n), &point::<f64>(n)));
    };
    call(50);
    assert_eq!(growth(|| (0..times(2000)).for_each(|k| call(k % 50))), 0);
}

#[cfg(feature = "nalgebra")]
#[test]
fn matrices_of_derivatives_do_not_grow_memory() {
    let call = || {
        drop(dualtape::hessian(|x| chain(x, 2), &point::<f64>(10)));
        drop(dualtape::jacobian(|x| [chain(x, 2), x[0]], &point::<f64>(10)));
    };
    call();
    assert_eq!(growth(|| (0..times(500)).for_each(|_| call())), 0);
}

#[test]
fn tapes_that_come_and_go_do_not_grow_memory() {
    let call = || {
        let tape = Tape::<f64>::new();
        let x = tape.variables(&[0.5, 1.0, 2.0]);
        let y = chain(&x, 20);
        assert!(tape.adjoints(y).wrt(x[0]).is_finite());
    };
    call();
    assert_eq!(growth(|| (0..times(10_000)).for_each(|_| call())), 0);
}

#[test]
fn two_tapes_at_a_time_do_not_grow_memory() {
    let mut kept = Tape::<f64>::new();
    let mut call = || kept = Tape::new();
    call();
    assert_eq!(growth(|| (0..times(10_000)).for_each(|_| call())), 0);
}

#[test]
fn panics_in_the_function_do_not_grow_memory() {
    let call = || {
        let panics =
            || gradient(|x: &[Reverse<f64>]| if x[0] * x[1] > 0.0 { panic!("on purpose") } else { x[0] }, &[1.0, 2.0]);
        assert!(catch_unwind(panics).is_err());
        let _ = gradient(|x: &[Reverse<f64>]| x[0] * x[1], &[1.0, 2.0]);
    };
    // The panic machinery allocates on first use, and so does the capture of the test's output.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    call();
    let growth = growth(|| (0..times(1000)).for_each(|_| call()));
    std::panic::set_hook(hook);
    assert_eq!(growth, 0);
}

/// A record of two operands takes two indices and two partials: 24 bytes at `f64`, 16 at `f32`, and the capacity at most doubles.
#[test]
fn a_record_takes_its_indices_and_partials() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    let before = tape.len();
    for _ in 0..10_000 {
        let _ = x * y;
    }
    let records = tape.len() - before;
    assert_eq!(records, 10_000);
    assert_eq!((tape.bytes() % 24, tape.bytes() / 24 <= 2 * (records + 2)), (0, true), "{} bytes", tape.bytes());
    let small = Tape::<f32>::new();
    let (x, y) = (small.variable(1.0), small.variable(2.0));
    for _ in 0..10_000 {
        let _ = x * y;
    }
    assert_eq!(small.bytes() * 24, tape.bytes() * 16);
}

#[test]
fn released_memory_is_free() {
    let x = point::<f64>(100);
    let mut g = vec![0.0; 100];
    dualtape::release_memory();
    let kept = growth(|| {
        value_and_gradient_into(|x| chain(x, 100), &x, &mut g);
    });
    assert!(kept > 100 * 100 * 24, "{kept} bytes of buffers are kept");
    let left = growth(dualtape::release_memory) + kept;
    assert!(left < 500, "{left} bytes are left: more than the list of the thread's node numbers");
}

/// A sum of gradients takes no memory besides that of the drivers.
#[test]
fn a_warm_sum_of_gradients_allocates_nothing() {
    let x = point::<f64>(20);
    let mut sum = dualtape::GradientSum::zeros(x.len());
    let mut add = || {
        sum.add(|x| chain(x, 3), &x);
        sum.clear();
    };
    add();
    assert_eq!(allocations(&mut add), 0);
}
