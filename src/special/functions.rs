//! The functions as methods of every number: a row of the tables each, or put together from some.

use super::rules as row;
use super::rules::{bessel::bessel, gamma::gamma_functions, normal::normal, sines::sines, steps::steps};
use crate::float::Float;
use crate::rules::dialect::{examples, method};

/// A method for each row of a table.
macro_rules! special_methods {
    ($($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? = $name:ident $args:tt $body:tt
        $($clause:ident $list:tt),*;)*) => {$(
        method!([
            $(#[$meta])*
            #[doc = examples!(Special $name $args $body [$($clause $list)*])]
            #[inline]
            #[must_use]
        ] $name [$($($p: $P),+)?] $args row::$Rule);
    )*};
}

/// Special functions as methods of `f32`, `f64`, [`Dual`](crate::Dual), [`Reverse`](crate::Reverse) and their nestings.
///
/// Values are computed in `f64` (also for `f32`), by [`libm`](https://docs.rs/libm) where it has the function, and are the same on
/// every number. Outside a domain value and derivatives are NaN. Arguments are real, and results at infinity are limits.
///
/// On a plain `f64` call `Special::erf(x)` rather than `x.erf()`: the standard library prepares methods of such names.
///
/// # Accuracy
/// The table in the documentation of [the module](super) has a bound for every function and order.
///
/// # Examples
/// The normal distribution function is nearly a logistic one. Here they differ most.
/// ```
/// use dualtape::{Float, Special, value_and_derivative};
///
/// fn difference<T: Float>(x: T) -> T {
///     x.norm_cdf() - (x * T::lit(1.702)).logistic()
/// }
///
/// let (largest, slope): (f64, f64) =
///     value_and_derivative(difference, 0.571485370896902);
/// assert!(slope.abs() < 1e-15);
/// assert!((largest + 0.009486324445586).abs() < 1e-15);
/// ```
pub trait Special: Float {
    // ---- The normal distribution -----------------------------------------------------------------------------------------
    normal!(special_methods);

    /// Scaled complementary error function `exp(x²) erfc x`; derivative `2xy - 2/√π`, computed without that difference. It neither
    /// underflows nor loses digits for large `x`, where it is about `1 / (√π x)`. It is 0 at `∞`, and `∞` from -26.7 on downwards.
    ///
    /// # Cost
    /// Derivatives and values beyond 5 take a continued fraction, of about 50 to 1400 terms.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope) = value_and_derivative(|x| x.erfcx(), 0.0);
    /// assert_eq!((y, slope), (1.0, -std::f64::consts::FRAC_2_SQRT_PI));
    /// let far: f64 = Special::erfcx(1e10);
    /// assert!((far * 1e10 * std::f64::consts::PI.sqrt() - 1.0).abs() < 1e-15);
    /// ```
    ///
    /// Source: DLMF 7.2.3 and 7.18.
    #[inline]
    #[must_use]
    fn erfcx(self) -> Self {
        self.unary(row::Erfcx(0))
    }

    /// Logarithm of the [complementary error function](Special::erfc), also where that underflows; derivative
    /// `-2/√π / erfcx x`. `ln 2` at `-∞`, `-∞` at `∞`.
    ///
    /// # Cost
    /// As of [`erfcx`](Special::erfcx).
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope) = value_and_derivative(|x| x.log_erfc(), 0.0);
    /// assert_eq!((y, slope), (0.0, -std::f64::consts::FRAC_2_SQRT_PI));
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.log_erfc(), 1e150);
    /// assert!((y + 1e300).abs() < 1e285 && (slope + 2e150).abs() < 1e135);
    /// ```
    #[doc(alias = "logerfc")]
    #[inline]
    #[must_use]
    fn log_erfc(self) -> Self {
        self.unary(row::LogErfc(0))
    }

    /// Logarithm `ln Φ(x)` of the [distribution function](Special::norm_cdf) of the standard normal distribution, with all digits
    /// in both tails: down to `x = -1e154`, where it leaves the range, and above, where it is about `-Φ(-x)`. Derivative `φ(x) / Φ(x)`,
    /// the inverse of Mills' ratio. `-∞` with derivative `∞` at `-∞`, 0 at `∞`.
    ///
    /// # Cost
    /// As of [`erfcx`](Special::erfcx).
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(Special::log_norm_cdf(0.0), -std::f64::consts::LN_2);
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.log_norm_cdf(), -1e150);
    /// assert!((y + 5e299).abs() < 1e284 && (slope - 1e150).abs() < 1e135);
    /// ```
    #[doc(alias = "log_ndtr")]
    #[doc(alias = "logcdf")]
    #[inline]
    #[must_use]
    fn log_norm_cdf(self) -> Self {
        self.unary(row::LogNormCdf(0))
    }

    /// Density `exp(-x²/2) / √(2π)` of the standard normal distribution.
    ///
    /// # Examples
    /// It is steepest at ±1: the second derivative `(x² - 1) φ(x)` is zero there.
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert_eq!(derivative(|x| derivative(|x| x.norm_pdf(), x), 1.0), 0.0);
    /// ```
    #[inline]
    #[must_use]
    fn norm_pdf(self) -> Self {
        self.unary(row::NormPdf(0))
    }

    // ---- Gamma and its relatives -----------------------------------------------------------------------------------------
    gamma_functions!(special_methods);

    /// Digamma function `ψ(x) = Γ'(x) / Γ(x)`; derivative [`polygamma(1)`](Special::polygamma). `∓∞` at ±0, NaN at the negative
    /// integers.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// let slope: f64 = derivative(|x| x.digamma(), 1.0);
    /// assert!((slope - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
    /// ```
    ///
    /// Source: DLMF 5.11.2 and, beside its zero, the series 5.7.6.
    #[doc(alias = "psi")]
    #[inline]
    #[must_use]
    fn digamma(self) -> Self {
        self.unary(row::Polygamma(0))
    }

    // ---- Incomplete gamma and beta functions, and distributions made of them ---------------------------------------------

    /// Regularised incomplete gamma function `P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a)` of the argument `self = x ≥ 0` and the shape `a ≥ 0`:
    /// the distribution function of the gamma distribution. 0 at `x = 0`, 1 at `x = ∞` and for `a = 0`.
    ///
    /// The derivative by `x` is the density `xᵃ⁻¹ e⁻ˣ / Γ(a)`; at `x = 0` it is 0, 1 or `∞` as `a` is above, equal to or below 1.
    /// Derivatives by the shape are there up to the fourth order, mixed ones included; those of higher orders are NaN. So are
    /// derivatives by the shape at `x = 0` of densities that do not vanish there.
    ///
    /// # Cost
    /// A series or continued fraction of 10 to 100 terms. A derivative by the shape evaluates it on dual numbers; each further order
    /// triples that.
    ///
    /// # Examples
    /// `P(1, x) = 1 - e⁻ˣ`.
    /// ```
    /// use dualtape::{Special, gradient};
    /// let p: f64 = Special::gamma_p(2.0, 1.0);
    /// assert!((p + (-2.0_f64).exp_m1()).abs() < 1e-15);
    /// let g: Vec<f64> = gradient(|v| v[0].gamma_p(v[1]), &[1.3, 2.5]);
    /// assert!((g[1] + 0.229626898335559).abs() < 1e-15);
    /// ```
    ///
    /// Source: DLMF 8.2.4, 8.9.2, 8.11.4; Gautschi, ACM TOMS 5 (1979); Temme, SIAM J. Math. Anal. 10 (1979).
    #[doc(alias = "gammainc")]
    #[doc(alias = "igamma")]
    #[inline]
    #[must_use]
    fn gamma_p(self, a: impl Into<Self>) -> Self {
        self.binary(row::GammaTail::LOWER, a.into())
    }

    /// The complement `Q(a, x) = 1 - P(a, x)` of [`gamma_p`](Special::gamma_p), with all digits where it is small.
    ///
    /// # Examples
    /// `Q(1, x) = e⁻ˣ`.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (q, slope): (f64, f64) = value_and_derivative(|x| x.gamma_q(1.0), 500.0);
    /// assert!((q * 500.0_f64.exp() - 1.0).abs() < 1e-14 && (slope + q).abs() < 1e-14 * q);
    /// ```
    ///
    /// Source: DLMF 8.2.4.
    #[doc(alias = "gammaincc")]
    #[doc(alias = "igammac")]
    #[inline]
    #[must_use]
    fn gamma_q(self, a: impl Into<Self>) -> Self {
        self.binary(row::GammaTail::UPPER, a.into())
    }

    /// The `x` with `P(a, x) = self`, the inverse of [`gamma_p`](Special::gamma_p), for `0 ≤ self ≤ 1` and `a > 0`. 0 and `∞` at 0
    /// and 1.
    ///
    /// With the density `p(x)` the derivative by the probability is `1 / p(x)`, that by the shape `-∂P/∂a / p(x)`.
    ///
    /// # Cost
    /// 5 to 20 values of `P`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (x, slope): (f64, f64) = value_and_derivative(|p| p.gamma_p_inv(1.0), 0.75);
    /// assert!((x - 4.0_f64.ln()).abs() < 1e-15 && (slope - 4.0).abs() < 1e-14);
    /// ```
    #[doc(alias = "gammaincinv")]
    #[inline]
    #[must_use]
    fn gamma_p_inv(self, a: impl Into<Self>) -> Self {
        self.binary(row::GammaQuantile::LOWER, a.into())
    }

    /// The `x` with `Q(a, x) = self`, the inverse of [`gamma_q`](Special::gamma_q): the quantile for a small probability of the upper
    /// tail. `∞` and 0 at 0 and 1. See [`gamma_p_inv`](Special::gamma_p_inv).
    ///
    /// # Examples
    /// ```
    /// use dualtape::Special;
    /// assert!((Special::gamma_q_inv(1e-300, 1.0) - 300.0 * 10.0_f64.ln()).abs() < 1e-12);
    /// ```
    #[doc(alias = "gammainccinv")]
    #[inline]
    #[must_use]
    fn gamma_q_inv(self, a: impl Into<Self>) -> Self {
        self.binary(row::GammaQuantile::UPPER, a.into())
    }

    /// Regularised incomplete beta function `Iₓ(a, b) = ∫₀ˣ tᵃ⁻¹ (1 - t)ᵇ⁻¹ dt / B(a, b)` of the argument `0 ≤ self = x ≤ 1` and the
    /// shapes `a, b ≥ 0`: the distribution function of the beta distribution.
    ///
    /// The derivative by `x` is the density `xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b)`; at 0 it is 0, `b` or `∞` as `a` is above, equal to or below 1,
    /// and at 1 likewise. Derivatives by the shapes are there up to the fourth order, mixed ones included; those of higher orders are
    /// NaN. If one shape is 0 or the other one infinite, all mass is at one end: 1 or 0. There is no limit if both are.
    ///
    /// The complement with all digits is `I₁₋ₓ(b, a)`.
    ///
    /// # Cost
    /// A continued fraction of 10 to 100 terms, which grow like the square root of the shapes. Where 20,000 terms are not enough, for
    /// shapes from about 1e7 on, the result is NaN. A derivative by a shape evaluates it on dual numbers; each further order triples
    /// that.
    ///
    /// # Examples
    /// `Iₓ(a, 1) = xᵃ`.
    /// ```
    /// use dualtape::{Special, gradient};
    /// let g: Vec<f64> = gradient(|v| v[0].beta_inc(v[1], 1.0), &[0.5, 2.0]);
    /// assert!((g[0] - 1.0).abs() < 1e-15 && (g[1] - 0.25 * 0.5_f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// Source: DLMF 8.17.22.
    #[doc(alias = "betainc")]
    #[doc(alias = "ibeta")]
    #[doc(alias = "beta_cdf")]
    #[inline]
    #[must_use]
    fn beta_inc(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
        Self::reduce(row::IncompleteBeta::VALUE, [self, a.into(), b.into()].into_iter())
    }

    /// The `x` with `Iₓ(a, b) = self`, the inverse of [`beta_inc`](Special::beta_inc) and quantile of the beta distribution, for `0 ≤
    /// self ≤ 1` and finite `a, b > 0`. Derivatives by the rule for implicit functions, as of
    /// [`gamma_p_inv`](Special::gamma_p_inv).
    ///
    /// # Cost
    /// 5 to 20 values of `Iₓ`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (x, slope): (f64, f64) =
    ///     value_and_derivative(|p| p.beta_inc_inv(2.0, 1.0), 0.25);
    /// assert!((x - 0.5).abs() < 1e-15 && (slope - 1.0).abs() < 1e-15);
    /// ```
    #[doc(alias = "betaincinv")]
    #[doc(alias = "beta_quantile")]
    #[inline]
    #[must_use]
    fn beta_inc_inv(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
        Self::reduce(row::BetaQuantile, [self, a.into(), b.into()].into_iter())
    }

    /// Distribution function `P(shape, x / scale)` of the gamma distribution at `self = x`, 0 below 0. See
    /// [`gamma_p`](Special::gamma_p).
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// let density: f64 = derivative(|x| x.gamma_cdf(1.0, 4.0), 8.0);
    /// assert!((density - (-2.0_f64).exp() / 4.0).abs() < 1e-16);
    /// ```
    #[inline]
    #[must_use]
    fn gamma_cdf(self, shape: impl Into<Self>, scale: impl Into<Self>) -> Self {
        let (x, shape) = (self / scale.into(), shape.into());
        below_zero_nothing(x, shape)
    }

    /// Quantile of the gamma distribution, the inverse of [`gamma_cdf`](Special::gamma_cdf). See
    /// [`gamma_p_inv`](Special::gamma_p_inv).
    ///
    /// # Examples
    /// ```
    /// use dualtape::Special;
    /// let median: f64 = Special::gamma_quantile(0.5, 1.0, 4.0);
    /// assert!((median - 4.0 * 2.0_f64.ln()).abs() < 1e-15);
    /// ```
    #[inline]
    #[must_use]
    fn gamma_quantile(self, shape: impl Into<Self>, scale: impl Into<Self>) -> Self {
        self.gamma_p_inv(shape) * scale.into()
    }

    /// Distribution function `P(k / 2, x / 2)` of the chi-squared distribution with `k` degrees of freedom at `self = x`, 0 below 0. See
    /// [`gamma_p`](Special::gamma_p).
    ///
    /// # Examples
    /// ```
    /// use dualtape::Special;
    /// let p: f64 = Special::chi_squared_cdf(6.0, 2.0);
    /// assert!((p + (-3.0_f64).exp_m1()).abs() < 1e-15);
    /// ```
    #[inline]
    #[must_use]
    fn chi_squared_cdf(self, k: impl Into<Self>) -> Self {
        let half = Self::lit(0.5);
        let (x, shape) = (self * half, k.into() * half);
        below_zero_nothing(x, shape)
    }

    /// Quantile of the chi-squared distribution, the inverse of [`chi_squared_cdf`](Special::chi_squared_cdf). See
    /// [`gamma_p_inv`](Special::gamma_p_inv).
    ///
    /// # Examples
    /// With one degree of freedom it is the square of a normal variable.
    /// ```
    /// use dualtape::Special;
    /// let x: f64 = Special::chi_squared_quantile(0.95, 1.0);
    /// assert!((x - Special::norm_quantile(0.975_f64).powi(2)).abs() < 1e-14);
    /// ```
    #[inline]
    #[must_use]
    fn chi_squared_quantile(self, k: impl Into<Self>) -> Self {
        let two = Self::lit(2.0);
        self.gamma_p_inv(k.into() / two) * two
    }

    /// Distribution function of Student's t distribution with `ν > 0` degrees of freedom at `self = t`, with all digits in the lower
    /// tail; derivative its density `(1 + t²/ν)^(-(ν + 1)/2) / (√ν B(1/2, ν/2))`.
    ///
    /// Derivatives by `ν` are there up to the fourth order, mixed ones included; those of higher orders are NaN.
    ///
    /// # Cost
    /// A derivative by `ν` takes much longer than a value, and so does a value for `ν > 1000`. For large `ν` the derivative is about `1 /
    /// ν²` of the terms it is the sum of, and all of these are computed with twice the digits.
    ///
    /// # Examples
    /// For `ν = 1`, Cauchy's distribution, it is `1/2 + atan(t) / π`.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (p, density): (f64, f64) = value_and_derivative(|t| t.student_t_cdf(1.0), 1.0);
    /// assert!(
    ///     (p - 0.75).abs() < 1e-15 && (density - 0.5 / std::f64::consts::PI).abs() < 1e-16
    /// );
    /// ```
    #[inline]
    #[must_use]
    fn student_t_cdf(self, nu: impl Into<Self>) -> Self {
        self.binary(row::StudentCdf { by_t: 0, by_nu: 0 }, nu.into())
    }

    /// Quantile of Student's t distribution, the inverse of [`student_t_cdf`](Special::student_t_cdf), for `0 ≤ self ≤ 1`. `∓∞` at 0
    /// and 1. Derivatives by the rule for implicit functions.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert!((Special::student_t_quantile(0.75_f64, 1.0) - 1.0).abs() < 1e-15);
    /// let slope: f64 = derivative(|p| p.student_t_quantile(1.0), 0.5);
    /// assert!((slope - std::f64::consts::PI).abs() < 1e-15);
    /// ```
    #[inline]
    #[must_use]
    fn student_t_quantile(self, nu: impl Into<Self>) -> Self {
        self.binary(row::StudentQuantile, nu.into())
    }

    // ---- Bessel functions ------------------------------------------------------------------------------------------------
    bessel!(special_methods);

    /// Modified Bessel function `Iᵥ(x)` of the first kind, of the argument `self = x` and a real order `ν`; derivative
    /// `(Iᵥ₋₁ + Iᵥ₊₁) / 2`.
    ///
    /// It is even or odd in `x` as an integer order is, and NaN at `x < 0` for others. It is `∞` at `x = ∞`. Derivatives at `x = 0` are
    /// those from the right.
    ///
    /// Derivatives by the argument are there for every order of differentiation. By the order `ν` there are those up to the fourth,
    /// mixed ones included, for `ν ≥ 0` and `x ≥ 0`; others are NaN. NaN too are orders beyond 1e6, and for `x > 1e5` those above `2√x`.
    ///
    /// # Cost
    /// A power series of about `x` terms, or an asymptotic one from `x = 19 + ν² / 4` on.
    ///
    /// # Examples
    /// `I₀' = I₁`.
    /// ```
    /// use dualtape::{Special, derivative};
    /// let slope: f64 = derivative(|x| x.bessel_i(0.0), 3.0);
    /// assert!((slope - 3.95337021740261).abs() < 1e-14);
    /// ```
    ///
    /// Source: DLMF 10.25.2, 10.29.1, 10.40.1.
    #[doc(alias = "iv")]
    #[doc(alias = "besseli")]
    #[inline]
    #[must_use]
    fn bessel_i(self, order: impl Into<Self>) -> Self {
        self.binary(row::BesselI { scaled: false, by_x: 0, by_order: 0 }, order.into())
    }

    /// The function `exp(-|x|) Iᵥ(x)`, which does not overflow; see [`bessel_i`](Special::bessel_i). It is 0 at `x = ∞`. There is a
    /// kink at 0, where derivatives are those from the right.
    ///
    /// # Examples
    /// For large arguments it is about `1 / √(2πx)`.
    /// ```
    /// use dualtape::Special;
    /// let y: f64 = Special::bessel_i_scaled(1e10, 0.0);
    /// assert!((y * (2e10 * std::f64::consts::PI).sqrt() - 1.0).abs() < 1e-10);
    /// ```
    ///
    /// Source: DLMF 10.32.2, 10.40.1.
    #[doc(alias = "ive")]
    #[inline]
    #[must_use]
    fn bessel_i_scaled(self, order: impl Into<Self>) -> Self {
        self.binary(row::BesselI { scaled: true, by_x: 0, by_order: 0 }, order.into())
    }

    /// Logarithm of [`bessel_i`](Special::bessel_i) for `x ≥ 0` and `ν ≥ 0`, also where that under- or overflows. Its derivatives, by both
    /// arguments together, are there up to the fourth order; those of higher orders are NaN. `-∞` at `x = 0` for `ν > 0`.
    ///
    /// # Examples
    /// `I₁⸝₂(x) = √(2 / πx) sinh x`.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.ln_bessel_i(0.5), 1000.0);
    /// assert!((y - (1000.0 - 0.5 * (2000.0 * std::f64::consts::PI).ln())).abs() < 1e-12);
    /// assert!((slope - (1.0 - 0.0005)).abs() < 1e-15);
    /// ```
    #[inline]
    #[must_use]
    fn ln_bessel_i(self, order: impl Into<Self>) -> Self {
        self.binary(row::LnBesselI { by_x: 0, by_order: 0 }, order.into())
    }

    /// Modified Bessel function `Kᵥ(x)` of the second kind, of the argument `self = x ≥ 0` and a real order `ν`, in which it is even;
    /// derivative `-(Kᵥ₋₁ + Kᵥ₊₁) / 2`. `∞` at `x = 0`, 0 at `∞`.
    ///
    /// Derivatives by both arguments are there for every order of differentiation. NaN for orders beyond 1e6.
    ///
    /// # Cost
    /// An integral of 15 to 50 values, and of `-8 ln x` values for tiny `x`.
    ///
    /// # Examples
    /// `K₁⸝₂(x) = √(π / 2x) e⁻ˣ`.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.bessel_k(0.5), 2.0);
    /// let expected = (std::f64::consts::PI / 4.0).sqrt() * (-2.0_f64).exp();
    /// assert!((y - expected).abs() < 1e-16 && (slope + 1.25 * expected).abs() < 1e-16);
    /// ```
    ///
    /// Source: DLMF 10.32.9, by the trapezoidal rule.
    #[doc(alias = "kv")]
    #[doc(alias = "besselk")]
    #[inline]
    #[must_use]
    fn bessel_k(self, order: impl Into<Self>) -> Self {
        self.binary(row::BesselK { scaled: false, by_x: 0, by_order: 0 }, order.into())
    }

    /// The function `exp(x) Kᵥ(x)`, which does not underflow; see [`bessel_k`](Special::bessel_k).
    ///
    /// # Examples
    /// ```
    /// use dualtape::Special;
    /// let y: f64 = Special::bessel_k_scaled(1e10, 0.5);
    /// assert!((y / (std::f64::consts::PI / 2e10).sqrt() - 1.0).abs() < 1e-15);
    /// ```
    #[doc(alias = "kve")]
    #[inline]
    #[must_use]
    fn bessel_k_scaled(self, order: impl Into<Self>) -> Self {
        self.binary(row::BesselK { scaled: true, by_x: 0, by_order: 0 }, order.into())
    }

    /// Logarithm of [`bessel_k`](Special::bessel_k), also where that under- or overflows. Its derivatives, by both arguments together, are
    /// there up to the fourth order; those of higher orders are NaN, as all are at `x = 0`. `∞` at `x = 0`, `-∞` at `∞`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.ln_bessel_k(0.5), 1000.0);
    /// assert!((y + 1000.0 - 0.5 * (std::f64::consts::PI / 2000.0).ln()).abs() < 1e-12);
    /// assert!((slope + 1.0005).abs() < 1e-15);
    /// ```
    #[inline]
    #[must_use]
    fn ln_bessel_k(self, order: impl Into<Self>) -> Self {
        self.binary(row::LnBesselK { by_x: 0, by_order: 0 }, order.into())
    }

    /// Bessel function of the first kind and order 0, 1 at 0; derivative `-J₁`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.j0(), 0.0), (1.0, -0.0));
    /// assert_eq!(derivative(|x| derivative(|x| x.j0(), x), 0.0), -0.5);
    /// ```
    ///
    /// Source: DLMF 10.2.
    #[doc(alias = "bessel")]
    #[inline]
    #[must_use]
    fn j0(self) -> Self {
        self.unary(row::Jn(0))
    }

    /// Bessel function of the first kind and order 1, `x / 2` near 0; derivative `(J₀ - J₂) / 2`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert_eq!(derivative(|x| x.j1(), 0.0), 0.5);
    /// ```
    #[inline]
    #[must_use]
    fn j1(self) -> Self {
        self.unary(row::Jn(1))
    }

    /// Bessel function of the second kind and order 0 for `x ≥ 0`, `-∞` at 0; derivative `-Y₁`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert_eq!(derivative(|x| x.y0(), 2.0), -Special::y1(2.0));
    /// ```
    #[inline]
    #[must_use]
    fn y0(self) -> Self {
        self.unary(row::Yn(0))
    }

    /// Bessel function of the second kind and order 1 for `x ≥ 0`, `-∞` at 0; derivative `(Y₀ - Y₂) / 2`.
    ///
    /// # Examples
    /// The Wronskian `J₁ Y₁' - J₁' Y₁` is `2 / (πx)`.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (j, dj): (f64, f64) = value_and_derivative(|x| x.j1(), 4.0);
    /// let (y, dy) = value_and_derivative(|x| x.y1(), 4.0);
    /// assert!((j * dy - dj * y - 0.5 / std::f64::consts::PI).abs() < 1e-16);
    /// ```
    #[inline]
    #[must_use]
    fn y1(self) -> Self {
        self.unary(row::Yn(1))
    }

    // ---- Steps, ramps and logarithms -------------------------------------------------------------------------------------
    steps!(special_methods);

    /// `ln(1 + eˣ)`, another name of [`softplus`](Special::softplus).
    ///
    /// # Examples
    /// ```
    /// use dualtape::Special;
    /// assert_eq!(Special::log1pexp(0.0), std::f64::consts::LN_2);
    /// ```
    #[inline]
    #[must_use]
    fn log1pexp(self) -> Self {
        self.softplus()
    }

    // ---- Sines -----------------------------------------------------------------------------------------------------------
    sines!(special_methods);

    /// `sin x / x`, which is 1 at 0, with right derivatives of every order there, and 0 at `±∞`. (Not normalised: `sin(πx) / (πx)` is `(x
    /// * π).sinc()`.)
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert_eq!(derivative(|x| x.sinc(), 0.0), 0.0);
    /// assert_eq!(derivative(|x| derivative(|x| x.sinc(), x), 0.0), -1.0 / 3.0);
    /// ```
    #[inline]
    #[must_use]
    fn sinc(self) -> Self {
        self.unary(row::Sinc(0))
    }
}

/// `P(shape, x)`, and 0 where `x` is negative.
fn below_zero_nothing<T: Float>(x: T, shape: T) -> T {
    if x < T::zero() {
        let _ = x + shape; // refuses numbers of two differentiations, as every function of two numbers does
        T::zero()
    } else {
        x.gamma_p(shape)
    }
}

impl<T: Float> Special for T {}
