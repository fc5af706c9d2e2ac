//! Descends to the rest of a chain of springs, with a gradient that the build script wrote.
//!
//! `cargo run` in this folder. The program has no dependencies: the crate is there while it is built, and not when it runs.

mod model {
    include!(concat!(env!("OUT_DIR"), "/energy.rs"));
}

fn main() {
    let mut x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let mut y = [0.0; 9];
    let mut memory = [0.0; model::ENERGY_MEMORY];
    for _ in 0..12_000 {
        model::energy(&x, &mut y, &mut memory).expect("the function has no branches");
        x.iter_mut().zip(&y[1..]).for_each(|(x, slope)| *x -= 0.1 * slope);
    }
    // Each spring carries the whole pull: s + s³ = 1/10 for its stretch s.
    let stretch = x[7] / 8.0 - 1.0;
    println!("each spring is {stretch:.12} longer, {:.12} of force", stretch + stretch.powi(3));
    assert!((stretch + stretch.powi(3) - 0.1).abs() < 1e-12);
}
