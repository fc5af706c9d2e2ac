//! HAND: hand tracking. The vertices of a skin follow the bones under it; how far are they from the measured points?

use super::{Numbers, Problem, number, read};
use dualtape::{Float, Primitive, VectorFunction};

/// Parameters of a pose: rotation vector and translation of the whole hand, then four angles for each finger.
pub const POSE: usize = 26;

/// Measured points, each with the place of the skin where it belongs.
///
/// Simple: that place is a vertex, and the inputs are the pose. Complicated: it is a place in a triangle, which may move too. An
/// error depends on its own place only, so ADBench moves all places at once: here the inputs are two shifts, added to the two
/// coordinates of every place, and then the pose.
pub struct Hand {
    model: Model,
    places: Places,
    points: Vec<[f64; 3]>,
}

enum Places {
    Vertices(Vec<usize>),
    /// A triangle by its vertices, and the weights of the first two (those of all three add up to one).
    Triangles(Vec<([usize; 3], [f64; 2])>),
}

impl Hand {
    /// Reads an instance file; one with `complicated` in its name is complicated.
    pub fn read(path: &'static str) -> Problem<Hand> {
        let mut file = Numbers::of(path);
        let [count, angles]: [usize; 2] = file.array();
        assert_eq!(angles, POSE, "{path}: parameters");
        let (indices, points): (Vec<usize>, Vec<_>) = (0..count).map(|_| (file.one::<usize>(), file.array())).unzip();
        let mut x0 = Vec::new();
        let places = if path.contains("complicated") {
            x0.extend([0.0; 2]);
            let triangles = triangles();
            Places::Triangles(indices.into_iter().map(|i| (triangles[i], file.array())).collect())
        } else {
            Places::Vertices(indices)
        };
        x0.extend(file.many(POSE));
        file.end();
        Problem { name: path, function: Hand { model: Model::read(), places, points }, x0 }
    }
}

impl VectorFunction for Hand {
    /// Measurement minus model, three numbers for each point.
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let c = T::Base::nearest;
        let mut errors = Vec::with_capacity(3 * self.points.len());
        let mut compare = |point: &[f64; 3], vertex: [T; 3]| {
            errors.extend(point.iter().zip(vertex).map(|(&point, vertex)| T::lit(point) - vertex));
        };
        match &self.places {
            Places::Vertices(vertices) => {
                let skin = self.model.skin(x);
                for (point, &vertex) in self.points.iter().zip(vertices) {
                    compare(point, skin[vertex]);
                }
            }
            Places::Triangles(triangles) => {
                let (shifts, pose) = x.split_at(2);
                let skin = self.model.skin(pose);
                for (point, &(corners, place)) in self.points.iter().zip(triangles) {
                    let [u, v] = [shifts[0] + c(place[0]), shifts[1] + c(place[1])];
                    let w = T::one() - u - v;
                    let [p, q, r] = corners.map(|corner| skin[corner]);
                    compare(point, std::array::from_fn(|i| u * p[i] + v * q[i] + w * r[i]));
                }
            }
        }
        errors
    }
}

// ---- The model -------------------------------------------------------------------------------------------------------

struct Model {
    bones: Vec<Bone>,
    vertices: Vec<Vertex>,
}

struct Bone {
    /// Comes before its children.
    parent: Option<usize>,
    /// The pose without bending, relative to the parent.
    rest: Affine<f64>,
    /// From the skin at rest to the bone.
    to_bone: Affine<f64>,
}

struct Vertex {
    /// At rest.
    position: [f64; 3],
    /// How much of each bone's motion the vertex follows; zero for most bones.
    weights: Vec<f64>,
}

/// Lines of a file of the model, and their fields.
fn model_file<R>(name: &str, row: impl Fn(&str, Vec<&str>) -> R) -> Vec<R> {
    let path = format!("data/hand/model/{name}.txt");
    read(&path).lines().map(|line| row(&path, line.split(':').collect())).collect()
}

fn triangles() -> Vec<[usize; 3]> {
    model_file("triangles", |path, fields| std::array::from_fn(|i| number(path, fields[i])))
}

impl Model {
    fn read() -> Model {
        let bones = model_file("bones", |path, fields| Bone {
            parent: usize::try_from(number::<isize>(path, fields[1])).ok(),
            rest: Affine::from_rows(path, &fields[2..18]),
            to_bone: Affine::from_rows(path, &fields[18..34]),
        });
        let vertices = model_file("vertices", |path, fields| {
            let mut weights = vec![0.0; bones.len()];
            for pair in fields[9..].chunks_exact(2) {
                weights[number::<usize>(path, pair[0])] = number(path, pair[1]);
            }
            assert_eq!(fields.len(), 9 + 2 * number::<usize>(path, fields[8]), "{path}: fields of a vertex");
            Vertex { position: std::array::from_fn(|i| number(path, fields[i])), weights }
        });
        Model { bones, vertices }
    }

    /// Where the vertices are in a pose.
    ///
    /// As in ADBench every vertex is moved by every bone, also with weight zero. To leave those out would be faster and have the
    /// same value, but ratios of times would not compare with published ones.
    fn skin<T: Float>(&self, pose: &[T]) -> Vec<[T; 3]> {
        let c = T::Base::nearest;
        let motions = self.motions(pose);
        let whole = Affine { linear: rotation([pose[0], pose[1], pose[2]]), offset: [pose[3], pose[4], pose[5]] };
        let place = |vertex: &Vertex| {
            let position = vertex.position.map(c);
            let mut sum = [T::zero(); 3];
            for (motion, &weight) in motions.iter().zip(&vertex.weights) {
                for (i, sum) in sum.iter_mut().enumerate() {
                    let row = motion.linear[i];
                    let moved = row[0] * position[0] + row[1] * position[1] + row[2] * position[2] + motion.offset[i];
                    *sum += moved * c(weight);
                }
            }
            whole.apply(sum)
        };
        self.vertices.iter().map(place).collect()
    }

    /// For every bone, how the skin moves with it from rest to the pose.
    fn motions<T: Float>(&self, pose: &[T]) -> Vec<Affine<T>> {
        let mut absolute: Vec<Affine<T>> = Vec::with_capacity(self.bones.len());
        for (index, bone) in self.bones.iter().enumerate() {
            let mut transform = bone.rest.lift();
            if let Some((flexion, abduction)) = bend(pose, index) {
                let (sx, cx) = flexion.sin_cos();
                let (sz, cz) = abduction.sin_cos();
                let bending = [[cz, -sz * cx, sz * sx], [sz, cz * cx, -cz * sx], [T::zero(), sx, cx]];
                transform.linear = product(transform.linear, bending);
            }
            absolute.push(bone.parent.map_or(transform, |parent| absolute[parent].after(transform)));
        }
        absolute.iter().zip(&self.bones).map(|(absolute, bone)| absolute.after(bone.to_bone.lift())).collect()
    }
}

/// The angles of a bone: flexion, about its x axis, and abduction, about its z axis.
///
/// A finger has four bones, from index 1 on. The first has no angles, the second both, the others flexion only.
fn bend<T: Float>(pose: &[T], bone: usize) -> Option<(T, T)> {
    let (finger, joint) = (bone.checked_sub(1)? / 4, (bone - 1) % 4);
    let angles = pose[6..].chunks_exact(4).nth(finger)?;
    match joint {
        0 => None,
        1 => Some((angles[0], angles[1])),
        _ => Some((angles[joint], T::zero())),
    }
}

// ---- Rotations and affine maps ---------------------------------------------------------------------------------------

type Matrix<T> = [[T; 3]; 3];

/// `x -> linear x + offset`.
#[derive(Clone, Copy)]
struct Affine<T> {
    linear: Matrix<T>,
    offset: [T; 3],
}

impl Affine<f64> {
    /// From the fields of a 4 × 4 matrix, row by row.
    fn from_rows(path: &str, fields: &[&str]) -> Self {
        let entry = |i: usize, j: usize| number(path, fields[4 * i + j]);
        let last: [f64; 4] = std::array::from_fn(|j| entry(3, j));
        assert_eq!(last, [0.0, 0.0, 0.0, 1.0], "{path}: last row of a matrix");
        Affine {
            linear: std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))),
            offset: std::array::from_fn(|i| entry(i, 3)),
        }
    }

    fn lift<T: Float>(self) -> Affine<T> {
        Affine { linear: self.linear.map(|row| row.map(T::lit)), offset: self.offset.map(T::lit) }
    }
}

impl<T: Float> Affine<T> {
    fn apply(self, x: [T; 3]) -> [T; 3] {
        std::array::from_fn(|i| {
            let row = self.linear[i];
            row[0] * x[0] + row[1] * x[1] + row[2] * x[2] + self.offset[i]
        })
    }

    /// First `inner`, then `self`.
    fn after(self, inner: Affine<T>) -> Affine<T> {
        Affine { linear: product(self.linear, inner.linear), offset: self.apply(inner.offset) }
    }
}

fn product<T: Float>(a: Matrix<T>, b: Matrix<T>) -> Matrix<T> {
    a.map(|row| std::array::from_fn(|j| row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]))
}

/// The rotation about the axis `r` by the angle `|r|`; below 1e-4 it is none, as in ADBench.
fn rotation<T: Float>(r: [T; 3]) -> Matrix<T> {
    let [x, y, z] = r;
    let angle = (x * x + y * y + z * z).sqrt();
    let (zero, one) = (T::zero(), T::one());
    if angle < T::Base::nearest(1e-4) {
        return [[one, zero, zero], [zero, one, zero], [zero, zero, one]];
    }
    let (sin, cos) = angle.sin_cos();
    let [x, y, z] = r.map(|r| r / angle);
    let versine = one - cos;
    let [sx, sy, sz] = [sin * x, sin * y, sin * z];
    let [vx, vy, vz] = [versine * x, versine * y, versine * z];
    [
        [cos + vx * x, vx * y - sz, vx * z + sy],
        [vx * y + sz, cos + vy * y, vy * z - sx],
        [vx * z - sy, vy * z + sx, cos + vz * z],
    ]
}
