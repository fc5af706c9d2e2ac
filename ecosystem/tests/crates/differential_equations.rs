//! `differential-equations`: sensitivities of solutions to parameters and initial values. It asks for `RealField + Copy` and
//! `SupersetOf<f64>`, and has adaptive, implicit and multistep methods.
//!
//! Steps are chosen by the value, so derivatives are about as accurate as the solution; the tolerances of the tests are a
//! thousand times those of the solver.

use crate::assert_near;
use differential_equations::ode::{ODE, OrdinaryNumericalMethod};
use differential_equations::prelude::{
    AdamsPredictorCorrector, BackwardDifferentiationFormula, ExplicitRungeKutta, IVP, ImplicitRungeKutta,
    Interpolation, Matrix,
};
use dualtape::{Dual, Float, Reverse, VectorFunction, forward, gradient, hessian, vector_function};
use nalgebra::RealField;

/// A number that a solver runs on.
trait Number: Float + RealField + Copy {}
impl<T: Float + RealField + Copy> Number for T {}

/// The logistic equation `y' = r y (1 - y / c)` at time `t`, from `x = (y0, r, c)`.
fn logistic<T: Number>(x: &[T], t: f64, method: impl OrdinaryNumericalMethod<T, T> + Interpolation<T, T>) -> T {
    let [y0, r, c] = [x[0], x[1], x[2]];
    let field = |_, y: &T, slope: &mut T| *slope = r * *y * (T::lit(1.0) - *y / c);
    let solution = IVP::ode_from_fn(field, T::lit(0.0), T::lit(t), y0).method(method).solve();
    *solution.unwrap().y.last().unwrap()
}

/// Its solution, `c / (1 + (c / y0 - 1) e^(-r t))`.
fn logistic_solution<T: Float>(x: &[T], t: f64) -> T {
    let [y0, r, c] = [x[0], x[1], x[2]];
    c / (T::one() + (c / y0 - T::one()) * (-r * T::lit(t)).exp())
}

const LOGISTIC: [f64; 3] = [0.5, 0.8, 10.0];

/// A literal of the point's type. `rtol` takes anything that converts into a tolerance, so `Float::lit` does not infer there.
fn like<T: Float>(_: &[T], literal: f64) -> T {
    T::lit(literal)
}

#[test]
fn explicit_methods_in_both_modes() {
    let expected = gradient(|x| logistic_solution(x, 4.0), &LOGISTIC);
    let check = |g: Vec<f64>, tolerance: f64| {
        for (g, expected) in g.into_iter().zip(&expected) {
            assert_near(g, *expected, tolerance);
        }
    };
    macro_rules! both_modes {
        (|$tolerance:ident| $method:expr, within $error:expr) => {{
            let by_tape = gradient(
                |x: &[Reverse<f64>]| {
                    let $tolerance = like(x, 1e-10);
                    logistic(x, 4.0, $method)
                },
                &LOGISTIC,
            );
            check(by_tape, $error);
            let by_duals = forward::gradient(
                |x| {
                    let $tolerance = like(x, 1e-10);
                    logistic(x, 4.0, $method)
                },
                &LOGISTIC,
            );
            check(by_duals, $error);
        }};
    }
    both_modes!(|tolerance| ExplicitRungeKutta::dopri5().rtol(tolerance).atol(tolerance), within 1e-7);
    both_modes!(|tolerance| ExplicitRungeKutta::dop853().rtol(tolerance).atol(tolerance), within 1e-7);
    // Fixed steps: the error is that of fourth order, h⁴ = 1e-8 times a constant.
    both_modes!(|_tolerance| ExplicitRungeKutta::rk4(Float::lit(0.01)), within 1e-7);
    both_modes!(|_tolerance| AdamsPredictorCorrector::f4(Float::lit(0.01)), within 1e-6);
}

#[test]
fn second_derivatives_of_a_solution_by_nesting() {
    let h = hessian(
        |x| logistic(x, 4.0, ExplicitRungeKutta::dop853().rtol(like(x, 1e-10)).atol(like(x, 1e-10))),
        &LOGISTIC,
    );
    let expected = hessian(|x| logistic_solution(x, 4.0), &LOGISTIC);
    for (h, expected) in h.iter().zip(&expected) {
        assert_near(*h, *expected, 1e-6);
    }
}

/// `y' = -s (y - a cos t) - a sin t` with the stiffness s = 1000: the solution `a cos t + (y0 - a) e^(-s t)` forgets y0.
#[test]
fn implicit_methods_on_a_stiff_equation() {
    fn end<T: Number>(x: &[T], method: impl OrdinaryNumericalMethod<T, T> + Interpolation<T, T>) -> T {
        let a = x[1];
        let field = |t: T, y: &T, slope: &mut T| {
            let (sin, cos) = num_traits::Float::sin_cos(t);
            *slope = T::lit(-1000.0) * (*y - a * cos) - a * sin;
        };
        let solution = IVP::ode_from_fn(field, T::lit(0.0), T::lit(1.0), x[0]).method(method).solve();
        *solution.unwrap().y.last().unwrap()
    }
    let check = |g: Vec<f64>| {
        assert_near(g[0], 0.0, 1e-6);
        assert_near(g[1], 1.0_f64.cos(), 1e-6);
    };
    check(forward::gradient(
        |x| end(x, ImplicitRungeKutta::radau5().rtol(like(x, 1e-10)).atol(like(x, 1e-10))),
        &[2.0, 1.0],
    ));
    check(forward::gradient(
        |x| end(x, BackwardDifferentiationFormula::adaptive().rtol(like(x, 1e-7)).atol(like(x, 1e-7))),
        &[2.0, 1.0],
    ));
}

/// Robertson's reaction: rates that differ by nine orders of magnitude.
fn robertson<T: Float>(y: &[T]) -> Vec<T> {
    let slow = T::lit(-0.04) * y[0] + T::lit(1e4) * y[1] * y[2];
    let fast = T::lit(3e7) * y[1] * y[1];
    vec![slow, -slow - fast, fast]
}
vector_function!(Robertson = robertson);

impl ODE<f64, [f64; 3]> for Robertson {
    fn diff(&self, _: f64, y: &[f64; 3], slope: &mut [f64; 3]) {
        slope.copy_from_slice(&self.eval(y));
    }
    fn jacobian(&self, _: f64, y: &[f64; 3], j: &mut Matrix<f64>) {
        let (_, rows) = forward::value_and_jacobian_of_array(
            |y: [Dual<f64, 3>; 3]| {
                let slope = self.eval(&y);
                [slope[0], slope[1], slope[2]]
            },
            *y,
        );
        for (i, row) in rows.iter().enumerate() {
            for (k, entry) in row.iter().enumerate() {
                j[(i, k)] = *entry;
            }
        }
    }
}

/// The other way round: a plain stiff solver with our Jacobian. The values at t = 40 are a fourth-order solution with 400,000
/// fixed steps.
#[test]
fn our_jacobian_in_an_implicit_method() {
    let method = ImplicitRungeKutta::radau5().rtol(1e-10).atol(1e-14).newton_tol(1e-5);
    let solution = IVP::ode(&Robertson, 0.0, 40.0, [1.0, 0.0, 0.0]).method(method).solve().unwrap();
    let end = solution.y.last().unwrap();
    assert_near(end[0], 0.7158270688, 1e-9);
    assert_near(end[1] * 1e6, 9.185534765, 1e-8);
    assert_near(end[2], 0.2841637457, 1e-9);
}
