//! The interior-point solver `pounce` with sparse derivatives by `dualtape`, for `min f(x)` with limits of `x` and of `c(x)`.
//!
//! The solver asks for a gradient, the Jacobian of `c`, and the lower triangle of the Hessian of the Lagrange function `s f + y · c`. Of the
//! two matrices it asks for the places once, as rows and columns, and then for values again and again, in arrays of its own. The
//! values of the Jacobian come in the order of the plan's pattern, so that the plan writes into the solver's array. Those of the Hessian are
//! both triangles in the plan, and one is copied.
//!
//! `cargo test`, in this folder.

use dualtape::sparse::{HessianPlan, JacobianPlan, SparseError, SparsePattern};
use dualtape::{Float, ScalarFunction, VectorFunction, value_and_gradient_into};
use pounce_rs::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// `min f(x)` with `x` and `c(x)` between limits. Limits that are equal make an equation; an infinite one is none.
#[derive(Clone, Debug)]
pub struct Problem<F, C> {
    /// `f`
    pub objective: F,
    /// `c`
    pub constraints: C,
    /// The least and the greatest value of each variable.
    pub variables: Vec<(f64, f64)>,
    /// The least and the greatest value of each constraint.
    pub limits: Vec<(f64, f64)>,
    /// Where the solver starts.
    pub start: Vec<f64>,
}

/// What the solver found.
#[derive(Clone, Debug)]
pub struct Minimum {
    pub x: Vec<f64>,
    pub value: f64,
    /// The `y` of the Lagrange function.
    pub multipliers: Vec<f64>,
}

impl<F: ScalarFunction + 'static, C: VectorFunction + 'static> Problem<F, C> {
    /// Runs the solver.
    ///
    /// # Errors
    /// A function that goes by values, whose patterns cannot be told; and what the solver says when it finds no minimum.
    pub fn minimise(self) -> Result<Minimum, Box<dyn std::error::Error>> {
        let mut solver = IpoptApplication::new();
        solver.options_mut().set_integer_value("print_level", 0, true, false)?;
        solver.options_mut().set_numeric_value("tol", 1e-10, true, false)?;
        // The solver loosens limits a little unless it is told not to: by 1e-8, which would show in the eighth digit of a minimum.
        solver.options_mut().set_numeric_value("bound_relax_factor", 0.0, true, false)?;
        solver.initialize()?;
        let problem = Rc::new(RefCell::new(Derivatives::new(self)?));
        let status = solver.optimize_tnlp(problem.clone());
        let found = problem.borrow_mut().found.take();
        match (status, found) {
            (ApplicationReturnStatus::SolveSucceeded, Some(minimum)) => Ok(minimum),
            _ => Err(format!("the solver found no minimum: {status:?}").into()),
        }
    }
}

/// `s f(x) + y · c(x)`
struct Lagrange<'a, F, C> {
    objective: &'a F,
    constraints: &'a C,
    scale: f64,
    multipliers: &'a [f64],
}

impl<F: ScalarFunction, C: VectorFunction> ScalarFunction for Lagrange<'_, F, C> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let weighted = self.constraints.eval(x).into_iter().zip(self.multipliers).map(|(c, &y)| T::lit(y) * c);
        T::lit(self.scale) * self.objective.eval(x) + weighted.sum::<T>()
    }
}

/// A problem with the plans for its derivatives.
struct Derivatives<F, C> {
    problem: Problem<F, C>,
    jacobian: JacobianPlan,
    hessian: HessianPlan,
    /// All entries of a Hessian, and the places of its lower triangle among them.
    entries: Vec<f64>,
    lower: Vec<usize>,
    /// For what comes along with the matrices: the constraints' values, the gradient of the Lagrange function.
    values: Vec<f64>,
    gradient: Vec<f64>,
    found: Option<Minimum>,
}

impl<F: ScalarFunction, C: VectorFunction> Derivatives<F, C> {
    fn new(problem: Problem<F, C>) -> Result<Self, SparseError> {
        let (n, m) = (problem.start.len(), problem.limits.len());
        let jacobian = JacobianPlan::detect(&problem.constraints, &problem.start)?;
        // With weights that are not zero, so that no term drops out of the pattern.
        let multipliers = vec![1.0; m];
        let (objective, constraints) = (&problem.objective, &problem.constraints);
        let lagrange = Lagrange { objective, constraints, scale: 1.0, multipliers: &multipliers };
        let hessian = HessianPlan::detect(&lagrange, &problem.start)?;
        let places = hessian.pattern().triplets().enumerate();
        let lower = places.filter(|&(_, (row, column))| row >= column).map(|(place, _)| place).collect();
        let entries = vec![0.0; hessian.pattern().nnz()];
        let (values, gradient) = (vec![0.0; m], vec![0.0; n]);
        Ok(Derivatives { problem, jacobian, hessian, entries, lower, values, gradient, found: None })
    }
}

/// Writes rows and columns, as the solver counts them.
fn write_places(places: impl Iterator<Item = (usize, usize)>, rows: &mut [Index], columns: &mut [Index]) {
    for ((row, column), place) in rows.iter_mut().zip(columns).zip(places) {
        (*row, *column) = (place.0 as Index, place.1 as Index);
    }
}

fn lower_triangle(pattern: &SparsePattern) -> impl Iterator<Item = (usize, usize)> + '_ {
    pattern.triplets().filter(|&(row, column)| row >= column)
}

impl<F: ScalarFunction, C: VectorFunction> TNLP for Derivatives<F, C> {
    fn get_nlp_info(&mut self) -> Option<NlpInfo> {
        Some(NlpInfo {
            n: self.problem.start.len() as Index,
            m: self.problem.limits.len() as Index,
            nnz_jac_g: self.jacobian.pattern().nnz() as Index,
            nnz_h_lag: self.lower.len() as Index,
            index_style: IndexStyle::C,
        })
    }

    fn get_bounds_info(&mut self, to: BoundsInfo<'_>) -> bool {
        let write = |limits: &[(f64, f64)], least: &mut [f64], greatest: &mut [f64]| {
            for ((&limits, least), greatest) in limits.iter().zip(least).zip(greatest) {
                (*least, *greatest) = limits;
            }
        };
        write(&self.problem.variables, to.x_l, to.x_u);
        write(&self.problem.limits, to.g_l, to.g_u);
        true
    }

    fn get_starting_point(&mut self, to: StartingPoint<'_>) -> bool {
        to.x.copy_from_slice(&self.problem.start);
        true
    }

    fn eval_f(&mut self, x: &[f64], _: bool) -> Option<f64> {
        Some(self.problem.objective.eval(x))
    }

    fn eval_grad_f(&mut self, x: &[f64], _: bool, gradient: &mut [f64]) -> bool {
        value_and_gradient_into(|x| self.problem.objective.eval(x), x, gradient);
        true
    }

    fn eval_g(&mut self, x: &[f64], _: bool, values: &mut [f64]) -> bool {
        values.copy_from_slice(&self.problem.constraints.eval(x));
        true
    }

    fn eval_jac_g(&mut self, x: Option<&[f64]>, _: bool, request: SparsityRequest<'_>) -> bool {
        match (request, x) {
            (SparsityRequest::Structure { irow, jcol }, _) => {
                write_places(self.jacobian.pattern().triplets(), irow, jcol);
            }
            (SparsityRequest::Values { values }, Some(x)) => {
                self.jacobian.value_and_jacobian_into(&self.problem.constraints, x, &mut self.values, values);
            }
            (SparsityRequest::Values { .. }, None) => return false,
        }
        true
    }

    fn eval_h(
        &mut self,
        x: Option<&[f64]>,
        _: bool,
        scale: f64,
        multipliers: Option<&[f64]>,
        _: bool,
        request: SparsityRequest<'_>,
    ) -> bool {
        match (request, x, multipliers) {
            (SparsityRequest::Structure { irow, jcol }, ..) => {
                write_places(lower_triangle(self.hessian.pattern()), irow, jcol);
            }
            (SparsityRequest::Values { values }, Some(x), Some(multipliers)) => {
                let Problem { objective, constraints, .. } = &self.problem;
                let lagrange = Lagrange { objective, constraints, scale, multipliers };
                let (gradient, entries) = (&mut self.gradient, &mut self.entries);
                self.hessian.value_gradient_and_hessian_into(&lagrange, x, gradient, entries);
                values.iter_mut().zip(&self.lower).for_each(|(value, &place)| *value = self.entries[place]);
            }
            _ => return false,
        }
        true
    }

    fn finalize_solution(&mut self, found: Solution<'_>, _: &IpoptData, _: &IpoptCq) {
        let (x, multipliers) = (found.x.to_vec(), found.lambda.to_vec());
        self.found = Some(Minimum { x, value: found.obj_value, multipliers });
    }
}
