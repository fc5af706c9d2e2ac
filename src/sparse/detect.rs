//! Patterns of functions, by the number that knows which inputs it depends on.

use super::error::SparseError;
use super::pattern::SparsePattern;
use crate::drivers::{ScalarFunction, VectorFunction, reverse};
use crate::float::Float;
use crate::numbers::Dependent;
use crate::numbers::dependence::{Decisions, Dependence, observe};
use std::panic::Location;

/// A pattern that a function has near the point where it was looked for, and perhaps not elsewhere.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LocalPattern {
    /// The pattern.
    pub pattern: SparsePattern,
    /// How many values the function went by, two for a comparison of two variables: 0 if the pattern holds everywhere.
    pub decisions: usize,
    /// Where in the source it did so first.
    pub first: Option<&'static Location<'static>>,
}

impl LocalPattern {
    fn new(pattern: SparsePattern, decisions: Decisions) -> Self {
        LocalPattern { pattern, decisions: decisions.count, first: decisions.first }
    }

    /// The pattern, if it holds everywhere.
    pub(crate) fn global(self) -> Result<SparsePattern, SparseError> {
        match self.first {
            Some(place) => Err(SparseError::GoesByValue { place }),
            None => Ok(self.pattern),
        }
    }
}

impl SparsePattern {
    /// The pattern of the Jacobian of `f`, wherever it is taken. `x` is any point of the right length.
    ///
    /// An entry is in the pattern if the result of its row is computed from the input of its column. So it may have too many entries,
    /// `x - x` depends on `x`, but never too few.
    ///
    /// # Errors
    /// [`SparseError::GoesByValue`] if the function compares numbers that depend on the input, or asks for their values, as by
    /// [`Float::base`] and `is_zero`: what it depends on elsewhere cannot be seen from here. See [`SparsePattern::of_jacobian_at`].
    /// `max`, `abs`, `floor`, [`Float::if_less`] and their kind are no comparisons; all their operands count.
    ///
    /// # Cost
    /// One evaluation of `f` with a union of sets in each operation. Rows of up to 64 entries take time in proportion to their number, a
    /// longer one in proportion to the operations behind it, if there are more than 512 inputs.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// use dualtape::{Float, vector_function};
    ///
    /// fn differences<T: Float>(x: &[T]) -> Vec<T> {
    ///     x.windows(2).map(|x| (x[1] - x[0]).abs()).collect()
    /// }
    /// vector_function!(Differences = differences);
    ///
    /// assert_eq!(SparsePattern::of_jacobian(&Differences, &[0.0; 4])?.to_string(), "\
    /// 3 x 4, 6 entries
    /// x x . .
    /// . x x .
    /// . . x x
    /// ");
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    pub fn of_jacobian<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> Result<Self, SparseError> {
        SparsePattern::of_jacobian_at(f, x).global()
    }

    /// The pattern of the Jacobian of `f` at `x`, where the function goes by the values that it has there.
    ///
    /// # Cost
    /// As [`SparsePattern::of_jacobian`].
    ///
    /// # Examples
    /// The second result depends on the second input at some points only:
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// use dualtape::{Float, vector_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> Vec<T> {
    ///     vec![x[0], if x[0] > T::zero() { x[0] } else { x[1] }]
    /// }
    /// vector_function!(Branching = f);
    ///
    /// let local = SparsePattern::of_jacobian_at(&Branching, &[1.0, 2.0]);
    /// assert_eq!((local.pattern.nnz(), local.decisions), (2, 1));
    /// assert!(SparsePattern::of_jacobian(&Branching, &[1.0, 2.0]).is_err());
    /// ```
    #[must_use]
    pub fn of_jacobian_at<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> LocalPattern {
        let n = x.len();
        let (pattern, decisions) = observe(
            n,
            |input| f.eval(&variables(x, input)),
            |sets, y| {
                let by_rows = sets.members(y.iter().map(|y| y.dependence().set));
                SparsePattern::of_columns(n, by_rows).transposed()
            },
        );
        LocalPattern::new(pattern, decisions)
    }

    /// The pattern of the Hessian of `f`, wherever it is taken. `x` is any point of the right length.
    ///
    /// Two inputs have an entry if the derivative by one is computed from the other: if they meet in a product, a quotient, or within a
    /// function that is not linear. Linear operations add none.
    ///
    /// # Errors
    /// As [`SparsePattern::of_jacobian`].
    ///
    /// # Cost
    /// One gradient of `f` with a union of sets in each operation. Rows of up to 64 entries take time in proportion to their number, a
    /// longer one in proportion to the operations behind it, if there are more than 512 inputs.
    ///
    /// # Examples
    /// A sum of cubes of differences couples neighbours; a product of two variables has nothing on the diagonal:
    /// ```
    /// use dualtape::sparse::SparsePattern;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn cubes<T: Float>(x: &[T]) -> T {
    ///     x.windows(2).map(|x| (x[1] - x[0]).powi(3)).sum()
    /// }
    /// scalar_function!(Cubes = cubes);
    /// assert_eq!(
    ///     SparsePattern::of_hessian(&Cubes, &[0.0; 4])?,
    ///     SparsePattern::banded(4, 1, 1)
    /// );
    ///
    /// fn product<T: Float>(x: &[T]) -> T {
    ///     x[0] * x[1] + x[2]
    /// }
    /// scalar_function!(Product = product);
    /// assert!(
    ///     SparsePattern::of_hessian(&Product, &[0.0; 3])?.triplets().eq([(1, 0), (0, 1)])
    /// );
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    pub fn of_hessian<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> Result<Self, SparseError> {
        SparsePattern::of_hessian_at(f, x).global()
    }

    /// The pattern of the Hessian of `f` at `x`, where the function goes by the values that it has there.
    ///
    /// # Cost
    /// As [`SparsePattern::of_hessian`].
    #[must_use]
    pub fn of_hessian_at<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> LocalPattern {
        let n = x.len();
        let (pattern, decisions) = observe(
            n,
            |input| reverse::gradient(|x| f.eval(x), &variables(x, input)),
            |sets, gradient| {
                let by_rows = sets.members(gradient.iter().map(|g| g.dependence().set));
                // Symmetric already, unless a factor that is zero was dropped on one side.
                SparsePattern::of_columns(n, by_rows).symmetrised().expect("there is a derivative for each input")
            },
        );
        LocalPattern::new(pattern, decisions)
    }
}

/// The point `x`, each entry of which depends on itself.
fn variables<T: Float>(x: &[T], input: &dyn Fn(usize) -> Dependence) -> Vec<Dependent<T>> {
    x.iter().enumerate().map(|(i, &x)| Dependent::new(x, input(i))).collect()
}
