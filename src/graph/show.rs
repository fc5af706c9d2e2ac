//! Graphs as text: the listing, what is in it, and where a number goes wrong.

use super::Graph;
use super::body::{Body, Node, Op, Operand};
use crate::float::Primitive;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::panic::Location;

impl Body {
    /// The operations that lead to results and guards, with their places among all nodes.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Node)> {
        let is_operation = |(i, node): &(usize, &Node)| {
            self.is_shown[*i] && !matches!(node.op, Op::Input(_) | Op::Second(_)) // the first of a pair is shown for both
        };
        self.nodes.iter().enumerate().filter(is_operation)
    }

    /// What an operation is called.
    pub fn label(&self, op: Op) -> String {
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
            Op::Slope(rule, by) => self.rules[rule as usize].label_of_slope(by),
            Op::First(rule) | Op::Second(rule) => {
                let rule = &self.rules[rule as usize];
                rule.twin().map_or_else(|| rule.label(), |twin| twin.pair.name.into())
            }
        }
    }

    /// An operation with the given operands, as in a program.
    pub fn expression(&self, op: Op, operands: &[String]) -> String {
        match (op, operands) {
            (Op::Add | Op::Sub | Op::Mul | Op::Div, [x, y]) => format!("{x} {} {y}", self.label(op)),
            (Op::Neg, [x]) => format!("-{x}"),
            _ => format!("{} {}", self.label(op), operands.join(" ")),
        }
    }

    /// See [`Graph::first_non_finite`]; `values` are those of all nodes.
    fn first_non_finite(&self, values: &[f64]) -> Option<NonFinite> {
        let counts = self.counting(values);
        let names = self.names();
        let found = |i: usize, node: &Node| {
            let operands = self.operands(node);
            let name = names.results(i);
            let words: Vec<String> = operands.iter().map(|&operand| names.operand(operand)).collect();
            let is_input = matches!(node.op, Op::Input(_));
            NonFinite {
                operation: if is_input { name } else { format!("{name} = {}", self.expression(node.op, &words)) },
                operands: operands.iter().map(|&operand| self.read(operand, values)).collect(),
                value: values[i],
                place: node.place,
            }
        };
        let is_wrong = |&(i, node): &(usize, &Node)| {
            let is_fine = |operand: &Operand| match *operand {
                Operand::Node(node) => values[node as usize].is_finite(),
                Operand::Constant(_) => true,
            };
            counts[i] && !values[i].is_finite() && self.operands(node).iter().all(is_fine)
        };
        let first = self.shown().find(is_wrong);
        let input = || self.nodes.iter().enumerate().take(self.point.len()).find(|(i, _)| !values[*i].is_finite());
        first.or_else(input).map(|(i, node)| found(i, node))
    }

    /// Marks what results and guards are computed from where the nodes have the values `values`.
    fn counting(&self, values: &[f64]) -> Vec<bool> {
        let guarded = self.guards.iter().flat_map(|guard| &guard.about);
        self.leading_to(self.results.iter().chain(guarded), |node, k| match (node.op, self.operands(node)) {
            (Op::IfLess, &[x, y, ..]) => k != if self.read(x, values) < self.read(y, values) { 3 } else { 2 },
            _ => true,
        })
    }

    /// Marks what `roots` are computed from, by those operands of each node, counted from 0, that are used. With the second of a pair
    /// comes the first, since they are one operation.
    pub fn leading_to<'a>(
        &self,
        roots: impl Iterator<Item = &'a Operand>,
        is_used: impl Fn(&Node, usize) -> bool,
    ) -> Vec<bool> {
        let mut is_leading = vec![false; self.nodes.len()];
        let mark = |is_leading: &mut [bool], operand: &Operand| {
            if let Operand::Node(node) = operand {
                is_leading[*node as usize] = true;
            }
        };
        roots.for_each(|root| mark(&mut is_leading, root));
        for (i, node) in self.nodes.iter().enumerate().rev() {
            if is_leading[i] {
                if let Op::Second(_) = node.op {
                    is_leading[i - 1] = true;
                }
                let used = self.operands(node).iter().enumerate().filter(|&(k, _)| is_used(node, k));
                used.for_each(|(_, operand)| mark(&mut is_leading, operand));
            }
        }
        is_leading
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
    /// let graph =
    ///     Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1] + x[0].sin(), &[1.0, 2.0]);
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

    /// The first operation whose value is infinite or NaN at `x` though what comes into it is finite; if there is none, the first input
    /// that is not finite. `None` if all numbers are finite that results and guards are computed from. Of a choice the side counts that
    /// is taken at `x`.
    ///
    /// Of a graph of derivatives it looks at the operations of the derivative, which stand where the operations stand that they are
    /// derivatives of; and it is `None` where the derivative is finite, since its [conventions](crate::conventions) make it so. The
    /// operations are those that were recorded, whatever the guards say at `x`; [`Graph::eval`] tells.
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
        let values = self.widened(x);
        if self.body.origin.is_some() && self.eval(x).is_ok_and(|results| results.iter().all(|y| y.is_finite())) {
            return None;
        }
        self.body.first_non_finite(&values)
    }

    /// The values of all nodes at `x`.
    #[track_caller]
    pub(super) fn widened(&self, x: &[B]) -> Vec<f64> {
        self.body.check_inputs(x.len());
        self.body.values(x).into_iter().map(Primitive::widen).collect()
    }
}

/// A numbered listing, one operation a line, with the guards at the end and the results last.
///
/// Operations stand before their operands, but for arithmetic: `if_less a b c d` is `c` where `a < b`, else `d`.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph =
///     Graph::record_fn(|x: &[Traced]| (x[0] + x[1]) * (x[0] + x[1]), &[1.0, 2.0]);
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
        let names = self.names();
        write!(out, "in")?;
        (0..self.point.len()).try_for_each(|k| write!(out, " {}", names.node(k)))?;
        writeln!(out)?;
        for (i, node) in self.shown() {
            let operands: Vec<String> = self.operands(node).iter().map(|&x| names.operand(x)).collect();
            writeln!(out, "  {} = {}", names.results(i), self.expression(node.op, &operands))?;
        }
        for guard in &self.guards {
            let [x, y] = guard.about.map(|x| names.operand(x));
            let (question, answer) = (guard.question.about(&x, &y), guard.question.show(guard.answer, self.is_single));
            writeln!(out, "  guard {question} is {answer} ({})", guard.place)?;
        }
        let results: Vec<(Option<String>, String)> =
            self.results.iter().enumerate().map(|(k, &x)| (names.of_result(k), names.operand(x))).collect();
        let between = if results.iter().any(|(name, _)| name.is_some()) { "," } else { "" };
        write!(out, "out")?;
        for (k, (name, result)) in results.iter().enumerate() {
            let between = if k > 0 { between } else { "" };
            match name {
                Some(name) => write!(out, "{between} {name} = {result}")?,
                None => write!(out, "{between} {result}")?,
            }
        }
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
