//! Gradients of chains with few snapshots: equal to one tape over all steps, with the counts of the theory.
#![cfg(feature = "std")]

use dualtape::checkpoint::{Chain, ChainGradient, Checkpoints, forward_steps, repetitions};
use dualtape::{Dual, Float, Reverse, Tape};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Steps that mix functions, parameters and data by the index, on a state whose length changes twice.
struct Mixed {
    data: Vec<f64>,
}

impl Chain for Mixed {
    fn step<T: Float>(&self, index: usize, state: &[T], p: &[T]) -> Vec<T> {
        let force = T::lit(self.data[index % self.data.len()]);
        let mut next =
            vec![state[0].sin() * p[0] + state[1] * force, state[1].cos() - p[1] * state[0], state[1] * T::lit(0.5)];
        if index % 7 == 3 {
            next.push(p[0] / (T::one() + state[0] * state[0]));
        }
        next
    }
    fn loss<T: Float>(&self, state: &[T], p: &[T]) -> T {
        state.iter().map(|&x| x * x).sum::<T>() + p[1] * state[0]
    }
}

fn mixed() -> Mixed {
    Mixed { data: (0..13).map(|i| 0.3 + 0.1 * f64::from(i)).collect() }
}

/// The loss, and its gradients, by one tape on which each state is retained.
fn on_one_tape<T: Float>(chain: &impl Chain, state: &[T], p: &[T], steps: usize) -> (T, Vec<T>, Vec<T>) {
    let tape = Tape::new();
    let (x, p) = (tape.variables(state), tape.variables(p));
    let mut state = x.clone();
    for index in 0..steps {
        state = chain.step(index, &state, &p).into_iter().map(|x| tape.retain(x)).collect();
    }
    let loss = chain.loss(&state, &p);
    let adjoints = tape.adjoints(loss);
    let of = |x: &[Reverse<T>]| x.iter().map(|&x| adjoints.wrt(x)).collect();
    (loss.primal(), of(&x), of(&p))
}

const START: [f64; 2] = [0.4, -0.7];
const PARAMETERS: [f64; 2] = [0.9, 0.3];

fn parts<T: Float>(gradient: ChainGradient<T>) -> (T, Vec<T>, Vec<T>) {
    (gradient.value, gradient.by_state, gradient.by_parameters)
}

#[test]
fn gradients_have_the_bits_of_one_tape() {
    let chain = mixed();
    for steps in [0, 1, 2, 3, 10, 64, 257] {
        let expected = on_one_tape(&chain, &START, &PARAMETERS, steps);
        for snapshots in [1, 2, 3, 7, 300] {
            let found = Checkpoints::new(snapshots).value_and_gradient(&chain, &START, &PARAMETERS, steps);
            assert_eq!(found.steps, steps);
            assert_eq!(found.forward_steps, forward_steps(steps, snapshots), "{steps} steps, {snapshots} snapshots");
            assert_eq!(parts(found), expected, "{steps} steps, {snapshots} snapshots");
            let until = |index: usize, _: &[f64]| index == steps;
            let found = Checkpoints::new(snapshots).value_and_gradient_until(&chain, &START, &PARAMETERS, until);
            assert_eq!(found.steps, steps);
            assert_eq!(parts(found), expected, "{steps} steps, {snapshots} snapshots, online");
        }
    }
}

/// On dual numbers the gradient carries its derivative: a Hessian times a vector through a chain.
#[test]
fn chains_run_on_numbers_with_derivatives() {
    let chain = mixed();
    let state = [Dual::new(START[0], [1.0]), Dual::new(START[1], [-2.0])];
    let p = [Dual::new(PARAMETERS[0], [0.5]), Dual::constant(PARAMETERS[1])];
    let (value, by_state, by_parameters) = on_one_tape(&chain, &state, &p, 40);
    let found = Checkpoints::new(4).value_and_gradient(&chain, &state, &p, 40);
    let tangents = |x: &[Dual<f64>]| x.iter().map(|x| (x.primal(), x.tangent())).collect::<Vec<_>>();
    assert_eq!(found.value.tangent(), value.tangent());
    assert_eq!(tangents(&found.by_state), tangents(&by_state));
    assert_eq!(tangents(&found.by_parameters), tangents(&by_parameters));
}

/// Griewank & Walther's theory in numbers: repetitions and forward steps.
#[test]
fn counts_are_those_of_the_theory() {
    let table = [
        (100, 3, 7, 490),
        (1000, 5, 8, 6_284),
        (10_000, 10, 7, 57_624),
        (100_000, 10, 10, 832_040),
        (100_000, 30, 5, 447_640),
        (100_000, 100, 3, 294_747),
        (1_000_000, 30, 6, 5_623_008),
        (1_000_000, 100, 4, 3_817_896),
        (1_000_000, 300, 3, 2_954_247),
    ];
    for (steps, snapshots, times, forward) in table {
        assert_eq!((repetitions(steps, snapshots), forward_steps(steps, snapshots)), (times, forward));
    }
}

/// Counts how often each step is run on plain numbers.
struct Counting {
    plain: RefCell<Vec<usize>>,
    recorded: Cell<usize>,
}

impl Counting {
    fn new(steps: usize) -> Counting {
        Counting { plain: RefCell::new(vec![0; steps]), recorded: Cell::new(0) }
    }
}

impl Chain for Counting {
    fn step<T: Float>(&self, index: usize, x: &[T], _: &[T]) -> Vec<T> {
        if x[0].is_constant() {
            self.plain.borrow_mut()[index] += 1;
        } else {
            self.recorded.set(self.recorded.get() + 1);
        }
        vec![x[0] * T::lit(1.5) - T::lit(0.25)]
    }
    fn loss<T: Float>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
}

/// What is reported is what was run, and no step is run more often than the theory says, with a known length and without.
#[test]
fn steps_are_run_as_often_as_reported() {
    for (steps, snapshots) in [(1, 1), (20, 1), (100, 3), (330, 4), (1000, 5), (1001, 5), (10_000, 10), (3000, 100)] {
        let chain = Counting::new(steps);
        let found = Checkpoints::new(snapshots).value_and_gradient(&chain, &[0.5], &[], steps);
        let runs = chain.plain.take();
        assert_eq!((runs.iter().sum::<usize>(), chain.recorded.get()), (found.forward_steps, steps));
        assert_eq!(found.forward_steps, forward_steps(steps, snapshots));
        assert!(
            runs.iter().max().copied() <= Some(repetitions(steps, snapshots)),
            "{steps} steps, {snapshots} snapshots"
        );

        let chain = Counting::new(steps);
        let found =
            Checkpoints::new(snapshots).value_and_gradient_until(&chain, &[0.5], &[], |index, _| index == steps);
        let runs = chain.plain.take();
        assert_eq!((runs.iter().sum::<usize>(), chain.recorded.get()), (found.forward_steps, steps));
        let most = repetitions(steps, snapshots) + 1;
        assert!(
            runs.iter().max().copied() <= Some(most),
            "{steps} steps, {snapshots} snapshots: {:?}",
            runs.iter().max()
        );
    }
}

#[test]
fn misuse_is_told() {
    let message = |f: &dyn Fn()| match catch_unwind(AssertUnwindSafe(f)) {
        Ok(()) => panic!("a panic was expected"),
        Err(cause) => match cause.downcast::<String>() {
            Ok(text) => *text,
            Err(cause) => (*cause.downcast::<&str>().expect("a message")).to_string(),
        },
    };
    for text in [
        message(&|| drop(Checkpoints::new(0))),
        message(&|| assert!(repetitions(10, 0) > 0)),
        message(&|| assert!(forward_steps(10, 0) > 0)),
    ] {
        assert_eq!(
            text,
            "dualtape: checkpoint: 0 snapshots were given, and at least 1 is needed: the state that the chain starts from"
        );
    }
    // A step that panics leaves everything in order.
    struct Fails;
    impl Chain for Fails {
        fn step<T: Float>(&self, index: usize, x: &[T], _: &[T]) -> Vec<T> {
            assert!(index < 5 || x[0].is_constant(), "of the step");
            x.to_vec()
        }
        fn loss<T: Float>(&self, x: &[T], _: &[T]) -> T {
            x[0]
        }
    }
    let text = message(&|| drop(Checkpoints::new(2).value_and_gradient(&Fails, &[1.0], &[], 10)));
    assert_eq!(text, "of the step");
    assert_eq!(Checkpoints::new(2).value_and_gradient(&Fails, &[1.0], &[], 5).by_state, [1.0]);
}
