//! Special functions on every number: [`Special`].
//!
//! Error function and normal distribution, gamma and its relatives, Bessel functions, the smooth steps and ramps of statistics
//! and neural networks, logarithms of sums of exponentials, sines by half turns. [`rules`] has their rows.
//!
//! # Accuracy
//! The largest error found, in units in the last place, of values and derivatives of orders 1 to 4, and of all partial
//! derivatives of these orders, in both precisions, in every mode and nesting:
//!
//! | function | value | first | second | third | fourth |
//! |---|---|---|---|---|---|
//! | `erf`, `erfc` | 2.5 | 2.0 | 2.5 | 3.5 | 3.0 |
//! | `erf_inv` | 4.5 | 4.0 | 8.0 | 14.0 | 22.5 |
//! | `norm_pdf` | 3.0 | 3.0 | 3.0 | 3.5 | 4.5 |
//! | `norm_cdf` | 2.5 | 3.0 | 3.0 | 2.5 | 3.5 |
//! | `norm_quantile` | 3.0 | 4.0 | 6.5 | 12.5 | 16.0 |
//! | `gamma` | 6.0 | 3.5 | 4.5 | 4.0 | 5.5 |
//! | `ln_gamma` | 13.5 | 4.0 | 5.0 | 6.5 | 6.0 |
//! | `digamma` | 2.5 | 4.0 | 4.0 | 4.5 | 4.5 |
//! | `polygamma` | 10.0 | 7.5 | 6.0 | 11.0 | 8.5 |
//! | `beta` | 6.0 | 4.5 | 4.5 | 5.5 | 5.5 |
//! | `ln_beta` | 3.0 | 5.0 | 4.0 | 2.5 | 2.0 |
//! | `j0`, `j1` | 4.0 | 4.0 | 2.5 | 3.5 | 3.0 |
//! | `y0`, `y1` | 3.5 | 3.5 | 3.5 | 4.5 | 5.0 |
//! | `jn` | 6.5 | 9.5 | 24.0 | 13.0 | 47.5 |
//! | `yn` | 8.5 | 8.0 | 9.5 | 15.0 | 12.5 |
//! | `logistic` | 2.0 | 2.5 | 3.5 | 3.5 | 4.5 |
//! | `logit` | 1.5 | 1.5 | 2.5 | 4.0 | 6.0 |
//! | `softplus`, `log1pexp` | 1.5 | 2.0 | 2.5 | 3.5 | 3.5 |
//! | `elu` | 1.0 | 1.5 | 1.5 | 1.5 | 1.5 |
//! | `gelu` | 3.0 | 4.5 | 3.5 | 5.5 | 7.0 |
//! | `silu` | 2.5 | 5.0 | 5.5 | 10.0 | 12.5 |
//! | `log1mexp` | 1.5 | 1.5 | 3.0 | 3.0 | 4.0 |
//! | `log_add_exp` | 1.0 | 2.0 | 2.5 | 2.5 | 2.5 |
//! | `xlogy` | 1.5 | 1.0 | 1.5 | 1.5 | 1.5 |
//! | `xlog1py` | 1.5 | 1.5 | 2.0 | 2.5 | 4.0 |
//! | `sin_pi`, `cos_pi` | 1.5 | 2.0 | 3.5 | 4.0 | 3.5 |
//! | `sinc` | 2.0 | 2.0 | 2.5 | 3.0 | 7.0 |
//! | `relu`, `leaky_relu` | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 |
//!
//! Ten thousand points went into it, rounded up: from the smallest number to the largest, on both sides of every change of
//! formula, beside poles and zeros, in the tails to where results are subnormal, and random ones in between.
//! `tests/accuracy.rs` holds the functions to this table at three thousand of them. What it says and what it does not:
//!
//! - These functions have zeros that are no floating point numbers, and some have large condition numbers (`beta` of large
//!   arguments is an exponential). There the unit is what one rounding of the argument does to the result, if that is more
//!   than an ulp, but of functions of one argument never more than an ulp of their size away from the zero.
//! - The mixed derivatives of `beta` are accurate to an ulp of the geometric mean of the pure ones, which dwarf them where an
//!   argument is small. `ln_beta` has no such exception.
//! - `polygamma` was measured for orders up to 20, `jn` and `yn` for orders from -3 to 20. Derivatives of Bessel functions of large
//!   order are differences of their neighbours, of which more and more cancels.
//! - Quantiles are inverted once: each derivative of a higher order has the error of the first one, so many times.
//! - Errors of the functions of [`libm`](https://docs.rs/libm) that are called are included. Most of those of `ln_gamma`, at negative
//!   numbers, and of `jn` and `yn` are theirs.

mod gamma;
pub mod rules;
mod values;

use crate::float::Float;
use rules as row;

/// Special functions as methods of `f32`, `f64`, [`Dual`](crate::Dual), [`Reverse`](crate::Reverse) and their nestings.
///
/// Values are computed in `f64` (also for `f32`), by [`libm`](https://docs.rs/libm) where it has the function, and are the same on
/// every number. Outside a domain value and derivatives are NaN. Arguments are real; results at infinity are limits.
///
/// On a plain `f64` call `Special::erf(x)` rather than `x.erf()`: the standard library prepares methods of such names.
///
/// # Accuracy
/// The table in the documentation of [the module](self) has a bound for every function and order.
///
/// # Examples
/// The normal distribution function is nearly a logistic one; this is where they differ most.
/// ```
/// use dualtape::{Float, Special, value_and_derivative};
///
/// fn difference<T: Float>(x: T) -> T {
///     x.norm_cdf() - (x * T::lit(1.702)).logistic()
/// }
///
/// let (largest, slope): (f64, f64) = value_and_derivative(difference, 0.571485370896902);
/// assert!(slope.abs() < 1e-15);
/// assert!((largest + 0.009486324445586).abs() < 1e-15);
/// ```
pub trait Special: Float {
    // ---- The normal distribution ---------------------------------------------------------------------------------------

    /// Error function `2/√π ∫₀ˣ exp(-t²) dt`; derivative `2/√π exp(-x²)`. Odd, ±1 at ±∞.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope) = value_and_derivative(|x| x.erf(), 0.0);
    /// assert_eq!((y, slope), (0.0, std::f64::consts::FRAC_2_SQRT_PI));
    /// ```
    ///
    /// Source: DLMF 7.2.1.
    #[inline]
    #[must_use]
    fn erf(self) -> Self {
        self.unary(row::Erf)
    }

    /// Complementary error function `1 - erf x`, with all digits where it is small; 2 at `-∞`, 0 at `∞`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope) = value_and_derivative(|x| x.erfc(), 0.0);
    /// assert_eq!((y, slope), (1.0, -std::f64::consts::FRAC_2_SQRT_PI));
    /// ```
    ///
    /// Source: DLMF 7.2.2.
    #[inline]
    #[must_use]
    fn erfc(self) -> Self {
        self.unary(row::Erfc)
    }

    /// Inverse of [`erf`](Special::erf) on `[-1, 1]`; derivative `√π/2 exp(y²)`. `±∞` with derivative `∞` at ±1.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope) = value_and_derivative(|x| x.erf_inv(), 0.0);
    /// assert_eq!((y, slope), (0.0, 1.0 / std::f64::consts::FRAC_2_SQRT_PI));
    /// ```
    ///
    /// Source: Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988).
    #[inline]
    #[must_use]
    fn erf_inv(self) -> Self {
        self.unary(row::ErfInv)
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

    /// Distribution function `Φ(x)` of the standard normal distribution, with all digits in the lower tail (to `x = -38`);
    /// derivative its [density](Special::norm_pdf).
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (p, density) = value_and_derivative(|x| x.norm_cdf(), 0.0);
    /// assert_eq!(p, 0.5);
    /// assert_eq!(density, Special::norm_pdf(0.0));
    /// ```
    #[doc(alias = "Phi")]
    #[doc(alias = "ndtr")]
    #[inline]
    #[must_use]
    fn norm_cdf(self) -> Self {
        self.unary(row::NormCdf)
    }

    /// Quantile of the standard normal distribution, the inverse of [`norm_cdf`](Special::norm_cdf) on `[0, 1]`; derivative
    /// `1 / φ(y)`. `∓∞` with derivative `∞` at 0 and 1.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert_eq!(Special::norm_quantile(0.5), 0.0);
    /// let slope: f64 = derivative(|p| p.norm_quantile(), 0.5);
    /// assert!((slope - (2.0 * std::f64::consts::PI).sqrt()).abs() < 1e-15);
    /// ```
    ///
    /// Source: Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988).
    #[doc(alias = "probit")]
    #[doc(alias = "ppf")]
    #[doc(alias = "ndtri")]
    #[inline]
    #[must_use]
    fn norm_quantile(self) -> Self {
        self.unary(row::NormQuantile)
    }

    // ---- Gamma and its relatives ---------------------------------------------------------------------------------------

    /// Gamma function `Γ(x)`, `(x - 1)!` of integers; derivative `Γ(x) ψ(x)`. `±∞` at ±0, NaN at the negative integers.
    ///
    /// # Examples
    /// The derivative at 1 is minus Euler's constant.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(Special::gamma(5.0), 24.0);
    /// let (_, slope): (_, f64) = value_and_derivative(|x| x.gamma(), 1.0);
    /// assert!((slope + 0.5772156649015329).abs() < 1e-15);
    /// ```
    ///
    /// Source: DLMF 5.2.
    #[doc(alias = "tgamma")]
    #[inline]
    #[must_use]
    fn gamma(self) -> Self {
        self.unary(row::Gamma)
    }

    /// Logarithm `ln |Γ(x)|` of the size of the [gamma function](Special::gamma), whose sign, -1 in every second interval below
    /// zero, is left out; derivative `ψ(x)`. `∞` at 0 and the negative integers.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.ln_gamma(), 5.0);
    /// assert!((y - 24_f64.ln()).abs() < 1e-15);
    /// assert!((slope - (1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0 - 0.5772156649015329)).abs() < 1e-15);
    /// ```
    #[doc(alias = "lgamma")]
    #[doc(alias = "gammaln")]
    #[doc(alias = "log_gamma")]
    #[inline]
    #[must_use]
    fn ln_gamma(self) -> Self {
        self.unary(row::LnGamma)
    }

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

    /// Derivative of order `n` of the [digamma function](Special::digamma), itself for `n = 0`; its derivative is that of order
    /// `n + 1`. At 0 and the negative integers it is `∞` for odd `n`; for even `n`, `∓∞` at ±0 and NaN else.
    ///
    /// # Accuracy
    /// From `n = 171` on, where the factorial overflows, 1e-12.
    ///
    /// # Cost
    /// About ten powers for small `n`, and one more for every order.
    ///
    /// # Examples
    /// `ψ'(1/2) = π²/2`.
    /// ```
    /// use dualtape::Special;
    /// assert!((Special::polygamma(0.5_f64, 1) - std::f64::consts::PI.powi(2) / 2.0).abs() < 1e-14);
    /// ```
    ///
    /// Source: the Hurwitz zeta function by the Euler-Maclaurin formula, DLMF 25.11.12 and 25.11.7.
    #[doc(alias = "trigamma")]
    #[doc(alias = "psi")]
    #[inline]
    #[must_use]
    fn polygamma(self, n: u32) -> Self {
        self.unary(row::Polygamma(n))
    }

    /// Beta function `Γ(x) Γ(y) / Γ(x + y)` for `x, y ≥ 0`; partial `B (ψ(x) - ψ(x + y))`. `∞` where an argument is 0.
    ///
    /// # Accuracy
    /// For large arguments the relative error is that of an exponential, about 2e-16 times `|ln B|`. The mixed second derivative is
    /// accurate to the geometric mean of the pure ones, which dwarf it for small arguments. Its [logarithm](Special::ln_beta) is
    /// accurate in both.
    ///
    /// # Examples
    /// `B(2, 3) = 1! 2! / 4!`.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.beta(3.0), 2.0);
    /// assert!((y - 1.0 / 12.0).abs() < 1e-16);
    /// assert!((slope + (1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0) / 12.0).abs() < 1e-16);
    /// ```
    ///
    /// Source: DLMF 5.12.
    #[inline]
    #[must_use]
    fn beta(self, y: impl Into<Self>) -> Self {
        self.binary(row::Beta, y.into())
    }

    /// Logarithm of the [beta function](Special::beta), also where that under- or overflows; partial `ψ(x) - ψ(x + y)`.
    ///
    /// # Examples
    /// `B(x, 1) = 1 / x`, however large `x` is.
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.ln_beta(1.0), 1e8);
    /// assert!((y + 1e8_f64.ln()).abs() < 1e-14);
    /// assert!((slope + 1e-8).abs() < 1e-22);
    /// ```
    ///
    /// Source: Didonato & Morris, *Algorithm 708*, ACM TOMS 18 (1992).
    #[doc(alias = "betaln")]
    #[doc(alias = "lbeta")]
    #[inline]
    #[must_use]
    fn ln_beta(self, y: impl Into<Self>) -> Self {
        self.binary(row::LnBeta, y.into())
    }

    // ---- Bessel functions ----------------------------------------------------------------------------------------------

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

    /// Bessel function of the first kind and integer order `n`; derivative `(Jₙ₋₁ - Jₙ₊₁) / 2`. Even or odd as `n` is.
    ///
    /// # Cost
    /// Proportional to `|n|`.
    ///
    /// # Examples
    /// `J₂(x)` is about `x² / 8` near 0.
    /// ```
    /// use dualtape::{Special, derivative};
    /// assert_eq!(derivative(|x| derivative(|x| x.jn(2), x), 0.0), 0.25);
    /// ```
    ///
    /// Source: DLMF 10.6.1.
    #[inline]
    #[must_use]
    fn jn(self, n: i32) -> Self {
        self.unary(row::Jn(n))
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

    /// Bessel function of the second kind and integer order `n` for `x ≥ 0`, infinite at 0; derivative `(Yₙ₋₁ - Yₙ₊₁) / 2`.
    ///
    /// # Cost
    /// Proportional to `|n|`.
    ///
    /// # Examples
    /// `Y₂ = 2 Y₁ / x - Y₀`.
    /// ```
    /// use dualtape::Special;
    /// assert!((Special::yn(4.0_f64, 2) - (Special::y1(4.0) / 2.0 - Special::y0(4.0))).abs() < 1e-16);
    /// ```
    ///
    /// Source: DLMF 10.6.1.
    #[inline]
    #[must_use]
    fn yn(self, n: i32) -> Self {
        self.unary(row::Yn(n))
    }

    // ---- Steps and ramps -----------------------------------------------------------------------------------------------

    /// Logistic function `1 / (1 + e⁻ˣ)`; derivative `y (1 - y)`, with all digits on both sides. 0 and 1 at ∓∞.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.logistic(), 0.0), (0.5, 0.25));
    /// assert_eq!(value_and_derivative(|x| x.logistic(), 1000.0), (1.0, 0.0));
    /// ```
    #[doc(alias = "sigmoid")]
    #[doc(alias = "expit")]
    #[inline]
    #[must_use]
    fn logistic(self) -> Self {
        self.unary(row::Logistic)
    }

    /// Log odds `ln(p / (1 - p))` for `0 ≤ p ≤ 1`, the inverse of [`logistic`](Special::logistic); derivative
    /// `1 / (p (1 - p))`. `∓∞` with derivative `∞` at 0 and 1.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|p| p.logit(), 0.5), (0.0, 4.0));
    /// ```
    #[inline]
    #[must_use]
    fn logit(self) -> Self {
        self.unary(row::Logit)
    }

    /// Smooth ramp `ln(1 + eˣ)`, without overflow; derivative [`logistic`](Special::logistic).
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.softplus(), 0.0), (std::f64::consts::LN_2, 0.5));
    /// assert_eq!(value_and_derivative(|x| x.softplus(), 1000.0), (1000.0, 1.0));
    /// ```
    #[doc(alias = "log1pexp")]
    #[inline]
    #[must_use]
    fn softplus(self) -> Self {
        self.unary(row::Softplus)
    }

    /// Ramp `max(x, 0)`, with derivative 0 at 0, the subgradient of smallest norm. (`x.max(0)` has 1/2 there, as any tie.)
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.relu(), 2.0), (2.0, 1.0));
    /// assert_eq!(value_and_derivative(|x| x.relu(), 0.0), (0.0, 0.0));
    /// ```
    #[inline]
    #[must_use]
    fn relu(self) -> Self {
        self.unary(row::Relu)
    }

    /// `x` above 0 and `slope x` below. At 0 the derivative is, of the numbers between `slope` and 1, the one nearest to 0.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.leaky_relu(0.125), -2.0), (-0.25, 0.125));
    /// assert_eq!(value_and_derivative(|x| x.leaky_relu(0.125), 0.0), (0.0, 0.125));
    /// ```
    #[inline]
    #[must_use]
    fn leaky_relu(self, slope: f64) -> Self {
        self.unary(row::LeakyRelu(slope))
    }

    /// `x` above 0 and `scale (eˣ - 1)` below. Where there is a kink, for `scale` other than 1, the derivative at 0 is, of the
    /// numbers between `scale` and 1, the one nearest to 0. Second derivatives at 0 are those of the left side.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.elu(1.0), 0.0), (0.0, 1.0));
    /// assert_eq!(value_and_derivative(|x| x.elu(1.0), -1000.0), (-1.0, 0.0));
    /// ```
    #[inline]
    #[must_use]
    fn elu(self, scale: f64) -> Self {
        self.unary(row::Elu(scale))
    }

    /// Gaussian error linear unit `x Φ(x)`, exact (not the approximation by `tanh`); derivative `Φ(x) + x φ(x)`. 0 at `-∞`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.gelu(), 0.0), (0.0, 0.5));
    /// ```
    ///
    /// Source: Hendrycks & Gimpel, arXiv 1606.08415.
    #[inline]
    #[must_use]
    fn gelu(self) -> Self {
        self.unary(row::Gelu)
    }

    /// Sigmoid linear unit `x / (1 + e⁻ˣ)`; derivative `σ(x) + x σ'(x)` with the [logistic](Special::logistic) `σ`. 0 at
    /// `-∞`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.silu(), 0.0), (0.0, 0.5));
    /// ```
    #[doc(alias = "swish")]
    #[inline]
    #[must_use]
    fn silu(self) -> Self {
        self.unary(row::Silu)
    }

    // ---- Logarithms ----------------------------------------------------------------------------------------------------

    /// `ln(1 - eˣ)` for `x ≤ 0`, with all digits on both ends; derivative `-eˣ / (1 - eˣ)`. `-∞` with derivative `-∞` at 0.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// let (y, slope): (f64, f64) = value_and_derivative(|x| x.log1mexp(), -std::f64::consts::LN_2);
    /// assert!((y + std::f64::consts::LN_2).abs() < 1e-15 && (slope + 1.0).abs() < 1e-15);
    /// ```
    ///
    /// Source: Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012.
    #[inline]
    #[must_use]
    fn log1mexp(self) -> Self {
        self.unary(row::Log1mExp)
    }

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

    /// `ln(eˣ + eʸ)`, without overflow: the sum of numbers that are given by logarithms. Partials are the weights
    /// `eˣ / (eˣ + eʸ)` and `eʸ / (eˣ + eʸ)`.
    ///
    /// `-∞` is the logarithm of nothing: its weight is 0, also beside another `-∞`. Two `+∞` weigh one half each.
    ///
    /// # Accuracy
    /// The smaller weight has a relative error of about 1e-16 times the distance of `x` and `y`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.log_add_exp(1000.0), 1000.0), (1000.0 + std::f64::consts::LN_2, 0.5));
    /// assert_eq!(value_and_derivative(|x| x.log_add_exp(f64::NEG_INFINITY), 3.0), (3.0, 1.0));
    /// ```
    #[doc(alias = "logaddexp")]
    #[inline]
    #[must_use]
    fn log_add_exp(self, y: impl Into<Self>) -> Self {
        self.binary(row::LogAddExp, y.into())
    }

    /// `x ln y`, which is 0 for `x = 0` whatever number `y` is: a term of an entropy or a likelihood. Partials `ln y` and `x / y`,
    /// the latter 0 at the origin.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|y| Special::xlogy(y * 0.0, y), 0.0), (0.0, 0.0));
    /// assert_eq!(value_and_derivative(|y| y.xlogy(1.0), 2.0), (0.0, 0.0));
    /// ```
    #[inline]
    #[must_use]
    fn xlogy(self, y: impl Into<Self>) -> Self {
        self.binary(row::XLogY, y.into())
    }

    /// `x ln(1 + y)`, accurate for small `y`, and 0 for `x = 0` whatever number `y` is. Partials `ln(1 + y)` and `x / (1 + y)`, the
    /// latter 0 at `(0, -1)`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.xlog1py(1e-20), 2.0), (2e-20, 1e-20));
    /// ```
    #[inline]
    #[must_use]
    fn xlog1py(self, y: impl Into<Self>) -> Self {
        self.binary(row::XLog1pY, y.into())
    }

    // ---- Sines ---------------------------------------------------------------------------------------------------------

    /// `sin(πx)`, exact at multiples of 1/2; derivative `π cos(πx)`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.sin_pi(), 1e9), (0.0, std::f64::consts::PI));
    /// ```
    #[inline]
    #[must_use]
    fn sin_pi(self) -> Self {
        self.unary(row::SinPi)
    }

    /// `cos(πx)`, exact at multiples of 1/2; derivative `-π sin(πx)`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Special, value_and_derivative};
    /// assert_eq!(value_and_derivative(|x| x.cos_pi(), 0.5), (0.0, -std::f64::consts::PI));
    /// ```
    #[inline]
    #[must_use]
    fn cos_pi(self) -> Self {
        self.unary(row::CosPi)
    }

    /// `sin x / x`, 1 at 0, with right derivatives of every order there; 0 at `±∞`. (Not normalised: `sin(πx) / (πx)` is
    /// `(x * π).sinc()`.)
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

impl<T: Float> Special for T {}
