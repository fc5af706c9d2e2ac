//! Rows of the gamma function and its relatives.

use super::super::gamma;
use crate::float::{Float, Primitive as _, is_nearly_subnormal};
use crate::rules::dialect::define_rules;
use crate::rules::{magnitude, near_pole, times_exp};
#[cfg(doc)]
use crate::special::Special;

/// Gamma and its relatives: methods of [`Special`](crate::Special).
macro_rules! gamma_functions {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// Gamma function `Γ(x)`, `(x - 1)!` of integers; derivative `Γ(x) ψ(x)`. `±∞` at ±0, NaN at the negative integers.
            #[doc(alias = "tgamma")]
            pub Gamma = gamma(x) { f64 [libm::tgamma(x)] |x, y| gamma_slope(x, y),
                through |t, slope, x, y| times_gamma_slope(t, slope, x, y) }
                about [5.0 => 24.0; 50.0 - 24.0 * 0.5772156649015329], source ["DLMF 5.2"];

            /// Logarithm `ln |Γ(x)|` of the size of the [gamma function](Special::gamma), whose sign, -1 in every second interval below
            /// zero, is left out; derivative `ψ(x)`. `∞` at 0 and the negative integers.
            #[doc(alias = "lgamma")]
            #[doc(alias = "gammaln")]
            #[doc(alias = "log_gamma")]
            pub LnGamma = ln_gamma(x) { f64 [libm::lgamma(x)] |x, _| x.unary(Polygamma(0)),
                through |t, slope, x, _| near_pole(x, || -(t / x), || t * slope) }
                about [5.0 => 24_f64.ln(); 25.0 / 12.0 - 0.5772156649015329];

            /// Derivative of order `n` of the [digamma function](Special::digamma), itself for `n = 0`; its derivative is that of order
            /// `n + 1`. At 0 and the negative integers it is `∞` for odd `n`; for even `n`, `∓∞` at ±0 and NaN else.
            ///
            /// # Accuracy
            /// From `n = 171` on, where the factorial overflows, 1e-12.
            ///
            /// # Cost
            /// About ten powers for small `n`, and one more for every order.
            #[doc(alias = "trigamma")]
            #[doc(alias = "psi")]
            pub Polygamma(n: u32) = polygamma(x) { f64 [gamma::polygamma(n, x)] |x, _| x.unary(Polygamma(n.saturating_add(1))),
                through |t, slope, x, y| times_polygamma_slope(t, slope, n, x, y) }
                about [0.5; 1 => std::f64::consts::PI.powi(2) / 2.0; -14.0 * 1.2020569031595942],
                source ["the Hurwitz zeta function by the Euler-Maclaurin formula, DLMF 25.11.12 and 25.11.7"],
                members [(1), (2), (20)];

            /// Beta function `Γ(x) Γ(y) / Γ(x + y)` for `x, y ≥ 0`; partial `B (ψ(x) - ψ(x + y))`. `∞` where an argument is 0.
            ///
            /// # Accuracy
            /// For large arguments the relative error is that of an exponential, about 2e-16 times `|ln B|`. The mixed second derivative is
            /// accurate to the geometric mean of the pure ones, which dwarf it for small arguments. Its [logarithm](Special::ln_beta) is
            /// accurate in both.
            pub Beta = beta(x, y) { f64 [gamma::beta(x, y)]
                |x, y, z| z * x.binary(PolygammaGap(0), y),
                |x, y, z| z * y.binary(PolygammaGap(0), x),
                through |t, _, x, y, z| times_beta_slope(t, x, y, z), |t, _, x, y, z| times_beta_slope(t, y, x, z) }
                about [2.0, 3.0 => 1.0 / 12.0; -13.0 / 144.0, -7.0 / 144.0], source ["DLMF 5.12"];

            /// Logarithm of the [beta function](Special::beta), also where that under- or overflows; partial `ψ(x) - ψ(x + y)`.
            #[doc(alias = "betaln")]
            #[doc(alias = "lbeta")]
            pub LnBeta = ln_beta(x, y) { f64 [gamma::ln_beta(x, y)]
                |x, y, _| x.binary(PolygammaGap(0), y),
                |x, y, _| y.binary(PolygammaGap(0), x),
                through |t, by_x, x, y, _| times_gap(t, by_x, x, y), |t, by_y, x, y, _| times_gap(t, by_y, y, x) }
                about [4.0, 1.0 => -4_f64.ln(); -0.25, -25.0 / 12.0],
                source ["Didonato & Morris, *Algorithm 708*, ACM TOMS 18 (1992)"];
        }
    };
}
pub(crate) use gamma_functions;

gamma_functions!(define_rules, [GammaFunctions]);

/// `y ψ(x)`; below zero the function may be subnormal or 0 where its slope is not, which then is a row of its own.
#[inline]
fn gamma_slope<T: Float>(x: T, y: T) -> T {
    let plain = || y * x.unary(Polygamma(0));
    let lost = || x.unary(GammaDerivative(1));
    let least = <T as num_traits::Float>::min_positive_value();
    let below_zero = || magnitude(y).if_less(least, lost, plain);
    x.if_less(T::zero(), below_zero, plain)
}

define_rules! {
    [Derivatives]

    /// Derivative of order `n` of the gamma function, also where the function is subnormal; its derivative is the next one.
    pub GammaDerivative(n: u32) = gamma_derivative(x) { f64 [gamma::gamma_derivative(n, x)]
        |x, _| x.unary(GammaDerivative(n.saturating_add(1))) };

    /// `ψ⁽ⁿ⁾(x) - ψ⁽ⁿ⁾(x + y)`, without cancellation for small `y`: the derivatives of [`LnBeta`].
    pub PolygammaGap(n: u32) = polygamma_gap(x, y) { f64 [gamma::polygamma_gap(n, x, y)]
        |x, y, _| x.binary(PolygammaGap(n.saturating_add(1)), y),
        |x, y, _| -(x + y).unary(Polygamma(n.saturating_add(1))),
        through |t, by_x, x, y, z| {
            // A power of `x` as long as `y` is of another size.
            let power = || -(t / x * z * T::lit(f64::from(n) + 1.0));
            let otherwise = || if is_far(x, y) { power() } else { t * by_x };
            near_pole(x, || if y > T::lit(1e-3) { power() } else { t * by_x }, otherwise)
        },
        |t, by_y, x, y, _| times_polygamma_slope(-t, -by_y, n, x + y, (x + y).unary(Polygamma(n))) };
}

/// `t` times the slope of `y = ψ⁽ⁿ⁾(x)`: a power of `x` near the pole and far out.
fn times_polygamma_slope<T: Float>(t: T, slope: T, n: u32, x: T, y: T) -> T {
    let far = || if n == 0 { t / x } else { -(t / x * y * T::lit(n.into())) };
    let otherwise = || T::lit(far_bound::<T>()).if_less(x, far, || t * slope);
    near_pole(x, || -(t / x * y * T::lit(f64::from(n) + 1.0)), otherwise)
}

/// From here on `1 + 1/x` is 1.
fn far_bound<T: Float>() -> f64 {
    if T::Base::IS_SINGLE { 1e9 } else { 1e20 }
}

/// `true` if `x` is large, and too large for `y` to count beside it.
fn is_far<T: Float>(x: T, y: T) -> bool {
    let bound = far_bound::<T>();
    x > T::lit(bound) && y < x * T::lit(1.0 / bound)
}

/// `t` times the slope of `y = Γ(x)`. Where the function is subnormal it is the function at a point further right, where it is not,
/// divided by what is between, `x (x + 1) ..`.
fn times_gamma_slope<T: Float>(t: T, slope: T, x: T, y: T) -> T {
    let base = x.base().widen();
    let (overflows, normal) = if T::Base::IS_SINGLE { (30.0, -20.0) } else { (100.0, -100.0) };
    if base > overflows {
        (t * y) * x.unary(Polygamma(0))
    } else if (-500.0..normal - 10.0).contains(&base) {
        let steps = (normal - base) as i32;
        let t = (0..steps).fold(t, |t, k| t / (x + T::lit(k.into())));
        t * (x + T::lit(steps.into())).unary(Gamma) * x.unary(Polygamma(0))
    } else {
        near_pole(x, || -(t / x * y), || t * slope)
    }
}

/// `t` times the slope of `z = B(x, y)` by `x`, which is `-1 / x²` near the pole. An exponential of the half has its range.
fn times_beta_slope<T: Float>(t: T, x: T, y: T, z: T) -> T {
    let gap = || times_gap(t, x.binary(PolygammaGap(0), y), x, y);
    near_pole(
        x,
        || -(t / x / x),
        || if is_nearly_subnormal(z) { times_exp(gap(), x.binary(LnBeta, y)) } else { gap() * z },
    )
}

/// `t (ψ(x) - ψ(x + y))`, given the difference.
fn times_gap<T: Float>(t: T, gap: T, x: T, y: T) -> T {
    near_pole(
        x,
        || if y > T::one() { -(t / x) } else { -(t / x * (y / (x + y))) },
        || if is_far(x, y) { -(t / x * y) } else { t * gap },
    )
}
