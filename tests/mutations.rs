//! The list of changes that tests must notice fits the source: every change can be made. Making them takes an hour: `tests/mutations/run`.

use std::collections::HashMap;
use std::path::Path;

#[test]
fn every_change_on_the_list_can_be_made() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let squeezed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let list = include_str!("mutations/list.txt");
    let mut files = HashMap::new();
    let mut count = 0;
    for entry in list.split("\n\n").filter(|entry| entry.contains("name: ")) {
        let field = |key: &str| {
            entry.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("no {key}: {entry}"))
        };
        let old: Vec<&str> = entry.lines().filter_map(|line| line.strip_prefix("- ")).map(str::trim).collect();
        let file = field("file: ");
        let source = files.entry(file).or_insert_with(|| {
            squeezed(&std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}")))
        });
        let found = source.matches(&old.join("\n")).count();
        assert_eq!(found, 1, "the lines of \"{}\" occur {found} times in {file}", field("name: "));
        count += 1;
    }
    assert!(count >= 30, "{count} changes are listed");
}
