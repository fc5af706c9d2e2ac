//! Special functions on every number: [`Special`].
//!
//! These are the error function and the normal distribution, the gamma function and its relatives, and the distributions of statistics
//! that rest on them. There are Bessel functions, the smooth steps and ramps of statistics and neural networks, logarithms of sums of
//! exponentials, and sines by half turns. [`rules`] has their rows.
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
//! | `erfcx` | 3.0 | 3.0 | 5.0 | 6.5 | 7.0 |
//! | `log_erfc` | 1.5 | 2.5 | 2.5 | 29.0 | 92.0 |
//! | `log_norm_cdf` | 1.5 | 2.5 | 4.5 | 20.0 | 83.0 |
//! | `gamma` | 6.0 | 3.5 | 4.5 | 4.0 | 5.5 |
//! | `ln_gamma` | 13.5 | 4.0 | 5.0 | 6.5 | 6.0 |
//! | `digamma` | 2.5 | 4.0 | 4.0 | 4.5 | 4.5 |
//! | `polygamma` | 10.0 | 7.5 | 6.0 | 11.0 | 8.5 |
//! | `beta` | 6.0 | 4.5 | 4.5 | 5.5 | 5.5 |
//! | `ln_beta` | 3.0 | 5.0 | 4.0 | 2.5 | 2.0 |
//! | `gamma_p` | 1.5 | 10.5 | 9.5 | 4.0 | 11.5 |
//! | `gamma_q` | 2.5 | 10.5 | 9.5 | 4.0 | 5.0 |
//! | `gamma_p_inv` | 3.0 | 17.5 | 1.0 | 1.0 | 1.5 |
//! | `gamma_q_inv` | 3.0 | 22.0 | 1.0 | 1.0 | 1.5 |
//! | `beta_inc` | 16.0 | 37.0 | 21.5 | 19.5 | 20.5 |
//! | `beta_inc_inv` | 4.0 | 21.5 | 46.0 | 130.0 | 240.0 |
//! | `student_t_cdf` | 9.5 | 4.0 | 5.0 | 4.0 | 6.0 |
//! | `student_t_quantile` | 3.5 | 6.0 | 10.0 | 10.0 | 10.0 |
//! | `chi_squared_cdf` | 2.0 | 5.5 | 3.5 | 4.0 | 5.0 |
//! | `j0`, `j1` | 4.0 | 4.0 | 2.5 | 3.5 | 3.0 |
//! | `y0`, `y1` | 3.5 | 3.5 | 3.5 | 4.5 | 5.0 |
//! | `jn` | 6.5 | 9.5 | 24.0 | 13.0 | 47.5 |
//! | `yn` | 8.5 | 8.0 | 9.5 | 15.0 | 12.5 |
//! | `bessel_i` | 3.5 | 6.0 | 5.0 | 22.5 | 190.0 |
//! | `bessel_i_scaled` | 4.5 | 6.0 | 12.0 | 53.0 | 520.0 |
//! | `ln_bessel_i` | 2.0 | 5.5 | 1.0 | 1.0 | 1.0 |
//! | `bessel_k` | 1.5 | 2.0 | 5.0 | 7.0 | 13.0 |
//! | `bessel_k_scaled` | 2.0 | 5.0 | 3.0 | 3.5 | 16.5 |
//! | `ln_bessel_k` | 5.0 | 10.5 | 1.0 | 1.0 | 1.0 |
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
//! The table was made from ten thousand points, and is rounded up. The points go from the smallest number to the largest. They lie on
//! both sides of every change of formula, beside poles and zeros, and in the tails to where results are subnormal, and random ones are in
//! between. `tests/calculus/accuracy.rs` holds the functions to the table at three thousand of them. Remarks:
//!
//! - These functions have zeros that are no floating point numbers, and some have large condition numbers (`beta` of large
//!   arguments is an exponential). There the unit for a derivative `f⁽ⁿ⁾` is `ε/2 |x f⁽ⁿ⁺¹⁾(x)|` with the machine epsilon `ε`, which is
//!   what one rounding of the argument does to it, or an ulp if that is more. For functions of one argument the unit is never more than
//!   an ulp of their size away from the zero.
//! - The mixed derivatives of `beta` are accurate to an ulp of the geometric mean of the pure ones, which dwarf them where an
//!   argument is small. `ln_beta` has no such exception.
//! - `polygamma` was measured for orders up to 20, `jn` and `yn` for orders from -3 to 20. Derivatives of Bessel functions of large
//!   order are differences of their neighbours, of which more and more cancels.
//! - The quantiles of the error and normal functions are inverted once, so a derivative of order `n` has about `n` times the error of the
//!   first one.
//! - From `erfcx` to `log_norm_cdf` each function has a hundred points. The incomplete gamma and beta functions, the distributions and
//!   the modified Bessel functions have ten to fifty, with arguments and shapes from 1e-100 to 1e6, halves and integers, on both sides of
//!   the mean. Derivatives by a shape or an order are small beside the terms they are the sum of. This holds from the second one on, and
//!   for Student's distribution from the first. They are computed with twice the digits, which takes much longer than a value. Where it
//!   would take too long the plain sum is used, and the errors are those of its terms: `gamma_p` and its kin for shapes above 2e4,
//!   `ln_bessel_i` between `x = 2000` and `ν² / 4`, and mixed derivatives of `beta_inc` by all three arguments. Derivatives of the
//!   quantiles `gamma_p_inv` and `gamma_q_inv` from the third order on that are not by the probability alone are NaN there.
//! - At whole shapes some terms of a derivative vanish, of which one rounding of the shape would make more than all the others. Derivatives of
//!   `gamma_p`, `gamma_q`, `beta_inc` and `chi_squared_cdf` by the argument are right to 1e-12 of themselves there, at arguments from
//!   1e-300 on and next to 1, and so are those of their inverses by a tiny probability; `tests/calculus/distributions.rs` holds them to that.
//! - Student's derivatives by `ν` are accurate to `ν = 1e6`, and those of `ln_bessel_k` for `x` from 1e-8 to 1e4. Below 1e-30 and
//!   above 1e10 its derivatives from the second on, and those of `bessel_k_scaled`, are not computed with twice the digits, and
//!   mixed ones may have none.
//! - `gamma_cdf`, `gamma_quantile` and `chi_squared_quantile` are as accurate as `gamma_p` and its inverse at the quotient that is rounded
//!   once.
//! - The derivative of `bessel_i` by an order near 0 is tiny beyond `x = 19`, and is 0 at the order 0 there.
//! - Errors of the functions of [`libm`](https://docs.rs/libm) that are called are included. Most of those of `ln_gamma`, at negative
//!   numbers, and of `jn` and `yn` are theirs.
//!
//! # Tangents at the ends of the range
//! As in the table of [`crate::rules`], where it is explained, this is the largest error of derivatives by `u` at `p exp u`, for tiny and
//! huge `p`. The first derivative also covers tangents of up to 1e300 where the slope underflows, and tiny ones where it overflows. Where
//! there is `-`, nothing else leaves the range. Errors in the hundreds are those of exponentials of numbers near 700, and of quantiles
//! that are rounded.
//!
//! | rule | first | second | third | fourth |
//! |---|---|---|---|---|
//! | through `bessel_i_scaled` | 1.5 | 3.5 | 11.0 | 56.5 |
//! | through `bessel_i` | 270.0 | 4.0 | 3.0 | 9.0 |
//! | through `bessel_k_scaled` | 40.0 | 56.5 | 63.5 | 74.0 |
//! | through `bessel_k` | 3.5 | 6.5 | 8.0 | 55.0 |
//! | through `beta_inc_inv` | 1.0 | 1.5 | 2.0 | 0.5 |
//! | through `beta_inc` | 16.5 | 3.0 | 4.0 | 11.0 |
//! | through `beta` | 920.0 | 8.0 | 3.5 | 21.0 |
//! | through `chi_squared_cdf` | 2.5 | 2.5 | 3.5 | 6.5 |
//! | through `digamma` | 0.5 | 3.5 | 9.0 | 32.5 |
//! | through `elu`, `log_add_exp`, `silu`, `slices::log_sum_exp`, `slices::softmax` | 1.0 | - | - | - |
//! | through `erf`, `erfc` | 2.0 | 1.0 | 1.0 | 1.0 |
//! | through `erfcx` | 2.5 | 2.5 | 13.5 | 3.0 |
//! | through `gamma_p_inv` | 540.0 | 740.0 | 710.0 | 680.0 |
//! | through `gamma_p` | 2.5 | 2.5 | 1.0 | 2.5 |
//! | through `gamma_q_inv` | 11.5 | 19.5 | 20.5 | 20.0 |
//! | through `gamma_q` | 420.0 | 2.5 | 1.0 | 2.5 |
//! | through `gamma` | 2.0 | 0.5 | 0.5 | 8.0 |
//! | through `gelu`, `sinc` | 0.5 | - | - | - |
//! | through `jn`, `yn` | 3.0 | - | - | - |
//! | through `ln_bessel_i` | 0.5 | 2.0 | 3.5 | 14.5 |
//! | through `ln_bessel_k` | 49.0 | 52.5 | 53.0 | 530.0 |
//! | through `ln_beta` | 1.0 | 1.5 | 2.0 | 14.0 |
//! | through `ln_gamma` | 1.0 | 1.5 | 1.5 | 14.5 |
//! | through `log1mexp` | 1.0 | 0.5 | 0.5 | 1.5 |
//! | through `log_erfc`, `norm_cdf`, `xlogy` | 1.0 | 1.0 | 1.0 | 1.0 |
//! | through `log_norm_cdf` | 1.5 | 1.0 | 1.0 | 1.0 |
//! | through `logistic`, `y0` | 0.5 | 0.0 | 0.0 | 0.0 |
//! | through `logit` | 1.0 | 1.5 | 3.5 | 1.5 |
//! | through `norm_pdf` | 1.5 | 0.5 | 1.0 | 1.0 |
//! | through `norm_quantile` | 2.0 | 4.0 | 5.0 | 10.5 |
//! | through `polygamma` | 2.5 | 3.0 | 7.0 | 100.0 |
//! | through `slices::norm` | 1.5 | 1.5 | 2.0 | 3.0 |
//! | through `slices::weighted_log_sum_exp` | 1.5 | - | - | - |
//! | through `softplus` | 0.5 | 0.5 | 0.5 | 1.0 |
//! | through `student_t_cdf` | 230.0 | 2.5 | 2.0 | 28.5 |
//! | through `student_t_quantile` | 3.0 | 8.5 | 15.0 | 24.5 |
//! | through `xlog1py` | 1.5 | 1.5 | 1.5 | 4.0 |
//! | through `y1` | 2.0 | 2.0 | 6.0 | 2.5 |

// The functions of these files are `#[inline]`: they run their algorithms on nested numbers, which takes long to compile, and so are
// compiled where they are used and not with the crate.
pub(crate) mod bessel;
mod functions;
mod gamma;
pub(crate) mod incomplete_beta;
pub(crate) mod incomplete_gamma;
pub mod rules;
mod shape;
mod small_quantile;
pub(crate) mod tails;
mod values;
mod wide;

pub use functions::Special;
