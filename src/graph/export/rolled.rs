//! Rolled programs: a function with a loop for each body, and a table of the launches that call them.
//!
//! ```text
//!   functions   loop4(w, .., d, n), loop5(w, .., d, n), straight6(w), sum(w, .., d)
//!   table       4, d: 99, columns ..;  5, d: 98, columns ..;     which function; how many instances, and where their operands are
//! ```
//!
//! So the code grows with the number of bodies, and the table with that of launches. Tiles have the lanes that the program's have where
//! several instances add to one number, and all sums its order: the bits are the same. A function is written for each form that the
//! columns of a body come in; which places they are at stands in the table.

use super::ExportError;
use super::guards::{self, Guard};
use super::helpers::Context;
use super::language::{ALLOW, Language};
use super::loops::{self, Form, Shape, size};
use super::straight::{self, Frame};
use super::tables::Tables;
use crate::graph::program::{EvenTerms, Part, Parts, Places};
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

/// What a function is for: a body, and the shapes of its columns and of where its results go, with whether they are added.
type Key = (usize, Vec<Shape>, Vec<(Shape, bool)>);

struct Writer<'a, 'b> {
    context: &'a mut Context<'b>,
    parts: &'a Parts<'a>,
    tables: Tables,
    /// The numbers of the functions.
    known: HashMap<Key, usize>,
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
    // The tables are complete before the function looks for them.
    let end = writer.end();
    let (count, cases) = (steps.len(), std::mem::take(&mut writer.cases));
    begin += &language.either(
        format!("{}    memcpy(w, x, {inputs} * sizeof(double));\n", writer.tables.finding(name)),
        format!("    w[..{inputs}].copy_from_slice(x);\n"),
    );
    let statements = begin + &run(language, name, first, count, &cases) + &end;
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
                let name = format!("{}_straight{number}", self.context.name);
                let parameters =
                    language.either("double *restrict w".into(), format!("w: &mut [f64; {}]", size(self.context.name)));
                let frame = Frame {
                    name: name.clone(),
                    inputs: "w",
                    input: &|k| inputs[k as usize],
                    parameters: [&parameters, "w"],
                    memory: self.parts.numbers - self.parts.place_of_constants.len(),
                    with_results: false,
                };
                let straight = straight::write(self.context, &mut self.tables, body, conditions, &frame)?;
                let mut statements = straight.statements;
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
                self.functions += &straight::function(
                    language,
                    &name,
                    straight.parameters.each_ref().map(String::as_str),
                    &statements,
                );
                self.case(number, &format!("{name}({})", straight.parameters[1]));
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
        let text = loops::function(self.context, &self.parts.kernels[kernel], &key.1, &key.2, number)?;
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
    fn end(&mut self) -> String {
        let language = self.context.language;
        let constants = self.parts.constants;
        let guard = |&(question, answer, about): &(_, _, [u32; 2])| (question, answer, about.map(|at| self.place(at)));
        let guards: Vec<Guard> = self.parts.guards.iter().map(guard).collect();
        let mut text = guards::write(language, &guards, constants, &mut self.tables);
        let value = match self.place(self.parts.value) {
            (true, k) => language.constant(constants[k as usize]),
            (false, k) => format!("w[{k}]"),
        };
        let Range { start, end } = self.parts.gradient;
        let n = end - start;
        let _ = writeln!(text, "    y[0] = {};", value);
        text += &language.either(
            format!("    memcpy(y + 1, w + {start}, {n} * sizeof(double));\n"),
            format!("    y[1..].copy_from_slice(&w[{start}..{end}]);\n"),
        );
        text
    }
}
