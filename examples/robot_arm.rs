//! Jacobians of robot arms: differentiate the forward kinematics, written with nalgebra's poses, instead of deriving them.
//!
//! A planar arm with two links, whose Jacobian has the determinant `l₁ l₂ sin q₂`, and the six axes of a UR5, whose Jacobian
//! is compared with the geometric one: the column of joint `i` is `zᵢ × (p - pᵢ)` over `zᵢ`. With it Newton's method finds
//! the joint angles of a pose.
//!
//! `cargo run --release --example robot_arm`

use dualtape::forward::Chunk;
use nalgebra::{
    DVector, Isometry3, Matrix6, RealField, Rotation2, Translation3, UnitQuaternion, Vector2, Vector3, Vector6,
    convert, vector,
};
use std::f64::consts::FRAC_PI_2;

/// The tip of an arm with links of lengths 0.5 and 0.3.
fn planar_arm<T: RealField + Copy>(q: &[T]) -> [T; 2] {
    let link = |length, angle| Rotation2::new(angle) * Vector2::new(convert(length), T::zero());
    (link(0.5, q[0]) + link(0.3, q[0] + q[1])).into()
}

/// Denavit-Hartenberg parameters d, a, α of a UR5, in metres, from its manufacturer.
const UR5: [[f64; 3]; 6] = [
    [0.089159, 0.0, FRAC_PI_2],
    [0.0, -0.425, 0.0],
    [0.0, -0.39225, 0.0],
    [0.10915, 0.0, FRAC_PI_2],
    [0.09465, 0.0, -FRAC_PI_2],
    [0.0823, 0.0, 0.0],
];

/// The poses of the base and of the frame behind each joint.
fn frames<T: RealField + Copy>(q: &[T]) -> Vec<Isometry3<T>> {
    let mut frames = vec![Isometry3::identity()];
    for (&angle, [d, a, alpha]) in q.iter().zip(UR5) {
        // By axis and angle: from a rotation vector of length zero nalgebra makes a constant.
        let turn = |axis, angle| UnitQuaternion::from_axis_angle(&axis, angle);
        let joint = Translation3::new(T::zero(), T::zero(), convert(d)) * turn(Vector3::z_axis(), angle);
        let link = Translation3::new(convert(a), T::zero(), T::zero()) * turn(Vector3::x_axis(), convert(alpha));
        frames.push(frames[frames.len() - 1] * joint * link);
    }
    frames
}

/// How the tip stands relative to `target`: translation, and rotation as twice the imaginary part of its quaternion. That is
/// the rotation vector to first order, and has its derivative at zero, which `scaled_axis` has not.
fn deviation<T: RealField + Copy>(q: &[T], target: &Isometry3<f64>) -> [T; 6] {
    let pose = frames(q)[6];
    let p = pose.translation.vector - target.translation.vector.cast();
    let w = (pose.rotation * target.rotation.inverse().cast()).imag() * convert::<_, T>(2.0);
    [p.x, p.y, p.z, w.x, w.y, w.z]
}

fn main() {
    let j = Chunk::<2>::jacobian(planar_arm, &[0.4, 1.1]);
    println!("two links: det J = {:.12}, l1 l2 sin q2 = {:.12}", j.determinant(), 0.5 * 0.3 * 1.1_f64.sin());

    // Home position: the tip is at (a₂ + a₃, -d₄ - d₆, d₁ - d₅) = (-0.81725, -0.19145, -0.005491).
    println!("UR5 at zero: tip at {:.6?}", frames(&[0.0; 6])[6].translation.vector.data.0[0]);

    let q = [0.3, -1.2, 1.5, 0.0, 0.9, 0.2];
    let plain = frames(&q);
    let tip = plain[6];
    let j = Chunk::<6>::jacobian(|q| deviation(q, &tip), &q);
    let geometric = Matrix6::from_fn(|i, k| {
        let (axis, arm) = (plain[k].rotation * Vector3::z(), tip.translation.vector - plain[k].translation.vector);
        let (linear, angular) = (axis.cross(&arm), axis);
        vector![linear.x, linear.y, linear.z, angular.x, angular.y, angular.z][i]
    });
    println!("UR5: differentiated and geometric Jacobian differ by {:.0e}", (j - geometric).amax());

    // Inverse kinematics by Newton's method: which joint angles take the tip there?
    let mut guess = Vector6::from(q).map(|q| q + 0.2);
    for step in 1..=5 {
        let (r, j) = Chunk::<6>::value_and_jacobian(|q| deviation(q, &tip), guess.as_slice());
        guess -= j.lu().solve(&DVector::from_vec(r)).expect("the posture is not singular");
        println!("UR5: after step {step} the joint angles are off by {:.0e}", (guess - Vector6::from(q)).amax());
    }
}
