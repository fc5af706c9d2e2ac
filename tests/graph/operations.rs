//! Operations: the bits of `f64`, sharing, folding, dead code.

use dualtape::graph::{Graph, Traced};
use dualtape::rules::{Binary, Reduction, Unary};
use dualtape::{
    Dual, Float, Primitive, ScalarFunction, derivative, gradient, jvp, scalar_function, slices, vector_function,
};

/// `f` recorded at one point has the bits of `f` at others, and no guards.
macro_rules! same_bits {
    ($($f:ident($x:ident) = $body:expr;)*) => {$(
        #[test]
        fn $f() {
            fn f<T: Float<Base = f64>>($x: &[T]) -> T {
                $body
            }
            let graph = Graph::record_fn(|x: &[Traced]| f(x), &[0.3, 0.7, -0.2]);
            assert_eq!(graph.guards(), 0, "{graph}");
            for x in POINTS {
                let (found, right) = (graph.eval(&x).unwrap()[0], f(&x));
                assert!(found.to_bits() == right.to_bits() || (found.is_nan() && right.is_nan()), "{x:?}: {found} {right}");
            }
        }
    )*};
}

const POINTS: [[f64; 3]; 7] = [
    [0.3, 0.7, -0.2],
    [1.0, 1.0, 1.0],
    [-2.5, 3.5, 1e-300],
    [-0.0, 0.0, -0.0],
    [1e200, -1e200, 1e200],
    [f64::INFINITY, 2.0, -1.0],
    [f64::NAN, 2.0, -1.0],
];

same_bits! {
    arithmetic(x) = (x[0] + x[1]) * x[2] - x[0] / x[1] + -x[2];
    constants(x) = (T::lit(2.0) * x[0] + 1.0 * 3.0) / 7.0 - T::PI();
    sums(x) = x.iter().map(|&x| x * x).sum::<T>() * x.iter().copied().product::<T>();
    functions(x) = x[0].sin() + x[1].exp().ln_1p() * x[2].tanh() + x[0].hypot(x[1]).powi(3) + x[1].powf(x[2]);
    remainder(x) = x[0] % x[1];
    larger(x) = x[0].max(x[1]).min(x[2]);
    limited(x) = x[0].clamp(-T::one(), T::lit(2.0));
    size(x) = x[0].abs() + x[1].signum() * x[2].floor();
    difference(x) = x[0].abs_sub(x[1]);
    sign(x) = x[0].copysign(x[2]);
    fused(x) = x[0].mul_add(x[1], x[2]);
    choice(x) = x[0].if_less(x[1], || x[2].exp(), || x[2].sqrt());
    still(x) = x[0].detach() * x[1];
    product(x) = T::dot(x.iter().map(|&x| (x, x)));
    identities(x) = (x[0] + -0.0) * 1.0 / 1.0 - 0.0 + -(-x[1]) + (x[2] + 0.0);
    both(x) = { let (sin, cos) = x[0].sin_cos(); sin * cos + x[1] + x[2] };
    fuse(x) = T::fuse([x[0], x[1]], |[x, y]| x * y * (x + y)) + x[2];
}

#[test]
fn shared_once_and_dead_code_left_out() {
    let graph = Graph::record_fn(
        |x: &[Traced]| {
            let _dead = x[0].exp() * x[1].ln();
            (x[0] + x[1]) * (x[0] + x[1]) + x[0].sin() * x[0].sin()
        },
        &[1.0, 2.0],
    );
    let census: Vec<_> = graph.census().into_iter().collect();
    assert_eq!(census, [("*".into(), 2), ("+".into(), 2), ("sin".into(), 1)]);
}

#[test]
fn sine_and_cosine_are_one_operation() {
    let graph = Graph::record_fn(|x: &[Traced]| x[1].cos() * x[0].sin() + x[0].cos() * x[0].cos(), &[1.0, 2.0]);
    let census: Vec<_> = graph.census().into_iter().collect();
    assert_eq!(census, [("*".into(), 2), ("+".into(), 1), ("cos".into(), 1), ("sin_cos".into(), 1)]);
    assert_eq!(graph.operations(), 5);
    // The derivatives of all orders need both, once.
    let sine = Graph::record_fn(|x: &[Traced]| x[0].sin(), &[1.0]);
    assert_eq!(sine.value_and_gradient().to_string(), "in x[0]\n  v0, v1 = sin_cos x[0]\nout v0 v1\n");
    let hessian = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1].cos() * x[0].cos(), &[1.0, 2.0]).hessian();
    let census = hessian.census();
    assert_eq!((census.get("sin_cos"), census.get("sin"), census.get("cos")), (Some(&2), None, None), "{hessian}");
    // The bits are those of each function.
    let both = Graph::record_vector(&SineAndCosine, &[1.0]);
    assert_eq!(both.operations(), 1);
    for k in -20_000..20_000 {
        let x = f64::from(k) * 0.0137 * 2.0_f64.powi(k % 60);
        let found = both.eval(&[x]).unwrap();
        assert_eq!([found[0].to_bits(), found[1].to_bits()], [x.sin().to_bits(), x.cos().to_bits()], "{x}");
        let x = x as f32;
        let found = both.eval(&[x]).unwrap();
        assert_eq!([found[0].to_bits(), found[1].to_bits()], [x.sin().to_bits(), x.cos().to_bits()], "{x}");
    }
    for x in [f64::INFINITY, f64::NAN, -0.0] {
        let found = both.eval(&[x]).unwrap();
        assert!(found[0].to_bits() == x.sin().to_bits() || found[0].is_nan() && x.sin().is_nan(), "{x}");
    }
}

fn sine_and_cosine<T: Float>(x: &[T]) -> Vec<T> {
    vec![x[0].sin(), x[0].cos()]
}
vector_function!(SineAndCosine = sine_and_cosine);

#[test]
fn order_of_operands_is_kept() {
    let graph = Graph::record_fn(|x: &[Traced]| x[1] * x[0] + x[0] * x[1], &[1.0, 2.0]);
    assert_eq!(graph.operations(), 3);
}

#[test]
fn identities_are_no_operations() {
    let graph = Graph::record_fn(|x: &[Traced]| -(-(x[0] * 1.0 / 1.0 - 0.0 + -0.0)), &[1.0]);
    assert_eq!(graph.operations(), 0, "{graph}");
    // These are not: they change the sign of a zero.
    assert_eq!(Graph::record_fn(|x: &[Traced]| x[0] + 0.0, &[1.0]).operations(), 1);
    assert_eq!(Graph::record_fn(|x: &[Traced]| x[0] * 0.0, &[1.0]).operations(), 1);
}

#[test]
fn constants_are_computed() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0] * (Traced::constant(2.0).sqrt() + Traced::constant(1.0)), &[1.0]);
    assert_eq!(graph.operations(), 1);
    let nothing = Graph::record_fn(|_: &[Traced]| Traced::constant(2.0).sqrt(), &[]);
    assert_eq!((nothing.operations(), nothing.eval::<f64>(&[]).unwrap()), (0, vec![2.0_f64.sqrt()]));
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Scaled(f64);

impl Unary for Scaled {
    const NAME: &'static str = "scaled";
    fn value<B: Primitive>(self, x: B) -> B {
        x * x * B::nearest(self.0)
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        x * T::lit(2.0 * self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct MeanSquare(f64);

impl Reduction for MeanSquare {
    const NAME: &'static str = "mean_square";
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        x.map(|x| x * x).sum::<B>() / B::lit(self.0)
    }
    fn partials<T: Float>(self, x: impl Iterator<Item = T> + Clone, _: T) -> impl Iterator<Item = T> {
        x.map(move |x| x * T::lit(2.0 / self.0))
    }
}

#[test]
fn a_rule_of_ones_own_is_one_operation_that_knows_its_derivative() {
    let graph = Graph::record_fn(
        |x: &[Traced]| x[0].unary(Scaled(3.0)) + x[0].unary(Scaled(3.0)) * x[0].unary(Scaled(2.0)),
        &[1.0],
    );
    assert_eq!(graph.census().get("scaled(3.0)"), Some(&1));
    assert_eq!(graph.eval(&[2.0]), Ok(vec![12.0 + 12.0 * 8.0]));
    let right =
        |x: f64| derivative(|x: Dual<f64>| x.unary(Scaled(3.0)) + x.unary(Scaled(3.0)) * x.unary(Scaled(2.0)), x);
    assert_eq!(graph.gradient().eval(&[2.0]), Ok(vec![right(2.0)]));
    // On numbers that carry derivatives, twice.
    let y = graph.eval(&[Dual::variable(Dual::variable(2.0))]).unwrap()[0];
    assert_eq!((y.tangent().primal(), y.tangent().tangent()), (right(2.0), 6.0 + 12.0 * 6.0 * 4.0));

    let reduction = |x: &[Traced]| Float::reduce(MeanSquare(2.0), x.iter().copied());
    let graph = Graph::record_fn(reduction, &[1.0, 3.0]);
    assert_eq!(graph.operations(), 1);
    assert_eq!(graph.value_and_gradient().eval(&[2.0, 4.0]), Ok(vec![10.0, 2.0, 4.0]));
    let one = Graph::record_fn(|x: &[Traced]| Float::reduce(MeanSquare(1.0), x.iter().copied()), &[1.0]);
    assert_eq!(one.value_and_gradient().eval(&[3.0]), Ok(vec![9.0, 6.0]));
}

/// `k x² y`, as a rule of two arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cubic(f64);

impl Binary for Cubic {
    const NAME: &'static str = "cubic";
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        B::lit(self.0) * x * x * y
    }
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        T::lit(2.0 * self.0) * x * y
    }
    fn partial_y<T: Float>(self, x: T, _: T, _: T) -> T {
        T::lit(self.0) * x * x
    }
}

#[test]
fn a_rule_of_two_arguments_of_ones_own() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].binary(Cubic(3.0), x[1]), &[1.0, 1.0]);
    assert_eq!(graph.to_string(), "in x[0] x[1]\n  v0 = cubic(3.0) x[0] x[1]\nout v0\n");
    assert_eq!(graph.eval(&[2.0, 5.0]), Ok(vec![60.0]));
    assert_eq!(graph.gradient().eval(&[2.0, 5.0]), Ok(vec![60.0, 12.0]));
    assert_eq!(graph.hessian().eval(&[2.0, 5.0]), Ok(vec![30.0, 12.0, 12.0, 0.0]));
}

/// `1e-320 x`, whose slope has few digits, and a way on which a tangent keeps them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tiny;

impl Unary for Tiny {
    const NAME: &'static str = "tiny";
    const PASSES: bool = true;
    fn value<B: Primitive>(self, x: B) -> B {
        x * B::lit(1e-200) * B::lit(1e-120)
    }
    fn partial<T: Float>(self, _: T, _: T) -> T {
        T::lit(1e-320)
    }
    fn through<T: Float>(self, tangent: T, _: T, _: T, _: T) -> T {
        tangent * T::lit(1e-200) * T::lit(1e-120)
    }
}

#[test]
fn a_constant_slope_at_the_end_of_the_range() {
    fn f<T: Float>(x: &[T]) -> T {
        (x[0] * T::lit(1e200)).unary(Tiny)
    }
    let right: f64 = dualtape::gradient(f, &[2.0])[0];
    assert!((right - 1e-120).abs() < 1e-134);
    assert_eq!(Graph::record_fn(f, &[1.0]).gradient().eval(&[2.0]), Ok(vec![right]));
}

#[test]
fn a_function_computed_elsewhere() {
    fn geometric_mean<T: Float>(x: &[T]) -> T {
        let (a, b) = (x[0].primal(), x[1].primal());
        let y = num_traits::Float::sqrt(a * b);
        T::from_partials(y, &[(x[0], b / (y + y)), (x[1], a / (y + y))])
    }
    let graph = Graph::record_fn(|x: &[Traced]| geometric_mean(x), &[1.0, 4.0]);
    for x in [[1.0, 4.0], [2.0, 8.0], [3.0, 5.0]] {
        assert_eq!(graph.eval(&x).unwrap()[0], geometric_mean(&x));
        assert_eq!(graph.gradient().eval(&x).unwrap(), dualtape::gradient(geometric_mean, &x));
    }
}

fn weighted<T: Float>(x: &[T]) -> T {
    slices::weighted_log_sum_exp(&x[..2], &x[2..])
}
fn mean_of_softmax<T: Float>(x: &[T]) -> T {
    slices::softmax(x).iter().zip(1..).map(|(&p, k)| p * T::lit(f64::from(k))).sum()
}

/// They choose by values: by the largest entry, its place, the size of the result. In a recording all of this is operations, so that one
/// holds for all orders of entries, ties and infinities included.
#[test]
fn slices() {
    const INF: f64 = f64::INFINITY;
    const POINTS: [[f64; 4]; 22] = [
        [12.0, 4.0, 3.0, -1.0],
        [1.0, 12.0, -2.0, 2.0],
        [0.5, 0.25, 1000.0, 999.0],
        [-1000.0, -1001.0, -1002.0, -1000.5],
        [0.0, -50.0, -50.0, -60.0],
        [-50.0, -60.0, 0.0, -50.0],
        [2.0, 2.0, 1.0, 2.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, -0.0, 3.0, -4.0],
        [1e-8, 1.0, 1e-9, 0.0],
        [1e200, 1e200, 0.0, 1.0],
        [1e-200, 1e-200, 1e-200, 0.0],
        [3e-320, 4e-320, 0.0, 0.0],
        [1.5e308, 1.5e308, 1.0, 1.0],
        [1.0, -INF, 0.0, 0.5],
        [-INF, -INF, -INF, -INF],
        [1.0, 2.0, INF, 0.0],
        [0.5, 2.0, INF, INF],
        [0.0, 1.0, 800.0, 0.0],
        [2.0, -1.0, 0.0, 0.0],
        [f64::NAN, 1.0, 2.0, 0.0],
        [1.0, 2.0, 0.5, f64::NAN],
    ];
    macro_rules! functions {
        ($($f:path),*) => {$({
            for at in [POINTS[0], POINTS[4], POINTS[6], POINTS[15]] {
                let graph = Graph::record_fn(|x: &[Traced]| $f(x), &at);
                let (first, second) = (graph.gradient(), graph.gradient().jacobian());
                assert_eq!([&graph, &first, &second].map(Graph::guards), [0; 3], "{}", stringify!($f));
                for x in POINTS {
                    let what = format!("{} recorded at {at:?}, at {x:?}", stringify!($f));
                    let (found, right) = (graph.eval(&x).unwrap()[0], $f(&x));
                    assert!(found.to_bits() == right.to_bits() || (found.is_nan() && right.is_nan()), "{what}: {found:e} {right:e}");
                    let right = gradient($f, &x);
                    close(&first.eval(&x).unwrap(), &right, 1e-14, &what);
                    let columns: Vec<Vec<f64>> = (0..4)
                        .map(|k| jvp(|x: &[Dual<f64>]| gradient($f, x), &x, &[0, 1, 2, 3].map(|j| f64::from(u8::from(j == k)))).1)
                        .collect();
                    let right: Vec<f64> = (0..16).map(|k| columns[k % 4][k / 4]).collect();
                    // Second derivatives of a length that is subnormal or overflows are out of range themselves.
                    if ![3e-320, 1.5e308].contains(&x[0]) {
                        close(&second.eval(&x).unwrap(), &right, 1e-13, &what);
                    }
                }
            }
        })*};
    }
    /// Where the right derivative is not finite it may be another one that is not, and NaN for those beside it.
    fn close(found: &[f64], right: &[f64], tolerance: f64, what: &str) {
        let is_finite = right.iter().all(|y| y.is_finite());
        // Small entries are differences of larger ones.
        let scale = right.iter().filter(|y| y.is_finite()).fold(0.0_f64, |scale, y| scale.max(y.abs())) * 1e-3;
        for (a, b) in found.iter().zip(right) {
            let same = a == b
                || (!a.is_finite() && !b.is_finite())
                || b.is_finite() && (a - b).abs() <= tolerance * b.abs().max(scale);
            assert!(same || (a.is_nan() && !is_finite), "{what}: {found:?}, right is {right:?}");
        }
    }
    functions! {
        slices::sum, slices::norm, slices::max, slices::min, slices::log_sum_exp, mean_of_softmax, weighted
    }
    let listing = Graph::record_fn(slices::log_sum_exp, &[1.0, 2.0]).to_string();
    assert!(listing.contains("v0 = shift x[0] x[1]\n  v1 = x[0] - v0\n"), "{listing}");
}

#[test]
fn one_graph_inside_another() {
    let inner = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1], &[1.0, 2.0]);
    let outer = Graph::record_fn(|x: &[Traced]| inner.eval(&[x[0] * 2.0, x[0]]).unwrap()[0] + 1.0, &[0.5]);
    assert_eq!(outer.census().get("sin"), Some(&1));
    assert_eq!(outer.eval(&[0.7]), Ok(vec![(0.7_f64 * 2.0).sin() * 0.7 + 1.0]));
}

#[test]
fn on_every_number() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].powi(3) / x[1], &[1.0, 1.0]);
    assert_eq!(graph.eval(&[2.0_f32, 4.0]), Ok(vec![2.0_f32]));
    let y = graph.eval(&[Dual::<f64, 2>::seeded(2.0, 0), Dual::seeded(4.0, 1)]).unwrap()[0];
    assert_eq!((y.primal(), y.tangents()), (2.0, [3.0, -0.5]));
    let (value, gradient) = dualtape::value_and_gradient(|x| ScalarFunction::eval(&graph, x), &[2.0, 4.0]);
    assert_eq!((value, gradient), (2.0, vec![3.0, -0.5]));
}

#[cfg(feature = "nalgebra")]
fn rosenbrock<T: Float>(x: &[T]) -> T {
    (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
}
#[cfg(feature = "nalgebra")]
scalar_function!(Rosenbrock = rosenbrock);

#[test]
#[cfg(feature = "nalgebra")]
fn a_graph_is_a_function_for_newton() {
    let graph = Graph::record(&Rosenbrock, &[0.0, 0.0]);
    let (of_graph, of_function) =
        (dualtape::optimize::newton(&graph, &[-1.2, 1.0]), dualtape::optimize::newton(&Rosenbrock, &[-1.2, 1.0]));
    assert!(of_graph.converged());
    assert_eq!(of_graph.x, of_function.x);
}

#[test]
fn data_change_without_recording_anew() {
    fn residual<T: Float>(x: &[T]) -> T {
        (x[0] * x[1] - x[2]).powi(2)
    }
    scalar_function!(Residual = residual);
    let graph = Graph::record_with(&Residual, &[1.0], &[0.0, 0.0]);
    assert_eq!((graph.inputs(), graph.gradient().outputs()), (3, 1));
    assert_eq!(graph.gradient().eval(&[2.0, 3.0, 5.0]), Ok(vec![6.0]));
    assert_eq!(graph.hessian().eval(&[2.0, 3.0, 5.0]), Ok(vec![18.0]));
    assert!(graph.to_string().starts_with("in x[0] data[0] data[1]\n"), "{graph}");
}

#[test]
fn a_long_chain_on_a_small_stack() {
    let run = || {
        let steps = 100_000;
        let graph = Graph::record_fn(|x: &[Traced]| (0..steps).fold(x[0], |y, _| y * x[1] + x[0]), &[1.0, 0.5]);
        assert_eq!(graph.operations(), 2 * steps);
        let right = (0..steps).fold(1.0, |y, _| y * 0.25 + 1.0);
        assert_eq!(graph.eval(&[1.0, 0.25]), Ok(vec![right]));
        assert_eq!(graph.gradient().eval(&[1.0, 0.25]).unwrap()[0], right);
    };
    std::thread::Builder::new().stack_size(128 * 1024).spawn(run).unwrap().join().unwrap();
}

/// Nothing is recursive, from the first operation to the graph and its value.
#[test]
fn four_million_operations_on_a_small_stack() {
    let run = || {
        let steps = 2_000_000;
        let graph = Graph::record_fn(|x: &[Traced]| (0..steps).fold(x[0], |y, _| y * x[1] + x[0]), &[1.0, 0.5]);
        assert_eq!(graph.operations(), 2 * steps);
        assert_eq!(graph.eval(&[1.0, 0.5]), Ok(vec![2.0]));
    };
    std::thread::Builder::new().stack_size(128 * 1024).spawn(run).unwrap().join().unwrap();
}

/// An operand with very many users, whose list is full, and operations that come again after long.
#[test]
fn operations_are_shared_however_many_there_are() {
    let n = 20_000;
    let terms = |x: &[Traced]| (0..n).map(|k| x[0] * f64::from(k)).collect::<Vec<_>>();
    let graph = Graph::record_fn(
        |x: &[Traced]| {
            let (first, again) = (terms(x), terms(x));
            first.iter().zip(&again).fold(x[1], |sum, (&a, &b)| sum + (a + b) + (b - a))
        },
        &[1.0, 0.5],
    );
    // `x * 0`, and `x * 1`, which is `x`, are among the products.
    assert_eq!(graph.census().get("*"), Some(&(n as usize - 1)));
    let right = (0..n).fold(0.5, |sum, k| sum + 2.0 * f64::from(k) * 3.0 + 0.0);
    assert_eq!(graph.eval(&[3.0, 0.5]), Ok(vec![right]));
}
