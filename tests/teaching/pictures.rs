//! Functions that are recorded first: names, pictures, define-and-run.

use super::{goldstein_price, taylor_sine};
use dualtape::graph::{Graph, Traced};
use dualtape::{Float, gradient};
use std::f64::consts::FRAC_PI_4;

/// The lines of a drawing that lead from one node to another.
fn edges(graph: &Graph) -> usize {
    graph.to_dot().matches(" -> ").count()
}

/// `c = a b + 1`, defined, run at several points, and with the operations fused.
#[test]
fn define_and_run() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1] + 1.0, &[0.0, 0.0]);
    assert_eq!(graph.eval(&[2.0, 3.0]).unwrap(), [7.0]);
    assert_eq!(graph.eval(&[-1.0, 0.5]).unwrap(), [0.5]);
    assert_eq!(graph.value_and_gradient().eval(&[2.0, 3.0]).unwrap(), [7.0, 3.0, 2.0]);
    assert_eq!(graph.operations(), 2);
    let program = graph.compile();
    let mut c = [0.0];
    program.call(&[2.0, 3.0], &mut c).unwrap();
    assert_eq!(c, [7.0]);
    let fused = Graph::record_fn(|x: &[Traced]| x[0].mul_add(x[1], 1.0), &[0.0, 0.0]);
    assert_eq!((fused.operations(), fused.eval(&[2.0, 3.0]).unwrap()), (1, vec![7.0]));
}

/// A flag chooses between the sum and the product: an `if` is a guard, `if_less` an operation.
#[test]
fn a_condition_in_a_graph() {
    let by_if = |x: &[Traced]| if x[2] > 0.0 { x[0] + x[1] } else { x[0] * x[1] };
    let graph = Graph::record_fn(by_if, &[2.0, 3.0, 1.0]);
    assert_eq!(graph.eval(&[2.0, 3.0, 1.0]).unwrap(), [5.0]);
    let changed = graph.eval(&[2.0, 3.0, -1.0]).unwrap_err().to_string();
    assert!(changed.contains("x[2] > 0"), "{changed}");
    let by_operation = |x: &[Traced]| Traced::constant(0.0).if_less(x[2], || x[0] + x[1], || x[0] * x[1]);
    let graph = Graph::record_fn(by_operation, &[2.0, 3.0, 1.0]);
    assert_eq!(graph.eval(&[2.0, 3.0, 1.0]).unwrap(), [5.0]);
    assert_eq!(graph.eval(&[2.0, 3.0, -1.0]).unwrap(), [6.0]);
}

/// Names are free where nothing is recorded, and are seen in listings and drawings.
#[test]
fn step_19_names() {
    fn f<T: Float>(x: &[T]) -> T {
        (x[0] + x[1]).named("sum").powi(2)
    }
    assert_eq!(gradient(f, &[1.0, 2.0]), [6.0, 6.0]);
    let graph = Graph::record_fn(|x: &[Traced]| f(x), &[1.0, 2.0]);
    let graph = graph.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    assert_eq!(graph.to_string(), "in x y\n  sum = x + y\n  z = powi(2) sum\nout z\n");
    assert!(graph.to_dot().contains("sum"));
}

/// DeZero draws a line from each operand to its operation and one from the operation to its result: 7 for the sphere. Here an operation is
/// its result, so the sphere has 2 squares with one line each and a sum with two.
#[test]
fn steps_25_and_26_pictures() {
    let sphere = Graph::record_fn(|x: &[Traced]| x[0].powi(2) + x[1].powi(2), &[1.0, 1.0]);
    assert_eq!((sphere.operations(), edges(&sphere)), (3, 4));
    assert_eq!(edges(&sphere) + sphere.operations(), 7);
    // 32 sums and products and 6 squares make DeZero's 108 lines, constants included. Here squares of one number are one operation, so
    // there are 36.
    let polynomial = Graph::record_fn(|x: &[Traced]| goldstein_price(x), &[1.0, 1.0]);
    assert_eq!(polynomial.operations(), 36);
    assert_eq!(polynomial.value_and_gradient().eval(&[1.0, 1.0]).unwrap(), [1876.0, -5376.0, 8064.0]);
}

/// DeZero has 12 and 141 functions: a power, a product and a sum for each of 4 and 47 terms. Here the factor 1 of the first
/// term is no operation, and each comparison with the threshold takes the size of the term in addition.
#[test]
fn step_27_the_series_as_a_graph() {
    for (threshold, terms) in [(1e-4, 4), (1e-150, 47)] {
        let graph = Graph::record_fn(|x: &[Traced]| taylor_sine(x[0], threshold).0, &[FRAC_PI_4]);
        assert_eq!(graph.operations(), 4 * terms - 1, "{graph}");
    }
}

/// DeZero counts 1, 4, 9, 21, 51, 129, 339, 921 and 2571 functions for the derivatives of tanh, of which each has about 2.6 times as many
/// as the one before. Operations that are computed once let them grow by less than 2.2 here, from the second derivative on: the first one
/// is a single operation, which chooses between forms.
#[test]
fn step_35_graphs_of_high_derivatives() {
    let mut graph = Graph::record_fn(|x: &[Traced]| x[0].tanh(), &[0.3]);
    let mut operations = vec![graph.operations()];
    for _ in 0..4 {
        graph = graph.gradient();
        operations.push(graph.operations());
    }
    assert_eq!(operations[0], 1);
    assert!(operations[2..].windows(2).all(|pair| 10 * pair[1] < 22 * pair[0]), "{operations:?}");
}
