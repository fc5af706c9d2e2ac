//! The outside of an exported file: the comment at its top, and the function that users call.

use super::language::{ALLOW, Language};
use crate::graph::program::Program;
use std::fmt::Write as _;

/// At most so many names and questions are listed.
const MOST_LISTED: usize = 50;

/// The function that users call.
pub(super) struct Signature<'a> {
    pub program: &'a Program,
    pub name: &'a str,
    /// How many numbers it needs as memory.
    pub memory: usize,
    pub language: Language,
    /// Whether its results hold only where plain arithmetic is enough.
    pub is_derivative: bool,
    /// Whether there are tables in a file of their own.
    pub has_data: bool,
}

impl Signature<'_> {
    /// The comment, and what the file needs.
    pub fn begin(&self) -> String {
        let Signature { program, name, memory, language, .. } = *self;
        let mut lines = vec![
            format!("{name}: exported by dualtape {}.", env!("CARGO_PKG_VERSION")),
            String::new(),
            format!("    {}", self.declaration()),
            String::new(),
        ];
        let (inputs, outputs) = (program.inputs(), program.outputs());
        let body = program.recorded();
        let names = body.names();
        let is_listed = |count: usize| count <= MOST_LISTED;
        let list =
            |names: Vec<String>| if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        let inputs_listed = (0..inputs).filter(|_| is_listed(inputs) && !body.names.is_empty()).map(|k| names.node(k));
        lines.push(format!("x  {inputs} inputs{}", list(inputs_listed.collect())));
        let results = if is_listed(outputs) { names.of_results() } else { Vec::new() };
        lines.push(format!("y  {outputs} results{}", list(results)));
        lines.push(format!("w  memory for {memory} numbers, with anything in it; of each thread its own"));
        if self.has_data {
            lines.push(format!(
                "{}the bytes of the file {name}.bin{}",
                language.either("data  ", "In the folder of this file belong "),
                language.either(", at an address that is a multiple of 8; returns -2 if they are others", "")
            ));
        }
        lines.push(String::new());
        lines.push(format!("Returns {} if the results are right.", language.either("0", "`Ok`")));
        if self.is_derivative {
            lines.push(format!(
                "Returns {} where plain arithmetic is not enough for the derivatives: y is what it gives, and may be wrong.",
                language.either("-1", "`Err(-1)`")
            ));
        }
        let guards = program.guards();
        if !guards.is_empty() {
            lines.push(format!(
                "Returns {} and writes nothing where the function would go another way than when it was recorded, at the first",
                language.either("the number of a question", "`Err` with the number of a question")
            ));
            lines.push("question that has another answer:".into());
            for (k, guard) in guards.iter().enumerate().take(MOST_LISTED) {
                lines.push(format!("    {}. {guard}", k + 1));
            }
            if guards.len() > MOST_LISTED {
                lines.push(format!("    and so on up to {}", guards.len()));
            }
        }
        let mut text = String::new();
        for line in lines {
            // What ends a comment in C does not stand in a comment.
            let line = format!("// {}", line.replace('\\', "/"));
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text += language.either("\n#include <math.h>\n#include <string.h>\n\n", "\n");
        if !language.is_c() {
            let _ = writeln!(
                text,
                "/// How many numbers the function needs as memory.\n#[allow(dead_code)]\npub const {}_MEMORY: usize = {memory};\n",
                name.to_uppercase()
            );
        }
        text
    }

    fn declaration(&self) -> String {
        let Signature { program, name, memory, language, .. } = *self;
        let (inputs, outputs) = (program.inputs(), program.outputs());
        language.either(
            format!(
                "int {name}(const double *restrict x, double *restrict y, double *restrict w{})",
                if self.has_data { ", const void *data" } else { "" }
            ),
            format!(
                "pub fn {name}(x: &[f64; {inputs}], y: &mut [f64; {outputs}], w: &mut [f64; {memory}]) -> Result<(), i32>"
            ),
        )
    }

    /// The function, from statements that set `plain` and write `y`, and return the number of a guard.
    pub fn function(&self, statements: &str) -> String {
        let Signature { program, name, memory, language, is_derivative, .. } = *self;
        let (inputs, outputs) = (program.inputs(), program.outputs());
        let finite = |y: &str| format!("{} <= {}", language.magnitude(y), language.constant(f64::MAX));
        match language {
            Language::C => {
                let check = format!("    for (int k = 0; k < {outputs}; k++)\n        plain &= {};\n", finite("y[k]"));
                let check = if is_derivative { check } else { String::new() };
                format!(
                    "{}\n{{\n    int plain = 1;\n    (void)x, (void)w;\n{statements}{check}    return plain ? 0 : -1;\n}}\n",
                    self.declaration()
                )
            }
            Language::Rust { .. } => {
                let check = format!("    for y in y.iter() {{\n        plain &= {};\n    }}\n", finite("*y"));
                let check = if is_derivative { check } else { String::new() };
                format!(
                    "{ALLOW}\n{} {{\n    match {name}_status(x, y, w) {{\n        0 => Ok(()),\n        status => Err(status),\n    }}\n}}\n\n\
                     {ALLOW}\n#[inline(always)]\nfn {name}_status(x: &[f64; {inputs}], y: &mut [f64; {outputs}], w: &mut [f64; {memory}]) -> i32 {{\n    \
                     let mut plain = true;\n{statements}{check}    if plain {{ 0 }} else {{ -1 }}\n}}\n",
                    self.declaration()
                )
            }
        }
    }
}

impl Program {
    /// The questions that its results depend on, as a person reads them.
    fn guards(&self) -> Vec<String> {
        let body = self.recorded();
        let names = body.names();
        let guards = body.guards.iter().map(|guard| {
            let [left, right] = guard.about.map(|operand| names.operand(operand));
            let was = guard.question.show(guard.answer, body.is_single);
            format!("{} ({}), was {was}", guard.question.about(&left, &right), guard.place)
        });
        guards.collect()
    }
}
