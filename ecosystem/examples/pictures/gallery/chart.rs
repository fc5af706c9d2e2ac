//! The look that all charts share: paper, letters, colours, marks.

use super::Fail;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Width of a chart in its own units. The backend places everything on whole units, so they are half as large as pixels.
pub const WIDTH: i32 = 1280;
/// Height of a line of letters.
pub const LETTERS: i32 = 35;
const FONT: &str = "Helvetica, Arial, sans-serif";

/// Colours that people who see fewer colours tell apart: M. Okabe and K. Ito, *Color Universal Design*, 2008.
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
pub const VERMILLION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
pub const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
pub const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
pub const PURPLE: RGBColor = RGBColor(0xcc, 0x79, 0xa7);
pub const BLACK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub const GREY: RGBColor = RGBColor(0x77, 0x77, 0x77);
pub const PALE: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

pub type Paper<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// A place on the paper, from its upper left corner.
pub type Place = (i32, i32);

/// An SVG file of what `draw` draws: on white with round corners, which looks the same on light and dark pages.
pub fn on_paper(height: i32, draw: impl FnOnce(&Paper<'_>) -> Result<(), Fail>) -> Result<String, Fail> {
    let mut svg = String::new();
    {
        let paper = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32)).into_drawing_area();
        draw(&paper)?;
        paper.present()?;
    }
    let (_, body) = svg.split_once('\n').ok_or("the backend writes its first line alone")?;
    Ok(format!("{}{body}", head(WIDTH, height, WIDTH / 2, height / 2)))
}

/// The beginning of an SVG file of so many units, shown at so many pixels.
pub fn head(width: i32, height: i32, shown_width: i32, shown_height: i32) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{shown_width}" height="{shown_height}" viewBox="0 0 {width} {height}">
<rect width="{width}" height="{height}" rx="12" fill="white"/>
"#
    )
}

/// The style of letters, `size` times as high as usual.
pub fn letters(colour: &RGBColor, size: f64, across: HPos, down: VPos) -> TextStyle<'static> {
    (FONT, f64::from(LETTERS) * size).into_font().color(colour).pos(Pos::new(across, down))
}

/// Letters beside the axes.
pub fn axis_letters() -> TextStyle<'static> {
    (FONT, f64::from(LETTERS)).into_font().color(&BLACK)
}

/// Writes `text` at a place.
pub fn write_at(paper: &Paper<'_>, text: &str, at: Place, style: TextStyle<'static>) -> Result<(), Fail> {
    Ok(paper.draw(&Text::new(text.to_owned(), at, style))?)
}

/// A line through some places, of which it leaves out those that lie within a unit of the line that is drawn without them.
pub fn line(paper: &Paper<'_>, places: Vec<Place>, colour: RGBColor, width: u32) -> Result<(), Fail> {
    let places = simplified(&places);
    Ok(paper.draw(&PathElement::new(places, colour.stroke_width(width)))?)
}

/// D. Douglas & T. Peucker, Cartographica 10, 1973: the place farthest from the chord stays, if it is farther than a unit.
fn simplified(places: &[Place]) -> Vec<Place> {
    let ([start, .., end], true) = (places, places.len() > 2) else { return places.to_vec() };
    let (dx, dy) = (f64::from(end.0 - start.0), f64::from(end.1 - start.1));
    let distance = |at: &Place| {
        let (x, y) = (f64::from(at.0 - start.0), f64::from(at.1 - start.1));
        let along = ((x * dx + y * dy) / (dx * dx + dy * dy).max(1.0)).clamp(0.0, 1.0);
        (x - along * dx).hypot(y - along * dy)
    };
    let inside = 1..places.len() - 1;
    let Some(farthest) = inside.max_by(|&i, &j| distance(&places[i]).total_cmp(&distance(&places[j]))) else {
        return places.to_vec();
    };
    if distance(&places[farthest]) <= 1.0 {
        return vec![*start, *end];
    }
    let (mut before, after) = (simplified(&places[..=farthest]), simplified(&places[farthest..]));
    before.pop();
    before.extend(after);
    before
}

/// The shape of a mark: told apart without colours, too.
#[derive(Clone, Copy)]
pub enum Mark {
    Disc,
    Ring,
    Square,
    Triangle,
    Diamond,
    Cross,
    Plus,
    Bar,
}

impl Mark {
    /// Draws the mark, `r` units from its middle to its edge.
    pub fn draw(self, paper: &Paper<'_>, (x, y): Place, r: i32, colour: RGBColor) -> Result<(), Fail> {
        let stroke = colour.stroke_width(3);
        let polygon = |corners: &[Place]| {
            let corners: Vec<_> = corners.iter().map(|&(dx, dy)| (x + dx, y + dy)).collect();
            paper.draw(&Polygon::new(corners.clone(), WHITE.filled()))?;
            paper.draw(&PathElement::new([&corners[..], &corners[..1]].concat(), stroke))
        };
        match self {
            Mark::Disc => paper.draw(&Circle::new((x, y), r, colour.filled()))?,
            Mark::Ring => {
                paper.draw(&Circle::new((x, y), r, WHITE.filled()))?;
                paper.draw(&Circle::new((x, y), r, stroke))?;
            }
            Mark::Square => polygon(&[(-r, -r), (r, -r), (r, r), (-r, r)])?,
            Mark::Triangle => polygon(&[(0, -r), (r, r), (-r, r)])?,
            Mark::Diamond => polygon(&[(0, -r - 2), (r + 2, 0), (0, r + 2), (-r - 2, 0)])?,
            Mark::Cross => {
                paper.draw(&PathElement::new([(x - r, y - r), (x + r, y + r)], stroke))?;
                paper.draw(&PathElement::new([(x - r, y + r), (x + r, y - r)], stroke))?;
            }
            Mark::Plus => {
                paper.draw(&PathElement::new([(x - r, y), (x + r, y)], stroke))?;
                paper.draw(&PathElement::new([(x, y - r), (x, y + r)], stroke))?;
            }
            Mark::Bar => paper.draw(&PathElement::new([(x, y - r), (x, y + r)], colour.stroke_width(5)))?,
        }
        Ok(())
    }
}

/// What stands for one series of a chart.
pub struct Key<'a> {
    pub name: &'a str,
    pub colour: RGBColor,
    pub mark: Mark,
}

/// The keys in columns of `step` units above the chart, from `corner` on.
pub fn legend<'a>(
    paper: &Paper<'_>,
    keys: impl IntoIterator<Item = &'a Key<'a>>,
    corner: Place,
    columns: usize,
    step: i32,
) -> Result<(), Fail> {
    for (k, key) in keys.into_iter().enumerate() {
        let (x, y) = (corner.0 + step * (k % columns) as i32, corner.1 + (LETTERS + 12) * (k / columns) as i32);
        key.mark.draw(paper, (x, y), 9, key.colour)?;
        write_at(paper, key.name, (x + 24, y), letters(&BLACK, 1.0, HPos::Left, VPos::Center))?;
    }
    Ok(())
}

/// A power of ten as a person writes it: 1, 10, 10⁻⁸.
pub fn power_of_ten(value: f64) -> String {
    let exponent = value.log10().round() as i32;
    match exponent {
        0 => "1".into(),
        1 => "10".into(),
        _ => {
            let raised = |c: char| {
                if c == '-' {
                    '⁻'
                } else {
                    ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][c as usize - '0' as usize]
                }
            };
            format!("10{}", exponent.to_string().chars().map(raised).collect::<String>())
        }
    }
}
