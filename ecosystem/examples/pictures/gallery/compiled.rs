//! Value and gradient by the tape, by compiled graphs and by their C, as multiples of the time of the plain function.

use super::chart::{BLACK, BLUE, GREEN, Key, Mark, ORANGE, PURPLE, VERMILLION};
use super::dots::{Method, draw as draw_dots, problem};
use super::{Fail, tables};
use plotters::style::RGBColor;

/// The looks of the columns, by their names.
const LOOKS: [(&str, RGBColor, Mark); 6] = [
    ("C", BLUE, Mark::Square),
    ("picked", VERMILLION, Mark::Disc),
    ("by hand", BLACK, Mark::Cross),
    ("straight", ORANGE, Mark::Plus),
    ("tape", GREEN, Mark::Triangle),
    ("best C++ tape", PURPLE, Mark::Diamond),
];

/// What they are called in the picture.
fn said(name: &str) -> &str {
    match name {
        "C" => "compiled graph as C, by gcc",
        "picked" => "compiled graph, loops found",
        "straight" => "compiled graph, straight",
        "by hand" => "adjoint by hand",
        "tape" => "our tape",
        other => other,
    }
}

pub fn draw(benchmarks: &str) -> Result<String, Fail> {
    let table = tables::table(benchmarks, "**Value and gradient of compiled graphs**")?;
    let rows = table.get(2..).ok_or("a table has a heading and a line below it")?;
    let problems: Vec<String> = rows.iter().map(|row| problem(row[0])).collect();
    let method = |&(name, colour, mark): &(&'static str, RGBColor, Mark)| {
        let column = table[0].iter().position(|&heading| heading == name);
        let column = column.ok_or_else(|| format!("BENCHMARKS.md has no column {name:?} for the picture"))?;
        let ratios = rows.iter().map(|row| row[column].parse().ok()).collect();
        Ok(Method { key: Key { name: said(name), colour, mark }, ratios })
    };
    let methods = LOOKS.iter().map(method).collect::<Result<Vec<_>, Fail>>()?;
    draw_dots(&problems, &methods, "time of value and gradient / time of function", 0.2..100.0)
}
