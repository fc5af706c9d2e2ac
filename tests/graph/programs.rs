//! Programs that were not written for graphs: the reference problems F1 to F6, the objectives of ADBench, and the problems of Moré,
//! Garbow & Hillstrom. Recorded at one point and run at others, a graph gives the value of the program to the bit and its derivatives
//! to 1e-14, or says that a branch changed.

use crate::adbench::{ba, gmm, hand, lstm};
use crate::mgh;
use crate::problems::generator::Random;
use crate::problems::{self, Adjoint, Problem};
use dualtape::graph::Graph;
use dualtape::{Float, ScalarFunction, VectorFunction, hvp, value_and_gradient, vjp};

/// Of the largest entry of a gradient or of a row of a Hessian: the graph adds the same terms, some of them in another form.
const TOLERANCE: f64 = 1e-14;

/// How the numbers of one kind compare.
#[derive(Default)]
struct Count {
    exact: usize,
    /// To `TOLERANCE` of the entry itself.
    near: usize,
    /// To `TOLERANCE` of the largest entry.
    cancelled: usize,
    wrong: Vec<String>,
}

impl Count {
    fn compare(&mut self, what: &str, found: &[f64], right: &[f64]) {
        assert_eq!(found.len(), right.len(), "{what}");
        let largest = right.iter().filter(|y| y.is_finite()).fold(0.0_f64, |largest, y| largest.max(y.abs()));
        for (k, (&found, &right)) in found.iter().zip(right).enumerate() {
            // An infinite number is near none but itself.
            let error = if right.is_finite() { (found - right).abs() } else { f64::NAN };
            if found == right || (found.is_nan() && right.is_nan()) {
                self.exact += 1;
            } else if error <= TOLERANCE * right.abs() {
                self.near += 1;
            } else if error <= TOLERANCE * largest {
                self.cancelled += 1;
            } else {
                let error = error / largest;
                self.wrong
                    .push(format!("{what}, entry {k}: {found:e}, right is {right:e}, {error:.1e} of the largest"));
            }
        }
    }
}

#[derive(Default)]
struct Tally {
    /// Points at which the graph answered, and at which a branch changed.
    answered: usize,
    changed: usize,
    values: Count,
    gradients: Count,
    hessians: Count,
}

impl Tally {
    /// Compares a graph of values, one of derivatives, and the program, at `x`.
    fn values(&mut self, what: &str, graph: &Graph, x: &[f64], right: &[f64]) -> bool {
        let Ok(found) = graph.eval(x) else {
            self.changed += 1;
            return false;
        };
        self.answered += 1;
        assert_eq!(found.len(), right.len(), "{what}");
        for (found, right) in found.iter().zip(right) {
            if found.to_bits() == right.to_bits() || (found.is_nan() && right.is_nan()) {
                self.values.exact += 1;
            } else {
                self.values.wrong.push(format!("{what}: value {found:e}, right is {right:e}"));
            }
        }
        true
    }

    fn scalar(&mut self, name: &str, f: &impl ScalarFunction, x0: &[f64], with_hessian: bool) {
        let graph = Graph::record(f, x0);
        let first = graph.value_and_gradient();
        let second = with_hessian.then(|| graph.hessian());
        for (k, x) in points(x0).into_iter().enumerate() {
            let what = format!("{name} at point {k}");
            if !self.values(&what, &graph, &x, &[f.eval(&x)]) {
                assert!(k > 0 && first.eval(&x).is_err(), "{what}: a branch changed for the value only");
                continue;
            }
            let (value, gradient) = value_and_gradient(|x| f.eval(x), &x);
            let found = first.eval(&x).expect("the guards of the value");
            assert!(found[0].to_bits() == value.to_bits() || value.is_nan(), "{what}");
            self.gradients.compare(&what, &found[1..], &gradient);
            if let Some(second) = &second {
                let found = second.eval(&x).expect("the guards of the value");
                let n = x.len();
                for j in 0..n {
                    let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                    let column = hvp(|x| f.eval(x), &x, &unit);
                    // The graph takes the lower triangle from the columns, as `hessian` does.
                    let found: Vec<f64> = (0..n).map(|i| found[i * n + j]).collect();
                    self.hessians.compare(&format!("{what}, column {j}"), &found[j..], &column[j..]);
                }
            }
        }
    }

    fn vector(&mut self, name: &str, f: &impl VectorFunction, x0: &[f64]) {
        let graph = Graph::record_vector(f, x0);
        let product = graph.vjp();
        let weight: Vec<f64> = (1..=graph.outputs()).map(|k| (k as f64).sin()).collect();
        for (k, x) in points(x0).into_iter().enumerate() {
            let what = format!("{name} at point {k}");
            if !self.values(&what, &graph, &x, &f.eval(&x)) {
                assert!(k > 0, "{what}: the point of the recording");
                continue;
            }
            let found = product.eval(&[&x[..], &weight].concat()).expect("the guards of the value");
            let (value, right) = vjp(|x| f.eval(x), &x, &weight);
            self.gradients.compare(&what, &found[value.len()..], &right);
        }
    }

    #[track_caller]
    fn finish(self, least: usize) {
        let Tally { answered: points, changed: other, values, gradients, hessians } = self;
        println!("{points} points answered, at {other} a branch changed");
        for (what, count) in [("values", &values), ("gradients", &gradients), ("Hessians", &hessians)] {
            let Count { exact, near, cancelled, wrong } = count;
            println!("{what}: {exact} exact, {near} near, {cancelled} near the largest, {} wrong", wrong.len());
        }
        let wrong: Vec<String> = [values.wrong, gradients.wrong, hessians.wrong].concat();
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
        assert!(points >= least, "{points} points answered, {other} not");
    }
}

/// The point of the recording, some near it, some far from it, and the origin.
fn points(x0: &[f64]) -> Vec<Vec<f64>> {
    let mut random = Random::new(7);
    let mut around =
        |size: f64| -> Vec<f64> { x0.iter().map(|x| x + size * random.number() * x.abs().max(0.1)).collect() };
    let near = [around(1e-3), around(1e-2), around(0.1), around(0.5), around(2.0)];
    let far = [-1.0, 10.0, 0.0].map(|factor| x0.iter().map(|x| factor * x).collect());
    [vec![x0.to_vec()], near.into(), far.into()].concat()
}

/// All but F4, whose graph of the gradient has ten million operations: a small one takes its place.
struct Reference<'a>(&'a mut Tally);

impl problems::Visitor for Reference<'_> {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        if problem.name != "F4" {
            self.0.scalar(problem.name, &problem.function, &problem.x0, false);
        }
    }
}

#[test]
fn reference_problems() {
    let mut tally = Tally::default();
    problems::gradient_set(&mut Reference(&mut tally));
    let problem = problems::mixture_of("F4 small", [3, 4, 20], f64::NAN);
    tally.scalar(problem.name, &problem.function, &problem.x0, false);
    tally.finish(50);
}

#[test]
fn reference_problems_with_hessians() {
    let mut tally = Tally::default();
    let problem = problems::rosenbrock("F1", 10, f64::NAN);
    tally.scalar("F1", &problem.function, &problem.x0, true);
    let problem = problems::network("F3", [2, 3, 4], f64::NAN);
    tally.scalar("F3", &problem.function, &problem.x0, true);
    let problem = problems::mixture_of("F4", [2, 3, 5], f64::NAN);
    tally.scalar("F4", &problem.function, &problem.x0, true);
    tally.finish(20);
}

/// The residuals of an observation by camera, point and weight.
struct Reprojection<'a>(&'a ba::Observation);

impl VectorFunction for Reprojection<'_> {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        self.0.residual(x).to_vec()
    }
}

#[test]
fn objectives_of_adbench() {
    let mut tally = Tally::default();
    for path in ["gmm/test.txt", "gmm/extra_d3_K4_n20_m2.txt"] {
        let problem = gmm::Mixture::read(path);
        tally.scalar(path, &problem.function, &problem.x0, true);
    }
    let problem = lstm::Lstm::read("lstm/extra_l1_c6_b3.txt");
    tally.scalar(problem.name, &problem.function, &problem.x0, true);
    let bundle = ba::Bundle::read_full("ba/full_n8_m60_p240.txt");
    for (i, observation) in bundle.observations.iter().enumerate() {
        tally.vector("bundle adjustment", &Reprojection(observation), &bundle.inputs(i));
    }
    for path in ["hand/test.txt", "hand/hand_complicated.txt"] {
        let problem = hand::Hand::read(path);
        tally.vector(path, &problem.function, &problem.x0);
    }
    tally.finish(1800);
}

#[test]
fn problems_of_more_garbow_and_hillstrom() {
    let mut tally = Tally::default();
    for problem in mgh::all() {
        let name = format!("{}, n = {}", problem.name, problem.start.len());
        tally.scalar(&name, &problem, &problem.start, true);
        tally.vector(&name, &problem, &problem.start);
    }
    tally.finish(720);
}
