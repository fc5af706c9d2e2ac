//! Guards of rolled programs: a statement for each, or loops over tables where they are many.
//!
//! ```text
//!   if (!(w[7] < w[8])) { return 1; }                          a few, in their order
//!   for each of a table: if (!(w[a] < w[b])) changed = ..      many, by their kinds: the least number is returned
//! ```
//!
//! A table costs a compiler nothing, and 24,024 statements cost gcc half a minute.

use super::language::Language;
use super::statements::holds;
use super::tables::Tables;
use crate::float::Question;
use std::collections::HashMap;
use std::fmt::Write as _;

/// More guards than these are asked in loops.
const MOST_STATEMENTS: usize = 100;

/// A number: whether it is a constant, and where it is among those or among what is computed.
pub(super) type Place = (bool, i32);

/// A question, its answer where the function was recorded, and the two numbers that it is about.
pub(super) type Guard = (Question, u64, [Place; 2]);

/// Statements that return the number of the first guard, from 1, that has another answer.
pub(super) fn write(language: Language, guards: &[Guard], constants: &[f64], tables: &mut Tables) -> String {
    if guards.len() > MOST_STATEMENTS {
        by_kinds(language, guards, tables)
    } else {
        in_order(language, guards, constants)
    }
}

fn in_order(language: Language, guards: &[Guard], constants: &[f64]) -> String {
    let read = |(is_constant, place): Place| match is_constant {
        true => language.constant(constants[place as usize]),
        false => format!("w[{place}]"),
    };
    let mut text = String::new();
    for (k, &(question, answer, about)) in (1..).zip(guards) {
        let [x, y] = about.map(read);
        let condition = language.when(&format!("!({})", holds(language, question, answer, [&x, &y])));
        let _ = writeln!(text, "    {condition} {{ return {k}; }}");
    }
    text
}

/// A loop for each kind, whose table has the places and the number of each guard.
fn by_kinds(language: Language, guards: &[Guard], tables: &mut Tables) -> String {
    let mut known = HashMap::new();
    let mut kinds = Vec::new();
    for (k, &(question, answer, [x, mut y])) in (1_i32..).zip(guards) {
        let condition = match question {
            // The number itself goes to the table.
            Question::Value if !f64::from_bits(answer).is_nan() => {
                y = (true, tables.numbers.len() as i32);
                tables.numbers.push(f64::from_bits(answer));
                let [a, b] = ["a", "b"].map(|x| language.copysign(&language.constant(1.0), x));
                format!("a == b && {a} == {b}")
            }
            _ => holds(language, question, answer, ["a", "b"]),
        };
        let kind = (condition, [x.0, y.0]);
        let number = *known.entry(kind.clone()).or_insert(kinds.len());
        if number == kinds.len() {
            kinds.push((kind, Vec::new()));
        }
        kinds[number].1.extend([x.1, y.1, k]);
    }
    let none = i32::MAX;
    let mut text = format!("    {} = {none};\n", language.either("int changed", "let mut changed: i32"));
    for ((condition, are_constant), entries) in kinds {
        let (count, first) = (entries.len() as i32, tables.push(entries));
        let end = first + count;
        let [a, b] = [0, 1].map(|k| match (language, are_constant[k]) {
            (Language::C, true) => format!("c[g[{k}]]"),
            (Language::C, false) => format!("w[g[{k}]]"),
            (Language::Rust { .. }, true) => format!("number(whole(g + {k}))"),
            (Language::Rust { .. }, false) => format!("w[whole(g + {k})]"),
        });
        text += &language.either(
            format!(
                "    for (const int *g = t + {first}; g < t + {end}; g += 3) {{\n        \
                 const double a = {a}, b = {b};\n        (void)a, (void)b;\n        \
                 if (!({condition}) && g[2] < changed) changed = g[2];\n    }}\n"
            ),
            format!(
                "    for g in ({first}..{end}usize).step_by(3) {{\n        \
                 let (a, b): (f64, f64) = ({a}, {b});\n        \
                 if !({condition}) {{ changed = i32::min(changed, whole(g + 2) as i32); }}\n    }}\n"
            ),
        );
    }
    let condition = language.when(&format!("changed < {none}"));
    text + &format!("    {condition} {{ return changed; }}\n")
}
