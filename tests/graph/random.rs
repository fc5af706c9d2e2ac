//! A thousand random programs: at every point the graph gives what the program gives, or names the branch that changed.

pub use crate::instructions::programs;
use dualtape::graph::Graph;
use dualtape::{ScalarFunction, gradient, hvp};

fn same(a: f64, b: f64, scale: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-11 * scale
}

#[test]
fn never_a_wrong_number() {
    let (mut right, mut changed) = (0, 0);
    for (program, (f, points)) in programs(1000).enumerate() {
        let graph = Graph::record(&f, &points[0]);
        let (first, product) = (graph.value_and_gradient(), graph.hvp());
        for x in points {
            let what = format!("program {program} {:?} at {x:?}\n{graph}", f.0);
            let value = f.eval(&x);
            match graph.eval(&x) {
                Err(_) => {
                    changed += 1;
                    assert!(x != points[0] && first.eval(&x).is_err(), "{what}");
                    continue;
                }
                Ok(found) => {
                    assert!(found[0].to_bits() == value.to_bits() || (found[0].is_nan() && value.is_nan()), "{what}");
                }
            }
            let found = first.eval(&x).unwrap();
            let expected = [vec![value], gradient(|x| f.eval(x), &x)].concat();
            // Where terms cancel, their order decides about the last bits of the largest.
            let size = |y: &[f64]| y.iter().filter(|y| y.is_finite()).fold(1.0_f64, |size, y| size.max(y.abs()));
            let is_same =
                |found: &[f64], right: &[f64]| found.iter().zip(right).all(|(&a, &b)| same(a, b, size(right)));
            assert!(is_same(&found[1..], &expected[1..]), "{what}: {found:?}, right is {expected:?}");
            let found = product.eval(&[x[0], x[1], 1.0, 0.5]).unwrap();
            let expected = hvp(|x| f.eval(x), &x, &[1.0, 0.5]);
            assert!(is_same(&found, &expected), "hvp, {what}: {found:?}, right is {expected:?}");
            right += 1;
        }
    }
    println!("{right} right, {changed} changed branches");
    assert!(right > 4000 && changed > 300);
}
