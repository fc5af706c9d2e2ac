//! The tape as a workflow: what is kept, added up, left out and reported, and the answers to misuse.

use super::message;
use dualtape::{
    Float, GradientSum, Reverse, Tape, gradient, no_grad, pooled_bytes, release_memory, value_and_gradient, vjp,
};

// ---------------------------------------------------------------- gradients that add up (step 14, D2L)

#[test]
fn gradients_are_fresh_each_time() {
    let tape = Tape::new();
    let x = tape.variable(2.0);
    let y = x * x;
    for _ in 0..3 {
        assert_eq!(tape.adjoints(y).wrt(x), 4.0);
        assert_eq!(gradient(|x| x[0] * x[0], &[2.0]), [4.0]);
    }
}

#[test]
fn gradients_add_up_on_request() {
    let mut sum = GradientSum::zeros(1);
    assert_eq!(sum.add(|x| x[0] * x[0], &[2.0]), 4.0);
    assert_eq!(sum[..], [4.0]);
    sum.add(|x| x[0] * x[0], &[2.0]);
    assert_eq!((sum[0], sum.mean(), sum.calls()), (8.0, vec![4.0], 2));
    sum.clear(); // `zero_grad`
    assert_eq!((sum[0], sum.calls()), (0.0, 0));
    sum.add(|x| x[0] + x[0] + x[0], &[2.0]);
    assert_eq!(sum[..], [3.0]);
    assert_eq!(
        message(|| sum.add(|x| x[0] * x[1], &[2.0, 3.0])),
        "dualtape: GradientSum::add: the point has 2 entries, needed 1: one for each entry of the sum"
    );
    assert_eq!(sum[..], [3.0], "it is what it was");
}

// ---------------------------------------------------------------- memory (steps 17 and 18)

#[test]
fn memory_of_the_drivers_does_not_grow() {
    release_memory();
    assert_eq!(pooled_bytes(), 0);
    let f = |x: &[Reverse<f64>]| x.iter().fold(x[0], |y, &x| y * x + x);
    let x = [0.5; 100];
    let first = gradient(f, &x);
    let peak = pooled_bytes();
    assert!(peak >= 200 * 24, "{peak}: two records of 24 bytes for each entry");
    for _ in 0..10_000 {
        assert_eq!(gradient(f, &x)[0], first[0]);
    }
    assert_eq!(pooled_bytes(), peak);
    let _ = gradient(f, &[0.5; 2]);
    assert_eq!(pooled_bytes(), peak, "a small call leaves the peak");
    release_memory();
    assert_eq!(pooled_bytes(), 0);
}

#[test]
fn a_tape_reports_records_and_bytes() {
    let mut tape = Tape::new();
    let x = tape.variables(&[1.0, 2.0]);
    assert_eq!((tape.len(), tape.peak_len()), (2, 2));
    let _long = (0..1000).fold(x[0], |y, _| y * x[1]);
    let bytes = tape.bytes();
    assert_eq!((tape.len(), tape.peak_len()), (1002, 1002));
    assert!(bytes >= 1002 * 24, "{bytes}");
    tape.clear();
    assert_eq!((tape.len(), tape.peak_len(), tape.bytes()), (0, 1002, bytes));
    let mark = tape.mark();
    let x = tape.variables(&[1.0, 2.0]);
    let _longer = (0..2000).fold(x[0], |y, _| y * x[1]);
    let _ = tape.rewind(&mark);
    assert_eq!((tape.len(), tape.peak_len()), (0, 2002));
    assert!(tape.bytes() >= 2002 * 24);
}

/// Constants take no records, and what several operations make of a few numbers can be one.
#[test]
fn a_product_and_a_sum_are_one_record() {
    let tape = Tape::new();
    let (a, b) = (tape.variable(2.0), tape.variable(3.0));
    let c = a * b + 1.0;
    assert_eq!((c.primal(), tape.len()), (7.0, 3));
    let fused = Reverse::fuse([a, b], |[a, b]| (a * b + a) * b);
    assert_eq!((fused.primal(), tape.len()), (24.0, 4));
    let adjoints = tape.adjoints(fused);
    assert_eq!((adjoints.wrt(a), adjoints.wrt(b)), (12.0, 14.0));
}

#[test]
fn adjoints_of_what_is_retained() {
    let tape = Tape::new();
    let (x0, x1) = (tape.variable(1.0), tape.variable(1.0));
    let t = x0 + x1;
    let adjoints = tape.adjoints(x0 + t);
    assert_eq!((adjoints.wrt(x0), adjoints.wrt(x1)), (2.0, 1.0));
    assert_eq!(
        message(|| adjoints.wrt(t)),
        "dualtape: the adjoint of an intermediate value was asked for, which has no node of its own; pass it through `Tape::retain` \
         where it is computed, and use the result from there on"
    );
    let t = tape.retain(x0 + x1);
    assert_eq!(tape.adjoints(x0 + t).wrt(t), 1.0);
}

#[test]
fn nothing_is_recorded_where_no_gradient_is_wanted() {
    let tape = Tape::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    let product = no_grad(|| no_grad(|| x * y) + x * y);
    assert_eq!((product.primal(), tape.len()), (12.0, 2));
    assert_eq!(tape.adjoints(x * y + product).wrt(x), 3.0);
    // A panic ends the scope as well.
    let nodes = tape.len();
    let failed = message(|| no_grad(|| -> Reverse<f64> { panic!("after {}", (x * y).primal()) }));
    assert_eq!((failed.as_str(), tape.len()), ("after 6", nodes));
    let recorded = x * y;
    assert_eq!((tape.len(), tape.adjoints(recorded).wrt(y)), (nodes + 1, 2.0));
}

// ---------------------------------------------------------------- answers to misuse (D2L, steps 9, 13, 18)

#[test]
fn the_derivative_of_what_does_not_depend_is_zero() {
    let tape = Tape::new();
    let x = tape.variable(3.0);
    let u = (x * x).detach();
    for constant in [u, u * u, Reverse::constant(2.0), x.floor()] {
        assert_eq!(tape.adjoints(constant).wrt(x), 0.0);
    }
    assert_eq!(value_and_gradient(|x| x[0].detach() * x[1].detach(), &[2.0, 3.0]), (6.0, vec![0.0, 0.0]));
    assert_eq!(value_and_gradient(|_| Reverse::constant(5.0), &[2.0]), (5.0, vec![0.0]));
}

#[test]
fn a_constant_has_no_adjoint() {
    let tape = Tape::new();
    let x = tape.variable(3.0);
    let u = (x * x).detach();
    let adjoints = tape.adjoints(u * x);
    assert_eq!(adjoints.wrt(x), 9.0);
    for constant in [u, Reverse::constant(9.0)] {
        assert_eq!(
            message(|| adjoints.wrt(constant)),
            "dualtape: the adjoint of a constant was asked for; make it a variable with `Tape::variable`"
        );
    }
}

#[test]
fn several_results_need_a_weight_each() {
    let squares = |x: &[Reverse<f64>]| x.iter().map(|&x| x * x).collect::<Vec<_>>();
    assert_eq!(
        message(|| vjp(squares, &[0.0, 1.0, 3.0, 5.0], &[1.0])),
        "dualtape: vjp: the weight has 1 entry, needed 4: one for each value that the function returns"
    );
}

#[test]
fn what_belongs_to_another_tape_is_refused() {
    let (mut tape, other) = (Tape::new(), Tape::new());
    let (x, y) = (tape.variable(2.0), other.variable(3.0));
    let adjoints = tape.adjoints(x);
    for (method, found) in [
        ("Tape::adjoints", message(|| tape.adjoints(y))),
        ("Tape::weighted_adjoints", message(|| tape.weighted_adjoints(&[(x, 1.0), (y, 1.0)]))),
        ("Tape::retain", message(|| tape.retain(y))),
        ("Adjoints::wrt", message(|| adjoints.wrt(y))),
    ] {
        assert_eq!(
            found,
            format!(
                "dualtape: {method}: the value is not on this tape; it belongs to another tape or gradient call, or to a part of this tape that \
                 was rewound or cleared. Ask the tape whose variables it was computed from, or lift it into this one with \
                 `Reverse::constant`"
            )
        );
    }
    let mark = other.mark();
    assert_eq!(
        message(|| tape.rewind(&mark)),
        "dualtape: Tape::rewind: the mark is not on this tape; it was made on another one, or the tape has been cleared or rewound to an \
         earlier mark since. Make a new one with `Tape::mark`"
    );
    let (tape, other) = (Tape::new(), Tape::new());
    let (x, y) = (tape.variable(2.0), other.variable(3.0));
    let mixed = message(|| x * y);
    assert!(mixed.contains("two tapes were mixed") && mixed.contains("`Reverse::constant`"), "{mixed}");
    let ended = {
        let tape = Tape::new();
        tape.variable(1.0)
    };
    let stale = message(|| ended * x);
    assert!(stale.contains("was used after its recording ended") && stale.contains("`detach()`"), "{stale}");
}
