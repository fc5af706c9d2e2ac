//! The incomplete gamma function: the distribution function of the gamma distribution, its derivatives and its inverse.
//!
//! Which of the two tails is computed, by which formula, depends on the point; the other is what it lacks of 1.

use super::Special;
use super::gamma::{ASYMPTOTIC, stirling_rest};
use super::rules::densities::Density;
use super::shape::{self, OfShapes, from_logarithmic, log_gap, recip_derivative};
use super::small_quantile;
use super::wide::{self, OfTwo, Real};
use crate::float::Float;
use crate::float::{Binary as _, Primitive as _};
use crate::rules::dialect::define_rules;
use crate::rules::magnitude;
use core::f64::consts::{LN_2, TAU};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

// ---- Rows ------------------------------------------------------------------------------------------------------------

define_rules! {
    [Tails]

    /// A tail of the gamma distribution at `x` for the shape `a`, `P(a, x)` or, if it is `upper`, `Q(a, x)`; or its derivative, `by_x`
    /// times by the argument and `by_a` times by the shape.
    pub GammaTail[
        /// Whether it is `Q`, the tail above `x`.
        upper: bool,
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the shape, up to 4.
        by_a: u32
    ] = gamma_tail(x, a) { f64 [GammaTail { upper, by_x, by_a }.at(x, a)]
        |x, a, _| x.binary(GammaTail { upper, by_x: by_x.saturating_add(1), by_a }, a),
        |x, a, _| x.binary(GammaTail { upper, by_x, by_a: by_a.saturating_add(1) }, a),
        through |t, density, x, a, _| match (by_x, by_a) {
            (0, 0) if x > T::zero() => {
                let (t, density) = if upper { (-t, -density) } else { (t, density) };
                Density::times_at(t, density, [a], || Density::of_gamma(x, a))
            }
            _ => t * density,
        },
        |t, slope, _, _, _| t * slope };

    /// The point at which a tail of the gamma distribution has the given probability, the inverse of [`GammaTail`]; or its derivative.
    pub GammaQuantile[
        /// Whether the probability is that of the tail above.
        upper: bool,
        /// The order of the derivative by the probability.
        by_p: u32,
        /// The order of the derivative by the shape, up to 4.
        by_a: u32
    ] = gamma_quantile(p, a) { f64 [GammaQuantile { upper, by_p, by_a }.at(p, a)]
        |p, a, _| p.binary(GammaQuantile { upper, by_p: by_p.saturating_add(1), by_a }, a),
        |p, a, _| p.binary(GammaQuantile { upper, by_p, by_a: by_a.saturating_add(1) }, a),
        through |t, slope, p, a, x| match (by_p, by_a) {
            (0, 0) if x.is_zero() => t * slope,
            (0, 0) if upper => Density::of_gamma(x, a).divides(-t) * rounding(p, a, x),
            (0, 0) => Density::of_gamma(x, a).divides(t),
            _ => t * slope,
        },
        |t, slope, _, _, _| t * slope };
}

/// The factor by which the density at the rounded quantile `x` of the upper tail is off: by about as much as the tail is, which is known.
fn rounding<T: Float>(p: T, a: T, x: T) -> T::Base {
    let tail = GammaTail::UPPER.value(x.base(), a.base());
    if tail.is_normal() && p.base().is_normal() { tail / p.base() } else { T::Base::nearest(1.0) }
}

impl GammaTail {
    /// `P(a, x)`.
    pub const LOWER: GammaTail = GammaTail { upper: false, by_x: 0, by_a: 0 };
    /// `Q(a, x)`.
    pub const UPPER: GammaTail = GammaTail { upper: true, by_x: 0, by_a: 0 };
}

impl GammaQuantile {
    /// Inverse of `P(a, x)`.
    pub const LOWER: GammaQuantile = GammaQuantile { upper: false, by_p: 0, by_a: 0 };
    /// Inverse of `Q(a, x)`.
    pub const UPPER: GammaQuantile = GammaQuantile { upper: true, by_p: 0, by_a: 0 };
}

// ---- Formulas --------------------------------------------------------------------------------------------------------

/// `ζ(k) - 1` for `k = 2, 3 ..`.
#[rustfmt::skip]
const ZETA: [f64; 30] = [
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
    0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
    0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05,
    7.637197637899763e-06, 3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07,
    2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08, 1.4901554828365043e-08,
    7.45071178983543e-09, 3.725334024788457e-09, 1.862659723513049e-09, 9.313274324196682e-10, 4.656629065033784e-10,
];

/// Coefficients of the expansion for large shapes that holds in both tails: in row `k` those of `Cₖ(η)`, the lowest first.
///
/// They follow from `C₀ = 1/μ - 1/η` and `Cₖ = (dCₖ₋₁/dη) / η + (-1)ᵏ gₖ / μ`, where `η²/2 = μ - ln(1 + μ)` and `gₖ` are the coefficients
/// of Stirling's series for the gamma function itself.
#[rustfmt::skip]
const UNIFORM: [&[f64]; 7] = [
    &[-0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194,
      -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06, -1.85406221071516e-06, 8.296711340953087e-07,
      -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08, -4.382036018453353e-09, 9.14769958223679e-10,
      -2.5514193994946248e-11, -5.830772132550426e-11, 2.4361948020667415e-11, -5.0276692801141755e-12, 1.1004392031956135e-13],
    &[-0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596, 0.00020576131687242798,
      -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06, -1.6120900894563446e-06, 4.647127802807434e-09,
      1.378633446915721e-07, -5.752545603517705e-08, 1.1951628599778148e-08, -1.7543241719747647e-11, -1.0091543710600413e-09,
      4.162792991842583e-10, -8.56390702649298e-11, 6.067215101604758e-14],
    &[0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06, -0.0001073665322636516,
      5.2923448829120125e-05, -1.2760635188618728e-05, 3.423578734096138e-08, 1.3721957309062934e-06, -6.298992138380055e-07,
      1.4280614206064242e-07, -2.0477098421990866e-10, -1.409252991086752e-08, 6.228974084922022e-09, -1.3670488396617114e-09,
      9.428356159014678e-13],
    &[0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885, -7.561801671883977e-05,
      -2.396505113867297e-07, 1.1082654115347302e-05, -5.6749528269915965e-06, 1.4230900732435883e-06, -2.7861080291528143e-11,
      -1.6958404091930278e-07, 8.099464905388083e-08, -1.9111168485973655e-08, 2.3928620439808118e-12],
    &[-0.0008618882909167117, 0.0007840392217200666, -0.0002990724803031902, -1.4638452578843418e-06, 6.641498215465122e-05,
      -3.968365047179435e-05, 1.1375726970678419e-05, 2.507497226237533e-10, -1.6954149536558305e-06, 8.907507532205309e-07,
      -2.292934834000805e-07, 2.956794137544049e-11],
    &[-0.00033679855336635813, -6.972813758365857e-05, 0.0002772753244959392, -0.00019932570516188847, 6.797780477937208e-05,
      1.419062920643967e-07, -1.3594048189768693e-05, 8.018470256334202e-06, -2.291481176508095e-06, -3.252473551298454e-10],
    &[0.0005313079364639922, -0.0005921664373536939, 0.0002708782096718045, 7.902353232660328e-07, -8.153969367561969e-05,
      5.61168275310625e-05, -1.8329116582843375e-05, -3.0796134506033047e-09],
];

/// The expansion for large shapes is used for shapes from here on.
const LARGE_SHAPE: f64 = 200.0;

/// `ln Γ(1 + a)` for `a >= 0`, with all digits near 0.
#[inline]
pub(super) fn ln_gamma_1p<T: Float>(a: T) -> T {
    if a > T::lit(0.5) {
        return (a + T::one()).ln_gamma();
    }
    const ONE_LESS_EULER: f64 = 0.422_784_335_098_467_1;
    let series = ZETA.iter().enumerate().rev().fold(T::zero(), |sum, (k, z)| T::lit(z / (k + 2) as f64) - a * sum);
    a * (T::lit(ONE_LESS_EULER) + a * series) - a.ln_1p()
}

/// `xᵃ e⁻ˣ / Γ(a + 1)`, a term of the Poisson distribution.
#[inline]
fn poisson<T: Float<Base = f64>>(x: T, a: T) -> T {
    let exponent = -log_of_poisson(x.base(), a.base());
    if exponent > 900.0 {
        T::zero()
    } else if a > T::lit(ASYMPTOTIC) {
        let mu = (x - a) / a;
        let gap = if mu < T::lit(-0.3) { mu - (x / a).ln() } else { log_gap(mu) };
        (-(a * gap) - stirling_rest(a)).exp() / (a * T::lit(TAU)).sqrt()
    } else {
        let root = (x * T::lit(-0.5)).exp();
        root * (root * x.powf(a)) / (a + T::one()).gamma()
    }
}

/// The logarithm of [`poisson`], roughly.
#[inline]
fn log_of_poisson(x: f64, a: f64) -> f64 {
    if a > ASYMPTOTIC { (x / a).ln() * a - (x - a) } else { x.ln() * a - x }
}

/// `P(a, x)` by its power series, whose terms are positive. DLMF 8.11.4.
#[inline]
fn lower_series<T: Float<Base = f64>>(x: T, a: T) -> T {
    let (mut sum, mut term, mut k) = (T::one(), T::one(), a);
    loop {
        k += T::one();
        term *= x / k;
        sum += term;
        if term.base() <= 1e-21 * sum.base() || sum.is_nan() {
            return poisson(x, a) * sum;
        }
    }
}

/// `Q(a, x)` by Legendre's continued fraction. DLMF 8.9.2.
#[inline]
fn upper_fraction<T: Float<Base = f64>>(x: T, a: T) -> T {
    let steps = fraction_length(x.base(), a.base());
    let two = T::lit(2.0);
    let mut n = T::lit(steps);
    let mut denominator = x + two * n + T::one() - a;
    while n > T::zero() {
        denominator = x + two * n - T::one() - a + n * (a - n) / denominator;
        n -= T::one();
    }
    poisson(x, a) * a / denominator
}

/// How many terms of the continued fraction are needed, with some to spare for its derivatives: Lentz's method. For integers `a` it
/// ends early and its derivative does not, so it is asked at halves.
#[inline]
fn fraction_length(x: f64, a: f64) -> f64 {
    const MOST: f64 = 1e4;
    let a = a.floor() + 0.5;
    let mut b = x + 1.0 - a;
    let (mut c, mut d, mut n) = (f64::INFINITY, b.recip(), 0.0);
    loop {
        n += 1.0;
        let numerator = n * (a - n);
        b += 2.0;
        d = (numerator * d + b).recip();
        c = b + numerator / c;
        if (c * d - 1.0).abs() < 1e-16 || n > MOST {
            return (1.25 * n).ceil() + 8.0;
        }
    }
}

/// `Q(a, x)` for small `a` and `x`, where it is a small difference: `1 - xᵃ / Γ(a + 1)`, and what the rest of the series adds.
///
/// Source: Gautschi, *A computational procedure for incomplete gamma functions*, ACM TOMS 5 (1979), section 4.
#[inline]
fn upper_series<T: Float<Base = f64>>(x: T, a: T) -> T {
    let log = a * x.ln() - ln_gamma_1p(a);
    let (mut sum, mut power, mut n) = (T::zero(), T::one(), T::zero());
    loop {
        n += T::one();
        power *= -x / n;
        let term = power / (a + n);
        sum += term;
        if term.base().abs() <= 1e-21 * sum.base().abs() || sum.is_nan() {
            return -log.exp_m1() - log.exp() * a * sum;
        }
    }
}

/// The smaller tail for large `a`, with `x` of the same size.
///
/// Source: Temme, *The asymptotic expansion of the incomplete gamma functions*, SIAM J. Math. Anal. 10 (1979); DLMF 8.12.
#[inline]
fn uniform<T: Float<Base = f64>>(x: T, a: T) -> T {
    let mu = (x - a) / a;
    let gap = (2..=34).rev().fold(T::zero(), |sum, k| T::lit(2.0 / f64::from(k)) - mu * sum);
    let eta = mu * gap.sqrt();
    let z = magnitude(eta) * (a * T::lit(0.5)).sqrt();
    let series = UNIFORM
        .iter()
        .rev()
        .fold(T::zero(), |sum, row| sum / a + row.iter().rev().fold(T::zero(), |sum, c| sum * eta + T::lit(*c)));
    let correction = series / (a * T::lit(TAU)).sqrt();
    let tail = z.erfcx() * T::lit(0.5);
    (-(z * z)).exp() * if eta < T::zero() { tail - correction } else { tail + correction }
}

/// One of the tails at `x` and shape `a`, both positive and finite, and whether it is the upper one.
#[inline]
fn tail<T: Float<Base = f64>>(x: T, a: T) -> (T, bool) {
    let (x0, a0) = (x.base(), a.base());
    if a0 >= LARGE_SHAPE && (x0 - a0).abs() < 0.3 * a0 {
        (uniform(x, a), x0 >= a0)
    } else if x0 >= f64::max(a0, 1.5) {
        (upper_fraction(x, a), true)
    } else if x0 < 1.5 && a0 < if x0 < 0.5 { -LN_2 / x0.ln() } else { x0 + 0.25 } {
        (upper_series(x, a), true)
    } else {
        (lower_series(x, a), false)
    }
}

/// Up to this shape tails are computed with twice the digits: the series take about 12 √a terms.
const LARGEST_WIDE_SHAPE: f64 = 2e4;

/// One of the tails with derivatives, whether it is the upper one, and the term of the Poisson distribution. `None` where it would take
/// too long.
#[inline]
fn wide_tail<R: Real>(x: R, a: R) -> Option<(R, bool, R)> {
    let one = R::lit(1.0);
    if a.base() > LARGEST_WIDE_SHAPE {
        return None;
    }
    let poisson = (a * x.ln() - x - wide::ln_gamma(a + one)).exp();
    // The upper tail may be what is left of 1: of 32 digits enough remain.
    if x.base() > a.base() + 6.0 {
        let two = R::lit(2.0);
        let terms = |n: u32| {
            let n = R::lit(f64::from(n));
            (n * (a - n), x + two * n + one - a)
        };
        let fraction = wide::continued_fraction(x + one - a, 20_000, terms)?;
        return Some((poisson * a * fraction, true, poisson));
    }
    let (mut sum, mut term, mut k) = (one, one, a);
    loop {
        k = k + one;
        term = term * x / k;
        sum = sum + term;
        if term.is_nothing_beside(sum) || sum.base().is_nan() {
            return Some((poisson * sum, false, poisson));
        }
    }
}

/// Whether derivatives of the density of order `n` are sums of powers of `x` of which each is of another size.
#[inline]
fn is_sum_of_powers(n: usize, x: f64) -> bool {
    n > 0 && x < 1.0
}

/// The derivative of order `n` of the density `xᵃ⁻¹ e⁻ˣ / Γ(a)`.
#[inline]
fn density_derivative<T: Float<Base = f64>>(n: usize, x: T, a: T) -> T {
    // The gamma function of larger shapes overflows, and their powers of `x` have no zero coefficients.
    const LARGEST: f64 = 100.0;
    let powers = || {
        let scale = (-x).exp() * a / (a + T::one()).gamma();
        shape::of_power(n, a, T::lit, |k, c| {
            let term = shape::times_power(c * scale, x, a, k);
            if (n - k).is_multiple_of(2) { term } else { -term }
        })
    };
    let is_small = a.base() < LARGEST;
    if is_small && shape::is_whole(a.base()) && is_sum_of_powers(n, x.base()) {
        return powers();
    }
    // `x` times the density, which may leave the range alone.
    let poisson = poisson(x, a);
    if is_small && x.base() < 1.0 && poisson.base() < f64::MIN_POSITIVE / f64::EPSILON {
        return powers();
    }
    // Its logarithm has the derivative (a - 1) / x - 1.
    let g = |i: usize| if i == 0 { ((a - x) - T::one()) / x } else { (a - T::one()) * recip_derivative(i, x) };
    from_logarithmic(n, poisson * (a / x), g)
}

/// A tail as a function of the shape.
struct AtPoint {
    row: GammaTail,
    x: f64,
}

impl OfShapes for AtPoint {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, [a, _]: [T; 2]) -> T {
        let (row, x) = (self.row, T::lit(self.x));
        if row.by_x == 0 {
            let (tail, is_upper) = tail(x, a);
            return if is_upper == row.upper { tail } else { T::one() - tail };
        }
        let result = density_derivative(row.by_x as usize - 1, x, a);
        if row.upper { -result } else { result }
    }
}

impl GammaTail {
    #[inline]
    fn at(self, x: f64, a: f64) -> f64 {
        let GammaTail { upper, by_x, by_a } = self;
        let probability = |p: f64| match (by_x, by_a) {
            (0, 0) => {
                if upper {
                    1.0 - p
                } else {
                    p
                }
            }
            _ => 0.0,
        };
        if !(x >= 0.0 && a >= 0.0) || (x == 0.0 && a == 0.0) || (x == f64::INFINITY && a == x) {
            f64::NAN
        } else if x == f64::INFINITY || (a == 0.0 && by_a == 0) {
            probability(1.0)
        } else if a == f64::INFINITY {
            probability(0.0)
        } else if x > 0.0 {
            self.by_wide_series(x, a)
                .unwrap_or_else(|| shape::derivative(&AtPoint { row: self, x }, [by_a, 0], [a, 0.0]))
        } else if f64::from(by_x) < a {
            probability(0.0)
        } else if by_a == 0 {
            let slope = slope_at_zero(by_x, a);
            if upper { -slope } else { slope }
        } else {
            f64::NAN
        }
    }
}

impl OfTwo for GammaTail {
    #[inline]
    fn eval<R: Real>(&self, [x, a]: [R; 2]) -> Option<R> {
        let (tail, is_upper, _) = wide_tail(x, a)?;
        Some(if is_upper == self.upper { tail } else { -tail })
    }
}

/// The derivative of order `n` of the density.
struct WideDensity {
    n: usize,
}

impl OfTwo for WideDensity {
    /// Of order 0, or where [`is_sum_of_powers`].
    #[inline]
    fn eval<R: Real>(&self, [x, a]: [R; 2]) -> Option<R> {
        // Nothing here takes long; but where derivatives of the value do, those of the density are plain, too.
        if a.base() > LARGEST_WIDE_SHAPE {
            return None;
        }
        let (log, rest) = (x.ln(), -x - wide::ln_gamma(a + R::lit(1.0)));
        Some(shape::of_power(self.n, a, R::lit, |k, c| {
            let term = c * a * ((a - R::lit((k + 1) as f64)) * log + rest).exp();
            if (self.n - k).is_multiple_of(2) { term } else { -term }
        }))
    }
}

impl GammaTail {
    /// A derivative by the shape from the second on, whose terms cancel.
    #[inline]
    fn by_wide_series(self, x: f64, a: f64) -> Option<f64> {
        let GammaTail { by_x, by_a, upper } = self;
        if by_a < 2 || !wide::has_orders([by_x, by_a]) {
            return None;
        }
        if by_x == 0 {
            return wide::derivative(&self, [0, by_a], [x, a]);
        }
        let n = by_x as usize - 1;
        let derivative = if is_sum_of_powers(n, x) {
            wide::derivative(&WideDensity { n }, [0, by_a], [x, a])
        } else {
            wide::derivative(&WideDensity { n: 0 }, [n as u32, by_a], [x, a])
        };
        derivative.map(|slope| if upper { -slope } else { slope })
    }
}

/// The derivative of order `k >= a` of `P(a, x)` at `x = 0`.
#[inline]
fn slope_at_zero(k: u32, a: f64) -> f64 {
    let n = f64::from(k) - a;
    // xᵃ Σ (-x)ⁿ / (n! (a + n) Γ(a)): the term of xᵏ if there is one, else that of xᵃ, whose derivative is infinite.
    let factor: f64 = (1..k).map(|i| a - f64::from(i)).product();
    if n.fract() != 0.0 {
        f64::INFINITY.copysign(factor)
    } else {
        let sign = if n % 2.0 == 0.0 { 1.0 } else { -1.0 };
        (sign * libm::tgamma(f64::from(k)) / (libm::tgamma(a) * libm::tgamma(n + 1.0))).round()
    }
}

// ---- Quantiles -------------------------------------------------------------------------------------------------------

impl GammaQuantile {
    #[inline]
    fn at(self, p: f64, a: f64) -> f64 {
        let GammaQuantile { upper, by_p, by_a } = self;
        let x = quantile(upper, p, a);
        let tail = |by_x: u32, by_a: u32| GammaTail { upper, by_x, by_a }.at(x, a);
        // The rule for implicit functions, with `F` for the tail: `x` solves `F(x, a) = p`.
        let composed = || {
            let by_shape = -(tail(0, 1) / tail(1, 0));
            match [by_p, by_a] {
                [_, 0] => shape::derivative_of_inverse(by_p as usize, |n| tail(n as u32, 0)),
                [0, 1] => by_shape,
                [1, 1] => -(tail(2, 0) * by_shape + tail(1, 1)) / (tail(1, 0) * tail(1, 0)),
                [0, 2] => {
                    let mixed = 2.0 * tail(1, 1) + tail(2, 0) * by_shape;
                    -(tail(0, 2) + mixed * by_shape) / tail(1, 0)
                }
                _ => f64::NAN,
            }
        };
        let order = by_p.saturating_add(by_a);
        // By powers of a small probability; those of the tail above change their sign with each order.
        let by_series = || {
            let lower = if upper { 1.0 - p } else { p };
            let is_negative = upper && by_p % 2 == 1;
            let derivative = small_quantile::of_gamma(by_p as usize, lower, a).filter(|_| by_a == 0);
            derivative.map(|derivative| if is_negative { -derivative } else { derivative })
        };
        if order > 1
            && small_quantile::cancels(by_p as usize, a)
            && let Some(derivative) = by_series()
        {
            return derivative;
        }
        // In the far tail the rounding of `x` itself counts `x` times.
        let is_far = p < 1e-6 && x > 0.0;
        if order == 0 {
            x
        } else if x > 0.0 && x < f64::INFINITY && wide::has_orders([by_p, by_a]) && (order > 1 || is_far) {
            let wide = wide::derivative(&WideQuantile { upper, near: x }, [by_p, by_a], [p, a]);
            wide.filter(|derivative| derivative.is_finite()).or_else(by_series).unwrap_or_else(composed)
        } else if x == 0.0 {
            by_series().unwrap_or_else(composed)
        } else {
            composed()
        }
    }
}

/// The quantile by Newton's method for its Taylor polynomial, each step of which doubles the orders that are right.
struct WideQuantile {
    upper: bool,
    /// The quantile, rounded.
    near: f64,
}

impl OfTwo for WideQuantile {
    #[inline]
    fn eval<R: Real>(&self, [p, a]: [R; 2]) -> Option<R> {
        let mut x = R::lit(self.near);
        for _ in 0..4 {
            let (tail, is_upper, poisson) = wide_tail(x, a)?;
            let target = if is_upper == self.upper { p } else { R::lit(1.0) - p };
            let step = (tail - target) * x / (poisson * a);
            x = if is_upper { x + step } else { x - step };
        }
        Some(x)
    }
}

/// The `x` at which the tail has the probability `p`.
///
/// Newton's method for `ln x`, on the logarithm of the smaller of the two tails, which is concave.
#[inline]
fn quantile(upper: bool, p: f64, a: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && a < f64::INFINITY) {
        return f64::NAN;
    }
    let (lower, above) = if upper { (1.0 - p, p) } else { (p, 1.0 - p) };
    if lower == 0.0 {
        return 0.0;
    }
    if above == 0.0 {
        return f64::INFINITY;
    }
    let by_upper = if lower == above { upper } else { above < lower };
    let target = if by_upper { above } else { lower };
    let row = GammaTail { upper: by_upper, by_x: 0, by_a: 0 };
    let density = |x: f64| GammaTail { by_x: 1, ..GammaTail::LOWER }.at(x, a);
    let sign = if by_upper { -1.0 } else { 1.0 };
    // Below the median `P` is at most xᵃ / Γ(a + 1), and nearly that in the far tail.
    let far = (lower.ln() + ln_gamma_1p(a)) / a;
    if far < -700.0 {
        return far.exp();
    }
    let z = if lower < above { Special::norm_quantile(lower) } else { -Special::norm_quantile(above) };
    let c = 1.0 / (9.0 * a);
    let wilson_hilferty = (1.0 - c + z * c.sqrt()).powi(3) * a;
    let start = if a < 1.0 || wilson_hilferty <= 0.1 * a { f64::max(far, -700.0) } else { wilson_hilferty.ln() };
    let f = |u: f64| sign * (row.at(u.exp(), a).ln() - target.ln());
    let slope = |u: f64| density(u.exp()) * u.exp() / row.at(u.exp(), a);
    let x = shape::root(start, f, slope).exp();
    polished(x, sign * (row.at(x, a) - target) / density(x))
}

/// `x - step`, if the step is of the size of a rounding error, and `x` else: a last step of Newton's method.
#[inline]
pub(super) fn polished(x: f64, step: f64) -> f64 {
    if step.abs() < 1e-10 * x.abs() { x - step } else { x }
}
