//! `Adaptive`: what is recorded when, how branches are found again, and that nothing is lost by a panic.

use dualtape::graph::{Adaptive, Graph, Traced};
use dualtape::rules::Unary;
use dualtape::{
    Float, Primitive, ScalarFunction, VectorFunction, gradient, no_grad, scalar_function, value_and_gradient_of,
    vector_function,
};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[track_caller]
fn assert_panics(message: &str, f: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    let found = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    assert_eq!(found, Some(message));
}

fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2) * T::lit(100.0) + (T::one() - w[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

/// Eight ways through three questions.
fn corners<T: Float>(x: &[T]) -> T {
    let mut sum = T::zero();
    for (k, &x) in x.iter().enumerate() {
        sum = if x < T::zero() { sum * x + T::lit(k as f64) } else { sum + x * x };
    }
    sum
}
scalar_function!(Corners = corners);

fn corner(k: usize) -> [f64; 3] {
    [0, 1, 2].map(|bit| if k >> bit & 1 == 1 { -0.5 } else { 1.5 + k as f64 })
}

/// Another branch at every point.
fn leaking<T: Float>(x: &[T]) -> T {
    x[0] * T::lit(x[0].to_f64().unwrap_or(0.0))
}
scalar_function!(Leaking = leaking);

fn field<T: Float>(x: &[T]) -> Vec<T> {
    vec![x[0] * x[1], x[0] + x[1], x[1].sin()]
}
vector_function!(Field = field);

// ---- When something is recorded --------------------------------------------------------------------------------------

#[test]
fn a_recording_is_made_after_the_calls_that_it_costs() {
    let f = Adaptive::new(Rosenbrock).by_estimate(false);
    let x = vec![0.5; 20];
    for call in 1..=300 {
        let _ = f.gradient(&x);
        assert_eq!(f.report().recordings(), u64::from(call >= 256), "call {call}");
    }
    assert_eq!((f.report().calls(), f.report().replays(), f.report().by_drivers()), (300, 44, 256));
}

/// The recording of the function is shared by all derivatives; each has its own program, after its own calls.
#[test]
fn derivatives_of_one_function_share_its_recording() {
    let f = Adaptive::new(Rosenbrock).record_after(2).by_estimate(false);
    let x = [0.5, -0.25, 1.5];
    for _ in 0..4 {
        let (value, gradient, product) = f.value_gradient_and_hvp(&x, &[1.0, 0.0, 2.0]);
        assert_eq!((value, &gradient), (Rosenbrock.eval(&x), &f.gradient(&x)));
        assert_eq!(product, dualtape::hvp_of(&Rosenbrock, &x, &[1.0, 0.0, 2.0]));
    }
    assert_eq!((f.report().recordings(), f.report().replays()), (1, 4));
}

#[test]
fn points_of_another_size_are_recorded_for_themselves() {
    let f = Adaptive::new(Rosenbrock).record_after(1).by_estimate(false);
    for _ in 0..3 {
        for n in [2, 5] {
            let x = vec![0.25; n];
            assert_eq!(f.value_and_gradient(&x), value_and_gradient_of(&Rosenbrock, &x));
        }
    }
    assert_eq!((f.report().recordings(), f.report().kept()), (2, 2));
    assert_eq!(f.report().replays(), 4);
}

// ---- Branches --------------------------------------------------------------------------------------------------------

/// A type may be two functions, of one result and of several.
#[test]
fn recordings_of_two_functions_are_not_mixed_up() {
    struct Both;
    impl ScalarFunction for Both {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            x[0] * x[0]
        }
    }
    impl VectorFunction for Both {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![x[0] + T::one(), x[0].sin(), x[0]]
        }
    }
    let f = Adaptive::new(Both).record_after(1).by_estimate(false);
    for _ in 0..3 {
        assert_eq!(f.value_and_gradient(&[0.0]), (0.0, vec![0.0]));
        assert_eq!(f.jvp(&[0.0], &[2.0]), (vec![1.0, 0.0, 0.0], vec![2.0, 2.0, 2.0]));
    }
    assert_eq!((f.report().recordings(), f.report().replays()), (2, 4));
}

/// Once all ways are known, every point is replayed, in whatever order they come.
#[test]
fn all_branches_are_found_again() {
    let f = Adaptive::new(Corners).record_after(1).by_estimate(false);
    for k in 0..8 {
        for _ in 0..2000 {
            let _ = f.gradient(&corner(k));
        }
    }
    let before = f.report();
    assert_eq!((before.recordings(), before.kept()), (8, 8), "{before}");
    for call in 0..800 {
        let x = corner(call * 5 % 8);
        let (value, gradient) = f.value_and_gradient(&x);
        assert_eq!((value, gradient), value_and_gradient_of(&Corners, &x));
    }
    assert_eq!(f.report().replays() - before.replays(), 800, "{}", f.report());
}

#[test]
fn the_recordings_that_were_used_last_are_kept() {
    let f = Adaptive::new(Corners).record_after(1).most_recordings(2).by_estimate(false);
    let replayed = |k: usize| {
        let before = f.report().replays();
        for _ in 0..3000 {
            let _ = f.gradient(&corner(k));
        }
        assert!(f.report().kept() <= 2);
        f.report().replays() - before
    };
    [0, 1, 0, 2].iter().for_each(|&k| assert!(replayed(k) > 1000, "{k}"));
    assert_eq!(replayed(0), 3000); // 1 was used longest ago, and went
    let recordings = f.report().recordings();
    assert_eq!(recordings, 3);
}

#[test]
fn where_branches_change_always_it_tries_less_and_less() {
    let f = Adaptive::new(Leaking).record_after(4).by_estimate(false);
    let calls = 20_000;
    for k in 0..calls {
        let x = 1.0 + f64::from(k) / 1024.0;
        assert_eq!(f.gradient(&[x]), [x]);
    }
    let report = f.report();
    // The wait for a recording doubles from 4 on, and after each there are four tries in a row and then rests that double.
    assert!((4..=14).contains(&report.recordings()), "{report}");
    assert!(report.misses() <= 5 * report.recordings(), "{report}");
    assert_eq!((report.replays(), report.calls()), (0, 20_000), "{report}");
    let places = report.changed_places();
    assert_eq!((places.len(), places[0].1), (1, report.misses()));
    assert!(places[0].0.file().ends_with("adaptive.rs"));
}

/// After a long time without, a branch that comes back to stay is found again.
#[test]
fn it_comes_back_from_resting() {
    fn sometimes<T: Float>(x: &[T]) -> T {
        if x[0] < T::zero() { leaking(x) } else { x[0] * x[0] }
    }
    scalar_function!(Sometimes = sometimes);
    let f = Adaptive::new(Sometimes).record_after(2).by_estimate(false);
    (0..100).for_each(|_| drop(f.gradient(&[2.0])));
    (0..500).for_each(|k| drop(f.gradient(&[-1.0 - f64::from(k)])));
    let before = f.report().replays();
    (0..2000).for_each(|_| drop(f.gradient(&[2.0])));
    assert!(f.report().replays() - before > 1000, "{}", f.report());
}

// ---- What the drivers keep -------------------------------------------------------------------------------------------

#[test]
fn too_large_a_function_is_not_recorded_to_its_end() {
    struct Long;
    impl ScalarFunction for Long {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            (0..1000).fold(x[0], |s, k| s * x[1] * T::lit(0.5) + x[1] / T::lit(1.0 + f64::from(k)))
        }
    }
    for (most, recordings) in [(100, 0), (5000, 1)] {
        let f = Adaptive::new(Long).record_after(1).most_operations(most).by_estimate(false);
        for _ in 0..10 {
            assert_eq!(f.value_and_gradient(&[1.0, 2.0]), value_and_gradient_of(&Long, &[1.0, 2.0]));
        }
        let report = f.report();
        assert_eq!((report.replays(), report.recordings()), (0, recordings), "{report}");
        assert!(report.to_string().contains("the program would have too many operations"), "{report}");
    }
}

/// A recording takes both sides of `if_less`, so this does not end on numbers that record. On all others it does.
#[test]
fn what_cannot_be_recorded_is_left_to_the_drivers() {
    fn halved<T: Float>(x: T) -> T {
        x.if_less(T::one(), || x, || halved(x * T::lit(0.5)))
    }
    fn recursive<T: Float>(x: &[T]) -> T {
        halved(x[0])
    }
    scalar_function!(Recursive = recursive);
    let f = Adaptive::new(Recursive).record_after(2).by_estimate(false);
    for _ in 0..20 {
        assert_eq!(f.value_and_gradient(&[10.0]), (0.625, vec![0.0625]));
    }
    let report = f.report();
    assert!(report.to_string().contains("the function does not run on numbers that record"), "{report}");
    assert_eq!((report.recordings(), report.replays()), (0, 0));
}

/// The root of the sum of squares at the origin: a zero meets an infinity there, which the drivers have conventions for.
#[test]
fn where_plain_arithmetic_is_not_enough_the_drivers_answer() {
    fn length<T: Float>(x: &[T]) -> T {
        (x[0] * x[0] + x[1] * x[1]).sqrt()
    }
    scalar_function!(Length = length);
    let f = Adaptive::new(Length).record_after(1).by_estimate(false);
    for x in [[3.0, 4.0], [3.0, 4.0], [0.0, 0.0], [3.0, 4.0], [f64::INFINITY, 1.0]] {
        let (found, right) = (f.value_and_gradient(&x), value_and_gradient_of(&Length, &x));
        assert_eq!(format!("{found:?}"), format!("{right:?}"));
    }
    assert_eq!((f.report().replays(), f.report().misses()), (2, 0), "{}", f.report());
}

// ---- Panics, recordings inside recordings, threads -------------------------------------------------------------------

#[test]
fn a_panic_in_the_function_loses_nothing() {
    fn picky<T: Float>(x: &[T]) -> T {
        assert!(x[0] > T::zero(), "too small");
        x[0] * x[0]
    }
    scalar_function!(Picky = picky);
    let f = Adaptive::new(Picky).record_after(3).by_estimate(false);
    for round in 0..6 {
        assert_panics("too small", || drop(f.gradient(&[-1.0])));
        assert_eq!(f.gradient(&[3.0]), [6.0]);
        assert_eq!(f.report().recordings(), u64::from(round > 0));
    }
    assert!(f.report().replays() >= 4, "{}", f.report());
}

/// A rule that panics above 9, in a replay as in the drivers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Square;

impl Unary for Square {
    const NAME: &'static str = "square";
    fn value<B: Primitive>(self, x: B) -> B {
        assert!(x.widen() < 9.0, "too large");
        x * x
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        x + x
    }
}

#[test]
fn a_panic_in_a_replay_loses_nothing() {
    fn squared<T: Float>(x: &[T]) -> T {
        x[0].unary(Square) + x[0]
    }
    scalar_function!(Squared = squared);
    let f = Adaptive::new(Squared).record_after(1).by_estimate(false);
    for _ in 0..3 {
        assert_eq!(f.value_and_gradient(&[2.0]), (6.0, vec![5.0]));
        assert_panics("too large", || drop(f.gradient(&[10.0])));
    }
    assert_eq!(f.report().replays(), 2);
}

thread_local! {
    static OUTER: Adaptive<UsesItself> = Adaptive::new(UsesItself).record_after(1).by_estimate(false);
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A rule that asks for a derivative of the function that it is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Asks;

impl Unary for Asks {
    const NAME: &'static str = "asks";
    fn value<B: Primitive>(self, x: B) -> B {
        if IS_INSIDE.replace(true) {
            return x;
        }
        let gradient = OUTER.with(|f| f.gradient(&[2.0]));
        IS_INSIDE.set(false);
        x * B::nearest(gradient[0])
    }
    fn partial<T: Float>(self, _: T, _: T) -> T {
        T::one()
    }
}

struct UsesItself;

impl ScalarFunction for UsesItself {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        x[0].unary(Asks) * T::lit(3.0)
    }
}

#[test]
fn a_call_inside_a_call() {
    for _ in 0..6 {
        assert_eq!(OUTER.with(|f| f.value_and_gradient(&[5.0])), (45.0, vec![3.0]));
    }
    assert!(OUTER.with(|f| f.report().replays()) > 6);
}

/// Inside a recording, another derivative and a scope without recording it does what it does elsewhere.
#[test]
fn inside_other_recordings() {
    let f = Adaptive::new(Rosenbrock).record_after(2).by_estimate(false);
    let x = [0.5, 2.0];
    let right = value_and_gradient_of(&Rosenbrock, &x);
    for _ in 0..4 {
        let graph = Graph::record_fn(
            |y: &[Traced]| {
                assert_eq!(f.value_and_gradient(&x), right);
                y[0] * 2.0
            },
            &[1.0],
        );
        assert_eq!(graph.operations(), 1);
        let outer = gradient(|y| y[0] * f.value_and_gradient(&x).0, &[1.0]);
        assert_eq!(outer, [right.0]);
        assert_eq!(no_grad(|| f.gradient(&x)), right.1);
    }
    assert_eq!(f.report().replays(), 10);
}

#[test]
fn other_threads() {
    fn is_send<T: Send>(_: &T) {}
    let f = Adaptive::new(Rosenbrock).record_after(1).by_estimate(false);
    is_send(&f);
    let x = [0.5, 2.0];
    let right = (f.value_and_gradient(&x), f.value_and_gradient(&x)).1;
    let copies: Vec<_> = (0..3).map(|_| f.clone()).collect();
    let replays: Vec<u64> = std::thread::scope(|scope| {
        let work = |f: Adaptive<Rosenbrock>| {
            let right = &right;
            move || {
                (0..100).for_each(|_| assert_eq!(&f.value_and_gradient(&x), right));
                f.report().replays()
            }
        };
        let threads: Vec<_> = copies.into_iter().chain([f]).map(|f| scope.spawn(work(f))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(replays, [101; 4]);
}

// ---- As a function, shapes, misuse -----------------------------------------------------------------------------------

#[test]
fn it_is_the_function_itself() {
    let f = Adaptive::new(Rosenbrock);
    assert_eq!(f.value(&[2.0, 3.0]), 101.0);
    assert_eq!(gradient(|x| ScalarFunction::eval(&f, x), &[2.0, 3.0]), [802.0, -200.0]);
    assert_eq!(Graph::record(&f, &[2.0, 3.0]).to_string(), Graph::record(&Rosenbrock, &[2.0, 3.0]).to_string());
    assert_eq!(VectorFunction::eval(&Adaptive::new(Field), &[2.0, 3.0])[..2], [6.0, 5.0]);
    assert_eq!(Adaptive::new(Field).values(&[2.0, 3.0])[..2], [6.0, 5.0]);
    #[cfg(feature = "nalgebra")]
    {
        let found = dualtape::optimize::newton(&f, &[-1.2, 1.0]);
        assert_eq!(found.x, dualtape::optimize::newton(&Rosenbrock, &[-1.2, 1.0]).x);
    }
    assert_eq!(f.into_function().eval(&[1.0, 1.0]), 0.0);
}

/// Every method, by the drivers first and then by replay.
#[test]
fn all_methods_give_the_same_before_and_after_the_recording() {
    let (f, g) = (
        Adaptive::new(Rosenbrock).record_after(2).by_estimate(false),
        Adaptive::new(Field).record_after(2).by_estimate(false),
    );
    let (x, v, w) = ([0.5, -0.25], [1.0, 10.0], [1.0, 2.0, -1.0]);
    let all = || {
        let (mut a, mut b, mut c, mut d) = ([0.0; 2], [0.0; 2], [0.0; 3], [0.0; 3]);
        let mut results = vec![f.gradient(&x), f.hvp(&x, &v), f.gradient_and_hvp(&x, &v).0];
        results.push(vec![f.value_and_gradient_into(&x, &mut a)]);
        results.push(vec![f.value_gradient_and_hvp_into(&x, &v, &mut a, &mut b)]);
        results.extend([a.to_vec(), b.to_vec()]);
        results.extend([g.jvp(&x, &v).0, g.jvp(&x, &v).1, g.vjp(&x, &w).0, g.vjp(&x, &w).1]);
        g.jvp_into(&x, &v, &mut c, &mut d);
        results.extend([c.to_vec(), d.to_vec()]);
        g.vjp_into(&x, &w, &mut c, &mut a);
        results.extend([c.to_vec(), a.to_vec()]);
        #[cfg(feature = "nalgebra")]
        {
            let mut hessian = nalgebra::DMatrix::zeros(2, 2);
            let mut jacobian = nalgebra::DMatrix::zeros(3, 2);
            results.push(f.hessian(&x).as_slice().to_vec());
            results.push(vec![f.value_gradient_and_hessian_into(&x, &mut a, &mut hessian)]);
            results.push(g.jacobian(&x).as_slice().to_vec());
            g.value_and_jacobian_into(&x, &mut c, &mut jacobian);
            results.extend([a.to_vec(), hessian.as_slice().to_vec(), jacobian.as_slice().to_vec(), c.to_vec()]);
        }
        results
    };
    let first = all();
    (0..3).for_each(|_| drop(all()));
    let before = f.report().by_drivers() + g.report().by_drivers();
    let last = all();
    assert_eq!(f.report().by_drivers() + g.report().by_drivers(), before, "all are replayed by now");
    for (first, last) in first.iter().flatten().zip(last.iter().flatten()) {
        assert!((first - last).abs() <= 1e-14 * first.abs(), "{first}, replayed {last}");
    }
}

#[test]
fn lengths_are_checked() {
    let (f, g) = (Adaptive::new(Rosenbrock).record_after(1), Adaptive::new(Field).record_after(1).by_estimate(false));
    for _ in 0..3 {
        assert_panics(
            "dualtape: Adaptive::value_and_gradient_into: the buffer for the gradient has 1 entry, needed 2: one for each entry of \
             the point",
            || {
                f.value_and_gradient_into(&[1.0, 2.0], &mut [0.0]);
            },
        );
        assert_panics(
            "dualtape: Adaptive::hvp: the direction has 3 entries, needed 2: one for each entry of the point",
            || drop(f.hvp(&[1.0, 2.0], &[0.0; 3])),
        );
        assert_panics(
            "dualtape: vjp_of: the weight has 2 entries, needed 3: one for each value that the function returns",
            || drop(g.vjp(&[1.0, 2.0], &[1.0, 0.0])),
        );
        assert_panics(
            "dualtape: vjp_into: the buffer for the value has 2 entries, needed 3: one for each value that the function returns",
            || g.vjp_into(&[1.0, 2.0], &[1.0; 3], &mut [0.0; 2], &mut [0.0; 2]),
        );
        let _ = (g.vjp(&[1.0, 2.0], &[1.0; 3]), f.gradient(&[1.0, 2.0]));
    }
    assert_eq!(g.report().replays(), 2);
    assert_panics("dualtape: record_after: expected at least 1 call, found 0", || {
        let _ = Adaptive::new(Rosenbrock).record_after(0);
    });
    assert_panics(
        "dualtape: most_recordings: expected at least 1 recording, found 0; without any, call the drivers",
        || {
            let _ = Adaptive::new(Rosenbrock).most_recordings(0);
        },
    );
}

#[test]
fn forgetting() {
    let mut f = Adaptive::new(Rosenbrock).record_after(1).by_estimate(false);
    (0..3).for_each(|_| drop(f.gradient(&[1.0, 2.0])));
    assert_eq!((f.report().replays(), f.report().kept()), (2, 1));
    f.forget();
    assert_eq!((f.report().calls(), f.report().kept(), f.report().recordings()), (0, 0, 0));
    assert_eq!(format!("{f:?}"), "Adaptive { function: Rosenbrock, recordings: 0, calls: 0, replays: 0, .. }");
}
