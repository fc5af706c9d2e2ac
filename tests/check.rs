//! Derivatives compared with numerical ones: right ones pass at every scale, each kind of mistake is found and named, and where nothing
//! can be said nothing is.

#![cfg(all(feature = "std", feature = "nalgebra"))]

#[path = "common/panics.rs"]
mod panics;
#[path = "check/single.rs"]
mod single;

use dualtape::check::{self, Check, Verdict};
use dualtape::rules::{self, Binary, Reduction, Unary};
use dualtape::{Float, Primitive, VectorFunction, derivative, numeric, scalar_function, vector_function};
use nalgebra::{DMatrix, dmatrix};
use panics::message;
use std::ops::RangeInclusive;

#[track_caller]
fn assert_contains(check: &Check, text: &str) {
    assert!(check.to_string().contains(text), "not found: {text}\n{check}");
}

// ---------------------------------------------------------------- differences

/// The numbers of *Deep Learning from Scratch 3*, steps 4 and 5.
#[test]
fn differences_of_the_textbook() {
    let square = |x: f64| x * x;
    assert_eq!(numeric::derivative(square, 2.0), 4.000000000004);
    assert_eq!(numeric::forward_difference(square, 2.0), 4.0001000000078335);
    let chain = |x: f64| square(square(x).exp());
    assert_eq!(numeric::derivative(chain, 0.5), 3.2974426293330694);
    assert_eq!(numeric::forward_difference(chain, 0.5), 3.2981021178524195);
    assert_eq!(derivative(|x| (x * x).exp().powi(2), 0.5), 3.297442541400256);
}

#[test]
fn differences_of_several_variables() {
    let f = |x: &[f64]| x[0] * x[0] * x[1].sin();
    let gradient = numeric::gradient(f, &[3.0, 0.5]);
    let along = |j: usize| {
        numeric::derivative(
            |entry| {
                let mut x = [3.0, 0.5];
                x[j] = entry;
                f(&x)
            },
            [3.0, 0.5][j],
        )
    };
    assert_eq!(gradient, [along(0), along(1)]);
    let jacobian = numeric::jacobian(|x| [f(x), x[0]], &[3.0, 0.5]);
    assert_eq!(jacobian.row(0).iter().copied().collect::<Vec<_>>(), gradient);
    assert_eq!(numeric::gradient(|_| 1.0, &[]), [0.0; 0]);
    assert_eq!(numeric::jacobian(|_| [1.0, 2.0], &[]).shape(), (2, 0));
    let found = message(|| drop(numeric::jacobian(|x| vec![1.0; if x[0] > 1.0 { 2 } else { 1 }], &[1.0])));
    assert_eq!(
        found,
        "dualtape: numeric::jacobian: expected 2 values as at the first point, found 1 at another; let the function return as many at \
         every point"
    );
}

/// A function and its derivative.
type Curve<B> = (&'static str, fn(B) -> B, fn(B) -> B);

macro_rules! curves {
    ($B:ident) => {
        [
            ("sin", $B::sin, $B::cos),
            ("exp", $B::exp, $B::exp),
            ("atan", $B::atan, |x| 1.0 / (1.0 + x * x)),
            ("square", |x| x * x, |x| 2.0 * x),
            ("reciprocal", |x| 1.0 / x, |x| -1.0 / (x * x)),
            ("root", $B::sqrt, |x| 0.5 / x.sqrt()),
            ("abs", $B::abs, $B::signum),
            ("cubic", |x| ((x - 1.0) * x - 2.0) * x + 1.0, |x| (3.0 * x - 2.0) * x - 2.0),
        ]
    };
}
use curves;

const CURVES: [Curve<f64>; 8] = curves!(f64);

/// At arguments of all sizes, `10^(exponent / 4)`, on both sides: no right derivative fails, and none that is too large by the factor `wrong`
/// passes where it is larger than `least`. The errors are true: the difference is below ten of them. Returns the share that passes.
fn share_of_sizes<B: Primitive>(
    curves: [Curve<B>; 8],
    derivative: impl Fn(fn(B) -> B, B, B) -> Check,
    exponents: RangeInclusive<i32>,
    [wrong, least]: [f64; 2],
) -> f64 {
    let (mut passed, mut all) = (0_u32, 0_u32);
    for (name, f, slope) in curves {
        for exponent in exponents.clone() {
            for factor in [1.0, -2.3] {
                let x = B::lit(factor) * B::lit(10.0).powf(B::lit(f64::from(exponent) / 4.0));
                let slope = slope(x);
                if f(x).is_nan() || !slope.is_finite() {
                    continue;
                }
                let check = derivative(f, x, slope);
                let entry = &check.entries()[0];
                assert!(check.verdict() != Verdict::Failed, "{name} at {x:e}\n{check}");
                assert!(entry.difference() <= 10.0 * entry.uncertainty, "{name} at {x:e}: {entry:?}");
                let off = derivative(f, x, B::lit(wrong) * slope);
                assert!(!off.passed() || slope.abs() < B::lit(least), "{name} at {x:e}\n{off}");
                (passed, all) = (passed + u32::from(check.passed()), all + 1);
            }
        }
    }
    f64::from(passed) / f64::from(all)
}

/// From 1e-15 to 1e12. Not all pass: at some points the exponential is constant but for rounding.
#[test]
fn points_of_all_sizes() {
    let share = share_of_sizes(CURVES, check::derivative, -60..=48, [1.01, 1e-6]);
    assert!(share > 0.97, "{share}");
}

#[test]
fn extrapolation_keeps_nearly_all_digits() {
    for (name, f, slope) in CURVES {
        for x in [0.3, 1.7, 12.0] {
            let found = numeric::extrapolated(f, x);
            assert!((found.value - slope(x)).abs() <= 1e-11 * slope(x).abs(), "{name} at {x}: {found:?}");
            assert!(found.error <= 1e-8 * slope(x).abs(), "{name} at {x}: {found:?}");
        }
    }
    let gradient = numeric::extrapolated_gradient(|x| x[0] * x[1] * x[1], &[2.0, 3.0]);
    assert!((gradient[0].value - 9.0).abs() < 1e-11 && (gradient[1].value - 12.0).abs() < 1e-11);
}

/// Large steps agree on the slope 2 of the parabola and see nothing of what is narrower than they are.
#[test]
fn what_is_narrow_is_seen() {
    let f = |x: f64| x * x + (x - 1.0) * (-((x - 1.0) * 1e4).powi(2)).exp();
    let found = numeric::extrapolated(f, 1.0);
    assert!((found.value - 3.0).abs() < 1e-6, "{found:?}");
}

// ---------------------------------------------------------------- allclose

#[test]
fn allclose_is_that_of_numpy() {
    use check::{allclose, allclose_within};
    for x in [0.1, 0.417, 0.999, 30.0] {
        assert!(allclose(&[derivative(|x| x * x, x)], &[numeric::derivative(|x| x * x, x)]));
    }
    assert!(allclose(&[1.0, 1e-9], &[1.000009, 0.0]) && !allclose(&[1.0, 1e-9], &[1.00002, 0.0]));
    assert!(allclose(&[f64::INFINITY], &[f64::INFINITY]) && !allclose(&[f64::INFINITY], &[f64::NEG_INFINITY]));
    assert!(!allclose(&[1.0], &[f64::INFINITY]) && !allclose(&[f64::INFINITY], &[1.0]));
    assert!(!allclose(&[f64::NAN], &[f64::NAN]) && allclose(&[], &[]));
    assert!(allclose_within(&[2.0], &[1.0], 0.0, 1.0) && !allclose_within(&[2.0], &[1.0], 0.0, 0.999));
    assert_eq!(
        message(|| assert!(allclose(&[1.0], &[1.0, 2.0]))),
        "dualtape: check::allclose: expected slices of one length, found 1 and 2 entries; compare each number with its own"
    );
}

// ---------------------------------------------------------------- what is right passes

fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

fn spherical<T: Float>(p: &[T]) -> Vec<T> {
    let (r, s, t) = (p[0], p[1], p[2]);
    vec![r * s.sin() * t.cos(), r * s.sin() * t.sin(), r * s.cos(), r * r]
}
vector_function!(Spherical = spherical);

#[test]
fn right_derivatives_pass() {
    let x = [-1.2, 1.0, 0.3];
    check::gradient_of(&Rosenbrock, &x).assert_passed();
    check::hessian_of(&Rosenbrock, &x).assert_passed();
    check::derivatives_of(&Rosenbrock, &x).assert_passed();
    check::jacobian_of(&Spherical, &[2.0, 0.5, 1.5]).assert_passed();
    check::products_of(&Spherical, &[2.0, 0.5, 1.5]).assert_passed();
    let worst = check::hessian_of(&Rosenbrock, &x).worst().unwrap().difference();
    assert!(worst < 1e-6, "{worst:e}");
    // At the minimum every derivative is 0 but for rounding.
    check::gradient_of(&Rosenbrock, &[1.0, 1.0, 1.0]).assert_passed();
}

#[test]
fn nothing_to_compare() {
    fn constant<T: Float>(_: &[T]) -> T {
        T::one()
    }
    scalar_function!(Constant = constant);
    check::gradient_of(&Constant, &[0.0; 0]).assert_passed();
    check::derivatives_of(&Constant, &[0.0; 0]).assert_passed();
    check::derivatives_of(&Constant, &[2.0]).assert_passed();
    assert!(check::gradient_of(&Constant, &[0.0; 0]).worst().is_none());
    assert_eq!(
        check::gradient_of(&Constant, &[0.0; 0]).to_string(),
        "gradient: passed, 0 entries agree (relative tolerance 1e-5)"
    );
}

/// The crate's own rules, at points inside and outside of their domains.
#[test]
fn the_rules_of_the_crate_pass() {
    struct Checks(Vec<String>);
    impl rules::Visitor for Checks {
        fn unary<R: Unary>(&mut self, rule: R) {
            let verdicts = [0.37, 1.63, -0.42, 7.9].map(|x| {
                let check = check::rule(rule, &[x]);
                assert!(check.verdict() != Verdict::Failed, "{check}");
                check.verdict()
            });
            assert!(verdicts.contains(&Verdict::Passed), "{}: {verdicts:?}", rule.name());
            self.0.push(rule.name().to_string());
        }
        fn binary<R: Binary>(&mut self, rule: R) {
            check::binary_rule(rule, &[[1.3, 0.45], [0.7, 2.6]]).assert_passed();
            self.0.push(rule.name().to_string());
        }
    }
    let mut checks = Checks(Vec::new());
    rules::visit(&mut checks);
    assert!(checks.0.len() > 30, "{:?}", checks.0);
}

// ---------------------------------------------------------------- mistakes

/// A rule for `sin` with some mistake.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sine {
    Right,
    Sign,
    Factor,
    Detached,
    DetachedTwice,
    Zero,
    Nan,
    Eval,
    Value,
    Through,
}

impl Unary for Sine {
    const NAME: &'static str = "sine";
    const PASSES: bool = true;
    fn value<B: Primitive>(self, x: B) -> B {
        x.sin()
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        match self {
            Sine::Sign => -x.cos(),
            Sine::Factor => x.cos() * T::lit(3.0),
            Sine::Detached => x.cos().detach(),
            // The cosine and its first derivative, and no further ones.
            Sine::DetachedTwice => x.detach().cos() - x.detach().sin() * (x - x.detach()),
            Sine::Zero => T::zero(),
            Sine::Nan => x.cos() * T::nan(),
            _ => x.cos(),
        }
    }
    fn eval<T: Float>(self, x: T) -> (T, T) {
        let (y, slope) = (x.unary(self), self.partial(x, x));
        match self {
            Sine::Eval => (y, slope + slope),
            Sine::Value => (y + T::one(), slope),
            _ => (y, slope),
        }
    }
    fn through<T: Float>(self, tangent: T, slope: T, _: T, _: T) -> T {
        if self == Sine::Through { tangent / slope } else { tangent * slope }
    }
}

#[test]
fn every_mistake_in_a_rule_is_found() {
    let points = [0.3, 2.0];
    check::rule(Sine::Right, &points).assert_passed();
    for (rule, worst, suspicion) in [
        (Sine::Sign, "∂", "every wrong entry is -1 times the numerical one: the sign is wrong"),
        (Sine::Factor, "∂", "every wrong entry is 3 times the numerical one: a factor 3 is too much"),
        (
            Sine::Detached,
            "∂²/∂x²",
            "every wrong entry is 0 where the function varies: a value was rounded, detached, or read out of its number",
        ),
        (Sine::DetachedTwice, "∂³/∂x³", "every wrong entry is 0 where the function varies"),
        (Sine::Zero, "∂/∂x", "every wrong entry is 0 where the function varies"),
        (Sine::Nan, "∂", "NaN where the function is smooth: 0 times infinity on the way"),
        (Sine::Eval, "∂/∂x", "every wrong entry is 2 times"),
        (Sine::Value, "value of eval", "entries are wrong"),
        (Sine::Through, "through", "entries are wrong"),
    ] {
        let check = check::rule(rule, &points);
        assert_eq!(check.verdict(), Verdict::Failed, "{check}");
        assert!(check.worst().unwrap().name.starts_with(worst), "{check}");
        assert_contains(&check, suspicion);
    }
}

/// `x² y` with partials that may be exchanged.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Monomial {
    exchanged: bool,
}

impl Binary for Monomial {
    const NAME: &'static str = "monomial";
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        x * x * y
    }
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        if self.exchanged { x * x } else { T::lit(2.0) * x * y }
    }
    fn partial_y<T: Float>(self, x: T, y: T, _: T) -> T {
        if self.exchanged { T::lit(2.0) * x * y } else { x * x }
    }
}

/// The norm, with partials `xᵢ / y`, or `xᵢ` where the divisor was forgotten.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Length {
    divided: bool,
}

impl Reduction for Length {
    const NAME: &'static str = "length";
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        x.map(|x| x * x).sum::<B>().sqrt()
    }
    fn partials<T: Float>(self, x: impl Iterator<Item = T> + Clone, y: T) -> impl Iterator<Item = T> {
        x.map(move |x| if self.divided { x / y } else { x })
    }
}

#[test]
fn rules_of_several_arguments() {
    check::binary_rule(Monomial { exchanged: false }, &[[1.5, -0.7], [3.0, 1e6]]).assert_passed();
    let exchanged = check::binary_rule(Monomial { exchanged: true }, &[[1.5, -0.7]]);
    assert_eq!(exchanged.verdict(), Verdict::Failed);
    assert_contains(&exchanged, "rule `monomial { exchanged: true }`: FAILED");
    assert_contains(&exchanged, "∂/∂x[0] at (1.5, -0.7)");
    check::reduction_rule(Length { divided: true }, &[vec![1.0, -2.0, 0.5], vec![3.0]]).assert_passed();
    let forgotten = check::reduction_rule(Length { divided: false }, &[[1.0, -2.0, 0.5]]);
    assert_eq!(forgotten.verdict(), Verdict::Failed);
    assert_contains(&forgotten, "∂/∂x[1] at [1.0, -2.0, 0.5]");
}

#[test]
fn what_a_wrong_matrix_looks_like() {
    let f = |x: &[f64]| [x[0] * x[1], x[0] + x[1].sin()];
    let x = [2.0_f64, 3.0];
    let right = dmatrix![x[1], x[0]; 1.0, x[1].cos()];
    check::jacobian(f, &x, &right).assert_passed();
    for (claimed, suspicion) in [
        (right.transpose(), "the matrix looks like the transpose: rows belong to outputs, columns to inputs"),
        (&right * 2.0, "every wrong entry is 2 times the numerical one: a factor 2 is too much"),
        (&right * 0.5, "every wrong entry is 0.5 times the numerical one: a factor 2 is missing"),
        (-&right, "every wrong entry is -1 times the numerical one: the sign is wrong"),
        (&right * (std::f64::consts::PI / 180.0), "degrees and radians are confused"),
        (right.map(|_| f64::NAN), "NaN where the function is smooth"),
        (right.map(|_| 0.0), "every wrong entry is 0 where the function varies"),
    ] {
        let check = check::jacobian(f, &x, &claimed);
        assert_eq!(check.verdict(), Verdict::Failed);
        assert_contains(&check, suspicion);
    }
    // One wrong entry of four is no transpose.
    let mut one = right.clone();
    one[(1, 0)] = 5.0;
    let check = check::jacobian(f, &x, &one);
    assert_contains(&check, "1 of 4 entries is wrong");
    assert_eq!(check.worst().unwrap().name, "[1, 0]");
    assert!(!check.to_string().contains("transpose"));
    // Two of four that have nothing in common give no suspicion.
    one[(0, 1)] = 7.0;
    let text = check::jacobian(f, &x, &one).to_string();
    assert!(!text.contains("looks") && !text.contains("every wrong entry"), "{text}");
    // Nor does a single one that is off by a factor nobody forgets, or that is inaccurate.
    for factor in [1.37, 37.3, 5432.1, 1.00005] {
        let text = check::derivative(|x| x * x, 1.0, 2.0 * factor).to_string();
        assert!(text.contains("FAILED") && !text.contains("times the numerical one"), "{factor}: {text}");
    }
    // A matrix that is not square, filled in the other order.
    let g = |x: &[f64]| [x[0] * x[1], x[1] * x[2] * 3.0];
    let x = [2.0, 3.0, 5.0];
    let rows = [x[1], x[0], 0.0, 0.0, 3.0 * x[2], 3.0 * x[1]];
    check::jacobian(g, &x, &DMatrix::from_row_slice(2, 3, &rows)).assert_passed();
    let check = check::jacobian(g, &x, &DMatrix::from_column_slice(2, 3, &rows));
    assert_contains(
        &check,
        "the entries look as if they went down the columns where they were given row by row, or the other way round",
    );
}

/// A Jacobian whose transposed product is wrong: a rule that tells tapes from duals cannot be written, so the pair is given by hand.
#[test]
fn products_that_are_no_transposes() {
    let a = dmatrix![1.0, 2.0, -1.0; 0.5, 3.0, 4.0];
    let times = |v: &[f64]| (&a * DMatrix::from_column_slice(3, 1, v)).as_slice().to_vec();
    let transposed = |w: &[f64]| (a.transpose() * DMatrix::from_column_slice(2, 1, w)).as_slice().to_vec();
    check::transposes(times, transposed, 2, 3).assert_passed();
    let wrong = |w: &[f64]| {
        let mut product = transposed(w);
        product.swap(0, 1);
        product
    };
    assert_eq!(check::transposes(times, wrong, 2, 3).verdict(), Verdict::Failed);
    assert_eq!(
        message(|| drop(check::transposes(|_| vec![0.0; 3], |_| vec![0.0; 2], 2, 3))),
        "dualtape: check::transposes: expected products with 2 and 3 entries, found 3 and 2; for a matrix 2 x 3 the first product takes 3 \
         numbers to 2, and the second 2 to 3"
    );
}

#[test]
fn a_value_read_out_of_its_number_is_found_in_products() {
    struct Lossy;
    impl VectorFunction for Lossy {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![x[0] * x[1], x[0].detach() * x[1]]
        }
    }
    let check = check::products_of(&Lossy, &[2.0, 3.0]);
    assert_eq!(check.verdict(), Verdict::Failed);
    assert!(check.worst().unwrap().name.ends_with(")[1]"), "{check}");
}

// ---------------------------------------------------------------- where nothing can be said

#[test]
fn kinks_edges_and_infinite_slopes_are_not_wrong() {
    let relu = |x: f64| x.max(0.0);
    for (check, remark) in [
        (check::derivative(f64::abs, 0.0, 0.0), "undetermined: a kink with the slopes -1 and 1"),
        (check::derivative(relu, 0.0, 0.0), "undetermined: a kink with the slopes 0 and 1"),
        (check::derivative(relu, 0.0, 1.0), "undetermined: a kink with the slopes 0 and 1"),
        (
            check::derivative(f64::sqrt, 0.0, f64::INFINITY),
            "do not settle down, from the right: the function is not finite on the left",
        ),
        (
            check::derivative(f64::asin, 1.0, f64::INFINITY),
            "do not settle down, from the left: the function is not finite on the right",
        ),
        (check::derivative(f64::cbrt, 0.0, f64::INFINITY), "do not settle down"),
        (check::derivative(f64::floor, 2.0, 0.0), "do not settle down"),
        (check::derivative(f64::ln, 0.0, f64::INFINITY), "undetermined: the function is not finite here"),
        (check::derivative(f64::ln, -1.0, 5.0), "undetermined: the function is not finite here"),
        (check::derivative(f64::sin, f64::NAN, 0.0), "undetermined: the function is not finite here"),
        (check::derivative(|x| x, f64::INFINITY, 1.0), "undetermined: the function is not finite here"),
        (
            check::derivative(|x| if x == 1.0 { 0.0 } else { f64::NAN }, 1.0, 0.0),
            "undetermined: the function is not finite on either side",
        ),
        (check::derivative(|x| 1e16 + x.sin(), 2.0, 2.0_f64.cos()), "undetermined: the numerical one is only known to"),
    ] {
        assert_eq!(check.verdict(), Verdict::Undetermined, "{check}");
        assert_contains(&check, remark);
        assert!(!check.passed());
    }
    // A slope outside of those on both sides of a kink is wrong.
    assert_eq!(check::derivative(f64::abs, 0.0, 2.0).verdict(), Verdict::Failed);
    // A kink nearby is none.
    for x in [1e-20, -1e-9, 1e-3] {
        check::derivative(f64::abs, x, x.signum()).assert_passed();
    }
}

/// At the edge of a domain with a finite slope the one-sided derivative decides.
#[test]
fn one_sided_derivatives() {
    let f = |x: f64| if x < 1.0 { f64::NAN } else { x * x };
    let right = check::derivative(f, 1.0, 2.0);
    right.assert_passed();
    assert_contains(&right, "passed, from the right: the function is not finite on the left");
    assert_eq!(check::derivative(f, 1.0, 3.0).verdict(), Verdict::Failed);
    check::derivative(|x| f(2.0 - x), 1.0, -2.0).assert_passed();
    assert_contains(
        &check::derivative(|x| f(2.0 - x), 1.0, -2.0),
        "from the left: the function is not finite on the right",
    );
}

#[test]
fn badly_scaled_inputs() {
    // Entries from 1e-12 to 1e12, each of which matters.
    let x = [3e-12_f64, 2e12, 5.0];
    let f = |x: &[f64]| (x[0] * 1e12).sin() * x[2] + (x[1] * 1e-12).exp();
    let right = [(x[0] * 1e12).cos() * x[2] * 1e12, (x[1] * 1e-12).exp() * 1e-12, (x[0] * 1e12).sin()];
    check::gradient(f, &x, &right).assert_passed();
    for j in 0..3 {
        let mut wrong = right;
        wrong[j] *= 1.001;
        assert_eq!(check::gradient(f, &x, &wrong).verdict(), Verdict::Failed, "{j}");
    }
}

// ---------------------------------------------------------------- the report

#[test]
fn the_table() {
    let check = check::gradient(|x| x[0] * x[0] * x[1] + x[2].abs(), &[3.0, 2.0, 0.0], &[6.0, 9.0, 0.0]);
    assert_eq!(
        format!("{check:.4}"),
        "\
gradient: FAILED, 1 of 3 entries is wrong, 1 cannot be told (relative tolerance 1e-5)
every wrong entry is 0.5 times the numerical one: a factor 2 is missing
entry           exact    numerical  difference
∂/∂x[0]      6.0000e0     1.2000e1       6.0e0  FAILED
∂/∂x[2]      0.0000e0     0.0000e0       0.0e0  undetermined: a kink with the slopes -1 and 1
∂/∂x[1]      9.0000e0     9.0000e0     7.1e-15  passed"
    );
    let many = check::gradient(|x| x.iter().sum(), &[1.0; 30], &[1.0; 30]);
    assert_contains(&many, ".. 20 more that are no worse");
    assert_eq!((many.entries().len(), many.to_string().lines().count()), (30, 13));
}

#[test]
fn messages_of_assertions_and_misuse() {
    let failed = message(|| check::derivative(|x| x * x, 1.0, 3.0).assert_passed());
    assert!(
        failed.starts_with(
            "dualtape: check: expected derivatives as the numerical ones, found others\n\
             derivative: FAILED, 1 of 1 entry is wrong"
        ),
        "{failed}"
    );
    let open = message(|| check::derivative(f64::abs, 0.0, 0.0).assert_passed());
    assert!(
        open.starts_with(
            "dualtape: check: expected numerical derivatives to compare with, found some that do not say; check at points away from kinks, \
             jumps and ends of the domain\nderivative: undetermined, 1 of 1 entry cannot be told"
        ),
        "{open}"
    );
    assert_eq!(
        message(|| drop(check::gradient(|x| x[0], &[1.0], &[1.0, 2.0]))),
        "dualtape: check::gradient: expected a gradient with 1 entries, found 2; give one for each entry of the point"
    );
    let jacobian = |rows, columns| {
        message(|| drop(check::jacobian(|x| [x[0], x[1], 1.0], &[1.0, 2.0], &DMatrix::zeros(rows, columns))))
    };
    assert_eq!(
        jacobian(2, 3),
        "dualtape: check::jacobian: expected a matrix 3 x 2, found 2 x 3; this may be the transpose: give one row for each value and one \
         column for each entry of the point"
    );
    assert_eq!(
        jacobian(2, 2),
        "dualtape: check::jacobian: expected a matrix 3 x 2, found 2 x 2; give one row for each value and one column for each entry of the \
         point"
    );
    assert_eq!(
        message(|| drop(check::derivative(f64::sin, 1.0, 0.5).within(-1.0))),
        "dualtape: Check::within: expected a relative tolerance from 0 to less than 1, found -1; 1e-3 compares three digits"
    );
    struct Ragged;
    impl VectorFunction for Ragged {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            vec![x[0]; if x[0] > T::one() { 2 } else { 1 }]
        }
    }
    assert_eq!(
        message(|| drop(check::jacobian_of(&Ragged, &[1.0]))),
        "dualtape: check::jacobian_of: expected 1 values as at the first point, found 2 at another; let the function return as many at \
         every point"
    );
}
