//! Functions whose graphs are drawn in textbooks.

use dualtape::Float;

/// z = (x + y)².
pub fn square_of_sum<T: Float>(x: T, y: T) -> T {
    (x + y).named("sum").powi(2)
}

/// The function of Goldstein and Price, with its minimum 3 at (0, -1).
pub fn goldstein_price<T: Float>(x: T, y: T) -> T {
    let c = |c: f64| T::lit(c);
    let first = c(19.0) - c(14.0) * x + c(3.0) * x * x - c(14.0) * y + c(6.0) * x * y + c(3.0) * y * y;
    let second = c(18.0) - c(32.0) * x + c(12.0) * x * x + c(48.0) * y - c(36.0) * x * y + c(27.0) * y * y;
    let left = c(1.0) + (x + y + c(1.0)).powi(2) * first.named("p");
    left.named("left") * (c(30.0) + (c(2.0) * x - c(3.0) * y).powi(2) * second.named("q")).named("right")
}

/// Taylor's series of the sine, until a term is below a threshold: how long it is depends on `x`, so there are guards.
pub fn taylor_sine<T: Float>(x: T, threshold: f64) -> T {
    let (mut sum, mut term, mut n) = (x, x, 1.0);
    while term.abs() > T::lit(threshold) {
        term = term * x * x * T::lit(-1.0 / ((n + 1.0) * (n + 2.0)));
        n += 2.0;
        term = term.named(format_args!("t{n}"));
        sum += term;
    }
    sum
}
