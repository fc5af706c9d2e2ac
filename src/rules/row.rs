//! What is left of a row when its type is forgotten: a name, parameters as words, and functions on one primitive type.
//!
//! A program that is written to bytes names its rules, and whoever reads it has to find them again, without memory management. So every
//! group of rows has a constant table, which [`define_rules!`](super::dialect::define_rules) makes. A table is compiled for a primitive type
//! where somebody looks at it, and nowhere else.

use crate::float::{Binary, Primitive, Reduction, Rule, Unary};
use core::ops::Range;

/// The most parameters a rule has.
pub(crate) const MOST_PARAMETERS: usize = 3;

/// The parameters of a rule as words, 0 where it has fewer.
pub(crate) type Parameters = [u64; MOST_PARAMETERS];

/// What a rule may have as a parameter.
pub(crate) trait Parameter: Sized {
    /// The parameter as 64 bits.
    #[cfg(feature = "graph")]
    fn word(self) -> u64;
    /// The parameter again, if these are the bits of one.
    fn of_word(word: u64) -> Option<Self>;
}

/// The time that some rules take grows with exponents, which are integers with a sign, and with its square in orders of derivatives, which
/// are those without. A word beyond the largest is none, so that no altered byte makes one operation take longer than milliseconds.
const LARGEST_EXPONENT: i64 = 1 << 20;
const LARGEST_ORDER: i64 = 128;

macro_rules! integers {
    ($($t:ty: $largest:expr),*) => {$(
        impl Parameter for $t {
            #[cfg(feature = "graph")]
            fn word(self) -> u64 {
                self as u64
            }
            fn of_word(word: u64) -> Option<$t> {
                let is_near = (-$largest..=$largest).contains(&(word as i64));
                if is_near { (word as i64).try_into().ok() } else { None }
            }
        }
    )*};
}
integers!(i32: LARGEST_EXPONENT, u32: LARGEST_ORDER, usize: LARGEST_ORDER);

impl Parameter for f64 {
    #[cfg(feature = "graph")]
    fn word(self) -> u64 {
        self.to_bits()
    }
    fn of_word(word: u64) -> Option<f64> {
        Some(f64::from_bits(word))
    }
}

impl Parameter for bool {
    #[cfg(feature = "graph")]
    fn word(self) -> u64 {
        self.into()
    }
    fn of_word(word: u64) -> Option<bool> {
        [false, true].into_iter().find(|&bit| bit as u64 == word)
    }
}

/// An enumeration as a parameter: its members, by their numbers.
macro_rules! parameter_of {
    ($Choice:ident: $($member:ident),*) => {
        impl $crate::rules::row::Parameter for $Choice {
            #[cfg(feature = "graph")]
            fn word(self) -> u64 {
                self as u64
            }
            fn of_word(word: u64) -> Option<$Choice> {
                [$($Choice::$member),*].into_iter().find(|&member| member as u64 == word)
            }
        }
    };
}
pub(crate) use parameter_of;

/// A rule that can be told by its parameters. Every row is one.
pub(crate) trait Parametric: Rule {
    /// How many parameters there are.
    const COUNT: usize;
    /// What they are.
    #[cfg(feature = "graph")]
    fn parameters(self) -> Parameters;
    /// The rule with these parameters.
    fn of(parameters: &Parameters) -> Option<Self>;
}

/// The arguments of a function of any number of them.
#[derive(Clone)]
pub(crate) struct Arguments<'a, B> {
    read: &'a dyn Fn(usize) -> B,
    left: Range<usize>,
}

impl<'a, B> Arguments<'a, B> {
    pub(crate) fn new(count: usize, read: &'a dyn Fn(usize) -> B) -> Self {
        Arguments { read, left: 0..count }
    }
}

impl<B> Iterator for Arguments<'_, B> {
    type Item = B;
    fn next(&mut self) -> Option<B> {
        self.left.next().map(self.read)
    }
}

/// A function of one argument: its value, its derivative from argument and value, and the pair it begins.
pub(crate) struct One<B> {
    pub value: fn(&Parameters, B) -> B,
    pub slope: fn(&Parameters, B, B) -> B,
    pub both: Option<fn(B) -> (B, B)>,
}

/// A function of two arguments: its value, and its derivatives from the arguments and the value.
pub(crate) struct Two<B> {
    pub value: fn(&Parameters, B, B) -> B,
    pub slopes: [SlopeOfTwo<B>; 2],
}

/// A derivative from two arguments and the value.
type SlopeOfTwo<B> = fn(&Parameters, B, B, B) -> B;

/// A function of any number of arguments.
pub(crate) struct Many<B> {
    pub value: fn(&Parameters, Arguments<'_, B>) -> B,
}

/// What a row computes.
pub(crate) enum Function<B> {
    One(One<B>),
    Two(Two<B>),
    Many(Many<B>),
}

/// A row of a table.
pub(crate) struct Row<B> {
    /// The name of the rule, without parameters.
    pub name: &'static str,
    /// How many parameters it has.
    pub count: usize,
    /// Whether there is such a rule.
    pub is_rule: fn(&Parameters) -> bool,
    /// The parameters of a rule, if it is one of this row.
    #[cfg(feature = "graph")]
    pub parameters: fn(&dyn core::any::Any) -> Option<Parameters>,
    pub function: Function<B>,
}

/// A group of rows. The table is a constant, so that a program links what it looks at and no more.
pub(crate) trait Table<B: 'static> {
    const ROWS: &'static [Row<B>];
}

impl<B: Primitive> Row<B> {
    const fn new<R: Parametric>(name: &'static str, function: Function<B>) -> Row<B> {
        Row {
            name,
            count: R::COUNT,
            is_rule: |parameters| R::of(parameters).is_some(),
            #[cfg(feature = "graph")]
            parameters: |rule| rule.downcast_ref::<R>().map(|rule| rule.parameters()),
            function,
        }
    }

    pub(crate) const fn unary<R: Unary + Parametric>() -> Row<B> {
        let both = match R::TWIN {
            Some(twin) if !twin.is_second => Some(both::<R, B> as fn(B) -> (B, B)),
            _ => None,
        };
        let one = One {
            value: |p, x| at(p, |rule: R| rule.value(x)),
            slope: |p, x, y| at(p, |rule: R| rule.partial(x, y)),
            both,
        };
        Row::new::<R>(R::NAME, Function::One(one))
    }

    pub(crate) const fn binary<R: Binary + Parametric>() -> Row<B> {
        let two = Two {
            value: |p, x, y| at(p, |rule: R| rule.value(x, y)),
            slopes: [
                |p, x, y, z| at(p, |rule: R| rule.partial_x(x, y, z)),
                |p, x, y, z| at(p, |rule: R| rule.partial_y(x, y, z)),
            ],
        };
        Row::new::<R>(R::NAME, Function::Two(two))
    }

    pub(crate) const fn reduction<R: Reduction + Parametric>() -> Row<B> {
        Row::new::<R>(R::NAME, Function::Many(Many { value: |p, x| at(p, |rule: R| rule.value(x)) }))
    }
}

/// What the rule with these parameters computes; whether there is one was asked before.
fn at<R: Parametric, B: Primitive>(parameters: &Parameters, compute: impl FnOnce(R) -> B) -> B {
    R::of(parameters).map_or_else(B::nan, compute)
}

/// Both functions of the pair that a rule begins.
fn both<R: Unary, B: Primitive>(x: B) -> (B, B) {
    match R::TWIN {
        Some(twin) if B::IS_SINGLE => {
            let (first, second) = (twin.pair.at_f32)(x.widen() as f32);
            (B::nearest(first.into()), B::nearest(second.into()))
        }
        Some(twin) => {
            let (first, second) = (twin.pair.at)(x.widen());
            (B::nearest(first), B::nearest(second))
        }
        None => (B::nan(), B::nan()),
    }
}
