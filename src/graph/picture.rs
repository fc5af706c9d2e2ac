//! Graphs as drawings, in the language of Graphviz.

use super::Graph;
use super::body::{Body, Node, Op, Operand};
use super::names::{Names, number};
use crate::Tape;
use crate::float::Primitive;
use crate::numbers::Reverse;
use std::fmt::{self, Write};

/// What a drawing of a [`Graph`] shows besides operations and names. See [`Graph::to_dot_with`].
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Picture, Traced};
/// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0], &[1.0]);
/// let picture = Picture::new().at(&[3.0]).derivatives(true);
/// assert!(graph.to_dot_with(&picture).contains(r#"x0 [label="x[0] = 3\n∂ = 6""#));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Picture {
    at: Option<Vec<f64>>,
    derivatives: bool,
    guards: bool,
    left_to_right: bool,
}

impl Default for Picture {
    fn default() -> Self {
        Picture { at: None, derivatives: false, guards: true, left_to_right: false }
    }
}

impl Picture {
    /// The default: no numbers, guards, from top to bottom.
    pub fn new() -> Self {
        Self::default()
    }
    /// Shows the values of all nodes at `x`, to five digits, and which guards have another answer there.
    pub fn at(mut self, x: &[f64]) -> Self {
        self.at = Some(x.to_vec());
        self
    }
    /// Whether to show the derivative of the result by every node besides its value, as `∂`. It takes a point and a graph with one
    /// result.
    pub fn derivatives(mut self, wanted: bool) -> Self {
        self.derivatives = wanted;
        self
    }
    /// Whether to show guards, and what leads to guards alone. They are shown unless this is set.
    pub fn guards(mut self, wanted: bool) -> Self {
        self.guards = wanted;
        self
    }
    /// Whether to draw from left to right. It is from top to bottom unless set.
    pub fn left_to_right(mut self, wanted: bool) -> Self {
        self.left_to_right = wanted;
        self
    }
}

const INPUT: &str = "#ffd9a0";
const OPERATION: &str = "#d6e8fa";
const RESULT: &str = "#c9e8bd";
const CONSTANT: &str = "#f2f2f2";
const GUARD: &str = "#fdf3c4";
const CHANGED: &str = "#f7b9b9";

/// Operations of at most so many operands are written out.
const FEW: usize = 4;

/// A number to five digits, or shorter if it is.
fn short(x: f64, is_single: bool) -> String {
    let exact = number(x, is_single);
    if exact.len() <= 7 {
        return exact;
    }
    let rounded: f64 = format!("{x:.4e}").parse().unwrap_or(x);
    number(rounded, is_single)
}

/// A text inside quotes, of which the lines are given.
fn quoted(lines: &[String]) -> String {
    lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect::<Vec<_>>().join("\\n")
}

impl<B: Primitive> Graph<B> {
    /// The graph in the language of Graphviz: inputs as orange boxes, operations as blue ellipses, results in green, guards as
    /// yellow boxes with dashed lines.
    ///
    /// `dot -Tsvg` draws it. An operation of up to four operands is written out, above its name. For a larger one only its name is
    /// written, and its constants are nodes. An operand that is used twice has one line, marked `×2`. The text depends on the graph
    /// alone. See [`Graph::to_dot_with`] for values and derivatives, and [`Graph::with_input_names`] for names.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| (x[0] + x[1]).named("sum"), &[1.0, 2.0]);
    /// assert!(graph.to_dot().contains(r#"v0 [label="x[0] + x[1]\nsum""#));
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        self.to_dot_with(&Picture::new())
    }

    /// [`Graph::to_dot`] with what `picture` asks for.
    ///
    /// # Panics
    /// If its point has not one entry for each input. If it asks for derivatives, and there is no point or not exactly one result.
    ///
    /// # Examples
    /// c = a b + 1 at (2, 3), with the derivative of c by everything:
    /// ```
    /// use dualtape::graph::{Graph, Picture, Traced};
    ///
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1] + 1.0, &[2.0, 3.0]);
    /// let graph = graph.with_input_names(&["a", "b"]).with_output_names(&["c"]);
    /// let dot = graph.to_dot_with(&Picture::new().at(&[2.0, 3.0]).derivatives(true));
    /// assert!(dot.contains(r#"[label="a = 2\n∂ = 3", shape=box"#));
    /// assert!(dot.contains(r#"[label="v0 + 1\nc = 7\n∂ = 1", "#));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn to_dot_with(&self, picture: &Picture) -> String {
        let point = picture.at.as_ref().map(|x| x.iter().map(|&x| B::nearest(x)).collect::<Vec<_>>());
        let derivatives = picture.derivatives.then(|| {
            let results = self.outputs();
            let Some(x) = &point else {
                panic!("dualtape: expected a point for the derivatives, found none; set it by `Picture::at`");
            };
            assert!(
                results == 1,
                "dualtape: expected a graph with 1 result for derivatives in a drawing, found {results}; draw the graph of `jacobian`"
            );
            self.derivatives_by_nodes(x)
        });
        let values = point.map(|x| self.widened(&x));
        self.body.draw(picture, values, derivatives)
    }

    /// The derivatives of the result by all nodes at `x`.
    #[track_caller]
    fn derivatives_by_nodes(&self, x: &[B]) -> Vec<f64> {
        self.body.check_inputs(x.len());
        let tape = Tape::new();
        let x: Vec<Reverse<B>> = x.iter().map(|&x| tape.variable(x)).collect();
        let values = self.body.values_by(&x, |value| tape.retain(value));
        match self.body.results[0] {
            Operand::Node(node) => {
                let adjoints = tape.adjoints(values[node as usize]);
                values.iter().map(|&value| adjoints.wrt(value).widen()).collect()
            }
            Operand::Constant(_) => vec![0.0; values.len()],
        }
    }
}

impl Body {
    /// The drawing, where the nodes have these values, and these derivatives of the result.
    fn draw(&self, picture: &Picture, values: Option<Vec<f64>>, derivatives: Option<Vec<f64>>) -> String {
        let (names, text) = (self.names(), String::from("digraph {\n"));
        let mut drawing = Drawing { graph: self, names, values, derivatives, constants: 0, text };
        drawing.line(format_args!("rankdir={};", if picture.left_to_right { "LR" } else { "TB" }));
        drawing.line(format_args!("node [style=filled, fontname=\"Helvetica\"];"));
        let is_drawn =
            if picture.guards { self.is_shown.clone() } else { self.leading_to(self.results.iter(), |_, _| true) };
        for (i, node) in self.nodes.iter().enumerate() {
            match node.op {
                Op::Input(_) => drawing.node(i, node),
                Op::Second(_) => {} // with the first
                _ if is_drawn[i] => drawing.node(i, node),
                _ => {}
            }
        }
        drawing.other_results();
        if picture.guards {
            drawing.guards();
        }
        drawing.text.push_str("}\n");
        drawing.text
    }
}

/// A drawing in the making.
struct Drawing<'a> {
    graph: &'a Body,
    names: Names<'a>,
    values: Option<Vec<f64>>,
    derivatives: Option<Vec<f64>>,
    /// How many constants are nodes.
    constants: usize,
    text: String,
}

impl Drawing<'_> {
    fn line(&mut self, args: fmt::Arguments<'_>) {
        writeln!(self.text, "  {args}").expect("writing to memory");
    }

    fn id(&self, i: usize) -> String {
        match self.graph.nodes[i].op {
            Op::Input(k) => format!("x{k}"),
            Op::Second(_) => format!("v{}", self.names.number(i - 1)), // drawn with the first
            _ => format!("v{}", self.names.number(i)),
        }
    }

    fn short(&self, x: f64) -> String {
        short(x, self.graph.is_single)
    }

    fn node(&mut self, i: usize, node: &Node) {
        let is_input = matches!(node.op, Op::Input(_));
        let operands = self.graph.operands(node);
        let is_small = operands.len() <= FEW;
        let mut lines = Vec::new();
        if !is_input {
            let words: Vec<String> = operands.iter().map(|&operand| self.names.operand(operand)).collect();
            lines.push(if is_small { self.graph.expression(node.op, &words) } else { self.graph.label(node.op) });
        }
        // Of an operation with two results both.
        let together = i..i + if matches!(node.op, Op::First(_)) { 2 } else { 1 };
        for i in together.clone() {
            let name = self.names.node(i);
            lines.push(match &self.values {
                Some(values) => format!("{name} = {}", self.short(values[i])),
                None => name,
            });
            if let Some(derivatives) = &self.derivatives {
                lines.push(format!("∂ = {}", self.short(derivatives[i])));
            }
        }
        let mut is_result = false;
        for (k, _) in self.graph.results.iter().enumerate().filter(|(_, result)| match **result {
            Operand::Node(node) => together.contains(&(node as usize)),
            Operand::Constant(_) => false,
        }) {
            is_result = true;
            lines.extend(self.names.of_result(k));
        }
        let color = if is_result && !is_input {
            RESULT
        } else if is_input {
            INPUT
        } else {
            OPERATION
        };
        let shape = if is_input { ", shape=box" } else { "" };
        let peripheries = if is_result { ", peripheries=2" } else { "" };
        let id = self.id(i);
        self.line(format_args!("{id} [label=\"{}\"{shape}{peripheries}, fillcolor=\"{color}\"];", quoted(&lines)));

        // One line from each node, whatever it is used for.
        let mut lines: Vec<(String, Vec<Operand>)> = Vec::new();
        for &operand in operands {
            let from = match operand {
                Operand::Node(from) => self.id(from as usize),
                Operand::Constant(_) if is_small => continue,
                Operand::Constant(bits) => {
                    self.constant(&[number(f64::from_bits(bits), self.graph.is_single)], CONSTANT)
                }
            };
            match lines.iter_mut().find(|(known, _)| *known == from) {
                Some((_, uses)) => uses.push(operand),
                None => lines.push((from, vec![operand])),
            }
        }
        for (from, mut uses) in lines {
            let all = uses.len();
            uses.sort_unstable();
            uses.dedup();
            let label = match (uses.len(), all) {
                (1, 1) => String::new(),
                (1, times) => format!(" [label=\"×{times}\"]"),
                // Both results of one operation.
                _ => {
                    let names: Vec<String> = uses.iter().map(|&operand| self.names.operand(operand)).collect();
                    format!(" [label=\"{}\"]", quoted(&[names.join(", ")]))
                }
            };
            self.line(format_args!("{from} -> {id}{label};"));
        }
    }

    /// A node for a constant.
    fn constant(&mut self, lines: &[String], color: &str) -> String {
        self.constants += 1;
        let id = format!("c{}", self.constants);
        self.line(format_args!("{id} [label=\"{}\", shape=box, fillcolor=\"{color}\"];", quoted(lines)));
        id
    }

    /// Results that are constants.
    fn other_results(&mut self) {
        for (k, &result) in self.graph.results.iter().enumerate() {
            if let Operand::Constant(bits) = result {
                let lines: Vec<String> = match self.names.of_result(k) {
                    Some(name) => vec![format!("{name} = {}", number(f64::from_bits(bits), self.graph.is_single))],
                    None => vec![number(f64::from_bits(bits), self.graph.is_single)],
                };
                self.constant(&lines, RESULT);
            }
        }
    }

    fn guards(&mut self) {
        for (k, guard) in self.graph.guards.iter().enumerate() {
            let [x, y] = guard.about.map(|operand| self.names.operand(operand));
            let (question, was) =
                (guard.question.about(&x, &y), guard.question.show(guard.answer, self.graph.is_single));
            let is = self.values.as_ref().map(|values| {
                let [x, y] = guard.about.map(|operand| self.graph.read(operand, values));
                guard.question.answer(x, y)
            });
            let (line, color) = match is {
                Some(is) if is != guard.answer => {
                    (format!("was {was}, is {}", guard.question.show(is, self.graph.is_single)), CHANGED)
                }
                _ => (format!("is {was}"), GUARD),
            };
            self.line(format_args!(
                "g{k} [label=\"{}\", shape=box, fillcolor=\"{color}\"];",
                quoted(&[question, line])
            ));
            for (j, &about) in guard.about.iter().enumerate() {
                if let Operand::Node(from) = about
                    && !guard.about[..j].contains(&about)
                {
                    let from = self.id(from as usize);
                    self.line(format_args!("{from} -> g{k} [style=dashed];"));
                }
            }
        }
    }
}
