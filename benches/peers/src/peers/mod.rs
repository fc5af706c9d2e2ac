//! The contestants: one file per crate, each using it as its documentation recommends for speed.

mod ad_trait;
mod autodiff;
mod easy_ml;
mod echidna;
mod hyperdual;
mod num_dual;
mod ours;
mod reverse;
mod xad;

use crate::problems::Function;
use crate::real::Real;
pub use ours::fused;

/// Writes the derivative at a point to the slice and returns the value there. Keeps its tape from call to call.
pub type Method<'a, F> = Box<dyn FnMut(&F, &[f64], &mut [f64]) -> f64 + 'a>;

pub struct Contestant<'a, F> {
    pub name: &'static str,
    pub mode: Mode,
    pub method: Method<'a, F>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    Plain,
    Forward,
    Reverse,
    /// Reverse mode on the problem rewritten with operations that take many operands, which is not the same code.
    Fused,
    /// A recording made beforehand is evaluated again: no new branches, and the recording is not in the time.
    Replay,
}

fn contestant<'a, F>(
    name: &'static str,
    mode: Mode,
    method: impl FnMut(&F, &[f64], &mut [f64]) -> f64 + 'a,
) -> Contestant<'a, F> {
    Contestant { name, mode, method: Box::new(method) }
}

/// Forward mode evaluates the function once for every few inputs; with more inputs than this it only takes long.
const MOST_FORWARD_INPUTS: usize = 700;

/// Everyone who can take the gradient of a function of `n` inputs. Plain `f64` comes first, then ours.
pub fn gradients<F: Function + 'static>(n: usize) -> Vec<Contestant<'static, F>> {
    let mut all = vec![
        contestant("plain f64", Mode::Plain, |f: &F, x, _| f.eval(x)),
        ours::reverse(),
        xad::reverse(),
        echidna::reverse(),
        echidna::replay(),
        reverse::reverse(),
        ad_trait::reverse(),
        easy_ml::reverse(),
    ];
    match n {
        2 => {
            all.push(ours::array::<F, 2>());
            all.extend(forward::<F, 2, 3>());
        }
        3 => {
            all.push(ours::array::<F, 3>());
            all.extend(forward::<F, 3, 4>());
        }
        _ if n <= MOST_FORWARD_INPUTS => all.extend(forward::<F, 8, 9>()),
        _ => {}
    }
    if n <= MOST_FORWARD_INPUTS {
        all.push(autodiff::forward());
        all.push(easy_ml::forward());
    }
    all.extend(num_dual::gradient(n));
    all
}

/// Forward mode in `N` directions at once; `M` is `N + 1`.
fn forward<F: Function + 'static, const N: usize, const M: usize>() -> [Contestant<'static, F>; 6] {
    [
        ours::forward::<F, N>(),
        xad::forward::<F, N>(),
        echidna::forward::<F, N>(),
        ad_trait::forward::<F, N>(),
        num_dual::forward::<F, N>(),
        hyperdual::forward::<F, N, M>(),
    ]
}

/// Everyone who can take the Hessian of a function of `n` inputs; it is written row by row.
pub fn hessians<F: Function + 'static>(n: usize) -> Vec<Contestant<'static, F>> {
    let mut all = vec![
        contestant("plain f64", Mode::Plain, |f: &F, x, _| f.eval(x)),
        ours::hessian(),
        xad::hessian(),
        echidna::hessian(),
        echidna::sparse_hessian(),
        ad_trait::hessian(),
        num_dual::hessian_by_pairs(),
    ];
    if n == 10 {
        all.push(num_dual::hessian::<F, 10>());
    }
    all
}

/// A forward-mode number with `N` directions, of a crate whose drivers do not go through many inputs in groups.
trait Seeded<const N: usize>: Real {
    /// `x`, as a variable in the given direction or as a constant.
    fn seeded(x: f64, direction: Option<usize>) -> Self;
    fn tangent(&self, direction: usize) -> f64;
}

/// The gradient, `N` directions at a time.
fn by_directions<F: Function, T: Seeded<N>, const N: usize>(f: &F, x: &[f64], gradient: &mut [f64]) -> f64 {
    let mut point: Vec<T> = x.iter().map(|&x| T::seeded(x, None)).collect();
    let mut value = 0.0;
    for (group, gradient) in gradient.chunks_mut(N).enumerate() {
        let inputs = group * N..group * N + gradient.len();
        for (direction, i) in inputs.clone().enumerate() {
            point[i] = T::seeded(x[i], Some(direction));
        }
        let y = f.eval(&point);
        value = y.value();
        for (direction, g) in gradient.iter_mut().enumerate() {
            *g = y.tangent(direction);
        }
        for i in inputs {
            point[i] = T::seeded(x[i], None);
        }
    }
    value
}
