//! The functions whose recordings are in `data`: `tests/replay/recorded.rs` of the crate writes them on a host.

use dualtape::Float;

/// The energy of a double pendulum of unit masses, rods and gravity, from two angles and two momenta.
pub fn energy<T: Float>(x: &[T]) -> T {
    let (a, b, p, q) = (x[0], x[1], x[2], x[3]);
    let cos = (a - b).cos();
    let two = T::lit(2.0);
    let kinetic = (p * p + two * q * q - two * p * q * cos) / (two * (two - cos * cos));
    kinetic - two * a.cos() - b.cos()
}

/// A function whose value and derivatives have the same bits with every mathematical library: nothing in it is rounded twice. It has
/// a branch, and a choice that is none.
pub fn exact<T: Float>(x: &[T]) -> T {
    let length = (x[0] * x[0] + x[1] * x[1] + T::one()).sqrt();
    let side = if x[0] < x[1] { x[1] - x[0] } else { x[0] / x[1] };
    side * length / (x[1] + T::lit(3.0)) + x[0].max(x[1]) * x[0] * x[1]
}
