//! Define-and-run beside define-by-run, on the function of the textbooks, c = a b + 1.
//!
//! Define by run: numbers flow through the program, and derivatives are those of what they did. Define and run: the program is recorded
//! first, without the numbers it will run on, and the recording is what runs.
//!
//! `cargo run --features graph --example define_and_run`

use dualtape::graph::{Graph, Traced};
use dualtape::{Dual, Float, scalar_function, value_and_gradient};

fn c<T: Float>(x: &[T]) -> T {
    let (a, b) = (x[0].named("a"), x[1].named("b"));
    (a * b).named("t") + T::one()
}
scalar_function!(C = c);

/// The sum of two numbers or their product, as a flag says: by `if`, and as an operation.
fn by_if<T: Float>(x: &[T]) -> T {
    if x[2] > T::zero() { x[0] + x[1] } else { x[0] * x[1] }
}
fn by_operation<T: Float>(x: &[T]) -> T {
    T::zero().if_less(x[2], || x[0] + x[1], || x[0] * x[1])
}

fn main() {
    println!("define by run");
    let (value, gradient) = value_and_gradient(c, &[2.0, 3.0]);
    println!("c(2, 3) = {value}, gradient {gradient:?}\n");

    println!("define");
    let graph = Graph::record(&C, &[0.0, 0.0]).with_output_names(&["c"]);
    print!("{graph}");
    let gradient = graph.value_and_gradient();
    print!("and with the gradient\n{gradient}");
    let fused = Graph::record_fn(|x: &[Traced]| x[0].mul_add(x[1], 1.0), &[0.0, 0.0]);
    println!("fused, with one rounding instead of two\n{fused}");

    println!("run");
    let run = |x: [f64; 2]| gradient.eval(&x).expect("there is no branch");
    println!("at (2, 3): {:?}, at (-1, 0.5): {:?}", run([2.0, 3.0]), run([-1.0, 0.5]));
    println!("fused, at (2, 3): {:?}", fused.eval(&[2.0, 3.0]).expect("there is no branch"));
    let elsewhere = std::thread::scope(|scope| scope.spawn(|| run([2.0, 3.0])).join());
    println!("on another thread: {:?}", elsewhere.expect("it ends"));
    let along = graph.eval(&[Dual::new(2.0, [1.0]), Dual::new(3.0, [10.0])]).expect("there is no branch");
    println!("on dual numbers, along (1, 10): {}\n", along[0]);

    println!("an `if`");
    let guarded = Graph::record_fn(|x: &[Traced]| by_if(x), &[2.0, 3.0, 1.0]).with_input_names(&["a", "b", "flag"]);
    print!("{guarded}");
    println!("at (2, 3) with flag 1: {:?}", guarded.eval(&[2.0, 3.0, 1.0]).expect("as recorded"));
    println!("with flag -1: {}\n", guarded.eval(&[2.0, 3.0, -1.0]).expect_err("another branch"));

    println!("the choice as an operation");
    let choice = Graph::record_fn(|x: &[Traced]| by_operation(x), &[2.0, 3.0, 1.0]);
    print!("{}", choice.clone().with_input_names(&["a", "b", "flag"]));
    let run = |flag: f64| choice.eval(&[2.0, 3.0, flag]).expect("there is no branch");
    println!("at (2, 3) with flag 1: {:?}, with flag -1: {:?}", run(1.0), run(-1.0));
}
