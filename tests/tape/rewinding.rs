//! Tapes that are cleared, or rewound to a mark.

use crate::{ENDED, assert_in_order, assert_panics, times};
use dualtape::{Reverse, Tape, no_grad, slices};

#[test]
fn a_cleared_tape_is_a_new_one_in_the_old_memory() {
    let mut tape = Tape::new();
    let record = |tape: &Tape<f64>| {
        let x = tape.variables(&[1.0, 2.0, 3.0]);
        let y = (0..1000).fold(x[0], |y, _| y * x[1] + x[2]) + slices::norm(&x);
        let adjoints = tape.adjoints(y);
        x.iter().map(|&x| adjoints.wrt(x)).collect::<Vec<_>>()
    };
    let (first, bytes) = (record(&tape), tape.bytes());
    for _ in 0..10 {
        tape.clear();
        assert!(tape.is_empty());
        assert_eq!(record(&tape), first);
        assert_eq!(tape.bytes(), bytes);
    }
}

#[test]
fn values_from_before_are_stale() {
    let mut tape = Tape::new();
    let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    let join = x * y;
    let mark = tape.mark();
    let later = x / y;
    let renewed = tape.rewind(&mark);
    for old in [x, y, join, later] {
        assert_panics(ENDED, || old * renewed[0]);
        assert_panics(&["a part of this tape that was rewound"], || tape.adjoints(old));
    }
    let z = renewed[0] * renewed[1]; // takes the place of `later`, and is not taken for it
    assert_panics(ENDED, || z * later);
    assert_eq!(tape.adjoints(z).wrt(renewed[1]), 1.0);
    tape.clear();
    assert_panics(ENDED, || z * renewed[0]);
    assert_in_order();
}

/// What lies before the mark keeps its records: a retained value has the derivative that it had.
#[test]
fn the_part_before_the_mark_stays() {
    let mut tape = Tape::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    let _ = tape.retain(slices::sum(&[x * y, x, y, x, y])); // a run of several records
    let mark = tape.mark();
    for factor in [1.0, 2.0, 3.0] {
        let renewed = tape.rewind(&mark);
        let [x, y, u] = renewed[..] else { panic!("two variables and a retained value") };
        assert_eq!([x, y, u].map(Reverse::primal), [2.0, 3.0, 16.0]);
        let z = tape.variable(1.0);
        let adjoints = tape.adjoints(u * u * factor + x * z);
        assert_eq!(adjoints.wrt(u), 32.0 * factor);
        assert_eq!(adjoints.wrt(x), 32.0 * factor * (3.0 + 2.0) + 1.0);
        assert_eq!(adjoints.wrt(y), 32.0 * factor * (2.0 + 2.0));
        assert_eq!(adjoints.wrt(z), 2.0);
    }
}

#[test]
fn marks_nest_and_end() {
    let (mut tape, other) = (Tape::new(), Tape::<f64>::new());
    let _ = tape.variable(1.0);
    let outer = tape.mark();
    let _ = tape.variable(2.0);
    let inner = tape.mark();
    let _ = tape.variable(3.0);
    assert_eq!(tape.rewind(&inner).len(), 2);
    assert_eq!(tape.rewind(&inner).len(), 2);
    assert_eq!(tape.rewind(&outer).len(), 1);
    let _ = tape.variables(&[5.0, 6.0]);
    for mark in [inner, other.mark()] {
        assert_panics(&["Tape::rewind: the mark is not on this tape", "Tape::mark"], || tape.rewind(&mark));
    }
    assert_eq!(tape.len(), 3, "a refused mark changes nothing");
    assert_eq!(tape.rewind(&outer).len(), 1);
    tape.clear();
    assert_panics(&["the mark is not on this tape"], || tape.rewind(&outer));
}

/// Other tapes use the slot in between, and scopes mute the tape.
#[test]
fn rewinding_gets_along_with_other_tapes_and_scopes() {
    let mut tape = Tape::new();
    let _ = tape.variables(&[2.0, 3.0]);
    let mark = tape.mark();
    for _ in 0..times(100) {
        assert_in_order();
        no_grad(|| {
            let x = tape.rewind(&mark);
            assert!(dualtape::Float::is_constant(&(x[0] * x[1])), "a muted tape stays muted");
        });
        let x = tape.rewind(&mark);
        let other = Tape::new();
        let (u, v) = (other.variable(5.0), other.variable(7.0));
        let (y, w) = (x[0] * x[1], u * v);
        assert_eq!(tape.adjoints(y + x[0]).wrt(x[0]), 4.0);
        assert_eq!(other.adjoints(w).wrt(u), 7.0);
    }
}

#[test]
fn several_results_are_seeded_at_once() {
    let tape = Tape::new();
    let x = tape.variables(&[2.0, 3.0]);
    let results = [(x[0] * x[1], 1.0), (x[0].sin(), 2.0), (Reverse::constant(1.0), 5.0), (x[0], -1.0)];
    let adjoints = tape.weighted_adjoints(&results);
    assert_eq!(adjoints.wrt(x[0]), 3.0 + 2.0 * 2.0_f64.cos() - 1.0);
    assert_eq!(adjoints.wrt(x[1]), 2.0);
    // A zero derivative folds an infinite weight, as in `vjp`.
    let level = (x[0] - 2.0).powi(2);
    assert_eq!(tape.weighted_adjoints(&[(level, f64::INFINITY), (x[0] * x[1], 1.0)]).wrt(x[0]), 3.0);
    let other = Tape::new();
    let foreign = other.variable(1.0);
    assert_panics(&["Tape::weighted_adjoints", "another tape"], || tape.weighted_adjoints(&[(foreign, 1.0)]));
}
