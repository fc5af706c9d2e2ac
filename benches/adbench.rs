//! What the derivatives of ADBench's objectives cost, as a ratio to the same objective on plain `f64`: the figure that comparisons
//! of differentiation tools print.
//!
//! `cargo bench --bench adbench` prints the table; `cargo bench --bench adbench -- HAND` does so for the problems whose name
//! contains `HAND`. Without `--bench` (as under `cargo test --benches`) derivatives are checked and nothing is timed.
//!
//! As in ADBench, reading files is not timed, and what is differentiated is the objective as it stands: no formula is reordered to
//! suit a tool. A derivative includes its value. For BA it is all blocks of the sparse Jacobian, written to the array of its nonzeros;
//! where those belong in the matrix does not change from call to call and is not timed. Other conditions are said in `clock`.

#[path = "../tests/common/adbench/mod.rs"]
mod adbench;
mod clock;

use adbench::ba::{Bundle, INPUTS, Observation};
use adbench::gmm::Mixture;
use adbench::hand::Hand;
use adbench::lstm::Lstm;
use adbench::{Expected, Problem};
use clock::{Run, compare};
use dualtape::forward::Chunk;
use dualtape::{Dual, ScalarFunction, VectorFunction};
use nalgebra::DMatrix;
use std::hint::black_box;

fn main() {
    let run = Run::from_arguments();
    if run.timed {
        println!("Time in microseconds, ratio to plain f64");
        println!("{:18}{:20}{:>10} |{:>8}{:>7}{:>8}{:>17}", "", "", "f64", "best", "ratio", "median", "[low, high]");
    }
    gradient(&run, "GMM d10 K25", || Mixture::read("gmm/1k/gmm_d10_K25.txt"));
    gradient(&run, "LSTM l2 c1024", || Lstm::read("lstm/lstm_l2_c1024.txt"));
    sparse_jacobian(&run, "BA1", || Bundle::read("ba/ba1_n49_m7776_p31843.txt"));
    jacobian(&run, "HAND simple", || Hand::read("hand/simple_small/hand1_t26_c100.txt"));
    jacobian(&run, "HAND complicated", || Hand::read("hand/complicated_small/hand1_t26_c100.txt"));
}

/// Times a derivative that has been found right, if times are wanted.
fn report(run: &Run, problem: &str, method: &str, objective: impl FnMut(), derivative: impl FnMut()) {
    if !run.timed {
        println!("{problem}, {method}: the derivative is right");
        return;
    }
    let comparison = compare(objective, derivative);
    let plain = comparison.baseline * 1e6;
    println!("{problem:18}{method:20}{plain:>10.2} |{comparison}{:>17}", comparison.range());
}

/// Asserts equality up to rounding in the largest entry.
fn assert_close(problem: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{problem}");
    let largest = expected.iter().fold(0.0, |largest: f64, e| largest.max(e.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 1e-11 * largest, "{problem}: entry {i} is {found}, not {expected}");
    }
}

fn gradient<F: ScalarFunction>(run: &Run, name: &str, problem: impl FnOnce() -> Problem<F>) {
    if !run.wants(name) {
        return;
    }
    let Problem { name: path, function, x0 } = problem();
    let mut g = vec![0.0; x0.len()];
    let mut by_reverse = || dualtape::value_and_gradient_into(|x| function.eval(x), black_box(&x0), black_box(&mut g));
    by_reverse();
    assert_close(name, &g, Expected::of(path).section("gradient"));

    let objective = || {
        black_box(function.eval(black_box(&x0[..])));
    };
    let mut by_reverse = || dualtape::value_and_gradient_into(|x| function.eval(x), black_box(&x0), black_box(&mut g));
    report(run, name, "Reverse<f64>", objective, || {
        black_box(by_reverse());
    });
}

fn jacobian(run: &Run, name: &str, problem: impl FnOnce() -> Problem<Hand>) {
    if !run.wants(name) {
        return;
    }
    let Problem { name: path, function, x0 } = problem();
    let expected = Expected::of(path);
    type Method = fn(&Hand, &[f64]) -> (Vec<f64>, DMatrix<f64>);
    let methods: [(&str, Method); 4] = [
        ("Dual<f64, 8>", |f, x| Chunk::<8>::value_and_jacobian(|x| f.eval(x), x)),
        ("Dual<f64, 14>", |f, x| Chunk::<14>::value_and_jacobian(|x| f.eval(x), x)),
        ("Dual<f64, 28>", |f, x| Chunk::<28>::value_and_jacobian(|x| f.eval(x), x)),
        ("Reverse<f64>", |f, x| dualtape::value_and_jacobian(|x| f.eval(x), x)),
    ];
    for (method, evaluate) in methods {
        let (_, matrix) = evaluate(&function, &x0);
        assert_close(name, matrix.transpose().as_slice(), expected.section("jacobian"));
        let objective = || {
            black_box(VectorFunction::eval(&function, black_box(&x0)));
        };
        report(run, name, method, objective, || {
            black_box(evaluate(&function, black_box(&x0)));
        });
    }
}

fn sparse_jacobian(run: &Run, name: &str, bundle: impl FnOnce() -> Bundle) {
    if !run.wants(name) {
        return;
    }
    let bundle = bundle();
    let expected = Expected::of(bundle.name);
    let mut residuals = vec![0.0; 3 * bundle.observations.len()];
    let mut nonzeros = vec![0.0; 31 * bundle.observations.len()];
    type Block = fn(&Observation, &[f64; INPUTS], &mut [[f64; INPUTS]; 2]);
    let methods: [(&str, Block); 3] = [
        ("Dual<f64, 15>", |observation, x, rows| {
            let seeded: [_; INPUTS] = std::array::from_fn(|k| Dual::<f64, INPUTS>::seeded(x[k], k));
            let residual = observation.residual(&seeded);
            black_box(residual.map(Dual::primal));
            *rows = residual.map(Dual::tangents);
        }),
        ("Reverse<f64>, rows", |observation, x, rows| {
            for (i, row) in rows.iter_mut().enumerate() {
                black_box(dualtape::value_and_gradient_into(|x| observation.residual(x)[i], x, row));
            }
        }),
        ("Reverse<f64>, matrix", |observation, x, rows| {
            let (value, matrix) = dualtape::value_and_jacobian(|x| observation.residual(x), x);
            black_box(value);
            for (row, entries) in rows.iter_mut().zip(matrix.row_iter()) {
                row.iter_mut().zip(&entries).for_each(|(row, &entry)| *row = entry);
            }
        }),
    ];
    for (method, block) in methods {
        bundle.jacobian(&mut nonzeros, block);
        assert_close(name, &nonzeros[..2 * INPUTS], expected.section("jacobian_block"));
        let objective = || bundle.residuals(black_box(&mut residuals));
        report(run, name, method, objective, || bundle.jacobian(black_box(&mut nonzeros), block));
    }
}
