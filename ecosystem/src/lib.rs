//! Other people's crates on the numbers of `dualtape`: everything is in `tests/` and `examples/`. They are a package of their own,
//! so that building `dualtape` and its examples takes none of those crates.
