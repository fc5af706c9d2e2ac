//! The nonlinear regression problems of the NIST Statistical Reference Datasets: reading a file, and the sum of
//! squares as a function to be minimised.

mod models;

pub use models::Model;

use dualtape::{Float, ScalarFunction, VectorFunction};
use std::path::Path;
use std::{fs, io};

/// Where the files are.
pub const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/nist");

/// What a `.dat` file says.
#[derive(Clone, Debug)]
pub struct Problem {
    pub name: String,
    pub model: Model,
    /// Start 1 (far) and Start 2 (near).
    pub starts: [Vec<f64>; 2],
    pub certified: Vec<f64>,
    /// The certified standard deviations of the estimates.
    pub deviations: Vec<f64>,
    pub residual_sum: f64,
    /// One row per observation: the response, then the predictors.
    pub data: Vec<Vec<f64>>,
}

impl Problem {
    /// All problems of a directory, in alphabetical order.
    pub fn read_all(directory: impl AsRef<Path>) -> io::Result<Vec<Self>> {
        let mut paths: Vec<_> = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        paths.retain(|path| path.extension().is_some_and(|e| e == "dat"));
        paths.sort();
        paths.iter().map(Self::read).collect()
    }

    /// One file.
    pub fn read(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let text = fs::read_to_string(path)?;
        Self::parse(&text).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {e}", path.display())))
    }

    /// Reads the text of a file. The numbers of parameters, predictors and observations that its header announces
    /// must be those found.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = after(text, "Dataset Name:")?.split_whitespace().next().unwrap_or_default().to_string();
        let model = Model::named(&name).ok_or_else(|| format!("no model named `{name}` in the table"))?;
        let residual_sum = numbers(after(text, "Residual Sum of Squares:")?)?;
        let &[residual_sum] = &residual_sum[..] else { return Err("expected one residual sum of squares".into()) };

        let [mut start1, mut start2, mut certified, mut deviations] = [const { Vec::new() }; 4];
        for (parameter, values) in text.lines().filter_map(|line| line.split_once('=')) {
            if parameter.trim() != format!("b{}", certified.len() + 1) {
                continue; // the formula, or a legend
            }
            let &[s1, s2, c, deviation] = &numbers(values)?[..] else {
                return Err(format!("expected two starts, a value and a deviation: `{values}`"));
            };
            start1.push(s1);
            start2.push(s2);
            certified.push(c);
            deviations.push(deviation);
        }

        // The header also has a paragraph called `Data:`; the table is the last.
        let mut lines = text.lines().collect::<Vec<_>>().into_iter().rev();
        let mut data: Vec<Vec<f64>> = Vec::new();
        for line in lines.by_ref().take_while(|line| !line.starts_with("Data:")) {
            if !line.trim().is_empty() {
                data.push(numbers(line)?);
            }
        }
        data.reverse();

        let found = [certified.len(), data.first().map_or(0, |row| row.len().saturating_sub(1)), data.len()];
        let announced = [count(text, "Parameter")?, count(text, "Predictor")?, count(text, "Observations")?];
        if found != announced
            || data.iter().any(|row| row.len() != found[1] + 1)
            || model.shape() != (found[0], found[1])
        {
            return Err(format!("[parameters, predictors, observations]: announced {announced:?}, found {found:?}"));
        }
        Ok(Self { name, model, starts: [start1, start2], certified, deviations, residual_sum, data })
    }

    /// Log relative error of the estimates: the number of digits in which the worst agrees with the certified values,
    /// which have eleven.
    pub fn log_relative_error(&self, b: &[f64]) -> f64 {
        common_digits(b, &self.certified)
    }

    /// The same for the standard errors.
    pub fn log_relative_error_of_deviations(&self, deviations: &[f64]) -> f64 {
        common_digits(deviations, &self.deviations)
    }

    fn residual<T: Float>(&self, row: &[f64], b: &[T]) -> T {
        T::lit(self.model.response(row[0])) - self.model.predict(b, &row[1..])
    }
}

fn common_digits(found: &[f64], certified: &[f64]) -> f64 {
    let digits = |(b, c): (&f64, &f64)| -((b - c).abs() / c.abs()).log10();
    found.iter().zip(certified).map(digits).fold(11.0, |worst, d| if d >= worst { worst } else { d.max(0.0) })
}

/// S(b) = Σ (y - f(x; b))².
impl ScalarFunction for Problem {
    fn eval<T: Float>(&self, b: &[T]) -> T {
        self.data.iter().map(|row| self.residual(row, b).powi(2)).sum()
    }
}

/// y - f(x; b) of all observations.
impl VectorFunction for Problem {
    fn eval<T: Float>(&self, b: &[T]) -> Vec<T> {
        self.data.iter().map(|row| self.residual(row, b)).collect()
    }
}

/// What follows `label` on its line.
fn after<'a>(text: &'a str, label: &str) -> Result<&'a str, String> {
    text.lines().find_map(|line| line.strip_prefix(label)).ok_or_else(|| format!("no line `{label}`"))
}

/// The number before `noun`, as in `2 Predictors`.
fn count(text: &str, noun: &str) -> Result<usize, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .windows(2)
        .find_map(|pair| if pair[1].starts_with(noun) { pair[0].parse().ok() } else { None })
        .ok_or_else(|| format!("no number of {noun}"))
}

/// Numbers separated by blanks.
fn numbers(text: &str) -> Result<Vec<f64>, String> {
    text.split_whitespace().map(|word| word.parse().map_err(|_| format!("`{word}` is not a number"))).collect()
}
