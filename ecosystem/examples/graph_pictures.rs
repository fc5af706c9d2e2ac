//! Pictures of graphs as SVG files, laid out by `layout-rs`: no other program is needed.
//!
//! `cargo run --release -p ecosystem --example graph_pictures FOLDER` writes one file for each picture, into `pictures` unless a folder
//! is named.

#[path = "../../examples/graph/functions.rs"]
mod functions;

use dualtape::graph::{Graph, Picture};
use functions::{goldstein_price, square_of_sum, taylor_sine};
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::gv::{DotParser, GraphBuilder};
use std::f64::consts::FRAC_PI_4;
use std::fmt::Write;
use std::path::PathBuf;

/// `layout-rs` takes the height of a letter for its width; the letters drawn are larger than those it makes room for.
const LAID_OUT: &str = "fontsize=10";
const LETTERS: f64 = 13.0;

/// Above so many operations the order within rows stays as it comes: improving it takes minutes.
const MOST_IMPROVED: usize = 100;

/// Draws what has been laid out. The writer of the library leaves room below that nothing is drawn in.
#[derive(Default)]
struct Svg {
    body: String,
    size: (f64, f64),
}

impl Svg {
    fn add(&mut self, args: std::fmt::Arguments<'_>, corner: Point) {
        writeln!(self.body, "{args}").expect("writing to memory");
        self.size = (self.size.0.max(corner.x + 10.0), self.size.1.max(corner.y + 10.0));
    }

    fn finish(self) -> String {
        let (Svg { body, size: (width, height) }, letters) = (self, LETTERS);
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}"
  font-family="Helvetica, Arial, sans-serif" font-size="{letters}" text-anchor="middle">
<marker id="head" markerWidth="9" markerHeight="7" refX="9" refY="3.5" orient="auto"><path d="M0 0 9 3.5 0 7z" fill="#444"/></marker>
<rect width="100%" height="100%" fill="white"/>
{body}</svg>
"##
        )
    }
}

impl RenderBackend for Svg {
    fn draw_rect(&mut self, at: Point, size: Point, look: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        let fill = look.fill_color.map_or_else(|| "none".into(), |color| color.to_web_color());
        let (Point { x, y }, Point { x: w, y: h }) = (at, size);
        self.add(
            format_args!(
                r##"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" rx="4" fill="{fill}" stroke="#444"/>"##
            ),
            at.add(size),
        );
    }

    fn draw_circle(&mut self, at: Point, size: Point, look: &StyleAttr, _: Option<String>) {
        let fill = look.fill_color.map_or_else(|| "none".into(), |color| color.to_web_color());
        let (Point { x, y }, half) = (at, size.scale(0.5));
        let (rx, ry) = (half.x, half.y);
        self.add(
            format_args!(
                r##"<ellipse cx="{x:.1}" cy="{y:.1}" rx="{rx:.1}" ry="{ry:.1}" fill="{fill}" stroke="#444"/>"##
            ),
            at.add(half),
        );
    }

    fn draw_text(&mut self, at: Point, text: &str, _: &StyleAttr) {
        let count = text.lines().count() as f64;
        for (k, line) in (0..).zip(text.lines()) {
            let line = line.replace('&', "&amp;").replace('<', "&lt;");
            // The middle of the letters is a third of their size above the line they stand on.
            let y = at.y + LETTERS * (1.15 * (f64::from(k) - 0.5 * (count - 1.0)) + 0.33);
            self.add(format_args!(r#"<text x="{:.1}" y="{y:.1}">{line}</text>"#, at.x), at);
        }
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        dashed: bool,
        _: (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let [(start, leave), (arrive, end), rest @ ..] = path else { return };
        let mut d = format!("M{:.1} {:.1}", start.x, start.y);
        write!(d, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", leave.x, leave.y, arrive.x, arrive.y, end.x, end.y)
            .expect("writing to memory");
        for (arrive, end) in rest {
            write!(d, "S{:.1} {:.1} {:.1} {:.1}", arrive.x, arrive.y, end.x, end.y).expect("writing to memory");
        }
        let dash = if dashed { r#" stroke-dasharray="5,4""# } else { "" };
        let corner = path.iter().fold(*end, |corner, (_, end)| Point::new(corner.x.max(end.x), corner.y.max(end.y)));
        self.add(format_args!(r##"<path d="{d}" fill="none" stroke="#444"{dash} marker-end="url(#head)"/>"##), corner);
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

/// A graph as SVG.
fn svg(graph: &Graph, picture: &Picture) -> Result<String, String> {
    let dot = graph.to_dot_with(picture).replace("node [", &format!("node [{LAID_OUT}, "));
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&DotParser::new(&dot).process()?);
    let mut svg = Svg::default();
    builder.get().do_it(false, graph.operations() > MOST_IMPROVED, false, &mut svg);
    Ok(svg.finish())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).map_or_else(|| "pictures".into(), Into::into);
    std::fs::create_dir_all(&folder)?;
    let draw = |name: &str, graph: &Graph, picture: &Picture| -> Result<(), Box<dyn std::error::Error>> {
        let path = folder.join(name).with_extension("svg");
        std::fs::write(&path, svg(graph, picture)?)?;
        println!("{}: {} operations, {} guards", path.display(), graph.operations(), graph.guards());
        Ok(())
    };

    let z = Graph::record_fn(|x| square_of_sum(x[0], x[1]), &[1.0, 2.0]);
    let z = z.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    draw("square_of_sum", &z, &Picture::new().at(&[1.0, 2.0]).derivatives(true).left_to_right(true))?;
    draw("square_of_sum_gradient", &z.gradient(), &Picture::new().left_to_right(true))?;

    let z = Graph::record_fn(|x| goldstein_price(x[0], x[1]), &[1.0, 1.0]);
    let z = z.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    draw("goldstein_price", &z, &Picture::new().at(&[1.0, 1.0]).left_to_right(true))?;

    for (name, threshold) in [("taylor_sine_short", 1e-4), ("taylor_sine_long", 1e-150)] {
        let y = Graph::record_fn(|x| taylor_sine(x[0], threshold), &[FRAC_PI_4]);
        let y = y.with_input_names(&["x"]).with_output_names(&["y"]);
        draw(name, &y, &Picture::new().at(&[FRAC_PI_4]).guards(threshold > 1e-100))?;
    }

    let mut y = Graph::record_fn(|x| x[0].tanh(), &[0.5]).with_input_names(&["x"]).with_output_names(&["y"]);
    for order in 0..4 {
        draw(&format!("tanh_{order}"), &y, &Picture::new())?;
        y = y.gradient();
    }
    Ok(())
}
