//! Guards of rolled programs: a statement for each, or a table where many comparisons follow each other.
//!
//! ```text
//!   if (!(w[7] < w[8])) { return 1; }            a few
//!   guard = guards(w, c, t + 40, 24024)          many: for each, which orders of two numbers are right, and where these are
//! ```
//!
//! A table costs a compiler nothing, and 24,024 statements cost gcc half a minute. All comparisons of a table are looked at without a
//! branch, and the first that came out otherwise is searched for only where there is one.

use super::language::{ALLOW, Language};
use super::loops::size;
use super::statements::holds;
use super::tables::Tables;
use crate::float::Question;
use std::fmt::Write as _;

/// So many comparisons are a table.
const MANY: usize = 32;

/// A number: a constant or one that was computed, and where it is among those.
pub(super) type Place = (bool, i32);

/// A question, the answer that the program has it from its recording, and the two numbers that it is about.
pub(super) type Guard = (Question, u64, [Place; 2]);

/// The statements that ask all guards, and whether they need [`function`].
pub(super) fn statements(
    language: Language,
    name: &str,
    guards: &[Guard],
    constants: &[f64],
    tables: &mut Tables,
) -> (String, bool) {
    let (mut text, mut is_called) = (String::new(), false);
    let mut first = 0;
    for some in guards.chunk_by(|(a, ..), (b, ..)| a.compares() == b.compares()) {
        if some.len() >= MANY && some[0].0.compares() {
            let entry = |&(question, answer, about): &Guard| {
                let [x, y] = about.map(|(is_constant, place)| if is_constant { !place } else { place });
                [i32::from(question.orders(answer, false)), x, y]
            };
            let (at, count) = (tables.push(some.iter().flat_map(entry)), some.len());
            let _ = match language {
                Language::C => writeln!(
                    text,
                    "    const int guard{first} = {name}_guards(w, c, t + {at}, {count});\n    \
                     if (guard{first}) {{ return {first} + guard{first}; }}"
                ),
                Language::Rust { .. } => writeln!(
                    text,
                    "    let guard = {name}_guards(w, {at}, {count});\n    if guard != 0 {{ return {first} + guard; }}"
                ),
            };
            is_called = true;
        } else {
            let read = |(is_constant, place): Place| match is_constant {
                true => language.constant(constants[place as usize]),
                false => format!("w[{place}]"),
            };
            for (k, &(question, answer, about)) in (first + 1..).zip(some) {
                let [x, y] = about.map(read);
                let condition = language.when(&format!("!({})", holds(language, question, answer, [&x, &y])));
                let _ = writeln!(text, "    {condition} {{ return {k}; }}");
            }
        }
        first += some.len();
    }
    (text, is_called)
}

/// The function that looks at a table of comparisons, and returns the number of the first that came out otherwise, or 0. In the table stand
/// the right orders, as bits of [`Question::orders`], and two places; those of constants are counted from -1 downwards.
pub(super) fn function(language: Language, name: &str) -> String {
    match language {
        Language::C => format!(
            "static inline int {name}_is_kept(const double *restrict w, const double *restrict c, const int *restrict g)\n{{\n    \
             const double x = g[1] < 0 ? c[~g[1]] : w[g[1]], y = g[2] < 0 ? c[~g[2]] : w[g[2]];\n    \
             return (g[0] & ((x < y) | (x == y) << 1 | (x > y) << 2 | ((x != x) | (y != y)) << 3)) != 0;\n}}\n\n\
             static int {name}_guards(const double *restrict w, const double *restrict c, const int *restrict g, int n)\n{{\n    \
             int all = 1;\n    for (int k = 0; k < n; k++) all &= {name}_is_kept(w, c, g + 3 * k);\n    if (all) return 0;\n    \
             int k = 0;\n    while ({name}_is_kept(w, c, g + 3 * k)) k++;\n    return k + 1;\n}}\n\n"
        ),
        Language::Rust { .. } => format!(
            "{ALLOW}\nfn {name}_guards(w: &[f64; {size}], g: usize, n: usize) -> i32 {{\n    \
             let at = |k: usize| {{\n        let place = whole(k) as i32;\n        \
             if place < 0 {{ number(!place as usize) }} else {{ w[place as usize] }}\n    }};\n    \
             let is_kept = |k: usize| {{\n        let (x, y) = (at(g + 3 * k + 1), at(g + 3 * k + 2));\n        \
             let order = [x < y, x == y, x > y, x != x || y != y];\n        \
             (0..4).any(|which| order[which] && whole(g + 3 * k) >> which & 1 == 1)\n    }};\n    \
             if (0..n).fold(true, |all, k| all & is_kept(k)) {{\n        return 0;\n    }}\n    \
             (0..n).position(|k| !is_kept(k)).map_or(0, |k| k as i32 + 1)\n}}\n\n",
            size = size(name)
        ),
    }
}
