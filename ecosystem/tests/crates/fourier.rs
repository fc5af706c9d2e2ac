//! `rustfft`: the transform is linear, so its derivative is the transform of the tangent.
//!
//! The planner instantiates all of the crate for a number type, a third of a minute to compile. The algorithms that it
//! combines are tested one by one.

use crate::assert_near;
use dualtape::{Dual, Float, Reverse, gradient};
use num_complex::Complex;
use rustfft::algorithm::{BluesteinsAlgorithm, Dft, GoodThomasAlgorithm, MixedRadix, RadersAlgorithm};
use rustfft::{Fft, FftDirection, FftNum};
use std::f64::consts::TAU;
use std::sync::Arc;

/// The sum of the definition.
fn direct<T: FftNum>(n: usize) -> Arc<dyn Fft<T>> {
    Arc::new(Dft::new(n, FftDirection::Forward))
}

/// Some signal without symmetry.
fn signal(n: usize, frequency: f64) -> impl Iterator<Item = f64> {
    (0..n).map(move |k| (frequency * k as f64).sin() + 0.1 * k as f64)
}

#[test]
fn the_tangent_of_a_transform_is_the_transform_of_the_tangent() {
    let algorithms: [Arc<dyn Fft<Dual<f64>>>; 6] = [
        direct(1),
        direct(9),
        Arc::new(MixedRadix::new(direct(6), direct(4))),
        Arc::new(GoodThomasAlgorithm::new(direct(5), direct(8))),
        Arc::new(RadersAlgorithm::new(direct(16))),
        Arc::new(BluesteinsAlgorithm::new(13, direct(32))),
    ];
    for fft in algorithms {
        let n = fft.len();
        let mut both: Vec<Complex<Dual<f64>>> = signal(n, 0.7)
            .zip(signal(n, 1.9))
            .map(|(x, dx)| Complex::new(Dual::new(x, [dx]), Dual::new(-dx, [x * dx])))
            .collect();
        let tangent = |x: &Complex<Dual<f64>>| Complex::new(x.re.tangent(), x.im.tangent());
        let constant = |x: Complex<f64>| Complex::new(Dual::constant(x.re), Dual::constant(x.im));
        let mut alone: Vec<_> = both.iter().map(tangent).map(constant).collect();
        fft.process(&mut both);
        fft.process(&mut alone);
        for (k, both) in both.iter().enumerate() {
            let wave = |j: usize| Complex::cis(-TAU * (j * k) as f64 / n as f64);
            let sum: Complex<f64> =
                signal(n, 0.7).zip(signal(n, 1.9)).enumerate().map(|(j, (x, dx))| wave(j) * Complex::new(x, -dx)).sum();
            assert_near(both.re.primal(), sum.re, 1e-12);
            assert_near(both.im.primal(), sum.im, 1e-12);
        }
        // The same operations on the same numbers: exactly equal.
        for (both, alone) in both.iter().zip(&alone) {
            assert_eq!(tangent(both), Complex::new(alone.re.primal(), alone.im.primal()));
        }
    }
}

/// `P = |X_k|²` with `X_k = Σ xⱼ e^(-2πi jk/n)` has the gradient `2 Re(conj(X_k) e^(-2πi jk/n))`.
#[test]
fn the_gradient_of_the_power_at_one_frequency() {
    for (n, k) in [(16, 3), (15, 4), (31, 1)] {
        let x: Vec<f64> = signal(n, 0.7).collect();
        // Twiddle factors are constants, so one plan serves any number of recordings.
        let fft = direct(n);
        let power = |x: &[Reverse<f64>]| {
            let mut buffer: Vec<_> = x.iter().map(|&x| Complex::new(x, Reverse::lit(0.0))).collect();
            fft.process(&mut buffer);
            buffer[k].norm_sqr()
        };
        let wave = |j: usize| Complex::cis(-TAU * (j * k) as f64 / n as f64);
        let transform: Complex<f64> = x.iter().enumerate().map(|(j, &x)| wave(j) * x).sum();
        for _ in 0..2 {
            for (j, &g) in gradient(power, &x).iter().enumerate() {
                assert_near(g, 2.0 * (transform.conj() * wave(j)).re, 1e-13);
            }
        }
    }
}
