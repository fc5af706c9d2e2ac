//! A minimal surface: the surface of least area over a square, with a given border, by linear finite elements.
//!
//! The border is that of Scherk's surface u = ln(cos y / cos x), which is minimal, over |x|, |y| ≤ 1.

use dualtape::{Float, ScalarFunction};

/// The area as a function of the heights of the inner points, row by row. Each cell of the grid is two triangles, so a point meets its
/// neighbours on the axes and on one diagonal.
pub struct Surface {
    /// Inner points on a side.
    pub side: usize,
}

impl Surface {
    fn width(&self) -> f64 {
        2.0 / (self.side + 1) as f64
    }

    /// Scherk's surface at a point of the grid, whose border has the index 0.
    pub fn exact(&self, i: usize, j: usize) -> f64 {
        let at = |k: usize| k as f64 * self.width() - 1.0;
        (at(j).cos() / at(i).cos()).ln()
    }

    fn area<T: Float>(&self, height: impl Fn(usize, usize) -> T) -> T {
        let steepness = T::lit(self.width().powi(-2));
        let slope = |corner: T, right: T, up: T| {
            let (x, y) = (right - corner, up - corner);
            ((x * x + y * y) * steepness + T::one()).sqrt()
        };
        let mut sum = T::zero();
        for i in 0..=self.side {
            for j in 0..=self.side {
                let (right, up) = (height(i + 1, j), height(i, j + 1));
                sum += slope(height(i, j), right, up) + slope(height(i + 1, j + 1), up, right);
            }
        }
        sum * T::lit(0.5 * self.width().powi(2))
    }
}

impl ScalarFunction for Surface {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let inner = 1..=self.side;
        self.area(|i, j| {
            if inner.contains(&i) && inner.contains(&j) {
                x[(i - 1) * self.side + j - 1]
            } else {
                T::lit(self.exact(i, j))
            }
        })
    }
}
