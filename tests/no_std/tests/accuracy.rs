//! On the functions of `libm` the derivatives are as exact as they are documented to be on those of the standard library.
//!
//! The references, the unit and the table of promises are those of `tests/calculus/accuracy.rs` of dualtape itself.

#[path = "../../common/references.rs"]
mod references;

use dualtape::rules::{Binary, Unary, Visitor};
use dualtape::{Dual, Float, Primitive};
use references::{Exact, Row, place};

/// Looks for the rule with a name in a table, and applies it.
struct Named<'a, T> {
    name: &'a str,
    x: T,
    y: T,
    of_one: Option<T>,
    of_two: Option<T>,
}

impl<'a, T: Float> Named<'a, T> {
    fn new(name: &'a str, [x, y]: [T; 2]) -> Self {
        Named { name, x, y, of_one: None, of_two: None }
    }
}

impl<T: Float> Visitor for Named<'_, T> {
    fn unary<R: Unary>(&mut self, rule: R) {
        if rule.name().to_string() == self.name {
            self.of_one = Some(self.x.unary(rule));
        }
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        if rule.name().to_string() == self.name {
            self.of_two = Some(self.x.binary(rule, self.y));
        }
    }
}

/// Functions of one argument by name: those of the list, and those of a table of rules.
macro_rules! curves {
    ($(#[$meta:meta])* $List:ident from $visit:path { $($name:expr => |$x:ident| $body:expr;)* }) => {
        $(#[$meta])*
        pub fn unary<T: Float>(name: &str, x: T) -> T {
            $(if name == $name {
                let $x = x;
                return $body;
            })*
            let mut named = crate::Named::new(name, [x, x]);
            $visit(&mut named);
            named.of_one.unwrap_or_else(|| panic!("no function {name}"))
        }
    };
}

/// Functions of two arguments by name: those of the list, and those of a table of rules.
macro_rules! fields {
    ($(#[$meta:meta])* $List:ident from $visit:path { $($name:expr => |[$x:ident, $y:ident]| $body:expr;)* }) => {
        $(#[$meta])*
        pub fn binary<T: Float>(name: &str, [x, y]: [T; 2]) -> T {
            $(if name == $name {
                let ($x, $y) = (x, y);
                return $body;
            })*
            let mut named = crate::Named::new(name, [x, y]);
            $visit(&mut named);
            named.of_two.unwrap_or_else(|| panic!("no function {name}"))
        }
    };
}

#[path = "../../common/rules.rs"]
mod rules;

/// What the documentation promises for orders 1 to 4 with `libm`, in units in the last place. Before it a bound for values, larger
/// for powers with an integer exponent and logarithms to any base, which are several operations.
fn promises(name: &str) -> Vec<f64> {
    let family = name.split('(').next().unwrap_or(name);
    let value = match family {
        "powi" => 4.0,
        "log" => 2.0,
        _ => 1.5,
    };
    let mut table = include_str!("../../../src/rules/mod.rs").lines().filter(|line| line.starts_with("//! | `"));
    let row = table.find(|row| row.contains(&format!("`{family}`"))).expect(name);
    let bounds = row.split('|').skip(2).filter_map(|cell| cell.trim().parse::<f64>().ok());
    std::iter::once(value).chain(bounds.map(|bound| bound + 0.1)).collect()
}

/// A bound is kept. Once a derivative is infinite, nothing is said about those of higher order.
fn check<B: Primitive>(what: &str, got: B, exact: Exact, bound: f64, unit: f64, faults: &mut Vec<String>) -> bool {
    let double = B::epsilon().widen() == f64::EPSILON;
    let error = if double { exact.error(got.widen()) } else { exact.error_single(got.widen() as f32) } / unit;
    if error > bound {
        faults.push(format!("{what}: {got:e} for {exact} is off by {error:.2}, promised are {bound}"));
    }
    B::nearest(exact.nearest).is_finite()
}

fn functions_of_one_argument<B: Primitive>() {
    let mut faults = Vec::new();
    for Row { name, point, orders } in references::unary() {
        let x = B::nearest(point[0]);
        if x.widen() != point[0] || !rules::unary(name, x).is_finite() {
            continue;
        }
        let y = rules::unary(name, Dual::variable(Dual::variable(Dual::variable(Dual::variable(x)))));
        let (first, second) = (y.tangent(), y.tangent().tangent());
        let got = [y.base(), first.base(), second.base(), second.tangent().base(), second.tangent().tangent()];
        for (order, (got, bound)) in got.into_iter().zip(promises(name)).enumerate() {
            let unit = if order < 3 {
                1.0
            } else {
                let (before, after) = (orders[order - 1].log10, orders[order + 1].log10);
                let sensitivity = (after + x.widen().abs().log10()).min(0.5 * (before + after));
                orders[order].roundings(sensitivity).max(1.0)
            };
            let what = format!("{name} at {x:e}, order {order}");
            if !check(&what, got, orders[order], bound, unit, &mut faults) {
                break;
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn functions_of_one_argument_are_exact() {
    functions_of_one_argument::<f64>();
}

#[test]
fn functions_of_one_argument_are_exact_in_single_precision() {
    functions_of_one_argument::<f32>();
}

fn functions_of_two_arguments<B: Primitive>() {
    let mut faults = Vec::new();
    for Row { name, point, orders } in references::binary() {
        let [x, y] = [point[0], point[1]].map(B::nearest);
        if [x.widen(), y.widen()] != *point || !rules::binary(name, [x, y]).is_finite() {
            continue;
        }
        let z = rules::binary(name, [Dual::<B, 2>::seeded(x, 0), Dual::seeded(y, 1)]);
        let what = format!("{name} at ({x:e}, {y:e})");
        let promises = promises(name);
        check(&what, z.primal(), orders[0], promises[0], 1.0, &mut faults);
        for (k, got) in z.tangents().into_iter().enumerate() {
            check(&what, got, orders[place(1, k)], promises[1], 1.0, &mut faults);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn functions_of_two_arguments_are_exact() {
    functions_of_two_arguments::<f64>();
}

#[test]
fn functions_of_two_arguments_are_exact_in_single_precision() {
    functions_of_two_arguments::<f32>();
}
