//! Many points at once: a decision of the interpreter serves a block of points, and their numbers lie side by side.

use super::super::body::Body;
use super::super::question::BranchChanged;
use super::Program;
use super::code::{
    ADD, ADD_CHAIN, CALL, CALL_CHAIN, CHOOSE, Code, DIV, DOT_CHAIN, EVEN, Function, HORNER_CHAIN, HORNER_PAIR,
    HORNER_SUB_CHAIN, MIXED, MUL, MUL_ADD, MUL_CHAIN, MUL_SUB, NEG, ROW, SIZES, SUB, SUB_CHAIN, SUB_DOT_CHAIN, SUB_MUL,
    mixed, operations,
};
use super::schedule::Schedule;
use super::widths::{self, Work};
use crate::drivers::pool::{self, Scratch};

/// How many points run together.
pub(super) const LANES: usize = 16;
/// The largest memory for which it is worth it, in cells for one point: with all lanes it fills the second cache. Larger programs have
/// enough operations of one kind by themselves.
const MOST_CELLS: usize = 8192;
/// With fewer points than this, one after the other is faster.
const LEAST_POINTS: usize = 4;

type Lanes = [f64; LANES];

/// [`Memory`](super::run::Memory) for a block of points.
#[derive(Default)]
struct Memory {
    owner: u64,
    cells: Vec<Lanes>,
    arguments: Vec<f64>,
}

impl Scratch for Memory {
    fn bytes(&self) -> usize {
        self.cells.bytes() + self.arguments.bytes()
    }
}

impl Program {
    /// Writes the results at many points to `outs`: points stand one after the other in `xs`, and so do their results in `outs`.
    ///
    /// Small programs run at 16 points at once. The numbers are those of [`Program::call`], to the bit.
    ///
    /// Returns the points at which a guard has another answer, by their number, in increasing order; their results are NaN. All
    /// others have theirs. Once warm, and if there are no such points, nothing is allocated; see [`Program::call`] for the exceptions.
    ///
    /// # Panics
    /// If `xs` is not a whole number of points, or `outs` has not one entry for each result of each point.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let root = |x: &[Traced]| if x[0] > 0.0 { x[0].sqrt() } else { x[0] };
    /// let program = Graph::record_fn(root, &[1.0]).value_and_gradient().compile();
    ///
    /// let mut outs = [0.0; 6];
    /// let changed = program.call_many(&[1.0, -1.0, 4.0], &mut outs);
    /// assert_eq!(
    ///     (outs[..2].to_vec(), outs[4..].to_vec()),
    ///     (vec![1.0, 0.5], vec![2.0, 0.25])
    /// );
    /// assert!(outs[2].is_nan() && outs[3].is_nan());
    /// assert_eq!((changed[0].0, changed[0].1.question()), (1, "x[0] > 0"));
    /// ```
    #[must_use = "at the points that are returned there are no results"]
    #[track_caller]
    pub fn call_many(&self, xs: &[f64], outs: &mut [f64]) -> Vec<(usize, BranchChanged)> {
        let points = self.points(xs, outs);
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let mut changed = Vec::new();
        let mut point = 0;
        if self.rolled.is_none()
            && let Code::Short(code) = &self.schedule.code
            && self.schedule.cells <= MOST_CELLS
            && !self.schedule.reuses
        {
            let mut memory = pool::take::<Memory>();
            while points - point >= LEAST_POINTS {
                let count = LANES.min(points - point);
                let (xs, outs) =
                    (&xs[point * inputs..][..count * inputs], &mut outs[point * outputs..][..count * outputs]);
                self.block(code, point, xs, outs, &mut memory, &mut changed);
                point += count;
            }
            pool::put(memory);
        }
        for point in point..points {
            let out = &mut outs[point * outputs..][..outputs];
            note(point, self.call(&xs[point * inputs..][..inputs], out), out, &mut changed);
        }
        changed
    }

    /// [`Program::call_many`] on the threads of `rayon`. The results and their order are the same.
    ///
    /// # Panics
    /// As [`Program::call_many`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::{Graph, Traced};
    ///
    /// let program =
    ///     Graph::record_fn(|x: &[Traced]| x[0] * x[1], &[1.0, 1.0]).gradient().compile();
    /// let xs: Vec<f64> = (0..20_000).map(f64::from).collect();
    /// let mut outs = vec![0.0; 20_000];
    /// assert!(program.call_many_in_parallel(&xs, &mut outs).is_empty());
    /// assert_eq!(outs[..4], [1.0, 0.0, 3.0, 2.0]);
    /// ```
    #[cfg(feature = "rayon")]
    #[must_use = "at the points that are returned there are no results"]
    #[track_caller]
    pub fn call_many_in_parallel(&self, xs: &[f64], outs: &mut [f64]) -> Vec<(usize, BranchChanged)> {
        use rayon::prelude::*;
        let points = self.points(xs, outs);
        let (inputs, outputs) = (self.inputs(), self.outputs());
        if inputs == 0 || outputs == 0 {
            return self.call_many(xs, outs);
        }
        // A few tasks for each thread, in whole blocks.
        let count = points.div_ceil(4 * rayon::current_num_threads()).next_multiple_of(LANES);
        let tasks = xs.par_chunks(count * inputs).zip(outs.par_chunks_mut(count * outputs)).enumerate();
        let changed: Vec<_> = tasks
            .map(|(task, (xs, outs))| {
                let changed = self.call_many(xs, outs).into_iter();
                changed.map(|(point, error)| (task * count + point, error)).collect::<Vec<_>>()
            })
            .collect();
        changed.concat()
    }

    /// How many points there are.
    #[track_caller]
    fn points(&self, xs: &[f64], outs: &[f64]) -> usize {
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let points = xs.len().checked_div(inputs).unwrap_or_else(|| outs.len() / outputs.max(1));
        assert!(
            xs.len() == points * inputs,
            "dualtape: call_many: expected points of {inputs} inputs, found {} numbers",
            xs.len()
        );
        assert!(
            outs.len() == points * outputs,
            "dualtape: call_many: expected room for {points} times {outputs} results, found {}",
            outs.len()
        );
        points
    }

    /// Runs up to [`LANES`] points, of which the first has the number `first`.
    fn block(
        &self,
        code: &[u16],
        first: usize,
        xs: &[f64],
        outs: &mut [f64],
        memory: &mut Memory,
        changed: &mut Vec<(usize, BranchChanged)>,
    ) {
        let (inputs, outputs, schedule) = (self.inputs(), self.outputs(), &self.schedule);
        let points = xs.len().checked_div(inputs).unwrap_or_else(|| outs.len().checked_div(outputs).unwrap_or(0));
        let Memory { owner, cells, arguments } = memory;
        if cells.len() < schedule.cells {
            cells.resize(schedule.cells, [0.0; LANES]);
        }
        // Lanes without a point of their own run the last one once more.
        for (i, cell) in cells[..inputs].iter_mut().enumerate() {
            *cell = std::array::from_fn(|lane| xs[lane.min(points - 1) * inputs + i]);
        }
        let constants = inputs + schedule.constants.len();
        if *owner != self.id {
            cells[inputs..constants].iter_mut().zip(&schedule.constants).for_each(|(cell, &c)| *cell = [c; LANES]);
            *owner = self.id;
        }
        widths::run(InLanes { schedule, graph: &self.graph.body, code, first: constants, cells, arguments });

        let is_right = schedule.is_as_recorded(cells)
            && (self.graph.body.origin.is_none() || (!self.graph.body.is_never_plain && schedule.is_plain_in(cells)));
        for point in 0..points {
            let out = &mut outs[point * outputs..][..outputs];
            if is_right {
                out.iter_mut().zip(&schedule.results).for_each(|(out, &place)| *out = cells[place as usize][point]);
            } else {
                let read = |place: u32| cells[place as usize][point];
                let x = &xs[point * inputs..][..inputs];
                let result = self.finish(x, out, read, || schedule.is_plain(read));
                note(first + point, result, out, changed);
            }
        }
    }
}

/// Keeps an error, and leaves no number that could be taken for a result.
fn note(point: usize, result: Result<(), BranchChanged>, out: &mut [f64], changed: &mut Vec<(usize, BranchChanged)>) {
    if let Err(error) = result {
        out.fill(f64::NAN);
        changed.push((point, error));
    }
}

/// Code for a block of points, whose first result goes to the cell `first`.
struct InLanes<'a> {
    schedule: &'a Schedule,
    graph: &'a Body,
    code: &'a [u16],
    first: usize,
    cells: &'a mut [Lanes],
    arguments: &'a mut Vec<f64>,
}

impl Work for InLanes<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.schedule.run_lanes(self.graph, self.code, self.first, self.cells, self.arguments);
    }
}

impl Schedule {
    /// Whether every guard has the recorded answer in all lanes.
    fn is_as_recorded(&self, cells: &[Lanes]) -> bool {
        self.checks.iter().all(|check| {
            let [a, b] = check.about.map(|place| &cells[place as usize]);
            a.iter().zip(b).all(|(&a, &b)| check.question.answer(a, b) == check.answer)
        })
    }

    /// The interpreter; see `run`.
    #[inline(always)]
    fn run_lanes(
        &self,
        graph: &Body,
        mut code: &[u16],
        mut next: usize,
        cells: &mut [Lanes],
        arguments: &mut Vec<f64>,
    ) {
        // `$count` operations of `$arity` operands.
        macro_rules! lanes {
            ($count:expr, $arity:literal, |$($x:ident),*| $value:expr) => {{
                let (operands, rest) = code.split_at($count * $arity);
                for operands in operands.as_chunks::<$arity>().0 {
                    let (before, after) = cells.split_at_mut(next);
                    let [$($x),*] = operands.map(|place| &before[usize::from(place)]);
                    for (lane, result) in after[0].iter_mut().enumerate() {
                        let [$($x),*] = [$($x[lane]),*];
                        *result = $value;
                    }
                    next += 1;
                }
                code = rest;
            }};
        }
        // The same where operands are evenly spaced.
        macro_rules! row {
            ($arity:literal, |$($x:ident),*| $value:expr) => {{
                let (&[count], rest) = code.split_first_chunk().expect("a number");
                let (operands, rest) = rest.split_first_chunk::<{ 2 * $arity }>().expect("places and distances");
                let mut places: [usize; $arity] = std::array::from_fn(|k| usize::from(operands[2 * k]));
                for _ in 0..count {
                    let (before, after) = cells.split_at_mut(next);
                    let [$($x),*] = places.map(|place| &before[place]);
                    for (lane, result) in after[0].iter_mut().enumerate() {
                        let [$($x),*] = [$($x[lane]),*];
                        *result = $value;
                    }
                    next += 1;
                    for (k, place) in places.iter_mut().enumerate() {
                        *place = place.wrapping_add(usize::from(operands[2 * k + 1])).wrapping_sub(EVEN as usize);
                    }
                }
                code = rest;
            }};
        }
        // Blocks of any size, or rows.
        macro_rules! kind {
            ($count:expr, $arity:literal, [$($x:ident),*] $value:expr) => {
                match $count {
                    Some(count) => lanes!(count, $arity, |$($x),*| $value),
                    None => row!($arity, |$($x),*| $value),
                }
            };
        }
        // The same where each takes the result of the one before.
        macro_rules! chain {
            ($arity:literal, $acc:ident, [$($x:ident),*] $value:expr) => {{
                let (&[count, first], rest) = code.split_first_chunk().expect("a number and the first operand");
                let (operands, rest) = rest.split_at(usize::from(count) * $arity);
                let mut acc = cells[usize::from(first)];
                for operands in operands.as_chunks::<$arity>().0 {
                    let [$($x),*] = operands.map(|place| &cells[usize::from(place)]);
                    acc = std::array::from_fn(|lane| {
                        let ($acc, [$($x),*]) = (acc[lane], [$($x[lane]),*]);
                        $value
                    });
                    cells[next] = acc;
                    next += 1;
                }
                code = rest;
            }};
        }
        // A function of one argument, in all lanes. The second result, if there is one, stands `count` places behind the first.
        let call = |function: &Function, place: usize, cells: &mut [Lanes], to: usize, count: usize| {
            let mut results = [0.0; 2 * LANES];
            let results = &mut results[..function.results * LANES];
            function.values(graph, &cells[place], results);
            for (k, &result) in results.as_chunks::<LANES>().0.iter().enumerate() {
                cells[to + k * count] = result;
            }
        };
        while let Some((&word, rest)) = code.split_first() {
            code = rest;
            let word = u32::from(word);
            match word {
                CALL => {
                    let (&[function, count], rest) = code.split_first_chunk().expect("a function and a number");
                    let function = &self.functions[usize::from(function)];
                    let count = usize::from(count);
                    let (operands, rest) = rest.split_at(count * function.arity);
                    for (k, operands) in operands.chunks_exact(function.arity).enumerate() {
                        if let &[place] = operands {
                            call(function, usize::from(place), cells, next + k, count);
                            continue;
                        }
                        arguments.clear();
                        let read = |lane: usize| operands.iter().map(move |&place| (usize::from(place), lane));
                        arguments.extend((0..LANES).flat_map(read).map(|(place, lane)| cells[place][lane]));
                        function.values(graph, arguments, &mut cells[next + k]);
                    }
                    next += count * function.results;
                    code = rest;
                }
                MIXED => {
                    let (&[count, kept, _], rest) = code.split_first_chunk().expect("a number and two places");
                    let (operands, rest) = rest.split_at(4 * usize::from(count));
                    debug_assert_eq!(usize::from(kept), next, "places are not used again");
                    for &[bits, a, b, c] in operands.as_chunks::<4>().0 {
                        let (before, after) = cells.split_at_mut(next);
                        let [a, b, c] = [a, b, c].map(|place| &before[usize::from(place)]);
                        for (lane, result) in after[0].iter_mut().enumerate() {
                            *result = mixed(bits.into(), a[lane], b[lane], c[lane]);
                        }
                        next += 1;
                    }
                    code = rest;
                }
                HORNER_PAIR => {
                    let (&[count, first, second], rest) = code.split_first_chunk().expect("a number and two operands");
                    let count = usize::from(count);
                    let (operands, rest) = rest.split_at(4 * count);
                    let mut before = [first, second].map(usize::from);
                    for (k, operands) in operands.as_chunks::<4>().0.iter().enumerate() {
                        let operands = operands.map(usize::from);
                        let places = [next + k, next + count + k];
                        for ((acc, &place), operands) in before.iter_mut().zip(&places).zip(operands.as_chunks::<2>().0)
                        {
                            let [acc, a, b] =
                                [std::mem::replace(acc, place), operands[0], operands[1]].map(|x| cells[x]);
                            cells[place] = std::array::from_fn(|lane| acc[lane] * a[lane] + b[lane]);
                        }
                    }
                    next += 2 * count;
                    code = rest;
                }
                CALL_CHAIN => {
                    let (&[function, count, first], rest) =
                        code.split_first_chunk().expect("a function, a number, a place");
                    let (function, count) = (&self.functions[usize::from(function)], usize::from(count));
                    let mut place = usize::from(first);
                    for k in 0..count {
                        call(function, place, cells, next + k, count);
                        place = next + k;
                    }
                    next += count * function.results;
                    code = rest;
                }
                _ => {
                    let sizes = SIZES.len() as u32;
                    let (of_kind, count) = match word.checked_sub(ROW) {
                        Some(of_kind) => (of_kind, None),
                        None => (word / sizes, Some(SIZES[(word % sizes) as usize])),
                    };
                    macro_rules! by_number {
                        (
                            kinds: { $($kind:ident / $arity:tt: $operands:tt $value:expr;)* }
                            chains: { $($chain:ident / $others:tt: $acc:ident, $taken:tt $next:expr;)* }
                        ) => {
                            match (word, of_kind) {
                                $(($chain, _) => chain!($others, $acc, $taken $next),)*
                                $((_, $kind) => kind!(count, $arity, $operands $value),)*
                                _ => unreachable!("no operation has the number {word}"),
                            }
                        };
                    }
                    operations!(by_number!);
                }
            }
        }
    }
}
