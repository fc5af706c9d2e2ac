//! Every rule of the tables: values and derivatives of orders 1 to 3 of its graph against the drivers, nested, with edges of the domain.

use dualtape::graph::Graph;
use dualtape::rules::{self, Binary, Unary, Visitor};
use dualtape::special;
use dualtape::{Dual, Float, derivative};

const POINTS: [f64; 22] = [
    -800.0,
    -45.0,
    -2.0,
    -1.0,
    -0.75,
    -0.3,
    -1e-300,
    -0.0,
    0.0,
    1e-310,
    1e-300,
    0.1,
    0.45,
    0.55,
    0.97,
    1.0,
    1.5,
    5.0,
    41.0,
    800.0,
    f64::INFINITY,
    f64::NAN,
];

#[derive(Default)]
struct Agreement {
    exact: usize,
    close: usize,
    wrong: Vec<String>,
}

impl Agreement {
    fn compare(&mut self, what: impl Fn() -> String, found: f64, right: f64) {
        if found == right || (found.is_nan() && right.is_nan()) {
            self.exact += 1;
        } else if right.is_finite() && (found - right).abs() <= 1e-12 * right.abs() {
            self.close += 1;
        } else {
            self.wrong.push(format!("{}: {found:e}, right is {right:e}", what()));
        }
    }
}

impl Visitor for Agreement {
    fn unary<R: Unary>(&mut self, rule: R) {
        for at in [0.3, 1.7, -2.5] {
            let value = Graph::record_fn(|x| x[0].unary(rule), &[at]);
            let first = value.gradient();
            let second = first.gradient();
            let third = second.gradient();
            assert_eq!([&value, &first, &second, &third].map(Graph::guards), [0; 4], "{}", rule.name());
            for x in POINTS {
                let right = [
                    x.unary(rule),
                    derivative(|x: Dual<f64>| x.unary(rule), x),
                    derivative(|x| derivative(|x: Dual<Dual<f64>>| x.unary(rule), x), x),
                    derivative(|x| derivative(|x| derivative(|x: Dual<Dual<Dual<f64>>>| x.unary(rule), x), x), x),
                ];
                for (order, graph) in [&value, &first, &second, &third].into_iter().enumerate() {
                    let found = graph.eval(&[x]).unwrap()[0];
                    self.compare(
                        || format!("{} order {order} recorded at {at}, at {x}", rule.name()),
                        found,
                        right[order],
                    );
                }
            }
        }
    }

    fn binary<R: Binary>(&mut self, rule: R) {
        for at in [[0.3, 0.8], [2.5, 1.5]] {
            let value = Graph::record_fn(|x| x[0].binary(rule, x[1]), &at);
            let first = value.gradient();
            let second = first.jacobian();
            let third = second.jacobian();
            assert_eq!([&value, &first, &second, &third].map(Graph::guards), [0; 4], "{}", rule.name());
            for x in POINTS {
                for y in POINTS {
                    let p = [x, y];
                    let f = |x: &[dualtape::Reverse<f64>]| x[0].binary(rule, x[1]);
                    let what = |order| format!("{} order {order} recorded at {at:?}, at {p:?}", rule.name());
                    self.compare(|| what(0), value.eval(&p).unwrap()[0], x.binary(rule, y));
                    let (found, right) = (first.eval(&p).unwrap(), dualtape::gradient(f, &p));
                    found.iter().zip(&right).for_each(|(&found, &right)| self.compare(|| what(1), found, right));
                    let g = |x: &[Dual<f64>]| {
                        dualtape::gradient(|x: &[dualtape::Reverse<Dual<f64>>]| x[0].binary(rule, x[1]), x)
                    };
                    let column = |v: [f64; 2]| dualtape::jvp(g, &p, &v).1;
                    let (left, right) = (column([1.0, 0.0]), column([0.0, 1.0]));
                    let right = [left[0], right[0], left[1], right[1]];
                    let found = second.eval(&p).unwrap();
                    found.iter().zip(&right).for_each(|(&found, &right)| self.compare(|| what(2), found, right));
                    let column = |j: usize, k: usize| {
                        let unit = |k: usize| [0, 1].map(|i| f64::from(u8::from(i == k)));
                        let g = |x: &[Dual<Dual<f64>>]| {
                            dualtape::gradient(|x: &[dualtape::Reverse<_>]| x[0].binary(rule, x[1]), x)
                        };
                        let along = |x: &[Dual<f64>]| dualtape::jvp(g, x, &unit(j).map(Dual::constant)).1;
                        dualtape::jvp(along, &p, &unit(k)).1
                    };
                    let columns = [[column(0, 0), column(0, 1)], [column(1, 0), column(1, 1)]];
                    let right = (0..8).map(|at| columns[at / 2 % 2][at % 2][at / 4]);
                    let found = third.eval(&p).unwrap();
                    found.iter().zip(right).for_each(|(&found, right)| self.compare(|| what(3), found, right));
                }
            }
        }
    }
}

fn agree(visit: impl Fn(&mut Agreement)) {
    let mut agreement = Agreement::default();
    visit(&mut agreement);
    let Agreement { exact, close, wrong } = agreement;
    println!("{exact} exact, {close} close, no guards, {} wrong", wrong.len());
    assert!(exact > 1000 && close * 4 < exact);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

#[test]
fn elementary_functions() {
    agree(rules::visit);
}

#[test]
fn special_functions() {
    agree(special::rules::visit);
}

#[test]
fn families() {
    agree(|visitor| {
        visitor.unary(rules::Powi(3));
        visitor.unary(rules::Powi(-2));
        visitor.unary(special::rules::Jn(2));
        visitor.unary(special::rules::Yn(1));
        visitor.unary(special::rules::Polygamma(0));
        visitor.unary(special::rules::Elu(0.5));
        visitor.unary(special::rules::LeakyRelu(0.1));
        visitor.binary(rules::Rem);
    });
}
