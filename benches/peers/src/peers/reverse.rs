use super::{Contestant, Mode, contestant};
use crate::problems::Function;
use crate::real::{Real, f64_on_the_left, f64_on_the_right, functions};
use reverse::{Gradient, Tape, Var};

/// The tape is cleared and used again.
pub fn reverse<F: Function + 'static>() -> Contestant<'static, F> {
    let tape = Tape::new();
    contestant("reverse `Var`", Mode::Reverse, move |f: &F, x, gradient| {
        tape.clear();
        let variables = tape.add_vars(x);
        let y = f.eval(&variables);
        gradient.copy_from_slice(&y.grad().wrt(&variables));
        y.val
    })
}

impl Real for Var<'_> {
    f64_on_the_right!();
    f64_on_the_left!();
    functions!(exp ln sqrt tanh: &Var);

    #[inline]
    fn constant(self, c: f64) -> Self {
        self.tape.add_var(c)
    }
    #[inline]
    fn value(self) -> f64 {
        self.val
    }
}
