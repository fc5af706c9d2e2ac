//! Contour lines by marching squares: W. E. Lorensen & H. E. Cline, "Marching cubes", SIGGRAPH 1987, in two dimensions.

use std::collections::HashMap;

/// A function's values on a grid of `n x n` cells.
pub struct Grid {
    n: usize,
    x: (f64, f64),
    y: (f64, f64),
    values: Vec<f64>,
}

/// An edge of the grid, by its lower left corner: to the right, or up.
type Edge = (usize, usize, bool);

impl Grid {
    /// The values of `f` over `x.0 ..= x.1` and `y.0 ..= y.1`.
    pub fn new(n: usize, x: (f64, f64), y: (f64, f64), f: impl Fn(f64, f64) -> f64) -> Self {
        let at = |(low, high): (f64, f64), i: usize| low + (high - low) * i as f64 / n as f64;
        let values = (0..=n).flat_map(|j| (0..=n).map(move |i| (i, j))).map(|(i, j)| f(at(x, i), at(y, j))).collect();
        Self { n, x, y, values }
    }

    fn value(&self, i: usize, j: usize) -> f64 {
        self.values[j * (self.n + 1) + i]
    }

    /// The point of an edge where the function has the level, by linear interpolation.
    fn crossing(&self, (i, j, up): Edge, level: f64) -> (f64, f64) {
        let (from, to) = (self.value(i, j), if up { self.value(i, j + 1) } else { self.value(i + 1, j) });
        let part = (level - from) / (to - from);
        let (i, j) = if up { (i as f64, j as f64 + part) } else { (i as f64 + part, j as f64) };
        let at = |(low, high): (f64, f64), i: f64| low + (high - low) * i / self.n as f64;
        (at(self.x, i), at(self.y, j))
    }

    /// The pieces of the contour line inside a cell: pairs of its edges.
    fn pieces(&self, i: usize, j: usize, level: f64) -> Vec<(Edge, Edge)> {
        let above = |i, j| self.value(i, j) > level;
        let corners = [above(i, j), above(i + 1, j), above(i + 1, j + 1), above(i, j + 1)];
        // Edge `k` leads from corner `k` to the next.
        let edges = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
        let crossed: Vec<Edge> = (0..4).filter(|&k| corners[k] != corners[(k + 1) % 4]).map(|k| edges[k]).collect();
        match crossed[..] {
            [a, b] => vec![(a, b)],
            // A saddle: the mean of the corners says which pair of corners is joined in the middle.
            [a, b, c, d] => {
                let mean =
                    0.25 * (self.value(i, j) + self.value(i + 1, j) + self.value(i + 1, j + 1) + self.value(i, j + 1));
                if (mean > level) == corners[0] { vec![(a, b), (c, d)] } else { vec![(d, a), (b, c)] }
            }
            _ => vec![],
        }
    }

    /// The lines on which the function has the level, each from end to end or around.
    pub fn contour(&self, level: f64) -> Vec<Vec<(f64, f64)>> {
        let cells = (0..self.n).flat_map(|j| (0..self.n).map(move |i| (i, j)));
        let pieces: Vec<(Edge, Edge)> = cells.flat_map(|(i, j)| self.pieces(i, j, level)).collect();
        let mut at: HashMap<Edge, Vec<usize>> = HashMap::new();
        for (k, &(a, b)) in pieces.iter().enumerate() {
            at.entry(a).or_default().push(k);
            at.entry(b).or_default().push(k);
        }
        let mut is_used = vec![false; pieces.len()];
        let mut lines = Vec::new();
        // Open lines first, from one of their ends.
        let is_end = |edge: &Edge| at[edge].len() == 1;
        let starts = (0..pieces.len()).filter(|&k| is_end(&pieces[k].0) || is_end(&pieces[k].1)).chain(0..pieces.len());
        for first in starts {
            if is_used[first] {
                continue;
            }
            let (a, b) = pieces[first];
            let (start, mut here) = if is_end(&b) { (b, a) } else { (a, b) };
            is_used[first] = true;
            let mut line = vec![start, here];
            while let Some(&next) = at[&here].iter().find(|&&k| !is_used[k]) {
                is_used[next] = true;
                here = if pieces[next].0 == here { pieces[next].1 } else { pieces[next].0 };
                line.push(here);
            }
            lines.push(line.into_iter().map(|edge| self.crossing(edge, level)).collect());
        }
        lines
    }
}
