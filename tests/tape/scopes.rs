//! Scopes in which nothing is recorded.

use crate::{MIXED, assert_in_order, assert_panics, panic_text, stale};
use dualtape::{Detach, Dual, Float, Reverse, Tape, derivative, gradient, no_grad, slices};
use std::thread;

/// Whether a value belongs to no tape, of all levels.
fn is_constant<T: Float>(x: T) -> bool {
    x.is_constant()
}

#[test]
fn nothing_is_recorded_in_a_scope() {
    let tape = Tape::new();
    let (x, y, z) = (tape.variable(2.0), tape.variable(3.0), tape.variable(5.0));
    let before = tape.len();
    let results = no_grad(|| {
        let operators = [x + y, x - y, x * y, x / y, x.hypot(y), x.powf(y), -(x * y).sin()];
        assert!(operators.into_iter().all(is_constant), "a join of two variables is a constant inside, too");
        // Of an odd number of operands as well, and of functions that record several operands at once.
        let all = [x, y, z];
        let several = [
            slices::sum(&all),
            slices::dot(&all, &all),
            slices::norm(&all),
            slices::log_sum_exp(&all),
            Reverse::fuse(all, |[x, y, z]| x * y + z),
            Reverse::from_partials(1.0, &[(x, 1.0), (y, 2.0), (z, 3.0)]),
        ];
        assert!(several.into_iter().all(is_constant));
        (operators, several.to_vec(), Some(x.sin()))
    });
    assert_eq!(tape.len(), before);
    assert_eq!(results.0.map(Reverse::primal)[..4], [5.0, -1.0, 6.0, 2.0 / 3.0]);
    assert_eq!(results.1[0].primal(), 10.0);
    // What a function of one variable returns is detached on the way out.
    assert!(results.2.is_some_and(is_constant));
    assert_eq!(results.2.map(Reverse::primal), Some(2.0_f64.sin()));

    let outside = x * y;
    assert_eq!(tape.len(), before + 1);
    assert_eq!(tape.adjoints(outside * results.1[0]).wrt(x), 30.0);
}

#[test]
fn scopes_nest_and_end_with_a_panic_too() {
    let tape = Tape::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    no_grad(|| {
        let _ = no_grad(|| x * y);
        assert!(is_constant(x * y), "the outer scope goes on after the inner one");
        let text = panic_text(|| no_grad(|| -> Reverse<f64> { panic!("of the function") }));
        assert_eq!(text, "of the function");
        assert!(is_constant(x + y), "and after one that panicked");
    });
    assert_eq!(tape.adjoints(x * y).wrt(x), 3.0);
    panic_text(|| no_grad(|| no_grad(|| -> Reverse<f64> { panic!("from two scopes") })));
    assert_eq!(tape.adjoints(x * y).wrt(y), 2.0);
    assert_in_order();
}

/// A scope mutes the tapes that are there when it begins, and no others.
#[test]
fn derivatives_taken_inside_a_scope_are_right() {
    let outer = Tape::new();
    let (x, y) = (outer.variable(2.0), outer.variable(3.0));
    no_grad(|| {
        assert_in_order();
        let inner = Tape::new();
        let (u, v) = (inner.variable(5.0), inner.variable(7.0));
        for _ in 0..3 {
            assert!(is_constant(x * y)); // the same slot, in turns
            assert_eq!(inner.adjoints(u * v + u).wrt(u), 8.0);
        }
        no_grad(|| {
            assert!(is_constant(u * v), "a scope in the scope mutes it");
            assert_in_order();
        });
        assert_eq!(inner.adjoints(u * v).wrt(v), 5.0);
        assert_eq!(derivative(|x| x * x, 3.0), 6.0);
    });
    assert_eq!(outer.adjoints(x * y).wrt(x), 3.0);
}

/// A tape that was made inside and lives on is muted by later scopes, and by no earlier ones.
#[test]
fn a_tape_may_leave_the_scope_it_was_made_in() {
    let mut kept = None;
    no_grad(|| kept = Some(Tape::new()));
    let tape = kept.unwrap();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    assert_eq!(tape.adjoints(x * y).wrt(x), 3.0);
    no_grad(|| assert!(is_constant(x * y)));
    assert_eq!(tape.adjoints(x * y).wrt(x), 3.0);
}

#[test]
fn a_scope_inside_a_driver_mutes_it() {
    let f = |x: &[Reverse<f64>]| x[0] * x[1] + no_grad(|| x[0] * x[1]) * x[0];
    assert_eq!(gradient(f, &[2.0, 3.0]), [3.0 + 6.0, 2.0]);
    // On nested numbers it mutes both levels.
    let f = |x: &[Reverse<Reverse<f64>>]| x[0] * x[1] + no_grad(|| x[0] * x[1]) * x[0];
    let outer = |x: &[Reverse<f64>]| gradient(f, x)[0];
    assert_eq!(gradient(outer, &[2.0, 3.0]), [0.0, 1.0]);
    // And dual numbers are detached.
    assert_eq!(derivative(|x| x * no_grad(|| x * x), 3.0), 9.0);
    let second = |x: Dual<f64>| derivative(|y| y * y * no_grad(|| y), x);
    assert_eq!(derivative(second, 3.0), 6.0);
}

/// The derivative by a number that the scope's function has only one of is not recorded either way, and does not leave.
#[test]
fn what_is_returned_has_no_derivative() {
    let tape = Tape::new();
    let x = tape.variable(2.0);
    let (a, [b, c], d, ()) = no_grad(|| (x, [x * x, x.exp()], vec![x; 2], ()));
    assert!([a, b, c, d[0], d[1]].into_iter().all(is_constant));
    #[cfg(feature = "nalgebra")]
    assert!(no_grad(|| nalgebra::Vector2::new(x, x * x)).iter().copied().all(is_constant));
    assert!(is_constant(Detach::detached(x)));
}

/// Variables are made, values retained and adjoints asked for as outside.
#[test]
fn a_muted_tape_still_takes_variables() {
    let tape = Tape::new();
    let x = tape.variable(2.0);
    let mut late = None;
    no_grad(|| {
        let y = tape.variable(3.0);
        let retained = tape.retain(x.sin());
        assert!(is_constant(x * y), "after a variable was made the tape is still muted");
        assert_eq!(tape.adjoints(retained * 2.0).wrt(x), 2.0 * 2.0_f64.cos());
        late = Some(y);
    });
    assert_eq!(tape.len(), 3);
    assert_eq!(tape.adjoints(x * late.unwrap()).wrt(x), 3.0);
}

#[test]
fn a_scope_holds_for_its_thread() {
    no_grad(|| thread::spawn(assert_in_order).join().unwrap());
    let tape = Tape::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    thread::scope(|scope| {
        let (enter, entered) = std::sync::mpsc::channel();
        let (leave, left) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            no_grad(|| {
                enter.send(()).unwrap();
                left.recv().unwrap();
            });
        });
        entered.recv().unwrap();
        assert_eq!(tape.adjoints(x * y).wrt(x), 3.0);
        leave.send(()).unwrap();
    });
}

/// A scope that begins and ends while a join of several operands is under way.
#[test]
fn a_scope_between_the_operands_of_a_sum() {
    let tape = Tape::new();
    let x = tape.variables(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    let sum: Reverse<f64> = Reverse::dot(x.iter().map(|&entry| {
        let _ = no_grad(|| x[0] * x[1]);
        (entry, entry.detach())
    }));
    let adjoints = tape.adjoints(sum);
    assert_eq!(x.iter().map(|&x| adjoints.wrt(x)).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
}

#[test]
fn misuse_is_found_inside_as_outside() {
    let (one, other) = (Tape::new(), Tape::new());
    let (x, y) = (one.variable(1.0), other.variable(2.0));
    let stale = stale();
    no_grad(|| {
        assert_panics(MIXED, || x * y);
        assert_panics(crate::ENDED, || x * stale);
    });
    assert_in_order();
}
