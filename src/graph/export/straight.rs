//! Straight code: one statement for each operation, in functions that a compiler can still digest.
//!
//! ```text
//!   v0 = x[0] * x[1]     part 0                          w[0] = v1    what a later part needs
//!   v1 = sin(v0)
//!   v2 = v1 + w[0]       part 1
//! ```
//!
//! A graph of some hundred operations is one function. A longer one is cut into parts, since the time that compilers take grows faster than
//! a function does. What another part needs goes through memory, in places that are used again when nobody needs them any more.

use super::ExportError;
use super::helpers::Context;
use super::language::{ALLOW, Language};
use super::statements::{condition, expression, holds};
use crate::float::Condition;
use crate::graph::body::{Body, Guard, Op, Operand};
use std::fmt::Write as _;

/// The most operations of a part. Beyond, gcc takes more and more time for each.
const MOST_OPERATIONS: usize = 500;

/// What straight code has around it.
pub(super) struct Frame<'a> {
    /// With which the names of its functions begin.
    pub name: String,
    /// How an input is written.
    pub input: &'a dyn Fn(u32) -> String,
    /// The parameters of its functions, and the arguments in calls of them.
    pub parameters: [&'a str; 2],
    /// The first place in memory that is free.
    pub memory: usize,
}

/// Straight code.
pub(super) struct Straight {
    /// The functions of its parts, if there are several.
    pub functions: String,
    /// What runs them, or the statements themselves.
    pub statements: String,
    /// The results, and from where on memory is free behind it.
    pub results: Vec<String>,
    pub memory: usize,
}

/// Where values of a graph are.
struct Places<'a> {
    body: &'a Body,
    frame: &'a Frame<'a>,
    language: Language,
    /// The part that computes each operation.
    part: Vec<u32>,
    /// Its place in memory, if another part needs it.
    slot: Vec<Option<usize>>,
}

impl Places<'_> {
    /// An operand as it is written in a part.
    fn read(&self, operand: Operand, part: u32) -> String {
        let node = match operand {
            Operand::Constant(bits) => return self.language.constant(f64::from_bits(bits)),
            Operand::Node(node) => node as usize,
        };
        match (self.body.nodes[node].op, self.slot[node]) {
            (Op::Input(k), _) => (self.frame.input)(k),
            (_, Some(slot)) if self.part[node] != part => format!("w[{slot}]"),
            _ => format!("v{node}"),
        }
    }
}

/// Writes a graph. A statement of it returns the number of the first guard that has another answer, counted from 1, and `plain` becomes
/// false where a condition does not hold.
pub(super) fn write(
    context: &mut Context,
    body: &Body,
    conditions: &[(Condition, u32)],
    frame: &Frame,
) -> Result<Straight, ExportError> {
    let language = context.language;
    let conditions: Vec<(Condition, Operand)> = conditions.iter().map(|&(c, node)| (c, Operand::Node(node))).collect();
    let sides = body.guards.iter().flat_map(|guard| &guard.about);
    let roots = body.results.iter().chain(sides).chain(conditions.iter().map(|(_, operand)| operand));
    let is_needed = body.leading_to(roots, |_, _| true);
    let run: Vec<usize> =
        (0..body.nodes.len()).filter(|&i| is_needed[i] && !matches!(body.nodes[i].op, Op::Input(_))).collect();
    let places = place(body, &run, &conditions, frame, language);
    let is_one = run.len() <= MOST_OPERATIONS;

    let mut guards = Guards { guards: &body.guards, next: 0 };
    let mut straight =
        Straight { functions: String::new(), statements: String::new(), results: Vec::new(), memory: places.1 };
    let places = places.0;
    let mut conditions = ordered(conditions).into_iter().peekable();
    for (part, operations) in (0..).zip(run.chunks(MOST_OPERATIONS).chain(run.is_empty().then_some(&[][..]))) {
        let mut text = String::new();
        let read = |operand: Operand| places.read(operand, part);
        guards.write(operations.first().map_or(usize::MAX, |&i| i), language, &read, &mut text);
        while let Some((c, operand)) = conditions.next_if(|&(_, x)| x < Operand::Node(body.point.len() as u32)) {
            let _ = writeln!(text, "    plain &= {};", condition(language, c, &read(operand)));
        }
        for &i in operations {
            let value = expression(context, body, i, &read)?;
            let _ = writeln!(text, "    {}", language.define(&format!("v{i}"), &value));
            if let Some(slot) = places.slot[i] {
                let _ = writeln!(text, "    w[{slot}] = v{i};");
            }
            while let Some((c, operand)) = conditions.next_if(|&(_, x)| x <= Operand::Node(i as u32)) {
                let _ = writeln!(text, "    plain &= {};", condition(language, c, &read(operand)));
            }
            guards.write(i + 1, language, &read, &mut text);
        }
        if is_one {
            straight.statements = text;
        } else {
            let [_, arguments] = frame.parameters;
            let name = format!("{}_{part}", frame.name);
            straight.functions += &function(language, &name, frame.parameters, &text);
            straight.statements += &call(language, &name, arguments);
        }
    }
    // Results are read where all is done, from memory or in the same function.
    let end = if is_one { 0 } else { u32::MAX };
    straight.results = body.results.iter().map(|&result| places.read(result, end)).collect();
    Ok(straight)
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

/// Statements that call such a function.
pub(super) fn call(language: Language, name: &str, arguments: &str) -> String {
    match language {
        Language::C => {
            format!("    if ((status = {name}({arguments})) > 0)\n        return status;\n    plain &= status == 0;\n")
        }
        Language::Rust { .. } => {
            format!(
                "    let status = {name}({arguments});\n    if status > 0 {{ return status; }}\n    plain &= status == 0;\n"
            )
        }
    }
}

/// Conditions in the order of what they are about.
fn ordered(mut conditions: Vec<(Condition, Operand)>) -> Vec<(Condition, Operand)> {
    conditions.sort_by_key(|&(_, operand)| operand);
    conditions
}

/// The guards, in their order: that which changed first is the one to be named.
struct Guards<'a> {
    guards: &'a [Guard],
    next: usize,
}

impl Guards<'_> {
    /// Those that can be asked where the operations below `end` are computed.
    fn write(&mut self, end: usize, language: Language, read: &dyn Fn(Operand) -> String, text: &mut String) {
        let is_known = |operand: Operand| match operand {
            Operand::Node(node) => (node as usize) < end,
            Operand::Constant(_) => true,
        };
        while let Some(guard) = self.guards.get(self.next)
            && guard.about.into_iter().all(is_known)
        {
            self.next += 1;
            let [x, y] = guard.about.map(read);
            let condition = language.when(&format!("!({})", holds(language, guard.question, guard.answer, [&x, &y])));
            let _ = writeln!(text, "    {condition} {{ return {}; }}", self.next);
        }
    }
}

/// Gives the operations `run` their parts, and those that another part needs their places. Returns also where memory ends.
fn place<'a>(
    body: &'a Body,
    run: &[usize],
    conditions: &[(Condition, Operand)],
    frame: &'a Frame<'a>,
    language: Language,
) -> (Places<'a>, usize) {
    let n = body.nodes.len();
    let mut places = Places { body, frame, language, part: vec![0; n], slot: vec![None; n] };
    let parts: Vec<&[usize]> = run.chunks(MOST_OPERATIONS).collect();
    for (part, operations) in (0..).zip(&parts) {
        operations.iter().for_each(|&i| places.part[i] = part);
    }
    if parts.len() <= 1 {
        return (places, frame.memory);
    }
    // The last part that needs each operation.
    let mut last = vec![0_u32; n];
    let mut note = |operand: Operand, part: u32| {
        if let Operand::Node(node) = operand {
            last[node as usize] = last[node as usize].max(part);
        }
    };
    for &i in run {
        let part = places.part[i];
        let node = &body.nodes[if let Op::Second(_) = body.nodes[i].op { i - 1 } else { i }];
        body.operands(node).iter().for_each(|&operand| note(operand, part));
    }
    body.results.iter().for_each(|&result| note(result, u32::MAX));
    // A guard is asked behind those before it, and a condition where its number is computed.
    let part_of = |operand: &Operand| if let Operand::Node(node) = operand { places.part[*node as usize] } else { 0 };
    let mut part = 0;
    for guard in &body.guards {
        part = guard.about.iter().map(part_of).fold(part, u32::max);
        guard.about.iter().for_each(|&side| note(side, part));
    }
    conditions.iter().for_each(|&(_, operand)| note(operand, part_of(&operand)));
    let (mut free, mut end) = (Vec::new(), frame.memory);
    let mut ending: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for (part, operations) in (0_u32..).zip(&parts) {
        for &i in operations.iter().filter(|&&i| last[i] > part) {
            let slot = free.pop().unwrap_or_else(|| {
                end += 1;
                end - 1
            });
            places.slot[i] = Some(slot);
            if let Some(ending) = ending.get_mut(last[i] as usize) {
                ending.push(slot);
            }
        }
        // What this part is the last to read may be written by the next.
        free.append(&mut ending[part as usize]);
    }
    (places, end)
}
