//! The calculus: one row per elementary function, and nothing else.
//!
//! Every number type reads its derivatives from here. A row gives the derivative from `x` and `y = f(x)`, in the form that is accurate
//! over the whole domain. A row is total: at the edge of the domain and at kinks it gives what the page
//! [`conventions`](crate::conventions) says. It need not care for NaN and for zero tangents, because every engine replaces the
//! derivative of a NaN value by NaN, and lets a zero tangent stay zero.
//!
//! Rows are evaluated on nested numbers for higher derivatives. Three things follow. A row never calls its own function. It never returns
//! a constant because a *value* is zero, since the derivatives of a zero need not be zero. It chooses between formulas instead. And it
//! chooses by comparing, and not with `abs`, whose derivative at 0 is 0.
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
//! The errors were found at thirty thousand points and are rounded up to halves. The points go from the smallest number to the largest.
//! Some lie next to poles, branch points and zeros, and the others are random. `tests/calculus/accuracy.rs` holds the rules to this table at three
//! thousand of them, and explains the unit where a derivative is zero itself. What the table says, and what it does not:
//!
//! - Errors of the mathematical library that a rule calls are included, here of glibc 2.36 on x86-64. With another library they may be
//!   an ulp larger; with the crate `libm`, which stands in without the standard library, they are larger by 0.1 at most.
//! - Where the *value* overflows, nothing is promised. Of the derivatives after an infinite one it is only promised that they are not
//!   finite.
//! - `powi` is what repeated multiplication gives, here up to the power 17: its error grows like half of the exponent, in
//!   the value and in the derivatives alike.
//!
//! # Tangents at the ends of the range
//!
//! A slope may leave the range where slope times tangent does not: the slope of `ln` at 1e-310 is infinite, and `ln(exp u)` has the
//! derivative 1 there. Such a tangent passes through the rule by a form of its own, see [`Unary::through`].
//!
//! The table has the largest error found of derivatives by `u` of each rule at `p exp u`, for `p` from `exp(±700)` and `exp(±400)`, and in
//! single precision from `exp(±69)` and `exp(±30)`. For exponentials and steps it also covers the first derivative where the slope
//! underflows and a tangent of 1e300 brings the product back. The unit is an ulp of the largest of the four derivatives, which are of
//! one size unless terms cancel. What the chain rule for `p exp u` loses by cancelling is included, and grows with the order.
//!
//! | rule | first | second | third | fourth |
//! |---|---|---|---|---|
//! | through `acosh` | 1.0 | 0.5 | 2.5 | 12.0 |
//! | through `asinh` | 0.0 | 0.5 | 0.5 | 10.5 |
//! | through `atan` | 0.5 | 0.5 | 8.5 | 40.0 |
//! | through `atan2` | 1.5 | 3.0 | 16.0 | 120.5 |
//! | through `cbrt` | 1.5 | 1.5 | 2.5 | 11.5 |
//! | through `cos`, `cosh`, `exp2` | 0.5 | 0.5 | 0.5 | 0.5 |
//! | through `div`, `sqrt` | 1.0 | 1.0 | 1.0 | 1.0 |
//! | through `exp` | 1.5 | 1.0 | 0.5 | 0.5 |
//! | through `exp_m1` | 1.0 | 1.0 | 0.5 | 0.5 |
//! | through `hypot` | 1.0 | 1.0 | 2.5 | 16.0 |
//! | through `ln`, `log2` | 0.5 | 0.0 | 0.0 | 0.0 |
//! | through `ln_1p` | 1.0 | 1.0 | 0.5 | 1.5 |
//! | through `log` | 1.5 | 3.0 | 6.0 | 26.0 |
//! | through `log10` | 1.0 | 0.0 | 0.0 | 0.0 |
//! | through `powf` | 1.0 | 2.0 | 9.0 | 40.0 |
//! | through `powi` | 1.5 | 1.5 | 9.0 | 33.5 |
//! | through `recip` | 1.5 | 3.5 | 7.5 | 15.5 |
//! | through `sin` | 0.0 | 0.0 | 0.5 | 0.5 |
//! | through `sinh`, `tan` | 0.0 | 0.0 | 0.0 | 0.5 |
//! | through `tanh` | 0.5 | 0.0 | 0.5 | 0.5 |
//!
//! # Closed forms
//!
//! Most rows leave it to the engine to differentiate the formula for the first derivative, once for each order. For some functions
//! this loses digits, because terms of both signs meet, or leaves the range where the derivative does not. So the inverse functions,
//! the cube root, the power, the logarithm to a base, length and angle have closed forms for all their derivatives, in submodules.

pub(crate) mod algebraic;
pub(crate) mod cardinal;
pub(crate) mod dialect;
pub(crate) mod logarithm;
pub(crate) mod power;
pub(crate) mod radial;
pub(crate) mod row;
pub(crate) mod series;

pub use crate::float::{Binary, Reduction, Rule, Unary};
use crate::float::{Float, Pair, Primitive};
use algebraic::{CubeRoot, Quadratic};
use dialect::{define_rules, visit_rows};
use logarithm::LogDerivative;
use num_traits::{FloatConst as _, One as _};
use radial::Radial;
use series::scale;

/// Calls `$callback!` with the table of the elementary functions, which become methods of every number. How a row is read stands in
/// [`dialect`]. `$($before)*` goes in front of the rows.
macro_rules! elementary {
    ($callback:ident $(, $before:tt)?) => {
        $callback! {
            $($before)?

            // Powers and roots
            /// Reciprocal `1 / x`; derivative `-1 / x²`, `-∞` at 0.
            pub Recip = recip(x)             { [x.recip()] |_, y| -(y * y), takes 2.0, through |t, _, _, y| -((t * y) * y),
                series |u, y, _| series::recip(u, y), formula |x| T::one() / x }
                for [Float FloatCore ComplexField], at [2.0 => -0.25];
            /// Square root; derivative `1 / (2 √x)`, `+∞` at 0, NaN below.
            pub Sqrt = sqrt(x)               { [x.sqrt()] |_, y| (y + y).recip(), takes 3.0, series |u, y, slope| series::sqrt(u, y, slope) }
                for [Float ComplexField], at [4.0 => 0.25];
            /// Cube root, also of negative numbers; derivative `1 / (3 y²)`, `+∞` at 0.
            pub Cbrt = cbrt(x)               { [x.cbrt()] |x, y| x.binary(CubeRoot(1), y.detach()), takes 25.0,
                through |t, _, x, y| (t / x) * y / T::lit(3.0), series |u, y, _| series::cbrt(u, y) }
                for [Float ComplexField], at [8.0 => 1.0 / 12.0];

            // Exponentials and logarithms
            /// Exponential `eˣ`, its own derivative.
            pub Exp = exp(x)                 { [x.exp()] |_, y| y, through |t, _, x, _| times_exp(t, x),
                series |u, y, _| series::exp(u, y) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Exponential `2ˣ`; derivative `2ˣ ln 2`.
            pub Exp2 = exp2(x)               { [x.exp2()] |_, y| y * T::Base::LN_2(),
                through |t, _, x, _| { let root = (x * T::lit(0.5)).exp2(); (t * root) * root * T::Base::LN_2() },
                series |u, y, _| series::exp(&scale(u, T::Base::LN_2()), y) }
                for [Float ComplexField], at [0.0 => std::f64::consts::LN_2];
            /// `eˣ - 1`, accurate near 0; derivative `eˣ`.
            // y + 1 has no digits left at -40
            pub ExpM1 = exp_m1(x)            { [x.exp_m1()] |x, _| x.exp(), through |t, _, x, _| times_exp(t, x),
                series |u, y, slope| series::exp_with(u, y, slope) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Natural logarithm; derivative `1 / x`, `+∞` at 0, NaN below.
            pub Ln = ln(x)                   { [x.ln()] |x, _| x.recip(), through |t, _, x, _| t / x,
                series |u, y, _| series::ln(u, u[0], T::Base::one(), y) }
                for [Float ComplexField], at [4.0 => 0.25];
            /// Logarithm to base 2; derivative `1 / (x ln 2)`, `+∞` at 0, NaN below.
            pub Log2 = log2(x)               { [x.log2()] |x, _| T::LOG2_E() / x, through |t, _, x, _| t / x * T::Base::LOG2_E(),
                series |u, y, _| series::ln(u, u[0], T::Base::LOG2_E(), y) }
                for [Float ComplexField], at [std::f64::consts::LOG2_E => 1.0];
            /// Logarithm to base 10; derivative `1 / (x ln 10)`, `+∞` at 0, NaN below.
            pub Log10 = log10(x)             { [x.log10()] |x, _| T::LOG10_E() / x, through |t, _, x, _| t / x * T::Base::LOG10_E(),
                series |u, y, _| series::ln(u, u[0], T::Base::LOG10_E(), y) }
                for [Float ComplexField], at [std::f64::consts::LOG10_E => 1.0];
            /// `ln(1 + x)`, accurate near 0; derivative `1 / (1 + x)`, `+∞` at -1, NaN below.
            pub Ln1p = ln_1p(x)              { [x.ln_1p()] |x, _| (x + T::one()).recip(), through |t, _, x, _| t / (x + T::one()),
                series |u, y, _| series::ln(u, u[0] + T::one(), T::Base::one(), y) }
                for [Float ComplexField], at [1.0 => 0.5];

            // Trigonometric functions and their inverses
            /// Sine; derivative `cos x`.
            pub Sin = sin(x)                 { [x.sin()] |x, _| x.cos(), fused |x| sin_cos(x).0, twin first SIN_COS,
                series |u, y, slope| series::oscillation(u, y, slope, -1.0) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Cosine; derivative `-sin x`.
            pub Cos = cos(x)                 { [x.cos()] |x, _| -x.sin(), fused |x| sin_cos(x).1, twin second SIN_COS,
                series |u, y, slope| series::oscillation(u, y, slope, -1.0) }
                for [Float ComplexField], at [0.0 => 0.0];
            /// Tangent; derivative `1 + tan² x`.
            pub Tan = tan(x)                 { [x.tan()] |_, y| T::one() + y * y,
                series |u, y, slope| series::tangent(u, y, slope, 2.0) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Arcsine in `[-π/2, π/2]`; derivative `1 / √(1 - x²)`, `+∞` at ±1, NaN beyond.
            pub Asin = asin(x)               { [x.asin()] |x, _| x.unary(Quadratic::ASIN),
                series |u, y, slope| series::inverse(u, y, slope, -1.0, 0.5) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Arccosine in `[0, π]`; derivative `-1 / √(1 - x²)`, `-∞` at ±1, NaN beyond.
            pub Acos = acos(x)               { [x.acos()] |x, _| x.unary(Quadratic::ACOS),
                series |u, y, slope| series::inverse(u, y, slope, -1.0, 0.5) }
                for [Float ComplexField], at [0.0 => -1.0];
            /// Arctangent in `[-π/2, π/2]`; derivative `1 / (1 + x²)`.
            pub Atan = atan(x)               { [x.atan()] |x, _| x.unary(Quadratic::ATAN),
                through |t, slope, x, _| where_far(x, || t / x / x, || t * slope),
                series |u, y, slope| series::inverse(u, y, slope, 1.0, 1.0) }
                for [Float ComplexField], at [1.0 => 0.5];

            // Hyperbolic functions and their inverses
            /// Hyperbolic sine; derivative `cosh x`.
            pub Sinh = sinh(x)               { [x.sinh()] |x, _| x.cosh(),
                series |u, y, slope| series::oscillation(u, y, slope, 1.0) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Hyperbolic cosine; derivative `sinh x`.
            pub Cosh = cosh(x)               { [x.cosh()] |x, _| x.sinh(),
                series |u, y, slope| series::oscillation(u, y, slope, 1.0) }
                for [Float ComplexField], at [0.0 => 0.0];
            /// Hyperbolic tangent; derivative `1 - tanh² x`, accurate also where the tangent rounds to 1.
            pub Tanh = tanh(x)               { [x.tanh()] |x, y| sech_squared(x, y),
                through |t, slope, x, _| times_sech_squared(t, slope, x),
                series |u, y, slope| series::tangent(u, y, slope, -2.0) }
                for [Float ComplexField], at [0.0 => 1.0];
            /// Inverse hyperbolic sine; derivative `1 / √(x² + 1)`.
            pub Asinh = asinh(x)             { [x.asinh()] |x, _| x.unary(Quadratic::ASINH),
                through |t, slope, x, _| where_far(x, || t / x.abs(), || t * slope),
                series |u, y, slope| series::inverse(u, y, slope, 1.0, 0.5) }
                for [Float ComplexField], at [0.75 => 0.8];
            /// Inverse hyperbolic cosine; derivative `1 / √(x² - 1)`, `+∞` at 1, NaN below.
            pub Acosh = acosh(x)             { [x.acosh()] |x, _| x.unary(Quadratic::ACOSH),
                through |t, slope, x, _| where_far(x, || t / x, || t * slope),
                series |u, y, slope| series::inverse(u, y, slope, 1.0, 0.5) }
                for [Float ComplexField], at [1.25 => 4.0 / 3.0];
            /// Inverse hyperbolic tangent; derivative `1 / (1 - x²)`, `+∞` at ±1, NaN beyond.
            pub Atanh = atanh(x)             { [x.atanh()] |x, _| x.unary(Quadratic::ATANH),
                series |u, y, slope| series::inverse(u, y, slope, -1.0, 1.0) }
                for [Float ComplexField], at [0.5 => 4.0 / 3.0];

            // Piecewise linear
            /// Absolute value; derivative ±1, and 0 at 0.
            ///
            /// A smooth even function of it, such as `x.abs().powi(2)`, therefore has the second derivative 0 at 0, whatever it is in
            /// truth. The [remedy](crate::conventions#even-functions-of-a-length) is a function of `x * x`.
            pub Abs = abs(x)                 { [x.abs()] |x, _| slope_of_abs(x), takes 1.0, series |u, y, slope| series::linear(u, y, slope) }
                for [Float FloatCore ComplexField], at [-2.0 => -1.0];
            /// Fractional part `x - trunc(x)`; derivative 1 everywhere, also on the jump.
            pub Fract = fract(x)             { [x.fract()] |_, _| T::one(), takes 2.0, series |u, y, slope| series::linear(u, y, slope),
                formula |x| x - x.trunc() }
                for [Float FloatCore ComplexField], at [2.5 => 1.0];
            /// Radians to degrees; derivative `180 / π`.
            pub ToDegrees = to_degrees(x)    { [x.to_degrees()] |_, _| T::one().to_degrees(), takes 1.0,
                series |u, y, slope| series::linear(u, y, slope), formula |x| x * T::lit(180.0 / core::f64::consts::PI) }
                for [Float FloatCore], at [1.0 => 1.0_f64.to_degrees()];
            /// Degrees to radians; derivative `π / 180`.
            pub ToRadians = to_radians(x)    { [x.to_radians()] |_, _| T::one().to_radians(), takes 1.0,
                series |u, y, slope| series::linear(u, y, slope), formula |x| x * T::lit(core::f64::consts::PI / 180.0) }
                for [Float FloatCore], at [1.0 => 1.0_f64.to_radians()];

            // Rounding: at a point the value is given, the derivative is 0 everywhere
            /// Largest integer not above `x`; derivative 0 everywhere.
            pub Floor = floor(x) { step [x.floor()] } for [Float FloatCore ComplexField], at [2.75 => 2.0];
            /// Smallest integer not below `x`; derivative 0 everywhere.
            pub Ceil = ceil(x) { step [x.ceil()] } for [Float FloatCore ComplexField], at [2.25 => 3.0];
            /// Nearest integer, halves away from zero; derivative 0 everywhere.
            pub Round = round(x) { step [x.round()] } for [Float FloatCore ComplexField], at [2.5 => 3.0];
            /// Integer part, towards zero; derivative 0 everywhere.
            pub Trunc = trunc(x) { step [x.trunc()] } for [Float FloatCore ComplexField], at [-2.75 => -2.0];
            /// `1` for `x ≥ +0`, `-1` for `x ≤ -0`; derivative 0 everywhere.
            pub Signum = signum(x) { step [x.signum()], formula |x| sign(x) } for [Float FloatCore ComplexField], at [-0.0 => -1.0];

            // Powers with an exponent, logarithms to a base, length and angle
            /// Integer power `xⁿ`; derivative `n xⁿ⁻¹`, exact at 0 to every order. `x⁰` is 1 with derivative 0 everywhere.
            pub Powi(n: i32) = powi(x) { [power(x, n)] |x, y| powi_slope(n, x, y), takes 3.0,
                through |t, _, x, _| times_powi_slope(t, n, x), series |u, y, _| series::powi(n, u, y),
                formula |x| power_by_squares(x, n) }
                for [Float FloatCore ComplexField], at [2.0; 3 => 12.0], at [2.0; -1 => -0.25], members [(0), (1), (2), (3), (-1), (-3), (17)];
            /// Power `xʸ`; partials `y xʸ⁻¹` and `xʸ ln x`.
            ///
            /// `x⁰` is identically 1. At `x = 0` the partial in `y` is its limit: 0 for `y > 0`, `-∞` for `y ≤ 0`. For `x < 0` the
            /// partial in `y` is NaN. An exponent without a derivative never asks for it, so negative `x` are fine with a constant
            /// integer `y`, and no logarithm is taken.
            pub Powf = powf(x, y) { [x.powf(y)]
                |x, y, _| x.binary(power::PowerDerivative(1, 0), y),
                |x, y, z| power::slope_by_exponent(x, y, z),
                through |t, by_x, x, y, z| power::times_slope_by_base(t, by_x, [x, y, z]),
                |t, by_y, x, y, z| power::times_slope_by_exponent(t, by_y, [x, y, z]),
                series |x, y, z| series::powf(x, y, z) }
                for [Float ComplexField], at [4.0, 1.5 => 3.0, 8.0 * 4.0_f64.ln()];
            /// Logarithm `ln x / ln b` to the base `b`; partials `1 / (x ln b)` and `-z / (b ln b)`.
            pub Log = log(x, b) { [x.log(b)]
                |x, b, _| x.binary(LogDerivative(1, 0), b), |x, b, _| x.binary(LogDerivative(0, 1), b),
                through |t, _, x, b, _| t / x / b.ln(), |t, _, _, b, z| -(t / b) * (z / b.ln()),
                series |x, b, z| series::log(x, b, z), formula |x, b| x.ln() / b.ln() }
                for [Float ComplexField], at [1.0, std::f64::consts::E => 1.0, 0.0];
            /// Length `√(x² + y²)` without undue overflow; partials `x / z` and `y / z`, 0 at the origin.
            ///
            /// A smooth even function of it therefore has the second derivatives 0 at the origin, whatever they are in truth. The
            /// [remedy](crate::conventions#even-functions-of-a-length) is a function of `x * x + y * y`.
            pub Hypot = hypot(x, y) { [x.hypot(y)]
                |x, y, _| x.binary(Radial::LENGTH_BY_X, y),
                |x, y, _| x.binary(Radial::LENGTH_BY_Y, y),
                through |t, _, x, y, z| radial::times_length_by_x(t, x, y, z),
                |t, _, x, y, z| radial::times_length_by_x(t, y, x, z), series |x, y, z| series::hypot(x, y, z) }
                for [Float ComplexField], at [3.0, 4.0 => 0.6, 0.8];
            /// The angle of the point with ordinate `self` and abscissa `y`; partials `y / h²` and `-self / h²` with the distance
            /// `h = hypot(self, y)` from the origin. NaN derivative at the origin, where there is no limit and no subgradient.
            pub Atan2 = atan2(x, y) { [x.atan2(y)]
                |x, y, _| x.binary(Radial::ANGLE_BY_X, y),
                |x, y, _| x.binary(Radial::ANGLE_BY_Y, y),
                through |t, _, x, y, _| radial::times_angle_by(Radial::ANGLE_BY_X, t, x, y),
                |t, _, x, y, _| radial::times_angle_by(Radial::ANGLE_BY_Y, t, x, y), series |x, y, z| series::atan2(x, y, z) }
                for [Float RealField], at [3.0, 4.0 => 0.16, -0.12];
        }
    };
}
pub(crate) use elementary;

/// The order up to which there are closed forms, where they have an end: beyond they give NaN. More often nobody differentiates with
/// nested numbers, the number of whose parts doubles each time. Longer series take another way, except where that leaves the range.
pub(crate) const MOST: usize = 24;

elementary!(define_rules, [Elementary]);

/// What is shown every rule of a table, see [`visit`].
pub trait Visitor {
    /// A function of one argument.
    fn unary<R: Unary>(&mut self, rule: R);
    /// A function of two arguments.
    fn binary<R: Binary>(&mut self, rule: R);
    /// A function of any number of arguments, with a sample of arguments that it is made for. It is passed over where this is left out.
    fn reduction<R: Reduction>(&mut self, rule: R, x: &[f64]) {
        let _ = (rule, x);
    }
}

/// Shows the elementary functions to a visitor, each rule once, and of a family some members: for listings, and for tests that must not
/// forget one. [`crate::special::rules::visit`] does it with the special functions, and [`crate::slices::visit`] with those of slices.
///
/// # Examples
/// ```
/// use dualtape::rules::{self, Binary, Unary};
///
/// struct Names(Vec<&'static str>);
///
/// impl rules::Visitor for Names {
///     fn unary<R: Unary>(&mut self, _: R) {
///         self.0.push(R::NAME);
///     }
///     fn binary<R: Binary>(&mut self, _: R) {
///         self.0.push(R::NAME);
///     }
/// }
///
/// let mut names = Names(Vec::new());
/// rules::visit(&mut names);
/// assert!(names.0.contains(&"tanh") && names.0.contains(&"hypot"));
/// ```
pub fn visit(visitor: &mut impl Visitor) {
    elementary!(visit_rows, [visitor]);
}

define_rules! {
    [Operators]

    /// Remainder `x % y` with the sign of `x`; partials 1 and `-trunc(x / y)`, also on the jump.
    // The truncated quotient itself is off by one where the quotient rounds up to an integer.
    pub Rem = rem(x, y) { [x % y] |_, _, _| T::one(), |x, y, z| -((x - z) / y).round() };

    /// `max(x - y, 0)` where `x = y` (also where both are infinite) or one is NaN: half the derivative of the difference.
    pub(crate) TiedDifference = abs_sub(x, y) { [if x == y { B::zero() } else { x - y }]
        |_, _, _| T::lit(0.5), |_, _, _| T::lit(-0.5) };

    /// What `max`, `min` and `clamp` return on a tie: either operand's value, each with half of the derivative.
    pub(crate) Tie = tie(x, _y) { [x] |_, _, _| T::lit(0.5), |_, _, _| T::lit(0.5), formula |x, _| x };
}

// ---- Forms shared by rows --------------------------------------------------------------------------------------------

/// Sine and cosine, which begin with the same reduction of their argument.
static SIN_COS: Pair = Pair { name: "sin_cos", at: num_traits::Float::sin_cos, at_f32: num_traits::Float::sin_cos };

/// Sine and cosine of `x`, each with its derivative, from one evaluation of the pair.
#[inline]
pub(crate) fn sin_cos<T: Float>(x: T) -> ((T, T), (T, T)) {
    let (sin, cos) = x.sin_cos();
    ((sin, cos), (cos, -sin))
}

/// `|x|` by comparing: `abs` has the derivative 0 at 0, and higher derivatives of even functions would be lost there.
#[inline]
pub(crate) fn magnitude<T: Float>(x: T) -> T {
    x.if_less(T::zero(), || -x, || x)
}

/// The lowest finite number: what is less is `-∞`.
#[inline]
pub(crate) fn lowest<T: Float>() -> T {
    <T as num_traits::Float>::min_value()
}

/// The largest finite number: what is more is `+∞`.
#[inline]
pub(crate) fn largest<T: Float>() -> T {
    <T as num_traits::Float>::max_value()
}

/// `1 - x²`: the product near ±1, where the difference cancels, and the difference near 0, where the derivative of the
/// product does.
#[inline]
fn one_minus_square<T: Float>(x: T) -> T {
    let (product, difference) = (|| (T::one() - x) * (T::one() + x), || T::one() - x * x);
    x.if_less(T::lit(-0.5), product, || T::lit(0.5).if_less(x, product, difference))
}

/// `1 - tanh² x`, from `x` and `y = tanh x`.
///
/// Near 0 the product form keeps the digits of all higher derivatives. Beyond, where `1 - y` runs out of digits, it is `4e
/// / (1 + e)²` with `e = exp(-2|x|)`; `1 / cosh²` would overflow one order up. Beyond [`NOTHING_BESIDE_ONE`] it is
/// the square of `2 exp(-|x|)`, in which nothing is subnormal before the result is.
#[inline]
fn sech_squared<T: Float>(x: T, y: T) -> T {
    let a = magnitude(x);
    let middle = || {
        let e = (T::lit(-2.0) * a).exp();
        let d = T::one() + e;
        T::lit(4.0) * e / (d * d)
    };
    let far = || {
        let e = (-a).exp();
        (e + e) * (e + e)
    };
    a.if_less(T::lit(0.75), || one_minus_square(y), || a.if_less(T::lit(NOTHING_BESIDE_ONE), middle, far))
}

/// ±1, and 0 at both zeros: the minimum-norm subgradient. Not `signum`, which is ±1 at zero.
#[inline]
fn slope_of_abs<T: Float>(x: T) -> T {
    T::zero().if_less(x, T::one, || x.if_less(T::zero(), || -T::one(), T::zero))
}

/// `xⁿ`: a square without a call where `n` is not known to the compiler, with the same bits.
#[inline]
fn power<B: Primitive>(x: B, n: i32) -> B {
    if n == 2 { x * x } else { x.powi(n) }
}

/// `xⁿ` as a compiler's library has it, to the bit: by the squares of squares.
fn power_by_squares<T: Float>(x: T, n: i32) -> T {
    let (mut square, mut product, mut rest) = (x, None, n.unsigned_abs());
    while rest > 0 {
        if rest % 2 == 1 {
            product = Some(product.map_or(square, |product| product * square));
        }
        rest /= 2;
        if rest > 0 {
            square = square * square;
        }
    }
    let power = product.unwrap_or_else(T::one);
    if n < 0 { T::one() / power } else { power }
}

/// `signum(x)`, NaN for NaN.
fn sign<T: Float>(x: T) -> T {
    let of_zero = || T::one().copysign(x) + x; // or NaN
    x.if_less(T::zero(), || -T::one(), || T::zero().if_less(x, T::one, of_zero))
}

/// `n xⁿ⁻¹`.
#[inline]
fn powi_slope<T: Float>(n: i32, x: T, y: T) -> T {
    match n {
        0 => T::zero(),
        1 => T::one(),
        2 => x + x,
        i32::MIN => y / x * T::lit(n.into()), // n - 1 does not exist
        n => x.powi(n - 1) * T::lit(n.into()),
    }
}

/// Beyond this `exp(-a)` is nothing beside 1, and nowhere near the end of the range: `1 + exp(-a)` is 1 from 17 on in `f32` and from 37 in
/// `f64`, and `exp(-a)` is subnormal from 87 on in `f32`.
pub(crate) const NOTHING_BESIDE_ONE: f64 = 40.0;

/// `t eˣ` where `eˣ` may underflow: its root does not.
#[inline]
pub(crate) fn times_exp<T: Float>(t: T, x: T) -> T {
    let root = (x * T::lit(0.5)).exp();
    (t * root) * root
}

/// `t slope` for the slope `1 - tanh² x`; see [`sech_squared`].
fn times_sech_squared<T: Float>(t: T, slope: T, x: T) -> T {
    let a = magnitude(x);
    let e = (-a).exp();
    a.if_less(T::lit(NOTHING_BESIDE_ONE), || t * slope, || (t * (e + e)) * (e + e))
}

/// `t n xⁿ⁻¹` with powers of half the exponent, which leave the range later. Of a positive `n` they are powers with a positive
/// exponent, whose higher derivatives end in an exact 0.
pub(crate) fn times_powi_slope<T: Float>(t: T, n: i32, x: T) -> T {
    if n == 0 {
        return T::zero();
    }
    let (t, power) = if n > 0 { (t, n - 1) } else { (t / x, n) };
    let half = power / 2;
    (t * x.powi(half)) * x.powi(power - half) * T::lit(n.into())
}

/// `far()` where `1 + 1/x²` and `1 - 1/x²` are 1 in all derivatives that matter, else `near()`.
pub(crate) fn where_far<T: Float>(x: T, far: impl FnOnce() -> T + Copy, near: impl FnOnce() -> T) -> T {
    beyond(x, [1e6, 1e20], far, near)
}

/// `near()` where `x` is so close to a pole at 0 that nothing but the pole counts, else `otherwise()`.
pub(crate) fn near_pole<T: Float>(x: T, near: impl FnOnce() -> T, otherwise: impl FnOnce() -> T + Copy) -> T {
    beyond(x, [1e-9, 1e-20], otherwise, near)
}

/// `t x / y`, also where `x / y` leaves the range: numbers of different kinds of size meet first.
pub(crate) fn times_quotient<T: Float>(t: T, x: T, y: T) -> T {
    let exceeds_one = |x: T| num_traits::Float::abs(x.base()) > T::Base::nearest(1.0);
    if exceeds_one(t) == exceeds_one(x) { t / y * x } else { t * x / y }
}

/// `far()` if `|x|` is above a bound, which is given for single and for double precision, else `near()`.
pub(crate) fn beyond<T: Float>(
    x: T,
    [single, double]: [f64; 2],
    far: impl FnOnce() -> T + Copy,
    near: impl FnOnce() -> T,
) -> T {
    let bound = T::lit(if T::Base::IS_SINGLE { single } else { double });
    x.if_less(-bound, far, || bound.if_less(x, far, near))
}
