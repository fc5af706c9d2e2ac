//! Modified Bessel functions of real order, plain, scaled and as logarithms.
//!
//! Sums and integrals here have terms of one sign wherever there are such. `Kᵥ` and its derivatives by argument and order are integrals of
//! positive functions; so is `Iᵥ` for moderate arguments, and its power series.

mod first_kind;
mod second_kind;

use super::rules::bessel as passing;
use crate::float::{Float, Primitive};
use crate::rules::{self, dialect::define_rules};
use first_kind::{bessel_i, ln_bessel_i};
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;
use second_kind::{bessel_k, ln_bessel_k};

// ---- Rows ------------------------------------------------------------------------------------------------------------

define_rules! {
    [Modified]

    /// Modified Bessel function of the first kind of `x` and the order, or its derivative.
    pub BesselI[
        /// Whether it is `exp(-|x|) I`, differentiated as a whole.
        scaled: bool,
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order, up to 4.
        by_order: u32
    ] = bessel_i(x, order) { f64 [bessel_i(BesselI { scaled, by_x, by_order }, x, order)]
        |x, order, _| x.binary(BesselI { scaled, by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(BesselI { scaled, by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_i(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        },
        |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_i_by_order(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        } };

    /// Modified Bessel function of the second kind of `x` and the order, or its derivative.
    pub BesselK[
        /// Whether it is `exp(x) K`, differentiated as a whole.
        scaled: bool,
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order.
        by_order: u32
    ] = bessel_k(x, order) { f64 [bessel_k(BesselK { scaled, by_x, by_order }, x, order)]
        |x, order, _| x.binary(BesselK { scaled, by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(BesselK { scaled, by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_k(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        },
        |t, slope, x, order, z| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_k_by_order(t, slope, scaled, [x, order, z]),
            _ => t * slope,
        } };

    /// Logarithm of the modified Bessel function of the first kind for `x > 0` and orders from 0, or its derivative, by both
    /// together up to the fourth order.
    pub LnBesselI[
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order.
        by_order: u32
    ] = ln_bessel_i(x, order) { f64 [ln_bessel_i(LnBesselI { by_x, by_order }, x, order)]
        |x, order, _| x.binary(LnBesselI { by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(LnBesselI { by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, _| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_ln_i(t, slope, x, order),
            _ => t * slope,
        },
        |t, slope, _, _, _| t * slope };

    /// Logarithm of the modified Bessel function of the second kind or its derivative, by both arguments together up to the fourth
    /// order.
    pub LnBesselK[
        /// The order of the derivative by the argument.
        by_x: u32,
        /// The order of the derivative by the order.
        by_order: u32
    ] = ln_bessel_k(x, order) { f64 [ln_bessel_k(LnBesselK { by_x, by_order }, x, order)]
        |x, order, _| x.binary(LnBesselK { by_x: by_x.saturating_add(1), by_order }, order),
        |x, order, _| x.binary(LnBesselK { by_x, by_order: by_order.saturating_add(1) }, order),
        through |t, slope, x, order, _| match (by_x, by_order) {
            (0, 0) => passing::times_slope_of_ln_k(t, slope, x, order),
            _ => t * slope,
        },
        |t, slope, _, _, _| t * slope };
}

// ---- Numbers of any size ---------------------------------------------------------------------------------------------

/// `factor exp(log)`, where the exponential may leave the range and the product does not.
#[inline]
fn times_exp<T: Float>(factor: T, log: T) -> T {
    if log.base().widen().abs() < 600.0 { factor * log.exp() } else { rules::times_exp(factor, log) }
}

#[inline]
fn binomial(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1))
}

#[inline]
fn sign_of(n: u32) -> f64 {
    if n.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// Larger orders are not supported: the integral has too few digits then, and the series too many terms.
const LARGEST_ORDER: f64 = 1e6;
