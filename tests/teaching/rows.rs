//! Functions with their values and gradients, in every mode and by every driver.

use super::goldstein_price;
#[cfg(feature = "graph")]
use dualtape::graph::Graph;
use dualtape::{
    Float, ScalarFunction, Tape, forward, scalar_function, slices, value_and_gradient, value_and_gradient_of,
};

/// Value and gradient by a tape of one's own.
fn by_tape(f: &impl ScalarFunction, x: &[f64]) -> (f64, Vec<f64>) {
    let tape = Tape::new();
    let x = tape.variables(x);
    let y = f.eval(&x);
    let adjoints = tape.adjoints(y);
    (y.primal(), x.iter().map(|&x| adjoints.wrt(x)).collect())
}

/// Value and gradient by a graph, if there are graphs.
fn by_graph(_f: &impl ScalarFunction, _x: &[f64]) -> Option<(&'static str, (f64, Vec<f64>))> {
    #[cfg(feature = "graph")]
    {
        let results = Graph::record(_f, _x).value_and_gradient().eval(_x).expect("where it was recorded");
        Some(("a graph", (results[0], results[1..].to_vec())))
    }
    #[cfg(not(feature = "graph"))]
    None
}

/// The same numbers to the bit, however they are found.
#[track_caller]
fn agree(item: &str, f: &impl ScalarFunction, x: &[f64], value: f64, gradient: &[f64]) {
    assert_eq!(f.eval(x), value, "{item}: the plain value");
    let engines = [
        ("the tape of a driver", value_and_gradient(|x| f.eval(x), x)),
        ("dual numbers", forward::value_and_gradient(|x| f.eval(x), x)),
        ("the way for its size", value_and_gradient_of(f, x)),
        ("a tape of one's own", by_tape(f, x)),
    ];
    for (engine, found) in engines.into_iter().chain(by_graph(f, x)) {
        assert_eq!(found, (value, gradient.to_vec()), "{item}, by {engine}");
    }
}

/// `item, x => f(x), at the point => value, gradient`.
macro_rules! rows {
    ($($item:literal, $x:ident => $body:expr, $point:expr => $value:expr, $gradient:expr;)*) => {$({
        fn f<T: Float>($x: &[T]) -> T {
            $body
        }
        scalar_function!(F = f);
        agree($item, &F, &$point, $value, &$gradient);
    })*};
}

/// Twice `a` until it is long, and then a hundredfold if it is negative.
fn control_flow<T: Float>(a: T) -> T {
    let mut b = a * T::lit(2.0);
    while b.abs() < T::lit(1000.0) {
        b *= T::lit(2.0);
    }
    if b > T::zero() { b } else { b * T::lit(100.0) }
}

#[test]
fn steps_1_to_24() {
    rows! {
        "1, 2: the square", x => x[0].powi(2), [10.0] => 100.0, [20.0];
        "3 to 9: square, exponential, square", x => x[0].powi(2).exp().powi(2), [0.5] =>
            1.648721270700128, [3.297442541400256];
        "10: the square at 2", x => x[0].powi(2), [2.0] => 4.0, [4.0];
        "10: the square at 3", x => x[0].powi(2), [3.0] => 9.0, [6.0];
        "11: two arguments", x => x[0] + x[1], [2.0, 3.0] => 5.0, [1.0, 1.0];
        "13: a sum of squares", x => x[0].powi(2) + x[1].powi(2), [2.0, 3.0] => 13.0, [4.0, 6.0];
        "14: one variable twice", x => x[0] + x[0], [3.0] => 6.0, [2.0];
        "14: one variable three times", x => x[0] + x[0] + x[0], [3.0] => 9.0, [3.0];
        "16: a branch that joins again", x => { let a = x[0].powi(2); a.powi(2) + a.powi(2) }, [2.0] => 32.0, [64.0];
        "18: a sum used in a sum", x => x[0] + (x[0] + x[1]), [1.0, 1.0] => 3.0, [2.0, 1.0];
        "20: a b + c", x => x[0] * x[1] + x[2], [3.0, 2.0, 1.0] => 7.0, [2.0, 3.0, 1.0];
        "22: -x", x => -x[0], [2.0] => -2.0, [-1.0];
        "22: 2 - x", x => T::lit(2.0) - x[0], [2.0] => 0.0, [-1.0];
        "22: x - 1", x => x[0] - T::lit(1.0), [2.0] => 1.0, [1.0];
        "22: 3 / x", x => T::lit(3.0) / x[0], [2.0] => 1.5, [-0.75];
        "22: x^3", x => x[0].powi(3), [2.0] => 8.0, [12.0];
        "23: (x + 3)^2", x => (x[0] + T::lit(3.0)).powi(2), [1.0] => 16.0, [8.0];
        "24: sphere", x => x[0].powi(2) + x[1].powi(2), [1.0, 1.0] => 2.0, [2.0, 2.0];
        "24: Matyas", x => T::lit(0.26) * (x[0].powi(2) + x[1].powi(2)) - T::lit(0.48) * x[0] * x[1], [1.0, 1.0] =>
            0.040000000000000036, [0.040000000000000036, 0.040000000000000036];
        "24: Goldstein and Price", x => goldstein_price(x), [1.0, 1.0] => 1876.0, [-5376.0, 8064.0];
        "28: Rosenbrock", x => T::lit(100.0) * (x[1] - x[0].powi(2)).powi(2) + (x[0] - T::lit(1.0)).powi(2), [0.0, 2.0] =>
            401.0, [-2.0, 400.0];
        "29: x^4 - 2 x^2", x => x[0].powi(4) - T::lit(2.0) * x[0].powi(2), [2.0] => 8.0, [24.0];
    }
}

#[test]
fn dive_into_deep_learning() {
    rows! {
        "2 x.x", x => T::lit(2.0) * slices::dot(x, x), [0.0, 1.0, 3.0, 5.0] => 70.0, [0.0, 4.0, 12.0, 20.0];
        "the sum", x => slices::sum(x), [0.0, 1.0, 3.0, 5.0] => 9.0, [1.0, 1.0, 1.0, 1.0];
        "u x with u = x x detached", x => x.iter().map(|&x| (x * x).detach() * x).sum(), [0.0, 1.0, 3.0, 5.0] =>
            153.0, [0.0, 1.0, 9.0, 25.0];
        "control flow, positive", x => control_flow(x[0]), [0.3977] => 0.3977 * 4096.0, [4096.0];
        "control flow, negative", x => control_flow(x[0]), [-0.3977] => -0.3977 * 409_600.0, [409_600.0];
        "a condition on data", x => if x[0] > T::zero() { x[1] + x[2] } else { x[1] * x[2] }, [1.0, 2.0, 3.0] =>
            5.0, [0.0, 1.0, 1.0];
        "the other side of it", x => if x[0] > T::zero() { x[1] + x[2] } else { x[1] * x[2] }, [-1.0, 2.0, 3.0] =>
            6.0, [0.0, 3.0, 2.0];
        "the chain rule of several variables", x => { let (u, v) = (x[0] + x[1], x[0] * x[1]); u.powi(2) * v }, [1.0, 2.0] =>
            18.0, [30.0, 21.0];
    }
}
