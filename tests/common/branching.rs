//! Random programs that branch, and take what comes: poles, infinities and NaN.

use dualtape::{Float, ScalarFunction};

/// A program without loops: each instruction takes results before it.
pub struct Program(pub Vec<(usize, usize, usize)>);

impl ScalarFunction for Program {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let mut v = x.to_vec();
        for &(instruction, i, j) in &self.0 {
            let (a, b) = (v[i % v.len()], v[j % v.len()]);
            v.push(match instruction {
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
                _ => a.atan2(b),
            });
        }
        v[v.len() - 1] + v[v.len() / 2]
    }
}

/// Random programs, each with points; it is recorded at the first.
pub fn programs(count: usize) -> impl Iterator<Item = (Program, [[f64; 2]; 7])> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % most
    };
    (0..count).map(move |_| {
        let f = Program((0..4 + next(14)).map(|_| (next(19), next(20), next(20))).collect());
        let mut point = || [0; 2].map(|_| next(41) as f64 / 8.0 - 2.5);
        let points = [point(), point(), point(), [0.0, 1.0], [1e200, -1e-200], [f64::INFINITY, 2.0], [f64::NAN, -1.0]];
        (f, points)
    })
}
