use super::{Contestant, Mode, Seeded, by_directions, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_right, functions};
use hyperdual::{Float, Hyperdual};

/// `Hyperdual<f64, M>` is a value and `N` tangents.
pub fn forward<F: Function + 'static, const N: usize, const M: usize>() -> Contestant<'static, F> {
    contestant("hyperdual `Hyperdual`", Mode::Forward, by_directions::<F, Hyperdual<f64, M>, N>)
}

impl<const M: usize> Real for Hyperdual<f64, M> {
    f64_on_the_right!();
    functions!(exp ln sqrt tanh: Float);

    #[inline]
    fn constant(self, c: f64) -> Self {
        Hyperdual::from_real(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.real()
    }
    #[inline]
    fn taken_from(self, c: f64) -> Self {
        -self + c
    }
}

impl<const N: usize, const M: usize> Seeded<N> for Hyperdual<f64, M> {
    #[inline]
    fn seeded(x: f64, direction: Option<usize>) -> Self {
        const { assert!(M == N + 1) };
        let mut number = Hyperdual::from_real(x);
        if let Some(direction) = direction {
            number[1 + direction] = 1.0;
        }
        number
    }
    #[inline]
    fn tangent(&self, direction: usize) -> f64 {
        self[1 + direction]
    }
}
