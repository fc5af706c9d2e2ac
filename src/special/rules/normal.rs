//! Rows of the normal distribution and the error functions.

use super::super::tails::LogNormCdf;
use super::super::values;
use crate::float::{Condition, Float, Primitive as _, Unary, requires};
use crate::rules::beyond;
use crate::rules::dialect::define_rules;
#[cfg(doc)]
use crate::special::Special;
use core::f64::consts::PI;
use num_traits::{Float as _, One as _, Zero as _};

/// The error functions and the normal distribution: methods of [`Special`](crate::Special).
macro_rules! normal {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// Error function `2/√π ∫₀ˣ exp(-t²) dt`; derivative `2/√π exp(-x²)`. Odd, ±1 at ±∞.
            pub Erf = erf(x) { f64 [libm::erf(x)] |x, _| x.unary(ErfSlope(0)),
                through |t, slope, x, _| times_erf_slope(t, 0, x, || t * slope) }
                at [0.0 => 0.0; std::f64::consts::FRAC_2_SQRT_PI], source ["DLMF 7.2.1"];

            /// Complementary error function `1 - erf x`, with all digits where it is small; 2 at `-∞`, 0 at `∞`.
            pub Erfc = erfc(x) { f64 [libm::erfc(x)] |x, _| -x.unary(ErfSlope(0)),
                through |t, slope, x, _| times_erf_slope(-t, 0, x, || t * slope) }
                at [0.0 => 1.0; -std::f64::consts::FRAC_2_SQRT_PI], source ["DLMF 7.2.2"];

            /// Inverse of [`erf`](Special::erf) on `[-1, 1]`; derivative `√π/2 exp(y²)`. `±∞` with derivative `∞` at ±1.
            pub ErfInv = erf_inv(x) { f64 [values::erf_inv(x)] |x, y| erf_inv_slope(x, y) }
                at [0.0 => 0.0; 1.0 / std::f64::consts::FRAC_2_SQRT_PI],
                source ["Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988)"];

            /// Distribution function `Φ(x)` of the standard normal distribution, with all digits in the lower tail (to `x = -38`);
            /// derivative its [density](Special::norm_pdf).
            #[doc(alias = "Phi")]
            #[doc(alias = "ndtr")]
            pub NormCdf = norm_cdf(x) { f64 [values::norm_cdf(x)] |x, _| x.unary(NormPdf(0)),
                through |t, slope, x, _| times_norm_pdf(t, 0, x, || t * slope) }
                at [0.0 => 0.5; Special::norm_pdf(0.0)];

            /// Quantile of the standard normal distribution, the inverse of [`norm_cdf`](Special::norm_cdf) on `[0, 1]`; derivative
            /// `1 / φ(y)`. `∓∞` with derivative `∞` at 0 and 1.
            #[doc(alias = "probit")]
            #[doc(alias = "ppf")]
            #[doc(alias = "ndtri")]
            pub NormQuantile = norm_quantile(x) { f64 [values::norm_quantile(x)] |x, y| quantile_slope(x, y),
                // The density over the distribution function hardly changes with `y`.
                through |t, _, p, y| t / p / y.unary(LogNormCdf(1)) }
                about [0.5 => 0.0; (2.0 * std::f64::consts::PI).sqrt()],
                source ["Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988)"];
        }
    };
}
pub(crate) use normal;

normal!(define_rules, [Normal]);

define_rules! {
    [Bells]

    /// Derivative of order `n` of `2/√π exp(-x²)`, the derivative of [`Erf`]; its derivative is the next one.
    pub ErfSlope(n: u32) = erf_slope(x) { f64 [values::erf_slope(n, x)] |x, _| x.unary(ErfSlope(n.saturating_add(1))),
        through |t, slope, x, _| times_erf_slope(t, n.saturating_add(1), x, || t * slope) };

    /// Derivative of order `n` of the density of the normal distribution; its derivative is the next one.
    pub NormPdf(n: u32) = norm_pdf(x) { f64 [values::norm_pdf(n, x)] |x, _| x.unary(NormPdf(n.saturating_add(1))),
        through |t, slope, x, _| times_norm_pdf(t, n.saturating_add(1), x, || t * slope) };
}

/// `t` times the derivative of order `n` of `2/√π exp(-x²)`, also where that underflows. The root of the exponential is a density.
pub(in super::super) fn times_erf_slope<T: Float>(t: T, n: u32, x: T, plain: impl FnOnce() -> T) -> T {
    where_bell_underflows(
        x,
        [8.0, 26.0],
        || times_bell(t * T::lit(4.0 * PI.sqrt()), n, x, 1.0, x.unary(NormPdf(0))),
        plain,
    )
}

/// `t` times the derivative of order `n` of the density of the normal distribution, also where that underflows.
pub(in super::super) fn times_norm_pdf<T: Float>(t: T, n: u32, x: T, plain: impl FnOnce() -> T) -> T {
    let root = || (x * T::lit(0.5)).unary(ErfSlope(0));
    where_bell_underflows(x, [12.0, 37.0], || times_bell(t * T::lit((PI / 32.0).sqrt()), n, x, 0.5, root()), plain)
}

/// `underflows()` for `x` beyond a bound, and `plain()` before it and where no tangent brings the product back into range.
fn where_bell_underflows<T: Float>(
    x: T,
    bounds: [f64; 2],
    underflows: impl FnOnce() -> T + Copy,
    plain: impl FnOnce() -> T,
) -> T {
    if num_traits::Float::abs(x.base()) > T::Base::nearest(60.0) {
        plain()
    } else {
        beyond(x, bounds, underflows, plain)
    }
}

/// `t` times the derivative of order `n` of `f = exp(-x² scale)` over `f`, and times `root` twice. With `f' = -2 scale x f`, each
/// derivative is made of the two before it.
fn times_bell<T: Float>(t: T, n: u32, x: T, scale: f64, root: T) -> T {
    let next = |(before, last): (T, T), k: u32| (last, (x * last + before * T::lit(k.into())) * T::lit(-2.0 * scale));
    let (_, polynomial) = (0..n).fold((T::zero(), T::one()), next);
    (t * root) * (root * polynomial)
}

/// The factor by which the density at a rounded quantile `y` is off. Rounding `y` by `d` multiplies the density by about `exp(y d)`. The
/// probability of the tail is off by the same factor, and that probability is known; so we divide by it. The factor is 1 but for
/// rounding and has no derivative. Near the centre it is left out, where the rounding of the probability would be more.
#[inline]
fn rounding<T: Float>(probability: impl Fn(T::Base) -> T::Base, y: T::Base, tail: T::Base) -> T {
    let is_needed = y < T::Base::nearest(-1.0) && tail >= T::Base::min_positive_value();
    T::from_base(if is_needed { probability(y) / tail } else { T::Base::one() })
}

/// `1 / φ(y)`.
#[inline]
fn quantile_slope<T: Float>(p: T, y: T) -> T {
    if T::TRACED {
        requires(Condition::AtMostOne, y);
        return y.unary(NormPdf(0)).recip();
    }
    let (p, y0) = (p.base(), y.base());
    let (y0, tail) = if y0 < T::Base::zero() { (y0, p) } else { (-y0, T::Base::one() - p) };
    rounding::<T>(|y| NormCdf.value(y), y0, tail) / y.unary(NormPdf(0))
}

/// `√π/2 exp(y²)`.
#[inline]
fn erf_inv_slope<T: Float>(x: T, y: T) -> T {
    if T::TRACED {
        requires(Condition::AtMostOne, y);
        return y.unary(ErfSlope(0)).recip();
    }
    let tail = T::Base::one() - x.base().abs();
    rounding::<T>(|y| Erfc.value(-y), -y.base().abs(), tail) / y.unary(ErfSlope(0))
}
