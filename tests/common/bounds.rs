//! Bounds of errors: read from the table in a module's documentation, compared with what is measured.
#![allow(dead_code)] // each test file uses its part

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The rows of a table in the documentation: for each function its bounds in ulp, one a column.
pub struct Promises(BTreeMap<&'static str, Vec<f64>>);

impl Promises {
    /// Reads the table with so many columns of bounds from the text of a source file.
    #[track_caller]
    pub fn read(source: &'static str, columns: usize) -> Promises {
        Self::read_rows(source, "//! | `", columns)
    }

    /// The same for the table whose rows start with `prefix`.
    #[track_caller]
    pub fn read_rows(source: &'static str, prefix: &str, columns: usize) -> Promises {
        let mut promises = BTreeMap::new();
        for row in source.lines().filter_map(|line| line.strip_prefix(prefix)) {
            let (names, bounds) = row.split_once('|').expect("a row has columns");
            let bounds: Vec<f64> = bounds
                .split_terminator('|')
                .map(|cell| match cell.trim() {
                    "-" => f64::INFINITY, // not measured
                    cell => cell.parse().unwrap_or_else(|_| panic!("{row}")),
                })
                .collect();
            assert_eq!(bounds.len(), columns, "{row}");
            for name in names.split(',') {
                let name = name.trim().trim_matches('`');
                let former = promises.insert(name, bounds.clone());
                assert!(former.is_none(), "{name} has two rows");
            }
        }
        assert!(!promises.is_empty(), "the documentation has no table");
        Promises(promises)
    }

    #[track_caller]
    pub fn of(&self, name: &str) -> &[f64] {
        self.0.get(name).unwrap_or_else(|| panic!("no bounds for {name}"))
    }

    /// Fails if a function of the crate has no bounds, or if one that is not exact has no references.
    #[track_caller]
    pub fn cover(&self, functions: &[&str], has_references: impl Fn(&str) -> bool) {
        for name in functions {
            self.of(family(name));
        }
        for (name, bounds) in &self.0 {
            let exact = bounds.iter().all(|&bound| bound == 0.0); // exact ones are compared elsewhere
            assert!(exact || has_references(name), "no references for {name}");
        }
    }
}

/// `powi` for `powi(3)`.
pub fn family(name: &str) -> &str {
    name.split('(').next().unwrap_or(name)
}

/// The table holds for the mathematical library it was measured with. Another one may be an ulp worse, in each factor.
const OTHER_LIBRARY: f64 =
    if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")) { 0.0 } else { 1.0 };

/// The worst error that was found, and where.
#[derive(Clone, Default)]
struct Worst {
    error: f64,
    at: String,
}

/// What was measured: for each function the worst error in each column.
#[derive(Default)]
pub struct Measured(BTreeMap<&'static str, Vec<Worst>>);

impl Measured {
    pub fn note(&mut self, name: &'static str, column: usize, error: f64, at: impl FnOnce() -> String) {
        assert!(!error.is_nan(), "{name}: the error is no number");
        let row = self.0.entry(family(name)).or_default();
        row.resize(row.len().max(column + 1), Worst::default());
        let worst = &mut row[column];
        if worst.at.is_empty() || error > worst.error {
            *worst = Worst { error, at: at() };
        }
    }

    /// Prints what was measured in the form of the table, and compares it with what is promised.
    #[track_caller]
    pub fn finish(self, promises: &Promises) {
        assert!(!self.0.is_empty(), "nothing was measured");
        let mut faults = String::new();
        for (name, worst) in &self.0 {
            print!("//! | `{name}` |");
            for (k, (worst, bound)) in worst.iter().zip(promises.of(name)).enumerate() {
                print!(" {:.1} |", (10.0 * worst.error).ceil() / 10.0);
                if worst.error > bound + OTHER_LIBRARY * (k + 1) as f64 {
                    let Worst { error, at } = worst;
                    write!(faults, "\n  {name}, column {}: {error:.2} ulp {at}, promised are {bound}", k + 1)
                        .expect("strings take everything");
                }
            }
            println!();
        }
        assert!(faults.is_empty(), "less exact than promised:{faults}");
    }
}
