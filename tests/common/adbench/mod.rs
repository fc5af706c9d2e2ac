//! The objectives of ADBench, the usual benchmark of differentiation tools: a Gaussian mixture ([`gmm`]), bundle adjustment
//! ([`ba`]), an LSTM ([`lstm`]) and hand tracking ([`hand`]).
//!
//! Each is one generic function over its data, with the formulas, file formats and order of parameters of ADBench
//! (github.com/microsoft/ADBench). Data that are not differentiated stay plain numbers. Every file of `data` has a file of the
//! same name in `expected`, with the value and the derivatives there, from an independent program; names with `extra`, `full` or
//! `hand_complicated` were made for these tests, all others are ADBench's own (see the licence beside them).

#![allow(dead_code)] // tests and benchmarks each use their part

pub mod ba;
pub mod gmm;
pub mod hand;
pub mod lstm;

use std::collections::HashMap;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/adbench");

/// A function and the point where it is differentiated.
pub struct Problem<F> {
    pub name: &'static str,
    pub function: F,
    pub x0: Vec<f64>,
}

/// The text of a file in `data` or `expected`.
fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn number<N: std::str::FromStr>(path: &str, word: &str) -> N {
    word.parse().unwrap_or_else(|_| panic!("{path}: {word:?} is not a number of the kind that belongs here"))
}

/// The numbers of a data file, in their order; line breaks carry no meaning.
struct Numbers {
    path: &'static str,
    words: std::vec::IntoIter<String>,
}

impl Numbers {
    fn of(path: &'static str) -> Numbers {
        let words: Vec<String> = read(&format!("data/{path}")).split_whitespace().map(str::to_owned).collect();
        Numbers { path, words: words.into_iter() }
    }

    fn one<N: std::str::FromStr>(&mut self) -> N {
        let word = self.words.next().unwrap_or_else(|| panic!("{}: too few numbers", self.path));
        number(self.path, &word)
    }

    fn many(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.one()).collect()
    }

    fn array<N: std::str::FromStr, const COUNT: usize>(&mut self) -> [N; COUNT] {
        std::array::from_fn(|_| self.one())
    }

    /// Asserts that the file has been read to its end, which it has not if one of its sizes was misread.
    fn end(mut self) {
        assert_eq!(self.words.next(), None, "{}: too many numbers", self.path);
    }
}

/// What a data file should give: matrices by name, row by row.
pub struct Expected(HashMap<String, Vec<f64>>);

impl Expected {
    pub fn of(path: &str) -> Expected {
        let path = format!("expected/{path}");
        let text = read(&path);
        let mut words = text.split_whitespace();
        let mut sections = HashMap::new();
        while let Some(name) = words.next() {
            let [rows, columns]: [usize; 2] = std::array::from_fn(|_| number(&path, words.next().expect("a size")));
            let numbers: Vec<f64> = words.by_ref().take(rows * columns).map(|word| number(&path, word)).collect();
            assert_eq!(numbers.len(), rows * columns, "{path}: numbers of {name}");
            sections.insert(name.to_owned(), numbers);
        }
        Expected(sections)
    }

    pub fn section(&self, name: &str) -> &[f64] {
        self.0.get(name).unwrap_or_else(|| panic!("no section {name}"))
    }
}
