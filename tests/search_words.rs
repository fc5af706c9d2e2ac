//! Words that people search for, and that must lead somewhere in the documentation.
//!
//! The index of the search is what `cargo doc` writes, so this test is ignored unless asked for:
//! `cargo doc --no-deps --all-features`, then `cargo test --test search_words -- --ignored`.

use std::collections::BTreeSet;
use std::path::Path;

/// The words of other tools and of textbooks, and our own.
const WORDS: &[&str] = &[
    "autodiff",
    "autograd",
    "automatic differentiation",
    "backpropagation",
    "backward",
    "checkpoint",
    "coloring",
    "colouring",
    "custom_vjp",
    "detach",
    "dual number",
    "finite difference",
    "forward mode",
    "gauss_newton",
    "grad",
    "gradcheck",
    "gradient",
    "GradientTape",
    "greeks",
    "hessian",
    "hvp",
    "hyperdual",
    "implicit",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jet",
    "jvp",
    "laplacian",
    "lbfgs",
    "least_squares",
    "levenberg_marquardt",
    "newton",
    "no_grad",
    "pullback",
    "pushforward",
    "reverse mode",
    "root",
    "sparse",
    "stop_gradient",
    "tape",
    "taylor",
    "value_and_grad",
    "vjp",
    "vmap",
    "zero_grad",
];

/// The strings of one file of the index.
///
/// Each is written as its length and its letters. A letter from `` ` `` to `o` is the last digit of the length, to the base 16, and one
/// from `@` to `O` a digit before it. What lies between, `0` to `?`, repeats a string that has been.
fn strings(text: &str) -> Vec<String> {
    let quoted = text.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"')).map_or("", |(inside, _)| inside);
    let quoted = quoted.replace("\\\"", "\"").replace("\\\\", "\\");
    let mut letters = quoted.chars();
    let mut found = Vec::new();
    let mut length = 0;
    while let Some(digit) = letters.next() {
        let digit = u32::from(digit);
        match digit {
            0x30..=0x3f => {}
            0x40..=0x4f => length = 16 * length + digit - 0x40,
            0x60..=0x6f => {
                let bytes = (16 * length + digit - 0x60) as usize;
                length = 0;
                let mut string = String::new();
                while string.len() < bytes {
                    string.push(
                        letters.next().expect("the index of this rustdoc has another format: it ends within a string"),
                    );
                }
                found.push(string);
            }
            _ => panic!("the index of this rustdoc has another format: {digit:#x} is no digit of a length"),
        }
    }
    found
}

/// As the search compares: without lines between words, and in small letters.
fn normalized(word: &str) -> String {
    word.replace('_', "").to_lowercase()
}

#[test]
#[ignore = "reads what `cargo doc --no-deps --all-features` wrote"]
fn every_word_finds_a_page() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("doc/search.index/normalizedName");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |file: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(file.unwrap().path()).unwrap();
    let names: BTreeSet<String> = files.flat_map(|file| strings(&read(file))).collect();
    assert!(names.contains("valueandgradient"), "the index of this rustdoc has another format, or is empty");
    let missing: Vec<_> = WORDS.iter().filter(|word| !names.contains(&normalized(word))).collect();
    assert!(
        missing.is_empty(),
        "the documentation has no page for {missing:?}; give one of its items a `#[doc(alias)]`"
    );
}
