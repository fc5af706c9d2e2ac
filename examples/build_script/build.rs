//! Records a model and writes its value and gradient as Rust source.

use dualtape::graph::Graph;
use dualtape::{Float, scalar_function};
use std::path::Path;

/// The energy of a chain of eight masses on springs, with a pull at its end: `Σ (dᵢ - 1)² / 2 + (dᵢ - 1)⁴ / 4 - x₇ / 10` with the lengths
/// `dᵢ` of the springs.
fn energy<T: Float>(x: &[T]) -> T {
    let mut before = T::zero();
    let mut sum = T::zero();
    for &place in x {
        let stretch = place - before - T::one();
        sum += stretch * stretch * T::lit(0.5) + stretch.powi(4) * T::lit(0.25);
        before = place;
    }
    sum - before * T::lit(0.1)
}
scalar_function!(Energy = energy);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let graph = Graph::record(&Energy, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let source = graph.compile_value_and_gradient().to_rust("energy")?;
    let folder = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&folder).join("energy.rs"), source.text())?;
    if let Some(data) = source.data() {
        std::fs::write(Path::new(&folder).join(source.data_name()), data)?;
    }
    Ok(())
}
