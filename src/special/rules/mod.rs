//! The rows of the special functions: derivatives in the form that holds, nested, over the whole domain.
//!
//! The conventions are those of [`crate::rules`]. Where a function's derivatives are functions of their own family (polygamma,
//! Bessel, the derivatives of sinc) a row has the member as its parameter, so that every order is as accurate as a value. Values
//! are computed in `f64`, also for `f32`.
//!
//! The methods of [`Special`](super::Special) are how to call them; there are the domains, edges and accuracies.

pub(crate) mod bessel;
pub(super) mod densities;
pub(crate) mod gamma;
pub(crate) mod normal;
pub(crate) mod sines;
pub(crate) mod steps;

pub use super::bessel::{BesselI, BesselK, LnBesselI, LnBesselK};
pub use super::incomplete_beta::{BetaQuantile, IncompleteBeta, StudentCdf, StudentQuantile};
pub use super::incomplete_gamma::{GammaQuantile, GammaTail};
pub use super::tails::{Erfcx, LogErfc, LogNormCdf};
pub use crate::rules::cardinal::Sinc;
pub use bessel::{Jn, Yn};
pub use gamma::{Beta, Gamma, GammaDerivative, LnBeta, LnGamma, Polygamma, PolygammaGap};
pub use normal::{Erf, ErfInv, ErfSlope, Erfc, NormCdf, NormPdf, NormQuantile};
pub use sines::{CosPi, SinPi};
pub use steps::{Elu, Gelu, LeakyRelu, Log1mExp, LogAddExp, Logistic, Logit, Relu, Silu, Softplus, XLog1pY, XLogY};

use crate::rules::Visitor;
use crate::rules::dialect::visit_rows;

/// Shows the special functions to a visitor, as [`crate::rules::visit`] does with the elementary ones.
pub fn visit(visitor: &mut impl Visitor) {
    normal::normal!(visit_rows, [visitor]);
    gamma::gamma_functions!(visit_rows, [visitor]);
    bessel::bessel!(visit_rows, [visitor]);
    steps::steps!(visit_rows, [visitor]);
    sines::sines!(visit_rows, [visitor]);
}
