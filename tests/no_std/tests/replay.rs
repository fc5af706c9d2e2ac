//! What was recorded on a host has the same bits here.

use dualtape::forward::value_and_gradient_of_array;
use dualtape::replay::{CallError, Program};
use no_std::{Pendulum, models};

#[test]
fn a_pendulum_has_the_energy_of_its_function() {
    let pendulum = Pendulum::read().unwrap();
    for state in [[0.3, -0.4, 1.0, 0.5], [2.0, 1.0, -0.3, 0.7], [0.0; 4], [-3.0, 0.1, 4.0, -5.0]] {
        let mut found = [0.0; 5];
        pendulum.energy(&state, &mut found).unwrap();
        let (energy, gradient) = value_and_gradient_of_array(|x| models::energy(&x), state);
        assert_eq!(found[0].to_bits(), models::energy(&state).to_bits());
        assert_eq!(found[0], energy);
        // The terms are the same, in another order.
        let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-14 * (1.0 + b.abs());
        assert!(found[1..].iter().zip(&gradient).all(is_near), "{found:?} {gradient:?}");
    }
}

/// The results of the host stand beside the program.
#[test]
fn bits_are_those_of_the_host() {
    let program = Program::read(include_bytes!("../data/exact")).unwrap();
    assert_eq!((program.inputs(), program.outputs(), program.guards()), (2, 7, 1));
    let numbers = include_bytes!("../data/exact_results").as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes));
    let numbers: Vec<f64> = numbers.collect();
    let (points, _) = numbers.as_chunks::<9>();
    assert_eq!(points.len(), 20);
    let (mut work, mut found) = (vec![0.0; program.work_len()], [0.0; 7]);
    for point in points {
        let (x, right) = point.split_at(2);
        program.call(x, &mut work, &mut found).unwrap();
        assert_eq!(found[0].to_bits(), models::exact(x).to_bits());
        assert!(found.iter().zip(right).all(|(a, b)| a.to_bits() == b.to_bits()), "{x:?}: {found:?} {right:?}");
    }
    assert!(matches!(program.call(&[2.0, 1.0], &mut work, &mut found), Err(CallError::BranchChanged(_))));
}
