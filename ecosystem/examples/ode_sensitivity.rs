//! Sensitivities of an orbit, through the solver of the crate `differential-equations`, unchanged.
//!
//! A body on a circular orbit, r = v = μ = 1, is followed for one period, 2π. How its final state depends on the initial one and
//! on μ is known: if the period `T = 2π √(a³ / μ)`, `1/a = 2/r - v²/μ`, grows by δT, then the body is late by δT. So the
//! derivatives are the identity minus `f ∇T`, where `f = (0, 1, -1, 0)` is the velocity of the state, and `∇T` is 6π by x and
//! by vy, -4π by μ.
//!
//! `cargo run --release -p ecosystem --example ode_sensitivity`

use differential_equations::prelude::{ExplicitRungeKutta, IVP};
use dualtape::{Dual, Float};
use std::array;
use std::f64::consts::{PI, TAU};

/// Five directions at once: four of the initial state, and μ.
type Number = Dual<f64, 5>;

/// State (x, y, vx, vy) after the time `t` in the field of a mass μ.
fn orbit(start: [Number; 4], mu: Number, t: f64) -> [Number; 4] {
    let field = |_, &[x, y, vx, vy]: &[Number; 4], slope: &mut [Number; 4]| {
        let pull = -mu / x.hypot(y).powi(3);
        *slope = [vx, vy, pull * x, pull * y];
    };
    let solution = IVP::ode_from_fn(field, Number::lit(0.0), Number::lit(t), start)
        .method(ExplicitRungeKutta::dop853().rtol(Number::lit(1e-13)).atol(Number::lit(1e-13)))
        .solve();
    *solution.expect("the orbit is smooth").y.last().expect("it has an end")
}

fn main() {
    let start = [1.0, 0.0, 0.0, 1.0];
    let end = orbit(array::from_fn(|k| Dual::seeded(start[k], k)), Dual::seeded(1.0, 4), TAU);

    println!("after one period  by x0       by y0      by vx0     by vy0     by mu");
    let (velocity, period) = ([0.0, 1.0, -1.0, 0.0], [6.0 * PI, 0.0, 0.0, 6.0 * PI, -4.0 * PI]);
    let mut worst = 0.0_f64;
    for (i, name) in ["x", "y", "vx", "vy"].into_iter().enumerate() {
        print!("{name:>2} = {:>9.6}", end[i].primal());
        for (k, tangent) in end[i].tangents().into_iter().enumerate() {
            worst = worst.max((tangent - f64::from(i == k) + velocity[i] * period[k]).abs());
            print!(" {tangent:>10.5}");
        }
        println!();
    }
    println!(
        "6 pi = {:.5}, 4 pi = {:.5}; largest difference from the known derivatives: {worst:.0e}",
        6.0 * PI,
        4.0 * PI
    );
}
