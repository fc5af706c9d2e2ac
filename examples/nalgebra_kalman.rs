//! Maximum likelihood through a Kalman filter: Newton's method on the exact gradient and Hessian of a filter written with
//! nalgebra.
//!
//! The flow of the Nile at Aswan, 1871 to 1970, as a local level observed with noise. Durbin & Koopman, *Time Series Analysis
//! by State Space Methods*, section 2.10, give the variances 15099 of the observation and 1469.1 of the level; the R package
//! KFAS gives the log-likelihood -632.5456.
//!
//! `cargo run --release --example nalgebra_kalman`

use dualtape::matrix;
use nalgebra::{RealField, SMatrix, SVector, Vector2, convert, vector};

#[rustfmt::skip]
const NILE: [f64; 100] = [
    1120., 1160., 963., 1210., 1160., 1160., 813., 1230., 1370., 1140., 995., 935., 1110., 994., 1020., 960., 1180., 799., 958., 1140.,
    1100., 1210., 1150., 1250., 1260., 1220., 1030., 1100., 774., 840., 874., 694., 940., 833., 701., 916., 692., 1020., 1050., 969.,
    831., 726., 456., 824., 702., 1120., 1100., 832., 764., 821., 768., 845., 864., 862., 698., 845., 744., 796., 1040., 759.,
    781., 865., 845., 944., 984., 897., 822., 1010., 771., 676., 649., 846., 812., 742., 801., 1040., 860., 874., 848., 890.,
    744., 749., 838., 1050., 918., 986., 797., 923., 975., 815., 1020., 906., 901., 1170., 912., 746., 919., 718., 714., 740.,
];

/// A linear state-space model with `D` states and one observation.
struct Model<T, const D: usize> {
    transition: SMatrix<T, D, D>,
    state_noise: SMatrix<T, D, D>,
    observation: SVector<T, D>,
    observation_noise: T,
}

impl<T: RealField + Copy, const D: usize> Model<T, D> {
    /// Log-likelihood of the series from the state `x` with covariance `p` on.
    fn log_likelihood(&self, mut x: SVector<T, D>, mut p: SMatrix<T, D, D>, series: &[f64]) -> T {
        let mut sum = T::zero();
        for &y in series {
            x = self.transition * x;
            p = self.transition * p * self.transition.transpose() + self.state_noise;
            let innovation = convert::<f64, T>(y) - self.observation.dot(&x);
            let variance = self.observation.dot(&(p * self.observation)) + self.observation_noise;
            let gain = p * self.observation / variance;
            x += gain * innovation;
            p -= gain * gain.transpose() * variance;
            sum -= (T::two_pi().ln() + variance.ln() + innovation * innovation / variance) * convert::<f64, T>(0.5);
        }
        sum
    }
}

/// Of the logarithms of both variances; the first observation gives the initial state.
fn nile<T: RealField + Copy>(x: &Vector2<T>) -> T {
    let [noise, level] = [x[0].exp(), x[1].exp()];
    let one = vector![T::one()];
    let model = Model { transition: one, state_noise: one * level, observation: one, observation_noise: noise };
    model.log_likelihood(vector![convert(NILE[0])], one * noise, &NILE[1..])
}

fn main() {
    let mut x: Vector2<f64> = vector![10.0, 8.0];
    for step in 1..=20 {
        let curvature = matrix::hessian(nile, &x).try_inverse().expect("the likelihood is curved");
        let change = -curvature * matrix::gradient(nile, &x);
        x += change;
        println!("step {step}: variances {:8.1} and {:7.2}, log-likelihood {:.4}", x[0].exp(), x[1].exp(), nile(&x));
        if change.norm() < 1e-6 {
            break;
        }
    }
    println!("known:  variances  15099   and 1469.1, log-likelihood -632.5456");
}
