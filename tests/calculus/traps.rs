//! Traps that differentiable numbers are known to fall into: cases in which published libraries give a wrong number, NaN or a
//! panic, and the laws behind them. Misuse is the subject of `tests/misuse.rs`.
#![allow(clippy::eq_op)] // `x - x` and `x / x` are what is tested

use crate::common::engines::{first, hessians, orders, values};
use crate::common::rules::{Rule, Rule2};
use crate::common::{Checks, Curve, INF, Lcg, NAN, NON_FINITE, SPECIAL, battery, check_table, same_bits, table};
use crate::single::check_table_single;
use dualtape::forward::{self, Chunk};
use dualtape::{Dual, Float, Primitive, Reverse, ScalarFunction, derivative, gradient, hessian};
use num_traits::{Bounded, FloatConst};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, FRAC_PI_4, LN_2, PI};

/// Relative, by order: rules are accurate to a few ulp, and each differentiation multiplies the number of roundings.
const TOLERANCE: [f64; 5] = [1e-15, 1e-14, 1e-13, 1e-12, 1e-11];

// ---- Known wrong answers ---------------------------------------------------------------------------------------------

table! { Trap, known_traps:
    // function                             point         value  first  second
    |x| x.sqrt(),                              0.0 =>       0.0,   INF, NON_FINITE;
    |x| T::zero().sqrt() + x,                  1.0 =>       1.0,   1.0,    0.0;
    |x| (x * T::zero()).sqrt() + x,            1.0 =>       1.0,   1.0,    0.0;
    |x| x.cbrt(),                              0.0 =>       0.0,   INF, NON_FINITE;
    |x| x.cbrt(),                              8.0 =>       2.0, 1.0 / 12.0, -1.0 / 144.0;
    |x| x.cbrt(),                             -8.0 =>      -2.0, 1.0 / 12.0, 1.0 / 144.0;
    |x| x.powf(T::lit(2.5)),                   0.0 =>       0.0,   0.0,    0.0;
    |x| x.powf(T::lit(1.5)),                   0.0 =>       0.0,   0.0,    INF;
    |x| x.powf(T::lit(0.5)),                   0.0 =>       0.0,   INF, NON_FINITE;
    |x| x.powf(T::lit(0.5)),                1e-200 =>    1e-100,  5e99, -2.5e299;
    |x| x.powf(T::lit(2.0)),                   0.0 =>       0.0,   0.0,    2.0;
    |x| x.powf(T::lit(2.0)),                  -3.0 =>       9.0,  -6.0,    2.0;
    |x| x.powf(T::lit(3.0)),                   0.0 =>       0.0,   0.0,    0.0;
    |x| x.powf(T::lit(3.0)),                  -2.0 =>      -8.0,  12.0,  -12.0;
    |x| x.powf(T::one()),                      0.0 =>       0.0,   1.0,    0.0;
    |x| x.powf(T::one()),                     -2.0 =>      -2.0,   1.0,    0.0;
    |x| x.powf(T::zero()),                     0.0 =>       1.0,   0.0,    0.0;
    |x| x.powf(-T::one()),                    -2.0 =>      -0.5, -0.25,  -0.25;
    |x| x.powi(0),                             0.0 =>       1.0,   0.0,    0.0;
    |x| x.powi(1),                             0.0 =>       0.0,   1.0,    0.0;
    |x| x.powi(-1),                            0.0 =>       INF,  -INF, NON_FINITE;
    |x| x.powi(50_000),                        1.0 =>       1.0, 5e4, 2_499_950_000.0, 5e4 * 49_999.0 * 49_998.0;
    |x| x.powi(46_341),                        1.0 =>       1.0, 46_341.0, 46_341.0 * 46_340.0, 46_341.0 * 46_340.0 * 46_339.0;
    |x| x.powi(1291),                          1.0 =>       1.0, 1291.0, 1291.0 * 1290.0, 1291.0 * 1290.0 * 1289.0;
    |x| x.powi(i32::MIN),                      1.0 =>       1.0, -2f64.powi(31), 2f64.powi(31) * 2_147_483_649.0;
    |x| x.powi(i32::MIN),                     -1.0 =>       1.0, 2f64.powi(31), 2f64.powi(31) * 2_147_483_649.0;
    |x| x.powi(i32::MAX),                      1.0 =>       1.0, 2_147_483_647.0, 2_147_483_647.0 * 2_147_483_646.0;
    |x| x.powf(x),                             0.0 =>       1.0,  -INF, NON_FINITE;
    |y| T::zero().powf(y),                     2.0 =>       0.0,   0.0,    0.0;
    |y| T::zero().powf(y),                     0.0 =>       1.0,  -INF, NON_FINITE;
    |y| T::lit(2.0).powf(y),                   0.0 =>       1.0,  LN_2, LN_2 * LN_2;
    |y| T::lit(-2.0).powf(y),                  2.0 =>       4.0,   NAN,    NAN;
    |x| x.powf(x - x + T::lit(2.0)),          -3.0 =>       9.0,  -6.0,    2.0; // an exponent that is constant in value
    |x| x.powf(x - x + T::lit(2.0)),           0.0 =>       0.0,   0.0,    2.0;
    |x| x.powf(x - x + T::lit(3.0)),          -2.0 =>      -8.0,  12.0,  -12.0;
    |x| x.ln(),                                0.0 =>      -INF,   INF, NON_FINITE;
    |x| x.ln(),                               -2.0 =>       NAN,   NAN,    NAN;
    |x| x.ln_1p(),                           1e-20 =>     1e-20,   1.0,   -1.0;
    |x| x.ln_1p(),                            -1.0 =>      -INF,   INF, NON_FINITE;
    |x| x.exp_m1(),                          1e-20 =>     1e-20,   1.0,    1.0;
    |x| x.exp_m1(),                          -40.0 =>      -1.0, 4.248354255291589e-18, 4.248354255291589e-18;
    |x| x.hypot(T::lit(1e200)),              1e200 => 2f64.sqrt() * 1e200, FRAC_1_SQRT_2, 3.5355339059327375e-201;
    |x| x.atan2(T::zero()),                    2.0 => FRAC_PI_2,   0.0,    0.0;
    |x| T::one().atan2(x),                     0.0 => FRAC_PI_2,  -1.0,    0.0;
    |x| x.atan2(T::lit(1e-200)),            1e-200 => FRAC_PI_4, 5e199,   -INF;
    |x| x.max(T::nan()),                       1.0 =>       1.0,   1.0,    0.0;
    |x| x % T::lit(2.0),                       5.5 =>       1.5,   1.0,    0.0;
    |x| x % T::lit(2.0),                      -5.5 =>      -1.5,   1.0,    0.0;
    |x| x % T::Base::nearest(2.0),             5.5 =>       1.5,   1.0,    0.0;
    |x| x % T::Base::nearest(2.0),            -5.5 =>      -1.5,   1.0,    0.0;
    |x| x % T::Base::nearest(0.5),             1.2 => 1.2 % 0.5,   1.0,    0.0;
    |y| T::lit(7.0) % y,                       2.0 =>       1.0,  -3.0,    0.0;
    |y| T::lit(7.0) % y,                      -2.0 =>       1.0,   3.0,    0.0;
    |x| x.floor(),                             1.5 =>       1.0,   0.0,    0.0;
    |x| x.ceil(),                              1.5 =>       2.0,   0.0,    0.0;
    |x| x.round(),                             1.7 =>       2.0,   0.0,    0.0;
    |x| x.trunc(),                             1.7 =>       1.0,   0.0,    0.0;
    |x| x.fract(),                             1.7 => 1.7 - 1.0,   1.0,    0.0;
    |x| x.fract(),                            -1.7 => 1.0 - 1.7,   1.0,    0.0;
    |x| x.asin(),                              1.0 => FRAC_PI_2,   INF, NON_FINITE;
    |x| x.acos(),                             -1.0 =>        PI,  -INF, NON_FINITE;
    |x| x.acosh(),                             1.0 =>       0.0,   INF, NON_FINITE;
    |x| x.acosh(),                            -2.0 =>       NAN,   NAN,    NAN;
    |x| x.atanh(),                             1.0 =>       INF,   INF, NON_FINITE;
    |x| x.atanh(),                             2.0 =>       NAN,   NAN,    NAN;
    |x| x.asinh(),                           1e200 => 461.2101657793691, 1e-200, 0.0;
    |x| x.asinh(),                          -1e200 => -461.2101657793691, 1e-200, 0.0;
    |x| x.atan(),                            1e200 => FRAC_PI_2,   0.0,    0.0;
    |x| x.atan(),                            1e160 => FRAC_PI_2, 1e-320,   0.0;
    |x| x.tanh(),                             20.0 =>       1.0, 1.699341702116638e-17, -3.398683404233276e-17;
    |x| x.tanh(),                            -20.0 =>      -1.0, 1.699341702116638e-17, 3.398683404233276e-17;
    |x| x.tanh(),                            400.0 =>       1.0,   0.0,    0.0,    0.0;
    |x| x.tanh(),                           1000.0 =>       1.0,   0.0,    0.0,    0.0;
    |x| x.tanh(),                          -1000.0 =>      -1.0,   0.0,    0.0,    0.0;
    |x| x.sinh(),                           1000.0 =>       INF,   INF, NON_FINITE;
    |x| x.cosh(),                           1000.0 =>       INF,   INF, NON_FINITE;
    |x| x.exp(),                            1000.0 =>       INF,   INF, NON_FINITE;
    |x| x.exp(),                           -1000.0 =>       0.0,   0.0,    0.0,    0.0;
    |x| (x * x).sin(),                         0.0 =>       0.0,   0.0,    2.0;
    |x| (x * x).exp(),                         0.0 =>       1.0,   0.0,    2.0;
    |x| (T::one() + x * x).sqrt(),             0.0 =>       1.0,   0.0,    1.0;
    |x| (T::one() + x * x).powf(T::lit(2.5)),  0.0 =>       1.0,   0.0,    5.0;
    |x| (T::one() + x * x).recip(),            0.0 =>       1.0,   0.0,   -2.0;
    |x| (T::one() + x * x).powf(T::lit(2.0)),  0.0 =>       1.0,   0.0,    4.0;
    |x| x / x * x,                          1e-310 =>    1e-310,   1.0,    0.0;
    |x| T::one() / x,                       1e-160 =>     1e160,  -INF, NON_FINITE;
    |x| x / T::lit(1e-310),                 1e-310 =>       1.0,   INF,    0.0;
    |x| x / T::Base::nearest(1e-310),       1e-310 =>       1.0,   INF,    0.0;
}

#[test]
fn known_wrong_answers_are_right_here() {
    check_table(known_traps(), TOLERANCE);
}

#[test]
fn known_wrong_answers_are_right_in_single_precision() {
    check_table_single(known_traps());
    check_table_single(out_of_domain());
}

// ---- Laws ------------------------------------------------------------------------------------------------------------

/// A rule after `x² + c`: at `x = 0` its argument has no tangent, but a second derivative.
#[derive(Clone, Copy)]
struct OfSquare(Rule, f64);

impl Curve for OfSquare {
    fn call<T: Float>(&self, x: T) -> T {
        self.0.call(x * x + T::lit(self.1))
    }
}

/// Skipping work because a derivative *happens* to be zero loses the second one: f(x² + c) has 2 f'(c) at 0.
#[test]
fn a_zero_derivative_is_not_the_end_of_it() {
    let mut checks = Checks::default();
    let mut without_a_point = Vec::new();
    for rule in Rule::all() {
        let is_smooth = |&c: &f64| rule.call(c).is_finite() && first(rule, c)[0].1.is_finite();
        let points: Vec<f64> = [0.0, 0.5, 1.5].into_iter().filter(is_smooth).collect();
        for &c in &points {
            let expected = [rule.call(c), 0.0, 2.0 * first(rule, c)[0].1, 0.0];
            for (order, expected) in expected.into_iter().enumerate() {
                for (engine, got) in orders(OfSquare(rule, c), 0.0, order) {
                    checks.close(
                        format_args!("{} of x² + {c}, order {order}, {engine}", rule.name()),
                        got,
                        expected,
                        1e-15,
                    );
                }
            }
        }
        if points.is_empty() {
            without_a_point.push(rule.name());
        }
    }
    checks.finish();
    assert_eq!(without_a_point, ["/ 1e-310"], "its slope overflows");
}

#[test]
fn hessians_are_symmetric_also_at_zero_operands() {
    let mut checks = Checks::default();
    let points = [0.0, 1.0, -1.0, 2.0, 0.5];
    for (x, y) in points.into_iter().flat_map(|x| points.map(|y| (x, y))) {
        for rule in Rule2::all() {
            if gradient(|x| rule.eval(x), &[x, y]).iter().any(|d: &f64| d.is_nan()) {
                continue; // `log` to base 0, `atan2` at the origin: there is no derivative
            }
            for (engine, h) in hessians(&rule, &[x, y]) {
                let largest = h.iter().fold(0.0, |largest: f64, entry| largest.max(entry.abs()));
                let undefined = !h[1].is_finite() && !h[2].is_finite();
                let symmetric = undefined || (h[1] - h[2]).abs() <= 1e-15 * largest;
                checks.is_true(symmetric, || format!("{} at ({x}, {y}), {engine}: {} and {}", rule.name(), h[1], h[2]));
            }
        }
    }
    checks.finish();
}

#[test]
fn constants_at_singular_points_stay_constants() {
    assert_eq!(derivative(|x| Dual::from(0.0).sqrt() + x, 1.0), 1.0);
    assert_eq!(derivative(|x| 0.0 * (x * 0.0).sqrt(), 1.0), 0.0);
    assert_eq!(derivative(|x| x + 1.0 / (x - 1.0).detach(), 1.0), 1.0);
    assert_eq!(gradient(|x| Reverse::from(0.0).sqrt() + x[0], &[1.0]), [1.0]);
    assert_eq!(gradient(|x| 0.0 * (x[0] * 0.0).sqrt(), &[1.0]), [0.0]);
    assert_eq!(gradient(|x| x[0] + 1.0 / (x[0] - 1.0).detach(), &[1.0]), [1.0]);
}

table! { OutOfDomain, out_of_domain:
    |x| x.ln(),                       -2.0 => NAN, NAN, NAN, NAN;
    |x| x.log2(),                     -2.0 => NAN, NAN, NAN, NAN;
    |x| x.log10(),                    -2.0 => NAN, NAN, NAN, NAN;
    |x| x.ln_1p(),                    -2.0 => NAN, NAN, NAN, NAN;
    |x| x.sqrt(),                     -2.0 => NAN, NAN, NAN, NAN;
    |x| x.asin(),                      2.0 => NAN, NAN, NAN, NAN;
    |x| x.acos(),                      2.0 => NAN, NAN, NAN, NAN;
    |x| x.acosh(),                    -2.0 => NAN, NAN, NAN, NAN;
    |x| x.atanh(),                     2.0 => NAN, NAN, NAN, NAN;
    |x| x.powf(T::lit(0.5)),          -2.0 => NAN, NAN, NAN, NAN;
    |x| x.ln() * T::zero(),           -2.0 => NAN, NAN, NAN, NAN; // a zero adjoint masks nothing
    |x| (x.ln() * T::zero()).exp(),   -2.0 => NAN, NAN, NAN, NAN;
    |x| x.ln() + x,                   -2.0 => NAN, NAN, NAN, NAN;
    |x| (x + T::lit(2.0)) / (x + T::lit(2.0)), -2.0 => NAN, NAN, NAN, NAN;
    |x| x % (x + T::lit(2.0)),        -2.0 => NAN, NAN, NAN, NAN;
}

#[test]
fn a_nan_value_has_nan_derivatives_of_every_order() {
    check_table(out_of_domain(), [0.0; 5]);
}

#[test]
fn a_program_has_the_value_of_the_plain_program_to_the_bit() {
    let mut checks = Checks::default();
    let mut random = Lcg(3);
    for (program, name, at, _) in battery::scalars() {
        for x in [at, random.between(0.01, 0.99), random.between(0.01, 0.99)] {
            for (engine, got) in values(program, x) {
                checks.bits(format_args!("{name} at {x}, {engine}"), got, program.call(x));
            }
        }
    }
    checks.finish();
}

/// A primitive on either side is the same as a lifted constant. (A NaN value has no derivative to compare.)
#[test]
fn operators_with_primitives_agree_with_lifted_ones() {
    let mut checks = Checks::default();
    type Operator = fn(Dual<f64>, f64) -> [Dual<f64>; 2];
    let operators: [(&str, Operator); 10] = [
        ("x + c", |x, c| [x + c, x + Dual::from(c)]),
        ("x - c", |x, c| [x - c, x - Dual::from(c)]),
        ("x * c", |x, c| [x * c, x * Dual::from(c)]),
        ("x / c", |x, c| [x / c, x / Dual::from(c)]),
        ("x % c", |x, c| [x % c, x % Dual::from(c)]),
        ("c + x", |x, c| [c + x, Dual::from(c) + x]),
        ("c - x", |x, c| [c - x, Dual::from(c) - x]),
        ("c * x", |x, c| [c * x, Dual::from(c) * x]),
        ("c / x", |x, c| [c / x, Dual::from(c) / x]),
        ("c % x", |x, c| [c % x, Dual::from(c) % x]),
    ];
    for &x in SPECIAL {
        for &c in SPECIAL {
            for (name, operator) in operators {
                let [with_primitive, lifted] = operator(Dual::variable(x), c);
                checks.bits(format_args!("value of {name} at {x:e}, {c:e}"), with_primitive.primal(), lifted.primal());
                if !lifted.primal().is_nan() {
                    let (got, expected) = (with_primitive.tangent(), lifted.tangent());
                    checks.close(format_args!("tangent of {name} at {x:e}, {c:e}"), got, expected, 1e-15);
                }
            }
        }
    }
    checks.finish();
}

#[test]
fn constants_and_limits_carry_no_derivative() {
    #[track_caller]
    fn check<T: Float<Base = f64>>() {
        let constants = [
            (<T as num_traits::Float>::max_value(), f64::MAX),
            (<T as num_traits::Float>::min_value(), f64::MIN),
            (<T as num_traits::Float>::min_positive_value(), f64::MIN_POSITIVE),
            (<T as num_traits::Float>::epsilon(), f64::EPSILON),
            (T::infinity(), INF),
            (T::neg_infinity(), -INF),
            (T::neg_zero(), -0.0),
            (T::nan(), NAN),
            (T::zero(), 0.0),
            (T::one(), 1.0),
            (T::default(), 0.0),
            (T::PI(), PI),
            (T::LN_2(), LN_2),
            (T::TAU(), 2.0 * PI),
            (T::lit(0.1), 0.1),
            (T::from_base(0.1), 0.1),
        ];
        for (got, expected) in constants {
            assert!(same_bits(got.base(), expected), "{got:?} for {expected}");
            assert!(got.is_constant(), "{got:?} is not a constant");
        }
    }
    check::<Dual<f64>>();
    check::<Dual<f64, 3>>();
    check::<Reverse<f64>>();
    check::<Reverse<Dual<f64>>>();
    check::<Dual<Reverse<f64>, 2>>();
    assert_eq!(<Dual<f64> as Bounded>::max_value().primal(), f64::MAX);
    assert_eq!(<Dual<f32> as FloatConst>::PI().primal(), std::f32::consts::PI);
    assert_eq!(derivative(|x: Dual<f64>| x * Dual::PI(), 1.0), PI);
}

// ---- Chunks ----------------------------------------------------------------------------------------------------------

/// Fewer lanes than inputs, as many, and more; also of no input.
#[test]
fn the_number_of_lanes_does_not_matter() {
    fn f<T: Float>(x: &[T]) -> T {
        x.windows(2).map(|w| (w[0] * w[1]).sin() + w[0].hypot(w[1])).sum()
    }
    let (mut checks, mut random) = (Checks::default(), Lcg(4));
    for n in [0, 1, 2, 3, 7, 8, 9, 17] {
        let x: Vec<f64> = (0..n).map(|_| random.between(-2.0, 2.0)).collect();
        let expected = Chunk::<32>::gradient(f, &x);
        assert_eq!(Chunk::<1>::gradient(f, &x), expected);
        assert_eq!(Chunk::<2>::gradient(f, &x), expected);
        assert_eq!(Chunk::<5>::gradient(f, &x), expected);
        assert_eq!(forward::gradient(f, &x), expected);
        let (one, four, many) = (Chunk::<1>::hessian(f, &x), forward::hessian(f, &x), Chunk::<20>::hessian(f, &x));
        assert_eq!(one, many);
        assert_eq!(four, many);
        for (k, (got, expected)) in gradient(f, &x).into_iter().zip(expected).enumerate() {
            checks.close(format_args!("d/dx{k} of {n}, reverse"), got, expected, TOLERANCE[1]);
        }
        for (k, (&got, &expected)) in hessian(f, &x).iter().zip(&many).enumerate() {
            checks.close(format_args!("second derivative {k} of {n}, reverse"), got, expected, TOLERANCE[2]);
        }
    }
    checks.finish();
}

/// Without derivatives in other lanes a lane is the one-lane number, also at a singular point.
#[test]
fn a_lane_does_not_see_its_neighbours() {
    let at_origin = |y: f64| Chunk::<3>::gradient(|x| (x[0] * x[1]).sqrt() + x[2].cbrt(), &[1.0, y, 8.0]);
    assert_eq!(at_origin(0.0), [0.0, INF, 1.0 / 12.0]);
    let wide = Rule2::named("powf").eval(&[Dual::<f64, 2>::seeded(0.0, 0), Dual::seeded(0.0, 1)]);
    assert_eq!((wide.primal(), wide.tangents()), (1.0, [0.0, -INF]));
}
