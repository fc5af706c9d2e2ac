//! What is known of adjoints before anything is run.
//!
//! ```text
//!   y = a + b + c        adjoints of a, b, c: 1, constants      no memory, and no step for the sum
//!   a = f(x), z = g(x)   adjoint of x: adds f's and g's          varies: memory, cleared when a call begins
//!   b = h(z) + 3 z       adjoint of z: h's, and 3                varies, and begins with 3
//! ```
//!
//! Parts are visited from the result to the inputs, so when one is visited all contributions to its adjoints are known.

use super::kernels::STEP;
use std::ops::Range;

pub(super) struct Adjoints {
    /// Where they begin. The adjoint of the value at a place is this much further.
    pub shift: u32,
    /// Of each, the sum of its contributions that are constants, and whether it has others.
    fixed: Vec<f64>,
    varies: Vec<bool>,
    /// Which of them are read, or added to, when the program runs.
    is_alive: Vec<bool>,
}

impl Adjoints {
    /// Those of `count` values, of which the first `variables` are asked for, and that at `result` is 1.
    pub fn new(count: u32, variables: usize, result: u32) -> Adjoints {
        let n = count as usize;
        let mut adjoints =
            Adjoints { shift: count, fixed: vec![0.0; n], varies: vec![false; n], is_alive: vec![false; n] };
        adjoints.is_alive[..variables].fill(true);
        adjoints.fixed[result as usize] = 1.0;
        adjoints
    }

    /// The adjoint of the value at a place, if it is a constant. Otherwise it is one that is read.
    pub fn take(&mut self, place: u32) -> Option<f64> {
        let place = place as usize;
        self.is_alive[place] |= self.varies[place];
        (!self.varies[place]).then_some(self.fixed[place])
    }

    /// The adjoint of all the values at `places`, if it is one constant. Otherwise they are read.
    pub fn take_all(&mut self, places: Range<usize>) -> Option<f64> {
        let first = self.fixed[places.start];
        if places.clone().all(|place| !self.varies[place] && self.fixed[place] == first) {
            return Some(first);
        }
        self.is_alive[places].fill(true);
        None
    }

    /// Something is added to the adjoint of the value at a place: a constant, or something that is not known.
    pub fn add(&mut self, place: u32, contribution: Option<f64>) {
        let place = place as usize;
        match contribution {
            Some(c) => self.fixed[place] += c,
            None => (self.varies[place], self.is_alive[place]) = (true, true),
        }
    }

    /// Those that begin with another number than 0.
    pub fn begin(&self) -> Vec<(u32, f64)> {
        let alive = (0..self.fixed.len()).filter(|&place| self.is_alive[place] && self.fixed[place] != 0.0);
        alive.map(|place| (place as u32 + self.shift, self.fixed[place])).collect()
    }

    /// Where there are some.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for place in (0..self.is_alive.len()).filter(|&place| self.is_alive[place]) {
            let place = place + self.shift as usize;
            match ranges.last_mut() {
                // A short gap is cleared for nothing, which takes less than a range.
                Some(last) if place <= last.end + STEP => last.end = place + 1,
                _ => ranges.push(place..place + 1),
            }
        }
        ranges
    }
}
