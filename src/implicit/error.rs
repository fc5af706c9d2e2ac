//! Why a solution is not accepted.

use std::fmt;

/// Why a solution has no derivative, or is none.
///
/// What went wrong is found on plain numbers, before anything is differentiated: a call fails on every number type or on none.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A residual is not small against the terms of its equation.
    #[non_exhaustive]
    NotASolution {
        /// Which equation. For [`argmin`](super::argmin_scalar) it is the one that belongs to this unknown.
        equation: usize,
        /// Its residual.
        residual: f64,
        /// The size `Σ |zⱼ ∂rᵢ/∂zⱼ|` of its terms, over unknowns and parameters.
        size: f64,
        /// The largest residual that would have been accepted.
        allowed: f64,
    },
    /// The Jacobian by the unknowns is singular, or too near to it for the digits there are.
    Singular,
    /// A residual or one of its derivatives is infinite or NaN.
    #[non_exhaustive]
    NotFinite {
        /// Which equation.
        equation: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotASolution { equation, residual, size, allowed } => write!(
                out,
                "dualtape: implicit: expected a solution, found the residual {residual:.3e} in equation {equation}, where the terms have \
                 the size {size:.3e} and {allowed:.1e} is allowed; solve more accurately, for example by some steps of Newton's method more"
            ),
            Error::Singular => write!(
                out,
                "dualtape: implicit: expected a solution that is alone in its neighbourhood, found a singular Jacobian by the unknowns; \
                 a double root, or a set of solutions, has no derivative by the parameters"
            ),
            Error::NotFinite { equation } => write!(
                out,
                "dualtape: implicit: expected finite residuals and derivatives at the solution, found infinity or NaN in equation \
                 {equation}; bring a solution inside the domain of the function"
            ),
        }
    }
}

impl std::error::Error for Error {}

/// What is known of one equation at the solution, on plain numbers.
pub(super) struct Equation {
    pub(super) residual: f64,
    /// See [`Error::NotASolution`].
    pub(super) size: f64,
}

impl Equation {
    /// Whether the residual may pass for zero: it is at most `∛ε` times the size of the terms, 6e-6 on `f64`.
    ///
    /// Rounding the unknowns and the parameters changes a residual by about `ε` times that size, in whatever units. The result of a
    /// solver passes if it was told to stop at a relative accuracy of 1e-6, or if it compares values at a minimum and so has half of the
    /// digits. It does not pass if the solver has not converged.
    pub(super) fn check(&self, equation: usize, epsilon: f64) -> Result<(), Error> {
        let Equation { residual, size } = *self;
        let allowed = epsilon.cbrt() * size;
        if !(residual.is_finite() && size.is_finite()) {
            Err(Error::NotFinite { equation })
        } else if residual.abs() <= allowed {
            Ok(())
        } else {
            Err(Error::NotASolution { equation, residual, size, allowed })
        }
    }
}
