//! Models with named parts as the variables of a derivative.
#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::parameters::{Flat, Held, Parameters, ParametersFunction};
use dualtape::{Dual, Float, Reverse, Special, gradient, hessian_of, optimize, parameters, value_and_gradient};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use std::panic::{AssertUnwindSafe, catch_unwind};

parameters! {
    /// `scale tanh(W x + b)`.
    #[derive(Clone, Debug, PartialEq)]
    struct Layer<T> {
        weights: DMatrix<T>,
        bias: DVector<T>,
        scale: T,
    }
}

parameters! {
    /// Layers, and a number that is known.
    #[derive(Clone, Debug, PartialEq)]
    struct Network<T> {
        layers: Vec<Layer<T>>,
        temperature: Held<T>,
        skip: Option<T>,
    }
}

impl<T: Float> Network<T> {
    fn output(&self, x: &[f64]) -> T {
        let mut x: Vec<T> = x.iter().map(|&x| T::lit(x)).collect();
        for layer in &self.layers {
            let row = |i: usize| layer.weights.row(i).iter().zip(&x).map(|(&w, &x)| w * x).sum::<T>() + layer.bias[i];
            x = (0..layer.bias.len()).map(|i| layer.scale * row(i).tanh()).collect();
        }
        let sum = x.into_iter().sum::<T>() / self.temperature.0;
        self.skip.map_or(sum, |skip| sum + skip)
    }
}

struct Loss(Vec<([f64; 2], f64)>);

impl ParametersFunction for Loss {
    type Parameters = Network<f64>;
    fn eval<T: Float>(&self, network: &Network<T>) -> T {
        self.0.iter().map(|(x, y)| (network.output(x) - T::lit(*y)).powi(2)).sum()
    }
}

fn network() -> Network<f64> {
    let first = Layer { weights: dmatrix![0.1, -0.2; 0.3, 0.4], bias: dvector![0.5, -0.6], scale: 1.5 };
    let second = Layer { weights: dmatrix![0.7, -0.8], bias: dvector![0.9], scale: 0.5 };
    Network { layers: vec![first, second], temperature: Held(2.0), skip: Some(0.25) }
}

fn loss() -> Loss {
    Loss(vec![([1.0, 2.0], 0.5), ([-1.0, 0.5], -0.25)])
}

/// The gradient as a structure is the gradient of the function of a slice, number by number.
#[test]
fn the_gradient_has_the_structure_of_the_model() {
    let (network, flat) = (network(), Flat::new(loss(), network()));
    let (value, structured) = parameters::value_and_gradient(|network| loss().eval(network), &network);
    let (same_value, plain) = value_and_gradient(|x| flat.f(x), &network.to_vec());
    assert_eq!((value, structured.to_vec()), (same_value, plain));
    assert_eq!(structured.temperature, Held(0.0));
    assert_eq!(structured.layers[1].weights.shape(), (1, 2));
}

trait OnSlice {
    fn f<T: Float>(&self, x: &[T]) -> T;
}

impl OnSlice for Flat<Loss> {
    fn f<T: Float>(&self, x: &[T]) -> T {
        dualtape::ScalarFunction::eval(self, x)
    }
}

#[test]
fn numbers_go_in_the_order_of_the_fields_and_of_columns() {
    let numbers = network().to_vec();
    assert_eq!(numbers[..7], [0.1, 0.3, -0.2, 0.4, 0.5, -0.6, 1.5]);
    assert_eq!(numbers.len(), 7 + 4 + 1);
    assert_eq!(network().with(&numbers), network());
}

/// A held number keeps its value on every number type, and has no derivative at any order.
#[test]
fn held_numbers_are_constants_of_every_number() {
    let flat = Flat::new(loss(), network());
    let on_duals: Network<Dual<Reverse<f64>>> = flat.parameters(&vec![Dual::constant(Reverse::constant(0.5)); 12]);
    assert_eq!(on_duals.temperature.0.base(), 2.0);
    assert!(on_duals.temperature.0.is_constant());
    let hessian = hessian_of(&flat, &flat.start());
    assert_eq!((hessian.shape(), hessian.transpose()), ((12, 12), hessian.clone()));
    // Structures of structures are held whole.
    let held = Held(network());
    assert!(held.to_vec().is_empty());
    assert_eq!(held.with(&[]), held);
}

/// An inner gradient by parameters that carry an outer derivative: d/dk of d/da (a² k) is 2 a.
#[test]
fn structures_nest_with_outer_derivatives() {
    let outer = |k: &[Reverse<f64>]| {
        let inner =
            parameters::gradient(|p: &[Reverse<Reverse<f64>>; 1]| p[0] * p[0] * Reverse::constant(k[0]), &[k[0] * 3.0]);
        inner[0] // 2 · 3 k · k
    };
    assert_eq!(gradient(outer, &[5.0]), [60.0]);
    // A held outer number keeps its outer derivative.
    let outer = |k: &[Reverse<f64>]| {
        let model = (Held(k[0]), 2.0);
        let f = |p: &Scaled<Reverse<Reverse<f64>>>| p.factor.0 * p.x.powi(2);
        parameters::gradient(f, &Scaled { factor: model.0, x: Reverse::constant(model.1) }).x
    };
    assert_eq!(gradient(outer, &[5.0]), [4.0]);
}

parameters! {
    struct Scaled<T> {
        factor: Held<T>,
        x: T,
    }
}

/// Logistic regression of the failures of O-rings in 23 flights of the Space Shuttle by temperature, in Fahrenheit.
///
/// Source: Dalal, Fowlkes & Hoadley, Journal of the American Statistical Association 84 (1989); estimates by a fit in 25 digits.
#[test]
fn newton_fits_a_model_with_named_parameters() {
    parameters! {
        struct Logistic<T> {
            intercept: T,
            slope: T,
        }
    }
    struct Likelihood;
    impl ParametersFunction for Likelihood {
        type Parameters = Logistic<f64>;
        fn eval<T: Float>(&self, p: &Logistic<T>) -> T {
            const FLIGHTS: [(f64, bool); 23] = [
                (66.0, false),
                (70.0, true),
                (69.0, false),
                (68.0, false),
                (67.0, false),
                (72.0, false),
                (73.0, false),
                (70.0, false),
                (57.0, true),
                (63.0, true),
                (70.0, true),
                (78.0, false),
                (67.0, false),
                (53.0, true),
                (67.0, false),
                (75.0, false),
                (70.0, false),
                (81.0, false),
                (76.0, false),
                (79.0, false),
                (75.0, true),
                (76.0, false),
                (58.0, true),
            ];
            let cost = |&(t, failed): &(f64, bool)| {
                let z = p.intercept + p.slope * T::lit(t);
                if failed { (-z).softplus() } else { z.softplus() }
            };
            FLIGHTS.iter().map(cost).sum()
        }
    }
    let f = Flat::new(Likelihood, Logistic { intercept: 0.0, slope: 0.0 });
    let report = optimize::newton(&f, &f.start());
    assert!(report.converged(), "{report}");
    let fit = f.parameters(&report.x);
    assert!((fit.intercept - 15.042901647702).abs() < 1e-10, "{}", fit.intercept);
    assert!((fit.slope + 0.232162744219).abs() < 1e-11, "{}", fit.slope);
}

#[test]
fn another_number_of_numbers_panics() {
    for (x, found) in [(&[1.0][..], 1), (&[1.0; 3], 3)] {
        let Err(cause) = catch_unwind(AssertUnwindSafe(|| [1.0, 2.0].with(x))) else { panic!("a panic was expected") };
        let text = cause.downcast::<String>().expect("a message");
        assert_eq!(
            *text,
            format!(
                "dualtape: the parameters are 2 numbers, and {found} were given; `Parameters::to_vec` has them in order"
            )
        );
    }
}

/// Single precision, too.
#[test]
fn single_precision_stays_single() {
    let gradient: [f32; 2] = parameters::gradient(|p: &[Reverse<f32>; 2]| p[0] * p[1], &[2.0_f32, 3.0]);
    assert_eq!(gradient, [3.0, 2.0]);
}
