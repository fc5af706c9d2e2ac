//! Random numbers of differentiable types: constants where nothing depends on anything, derivatives where parameters come in, and
//! always the value that primitive numbers would have drawn.

use dualtape::{Dual, Float, Reverse, gradient};
use rand::distr::{Distribution, Open01, OpenClosed01, StandardUniform, Uniform};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

#[test]
fn standard_distributions_draw_constants() {
    fn check<T: Float>(draw: impl Fn(&mut StdRng) -> T, primitive: impl Fn(&mut StdRng) -> T::Base) {
        let (mut a, mut b) = (rng(), rng());
        for _ in 0..20 {
            let x = draw(&mut a);
            assert!(x.is_constant() && x.base() == primitive(&mut b), "{x:?}");
        }
    }
    check::<Dual<f64>>(|rng| rng.random(), |rng| rng.random());
    check::<Dual<f32, 3>>(|rng| rng.random(), |rng| rng.random());
    check::<Reverse<f64>>(|rng| rng.random(), |rng| rng.random());
    check::<Reverse<Dual<Dual<f32>>>>(|rng| rng.random(), |rng| rng.random());
    check::<Dual<f64>>(|rng| Open01.sample(rng), |rng| Open01.sample(rng));
    check::<Reverse<f64>>(|rng| OpenClosed01.sample(rng), |rng| OpenClosed01.sample(rng));
    check::<Dual<Reverse<f64>>>(|rng| StandardUniform.sample(rng), |rng| StandardUniform.sample(rng));
}

/// A sample `low + (high - low) u` has the derivatives `1 - u` and `u`.
#[test]
fn uniform_samples_have_derivatives_by_the_bounds() {
    let (low, high) = (Dual::<f64, 2>::seeded(2.0, 0), Dual::<f64, 2>::seeded(6.0, 1));
    let uniform = Uniform::new(low, high).unwrap();
    let primitive = Uniform::new(2.0, 6.0).unwrap();
    let draws: [(Dual<f64, 2>, f64); 4] = [
        (uniform.sample(&mut rng()), primitive.sample(&mut rng())),
        (rng().random_range(low..high), rng().random_range(2.0..6.0)),
        (rng().random_range(low..=high), rng().random_range(2.0..=6.0)),
        (
            Uniform::new_inclusive(low, high).unwrap().sample(&mut rng()),
            Uniform::new_inclusive(2.0, 6.0).unwrap().sample(&mut rng()),
        ),
    ];
    for (sample, value) in draws {
        let u = (value - 2.0) / 4.0;
        assert_eq!((sample.primal(), sample.tangents()), (value, [1.0 - u, u]));
    }
    let mut rngs = [rng(), rng()];
    for _ in 0..100 {
        let (low, high) = (Reverse::constant(-0.3), Reverse::constant(0.1));
        assert_eq!(rngs[0].random_range(low..high).primal(), rngs[1].random_range(-0.3..0.1));
    }
    assert_eq!(rng().random_range(low..=low).tangents(), [1.0, 0.0]);
    assert!(Uniform::new(high, low).is_err() && Uniform::new(low, low).is_err());
}

/// E (mu + sigma z)² = mu² + sigma², with the gradient (2 mu, 2 sigma), estimated from the same samples as its value.
#[test]
fn reparameterised_samples_estimate_gradients_of_expectations() {
    const N: usize = 20_000;
    fn moment<T: Float>(x: &[T], noise: &[f64]) -> T {
        noise.iter().map(|&z| (x[0] + x[1] * T::lit(z)).powi(2)).sum::<T>() / T::lit(noise.len() as f64)
    }
    // Sums of uniform numbers are close to normal; here only mean 0 and variance 1 matter.
    let mut rng = rng();
    let noise: Vec<f64> = (0..N).map(|_| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0).collect();
    let g = gradient(|x| moment(x, &noise), &[1.5_f64, 0.5]);
    // The standard errors are 2 σ/√N and about 2 √(mu² + 2σ²)/√N.
    assert!((g[0] - 3.0).abs() < 0.03 && (g[1] - 1.0).abs() < 0.1, "{g:?}");
}

mod distributions {
    use super::*;
    use rand_distr::{Exp, Exp1, LogNormal, Normal, StandardNormal, Weibull};

    #[test]
    fn standard_normal_and_exponential_draw_constants() {
        let z: Reverse<Dual<f64>> = rng().sample(StandardNormal);
        let e: Dual<f32> = rng().sample(Exp1);
        assert!(z.is_constant() && z.base() == rng().sample::<f64, _>(StandardNormal));
        assert!(e.is_constant() && e.base() == rng().sample::<f32, _>(Exp1));
    }

    /// mu + sigma z by mu and sigma, exp(mu + sigma z), e / lambda, and scale (-ln u)^(1/shape) by its scale.
    #[test]
    fn distributions_with_parameters_have_derivatives() {
        let (a, b) = (Dual::<f64, 2>::seeded(1.5, 0), Dual::<f64, 2>::seeded(0.5, 1));
        let z: f64 = rng().sample(StandardNormal);
        let e: f64 = rng().sample(Exp1);

        let normal: Dual<f64, 2> = rng().sample(Normal::new(a, b).unwrap());
        assert_eq!((normal.primal(), normal.tangents()), (1.5 + 0.5 * z, [1.0, z]));

        let log_normal = rng().sample(LogNormal::new(a, b).unwrap());
        assert_eq!(log_normal.tangents(), [log_normal.primal(), log_normal.primal() * z]);

        let exponential = rng().sample(Exp::new(a).unwrap());
        assert!((exponential.primal() - e / 1.5).abs() < 1e-15 && (exponential.tangents()[0] + e / 2.25).abs() < 1e-15);

        let weibull = rng().sample(Weibull::new(a, Dual::constant(2.0)).unwrap());
        assert!((weibull.tangents()[0] - weibull.primal() / 1.5).abs() < 1e-15);
    }

    /// On the tape as well: the gradient of E exp(mu + sigma z) is that of exp(mu + sigma²/2).
    #[test]
    fn an_expectation_is_differentiated_through_its_samples() {
        const N: usize = 20_000;
        let estimate = |x: &[Reverse<f64>]| {
            let normal = Normal::new(x[0], x[1]).unwrap();
            rng().sample_iter(normal).take(N).map(Reverse::exp).sum::<Reverse<f64>>() / N as f64
        };
        let (value, g) = dualtape::value_and_gradient(estimate, &[0.3, 0.4]);
        let expected = (0.3_f64 + 0.08).exp();
        // The standard deviation of exp(N(0.3, 0.4)) is 0.61, that of its derivative by sigma about 1.9.
        assert!((value - expected).abs() < 0.02 && (g[0] - expected).abs() < 0.02, "{value} {g:?}");
        assert!((g[1] - 0.4 * expected).abs() < 0.06, "{g:?}");
    }
}
