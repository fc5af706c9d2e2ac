//! The smallest and the largest: fixed costs of a call, recordings of up to 10⁸ operations, and chains of steps that are recorded one by one.
//!
//! `cargo bench --bench extremes`; see `clock` for how ratios are made. The longest recording takes 3.2 GB. Without `--bench`
//! derivatives are checked and nothing is timed.

mod clock;

use clock::{Run, compare};
use cpu_time::ThreadTime;
use dualtape::checkpoint::{Chain, ChainGradient, Checkpoints, forward_steps, repetitions};
use dualtape::forward::value_and_gradient_of_array;
use dualtape::{Dual, Float, Reverse, no_grad, pooled_bytes, release_memory, value_and_gradient_into, vjp_into};
use std::hint::black_box;
use std::ops::{Add, Mul, Sub};

fn main() {
    let run = Run::from_arguments();
    if run.wants("small") {
        small(&run);
    }
    if run.wants("long") {
        long(&run);
    }
    if run.wants("chains") {
        chains(&run);
    }
}

// ------------------------------------------------------------------------------------------------------------ small functions

#[inline]
fn of_two<T: Copy + Add<Output = T> + Sub<Output = T> + Mul<Output = T>>([x, y]: [T; 2]) -> T {
    let (a, b) = (y - x * x, x + y);
    a * a + b * b
}

#[inline]
fn of_three<T: Copy + Add<Output = T> + Sub<Output = T> + Mul<Output = T>>([x, y, z]: [T; 3]) -> T {
    (x * y - z) * (x + y * z) + (z - x) * y
}

/// Dual numbers as one writes them by hand: no rules for infinities, no nesting.
#[derive(Clone, Copy)]
struct Hand<const N: usize>(f64, [f64; N]);

impl<const N: usize> Hand<N> {
    fn with(value: f64, tangent: impl Fn(usize) -> f64) -> Self {
        Hand(value, std::array::from_fn(tangent))
    }
}

impl<const N: usize> Add for Hand<N> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Hand::with(self.0 + other.0, |k| self.1[k] + other.1[k])
    }
}

impl<const N: usize> Sub for Hand<N> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Hand::with(self.0 - other.0, |k| self.1[k] - other.1[k])
    }
}

impl<const N: usize> Mul for Hand<N> {
    type Output = Self;
    #[expect(clippy::suspicious_arithmetic_impl, reason = "the product rule has a sum")]
    fn mul(self, other: Self) -> Self {
        Hand::with(self.0 * other.0, |k| self.1[k] * other.0 + self.0 * other.1[k])
    }
}

fn by_hand<const N: usize>(f: impl FnOnce([Hand<N>; N]) -> Hand<N>, x: [f64; N]) -> (f64, [f64; N]) {
    let Hand(value, gradient) = f(std::array::from_fn(|k| Hand::with(x[k], |i| f64::from(u8::from(i == k)))));
    (value, gradient)
}

/// Points that a small function is differentiated at in one sample, so that what is timed is the function.
const POINTS: usize = 1000;

fn small(run: &Run) {
    println!(
        "Gradients of small functions at {POINTS} points: nanoseconds a point, best; ratio to duals written by hand, median"
    );
    println!("{:10}{:>9}{:>9}{:>9}{:>7}{:>15}", "", "f64", "by hand", "arrays", "ratio", "Reverse<f64>");
    row("2 inputs", run, of_two, of_two, of_two, of_two);
    row("3 inputs", run, of_three, of_three, of_three, of_three);
}

/// One function on four types.
#[expect(clippy::redundant_closure, reason = "a function that is given by reference is not inlined")]
fn row<const N: usize>(
    name: &str,
    run: &Run,
    plain: impl Fn([f64; N]) -> f64,
    hand: impl Fn([Hand<N>; N]) -> Hand<N>,
    dual: impl Fn([Dual<f64, N>; N]) -> Dual<f64, N>,
    reverse: impl Fn([Reverse<f64>; N]) -> Reverse<f64>,
) {
    let points: Vec<[f64; N]> =
        (0..POINTS).map(|i| std::array::from_fn(|k| (0.7 * i as f64 + 1.9 * k as f64).sin())).collect();
    let by_f64 = |&x: &[f64; N]| plain(x);
    let by_hand = |&x: &[f64; N]| by_hand(|x| hand(x), x);
    let by_arrays = |&x: &[f64; N]| value_and_gradient_of_array(|x| dual(x), x);
    let by_tape = |x: &[f64; N]| {
        let mut g = [0.0; N];
        let value = value_and_gradient_into(|x| reverse(x.try_into().expect("as many")), x, &mut g);
        (value, g)
    };
    for x in &points {
        let (expected, found) = (by_hand(x), by_tape(x));
        assert_eq!(by_arrays(x), expected);
        assert!((0..N).all(|k| (found.1[k] - expected.1[k]).abs() < 1e-15), "{found:?} is not {expected:?}");
    }
    if !run.timed {
        println!("{name}: gradients are right");
        return;
    }
    let arrays = compare(at_all(&points, by_hand), at_all(&points, by_arrays));
    let tape = compare(at_all(&points, by_f64), at_all(&points, by_tape));
    let [plain, hand, array, reverse] =
        [tape.baseline, arrays.baseline, arrays.best, tape.best].map(|seconds| seconds * 1e9 / POINTS as f64);
    println!("{name:10}{plain:>9.1}{hand:>9.1}{array:>9.1}{:>7.2}{reverse:>15.1}", arrays.median());
}

/// Evaluates `f` at all points, into a buffer of its own.
fn at_all<P, R: Clone>(points: &[P], f: impl Fn(&P) -> R) -> impl FnMut() {
    let mut results = vec![f(&points[0]); points.len()];
    move || {
        results.iter_mut().zip(black_box(points)).for_each(|(y, x)| *y = f(x));
        black_box(&results);
    }
}

// ------------------------------------------------------------------------------------------------------------ long recordings

/// `Σ x y` with `joins` records: each round joins the sum with one of the inputs, whose gradient is the number of rounds.
fn alternating<T: Float>(x: &[T], joins: usize) -> T {
    (0..joins).fold(T::zero(), |sum, k| sum + x[k & 1])
}

fn long(run: &Run) {
    println!(
        "\nLong recordings: nanoseconds a record for the whole gradient; cold, with memory new from the system, and warm; and in \
         `no_grad`, without records"
    );
    println!("{:>12}{:>9}{:>9}{:>9}", "records", "cold", "warm", "no_grad");
    let longest = if run.timed { 8 } else { 4 };
    for records in (3..=longest).map(|k| 10_usize.pow(k)) {
        let gradient = || {
            let mut g = [0.0; 2];
            let start = ThreadTime::now();
            value_and_gradient_into(|x| alternating(x, black_box(records) + 1), black_box(&[0.5, 0.25]), &mut g);
            let seconds = start.elapsed().as_secs_f64();
            let rounds = (records + 1) as f64;
            assert_eq!(g, [(rounds / 2.0).ceil(), (rounds / 2.0).floor()]);
            seconds * 1e9 / records as f64
        };
        release_memory();
        let cold = gradient();
        let warm = (0..3).map(|_| gradient()).fold(f64::INFINITY, f64::min);
        let without = || {
            let start = ThreadTime::now();
            let f = |x: &[Reverse<f64>]| no_grad(|| alternating(x, black_box(records) + 1));
            let mut g = [f64::NAN; 2];
            value_and_gradient_into(f, black_box(&[0.5, 0.25]), &mut g);
            assert_eq!(g, [0.0; 2]);
            start.elapsed().as_secs_f64() * 1e9 / records as f64
        };
        let muted = (0..3).map(|_| without()).fold(f64::INFINITY, f64::min);
        if run.timed {
            println!("{records:>12}{cold:>9.1}{warm:>9.1}{muted:>9.1}");
        } else {
            println!("{records} records: the gradient is right");
        }
    }
    release_memory();
}

// ------------------------------------------------------------------------------------------------------------ chains of steps

const CELLS: usize = 50;

/// A rod of cells with cold ends that cools down by explicit steps, with the parameter `p[0]`.
struct Rod;

impl Chain for Rod {
    fn step<T: Float>(&self, _: usize, u: &[T], p: &[T]) -> Vec<T> {
        let at = |i: usize| u.get(i).copied().unwrap_or_else(T::zero);
        (0..u.len()).map(|i| u[i] + p[0] * (at(i.wrapping_sub(1)) - u[i] - u[i] + at(i + 1))).collect()
    }
    fn loss<T: Float>(&self, u: &[T], _: &[T]) -> T {
        u.iter().map(|&u| u * u).sum()
    }
}

/// The loss after a number of steps, of the state and then the parameter.
fn loss_of_chain<T: Float>(x: &[T], steps: usize) -> T {
    let (u, p) = x.split_at(CELLS);
    let end = (0..steps).fold(u.to_vec(), |u, k| Rod.step(k, &u, p));
    Rod.loss(&end, p)
}

fn chains(run: &Run) {
    println!(
        "\nChains of steps of {CELLS} cells: microseconds a step, best: on plain f64, recorded and swept alone, on one tape, and by\n\
         checkpoints; the ratio of the last two, median; the steps of the theory, `alone + t/l f64`, and the ratio to them, median"
    );
    println!(
        "{:>7}{:>10}{:>4}{:>6} |{:>7}{:>7}{:>7}{:>12}{:>7} |{:>7}{:>7} |{:>11}{:>7}",
        "steps",
        "snapshots",
        "r",
        "t/l",
        "f64",
        "alone",
        "tape",
        "checkpoints",
        "ratio",
        "theory",
        "ratio",
        "tape's MB",
        "ours"
    );
    for (steps, snapshots) in [(100, 3), (1000, 5), (10_000, 10)] {
        let x: Vec<f64> = (0..CELLS).map(|i| (0.3 * i as f64).sin()).chain([0.2]).collect();
        let (state, p) = x.split_at(CELLS);
        let by_checkpoints =
            || Checkpoints::new(snapshots).value_and_gradient(&Rod, black_box(state), black_box(p), steps);
        let by_tape = |g: &mut [f64]| value_and_gradient_into(|x| loss_of_chain(x, steps), black_box(&x), g);

        release_memory();
        let found = by_checkpoints();
        let kept = pooled_bytes() + snapshots * CELLS * size_of::<f64>();
        release_memory();
        let mut g = vec![0.0; x.len()];
        let value = by_tape(&mut g);
        let on_tape = pooled_bytes();
        let ChainGradient { by_state, by_parameters, .. } = &found;
        assert_eq!(found.value.to_bits(), value.to_bits(), "the same loss");
        let largest = g.iter().fold(0.0, |largest: f64, g| largest.max(g.abs()));
        let differences = by_state.iter().chain(by_parameters).zip(&g).map(|(a, b)| (a - b).abs());
        let error = differences.fold(0.0, f64::max) / largest;
        assert!(error < 1e-12, "{error}: sums in another order");
        assert_eq!(found.forward_steps, forward_steps(steps, snapshots));
        if !run.timed {
            println!("{steps} steps: the gradient is right");
            continue;
        }
        let mut one_tape = || {
            black_box(by_tape(&mut g));
        };
        let checkpoints = compare(&mut one_tape, || drop(black_box(by_checkpoints())));
        let (mut y, mut by_x) = ([0.0; CELLS], vec![0.0; x.len()]);
        let plain = || drop(black_box(Rod.step(0, black_box(state), black_box(p))));
        let mut alone =
            || vjp_into(|x| Rod.step(0, &x[..CELLS], &x[CELLS..]), black_box(&x), &[1.0; CELLS], &mut y, &mut by_x);
        let single = compare(plain, &mut alone);
        let forward = found.forward_steps;
        let in_theory = || {
            (0..forward).for_each(|_| plain());
            (0..steps).for_each(|_| alone());
        };
        let theory = compare(in_theory, || drop(black_box(by_checkpoints())));
        let per_step = |seconds: f64| seconds * 1e6 / steps as f64;
        let [tape, ours, expected] = [checkpoints.baseline, theory.best, theory.baseline].map(per_step);
        let (f64_time, alone) = (single.baseline * 1e6, single.best * 1e6);
        println!(
            "{steps:>7}{snapshots:>10}{:>4}{:>6.2} |{f64_time:>7.3}{alone:>7.3}{tape:>7.3}{ours:>12.3}{:>7.2} |{expected:>7.3}\
             {:>7.2} |{:>11.3}{:>7.3}",
            repetitions(steps, snapshots),
            forward as f64 / steps as f64,
            checkpoints.median(),
            theory.median(),
            on_tape as f64 / 1e6,
            kept as f64 / 1e6
        );
    }
    release_memory();
}
