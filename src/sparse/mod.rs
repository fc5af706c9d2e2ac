//! Sparse Jacobians and Hessians, from a plan that is made once.
//!
//! Most entries of the derivatives of a large system are zero, and always in the same places. A plan knows the places, its *pattern*, and
//! which columns can be differentiated together. Then a Hessian costs a few gradients, whatever the number of inputs.
//!
//! ```
//! use dualtape::sparse::HessianPlan;
//! use dualtape::{Float, scalar_function};
//!
//! /// The energy of a chain of springs.
//! fn energy<T: Float>(x: &[T]) -> T {
//!     x.windows(2).map(|x| (x[1] - x[0]).powi(4)).sum()
//! }
//! scalar_function!(Energy = energy);
//!
//! let plan = HessianPlan::detect(&Energy, &[0.0; 5])?;
//! assert_eq!(plan.pattern().to_string(), "\
//! 5 x 5, 13 entries
//! x x . . .
//! x x x . .
//! . x x x .
//! . . x x x
//! . . . x x
//! ");
//! let hessian = plan.hessian(&Energy, &[0.0, 1.0, 2.0, 3.0, 4.0]);
//! assert_eq!((hessian.get(1, 1), hessian.get(1, 2)), (24.0, -12.0));
//! # Ok::<(), dualtape::sparse::SparseError>(())
//! ```
//!
//! # Where the pattern comes from
//!
//! | | Jacobian | Hessian |
//! |---|---|---|
//! | the function, run on numbers that know which inputs they depend on | [`JacobianPlan::detect`] | [`HessianPlan::detect`] |
//! | the same, where it goes by values: the pattern near a point | [`JacobianPlan::detect_at`] | [`HessianPlan::detect_at`] |
//! | a recorded graph (feature `graph`) | `Graph::jacobian_pattern` | `Graph::hessian_pattern` |
//! | you | [`JacobianPlan::from_pattern`] | [`HessianPlan::from_pattern`] |
//!
//! A detected pattern may have too many entries, since it is seen from the operations and not from their numbers: `x - x` depends on `x`.
//! It has never too few. What a function does by `if` cannot be seen from its operations. So `detect` returns an error where a function
//! compares numbers or asks for their values, and names the place; `detect_at` goes by the values at hand, and counts how often.
//! `max`, `abs`, `floor` and [`Float::if_less`](crate::Float::if_less) are operations, and all their operands count.
//!
//! | operation | in a Hessian |
//! |---|---|
//! | `+`, `-`, times a constant, sums, `max`, `min`, `abs`, `clamp`, `if_less` | adds nothing |
//! | `floor`, `signum` and their kind, `detach` | nothing depends on the result |
//! | `x y`, dot products | each of `x` with each of `y` |
//! | `x / y` | the same, and `y` with itself |
//! | a function that is not linear | its arguments with each other and themselves |
//!
//! # How a matrix is compressed
//!
//! Forward mode computes `J s` for a direction `s`. If no two columns of a set have an entry in the same row, then with the sum of their
//! unit vectors for `s` every entry of `J s` is one of `J` or zero. Columns get colours so that those of one colour are such a set, and the
//! fewer colours there are, the cheaper is `J`. Rows are compressed by reverse mode in the same way, `wᵀ J`. A matrix with a dense row
//! needs as many colours of columns as that row has entries. It is divided: the row goes to reverse mode, the rest to forward mode. See
//! [`JacobianMode`].
//!
//! A Hessian is symmetric, so each entry may be read in one of two rows, and fewer colours will do. A *star colouring* leaves each entry
//! alone in one of the two. An *acyclic colouring* has fewer colours still, and finds entries one after the other. See [`HessianMethod`].
//!
//! | pattern | columns | star | acyclic | both modes |
//! |---|---|---|---|---|
//! | diagonal | 1 | 1 | 1 | 1 |
//! | tridiagonal | 3 | 3 | 2 | 3 |
//! | band with `k` diagonals on each side | `2 k + 1` | up to `2 k + 1` | `k + 1` | `2 k + 1` |
//! | arrow of `n` rows: diagonal, first row and column | `n` | 2 | 2 | 3 |
//!
//! Colourings are greedy: the least number is hard to find (NP-hard), and greedy ones come close. [`Order`] is in which order they go.
//!
//! # A pattern that is wrong
//!
//! A plan believes its pattern. A derivative that is not in it gets lost, or gets into the place of another. Where you are not sure of a
//! pattern that you have given, or that was detected near another point, [`HessianPlan::verify`] and [`JacobianPlan::verify`] compare with
//! products that need no pattern, and name an entry that is missing.
//!
//! # Sources
//!
//! Gebremedhin, Manne & Pothen, "What color is your Jacobian? Graph coloring for computing derivatives", SIAM Review 47 (2005), for all of
//! this; Griewank & Walther, *Evaluating Derivatives*, 2nd ed., chapters 7 and 8; Walther, "Computing sparse Hessians with automatic
//! differentiation", ACM TOMS 34 (2008), for patterns of Hessians.

mod colouring;
mod detect;
mod error;
#[cfg(feature = "graph")]
mod graphs;
mod hessian;
mod jacobian;
mod matrix;
mod pattern;
mod substitution;
mod sweeps;
mod verify;

pub use colouring::Order;
pub use detect::LocalPattern;
pub use error::SparseError;
pub use hessian::{HessianMethod, HessianPlan};
pub use jacobian::{JacobianMode, JacobianPlan};
pub use matrix::SparseMatrix;
pub use pattern::SparsePattern;
#[cfg(feature = "faer")]
pub(crate) use verify::directions;
