//! Programs as source code: in C and in Rust, for places where this crate is not.
//!
//! ```text
//!   Program ──> straight    operations in their order, in functions ──> functions    names in the libraries
//!           │     sequence    what is run one after the other           helpers      formulas of rules
//!           │     scan        where it repeats                          language     what C and Rust write differently
//!           │     nest        loops, and what their operands are        tables       numbers and places
//!           │     memory      where results are
//!           └─> rolled      a loop for each launch of a kernel
//! ```

mod affine;
mod functions;
mod guards;
mod header;
mod helpers;
mod language;
mod loops;
mod memory;
mod nest;
mod rolled;
mod scan;
mod sequence;
mod statements;
mod straight;
mod tables;

use super::body::{Body, Op};
use super::program::{Parts, Program};
use header::Signature;
use helpers::Context;
use language::Language;
use std::fmt::{self, Display};
use std::panic::Location;
use straight::Frame;
use tables::Tables;

/// A program as source code, by [`Program::to_c`], [`Program::to_rust`] or an [`Exporter`].
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    name: String,
    text: String,
    memory: usize,
    data: Option<Vec<u8>>,
}

impl Source {
    /// The name of the function.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file: it needs nothing but `math.h` in C, and nothing but the standard library or the crate `libm` in Rust.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many numbers the function needs as memory.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// The bytes of the file of data that belongs to it, if its tables are too large for source code.
    #[must_use]
    pub fn data(&self) -> Option<&[u8]> {
        self.data.as_deref()
    }

    /// What the file of data is called.
    #[must_use]
    pub fn data_name(&self) -> String {
        format!("{}.bin", self.name)
    }
}

/// The text of the file.
impl Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Why there is no source code of a program: a rule has no form in the language.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
/// use dualtape::Special;
///
/// let program = Graph::record_fn(|x: &[Traced]| x[0].erf_inv(), &[0.5]).compile();
/// let error = program.to_c("f").unwrap_err();
/// assert_eq!(error.rule(), "erf_inv");
/// assert!(error.to_string().contains("has no form in other languages"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ExportError {
    rule: String,
    place: &'static Location<'static>,
    why: &'static str,
}

impl ExportError {
    fn new(rule: String, place: &'static Location<'static>, why: &'static str) -> ExportError {
        ExportError { rule, place, why }
    }

    /// The name of the rule, with its parameters.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Where in the source it was recorded.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }
}

impl Display for ExportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExportError { rule, place, why } = self;
        write!(out, "dualtape: `{rule}` ({place}) {why}")
    }
}

impl std::error::Error for ExportError {}

/// The source of a rule's value that the user gives.
#[derive(Clone, Debug)]
struct Given {
    rule: String,
    c: String,
    rust: String,
}

/// How programs are written as source code.
///
/// # Examples
/// A function that another library has, in C and in Rust:
/// ```
/// use dualtape::graph::{Exporter, Graph, Traced};
/// use dualtape::rules::Unary;
/// use dualtape::{Float, Primitive};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Clausen;
///
/// impl Unary for Clausen {
///     const NAME: &'static str = "clausen";
///     fn value<B: Primitive>(self, x: B) -> B {
///         x // of some library
///     }
///     fn partial<T: Float>(self, x: T, _: T) -> T {
///         -((x * T::lit(0.5)).sin() * T::lit(2.0)).ln()
///     }
/// }
///
/// let program =
///     Graph::record_fn(|x: &[Traced]| x[0].unary(Clausen) * 2.0, &[0.5]).compile();
/// assert_eq!(program.to_c("f").unwrap_err().rule(), "clausen");
/// let exporter =
///     Exporter::new().with_rule("clausen", "gsl_sf_clausen(x)", "special::clausen(x)");
/// assert!(exporter.to_c(&program, "f")?.text().contains("return gsl_sf_clausen(x);"));
/// # Ok::<(), dualtape::graph::ExportError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Exporter {
    libm: bool,
    given: Vec<Given>,
}

impl Exporter {
    /// The standard library in Rust, and no further rules.
    #[must_use]
    pub fn new() -> Exporter {
        Exporter::default()
    }

    /// Whether elementary functions are those of the crate `libm` in Rust, for places without a standard library. Their last bits are
    /// others than those of the standard library.
    #[must_use]
    pub fn libm(mut self, libm: bool) -> Exporter {
        self.libm = libm;
        self
    }

    /// What the rule with this name computes, as an expression in C and one in Rust, of `x` or of `x` and `y`. The name is that of listings
    /// and messages, with the parameters of the rule: `powi(3)`. It goes before what the crate knows of the rule.
    ///
    /// It is for values only: derivatives of a rule are formulas, which are exported as they are.
    #[must_use]
    pub fn with_rule(mut self, rule: &str, c: &str, rust: &str) -> Exporter {
        self.given.push(Given { rule: rule.into(), c: c.into(), rust: rust.into() });
        self
    }

    /// See [`Program::to_c`].
    ///
    /// # Errors
    /// If a rule has no form in C.
    ///
    /// # Panics
    /// If `name` is no name in C.
    #[track_caller]
    pub fn to_c(&self, program: &Program, name: &str) -> Result<Source, ExportError> {
        self.export(program, name, Language::C)
    }

    /// See [`Program::to_rust`].
    ///
    /// # Errors
    /// If a rule has no form in Rust.
    ///
    /// # Panics
    /// If `name` is no name in Rust.
    #[track_caller]
    pub fn to_rust(&self, program: &Program, name: &str) -> Result<Source, ExportError> {
        self.export(program, name, Language::Rust { libm: self.libm })
    }

    #[track_caller]
    fn export(&self, program: &Program, name: &str, language: Language) -> Result<Source, ExportError> {
        let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_name = name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
        assert!(is_name, "dualtape: a function is exported as `{name}`, which is no name of a function");
        assert!(
            !language.keeps(name),
            "dualtape: a function is exported as `{name}`, a word that the language keeps for itself; choose another name"
        );
        let mut context = Context::new(language, name, &self.given);
        match program.rolled() {
            Some(parts) => rolled_file(&mut context, program, &parts),
            None => straight_file(&mut context, program),
        }
    }
}

impl Program {
    /// This program as a file in C (C99): a function of that name, which needs nothing but `math.h`, and allocates nothing.
    ///
    /// ```c
    /// int f(const double *restrict x, double *restrict y, double *restrict w);
    /// ```
    ///
    /// It writes the results at `x` to `y`, and uses `w` as memory for [`Source::memory`] numbers, of which each thread needs its own. It
    /// returns 0 if the results are right. Otherwise it returns the number of the first guard that has another answer, from 1; the comment at
    /// the top of the file has the guards. Derivatives have conditions besides: where plain arithmetic is not enough for them, and the
    /// program would ask the drivers, the function returns -1. If [`Source::data`] has bytes, a pointer to them is the fourth argument.
    ///
    /// # Bits
    /// Compiled with `-ffp-contract=off`, which compilers for C need so that they do not round less often, and without `-ffast-math`, it
    /// has the bits of [`Program::call`]. Functions of the mathematical library are the library's. In C `cbrt`, `asinh`, `acosh`, `atanh`
    /// and special functions have other last bits than in Rust, which has code of its own for them.
    ///
    /// # Loops
    /// Where operations repeat, as the steps of a recurrence, a filter or a simulation do, the source has a loop, and another one for the way
    /// back of a gradient; the cells of each step are a loop inside of it. So there is as much code for 1000 steps as for 100. The loop takes
    /// its operands from the step before, from memory or from inputs at even distances, and from tables of numbers, which grow with the
    /// steps where the function has other constants in each. The first steps and the last ones may stand outside of the loop. A loop needs eight
    /// steps at least, and has to save a hundred operations.
    ///
    /// # Cost
    /// The source grows with the number of operations that are not in loops; of a program that is rolled
    /// ([`Graph::compile_value_and_gradient`]) with that of bodies of loops, and its tables with that of launches. Memory has room for what
    /// a loop leaves for others, in each of its steps: for a gradient what the way back needs. Exporting takes time in proportion to the
    /// operations, a few microseconds for each.
    ///
    /// [`Graph::compile_value_and_gradient`]: crate::graph::Graph::compile_value_and_gradient
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let program = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1], &[1.0, 2.0])
    ///     .gradient()
    ///     .compile();
    /// let source = program.to_c("f")?;
    /// assert!(source.text().contains(
    ///     "int f(const double *restrict x, double *restrict y, double *restrict w)"
    /// ));
    /// assert!(source.text().contains(" = cos(x[0]);"));
    /// # Ok::<(), dualtape::graph::ExportError>(())
    /// ```
    ///
    /// # Errors
    /// If a rule has no form in C. [`Exporter::with_rule`] gives it one.
    ///
    /// # Panics
    /// If `name` is no name in C.
    #[track_caller]
    pub fn to_c(&self, name: &str) -> Result<Source, ExportError> {
        Exporter::new().to_c(self, name)
    }

    /// This program as a file in Rust: a function of that name, which needs nothing but the standard library, and allocates nothing.
    ///
    /// It is `fn f(x: &[f64; N], y: &mut [f64; M], w: &mut [f64; F_MEMORY]) -> Result<(), i32>`, and does what that of [`Program::to_c`]
    /// does; what is not 0 there is an error. The file goes into a module of its own, by `mod` or `include!`. The functions of the standard
    /// library have the same bits as in this crate; [`Exporter::libm`] takes those of the crate `libm`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let program = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1], &[1.0, 2.0])
    ///     .gradient()
    ///     .compile();
    /// let source = program.to_rust("f")?;
    /// assert!(source.text().contains(
    ///     "pub fn f(x: &[f64; 2], y: &mut [f64; 2], w: &mut [f64; 0]) -> Result<(), i32>"
    /// ));
    /// # Ok::<(), dualtape::graph::ExportError>(())
    /// ```
    ///
    /// # Errors
    /// If a rule has no form in Rust. [`Exporter::with_rule`] gives it one.
    ///
    /// # Panics
    /// If `name` is no name in Rust.
    #[track_caller]
    pub fn to_rust(&self, name: &str) -> Result<Source, ExportError> {
        Exporter::new().to_rust(self, name)
    }
}

/// The file of a program that is run straight.
fn straight_file(context: &mut Context, program: &Program) -> Result<Source, ExportError> {
    let (body, conditions) = program.straight();
    let (language, name) = (context.language, context.name);
    let mut tables = Tables::default();
    let input = |k: u32| k as i32;
    let in_c = "const double *restrict x, double *restrict y, double *restrict w";
    let (inputs, outputs) = (program.inputs(), program.outputs());
    let in_rust = format!("x: &[f64; {inputs}], y: &mut [f64; {outputs}], w: &mut [f64; {}]", loops::size(name));
    let parameters = language.either([in_c, "x, y, w"], [&in_rust, "x, y, w"]);
    let frame =
        Frame { name: format!("{name}_part"), inputs: "x", input: &input, parameters, memory: 0, with_results: true };
    let straight = straight::write(context, &mut tables, body, &conditions, &frame)?;
    let (memory, is_derivative) = (straight.memory, body.function().is_some());
    let [mut definitions, mut finding] = [String::new(), String::new()];
    if straight.has_loops {
        definitions = tables.definitions(language, name);
        if language.is_c() {
            finding = tables.finding(name) + "    (void)c, (void)t;\n";
        }
    }
    let data = tables.bytes();
    let signature = Signature { program, name, memory, language, is_derivative, has_data: data.is_some() };
    let text = [
        &signature.begin(),
        &definitions,
        &context.definitions,
        &straight.functions,
        &signature.function(&(finding + &straight.statements)),
    ];
    Ok(Source { name: name.into(), text: text.map(String::as_str).concat(), memory, data })
}

/// The file of a program that is rolled.
fn rolled_file(context: &mut Context, program: &Program, parts: &Parts) -> Result<Source, ExportError> {
    let (language, name) = (context.language, context.name);
    check_function(context, program.recorded())?;
    let rolled = rolled::write(context, parts, program.inputs())?;
    let memory = rolled.memory;
    let data = rolled.tables.bytes();
    let signature = Signature { program, name, memory, language, is_derivative: true, has_data: data.is_some() };
    let text = [
        &signature.begin(),
        &rolled.tables.definitions(language, name),
        &loops::total(language, name),
        &context.definitions,
        &rolled.functions,
        &signature.function(&rolled.statements),
    ];
    Ok(Source { name: name.into(), text: text.map(String::as_str).concat(), memory, data })
}

/// Whether all rules of a function have a form. In the bodies of loops it is forgotten where they were recorded.
fn check_function(context: &mut Context, function: &Body) -> Result<(), ExportError> {
    let mut is_known = vec![false; function.rules.len()];
    for (i, node) in function.nodes.iter().enumerate() {
        if let Op::Rule(rule) | Op::First(rule) | Op::Second(rule) | Op::Reduction(rule) = node.op
            && !std::mem::replace(&mut is_known[rule as usize], true)
        {
            let operands = vec![String::new(); statements::operands(function, i).len()];
            statements::expression(context, function, i, &operands)?;
        }
    }
    Ok(())
}
