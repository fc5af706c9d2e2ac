//! How exact tangents are that pass through rules where the slope leaves the range and the result does not: against references of 25
//! digits, in every mode and nesting.
//!
//! The bounds stand in the tables "Tangents at the ends of the range" in the documentation of `src/rules/mod.rs` and
//! `src/special/mod.rs`, and are read from there. To see what is measured: `cargo test --test tangents -- --nocapture`.
#![cfg(all(feature = "std", feature = "nalgebra"))] // matrices of the drivers

#[path = "common/bounds.rs"]
mod bounds;
mod common;
#[path = "common/references.rs"]
mod references;

use bounds::{Measured, Promises};
use common::engines::derivatives;
use common::rules::{Rule, Rule2};
use common::{Curve, special};
use dualtape::{Float, Primitive, ScalarFunction};
use references::{TangentRow, error, is_past_infinity};

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
    const TABLES: &str = concat!(include_str!("../src/rules/mod.rs"), include_str!("../src/special/mod.rs"));
    Promises::read_rows(TABLES, "//! | through `", 4)
}

#[test]
fn tangents_at_the_ends_of_the_range_pass_through_rules() {
    measure_tangents::<f64>().finish(&passing());
}

#[test]
fn tangents_at_the_ends_of_the_range_pass_through_rules_in_single_precision() {
    measure_tangents::<f32>().finish(&passing());
}
