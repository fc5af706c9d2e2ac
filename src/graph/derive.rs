//! Graphs of derivatives: the drivers on numbers that record.

use super::Graph;
use super::body::Body;
use super::question::BranchChanged;
use super::traced::Traced;
use crate::drivers::{forward, reverse};
use crate::float::{Float, Primitive};
use crate::numbers::{Dual, Reverse};
use std::cell::RefCell;
use std::sync::Arc;

/// A differential operator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    ValueAndGradient,
    Gradient,
    Jacobian,
    Hessian,
    Hvp,
    Jvp,
    Vjp,
}

/// What a graph of derivatives is made of.
#[derive(Debug)]
pub(super) struct Origin {
    step: Step,
    of: Body,
}

/// A function whose derivatives are asked for.
trait Function {
    fn graph(&self) -> &Body;
    fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged>;
}

/// A graph as it stands.
struct Plain<'a>(&'a Body);

impl Function for Plain<'_> {
    fn graph(&self) -> &Body {
        self.0
    }
    fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        Ok(self.0.run(x)?.0)
    }
}

/// `$Name` evaluates a graph of derivatives by the drivers, and what it is a derivative of as `$Below` does.
macro_rules! eager {
    ($($Name:ident over $Below:ident;)*) => {$(
        struct $Name<'a>(&'a Body);

        impl Function for $Name<'_> {
            fn graph(&self) -> &Body {
                self.0
            }
            fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
                match &self.0.origin {
                    Some(origin) => origin.step.apply(&$Below(&origin.of), x),
                    None => Plain(self.0).eval(x),
                }
            }
        }
    )*};
}
eager! {
    Once over Plain;
    Twice over Once;
    Thrice over Twice;
}

impl Step {
    /// The operator on `f` at `x`: the variables, then what the operator takes besides, then data.
    fn apply<T: Float>(self, f: &impl Function, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        let (n, outputs) = (f.graph().variables, f.graph().results.len());
        let (x, rest) = x.split_at(n);
        let (direction, data) = rest.split_at(self.directions(n, outputs));
        let changed = RefCell::new(None);
        // A driver wants results whatever happens.
        let keep = |error: BranchChanged| {
            changed.replace(Some(error));
        };
        let on_reverse = |x: &[Reverse<T>]| -> Vec<Reverse<T>> {
            let x: Vec<_> = x.iter().copied().chain(data.iter().map(|&c| Reverse::constant(c))).collect();
            f.eval(&x).unwrap_or_else(|error| {
                keep(error);
                vec![Reverse::constant(T::nan()); outputs]
            })
        };
        let on_dual = |x: &[Dual<T>]| -> Vec<Dual<T>> {
            let x: Vec<_> = x.iter().copied().chain(data.iter().map(|&c| Dual::constant(c))).collect();
            f.eval(&x).unwrap_or_else(|error| {
                keep(error);
                vec![Dual::constant(T::nan()); outputs]
            })
        };
        let on_reverse_dual = |x: &[Reverse<Dual<T>>]| -> Reverse<Dual<T>> {
            let data = data.iter().map(|&c| Reverse::constant(Dual::constant(c)));
            let x: Vec<_> = x.iter().copied().chain(data).collect();
            f.eval(&x).map_or_else(
                |error| {
                    keep(error);
                    Reverse::constant(Dual::constant(T::nan()))
                },
                |y| y[0],
            )
        };
        let unit =
            |k: usize, n: usize| -> Vec<T> { (0..n).map(|i| if i == k { T::one() } else { T::zero() }).collect() };
        let results = match self {
            Step::ValueAndGradient => {
                let (value, gradient) = reverse::value_and_gradient(|x| on_reverse(x)[0], x);
                [vec![value], gradient].concat()
            }
            Step::Gradient => reverse::gradient(|x| on_reverse(x)[0], x),
            Step::Hvp => reverse::hvp(on_reverse_dual, x, direction),
            Step::Jvp => {
                let (value, tangent) = forward::jvp(on_dual, x, direction);
                [value, tangent].concat()
            }
            Step::Vjp => {
                let (value, product) = reverse::vjp(on_reverse, x, direction);
                [value, product].concat()
            }
            Step::Jacobian => {
                let mut jacobian = vec![T::zero(); outputs * n];
                if n <= outputs {
                    for j in 0..n {
                        let column = forward::jvp(on_dual, x, &unit(j, n)).1;
                        column.into_iter().enumerate().for_each(|(i, entry)| jacobian[i * n + j] = entry);
                    }
                } else {
                    for i in 0..outputs {
                        let row = reverse::vjp(on_reverse, x, &unit(i, outputs)).1;
                        jacobian[i * n..][..n].copy_from_slice(&row);
                    }
                }
                jacobian
            }
            Step::Hessian => {
                let mut hessian = vec![T::zero(); n * n];
                for j in 0..n {
                    let column = reverse::hvp(on_reverse_dual, x, &unit(j, n));
                    // The lower triangle, mirrored.
                    for (i, entry) in column.into_iter().enumerate().skip(j) {
                        (hessian[i * n + j], hessian[j * n + i]) = (entry, entry);
                    }
                }
                hessian
            }
        };
        changed.into_inner().map_or(Ok(results), Err)
    }

    /// How many numbers the operator takes besides the point.
    fn directions(self, inputs: usize, outputs: usize) -> usize {
        match self {
            Step::Hvp | Step::Jvp => inputs,
            Step::Vjp => outputs,
            _ => 0,
        }
    }
}

impl Body {
    /// The results by the drivers, which have the conventions: for a graph of derivatives where plain arithmetic has not. On primitive
    /// numbers it takes the three outermost derivatives by their drivers, over `f32` and on nested numbers the outermost.
    pub fn eval_eagerly<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        if T::NESTED {
            return Once(self).eval(x);
        }
        let x = x.iter().map(|x| x.base().widen());
        if T::Base::IS_SINGLE {
            let results = self.eagerly_f32(&x.map(|x| x as f32).collect::<Vec<_>>())?;
            Ok(results.into_iter().map(|y| T::lit(y.into())).collect())
        } else {
            Ok(self.eagerly_f64(&x.collect::<Vec<_>>())?.into_iter().map(T::lit).collect())
        }
    }

    // Not generic, so that they are compiled here and not in every crate that evaluates a graph.
    fn eagerly_f64(&self, x: &[f64]) -> Result<Vec<f64>, BranchChanged> {
        Thrice(self).eval(x)
    }
    fn eagerly_f32(&self, x: &[f32]) -> Result<Vec<f32>, BranchChanged> {
        Once(self).eval(x)
    }
    #[track_caller]
    fn derived_f64(&self, step: Step) -> Body {
        self.derived_over::<f64>(step)
    }
    #[track_caller]
    fn derived_f32(&self, step: Step) -> Body {
        self.derived_over::<f32>(step)
    }

    #[track_caller]
    fn derived_over<B: Primitive>(&self, step: Step) -> Body {
        if !matches!(step, Step::Jacobian | Step::Jvp | Step::Vjp) {
            self.only_result(step);
        }
        let point: Vec<B> = self.point.iter().map(|&x| B::nearest(x)).collect();
        let (x, data) = point.split_at(self.variables);
        // Directions of ones: any numbers do, since nothing of what an operator does goes by them.
        let direction = vec![B::one(); step.directions(x.len(), self.results.len())];
        let variables = x.len() + direction.len();
        let point = [x, &direction, data].concat();
        let record = |x: &[Traced<B>]| {
            step.apply(&Plain(self), x)
                .unwrap_or_else(|changed| unreachable!("at the point of the recording: {changed}"))
        };
        let graph = Body::record_at(&point, variables, true, record);
        Body { origin: Some(Arc::new(Origin { step, of: self.clone() })), ..graph }
    }

    #[track_caller]
    fn only_result(&self, step: Step) {
        assert!(
            self.results.len() == 1,
            "dualtape: {step:?} of a graph with {} results, needed 1; use `jacobian`, `jvp` or `vjp`",
            self.results.len()
        );
    }

    /// Whether plain arithmetic is right where the nodes have the values `values`, if its results are finite.
    pub fn is_plain<B: Primitive>(&self, values: &[B]) -> bool {
        !self.is_never_plain && self.conditions.iter().all(|&(condition, node)| condition.holds(values[node as usize]))
    }
}

impl<B: Primitive> Graph<B> {
    #[track_caller]
    fn derived(&self, step: Step) -> Self {
        Graph::of(if B::IS_SINGLE { self.body.derived_f32(step) } else { self.body.derived_f64(step) })
    }

    /// The graph of the gradient: one result for each variable.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Examples
    /// x² y at (3, 2) has the gradient (12, 9):
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.gradient().eval(&[3.0, 2.0]), Ok(vec![12.0, 9.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn gradient(&self) -> Self {
        self.derived(Step::Gradient)
    }

    /// The graph of the value and the gradient: the value, and then one result for each variable.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.value_and_gradient().eval(&[3.0, 2.0]), Ok(vec![18.0, 12.0, 9.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn value_and_gradient(&self) -> Self {
        self.derived(Step::ValueAndGradient)
    }

    /// The graph of the Jacobian, row by row: the derivatives of the first result, then those of the second.
    ///
    /// # Cost
    /// What is recorded grows with the shorter side of the matrix; what rows or columns have in common is there once.
    ///
    /// # Examples
    /// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]:
    /// ```
    /// use dualtape::graph::Graph;
    /// use dualtape::{Float, vector_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> Vec<T> {
    ///     vec![x[0] * x[1], x[0] + x[1]]
    /// }
    /// vector_function!(F = f);
    /// let graph = Graph::record_vector(&F, &[1.0, 1.0]);
    /// assert_eq!(graph.jacobian().eval(&[2.0, 3.0]), Ok(vec![3.0, 2.0, 1.0, 1.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn jacobian(&self) -> Self {
        self.derived(Step::Jacobian)
    }

    /// The graph of the Hessian, row by row; exactly symmetric.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Examples
    /// x² y at (3, 2) has the Hessian [[4, 6], [6, 0]]:
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.hessian().eval(&[3.0, 2.0]), Ok(vec![4.0, 6.0, 6.0, 0.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn hessian(&self) -> Self {
        self.derived(Step::Hessian)
    }

    /// The graph of the Hessian-vector product `H v`. Its variables are `x` and then `v`.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.hvp().eval(&[3.0, 2.0, 1.0, 10.0]), Ok(vec![64.0, 6.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn hvp(&self) -> Self {
        self.derived(Step::Hvp)
    }

    /// The graph of the values and the Jacobian-vector product `J v`. Its variables are `x` and then `v`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.jvp().eval(&[3.0, 2.0, 1.0, 10.0]), Ok(vec![6.0, 32.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn jvp(&self) -> Self {
        self.derived(Step::Jvp)
    }

    /// The graph of the values and the vector-Jacobian product `wᵀ J`. Its variables are `x` and then `w`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.vjp().eval(&[3.0, 2.0, 10.0]), Ok(vec![6.0, 20.0, 30.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn vjp(&self) -> Self {
        self.derived(Step::Vjp)
    }
}
