//! Calls with the wrong memory, at points where there is no result, and of programs that need nothing.

use super::Device;
use dualtape::graph::{Graph, Traced};
use dualtape::replay::{CallError, Program, ReadError, Rules};
use dualtape::{Dual, Float, Special, derivative};

fn graph() -> Graph {
    Graph::record_fn(|x: &[Traced]| (x[0] * x[1]).sin() * x[0].exp() + x[1], &[1.0, 2.0])
}

#[test]
fn slices_that_are_too_short_are_named() {
    let bytes = graph().value_and_gradient().to_bytes().unwrap();
    let program = Program::read(&bytes).unwrap();
    let n = program.work_len();
    let mut out = [7.0; 3];
    let call = |x: &[f64], work: usize, out: &mut [f64]| program.call(x, &mut vec![0.0; work], out);
    assert_eq!(call(&[1.0, 2.0], n, &mut out), Ok(()));
    let right = out;
    assert_eq!(call(&[1.0, 2.0], n + 5, &mut out), Ok(()));
    assert_eq!(out, right);
    let mut out = [7.0; 3];
    for work in 0..n {
        assert_eq!(call(&[1.0, 2.0], work, &mut out), Err(CallError::Work { needed: n, found: work }));
    }
    assert_eq!(call(&[1.0], n, &mut out), Err(CallError::Inputs { expected: 2, found: 1 }));
    assert_eq!(call(&[1.0, 2.0, 3.0], n, &mut out), Err(CallError::Inputs { expected: 2, found: 3 }));
    assert_eq!(call(&[1.0, 2.0], n, &mut out[..2]), Err(CallError::Outputs { expected: 3, found: 2 }));
    assert_eq!(out, [7.0; 3]);
    assert_eq!(
        call(&[1.0, 2.0], 1, &mut out).unwrap_err().to_string(),
        format!("dualtape: call: expected work space for {n} numbers, found 1; `work_len` tells how much is needed")
    );
}

#[test]
fn derivatives_that_need_the_drivers_are_an_error() {
    // The slope of ln(0 x) is 0 · ∞, and the convention says 0.
    let graph = Graph::record_fn(|x: &[Traced]| (x[0] * x[1] + 1.0).sqrt(), &[1.0, 1.0]).value_and_gradient();
    let bytes = graph.to_bytes().unwrap();
    let mut device = Device::new(&bytes);
    assert_eq!(device.call(&[1.0, 3.0]).unwrap(), [2.0, 0.75, 0.25]);
    assert_eq!(device.call(&[1.0, -1.0]), Err(CallError::NotPlain));
    assert_eq!(device.out, [2.0, 0.75, 0.25]); // as it was
    assert_eq!(graph.eval(&[1.0, -1.0]).unwrap()[1], f64::NEG_INFINITY); // by the driver
}

#[test]
fn an_empty_interval_is_an_error_where_the_host_panics() {
    let bytes = Graph::record_fn(|x: &[Traced]| x[0].clamp(x[1], x[2]), &[1.0, 0.0, 2.0]).to_bytes().unwrap();
    let mut device = Device::new(&bytes);
    assert_eq!(device.call(&[5.0, 0.0, 2.0]).unwrap(), [2.0]);
    assert_eq!(device.call(&[5.0, 3.0, 2.0]), Err(CallError::EmptyInterval));
    assert_eq!(device.call(&[5.0, f64::NAN, 2.0]), Err(CallError::EmptyInterval));
}

#[test]
fn programs_may_have_next_to_nothing() {
    let bytes = Graph::record_fn(|x: &[Traced]| x[1], &[1.0, 2.0]).to_bytes().unwrap();
    let mut device = Device::new(&bytes);
    assert_eq!((device.program.work_len(), device.program.operations()), (0, 0));
    assert_eq!(device.call(&[3.0, 4.0]).unwrap(), [4.0]);
    let bytes = Graph::record_fn(|_: &[Traced]| Traced::lit(0.1), &[]).to_bytes().unwrap();
    assert_eq!(Device::new(&bytes).call(&[]).unwrap(), [0.1]);
}

#[test]
fn data_are_inputs_that_are_no_variables() {
    struct Line;
    impl dualtape::ScalarFunction for Line {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            (x[0] * x[1] - x[2]).powi(2)
        }
    }
    let bytes = Graph::record_with(&Line, &[1.0], &[0.0, 0.0]).gradient().to_bytes().unwrap();
    let mut device = Device::new(&bytes);
    assert_eq!((device.program.variables(), device.program.inputs(), device.program.outputs()), (1, 3, 1));
    assert_eq!(device.call(&[2.0, 3.0, 5.0]).unwrap(), [6.0]);
}

#[test]
fn rules_are_those_it_is_read_with() {
    let plain = Graph::record_fn(|x: &[Traced]| x[0] * x[0] / 3.0, &[1.0]).to_bytes().unwrap();
    assert!(Program::<f64>::read_with(&plain, Rules::ARITHMETIC).is_ok());
    let elementary = graph().hessian().to_bytes().unwrap();
    assert!(Program::<f64>::read_with(&elementary, Rules::ELEMENTARY).is_ok());
    let Err(ReadError::UnknownRule(name)) = Program::<f64>::read_with(&elementary, Rules::ARITHMETIC) else {
        panic!("the sine is a rule");
    };
    assert_eq!(name.as_str(), "sin");
    // What it is read with if nothing is said.
    assert!(Program::<f64>::read(&elementary).is_ok());
    let special = Graph::record_fn(|x: &[Traced]| x[0].erf(), &[1.0]).to_bytes().unwrap();
    assert!(matches!(Program::<f64>::read(&special), Err(ReadError::UnknownRule(_))));
    assert_eq!(Device::new(&special).call(&[0.5]).unwrap(), [Special::erf(0.5_f64)]);
}

/// More rules than are found again at once.
#[test]
fn many_rules_are_found_as_well() {
    let f = |x: &[Traced]| (1..40).map(|n| x[0].powi(n) / f64::from(n)).sum::<Traced>() + x[0].sin() + x[0].tanh();
    let graph = Graph::record_fn(f, &[0.5]);
    let bytes = graph.gradient().to_bytes().unwrap();
    let mut device = Device::new(&bytes);
    let found = device.call(&[0.7]).unwrap()[0];
    assert_eq!(found, graph.gradient().eval(&[0.7]).unwrap()[0]);
    let right = derivative(|x| (1..40).map(|n| x.powi(n) / f64::from(n)).sum::<Dual<_>>() + x.sin() + x.tanh(), 0.7);
    assert!((found - right).abs() < 1e-13);
}

/// Nothing of the rest of the bytes depends on where they lie.
#[test]
fn bytes_need_no_alignment() {
    let bytes = graph().hessian().to_bytes().unwrap();
    let right = Device::new(&bytes).call(&[0.3, 0.4]).unwrap().to_vec();
    for shift in 1..9 {
        let shifted = [vec![0; shift], bytes.clone()].concat();
        assert_eq!(Device::new(&shifted[shift..]).call(&[0.3, 0.4]).unwrap(), right);
    }
}
