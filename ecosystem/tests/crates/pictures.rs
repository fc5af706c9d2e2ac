//! The pictures of the documentation are those that the example `pictures` draws.

#[path = "../../examples/pictures/gallery/mod.rs"]
mod gallery;

use std::collections::BTreeSet;

const REDRAW: &str = "draw the pictures anew by `cargo run -p ecosystem --example pictures`, and look at them";

#[test]
fn the_pictures_of_the_documentation_are_those_of_the_program() {
    let folder = gallery::folder();
    let mut drawn = BTreeSet::new();
    for (name, svg) in gallery::all().unwrap() {
        for (end, content) in gallery::files(name, &svg) {
            let path = folder.join(name).with_extension(end);
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == content, "{} is not what the program draws: {REDRAW}", path.display());
            drawn.insert(path);
        }
    }
    let committed: BTreeSet<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(committed, drawn, "{REDRAW}");
}

#[test]
fn a_picture_is_an_address_without_blanks_and_brackets() {
    for (name, svg) in gallery::all().unwrap() {
        for (_, content) in gallery::files(name, &svg).iter().filter(|(end, _)| *end == "uri") {
            let address = content.strip_prefix(&format!("[{name}]: ")).unwrap().trim_end();
            let is_plain = |c: char| c.is_ascii_graphic() && !"<>()\\\"#".contains(c);
            assert!(address.starts_with("data:image/svg+xml,") && address.chars().all(is_plain), "{name}");
        }
    }
}
