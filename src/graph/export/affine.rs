//! Whole numbers that go by the counters of loops, and what an operand reads at such places.

use super::language::Language;

/// How many loops may stand inside one another.
pub(super) const DEPTH: usize = 3;

/// `first + Σ strides[l] i_l`, where `i_l` counts the passes of the `l`-th loop from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Affine {
    pub first: i32,
    pub strides: [i32; DEPTH],
}

impl Affine {
    pub fn constant(first: i32) -> Affine {
        Affine { first, strides: [0; DEPTH] }
    }

    pub fn at(&self, counters: &[i32]) -> i32 {
        self.first + self.strides.iter().zip(counters).map(|(stride, i)| stride * i).sum::<i32>()
    }

    /// The number in the pass before of a loop.
    pub fn before(mut self, level: usize) -> Affine {
        self.first -= self.strides[level];
        self
    }

    /// As it is written: what is subtracted stands behind what is added, so that no difference is negative on the way.
    pub fn show(&self) -> String {
        let term = |level: usize, stride: i32| match stride.abs() {
            1 => format!("i{level}"),
            size => format!("{size} * i{level}"),
        };
        let with = |sign: i32| {
            self.strides
                .iter()
                .enumerate()
                .filter(move |(_, stride)| stride.signum() == sign)
                .map(move |(l, &s)| term(l, s))
        };
        let added: Vec<String> = (self.first != 0).then(|| self.first.to_string()).into_iter().chain(with(1)).collect();
        let mut text = if added.is_empty() { "0".to_owned() } else { added.join(" + ") };
        with(-1).for_each(|term| text += &format!(" - {term}"));
        text
    }
}

/// Where numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Array {
    /// The results of statements, by their position in the sequence.
    Value,
    Input,
    /// The table of numbers.
    Number,
    /// The whole number itself.
    Whole,
}

/// What is read in each pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A constant, by its bits.
    Literal(u64),
    /// The variable of a statement whose result is at hand.
    Local(u32),
    /// The variable that has the result of a statement in the pass before.
    Carried(u32),
    /// The entry of an array at `place`, or at `list[index] + place` if there is a list.
    At { array: Array, index: Option<Affine>, place: Affine },
}

impl Reading {
    pub fn at(array: Array, place: i32) -> Reading {
        Reading::At { array, index: None, place: Affine::constant(place) }
    }

    /// The array, and how far the places move with each pass of the loops around; none for constants and variables.
    pub fn form(&self) -> Option<(Array, Option<[i32; DEPTH]>, [i32; DEPTH])> {
        match self {
            Reading::At { array, index, place } => Some((*array, index.map(|index| index.strides), place.strides)),
            _ => None,
        }
    }
}

impl Language {
    /// The entry of the table of whole numbers.
    pub fn whole(self, index: &Affine) -> String {
        let index = index.show();
        self.either(format!("t[{index}]"), format!("whole({index})"))
    }

    /// The entry of the table of numbers.
    pub fn number(self, place: &str) -> String {
        self.either(format!("c[{place}]"), format!("number({place})"))
    }
}
