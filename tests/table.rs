//! Data times engines: every rule of the crate, and batteries of whole functions, in every mode and nesting, against references
//! that are closed forms evaluated with many digits. How exact the rules are to the last digit is the subject of `calculus/accuracy.rs`.
#![cfg(all(feature = "std", feature = "nalgebra"))] // matrices of the drivers

mod common;
#[path = "common/references.rs"]
mod references;

use common::battery::{self, FieldRow, MapRow};
use common::engines::{by_rows, gradients, hessians, orders, unit_vectors, values};
use common::rules::{Rule, Rule2};
use common::{Checks, Curve, Expected, Lcg, SPECIAL, check_table};
use dualtape::forward::{self, Chunk};
use dualtape::{Dual, Float, Primitive, Reverse, ScalarFunction, Tape, VectorFunction};
use references::Row;

/// Relative, by the order of the derivative: a handful of roundings of functions that are good to an ulp (1.1e-16), and each
/// differentiation multiplies the number of terms by a few. How exact the rules themselves are is measured in `calculus/accuracy.rs`.
const TOLERANCE: [f64; 5] = [1e-15, 1e-13, 1e-12, 1e-10, 1e-8];

/// Values are those of `f64` (see below), whose errors are not what is tested: near -1 its `atanh` is wrong by 2 %. So the
/// reference of a value only shows that the function is the right one.
const RIGHT_FUNCTION: f64 = 0.05;

/// References of batteries of several variables have 15 digits.
const FIFTEEN_DIGITS: f64 = 1e-13;

// ---- The rules -------------------------------------------------------------------------------------------------------

/// Functions that are linear between their kinks: name, point, value, slope.
#[rustfmt::skip]
const PIECEWISE_LINEAR: &[(&str, f64, f64, f64)] = &[
    ("abs",    -2.5,   2.5, -1.0), ("abs",     2.5,   2.5, 1.0), ("abs", -1e-310, 1e-310, -1.0), ("abs", 1e300, 1e300, 1.0),
    ("fract",  -2.25, -0.25, 1.0), ("fract",   2.25,  0.25, 1.0), ("fract", 3.0, 0.0, 1.0), ("fract", 1e300, 0.0, 1.0),
    ("floor",  -2.5,  -3.0,  0.0), ("floor",   2.5,   2.0, 0.0), ("floor",  3.0, 3.0, 0.0), ("floor", 1e300, 1e300, 0.0),
    ("ceil",   -2.5,  -2.0,  0.0), ("ceil",    2.5,   3.0, 0.0), ("ceil",   3.0, 3.0, 0.0),
    ("round",  -2.5,  -3.0,  0.0), ("round",   2.5,   3.0, 0.0), ("round",  1.7, 2.0, 0.0), ("round", -0.2, 0.0, 0.0),
    ("trunc",  -2.5,  -2.0,  0.0), ("trunc",   2.5,   2.0, 0.0), ("trunc", -0.7, 0.0, 0.0),
    ("signum", -2.5,  -1.0,  0.0), ("signum",  2.5,   1.0, 0.0), ("signum", 0.0, 1.0, 0.0), ("signum", -0.0, -1.0, 0.0),
    ("clamp(-1, 2.5)", -2.0, -1.0, 0.0), ("clamp(-1, 2.5)", 0.5, 0.5, 1.0), ("clamp(-1, 2.5)", 3.0, 2.5, 0.0),
    ("% 1.5",  -4.0,  -1.0,  1.0), ("% 1.5",   4.0,   1.0, 1.0), ("% 1.5",  4.5, 0.0, 1.0),
    ("neg",     2.0,  -2.0, -1.0), ("+ 1.5",   2.0,   3.5, 1.0), ("- 1.5",  2.0, 0.5, 1.0),
    ("* 1.5",   2.0,   3.0,  1.5), ("/ 1.5",   3.0,   2.0, 1.0 / 1.5),
    ("powi(0)", -2.0,  1.0,  0.0), ("powi(1)", -2.0, -2.0, 1.0),
];

/// Functions of two arguments that are linear between their kinks: name, point, value, gradient.
#[rustfmt::skip]
const PIECEWISE_LINEAR_2: &[(&str, [f64; 2], f64, [f64; 2])] = &[
    ("max",      [ 1.0,  2.0],  2.0, [0.0, 1.0]), ("max",      [2.0, -3.0],  2.0, [1.0, 0.0]),
    ("min",      [ 1.0,  2.0],  1.0, [1.0, 0.0]), ("min",      [2.0, -3.0], -3.0, [0.0, 1.0]),
    ("abs_sub",  [ 3.0,  1.0],  2.0, [1.0, -1.0]), ("abs_sub",  [1.0,  3.0],  0.0, [0.0, 0.0]),
    ("copysign", [ 2.0, -1.0], -2.0, [-1.0, 0.0]), ("copysign", [-2.0, -1.0], -2.0, [1.0, 0.0]),
    ("copysign", [-2.0,  3.0],  2.0, [-1.0, 0.0]), ("copysign", [2.0, -0.0], -2.0, [-1.0, 0.0]),
    ("rem",      [ 7.0,  3.0],  1.0, [1.0, -2.0]), ("rem",     [-7.0,  3.0], -1.0, [1.0, 2.0]),
    ("rem",      [ 7.0, -3.0],  1.0, [1.0, 2.0]),  ("rem",     [-7.0, -3.0], -1.0, [1.0, -2.0]),
    ("rem",      [ 5.5,  2.0],  1.5, [1.0, -2.0]), ("rem",     [-5.5,  2.0], -1.5, [1.0, 2.0]),
    ("rem",      [ 6.0,  3.0],  0.0, [1.0, -2.0]), ("rem",     [0.75,  0.5], 0.25, [1.0, -1.0]),
    // The quotient of these rounds up to 10, and the remainder shows that it is less.
    ("rem",      [1.0, 0.1], 0.09999999999999995, [1.0, -9.0]),
    // The quotient of these rounds up to 3, and the remainder shows that it is less.
    ("rem",      [2.9999999999999996, 1.0], 0.9999999999999996, [1.0, -2.0]),
    ("add",      [ 2.0,  3.0],  5.0, [1.0, 1.0]), ("sub",      [2.0,  3.0], -1.0, [1.0, -1.0]),
];

/// Functions of two arguments whose only second derivative is the mixed one, 1: name, point, value, gradient.
const BILINEAR: &[(&str, [f64; 2], f64, [f64; 2])] = &[
    ("mul", [2.5, -3.0], -7.5, [-3.0, 2.5]),
    ("mul", [1e-200, 1e-200], 0.0, [1e-200, 1e-200]),
    ("mul", [0.0, 1e300], 0.0, [1e300, 0.0]),
    ("mul_add", [2.5, -3.0], -5.0, [-2.0, 2.5]), // x y + x
];

#[test]
fn every_function_has_references() {
    let is_linear = |name: &str| PIECEWISE_LINEAR.iter().any(|row| row.0 == name);
    let untabled = ["powi(MIN)", "/ 1e-310", "to itself", "over itself"]; // only their values are compared here
    for name in Rule::names().iter().filter(|name| !untabled.contains(name)) {
        assert!(references::unary().any(|row| row.name == *name) || is_linear(name), "no references for {name}");
    }
    for name in Rule2::names().iter().filter(|name| BILINEAR.iter().all(|row| row.0 != **name)) {
        let is_linear = PIECEWISE_LINEAR_2.iter().any(|row| row.0 == *name);
        assert!(references::binary().any(|row| row.name == *name) || is_linear, "no references for {name}");
    }
}

/// Only where `f64` has a value: its `asinh` overflows at 1.7e308.
#[test]
fn rules_compute_the_function_of_their_name() {
    let mut checks = Checks::default();
    let mut check = |Row { name, point, orders }: Row, got: f64| {
        if got.is_finite() {
            checks.close(format_args!("{name} at {point:?}"), got, orders[0].nearest, RIGHT_FUNCTION);
        }
    };
    for row in references::unary() {
        let value = Rule::named(row.name).call(row.point[0]);
        check(row, value);
    }
    for row in references::binary() {
        let value = Rule2::named(row.name).eval(&row.point);
        check(row, value);
    }
    checks.finish();
}

#[test]
fn linear_and_bilinear_functions_have_exact_slopes() {
    let mut checks = Checks::default();
    for &(name, x, value, slope) in PIECEWISE_LINEAR {
        for (order, expected) in [value, slope, 0.0, 0.0].into_iter().enumerate() {
            for (engine, got) in orders(Rule::named(name), x, order) {
                checks.close(format_args!("{name} at {x:e}, order {order}, {engine}"), got, expected, 0.0);
            }
        }
    }
    for &(name, x, value, gradient) in PIECEWISE_LINEAR_2 {
        let what = format!("{name} at {x:?}");
        check_field(&mut checks, &what, Rule2::named(name), &x, value, &gradient, &[0.0; 3], [0.0; 3]);
    }
    for &(name, x, value, gradient) in BILINEAR {
        let what = format!("{name} at {x:?}");
        check_field(&mut checks, &what, Rule2::named(name), &x, value, &gradient, &[0.0, 1.0, 0.0], [0.0; 3]);
    }
    checks.finish();
}

// ---- The batteries ---------------------------------------------------------------------------------------------------

#[test]
fn scalar_battery_in_every_nesting() {
    check_table(battery::scalars(), TOLERANCE);
}

/// The value, the gradient and the Hessian (upper triangle by rows) of `f` through every driver and nesting.
#[allow(clippy::too_many_arguments)]
fn check_field<F: ScalarFunction>(
    checks: &mut Checks,
    what: &str,
    f: F,
    x: &[f64],
    value: f64,
    gradient: &[f64],
    hessian: &[f64],
    [zeroth, first, second]: [f64; 3],
) {
    let n = x.len();
    assert_eq!((gradient.len(), hessian.len()), (n, n * (n + 1) / 2), "{what}: the row has holes");
    checks.close(
        format_args!("{what}, reverse value"),
        dualtape::value_and_gradient(|x| f.eval(x), x).0,
        value,
        zeroth,
    );
    checks.close(format_args!("{what}, forward value"), forward::value_and_gradient(|x| f.eval(x), x).0, value, zeroth);
    for (engine, got) in gradients(&f, x) {
        for i in 0..n {
            checks.close(format_args!("{what}, d/dx{i}, {engine}"), got[i], gradient[i], first);
        }
    }
    let upper: Vec<(usize, usize)> = (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).collect();
    for (engine, got) in hessians(&f, x) {
        for (&(i, j), &entry) in upper.iter().zip(hessian) {
            // An entry that overflows may be the sum of terms of both signs that do.
            let expected = if entry.is_finite() { entry.into() } else { Expected::NonFinite };
            checks.meets(format_args!("{what}, d²/dx{i}dx{j}, {engine}"), got[i * n + j], expected, second);
            checks.meets(format_args!("{what}, d²/dx{j}dx{i}, {engine}"), got[j * n + i], expected, second);
        }
    }
}

#[test]
fn battery_of_several_variables_in_every_driver_and_nesting() {
    let mut checks = Checks::default();
    for FieldRow { field, at, value, gradient, hessian } in battery::scalar_fields() {
        // Entries of Hessians of the polynomials are sums of terms a hundred times larger: two digits more are lost.
        let tolerances = [FIFTEEN_DIGITS, FIFTEEN_DIGITS, TOLERANCE[2]];
        check_field(&mut checks, field.name(), field, at, value, gradient, hessian, tolerances);
    }
    checks.finish();
}

#[test]
fn battery_of_maps_in_every_driver() {
    let mut checks = Checks::default();
    for MapRow { map, at, values, jacobian } in battery::maps() {
        let (m, n) = (values.len(), at.len());
        let columns: Vec<_> = unit_vectors(n).map(|v| dualtape::jvp(|x| map.eval(x), at, &v).1).collect();
        let (y, rows): (Vec<_>, Vec<_>) = unit_vectors(m).map(|w| dualtape::vjp(|x| map.eval(x), at, &w)).unzip();
        let engines = [
            ("jacobian", by_rows(&dualtape::jacobian(|x| map.eval(x), at))),
            ("forward::jacobian", by_rows(&forward::jacobian(|x| map.eval(x), at))),
            ("Chunk::<2>::jacobian", by_rows(&Chunk::<2>::jacobian(|x| map.eval(x), at))),
            ("jvp", (0..m).flat_map(|i| columns.iter().map(move |column| column[i])).collect()),
            ("vjp", rows.concat()),
        ];
        for (i, &value) in values.iter().enumerate() {
            checks.close(format_args!("{}, value {i}", map.name()), y[0][i], value, FIFTEEN_DIGITS);
        }
        for (engine, got) in engines {
            assert_eq!(got.len(), m * n, "{}: {engine} has another shape", map.name());
            for (k, (&got, &expected)) in got.iter().zip(jacobian).enumerate() {
                checks.close(
                    format_args!("{}, d{}/dx{}, {engine}", map.name(), k / n, k % n),
                    got,
                    expected,
                    FIFTEEN_DIGITS,
                );
            }
        }
    }
    checks.finish();
}

// ---- Random programs -------------------------------------------------------------------------------------------------

/// A straight-line program: each step takes two earlier values, by distance.
#[derive(Clone, Debug)]
struct Program(Vec<[usize; 3]>);

impl Program {
    fn random(random: &mut Lcg, steps: usize) -> Program {
        let mut draw = || (random.bits() >> 40) as usize;
        Program((0..steps).map(|_| [draw(), draw(), draw()]).collect())
    }
}

impl ScalarFunction for Program {
    /// Steps grow no faster than their arguments and have no poles, so that programs are well conditioned.
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut values = x.to_vec();
        for &[operation, i, j] in &self.0 {
            let (a, b) = (values[i % values.len()], values[j % values.len()]);
            values.push(match operation % 12 {
                0 => a + b,
                1 => a - b,
                2 | 3 => (a * b).tanh(),
                4 => a / (T::one() + b * b),
                5 => a.sin() * b,
                6 => (T::one() + a * a).sqrt(),
                7 => a.atan2(T::one() + b * b),
                8 => a.hypot(b + T::lit(2.5)),
                9 => a.mul_add(T::lit(0.5), b),
                10 => a.max(b),
                _ => (T::one() + a * a).powf(b.atan()),
            });
        }
        values.into_iter().sum()
    }
}

#[test]
fn modes_agree_on_random_programs() {
    let mut checks = Checks::default();
    let mut random = Lcg(5);
    for _ in 0..100 {
        let program = Program::random(&mut random, 12);
        let x: Vec<f64> = (0..4).map(|_| random.between(-1.5, 1.5)).collect();
        for all in [gradients(&program, &x), hessians(&program, &x)] {
            let (first, expected) = &all[0];
            // Entries are sums over the paths of the program, which may cancel: relative to the largest one.
            let largest = expected.iter().fold(1.0, |largest: f64, entry| largest.max(entry.abs()));
            for (engine, got) in &all[1..] {
                for (k, (got, expected)) in got.iter().zip(expected).enumerate() {
                    let agree = (got - expected).abs() <= 1e-12 * largest;
                    checks.is_true(agree, || {
                        format!("entry {k}: {engine} {got:e}, {first} {expected:e}: {program:?} at {x:?}")
                    });
                }
            }
        }
    }
    checks.finish();
}

// ---- Values ----------------------------------------------------------------------------------------------------------

/// Points of every kind: special ones, ordinary ones, and any.
fn points<B: Primitive>() -> Vec<B> {
    let mut random = Lcg(1);
    let ordinary: Vec<f64> = (0..700).map(|_| random.between(-5.0, 5.0)).collect();
    let any: Vec<f64> = (0..300).map(|_| random.any_finite()).collect();
    [SPECIAL, &ordinary, &any].concat().into_iter().map(B::nearest).collect()
}

#[track_caller]
fn check_values_of_one_argument<B: Primitive>() {
    let mut checks = Checks::default();
    for x in points::<B>() {
        for rule in Rule::all() {
            let expected = rule.call(x).widen();
            for (engine, got) in values(rule, x) {
                checks.bits(format_args!("{} at {x:e} on {engine}", rule.name()), got.widen(), expected);
            }
            for (engine, got) in [
                ("a constant dual", rule.call(Dual::<B>::constant(x)).base()),
                ("a constant reverse", rule.call(Reverse::constant(x)).base()),
            ] {
                checks.bits(format_args!("{} at {x:e} on {engine}", rule.name()), got.widen(), expected);
            }
        }
    }
    checks.finish();
}

#[test]
fn values_of_one_argument_are_those_of_f64() {
    check_values_of_one_argument::<f64>();
}

#[test]
fn values_of_one_argument_are_those_of_f32() {
    check_values_of_one_argument::<f32>();
}

/// The value of `f` where both arguments are variables, or one of them.
fn values_of_two<B: Primitive>(f: Rule2, x: B, y: B) -> [(&'static str, B); 7] {
    let dual = Dual::<B>::variable;
    let tape = Tape::new();
    let [u, v] = [tape.variable(x), tape.variable(y)];
    let outer = Tape::new();
    let [p, q] = [outer.variable(dual(x)), outer.variable(dual(y))];
    let lifted = |x: Reverse<B>| Dual::<_, 2>::seeded(x, 1);
    [
        ("Dual", f.eval(&[dual(x), dual(y)]).base()),
        ("Dual and a constant", f.eval(&[dual(x), Dual::constant(y)]).base()),
        ("a constant and Dual", f.eval(&[Dual::constant(x), dual(y)]).base()),
        ("Reverse", f.eval(&[u, v]).base()),
        ("Reverse and a constant", f.eval(&[u, Reverse::constant(y)]).base()),
        ("Reverse<Dual>", f.eval(&[p, q]).base()),
        ("Dual<Reverse, 2>", f.eval(&[lifted(u), lifted(v)]).base()),
    ]
}

#[track_caller]
fn check_values_of_two_arguments<B: Primitive>() {
    let mut checks = Checks::default();
    let mut random = Lcg(2);
    let special = SPECIAL.iter().flat_map(|&x| SPECIAL.iter().map(move |&y| (x, y)));
    let ordinary: Vec<_> = (0..700).map(|_| (random.between(-5.0, 5.0), random.between(-5.0, 5.0))).collect();
    let any: Vec<_> = (0..700).map(|_| (random.any_finite(), random.any_finite())).collect();
    for (x, y) in special.chain(ordinary).chain(any) {
        let (x, y) = (B::nearest(x), B::nearest(y));
        for rule in Rule2::all() {
            let expected = rule.eval(&[x, y]).widen();
            for (engine, got) in values_of_two(rule, x, y) {
                checks.bits(format_args!("{} at ({x:e}, {y:e}) on {engine}", rule.name()), got.widen(), expected);
            }
        }
    }
    checks.finish();
}

#[test]
fn values_of_two_arguments_are_those_of_f64() {
    check_values_of_two_arguments::<f64>();
}

#[test]
fn values_of_two_arguments_are_those_of_f32() {
    check_values_of_two_arguments::<f32>();
}
