//! The drivers of a function with one result, as methods.

use super::super::body::Body;
use super::super::traced::Traced;
use super::Adaptive;
use super::kept::Kind;
use crate::drivers::by_size::value_and_gradient_of_into;
use crate::drivers::{INPUT, ScalarFunction, check_length, reverse};

#[cfg(feature = "nalgebra")]
use crate::drivers::{by_size::value_gradient_and_hessian_of_into, check_hessian};
#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// The drivers of a function with one result. Each does what the driver of its name does; see [`family`](crate::family).
impl<F: ScalarFunction> Adaptive<F> {
    /// The value at `x`, by the function itself, which is faster on plain numbers than a replay.
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, scalar_function};
    /// # fn f<T: Float>(x: &[T]) -> T { x[0] * x[0] * x[1] }
    /// # scalar_function!(Monomial = f);
    /// assert_eq!(Adaptive::new(Monomial).value(&[3.0, 2.0]), 18.0); // x² y
    /// ```
    #[must_use]
    pub fn value(&self, x: &[f64]) -> f64 {
        self.function().eval(x)
    }

    /// The gradient at `x`. See [`gradient_of`](crate::gradient_of).
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    ///
    /// # Examples
    /// x² y at (3, 2) has the gradient (12, 9):
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, scalar_function};
    /// # fn f<T: Float>(x: &[T]) -> T { x[0] * x[0] * x[1] }
    /// # scalar_function!(Monomial = f);
    /// assert_eq!(Adaptive::new(Monomial).gradient(&[3.0, 2.0]), [12.0, 9.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.value_and_gradient(x).1
    }

    /// The value and the gradient at `x`. See [`value_and_gradient_of`](crate::value_and_gradient_of).
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn value_and_gradient(&self, x: &[f64]) -> (f64, Vec<f64>) {
        let mut g = vec![0.0; x.len()];
        let value = self.value_and_gradient_into(x, &mut g);
        (value, g)
    }

    /// Writes the gradient at `x` to `g` and returns the value. Once warm it allocates nothing, except by the function.
    ///
    /// # Panics
    /// If `g` and `x` differ in length, and as [every driver](crate::family#panics).
    ///
    /// # Examples
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, scalar_function};
    /// # fn f<T: Float>(x: &[T]) -> T { x[0] * x[0] * x[1] }
    /// # scalar_function!(Monomial = f);
    /// let f = Adaptive::new(Monomial);
    /// let mut gradient = [0.0; 2];
    /// assert_eq!(
    ///     (f.value_and_gradient_into(&[3.0, 2.0], &mut gradient), gradient),
    ///     (18.0, [12.0, 9.0])
    /// );
    /// ```
    #[track_caller]
    pub fn value_and_gradient_into(&self, x: &[f64], g: &mut [f64]) -> f64 {
        check_length("Adaptive::value_and_gradient_into", "the buffer for the gradient", g.len(), x.len(), INPUT);
        let replayed = self.replays.replay(Kind::Gradient, (x, &[]), None, |results| {
            g.copy_from_slice(&results[1..]);
            results[0]
        });
        replayed.unwrap_or_else(|| {
            let value = value_and_gradient_of_into(self.function(), x, g);
            self.learn_scalar(Kind::Gradient, x);
            value
        })
    }

    /// The Hessian-vector product `H v` at `x`. See [`hvp_of`](crate::hvp_of).
    ///
    /// # Panics
    /// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
    ///
    /// # Examples
    /// x² y at (3, 2) has the Hessian [[4, 6], [6, 0]]; with v = (1, 10) the product is (64, 6).
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, scalar_function};
    /// # fn f<T: Float>(x: &[T]) -> T { x[0] * x[0] * x[1] }
    /// # scalar_function!(Monomial = f);
    /// assert_eq!(Adaptive::new(Monomial).hvp(&[3.0, 2.0], &[1.0, 10.0]), [64.0, 6.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn hvp(&self, x: &[f64], v: &[f64]) -> Vec<f64> {
        check_length("Adaptive::hvp", "the direction", v.len(), x.len(), INPUT);
        self.value_gradient_and_hvp(x, v).2
    }

    /// The gradient and the Hessian-vector product at `x`. See [`hvp_of`](crate::hvp_of).
    ///
    /// # Panics
    /// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn gradient_and_hvp(&self, x: &[f64], v: &[f64]) -> (Vec<f64>, Vec<f64>) {
        check_length("Adaptive::gradient_and_hvp", "the direction", v.len(), x.len(), INPUT);
        let (_, gradient, product) = self.value_gradient_and_hvp(x, v);
        (gradient, product)
    }

    /// The value, the gradient and the Hessian-vector product at `x`. See
    /// [`value_gradient_and_hvp_of`](crate::value_gradient_and_hvp_of).
    ///
    /// # Panics
    /// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hvp(&self, x: &[f64], v: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        check_length("Adaptive::value_gradient_and_hvp", "the direction", v.len(), x.len(), INPUT);
        let (mut g, mut product) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let value = self.value_gradient_and_hvp_into(x, v, &mut g, &mut product);
        (value, g, product)
    }

    /// Writes the gradient and the Hessian-vector product at `x` to `g` and `product`, and returns the value. Once warm it allocates
    /// nothing, except by the function.
    ///
    /// # Panics
    /// If `v`, `g` or `product` differs from `x` in length, and as [every driver](crate::family#panics).
    #[track_caller]
    pub fn value_gradient_and_hvp_into(&self, x: &[f64], v: &[f64], g: &mut [f64], product: &mut [f64]) -> f64 {
        const DRIVER: &str = "Adaptive::value_gradient_and_hvp_into";
        check_length(DRIVER, "the direction", v.len(), x.len(), INPUT);
        check_length(DRIVER, "the buffer for the gradient", g.len(), x.len(), INPUT);
        check_length(DRIVER, "the buffer for the product", product.len(), x.len(), INPUT);
        let replayed = self.replays.replay(Kind::Hvp, (x, v), None, |results| {
            let (gradient, hessian_times_v) = results[1..].split_at(x.len());
            g.copy_from_slice(gradient);
            product.copy_from_slice(hessian_times_v);
            results[0]
        });
        replayed.unwrap_or_else(|| {
            let value = reverse::value_gradient_and_hvp_into(|x| self.function().eval(x), x, v, g, product);
            self.learn_scalar(Kind::Hvp, x);
            value
        })
    }

    fn learn_scalar(&self, kind: Kind, x: &[f64]) {
        self.replays.learn(kind, x, &|x, most| {
            Body::record_within(most, x, x.len(), false, |x: &[Traced]| vec![self.function().eval(x)])
        });
    }
}

/// Those that return matrices.
#[cfg(feature = "nalgebra")]
impl<F: ScalarFunction> Adaptive<F> {
    /// The Hessian at `x`, exactly symmetric. See [`hessian_of`](crate::hessian_of).
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    ///
    /// # Examples
    /// x² y at (3, 2) has the Hessian [[2y, 2x], [2x, 0]].
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, scalar_function};
    /// # fn f<T: Float>(x: &[T]) -> T { x[0] * x[0] * x[1] }
    /// # scalar_function!(Monomial = f);
    /// assert_eq!(
    ///     Adaptive::new(Monomial).hessian(&[3.0, 2.0]),
    ///     nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]
    /// );
    /// ```
    #[must_use]
    #[track_caller]
    pub fn hessian(&self, x: &[f64]) -> DMatrix<f64> {
        self.value_gradient_and_hessian(x).2
    }

    /// The value, the gradient and the Hessian at `x`. See
    /// [`value_gradient_and_hessian_of`](crate::value_gradient_and_hessian_of).
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hessian(&self, x: &[f64]) -> (f64, Vec<f64>, DMatrix<f64>) {
        let (mut g, mut h) = (vec![0.0; x.len()], DMatrix::zeros(x.len(), x.len()));
        let value = self.value_gradient_and_hessian_into(x, &mut g, &mut h);
        (value, g, h)
    }

    /// Writes the gradient and the Hessian at `x` to `g` and `h`, and returns the value. Once warm it allocates nothing, except by the
    /// function.
    ///
    /// # Panics
    /// If `g` has not as many entries as `x`, or `h` not as many rows and columns, and as [every driver](crate::family#panics).
    #[track_caller]
    pub fn value_gradient_and_hessian_into(&self, x: &[f64], g: &mut [f64], h: &mut DMatrix<f64>) -> f64 {
        const DRIVER: &str = "Adaptive::value_gradient_and_hessian_into";
        check_length(DRIVER, "the buffer for the gradient", g.len(), x.len(), INPUT);
        check_hessian(DRIVER, h.shape(), x.len());
        let replayed = self.replays.replay(Kind::Hessian, (x, &[]), None, |results| {
            let (gradient, hessian) = results[1..].split_at(x.len());
            g.copy_from_slice(gradient);
            h.copy_from_slice(hessian); // symmetric, so rows are columns
            results[0]
        });
        replayed.unwrap_or_else(|| {
            let value = value_gradient_and_hessian_of_into(self.function(), x, g, h);
            self.learn_scalar(Kind::Hessian, x);
            value
        })
    }
}
