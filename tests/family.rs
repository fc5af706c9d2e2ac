//! The table of drivers in the documentation, and the aliases that rustdoc's search knows, against the source of the crate.

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The verbs of differentiation; every name with one of them as its last word, or before `_into` or `_of`, is that of a driver.
const VERBS: [&str; 14] = [
    "derivative",
    "gradient",
    "jacobian",
    "hessian",
    "hvp",
    "jvp",
    "vjp",
    "derivatives",
    "taylor",
    "directional",
    "diagonal",
    "laplacian",
    "contracted",
    "product",
];

fn is_driver(name: &str) -> bool {
    let stem = name.strip_suffix("_into").unwrap_or(name);
    let stem = ["_of_array", "_of"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem);
    VERBS.iter().any(|verb| stem == *verb || stem.ends_with(&format!("_{verb}")))
}

/// The public functions of a file, with `Chunk::` before the methods of that type.
fn functions(path: &str) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    for line in read(path).lines() {
        let (prefix, rest) = match (line.strip_prefix("pub fn "), line.strip_prefix("    pub fn ")) {
            (Some(rest), _) => ("", rest),
            (_, Some(rest)) => ("Chunk::", rest),
            _ => continue,
        };
        let name = rest.split(['<', '(']).next().unwrap();
        functions.insert(format!("{prefix}{name}"));
    }
    functions
}

/// The names that `pub use` makes public in the text of a file, of items under a path that contains `within`.
fn exports(text: &str, within: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join(" ");
    for statement in code.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap();
        let mut prefixes: Vec<String> = vec![String::new()];
        let mut word = String::new();
        for character in statement.chars() {
            match character {
                '{' => prefixes.push(prefixes.last().unwrap().clone() + &std::mem::take(&mut word)),
                ',' | '}' => {
                    let path = prefixes.last().unwrap().clone() + &std::mem::take(&mut word);
                    names.extend(path.contains(within).then_some(path));
                    if character == '}' {
                        prefixes.pop();
                    }
                }
                space if space.is_whitespace() => {}
                letter => word.push(letter),
            }
        }
        names.extend(word.contains(within).then_some(word));
    }
    names.into_iter().map(|path| path.rsplit("::").next().unwrap().to_string()).collect()
}

/// The files of a module whose public functions its `mod.rs` exports.
const IN_FILES: [(&str, &str); 6] = [
    ("forward", "chunk"),
    ("forward", "series"),
    ("reverse", "gradient"),
    ("reverse", "hessian"),
    ("reverse", "jacobian"),
    ("reverse", "product"),
];

/// What the crate makes public: in the root what `src/lib.rs` exports, in the modules their functions.
fn drivers_of_the_crate() -> BTreeSet<String> {
    let mut all = exports(&read("src/lib.rs"), "drivers::");
    for (module, file) in IN_FILES {
        let exported = exports(&read(&format!("src/drivers/{module}/mod.rs")), &format!("{file}::"));
        for name in functions(&format!("src/drivers/{module}/{file}.rs")) {
            let is_exported = exported.contains(name.split("::").next().unwrap());
            assert!(is_exported, "{module}::{name} is public in its file and not exported");
            all.insert(format!("{module}::{name}"));
        }
    }
    for (module, file) in [("forward", "forward/mod"), ("matrix", "matrix")] {
        let functions = functions(&format!("src/drivers/{file}.rs"));
        all.extend(functions.iter().map(|name| format!("{module}::{name}")));
    }
    all.retain(|path| is_driver(path.rsplit("::").next().unwrap()));
    all
}

/// The names in the tables of `docs/family.md`; each is a link to itself.
fn drivers_of_the_table() -> BTreeSet<String> {
    let text = read("docs/family.md");
    let mut names = BTreeSet::new();
    for cell in text.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split("[`").skip(1)) {
        let (name, rest) = cell.split_once("`]").unwrap();
        let target = rest.strip_prefix("(crate::").and_then(|rest| rest.split(')').next());
        assert_eq!(target, Some(name), "the link of {name}");
        assert!(names.insert(name.to_string()), "{name} is in the table twice");
    }
    names
}

#[test]
fn the_table_of_drivers_is_complete_and_has_no_others() {
    let (table, source) = (drivers_of_the_table(), drivers_of_the_crate());
    let missing: Vec<_> = source.difference(&table).collect();
    let invented: Vec<_> = table.difference(&source).collect();
    assert!(missing.is_empty(), "not in docs/family.md: {missing:?}");
    assert!(invented.is_empty(), "in docs/family.md and not in the crate: {invented:?}");
    assert!(table.len() > 60, "only {} drivers were found", table.len());
}

/// What is public in the crate root is in the module of its mode, too; only those that choose by size are nowhere else.
#[test]
fn every_driver_of_the_root_has_a_home() {
    let all = drivers_of_the_crate();
    for name in all.iter().filter(|name| !name.contains("::")) {
        let home = ["forward", "reverse"].iter().any(|mode| all.contains(&format!("{mode}::{name}")));
        assert!(home != name.trim_end_matches("_into").ends_with("_of"), "{name}");
    }
}

/// Every letter in brackets in a table is explained below it, and every explanation is needed.
#[test]
fn every_gap_has_its_reason() {
    let text = read("docs/family.md");
    for letter in 'a'..='z' {
        let mark = format!("({letter})");
        let used = text.lines().any(|line| line.starts_with('|') && line.contains(&mark));
        let explained = text.lines().any(|line| line.starts_with(&format!("- {mark} ")));
        assert_eq!(used, explained, "{mark}");
    }
}

/// All drivers that return their results ask for them to be used.
#[test]
fn drivers_that_return_results_must_be_used() {
    let mut seen = 0;
    let in_files = IN_FILES.map(|(module, file)| format!("{module}/{file}.rs"));
    for path in in_files.into_iter().chain(["forward/mod.rs", "matrix.rs", "by_size.rs"].map(String::from)) {
        let text = read(&format!("src/drivers/{path}"));
        let lines: Vec<&str> = text.lines().collect();
        for (place, line) in lines.iter().enumerate() {
            let Some(rest) = line.trim_start().strip_prefix("pub fn ") else { continue };
            let name = rest.split(['<', '(']).next().unwrap();
            let attributes: Vec<_> =
                lines[..place].iter().rev().take_while(|line| line.trim().starts_with("#[")).collect();
            let has = |attribute: &str| attributes.iter().any(|line| line.trim().starts_with(attribute));
            assert_eq!(has("#[must_use"), !name.ends_with("_into"), "{path}: {name}");
            assert!(has("#[track_caller]"), "{path}: {name} blames its own lines");
            seen += 1;
        }
    }
    assert!(seen > 60, "only {seen} drivers were found");
}

/// The words that people search for, from other libraries and from the literature. rustdoc keeps an alias where the item is
/// exported, and drops it where it stands in a private module.
#[test]
fn words_of_other_libraries_lead_here() {
    let exported = ["lib", "drivers/forward/mod", "check/mod"].map(|file| read(&format!("src/{file}.rs"))).concat();
    for word in [
        "jet",
        "hyperdual",
        "dual number",
        "autodiff",
        "GradientTape",
        "backward",
        "grad",
        "vmap",
        "greeks",
        "zero_grad",
        "gradcheck",
        "jacfwd",
        "jacrev",
        "stop_gradient",
    ] {
        let alias = format!("alias = \"{word}\"");
        let lines: Vec<&str> = exported.lines().collect();
        let place = lines.iter().position(|line| line.starts_with("#[doc(") && line.contains(&alias));
        let place = place.unwrap_or_else(|| panic!("nothing has the alias {word}"));
        assert!(lines[place + 1].starts_with("pub use "), "the alias {word} is not at an export");
    }
}
