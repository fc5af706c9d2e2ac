//! The rows of the special functions: derivatives in the form that holds, nested, over the whole domain.
//!
//! The conventions are those of [`crate::rules`]. Where a function's derivatives are functions of their own family (polygamma,
//! Bessel, the derivatives of sinc) a row has the member as its parameter, so that every order is as accurate as a value. Values
//! are computed in `f64`, also for `f32`.
//!
//! The methods of [`Special`](super::Special) are how to call them; there are the domains, edges and accuracies.

pub use super::bessel::{BesselI, BesselK, LnBesselI, LnBesselK};
use super::gamma;
pub use super::incomplete_beta::{BetaQuantile, IncompleteBeta, StudentCdf, StudentQuantile};
pub use super::incomplete_gamma::{GammaQuantile, GammaTail};
pub use super::tails::{Erfcx, LogErfc, LogNormCdf};
use super::values;
use crate::float::{Float, Primitive};
use crate::rules::{Binary, Unary};
use num_traits::{Float as _, One as _, Zero as _};

/// Rows without a parameter: `Type: name, value on f64, |x, y| derivative;`.
macro_rules! unary_rows {
    ($($(#[$doc:meta])* $Row:ident: $name:literal, $value:path, |$x:pat_param, $y:pat_param| $partial:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Row;

        impl Unary for $Row {
            const NAME: &'static str = $name;
            #[inline]
            fn value<B: Primitive>(self, x: B) -> B {
                B::nearest($value(x.widen()))
            }
            #[inline]
            fn partial<T: Float>(self, $x: T, $y: T) -> T {
                $partial
            }
        }
    )*};
}

/// Rows of a family: `Type: name, value on f64 of the order and x;`, where the derivative of a member is the next one.
macro_rules! family_rows {
    ($($(#[$doc:meta])* $Row:ident: $name:literal, $value:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Row(pub u32);

        impl Unary for $Row {
            const NAME: &'static str = $name;
            #[inline]
            fn value<B: Primitive>(self, x: B) -> B {
                B::nearest($value(self.0, x.widen()))
            }
            #[inline]
            fn partial<T: Float>(self, x: T, _: T) -> T {
                x.unary($Row(self.0.saturating_add(1)))
            }
        }
    )*};
}

/// Rows of two arguments: `Type: name, value on f64, |x, y, z| partial by x, |x, y, z| partial by y;`.
macro_rules! binary_rows {
    ($($(#[$doc:meta])* $Row:ident: $name:literal, $value:path,
        |$x:pat_param, $y:pat_param, $z:pat_param| $by_x:expr,
        |$u:pat_param, $v:pat_param, $w:pat_param| $by_y:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Row;

        impl Binary for $Row {
            const NAME: &'static str = $name;
            #[inline]
            fn value<B: Primitive>(self, x: B, y: B) -> B {
                B::nearest($value(x.widen(), y.widen()))
            }
            #[inline]
            fn partial_x<T: Float>(self, $x: T, $y: T, $z: T) -> T {
                $by_x
            }
            #[inline]
            fn partial_y<T: Float>(self, $u: T, $v: T, $w: T) -> T {
                $by_y
            }
        }
    )*};
}

// ---- The normal distribution -----------------------------------------------------------------------------------------

unary_rows! {
    /// Error function; derivative `2/√π exp(-x²)`.
    Erf: "erf", libm::erf, |x, _| x.unary(ErfSlope(0));
    /// Complement `1 - erf x`; derivative `-2/√π exp(-x²)`.
    Erfc: "erfc", libm::erfc, |x, _| -x.unary(ErfSlope(0));
    /// Inverse of the error function; derivative `√π/2 exp(y²)`.
    ErfInv: "erf_inv", values::erf_inv, |x, y| erf_inv_slope(x, y);
    /// Distribution function of the normal distribution; derivative its density.
    NormCdf: "norm_cdf", values::norm_cdf, |x, _| x.unary(NormPdf(0));
    /// Quantile of the normal distribution; derivative the reciprocal of the density at `y`.
    NormQuantile: "norm_quantile", values::norm_quantile, |x, y| quantile_slope(x, y);
}

family_rows! {
    /// Derivative of order `n` of `2/√π exp(-x²)`, the derivative of [`Erf`]; its derivative is the next one.
    ErfSlope: "erf_slope", values::erf_slope;
    /// Derivative of order `n` of the density of the normal distribution; its derivative is the next one.
    NormPdf: "norm_pdf", values::norm_pdf;
}

/// The factor that a density at the rounded quantile `y` is off by. Its exponent is, by `y²` times the rounding; and so is the
/// probability of the tail, which is known. The factor is 1 but for rounding, and has no derivative. Near the centre it is left
/// out: the rounding of the probability would be more.
#[inline]
fn rounding<T: Float>(probability: impl Fn(T::Base) -> T::Base, y: T::Base, tail: T::Base) -> T {
    let is_needed = y < T::Base::nearest(-1.0) && tail >= T::Base::min_positive_value();
    T::from_base(if is_needed { probability(y) / tail } else { T::Base::one() })
}

/// `1 / φ(y)`.
#[inline]
fn quantile_slope<T: Float>(p: T, y: T) -> T {
    let (p, y0) = (p.base(), y.base());
    let (y0, tail) = if y0 < T::Base::zero() { (y0, p) } else { (-y0, T::Base::one() - p) };
    rounding::<T>(|y| NormCdf.value(y), y0, tail) / y.unary(NormPdf(0))
}

/// `√π/2 exp(y²)`.
#[inline]
fn erf_inv_slope<T: Float>(x: T, y: T) -> T {
    let tail = T::Base::one() - x.base().abs();
    rounding::<T>(|y| Erfc.value(-y), -y.base().abs(), tail) / y.unary(ErfSlope(0))
}

// ---- Gamma and its relatives -----------------------------------------------------------------------------------------

unary_rows! {
    /// Gamma function; derivative `y ψ(x)`.
    Gamma: "gamma", libm::tgamma, |x, y| gamma_slope(x, y);
    /// `ln |Γ(x)|`; derivative `ψ(x)`.
    LnGamma: "ln_gamma", libm::lgamma, |x, _| x.unary(Polygamma(0));
}

family_rows! {
    /// Derivative of order `n` of the digamma function `ψ`; its derivative is the next one.
    Polygamma: "polygamma", gamma::polygamma;
}

/// `y ψ(x)`; below zero the function may be subnormal or 0 where its slope is not, which then is a row of its own.
#[inline]
fn gamma_slope<T: Float>(x: T, y: T) -> T {
    let is_lost = x < T::zero() && (y.is_subnormal() || y.is_zero());
    if is_lost { x.unary(GammaDerivative(1)) } else { y * x.unary(Polygamma(0)) }
}

family_rows! {
    /// Derivative of order `n` of the gamma function, also where the function is subnormal; its derivative is the next one.
    GammaDerivative: "gamma_derivative", gamma::gamma_derivative;
}

/// `ψ⁽ⁿ⁾(x) - ψ⁽ⁿ⁾(x + y)`, without cancellation for small `y`: the derivatives of [`LnBeta`].
#[derive(Clone, Copy, Debug)]
pub struct PolygammaGap(pub u32);

impl Binary for PolygammaGap {
    const NAME: &'static str = "polygamma_gap";
    #[inline]
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        B::nearest(gamma::polygamma_gap(self.0, x.widen(), y.widen()))
    }
    #[inline]
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        x.binary(PolygammaGap(self.0.saturating_add(1)), y)
    }
    #[inline]
    fn partial_y<T: Float>(self, x: T, y: T, _: T) -> T {
        -(x + y).unary(Polygamma(self.0.saturating_add(1)))
    }
}

binary_rows! {
    /// Beta function; partials `z (ψ(x) - ψ(x + y))` and the same with the arguments exchanged.
    Beta: "beta", gamma::beta,
        |x, y, z| z * x.binary(PolygammaGap(0), y), |x, y, z| z * y.binary(PolygammaGap(0), x);
    /// Logarithm of the beta function; partials `ψ(x) - ψ(x + y)` and the same with the arguments exchanged.
    LnBeta: "ln_beta", gamma::ln_beta,
        |x, y, _| x.binary(PolygammaGap(0), y), |x, y, _| y.binary(PolygammaGap(0), x);
}

// ---- Bessel functions ------------------------------------------------------------------------------------------------

/// Bessel function of the first kind; derivative `(Jₙ₋₁ - Jₙ₊₁) / 2`, and `-J₁` of `J₀`. Nothing is divided by `x`.
#[derive(Clone, Copy, Debug)]
pub struct Jn(pub i32);

impl Unary for Jn {
    const NAME: &'static str = "jn";
    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        B::nearest(libm::jn(self.0, x.widen()))
    }
    #[inline]
    fn partial<T: Float>(self, x: T, _: T) -> T {
        match self.0 {
            0 => -x.unary(Jn(1)),
            n => (x.unary(Jn(n.saturating_sub(1))) - x.unary(Jn(n.saturating_add(1)))) * T::lit(0.5),
        }
    }
}

/// Bessel function of the second kind; derivative `(Yₙ₋₁ - Yₙ₊₁) / 2`, and `-Y₁` of `Y₀`.
#[derive(Clone, Copy, Debug)]
pub struct Yn(pub i32);

impl Unary for Yn {
    const NAME: &'static str = "yn";
    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        B::nearest(libm::yn(self.0, x.widen()))
    }
    #[inline]
    fn partial<T: Float>(self, x: T, y: T) -> T {
        match self.0 {
            0 => -x.unary(Yn(1)),
            _ if y.is_infinite() => -y, // its neighbours may both be infinite
            n => (x.unary(Yn(n.saturating_sub(1))) - x.unary(Yn(n.saturating_add(1)))) * T::lit(0.5),
        }
    }
}

// ---- Exponentials ----------------------------------------------------------------------------------------------------

unary_rows! {
    /// `1 / (1 + e⁻ˣ)`; derivative `y (1 - y)`, accurate also where `y` rounds to 1.
    Logistic: "logistic", values::logistic, |x, _| logistic_slope(x);
    /// `ln(p / (1 - p))`; derivative `1 / (p (1 - p))`, `+∞` at 0 and 1, NaN beyond.
    Logit: "logit", values::logit, |p, _| p_times_rest(p).recip();
    /// `ln(1 + eˣ)`; derivative [`Logistic`].
    Softplus: "softplus", values::softplus, |x, _| x.unary(Logistic);
    /// `ln(1 - eˣ)` for `x < 0`; derivative `-eˣ / (1 - eˣ)`, `-∞` at 0, NaN above.
    Log1mExp: "log1mexp", values::log1mexp, |x, _| -(x.exp() / (T::zero() - x.exp_m1())); // not -exp_m1: both zeros give +0
    /// `x Φ(x)`; derivative `Φ(x) + x φ(x)`.
    Gelu: "gelu", values::gelu, |x, _| x.unary(NormCdf) - x.unary(NormPdf(1)); // φ' = -x φ
    /// `x / (1 + e⁻ˣ)`; derivative `σ(x) + x σ'(x)`.
    Silu: "silu", values::silu, |x, _| silu_slope(x);
    /// `max(x, 0)`; derivative 1 above 0, else 0.
    Relu: "relu", relu, |x, _| if x > T::zero() { T::one() } else { T::zero() };
}

/// The slope of the logistic function. Near 0 it is `(1 - t²) / 4` with `t = tanh(x / 2)`, which keeps the digits of higher
/// derivatives; beyond, `e / (1 + e)²` with `e = exp(-|x|)`, which keeps those of the slope.
#[inline]
fn logistic_slope<T: Float>(x: T) -> T {
    let a = if x < T::zero() { -x } else { x };
    if a < T::one() {
        let t = (x * T::lit(0.5)).tanh();
        (T::one() - t * t) * T::lit(0.25)
    } else {
        let e = (-a).exp();
        let d = T::one() + e;
        e / (d * d)
    }
}

/// `p (1 - p)`, about 1/2 as `1/4 - (p - 1/2)²`, whose derivative has no rounding.
#[inline]
fn p_times_rest<T: Float>(p: T) -> T {
    let q = p - T::lit(0.5);
    if q > T::lit(-0.25) && q < T::lit(0.25) { T::lit(0.25) - q * q } else { p * (T::one() - p) }
}

/// `σ + x σ'`. Beyond 40, where `1 + e` is 1 for `e = exp(-|x|)`, it is `(1 + x) e`, or `1 - (1 - x) e` above, with two factors
/// `√e`, in which nothing is subnormal before the result is.
#[inline]
fn silu_slope<T: Float>(x: T) -> T {
    let far = T::lit(40.0);
    if x.is_infinite() {
        x.unary(Logistic)
    } else if x < -far {
        let root = (x * T::lit(0.5)).exp();
        (x + T::one()) * root * root
    } else if x > far {
        let root = (x * T::lit(-0.5)).exp();
        T::one() + (x - T::one()) * root * root
    } else {
        x.unary(Logistic) + x * logistic_slope(x)
    }
}

fn relu(x: f64) -> f64 {
    if x > 0.0 || x.is_nan() { x } else { 0.0 }
}

/// The slope at a kink between slopes `a` on the left and 1 on the right: the one nearest to zero of those between, or, if
/// `a > 1`, of those between on the concave side.
#[inline]
fn at_kink(a: f64) -> f64 {
    a.clamp(0.0, 1.0)
}

/// `x` above 0 and `slope x` below.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu(pub f64);

impl Unary for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        if x > B::zero() { x } else { x * B::nearest(self.0) }
    }
    #[inline]
    fn partial<T: Float>(self, x: T, _: T) -> T {
        if x > T::zero() {
            T::one()
        } else if x < T::zero() {
            T::lit(self.0)
        } else {
            T::lit(at_kink(self.0))
        }
    }
}

/// `x` above 0 and `scale (eˣ - 1)` below.
#[derive(Clone, Copy, Debug)]
pub struct Elu(pub f64);

impl Unary for Elu {
    const NAME: &'static str = "elu";
    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        if x > B::zero() { x } else { x.exp_m1() * B::nearest(self.0) }
    }
    #[inline]
    fn partial<T: Float>(self, x: T, _: T) -> T {
        if x > T::zero() {
            T::one()
        } else if x == T::zero() {
            T::lit(at_kink(self.0)) * x.exp()
        } else {
            T::lit(self.0) * x.exp()
        }
    }
}

binary_rows! {
    /// `ln(eˣ + eʸ)`; partials are the weights `eˣ / (eˣ + eʸ)` and `eʸ / (eˣ + eʸ)`.
    LogAddExp: "log_add_exp", values::log_add_exp, |x, y, _| weight(x, y), |x, y, _| weight(y, x);
    /// `x ln y`, 0 at `x = 0`; partials `ln y` and `x / y`.
    XLogY: "xlogy", x_log_y, |_, y, _| y.ln(), |x, y, _| zero_over_zero_is_zero(x, y);
    /// `x ln(1 + y)`, 0 at `x = 0`; partials `ln(1 + y)` and `x / (1 + y)`.
    XLog1pY: "xlog1py", x_log_1p_y, |_, y, _| y.ln_1p(), |x, y, _| zero_over_zero_is_zero(x, T::one() + y);
}

/// `eˣ / (eˣ + eʸ)`; an infinite pair has weights `e^-∞ = 0`, or shares the one of `+∞`.
#[inline]
fn weight<T: Float>(x: T, y: T) -> T {
    if x == y && x.is_infinite() { T::lit(if x > T::zero() { 0.5 } else { 0.0 }) } else { (x - y).unary(Logistic) }
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
    if x == T::zero() && y == T::zero() { x.unary(OverZero) } else { x / y }
}

/// `x / 0`, continued to 0 at 0.
#[derive(Clone, Copy, Debug)]
struct OverZero;

impl Unary for OverZero {
    const NAME: &'static str = "over_zero";
    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        x
    }
    #[inline]
    fn partial<T: Float>(self, _: T, _: T) -> T {
        T::infinity()
    }
}

// ---- Sines -----------------------------------------------------------------------------------------------------------

unary_rows! {
    /// `sin(πx)`; derivative `π cos(πx)`.
    SinPi: "sin_pi", values::sin_pi, |x, _| T::PI() * x.unary(CosPi);
    /// `cos(πx)`; derivative `-π sin(πx)`.
    CosPi: "cos_pi", values::cos_pi, |x, _| -T::PI() * x.unary(SinPi);
}

family_rows! {
    /// Derivative of order `n` of `sin x / x`; its derivative is the next one.
    Sinc: "sinc", values::sinc;
}
