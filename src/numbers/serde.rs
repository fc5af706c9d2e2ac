//! Reading and writing, by the traits of the `serde` crate.
//!
//! A [`Dual`] is written whole, as a structure with the fields `primal` and `tangent`, the latter a tuple of `N` numbers, and
//! is read back to the bit. A [`Taylor`] is written as a structure with one field, `coefficients`, a tuple as well. A [`Reverse`] is written as its value alone and read back as a constant: its derivatives live on
//! a tape that the reader does not have.
//!
//! What a format cannot write it cannot write here either: in JSON, infinities and NaN become `null`.

use super::{Dual, Taylor};
use crate::float::Float;
use core::fmt::{self, Formatter};
use core::marker::PhantomData;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a dual number looks like from outside.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Dual", expecting = "a dual number", bound(deserialize = "T: Float + Deserialize<'de>"))]
struct Parts<T, const N: usize> {
    primal: T,
    tangent: Tuple<T, N>,
}

/// The value and the tangents of a dual number.
impl<T: Float + Serialize, const N: usize> Serialize for Dual<T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Parts { primal: self.primal(), tangent: Tuple(self.tangents()) }.serialize(to)
    }
}

/// The value and the tangents of a dual number.
impl<'de, T: Float + Deserialize<'de>, const N: usize> Deserialize<'de> for Dual<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Parts::deserialize(from).map(|parts| Dual::new(parts.primal, parts.tangent.0))
    }
}

/// What a power series looks like from outside.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Taylor", expecting = "a power series", bound(deserialize = "T: Float + Deserialize<'de>"))]
struct Series<T, const N: usize> {
    coefficients: Tuple<T, N>,
}

/// The coefficients of a power series.
impl<T: Float + Serialize, const N: usize> Serialize for Taylor<T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Series { coefficients: Tuple(self.coefficients()) }.serialize(to)
    }
}

/// The coefficients of a power series.
impl<'de, T: Float + Deserialize<'de>, const N: usize> Deserialize<'de> for Taylor<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Series::deserialize(from).map(|series| Taylor::new(series.coefficients.0))
    }
}

/// A tuple of `N` numbers, which cannot be derived for a generic `N`.
struct Tuple<T, const N: usize>([T; N]);

impl<T: Serialize, const N: usize> Serialize for Tuple<T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(N)?;
        for number in &self.0 {
            tuple.serialize_element(number)?;
        }
        tuple.end()
    }
}

impl<'de, T: Float + Deserialize<'de>, const N: usize> Deserialize<'de> for Tuple<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_tuple(N, TupleVisitor(PhantomData))
    }
}

struct TupleVisitor<T, const N: usize>(PhantomData<T>);

impl<'de, T: Float + Deserialize<'de>, const N: usize> Visitor<'de> for TupleVisitor<T, N> {
    type Value = Tuple<T, N>;

    fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{N} numbers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut numbers = [T::zero(); N];
        for (k, number) in numbers.iter_mut().enumerate() {
            *number = items.next_element()?.ok_or_else(|| A::Error::invalid_length(k, &self))?;
        }
        Ok(Tuple(numbers))
    }
}

#[cfg(feature = "std")]
mod reverse {
    use crate::{Float, Reverse};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// The value only: the derivatives of a reverse number live on its tape.
    impl<T: Float + Serialize> Serialize for Reverse<T> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            self.primal().serialize(to)
        }
    }

    /// A constant.
    impl<'de, T: Float + Deserialize<'de>> Deserialize<'de> for Reverse<T> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            T::deserialize(from).map(Reverse::constant)
        }
    }
}
