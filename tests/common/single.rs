//! The same tables on nests over `f32`.

use crate::common::engines::orders;
use crate::common::{Checks, Curve, Expected, Row};

/// Relative: a rounding of the argument, and a few of the result.
const TOLERANCE: f64 = 2e-6;

/// `true` if `x` is zero or not finite in both precisions, or in neither.
fn fits(x: f64) -> bool {
    !x.is_finite() || x == 0.0 || (f64::from(f32::MIN_POSITIVE)..1e38).contains(&x.abs())
}

/// Compares every row of a table whose numbers exist in single precision in every engine.
#[track_caller]
pub fn check_table_single<C: Curve>(rows: impl Iterator<Item = Row<C>>) {
    let mut checks = Checks::default();
    let mut skipped = 0;
    for (curve, name, at, expected) in rows {
        let all_fit = expected.iter().all(|expected| !matches!(expected, Expected::Is(x) if !fits(*x)));
        if !fits(at) || !all_fit {
            skipped += 1;
            continue;
        }
        for (order, expected) in expected.into_iter().enumerate() {
            for (engine, got) in orders(curve, at as f32, order) {
                let what = format_args!("{name} at {at:?}, order {order}, {engine}");
                checks.meets(what, got.into(), expected, TOLERANCE);
            }
        }
    }
    println!("{skipped} rows have numbers that single precision does not");
    checks.finish();
}
