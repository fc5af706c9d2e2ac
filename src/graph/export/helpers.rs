//! Functions that a file brings along: formulas of rules, and derivatives that choose between formulas.
//!
//! ```text
//!   rule or derivative ──> recorded formula ──> function of its own
//!                          v1 = 0 - x           if (x < 0) { v1 = 0 - x; v2 = sqrt(v1); r = v2; }
//!                          v2 = sqrt v1         else { r = x; }
//!                          r = if_less x 0 v2 x
//! ```
//!
//! A formula is recorded as every function is, and both sides of its choices are in the recording. Here each is computed only where it
//! is chosen, as the rule itself does.

use super::functions::{Named, named};
use super::language::Language;
use super::statements::{expression, operands};
use super::{ExportError, Given};
use crate::float::engine::Algorithm as _;
use crate::graph::body::{Body, Op, Operand};
use crate::graph::operation::{Asked, Derivatives, Operation};
use crate::graph::traced::Traced;
use std::fmt::Write as _;
use std::panic::Location;
use std::sync::Arc;

/// A rule, or its derivative by an argument, of so many operands.
struct Key {
    operation: Arc<dyn Operation>,
    by: Option<u8>,
    operands: usize,
}

/// A file in the making.
pub(super) struct Context<'a> {
    pub language: Language,
    /// What the exported function is called, with which all names of the file begin.
    pub name: &'a str,
    given: &'a [Given],
    known: Vec<(Key, String)>,
    /// Where the rule was recorded whose formula is being written.
    recorded: Option<&'static Location<'static>>,
    /// The functions that were needed, each behind those that it calls.
    pub definitions: String,
}

impl<'a> Context<'a> {
    pub fn new(language: Language, name: &'a str, given: &'a [Given]) -> Context<'a> {
        Context { language, name, given, known: Vec::new(), recorded: None, definitions: String::new() }
    }

    /// The call of a rule, or of its derivative by an argument, with the given operands.
    pub fn call(
        &mut self,
        operation: &Arc<dyn Operation>,
        by: Option<u8>,
        operands: &[String],
        place: &'static Location<'static>,
    ) -> Result<String, ExportError> {
        let place = self.recorded.unwrap_or(place);
        let list = operands.join(", ");
        let is_given = self.given.iter().any(|given| given.rule == operation.label());
        if by.is_none()
            && !is_given
            && let Some(Named { c, std, order }) = named(&**operation)
        {
            let function = match self.language {
                Language::C => Some(c.to_owned()),
                Language::Rust { libm: true } => Some(format!("libm::{c}")),
                Language::Rust { libm: false } => std.map(str::to_owned),
            };
            let order = order.map_or(String::new(), |n| format!("{n}, "));
            return match function {
                Some(function) => Ok(format!("{function}({order}{list})")),
                None => Err(ExportError::new(
                    operation.label(),
                    place,
                    "is not in the standard library of Rust; take `libm`",
                )),
            };
        }
        let is_key =
            |key: &Key| key.by == by && key.operands == operands.len() && key.operation.is_same(operation.as_any());
        if let Some((_, name)) = self.known.iter().find(|(key, _)| is_key(key)) {
            return Ok(format!("{name}({list})"));
        }
        let name = self.name_of(operation, by);
        let function = self.define(operation, by, operands.len(), &name, place)?;
        self.definitions += &function;
        self.known.push((Key { operation: operation.clone(), by, operands: operands.len() }, name.clone()));
        Ok(format!("{name}({list})"))
    }

    /// A name for a new function, of the letters that names may have.
    fn name_of(&self, operation: &Arc<dyn Operation>, by: Option<u8>) -> String {
        let label = match by {
            Some(by) => operation.label_of_slope(by).replace('\'', "_slope_"),
            None => operation.label(),
        };
        let letters = |c: char| match c {
            '-' => 'm',
            c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            _ => '_',
        };
        let label: String = label.chars().map(letters).collect();
        let words: Vec<&str> = label.split('_').filter(|word| !word.is_empty()).collect();
        let name = format!("{}_{}", self.name, words.join("_"));
        let taken = |name: &String| self.known.iter().any(|(_, known)| known == name);
        let numbered = (2..).map(|k| format!("{name}_{k}"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).expect("without end")
    }

    fn define(
        &mut self,
        operation: &Arc<dyn Operation>,
        by: Option<u8>,
        operands: usize,
        name: &str,
        place: &'static Location<'static>,
    ) -> Result<String, ExportError> {
        let label = || by.map_or_else(|| operation.label(), |by| operation.label_of_slope(by));
        let given = self.given.iter().find(|given| by.is_none() && given.rule == operation.label());
        if let Some(given) = given {
            let parameters: Vec<String> = ["x", "y", "z"].iter().take(operands).map(|&x| x.into()).collect();
            return match operands {
                1..=3 => Ok(self.language.function(name, &parameters, "", self.language.either(&given.c, &given.rust))),
                _ => Err(ExportError::new(
                    label(),
                    place,
                    "has more than three arguments, for which no source can be given",
                )),
            };
        }
        let Some(formula) = formula(operation, by, operands) else {
            return Err(ExportError::new(label(), place, "has no form in other languages; give it one by `with_rule`"));
        };
        let parameters: Vec<String> = (0..operands).map(|k| format!("x{k}")).collect();
        let mut text = String::new();
        let outer = self.recorded.replace(place);
        let result = self.write_formula(&formula, &mut text)?;
        self.recorded = outer;
        Ok(self.language.function(name, &parameters, &text, &result))
    }

    /// The statements of a formula, with choices as choices. Returns the result as an operand.
    fn write_formula(&mut self, formula: &Body, text: &mut String) -> Result<String, ExportError> {
        let regions = Regions::of(formula);
        regions.write(self, formula, 0, 1, text)?;
        Ok(operand_of_formula(self.language, formula, formula.results[0]))
    }
}

/// The formula of a rule, or of its derivative.
fn formula(operation: &Arc<dyn Operation>, by: Option<u8>, operands: usize) -> Option<Body> {
    // No matter where: what depends on the point would be a guard.
    let mut point = vec![0.5; operands];
    if let Some(last) = point.pop() {
        point.push(if by.is_some() { operation.value(&point) } else { last });
    }
    let constants: Vec<Traced> = point.iter().map(|&x| Traced::constant(x)).collect();
    if by.is_none() {
        let _has_one = operation.formula_traced(&constants)?;
    }
    let record = |x: &[Traced]| match by {
        Some(by) => Derivatives::on_traced((&**operation, Asked::Partial(by), x)),
        None => operation.formula_traced(x).into_iter().collect(),
    };
    let body = Body::of_this_point(record, &point);
    (body.guards.is_empty() && body.conditions.is_empty() && body.results.len() == 1).then_some(body)
}

fn operand_of_formula(language: Language, formula: &Body, operand: Operand) -> String {
    match operand {
        Operand::Constant(bits) => language.constant(f64::from_bits(bits)),
        Operand::Node(node) => match formula.nodes[node as usize].op {
            Op::Input(k) => format!("x{k}"),
            _ => format!("v{node}"),
        },
    }
}

/// The sides of choices that operations are needed in. Each choice opens two regions inside of its own.
struct Regions {
    /// The region around each one; that of the formula is 0.
    outer: Vec<usize>,
    /// Of each operation, where it is needed.
    of: Vec<Option<usize>>,
    /// The first of the two regions of a choice.
    sides: Vec<usize>,
}

impl Regions {
    fn of(formula: &Body) -> Regions {
        let n = formula.nodes.len();
        let mut regions = Regions { outer: vec![0], of: vec![None; n], sides: vec![0; n] };
        regions.need(formula.results[0], 0);
        for node in (0..n).rev() {
            let Some(region) = regions.of[node] else { continue };
            let mut operands = formula.operands(&formula.nodes[node]);
            if let Op::Second(_) = formula.nodes[node].op {
                operands = formula.operands(&formula.nodes[node - 1]);
            }
            let is_choice = formula.nodes[node].op == Op::IfLess;
            if is_choice {
                regions.sides[node] = regions.outer.len();
                regions.outer.extend([region; 2]);
            }
            for (k, &operand) in operands.iter().enumerate() {
                let side = if is_choice && k >= 2 { regions.sides[node] + k - 2 } else { region };
                regions.need(operand, side);
            }
        }
        regions
    }

    /// An operation that is needed in two regions is computed in the one around both.
    fn need(&mut self, operand: Operand, region: usize) {
        if let Operand::Node(node) = operand {
            let of = &mut self.of[node as usize];
            let (mut a, mut b) = (of.unwrap_or(region), region);
            while a != b {
                // Regions inside have larger numbers.
                let larger = if a > b { &mut a } else { &mut b };
                *larger = self.outer[*larger];
            }
            *of = Some(a);
        }
    }

    /// The statements of a region.
    fn write(
        &self,
        context: &mut Context,
        formula: &Body,
        region: usize,
        depth: usize,
        text: &mut String,
    ) -> Result<(), ExportError> {
        let language = context.language;
        let indent = "    ".repeat(depth);
        let read = |operand: Operand| operand_of_formula(language, formula, operand);
        for (i, node) in formula.nodes.iter().enumerate() {
            if self.of[i] != Some(region) || matches!(node.op, Op::Input(_)) {
                continue;
            }
            if node.op != Op::IfLess {
                let operands: Vec<String> = operands(formula, i).iter().map(|&operand| read(operand)).collect();
                let value = expression(context, formula, i, &operands)?;
                let _ = writeln!(text, "{indent}{}", language.define(&format!("v{i}"), &value));
                continue;
            }
            let operands = formula.operands(node);
            let condition = language.when(&format!("{} < {}", read(operands[0]), read(operands[1])));
            let _ = writeln!(text, "{indent}{}", language.either(format!("double v{i};"), format!("let v{i}: f64;")));
            for (k, begin) in [condition, "} else".into()].into_iter().enumerate() {
                let _ = writeln!(text, "{indent}{begin} {{");
                self.write(context, formula, self.sides[i] + k, depth + 1, text)?;
                let _ = writeln!(text, "{indent}    v{i} = {};", read(operands[2 + k]));
            }
            let _ = writeln!(text, "{indent}}}");
        }
        Ok(())
    }
}
