//! The second-order model of a function at a point: value, gradient and Hessian, the scale of each variable, and the
//! Newton step where there is one.
//!
//! What is small, zero or negative is decided in the scaled variables D x, so that it does not depend on the units of
//! `x`.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::bounds::Bounds;
use super::hessian::Hessian;
use super::report::Fault;
use super::step::Step;
use crate::{ScalarFunction, value_gradient_and_hessian_of};

/// The sign of the Hessian to working precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Curvature {
    Definite,
    Semidefinite,
    Indefinite,
    /// Not known, since some number is not finite.
    NonFinite,
}

pub(super) struct Model<H = DMatrix<f64>> {
    pub x: DVector<f64>,
    pub value: f64,
    pub gradient: DVector<f64>,
    pub hessian: H,
    /// The diagonal of D at this point.
    pub scale: DVector<f64>,
    pub curvature: Curvature,
    /// The minimiser of the model (the shortest, if the Hessian is singular); none if the model has no minimum.
    pub newton: Option<DVector<f64>>,
    /// √(gᵀH⁻¹g); NaN if there is no Newton step.
    pub decrement: f64,
    /// The variables that may move, if not all do. Curvature, Newton step and decrement are those of the function of
    /// these variables alone.
    pub face: Option<Vec<usize>>,
}

impl<H: Hessian> Model<H> {
    /// The model of these derivatives without Newton step and decrement. The scale is asked for only if all numbers are
    /// finite.
    pub fn unclassified(
        x: DVector<f64>,
        value: f64,
        gradient: DVector<f64>,
        hessian: H,
        scale: impl FnOnce(f64, &DVector<f64>, &H) -> DVector<f64>,
    ) -> Self {
        let finite = value.is_finite()
            && [x.as_slice(), gradient.as_slice(), hessian.entries()].into_iter().flatten().all(|v| v.is_finite());
        let (scale, curvature) = if finite {
            (scale(value, &gradient, &hessian), Curvature::Semidefinite)
        } else {
            (DVector::from_element(x.len(), 1.0), Curvature::NonFinite)
        };
        Self { x, value, gradient, hessian, scale, curvature, newton: None, decrement: f64::NAN, face: None }
    }

    pub fn is_finite(&self) -> bool {
        self.curvature != Curvature::NonFinite
    }

    /// What is not finite, if something is.
    pub fn fault(&self) -> Option<Fault> {
        let point = || Fault::first(&self.x, |index, value| Fault::Point { index, value });
        let value = || (!self.value.is_finite()).then_some(Fault::Value { value: self.value });
        let gradient = || Fault::first(&self.gradient, |index, value| Fault::Gradient { index, value });
        let hessian = || {
            Fault::first(self.hessian.entries(), |index, value| {
                let (row, column) = self.hessian.place(index);
                Fault::Hessian { row, column, value }
            })
        };
        if self.is_finite() { None } else { point().or_else(value).or_else(gradient).or_else(hessian) }
    }

    /// Whether a variable may move here that bounds held at the point before.
    pub fn frees_from(&self, before: &Self) -> bool {
        let is_free = |i: &usize| self.face.as_ref().is_none_or(|face| face.contains(i));
        before.face.as_ref().is_some_and(|face| (0..self.x.len()).any(|i| !face.contains(&i) && is_free(&i)))
    }

    /// ‖D v‖ with the scale of this point.
    pub fn scaled_norm(&self, v: &DVector<f64>) -> f64 {
        norm(&self.scale.component_mul(v))
    }

    /// The length of the gradient, without the parts that push against bounds.
    pub fn gradient_norm(&self) -> f64 {
        match &self.face {
            None => norm(&self.gradient),
            Some(face) => norm(&DVector::from_fn(face.len(), |a, _| self.gradient[face[a]])),
        }
    }

    /// A step in all variables from one in those of [`Model::scaled`].
    pub fn unscaled(&self, y: &DVector<f64>, scale: &DVector<f64>) -> DVector<f64> {
        match &self.face {
            None => y.component_div(scale),
            Some(face) => {
                let mut step = DVector::zeros(scale.len());
                for (&i, y) in face.iter().zip(y) {
                    step[i] = y / scale[i];
                }
                step
            }
        }
    }

    /// Takes the minimiser of the model in the scaled variables for the Newton step, if it is finite.
    pub fn set_newton(&mut self, gradient: &DVector<f64>, step: &DVector<f64>) {
        if step.iter().all(|s| s.is_finite()) {
            let squared = -gradient.dot(step);
            self.decrement = if squared > 0.0 { squared.sqrt() } else { 0.0 }; // never -0
            self.newton = Some(self.unscaled(step, &self.scale));
        }
    }

    /// The Newton step, if there is one in the region ‖D s‖ ≤ `radius`.
    pub fn newton_within(&self, scale: &DVector<f64>, radius: f64) -> Option<Step> {
        let step = self.newton.as_ref()?;
        let length = norm(&scale.component_mul(step));
        let predicted = 0.5 * self.decrement.powi(2);
        (length <= radius).then(|| Step { step: step.clone(), length, predicted, newton: true })
    }
}

impl Model {
    /// The model of `f` at `x`, with the scale of its curvature.
    pub fn at<F: ScalarFunction + ?Sized>(f: &F, x: DVector<f64>, bounds: Option<&Bounds>) -> Self {
        let (value, gradient, hessian) = value_gradient_and_hessian_of(f, x.as_slice());
        let gradient = DVector::from_vec(gradient);
        Self::new(x, value, gradient, hessian, scaling, bounds)
    }

    /// The model of these derivatives. The scale is asked for only if all numbers are finite.
    pub fn new(
        x: DVector<f64>,
        value: f64,
        gradient: DVector<f64>,
        hessian: DMatrix<f64>,
        scale: impl FnOnce(f64, &DVector<f64>, &DMatrix<f64>) -> DVector<f64>,
        bounds: Option<&Bounds>,
    ) -> Self {
        let mut model = Self::unclassified(x, value, gradient, hessian, scale);
        model.face = bounds.and_then(|bounds| bounds.face(&model.x, &model.gradient));
        if model.is_finite() {
            model.classify();
        }
        model
    }

    /// The same quadratic seen from x + s, as a function of the variables of a face alone.
    pub fn seen_from(&self, s: &DVector<f64>, face: Vec<usize>) -> Self {
        let mut model = Self {
            x: &self.x + s,
            value: self.value + self.change(s),
            gradient: &self.gradient + &self.hessian * s,
            hessian: self.hessian.clone(),
            scale: self.scale.clone(),
            curvature: Curvature::Semidefinite,
            newton: None,
            decrement: f64::NAN,
            face: Some(face),
        };
        model.classify();
        model
    }

    /// What the model says of a step: gᵀs + ½ sᵀHs.
    pub fn change(&self, s: &DVector<f64>) -> f64 {
        self.gradient.dot(s) + 0.5 * s.dot(&(&self.hessian * s))
    }

    /// Gradient and Hessian in those of the scaled variables that may move: D⁻¹g and D⁻¹HD⁻¹.
    pub fn scaled(&self, scale: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        // Divided one after the other, since the product of two scales can overflow, and in one order, for symmetry.
        let entry = |i: usize, j: usize| self.hessian[(i, j)] / scale[i.max(j)] / scale[i.min(j)];
        match &self.face {
            None => (self.gradient.component_div(scale), DMatrix::from_fn(scale.len(), scale.len(), entry)),
            Some(face) => (
                DVector::from_fn(face.len(), |a, _| self.gradient[face[a]] / scale[face[a]]),
                DMatrix::from_fn(face.len(), face.len(), |a, b| entry(face[a], face[b])),
            ),
        }
    }

    /// Whether the Hessian has an eigenvalue that is negative by more than rounding of the function's terms explains.
    #[inline]
    pub fn is_saddle(&self) -> bool {
        self.curvature == Curvature::Indefinite
            && eigen(self.scaled(&self.scale).1).is_some_and(|spectrum| {
                let eigenvalues = spectrum.eigenvalues;
                eigenvalues.min() < -f64::EPSILON.sqrt() * eigenvalues.amax()
            })
    }

    /// Where the model's gradient is zero, be it a minimum or not: s = -H⁻¹g.
    pub fn stationary_step(&self) -> Option<DVector<f64>> {
        match self.curvature {
            Curvature::Definite => self.newton.clone(),
            _ => {
                let (gradient, hessian) = self.scaled(&self.scale);
                let step = self.unscaled(&-hessian.lu().solve(&gradient)?, &self.scale);
                step.iter().all(|s| s.is_finite()).then_some(step)
            }
        }
    }

    /// Finds curvature, Newton step and decrement: by Cholesky's decomposition, or where that fails by eigenvalues.
    fn classify(&mut self) {
        let (gradient, hessian) = self.scaled(&self.scale);
        let step = match hessian.clone().cholesky() {
            Some(cholesky) => {
                self.curvature = Curvature::Definite;
                Some(-cholesky.solve(&gradient))
            }
            None => {
                self.curvature = Curvature::Indefinite;
                self.semidefinite_step(&gradient, hessian)
            }
        };
        if let Some(step) = step {
            self.set_newton(&gradient, &step);
        }
    }

    /// -H⁺g for a Hessian that is singular but not indefinite. None if the gradient has a part in the null space, along
    /// which the model falls without end.
    fn semidefinite_step(&mut self, gradient: &DVector<f64>, hessian: DMatrix<f64>) -> Option<DVector<f64>> {
        let unit = gradient.len() as f64 * f64::EPSILON;
        let SymmetricEigen { eigenvectors, eigenvalues } = eigen(hessian)?;
        let largest = eigenvalues.amax();
        if eigenvalues.min() < -unit * largest {
            return None;
        }
        self.curvature = Curvature::Semidefinite;
        // A gradient is not known better than the change which rounding of `x` makes.
        let noise = unit * (norm(gradient) + largest * self.scaled_norm(&self.x));
        let mut step = eigenvectors.tr_mul(gradient);
        for (s, &curvature) in step.iter_mut().zip(&eigenvalues) {
            if curvature > unit * largest {
                *s /= -curvature;
            } else if s.abs() <= noise {
                *s = 0.0;
            } else {
                return None;
            }
        }
        Some(eigenvectors * step)
    }
}

/// Eigenvalues and eigenvectors; none if the iteration does not end (it takes two or three sweeps an eigenvalue).
pub(super) fn eigen(matrix: DMatrix<f64>) -> Option<SymmetricEigen<f64, nalgebra::Dyn>> {
    SymmetricEigen::try_new(matrix, f64::EPSILON, 10_000)
}

/// The Euclidean norm, without overflow in the squares.
pub(super) fn norm(v: &DVector<f64>) -> f64 {
    let largest = v.amax();
    if largest > 0.0 && largest.is_finite() { (v / largest).norm() * largest } else { largest }
}

/// The diagonal of D: how strongly the function depends on each variable, in units of its curvature.
///
/// For a positive semidefinite Hessian this is √Hᵢᵢ; for a sum of squares with small residuals that is √2 times the
/// norm of a column of the Jacobian, Moré's scale. An indefinite Hessian may have zeros on its diagonal and great
/// numbers beside it. So D is chosen such that the largest entry in every row of D⁻¹HD⁻¹ is about one; for a
/// semidefinite matrix it is on the diagonal, which makes both the same.
///
/// Source: D. Ruiz, *A scaling algorithm to equilibrate both rows and columns norms in matrices*, RAL-TR-2001-034.
pub(super) fn scaling<H: Hessian>(value: f64, gradient: &DVector<f64>, hessian: &H) -> DVector<f64> {
    let mut scale = hessian.diagonal().map(|h| if h == 0.0 { 1.0 } else { h.abs().sqrt() });
    for _ in 0..20 {
        let largest = hessian.row_maxima(&scale);
        if largest.iter().all(|&m| m == 0.0 || (0.9..1.1).contains(&m)) {
            break;
        }
        for (d, &m) in scale.iter_mut().zip(&largest) {
            if m > 0.0 && m.is_finite() {
                *d *= m.sqrt();
            }
        }
    }
    let rows = hessian.row_maxima(&DVector::from_element(gradient.len(), 1.0));
    for (i, _) in rows.iter().enumerate().filter(|&(_, &largest)| largest == 0.0) {
        // A variable without second derivatives: the slope has to do, in the units of the others, √f.
        let slope = gradient[i].abs() / if value == 0.0 { 1.0 } else { value.abs().sqrt() };
        scale[i] = if slope > 0.0 { slope } else { 1.0 };
    }
    scale
}
