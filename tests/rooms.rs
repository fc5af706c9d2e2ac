//! The rooms of `src`: none uses one below it in the list of `DESIGN.md`, but for what is written there.

use std::path::{Path, PathBuf};

/// Each room, and the names at the root of the crate that live in it, in the order of `DESIGN.md`.
const ROOMS: &[(&str, &[&str])] = &[
    ("float", &["Float", "Primitive", "select"]),
    ("rules", &[]),
    ("slices", &[]),
    ("recording", &[]),
    ("numbers", &["Dual", "Reverse", "Taylor", "Real", "AllParts"]),
    ("special", &["Special"]),
    ("replay", &[]),
    (
        "drivers",
        &[
            "ScalarFunction",
            "VectorFunction",
            "Tape",
            "forward",
            "reverse",
            "matrix",
            "derivative",
            "gradient",
            "jvp",
            "vjp",
        ],
    ),
    ("terms", &[]),
    ("parameters", &[]),
    ("checkpoint", &[]),
    ("numeric", &[]),
    ("check", &[]),
    ("linalg", &["LinearAlgebra"]),
    ("implicit", &[]),
    ("graph", &[]),
    ("sparse", &[]),
    ("optimize", &[]),
];

/// What is used from below: a number that records is asked for by its name, under the feature `graph`, in the hook for algorithms and in
/// the algorithms.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("src/float/algorithm.rs", "graph"),
    ("src/float/condition.rs", "graph"),
    ("src/linalg/determinant.rs", "graph"),
    ("src/linalg/recorded.rs", "graph"),
    ("src/linalg/spectra.rs", "graph"),
    ("src/linalg/systems.rs", "graph"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry of it").path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

fn room_of(name: &str) -> Option<usize> {
    ROOMS.iter().position(|&(room, names)| room == name || names.contains(&name))
}

/// The names that follow `crate::` in code, in braces or not.
fn used(code: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.split("crate::").skip(1).flat_map(move |rest| {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(list),
            None => rest.split(|c| !is_name(c)).next().unwrap_or(rest),
        };
        list.split(',').map(move |path| path.trim().split(|c| !is_name(c)).next().unwrap_or(path))
    })
}

#[test]
fn no_room_uses_one_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("src"), &mut paths);
    let (mut count, mut faults, mut excused) = (0, Vec::new(), Vec::new());
    for path in paths {
        let inside = path.strip_prefix(root).expect("it was found there").to_str().expect("names are ASCII");
        let name = inside.split('/').nth(1).expect("a file or folder of `src`").trim_end_matches(".rs");
        let Some(room) = room_of(name) else { continue };
        let text = std::fs::read_to_string(&path).expect("sources can be read");
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect();
        for other in used(&code) {
            count += 1;
            if room_of(other).is_some_and(|other| other > room) {
                let excuse = EXCEPTIONS.iter().find(|&&exception| exception == (inside, other));
                excused.extend(excuse);
                if excuse.is_none() {
                    faults.push(format!("{inside} uses `{other}`"));
                }
            }
        }
    }
    assert!(count > 100, "only {count} uses were found");
    assert!(faults.is_empty(), "upwards: {faults:#?}");
    for exception in EXCEPTIONS {
        assert!(excused.contains(&exception), "{exception:?} is an exception no more");
    }
}
