//! Gradients in reverse mode by this crate and by others, as multiples of the time of the plain function.

use super::chart::{BLACK, BLUE, GREEN, Key, Mark, ORANGE, PURPLE, VERMILLION};
use super::dots::{Method, draw as draw_dots, problem};
use super::{Fail, tables};
use plotters::style::RGBColor;

/// The looks of the rows after that of plain `f64`, in their order.
const LOOKS: [(RGBColor, Mark); 8] = [
    (VERMILLION, Mark::Disc),
    (VERMILLION, Mark::Ring),
    (BLUE, Mark::Square),
    (GREEN, Mark::Triangle),
    (GREEN, Mark::Bar),
    (PURPLE, Mark::Diamond),
    (BLACK, Mark::Cross),
    (ORANGE, Mark::Plus),
];

/// The ratio in a cell like `1.40 / 2.02 (9.57×)`; none in `–`.
fn ratio(cell: &str) -> Option<f64> {
    cell.split_once('(')?.1.split('×').next()?.trim().parse().ok()
}

pub fn draw(benchmarks: &str) -> Result<String, Fail> {
    let table = tables::table(benchmarks, "**Gradients, reverse mode**")?;
    let problems: Vec<String> = table[0][1..].iter().map(|name| problem(name)).collect();
    let is_measured = |row: &&Vec<&str>| row.len() > 1 && row[1..].iter().any(|cell| ratio(cell).is_some());
    let rows: Vec<_> = table.iter().filter(is_measured).skip(1).collect();
    if rows.len() != LOOKS.len() {
        return Err(format!("BENCHMARKS.md has {} crates and modes for {} looks", rows.len(), LOOKS.len()).into());
    }
    let names: Vec<String> = rows.iter().map(|row| row[0].replace('`', "")).collect();
    let methods: Vec<Method<'_>> = names
        .iter()
        .zip(LOOKS)
        .zip(&rows)
        .map(|((name, (colour, mark)), row)| Method {
            key: Key { name, colour, mark },
            ratios: row[1..].iter().map(|cell| ratio(cell)).collect(),
        })
        .collect();
    draw_dots(&problems, &methods, "time of gradient / time of function", 1.0..200.0)
}
