//! Joins of any number of operands.

use crate::recording::{Buffer, Join, NodeId, Recording, push, sweep};

/// The derivatives by the inputs of `slope` times `node`.
fn adjoints(recording: &Recording<f64>, (node, slope): (NodeId, f64)) -> Vec<f64> {
    let mut adjoints = vec![[0.0]; recording.nodes()];
    let index = recording.index(node).unwrap();
    recording.read(|records| {
        sweep::backward::<f64, 1, true>(&records, &mut adjoints, &mut Vec::new(), |seed| seed(index, 0, slope));
    });
    adjoints[..recording.inputs()].iter().map(|[adjoint]| *adjoint).collect()
}

#[test]
fn a_join_of_k_operands_takes_half_as_many_records() {
    let recording = Buffer::new().begin(9);
    for k in 0..=9 {
        let before = recording.nodes();
        let mut join = Join::new();
        (0..k).for_each(|i| join.add(recording.node(i), i as f64 + 1.0));
        let (node, slope) = join.finish();
        assert_eq!(recording.nodes() - before, if k < 2 { 0 } else { k.div_ceil(2) }, "{k} operands");
        assert_eq!(node.is_constant(), k == 0);
        if k > 0 {
            let expected: Vec<f64> = (0..9).map(|i| if i < k { i as f64 + 1.0 } else { 0.0 }).collect();
            assert_eq!(adjoints(&recording, (node, slope)), expected);
        }
    }
}

#[test]
fn neighbours_on_one_node_are_merged() {
    let recording = Buffer::new().begin(2);
    let (x, y) = (recording.node(0), recording.node(1));
    let mut join = Join::new();
    for (node, partial) in [(x, 1.0), (x, 2.0), (NodeId::CONSTANT, 100.0), (x, 4.0), (y, 8.0)] {
        join.add(node, partial);
    }
    let result = join.finish();
    assert_eq!(recording.nodes(), 3);
    assert_eq!(adjoints(&recording, result), [7.0, 8.0]);
    let mut join = Join::new();
    for (node, partial) in [(NodeId::CONSTANT, 1.0), (x, 2.0), (x, 4.0)] {
        join.add(node, partial);
    }
    assert_eq!(join.finish(), (x, 6.0));
    assert_eq!(recording.nodes(), 3);
}

/// Arithmetic on the partials may record on the same tape, or on another one, while a join is under way.
#[test]
fn a_join_goes_on_after_records_of_another() {
    for interrupted in 0..8 {
        for elsewhere in [false, true] {
            let (recording, other) = (Buffer::new().begin(7), Buffer::new().begin(2));
            let mut join = Join::new();
            for i in 0..7 {
                if i == interrupted {
                    let by = if elsewhere { &other } else { &recording };
                    push(by.node(0), 1000.0, by.node(1), 1000.0);
                }
                join.add(recording.node(i), i as f64 + 1.0);
            }
            let result = join.finish();
            assert_eq!(adjoints(&recording, result), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        }
    }
}
