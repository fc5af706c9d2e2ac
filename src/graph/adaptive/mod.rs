//! [`Adaptive`]: a function whose derivatives are replayed where that is right and pays, and taken by the drivers elsewhere.

mod estimate;
mod kept;
mod replays;
mod report;
mod scalar;
mod vector;

pub use report::AdaptiveReport;

use crate::drivers::{ScalarFunction, VectorFunction};
use crate::float::Float;
use replays::{Limits, Replays};
use std::fmt;

/// After how many calls by the drivers a recording is made. To record, differentiate and compile costs what some hundred calls cost, and
/// who waits about as long as that pays about twice what the better of both choices would have cost, at most.
const PATIENCE: u64 = 256;

/// How many recordings are kept. Finding one of them takes a few questions, so it is memory that limits them.
const RECORDINGS: usize = 8;

/// How many operations a recording or a program may have: about 150 MB for each program of this size.
const OPERATIONS: usize = 1 << 20;

/// A function whose derivatives are replayed where that is right and pays, and taken by the drivers elsewhere.
///
/// It owns the function and has the drivers as methods, those for a [`ScalarFunction`] and those for a [`VectorFunction`]. It counts
/// their calls. After some hundred of one kind it records the function, compiles the derivative, and replays that from then on.
///
/// - **Where a guard has another answer**, the recordings are searched for one that took the branches of the point. If there is none,
///   the drivers take the call, and after some hundred such calls the function is recorded once more, at the point at hand. The 8
///   recordings that were used last are kept.
/// - **Where branches change nearly always**, it tries less and less: after 4 failures in a row it rests for 4 calls, then 8, 16 and
///   so on, until a recording holds again. Each recording that served few calls doubles the wait for the next.
/// - **Where replay does not pay**, by an estimate from the numbers of operations, the drivers keep all calls. They also do where the
///   program would have more than a million operations, and where the function does not run on numbers that record.
///
/// # Results
///
/// They are those of the drivers `value_and_gradient_of` and its kin: the same values to the bit, the same panics, and the same
/// derivatives, except for rounding. A program adds in another order than the drivers. So a replayed derivative differs from theirs by a
/// few units of 1e-16 of the largest terms that are added, as the drivers of both modes do from each other. When to replay goes by counts
/// and never by a clock, so the same calls have the same bits each time they are made. Who needs the same bits at a point whatever was
/// called before takes the drivers, or a [`Program`](super::Program).
///
/// Whether a function runs on numbers that record is found out by recording it: a panic there is caught, after its message was printed.
/// A program that is compiled to abort on panics ends with such a function.
///
/// As in [every recording](crate::graph#what-is-recorded), numbers that the function reads from elsewhere are constants: a function
/// that changes what it reads, by a `Cell` or a clock, is not one to be recorded. Data of the function are changed through
/// [`Adaptive::function_mut`], which forgets all recordings.
///
/// # Cost
///
/// A replayed call allocates nothing once warm, besides results that it returns, and takes about 40 ns more than
/// [`Program::call`](super::Program::call). The call after which a recording is made takes as long as some hundred others. A point where
/// a guard has another answer costs one replay in vain. Then the guards of other recordings are asked, of those that are compatible with
/// the answers so far, one after the other. Mostly the right one is found at once.
///
/// # As a function
///
/// It is a [`ScalarFunction`] and a [`VectorFunction`] itself, which evaluates the function that it owns: on `f64` that is faster than a
/// replay, and on numbers with derivatives it is what the caller's driver asked for. So it goes into every driver and into
/// `optimize::newton`. Those do not replay. The methods here do.
///
/// # Threads
///
/// It can be sent to another thread, and not be shared: what a call does depends on those before it. Each thread has a clone, which
/// shares the programs made so far.
///
/// # Examples
/// ```
/// use dualtape::graph::Adaptive;
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
/// let f = Adaptive::new(Rosenbrock);
/// let mut x = vec![0.5; 20];
/// for _ in 0..1000 {
///     let gradient = f.gradient(&x);
///     x.iter_mut().zip(gradient).for_each(|(x, g)| *x -= 1e-3 * g);
/// }
/// let report = f.report();
/// assert_eq!((report.calls(), report.recordings(), report.replays()), (1000, 1, 744));
/// // what was recorded, how often it held, and why the drivers took the others
/// println!("{report}");
/// ```
/// A branch that is not known falls back to the drivers, and is recorded when it comes often:
/// ```
/// use dualtape::graph::Adaptive;
/// use dualtape::{Float, scalar_function};
///
/// fn huber<T: Float>(x: &[T]) -> T {
///     if x[0].abs() < T::one() {
///         x[0] * x[0]
///     } else {
///         x[0].abs() * T::lit(2.0) - T::one()
///     }
/// }
/// scalar_function!(Huber = huber);
///
/// let f = Adaptive::new(Huber).record_after(3).by_estimate(false);
/// for x in [0.5, 0.5, 0.5, 0.25] {
///     assert_eq!(f.gradient(&[x]), [2.0 * x]);
/// }
/// assert_eq!((f.report().recordings(), f.report().replays()), (1, 1));
/// assert_eq!(f.gradient(&[-3.0]), [-2.0]);
/// assert_eq!((f.report().misses(), f.report().replays()), (1, 1));
/// ```
#[derive(Clone)]
pub struct Adaptive<F> {
    f: F,
    replays: Replays,
}

impl<F> Adaptive<F> {
    /// A function without any recording.
    #[must_use]
    pub fn new(f: F) -> Adaptive<F> {
        let limits = Limits { patience: PATIENCE, recordings: RECORDINGS, operations: OPERATIONS, by_estimate: true };
        Adaptive { f, replays: Replays::new(limits) }
    }

    /// The same with other limits, and without recordings.
    fn with(mut self, limit: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = self.replays.limits;
        limit(&mut limits);
        self.replays = Replays::new(limits);
        self
    }

    /// Makes a recording after so many calls of a derivative by the drivers. It is 256 unless set.
    ///
    /// # Panics
    /// If it is 0.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Adaptive;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn sphere<T: Float>(x: &[T]) -> T {
    ///     x.iter().map(|&x| x * x).sum()
    /// }
    /// scalar_function!(Sphere = sphere);
    ///
    /// let f = Adaptive::new(Sphere).record_after(1);
    /// assert_eq!(f.gradient(&[0.5; 10]), [1.0; 10]);
    /// assert_eq!(f.report().recordings(), 1);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn record_after(self, calls: u64) -> Self {
        assert!(calls > 0, "dualtape: record_after: expected at least 1 call, found 0");
        self.with(|limits| limits.patience = calls)
    }

    /// Keeps so many recordings. It is 8 unless set. A new one takes the place of the one that was used longest ago.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn most_recordings(self, recordings: usize) -> Self {
        assert!(
            recordings > 0,
            "dualtape: most_recordings: expected at least 1 recording, found 0; without any, call the drivers"
        );
        self.with(|limits| limits.recordings = recordings)
    }

    /// Leaves to the drivers what would be a recording or a program of more operations. It is 2²⁰ unless set.
    ///
    /// Recording stops where it has so many. A program and its graph take about 150 bytes for each operation, and a recording while it is
    /// made somewhat more.
    #[must_use]
    pub fn most_operations(self, operations: usize) -> Self {
        self.with(|limits| limits.operations = operations)
    }

    /// Whether the drivers keep the calls where replay is estimated to be slower. They do unless this is set to `false`.
    ///
    /// The estimate knows the numbers of operations, of functions called and of those that depend on each other. It does not know the
    /// machine, nor what a rule of your own costs.
    #[must_use]
    pub fn by_estimate(self, by_estimate: bool) -> Self {
        self.with(|limits| limits.by_estimate = by_estimate)
    }

    /// The function.
    #[must_use]
    pub fn function(&self) -> &F {
        &self.f
    }

    /// The function, to be changed. All recordings are forgotten.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Adaptive;
    /// use dualtape::{Float, ScalarFunction};
    ///
    /// struct Scaled(f64);
    /// impl ScalarFunction for Scaled {
    ///     fn eval<T: Float>(&self, x: &[T]) -> T {
    ///         x[0] * x[0] * T::lit(self.0)
    ///     }
    /// }
    /// let mut f = Adaptive::new(Scaled(1.0)).record_after(1).by_estimate(false);
    /// assert_eq!((f.gradient(&[3.0]), f.gradient(&[4.0])), (vec![6.0], vec![8.0]));
    /// f.function_mut().0 = 10.0;
    /// assert_eq!(f.gradient(&[3.0]), [60.0]);
    /// ```
    #[must_use]
    pub fn function_mut(&mut self) -> &mut F {
        self.forget();
        &mut self.f
    }

    /// The function. All recordings are dropped.
    #[must_use]
    pub fn into_function(self) -> F {
        self.f
    }

    /// Forgets all recordings, and what was counted.
    pub fn forget(&mut self) {
        self.replays.forget();
    }

    /// What was recorded and replayed so far, and why the drivers took the other calls.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Adaptive;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn step<T: Float>(x: &[T]) -> T {
    ///     if x[0] < T::zero() { -x[0] } else { x[0] * x[0] }
    /// }
    /// scalar_function!(Step = step);
    ///
    /// let f = Adaptive::new(Step).record_after(2).by_estimate(false);
    /// for x in [1.0, 2.0, 3.0, -1.0] {
    ///     let _ = f.gradient(&[x]);
    /// }
    /// let text = f.report().to_string();
    /// assert!(text.starts_with("1 recording made, 1 kept\n"), "{text}");
    /// assert!(text.contains("\n  recording 1: 1 operation, 1 guard, replayed 1 time\n"));
    /// assert!(
    ///     text.contains("value and gradient: 4 calls, 1 replayed, 3 by the drivers\n"),
    ///     "{text}"
    /// );
    /// assert!(
    ///     text.contains("  1: no recording has the branches of the point\n"),
    ///     "{text}"
    /// );
    /// ```
    pub fn report(&self) -> AdaptiveReport {
        self.replays.report()
    }
}

impl<F: fmt::Debug> fmt::Debug for Adaptive<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report();
        out.debug_struct("Adaptive")
            .field("function", &self.f)
            .field("recordings", &report.kept())
            .field("calls", &report.calls())
            .field("replays", &report.replays())
            .finish_non_exhaustive()
    }
}

/// The function itself, on every number.
impl<F: ScalarFunction> ScalarFunction for Adaptive<F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.f.eval(x)
    }
}

/// The function itself, on every number.
impl<F: VectorFunction> VectorFunction for Adaptive<F> {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        self.f.eval(x)
    }
}
