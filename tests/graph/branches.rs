//! Random programs full of branches, by `Adaptive`: at every point what the drivers give, whatever was called before.

use super::problems::Random;
use dualtape::graph::{Adaptive, AdaptiveReport};
use dualtape::{
    Float, ScalarFunction, VectorFunction, jvp_of, value_and_gradient_of, value_gradient_and_hvp_of, vjp_of,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A program whose instructions go by the values of results before them.
struct Wild(Vec<(usize, usize, usize)>);

const INSTRUCTIONS: usize = 24;

impl Wild {
    fn new(random: &mut Random) -> Wild {
        let length = 4 + random.below(12);
        Wild((0..length).map(|_| (random.below(INSTRUCTIONS), random.below(20), random.below(20))).collect())
    }

    fn run<T: Float>(&self, x: &[T]) -> Vec<T> {
        let (half, one, two) = (T::lit(0.5), T::one(), T::lit(2.0));
        let mut v = x.to_vec();
        for &(instruction, i, j) in &self.0 {
            let (a, b) = (v[i % v.len()], v[j % v.len()]);
            v.push(match instruction {
                0 => a + b,
                1 => a - b,
                2 => a * b,
                3 => a / b,
                4 => a.sin(),
                5 => (a * T::lit(0.1)).exp(),
                6 => a.tanh(),
                7 => a.hypot(b),
                8 => a.max(b) + a.min(one),
                9 => a.abs(),
                10 => a.clamp(-one, two) * b,
                11 if a < b => a * a,
                11 => b + one,
                12 => {
                    let (mut left, mut sum, mut rounds) = (a, b, 0);
                    while left > half && rounds < 12 {
                        sum = sum * half + left;
                        left *= half;
                        rounds += 1;
                    }
                    sum
                }
                // The value leaves the numbers: another one at nearly every point.
                13 => b * T::lit(a.to_f64().unwrap_or(0.0).floor()),
                14 => v[(a.abs() * two).floor().to_usize().unwrap_or(0) % v.len()] + half,
                15 if a == b => a + one,
                15 => a - b * half,
                16 if a.is_nan() => half,
                16 => a * half,
                17 => match a.partial_cmp(&b) {
                    Some(std::cmp::Ordering::Less) => a * b,
                    Some(std::cmp::Ordering::Equal) => a,
                    Some(std::cmp::Ordering::Greater) => a - b,
                    None => one,
                },
                18 if a.is_sign_negative() => -a,
                18 => a.sqrt(),
                19 => {
                    if a > T::lit(2.4) {
                        panic!("the argument is too large");
                    }
                    a * a
                }
                20 => a.if_less(b, || a * two, || b),
                21 => a.floor() * b,
                22 => a.abs().powf(b.tanh()),
                _ => -a + half,
            });
        }
        v
    }
}

impl ScalarFunction for Wild {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let v = self.run(x);
        v[v.len() - 1] + v[v.len() / 2]
    }
}

impl VectorFunction for Wild {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let v = self.run(x);
        vec![v[v.len() - 1], v[v.len() / 2], v[0] * v[v.len() - 1]]
    }
}

/// Some places around which points are taken again and again, and some where nothing is as usual.
fn point(random: &mut Random, places: &[[f64; 2]]) -> [f64; 2] {
    match random.below(12) {
        0 => [0.0, 0.0],
        1 => [1.0, 1.0],
        2 => [f64::NAN, 0.5],
        3 => [f64::INFINITY, -1.0],
        4 => [1e200, -1e-200],
        5 => [-0.0, 2.5],
        k if k < 9 => places[random.below(places.len())],
        _ => places[random.below(places.len())].map(|x| x + 1e-3 * random.number()),
    }
}

fn outcome<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

/// The values to the bit, and derivatives but for rounding where terms cancel.
fn agree(found: Result<(Vec<f64>, Vec<f64>), String>, right: Result<(Vec<f64>, Vec<f64>), String>) -> bool {
    match (found, right) {
        (Ok((values, derivatives)), Ok((right_values, right))) => {
            let size = right.iter().filter(|y| y.is_finite()).fold(1.0_f64, |size, y| size.max(y.abs()));
            let is_same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-11 * size;
            (values.len(), derivatives.len()) == (right_values.len(), right.len())
                && values
                    .iter()
                    .zip(&right_values)
                    .all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
                && derivatives.iter().zip(&right).all(|(&a, &b)| is_same(a, b))
        }
        (Err(found), Err(right)) => found == right,
        _ => false,
    }
}

/// Runs a program through many calls of all kinds and compares each with its driver.
fn compare(program: u64, f: &Wild, random: &mut Random) -> AdaptiveReport {
    const KEPT: usize = 4;
    let adaptive = Adaptive::new(f).record_after(2).most_recordings(KEPT).by_estimate(false);
    let places: Vec<[f64; 2]> = (0..3).map(|_| [random.between(-2.5, 2.5), random.between(-2.5, 2.5)]).collect();
    let (v, w) = ([1.0, 0.5], [0.5, -1.0, 2.0]);
    for call in 0..60 {
        let x = point(random, &places);
        let kind = random.below(6);
        let flat = |(value, gradient, hessian): (f64, Vec<f64>, Vec<f64>)| (vec![value], [gradient, hessian].concat());
        let (found, right) = match kind {
            0 | 1 => (
                outcome(|| {
                    flat({
                        let (value, gradient) = adaptive.value_and_gradient(&x);
                        (value, gradient, vec![])
                    })
                }),
                outcome(|| {
                    flat({
                        let (value, gradient) = value_and_gradient_of(f, &x);
                        (value, gradient, vec![])
                    })
                }),
            ),
            2 => (
                outcome(|| flat(adaptive.value_gradient_and_hvp(&x, &v))),
                outcome(|| flat(value_gradient_and_hvp_of(f, &x, &v))),
            ),
            3 => (outcome(|| adaptive.jvp(&x, &v)), outcome(|| jvp_of(f, &x, &v))),
            4 => (outcome(|| adaptive.vjp(&x, &w)), outcome(|| vjp_of(f, &x, &w))),
            _ => second_and_jacobian(&adaptive, f, &x, call % 2 == 0),
        };
        let what =
            format!("program {program} {:?}, call {call} of kind {kind} at {x:?}: {found:?}, right is {right:?}", f.0);
        assert!(agree(found, right), "{what}\n{}", adaptive.report());
    }
    let report = adaptive.report();
    assert!(report.kept() <= KEPT, "{report}");
    report
}

type Outcome = Result<(Vec<f64>, Vec<f64>), String>;

/// The derivatives that are matrices.
#[cfg(feature = "nalgebra")]
fn second_and_jacobian(adaptive: &Adaptive<&Wild>, f: &Wild, x: &[f64], second: bool) -> (Outcome, Outcome) {
    use dualtape::{value_and_jacobian_of, value_gradient_and_hessian_of};
    let flat = |(value, gradient, hessian): (f64, Vec<f64>, nalgebra::DMatrix<f64>)| {
        (vec![value], [gradient, hessian.as_slice().to_vec()].concat())
    };
    let rows = |(value, jacobian): (Vec<f64>, nalgebra::DMatrix<f64>)| (value, jacobian.as_slice().to_vec());
    if second {
        let found = outcome(|| flat(adaptive.value_gradient_and_hessian(x)));
        (found, outcome(|| flat(value_gradient_and_hessian_of(f, x))))
    } else {
        (outcome(|| rows(adaptive.value_and_jacobian(x))), outcome(|| rows(value_and_jacobian_of(f, x))))
    }
}

#[cfg(not(feature = "nalgebra"))]
fn second_and_jacobian(adaptive: &Adaptive<&Wild>, f: &Wild, x: &[f64], _: bool) -> (Outcome, Outcome) {
    (outcome(|| adaptive.jvp(x, &[0.0, 1.0])), outcome(|| jvp_of(f, x, &[0.0, 1.0])))
}

#[test]
fn programs_with_random_branches_give_what_the_drivers_give() {
    let (mut replays, mut misses, mut recordings, mut calls) = (0, 0, 0, 0);
    let programs = if cfg!(miri) { 5 } else { 200 };
    for program in 0..programs {
        let mut random = Random::new(program + 1);
        let f = Wild::new(&mut random);
        let report = compare(program, &f, &mut random);
        replays += report.replays();
        misses += report.misses();
        recordings += report.recordings();
        calls += report.calls();
    }
    println!(
        "{calls} calls, {replays} replayed, {misses} without a recording of their branches, {recordings} recordings"
    );
    assert!(cfg!(miri) || (replays > calls / 8 && misses > calls / 8 && recordings > 2 * programs));
}

/// Twice the same calls, twice the same bits.
#[test]
fn the_same_calls_give_the_same_bits() {
    let run = || -> Vec<u64> {
        let mut random = Random::new(77);
        let f = Wild(vec![(6, 0, 1), (11, 2, 1), (12, 3, 0), (4, 4, 2), (2, 5, 3), (7, 6, 1)]);
        let adaptive = Adaptive::new(f).record_after(3).by_estimate(false);
        let mut point = || [random.between(-2.0, 2.0), random.between(-2.0, 2.0)];
        (0..200).flat_map(|_| adaptive.gradient(&point())).map(f64::to_bits).collect()
    };
    assert_eq!(run(), run());
}
