//! A chart of ratios: a line for each problem, and on it a mark for each method.

use super::Fail;
use super::chart::{BLACK, GREY, Key, PALE, axis_letters, legend, letters, line, on_paper, write_at};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::ops::Range;

const LEFT: i32 = 430;
/// Units for each problem.
const ROW: i32 = 105;

/// The ratios of one method, in the order of the problems; none where nothing was measured.
pub struct Method<'a> {
    pub key: Key<'a>,
    pub ratios: Vec<Option<f64>>,
}

/// Draws the methods over the ratios of `range`. The first method is drawn last, so that it is on top.
pub fn draw(problems: &[String], methods: &[Method<'_>], what: &str, range: Range<f64>) -> Result<String, Fail> {
    let lines = methods.len().div_ceil(2) as i32;
    let (above, rows) = (42 + 47 * lines, problems.len() as i32);
    on_paper(above + ROW * rows + 115, |paper| {
        let (first, rest) = paper.split_vertically(above);
        let mut chart = ChartBuilder::on(&rest)
            .margin_right(40)
            .margin_bottom(16)
            .margin_left(LEFT as u32)
            .x_label_area_size(92)
            .build_cartesian_2d(range.clone().log_scale(), 0.0..f64::from(rows))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(PALE.stroke_width(2))
            .x_labels(8)
            .x_desc(what)
            .label_style(axis_letters())
            .axis_desc_style(axis_letters())
            .axis_style(GREY.stroke_width(2))
            .x_label_formatter(&|ratio| format!("{ratio}"))
            .draw()?;
        for (k, name) in problems.iter().enumerate() {
            let height = f64::from(rows - k as i32) - 0.5;
            let place = |ratio: f64| chart.plotting_area().map_coordinate(&(ratio, height));
            let at = place(range.start);
            write_at(paper, name, (at.0 - 20, at.1), letters(&BLACK, 1.0, HPos::Right, VPos::Center))?;
            line(paper, vec![at, place(range.end)], PALE, 2)?;
            for Method { key, ratios } in methods.iter().rev() {
                if let Some(ratio) = ratios[k] {
                    key.mark.draw(paper, place(ratio), 11, key.colour)?;
                }
            }
        }
        legend(&first, methods.iter().map(|method| &method.key), (60, 44), 2, 600)
    })
}

/// What the problems of the benchmarks are.
pub fn problem(name: &str) -> String {
    let what = match name.split(' ').next() {
        Some("F1") => "Rosenbrock chain",
        Some("F2") => "log-sum-exp",
        Some("F3") => "tanh network",
        Some("F4") => "Gaussian mixture",
        Some("F5") => "Burgers equation",
        Some("F6") => "Black-Scholes",
        Some("ADBench") => return name.split(' ').nth(1).map_or(String::new(), |name| format!("{name} of ADBench")),
        _ => name,
    };
    match name.split_once("n=") {
        Some((_, n)) => format!("{what}, n = {}", n.replace("1e4", "10⁴")),
        None => what.into(),
    }
}
