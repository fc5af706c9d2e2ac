//! Names of inputs, intermediate values and results.

use dualtape::graph::{Graph, Traced};
use dualtape::{Dual, Float, Reverse, ScalarFunction, derivative, gradient, scalar_function};

fn named<T: Float>(x: &[T]) -> T {
    let mut sum = T::zero();
    for (k, &x) in x.iter().enumerate() {
        sum += (x * x).named(format_args!("square[{k}]"));
    }
    sum.named("sum").sqrt()
}
scalar_function!(Named = named);

#[test]
fn given_in_generic_code() {
    let graph = Graph::record(&Named, &[3.0, 4.0]);
    let listing = "\
in x[0] x[1]
  square[0] = x[0] * x[0]
  v1 = 0 + square[0]
  square[1] = x[1] * x[1]
  sum = v1 + square[1]
  v4 = sqrt sum
out v4
";
    assert_eq!(graph.to_string(), listing);
    // Nothing else is different.
    assert_eq!((Named.eval(&[3.0, 4.0]), graph.eval(&[3.0, 4.0])), (5.0, Ok(vec![5.0])));
    assert_eq!(gradient(named, &[1.0, 0.0]), [1.0, 0.0]);
    assert_eq!(derivative(|x: Dual<f64>| x.named("x") * x, 3.0), 6.0);
}

#[test]
fn kept_in_derivatives_and_inside_other_graphs() {
    let graph = Graph::record(&Named, &[3.0, 4.0]).with_input_names(&["a", "b"]).with_output_names(&["r"]);
    for derivative in [graph.gradient(), graph.hessian(), graph.gradient().jacobian()] {
        let listing = derivative.to_string();
        assert!(listing.starts_with("in a b\n  square[0] = a * a\n"), "{listing}");
        assert!(listing.contains("  sum = "), "{listing}");
    }
    let around = Graph::record_fn(|x: &[Traced]| ScalarFunction::eval(&graph, &[x[0], x[0] + 1.0]).exp(), &[1.0]);
    assert!(around.to_string().starts_with("in a\n  b = a + 1\n  square[0] = a * a\n"), "{around}");
    // Numbers that record derivatives name their values.
    let by_hand = Graph::record_fn(|x: &[Traced]| gradient(|x: &[Reverse<Traced>]| named(x), x)[0], &[3.0, 4.0]);
    assert!(by_hand.to_string().contains("  square[1] = x[1] * x[1]\n"), "{by_hand}");
}

#[test]
fn of_results() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].powi(3) * x[1], &[1.0, 1.0]);
    let graph = graph.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    let out = |graph: &Graph| graph.to_string().lines().last().unwrap().to_owned();
    assert_eq!(out(&graph), "out z");
    assert_eq!(out(&graph.value_and_gradient()), "out z dz/dx dz/dy");
    let hessian = graph.hessian();
    assert!(out(&hessian).starts_with("out d²z/dx², d²z/dxdy, d²z/dydx = d²z/dxdy, d²z/dy² = 0"), "{hessian}");
    let third = graph.gradient().jacobian().jacobian();
    assert!(out(&third).starts_with("out d³z/dx³, d³z/dx²dy"), "{third}");
    // A direction is no derivative with a name, and has one itself.
    assert!(graph.jvp().to_string().starts_with("in x y v[0] v[1]\n"), "{}", graph.jvp());
    assert!(graph.vjp().to_string().starts_with("in x y w[0]\n"), "{}", graph.vjp());
}

/// The first name that a value is given stays, and two values of one name are told apart.
#[test]
fn no_two_are_the_same() {
    let graph = Graph::record_fn(
        |x: &[Traced]| {
            let first = (x[0] + 1.0).named("h");
            let second = (first * 2.0).named("h");
            let same = (x[0] + 1.0).named("other");
            (second + same).named("v3") * second * "1".parse::<Traced>().unwrap().named("a constant has none")
        },
        &[1.0],
    );
    assert_eq!(
        graph.to_string(),
        "in x[0]\n  h = x[0] + 1\n  h.2 = h * 2\n  v3 = h.2 + h\n  v3' = v3 * h.2\nout v3'\n"
    );
}

#[test]
fn stay_on_their_line() {
    let graph = Graph::record_fn(|x: &[Traced]| (x[0] + 1.0).named("two\nlines"), &[1.0]).with_input_names(&["a\tb"]);
    assert_eq!(graph.to_string(), "in a b\n  two lines = a b + 1\nout two lines\n");
}

#[test]
fn in_questions_and_messages() {
    let graph =
        Graph::record_fn(|x: &[Traced]| if (x[0] * 2.0).named("twice") < 3.0 { x[0] } else { x[0].ln() }, &[1.0]);
    let graph = graph.with_input_names(&["length"]);
    assert_eq!(graph.eval(&[2.0]).unwrap_err().question(), "twice < 3");
    let wrong = Graph::record_fn(|x: &[Traced]| x[0].ln().named("log"), &[1.0]).with_input_names(&["length"]);
    assert_eq!(wrong.first_non_finite(&[-1.0]).unwrap().operation(), "log = ln length");
}

#[test]
#[should_panic = "dualtape: expected names for at most 1 inputs, found 2"]
fn too_many_for_inputs() {
    let _ = Graph::record_fn(|x: &[Traced]| x[0], &[1.0]).with_input_names(&["a", "b"]);
}

#[test]
#[should_panic = "dualtape: expected names for 1 results, found 0"]
fn too_few_for_results() {
    let _ = Graph::record_fn(|x: &[Traced]| x[0], &[1.0]).with_output_names(&[]);
}
