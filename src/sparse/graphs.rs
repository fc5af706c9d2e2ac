//! Patterns of recorded graphs, and graphs of sparse derivatives.

use super::hessian::HessianPlan;
use super::jacobian::JacobianPlan;
use super::pattern::SparsePattern;
use crate::drivers::{ScalarFunction, VectorFunction, check_length};
use crate::float::Primitive;
use crate::graph::Graph;

impl<B: Primitive> Graph<B> {
    /// The pattern of the Jacobian by the variables, from the recorded operations.
    ///
    /// It holds wherever the graph may be evaluated: everywhere, if it has no [guards](Graph::guards). See
    /// [`SparsePattern::of_jacobian`] for what gets into it.
    ///
    /// # Cost
    /// A union of sets for each operation; no evaluation.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[2], &[1.0, 2.0, 3.0]);
    /// assert!(graph.jacobian_pattern().triplets().eq([(0, 0), (0, 2)]));
    /// ```
    #[must_use]
    pub fn jacobian_pattern(&self) -> SparsePattern {
        SparsePattern::of_columns(self.variables(), self.jacobian_rows()).transposed()
    }

    /// The pattern of the Hessian by the variables, from the recorded operations. Of a graph with several results it is that of any
    /// weighted sum of them: of a Lagrange function.
    ///
    /// It holds wherever the graph may be evaluated: everywhere, if it has no [guards](Graph::guards). See
    /// [`SparsePattern::of_hessian`] for what gets into it.
    ///
    /// # Cost
    /// A few unions of sets for each operation; no evaluation.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph =
    ///     Graph::record_fn(|x: &[Traced]| x[0].sin() * x[2] + x[1], &[1.0, 2.0, 3.0]);
    /// assert_eq!(graph.hessian_pattern().to_string(), "\
    /// 3 x 3, 3 entries
    /// x . x
    /// . . .
    /// x . .
    /// ");
    /// ```
    #[must_use]
    pub fn hessian_pattern(&self) -> SparsePattern {
        let pattern = SparsePattern::of_columns(self.variables(), self.hessian_rows());
        pattern.symmetrised().expect("there is a derivative for each variable")
    }
}

impl HessianPlan {
    /// Records value, gradient and Hessian of `f` at `x` as one graph: its results are the value, the gradient, and the entries of the
    /// Hessian in the order of the pattern. Compiled, it is the fastest way to compute them at many points.
    ///
    /// A graph is plain arithmetic. Where a result is not finite, only that it is not is certain; the plan itself has the
    /// [conventions](crate::conventions).
    ///
    /// # Panics
    /// If `x` has not one entry for each row of the pattern.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::HessianPlan;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> T {
    ///     x[0] * x[0] * x[1]
    /// }
    /// scalar_function!(Monomial = f);
    ///
    /// let plan = HessianPlan::detect(&Monomial, &[0.0, 0.0])?;
    /// let graph = plan.record(&Monomial, &[1.0, 1.0]);
    /// assert_eq!(graph.eval(&[3.0, 2.0]).unwrap(), [18.0, 12.0, 9.0, 4.0, 6.0, 6.0]);
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn record<B: Primitive>(&self, f: &(impl ScalarFunction + ?Sized), x: &[B]) -> Graph<B> {
        check_length("record", "the point", x.len(), self.pattern().rows(), "row of the pattern");
        Graph::record_derivative(x, |x| {
            let (value, gradient, hessian) = self.value_gradient_and_hessian(f, x);
            [vec![value], gradient, hessian.into_values()].concat()
        })
    }
}

impl JacobianPlan {
    /// Records value and Jacobian of `f` at `x` as one graph: its results are the values, and the entries of the Jacobian in the order of
    /// the pattern. See [`HessianPlan::record`].
    ///
    /// # Panics
    /// If `x` has not one entry for each column of the pattern.
    #[must_use]
    #[track_caller]
    pub fn record<B: Primitive>(&self, f: &(impl VectorFunction + ?Sized), x: &[B]) -> Graph<B> {
        check_length("record", "the point", x.len(), self.pattern().columns(), "column of the pattern");
        Graph::record_derivative(x, |x| {
            let (value, jacobian) = self.value_and_jacobian(f, x);
            [value, jacobian.into_values()].concat()
        })
    }
}
