//! The four operations on power series.

use super::{Tag, Taylor};
use crate::float::{Float, Number as _, Primitive, fold, is_nan, quotient_is_ordinary, unlikely};
use crate::rules::series;
use core::array;
use core::ops::{Add, Div, Mul, Neg, Sub};

impl<T: Float, const N: usize> Taylor<T, N> {
    /// Each coefficient by itself, of one series or of two.
    #[inline(always)]
    fn each(self, mut f: impl FnMut(usize, T) -> T) -> Self {
        Taylor { coefficients: array::from_fn(|k| f(k, self.coefficients[k])), ..self }
    }

    /// What is known of a function of both, with the mark of both.
    #[inline(always)]
    pub(super) fn with(self, other: Self, coefficients: [T; N]) -> Self {
        Taylor { coefficients, known: self.known.min(other.known), tag: self.tag.join(other.tag, Tag::SERIES) }
    }
}

/// The product with the fold rule, as nested dual numbers give it. Up to each order, zeros at the end of one series leave the
/// coefficients of the other one alone, even if these are infinite. A coefficient that is NaN makes those that follow it NaN.
///
/// Takes and returns arrays, not whole numbers: a number whose address goes into a call lives in memory on the fast path too.
#[inline(never)]
fn product_folded<T: Float, const N: usize>(a: &[T; N], b: &[T; N], known: usize) -> [T; N] {
    let (mut last_a, mut last_b) = (0, 0);
    let mut c = [T::zero(); N];
    for k in 0..known {
        last_a = if a[k].is_zero_in_all_parts() { last_a } else { k };
        last_b = if b[k].is_zero_in_all_parts() { last_b } else { k };
        if last_a + last_b < k {
            continue; // nothing but zeros
        }
        let (low, high) = (k - last_b, last_a);
        c[k] =
            if k > 0 && is_nan(c[k - 1]) { c[k - 1] } else { series::products(&a[low..=high], &b[k - high..=k - low]) };
    }
    c
}

impl<T: Float, const N: usize> Neg for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(|_, c| -c)
    }
}

impl<T: Float, const N: usize> Add for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, array::from_fn(|k| self.coefficients[k] + other.coefficients[k]))
    }
}

impl<T: Float, const N: usize> Sub for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, array::from_fn(|k| self.coefficients[k] - other.coefficients[k]))
    }
}

impl<T: Float, const N: usize> Mul for Taylor<T, N> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let (a, b) = (&self.coefficients, &other.coefficients);
        if !T::SPARSE {
            let product = series::product(a, b);
            if !unlikely(!Self::is_finite_everywhere(&product)) {
                return self.with(other, product);
            }
        }
        self.with(other, product_folded(a, b, self.known.min(other.known) as usize))
    }
}

impl<T: Float, const N: usize> Div for Taylor<T, N> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let (a, b) = (&self.coefficients, &other.coefficients);
        let (value, r) = (a[0] / b[0], b[0].recip());
        if quotient_is_ordinary(value, r, b[0]) {
            let mut q = [value; N];
            series::quotient(a, b, &mut q, r);
            if !unlikely(!Self::is_finite_everywhere(&q)) {
                return self.with(other, q);
            }
        }
        self.quotient_by_orders(other, value)
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Add<B> for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, c: B) -> Self {
        self.with_value(self.coefficients[0] + c)
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Sub<B> for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, c: B) -> Self {
        self.with_value(self.coefficients[0] - c)
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Mul<B> for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, c: B) -> Self {
        if unlikely(!c.is_finite()) {
            return self.scaled(self.coefficients[0] * c, T::from_base(c));
        }
        self.each(|_, x| x * c)
    }
}

impl<T: Float<Base = B>, B: Primitive, const N: usize> Div<B> for Taylor<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, c: B) -> Self {
        let r = c.recip();
        if unlikely(!(r.is_normal() && c.is_finite())) {
            let q = self.coefficients[0] / c;
            let over = |x: T| if x.is_zero_in_all_parts() { T::zero() } else { x / c };
            return self.each(|k, x| match k {
                0 => q,
                _ if is_nan(q) => fold(x, q),
                _ => over(x),
            });
        }
        self.each(|k, x| if k == 0 { x / c } else { x * r })
    }
}
