//! An approximation of the inverse Hessian from products of the Hessian.

use nalgebra::DVector;

/// How many pairs are kept, at most. The usual figure for memories of this kind.
const MOST: usize = 16;

/// Pairs (s, Hs) of one iteration of conjugate gradients, and the inverse of the matrix to which they update a multiple of the
/// identity by the formula of Broyden, Fletcher, Goldfarb and Shanno.
///
/// The pairs are a sample, evenly spread over the iteration.
///
/// Sources: Morales & Nocedal, *Automatic preconditioning by limited memory quasi-Newton updating*, SIAM J. Optim. 10
/// (2000); Nocedal & Wright, *Numerical Optimization*, 2nd ed., algorithm 7.4 (the product).
pub(super) struct Pairs {
    pairs: Vec<(DVector<f64>, DVector<f64>)>,
    /// Every so many of those offered are kept.
    stride: usize,
    offered: usize,
}

impl Pairs {
    /// None: the approximation is the identity.
    #[inline]
    pub fn none() -> Self {
        Self { pairs: Vec::new(), stride: 1, offered: 0 }
    }

    /// Whether there are enough pairs to be worth their products.
    #[inline]
    pub fn are_useful(&self) -> bool {
        self.pairs.len() > 1
    }

    /// Offers αp and αHp, where pᵀHp > 0.
    #[inline]
    pub fn offer(&mut self, p: &DVector<f64>, product: &DVector<f64>, alpha: f64) {
        if self.offered.is_multiple_of(self.stride) {
            if self.pairs.len() == MOST {
                let mut index = 0;
                self.pairs.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.stride *= 2;
            }
            if self.offered.is_multiple_of(self.stride) {
                self.pairs.push((p * alpha, product * alpha));
            }
        }
        self.offered += 1;
    }

    /// The approximation of H⁻¹ times a vector.
    #[inline]
    pub fn solve(&self, r: &DVector<f64>) -> DVector<f64> {
        let mut q = r.clone();
        let mut factors = Vec::with_capacity(self.pairs.len());
        for (s, y) in self.pairs.iter().rev() {
            let factor = s.dot(&q) / s.dot(y);
            q.axpy(-factor, y, 1.0);
            factors.push(factor);
        }
        if let Some((s, y)) = self.pairs.last() {
            q *= s.dot(y) / y.norm_squared();
        }
        for ((s, y), factor) in self.pairs.iter().zip(factors.iter().rev()) {
            let back = y.dot(&q) / s.dot(y);
            q.axpy(factor - back, s, 1.0);
        }
        q
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, dvector};

    /// The secant equation of the last pair, symmetry, and, with n conjugate pairs, the inverse itself.
    #[test]
    fn conjugate_pairs_give_the_inverse() {
        let h = DMatrix::from_row_slice(3, 3, &[4.0, 1.0, 0.5, 1.0, 3.0, -1.0, 0.5, -1.0, 2.0]);
        // Gram-Schmidt in the product of H.
        let mut directions: Vec<DVector<f64>> = Vec::new();
        for i in 0..3 {
            let mut p = DVector::from_fn(3, |j, _| if i == j { 1.0 } else { 0.3 });
            for q in &directions {
                let part = q.dot(&(&h * &p)) / q.dot(&(&h * q));
                p.axpy(-part, q, 1.0);
            }
            directions.push(p);
        }
        let mut pairs = Pairs::none();
        let r = dvector![1.0, -2.0, 0.5];
        assert_eq!(pairs.solve(&r), r);
        for (i, p) in directions.iter().enumerate() {
            pairs.offer(p, &(&h * p), 0.5 + i as f64);
            assert!((pairs.solve(&(&h * p)) - p).norm() < 1e-14);
        }
        assert!((pairs.solve(&r) - h.lu().solve(&r).unwrap()).norm() < 1e-14);
    }

    #[test]
    fn a_long_iteration_leaves_an_even_sample() {
        let mut pairs = Pairs::none();
        for i in 0..1000 {
            pairs.offer(&dvector![f64::from(i)], &dvector![1.0], 1.0);
        }
        let kept: Vec<f64> = pairs.pairs.iter().map(|(s, _)| s[0]).collect();
        assert!((MOST / 2..=MOST).contains(&kept.len()), "{kept:?}");
        assert!(kept.windows(2).all(|pair| pair[1] - pair[0] == kept[1] - kept[0]), "{kept:?}");
        assert_eq!(kept[0], 0.0);
    }
}
