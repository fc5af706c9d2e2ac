//! How exact derivatives are: the error of every rule and order against references of 25 digits, and the bounds that are
//! promised for it.
//!
//! The bounds stand in one place, the table in the documentation of `src/rules.rs`, and are read from there. To see what is
//! measured, in the form of that table: `cargo test --test accuracy -- --nocapture`.
//!
//! # The unit
//! Errors are in units in the last place (ulp) of the exact derivative. Points are exact binary numbers, so the sensitivity
//! of a function to its argument excuses nothing, with one exception.
//!
//! Some derivatives have zeros inside the domain that are no floating point numbers, such as the third of `tanh` where
//! `tanh² x = 1/3`. Near them the unit is what one rounding of the argument does to the derivative, if that is more than an
//! ulp. For functions of one argument that concerns orders 3 and 4, and the unit is never more than an ulp of the size that
//! the derivative has *away* from its zero, the geometric mean of its neighbours in order: for `exp` at 700, where a
//! rounding of the argument moves the result by 350 ulp, the neighbours are as large as the derivative itself, and an ulp
//! is an ulp. For functions of two arguments it concerns orders 2 to 4 (`xʸ⁻¹ (1 + y ln x)`).
#![cfg(all(feature = "std", feature = "nalgebra"))] // matrices of the drivers

mod common;
#[path = "common/references.rs"]
mod references;

use common::Curve;
use common::engines::{Backward, Forward, Labelled, gradients, hessians, orders, slope};
use common::rules::{Rule, Rule2};
use dualtape::{Dual, Float, Primitive, ScalarFunction};
use references::{Exact, Row, place};
use std::collections::BTreeMap;
use std::fmt::Write as _;

// ---- What is promised ------------------------------------------------------------------------------------------------

/// The bounds of each function for orders 1 to 4, in ulp, from the documentation.
fn promises() -> BTreeMap<&'static str, [f64; 4]> {
    let table = include_str!("../src/rules.rs").lines().filter_map(|line| line.strip_prefix("//! | `"));
    let mut promises = BTreeMap::new();
    for row in table {
        let (names, bounds) = row.split_once('|').expect("a row has columns");
        let bounds: Vec<f64> = bounds.split_terminator('|').map(|cell| cell.trim().parse().expect(row)).collect();
        for name in names.split(',') {
            let name = name.trim().trim_matches('`');
            let former = promises.insert(name, bounds.clone().try_into().expect(row));
            assert!(former.is_none(), "{name} has two rows");
        }
    }
    promises
}

/// The table holds for the mathematical library it was measured with. Another one may be an ulp worse, in each factor.
const OTHER_LIBRARY: f64 =
    if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")) { 0.0 } else { 1.0 };

/// The worst error that was found, and where.
#[derive(Default)]
struct Worst {
    error: f64,
    at: String,
}

/// What was measured: for each function the worst error of each order, from 1.
#[derive(Default)]
struct Measured(BTreeMap<&'static str, [Worst; 4]>);

impl Measured {
    fn note(&mut self, name: &'static str, order: usize, error: f64, at: impl FnOnce() -> String) {
        let worst = &mut self.0.entry(family(name)).or_default()[order - 1];
        assert!(!error.is_nan(), "{name}: the error is no number");
        if worst.at.is_empty() || error > worst.error {
            *worst = Worst { error, at: at() };
        }
    }

    /// Prints what was measured, and compares it with what is promised.
    #[track_caller]
    fn finish(self) {
        assert!(!self.0.is_empty(), "nothing was measured");
        let (promises, mut faults) = (promises(), String::new());
        for (name, worst) in &self.0 {
            print!("//! | `{name}` |");
            let bounds = promises.get(name).unwrap_or_else(|| panic!("no bounds for {name}"));
            for (k, (worst, bound)) in worst.iter().zip(bounds).enumerate() {
                print!(" {:.1} |", (10.0 * worst.error).ceil() / 10.0);
                if worst.error > bound + OTHER_LIBRARY * (k + 1) as f64 {
                    let Worst { error, at } = worst;
                    write!(faults, "\n  {name}, order {}: {error:.2} ulp {at}, promised are {bound}", k + 1)
                        .expect("strings take everything");
                }
            }
            println!();
        }
        assert!(faults.is_empty(), "less exact than promised:{faults}");
    }
}

/// `powi` for `powi(3)`.
fn family(name: &'static str) -> &'static str {
    name.split('(').next().unwrap_or(name)
}

#[test]
fn every_function_has_bounds() {
    let promises = promises();
    for name in dualtape::rules::UNARY {
        assert!(promises.contains_key(name), "no bounds for {name}");
    }
    for name in Rule2::NAMES {
        assert!(promises.contains_key(name), "no bounds for {name}");
    }
    for (name, bounds) in promises {
        let measured = references::unary().chain(references::binary()).any(|row| family(row.name) == name);
        assert!(measured || bounds == [0.0; 4], "no references for {name}"); // exact ones are compared in `table.rs`
    }
}

/// `true` if a derivative is only promised not to be finite: past an infinite derivative, which infinity or NaN comes next
/// depends on the path to it.
fn is_past_infinity<B: Primitive>(earlier: &[Exact], exact: Exact) -> bool {
    let overflows = |exact: &Exact| !B::nearest(exact.nearest).base().widen().is_finite();
    overflows(&exact) && earlier.iter().any(overflows)
}

fn error<B: Primitive>(got: B, exact: Exact) -> f64 {
    if B::epsilon().widen() == f64::EPSILON { exact.error(got.widen()) } else { exact.error_single(got.widen() as f32) }
}

// ---- One argument ----------------------------------------------------------------------------------------------------

/// The derivative of an order through many nestings; of order 4 also those with recordings in them.
fn derivatives<B: Float>(rule: Rule, x: B, order: usize) -> Vec<Labelled<B>> {
    let mut all = orders(rule, x, order);
    if order == 4 {
        let alternating = slope::<Forward, _>(slope::<Backward, _>(slope::<Forward, _>(slope::<Backward, _>(rule))));
        let twice = slope::<Forward, _>(slope::<Forward, _>(slope::<Backward, _>(slope::<Backward, _>(rule))));
        all.push(("Reverse<Dual<Reverse<Dual>>>", alternating.call(x)));
        all.push(("Reverse<Reverse<Dual<Dual>>>", twice.call(x)));
    }
    all
}

#[track_caller]
fn measure_rules_of_one_argument<B: Primitive>() {
    let mut measured = Measured::default();
    for Row { name, point, orders } in references::unary() {
        let (rule, x) = (Rule::named(name), B::nearest(point[0]));
        if x.widen() != point[0] || !rule.call(x).is_finite() {
            continue;
        }
        for order in 1..=4 {
            let exact = orders[order];
            let (before, after) = (orders[order - 1].log10, orders[order + 1].log10);
            let sensitivity = (after + x.widen().abs().log10()).min(0.5 * (before + after));
            let unit = if order < 3 { 1.0 } else { exact.roundings(sensitivity).max(1.0) };
            for (engine, got) in derivatives(rule, x, order) {
                let error = if is_past_infinity::<B>(&orders[1..order], exact) && !got.is_finite() {
                    0.0
                } else {
                    error(got, exact) / unit
                };
                measured.note(name, order, error, || format!("at {x:e} on {engine}: {got:e} for {exact}"));
            }
        }
    }
    measured.finish();
}

#[test]
fn rules_of_one_argument_are_as_exact_as_promised() {
    measure_rules_of_one_argument::<f64>();
}

#[test]
fn rules_of_one_argument_are_as_exact_in_single_precision() {
    measure_rules_of_one_argument::<f32>();
}

// ---- Two arguments ---------------------------------------------------------------------------------------------------

/// All partial derivatives of orders 1 to 4: the order, how many of them are by `y`, and the derivative. Each of four
/// levels has both variables.
fn partials<B: Primitive>(f: Rule2, x: B, y: B) -> Vec<(usize, usize, Labelled<B>)> {
    fn seed<T: Float>([x, y]: [T; 2]) -> [Dual<T, 2>; 2] {
        [Dual::seeded(x, 0), Dual::seeded(y, 1)]
    }
    let z = f.eval(&seed(seed(seed(seed([x, y])))));
    let engine = "duals in duals";
    let mut all = Vec::new();
    for a in 0..2 {
        let first = z.tangents()[a];
        all.push((1, a, (engine, first.base())));
        for b in 0..2 {
            let second = first.tangents()[b];
            all.push((2, a + b, (engine, second.base())));
            for c in 0..2 {
                let third = second.tangents()[c];
                all.push((3, a + b + c, (engine, third.base())));
                all.extend((0..2).map(|d| (4, a + b + c + d, (engine, third.tangents()[d]))));
            }
        }
    }
    all
}

/// The same for orders 1 and 2, through every driver.
fn partials_by_drivers(f: Rule2, x: f64, y: f64) -> Vec<(usize, usize, Labelled<f64>)> {
    let mut all = Vec::new();
    for (engine, gradient) in gradients(&f, &[x, y]) {
        all.extend(gradient.into_iter().enumerate().map(|(k, got)| (1, k, (engine, got))));
    }
    for (engine, hessian) in hessians(&f, &[x, y]) {
        all.extend([0, 1, 1, 2].into_iter().zip(hessian).map(|(k, got)| (2, k, (engine, got))));
    }
    all
}

#[track_caller]
fn measure_rules_of_two_arguments<B: Primitive>(partials: impl Fn(Rule2, B, B) -> Vec<(usize, usize, Labelled<B>)>) {
    let mut measured = Measured::default();
    for Row { name, point, orders } in references::binary() {
        let (rule, [x, y]) = (Rule2::named(name), [point[0], point[1]].map(B::nearest));
        if [x.widen(), y.widen()] != *point || !rule.eval(&[x, y]).is_finite() {
            continue;
        }
        for (order, k, (engine, got)) in partials(rule, x, y) {
            let exact = orders[place(order, k)];
            let by_x = orders[place(order + 1, k)].log10 + x.widen().abs().log10();
            let by_y = orders[place(order + 1, k + 1)].log10 + y.widen().abs().log10();
            let unit = if order < 2 { 1.0 } else { exact.roundings(by_x.max(by_y)).max(1.0) };
            let error = if is_past_infinity::<B>(&orders[1..place(order, 0)], exact) && !got.is_finite() {
                0.0
            } else {
                error(got, exact) / unit
            };
            measured.note(name, order, error, || {
                format!("at ({x:e}, {y:e}), derivative {k} on {engine}: {got:e} for {exact}")
            });
        }
    }
    measured.finish();
}

#[test]
fn rules_of_two_arguments_are_as_exact_as_promised() {
    measure_rules_of_two_arguments::<f64>(partials);
}

#[test]
fn rules_of_two_arguments_are_as_exact_from_every_driver() {
    measure_rules_of_two_arguments::<f64>(partials_by_drivers);
}

#[test]
fn rules_of_two_arguments_are_as_exact_in_single_precision() {
    measure_rules_of_two_arguments::<f32>(partials);
}
