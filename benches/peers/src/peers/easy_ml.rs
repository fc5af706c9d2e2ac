use super::{Contestant, Mode, Seeded, by_directions, contestant};
use crate::problems::Function;
use crate::real::{Real, erf_slope, f64_on_the_right};
use easy_ml::differentiation::record_operations::SwappedOperations;
use easy_ml::differentiation::{Record, Trace, WengertList};
use easy_ml::numeric::extra::{Exp, Ln, Sqrt};

/// The list is cleared and used again.
pub fn reverse<F: Function + 'static>() -> Contestant<'static, F> {
    let list = WengertList::new();
    contestant("easy-ml `Record`", Mode::Reverse, move |f: &F, x, gradient| {
        list.clear();
        let variables: Vec<Record<f64>> = x.iter().map(|&x| Record::variable(x, &list)).collect();
        let y = f.eval(&variables);
        let derivatives = y.derivatives();
        for (g, variable) in gradient.iter_mut().zip(&variables) {
            *g = derivatives[variable];
        }
        y.number
    })
}

/// One direction at a time.
pub fn forward<F: Function + 'static>() -> Contestant<'static, F> {
    contestant("easy-ml `Trace`", Mode::Forward, by_directions::<F, Trace<f64>, 1>)
}

/// What both numbers have, and `tanh` and `erf` as a user adds them.
macro_rules! with_user_functions {
    ($number:ident) => {
        f64_on_the_right!();

        #[inline]
        fn exp(self) -> Self {
            Exp::exp(self)
        }
        #[inline]
        fn ln(self) -> Self {
            Ln::ln(self)
        }
        #[inline]
        fn sqrt(self) -> Self {
            Sqrt::sqrt(self)
        }
        #[inline]
        fn tanh(self) -> Self {
            self.own(f64::tanh, |x| 1.0 / (x.cosh() * x.cosh()))
        }
        #[inline]
        fn erf(self) -> Self {
            self.own(libm::erf, erf_slope)
        }
        #[inline]
        fn constant(self, c: f64) -> Self {
            $number::constant(c)
        }
        #[inline]
        fn value(self) -> f64 {
            self.number
        }
    };
}

/// A function that the crate does not have, from value and derivative.
trait Own {
    fn own(self, value: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Self;
}

impl Own for Record<'_, f64> {
    /// What `unary` returns borrows its argument, although the tape lives longer.
    #[inline]
    fn own(self, value: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Self {
        let y = self.unary(value, slope);
        Record::from_existing((y.number, y.index), self.history())
    }
}

impl Own for Trace<f64> {
    #[inline]
    fn own(self, value: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Self {
        self.unary(value, slope)
    }
}

impl Real for Record<'_, f64> {
    with_user_functions!(Record);

    #[inline]
    fn taken_from(self, c: f64) -> Self {
        self.sub_swapped(c)
    }
}

impl Real for Trace<f64> {
    with_user_functions!(Trace);
}

impl Seeded<1> for Trace<f64> {
    #[inline]
    fn seeded(x: f64, direction: Option<usize>) -> Self {
        direction.map_or(Trace::constant(x), |_| Trace::variable(x))
    }
    #[inline]
    fn tangent(&self, _: usize) -> f64 {
        self.derivative
    }
}
