//! The interpreter: one decision for each block of operations.

use super::super::body::Body;
use super::code::{
    ADD, ADD_CHAIN, CALL, CALL_CHAIN, CHOOSE, Code, DIV, DOT_CHAIN, EVEN, Function, GO, HORNER_CHAIN, HORNER_PAIR,
    HORNER_SUB_CHAIN, MIXED, MUL, MUL_ADD, MUL_CHAIN, MUL_SUB, NEG, Of, PASSES, ROW, SHORT, SIZES, SUB, SUB_CHAIN,
    SUB_DOT_CHAIN, SUB_MUL, mixed, operations,
};
use super::schedule::Schedule;
use crate::drivers::pool::Scratch;

/// Sizes of memory. A place in memory of such a size needs no check: words of 16 bits are always inside the first, and of others the
/// upper bits are masked out. With checks blocks take longer.
const MIDDLE: usize = 1 << 20;
const LARGE: usize = 1 << 24;

/// Memory as the interpreter sees it.
trait Cells: AsMut<[f64]> {
    fn read(&self, place: usize) -> f64;
    /// The cells from `next` on.
    #[inline(always)]
    fn room(&mut self, next: usize, count: usize) -> &mut [f64] {
        &mut self.as_mut()[next..next + count]
    }
    /// All before `next`, `count` from there on, and all after these.
    #[inline(always)]
    fn split(&mut self, next: usize, count: usize) -> (&[f64], &mut [f64], &[f64]) {
        let (before, rest) = self.as_mut().split_at_mut(next);
        let (results, after) = rest.split_at_mut(count);
        (before, results, after)
    }
}

impl<const N: usize> Cells for [f64; N] {
    #[inline(always)]
    fn read(&self, place: usize) -> f64 {
        const { assert!(N.is_power_of_two()) }
        self[place & (N - 1)]
    }
}

impl Cells for [f64] {
    #[inline(always)]
    fn read(&self, place: usize) -> f64 {
        self[place]
    }
}

/// The memory of a program. A thread keeps it from call to call, for the next program too.
#[derive(Default)]
pub(super) struct Memory {
    /// The program whose constants are in the cells.
    owner: u64,
    pub cells: Vec<f64>,
    /// The operands of a call.
    arguments: Vec<f64>,
}

impl Scratch for Memory {
    fn bytes(&self) -> usize {
        self.cells.bytes() + self.arguments.bytes()
    }
}

impl Function {
    /// The values for operands that stand one set after the other. Of a function with two results all first ones stand before the second.
    pub fn values(&self, graph: &Body, operands: &[f64], values: &mut [f64]) {
        match &self.of {
            Of::Rule(rule) => rule.values(self.arity, operands, values),
            Of::Slope(rule, by) => rule.slopes(*by, self.arity, operands, values),
            Of::Op(op) => {
                for (value, operands) in values.iter_mut().zip(operands.chunks_exact(self.arity)) {
                    *value = graph.apply(*op, operands, &[]);
                }
            }
            Of::WithSlope(rule) => {
                let (values, slopes) = values.split_at_mut(operands.len());
                rule.values_with_slopes(operands, values, slopes);
            }
            Of::Both(at) => {
                let (firsts, seconds) = values.split_at_mut(operands.len());
                for ((&x, first), second) in operands.iter().zip(firsts).zip(seconds) {
                    (*first, *second) = at(x);
                }
            }
        }
    }

    /// The results at `x`, at the value there, and so on.
    pub fn repeat(&self, x: f64, values: &mut [f64]) {
        match &self.of {
            Of::Rule(rule) => rule.repeat(x, values),
            Of::WithSlope(rule) => {
                let (values, slopes) = values.split_at_mut(values.len() / 2);
                rule.repeat_with_slopes(x, values, slopes);
            }
            _ => unreachable!("only rules take their own results"),
        }
    }
}

impl Schedule {
    /// Computes the values of all operations at `x`. `owner` tells this program from all others.
    pub fn run(&self, graph: &Body, owner: u64, x: &[f64], memory: &mut Memory) {
        let needed = match self.code {
            Code::Short(_) => SHORT,
            Code::Long(_) if self.cells <= MIDDLE => MIDDLE,
            Code::Long(_) if self.cells <= LARGE => LARGE,
            Code::Long(_) => self.cells,
        };
        if memory.cells.len() < needed {
            // Fresh memory comes from the system page by page as it is used.
            *memory = Memory { cells: vec![0.0; needed], ..Memory::default() };
        }
        let Memory { owner: known, cells, arguments } = memory;
        let first = x.len() + self.constants.len();
        cells[..x.len()].copy_from_slice(x);
        if *known != owner {
            cells[x.len()..first].copy_from_slice(&self.constants);
            *known = owner;
        }
        let calls = Calls { graph, functions: &self.functions, arguments };
        match &self.code {
            Code::Short(code) => run(code, sized::<SHORT>(cells), first, calls),
            Code::Long(code) if needed == MIDDLE => run(code, sized::<MIDDLE>(cells), first, calls),
            Code::Long(code) if needed == LARGE => run(code, sized::<LARGE>(cells), first, calls),
            Code::Long(code) => run(code, &mut cells[..], first, calls),
        }
    }
}

fn sized<const N: usize>(cells: &mut [f64]) -> &mut [f64; N] {
    cells.first_chunk_mut().expect("as many cells as needed")
}

struct Calls<'a> {
    graph: &'a Body,
    functions: &'a [Function],
    arguments: &'a mut Vec<f64>,
}

/// Runs `code`, whose first result goes to the cell `next`.
#[inline(never)]
fn run<W: Copy + Into<u32>>(mut code: &[W], cells: &mut (impl Cells + ?Sized), mut next: usize, calls: Calls) {
    let Calls { graph, functions, arguments } = calls;
    // `$n` operations of `$arity` operands.
    macro_rules! block {
        ($n:literal, $arity:literal, |$($x:ident),*| $value:expr) => {{
            let (operands, rest) = code.split_first_chunk::<{ $n * $arity }>().expect("the operands of a block");
            let mut results = [0.0; $n];
            for (result, operands) in results.iter_mut().zip(operands.as_chunks::<$arity>().0) {
                let [$($x),*] = operands.map(|place| cells.read(place.into() as usize));
                *result = $value;
            }
            cells.room(next, $n).copy_from_slice(&results);
            next += $n;
            code = rest;
        }};
    }
    // Operations that take the result before, `$acc`, and `$arity` others.
    macro_rules! chain {
        ($arity:literal, $acc:ident, [$($x:ident),*] $value:expr) => {{
            let (&[count, first], rest) = code.split_first_chunk().expect("a number and the first operand");
            let (operands, rest) = rest.split_at(count.into() as usize * $arity);
            let mut $acc = cells.read(first.into() as usize);
            for operands in operands.as_chunks::<$arity>().0 {
                let [$($x),*] = operands.map(|place| cells.read(place.into() as usize));
                $acc = $value;
                cells.room(next, 1)[0] = $acc;
                next += 1;
            }
            code = rest;
        }};
    }
    // Operations whose operands are evenly spaced; side by side, or the same for all, in most cases.
    macro_rules! row {
        ($arity:tt, [$($x:ident),*] $value:expr) => {{
            let (&[count], rest) = code.split_first_chunk().expect("a number");
            let (operands, rest) = rest.split_first_chunk::<{ 2 * $arity }>().expect("places and distances");
            code = rest;
            let count = count.into() as usize;
            let [$($x),*] = *operands.as_chunks::<2>().0 else { unreachable!("as many as operands") };
            let [$($x),*] = [$($x),*].map(|[place, distance]| {
                (place.into() as usize, (distance.into() as usize).wrapping_sub(EVEN as usize))
            });
            row!(@ $arity, count, [$($x),*] $value);
            next += count;
        }};
        (@ 2, $count:ident, [$a:ident, $b:ident] $value:expr) => {
            match ($a.1, $b.1) {
                (1, 1) => row!(side by side $count, [$a, $b], [] $value),
                (0, 1) => row!(side by side $count, [$b], [$a] $value),
                (1, 0) => row!(side by side $count, [$a], [$b] $value),
                _ => row!(apart $count, [$a, $b] $value),
            }
        };
        (@ 3, $count:ident, [$a:ident, $b:ident, $c:ident] $value:expr) => {
            match ($a.1, $b.1, $c.1) {
                (1, 1, 1) => row!(side by side $count, [$a, $b, $c], [] $value),
                (0, 1, 1) => row!(side by side $count, [$b, $c], [$a] $value),
                (1, 0, 1) => row!(side by side $count, [$a, $c], [$b] $value),
                (1, 1, 0) => row!(side by side $count, [$a, $b], [$c] $value),
                _ => row!(apart $count, [$a, $b, $c] $value),
            }
        };
        (@ $arity:literal, $count:ident, [$($x:ident),*] $value:expr) => { row!(apart $count, [$($x),*] $value) };
        (side by side $count:ident, [$($x:ident),*], [$($same:ident),*] $value:expr) => {{
            let (before, results, after) = cells.split(next, $count);
            let from = |place: usize| if place < next { &before[place..] } else { &after[place - next - $count..] };
            $(let $x = &from($x.0)[..$count];)*
            $(let $same = from($same.0)[0];)*
            for (k, result) in results.iter_mut().enumerate() {
                $(let $x = $x[k];)*
                *result = $value;
            }
        }};
        (apart $count:ident, [$($x:ident),*] $value:expr) => {{
            let (mut places, distances) = ([$($x.0),*], [$($x.1),*]);
            for k in 0..$count {
                let [$($x),*] = places.map(|place| cells.read(place));
                cells.room(next + k, 1)[0] = $value;
                places.iter_mut().zip(distances).for_each(|(place, distance)| *place = place.wrapping_add(distance));
            }
        }};
    }
    // The decision. Blocks of all sizes for each kind, then calls.
    macro_rules! decide {
        (
            $word:ident
            kinds: { $($kind:ident / $arity:tt: $operands:tt $value:expr;)* }
            chains: { $($chain:ident / $others:tt: $acc:ident, $taken:tt $next:expr;)* }
        ) => {
            match $word {
                $(
                    word if word == $kind * 5 => decide!(@ 8, $arity, $operands $value),
                    word if word == $kind * 5 + 1 => decide!(@ 4, $arity, $operands $value),
                    word if word == $kind * 5 + 2 => decide!(@ 3, $arity, $operands $value),
                    word if word == $kind * 5 + 3 => decide!(@ 2, $arity, $operands $value),
                    word if word == $kind * 5 + 4 => decide!(@ 1, $arity, $operands $value),
                    word if word == ROW + $kind => row!($arity, $operands $value),
                )*
                GO => {
                    let (&[place], rest) = code.split_first_chunk().expect("a place");
                    next = place.into() as usize;
                    code = rest;
                }
                $($chain => chain!($others, $acc, $taken $next),)*
                MIXED => {
                    let (&[count, kept, passing], rest) = code.split_first_chunk().expect("a number and two places");
                    let (operands, rest) = rest.split_at(4 * count.into() as usize);
                    let (mut kept, mut passing) = (kept.into() as usize, passing.into() as usize);
                    for &[bits, a, b, c] in operands.as_chunks::<4>().0 {
                        let bits: u32 = bits.into();
                        let [a, b, c] = [a, b, c].map(|place| cells.read(place.into() as usize));
                        let passes = usize::from(bits & PASSES != 0);
                        cells.room(if passes == 1 { passing } else { kept }, 1)[0] = mixed(bits, a, b, c);
                        (kept, passing) = (kept + (1 - passes), passing + passes);
                    }
                    next = kept;
                    code = rest;
                }
                HORNER_PAIR => {
                    let (&[count, first, second], rest) = code.split_first_chunk().expect("a number and two operands");
                    let count = count.into() as usize;
                    let (operands, rest) = rest.split_at(4 * count);
                    let [mut x, mut y] = [first, second].map(|place| cells.read(place.into() as usize));
                    for (k, operands) in operands.as_chunks::<4>().0.iter().enumerate() {
                        let [a, b, _, _] = operands.map(|place| cells.read(place.into() as usize));
                        x = x * a + b;
                        cells.room(next + k, 1)[0] = x;
                        let [_, _, a, b] = operands.map(|place| cells.read(place.into() as usize));
                        y = y * a + b;
                        cells.room(next + count + k, 1)[0] = y;
                    }
                    next += 2 * count;
                    code = rest;
                }
                CALL_CHAIN => {
                    let (&[function, count, first], rest) = code.split_first_chunk().expect("a function, a number, a place");
                    let function = &functions[function.into() as usize];
                    let (results, x) = (count.into() as usize * function.results, cells.read(first.into() as usize));
                    function.repeat(x, cells.room(next, results));
                    next += results;
                    code = rest;
                }
                word => {
                    debug_assert_eq!(word, CALL);
                    let (&[function, count], rest) = code.split_first_chunk().expect("a function and a number");
                    let (function, count) = (&functions[function.into() as usize], count.into() as usize);
                    let (operands, rest) = rest.split_at(count * function.arity);
                    let results = count * function.results;
                    if arguments.len() < operands.len() {
                        arguments.resize(operands.len(), 0.0);
                    }
                    let arguments = &mut arguments[..operands.len()];
                    for (argument, &place) in arguments.iter_mut().zip(operands) {
                        *argument = cells.read(place.into() as usize);
                    }
                    function.values(graph, arguments, cells.room(next, results));
                    next += results;
                    code = rest;
                }
            }
        };
        (@ $n:literal, $arity:tt, [$($x:ident),*] $value:expr) => { block!($n, $arity, |$($x),*| $value) };
    }
    const { assert!(matches!(SIZES, [8, 4, 3, 2, 1]), "the sizes of the blocks below") };
    while let Some((&word, rest)) = code.split_first() {
        code = rest;
        let word: u32 = word.into();
        operations!(decide! word);
    }
}

impl Schedule {
    /// The first guard that has another answer: its number, the answer, and the sides.
    pub fn changed(&self, read: impl Fn(u32) -> f64) -> Option<(usize, u64, [f64; 2])> {
        self.checks.iter().enumerate().find_map(|(k, check)| {
            let sides = check.about.map(&read);
            let answer = check.question.answer(sides[0], sides[1]);
            (answer != check.answer).then_some((k, answer, sides))
        })
    }

    /// Whether plain arithmetic was enough for derivatives at one point.
    pub fn is_plain(&self, read: impl Fn(u32) -> f64 + Copy) -> bool {
        self.results.iter().all(|&place| read(place).is_finite())
            && self.conditions.iter().all(|watched| {
                watched.ranges.iter().all(|range| range.clone().all(|place| watched.condition.holds(read(place))))
            })
    }

    /// [`Schedule::is_plain`] of all points whose numbers stand side by side in `cells`.
    pub fn is_plain_in<const LANES: usize>(&self, cells: &[[f64; LANES]]) -> bool {
        // It is not finite if one of them is not. Several sums, since each addition waits for the one before.
        let sum = |sums: [f64; LANES], &place: &u32| -> [f64; LANES] {
            let cell = &cells[place as usize];
            std::array::from_fn(|lane| sums[lane] + 0.0 * cell[lane])
        };
        let (chunks, rest) = self.results.as_chunks::<4>();
        let mut sums = [[0.0; LANES]; 4];
        for places in chunks {
            sums = std::array::from_fn(|k| sum(sums[k], &places[k]));
        }
        let last = rest.iter().fold([0.0; LANES], sum);
        let is_finite = |lane: usize| sums.iter().fold(last[lane], |all, sum| all + sum[lane]).is_finite();
        (0..LANES).all(is_finite) && self.conditions_hold(cells)
    }

    /// Whether all conditions hold of all points whose numbers stand side by side in `cells`.
    pub fn conditions_hold<const LANES: usize>(&self, cells: &[[f64; LANES]]) -> bool {
        self.conditions.iter().all(|watched| {
            let parts =
                watched.ranges.iter().map(|range| cells[range.start as usize..range.end as usize].as_flattened());
            watched.condition.holds_of_all(parts, |x| *x)
        })
    }
}
