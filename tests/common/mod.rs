//! What the tables are made of: functions as values, and comparisons that collect every fault before they fail.
#![allow(dead_code)] // each test file uses its part

use dualtape::Float;
use std::fmt::Display;

// ---- Functions as values ---------------------------------------------------------------------------------------------

/// A function of one variable that is generic over the number type, as a closure cannot be.
pub trait Curve: Copy {
    fn call<T: Float>(&self, x: T) -> T;
}

/// Makes an indexed list of curves of rows `name => |x| body;`. Inside a body the number type is `T`. With `from path` the functions
/// of one argument that `path`, a function like [`dualtape::rules::visit`], shows come first.
macro_rules! curves {
    ($(#[$meta:meta])* $List:ident $(from $visit:path)? { $($name:expr => |$x:ident| $body:expr;)* }) => {
        $crate::common::named_list!($(#[$meta])* $List $(from $visit, One)?, [$($name),*]);
        impl $crate::common::Curve for $List {
            fn call<T: Float>(&self, x: T) -> T {
                $(if let Some(y) = $crate::common::visited::apply(&[x], self.0, |visitor| $visit(visitor)) {
                    return y;
                })?
                let bodies: &[fn(T) -> T] = &[$(|$x: T| -> T { $body }),*];
                bodies[self.0 - Self::visited()](x)
            }
        }
    };
}

/// Makes an indexed list of functions of several variables of rows `name => |[x, y]| body;`. With `from path` the functions of two
/// arguments that `path` shows come first.
macro_rules! fields {
    ($(#[$meta:meta])* $List:ident $(from $visit:path)? { $($name:expr => |[$($x:ident),*]| $body:expr;)* }) => {
        $crate::common::named_list!($(#[$meta])* $List $(from $visit, Two)?, [$($name),*]);
        impl dualtape::ScalarFunction for $List {
            fn eval<T: Float>(&self, x: &[T]) -> T {
                $(if let Some(y) = $crate::common::visited::apply(x, self.0, |visitor| $visit(visitor)) {
                    return y;
                })?
                let bodies: &[fn(&[T]) -> T] = &[$(|x: &[T]| -> T {
                    let &[$($x),*] = x else { panic!("{} takes other arguments than {x:?}", $name) };
                    $body
                }),*];
                bodies[self.0 - Self::visited()](x)
            }
        }
    };
}

/// A list of things known by index and by name.
macro_rules! named_list {
    ($(#[$meta:meta])* $List:ident $(from $visit:path, $arity:ident)?, [$($name:expr),*]) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $List(pub usize);

        #[allow(dead_code)] // each list uses its part
        impl $List {
            pub fn names() -> &'static [&'static str] {
                static NAMES: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
                    let shown: &[Vec<&'static str>] = &[$(
                        $crate::common::visited::names($crate::common::visited::Arity::$arity, |visitor| $visit(visitor)),
                    )?];
                    shown.concat().into_iter().chain([$($name),*]).collect()
                });
                &NAMES
            }

            /// How many come from the tables of the crate.
            pub fn visited() -> usize {
                const LISTED: &[&str] = &[$($name),*];
                Self::names().len() - LISTED.len()
            }

            pub fn all() -> impl Iterator<Item = $List> {
                (0..Self::names().len()).map($List)
            }

            #[track_caller]
            pub fn named(name: &str) -> $List {
                $List(Self::names().iter().position(|&known| known == name).unwrap_or_else(|| panic!("no row for {name}")))
            }

            pub fn name(self) -> &'static str {
                Self::names()[self.0]
            }
        }
    };
}
/// Makes a list of curves and a function that gives its rows, of rows `|x| body, point => derivatives of order 0, 1, ..;`.
macro_rules! table {
    ($List:ident, $rows:ident: $(|$x:ident| $body:expr, $at:expr => $($order:expr),*;)*) => {
        $crate::common::curves!(
            /// The functions of a table.
            $List { $(stringify!($body) => |$x| $body;)* }
        );

        pub fn $rows() -> impl Iterator<Item = $crate::common::Row<$List>> {
            use $crate::common::Expected;
            let data: Vec<(f64, Vec<Expected>)> = vec![$(($at, vec![$(Expected::from($order)),*])),*];
            $List::all().zip(data).map(|(curve, (at, expected))| (curve, curve.name(), at, expected))
        }
    };
}
#[allow(unused_imports)] // each test file uses its part
pub(crate) use {curves, fields, named_list, table};

/// A curve, its name, a point, and what is expected of the derivatives of order 0, 1, 2 .. there.
pub type Row<C> = (C, &'static str, f64, Vec<Expected>);

pub mod battery;
pub mod engines;
pub mod rules;
pub mod special;
pub mod visited;

// ---- Comparisons -----------------------------------------------------------------------------------------------------

/// How far `got` is from `expected`, relative to `expected`: 0 for equal numbers (NaN equals NaN, infinities by sign), infinite
/// if only one of them is finite. Below the smallest normal number the scale stays there, since subnormal numbers have fewer digits.
pub fn relative_error(got: f64, expected: f64) -> f64 {
    if got == expected || (got.is_nan() && expected.is_nan()) {
        0.0
    } else if got.is_finite() && expected.is_finite() {
        ((got - expected) / expected.abs().max(f64::MIN_POSITIVE)).abs()
    } else {
        f64::INFINITY
    }
}

/// Equality to the bit, except that all NaN are one.
pub fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

pub const INF: f64 = f64::INFINITY;
pub const NAN: f64 = f64::NAN;

/// Where the derivative before it is infinite, nothing more is promised.
pub const NON_FINITE: Expected = Expected::NonFinite;

/// What a derivative must be.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    Is(f64),
    /// Infinite or NaN.
    NonFinite,
}

impl From<f64> for Expected {
    fn from(x: f64) -> Expected {
        Expected::Is(x)
    }
}

/// What is promised of the derivative of `order`: the truth, except that past an infinite derivative, which infinity or NaN comes
/// next depends on the path the program took to it.
pub fn promised(derivatives: &[f64], order: usize) -> Expected {
    let singular = derivatives[..order].iter().skip(1).any(|d| !d.is_finite());
    if singular && !derivatives[order].is_finite() { Expected::NonFinite } else { derivatives[order].into() }
}

/// Comparisons of one test, all of them: a table that breaks in three places should say so at once.
#[derive(Default)]
pub struct Checks {
    count: usize,
    worst: f64,
    worst_at: String,
    faults: Vec<String>,
}

impl Checks {
    /// `got` is `expected` within a relative tolerance.
    pub fn close(&mut self, what: impl Display, got: f64, expected: f64, tolerance: f64) {
        let error = relative_error(got, expected);
        if error > self.worst && error <= tolerance {
            (self.worst, self.worst_at) = (error, what.to_string());
        }
        let note = if error.is_finite() { format!(" (relative error {error:.1e})") } else { String::new() };
        self.is_true(error <= tolerance, || format!("{what}: got {got:e}, expected {expected:e}{note}"));
    }

    /// `got` is what is expected.
    pub fn meets(&mut self, what: impl Display, got: f64, expected: Expected, tolerance: f64) {
        match expected {
            Expected::Is(x) => self.close(what, got, x, tolerance),
            Expected::NonFinite => {
                self.is_true(!got.is_finite(), || format!("{what}: got {got:e}, expected no finite number"))
            }
        }
    }

    /// `got` is `expected` to the bit, NaN for NaN.
    pub fn bits(&mut self, what: impl Display, got: f64, expected: f64) {
        self.is_true(same_bits(got, expected), || format!("{what}: got {got:e}, expected {expected:e}, to the bit"));
    }

    /// `holds`, or the fault is noted.
    pub fn is_true(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        self.count += 1;
        if !holds {
            self.faults.push(fault());
        }
    }

    /// Fails if there was a fault, and if nothing was compared.
    #[track_caller]
    pub fn finish(self) {
        println!("{} comparisons, largest relative error {:.1e} at {}", self.count, self.worst, self.worst_at);
        assert!(self.count > 0, "nothing was compared");
        let shown = self.faults.iter().take(60).map(|fault| format!("\n  {fault}")).collect::<String>();
        assert!(self.faults.is_empty(), "{} of {} comparisons failed:{shown}", self.faults.len(), self.count);
    }
}

/// Compares every row of a table in every engine, with a relative tolerance for each order.
#[track_caller]
pub fn check_table<C: Curve>(rows: impl Iterator<Item = Row<C>>, tolerance: [f64; 5]) {
    let mut checks = Checks::default();
    for (curve, name, at, expected) in rows {
        for (order, expected) in expected.into_iter().enumerate() {
            for (engine, got) in engines::orders(curve, at, order) {
                checks.meets(
                    format_args!("{name} at {at:?}, order {order}, {engine}"),
                    got,
                    expected,
                    tolerance[order],
                );
            }
        }
    }
    checks.finish();
}

// ---- Random numbers --------------------------------------------------------------------------------------------------

/// Knuth's 64-bit linear congruential generator.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0
    }

    /// Uniform in `low .. high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.bits() >> 11) as f64 / (1_u64 << 53) as f64)
    }

    /// A finite number of any sign and magnitude, subnormal ones included.
    pub fn any_finite(&mut self) -> f64 {
        // The low bits of the generator repeat, so they come from another draw.
        let x = f64::from_bits(self.bits() ^ (self.bits() >> 32));
        if x.is_finite() { x } else { self.any_finite() }
    }
}

/// Numbers that decide between branches: zeros, subnormals, infinities, NaN, the ends of the range, neighbours of one.
#[rustfmt::skip]
pub const SPECIAL: &[f64] = &[
    0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN,
    5e-324, -5e-324, 1e-310, -1e-310, f64::MIN_POSITIVE, f64::MAX, f64::MIN,
    1e-300, -1e-300, 1e300, -1e300, 1e-20, 1e200, -1e200,
    0.999_999_999_999_999_9, 1.000_000_000_000_000_2, -0.999_999_999_999_999_9, -1.000_000_000_000_000_2,
    0.5, -0.5, 1.5, 2.5, -2.5, 0.75, 18.0, 20.0, 400.0, -745.0, 709.78, 710.0, 1e8, 1e16, 1e22,
];
