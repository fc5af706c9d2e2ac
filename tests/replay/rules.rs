//! Every rule, with its derivatives.

use super::Tally;
use dualtape::graph::{Graph, Traced, WriteError};
use dualtape::rules::{self, Binary, Reduction, Unary, Visitor};
use dualtape::{Float, Primitive, Special, slices, special};

/// Compares value, gradient, Hessian and third derivatives of every rule that it is shown.
#[derive(Default)]
struct All {
    tally: Tally,
    names: Vec<String>,
}

const POINTS: [f64; 8] = [0.3, 0.7, -0.4, 1.7, -2.5, 6.0, 40.0, 0.0];

impl All {
    fn of(&mut self, name: String, f: impl Fn(&[Traced]) -> Traced, at: &[f64], points: &[Vec<f64>]) {
        let graph = Graph::record_fn(f, at);
        let hessian = graph.hessian();
        let graphs = [graph.clone(), graph.value_and_gradient(), hessian.clone(), graph.gradient().vjp().jacobian()];
        for graph in graphs.into_iter().take(if at.len() > 3 { 3 } else { 4 }) {
            // Weights stand behind the variables.
            let more = graph.inputs() - at.len();
            let points: Vec<Vec<f64>> = points.iter().map(|x| [x, &vec![1.5; more][..]].concat()).collect();
            self.tally.compare(&name, &graph.compile(), points.iter().map(Vec::as_slice));
        }
        self.names.push(name);
    }
}

impl Visitor for All {
    fn unary<R: Unary>(&mut self, rule: R) {
        let points: Vec<Vec<f64>> = POINTS.map(|x| vec![x]).into();
        self.of(rule.name().to_string(), |x| x[0].unary(rule), &[0.3], &points);
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        let points: Vec<Vec<f64>> = POINTS.iter().flat_map(|&x| [0.5, 2.0, -1.5].map(|y| vec![x, y])).collect();
        self.of(rule.name().to_string(), |x| x[0].binary(rule, x[1]), &[0.3, 2.0], &points);
    }
    fn reduction<R: Reduction>(&mut self, rule: R, at: &[f64]) {
        let points = vec![at.to_vec(), at.iter().map(|x| 0.5 * x + 0.1).collect()];
        self.of(rule.name().to_string(), |x| Traced::reduce(rule, x.iter().copied()), at, &points);
    }
}

#[test]
fn every_rule_and_its_derivatives_have_the_bits_of_the_host() {
    let mut all = All::default();
    rules::visit(&mut all);
    special::rules::visit(&mut all);
    slices::visit(&mut all);
    println!("{} rules, {:?}", all.names.len(), all.tally);
    assert!(all.names.len() > 75 && all.tally.right > 2500, "{} {:?}", all.names.len(), all.tally);
}

/// What no table of methods has.
#[test]
fn functions_of_shapes_and_slices_too() {
    let mut all = All::default();
    let shapes = [vec![0.4, 2.5], vec![2.0, 0.7], vec![0.1, 3.0]];
    all.of("gamma_p".into(), |x| x[1].gamma_p(x[0]), &shapes[0], &shapes);
    all.of("gamma_p_inv".into(), |x| x[1].gamma_p_inv(x[0]), &[0.4, 2.5], &[vec![0.2, 1.5], vec![0.9, 0.3]]);
    all.of("bessel_i".into(), |x| x[1].bessel_i(x[0]), &shapes[0], &shapes);
    all.of("bessel_k".into(), |x| x[1].bessel_k(x[0]), &shapes[0], &shapes);
    all.of("student_t_cdf".into(), |x| x[0].student_t_cdf(x[1]), &shapes[0], &shapes);
    let beta = [vec![0.4, 2.5, 1.5], vec![0.9, 0.5, 3.0]];
    all.of("beta_inc".into(), |x| x[0].beta_inc(x[1], x[2]), &beta[0], &beta);
    let four = [vec![0.4, 2.5, 2.5, -1.0], vec![3.0, -1.0, 0.5, 2.0], vec![1.0, 1.0, 1.0, 1.0]];
    all.of("softmax".into(), |x| slices::softmax(x)[1], &four[0], &four);
    all.of("max".into(), |x| slices::max(x) * slices::min(x), &four[0], &four);
    all.of("norm".into(), slices::norm, &four[0], &four);
    all.of("weighted".into(), |x| slices::weighted_log_sum_exp(&x[..2], &x[2..]), &four[0], &four);
    all.of("rem".into(), |x| x[0] % x[1], &shapes[0], &shapes);
    println!("{:?}", all.tally);
    assert!(all.tally.right > 80, "{:?}", all.tally);
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Cube(f64);

impl Unary for Cube {
    const NAME: &'static str = "sin"; // a name says nothing about who it is
    fn value<B: Primitive>(self, x: B) -> B {
        x * x * x * B::nearest(self.0)
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        x * x * T::lit(3.0 * self.0)
    }
}

#[test]
fn rules_that_no_reader_knows_are_named() {
    let own = Graph::record_fn(|x: &[Traced]| x[0].unary(Cube(2.0)), &[1.0]);
    let error = own.to_bytes().unwrap_err();
    assert_eq!(error, WriteError::Rule("sin(2.0)".into()));
    assert_eq!(
        error.to_string(),
        "dualtape: to_bytes: `sin(2.0)` is no row of `rules`, `slices` or `special`, so no reader knows it; write it with operations of `Float`"
    );
    let large = Graph::record_fn(|x: &[Traced]| x[0].powi(1_048_577), &[1.0]).to_bytes().unwrap_err();
    assert_eq!(large, WriteError::Parameter("powi(1048577)".into()));
    assert!(Graph::record_fn(|x: &[Traced]| x[0].powi(-1_048_576), &[1.0]).to_bytes().is_ok());
}

#[test]
#[cfg(feature = "nalgebra")]
fn methods_of_matrices_are_named() {
    use dualtape::{LinearAlgebra, nalgebra::DMatrix};
    let graph = Graph::record_fn(
        |x: &[Traced]| Traced::determinant(&DMatrix::from_column_slice(2, 2, x)),
        &[1.0, 2.0, 3.0, 4.0],
    );
    let error = graph.to_bytes().unwrap_err();
    assert!(error.to_string().contains("determinant"), "{error}");
}
