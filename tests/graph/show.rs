//! Listings, drawings, and where a number goes wrong.

use dualtape::Float;
use dualtape::graph::{Graph, Traced};

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
fn drawing() {
    let right = "digraph {
  x0 [label=\"x[0]\", shape=box];
  x1 [label=\"x[1]\", shape=box];
  v0 [label=\"v0: +\"];
  x0 -> v0;
  x1 -> v0;
  v1 [label=\"v1: *\", peripheries=2];
  v0 -> v1 [label=\"2 times\"];
}
";
    let graph = Graph::record_fn(|x: &[Traced]| (x[0] + x[1]) * (x[0] + x[1]), &[1.0, 2.0]);
    assert_eq!(graph.to_dot(), right);
    let named = graph.to_dot_with(&["a \"b\""], Some(&[2.0, 3.0]));
    assert!(named.contains(r#"x0 [label="a \"b\"\n2", shape=box];"#), "{named}");
    assert!(named.contains(r#"v1 [label="v1: *\n25", peripheries=2];"#), "{named}");
    let constant = Graph::record_fn(|x: &[Traced]| x[0] * 0.5, &[1.0]).to_dot();
    assert!(constant.contains("c1 [label=\"0.5\", shape=plain];\n  c1 -> v0;"), "{constant}");
}

#[test]
fn an_operation_with_two_results() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].cos() * x[0].cos() + x[0].sin(), &[1.0]);
    let listing = "in x[0]\n  v0, v1 = sin_cos x[0]\n  v2 = v1 * v1\n  v3 = v2 + v0\nout v3\n";
    assert_eq!(graph.to_string(), listing);
    let right = "digraph {
  x0 [label=\"x[0]\\n0\", shape=box];
  v0 [label=\"v0, v1: sin_cos\\n0, 1\"];
  x0 -> v0;
  v2 [label=\"v2: *\\n1\"];
  v0 -> v2 [label=\"v1, 2 times\"];
  v3 [label=\"v3: +\\n1\", peripheries=2];
  v2 -> v3;
  v0 -> v3 [label=\"v0\"];
}
";
    assert_eq!(graph.to_dot_with(&[], Some(&[0.0])), right);
    let wrong = graph.first_non_finite(&[f64::INFINITY]).unwrap();
    assert_eq!(wrong.operation(), "x[0]");
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
