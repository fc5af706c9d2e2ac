//! A planet on its orbit by Taylor's method, order 20: `cargo run --release --example taylor`.
//!
//! The series of position and velocity in time follow from the equation of motion order by order: the acceleration, evaluated on what is
//! known of the position, gives two orders more of it. A step is as long as the last coefficients allow (Jorba and Zou, "A software
//! package for the numerical integration of ODEs by means of high-order Taylor methods", Experimental Mathematics 14, 2005).

use dualtape::{Float, Taylor, derivatives, taylor};

const ORDER: usize = 20;
type Series = Taylor<f64, { ORDER + 1 }>;

/// The attraction of a sun of unit mass at the origin, at the place `(x, y)`.
fn acceleration<T: Float>(x: T, y: T) -> [T; 2] {
    let r_squared = x * x + y * y;
    let factor = -(r_squared * r_squared.sqrt()).recip();
    [x * factor, y * factor]
}

/// The series of the orbit through a place with a velocity.
fn orbit(place: [f64; 2], velocity: [f64; 2]) -> [Series; 2] {
    let mut q = [[0.0; ORDER + 1]; 2];
    for i in 0..2 {
        (q[i][0], q[i][1]) = (place[i], velocity[i]);
    }
    for k in 0..ORDER - 1 {
        let a = acceleration(Series::new(q[0]), Series::new(q[1]));
        for i in 0..2 {
            q[i][k + 2] = a[i].coefficient(k) / ((k + 1) * (k + 2)) as f64;
        }
    }
    q.map(Series::new)
}

/// So long a step that the last two terms are about the rounding of the place.
fn step(q: &[Series; 2]) -> f64 {
    let size = |k: usize| q[0].coefficient(k).abs().max(q[1].coefficient(k).abs());
    let radius = |k: usize| (size(k) / size(0)).powf(-1.0 / k as f64);
    radius(ORDER - 1).min(radius(ORDER)) * (-2.0_f64).exp()
}

fn energy([x, y]: [f64; 2], [u, v]: [f64; 2]) -> f64 {
    0.5 * (u * u + v * v) - 1.0 / x.hypot(y)
}

fn main() {
    // An ellipse with half axis 1 and eccentricity 1/2, from the point next to the sun: one revolution takes 2π.
    let e: f64 = 0.5;
    let (start, velocity) = ([1.0 - e, 0.0], [0.0, ((1.0 + e) / (1.0 - e)).sqrt()]);
    let (mut place, mut speed) = (start, velocity);
    let (mut time, mut steps) = (0.0, 0);
    let end = 10.0 * std::f64::consts::TAU;
    while time < end {
        let q = orbit(place, speed);
        let h = step(&q).min(end - time);
        // The velocity is the derivative of the polynomial.
        let line = Taylor::<f64, 2>::variable(h);
        let moved = q.map(|q| q.coefficients().iter().rev().fold(Taylor::constant(0.0), |sum, &c| sum * line + c));
        place = moved.map(|q| q.value());
        speed = moved.map(|q| q.derivative(1));
        time += h;
        steps += 1;
    }
    println!("Kepler's orbit, e = 0.5, after 10 revolutions in {:.1} steps each:", f64::from(steps) / 10.0);
    println!("  place    ({:.13}, {:+.1e}), exactly ({}, 0)", place[0], place[1], start[0]);
    println!("  energy   {:.15}, exactly -0.5", energy(place, speed));
    assert!(
        (place[0] - start[0]).abs() < 1e-11 && place[1].abs() < 1e-11 && (energy(place, speed) + 0.5).abs() < 1e-14
    );

    let tanh: [f64; 9] = derivatives(|x| x.tanh(), 1.0);
    println!("tanh at 1, orders 6 to 8:");
    for (found, known) in tanh[6..].iter().zip([13.624075441312104, 12.288367894320364, -277.062135603031]) {
        println!("  {found:.13}, known {known:.13}");
        assert!((found - known).abs() < 1e-14 * known.abs());
    }

    let sine: [f64; 100] = taylor(|x| x.sin(), 0.0);
    let x = std::f64::consts::FRAC_PI_4;
    println!("sin π/4 by its series, until a term is below a threshold:");
    for (threshold, known) in [(1e-4, 0.7071064695751781), (1e-150, 0.7071067811865475)] {
        let terms = sine.iter().enumerate().skip(1).step_by(2).map(|(k, c)| c * x.powi(k as i32));
        let needed = terms.clone().take_while(|term| term.abs() >= threshold).count() + 1;
        let sum: f64 = terms.take(needed).sum();
        println!("  {threshold:e}: {needed} terms, {sum:.16}, known {known:.16}");
        assert!((sum - known).abs() < 3e-16);
    }
}
