//! Gradients in reverse mode by this crate and by others, as multiples of the time of the plain function.

use super::chart::{
    BLACK, BLUE, GREEN, GREY, Key, Mark, ORANGE, PALE, PURPLE, VERMILLION, axis_letters, legend, letters, line,
    on_paper, write_at,
};
use super::{Fail, tables};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

const HEIGHT: i32 = 1080;
const LEFT: i32 = 430;
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

/// What the problems of the benchmark are.
fn problem(name: &str) -> String {
    let what = match name.split(' ').next() {
        Some("F1") => "Rosenbrock chain",
        Some("F2") => "log-sum-exp",
        Some("F3") => "tanh network",
        Some("F4") => "Gaussian mixture",
        Some("F5") => "Burgers equation",
        Some("F6") => "Black-Scholes",
        _ => name,
    };
    match name.split_once("n=") {
        Some((_, n)) => format!("{what}, n = {}", n.replace("1e4", "10⁴")),
        None => what.into(),
    }
}

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
    let keys: Vec<Key<'_>> = names.iter().zip(LOOKS).map(|(name, (colour, mark))| Key { name, colour, mark }).collect();
    on_paper(HEIGHT, |paper| {
        let (first, rest) = paper.split_vertically(230);
        let mut chart = ChartBuilder::on(&rest)
            .margin_right(40)
            .margin_bottom(16)
            .margin_left(LEFT as u32)
            .x_label_area_size(92)
            .build_cartesian_2d((1.0..200.0).log_scale(), 0.0..problems.len() as f64)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(PALE.stroke_width(2))
            .x_labels(8)
            .x_desc("time of gradient / time of function")
            .label_style(axis_letters())
            .axis_desc_style(axis_letters())
            .axis_style(GREY.stroke_width(2))
            .x_label_formatter(&|ratio| format!("{ratio:.0}"))
            .draw()?;
        for (k, name) in problems.iter().enumerate() {
            let place =
                |ratio: f64| chart.plotting_area().map_coordinate(&(ratio, problems.len() as f64 - k as f64 - 0.5));
            let at = place(1.0);
            write_at(paper, name, (at.0 - 20, at.1), letters(&BLACK, 1.0, HPos::Right, VPos::Center))?;
            line(paper, vec![at, place(200.0)], PALE, 2)?;
            // Ours last, so that it is on top.
            for (row, key) in rows.iter().zip(&keys).rev() {
                if let Some(ratio) = ratio(row[k + 1]) {
                    key.mark.draw(paper, place(ratio), 11, key.colour)?;
                }
            }
        }
        legend(&first, &keys, (60, 44), 2, 600)
    })
}
