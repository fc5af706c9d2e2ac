//! A rule of your own, compared with numerical derivatives: the Gaussian bump, first with a factor forgotten, then right. Before that,
//! why a difference has fewer digits than its numbers.
//!
//! `cargo run --release --example check`

use dualtape::{Float, Primitive, check, derivative, numeric, rules::Unary};

/// `exp(-x²)`, whose derivative is `-2 x exp(-x²)`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bump {
    factor: f64,
}

impl Unary for Bump {
    const NAME: &'static str = "bump";
    fn value<B: Primitive>(self, x: B) -> B {
        (-(x * x)).exp()
    }
    fn partial<T: Float>(self, x: T, y: T) -> T {
        T::lit(self.factor) * x * y
    }
}

fn main() {
    println!(
        "The derivative of (exp(x^2))^2 at 0.5, and what 'Deep Learning from Scratch 3' prints for it (steps 4 and 6)\n"
    );
    let chain = |x: f64| (x * x).exp() * (x * x).exp();
    println!("                          found               known");
    for (name, found, known) in [
        ("central difference", numeric::derivative(chain, 0.5), 3.297_442_629_333_069_4),
        ("forward difference", numeric::forward_difference(chain, 0.5), 3.298_102_117_852_419_5),
        ("extrapolated", numeric::extrapolated(chain, 0.5).value, 3.297_442_541_400_256),
        ("exact", derivative(|x| (x * x).exp() * (x * x).exp(), 0.5), 3.297_442_541_400_256),
    ] {
        println!("{name:<18} {found:>19.15} {known:>19.15}");
    }

    println!("\nThe error of a forward difference of exp at 1, by its step\n");
    for exponent in [2, 4, 6, 8, 10, 12] {
        let difference = numeric::forward_difference_by(f64::exp, 1.0, 10.0_f64.powi(-exponent));
        println!("1e-{exponent:<2}  {:.1e}", (difference - 1.0_f64.exp()).abs());
    }

    let points = [-1.5, 0.4, 2.0];
    println!("\n{:.6}", check::rule(Bump { factor: -1.0 }, &points));
    println!("\n{:.6}", check::rule(Bump { factor: -2.0 }, &points));
    check::rule(Bump { factor: -2.0 }, &points).assert_passed();
}
