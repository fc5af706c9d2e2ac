//! The methods on numbers that record: each entry of a result is one operation, which runs the method again wherever the graph is
//! evaluated. So a recording holds for every order of pivots and has the bits of plain numbers. The derivative of an operation is taken
//! in reverse mode from the method itself, so that nothing of it is written here.
//!
//! The operations of one result share their decomposition: a thread keeps the last one, as drivers keep their memory, and those of the
//! same matrix find it there.

use crate::LinearAlgebra;
use crate::drivers::pool::{self, Scratch};
use crate::drivers::reverse;
use crate::float::{Float, Primitive};
use crate::graph::Traced;
use crate::numbers::Reverse;
use crate::rules::Reduction;
use nalgebra::{DMatrix, DVector};
use std::fmt::Display;

/// A method of [`LinearAlgebra`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Solve,
    Inverse,
    Determinant,
    LogDeterminant,
    SymmetricEigenvalues,
    SymmetricEigen,
    SingularValues,
    Svd,
}

/// A method for matrices of one shape. Its arguments are the entries of the matrix by columns, and then those of a right side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub method: Method,
    pub rows: usize,
    pub columns: usize,
}

/// The call that a thread has made last, with its arguments and results.
#[derive(Default)]
struct Last {
    call: Option<Call>,
    is_single: bool,
    bits: Vec<u64>,
    results: Option<Vec<f64>>,
}

impl Scratch for Last {
    fn bytes(&self) -> usize {
        self.bits.bytes() + self.results.as_ref().map_or(0, Vec::bytes)
    }
}

impl Call {
    pub fn of<T>(method: Method, a: &DMatrix<T>) -> Call {
        Call { method, rows: a.nrows(), columns: a.ncols() }
    }

    fn name(self) -> &'static str {
        match self.method {
            Method::Solve => "solve",
            Method::Inverse => "inverse",
            Method::Determinant => "determinant",
            Method::LogDeterminant => "log_determinant",
            Method::SymmetricEigenvalues => "symmetric_eigenvalues",
            Method::SymmetricEigen => "symmetric_eigen",
            Method::SingularValues => "singular_values",
            Method::Svd => "svd",
        }
    }

    /// How many entries a result has.
    fn count(self) -> usize {
        let (m, n) = (self.rows, self.columns);
        match self.method {
            Method::Determinant | Method::LogDeterminant => 1,
            Method::Solve | Method::SymmetricEigenvalues => n,
            Method::Inverse => n * n,
            Method::SymmetricEigen => n + n * n,
            Method::SingularValues => m.min(n),
            Method::Svd => (m + 1 + n) * m.min(n),
        }
    }

    /// The entries of the result on any number, if there is one.
    fn results<T: Float>(self, x: &[T]) -> Option<Vec<T>> {
        let (entries, side) = x.split_at(self.rows * self.columns);
        let a = DMatrix::from_column_slice(self.rows, self.columns, entries);
        Some(match self.method {
            Method::Solve => T::solve(&a, &DVector::from_column_slice(side))?.as_slice().to_vec(),
            Method::Inverse => T::inverse(&a)?.as_slice().to_vec(),
            Method::Determinant => vec![T::determinant(&a)],
            Method::LogDeterminant => vec![T::log_determinant(&a)?],
            Method::SymmetricEigenvalues => T::symmetric_eigenvalues(&a).as_slice().to_vec(),
            Method::SymmetricEigen => {
                let (values, vectors) = T::symmetric_eigen(&a);
                [values.as_slice(), vectors.as_slice()].concat()
            }
            Method::SingularValues => T::singular_values(&a).as_slice().to_vec(),
            Method::Svd => {
                let (u, sigma, v) = T::svd(&a);
                [u.as_slice(), sigma.as_slice(), v.as_slice()].concat()
            }
        })
    }

    /// The entries of the result on plain numbers, as `f64`, which is exact: those of the last call if it is this one.
    fn read<B: Primitive, A>(self, x: impl Iterator<Item = B>, read: impl FnOnce(Option<&[f64]>) -> A) -> A {
        let x: Vec<B> = x.collect();
        let bits: Vec<u64> = x.iter().map(|x| x.widen().to_bits()).collect();
        let mut last = pool::take::<Last>();
        if last.call != Some(self) || last.is_single != B::IS_SINGLE || last.bits != bits {
            let results = self.results(&x).map(|results| results.iter().map(|y| y.widen()).collect());
            *last = Last { call: Some(self), is_single: B::IS_SINGLE, bits, results };
        }
        let found = read(last.results.as_deref());
        pool::put(last);
        found
    }

    /// The entries of the result as operations. If it may not exist, that it does or not is a guard.
    #[track_caller]
    pub fn record<B: Primitive>(self, x: &[Traced<B>]) -> Option<Vec<Traced<B>>> {
        if matches!(self.method, Method::Solve | Method::Inverse | Method::LogDeterminant)
            && Traced::reduce(Exists(self), x.iter().copied()) != Traced::constant(B::one())
        {
            return None;
        }
        Some((0..self.count()).map(|place| Traced::reduce(Entry { call: self, place }, x.iter().copied())).collect())
    }

    /// The same of a method that always has a result.
    #[track_caller]
    pub fn record_result<B: Primitive>(self, a: &DMatrix<Traced<B>>) -> Vec<Traced<B>> {
        self.record(a.as_slice()).unwrap_or_else(|| unreachable!("{} has a result", self.name()))
    }
}

/// Whether a method has a result, as 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Exists(Call);

impl Reduction for Exists {
    const NAME: &'static str = "exists";
    const PIECEWISE_CONSTANT: bool = true;
    fn name(self) -> impl Display {
        format!("exists({})", self.0.name())
    }
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        self.0.read(x, |results| if results.is_some() { B::one() } else { B::zero() })
    }
    fn partials<T: Float>(self, x: impl Iterator<Item = T> + Clone, _: T) -> impl Iterator<Item = T> {
        x.map(|_| T::zero())
    }
}

/// An entry of the result of a method.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    call: Call,
    place: usize,
}

impl Reduction for Entry {
    const NAME: &'static str = "entry";
    fn name(self) -> impl Display {
        format!("{}[{}]", self.call.name(), self.place)
    }
    fn value<B: Primitive>(self, x: impl Iterator<Item = B> + Clone) -> B {
        self.call.read(x, |results| results.map_or_else(B::nan, |results| B::nearest(results[self.place])))
    }
    fn partials<T: Float>(self, x: impl Iterator<Item = T> + Clone, _: T) -> impl Iterator<Item = T> {
        let entry = |x: &[Reverse<T>]| {
            let results = self.call.results(x);
            results.map_or_else(|| Reverse::constant(T::nan()), |results| results[self.place])
        };
        reverse::gradient(entry, &x.collect::<Vec<T>>()).into_iter()
    }
}
