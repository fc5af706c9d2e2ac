//! `differential-equations`: a stiff system of many equations by an implicit method, which takes our sparse Jacobian into its own matrix.

use differential_equations::ode::ODE;
use differential_equations::prelude::{ExplicitRungeKutta, IVP, ImplicitRungeKutta, Matrix};
use dualtape::sparse::{JacobianMode, JacobianPlan, Order, SparsePattern};
use dualtape::{Float, VectorFunction};
use std::cell::Cell;
use std::f64::consts::TAU;

/// Inner points; a concentration `u` and a concentration `v` at each, one after the other.
const POINTS: usize = 24;
const EQUATIONS: usize = 2 * POINTS;
/// α of the diffusion.
const DIFFUSION: f64 = 0.02;

/// The Brusselator with diffusion on the unit interval, with u = 1 and v = 3 at the ends: u' = 1 + u² v - 4 u + α u'', v' = 3 u - u² v + α v''.
///
/// Source: Hairer & Wanner, *Solving Ordinary Differential Equations II*, section IV.10.
struct Slopes;

impl VectorFunction for Slopes {
    fn eval<T: Float>(&self, y: &[T]) -> Vec<T> {
        let diffusion = T::lit(DIFFUSION * ((POINTS + 1) as f64).powi(2));
        let at = |i: usize, which: usize| {
            if (1..=POINTS).contains(&i) { y[2 * (i - 1) + which] } else { T::lit([1.0, 3.0][which]) }
        };
        let spread =
            |i: usize, which: usize| diffusion * (at(i - 1, which) - at(i, which) * T::lit(2.0) + at(i + 1, which));
        let slopes = |i: usize| {
            let (u, v) = (at(i, 0), at(i, 1));
            let made = u * u * v;
            [T::one() + made - u * T::lit(4.0) + spread(i, 0), u * T::lit(3.0) - made + spread(i, 1)]
        };
        (1..=POINTS).flat_map(slopes).collect()
    }
}

fn start() -> [f64; EQUATIONS] {
    std::array::from_fn(|k| if k % 2 == 0 { 1.0 + (TAU * (k / 2 + 1) as f64 / (POINTS + 1) as f64).sin() } else { 3.0 })
}

/// The system for the solver.
struct Brusselator {
    plan: JacobianPlan,
    jacobians: Cell<usize>,
}

impl ODE<f64, [f64; EQUATIONS]> for Brusselator {
    fn diff(&self, _: f64, y: &[f64; EQUATIONS], slope: &mut [f64; EQUATIONS]) {
        slope.copy_from_slice(&Slopes.eval(y));
    }

    fn jacobian(&self, _: f64, y: &[f64; EQUATIONS], j: &mut Matrix<f64>) {
        self.jacobians.set(self.jacobians.get() + 1);
        j.fill(0.0);
        self.plan.jacobian(&Slopes, y).triplets().for_each(|(row, column, entry)| j[(row, column)] = entry);
    }
}

/// Four directions of forward mode make the Jacobian, whatever the number of points, and the solution is that of an explicit method. That one
/// is right to 1e-10, by a method of Runge and Kutta with 8000 steps. The implicit one is 2e-5 from it, whatever its tolerances.
#[test]
fn brusselator_with_a_sparse_jacobian() {
    let y0 = start();
    let plan = JacobianPlan::detect(&Slopes, &y0).unwrap();
    // A row has its own point's two concentrations and its kind's at the neighbours.
    let entries = 4 * EQUATIONS - 4;
    assert_eq!(plan.pattern().nnz(), entries);
    let band = SparsePattern::banded(EQUATIONS, 2, 2);
    assert_eq!(plan.pattern().union(&band).unwrap(), band);
    let forward = JacobianPlan::with(plan.pattern().clone(), JacobianMode::Forward, Order::Natural);
    assert!(forward.colours() <= 5, "{}", forward.colours());
    plan.verify(&Slopes, &y0).unwrap();

    let system = Brusselator { plan, jacobians: Cell::new(0) };
    let method = ImplicitRungeKutta::radau5().rtol(1e-8).atol(1e-8);
    let implicit = IVP::ode(&system, 0.0, 10.0, y0).method(method).solve().unwrap();
    assert!(system.jacobians.get() > 0);
    let method = ExplicitRungeKutta::dop853().rtol(1e-10).atol(1e-10).max_steps(100_000);
    let explicit = IVP::ode(&system, 0.0, 10.0, y0).method(method).solve().unwrap();
    let (found, expected) = (implicit.y.last().unwrap(), explicit.y.last().unwrap());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
    }
}
