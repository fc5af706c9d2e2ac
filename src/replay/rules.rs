//! Which rules a program may be read with: the one list of the tables of rows.

use crate::float::Primitive;
use crate::rules::row::{Row, Table};
use core::fmt;

/// Rules that a program may call.
///
/// A processor with little memory gets only what its programs are read with; the linker drops the others. For a Cortex-M4 the interpreter
/// takes 36 kB with [`Rules::ARITHMETIC`], 122 kB with [`Rules::ELEMENTARY`], and 1.8 MB with [`Rules::ALL`].
pub struct Rules<B: 'static>([Tables<B>; 2]);

/// Tables of rows.
type Tables<B> = &'static [&'static [Row<B>]];

impl<B> Clone for Rules<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Rules<B> {}

impl<B> fmt::Debug for Rules<B> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.rows().map(|row| row.name)).finish()
    }
}

macro_rules! tables {
    ($($(#[$meta:meta])* $room:ident$(::$module:ident)+),+) => {
        &[$($(#[$meta])* <crate::$room$(::$module)+ as Table<B>>::ROWS),+]
    };
}

impl<B: Primitive> Rules<B> {
    /// None: programs of `+ - * /`, choices, and the like.
    pub const ARITHMETIC: Rules<B> = Rules([&[], &[]]);

    /// The elementary functions of [`crate::rules`] and the functions of [`crate::slices`], with what their derivatives consist of.
    pub const ELEMENTARY: Rules<B> = Rules([Self::ELEMENTARY_TABLES, &[]]);

    /// The elementary functions, and those of [`crate::special`].
    pub const ALL: Rules<B> = Rules([Self::ELEMENTARY_TABLES, Self::SPECIAL_TABLES]);

    const ELEMENTARY_TABLES: Tables<B> = tables![
        rules::Elementary,
        rules::Operators,
        rules::algebraic::Algebraic,
        rules::logarithm::Logarithms,
        rules::power::Powers,
        rules::radial::Radii,
        slices::Reductions,
        slices::Pieces
    ];

    /// Special functions, with what their derivatives consist of.
    const SPECIAL_TABLES: Tables<B> = tables![
        rules::cardinal::Cardinal,
        special::rules::normal::Normal,
        special::rules::normal::Bells,
        special::rules::gamma::GammaFunctions,
        special::rules::gamma::Derivatives,
        special::rules::bessel::Bessel,
        special::rules::steps::Steps,
        special::rules::steps::Continued,
        special::rules::sines::Sines,
        special::bessel::Modified,
        special::incomplete_beta::BetaFunctions,
        special::incomplete_gamma::Tails,
        special::tails::Scaled,
        #[cfg(feature = "nalgebra")]
        numbers::nalgebra::Cardinal
    ];
}

impl<B> Rules<B> {
    pub(crate) fn rows(&self) -> impl Iterator<Item = &'static Row<B>> + use<B> {
        let Rules([elementary, special]) = *self;
        elementary.iter().chain(special).copied().flatten()
    }

    /// The row of a rule by its name, of which there is one.
    pub(super) fn find(&self, name: &[u8]) -> Option<&'static Row<B>> {
        self.rows().find(|row| row.name.as_bytes() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;
    use crate::replay::RuleName;

    /// A reader goes by the name alone.
    #[test]
    fn each_name_is_that_of_one_row() {
        let rows = || Rules::<f64>::ALL.rows().enumerate();
        assert!(rows().count() > 90);
        for (k, row) in rows() {
            assert!(rows().all(|(other, its)| other == k || its.name != row.name), "{}", row.name);
            assert!(row.name.len() <= RuleName::LONGEST, "{}", row.name);
        }
    }

    /// The rows of one type are those of the other.
    #[cfg(feature = "std")]
    #[test]
    fn both_types_have_the_same_rows() {
        assert_eq!(format!("{:?}", Rules::<f64>::ALL), format!("{:?}", Rules::<f32>::ALL));
    }
}
