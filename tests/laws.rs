//! Laws that hold for every function, on seeded random ones: duality of the two modes, linearity, the chain rule, symmetry of
//! second derivatives, and that the value is the one of the plain program.
//!
//! # Tolerances
//! The modes multiply and add the same partials in different orders. So they differ by a few roundings of every product along a
//! path from an input to an output, and the sum of the magnitudes of these products ([`Program::magnitude`]) is the scale that
//! errors are measured in: relative to a sum that cancels, an error may look large and mean nothing.
#![cfg(feature = "std")]

#[path = "common/random.rs"]
mod random;

use dualtape::forward::Chunk;
use dualtape::{
    Dual, Float, Reverse, derivative, forward, gradient, gradient_and_hvp, hvp, jvp, value_and_gradient, vjp,
};
use random::{Program, Random};

/// First derivatives: some dozens of roundings, as programs have up to 66 operations, of which errors rarely add up.
const FIRST: f64 = 1e-14;

/// Products of a Jacobian with vectors on both sides, which are sums in another order once more.
const PRODUCT: f64 = 1e-13;

/// Second derivatives, see [`the_second_derivative_is_symmetric`].
const SECOND: f64 = 1e-12;

/// Thirty programs of growing length, each with a point.
fn programs(seed: u64) -> impl Iterator<Item = (Program, Vec<f64>, Random)> {
    let count = if cfg!(miri) { 3 } else { 30 };
    (0..count).map(move |k| {
        let mut random = Random::new(seed * 1000 + k as u64);
        let (n, m) = (1 + random.below(12), 1 + random.below(4));
        let program = Program::new(n, m, 8 + 2 * k, &mut random);
        let x = random.vector(n).into_iter().map(|x| 1.5 * x).collect();
        (program, x, random)
    })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `Σ |wᵢ| |Jᵢⱼ| |vⱼ|` with magnitudes for the Jacobian.
fn magnitude(w: &[f64], jacobian: &[Vec<f64>], v: &[f64]) -> f64 {
    let row = |row: &[f64]| row.iter().zip(v).map(|(j, v)| j * v.abs()).sum::<f64>();
    w.iter().zip(jacobian).map(|(w, j)| w.abs() * row(j)).sum()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64, scale: f64) {
    let error = (found - expected).abs();
    assert!(error <= tolerance * scale, "{found} and {expected} differ by {:e} of {scale}", error / scale);
}

/// The laws would hold for constants as well, so most derivatives must not vanish.
#[test]
fn the_random_programs_depend_on_most_of_their_inputs() {
    let (mut inputs, mut used) = (0, 0);
    for (program, x, _) in programs(2) {
        inputs += program.n;
        used += gradient(|x| program.scalar(x), &x).iter().filter(|&&g| g != 0.0).count();
    }
    assert!(used * 2 > inputs, "{used} of {inputs}");
}

// ---- First derivatives -----------------------------------------------------------------------------------------------

/// `w · (J v) = v · (Jᵀ w)`: the two modes see the same linear map.
#[test]
fn forward_and_reverse_products_are_dual() {
    for (program, x, mut random) in programs(1) {
        let (v, w) = (random.vector(program.n), random.vector(program.m));
        let (value, forward) = jvp(|x| program.eval(x), &x, &v);
        let (same, backward) = vjp(|x| program.eval(x), &x, &w);
        assert_eq!(value, same);
        assert_close(dot(&w, &forward), dot(&v, &backward), PRODUCT, magnitude(&w, &program.magnitude(&x), &v));
    }
}

/// Reverse, forward in any chunk, and the columns one by one.
#[test]
fn all_modes_give_the_same_gradient() {
    for (program, x, _) in programs(2) {
        let scales = &program.magnitude(&x)[0];
        let reverse = gradient(|x| program.scalar(x), &x);
        let forward = forward::gradient(|x| program.scalar(x), &x);
        for ((&reverse, &forward), &scale) in reverse.iter().zip(&forward).zip(scales) {
            assert_close(reverse, forward, FIRST, scale);
        }
        // The directions of a dual do not see each other: any way to cut them gives the same bits.
        assert_eq!(forward, Chunk::<1>::gradient(|x| program.scalar(x), &x));
        assert_eq!(forward, Chunk::<3>::gradient(|x| program.scalar(x), &x));
        assert_eq!(forward, Chunk::<16>::gradient(|x| program.scalar(x), &x));
        for (j, &expected) in forward.iter().enumerate() {
            let unit: Vec<f64> = (0..program.n).map(|k| if k == j { 1.0 } else { 0.0 }).collect();
            assert_eq!(jvp(|x| [program.scalar(x)], &x, &unit).1, [expected]);
        }
    }
}

/// A loose check that derivatives are those of the function and not only of each other.
#[test]
fn the_gradient_agrees_with_central_differences() {
    for (program, x, mut random) in programs(3) {
        let v = random.vector(program.n);
        let scale = magnitude(&[1.0], &program.magnitude(&x), &v);
        let along = |t: f64| program.scalar(&x.iter().zip(&v).map(|(x, v)| x + t * v).collect::<Vec<_>>());
        // The error is about h² times a third derivative, which grows with the length of the program, and 1e-16 / h.
        let h = 1e-5;
        let difference = (along(h) - along(-h)) / (2.0 * h);
        assert_close(dot(&gradient(|x| program.scalar(x), &x), &v), difference, 1e-6, scale.max(1.0));
    }
}

#[test]
fn products_are_linear_in_the_vector() {
    for (program, x, mut random) in programs(4) {
        let (u, v, (a, b)) = (random.vector(program.n), random.vector(program.n), (random.number(), random.number()));
        let combined: Vec<f64> = u.iter().zip(&v).map(|(u, v)| a * u + b * v).collect();
        let [by_u, by_v, by_both] = [&u, &v, &combined].map(|v| jvp(|x| program.eval(x), &x, v).1);
        let magnitudes = program.magnitude(&x);
        for i in 0..program.m {
            let scale = magnitude(&[1.0], &magnitudes[i..=i], &u) + magnitude(&[1.0], &magnitudes[i..=i], &v);
            assert_close(by_both[i], a * by_u[i] + b * by_v[i], FIRST, scale);
        }
    }
}

#[test]
fn the_gradient_is_linear_in_the_function() {
    for (f, x, mut random) in programs(5) {
        let g = Program::new(f.n, 1, 20, &mut random);
        let (a, b) = (random.number(), random.number());
        let both = gradient(|x: &[Reverse<f64>]| a * f.scalar(x) + b * g.scalar(x), &x);
        let (by_f, by_g) = (gradient(|x| f.scalar(x), &x), gradient(|x| g.scalar(x), &x));
        let (scale_f, scale_g) = (&f.magnitude(&x)[0], &g.magnitude(&x)[0]);
        for j in 0..f.n {
            assert_close(both[j], a * by_f[j] + b * by_g[j], FIRST, scale_f[j] + scale_g[j]);
        }
    }
}

/// `∇(f g) = f ∇g + g ∇f` and `∇(f / g) = (∇f - (f / g) ∇g) / g`.
#[test]
fn products_and_quotients_of_functions_obey_their_rules() {
    for (f, x, mut random) in programs(6) {
        let g = Program::new(f.n, 1, 20, &mut random);
        let (f_value, by_f) = value_and_gradient(|x| f.scalar(x), &x);
        // Away from zero.
        let denominator = |x: &[Reverse<f64>]| g.scalar(x) * g.scalar(x) + 1.0;
        let (g_value, by_g) = value_and_gradient(denominator, &x);
        let product = gradient(|x| f.scalar(x) * denominator(x), &x);
        let quotient = gradient(|x| f.scalar(x) / denominator(x), &x);
        let (scale_f, scale_g) = (&f.magnitude(&x)[0], &g.magnitude(&x)[0]);
        for j in 0..f.n {
            let scale = scale_f[j] * g_value + f_value.abs() * 2.0 * g_value * scale_g[j];
            assert_close(product[j], f_value * by_g[j] + g_value * by_f[j], FIRST, scale);
            assert_close(quotient[j], (by_f[j] - f_value / g_value * by_g[j]) / g_value, FIRST, scale);
        }
    }
}

/// `J(g ∘ f) v = J(g) (J(f) v)`, and transposed.
#[test]
fn composition_obeys_the_chain_rule() {
    for (f, x, mut random) in programs(7) {
        let g = Program::new(f.m, 2, 25, &mut random);
        let (v, w) = (random.vector(f.n), random.vector(2));
        let (y, dy) = jvp(|x| f.eval(x), &x, &v);
        let (z, dz) = jvp(|y| g.eval(y), &y, &dy);
        let (same, composed) = jvp(|x| g.eval(&f.eval(x)), &x, &v);
        assert_eq!(z, same);
        // Forward mode does the same operations in the same order, whoever calls them.
        assert_eq!(dz, composed);

        let w_g = vjp(|y| g.eval(y), &y, &w).1;
        let w_gf = vjp(|x| f.eval(x), &x, &w_g).1;
        let composed = vjp(|x| g.eval(&f.eval(x)), &x, &w).1;
        let (inner, outer) = (f.magnitude(&x), g.magnitude(&y));
        for j in 0..f.n {
            let column: Vec<f64> = inner.iter().map(|row| row[j]).collect();
            assert_close(composed[j], w_gf[j], FIRST, magnitude(&w, &outer, &column));
        }
    }
}

/// The derivative of `t ↦ f(x + t v)` is the product with `v`.
#[test]
fn the_derivative_along_a_line_is_the_product_with_its_direction() {
    for (program, x, mut random) in programs(8) {
        let v = random.vector(program.n);
        let along = |t: Dual<f64>| {
            let point: Vec<Dual<f64>> = x.iter().zip(&v).map(|(&x, &v)| x + t * v).collect();
            program.scalar(&point)
        };
        assert_eq!(derivative(along, 0.0), jvp(|x| program.eval(x), &x, &v).1[0]);
    }
}

// ---- Second derivatives ----------------------------------------------------------------------------------------------

/// `u · (H v) = v · (H u)`, where each side comes from its own run. Second derivatives add up products of more partials than the
/// scale knows of, so it is the size of the Hessian itself, and the tolerance is wider.
#[test]
fn the_second_derivative_is_symmetric() {
    for (program, x, mut random) in programs(9) {
        let (u, v) = (random.vector(program.n), random.vector(program.n));
        let (g, hv) = gradient_and_hvp(|x| program.scalar(x), &x, &v);
        let hu = hvp(|x| program.scalar(x), &x, &u);
        let scale = 1.0 + hv.iter().chain(&hu).chain(&g).fold(0.0, |largest: f64, h| largest.max(h.abs()));
        assert_close(dot(&u, &hv), dot(&v, &hu), SECOND, scale * program.n as f64);
    }
}

/// Forward over reverse, reverse over forward, forward over forward, and reverse over reverse.
#[test]
fn every_order_of_nesting_gives_the_same_second_derivative() {
    for (program, x, mut random) in programs(10) {
        let v = random.vector(program.n);
        let lines = |x: &[f64]| x.iter().zip(&v).map(|(&x, &v)| Dual::new(x, [v])).collect::<Vec<_>>();
        let forward_over_reverse = hvp(|x| program.scalar(x), &x, &v);
        let forward_over_forward: Vec<f64> =
            Chunk::<5>::gradient(|x| program.scalar(x), &lines(&x)).iter().map(|g| g.tangent()).collect();
        let reverse_over_forward = gradient(
            |x| {
                let point: Vec<_> = x.iter().zip(&v).map(|(&x, &v)| Dual::new(x, [v.into()])).collect();
                program.scalar(&point).tangent()
            },
            &x,
        );
        let reverse_over_reverse = gradient(
            |x: &[Reverse<f64>]| {
                let inner = gradient(|x| program.scalar(x), x);
                inner.iter().zip(&v).map(|(&g, &v)| g * v).sum()
            },
            &x,
        );
        let scale = 1.0 + forward_over_reverse.iter().fold(0.0, |largest: f64, h| largest.max(h.abs()));
        for j in 0..program.n {
            assert_close(forward_over_forward[j], forward_over_reverse[j], SECOND, scale);
            assert_close(reverse_over_forward[j], forward_over_reverse[j], SECOND, scale);
            assert_close(reverse_over_reverse[j], forward_over_reverse[j], SECOND, scale);
        }
    }
}

#[cfg(feature = "nalgebra")]
#[test]
fn matrices_agree_with_products() {
    use nalgebra::{DMatrix, DVector};
    for (program, x, mut random) in programs(11) {
        let v = DVector::from_vec(random.vector(program.n));
        let scales = program.magnitude(&x);
        let (by_sweeps, by_duals) =
            (dualtape::jacobian(|x| program.eval(x), &x), forward::jacobian(|x| program.eval(x), &x));
        let rows: Vec<Vec<f64>> = (0..program.m).map(|i| gradient(|x| program.eval(x)[i], &x)).collect();
        for (i, j) in (0..program.m).flat_map(|i| (0..program.n).map(move |j| (i, j))) {
            assert_close(by_sweeps[(i, j)], by_duals[(i, j)], FIRST, scales[i][j]);
            assert_close(by_sweeps[(i, j)], rows[i][j], FIRST, scales[i][j]);
        }
        let h = dualtape::hessian(|x| program.scalar(x), &x);
        let forward: DMatrix<f64> = forward::hessian(|x| program.scalar(x), &x);
        let product = DVector::from_vec(hvp(|x| program.scalar(x), &x, v.as_slice()));
        let scale = 1.0 + h.amax();
        assert!((&h - forward).amax() <= SECOND * scale);
        assert!((&h * v - product).amax() <= SECOND * scale * program.n as f64);
    }
}

// ---- Linear maps -----------------------------------------------------------------------------------------------------

/// Every entry comes through bit by bit: nothing is added to it but zeros, nothing multiplied but ones.
#[test]
fn the_jacobian_of_a_linear_map_is_its_matrix() {
    let random = &mut Random::new(12);
    for (m, n) in [(1, 1), (3, 20), (20, 3), (9, 9), (16, 17)] {
        let rows: Vec<Vec<f64>> = (0..m).map(|_| random.vector(n)).collect();
        fn map<T: Float<Base = f64>>(rows: &[Vec<f64>], x: &[T]) -> Vec<T> {
            rows.iter().map(|row| row.iter().zip(x).map(|(&a, &x)| x * a).sum()).collect()
        }
        let x = random.vector(n);
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(&gradient(|x| map(&rows, x)[i], &x), row);
            assert_eq!(&forward::gradient(|x| map(&rows, x)[i], &x), row);
        }
        #[cfg(feature = "nalgebra")]
        {
            let matrix = nalgebra::DMatrix::from_fn(m, n, |i, j| rows[i][j]);
            assert_eq!(dualtape::jacobian(|x| map(&rows, x), &x), matrix);
            assert_eq!(forward::jacobian(|x| map(&rows, x), &x), matrix);
            assert_eq!(dualtape::hessian(|x| map(&rows, x)[0], &x), nalgebra::DMatrix::zeros(n, n));
        }
    }
}

// ---- Values ----------------------------------------------------------------------------------------------------------

/// A differentiated program computes what the plain one computes, to the last bit, however deep the numbers are nested.
#[test]
fn values_have_the_bits_of_the_plain_program() {
    fn bits<T: Float<Base = f64>>(y: &[T]) -> Vec<u64> {
        y.iter().map(|y| y.base().to_bits()).collect()
    }
    for (program, x, mut random) in programs(13) {
        let expected = bits(&program.eval(&x));
        let v = random.vector(program.n);
        let duals: Vec<Dual<f64>> = x.iter().zip(&v).map(|(&x, &v)| Dual::new(x, [v])).collect();
        let wide: Vec<Dual<f64, 4>> = x.iter().enumerate().map(|(k, &x)| Dual::seeded(x, k % 4)).collect();
        let nested: Vec<Dual<Dual<f64>>> = duals.iter().map(|&x| Dual::variable(x)).collect();
        let deeper: Vec<Dual<Dual<Dual<f64>>>> = nested.iter().map(|&x| Dual::variable(x)).collect();
        assert_eq!(bits(&program.eval(&duals)), expected);
        assert_eq!(bits(&program.eval(&wide)), expected);
        assert_eq!(bits(&program.eval(&nested)), expected);
        assert_eq!(bits(&program.eval(&deeper)), expected);
        assert_eq!(bits(&vjp(|x| program.eval(x), &x, &vec![1.0; program.m]).0), expected);
        assert_eq!(bits(&vjp(|x| program.eval(x), &duals, &vec![Dual::constant(1.0); program.m]).0), expected);
        let _ = gradient(
            |x: &[Reverse<f64>]| {
                assert_eq!(bits(&program.eval(x)), expected);
                let inner = vjp(|x: &[Reverse<Reverse<f64>>]| program.eval(x), x, &vec![1.0.into(); program.m]).0;
                assert_eq!(bits(&inner), expected);
                let outer: Vec<_> = x.iter().map(|&x| Dual::variable(x)).collect();
                assert_eq!(bits(&program.eval(&outer)), expected);
                inner[0]
            },
            &x,
        );
    }
}

/// The same program in single precision: the derivative that its roundings allow. The values on the way are of order one, so
/// the partials are off by some roundings of single precision, and the scale bounds what follows from that.
#[test]
fn single_precision_gives_the_same_derivatives_to_its_own_accuracy() {
    for (program, x, _) in programs(14) {
        // Rounded first, so that both see the same point.
        let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let x: Vec<f64> = single.iter().map(|&x| x.into()).collect();
        let (found, expected) = (gradient(|x| program.scalar(x), &single), gradient(|x| program.scalar(x), &x));
        let largest = program.magnitude(&x)[0].iter().fold(1.0, |largest: f64, &scale| largest.max(scale));
        for (found, expected) in found.into_iter().zip(expected) {
            assert_close(found.into(), expected, 1e-4, largest);
        }
    }
}
