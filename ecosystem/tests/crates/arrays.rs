//! `ndarray`: elementwise arithmetic, dot products, reductions and statistics.

use crate::assert_near;
use dualtape::{Dual, Float, Reverse, gradient};
use ndarray::{Array1, Array2, ArrayView1, Axis, array};

/// The gradient of xᵀA y: A y by x, and Aᵀ x by y.
#[test]
fn dot_products_and_matrix_products() {
    let (x, y) = ([2.0, -1.0], [3.0, 0.5, 4.0]);
    let a = array![[1.0, 2.0, -3.0], [0.0, 5.0, 1.0]];
    let form = |z: &[Reverse<f64>]| {
        let (x, y) = (ArrayView1::from(&z[..2]), ArrayView1::from(&z[2..]));
        x.dot(&a.mapv(Float::lit).dot(&y))
    };
    let g = gradient(form, &[2.0, -1.0, 3.0, 0.5, 4.0]);
    let by_x = a.dot(&Array1::from(y.to_vec()));
    let by_y = a.t().dot(&Array1::from(x.to_vec()));
    assert_eq!(g, [by_x.to_vec(), by_y.to_vec()].concat());
}

/// (A B)' = A' B + A B' for matrices.
#[test]
fn the_product_rule_of_matrices() {
    let t = Dual::variable(0.5_f64);
    let a: Array2<Dual<f64>> = array![[t.sin(), t], [Dual::constant(2.0), t * t]];
    let b: Array2<Dual<f64>> = array![[t.exp(), Dual::constant(1.0)], [t.recip(), t]];
    let (va, da) = (a.mapv(Dual::primal), a.mapv(Dual::tangent));
    let (vb, db) = (b.mapv(Dual::primal), b.mapv(Dual::tangent));
    let product = a.dot(&b);
    assert_eq!(product.mapv(Dual::primal), va.dot(&vb));
    for (x, y) in product.iter().zip(&(da.dot(&vb) + va.dot(&db))) {
        assert_near(x.tangent(), *y, 1e-15);
    }
}

/// Elementwise operators, also with plain numbers and an array of them on the right, broadcasting, `mapv`, sums along an axis. A
/// differentiable number goes in as an array of dimension 0, or as it is with the feature `ndarray`.
#[test]
fn elementwise_operations_broadcast() {
    let f = |x: &[Reverse<f64>]| {
        let column = ArrayView1::from(x).insert_axis(Axis(1));
        let outer = &column * &array![0.5, 1.0] * 2.0; // xᵢ rⱼ
        let scale = ndarray::arr0(x[0]);
        (outer.mapv(|v: Reverse<f64>| v.exp()).sum_axis(Axis(0)) * scale).sum()
    };
    let x = [0.3, -0.2];
    let value: f64 = x.iter().map(|x: &f64| x.exp() + (2.0 * x).exp()).sum();
    let slope = |x: f64| x.exp() + 2.0 * (2.0 * x).exp();
    let g = gradient(f, &x);
    assert_near(g[0], value + x[0] * slope(x[0]), 1e-15);
    assert_near(g[1], x[0] * slope(x[1]), 1e-15);
}

/// A number on the right of an array, by value, by reference and in place: Σᵢ (xᵢ s - s) / s is Σᵢ xᵢ - n.
#[test]
fn a_number_stands_on_the_right_of_an_array() {
    let f = |x: &[Reverse<f64>]| {
        let scale = x[0];
        let mut y = ArrayView1::from(&x[1..]).to_owned() * scale;
        y = &y - scale;
        y /= scale;
        y.sum()
    };
    assert_eq!(gradient(f, &[4.0, 1.0, -2.0, 8.0]), [0.0, 1.0, 1.0, 1.0]);
}

/// ∂mean/∂xᵢ = 1/n, ∂var/∂xᵢ = 2 (xᵢ - mean) / (n - 1), ∂std/∂xᵢ = (xᵢ - mean) / ((n - 1) std).
#[test]
fn mean_variance_and_standard_deviation() {
    let x = [1.0, 4.0, -2.0, 7.0, 0.5];
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let std = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let of = |f: fn(ArrayView1<Reverse<f64>>) -> Reverse<f64>| gradient(|x| f(ArrayView1::from(x)), &x);
    let (by_mean, by_var) = (of(|x| x.mean().unwrap()), of(|x| x.var(Float::lit(1.0))));
    let by_std = of(|x| x.std(Float::lit(1.0)));
    for (i, x) in x.into_iter().enumerate() {
        assert_near(by_mean[i], 1.0 / n, 1e-15);
        assert_near(by_var[i], 2.0 * (x - mean) / (n - 1.0), 1e-14);
        assert_near(by_std[i], (x - mean) / ((n - 1.0) * std), 1e-14);
    }
}
