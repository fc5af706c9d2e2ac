//! What forms of a program cost, by [a model](crate::graph::prices). It decides which form is taken, so it must not depend on the machine
//! or on its load: the forms add in another order, and the last bits of a gradient would change from run to run.

use super::super::window::WINDOW;
use super::columns::Column;
use super::kernels::{Kernel, STEP};
use super::shapes::Shape;
use super::tiles::{Launch, Output};
use crate::graph::prices::Prices;

/// Fewer instances are no launch: the columns alone take longer than running them straight.
const LEAST_INSTANCES: usize = 8;

/// The most operands of a shape from outside: each is a column. A reduction of many thousands is run straight.
const MOST_OPERANDS: usize = 2000;

/// A program with kernels, besides what of it is [straight](crate::graph::program::STRAIGHT).
pub(super) const ROLLED: Prices<12> = Prices([
    ("launch", 38.0),
    ("column", 0.44),
    ("decision", 4.0), // an operation of a kernel, for a tile
    ("lane", 0.17),    // an operation, for an instance
    ("division", 0.42),
    ("call", 0.64), // a nanosecond of a function
    ("lookup", 0.8),
    ("term", 0.63),
    ("piece", 0.77), // terms that are evenly spaced
    ("part", 43.0),  // a straight part by itself
    ("copy", 1.6),   // a number that it takes or leaves
    ("byte", 0.09),  // of numbers beyond a second cache
]);

/// All of it as straight code, which is not made to find out: its decisions go with the operations. These prices were moved a little from the
/// least squares, to where the choice is right most often.
pub(super) const UNROLLED: Prices<5> = Prices([
    ("program", 60.0),
    ("operation", 0.62),
    ("scattered", 0.65), // one whose operands are not evenly spaced, beyond the caches
    ("call", 0.8),       // a nanosecond of a function
    ("division", 0.6),
]);

/// So many operations.
const IN_CACHE: f64 = 65_536.0;

/// Straight code uses its places again, and its words are read once, in order.
const CACHE: usize = 1 << 20;

/// How many operations a value and its derivative take for an operation of the function: about one for its value, and two for its partial
/// derivatives times the adjoint, and their addition.
const DERIVATIVE: f64 = 2.7;

/// Whether a shape may be run by a kernel. What that costs is not known before its body is built, and bodies of shapes that occur once are
/// what takes long; so this is a guess from the number of operations and operands.
pub(super) fn may_be_rolled(shape: &Shape) -> bool {
    let count = shape.count();
    let operands = (shape.externals.len() + shape.constants.len()) / count.max(1);
    if count < LEAST_INSTANCES || operands > MOST_OPERANDS {
        return false;
    }
    let operations = shape.operations as f64 * DERIVATIVE;
    let tiles = count.div_ceil(4 * STEP) as f64;
    let mut rolled = [0.0; 12];
    rolled[..4].copy_from_slice(&[
        2.0,
        2.0 * operands as f64,
        operations * tiles,
        operations * count.next_multiple_of(STEP) as f64,
    ]);
    ROLLED.of(rolled) < UNROLLED.of([0.0, operations * count as f64, 0.0, 0.0, 0.0])
}

/// A launch.
pub(super) fn launch(kernel: &Kernel, launch: &Launch) -> [f64; 12] {
    let count = launch.count;
    let (tiles, lanes) = (count.div_ceil(kernel.lanes) as f64, count.next_multiple_of(STEP) as f64);
    let columns = launch.columns.len() + launch.outputs.len() + kernel.literals.len();
    let of_tiles = launch.columns.iter().filter(|column| !matches!(column, Column::Uniform(_))).count();
    let decisions = kernel.code.len() + of_tiles + launch.outputs.len();
    let mut amounts = [0.0; 12];
    amounts[..7].copy_from_slice(&[
        1.0,
        columns as f64,
        tiles * decisions as f64,
        lanes * (kernel.plain + launch.outputs.len()) as f64,
        lanes * kernel.divisions as f64,
        kernel.cost_of_calls * count as f64,
        (gathered(launch) * count) as f64,
    ]);
    amounts
}

/// How many of its columns are looked up one by one.
fn gathered(launch: &Launch) -> usize {
    let added = |output: &&Output| matches!(output, Output::Add(column) if column.is_gathered());
    let columns = launch.columns.iter().filter(|column| column.is_gathered());
    columns.count() + launch.outputs.iter().filter(added).count()
}

/// A long sum, or what passes its adjoint on, with so many pieces of evenly spaced terms.
pub(super) fn sum(terms: usize, pieces: usize) -> [f64; 12] {
    let mut amounts = [0.0; 12];
    amounts[7..9].copy_from_slice(&[terms as f64, pieces as f64]);
    amounts
}

/// A straight part that takes and leaves so many numbers, besides its code.
pub(super) fn part(numbers: usize) -> [f64; 12] {
    let mut amounts = [0.0; 12];
    amounts[9..11].copy_from_slice(&[1.0, numbers as f64]);
    amounts
}

/// So many bytes of numbers.
pub(super) fn memory(bytes: usize) -> [f64; 12] {
    let mut amounts = [0.0; 12];
    amounts[11] = bytes.saturating_sub(CACHE) as f64;
    amounts
}

/// What a launch would be if its instances were run straight. Where all of them are in one window of the schedule, operations of a kind
/// become rows; those of longer launches are scattered.
pub(super) fn launch_unrolled(kernel: &Kernel, launch: &Launch) -> [f64; 5] {
    let [operations, divisions] = [kernel.plain, kernel.divisions].map(|each| (each * launch.count) as f64);
    let scattered = if operations > WINDOW as f64 { operations } else { 0.0 };
    [0.0, operations, scattered, kernel.cost_of_calls * launch.count as f64, divisions]
}

/// A whole program of what its parts would be. The code of the first operations stays in the caches.
pub(super) fn program_unrolled(parts: [f64; 5]) -> [f64; 5] {
    let [_, operations, scattered, call, division] = parts;
    [1.0, operations, (scattered - IN_CACHE).max(0.0), call, division]
}
