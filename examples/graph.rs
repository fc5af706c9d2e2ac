//! Functions recorded once: their listings and drawings, their derivatives as graphs, and where a NaN comes from.
//!
//! `cargo run --features graph --example graph` prints them; with `dot` behind, only the drawing of z = (x + y)² in the language of
//! Graphviz. The example `graph_pictures` of the package `ecosystem` draws all of them without Graphviz.

#[path = "graph/functions.rs"]
mod functions;

use dualtape::graph::{Graph, Picture, Traced};
use functions::{goldstein_price, square_of_sum, taylor_sine};
use std::f64::consts::FRAC_PI_4;

fn main() {
    let square = Graph::record_fn(|x| square_of_sum(x[0], x[1]), &[1.0, 2.0]);
    let square = square.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    let drawing = square.to_dot_with(&Picture::new().at(&[1.0, 2.0]).derivatives(true));
    if std::env::args().nth(1).is_some_and(|argument| argument == "dot") {
        print!("{drawing}");
        return;
    }

    println!("z = (x + y)^2, with its gradient, and its picture at (1, 2):\n");
    println!("{square}\n{}\n{drawing}", square.value_and_gradient());

    let polynomial = Graph::record_fn(|x| goldstein_price(x[0], x[1]), &[1.0, 1.0]);
    let gradient = polynomial.value_and_gradient();
    println!(
        "Goldstein and Price: {} operations, {} with the gradient",
        polynomial.operations(),
        gradient.operations()
    );
    println!("at (1, 1): {:?}", gradient.eval(&[1.0, 1.0]).expect("there is no branch"));
    println!("at the minimum (0, -1): {:?}\n", gradient.eval(&[0.0, -1.0]).expect("there is no branch"));

    for threshold in [1e-4, 1e-150] {
        let sine = Graph::record_fn(|x| taylor_sine(x[0], threshold), &[FRAC_PI_4]);
        let value = sine.value_and_gradient().eval(&[FRAC_PI_4]).expect("where it was recorded");
        println!(
            "Taylor's sine down to {threshold:e}: {} operations, {} guards, {value:?}",
            sine.operations(),
            sine.guards()
        );
        if let Err(changed) = sine.eval(&[3.0]) {
            println!("  at 3: {changed}");
        }
    }

    let tanh = Graph::record_fn(|x: &[Traced]| x[0].tanh(), &[0.5]).with_input_names(&["x"]).with_output_names(&["y"]);
    println!("\ntanh's derivative, right on all of its branches:\n\n{}", tanh.gradient());
    print!("operations of tanh and its derivatives:");
    let mut derivative = tanh;
    for _ in 0..5 {
        print!(" {}", derivative.operations());
        derivative = derivative.gradient();
    }

    println!("\n\nwhere a number goes wrong:");
    let length = Graph::record_fn(|x: &[Traced]| (x[0] * x[0] + x[1] * x[1]).named("square").sqrt().ln(), &[3.0, 4.0]);
    let wrong = length.first_non_finite(&[0.0, 0.0]).expect("the logarithm of 0");
    println!("  in the function: {wrong}");
    let length = Graph::record_fn(|x: &[Traced]| (x[0] - x[1]).named("difference").sqrt() + x[0], &[3.0, 1.0]);
    let wrong = length.gradient().first_non_finite(&[1.0, 1.0]).expect("the slope of the root at 0");
    println!("  in a derivative: {wrong}");
}
