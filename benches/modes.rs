//! Which mode and which nesting is the fastest, by size and shape: Jacobians and Hessians, every contestant in one run.
//!
//! `cargo bench --bench modes`. Ratios are to the function on plain `f64`; see `clock` for how they are made. Without `--bench`
//! results are compared and nothing is timed.

#[path = "clock/mod.rs"]
mod clock;

use clock::{Run, compare};
use dualtape::{Dual, Float, LinearAlgebra, Primitive as _, Reverse, derivatives, forward, reverse, slices};
use std::hint::black_box;

fn main() {
    let run = Run::from_arguments();
    if run.wants("jacobian") {
        jacobians(&run);
    }
    if run.wants("hessian") {
        hessians(&run);
    }
    if run.wants("orders") {
        orders(&run);
    }
    if run.wants("cholesky") {
        cholesky(&run);
    }
    if run.wants("spectra") {
        spectra(&run);
    }
    if run.wants("systems") {
        systems(&run);
    }
    if run.wants("methods") {
        methods(&run);
    }
}

// ------------------------------------------------------------------------------------------------------------ linear algebra

/// `Σ yᵢ²` for the solution of `(M + diag(exp x)) y = 1` with a constant positive definite `M`, by nalgebra's own Cholesky
/// decomposition: other people's code on our numbers.
fn by_decomposition<T: nalgebra::RealField + Copy>(x: &[T]) -> T {
    let matrix = shifted(x, |c| nalgebra::convert(c), |x| x.exp());
    let ones = nalgebra::DVector::from_element(x.len(), T::one());
    matrix.cholesky().expect("positive definite").solve(&ones).norm_squared()
}

/// The same by the rule for whole matrices.
fn by_rule<T: LinearAlgebra>(x: &[T]) -> T {
    let ones = nalgebra::DVector::from_element(x.len(), T::one());
    let solution = T::solve(&shifted(x, T::lit, |x| x.exp()), &ones).expect("regular");
    slices::dot(solution.as_slice(), solution.as_slice())
}

fn shifted<T: nalgebra::Scalar + Copy + std::ops::Add<Output = T>>(
    x: &[T],
    constant: impl Fn(f64) -> T,
    exp: impl Fn(T) -> T,
) -> nalgebra::DMatrix<T> {
    nalgebra::DMatrix::from_fn(x.len(), x.len(), |i, j| {
        let m = constant(1.0 / (1.0 + i.abs_diff(j) as f64));
        if i == j { m + exp(x[i]) } else { m }
    })
}

fn cholesky(run: &Run) {
    println!("\nGradient through a Cholesky solve: ratio to plain f64, median");
    println!("{:>7}{:>11}{:>12}{:>12}{:>14}", "inputs", "f64 us", "Reverse", "Dual<8>", "whole matrix");
    for n in [10, 50] {
        let x = point(n);
        let plain = || {
            black_box(by_decomposition(black_box(&x)));
        };
        let tape = || reverse::gradient(by_decomposition, black_box(&x));
        let duals = || forward::gradient(by_decomposition, black_box(&x));
        let whole = || reverse::gradient(by_rule, black_box(&x));
        for other in [duals(), whole()] {
            let error = tape().iter().zip(&other).fold(0.0, |error: f64, (a, b)| error.max((a - b).abs()));
            assert!(error < 1e-13, "{error}: roundings of a matrix of condition about ten");
        }
        if run.timed {
            let [tape, duals, whole] = [
                compare(plain, || drop(black_box(tape()))),
                compare(plain, || drop(black_box(duals()))),
                compare(plain, || drop(black_box(whole()))),
            ];
            let f64_time = tape.baseline * 1e6;
            println!("{n:>7}{f64_time:>11.2}{:>12.1}{:>12.1}{:>14.1}", tape.median(), duals.median(), whole.median());
        }
    }
}

/// A matrix without special structure, of condition up to some hundreds.
fn wave_matrix(n: usize) -> nalgebra::DMatrix<f64> {
    nalgebra::DMatrix::from_fn(n, n, |i, j| ((3 * i * i + 5 * j + i * j) as f64 + 0.5).sin())
}

/// Values of plain matrices: nalgebra's own decompositions, and those of `LinearAlgebra`.
fn spectra(run: &Run) {
    println!("\nDeterminants and spectra on plain f64: microseconds of nalgebra's own, and the ratio to them, median");
    println!("{:>7}{:>24}{:>24}{:>24}{:>24}", "n", "determinant", "singular values", "with vectors", "eigenvalues");
    for n in [3, 10, 40, 100] {
        let a = wave_matrix(n);
        let symmetric = &a + a.transpose();
        let difference = (a.singular_values() - LinearAlgebra::singular_values(&a)).amax();
        assert!(difference < 1e-14 * n as f64, "{difference}: singular values of {n} x {n}");
        if run.timed {
            let theirs = || {
                black_box(black_box(&a).determinant());
            };
            let ours = || {
                black_box(LinearAlgebra::determinant(black_box(&a)));
            };
            let determinant = compare(theirs, ours);
            let theirs = || drop(black_box(black_box(&a).singular_values()));
            let values = compare(theirs, || drop(black_box(LinearAlgebra::singular_values(black_box(&a)))));
            let theirs = || drop(black_box(black_box(&a).clone().svd(true, true)));
            let vectors = compare(theirs, || drop(black_box(LinearAlgebra::svd(black_box(&a)))));
            let theirs = || drop(black_box(black_box(&symmetric).symmetric_eigenvalues()));
            let eigen =
                compare(theirs, || drop(black_box(LinearAlgebra::symmetric_eigenvalues(black_box(&symmetric)))));
            let row =
                [determinant, values, vectors, eigen].map(|c| format!("{:>16.2}{:>8.2}", c.baseline * 1e6, c.median()));
            println!("{n:>7}{}", row.concat());
        }
    }
}

/// Solutions and inverses of plain matrices: by nalgebra's own decomposition, and by `LinearAlgebra`.
fn systems(run: &Run) {
    println!("\nLinear systems on plain f64: microseconds of nalgebra's own, and the ratio to them, median");
    println!("{:>7}{:>24}{:>24}", "n", "solve", "inverse");
    for n in [3, 10, 40, 100] {
        let a = wave_matrix(n);
        let b = nalgebra::DVector::from_fn(n, |i, _| (1.0 + i as f64).cos());
        let their_solution = || black_box(&a).clone().lu().solve(black_box(&b)).expect("regular");
        let our_solution = || LinearAlgebra::solve(black_box(&a), black_box(&b)).expect("regular");
        let residual = (&a * our_solution() - &b).amax() / our_solution().amax();
        assert!(residual < 1e-14 * n as f64, "{residual}: a residual of {n} x {n} relative to the solution");
        let their_inverse = || black_box(&a).clone().try_inverse().expect("regular");
        let our_inverse = || LinearAlgebra::inverse(black_box(&a)).expect("regular");
        let residual = (&a * our_inverse() - nalgebra::DMatrix::identity(n, n)).amax() / our_inverse().amax();
        assert!(residual < 1e-14 * n as f64, "{residual}: a residual of {n} x {n} relative to the inverse");
        if run.timed {
            let solve = compare(|| drop(black_box(their_solution())), || drop(black_box(our_solution())));
            let inverse = compare(|| drop(black_box(their_inverse())), || drop(black_box(our_inverse())));
            let row = [solve, inverse].map(|c| format!("{:>16.2}{:>8.2}", c.baseline * 1e6, c.median()));
            println!("{n:>7}{}", row.concat());
        }
    }
}

/// A number made of what each method of `LinearAlgebra` returns, of a symmetric positive definite matrix.
macro_rules! methods {
    ($run:ident, $n:expr, $($name:literal: |$a:ident| $body:expr;)*) => {$({
        fn f<T: Float>(x: &[T]) -> T {
            let $a = shifted(x, T::lit, |x| x.exp());
            $body
        }
        let x = point($n);
        let gradient = || reverse::gradient(f, black_box(&x));
        let by_duals = forward::gradient(f, &x);
        let largest = by_duals.iter().fold(0.0, |largest: f64, g| largest.max(g.abs()));
        let error = gradient().iter().zip(&by_duals).fold(0.0, |error: f64, (a, b)| error.max((a - b).abs()));
        assert!(error <= 1e-13 * largest, "{}: {error} of {largest}: roundings of a matrix of condition about ten", $name);
        if $run.timed {
            let plain = || {
                black_box(f(black_box(&x)));
            };
            let tape = compare(plain, || drop(black_box(gradient())));
            let duals = compare(plain, || drop(black_box(forward::gradient(f, black_box(&x)))));
            println!(
                "{:<22}{:>5}{:>11.2}{:>11.1}{:>11.1}", $name, $n, tape.baseline * 1e6, tape.median(), duals.median()
            );
        }
    })*};
}

/// What a gradient through each method costs, by the `n` numbers that are added to the diagonal of a matrix.
fn methods(run: &Run) {
    println!("\nGradients through the methods of LinearAlgebra: ratio to plain f64, median");
    println!("{:<22}{:>5}{:>11}{:>11}{:>11}", "", "n", "f64 us", "tape", "Dual<8>");
    for n in [10, 40] {
        methods! { run, n,
            "solve": |a| {
                let ones = nalgebra::DVector::from_element(a.nrows(), T::one());
                let solution = T::solve(&a, &ones).expect("regular");
                slices::dot(solution.as_slice(), solution.as_slice())
            };
            "inverse": |a| slices::sum(T::inverse(&a).expect("regular").as_slice());
            "determinant": |a| T::determinant(&a);
            "log_determinant": |a| T::log_determinant(&a).expect("a positive determinant");
            "symmetric_eigenvalues": |a| T::symmetric_eigenvalues(&a)[0];
            "singular_values": |a| slices::sum(T::singular_values(&a).as_slice());
        }
    }
}

// ------------------------------------------------------------------------------------------------------------ higher orders

/// `y sin(x y) + x` with `y = exp(x sin x)`.
fn waves<T: Float>(x: T) -> T {
    let y = (x * x.sin()).exp();
    y * (x * y).sin() + x
}

fn hyperbolic_tangent<T: Float>(x: T) -> T {
    x.tanh()
}

/// A function and its derivative of some order by dual numbers in dual numbers.
macro_rules! nested {
    ($f:ident, $x:expr,) => { $f($x) };
    ($f:ident, $x:expr, $level:tt $($more:tt)*) => { nested!($f, Dual::variable($x), $($more)*).tangent() };
}

/// All derivatives up to an order by a power series, and the last of them by nested dual numbers as far as is sensible.
fn orders(run: &Run) {
    println!("\nDerivatives to an order: nanoseconds of plain f64, of Taylor and of nested duals, median");
    println!("{:<22}{:>7}{:>9}{:>12}{:>12}", "function", "order", "f64", "Taylor", "nested");
    macro_rules! rows {
        ($f:ident: $($order:literal $(nested [$($level:tt)+])?;)*) => {$({
            let x = 0.7;
            let plain = || {
                black_box($f(black_box(x)));
            };
            let by_series = || derivatives::<{ $order + 1 }, f64>($f, black_box(x));
            let mut row = format!("{:<22}{:>7}", stringify!($f), $order);
            $(
                let by_nesting = || nested!($f, black_box(x), $($level)+);
                let (found, expected) = (by_series()[$order], by_nesting());
                assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found}, nested {expected}: a few roundings for each order");
            )?
            if run.timed {
                let series = compare(plain, || {
                    black_box(by_series());
                });
                row += &format!("{:>9.1}{:>12.1}", series.baseline * 1e9, series.median() * series.baseline * 1e9);
                $(
                    let _ = [$(stringify!($level)),+];
                    let nested = compare(plain, || {
                        black_box(by_nesting());
                    });
                    row += &format!("{:>12.1}", nested.median() * nested.baseline * 1e9);
                )?
                println!("{row}");
            }
        })*};
    }
    rows!(waves: 1 nested [.]; 2 nested [. .]; 3 nested [. . .]; 4 nested [. . . .]; 6 nested [. . . . . .]; 8 nested [. . . . . . . .]; 20;);
    rows!(hyperbolic_tangent: 4 nested [. . . .]; 8 nested [. . . . . . . .]; 20;);
}

// ---------------------------------------------------------------------------------------------------------------- Jacobians

/// `m` outputs, each a smooth function of three of the `n` inputs.
fn field<T: Float>(x: &[T], m: usize) -> Vec<T> {
    let n = x.len();
    (0..m).map(|i| (x[i % n] * x[(i + 1) % n]).sin() - x[(2 * i + 1) % n] * x[i % n]).collect()
}

fn jacobians(run: &Run) {
    println!("Jacobians: ratio to plain f64, median [low, high]");
    println!("{:>7}{:>8}{:>11}{:>9} {:<18}{:>9}", "inputs", "outputs", "f64 us", "forward", "", "reverse");
    for (n, m) in [(2, 2), (3, 3), (10, 10), (100, 100), (1000, 10), (10, 1000), (100, 1), (1, 100)] {
        let x = point(n);
        let plain = || {
            black_box(field(black_box(&x), m));
        };
        let by_forward = || forward::jacobian(|x| field(x, m), black_box(&x));
        let by_reverse = || reverse::jacobian(|x| field(x, m), black_box(&x));
        assert!((by_forward() - by_reverse()).abs().max() < 1e-14, "the modes agree to the rounding of entries near 1");
        if run.timed {
            let forward = compare(plain, || drop(black_box(by_forward())));
            let reverse = compare(plain, || drop(black_box(by_reverse())));
            println!(
                "{n:>7}{m:>8}{:>11.3}{:>9.1} {:<18}{:>9.1} {}",
                forward.baseline * 1e6,
                forward.median(),
                forward.range(),
                reverse.median(),
                reverse.range()
            );
        }
    }
}

// ----------------------------------------------------------------------------------------------------------------- Hessians

/// Rosenbrock's chain, cheap, and a dense function dominated by library calls.
fn chain<T: Float>(x: &[T]) -> T {
    x.windows(2).fold(T::zero(), |s, w| {
        let (a, b) = (w[1] - w[0] * w[0], T::one() - w[0]);
        s + a * a * T::Base::nearest(100.0) + b * b
    })
}

fn wave<T: Float>(x: &[T]) -> T {
    let phase: T = x.iter().copied().sum();
    x.iter().map(|&x| (x * T::Base::nearest(0.1)).exp() * x.sin()).sum::<T>() * phase.cos()
}

fn hessians(run: &Run) {
    println!("\nHessians: time in microseconds, best");
    println!(
        "{:>7}{:>7}{:>10}{:>12}{:>12}{:>12}{:>12}{:>14}{:>14}",
        "", "inputs", "gradient", "Dual<Dual>", "R<Dual<2>>", "R<Dual<4>>", "R<Dual<8>>", "R<Dual<16>>", "Dual<R, 8>"
    );
    macro_rules! rows {
        ($name:literal, $f:ident) => {
            for n in [2, 3, 4, 6, 8, 10, 20, 50, 100, 1000] {
                let x = point(n);
                let widest = reverse::hessian(|x| $f(x), &x);
                let gradient = || drop(black_box(reverse::gradient(|x| $f(x), black_box(&x))));
                let us = |result: nalgebra::DMatrix<f64>, contestant: &dyn Fn() -> nalgebra::DMatrix<f64>| {
                    let scale = widest.abs().max();
                    assert!((&widest - result).abs().max() < 1e-13 * scale, "the nestings agree");
                    match run.timed {
                        true => format!("{:.2}", compare(gradient, || drop(black_box(contestant()))).best * 1e6),
                        false => "right".into(),
                    }
                };
                macro_rules! cell {
                    ($contestant:expr) => {
                        us($contestant(), &$contestant)
                    };
                }
                let forward = if n <= 50 { cell!(|| forward::hessian(|x| $f(x), black_box(&x))) } else { "-".into() };
                println!(
                    "{:>7}{n:>7}{:>10}{forward:>12}{:>12}{:>12}{:>12}{:>14}{:>14}",
                    $name,
                    if run.timed { format!("{:.2}", compare(gradient, gradient).best * 1e6) } else { String::new() },
                    cell!(|| reverse::Chunk::<2>::value_gradient_and_hessian(|x| $f(x), black_box(&x)).2),
                    cell!(|| reverse::Chunk::<4>::value_gradient_and_hessian(|x| $f(x), black_box(&x)).2),
                    cell!(|| reverse::Chunk::<8>::value_gradient_and_hessian(|x| $f(x), black_box(&x)).2),
                    cell!(|| reverse::Chunk::<16>::value_gradient_and_hessian(|x| $f(x), black_box(&x)).2),
                    cell!(|| reverse_inside::<8>(|x| $f(x), black_box(&x))),
                );
            }
        };
    }
    rows!("chain", chain);
    rows!("wave", wave);
}

/// Reverse over forward: `N` tangents are recorded at once and swept together.
fn reverse_inside<const N: usize>(
    f: impl Fn(&[Dual<Reverse<f64>, N>]) -> Dual<Reverse<f64>, N>,
    x: &[f64],
) -> nalgebra::DMatrix<f64> {
    let n = x.len();
    let mut hessian = nalgebra::DMatrix::zeros(n, n);
    for first in (0..n).step_by(N) {
        let rows = reverse::jacobian(
            |x| {
                let seeded = |(j, &x): (usize, &Reverse<f64>)| {
                    if (first..first + N).contains(&j) { Dual::seeded(x, j - first) } else { Dual::constant(x) }
                };
                f(&x.iter().enumerate().map(seeded).collect::<Vec<_>>()).tangents()
            },
            x,
        );
        for i in first..n.min(first + N) {
            hessian.row_mut(i).copy_from(&rows.row(i - first));
        }
    }
    hessian
}

/// A fixed point without special structure.
fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| 1.2 * (1.7 * i as f64 + 0.4).sin()).collect()
}
