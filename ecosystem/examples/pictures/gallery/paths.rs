//! The paths of three methods over the contours of Rosenbrock's function.

use super::chart::{
    BLACK, BLUE, GREEN, GREY, Key, LETTERS, Mark, PALE, Place, VERMILLION, axis_letters, legend, letters, line,
    on_paper, write_at,
};
use super::contours::Grid;
use super::{Fail, descent};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

const HEIGHT: i32 = 1000;
const ACROSS: (f64, f64) = (-1.6, 1.6);
const UP: (f64, f64) = (-0.4, 1.6);
/// Cells of the grid on which contours are found, on each side.
const CELLS: usize = 160;
const LEVELS: [f64; 7] = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];
/// Gradient descent takes tens of thousands of steps: how many are drawn, and each how many of them have a mark.
const DRAWN: usize = 2000;
const MARKED: usize = 100;

pub fn draw() -> Result<String, Fail> {
    on_paper(HEIGHT, |paper| {
        let (first, rest) = paper.split_vertically(76);
        let mut chart = ChartBuilder::on(&rest)
            .margin_right(36)
            .margin_bottom(16)
            .margin_left(16)
            .x_label_area_size(92)
            .y_label_area_size(130)
            .build_cartesian_2d(ACROSS.0..ACROSS.1, UP.0..UP.1)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_labels(9)
            .y_labels(6)
            .x_desc("x")
            .y_desc("y")
            .label_style(axis_letters())
            .axis_desc_style(axis_letters())
            .axis_style(GREY.stroke_width(2))
            .x_label_formatter(&|x| format!("{x:.1}"))
            .y_label_formatter(&|y| format!("{y:.1}"))
            .draw()?;
        let place = |x: f64, y: f64| chart.plotting_area().map_coordinate(&(x, y));
        contours(paper, place)?;

        let newton = descent::newton();
        let lbfgs = descent::lbfgs(100)?;
        let descent = descent::gradient_descent(DRAWN);
        let keys = [
            Key { name: &format!("gradient descent, {DRAWN} steps"), colour: VERMILLION, mark: Mark::Cross },
            Key { name: &format!("L-BFGS, {} steps", lbfgs.len() - 1), colour: BLUE, mark: Mark::Triangle },
            Key { name: &format!("Newton, {} steps", newton.len() - 1), colour: GREEN, mark: Mark::Disc },
        ];
        for (key, (points, each)) in keys.iter().zip([(descent, MARKED), (lbfgs, 1), (newton, 1)]) {
            let places: Vec<Place> = points.iter().map(|x| place(x[0], x[1])).collect();
            line(paper, places.clone(), key.colour, 3)?;
            for &at in places.iter().step_by(each) {
                key.mark.draw(paper, at, 6, key.colour)?;
            }
        }
        ends(paper, place)?;
        legend(&first, &keys, (60, 44), 3, 470)
    })
}

/// The contour lines, each with its level where it leaves the chart or is highest.
fn contours(paper: &super::chart::Paper<'_>, place: impl Fn(f64, f64) -> Place) -> Result<(), Fail> {
    let grid = Grid::new(CELLS, ACROSS, UP, |x, y| descent::rosenbrock(&[x, y]));
    for level in LEVELS {
        for contour in grid.contour(level) {
            line(paper, contour.iter().map(|&(x, y)| place(x, y)).collect(), PALE, 3)?;
        }
    }
    // Along x = 0 the function is 1 + 100 y².
    for level in LEVELS.into_iter().filter(|level| *level > 1.0) {
        let y = ((level - 1.0) / 100.0).sqrt();
        if y < UP.1 - 0.1 {
            let at = place(0.0, y);
            let text = format!("{level}");
            let half = (text.len() as i32 * LETTERS * 3 / 10, LETTERS / 2);
            paper.draw(&Rectangle::new(
                [(at.0 - half.0, at.1 - half.1), (at.0 + half.0, at.1 + half.1)],
                WHITE.filled(),
            ))?;
            write_at(paper, &text, at, letters(&GREY, 0.85, HPos::Center, VPos::Center))?;
        }
    }
    Ok(())
}

/// Names of the start and the minimum.
fn ends(paper: &super::chart::Paper<'_>, place: impl Fn(f64, f64) -> Place) -> Result<(), Fail> {
    let (start, minimum) = (place(descent::START[0], descent::START[1]), place(1.0, 1.0));
    write_at(paper, "start", (start.0 - 16, start.1), letters(&BLACK, 1.0, HPos::Right, VPos::Center))?;
    write_at(paper, "minimum", (minimum.0 + 18, minimum.1 + 8), letters(&BLACK, 1.0, HPos::Left, VPos::Center))
}
