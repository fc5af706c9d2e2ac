//! Listings, drawings, and where a number goes wrong.

use dualtape::Float;
use dualtape::graph::{Graph, NonFinite, Traced};

fn square_of_sum() -> Graph {
    Graph::record_fn(|x: &[Traced]| (x[0] + x[1]).powi(2), &[1.0, 2.0])
}

#[test]
fn listing() {
    assert_eq!(square_of_sum().to_string(), "in x[0] x[1]\n  v0 = x[0] + x[1]\n  v1 = powi(2) v0\nout v1\n");
    let derivative = square_of_sum().value_and_gradient().to_string();
    assert_eq!(derivative, "in x[0] x[1]\n  v0 = x[0] + x[1]\n  v1 = powi(2) v0\n  v2 = v0 + v0\nout v1 v2 v2\n");
    let guarded = Graph::record_fn(|x: &[Traced]| if x[0] < 1.0 { -x[0] * 2.5e-9 } else { x[0] }, &[0.0]).to_string();
    let lines: Vec<&str> = guarded.lines().collect();
    assert_eq!(lines[..3], ["in x[0]", "  v0 = -x[0]", "  v1 = v0 * 2.5e-9"]);
    assert!(lines[3].starts_with("  guard x[0] < 1 is true (") && lines[3].contains("show.rs:"), "{guarded}");
    assert_eq!(lines[4], "out v1");
    let choice = Graph::record_fn(|x: &[Traced]| x[0].if_less(Traced::constant(0.0), || x[0].exp(), || x[0]), &[0.0]);
    assert_eq!(choice.to_string(), "in x[0]\n  v0 = exp x[0]\n  v1 = if_less x[0] 0 v0 x[0]\nout v1\n");
}

#[test]
fn an_operation_with_two_results() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].cos() * x[0].cos() + x[0].sin(), &[1.0]);
    let listing = "in x[0]\n  v0, v1 = sin_cos x[0]\n  v2 = v1 * v1\n  v3 = v2 + v0\nout v3\n";
    assert_eq!(graph.to_string(), listing);
    assert_eq!(graph.first_non_finite(&[f64::INFINITY]).unwrap().operation(), "x[0]");
}

#[test]
fn where_a_number_goes_wrong() {
    let line = line!() + 1;
    let graph = Graph::record_fn(|x: &[Traced]| (x[0] - 2.0).sqrt() * x[1], &[3.0, 1.0]);
    let wrong = graph.first_non_finite(&[1.0, 1.0]).unwrap();
    assert_eq!((wrong.operation(), wrong.operands(), wrong.place().line()), ("v1 = sqrt v0", &[-1.0][..], line));
    assert!(wrong.value().is_nan());
    assert!(wrong.to_string().starts_with("v1 = sqrt v0 is NaN for [-1.0] ("), "{wrong}");
    assert_eq!(graph.first_non_finite(&[3.0, 1.0]), None);
    // An input that is not finite itself, and what follows from it.
    assert_eq!(graph.first_non_finite(&[3.0, f64::NAN]).unwrap().operation(), "x[1]");
    // Of the derivative: the slope of the root at 0.
    let wrong = graph.gradient().first_non_finite(&[2.0, 1.0]).unwrap();
    assert!(wrong.operation().contains("recip") && wrong.value() == f64::INFINITY, "{wrong}");
}

/// A derivative goes wrong where the function does, in the operation of the derivative of the function that is at fault.
#[test]
fn where_a_derivative_goes_wrong() {
    fn place(wrong: &NonFinite) -> (bool, u32) {
        (wrong.place().file().ends_with("show.rs"), wrong.place().line())
    }
    let line = line!() + 2;
    let graph = Graph::record_fn(
        |x: &[Traced]| x[0].sqrt() * 2.0 + x[1], // finite at 0, with an infinite slope
        &[3.0, 1.0],
    );
    assert_eq!(graph.first_non_finite(&[0.0, 1.0]), None);
    let derivatives =
        [graph.gradient(), graph.value_and_gradient(), graph.jacobian(), graph.hessian(), graph.gradient().jacobian()];
    for derivative in derivatives {
        let wrong = derivative.first_non_finite(&[0.0, 1.0]).unwrap();
        assert_eq!((place(&wrong), wrong.value()), ((true, line), f64::INFINITY), "{wrong}\n{derivative}");
        assert_eq!(wrong.operands().last(), Some(&0.0), "{wrong}");
        assert_eq!(derivative.first_non_finite(&[1.0, 1.0]), None);
    }
    let wrong = graph.jvp().first_non_finite(&[0.0, 1.0, 1.0, 0.0]).unwrap();
    assert_eq!(place(&wrong), (true, line), "{wrong}");

    // Too large in the sweep only: the product of two slopes.
    let line = line!() + 1;
    let graph = Graph::record_fn(|x: &[Traced]| ((x[0] * x[1] * 1e-200) * x[1]).sin(), &[1.0, 1.0]).gradient();
    let wrong = graph.first_non_finite(&[1e-200, 1e200]);
    assert_eq!(wrong, None, "{graph}");
    let wrong = graph.first_non_finite(&[1e-250, 1e305]).unwrap();
    assert_eq!(place(&wrong), (true, line), "{wrong}\n{graph}");
}

/// Where the conventions make a derivative finite nothing is wrong, though plain arithmetic has a NaN on its way.
#[test]
fn conventions_are_not_wrong() {
    let graph = Graph::record_fn(|x: &[Traced]| (x[0] * x[0]).sqrt() + (x[1] * 0.0).sqrt(), &[3.0, 1.0]).gradient();
    let at = [2.0, 1.0];
    assert!(graph.eval(&at).unwrap().iter().all(|y: &f64| y.is_finite()), "{graph}");
    assert_eq!(graph.first_non_finite(&at), None);
}

#[test]
fn of_a_choice_the_side_counts_that_is_taken() {
    let graph =
        Graph::record_fn(|x: &[Traced]| x[0].if_less(Traced::constant(1.0), || x[0].exp(), || x[0].ln()), &[0.0]);
    assert_eq!(graph.first_non_finite(&[-1.0]), None);
    assert_eq!(graph.first_non_finite(&[710.0]), None);
    assert_eq!(graph.first_non_finite(&[f64::INFINITY]).unwrap().operation(), "x[0]");
    // A constant that is not finite comes in with the operation that takes it.
    let graph = Graph::record_fn(|x: &[Traced]| x[0] * f64::INFINITY, &[1.0]);
    assert_eq!(graph.first_non_finite(&[1.0]).unwrap().operation(), "v0 = x[0] * inf");
}

#[test]
fn the_place_in_generic_code() {
    fn generic<T: Float>(x: T) -> (T, u32) {
        (x.ln(), line!())
    }
    let mut line = 0;
    let graph = Graph::record_fn(
        |x: &[Traced]| {
            let (y, at) = generic(x[0]);
            line = at;
            y
        },
        &[1.0],
    );
    let wrong = graph.first_non_finite(&[-1.0]).unwrap();
    assert_eq!((wrong.place().file().ends_with("show.rs"), wrong.place().line()), (true, line));
}
