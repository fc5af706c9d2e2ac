//! Rotations and poses of nalgebra where they are the identity, and what is built on their Jacobians: robot arms, inverse
//! kinematics, the fit of a pose.
//!
//! Where no tolerance is explained, the same number of about 1 is computed in two ways: 1e-15 are a few roundings, 1e-14 some dozens.
#![cfg(feature = "nalgebra")]

use dualtape::forward::{self, Chunk};
use dualtape::{Dual, Float, Reverse};
use nalgebra::{
    DMatrix, Isometry3, Matrix3, Matrix6, Point3, Quaternion, RealField, Rotation2, Rotation3, SMatrix, Translation3,
    Unit, UnitComplex, UnitQuaternion, Vector2, Vector3, Vector6, convert, vector,
};

// ---- At the identity -------------------------------------------------------------------------------------------------

/// The rotation with the Rodrigues vector `w`, about `w` by the angle 2 atan(|w| / 2): no angle is computed and no case distinguished.
/// Up to third order in `w` it is the one with the rotation vector `w`.
fn turn<T: RealField + Copy>(w: Vector3<T>) -> UnitQuaternion<T> {
    UnitQuaternion::new_normalize(Quaternion::from_parts(convert(2.0), w))
}

/// Its inverse, for angles below π.
fn turned<T: RealField + Copy>(q: UnitQuaternion<T>) -> Vector3<T> {
    q.imag() * (convert::<_, T>(2.0) / q.scalar())
}

type Directions = Dual<f64, 3>;

/// A vector that is zero, in three independent directions.
fn zero_vector() -> Vector3<Directions> {
    Vector3::from_fn(|i, _| Dual::seeded(0.0, i))
}

fn parts(x: Vector3<Directions>) -> (Vector3<f64>, Matrix3<f64>) {
    (x.map(|x| x.primal()), Matrix3::from_fn(|i, j| x[i].tangents()[j]))
}

const P: Vector3<f64> = vector![1.0, 2.0, 3.0];

/// To first order a rotation by `w` adds w × p, and the rotation vector, angles and twice the quaternion of it are `w` itself.
#[test]
fn these_have_their_derivative_at_the_identity() {
    let w = zero_vector();
    let p = P.cast();
    let z = |w: Vector3<Directions>| UnitQuaternion::from_axis_angle(&Vector3::z_axis(), w.z) * p;
    let q = turn(w);
    let rotated = [
        turn(w) * p,
        Rotation3::from_matrix_unchecked(w.cross_matrix().exp()) * p,
        Rotation3::from_euler_angles(w.x, w.y, w.z) * p,
        UnitQuaternion::from_euler_angles(w.x, w.y, w.z) * p,
        UnitQuaternion::from_rotation_matrix(&q.to_rotation_matrix()) * p,
    ];
    for y in rotated {
        assert_eq!(parts(y), (P, -P.cross_matrix()));
    }
    assert_eq!(parts(z(w)).1, Matrix3::from_columns(&[Vector3::zeros(), Vector3::zeros(), Vector3::z().cross(&P)]));

    for y in [Rotation2::new(w.z) * p.xy(), UnitComplex::new(w.z) * p.xy()] {
        assert_eq!(y.map(|y| y.tangents()[2]), Vector2::new(-P.y, P.x));
    }

    let euler = |(x, y, z)| Vector3::new(x, y, z);
    let vectors = [
        turned(q),
        q.imag() * Dual::from(2.0),
        euler(q.euler_angles()),
        euler(q.to_rotation_matrix().euler_angles()),
        turned(UnitQuaternion::identity().rotation_to(&q)),
        turned(UnitQuaternion::identity().nlerp(&q, Dual::from(0.5))) * Dual::from(2.0),
    ];
    for v in vectors {
        assert_eq!(parts(v), (Vector3::zeros(), Matrix3::identity()));
    }
}

/// These ask whether the angle is zero and then return a constant. It is right for `f64`; for us a derivative is lost.
#[test]
fn these_lose_their_derivative_at_the_identity() {
    let w = zero_vector();
    let p = P.cast();
    let rotated = [
        UnitQuaternion::new(w) * p,
        UnitQuaternion::from_scaled_axis(w) * p,
        UnitQuaternion::new_eps(w, Dual::from(0.0)) * p,
        Rotation3::new(w) * p,
        Rotation3::from_scaled_axis(w) * p,
        Rotation3::from_axis_angle(&Vector3::z_axis(), w.z) * p,
        Rotation3::from_matrix(turn(w).to_rotation_matrix().matrix()) * p,
        (Isometry3::new(Vector3::zeros(), w) * Point3::from(p)).coords,
    ];
    for y in rotated {
        assert_eq!(parts(y), (P, Matrix3::zeros()), "upstream has changed: w × p is right");
    }

    let q = turn(w);
    assert_eq!(q.axis_angle(), None);
    let vectors = [
        q.scaled_axis(),
        q.ln().imag(),
        q.to_rotation_matrix().scaled_axis(),
        q.powf(Dual::from(0.5)).imag(),
        UnitQuaternion::identity().slerp(&q, Dual::from(0.5)).imag(),
        UnitQuaternion::rotation_between(&p, &(q * p)).unwrap().imag(),
    ];
    for v in vectors {
        assert_eq!(parts(v), (Vector3::zeros(), Matrix3::zeros()), "upstream has changed");
    }
}

/// Second derivatives at the identity, too: w × (w × p) / 2 is the next term of the exponential series.
#[test]
fn rodrigues_vectors_are_rotation_vectors_to_second_order() {
    type Twice = Dual<Dual<f64>>;
    let v = Vector3::new(0.3, -0.7, 0.5);
    let w: Vector3<Twice> = v.map(|v| Dual::new(Dual::new(0.0, [v]), [Dual::constant(v)]));
    let exponential = Rotation3::from_matrix_unchecked(w.cross_matrix().exp());
    for y in [turn(w) * P.cast(), exponential * P.cast()] {
        let second = y.map(|y| y.tangent().tangent());
        assert!((second - v.cross(&v.cross(&P))).amax() < 1e-15, "{second}");
    }
    let second = turned(turn(w)).map(|w| w.tangent().tangent());
    assert!(second.amax() < 1e-15, "{second}");
}

/// Away from the identity `turn` is the rotation about the same axis by 2 atan(|w| / 2), in both modes.
#[test]
fn rodrigues_vectors_away_from_the_identity() {
    fn by_angle<T: RealField + Copy>(w: &[T]) -> [T; 3] {
        let w = Vector3::from_column_slice(w);
        let half: T = convert(0.5);
        let angle = (w.norm() * half).atan() / half;
        (UnitQuaternion::from_axis_angle(&Unit::new_normalize(w), angle) * P.cast()).into()
    }
    fn by_turn<T: RealField + Copy>(w: &[T]) -> [T; 3] {
        (turn(Vector3::from_column_slice(w)) * P.cast()).into()
    }
    for w in [[0.3, -0.7, 0.5], [2.0, 0.0, 0.0], [-4.0, 7.0, 1.0], [1e-9, 0.0, 1e-10]] {
        let expected = forward::jacobian(by_angle, &w);
        assert!((forward::jacobian(by_turn, &w) - &expected).amax() < 1e-14);
        assert!((dualtape::reverse::jacobian(by_turn::<Reverse<f64>>, &w) - &expected).amax() < 1e-14);
        assert!(
            (turned(turn(Vector3::from(w))) - Vector3::from(w)).norm()
                < 1e-15 * (1.0 + Vector3::from(w).norm_squared())
        );
    }
}

// ---- Robot arms ------------------------------------------------------------------------------------------------------

/// det J = l₁ l₂ sin q₂ for an arm with two links in the plane.
#[test]
fn the_jacobian_of_two_links() {
    fn tip<T: RealField + Copy>(q: &[T]) -> [T; 2] {
        let link = |length, angle| Rotation2::new(angle) * Vector2::new(convert(length), T::zero());
        (link(0.5, q[0]) + link(0.3, q[0] + q[1])).into()
    }
    for q in [[0.4_f64, 1.1], [0.0, 0.0], [-2.0, 3.0]] {
        let (s, c) = (q[0].sin(), q[0].cos());
        let (s2, c2) = (0.3 * (q[0] + q[1]).sin(), 0.3 * (q[0] + q[1]).cos());
        let expected = [-0.5 * s - s2, 0.5 * c + c2, -s2, c2];
        for j in [Chunk::<6>::jacobian(tip, &q), dualtape::jacobian(tip::<Reverse<f64>>, &q)] {
            assert!(j.iter().zip(expected).all(|(j, expected)| (j - expected).abs() < 1e-15), "{j}");
            assert!((j.determinant() - 0.5 * 0.3 * q[1].sin()).abs() < 1e-15);
        }
    }
}

/// Denavit-Hartenberg parameters d, a, α of a UR5, in metres.
const ARM: [[f64; 3]; 6] = [
    [0.089159, 0.0, std::f64::consts::FRAC_PI_2],
    [0.0, -0.425, 0.0],
    [0.0, -0.39225, 0.0],
    [0.10915, 0.0, std::f64::consts::FRAC_PI_2],
    [0.09465, 0.0, -std::f64::consts::FRAC_PI_2],
    [0.0823, 0.0, 0.0],
];

/// The poses of its base and of the frame behind each joint.
fn frames<T: RealField + Copy>(q: &[T]) -> Vec<Isometry3<T>> {
    let mut frames = vec![Isometry3::identity()];
    for (&angle, [d, a, alpha]) in q.iter().zip(ARM) {
        let joint = Translation3::new(T::zero(), T::zero(), convert(d))
            * UnitQuaternion::from_axis_angle(&Vector3::z_axis(), angle);
        let link = Translation3::new(convert(a), T::zero(), T::zero())
            * UnitQuaternion::from_axis_angle(&Vector3::x_axis(), convert(alpha));
        frames.push(frames[frames.len() - 1] * joint * link);
    }
    frames
}

/// How the tip stands relative to `target`: translation, and Rodrigues vector of the rotation.
fn deviation<T: RealField + Copy>(q: &[T], target: &Isometry3<f64>) -> [T; 6] {
    let tip = frames(q)[6];
    let (p, w) = (
        tip.translation.vector - target.translation.vector.cast(),
        turned(tip.rotation * target.rotation.inverse().cast()),
    );
    [p.x, p.y, p.z, w.x, w.y, w.z]
}

const POSTURES: [[f64; 6]; 3] = [[0.3, -1.2, 1.5, 0.0, 0.9, 0.2], [0.0; 6], [2.0, -0.5, -2.2, 1.0, -1.1, 3.0]];

/// The column of joint `i` is (zᵢ × (p - pᵢ), zᵢ).
#[test]
fn the_jacobian_of_six_axes_is_the_geometric_one() {
    for q in POSTURES {
        let frames = frames(&q);
        let tip = frames[6];
        let column = |k: usize| -> Vector6<f64> {
            let axis = frames[k].rotation * Vector3::z();
            let linear = axis.cross(&(tip.translation.vector - frames[k].translation.vector));
            vector![linear.x, linear.y, linear.z, axis.x, axis.y, axis.z]
        };
        let geometric = Matrix6::from_columns(&std::array::from_fn::<_, 6, _>(column));
        let by_duals = Chunk::<6>::jacobian(|q| deviation(q, &tip), &q);
        let by_tape = dualtape::jacobian(|q: &[Reverse<f64>]| deviation(q, &tip), &q);
        for j in [by_duals, by_tape] {
            assert!((j - geometric).amax() < 1e-15);
        }
    }
}

/// Newton's method finds the posture from its tip's pose, quadratically although the rotation to go vanishes at the solution.
#[test]
fn inverse_kinematics() {
    for posture in [POSTURES[0], POSTURES[2]] {
        let target = frames(&posture)[6];
        let mut q = Vector6::from(posture) + vector![0.1, -0.1, 0.1, 0.2, -0.1, 0.1];
        for _ in 0..6 {
            let (r, j) = Chunk::<6>::value_and_jacobian(|q| deviation(q, &target), q.as_slice());
            q -= j.lu().solve(&nalgebra::DVector::from_vec(r)).unwrap();
        }
        // The last step solves a system with the deviation's roundings on the right side.
        assert!((q - Vector6::from(posture)).amax() < 1e-13, "{q}");
    }
}

// ---- The fit of a pose -----------------------------------------------------------------------------------------------

/// Points of a body, and where they are seen, with errors of about 0.01.
fn sightings() -> (Vec<Vector3<f64>>, Vec<Vector3<f64>>) {
    let pose = Isometry3::from_parts(Translation3::new(0.5, -1.0, 2.0), UnitQuaternion::new(vector![0.7, -0.4, 1.1]));
    let wave = |k: usize, phase: f64| Vector3::from_fn(|i, _| (1.7 * (3 * k + i) as f64 + phase).sin());
    let body: Vec<_> = (0..12).map(|k| wave(k, 0.2)).collect();
    let seen = body.iter().enumerate().map(|(k, &x)| (pose * Point3::from(x)).coords + wave(k * k, 1.0) * 0.01);
    (body.clone(), seen.collect())
}

/// The best pose in closed form: rotation by the singular value decomposition of Σ (y - ȳ)(x - x̄)ᵀ (Kabsch 1976).
fn best_pose(body: &[Vector3<f64>], seen: &[Vector3<f64>]) -> (Vector3<f64>, Matrix3<f64>) {
    let mean = |x: &[Vector3<f64>]| x.iter().sum::<Vector3<f64>>() / x.len() as f64;
    let (x0, y0) = (mean(body), mean(seen));
    let covariance: Matrix3<f64> = body.iter().zip(seen).map(|(x, y)| (y - y0) * (x - x0).transpose()).sum();
    let svd = covariance.svd(true, true);
    let (u, v_t) = (svd.u.unwrap(), svd.v_t.unwrap());
    let r = u * Matrix3::from_diagonal(&vector![1.0, 1.0, (u * v_t).determinant()]) * v_t;
    (y0 - r * x0, r)
}

/// Gauss-Newton on poses: a step is taken from the present pose on, `turn(w) · pose`, and linearised at the step zero. It starts at
/// the identity.
#[test]
fn a_pose_fitted_to_points_is_the_one_of_the_closed_form() {
    fn residuals<T: Float + RealField>(
        step: &[T],
        pose: &Isometry3<f64>,
        body: &[Vector3<f64>],
        seen: &[Vector3<f64>],
    ) -> Vec<T> {
        let (t, r) = (Vector3::from_column_slice(&step[..3]), turn(Vector3::from_column_slice(&step[3..])));
        let place = |x: &Vector3<f64>| r * (pose.rotation * x).cast() + pose.translation.vector.cast() + t;
        body.iter().zip(seen).flat_map(|(x, y)| <[T; 3]>::from(place(x) - y.cast())).collect()
    }
    let (body, seen) = sightings();
    let mut pose = Isometry3::identity();
    for _ in 0..12 {
        let (r, j) = Chunk::<6>::value_and_jacobian(|step| residuals(step, &pose, &body, &seen), &[0.0; 6]);
        let step = -(j.tr_mul(&j)).cholesky().unwrap().solve(&j.tr_mul(&DMatrix::from_vec(r.len(), 1, r)));
        pose.translation.vector += step.fixed_view::<3, 1>(0, 0);
        pose.rotation = turn(step.fixed_view::<3, 1>(3, 0).into_owned()) * pose.rotation;
    }
    let (t, r) = best_pose(&body, &seen);
    assert!((pose.translation.vector - t).amax() < 1e-14, "{pose} {t}");
    assert!((pose.rotation.to_rotation_matrix().matrix() - r).amax() < 1e-14, "{pose} {r}");

    // With a rotation vector in place of `turn`, three of the six columns would be zero.
    let lost = Chunk::<6>::jacobian(
        |step| {
            let pose = Isometry3::new(Vector3::from_column_slice(&step[..3]), Vector3::from_column_slice(&step[3..]));
            body.iter().flat_map(|x| <[_; 3]>::from((pose * Point3::from(x.cast())).coords)).collect::<Vec<_>>()
        },
        &[0.0; 6],
    );
    assert_eq!(lost.columns(3, 3), SMatrix::<f64, 36, 3>::zeros(), "upstream has changed");
}
