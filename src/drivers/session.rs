//! What drivers use: a recording from its variables to the derivatives, with buffers that the thread keeps.

use super::pool::{self, Scratch};
use super::tape::index_of;
use crate::float::{Float, fold};
use crate::numbers::Reverse;
use crate::recording::{Buffer, Recording, sweep};
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

    /// Joins so far.
    pub fn joins(&self) -> usize {
        self.recording.nodes() - self.recording.inputs()
    }

    /// Forgets all joins, and goes on with new variables of the same values. Those so far are stale.
    pub fn rewind(&mut self) {
        let Session { recording, workspace } = self;
        recording.rewind(recording.inputs());
        for (i, x) in workspace.variables.iter_mut().enumerate() {
            *x = Reverse::at_node(x.primal(), recording.node(i));
        }
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
        match self.recording.inputs().min(y.len()) {
            0..=1 => self.jacobian_in_strips::<1>(y, set),
            2 => self.jacobian_in_strips::<2>(y, set),
            3..=4 => self.jacobian_in_strips::<4>(y, set),
            _ => self.jacobian_in_strips::<8>(y, set),
        }
    }

    /// Each strip of `L` columns or rows is one sweep.
    #[track_caller]
    fn jacobian_in_strips<const L: usize>(&self, y: &[Reverse<T>], mut set: impl FnMut(usize, usize, T)) {
        let (n, m) = (self.recording.inputs(), y.len());
        if n <= m {
            let read = |row: usize, columns: Range<usize>, entries: &[T; L]| {
                columns.zip(entries).for_each(|(column, &entry)| set(row, column, entry));
            };
            self.tangents_by_colour(y, n, Some, read);
        } else {
            let read = |column: usize, rows: Range<usize>, entries: &[T; L]| {
                rows.zip(entries).for_each(|(row, &entry)| set(row, column, entry));
            };
            self.adjoints_by_colour(y, m, Some, read);
        }
    }
}

impl<T: Float> Session<T> {
    /// The nodes of `y`, `None` for a constant, in memory that the thread keeps.
    #[expect(clippy::box_collection, reason = "the pool keeps boxes, and a new one would be an allocation")]
    #[track_caller]
    fn outputs(&self, y: &[Reverse<T>]) -> Box<Vec<Option<usize>>> {
        let mut outputs = pool::take::<Vec<Option<usize>>>();
        outputs.clear();
        for &y in y {
            outputs.push(index_of(&self.recording, y));
        }
        outputs
    }

    /// The Jacobian of `y` times a matrix with a column for each colour, 1 where an input has the colour: sweeps tangents, up to `L` colours
    /// at a time. For each result that is no constant, `read` gets its number, the colours of the sweep and the entries of the row.
    #[track_caller]
    pub fn tangents_by_colour<const L: usize>(
        &self,
        y: &[Reverse<T>],
        colours: usize,
        colour_of: impl Fn(usize) -> Option<usize>,
        mut read: impl FnMut(usize, Range<usize>, &[T; L]),
    ) {
        let outputs = self.outputs(y);
        self.recording.read(|records| {
            let mut lanes = pool::take::<Vec<[T; L]>>();
            for strip in strips::<L>(colours) {
                let seed = |lanes: &mut Vec<[T; L]>| {
                    lanes.clear();
                    lanes.resize(self.recording.inputs(), [T::zero(); L]);
                    for (input, seeds) in lanes.iter_mut().enumerate() {
                        if let Some(colour) = colour_of(input).filter(|colour| strip.contains(colour)) {
                            seeds[colour - strip.start] = T::one();
                        }
                    }
                };
                let mut settled = false;
                if !T::SPARSE {
                    seed(&mut lanes);
                    sweep::tangents::<T, L, false>(&records, &mut lanes);
                    settled = outputs.iter().flatten().all(|&index| sweep::all_finite(&lanes[index]));
                }
                if !settled {
                    seed(&mut lanes);
                    sweep::tangents::<T, L, true>(&records, &mut lanes);
                }
                for (row, (&output, y)) in outputs.iter().zip(y).enumerate() {
                    if let Some(index) = output {
                        read(row, strip.clone(), &lanes[index].map(|tangent| fold(tangent, y.slope())));
                    }
                }
            }
            pool::put(lanes);
        });
        pool::put(outputs);
    }

    /// The transpose of the Jacobian of `y` times a matrix with a column for each colour, 1 where a result has the colour: sweeps adjoints,
    /// up to `L` colours at a time. For each input, `read` gets its number, the colours of the sweep and the entries.
    #[track_caller]
    pub fn adjoints_by_colour<const L: usize>(
        &self,
        y: &[Reverse<T>],
        colours: usize,
        colour_of: impl Fn(usize) -> Option<usize>,
        mut read: impl FnMut(usize, Range<usize>, &[T; L]),
    ) {
        let outputs = self.outputs(y);
        self.recording.read(|records| {
            let mut lanes = pool::take::<Vec<[T; L]>>();
            let mut reached = pool::take::<Vec<[bool; L]>>();
            // Adjoints are zero between sweeps.
            lanes.clear();
            lanes.resize(records.nodes(), [T::zero(); L]);
            for strip in strips::<L>(colours) {
                sweep::backward::<T, L, false>(&records, &mut lanes, &mut reached, |seed| {
                    for (row, &output) in outputs.iter().enumerate() {
                        let colour = colour_of(row).filter(|colour| strip.contains(colour));
                        if let (Some(index), Some(colour)) = (output, colour) {
                            seed(index, colour - strip.start, y[row].slope());
                        }
                    }
                });
                for (input, adjoint) in lanes[..self.recording.inputs()].iter_mut().enumerate() {
                    read(input, strip.clone(), &std::mem::replace(adjoint, [T::zero(); L]));
                }
            }
            pool::put(lanes);
            pool::put(reached);
        });
        pool::put(outputs);
    }
}

/// The strips of up to `L` colours.
fn strips<const L: usize>(colours: usize) -> impl Iterator<Item = Range<usize>> {
    (0..colours).step_by(L).map(move |first| first..colours.min(first + L))
}
