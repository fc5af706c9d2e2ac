//! Graphs as SVG files, laid out by `layout-rs`.

use ::layout::core::format::{ClipHandle, RenderBackend};
use ::layout::core::geometry::Point;
use ::layout::core::style::StyleAttr;
use ::layout::gv::{DotParser, GraphBuilder};
use dualtape::graph::{Graph, Picture};
use std::fmt::Write;

/// `layout-rs` takes the height of a letter for its width; the letters drawn are larger than those it makes room for.
const LAID_OUT: &str = "fontsize=10";
const LETTERS: f64 = 13.5;

/// Above so many operations the order within rows stays as it comes: improving it takes minutes.
const MOST_IMPROVED: usize = 100;

/// Draws what has been laid out. The writer of the library leaves room below that nothing is drawn in.
#[derive(Default)]
struct Svg {
    /// Below everything else, so that no line crosses letters.
    arrows: String,
    body: String,
    size: (f64, f64),
}

impl Svg {
    fn add(&mut self, args: std::fmt::Arguments<'_>, corner: Point) {
        writeln!(self.body, "{args}").expect("writing to memory");
        self.make_room(corner);
    }

    fn make_room(&mut self, corner: Point) {
        self.size = (self.size.0.max(corner.x + 10.0), self.size.1.max(corner.y + 10.0));
    }

    fn finish(self) -> String {
        let (Svg { arrows, body, size: (width, height) }, letters) = (self, LETTERS);
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}"
  font-family="Helvetica, Arial, sans-serif" font-size="{letters}" text-anchor="middle">
<marker id="head" markerWidth="9" markerHeight="7" refX="9" refY="3.5" orient="auto"><path d="M0 0 9 3.5 0 7z" fill="#444"/></marker>
<rect width="100%" height="100%" rx="6" fill="white"/>
{arrows}{body}</svg>
"##
        )
    }
}

impl RenderBackend for Svg {
    fn draw_rect(&mut self, at: Point, size: Point, look: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        let fill = look.fill_color.map_or_else(|| "none".into(), |color| color.to_web_color()[..7].to_owned());
        let (Point { x, y }, Point { x: w, y: h }) = (at, size);
        self.add(
            format_args!(
                r##"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" rx="4" fill="{fill}" stroke="#444"/>"##
            ),
            at.add(size),
        );
    }

    fn draw_circle(&mut self, at: Point, size: Point, look: &StyleAttr, _: Option<String>) {
        let fill = look.fill_color.map_or_else(|| "none".into(), |color| color.to_web_color()[..7].to_owned());
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
            let y = at.y + LETTERS * (1.1 * (f64::from(k) - 0.5 * (count - 1.0)) + 0.33);
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
        writeln!(self.arrows, r##"<path d="{d}" fill="none" stroke="#444"{dash} marker-end="url(#head)"/>"##)
            .expect("writing to memory");
        self.make_room(corner);
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

/// A graph as SVG.
pub fn svg(graph: &Graph, picture: &Picture) -> Result<String, String> {
    let dot = graph.to_dot_with(picture).replace("node [", &format!("node [{LAID_OUT}, "));
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&DotParser::new(&dot).process()?);
    let mut svg = Svg::default();
    builder.get().do_it(false, graph.operations() > MOST_IMPROVED, false, &mut svg);
    Ok(svg.finish())
}
