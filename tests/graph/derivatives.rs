//! Graphs of derivatives against the drivers, on programs.

use dualtape::graph::{Graph, Traced};
use dualtape::{Float, ScalarFunction, forward, gradient, hvp, jvp, scalar_function, vector_function, vjp};

/// Found and right are the same number, or both NaN, or closer than `tolerance`.
#[track_caller]
fn assert_close(found: &[f64], right: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), right.len(), "{what}");
    let scale = right.iter().filter(|y| y.is_finite()).fold(0.0_f64, |scale, y| scale.max(y.abs()));
    for (a, b) in found.iter().zip(right) {
        let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * scale;
        assert!(same, "{what}: {found:?}, right is {right:?}");
    }
}

fn program<T: Float>(x: &[T]) -> T {
    let z = x[0] * x[1].sin() / (x[2] * x[2] + T::one());
    let w = (z.exp() + x[0].abs()).ln() * x[1].max(x[2]) + x[0].powi(3) * x[2].tanh();
    (0..5).fold(w, |w, k| (w * T::lit(0.3) + x[k % 3]).sqrt().if_less(T::one(), || w + x[0], || w * x[1]))
        + x[0].hypot(x[1])
        + x[1].powf(x[0])
}
scalar_function!(Program = program);

const POINTS: [[f64; 3]; 4] = [[1.2, 2.3, 0.4], [2.5, 1.5, 3.5], [0.3, 0.9, -0.1], [1.0, 1.0, 1.0]];

#[test]
fn every_driver_has_its_graph() {
    let graph = Graph::record(&Program, &POINTS[0]);
    let (v, w) = ([0.5, -2.0, 3.0], [-1.5]);
    for x in &POINTS {
        let at = |more: &[f64]| [&x[..], more].concat();
        let g = gradient(program, x);
        assert_close(&graph.gradient().eval(x).unwrap(), &g, 1e-14, "gradient");
        assert_close(&graph.value_and_gradient().eval(x).unwrap()[..1], &[program(x)], 0.0, "value");
        assert_close(&graph.value_and_gradient().eval(x).unwrap()[1..], &g, 1e-14, "and gradient");
        assert_close(&graph.jacobian().eval(x).unwrap(), &g, 1e-14, "jacobian");
        assert_close(&graph.hvp().eval(&at(&v)).unwrap(), &hvp(program, x, &v), 1e-13, "hvp");
        let (y, tangent) = jvp(|x| vec![program(x)], x, &v);
        assert_close(&graph.jvp().eval(&at(&v)).unwrap(), &[y, tangent].concat(), 1e-14, "jvp");
        let (y, product) = vjp(|x| vec![program(x)], x, &w);
        assert_close(&graph.vjp().eval(&at(&w)).unwrap(), &[y, product].concat(), 1e-14, "vjp");
        #[cfg(feature = "nalgebra")]
        {
            let hessian = dualtape::hessian(program, x);
            assert_close(&graph.hessian().eval(x).unwrap(), hessian.as_slice(), 1e-13, "hessian");
            let again = graph.gradient().jacobian().eval(x).unwrap();
            assert_close(&again, hessian.as_slice(), 1e-13, "jacobian of the gradient");
        }
    }
}

/// `0 + y` makes 0 of -0.
#[test]
fn values_keep_the_signs_of_zeros() {
    fn f<T: Float>(x: &[T]) -> T {
        let mut sum = T::zero();
        for k in 0..2 {
            sum += x[k] * x[2];
        }
        x[0].copysign(sum)
    }
    scalar_function!(F = f);
    let graph = Graph::record(&F, &[1.0, 2.0, 3.0]);
    for x in [[1.0_f64, 1.0, -0.0], [1.0, 2.0, 0.0], [1.0, -1.0, -0.0], [1.0, 2.0, -3.0]] {
        let value = f(&x).to_bits();
        let at = |more: &[f64]| [&x[..], more].concat();
        let bits = |graph: Graph, x: &[f64]| graph.eval(x).unwrap()[0].to_bits();
        assert_eq!(bits(graph.clone(), &x), value, "{x:?}");
        assert_eq!(bits(graph.value_and_gradient(), &x), value, "with the gradient at {x:?}");
        assert_eq!(bits(graph.value_and_jacobian(), &x), value, "with the Jacobian at {x:?}");
        assert_eq!(bits(graph.value_gradient_and_hessian(), &x), value, "with the Hessian at {x:?}");
        assert_eq!(bits(graph.jvp(), &at(&[1.0, 1.0, 1.0])), value, "with a jvp at {x:?}");
        assert_eq!(bits(graph.vjp(), &at(&[1.0])), value, "with a vjp at {x:?}");
        let mut out = [0.0; 4];
        graph.value_and_gradient().compile().call(&x, &mut out).unwrap();
        assert_eq!(out[0].to_bits(), value, "compiled at {x:?}");
        graph.compile_value_and_gradient().call(&x, &mut out).unwrap();
        assert_eq!(out[0].to_bits(), value, "as a program at {x:?}");
    }
}

#[test]
fn jacobians_of_both_shapes() {
    fn wide<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] * x[1] * x[2], x[0].exp() + x[2]]
    }
    fn tall<T: Float>(x: &[T]) -> Vec<T> {
        vec![x[0] * x[1], x[0].exp(), x[1].sin() * x[0]]
    }
    vector_function!(Wide = wide);
    vector_function!(Tall = tall);
    let x = [0.5, 2.0, -1.0];
    let wide = Graph::record_vector(&Wide, &[1.0; 3]).jacobian().eval(&x).unwrap();
    assert_eq!(wide, [-2.0, -0.5, 1.0, 0.5_f64.exp(), 0.0, 1.0]);
    let tall = Graph::record_vector(&Tall, &[1.0; 2]).jacobian().eval(&x[..2]).unwrap();
    assert_eq!(tall, [2.0, 0.5, 0.5_f64.exp(), 0.0, 2.0_f64.sin(), 0.5 * 2.0_f64.cos()]);
}

#[test]
fn third_derivatives_of_a_program() {
    let third = Graph::record(&Program, &POINTS[0]).hessian().jacobian();
    let x = POINTS[1];
    let found = third.eval(&x).unwrap();
    for i in 0..3 {
        for j in 0..3 {
            let entry = |x: &[dualtape::Reverse<f64>]| {
                let unit = |k: usize| -> Vec<_> {
                    (0..3).map(|l| dualtape::Reverse::constant(f64::from(u8::from(k == l)))).collect()
                };
                hvp(program, x, &unit(j))[i]
            };
            assert_close(&found[(3 * i + j) * 3..][..3], &gradient(entry, &x), 1e-12, "third");
        }
    }
}

/// Programs whose plain derivatives are wrong or not finite at some points.
#[test]
fn conventions_hold_where_plain_arithmetic_does_not() {
    macro_rules! programs {
        ($($name:ident: $x:ident => $body:expr;)*) => {$({
            fn f<T: Float>($x: &[T]) -> T {
                $body
            }
            scalar_function!(F = f);
            for at in [[0.3, 0.6], [1.0, 1.0], [3.0, -2.0]] {
                let graph = Graph::record(&F, &at);
                let (g, h) = (graph.gradient(), graph.gradient().jacobian());
                for x in EDGES {
                    let what = format!("{} recorded at {at:?}, at {x:?}", stringify!($name));
                    let right = gradient(f, &x);
                    assert_close(&g.eval(&x).unwrap(), &right, 1e-13, &what);
                    let column = |v: [f64; 2]| forward::jvp(|x| gradient(f, x), &x, &v).1;
                    let (left, right) = (column([1.0, 0.0]), column([0.0, 1.0]));
                    let right = [left[0], right[0], left[1], right[1]];
                    let found = h.eval(&x).unwrap();
                    for (a, b) in found.iter().zip(&right) {
                        let same = a == b || (!a.is_finite() && !b.is_finite()) || b.is_finite() && (a - b).abs() <= 1e-12 * b.abs();
                        assert!(same, "second, {what}: {found:?}, right is {right:?}");
                    }
                }
            }
        })*};
    }
    const EDGES: [[f64; 2]; 12] = [
        [0.0, 0.0],
        [-0.0, 1.0],
        [-1.0, 2.0],
        [1e-310, 1.0],
        [1e300, 1e-300],
        [f64::INFINITY, 1.0],
        [1.0, f64::INFINITY],
        [f64::NAN, 1.0],
        [1.0, f64::NAN],
        [2.0, 2.0],
        [-800.0, 3.0],
        [0.25, -0.75],
    ];
    programs! {
        root_of_square: x => (x[0] * x[0]).sqrt() + x[1];
        logarithm: x => x[0].ln() + x[1] * x[1];
        quotient: x => x[0] / x[1];
        ratio_of_equal: x => x[0] / x[0] * x[1];
        log_of_exp: x => (x[0].exp().ln() + x[1]) * x[1];
        steps: x => x[0].floor() * x[1] + x[1].signum();
        larger: x => x[0].max(x[1]) * x[1];
        smaller: x => x[0].min(x[1]) * x[0];
        limited: x => x[0].clamp(-T::one(), T::one()) * x[1];
        ramp: x => x[0].abs_sub(x[1]) * x[0];
        size: x => x[0].abs() * x[1].abs();
        sign: x => x[0].copysign(x[1]) * x[1];
        still: x => x[0].detach() * x[0] * x[1];
        product: x => T::dot([(x[0], x[1]), (x[1], x[1])].into_iter());
        fused: x => x[0].mul_add(x[1], x[0]) * x[1];
        remainder: x => x[0] % x[1];
        power: x => x[0].powf(x[1]);
        length: x => x[0].hypot(x[1]) * x[1];
    }
}

#[test]
fn operations_of_the_derivatives_of_tanh() {
    // DeZero counts 1, 4, 9, 21, 51, 129, 339, 921, 2571 for `1 - y²`, which has no digits left where `y` is 1. Here the first derivative is
    // one operation, which chooses among three formulas. From the second on all three are there, each differentiated by itself, with
    // two exponentials in all orders together. What they have in common is computed once. Each order adds about 40, 60, 90, ..
    // operations, where DeZero's number is multiplied by 2.7.
    let mut graph = Graph::record_fn(|x: &[Traced]| x[0].tanh(), &[0.3]);
    let mut counts = vec![graph.operations()];
    for _ in 0..8 {
        graph = graph.gradient();
        assert_eq!(graph.guards(), 0);
        counts.push(graph.operations());
    }
    assert_eq!(counts, [1, 2, 40, 77, 136, 224, 348, 515, 732]);
}

#[test]
fn a_graph_of_derivatives_on_numbers_that_carry_derivatives() {
    let gradient_graph = Graph::record(&Program, &POINTS[0]).gradient();
    for x in POINTS {
        let columns = forward::jvp(|x| gradient_graph.eval(x).unwrap(), &x, &[1.0, 0.0, 0.0]).1;
        assert_close(&columns, &hvp(program, &x, &[1.0, 0.0, 0.0]), 1e-13, "jvp of the graph of the gradient");
    }
    // NaN where the logarithm is, though plain arithmetic has a finite slope there.
    let log = Graph::record_fn(|x: &[Traced]| x[0].ln(), &[1.0]).gradient();
    assert!(log.eval(&[dualtape::Dual::variable(-1.0)]).unwrap()[0].is_nan());
}

#[test]
fn two_recordings_give_the_same_text() {
    let text = || Graph::record(&Program, &POINTS[0]).hessian().to_string();
    assert_eq!(text(), text());
    assert_eq!(Program.eval(&POINTS[0]), program(&POINTS[0]));
}
