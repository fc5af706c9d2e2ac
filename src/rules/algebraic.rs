//! All derivatives of the functions whose first derivative is algebraic: the inverse trigonometric and hyperbolic
//! functions, and the cube root.

use super::dialect::define_rules;
use super::row::parameter_of;
use crate::float::Float;
#[allow(unused_imports)] // `f64` has its own functions where the standard library is
use num_traits::Float as _;

define_rules! {
    [Algebraic]

    /// The derivative of order `n` of a function whose first derivative is `1 / w` or `1 / √w` with a quadratic `w`.
    ///
    /// It is `wᶜ⁻ⁿ Pₙ(x)`, with `c = 0` or `½` and polynomials `P` of degree `n - 1`. Differentiating `w f" = (c - 1) w' f'` so often
    /// gives, from `P₀ = 0` and `P₁ = 1`,
    ///
    /// > `Pₙ₊₁ = (c - n) w' Pₙ + (n - 1) (c - n/2) w" w Pₙ₋₁`,
    ///
    /// for any order, with no more than two numbers kept. For the arcsine, the arccosine and `atanh` no two terms have different signs.
    /// A formula for the first derivative that is left to be differentiated has ten times the error at order 4.
    pub(super) Quadratic(function: Function, n: usize) = derivative_of_an_inverse_function(x) {
        f64 [Quadratic(function, n).at(x)]
        |x, _| x.unary(Quadratic(function, n + 1)),
        through |t, slope, x, y| super::where_far(x, || (t / x) * y * T::lit(-function.degree(n)), || t * slope),
        formula |x| Quadratic(function, n).at(x) };

    /// The derivative of order `n` of the cube root: `(1/3) (1/3 - 1) … x^(1/3 - n)`, from `x` and `y = ∛x`.
    ///
    /// As `y / xⁿ` it has fewer roundings than by powers of `y`. The second argument only saves computing it again; it is a
    /// constant.
    pub(super) CubeRoot(n: usize) = derivative_of_cbrt(x, y) { f64 [cube_root_derivative(n, x, y)]
        |x, y, _| x.binary(CubeRoot(n + 1), y),
        |_, _, _| T::zero(),
        through |t, by_x, x, _, z| if x.is_zero() || x.is_infinite() {
            t * by_x // the limit
        } else {
            (t / x) * z * T::lit(1.0 - 3.0 * n as f64) / T::lit(3.0)
        },
        |_, _, _, _, _| T::zero(),
        formula |x, y| cube_root_derivative(n, x, y) };
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    Asin,
    Acos,
    Atan,
    Asinh,
    Acosh,
    Atanh,
}
parameter_of!(Function: Asin, Acos, Atan, Asinh, Acosh, Atanh);

impl Function {
    /// Far out the derivative of order `n` is a multiple of this power of `1 / x`.
    fn degree(self, n: usize) -> f64 {
        (if matches!(self, Function::Atan | Function::Atanh) { n + 1 } else { n }) as f64
    }
}

impl Quadratic {
    /// `1 / √(1 - x²)`
    pub(super) const ASIN: Quadratic = Quadratic(Function::Asin, 1);
    /// `-1 / √(1 - x²)`
    pub(super) const ACOS: Quadratic = Quadratic(Function::Acos, 1);
    /// `1 / (1 + x²)`
    pub(super) const ATAN: Quadratic = Quadratic(Function::Atan, 1);
    /// `1 / √(1 + x²)`
    pub(super) const ASINH: Quadratic = Quadratic(Function::Asinh, 1);
    /// `1 / √(x² - 1)`
    pub(super) const ACOSH: Quadratic = Quadratic(Function::Acosh, 1);
    /// `1 / (1 - x²)`
    pub(super) const ATANH: Quadratic = Quadratic(Function::Atanh, 1);
}

impl Quadratic {
    // Generic, so that it can be recorded.
    #[inline]
    fn at<T: Float>(self, x: T) -> T {
        // Beyond 2 everything is a function of 1/x, because x² might overflow.
        T::lit(2.0).if_less(x.abs(), || self.far(x), || self.near(x))
    }

    #[inline]
    fn near<T: Float>(self, x: T) -> T {
        // w. As a product it is accurate near its zeros at ±1.
        let w = match self.0 {
            Function::Atan | Function::Asinh => T::one() + x * x,
            Function::Acosh => (x - T::one()) * (x + T::one()),
            _ => (T::one() - x) * (T::one() + x),
        };
        self.over_powers(w, self.polynomial(x, w))
    }

    #[inline]
    fn far<T: Float>(self, x: T) -> T {
        let r = x.recip();
        // w / x²
        let w = match self.0 {
            Function::Atan | Function::Asinh => T::one() + r * r,
            Function::Asin | Function::Acos | Function::Atanh => T::nan(),
            Function::Acosh => (T::one() - r) * (T::one() + r),
        };
        let y = self.over_powers(w, self.polynomial(T::one(), w));
        match self.has_root() {
            true => over_power(x.if_less(T::zero(), || -y, || y), x, self.1),
            false => over_power(y, x, self.1 + 1),
        }
    }

    /// `p wᶜ⁻ⁿ`
    #[inline]
    fn over_powers<T: Float>(self, w: T, p: T) -> T {
        let y = match (self.1, self.has_root()) {
            (1, true) => w.sqrt().recip(),
            (1, false) => w.recip(),
            (n, true) => p * w.sqrt() / power(w, n),
            (n, false) => p / power(w, n),
        };
        if self.0 == Function::Acos { -y } else { y }
    }

    fn has_root(self) -> bool {
        !matches!(self.0, Function::Atan | Function::Atanh)
    }

    /// `P(x)` with `w`, or `P(x) / xⁿ⁻¹` with `w / x²` where 1 stands for `x`.
    #[inline]
    fn polynomial<T: Float>(self, x: T, w: T) -> T {
        let twice_c = if self.has_root() { 1.0 } else { 0.0 };
        let square = if matches!(self.0, Function::Atan | Function::Asinh | Function::Acosh) { 1.0 } else { -1.0 };
        let (mut before, mut p) = (T::zero(), T::one());
        for n in 1..self.1 {
            let n = n as f64;
            let next = x * T::lit(twice_c - 2.0 * n) * p + w * T::lit((n - 1.0) * (twice_c - n)) * before;
            (before, p) = (p, next * T::lit(square));
        }
        p
    }
}

/// `xⁿ`; the first few without a call.
#[inline]
fn power<T: Float>(x: T, n: usize) -> T {
    match n {
        1 => x,
        2 => x * x,
        3 => x * x * x,
        n => x.powi(n as i32),
    }
}

/// `y / xⁿ`, with as few roundings as the range allows.
#[inline]
fn over_power<T: Float>(y: T, x: T, n: usize) -> T {
    let power = power(x, n);
    power.abs().if_less(T::infinity(), || y / power, || (0..n).fold(y, |y, _| y / x))
}

#[inline]
fn cube_root_derivative<T: Float>(order: usize, x: T, y: T) -> T {
    let limit = || (y * y).recip();
    let quotient = || {
        let (numerator, denominator) = (1..order).fold((1.0, 3.0), |(n, d), k| (n * (1.0 - 3.0 * k as f64), d * 3.0));
        (0..order).fold(y * T::lit(numerator) / T::lit(denominator), |y, _| y / x)
    };
    let size = x.abs();
    T::zero().if_less(size, || size.if_less(T::infinity(), quotient, limit), limit)
}
