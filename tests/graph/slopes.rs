//! Derivatives of rules that choose between formulas: one operation each, with the bits of the driver on every side.

use dualtape::graph::{Graph, Traced};
use dualtape::rules::{Binary, Unary};
use dualtape::{Dual, Float, Primitive, derivative, gradient};

#[test]
fn a_derivative_that_chooses_is_one_operation() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].tanh(), &[0.3]).gradient();
    assert_eq!(graph.to_string(), "in x[0]\n  v0 = tanh x[0]\n  v1 = tanh' x[0] v0\nout v1\n");
    assert!(graph.to_dot().contains(r#"v1 [label="tanh' x[0] v0\nv1""#), "{}", graph.to_dot());
    let program = graph.compile();
    let points = [
        0.3,
        -0.3,
        0.74,
        0.76,
        -0.76,
        5.0,
        39.0,
        -41.0,
        0.0,
        -0.0,
        200.0,
        -400.0,
        f64::INFINITY,
        f64::NAN,
        1e-310,
        18.0,
    ];
    let mut outs = [0.0; 16];
    assert!(program.call_many(&points, &mut outs).is_empty());
    for (x, found) in points.into_iter().zip(outs) {
        let right = derivative(|x| x.tanh(), x);
        let at_once = graph.eval(&[x]).unwrap()[0];
        assert!(
            [found, at_once].iter().all(|y| y.to_bits() == right.to_bits() || (y.is_nan() && right.is_nan())),
            "{x}"
        );
    }
    // Of single precision, too.
    let single = Graph::record_fn(|x: &[Traced<f32>]| x[0].tanh(), &[0.3]).gradient();
    assert_eq!(single.operations(), 2);
    for x in [0.3_f32, -2.0, 45.0] {
        assert_eq!(single.eval(&[x]), Ok(vec![derivative(|x: Dual<f32>| x.tanh(), x)]));
    }
}

#[test]
fn a_derivative_that_does_not_choose_is_its_formula() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].exp() * x[1].tan(), &[0.3, 0.4]).gradient();
    assert!(graph.census().keys().all(|name| !name.contains('\'')), "{graph}");
}

/// In a graph of second derivatives the formula is differentiated, whichever numbers the graph is evaluated on.
#[test]
fn it_is_differentiated_as_its_formula_is() {
    let first = Graph::record_fn(|x: &[Traced]| x[0].tanh(), &[0.3]).gradient();
    let second = first.gradient();
    for x in [0.0, 0.3, -0.3, 0.9, -0.9, 20.0, -45.0] {
        let right = derivative(|x| derivative(|x| x.tanh(), x), x);
        assert_eq!(second.eval(&[x]), Ok(vec![right]), "{x}");
        assert_eq!(first.eval(&[Dual::variable(x)]).unwrap()[0].tangent(), right, "{x}");
        assert_eq!(gradient(|x| first.eval(x).unwrap()[0], &[x]), [right], "{x}");
    }
    // Inside another recording.
    let inlined = Graph::record(&first, &[2.0]);
    assert_eq!(inlined.to_string(), first.to_string());
}

/// `x²` above 0 and `-x` below, by comparing.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bent;

impl Unary for Bent {
    const NAME: &'static str = "bent";
    fn value<B: Primitive>(self, x: B) -> B {
        if x > B::zero() { x * x } else { -x }
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        if x > T::zero() { x + x } else { -T::one() }
    }
}

/// `x y` where `x` is less than `y`, else `x + y`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Joined;

impl Binary for Joined {
    const NAME: &'static str = "joined";
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        if x < y { x * y } else { x + y }
    }
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        x.if_less(y, || y, T::one)
    }
    fn partial_y<T: Float>(self, x: T, y: T, _: T) -> T {
        if x < y { x } else { T::one() }
    }
}

/// A rule of one's own may compare numbers to find its derivative, and the derivative holds on both sides of a guard that it would
/// have been.
#[test]
fn rules_of_ones_own() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].unary(Bent), &[1.0]);
    let (first, second) = (graph.gradient(), graph.gradient().gradient());
    assert_eq!(first.to_string(), "in x[0]\n  v0 = bent x[0]\n  v1 = bent' x[0] v0\nout v1\n");
    assert_eq!([3.0, -3.0].map(|x| first.eval(&[x])), [Ok(vec![6.0]), Ok(vec![-1.0])]);
    assert_eq!([3.0, -3.0].map(|x| second.eval(&[x])), [Ok(vec![2.0]), Ok(vec![0.0])]);

    let graph = Graph::record_fn(|x: &[Traced]| x[0].binary(Joined, x[1]), &[1.0, 2.0]);
    let first = graph.gradient();
    let listing = "  v0 = joined x[0] x[1]\n  v1 = joined'x x[0] x[1] v0\n  v2 = joined'y x[0] x[1] v0\n";
    assert_eq!(first.to_string(), format!("in x[0] x[1]\n{listing}out v1 v2\n"));
    let mut outs = [0.0; 12];
    let changed = first.compile().call_many(&[1.0, 2.0, 5.0, 3.0, 2.0, 2.0, -1.0, 7.0, 0.0, 1.0, 9.0, 1.0], &mut outs);
    assert!(changed.is_empty());
    assert_eq!(outs, [2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 7.0, -1.0, 1.0, 0.0, 1.0, 1.0]);
    assert_eq!(graph.hessian().eval(&[1.0, 2.0]), Ok(vec![0.0, 1.0, 1.0, 0.0]));
    assert_eq!(graph.hessian().eval(&[3.0, 2.0]), Ok(vec![0.0; 4]));
}
