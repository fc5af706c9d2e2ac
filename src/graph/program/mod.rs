//! [`Program`]: a graph made ready to be run many times.

mod batch;
mod code;
mod mixed;
mod parts;
mod plan;
mod roll;
mod run;
mod schedule;
mod steps;
mod widths;
mod window;
mod writer;

use super::prices::Amounts;
use super::question::BranchChanged;
use super::recording::values_of;
use super::{Graph, Traced};
use crate::drivers::pool;
use crate::drivers::{ScalarFunction, VectorFunction};
use crate::float::Number;
use crate::float::algorithm::Scalar;
use crate::float::engine::{Algorithm, Engine as _};
use crate::float::{Float, Primitive};
pub(super) use plan::conditions;
pub use roll::Report;
pub(super) use roll::parts::{EvenTerms, Loop, Part, Parts, Places};
use roll::{Reason, Rolled};
use run::Memory;
pub(super) use schedule::STRAIGHT;
use schedule::Schedule;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
pub(super) use window::WINDOW;

/// A graph made ready to be run many times, by [`Graph::compile`] or [`Graph::compile_value_and_gradient`].
///
/// On most programs a value and a gradient take about half of the time that the tape takes. They take less where the function has long
/// loops of the same operations, and a little longer on a few that are one long chain of operations. `cargo bench --bench compiled` has a
/// table. It pays after some hundred to some thousand calls.
///
/// What it computes is what the graph computes: values have the bits that the recorded function has on `f64`, a guard with another
/// answer is an error, and derivatives that plain arithmetic gets wrong are taken by the drivers, as in [`Graph::eval`]. Only a program by
/// `compile_value_and_gradient` may add the terms of a gradient in another order.
///
/// A program is data. Threads may share it and run it at the same time.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let graph = Graph::record_fn(|x: &[Traced]| x[0] * x[0] * x[1], &[1.0, 1.0]);
/// let program = graph.value_and_gradient().compile();
/// let mut out = [0.0; 3];
/// program.call(&[3.0, 2.0], &mut out)?;
/// assert_eq!(out, [18.0, 12.0, 9.0]);
/// # Ok::<(), dualtape::graph::BranchChanged>(())
/// ```
///
/// # As a function
///
/// A program is a [`ScalarFunction`] and a [`VectorFunction`], so it goes into drivers, into [`optimize::newton`] and into other
/// functions. A program with one result is one operation there: on a tape it takes `⌈n / 2⌉` records for its `n` inputs, with the
/// partial derivatives from a program for the gradient, which is compiled when it is first asked for. On nested numbers the graph
/// of the gradient is evaluated. A program with several results is evaluated as its graph is.
///
/// ```
/// use dualtape::graph::{Graph, Traced};
/// use dualtape::{ScalarFunction, gradient};
///
/// let product = Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 1.0]).compile();
/// assert_eq!(
///     gradient(|x| ScalarFunction::eval(&product, x).sin(), &[0.0, 3.0]),
///     [3.0, 0.0]
/// );
/// ```
///
/// [`optimize::newton`]: crate::optimize::newton
pub struct Program {
    graph: Graph,
    schedule: Schedule,
    /// Tells programs apart, for memory that holds the constants of one.
    id: u64,
    value_and_gradient: OnceLock<Box<Program>>,
    /// What runs in place of the schedule, if it is rolled; then `graph` has no operations.
    rolled: Option<Box<Rolled>>,
    /// Why it is not.
    reason: Reason,
    /// The graph of a rolled program, made when it is first asked for.
    unrolled: OnceLock<Graph>,
}

/// What a run came to.
pub(super) enum Attempt {
    /// The results are written.
    Right,
    /// The guard with this number has another answer.
    Changed { guard: usize, answer: u64 },
    /// Plain arithmetic is not enough for the derivatives.
    NotPlain,
}

/// 0 is none.
static LAST: AtomicU64 = AtomicU64::new(0);

impl Graph {
    /// The program that computes what this graph does.
    ///
    /// # Cost
    /// Time and memory grow with the number of operations; nothing is recursive. The program shares the graph, of which there is
    /// no copy.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let program =
    ///     Graph::record_fn(|x: &[Traced]| x[0].exp() * x[1] + 1.0, &[0.0, 1.0]).compile();
    /// let mut y = [0.0];
    /// program.call(&[0.0, 3.0], &mut y)?;
    /// assert_eq!(y, [4.0]);
    /// # Ok::<(), dualtape::graph::BranchChanged>(())
    /// ```
    #[must_use]
    pub fn compile(&self) -> Program {
        Program::from(self.clone())
    }

    /// The program that computes the value and the gradient of this graph: the value, and then one result for each variable.
    ///
    /// It is what `value_and_gradient().compile()` gives, and in most cases faster to make and to run. Loops of the function, which a
    /// recording has written out, are found again where they have many passes of the same operations. The body of a loop is then
    /// differentiated once and run for several passes at a time, by vector instructions where the machine has them. Where that does not pay,
    /// by a fixed model of what operations cost, the program is the other one. [`Program::report`] says which it is, and why.
    ///
    /// Values have the bits that the function has on `f64`. The last bits of the gradient may differ from those of a tape, since terms
    /// are added in another order. They are the same on every run, and on every machine whose `exp`, `sin` and their kind have the same
    /// bits.
    ///
    /// # Panics
    /// If the graph has not one result.
    ///
    /// # Cost
    /// Time and memory grow with the number of operations. Of rolled parts no graph of the gradient is made; [`Program::graph`] makes it when
    /// it is first asked for, and so do numbers other than `f64`.
    ///
    /// # Examples
    /// The chain of Rosenbrock's function at (2, 3, 5): 100 (3 - 4)² + (1 - 2)² + 100 (5 - 9)² + (1 - 3)² = 1705.
    /// ```
    /// use dualtape::graph::Graph;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn rosenbrock<T: Float>(x: &[T]) -> T {
    ///     x.windows(2)
    ///         .map(|w| {
    ///             (w[1] - w[0] * w[0]).powi(2) * T::lit(100.0) + (T::one() - w[0]).powi(2)
    ///         })
    ///         .sum()
    /// }
    /// scalar_function!(Rosenbrock = rosenbrock);
    ///
    /// let program =
    ///     Graph::record(&Rosenbrock, &[2.0, 3.0, 5.0]).compile_value_and_gradient();
    /// let mut out = [0.0; 4];
    /// program.call(&[2.0, 3.0, 5.0], &mut out)?;
    /// assert_eq!(out, [1705.0, 802.0, 4604.0, -800.0]);
    /// # Ok::<(), dualtape::graph::BranchChanged>(())
    /// ```
    ///
    /// Source: M. Shin & M. Anitescu, *Accelerating optimal power flow with GPUs: SIMD abstraction of nonlinear programs and condensed-space
    /// interior-point methods*, [arXiv:2307.16830](https://arxiv.org/abs/2307.16830), where the user writes the repeated bodies down; finding
    /// them in a recording is this crate's.
    #[must_use]
    #[track_caller]
    pub fn compile_value_and_gradient(&self) -> Program {
        match Rolled::of(&self.body) {
            Ok(rolled) => self.with(rolled),
            Err(reason) => Program { reason, ..Program::from(self.value_and_gradient()) },
        }
    }
}

impl Graph {
    /// The program of the value and the gradient of this graph that has these kernels.
    fn with(&self, rolled: Rolled) -> Program {
        let outline = Graph::of(self.body.outline_of_value_and_gradient());
        Program { rolled: Some(Box::new(rolled)), ..Program::from(outline) }
    }

    /// The program with kernels of the value and the gradient, if there is one, whether it is the better form or not; and what the model of
    /// costs says it consists of, and what straight code would consist of. For the benchmark that the model is fitted by.
    #[doc(hidden)]
    #[must_use]
    pub fn compile_rolled(&self) -> Option<(Program, [Amounts; 2])> {
        let rolled = Rolled::at_any_cost(&self.body).ok()?;
        let amounts = rolled.named_amounts();
        Some((self.with(rolled), amounts))
    }
}

impl From<Graph> for Program {
    fn from(graph: Graph) -> Program {
        Program {
            schedule: Schedule::new(&graph.body),
            graph,
            id: LAST.fetch_add(1, Relaxed) + 1,
            value_and_gradient: OnceLock::new(),
            rolled: None,
            reason: Reason::NotAsked,
            unrolled: OnceLock::new(),
        }
    }
}

impl Program {
    /// Writes the results at `x` to `out`.
    ///
    /// Once warm, on a thread that ran a program of this size before, it allocates nothing. The exception are points where a program of
    /// derivatives is evaluated by the drivers, because plain arithmetic is not enough: those where a result is not finite and those at
    /// the ends of the range.
    ///
    /// # Errors
    /// If a guard of the recording has another answer at `x`. Then `out` is left as it was.
    ///
    /// # Panics
    /// If `x` has not one entry for each input, or `out` not one for each result.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let program = Graph::record_fn(
    ///     |x: &[Traced]| if x[0] < 1.0 { x[0] * 2.0 } else { x[0] + 1.0 },
    ///     &[0.5],
    /// )
    /// .compile();
    /// let mut y = [0.0];
    /// assert!(program.call(&[0.25], &mut y).is_ok());
    /// assert_eq!(y, [0.5]);
    /// assert_eq!(program.call(&[3.0], &mut y).unwrap_err().question(), "x[0] < 1");
    /// assert_eq!(y, [0.5]);
    /// ```
    #[track_caller]
    pub fn call(&self, x: &[f64], out: &mut [f64]) -> Result<(), BranchChanged> {
        self.check_lengths("call", x.len(), self.inputs(), out.len(), self.outputs());
        if let Some(rolled) = &self.rolled {
            return self.call_rolled(rolled, x, out);
        }
        // It goes back at the end. A panic in a user's rule drops it, and the next call begins with another.
        let mut memory = pool::take::<Memory>();
        self.schedule.run(&self.graph.body, self.id, x, &mut memory);
        let cells = &memory.cells;
        let is_plain = || self.schedule.is_plain_in(cells.as_chunks::<1>().0);
        let result = self.finish(x, out, |place| cells[place as usize], is_plain);
        pool::put(memory);
        result
    }

    /// [`Program::call`], which leaves it to the caller what to do where the results are not right.
    pub(super) fn attempt(&self, x: &[f64], out: &mut [f64]) -> Attempt {
        debug_assert!(self.rolled.is_none(), "only straight programs are tried");
        let mut memory = pool::take::<Memory>();
        self.schedule.run(&self.graph.body, self.id, x, &mut memory);
        let cells = &memory.cells;
        let read = |place: u32| cells[place as usize];
        let is_plain = || self.schedule.is_plain_in(cells.as_chunks::<1>().0);
        let attempt = match self.schedule.changed(read) {
            Some((guard, answer, _)) => Attempt::Changed { guard, answer },
            None if self.graph.body.is_never_plain || !is_plain() => Attempt::NotPlain,
            None => {
                out.iter_mut().zip(&self.schedule.results).for_each(|(out, &place)| *out = read(place));
                Attempt::Right
            }
        };
        pool::put(memory);
        attempt
    }

    /// Whether there may be points where [`Program::attempt`] gives results.
    pub(super) fn may_be_plain(&self) -> bool {
        !self.graph.body.is_never_plain
    }

    /// [`Program::call`] of a rolled program.
    fn call_rolled(&self, rolled: &Rolled, x: &[f64], out: &mut [f64]) -> Result<(), BranchChanged> {
        let mut memory = pool::take::<roll::Memory>();
        let is_right = rolled.run(self.id, x, &mut memory);
        if is_right {
            rolled.results(&memory, out);
        }
        pool::put(memory);
        if !is_right {
            out.copy_from_slice(&self.graph.body.eval_eagerly(x)?);
        }
        Ok(())
    }

    /// Writes the results, whose places `read` knows, if they are right, for derivatives by `is_plain`; else those of the drivers.
    fn finish(
        &self,
        x: &[f64],
        out: &mut [f64],
        read: impl Fn(u32) -> f64,
        is_plain: impl FnOnce() -> bool,
    ) -> Result<(), BranchChanged> {
        let changed = self.schedule.changed(&read);
        let is_derivative = self.graph.body.origin.is_some();
        if !is_derivative && let Some((guard, answer, sides)) = changed {
            return Err(self.graph.body.changed(&self.graph.body.guards[guard], answer, sides));
        }
        let is_right = || !self.graph.body.is_never_plain && changed.is_none() && is_plain();
        if is_derivative && !is_right() {
            out.copy_from_slice(&self.graph.body.eval_eagerly(x)?);
        } else {
            out.iter_mut().zip(&self.schedule.results).for_each(|(out, &place)| *out = read(place));
        }
        Ok(())
    }

    /// The results at `x`, on any number.
    ///
    /// On `f64` it is [`Program::call`] with a buffer of its own; what other numbers do is said [above](Program#as-a-function).
    ///
    /// # Errors
    /// If a guard of the recording has another answer at `x`.
    ///
    /// # Panics
    /// If `x` has not one entry for each input.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Dual;
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let program = Graph::record_fn(|x: &[Traced]| x[0].powi(3), &[1.0]).compile();
    /// assert_eq!(program.eval(&[2.0]), Ok(vec![8.0]));
    /// assert_eq!(program.eval(&[Dual::variable(2.0)]).unwrap()[0].tangent(), 12.0);
    /// ```
    #[track_caller]
    pub fn eval<T: Float>(&self, x: &[T]) -> Result<Vec<T>, BranchChanged> {
        let (inputs, found) = (self.inputs(), x.len());
        assert!(
            found == inputs,
            "dualtape: a program with {inputs} inputs is evaluated at a point with {found} entries"
        );
        T::run::<Results>((self, x))
    }

    /// How many inputs there are: variables and data.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.graph.inputs()
    }

    /// How many results there are.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.graph.outputs()
    }

    /// How many operations a call runs.
    #[must_use]
    pub fn operations(&self) -> usize {
        let straight = self.schedule.operations;
        self.rolled.as_ref().map_or(straight, |rolled| rolled.report().operations())
    }

    /// How often a call decides what to do next: once for up to eight operations of one kind, or for a whole row, chain or mixture of
    /// operations. It is what the time goes to besides the operations.
    #[must_use]
    pub fn decisions(&self) -> usize {
        self.rolled.as_ref().map_or(self.schedule.decisions, |rolled| rolled.decisions())
    }

    /// The graph that the program computes. Of a program by [`Graph::compile_value_and_gradient`] it may be made when it is asked for.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        match self.graph.body.function() {
            Some(function) if self.rolled.is_some() => {
                self.unrolled.get_or_init(|| Graph::of(function.clone()).value_and_gradient())
            }
            _ => &self.graph,
        }
    }

    /// What a call of a straight program consists of.
    pub(super) fn amounts(&self) -> [f64; 6] {
        self.schedule.amounts()
    }

    #[track_caller]
    fn check_lengths(&self, name: &str, x: usize, inputs: usize, out: usize, outputs: usize) {
        assert!(x == inputs, "dualtape: {name}: expected {inputs} inputs, found {x}");
        assert!(out == outputs, "dualtape: {name}: expected room for {outputs} results, found {out}");
    }

    /// Whether something else runs in place of the straight code of the graph.
    pub(super) fn is_rolled(&self) -> bool {
        self.rolled.is_some()
    }

    fn value_and_gradient(&self) -> &Program {
        self.value_and_gradient.get_or_init(|| Box::new(Program::from(self.graph().value_and_gradient())))
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Program")
            .field("inputs", &self.inputs())
            .field("outputs", &self.outputs())
            .field("operations", &self.operations())
            .field("decisions", &self.decisions())
            .finish_non_exhaustive()
    }
}

/// The results on any number.
struct Results;

impl Algorithm for Results {
    type Args<'a, T: Float> = (&'a Program, &'a [T]);
    type Output<T: Float> = Result<Vec<T>, BranchChanged>;

    fn on_primitive<B: Scalar>((program, x): (&Program, &[B])) -> Result<Vec<B>, BranchChanged> {
        if B::IS_SINGLE {
            return program.graph().eval(x);
        }
        let mut out = vec![0.0; program.outputs()];
        program.call(&values_of(x).into_iter().map(B::widen).collect::<Vec<_>>(), &mut out)?;
        Ok(out.into_iter().map(B::nearest).collect())
    }

    fn on_traced<B: Primitive>((program, x): (&Program, &[Traced<B>])) -> Result<Vec<Traced<B>>, BranchChanged> {
        program.graph().eval(x)
    }

    fn on_number<N: Number>((program, x): (&Program, &[N])) -> Result<Vec<N>, BranchChanged> {
        let (variables, data) = x.split_at(program.graph.body.variables);
        if program.outputs() != 1 || !data.iter().all(Float::is_constant) {
            return program.graph().eval(x);
        }
        let inner: Vec<N::Inner> = x.iter().map(|x| x.primal()).collect();
        let results = N::Inner::run::<Results>((program.value_and_gradient(), &inner))?;
        let partials: Vec<(N, N::Inner)> = variables.iter().copied().zip(results[1..].iter().copied()).collect();
        Ok(vec![N::from_partials(results[0], &partials)])
    }

    fn on_series<N: Number>((program, x): (&Program, &[N])) -> Result<Vec<N>, BranchChanged> {
        program.graph.eval(x)
    }
}

/// # Panics
/// If a guard has another answer, with the message of [`BranchChanged`], and if the program has not one result.
impl ScalarFunction for Program {
    #[track_caller]
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let outputs = self.outputs();
        assert!(outputs == 1, "dualtape: a program with {outputs} results is not a scalar function");
        Program::eval(self, x).unwrap_or_else(|changed| panic!("{changed}"))[0]
    }
}

/// # Panics
/// If a guard has another answer, with the message of [`BranchChanged`].
impl VectorFunction for Program {
    #[track_caller]
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        Program::eval(self, x).unwrap_or_else(|changed| panic!("{changed}"))
    }
}
