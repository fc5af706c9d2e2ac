//! Every rule either has a form in other languages, with its value and its derivatives, or is an error that names it.

use super::compiled::{Case, Language, compare};
use dualtape::graph::{Exporter, Graph, Traced};
use dualtape::rules::{self, Binary, Reduction, Unary};
use dualtape::{Float, Primitive, slices, special};

/// The rules whose values are of the libraries, with other last bits in C than in Rust, and what is computed by them.
const OTHER_BITS: [&str; 6] = ["cbrt", "asinh", "acosh", "atanh", "erf", "erfc"];

/// The rules that have no form: their values are code of this crate.
const WITHOUT: [&str; 17] = [
    "erf_inv",
    "norm_cdf",
    "norm_quantile",
    "polygamma(1)",
    "polygamma(2)",
    "polygamma(20)",
    "beta",
    "ln_beta",
    "gelu",
    "silu",
    "xlogy",
    "xlog1py",
    "sin_pi",
    "cos_pi",
    "norm",
    "log_sum_exp",
    "weighted_log_sum_exp { n: 3 }",
];

/// Arguments in all ranges where rules take another way.
const NUMBERS: [f64; 22] = [
    0.5,
    -0.5,
    0.3,
    1.0,
    -1.0,
    0.0,
    -0.0,
    0.75,
    2.0,
    -2.0,
    2.5,
    3.0,
    -7.25,
    45.0,
    -45.0,
    1e-9,
    -1e-9,
    1e9,
    0.9,
    0.2,
    f64::INFINITY,
    f64::NAN,
];

#[derive(Default)]
struct Forms {
    cases: Vec<Case>,
    without: Vec<String>,
}

impl Forms {
    fn add(&mut self, name: String, graph: &Graph, points: Vec<Vec<f64>>, is_single: bool) {
        let mut programs = vec![(name.clone(), graph.compile())];
        if !is_single {
            programs.push((format!("derivatives of {name}"), graph.value_and_gradient().compile()));
        }
        for (which, program) in programs {
            match program.to_c("f") {
                Ok(_) => {
                    let is_other = OTHER_BITS.iter().any(|other| name.starts_with(other));
                    let tolerance = if is_other { 1e-15 } else { 0.0 };
                    self.cases.push(Case { tolerance, ..Case::new(which, program, points.clone()) });
                }
                Err(error) => {
                    assert_eq!(error.place().file(), file!(), "{which}: {error}");
                    if !which.starts_with("derivatives") {
                        assert_eq!(error.rule(), name, "{error}");
                    }
                    self.without.push(which);
                }
            }
        }
    }
}

impl rules::Visitor for Forms {
    fn unary<R: Unary>(&mut self, rule: R) {
        let graph = Graph::record_fn(|x: &[Traced]| x[0].unary(rule), &[0.5]);
        let points = NUMBERS.iter().map(|&x| vec![x]).collect();
        self.add(rule.name().to_string(), &graph, points, R::PIECEWISE_CONSTANT);
    }
    fn binary<R: Binary>(&mut self, rule: R) {
        let graph = Graph::record_fn(|x: &[Traced]| x[0].binary(rule, x[1]), &[0.5, 0.25]);
        let points = NUMBERS.iter().flat_map(|&x| NUMBERS.map(|y| vec![x, y])).collect();
        self.add(rule.name().to_string(), &graph, points, false);
    }
    fn reduction<R: Reduction>(&mut self, rule: R, x: &[f64]) {
        let graph = Graph::record_fn(|x: &[Traced]| Traced::reduce(rule, x.iter().copied()), x);
        let points = [1.0, -1.0, 3.0, 1e200].map(|factor| x.iter().map(|x| factor * x).collect());
        self.add(rule.name().to_string(), &graph, points.to_vec(), R::PIECEWISE_CONSTANT);
    }
}

#[test]
fn every_elementary_function_has_a_form_in_c() {
    let mut forms = Forms::default();
    rules::visit(&mut forms);
    assert_eq!(forms.without, [""; 0]);
    if let Some(outcome) = compare(Language::C, &forms.cases) {
        println!("{outcome:?}");
        assert!(outcome.right > 2000 && outcome.changed == 0, "{outcome:?}");
    }
}

#[test]
fn every_elementary_function_has_a_form_in_rust() {
    let mut forms = Forms::default();
    rules::visit(&mut forms);
    if let Some(outcome) = compare(Language::Rust, &forms.cases) {
        assert!(outcome.right > 2000 && outcome.changed == 0, "{outcome:?}");
    }
}

#[test]
fn special_functions_and_those_of_slices_have_one_or_name_the_rule() {
    let mut forms = Forms::default();
    special::rules::visit(&mut forms);
    slices::visit(&mut forms);
    // What has neither a function in the libraries nor a formula. Derivatives may need such rules, too.
    let values: Vec<&String> = forms.without.iter().filter(|which| !which.starts_with("derivatives")).collect();
    assert_eq!(values, WITHOUT);
    forms.cases.retain(|case| !["gamma", "ln_gamma", "jn", "yn"].iter().any(|other| case.name.contains(other)));
    if let Some(outcome) = compare(Language::C, &forms.cases) {
        println!("{outcome:?}");
        assert!(outcome.right > 500, "{outcome:?}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Opaque;

impl Unary for Opaque {
    const NAME: &'static str = "opaque";
    fn value<B: Primitive>(self, x: B) -> B {
        x * x
    }
    fn partial<T: Float>(self, x: T, _: T) -> T {
        x + x
    }
}

#[test]
fn a_rule_without_a_form_may_be_given_one() {
    let program = || Graph::record_fn(|x: &[Traced]| x[0].unary(Opaque).sin(), &[0.5]).value_and_gradient().compile();
    let error = program().to_c("f").unwrap_err();
    assert_eq!((error.rule(), error.place().file()), ("opaque", file!()));
    assert!(error.to_string().starts_with("dualtape: `opaque` (tests/export/forms.rs:"), "{error}");
    let exporter = Exporter::new().with_rule("opaque", "x * x", "x * x");
    for language in [Language::C, Language::Rust] {
        let points = vec![vec![0.5], vec![-3.0]];
        let case = Case { exporter: exporter.clone(), ..Case::new("opaque", program(), points) };
        if let Some(outcome) = compare(language, &[case]) {
            assert_eq!(outcome.right, 2);
        }
    }
}

#[test]
fn without_a_standard_library_functions_are_those_of_libm() {
    let program = Graph::record_fn(|x: &[Traced]| x[0].exp().mul_add(x[0], 1.0) * x[0].abs(), &[0.5]).compile();
    let source = Exporter::new().libm(true).to_rust(&program, "f").unwrap();
    assert!(source.text().contains("libm::exp(x[0])") && source.text().contains("libm::fma("), "{source}");
}
