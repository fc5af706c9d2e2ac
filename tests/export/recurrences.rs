//! Loops over time that the exporter finds in straight programs: they have the bits of the programs, and as much code for many steps as for
//! few.

use super::compiled::{Case, Language, compare};
use super::programs::{Diffusion, Garch, Kalman, Lorenz};
use dualtape::graph::{Graph, Program, Source};
use dualtape::{Float, ScalarFunction, VectorFunction, scalar_function};

/// `x <- r x (1 - x)` again and again.
struct Logistic {
    steps: usize,
}

impl ScalarFunction for Logistic {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        (0..self.steps).fold(x[0], |y, _| x[1] * y * (T::one() - y))
    }
}

/// A walk with a control for each step, which is never below a floor: as many inputs and results as steps, and a guard in each of them.
struct Controlled;

impl VectorFunction for Controlled {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        let (mut place, mut speed) = (T::one(), T::zero());
        let step = |&control: &T| {
            speed = speed * T::lit(0.9) + control.sin();
            place += speed * T::lit(0.1);
            if place < T::lit(0.25) {
                place = T::lit(0.25);
            }
            place * speed
        };
        x.iter().map(step).collect()
    }
}

/// A cell of a network that takes numbers one after the other: weights of four gates of two cells.
struct Recurrent {
    steps: usize,
}

impl ScalarFunction for Recurrent {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let (mut cells, mut states, mut loss) = ([T::zero(); 2], [T::zero(); 2], T::zero());
        for t in 0..self.steps {
            let signal = T::lit((t as f64 * 0.37).sin());
            let gate =
                |k: usize| x[4 * k] * states[0] + x[4 * k + 1] * states[1] + x[4 * k + 2] * signal + x[4 * k + 3];
            let logistic = |y: T| (T::one() + (-y).exp()).recip();
            let next = [0, 1].map(|i| logistic(gate(i)) * cells[i] + logistic(gate(2 + i)) * gate(4 + i).tanh());
            let open = [0, 1].map(|i| logistic(gate(6 + i)));
            (cells, states) = (next, [0, 1].map(|i| open[i] * next[i].tanh()));
            let error = states[0] - T::lit((t as f64 * 0.37 + 0.37).sin());
            loss += error * error;
        }
        loss
    }
}

/// The first and the second half of numbers by turns with their products: places without order, from which each step reads.
struct Shuffled {
    steps: usize,
}

impl ScalarFunction for Shuffled {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let n = x.len();
        let mut u = x.to_vec();
        for _ in 0..self.steps {
            u = (0..n).map(|i| (u[i] + u[i * i % n] * u[(i * i * i + 7) % n]) * T::lit(0.5)).collect();
        }
        u.iter().fold(T::zero(), |sum, &y| sum + y)
    }
}

fn sum_of_squares<T: Float>(x: &[T]) -> T {
    x.iter().map(|&x| x * x).sum()
}
scalar_function!(SumOfSquares = sum_of_squares);

fn gradient(f: &impl ScalarFunction, x: &[f64]) -> Program {
    Graph::record(f, x).value_and_gradient().compile()
}

/// A program, and where it is compared.
type Made = (Program, Vec<f64>);

/// A name, and the program for a number of steps.
type Recurrence = (&'static str, fn(usize) -> Made);

/// What is exported, each for any number of steps.
fn recurrences() -> Vec<Recurrence> {
    fn of(f: &impl ScalarFunction, x: Vec<f64>) -> Made {
        (gradient(f, &x), x)
    }
    fn lorenz(steps: usize) -> Made {
        of(&Lorenz { steps }, vec![10.0, 28.0, 8.0 / 3.0, 1.0, 1.0, 20.0])
    }
    fn controlled(steps: usize) -> (Graph, Vec<f64>) {
        let x: Vec<f64> = (0..steps).map(|t| (t as f64 * 0.7).cos() * 0.1).collect();
        (Graph::record_vector(&Controlled, &x), x)
    }
    vec![
        ("logistic map, value", |steps| {
            (Graph::record(&Logistic { steps: 5 * steps }, &[0.3, 3.6]).compile(), vec![0.3, 3.6])
        }),
        ("logistic map", |steps| of(&Logistic { steps: 2 * steps }, vec![0.3, 3.6])),
        ("logistic map, Hessian", |steps| {
            let graph = Graph::record(&Logistic { steps }, &[0.3, 3.6]);
            (graph.value_gradient_and_hessian().compile(), vec![0.3, 3.6])
        }),
        ("Lorenz", lorenz),
        ("GARCH", |steps| {
            let (garch, x) = Garch::new(steps);
            of(&garch, x)
        }),
        ("Kalman", |steps| {
            let (kalman, x) = Kalman::new(steps / 2);
            of(&kalman, x)
        }),
        ("recurrent network", |steps| of(&Recurrent { steps }, (0..32).map(|k| (f64::from(k) * 0.61).sin()).collect())),
        ("controlled, value", |steps| {
            let (graph, x) = controlled(steps);
            (graph.compile(), x)
        }),
        ("controlled, product", |steps| {
            let (graph, mut x) = controlled(steps);
            let program = graph.vjp().compile();
            x.extend((0..steps).map(|t| (t as f64).sin()));
            (program, x)
        }),
        ("reaction-diffusion", |steps| of(&Diffusion { steps: steps / 4 }, Diffusion::point(20))),
        ("shuffled", |steps| of(&Shuffled { steps: steps / 4 }, (0..31).map(|k| 0.5 + f64::from(k) * 0.01).collect())),
    ]
}

/// The code without its tables.
fn code(source: &Source) -> Vec<&str> {
    let mut is_table = false;
    let is_code = |line: &&str| {
        is_table |= line.starts_with("static") && line.contains('[') && line.ends_with(['{', '[']);
        let is_code = !is_table;
        is_table &= !(line.starts_with("};") || line.starts_with("];"));
        is_code
    };
    source.text().lines().filter(is_code).collect()
}

#[test]
fn loops_over_time_have_the_bits_of_programs() {
    let case = |(name, make): Recurrence| {
        let (program, x) = make(40);
        let near = x.iter().enumerate().map(|(k, x)| x * (1.0 + 1e-3 * (k as f64).sin())).collect();
        Case::new(name, program, vec![x, near])
    };
    let cases: Vec<Case> = recurrences().into_iter().map(case).collect();
    for language in [Language::C, Language::Rust] {
        if let Some(outcome) = compare(language, &cases) {
            assert_eq!((outcome.right, outcome.not_plain), (2 * cases.len(), 0), "{language:?}: {outcome:?}");
        }
    }
}

#[test]
fn code_does_not_grow_with_the_number_of_steps() {
    for (name, make) in recurrences() {
        let [few, many] = [120, 240].map(|steps| make(steps).0);
        for sources in [[&few, &many].map(|p| p.to_c("f").unwrap()), [&few, &many].map(|p| p.to_rust("f").unwrap())] {
            let [few, many] = sources.each_ref().map(|source| code(source));
            let has_loop = many.iter().any(|line| line.trim_start().starts_with("for "));
            assert!(has_loop && few.len() == many.len(), "{name}: {} and {} lines", few.len(), many.len());
            let [few, many] = [few, many].map(|lines| lines.iter().map(|line| line.len()).sum::<usize>());
            assert!(many * 100 <= few * 103, "{name}: {few} and {many} bytes");
        }
    }
}

/// Where a step of the recording is irregular, the loops are those before and behind it.
#[test]
fn a_step_that_differs_is_between_two_loops() {
    let f = |x: &[dualtape::graph::Traced]| {
        (0..200).fold(x[0], |y, t| if t == 90 { y.sin() * 0.5 } else { x[1] * y * (1.0 - y) })
    };
    let graph = Graph::record_fn(f, &[0.3, 2.8]);
    let points = vec![vec![0.3, 2.8], vec![0.31, 2.7]];
    let case = Case::new("interrupted", graph.value_and_gradient().compile(), points);
    let source = case.program.to_c("f").unwrap();
    assert_eq!(source.text().matches("for (int i0 = 0").count(), 4, "{source}");
    for language in [Language::C, Language::Rust] {
        if let Some(outcome) = compare(language, std::slice::from_ref(&case)) {
            assert_eq!(outcome.right, 2);
        }
    }
}

/// A short program is straight, as it is easier to read.
#[test]
fn what_is_short_has_no_loops() {
    let source = gradient(&SumOfSquares, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]).to_c("f").unwrap();
    assert!(!source.text().contains("int i0"), "{source}");
}
