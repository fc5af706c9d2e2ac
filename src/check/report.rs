//! The result of a comparison: entries, a verdict on each, a suspicion about all, and the table.

use crate::float::Primitive;
use crate::numeric::{Doubt, Slope};
use std::fmt::{self, Write};

/// The relative tolerance of NumPy's `allclose`, and of a [`Check`] of a function on `f64`.
pub const RTOL: f64 = 1e-5;

/// The absolute tolerance of NumPy's `allclose`, and the uncertainty that is small for a [`Check`] of a function on `f64`.
pub const ATOL: f64 = 1e-8;

/// The relative tolerance of a [`Check`] of a function on `f32`. Its differences keep four digits or more, and mistakes are larger.
pub const SINGLE_RTOL: f64 = 1e-3;

/// The uncertainty that is small for a [`Check`] of a function on `f32`: below the root of the machine epsilon, as [`ATOL`] is on `f64`.
pub const SINGLE_ATOL: f64 = 1e-4;

/// How many roundings two exact ways to one number may differ by: times the machine epsilon of the function's precision, and relative to
/// the number, or to the terms of its sum. Derivatives of ordinary functions are made by tens of operations.
pub(super) const ROUNDINGS: f64 = 512.0;

/// What is small, by the precision of a function's values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    /// Differences, against the numerical derivative.
    relative: f64,
    /// Uncertainties, whatever the derivative.
    absolute: f64,
    /// What a factor between derivatives may differ by from one that is familiar: a difference has two digits more, on `f64` some eight.
    factor: f64,
}

impl Tolerance {
    #[inline]
    fn of<B: Primitive>() -> Tolerance {
        match B::IS_SINGLE {
            true => Tolerance { relative: SINGLE_RTOL, absolute: SINGLE_ATOL, factor: 1e-4 },
            false => Tolerance { relative: RTOL, absolute: ATOL, factor: 1e-6 },
        }
    }
}

/// What is known about a derivative after the comparison, or about all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// Both numbers agree.
    Passed,
    /// The numerical derivative does not say: at a kink or a jump, where the function is not finite, or where rounding hides it.
    Undetermined,
    /// The numbers differ by more than the numerical one may be wrong.
    Failed,
}

impl fmt::Display for Verdict {
    #[inline]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Verdict::Passed => "passed",
            Verdict::Undetermined => "undetermined",
            Verdict::Failed => "FAILED",
        })
    }
}

/// A derivative, and the number that it was compared with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Which derivative: `∂/∂x[1]`, or `[0, 1]` for row 0 and column 1 of a matrix.
    pub name: String,
    /// The derivative under test.
    pub exact: f64,
    /// The number it is compared with, in general a [numerical derivative](crate::numeric::extrapolated).
    pub numeric: f64,
    /// How far the latter seems to be from the truth.
    pub uncertainty: f64,
    /// Of the derivative; 0 for a value. A mistake in one order shows in those above, too.
    order: usize,
    doubt: Option<Doubt>,
    is_settled: bool,
}

impl Entry {
    #[inline]
    pub(super) fn new<B: Primitive>(name: String, order: usize, exact: B, slope: Slope) -> Entry {
        let Slope { estimate, doubt } = slope;
        let is_settled = estimate.is_settled();
        Entry {
            name,
            exact: exact.widen(),
            numeric: estimate.value,
            uncertainty: estimate.error,
            order,
            doubt,
            is_settled,
        }
    }

    /// Two numbers that should be one but for rounding, where the terms of their sums have the given size.
    ///
    /// Rounding is the uncertainty. The tolerance is that of the other entries: a check asks whether a derivative is right, and sums that
    /// cancel have few digits however they are computed.
    #[inline]
    pub(super) fn identity<B: Primitive>(name: String, order: usize, exact: B, other: B, size: B) -> Entry {
        let uncertainty = ROUNDINGS * B::epsilon().widen() * size.widen().abs();
        let (exact, numeric) = (exact.widen(), other.widen());
        Entry { name, exact, numeric, uncertainty, order, doubt: None, is_settled: true }
    }

    /// `|exact - numeric|`, 0 for equal infinities.
    #[must_use]
    #[inline]
    pub fn difference(&self) -> f64 {
        if self.exact == self.numeric { 0.0 } else { (self.exact - self.numeric).abs() }
    }

    /// The difference relative to the larger number.
    #[inline]
    fn relative(&self) -> f64 {
        let (difference, size) = (self.difference(), self.size());
        if difference == 0.0 { 0.0 } else { difference / size }
    }

    #[inline]
    fn size(&self) -> f64 {
        self.exact.abs().max(self.numeric.abs())
    }

    /// See [`Check`].
    #[inline]
    fn verdict(&self, tolerance: Tolerance) -> Verdict {
        let Tolerance { relative: tolerance, absolute, .. } = tolerance;
        let (difference, uncertainty) = (self.difference(), self.uncertainty);
        match self.doubt {
            Some(Doubt::NotFiniteHere | Doubt::NotFiniteAround) => return Verdict::Undetermined,
            Some(Doubt::Kink { left, right }) => {
                let slack = tolerance * self.size();
                let is_between = (left.min(right) - slack..=left.max(right) + slack).contains(&self.exact);
                return if is_between { Verdict::Undetermined } else { Verdict::Failed };
            }
            Some(Doubt::FromTheLeft | Doubt::FromTheRight) | None => {}
        }
        let is_known = |size: f64| uncertainty <= (tolerance * size).max(absolute);
        let differs = self.exact.is_nan() || difference > tolerance * self.numeric.abs() + 10.0 * uncertainty;
        let is_sure = if differs {
            let is_clear = self.exact.is_finite() && difference > 100.0 * uncertainty;
            self.is_settled && (is_known(self.numeric.abs()) || is_clear)
        } else {
            is_known(self.size()) || difference == 0.0
        };
        match (is_sure, differs) {
            (false, _) => Verdict::Undetermined,
            (true, false) => Verdict::Passed,
            (true, true) => Verdict::Failed,
        }
    }

    /// What the table says behind the numbers.
    #[inline]
    fn remark(&self, tolerance: Tolerance) -> String {
        let verdict = self.verdict(tolerance);
        let side = match self.doubt {
            Some(Doubt::FromTheRight) => ", from the right: the function is not finite on the left",
            Some(Doubt::FromTheLeft) => ", from the left: the function is not finite on the right",
            _ => "",
        };
        match (verdict, self.doubt) {
            (_, Some(Doubt::NotFiniteHere)) => format!("{verdict}: the function is not finite here"),
            (_, Some(Doubt::NotFiniteAround)) => format!("{verdict}: the function is not finite on either side"),
            (_, Some(Doubt::Kink { left, right })) => {
                format!("{verdict}: a kink with the slopes {} and {}", short(left), short(right))
            }
            (Verdict::Undetermined, _) if !self.is_settled => {
                format!("{verdict}: differences with smaller and smaller steps do not settle down{side}")
            }
            (Verdict::Undetermined, _) => {
                format!("{verdict}: the numerical one is only known to {:.1e}{side}", self.uncertainty)
            }
            _ => format!("{verdict}{side}"),
        }
    }
}

/// A comparison of derivatives with numerical ones: every pair of numbers, and what follows.
///
/// An entry has
/// - **failed** if `|exact - numeric|` is more than [`RTOL`] (on `f32` [`SINGLE_RTOL`]) times the numerical derivative (or what [`Check::within`] says) and ten times
///   its uncertainty together, the latter being within that tolerance too (or the difference a hundred times as large), or if the
///   derivative is NaN where the numerical one is known;
/// - **passed** if it is not, and the uncertainty is small against the derivative, or less than [`ATOL`] (on `f32` [`SINGLE_ATOL`]);
/// - else it is **undetermined**: at kinks and jumps, where the function is not finite here or all around, and where rounding of its
///   values hides the derivative. At the edge of the domain the one-sided derivative is taken.
///
/// The uncertainty takes the place of NumPy's absolute tolerance, with which every derivative below 1e-8 would pass.
///
/// Written out it is a table with the worst entries; a precision, as in `{:.3}`, sets the decimals.
///
/// # Examples
/// A derivative of x² y by hand that forgets a factor:
/// ```
/// use dualtape::check;
///
/// let check = check::gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[6.0, 4.5]);
/// assert!(!check.passed());
/// let table = format!("{check:.3}");
/// assert!(table.starts_with("gradient: FAILED, 2 of 2 entries are wrong"));
/// assert!(table.contains(
///     "every wrong entry is 0.5 times the numerical one: a factor 2 is missing"
/// ));
/// assert!(table.contains("∂/∂x[0]      6.000e0     1.200e1"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "the check says whether the derivatives are right: ask `passed`, or call `assert_passed`"]
pub struct Check {
    subject: String,
    /// Rows and columns, for the entries of a matrix in the order of its rows.
    shape: Option<(usize, usize)>,
    entries: Vec<Entry>,
    tolerance: Tolerance,
}

impl Check {
    #[inline]
    pub(super) fn new<B: Primitive>(
        subject: impl Into<String>,
        shape: Option<(usize, usize)>,
        entries: Vec<Entry>,
    ) -> Check {
        Check { subject: subject.into(), shape, entries, tolerance: Tolerance::of::<B>() }
    }

    /// The same numbers, judged by another relative tolerance: a larger one for a function that is itself accurate to a few digits.
    ///
    /// # Panics
    /// If the tolerance is not between 0 and 1.
    ///
    /// # Examples
    /// ```
    /// let check = dualtape::check::derivative(|x| x * x, 1.0, 2.001);
    /// assert!(!check.passed() && check.within(1e-2).passed());
    /// ```
    #[track_caller]
    #[inline]
    pub fn within(self, tolerance: f64) -> Check {
        assert!(
            (0.0..1.0).contains(&tolerance),
            "dualtape: Check::within: expected a relative tolerance from 0 to less than 1, found {tolerance}; 1e-3 compares three digits"
        );
        Check { tolerance: Tolerance { relative: tolerance, ..self.tolerance }, ..self }
    }

    /// The worst verdict on an entry.
    #[must_use]
    #[inline]
    pub fn verdict(&self) -> Verdict {
        self.entries.iter().map(|entry| entry.verdict(self.tolerance)).max().unwrap_or(Verdict::Passed)
    }

    /// Whether every entry has passed.
    #[must_use]
    #[inline]
    pub fn passed(&self) -> bool {
        self.verdict() == Verdict::Passed
    }

    /// Panics with the table unless every entry has passed.
    ///
    /// # Panics
    /// That is what it is for.
    ///
    /// # Examples
    /// ```
    /// dualtape::check::derivative(f64::sin, 1.0, 1.0_f64.cos()).assert_passed();
    /// ```
    #[track_caller]
    #[inline]
    pub fn assert_passed(&self) {
        match self.verdict() {
            Verdict::Passed => {}
            Verdict::Failed => {
                panic!("dualtape: check: expected derivatives as the numerical ones, found others\n{self}")
            }
            Verdict::Undetermined => panic!(
                "dualtape: check: expected numerical derivatives to compare with, found some that do not say; check at points away from \
                 kinks, jumps and ends of the domain\n{self}"
            ),
        }
    }

    /// All entries, in the order of the derivatives; those of a matrix row by row.
    #[must_use]
    #[inline]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with the worst verdict; among wrong ones one of the lowest order of derivatives, since mistakes show in the orders above,
    /// too; and of these the one with the largest relative difference. `None` if there is no entry.
    #[must_use]
    #[inline]
    pub fn worst(&self) -> Option<&Entry> {
        self.by_badness().into_iter().next()
    }

    #[inline]
    fn by_badness(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        let verdict = |entry: &Entry| entry.verdict(self.tolerance);
        let order = |entry: &Entry| if verdict(entry) == Verdict::Failed { entry.order } else { 0 };
        // NaN is the largest.
        let difference = |entry: &Entry| entry.relative().abs();
        entries.sort_by(|a, b| {
            let by_verdict = verdict(b).cmp(&verdict(a));
            by_verdict.then(order(a).cmp(&order(b))).then(difference(b).total_cmp(&difference(a)))
        });
        entries
    }

    #[inline]
    fn wrong(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.verdict(self.tolerance) == Verdict::Failed).collect()
    }

    /// What the mistake looks like.
    #[inline]
    fn suspicion(&self) -> Option<String> {
        let all_wrong = self.wrong();
        let lowest = all_wrong.iter().map(|entry| entry.order).min()?;
        let wrong: Vec<&Entry> = all_wrong.iter().copied().filter(|entry| entry.order == lowest).collect();
        if wrong.iter().all(|entry| entry.exact.is_nan()) {
            return Some(
                "NaN where the function is smooth: 0 times infinity on the way, or a root or a logarithm of 0"
                    .to_string(),
            );
        }
        let which =
            if wrong.len() == all_wrong.len() { "every wrong entry" } else { "every wrong entry of the lowest order" };
        self.transposition()
            .or_else(|| common_factor(&wrong, self.tolerance.factor).map(|what| format!("{which} is {what}")))
    }

    /// Whether the matrix agrees when its entries are read in the other order.
    #[inline]
    fn transposition(&self) -> Option<String> {
        let (rows, columns) = self.shape?;
        // Where an entry stands if entries go down the columns instead.
        let down = |k: usize| (k % rows) * columns + k / rows;
        let agree = |exact: usize, numeric: usize| {
            let swapped = Entry { exact: self.entries[exact].exact, ..self.entries[numeric].clone() };
            swapped.verdict(self.tolerance) != Verdict::Failed
        };
        let mut places = 0..self.entries.len();
        let is_other_order =
            rows > 1 && columns > 1 && (places.clone().all(|k| agree(k, down(k))) || places.all(|k| agree(down(k), k)));
        let text = if rows == columns {
            "the matrix looks like the transpose: rows belong to outputs, columns to inputs"
        } else {
            "the entries look as if they went down the columns where they were given row by row, or the other way round"
        };
        is_other_order.then(|| text.to_string())
    }
}

/// What all wrong entries are: 0, or the numerical ones times a common factor.
#[inline]
fn common_factor(wrong: &[&Entry], tolerance: f64) -> Option<String> {
    if wrong.iter().all(|entry| entry.exact == 0.0) {
        let text = "0 where the function varies: a value was rounded, detached, or read out of its number on the way";
        return Some(text.to_string());
    }
    let factors = || wrong.iter().map(|entry| entry.exact / entry.numeric);
    let least = factors().fold(f64::INFINITY, f64::min);
    let largest = factors().fold(f64::NEG_INFINITY, f64::max);
    // Of several entries the one with the fewest digits counts.
    let tolerance_of_all = 100.0 * tolerance;
    let is_common = least.is_finite() && largest.is_finite() && largest - least <= tolerance_of_all * largest.abs();
    if !is_common || least == 0.0 {
        return None;
    }
    // Of one wrong entry every factor is common; what is said is what someone may have forgotten.
    let factor = 0.5 * (least + largest);
    let is = |expected: f64| (factor / expected - 1.0).abs() < tolerance_of_all;
    if is(1.0) || (wrong.len() == 1 && !is_familiar(factor, tolerance)) {
        return None;
    }
    let reading = if is(-1.0) {
        "the sign is wrong".to_string()
    } else if is(180.0 / std::f64::consts::PI) || is(std::f64::consts::PI / 180.0) {
        "degrees and radians are confused".to_string()
    } else if factor.abs() > 1.0 {
        format!("a factor {} is too much", short(factor))
    } else {
        format!("a factor {} is missing", short(factor.recip()))
    };
    Some(format!("{} times the numerical one: {reading}", short(factor)))
}

/// Whether a factor looks like one that is forgotten, with either sign: an integer up to 12 over 1, 2 or 3, times or over one of a few
/// constants, or the reciprocal of such a number.
#[inline]
fn is_familiar(factor: f64, tolerance: f64) -> bool {
    use std::f64::consts::{LN_2, LN_10, PI, SQRT_2};
    let is = |x: f64| (1.0..=12.0).contains(&x.round()) && (x.round() - x).abs() <= tolerance * x;
    [1.0, PI, 180.0 / PI, LN_2, LN_10, SQRT_2, PI.sqrt()].iter().any(|constant| {
        let factor = factor.abs();
        let simple = |x: f64| is(x) || is(2.0 * x) || is(3.0 * x);
        [factor / constant, constant / factor, factor * constant, (factor * constant).recip()].into_iter().any(simple)
    })
}

/// A number to be read, not to be computed with: six digits, and no zeros after them.
#[inline]
fn short(x: f64) -> String {
    let exponent = if x == 0.0 || !x.is_finite() { 0 } else { x.abs().log10().floor() as i32 };
    if !(-4..6).contains(&exponent) {
        return format!("{x:.5e}");
    }
    let text = format!("{x:.*}", usize::try_from(5 - exponent).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

impl fmt::Display for Check {
    #[inline]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Entries that still make a table one can read.
        const SHOWN: usize = 10;
        let count = |verdict| self.entries.iter().filter(|entry| entry.verdict(self.tolerance) == verdict).count();
        let (all, wrong, open) = (self.entries.len(), count(Verdict::Failed), count(Verdict::Undetermined));
        let noun = if all == 1 { "entry" } else { "entries" };
        write!(out, "{}: {}, ", self.subject, self.verdict())?;
        match (wrong, open) {
            (0, 0) => write!(out, "{all} {noun} agree{}", if all == 1 { "s" } else { "" })?,
            (0, open) => write!(out, "{open} of {all} {noun} cannot be told")?,
            (1, _) => write!(out, "1 of {all} {noun} is wrong")?,
            (wrong, _) => write!(out, "{wrong} of {all} {noun} are wrong")?,
        }
        if wrong > 0 && open > 0 {
            write!(out, ", {open} cannot be told")?;
        }
        write!(out, " (relative tolerance {:e})", self.tolerance.relative)?;
        if let Some(suspicion) = self.suspicion() {
            write!(out, "\n{suspicion}")?;
        }
        let decimals = out.precision().unwrap_or(10);
        let number = |x: f64| format!("{x:.decimals$e}");
        let entries = self.by_badness();
        let width = entries.iter().take(SHOWN).map(|entry| entry.name.chars().count()).max().unwrap_or(0).max(5);
        if !entries.is_empty() {
            let columns = decimals + 8;
            write!(out, "\n{:<width$}  {:>columns$} {:>columns$}  difference", "entry", "exact", "numerical")?;
            for entry in entries.iter().take(SHOWN) {
                let mut line = String::new();
                write!(
                    line,
                    "{:<width$}  {:>columns$} {:>columns$}  ",
                    entry.name,
                    number(entry.exact),
                    number(entry.numeric)
                )?;
                write!(line, "{:>10}  {}", format!("{:.1e}", entry.difference()), entry.remark(self.tolerance))?;
                write!(out, "\n{line}")?;
            }
            if entries.len() > SHOWN {
                write!(out, "\n.. {} more that are no worse", entries.len() - SHOWN)?;
            }
        }
        Ok(())
    }
}
