//! Recordings without inputs, without records, of one variable, very long ones.

use crate::times;
use dualtape::{Float, Reverse, Tape, gradient, value_and_gradient, vjp};
use std::thread;

#[test]
fn constants_compute_without_any_tape() {
    let two = Reverse::constant(2.0_f64);
    let three: Reverse<f64> = 3.0.into();
    let value = (two * three + two / three).sqrt().max(two) - three.powf(two);
    assert_eq!(value.primal(), (6.0 + 2.0 / 3.0_f64).sqrt() - 9.0);
    assert!(value.is_constant());
    let nested = Reverse::constant(two) * Reverse::constant(three);
    assert_eq!(nested.primal().primal(), 6.0);
}

#[test]
fn inputs_that_are_not_used_have_derivative_zero() {
    let f = |x: &[Reverse<f64>]| x[1] * x[3];
    assert_eq!(gradient(f, &[1.0, 2.0, 3.0, 4.0, 5.0]), [0.0, 4.0, 0.0, 2.0, 0.0]);
    // A call with many inputs before must not leave anything behind in the reused buffers.
    let sum = gradient(|x: &[Reverse<f64>]| x.iter().zip(x.iter().skip(1)).map(|(&a, &b)| a * b).sum(), &[1.0; 64]);
    assert_eq!(sum[1..63], [2.0; 62]);
    assert_eq!(gradient(f, &[1.0, 2.0, 3.0, 4.0, 5.0]), [0.0, 4.0, 0.0, 2.0, 0.0]);
}

#[test]
fn the_output_may_be_an_input() {
    assert_eq!(value_and_gradient(|x: &[Reverse<f64>]| x[1], &[2.0, 3.0, 4.0]), (3.0, vec![0.0, 1.0, 0.0]));
    // Also when records follow that it does not depend on.
    let with_records = |x: &[Reverse<f64>]| {
        let _unused = x[0] * x[1] * x[2];
        x[1]
    };
    assert_eq!(gradient(with_records, &[2.0, 3.0, 4.0]), [0.0, 1.0, 0.0]);
    let (y, product) = vjp(|x: &[Reverse<f64>]| [x[1], x[1], x[0]], &[2.0, 3.0], &[10.0, 1.0, 0.5]);
    assert_eq!((y, product), (vec![3.0, 3.0, 2.0], vec![0.5, 11.0]));
}

#[test]
fn the_output_may_be_a_constant() {
    assert_eq!(value_and_gradient(|_| Reverse::constant(7.0), &[2.0, 3.0]), (7.0, vec![0.0, 0.0]));
    assert_eq!(gradient(|x: &[Reverse<f64>]| (x[0] * x[1]).floor(), &[2.5, 3.0]), [0.0, 0.0]);
    assert_eq!(gradient(|x: &[Reverse<f64>]| x[0].detach() * x[1].detach(), &[2.5, 3.0]), [0.0, 0.0]);
}

#[test]
fn there_may_be_no_inputs() {
    assert_eq!(value_and_gradient(|x: &[Reverse<f64>]| x.iter().sum(), &[]), (0.0, vec![]));
    assert_eq!(value_and_gradient(|_| Reverse::constant(3.0_f32), &[]), (3.0, vec![]));
    let (y, product) = vjp(|_: &[Reverse<f64>]| [Reverse::constant(1.0), Reverse::constant(2.0)], &[], &[1.0, 1.0]);
    assert_eq!((y, product), (vec![1.0, 2.0], vec![]));
}

/// A recursive sweep, or a destructor that recurses, would overflow this stack after a few thousand nodes.
#[test]
fn ten_million_operations_deep_needs_no_stack() {
    let n = times(10_000_000);
    let run = move || {
        let (value, gradient) = value_and_gradient(
            |x: &[Reverse<f64>]| {
                let mut sum = x[1];
                for _ in 0..n {
                    sum += x[0];
                }
                sum
            },
            &[1.0, 2.0],
        );
        assert_eq!(value, n as f64 + 2.0);
        assert_eq!(gradient, [n as f64, 1.0]);
    };
    thread::Builder::new().stack_size(64 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_long_chain_of_one_variable_records_nothing() {
    let tape = Tape::new();
    let x = tape.variable(0.5_f64);
    let (nodes, bytes) = (tape.len(), tape.bytes());
    let mut y = x;
    for _ in 0..times(100_000) {
        y = (y.sin() * 1.5 + 0.25 * y - 0.125 + Reverse::constant(0.0625)).atan();
        y = y * y / (y + 1.0);
    }
    assert!(y.is_finite());
    assert_eq!((tape.len(), tape.bytes()), (nodes, bytes));
}

/// Growth moves the buffer again and again while values from before are in use.
#[test]
fn a_recording_survives_the_growth_of_its_buffer() {
    let n = times(40_000);
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    let products: Vec<_> = (0..n).map(|k| (x + y) * (k % 7) as f64 * x).collect();
    assert!(tape.bytes() >= 24 * tape.len());
    let sum: Reverse<f64> = products.iter().sum();
    let weight: f64 = (0..n).map(|k| (k % 7) as f64).sum();
    let adjoints = tape.adjoints(sum);
    assert_eq!((adjoints.wrt(x), adjoints.wrt(y)), (4.0 * weight, weight)); // of w (x² + x y)
}

#[test]
fn a_tape_that_is_dropped_gives_its_memory_to_nobody_else() {
    let big = Tape::<f64>::new();
    let (x, y) = (big.variable(1.0), big.variable(2.0));
    let mut sum = x;
    for _ in 0..times(20_000) {
        sum += y;
    }
    let bytes = big.bytes();
    drop(big);
    assert!(Tape::<f64>::new().bytes() < bytes);
}
