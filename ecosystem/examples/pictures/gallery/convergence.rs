//! How the error of the three methods falls with the iterations.

use super::chart::{
    BLUE, GREEN, GREY, Key, Mark, PALE, Place, VERMILLION, axis_letters, legend, line, on_paper, power_of_ten,
};
use super::{Fail, descent};
use plotters::prelude::*;

const HEIGHT: i32 = 860;
const SHOWN: usize = 20_000;
/// Marks are so many units apart, so that they can be told one from the next.
const APART: i32 = 22;
/// Below this the digits of the point end.
const SMALLEST: f64 = 1e-15;

/// The distance from the minimum.
fn error(x: &[f64]) -> f64 {
    (x[0] - 1.0).hypot(x[1] - 1.0)
}

pub fn draw() -> Result<String, Fail> {
    on_paper(HEIGHT, |paper| {
        let (first, rest) = paper.split_vertically(76);
        let mut chart = ChartBuilder::on(&rest)
            .margin_right(40)
            .margin_bottom(16)
            .margin_left(16)
            .x_label_area_size(92)
            .y_label_area_size(150)
            .build_cartesian_2d((1.0..SHOWN as f64).log_scale(), (SMALLEST..10.0).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(PALE.stroke_width(2))
            .x_labels(6)
            .y_labels(7)
            .x_desc("iteration")
            .y_desc("distance from the minimum")
            .label_style(axis_letters())
            .axis_desc_style(axis_letters())
            .axis_style(GREY.stroke_width(2))
            .x_label_formatter(&|k| power_of_ten(*k))
            .y_label_formatter(&|error| power_of_ten(*error))
            .draw()?;
        let place = |k: usize, error: f64| chart.plotting_area().map_coordinate(&(k as f64, error));
        let methods = [
            ("gradient descent", VERMILLION, Mark::Cross, descent::gradient_descent(SHOWN)),
            ("L-BFGS", BLUE, Mark::Triangle, descent::lbfgs(SHOWN as u64)?),
            ("Newton's method", GREEN, Mark::Disc, descent::newton()),
        ];
        for (_, colour, mark, points) in &methods {
            let errors = points.iter().map(|x| error(x)).enumerate().skip(1);
            let errors = errors.take_while(|&(_, error)| error > SMALLEST);
            let mut places: Vec<Place> = errors.map(|(k, error)| place(k, error)).collect();
            places.dedup();
            line(paper, places.clone(), *colour, 4)?;
            let mut last = (0, 0);
            for at in places {
                if (at.0 - last.0).abs().max((at.1 - last.1).abs()) >= APART {
                    mark.draw(paper, at, 7, *colour)?;
                    last = at;
                }
            }
        }
        let keys = methods.each_ref().map(|&(name, colour, mark, _)| Key { name, colour, mark });
        legend(&first, &keys, (180, 44), 3, 370)
    })
}
