//! What a program consists of, and why it has this form.

use super::{Rolled, Step};
use crate::graph::program::Program;
use std::fmt;

/// What a [`Program`] consists of, and why, by [`Program::report`].
///
/// Displayed, it is a sentence for each fact.
///
/// # Examples
/// ```
/// use dualtape::graph::{Graph, Traced};
///
/// let chain = |x: &[Traced]| {
///     x.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2)).sum::<Traced>()
/// };
/// let program = Graph::record_fn(chain, &[0.5; 1000]).compile_value_and_gradient();
/// let report = program.report();
/// // one body, for 999 instances
/// assert_eq!((report.kernels(), report.launches()), (1, 1));
/// assert!(report.rolled_operations() > 999 * report.kernel_operations() / 2);
///
/// let short = Graph::record_fn(|x: &[Traced]| x[0].sin() * x[1], &[1.0, 2.0])
///     .compile_value_and_gradient();
/// assert_eq!(short.report().kernels(), 0);
/// assert_eq!(short.report().why(), "less than half of the operations repeat");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    kernels: usize,
    kernel_operations: usize,
    launches: usize,
    rolled_operations: usize,
    straight_operations: usize,
    bytes: usize,
    guards: usize,
    why: &'static str,
}

/// Why a program is not rolled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::graph::program) enum Reason {
    /// It is what [`Graph::compile`](crate::graph::Graph::compile) makes.
    NotAsked,
    /// Nothing is computed.
    NoOperations,
    /// The function is a derivative itself, which holds under conditions of its own.
    IsDerivative,
    /// Too little of it repeats.
    Repeats,
    /// A rule asks questions in its derivatives, which may have another answer for each instance.
    Questions,
    /// A body has more operations than registers can be numbered.
    Registers,
    /// By the model it takes longer.
    Cost,
}

impl Reason {
    fn text(self) -> &'static str {
        match self {
            Reason::NotAsked => "it was compiled as it is; `compile_value_and_gradient` looks for repetitions",
            Reason::NoOperations => "nothing is computed",
            Reason::IsDerivative => "the function is itself a derivative",
            Reason::Repeats => "less than half of the operations repeat",
            Reason::Questions => "the derivative of a rule goes by values",
            Reason::Registers => "a body is too large",
            Reason::Cost => "by the model of costs, kernels take longer",
        }
    }
}

impl Report {
    /// All operations that a call runs.
    pub(in crate::graph::program) fn operations(&self) -> usize {
        self.rolled_operations + self.straight_operations
    }
    /// How many kernels there are: bodies of loops that were found, with their derivatives.
    #[must_use]
    pub fn kernels(&self) -> usize {
        self.kernels
    }
    /// How many operations the kernels have in all.
    #[must_use]
    pub fn kernel_operations(&self) -> usize {
        self.kernel_operations
    }
    /// How often a call runs a kernel, each time for many instances.
    #[must_use]
    pub fn launches(&self) -> usize {
        self.launches
    }
    /// How many operations a call runs in kernels and in long sums.
    #[must_use]
    pub fn rolled_operations(&self) -> usize {
        self.rolled_operations
    }
    /// How many operations a call runs one by one.
    #[must_use]
    pub fn straight_operations(&self) -> usize {
        self.straight_operations
    }
    /// Bytes of code, tables and constants, and of the memory that a call needs.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
    /// How many guards a call asks.
    #[must_use]
    pub fn guards(&self) -> usize {
        self.guards
    }
    /// Why the program has this form.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.why
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} kernels of {} operations, run {} times",
            self.kernels, self.kernel_operations, self.launches
        )?;
        writeln!(out, "{} operations in kernels and long sums", self.rolled_operations)?;
        writeln!(out, "{} operations one by one", self.straight_operations)?;
        writeln!(out, "{} bytes", self.bytes)?;
        writeln!(out, "{} guards", self.guards)?;
        write!(out, "{}", self.why)
    }
}

impl Rolled {
    /// How often a call decides what to do next.
    pub fn decisions(&self) -> usize {
        let decisions = |step: &Step| match step {
            Step::Launch(launch) => {
                let kernel = &self.kernels[launch.kernel];
                launch.count.div_ceil(kernel.lanes) * kernel.code.len()
            }
            Step::Sum { terms, .. } | Step::Spread { terms, .. } => terms.len(),
            Step::Straight(part) => part.schedule.decisions,
        };
        self.steps.iter().map(decisions).sum()
    }

    pub fn report(&self) -> Report {
        let mut report = Report {
            kernels: self.kernels.len(),
            kernel_operations: self.kernels.iter().map(|kernel| kernel.operations).sum(),
            launches: 0,
            rolled_operations: 0,
            straight_operations: 0,
            bytes: 8 * (self.cells + self.constants.len())
                + self.kernels.iter().map(|kernel| kernel.bytes()).sum::<usize>(),
            guards: self.checks.len(),
            why: "by the model of costs, kernels are faster",
        };
        for step in &self.steps {
            match step {
                Step::Launch(launch) => {
                    report.launches += 1;
                    report.rolled_operations += launch.count * self.kernels[launch.kernel].operations;
                    report.bytes += launch.bytes();
                }
                Step::Sum { terms, .. } | Step::Spread { terms, .. } => {
                    report.rolled_operations += terms.iter().map(|terms| terms.count as usize).sum::<usize>();
                    report.bytes += size_of_val(&**terms);
                }
                Step::Straight(part) => {
                    report.straight_operations += part.schedule.operations;
                    report.bytes += part.schedule.bytes() + size_of_val(&*part.inputs) + size_of_val(&*part.outputs);
                }
            }
        }
        report
    }
}

impl Program {
    /// What the program consists of, and why it has this form.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn report(&self) -> Report {
        match &self.rolled {
            Some(rolled) => rolled.report(),
            None => Report {
                kernels: 0,
                kernel_operations: 0,
                launches: 0,
                rolled_operations: 0,
                straight_operations: self.schedule.operations,
                bytes: self.schedule.bytes() + 8 * self.schedule.cells,
                guards: self.schedule.checks.len(),
                why: self.reason.text(),
            },
        }
    }
}

impl super::super::schedule::Schedule {
    /// Bytes of its code and constants.
    fn bytes(&self) -> usize {
        use super::super::code::Code;
        let code = match &self.code {
            Code::Short(code) => size_of_val(&**code),
            Code::Long(code) => size_of_val(&**code),
        };
        code + size_of_val(&*self.constants)
    }
}
