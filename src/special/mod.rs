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
//!   arguments is an exponential). There the unit is `ε/2 |x r'(x)|`, what rounding the argument once does to the result `r`, if that is
//!   more than an ulp of `r`; of functions of one argument it is never more than an ulp of the size they have away from the zero.
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
use crate::rules::dialect::method;
use rules as row;
use rules::{bessel::bessel, gamma::gamma_functions, normal::normal, sines::sines, steps::steps};

/// A method for each row of a table.
macro_rules! special_methods {
    ($($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? = $name:ident $args:tt $body:tt;)*) => {$(
        method!([$(#[$meta])* #[inline] #[must_use]] $name [$($($p: $P),+)?] $args row::$Rule);
    )*};
}

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
    // ---- The normal distribution -----------------------------------------------------------------------------------------
    normal!(special_methods);

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

    // ---- Bessel functions ------------------------------------------------------------------------------------------------
    bessel!(special_methods);

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
