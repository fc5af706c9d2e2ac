//! The function of a loop: the body of a kernel for tiles of instances.
//!
//! ```text
//!   x0 = w[d[0]]                              before     uniform operands, and where the others begin
//!   for each tile, of m instances:
//!       q1[l] = w[t1[i + l]]                  gather     what is not side by side
//!       for each lane l:                      lane       the body; compilers make vector instructions of it
//!           v0 = x0 * q1[l]; o0[l] = v0
//!       w[r0 + i + l] += o0[l]                leave      in the order of the instances
//!   w[d[3]] += total(a1)                      after      what all instances add to one number
//! ```

use super::ExportError;
use super::helpers::Context;
use super::language::{ALLOW, Language};
use super::statements::{condition, expression, operands};
use crate::graph::body::{Op, Operand};
use crate::graph::program::Loop;
use std::fmt::Write as _;

/// How the instances of a loop find or leave a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Uniform,
    /// One behind the other.
    Near,
    Even,
    Table,
}

/// A column as a function sees it: its form, and whether it is of constants or of what was computed.
pub(super) type Shape = (Form, bool);

/// The name of the size of the memory in Rust.
pub(super) fn size(name: &str) -> String {
    format!("{}_MEMORY", name.to_uppercase())
}

/// The texts of a function in the making.
struct Texts {
    language: Language,
    lanes: usize,
    before: String,
    gather: String,
    lane: String,
    leave: String,
    after: String,
    /// How many entries of its description are read.
    read: usize,
}

/// The function with a number that runs a body for `n` instances, whose places `d` begins with.
pub(super) fn function(
    context: &mut Context,
    kernel: &Loop,
    columns: &[Shape],
    outputs: &[(Shape, bool)],
    number: usize,
) -> Result<String, ExportError> {
    let [before, gather, lane, leave, after] = [(); 5].map(|()| String::new());
    let mut texts =
        Texts { language: context.language, lanes: kernel.lanes, before, gather, lane, leave, after, read: 0 };
    columns.iter().enumerate().for_each(|(k, &column)| texts.column(k, column));
    body(context, kernel, &mut texts.lane)?;
    for (k, &((form, _), is_added)) in outputs.iter().enumerate() {
        let result = read(context.language, kernel, kernel.body.results[k]);
        texts.output(k, form, if is_added { "+=" } else { "=" }, &result, context.name);
    }
    Ok(texts.function(context.name, number))
}

impl Texts {
    /// The next entry of the description.
    fn next(&mut self) -> String {
        self.read += 1;
        let k = self.read - 1;
        self.language.either(format!("d[{k}]"), format!("whole(d + {k})"))
    }

    /// Names the next entry, and a distance behind it.
    fn even(&mut self, place: &str, distance: &str) {
        let values = [self.next(), self.next()];
        let _ = match self.language {
            Language::C => {
                writeln!(self.before, "    const long {place} = {}, {distance} = {};", values[0], values[1])
            }
            Language::Rust { .. } => writeln!(
                self.before,
                "    let ({place}, {distance}) = ({} as isize, {} as isize);",
                values[0], values[1]
            ),
        };
    }

    /// The place of an instance that is evenly spaced.
    fn at_even(&self, place: &str, distance: &str) -> String {
        self.language.either(
            format!("{place} + {distance} * (i + l)"),
            format!("({place} + {distance} * (i + l) as isize) as usize"),
        )
    }

    /// The place of an instance that stands in a table, whose beginning is the next entry.
    fn at_table(&mut self, table: &str) -> String {
        let first = self.next();
        let _ = match self.language {
            Language::C => writeln!(self.before, "    const int *const {table} = t + {first};"),
            Language::Rust { .. } => writeln!(self.before, "    let {table} = {first};"),
        };
        self.language.either(format!("{table}[i + l]"), format!("whole({table} + i + l)"))
    }

    /// An operand of all instances.
    fn column(&mut self, k: usize, (form, is_constant): Shape) {
        let language = self.language;
        let of = language.either(if is_constant { "c" } else { "w" }, if is_constant { "" } else { "w" });
        let number = |place: &str| if of.is_empty() { format!("number({place})") } else { format!("{of}[{place}]") };
        let value = match form {
            Form::Uniform => {
                let uniform = number(&self.next());
                let _ = writeln!(self.before, "    {}", language.define(&format!("x{k}"), &uniform));
                return;
            }
            Form::Near => self.near(k, of),
            Form::Even => {
                self.even(&format!("p{k}"), &format!("s{k}"));
                let place = self.at_even(&format!("p{k}"), &format!("s{k}"));
                self.gathered(k, &number(&place))
            }
            Form::Table => {
                let place = self.at_table(&format!("t{k}"));
                self.gathered(k, &number(&place))
            }
        };
        let _ = writeln!(self.lane, "            {}", language.define(&format!("x{k}"), &value));
    }

    /// Operands side by side, which are read where they are.
    fn near(&mut self, k: usize, of: &str) -> String {
        let first = self.next();
        if self.language.is_c() {
            let _ = writeln!(self.before, "    const double *const p{k} = {of} + {first};");
            return format!("p{k}[i + l]");
        }
        let _ = writeln!(self.before, "    let p{k} = {first};");
        if of.is_empty() {
            return format!("number(p{k} + i + l)");
        }
        let _ = writeln!(self.gather, "        let s{k} = &w[p{k} + i..][..m];");
        format!("s{k}[l]")
    }

    /// Operands that are brought together before the lanes.
    fn gathered(&mut self, k: usize, value: &str) -> String {
        let lanes = self.lanes;
        let _ = match self.language {
            Language::C => writeln!(
                self.gather,
                "        double q{k}[{lanes}];\n        for (int l = 0; l < m; l++) q{k}[l] = {value};"
            ),
            Language::Rust { .. } => writeln!(
                self.gather,
                "        let mut q{k} = [0.0; {lanes}];\n        for l in 0..m {{ q{k}[l] = {value}; }}"
            ),
        };
        format!("q{k}[l]")
    }

    /// A result of all instances, which `by` puts where it belongs.
    fn output(&mut self, k: usize, form: Form, by: &str, result: &str, name: &str) {
        let (language, lanes) = (self.language, self.lanes);
        let array = |array: &str| language.either(format!("double {array}"), format!("let mut {array}"));
        let _ = match language {
            Language::C => writeln!(self.gather, "        {}[{lanes}];", array(&format!("o{k}"))),
            Language::Rust { .. } => writeln!(self.gather, "        {} = [0.0; {lanes}];", array(&format!("o{k}"))),
        };
        let _ = writeln!(self.lane, "            o{k}[l] = {result};");
        let to = match form {
            Form::Uniform => {
                let zeros = language.either(format!("[{lanes}] = {{0.0}}"), format!(" = [0.0; {lanes}]"));
                let _ = writeln!(self.before, "    {}{zeros};", array(&format!("a{k}")));
                let total = language.either(format!("{name}_total(a{k}, {lanes})"), format!("{name}_total(&a{k})"));
                let place = self.next();
                let _ = writeln!(self.after, "    w[{place}] += {total};");
                format!("a{k}[l]")
            }
            Form::Near => {
                let first = self.next();
                let _ = match language {
                    Language::C => writeln!(self.before, "    double *const r{k} = w + {first};"),
                    Language::Rust { .. } => {
                        let _ = writeln!(self.before, "    let r{k} = {first};");
                        let pairs = format!("(w, o) in w[r{k} + i..][..m].iter_mut().zip(&o{k})");
                        writeln!(self.leave, "        for {pairs} {{ *w {by} *o; }}")
                    }
                };
                if !language.is_c() {
                    return;
                }
                format!("r{k}[i + l]")
            }
            Form::Even => {
                self.even(&format!("r{k}"), &format!("u{k}"));
                format!("w[{}]", self.at_even(&format!("r{k}"), &format!("u{k}")))
            }
            Form::Table => format!("w[{}]", self.at_table(&format!("r{k}"))),
        };
        let _ = match language {
            Language::C => writeln!(self.leave, "        for (int l = 0; l < m; l++) {to} {by} o{k}[l];"),
            Language::Rust { .. } => writeln!(self.leave, "        for l in 0..m {{ {to} {by} o{k}[l]; }}"),
        };
    }

    /// All of it.
    fn function(self, name: &str, number: usize) -> String {
        let Texts { language, lanes, before, gather, lane, leave, after, .. } = self;
        match language {
            Language::C => format!(
                "static int {name}_loop{number}(double *restrict w, const double *restrict c, const int *restrict t, \
                 const int *restrict d, int n)\n{{\n    \
                 long long rough = 0;\n    (void)c, (void)t;\n{before}    for (int i = 0; i < n; i += {lanes}) {{\n        \
                 const int m = n - i < {lanes} ? n - i : {lanes};\n{gather}        \
                 for (int l = 0; l < m; l++) {{\n{lane}        }}\n{leave}    }}\n\
                 {after}    return rough ? -1 : 0;\n}}\n\n"
            ),
            Language::Rust { .. } => format!(
                "{ALLOW}\nfn {name}_loop{number}(w: &mut [f64; {}], d: usize, n: usize) -> i32 {{\n    \
                 let mut rough = false;\n{before}    let mut i = 0;\n    while i < n {{\n        \
                 let m = usize::min(n - i, {lanes});\n{gather}        for l in 0..m {{\n{lane}        }}\n{leave}        \
                 i += {lanes};\n    }}\n{after}    if rough {{ -1 }} else {{ 0 }}\n}}\n\n",
                size(name)
            ),
        }
    }
}

/// The function that sums all lanes, in the order of the program's: of each place in a step of eight first, and then of these.
pub(super) fn total(language: Language, name: &str) -> String {
    match language {
        Language::C => format!(
            "static inline double {name}_total(const double *a, int n)\n{{\n    double s[8] = {{0.0}}, sum = 0.0;\n    \
             for (int l = 0; l < n; l += 8)\n        for (int k = 0; k < 8; k++) s[k] += a[l + k];\n    \
             for (int k = 0; k < 8; k++) sum += s[k];\n    return sum;\n}}\n\n"
        ),
        Language::Rust { .. } => format!(
            "{ALLOW}\nfn {name}_total(a: &[f64]) -> f64 {{\n    let mut s = [0.0; 8];\n    \
             for a in a.chunks_exact(8) {{\n        for k in 0..8 {{ s[k] += a[k]; }}\n    }}\n    \
             s.iter().fold(0.0, |sum, x| sum + x)\n}}\n\n"
        ),
    }
}

/// The statements of a body, for one lane.
fn body(context: &mut Context, kernel: &Loop, lane: &mut String) -> Result<(), ExportError> {
    let language = context.language;
    let graph = kernel.body;
    let watched: Vec<Operand> = graph.conditions.iter().map(|&(_, node)| Operand::Node(node)).collect();
    let is_needed = graph.leading_to(kernel.body.results.iter().chain(&watched), |_, _| true);
    let read = |operand: Operand| read(language, kernel, operand);
    for i in (0..graph.nodes.len()).filter(|&i| is_needed[i] && !matches!(graph.nodes[i].op, Op::Input(_))) {
        let operands: Vec<String> = operands(graph, i).iter().map(|&operand| read(operand)).collect();
        let value = expression(context, graph, i, &operands)?;
        let _ = writeln!(lane, "            {}", language.define(&format!("v{i}"), &value));
    }
    for &(c, node) in &graph.conditions {
        let _ = writeln!(lane, "            rough |= !({});", condition(language, c, &read(Operand::Node(node))));
    }
    Ok(())
}

/// An operand in a body: inputs are numbered as the columns of its launches are.
fn read(language: Language, kernel: &Loop, operand: Operand) -> String {
    match operand {
        Operand::Constant(bits) => language.constant(f64::from_bits(bits)),
        Operand::Node(node) => match kernel.body.nodes[node as usize].op {
            Op::Input(k) => {
                let column = kernel.inputs.iter().position(|&input| input == k).expect("an input that is used");
                format!("x{column}")
            }
            _ => format!("v{node}"),
        },
    }
}
