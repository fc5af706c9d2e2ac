//! Numbers of other recordings, of ended ones, of other threads; recordings inside recordings; panics.

use crate::panics::message;
use dualtape::graph::{Graph, Traced};
use dualtape::{Float, VectorFunction, gradient, vector_function};

fn kept() -> Traced {
    let mut kept = Traced::constant(0.0);
    let _ = Graph::record_fn(
        |x: &[Traced]| {
            kept = x[0];
            x[0]
        },
        &[1.0],
    );
    kept
}

#[test]
fn a_number_of_an_ended_recording() {
    let old = kept();
    assert!(message(|| old + 1.0).contains("after its recording has ended"));
    assert!(message(|| old < 1.0).contains("after its recording has ended"));
    let mixed = message(|| Graph::record_fn(|x: &[Traced]| x[0] + old, &[1.0]));
    assert!(mixed.contains("two recordings"), "{mixed}");
    let returned = message(|| Graph::record_fn(|_: &[Traced]| old, &[1.0]));
    assert!(returned.contains("returned a traced number of another recording"), "{returned}");
}

/// The panic is where the number was used, not inside the crate.
#[test]
fn the_place_of_a_misuse() {
    use std::sync::Mutex;
    static PLACES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let old = kept();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        PLACES.lock().unwrap().push(info.location().map(ToString::to_string).unwrap_or_default());
    }));
    let line = line!() + 1;
    let _ = message(|| old + 1.0);
    let _ = message(|| old.sin());
    std::panic::set_hook(before);
    // Other tests may panic at the same time.
    let places = PLACES.lock().unwrap();
    for line in [line, line + 1] {
        let place = format!("misuse.rs:{line}:");
        assert!(places.iter().any(|found| found.contains(&place)), "{places:?}");
    }
}

#[test]
fn a_number_of_another_thread() {
    let text = Graph::record_fn(
        |x: &[Traced]| {
            let x = x[0];
            let text = std::thread::spawn(move || message(|| x * x)).join().unwrap();
            assert!(text.contains("on another thread"), "{text}");
            x
        },
        &[1.0],
    );
    assert_eq!(text.operations(), 0);
}

#[test]
fn recordings_inside_recordings() {
    let outer = Graph::record_fn(
        |x: &[Traced]| {
            // An inner recording at a constant point, and outer numbers used while it runs.
            let mut beside = x[0];
            let inner = Graph::record_fn(
                |y: &[Traced]| {
                    beside = x[0] * 3.0;
                    y[0] * y[0]
                },
                &[1.0],
            );
            assert_eq!(inner.operations(), 1);
            inner.eval(&[x[0]]).unwrap()[0] + beside
        },
        &[2.0],
    );
    assert_eq!(outer.eval(&[2.0]), Ok(vec![10.0]));
    let mixed = message(|| {
        Graph::record_fn(
            |x: &[Traced]| {
                let _ = Graph::record_fn(|y: &[Traced]| y[0] * x[0], &[1.0]);
                x[0]
            },
            &[2.0],
        )
    });
    assert!(mixed.contains("two recordings"), "{mixed}");
}

#[test]
fn a_panic_inside_leaves_everything_in_order() {
    let outer = Graph::record_fn(
        |x: &[Traced]| {
            let text = message(|| {
                Graph::record_fn(
                    |y: &[Traced]| {
                        let _ = y[0].exp();
                        panic!("of the user")
                    },
                    &[1.0],
                )
            });
            assert_eq!(text, "of the user");
            x[0] * x[0]
        },
        &[2.0],
    );
    assert_eq!(outer.eval(&[3.0]), Ok(vec![9.0]));
    assert_eq!(outer.gradient().eval(&[3.0]), Ok(vec![6.0]));
}

#[test]
fn a_recursion_by_if_less_is_stopped() {
    fn factorial<T: Float>(n: T) -> T {
        n.if_less(T::lit(1.5), T::one, || n * factorial(n - T::one()))
    }
    assert_eq!(factorial(5.0), 120.0);
    let text = message(|| Graph::record_fn(|x: &[Traced]| factorial(x[0]), &[5.0]));
    assert!(text.contains("`if_less` inside `if_less`"), "{text}");
    assert_eq!(Graph::record_fn(|x: &[Traced]| x[0] + 1.0, &[1.0]).eval(&[2.0]), Ok(vec![3.0]));
}

#[test]
fn shapes() {
    fn pair<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0], x[0] * x[0]]
    }
    vector_function!(Pair = pair);
    let graph = Graph::record_vector(&Pair, &[1.0]);
    assert!(message(|| graph.eval(&[1.0, 2.0])).contains("1 inputs is evaluated at a point with 2 entries"));
    assert!(message(|| graph.gradient()).contains("with 2 results, needed 1"));
    assert!(message(|| graph.hessian()).contains("with 2 results, needed 1"));
    assert!(message(|| dualtape::ScalarFunction::eval(&graph, &[1.0])).contains("not a scalar function"));
    assert_eq!(VectorFunction::eval(&graph, &[3.0]), [3.0, 9.0]);
}

#[test]
fn as_a_function_a_graph_panics_with_the_message_of_the_guard() {
    let graph = Graph::record_fn(|x: &[Traced]| if x[0] < 1.0 { x[0] } else { -x[0] }, &[0.0]);
    let text = message(|| gradient(|x| dualtape::ScalarFunction::eval(&graph, x), &[2.0]));
    assert!(text.contains("came out differently from the recording: x[0] < 1"), "{text}");
}

#[test]
fn a_graph_goes_to_other_threads() {
    let graph = Graph::record_fn(|x: &[Traced]| x[0].sin(), &[0.0]);
    let there = std::thread::spawn(move || graph.gradient().eval(&[0.0]).unwrap()).join().unwrap();
    assert_eq!(there, [1.0]);
}
