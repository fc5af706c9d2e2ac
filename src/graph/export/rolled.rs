//! Rolled programs: a function with a loop for each body, and a table of the launches that call them.
//!
//! ```text
//!   static int f_loop0(double *w, const double *c, const int *t, const int *d, int n)
//!       for each tile of instances:
//!           what is not side by side is gathered
//!           for each lane: the body                   which compilers make vector instructions of
//!           results are stored or added
//!
//!   table:  0, 99, columns ..;  1, 98, columns ..;    which function, how many instances, where their operands are
//! ```
//!
//! So the code grows with the number of bodies, and the table with that of launches. Tiles have the lanes that the program's have where
//! several instances add to one number, and all sums its order: the bits are the same. A function is written for each form that the
//! columns of a body come in; which places they are at stands in the table.

use super::ExportError;
use super::helpers::Context;
use super::language::{ALLOW, Language};
use super::statements::{condition, expression, holds};
use super::straight::{self, Frame};
use super::tables::Tables;
use crate::graph::body::{Op, Operand};
use crate::graph::program::{EvenTerms, Loop, Part, Parts, Places};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

/// A rolled program as text.
pub(super) struct Rolled {
    pub tables: Tables,
    pub functions: String,
    pub statements: String,
    pub memory: usize,
}

/// How the instances of a loop find or leave a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Uniform,
    /// One behind the other.
    Near,
    Even,
    Table,
}

/// A column as a function sees it: its form, and whether it is of constants or of what was computed.
type Shape = (Form, bool);

struct Writer<'a, 'b> {
    context: &'a mut Context<'b>,
    parts: &'a Parts<'a>,
    tables: Tables,
    /// The numbers of the functions.
    known: HashMap<(usize, Vec<Shape>, Vec<(Shape, bool)>), usize>,
    functions: String,
    /// The cases of the switch, behind the three of sums and adjoints.
    cases: String,
    count: usize,
    memory: usize,
}

// What the first cases do.
const SUM: i32 = 0;
const SPREAD: i32 = 1;
const FILL: i32 = 2;
const FINITE: i32 = 3;
const FIRST: usize = 4;

pub(super) fn write(context: &mut Context, parts: &Parts, inputs: usize) -> Result<Rolled, ExportError> {
    let (language, name) = (context.language, context.name);
    let room = parts.place_of_constants.len();
    let mut writer = Writer {
        context,
        parts,
        tables: Tables { numbers: parts.constants.to_vec(), whole: Vec::new() },
        known: HashMap::new(),
        functions: functions_of_sums(language, name),
        cases: String::new(),
        count: FIRST,
        memory: parts.numbers - room,
    };
    let mut steps: Vec<[i32; 2]> = Vec::new();
    let ranges = |kind: i32, ranges: &[Range<usize>], tables: &mut Tables| -> Vec<[i32; 2]> {
        let one = |range: &Range<usize>| [kind, tables.push([range.start as i32, range.end as i32])];
        ranges.iter().map(one).collect()
    };
    steps.extend(ranges(FILL, parts.adjoints, &mut writer.tables));
    for part in &parts.steps {
        steps.push(writer.part(part)?);
    }
    steps.extend(ranges(FINITE, parts.adjoints, &mut writer.tables));
    let mut begin = String::new();
    for &(place, x) in parts.begin {
        // Those that begin with a constant, after all are cleared.
        let k = writer.tables.numbers.len();
        writer.tables.numbers.push(x);
        let place = writer.tables.push([place as i32, k as i32]);
        steps.insert(parts.adjoints.len(), [-1, place]);
    }
    let first = writer.tables.push(steps.iter().flatten().copied());
    let (count, cases) = (steps.len(), std::mem::take(&mut writer.cases));
    begin += &language.either(
        format!("{}    memcpy(w, x, {inputs} * sizeof(double));\n", writer.tables.finding(name)),
        format!("    w[..{inputs}].copy_from_slice(x);\n"),
    );
    let statements = begin + &run(language, name, first, count, &cases) + &writer.end();
    let Writer { tables, functions, memory, .. } = writer;
    Ok(Rolled { tables, functions, statements, memory })
}

/// The loop over all steps.
fn run(language: Language, name: &str, first: i32, count: usize, cases: &str) -> String {
    let end = first as usize + 2 * count;
    match language {
        Language::C => format!(
            "    for (const int *p = t + {first}; p < t + {end}; p += 2) {{\n        const int *const d = t + p[1];\n        switch (p[0]) {{\n        \
             case -1: w[d[0]] = c[d[1]]; break;\n        \
             case {SUM}: {name}_sum(w, c, d); break;\n        case {SPREAD}: {name}_spread(w, d); break;\n        \
             case {FILL}: for (int k = d[0]; k < d[1]; k++) w[k] = 0.0; break;\n        \
             case {FINITE}: for (int k = d[0]; k < d[1]; k++) plain &= fabs(w[k]) <= {max}; break;\n{cases}        }}\n    }}\n",
            max = language.constant(f64::MAX)
        ),
        Language::Rust { .. } => format!(
            "    for p in ({first}..{end}).step_by(2) {{\n        let d = whole(p + 1);\n        match whole(p) as i32 {{\n            \
             -1 => w[whole(d)] = number(whole(d + 1)),\n            \
             {SUM} => {name}_sum(w, d),\n            {SPREAD} => {name}_spread(w, d),\n            \
             {FILL} => w[whole(d)..whole(d + 1)].fill(0.0),\n            \
             {FINITE} => plain &= w[whole(d)..whole(d + 1)].iter().fold(true, |all, x| all & (f64::abs(*x) <= {max})),\n\
             {cases}            _ => {{}}\n        }}\n    }}\n",
            max = language.constant(f64::MAX)
        ),
    }
}

/// Sums of evenly spaced terms, and what passes adjoints on to them. In the table stand the place of the sum, the number of pieces, and for
/// each its first place, distance, number, and whether it is subtracted (1) and of constants (2).
fn functions_of_sums(language: Language, name: &str) -> String {
    match language {
        Language::C => format!(
            "static inline void {name}_sum(double *restrict w, const double *restrict c, const int *restrict d)\n{{\n    double sum = -0.0;\n    \
             const int *p = d + 2;\n    for (int k = 0; k < d[1]; k++, p += 4) {{\n        \
             const double *from = (p[3] & 2 ? c : w) + p[0];\n        \
             if (p[3] & 1)\n            for (int i = 0; i < p[2]; i++) sum -= from[(long)p[1] * i];\n        \
             else\n            for (int i = 0; i < p[2]; i++) sum += from[(long)p[1] * i];\n    }}\n    w[d[0]] = sum;\n}}\n\n\
             static inline void {name}_spread(double *restrict w, const int *restrict d)\n{{\n    const int *p = d + 2;\n    \
             for (int k = 0; k < d[1]; k++, p += 4) {{\n        const double x = p[3] & 1 ? -w[d[0]] : w[d[0]];\n        \
             for (int i = 0; i < p[2]; i++) w[p[0] + (long)p[1] * i] += x;\n    }}\n}}\n\n"
        ),
        Language::Rust { .. } => format!(
            "{ALLOW}\nfn {name}_sum(w: &mut [f64; {size}], d: usize) {{\n    let mut sum = -0.0;\n    \
             for p in (0..whole(d + 1)).map(|k| d + 2 + 4 * k) {{\n        let distance = whole(p + 1) as isize;\n        \
             let places = (0..whole(p + 2)).map(|i| (whole(p) as isize + distance * i as isize) as usize);\n        \
             match whole(p + 3) {{\n            0 => places.for_each(|k| sum += w[k]),\n            1 => places.for_each(|k| sum -= w[k]),\n            \
             2 => places.for_each(|k| sum += number(k)),\n            _ => places.for_each(|k| sum -= number(k)),\n        }}\n    }}\n    \
             w[whole(d)] = sum;\n}}\n\n\
             {ALLOW}\nfn {name}_spread(w: &mut [f64; {size}], d: usize) {{\n    \
             for p in (0..whole(d + 1)).map(|k| d + 2 + 4 * k) {{\n        let distance = whole(p + 1) as isize;\n        \
             let x = if whole(p + 3) == 1 {{ -w[whole(d)] }} else {{ w[whole(d)] }};\n        \
             for i in 0..whole(p + 2) {{\n            w[(whole(p) as isize + distance * i as isize) as usize] += x;\n        }}\n    }}\n}}\n\n",
            size = size(name)
        ),
    }
}

/// The name of the size of the memory in Rust.
fn size(name: &str) -> String {
    format!("{}_MEMORY", name.to_uppercase())
}

impl Writer<'_, '_> {
    /// Whether a place is one of a constant, and where it is among them or among what is computed.
    fn place(&self, place: u32) -> (bool, i32) {
        let (place, constants) = (place as usize, &self.parts.place_of_constants);
        let (is_constant, place) = if place < constants.start {
            (false, place)
        } else if place < constants.end {
            (true, place - constants.start)
        } else {
            (false, place - constants.len())
        };
        (is_constant, place as i32)
    }

    /// A step: its case, and where its description is in the table.
    fn part(&mut self, part: &Part) -> Result<[i32; 2], ExportError> {
        Ok(match part {
            Part::Sum { terms, to } => [SUM, self.terms(*to, terms)],
            Part::Spread { terms, from } => [SPREAD, self.terms(*from, terms)],
            Part::Launch { kernel, count, columns, outputs } => {
                let mut description = vec![*count as i32];
                let of_columns: Vec<Shape> =
                    columns.iter().map(|&column| self.column(column, &mut description)).collect();
                let of_outputs: Vec<(Shape, bool)> = outputs
                    .iter()
                    .map(|&(places, is_added)| (self.column(places, &mut description), is_added))
                    .collect();
                let at = self.tables.push(description);
                [self.function(*kernel, of_columns, of_outputs)? as i32, at]
            }
            Part::Straight { body, conditions, inputs, outputs } => {
                let number = self.count;
                self.count += 1;
                let language = self.context.language;
                let inputs: Vec<i32> = inputs.iter().map(|&input| self.place(input).1).collect();
                let place = |k: u32| format!("w[{}]", inputs[k as usize]);
                let name = format!("{}_straight{number}", self.context.name);
                let parameters =
                    language.either("double *restrict w".into(), format!("w: &mut [f64; {}]", size(self.context.name)));
                let first = self.parts.numbers - self.parts.place_of_constants.len();
                let frame = Frame { name: name.clone(), input: &place, parameters: [&parameters, "w"], memory: first };
                let straight = straight::write(self.context, body, conditions, &frame)?;
                let mut statements = language.either("    int status = 0;\n    (void)status;\n", "").to_owned();
                statements += &straight.statements;
                // All are read before one is added to.
                for (k, result) in straight.results.iter().enumerate() {
                    let _ = writeln!(statements, "    {}", language.define(&format!("o{k}"), result));
                }
                for (k, &(place, is_added)) in outputs.iter().enumerate() {
                    let _ = writeln!(
                        statements,
                        "    w[{}] {}= o{k};",
                        self.place(place).1,
                        if is_added { "+" } else { "" }
                    );
                }
                self.memory = self.memory.max(straight.memory);
                self.functions += &straight.functions;
                self.functions += &straight::function(language, &name, [&parameters, "w"], &statements);
                self.case(number, &format!("{name}(w)"));
                [number as i32, 0]
            }
        })
    }

    fn case(&mut self, number: usize, call: &str) {
        self.cases += &self.context.language.either(
            format!("        case {number}: plain &= {call} == 0; break;\n"),
            format!("            {number} => plain &= {call} == 0,\n"),
        );
    }

    fn terms(&mut self, place: u32, terms: &[EvenTerms]) -> i32 {
        let mut description = vec![self.place(place).1, terms.len() as i32];
        for &EvenTerms { first, distance, count, is_subtracted } in terms {
            let (is_constant, first) = self.place(first);
            let signs = i32::from(is_subtracted) + 2 * i32::from(is_constant);
            description.extend([first, distance, count as i32, signs]);
        }
        self.tables.push(description)
    }

    /// The shape of a column, whose places go to the description of a step.
    fn column(&mut self, places: Places, description: &mut Vec<i32>) -> Shape {
        match places {
            Places::Uniform(place) => {
                let (is_constant, place) = self.place(place);
                description.push(place);
                (Form::Uniform, is_constant)
            }
            Places::Even(first, distance) => {
                let (is_constant, first) = self.place(first);
                description.push(first);
                if distance == 1 {
                    return (Form::Near, is_constant);
                }
                description.push(distance);
                (Form::Even, is_constant)
            }
            Places::Table(table) => {
                // A table is of what is computed: constants stand side by side.
                let table: Vec<i32> = table.iter().map(|&place| self.place(place).1).collect();
                description.push(self.tables.push(table));
                (Form::Table, false)
            }
        }
    }

    /// The number of the function for a body and shapes of its columns.
    fn function(
        &mut self,
        kernel: usize,
        columns: Vec<Shape>,
        outputs: Vec<(Shape, bool)>,
    ) -> Result<usize, ExportError> {
        let key = (kernel, columns, outputs);
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        let number = self.count;
        self.count += 1;
        let text = loop_function(self.context, &self.parts.kernels[kernel], &key.1, &key.2, number)?;
        self.functions += &text;
        let name = self.context.name;
        let call = self.context.language.either(
            format!("{name}_loop{number}(w, c, t, d + 1, d[0])"),
            format!("{name}_loop{number}(w, d + 1, whole(d))"),
        );
        self.case(number, &call);
        self.known.insert(key, number);
        Ok(number)
    }

    /// Guards, results, and whether they are finite.
    fn end(&self) -> String {
        let language = self.context.language;
        let mut text = String::new();
        let read = |place: u32| match self.place(place) {
            (true, k) => language.constant(self.parts.constants[k as usize]),
            (false, k) => format!("w[{k}]"),
        };
        for (k, &(question, answer, about)) in self.parts.guards.iter().enumerate() {
            let [x, y] = about.map(read);
            let condition = language.when(&format!("!({})", holds(language, question, answer, [&x, &y])));
            let _ = writeln!(text, "    {condition} {{ return {}; }}", k + 1);
        }
        let Range { start, end } = self.parts.gradient;
        let n = end - start;
        let _ = writeln!(text, "    y[0] = {};", read(self.parts.value));
        text += &language.either(
            format!("    memcpy(y + 1, w + {start}, {n} * sizeof(double));\n"),
            format!("    y[1..].copy_from_slice(&w[{start}..{end}]);\n"),
        );
        text
    }
}

/// The function that runs a body for `n` instances, whose places `d` begins with.
fn loop_function(
    context: &mut Context,
    kernel: &Loop,
    columns: &[Shape],
    outputs: &[(Shape, bool)],
    number: usize,
) -> Result<String, ExportError> {
    let language = context.language;
    let lanes = kernel.lanes;
    let is_c = language.is_c();
    // Statements before all tiles, in a tile before its lanes, in a lane, and behind them; and behind all tiles.
    let [mut before, mut gather, mut lane, mut leave, mut after] = [(); 5].map(|()| String::new());
    let mut at = 0;
    let mut next = || {
        at += 1;
        if is_c { format!("d[{}]", at - 1) } else { format!("whole(d + {})", at - 1) }
    };
    for (k, &(form, is_constant)) in columns.iter().enumerate() {
        let place = next();
        let base = language.either(if is_constant { "c" } else { "w" }, "");
        let read = |place: &str| match (is_c, is_constant) {
            (true, _) => format!("{base}[{place}]"),
            (false, true) => format!("number({place})"),
            (false, false) => format!("w[{place}]"),
        };
        let fill = language.either(
            format!("        double q{k}[{lanes}];\n        for (int l = 0; l < m; l++) q{k}[l] = "),
            format!("        let mut q{k} = [0.0; {lanes}];\n        for l in 0..m {{ q{k}[l] = "),
        );
        let close = language.either("", " }");
        let _ = match form {
            Form::Uniform => writeln!(before, "    {}", language.define(&format!("x{k}"), &read(&place))),
            Form::Near if is_c => {
                let _ = writeln!(before, "    const double *const p{k} = {base} + {place};");
                writeln!(lane, "            const double x{k} = p{k}[i + l];")
            }
            Form::Near if is_constant => {
                let _ = writeln!(before, "    let p{k} = {place};");
                writeln!(lane, "            let x{k}: f64 = number(p{k} + i + l);")
            }
            Form::Near => {
                let _ = writeln!(before, "    let p{k} = {place};");
                let _ = writeln!(gather, "        let s{k} = &w[p{k} + i..][..m];");
                writeln!(lane, "            let x{k}: f64 = s{k}[l];")
            }
            Form::Even => {
                let distance = next();
                let _ = match language {
                    Language::C => writeln!(before, "    const long p{k} = {place}, s{k} = {distance};"),
                    Language::Rust { .. } => {
                        writeln!(before, "    let (p{k}, s{k}) = ({place} as isize, {distance} as isize);")
                    }
                };
                let place = language
                    .either(format!("p{k} + s{k} * (i + l)"), format!("(p{k} + s{k} * (i + l) as isize) as usize"));
                let _ = writeln!(gather, "{fill}{};{close}", read(&place));
                writeln!(lane, "            {}", language.define(&format!("x{k}"), &format!("q{k}[l]")))
            }
            Form::Table => {
                let place = match language {
                    Language::C => {
                        let _ = writeln!(before, "    const int *const t{k} = t + {place};");
                        format!("t{k}[i + l]")
                    }
                    Language::Rust { .. } => {
                        let _ = writeln!(before, "    let t{k} = {place};");
                        format!("whole(t{k} + i + l)")
                    }
                };
                let _ = writeln!(gather, "{fill}{};{close}", read(&place));
                writeln!(lane, "            {}", language.define(&format!("x{k}"), &format!("q{k}[l]")))
            }
        };
    }
    body(context, kernel, &mut lane)?;
    for (k, &((form, _), is_added)) in outputs.iter().enumerate() {
        let place = next();
        let result = read_of_loop(language, kernel, kernel.results()[k]);
        let _ = match language {
            Language::C => writeln!(gather, "        double o{k}[{lanes}];"),
            Language::Rust { .. } => writeln!(gather, "        let mut o{k} = [0.0; {lanes}];"),
        };
        let _ = writeln!(lane, "            o{k}[l] = {result};");
        let add = if is_added { "+" } else { "" };
        let mut each = |statement: String| {
            let _ = match language {
                Language::C => writeln!(leave, "        for (int l = 0; l < m; l++) {statement}"),
                Language::Rust { .. } => writeln!(leave, "        for l in 0..m {{ {statement} }}"),
            };
        };
        let _ = match (form, language) {
            (Form::Uniform, _) => {
                let _ = match language {
                    Language::C => writeln!(before, "    double a{k}[{lanes}] = {{0.0}};"),
                    Language::Rust { .. } => writeln!(before, "    let mut a{k} = [0.0; {lanes}];"),
                };
                each(format!("a{k}[l] += o{k}[l];"));
                let total = format!("{}_total(a{k}{}, {lanes})", context.name, "");
                match language {
                    Language::C => writeln!(after, "    w[{place}] += {total};"),
                    Language::Rust { .. } => writeln!(after, "    w[{place}] += {}_total(&a{k});", context.name),
                }
            }
            (Form::Near, Language::C) => {
                let _ = writeln!(before, "    double *const r{k} = w + {place};");
                each(format!("r{k}[i + l] {add}= o{k}[l];"));
                Ok(())
            }
            (Form::Near, Language::Rust { .. }) => {
                let _ = writeln!(before, "    let r{k} = {place};");
                writeln!(leave, "        for (w, o) in w[r{k} + i..][..m].iter_mut().zip(&o{k}) {{ *w {add}= *o; }}")
            }
            (Form::Even, _) => {
                let distance = next();
                match language {
                    Language::C => {
                        each(format!("w[r{k} + u{k} * (i + l)] {add}= o{k}[l];"));
                        writeln!(before, "    const long r{k} = {place}, u{k} = {distance};")
                    }
                    Language::Rust { .. } => {
                        each(format!("w[(r{k} + u{k} * (i + l) as isize) as usize] {add}= o{k}[l];"));
                        writeln!(before, "    let (r{k}, u{k}) = ({place} as isize, {distance} as isize);")
                    }
                }
            }
            (Form::Table, Language::C) => {
                each(format!("w[r{k}[i + l]] {add}= o{k}[l];"));
                writeln!(before, "    const int *const r{k} = t + {place};")
            }
            (Form::Table, Language::Rust { .. }) => {
                each(format!("w[whole(r{k} + i + l)] {add}= o{k}[l];"));
                writeln!(before, "    let r{k} = {place};")
            }
        };
    }
    let name = format!("{}_loop{number}", context.name);
    Ok(match language {
        Language::C => format!(
            "static int {name}(double *restrict w, const double *restrict c, const int *restrict t, const int *restrict d, int n)\n{{\n    \
             long long rough = 0;\n    (void)c, (void)t;\n{before}    for (int i = 0; i < n; i += {lanes}) {{\n        \
             const int m = n - i < {lanes} ? n - i : {lanes};\n{gather}        for (int l = 0; l < m; l++) {{\n{lane}        }}\n{leave}    }}\n\
             {after}    return rough ? -1 : 0;\n}}\n\n"
        ),
        Language::Rust { .. } => format!(
            "{ALLOW}\nfn {name}(w: &mut [f64; {}], d: usize, n: usize) -> i32 {{\n    let mut rough = false;\n{before}    let mut i = 0;\n    \
             while i < n {{\n        let m = usize::min(n - i, {lanes});\n{gather}        for l in 0..m {{\n{lane}        }}\n{leave}        i += {lanes};\n    }}\n\
             {after}    if rough {{ -1 }} else {{ 0 }}\n}}\n\n",
            size(context.name)
        ),
    })
}

/// The sum of all lanes, in the order of the program's.
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
    let conditions = kernel.conditions();
    let watched: Vec<Operand> = conditions.iter().map(|&(_, node)| Operand::Node(node)).collect();
    let is_needed = graph.leading_to(kernel.results().iter().chain(&watched), |_, _| true);
    let read = |operand: Operand| read_of_loop(language, kernel, operand);
    for i in (0..graph.nodes.len()).filter(|&i| is_needed[i] && !matches!(graph.nodes[i].op, Op::Input(_))) {
        let value = expression(context, graph, i, &read)?;
        let _ = writeln!(lane, "            {}", language.define(&format!("v{i}"), &value));
    }
    for (c, node) in conditions {
        let _ = writeln!(lane, "            rough |= !({});", condition(language, c, &read(Operand::Node(node))));
    }
    Ok(())
}

/// An operand in a body: inputs are numbered as the columns of its launches are.
fn read_of_loop(language: Language, kernel: &Loop, operand: Operand) -> String {
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
