//! [`no_grad`]: computing without recording.

use crate::float::Float;
use crate::recording;

/// Runs `f` without recording: what it returns has the values, and no derivative.
///
/// While `f` runs, an operation on two variables of a tape, be it a driver's or a [`Tape`](crate::Tape), records nothing, and its result
/// is a constant. So `f` takes no memory of the tape, whatever it computes. What it returns is [detached](Detach) in any case, on dual
/// numbers as on the tape. Derivatives that are taken *inside* `f`, by a driver or a tape of their own, are not affected.
///
/// Scopes nest, and hold for this thread only. If `f` panics, recording goes on as before. A number that is written to a captured
/// variable instead of being returned keeps the derivative that it has by a single variable. [`Float::detach`] takes it away.
///
/// # Cost
/// That of `f` on numbers which find out, at each operation on two variables, that nothing is to be recorded: a look-up in place of a
/// write. Outside the scope it costs nothing: the fast path of recording does not know of it.
///
/// # Examples
/// The derivative of `x y + (x y)`, of which the second part is taken for a constant:
/// ```
/// use dualtape::{Tape, no_grad};
/// let tape = Tape::new();
/// let (x, y) = (tape.variable(2.0), tape.variable(3.0));
/// let nodes = tape.len();
/// let known = no_grad(|| x * y);
/// assert_eq!((known.primal(), tape.len()), (6.0, nodes));
/// assert_eq!(tape.adjoints(x * y + known).wrt(x), 3.0);
/// ```
#[track_caller]
pub fn no_grad<R: Detach>(f: impl FnOnce() -> R) -> R {
    recording::muted(f).detached()
}

/// What can leave a scope of [`no_grad`]: a value whose numbers can be taken for constants.
///
/// Numbers, arrays, vectors, options and tuples of them have it, and so do matrices of nalgebra. For a type of your own, detach its parts.
///
/// # Examples
/// ```
/// use dualtape::{Detach, Float, derivative, no_grad};
///
/// #[derive(Clone, Copy)]
/// struct Pair<T>(T, T);
///
/// impl<T: Float> Detach for Pair<T> {
///     fn detached(self) -> Self {
///         Pair(self.0.detached(), self.1.detached())
///     }
/// }
///
/// let slope = derivative(|x| no_grad(|| Pair(x, x * x)).1 * x, 3.0);
/// assert_eq!(slope, 9.0);
/// ```
pub trait Detach {
    /// The same value with constants in place of all numbers.
    #[must_use]
    fn detached(self) -> Self;
}

impl<T: Float> Detach for T {
    fn detached(self) -> Self {
        self.detach()
    }
}

impl<T: Detach> Detach for Vec<T> {
    fn detached(self) -> Self {
        self.into_iter().map(Detach::detached).collect()
    }
}

impl<T: Detach, const N: usize> Detach for [T; N] {
    fn detached(self) -> Self {
        self.map(Detach::detached)
    }
}

impl<T: Detach> Detach for Option<T> {
    fn detached(self) -> Self {
        self.map(Detach::detached)
    }
}

#[cfg(feature = "nalgebra")]
impl<T: Float, R: nalgebra::Dim, C: nalgebra::Dim> Detach for nalgebra::OMatrix<T, R, C>
where
    nalgebra::DefaultAllocator: nalgebra::allocator::Allocator<R, C>,
{
    fn detached(mut self) -> Self {
        self.iter_mut().for_each(|x| *x = x.detach());
        self
    }
}

/// For each tuple.
macro_rules! detach_tuples {
    ($(($($part:ident)*))*) => {$(
        impl<$($part: Detach),*> Detach for ($($part,)*) {
            #[expect(non_snake_case, reason = "a part is called as its type")]
            fn detached(self) -> Self {
                let ($($part,)*) = self;
                ($($part.detached(),)*)
            }
        }
    )*};
}

impl Detach for () {
    fn detached(self) {}
}

detach_tuples! { (A B) (A B C) (A B C D) }
