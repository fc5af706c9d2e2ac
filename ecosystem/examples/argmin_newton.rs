//! `argmin`'s trust region method, with gradient and Hessian from this crate, on Thomson's problem: 12 electrons on a sphere.
//!
//! They settle on the corners of an icosahedron, with the energy 49.165253058.
//!
//! `cargo run --release -p ecosystem --example argmin_newton`

#[path = "adapters/argmin.rs"]
mod adapter;

use adapter::Problem;
use argmin::core::{Error, Executor, State};
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use dualtape::{Float, ScalarFunction};

const ELECTRONS: usize = 12;

/// The Coulomb energy `Σ 1 / |rᵢ - rⱼ|`; an electron has two angles, from the pole and around it.
struct Thomson;

impl ScalarFunction for Thomson {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let place = |a: &[T]| [a[0].sin() * a[1].cos(), a[0].sin() * a[1].sin(), a[0].cos()];
        let r: Vec<[T; 3]> = x.chunks(2).map(place).collect();
        let pairs = r.iter().enumerate().flat_map(|(i, a)| r[..i].iter().map(move |b| (a, b)));
        pairs.map(|(a, b)| a.iter().zip(b).map(|(&a, &b)| (a - b).powi(2)).sum::<T>().sqrt().recip()).sum()
    }
}

fn main() -> Result<(), Error> {
    // A spiral from pole to pole, by the golden angle.
    let height = |k: usize| 1.0 - (2 * k + 1) as f64 / ELECTRONS as f64;
    let start = (0..ELECTRONS).flat_map(|k| [height(k).acos(), 2.399963 * k as f64]).collect();
    // The method has no criterion of its own besides the number of steps.
    let executor = Executor::new(Problem(&Thomson), TrustRegion::new(Steihaug::new()));
    let result = executor.configure(|state| state.param(start).max_iters(15)).run()?;
    let (state, best) = (result.state(), result.state().get_best_param().expect("there was a start"));
    let slope = dualtape::gradient(|x| Thomson.eval(x), best).into_iter().map(f64::abs).fold(0.0, f64::max);
    println!("energy {:.9} after {} steps, largest slope {slope:.0e}", state.get_best_cost(), state.get_iter());
    println!(" known 49.165253058");
    Ok(())
}
