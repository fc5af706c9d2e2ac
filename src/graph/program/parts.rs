//! What a program consists of, for those who write it down in another form.

use super::Program;
use super::plan::conditions;
use super::roll::parts::Parts;
use crate::float::Condition;
use crate::graph::body::Body;

impl Program {
    /// The graph that is run straight, and the conditions that are looked at in it.
    pub(in crate::graph) fn straight(&self) -> (&Body, Vec<(Condition, u32)>) {
        let body = &self.graph.body;
        (body, conditions(body))
    }

    /// What runs in place of the graph, if the program is rolled.
    pub(in crate::graph) fn rolled(&self) -> Option<Parts<'_>> {
        self.rolled.as_ref().map(|rolled| rolled.parts())
    }

    /// The graph that has the guards and the names: of a rolled program the function's.
    pub(in crate::graph) fn recorded(&self) -> &Body {
        let body = &self.graph.body;
        body.function().filter(|_| self.rolled.is_some()).map_or(body, |function| function)
    }
}
