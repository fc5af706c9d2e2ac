//! Programs: the numbers of the graph they run, to the bit, whatever the point; threads, panics, allocation in `tests/alloc.rs`.

use super::random;
use dualtape::graph::{Graph, Program, Traced};
use dualtape::rules::{self, Binary, Reduction, Unary, Visitor};
use dualtape::{Dual, Float, Primitive, Reverse, ScalarFunction, VectorFunction, gradient, hessian, special};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// At every point the program does what the graph does: the same bits or the same error, one by one and all at once.
#[track_caller]
fn agree<P: AsRef<[f64]>>(graph: &Graph, points: &[P]) {
    let program = graph.compile();
    let outputs = program.outputs();
    let xs: Vec<f64> = points.iter().flat_map(|x| x.as_ref().to_vec()).collect();
    let mut outs = vec![1.0; points.len() * outputs];
    let mut changed = program.call_many(&xs, &mut outs).into_iter();
    let mut out = vec![7.0; outputs];
    for (k, (x, many)) in points.iter().zip(outs.chunks_exact(outputs)).enumerate() {
        let x = x.as_ref();
        match (graph.eval(x), program.call(x, &mut out)) {
            (Ok(right), Ok(())) => {
                for (found, right) in out.iter().chain(many).zip(right.iter().chain(&right)) {
                    assert!(same(*found, *right), "at {x:?}: {out:?} and {many:?}, right is {right:?}\n{graph}");
                }
            }
            (Err(right), Err(found)) => {
                // A side may be NaN, and the sides are in the text.
                assert_eq!((found.to_string(), found.place()), (right.to_string(), right.place()));
                let (point, found) = changed.next().expect("an error for this point");
                assert_eq!((point, found.to_string()), (k, right.to_string()));
                assert!(many.iter().all(|y| y.is_nan()), "{many:?}");
            }
            (right, found) => panic!("at {x:?}: {found:?}, right is {right:?}\n{graph}"),
        }
    }
    assert_eq!(changed.next().map(|(point, _)| point), None);
}

const POINTS: [f64; 18] = [
    -800.0,
    -2.0,
    -1.0,
    -0.3,
    -1e-300,
    -0.0,
    0.0,
    1e-310,
    1e-300,
    0.1,
    0.55,
    1.0,
    1.5,
    41.0,
    1e300,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

struct EveryRule;

impl Visitor for EveryRule {
    fn unary<R: Unary>(&mut self, rule: R) {
        let graph = Graph::record_fn(|x| x[0].unary(rule), &[0.3]);
        let (first, points) = (graph.value_and_gradient(), POINTS.map(|x| [x]));
        agree(&graph, &points);
        agree(&first, &points);
        agree(&first.jacobian(), &points);
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        let graph = Graph::record_fn(|x| x[0].binary(rule, x[1]), &[0.3, 0.8]);
        let points: Vec<[f64; 2]> = POINTS.iter().flat_map(|&x| POINTS.map(|y| [x, y])).collect();
        agree(&graph, &points);
        agree(&graph.value_and_gradient(), &points);
        agree(&graph.hessian(), &points);
    }
}

#[test]
fn every_rule_has_the_bits_of_the_graph() {
    rules::visit(&mut EveryRule);
    special::rules::visit(&mut EveryRule);
}

#[test]
fn random_programs_have_the_bits_of_the_graph() {
    for (f, points) in random::programs(400) {
        let graph = Graph::record(&f, &points[0]);
        agree(&graph, &points);
        agree(&graph.value_and_gradient(), &points);
        let directions = points.map(|[x, y]| [x, y, 1.0, 0.5]);
        agree(&graph.hvp(), &directions);
    }
}

/// What operations there are besides rules.
#[test]
fn every_operation_has_the_bits_of_the_graph() {
    let all = |x: &[Traced]| {
        let (x, y, z) = (x[0], x[1], x[2]);
        let dot = Traced::dot([(x, y), (y, z), (z, x)].into_iter());
        let low = y.min(z);
        x.max(y) + x.clamp(-1.0, 2.0) * low - x.abs_sub(z) / y.copysign(x) + x.mul_add(y, z) + x.detach() * dot
            - x.if_less(y, || z * 2.0, || -z)
            + Traced::from_partials(x * y, &[(x, y), (y, x)])
    };
    let graph = Graph::record_fn(all, &[0.5, 1.5, -0.5]);
    let points: Vec<[f64; 3]> =
        (0..200).map(|k| [0, 7, 11].map(|shift| POINTS[(k * (shift + 3) + shift) % POINTS.len()])).collect();
    agree(&graph, &points);
    agree(&graph.value_and_gradient(), &points);
    agree(&graph.hessian(), &points);
}

/// Chains of each kind, sums with products on either side, operations of one kind in numbers around the sizes of blocks, results
/// that are inputs, constants and used again.
#[test]
fn shapes() {
    type Step = fn(Traced, Traced, Traced) -> Traced;
    let steps: [Step; 19] = [
        |s, x, _| s + x,
        |s, x, _| x + s,
        |s, x, _| s - x,
        |s, x, _| x - s,
        |s, x, _| s * x,
        |s, x, y| s + x * y,
        |s, x, y| x * y - s,
        |s, x, y| s - x * y,
        |s, x, y| s * x + y,
        |s, x, y| x * s - y,
        |s, x, y| (s + x) / (s * s + y),
        // Signs that go into sums, products and functions, and sums whose value is a zero of either sign.
        |s, x, y| -s - x * y,
        |s, x, y| -(s * x) - y,
        |s, x, y| x - (-s * y) * -1.0,
        |s, x, y| (-s / x).exp() - (y - s),
        |s, x, _| (-s + x) + (-x + s),
        |s, x, y| (-s - x) * (-y),
        // A function of its own result.
        |s, _, _| s.tanh(),
        |s, x, _| s.atan() * x,
    ];
    for (k, step) in steps.into_iter().enumerate() {
        for count in [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 40] {
            let chain = |x: &[Traced]| (0..count).fold(x[0], |s, i| step(s, x[i % 3], x[(i + 1) % 3]));
            let side_by_side =
                |x: &[Traced]| (0..count).map(|i| step(x[0] * (1.0 + i as f64), x[1], x[2] + i as f64)).sum::<Traced>();
            let points = [[0.3, 1.25, -0.75], [2.0, -0.5, 0.0], [f64::INFINITY, 1.0, -0.0], [1e200, 1e200, 1e-200]];
            for graph in [Graph::record_fn(chain, &points[0]), Graph::record_fn(side_by_side, &points[0])] {
                agree(&graph, &points);
                agree(&graph.value_and_gradient(), &points);
            }
            // All steps of the chain are results.
            let every = Every { step: k, count };
            let graph = Graph::record_vector(&every, &points[0]);
            agree(&graph, &points);
            agree(&graph.jacobian(), &points);
        }
    }
}

struct Every {
    step: usize,
    count: usize,
}

impl VectorFunction for Every {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let mut results = vec![x[0], T::one(), x[2]];
        let mut s = x[0];
        for i in 0..self.count {
            let (a, b) = (x[i % 3], x[(i + 1) % 3]);
            s = match self.step {
                0 => s + a,
                1 => s - a,
                2 => s * a,
                3 => s + a * b,
                4 => a * b - s,
                5 => s - a * b,
                6 => s * a + b,
                7 => s * a - b,
                8 => s / a,
                9 => -s,
                _ => (s * a) + (s * b),
            };
            results.extend([s, s]);
        }
        results
    }
}

/// Recurrences, in which nothing is alike, and two chains side by side: a polynomial and its derivative, of all lengths.
#[test]
fn recurrences() {
    let points = [[0.5, 0.75, -0.25], [-1.5, 0.0, 2.0], [1.25, f64::INFINITY, 1.0]];
    for count in [2, 7, 8, 9, 10, 30, 300] {
        let polynomial = |x: &[Traced]| (0..count).fold(x[1], |s, i| s * x[0] + f64::from(i));
        let of_one = |x: &[Traced]| (0..count).fold(Traced::constant(1.0), |s, i| s * x[0] + 1.0 / f64::from(i + 1));
        let coupled = |x: &[Traced]| {
            let mut s = [x[0], x[1], x[2]];
            for _ in 0..count {
                let [a, b, c] = s;
                let h = |x: Traced| x * 0.01;
                s = [a + h(x[0] * (b - a)), b + h(a * (x[1] - c) - b), c - h(c * x[2] - a * b)];
            }
            s[0] - s[1] * s[2]
        };
        for graph in [
            Graph::record_fn(polynomial, &points[0]),
            Graph::record_fn(of_one, &points[0]),
            Graph::record_fn(coupled, &points[0]),
        ] {
            agree(&graph, &points);
            agree(&graph.value_and_gradient(), &points);
        }
    }
}

/// A function and its derivative are one call: one after the other in a chain, many at once, and products along a chain of other products.
#[test]
fn functions_with_their_derivatives() {
    let chain = |x: &[Traced]| (0..40).fold(x[0], |y, _| y.tanh()) * x[1];
    let many = |x: &[Traced]| (1..40).map(|k| (x[0] * f64::from(k) * 0.1).tanh() * x[1].abs()).sum::<Traced>();
    let product = |x: &[Traced]| (0..20).fold(x[0], |y, k| y * (x[1] + f64::from(k)));
    let points: Vec<[f64; 2]> = POINTS.iter().flat_map(|&a| [0.3, -2.0].map(|b| [a, b])).collect();
    for graph in [chain as fn(&[Traced]) -> Traced, many, product].map(|f| Graph::record_fn(f, &[0.5, 0.25])) {
        agree(&graph.value_and_gradient(), &points);
    }
}

/// More results than words of 16 bits reach, and more rules of their own than are compared.
#[test]
fn large_programs() {
    let n = if cfg!(miri) { 200 } else { 40_000 };
    let x: Vec<f64> = (0..n).map(|i| 0.5 + (i % 17) as f64 / 16.0).collect();
    let f = |x: &[Traced]| x.windows(2).fold(x[0].sin(), |s, w| s + (w[1] - w[0] * w[0]).powi(2) * 100.0 + w[0].tanh());
    let graph = Graph::record_fn(f, &x);
    let other: Vec<f64> = x.iter().map(|x| x - 0.25).collect();
    agree(&graph, &[&x, &other]);
    agree(&graph.value_and_gradient(), &[&x, &other]);
    let powers = Graph::record_fn(|x: &[Traced]| (0..300).map(|n| x[0].powi(n)).sum(), &[1.0]);
    agree(&powers.value_and_gradient(), &[[0.5], [-1.0], [0.0]]);
}

/// More cells than words of 16 bits reach, although every word of the program does: results stand in no word, and a pair has two.
#[test]
fn programs_with_more_results_than_words_reach() {
    struct Pairs;
    impl VectorFunction for Pairs {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            x.iter().flat_map(|x| [x.sin(), x.cos()]).collect()
        }
    }
    struct Singles;
    impl VectorFunction for Singles {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            x.iter().flat_map(|&x| [x.exp(), x + x]).collect()
        }
    }
    for n in if cfg!(miri) { [20, 30] } else { [22_000, 30_000] } {
        let x: Vec<f64> = (0..n).map(|i| f64::from(i) / 1024.0).collect();
        agree(&Graph::record_vector(&Pairs, &x), &[&x]);
        agree(&Graph::record_vector(&Singles, &x), &[&x]);
    }
}

/// Of four million operations, where the test is optimised.
#[test]
fn a_long_chain_compiles_on_a_small_stack() {
    let count = if cfg!(miri) {
        1000
    } else if cfg!(debug_assertions) {
        200_000
    } else {
        2_000_000
    };
    let work = move || {
        let f = move |x: &[Traced]| (0..count).fold(x[0], |s, _| (s * x[1]) / 1.5);
        let program = Program::from(Graph::record_fn(f, &[1.0, 1.5]));
        let mut out = [0.0];
        program.call(&[1.0, 1.5], &mut out).unwrap();
        assert_eq!(out, [1.0]);
    };
    std::thread::Builder::new().stack_size(128 << 10).spawn(work).unwrap().join().unwrap();
}

/// Gradients against the tape, which adds in another order at most: errors are a few roundings of the largest entry.
#[test]
fn gradients_are_those_of_the_tape() {
    struct Chain;
    impl ScalarFunction for Chain {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            x.windows(2).fold(T::zero(), |s, w| s + (w[1] - w[0] * w[0]).exp() * w[0].tanh() / (w[1] * w[1] + T::one()))
        }
    }
    let x: Vec<f64> = (0..50).map(|i| (i as f64 * 0.7).sin()).collect();
    let program = Graph::record(&Chain, &x).value_and_gradient().compile();
    for shift in [0.0, 0.1, -0.4] {
        let x: Vec<f64> = x.iter().map(|x| x + shift).collect();
        let mut out = vec![0.0; 51];
        program.call(&x, &mut out).unwrap();
        assert_eq!(out[0].to_bits(), Chain.eval(&x).to_bits());
        let right = gradient(|x| Chain.eval(x), &x);
        let largest = right.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
        for (found, right) in out[1..].iter().zip(&right) {
            assert!((found - right).abs() <= 1e-14 * largest, "{found}, right is {right}");
        }
    }
}

#[test]
fn a_guard_leaves_the_buffer_alone_and_says_where() {
    let f = |x: &[Traced]| if x[0] < x[1] { x[0] * x[1] } else { x[0] };
    for graph in [Graph::record_fn(f, &[1.0, 2.0]), Graph::record_fn(f, &[1.0, 2.0]).value_and_gradient()] {
        let program = graph.compile();
        let mut out = vec![5.0; program.outputs()];
        let changed = program.call(&[3.0, 2.0], &mut out).unwrap_err();
        assert_eq!(changed, graph.eval(&[3.0, 2.0]).unwrap_err());
        assert_eq!((changed.question(), changed.values()), ("x[0] < x[1]", [3.0, 2.0]));
        assert!(changed.place().file().ends_with("program.rs"));
        assert!(out.iter().all(|&y| y == 5.0));
        program.call(&[1.5, 2.0], &mut out).unwrap();
        assert_eq!(out[0], 3.0);
    }
}

#[test]
fn data_change_without_recording_anew() {
    struct Residual;
    impl ScalarFunction for Residual {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            (x[0] * x[1] - x[2]).powi(2)
        }
    }
    let graph = Graph::record_with(&Residual, &[1.0], &[0.0, 0.0]);
    agree(&graph.gradient(), &[[2.0, 3.0, 5.0], [2.0, 1.0, 1.0]]);
    // A derivative by the data, which the program for the gradient has not.
    let program = graph.compile();
    assert_eq!(gradient(|x| ScalarFunction::eval(&program, x), &[2.0, 3.0, 5.0]), [6.0, 4.0, -2.0]);
}

// ---- Inside other derivatives ----------------------------------------------------------------------------------------

struct Rosenbrock;

impl ScalarFunction for Rosenbrock {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
    }
}

#[test]
fn a_program_is_a_function_on_every_number() {
    let program = Graph::record(&Rosenbrock, &[0.0, 0.0]).compile();
    let x = [2.0, 3.0];
    assert_eq!(ScalarFunction::eval(&program, &x), 101.0);
    assert_eq!(ScalarFunction::eval(&program, &x.map(|x| x as f32)), 101.0_f32);
    assert_eq!(gradient(|x| ScalarFunction::eval(&program, x), &x), [802.0, -200.0]);
    let outer = |x: &[Reverse<f64>]| ScalarFunction::eval(&program, &[x[0] * x[1], x[1]]).ln() * x[0];
    let plain = |x: &[Reverse<f64>]| Rosenbrock.eval(&[x[0] * x[1], x[1]]).ln() * x[0];
    let (found, right) = (gradient(outer, &x), gradient(plain, &x));
    found.iter().zip(&right).for_each(|(a, b)| assert!((a - b).abs() <= 1e-14 * b.abs(), "{found:?} {right:?}"));
    let directional = ScalarFunction::eval(&program, &[Dual::<f64>::variable(2.0), Dual::constant(3.0)]);
    assert_eq!(directional.tangent(), 802.0);
    assert_eq!(hessian(|x| ScalarFunction::eval(&program, x), &x), hessian(|x| Rosenbrock.eval(x), &x));
    // In another recording it is what the graph is.
    let inlined = Graph::record(&program, &x);
    assert_eq!(inlined.to_string(), program.graph().to_string());
    // Several results, on numbers with derivatives.
    let both = program.graph().value_and_gradient().compile();
    let rows = VectorFunction::eval(&both, &[Dual::<f64>::variable(2.0), Dual::constant(3.0)]);
    assert_eq!(rows.iter().map(|y| y.tangent()).collect::<Vec<_>>(), [802.0, 3602.0, -800.0]);
}

#[test]
fn newton_takes_a_program() {
    use dualtape::optimize::newton;
    let program = Graph::record(&Rosenbrock, &[-1.2, 1.0]).compile();
    let (found, right) = (newton(&program, &[-1.2, 1.0]), newton(&Rosenbrock, &[-1.2, 1.0]));
    assert!(found.converged() && right.converged());
    found.x.iter().for_each(|x| assert!((x - 1.0).abs() < 1e-12, "{found:?}"));
}

// ---- Threads and panics ----------------------------------------------------------------------------------------------

#[test]
fn threads_share_a_program() {
    let program = Graph::record(&Rosenbrock, &[0.0, 0.0]).value_and_gradient().compile();
    std::thread::scope(|scope| {
        for k in 0..4 {
            let program = &program;
            scope.spawn(move || {
                for i in 0..200 {
                    let x = [f64::from(k), f64::from(i)];
                    let mut out = [0.0; 3];
                    program.call(&x, &mut out).unwrap();
                    assert_eq!(out[0], Rosenbrock.eval(&x));
                    assert_eq!(out[1..], gradient(|x| Rosenbrock.eval(x), &x));
                }
            });
        }
    });
}

#[cfg(feature = "rayon")]
#[test]
fn threads_of_rayon_give_the_same_in_the_same_order() {
    let f = |x: &[Traced]| if x[0] < 1000.0 { x[0].sin() * x[1] } else { x[0] };
    let program = Graph::record_fn(f, &[1.0, 2.0]).value_and_gradient().compile();
    let xs: Vec<f64> = (0..6001 * 2).map(|i| ((i * 37) % 1013) as f64).collect();
    let (mut one, mut many) = (vec![0.0; 6001 * 3], vec![0.0; 6001 * 3]);
    let (first, second) = (program.call_many(&xs, &mut one), program.call_many_in_parallel(&xs, &mut many));
    assert!(first.len() > 50 && first == second);
    assert!(one.iter().zip(&many).all(|(&a, &b)| same(a, b)));
}

/// A rule that panics below 0, and one that runs another program.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Picky;

impl Unary for Picky {
    const NAME: &'static str = "picky";
    fn value<B: Primitive>(self, x: B) -> B {
        assert!(x >= B::zero(), "too small");
        x * x
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        x + x
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Inner;

impl Reduction for Inner {
    const NAME: &'static str = "inner";
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        static INNER: std::sync::LazyLock<Program> = std::sync::LazyLock::new(|| {
            Graph::record_fn(|x: &[Traced]| x[0] * 3.0 + x[1] / 7.0, &[1.0, 1.0]).compile()
        });
        ScalarFunction::eval(&*INNER, &x.collect::<Vec<_>>())
    }
    fn partials<T: Float>(self, _: impl Iterator<Item = T> + Clone, _: T) -> impl Iterator<Item = T> {
        [T::lit(3.0), T::lit(1.0 / 7.0)].into_iter()
    }
}

#[test]
fn a_panic_in_a_rule_leaves_the_program_usable() {
    let program = Graph::record_fn(|x: &[Traced]| x[0].unary(Picky) + x[1] * 0.1, &[1.0, 1.0]).compile();
    let mut out = [0.0];
    for _ in 0..3 {
        program.call(&[3.0, 10.0], &mut out).unwrap();
        assert_eq!(out, [10.0]);
        let result = catch_unwind(AssertUnwindSafe(|| program.call(&[-3.0, 10.0], &mut out)));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&"too small"));
        let mut outs = [0.0; 20];
        let xs: Vec<f64> = (0..20).flat_map(|i| [f64::from(i) - 1.0, 0.0]).collect();
        assert!(catch_unwind(AssertUnwindSafe(|| program.call_many(&xs, &mut outs))).is_err());
        assert!(program.call_many(&xs[2..], &mut outs[1..]).is_empty());
        assert_eq!(outs[1..4], [0.0, 1.0, 4.0]);
    }
}

#[test]
fn a_rule_may_run_a_program_itself() {
    let f = |x: &[Traced]| Traced::reduce(Inner, x.iter().copied()) * 2.0 + x[0] * 0.3;
    let graph = Graph::record_fn(f, &[1.0, 1.0]);
    agree(&graph, &[[1.0, 7.0], [2.0, 14.0], [0.0, -1.0], [0.1, 0.2], [5.0, 6.0]]);
    agree(&graph.value_and_gradient(), &[[1.0, 7.0], [2.0, 14.0], [0.0, -1.0], [0.1, 0.2], [5.0, 6.0]]);
}

// ---- Misuse ----------------------------------------------------------------------------------------------------------

#[track_caller]
fn assert_panics(message: &str, f: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    let found = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    assert_eq!(found, Some(message));
}

#[test]
fn lengths_are_checked() {
    let program = Graph::record(&Rosenbrock, &[0.0, 0.0]).value_and_gradient().compile();
    let mut out = [0.0; 3];
    assert_panics("dualtape: call: expected 2 inputs, found 1", || drop(program.call(&[0.0], &mut out)));
    assert_panics("dualtape: call: expected room for 3 results, found 2", || {
        drop(program.call(&[0.0; 2], &mut [0.0; 2]));
    });
    assert_panics("dualtape: call_many: expected points of 2 inputs, found 3 numbers", || {
        drop(program.call_many(&[0.0; 3], &mut [0.0; 3]));
    });
    assert_panics("dualtape: call_many: expected room for 2 times 3 results, found 5", || {
        drop(program.call_many(&[0.0; 4], &mut [0.0; 5]));
    });
    assert_panics("dualtape: a program with 3 results is not a scalar function", || {
        ScalarFunction::eval(&program, &[0.0, 0.0]);
    });
    assert_panics("dualtape: a program with 2 inputs is evaluated at a point with 3 entries", || {
        drop(VectorFunction::eval(&program, &[0.0; 3]))
    });
}

#[test]
fn no_points_no_inputs_no_results() {
    let program = Graph::record(&Rosenbrock, &[0.0, 0.0]).compile();
    assert!(program.call_many(&[], &mut []).is_empty());
    let constant = Graph::record_fn(|_: &[Traced]| Traced::constant(4.0), &[]).compile();
    let mut outs = [0.0; 20];
    assert!(constant.call_many(&[], &mut outs).is_empty());
    assert_eq!(outs, [4.0; 20]);
    assert_eq!(constant.eval::<f64>(&[]), Ok(vec![4.0]));
    assert_eq!(format!("{constant:?}"), "Program { inputs: 0, outputs: 1, operations: 0, decisions: 0, .. }");
}
