//! How exact derivatives are: the error of every function and order against references of 25 digits, and the bounds that are
//! promised for it.
//!
//! The bounds stand in the tables in the documentation of `src/rules/mod.rs`, `src/special/mod.rs` and `src/slices.rs`, and are read
//! from there. To see what is measured, in the form of those tables: `cargo test --test calculus accuracy:: -- --nocapture`.
//!
//! # The unit
//! Errors are in units in the last place (ulp) of the exact derivative. Points are exact binary numbers, so the sensitivity
//! of a function to its argument excuses nothing, with one exception.
//!
//! Some derivatives have zeros inside the domain that are no floating point numbers, such as the third of `tanh` where
//! `tanh² x = 1/3`. Near them the unit is what one rounding of the argument does to the derivative, if that is more than an
//! ulp. For functions of one argument that concerns orders 3 and 4, and the unit is never more than an ulp of the size that
//! the derivative has *away* from its zero, the geometric mean of its neighbours in order: for `exp` at 700, where a
//! rounding of the argument moves the result by 350 ulp, the neighbours are as large as the derivative itself, and an ulp
//! is an ulp. For functions of two arguments it concerns orders 2 to 4 (`xʸ⁻¹ (1 + y ln x)`).
//!
//! Many special functions have such zeros in every order, the value and the first derivative too, and those of two arguments
//! are differences of large terms. For them the unit is the larger of the two at all orders. Of a value, the size away from its
//! zero is continued from the first and third derivative.
//!
//! Sums of many terms have condition numbers of their own. For slices the references carry the unit: what one rounding of each
//! entry does to the result, all added up.

use crate::bounds::{Measured, Promises, family};
use crate::common::engines::{Labelled, by_rows, derivatives, gradients, hessians};
use crate::common::rules::{Rule, Rule2};
use crate::common::{Curve, named_list, special};
use crate::references::{self, Bounded, Exact, Row, SliceRow, error, is_past_infinity, place};
use dualtape::{Dual, Float, Primitive, ScalarFunction, forward, hessian};

// ---- What is promised ------------------------------------------------------------------------------------------------

/// Of elementary functions: orders 1 to 4, since values are those of the primitive type.
fn elementary() -> Promises {
    Promises::read(include_str!("../../src/rules/mod.rs"), 4)
}

/// Of special functions: orders 0 to 4.
fn special() -> Promises {
    Promises::read(include_str!("../../src/special/mod.rs"), 5)
}

/// Of functions of slices: value, gradient, Hessian.
fn slices() -> Promises {
    Promises::read(include_str!("../../src/slices.rs"), 3)
}

#[test]
fn every_function_has_bounds() {
    let has = |rows: Vec<Row>| move |name: &str| rows.iter().any(|row| family(row.name) == name);
    let rows = references::unary().chain(references::binary()).collect();
    let rounds = |name: &&str| ["floor", "ceil", "round", "trunc", "signum"].contains(name); // their derivative is 0
    let of_one = Rule::names()[..Rule::visited()].iter().copied().filter(|name| !rounds(name));
    elementary().cover(&of_one.chain(Rule2::names().iter().copied()).collect::<Vec<_>>(), has(rows));
    let rows = references::special().chain(references::special_binary()).collect();
    let measured = has(rows);
    let has_references = |name: &str| name == "log1pexp" || measured(name); // another name of `softplus`
    special().cover(&[special::Rule::names(), special::Rule2::names()].concat(), has_references);
    slices().cover(OfSlice::names(), |name| references::slices().any(|row| row.name == name));
}

// ---- One argument ----------------------------------------------------------------------------------------------------

/// The decimal logarithm of the size of an argument, of which half an epsilon is one rounding.
fn log10_size<B: Primitive>(x: B) -> f64 {
    x.abs().max(B::min_positive_value()).widen().log10()
}

/// What one rounding of the argument does to the derivative of an order, in ulp, at most one of its size away from its zeros.
fn rounding_of_argument<B: Primitive>(orders: &[Exact], order: usize, x: B) -> f64 {
    let size = |order: usize| orders[order].log10;
    let away_from_zero =
        if order == 0 { 1.5 * size(1) - 0.5 * size(3) } else { 0.5 * (size(order - 1) + size(order + 1)) };
    orders[order].roundings((size(order + 1) + log10_size(x)).min(away_from_zero))
}

/// Measures all functions of one argument among `rows`, the derivatives from order `first` to 4. From order `conditioned` on the
/// unit is that of the header.
fn measure<B: Primitive, C: Curve>(
    rows: impl Iterator<Item = Row>,
    named: fn(&str) -> C,
    first: usize,
    conditioned: usize,
) -> Measured {
    let mut measured = Measured::default();
    for Row { name, point, orders } in rows {
        let (rule, x) = (named(name), B::nearest(point[0]));
        if x.widen() != point[0] || !rule.call(x).is_finite() {
            continue;
        }
        for order in first..=4 {
            let exact = orders[order];
            let unit = if order < conditioned { 1.0 } else { rounding_of_argument(&orders, order, x).max(1.0) };
            for (engine, got) in derivatives(rule, x, order) {
                let past_infinity = order > 1 && is_past_infinity::<B>(&orders[1..order], exact);
                let error = if past_infinity && !got.is_finite() { 0.0 } else { error(got, exact) / unit };
                measured.note(name, order - first, error, || format!("at {x:e} on {engine}: {got:e} for {exact}"));
            }
        }
    }
    measured
}

#[test]
fn rules_of_one_argument_are_as_exact_as_promised() {
    measure::<f64, _>(references::unary(), Rule::named, 1, 3).finish(&elementary());
}

#[test]
fn rules_of_one_argument_are_as_exact_in_single_precision() {
    measure::<f32, _>(references::unary(), Rule::named, 1, 3).finish(&elementary());
}

#[test]
fn special_functions_are_as_exact_as_promised() {
    measure::<f64, _>(references::special(), special::Rule::named, 0, 0).finish(&special());
}

#[test]
fn special_functions_are_as_exact_in_single_precision() {
    measure::<f32, _>(references::special(), special::Rule::named, 0, 0).finish(&special());
}

// ---- Two arguments ---------------------------------------------------------------------------------------------------

/// A partial derivative: the order, how many of them are by `y`, and what it is.
type Partial<B> = (usize, usize, Labelled<B>);

/// The value and all partial derivatives of orders 1 to 4. Each of four levels has both variables.
fn partials<F: ScalarFunction, B: Primitive>(f: &F, x: B, y: B) -> Vec<Partial<B>> {
    fn seed<T: Float>([x, y]: [T; 2]) -> [Dual<T, 2>; 2] {
        [Dual::seeded(x, 0), Dual::seeded(y, 1)]
    }
    let z = f.eval(&seed(seed(seed(seed([x, y])))));
    let engine = "duals in duals";
    let mut all = vec![(0, 0, (engine, z.base()))];
    for a in 0..2 {
        let first = z.tangents()[a];
        all.push((1, a, (engine, first.base())));
        for b in 0..2 {
            let second = first.tangents()[b];
            all.push((2, a + b, (engine, second.base())));
            for c in 0..2 {
                let third = second.tangents()[c];
                all.push((3, a + b + c, (engine, third.base())));
                all.extend((0..2).map(|d| (4, a + b + c + d, (engine, third.tangents()[d]))));
            }
        }
    }
    all
}

/// The same for orders 1 and 2, through every driver.
fn partials_by_drivers<F: ScalarFunction>(f: &F, x: f64, y: f64) -> Vec<Partial<f64>> {
    let mut all = Vec::new();
    for (engine, gradient) in gradients(f, &[x, y]) {
        all.extend(gradient.into_iter().enumerate().map(|(k, got)| (1, k, (engine, got))));
    }
    for (engine, hessian) in hessians(f, &[x, y]) {
        all.extend([0, 1, 1, 2].into_iter().zip(hessian).map(|(k, got)| (2, k, (engine, got))));
    }
    all
}

/// Measures all functions of two arguments among `rows`, as [`measure`] does.
fn measure2<B: Primitive, F: ScalarFunction>(
    rows: impl Iterator<Item = Row>,
    named: fn(&str) -> F,
    partials: fn(&F, B, B) -> Vec<Partial<B>>,
    first: usize,
    conditioned: usize,
) -> Measured {
    let mut measured = Measured::default();
    for Row { name, point, orders } in rows {
        let (rule, [x, y]) = (named(name), [point[0], point[1]].map(B::nearest));
        if [x.widen(), y.widen()] != *point || !rule.eval(&[x, y]).is_finite() {
            continue;
        }
        for (order, k, (engine, got)) in partials(&rule, x, y).into_iter().filter(|partial| partial.0 >= first) {
            let exact = orders[place(order, k)];
            let by_x = orders[place(order + 1, k)].log10 + log10_size(x);
            let by_y = orders[place(order + 1, k + 1)].log10 + log10_size(y);
            // The pure derivatives of `beta` dwarf the mixed ones, and are what it is accurate to.
            let pure = |k: usize| orders[place(order, k)].log10;
            let mixed = if order == 0 { 0.0 } else { k as f64 / order as f64 };
            let dwarfing =
                if name == "beta" { (1.0 - mixed) * pure(0) + mixed * pure(order) } else { f64::NEG_INFINITY };
            let unit = if order < conditioned { 1.0 } else { exact.roundings(by_x.max(by_y).max(dwarfing)).max(1.0) };
            let past_infinity = order > 1 && is_past_infinity::<B>(&orders[1..place(order, 0)], exact);
            let error = if past_infinity && !got.is_finite() { 0.0 } else { error(got, exact) / unit };
            measured.note(name, order - first, error, || {
                format!("at ({x:e}, {y:e}), derivative {k} on {engine}: {got:e} for {exact}")
            });
        }
    }
    measured
}

#[test]
fn rules_of_two_arguments_are_as_exact_as_promised() {
    measure2::<f64, _>(references::binary(), Rule2::named, partials, 1, 2).finish(&elementary());
}

#[test]
fn rules_of_two_arguments_are_as_exact_from_every_driver() {
    measure2::<f64, _>(references::binary(), Rule2::named, partials_by_drivers, 1, 2).finish(&elementary());
}

#[test]
fn rules_of_two_arguments_are_as_exact_in_single_precision() {
    measure2::<f32, _>(references::binary(), Rule2::named, partials, 1, 2).finish(&elementary());
}

#[test]
fn special_functions_of_two_arguments_are_as_exact_as_promised() {
    measure2::<f64, _>(references::special_binary(), special::Rule2::named, partials, 0, 0).finish(&special());
}

#[test]
fn special_functions_of_two_arguments_are_as_exact_from_every_driver() {
    measure2::<f64, _>(references::special_binary(), special::Rule2::named, partials_by_drivers, 0, 0)
        .finish(&special());
}

#[test]
fn special_functions_of_two_arguments_are_as_exact_in_single_precision() {
    measure2::<f32, _>(references::special_binary(), special::Rule2::named, partials, 0, 0).finish(&special());
}

// ---- Slices ----------------------------------------------------------------------------------------------------------

named_list!(
    /// The functions of slices: those that are shown to visitors, and those made of them; of the softmax the first entry.
    OfSlice from dualtape::slices::visit, Many, ["dot", "softmax", "max", "min", "polyval"]
);

impl ScalarFunction for OfSlice {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        use dualtape::slices;
        match self.name() {
            "sum" => slices::sum(x),
            "dot" => {
                let every_second = |first: usize| x.iter().copied().skip(first).step_by(2).collect::<Vec<T>>();
                slices::dot(&every_second(0), &every_second(1))
            }
            "norm" => slices::norm(x),
            "log_sum_exp" => slices::log_sum_exp(x),
            "weighted_log_sum_exp" => slices::weighted_log_sum_exp(&x[..x.len() / 2], &x[x.len() / 2..]),
            "softmax" => slices::softmax(x)[0],
            "max" => slices::max(x),
            "min" => slices::min(x),
            "polyval" => slices::polyval(&x[1..], x[0]),
            name => panic!("the rule `{name}` is shown to visitors; say here which function of `slices` it belongs to"),
        }
    }
}

/// A derivative: the column of the table, the variables, and what it is.
type OfVariables<B> = (usize, Vec<usize>, Labelled<B>);

/// Value, gradient and the leading block of the Hessian, by duals in duals.
fn by_duals<B: Primitive>(f: &OfSlice, x: &[B]) -> Vec<OfVariables<B>> {
    let mut all = vec![(0, vec![], ("the plain number", f.eval(x)))];
    for i in 0..x.len() {
        for j in i..x.len().min(references::BLOCK).max(i + 1) {
            let inner = |k: usize| if k == j { Dual::<B>::variable(x[k]) } else { Dual::constant(x[k]) };
            let outer = |k: usize| if k == i { Dual::variable(inner(k)) } else { Dual::constant(inner(k)) };
            let y = f.eval(&(0..x.len()).map(outer).collect::<Vec<_>>());
            let [slope] = y.tangents();
            all.push((1, vec![i], ("Dual<Dual>", slope.base())));
            all.push((2, vec![i, j], ("Dual<Dual>", slope.tangents()[0])));
        }
    }
    all
}

/// A function of the variables that the Hessian has references for; the others are held.
struct Leading<'a> {
    f: &'a OfSlice,
    held: &'a [f64],
}

impl ScalarFunction for Leading<'_> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let held = self.held.iter().map(|&x| T::from_base(T::Base::nearest(x)));
        self.f.eval(&x.iter().copied().chain(held).collect::<Vec<T>>())
    }
}

/// The same through every driver. The drivers that choose a way by the number of variables make the whole Hessian, all of them its
/// leading block.
fn by_drivers(f: &OfSlice, x: &[f64]) -> Vec<OfVariables<f64>> {
    let (leading, held) = x.split_at(x.len().min(references::BLOCK));
    let whole = [("hessian", hessian(|x| f.eval(x), x)), ("forward::hessian", forward::hessian(|x| f.eval(x), x))];
    let mut all = Vec::new();
    for (engine, gradient) in gradients(f, x) {
        all.extend(gradient.into_iter().enumerate().map(|(i, got)| (1, vec![i], (engine, got))));
    }
    let blocks = hessians(&Leading { f, held }, leading).into_iter();
    for (engine, hessian) in whole.iter().map(|(engine, whole)| (*engine, by_rows(whole))).chain(blocks) {
        let n = hessian.len().isqrt();
        all.extend(hessian.into_iter().enumerate().map(|(k, got)| (2, vec![k / n, k % n], (engine, got))));
    }
    all
}

#[track_caller]
fn measure_slices<B: Primitive>(derivatives: fn(&OfSlice, &[B]) -> Vec<OfVariables<B>>) {
    let mut measured = Measured::default();
    for SliceRow { name, point, value, gradient, hessian } in references::slices() {
        let (f, x) = (OfSlice::named(name), point.iter().map(|&x| B::nearest(x)).collect::<Vec<B>>());
        if x.iter().zip(&point).any(|(x, &point)| x.widen() != point) {
            continue;
        }
        for (column, variables, (engine, got)) in derivatives(&f, &x) {
            let expected = match variables[..] {
                [] => Some(value),
                [i] => Some(gradient[i]),
                [i, j] => hessian.iter().find(|entry| (entry.0, entry.1) == (i.min(j), i.max(j))).map(|entry| entry.2),
                _ => None,
            };
            let Some(Bounded { exact, log10_condition }) = expected else { continue };
            let overflows = !exact.nearest.is_finite() && !got.is_finite();
            let error = if overflows { 0.0 } else { error(got, exact) / exact.roundings(log10_condition).max(1.0) };
            measured.note(name, column, error, || format!("{variables:?} at {x:?} on {engine}: {got:e} for {exact}"));
        }
    }
    measured.finish(&slices());
}

#[test]
fn functions_of_slices_are_as_exact_as_promised() {
    measure_slices::<f64>(by_duals);
}

#[test]
fn functions_of_slices_are_as_exact_from_every_driver() {
    measure_slices::<f64>(by_drivers);
}

#[test]
fn functions_of_slices_are_as_exact_in_single_precision() {
    measure_slices::<f32>(by_duals);
}
