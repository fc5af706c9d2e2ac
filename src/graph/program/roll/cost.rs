//! What forms of a program cost, in nanoseconds, by a model. It decides which form is taken, so it must not depend on the machine or on
//! its load: the forms add in another order, and the last bits of a gradient would change from run to run.
//!
//! The constants were fitted on one machine (Zen 4 at 3.7 GHz) and are fixed for a release. What counts is their ratios.

use super::columns::Column;
use super::kernels::{Kernel, STEP};
use super::shapes::Shape;
use super::tiles::{Launch, Output};

/// Fewer instances are no launch: the columns alone take longer than running them straight.
const LEAST_INSTANCES: usize = 8;

/// The most operands of a shape from outside: each is a column. A reduction of many thousands is run straight.
const MOST_OPERANDS: usize = 2000;

/// A launch, and each of its columns, results and literals.
const LAUNCH: f64 = 50.0;
const COLUMN: f64 = 4.0;
/// An operation of a kernel for a tile, and for a lane.
const DECISION: f64 = 3.5;
const LANE: f64 = 0.11;
/// A division takes as long as this many other operations.
const DIVISION: f64 = 6.0;
/// A call for one lane.
const CALL: f64 = 8.0;
/// A lookup.
const GATHER: f64 = 0.6;
/// A term of a long sum.
const TERM: f64 = 1.0;
/// Terms that are evenly spaced.
const PIECE: f64 = 3.0;
/// An operation run straight, with its part of a decision, and what a call and a division take longer.
const STRAIGHT: f64 = 0.9;
const STRAIGHT_CALL: f64 = 2.0;
const STRAIGHT_DIVISION: f64 = 1.2;
/// A straight part by itself, and a number that it takes or leaves.
const PART: f64 = 60.0;
const COPY: f64 = 1.2;
/// A byte of numbers beyond a megabyte of second cache. Straight code uses its places again, and its words are read once, in order.
const CACHE: usize = 1 << 20;
const BYTE: f64 = 0.06;

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
    let rolled = 2.0 * (LAUNCH + COLUMN * operands as f64)
        + operations * (DECISION * tiles + LANE * count.next_multiple_of(STEP) as f64);
    rolled < STRAIGHT * operations * count as f64
}

/// A launch.
pub(super) fn launch(kernel: &Kernel, launch: &Launch) -> f64 {
    let count = launch.count;
    let (tiles, lanes) = (count.div_ceil(kernel.lanes) as f64, count.next_multiple_of(STEP) as f64);
    let plain = (kernel.operations - kernel.calls) as f64 + kernel.divisions as f64 * DIVISION;
    let gathered = launch.columns.iter().filter(|column| column.is_gathered()).count()
        + launch.outputs.iter().filter(|x| matches!(x, Output::Add(column) if column.is_gathered())).count();
    let columns = launch.columns.len() + launch.outputs.len() + kernel.literals.len();
    let of_tiles = launch.columns.iter().filter(|column| !matches!(column, Column::Uniform(_))).count();
    let decisions = kernel.code.len() + of_tiles + launch.outputs.len();
    LAUNCH
        + COLUMN * columns as f64
        + DECISION * tiles * decisions as f64
        + LANE * lanes * (plain + launch.outputs.len() as f64)
        + CALL * (kernel.calls * count) as f64
        + GATHER * (gathered * count) as f64
}

/// A long sum, or what passes its adjoint on, with so many pieces of evenly spaced terms.
pub(super) fn sum(terms: usize, pieces: usize) -> f64 {
    TERM * terms as f64 + PIECE * pieces as f64
}

/// A straight part of so many operations, calls and divisions, that takes and leaves so many numbers.
pub(super) fn straight([operations, calls, divisions]: [usize; 3], numbers: usize) -> f64 {
    let operations =
        STRAIGHT * operations as f64 + (CALL + STRAIGHT_CALL) * calls as f64 + STRAIGHT_DIVISION * divisions as f64;
    operations + PART + COPY * numbers as f64
}

/// So many bytes of numbers.
pub(super) fn memory(bytes: usize) -> f64 {
    BYTE * bytes.saturating_sub(CACHE) as f64
}

/// What a launch would cost if its instances were run straight.
pub(super) fn launch_straight(kernel: &Kernel, launch: &Launch) -> f64 {
    let one = STRAIGHT * kernel.operations as f64
        + (CALL + STRAIGHT_CALL) * kernel.calls as f64
        + STRAIGHT_DIVISION * kernel.divisions as f64;
    one * launch.count as f64
}
