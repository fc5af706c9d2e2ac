//! Models of costs: amounts of what a run consists of, times prices.
//!
//! Prices are nanoseconds, by least squares of the logarithms of the ratio of model and time, over the programs of `cargo bench --bench
//! compiled` that are not called fresh there, on one machine, and fixed for a release. What counts are their ratios. The benchmark
//! `model` prints amounts and times, to fit them anew.

/// What has a price, and the price.
#[derive(Debug)]
pub(super) struct Prices<const N: usize>(pub [(&'static str, f64); N]);

/// How much there is of each of what has a name.
pub type Amounts = Vec<(&'static str, f64)>;

impl<const N: usize> Prices<N> {
    /// What so much of each costs.
    pub fn of(&self, amounts: [f64; N]) -> f64 {
        self.0.iter().zip(amounts).map(|((_, price), amount)| price * amount).sum()
    }

    /// The amounts with the names of what they are of.
    pub fn named(&self, amounts: [f64; N]) -> Amounts {
        self.0.iter().zip(amounts).map(|((name, _), amount)| (*name, amount)).collect()
    }
}

/// The sums of amounts.
pub(super) fn sum<const N: usize>(amounts: impl Iterator<Item = [f64; N]>) -> [f64; N] {
    amounts.fold([0.0; N], |sums, amounts| std::array::from_fn(|k| sums[k] + amounts[k]))
}
