//! Conditions under which a recorded computation stands for the one that would be run: where an engine chooses by a value, a recording
//! takes plain arithmetic and notes what it relies on.

#[cfg(feature = "graph")]
use super::products::middle;
use super::products::{is_central_on, is_not_large_on};
use super::{Float, Primitive};

/// What a number that records is to be at a point where plain arithmetic is used in place of a choice by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Not NaN.
    NotNan,
    /// In the middle of the range, of nested numbers if `nested`, or zero if `or_zero`.
    Central {
        /// Whether the number is nested.
        nested: bool,
        /// Whether zero will do as well.
        or_zero: bool,
    },
    /// Not at the upper end of the range, of nested numbers if `nested`.
    NotLarge {
        /// Whether the number is nested.
        nested: bool,
    },
    /// Between -1 and 1.
    AtMostOne,
}

impl Condition {
    /// All of them, by their numbers.
    pub const ALL: [Condition; 8] = [
        Condition::NotNan,
        Condition::AtMostOne,
        Condition::Central { nested: false, or_zero: false },
        Condition::Central { nested: false, or_zero: true },
        Condition::Central { nested: true, or_zero: false },
        Condition::Central { nested: true, or_zero: true },
        Condition::NotLarge { nested: false },
        Condition::NotLarge { nested: true },
    ];

    /// A number for each kind, less than 8.
    #[cfg(feature = "graph")]
    #[must_use]
    pub fn kind(self) -> u32 {
        match self {
            Condition::NotNan => 0,
            Condition::AtMostOne => 1,
            Condition::Central { nested, or_zero } => 2 + 2 * u32::from(nested) + u32::from(or_zero),
            Condition::NotLarge { nested } => 6 + u32::from(nested),
        }
    }

    /// Whether it holds of `x`.
    #[must_use]
    pub fn holds<B: Primitive>(self, x: B) -> bool {
        match self {
            Condition::NotNan => !x.is_nan(),
            Condition::Central { nested, or_zero } => (or_zero && x.is_zero()) || is_central_on(nested, x),
            Condition::NotLarge { nested } => is_not_large_on(nested, x),
            Condition::AtMostOne => (-B::one()..=B::one()).contains(&x),
        }
    }

    /// Whether it holds of all numbers in `parts`, each of which `read` reads. Without a branch for each, so that it runs in vector
    /// registers.
    #[cfg(feature = "graph")]
    #[inline(always)]
    #[must_use]
    pub fn holds_of_all<'a, B: Primitive, X: 'a>(
        self,
        parts: impl Iterator<Item = &'a [X]>,
        read: impl Fn(&X) -> B,
    ) -> bool {
        #[inline(always)]
        fn all<'a, X: 'a>(parts: impl Iterator<Item = &'a [X]>, holds: impl Fn(&X) -> bool) -> bool {
            let mut all = true;
            for part in parts {
                for x in part {
                    all &= holds(x);
                }
            }
            all
        }
        use num_traits::Float;
        match self {
            Condition::NotNan => all(parts, |x| !read(x).is_nan()),
            Condition::Central { nested, or_zero } => {
                let (least, largest) = middle::<B>(nested);
                let (least, largest) = (B::nearest(least), B::nearest(largest));
                let is_central = |x: B| (least < Float::abs(x)) & (Float::abs(x) < largest);
                if or_zero {
                    all(parts, |x| is_central(read(x)) | read(x).is_zero())
                } else {
                    all(parts, |x| is_central(read(x)))
                }
            }
            Condition::NotLarge { nested } => {
                let largest = B::nearest(middle::<B>(nested).1);
                all(parts, |x| Float::abs(read(x)) < largest)
            }
            Condition::AtMostOne => all(parts, |x| Float::abs(read(x)) <= B::one()),
        }
    }
}

/// Notes a condition that the recorded computation needs; see [`Engine::TRACED`](super::Engine::TRACED).
#[inline]
pub(crate) fn requires<T: Float>(condition: Condition, x: T) {
    #[cfg(feature = "graph")]
    T::run::<crate::graph::Require>((condition, x));
    #[cfg(not(feature = "graph"))]
    let _ = (condition, x);
}

#[cfg(all(test, feature = "graph"))]
mod tests {
    use super::Condition;
    use crate::float::Primitive;
    use num_traits::Float;

    /// What holds of many numbers is what holds of each: at all ends of ranges, in every place.
    #[test]
    fn conditions_on_many_numbers_are_those_on_each() {
        fn check<B: Primitive>() {
            let ends = [
                1e-150,
                1e-60,
                1e-18,
                1e-7,
                1.0,
                1e7,
                1e18,
                1e60,
                1e150,
                0.0,
                f64::INFINITY,
                f64::NAN,
                1e-310,
                2.0,
                0.5,
            ];
            let next = |x: B, up: f64| x + x * B::epsilon() * B::nearest(up);
            let near = |x: f64| [-1.0, 0.0, 1.0].map(|up| next(B::nearest(x), up));
            let numbers: Vec<B> = ends.into_iter().flat_map(near).flat_map(|x| [x, -x]).collect();
            let central = |nested, or_zero| Condition::Central { nested, or_zero };
            let large = |nested| Condition::NotLarge { nested };
            let conditions = [Condition::NotNan, Condition::AtMostOne, large(false), large(true)].into_iter();
            for condition in
                conditions.chain([false, true].into_iter().flat_map(|a| [false, true].map(|b| central(a, b))))
            {
                assert_eq!(Condition::ALL[condition.kind() as usize], condition);
                for &x in &numbers {
                    for place in 0..19 {
                        let mut many = [B::one(); 19];
                        many[place] = x;
                        let holds = condition.holds(B::one()) && condition.holds(x);
                        assert_eq!(
                            condition.holds_of_all([&many[..]].into_iter(), |x| *x),
                            holds,
                            "{condition:?} {x:e} at {place}"
                        );
                    }
                }
                assert!(condition.holds_of_all::<B, B>(std::iter::empty(), |x| *x));
            }
            assert!(numbers.iter().any(|x| Float::is_nan(*x)));
        }
        check::<f64>();
        check::<f32>();
    }
}
