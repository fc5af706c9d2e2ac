//! Approximate comparison: of values for the numbers themselves, of every derivative for `AllParts`.
#![cfg(all(feature = "std", feature = "approx"))]

#[allow(dead_code)] // for its list of nests
#[macro_use]
#[path = "common/levels.rs"]
mod levels;

use approx::{AbsDiffEq, RelativeEq, UlpsEq, assert_abs_diff_eq, assert_relative_eq, assert_ulps_eq};
use dualtape::{AllParts, Dual, Float, Reverse, Tape};

#[test]
fn numbers_compare_like_their_values() {
    fn check<T: Float + AbsDiffEq<Epsilon = T> + RelativeEq + UlpsEq>() {
        let pairs =
            [(1.0, 1.0), (1.0, 1.0 + 1e-6), (1.0, 1.1), (1e6, 1e6 + 0.5), (0.0, 1e-9), (-0.0, 0.0), (-1.0, 1.0)];
        let special = [(f64::INFINITY, f64::INFINITY), (f64::INFINITY, f64::NEG_INFINITY), (f64::NAN, f64::NAN)];
        for (a, b) in pairs.into_iter().chain(special) {
            let (x, y) = (T::lit(a), T::lit(b));
            let (a, b) = (x.base(), y.base());
            for tolerance in [0.0, 1e-7, 1e-5, 1.0] {
                let (t, s) = (T::lit(tolerance), <T::Base as Float>::lit(tolerance));
                assert_eq!(x.abs_diff_eq(&y, t), a.abs_diff_eq(&b, s));
                assert_eq!(x.relative_eq(&y, t, t), a.relative_eq(&b, s, s));
                assert_eq!(x.ulps_eq(&y, t, 4), a.ulps_eq(&b, s, 4));
            }
        }
        assert_eq!(T::default_epsilon(), <T as num_traits::Float>::epsilon());
        assert_eq!(T::default_max_relative(), <T as num_traits::Float>::epsilon());
        assert_eq!(T::default_max_ulps(), 4);
        assert!(T::default_epsilon().is_constant());
    }
    macro_rules! nest {
        ($T:ty, $B:ty) => {
            check::<$T>();
        };
    }
    for_each_nest!(nest);
}

#[test]
fn derivatives_do_not_count() {
    let x: Dual<f64> = Dual::variable(1.0);
    assert_abs_diff_eq!(x, Dual::constant(1.0 + 1e-17));
    assert_relative_eq!(x, Dual::new(1.0 + 1e-13, [7.0]), max_relative = Dual::constant(1e-12));
    assert_ulps_eq!(x, Dual::new(1.0 + f64::EPSILON, [7.0]));
    let tape = Tape::new();
    assert_relative_eq!(tape.variable(2.0).sqrt(), Reverse::constant(2.0_f64.sqrt()));
}

#[test]
fn derivatives_count_in_all_parts() {
    type Second = Dual<Dual<f64>, 2>;
    let exact: Second = Dual::new(Dual::new(1.0, [2.0]), [Dual::new(3.0, [4.0]), Dual::new(5.0, [6.0])]);
    let off_by = |part: usize, error: f64| {
        let mut parts = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        parts[part] += error;
        let [a, b, c, d, e, f] = parts;
        AllParts(Dual::new(Dual::new(a, [b]), [Dual::new(c, [d]), Dual::new(e, [f])]))
    };
    assert!(AllParts(exact) == AllParts(exact) && AllParts(exact).abs_diff_eq(&AllParts(exact), 0.0));
    for part in 0..6 {
        let near = off_by(part, 1e-9);
        assert!(AllParts(exact) != near, "part {part}");
        assert!(AllParts(exact).abs_diff_eq(&near, 2e-9) && !AllParts(exact).abs_diff_eq(&near, 5e-10), "part {part}");
        assert!(AllParts(exact).relative_eq(&near, 0.0, 2e-9), "part {part}");
        assert!(!AllParts(exact).relative_eq(&near, 0.0, 1e-10), "part {part}");
        assert!(!AllParts(exact).ulps_eq(&near, 0.0, 4), "part {part}");
        assert_ulps_eq!(AllParts(exact), off_by(part, f64::EPSILON));
    }
    assert_relative_eq!([AllParts(exact)][..], [off_by(3, 1e-17)][..]);
}

#[cfg(feature = "nalgebra")]
#[test]
fn matrices_compare_in_all_parts() {
    let a: nalgebra::Matrix2<Dual<f64>> = nalgebra::matrix![1.0, 2.0; 3.0, 5.0].map(Dual::variable);
    let product = (a * a.try_inverse().unwrap()).map(AllParts);
    assert_abs_diff_eq!(product, nalgebra::Matrix2::identity().map(AllParts), epsilon = 1e-13);
}
