//! Graphs of derivatives: the drivers on numbers that record.

use super::Graph;
use super::body::{Body, Operand};
use super::names::ResultName;
use super::question::BranchChanged;
use super::traced::Traced;
use crate::drivers::{forward, reverse};
use crate::float::{Float, Primitive};
use crate::numbers::{Dual, Reverse};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A differential operator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    ValueAndGradient,
    Gradient,
    Jacobian,
    ValueAndJacobian,
    Hessian,
    ValueGradientAndHessian,
    Hvp,
    ValueGradientAndHvp,
    Jvp,
    Vjp,
}

/// What a graph of derivatives is made of.
#[derive(Debug)]
pub(super) struct Origin {
    step: Step,
    of: Arc<Body>,
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
    ($($Name:ident over $Below:ident by $apply:ident;)*) => {$(
        struct $Name<'a>(&'a Body);

        impl Function for $Name<'_> {
            fn graph(&self) -> &Body {
                self.0
            }
            fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
                match &self.0.origin {
                    Some(origin) => origin.step.$apply(&$Below(&origin.of), x),
                    None => Plain(self.0).eval(x),
                }
            }
        }
    )*};
}
eager! {
    Once over Plain by apply;
    First over Plain by apply_on_one_type;
    Second over First by apply_on_one_type;
    Third over Second by apply_on_one_type;
}

/// Values, and their tangents or a product with weights, from a direction or from the weights.
type Product<'a, T> = &'a dyn Fn(&[T]) -> (Vec<T>, Vec<T>);

/// How a function is differentiated at a point: the parts of all operators.
struct Ways<'a, T> {
    value_and_gradient: &'a dyn Fn() -> (T, Vec<T>),
    jvp: Product<'a, T>,
    vjp: Product<'a, T>,
    hvp: &'a dyn Fn(&[T]) -> Vec<T>,
}

/// Evaluates a function for a driver, which wants results whatever happens, and keeps what went wrong.
struct Kept<'a, F> {
    f: &'a F,
    changed: RefCell<Option<BranchChanged>>,
}

impl<F: Function> Kept<'_, F> {
    fn eval<N: Float>(&self, x: &[N], data: impl Iterator<Item = N>) -> Vec<N> {
        let x: Vec<N> = x.iter().copied().chain(data).collect();
        self.f.eval(&x).unwrap_or_else(|error| {
            self.changed.replace(Some(error));
            vec![N::nan(); self.f.graph().results.len()]
        })
    }
}

impl Step {
    /// The operator on `f` at `x`: the variables, then what the operator takes besides, then data.
    fn apply<T: Float>(self, f: &impl Function, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        let f = Kept { f, changed: RefCell::new(None) };
        let (x, direction, data) = self.split(f.f.graph(), x);
        let on_reverse = |x: &[Reverse<T>]| f.eval(x, data.iter().map(|&c| Reverse::constant(c)));
        let on_dual = |x: &[Dual<T>]| f.eval(x, data.iter().map(|&c| Dual::constant(c)));
        let on_both = |x: &[Reverse<Dual<T>>]| f.eval(x, data.iter().map(|&c| Reverse::constant(Dual::constant(c))))[0];
        let ways = Ways {
            value_and_gradient: &|| reverse::value_and_gradient(|x| on_reverse(x)[0], x),
            jvp: &|v| forward::jvp(on_dual, x, v),
            vjp: &|w| reverse::vjp(on_reverse, x, w),
            hvp: &|v| reverse::hvp(on_both, x, v),
        };
        let results = self.assemble(f.f.graph(), direction, &ways);
        f.changed.into_inner().map_or(Ok(results), Err)
    }

    /// The same by `Reverse<Dual<T>>` in all cases, which takes longer and needs one type at each level instead of three.
    fn apply_on_one_type<T: Float>(self, f: &impl Function, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        let f = Kept { f, changed: RefCell::new(None) };
        let (x, direction, data) = self.split(f.f.graph(), x);
        let lift = |x: &[T]| -> Vec<Dual<T>> { x.iter().map(|&x| Dual::constant(x)).collect() };
        let lower = |x: Vec<Dual<T>>| -> Vec<T> { x.into_iter().map(Dual::primal).collect() };
        let eval = |x: &[Reverse<Dual<T>>]| f.eval(x, data.iter().map(|&c| Reverse::constant(Dual::constant(c))));
        let ways = Ways {
            value_and_gradient: &|| {
                let (value, gradient) = reverse::value_and_gradient(|x| eval(x)[0], &lift(x));
                (value.primal(), lower(gradient))
            },
            jvp: &|v| {
                let x: Vec<_> = x.iter().zip(v).map(|(&x, &v)| Reverse::constant(Dual::new(x, [v]))).collect();
                eval(&x).into_iter().map(|y| (y.primal().primal(), y.primal().tangent())).unzip()
            },
            vjp: &|w| {
                let (values, product) = reverse::vjp(eval, &lift(x), &lift(w));
                (lower(values), lower(product))
            },
            hvp: &|v| reverse::hvp(|x| eval(x)[0], x, v),
        };
        let results = self.assemble(f.f.graph(), direction, &ways);
        f.changed.into_inner().map_or(Ok(results), Err)
    }

    /// The variables, what the operator takes besides, and data.
    fn split<'a, T>(self, graph: &Body, x: &'a [T]) -> (&'a [T], &'a [T], &'a [T]) {
        let (x, rest) = x.split_at(graph.variables);
        let (direction, data) = rest.split_at(self.directions(graph.variables, graph.results.len()));
        (x, direction, data)
    }

    /// The results of the operator.
    fn assemble<T: Float>(self, graph: &Body, direction: &[T], ways: &Ways<'_, T>) -> Vec<T> {
        let (n, outputs) = (graph.variables, graph.results.len());
        let unit =
            |k: usize, n: usize| -> Vec<T> { (0..n).map(|i| if i == k { T::one() } else { T::zero() }).collect() };
        match self {
            Step::ValueAndGradient => {
                let (value, gradient) = (ways.value_and_gradient)();
                [vec![value], gradient].concat()
            }
            Step::Gradient => (ways.value_and_gradient)().1,
            Step::ValueAndJacobian => {
                let value = match n {
                    0 => (ways.jvp)(&[]).0,
                    _ => (ways.jvp)(&unit(0, n)).0,
                };
                [value, Step::Jacobian.assemble(graph, direction, ways)].concat()
            }
            Step::ValueGradientAndHessian => {
                [Step::ValueAndGradient, Step::Hessian].map(|step| step.assemble(graph, direction, ways)).concat()
            }
            Step::ValueGradientAndHvp => {
                [Step::ValueAndGradient, Step::Hvp].map(|step| step.assemble(graph, direction, ways)).concat()
            }
            Step::Hvp => (ways.hvp)(direction),
            Step::Jvp => {
                let (value, tangent) = (ways.jvp)(direction);
                [value, tangent].concat()
            }
            Step::Vjp => {
                let (value, product) = (ways.vjp)(direction);
                [value, product].concat()
            }
            Step::Jacobian => {
                let mut jacobian = vec![T::zero(); outputs * n];
                if n <= outputs {
                    for j in 0..n {
                        let column = (ways.jvp)(&unit(j, n)).1;
                        column.into_iter().enumerate().for_each(|(i, entry)| jacobian[i * n + j] = entry);
                    }
                } else {
                    for i in 0..outputs {
                        let row = (ways.vjp)(&unit(i, outputs)).1;
                        jacobian[i * n..][..n].copy_from_slice(&row);
                    }
                }
                jacobian
            }
            Step::Hessian => {
                let mut hessian = vec![T::zero(); n * n];
                for j in 0..n {
                    let column = (ways.hvp)(&unit(j, n));
                    // The lower triangle, mirrored.
                    for (i, entry) in column.into_iter().enumerate().skip(j) {
                        (hessian[i * n + j], hessian[j * n + i]) = (entry, entry);
                    }
                }
                hessian
            }
        }
    }

    /// How many numbers the operator takes besides the point.
    fn directions(self, inputs: usize, outputs: usize) -> usize {
        match self {
            Step::Hvp | Step::ValueGradientAndHvp | Step::Jvp => inputs,
            Step::Vjp => outputs,
            _ => 0,
        }
    }
}

impl Body {
    /// The results by the drivers, which have the conventions: for a graph of derivatives where plain arithmetic has not. On primitive
    /// numbers it takes the three outermost derivatives by their drivers, on nested numbers the outermost.
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

    fn eagerly<B: Primitive>(&self, x: &[B]) -> Result<Vec<B>, BranchChanged> {
        match &self.origin {
            Some(origin) if origin.of.origin.is_some() => Third(self).eval(x),
            _ => Once(self).eval(x),
        }
    }

    // Not generic, so that they are compiled here and not in every crate that evaluates a graph.
    fn eagerly_f64(&self, x: &[f64]) -> Result<Vec<f64>, BranchChanged> {
        self.eagerly(x)
    }
    fn eagerly_f32(&self, x: &[f32]) -> Result<Vec<f32>, BranchChanged> {
        self.eagerly(x)
    }
    #[track_caller]
    pub fn derived_f64(self: &Arc<Body>, step: Step, most: usize) -> Option<Body> {
        self.derived_over::<f64>(step, most)
    }
    #[track_caller]
    fn derived_f32(self: &Arc<Body>, step: Step, most: usize) -> Option<Body> {
        self.derived_over::<f32>(step, most)
    }

    /// The graph of a derivative, unless it has more than `most` operations.
    #[track_caller]
    fn derived_over<B: Primitive>(self: &Arc<Body>, step: Step, most: usize) -> Option<Body> {
        if !matches!(step, Step::Jacobian | Step::ValueAndJacobian | Step::Jvp | Step::Vjp) {
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
        let mut graph = Body::record_within(most, &point, variables, true, record)?;
        graph.result_names = self.names_of_derivatives(step);
        for k in 0..direction.len() {
            let name = if step == Step::Vjp { "w" } else { "v" };
            graph.names.entry((x.len() + k) as u32).or_insert_with(|| format!("{name}[{k}]"));
        }
        Some(Body { origin: Some(Arc::new(Origin { step, of: self.clone() })), ..graph })
    }

    /// The results, and behind them the derivatives, by each variable, of their sum with the weights `seeds`. Weights that are not given are
    /// inputs, behind the variables.
    pub fn pulled_back(&self, seeds: &[Option<f64>]) -> Body {
        let (x, data) = self.point.split_at(self.variables);
        let open = seeds.iter().filter(|seed| seed.is_none()).count();
        let point = [x, &vec![1.0; open], data].concat();
        let record = |inputs: &[Traced]| {
            let (x, rest) = inputs.split_at(x.len());
            let (open, data) = rest.split_at(open);
            let mut open = open.iter().copied();
            let weight = |seed: &Option<f64>| seed.map_or_else(|| open.next().expect("counted"), Traced::constant);
            let seeds: Vec<Traced> = seeds.iter().map(weight).collect();
            Step::Vjp
                .apply(&Plain(self), &[x, &seeds, data].concat())
                .unwrap_or_else(|changed| unreachable!("it has no guards: {changed}"))
        };
        Body::record_at(&point, x.len() + open, true, record)
    }

    /// What stands for the graph of the value and the gradient before that is made: it has its inputs, and the drivers evaluate it.
    pub fn outline_of_value_and_gradient(self: &Arc<Body>) -> Body {
        let step = Step::ValueAndGradient;
        Body {
            nodes: self.nodes[..self.point.len()].to_vec(),
            operands: Vec::new(),
            rules: Vec::new(),
            guards: Vec::new(),
            conditions: Vec::new(),
            results: vec![Operand::Constant(0); self.variables + 1],
            is_shown: vec![true; self.point.len()],
            names: BTreeMap::new(),
            result_names: Vec::new(),
            origin: Some(Arc::new(Origin { step, of: self.clone() })),
            point: self.point.clone(),
            variables: self.variables,
            is_never_plain: self.is_never_plain,
            is_single: self.is_single,
        }
    }

    /// What it is a derivative of.
    pub fn function(&self) -> Option<&Arc<Body>> {
        self.origin.as_ref().map(|origin| &origin.of)
    }

    /// The names of the results of an operator, if the results here have names and there are such.
    fn names_of_derivatives(&self, step: Step) -> Vec<ResultName> {
        if self.result_names.is_empty() {
            return Vec::new();
        }
        let names = self.names();
        let inputs: Vec<String> = (0..self.variables).map(|k| names.node(k)).collect();
        let gradient = |of: &ResultName| inputs.iter().map(|x| of.derivative(x)).collect::<Vec<_>>();
        let of = &self.result_names;
        let first = || of.iter().flat_map(gradient);
        let second = || first().flat_map(|y| gradient(&y));
        match step {
            Step::Gradient | Step::Jacobian => first().collect(),
            Step::ValueAndGradient | Step::ValueAndJacobian => of.iter().cloned().chain(first()).collect(),
            Step::Hessian => second().collect(),
            Step::ValueGradientAndHessian => of.iter().cloned().chain(first()).chain(second()).collect(),
            Step::Hvp | Step::ValueGradientAndHvp | Step::Jvp | Step::Vjp => Vec::new(),
        }
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
        let derived = if B::IS_SINGLE { Body::derived_f32 } else { Body::derived_f64 };
        Graph::of(derived(&self.body, step, usize::MAX).expect("too large a recording panics"))
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

    /// The graph of the values and the Jacobian: the values, and then what [`Graph::jacobian`] has.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 1.0]);
    /// assert_eq!(graph.value_and_jacobian().eval(&[2.0, 3.0]), Ok(vec![6.0, 3.0, 2.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn value_and_jacobian(&self) -> Self {
        self.derived(Step::ValueAndJacobian)
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

    /// The graph of the value, the gradient and the Hessian, one after the other. What they have in common is there once.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
    /// let results = graph.value_gradient_and_hessian().eval(&[3.0, 2.0]);
    /// assert_eq!(results, Ok(vec![18.0, 12.0, 9.0, 4.0, 6.0, 6.0, 0.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hessian(&self) -> Self {
        self.derived(Step::ValueGradientAndHessian)
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

    /// The graph of the value, the gradient and the Hessian-vector product `H v`, one after the other. Its variables are `x` and then
    /// `v`.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    /// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
    /// let results = graph.value_gradient_and_hvp().eval(&[3.0, 2.0, 1.0, 10.0]);
    /// assert_eq!(results, Ok(vec![18.0, 12.0, 9.0, 64.0, 6.0]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hvp(&self) -> Self {
        self.derived(Step::ValueGradientAndHvp)
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
