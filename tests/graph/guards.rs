//! Every line of the table of what a program may do with a number: guards and frozen values, and what answers without one.

use dualtape::graph::{BranchChanged, Graph, Traced};
use dualtape::{Float, derivative, select};
use std::cmp::Ordering;
use std::num::FpCategory;

/// Records `f` at `at`; it must hold at `at` and `same` with the bits of `plain`, and at `other` answer that the branch changed.
#[track_caller]
fn guarded(
    traced: impl Fn(Traced) -> Traced,
    plain: impl Fn(f64) -> f64,
    at: f64,
    same: &[f64],
    other: &[f64],
) -> BranchChanged {
    let graph = Graph::record_fn(|x: &[Traced]| traced(x[0]), &[at]);
    for &x in same.iter().chain([&at]) {
        let found = graph.eval(&[x]).unwrap_or_else(|changed| panic!("at {x}: {changed}"))[0];
        assert!(found == plain(x) || (found.is_nan() && plain(x).is_nan()), "at {x}: {found}, {}", plain(x));
    }
    let mut last = None;
    for &x in other {
        last = Some(graph.eval(&[x]).expect_err("another branch"));
        assert!(graph.gradient().eval(&[x]).is_err() && graph.hessian().eval(&[x]).is_err());
    }
    let changed = last.unwrap();
    assert!(changed.place().file().ends_with("guards.rs"), "{changed}");
    changed
}

/// A generic function on both numbers.
macro_rules! guard {
    ($f:expr, $at:expr, $same:expr, $other:expr) => {
        guarded(|x: Traced| $f(x), |x: f64| $f(x), $at, &$same, &$other)
    };
}

#[test]
fn comparisons() {
    fn less<T: Float>(x: T) -> T {
        if x < T::one() { x * x } else { x + T::one() }
    }
    let changed = guard!(less, 0.5, [-3.0, 0.9], [1.0, 2.0, f64::NAN]);
    assert_eq!((changed.question(), changed.was(), changed.is()), ("x[0] < 1", "true", "false"));
    assert_eq!(changed.values()[1], 1.0);
    fn at_most<T: Float>(x: T) -> T {
        if x <= T::one() { x * x } else { x + T::one() }
    }
    guard!(at_most, 1.0, [-3.0], [1.5]);
    fn greater<T: Float>(x: T) -> T {
        if x > T::one() { x * x } else { x + T::one() }
    }
    guard!(greater, 2.0, [3.0], [1.0, f64::NAN]);
    fn at_least<T: Float>(x: T) -> T {
        if x >= T::one() { x * x } else { x + T::one() }
    }
    guard!(at_least, 0.0, [-5.0, f64::NAN], [1.0]);
    fn equal<T: Float>(x: T) -> T {
        if x == T::one() { x * T::lit(7.0) } else { x }
    }
    guard!(equal, 0.0, [2.0, f64::NAN], [1.0]);
    fn unequal<T: Float>(x: T) -> T {
        if x != T::one() { x * T::lit(7.0) } else { x }
    }
    guard!(unequal, 1.0, [], [2.0]);
    fn with_scalar<T: Float<Base = f64>>(x: T) -> T {
        if x < 1.0 { x * 2.0 } else { x }
    }
    guard!(with_scalar, 0.0, [0.5], [1.0]);
    fn zero<T: Float>(x: T) -> T {
        if x.is_zero() { T::one() } else { x.sin() / x }
    }
    guard!(zero, 1.0, [2.0, -3.0], [0.0, -0.0]);
}

#[test]
fn orders() {
    fn order<T: Float>(x: T) -> T {
        match x.partial_cmp(&T::one()) {
            Some(Ordering::Less) => x,
            Some(Ordering::Equal) => x + x,
            Some(Ordering::Greater) => x * x,
            None => T::lit(-1.0),
        }
    }
    let changed = guard!(order, 0.5, [-1.0], [1.0, 2.0, f64::NAN]);
    assert_eq!((changed.was(), changed.is()), ("less", "unordered"));
    guard!(order, 1.0, [], [0.5, 2.0]);
    guard!(order, f64::NAN, [], [0.5]);
}

#[test]
fn questions_of_kind() {
    macro_rules! kinds {
        ($($name:ident: $at:expr, $same:expr, $other:expr;)*) => {$({
            fn f<T: Float>(x: T) -> T {
                if x.$name() { x + T::one() } else { x - T::one() }
            }
            let changed = guard!(f, $at, $same, $other);
            assert_eq!(changed.question(), concat!("x[0].", stringify!($name), "()"));
        })*};
    }
    kinds! {
        is_nan: 1.0, [f64::INFINITY], [f64::NAN];
        is_infinite: 1.0, [2.0], [f64::INFINITY];
        is_finite: 1.0, [2.0], [f64::INFINITY, f64::NAN];
        is_normal: 1.0, [2.0], [0.0, 1e-310];
        is_subnormal: 1.0, [2.0], [1e-310];
        is_sign_positive: 1.0, [0.0], [-0.0, -1.0];
        is_sign_negative: 1.0, [0.0], [-0.0, -1.0];
    }
    fn class<T: Float>(x: T) -> T {
        match x.classify() {
            FpCategory::Zero => T::one(),
            FpCategory::Normal => x * x,
            _ => x,
        }
    }
    let changed = guard!(class, 1.0, [2.0], [f64::INFINITY, 0.0]);
    assert_eq!((changed.was(), changed.is()), ("normal", "zero"));
}

#[test]
fn selection_by_a_bool_guards_the_bool() {
    fn f<T: Float>(x: T) -> T {
        select(x == T::zero(), T::one(), x.sin() / x)
    }
    guard!(f, 1.0, [2.0], [0.0]);
}

#[test]
fn values_that_are_taken_out() {
    fn base<T: Float>(x: T) -> T {
        T::from_base(x.base()) * x
    }
    let changed = guard!(base, 2.0, [], [3.0]);
    assert_eq!((changed.question(), changed.was(), changed.is()), ("the value of x[0]", "2.0", "3.0"));
    fn to_f64<T: Float>(x: T) -> T {
        T::lit(x.to_f64().unwrap()) * x
    }
    guard!(to_f64, 2.0, [], [3.0]);
    fn index<T: Float>(x: T) -> T {
        [T::one(), x, x * x, x.sqrt()][x.floor().to_usize().unwrap()]
    }
    let changed = guard!(index, 2.25, [2.75], [3.5]);
    assert_eq!(changed.question(), "the value of v1"); // of the floor, not of the number
    fn text<T: Float>(x: T) -> T {
        if format!("{x}").starts_with('2') { x } else { -x }
    }
    // The machinery of formatting does not tell the place.
    let graph = Graph::record_fn(|x: &[Traced]| text(x[0]), &[2.0]);
    assert_eq!(graph.eval(&[2.0]), Ok(vec![2.0]));
    assert_eq!(graph.eval(&[3.0]).unwrap_err().question(), "the value of x[0]");
    fn decoded<T: Float>(x: T) -> T {
        T::lit(f64::from(x.integer_decode().1)) * x
    }
    guard!(decoded, 2.0, [], [4.0]);
    fn zeros<T: Float>(x: T) -> T {
        T::from_base(x.base()) / x.abs()
    }
    guard!(zeros, 0.0, [], [-0.0]); // to the bit
}

#[test]
fn debug_and_structure_guard_nothing() {
    let structure = |x: &[Traced]| {
        assert_eq!(format!("{:?}", x[0]), "Traced(0.0)");
        assert!(!x[0].is_constant() && !x[0].is_zero_in_all_parts() && x[0].is_finite_in_all_parts());
        assert!(Traced::constant(0.0).is_zero_in_all_parts() && Traced::constant(1.0).is_constant());
        assert!(!Traced::constant(f64::NAN).is_finite_in_all_parts());
        x[0] + 1.0
    };
    let graph = Graph::record_fn(structure, &[0.0]);
    assert_eq!((graph.guards(), graph.eval(&[5.0])), (0, Ok(vec![6.0])));
}

#[test]
fn data_in_the_closure_are_constants() {
    let mut scale = 2.0;
    let graph = Graph::record_fn(|x: &[Traced]| x[0] * scale, &[1.0]);
    scale = 3.0;
    assert_eq!((graph.eval(&[1.0]), scale), (Ok(vec![2.0]), 3.0));
}

#[test]
fn one_guard_for_the_same_question() {
    let graph =
        Graph::record_fn(|x: &[Traced]| (0..10).fold(x[0], |y, _| if x[0] < 1.0 { y + 1.0 } else { y }), &[0.0]);
    assert_eq!(graph.guards(), 1);
    let nothing = Graph::record_fn(|x: &[Traced]| if Traced::constant(1.0) < 2.0 { x[0] } else { -x[0] }, &[0.0]);
    assert_eq!(nothing.guards(), 0);
}

#[test]
fn what_other_guards_imply_is_no_guard() {
    let count = |f: fn(Traced, Traced), at: [f64; 2]| {
        let graph = Graph::record_fn(
            |x: &[Traced]| {
                f(x[0], x[1]);
                x[0] + x[1]
            },
            &at,
        );
        graph.guards()
    };
    let all = |x: Traced, y: Traced| {
        let _ = (x < y, x <= y, y > x, y >= x, x == y, x != y, x > y, x >= y, x.partial_cmp(&y), y.partial_cmp(&x));
    };
    assert_eq!(count(all, [1.0, 2.0]), 1); // less says it all
    assert_eq!(count(all, [2.0, 1.0]), 3); // not less; not at most, which leaves greater and unordered; greater
    assert_eq!(count(all, [1.0, 1.0]), 2); // not less; at most, so equal
    assert_eq!(count(all, [f64::NAN, 1.0]), 3);
    let kinds = |x: Traced, _: Traced| {
        let _ = (x.is_nan(), x.is_finite(), x.is_infinite(), x.is_normal(), x.is_subnormal(), x.classify());
        let _ = (x.is_sign_negative(), x.is_sign_positive());
    };
    assert_eq!(count(kinds, [1.0, 1.0]), 4); // not NaN, finite, normal, the sign
    let frozen = |x: Traced, _: Traced| {
        let _ = (x.base(), x.is_nan(), x.is_sign_negative(), x.classify(), x.base());
    };
    assert_eq!(count(frozen, [1.0, 1.0]), 1);
    // What is left out holds wherever the others do.
    let graph = Graph::record_fn(|x: &[Traced]| if (x[0] < x[1]) == (x[1] > x[0]) { x[0] } else { x[1] }, &[1.0, 2.0]);
    assert_eq!((graph.guards(), graph.eval(&[3.0, 4.0])), (1, Ok(vec![3.0])));
    assert!(graph.eval(&[4.0, 4.0]).is_err());
}

#[test]
fn the_message_of_a_guard() {
    let graph = Graph::record_fn(|x: &[Traced]| if x[0] < 1.0 { x[0] } else { -x[0] }, &[0.0]);
    let changed = graph.eval(&[2.0]).unwrap_err();
    let message = format!(
        "dualtape: a question came out differently from the recording: x[0] < 1 ({}) was true, is false at this point (sides 2.0 and 1.0); \
         record there, or choose by `max`, `min` or `if_less`, which are operations",
        changed.place()
    );
    assert_eq!(changed.to_string(), message);
}

#[test]
fn the_place_is_that_of_the_comparison() {
    let line = line!() + 1;
    let graph = Graph::record_fn(|x: &[Traced]| if x[0] < 1.0 { x[0] } else { -x[0] }, &[0.0]);
    let changed = graph.eval(&[2.0]).unwrap_err();
    assert_eq!(changed.place().line(), line);
    let message = changed.to_string();
    assert!(message.contains("x[0] < 1") && message.contains("was true, is false"), "{message}");
}

#[test]
fn guards_go_along_into_other_graphs() {
    let inner = Graph::record_fn(|x: &[Traced]| if x[0] < 1.0 { x[0] } else { -x[0] }, &[0.0]);
    let outer = Graph::record_fn(|x: &[Traced]| inner.eval(&[x[0] * 2.0]).unwrap()[0], &[0.0]);
    assert_eq!(outer.eval(&[0.4]), Ok(vec![0.8]));
    assert_eq!(outer.eval(&[0.6]).unwrap_err().question(), "v0 < 1");
    // And on numbers that carry derivatives.
    assert_eq!(derivative(|x| outer.eval(&[x]).unwrap()[0], 0.4), 2.0);
    assert!(outer.eval(&[dualtape::Dual::variable(0.6)]).is_err());
}

#[test]
fn choices_as_operations_hold_on_both_sides() {
    fn huber<T: Float>(x: T) -> T {
        x.abs().if_less(T::one(), || x * x * T::lit(0.5), || x.abs() - T::lit(0.5))
    }
    let graph = Graph::record_fn(|x: &[Traced]| huber(x[0]), &[0.5]);
    assert_eq!(graph.guards(), 0);
    for x in [0.5, -0.2, 3.0, -7.0, 0.0, f64::NAN] {
        let (found, right) = (graph.eval(&[x]).unwrap()[0], huber(x));
        assert!(found == right || (found.is_nan() && right.is_nan()));
        let (found, right) = (graph.gradient().eval(&[x]).unwrap()[0], derivative(huber, x));
        assert!(found == right || (found.is_nan() && right.is_nan()), "{x}: {found} {right}");
    }
}
