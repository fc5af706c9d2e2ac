//! Tables of numbers: in the source, or beside it in a file of bytes where they are too large for a compiler to read as text.
//!
//! ```text
//!   static const int f_places[] = {3, 9, 2, ...};       up to MOST_IN_SOURCE numbers
//!   f.bin:  stamp | numbers | whole numbers             beyond; all of it little-endian
//! ```
//!
//! In C the function then takes a pointer to these bytes, wherever they are: read, mapped or in flash memory. That is all the language
//! has on every machine; `.incbin` is of some assemblers only and a file that the function opens is none of a microcontroller. The
//! stamp, which the function compares, tells the bytes of another program or of another order. In Rust they are included.

use super::language::{ALLOW, Language};
use std::fmt::Write as _;

/// So many numbers are read by gcc in a tenth of a second, and by rustc in a quarter.
const MOST_IN_SOURCE: usize = 20_000;

/// The numbers of a program, and whole numbers: places and descriptions of steps.
#[derive(Default)]
pub(super) struct Tables {
    pub numbers: Vec<f64>,
    pub whole: Vec<i32>,
}

impl Tables {
    pub fn are_in_source(&self) -> bool {
        self.numbers.len() + self.whole.len() <= MOST_IN_SOURCE
    }

    /// Adds whole numbers. Returns where they begin.
    pub fn push(&mut self, whole: impl IntoIterator<Item = i32>) -> i32 {
        let first = self.whole.len();
        self.whole.extend(whole);
        i32::try_from(first).expect("fewer than 2³¹ entries")
    }

    /// The bytes beside the source, if they are.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        if self.are_in_source() {
            return None;
        }
        let numbers = self.numbers.iter().flat_map(|x| x.to_le_bytes());
        let bytes: Vec<u8> = numbers.chain(self.whole.iter().flat_map(|x| x.to_le_bytes())).collect();
        Some([&stamp(&bytes).to_le_bytes()[..], &bytes].concat())
    }

    /// The definitions of the tables, and of functions that read them.
    pub fn definitions(&self, language: Language, name: &str) -> String {
        let mut text = String::new();
        let rows = |numbers: &[String]| {
            let rows: Vec<String> = numbers.chunks(12).map(|row| format!("    {},\n", row.join(", "))).collect();
            rows.concat()
        };
        let numbers: Vec<String> = self.numbers.iter().map(|&x| language.constant(x)).chain(["0.0".into()]).collect();
        let whole: Vec<String> = self.whole.iter().map(i32::to_string).chain(["0".into()]).collect();
        let (of_numbers, of_whole) = (numbers.len(), whole.len());
        let _ = match (language, self.bytes()) {
            (Language::C, None) => write!(
                text,
                "static const double {name}_numbers[] = {{\n{}}};\n\nstatic const int {name}_whole[] = {{\n{}}};\n\n",
                rows(&numbers),
                rows(&whole)
            ),
            (Language::C, Some(_)) => Ok(()),
            (Language::Rust { .. }, None) => write!(
                text,
                "static NUMBERS: [f64; {of_numbers}] = [\n{}];\n\nstatic WHOLE: [i32; {of_whole}] = [\n{}];\n\n\
                 {ALLOW}\n#[inline(always)]\nfn number(k: usize) -> f64 {{\n    NUMBERS[k]\n}}\n\n\
                 {ALLOW}\n#[inline(always)]\nfn whole(k: usize) -> usize {{\n    WHOLE[k] as usize\n}}\n\n",
                rows(&numbers),
                rows(&whole)
            ),
            (Language::Rust { .. }, Some(_)) => {
                let (first, second) = (8, 8 + 8 * self.numbers.len());
                write!(
                    text,
                    "static BYTES: &[u8] = include_bytes!(\"{name}.bin\");\n\n\
                     {ALLOW}\n#[inline(always)]\nfn number(k: usize) -> f64 {{\n    \
                     f64::from_le_bytes(*BYTES[{first} + 8 * k..].first_chunk().unwrap())\n}}\n\n\
                     {ALLOW}\n#[inline(always)]\nfn whole(k: usize) -> usize {{\n    \
                     i32::from_le_bytes(*BYTES[{second} + 4 * k..].first_chunk().unwrap()) as usize\n}}\n\n"
                )
            }
        };
        text
    }

    /// The statements in C by which the function finds its tables, `c` and `t`.
    pub fn finding(&self, name: &str) -> String {
        match self.bytes() {
            None => format!("    const double *const c = {name}_numbers;\n    const int *const t = {name}_whole;\n"),
            Some(bytes) => format!(
                "    const unsigned long long stamp = 0x{:016x}ULL;\n    \
                 if (memcmp(data, &stamp, 8) != 0)\n        return -2;\n    \
                 const double *const c = (const double *)data + 1;\n    \
                 const int *const t = (const int *)(c + {});\n",
                u64::from_le_bytes(*bytes.first_chunk().expect("a stamp")),
                self.numbers.len()
            ),
        }
    }
}

/// A number that other bytes have not (FNV-1a).
fn stamp(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
