//! What elementary functions are called in C and in Rust: one row for each function that the libraries have.
//!
//! A rule that is no row here has a formula of such functions ([`Unary::formula`](crate::rules::Unary::formula)), or no form in other
//! languages.

use crate::graph::operation::{OfOne, OfTwo, Operation};
use crate::rules::{
    Abs, Acos, Acosh, Asin, Asinh, Atan, Atan2, Atanh, Cbrt, Ceil, Cos, Cosh, Exp, Exp2, ExpM1, Floor, Hypot, Ln, Ln1p,
    Log2, Log10, Powf, Rem, Round, Sin, Sinh, Sqrt, Tan, Tanh, Trunc,
};
use crate::special::rules::{Erf, Erfc, Gamma, Jn, LnGamma, Yn};
use std::any::Any;

/// A function of a library.
pub(super) struct Named {
    /// What it is called in C, and in the crate `libm`.
    pub c: &'static str,
    /// What it is called in the standard library of Rust, if it is there.
    pub std: Option<&'static str>,
    /// A whole number that stands before the arguments.
    pub order: Option<i32>,
}

/// Calls `$callback!` with the rows: the rule, the name in C and in `libm`, and that in the standard library of Rust.
macro_rules! rows {
    ($callback:ident) => {
        $callback! {
            Sqrt of one: "sqrt", "f64::sqrt";
            Exp of one: "exp", "f64::exp";
            Exp2 of one: "exp2", "f64::exp2";
            ExpM1 of one: "expm1", "f64::exp_m1";
            Ln of one: "log", "f64::ln";
            Log2 of one: "log2", "f64::log2";
            Log10 of one: "log10", "f64::log10";
            Ln1p of one: "log1p", "f64::ln_1p";
            Sin of one: "sin", "f64::sin";
            Cos of one: "cos", "f64::cos";
            Tan of one: "tan", "f64::tan";
            Asin of one: "asin", "f64::asin";
            Acos of one: "acos", "f64::acos";
            Atan of one: "atan", "f64::atan";
            Sinh of one: "sinh", "f64::sinh";
            Cosh of one: "cosh", "f64::cosh";
            Tanh of one: "tanh", "f64::tanh";
            // The standard library of Rust has code of its own for these four; C may have other last bits.
            Cbrt of one: "cbrt", "f64::cbrt";
            Asinh of one: "asinh", "f64::asinh";
            Acosh of one: "acosh", "f64::acosh";
            Atanh of one: "atanh", "f64::atanh";
            Abs of one: "fabs", "f64::abs";
            Floor of one: "floor", "f64::floor";
            Ceil of one: "ceil", "f64::ceil";
            Round of one: "round", "f64::round";
            Trunc of one: "trunc", "f64::trunc";
            Powf of two: "pow", "f64::powf";
            Hypot of two: "hypot", "f64::hypot";
            Atan2 of two: "atan2", "f64::atan2";
            Rem of two: "fmod", "core::ops::Rem::rem";
            // Those of `libm` are this crate's; C may have other last bits, and the standard library of Rust has none.
            Erf of one: "erf";
            Erfc of one: "erfc";
            Gamma of one: "tgamma";
            LnGamma of one: "lgamma";
        }
    };
}

/// The function of a library that a rule is.
pub(super) fn named(operation: &dyn Operation) -> Option<Named> {
    let is = |rule: &dyn Any| operation.is_same(rule);
    macro_rules! find {
        ($($Rule:ident of $count:ident: $c:literal $(, $std:literal)?;)*) => {
            $(if is(&find!(@ $count $Rule)) {
                let std: &[&str] = &[$($std)?];
                return Some(Named { c: $c, std: std.first().copied(), order: None });
            })*
        };
        (@ one $Rule:ident) => { OfOne($Rule) };
        (@ two $Rule:ident) => { OfTwo($Rule) };
    }
    rows!(find);
    // Bessel functions, which are families.
    let rule = operation.as_any();
    if let Some(OfOne(Jn(n))) = rule.downcast_ref() {
        return Some(Named { c: "jn", std: None, order: Some(*n) });
    }
    if let Some(OfOne(Yn(n))) = rule.downcast_ref() {
        return Some(Named { c: "yn", std: None, order: Some(*n) });
    }
    None
}
