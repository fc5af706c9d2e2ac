//! The pages that a newcomer reads first: every example is listed, and every chapter is in the maps.

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder with this ending; none if there is no such folder, as in a published package.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries =
        read_dir(root().join(folder)).into_iter().flatten().map(|entry| entry.expect("it can be read").path());
    entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

fn name(path: &Path) -> &str {
    path.file_stem().and_then(|name| name.to_str()).expect("names are plain text")
}

/// The text of the head of `src/lib.rs`, which is the first page of the documentation.
fn crate_page() -> String {
    let text = read_to_string(root().join("src/lib.rs")).expect("the crate has a root");
    text.lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect()
}

fn readme() -> String {
    read_to_string(root().join("README.md")).expect("there is one")
}

#[test]
fn every_example_is_listed() {
    let examples: Vec<_> =
        ["examples", "ecosystem/examples"].into_iter().flat_map(|folder| files(folder, "rs")).collect();
    assert!(examples.len() >= 10, "{examples:?}");
    for (page, text) in [("the README", readme()), ("the page of the crate", crate_page())] {
        for example in &examples {
            assert!(
                text.contains(&format!("`{}`", name(example))),
                "{page} does not list the example `{}`",
                name(example)
            );
        }
    }
}

#[test]
fn every_chapter_and_page_is_in_the_maps() {
    let (readme, guide) = (readme(), read_to_string(root().join("src/guide.rs")).expect("the guide has an index"));
    for chapter in files("docs/guide", "md") {
        let chapter = name(&chapter);
        assert!(
            readme.contains(&format!("(docs/guide/{chapter}.md)")),
            "the README does not list the chapter {chapter}"
        );
        assert!(guide.contains(&format!("]({chapter})")), "the guide does not list its chapter {chapter}");
    }
    for page in files("docs", "md") {
        let page = name(&page);
        assert!(readme.contains(&format!("(docs/{page}.md)")), "the README does not list the page {page}");
        assert!(crate_page().contains(&format!("[`{page}`]")), "the page of the crate does not list the page {page}");
    }
}
