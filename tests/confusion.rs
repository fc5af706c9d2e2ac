//! Derivatives inside derivatives: programs that give wrong numbers where perturbations are confused, with the right answers.
//!
//! An outer value that an inner derivative uses is lifted to the inner type; the programs without the lift must be refused.
//! C1 is from Siskind & Pearlmutter, "Perturbation confusion and referential transparency" (2005); C12 from Manzyuk et al.,
//! "Perturbation confusion in forward automatic differentiation of higher-order functions" (2019).
#![cfg(feature = "std")]

#[cfg(all(debug_assertions, feature = "nalgebra"))]
mod common;

use dualtape::{Dual, Float, Reverse, derivative, gradient};
use std::panic::catch_unwind;

/// A derivative operator in one mode: what `lift` makes of an outer value, and the derivative of a function of one variable.
macro_rules! for_each_pair_of_modes {
    ($program:ident) => {
        $program!(forward in forward, forward_mode, Dual, forward_mode, Dual);
        $program!(forward in reverse, reverse_mode, Reverse, forward_mode, Dual);
        $program!(reverse in forward, forward_mode, Dual, reverse_mode, Reverse);
        $program!(reverse in reverse, reverse_mode, Reverse, reverse_mode, Reverse);
    };
}

fn forward_mode<T: Float>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> T {
    derivative(f, x)
}

fn reverse_mode<T: Float>(f: impl FnOnce(Reverse<T>) -> Reverse<T>, x: T) -> T {
    gradient(|x| f(x[0]), &[x])[0]
}

#[test]
fn c1_to_c5_a_derivative_inside_a_derivative() {
    macro_rules! programs {
        ($inner_name:ident in $outer_name:ident, $outer:ident, $Outer:ident, $inner:ident, $Inner:ident) => {{
            let name = concat!(stringify!($inner_name), " in ", stringify!($outer_name));
            let lift = $Inner::constant;
            let one = $Outer::constant(1.0);
            assert_eq!($outer(|x| x * $inner(|y| lift(x) + y, one), 1.0), 1.0, "C1, {name}");
            assert_eq!($outer(|x| x * $inner(|y| lift(x) * y, one), 4.0), 8.0, "C2, {name}");
            assert_eq!($outer(|x: $Outer<f64>| $inner(|_| lift(x), x), 1.0), 0.0, "C3, {name}");
            assert_eq!($outer(|x| x * $inner(|y| lift(x) * y * y, x), 2.0), 24.0, "C4, {name}");
            assert_eq!($outer(|x| $inner(|y| lift(x) * lift(x) * y * y * y, x), 2.0), 96.0, "C5, {name}");
        }};
    }
    for_each_pair_of_modes!(programs);
}

/// d/dx ( x · d/dy ( y · d/dz (x y z) at 1 ) at 2 ) = d/dx (x · 2 x y at 2) = 8 x.
#[test]
fn c6_three_levels() {
    let program = |x: Dual<f64>| {
        x * derivative(
            |y| {
                let x = Dual::constant(x);
                y * derivative(|z| Dual::constant(x) * Dual::constant(y) * z, Dual::constant(Dual::constant(1.0)))
            },
            Dual::constant(2.0),
        )
    };
    assert_eq!(derivative(program, 3.0), 24.0);
    let program = |x: Reverse<f64>| {
        x * reverse_mode(
            |y| {
                let x = Reverse::constant(x);
                y * derivative(|z| Dual::constant(x) * Dual::constant(y) * z, Reverse::constant(Reverse::constant(1.0)))
            },
            Reverse::constant(2.0),
        )
    };
    assert_eq!(reverse_mode(program, 3.0), 24.0);
}

#[test]
fn c7_the_norm_of_an_outer_vector() {
    fn norm<T: Float>(v: &[T]) -> T {
        v.iter().map(|&v| v * v).sum::<T>().sqrt()
    }
    let lifted = |v: &[Reverse<f64>]| {
        let sum: Reverse<f64> = v.iter().sum();
        let v: Vec<_> = v.iter().map(|&v| Dual::constant(v)).collect();
        sum * derivative(|y| y * norm(&v), Reverse::constant(1.0))
    };
    assert_eq!(gradient(lifted, &[1.0]), [2.0]);
    // At (3, 4): Σv · v/‖v‖ + ‖v‖.
    assert_eq!(gradient(lifted, &[3.0, 4.0]), [7.0 * 0.6 + 5.0, 7.0 * 0.8 + 5.0]);
}

#[cfg(feature = "nalgebra")]
#[test]
fn c8_and_c9_a_jacobian_of_a_gradient() {
    use dualtape::{forward, reverse};
    // y . (A x) for a 10 x 8 matrix with entries k + 1: the Jacobian in x of the gradient in y is A.
    let a = nalgebra::DMatrix::from_fn(10, 8, |i, j| (8 * i + j + 1) as f64);
    let bilinear = |x: &[Dual<f64, 8>]| {
        let ax: Vec<_> = (0..10).map(|i| (0..8).map(|j| x[j] * a[(i, j)]).sum::<Dual<f64, 8>>()).collect();
        gradient(|y| y.iter().zip(&ax).map(|(&y, &ax)| y * Reverse::constant(ax)).sum(), &[Dual::constant(0.5); 10])
    };
    assert_eq!(forward::jacobian(bilinear, &[1.0; 8]), a);

    // L(q, v) = v.v / 2 - 9.8 q₂: the gradient in v does not depend on q.
    let momentum = |q: &[Reverse<f64>]| {
        let lagrangian =
            |v: &[Reverse<Reverse<f64>>]| (v[0] * v[0] + v[1] * v[1]) * 0.5 - Reverse::constant(q[1]) * 9.8;
        gradient(lagrangian, &[Reverse::constant(1.0), Reverse::constant(2.0)])
    };
    assert_eq!(reverse::jacobian(momentum, &[3.0, 4.0]), nalgebra::DMatrix::zeros(2, 2));
}

/// H(q, p) = p.v - L(q, v) with v from ∂L/∂v = p, where L is quadratic in v: v = H⁻¹ (p - g) with its Hessian and gradient at 0.
#[test]
fn c10_a_legendre_transform() {
    fn lagrangian<T: Float>(q: &[T], v: &[T]) -> T {
        (v[0] * v[0] + v[1] * v[1]) * T::lit(0.5) - T::lit(9.8) * q[1]
    }
    let hamiltonian = |q: &[Reverse<f64>]| {
        let p = [Reverse::constant(5.0), Reverse::constant(6.0)];
        let zero = [Reverse::constant(0.0); 2];
        type Inner = Reverse<Dual<Reverse<f64>>>;
        let lift = |x: Reverse<f64>| Inner::constant(Dual::constant(x));
        let q_inner = [lift(q[0]), lift(q[1])];
        let mut columns = [[zero[0]; 2]; 2];
        let mut g = zero;
        for j in 0..2 {
            let mut direction = zero;
            direction[j] = Reverse::constant(1.0);
            let (gradient, column) =
                dualtape::gradient_and_hvp(|v: &[Inner]| lagrangian(&q_inner, v), &zero, &direction);
            (g, columns[j]) = ([gradient[0], gradient[1]], [column[0], column[1]]);
        }
        let [[a, c], [b, d]] = columns;
        let (r0, r1) = (p[0] - g[0], p[1] - g[1]);
        let det = a * d - b * c;
        let v = [(d * r0 - b * r1) / det, (a * r1 - c * r0) / det];
        p[0] * v[0] + p[1] * v[1] - lagrangian(q, &v)
    };
    assert_eq!(gradient(hamiltonian, &[1.0, 2.0]), [0.0, 9.8]);
}

/// An inner function that assigns to an outer variable: the second inner derivative would use the variable of the first.
#[test]
fn c11_a_variable_that_leaves_its_derivative_is_refused() {
    let program = || {
        let mut x: Dual<f64> = Dual::constant(1.0);
        let mut inner = |y: Dual<f64>| {
            x *= y;
            x
        };
        let _ = derivative(&mut inner, 1.0);
        derivative(&mut inner, 1.0)
    };
    let result = catch_unwind(program);
    // Without debug assertions `Dual` does not know; the known wrong answer is 2.
    if cfg!(debug_assertions) {
        assert_mixed(result);
    }
    let by_tape = || {
        let mut x: Reverse<f64> = Reverse::constant(1.0);
        let mut inner = |y: Reverse<f64>| {
            x *= y;
            x
        };
        reverse_mode(&mut inner, 1.0);
        reverse_mode(&mut inner, 1.0)
    };
    assert!(catch_unwind(by_tape).is_err());
}

/// s(u)(f)(x) = f(x + u), and D(f)(x) its derivative in u at 0: D(D(exp)) is exp. Tags of calls alone give 0 here.
#[test]
fn c12_the_derivative_of_a_function_that_is_a_derivative() {
    fn shifted_derivative<T: Float>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> T {
        derivative(|u| f(Dual::constant(x) + u), T::zero())
    }
    let second = shifted_derivative(|x: Dual<f64>| shifted_derivative(|x: Dual<Dual<f64>>| x.exp(), x), 1.0);
    assert_eq!(second, 1.0_f64.exp());
}

/// The root of x² = p by twenty Newton steps, whose slope is an inner derivative; its derivative in p at 2 is 1 / (2 √2).
#[test]
fn c13_an_unrolled_iteration_with_inner_derivatives() {
    macro_rules! programs {
        ($inner_name:ident in $outer_name:ident, $outer:ident, $Outer:ident, $inner:ident, $Inner:ident) => {
            let root = |p: $Outer<f64>| {
                let mut x = $Outer::constant(1.0);
                for _ in 0..20 {
                    let slope = $inner(|x| x * x - $Inner::constant(p), x);
                    x -= (x * x - p) / slope;
                }
                x
            };
            let found = $outer(root, 2.0);
            assert!((found - 0.353_553_390_593_273_8).abs() < 1e-15, "{found}: the rounding of the last steps");
        };
    }
    for_each_pair_of_modes!(programs);
}

#[test]
fn c14_a_newton_step_inside_a_function() {
    fn f<T: Float>(u: T, v: T) -> T {
        u * u - v * v + u * v * u.sin()
    }
    let program = |u: Dual<f64>| {
        let lift = |u: Dual<f64>| Dual::constant(Dual::constant(u));
        let slope = |v: Dual<Dual<f64>>| derivative(|v| f(lift(u), v), v);
        let (first, second) = dualtape::value_and_derivative(slope, Dual::constant(1.0));
        f(u, Dual::constant(1.0) - first / second)
    };
    let found = derivative(program, 0.7);
    assert!((found - 1.665_973_341_916_044).abs() < 1e-15, "{found}: a few roundings of numbers near 1");
}

/// A charged particle falls from (0, 8) until it is below 0; the square of where it lands, as a function of a charge's height.
#[test]
fn c15_a_simulation_that_takes_gradients() {
    fn potential<T: Float>(p: &[T], w: T) -> T {
        let distance = |x: T, y: T| ((p[0] - x) * (p[0] - x) + (p[1] - y) * (p[1] - y)).sqrt();
        let ten = T::lit(10.0);
        distance(ten, ten - w).recip() + distance(ten, T::zero()).recip()
    }
    fn landing<T: Float>(w: T) -> (T, usize) {
        let dt = T::lit(0.1);
        let (mut x, mut v) = ([T::zero(), T::lit(8.0)], [T::lit(0.75), T::zero()]);
        let mut steps = 0;
        loop {
            let before = x;
            x = [x[0] + dt * v[0], x[1] + dt * v[1]];
            if x[1] < T::zero() {
                let part = before[1] / (before[1] - x[1]);
                return (before[0] + part * (x[0] - before[0]), steps);
            }
            let slope = gradient(|p| potential(p, Reverse::constant(w)), &before);
            v = [v[0] - dt * slope[0], v[1] - dt * slope[1]];
            steps += 1;
        }
    }
    for (w, value, slope) in [
        (0.0, 3.199_079_002_508_199, -19.404_636_450_028_175),
        (0.2, 0.006_913_102_590_704_904, -1.901_981_291_488_386_2),
    ] {
        assert!(w != 0.0 || landing(w).1 == 352, "{:?}", landing(w));
        let energy = |w: Dual<f64>| landing(w).0 * landing(w).0;
        let (e, de) = dualtape::value_and_derivative(energy, w);
        // 352 steps, each with a few roundings, and E is a difference of terms that nearly cancel at w = 0.2.
        assert!((e - value).abs() < 1e-11 && (de - slope).abs() < 1e-9, "E({w}) = {e}, E' = {de}");
        let by_tape = gradient(|w| landing(w[0]).0 * landing(w[0]).0, &[w])[0];
        assert!((by_tape - de).abs() < 1e-11 * de.abs());
    }
}

#[cfg(feature = "nalgebra")]
#[test]
fn c16_a_hessian_of_a_function_that_ignores_what_it_captures() {
    let captured = vec![vec![Dual::<f64>::variable(1.0); 3]; 3];
    let f = |x: &[Reverse<Dual<f64, 8>>]| {
        let _ = captured.len();
        x[0]
    };
    assert_eq!(dualtape::hessian(f, &[1.0, 2.0]), nalgebra::DMatrix::zeros(2, 2));
}

#[test]
fn c17_on_four_threads_at_once() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(c1_to_c5_a_derivative_inside_a_derivative);
        }
    });
}

/// The programs C1 and C2 without the lift: the known wrong answers are 2 and 5.
#[test]
fn c18_programs_without_the_lift_are_refused() {
    // A tape knows its own values, in every build.
    assert!(catch_unwind(|| reverse_mode(|x| x * reverse_mode(|y| x + y, 1.0), 1.0)).is_err());
    assert!(catch_unwind(|| reverse_mode(|x| x * reverse_mode(|y| x * y, 1.0), 4.0)).is_err());
    if cfg!(debug_assertions) {
        assert_mixed(catch_unwind(|| derivative(|x: Dual<f64>| x * derivative(|y| x + y, 1.0), 1.0)));
        assert_mixed(catch_unwind(|| derivative(|x: Dual<f64>| x * derivative(|y| x * y, 1.0), 4.0)));
    } else {
        assert_eq!(derivative(|x: Dual<f64>| x * derivative(|y| x + y, 1.0), 1.0), 2.0, "the documented price");
    }
}

/// In release builds `Dual` is its numbers and nothing else.
#[test]
fn the_check_takes_no_room_in_release_builds() {
    let bytes = size_of::<Dual<f64>>();
    assert!(if cfg!(debug_assertions) { bytes > 16 } else { bytes == 16 });
}

/// What a panic said; nothing if there was none.
fn complaint(result: std::thread::Result<f64>) -> String {
    let Err(cause) = result else { return String::new() };
    let text = cause.downcast_ref::<&str>().map(|text| text.to_string());
    text.or(cause.downcast_ref::<String>().cloned()).expect("panics here have messages")
}

#[track_caller]
fn assert_mixed(result: std::thread::Result<f64>) {
    let message = complaint(result);
    let expected = "two differentiations were mixed: one dual number belongs to an outer derivative and the other to an inner one of the \
                    same type. Take the inner derivative at a point of the outer type and lift outer values with `Dual::constant`.";
    assert!(message.contains(expected), "two differentiations were mixed, but: {message}");
}

/// Also where the two numbers never meet in an operation: a driver does not take the number of another differentiation as its result.
#[cfg(debug_assertions)]
#[test]
fn a_result_of_another_differentiation_is_refused() {
    assert_mixed(catch_unwind(|| derivative(|x: Dual<f64>| x * derivative(|_| x, 1.0), 1.0)));
    assert_mixed(catch_unwind(|| {
        derivative(|x: Dual<f64>| x * derivative(|y| if y > 0.5 { x.sin() } else { y }, 1.0), 1.0)
    }));
    let inner = |x: Dual<f64, 8>| dualtape::forward::gradient(|_| x, &[1.0])[0];
    assert_mixed(catch_unwind(|| dualtape::forward::gradient(|x| x[0] * inner(x[0]), &[1.0])[0]));
    let inner = |x: Dual<f64>| dualtape::jvp(|_: &[Dual<f64>]| [x], &[1.0], &[1.0]).1[0];
    assert_mixed(catch_unwind(|| derivative(|x| x * inner(x), 1.0)));
    let inner = |x: Dual<f64>| dualtape::forward::value_and_gradient_of_array(|_| x, [1.0]).1[0];
    assert_mixed(catch_unwind(|| derivative(|x| x * inner(x), 1.0)));
    let inner = |x: Dual<f64>| dualtape::forward::value_and_jacobian_of_array(|[y]| [y, x], [1.0]).1[0][0];
    assert_mixed(catch_unwind(|| derivative(|x| x * inner(x), 1.0)));
    // u² of the first fused function is not a result of the second.
    let fused = |x: &[Reverse<f64>]| {
        let kept = std::cell::Cell::new(Dual::constant(0.0));
        let first = Reverse::fuse([x[0]], |[u]| {
            kept.set(u * u);
            u
        });
        first + Reverse::fuse([x[1]], |_| kept.get())
    };
    assert_mixed(catch_unwind(|| gradient(fused, &[3.0, 5.0])[1]));
    #[cfg(feature = "nalgebra")]
    {
        let inner = |x: Dual<f64, 8>| dualtape::forward::jacobian(|_| [x], &[1.0])[0];
        assert_mixed(catch_unwind(|| dualtape::forward::gradient(|x| x[0] * inner(x[0]), &[1.0])[0]));
    }
}

/// The price of not looking: the tangent of the outer differentiation is taken for the derivative, here 1 for 0.
#[cfg(not(debug_assertions))]
#[test]
fn a_result_of_another_differentiation_is_not_noticed_in_release_builds() {
    assert_eq!(derivative(|x: Dual<f64>| x * derivative(|_| x, 1.0), 3.0), 1.0);
    assert_eq!(derivative(|x: Dual<f64>| x * derivative(|_| Dual::constant(x), Dual::constant(1.0)), 3.0), 0.0);
}

/// Whatever takes several numbers refuses those of two differentiations, whichever of them is larger and however the result depends
/// on them. Comparisons do not: they give no number. Nor does `select`, which is an `if`.
#[cfg(all(debug_assertions, feature = "nalgebra"))]
#[test]
#[allow(clippy::redundant_closure, clippy::op_ref)] // a table of calls
fn every_function_of_several_numbers_refuses_two_differentiations() {
    use dualtape::{ScalarFunction, slices};
    use nalgebra::{ComplexField, RealField, Vector2};
    use std::panic::AssertUnwindSafe;

    type Number = Dual<f64>;
    type OfTwo = Box<dyn Fn(Number, Number) -> Number>;
    let mut all: Vec<(String, OfTwo)> = Vec::new();
    let mut add = |name: &str, f: fn(Number, Number) -> Number| all.push((name.into(), Box::new(f)));

    macro_rules! functions {
        ($($f:expr;)*) => { $(add(stringify!($f), $f);)* };
    }
    functions! {
        |x, y| x + y; |x, y| x - y; |x, y| x * y; |x, y| x / y; |x, y| x % y;
        |x, y| &x + &y; |x, y| &x - y; |x, y| x * &y; |x, y| &x / y; |x, y| x % &y;
        |mut x, y| { x += y; x }; |mut x, y| { x -= y; x }; |mut x, y| { x *= y; x }; |mut x, y| { x /= y; x };
        |mut x, y| { x %= y; x }; |mut x, y| { x += &y; x };
        |x, y| [x, y].into_iter().sum(); |x, y| [x, y].into_iter().product(); |x, y| [x, y].iter().sum();
        |x, y| x.div_euclid(y); |x, y| x.rem_euclid(y);
        |x, y| num_traits::Euclid::div_euclid(&x, &y); |x, y| num_traits::Euclid::rem_euclid(&x, &y);
        |x, y| x.clamp(y, y + 1.0); |x, y| x.clamp(y - 1.0, y); |x, y| y.clamp(x - 1.0, x + 1.0);
        |x, y| Dual::constant(0.5).clamp(x.min(Dual::constant(-5.0)), y.max(Dual::constant(5.0)));
        |x, y| Dual::constant(0.5).mul_add(x, y); |x, y| x.mul_add(y, Dual::constant(1.0)); |x, y| x.mul_add(Dual::constant(1.0), y);
        |x, y| num_traits::MulAdd::mul_add(x, y, Dual::constant(1.0)); |x, y| num_traits::Pow::pow(x, y);
        |x, y| num_traits::Float::max(x, y); |x, y| num_traits::Float::min(x, y); |x, y| num_traits::Float::copysign(x, y);
        |x, y| num_traits::Float::abs_sub(x, y); |x, y| num_traits::Signed::abs_sub(&x, &y);
        |x, y| num_traits::Float::clamp(x, y, y);
        |x, y| Float::fuse([x, y], |[x, y]| x * y);
        |x, y| slices::sum(&[x, y]); |x, y| slices::dot(&[x], &[y]); |x, y| slices::norm(&[x, y]);
        |x, y| slices::log_sum_exp(&[x, y]); |x, y| slices::softmax(&[x, y])[0]; |x, y| slices::softmax(&[x, y])[1];
        |x, y| slices::max(&[x, y]); |x, y| slices::min(&[x, y]);
        |x, y| slices::polyval(&[x, y], y);
        |x, y| RealField::max(x, y); |x, y| RealField::min(x, y); |x, y| RealField::clamp(x, y, y);
        |x, y| RealField::copysign(x, y); |x, y| RealField::atan2(x, y); |x, y| ComplexField::hypot(x, y);
        |x, y| ComplexField::powf(x, y); |x, y| ComplexField::log(x, y); |x, y| ComplexField::mul_add(x, y, y);
        |x, y| Vector2::new(x, y).norm(); |x, y| Vector2::new(x, y).dot(&Vector2::new(y, x));
    }
    for rule in common::rules::Rule2::all() {
        all.push((rule.name().into(), Box::new(move |x, y| rule.eval(&[x, y]))));
    }
    for rule in common::special::Rule2::all() {
        all.push((rule.name().into(), Box::new(move |x, y| rule.eval(&[x, y]))));
    }

    for (name, f) in &all {
        // Larger, smaller, equal; of the same sign and not.
        for (outer, inner) in [(1.5, 0.5), (0.5, 1.5), (1.5, 1.5), (1.5, -0.5), (-0.5, 1.5)] {
            for swap in [false, true] {
                let of = |x: Number, y: Number| {
                    let _ = if swap { f(y, x) } else { f(x, y) };
                };
                let mixed = || {
                    derivative(
                        |x: Number| {
                            let _ = derivative(
                                |y| {
                                    of(x, y);
                                    y
                                },
                                inner,
                            );
                            x
                        },
                        outer,
                    )
                };
                let message = complaint(catch_unwind(AssertUnwindSafe(mixed)));
                assert!(
                    message.contains("two differentiations were mixed"),
                    "{name} at ({outer}, {inner}), swapped {swap}: {message}"
                );
                let lifted = derivative(
                    |x: Number| {
                        of(x, x);
                        of(x, Dual::constant(inner));
                        of(Dual::constant(inner), x);
                        x
                    },
                    outer,
                );
                assert_eq!(lifted, 1.0);
            }
        }
    }
}
