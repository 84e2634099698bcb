//! The stack as a picture: every unit and every conversation between two of them.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;

use super::talks;
use crate::stack::{Name, Stack, Unit, UnitKind};

/// Size of the text in pixels, and what a letter and a line of it take at most.
const FONT: usize = 13;
const LETTER: f64 = 7.4;
const LINE: f64 = 17.0;
/// What is around the text of a box, and around the picture.
const MARGIN: f64 = 12.0;
/// The letters on a line of process names.
const PROCESSES: usize = 30;

/// The picture as a document of its own, without fonts, scripts or anything from elsewhere.
pub(super) fn picture(stack: &Stack) -> String {
    let mut graph = VisualGraph::new(Orientation::LeftToRight);
    let mut nodes = BTreeMap::new();
    for unit in &stack.units {
        let fill = match unit.kind {
            UnitKind::Service => "#dbe9ff",
            UnitKind::Resource => "#ffeccc",
            UnitKind::Tool => "#dff3df",
        };
        nodes.insert(key(&unit.name), graph.add_node(node(&label(unit), fill)));
    }
    let end = |process: &str| stack.process(process).map(|(unit, _)| key(&unit.name)).unwrap_or_default();
    let talks = talks::between(stack, end);
    for ((from, to), ports) in &talks {
        for end in [from, to] {
            nodes.entry(end.clone()).or_insert_with(|| graph.add_node(node(end, "#eeeeee")));
        }
        if from != to {
            graph.add_edge(Arrow::simple(&ports.join(", ")), nodes[from], nodes[to]);
        }
    }
    let mut canvas = Canvas::default();
    graph.do_it(false, false, false, &mut canvas);
    canvas.document(&format!("What runs in {}, and who talks to whom", stack.project.name))
}

/// A unit's own key: one may be called like what is outside.
fn key(unit: &Name) -> String {
    format!("unit {unit}")
}

/// The name, what it is, and its processes where there is more than one.
fn label(unit: &Unit) -> String {
    let mut lines = vec![unit.name.to_string(), unit.component.clone()];
    if unit.processes.len() > 1 {
        let names: Vec<&str> = unit.processes.iter().map(|process| process.name.as_str()).collect();
        lines.extend(textwrap::wrap(&names.join(", "), PROCESSES).into_iter().map(Into::into));
    }
    lines.join("\n")
}

fn node(label: &str, fill: &str) -> Element {
    let letters = label.lines().map(console::measure_text_width).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a label is short")]
    let size = Point::new(letters as f64 * LETTER + 2.0 * MARGIN, label.lines().count() as f64 * LINE + MARGIN);
    let look = StyleAttr::new(Color::fast("#555555"), 1, Some(Color::fast(fill)), 6, FONT);
    Element::create(ShapeKind::new_box(label), look, Orientation::LeftToRight, size)
}

/// What is drawn, in three layers: lines lie below boxes, and texts above both.
#[derive(Default)]
struct Canvas {
    arrows: String,
    boxes: String,
    texts: String,
    /// The right and the lower end.
    end: (f64, f64),
}

impl Canvas {
    fn grow(&mut self, point: Point) {
        self.end = (self.end.0.max(point.x), self.end.1.max(point.y));
    }

    fn document(&self, title: &str) -> String {
        let (width, height) = (self.end.0 + MARGIN, self.end.1 + MARGIN);
        let Self { arrows, boxes, texts, .. } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{FONT}\" text-anchor=\"middle\">\n\
             <title>{}</title>\n\
             <defs><marker id=\"head\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" orient=\"auto-start-reverse\">\
             <path d=\"M0 0L9 4L0 8z\" fill=\"#555\"/></marker></defs>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <g fill=\"none\" stroke=\"#555\">\n{arrows}</g>\n{boxes}{texts}</svg>\n",
            escape(title)
        )
    }
}

impl RenderBackend for Canvas {
    fn draw_rect(&mut self, xy: Point, size: Point, look: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.grow(xy.add(size));
        let fill = look.fill_color.unwrap_or_else(Color::transparent).to_web_color();
        let _ = writeln!(
            self.boxes,
            "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"{}\" fill=\"{}\" stroke=\"#555\"/>",
            xy.x,
            xy.y,
            size.x,
            size.y,
            look.rounded,
            &fill[..7]
        );
    }

    fn draw_text(&mut self, xy: Point, text: &str, look: &StyleAttr) {
        let lines = text.lines().count();
        for (index, line) in text.lines().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
            let y = xy.y + (index as f64 - (lines as f64 - 1.0) / 2.0) * LINE + LINE / 4.0;
            let mut write = |look: &str| {
                let _ = writeln!(self.texts, "<text x=\"{:.0}\" y=\"{y:.0}\"{look}>{}</text>", xy.x, escape(line));
            };
            if look.font_size != FONT {
                // A rim keeps the line below away from a port.
                write(" stroke=\"#fff\" stroke-width=\"5\"");
            }
            write(if index == 0 && look.font_size == FONT { " font-weight=\"bold\"" } else { "" });
        }
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        (start, end): (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        path.iter().for_each(|(point, _)| self.grow(*point));
        let at = |point: Point| format!("{:.0} {:.0}", point.x, point.y);
        let [first, second, rest @ ..] = path else { return };
        let mut curve = format!("M{} C{} {} {}", at(first.0), at(first.1), at(second.0), at(second.1));
        rest.iter().for_each(|(control, point)| curve.push_str(&format!(" S{} {}", at(*control), at(*point))));
        let head =
            |there: bool, place: &str| if there { format!(" marker-{place}=\"url(#head)\"") } else { String::new() };
        let _ = writeln!(self.arrows, "<path d=\"{curve}\"{}{}/>", head(start, "start"), head(end, "end"));
    }

    // No shape of ours is made of these.
    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
