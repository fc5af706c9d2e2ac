//! All pictures of the documentation, as text.
//!
//! Markdown files name the SVG file. Pages of rustdoc cannot, since only the pages themselves are published; they take the definition
//! in the file `.uri`, which says the same picture as an address.

mod chart;
mod compiled;
mod contours;
mod convergence;
mod crossover;
mod descent;
mod dots;
mod graphs;
pub mod layout;
mod paths;
mod peers;
mod tables;

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Whatever goes wrong in drawing.
pub type Fail = Box<dyn std::error::Error>;

/// Where the pictures are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures")
}

/// Each picture with its name. Figures of measurements are read from `BENCHMARKS.md`.
pub fn all() -> Result<Vec<(&'static str, String)>, Fail> {
    let benchmarks = std::fs::read_to_string(folder().join("../../BENCHMARKS.md"))?;
    let mut pictures = vec![
        ("rosenbrock", paths::draw()?),
        ("convergence", convergence::draw()?),
        ("crossover", crossover::draw(&benchmarks)?),
        ("peers", peers::draw(&benchmarks)?),
        ("compiled", compiled::draw(&benchmarks)?),
    ];
    pictures.extend(graphs::draw()?);
    Ok(pictures)
}

/// The files of a picture: the name's end, and the content.
pub fn files(name: &str, svg: &str) -> Vec<(&'static str, String)> {
    let is_on_a_page = !["peers", "compiled"].contains(&name); // these are shown in BENCHMARKS.md alone
    let uri = is_on_a_page.then(|| ("uri", uri(name, svg)));
    [("svg", svg.to_owned())].into_iter().chain(uri).collect()
}

/// A definition of Markdown that makes `![..][name]` the picture. The first definition of a name counts, so it stands before a text
/// that ends with a definition of its own.
fn uri(name: &str, svg: &str) -> String {
    let mut text = format!("[{name}]: data:image/svg+xml,");
    for c in svg.chars() {
        match c {
            '\n' => text.push_str("%20"),
            '%' | '#' | '<' | '>' | '"' | '(' | ')' | '\\' | ' ' => {
                write!(text, "%{:02X}", c as u32).expect("a string grows")
            }
            c if c.is_ascii() => text.push(c),
            c => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| write!(text, "%{byte:02X}").expect("a string grows"))
            }
        }
    }
    text + "\n"
}
