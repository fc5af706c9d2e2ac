//! Systems of equations and roots in one variable: published problems, and every way a search can end.

#![cfg(all(feature = "std", feature = "nalgebra"))]

#[path = "common/mgh.rs"]
#[allow(dead_code, reason = "minima are for other tests")]
mod mgh;

use dualtape::optimize::{self, Equations, Status};
use dualtape::{Dual, Float, Special, VectorFunction, vector_function};
use std::ops::ControlFlow;

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found:e}, expected {expected:e}");
}

// ---------------------------------------------------------------- systems

/// All of Moré, Garbow & Hillstrom with as many equations as unknowns, but four: the starts of problems 2 and 26 lead to minima of the
/// length that are no roots, and number 35 has no root with 8 or 10 unknowns.
#[test]
fn square_systems_of_mgh() {
    let unsolved = [(2, 2), (26, 10), (35, 8), (35, 10)];
    let all = mgh::all();
    let square: Vec<_> = all.iter().filter(|p| p.m == p.start.len()).collect();
    // Problems 1, 2, 3, 7, 13, 21, 22, 26 to 31, and three sizes of number 35.
    assert_eq!(square.len(), 16);
    for problem in square {
        let n = problem.start.len();
        let solution = optimize::solve(problem, &problem.start);
        let case = format!("{} {}, n = {n}\n{solution}", problem.number, problem.name);
        assert_eq!(solution.converged(), !unsolved.contains(&(problem.number, n)), "{case}");
        assert!(!solution.converged() || solution.norm < 1e-10, "{case}");
    }
}

#[test]
fn newton_steps_converge_quadratically() {
    fn circle_and_curve<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] * x[0] + x[1] * x[1] - T::lit(4.0), x[0].exp() + x[1] - T::one()]
    }
    vector_function!(Curves = circle_and_curve);
    let solution = Equations::new().trace(true).solve(&Curves, &[1.0, -1.7]);
    // The root of a textbook (Burden & Faires, Numerical Analysis), to its digits.
    assert!(solution.converged());
    assert_close(solution.x[0], 1.004169, 5e-7);
    assert_close(solution.x[1], -1.729637, 5e-7);
    // The error is 3e-2 at the start, and each step about squares it: four have all digits, and one more confirms them.
    assert!(solution.norm < 1e-15 && solution.iterations <= 5, "{solution}");
    assert!(solution.trace.windows(2).all(|pair| pair[1].value < pair[0].value));
    assert_eq!(solution.trace[0].x, [1.0, -1.7]);
    // The first step solves J s = -f with J = [[2, -3.4], [e, 1]].
    let s = nalgebra::dmatrix![2.0, -3.4; 1f64.exp(), 1.0].lu();
    let step = s.solve(&nalgebra::dvector![0.11, 2.7 - 1f64.exp()]).unwrap();
    assert_close(solution.trace[1].x[0], 1.0 + step[0], 1e-14);
    assert_close(solution.trace[1].x[1], -1.7 + step[1], 1e-14);
}

/// Equations of a stiff kind: J has the condition 1e16, but the root all of its digits.
#[test]
fn units_of_unknowns_and_equations() {
    struct Units([f64; 2], [f64; 2]);
    impl VectorFunction for Units {
        fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
            let (a, b) = (T::lit(self.0[0]) * x[0], T::lit(self.0[1]) * x[1]);
            vec![T::lit(self.1[0]) * (a * a + b - T::lit(3.0)), T::lit(self.1[1]) * (a.exp() - b + T::one())]
        }
    }
    let plain = optimize::solve(&Units([1.0; 2], [1.0; 2]), &[1.0, 2.0]);
    assert!(plain.converged());
    for units in [[1.0, 1e-8], [1e8, 1.0], [1e-6, 1e9]] {
        let x0 = [1.0 / units[0], 2.0 / units[1]];
        let solution = optimize::solve(&Units(units, [1.0, 1.0]), &x0);
        assert!(solution.converged(), "{solution}");
        assert_close(solution.x[0] * units[0] / plain.x[0], 1.0, 1e-14);
        let solution = optimize::solve(&Units([1.0; 2], units), &[1.0, 2.0]);
        assert!(solution.converged(), "{solution}");
        assert_close(solution.x[0] / plain.x[0], 1.0, 1e-14);
    }
}

#[test]
fn roots_that_are_not_simple() {
    /// A double root at 1, and a root where the Jacobian has rank 1.
    fn double<T: Float>(x: &[T]) -> Vec<T> {
        vec![(x[0] - T::one()).powi(2)]
    }
    fn touching<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] + x[1] - T::lit(2.0), x[0] * x[1] - T::one()]
    }
    vector_function!(Double = double);
    vector_function!(Touching = touching);
    let solution = optimize::solve(&Double, &[3.0]);
    assert!(solution.converged(), "{solution}");
    assert_close(solution.x[0], 1.0, 1e-7);
    let solution = optimize::solve(&Touching, &[3.0, 0.5]);
    assert!(solution.converged(), "{solution}");
    assert_close(solution.x[0], 1.0, 1e-7);
    // A line of roots: the nearest, in units of the columns.
    fn line<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] + x[1] - T::lit(2.0), T::lit(2.0) * (x[0] + x[1]) - T::lit(4.0)]
    }
    vector_function!(LineOfRoots = line);
    let solution = optimize::solve(&LineOfRoots, &[3.0, 1.0]);
    assert!(solution.converged(), "{solution}");
    assert_close(solution.x[0], 2.0, 1e-14);
    assert_close(solution.x[1], 0.0, 1e-14);
}

/// Where a slope is infinite, Newton's step is 0 whatever the value is, which is no sign of a root.
#[test]
fn an_infinite_slope_is_not_a_root() {
    let falling = optimize::root(|x| 1.0 - x.sqrt() * 3.0, 0.0, 1.0);
    assert!(falling.status == Status::Converged && (falling.x - 1.0 / 9.0).abs() < 1e-15, "{falling}");
    let mirrored = optimize::root(|x| (1.0 - x).sqrt() * 3.0 - 1.0, 0.0, 1.0);
    assert!(mirrored.status == Status::Converged && (mirrored.x - 8.0 / 9.0).abs() < 1e-15, "{mirrored}");
    // Halving meets the infinite slope at 0 with the value -1.
    let inside = optimize::root(|x| x.cbrt() * 2.0 - 1.0, -1.0, 1.0);
    assert!(inside.status == Status::Converged && (inside.x - 0.125).abs() < 1e-15, "{inside}");
}

#[test]
fn what_is_no_root_is_not_called_one() {
    fn above<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] * x[0] + T::one()]
    }
    fn parallel<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] + x[1] - T::one(), x[0] + x[1] - T::lit(3.0), x[2]]
    }
    fn unused<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] - T::one(), x[0] * x[0] - T::lit(4.0)]
    }
    vector_function!(Above = above);
    vector_function!(Parallel = parallel);
    vector_function!(Unused = unused);
    for x0 in [3.0, 1.0, 1e-3, 0.0] {
        let solution = optimize::solve(&Above, &[x0]);
        let ended = [Status::NoProgress, Status::Singular].contains(&solution.status);
        assert!(ended && solution.x[0].abs() < 1e-6, "from {x0}: {solution}");
    }
    let solution = optimize::solve(&Parallel, &[0.0, 0.0, 1.0]);
    assert_eq!(solution.status, Status::Singular, "{solution}");
    assert_eq!(
        solution.fault.unwrap().to_string(),
        "the Jacobian is singular: the residuals do not tell what x[0], x[1] do, one for another; hold some of them, or add \
         equations or data"
    );
    let solution = optimize::solve(&Unused, &[0.0, 0.0]);
    assert!(!solution.converged(), "{solution}");
    assert_eq!(
        solution.fault.unwrap().to_string(),
        "the Jacobian is singular: the residuals do not tell what x[1] does; hold it, or add equations or data"
    );
    assert!(optimize::solve(&Regular, &[0.0; 3]).converged());
}

fn regular<T: Float>(x: &[T]) -> Vec<T> {
    vec![x[0] + x[1] - T::one(), x[0] - x[1] - T::lit(3.0), x[2].exp() - T::lit(2.0)]
}
vector_function!(Regular = regular);

#[test]
fn starts_that_are_not_finite_and_domains() {
    fn logs<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0].ln() + T::one(), x[1].sqrt() - x[0]]
    }
    vector_function!(Logs = logs);
    for (x0, text) in [
        ([1.0, f64::INFINITY], "expected finite numbers as the start, found x[1] = inf"),
        ([-1.0, 1.0], "expected finite residuals, found NaN as residual 0; start inside the domain"),
        ([1.0, 0.0], "expected finite derivatives, found inf for residual 1 by x[1]; start inside the domain"),
    ] {
        let solution = optimize::solve(&Logs, &x0);
        assert_eq!(solution.status, Status::NonFinite);
        assert_eq!(solution.fault.as_ref().unwrap().to_string(), text);
        assert!(solution.to_string().contains(text));
        assert_eq!(solution.evaluations.to_string(), "1 of the value, 1 Jacobian");
        assert!(optimize::solve(&Logs, &[1.0, 1.0]).converged());
    }
    // Newton's first step from 20 leads to -59.9.
    let solution = optimize::solve(&Logs, &[20.0, 1.0]);
    assert!(solution.converged(), "{solution}");
    assert_close(solution.x[0], (-1f64).exp(), 1e-15);
    assert_close(solution.x[1], (-2f64).exp(), 1e-15);
    assert_eq!(optimize::solve(&Empty, &[]).status, Status::Converged);
}

fn empty<T: Float>(_: &[T]) -> Vec<T> {
    Vec::new()
}
vector_function!(Empty = empty);

#[test]
#[should_panic(
    expected = "dualtape: optimize::solve: expected as many equations as unknowns, 2, found 3; for more equations than \
                           unknowns, or fewer, call least_squares"
)]
fn systems_that_are_not_square() {
    fn three<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0], x[1], x[0] + x[1]]
    }
    vector_function!(Three = three);
    let _ = optimize::solve(&Three, &[0.0, 0.0]);
}

#[test]
fn progress_is_told_and_can_stop() {
    let problem = mgh::all().into_iter().find(|p| p.number == 30).unwrap();
    let mut count = 0;
    let solution = Equations::new().solve_with(&problem, &problem.start, |progress| {
        count += 1;
        assert_eq!(progress.iteration, count);
        ControlFlow::Continue(())
    });
    assert_eq!((solution.converged(), solution.iterations), (true, count));
    let stopped = Equations::new().solve_with(&problem, &problem.start, |_| ControlFlow::Break(()));
    assert_eq!((stopped.status, stopped.iterations), (Status::Stopped, 1));
    let limited = Equations::new().max_iterations(1).solve(&problem, &problem.start);
    assert_eq!((limited.status, limited.x), (Status::MaxIterations, stopped.x));
}

// ---------------------------------------------------------------- one variable

/// Each step between the ends is told once, with the nearer end of the bracket, and the search stops where it is told to.
#[test]
fn progress_to_a_root_is_told_and_can_stop() {
    let square = |x: Dual<f64>| x * x - 2.0;
    let mut told = Vec::new();
    let root = optimize::root_with(square, 0.0, 4.0, |progress| {
        let &[x] = progress.x else { panic!("one variable") };
        told.push((progress.iteration, x, progress.value));
        assert_eq!((progress.value, progress.gradient_norm), (x * x - 2.0, 2.0 * x));
        ControlFlow::Continue(())
    });
    assert_eq!(root, optimize::root(square, 0.0, 4.0));
    assert!(told.iter().map(|told| told.0).eq(1..=told.len()), "{told:?}");
    // The last step ends the search, and is not told.
    assert!((2..=3).contains(&(root.evaluations - told.len())), "{told:?} {root}");
    assert!(told.windows(2).all(|pair| pair[1].2.abs() <= pair[0].2.abs()), "{told:?}");

    let stopped = optimize::root_with(square, 0.0, 4.0, |progress| match progress.iteration {
        3 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!((stopped.status, stopped.evaluations, stopped.x), (Status::Stopped, 5, told[2].1));
    assert!(
        stopped.bracket[0] < 2f64.sqrt() && 2f64.sqrt() < stopped.bracket[1] && stopped.bracket.contains(&stopped.x)
    );
    assert!(optimize::root(square, 0.0, 4.0).converged());
}

/// E - e sin E = M for all anomalies, near-parabolic orbits included: 1 - E/M has the digits of E.
#[test]
fn keplers_equation() {
    for eccentricity in [0.0, 0.1, 0.4, 0.9, 0.99, 0.999999, 1.0] {
        for i in 1..200 {
            let mean = f64::from(i) * std::f64::consts::TAU / 200.0;
            let kepler = |e: Dual<f64>| e - eccentricity * e.sin() - mean;
            let root = optimize::root(kepler, mean - eccentricity - 1e-3, mean + eccentricity + 1e-3);
            // Sixteen at most, in orbits that are nearly parabolic; to halve the bracket would take fifty.
            assert!(root.converged() && root.evaluations <= 20, "e {eccentricity}, M {mean}: {root}");
            // The change of the value by a rounding of E, M and the terms, in units of the slope.
            assert!(root.value.abs() <= 4.0 * f64::EPSILON * 7.0, "e {eccentricity}, M {mean}: {root}");
        }
    }
    // Vallado, Fundamentals of Astrodynamics and Applications, example 2-1, to more digits.
    let mean = 235.4f64.to_radians();
    let root = optimize::root(|e| e - 0.4 * e.sin() - mean, 0.0, 7.0);
    assert_close(root.x.to_degrees(), 220.512074767522, 1e-11);
}

/// The volatility that a price of Black and Scholes implies, from prices at known volatilities. Hull's example (S = 42, K = 40,
/// r = 0.1, T = 1/2) has the price 4.759422392871532 at 0.2.
#[test]
fn implied_volatility() {
    fn call<T: Float<Base = f64> + Special>(volatility: T, strike: f64) -> T {
        let (spot, rate, time) = (42.0f64, 0.1f64, 0.5f64);
        let deviation = volatility * time.sqrt();
        let d1 = (deviation * deviation * 0.5 + ((spot / strike).ln() + rate * time)) / deviation;
        d1.norm_cdf() * spot - (d1 - deviation).norm_cdf() * (strike * (-rate * time).exp())
    }
    assert_close(call(0.2, 40.0), 4.759_422_392_871_532, 1e-14);
    for strike in [30.0, 40.0, 42.0, 55.0] {
        for volatility in [0.1, 0.2, 0.35, 0.8, 2.0] {
            let price = call(volatility, strike);
            let root = optimize::root(|v| call(v, strike) - price, 1e-3, 10.0);
            // Nineteen at most, where the price is flat; to halve the bracket would take fifty.
            assert!(root.converged() && root.evaluations <= 30, "{strike} {volatility}: {root}");
            // A rounding of the price, through the slope.
            let tolerance = 8.0 * f64::EPSILON * (42.0 / root.derivative + volatility);
            assert_close(root.x, volatility, tolerance);
        }
    }
}

#[test]
fn roots_of_every_kind() {
    type Case = (&'static str, fn(Dual<f64>) -> Dual<f64>, f64, f64, f64);
    let cases: [Case; 12] = [
        ("at an end", |x| x, 0.0, 1.0, 0.0),
        ("at the other end", |x| x - 1.0, 0.0, 1.0, 1.0),
        ("ends in the other order", |x| x * x - 2.0, 2.0, 0.0, std::f64::consts::SQRT_2),
        ("near zero in a long interval", |x| x * 1e9 - 1e-191, -1e300, 1e300, 1e-200),
        ("triple", |x| (x - 1.0).powi(3), -3.0, 4.5, 1.0),
        ("of order 9", |x| (x - 0.1).powi(9), -1.0, 1.0, 0.1),
        ("infinite slope", |x| x.cbrt(), -1.0, 3.0, 0.0),
        ("infinite value at an end", |x| x.ln(), 0.0, 5.0, 1.0),
        ("Newton diverges", |x| x.atan(), -10.0, 1e6, 0.0),
        ("flat but for a wall", |x| x.powi(20) - 1e-20, 0.0, 1e5, 0.1),
        ("steep exponential", |x| x.exp() - 1e-300, -1e4, 700.0, -690.7755278982137),
        ("no derivative", |x| if x.primal() < 0.3 { x - 0.3 } else { 3.0 * (x - 0.3) }, -1.0, 1.0, 0.3),
    ];
    for (name, f, a, b, expected) in cases {
        let root = optimize::root(f, a, b);
        assert!(root.converged(), "{name}: {root}");
        // A root of higher order is flat: Newton's steps only shorten the distance by a factor, and it took 80 of them. The others took
        // 34 at most; to halve the bracket would take fifty, or a thousand near zero.
        let (tolerance, most) = if ["of order 9", "triple"].contains(&name) { (1e-15, 100) } else { (0.0, 40) };
        assert_close(root.x, expected, 2.0 * f64::EPSILON * expected.abs() + tolerance);
        assert!(root.evaluations <= most, "{name}: {root}");
        assert!(root.bracket[0] <= root.x && root.x <= root.bracket[1], "{name}: {root}");
    }
}

#[test]
fn where_the_sign_changes_without_a_root() {
    for (name, f) in [
        ("a jump", (|x: Dual<f64>| if x.primal() < 0.7 { x - 5.0 } else { x + 5.0 }) as fn(Dual<f64>) -> Dual<f64>),
        ("a pole", |x| (x - 0.7).recip()),
    ] {
        let root = optimize::root(f, 0.0, 2.0);
        assert_eq!(root.status, Status::NoProgress, "{name}: {root}");
        assert_close(root.x, 0.7, 1e-15);
    }
    let jump = optimize::root(|x| x * 0.0 + 1.0, 0.0, 2.0);
    assert_eq!(jump.status, Status::NotBracketed);
    assert_eq!(
        jump.fault.unwrap().to_string(),
        "expected values of different signs at the ends, found f(0.0) = 1.0 and f(2.0) = 1.0"
    );
    let nan = optimize::root(|x| x.sqrt(), -1.0, 4.0);
    assert_eq!((nan.status, nan.x), (Status::NonFinite, -1.0));
    assert_eq!(
        nan.fault.unwrap().to_string(),
        "expected values of different signs at the ends, found f(-1.0) = NaN and f(4.0) = 2.0"
    );
    let end = optimize::root(|x| x, f64::NEG_INFINITY, 2.0);
    assert_eq!((end.status, end.x), (Status::NonFinite, f64::NEG_INFINITY));
    assert_eq!(end.fault.unwrap().to_string(), "expected finite ends, found f(-inf) = -inf and f(2.0) = 2.0");
    // NaN between the ends.
    let hole = optimize::root(|x| (x * x - 1.0).sqrt() * x, -2.0, 2.0);
    assert!(hole.status == Status::NonFinite && hole.x.abs() < 1.0 && hole.value.is_nan(), "{hole}");
    assert!(optimize::root(|x| x, -1.0, 2.0).converged());
}
