//! The smallest and the largest: fixed costs of a call, and recordings of up to 10⁸ operations.
//!
//! `cargo bench --bench extremes`; see `clock` for how ratios are made. The longest recording takes 3.2 GB. Without `--bench`
//! derivatives are checked and nothing is timed.

mod clock;

use clock::{Run, compare};
use cpu_time::ThreadTime;
use dualtape::forward::value_and_gradient_of_array;
use dualtape::{Dual, Float, Reverse, release_memory, value_and_gradient_into};
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
        "\nLong recordings: nanoseconds a record for the whole gradient; cold, with memory new from the system, and warm"
    );
    println!("{:>12}{:>9}{:>9}", "records", "cold", "warm");
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
        if run.timed {
            println!("{records:>12}{cold:>9.1}{warm:>9.1}");
        } else {
            println!("{records} records: the gradient is right");
        }
    }
    release_memory();
}
