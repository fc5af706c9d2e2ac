//! [`Tag`], which tells differentiations apart in debug builds.

#[cfg(all(debug_assertions, target_has_atomic = "32"))]
use {
    crate::float::SHOWS_WHERE,
    core::sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// Which call of a forward driver a dual number belongs to.
///
/// Two dual numbers of the same type from *different* differentiations must not meet: the tangents mean different things, and
/// their sum is a wrong number ("perturbation confusion"). With debug assertions, like the checks for integer overflow, every
/// driver call marks its variables, an operation passes the mark on, and two different marks panic. Without, or on a processor
/// that cannot count in one step, the type is empty and costs nothing.
///
/// Source: Siskind & Pearlmutter, "Perturbation confusion and referential transparency", IFL 2005.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    /// 0 for constants and for numbers that the user made.
    #[cfg(all(debug_assertions, target_has_atomic = "32"))]
    id: u32,
}

/// The last mark given out, on any thread.
#[cfg(all(debug_assertions, target_has_atomic = "32"))]
static LAST: AtomicU32 = AtomicU32::new(0);

impl Tag {
    /// The tag of constants and of numbers that no driver made: it goes with every other.
    pub const NONE: Tag = Tag {
        #[cfg(all(debug_assertions, target_has_atomic = "32"))]
        id: 0,
    };

    /// What messages say of dual numbers, see [`Tag::join`].
    pub const DUAL: [&'static str; 2] = ["dual number", "Dual::constant"];

    /// What messages say of power series.
    pub const SERIES: [&'static str; 2] = ["power series", "Taylor::constant"];

    /// A tag that no number has yet.
    #[inline]
    pub fn fresh() -> Tag {
        Tag {
            #[cfg(all(debug_assertions, target_has_atomic = "32"))]
            id: LAST.fetch_add(1, Relaxed).wrapping_add(1).max(1),
        }
    }

    /// The tag of a result of two numbers. A message calls them by the given name, and names what lifts constants to them.
    ///
    /// # Panics
    /// With debug assertions, if they belong to different differentiations.
    #[inline(always)]
    #[cfg_attr(all(debug_assertions, target_has_atomic = "32"), track_caller)]
    pub fn join(self, other: Tag, [what, lift]: [&str; 2]) -> Tag {
        #[cfg(all(debug_assertions, target_has_atomic = "32"))]
        {
            assert!(
                self.id == other.id || self.id == 0 || other.id == 0,
                "dualtape: two differentiations were mixed: one {what} belongs to an outer derivative and the other to an \
                 inner one of the same type. Take the inner derivative at a point of the outer type and lift outer values with \
                 `{lift}`. {SHOWS_WHERE}"
            );
            if self.id == 0 {
                return other;
            }
        }
        let _ = (other, what, lift); // looked at only above
        self
    }
}
