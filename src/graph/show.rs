//! Graphs as text: the listing, the drawing in the language of Graphviz, and where a number goes wrong.

use super::Graph;
use super::body::{Body, Node, Op, Operand};
use crate::float::Primitive;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};
use std::panic::Location;

/// A number as short as it can be read back, in single precision if `is_single`.
fn number(x: f64, is_single: bool) -> String {
    let is_plain = x == 0.0 || !x.is_finite() || (1e-5..1e16).contains(&x.abs());
    match (is_plain, is_single) {
        (true, false) => x.to_string(),
        (true, true) => (x as f32).to_string(),
        (false, false) => format!("{x:e}"),
        (false, true) => format!("{:e}", x as f32),
    }
}

/// The names of inputs and operations.
struct Names<'a> {
    inputs: &'a [&'a str],
    variables: usize,
    /// The numbers of operations, in the order of the listing.
    numbers: Vec<usize>,
}

impl Body {
    fn names<'a>(&self, inputs: &'a [&'a str]) -> Names<'a> {
        let mut next = 0;
        let number = |(node, &is_shown): (&Node, &bool)| {
            let number = next;
            next += usize::from(is_shown && !matches!(node.op, Op::Input(_)));
            number
        };
        Names {
            inputs,
            variables: self.variables,
            numbers: self.nodes.iter().zip(&self.is_shown).map(number).collect(),
        }
    }

    pub fn name(&self, operand: Operand) -> String {
        self.names(&[]).operand(self, operand)
    }

    /// The operations that lead to results and guards, with their places among all nodes.
    fn shown(&self) -> impl Iterator<Item = (usize, &Node)> {
        let is_operation = |(i, node): &(usize, &Node)| {
            self.is_shown[*i] && !matches!(node.op, Op::Input(_) | Op::Second(_)) // the first of a pair is shown for both
        };
        self.nodes.iter().enumerate().filter(is_operation)
    }

    /// What an operation is called.
    fn label(&self, op: Op) -> String {
        match op {
            Op::Input(_) => "input".into(),
            Op::Add => "+".into(),
            Op::Sub | Op::Neg => "-".into(),
            Op::Mul => "*".into(),
            Op::Div => "/".into(),
            Op::IfLess => "if_less".into(),
            Op::Max => "max".into(),
            Op::Min => "min".into(),
            Op::Clamp => "clamp".into(),
            Op::AbsSub => "abs_sub".into(),
            Op::Copysign => "copysign".into(),
            Op::MulAdd => "mul_add".into(),
            Op::Detach => "detach".into(),
            Op::Dot => "dot".into(),
            Op::FromPartials => "from_partials".into(),
            Op::Rule(rule) | Op::Reduction(rule) => self.rules[rule as usize].label(),
            Op::First(rule) | Op::Second(rule) => {
                let rule = &self.rules[rule as usize];
                rule.twin().map_or_else(|| rule.label(), |twin| twin.pair.name.into())
            }
        }
    }

    /// An operation with the given operands, as in a program.
    fn expression(&self, op: Op, operands: &[String]) -> String {
        match (op, operands) {
            (Op::Add | Op::Sub | Op::Mul | Op::Div, [x, y]) => format!("{x} {} {y}", self.label(op)),
            (Op::Neg, [x]) => format!("-{x}"),
            _ => format!("{} {}", self.label(op), operands.join(" ")),
        }
    }

    /// The drawing, with names for the inputs, and with the values of all nodes if they are given.
    fn draw(&self, inputs: &[&str], values: Option<&[f64]>) -> String {
        let names = self.names(inputs);
        let mut text = String::from("digraph {\n");
        let line = |text: &mut String, args: fmt::Arguments<'_>| text.write_fmt(args).expect("writing to memory");
        let mut constants = 0;
        let is_drawn = |&(i, node): &(usize, &Node)| self.is_shown[i] && !matches!(node.op, Op::Second(_));
        for (i, node) in self.nodes.iter().enumerate().filter(is_drawn) {
            let is_input = matches!(node.op, Op::Input(_));
            let name = names.results(self, i);
            let together = i..i + if matches!(node.op, Op::First(_)) { 2 } else { 1 };
            let value = |values: &[f64]| {
                let values: Vec<String> = values[together.clone()].iter().map(|x| number(*x, self.is_single)).collect();
                format!("\\n{}", values.join(", "))
            };
            let value = values.map_or_else(String::new, value);
            let operation = if is_input { String::new() } else { format!(": {}", self.label(node.op)) };
            let shape = if is_input { ", shape=box" } else { "" };
            let is_result = together.clone().any(|i| self.results.contains(&Operand::Node(i as u32)));
            let peripheries = if is_result { ", peripheries=2" } else { "" };
            let id = self.dot_name(&names, i);
            let label = format!("{name}{operation}").replace('\\', "\\\\").replace('"', "\\\"");
            line(&mut text, format_args!("  {id} [label=\"{label}{value}\"{shape}{peripheries}];\n"));
            let operands = self.operands(node);
            for (k, &operand) in operands.iter().enumerate() {
                if operands[..k].contains(&operand) {
                    continue; // one line for both
                }
                let times = operands.iter().filter(|&&other| other == operand).count();
                let result = match operand {
                    Operand::Node(from) if matches!(self.nodes[from as usize].op, Op::First(_) | Op::Second(_)) => {
                        names.node(self, from as usize) // which of the two
                    }
                    _ => String::new(),
                };
                let times = if times > 1 { format!("{times} times") } else { String::new() };
                let label = [result, times].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
                let label = if label.is_empty() { label } else { format!(" [label=\"{label}\"]") };
                let from = match operand {
                    Operand::Node(from) => self.dot_name(&names, from as usize),
                    Operand::Constant(bits) => {
                        constants += 1;
                        line(
                            &mut text,
                            format_args!(
                                "  c{constants} [label=\"{}\", shape=plain];\n",
                                number(f64::from_bits(bits), self.is_single)
                            ),
                        );
                        format!("c{constants}")
                    }
                };
                line(&mut text, format_args!("  {from} -> {id}{label};\n"));
            }
        }
        text.push_str("}\n");
        text
    }

    /// The name of a node in a drawing, a word.
    fn dot_name(&self, names: &Names<'_>, i: usize) -> String {
        match self.nodes[i].op {
            Op::Input(k) => format!("x{k}"),
            Op::Second(_) => format!("v{}", names.numbers[i - 1]), // drawn with the first
            _ => format!("v{}", names.numbers[i]),
        }
    }

    /// See [`Graph::first_non_finite`]; `values` are those of all nodes.
    fn first_non_finite(&self, values: &[f64]) -> Option<NonFinite> {
        let names = self.names(&[]);
        let found = |i: usize, node: &Node| {
            let operands = self.operands(node);
            let name = names.results(self, i);
            let words: Vec<String> = operands.iter().map(|&operand| names.operand(self, operand)).collect();
            let is_input = matches!(node.op, Op::Input(_));
            NonFinite {
                operation: if is_input { name } else { format!("{name} = {}", self.expression(node.op, &words)) },
                operands: operands.iter().map(|&operand| self.read(operand, values)).collect(),
                value: values[i],
                place: node.place,
            }
        };
        let is_wrong = |&(i, node): &(usize, &Node)| {
            let is_fine = |&operand: &Operand| self.read(operand, values).is_finite();
            !values[i].is_finite() && self.operands(node).iter().all(is_fine)
        };
        let first = self.shown().find(is_wrong);
        let input = || self.nodes.iter().enumerate().take(self.point.len()).find(|(i, _)| !values[*i].is_finite());
        first.or_else(input).map(|(i, node)| found(i, node))
    }
}

impl Names<'_> {
    fn node(&self, graph: &Body, i: usize) -> String {
        match graph.nodes[i].op {
            Op::Input(k) => self.input(k as usize),
            _ if graph.is_shown[i] => format!("v{}", self.numbers[i]),
            _ => format!("w{i}"),
        }
    }
    /// The names of the results of an operation.
    fn results(&self, graph: &Body, i: usize) -> String {
        match graph.nodes[i].op {
            Op::First(_) => format!("{}, {}", self.node(graph, i), self.node(graph, i + 1)),
            _ => self.node(graph, i),
        }
    }
    fn input(&self, k: usize) -> String {
        match self.inputs.get(k) {
            Some(name) => (*name).into(),
            None if k < self.variables => format!("x[{k}]"),
            None => format!("data[{}]", k - self.variables),
        }
    }
    fn operand(&self, graph: &Body, operand: Operand) -> String {
        match operand {
            Operand::Node(i) => self.node(graph, i as usize),
            Operand::Constant(bits) => number(f64::from_bits(bits), graph.is_single),
        }
    }
}

impl<B: Primitive> Graph<B> {
    /// How many operations lead to results and guards.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] + x[0] * x[0], &[1.0]);
    /// assert_eq!(graph.operations(), 2);
    /// ```
    #[must_use]
    pub fn operations(&self) -> usize {
        self.body.shown().count()
    }

    /// How many operations of each kind lead to results and guards, by name.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1] + x[0].sin(), &[1.0, 2.0]);
    /// let census: Vec<_> = graph.census().into_iter().collect();
    /// assert_eq!(census, [("*".into(), 1), ("+".into(), 1), ("sin".into(), 1)]);
    /// ```
    #[must_use]
    pub fn census(&self) -> BTreeMap<String, usize> {
        let mut census = BTreeMap::new();
        for (_, node) in self.body.shown() {
            *census.entry(self.body.label(node.op)).or_default() += 1;
        }
        census
    }

    /// The graph in the language of Graphviz: inputs as boxes, operations as ellipses, results with double lines.
    ///
    /// `dot -Tsvg` draws it. The text depends on the graph only. See [`Graph::to_dot_with`] for names and values.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] + x[1], &[1.0, 2.0]);
    /// assert!(graph.to_dot().contains(r#"v0 [label="v0: +", peripheries=2];"#));
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        self.to_dot_with(&[], None)
    }

    /// [`Graph::to_dot`] with names for the inputs, as many as are given, and, if there is a point, with the values there.
    ///
    /// # Panics
    /// If the point has not one entry for each input.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] + x[1], &[1.0, 2.0]);
    /// assert!(graph.to_dot_with(&["a", "b"], Some(&[2.0, 3.0])).contains(r#"[label="v0: +\n5", peripheries=2]"#));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn to_dot_with(&self, inputs: &[&str], point: Option<&[B]>) -> String {
        let values = point.map(|x| self.widened(x));
        self.body.draw(inputs, values.as_deref())
    }

    /// The first operation whose value is infinite or NaN at `x` though its operands are finite; if there is none, the first input that
    /// is not finite. `None` if all numbers are finite.
    ///
    /// Of a graph of derivatives it looks at the operations of the derivative.
    ///
    /// # Panics
    /// If `x` has not one entry for each input.
    ///
    /// # Examples
    /// The logarithm of a negative number, and where it stands in the source:
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let graph = Graph::record_fn(|x: &[Traced]| (x[0] - 2.0).ln() * x[0], &[3.0]);
    /// assert!(graph.first_non_finite(&[3.0]).is_none());
    /// let wrong = graph.first_non_finite(&[1.0]).unwrap();
    /// assert_eq!((wrong.operation(), wrong.operands()), ("v1 = ln v0", &[-1.0][..]));
    /// assert!(wrong.value().is_nan() && wrong.place().line() > 0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn first_non_finite(&self, x: &[B]) -> Option<NonFinite> {
        self.body.first_non_finite(&self.widened(x))
    }

    /// The values of all nodes at `x`.
    #[track_caller]
    fn widened(&self, x: &[B]) -> Vec<f64> {
        self.body.check_inputs(x.len());
        self.body.values(x).into_iter().map(Primitive::widen).collect()
    }
}

/// A numbered listing, one operation a line, with the guards at the end and the results last.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph = Graph::record_fn(|x: &[Traced]| (x[0] + x[1]) * (x[0] + x[1]), &[1.0, 2.0]);
/// assert_eq!(graph.to_string(), "\
/// in x[0] x[1]
///   v0 = x[0] + x[1]
///   v1 = v0 * v0
/// out v1
/// ");
/// ```
impl<B> Display for Graph<B> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.body.list(out)
    }
}

impl Body {
    fn list(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names(&[]);
        write!(out, "in")?;
        (0..self.point.len()).try_for_each(|k| write!(out, " {}", names.input(k)))?;
        writeln!(out)?;
        for (i, node) in self.shown() {
            let operands: Vec<String> = self.operands(node).iter().map(|&x| names.operand(self, x)).collect();
            writeln!(out, "  {} = {}", names.results(self, i), self.expression(node.op, &operands))?;
        }
        for guard in &self.guards {
            let [x, y] = guard.about.map(|x| names.operand(self, x));
            let (question, answer) = (guard.question.about(&x, &y), guard.question.show(guard.answer, self.is_single));
            writeln!(out, "  guard {question} is {answer} ({})", guard.place)?;
        }
        write!(out, "out")?;
        self.results.iter().try_for_each(|&x| write!(out, " {}", names.operand(self, x)))?;
        writeln!(out)
    }
}

/// Where a number goes wrong: an operation on finite numbers whose value is not finite. See [`Graph::first_non_finite`].
#[derive(Clone, Debug, PartialEq)]
pub struct NonFinite {
    operation: String,
    operands: Vec<f64>,
    value: f64,
    place: &'static Location<'static>,
}

impl NonFinite {
    /// The line of the listing: `v1 = ln v0`; of an input its name.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }
    /// The values of the operands.
    #[must_use]
    pub fn operands(&self) -> &[f64] {
        &self.operands
    }
    /// The value.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
    /// Where in the source the operation was recorded.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }
}

impl Display for NonFinite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NonFinite { operation, operands, value, place } = self;
        write!(out, "{operation} is {value} for {operands:?} ({place})")
    }
}
