//! How exact tangents are that pass through rules where the slope leaves the range and the result does not: against references of 25
//! digits, in every mode and nesting.
//!
//! The bounds stand in the tables "Tangents at the ends of the range" in the documentation of `src/rules/mod.rs` and
//! `src/special/mod.rs`, and are read from there. To see what is measured: `cargo test --test calculus tangents:: -- --nocapture`.

use crate::bounds::{Measured, Promises, family};
use crate::common::engines::derivatives;
use crate::common::rules::{Rule, Rule2};
use crate::common::{Checks, Curve, special};
use crate::references::{self, TangentRow, error, is_past_infinity};
use dualtape::rules::{self, Binary, Reduction, Unary, Visitor};
use dualtape::special::rules as special_rules;
use dualtape::{Dual, Float, Primitive, ScalarFunction};

/// A row of the references as a function of `u`.
#[derive(Clone, Copy)]
struct Passing<'a>(&'a TangentRow);

impl Curve for Passing<'_> {
    fn call<T: Float>(&self, u: T) -> T {
        let row = self.0;
        let point = T::Base::nearest(row.point);
        let x = if row.is_exponential { u.exp() * point } else { u * T::Base::nearest(row.tangent) + point };
        let special = |name: &str| special::Rule::names().contains(&name);
        match row.other {
            None if special(row.name) => special::Rule::named(row.name).call(x),
            None => Rule::named(row.name).call(x),
            Some((is_first, other)) => {
                let other = T::from_base(T::Base::nearest(other));
                let arguments = if is_first { [other, x] } else { [x, other] };
                if let Some(y) = of_two_entries(row.name, arguments) {
                    return y;
                }
                let special = special::Rule2::names().contains(&row.name);
                if special {
                    special::Rule2::named(row.name).eval(&arguments)
                } else {
                    Rule2::named(row.name).eval(&arguments)
                }
            }
        }
    }
}

/// Functions of slices of two entries; those with a weight have another entry, with the weight 1 and the exponent 0.
fn of_two_entries<T: Float>(name: &str, [x, y]: [T; 2]) -> Option<T> {
    use dualtape::slices;
    let (zero, one) = (T::zero(), T::one());
    Some(match name {
        "slices::log_sum_exp" => slices::log_sum_exp(&[x, y]),
        "slices::softmax" => slices::softmax(&[x, y])[0],
        "slices::norm" => slices::norm(&[x, y]),
        "slices::weighted_log_sum_exp(w)" => slices::weighted_log_sum_exp(&[x, one], &[y, zero]),
        "slices::weighted_log_sum_exp(x)" => slices::weighted_log_sum_exp(&[y, one], &[x, zero]),
        _ => return None,
    })
}

/// Orders 1 to 4, in ulp; near a zero that is no floating point number, in what one rounding of the argument does.
fn measure_tangents<B: Primitive>() -> Measured {
    let mut measured = Measured::default();
    for row in references::tangents() {
        let exact_in_base = |x: f64| B::nearest(x).widen() == x;
        let is_exact = [row.point, row.tangent, row.other.map_or(0.0, |(_, x)| x)].into_iter().all(exact_in_base);
        let curve = Passing(&row);
        if !is_exact || !curve.call(B::zero()).is_finite() {
            continue;
        }
        // A tangent of 1e300 has a square that is out of range, and with it what the chain rule adds up.
        for order in 1..=(if row.is_exponential { 4 } else { 1 }) {
            let exact = row.orders[order];
            // By `u` the function is a power or an exponential: all orders are of one size, unless terms cancel.
            let size = row.orders[1..].iter().map(|exact| exact.log10).fold(f64::NEG_INFINITY, f64::max);
            let unit = if row.is_exponential { exact.roundings(size).max(1.0) } else { 1.0 };
            for (engine, got) in derivatives(curve, B::zero(), order) {
                let past_infinity = order > 1 && is_past_infinity::<B>(&row.orders[1..order], exact);
                let error = if past_infinity && !got.is_finite() { 0.0 } else { error(got, exact) / unit };
                measured.note(row.name, order - 1, error, || {
                    format!("at {:e}, other {:?}, on {engine}: {got:e} for {exact}", row.point, row.other)
                });
            }
        }
    }
    measured
}

fn passing() -> Promises {
    const TABLES: &str = concat!(include_str!("../../src/rules/mod.rs"), include_str!("../../src/special/mod.rs"));
    Promises::read_rows(TABLES, "//! | through `", 4)
}

/// Every rule that says how a tangent passes has bounds and references, and so has every row of the tables.
#[test]
fn every_rule_that_passes_has_references() {
    struct Names(Vec<String>);
    impl Visitor for Names {
        fn unary<R: Unary>(&mut self, _: R) {
            self.0.extend(R::PASSES.then(|| R::NAME.to_string()));
        }
        fn binary<R: Binary>(&mut self, _: R) {
            self.0.extend(R::PASSES.then(|| R::NAME.to_string()));
        }
        fn reduction<R: Reduction>(&mut self, _: R, _: &[f64]) {
            self.0.extend(R::PASSES.then(|| format!("slices::{}", R::NAME)));
        }
    }
    let mut names = Names(Vec::new());
    rules::visit(&mut names);
    special_rules::visit(&mut names);
    dualtape::slices::visit(&mut names);
    let names: Vec<&str> = names.0.iter().map(String::as_str).collect();
    assert!(names.len() > 50, "only {} were found", names.len());
    passing().cover(&names, |name| references::tangents().any(|row| family(row.name) == name));
}

#[test]
fn tangents_at_the_ends_of_the_range_pass_through_rules() {
    measure_tangents::<f64>().finish(&passing());
}

#[test]
fn tangents_at_the_ends_of_the_range_pass_through_rules_in_single_precision() {
    measure_tangents::<f32>().finish(&passing());
}

// ---- Every rule against plain multiplication -----------------------------------------------------------------------------

/// Tangents of all sizes through every function. Where a slope has all its digits and its product with the tangent is a number, so is
/// the tangent that passed, and it is that product; a slope of 0 makes no tangent infinite.
struct Compared<B> {
    checks: Checks,
    points: Vec<B>,
    others: Vec<B>,
}

/// The largest relative difference of two ways to compute a product, in epsilons. Exponentials of numbers near 700 lose three digits, and
/// beside poles of a quantile so do others.
const DIFFERENCE: f64 = 1e4;

impl<B: Primitive> Compared<B> {
    fn new() -> Self {
        let sizes =
            if B::IS_SINGLE { [1e-30, 1e-20, 1e-12, 1e15, 1e30] } else { [1e-300, 1e-160, 1e-50, 1e100, 1e300] };
        let tails = [1e-3, 0.5, 0.75, 1.0, 3.0, 9.5, 12.0, 27.25, 38.75, 80.0, 171.5, 190.0, 500.0, 709.5, 800.0, 1e4];
        let both_signs = |&x: &f64| [B::nearest(x), B::nearest(-x)];
        let points = sizes.iter().chain(&tails).flat_map(both_signs).collect();
        let others = sizes.iter().chain(&[0.25, 1.0, 2.5, 20.0, 200.0, 1e4, -0.5, -3.0]).map(|&x| B::nearest(x));
        Compared { checks: Checks::default(), points, others: others.collect() }
    }

    fn along(&mut self, name: &str, f: impl Fn(Dual<B>) -> Dual<B>) {
        let least = B::min_positive_value().widen() / B::epsilon().widen();
        let tangents = if B::IS_SINGLE { [1e30, -1e15, 1e-15, 1e-30] } else { [1e300, -1e150, 1e-150, 1e-300] };
        for &x in &self.points {
            let y = f(Dual::variable(x));
            let slope = y.tangent().widen();
            if !y.primal().is_finite() || !slope.is_finite() || (slope.abs() < least && slope != 0.0) {
                continue;
            }
            for t in tangents {
                let got = f(Dual::new(x, [B::nearest(t)])).tangent().widen();
                let plain = slope * t;
                let is_right = if slope == 0.0 {
                    got.is_finite()
                } else {
                    !B::nearest(plain).is_finite()
                        || plain.abs() < least
                        || (got / plain - 1.0).abs() < DIFFERENCE * B::epsilon().widen()
                };
                self.checks.is_true(is_right, || format!("{name} at {x:e}: tangent {t:e}, slope {slope:e}: {got:e}"));
            }
        }
    }

    fn along_both(&mut self, name: &str, f: impl Fn(Dual<B>, Dual<B>) -> Dual<B>) {
        // Quantiles of distributions with such shapes are subnormal or all rounding, and so are their slopes.
        let is_quantile = name.contains("_inv") || name.contains("quantile");
        let others = self.others.clone().into_iter();
        for y in others.filter(|y| !is_quantile || (1e-3..1e5).contains(&y.abs().widen())) {
            self.along(&format!("{name} by x, y = {y:e},"), |x| f(x, Dual::constant(y)));
            self.along(&format!("{name} by y, x = {y:e},"), |x| f(Dual::constant(y), x));
        }
    }
}

impl<B: Primitive> Visitor for Compared<B> {
    fn unary<R: Unary>(&mut self, rule: R) {
        self.along(&rule.name().to_string(), |x| x.unary(rule));
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        self.along_both(&rule.name().to_string(), |x, y| x.binary(rule, y));
    }
}

fn compare<B: Primitive>() {
    let mut compared = Compared::<B>::new();
    rules::visit(&mut compared);
    special_rules::visit(&mut compared);
    for rule in &special::Rule::names()[special::Rule::visited()..] {
        compared.along(rule, |x| special::Rule::named(rule).call(x));
    }
    for rule in &special::Rule2::names()[special::Rule2::visited()..] {
        compared.along_both(rule, |x, y| special::Rule2::named(rule).eval(&[x, y]));
    }
    for name in [
        "slices::log_sum_exp",
        "slices::softmax",
        "slices::norm",
        "slices::weighted_log_sum_exp(w)",
        "slices::weighted_log_sum_exp(x)",
    ] {
        compared.along_both(name, |x, y| of_two_entries(name, [x, y]).expect("a function of the list"));
    }
    compared.checks.finish();
}

#[test]
fn tangents_of_all_sizes_pass_as_products_do() {
    compare::<f64>();
}

#[test]
fn tangents_of_all_sizes_pass_as_products_do_in_single_precision() {
    compare::<f32>();
}
