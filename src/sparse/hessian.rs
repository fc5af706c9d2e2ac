//! [`HessianPlan`], how to compute a sparse Hessian.

use super::colouring::{Colouring, Order, acyclic, star};
use super::detect::LocalPattern;
use super::error::SparseError;
use super::matrix::SparseMatrix;
use super::pattern::SparsePattern;
use super::substitution::Substitution;
use super::sweeps::{Read, Reads, WIDEST, check_room, sweeps};
use crate::drivers::seeded::Seeded;
use crate::drivers::{INPUT, ScalarFunction, check_length, pool};
use crate::float::Float;
use crate::numbers::Dual;
use std::ops::Range;
use std::sync::Arc;

/// How the entries of a Hessian are found from its products with the directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HessianMethod {
    /// Each entry is one number of a product: a star colouring. As many digits as the dense Hessian has.
    #[default]
    Direct,
    /// Entries are found one after the other, by subtracting those that are known from a sum: an acyclic colouring, with fewer colours.
    /// Where entries of very different sizes meet, the small ones lose digits.
    Substitution,
}

/// How a Hessian with a known pattern is computed: which columns share a direction, and where each entry is found. It is made once, for a
/// pattern, and used at any number of points and on any number of threads.
///
/// `f` has `n` inputs, its Hessian `nnz` entries, both triangles counted.
///
/// # Cost
/// Making one takes time in proportion to `nnz` times the number of colours. Each Hessian then takes one gradient on `Dual<T, K>`, with a
/// `K` of 2, 4 or 8, for up to eight colours, and one more for each further eight.
///
/// # Examples
/// Rosenbrock's chain couples neighbours. Three colours will do for any length:
/// ```
/// use dualtape::sparse::HessianPlan;
/// use dualtape::{Float, scalar_function};
///
/// fn rosenbrock<T: Float>(x: &[T]) -> T {
///     x.windows(2)
///         .map(|x| {
///             (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
///         })
///         .sum()
/// }
/// scalar_function!(Rosenbrock = rosenbrock);
///
/// let plan = HessianPlan::detect(&Rosenbrock, &[0.0; 1000])?;
/// assert_eq!((plan.pattern().nnz(), plan.colours()), (2998, 3));
///
/// let (value, gradient, hessian) =
///     plan.value_gradient_and_hessian(&Rosenbrock, &[1.0; 1000]);
/// assert_eq!((value, gradient), (0.0, vec![0.0; 1000]));
/// assert_eq!(
///     (hessian.get(0, 0), hessian.get(1, 1), hessian.get(1, 0)),
///     (802.0, 1002.0, -400.0)
/// );
/// # Ok::<(), dualtape::sparse::SparseError>(())
/// ```
///
/// Source: Gebremedhin, Manne & Pothen, "What color is your Jacobian? Graph coloring for computing derivatives", SIAM Review 47 (2005),
/// sections 4 and 6.
#[derive(Clone, Debug)]
pub struct HessianPlan {
    pattern: Arc<SparsePattern>,
    colouring: Colouring,
    decisions: usize,
    recovery: Recovery,
}

/// Where entries are found.
#[derive(Clone, Debug)]
enum Recovery {
    Direct(Reads),
    Substitution(Substitution),
}

impl HessianPlan {
    /// A plan for the pattern that `f` has everywhere. `x` is any point of the right length.
    ///
    /// # Errors
    /// [`SparseError::GoesByValue`], see [`SparsePattern::of_hessian`].
    pub fn detect<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> Result<Self, SparseError> {
        HessianPlan::from_pattern(SparsePattern::of_hessian(f, x)?)
    }

    /// A plan for the pattern that `f` has at `x`, and wherever the function takes the same branches. [`HessianPlan::decisions`] tells
    /// whether it took any.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::{HessianPlan, SparseError};
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> T {
    ///     if x[0] > T::zero() { x[0] * x[1] } else { x[0] * x[2] }
    /// }
    /// scalar_function!(Branching = f);
    ///
    /// let error = HessianPlan::detect(&Branching, &[1.0, 2.0, 3.0]).unwrap_err();
    /// assert!(matches!(error, SparseError::GoesByValue { .. }));
    ///
    /// let plan = HessianPlan::detect_at(&Branching, &[1.0, 2.0, 3.0]);
    /// assert_eq!((plan.pattern().nnz(), plan.decisions()), (2, 1));
    /// assert!(plan.verify(&Branching, &[1.0, 2.0, 3.0]).is_ok());
    /// assert!(plan.verify(&Branching, &[-1.0, 2.0, 3.0]).is_err());
    /// ```
    #[must_use]
    pub fn detect_at<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> Self {
        let LocalPattern { pattern, decisions, .. } = SparsePattern::of_hessian_at(f, x);
        let plan = HessianPlan::from_pattern(pattern).expect("a detected pattern is symmetric");
        HessianPlan { decisions, ..plan }
    }

    /// A plan for a pattern that you know. It may have too many entries; if it has too few, results are wrong, see
    /// [`HessianPlan::verify`].
    ///
    /// # Errors
    /// [`SparseError::NotSquare`] and [`SparseError::NotSymmetric`].
    pub fn from_pattern(pattern: impl Into<Arc<SparsePattern>>) -> Result<Self, SparseError> {
        HessianPlan::with(pattern, HessianMethod::default(), Order::default())
    }

    /// The same with a method and an order of your choice.
    ///
    /// # Errors
    /// [`SparseError::NotSquare`] and [`SparseError::NotSymmetric`].
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::{HessianMethod, HessianPlan, Order, SparsePattern};
    /// let chain = SparsePattern::banded(100, 1, 1);
    /// let plan = HessianPlan::with(chain, HessianMethod::Substitution, Order::Natural)?;
    /// assert_eq!(plan.colours(), 2);
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    pub fn with(
        pattern: impl Into<Arc<SparsePattern>>,
        method: HessianMethod,
        order: Order,
    ) -> Result<Self, SparseError> {
        let pattern = pattern.into();
        pattern.check_symmetric()?;
        check_room(pattern.nnz());
        let (colouring, recovery) = match method {
            HessianMethod::Direct => {
                let colouring = star(&pattern, order);
                let reads = Recovery::Direct(Reads::new(direct_reads(&pattern, &colouring)));
                (colouring, reads)
            }
            HessianMethod::Substitution => {
                let colouring = acyclic(&pattern, order);
                let steps = Recovery::Substitution(Substitution::new(&pattern, &colouring));
                (colouring, steps)
            }
        };
        Ok(HessianPlan { pattern, colouring, decisions: 0, recovery })
    }

    /// The pattern.
    #[must_use]
    pub fn pattern(&self) -> &SparsePattern {
        &self.pattern
    }

    /// How many directions are differentiated in.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.colouring.count
    }

    /// The direction of each input, `None` if it has no second derivatives: the columns of one colour share a direction.
    ///
    /// # Panics
    /// If there is no such input.
    #[must_use]
    #[track_caller]
    pub fn colour_of(&self, input: usize) -> Option<usize> {
        self.pattern.check_line("HessianPlan::colour_of", "column", input, self.pattern.columns());
        self.colouring.of(input).map(|colour| colour as usize)
    }

    /// How many values the function went by when the pattern was detected: 0 if the pattern holds everywhere, or was given.
    #[must_use]
    pub fn decisions(&self) -> usize {
        self.decisions
    }

    /// Value, gradient and Hessian of `f` at `x`.
    ///
    /// # Panics
    /// If `x` has not one entry for each row of the pattern, and as [every driver](crate::family#panics).
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hessian<T: Float>(
        &self,
        f: &(impl ScalarFunction + ?Sized),
        x: &[T],
    ) -> (T, Vec<T>, SparseMatrix<T>) {
        let mut g = vec![T::zero(); x.len()];
        let mut h = vec![T::zero(); self.pattern.nnz()];
        let value = self.compute("value_gradient_and_hessian", f, x, &mut g, &mut h);
        (value, g, SparseMatrix::new(self.pattern.clone(), h))
    }

    /// Hessian of `f` at `x`. See [`HessianPlan::value_gradient_and_hessian`].
    ///
    /// # Panics
    /// As [`HessianPlan::value_gradient_and_hessian`].
    #[must_use]
    #[track_caller]
    pub fn hessian<T: Float>(&self, f: &(impl ScalarFunction + ?Sized), x: &[T]) -> SparseMatrix<T> {
        let mut g = vec![T::zero(); x.len()];
        let mut h = vec![T::zero(); self.pattern.nnz()];
        self.compute("hessian", f, x, &mut g, &mut h);
        SparseMatrix::new(self.pattern.clone(), h)
    }

    /// Writes gradient and Hessian of `f` at `x` to `g` and `h` and returns the value. `h` has a place for each entry of the pattern, in
    /// its order.
    ///
    /// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
    ///
    /// # Panics
    /// If `x` and `g` have not one entry for each row of the pattern, or `h` not one for each of its entries, and as
    /// [every driver](crate::family#panics).
    ///
    /// # Examples
    /// x² y at (3, 2) has the Hessian [[4, 6], [6, 0]], whose last entry is no entry of the pattern.
    /// ```
    /// use dualtape::sparse::HessianPlan;
    /// use dualtape::{Float, scalar_function};
    ///
    /// fn f<T: Float>(x: &[T]) -> T {
    ///     x[0] * x[0] * x[1]
    /// }
    /// scalar_function!(Monomial = f);
    ///
    /// let plan = HessianPlan::detect(&Monomial, &[0.0, 0.0])?;
    /// let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
    /// let value =
    ///     plan.value_gradient_and_hessian_into(&Monomial, &[3.0, 2.0], &mut g, &mut h);
    /// assert_eq!((value, g, h), (18.0, [12.0, 9.0], [4.0, 6.0, 6.0]));
    /// # Ok::<(), dualtape::sparse::SparseError>(())
    /// ```
    #[track_caller]
    pub fn value_gradient_and_hessian_into<T: Float>(
        &self,
        f: &(impl ScalarFunction + ?Sized),
        x: &[T],
        g: &mut [T],
        h: &mut [T],
    ) -> T {
        self.compute("value_gradient_and_hessian_into", f, x, g, h)
    }

    #[track_caller]
    fn compute<T: Float>(
        &self,
        driver: &str,
        f: &(impl ScalarFunction + ?Sized),
        x: &[T],
        g: &mut [T],
        h: &mut [T],
    ) -> T {
        let n = self.pattern.columns();
        check_length(driver, "the point", x.len(), n, "row of the pattern");
        check_length(driver, "the buffer for the gradient", g.len(), n, INPUT);
        check_length(driver, "the buffer for the Hessian", h.len(), self.pattern.nnz(), "entry of the pattern");
        match &self.recovery {
            Recovery::Direct(reads) => self.sweep_all(f, x, g, &mut Direct { reads, h }),
            Recovery::Substitution(substitution) => {
                let colours = self.colouring.count;
                let mut compressed = pool::filled((0..n * colours).map(|_| T::zero()));
                let value = self.sweep_all(f, x, g, &mut Compressed { colours, products: &mut compressed });
                substitution.run(&mut compressed, h);
                pool::put(compressed);
                value
            }
        }
    }

    /// One gradient on dual numbers for each strip of colours. Writes the gradient and returns the value.
    #[track_caller]
    fn sweep_all<T: Float>(
        &self,
        f: &(impl ScalarFunction + ?Sized),
        x: &[T],
        g: &mut [T],
        reader: &mut impl Reader<T>,
    ) -> T {
        let mut value = T::zero();
        for (width, strip) in sweeps(self.colouring.count) {
            value = match width {
                2 => self.sweep::<T, 2>(f, x, g, strip, reader),
                4 => self.sweep::<T, 4>(f, x, g, strip, reader),
                _ => self.sweep::<T, WIDEST>(f, x, g, strip, reader),
            };
        }
        value
    }

    #[track_caller]
    fn sweep<T: Float, const K: usize>(
        &self,
        f: &(impl ScalarFunction + ?Sized),
        x: &[T],
        g: &mut [T],
        strip: Range<usize>,
        reader: &mut impl Reader<T>,
    ) -> T {
        let mut point = Seeded::<T, K>::at(x);
        let mut gradient = Seeded::<T, K>::at(x);
        point.seed_lanes(|input| self.colouring.lane_of(input, &strip));
        let value = f.backpropagate(point.as_slice(), gradient.as_mut_slice());
        g.iter_mut().zip(gradient.as_slice()).for_each(|(g, on_duals)| *g = on_duals.primal());
        reader.read(strip, gradient.as_slice());
        point.end();
        gradient.end();
        value.primal()
    }
}

/// What is done with the products of the Hessian with the directions of a sweep, the tangents of the gradient.
trait Reader<T> {
    fn read<const K: usize>(&mut self, strip: Range<usize>, gradient: &[Dual<T, K>]);
}

/// Copies entries to where they belong.
struct Direct<'a, T> {
    reads: &'a Reads,
    h: &'a mut [T],
}

impl<T: Float> Reader<T> for Direct<'_, T> {
    fn read<const K: usize>(&mut self, strip: Range<usize>, gradient: &[Dual<T, K>]) {
        for read in self.reads.of_sweep(strip.start) {
            let entry = gradient[read.row as usize].tangents()[read.colour as usize - strip.start];
            read.places.iter().for_each(|&place| self.h[place as usize] = entry);
        }
    }
}

/// Copies all products to a matrix with a row for each input and a column for each colour.
struct Compressed<'a, T> {
    colours: usize,
    products: &'a mut [T],
}

impl<T: Float> Reader<T> for Compressed<'_, T> {
    fn read<const K: usize>(&mut self, strip: Range<usize>, gradient: &[Dual<T, K>]) {
        for (row, on_duals) in gradient.iter().enumerate() {
            let row = &mut self.products[row * self.colours..][..self.colours];
            row[strip.clone()].iter_mut().zip(on_duals.tangents()).for_each(|(product, tangent)| *product = tangent);
        }
    }
}

/// Where each entry stands alone: in its row, or in that of its mirror image.
fn direct_reads(pattern: &SparsePattern, colouring: &Colouring) -> Vec<Read> {
    // How many entries of the row at hand have a colour.
    let mut counts = vec![0_u32; colouring.count];
    let mut reads = Vec::with_capacity(pattern.nnz() / 2 + pattern.columns());
    // The first entry of a column from the diagonal on, whose mirror image is met when the row comes.
    let mut mirrors: Vec<usize> = pattern.column_starts()[..pattern.columns()].to_vec();
    let is_alone = |counts: &[u32], vertex: usize| counts[colouring.colours[vertex] as usize] == 1;
    let colour = |vertex: usize| colouring.colours[vertex];
    // For each entry of the upper triangle, whether it stands alone in its row, which comes first.
    let mut is_upper_alone = vec![false; pattern.nnz()];
    for row in 0..pattern.columns() {
        let list = pattern.column(row); // the pattern is symmetric
        list.iter().for_each(|&column| counts[colour(column) as usize] += 1);
        for (place, &column) in (pattern.column_starts()[row]..).zip(list) {
            // `place` is that of the entry (column, row), and its mirror image is the next of the column `column`.
            let mirror = mirrors[column];
            mirrors[column] += 1;
            if column > row {
                is_upper_alone[mirror] = is_alone(&counts, column);
                continue;
            }
            let places = [place as u32, mirror as u32];
            if is_alone(&counts, column) {
                reads.push(Read { row: row as u32, colour: colour(column), places });
            } else {
                assert!(is_upper_alone[place], "a star colouring leaves each entry alone in one of two rows");
                reads.push(Read { row: column as u32, colour: colour(row), places });
            }
        }
        list.iter().for_each(|&column| counts[colour(column) as usize] = 0);
    }
    reads
}
