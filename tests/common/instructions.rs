//! Random programs of instructions that ask, choose and round, at points of every kind.

use dualtape::{Float, ScalarFunction};

/// How many instructions there are in [`apply`]; those of [`SIMPLE`] are of one operation each.
pub const ALL: usize = 23;
pub const SIMPLE: usize = 19;

/// An instruction, and the earlier results that it takes.
pub type Instruction = (usize, usize, usize);

fn apply<T: Float>(instruction: usize, a: T, b: T) -> T {
    match instruction {
        0 => a + b,
        1 => a - b,
        2 => a * b,
        3 => a / b,
        4 => a.sin(),
        5 => (a * T::lit(0.1)).exp(),
        6 => a.ln(),
        7 => a.sqrt(),
        8 => a.tanh(),
        9 => a.powi(3),
        10 => a.max(b),
        11 => a.min(b),
        12 => a.abs(),
        13 => a.if_less(b, || a * T::lit(2.0), || b),
        14 => a.hypot(b),
        15 => a.floor() * b,
        16 => -a + T::lit(0.5),
        17 if a < b => a * a,
        17 => b + T::one(),
        18 => a.atan2(b),
        19 => a.detach() * b,
        20 => T::dot([(a, b), (b, b)].into_iter()),
        21 => a.mul_add(b, a).clamp(T::lit(-8.0), T::lit(8.0)) + a.sin() * b.cos(),
        _ => T::from_partials((a * b).primal(), &[(a, b.primal()), (b, a.primal())]),
    }
}

/// Runs the instructions on `v`, to which each adds its result; the sum of the last result and one in the middle.
pub fn run<T: Float>(instructions: &[Instruction], mut v: Vec<T>) -> T {
    for &(instruction, i, j) in instructions {
        let y = apply(instruction, v[i % v.len()], v[j % v.len()]);
        v.push(y);
    }
    v[v.len() - 1] + v[v.len() / 2]
}

/// Marsaglia's xorshift generator of whole numbers.
pub struct Draws(pub u64);

impl Draws {
    /// From 0 to `most - 1`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % most
    }

    /// So many instructions of the first `kinds`.
    pub fn instructions(&mut self, count: usize, kinds: usize) -> Vec<Instruction> {
        (0..count).map(|_| (self.below(kinds), self.below(20), self.below(20))).collect()
    }
}

/// A program without loops: each instruction takes results before it.
pub struct Program(pub Vec<Instruction>);

impl ScalarFunction for Program {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        run(&self.0, x.to_vec())
    }
}

/// Random programs, each with points; it is recorded at the first.
pub fn programs(count: usize) -> impl Iterator<Item = (Program, [[f64; 2]; 7])> {
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    (0..count).map(move |_| {
        let count = 4 + draws.below(14);
        let f = Program(draws.instructions(count, SIMPLE));
        let mut point = || [0; 2].map(|_| draws.below(41) as f64 / 8.0 - 2.5);
        let points = [point(), point(), point(), [0.0, 1.0], [1e200, -1e-200], [f64::INFINITY, 2.0], [f64::NAN, -1.0]];
        (f, points)
    })
}
