use super::{Contestant, Mode, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_left, f64_on_the_right, functions};
use autodiff::{F1, Float};
use std::cell::Cell;

/// One direction at a time. The driver does not return the value.
pub fn forward<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("autodiff `F1`", Mode::Forward, |f: &F, x, gradient| {
        let value = Cell::new(0.0);
        let found = autodiff::grad(
            |x| {
                let y = f.eval(x);
                value.set(y.x);
                y
            },
            x,
        );
        gradient.copy_from_slice(&found);
        value.get()
    })
}

impl Real for F1 {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: Float);

    #[inline]
    fn constant(self, c: f64) -> Self {
        F1::cst(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.x
    }
}
