//! `enterpolation` (splines) and `interpn` (tables in several dimensions): derivatives by the argument and by the data.

use crate::assert_near;
use dualtape::{Dual, Float, Reverse, derivative, gradient};
use enterpolation::Signal;
use enterpolation::bspline::BSpline;
use enterpolation::linear::Linear;
use interpn::multicubic::regular::MulticubicRegular;
use interpn::multilinear::regular::MultilinearRegular;

/// The Bernstein polynomials of degree 3 and their derivatives, which a cubic B-spline without inner knots consists of.
fn bernstein(t: f64) -> ([f64; 4], [f64; 4]) {
    let s = 1.0 - t;
    (
        [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t],
        [-3.0 * s * s, 3.0 * s * s - 6.0 * s * t, 6.0 * s * t - 3.0 * t * t, 3.0 * t * t],
    )
}

const CONTROL: [f64; 4] = [1.0, -2.0, 0.5, 3.0];
const KNOTS: [f64; 6] = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0];

/// A cubic with control points, knots and argument of one number type.
fn spline<T: Float>(control: &[T], t: T) -> T {
    let knots = KNOTS.map(T::lit);
    let spline = BSpline::builder().elements(control).knots(knots).constant::<4>().build().unwrap();
    spline.eval(t)
}

#[test]
fn a_spline_by_its_argument_and_by_its_control_points() {
    for t in [0.0, 0.3, 0.85] {
        let (basis, slope) = bernstein(t);
        let by_argument = derivative(|t| spline(&CONTROL.map(Dual::constant), t), t);
        assert_near(by_argument, slope.iter().zip(CONTROL).map(|(b, c)| b * c).sum(), 1e-14);
        let by_control = gradient(|control| spline(control, Float::lit(t)), &CONTROL);
        for (g, b) in by_control.into_iter().zip(basis) {
            assert_near(g, b, 1e-14);
        }
    }
}

/// Data may be differentiable while knots and argument are plain: all that is asked of it is arithmetic with a factor.
#[test]
fn plain_knots_under_differentiable_data() {
    let linear = |y: &[Reverse<f64>]| Linear::builder().elements(y).knots([0.0, 1.0, 4.0]).build().unwrap().eval(2.0);
    let g = gradient(linear, &[5.0, 7.0, 1.0]);
    assert_eq!(g[0], 0.0);
    assert_near(g[1], 2.0 / 3.0, 1e-15);
    assert_near(g[2], 1.0 / 3.0, 1e-15);
}

/// A table of x² y on a grid. Cubic interpolation is exact for quadratics, and so are its derivatives.
#[test]
fn a_table_in_two_dimensions() {
    let (dims, starts, steps) = ([5, 6], [0.0, -1.0], [0.5, 0.4]);
    let at = |i: usize, d: usize| starts[d] + steps[d] * i as f64;
    let table: Vec<f64> = (0..dims[0])
        .flat_map(|i| (0..dims[1]).map(move |j| (i, j)))
        .map(|(i, j)| at(i, 0).powi(2) * at(j, 1))
        .collect();

    fn cubic<T: Float>(dims: [usize; 2], starts: [f64; 2], steps: [f64; 2], table: &[T], x: [T; 2]) -> T {
        MulticubicRegular::new(dims, starts.map(T::lit), steps.map(T::lit), table, true).unwrap().interp_one(x).unwrap()
    }
    let g = gradient(
        |x| cubic(dims, starts, steps, &table.iter().map(|&v| Float::lit(v)).collect::<Vec<_>>(), [x[0], x[1]]),
        &[1.2, 0.1],
    );
    assert_near(g[0], 2.0 * 1.2 * 0.1, 1e-14);
    assert_near(g[1], 1.2 * 1.2, 1e-14);

    // By the data: the weights of the interpolation, which add up to 1 and reproduce the point.
    let weights = gradient(|table| cubic(dims, starts, steps, table, [Float::lit(1.2), Float::lit(0.1)]), &table);
    let moment = |f: &dyn Fn(usize, usize) -> f64| -> f64 {
        weights.iter().enumerate().map(|(k, w)| w * f(k / dims[1], k % dims[1])).sum()
    };
    assert_near(moment(&|_, _| 1.0), 1.0, 1e-14);
    assert_near(moment(&|i, _| at(i, 0)), 1.2, 1e-14);
    assert_near(moment(&|_, j| at(j, 1)), 0.1, 1e-14);

    // Multilinear: on the cell [1, 1.5] x [-0.2, 0.2] the slope in x is (1.5² - 1²) / 0.5 times y.
    let table: Vec<Dual<f64>> = table.into_iter().map(Dual::constant).collect();
    let linear = MultilinearRegular::new(dims, starts.map(Dual::constant), steps.map(Dual::constant), &table).unwrap();
    let y = linear.interp_one([Dual::variable(1.2), Dual::constant(0.1)]).unwrap();
    assert_near(y.tangent(), 2.5 * 0.1, 1e-14);
}
