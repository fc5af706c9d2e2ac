//! Figures of `BENCHMARKS.md`.

use super::Fail;

/// The text after a line that begins so.
fn after<'a>(text: &'a str, beginning: &str) -> Result<impl Iterator<Item = &'a str>, Fail> {
    let mut lines = text.lines();
    lines
        .find(|line| line.starts_with(beginning))
        .ok_or_else(|| format!("BENCHMARKS.md: no line begins with {beginning:?}"))?;
    Ok(lines)
}

/// The rows of the first table in Markdown after such a line, the heading first; each cell without blanks around it.
pub fn table<'a>(text: &'a str, beginning: &str) -> Result<Vec<Vec<&'a str>>, Fail> {
    let rows =
        after(text, beginning)?.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    Ok(rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect())
}

/// The rows of numbers in the first block of printed text after such a line, each without its units.
pub fn printed(text: &str, beginning: &str) -> Result<Vec<Vec<f64>>, Fail> {
    let lines = after(text, beginning)?.skip_while(|line| !line.starts_with("```")).skip(1);
    let number = |word: &str| word.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().ok();
    let row = |line: &str| line.split_whitespace().map(number).collect::<Option<Vec<f64>>>();
    Ok(lines.take_while(|line| !line.starts_with("```")).filter_map(row).filter(|row| !row.is_empty()).collect())
}
