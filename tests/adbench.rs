//! The objectives of ADBench: values, and every derivative of them, against those of an independent program.
//!
//! Every entry must be right to 1e-9 of itself, also where it is small because larger terms cancelled, and to 1e-11 of the largest
//! entry of its block, which is a group of parameters of one kind or a row of a Jacobian. The errors found are smaller by a
//! factor of forty or more.
#![cfg(feature = "std")]

#[path = "common/adbench/mod.rs"]
mod adbench;

use adbench::ba::{Bundle, INPUTS, Observation};
use adbench::gmm::Mixture;
use adbench::hand::Hand;
use adbench::lstm::Lstm;
use adbench::{Expected, Problem};
use dualtape::{Dual, ScalarFunction, VectorFunction, forward, jvp, value_and_gradient, vjp};

/// Relative to the value of a scalar function, to an entry of a derivative, and to the largest entry of its block.
const VALUE_TOLERANCE: f64 = 1e-12;
const ENTRY_TOLERANCE: f64 = 1e-9;
const BLOCK_TOLERANCE: f64 = 1e-11;

/// Forward mode evaluates once for every 8 inputs, so larger problems have whole gradients with optimisation only (and without
/// it one directional derivative).
const MOST_FORWARD_INPUTS: usize = if cfg!(debug_assertions) { 40 } else { 2000 };

/// The test files of GMM, the smallest first.
const MIXTURES: [&str; 4] =
    ["gmm/test.txt", "gmm/extra_d3_K4_n20_m2.txt", "gmm/1k/gmm_d2_K5.txt", "gmm/1k/gmm_d10_K25.txt"];
const LSTMS: [&str; 2] = ["lstm/extra_l1_c6_b3.txt", "lstm/lstm_l2_c1024.txt"];
const HANDS: [&str; 4] = [
    "hand/test.txt",
    "hand/hand_complicated.txt",
    "hand/simple_small/hand1_t26_c100.txt",
    "hand/complicated_small/hand1_t26_c100.txt",
];

// ---- Comparisons -----------------------------------------------------------------------------------------------------

/// The largest errors of one test, printed at its end.
struct Errors {
    what: &'static str,
    /// Relative to the entry, and to the largest entry of its block.
    entry: f64,
    block: f64,
    count: usize,
}

impl Errors {
    fn of(what: &'static str) -> Errors {
        Errors { what, entry: 0.0, block: 0.0, count: 0 }
    }

    #[track_caller]
    fn value(&mut self, name: &str, found: f64, expected: f64) {
        assert!((found - expected).abs() <= VALUE_TOLERANCE * expected.abs(), "{name}: value {found}, not {expected}");
    }

    /// Compares a block.
    #[track_caller]
    fn block(&mut self, name: &str, found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{name}: length");
        let largest = expected.iter().fold(0.0, |largest: f64, e| largest.max(e.abs()));
        for (k, (&found, &expected)) in found.iter().zip(expected).enumerate() {
            let error = (found - expected).abs();
            let bound = (ENTRY_TOLERANCE * expected.abs()).min(BLOCK_TOLERANCE * largest);
            assert!(error <= bound, "{name}: entry {k} is {found}, not {expected}, in a block up to {largest}");
            if error > 0.0 {
                self.entry = self.entry.max(error / expected.abs());
                self.block = self.block.max(error / largest);
            }
            self.count += 1;
        }
    }

    /// Compares blocks of the given sizes, one after the other.
    #[track_caller]
    fn blocks(&mut self, name: &str, sizes: &[usize], mut found: &[f64], mut expected: &[f64]) {
        assert_eq!([found.len(), expected.len()], [sizes.iter().sum(); 2], "{name}: length");
        for &size in sizes {
            let (f, e);
            (f, found) = found.split_at(size);
            (e, expected) = expected.split_at(size);
            self.block(name, f, e);
        }
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        let Errors { what, entry, block, count } = self;
        println!("{what}: {count} entries, largest error {entry:.1e} of the entry, {block:.1e} of its block's largest");
    }
}

// ---- GMM and LSTM: gradients -----------------------------------------------------------------------------------------

/// A gradient made by one of the modes.
type Gradient<F> = fn(&F, &[f64]) -> (f64, Vec<f64>);

fn by_reverse<F: ScalarFunction>(f: &F, x: &[f64]) -> (f64, Vec<f64>) {
    value_and_gradient(|x| f.eval(x), x)
}

fn by_forward<F: ScalarFunction>(f: &F, x: &[f64]) -> (f64, Vec<f64>) {
    forward::value_and_gradient(|x| f.eval(x), x)
}

#[track_caller]
fn check_gradient<F: ScalarFunction>(errors: &mut Errors, problem: &Problem<F>, blocks: &[usize], method: Gradient<F>) {
    let expected = Expected::of(problem.name);
    let [objective] = *expected.section("objective") else { panic!("{}: one value", problem.name) };
    let (value, gradient) = method(&problem.function, &problem.x0);
    errors.value(problem.name, problem.function.eval(&problem.x0), objective);
    errors.value(problem.name, value, objective);
    errors.blocks(problem.name, blocks, &gradient, expected.section("gradient"));
}

/// Compares one directional derivative.
#[track_caller]
fn check_direction<F: ScalarFunction>(errors: &mut Errors, problem: &Problem<F>) {
    let expected = Expected::of(problem.name);
    let gradient = expected.section("gradient");
    // Of either sign, none zero, and no two alike, so that no entry and no exchange of two goes unnoticed.
    let direction: Vec<f64> = (1..=gradient.len()).map(|k| (k as f64).sin()).collect();
    let (value, slope) = jvp(|x| [problem.function.eval(x)], &problem.x0, &direction);
    errors.value(problem.name, value[0], expected.section("objective")[0]);
    let sum: f64 = gradient.iter().zip(&direction).map(|(g, v)| g * v).sum();
    errors.block(problem.name, &slope, &[sum]);
}

#[test]
fn gmm_gradients_in_reverse_mode() {
    let mut errors = Errors::of("GMM, Reverse<f64>");
    for problem in MIXTURES.map(Mixture::read) {
        check_gradient(&mut errors, &problem, &problem.function.blocks(), by_reverse);
    }
}

#[test]
fn gmm_gradients_in_forward_mode() {
    let mut errors = Errors::of("GMM, Dual<f64, 8>");
    for problem in MIXTURES.map(Mixture::read) {
        if problem.x0.len() <= MOST_FORWARD_INPUTS {
            check_gradient(&mut errors, &problem, &problem.function.blocks(), by_forward);
        }
        check_direction(&mut errors, &problem);
    }
}

#[test]
fn lstm_gradients_in_reverse_mode() {
    let mut errors = Errors::of("LSTM, Reverse<f64>");
    for problem in LSTMS.map(Lstm::read) {
        check_gradient(&mut errors, &problem, &problem.function.blocks(), by_reverse);
    }
}

#[test]
fn lstm_gradients_in_forward_mode() {
    let mut errors = Errors::of("LSTM, Dual<f64, 8>");
    for problem in LSTMS.map(Lstm::read) {
        if problem.x0.len() <= MOST_FORWARD_INPUTS {
            check_gradient(&mut errors, &problem, &problem.function.blocks(), by_forward);
        }
        check_direction(&mut errors, &problem);
    }
}

// ---- BA: a sparse Jacobian -------------------------------------------------------------------------------------------

/// The residuals of an observation and their derivatives, made by one of the modes.
type Block = fn(&Observation, &[f64; INPUTS]) -> ([f64; 2], [[f64; INPUTS]; 2]);

fn block_by_wide_duals(observation: &Observation, x: &[f64; INPUTS]) -> ([f64; 2], [[f64; INPUTS]; 2]) {
    let seeded: [_; INPUTS] = std::array::from_fn(|k| Dual::<f64, INPUTS>::seeded(x[k], k));
    let residual = observation.residual(&seeded);
    (residual.map(Dual::primal), residual.map(Dual::tangents))
}

fn block_by_vjp(observation: &Observation, x: &[f64; INPUTS]) -> ([f64; 2], [[f64; INPUTS]; 2]) {
    let row = |weight: [f64; 2]| vjp(|x| observation.residual(x), x, &weight);
    let ((value, first), (_, second)) = (row([1.0, 0.0]), row([0.0, 1.0]));
    let array = "lengths are those of the inputs";
    (value.try_into().expect(array), [first, second].map(|row| row.try_into().expect(array)))
}

#[cfg(feature = "nalgebra")]
fn from_matrix((value, matrix): (Vec<f64>, nalgebra::DMatrix<f64>)) -> ([f64; 2], [[f64; INPUTS]; 2]) {
    ([value[0], value[1]], std::array::from_fn(|i| std::array::from_fn(|j| matrix[(i, j)])))
}

#[cfg(feature = "nalgebra")]
fn block_by_chunks(observation: &Observation, x: &[f64; INPUTS]) -> ([f64; 2], [[f64; INPUTS]; 2]) {
    from_matrix(forward::Chunk::<INPUTS>::value_and_jacobian(|x| observation.residual(x), x))
}

#[cfg(feature = "nalgebra")]
fn block_by_reverse(observation: &Observation, x: &[f64; INPUTS]) -> ([f64; 2], [[f64; INPUTS]; 2]) {
    from_matrix(dualtape::value_and_jacobian(|x| observation.residual(x), x))
}

const BLOCKS: &[(&str, Block)] = &[
    ("BA, Dual<f64, 15>", block_by_wide_duals),
    ("BA, vjp", block_by_vjp),
    #[cfg(feature = "nalgebra")]
    ("BA, Chunk<15>", block_by_chunks),
    #[cfg(feature = "nalgebra")]
    ("BA, Reverse<f64>", block_by_reverse),
];

/// Every number of every row, where the expected Jacobian is written out. One camera of `full_n8_m60_p240` is not turned, so it takes
/// the other branch.
#[test]
fn ba_jacobians_observation_by_observation() {
    for bundle in [Bundle::read("ba/test.txt"), Bundle::read_full("ba/full_n8_m60_p240.txt")] {
        let expected = Expected::of(bundle.name);
        let (expected_rows, expected_values) = (expected.section("csr_rows"), expected.section("csr_vals"));
        let p = bundle.observations.len();

        let [rows, columns] = bundle.shape().map(|size| size as f64);
        assert_eq!(expected.section("shape_nrows_ncols_nnz"), [rows, columns, 31.0 * p as f64]);
        assert_eq!(expected_rows.len() as f64, rows + 1.0);
        let row_starts = (0..2 * p).map(|row| 15 * row).chain((0..=p).map(|i| 30 * p + i));
        assert!(row_starts.map(|start| start as f64).eq(expected_rows.iter().copied()));
        let columns = (0..p).flat_map(|i| [bundle.columns(i); 2]).flatten();
        let columns = columns.chain((0..p).map(|i| bundle.columns(i)[INPUTS - 1]));
        assert!(columns.map(|column| column as f64).eq(expected.section("csr_cols").iter().copied()));

        let mut residuals = vec![0.0; 3 * p];
        bundle.residuals(&mut residuals);
        let (projections, weights) = residuals.split_at(2 * p);
        for &(what, block) in BLOCKS {
            let mut errors = Errors::of(what);
            // A projection is the small difference of two places in a picture.
            errors.block(bundle.name, projections, expected.section("reproj_err"));
            errors.block(bundle.name, weights, expected.section("w_err"));
            let mut values = vec![0.0; 31 * p];
            let mut projections = projections.chunks_exact(2);
            bundle.jacobian(&mut values, |observation, x, rows| {
                let (value, jacobian) = block(observation, x);
                assert_eq!(projections.next(), Some(&value[..]), "values do not depend on the kind of number");
                *rows = jacobian;
            });
            for (found, expected) in values[..30 * p].chunks_exact(15).zip(expected_values.chunks_exact(15)) {
                errors.block(bundle.name, found, expected);
            }
            errors.block(bundle.name, &values[30 * p..], &expected_values[30 * p..]);
        }
    }
}

/// In `ba1` all 31843 observations are copies of one, which is written out. The order of the numbers shows in sums only.
#[test]
fn ba1_jacobian_and_its_sums() {
    let bundle = Bundle::read("ba/ba1_n49_m7776_p31843.txt");
    let expected = Expected::of(bundle.name);
    for &(what, block) in BLOCKS {
        let mut errors = Errors::of(what);
        let (value, rows) = block(&bundle.observations[0], &bundle.inputs(0));
        errors.block(bundle.name, &value, expected.section("reproj_err_block"));
        errors.blocks(bundle.name, &[INPUTS; 2], rows.as_flattened(), expected.section("jacobian_block"));
    }

    let mut values = vec![0.0; 31 * bundle.observations.len()];
    bundle.jacobian(&mut values, |observation, x, rows| *rows = block_by_wide_duals(observation, x).1);
    let sum = |f: fn(usize, f64) -> f64| {
        let terms: Vec<f64> = values.iter().enumerate().map(|(j, &value)| f(j, value)).collect();
        // In two stages, since rounding adds up to more than the tolerance in a sum of a million terms.
        terms.chunks(1000).map(|terms| terms.iter().sum::<f64>()).sum::<f64>()
    };
    let absolute = expected.section("check_vals_abs_sum")[0];
    for (name, found, factor) in [
        ("check_vals_sum", sum(|_, value| value), 1.0),
        ("check_vals_abs_sum", sum(|_, value| value.abs()), 1.0),
        ("check_vals_wsum", sum(|j, value| (j % 1009 + 1) as f64 * value), 1009.0),
    ] {
        let expected = expected.section(name)[0];
        assert!((found - expected).abs() <= 1e-12 * factor * absolute, "{name}: {found}, not {expected}");
    }
}

// ---- HAND: a dense Jacobian ------------------------------------------------------------------------------------------

/// Products of the Jacobian from either side, for which no matrices are needed.
#[test]
fn hand_jacobian_products() {
    let mut errors = Errors::of("HAND, jvp and vjp");
    for problem in HANDS.map(Hand::read) {
        let (hand, x, n) = (&problem.function, &problem.x0, problem.x0.len());
        let expected = Expected::of(problem.name);
        let (value, jacobian) = (expected.section("objective"), expected.section("jacobian"));
        errors.block(problem.name, &VectorFunction::eval(hand, x), value);

        let direction: Vec<f64> = (1..=n).map(|k| (k as f64).sin()).collect();
        let (_, product) = jvp(|x| hand.eval(x), x, &direction);
        let dot = |row: &[f64]| row.iter().zip(&direction).map(|(j, v)| j * v).sum();
        let sums: Vec<f64> = jacobian.chunks_exact(n).map(dot).collect();
        errors.block(problem.name, &product, &sums);

        let weight: Vec<f64> = (1..=value.len()).map(|k| (k as f64).sin()).collect();
        let (_, product) = vjp(|x| hand.eval(x), x, &weight);
        let dot = |j: usize| jacobian.chunks_exact(n).zip(&weight).map(|(row, w)| w * row[j]).sum();
        let sums: Vec<f64> = (0..n).map(dot).collect();
        errors.block(problem.name, &product, &sums);
    }
}

#[cfg(feature = "nalgebra")]
mod hand_jacobians {
    use super::*;
    use nalgebra::DMatrix;

    #[track_caller]
    fn check(what: &'static str, files: &[&'static str], jacobian: impl Fn(&Hand, &[f64]) -> (Vec<f64>, DMatrix<f64>)) {
        let mut errors = Errors::of(what);
        for problem in files.iter().map(|file| Hand::read(file)) {
            let expected = Expected::of(problem.name);
            let (value, matrix) = jacobian(&problem.function, &problem.x0);
            errors.block(problem.name, &value, expected.section("objective"));
            let rows = expected.section("jacobian").chunks_exact(problem.x0.len());
            assert_eq!(rows.len(), matrix.nrows(), "{}: rows", problem.name);
            for (found, expected) in matrix.row_iter().zip(rows) {
                let found: Vec<f64> = found.iter().copied().collect();
                errors.block(problem.name, &found, expected);
            }
        }
    }

    #[test]
    fn by_chunks_of_eight() {
        check("HAND, Dual<f64, 8>", &HANDS, |hand, x| forward::value_and_jacobian(|x| hand.eval(x), x));
    }

    /// All directions at once.
    #[test]
    fn by_one_wide_dual() {
        check("HAND, Dual<f64, 28>", &HANDS, |hand, x| forward::Chunk::<28>::value_and_jacobian(|x| hand.eval(x), x));
    }

    #[test]
    fn by_recording() {
        check("HAND, Reverse<f64>", &HANDS, |hand, x| dualtape::value_and_jacobian(|x| hand.eval(x), x));
    }
}
