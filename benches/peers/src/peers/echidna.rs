use super::{Contestant, Mode, Seeded, by_directions, contestant};
use crate::problems::Function;
use crate::real::{Real, erf_slope, f64_on_the_left, f64_on_the_right, functions};
use echidna::bytecode_tape::with_active_btape;
use echidna::sparse::greedy_coloring;
use echidna::tape::with_active_tape;
use echidna::{BReverse, BytecodeTape, CustomOp, DualVec, Reverse, SparsityPattern};
use num_traits::{Float, ToPrimitive};
use std::cell::Cell;
use std::sync::Arc;

/// The driver does not return the value.
pub fn reverse<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("echidna `Reverse`", Mode::Reverse, |f: &F, x, gradient| {
        let value = Cell::new(0.0);
        let found = echidna::grad(
            |x: &[Reverse<f64>]| {
                let y = f.eval(x);
                value.set(y.value());
                y
            },
            x,
        );
        gradient.copy_from_slice(&found);
        value.get()
    })
}

/// One recording for all calls.
pub fn replay<F: Function + 'static>() -> Contestant<'static, F> {
    let mut recording = None;
    let mut adjoints = Vec::new();
    contestant("echidna `BReverse`, recorded before", Mode::Replay, move |f: &F, x, gradient| {
        let tape = recording.get_or_insert_with(|| record(f, x));
        gradient.copy_from_slice(&tape.gradient_with_buf(x, &mut adjoints));
        tape.output_value()
    })
}

pub fn forward<F: Function + 'static, const N: usize>() -> Contestant<'static, F> {
    contestant("echidna `DualVec`", Mode::Forward, by_directions::<F, DualVec<f64, N>, N>)
}

pub fn hessian<F: Function + 'static>() -> Contestant<'static, F> {
    let mut recording = None;
    contestant("echidna `hessian_vec::<8>`, recorded before", Mode::Replay, move |f: &F, x, hessian| {
        let tape = recording.get_or_insert_with(|| record(f, x));
        let (value, _, rows) = tape.hessian_vec::<8>(x);
        for (row, found) in hessian.chunks_exact_mut(x.len()).zip(&rows) {
            row.copy_from_slice(found);
        }
        value
    })
}

/// Where entries are structurally zero nothing is computed; the pattern and its colouring are found once.
pub fn sparse_hessian<F: Function + 'static>() -> Contestant<'static, F> {
    let mut prepared = None;
    contestant("echidna sparse Hessian, recorded and coloured before", Mode::Replay, move |f: &F, x, hessian| {
        let (tape, pattern, colors, count): &(BytecodeTape<f64>, SparsityPattern, Vec<u32>, u32) = prepared
            .get_or_insert_with(|| {
                let tape = record(f, x);
                let pattern = tape.detect_sparsity();
                let (colors, count) = greedy_coloring(&pattern);
                (tape, pattern, colors, count)
            });
        let (value, _, entries) = tape.sparse_hessian_with_pattern(x, pattern, colors, *count);
        hessian.fill(0.0);
        for ((&row, &column), &entry) in pattern.rows.iter().zip(&pattern.cols).zip(&entries) {
            hessian[row as usize * x.len() + column as usize] = entry;
            hessian[column as usize * x.len() + row as usize] = entry;
        }
        value
    })
}

fn record<F: Function>(f: &F, x: &[f64]) -> BytecodeTape<f64> {
    let (tape, _) = echidna::record(|x: &[BReverse<f64>]| f.eval(x), x);
    tape
}

impl Real for Reverse<f64> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Float);

    #[inline]
    fn constant(self, c: f64) -> Self {
        Reverse::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.to_f64().expect("a number is a number")
    }
    #[inline]
    fn erf(self) -> Self {
        let x = self.value();
        let index = with_active_tape::<f64, _>(|tape| tape.push_unary(self.index(), erf_slope(x)));
        Reverse::from_tape(libm::erf(x), index)
    }
}

struct Erf;

impl CustomOp<f64> for Erf {
    fn eval(&self, x: f64, _: f64) -> f64 {
        libm::erf(x)
    }
    fn partials(&self, x: f64, _: f64, _: f64) -> (f64, f64) {
        (erf_slope(x), 0.0)
    }
}

impl Real for BReverse<f64> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Float);

    #[inline]
    fn constant(self, c: f64) -> Self {
        BReverse::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.to_f64().expect("a number is a number")
    }
    /// Registered anew for every use, which costs nothing when the recording is evaluated.
    fn erf(self) -> Self {
        let value = libm::erf(self.value());
        let handle = with_active_btape::<f64, _>(|tape| tape.register_custom(Arc::new(Erf)));
        self.custom_unary(handle, value)
    }
}

impl<const N: usize> Real for DualVec<f64, N> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Float);

    #[inline]
    fn constant(self, c: f64) -> Self {
        DualVec::constant(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.re
    }
}

impl<const N: usize> Seeded<N> for DualVec<f64, N> {
    #[inline]
    fn seeded(x: f64, direction: Option<usize>) -> Self {
        direction.map_or(DualVec::constant(x), |direction| DualVec::with_tangent(x, direction))
    }
    #[inline]
    fn tangent(&self, direction: usize) -> f64 {
        self.eps[direction]
    }
}
