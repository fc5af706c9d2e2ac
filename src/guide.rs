//! A guide: chapters of ten minutes, each of which starts from a question.
//!
//! | chapter | for whom |
//! |---|---|
//! | [First steps](first_steps) | everyone: from an empty directory to a Hessian |
//! | [Writing generic functions](generic_functions) | everyone: literals, data, branches, matrices, and what the compiler says |
//! | [Forward, reverse, nested](modes) | who wants to know what happens inside, and which mode is faster |
//! | [Fitting data](fitting) | who has measurements: likelihoods, standard errors |
//! | [Equations](equations) | who has a solver inside the function |
//! | [Long computations](long_computations) | who runs out of memory or time |
//! | [Greeks](greeks) | who prices options |
//! | [Robots and poses](robots) | who works with rotations and kinematics |
//! | [Networks and random numbers](networks) | who trains a small model, or simulates |
//! | [Deep learning from scratch](deep_learning) | who reads that book, or *Dive into Deep Learning*: their steps, and what to write here |
//! | [Coming from elsewhere](coming_from) | who knows JAX, PyTorch, ForwardDiff, CppAD, num-dual |
//! | [When it goes wrong](going_wrong) | who sees a NaN, a zero or a panic |
//!
//! Beside the guide there are reference pages: what happens at kinks and infinities ([`conventions`](crate::conventions)), all drivers in
//! one table ([`family`](crate::family)), what the compiler says and what to write ([`compiler_errors`](crate::compiler_errors)), and which
//! crates work with ours ([`ecosystem`](crate::ecosystem)).

// A chapter ends with the definitions of its pictures, which are right where its file is read. Those of the files `.uri` stand before
// them and so count here, where no other file is published.

#[doc = include_str!("../docs/guide/first_steps.md")]
#[doc(alias = "getting started", alias = "tutorial")]
pub mod first_steps {}

#[doc = include_str!("../docs/guide/generic_functions.md")]
pub mod generic_functions {}

#[doc = include_str!("../docs/pictures/crossover.uri")]
#[doc = include_str!("../docs/guide/modes.md")]
pub mod modes {}

#[doc = include_str!("../docs/pictures/rosenbrock.uri")]
#[doc = include_str!("../docs/pictures/convergence.uri")]
#[doc = include_str!("../docs/guide/fitting.md")]
pub mod fitting {}

#[doc = include_str!("../docs/guide/equations.md")]
pub mod equations {}

#[doc = include_str!("../docs/guide/long_computations.md")]
pub mod long_computations {}

#[doc = include_str!("../docs/guide/greeks.md")]
pub mod greeks {}

#[doc = include_str!("../docs/guide/robots.md")]
pub mod robots {}

#[cfg(not(doctest))] // the package `ecosystem` runs its examples, which need other crates
#[doc = include_str!("../docs/guide/networks.md")]
pub mod networks {}

#[doc = include_str!("../docs/pictures/goldstein_price.uri")]
#[doc = include_str!("../docs/pictures/third_derivative_of_tanh.uri")]
#[doc = include_str!("../docs/guide/deep_learning.md")]
#[doc(alias = "DeZero", alias = "dive into deep learning", alias = "teaching")]
pub mod deep_learning {}

#[doc = include_str!("../docs/guide/coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("../docs/guide/going_wrong.md")]
pub mod going_wrong {}
