//! Rules as values: identity, names, what a wrong rule does; and choices that are operations.

use crate::common::engines::{gradients, hessians, orders};
use crate::common::{Checks, Curve};
use crate::panics::message;
use dualtape::rules::{self, Binary, Hypot, Powi, Reduction, Rule, Sin, Unary, Visitor};
use dualtape::{Dual, Float, Primitive, Reverse, ScalarFunction, Special, gradient};

fn is_a_rule<R: Rule>(rule: R, same: R, other: R) {
    assert_eq!(rule, same);
    assert_ne!(rule, other);
}

#[test]
fn rules_with_different_parameters_are_different() {
    is_a_rule(Powi(3), Powi(3), Powi(2));
    is_a_rule(dualtape::special::rules::Jn(2), dualtape::special::rules::Jn(2), dualtape::special::rules::Jn(-2));
}

#[test]
fn names_show_parameters() {
    assert_eq!(Sin.name().to_string(), "sin");
    assert_eq!(Hypot.name().to_string(), "hypot");
    assert_eq!(Powi(-3).name().to_string(), "powi(-3)");
    assert_eq!(Partials { given: 2 }.name().to_string(), "partials { given: 2 }");
}

/// No two rules that are shown to a visitor share a name.
#[test]
fn names_are_unique() {
    struct Names(Vec<String>);
    impl Visitor for Names {
        fn unary<R: Unary>(&mut self, rule: R) {
            self.0.push(rule.name().to_string());
        }
        fn binary<R: Binary>(&mut self, rule: R) {
            self.0.push(rule.name().to_string());
        }
        fn reduction<R: Reduction>(&mut self, rule: R, _: &[f64]) {
            self.0.push(rule.name().to_string());
        }
    }
    let mut names = Names(Vec::new());
    rules::visit(&mut names);
    dualtape::special::rules::visit(&mut names);
    dualtape::slices::visit(&mut names);
    let count = names.0.len();
    names.0.sort_unstable();
    names.0.dedup();
    assert_eq!(names.0.len(), count);
    assert!(count > 50, "only {count} rules are listed");
}

/// A rule of any number of arguments as a function.
struct Reduced<R>(R);

impl<R: Reduction> ScalarFunction for Reduced<R> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        T::reduce(self.0, x.iter().copied())
    }
}

/// Of every rule of any number of arguments, at its sample: partials that difference quotients confirm, the same gradient and Hessian
/// from every driver, and the same value.
#[test]
fn reductions_are_one_function_in_every_driver() {
    #[derive(Default)]
    struct Agreement {
        checks: Checks,
        count: usize,
    }
    impl Visitor for Agreement {
        fn unary<R: Unary>(&mut self, _: R) {}
        fn binary<R: Binary>(&mut self, _: R) {}
        fn reduction<R: Reduction>(&mut self, rule: R, x: &[f64]) {
            let Agreement { checks, count } = self;
            *count += 1;
            let (name, f) = (rule.name().to_string(), Reduced(rule));
            let y = f.eval(x);
            let partials: Vec<f64> = rule.partials(x.iter().copied(), y).collect();
            for (i, &partial) in partials.iter().enumerate() {
                let moved = |by: f64| {
                    f.eval(&x.iter().enumerate().map(|(j, &x)| if i == j { x + by } else { x }).collect::<Vec<_>>())
                };
                let quotient = (moved(1e-6) - moved(-1e-6)) / 2e-6; // its error is about 1e-10, by rounding
                checks.is_true((quotient - partial).abs() < 1e-8, || {
                    format!("{name}, partial {i}: {partial}, not {quotient}")
                });
            }
            let (value, _) = dualtape::value_and_gradient(|x: &[Reverse<f64>]| f.eval(x), x);
            checks.bits(format_args!("{name}, value by `value_and_gradient`"), value, y);
            let (value, _) = dualtape::forward::value_and_gradient(|x: &[Dual<f64, 8>]| f.eval(x), x);
            checks.bits(format_args!("{name}, value by `forward::value_and_gradient`"), value, y);
            for (engine, gradient) in gradients(&f, x) {
                for (i, (got, &expected)) in gradient.into_iter().zip(&partials).enumerate() {
                    checks.close(format_args!("{name}, partial {i} by `{engine}`"), got, expected, 1e-15);
                }
            }
            let all = hessians(&f, x);
            for (engine, hessian) in &all {
                for (k, (&got, &expected)) in hessian.iter().zip(&all[0].1).enumerate() {
                    checks.close(format_args!("{name}, entry {k} of the Hessian by `{engine}`"), got, expected, 4e-15);
                }
            }
        }
    }
    let mut agreement = Agreement::default();
    dualtape::slices::visit(&mut agreement);
    assert!(agreement.count > 3, "only {} rules are listed", agreement.count);
    agreement.checks.finish();
}

/// A rule with the sum of its arguments as value, which gives so many partials, whatever the number of arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Partials {
    given: usize,
}

impl Reduction for Partials {
    const NAME: &'static str = "partials";
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        x.sum()
    }
    fn partials<T: Float>(self, _: impl Iterator<Item = T> + Clone, _: T) -> impl Iterator<Item = T> {
        (0..self.given).map(|_| T::one())
    }
}

#[test]
fn a_rule_with_another_number_of_partials_panics_with_its_name() {
    let x = [1.0, 2.0, 3.0];
    let reverse = |given| move |x: &[Reverse<f64>]| Reverse::reduce(Partials { given }, x.iter().copied());
    let forward = |given| move |x: &[Dual<f64, 8>]| Dual::reduce(Partials { given }, x.iter().copied());
    let nested = |given| move |x: &[Reverse<Dual<f64>>]| Reverse::reduce(Partials { given }, x.iter().copied());
    let expected = |few_or_many: &str, given: usize| {
        let found = if given > 3 { "more than 3".to_string() } else { given.to_string() };
        format!(
            "dualtape: the rule `partials {{ given: {given} }}` returned too {few_or_many} partial derivatives, {found} for 3 \
             arguments; `Reduction::partials` must return one for each"
        )
    };
    for (few_or_many, given) in [("few", 0), ("few", 2), ("many", 4), ("many", usize::MAX)] {
        assert_eq!(message(move || drop(gradient(reverse(given), &x))), expected(few_or_many, given));
        assert_eq!(
            message(move || drop(dualtape::forward::gradient(forward(given), &x))),
            expected(few_or_many, given)
        );
        assert_eq!(message(move || drop(dualtape::hvp(nested(given), &x, &x))), expected(few_or_many, given));
    }
    assert_eq!(gradient(reverse(3), &x), [1.0; 3]); // and the next call works
    assert_eq!(dualtape::forward::gradient(forward(3), &x), [1.0; 3]);
}

/// x² below 1 and 3 x - 2 from there on, by a choice that is an operation.
#[derive(Clone, Copy)]
struct Chosen;

impl Curve for Chosen {
    fn call<T: Float>(&self, x: T) -> T {
        x.if_less(T::one(), || x * x, || T::lit(3.0) * x - T::lit(2.0))
    }
}

#[test]
fn a_choice_has_the_derivatives_of_the_chosen_side() {
    let mut checks = Checks::default();
    for (x, expected) in [(0.5, [0.25, 1.0, 2.0, 0.0]), (1.0, [1.0, 3.0, 0.0, 0.0]), (2.0, [4.0, 3.0, 0.0, 0.0])] {
        for (order, expected) in expected.into_iter().enumerate() {
            for (engine, got) in orders(Chosen, x, order) {
                checks.bits(format_args!("order {order} at {x}, {engine}"), got, expected);
            }
        }
    }
    checks.finish();
}

#[test]
fn a_choice_runs_one_side_only_and_takes_the_other_for_nan() {
    let x = f64::NAN;
    assert_eq!(x.if_less(0.0, || panic!("not this one"), || 1.0), 1.0);
    assert_eq!(0.0.if_less(x, || panic!("not this one"), || 1.0), 1.0);
    assert_eq!((-1.0).if_less(0.0, || 2.0, || panic!("not this one")), 2.0);
}

/// `from_partials` in generic code: the geometric mean by values one level down.
fn geometric_mean<T: Float>(x: &[T]) -> T {
    fn solved<B: Float>(a: B, b: B) -> B {
        (a * b).sqrt()
    }
    let (a, b) = (x[0].primal(), x[1].primal());
    let y = solved(a, b);
    T::from_partials(y, &[(x[0], b / (y + y)), (x[1], a / (y + y))])
}

#[test]
fn a_function_from_partials_is_generic_and_nests() {
    assert_eq!(geometric_mean(&[1.0, 4.0]), 2.0);
    assert_eq!(gradient(geometric_mean, &[1.0, 4.0]), [1.0, 0.25]);
    // The second derivatives of sqrt(x y): -y² / 4 z³, 1 / 4 z, -x² / 4 z³.
    let along = |v: [f64; 2]| dualtape::hvp(geometric_mean, &[1.0, 4.0], &v);
    assert_eq!([along([1.0, 0.0]), along([0.0, 1.0])], [[-0.5, 0.125], [0.125, -0.03125]]);
}

#[test]
fn rounding_gives_constants() {
    let x = Dual::variable(2.5);
    for y in [x.floor(), x.ceil(), x.round(), x.trunc(), x.signum(), x.unary(rules::Floor)] {
        assert!(y.is_constant());
    }
    assert!(!x.relu().is_constant());
}

/// `f` at 0 and beside it, where a tangent that is no seed meets a slope that is 0 or infinite: the limit, times the tangent.
#[test]
fn tangents_that_are_no_seeds_meet_limits() {
    type Row = (&'static str, fn(Dual<f64>) -> Dual<f64>, f64, f64);
    let rows: &[Row] = &[
        ("(c x)^1.5", |x| x.powf(1.5), 0.0, 0.0),
        ("(c x)^0.5", |x| x.powf(0.5), 0.0, f64::INFINITY),
        ("(c x)^0.5 at inf", |x| x.powf(0.5), f64::INFINITY, 0.0),
        ("cbrt", |x| x.cbrt(), 0.0, f64::INFINITY),
        ("cbrt at inf", |x| x.cbrt(), f64::INFINITY, 0.0),
        ("sqrt", |x| x.sqrt(), 0.0, f64::INFINITY),
        ("ln", |x| x.ln(), 0.0, f64::INFINITY),
        ("ln at inf", |x| x.ln(), f64::INFINITY, 0.0),
        ("exp at -inf", |x| x.exp(), f64::NEG_INFINITY, 0.0),
        ("tanh at inf", |x| x.tanh(), f64::INFINITY, 0.0),
        ("atan at inf", |x| x.atan(), f64::INFINITY, 0.0),
        ("asinh at -inf", |x| x.asinh(), f64::NEG_INFINITY, 0.0),
        ("recip", |x| x.recip(), 0.0, f64::NEG_INFINITY),
        ("recip at inf", |x| x.recip(), f64::INFINITY, -0.0),
        ("x^3", |x| x.powi(3), 0.0, 0.0),
        ("x^-2 at inf", |x| x.powi(-2), f64::INFINITY, 0.0),
        ("ln_gamma", |x| x.ln_gamma(), 0.0, f64::NEG_INFINITY),
        ("logit", |x| x.logit(), 0.0, f64::INFINITY),
        ("softplus at -inf", |x| x.softplus(), f64::NEG_INFINITY, 0.0),
    ];
    let mut checks = Checks::default();
    for (name, f, x, slope) in rows {
        for c in [1.0, 1e3, 1e-3, 1e300, 1e-300] {
            let got = f(Dual::new(*x, [c])).tangent();
            checks.close(format_args!("{name}, tangent {c:e}"), got, *slope, 0.0);
        }
    }
    checks.finish();
    // The square of x is a tangent with the value 0 and live parts.
    let nested = |x: f64, f: fn(Dual<Dual<f64>>) -> Dual<Dual<f64>>| {
        let x = Dual::variable(Dual::variable(x));
        f(x * x).tangent().tangent()
    };
    assert_eq!(nested(0.0, |x| x.powf(1.5)), 0.0); // |x|³
    assert_eq!(nested(0.0, |x| x.powf(2.0)), 0.0);
    assert_eq!(nested(0.0, |x| x.exp()), 2.0);
    assert_eq!(nested(0.0, |x| x.tanh()), 2.0);
}
