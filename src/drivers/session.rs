//! What drivers use: a recording from its variables to the derivatives, with buffers that the thread keeps.

use super::pool::{self, Scratch};
use super::tape::index_of;
use crate::float::{Float, fold};
use crate::numbers::Reverse;
use crate::recording::{Buffer, Recording, sweep};
#[cfg(feature = "nalgebra")]
use std::ops::Range;

/// Everything one gradient call needs; the thread keeps it for the next call with the same `T`.
struct Workspace<T> {
    /// `None` while it is recording.
    buffer: Option<Buffer<T>>,
    variables: Vec<Reverse<T>>,
    /// Zero between sweeps.
    adjoints: Vec<[T; 1]>,
    /// For sweeps by the fold rule.
    reached: Vec<[bool; 1]>,
}

impl<T> Default for Workspace<T> {
    fn default() -> Self {
        Workspace { buffer: None, variables: Vec::new(), adjoints: Vec::new(), reached: Vec::new() }
    }
}

impl<T: 'static> Scratch for Workspace<T> {
    fn bytes(&self) -> usize {
        let records = self.buffer.as_ref().map_or(0, Buffer::capacity_in_bytes);
        records + self.variables.bytes() + self.adjoints.bytes() + self.reached.bytes()
    }
}

/// A recording that a driver makes: variables first, then the user's function runs, then derivatives are read off.
///
/// The buffers are those of the last session on this thread. If the function panics, the session is dropped: its recording ends,
/// the buffers are freed, and the next session starts afresh.
pub(crate) struct Session<T> {
    recording: Recording<T>,
    workspace: Box<Workspace<T>>,
}

impl<T: Float> Session<T> {
    /// Starts to record, with variables at `x`.
    pub fn start(x: &[T]) -> Session<T> {
        let mut workspace = pool::take::<Workspace<T>>();
        let recording = workspace.buffer.take().unwrap_or_else(Buffer::new).begin(x.len());
        workspace.variables.clear();
        workspace.variables.extend(x.iter().enumerate().map(|(i, &x)| Reverse::at_node(x, recording.node(i))));
        Session { recording, workspace }
    }

    pub fn variables(&self) -> &[Reverse<T>] {
        &self.workspace.variables
    }

    /// Ends the recording and keeps the buffers.
    pub fn end(self) {
        let Session { recording, mut workspace } = self;
        workspace.buffer = Some(recording.end());
        pool::put(workspace);
    }
}

impl<T: Float> Session<T> {
    /// The vector-Jacobian product: writes `Σ weight(k) dy[k]/dx` to `gradient`.
    #[track_caller]
    pub fn pull_back(&mut self, y: &[Reverse<T>], weight: impl Fn(usize) -> T, gradient: &mut [T]) {
        self.pull(y, weight, |_| (), gradient);
    }

    /// Adds the vector-Jacobian product to `gradient`, in the order in which a sweep over a longer recording would add.
    #[track_caller]
    pub fn pull_back_onto(&mut self, y: &[Reverse<T>], weight: impl Fn(usize) -> T, gradient: &mut [T]) {
        let start = gradient.to_vec();
        self.pull(y, weight, |seed| start.iter().enumerate().for_each(|(input, &x)| seed(input, 0, x)), gradient);
    }

    /// One sweep from `weight` of each result and what `seeds` gives; writes the adjoints of the inputs to `gradient`.
    #[inline]
    #[track_caller]
    fn pull(
        &mut self,
        y: &[Reverse<T>],
        weight: impl Fn(usize) -> T,
        seeds: impl Fn(&mut dyn FnMut(usize, usize, T)),
        gradient: &mut [T],
    ) {
        let Session { recording, workspace } = self;
        let Workspace { adjoints, reached, .. } = &mut **workspace;
        let inputs = recording.inputs();
        let mut nodes = inputs;
        for &y in y {
            nodes = nodes.max(index_of(recording, y).map_or(0, |index| index + 1));
        }
        if adjoints.len() < nodes {
            adjoints.resize(nodes, [T::zero()]);
        }
        let adjoints = &mut adjoints[..nodes];
        recording.read(|records| {
            sweep::backward::<T, 1, false>(&records.up_to(nodes), adjoints, reached, |seed| {
                seeds(seed);
                for (k, &y) in y.iter().enumerate() {
                    if let Some(index) = index_of(recording, y) {
                        seed(index, 0, fold(y.slope(), weight(k)));
                    }
                }
            });
        });
        for (g, adjoint) in gradient.iter_mut().zip(&mut adjoints[..inputs]) {
            *g = std::mem::replace(&mut adjoint[0], T::zero());
        }
    }
}

#[cfg(feature = "nalgebra")]
impl<T: Float> Session<T> {
    /// The Jacobian of `y`, handed entry by entry to `set(row, column, value)`; zero entries may be left out.
    ///
    /// Sweeps tangents or adjoints over the recording, along the shorter side of the matrix, up to 8 columns or rows at a time.
    #[track_caller]
    pub fn jacobian(&self, y: &[Reverse<T>], set: impl FnMut(usize, usize, T)) {
        let mut outputs = pool::take::<Vec<Option<usize>>>();
        outputs.clear();
        for &y in y {
            outputs.push(index_of(&self.recording, y));
        }
        let (n, m) = (self.recording.inputs(), y.len());
        let along = if n <= m { Along::Columns } else { Along::Rows };
        match n.min(m) {
            0..=1 => self.jacobian_in_strips::<1>(along, y, &outputs, set),
            2 => self.jacobian_in_strips::<2>(along, y, &outputs, set),
            3..=4 => self.jacobian_in_strips::<4>(along, y, &outputs, set),
            _ => self.jacobian_in_strips::<8>(along, y, &outputs, set),
        }
        pool::put(outputs);
    }

    /// Goes over the matrix in strips of `L` columns or rows; each strip is one sweep with `L` lanes.
    fn jacobian_in_strips<const L: usize>(
        &self,
        along: Along,
        y: &[Reverse<T>],
        outputs: &[Option<usize>],
        mut set: impl FnMut(usize, usize, T),
    ) {
        let n = self.recording.inputs();
        self.recording.read(|records| {
            let mut lanes = pool::take::<Vec<[T; L]>>();
            let mut reached = pool::take::<Vec<[bool; L]>>();
            let seed_columns = |strip: Range<usize>, lanes: &mut Vec<[T; L]>| {
                lanes.clear();
                lanes.resize(n, [T::zero(); L]);
                for (lane, column) in strip.enumerate() {
                    lanes[column][lane] = T::one();
                }
            };
            let side = match along {
                Along::Columns => n,
                Along::Rows => {
                    // Adjoints are zero between sweeps.
                    lanes.clear();
                    lanes.resize(records.nodes(), [T::zero(); L]);
                    y.len()
                }
            };
            for first in (0..side).step_by(L) {
                let strip = first..side.min(first + L);
                match along {
                    Along::Columns => {
                        let mut settled = false;
                        if !T::SPARSE {
                            seed_columns(strip.clone(), &mut lanes);
                            sweep::tangents::<T, L, false>(&records, &mut lanes);
                            settled = outputs.iter().flatten().all(|&index| sweep::all_finite(&lanes[index]));
                        }
                        if !settled {
                            seed_columns(strip.clone(), &mut lanes);
                            sweep::tangents::<T, L, true>(&records, &mut lanes);
                        }
                        for (row, (&output, y)) in outputs.iter().zip(y).enumerate() {
                            if let Some(index) = output {
                                strip.clone().for_each(|j| set(row, j, fold(lanes[index][j - first], y.slope())));
                            }
                        }
                    }
                    Along::Rows => {
                        sweep::backward::<T, L, false>(&records, &mut lanes, &mut reached, |seed| {
                            for row in strip.clone() {
                                if let Some(index) = outputs[row] {
                                    seed(index, row - first, y[row].slope());
                                }
                            }
                        });
                        for (column, adjoint) in lanes[..n].iter_mut().enumerate() {
                            strip.clone().for_each(|row| set(row, column, adjoint[row - first]));
                            *adjoint = [T::zero(); L];
                        }
                    }
                }
            }
            pool::put(lanes);
            pool::put(reached);
        });
    }
}

/// The side of a Jacobian that a sweep computes several lanes of.
#[cfg(feature = "nalgebra")]
#[derive(Clone, Copy)]
enum Along {
    /// By tangents, forwards.
    Columns,
    /// By adjoints, backwards.
    Rows,
}
