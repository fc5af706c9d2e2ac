//! Newton's method on rows that are shared by processes, on `timely` dataflow: a logistic regression.
//!
//! The rows are divided into parts, and each worker has some of the parts. In every step it computes value, gradient and Hessian of the
//! sum over each of its parts, and broadcasts them under the step's number; all workers add up all parts in their order and take the same
//! step. So for a given number of parts the result has the same bits, whatever the number of processes and threads.
//!
//! Alone, in one process: `cargo run --release -p ecosystem --example cluster_newton`
//!
//! On a cluster: start it on every machine with its number and the addresses of all, in the same order everywhere. The first, for two:
//!
//! ```text
//! cluster_newton 0 first.example.org:2101 second.example.org:2101
//! cluster_newton 1 first.example.org:2101 second.example.org:2101
//! ```
//!
//! They wait for each other, and each prints the result. Two processes on one machine are started in the same way, with the addresses
//! `localhost:2101 localhost:2102`. Here each part makes its rows from random numbers; a part that reads them from a file of its machine is
//! all that real data need.

use dualtape::nalgebra::{DMatrix, DVector};
use dualtape::terms::{Sum, Terms};
use dualtape::{Float, Special, value_gradient_and_hessian_of_into};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use timely::communication::Config as Communication;
use timely::dataflow::operators::{Inspect, Probe, vec::Broadcast, vec::Input};
use timely::dataflow::{InputHandleVec, ProbeHandle};
use timely::worker::Worker;

/// What has come of each step and part.
type Received = BTreeMap<(u64, u64), Vec<f64>>;

pub const PARTS: u64 = 6;
pub const COLUMNS: usize = 5;
const ROWS: usize = if cfg!(debug_assertions) { 200 } else { 20_000 };
const MOST_STEPS: u64 = 50;

/// Rows of predictors and outcomes; minus the logarithm of the likelihood.
pub struct Part {
    rows: Vec<([f64; COLUMNS], bool)>,
}

impl Part {
    /// From a linear congruential generator with the part's number as its seed. The true coefficients are 2, -2, 0, 0, 0.
    pub fn new(number: u64) -> Self {
        let mut state = number;
        let mut uniform = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let row = |_| {
            let row: [f64; COLUMNS] = std::array::from_fn(|_| uniform() - 0.5);
            (row, uniform() < Special::logistic(2.0 * (row[0] - row[1])))
        };
        Self { rows: (0..ROWS).map(row).collect() }
    }
}

impl Terms for Part {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn term<T: Float>(&self, i: usize, b: &[T]) -> T {
        let (row, outcome) = &self.rows[i];
        let z = T::dot(row.iter().map(|&x| T::lit(x)).zip(b.iter().copied()));
        if *outcome { (-z).softplus() } else { z.softplus() }
    }
}

/// Value, gradient and Hessian one after the other, as they are sent.
fn derivatives(part: &Part, b: &[f64]) -> Vec<f64> {
    let (mut gradient, mut hessian) = (vec![0.0; COLUMNS], DMatrix::zeros(COLUMNS, COLUMNS));
    let value = value_gradient_and_hessian_of_into(&Sum::of(part), b, &mut gradient, &mut hessian);
    [&[value], &gradient[..], hessian.as_slice()].concat()
}

/// What all parts have sent, added in their order.
fn added(parts: impl Iterator<Item = Vec<f64>>) -> (f64, DVector<f64>, DMatrix<f64>) {
    let add = |sum: Vec<f64>, part: Vec<f64>| sum.iter().zip(part).map(|(sum, part)| sum + part).collect();
    let sum = parts.reduce(add).expect("there are parts");
    let (gradient, hessian) = sum[1..].split_at(COLUMNS);
    (sum[0], DVector::from_column_slice(gradient), DMatrix::from_column_slice(COLUMNS, COLUMNS, hessian))
}

/// Newton's method as one of the workers runs it: the minimum, its value, and the number of steps.
fn minimise(worker: &mut Worker) -> (Vec<f64>, f64, u64) {
    let (index, peers) = (worker.index() as u64, worker.peers() as u64);
    let own: Vec<(u64, Part)> = (0..PARTS).filter(|k| k % peers == index).map(|k| (k, Part::new(k))).collect();
    let (mut input, probe) = (InputHandleVec::new(), ProbeHandle::new());
    // By step and part; a worker that is ahead sends its next step while others wait for this one.
    let received: Rc<RefCell<Received>> = Rc::default();
    let inbox = received.clone();
    worker.dataflow(|scope| {
        let put = move |(step, part, numbers): &(u64, u64, Vec<f64>)| {
            inbox.borrow_mut().insert((*step, *part), numbers.clone());
        };
        scope.input_from(&mut input).broadcast().inspect(put).probe_with(&probe);
    });
    let mut b = DVector::zeros(COLUMNS);
    for step in 0.. {
        for (number, part) in &own {
            input.send((step, *number, derivatives(part, b.as_slice())));
        }
        input.advance_to(step + 1);
        worker.step_while(|| probe.less_than(input.time())); // until all have sent this step and it has arrived here
        let later = received.borrow_mut().split_off(&(step + 1, 0));
        let parts = received.replace(later);
        assert_eq!(parts.len() as u64, PARTS, "every part was received");
        let (value, gradient, hessian) = added(parts.into_values());
        let newton = hessian.cholesky().expect("the likelihood is convex").solve(&gradient);
        if step == MOST_STEPS || gradient.dot(&newton) <= 1e-20 * value {
            return (b.data.into(), value, step);
        }
        b -= newton;
    }
    unreachable!("it returned after the last step")
}

/// The result of each worker of this process. Without addresses this process is alone.
pub fn run(process: usize, threads: usize, addresses: Vec<String>) -> Result<Vec<(Vec<f64>, f64, u64)>, String> {
    let communication = match addresses.is_empty() {
        true => Communication::Process(threads),
        false => Communication::Cluster { threads, process, addresses, report: false, zerocopy: false },
    };
    let config = timely::Config { communication, worker: Default::default() };
    timely::execute(config, minimise)?.join().into_iter().collect()
}

#[allow(dead_code)] // the test of this file has a main function of its own
fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let process = arguments.next().map_or(Ok(0), |number| number.parse()).map_err(|_| "the number of this process?")?;
    let (b, value, steps) = run(process, 1, arguments.collect())?.remove(0);
    println!("{} rows in {PARTS} parts: -log likelihood {value:.10} after {steps} steps, at", PARTS * ROWS as u64);
    println!("{b:.12?}");
    // Alone, all parts as one function.
    let parts: Vec<Part> = (0..PARTS).map(Part::new).collect();
    let all = Part { rows: parts.into_iter().flat_map(|part| part.rows).collect() };
    let whole = dualtape::optimize::newton(&Sum::of(&all), &[0.0; COLUMNS]);
    let off = b.iter().zip(&whole.x).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    println!("`optimize::newton` on one machine: {:.10}, {off:.0e} from it", whole.value);
    assert!(off < 1e-10);
    Ok(())
}
