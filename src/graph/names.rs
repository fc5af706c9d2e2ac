//! Names of inputs, operations and results, given by the user or made up.

use super::Graph;
use super::body::{Body, Op, Operand};
use super::recording::on_one_line;
use crate::float::Primitive;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A number as short as it can be read back, in single precision if `is_single`.
pub(super) fn number(x: f64, is_single: bool) -> String {
    let is_plain = x == 0.0 || !x.is_finite() || (1e-5..1e16).contains(&x.abs());
    match (is_plain, is_single) {
        (true, false) => x.to_string(),
        (true, true) => (x as f32).to_string(),
        (false, false) => format!("{x:e}"),
        (false, true) => format!("{:e}", x as f32),
    }
}

/// The name of a result, a derivative maybe: of what, and by which inputs, the first differentiation first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResultName {
    of: String,
    by: Vec<String>,
}

impl ResultName {
    /// The name of the derivative by an input.
    pub fn derivative(&self, input: &str) -> ResultName {
        let by = self.by.iter().cloned().chain([input.to_owned()]).collect();
        ResultName { of: self.of.clone(), by }
    }

    /// As Leibniz writes it: `z`, `dz/dx`, `d²z/dx²`, `d³z/dx²dy`.
    fn show(&self) -> String {
        let power = |n: usize| match n {
            1 => String::new(),
            n => n.to_string().chars().map(|digit| SUPERSCRIPTS[digit as usize - '0' as usize]).collect(),
        };
        let of = &self.of;
        if self.by.is_empty() {
            return of.clone();
        }
        let by: String =
            self.by.chunk_by(|x, y| x == y).map(|run| format!("d{}{}", run[0], power(run.len()))).collect();
        format!("d{}{of}/{by}", power(self.by.len()))
    }
}

const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The names of all nodes and results.
pub(super) struct Names<'a> {
    graph: &'a Body,
    /// The names that were given, no two the same.
    given: HashMap<u32, String>,
    taken: HashSet<String>,
    /// The numbers of operations, in the order of the listing.
    numbers: Vec<usize>,
}

impl<B: Primitive> Graph<B> {
    /// Gives names to the inputs, variables and data, in their order: as many as there are names.
    ///
    /// Listings, drawings, messages and the graphs of derivatives show them. A function can name its numbers itself, those in between as
    /// well, by [`Float::named`](crate::Float::named). Such names have precedence.
    ///
    /// # Panics
    /// If there are more names than inputs.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 2.0])
    ///     .with_input_names(&["a", "b"]);
    /// assert_eq!(graph.to_string(), "in a b\n  v0 = a * b\nout v0\n");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_input_names(mut self, names: &[&str]) -> Self {
        let inputs = self.inputs();
        assert!(
            names.len() <= inputs,
            "dualtape: expected names for at most {inputs} inputs, found {}; results are named by `with_output_names`",
            names.len()
        );
        let known = &mut Arc::make_mut(&mut self.body).names;
        for (k, name) in (0..).zip(names) {
            known.entry(k).or_insert_with(|| on_one_line(name));
        }
        self
    }

    /// Gives names to the results, one for each. The derivatives of `z` by `x` and `y` are then called `dz/dx` and `d²z/dxdy`.
    ///
    /// # Panics
    /// If there are more or fewer names than results.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 2.0]);
    /// let graph = graph.with_input_names(&["x", "y"]).with_output_names(&["z"]);
    /// assert_eq!(graph.gradient().to_string(), "\
    /// in x y
    ///   dz/dy = x * x
    ///   v1 = x + x
    ///   dz/dx = v1 * y
    /// out dz/dx dz/dy
    /// ");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_output_names(mut self, names: &[&str]) -> Self {
        let results = self.outputs();
        assert!(
            names.len() == results,
            "dualtape: expected names for {results} results, found {}; give each result one",
            names.len()
        );
        Arc::make_mut(&mut self.body).result_names =
            names.iter().map(|name| ResultName { of: on_one_line(name), by: Vec::new() }).collect();
        self
    }
}

impl Body {
    pub fn names(&self) -> Names<'_> {
        let mut next = 0;
        let numbers = self.nodes.iter().zip(&self.is_shown).map(|(node, &is_shown)| {
            let number = next;
            next += usize::from(is_shown && !matches!(node.op, Op::Input(_)));
            number
        });
        let mut names = Names { graph: self, given: HashMap::new(), taken: HashSet::new(), numbers: numbers.collect() };
        // A result's name is that of its operation, if the operation has none.
        let mut given: BTreeMap<u32, String> = self.names.clone();
        for (&result, name) in self.results.iter().zip(&self.result_names) {
            if let Operand::Node(node) = result
                && !matches!(self.nodes[node as usize].op, Op::Input(_))
            {
                given.entry(node).or_insert_with(|| name.show());
            }
        }
        for (node, name) in given {
            let mut unique = name.clone();
            let mut count = 1;
            while !names.taken.insert(unique.clone()) {
                count += 1;
                unique = format!("{name}.{count}");
            }
            names.given.insert(node, unique);
        }
        names
    }
}

impl Names<'_> {
    pub fn node(&self, i: usize) -> String {
        if let Some(name) = self.given.get(&(i as u32)) {
            return name.clone();
        }
        let variables = self.graph.variables;
        let mut name = match self.graph.nodes[i].op {
            Op::Input(k) if (k as usize) < variables => format!("x[{k}]"),
            Op::Input(k) => format!("data[{}]", k as usize - variables),
            _ if self.graph.is_shown[i] => format!("v{}", self.numbers[i]),
            _ => format!("w{i}"),
        };
        while self.taken.contains(&name) {
            name.push('\'');
        }
        name
    }

    /// The names of the results of an operation: of one that is the first of a pair there are two.
    pub fn results(&self, i: usize) -> String {
        match self.graph.nodes[i].op {
            Op::First(_) => format!("{}, {}", self.node(i), self.node(i + 1)),
            _ => self.node(i),
        }
    }

    /// The number of an operation in the listing.
    pub fn number(&self, i: usize) -> usize {
        self.numbers[i]
    }

    pub fn operand(&self, operand: Operand) -> String {
        match operand {
            Operand::Node(i) => self.node(i as usize),
            Operand::Constant(bits) => number(f64::from_bits(bits), self.graph.is_single),
        }
    }

    /// The names of all results, if they have names.
    pub fn of_results(&self) -> Vec<String> {
        self.graph.result_names.iter().map(ResultName::show).collect()
    }

    /// The name of a result of the graph, where it has another one than what it is.
    pub fn of_result(&self, k: usize) -> Option<String> {
        let name = self.graph.result_names.get(k)?.show();
        (name != self.operand(self.graph.results[k])).then_some(name)
    }
}
