//! Dual numbers in a program that has neither the standard library nor memory management, and functions that were recorded on a host.
#![no_std]

pub mod models;

use dualtape::forward::{value_and_gradient_of_array, value_and_jacobian_of_array};
use dualtape::replay::{CallError, Program, ReadError};
use dualtape::{Dual, Float};
use nalgebra::{Matrix2, Vector2};

/// Rosenbrock's function.
pub fn rosenbrock<T: Float>([x, y]: [T; 2]) -> T {
    (T::one() - x).powi(2) + T::lit(100.0) * (y - x * x).powi(2)
}

/// Where Newton's method goes from `x`: the Hessian comes from nested duals, the step from nalgebra.
pub fn newton_step(x: [f64; 2]) -> Option<[f64; 2]> {
    let gradient = |x: [Dual<f64, 2>; 2]| value_and_gradient_of_array(rosenbrock, x).1;
    let (gradient, hessian) = value_and_jacobian_of_array(gradient, x);
    let step = Matrix2::from(hessian).lu().solve(&Vector2::from(gradient))?;
    Some((Vector2::from(x) - step).into())
}

/// The reading of a pressure sensor 10 cm above the joint of an arm that is tilted by `angle`, and how fast it changes: a
/// rotation and a barometric formula on dual numbers of single precision, as small processors have them.
pub fn pressure(angle: f32) -> (f32, f32) {
    dualtape::value_and_derivative(
        |angle| {
            let arm = nalgebra::Rotation2::new(angle) * Vector2::new(Dual::constant(0.0), Dual::constant(0.1));
            1013.25 * (-arm.y / 8434.0).exp()
        },
        angle,
    )
}

/// A double pendulum whose energy was recorded and differentiated on a host.
pub struct Pendulum(Program<'static>);

impl Pendulum {
    /// The recording, which lies in read-only memory.
    pub fn read() -> Result<Pendulum, ReadError> {
        Program::read(include_bytes!("../data/pendulum")).map(Pendulum)
    }

    /// Writes the energy and its gradient, by angles and momenta.
    pub fn energy(&self, state: &[f64; 4], energy_and_gradient: &mut [f64; 5]) -> Result<(), CallError> {
        self.0.call(state, &mut [0.0; 16], energy_and_gradient)
    }
}
