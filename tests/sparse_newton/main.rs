//! Newton's method with sparse Hessians: against the dense method, the sizes of factors, and every way it can end.
#![cfg(feature = "faer")]

#[path = "../common/adbench/mod.rs"]
mod adbench;
#[path = "../common/mgh.rs"]
#[allow(dead_code, reason = "names and residuals are for other tests")]
mod mgh;
#[path = "../common/surface.rs"]
mod surface;

mod ends;
mod factors;
mod minima;

use dualtape::ScalarFunction;
use dualtape::optimize::{SparseNewton, SparseReport};
use dualtape::sparse::HessianPlan;

/// A plan by the operations of the function.
fn plan(f: &impl ScalarFunction, x0: &[f64]) -> HessianPlan {
    HessianPlan::detect(f, x0).expect("a function without branches")
}

fn minimise(f: &impl ScalarFunction, x0: &[f64]) -> SparseReport {
    SparseNewton::new().trace(true).minimize(f, &plan(f, x0), x0)
}

#[track_caller]
fn assert_minimum(report: &SparseReport, x: &[f64], tolerance: f64) {
    assert!(report.converged(), "{report}");
    assert_eq!(report.x.len(), x.len());
    for (found, expected) in report.x.iter().zip(x) {
        assert!((found - expected).abs() <= tolerance, "found {found:?}, expected {expected:?} in {report}");
    }
}
