//! Functions of slices and fused functions: values as plain loops give them, derivatives as closed forms have them, in every
//! mode, and fewer records on the tape.
#![cfg(feature = "std")]

use dualtape::{Dual, Float, Reverse, Tape, forward, gradient, slices};

/// A function of numbers of one type.
type On<T> = fn(&[T]) -> T;

/// Gradients in forward mode, reverse mode and by a nested type.
#[track_caller]
fn assert_gradient(
    plain: On<f64>,
    forward: On<Dual<f64, 8>>,
    reverse: On<Reverse<f64>>,
    nested: On<Reverse<Dual<f64>>>,
    x: &[f64],
    expected: &[f64],
) {
    let close = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 4e-16 * b.abs();
    let all_close =
        |found: &[f64]| found.len() == expected.len() && found.iter().zip(expected).all(|(&a, &b)| close(a, b));
    let (value, by_forward) = forward::value_and_gradient(forward, x);
    assert_eq!(value.to_bits(), plain(x).to_bits(), "the value of forward mode at {x:?}");
    assert!(all_close(&by_forward), "forward: {by_forward:?}, expected {expected:?}");
    let (value, by_reverse) = dualtape::value_and_gradient(reverse, x);
    assert_eq!(value.to_bits(), plain(x).to_bits(), "the value of reverse mode at {x:?}");
    assert!(all_close(&by_reverse), "reverse: {by_reverse:?}, expected {expected:?}");
    let (by_nested, _) = dualtape::gradient_and_hvp(nested, x, &vec![1.0; x.len()]);
    assert!(all_close(&by_nested), "nested: {by_nested:?}, expected {expected:?}");
}

macro_rules! assert_gradients {
    ($f:expr, $($x:expr => $expected:expr),* $(,)?) => {$(
        assert_gradient($f, $f, $f, $f, &$x, &$expected);
    )*};
}

const INF: f64 = f64::INFINITY;

#[test]
fn sums_have_derivative_one() {
    assert_gradients!(slices::sum, [1.0, 2.0, 3.0, 4.0, 5.0] => [1.0; 5], [2.0] => [1.0], [1e308, 1e308] => [1.0, 1.0]);
    assert_eq!(slices::sum::<f64>(&[]), 0.0);
    assert_eq!(slices::sum::<Reverse<f64>>(&[]), 0.0);
}

#[test]
fn norms_have_the_unit_vector_as_gradient() {
    assert_gradients!(slices::norm,
        [3.0, 4.0] => [0.6, 0.8],
        [0.0, 0.0, 0.0] => [0.0; 3],
        [-2.0] => [-1.0],
        [3e200, 4e200] => [0.6, 0.8],
        [3e-200, 4e-200] => [0.6, 0.8],
        [0.0, -5.0, 0.0] => [0.0, -1.0, 0.0],
        [f64::NAN, 1.0] => [f64::NAN; 2],
        [3e-322, 4e-322] => [61.0 / (61.0_f64).hypot(81.0), 81.0 / (61.0_f64).hypot(81.0)], // 61 and 81 times the least number
        [1.5e308, 1.5e308] => [0.5_f64.sqrt(), 0.5_f64.sqrt()],
        [INF, 1.0] => [1.0, 0.0],
    );
    assert_eq!(slices::norm(&[3e-320, 4e-320]), 5e-320);
    assert_eq!(slices::norm(&[INF, 1.0]), INF);
    assert_eq!(slices::norm::<f64>(&[]), 0.0);
}

#[test]
fn log_sum_exp_has_the_softmax_as_gradient() {
    assert_gradients!(slices::log_sum_exp,
        [0.0, 0.0] => [0.5, 0.5],
        [1000.0, 1000.0, -1000.0] => [0.5, 0.5, 0.0],
        [0.0, -INF] => [1.0, 0.0],
        [-INF, -INF] => [0.0, 0.0],
        [0.0, INF] => [0.0, 1.0],
        [0.0, 3.0_f64.ln()] => [0.25, 0.75],
    );
    assert_eq!(slices::log_sum_exp::<f64>(&[]), -INF);
    assert_eq!(slices::log_sum_exp(&[0.0, INF]), INF);
}

/// Infinite entries share the weight, as those of `log_add_exp` do; a weight of 0 has its derivative, also where the exponential
/// overflows.
#[test]
fn weights_at_infinity_and_weights_of_zero() {
    assert_gradients!(slices::log_sum_exp,
        [INF, INF] => [0.5, 0.5],
        [INF, 1.0, INF, -INF] => [0.5, 0.0, 0.5, 0.0],
    );
    fn weighted<T: Float>(x: &[T]) -> T {
        slices::weighted_log_sum_exp(&x[..x.len() / 2], &x[x.len() / 2..])
    }
    assert_gradients!(weighted,
        [1.0, 0.0, 0.0, 1.0] => [1.0, 1.0_f64.exp(), 1.0, 0.0],
        [1.0, 0.0, 0.0, 900.0] => [1.0, INF, 1.0, 0.0],
        [2.0, 2.0, 0.0, -INF] => [0.5, 0.0, 1.0, 0.0],
        [0.25, 0.75, 2.0, 2.0] => [1.0, 1.0, 0.25, 0.75],
    );
    assert_eq!(weighted(&[1.0, 0.0, 0.0, 900.0]), 0.0);
    assert_eq!(weighted(&[0.0, 0.0, 0.0, 3.0]), -INF);
    assert_eq!(weighted::<f64>(&[]), -INF);
    assert!(weighted::<f64>(&[1.0, -2.0, 0.0, 0.0]).is_nan());
}

#[test]
#[should_panic(
    expected = "weighted_log_sum_exp: there are 1 weights for 2 exponents; every exponent must have one weight"
)]
fn weights_without_exponents_are_refused() {
    let _ = slices::weighted_log_sum_exp(&[1.0], &[1.0, 2.0]);
}

/// The Hessian of the norm is (I - u uᵀ) / ‖x‖, that of log-sum-exp diag(p) - p pᵀ.
#[cfg(feature = "nalgebra")]
#[test]
fn hessians_of_norm_and_log_sum_exp_are_their_closed_forms() {
    let h = dualtape::hessian(slices::norm, &[3.0, 4.0]);
    let expected = nalgebra::dmatrix![0.128, -0.096; -0.096, 0.072];
    assert!((h - expected).abs().max() < 1e-16, "rounding of entries near 0.1");
    // A dominating entry: (y²+z²)/n³ and p (1 - p), which cancel by the obvious formulas.
    for other in [1e-9_f64, 1e-5, 1e-3] {
        let h = dualtape::hessian(slices::norm, &[1.0, other, 0.0]);
        let n = (1.0 + other * other).sqrt();
        for (place, expected) in [((0, 0), other * other), ((1, 0), -other), ((1, 1), 1.0), ((2, 2), n * n)] {
            let expected = expected / n.powi(3);
            assert!((h[place] - expected).abs() <= 1e-15 * expected.abs(), "{place:?}: {} and {expected}", h[place]);
        }
        let h = dualtape::hessian(slices::log_sum_exp, &[0.0, other.ln()]);
        let expected = other / (1.0 + other).powi(2);
        for (place, sign) in [((0, 0), 1.0), ((1, 1), 1.0), ((0, 1), -1.0)] {
            // The rounding of the logarithm of `other`, up to 20.
            assert!((h[place] - sign * expected).abs() <= 4e-15 * expected, "{place:?}: {} and {expected}", h[place]);
        }
    }
    let h = dualtape::hessian(slices::log_sum_exp, &[0.0, 3.0_f64.ln()]);
    let expected = nalgebra::dmatrix![0.1875, -0.1875; -0.1875, 0.1875];
    assert!((h - expected).abs().max() < 1e-16, "rounding of entries near 0.2");
}

#[test]
fn dot_products_have_the_other_factor_as_derivative() {
    fn halves<T: Float>(x: &[T]) -> T {
        let (a, b) = x.split_at(x.len() / 2);
        slices::dot(a, b)
    }
    fn square<T: Float>(x: &[T]) -> T {
        slices::dot(x, x)
    }
    assert_gradients!(halves,
        [1.0, 2.0, 3.0, 4.0] => [3.0, 4.0, 1.0, 2.0],
        [0.0, 0.0] => [0.0, 0.0],
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] => [4.0, 5.0, 6.0, 1.0, 2.0, 3.0],
    );
    assert_gradients!(square, [1.0, 2.0, 3.0] => [2.0, 4.0, 6.0]);
    let zero_times_infinity = |x: &[Reverse<f64>]| slices::dot(&[x[0], x[0] * 0.0], &[x[0], Reverse::constant(INF)]);
    assert!(gradient(zero_times_infinity, &[2.0])[0].is_nan(), "a NaN value has a NaN derivative");
}

#[test]
#[should_panic(expected = "dot: the slices have 2 and 1 entries")]
fn a_dot_product_of_different_lengths_panics() {
    let _ = slices::dot(&[1.0, 2.0], &[1.0]);
}

#[test]
fn polynomials_differentiate_by_point_and_coefficients() {
    fn p<T: Float>(x: &[T]) -> T {
        slices::polyval(&x[1..], x[0])
    }
    assert_gradients!(p, [2.0, 1.0, 2.0, 3.0] => [14.0, 1.0, 2.0, 4.0], [2.0] => [0.0]);
}

#[test]
fn extremes_share_the_derivative_on_ties() {
    assert_gradients!(slices::max,
        [1.0, 3.0, 2.0] => [0.0, 1.0, 0.0],
        [3.0, 3.0, 3.0] => [1.0 / 3.0; 3],
        [3.0, 1.0, 3.0] => [0.5, 0.0, 0.5],
        [f64::NAN, 2.0] => [0.0, 1.0],
        [2.0, f64::NAN] => [1.0, 0.0],
        [-INF, -INF] => [0.5, 0.5],
        [f64::NAN, f64::NAN] => [f64::NAN; 2],
        [7.0] => [1.0],
    );
    assert_gradients!(slices::min, [1.0, 3.0, 1.0] => [0.5, 0.0, 0.5], [f64::NAN, 2.0] => [0.0, 1.0]);
}

#[test]
#[should_panic(expected = "max: the slice is empty")]
fn the_largest_of_nothing_panics() {
    let _ = slices::max::<f64>(&[]);
}

#[cfg(feature = "nalgebra")]
#[test]
fn the_softmax_has_the_jacobian_diag_p_minus_p_p() {
    for x in [[0.0, 3.0_f64.ln()], [1000.0, 1000.0 + 3.0_f64.ln()], [-1e6, -1e6 + 3.0_f64.ln()]] {
        let (p, j) = dualtape::value_and_jacobian(slices::softmax, &x);
        // The digits of ln 3 that are left beside x.
        let tolerance = 1e-15 + x[0].abs() * 2e-16;
        assert!((p[0] - 0.25).abs() < tolerance && (p[1] - 0.75).abs() < tolerance, "{p:?}");
        let expected = nalgebra::dmatrix![0.1875, -0.1875; -0.1875, 0.1875];
        assert!((j - expected).abs().max() < tolerance);
    }
    let j = dualtape::jacobian(slices::softmax, &[0.0, -INF]);
    assert_eq!(j, nalgebra::dmatrix![0.0, 0.0; 0.0, 0.0]);
}

/// A function known by its partials, in both modes and nested: x y² with the partials y² and 2xy, at (2, 3).
#[test]
fn a_function_from_partials_has_them() {
    macro_rules! product {
        ($Number:ty) => {
            |x: &[$Number]| -> $Number {
                let (a, b) = (x[0].primal(), x[1].primal());
                <$Number>::from_partials(a * b * b, &[(x[0], b * b), (x[1], a * b * 2.0)])
            }
        };
    }
    assert_eq!(gradient(product!(Reverse<f64>), &[2.0, 3.0]), [9.0, 12.0]);
    assert_eq!(forward::gradient(product!(Dual<f64, 8>), &[2.0, 3.0]), [9.0, 12.0]);
    let second = dualtape::hvp(product!(Reverse<Dual<f64>>), &[2.0, 3.0], &[1.0, 10.0]);
    assert_eq!(second, [60.0, 46.0]); // [[0, 2y], [2y, 2x]] (1, 10)
}

/// Fusing changes the tape, not the numbers.
#[test]
fn a_fused_function_has_the_derivatives_of_the_plain_one() {
    fn body<T: Float>([x, y, z]: [T; 3]) -> T {
        x * y.sin() - z / (x * x + T::one()) + (y * z).exp() * x
    }
    fn fused<T: Float>(x: &[T]) -> T {
        T::fuse([x[0] * x[1], x[1], x[2]], body).sqrt()
    }
    fn plain<T: Float>(x: &[T]) -> T {
        body([x[0] * x[1], x[1], x[2]]).sqrt()
    }
    let x: [f64; 3] = [1.5, 0.7, 0.3];
    let (expected, found) = (gradient(plain, &x), gradient(fused, &x));
    for (a, b) in expected.iter().zip(&found) {
        assert!((a - b).abs() < 1e-15 * a.abs(), "{a} and {b}: the order of a few products differs");
    }
    assert_eq!(fused(&x), plain(&x));
    assert_eq!(forward::gradient(fused, &x), forward::gradient(plain, &x));
    let nested = |f: On<Reverse<Reverse<f64>>>| gradient(|x| gradient(f, x).into_iter().sum(), &x);
    for (a, b) in nested(plain).iter().zip(nested(fused)) {
        assert!((a - b).abs() < 1e-14 * a.abs(), "{a} and {b} in second order");
    }
}

/// ⌈k / 2⌉ records for k operands, where a loop takes k - 1 or more.
#[test]
fn many_operands_share_records() {
    let records = |n: usize, f: fn(&[Reverse<f64>]) -> Reverse<f64>| {
        let tape = Tape::new();
        let x = tape.variables(&vec![0.5; n]);
        let before = tape.len();
        let _ = f(&x);
        tape.len() - before
    };
    for n in [2, 3, 8, 9, 100] {
        assert_eq!(records(n, slices::sum), n.div_ceil(2));
        assert_eq!(records(n, |x| x.iter().fold(x[0] - x[0], |s, &x| s + x)), n - 1);
        assert_eq!(records(n, slices::norm), n.div_ceil(2));
        assert_eq!(records(2 * n, |x| slices::dot(&x[..x.len() / 2], &x[x.len() / 2..])), n);
    }
    assert_eq!(records(3, |x| Reverse::fuse([x[0], x[1], x[2]], |[x, y, z]| x * y * z * (x + y + z))), 2);
    assert_eq!(records(1, slices::norm), 0);
}

/// What lies between the operands of a join does not matter: operands that are computed in between are recorded in between.
#[test]
fn a_reduction_of_lazily_computed_operands_is_right() {
    let x: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];
    let f = |x: &[Reverse<f64>]| Reverse::dot(x.windows(2).map(|w| (w[0] * w[1], w[0] + w[1])));
    // Σ ab (a + b) has the derivatives 2ab + b² by a and a² + 2ab by b.
    let mut expected = [0.0; 5];
    for (i, w) in x.windows(2).enumerate() {
        expected[i] += 2.0 * w[0] * w[1] + w[1] * w[1];
        expected[i + 1] += w[0] * w[0] + 2.0 * w[0] * w[1];
    }
    assert_eq!(gradient(f, &x), expected);
}

/// In every mode, also where each product has a value and only their sum has none.
#[test]
fn a_dot_product_that_is_nan_has_derivatives_that_are_nan() {
    for (x, c) in [([1.0, -1.0], [INF; 2]), ([0.0, 1.0], [INF, 2.0]), ([f64::NAN, 1.0], [2.0, 3.0])] {
        for found in [
            gradient(|x| slices::dot(x, &c.map(Reverse::constant)), &x),
            forward::gradient(|x| slices::dot(x, &c.map(Dual::constant)), &x),
            gradient(
                |x: &[Reverse<Dual<f64>>]| slices::dot(x, &c.map(|c| Reverse::constant(Dual::constant(c)))),
                &x.map(Dual::constant),
            )
            .iter()
            .map(|g| g.primal())
            .collect(),
        ] {
            assert!(found.iter().all(|g| g.is_nan()), "{found:?} at {x:?} · {c:?}");
        }
    }
}

/// In generic code the inputs are of a type that only the engine knows.
#[test]
fn a_closure_that_is_fused_has_the_methods_of_numbers() {
    use num_traits::Float as _;
    fn fused<T: Float>(x: &[T]) -> T {
        T::fuse([x[0], x[1]], |[x, y]| x.exp() * y.sin().max(y) + x.hypot(y) - x.abs().powi(2))
    }
    let concrete = gradient(
        |x: &[Reverse<f64>]| {
            Reverse::fuse([x[0], x[1]], |[x, y]| x.exp() * y.sin().max(y) + x.hypot(y) - x.abs().powi(2))
        },
        &[3.0, 4.0],
    );
    assert_eq!(gradient(fused, &[3.0, 4.0]), concrete);
    let expected = [3.0_f64.exp() * 4.0 + 0.6 - 6.0, 3.0_f64.exp() + 0.8];
    for (found, expected) in concrete.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15 * expected, "{found} is not {expected}"); // a few roundings
    }
}
