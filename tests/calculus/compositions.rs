//! Functions of functions of exponentials, where numbers on the way are near the ends of the range and results are not: in every mode
//! and nesting, against references of 40 digits from power series of 900 digits (`data/compositions.py`).

use crate::common::engines::orders;
use crate::common::{Checks, Curve};
use crate::references::Exact;
use dualtape::{Float, Special, slices};

/// The second function of the first one of the exponential.
#[derive(Clone, Copy)]
struct Composition(&'static str, &'static str);

fn apply<T: Float>(name: &str, x: T) -> T {
    match name {
        "hypot(.,1)" => x.hypot(T::one()),
        "atan2(.,2)" => x.atan2(T::lit(2.0)),
        "1/(1+.)" => T::one() / (T::one() + x),
        "powf(-0.75)" => x.powf(T::lit(-0.75)),
        "erfcx" => x.erfcx(),
        "log_erfc" => x.log_erfc(),
        "beta(.,2)" => x.beta(T::lit(2.0)),
        "ln_beta(.,1)" => x.ln_beta(T::one()),
        "gamma_p(.,0.5)" => x.gamma_p(T::lit(0.5)),
        "student_t_cdf(-.,1)" => (-x).student_t_cdf(T::one()),
        "bessel_k(.,0.5)" => x.bessel_k(T::lit(0.5)),
        "bessel_i_scaled(.,0.5)" => x.bessel_i_scaled(T::lit(0.5)),
        "ln_bessel_k(.,0.5)" => x.ln_bessel_k(T::lit(0.5)),
        "slices::norm(.,1)" => slices::norm(&[x, T::one()]),
        "slices::log_sum_exp(.,0)" => slices::log_sum_exp(&[x, T::zero()]),
        "slices::softmax(.,0)" => slices::softmax(&[x, T::zero()])[0],
        "slices::weighted_log_sum_exp(.,1)" => slices::weighted_log_sum_exp(&[x, T::one()], &[T::zero(); 2]),
        name if crate::common::rules::Rule::names().contains(&name) => crate::common::rules::Rule::named(name).call(x),
        name => crate::common::special::Rule::named(name).call(x),
    }
}

impl Curve for Composition {
    fn call<T: Float>(&self, u: T) -> T {
        apply(self.1, apply(self.0, u.exp()))
    }
}

/// What is lost: the first function's value is rounded once or twice, and a fourth derivative adds up to 75 terms of the size of the
/// largest derivative.
const ERROR: f64 = 1e-12;

#[test]
fn compositions_at_the_ends_of_the_range_are_right_in_every_nesting() {
    let mut checks = Checks::default();
    for line in include_str!("../data/compositions.txt").lines() {
        let words: Vec<&'static str> = line.split(' ').collect();
        let curve = Composition(words[0], words[1]);
        let u: f64 = words[2].parse().expect("a point");
        let exact: Vec<f64> = words[3..].iter().map(|text| Exact::parse(text).nearest).collect();
        let size = exact[1..].iter().fold(f64::MIN_POSITIVE, |size: f64, d| size.max(d.abs()));
        // The value is that of the plain program, which may cancel.
        for (engine, got) in orders(curve, u, 0) {
            checks.bits(format_args!("{} of {} of exp at {u}, {engine}", words[1], words[0]), got, curve.call(u));
        }
        for (order, &exact) in exact.iter().enumerate().skip(1) {
            for (engine, got) in orders(curve, u, order) {
                let is_right = (got - exact).abs() <= ERROR * size;
                let what = || {
                    format!(
                        "{} of {} of exp at {u}, order {order}, {engine}: {got:e} for {exact:e}",
                        words[1], words[0]
                    )
                };
                checks.is_true(is_right, what);
            }
        }
    }
    checks.finish();
}
