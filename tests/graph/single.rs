//! Recordings over `f32`: the bits of `f32`, guards about its own range, derivatives by the drivers on `f32`.

use dualtape::graph::{Graph, Picture, Traced};
use dualtape::rules::{self, Binary, Unary, Visitor};
use dualtape::{Dual, Float, Reverse, derivative, gradient, hvp, scalar_function, special};

fn program<T: Float>(x: &[T]) -> T {
    let z = x[0] * x[1].sin() / (x[2] * x[2] + T::lit(0.1));
    let w = (z.exp() + x[0].abs()).ln() * x[1].max(x[2]) + x[0].powi(3) * x[2].tanh() * T::PI();
    w.if_less(T::one(), || w + x[0] * T::lit(0.3), || w * x[1].cos()) + x[0].hypot(x[1]) + x[1].powf(x[0])
}
scalar_function!(Program = program);

const POINTS: [[f32; 3]; 4] = [[1.2, 2.3, 0.4], [2.5, 1.5, 3.5], [0.3, 0.9, -0.1], [1.0, 1.0, 1.0]];

#[test]
fn values_and_derivatives_are_those_of_f32() {
    let graph = Graph::record(&Program, &POINTS[0]);
    let (first, product) = (graph.value_and_gradient(), graph.hvp());
    assert_eq!((graph.guards(), first.guards()), (0, 0));
    for x in POINTS {
        assert_eq!(graph.eval(&x).unwrap()[0].to_bits(), program(&x).to_bits(), "{x:?}");
        let right = gradient(program::<Reverse<f32>>, &x);
        let found: Vec<f32> = first.eval(&x).unwrap();
        let scale = right.iter().fold(1.0_f32, |scale, y| scale.max(y.abs()));
        assert_eq!(found[0].to_bits(), program(&x).to_bits());
        assert!(
            found[1..].iter().zip(&right).all(|(a, b)| (a - b).abs() <= 1e-6 * scale),
            "{x:?}: {found:?} {right:?}"
        );
        let right = hvp(program::<Reverse<Dual<f32>>>, &x, &[1.0, -2.0, 0.5]);
        let found: Vec<f32> = product.eval(&[x[0], x[1], x[2], 1.0, -2.0, 0.5]).unwrap();
        let scale = right.iter().fold(1.0_f32, |scale, y| scale.max(y.abs()));
        assert!(found.iter().zip(&right).all(|(a, b)| (a - b).abs() <= 1e-5 * scale), "{x:?}: {found:?} {right:?}");
    }
    // On numbers that carry derivatives, and on the other primitive type.
    let dual = graph.eval(&POINTS[0].map(|x| Dual::<f32>::new(x, [1.0]))).unwrap()[0];
    assert_eq!(dual.primal().to_bits(), program(&POINTS[0]).to_bits());
    assert!((graph.eval(&[1.2_f64, 2.3, 0.4]).unwrap()[0] - program(&[1.2_f64, 2.3, 0.4])).abs() < 1e-5);
}

/// The derivatives of a rule over `f32`, beside the driver's.
struct Agreement {
    compared: usize,
    wrong: Vec<String>,
}

const PLACES: [f32; 15] =
    [-100.0, -3.0, -1.0, -0.3, -1e-30, -0.0, 0.0, 1e-40, 0.1, 0.55, 1.0, 1.5, 5.0, 100.0, f32::INFINITY];

impl Agreement {
    fn compare(&mut self, what: impl Fn() -> String, found: f32, right: f32) {
        self.compared += 1;
        if !(found == right
            || (found.is_nan() && right.is_nan())
            || right.is_finite() && (found - right).abs() <= 1e-5 * right.abs())
        {
            self.wrong.push(format!("{}: {found:e}, right is {right:e}", what()));
        }
    }
}

impl Visitor for Agreement {
    fn unary<R: Unary>(&mut self, rule: R) {
        let graph = Graph::record_fn(|x: &[Traced<f32>]| x[0].unary(rule), &[0.3]);
        let slope = graph.gradient();
        assert_eq!((graph.guards(), slope.guards()), (0, 0), "{}", rule.name());
        for x in PLACES {
            self.compare(|| format!("{} at {x}", rule.name()), graph.eval(&[x]).unwrap()[0], x.unary(rule));
            let right = derivative(|x: Dual<f32>| x.unary(rule), x);
            self.compare(|| format!("the slope of {} at {x}", rule.name()), slope.eval(&[x]).unwrap()[0], right);
        }
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        let graph = Graph::record_fn(|x: &[Traced<f32>]| x[0].binary(rule, x[1]), &[0.3, 0.8]);
        let slopes = graph.gradient();
        for x in PLACES {
            for y in PLACES {
                let right = gradient(|x: &[Reverse<f32>]| x[0].binary(rule, x[1]), &[x, y]);
                let found: Vec<f32> = slopes.eval(&[x, y]).unwrap();
                for (&found, &right) in found.iter().zip(&right) {
                    self.compare(|| format!("slopes of {} at {x}, {y}", rule.name()), found, right);
                }
            }
        }
    }
}

#[test]
fn every_rule() {
    let mut agreement = Agreement { compared: 0, wrong: Vec::new() };
    rules::visit(&mut agreement);
    special::rules::visit(&mut agreement);
    let Agreement { compared, wrong } = agreement;
    assert!(wrong.is_empty(), "{} of {compared} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 1000);
}

#[test]
fn literals_on_both_sides_and_constants() {
    let graph = Graph::record_fn(|x: &[Traced<f32>]| 0.1 * x[0] * 0.3 + Traced::constant(2.0).sqrt(), &[1.0]);
    assert_eq!(graph.eval(&[3.0_f32]), Ok(vec![0.1 * 3.0_f32 * 0.3 + 2.0_f32.sqrt()]));
    // Constants are computed in single precision, and shown so.
    assert_eq!(graph.to_string(), "in x[0]\n  v0 = 0.1 * x[0]\n  v1 = v0 * 0.3\n  v2 = v1 + 1.4142135\nout v2\n");
    assert!(graph.to_dot_with(&Picture::new().at(&[0.7])).contains("0.07"));
}

#[test]
fn guards_know_the_range_of_f32() {
    let graph = Graph::record_fn(|x: &[Traced<f32>]| if x[0].is_subnormal() { x[0] } else { -x[0] }, &[1.0]);
    assert_eq!(graph.eval(&[2.0_f32]), Ok(vec![-2.0]));
    assert!(graph.eval(&[1e-40_f32]).is_err());
    assert!(graph.eval(&[1e-40_f64]).is_ok());
    let frozen = Graph::record_fn(|x: &[Traced<f32>]| x[0] * x[0].base(), &[0.1]);
    let changed = frozen.eval(&[0.2_f32]).unwrap_err();
    assert_eq!((changed.was(), changed.is()), ("0.1", "0.2"));
}

#[test]
fn conventions_hold_at_the_edges() {
    fn root<T: Float>(x: &[T]) -> T {
        (x[0] * x[0]).sqrt() + x[0].recip() * x[1]
    }
    let graph = Graph::record_fn(root, &[1.0_f32, 0.0]).gradient();
    for x in [[0.0_f32, 0.0], [1e-30, 1e30], [f32::NAN, 1.0], [f32::INFINITY, 1.0], [-2.0, 0.5]] {
        let (found, right): (Vec<f32>, Vec<f32>) = (graph.eval(&x).unwrap(), gradient(root::<Reverse<f32>>, &x));
        let is_same = |(a, b): (&f32, &f32)| {
            a == b || (a.is_nan() && b.is_nan()) || b.is_finite() && (a - b).abs() <= 1e-6 * b.abs()
        };
        assert!(found.iter().zip(&right).all(is_same), "{x:?}: {found:?}, right is {right:?}");
    }
}
