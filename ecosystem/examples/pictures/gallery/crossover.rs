//! What a gradient costs in both modes as the number of inputs grows.

use super::chart::{BLUE, GREY, Key, Mark, ORANGE, PALE, Place, VERMILLION, axis_letters, legend, line, on_paper};
use super::{Fail, tables};
use plotters::prelude::*;

const HEIGHT: i32 = 860;

pub fn draw(benchmarks: &str) -> Result<String, Fail> {
    let rows = tables::printed(benchmarks, "## Forward against reverse")?;
    let largest = rows.iter().flat_map(|row| &row[2..5]).copied().fold(1.0, f64::max);
    on_paper(HEIGHT, |paper| {
        let (first, rest) = paper.split_vertically(76);
        let mut chart = ChartBuilder::on(&rest)
            .margin_right(40)
            .margin_bottom(16)
            .margin_left(16)
            .x_label_area_size(92)
            .y_label_area_size(140)
            .build_cartesian_2d((1.8..280.0).log_scale().base(2.0), (1.0..1.3 * largest).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(PALE.stroke_width(2))
            .x_labels(9)
            .y_labels(7)
            .x_desc("number of inputs")
            .y_desc("time of gradient / time of function")
            .label_style(axis_letters())
            .axis_desc_style(axis_letters())
            .axis_style(GREY.stroke_width(2))
            .x_label_formatter(&|n| format!("{n:.0}"))
            .y_label_formatter(&|ratio| format!("{ratio:.0}"))
            .draw()?;
        let keys = [
            Key { name: "forward, one by one", colour: ORANGE, mark: Mark::Triangle },
            Key { name: "forward, eight at once", colour: BLUE, mark: Mark::Square },
            Key { name: "reverse", colour: VERMILLION, mark: Mark::Disc },
        ];
        for (column, key) in (2..).zip(&keys) {
            let places: Vec<Place> =
                rows.iter().map(|row| chart.plotting_area().map_coordinate(&(row[0], row[column]))).collect();
            line(paper, places.clone(), key.colour, 4)?;
            for &at in &places {
                key.mark.draw(paper, at, 8, key.colour)?;
            }
        }
        legend(&first, &keys, (180, 44), 3, 400)
    })
}
