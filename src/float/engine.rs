//! What engines need to know of a number. Users call nothing of it, so it stays off the page of [`Float`]; and since nobody outside
//! the crate can implement it, the list of numbers is complete.

use super::Float;
pub use super::algorithm::Algorithm;

/// The engines' part of [`Float`].
pub trait Engine: Sized {
    /// `true` if the number carries derivatives itself, so that a formula on it is differentiated once more.
    const NESTED: bool;

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
