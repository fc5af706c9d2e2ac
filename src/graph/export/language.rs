//! What C and Rust write differently: constants, definitions, choices, functions. Arithmetic is written alike in both.

use std::fmt::Write as _;

/// What code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    C,
    Rust {
        /// Whether elementary functions are those of the crate `libm`, and not those of the standard library.
        libm: bool,
    },
}

impl Language {
    pub fn is_c(self) -> bool {
        self == Language::C
    }

    /// Whether the language keeps a word for itself.
    pub fn keeps(self, word: &str) -> bool {
        let kept = self.either(
            "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return \
             short signed sizeof static struct switch typedef union unsigned void volatile while main",
            "Self abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in let \
             loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe \
             unsized use virtual where while yield",
        );
        kept.split_whitespace().any(|kept| kept == word)
    }

    /// The one text in C, the other in Rust.
    pub fn either<T>(self, c: T, rust: T) -> T {
        if self.is_c() { c } else { rust }
    }

    /// A number as an operand: the shortest digits that are read back as this number.
    pub fn constant(self, x: f64) -> String {
        let name = if x.is_nan() { self.either("NAN", "f64::NAN") } else { self.either("INFINITY", "f64::INFINITY") };
        let size = if x.is_finite() { format!("{:?}", x.abs()) } else { name.to_owned() };
        if x.is_sign_negative() && !x.is_nan() { format!("(-{size})") } else { size }
    }

    /// A new number with the value of an expression.
    pub fn define(self, name: &str, value: &str) -> String {
        self.either(format!("const double {name} = {value};"), format!("let {name}: f64 = {value};"))
    }

    /// One of two expressions, as a whole expression.
    pub fn choose(self, condition: &str, then: &str, otherwise: &str) -> String {
        self.either(
            format!("{condition} ? {then} : {otherwise}"),
            format!("if {condition} {{ {then} }} else {{ {otherwise} }}"),
        )
    }

    /// The beginning of a statement that depends on a condition.
    pub fn when(self, condition: &str) -> String {
        self.either(format!("if ({condition})"), format!("if {condition}"))
    }

    pub fn is_nan(self, x: &str) -> String {
        self.either(format!("{x} != {x}"), format!("f64::is_nan({x})"))
    }

    pub fn magnitude(self, x: &str) -> String {
        self.either(format!("fabs({x})"), format!("f64::abs({x})"))
    }

    pub fn copysign(self, x: &str, y: &str) -> String {
        self.either(format!("copysign({x}, {y})"), format!("f64::copysign({x}, {y})"))
    }

    /// A function of numbers for this file alone, from the line that it returns and what stands before.
    pub fn function(self, name: &str, parameters: &[String], before: &str, value: &str) -> String {
        let mut text = String::new();
        let list = |one: &dyn Fn(&String) -> String| parameters.iter().map(one).collect::<Vec<_>>().join(", ");
        let _ = match self {
            Language::C => {
                let is_unused = |x: &&String| !before.contains(&**x) && !value.contains(&**x);
                let unused = parameters.iter().filter(is_unused).map(|x| format!("    (void){x};\n"));
                let before = unused.collect::<String>() + before;
                let parameters = list(&|x| format!("double {x}"));
                writeln!(text, "static inline double {name}({parameters})\n{{\n{before}    return {value};\n}}\n")
            }
            Language::Rust { .. } => {
                let parameters = list(&|x| format!("{x}: f64"));
                writeln!(
                    text,
                    "{ALLOW}\n#[inline(always)]\nfn {name}({parameters}) -> f64 {{\n{before}    {value}\n}}\n"
                )
            }
        };
        text
    }
}

/// What stands before each function in Rust: the code is as it comes, and others lint it.
pub(super) const ALLOW: &str =
    "#[allow(clippy::all, clippy::pedantic, dead_code, unused_mut, unused_parens, unused_variables)]";
