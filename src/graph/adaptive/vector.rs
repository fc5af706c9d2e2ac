//! The drivers of a function with several results, as methods.

use super::super::body::Body;
use super::super::traced::Traced;
use super::Adaptive;
use super::kept::Kind;
use crate::drivers::{INPUT, VectorFunction, by_size, check_length, forward, reverse};

#[cfg(feature = "nalgebra")]
use crate::drivers::check_jacobian;
#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// The drivers of a function with several results. Each does what the driver of its name does; see [`family`](crate::family).
impl<F: VectorFunction> Adaptive<F> {
    /// The values at `x`, by the function itself, which is faster on plain numbers than a replay.
    #[must_use]
    pub fn values(&self, x: &[f64]) -> Vec<f64> {
        self.function().eval(x)
    }

    /// The values at `x` and the Jacobian-vector product `J v`. See [`jvp_of`](crate::jvp_of).
    ///
    /// # Panics
    /// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
    ///
    /// # Examples
    /// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with v = (1, 10) the product is (23, 11).
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, vector_function};
    /// # fn f<T: Float>(x: &[T]) -> Vec<T> { vec![x[0] * x[1], x[0] + x[1]] }
    /// # vector_function!(Field = f);
    /// assert_eq!(
    ///     Adaptive::new(Field).jvp(&[2.0, 3.0], &[1.0, 10.0]),
    ///     (vec![6.0, 5.0], vec![23.0, 11.0])
    /// );
    /// ```
    #[must_use]
    #[track_caller]
    pub fn jvp(&self, x: &[f64], v: &[f64]) -> (Vec<f64>, Vec<f64>) {
        check_length("Adaptive::jvp", "the direction", v.len(), x.len(), INPUT);
        let replayed = self.replays.replay(Kind::Jvp, (x, v), None, |results| {
            let (value, product) = results.split_at(results.len() / 2);
            (value.to_vec(), product.to_vec())
        });
        replayed.unwrap_or_else(|| {
            let results = by_size::jvp_of(self.function(), x, v);
            self.learn_vector(Kind::Jvp, x);
            results
        })
    }

    /// Writes the values at `x` to `value` and `J v` to `product`. Once warm it allocates nothing, except by the function.
    ///
    /// # Panics
    /// If `v` and `x` differ in length, if `value` or `product` has not one entry for each result, and as
    /// [every driver](crate::family#panics).
    #[track_caller]
    pub fn jvp_into(&self, x: &[f64], v: &[f64], value: &mut [f64], product: &mut [f64]) {
        check_length("Adaptive::jvp_into", "the direction", v.len(), x.len(), INPUT);
        let outputs = (value.len() == product.len()).then_some(2 * value.len());
        let replayed = self.replays.replay(Kind::Jvp, (x, v), Some(outputs.unwrap_or(usize::MAX)), |results| {
            let (values, products) = results.split_at(results.len() / 2);
            value.copy_from_slice(values);
            product.copy_from_slice(products);
        });
        replayed.unwrap_or_else(|| {
            forward::jvp_into(|x| self.function().eval(x), x, v, value, product);
            self.learn_vector(Kind::Jvp, x);
        });
    }

    /// The values at `x` and the vector-Jacobian product `wᵀ J`. See [`vjp_of`](crate::vjp_of).
    ///
    /// # Panics
    /// If `w` has not one entry for each result, and as [every driver](crate::family#panics).
    ///
    /// # Examples
    /// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with w = (1, 10) the product is (13, 12).
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, vector_function};
    /// # fn f<T: Float>(x: &[T]) -> Vec<T> { vec![x[0] * x[1], x[0] + x[1]] }
    /// # vector_function!(Field = f);
    /// assert_eq!(
    ///     Adaptive::new(Field).vjp(&[2.0, 3.0], &[1.0, 10.0]),
    ///     (vec![6.0, 5.0], vec![13.0, 12.0])
    /// );
    /// ```
    #[must_use]
    #[track_caller]
    pub fn vjp(&self, x: &[f64], w: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let outputs = Some(w.len() + x.len());
        let replayed = self.replays.replay(Kind::Vjp, (x, w), outputs, |results| {
            let (value, product) = results.split_at(w.len());
            (value.to_vec(), product.to_vec())
        });
        replayed.unwrap_or_else(|| {
            let results = by_size::vjp_of(self.function(), x, w);
            self.learn_vector(Kind::Vjp, x);
            results
        })
    }

    /// Writes the values at `x` to `value` and `wᵀ J` to `product`. Once warm it allocates nothing, except by the function.
    ///
    /// # Panics
    /// If `w` or `value` has not one entry for each result, if `product` and `x` differ in length, and as
    /// [every driver](crate::family#panics).
    #[track_caller]
    pub fn vjp_into(&self, x: &[f64], w: &[f64], value: &mut [f64], product: &mut [f64]) {
        check_length("Adaptive::vjp_into", "the buffer for the product", product.len(), x.len(), INPUT);
        let outputs = (value.len() == w.len()).then_some(w.len() + x.len());
        let replayed = self.replays.replay(Kind::Vjp, (x, w), Some(outputs.unwrap_or(usize::MAX)), |results| {
            let (values, products) = results.split_at(w.len());
            value.copy_from_slice(values);
            product.copy_from_slice(products);
        });
        replayed.unwrap_or_else(|| {
            reverse::vjp_into(|x| self.function().eval(x), x, w, value, product);
            self.learn_vector(Kind::Vjp, x);
        });
    }

    fn learn_vector(&self, kind: Kind, x: &[f64]) {
        self.replays.learn(kind, x, &|x, most| {
            Body::record_within(most, x, x.len(), false, |x: &[Traced]| self.function().eval(x))
        });
    }
}

/// Those that return matrices.
#[cfg(feature = "nalgebra")]
impl<F: VectorFunction> Adaptive<F> {
    /// The Jacobian at `x`: entry `(i, j)` is `∂fᵢ/∂xⱼ`. See [`jacobian_of`](crate::jacobian_of).
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    ///
    /// # Examples
    /// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
    /// ```
    /// use dualtape::graph::Adaptive;
    /// # use dualtape::{Float, vector_function};
    /// # fn f<T: Float>(x: &[T]) -> Vec<T> { vec![x[0] * x[1], x[0] + x[1]] }
    /// # vector_function!(Field = f);
    /// assert_eq!(
    ///     Adaptive::new(Field).jacobian(&[2.0, 3.0]),
    ///     nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]
    /// );
    /// ```
    #[must_use]
    #[track_caller]
    pub fn jacobian(&self, x: &[f64]) -> DMatrix<f64> {
        self.value_and_jacobian(x).1
    }

    /// The values and the Jacobian at `x`. See [`value_and_jacobian_of`](crate::value_and_jacobian_of).
    ///
    /// # Panics
    /// As [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn value_and_jacobian(&self, x: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
        let replayed = self.replays.replay(Kind::Jacobian, (x, &[]), None, |results| {
            let outputs = results.len() / (x.len() + 1);
            let (value, jacobian) = results.split_at(outputs);
            (value.to_vec(), DMatrix::from_row_slice(outputs, x.len(), jacobian))
        });
        replayed.unwrap_or_else(|| {
            let results = by_size::value_and_jacobian_of(self.function(), x);
            self.learn_vector(Kind::Jacobian, x);
            results
        })
    }

    /// Writes the values and the Jacobian at `x` to `value` and `jacobian`. Once warm it allocates nothing, except by the function.
    ///
    /// # Panics
    /// If `value` has not one entry for each result, or `jacobian` not one row for each result and one column for each entry of `x`,
    /// and as [every driver](crate::family#panics).
    #[track_caller]
    pub fn value_and_jacobian_into(&self, x: &[f64], value: &mut [f64], jacobian: &mut DMatrix<f64>) {
        check_jacobian("Adaptive::value_and_jacobian_into", jacobian.shape(), value.len(), x.len());
        let outputs = Some(value.len() * (x.len() + 1));
        let replayed = self.replays.replay(Kind::Jacobian, (x, &[]), outputs, |results| {
            let (values, entries) = results.split_at(value.len());
            value.copy_from_slice(values);
            for (i, row) in entries.chunks_exact(x.len().max(1)).enumerate() {
                row.iter().enumerate().for_each(|(j, &entry)| jacobian[(i, j)] = entry);
            }
        });
        replayed.unwrap_or_else(|| {
            by_size::value_and_jacobian_of_into(self.function(), x, value, jacobian);
            self.learn_vector(Kind::Jacobian, x);
        });
    }
}
