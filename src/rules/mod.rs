//! The calculus: one row per elementary function, and nothing else.
//!
//! Every number type reads its derivatives from here. A row gives the derivative from `x` and `y = f(x)`, in the form that
//! is accurate over the whole domain, and is total: what it says at the edge of the domain is the convention. Rows may
//! assume that the engine replaces the derivative of a NaN value by NaN, and folds zero tangents (see [`crate::Float`]).
//!
//! Rows are evaluated on nested numbers for higher derivatives. So a row never calls its own function, never returns a
//! constant because a *value* is zero (it chooses between formulas), and picks branches by comparing, not with `abs`.
//!
//! # Conventions at kinks
//! Minimum-norm subgradients: `abs` has derivative 0 at 0 (both zeros), `hypot` has gradient 0 at the origin, a tie in
//! `max`, `min` or at a bound of `clamp` shares the derivative half and half. Where a one-sided limit is infinite the
//! derivative is that infinity (`sqrt`, `ln`, `asin` ...). `atan2` at the origin has none of these and is NaN.
//!
//! # Accuracy
//! The largest error found, in units in the last place of the exact derivative, for derivatives of orders 1 to 4 and all
//! partial derivatives of these orders, in both precisions, in every mode and nesting:
//!
//! | function | first | second | third | fourth |
//! |---|---|---|---|---|
//! | `exp`, `exp_m1`, `sin`, `cos`, `sin_cos` | 1.0 | 1.0 | 1.0 | 1.0 |
//! | `sinh`, `cosh` | 1.5 | 1.5 | 1.5 | 1.5 |
//! | `exp2` | 1.5 | 2.5 | 3.0 | 4.0 |
//! | `ln` | 1.0 | 2.0 | 3.0 | 5.0 |
//! | `log2` | 1.0 | 2.0 | 3.0 | 4.0 |
//! | `log10` | 1.0 | 2.5 | 3.0 | 4.0 |
//! | `ln_1p` | 1.5 | 3.5 | 5.0 | 6.5 |
//! | `recip` | 2.0 | 3.0 | 5.0 | 6.5 |
//! | `sqrt` | 1.5 | 4.0 | 6.5 | 10.0 |
//! | `cbrt` | 2.0 | 2.5 | 3.0 | 3.0 |
//! | `tan` | 2.0 | 3.0 | 4.5 | 5.0 |
//! | `tanh` | 3.5 | 3.5 | 6.0 | 9.0 |
//! | `asin`, `acos` | 1.5 | 3.0 | 4.5 | 6.5 |
//! | `atan` | 2.5 | 3.5 | 5.0 | 6.0 |
//! | `asinh` | 2.0 | 3.5 | 4.5 | 6.0 |
//! | `acosh` | 2.0 | 3.5 | 5.5 | 6.5 |
//! | `atanh` | 1.5 | 3.5 | 4.0 | 6.5 |
//! | `powi` | 9.5 | 8.0 | 7.0 | 7.5 |
//! | `powf` | 2.0 | 5.0 | 5.0 | 9.0 |
//! | `atan2` | 2.0 | 3.0 | 5.5 | 3.0 |
//! | `hypot` | 2.0 | 3.0 | 4.5 | 3.5 |
//! | `log` | 3.5 | 5.0 | 7.5 | 8.5 |
//! | `div` | 2.0 | 1.5 | 2.0 | 1.5 |
//! | `rem` | 1.0 | 0.0 | 0.0 | 0.0 |
//! | `to_degrees`, `to_radians` | 0.5 | 0.0 | 0.0 | 0.0 |
//! | `add`, `sub`, `mul`, `mul_add`, `abs`, `fract`, `max`, `min`, `abs_sub`, `copysign` | 0.0 | 0.0 | 0.0 | 0.0 |
//!
//! Thirty thousand points went into it, rounded up to halves: from the smallest number to the largest, next to poles,
//! branch points and zeros, and random ones in between. `tests/accuracy.rs` holds the rules to this table at three thousand
//! of them; how the unit is defined where a derivative is zero itself is explained there. What it says and what it does
//! not:
//!
//! - Functions of the mathematical library that a rule calls are included, here those of glibc 2.36 on x86-64. Another one
//!   may be an ulp worse; the crate `libm`, which stands in without the standard library, is 0.1 at most.
//! - Where the *value* overflows, nothing is promised; beyond an infinite derivative, only that the next one is not finite.
//! - `powi` is what repeated multiplication gives, here up to the power 17: its error grows like half of the exponent, in
//!   the value and in the derivatives alike.
//!
//! A formula for the first derivative that is left to be differentiated, once for each order, does not get there: it
//! subtracts where terms of both signs meet, and leaves the range where the derivative does not. So the inverse functions,
//! the cube root, the power, length and angle have closed forms for all their derivatives, in submodules.

mod algebraic;
mod power;
mod radial;

pub use crate::float::{Binary, Reduction, Rule, Unary};
use crate::float::{Float, Primitive};
use algebraic::{CubeRoot, Quadratic};
use num_traits::FloatConst as _;
use radial::Radial;

/// Calls `$callback!` with the table of functions of one argument. A row reads
/// `Type: method, |x, y| derivative, at <point> => <derivative there>, "what it is; its derivative and edges"`,
/// with an optional `fused |x| (value, derivative)` where the two share work. The point and the derivative make the example in
/// the documentation, as they stand: a literal, or a string where it takes an expression.
macro_rules! unary_table {
    ($callback:ident) => {
        $callback! {
            // Powers and roots
            Recip:  recip,  |_, y| -(y * y),                                at 2.0 => -0.25,
                "Reciprocal `1 / x`; derivative `-1 / x²`, `-∞` at 0.";
            Sqrt:   sqrt,   |_, y| (y + y).recip(),                         at 4.0 => 0.25,
                "Square root; derivative `1 / (2 √x)`, `+∞` at 0, NaN below.";
            Cbrt:   cbrt,   |x, y| x.binary(CubeRoot(1), y.detach()),       at 8.0 => "1.0 / 12.0",
                "Cube root, also of negative numbers; derivative `1 / (3 y²)`, `+∞` at 0.";

            // Exponentials and logarithms
            Exp:    exp,    |_, y| y,                                       at 0.0 => 1.0,
                "Exponential `eˣ`, its own derivative.";
            Exp2:   exp2,   |_, y| y * T::Base::LN_2(),                     at 0.0 => "std::f64::consts::LN_2",
                "Exponential `2ˣ`; derivative `2ˣ ln 2`.";
            ExpM1:  exp_m1, |x, _| x.exp(),                                 at 0.0 => 1.0, // y + 1 has no digits left at -40
                "`eˣ - 1`, accurate near 0; derivative `eˣ`.";
            Ln:     ln,     |x, _| x.recip(),                               at 4.0 => 0.25,
                "Natural logarithm; derivative `1 / x`, `+∞` at 0, NaN below.";
            Log2:   log2,   |x, _| T::LOG2_E() / x,                         at "std::f64::consts::LOG2_E" => 1.0,
                "Logarithm to base 2; derivative `1 / (x ln 2)`, `+∞` at 0, NaN below.";
            Log10:  log10,  |x, _| T::LOG10_E() / x,                        at "std::f64::consts::LOG10_E" => 1.0,
                "Logarithm to base 10; derivative `1 / (x ln 10)`, `+∞` at 0, NaN below.";
            Ln1p:   ln_1p,  |x, _| (x + T::one()).recip(),                  at 1.0 => 0.5,
                "`ln(1 + x)`, accurate near 0; derivative `1 / (1 + x)`, `+∞` at -1, NaN below.";

            // Trigonometric functions and their inverses
            Sin:    sin,    |x, _| x.cos(),                                 at 0.0 => 1.0, fused |x| sin_cos(x).0,
                "Sine; derivative `cos x`.";
            Cos:    cos,    |x, _| -x.sin(),                                at 0.0 => 0.0, fused |x| sin_cos(x).1,
                "Cosine; derivative `-sin x`.";
            Tan:    tan,    |_, y| T::one() + y * y,                        at 0.0 => 1.0,
                "Tangent; derivative `1 + tan² x`.";
            Asin:   asin,   |x, _| x.unary(Quadratic::ASIN),                at 0.0 => 1.0,
                "Arcsine in `[-π/2, π/2]`; derivative `1 / √(1 - x²)`, `+∞` at ±1, NaN beyond.";
            Acos:   acos,   |x, _| x.unary(Quadratic::ACOS),                at 0.0 => -1.0,
                "Arccosine in `[0, π]`; derivative `-1 / √(1 - x²)`, `-∞` at ±1, NaN beyond.";
            Atan:   atan,   |x, _| x.unary(Quadratic::ATAN),                at 1.0 => 0.5,
                "Arctangent in `[-π/2, π/2]`; derivative `1 / (1 + x²)`.";

            // Hyperbolic functions and their inverses
            Sinh:   sinh,   |x, _| x.cosh(),                                at 0.0 => 1.0,
                "Hyperbolic sine; derivative `cosh x`.";
            Cosh:   cosh,   |x, _| x.sinh(),                                at 0.0 => 0.0,
                "Hyperbolic cosine; derivative `sinh x`.";
            Tanh:   tanh,   |x, y| sech_squared(x, y),                      at 0.0 => 1.0,
                "Hyperbolic tangent; derivative `1 - tanh² x`, accurate also where the tangent rounds to 1.";
            Asinh:  asinh,  |x, _| x.unary(Quadratic::ASINH),               at 0.75 => 0.8,
                "Inverse hyperbolic sine; derivative `1 / √(x² + 1)`.";
            Acosh:  acosh,  |x, _| x.unary(Quadratic::ACOSH),               at 1.25 => "4.0 / 3.0",
                "Inverse hyperbolic cosine; derivative `1 / √(x² - 1)`, `+∞` at 1, NaN below.";
            Atanh:  atanh,  |x, _| x.unary(Quadratic::ATANH),               at 0.5 => "4.0 / 3.0",
                "Inverse hyperbolic tangent; derivative `1 / (1 - x²)`, `+∞` at ±1, NaN beyond.";

            // Piecewise linear
            Abs:    abs,    |x, _| slope_of_abs(x),                         at -2.0 => -1.0,
                "Absolute value; derivative ±1, and 0 at 0.";
            Fract:  fract,  |_, _| T::one(),                                at 2.5 => 1.0,
                "Fractional part `x - trunc(x)`; derivative 1 everywhere, also on the jump.";
            ToDegrees: to_degrees, |_, _| T::one().to_degrees(),            at 1.0 => "1.0_f64.to_degrees()",
                "Radians to degrees; derivative `180 / π`.";
            ToRadians: to_radians, |_, _| T::one().to_radians(),            at 1.0 => "1.0_f64.to_radians()",
                "Degrees to radians; derivative `π / 180`.";
        }
    };
}
pub(crate) use unary_table;

/// Calls `$callback!` with the functions that round: their value is a constant. A row reads
/// `method: at <point> => <value there>, "what it is"`.
macro_rules! step_table {
    ($callback:ident) => {
        $callback! {
            floor:  at 2.75 => 2.0,    "Largest integer not above `x`; derivative 0 everywhere.";
            ceil:   at 2.25 => 3.0,    "Smallest integer not below `x`; derivative 0 everywhere.";
            round:  at 2.5 => 3.0,     "Nearest integer, halves away from zero; derivative 0 everywhere.";
            trunc:  at -2.75 => -2.0,  "Integer part, towards zero; derivative 0 everywhere.";
            signum: at -0.0 => -1.0,   "`1` for `x ≥ +0`, `-1` for `x ≤ -0`; derivative 0 everywhere.";
        }
    };
}
pub(crate) use step_table;

macro_rules! rules_of_table {
    ($($Rule:ident: $method:ident, |$x:pat_param, $y:pat_param| $partial:expr, at $at:literal => $is:literal
        $(, fused |$fx:ident| $fused:expr)?, $doc:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Rule;

        impl Unary for $Rule {
            const NAME: &'static str = stringify!($method);
            #[inline]
            fn value<B: Primitive>(self, x: B) -> B {
                x.$method()
            }
            #[inline]
            fn partial<T: Float>(self, $x: T, $y: T) -> T {
                $partial
            }
            $(#[inline]
            fn eval<T: Float>(self, $fx: T) -> (T, T) {
                $fused
            })?
        }
    )*

        /// The names of all functions of one argument, as methods: what a table of them has to cover.
        pub const UNARY: &[&str] = &[$(stringify!($method)),*];
    };
}
unary_table!(rules_of_table);

// ---- Forms shared by rows --------------------------------------------------------------------------------------------

/// Sine and cosine of `x`, each with its derivative, from one evaluation of the pair.
#[inline]
pub(crate) fn sin_cos<T: Float>(x: T) -> ((T, T), (T, T)) {
    let (sin, cos) = x.sin_cos();
    ((sin, cos), (cos, -sin))
}

/// `1 - x²`: the product near ±1, where the difference cancels, and the difference near 0, where the derivative of the
/// product does.
#[inline]
fn one_minus_square<T: Float>(x: T) -> T {
    if x < T::lit(-0.5) || x > T::lit(0.5) { (T::one() - x) * (T::one() + x) } else { T::one() - x * x }
}

/// `1 - tanh² x`, from `x` and `y = tanh x`.
///
/// Near 0 the product form keeps the digits of all higher derivatives. Beyond, where `1 - y` runs out of digits, it is `4e
/// / (1 + e)²` with `e = exp(-2|x|)`; `1 / cosh²` would overflow one order up. Beyond 40, where `1 + e` is 1, it is the
/// square of `2 exp(-|x|)`, in which nothing is subnormal before the result is.
#[inline]
fn sech_squared<T: Float>(x: T, y: T) -> T {
    let a = if x < T::zero() { -x } else { x };
    if a < T::lit(0.75) {
        one_minus_square(y)
    } else if a < T::lit(40.0) {
        let e = (T::lit(-2.0) * a).exp();
        let d = T::one() + e;
        T::lit(4.0) * e / (d * d)
    } else {
        let e = (-a).exp();
        (e + e) * (e + e)
    }
}

/// ±1, and 0 at both zeros: the minimum-norm subgradient. Not `signum`, which is ±1 at zero.
#[inline]
fn slope_of_abs<T: Float>(x: T) -> T {
    if x > T::zero() {
        T::one()
    } else if x < T::zero() {
        -T::one()
    } else {
        T::zero()
    }
}

// ---- Rows with a parameter -------------------------------------------------------------------------------------------

/// Integer power `xⁿ`; derivative `n xⁿ⁻¹`, exact at 0 to every order. `x⁰` is 1 with derivative 0 everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Powi(pub i32);

impl Unary for Powi {
    const NAME: &'static str = "powi";
    #[inline]
    fn value<B: Primitive>(self, x: B) -> B {
        x.powi(self.0)
    }
    #[inline]
    fn partial<T: Float>(self, x: T, y: T) -> T {
        match self.0 {
            0 => T::zero(),
            1 => T::one(),
            2 => x + x,
            i32::MIN => y / x * T::lit(i32::MIN.into()), // n - 1 does not exist
            n => x.powi(n - 1) * T::lit(n.into()),
        }
    }
}

// ---- Functions of two arguments --------------------------------------------------------------------------------------

/// Power `xʸ`; partials `y xʸ⁻¹` and `xʸ ln x`.
///
/// `x⁰` is identically 1. At `x = 0` the partial in `y` is its limit: 0 for `y > 0`, `-∞` for `y ≤ 0`. For `x < 0` the
/// partial in `y` is NaN; an exponent without a tangent never asks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Powf;

impl Binary for Powf {
    const NAME: &'static str = "powf";
    #[inline]
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        x.powf(y)
    }
    #[inline]
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        x.binary(power::Derivative { by_x: 1, by_y: 0 }, y)
    }
    #[inline]
    fn partial_y<T: Float>(self, x: T, y: T, z: T) -> T {
        let (base, power) = (x.base().widen(), z.base().widen().abs());
        if (1e-6..1e6).contains(&base) && (1e-12..1e12).contains(&power) {
            z * x.ln() // the power is at hand, and no derivative leaves the range
        } else {
            x.binary(power::Derivative { by_x: 0, by_y: 1 }, y)
        }
    }
}

/// Angle `atan2(x, y)` of the point with ordinate `x` and abscissa `y`; partials `y / h²` and `-x / h²` with `h = hypot(x,
/// y)`. NaN at the origin, where there is no limit and no subgradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Atan2;

impl Binary for Atan2 {
    const NAME: &'static str = "atan2";
    #[inline]
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        x.atan2(y)
    }
    #[inline]
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        x.binary(Radial::ANGLE_BY_X, y)
    }
    #[inline]
    fn partial_y<T: Float>(self, x: T, y: T, _: T) -> T {
        x.binary(Radial::ANGLE_BY_Y, y)
    }
}

/// Length `√(x² + y²)` without undue overflow; partials `x / z` and `y / z`, 0 at the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hypot;

impl Binary for Hypot {
    const NAME: &'static str = "hypot";
    #[inline]
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        x.hypot(y)
    }
    #[inline]
    fn partial_x<T: Float>(self, x: T, y: T, _: T) -> T {
        x.binary(Radial::LENGTH_BY_X, y)
    }
    #[inline]
    fn partial_y<T: Float>(self, x: T, y: T, _: T) -> T {
        x.binary(Radial::LENGTH_BY_Y, y)
    }
}

/// Logarithm `ln x / ln b` to the base `b`; partials `1 / (x ln b)` and `-z / (b ln b)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Log;

impl Binary for Log {
    const NAME: &'static str = "log";
    #[inline]
    fn value<B: Primitive>(self, x: B, b: B) -> B {
        x.log(b)
    }
    #[inline]
    fn partial_x<T: Float>(self, x: T, b: T, _: T) -> T {
        b.ln().recip() / x // `x ln b` may overflow, and `1 / x` too
    }
    #[inline]
    fn partial_y<T: Float>(self, _: T, b: T, z: T) -> T {
        -(z / b.ln()) / b
    }
}

/// Remainder `x % y` with the sign of `x`; partials 1 and `-trunc(x / y)`, also on the jump.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rem;

impl Binary for Rem {
    const NAME: &'static str = "rem";
    #[inline]
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        x % y
    }
    #[inline]
    fn partial_x<T: Float>(self, _: T, _: T, _: T) -> T {
        T::one()
    }
    #[inline]
    fn partial_y<T: Float>(self, x: T, y: T, z: T) -> T {
        -((x - z) / y).round() // trunc(x / y) is off by one where the quotient rounds up to an integer
    }
}

/// `max(x - y, 0)` where `x = y` (also where both are infinite) or one is NaN: half the derivative of the difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TiedDifference;

impl Binary for TiedDifference {
    const NAME: &'static str = "abs_sub";
    fn value<B: Primitive>(self, x: B, y: B) -> B {
        if x == y { B::zero() } else { x - y }
    }
    fn partial_x<T: Float>(self, _: T, _: T, _: T) -> T {
        T::lit(0.5)
    }
    fn partial_y<T: Float>(self, _: T, _: T, _: T) -> T {
        T::lit(-0.5)
    }
}

/// What `max`, `min` and `clamp` return on a tie: either operand's value, each with half of the derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tie;

impl Binary for Tie {
    const NAME: &'static str = "tie";
    #[inline]
    fn value<B: Primitive>(self, x: B, _: B) -> B {
        x
    }
    #[inline]
    fn partial_x<T: Float>(self, _: T, _: T, _: T) -> T {
        T::lit(0.5)
    }
    #[inline]
    fn partial_y<T: Float>(self, _: T, _: T, _: T) -> T {
        T::lit(0.5)
    }
}
