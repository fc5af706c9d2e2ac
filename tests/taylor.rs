//! Power series: known numbers, and agreement with nested dual numbers.
#![cfg(feature = "std")]

use dualtape::{derivatives, taylor, Float};

fn pair<T: Float>(x: T) -> T {
    let y = (x * x.sin()).exp();
    y * (x * y).sin() + x
}

#[test]
fn smoke() {
    let d: [f64; 9] = derivatives(|x| x.tanh(), 1.0);
    println!("{d:?}");
    let d: [f64; 5] = derivatives(|x| x.sin(), 1.0);
    println!("{d:?}");
    let d: [f64; 5] = derivatives(|x| x.sqrt(), 0.0);
    println!("{d:?}");
    let d: [f64; 7] = derivatives(pair, 0.7);
    println!("{d:?}");
    let c: [f64; 6] = taylor(|x| dualtape::Special::gamma(x), 2.5);
    println!("{c:?}");
    let c: [f64; 6] = taylor(|x| dualtape::Special::erf(x), 0.5);
    println!("{c:?}");
}
