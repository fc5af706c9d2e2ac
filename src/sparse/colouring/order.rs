//! [`Order`], in which order a greedy colouring takes the vertices.

/// In which order a colouring takes the columns or rows, which decides how many colours it needs.
///
/// # Examples
/// The cross: all entries of the middle row and column. Two colours will do, whatever comes first; of a grid the number differs.
/// ```
/// use dualtape::sparse::{HessianMethod, HessianPlan, Order, SparsePattern};
///
/// let entries = (0..5).flat_map(|i| [(2, i), (i, 2), (i, i)]);
/// let pattern = SparsePattern::from_triplets(5, 5, entries)?;
/// for order in [Order::Natural, Order::LargestFirst, Order::SmallestLast] {
///     assert_eq!(
///         HessianPlan::with(pattern.clone(), HessianMethod::Direct, order)?.colours(),
///         2
///     );
/// }
/// # Ok::<(), dualtape::sparse::SparseError>(())
/// ```
///
/// Source: Gebremedhin, Manne & Pothen, "What color is your Jacobian? Graph coloring for computing derivatives", SIAM Review 47 (2005),
/// section 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// As they are numbered. Best where the numbering follows the structure, as in bands and grids.
    #[default]
    Natural,
    /// Those with the most neighbours first.
    LargestFirst,
    /// The vertex with the fewest neighbours comes last, and so on among those that are left.
    SmallestLast,
}

impl Order {
    /// The vertices in this order, given their degrees and a visit to all neighbours of a vertex. Ties go by number.
    ///
    /// A neighbour may be visited several times, if it is counted as often.
    pub(super) fn vertices(self, degrees: Vec<usize>, neighbours: impl Fn(usize, &mut dyn FnMut(usize))) -> Vec<usize> {
        match self {
            Order::Natural => (0..degrees.len()).collect(),
            Order::LargestFirst => {
                let mut vertices: Vec<usize> = (0..degrees.len()).collect();
                vertices.sort_by_key(|&vertex| std::cmp::Reverse(degrees[vertex]));
                vertices
            }
            Order::SmallestLast => smallest_last(degrees, neighbours),
        }
    }
}

/// Removes a vertex of least degree from what is left, again and again; the order is that of removal, from the back.
///
/// Vertices wait in a list for each degree. When a degree falls, the vertex goes to another list as well, and where it waited before it is
/// passed over.
///
/// Source: Matula & Beck, "Smallest-last ordering and clustering and graph coloring algorithms", J. ACM 30 (1983).
fn smallest_last(mut degrees: Vec<usize>, neighbours: impl Fn(usize, &mut dyn FnMut(usize))) -> Vec<usize> {
    let most = degrees.iter().copied().max().unwrap_or(0);
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); most + 1];
    // The last of a list goes first.
    (0..degrees.len()).rev().for_each(|vertex| waiting[degrees[vertex]].push(vertex));
    let mut removed = Vec::with_capacity(degrees.len());
    let mut is_left = vec![true; degrees.len()];
    let mut least = 0;
    while least <= most {
        let Some(vertex) = waiting[least].pop() else {
            least += 1;
            continue;
        };
        if !is_left[vertex] || degrees[vertex] != least {
            continue;
        }
        is_left[vertex] = false;
        removed.push(vertex);
        neighbours(vertex, &mut |other| {
            if is_left[other] {
                degrees[other] -= 1;
                waiting[degrees[other]].push(other);
                least = least.min(degrees[other]);
            }
        });
    }
    removed.reverse();
    removed
}
