//! [`Taylor`], the number of higher derivatives.

mod arithmetic;
mod chain;

use super::Tag;
use crate::float::{Float, Primitive as _};
use core::array;

/// A power series of `N` coefficients: a number with its derivatives of the orders 0 to `N - 1`.
///
/// Stands for `Σ cₖ tᵏ`, with all powers from `tᴺ` on left out. The coefficients are *normalised*: that of order `k` is the derivative by
/// `t` of that order over `k!`. Products then need no binomial coefficients, and nothing overflows that need not.
/// [`Taylor::derivative`] multiplies by `k!`.
///
/// `T` is any [`Float`]: `Taylor<Dual<f64>, 5>` and `Taylor<Reverse<f64>, 5>` give the sensitivities of coefficients, and
/// `Reverse<Taylor<f64, 5>>` the higher derivatives along a line of every entry of a gradient.
///
/// Every elementary function of `f64` is a method, with the value `f64` gives to the last bit. Comparisons, `is_zero` and rounding look
/// at the first coefficient only (see [`Float`]). At kinks, infinite slopes and NaN the derivatives are those of dual numbers that are
/// nested: see the [conventions](crate::conventions).
///
/// # Cost
/// `N²` operations for a product, a quotient or an elementary function. Nested dual numbers take `3ᴺ⁻¹` for a product. From the third
/// order on a series is faster. Other functions ask for the derivative of their rule as a series, some of them once for each order, so
/// they take `N³` operations or more. For Bessel functions, and for incomplete gamma and beta functions both of whose arguments vary, the
/// cost doubles with each order. Memory on the heap is taken by the functions of [`slices`](crate::slices) only, for their arguments.
///
/// # Accuracy
/// Derivatives of elementary functions to the fourth order have errors of at most 2e-14, relative to the derivative, or near one of its
/// zeros to the size it has away from it. For special functions of one argument the bound is 2e-13. (`tests/calculus/taylor.rs` has thousands of
/// points.) For special functions of two arguments it is 1e-10, with one exception: at first arguments below 1e-6 incomplete gamma and
/// beta functions lose digits of higher orders, up to all of them. Nested dual numbers lose the same ones. Coefficients of elementary
/// functions to the order 12 are tested to 1e-12. A program may cancel, which loses digits in either number: `x.exp().ln_1p()` at 30 has
/// a second derivative with two digits.
///
/// # Long series
/// At poles, branch points and the ends of the range the recurrences leave the range, and coefficients follow from the derivatives of the
/// function. There, and for special functions everywhere, some coefficients of long series are not known. There coefficients are NaN from
/// order 13 on for `hypot`, `atan2`, `powf`, `log` and quotients of which both arguments vary. They are NaN from order 24 on for these
/// with one argument that varies, and for special functions with closed forms. A derivative may leave the range before the coefficient,
/// which is smaller by `k!`, and is infinite then. (`tests/long_series.rs` has 40 coefficients.)
///
/// # One type, one differentiation
/// Series of two differentiations must not meet, as with [`Dual`](crate::Dual#one-type-one-differentiation). With debug assertions
/// this panics. Outer numbers are lifted with [`Taylor::constant`].
///
/// # Examples
/// The series of `1 / (1 - t)` is `1 + t + t² + ...`:
/// ```
/// use dualtape::Taylor;
/// let t: Taylor<f64, 4> = Taylor::variable(0.0);
/// let y = 1.0 / (1.0 - t);
/// assert_eq!(y.coefficients(), [1.0, 1.0, 1.0, 1.0]);
/// assert_eq!(y.derivatives(), [1.0, 1.0, 2.0, 6.0]);
/// ```
/// A path instead of a variable: `exp(t + t²)`, whose coefficient of `t²` is `1 + 1/2`.
/// ```
/// use dualtape::Taylor;
/// let path = Taylor::new([0.0_f64, 1.0, 1.0]);
/// assert_eq!(path.exp().coefficient(2), 1.5);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., chapter 13.
#[derive(Clone, Copy)]
#[must_use]
pub struct Taylor<T, const N: usize> {
    coefficients: [T; N],
    /// How many coefficients, from the first on, are right; the others mean nothing. They are all in what a user gets. Inside of the
    /// chain rule there are series that are known to a lower order, see `chain.rs`.
    known: u32,
    /// Empty without debug assertions.
    tag: Tag,
}

impl<T: core::fmt::Debug, const N: usize> core::fmt::Debug for Taylor<T, N> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.debug_struct("Taylor").field("coefficients", &self.coefficients).finish()
    }
}

impl<T, const N: usize> Taylor<T, N> {
    /// The series with the given coefficients, which are normalised: a path through a point.
    ///
    /// # Examples
    /// The square of `3 + 10 t` is `9 + 60 t + 100 t²`:
    /// ```
    /// use dualtape::Taylor;
    /// let x = Taylor::new([3.0, 10.0, 0.0]);
    /// assert_eq!((x * x).coefficients(), [9.0, 60.0, 100.0]);
    /// ```
    #[inline]
    pub const fn new(coefficients: [T; N]) -> Self {
        const {
            assert!(
                N > 0,
                "dualtape: a power series has at least one coefficient, its value: `Taylor<T, 0>` is no number"
            );
            assert!(N <= u32::MAX as usize, "dualtape: a power series has at most 2^32 - 1 coefficients");
        }
        Taylor { coefficients, known: N as u32, tag: Tag::NONE }
    }
}

impl<T: Float, const N: usize> Taylor<T, N> {
    /// A number without derivatives: lifts `x` one level up.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(Taylor::<f64, 3>::constant(5.0).coefficients(), [5.0, 0.0, 0.0]);
    /// ```
    #[inline]
    pub fn constant(x: T) -> Self {
        Taylor::new(array::from_fn(|k| if k == 0 { x } else { T::zero() }))
    }

    /// The variable `x + t`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(Taylor::<f64, 3>::variable(5.0).coefficients(), [5.0, 1.0, 0.0]);
    /// ```
    #[inline]
    pub fn variable(x: T) -> Self {
        Taylor::along(x, T::one())
    }

    /// The line `x + v t`.
    #[inline]
    pub(crate) fn along(x: T, v: T) -> Self {
        Taylor::new(array::from_fn(|k| match k {
            0 => x,
            1 => v,
            _ => T::zero(),
        }))
    }

    /// The same number as a variable of the differentiation `tag`.
    #[inline]
    pub(crate) fn tagged(self, tag: Tag) -> Self {
        Taylor { tag, ..self }
    }

    /// The result of the differentiation `tag`, which must not be a number of another one.
    #[inline]
    #[track_caller]
    pub(crate) fn checked(self, tag: Tag) -> Self {
        Taylor { tag: self.tag.join(tag, Tag::SERIES), ..self }
    }

    /// All coefficients: that of order `k` is the derivative of that order over `k!`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// let y = Taylor::<f64, 3>::variable(0.0).cos();
    /// assert_eq!(y.coefficients(), [1.0, 0.0, -0.5]);
    /// ```
    #[inline]
    #[must_use]
    pub fn coefficients(self) -> [T; N] {
        self.coefficients
    }

    /// The coefficient of `tᵏ`: the derivative of order `k` over `k!`.
    ///
    /// # Panics
    /// If `k >= N`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(Taylor::<f64, 4>::variable(2.0).powi(3).coefficient(2), 6.0); // 3 x
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn coefficient(self, k: usize) -> T {
        self.check_order(k);
        self.coefficients[k]
    }

    /// The derivative of order `k`, that is `k!` times the coefficient. The factorial is infinite from the order 171 on (in single
    /// precision from 35 on), although the coefficient is not. So the product is taken factor by factor.
    ///
    /// # Panics
    /// If `k >= N`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(Taylor::<f64, 4>::variable(2.0).powi(3).derivative(2), 12.0); // 6 x
    /// ```
    #[must_use]
    #[track_caller]
    pub fn derivative(self, k: usize) -> T {
        self.check_order(k);
        times_factorial(self.coefficients[k], k)
    }

    /// The derivatives of all orders: value, first derivative, second derivative and so on.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(
    ///     Taylor::<f64, 4>::variable(2.0).powi(3).derivatives(),
    ///     [8.0, 12.0, 12.0, 6.0]
    /// );
    /// ```
    #[must_use]
    pub fn derivatives(self) -> [T; N] {
        array::from_fn(|k| times_factorial(self.coefficients[k], k))
    }

    /// The value, the first coefficient.
    ///
    /// # Examples
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(Taylor::<f64, 4>::variable(2.0).powi(3).value(), 8.0);
    /// ```
    #[inline]
    #[must_use]
    pub fn value(self) -> T {
        self.coefficients[0]
    }

    /// The polynomial of the coefficients at `t`, by Horner's scheme.
    ///
    /// # Examples
    /// The polynomial of the exponential function of degree 2 at 1/2 is `1 + 1/2 + 1/8`:
    /// ```
    /// use dualtape::Taylor;
    /// assert_eq!(Taylor::<f64, 3>::variable(0.0).exp().at(0.5), 1.625);
    /// ```
    #[must_use]
    pub fn at(self, t: T) -> T {
        let last = self.coefficients[N - 1];
        self.coefficients[..N - 1].iter().rev().fold(last, |sum, &c| sum * t + c)
    }

    #[inline]
    #[track_caller]
    fn check_order(self, k: usize) {
        assert!(
            k < N,
            "dualtape: order {k} of a power series with {N} coefficients, the last of which has the order {}",
            N - 1
        );
    }

    /// `true` if no coefficient but the first is there, in all parts.
    #[inline]
    fn is_flat(&self) -> bool {
        self.coefficients[1..self.known as usize].iter().all(T::is_zero_in_all_parts)
    }

    #[inline]
    fn is_finite_everywhere(coefficients: &[T]) -> bool {
        // Without short-circuit, so that the comparison vectorises.
        coefficients.iter().fold(true, |all, c| all & c.is_finite_in_all_parts())
    }
}

/// `k! c`, in as few roundings as the range of `T` allows.
fn times_factorial<T: Float>(c: T, k: usize) -> T {
    // Up to here products of integers are exact.
    let exact = if T::Base::IS_SINGLE { 16_777_216.0 } else { 9_007_199_254_740_992.0 };
    let (mut c, mut factor) = (c, 1.0);
    for j in 2..=k {
        if factor * j as f64 > exact {
            c *= T::Base::nearest(factor);
            factor = 1.0;
        }
        factor *= j as f64;
    }
    c * T::Base::nearest(factor)
}
