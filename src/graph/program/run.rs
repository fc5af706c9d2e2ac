//! The interpreter: one decision for each block of operations.

use super::super::recording::Graph;
use super::schedule::{
    ADD, CALL, CHOOSE, Code, DIV, Function, MUL, MUL_ADD, MUL_SUB, NEG, Of, SIZES, SUB, SUB_MUL, Schedule,
};
use std::ops::{Index, IndexMut, Range};

/// How many cells a word of 16 bits reaches.
const SHORT: usize = 1 << 16;

/// The memory of a program. A thread keeps it from call to call, for the next program too.
#[derive(Default)]
pub(super) struct Memory {
    /// The program whose constants are in the cells.
    owner: u64,
    pub cells: Vec<f64>,
    /// The operands of a call.
    arguments: Vec<f64>,
}

impl Function {
    /// The values for operands that stand one set after the other.
    pub fn values(&self, graph: &Graph, operands: &[f64], values: &mut [f64]) {
        match &self.of {
            Of::Rule(rule) => rule.values(self.arity, operands, values),
            Of::Op(op) => {
                for (value, operands) in values.iter_mut().zip(operands.chunks_exact(self.arity)) {
                    *value = graph.apply(*op, operands, &[]);
                }
            }
        }
    }
}

impl Schedule {
    /// Computes the values of all operations at `x`. `owner` tells this program from all others.
    pub fn run(&self, graph: &Graph, owner: u64, x: &[f64], memory: &mut Memory) {
        let needed = match self.code {
            Code::Short(_) => SHORT,
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
            Code::Short(code) => {
                let cells: &mut [f64; SHORT] = cells.first_chunk_mut().expect("as many as needed");
                run(code, cells, first, calls);
            }
            Code::Long(code) => run(code, &mut cells[..needed], first, calls),
        }
    }
}

struct Calls<'a> {
    graph: &'a Graph,
    functions: &'a [Function],
    arguments: &'a mut Vec<f64>,
}

/// Runs `code`, whose first result goes to the cell `next`.
#[inline(never)]
fn run<I, C>(mut code: &[I], cells: &mut C, mut next: usize, calls: Calls)
where
    I: Copy + Into<u32>,
    C: Index<usize, Output = f64> + Index<Range<usize>, Output = [f64]> + IndexMut<Range<usize>> + ?Sized,
{
    let Calls { graph, functions, arguments } = calls;
    // `$n` operations of `$arity` operands.
    macro_rules! block {
        ($n:literal, $arity:literal, |$($x:ident),*| $value:expr) => {{
            let (operands, rest) = code.split_first_chunk::<{ $n * $arity }>().expect("the operands of a block");
            let mut results = [0.0; $n];
            for (result, operands) in results.iter_mut().zip(operands.as_chunks::<$arity>().0) {
                let [$($x),*] = operands.map(|place| cells[place.into() as usize]);
                *result = $value;
            }
            cells[next..next + $n].copy_from_slice(&results);
            next += $n;
            code = rest;
        }};
    }
    // The decision. Blocks of all sizes for each kind, then calls.
    macro_rules! decide {
        ($word:ident: $($kind:ident / $arity:literal: $operands:tt $value:expr;)*) => {
            match $word {
                $(
                    word if word == $kind * 5 => decide!(@ 8, $arity, $operands $value),
                    word if word == $kind * 5 + 1 => decide!(@ 4, $arity, $operands $value),
                    word if word == $kind * 5 + 2 => decide!(@ 3, $arity, $operands $value),
                    word if word == $kind * 5 + 3 => decide!(@ 2, $arity, $operands $value),
                    word if word == $kind * 5 + 4 => decide!(@ 1, $arity, $operands $value),
                )*
                word => {
                    debug_assert_eq!(word, CALL);
                    let (&[function, count], rest) = code.split_first_chunk().expect("a function and a number");
                    let (function, count) = (&functions[function.into() as usize], count.into() as usize);
                    let (operands, rest) = rest.split_at(count * function.arity);
                    arguments.clear();
                    arguments.extend(operands.iter().map(|&place| cells[place.into() as usize]));
                    function.values(graph, arguments, &mut cells[next..next + count]);
                    next += count;
                    code = rest;
                }
            }
        };
        (@ $n:literal, $arity:literal, [$($x:ident),*] $value:expr) => { block!($n, $arity, |$($x),*| $value) };
    }
    const { assert!(matches!(SIZES, [8, 4, 3, 2, 1]), "the sizes of the blocks below") };
    while let Some((&word, rest)) = code.split_first() {
        code = rest;
        let word: u32 = word.into();
        decide! { word:
            ADD / 2: [a, b] a + b;
            SUB / 2: [a, b] a - b;
            MUL / 2: [a, b] a * b;
            DIV / 2: [a, b] a / b;
            NEG / 1: [a] -a;
            CHOOSE / 4: [a, b, then, otherwise] if a < b { then } else { otherwise };
            MUL_ADD / 3: [a, b, c] a * b + c;
            MUL_SUB / 3: [a, b, c] a * b - c;
            SUB_MUL / 3: [a, b, c] c - a * b;
        }
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

    /// Whether plain arithmetic was enough for derivatives.
    pub fn is_plain(&self, read: impl Fn(u32) -> f64 + Copy) -> bool {
        self.results.iter().all(|&place| read(place).is_finite())
            && self.conditions.iter().all(|(condition, places)| places.iter().all(|&place| condition.holds(read(place))))
    }
}
