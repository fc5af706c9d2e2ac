//! The limits of a recording and of the ids in a block, which are small in this build.

use super::{assert_in_order, assert_panics};
use crate::recording::ids::{BLOCK, MOST_NODES};
use crate::recording::{Buffer, NodeId, Recording, registry};
use crate::{Tape, gradient};
use std::thread;

const MOST: usize = MOST_NODES as usize;

#[test]
fn a_recording_has_as_many_nodes_as_it_may_and_no_more() {
    let tape = Tape::new();
    let (x, y) = (tape.variable(1.0), tape.variable(2.0));
    let mut sum = x;
    while tape.len() + 1 < MOST {
        sum += y; // the tape has one node that it does not count
    }
    assert_eq!(tape.len() + 1, MOST);
    for _ in 0..3 {
        assert_panics(&["at most 2^16 nodes", "split the computation"], || sum + y);
        assert_panics(&["at most 2^16 nodes"], || tape.variable(1.0));
    }
    assert_eq!(tape.len() + 1, MOST);
    let adjoints = tape.adjoints(sum);
    assert_eq!((adjoints.wrt(x), adjoints.wrt(y)), (1.0, (MOST - 3) as f64));
    assert_in_order();
}

#[test]
fn a_recording_may_have_as_many_inputs_as_nodes() {
    let point = vec![1.0; MOST];
    let mut expected = vec![0.0; MOST];
    expected[MOST - 1] = 3.0;
    assert_eq!(gradient(|x| x[MOST - 1] * 3.0, &point), expected);
    assert_panics(&["at most 2^16 nodes"], || gradient(|x| x[0] * x[MOST - 1], &point));
    assert_in_order();
}

/// Too many inputs are refused, before anything of the process-wide ids changes.
#[test]
fn more_inputs_than_a_recording_can_number_panic_and_leave_everything_in_order() {
    let before = Tape::new();
    let x = before.variable(3.0);
    assert_panics(&["2^16 nodes", "65537 inputs"], || gradient(|x| x[0], &vec![1.0; MOST + 1]));
    // The ids that the refused recording gave back go to the next one, here or on another thread.
    assert_in_order();
    thread::spawn(assert_in_order).join().unwrap();
    assert_eq!(before.adjoints(x * x).wrt(x), 6.0);
}

/// The first and the last node of a recording, which has to have nodes.
fn ends(recording: &Recording<f64>) -> [NodeId; 2] {
    [recording.node(0), recording.node(recording.nodes() - 1)]
}

/// A block is left before a recording could outgrow it, and no id comes a second time.
#[test]
fn the_ids_of_a_recording_lie_in_one_block_and_are_new() {
    let mut buffer = Buffer::<f64>::new();
    let mut used = Vec::new();
    let mut blocks = 0;
    for nodes in [1, MOST, MOST, MOST, MOST, 1, MOST - 1, MOST, 7, MOST, MOST, MOST, MOST, MOST] {
        let recording = buffer.begin(nodes);
        let [first, last] = ends(&recording);
        assert!(first.block() == last.block(), "a recording in two blocks");
        assert_eq!(recording.index(last), Some(nodes - 1));
        blocks += usize::from(used.last().is_none_or(|[_, before]: &[NodeId; 2]| before.block() != first.block()));
        for &[other_first, other_last] in &used {
            let is_inside = |node: NodeId| node.index_from(first) < nodes as u64;
            assert!(!is_inside(other_first) && !is_inside(other_last), "ids came a second time");
        }
        used.push([first, last]);
        buffer = recording.end();
    }
    let ids: usize = used.iter().map(|[first, last]| last.index_from(*first) as usize + 1).sum();
    assert!(blocks >= ids.div_ceil(BLOCK as usize) && blocks <= 5, "{blocks} blocks for {ids} ids");
}

/// A buffer that takes a new block is found by it from then on, and no more by the old one.
#[test]
fn a_buffer_that_changes_its_block_goes_on_recording() {
    let mut buffer = Some(Buffer::<f64>::new());
    let mut others: Vec<Tape<f64>> = Vec::new();
    assert_eq!(registry::count(), 1);
    for _ in 0..20 {
        let recording = buffer.take().unwrap().begin(MOST / 2);
        let other = Tape::new(); // takes blocks in between, and the slot
        let (a, b) = (other.variable(2.0), other.variable(5.0));
        let mut last = recording.node(0);
        for _ in 0..10 {
            assert_eq!((a * b).primal(), 10.0);
            last = crate::recording::push(last, 1.0, recording.node(1), 2.0).expect("no recording is muted");
        }
        assert_eq!(recording.index(last), Some(MOST / 2 + 9));
        assert_eq!(other.adjoints(a * b).wrt(a), 5.0);
        others.push(other);
        buffer = Some(recording.end());
        assert_eq!(registry::count(), others.len() + 1);
    }
    drop(buffer);
    assert_eq!(registry::count(), others.len());
    drop(others);
    assert_eq!(registry::count(), 0);
    assert_in_order();
}

/// A tape that is rewound again and again leaves its block before the ids run out, and goes on with the nodes that it has.
#[test]
fn a_recording_is_rewound_into_another_block() {
    let mut tape = Tape::new();
    let _ = tape.variables(&[2.0, 3.0]);
    let mark = tape.mark();
    let mut blocks = std::collections::HashSet::new();
    for _ in 0..6 * BLOCK / MOST_NODES {
        let x = tape.rewind(&mark);
        let mut y = x[0] * x[1];
        while tape.len() < MOST / 2 {
            y += x[1];
        }
        assert_eq!(tape.adjoints(y).wrt(x[0]), 3.0);
        blocks.insert(y.node().block());
    }
    assert!(blocks.len() > 1);
    assert_in_order();
}
