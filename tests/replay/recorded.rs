//! The programs in `tests/no_std/data`, which the package there replays without the standard library.

#[path = "../no_std/src/models.rs"]
mod models;

use dualtape::graph::Graph;
use dualtape::scalar_function;
use models::{energy, exact};
use std::path::Path;

scalar_function!(Energy = energy);
scalar_function!(Exact = exact);

/// Points, and value, gradient and Hessian there.
fn results(graph: &Graph) -> Vec<u8> {
    let points = (0..20).map(|k| [0.1 * f64::from(k) - 1.0, 0.07 * f64::from(k) + 0.5]);
    let numbers = points.flat_map(|x| [x.to_vec(), graph.eval(&x).expect("x is below y")].concat());
    numbers.flat_map(f64::to_le_bytes).collect()
}

/// The files are what is written now. If the format has changed, run with `WRITE_RECORDED=1`.
#[test]
fn recorded_programs_are_those_of_this_release() {
    let pendulum = Graph::record(&Energy, &[0.3, -0.4, 1.0, 0.5]).value_and_gradient();
    let exact = Graph::record(&Exact, &[0.1, 0.5]).value_gradient_and_hessian();
    let results = results(&exact);
    let files =
        [("pendulum", pendulum.to_bytes().unwrap()), ("exact", exact.to_bytes().unwrap()), ("exact_results", results)];
    for (name, bytes) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no_std/data").join(name);
        if std::env::var_os("WRITE_RECORDED").is_some() {
            std::fs::write(&path, &bytes).expect("the folder is there");
        }
        assert!(std::fs::read(&path).is_ok_and(|found| found == bytes), "{name}");
    }
}
