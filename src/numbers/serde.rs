//! Reading and writing, by the traits of the `serde` crate.
//!
//! A [`Dual`] is written whole, as a structure with the fields `primal` and `tangent`, the latter a tuple of `N` numbers, and
//! is read back to the bit. A [`Reverse`] is written as its value alone and read back as a constant: its derivatives live on
//! a tape that the reader does not have.
//!
//! What a format cannot write it cannot write here either: in JSON, infinities and NaN become `null`.

use super::Dual;
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
    tangent: Tangents<T, N>,
}

/// The value and the tangents of a dual number.
impl<T: Float + Serialize, const N: usize> Serialize for Dual<T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Parts { primal: self.primal(), tangent: Tangents(self.tangents()) }.serialize(to)
    }
}

/// The value and the tangents of a dual number.
impl<'de, T: Float + Deserialize<'de>, const N: usize> Deserialize<'de> for Dual<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Parts::deserialize(from).map(|parts| Dual::new(parts.primal, parts.tangent.0))
    }
}

/// A tuple of `N` numbers, which cannot be derived for a generic `N`.
struct Tangents<T, const N: usize>([T; N]);

impl<T: Serialize, const N: usize> Serialize for Tangents<T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(N)?;
        for tangent in &self.0 {
            tuple.serialize_element(tangent)?;
        }
        tuple.end()
    }
}

impl<'de, T: Float + Deserialize<'de>, const N: usize> Deserialize<'de> for Tangents<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_tuple(N, TangentsVisitor(PhantomData))
    }
}

struct TangentsVisitor<T, const N: usize>(PhantomData<T>);

impl<'de, T: Float + Deserialize<'de>, const N: usize> Visitor<'de> for TangentsVisitor<T, N> {
    type Value = Tangents<T, N>;

    fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{N} tangents")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut tangent = [T::zero(); N];
        for (k, tangent) in tangent.iter_mut().enumerate() {
            *tangent = items.next_element()?.ok_or_else(|| A::Error::invalid_length(k, &self))?;
        }
        Ok(Tangents(tangent))
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
