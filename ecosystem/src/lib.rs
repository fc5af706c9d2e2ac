//! Other people's crates on the numbers of `dualtape`, and its optional features: everything is in `tests/` and `examples/`.
//!
//! A package of its own, so that building `dualtape` and its examples takes none of those crates. It is no default member of the
//! workspace, because packages that are built together share their features; `tests/ecosystem.rs` of `dualtape` runs its tests.

#[cfg(doctest)]
#[doc = include_str!("../../docs/ecosystem.md")]
struct Page;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/networks.md")]
struct Networks;
