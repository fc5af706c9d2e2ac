//! Joins of many operands, whose records run on, and the fold rule in the sweeps over them.

use crate::{MIXED, assert_panics};
use dualtape::{Dual, Float, Reverse, Tape, gradient, slices, vjp};

/// A sum of five variables, which is a run of three records.
fn sum_of_five(tape: &Tape<f64>) -> ([Reverse<f64>; 5], Reverse<f64>) {
    let x = std::array::from_fn(|k| tape.variable(k as f64));
    (x, slices::sum(&x))
}

#[test]
fn a_run_stays_whole_when_another_tape_takes_the_slot() {
    let (tape, other) = (Tape::new(), Tape::new());
    let (a, b) = (other.variable(2.0), other.variable(3.0));
    let (x, sum) = sum_of_five(&tape);
    let product = a * b;
    let adjoints = tape.adjoints(sum);
    assert_eq!(x.map(|x| adjoints.wrt(x)), [1.0; 5]);
    assert_eq!(other.adjoints(product).wrt(a), 3.0);
    // And after the first tape came back, with a record that is no run.
    let square = sum * x[0];
    assert_eq!((a * product).primal(), 12.0);
    let adjoints = tape.adjoints(square);
    assert_eq!(x.map(|x| adjoints.wrt(x)), [10.0, 0.0, 0.0, 0.0, 0.0]); // sum is 10, x₀ is 0
    assert_eq!(other.adjoints(a * product).wrt(b), 4.0);
}

#[test]
fn a_recording_after_one_with_runs_needs_none() {
    for _ in 0..3 {
        assert_eq!(gradient(slices::sum, &[1.0; 7]), [1.0; 7]);
        assert_eq!(gradient(|x| x[0] * x[1], &[2.0, 3.0]), [3.0, 2.0]);
    }
}

/// A run that begins on one block of memory and goes on, with others of its kind, on the next.
#[test]
fn a_run_stays_whole_while_memory_grows() {
    for shift in 0..4 {
        let tape = Tape::new();
        let x = tape.variables(&[1.0; 301]);
        let mut last = x[0];
        (0..shift).for_each(|_| last *= x[1]);
        let sums: Vec<Reverse<f64>> = (0..9).map(|_| slices::sum(&x)).collect();
        let adjoints = tape.adjoints(slices::sum(&sums) * last);
        assert!(x[2..].iter().all(|&x| adjoints.wrt(x) == 9.0));
        assert_eq!(adjoints.wrt(x[0]), 9.0 + 9.0 * 301.0);
        assert_eq!(adjoints.wrt(x[1]), 9.0 + f64::from(shift) * 9.0 * 301.0);
    }
}

/// Something else is recorded between two operands of a join: its records so far are an operand then.
#[test]
fn a_join_goes_on_after_records_of_another() {
    let tape = Tape::new();
    let x = tape.variables(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    // The map computes each operand while the sum is under way, and the last one joins.
    let sum: Reverse<f64> = slices::norm(&x) + slices::sum(&x);
    let norm = 91.0_f64.sqrt();
    let adjoints = tape.adjoints(sum);
    for (k, &x) in x.iter().enumerate() {
        let expected = 1.0 + (k + 1) as f64 / norm;
        assert!((adjoints.wrt(x) - expected).abs() < 1e-15, "{k}");
    }
}

/// The weight is infinite where the derivative is zero, and zero times infinity would be NaN.
#[test]
fn a_zero_slope_folds_an_infinite_weight() {
    let f = |x: &[Reverse<f64>]| [x[0] * 0.0, x[0]];
    assert_eq!(vjp(f, &[2.0], &[f64::INFINITY, 1.0]).1, [1.0]);
    let g = |x: &[Reverse<f64>]| [x[0] * x[1] * 0.0, x[0] * x[1]];
    assert_eq!(vjp(g, &[2.0, 3.0], &[f64::INFINITY, 1.0]).1, [3.0, 2.0]);
}

/// The derivative of the second output is infinite, so the Jacobian is swept by the fold rule; the first one is a run.
#[cfg(feature = "nalgebra")]
#[test]
fn a_run_stays_whole_in_a_sweep_by_the_fold_rule() {
    let f = |x: &[Reverse<f64>]| vec![slices::sum(x), x[0].sqrt() * x[1], x[2], x[3], x[4] * x[3]];
    let found = dualtape::jacobian(f, &[0.0, 1.0, 2.0, 3.0, 4.0]);
    assert!(found.row(0).iter().all(|&entry| entry == 1.0), "{found}");
    assert_eq!(found.row(1).iter().copied().collect::<Vec<_>>(), [f64::INFINITY, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(found.row(4).iter().copied().collect::<Vec<_>>(), [0.0, 0.0, 0.0, 4.0, 3.0]);
    // With more inputs than outputs adjoints are swept, by the same rule.
    let g = |x: &[Reverse<f64>]| vec![slices::sum(x), x[0].sqrt() * x[1]];
    let found = dualtape::jacobian(g, &[0.0, 1.0, 2.0, 3.0, 4.0]);
    assert!(found.row(0).iter().all(|&entry| entry == 1.0), "{found}");
    assert_eq!(found.row(1).iter().copied().collect::<Vec<_>>(), [f64::INFINITY, 0.0, 0.0, 0.0, 0.0]);
}

/// The derivative by `a` is the root of `b`, which is finite at 0; its own derivative is not. So a look at the value of a partial
/// derivative does not tell whether zero times that partial derivative is zero in all parts.
#[test]
fn a_fused_function_folds_where_only_a_higher_derivative_is_infinite() {
    let f = |x: &[Reverse<Dual<f64>>]| Float::fuse([x[0] * 0.0, x[1]], |[a, b]: [Dual<_, 2>; 2]| a * b.sqrt() + b);
    let product = dualtape::hvp(f, &[1.0, 0.0], &[1.0, 1.0]);
    assert_eq!(product[0], 0.0);
    // By the other input the infinite derivative meets a zero that is not a tangent: NaN, as without `fuse`.
    assert!(product[1].is_nan());
    let plain = |x: &[Reverse<Dual<f64>>]| x[0] * 0.0 * x[1].sqrt() + x[1];
    let product = dualtape::hvp(plain, &[1.0, 0.0], &[1.0, 1.0]);
    assert!(product[0] == 0.0 && product[1].is_nan());
}

/// The remainder goes by the quotient rounded towards zero, also where rounding makes the quotient an integer.
#[test]
fn the_derivative_of_a_remainder_goes_with_its_value() {
    // 0.1 is a little more than a tenth, so it goes nine times into 1.
    assert_eq!(gradient(|x: &[Reverse<f64>]| Reverse::constant(1.0) % x[0], &[0.1]), [-9.0]);
    assert_eq!(gradient(|x: &[Reverse<f64>]| x[0] % x[1], &[1.0, 0.1]), [1.0, -9.0]);
    assert_eq!(dualtape::derivative(|y| dualtape::Dual::constant(1.0) % y, 0.1), -9.0);
}

#[test]
fn a_run_refuses_an_operand_of_another_tape() {
    let (tape, other) = (Tape::<f64>::new(), Tape::<f64>::new());
    let x = tape.variables(&[1.0; 6]);
    for place in 0..6 {
        let mut operands = x.clone();
        operands[place] = other.variable(1.0);
        assert_panics(MIXED, || slices::sum(&operands));
    }
    for place in 0..5 {
        let mut operands = x[..5].to_vec();
        operands[place] = other.variable(1.0);
        let operands: [Reverse<f64>; 5] = operands.try_into().expect("five");
        assert_panics(MIXED, || Reverse::fuse(operands, |x| x.into_iter().sum()));
    }
    let adjoints = tape.adjoints(slices::sum(&x) + Reverse::fuse([x[0], x[1], x[2]], |[x, y, z]| x + y + z));
    assert_eq!(x.iter().map(|&x| adjoints.wrt(x)).collect::<Vec<_>>(), [2.0, 2.0, 2.0, 1.0, 1.0, 1.0]);
}

/// What the plain sweep left where it found NaN is gone before the sweep by the fold rule begins: whichever input has it, and on
/// tapes as well, which keep the adjoints of all nodes.
#[test]
fn a_second_sweep_starts_from_zero() {
    for n in 2..10 {
        for k in 0..n {
            // The product has derivative 0, its root an infinite one: NaN by plain arithmetic, and 0 by the rule.
            let other = (k + 1) % n;
            let f = |x: &[Reverse<f64>]| (x[k] * x[other]).sqrt() + slices::sum(x);
            let mut point = vec![1.0; n];
            (point[k], point[other]) = (0.0, 0.0);
            assert_eq!(gradient(f, &point), vec![1.0; n]);
            let tape = Tape::new();
            let x = tape.variables(&point);
            let adjoints = tape.adjoints(f(&x));
            assert!(x.iter().all(|&x| adjoints.wrt(x) == 1.0), "{n} {k}");
        }
    }
}

/// The hyperbolic cosine is 1 with derivative 0 at 0.
#[test]
fn a_zero_slope_folds_an_infinite_factor() {
    let times = |x: &[Reverse<f64>]| x[0].cosh() * f64::INFINITY;
    let divided = |x: &[Reverse<f64>]| x[0].cosh() / 0.0;
    assert_eq!(gradient(times, &[0.0]), [0.0]);
    assert_eq!(gradient(divided, &[0.0]), [0.0]);
    assert_eq!(gradient(|x: &[Reverse<f64>]| x[0].cosh() * x[1], &[0.0, f64::INFINITY]), [0.0, 1.0]);
    assert_eq!(dualtape::derivative(|x| x.cosh() * f64::INFINITY, 0.0), 0.0);
}
