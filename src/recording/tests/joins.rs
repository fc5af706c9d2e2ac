//! Joins of any number of operands.

use super::generator::Random;
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

/// A push for a known number of operands records what a join of them one by one does: whatever nodes they are, while the memory
/// grows, and while another recording takes the slot.
#[test]
fn a_known_number_of_operands_is_joined_as_one_by_one() {
    /// What came of each join: its node and slope, and how many nodes were recorded by then.
    type Joined = (Option<usize>, f64, usize);
    /// 300 joins, and the adjoints for the last node.
    fn record<const K: usize>(join: impl Fn([NodeId; K], [f64; K]) -> (NodeId, f64)) -> (Vec<Joined>, Vec<f64>) {
        let mut random = Random::new(K as u64);
        let (recording, other) = (Buffer::new().begin(4), Buffer::<f64>::new().begin(2));
        let mut results = Vec::new();
        for _ in 0..300 {
            if random.below(4) == 0 {
                push(other.node(0), 1.0, other.node(1), 1.0);
            }
            // Among six nodes neighbours are sometimes the same, and one operand of sixteen is a constant.
            let nodes = std::array::from_fn(|_| match random.below(16) {
                0 => NodeId::CONSTANT,
                _ => recording.node(recording.nodes() - 1 - random.below(6.min(recording.nodes()))),
            });
            let (node, slope) = join(nodes, std::array::from_fn(|_| random.number()));
            results.push((recording.index(node), slope, recording.nodes()));
        }
        (results, adjoints(&recording, (recording.node(recording.nodes() - 1), 1.0)))
    }
    fn compare<const K: usize>() {
        let one_by_one = |nodes: [NodeId; K], partials: [f64; K]| {
            let mut join = Join::new();
            nodes.into_iter().zip(partials).for_each(|(node, partial)| join.add(node, partial));
            join.finish()
        };
        assert_eq!(record(Join::of::<K>), record(one_by_one), "{K} operands");
    }
    compare::<0>();
    compare::<1>();
    compare::<2>();
    compare::<3>();
    compare::<4>();
    compare::<5>();
    compare::<8>();
}

/// The first join makes room, the second is pushed at once, and nothing else tells the sweep of its run.
#[test]
fn a_sweep_follows_a_run_that_was_pushed_at_once() {
    let recording = Buffer::new().begin(4);
    push(recording.node(0), 1000.0, recording.node(1), 1000.0);
    let result = Join::of([0, 1, 2, 3].map(|index| recording.node(index)), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(recording.nodes(), 7);
    assert_eq!(adjoints(&recording, result), [1.0, 2.0, 3.0, 4.0]);
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

/// A record as the sweep's definition has it: the node, its operands and the derivatives by them.
type Row = (usize, Vec<(usize, f64)>);

/// `adjoint[operand] += adjoint[node] * partial` from the last node to the first.
fn adjoints_by_definition(nodes: usize, seeds: &[(usize, f64)], rows: &[Row]) -> Vec<f64> {
    let mut adjoints = vec![0.0; nodes];
    seeds.iter().for_each(|&(node, seed)| adjoints[node] += seed);
    for (node, operands) in rows.iter().rev() {
        let adjoint = adjoints[*node];
        operands.iter().for_each(|&(operand, partial)| adjoints[operand] += adjoint * partial);
    }
    adjoints
}

/// Whether an operand is the node just before or another one, on the left or on the right, in a run or not; with adjoints kept and
/// not, in one lane and in several.
#[test]
fn sums_of_adjoints_are_those_of_the_definition_to_the_bit() {
    let mut random = Random::new(7);
    for round in 0..400 {
        let (inputs, with_runs) = (2 + random.below(4), round % 2 == 0);
        let recording = Buffer::new().begin(inputs);
        let mut rows: Vec<Row> = Vec::new();
        let mut results: Vec<usize> = (0..inputs).collect();
        for _ in 0..random.below(30) {
            let many = if with_runs { 2 + random.below(5) } else { 2 };
            let mut operands: Vec<(usize, f64)> = Vec::new();
            for _ in 0..many {
                // Late nodes more often than others.
                let back = random.below(results.len()).min(random.below(4));
                let node = results[results.len() - 1 - back];
                if operands.iter().all(|&(other, _)| other != node) {
                    operands.push((node, random.number()));
                }
            }
            let mut join = Join::new();
            operands.iter().for_each(|&(node, partial)| join.add(recording.node(node), partial));
            if operands.len() > 1 {
                let node = recording.index(join.finish().0).unwrap();
                results.push(node);
                rows.push((node, operands));
            }
        }
        let nodes = recording.nodes();
        let seeds: Vec<(usize, f64)> = results.iter().rev().take(3).map(|&node| (node, random.number())).collect();
        let expected = adjoints_by_definition(nodes, &seeds, &rows);
        recording.read(|records| {
            let mut kept = vec![[0.0]; nodes];
            let seed = |seed: &mut dyn FnMut(usize, usize, f64)| seeds.iter().for_each(|&(node, w)| seed(node, 0, w));
            sweep::backward::<f64, 1, true>(&records, &mut kept, &mut Vec::new(), seed);
            let mut lanes = vec![[0.0; 3]; nodes];
            let seed = |seed: &mut dyn FnMut(usize, usize, f64)| seeds.iter().for_each(|&(node, w)| seed(node, 2, w));
            sweep::backward::<f64, 3, false>(&records, &mut lanes, &mut Vec::new(), seed);
            for (node, &expected) in expected.iter().enumerate() {
                if results.contains(&node) {
                    assert_eq!(kept[node][0].to_bits(), expected.to_bits(), "round {round}, node {node}");
                }
                let left_behind = if node < inputs { expected } else { 0.0 };
                assert_eq!(lanes[node][2].to_bits(), left_behind.to_bits(), "round {round}, node {node}");
                assert_eq!(lanes[node][..2], [0.0; 2]);
            }
        });
    }
}
