//! `basin`'s Newton method in a trust region and its L-BFGS-B, by derivatives of this crate.
//!
//! Rosenbrock's function has its minimum 0 at (1, 1). In the box `x <= 1/2` the minimum is 1/4 at (1/2, 1/4).
//!
//! `cargo run --release -p ecosystem --example basin_newton`

#[path = "adapters/basin.rs"]
mod adapter;

use adapter::Problem;
use basin::{Executor, FirstOrderState, Lbfgs, MoreSorensen, TrustRegion};
use dualtape::{Float, scalar_function};

fn rosenbrock<T: Float>(x: &[T]) -> T {
    (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
}
scalar_function!(Rosenbrock = rosenbrock);

fn main() {
    let start = || FirstOrderState::new(vec![-1.2, 1.0]);
    println!("{:34}{:>10}{:>8}{:>11}{:>10}   x", "", "value", "steps", "gradients", "Hessians");
    macro_rules! show {
        ($name:expr, $problem:expr, $solver:expr) => {{
            let result = Executor::new($problem, $solver, start()).max_iter(200).run().expect("nothing can fail");
            let (x, counts) = (result.param(), &result.counts);
            let hessians = match counts.hessian_evals {
                0 if counts.hessian_product_evals > 0 => format!("{} Hv", counts.hessian_product_evals),
                hessians => hessians.to_string(),
            };
            let (value, steps, gradients) = (result.cost(), result.iter(), counts.gradient_evals);
            println!("{:34}{value:>10.2e}{steps:>8}{gradients:>11}{hessians:>10}   {:.9}, {:.9}", $name, x[0], x[1]);
        }};
    }
    let free = || Problem::unbounded(&Rosenbrock, 2);
    let newton = TrustRegion::with_subproblem(MoreSorensen::new()).with_absolute_gradient_tolerance(1e-10);
    show!("Newton in a trust region", free(), newton);
    show!("the same by products", free(), TrustRegion::matrix_free().with_absolute_gradient_tolerance(1e-10));
    show!("L-BFGS-B without bounds", free(), Lbfgs::new());
    show!("L-BFGS-B for x <= 1/2", Problem { upper: vec![0.5, f64::INFINITY], ..free() }, Lbfgs::new());
    println!("{:34}{:>10}", "known", "0 and 1/4");
}
