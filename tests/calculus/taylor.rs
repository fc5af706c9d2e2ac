//! Power series: references to order 12, agreement with nested dual numbers, nestings, and the drivers for higher orders.

use crate::common::rules::{Rule, Rule2};
use crate::common::special::{Rule as Special1, Rule2 as Special2};
use crate::common::{Checks, Curve, curves};
use crate::panics::message;
use crate::references::{self, Row};
use dualtape::{
    Dual, Float, LinearAlgebra, Reverse, ScalarFunction, Special, Taylor, derivative, derivatives, directional,
    gradient, hessian, hessian_diagonal, implicit, laplacian, scalar_function, second_derivative, slices, taylor,
    third_contracted, third_derivative, third_product, vector_hessian,
};

// ---- References ------------------------------------------------------------------------------------------------------

curves!(
    /// The functions of `data/taylor.py`, by name: those of the table of rules, and these.
    Function from dualtape::rules::visit {
        "power_2.5" => |x| x.powf(T::lit(2.5));
        "power_-0.5" => |x| x.powf(T::lit(-0.5));
        "power_3" => |x| x.powf(T::lit(3.0));
        "2_to_the_power" => |x| T::lit(2.0).powf(x);
        "to_itself" => |x| x.powf(x);
        "to_the_base" => |x| T::lit(3.0).log(x);
        "length" => |x| x.hypot(T::lit(3.0));
        "length_of_both" => |x| x.hypot(x.exp());
        "angle" => |x| x.atan2(T::lit(3.0));
        "angle_of_both" => |x| x.atan2(x.exp());
        "root_of_a_square" => |x| (x * x).sqrt();
        "runge" => |x| (T::one() + x * x).recip();
        "fibonacci" => |x| (T::one() - x - x * x).recip();
        "bell" => |x| x.exp_m1().exp();
        "hermite" => |x| (x * x * T::lit(-0.5)).exp();
        "nested" => |x| { let y = (x * x.sin()).exp(); y * (x * y).sin() + x };
        "softplus" => |x| x.exp().ln_1p();
        "sinh_over" => |x| x.sinh() / x;
        "gamma" => |x| Special::gamma(x);
        "ln_gamma" => |x| Special::ln_gamma(x);
        "erf" => |x| Special::erf(x);
        "j0" => |x| Special::j0(x);
        "sin_pi" => |x| Special::sin_pi(x);
        "logistic" => |x| Special::logistic(x);
    }
);

/// The coefficient of an order, relative to which errors are: near a zero of the derivative it is the size it has away from it, the
/// geometric mean of its neighbours.
fn scale(orders: &[references::Exact], k: usize) -> f64 {
    let size = |k: usize| orders.get(k).map_or(0.0, |c| c.nearest.abs());
    let neighbours = if k == 0 { 0.0 } else { (size(k - 1) * size(k + 1)).sqrt() };
    size(k).max(if neighbours.is_finite() { neighbours } else { 0.0 })
}

/// Coefficients to order 12, by a series of `f64`, and the same through recordings and dual numbers.
#[test]
fn coefficients_to_order_12_are_those_of_the_references() {
    let mut checks = Checks::default();
    let mut worst = 0.0_f64;
    for Row { name, point, orders } in references::taylor() {
        let (f, x) = (Function::named(name), point[0]);
        let plain: [f64; 13] = taylor(|x| f.call(x), x);
        let inside: [Reverse<f64>; 13] = taylor(|x| f.call(x), Reverse::constant(x));
        let wrapped = f.call(Dual::<Taylor<f64, 13>>::constant(Taylor::variable(x))).primal().coefficients();
        for k in 0..=12 {
            if k == 0 {
                checks.bits(format_args!("{name} at {x:?}, value"), plain[0], f.call(x));
                continue;
            }
            let (expected, scale) = (orders[k].nearest, scale(&orders, k));
            for (engine, got) in
                [("Taylor", plain[k]), ("Taylor<Reverse>", inside[k].primal()), ("Dual<Taylor>", wrapped[k])]
            {
                let error = if got == expected { 0.0 } else { (got - expected).abs() / scale };
                worst = worst.max(error);
                checks.is_true(error <= 1e-12, || {
                    format!("{name} at {x:?}, order {k}, {engine}: {got:e}, expected {expected:e}, error {error:.1e}")
                });
            }
        }
    }
    println!("largest error: {worst:.1e}");
    checks.finish();
}

/// `n! / (k! (n - k)!)`.
fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
}

/// Orders 0 to 4 of all functions of one argument, at all points of their references: from the smallest number to the largest, and next
/// to poles, branch points and zeros.
fn check_rows<C: Curve>(rows: impl Iterator<Item = Row>, named: impl Fn(&str) -> C, bound: f64) {
    let mut checks = Checks::default();
    let mut worst = std::collections::BTreeMap::<&str, (f64, f64, usize)>::new();
    for Row { name, point, orders } in rows {
        let found: [f64; 5] = derivatives(|x| named(name).call(x), point[0]);
        checks.bits(format_args!("{name} at {point:?}, value"), found[0], named(name).call(point[0]));
        for k in 1..=4 {
            if references::is_past_infinity::<f64>(&orders[1..k], orders[k]) {
                checks.is_true(!found[k].is_finite(), || format!("{name} at {point:?}, order {k}: {}", found[k]));
                continue;
            }
            let (expected, scale) = (orders[k].nearest, scale(&orders, k).max(f64::MIN_POSITIVE / f64::EPSILON));
            let error = if found[k] == expected { 0.0 } else { (found[k] - expected).abs() / scale };
            let entry = worst.entry(name).or_default();
            if error > entry.0 || error.is_nan() {
                *entry = (error, point[0], k);
            }
            checks.is_true(error <= bound, || {
                format!("{name} at {point:?}, order {k}: {:e}, expected {expected:e}, error {error:.1e}", found[k])
            });
        }
    }
    for (name, (error, at, order)) in worst {
        println!("{name}: {error:.1e} at {at:e}, order {order}");
    }
    checks.finish();
}

#[test]
fn elementary_functions_have_the_derivatives_of_their_references() {
    check_rows(references::unary(), Rule::named, 2e-14);
}

#[test]
fn special_functions_have_the_derivatives_of_their_references() {
    check_rows(references::special(), Special1::named, 2e-13);
}

/// All partial derivatives of an order `n`, summed up along `(1, 1)`, and those along the axes.
fn check_pairs<F: ScalarFunction>(rows: impl Iterator<Item = Row>, named: impl Fn(&str) -> F, bound: f64) {
    let mut checks = Checks::default();
    for Row { name, point, orders } in rows {
        let f = named(name);
        let along = |v: [f64; 2]| -> [f64; 5] { directional(|x| f.eval(x), &point, &v) };
        let (by_x, by_y, by_both) = (along([1.0, 0.0]), along([0.0, 1.0]), along([1.0, 1.0]));
        checks.bits(format_args!("{name} at {point:?}, value"), by_both[0], f.eval(&point));
        for n in 1..=4 {
            let partial = |k: usize| orders[references::place(n, k)].nearest;
            let terms: Vec<f64> = (0..=n).map(|k| binomial(n, k) * partial(k)).collect();
            let largest = terms.iter().fold(0.0_f64, |most, term| most.max(term.abs()));
            if !largest.is_finite() {
                break;
            }
            let scale = largest.max(f64::MIN_POSITIVE / f64::EPSILON);
            let sum: f64 = terms.iter().sum();
            for (what, got, expected) in
                [("x", by_x[n], partial(0)), ("y", by_y[n], partial(n)), ("both", by_both[n], sum)]
            {
                let error = (got - expected).abs() / scale;
                checks.is_true(error <= bound, || {
                    format!(
                        "{name} at {point:?}, order {n} by {what}: {got:e}, expected {expected:e}, error {error:.1e}"
                    )
                });
            }
        }
    }
    checks.finish();
}

#[test]
fn functions_of_two_arguments_have_the_derivatives_of_their_references() {
    check_pairs(references::binary(), Rule2::named, 1e-13);
}

#[test]
fn special_functions_of_two_arguments_have_the_derivatives_of_their_references() {
    // Every second row, since where both arguments vary each order doubles the time.
    check_pairs(references::special_binary().step_by(2), Special2::named, 1e-10);
}

/// Functions of slices: the third derivative along a line, by a series and by three nested dual numbers.
#[test]
fn functions_of_slices_have_the_derivatives_of_nested_duals() {
    struct Along(Checks, usize);
    impl dualtape::rules::Visitor for Along {
        fn unary<R: dualtape::rules::Unary>(&mut self, _: R) {}
        fn binary<R: dualtape::rules::Binary>(&mut self, _: R) {}
        fn reduction<R: dualtape::rules::Reduction>(&mut self, rule: R, x: &[f64]) {
            self.1 += 1;
            let v: Vec<f64> = (0..x.len()).map(|i| 0.5 - 0.25 * i as f64).collect();
            let [value, first, second, third] = directional(|x| Taylor::reduce(rule, x.iter().copied()), x, &v);
            let name = rule.name().to_string();
            self.0.close(format_args!("{name}, value"), value, f64::reduce(rule, x.iter().copied()), 0.0);
            let (_, slope) = dualtape::jvp(|x| [Dual::reduce(rule, x.iter().copied())], x, &v);
            self.0.close(format_args!("{name}, order 1"), first, slope[0], 4e-15);
            let product = dualtape::hvp(|x| Reverse::reduce(rule, x.iter().copied()), x, &v);
            let curvature: f64 = product.iter().zip(&v).map(|(p, v)| p * v).sum();
            self.0.close(format_args!("{name}, order 2"), second, curvature, 1e-13);
            let expected = third_contracted(|x| Dual::reduce(rule, x.iter().copied()), x, &v, &v, &v);
            self.0.close(format_args!("{name}, order 3"), third, expected, 1e-13);
        }
    }
    let mut along = Along(Checks::default(), 0);
    slices::visit(&mut along);
    assert!(along.1 > 3, "only {} rules are listed", along.1);
    along.0.finish();
}

// ---- Numbers from elsewhere ------------------------------------------------------------------------------------------

/// Programs that lose digits lose them in nested dual numbers in the same way: terms of both signs meet in `1 / (1 + eˣ)` at 30, and a
/// division by `x` of 1/2 doubles errors with each order while coefficients shrink. So `data/taylor.txt` has no such points. References are
/// derivatives of orders 1 to 4 with 17 digits.
#[test]
fn programs_that_lose_digits_lose_them_in_nested_duals_too() {
    let second = |name: &str, x: f64| derivative(|x| derivative(|x| Function::named(name).call(x), x), x);
    let fourth = |name: &str, x: f64| {
        let third = |x| derivative(|x| derivative(|x| derivative(|x| Function::named(name).call(x), x), x), x);
        derivative(third, x)
    };
    for (name, x, exact_second, exact_fourth, bound) in [
        ("softplus", 30.0, 9.357622968838423e-14, 9.35762296883317e-14, 1e-2),
        ("sinh_over", 0.5, 0.35870777723640623, 0.21814847503290107, 1e-12),
        ("sinh_over", -2.0, 0.8390474603434483, 0.5683768938702229, 1e-14),
    ] {
        let series: [f64; 5] = derivatives(|x| Function::named(name).call(x), x);
        let error = |found: f64, exact: f64| (found / exact - 1.0).abs();
        for (order, nested, exact) in [(2, second(name, x), exact_second), (4, fourth(name, x), exact_fourth)] {
            let [by_series, by_nested] = [series[order], nested].map(|found| error(found, exact));
            println!("{name} at {x}, order {order}: {by_series:.1e} by a series, {by_nested:.1e} by nested duals");
            assert!(by_series <= bound, "{name} at {x}, order {order}: error {by_series:.1e}");
            assert!(
                by_series <= 8.0 * by_nested + 1e-15,
                "{name} at {x}, order {order}: error {by_series:.1e}, of nested duals {by_nested:.1e}"
            );
        }
    }
}

/// The sine at π/4 by its series at 0, until a term is below a threshold: so many terms, and this sum.
#[test]
fn sine_by_its_series() {
    let coefficients: [f64; 100] = taylor(|x| x.sin(), 0.0);
    let x = std::f64::consts::FRAC_PI_4;
    for (threshold, terms, expected) in [(1e-4, 4, 0.7071064695751781), (1e-150, 47, 0.7071067811865475)] {
        let mut sum = 0.0;
        let mut count = 0;
        for (k, c) in coefficients.iter().enumerate().filter(|(k, _)| k % 2 == 1) {
            let term = c * x.powi(k as i32);
            sum += term;
            count += 1;
            if term.abs() < threshold {
                break;
            }
        }
        assert_eq!(count, terms);
        assert!((sum - expected).abs() <= 2.0 * f64::EPSILON, "{sum}, expected {expected}");
    }
}

/// Factorials overflow at 171, coefficients and derivatives need not.
#[test]
fn orders_beyond_the_factorials_in_range() {
    let found: [f64; 200] = derivatives(|x| (x * 0.125).exp(), 0.0);
    assert!((found[100] / 0.125_f64.powi(100) - 1.0).abs() < 1e-13, "{:e}", found[100]);
    assert!(found[199] == 0.0, "the coefficient of order 199 underflows");
    let found: [f64; 180] = derivatives(|x| (1.0 - x).recip(), 0.0);
    assert!(found[170].is_finite() && found[171] == f64::INFINITY);
    let single: [f32; 36] = derivatives(|x| (1.0 - x).recip(), 0.0);
    assert!(single[34].is_finite() && single[35] == f32::INFINITY);
}

// ---- Nestings --------------------------------------------------------------------------------------------------------

fn program<T: Float>(x: &[T]) -> T {
    let y = (x[0] * x[1].sin()).exp() + slices::norm(x);
    y.hypot(x[0]) / (T::one() + x[1] * x[1]) + x[0].powf(x[1]).ln_1p()
}

fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found}, expected {expected}");
}

/// A series in all nestings with the other numbers: the mixed derivatives are the same.
#[test]
fn series_nest_both_ways() {
    let (x, v) = ([0.7, 1.3], [0.3, -0.4]);
    let along: [f64; 4] = directional(program, &x, &v);
    // The derivative by t of the gradient along the line, in each nesting.
    let line = |i: usize| Taylor::<f64, 4>::new([x[i], v[i], 0.0, 0.0]);
    let of_series = gradient(program, &[line(0), line(1)]);
    for (i, g) in of_series.iter().enumerate() {
        let by_duals: [f64; 4] = {
            let seed = |j: usize, x: f64| Dual::new(x, [if i == j { 1.0 } else { 0.0 }]);
            let point: Vec<Taylor<Dual<f64>, 4>> = (0..2)
                .map(|j| Taylor::new([seed(j, x[j]), Dual::constant(v[j]), Dual::constant(0.0), Dual::constant(0.0)]))
                .collect();
            program(&point).coefficients().map(Dual::tangent)
        };
        let by_tape: Vec<[f64; 4]> = (0..4)
            .map(|k| {
                let gradient = gradient(
                    |x| {
                        let zero = Reverse::constant(0.0);
                        let entry = |i: usize| Taylor::new([x[i], Reverse::constant(v[i]), zero, zero]);
                        program(&[entry(0), entry(1)]).coefficient(k)
                    },
                    &x,
                );
                [gradient[0], gradient[1], 0.0, 0.0]
            })
            .collect();
        for k in 0..4 {
            assert_close(by_duals[k], g.coefficient(k), 1e-13);
            assert_close(by_tape[k][i], g.coefficient(k), 1e-13);
        }
    }
    // And the derivatives along the line from the gradient's.
    for k in 0..3 {
        let sum: f64 = of_series.iter().zip(v).map(|(g, v)| g.derivative(k) * v).sum();
        assert_close(sum, along[k + 1], 1e-13);
    }
    // A series of series: a square of derivatives.
    let (outer, inner) = ([1.0, 0.0], [0.0, 1.0]);
    let point: Vec<Taylor<Taylor<f64, 3>, 3>> = (0..2)
        .map(|i| {
            let x = Taylor::new([x[i], inner[i], 0.0]);
            Taylor::new([x, Taylor::constant(outer[i]), Taylor::constant(0.0)])
        })
        .collect();
    let square = program(&point);
    let h = hessian(program, &x);
    assert_close(square.coefficient(1).coefficient(1), h[(0, 1)], 1e-13);
    assert_close(square.derivative(2).value(), h[(0, 0)], 1e-13);
    assert_close(square.value().derivative(2), h[(1, 1)], 1e-13);
}

/// Third derivatives of a program, by every driver that has them.
#[test]
fn drivers_of_higher_orders_agree() {
    let x = [0.7, 1.3];
    let h = hessian(program, &x);
    let diagonal = hessian_diagonal(program, &x);
    assert_close(diagonal[0], h[(0, 0)], 1e-13);
    assert_close(diagonal[1], h[(1, 1)], 1e-13);
    assert_close(laplacian(program, &x), h.trace(), 1e-13);
    let (u, v, w) = ([0.5, 1.0], [-1.0, 0.25], [2.0, 0.125]);
    let product = third_product(program, &x, &u, &v);
    let contracted = third_contracted(program, &x, &u, &v, &w);
    assert_close(product[0] * w[0] + product[1] * w[1], contracted, 1e-13);
    let along: [f64; 4] = directional(program, &x, &u);
    assert_close(third_contracted(program, &x, &u, &u, &u), along[3], 1e-13);
    let f = |x: &[_]| [program(x), x[0] * x[1]];
    let all = vector_hessian(f, &x);
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0], &all[1]), (&h, &nalgebra::dmatrix![0.0, 1.0; 1.0, 0.0]));
    let one = |x: f64| derivatives::<4, _>(|x| program(&[x, x * x]), x);
    let [value, first, second, third] = one(0.7);
    let (expected, slope) = dualtape::value_and_derivative(|x| program(&[x, x * x]), 0.7);
    assert_eq!(value, expected);
    assert_close(first, slope, 1e-15);
    assert_eq!(
        [second, third],
        [second_derivative(|x| program(&[x, x * x]), 0.7), third_derivative(|x| program(&[x, x * x]), 0.7)]
    );
    fn twice<T: Float>(x: T) -> T {
        derivative(|x| derivative(|x| program(&[x, x * x]), x), x)
    }
    // A few roundings for each order.
    assert_close(second, twice(0.7), 1e-14);
    assert_close(third, derivative(twice, 0.7), 1e-13);
}

/// More than one chunk of columns, and no outputs.
#[test]
fn hessians_of_all_outputs_in_chunks() {
    let x: Vec<f64> = (0..11).map(|i| 0.5 + 0.1 * f64::from(i)).collect();
    fn f<T: Float>(x: &[T]) -> Vec<T> {
        vec![x.iter().map(|&x| x.sin()).product(), slices::norm(x)]
    }
    let all = vector_hessian(f, &x);
    assert_eq!(all, [hessian(|x| f(x)[0], &x), hessian(|x| f(x)[1], &x)]);
    assert!(vector_hessian(|_| [], &x).is_empty());
    assert_eq!(vector_hessian(|_| [Reverse::constant(Dual::constant(1.0))], &[]), [nalgebra::DMatrix::zeros(0, 0)]);
}

// ---- What is built on numbers ----------------------------------------------------------------------------------------

/// Matrices along a line, by the rules for whole matrices, against elimination and nalgebra's own decompositions on series.
#[test]
fn linear_algebra_of_series() {
    type Series = Taylor<f64, 6>;
    let entry = |i: usize, j: usize| {
        let (i, j) = (i as f64, j as f64);
        Series::new([1.0 / (1.0 + (i - j).abs()), 0.3 * (i + 2.0 * j).sin(), 0.1 * (i * j).cos(), 0.05, 0.0, 0.01 * i])
    };
    let a = nalgebra::DMatrix::from_fn(3, 3, |i, j| entry(i.min(j), i.max(j)));
    let b = nalgebra::DVector::from_fn(3, |i, _| Series::new([1.0, i as f64, 0.5, 0.0, 0.0, 1.0]));
    let near = |found: Series, expected: Series| {
        for (found, expected) in found.coefficients().into_iter().zip(expected.coefficients()) {
            assert_close(found, expected, 1e-11);
        }
    };
    let x = LinearAlgebra::solve(&a, &b).unwrap();
    (&a * &x).iter().zip(&b).for_each(|(&found, &expected)| near(found, expected));
    let inverse = LinearAlgebra::inverse(&a).unwrap();
    (&a * &inverse)
        .iter()
        .zip(&nalgebra::DMatrix::identity(3, 3))
        .for_each(|(&found, &expected)| near(found, expected));
    near(LinearAlgebra::determinant(&a), a.determinant());
    near(LinearAlgebra::log_determinant(&a).unwrap(), a.determinant().abs().ln());
    let (values, vectors) = LinearAlgebra::symmetric_eigen(&a);
    let again = &vectors * nalgebra::DMatrix::from_diagonal(&values) * vectors.transpose();
    again.iter().zip(&a).for_each(|(&found, &expected)| near(found, expected));
    values.iter().zip(&LinearAlgebra::symmetric_eigenvalues(&a)).for_each(|(&found, &expected)| near(found, expected));
    let (u, sigma, v) = LinearAlgebra::svd(&a);
    let again = &u * nalgebra::DMatrix::from_diagonal(&sigma) * v.transpose();
    again.iter().zip(&a).for_each(|(&found, &expected)| near(found, expected));
    sigma.iter().zip(&LinearAlgebra::singular_values(&a)).for_each(|(&found, &expected)| near(found, expected));
    let solved = a.clone().cholesky().is_some() || a.clone().lu().solve(&b).is_some();
    assert!(solved, "nalgebra's own decompositions run on series");
}

/// Kepler's equation `E - e sin E = M` along a line of parameters: the series of the solution solves the equation.
#[test]
fn implicit_functions_of_series() {
    fn kepler<T: Float>(z: &[T]) -> T {
        z[0] - z[2] * z[0].sin() - z[1]
    }
    scalar_function!(Kepler = kepler);
    let plain = (0..9).fold(4.0_f64, |x, _| x - (x - 0.4 * x.sin() - 4.1) / (1.0 - 0.4 * x.cos()));
    let p = [
        Taylor::<f64, 8>::new([4.1, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        Taylor::new([0.4, 0.2, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ];
    let x = implicit::root_scalar(&Kepler, plain, &p).unwrap();
    assert_eq!(x.value(), plain);
    let residual = kepler(&[x, p[0], p[1]]);
    residual.coefficients().iter().for_each(|r| assert!(r.abs() < 1e-14, "{residual:?}"));
    let x = implicit::argmin_scalar(&Quartic, 1.0, &[Taylor::<f64, 4>::variable(4.0)]).unwrap();
    // x³ = p / 4
    let expected = (Taylor::<f64, 4>::variable(4.0) * 0.25).cbrt();
    x.coefficients().iter().zip(expected.coefficients()).for_each(|(&x, y)| assert_close(x, y, 1e-14));
}

/// `x⁴ - p x`
struct Quartic;
impl ScalarFunction for Quartic {
    fn eval<T: Float>(&self, z: &[T]) -> T {
        z[0].powi(4) - z[1] * z[0]
    }
}

/// A function from its partial derivatives, which are series known to one order less than the result.
#[test]
fn functions_from_partials() {
    /// `√(a b)` and its derivatives.
    fn mean<B: Float>(a: B, b: B) -> [B; 3] {
        [(a * b).sqrt(), (b / a).sqrt() * B::lit(0.5), (a / b).sqrt() * B::lit(0.5)]
    }
    fn by_partials<T: Float>(x: T, y: T) -> T {
        let [mean, by_x, by_y] = mean(x.primal(), y.primal());
        T::from_partials(mean, &[(x, by_x), (y, by_y)])
    }
    let line = |t: Taylor<f64, 7>| (t + 2.0, t.sin() + 1.5);
    let found: [f64; 7] = taylor(
        |t| {
            let (x, y) = line(t);
            by_partials(x, y)
        },
        0.3,
    );
    let expected: [f64; 7] = taylor(
        |t| {
            let (x, y) = line(t);
            (x * y).sqrt()
        },
        0.3,
    );
    found.iter().zip(expected).for_each(|(&found, expected)| assert_close(found, expected, 1e-15));
}

// ---- The number ------------------------------------------------------------------------------------------------------

#[test]
fn series_are_shown_and_parsed() {
    let x = Taylor::new([3.0, -1.5, 0.25]);
    assert_eq!(
        format!("{x} | {x:.2} | {x:e}"),
        "3 + -1.5t + 0.25t^2 | 3.00 + -1.50t + 0.25t^2 | 3e0 + -1.5e0t + 2.5e-1t^2"
    );
    assert_eq!(format!("{x:?}"), "Taylor { coefficients: [3.0, -1.5, 0.25] }");
    assert_eq!(Taylor::new([Dual::variable(1.0), Dual::constant(2.0)]).to_string(), "(1 + 1ε) + (2 + 0ε)t");
    assert_eq!("2.5".parse::<Taylor<f64, 2>>().unwrap().coefficients(), [2.5, 0.0]);
}

#[test]
fn comparisons_look_at_the_value() {
    let (x, y) = (Taylor::new([1.0, 5.0]), Taylor::new([1.0, 6.0]));
    assert!(x == y && x < 2.0 && x >= y && dualtape::AllParts(x) != dualtape::AllParts(y));
    assert_eq!(derivative(|x| x.max(2.0), 1.0), 0.0);
    assert_eq!(x.max(y).coefficients(), [1.0, 5.5]); // half of each
    assert_eq!(dualtape::select(x > 2.0, x, y).coefficient(1), 6.0);
    assert_eq!(x.if_less(y, || x, || y).coefficient(1), 6.0);
    assert!(!x.is_constant() && Taylor::<f64, 2>::constant(1.0).is_constant());
    assert!(Taylor::<f64, 2>::constant(0.0).is_zero_in_all_parts() && !(x - 1.0).is_zero_in_all_parts());
}

#[test]
fn misuse_is_told() {
    let x = Taylor::<f64, 3>::variable(1.0);
    let order = "dualtape: order 3 of a power series with 3 coefficients, the last of which has the order 2";
    assert_eq!(
        message(move || {
            let _ = x.coefficient(3);
        }),
        order
    );
    assert_eq!(
        message(move || {
            let _ = x.derivative(3);
        }),
        order
    );
    let f = |x: &[Taylor<f64, 3>]| x[0];
    assert_eq!(
        message(move || {
            let _ = directional(f, &[1.0, 2.0], &[1.0]);
        }),
        "dualtape: directional: the direction has 1 entry, needed 2: one for each entry of the point"
    );
    let f = |x: &[Dual<Dual<Dual<f64>>>]| x[0];
    assert_eq!(
        message(move || {
            let _ = third_contracted(f, &[1.0], &[1.0], &[], &[1.0]);
        }),
        "dualtape: third_contracted: the second direction has 0 entries, needed 1: one for each entry of the point"
    );
    let f = |x: &[Reverse<Dual<Dual<f64>>>]| x[0];
    assert_eq!(
        message(move || {
            let _ = third_product(f, &[1.0], &[1.0, 2.0], &[1.0]);
        }),
        "dualtape: third_product: the first direction has 2 entries, needed 1: one for each entry of the point"
    );
    let mut calls = 0;
    let found = message(move || {
        let f = |x: &[Reverse<Dual<f64, 8>>]| {
            calls += 1;
            vec![x[0]; calls]
        };
        let _ = vector_hessian(f, &[1.0; 9]);
    });
    let expected = "dualtape: vector_hessian: expected 1 values as for the first columns, found 2 for the columns from 8 on; the function \
                    must return as many in each call";
    assert_eq!(found, expected);
}

/// Series of two differentiations are told apart as dual numbers are.
#[test]
#[cfg(debug_assertions)]
fn mixed_differentiations_are_told() {
    let mixed = || derivatives::<3, f64>(|x| x * derivatives::<3, f64>(|y| x.value() * y + y, 1.0)[1], 1.0);
    assert_eq!(mixed()[1], 2.0); // a plain number is a constant
    let found = message(|| {
        let _ = derivatives::<3, f64>(
            |x| {
                let inner = derivatives::<3, f64>(|y| x * y, 1.0);
                x * inner[1]
            },
            1.0,
        );
    });
    let expected = "dualtape: two differentiations were mixed: one power series belongs to an outer derivative and the other to an inner \
                    one of the same type. Take the inner derivative at a point of the outer type and lift outer values with \
                    `Taylor::constant`. (RUST_BACKTRACE=1 shows where)";
    assert_eq!(found, expected);
}

/// A recording runs through series: the coefficients of a recorded program are those of the plain one, elsewhere too.
#[test]
#[cfg(feature = "graph")]
fn series_record_graphs() {
    use dualtape::{VectorFunction, graph::Graph};
    /// `∂³/∂x³` and all below, of a program.
    struct Coefficients;
    impl VectorFunction for Coefficients {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            program(&[Taylor::<T, 4>::variable(x[0]), Taylor::constant(x[1])]).coefficients().to_vec()
        }
    }
    let graph = Graph::record_vector(&Coefficients, &[0.7, 1.3]);
    for (x, y) in [(0.7, 1.3), (0.9, 1.1), (1.2, 0.8)] {
        let expected = Coefficients.eval(&[x, y]);
        let found = graph.eval(&[x, y]).unwrap();
        assert_eq!(found.len(), 4);
        found.iter().zip(expected).for_each(|(&found, expected)| assert_close(found, expected, 1e-13));
    }
}
