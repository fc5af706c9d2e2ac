//! The incomplete beta function: the distribution functions of the beta and Student's t distribution, their derivatives and inverses.

use super::Special;
use super::gamma::{ASYMPTOTIC, ln_gamma_ratio, stirling_rest};
use super::incomplete_gamma::{ln_gamma_1p, polished};
use super::rules::densities::Density;
use super::shape::{self, OfShapes, from_logarithmic, log_gap, recip_derivative};
use super::small_quantile;
use super::wide::{self, OfTwo, Real};
use crate::float::Float;
use crate::rules::NOTHING_BESIDE_ONE;
use crate::rules::dialect::define_rules;
use core::f64::consts::{PI, TAU};
use core::ops::{Mul, Sub};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

// ---- Rows ------------------------------------------------------------------------------------------------------------

define_rules! {
    [BetaFunctions]

    /// Regularised incomplete beta function `Iₓ(a, b)` of the arguments `x`, `a`, `b`, or its derivative, so many times by each.
    pub IncompleteBeta[
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the first shape; by both shapes together up to 4.
        by_a: u32,
        /// The order of the derivative by the second shape.
        by_b: u32
    ] = incomplete_beta(x..) { [{
            let [x, a, b] = three(x).map(B::widen);
            B::nearest(IncompleteBeta { by_x, by_a, by_b }.at(x, a, b))
        }]
        |x, _| {
            let point = three(x);
            let next = [
                IncompleteBeta { by_x: by_x.saturating_add(1), by_a, by_b },
                IncompleteBeta { by_x, by_a: by_a.saturating_add(1), by_b },
                IncompleteBeta { by_x, by_a, by_b: by_b.saturating_add(1) },
            ];
            next.into_iter().map(move |row| T::reduce(row, point.into_iter()))
        },
        through |t, partial, place, x, _| match (place, three(x)) {
            (0, [x, a, b]) if by_x + by_a + by_b == 0 && is_inside(x) => {
                Density::times_at(t, partial, [a, b], || Density::of_beta(x, a, b))
            }
            _ => t * partial,
        } };

    /// The `x` at which `Iₓ(a, b)` has the value `p`, of the arguments `p`, `a`, `b`. Partials by the rule for implicit functions.
    pub BetaQuantile = beta_quantile(x..) { [{
            let [p, a, b] = three(x).map(B::widen);
            B::nearest(beta_quantile(p, a, b))
        }]
        |x, y| {
            let [p, a, b] = three(x);
            let derivative = move |row: IncompleteBeta| T::reduce(row, [y, a, b].into_iter());
            let density = derivative(IncompleteBeta { by_x: 1, ..IncompleteBeta::VALUE });
            (0..3).map(move |k| match k {
                0 => near_an_end(p, a, b).unwrap_or_else(|| density.recip()),
                1 => -(derivative(IncompleteBeta { by_a: 1, ..IncompleteBeta::VALUE }) / density),
                _ => -(derivative(IncompleteBeta { by_b: 1, ..IncompleteBeta::VALUE }) / density),
            })
        },
        through |t, partial, place, x, y| match (place, three(x)) {
            (0, [_, a, b]) if is_inside(y) => Density::of_beta(y, a, b).divides(t),
            _ => t * partial,
        } };

    /// Distribution function of Student's t distribution at `t` for `nu` degrees of freedom; or its derivative.
    pub StudentCdf[
        /// The order of the derivative by the argument.
        by_t: u32,
        /// The order of the derivative by the degrees of freedom, up to 4.
        by_nu: u32
    ] = student_t_cdf(t, nu) { f64 [StudentCdf { by_t, by_nu }.at(t, nu)]
        |t, nu, _| t.binary(StudentCdf { by_t: by_t.saturating_add(1), by_nu }, nu),
        |t, nu, _| t.binary(StudentCdf { by_t, by_nu: by_nu.saturating_add(1) }, nu),
        through |tangent, density, t, nu, _| match (by_t, by_nu) {
            (0, 0) => Density::of_student(t, nu).times(tangent),
            _ => tangent * density,
        },
        |tangent, slope, _, _, _| tangent * slope };

    /// Quantile of Student's t distribution: inverse of [`StudentCdf`]. Partials by the rule for implicit functions.
    pub StudentQuantile = student_t_quantile(p, nu) { f64 [student_quantile(p, nu)]
        |_, nu, t| t.binary(StudentCdf { by_t: 1, by_nu: 0 }, nu).recip(),
        |_, nu, t| -(t.binary(StudentCdf { by_t: 0, by_nu: 1 }, nu) / t.binary(StudentCdf { by_t: 1, by_nu: 0 }, nu)),
        through |tangent, slope, _, nu, t| match t.is_finite() {
            true => Density::of_student(t, nu).divides(tangent),
            false => tangent * slope,
        },
        |tangent, slope, _, _, _| tangent * slope };
}

impl IncompleteBeta {
    /// The function itself.
    pub const VALUE: IncompleteBeta = IncompleteBeta { by_x: 0, by_a: 0, by_b: 0 };
}

/// `true` if `x` is inside of the interval from 0 to 1, where the density is a number.
fn is_inside<T: Float>(x: T) -> bool {
    x > T::zero() && x < T::one()
}

/// Three numbers from an iterator.
#[inline]
fn three<T: Float>(mut x: impl Iterator<Item = T>) -> [T; 3] {
    core::array::from_fn(|_| x.next().unwrap_or_else(T::nan))
}

// ---- Formulas --------------------------------------------------------------------------------------------------------

/// `xᵃ yᵇ / (a B(a, b))` for `y = 1 - x`, a term of the binomial distribution.
#[inline]
fn binomial<T: Float<Base = f64>>(x: T, y: T, a: T, b: T) -> T {
    let large = T::lit(ASYMPTOTIC);
    if a >= large && b >= large {
        let sum = a + b;
        let off = b * x - a * y; // x less the mean, times the sum
        let gap = |off: T, shape: T, x: T, mean: T| {
            let mu = off / shape;
            if mu < T::lit(-0.3) { mu - (x / mean).ln() } else { log_gap(mu) }
        };
        let exponent = a * gap(off, a, x, a / sum) + b * gap(-off, b, y, b / sum);
        if exponent.base() > 900.0 {
            return T::zero();
        }
        let rest = stirling_rest(sum) - stirling_rest(a) - stirling_rest(b);
        return (rest - exponent).exp() * (b / (a * sum * T::lit(TAU))).sqrt();
    }
    // The power of the larger of the two by the smaller one, whose rounding is nothing beside 1.
    let (power_of_x, power_of_y) =
        if x < T::lit(0.5) { (x.powf(a), (b * (-x).ln_1p()).exp()) } else { ((a * (-y).ln_1p()).exp(), y.powf(b)) };
    power_of_x * power_of_y * inverse_of_beta(a, b)
}

/// `1 / (a B(a, b))`, where not both shapes are large.
#[inline]
fn inverse_of_beta<T: Float<Base = f64>>(a: T, b: T) -> T {
    let (one, large) = (T::one(), T::lit(ASYMPTOTIC));
    if a >= large {
        (-ln_gamma_ratio(b, a)).exp() / (b.gamma() * a)
    } else if b >= large {
        (-ln_gamma_ratio(a, b)).exp() / (a + one).gamma()
    } else {
        // 1 / Γ(b) as b / Γ(b + 1), and 1 / (a + b) likewise: small shapes do no harm then.
        b / (a + b) * (a + b + one).gamma() / ((a + one).gamma() * (b + one).gamma())
    }
}

/// Whether derivatives of order `n` of the density at `x` are sums of powers of `x` of which each is of another size.
#[inline]
fn is_sum_of_powers(n: usize, x: f64, b: f64) -> bool {
    n > 0 && x < 0.5 && x * b < 1.0
}

/// The derivative of order `n` of the density `xᵃ⁻¹ yᵇ⁻¹ / B(a, b)`, for `y = 1 - x`.
#[inline]
fn density_derivative<T: Float<Base = f64>>(n: usize, x: T, y: T, a: T, b: T) -> T {
    let (x0, y0, a0, b0) = (x.base(), y.base(), a.base(), b.base());
    // The term of the binomial distribution is smaller than the density by a factor of `x`, and may leave the range alone.
    let is_lost = || {
        let is_tiny = x0 < 1e-20 && is_sum_of_powers(1, x0, b0);
        is_tiny && binomial(x0, y0, a0, b0) < f64::MIN_POSITIVE / f64::EPSILON
    };
    if a0 < ASYMPTOTIC && (shape::is_whole(a0) && is_sum_of_powers(n, x0, b0) || is_lost()) {
        return density_derivative_near_end(n, x, a, b);
    }
    if b0 < ASYMPTOTIC && shape::is_whole(b0) && is_sum_of_powers(n, y0, a0) {
        let derivative = density_derivative_near_end(n, y, b, a);
        return if n.is_multiple_of(2) { derivative } else { -derivative };
    }
    // Its logarithm has the derivative (a - 1) / x - (b - 1) / y.
    let one = T::one();
    let g = |i: usize| {
        if i == 0 {
            ((a * y - b * x) + (x - y)) / (x * y)
        } else {
            let sign = T::lit(if i.is_multiple_of(2) { 1.0 } else { -1.0 });
            (a - one) * recip_derivative(i, x) - (b - one) * recip_derivative(i, y) * sign
        }
    };
    from_logarithmic(n, binomial(x, y, a, b) * a / (x * y), g)
}

/// As [`density_derivative`] where [`is_sum_of_powers`]: those of `xᵃ⁻¹` and those of `(1 - x)ᵇ⁻¹`, one with the other.
#[inline]
fn density_derivative_near_end<T: Float<Base = f64>>(n: usize, x: T, a: T, b: T) -> T {
    let scale = inverse_of_beta(a, b) * a;
    let log_rest = (-x).ln_1p();
    shape::of_power(n, a, T::lit, |k, c| {
        let of_rest = falling(n - k, b, T::lit) * ((b - T::lit((n - k + 1) as f64)) * log_rest).exp();
        shape::times_power(c * scale * of_rest, x, a, k)
    })
}

/// `(1 - b) (2 - b) .. (n - b)`.
#[inline]
fn falling<N: Copy + Sub<Output = N> + Mul<Output = N>>(n: usize, b: N, lit: impl Fn(f64) -> N) -> N {
    (1..=n).fold(lit(1.0), |product, i| product * (lit(i as f64) - b))
}

/// The terms `dⱼ` of the continued fraction `1 + d₁ / (1 + d₂ / (1 + ..`. DLMF 8.17.22.
#[inline]
fn fraction_term<T: Float<Base = f64>>(j: u32, x: T, a: T, b: T) -> T {
    let m = T::lit(f64::from(j / 2));
    let a2m = a + m + m;
    if j.is_multiple_of(2) {
        m * (b - m) * x / ((a2m - T::one()) * a2m)
    } else {
        -((a + m) * (a + b + m) * x / (a2m * (a2m + T::one())))
    }
}

/// `Iₓ(a, b)` by its continued fraction, which converges fast for `x` below the mean; NaN where it would take too long.
#[inline]
fn fraction<T: Float<Base = f64>>(x: T, y: T, a: T, b: T) -> T {
    let mut f = T::one();
    let Some(length) = fraction_length(x.base(), a.base(), b.base()) else { return T::nan() };
    for j in (1..=length).rev() {
        f = T::one() + fraction_term(j, x, a, b) / f;
    }
    binomial(x, y, a, b) / f
}

/// How many terms of the continued fraction are needed, with some to spare for its derivatives: Lentz's method. For integers `b` it
/// ends early and its derivative does not, so it is asked at halves.
#[inline]
fn fraction_length(x: f64, a: f64, b: f64) -> Option<u32> {
    const MOST: u32 = 20_000;
    let b = b.floor() + 0.5;
    let (mut c, mut d, mut steady) = (1.0, 0.0, 0);
    for j in 1..MOST {
        let term = fraction_term(j, x, a, b);
        d = (1.0 + term * d).recip();
        c = 1.0 + term / c;
        steady = if (c * d - 1.0).abs() < 1e-16 { steady + 1 } else { 0 };
        if steady == 2 {
            return Some(j + j / 4 + 8);
        }
    }
    None
}

/// `1 - Iₓ(a, b)` for small `a` and `x`: `1 - xᵃ / (a B(a, b))`, and what the rest of the series adds. As a function of the beta
/// distribution it is the far upper tail of one that has nearly all its mass at 0.
#[inline]
fn complement<T: Float<Base = f64>>(x: T, a: T, b: T) -> T {
    let ln_ratio = ln_gamma_gap(b, a); // of Γ(a + b) / Γ(b)
    let log = a * x.ln() + ln_ratio - ln_gamma_1p(a);
    // Terms (1 - b)(2 - b) .. (n - b) / n! xⁿ / (a + n), 30 of them whatever they are: for integers `b` they end, their derivatives do not.
    let (mut sum, mut power) = (T::zero(), T::one());
    for n in (1..=30).map(|n| T::lit(f64::from(n))) {
        power *= x * (n - b) / n;
        sum += power / (a + n);
    }
    -log.exp_m1() - log.exp() * a * sum
}

/// `ln Γ(x + h) - ln Γ(x)` for small `h`, by Taylor's series.
#[inline]
fn ln_gamma_gap<T: Float<Base = f64>>(x: T, h: T) -> T {
    (0..12_u32).rev().fold(T::zero(), |sum, k| (sum * h + x.polygamma(k)) / T::lit(f64::from(k) + 1.0)) * h
}

/// One of the two, `Iₓ(a, b)` or what it lacks of 1, and whether it is the latter, for `y = 1 - x`.
#[inline]
fn tail<T: Float<Base = f64>>(x: T, y: T, a: T, b: T) -> (T, bool) {
    let (x0, y0, a0, b0) = (x.base(), y.base(), a.base(), b.base());
    let is_small = |x: f64, a: f64, b: f64| a < 0.02 * b.min(1.0) && x < 0.1 && x * b < 1.0;
    if is_small(x0, a0, b0) {
        (complement(x, a, b), true)
    } else if is_small(y0, b0, a0) {
        (complement(y, b, a), false)
    } else if x0 * (a0 + b0 + 2.0) < a0 + 1.0 {
        (fraction(x, y, a, b), false)
    } else {
        (fraction(y, x, b, a), true)
    }
}

/// As [`binomial`], with derivatives.
#[inline]
fn wide_binomial<R: Real>(x: R, y: R, a: R, b: R) -> R {
    let ln_gamma = |x: R| wide::ln_gamma(x + R::lit(1.0));
    (a * x.ln() + b * y.ln() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() * b / (a + b)
}

/// As [`tail`], with derivatives, and the term of the binomial distribution; `None` where it would take too long.
#[inline]
fn wide_tail<R: Real>(x: R, y: R, a: R, b: R) -> Option<(R, bool, R)> {
    const MOST: u32 = 20_000;
    let one = R::lit(1.0);
    let binomial = wide_binomial(x, y, a, b);
    let is_upper = x.base() * (a.base() + b.base() + 2.0) >= a.base() + 1.0;
    let (x, a, b, binomial) = if is_upper { (y, b, a, binomial * a / b) } else { (x, a, b, binomial) };
    let term = |j: u32| {
        let m = R::lit(f64::from(j / 2));
        let a2m = a + m + m;
        if j.is_multiple_of(2) {
            (m * (b - m) * x / ((a2m - one) * a2m), one)
        } else {
            (-((a + m) * (a + b + m) * x / (a2m * (a2m + one))), one)
        }
    };
    let fraction = wide::continued_fraction(one, MOST, term)?;
    Some((binomial * fraction, is_upper, binomial))
}

/// The incomplete beta function of the shapes.
struct AtPoint {
    by_x: u32,
    x: f64,
}

impl OfShapes for AtPoint {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, [a, b]: [T; 2]) -> T {
        let (x, y) = (T::lit(self.x), T::lit(1.0 - self.x));
        if self.by_x == 0 {
            let (tail, is_upper) = tail(x, y, a, b);
            return if is_upper { T::one() - tail } else { tail };
        }
        density_derivative(self.by_x as usize - 1, x, y, a, b)
    }
}

/// The incomplete beta function at a point, of both shapes.
struct OfShapesAt(f64);

impl OfTwo for OfShapesAt {
    #[inline]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> Option<R> {
        let x = R::lit(self.0);
        let (tail, is_upper, _) = wide_tail(x, R::lit(1.0) - x, a, b)?;
        Some(if is_upper { -tail } else { tail })
    }
}

/// The derivative of order `n` of the density, of the argument and a shape.
struct WideDensity {
    n: usize,
    other: f64,
    of_first: bool,
}

impl OfTwo for WideDensity {
    /// Of order 0, or where [`is_sum_of_powers`].
    #[inline]
    fn eval<R: Real>(&self, [x, shape]: [R; 2]) -> Option<R> {
        let other = R::lit(self.other);
        let (a, b) = if self.of_first { (shape, other) } else { (other, shape) };
        let y = R::lit(1.0) - x;
        let ln_gamma = |x: R| wide::ln_gamma(x + R::lit(1.0));
        let (log_x, log_y) = (x.ln(), y.ln());
        let scale = a * b / (a + b);
        let log_scale = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
        Some(shape::of_power(self.n, a, R::lit, |k, c| {
            let exponent = |shape: R, order: usize| shape - R::lit((order + 1) as f64);
            let log = exponent(a, k) * log_x + exponent(b, self.n - k) * log_y + log_scale;
            c * scale * falling(self.n - k, b, R::lit) * log.exp()
        }))
    }
}

impl IncompleteBeta {
    #[inline]
    fn at(self, x: f64, a: f64, b: f64) -> f64 {
        let IncompleteBeta { by_x, by_a, by_b } = self;
        let is_value = by_x == 0 && by_a == 0 && by_b == 0;
        let probability = |p: f64| if is_value { p } else { 0.0 };
        if !((0.0..=1.0).contains(&x) && a >= 0.0 && b >= 0.0) || (a == 0.0 && b == 0.0) || (a == b && a.is_infinite())
        {
            f64::NAN
        } else if a == 0.0 || b == f64::INFINITY {
            if x == 0.0 { f64::NAN } else { probability(1.0) } // all mass is at 0
        } else if b == 0.0 || a == f64::INFINITY {
            if x == 1.0 { f64::NAN } else { probability(0.0) }
        } else if x > 0.0 && x < 1.0 {
            self.by_wide_series(x, a, b)
                .unwrap_or_else(|| shape::derivative(&AtPoint { by_x, x }, [by_a, by_b], [a, b]))
        } else if by_x == 0 {
            probability(x)
        } else {
            self.at_end(x, a, b)
        }
    }

    /// A derivative by the shapes from the second on, whose terms cancel, and the first for large ones; by the argument and one of them, or
    /// by both of them.
    #[inline]
    fn by_wide_series(self, x: f64, a: f64, b: f64) -> Option<f64> {
        let IncompleteBeta { by_x, by_a, by_b } = self;
        let by_shapes = by_a.saturating_add(by_b);
        let is_needed = by_shapes > 1 || (by_shapes == 1 && a + b > 50.0);
        if !is_needed || !wide::has_orders([by_shapes, by_x]) {
            return None;
        }
        let (shape, order, other, of_first) = match (by_x, by_a, by_b) {
            (0, ..) => return wide::derivative(&OfShapesAt(x), [by_a, by_b], [a, b]),
            (_, _, 0) => (a, by_a, b, true),
            (_, 0, _) => (b, by_b, a, false),
            _ => return None,
        };
        let n = by_x as usize - 1;
        let density = |n: usize, at: f64, of_first: bool, by_x: usize| {
            wide::derivative(&WideDensity { n, other, of_first }, [by_x as u32, order], [at, shape])
        };
        if is_sum_of_powers(n, x, b) {
            density(n, x, of_first, 0)
        } else if is_sum_of_powers(n, 1.0 - x, a) {
            // The distribution of what is lacking.
            let derivative = density(n, 1.0 - x, !of_first, 0)?;
            Some(if n.is_multiple_of(2) { derivative } else { -derivative })
        } else {
            density(0, x, of_first, n)
        }
    }

    /// The density or a derivative of it at 0 or 1.
    #[inline]
    fn at_end(self, x: f64, a: f64, b: f64) -> f64 {
        let (near, far) = if x == 0.0 { (a, b) } else { (b, a) };
        let order = f64::from(self.by_x);
        let sign = if x == 1.0 && self.by_x.is_multiple_of(2) { -1.0 } else { 1.0 };
        let factor: f64 = (1..self.by_x).map(|i| near - f64::from(i)).product();
        if order < near {
            0.0
        } else if self.by_a + self.by_b > 0 {
            f64::NAN
        } else if near.fract() != 0.0 {
            sign * f64::INFINITY.copysign(factor)
        } else {
            // The density is x^(a - 1) Σ (1 - b)ₙ xⁿ / n! / B(a, b): the term of the order asked for.
            let n = self.by_x - near as u32;
            let coefficient = (0..n).fold(1.0, |c, i| c * (f64::from(i) + 1.0 - far) / (f64::from(i) + 1.0));
            let factorial: f64 = (1..self.by_x).map(f64::from).product();
            sign * coefficient * factorial / Special::beta(near, far)
        }
    }
}

// ---- Student's t distribution ----------------------------------------------------------------------------------------

/// The distribution function at a point, of the degrees of freedom.
struct StudentAt {
    by_t: u32,
    t: f64,
}

impl OfShapes for StudentAt {
    #[inline]
    fn eval<T: Float<Base = f64>>(&self, [nu, _]: [T; 2]) -> T {
        let (t, half) = (T::lit(self.t), T::lit(0.5));
        if self.by_t == 0 {
            if t == T::zero() {
                return half;
            }
            // The tail beyond |t|, as a beta distribution of ν / (ν + t²)
            let beyond = if t.base().abs() < 1e100 {
                let (x, y) = ((t * t / nu + T::one()).recip(), (nu / (t * t) + T::one()).recip());
                let (tail, is_upper) = tail(x, y, nu * half, half);
                if is_upper { half - tail * half } else { tail * half }
            } else {
                // A power of `|t|`, whose square may overflow.
                (T::lit(self.t.abs()) / nu.sqrt()).powf(-nu) / (nu * half.beta(nu * half))
            };
            return if t < T::zero() { beyond } else { T::one() - beyond };
        }
        let mut density = (T::zero(), student_density(t, nu)); // the derivative before, and the last one
        let square = nu + t * t;
        for n in 0..self.by_t - 1 {
            let n = T::lit(f64::from(n));
            let next = (n + n + nu + T::one()) * t * density.1 + n * (n + nu) * density.0;
            density = (density.1, -next / square);
        }
        density.1
    }
}

/// `(1 + t²/ν)^(-(ν + 1)/2) / (√ν B(1/2, ν/2))`.
#[inline]
fn student_density<T: Float<Base = f64>>(t: T, nu: T) -> T {
    let (half, one) = (T::lit(0.5), T::one());
    let s = nu * half;
    let w = t * t / nu;
    if s < T::lit(ASYMPTOTIC) {
        // Γ(s + 1/2) / Γ(s) as s Γ(s + 1/2) / Γ(s + 1), which holds for small s
        let ratio = s * (s + half).gamma() / (s + one).gamma();
        let power = if w < one { (-(s + half) * w.ln_1p()).exp() } else { (w + one).powf(-(s + half)) };
        ratio / (nu * T::lit(PI)).sqrt() * power
    } else {
        // Γ(s + 1/2) / (Γ(s) √s) = e^(Δ - s gap(1 / 2s)), where the large terms of Stirling's formula are cancelled by hand
        let log = stirling_rest(s + half) - stirling_rest(s) - s * log_gap(half / s);
        let bell = if w < T::lit(0.3) {
            -(t * t * half) * (one + nu.recip()) + (s + half) * log_gap(w)
        } else {
            -(s + half) * w.ln_1p()
        };
        (log + bell).exp() * T::lit(1.0 / TAU.sqrt())
    }
}

impl StudentCdf {
    #[inline]
    fn at(self, t: f64, nu: f64) -> f64 {
        if t.is_nan() || !(nu > 0.0 && nu < f64::INFINITY) {
            f64::NAN
        } else if t.is_infinite() {
            if self.by_t == 0 && self.by_nu == 0 && t > 0.0 { 1.0 } else { 0.0 }
        } else {
            self.by_wide_series(t, nu)
                .unwrap_or_else(|| shape::derivative(&StudentAt { by_t: self.by_t, t }, [self.by_nu, 0], [nu, 0.0]))
        }
    }

    /// A derivative by the degrees of freedom, whose terms cancel: for large `ν` it is `1 / ν²` of them. And the value for large `ν`, where
    /// the rounding of `ν / (ν + t²)` would count `ν` times.
    #[inline]
    fn by_wide_series(self, t: f64, nu: f64) -> Option<f64> {
        let StudentCdf { by_t, by_nu } = self;
        let is_in_range = t == 0.0 || (1e-140..1e140).contains(&t.abs());
        let is_needed = by_nu > 0 || (by_t == 0 && nu > 1e3 && t != 0.0);
        if !is_needed || !wide::has_orders([by_t, by_nu]) || !is_in_range {
            return None;
        }
        if by_t == 0 && t == 0.0 {
            return Some(0.0);
        }
        wide::derivative(&self, [by_t.saturating_sub(1), by_nu], [t, nu])
    }
}

impl OfTwo for StudentCdf {
    #[inline]
    fn eval<R: Real>(&self, [t, nu]: [R; 2]) -> Option<R> {
        let half = R::lit(0.5);
        let square = t * t;
        let (sum, a) = (nu + square, nu * half);
        if self.by_t > 0 {
            let ratio = wide::ln_gamma(a + half) - wide::ln_gamma(a);
            let log = ratio - (a + half) * (sum / nu).ln() - half * (nu.ln() + R::lit(PI).ln());
            return Some(log.exp());
        }
        let (tail, is_upper, _) = wide_tail(nu / sum, square / sum, a, half)?;
        let beyond = if is_upper { half - tail * half } else { tail * half };
        Some(if t.base() < 0.0 { beyond } else { R::lit(1.0) - beyond })
    }
}

// ---- Quantiles -------------------------------------------------------------------------------------------------------

/// The `x` at which `Iₓ(a, b) = p`.
#[inline]
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0 && a < f64::INFINITY && b < f64::INFINITY) {
        f64::NAN
    } else if p == 0.0 || p == 1.0 {
        p
    } else {
        quantile_pair(p, 1.0 - p, a, b).0
    }
}

/// The slope of the quantile near 0 and near 1, which are each other's mirror images, where its derivatives cancel.
#[inline]
fn near_an_end<T: Float>(p: T, a: T, b: T) -> Option<T> {
    if p > T::lit(0.5) {
        small_quantile::slope_of_beta(T::one() - p, b, a)
    } else {
        small_quantile::slope_of_beta(p, a, b)
    }
}

/// The `x` at which `Iₓ(a, b) = p`, and `1 - x`, for `q = 1 - p`.
///
/// Newton's method for `ln(x / (1 - x))`, on the logarithm of the smaller of the two tails, which is concave.
#[inline]
fn quantile_pair(p: f64, q: f64, a: f64, b: f64) -> (f64, f64) {
    let by_upper = q < p;
    let target = if by_upper { q } else { p };
    let sign = if by_upper { -1.0 } else { 1.0 };
    let pair = |u: f64| {
        let e = (-u.abs()).exp();
        let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
        if u < 0.0 { (small, large) } else { (large, small) }
    };
    let probability = |x: f64, y: f64| {
        let (tail, is_upper) = tail(x, y, a, b);
        if is_upper == by_upper { tail } else { 1.0 - tail }
    };
    let density = |x: f64, y: f64| binomial(x, y, a, b) * a; // by the logarithm of the odds
    // Below, `Iₓ` is nearly xᵃ / (a B(a, b)).
    let far = (p.ln() + a.ln() + Special::ln_beta(a, b)) / a;
    let far_above = -(q.ln() + b.ln() + Special::ln_beta(a, b)) / b;
    let start = if far < -NOTHING_BESIDE_ONE {
        far
    } else if far_above > NOTHING_BESIDE_ONE {
        far_above
    } else {
        (a / b).ln()
    };
    let f = |u: f64| {
        let (x, y) = pair(u);
        sign * (probability(x, y).ln() - target.ln())
    };
    let slope = |u: f64| {
        let (x, y) = pair(u);
        density(x, y) / probability(x, y)
    };
    let (x, y) = pair(shape::root(start.clamp(-740.0, 740.0), f, slope));
    let step = sign * (probability(x, y) - target) / (density(x, y) / (x * y));
    (polished(x, step), polished(y, -step))
}

/// The `t` below which a variable of Student's distribution falls with probability `p`.
#[inline]
fn student_quantile(p: f64, nu: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && nu > 0.0 && nu < f64::INFINITY) {
        return f64::NAN;
    }
    let below = p.min(1.0 - p);
    let t = if below == 0.0 {
        f64::INFINITY
    } else if p == 0.5 {
        0.0
    } else {
        // Twice the tail, as a beta distribution of ν / (ν + t²)
        let (x, y) = quantile_pair(2.0 * below, 1.0 - 2.0 * below, 0.5 * nu, 0.5);
        (nu * (y / x)).sqrt()
    };
    let t = if p < 0.5 { -t } else { t };
    if t == 0.0 || t.is_infinite() {
        return t;
    }
    // A last step of Newton's method, in the tail that is known.
    let tail = StudentCdf { by_t: 0, by_nu: 0 }.at(-t.abs(), nu);
    let step = (tail - below) / StudentCdf { by_t: 1, by_nu: 0 }.at(t, nu);
    polished(t, if t < 0.0 { step } else { -step })
}
