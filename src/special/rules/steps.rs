//! Rows of the steps and ramps of statistics and neural networks, and of logarithms of exponentials.

use super::super::tails::LogNormCdf;
use super::super::values;
use super::normal::{NormCdf, NormPdf, times_norm_pdf};
use crate::float::Float;
use crate::rules::dialect::define_rules;
use crate::rules::{NOTHING_BESIDE_ONE, largest, lowest, magnitude, near_pole, times_exp, times_quotient};
#[cfg(doc)]
use crate::special::Special;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

/// Steps, ramps and logarithms: methods of [`Special`](crate::Special).
macro_rules! steps {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?
            /// Logistic function `1 / (1 + e⁻ˣ)`; derivative `y (1 - y)`, with all digits on both sides. 0 and 1 at ∓∞.
            #[doc(alias = "sigmoid")]
            #[doc(alias = "expit")]
            pub Logistic = logistic(x) { f64 [values::logistic(x)] |x, _| logistic_slope(x),
                through |t, slope, x, _| times_logistic_slope(t, slope, x), formula |x| values::logistic(x) }
                at [0.0 => 0.5; 0.25], at [1000.0 => 1.0; 0.0];

            /// Log odds `ln(p / (1 - p))` for `0 ≤ p ≤ 1`, the inverse of [`logistic`](Special::logistic); derivative
            /// `1 / (p (1 - p))`. `∓∞` with derivative `∞` at 0 and 1.
            pub Logit = logit(x) { f64 [values::logit(x)] |p, _| p_times_rest(p).recip(), through |t, _, p, _| t / p / (T::one() - p),
                formula |p| values::logit(p) }
                at [0.5 => 0.0; 4.0];

            /// Smooth ramp `ln(1 + eˣ)`, without overflow; derivative [`logistic`](Special::logistic).
            #[doc(alias = "log1pexp")]
            pub Softplus = softplus(x) { f64 [values::softplus(x)] |x, _| x.unary(Logistic),
                through |t, slope, x, _| x.if_less(T::lit(-NOTHING_BESIDE_ONE), || times_exp(t, x), || t * slope),
                formula |x| values::softplus(x) }
                at [0.0 => std::f64::consts::LN_2; 0.5], at [1000.0 => 1000.0; 1.0];

            /// Ramp `max(x, 0)`, with derivative 0 at 0, the subgradient of smallest norm. (`x.max(0)` has 1/2 there, as any tie.)
            pub Relu = relu(x) { f64 [relu(x)] |x, _| by_sign(x, T::zero, T::zero), formula |x| relu(x) }
                at [2.0 => 2.0; 1.0], at [0.0 => 0.0; 0.0];

            /// `x` above 0 and `slope x` below. At 0 the derivative is, of the numbers between `slope` and 1, the one nearest to 0.
            pub LeakyRelu(slope: f64) = leaky_relu(x) { [leaky_relu(slope, x)]
                |x, _| by_sign(x, || T::lit(slope), || T::lit(at_kink(slope))),
                formula |x| leaky_relu(slope, x) }
                at [-2.0; 0.125 => -0.25; 0.125], at [0.0; 0.125 => 0.0; 0.125],
                members [(0.125)];

            /// `x` above 0 and `scale (eˣ - 1)` below. Where there is a kink, for `scale` other than 1, the derivative at 0 is, of the
            /// numbers between `scale` and 1, the one nearest to 0. Second derivatives at 0 are those of the left side.
            pub Elu(scale: f64) = elu(x) { [elu(scale, x)]
                |x, _| by_sign(x, || T::lit(scale) * x.exp(), || T::lit(at_kink(scale)) * x.exp()),
                through |t, slope, x, _| x.if_less(T::lit(-NOTHING_BESIDE_ONE), || times_exp(t * T::lit(scale), x), || t * slope),
                formula |x| elu(scale, x) }
                at [0.0; 1.0 => 0.0; 1.0], at [-1000.0; 1.0 => -1.0; 0.0],
                members [(2.0)];

            /// Gaussian error linear unit `x Φ(x)`, exact (not the approximation by `tanh`); derivative `Φ(x) + x φ(x)`. 0 at `-∞`.
            pub Gelu = gelu(x) { f64 [values::gelu(x)] |x, _| x.unary(NormCdf) - x.unary(NormPdf(1)),
                through |t, slope, x, _| x.if_less(T::lit(-12.0), || times_gelu_slope(t, slope, x), || t * slope) }
                at [0.0 => 0.0; 0.5], source ["Hendrycks & Gimpel, arXiv 1606.08415"];

            /// Sigmoid linear unit `x / (1 + e⁻ˣ)`; derivative `σ(x) + x σ'(x)` with the [logistic](Special::logistic) `σ`. 0 at
            /// `-∞`.
            #[doc(alias = "swish")]
            pub Silu = silu(x) { f64 [values::silu(x)] |x, _| silu_slope(x),
                through |t, slope, x, _| x.if_less(T::lit(-NOTHING_BESIDE_ONE), || times_exp(t * (x + T::one()), x), || t * slope) }
                at [0.0 => 0.0; 0.5];

            /// `ln(1 - eˣ)` for `x ≤ 0`, with all digits on both ends; derivative `-eˣ / (1 - eˣ)`. `-∞` with derivative `-∞` at 0.
            // Not `-exp_m1`: both zeros give +0.
            pub Log1mExp = log1mexp(x) { f64 [values::log1mexp(x)] |x, _| -(x.exp() / (T::zero() - x.exp_m1())),
                through |t, slope, x, _| {
                    let far = || x.if_less(T::lit(-NOTHING_BESIDE_ONE), || -times_exp(t, x), || t * slope);
                    near_pole(x, || t / x, far)
                }, formula |x| values::log1mexp(x) }
                about [-std::f64::consts::LN_2 => -std::f64::consts::LN_2; -1.0],
                source ["Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012"];

            /// `ln(eˣ + eʸ)`, without overflow: the sum of numbers that are given by logarithms. Partials are the weights
            /// `eˣ / (eˣ + eʸ)` and `eʸ / (eˣ + eʸ)`.
            ///
            /// `-∞` is the logarithm of nothing: its weight is 0, also beside another `-∞`. Two `+∞` weigh one half each.
            ///
            /// # Accuracy
            /// The smaller weight has a relative error of about 1e-16 times the distance of `x` and `y`.
            #[doc(alias = "logaddexp")]
            pub LogAddExp = log_add_exp(x, y) { f64 [values::log_add_exp(x, y)]
                |x, y, _| weight(x, y),
                |x, y, _| weight(y, x),
                through |t, by_x, x, y, _| times_weight(t, by_x, x, y), |t, by_y, x, y, _| times_weight(t, by_y, y, x),
                formula |x, y| values::log_add_exp(x, y) }
                at [1000.0, 1000.0 => 1000.0 + std::f64::consts::LN_2; 0.5, 0.5],
                at [f64::NEG_INFINITY, 3.0 => 3.0; 0.0, 1.0];

            /// `x ln y`, which is 0 for `x = 0` whatever number `y` is: a term of an entropy or a likelihood. Partials `ln y` and `x / y`,
            /// the latter 0 at the origin.
            pub XLogY = xlogy(x, y) { f64 [x_log_y(x, y)]
                |_, y, _| y.ln(),
                |x, y, _| zero_over_zero_is_zero(x, y),
                through |t, by_x, _, _, _| t * by_x, |t, by_y, x, y, _| times_ratio(t, by_y, x, y) }
                at [0.0, 0.0 => 0.0; f64::NEG_INFINITY, 0.0], at [3.0, 1.0 => 0.0; 0.0, 3.0];

            /// `x ln(1 + y)`, accurate for small `y`, and 0 for `x = 0` whatever number `y` is. Partials `ln(1 + y)` and `x / (1 + y)`, the
            /// latter 0 at `(0, -1)`.
            pub XLog1pY = xlog1py(x, y) { f64 [x_log_1p_y(x, y)]
                |_, y, _| y.ln_1p(),
                |x, y, _| zero_over_zero_is_zero(x, T::one() + y),
                through |t, by_x, _, _, _| t * by_x, |t, by_y, x, y, _| times_ratio(t, by_y, x, T::one() + y) }
                at [2.0, 1e-20 => 2e-20; 1e-20, 2.0];
        }
    };
}
pub(crate) use steps;

steps!(define_rules, [Steps]);

/// The slope of the logistic function. Near 0 it is `(1 - t²) / 4` with `t = tanh(x / 2)`, which keeps the digits of higher
/// derivatives; beyond, `e / (1 + e)²` with `e = exp(-|x|)`, which keeps those of the slope.
#[inline]
fn logistic_slope<T: Float>(x: T) -> T {
    let a = magnitude(x);
    a.if_less(
        T::one(),
        || {
            let t = (x * T::lit(0.5)).tanh();
            (T::one() - t * t) * T::lit(0.25)
        },
        || {
            let e = (-a).exp();
            let d = T::one() + e;
            e / (d * d)
        },
    )
}

/// `t σ'(x)`, also where `σ'` underflows: far out it is `exp(-|x|)`.
fn times_logistic_slope<T: Float>(t: T, slope: T, x: T) -> T {
    let a = magnitude(x);
    a.if_less(T::lit(NOTHING_BESIDE_ONE), || t * slope, || times_exp(t, -a))
}

/// `p (1 - p)`, about 1/2 as `1/4 - (p - 1/2)²`, whose derivative has no rounding.
#[inline]
fn p_times_rest<T: Float>(p: T) -> T {
    let q = p - T::lit(0.5);
    let product = || p * (T::one() - p);
    T::lit(-0.25).if_less(q, || q.if_less(T::lit(0.25), || T::lit(0.25) - q * q, product), product)
}

/// `σ + x σ'`. Beyond [`NOTHING_BESIDE_ONE`] it is, with `e = exp(-|x|)`, `(1 + x) e`, or `1 - (1 - x) e` above, with two factors
/// `√e`, in which nothing is subnormal before the result is. At infinity it is `σ`.
#[inline]
fn silu_slope<T: Float>(x: T) -> T {
    let far = T::lit(NOTHING_BESIDE_ONE);
    let at_infinity = || x.unary(Logistic);
    x.if_less(
        -far,
        || {
            let below = || times_exp(x + T::one(), x);
            x.if_less(lowest(), at_infinity, below)
        },
        || {
            let above = || T::one() + times_exp(x - T::one(), -x);
            let between = || x.unary(Logistic) + x * logistic_slope(x);
            far.if_less(x, || largest::<T>().if_less(x, at_infinity, above), between)
        },
    )
}

fn relu<T: Float>(x: T) -> T {
    let below = || x.if_less(T::infinity(), T::zero, || x); // or NaN
    T::zero().if_less(x, || x, below)
}

#[inline]
fn leaky_relu<T: Float>(slope: f64, x: T) -> T {
    T::zero().if_less(x, || x, || x * T::lit(slope))
}

#[inline]
fn elu<T: Float>(scale: f64, x: T) -> T {
    T::zero().if_less(x, || x, || x.exp_m1() * T::lit(scale))
}

/// The slope of a ramp: 1 above 0, `below()` below, and `at_zero()` at the kink.
#[inline]
fn by_sign<T: Float>(x: T, below: impl FnOnce() -> T, at_zero: impl FnOnce() -> T) -> T {
    T::zero().if_less(x, T::one, || x.if_less(T::zero(), below, at_zero))
}

/// The slope at a kink between slopes `a` on the left and 1 on the right: the one nearest to zero of those between, or, if
/// `a > 1`, of those between on the concave side.
#[inline]
fn at_kink(a: f64) -> f64 {
    a.clamp(0.0, 1.0)
}

/// `eˣ / (eˣ + eʸ)`; an infinite pair has weights `e^-∞ = 0`, or shares the one of `+∞`.
#[inline]
fn weight<T: Float>(x: T, y: T) -> T {
    let ratio = || (x - y).unary(Logistic);
    largest::<T>().if_less(
        x,
        || largest::<T>().if_less(y, || T::lit(0.5), ratio),
        || x.if_less(lowest(), || y.if_less(lowest(), T::zero, ratio), ratio),
    )
}

/// `t eˣ / (eˣ + eʸ)`, also where the ratio underflows.
fn times_weight<T: Float>(t: T, weight: T, x: T, y: T) -> T {
    if y.is_infinite() {
        t * weight
    } else {
        (x - y).if_less(T::lit(-NOTHING_BESIDE_ONE), || times_exp(t, x - y), || t * weight)
    }
}

/// `t (Φ(x) + x φ(x))` far below zero, where `Φ` is `φ` over the slope of its logarithm.
fn times_gelu_slope<T: Float>(t: T, slope: T, x: T) -> T {
    times_norm_pdf(t * (x + x.unary(LogNormCdf(1)).recip()), 0, x, || t * slope)
}

fn x_log_y(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}

fn x_log_1p_y(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln_1p() }
}

/// `x / y`, and at the origin 0, which grows infinitely fast with `x` and does not with `y`.
#[inline]
fn zero_over_zero_is_zero<T: Float>(x: T, y: T) -> T {
    let quotient = || x / y;
    let where_x_is_zero = || T::zero().if_less(y, quotient, || y.if_less(T::zero(), quotient, || x.unary(OverZero)));
    T::zero().if_less(x, quotient, || x.if_less(T::zero(), quotient, where_x_is_zero))
}

/// `t x / y`, also where `x / y` leaves the range.
fn times_ratio<T: Float>(t: T, slope: T, x: T, y: T) -> T {
    let ratio = || times_quotient(t, x, y);
    T::zero().if_less(x, ratio, || x.if_less(T::zero(), ratio, || t * slope))
}

define_rules! {
    [Continued]

    /// `x / 0`, continued to 0 at 0.
    OverZero = over_zero(x) { [x] |_, _| T::infinity() };
}
