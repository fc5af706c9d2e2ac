//! Programs of single precision.

use dualtape::graph::{Graph, Traced};
use dualtape::replay::{CallError, Program, ReadError};
use dualtape::{Float, scalar_function};

fn f<T: Float>(x: &[T]) -> T {
    let z = x[0] * x[1].sin() / (x[2] * x[2] + T::lit(0.1));
    let w = (z.exp() + x[0].abs()).ln() * x[1].max(x[2]) + x[0].powi(3) * x[2].tanh() * T::PI();
    w.if_less(T::one(), || w + x[0] * T::lit(0.3), || w * x[1].cos()) + x[0].hypot(x[1]) + x[1].powf(x[0])
}
scalar_function!(F = f);

#[test]
fn single_precision_has_the_bits_of_the_host() {
    let points: [[f32; 3]; 4] = [[1.2, 2.3, 0.4], [2.5, 1.5, 3.5], [0.3, 0.9, -0.1], [1.0, 1.0, 1.0]];
    let graph = Graph::record(&F, &points[0]);
    for graph in [graph.clone(), graph.value_and_gradient(), graph.hessian()] {
        let bytes = graph.to_bytes().unwrap();
        let program = Program::<f32>::read(&bytes).unwrap();
        let (mut work, mut out) = (vec![0.0; program.work_len()], vec![0.0; program.outputs()]);
        for x in points {
            program.call(&x, &mut work, &mut out).unwrap();
            let right: Vec<f32> = graph.eval(&x).unwrap();
            assert!(out.iter().zip(&right).all(|(a, b)| a.to_bits() == b.to_bits()), "{x:?}: {out:?} {right:?}");
        }
        let error = Program::<f64>::read(&bytes).unwrap_err();
        assert_eq!(error, ReadError::Precision { is_single: true });
        assert!(error.to_string().ends_with("call `Program::<f32>::read`"), "{error}");
    }
    let double = Graph::record(&F, &[1.0, 2.0, 3.0]).to_bytes().unwrap();
    assert_eq!(Program::<f32>::read(&double).unwrap_err(), ReadError::Precision { is_single: false });
}

#[test]
fn guards_and_ends_of_the_range_are_those_of_single_precision() {
    let graph = Graph::record_fn(|x: &[Traced<f32>]| if x[0].base() == 0.1 { x[0] * 2.0 } else { x[0] }, &[0.1]);
    let bytes = graph.to_bytes().unwrap();
    let program = Program::<f32>::read(&bytes).unwrap();
    let mut out = [0.0];
    assert_eq!(program.call(&[0.1], &mut [0.0; 2], &mut out), Ok(()));
    assert_eq!(out, [0.2]);
    assert!(matches!(program.call(&[0.100_000_01], &mut [0.0; 2], &mut out), Err(CallError::BranchChanged(_))));
    let bytes = Graph::record_fn(|x: &[Traced<f32>]| x[0].exp(), &[0.1]).gradient().to_bytes().unwrap();
    let program = Program::<f32>::read(&bytes).unwrap();
    assert_eq!(program.call(&[1.0], &mut [0.0; 2], &mut out), Ok(()));
    assert_eq!(program.call(&[100.0], &mut [0.0; 2], &mut out), Err(CallError::NotPlain));
}
