//! Rolled programs of value and gradient: values to the bit, gradients to roundings, on programs that were not written for them.
#![cfg(feature = "graph")]

#[path = "common/adbench/mod.rs"]
mod adbench;
#[allow(dead_code)] // other tests use the rest
#[path = "common/instructions.rs"]
mod instructions;
#[allow(dead_code)] // the minima
#[path = "common/mgh.rs"]
mod mgh;
#[path = "common/panics.rs"]
mod panics;
#[allow(dead_code)] // benchmarks use the rest
#[path = "common/problems.rs"]
mod problems;
#[path = "common/programs.rs"]
mod programs;

use adbench::{gmm, hand, lstm};
use dualtape::graph::{Graph, Program, Traced};
use dualtape::{Dual, Float, ScalarFunction, VectorFunction, value_and_gradient};
use instructions::{ALL, Draws, Instruction, run};
use panics::message;
use problems::generator::Random;
use problems::{Adjoint, Problem};

/// Of the largest entry of a gradient: kernels add the same terms in another order.
const TOLERANCE: f64 = 1e-13;

/// The point of the recording, and others near and far.
fn points(x0: &[f64]) -> Vec<Vec<f64>> {
    let mut random = Random::new(7);
    let mut around =
        |size: f64| -> Vec<f64> { x0.iter().map(|x| x + size * random.number() * x.abs().max(0.1)).collect() };
    let near = [around(1e-3), around(1e-2), around(0.1), around(0.5)];
    let far = [-1.0, 0.0].map(|factor| x0.iter().map(|x| factor * x).collect());
    [vec![x0.to_vec()], near.into(), far.into()].concat()
}

#[derive(Default)]
struct Tally {
    answered: usize,
    changed: usize,
    /// Programs that have kernels.
    rolled: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn compare(&mut self, name: &str, f: &impl ScalarFunction, x0: &[f64]) {
        let graph = Graph::record(f, x0);
        // With kernels wherever there are some, also where the model of costs takes the straight program.
        let rolled = graph.compile_rolled().map(|(program, _)| program);
        self.rolled += usize::from(rolled.is_some());
        let program = rolled.unwrap_or_else(|| graph.compile_value_and_gradient());
        println!("{name}: {}", program.report().to_string().replace('\n', ", "));
        let mut out = vec![7.0; x0.len() + 1];
        // Large ones at few points: without optimisation a tape takes long.
        let count = if program.operations() > 50_000 { 2 } else { 7 };
        for (k, x) in points(x0).into_iter().take(count).enumerate() {
            match (program.call(&x, &mut out), graph.eval(&x)) {
                (Ok(()), Ok(_)) => {}
                (Err(found), Err(right)) => {
                    assert_eq!(found.to_string(), right.to_string());
                    self.changed += 1;
                    continue;
                }
                (found, right) => panic!("{name} at point {k}: {found:?}, right is {right:?}"),
            }
            let (value, gradient) = value_and_gradient(|x| f.eval(x), &x);
            let is_same = out[0].to_bits() == value.to_bits() || (out[0].is_nan() && value.is_nan());
            if !is_same {
                self.wrong.push(format!("{name} at point {k}: value {:e}, right is {value:e}", out[0]));
            }
            let largest = gradient.iter().filter(|y| y.is_finite()).fold(0.0_f64, |largest, y| largest.max(y.abs()));
            for (i, (&found, &right)) in out[1..].iter().zip(&gradient).enumerate() {
                let is_near = right.is_finite() && (found - right).abs() <= TOLERANCE * largest;
                if !(found == right || is_near || (found.is_nan() && right.is_nan())) {
                    self.wrong.push(format!("{name} at point {k}, entry {i}: {found:e}, right is {right:e}"));
                }
            }
            self.answered += 1;
        }
    }

    #[track_caller]
    fn finish(self, least: usize, least_rolled: usize) {
        let Tally { answered, changed, rolled, wrong } = self;
        println!("{answered} points answered, at {changed} a branch changed; {rolled} programs rolled");
        assert!(rolled >= least_rolled, "{rolled} programs rolled, {least_rolled} were");
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
        assert!(answered >= least, "{answered} points answered, {changed} not");
    }
}

impl problems::Visitor for Tally {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        if problem.name != "F4" {
            self.compare(problem.name, &problem.function, &problem.x0);
        }
    }
}

impl programs::Visitor for Tally {
    fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
        self.compare(name, f, x);
    }
}

#[test]
fn reference_problems() {
    let mut tally = Tally::default();
    problems::gradient_set(&mut tally);
    let problem = problems::mixture_of("F4 small", [3, 4, 100], f64::NAN);
    tally.compare(problem.name, &problem.function, &problem.x0);
    tally.finish(20, 7);
}

#[test]
fn programs_as_people_write_them() {
    let mut tally = Tally::default();
    programs::all(&mut tally);
    programs::adverse(&mut tally);
    programs::fresh(&mut tally);
    programs::newest(&mut tally);
    tally.finish(50, 10);
}

/// The sum of the squares of a function's results.
struct Squares<F>(F);

impl<F: VectorFunction> ScalarFunction for Squares<F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.0.eval(x).into_iter().fold(T::zero(), |sum, y| sum + y * y)
    }
}

#[test]
fn objectives_of_adbench() {
    let mut tally = Tally::default();
    for path in ["gmm/test.txt", "gmm/extra_d3_K4_n20_m2.txt"] {
        let problem = gmm::Mixture::read(path);
        tally.compare(path, &problem.function, &problem.x0);
    }
    let problem = lstm::Lstm::read("lstm/extra_l1_c6_b3.txt");
    tally.compare(problem.name, &problem.function, &problem.x0);
    for path in ["hand/test.txt", "hand/hand_complicated.txt", "hand/simple_small/hand1_t26_c100.txt"] {
        let problem = hand::Hand::read(path);
        tally.compare(path, &Squares(problem.function), &problem.x0);
    }
    tally.finish(20, 1);
}

#[test]
fn problems_of_more_garbow_and_hillstrom() {
    let mut tally = Tally::default();
    for problem in mgh::all() {
        tally.compare(&format!("{}, n = {}", problem.name, problem.start.len()), &problem, &problem.start);
    }
    tally.finish(200, 7);
}

// ---- Random expressions with repeated structure -------------------------------------------------------------------------------

/// A random expression of two numbers and a constant, in loops of several kinds.
struct Repeated {
    instructions: Vec<Instruction>,
    kind: usize,
}

impl Repeated {
    fn body<T: Float>(&self, a: T, b: T, c: f64) -> T {
        run(&self.instructions, vec![a, b, T::lit(c)])
    }
}

impl ScalarFunction for Repeated {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        // The same, different, or alternating constants.
        let c = |i: usize| [0.75, 0.5 + i as f64 / 64.0, [1.0, 0.0][i % 2]][self.kind / 4 % 3];
        let sum = |terms: &mut dyn Iterator<Item = T>| terms.fold(T::zero(), |sum, term| sum + term);
        let (half, n) = (x.len() / 2, x.len());
        match self.kind % 4 {
            0 => sum(&mut (1..n).map(|i| self.body(x[i - 1], x[i], c(i)))),
            1 => {
                let inner = |i: usize| sum(&mut (0..half).map(|j| self.body(x[half + i], x[j], c(j))));
                (0..half).map(inner).fold(T::zero(), |sum, y| sum - y * T::lit(0.5) + (y * T::lit(0.01)).sin())
            }
            2 => {
                let mut v = x.to_vec();
                for step in 0..3 {
                    v = (0..n).map(|i| self.body(v[i], v[(i + 1) % n], c(step)) * T::lit(0.25)).collect();
                }
                sum(&mut v.iter().copied()) * v[0]
            }
            _ => {
                let y: Vec<T> = (0..n).map(|i| self.body(x[i], x[n - 1 - i], c(i))).collect();
                let total = sum(&mut y.iter().copied());
                sum(&mut y.iter().map(|&y| (y / (total + T::lit(3.0))).sin())) + y[0] * total
            }
        }
    }
}

#[test]
fn random_expressions_with_repeated_structure() {
    let mut draws = Draws(0x2545_f491_4f6c_dd1d);
    let (mut right, mut changed, mut rolled) = (0, 0, 0);
    for number in 0..1000 {
        let count = 2 + draws.below(10);
        let f = Repeated { instructions: draws.instructions(count, ALL), kind: number };
        let n = 20 + draws.below(60);
        let mut point = |low: f64, high: f64| -> Vec<f64> {
            (0..n).map(|_| low + (high - low) * draws.below(4096) as f64 / 4096.0).collect()
        };
        let x0 = point(0.5, 1.5);
        let mut special = point(0.5, 1.5);
        special[n / 3] = [0.0, f64::INFINITY, f64::NAN, 1e200][number % 4];
        let points = [x0.clone(), x0.iter().map(|x| x * 1.01).collect(), point(0.4, 1.6), point(-2.0, 2.0), special];
        let graph = Graph::record(&f, &x0);
        let program = graph.compile_value_and_gradient();
        rolled += usize::from(program.report().kernels() > 0);
        let mut out = vec![0.0; n + 1];
        for (k, x) in points.iter().enumerate() {
            let what = || format!("expression {number} {:?} of {n} at point {k}", f.instructions);
            match (program.call(x, &mut out), graph.eval(x)) {
                (Ok(()), Ok(_)) => {}
                (Err(found), Err(right)) => {
                    // A side may be NaN, and the sides are in the text.
                    assert_eq!(found.to_string(), right.to_string(), "{}", what());
                    changed += 1;
                    continue;
                }
                (found, right) => panic!("{}: {found:?}, right is {right:?}", what()),
            }
            let (value, gradient) = value_and_gradient(|x| f.eval(x), x);
            let is_same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(is_same(out[0], value), "{}: value {}, right is {value}", what(), out[0]);
            // Where terms cancel, their order decides about the last bits of the largest.
            let largest = gradient.iter().filter(|y| y.is_finite()).fold(1.0_f64, |largest, y| largest.max(y.abs()));
            for (i, (&found, &right)) in out[1..].iter().zip(&gradient).enumerate() {
                let is_near = (found - right).abs() <= 1e-11 * largest;
                assert!(
                    found == right || (found.is_nan() && right.is_nan()) || is_near,
                    "{}, entry {i}: {found}, right is {right}",
                    what()
                );
            }
            right += 1;
        }
    }
    println!("{rolled} rolled, {right} right, {changed} changed branches");
    assert!(rolled > 200 && right > 3000 && changed > 200, "{rolled} rolled, {right} right, {changed} changed");
}

// ---- Guards and misuse --------------------------------------------------------------------------------------------------------

/// A loop with a question in its body.
fn asking(x: &[Traced]) -> Traced {
    x.windows(2).map(|w| if w[0] < w[1] * 2.0 { (w[1] - w[0] * w[0]).powi(2) } else { w[0].exp() }).sum()
}

/// A question inside of a kernel's instances is asked at each of them, and named as by the graph.
#[test]
fn a_changed_branch_inside_of_a_loop_is_found() {
    let x0 = vec![1.0; 200];
    let graph = Graph::record_fn(asking, &x0);
    let program = graph.compile_value_and_gradient();
    assert!(program.report().kernels() > 0, "{}", program.report());
    assert_eq!(program.report().guards(), 199);
    for place in [0, 1, 57, 198] {
        let mut x = x0.clone();
        x[place] = 2.5;
        let mut out = vec![7.0; 201];
        let found = program.call(&x, &mut out).unwrap_err();
        let right = graph.eval(&x).unwrap_err();
        assert_eq!((found.to_string(), found.place()), (right.to_string(), right.place()));
        assert_eq!(out, [7.0; 201]);
    }
    let mut outs = vec![0.0; 402];
    let mut xs = [x0.clone(), x0].concat();
    xs[230] = 9.0;
    let changed = program.call_many(&xs, &mut outs);
    assert_eq!((changed.len(), changed[0].0), (1, 1));
    assert!(outs[..201].iter().all(|y| y.is_finite()) && outs[201..].iter().all(|y| y.is_nan()));
}

/// Where plain arithmetic is not enough, a rolled program gives what the driver gives.
#[test]
fn zero_times_infinity_follows_the_conventions() {
    let f = |x: &[Traced]| x.iter().map(|x| (*x * *x).sqrt() + *x).sum::<Traced>();
    let program = Graph::record_fn(f, &[1.0; 500]).compile_value_and_gradient();
    assert!(program.report().kernels() > 0, "{}", program.report());
    let mut x = [1.0; 500];
    x[40] = 0.0;
    let mut out = [0.0; 501];
    program.call(&x, &mut out).unwrap();
    let (value, gradient) =
        value_and_gradient(|x| x.iter().map(|x| (*x * *x).sqrt() + *x).fold(x[0] * 0.0, |sum, y| sum + y), &x);
    assert_eq!((out[0], &out[1..]), (value, &gradient[..]));
}

/// The same numbers on other threads, and after another program used the memory.
#[test]
fn programs_share_memory_and_threads() {
    let f = |x: &[Traced]| x.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2) * 100.0 + w[0].tanh()).sum::<Traced>();
    let g = |x: &[Traced]| x.windows(2).map(|w| (w[1] * w[0] - w[1] * 0.5).powi(2) * w[0] + 0.25).sum::<Traced>();
    let x: Vec<f64> = (0..300).map(|i| 0.5 + f64::from(i % 17) / 16.0).collect();
    let (f, g) =
        (Graph::record_fn(f, &x).compile_value_and_gradient(), Graph::record_fn(g, &x).compile_value_and_gradient());
    assert!(f.report().kernels() > 0 && g.report().kernels() > 0);
    let run = |program: &Program| {
        let mut out = vec![0.0; 301];
        program.call(&x, &mut out).unwrap();
        out
    };
    let right = [run(&f), run(&g)];
    for _ in 0..3 {
        assert_eq!([run(&f), run(&g)], right);
    }
    std::thread::scope(|threads| {
        let others: Vec<_> = (0..3).map(|_| threads.spawn(|| [run(&f), run(&g)])).collect();
        others.into_iter().for_each(|other| assert_eq!(other.join().unwrap(), right));
    });
}

/// The graph of a rolled program is that of the gradient, and other numbers go through it.
#[test]
fn other_numbers_are_evaluated_by_the_graph() {
    let f = |x: &[Traced]| x.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2)).sum::<Traced>();
    let graph = Graph::record_fn(f, &[0.5; 100]);
    let program = graph.compile_value_and_gradient();
    assert!(program.report().kernels() > 0);
    assert_eq!((program.inputs(), program.outputs()), (100, 101));
    assert_eq!(program.graph().to_string(), graph.value_and_gradient().to_string());
    let x: Vec<Dual<f64>> = (0..100).map(|i| Dual::new(0.5, [f64::from(u8::from(i == 3))])).collect();
    let found = program.eval(&x).unwrap();
    let right = graph.value_and_gradient().eval(&x).unwrap();
    assert_eq!(found[4].tangent(), right[4].tangent());
}

#[test]
fn misuse_is_explained() {
    let f = |x: &[Traced]| x.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2)).sum::<Traced>();
    let program = Graph::record_fn(f, &[0.5; 100]).compile_value_and_gradient();
    assert_eq!(
        message(|| drop(program.call(&[0.0; 3], &mut [0.0; 101]))),
        "dualtape: call: expected 100 inputs, found 3"
    );
    assert_eq!(
        message(|| drop(program.call(&[0.0; 100], &mut [0.0; 100]))),
        "dualtape: call: expected room for 101 results, found 100"
    );
    struct Two;
    impl VectorFunction for Two {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![x[0], x[0] * x[0]]
        }
    }
    assert_eq!(
        message(|| drop(Graph::record_vector(&Two, &[1.0]).compile_value_and_gradient())),
        "dualtape: ValueAndGradient of a graph with 2 results, needed 1; use `jacobian`, `jvp` or `vjp`"
    );
}

/// Functions of which nothing, or next to nothing, is to be computed.
#[test]
fn small_functions() {
    let call = |f: &dyn Fn(&[Traced]) -> Traced| {
        let program = Graph::record_fn(f, &[2.0, 3.0]).compile_value_and_gradient();
        let mut out = [7.0; 3];
        program.call(&[5.0, 4.0], &mut out).unwrap();
        out
    };
    assert_eq!(call(&|_| Traced::constant(3.0)), [3.0, 0.0, 0.0]);
    assert_eq!(call(&|x| x[1]), [4.0, 0.0, 1.0]);
    assert_eq!(call(&|x| x[0] * x[1]), [20.0, 4.0, 5.0]);
    let sum = |x: &[Traced]| (0..100).fold(x[0], |sum, i| if i % 2 == 0 { sum - x[1] } else { x[0] + sum });
    assert_eq!(call(&sum), [51.0 * 5.0 - 50.0 * 4.0, 51.0, -50.0]);
}

/// What is added to zero keeps its bits: the sum of `0` and `-0` is `0`.
#[test]
fn zeros_keep_their_signs() {
    let f = |x: &[Traced]| x.windows(2).fold(x[0] * -1.0, |sum, w| (w[0] * w[1] + 0.0) * (w[0] + 2.0) * -1.0 + sum);
    let graph = Graph::record_fn(f, &[1.0; 400]);
    let program = graph.compile_value_and_gradient();
    assert!(program.report().kernels() > 0, "{}", program.report());
    let mut out = [7.0; 401];
    for zero in [0.0, -0.0] {
        let x: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { zero } else { -zero }).collect();
        program.call(&x, &mut out).unwrap();
        assert_eq!(out[0].to_bits(), graph.eval(&x).unwrap()[0].to_bits());
    }
}

/// Data may change without recording anew, and are not differentiated.
#[test]
fn data_is_not_differentiated() {
    let (x, data) = ([0.5, 2.0], (0..200).map(f64::from).collect::<Vec<_>>());
    struct Line;
    impl ScalarFunction for Line {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let (line, data) = x.split_at(2);
            let (times, measured) = data.split_at(100);
            times.iter().zip(measured).map(|(&t, &y)| (line[0] * t + line[1] - y).powi(2)).sum()
        }
    }
    let graph = Graph::record_with(&Line, &x, &data);
    let program = graph.compile_value_and_gradient();
    assert!(program.report().kernels() > 0, "{}", program.report());
    assert_eq!((program.inputs(), program.outputs()), (202, 3));
    let point: Vec<f64> = x.iter().copied().chain(data.iter().map(|x| x + 1.0)).collect();
    let mut out = [0.0; 3];
    program.call(&point, &mut out).unwrap();
    let right = graph.value_and_gradient().eval(&point).unwrap();
    let (residuals, times): (Vec<f64>, Vec<f64>) =
        (0..100).map(f64::from).map(|t| (0.5 * (t + 1.0) + 2.0 - (t + 101.0), t + 1.0)).unzip();
    let by_hand = [
        residuals.iter().map(|r| r * r).sum(),
        residuals.iter().zip(&times).map(|(r, t)| 2.0 * r * t).sum(),
        residuals.iter().map(|r| 2.0 * r).sum::<f64>(),
    ];
    assert_eq!(out[0], right[0]);
    assert!(
        out.iter().zip(by_hand).all(|(a, b): (&f64, f64)| (a - b).abs() <= 1e-13 * b.abs()),
        "{out:?}, {by_hand:?}"
    );
}
