//! `adskalman`, a Kalman filter generic over `RealField`: an estimate by its data and by the noise it assumes.

use crate::assert_near;
use adskalman::{KalmanFilterNoControl, ObservationModel, StateAndCovariance, TransitionModelLinearNoControl};
use dualtape::{Float, Reverse, gradient};
use nalgebra::{Matrix1, Matrix1x2, Matrix2, RealField, Vector1, Vector2};

/// A body of constant velocity whose position is measured once in a unit of time, with the variance `noise`.
struct Motion<T> {
    transition: [Matrix2<T>; 2],
    process: Matrix2<T>,
    observation: (Matrix1x2<T>, Vector2<T>),
    noise: Matrix1<T>,
}

impl<T: Float + RealField> Motion<T> {
    fn new(noise: T) -> Self {
        let (zero, one) = (T::lit(0.0), T::lit(1.0));
        let transition = Matrix2::new(one, one, zero, one);
        Motion {
            transition: [transition, transition.transpose()],
            process: Matrix2::zeros(),
            observation: (Matrix1x2::new(one, zero), Vector2::new(one, zero)),
            noise: Matrix1::new(noise),
        }
    }
}

#[allow(non_snake_case)]
impl<T: Float + RealField> TransitionModelLinearNoControl<T, nalgebra::U2> for Motion<T> {
    fn F(&self) -> &Matrix2<T> {
        &self.transition[0]
    }
    fn FT(&self) -> &Matrix2<T> {
        &self.transition[1]
    }
    fn Q(&self) -> &Matrix2<T> {
        &self.process
    }
}

#[allow(non_snake_case)]
impl<T: Float + RealField> ObservationModel<T, nalgebra::U2, nalgebra::U1> for Motion<T> {
    fn H(&self) -> &Matrix1x2<T> {
        &self.observation.0
    }
    fn HT(&self) -> &Vector2<T> {
        &self.observation.1
    }
    fn R(&self) -> &Matrix1<T> {
        &self.noise
    }
}

/// The position after the last measurement, filtered from (0, 0) with the variances `prior`; `x` is (noise, prior, data ..).
fn filtered<T: Float + RealField>(x: &[T]) -> T {
    let model = Motion::new(x[0]);
    let filter = KalmanFilterNoControl::new(&model, &model);
    let start = StateAndCovariance::new(Vector2::zeros(), Matrix2::from_diagonal_element(x[1]));
    let end = x[2..].iter().fold(start, |state, &z| filter.step(&state, &Vector1::new(z)).unwrap());
    end.state()[0]
}

/// The same without recursion: the Bayesian regression line through the data, `(I/prior + Σ h hᵀ/noise)⁻¹ Σ h z/noise` with
/// `h = (1, k)`, at the last `k`.
fn regression<T: Float>(x: &[T]) -> T {
    let [mut a, mut b, mut c] = [x[1].recip(), T::zero(), x[1].recip()];
    let [mut u, mut v] = [T::zero(); 2];
    for (k, &z) in (1..).zip(&x[2..]) {
        let k = T::lit(f64::from(k));
        (a, b, c) = (a + x[0].recip(), b + k / x[0], c + k * k / x[0]);
        (u, v) = (u + z / x[0], v + k * z / x[0]);
    }
    let last = T::lit((x.len() - 2) as f64);
    ((c * u - b * v) + last * (a * v - b * u)) / (a * c - b * b)
}

#[test]
fn an_estimate_by_its_data_and_its_noise() {
    let x = [0.5, 3.0, 1.1, 1.9, 3.2, 3.8, 5.1];
    assert_near(filtered(&x), regression(&x), 1e-14);
    let expected = gradient(regression, &x);
    for (g, expected) in gradient(|x: &[Reverse<f64>]| filtered(x), &x).into_iter().zip(expected) {
        assert_near(g, expected, 1e-13);
    }
}
