//! [`Tape`], a recording under the user's own control.

use crate::float::{Float, fold};
use crate::numbers::Reverse;
use crate::recording::{Buffer, NodeId, Recording, push, sweep, unmuted};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

/// A recording under your own control: variables, then ordinary code, then adjoints.
///
/// The drivers ([`gradient`](crate::gradient) and its kin) manage a tape of their own and are what most code wants. A `Tape`
/// shows the parts: make variables, compute with them, and ask for the derivatives of any result, as often as needed. Recording stops
/// when the tape is dropped. Joining two of its variables after that panics.
///
/// Several tapes may be alive on a thread, but their values must not be mixed. What comparisons of recorded values mean, and derivatives
/// at kinks and singular points, is said in the [conventions](crate::conventions).
///
/// # Cost
/// One record (24 bytes at `f64`) for each operation that joins two nodes; [`Tape::adjoints`] is one pass over all of them.
///
/// # Examples
/// ```
/// use dualtape::Tape;
/// let tape = Tape::new();
/// let x = tape.variable(2.0);
/// let y = x * x.exp();
/// assert_eq!(tape.adjoints(y).wrt(x), 3.0 * 2.0_f64.exp()); // (1 + x) eˣ
/// ```
pub struct Tape<T: Float> {
    recording: Recording<T>,
    /// The nodes whose adjoints can be asked for, by increasing index, with their values.
    variables: RefCell<Vec<(usize, T)>>,
    /// The marks that the tape can be rewound to, by increasing number of nodes.
    marks: RefCell<Vec<Place>>,
    /// The most nodes that there were before the tape was cleared or rewound.
    peak: usize,
}

/// A place on a tape, to be [rewound](Tape::rewind) to.
///
/// # Examples
/// See [`Tape::rewind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Unique in the process.
    number: u64,
}

/// What a [`Mark`] stands for.
struct Place {
    mark: Mark,
    nodes: usize,
}

impl<T: Float> Default for Tape<T> {
    fn default() -> Self {
        Tape::new()
    }
}

impl<T: Float> std::fmt::Debug for Tape<T> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Tape")
            .field("variables", &self.variables.borrow().len())
            .field("nodes", &self.len())
            .field("bytes", &self.bytes())
            .finish()
    }
}

impl<T: Float> Tape<T> {
    /// The index of the node that `x`, a value given to `method`, sits on, or `None` for a constant.
    ///
    /// # Panics
    /// If `x` belongs to another tape.
    #[track_caller]
    fn index_of(&self, x: Reverse<T>, method: &str) -> Option<usize> {
        locate(&self.recording, x, || {
            format!(
                "dualtape: {method}: the value is not on this tape; it belongs to another tape or gradient call, or to a part of this tape that \
                 was rewound or cleared. Ask the tape whose variables it was computed from, or lift it into this one with \
                 `Reverse::constant`"
            )
        })
    }

    /// Starts a tape on this thread.
    #[must_use]
    pub fn new() -> Tape<T> {
        // Node 0 is nobody's variable: records with fewer than two operands refer to it.
        Tape { recording: Buffer::new().begin(1), variables: RefCell::default(), marks: RefCell::default(), peak: 0 }
    }

    /// Records a node with the derivative `slope` by `node`.
    fn node_from(&self, x: T, node: NodeId, slope: T) -> Reverse<T> {
        let (ground, zero) = (self.recording.node(0), T::zero());
        let index = self.recording.nodes();
        let push = || push(node, slope, ground, zero);
        let node = push().or_else(|| unmuted(push)).expect("no recording is muted");
        self.variables.borrow_mut().push((index, x));
        Reverse::at_node(x, node)
    }

    /// A new variable with the value `x`: one more node.
    ///
    /// # Panics
    /// If the tape has 2³¹ nodes, or memory runs out.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.variable(3.0);
    /// assert_eq!(tape.adjoints(x * x).wrt(x), 6.0);
    /// ```
    pub fn variable(&self, x: T) -> Reverse<T> {
        self.node_from(x, self.recording.node(0), T::zero())
    }

    /// A new variable for each entry of `x`. See [`Tape::variable`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.variables(&[2.0, 3.0, 4.0]);
    /// let adjoints = tape.adjoints(x.iter().product());
    /// let gradient: Vec<f64> = x.iter().map(|&x| adjoints.wrt(x)).collect();
    /// assert_eq!(gradient, [12.0, 8.0, 6.0]);
    /// ```
    #[must_use]
    pub fn variables(&self, x: &[T]) -> Vec<Reverse<T>> {
        x.iter().map(|&x| self.variable(x)).collect()
    }

    /// Gives an intermediate value a node of its own, so that its adjoint can be asked for.
    ///
    /// Use the returned value in what follows. (Most operations record no node: see [`Reverse`].)
    ///
    /// # Panics
    /// If `x` belongs to another tape, or to a driver.
    ///
    /// # Examples
    /// With `u = sin x` retained, the adjoint of `u` in `y = u²` is `2 u`.
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.variable(0.5);
    /// let u = tape.retain(x.sin());
    /// let adjoints = tape.adjoints(u * u);
    /// assert_eq!(adjoints.wrt(u), 2.0 * 0.5_f64.sin());
    /// assert_eq!(adjoints.wrt(x), 2.0 * 0.5_f64.sin() * 0.5_f64.cos());
    /// ```
    #[doc(alias = "retain_grad")]
    #[must_use = "what follows has to use the retained value"]
    #[track_caller]
    pub fn retain(&self, x: Reverse<T>) -> Reverse<T> {
        match self.index_of(x, "Tape::retain") {
            None => self.variable(x.primal()),
            Some(_) => self.node_from(x.primal(), x.node(), x.slope()),
        }
    }

    /// The derivatives of `y` by every variable and retained value, each time from zero. Recording may go on afterwards.
    ///
    /// # Cost
    /// One pass over all records, and memory for one number per node.
    ///
    /// # Panics
    /// If `y` belongs to another tape, or to a driver.
    ///
    /// # Examples
    /// Two results of one recording, here a product and a quotient:
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.variable(6.0), tape.variable(2.0));
    /// let (product, quotient) = (x * y, x / y);
    /// assert_eq!(tape.adjoints(product).wrt(y), 6.0);
    /// assert_eq!(tape.adjoints(quotient).wrt(y), -1.5); // -x / y²
    /// ```
    ///
    /// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
    #[doc(alias = "backward")]
    #[doc(alias = "backprop")]
    #[must_use]
    #[track_caller]
    pub fn adjoints(&self, y: Reverse<T>) -> Adjoints<'_, T> {
        let index = self.index_of(y, "Tape::adjoints");
        self.sweep(|seed| {
            if let Some(index) = index {
                seed(index, 0, y.slope());
            }
        })
    }

    /// The derivatives of `Σ wᵢ yᵢ` for pairs `(yᵢ, wᵢ)`: several results, each with its seed, in one pass.
    ///
    /// # Cost
    /// As [`Tape::adjoints`], however many results there are.
    ///
    /// # Panics
    /// If a result belongs to another tape, or to a driver.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.variable(6.0), tape.variable(2.0));
    /// let adjoints = tape.weighted_adjoints(&[(x * y, 1.0), (x / y, 10.0)]);
    /// assert_eq!(adjoints.wrt(y), 6.0 - 15.0);
    /// ```
    ///
    /// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
    #[must_use]
    #[track_caller]
    pub fn weighted_adjoints(&self, results: &[(Reverse<T>, T)]) -> Adjoints<'_, T> {
        let seeds: Vec<_> = results
            .iter()
            .filter_map(|&(y, weight)| Some((self.index_of(y, "Tape::weighted_adjoints")?, fold(y.slope(), weight))))
            .collect();
        self.sweep(|seed| seeds.iter().for_each(|&(index, slope)| seed(index, 0, slope)))
    }

    /// One pass over all records, from what `seeds` gives.
    fn sweep(&self, seeds: impl Fn(&mut dyn FnMut(usize, usize, T))) -> Adjoints<'_, T> {
        let mut values = vec![[T::zero()]; self.recording.nodes()];
        self.recording.read(|records| {
            sweep::backward::<T, 1, true>(&records, &mut values, &mut Vec::new(), |seed| seeds(seed));
        });
        Adjoints { tape: self, values }
    }

    /// Forgets everything that is recorded, and keeps the memory for what comes next.
    ///
    /// Variables and results so far are stale: using one panics, as after the end of the tape.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Tape;
    /// let mut tape = Tape::new();
    /// let mut slopes = vec![];
    /// for x in [1.0, 2.0, 3.0] {
    ///     tape.clear();
    ///     let x = tape.variable(x);
    ///     slopes.push(tape.adjoints(x * x).wrt(x));
    /// }
    /// assert_eq!(slopes, [2.0, 4.0, 6.0]);
    /// assert_eq!(tape.len(), 1);
    /// ```
    #[doc(alias = "reset")]
    pub fn clear(&mut self) {
        self.cut(1);
        self.marks.get_mut().clear();
    }

    /// Marks the place that the tape has come to, for [`Tape::rewind`].
    #[must_use]
    pub fn mark(&self) -> Mark {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mark = Mark { number: NEXT.fetch_add(1, Ordering::Relaxed) };
        self.marks.borrow_mut().push(Place { mark, nodes: self.recording.nodes() });
        mark
    }

    /// Forgets what was recorded after `mark`, and returns the variables and [retained](Tape::retain) values from before it, in the
    /// order in which they were made, to go on with.
    ///
    /// *All* values from before the call are stale, and using one panics, as after the end of the tape. This is so because a value that
    /// was computed after the mark must not be taken for what is recorded next. Nodes therefore get new identities, and the variables
    /// that are returned have them. A mark may be used any number of times, and marks that were made after it are gone. Memory is kept.
    ///
    /// # Panics
    /// If the mark is of another tape, or was made after one that the tape has been rewound to, or before [`Tape::clear`].
    ///
    /// # Examples
    /// Parameters stay on the tape, and one batch after the other is recorded behind them:
    /// ```
    /// use dualtape::Tape;
    /// let mut tape = Tape::new();
    /// tape.variables(&[2.0, 3.0]);
    /// let parameters = tape.mark();
    /// let mut slopes = vec![];
    /// for batch in [1.0, 10.0] {
    ///     let w = tape.rewind(&parameters);
    ///     let loss = w[0] * w[1] * batch;
    ///     slopes.push(tape.adjoints(loss).wrt(w[0]));
    /// }
    /// assert_eq!(slopes, [3.0, 30.0]);
    /// assert_eq!(tape.len(), 3); // two variables and one join
    /// ```
    #[track_caller]
    pub fn rewind(&mut self, mark: &Mark) -> Vec<Reverse<T>> {
        let place = self.marks.get_mut().iter().rposition(|place| place.mark == *mark);
        let Some(place) = place else {
            panic!(
                "dualtape: Tape::rewind: the mark is not on this tape; it was made on another one, or the tape has been cleared or \
                 rewound to an earlier mark since. Make a new one with `Tape::mark`"
            );
        };
        let nodes = self.marks.get_mut()[place].nodes;
        self.cut(nodes);
        self.marks.get_mut().truncate(place + 1);
        self.variables.get_mut().iter().map(|&(index, x)| Reverse::at_node(x, self.recording.node(index))).collect()
    }

    /// Forgets all nodes but the first `nodes`, and the variables behind them.
    fn cut(&mut self, nodes: usize) {
        self.peak = self.peak_len();
        self.recording.rewind(nodes);
        let variables = self.variables.get_mut();
        variables.truncate(variables.partition_point(|&(index, _)| index < nodes));
    }

    /// Nodes recorded so far, variables included.
    ///
    /// # Examples
    /// Only joins of two nodes are recorded:
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    /// let _chain = (x.sin() * 2.0 + 1.0).exp() * x;
    /// assert_eq!(tape.len(), 2);
    /// let _join = x * y;
    /// assert_eq!(tape.len(), 3);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.recording.nodes() - 1
    }

    /// The most nodes that there were at one time, variables included: [`Tape::len`] before the tape was cleared or rewound, if that was
    /// more than now.
    ///
    /// # Examples
    /// A tape that is cleared for each batch, of which the second is the largest:
    /// ```
    /// use dualtape::Tape;
    /// let mut tape = Tape::new();
    /// for size in [10, 1000, 20] {
    ///     tape.clear();
    ///     let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    ///     let _sum = (0..size).fold(x, |sum, _| sum + y);
    /// }
    /// assert_eq!((tape.len(), tape.peak_len()), (22, 1002));
    /// ```
    #[doc(alias = "peak memory")]
    #[must_use]
    pub fn peak_len(&self) -> usize {
        self.peak.max(self.len())
    }

    /// `true` if nothing is recorded yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes allocated for the records, of which not all need to be in use: up to twice what [`Tape::peak_len`] records take.
    ///
    /// They do not become fewer while the tape lives, so this is also the peak. [`Adjoints`] hold one number for each node in addition.
    /// [`pooled_bytes`](crate::pooled_bytes) says what the drivers keep.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    /// let sum = (0..1000).fold(x, |sum, _| sum + y);
    /// assert_eq!(sum.primal(), 2001.0);
    /// assert!(tape.bytes() >= 1000 * 24);
    /// ```
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.recording.capacity_in_bytes()
    }
}

/// The derivatives of one result, from [`Tape::adjoints`].
#[derive(Debug)]
pub struct Adjoints<'a, T: Float> {
    tape: &'a Tape<T>,
    values: Vec<[T; 1]>,
}

impl<T: Float> Adjoints<'_, T> {
    /// The derivative by `x`, which is a variable or a [retained](Tape::retain) value of the tape. It is 0 if the result does not depend
    /// on `x`.
    ///
    /// # Panics
    /// If `x` is an intermediate value (it has no adjoint of its own), a constant, or a value of another tape. An intermediate value
    /// that equals its variable and has slope 1 there, such as `sin(x)` at 0, cannot be told from the variable, and is taken for it.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Tape;
    /// let tape = Tape::new();
    /// let (x, y, unused) = (tape.variable(3.0), tape.variable(4.0), tape.variable(5.0));
    /// let adjoints = tape.adjoints(x.hypot(y));
    /// assert_eq!(
    ///     (adjoints.wrt(x), adjoints.wrt(y), adjoints.wrt(unused)),
    ///     (0.6, 0.8, 0.0)
    /// );
    /// ```
    #[doc(alias = "grad")]
    #[must_use]
    #[track_caller]
    pub fn wrt(&self, x: Reverse<T>) -> T {
        let Some(index) = self.tape.index_of(x, "Adjoints::wrt") else {
            panic!("dualtape: the adjoint of a constant was asked for; make it a variable with `Tape::variable`");
        };
        let place = self.tape.variables.borrow().binary_search_by_key(&index, |&(index, _)| index);
        let variable = place.ok().map(|place| self.tape.variables.borrow()[place].1);
        let is_variable = variable.is_some_and(|value| {
            // Equal in all parts; the difference of two infinities or NaN says nothing.
            let difference = x.primal() - value;
            let same_value = if difference.is_nan() {
                x.primal() == value || x.primal().is_nan()
            } else {
                difference.is_zero_in_all_parts()
            };
            same_value && (x.slope() - T::one()).is_zero_in_all_parts()
        });
        assert!(
            is_variable,
            "dualtape: the adjoint of an intermediate value was asked for, which has no node of its own; pass it through \
             `Tape::retain` where it is computed, and use the result from there on"
        );
        // A variable made after the sweep has no entry: the result cannot depend on it.
        self.values.get(index).map_or_else(T::zero, |adjoint| adjoint[0])
    }
}

/// The index of the node that `y`, a value that a driver's function returned, sits on, or `None` for a constant.
///
/// # Panics
/// If `y` belongs to another recording.
#[track_caller]
pub(super) fn index_of<T: Float>(recording: &Recording<T>, y: Reverse<T>) -> Option<usize> {
    locate(recording, y, || {
        "dualtape: a value of another recording was given where one of this recording is needed. A differentiated function must \
         return a value computed from its own arguments; `Reverse::constant` lifts values from outside"
            .to_string()
    })
}

/// The index of the node that `x` sits on, or `None` for a constant.
///
/// # Panics
/// With `message`, if `x` belongs to another recording.
#[track_caller]
fn locate<T: Float>(recording: &Recording<T>, x: Reverse<T>, message: impl FnOnce() -> String) -> Option<usize> {
    if x.node().is_constant() {
        return None;
    }
    let index = recording.index(x.node());
    if index.is_none() {
        panic!("{}", message());
    }
    index
}
