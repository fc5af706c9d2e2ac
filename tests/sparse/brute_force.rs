//! What colourings have to be, straight from their definitions, and the least numbers of colours by trying all.

use dualtape::sparse::SparsePattern;

/// The neighbours of each vertex of a symmetric pattern.
pub fn graph(pattern: &SparsePattern) -> Vec<Vec<usize>> {
    (0..pattern.columns()).map(|v| pattern.column(v).iter().copied().filter(|&w| w != v).collect()).collect()
}

/// Neighbours differ.
fn is_proper(graph: &[Vec<usize>], colours: &[Option<usize>]) -> bool {
    graph.iter().enumerate().all(|(v, list)| list.iter().all(|&w| colours[v].is_none() || colours[v] != colours[w]))
}

/// Neighbours differ, and every path of four vertices has three colours.
pub fn is_star(graph: &[Vec<usize>], colours: &[Option<usize>]) -> bool {
    let has_two_colours = |path: [usize; 4]| {
        let [a, b, c, d] = path.map(|v| colours[v]);
        a.is_some() && b.is_some() && a == c && b == d
    };
    is_proper(graph, colours)
        && (0..graph.len()).all(|b| {
            graph[b].iter().all(|&c| {
                graph[b]
                    .iter()
                    .filter(|&&a| a != c)
                    .all(|&a| graph[c].iter().filter(|&&d| d != b && d != a).all(|&d| !has_two_colours([a, b, c, d])))
            })
        })
}

/// Neighbours differ, and two colours together make no cycle: edges are no fewer than vertices less trees.
pub fn is_acyclic(graph: &[Vec<usize>], colours: &[Option<usize>]) -> bool {
    let count = colours.iter().flatten().max().map_or(0, |most| most + 1);
    let is_forest = |[x, y]: [usize; 2]| {
        let inside = |v: usize| colours[v] == Some(x) || colours[v] == Some(y);
        let mut seen = vec![false; graph.len()];
        (0..graph.len()).filter(|&v| inside(v)).all(|root| {
            if std::mem::replace(&mut seen[root], true) {
                return true;
            }
            let mut left = vec![(root, root)];
            while let Some((v, from)) = left.pop() {
                for &w in graph[v].iter().filter(|&&w| inside(w) && w != from) {
                    if std::mem::replace(&mut seen[w], true) {
                        return false;
                    }
                    left.push((w, v));
                }
            }
            true
        })
    };
    is_proper(graph, colours) && (0..count).all(|x| (0..x).all(|y| is_forest([x, y])))
}

/// Every entry can be read: alone of its colour in its row, among the columns that have colours, or in its column among the rows.
pub fn is_readable(pattern: &SparsePattern, rows: &[Option<usize>], columns: &[Option<usize>]) -> bool {
    let transposed = pattern.transposed();
    let is_alone = |list: &[usize], colours: &[Option<usize>], at: usize| {
        colours[at].is_some() && list.iter().filter(|&&k| colours[k] == colours[at]).count() == 1
    };
    pattern.triplets().all(|(row, column)| {
        is_alone(transposed.column(row), columns, column) || is_alone(pattern.column(column), rows, row)
    })
}

/// The least number of colours for which `holds` of some colouring of `n` vertices.
pub fn least_colours(n: usize, holds: impl Fn(&[Option<usize>]) -> bool) -> usize {
    // Colours are numbered as they appear, so that none is tried under two names.
    fn any(
        colours: &mut Vec<Option<usize>>,
        n: usize,
        used: usize,
        most: usize,
        holds: &dyn Fn(&[Option<usize>]) -> bool,
    ) -> bool {
        if colours.len() == n {
            return holds(colours);
        }
        (0..most.min(used + 1)).any(|colour| {
            colours.push(Some(colour));
            let found = any(colours, n, used.max(colour + 1), most, holds);
            colours.pop();
            found
        })
    }
    (0..).find(|&most| any(&mut Vec::new(), n, 0, most, &holds)).unwrap()
}

/// The least number of colours of rows and columns together, some of which have none, by which every entry can be read.
pub fn least_of_both(pattern: &SparsePattern) -> usize {
    let (m, n) = (pattern.rows(), pattern.columns());
    fn any(
        colours: &mut Vec<Option<usize>>,
        at: usize,
        m: usize,
        used: [usize; 2],
        most: usize,
        holds: &dyn Fn(&[Option<usize>]) -> bool,
    ) -> bool {
        if at == colours.len() {
            return holds(colours);
        }
        let side = usize::from(at >= m);
        let open = used[side] + usize::from(used[0] + used[1] < most);
        let found = (0..open).any(|colour| {
            colours[at] = Some(colour);
            let mut used = used;
            used[side] = used[side].max(colour + 1);
            any(colours, at + 1, m, used, most, holds)
        });
        colours[at] = None;
        found || any(colours, at + 1, m, used, most, holds)
    }
    let holds = |colours: &[Option<usize>]| is_readable(pattern, &colours[..m], &colours[m..]);
    (0..).find(|&most| any(&mut vec![None; m + n], 0, m, [0, 0], most, &holds)).unwrap()
}
