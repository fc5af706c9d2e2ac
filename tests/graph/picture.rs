//! Drawings in the language of Graphviz.

use dualtape::Float;
use dualtape::graph::{Graph, Picture, Traced};

fn square_of_sum() -> Graph {
    Graph::record_fn(|x: &[Traced]| (x[0] + x[1]) * (x[0] + x[1]), &[1.0, 2.0])
}

#[test]
fn plain() {
    let right = r##"digraph {
  rankdir=TB;
  node [style=filled, fontname="Helvetica"];
  x0 [label="x[0]", shape=box, fillcolor="#ffd9a0"];
  x1 [label="x[1]", shape=box, fillcolor="#ffd9a0"];
  v0 [label="x[0] + x[1]\nv0", fillcolor="#d6e8fa"];
  x0 -> v0;
  x1 -> v0;
  v1 [label="v0 * v0\nv1", peripheries=2, fillcolor="#c9e8bd"];
  v0 -> v1 [label="×2"];
}
"##;
    assert_eq!(square_of_sum().to_dot(), right);
    assert_eq!(square_of_sum().clone().to_dot_with(&Picture::new()), right);
}

#[test]
fn with_names_values_and_derivatives() {
    let graph = square_of_sum().with_input_names(&["a \"b\" \\", "y"]).with_output_names(&["z"]);
    let picture = Picture::new().at(&[2.0, 3.0]).derivatives(true).left_to_right(true);
    let dot = graph.to_dot_with(&picture);
    assert!(dot.contains("  rankdir=LR;\n"), "{dot}");
    assert!(dot.contains(r#"x0 [label="a \"b\" \\ = 2\n∂ = 10", shape=box"#), "{dot}");
    assert!(dot.contains(r#"v0 [label="a \"b\" \\ + y\nv0 = 5\n∂ = 10","#), "{dot}");
    assert!(dot.contains(r#"v1 [label="v0 * v0\nz = 25\n∂ = 1", peripheries=2"#), "{dot}");
    assert_eq!(dot, graph.to_dot_with(&picture), "the same text each time");
}

/// The derivatives by inputs are those of the gradient, in a function of many kinds of operations.
#[test]
fn derivatives_are_those_of_the_gradient() {
    fn f<T: Float>(x: &[T]) -> T {
        let u = x[0].sin().if_less(x[1], || x[0] * x[1], || x[1].exp());
        (u.max(x[2]) + T::dot(x.iter().map(|&x| (x, u)))).hypot(x[2].abs()) / x[1].detach()
    }
    let x = [0.5, 1.25, -2.0];
    let dot = Graph::record_fn(|x: &[Traced]| f(x), &x).to_dot_with(&Picture::new().at(&x).derivatives(true));
    for (k, right) in dualtape::gradient(f, &x).into_iter().enumerate() {
        let label = dot.split_once(&format!("x{k} [label=\"x[{k}] = {}\\n∂ = ", x[k])).unwrap().1;
        let found: f64 = label.split_once('"').unwrap().0.parse().unwrap();
        assert!((found - right).abs() <= 1e-4 * right.abs(), "{found}, {right}"); // five digits are shown
    }
}

#[test]
fn numbers_are_short() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0] / 3.0, &[1.0]);
    let at = |x: f64| graph.to_dot_with(&Picture::new().at(&[x]));
    assert!(at(1.0).contains("v0 = 0.33333\""), "{}", at(1.0));
    assert!(at(2e-9).contains("x[0] = 2e-9\"") && at(2e-9).contains("v0 = 6.6667e-10\""), "{}", at(2e-9));
    assert!(at(f64::NAN).contains("v0 = NaN\""), "{}", at(f64::NAN));
}

#[test]
fn guards() {
    let graph = Graph::record_fn(|x: &[Traced]| if x[0].abs() < 1.0 { x[0] * 2.0 } else { x[0] }, &[0.5]);
    let dot = graph.to_dot();
    assert!(
        dot.contains(r#"g0 [label="v0 < 1\nis true", shape=box"#) && dot.contains("v0 -> g0 [style=dashed];"),
        "{dot}"
    );
    assert!(graph.to_dot_with(&Picture::new().at(&[0.25])).contains("is true"));
    let changed = graph.to_dot_with(&Picture::new().at(&[-3.0]));
    assert!(changed.contains(r#"g0 [label="v0 < 1\nwas true, is false""#), "{changed}");
    let without = graph.to_dot_with(&Picture::new().guards(false));
    assert!(!without.contains("abs") && !without.contains("g0"), "{without}");
    assert!(without.contains("v1 [label=\"x[0] * 2"), "numbers stay those of the listing: {without}");
}

/// Results that are inputs, constants, or the same, and operations of many operands.
#[test]
fn results_and_constants() {
    let linear = Graph::record_fn(|x: &[Traced]| x[0] + x[0] + x[1], &[1.0, 2.0]).with_output_names(&["z"]);
    let dot = linear.gradient().to_dot();
    assert!(dot.contains("[label=\"dz/dx[0] = 2\", shape=box, fillcolor=\"#c9e8bd\"]"), "{dot}");
    assert!(dot.contains("[label=\"dz/dx[1] = 1\", shape=box, fillcolor=\"#c9e8bd\"]"), "{dot}");
    let input = Graph::record_fn(|x: &[Traced]| x[0], &[1.0]).with_output_names(&["z"]).to_dot();
    assert!(input.contains("x0 [label=\"x[0]\\nz\", shape=box, peripheries=2"), "{input}");
    let product = Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 2.0]).with_output_names(&["z"]);
    let hessian = product.hessian().to_dot();
    assert!(hessian.contains("d²z/dxdy = 1") || hessian.contains("d²z/dx[0]dx[1] = 1"), "{hessian}");
    let many = |x: &[Traced]| Float::dot([1.0, 2.0, 3.0].into_iter().map(|c| (x[0], Traced::constant(c))));
    let dot = Graph::record_fn(many, &[1.0]).to_dot();
    assert!(dot.contains("v0 [label=\"dot\\nv0\"") && dot.contains("x0 -> v0 [label=\"×3\"];"), "{dot}");
    assert!(dot.contains("c3 [label=\"3\", shape=box") && dot.contains("c3 -> v0;"), "{dot}");
}

#[test]
#[should_panic = "dualtape: expected a point for the derivatives, found none; set it by `Picture::at`"]
fn derivatives_need_a_point() {
    let _ = square_of_sum().to_dot_with(&Picture::new().derivatives(true));
}

#[test]
#[should_panic = "dualtape: expected a graph with 1 result for derivatives in a drawing, found 2; draw the graph of `jacobian`"]
fn derivatives_need_one_result() {
    let _ = square_of_sum().gradient().to_dot_with(&Picture::new().at(&[1.0, 2.0]).derivatives(true));
}

/// Sine and cosine of one number are drawn as one operation, with one line to each operation that uses them.
#[test]
fn an_operation_with_two_results() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[0].cos() + x[0].sin().named("height"), &[1.0]);
    let dot = graph.to_dot_with(&Picture::new().at(&[0.0]).derivatives(true));
    assert!(dot.contains(r#"v0 [label="sin_cos x[0]\nheight = 0\n∂ = 2\nv1 = 1\n∂ = 0","#), "{dot}");
    assert!(dot.contains(r#"v0 -> v2 [label="height, v1"];"#), "{dot}");
    assert!(dot.contains("v0 -> v3;"), "{dot}");
}

#[test]
fn in_single_precision() {
    let graph = Graph::record_fn(|x: &[Traced<f32>]| x[0] * 0.1, &[1.0]);
    let dot = graph.to_dot_with(&Picture::new().at(&[0.3]).derivatives(true));
    assert!(
        dot.contains(r#"[label="x[0] = 0.3\n∂ = 0.1""#) && dot.contains(r#"[label="x[0] * 0.1\nv0 = 0.03\n∂ = 1""#),
        "{dot}"
    );
}
