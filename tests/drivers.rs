//! Every driver against closed forms, for all shapes that are special to one of them.
//!
//! The test functions are polynomials with small integer data, so derivatives are exact and are compared exactly: in `f32` as in
//! `f64`, by every mode, however the inputs are cut into chunks.
#![cfg(feature = "std")]

use dualtape::forward::Chunk;
use dualtape::{
    Dual, Float, Reverse, ScalarFunction, VectorFunction, derivative, forward, gradient, gradient_and_hvp, gradient_of,
    hvp, hvp_of, jvp, jvp_into, jvp_of, scalar_function, value_and_derivative, value_and_gradient,
    value_and_gradient_into, value_and_gradient_of, value_gradient_and_hvp, value_gradient_and_hvp_into,
    value_gradient_and_hvp_of, vector_function, vjp, vjp_into, vjp_of,
};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Sizes around the chunks of the drivers: none, one, and either side of eight and sixteen.
const SIZES: [usize; 9] = [0, 1, 2, 7, 8, 9, 16, 17, 20];

// ---- The test functions ----------------------------------------------------------------------------------------------

/// `(Σ xᵢ²)² + Σ (i + 1) xᵢ xᵢ₊₁`: a dense Hessian, and a part that is not symmetric in the inputs.
fn quartic<T: Float>(x: &[T]) -> T {
    let square = x.iter().fold(T::zero(), |sum, &x| sum + x * x);
    x.windows(2).enumerate().fold(square * square, |sum, (i, pair)| sum + T::lit(i as f64 + 1.0) * pair[0] * pair[1])
}

/// The coupling of `xᵢ` and `xⱼ` in `quartic`.
fn coupling(i: usize, j: usize) -> f64 {
    if i.abs_diff(j) == 1 { i.max(j) as f64 } else { 0.0 }
}

fn quartic_gradient(x: &[f64]) -> Vec<f64> {
    let square: f64 = x.iter().map(|x| x * x).sum();
    let neighbours = |i| (0..x.len()).map(|j| coupling(i, j) * x[j]).sum::<f64>();
    (0..x.len()).map(|i| 4.0 * square * x[i] + neighbours(i)).collect()
}

fn quartic_hessian(x: &[f64], i: usize, j: usize) -> f64 {
    let square: f64 = x.iter().map(|x| x * x).sum();
    8.0 * x[i] * x[j] + coupling(i, j) + if i == j { 4.0 * square } else { 0.0 }
}

/// `m` outputs: output `k` is `(k + 1) a² + b c` with inputs `a`, `b`, `c` from number `k` on, going round; every fifth output is
/// an input itself, and every fifth one a constant.
fn field<T: Float>(x: &[T], m: usize) -> Vec<T> {
    let output = |k: usize| match (x.len(), k % 5) {
        (0, _) | (_, 3) => T::lit(k as f64),
        (n, 4) => x[k % n],
        (n, _) => T::lit(k as f64 + 1.0) * x[k % n] * x[k % n] + x[(k + 1) % n] * x[(k + 2) % n],
    };
    (0..m).map(output).collect()
}

/// Row `k` of the Jacobian of `field`.
fn field_row(x: &[f64], k: usize) -> Vec<f64> {
    let n = x.len();
    let mut row = vec![0.0; n];
    match (n, k % 5) {
        (0, _) | (_, 3) => {}
        (_, 4) => row[k % n] = 1.0,
        _ => {
            row[k % n] += 2.0 * (k as f64 + 1.0) * x[k % n];
            row[(k + 1) % n] += x[(k + 2) % n];
            row[(k + 2) % n] += x[(k + 1) % n];
        }
    }
    row
}

/// Integers from -3 to 3.
fn integers(n: usize, offset: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 5 + offset * 3 + 1) % 7) as f64 - 3.0).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn lit<T: Float>(x: &[f64]) -> Vec<T> {
    x.iter().map(|&x| T::lit(x)).collect()
}

/// That numbers of any type have these values, exactly.
#[track_caller]
fn assert_values<T: Float>(found: &[T], expected: &[f64]) {
    assert_eq!(found, lit::<T>(expected), "{}", std::any::type_name::<T>());
}

// ---- One variable ----------------------------------------------------------------------------------------------------

#[test]
fn derivative_of_a_polynomial() {
    for x in [-2.0, 0.0, 0.5, 3.0] {
        let f = |x: Dual<f64>| x * x * x - 2.0 * x + 5.0;
        assert_eq!(derivative(f, x), 3.0 * x * x - 2.0);
        assert_eq!(value_and_derivative(f, x), (x * x * x - 2.0 * x + 5.0, 3.0 * x * x - 2.0));
    }
    assert_eq!(derivative(|x| x * x, 3.0_f32), 6.0_f32);
    assert_eq!(derivative(|_| Dual::constant(1.0), 3.0), 0.0);
    assert_eq!(derivative(|x| x, 3.0), 1.0);
}

#[test]
fn derivative_inside_derivative_gives_second_and_third() {
    let cube = |x: f64| derivative(|y| derivative(|z| z * z * z * z, y), x);
    assert_eq!(cube(2.0), 48.0); // 12 x²
    assert_eq!(derivative(|x| derivative(|y| derivative(|z| z * z * z * z, y), x), 2.0), 48.0); // 24 x
}

#[test]
fn derivative_over_a_recorded_number_can_be_differentiated_again() {
    // d/dx0, d/dx1 of ∂/∂y (y² x1) at y = x0, which is 2 x0 x1.
    let g = gradient(|x: &[Reverse<f64>]| derivative(|y| y * y * Dual::constant(x[1]), x[0]), &[3.0, 5.0]);
    assert_eq!(g, [10.0, 6.0]);
}

// ---- Gradients -------------------------------------------------------------------------------------------------------

#[track_caller]
fn assert_gradients<T: Float>() {
    for n in SIZES {
        let x = integers(n, n);
        let (value, expected) = (T::lit(quartic(&x)), quartic_gradient(&x));
        let point = lit::<T>(&x);

        assert_values(&gradient(quartic, &point), &expected);
        assert_values(&forward::gradient(quartic, &point), &expected);
        let (y, g) = value_and_gradient(quartic, &point);
        assert_values(&g, &expected);
        assert_eq!(y, value);
        let (y, g) = forward::value_and_gradient(quartic, &point);
        assert_values(&g, &expected);
        assert_eq!(y, value);
        // What is in the caller's buffer does not matter.
        let mut g = vec![T::nan(); n];
        assert_eq!(value_and_gradient_into(quartic, &point, &mut g), value);
        assert_values(&g, &expected);
        assert_values(&gradient_of(&Quartic, &point), &expected);
        let (y, g) = value_and_gradient_of(&Quartic, &point);
        assert_values(&g, &expected);
        assert_eq!(y, value);
    }
}

#[test]
fn drivers_of_arrays_equal_the_closed_form() {
    let x = [3.0, -1.0, 2.0];
    let (g, h) = (quartic_gradient(&x), [0, 1, 2].map(|i| [0, 1, 2].map(|j| quartic_hessian(&x, i, j))));
    assert_eq!(forward::gradient_of_array(|x| quartic(&x), x).as_slice(), g);
    let (value, gradient) = forward::value_and_gradient_of_array(|x| quartic(&x), x);
    assert_eq!((value, gradient.as_slice()), (quartic(&x), g.as_slice()));
    assert_eq!(forward::hessian_of_array(|x| quartic(&x), x), h);
    let (value, gradient, hessian) = forward::value_gradient_and_hessian_of_array(|x| quartic(&x), x);
    assert_eq!((value, gradient.as_slice(), hessian), (quartic(&x), g.as_slice(), h));
    let rows = [0, 1, 2, 3].map(|k| field_row(&x, k));
    let outputs = |x: [Dual<f64, 3>; 3]| <[_; 4]>::try_from(field(&x, 4)).unwrap();
    assert_eq!(forward::jacobian_of_array(outputs, x).map(Vec::from), rows);
    let (value, jacobian) = forward::value_and_jacobian_of_array(outputs, x);
    assert_eq!((value.to_vec(), jacobian.map(Vec::from)), (field(&x, 4), rows));
}

#[test]
fn gradients_equal_the_closed_form() {
    assert_gradients::<f64>();
    assert_gradients::<f32>();
    assert_gradients::<Dual<f64>>();
    assert_gradients::<Dual<f32, 3>>();
    assert_gradients::<Reverse<f64>>();
    assert_gradients::<Dual<Reverse<f64>>>();
}

#[track_caller]
fn assert_chunk<const N: usize>() {
    for n in SIZES {
        let x = integers(n, 2);
        let evaluations = Cell::new(0);
        let f = |x: &[Dual<f64, N>]| {
            evaluations.set(evaluations.get() + 1);
            quartic(x)
        };
        assert_values(&Chunk::<N>::gradient(f, &x), &quartic_gradient(&x));
        assert_eq!(evaluations.take(), n.div_ceil(N).max(1), "Chunk::<{N}>, n = {n}");

        let (value, g) = Chunk::<N>::value_and_gradient(f, &x);
        assert_eq!((value, g), (quartic(&x), quartic_gradient(&x)));
        // What is in the caller's buffer does not matter.
        let mut g = vec![f64::NAN; n];
        assert_eq!(Chunk::<N>::value_and_gradient_into(f, &x, &mut g), quartic(&x));
        assert_eq!(g, quartic_gradient(&x));
    }
}

#[test]
fn chunks_may_be_smaller_or_larger_than_the_point_and_need_not_divide_it() {
    assert_chunk::<1>();
    assert_chunk::<2>();
    assert_chunk::<3>();
    assert_chunk::<7>();
    assert_chunk::<8>();
    assert_chunk::<9>();
    assert_chunk::<20>();
    assert_chunk::<32>();
}

#[test]
fn a_reverse_gradient_evaluates_its_function_once() {
    let evaluations = Cell::new(0);
    let f = |x: &[Reverse<f64>]| {
        evaluations.set(evaluations.get() + 1);
        quartic(x)
    };
    let _ = gradient(f, &integers(20, 0));
    assert_eq!(evaluations.get(), 1);
}

// ---- Products with vectors -------------------------------------------------------------------------------------------

/// `field` with a number of outputs, as a value.
struct Outputs(usize);

impl VectorFunction for Outputs {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        field(x, self.0)
    }
}

#[track_caller]
fn assert_products<T: Float>() {
    for (n, m) in SIZES.into_iter().flat_map(|n| SIZES.map(|m| (n, m))) {
        let (x, v, w) = (integers(n, 1), integers(n, 2), integers(m, 3));
        let (point, direction, weight) = (lit::<T>(&x), lit::<T>(&v), lit::<T>(&w));
        let value = field(&x, m);

        let expected: Vec<_> = (0..m).map(|k| dot(&field_row(&x, k), &v)).collect();
        let mut buffers = (vec![T::one(); m], vec![T::one(); m]); // stale
        jvp_into(|x| field(x, m), &point, &direction, &mut buffers.0, &mut buffers.1);
        for (y, product) in [buffers, jvp(|x| field(x, m), &point, &direction), jvp_of(&Outputs(m), &point, &direction)]
        {
            assert_values(&y, &value);
            assert_values(&product, &expected);
        }

        let mut expected = vec![0.0; n];
        for (k, w) in w.iter().enumerate() {
            expected.iter_mut().zip(field_row(&x, k)).for_each(|(sum, entry)| *sum += w * entry);
        }
        let mut buffers = (vec![T::one(); m], vec![T::one(); n]); // stale
        vjp_into(|x| field(x, m), &point, &weight, &mut buffers.0, &mut buffers.1);
        for (y, product) in [buffers, vjp(|x| field(x, m), &point, &weight), vjp_of(&Outputs(m), &point, &weight)] {
            assert_values(&y, &value);
            assert_values(&product, &expected);
        }
    }
}

#[test]
fn products_with_the_jacobian_equal_the_closed_form() {
    assert_products::<f64>();
    assert_products::<f32>();
    assert_products::<Dual<f64>>();
    assert_products::<Reverse<f64>>();
}

#[track_caller]
fn assert_hessian_products<T: Float>() {
    for n in SIZES {
        let (x, v) = (integers(n, 1), integers(n, 2));
        let row = |i: usize| (0..n).map(|j| quartic_hessian(&x, i, j)).collect::<Vec<_>>();
        let expected: Vec<_> = (0..n).map(|i| dot(&row(i), &v)).collect();
        assert_values(&hvp(quartic, &lit::<T>(&x), &lit::<T>(&v)), &expected);
        let (g, product) = gradient_and_hvp(quartic, &lit::<T>(&x), &lit::<T>(&v));
        assert_values(&g, &quartic_gradient(&x));
        assert_values(&product, &expected);
        let (mut g, mut product) = (vec![T::one(); n], vec![T::one(); n]); // stale
        let value = value_gradient_and_hvp_into(quartic, &lit::<T>(&x), &lit::<T>(&v), &mut g, &mut product);
        let (point, direction) = (lit::<T>(&x), lit::<T>(&v));
        assert_values(&hvp_of(&Quartic, &point, &direction), &expected);
        for (value, g, product) in [
            (value, g, product),
            value_gradient_and_hvp(quartic, &point, &direction),
            value_gradient_and_hvp_of(&Quartic, &point, &direction),
        ] {
            assert_eq!(value, T::lit(quartic(&x)));
            assert_values(&g, &quartic_gradient(&x));
            assert_values(&product, &expected);
        }
    }
}

#[test]
fn products_with_the_hessian_equal_the_closed_form() {
    assert_hessian_products::<f64>();
    assert_hessian_products::<f32>();
    assert_hessian_products::<Dual<f64, 2>>();
    assert_hessian_products::<Reverse<f64>>();
}

/// What a function returns may be an array, a vector or a slice it borrows.
#[test]
fn outputs_may_be_arrays_vectors_or_slices() {
    let (x, v) = ([2.0, 3.0], [1.0, 10.0]);
    let expected = (vec![6.0, 2.0], vec![23.0, 1.0]);
    assert_eq!(jvp(|x| [x[0] * x[1], x[0]], &x, &v), expected);
    assert_eq!(jvp(|x| vec![x[0] * x[1], x[0]], &x, &v), expected);
    let mut kept = Vec::new();
    assert_eq!(
        jvp(
            |x| {
                kept = vec![x[0] * x[1], x[0]];
                kept.as_slice()
            },
            &x,
            &v
        ),
        expected
    );
    assert_eq!(vjp(|x| Box::<[Reverse<f64>]>::from([x[0] * x[1], x[0]]), &x, &v), (vec![6.0, 2.0], vec![13.0, 2.0]));
}

// ---- Matrices --------------------------------------------------------------------------------------------------------

#[cfg(feature = "nalgebra")]
mod matrices {
    use super::*;
    use dualtape::{
        hessian, hessian_of, jacobian, jacobian_of, reverse, value_and_jacobian, value_and_jacobian_into,
        value_and_jacobian_of, value_gradient_and_hessian, value_gradient_and_hessian_into,
        value_gradient_and_hessian_of,
    };
    use nalgebra::DMatrix;

    /// Drivers that write to buffers.
    type Jacobian<'a, T> = &'a dyn Fn(&[T], &mut [T], &mut DMatrix<T>);
    type Hessian<'a, T> = &'a dyn Fn(&[T], &mut [T], &mut DMatrix<T>) -> T;

    fn expected_jacobian<T: Float>(x: &[f64], m: usize) -> DMatrix<T> {
        DMatrix::from_fn(m, x.len(), |i, j| T::lit(field_row(x, i)[j]))
    }

    fn expected_hessian<T: Float>(x: &[f64]) -> DMatrix<T> {
        DMatrix::from_fn(x.len(), x.len(), |i, j| T::lit(quartic_hessian(x, i, j)))
    }

    /// Tall, wide, square and empty ones; rows of constants and of inputs are among them.
    #[track_caller]
    fn assert_jacobians<T: Float>() {
        for (n, m) in SIZES.into_iter().flat_map(|n| SIZES.map(|m| (n, m))) {
            let x = integers(n, m);
            let (value, expected, point) = (field(&x, m), expected_jacobian::<T>(&x, m), lit::<T>(&x));
            let what = format!("{m} x {n} over {}", std::any::type_name::<T>());

            assert_eq!(jacobian(|x| field(x, m), &point), expected, "{what}");
            assert_eq!(reverse::jacobian(|x| field(x, m), &point), expected, "{what}");
            assert_eq!(forward::jacobian(|x| field(x, m), &point), expected, "{what}");
            assert_eq!(Chunk::<3>::jacobian(|x| field(x, m), &point), expected, "{what}");
            let into = |write: Jacobian<T>| {
                let (mut y, mut j) = (vec![T::one(); m], DMatrix::from_element(m, n, T::one())); // stale
                write(&point, &mut y, &mut j);
                (y, j)
            };
            for (y, j) in [
                into(&|x, y, j| value_and_jacobian_into(|x| field(x, m), x, y, j)),
                into(&|x, y, j| forward::value_and_jacobian_into(|x| field(x, m), x, y, j)),
                into(&|x, y, j| Chunk::<3>::value_and_jacobian_into(|x| field(x, m), x, y, j)),
                value_and_jacobian(|x| field(x, m), &point),
                reverse::value_and_jacobian(|x| field(x, m), &point),
                forward::value_and_jacobian(|x| field(x, m), &point),
                Chunk::<16>::value_and_jacobian(|x| field(x, m), &point),
            ] {
                assert_values(&y, &value);
                assert_eq!(j, expected, "{what}");
            }
        }
    }

    #[test]
    fn jacobians_of_all_shapes_equal_the_closed_form() {
        assert_jacobians::<f64>();
        assert_jacobians::<f32>();
        assert_jacobians::<Dual<f64>>();
        assert_jacobians::<Reverse<f64>>();
    }

    #[test]
    fn jacobians_evaluate_their_function_as_often_as_they_say() {
        let evaluations = Cell::new(0);
        let x = integers(20, 0);
        let _ = jacobian(
            |x| {
                evaluations.set(evaluations.get() + 1);
                field(x, 30)
            },
            &x,
        );
        assert_eq!(evaluations.take(), 1);
        let _ = forward::jacobian(
            |x| {
                evaluations.set(evaluations.get() + 1);
                field(x, 30)
            },
            &x,
        );
        assert_eq!(evaluations.take(), 3);
    }

    /// The same output several times, and outputs that share everything.
    #[test]
    fn a_jacobian_may_have_equal_rows() {
        let f = |x: &[Reverse<f64>]| {
            let product = x[0] * x[1];
            [product, product, -product, x[0], product * x[0]]
        };
        let rows = nalgebra::dmatrix![5.0, 3.0; 5.0, 3.0; -5.0, -3.0; 1.0, 0.0; 30.0, 9.0];
        assert_eq!(jacobian(f, &[3.0, 5.0]), rows);
        // Wide, so that it goes by adjoints: three more inputs that nothing depends on.
        let wide = jacobian(f, &[3.0, 5.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(wide, rows.resize(5, 6, 0.0));
    }

    #[track_caller]
    fn assert_hessians<T: Float>() {
        for n in SIZES {
            let x = integers(n, 3);
            let (expected, point) = (expected_hessian::<T>(&x), lit::<T>(&x));
            let what = format!("n = {n} over {}", std::any::type_name::<T>());
            assert_eq!(hessian(quartic, &point), expected, "{what}");
            assert_eq!(reverse::hessian(quartic, &point), expected, "{what}");
            assert_eq!(forward::hessian(quartic, &point), expected, "{what}");
            assert_eq!(Chunk::<1>::hessian(quartic, &point), expected, "{what}");
            assert_eq!(Chunk::<3>::hessian(quartic, &point), expected, "{what}");
            assert_eq!(Chunk::<32>::hessian(quartic, &point), expected, "{what}");
            assert_eq!(reverse::Chunk::<3>::hessian(quartic, &point), expected, "{what}");
            let into = |write: Hessian<T>| {
                let (mut g, mut h) = (vec![T::one(); n], DMatrix::from_element(n, n, T::one())); // stale
                (write(&point, &mut g, &mut h), g, h)
            };
            for (value, g, h) in [
                value_gradient_and_hessian(quartic, &point),
                forward::value_gradient_and_hessian(quartic, &point),
                Chunk::<3>::value_gradient_and_hessian(quartic, &point),
                reverse::Chunk::<3>::value_gradient_and_hessian(quartic, &point),
                into(&|x, g, h| value_gradient_and_hessian_into(quartic, x, g, h)),
                into(&|x, g, h| forward::value_gradient_and_hessian_into(quartic, x, g, h)),
                into(&|x, g, h| Chunk::<32>::value_gradient_and_hessian_into(quartic, x, g, h)),
                into(&|x, g, h| reverse::Chunk::<16>::value_gradient_and_hessian_into(quartic, x, g, h)),
            ] {
                assert_eq!(value, T::lit(quartic(&x)), "{what}");
                assert_values(&g, &quartic_gradient(&x));
                assert_eq!(h, expected, "{what}");
            }
        }
    }

    scalar_function!(Quartic = quartic);

    /// The other drivers' test functions, by number of outputs.
    struct Field(usize, Cell<usize>);

    impl VectorFunction for Field {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            self.1.set(self.1.get() + 1);
            field(x, self.0)
        }
    }

    #[track_caller]
    fn assert_drivers_by_size<T: Float>() {
        for n in [0, 1, 2, 3, 4, 5, 8, 9, 20] {
            let x = integers(n, 3);
            let point = lit::<T>(&x);
            assert_eq!(hessian_of(&Quartic, &point), expected_hessian::<T>(&x), "n = {n}");
            let (value, g, h) = value_gradient_and_hessian_of(&Quartic, &point);
            assert_eq!((value, h), (T::lit(quartic(&x)), expected_hessian::<T>(&x)), "n = {n}");
            assert_values(&g, &quartic_gradient(&x));
            for m in [0, 1, 3, 9, 20] {
                let f = Field(m, Cell::new(0));
                assert_eq!(jacobian_of(&f, &point), expected_jacobian::<T>(&x, m), "{m} x {n}");
                let (y, j) = value_and_jacobian_of(&f, &point);
                assert_values(&y, &field(&x, m));
                assert_eq!(j, expected_jacobian::<T>(&x, m), "{m} x {n}");
            }
        }
    }

    #[test]
    fn drivers_that_choose_by_size_equal_the_closed_form() {
        assert_drivers_by_size::<f64>();
        assert_drivers_by_size::<f32>();
        assert_drivers_by_size::<Dual<f64>>();
        assert_drivers_by_size::<Reverse<f64>>();
    }

    /// Evaluations of the function: they show which mode and width was taken.
    #[test]
    fn a_jacobian_takes_the_cheaper_mode() {
        let evaluations = |n: usize, m: usize| {
            let f = Field(m, Cell::new(0));
            let _ = jacobian_of(&f, &integers(n, 1));
            f.1.get()
        };
        assert_eq!([(2, 1), (4, 1), (8, 1)].map(|(n, m)| evaluations(n, m)), [1, 1, 1], "forward, in one go");
        assert_eq!(evaluations(20, 20), 1 + 3, "forward, in three; and one to see how many outputs there are");
        assert_eq!(evaluations(20, 19), 1 + 1, "reverse, by one recording");
    }

    #[test]
    fn a_matrix_of_another_shape_is_refused() {
        let mut g = [0.0; 3];
        for (rows, columns) in [(2, 3), (3, 2), (0, 0)] {
            let mut h = DMatrix::zeros(rows, columns);
            let text = format!(
                "dualtape: value_gradient_and_hessian_into: the matrix for the Hessian is {rows} x {columns}, needed 3 x 3: one row \
                 and one column for each entry of the point"
            );
            assert_blames_caller(&text, || value_gradient_and_hessian_into(quartic, &[1.0, 2.0, 3.0], &mut g, &mut h));
            assert_blames_caller(&text, || {
                forward::value_gradient_and_hessian_into(quartic, &[1.0, 2.0, 3.0], &mut g, &mut h)
            });
        }
        let mut y = [0.0; 2];
        for (rows, columns) in [(2, 2), (3, 3), (3, 2), (0, 0)] {
            let mut j = DMatrix::zeros(rows, columns);
            let text = format!(
                "dualtape: value_and_jacobian_into: the matrix for the Jacobian is {rows} x {columns}, needed 2 x 3: one row for \
                 each value that the function returns and one column for each entry of the point"
            );
            let x = [1.0, 2.0, 3.0];
            assert_blames_caller(&text, || value_and_jacobian_into(|x| field(x, 2), &x, &mut y, &mut j));
            assert_blames_caller(&text, || forward::value_and_jacobian_into(|x| field(x, 2), &x, &mut y, &mut j));
        }
    }

    #[test]
    fn hessians_of_all_sizes_equal_the_closed_form() {
        assert_hessians::<f64>();
        assert_hessians::<f32>();
        assert_hessians::<Dual<f64>>();
        assert_hessians::<Reverse<f64>>();
    }

    /// Rounding would make the two triangles differ here, if both were computed.
    #[test]
    fn hessians_are_symmetric_to_the_bit() {
        fn rough<T: Float>(x: &[T]) -> T {
            x.windows(3)
                .fold(T::one(), |y, x| (x[0] * y).sin() + (x[1] * T::lit(0.3) + y * x[2]).exp() / (x[2] * x[2] + y * y))
        }
        for n in SIZES {
            let x: Vec<f64> = (0..n).map(|i| 0.1 + (i as f64 * 0.7).sin()).collect();
            for h in [hessian(rough, &x), forward::hessian(rough, &x), Chunk::<3>::hessian(rough, &x)] {
                assert_eq!(h, h.transpose());
                assert_eq!(h.iter().any(|&h| h != 0.0), n > 2);
                assert!(h.iter().all(|h| h.is_finite()));
            }
        }
    }

    #[test]
    fn hessians_evaluate_their_function_as_often_as_they_say() {
        let evaluations = Cell::new(0);
        for n in SIZES {
            let x = integers(n, 0);
            let _ = hessian(
                |x| {
                    evaluations.set(evaluations.get() + 1);
                    quartic(x)
                },
                &x,
            );
            assert_eq!(evaluations.take(), n.div_ceil(8).max(1));
            let _ = Chunk::<3>::hessian(
                |x| {
                    evaluations.set(evaluations.get() + 1);
                    quartic(x)
                },
                &x,
            );
            let chunks = n.div_ceil(3).max(1);
            assert_eq!(evaluations.take(), chunks * (chunks + 1) / 2);
        }
    }

    /// A tangent on the point gives the derivative of every entry in its direction: third derivatives from a Hessian.
    #[test]
    fn matrices_over_duals_carry_their_derivatives() {
        let (x, v) = ([2.0, 3.0], [1.0, 10.0]);
        let point: Vec<Dual<f64>> = x.iter().zip(v).map(|(&x, v)| Dual::new(x, [v])).collect();
        let cubic = |x: &[Reverse<Dual<Dual<f64>, 8>>]| x[0] * x[0] * x[1] + x[1] * x[1] * x[1];
        let h = hessian(cubic, &point);
        assert_eq!(h.map(|h| h.primal()), nalgebra::dmatrix![6.0, 4.0; 4.0, 18.0]); // 2 y, 2 x; 2 x, 6 y
        assert_eq!(h.map(|h| h.tangent()), nalgebra::dmatrix![20.0, 2.0; 2.0, 60.0]);
        for j in [
            jacobian(|x: &[Reverse<Dual<f64>>]| [x[0] * x[0], x[0] * x[1]], &point),
            forward::jacobian(|x| [x[0] * x[0], x[0] * x[1]], &point),
        ] {
            assert_eq!(j.map(|j| j.primal()), nalgebra::dmatrix![4.0, 0.0; 3.0, 2.0]);
            assert_eq!(j.map(|j| j.tangent()), nalgebra::dmatrix![2.0, 0.0; 10.0, 1.0]);
        }
    }

    /// The trace of the Hessian, differentiated by reverse mode: matrices of recorded numbers.
    #[test]
    fn matrices_over_recorded_numbers_can_be_differentiated() {
        let g = gradient(
            |x: &[Reverse<f64>]| {
                let h = hessian(|y| y[0] * y[0] * y[0] * y[1] + y[1] * y[1] * y[1], x);
                h[(0, 0)] + h[(1, 1)] // 6 x y + 6 y
            },
            &[2.0, 5.0],
        );
        assert_eq!(g, [30.0, 18.0]);
        let g = gradient(
            |x: &[Reverse<f64>]| forward::jacobian(|y| [y[0] * y[1], y[1] * y[1] * y[1]], x).iter().copied().sum(),
            &[2.0, 5.0],
        );
        assert_eq!(g, [1.0, 31.0]); // of y + x + 3 y²
    }

    #[test]
    fn a_function_that_changes_its_number_of_outputs_panics() {
        let f = |x: &[Dual<f64, 8>]| field(x, if x[8].tangents()[0] == 1.0 { 3 } else { 2 });
        let text = panic_of(|| forward::jacobian(f, &integers(9, 0))).text;
        let start = "dualtape: jacobian: f returned 2 values for direction 0 and 3 for direction 8";
        assert!(text.starts_with(start), "{text}");
    }
}

// ---- Wrong lengths ---------------------------------------------------------------------------------------------------

struct Panic {
    text: String,
    file: String,
}

/// The message that `f` panics with, and the file that it blames.
#[track_caller]
fn panic_of<R>(f: impl FnOnce() -> R) -> Panic {
    thread_local! {
        static FILE: Cell<String> = const { Cell::new(String::new()) };
    }
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            FILE.set(info.location().map_or(String::new(), |location| location.file().to_string()));
            default(info);
        }));
    });
    let Err(cause) = catch_unwind(AssertUnwindSafe(f)) else { panic!("this should have panicked") };
    Panic { text: *cause.downcast::<String>().expect("the message has numbers in it"), file: FILE.take() }
}

/// That the message is exactly this, and blames the line that called the driver.
#[track_caller]
fn assert_blames_caller<R>(expected: &str, f: impl FnOnce() -> R) {
    let panic = panic_of(f);
    assert_eq!(panic.text, expected);
    assert!(panic.file.ends_with("drivers.rs") && !panic.file.contains("src"), "{expected}: blames {}", panic.file);
}

/// Every driver that can be given a wrong length, with the message it then gives. All start alike, name the driver, and say what
/// was found and what is needed; all blame the line of the call.
#[test]
fn wrong_lengths_are_told_by_name() {
    let x = [1.0, 2.0, 3.0];
    let (short, mut one, mut two, mut three) = ([1.0], [0.0], [0.0; 2], [0.0; 3]);
    let input = "needed 3: one for each entry of the point";
    let output = "needed 2: one for each value that the function returns";
    let message = |driver: &str, what: &str, needed: &str| format!("dualtape: {driver}: {what} has 1 entry, {needed}");
    macro_rules! refused {
        ($driver:literal, $what:literal, $needed:expr, $call:expr) => {
            assert_blames_caller(&message($driver, $what, $needed), || $call);
        };
    }
    refused!("jvp", "the direction", input, jvp(|x| field(x, 2), &x, &short));
    refused!("jvp_of", "the direction", input, jvp_of(&Pair, &x, &short));
    refused!("jvp_into", "the direction", input, jvp_into(|x| field(x, 2), &x, &short, &mut two, &mut [0.0; 2]));
    refused!("jvp_into", "the buffer for the value", output, jvp_into(|x| field(x, 2), &x, &x, &mut one, &mut two));
    refused!("jvp_into", "the buffer for the product", output, jvp_into(|x| field(x, 2), &x, &x, &mut two, &mut one));
    refused!("vjp", "the weight", output, vjp(|x| field(x, 2), &x, &short));
    refused!("vjp_of", "the weight", output, vjp_of(&Pair, &x, &short));
    refused!("vjp_into", "the weight", output, vjp_into(|x| field(x, 2), &x, &short, &mut two, &mut three));
    refused!(
        "vjp_into",
        "the buffer for the value",
        output,
        vjp_into(|x| field(x, 2), &x, &[1.0; 2], &mut one, &mut three)
    );
    refused!(
        "vjp_into",
        "the buffer for the product",
        input,
        vjp_into(|x| field(x, 2), &x, &[1.0; 2], &mut two, &mut one)
    );
    refused!("hvp", "the direction", input, hvp(quartic, &x, &short));
    refused!("hvp_of", "the direction", input, hvp_of(&Quartic, &x, &short));
    refused!("gradient_and_hvp", "the direction", input, gradient_and_hvp(quartic, &x, &short));
    refused!("value_gradient_and_hvp", "the direction", input, value_gradient_and_hvp(quartic, &x, &short));
    refused!("value_gradient_and_hvp_of", "the direction", input, value_gradient_and_hvp_of(&Quartic, &x, &short));
    let name = "value_gradient_and_hvp_into";
    let call = |v: &[f64], g: &mut [f64], product: &mut [f64], what: &str| {
        let expected = message(name, what, input);
        assert_eq!(panic_of(|| value_gradient_and_hvp_into(quartic, &x, v, g, product)).text, expected);
    };
    call(&short, &mut three, &mut [0.0; 3], "the direction");
    call(&x, &mut one, &mut three, "the buffer for the gradient");
    call(&x, &mut three, &mut one, "the buffer for the product");
    refused!(
        "value_and_gradient_into",
        "the buffer for the gradient",
        input,
        value_and_gradient_into(quartic, &x, &mut one)
    );
    let text = message("value_and_gradient_into", "the buffer for the gradient", input);
    assert_blames_caller(&text, || forward::value_and_gradient_into(quartic, &x, &mut one));
    assert_blames_caller(&text, || Chunk::<4>::value_and_gradient_into(quartic, &x, &mut one));
    // Longer ones are refused as well, and the tape is in order afterwards.
    let text = "dualtape: jvp: the direction has 4 entries, needed 3: one for each entry of the point";
    assert_blames_caller(text, || jvp(|x| field(x, 2), &x, &[0.0; 4]));
    let text = "dualtape: vjp: the weight has 3 entries, needed 2: one for each value that the function returns";
    assert_blames_caller(text, || vjp(|x| field(x, 2), &x, &[0.0; 3]));
    assert_eq!(gradient(quartic, &integers(7, 0)), quartic_gradient(&integers(7, 0)));
}

// ---- Functions as values ---------------------------------------------------------------------------------------------

/// Data and a function of it.
struct Weighted {
    weights: Vec<f64>,
}

impl ScalarFunction for Weighted {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.weights.iter().zip(x).map(|(&w, &x)| T::lit(w) * x * x).sum()
    }
}

impl VectorFunction for Weighted {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        self.weights.iter().zip(x).map(|(&w, &x)| T::lit(w) * x).collect()
    }
}

scalar_function!(Quartic = quartic);
scalar_function!(
    /// With a doc comment and a visibility.
    pub(crate) Documented = self::quartic
);
fn pair<T: Float>(x: &[T]) -> Vec<T> {
    field(x, 2)
}
vector_function!(pub Pair = pair);

/// Code that needs the function at several types, as optimisers do.
fn at_several_types(f: impl ScalarFunction, x: &[f64]) -> (f64, Vec<f64>, Vec<f64>, Vec<f64>) {
    (
        f.eval(x),
        gradient(|x| f.eval(x), x),
        forward::gradient(|x| f.eval(x), x),
        hvp(|x| f.eval(x), x, &vec![1.0; x.len()]),
    )
}

#[test]
fn a_scalar_function_runs_on_every_type() {
    let f = Weighted { weights: vec![1.0, 2.0, 3.0] };
    let expected = (36.0, vec![2.0, 8.0, 18.0], vec![2.0, 8.0, 18.0], vec![2.0, 4.0, 6.0]);
    assert_eq!(at_several_types(&f, &[1.0, 2.0, 3.0]), expected);
    let (reference, point): (&&Weighted, _) = (&&f, [1.0, 2.0, 3.0]);
    assert_eq!(at_several_types(reference, &point), expected);
    assert_eq!(at_several_types(f, &[1.0, 2.0, 3.0]), expected);
    assert_eq!(at_several_types(Quartic, &[1.0, 2.0]), at_several_types(Documented, &[1.0, 2.0]));
    assert_eq!(Quartic.eval(&[1.0_f32, 2.0]), 27.0);
    let copy = Quartic;
    assert_eq!(format!("{copy:?} {Quartic:?} {Documented:?} {Pair:?}"), "Quartic Quartic Documented Pair");
}

#[test]
fn a_vector_function_runs_on_every_type() {
    fn products(f: impl VectorFunction, x: &[f64]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let ones = vec![1.0; x.len()];
        (f.eval(x), jvp(|x| f.eval(x), x, &ones).1, vjp(|x| f.eval(x), x, &ones).1)
    }
    let f = Weighted { weights: vec![1.0, 2.0, 3.0] };
    let expected = (vec![1.0, 4.0, 9.0], vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]);
    assert_eq!(products(&f, &[1.0, 2.0, 3.0]), expected);
    assert_eq!(products(f, &[1.0, 2.0, 3.0]), expected);
    assert_eq!(products(Pair, &[2.0, 3.0]).0, [10.0, 24.0]); // x² + x y, 2 y² + x y
}
