//! Code in the documentation is read without scrolling: no line of it is longer than a page of rustdoc is wide.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What fits beside the list of a page's sections, with a little to spare.
const WIDEST: usize = 85;

/// All files below a folder whose names end so.
fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, found);
        } else if path.extension().is_some_and(|extension| extension == end) {
            found.push(path);
        }
    }
}

/// The text of a page: all of a Markdown file; of a Rust file what its documentation says, and an empty line for each other one.
fn page(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "md") {
        return text.lines().map(str::to_owned).collect();
    }
    let said = |line: &str| {
        let line = line.trim_start();
        let said = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        said.map_or_else(String::new, |said| said.strip_prefix(' ').unwrap_or(said).to_owned())
    };
    text.lines().map(said).collect()
}

/// The lines of Rust that a page shows and that are too long, by their numbers.
fn too_long(page: &[String]) -> Vec<(usize, &str)> {
    let (mut is_code, mut is_rust) = (false, false);
    let mut found = Vec::new();
    for (line, number) in page.iter().zip(1..) {
        if let Some(language) = line.strip_prefix("```") {
            is_code = !is_code;
            is_rust = is_code && !["text", "sh", "toml", "console"].contains(&language.trim());
        } else if is_rust && !line.starts_with("# ") && line.chars().count() > WIDEST {
            found.push((number, line.as_str()));
        }
    }
    found
}

#[test]
fn no_line_of_code_is_cut_by_a_scroll_bar() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("src"), "rs", &mut paths);
    files(&root.join("docs"), "md", &mut paths);
    paths.push(root.join("README.md"));
    assert!(paths.len() > 100, "where are the files?");
    let mut found = String::new();
    for path in paths {
        for (number, line) in too_long(&page(&path)) {
            writeln!(found, "{}:{number}: {line}", path.strip_prefix(root).unwrap().display()).unwrap();
        }
    }
    assert!(found.is_empty(), "break these lines of documentation, to at most {WIDEST} letters:\n{found}");
}

#[test]
fn a_long_line_is_noticed() {
    let long = "x".repeat(WIDEST + 1);
    let page = ["```", &long, "```", "", &long, "```text", &long, "```"].map(str::to_owned);
    assert_eq!(too_long(&page), [(2, long.as_str())]);
}
