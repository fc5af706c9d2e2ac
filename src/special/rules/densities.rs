//! How tangents pass through distribution functions and quantiles where the density leaves the range.
//!
//! A density is taken apart into a factor of ordinary size and something to the fourth power, which has the range of the product.

use super::super::gamma::stirling_rest;
use super::super::shape::{is_whole, log_gap};
use super::gamma::LnBeta;
use crate::float::{Float, Primitive as _, is_nearly_subnormal};
use crate::special::Special;

/// A density at `x`: `quarter⁴ factor / over`, where `over` is `x` or another number that may be very small.
pub(in super::super) struct Density<T> {
    quarter: T,
    factor: T,
    over: T,
}

impl<T: Float> Density<T> {
    /// `t` times the density. Steps that make it smaller and larger alternate.
    pub fn times(&self, t: T) -> T {
        let Density { quarter, factor, over } = *self;
        let is_small = num_traits::Float::abs(t.base()) < T::Base::nearest(1.0);
        let most = if is_small { t / over * quarter * quarter } else { t * quarter * quarter / over };
        most * quarter * quarter * factor
    }

    /// `t` times the density of the given shapes, which is the `slope` too. At whole shapes the density is a whole power of `x` near an end,
    /// of which some derivatives are zero, and roots to the fourth power lose these. So a nested slope that is in range counts there. At
    /// other shapes the roots keep digits that the products of a chain would lose.
    pub fn times_at<const N: usize>(t: T, slope: T, shapes: [T; N], density: impl FnOnce() -> Self) -> T {
        let is_whole = |shape: &T| is_whole(shape.base());
        let is_in_range = || !is_nearly_subnormal(slope) && slope.is_finite_in_all_parts();
        if T::NESTED && shapes.iter().any(is_whole) && is_in_range() { t * slope } else { density().times(t) }
    }

    /// `t` over the density.
    pub fn divides(&self, t: T) -> T {
        let Density { quarter, factor, over } = *self;
        let is_small = num_traits::Float::abs(t.base()) < T::Base::nearest(1.0);
        let most = if is_small { t / quarter / quarter * over } else { t * over / quarter / quarter };
        most / quarter / quarter / factor
    }

    /// That of the gamma distribution with the shape `a`: `xᵃ⁻¹ e⁻ˣ / Γ(a)`. For large shapes it is near a normal one.
    pub fn of_gamma(x: T, a: T) -> Self {
        let quarter = T::lit(0.25);
        if a < T::lit(30.0) {
            return Density { quarter: x.powf(a * quarter) * (-x * quarter).exp(), factor: a.gamma().recip(), over: x };
        }
        let gap = log_gap((x - a) / a);
        let factor = (a * T::lit(1.0 / core::f64::consts::TAU)).sqrt() * (-stirling_rest(a)).exp();
        Density { quarter: (-a * gap * quarter).exp(), factor, over: x }
    }

    /// That of the beta distribution with the shapes `a` and `b`: `xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b)`.
    pub fn of_beta(x: T, a: T, b: T) -> Self {
        let quarter = T::lit(0.25);
        let rest = T::one() - x;
        let log_rest = (-x).ln_1p();
        let over = x * rest;
        let rest_by_beta = b * log_rest - a.binary(LnBeta, b);
        let quarter = if a < T::lit(30.0) {
            x.powf(a * quarter) * (rest_by_beta * quarter).exp()
        } else {
            ((a * x.ln() + rest_by_beta) * quarter).exp()
        };
        Density { quarter, factor: T::one(), over }
    }

    /// That of Student's distribution at `t` with `nu` degrees of freedom: `(1 + w²)^(-(ν + 1) / 2) / (√ν B(1/2, ν/2))` with
    /// `w = t / √ν`.
    pub fn of_student(t: T, nu: T) -> Self {
        let root = nu.sqrt();
        let w = if t < T::zero() { -t } else { t } / root;
        let eighth = (nu + T::one()) * T::lit(-0.125);
        let quarter = if w > T::lit(1e10) {
            w.powf(eighth + eighth)
        } else if w > T::one() {
            (T::one() + w * w).powf(eighth)
        } else {
            ((w * w).ln_1p() * eighth).exp()
        };
        Density { quarter, factor: (root * T::lit(0.5).beta(nu * T::lit(0.5))).recip(), over: T::one() }
    }
}
