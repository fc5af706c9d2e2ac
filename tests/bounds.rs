//! Newton's method in a box: published problems, quadratics whose minimum is checked by its conditions, corners and edges.

#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::optimize::{self, Newton, Report, Status};
use dualtape::{Float, ScalarFunction, scalar_function};
use std::ops::ControlFlow;

const INFINITY: f64 = f64::INFINITY;

/// The problems with bounds alone of Hock & Schittkowski, *Test Examples for Nonlinear Programming Codes* (1981).
struct HockSchittkowski(u32);

impl ScalarFunction for HockSchittkowski {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (c, one) = (T::lit, T::one());
        match self.0 {
            1 | 2 => c(100.0) * (x[1] - x[0] * x[0]).powi(2) + (one - x[0]).powi(2),
            3 => x[1] + c(1e-5) * (x[1] - x[0]).powi(2),
            4 => (x[0] + one).powi(3) / c(3.0) + x[1],
            5 => (x[0] + x[1]).sin() + (x[0] - x[1]).powi(2) - c(1.5) * x[0] + c(2.5) * x[1] + one,
            25 => {
                let residual = |i: u32| {
                    let u = 25.0 + (-50.0 * (0.01 * f64::from(i)).ln()).powf(2.0 / 3.0);
                    (-(c(u) - x[1]).powf(x[2]) / x[0]).exp() - c(0.01 * f64::from(i))
                };
                (1..=99).map(|i| residual(i).powi(2)).sum()
            }
            38 => {
                let valley = |a: T, b: T, weight: f64| c(weight) * (b - a * a).powi(2) + (one - a).powi(2);
                valley(x[0], x[1], 100.0)
                    + valley(x[2], x[3], 90.0)
                    + c(10.1) * ((x[1] - one).powi(2) + (x[3] - one).powi(2))
                    + c(19.8) * (x[1] - one) * (x[3] - one)
            }
            45 => c(2.0) - x.iter().copied().fold(one, |product, x| product * x) / c(120.0),
            110 => {
                let logs = |&x: &T| (x - c(2.0)).ln().powi(2) + (c(10.0) - x).ln().powi(2);
                x.iter().map(logs).sum::<T>() - x.iter().copied().fold(one, |product, x| product * x).powf(c(0.2))
            }
            other => unreachable!("{other} is not in the list"),
        }
    }
}

#[test]
fn hock_and_schittkowski() {
    type Row = (u32, Vec<f64>, Vec<f64>, Vec<f64>, f64);
    let (free, five) = (-INFINITY, vec![2.0; 5]);
    let rows: Vec<Row> = vec![
        (1, vec![free, -1.5], vec![INFINITY; 2], vec![-2.0, 1.0], 0.0),
        // At x2 = 1.5 there are two minima; the start leads to the one that is not global, 4.9412.
        (2, vec![free, 1.5], vec![INFINITY; 2], vec![-2.0, 1.0], 4.941229318),
        (3, vec![free, 0.0], vec![INFINITY; 2], vec![10.0, 1.0], 0.0),
        (4, vec![1.0, 0.0], vec![INFINITY; 2], vec![1.125, 0.125], 8.0 / 3.0),
        (5, vec![-1.5, -3.0], vec![4.0, 3.0], vec![0.0, 0.0], -(3f64.sqrt() / 2.0) - std::f64::consts::FRAC_PI_3),
        (25, vec![0.1, 0.0, 0.0], vec![100.0, 25.6, 5.0], vec![100.0, 12.5, 3.0], 0.0),
        (38, vec![-10.0; 4], vec![10.0; 4], vec![-3.0, -1.0, -3.0, -1.0], 0.0),
        (45, vec![0.0; 5], vec![1.0, 2.0, 3.0, 4.0, 5.0], five, 1.0),
        (110, vec![2.001; 10], vec![9.999; 10], vec![9.0; 10], -45.77846971),
    ];
    for (number, lower, upper, start, minimum) in rows {
        let report = Newton::new().bounds(&lower, &upper).minimize(&HockSchittkowski(number), &start);
        assert!(report.converged(), "{number}: {report}");
        assert!((report.value - minimum).abs() <= 1e-8 * (1.0 + minimum.abs()), "{number}: {report}");
        assert!(report.iterations <= 70, "{number}: {report}");
        assert_minimum_in_box(&report, &lower, &upper, 1e-5);
    }
}

/// Inside, and the gradient zero but where a bound stands against it.
#[track_caller]
fn assert_minimum_in_box(report: &Report, lower: &[f64], upper: &[f64], tolerance: f64) {
    let sizes = (0..report.x.len()).map(|i| report.hessian[(i, i)].abs() * report.x[i].abs().max(1.0));
    for (i, size) in sizes.enumerate() {
        let (x, g) = (report.x[i], report.gradient[i]);
        assert!(lower[i] <= x && x <= upper[i], "{report:?}");
        let held = x == lower[i] && g >= 0.0 || x == upper[i] && g <= 0.0;
        assert!(held || g.abs() <= tolerance * size.max(1e-3), "variable {i}: {report:?}");
    }
}

/// ½ xᵀHx - bᵀx with eigenvalues from 1 to 10³, in boxes in which about a third of the variables ends on bounds: the conditions of
/// Karush, Kuhn and Tucker, which are sufficient here.
#[test]
fn convex_quadratics() {
    struct Quadratic {
        h: nalgebra::DMatrix<f64>,
        b: Vec<f64>,
    }
    impl ScalarFunction for Quadratic {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let row = |i: usize| T::dot((0..x.len()).map(|j| (T::lit(self.h[(i, j)]), x[j])));
            (0..x.len()).map(|i| x[i] * (T::lit(0.5) * row(i) - T::lit(self.b[i]))).sum()
        }
    }
    let mut state = 99u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let (mut held, mut count) = (0, 0);
    for case in 0..60 {
        let n = 2 + case % 13;
        let w = nalgebra::DVector::from_fn(n, |_, _| uniform() - 0.5).normalize();
        let reflection = nalgebra::DMatrix::identity(n, n) - &w * w.transpose() * 2.0;
        let eigenvalues = nalgebra::DVector::from_fn(n, |_, _| 10f64.powf(3.0 * uniform()));
        let mut h = &reflection * nalgebra::DMatrix::from_diagonal(&eigenvalues) * &reflection;
        h.fill_lower_triangle_with_upper_triangle();
        let inside = nalgebra::DVector::from_fn(n, |_, _| 4.0 * uniform() - 2.0);
        let b = (&h * inside).data.into();
        let (lower, upper) =
            (vec![-1.0; n], (0..n).map(|i| if i % 4 == 3 { INFINITY } else { 1.0 }).collect::<Vec<_>>());
        let start: Vec<f64> = (0..n).map(|_| 6.0 * uniform() - 3.0).collect();
        let report = Newton::new().bounds(&lower, &upper).minimize(&Quadratic { h, b }, &start);
        assert!(report.converged() && report.iterations <= 30, "case {case}: {report}");
        assert_minimum_in_box(&report, &lower, &upper, 1e-11);
        let on_bounds = (0..n).filter(|&i| report.x[i] == lower[i] || report.x[i] == upper[i]).count();
        assert!(report.held.len() <= on_bounds);
        (held, count) = (held + report.held.len(), count + n);
    }
    assert!(4 * held > count && 4 * held < 3 * count, "{held} of {count} were held");
}

#[test]
fn corners_without_force_and_saddle_points() {
    /// The gradient at the corner (0, 0) is zero.
    fn bowl<T: Float>(x: &[T]) -> T {
        x[0] * x[0] + x[0] * x[1] + x[1] * x[1]
    }
    /// The maximum of -x² is at 0; in the box [-1, 2] the minimum is at 2.
    fn hill<T: Float>(x: &[T]) -> T {
        -x[0] * x[0]
    }
    /// A saddle point at 0, whose falling direction (1, -1) leaves the box [0, 3]² at once.
    fn product<T: Float>(x: &[T]) -> T {
        x[0] * x[1]
    }
    scalar_function!(Bowl = bowl);
    scalar_function!(Hill = hill);
    scalar_function!(Product = product);
    let report = Newton::new().bounds(&[0.0, 0.0], &[5.0, 5.0]).minimize(&Bowl, &[5.0, 1.0]);
    assert_eq!((report.status, report.value), (Status::Converged, 0.0));
    let report = Newton::new().bounds(&[-1.0], &[2.0]).minimize(&Hill, &[0.1]);
    assert_eq!((report.status, report.x[0], report.held), (Status::Converged, 2.0, vec![0]));
    let report = Newton::new().bounds(&[-1.0], &[2.0]).minimize(&Hill, &[0.0]);
    assert!(report.converged() && report.x[0] != 0.0, "{report}");
    let report = Newton::new().bounds(&[0.0, 0.0], &[3.0, 3.0]).minimize(&Product, &[2.0, 1.0]);
    assert_eq!((report.status, report.value), (Status::Converged, 0.0));
}

/// The function is never evaluated outside, where it has no value, and a variable between equal bounds stays.
#[test]
fn nothing_is_asked_outside() {
    struct Inside;
    impl ScalarFunction for Inside {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            for x in x {
                assert!(*x >= T::zero() && *x <= T::lit(4.0), "outside of the box");
            }
            x[0] * (x[0] - T::lit(0.1)).exp() - x[1].sqrt() * T::lit(3.0) + (x[2] - x[0]).powi(2)
        }
    }
    for start in [[1.0, 0.5, 1.0], [4.0, 4.0, 1.0], [-3.0, 17.0, 1.0]] {
        let report = Newton::new().bounds(&[0.0, 0.01, 1.0], &[4.0, 4.0, 1.0]).minimize(&Inside, &start);
        assert!(report.converged(), "{report}");
        assert_eq!((report.x[1], report.x[2]), (4.0, 1.0));
        assert_eq!(report.held, [1, 2]);
    }
}

/// Wide bounds change nothing, to the last bit.
#[test]
fn bounds_that_are_never_reached() {
    let start = [-3.0, -1.0, -3.0, -1.0];
    let free = optimize::newton(&HockSchittkowski(38), &start);
    let wide = Newton::new().bounds(&[-1e300; 4], &[INFINITY; 4]).minimize(&HockSchittkowski(38), &start);
    assert_eq!((free.x, free.iterations), (wide.x, wide.iterations));
}

#[test]
fn standard_errors_of_what_is_free() {
    fn quadratic<T: Float>(x: &[T]) -> T {
        T::lit(2.0) * x[0] * x[0] + T::lit(2.0) * x[0] * x[1] + x[1] * x[1] + T::lit(8.0) * (x[2] - T::lit(3.0)).powi(2)
    }
    fn saddle<T: Float>(x: &[T]) -> T {
        x[0] * x[0] - x[1] * x[1]
    }
    scalar_function!(Quadratic = quadratic);
    scalar_function!(Saddle = saddle);
    // H = [[4, 2], [2, 2]] and 16: H⁻¹ has the diagonal 1/2, 1, 1/16.
    let errors = optimize::newton(&Quadratic, &[1.0; 3]).standard_errors().unwrap();
    for (found, expected) in errors.iter().zip([0.5f64.sqrt(), 1.0, 0.25]) {
        assert!((found - expected).abs() < 1e-15);
    }
    let held = Newton::new().bounds(&[-9.0, 1.0, -9.0], &[9.0; 3]).minimize(&Quadratic, &[1.0; 3]);
    assert_eq!((held.converged(), held.held.clone()), (true, vec![1]));
    assert_eq!(held.standard_errors().unwrap(), [0.5, 0.0, 0.25]);
    assert_eq!(Newton::pure().minimize(&Saddle, &[1.0, 1.0]).standard_errors(), None);
}

#[test]
fn progress_is_told_and_can_stop() {
    let mut count = 0;
    let report = Newton::new().minimize_with(&HockSchittkowski(38), &[-3.0, -1.0, -3.0, -1.0], |progress| {
        count += 1;
        assert_eq!((progress.iteration, progress.x.len()), (count, 4));
        ControlFlow::Continue(())
    });
    // The last step ends the search, and is not told.
    assert!(report.converged() && report.iterations - count <= 1, "{count}: {report}");
    for method in [Newton::new(), Newton::pure()] {
        let report = method.minimize_with(&HockSchittkowski(38), &[-3.0, -1.0, -3.0, -1.0], |_| ControlFlow::Break(()));
        assert_eq!((report.status, report.iterations), (Status::Stopped, 1));
    }
}

#[test]
fn misuse_is_explained() {
    type Call = fn() -> Report;
    let cases: [(&str, Call); 4] = [
        (
            "dualtape: Newton::bounds: expected a lower bound that is not above the upper one for every variable, found 3.0 and 2.0 for variable \
             1; a side without a bound has an infinite one",
            || Newton::new().bounds(&[0.0, 3.0], &[1.0, 2.0]).minimize(&HockSchittkowski(1), &[0.0, 0.0]),
        ),
        ("dualtape: Newton::bounds: expected as many upper as lower bounds, found 2 lower and 1 upper", || {
            Newton::new().bounds(&[0.0, 3.0], &[1.0]).minimize(&HockSchittkowski(1), &[0.0, 0.0])
        }),
        (
            "dualtape: optimize::Newton: expected a lower and an upper bound for each of the 2 variables, found 1",
            || Newton::new().bounds(&[0.0], &[1.0]).minimize(&HockSchittkowski(1), &[0.0, 0.0]),
        ),
        (
            "dualtape: optimize::Newton: expected a trust region with the bounds, found the plain method; begin with Newton::new()",
            || Newton::pure().bounds(&[0.0; 2], &[1.0; 2]).minimize(&HockSchittkowski(1), &[0.0, 0.0]),
        ),
    ];
    for (text, call) in cases {
        let error = std::panic::catch_unwind(call).expect_err(text);
        let message = error.downcast_ref::<String>().cloned();
        let message = message.or_else(|| error.downcast_ref::<&str>().map(|text| text.to_string()));
        assert_eq!(message.as_deref(), Some(text));
    }
    let report = optimize::newton(&HockSchittkowski(1), &[f64::NAN, 0.0]);
    assert_eq!(report.fault.as_ref().unwrap().to_string(), "expected finite numbers as the start, found x[0] = NaN");
    assert!(report.to_string().contains("found x[0] = NaN"));
    let report = Newton::new().bounds(&[3.0; 10], &[INFINITY; 10]).minimize(&HockSchittkowski(110), &[11.0; 10]);
    assert_eq!(report.fault.unwrap().to_string(), "expected a finite value, found NaN; start inside the domain");
    assert!(optimize::newton(&HockSchittkowski(1), &[-2.0, 1.0]).converged());
}
