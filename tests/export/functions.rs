//! Whole programs: values, gradients, Hessians, guards.

use super::adbench::{ba, gmm, hand, lstm};
use super::compiled::{Case, Language, Outcome, compare};
use super::panics::message;
use super::problems::{self, Adjoint, Problem, Random};
use super::programs;
use dualtape::graph::{Exporter, Graph, Program, Traced};
use dualtape::{Float, ScalarFunction, VectorFunction};

/// Where a program was recorded, and two points near.
fn points(x0: &[f64]) -> Vec<Vec<f64>> {
    let mut random = Random(7);
    let mut around = |size: f64| -> Vec<f64> { x0.iter().map(|x| x + size * random.between(-1.0, 1.0)).collect() };
    vec![x0.to_vec(), around(1e-3), around(1e-2)]
}

fn check(language: Language, cases: &[Case], least: usize) -> Option<Outcome> {
    let outcome = compare(language, cases)?;
    println!("{language:?}: {outcome:?}");
    assert!(outcome.right >= least, "{outcome:?}");
    Some(outcome)
}

struct Cases {
    cases: Vec<Case>,
    make: fn(&Graph) -> Program,
    most: usize,
}

impl Cases {
    fn new(make: fn(&Graph) -> Program, most: usize) -> Cases {
        Cases { cases: Vec::new(), make, most }
    }
    fn add(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
        let graph = Graph::record(f, x);
        if graph.operations() <= self.most {
            let program = (self.make)(&graph);
            self.cases.push(Case::new(name, program, points(x)));
        }
    }
}

impl problems::Visitor for Cases {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        self.add(problem.name, &problem.function, &problem.x0);
    }
}

impl programs::Visitor for Cases {
    fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
        self.add(name, f, x);
    }
}

/// A function that goes two ways, and asks every kind of question.
fn branching<T: Float>(x: &[T]) -> T {
    let y = if x[0] < x[1] { x[0] * x[1] } else { x[0] - x[1] };
    let z = if y.is_sign_negative() && y.is_normal() { -y } else { y };
    let w = match z.partial_cmp(&T::one()) {
        Some(std::cmp::Ordering::Less) => z.sqrt(),
        _ => z.ln(),
    };
    if w == T::zero() || w.is_nan() || w.is_infinite() { w } else { w.max(x[0]).min(x[1] * x[1]) + w.floor() }
}

#[test]
fn guards_that_fail_are_named() {
    let graph = Graph::record_fn(branching, &[0.5, 0.75]);
    let points: Vec<Vec<f64>> = [0.5, 0.8, -0.25, 3.0, 0.0, f64::NAN, 1e-310]
        .into_iter()
        .flat_map(|x| [vec![x, 0.75], vec![x, -1.5], vec![x, 9.0]])
        .collect();
    for language in [Language::C, Language::Rust] {
        let cases = [
            Case::new("value", graph.compile(), points.clone()),
            Case::new("gradient", graph.value_and_gradient().compile(), points.clone()),
        ];
        if let Some(outcome) = check(language, &cases, 6) {
            assert!(outcome.changed > 10, "{outcome:?}");
        }
    }
    let text = graph.compile().to_c("f").unwrap().to_string();
    assert!(text.contains("//     1. x[0] < x[1] (tests/export/functions.rs:"), "{text}");
}

/// The sum of the squares of all rises and of half of all falls: a comparison for each pair of neighbours, and one with a constant.
struct Rises;

impl ScalarFunction for Rises {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let term = |pair: &[T]| {
            let rise = pair[1] - pair[0];
            let weight = if pair[0] < pair[1] { T::one() } else { T::lit(0.5) };
            let weight = if rise > T::lit(0.75) { weight + weight } else { weight };
            weight * rise * rise * rise.exp()
        };
        x.windows(2).map(term).sum()
    }
}

/// Many guards stand in a table.
#[test]
fn guards_of_loops_are_numbered_as_those_of_statements() {
    let x: Vec<f64> = (0..200).map(|k| f64::from(k) * 0.5 + 0.25 * f64::from(k % 3)).collect();
    let program = Graph::record(&Rises, &x).compile_value_and_gradient();
    assert!(program.report().kernels() > 0, "{}", program.report());
    let with = |changes: &[(usize, f64)]| {
        let mut x = x.clone();
        changes.iter().for_each(|&(k, value)| x[k] = value);
        x
    };
    // Number 2 k + 1 asks whether entry k is below entry k + 1, and number 2 k + 2 whether by much.
    let points = vec![
        with(&[]),
        with(&[(70, 34.0)]), // above entry 71 as it was, and much above 69
        with(&[(150, 70.0)]),
        with(&[(0, 0.3)]),
        with(&[(199, f64::NAN)]),
        with(&[(30, f64::NAN), (90, 1.0)]),
    ];
    let expected: Vec<i32> = points[1..]
        .iter()
        .map(|at| {
            let answers =
                |x: &[f64]| -> Vec<bool> { x.windows(2).flat_map(|p| [p[0] < p[1], p[1] - p[0] > 0.75]).collect() };
            let first = answers(at).iter().zip(&answers(&x)).position(|(a, b)| a != b);
            first.map_or(0, |k| k as i32 + 1)
        })
        .collect();
    let expected: Vec<i32> = expected.into_iter().filter(|&number| number > 0).collect();
    let text = program.to_c("f").unwrap().to_string();
    assert!(text.contains("int changed"), "{text}");
    let cases = [Case::new("rises", program, points)];
    for language in [Language::C, Language::Rust] {
        if let Some(outcome) = check(language, &cases, 1) {
            assert_eq!(outcome.numbers, expected, "{language:?}: {outcome:?}");
        }
    }
}

#[test]
fn names_that_a_language_does_not_take_are_refused() {
    let program = Graph::record_fn(|x: &[Traced]| x[0] * x[0], &[3.0]).compile();
    let export = |language: Language, name: &str| match language {
        Language::C => program.to_c(name).expect("it has a form"),
        Language::Rust => program.to_rust(name).expect("it has a form"),
    };
    for language in [Language::C, Language::Rust] {
        for name in ["", "2f", "a-b", "größe"] {
            let found = message(|| export(language, name));
            assert!(found.contains(&format!("`{name}`, which is no name of a function")), "{found}");
        }
        for name in ["f", "_f2", "integer"] {
            assert_eq!(export(language, name).name(), name);
        }
    }
    for (name, kept_by, free_in) in [("int", Language::C, Language::Rust), ("fn", Language::Rust, Language::C)] {
        let found = message(|| export(kept_by, name));
        assert!(found.contains(&format!("`{name}`, a word that the language keeps for itself")), "{found}");
        assert_eq!(export(free_in, name).name(), name);
    }
}

#[test]
fn straight_gradients() {
    let mut cases = Cases::new(|graph| graph.value_and_gradient().compile(), 3000);
    problems::hessian_set(&mut cases);
    programs::all(&mut cases);
    programs::fresh(&mut cases);
    let count = cases.cases.len();
    assert!(count >= 3, "{count} programs");
    check(Language::C, &cases.cases, 2 * count);
    cases.cases.truncate(8);
    check(Language::Rust, &cases.cases, 2 * cases.cases.len());
}

#[test]
fn hessians_and_jacobians() {
    let network = problems::network("F3 small", [2, 3, 4], f64::NAN);
    let f = |x: &[Traced]| (x[0] * x[1]).sin() + x[1].powf(x[2]) + x[0].hypot(x[2]).ln();
    let graph = Graph::record_fn(f, &[0.5, 1.5, 2.5]);
    let vector = Graph::record_fn(f, &[0.5, 1.5, 2.5]).gradient();
    let x = vec![vec![0.5, 1.5, 2.5], vec![1.5, 0.25, -0.5], vec![0.0, 1.0, 0.0]];
    let program = Graph::record(&network.function, &network.x0).value_gradient_and_hessian().compile();
    let cases = [
        Case::new("Hessian", graph.hessian().compile(), x.clone()),
        Case::new("value, gradient and Hessian", graph.value_gradient_and_hessian().compile(), x.clone()),
        Case::new("Jacobian of a gradient", vector.jacobian().compile(), x),
        Case::new("Hessian of a network", program, points(&network.x0)),
    ];
    for language in [Language::C, Language::Rust] {
        check(language, &cases, 8);
    }
}

/// Programs that `compile_value_and_gradient` makes.
fn with_loops() -> Cases {
    let mut cases = Cases::new(|graph| graph.compile_value_and_gradient(), usize::MAX);
    problems::gradient_set(&mut Small(&mut cases));
    for path in ["gmm/test.txt", "gmm/extra_d3_K4_n20_m2.txt"] {
        let problem = gmm::Mixture::read(path);
        cases.add(path, &problem.function, &problem.x0);
    }
    programs::all(&mut Rolled(&mut cases));
    programs::newest(&mut Rolled(&mut cases));
    let mut random = Random(11);
    let x = random.vector_between(0.5, 1.5, 500);
    let places = (0..8000).map(|_| [(); 3].map(|()| random.between(0.0, 500.0) as usize)).collect();
    cases.add("scattered", &Scattered { places }, &x);
    let with_loops = cases.cases.iter().filter(|case| case.program.report().kernels() > 0).count();
    assert!(with_loops >= 8, "{with_loops} of {} have loops", cases.cases.len());
    cases
}

/// A sum whose terms take their operands from anywhere: too many places for a table in the source.
struct Scattered {
    places: Vec<[usize; 3]>,
}

impl ScalarFunction for Scattered {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let term = |&[a, b, c]: &[usize; 3]| (x[a] * x[b]).sqrt() * x[c] - x[a] / x[c];
        self.places.iter().map(term).fold(T::zero(), |sum, term| sum + term)
    }
}

/// The sum of the squares of a function's results.
struct Squares<F>(F);

impl<F: VectorFunction> ScalarFunction for Squares<F> {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        self.0.eval(x).into_iter().fold(T::zero(), |sum, y| sum + y * y)
    }
}

/// The reference problems, F4 with fewer points; the rule of F6 is not of the crate.
struct Small<'a>(&'a mut Cases);

impl problems::Visitor for Small<'_> {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        match problem.name {
            "F4" => {
                let problem = problems::mixture_of("F4 small", [3, 4, 100], f64::NAN);
                self.0.add(problem.name, &problem.function, &problem.x0);
            }
            _ => self.0.add(problem.name, &problem.function, &problem.x0),
        }
        if problem.name == "F6" {
            let case = self.0.cases.last_mut().expect("it was added");
            case.exporter = Exporter::new().with_rule("erf", "erf(x)", "x");
            case.tolerance = 1e-14;
        }
    }
}

/// Of the programs those that have loops and are not long besides.
struct Rolled<'a>(&'a mut Cases);

impl programs::Visitor for Rolled<'_> {
    fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
        if ["Portfolio", "Lennard-Jones", "Spline", "membrane", "radial basis", "logistic regression"].contains(&name) {
            self.0.add(name, f, x);
        }
    }
}

#[test]
fn loops_in_c() {
    let mut cases = with_loops();
    // The other two of ADBench have none.
    let problem = lstm::Lstm::read("lstm/extra_l1_c6_b3.txt");
    cases.add(problem.name, &problem.function, &problem.x0);
    let problem = hand::Hand::read("hand/test.txt");
    cases.add("hand", &Squares(problem.function), &problem.x0);
    let bundle = ba::Bundle::read("ba/test.txt");
    let observation = bundle.observations[0].clone();
    let residual = |x: &[Traced]| {
        let [a, b] = observation.residual(x);
        a * a + b * b
    };
    let graph = Graph::record_fn(residual, &bundle.inputs(0));
    cases.cases.push(Case::new("bundle", graph.compile_value_and_gradient(), points(&bundle.inputs(0))));
    let count = cases.cases.len();
    check(Language::C, &cases.cases, 2 * count);
}

#[test]
fn loops_in_rust() {
    let mut cases = with_loops().cases;
    // In Rust the rule of F6 is that of `libm`, which is not at hand here.
    cases.retain(|case| case.name != "F6");
    let count = cases.len();
    check(Language::Rust, &cases, 2 * count);
}

/// Hundreds of guards are asked in loops.
#[test]
fn many_guards_are_few_loops() {
    let problem = problems::mixture_of("F4 small", [3, 4, 100], f64::NAN);
    let program = || Graph::record(&problem.function, &problem.x0).compile_value_and_gradient();
    let source = program().to_c("f").unwrap();
    let guards = source.text().matches("{ return ").count();
    assert!(source.text().contains("int changed") && guards == 1, "{guards} guards");
    // Far away other terms are the largest.
    let far = |x: &[f64]| x.iter().enumerate().map(|(k, x)| x + (k as f64).sin()).collect();
    let mixture = Case::new(problem.name, program(), vec![problem.x0.clone(), far(&problem.x0)]);
    // Guards of values to the bit.
    let scaled = |x: &[Traced]| {
        let term = |w: &[Traced]| (w[0] - w[0].base()).exp() * w[1].sin() / (w[1] * w[1] + 2.0);
        x.windows(2).map(term).fold(Traced::constant(0.0), |sum, term| sum + term)
    };
    let x: Vec<f64> = (0..400).map(|k| f64::from(k).cos()).collect();
    let program = Graph::record_fn(scaled, &x).compile_value_and_gradient();
    assert!(program.report().kernels() > 0, "{}", program.report());
    let cases = [mixture, Case::new("scaled", program, vec![x.clone(), far(&x)])];
    for language in [Language::C, Language::Rust] {
        if let Some(outcome) = check(language, &cases, 2) {
            assert_eq!(outcome.changed, 2, "{outcome:?}");
        }
    }
}

#[test]
fn large_tables_stand_beside_the_source() {
    let cases = with_loops().cases;
    let case = cases.iter().find(|case| case.name == "scattered").expect("it is among them");
    let source = case.program.to_c("f").unwrap();
    assert_eq!((source.data_name(), source.data().is_some()), ("f.bin".into(), true));
    assert!(source.text().len() < 20_000, "{} bytes", source.text().len());
    let short = cases.iter().find(|case| case.name == "F1 n=1e4").expect("it is among them");
    let source = short.program.to_c("f").unwrap();
    assert!(source.data().is_none() && source.text().len() < 20_000, "{} bytes", source.text().len());
}
