//! BA: bundle adjustment. Cameras look at points; how far are the points in the pictures from where they were seen?
//!
//! Every observation depends on one camera, one point and its own weight only, so the Jacobian is sparse: a block of 2 × 15
//! and one number for each observation.

use super::Numbers;
use dualtape::{Float, Primitive};

/// A camera is a rotation vector (3 numbers), a centre (3), focal length, principal point (2) and radial distortion (2).
pub const CAMERA: usize = 11;
/// What one observation depends on: camera, point, weight.
pub const INPUTS: usize = CAMERA + 3 + 1;

pub struct Bundle {
    pub name: &'static str,
    cameras: Vec<[f64; CAMERA]>,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    pub observations: Vec<Observation>,
}

/// Where a camera saw a point.
#[derive(Clone)]
pub struct Observation {
    camera: usize,
    point: usize,
    feature: [f64; 2],
}

impl Bundle {
    /// Reads a file where everything is given.
    pub fn read_full(path: &'static str) -> Bundle {
        let mut file = Numbers::of(path);
        let [n, m, p] = file.array();
        let cameras = (0..n).map(|_| file.array()).collect();
        let points = (0..m).map(|_| file.array()).collect();
        let weights = file.many(p);
        let seen: Vec<[usize; 2]> = (0..p).map(|_| file.array()).collect();
        let observations =
            seen.into_iter().map(|[camera, point]| Observation { camera, point, feature: file.array() }).collect();
        file.end();
        Bundle { name: path, cameras, points, weights, observations }
    }

    /// Reads a file in ADBench's own format: one camera, point, weight and feature, of which all are copies.
    pub fn read(path: &'static str) -> Bundle {
        let mut file = Numbers::of(path);
        let [n, m, p] = file.array();
        let cameras = vec![file.array(); n];
        let points = vec![file.array(); m];
        let weights = vec![file.one(); p];
        let feature = file.array();
        let observations = (0..p).map(|i| Observation { camera: i % n, point: i % m, feature }).collect();
        file.end();
        Bundle { name: path, cameras, points, weights, observations }
    }

    /// What observation `i` depends on.
    pub fn inputs(&self, i: usize) -> [f64; INPUTS] {
        let mut inputs = [0.0; INPUTS];
        inputs[..CAMERA].copy_from_slice(&self.cameras[self.observations[i].camera]);
        inputs[CAMERA..CAMERA + 3].copy_from_slice(&self.points[self.observations[i].point]);
        inputs[CAMERA + 3] = self.weights[i];
        inputs
    }

    /// The columns of these inputs in the whole Jacobian: cameras, then points, then weights.
    pub fn columns(&self, i: usize) -> [usize; INPUTS] {
        let Observation { camera, point, .. } = self.observations[i];
        let first_point = CAMERA * self.cameras.len();
        let first_weight = first_point + 3 * self.points.len();
        std::array::from_fn(|k| match k {
            0..CAMERA => CAMERA * camera + k,
            CAMERA..14 => first_point + 3 * point + k - CAMERA,
            _ => first_weight + i,
        })
    }

    /// Numbers of rows and columns of the whole Jacobian: two rows for each reprojection, then one for each weight.
    pub fn shape(&self) -> [usize; 2] {
        let (n, m, p) = (self.cameras.len(), self.points.len(), self.observations.len());
        [3 * p, CAMERA * n + 3 * m + p]
    }

    /// All residuals: those of the observations, then those of the weights.
    pub fn residuals(&self, residuals: &mut [f64]) {
        let (errors, weight_errors) = residuals.split_at_mut(2 * self.observations.len());
        for (i, error) in errors.chunks_exact_mut(2).enumerate() {
            error.copy_from_slice(&self.observations[i].residual(&self.inputs(i)));
        }
        for (error, &w) in weight_errors.iter_mut().zip(&self.weights) {
            *error = weight_residual(w);
        }
    }

    /// The nonzeros of the Jacobian row by row, with the 2 × 15 block of an observation made by
    /// `block(observation, inputs, rows)`.
    pub fn jacobian(
        &self,
        values: &mut [f64],
        mut block: impl FnMut(&Observation, &[f64; INPUTS], &mut [[f64; INPUTS]; 2]),
    ) {
        let (blocks, weight_rows) = values.split_at_mut(2 * INPUTS * self.observations.len());
        let (rows, _) = blocks.as_chunks_mut::<INPUTS>();
        let (blocks, _) = rows.as_chunks_mut::<2>();
        for (i, rows) in blocks.iter_mut().enumerate() {
            block(&self.observations[i], &self.inputs(i), rows);
        }
        for (value, &w) in weight_rows.iter_mut().zip(&self.weights) {
            *value = dualtape::derivative(weight_residual, w);
        }
    }
}

/// A weight should be one.
pub fn weight_residual<T: Float>(w: T) -> T {
    T::one() - w * w
}

impl Observation {
    /// Projection minus measurement, weighted; `x` is camera, point and weight.
    pub fn residual<T: Float>(&self, x: &[T]) -> [T; 2] {
        let c = T::Base::nearest;
        let &[r0, r1, r2, c0, c1, c2, focal_length, u0, v0, k1, k2, x0, x1, x2, weight] = x else {
            panic!("{} inputs of an observation instead of {INPUTS}", x.len());
        };
        let [px, py, pz] = rotate([r0, r1, r2], [x0 - c0, x1 - c1, x2 - c2]);
        let (x, y) = (px / pz, py / pz);
        let square = x * x + y * y;
        let scale = focal_length * (k1 * square + k2 * square * square + c(1.0)); // distortion grows with the radius
        let [mx, my] = self.feature.map(c);
        [weight * (scale * x + u0 - mx), weight * (scale * y + v0 - my)]
    }
}

fn cross<T: Float>(a: [T; 3], b: [T; 3]) -> [T; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot<T: Float>(a: [T; 3], b: [T; 3]) -> T {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `v` turned about the axis `r` by the angle `|r|` (Rodrigues). The derivative at `r = 0` needs the linear form.
fn rotate<T: Float>(r: [T; 3], v: [T; 3]) -> [T; 3] {
    let square = dot(r, r);
    if square == T::zero() {
        let turn = cross(r, v);
        return std::array::from_fn(|i| v[i] + turn[i]);
    }
    let angle = square.sqrt();
    let (sin, cos) = angle.sin_cos();
    let axis = r.map(|r| r / angle);
    let turn = cross(axis, v);
    let along = dot(axis, v) * (T::one() - cos);
    std::array::from_fn(|i| v[i] * cos + turn[i] * sin + axis[i] * along)
}
