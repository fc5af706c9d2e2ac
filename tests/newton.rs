//! Newton's method: known iterates, known minima, and every way it can end.

#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::optimize::{self, Newton, Report, Status, TrustRegion};
use dualtape::{Float, ScalarFunction, scalar_function};

fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::lit(1.0) - x[0]).powi(2)).sum()
}
fn double_well<T: Float>(x: &[T]) -> T {
    x[0].powi(4) - T::lit(2.0) * x[0] * x[0]
}
scalar_function!(Rosenbrock = rosenbrock);
scalar_function!(DoubleWell = double_well);

fn traced(method: Newton, f: &impl ScalarFunction, x0: &[f64]) -> Report {
    method.trace(true).minimize(f, x0)
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found:e}, expected {expected:e}");
}

#[track_caller]
fn assert_minimum(report: &Report, x: &[f64], tolerance: f64) {
    assert_eq!(report.status, Status::Converged, "{report:?}");
    for (&found, &expected) in report.x.iter().zip(x) {
        assert_close(found, expected, tolerance);
    }
}

// ---------------------------------------------------------------- the plain iteration

#[test]
fn pure_iterates_on_rosenbrock() {
    let expected = [
        (-1.2, 1.0, 24.2),
        (-1.1752808988764043, 1.3806741573033703, 4.731884325266608),
        (0.7631148711764728, -3.175033854748202, 1411.8451793099266),
        (0.7634296788840771, 0.5828247754971527, 0.05596551683387304),
        (0.9999953110850169, 0.9440273238533894, 0.3131890761158417),
        (0.9999956956536927, 0.9999913913257651, 1.8527e-11),
        (1.0, 0.99999999998, 3.4326e-20),
        (1.0, 1.0, 0.0),
    ];
    // The first step solves H p = -g with these numbers.
    let start = Newton::pure().max_iterations(0).minimize(&Rosenbrock, &[-1.2, 1.0]);
    for (found, expected) in start.hessian.iter().zip([1330.0, 480.0, 480.0, 200.0]) {
        assert_close(*found, expected, 1e-12);
    }
    assert_close(start.gradient[0], -215.6, 1e-12);
    assert_close(start.gradient[1], -88.0, 1e-12);

    let report = traced(Newton::pure(), &Rosenbrock, &[-1.2, 1.0]);
    assert_eq!(report.status, Status::Converged);
    assert_eq!(report.iterations, 7);
    for (found, (x, y, value)) in report.trace.iter().zip(expected) {
        // The rounding error of a step is multiplied by the condition number of the Hessian, 2500 at the minimum.
        assert_close(found.x[0], x, 1e-11);
        assert_close(found.x[1], y, 1e-11);
        assert_close(found.value, value, 1e-9 * value + 1e-14);
    }
    assert_eq!((report.x, report.value), (vec![1.0, 1.0], 0.0));
}

#[test]
fn pure_iterates_on_the_double_well() {
    let report = traced(Newton::pure(), &DoubleWell, &[2.0]);
    let expected = [
        2.0,
        1.4545454545454546,
        1.1510467893775467,
        1.0253259289766978,
        1.0009084519430513,
        1.0000012353089454,
        1.000000000002289,
        1.0,
    ];
    assert_eq!((report.status, report.trace.len()), (Status::Converged, expected.len()));
    for (found, x) in report.trace.iter().zip(expected) {
        assert_close(found.x[0], x, 4.0 * f64::EPSILON);
    }
}

#[test]
fn pure_iteration_says_when_it_found_a_maximum() {
    let report = traced(Newton::pure(), &DoubleWell, &[0.1]);
    assert_eq!((report.status, report.x[0], report.value), (Status::Indefinite, 0.0, 0.0));
    assert!(report.decrement.is_nan());
    let steps: Vec<f64> = report.trace.iter().map(|point| point.x[0]).collect();
    assert_close(steps[1], -0.0020618556701030993, 0.1 * f64::EPSILON);
    assert_close(steps[2] / 1.75e-8, 1.0, 0.01);
    assert_close(steps[3], 0.0, 1e-22);
}

#[test]
fn pure_iterates_on_the_cosine() {
    fn f<T: Float>(x: &[T]) -> T {
        x[0].cos()
    }
    scalar_function!(Cosine = f);
    // s = -tan(x): to the maximum at 0. The trust region goes to a minimum.
    let report = traced(Newton::pure(), &Cosine, &[1.0]);
    let expected = [1.0, -0.5574077246549021, 0.06593645192484066, -0.00009572191932508134, 2.9e-13, 0.0];
    assert_eq!((report.status, report.trace.len()), (Status::Indefinite, expected.len()));
    for (found, x) in report.trace.iter().zip(expected) {
        assert_close(found.x[0], x, 1e-14);
    }
    let report = optimize::newton(&Cosine, &[1.0]);
    assert_eq!((report.status, report.value), (Status::Converged, -1.0));
}

#[test]
fn pure_iteration_at_a_singular_hessian() {
    fn f<T: Float>(x: &[T]) -> T {
        (x[0] + x[1]).powi(2)
    }
    scalar_function!(Valley = f);
    let report = Newton::pure().minimize(&Valley, &[1.0, 2.0]);
    assert_eq!((report.status, report.iterations, report.value), (Status::Singular, 0, 9.0));
    // In the trust region the shortest step is taken.
    assert_minimum(&optimize::newton(&Valley, &[1.0, 2.0]), &[-0.5, 0.5], 1e-14);
}

#[test]
fn pure_iteration_that_leaves_the_domain() {
    fn f<T: Float>(x: &[T]) -> T {
        x[0] - x[0].ln()
    }
    scalar_function!(Log = f);
    // s = -(1 - 1/x) x² = -6 at 3.
    let report = Newton::pure().minimize(&Log, &[3.0]);
    assert_eq!((report.status, report.x[0]), (Status::NonFinite, 3.0));
    assert_minimum(&optimize::newton(&Log, &[3.0]), &[1.0], 1e-15);
    assert_minimum(&optimize::newton(&Log, &[1e6]), &[1.0], 1e-15);
    assert_minimum(&optimize::newton(&Log, &[1e-6]), &[1.0], 1e-15);
}

// ---------------------------------------------------------------- minima

#[test]
fn rosenbrock_from_near_and_far() {
    for start in [[-1.2, 1.0], [0.0, 0.0], [-3.0, -4.0], [10.0, -10.0]] {
        let report = optimize::newton(&Rosenbrock, &start);
        assert_minimum(&report, &[1.0, 1.0], 1e-14);
        assert!(report.iterations < 100, "{start:?}: {}", report.iterations);
    }
    assert_eq!(optimize::newton(&Rosenbrock, &[1.0, 1.0]).iterations, 0);
}

#[test]
fn rosenbrock_in_twenty_variables() {
    // (From some starts it ends in another minimum, near (-1, 1, 1, ..).)
    assert_minimum(&optimize::newton(&Rosenbrock, &[0.0; 20]), &[1.0; 20], 1e-14);
}

#[test]
fn values_never_rise_in_a_trust_region() {
    let report = traced(Newton::default(), &Rosenbrock, &[-1.2, 1.0]);
    assert!(report.trace.windows(2).all(|pair| pair[1].value <= pair[0].value));
    assert_eq!(report.trace[0].x, [-1.2, 1.0]);
    assert_eq!(report.trace.last().unwrap().x, report.x);
    assert_eq!(report.trace.last().unwrap().gradient_norm, report.gradient_norm);
    assert!(report.trace.len() <= report.iterations + 1);
    assert_eq!(report.evaluations.value, report.iterations);
    assert!(optimize::newton(&Rosenbrock, &[-1.2, 1.0]).trace.is_empty());
}

/// In other units of the variables and of the value the iteration is the same, to the last bit if they differ by powers
/// of two.
#[test]
fn iterates_do_not_depend_on_units() {
    struct Units([f64; 2], f64);
    impl ScalarFunction for Units {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            T::lit(self.1) * rosenbrock(&[T::lit(self.0[0]) * x[0], T::lit(self.0[1]) * x[1]])
        }
    }
    let plain = traced(Newton::default(), &Rosenbrock, &[-1.2, 1.0]);
    for (a, b, c) in [(20, -30, 0), (-3, 50, 0), (0, 0, 100), (7, -7, -200)] {
        let [a, b, c] = [a, b, c].map(|e| 2f64.powi(e));
        let report = traced(Newton::default(), &Units([a, b], c), &[-1.2 / a, 1.0 / b]);
        assert_eq!((report.status, report.trace.len()), (plain.status, plain.trace.len()));
        for (found, expected) in report.trace.iter().zip(&plain.trace) {
            assert_eq!([found.x[0] * a, found.x[1] * b], [expected.x[0], expected.x[1]]);
            assert_eq!(found.value / c, expected.value);
        }
    }
}

#[test]
fn singular_hessian_at_the_minimum() {
    fn fourth_powers<T: Float>(x: &[T]) -> T {
        x.iter().map(|x| x.powi(4)).sum()
    }
    /// Powell's singular function: the Hessian at the minimum has rank 2.
    fn powell<T: Float>(x: &[T]) -> T {
        (x[0] + T::lit(10.0) * x[1]).powi(2)
            + T::lit(5.0) * (x[2] - x[3]).powi(2)
            + (x[1] - T::lit(2.0) * x[2]).powi(4)
            + T::lit(10.0) * (x[0] - x[3]).powi(4)
    }
    scalar_function!(FourthPowers = fourth_powers);
    scalar_function!(Powell = powell);
    // Each step takes a third of the way: 1.5e-8 of the start after 44.
    let report = optimize::newton(&FourthPowers, &[1.0, -2.0, 3.0]);
    assert_minimum(&report, &[0.0; 3], 1e-7);
    assert!(report.iterations < 60, "{}", report.iterations);
    assert_minimum(&optimize::newton(&Powell, &[3.0, -1.0, 0.0, 1.0]), &[0.0; 4], 1e-6);
    // At the minimum itself nothing is left to do.
    let report = optimize::newton(&FourthPowers, &[0.0, 0.0]);
    assert_eq!((report.status, report.iterations), (Status::Converged, 0));
}

#[test]
fn indefinite_hessian_at_the_start() {
    // H = -3.88 at 0.1, +8 at the minima.
    assert_minimum(&optimize::newton(&DoubleWell, &[0.1]), &[1.0], 1e-15);
    assert_minimum(&optimize::newton(&DoubleWell, &[-1e-9]), &[-1.0], 1e-15);
}

#[test]
fn saddle_points_are_left() {
    /// Gradient 0 and Hessian diag(2, -2) at the origin; minima -1/4 at (0, ±√½).
    fn diagonal<T: Float>(x: &[T]) -> T {
        x[0] * x[0] - x[1] * x[1] + x[1].powi(4)
    }
    /// Gradient 0 and Hessian [[0, 1], [1, 0]] at the origin; minima -1/8 at ±(½, -½).
    fn product<T: Float>(x: &[T]) -> T {
        x[0] * x[1] + x[0].powi(4) + x[1].powi(4)
    }
    scalar_function!(Diagonal = diagonal);
    scalar_function!(Product = product);
    let report = optimize::newton(&Diagonal, &[0.0, 0.0]);
    assert_minimum(&report, &[0.0, 0.5f64.sqrt().copysign(report.x[1])], 1e-15);
    // The gradient has no part along the negative curvature: the hard case of the subproblem.
    let report = optimize::newton(&Diagonal, &[3.0, 0.0]);
    assert_minimum(&report, &[0.0, 0.5f64.sqrt().copysign(report.x[1])], 1e-15);
    let report = optimize::newton(&Product, &[0.0, 0.0]);
    assert_minimum(&report, &[0.5f64.copysign(report.x[0]), -(0.5f64.copysign(report.x[0]))], 1e-15);
    let report = optimize::newton(&DoubleWell, &[0.0]);
    assert_minimum(&report, &[1f64.copysign(report.x[0])], 1e-15);
    assert_eq!(Newton::pure().minimize(&Product, &[0.0, 0.0]).status, Status::Indefinite);
}

/// Two wells, symmetric in v, from starts whose gradient along the negative curvature is of any size: with
/// x = u + v and y = u - v it is x⁴ - 0.86 x² + y⁴ - 0.86 y² + (x + y - 1)².
fn wells<T: Float>(p: &[T]) -> T {
    let (u2, v2) = (p[0] * p[0], p[1] * p[1]);
    let fourth_powers = T::lit(2.0) * (u2 * u2 + T::lit(6.0) * u2 * v2 + v2 * v2);
    fourth_powers - T::lit(1.72) * (u2 + v2) + (T::lit(2.0) * p[0] - T::lit(1.0)).powi(2)
}
scalar_function!(Wells = wells);

#[test]
fn points_of_symmetry_are_left_however_small_the_gradient() {
    for step in 0..600 {
        for sign in [1.0, -1.0] {
            let v = sign * 10f64.powf(-1.0 - 0.5 * f64::from(step)); // 1e-1 to 1e-300
            let report = optimize::newton(&Wells, &[0.1, v]);
            assert_eq!(report.status, Status::Converged, "from {v:e}: {report}");
            assert_close(report.value, -0.32837305109246495, 1e-15);
            assert!(report.iterations <= 20, "from {v:e}: {report}");
        }
    }
    // In variables that mix both directions the gradient there is what rounding leaves.
    fn mixed<T: Float>(x: &[T]) -> T {
        let well = |x: T| x.powi(4) - T::lit(0.86) * x * x;
        well(x[0]) + well(x[1]) + (x[0] + x[1] - T::lit(1.0)).powi(2)
    }
    scalar_function!(Mixed = mixed);
    for e in 0..60 {
        for moved in [0.0, 2f64.powi(-e), -(2f64.powi(-e))] {
            let report = optimize::newton(&Mixed, &[0.1 + moved, 0.1]);
            assert_eq!(report.status, Status::Converged, "from {moved:e}: {report}");
            assert_close(report.value, -0.32837305109246495, 1e-15);
        }
    }
}

/// Double wells beside parabolas, from where all wells have their top, straight and in rotated variables: the gradient
/// is zero there, or what rounding leaves.
#[test]
fn tops_of_many_wells_are_left() {
    struct Tops {
        wells: usize,
        rotated: bool,
    }
    impl ScalarFunction for Tops {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let x: Vec<T> = if self.rotated {
                // A reflection: x - 2 w (w'x) / w'w, with w = (1, 2, ..).
                let weights = || (1..=x.len()).map(|i| T::lit(i as f64));
                let along: T = weights().zip(x).map(|(w, &x)| w * x).sum();
                let square: T = weights().map(|w| w * w).sum();
                weights().zip(x).map(|(w, &x)| x - T::lit(2.0) * w * along / square).collect()
            } else {
                x.to_vec()
            };
            let (wells, bowls) = x.split_at(self.wells);
            let well = |&x: &T| x.powi(4) - T::lit(2.0) * x * x;
            let bowl = |(i, &x): (usize, &T)| T::lit(1.0 + i as f64) * (x - T::lit(0.5)).powi(2);
            wells.iter().map(well).sum::<T>() + bowls.iter().enumerate().map(bowl).sum::<T>()
        }
    }
    for (n, wells) in [(2, 1), (2, 2), (3, 2), (5, 1), (5, 5), (10, 4), (20, 7)] {
        for rotated in [false, true] {
            for radius in [0.1, 1.0, 7.0, 100.0, 1e6] {
                let method = Newton::new().trust_region(TrustRegion::new().initial_radius(radius));
                let report = method.minimize(&Tops { wells, rotated }, &vec![0.0; n]);
                assert_eq!(report.status, Status::Converged, "{wells} of {n}, radius {radius}: {report}");
                assert_close(report.value, -(wells as f64), 1e-13);
                assert!(report.iterations <= 60, "{wells} of {n}, radius {radius}: {report}");
            }
        }
    }
}

/// One stiff variable must not say "converged" for others that still move.
#[test]
fn valleys_are_not_minima() {
    fn beale<T: Float>(x: &[T]) -> T {
        [1.5, 2.25, 2.625]
            .into_iter()
            .zip(1..)
            .map(|(y, i)| (T::lit(y) - x[0] * (T::one() - x[1].powi(i))).powi(2))
            .sum()
    }
    fn stiff<T: Float>(x: &[T]) -> T {
        T::lit(1e12) * (x[0] - T::lit(1.0)).powi(2) + (x[1] - x[0]).powi(4)
    }
    scalar_function!(Beale = beale);
    scalar_function!(Stiff = stiff);
    assert_minimum(&optimize::newton(&Beale, &[1.0, 1.0]), &[3.0, 0.5], 1e-14);
    // From here the value falls towards 0.452 as x[0] falls to -∞.
    for start in [10.0, 100.0] {
        for radius in [1.0, 17.0, 100.0] {
            let method = Newton::new().trust_region(TrustRegion::new().initial_radius(radius));
            let report = method.minimize(&Beale, &[start, start]);
            assert_eq!(report.status, Status::MaxIterations, "from {start}, radius {radius}: {report}");
        }
    }
    // The gap y - x shrinks by a third in each step, a hundred million times slower than x - 1.
    for start in [[1.0, 5.0], [3.0, 5.0]] {
        let report = optimize::newton(&Stiff, &start);
        assert!(report.converged() && report.value <= 1e-20, "{report}");
    }
}

/// A coordinate that is zero at the start and at the minimum is never small against itself; the others tell.
#[test]
fn coordinates_that_stay_near_zero_do_not_delay_the_end() {
    fn curved<T: Float>(p: &[T]) -> T {
        let (x, y) = (p[0], p[1]);
        T::lit(100.0) * (y + x * x - T::lit(0.09)).powi(2) + (x - T::lit(0.3)).powi(2) + (y * x.exp()).powi(2)
    }
    fn steep<T: Float>(p: &[T]) -> T {
        let (x, y) = (p[0], p[1]);
        (x.exp() - T::lit(3.0)).powi(2) + (T::lit(1e4) * y + x.sin() - T::lit(3f64.ln().sin())).powi(2)
    }
    scalar_function!(Curved = curved);
    scalar_function!(Steep = steep);
    /// The second residual is a difference of numbers near 1000, known less well than x and y.
    fn noisy<T: Float>(p: &[T]) -> T {
        let (x, y) = (p[0], p[1]);
        let far = |x: T, y: T| ((y + T::lit(1e3)).powi(2) + x * x).sqrt();
        (x.exp() - T::lit(3.0)).powi(2) + (far(x, y) - far(T::lit(3f64.ln()), T::zero())).powi(2)
    }
    scalar_function!(Noisy = noisy);
    for (report, x, tolerance) in [
        (optimize::newton(&Curved, &[2.0, 0.0]), 0.3, 1e-15),
        (optimize::newton(&Steep, &[0.0, 0.0]), 3f64.ln(), 1e-15),
        (optimize::newton(&Noisy, &[0.0, 0.0]), 3f64.ln(), 1e-12),
        (optimize::newton(&Noisy, &[3.3, 0.0]), 3f64.ln(), 1e-12),
        (optimize::newton(&Noisy, &[-0.3, 0.0]), 3f64.ln(), 1e-12),
    ] {
        assert_minimum(&report, &[x, 0.0], tolerance);
        assert!(report.iterations <= 20, "{report}");
    }
}

/// How many steps a curved valley takes does not hang on the digits of the first radius.
#[test]
fn valleys_take_as_many_steps_from_every_first_radius() {
    let start: Vec<f64> = [-1.2, 1.0].repeat(15);
    let steps: Vec<usize> = (0..12)
        .map(|k| {
            let radius = 50.0 * 2f64.powf(f64::from(k) / 5.0);
            let report =
                Newton::new().trust_region(TrustRegion::new().initial_radius(radius)).minimize(&Rosenbrock, &start);
            assert!(report.converged(), "radius {radius}: {report}");
            report.iterations
        })
        .collect();
    let [least, most] = [steps.iter().min(), steps.iter().max()].map(|steps| *steps.unwrap());
    assert!(most <= least + 3 && most <= 70, "{steps:?}");
}

/// |x|^1.5 has an infinite second derivative at its minimum: Newton steps overshoot to -x, where the value is the same.
#[test]
fn steps_that_overshoot_are_shortened_to_where_the_values_point() {
    fn f<T: Float>(x: &[T]) -> T {
        x[0].abs().powf(T::lit(1.5)) + x[1] * x[1]
    }
    scalar_function!(Cusp = f);
    let report = optimize::newton(&Cusp, &[1.0, 1.0]);
    assert!(report.value < 1e-15 && report.iterations <= 10, "{report}");
}

/// Values near 1e10 have an error of 1e-6, so that they show nothing of (x - 1)² below |x - 1| = 1e-3; gradients do.
#[test]
fn last_digits_come_from_the_gradient() {
    fn f<T: Float>(x: &[T]) -> T {
        T::lit(1e10) + (x[0] - T::lit(1.0)).powi(2) + (x[0] - T::lit(1.0)).powi(4)
    }
    scalar_function!(Offset = f);
    assert_minimum(&optimize::newton(&Offset, &[1.3]), &[1.0], 1e-15);
    assert_minimum(&optimize::newton(&Offset, &[1.0 + 1e-5]), &[1.0], 1e-15);
}

#[test]
fn extreme_magnitudes() {
    struct Parabola(f64);
    impl ScalarFunction for Parabola {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            T::lit(self.0) * (x[0] - T::lit(3.0)).powi(2)
        }
    }
    for scale in [1e-250, 1e-100, 1.0, 1e100, 1e300] {
        for start in [-1e3, 0.0, 1e3] {
            assert_minimum(&optimize::newton(&Parabola(scale), &[start]), &[3.0], 1e-15);
        }
    }
}

#[test]
fn overflow_on_the_way_shortens_the_step() {
    fn f<T: Float>(x: &[T]) -> T {
        x[0].exp() - T::lit(5.0) * x[0]
    }
    scalar_function!(Exponential = f);
    // At -50 the curvature is e⁻⁵⁰, and the Newton step 2.6e22 long.
    let report = optimize::newton(&Exponential, &[-50.0]);
    assert_minimum(&report, &[5f64.ln()], 1e-15);
    assert!(report.evaluations.hessian < report.iterations);
}

// ---------------------------------------------------------------- ends that are not minima

#[test]
fn constant_function_is_minimal_everywhere() {
    fn f<T: Float>(_: &[T]) -> T {
        T::lit(7.0)
    }
    scalar_function!(Constant = f);
    for method in [Newton::default(), Newton::pure()] {
        let report = method.minimize(&Constant, &[1.0, 2.0]);
        assert_eq!((report.status, report.value, report.iterations), (Status::Converged, 7.0, 0));
        assert_eq!(report.x, [1.0, 2.0]);
    }
}

#[test]
fn unbounded_functions() {
    fn linear<T: Float>(x: &[T]) -> T {
        T::lit(3.0) * x[0] - T::lit(2.0) * x[1]
    }
    fn concave<T: Float>(x: &[T]) -> T {
        -x[0] * x[0] + x[1] * x[1]
    }
    fn logarithm<T: Float>(x: &[T]) -> T {
        (x[0] * x[0]).ln()
    }
    scalar_function!(Linear = linear);
    scalar_function!(Concave = concave);
    scalar_function!(Logarithm = logarithm);
    for start in [[0.0, 0.0], [1.0, 2.0]] {
        assert_eq!(optimize::newton(&Linear, &start).status, Status::Unbounded);
        assert_eq!(optimize::newton(&Concave, &start).status, Status::Unbounded);
    }
    assert_eq!(Newton::pure().minimize(&Linear, &[0.0, 0.0]).status, Status::Singular);
    assert_eq!(Newton::pure().minimize(&Concave, &[1.0, 2.0]).status, Status::Indefinite);
    // Its values fall to -∞ at 0, but only as fast as a logarithm.
    let report = optimize::newton(&Logarithm, &[1.0]);
    assert!(!report.converged() && report.value < -100.0, "{report:?}");
}

#[test]
fn no_finite_start() {
    fn nan<T: Float>(x: &[T]) -> T {
        x[0] * T::lit(f64::NAN)
    }
    fn overflow<T: Float>(x: &[T]) -> T {
        x[0].exp()
    }
    fn root<T: Float>(x: &[T]) -> T {
        x[0].sqrt()
    }
    fn constant<T: Float>(_: &[T]) -> T {
        T::lit(1.0)
    }
    scalar_function!(Nan = nan);
    scalar_function!(Overflow = overflow);
    scalar_function!(Root = root);
    scalar_function!(Constant = constant);
    for method in [Newton::default(), Newton::pure()] {
        assert_eq!(method.minimize(&Nan, &[1.0]).status, Status::NonFinite);
        assert_eq!(method.minimize(&Overflow, &[1000.0]).status, Status::NonFinite);
        assert_eq!(method.minimize(&Overflow, &[f64::NAN]).status, Status::NonFinite);
        assert_eq!(method.minimize(&Constant, &[f64::INFINITY]).status, Status::NonFinite);
        // The value is 0, the derivative infinite.
        let report = method.minimize(&Root, &[0.0]);
        assert_eq!((report.status, report.value, report.iterations), (Status::NonFinite, 0.0, 0));
    }
}

#[test]
fn no_variables() {
    for method in [Newton::default(), Newton::pure()] {
        let report = method.minimize(&Rosenbrock, &[]);
        assert_eq!(
            (report.status, report.value, report.x.len(), report.gradient.len()),
            (Status::Converged, 0.0, 0, 0)
        );
    }
}

#[test]
fn kinks_stop_it() {
    fn corner<T: Float>(x: &[T]) -> T {
        (x[0] - T::lit(1.0)).abs() + (x[1] + T::lit(2.0)).abs()
    }
    fn between_numbers<T: Float>(x: &[T]) -> T {
        (x[0] * x[0] - T::lit(2.0)).abs()
    }
    scalar_function!(Corner = corner);
    scalar_function!(BetweenNumbers = between_numbers);
    // The kinks at 1 and -2 are numbers, and the derivative of |x| at 0 is 0.
    assert_minimum(&optimize::newton(&Corner, &[0.3, -0.7]), &[1.0, -2.0], 0.0);
    // The kink at √2 is not: on both sides the slope is steep.
    let report = optimize::newton(&BetweenNumbers, &[2.0]);
    assert_eq!(report.status, Status::NoProgress);
    assert_close(report.x[0], 2f64.sqrt(), 1e-15);
    assert_close(report.gradient_norm, 8f64.sqrt(), 1e-14);
}

#[test]
fn limit_on_iterations() {
    for method in [Newton::default(), Newton::pure()] {
        for max_iterations in [0, 1, 3] {
            let report = method.clone().max_iterations(max_iterations).minimize(&Rosenbrock, &[-1.2, 1.0]);
            assert_eq!((report.status, report.iterations), (Status::MaxIterations, max_iterations));
        }
    }
    assert_eq!(Status::MaxIterations.to_string(), "iteration limit reached");
    // At a minimum already, or after the one step that is allowed, the limit does not matter.
    fn parabola<T: Float>(x: &[T]) -> T {
        T::lit(2.0) * (x[0] - T::lit(3.0)).powi(2)
    }
    scalar_function!(Parabola = parabola);
    for (max_iterations, start) in [(0, 3.0), (1, 0.0)] {
        let report = Newton::new().max_iterations(max_iterations).minimize(&Parabola, &[start]);
        assert_eq!((report.status, report.iterations), (Status::Converged, max_iterations));
    }
}

#[test]
fn small_first_radius_keeps_near_the_start() {
    // A step of a hundredth of the size of the start.
    let once = Newton::new().max_iterations(1);
    let near = once.clone().trust_region(TrustRegion::new().initial_radius(0.01)).minimize(&Rosenbrock, &[-1.2, 1.0]);
    let far = once.minimize(&Rosenbrock, &[-1.2, 1.0]);
    let distance = |report: &Report| (report.x[0] + 1.2).hypot(report.x[1] - 1.0);
    assert!(distance(&near) < 0.05 && distance(&far) > 0.3, "{near:?} {far:?}");
    for radius in [f64::MAX, 1e-12] {
        let method = Newton::new().trust_region(TrustRegion::new().initial_radius(radius));
        assert_minimum(&method.minimize(&Rosenbrock, &[-1.2, 1.0]), &[1.0, 1.0], 1e-14);
    }
}

#[test]
fn looser_tolerances_end_sooner() {
    /// Each Newton step takes a third of the way to 0.
    fn f<T: Float>(x: &[T]) -> T {
        T::lit(1.0) + x[0].powi(4)
    }
    scalar_function!(Flat = f);
    let tight = optimize::newton(&Flat, &[1.0]);
    let by_value = Newton::new().value_tolerance(1e-6).minimize(&Flat, &[1.0]);
    let by_step = Newton::new().step_tolerance(0.01).value_tolerance(0.0).minimize(&Flat, &[1.0]);
    for report in [&tight, &by_value, &by_step] {
        assert_eq!(report.status, Status::Converged, "{report}");
    }
    // A Newton step gains 2/3 x⁴ and is x/3 long, at the point before the last.
    assert!((1e-8..3e-6).contains(&(by_value.value - 1.0)) && (1e-3..0.03).contains(&by_step.x[0]));
    assert!(by_value.iterations < tight.iterations && by_step.iterations < tight.iterations);
    // With neither, every digit of a regular minimum is found.
    let report = Newton::new().step_tolerance(0.0).value_tolerance(0.0).minimize(&Rosenbrock, &[-1.2, 1.0]);
    assert_eq!((report.status, report.value), (Status::Converged, 0.0));
}

// ---------------------------------------------------------------- options and report

/// The text of a panic, and whether it is reported at the caller in this file, who can mend it.
fn panic_of<R>(call: impl FnOnce() -> R) -> (String, bool) {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
    use std::sync::Once;
    thread_local!(static HERE: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = take_hook();
        set_hook(Box::new(move |info| {
            HERE.set(info.location().is_some_and(|place| place.file() == file!()));
            report(info);
        }));
    });
    let panic = catch_unwind(AssertUnwindSafe(call)).err().expect("no panic");
    (panic.downcast_ref::<String>().expect("no text").clone(), HERE.get())
}

#[test]
fn options_are_checked_where_they_are_set() {
    let allowed = TrustRegion::new();
    for (value, shown) in
        [(0.0, "0.0"), (-1.0, "-1.0"), (f64::INFINITY, "inf"), (f64::NAN, "NaN"), (f64::NEG_INFINITY, "-inf")]
    {
        let text = format!("dualtape: TrustRegion::initial_radius: expected a positive finite number, found {shown}");
        assert_eq!(panic_of(|| allowed.clone().initial_radius(value)), (text, true));
    }
    for (value, shown) in [(0.25, "0.25"), (-1e-9, "-1e-9"), (f64::NAN, "NaN"), (1.0, "1.0")] {
        let text = format!("dualtape: TrustRegion::acceptance: expected a number in [0, 0.25), found {shown}");
        assert_eq!(panic_of(|| allowed.clone().acceptance(value)), (text, true));
    }
    for (value, shown) in [(-1e-300, "-1e-300"), (f64::NAN, "NaN"), (f64::NEG_INFINITY, "-inf")] {
        let text = |name| format!("dualtape: Newton::{name}: expected a number that is not negative, found {shown}");
        assert_eq!(panic_of(|| Newton::new().value_tolerance(value)), (text("value_tolerance"), true));
        assert_eq!(panic_of(|| Newton::new().step_tolerance(value)), (text("step_tolerance"), true));
    }
    // The ends of the ranges.
    let region = TrustRegion::new().initial_radius(5e-324).initial_radius(f64::MAX).acceptance(0.0).acceptance(0.249);
    let _ = Newton::new().trust_region(region).value_tolerance(0.0).step_tolerance(f64::INFINITY);
    assert_eq!((Newton::new(), TrustRegion::new()), (Newton::default(), TrustRegion::default()));
}

#[test]
fn acceptance_decides_which_steps_are_taken() {
    /// Not even a fifth of the reduction that the model at 1 predicts comes true.
    fn f<T: Float>(x: &[T]) -> T {
        if x[0] > T::lit(0.9) { (x[0] * T::lit(10.0)).powi(2) } else { T::lit(85.0) + x[0].powi(2) }
    }
    scalar_function!(Step = f);
    for (acceptance, taken) in [(0.0, true), (0.14, true), (0.16, false), (0.2, false)] {
        let region = TrustRegion::new().acceptance(acceptance);
        let report = Newton::new().trust_region(region).max_iterations(1).minimize(&Step, &[1.0]);
        assert_eq!(report.x[0].abs() < 1e-9, taken, "{acceptance}: {report}");
    }
}

#[test]
fn report_as_a_table() {
    let report = Newton::new().max_iterations(2).minimize(&Rosenbrock, &[-1.2, 1.0]);
    let text = report.to_string();
    let rows: Vec<(&str, &str)> = text.lines().map(|line| line.split_at(15)).collect();
    let Report { value, gradient_norm, x, .. } = &report;
    let expected = [
        ("status         ", "iteration limit reached".to_string()),
        ("iterations     ", "2".to_string()),
        ("evaluations    ", format!("2 of the value, {} with derivatives", report.evaluations.hessian)),
        ("value          ", format!("{value:?}")),
        ("gradient norm  ", format!("{gradient_norm:?}")),
        ("decrement      ", format!("{:?}", report.decrement)),
        ("x              ", format!("[{:?}, {:?}]", x[0], x[1])),
    ];
    assert!(rows.iter().map(|&(name, shown)| (name, shown.to_string())).eq(expected), "{text}");
    // Digits as asked for, and not all of many variables.
    let text = format!("{:.2}", Newton::new().max_iterations(0).minimize(&Rosenbrock, &[0.5; 10]));
    assert_eq!(text.lines().nth(3).unwrap(), "value          5.85e1"); // 9 (100/16 + 1/4)
    let halves = ["5.00e-1"; 8].join(", ");
    assert_eq!(text.lines().last().unwrap(), format!("x              [{halves}, .. 10 in all]"));
}

/// A type that is not sized is a function, too.
#[test]
fn functions_of_unsized_types() {
    struct Targets<D: ?Sized>(D);
    impl ScalarFunction for Targets<[f64]> {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            self.0.iter().map(|&target| (x[0] - T::lit(target)).powi(2)).sum()
        }
    }
    let targets: &Targets<[f64]> = &Targets([1.0, 2.0, 6.0]);
    assert_eq!(optimize::newton(targets, &[0.0]).x, [3.0]);
}

/// No function and no start makes it panic or run without end, and a point it calls a minimum has a finite value.
#[test]
fn nothing_panics() {
    struct Nasty(usize);
    impl ScalarFunction for Nasty {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let (x, y) = (x[0], x[1]);
            match self.0 {
                0 => x.recip() + y,
                1 => x.sqrt() - y.ln(),
                2 => (x * y).exp(),
                3 => (x * T::lit(1e200)).powi(2) + (y * T::lit(1e-200)).powi(2),
                4 => {
                    if x > y {
                        x
                    } else {
                        T::lit(f64::NAN)
                    }
                }
                5 => x.abs().sqrt() + (y - x).abs(),
                6 => (x * T::lit(1e8)).sin() + (y * T::lit(1e8)).cos(),
                7 => x.powf(y),
                8 => (x.powi(3) + y).atan(),
                9 => T::lit(1e308) * (x + y),
                10 => T::lit(5e-324) * (x * x + y * y),
                11 => x.powi(2) * y.powi(2) - x * y,
                _ => (x / y).tanh().powi(5),
            }
        }
    }
    let numbers = [0.0, -0.0, 1.0, -1.0, 1e-300, -1e300, 1e160, 3.7, f64::MAX, f64::INFINITY, f64::NAN];
    for function in (0..13).map(Nasty) {
        for x in numbers {
            for y in numbers {
                for method in [Newton::new().max_iterations(200), Newton::pure()] {
                    let report = method.minimize(&function, &[x, y]);
                    let finite = report.value.is_finite() && report.x.iter().all(|x| x.is_finite());
                    assert!(finite || report.status == Status::NonFinite, "{} at {x}, {y}: {report:?}", function.0);
                }
            }
        }
    }
}
