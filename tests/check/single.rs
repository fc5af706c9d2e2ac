//! Checks of functions on `f32`: as on `f64`, right ones pass and each kind of mistake is found, with the digits that there are.

use crate::panics::message;
use crate::{Curve, Rosenbrock, Spherical, assert_contains, curves, share_of_sizes};
use dualtape::check::{self, Verdict, single};
use dualtape::rules::{self, Binary, Unary, Visitor};
use dualtape::{Float, Primitive, ScalarFunction};
use nalgebra::{DMatrix, dmatrix};

const CURVES: [Curve<f32>; 8] = curves!(f32);

/// From 1e-7 to 1e4, beyond which numbers are too far apart to see the waves of the sine.
#[test]
fn points_of_all_sizes() {
    let share = share_of_sizes(CURVES, single::derivative, -28..=16, [1.1, 1e-3]);
    assert!(share > 0.90, "{share}");
}

/// Where the function is of ordinary size, differences keep four digits and know it.
#[test]
fn extrapolation_keeps_four_digits() {
    for (name, f, slope) in CURVES {
        for x in [0.3, 1.7, 12.0] {
            let check = single::derivative(f, x, slope(x));
            check.assert_passed();
            let entry = &check.entries()[0];
            assert!(entry.difference() <= 1e-4 * f64::from(slope(x).abs()), "{name} at {x}: {entry:?}");
        }
    }
}

/// The crate's own rules, at points inside and outside of their domains.
#[test]
fn the_rules_of_the_crate_pass() {
    struct Checks(usize);
    impl Visitor for Checks {
        fn unary<R: Unary>(&mut self, rule: R) {
            let verdicts = [0.37_f32, 1.63, -0.42, 7.9].map(|x| {
                let check = check::rule(rule, &[x]);
                assert!(check.verdict() != Verdict::Failed, "{check}");
                check.verdict()
            });
            assert!(verdicts.contains(&Verdict::Passed), "{}: {verdicts:?}", rule.name());
            self.0 += 1;
        }
        fn binary<R: Binary>(&mut self, rule: R) {
            let check = check::binary_rule(rule, &[[1.3_f32, 0.45], [0.7, 2.6]]);
            assert!(check.verdict() != Verdict::Failed, "{check}");
            self.0 += 1;
        }
    }
    let mut checks = Checks(0);
    rules::visit(&mut checks);
    assert!(checks.0 > 30, "{}", checks.0);
}

#[test]
fn functions_of_every_type_are_checked_in_the_precision_of_the_point() {
    let x = [-1.2_f32, 1.0, 0.3];
    check::gradient_of(&Rosenbrock, &x).assert_passed();
    check::hessian_of(&Rosenbrock, &x).assert_passed();
    check::derivatives_of(&Rosenbrock, &x).assert_passed();
    check::jacobian_of(&Spherical, &[2.0_f32, 0.5, 1.5]).assert_passed();
    check::products_of(&Spherical, &[2.0_f32, 0.5, 1.5]).assert_passed();
    assert_contains(&check::gradient_of(&Rosenbrock, &x), "(relative tolerance 1e-3)");

    /// Reads a value out of its number.
    struct Lossy;
    impl ScalarFunction for Lossy {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            x[0] * T::from_base(x[0].base())
        }
    }
    let check = check::gradient_of(&Lossy, &[3.0_f32]);
    assert_eq!(check.verdict(), Verdict::Failed);
    assert_contains(&check, "is 0.5 times the numerical one: a factor 2 is missing");
}

#[test]
fn derivatives_from_elsewhere() {
    let f = |x: &[f32]| [x[0] * x[1], x[0] + x[1]];
    single::jacobian(f, &[2.0, 3.0], &dmatrix![3.0, 2.0; 1.0, 1.0]).assert_passed();
    let transposed = single::jacobian(f, &[2.0, 3.0], &dmatrix![3.0, 1.0; 2.0, 1.0]);
    assert_contains(&transposed, "the matrix looks like the transpose");
    single::gradient(|x| x[0].sin() * x[1], &[0.5, 3.0], &[3.0 * 0.5_f32.cos(), 0.5_f32.sin()]).assert_passed();

    let forward = |v: &[f32]| vec![v[1] - v[0], v[2] - v[1]];
    single::transposes(forward, |w| vec![-w[0], w[0] - w[1], w[1]], 2, 3).assert_passed();
    let wrong = single::transposes(forward, |w| vec![w[0], w[1] - w[0], -w[1]], 2, 3);
    assert_contains(&wrong, "the sign is wrong");
}

/// A rule whose derivative may be wrong, on `f32` alone.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sine {
    wrong: bool,
}

impl Unary for Sine {
    const NAME: &'static str = "sine";
    fn value<B: Primitive>(self, x: B) -> B {
        x.sin()
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        if self.wrong && T::Base::IS_SINGLE { -x.cos() } else { x.cos() }
    }
}

#[test]
fn mistakes_in_one_precision_are_found_there() {
    check::rule(Sine { wrong: true }, &[0.3]).assert_passed();
    let found = check::rule(Sine { wrong: true }, &[0.3_f32]);
    assert_eq!(found.verdict(), Verdict::Failed);
    assert_contains(&found, "every wrong entry is -1 times the numerical one: the sign is wrong");
    check::rule(Sine { wrong: false }, &[0.3_f32, 2.0]).assert_passed();
}

#[test]
fn misuse_is_told() {
    assert_eq!(
        message(|| drop(single::gradient(|x| x[0], &[1.0], &[1.0, 2.0]))),
        "dualtape: check::single::gradient: expected a gradient with 1 entries, found 2; give one for each entry of the point"
    );
    assert_eq!(
        message(|| drop(single::jacobian(|x| [x[0], x[1], 1.0], &[1.0, 2.0], &DMatrix::zeros(2, 3)))),
        "dualtape: check::single::jacobian: expected a matrix 3 x 2, found 2 x 3; this may be the transpose: give one row for each value \
         and one column for each entry of the point"
    );
    assert_eq!(
        message(|| drop(single::transposes(<[f32]>::to_vec, <[f32]>::to_vec, 2, 3))),
        "dualtape: check::single::transposes: expected products with 2 and 3 entries, found 3 and 2; for a matrix 2 x 3 the first product \
         takes 3 numbers to 2, and the second 2 to 3"
    );
}
