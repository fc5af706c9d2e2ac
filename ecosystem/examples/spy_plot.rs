//! The pattern of a sparse Hessian as a picture: a square for each entry, in the colour of its direction of differentiation.
//!
//! The function is the energy of a field on a grid, with one more variable that all points share: a five-point stencil with a border. The
//! border is what makes it an arrow.
//!
//! `cargo run --release -p ecosystem --example spy_plot` writes `spy_plot.svg` to the folder for temporary files.

use dualtape::sparse::{HessianMethod, HessianPlan, Order, SparsePattern};
use dualtape::{Float, ScalarFunction};
use std::fmt::Write;

const SIDE: usize = 7;

/// `Σ (u² - c)²` over the points and `Σ (u - v)²` over the edges of a square grid, of all `u` and then `c`.
struct Field;

impl ScalarFunction for Field {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (u, c) = (&x[..SIDE * SIDE], x[SIDE * SIDE]);
        let wells: T = u.iter().map(|&u| (u * u - c).powi(2)).sum();
        let right = (0..u.len()).filter(|i| i % SIDE > 0).map(|i| (u[i] - u[i - 1]).powi(2));
        let down = (SIDE..u.len()).map(|i| (u[i] - u[i - SIDE]).powi(2));
        wells + right.sum::<T>() + down.sum::<T>()
    }
}

/// A square for each entry, with a colour of the rainbow for each direction.
fn spy_plot(pattern: &SparsePattern, plan: &HessianPlan) -> String {
    let (width, height) = (pattern.columns(), pattern.rows());
    let mut svg =
        format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="600" viewBox="-1 -1 {} {}">"#, width + 2, height + 2);
    writeln!(svg, r#"<rect width="{width}" height="{height}" fill="none" stroke="gray" stroke-width="0.1"/>"#)
        .expect("a string grows");
    for (row, column) in pattern.triplets() {
        let direction = plan.colour_of(column).expect("a column with entries has one");
        let hue = 360 * direction / plan.colours();
        writeln!(svg, r#"<rect x="{column}" y="{row}" width="0.9" height="0.9" fill="hsl({hue} 70% 45%)"/>"#)
            .expect("a string grows");
    }
    svg + "</svg>\n"
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let x0 = [0.0; SIDE * SIDE + 1];
    let pattern = SparsePattern::of_hessian(&Field, &x0)?;
    println!("{pattern}");
    for method in [HessianMethod::Direct, HessianMethod::Substitution] {
        for order in [Order::Natural, Order::LargestFirst, Order::SmallestLast] {
            let plan = HessianPlan::with(pattern.clone(), method, order)?;
            println!("{method:?}, {order:?}: {} directions", plan.colours());
        }
    }
    let plan = HessianPlan::from_pattern(pattern.clone())?;
    plan.verify(&Field, &[0.5; SIDE * SIDE + 1])?;
    let path = std::env::temp_dir().join("spy_plot.svg");
    std::fs::write(&path, spy_plot(&pattern, &plan))?;
    println!("{} entries in {}", pattern.nnz(), path.display());
    Ok(())
}
