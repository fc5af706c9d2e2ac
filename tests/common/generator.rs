//! Random numbers that are the same everywhere, also where another language draws them.
#![allow(dead_code)] // each test file uses its part

/// Knuth's 64-bit linear congruential generator, by its state.
pub struct Random(pub u64);

impl Random {
    /// A generator that has nothing to do with that of a neighbouring seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// An integer below 2^53.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 11 // the low bits have short periods
    }

    /// An integer below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// A number between -1 and 1.
    pub fn number(&mut self) -> f64 {
        self.between(-1.0, 1.0)
    }

    pub fn vector(&mut self, n: usize) -> Vec<f64> {
        self.vector_between(-1.0, 1.0, n)
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() as f64 / (1_u64 << 53) as f64)
    }

    pub fn vector_between(&mut self, low: f64, high: f64, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.between(low, high)).collect()
    }
}
