//! Code that is run from the beginning to the end: a variable for each operation, loops where operations repeat, and functions of at most
//! so many statements, since the time that compilers take grows faster than a function does.

use super::ExportError;
use super::affine::{Affine, Array, Reading};
use super::helpers::Context;
use super::language::{ALLOW, Language};
use super::memory::{self, Block, Loop, Memory, Piece};
use super::nest::{Nest, Part};
use super::sequence::{Leaf, Sequence, Statement};
use super::statements::{condition, expression, holds};
use super::tables::Tables;
use crate::float::Condition;
use crate::graph::body::Body;
use std::fmt::Write as _;

/// What straight code has around it.
pub(super) struct Frame<'a> {
    /// With which the names of its functions begin.
    pub name: String,
    /// The array of the inputs, and the place of each there.
    pub inputs: &'a str,
    pub input: &'a dyn Fn(u32) -> i32,
    /// The parameters of its functions, and the arguments in calls of them, without the tables.
    pub parameters: [&'a str; 2],
    /// The first place in memory that is free.
    pub memory: usize,
    /// Whether it writes its results to `y`.
    pub with_results: bool,
}

/// Straight code.
pub(super) struct Straight {
    /// The functions of its parts, if there are several.
    pub functions: String,
    /// What runs them, or the statements themselves.
    pub statements: String,
    /// The parameters and the arguments that these need around them: those of the frame, and in C the tables `c` and `t` if there are loops.
    pub parameters: [String; 2],
    pub has_loops: bool,
    /// The results, and from where on memory is free behind it.
    pub results: Vec<String>,
    pub memory: usize,
}

struct Writer<'a, 'b, 'c> {
    context: &'a mut Context<'b>,
    sequence: &'a Sequence<'a>,
    frame: &'a Frame<'c>,
    tables: &'a mut Tables,
    memory: Memory,
    parameters: [String; 2],
    /// The passes of the loops around.
    counts: Vec<i32>,
    functions: String,
    count: usize,
}

/// Writes a graph. A statement of it returns the number of the first guard that has another answer, counted from 1, and `plain` becomes
/// false where a condition does not hold.
pub(super) fn write(
    context: &mut Context,
    tables: &mut Tables,
    body: &Body,
    conditions: &[(Condition, u32)],
    frame: &Frame,
) -> Result<Straight, ExportError> {
    let sequence = Sequence::new(body, conditions, frame.with_results);
    let (leaves, mut results) = sequence.leaves(frame.input);
    let mut numbers = std::mem::take(&mut tables.numbers);
    let mut nest = Nest::new(&sequence, &mut numbers);
    let parts: Vec<Part> = nest.parts(leaves, 0);
    let has_loops = parts.iter().any(|part| matches!(part, Part::Loop { .. }));
    let of_tables = match has_loops && context.language.is_c() {
        true => [", const double *restrict c, const int *restrict t", ", c, t"],
        false => ["", ""],
    };
    let parameters = [0, 1].map(|k| frame.parameters[k].to_owned() + of_tables[k]);
    if frame.with_results {
        results.clear();
    }
    let (block, memory) = memory::place(&sequence, nest, parts, &mut results, frame.memory, tables);
    tables.numbers = numbers;
    let end = memory.end;
    let mut writer = Writer {
        context,
        sequence: &sequence,
        frame,
        tables,
        memory,
        parameters,
        counts: Vec::new(),
        functions: String::new(),
        count: 0,
    };
    let statements = writer.block(&block)?;
    let results = results.iter().map(|result| writer.read(result)).collect();
    let Writer { functions, parameters, .. } = writer;
    Ok(Straight { functions, statements, parameters, has_loops, results, memory: end })
}

impl Writer<'_, '_, '_> {
    fn block(&mut self, block: &Block) -> Result<String, ExportError> {
        if let [pieces] = &block.0[..] {
            return self.pieces(pieces);
        }
        let language = self.context.language;
        let counters = |type_in_c: &str, type_in_rust: &str| -> String {
            let levels = 0..self.counts.len();
            levels.map(|l| format!(", {type_in_c}i{l}{type_in_rust}")).collect()
        };
        let parameters = self.parameters[0].clone() + &language.either(counters("int ", ""), counters("", ": usize"));
        let arguments = self.parameters[1].clone() + &counters("", "");
        let mut statements = String::new();
        for pieces in &block.0 {
            let text = self.pieces(pieces)?;
            let name = format!("{}_{}", self.frame.name, self.count);
            self.count += 1;
            self.functions += &function(language, &name, [&parameters, &arguments], &text);
            statements += &call(language, &name, &arguments);
        }
        Ok(statements)
    }

    fn pieces(&mut self, pieces: &[Piece]) -> Result<String, ExportError> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Leaf(leaf) => self.leaf(leaf, &mut text)?,
                Piece::Loop(inner) => self.inner(inner, &mut text)?,
            }
        }
        Ok(text)
    }

    fn leaf(&mut self, leaf: &Leaf, text: &mut String) -> Result<(), ExportError> {
        let language = self.context.language;
        let operands: Vec<String> = leaf.operands.iter().map(|operand| self.read(operand)).collect();
        let _ = match (self.sequence.statements[leaf.statement as usize], &operands[..]) {
            (Statement::Operation(node), operands) => {
                let value = expression(self.context, self.sequence.body, node as usize, operands)?;
                let name = format!("v{}", leaf.statement);
                let _ = writeln!(text, "    {}", language.define(&name, &value));
                if leaf.is_stored {
                    let place = self.memory.place_of(leaf, &self.counts, self.tables);
                    let _ = writeln!(text, "    {} = {name};", self.entry("w", place));
                }
                Ok(())
            }
            (Statement::Condition(c, _), [x]) => writeln!(text, "    plain &= {};", condition(language, c, x)),
            (Statement::Guard(k), [x, y, number]) => {
                let guard = &self.sequence.body.guards[k as usize];
                let condition = language.when(&format!("!({})", holds(language, guard.question, guard.answer, [x, y])));
                writeln!(text, "    {condition} {{ return {}; }}", self.status(number))
            }
            (Statement::Result(_), [x, k]) => writeln!(text, "    y[{k}] = {x};"),
            (statement, operands) => unreachable!("{statement:?} of {} operands", operands.len()),
        };
        Ok(())
    }

    fn inner(&mut self, inner: &Loop, text: &mut String) -> Result<(), ExportError> {
        let language = self.context.language;
        let level = self.counts.len();
        let variable = |statement: u32, value: &str, text: &mut String| {
            let [define, number] = language.either(["double", ""], ["let mut", ": f64"]);
            let _ = writeln!(text, "    {define} p{statement}{number} = {value};");
        };
        for &(statement, mut before) in &inner.carried {
            before.strides[level] = 0;
            let place = self.memory.address((Array::Value, None, before), &self.counts, self.tables);
            variable(statement, &self.entry("w", place), text);
        }
        let is_carried = |statement: u32| inner.carried.iter().any(|&(carried, _)| carried == statement);
        let only_left: Vec<u32> = inner.left.iter().map(|&(s, _)| s).filter(|&s| !is_carried(s)).collect();
        only_left.iter().for_each(|&statement| variable(statement, "0.0", text));
        self.counts.push(inner.count);
        let body = self.block(&inner.body)?;
        self.counts.pop();
        let (i, count) = (format!("i{level}"), inner.count);
        let kept = inner.carried.iter().map(|&(s, _)| s).chain(only_left);
        let kept: String = kept.map(|s| format!("    p{s} = v{s};\n")).collect();
        let head = language.either(
            format!("    for (int {i} = 0; {i} < {count}; {i}++) {{\n"),
            format!("    for {i} in 0..{count}usize {{\n"),
        );
        text.push_str(&head);
        (body + &kept).lines().for_each(|line| {
            let _ = writeln!(text, "    {line}");
        });
        text.push_str("    }\n");
        for &(statement, position) in &inner.left {
            let place = self.memory.address((Array::Value, None, Affine::constant(position)), &[], self.tables);
            let _ = writeln!(text, "    {} = p{statement};", self.entry("w", place));
        }
        Ok(())
    }

    /// What is read, as it is written.
    fn read(&mut self, reading: &Reading) -> String {
        let language = self.context.language;
        let Reading::At { array, index, place } = *reading else {
            return match *reading {
                Reading::Literal(bits) => language.constant(f64::from_bits(bits)),
                Reading::Local(statement) => format!("v{statement}"),
                Reading::Carried(statement) => format!("p{statement}"),
                Reading::At { .. } => unreachable!("it is matched above"),
            };
        };
        let place = self.memory.address((array, index, place), &self.counts, self.tables);
        match array {
            Array::Value => self.entry("w", place),
            Array::Input => self.entry(self.frame.inputs, place),
            Array::Number => language.number(&self.place(place)),
            Array::Whole => self.place(place),
        }
    }

    fn entry(&self, array: &str, place: (Option<Affine>, Affine)) -> String {
        format!("{array}[{}]", self.place(place))
    }

    fn place(&self, (index, place): (Option<Affine>, Affine)) -> String {
        match index {
            None => place.show(),
            Some(index) => {
                let listed = self.context.language.whole(&index);
                if place == Affine::constant(0) { listed } else { format!("{listed} + {}", place.show()) }
            }
        }
    }

    /// The number of a guard as what a function returns.
    fn status(&self, number: &str) -> String {
        let is_computed = !self.counts.is_empty() && !self.context.language.is_c();
        if is_computed { format!("({number}) as i32") } else { number.to_owned() }
    }
}

/// A function that returns the number of a guard, -1 if plain arithmetic is not enough, or 0.
pub(super) fn function(language: Language, name: &str, [parameters, arguments]: [&str; 2], statements: &str) -> String {
    let unused: String = arguments.split(", ").map(|x| format!("    (void){x};\n")).collect();
    match language {
        Language::C => format!(
            "static int {name}({parameters})\n{{\n    int plain = 1;\n{unused}{statements}    return plain ? 0 : -1;\n}}\n\n"
        ),
        Language::Rust { .. } => format!(
            "{ALLOW}\nfn {name}({parameters}) -> i32 {{\n    let mut plain = true;\n{statements}    if plain {{ 0 }} else {{ -1 }}\n}}\n\n"
        ),
    }
}

/// A statement that calls such a function.
fn call(language: Language, name: &str, arguments: &str) -> String {
    let [define, when] = language.either(
        ["const int status", "if (status > 0) return status;"],
        ["let status", "if status > 0 { return status; }"],
    );
    format!("    {{\n        {define} = {name}({arguments});\n        {when}\n        plain &= status == 0;\n    }}\n")
}
