//! `ndarray-stats`: statistics by the data and by the weights.

use crate::assert_near;
use dualtape::{Float, Reverse, gradient, hessian};
use ndarray::{Array1, ArrayView1, ArrayView2};
use ndarray_stats::{CorrelationExt, SummaryStatisticsExt};

const X: [f64; 6] = [1.0, 4.0, 2.5, 7.0, 0.5, 3.0];

/// The gradient of a statistic of the data.
fn by_data(statistic: impl Fn(Array1<Reverse<f64>>) -> Reverse<f64>) -> Vec<f64> {
    gradient(|x| statistic(ArrayView1::from(x).to_owned()), &X)
}

/// The mean of the `p`-th powers of the deviations from the mean.
fn moment(p: i32) -> f64 {
    let n = X.len() as f64;
    let mean = X.iter().sum::<f64>() / n;
    X.iter().map(|x| (x - mean).powi(p)).sum::<f64>() / n
}

/// ∂μₚ/∂xᵢ = p ((xᵢ - x̄)ᵖ⁻¹ - μₚ₋₁) / n.
fn moment_by(p: i32, x: f64) -> f64 {
    let n = X.len() as f64;
    let mean = X.iter().sum::<f64>() / n;
    f64::from(p) * ((x - mean).powi(p - 1) - moment(p - 1)) / n
}

#[test]
fn moments_skewness_and_kurtosis() {
    for p in 2..=5 {
        let g = by_data(|x| x.central_moment(p as u16).unwrap());
        for (g, x) in g.into_iter().zip(X) {
            assert_near(g, moment_by(p, x), 1e-13);
        }
    }
    // μ₃ / μ₂^1.5 and μ₄ / μ₂².
    let [m2, m3, m4] = [2, 3, 4].map(moment);
    for (g, x) in by_data(|x| x.skewness().unwrap()).into_iter().zip(X) {
        assert_near(g, moment_by(3, x) / m2.powf(1.5) - 1.5 * m3 * moment_by(2, x) / m2.powf(2.5), 1e-13);
    }
    for (g, x) in by_data(|x| x.kurtosis().unwrap()).into_iter().zip(X) {
        assert_near(g, moment_by(4, x) / m2.powi(2) - 2.0 * m4 * moment_by(2, x) / m2.powi(3), 1e-13);
    }
}

/// The geometric mean G has the derivatives G / (n xᵢ), the harmonic one H²/ (n xᵢ²), the weighted one (xᵢ - m) / Σ w by a weight.
#[test]
fn means() {
    let n = X.len() as f64;
    let geometric = X.iter().product::<f64>().powf(1.0 / n);
    let harmonic = n / X.iter().map(|x| 1.0 / x).sum::<f64>();
    let (by_geometric, by_harmonic) =
        (by_data(|x| x.geometric_mean().unwrap()), by_data(|x| x.harmonic_mean().unwrap()));
    let weights = [0.5, 1.0, 2.0, 0.25, 1.5, 0.75];
    let total: f64 = weights.iter().sum();
    let mean = X.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() / total;
    let data = Array1::from_iter(X.map(Reverse::constant));
    let by_weight = gradient(|w| data.weighted_mean(&ArrayView1::from(w).to_owned()).unwrap(), &weights);
    for (i, x) in X.into_iter().enumerate() {
        assert_near(by_geometric[i], geometric / (n * x), 1e-14);
        assert_near(by_harmonic[i], harmonic * harmonic / (n * x * x), 1e-14);
        assert_near(by_weight[i], (x - mean) / total, 1e-15);
    }
}

/// Two rows of data, one after the other: their correlation r, with population deviations σ, has
/// ∂r/∂xᵢ = ((yᵢ - ȳ) / σ_y - r (xᵢ - x̄) / σ_x) / (n σ_x).
#[test]
fn a_correlation() {
    fn correlation<T: Float>(x: &[T]) -> T {
        ArrayView2::from_shape((2, x.len() / 2), x).unwrap().pearson_correlation().unwrap()[(0, 1)]
    }
    let n = 3.0;
    let part = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / n;
        let deviation = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        (x.iter().map(|x| (x - mean) / deviation).collect::<Vec<_>>(), deviation)
    };
    let ((x, sx), (y, sy)) = (part(&X[..3]), part(&X[3..]));
    let r: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>() / n;
    assert_near(correlation(&X), r, 1e-15);
    let g = gradient(correlation, &X);
    for i in 0..3 {
        assert_near(g[i], (y[i] - r * x[i]) / (n * sx), 1e-14);
        assert_near(g[3 + i], (x[i] - r * y[i]) / (n * sy), 1e-14);
    }
    // It does not change with the scale of a row: xᵀ H x = 0 along either.
    let h = hessian(correlation, &X);
    for row in [0..3, 3..6] {
        let along: f64 =
            row.clone().flat_map(|j| row.clone().map(move |k| (j, k))).map(|(j, k)| h[(j, k)] * X[j] * X[k]).sum();
        assert_near(along, 0.0, 1e-13);
    }
}
