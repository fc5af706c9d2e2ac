//! References of 25 digits, and how far a result is from them.
#![allow(dead_code)] // each test file uses its part

use dualtape::Primitive;
use std::fmt::{self, Display, Formatter};
use std::str::Split;

/// A number of 25 digits, beyond what a double holds.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    /// The nearest double, infinite beyond the range.
    pub nearest: f64,
    /// How much larger than `nearest` it is, in units in the last place of `nearest`: at most half of one.
    rest: f64,
    /// The decimal logarithm of the magnitude, which no range limits.
    pub log10: f64,
}

impl Exact {
    #[track_caller]
    pub fn parse(text: &str) -> Exact {
        let nearest: f64 = text.parse().unwrap_or_else(|_| panic!("{text} is no number"));
        let (digits, exponent) = decimal(text);
        let log10 = (digits.abs() as f64).log10() - 24.0 + f64::from(exponent);
        let rest = if !nearest.is_finite() {
            0.0
        } else if nearest == 0.0 {
            10_f64.powf(log10 - log10_ulp(0.0)).copysign(digits as f64)
        } else {
            let (near, near_exponent) = decimal(&format!("{nearest:.24e}"));
            let lowest = exponent.min(near_exponent);
            let scale = |digits: i128, exponent: i32| digits * 10_i128.pow((exponent - lowest) as u32);
            let (near, digits) = (scale(near, near_exponent), scale(digits, exponent));
            (digits - near) as f64 / (near as f64) * (nearest / ulp(nearest))
        };
        Exact { nearest, rest, log10 }
    }

    /// The distance of `got` in units in the last place, those of the smallest number for subnormal results. Infinite if
    /// only one of the two is finite, or for NaN.
    pub fn error(&self, got: f64) -> f64 {
        if got == self.nearest && !got.is_finite() {
            0.0
        } else if got.is_finite() && self.nearest.is_finite() {
            ((got - self.nearest) / ulp(self.nearest) - self.rest).abs()
        } else {
            f64::INFINITY
        }
    }

    /// The same in single precision, where the double is exact enough.
    pub fn error_single(&self, got: f32) -> f64 {
        let nearest = self.nearest as f32;
        if got == nearest && !got.is_finite() {
            0.0
        } else if got.is_finite() && nearest.is_finite() {
            (f64::from(got) - self.nearest).abs() / f64::from(ulp_single(nearest))
        } else {
            f64::INFINITY
        }
    }

    /// How many units in the last place a number of size `10^log10` has in one rounding of its own.
    pub fn roundings(&self, log10: f64) -> f64 {
        10_f64.powf(log10 - log10_ulp(self.nearest)) * 0.5 * f64::EPSILON
    }
}

impl Display for Exact {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{:e} {:+.3} ulp", self.nearest, self.rest)
    }
}

/// `true` if a derivative is only promised not to be finite: past an infinite derivative, which infinity or NaN comes next
/// depends on the path to it.
pub fn is_past_infinity<B: Primitive>(earlier: &[Exact], exact: Exact) -> bool {
    let overflows = |exact: &Exact| !B::nearest(exact.nearest).widen().is_finite();
    overflows(&exact) && earlier.iter().any(overflows)
}

/// [`Exact::error`] or [`Exact::error_single`].
pub fn error<B: Primitive>(got: B, exact: Exact) -> f64 {
    if B::epsilon().widen() == f64::EPSILON { exact.error(got.widen()) } else { exact.error_single(got.widen() as f32) }
}

/// The first 25 digits as an integer, and the decimal exponent of the first of them. `text` is in scientific notation.
fn decimal(text: &str) -> (i128, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |mantissa| (true, mantissa));
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    assert!(digits.len() <= 40 && mantissa.find('.').unwrap_or(1) == 1, "{text} is not in scientific notation");
    let digits = &digits[..digits.len().min(25)];
    let digits: i128 = format!("{digits:0<25}").parse().expect("these are digits");
    (if negative { -digits } else { digits }, exponent.parse().expect("an exponent is an integer"))
}

/// The distance from `x` to its neighbour away from zero.
fn ulp(x: f64) -> f64 {
    let x = x.abs().min(f64::MAX);
    if x == f64::MAX { x - x.next_down() } else { x.next_up() - x }
}

fn ulp_single(x: f32) -> f32 {
    let x = x.abs().min(f32::MAX);
    if x == f32::MAX { x - x.next_down() } else { x.next_up() - x }
}

/// Of a power of two, which may be subnormal: `log10` of those has all its digits too.
fn log10_ulp(x: f64) -> f64 {
    ulp(x).log2() * std::f64::consts::LOG10_2
}

/// A line of a data file: the name of a function, a point of so many coordinates, and derivatives there.
pub struct Row {
    pub name: &'static str,
    pub point: Vec<f64>,
    pub orders: Vec<Exact>,
}

fn rows(data: &'static str, arguments: usize) -> impl Iterator<Item = Row> {
    data.lines().map(move |line| {
        let mut words = line.split(' ');
        let name = words.next().expect("a line starts with a name");
        row(name, words, arguments)
    })
}

fn row(name: &'static str, mut words: Split<'static, char>, arguments: usize) -> Row {
    let point = words.by_ref().take(arguments).map(|word| word.parse().expect("the point is numbers")).collect();
    Row { name, point, orders: words.map(Exact::parse).collect() }
}

/// Functions of one argument, with derivatives of orders 0 to 5.
pub fn unary() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/unary.txt"), 1)
}

/// Functions of two arguments, with the partial derivatives of orders 0 to 5, each order from x to y.
pub fn binary() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/binary.txt"), 2)
}

/// A function through which a tangent at the ends of the range passes: see `tangents.py` and `tangents_special.py`.
pub struct TangentRow {
    pub name: &'static str,
    /// `point exp(u)`, or `point + tangent u`.
    pub is_exponential: bool,
    pub point: f64,
    pub tangent: f64,
    /// The other argument, and whether it is the first one.
    pub other: Option<(bool, f64)>,
    /// Derivatives by `u` of orders 0 to 4.
    pub orders: Vec<Exact>,
}

pub fn tangents() -> impl Iterator<Item = TangentRow> {
    let special = include_str!("../data/tangents_special.txt");
    include_str!("../data/tangents.txt").lines().chain(special.lines()).map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |text: &str| text.parse().expect("a number");
        TangentRow {
            name: words[0],
            is_exponential: words[1] == "e",
            point: number(words[2]),
            tangent: number(words[3]),
            other: words[4].split_once('=').map(|(name, value)| (name == "x", number(value))),
            orders: words[5..].iter().map(|text| Exact::parse(text)).collect(),
        }
    })
}

/// Special functions of one argument, with derivatives of orders 0 to 5.
pub fn special() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/special.txt"), 1)
}

/// Special functions of two arguments, with the partial derivatives of orders 0 to 5, each order from x to y.
pub fn special_binary() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/special_binary.txt"), 2)
}

/// Distribution functions close to the ends of their domains, in the same form.
pub fn distributions() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/distributions.txt"), 2)
}

/// Whole functions of one argument, with derivatives of orders 0 to 6.
pub fn high_order() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/high_order.txt"), 1)
}

/// Functions of one argument, with Taylor coefficients of orders 0 to 13.
pub fn taylor() -> impl Iterator<Item = Row> {
    rows(include_str!("../data/taylor.txt"), 1)
}

/// Whole functions of several arguments, with the value, the gradient, and the upper triangle of the Hessian by rows.
pub fn functions() -> impl Iterator<Item = Row> {
    include_str!("../data/functions.txt").lines().map(|line| {
        let mut words = line.split(' ');
        let name = words.next().expect("a line starts with a name");
        let arguments = words.next().and_then(|word| word.parse().ok()).expect("the number of variables is next");
        row(name, words, arguments)
    })
}

/// A function of a slice: its name, a point, and value, gradient and leading block of the Hessian as [`slices`] has them.
pub struct SliceRow {
    pub name: &'static str,
    pub point: Vec<f64>,
    pub value: Bounded,
    pub gradient: Vec<Bounded>,
    /// The upper triangle in the first [`BLOCK`] variables, with the places of its entries.
    pub hessian: Vec<(usize, usize, Bounded)>,
}

/// A number, and the decimal logarithm of what relative changes of all entries of the point do to it, added up.
#[derive(Clone, Copy)]
pub struct Bounded {
    pub exact: Exact,
    pub log10_condition: f64,
}

/// How many variables the Hessian of a function of a slice has references for.
pub const BLOCK: usize = 5;

/// Functions of slices.
pub fn slices() -> impl Iterator<Item = SliceRow> {
    include_str!("../data/slices.txt").lines().map(|line| {
        let mut words = line.split(' ');
        let name = words.next().expect("a line starts with a name");
        let n = words.next().and_then(|word| word.parse().ok()).expect("the number of variables is next");
        let point = words.by_ref().take(n).map(|word| word.parse().expect("the point is numbers")).collect();
        let mut numbers = words.map(|word| {
            let (exact, condition) = word.split_once(':').expect("a number has a unit");
            Bounded { exact: Exact::parse(exact), log10_condition: Exact::parse(condition).log10 }
        });
        let value = numbers.next().expect("the value is next");
        let gradient = numbers.by_ref().take(n).collect();
        let block = n.min(BLOCK);
        let places = (0..block).flat_map(|i| (i..block).map(move |j| (i, j)));
        let hessian = places.map(|(i, j)| (i, j, numbers.next().expect("the Hessian is next"))).collect();
        SliceRow { name, point, value, gradient, hessian }
    })
}

/// Where the `k`-th of the `order + 1` partial derivatives of an order stands in a row of two arguments.
pub fn place(order: usize, k: usize) -> usize {
    order * (order + 1) / 2 + k
}
