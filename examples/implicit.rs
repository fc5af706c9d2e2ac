//! Kepler's equation: the position of a planet on its orbit, by a solver that knows nothing of derivatives, and its derivatives of the
//! first and second order.
//!
//! E - e sin E = M with the mean anomaly M = 235.4° and the eccentricity e = 0.4 is example 2-1 in D. A. Vallado, *Fundamentals of
//! Astrodynamics and Applications*, who finds E = 220.512074°. The other digits were computed with thirty of them.
//!
//! `cargo run --release --example implicit`

use dualtape::{Float, gradient, hessian, implicit, scalar_function};

/// The unknown E, then the parameters M and e.
fn kepler<T: Float>(z: &[T]) -> T {
    z[0] - z[2] * z[0].sin() - z[1]
}
scalar_function!(Kepler = kepler);

/// Bisection, in the plain arithmetic of `f64`: E is between M - e and M + e. Nothing of it is differentiated.
fn solver(mean: f64, eccentricity: f64) -> f64 {
    let (mut low, mut high) = (mean - eccentricity, mean + eccentricity);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if kepler(&[middle, mean, eccentricity]) < 0.0 { low = middle } else { high = middle }
    }
}

/// The anomaly as a number of the type of M and e, with all derivatives.
fn anomaly<T: Float<Base = f64>>(p: &[T]) -> T {
    let plain = solver(p[0].base(), p[1].base());
    implicit::root_scalar(&Kepler, plain, p).expect("bisection ends at the nearest numbers")
}

fn main() {
    let p = [235.4_f64.to_radians(), 0.4];
    let (gradient, hessian) = (gradient(anomaly, &p), hessian(anomaly, &p));
    println!("Kepler's equation at M = 235.4 degrees, e = 0.4\n");
    println!("                       found               known");
    for (name, found, known) in [
        ("E in degrees", anomaly(&p).to_degrees(), 220.512_074_767_522_07),
        ("dE/dM", gradient[0], 0.766_807_873_147_445_8),
        ("dE/de", gradient[1], -0.498_124_747_586_685),
        ("d2E/dM2", hessian[(0, 0)], 0.117_157_807_761_403_6),
        ("d2E/dMde", hessian[(0, 1)], -0.523_140_579_669_138_2),
        ("d2E/de2", hessian[(1, 1)], 0.630_233_378_219_343_9),
    ] {
        println!("{name:<14} {found:>19.14} {known:>19.14}");
    }
    // A solver that stops too early is not believed.
    println!("\n{}", implicit::root_scalar(&Kepler, 3.8, &p).unwrap_err());
}
