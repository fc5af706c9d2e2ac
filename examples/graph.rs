//! Functions recorded once: their listings and drawings, and the define-and-run of textbooks beside define-by-run.
//!
//! `cargo run --features graph --example graph` prints listings, and
//! `cargo run --features graph --example graph dot | dot -Tsvg > graph.svg` draws the last one.

use dualtape::Float;
use dualtape::graph::{Graph, Traced};

/// z = (x + y)², whose sum is computed once.
fn square_of_sum<T: Float>(x: &[T]) -> T {
    (x[0] + x[1]) * (x[0] + x[1])
}

/// The polynomial of Goldstein and Price, with its minimum 3 at (0, -1).
fn goldstein_price<T: Float>(x: &[T]) -> T {
    let c = |c: f64| T::lit(c);
    let (x, y) = (x[0], x[1]);
    let first = c(19.0) - c(14.0) * x + c(3.0) * x * x - c(14.0) * y + c(6.0) * x * y + c(3.0) * y * y;
    let second = c(18.0) - c(32.0) * x + c(12.0) * x * x + c(48.0) * y - c(36.0) * x * y + c(27.0) * y * y;
    (c(1.0) + (x + y + c(1.0)).powi(2) * first) * (c(30.0) + (c(2.0) * x - c(3.0) * y).powi(2) * second)
}

/// Taylor's series of the sine, until a term is below a threshold: how long it is depends on `x`, so there are guards.
fn taylor_sine<T: Float<Base = f64>>(x: T, threshold: f64) -> T {
    let (mut sum, mut term, mut n) = (x, x, 1.0);
    while num_traits::Float::abs(term) > threshold {
        term = term * x * x * (-1.0 / ((n + 1.0) * (n + 2.0)));
        sum += term;
        n += 2.0;
    }
    sum
}

fn main() {
    let drawn = std::env::args().nth(1).is_some_and(|argument| argument == "dot");

    let square = Graph::record_fn(square_of_sum, &[1.0, 2.0]);
    let tanh = Graph::record_fn(|x: &[Traced]| x[0].tanh(), &[0.5]);
    if drawn {
        print!("{}", tanh.gradient().to_dot_with(&["x"], Some(&[0.5])));
        return;
    }

    println!("z = (x + y)^2, its gradient, and its picture at (1, 2):\n");
    println!("{square}\n{}\n{}", square.gradient(), square.to_dot_with(&["x", "y"], Some(&[1.0, 2.0])));

    println!("tanh's derivative, right on all of its branches:\n\n{}", tanh.gradient());
    println!("{}", tanh.gradient().to_dot_with(&["x"], None));

    print!("operations of tanh and its derivatives:");
    let mut derivative = tanh;
    for _ in 0..5 {
        print!(" {}", derivative.operations());
        derivative = derivative.gradient();
    }

    let polynomial = Graph::record_fn(goldstein_price, &[1.0, 1.0]);
    let minimum = [0.0, -1.0];
    println!(
        "\n\nGoldstein and Price: {} operations, {} with the gradient",
        polynomial.operations(),
        polynomial.value_and_gradient().operations()
    );
    println!("value and gradient at the minimum: {:?}", polynomial.value_and_gradient().eval(&minimum).unwrap());

    for threshold in [1e-4, 1e-150] {
        let sine = Graph::record_fn(|x: &[Traced]| taylor_sine(x[0], threshold), &[std::f64::consts::FRAC_PI_4]);
        println!("Taylor's sine down to {threshold:e}: {} operations, {} guards", sine.operations(), sine.guards());
        if let Err(changed) = sine.eval(&[3.0]) {
            println!("  at 3: {changed}");
        }
    }

    // Define and run: the graph first, numbers later. Define by run: the numbers flow, and the graph is what they did.
    let line = Graph::record_fn(|x: &[Traced]| x[0] * x[1] + 1.0, &[0.0, 0.0]);
    println!("\nc = a b + 1\n{line}");
    println!("run at (2, 3): {:?}, at (4, 5): {:?}", line.eval(&[2.0, 3.0]).unwrap(), line.eval(&[4.0, 5.0]).unwrap());
    println!("by run at (2, 3): {:?}", dualtape::value_and_gradient(|x| x[0] * x[1] + 1.0, &[2.0, 3.0]));

    let wrong = Graph::record_fn(|x: &[Traced]| (x[0] - 2.0).ln() * x[0], &[3.0]);
    println!("\nwhere a NaN comes from: {}", wrong.first_non_finite(&[1.0]).expect("the logarithm of -1"));
}
