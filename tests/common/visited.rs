//! The rules that the crate's tables show to a visitor, by index.

use dualtape::Float;
use dualtape::rules::{Binary, Reduction, Unary, Visitor};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arity {
    One,
    Two,
    Many,
}

pub struct Names {
    arity: Arity,
    names: Vec<&'static str>,
}

impl Visitor for Names {
    fn unary<R: Unary>(&mut self, rule: R) {
        if self.arity == Arity::One {
            self.names.push(rule.name().to_string().leak());
        }
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        if self.arity == Arity::Two {
            self.names.push(rule.name().to_string().leak());
        }
    }
    fn reduction<R: Reduction>(&mut self, _: R, _: &[f64]) {
        if self.arity == Arity::Many {
            self.names.push(R::NAME); // a parameter is the number of arguments
        }
    }
}

/// The names of the rules with so many arguments.
pub fn names(arity: Arity, visit: impl Fn(&mut Names)) -> Vec<&'static str> {
    let mut names = Names { arity, names: Vec::new() };
    visit(&mut names);
    names.names
}

/// Applies the rule of the given index among those of as many arguments as there are.
pub struct Apply<'a, T> {
    x: &'a [T],
    left: usize,
    result: Option<T>,
}

impl<T: Float> Visitor for Apply<'_, T> {
    fn unary<R: Unary>(&mut self, rule: R) {
        if let &[x] = self.x {
            if self.left == 0 {
                self.result = Some(x.unary(rule));
            }
            self.left = self.left.wrapping_sub(1);
        }
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        if let &[x, y] = self.x {
            if self.left == 0 {
                self.result = Some(x.binary(rule, y));
            }
            self.left = self.left.wrapping_sub(1);
        }
    }
}

/// The function with the given index at `x`, or `None` if fewer are shown.
pub fn apply<'a, T: Float>(x: &'a [T], index: usize, visit: impl Fn(&mut Apply<'a, T>)) -> Option<T> {
    let mut apply = Apply { x, left: index, result: None };
    visit(&mut apply);
    apply.result
}
