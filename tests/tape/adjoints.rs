//! What a `Tape` tells: adjoints, retained values, counts.

use crate::assert_panics;
use dualtape::{Dual, Float, Reverse, Tape};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn adjoints_start_from_zero_each_time() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    let z = x * y * x;
    let (first, second) = (tape.adjoints(z), tape.adjoints(z));
    assert_eq!((first.wrt(x), first.wrt(y)), (12.0, 4.0));
    assert_eq!((second.wrt(x), second.wrt(y)), (12.0, 4.0));
    assert_eq!(tape.adjoints(x).wrt(x), 1.0);
    assert_eq!(tape.adjoints(x).wrt(y), 0.0);
    assert_eq!(tape.adjoints(Reverse::constant(1.0)).wrt(x), 0.0);
    // Recording goes on after a sweep, and variables may come late.
    let w = tape.variable(5.0);
    assert_eq!(first.wrt(w), 0.0);
    let adjoints = tape.adjoints(z * w + x);
    assert_eq!((adjoints.wrt(x), adjoints.wrt(y), adjoints.wrt(w)), (61.0, 20.0, 12.0));
}

#[test]
fn a_retained_value_has_an_adjoint() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(0.5), tape.variable(3.0));
    let u = tape.retain(x.sin() * y);
    let v = tape.retain(u.exp());
    let adjoints = tape.adjoints(v * u);
    let u_value = 0.5_f64.sin() * 3.0;
    assert_eq!(adjoints.wrt(v), u_value);
    assert_eq!(adjoints.wrt(u), u_value * u_value.exp() + u_value.exp());
    assert_eq!(adjoints.wrt(y), adjoints.wrt(u) * 0.5_f64.sin());
    // A constant that is retained is a variable.
    let c = tape.retain(Reverse::constant(4.0));
    assert_eq!(tape.adjoints(c * x).wrt(c), 0.5);
    // What was computed before it was retained goes by without it.
    let w = x * y;
    let late = tape.retain(w);
    assert_eq!(tape.adjoints(w * w).wrt(late), 0.0);
}

const INTERMEDIATE: &[&str] = &["the adjoint of an intermediate value was asked for", "`Tape::retain`"];
const CONSTANT: &[&str] = &["the adjoint of a constant was asked for", "`Tape::variable`"];

#[test]
fn the_adjoint_of_an_intermediate_value_panics() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(0.5), tape.variable(3.0));
    let (product, sine) = (x * y, x.sin());
    let adjoints = tape.adjoints(product * sine);
    assert_panics(INTERMEDIATE, || adjoints.wrt(product));
    assert_panics(INTERMEDIATE, || adjoints.wrt(sine));
    assert_panics(INTERMEDIATE, || adjoints.wrt(2.0 * x));
    assert_panics(INTERMEDIATE, || adjoints.wrt(x + 1.0));
    assert_panics(INTERMEDIATE, || adjoints.wrt(-x));
    assert!(adjoints.wrt(x).is_finite());
}

#[test]
fn the_adjoint_of_a_constant_panics() {
    let tape = Tape::<f64>::new();
    let x = tape.variable(0.5);
    let adjoints = tape.adjoints(x * x);
    assert_panics(CONSTANT, || adjoints.wrt(Reverse::constant(0.5)));
    assert_panics(CONSTANT, || adjoints.wrt(x.floor()));
    assert_panics(CONSTANT, || adjoints.wrt(x.detach()));
}

#[test]
fn the_adjoint_of_a_value_of_another_tape_panics() {
    let (tape, other) = (Tape::<f64>::new(), Tape::<f64>::new());
    let (x, y) = (tape.variable(0.5), other.variable(0.5));
    assert_panics(&["another tape"], || tape.adjoints(y));
    assert_panics(&["another tape"], || tape.retain(y));
    assert_panics(&["another tape"], || tape.adjoints(x).wrt(y));
}

/// At 0 the slope of `exp_m1` has the value 1 and a tangent, so that only the value looks like the variable itself.
#[test]
fn an_intermediate_value_that_looks_like_a_variable_to_first_order_is_none() {
    let tape = Tape::<Dual<f64>>::new();
    let x = tape.variable(Dual::variable(0.0));
    let u = x.exp_m1();
    let adjoints = tape.adjoints(u * 3.0);
    // The adjoint of u is 3, that of x is 3 eˣ; their tangents are 0 and 3.
    let found = catch_unwind(AssertUnwindSafe(|| adjoints.wrt(u)));
    assert!(
        found.is_err() || found.is_ok_and(|adjoint| adjoint.tangent() == 0.0),
        "the adjoint of x was given for that of u"
    );
}

#[test]
fn a_variable_may_be_nan() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.variable(f64::NAN), tape.variable(2.0));
    let adjoints = tape.adjoints(x + y * y);
    assert_eq!(adjoints.wrt(y), 4.0);
    assert_eq!(adjoints.wrt(x), 1.0);
}

#[test]
fn a_tape_counts_what_it_records() {
    let tape = Tape::<f64>::new();
    assert!(tape.is_empty());
    let (x, y) = (tape.variable(0.5), tape.variable(3.0));
    assert_eq!(tape.len(), 2);
    let _ = x * y;
    let _ = x.sin() * 2.0 + 1.0;
    assert_eq!(tape.len(), 3);
    assert!(!tape.is_empty());
    assert!(tape.bytes() >= 3 * 24);
}
