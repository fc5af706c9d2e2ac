//! What engines need to know of a number. Users call nothing of it, so it stays off the page of [`Float`]. Nobody outside the crate can
//! implement it, so the list of numbers is complete.

use super::Float;
pub use super::algorithm::Algorithm;

/// The engines' part of [`Float`].
pub trait Engine: Sized {
    /// `true` if the number carries derivatives itself, so that a formula on it is differentiated once more.
    const NESTED: bool;

    /// How many derivatives, one of another, the number carries: 0 for `f64`, 2 for `Reverse<Dual<f64>>`.
    const LEVELS: usize;

    /// Whether the engine on top tests a tangent for zero before it multiplies. A number for which this test costs less than a
    /// multiplication says `true`: those that record.
    ///
    /// A type that says `false` promises that factors of a product are [finite in all parts](Float::is_finite_in_all_parts) if the
    /// product is.
    const SPARSE: bool = false;

    /// `true` if what is computed is recorded to be run at other points, so that no code may go by the values at hand. It notes the
    /// condition instead under which what it does is right.
    const TRACED: bool = false;

    /// What a function of `K` inputs is evaluated on inside [`Float::fuse`]: `Dual<T, K>` for `Reverse<T>`, else the type itself.
    type Fused<const K: usize>: Float<Base = <Self as Float>::Base>
    where
        Self: Float;

    /// How many derivatives, one of another, a power series adds to its coefficients; 0 for all other numbers.
    ///
    /// The value one level down of a power series is of the type of the series itself: the series, known to one order less. So code that
    /// goes down level by level comes to an end by types alone only where this is 0.
    const ORDERS: usize = 0;

    /// The highest order at which a power series is known and not zero: 0 if it is constant, or known by its value alone. Always 0 for
    /// other numbers.
    #[inline]
    fn orders_left(&self) -> usize {
        0
    }

    /// Runs a side of a choice that goes by this number, where both sides are run. A number that would not notice a recursion without end
    /// takes note.
    #[inline(always)]
    fn side<A>(&self, run: impl FnOnce() -> A) -> A {
        run()
    }

    /// Runs an algorithm on numbers of this type: its part for primitive numbers or its part for numbers on an inner type,
    /// whichever fits.
    fn run<A: Algorithm>(args: A::Args<'_, Self>) -> A::Output<Self>
    where
        Self: Float;
}
