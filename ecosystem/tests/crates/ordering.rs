//! `ordered-float`: numbers in order, and as keys of a map.

use dualtape::{Dual, Float, Reverse, gradient, hessian};
use ordered_float::{FloatCore, NotNan, OrderedFloat};
use std::collections::BTreeMap;

/// The median of an odd number of values.
fn median<T: Float + FloatCore>(x: &[T]) -> T {
    let mut x: Vec<_> = x.iter().copied().map(OrderedFloat).collect();
    x.sort();
    x[x.len() / 2].into_inner()
}

/// It moves with the value in the middle and with no other.
#[test]
fn sorting_carries_the_derivatives_along() {
    let x = [3.0, -1.0, 7.0, 2.0, 100.0];
    assert_eq!(gradient(median::<Reverse<f64>>, &x), [1.0, 0.0, 0.0, 0.0, 0.0]);
    let square = |x: &[Reverse<Dual<f64, 8>>]| median(x) * median(x);
    assert_eq!(hessian(square, &x)[(0, 0)], 2.0);
}

/// Keys are equal where the values are, whatever the derivatives.
#[test]
fn numbers_are_keys() {
    let (x, y) = (Dual::variable(1.5), Dual::constant(1.5));
    let map = BTreeMap::from([(OrderedFloat(x), "three halves"), (OrderedFloat(x * 2.0), "three")]);
    assert_eq!(map[&OrderedFloat(y)], "three halves");
    assert_eq!(map.last_key_value().unwrap().0.tangent(), 2.0);
}

#[test]
fn arithmetic_without_nan() {
    let x = NotNan::new(Dual::<f64>::variable(3.0)).unwrap();
    let y = x * x + x;
    assert_eq!((y.primal(), y.tangent()), (12.0, 7.0));
    assert!(NotNan::new(Dual::new(f64::NAN, [1.0])).is_err());
    assert!(NotNan::new(Dual::new(1.0, [f64::NAN])).is_ok());
}
