//! Several tapes and several types on one thread.

use crate::generator::Random;
use crate::{ENDED, MIXED, assert_in_order, assert_panics, times};
use dualtape::{Dual, Float, Reverse, Tape, gradient};

/// A tape with its variables, and values whose derivatives are known: each has the partials of its primal by every variable.
struct Model<T: Float> {
    tape: Option<Tape<T>>,
    variables: Vec<Reverse<T>>,
    values: Vec<(Reverse<T>, Vec<f64>)>,
}

fn small(random: &mut Random) -> f64 {
    random.below(5) as f64 - 2.0
}

impl<T: Float<Base = f64>> Model<T> {
    fn new(random: &mut Random) -> Model<T> {
        let tape = Tape::new();
        let variables: Vec<_> = (0..3).map(|_| tape.variable(T::lit(small(random)))).collect();
        let unit = |k: usize| (0..3).map(|j| if j == k { 1.0 } else { 0.0 }).collect();
        let values = variables.iter().enumerate().map(|(k, &x)| (x, unit(k))).collect();
        Model { tape: Some(tape), variables, values }
    }

    /// Adds a sum, a difference or a product of two values. All numbers are small integers, so everything is exact.
    fn join(&mut self, random: &mut Random) {
        let [a, b] = [0; 2].map(|_| random.below(self.values.len()));
        let ((x, dx), (y, dy)) = (&self.values[a], &self.values[b]);
        let combine =
            |by_x: f64, by_y: f64| dx.iter().zip(dy).map(|(dx, dy)| by_x * dx + by_y * dy).collect::<Vec<_>>();
        let (z, dz) = match random.below(3) {
            0 => (*x + *y, combine(1.0, 1.0)),
            1 => (*x - *y, combine(1.0, -1.0)),
            _ => (*x * *y, combine(y.base(), x.base())),
        };
        if z.base().abs() < 1e6 && dz.iter().all(|dz| dz.abs() < 1e6) {
            self.values.push((z, dz));
        }
    }

    #[track_caller]
    fn check(&self, random: &mut Random) {
        let Some(tape) = &self.tape else { return };
        let (y, expected) = &self.values[random.below(self.values.len())];
        let adjoints = tape.adjoints(*y);
        let found: Vec<_> = self.variables.iter().map(|&x| adjoints.wrt(x).base()).collect();
        assert_eq!(&found, expected);
    }
}

/// One step of a random walk over a few tapes of one type: record, check, replace, drop, or leak one of them.
fn step<T: Float<Base = f64>>(models: &mut [Model<T>], random: &mut Random) {
    let k = random.below(models.len());
    match random.below(64) {
        0 => models[k] = Model::new(random),
        1 => models[k].tape = None,
        2 if cfg!(not(miri)) => std::mem::forget(models[k].tape.take()),
        3..10 => models[k].check(random),
        _ if models[k].tape.is_some() => {
            for _ in 0..random.below(40) {
                models[k].join(random);
            }
        }
        _ => models[k] = Model::new(random),
    }
}

/// `Dual<f64, 2>` and `Reverse<f64>` are 24 bytes, so recordings over the two share a slot, and so do `f64` and `Dual<f64, 16>`
/// by the number of slots.
#[test]
fn a_random_walk_over_tapes_of_many_types_gives_right_adjoints() {
    // With debug assertions a dual number carries a mark; then it is `Dual<f64>` that shares the slot.
    let shares = if cfg!(debug_assertions) { size_of::<Dual<f64>>() } else { size_of::<Dual<f64, 2>>() };
    assert_eq!(shares, size_of::<Reverse<f64>>());
    let random = &mut Random::new(2024);
    macro_rules! models {
        ($($name:ident: $T:ty),*) => {
            $(let mut $name: Vec<Model<$T>> = (0..3).map(|_| Model::new(random)).collect();)*
            for _ in 0..times(4000) {
                $(step(&mut $name, random);)*
                if random.below(16) == 0 {
                    assert_in_order();
                }
            }
        };
    }
    models!(plain: f64, dual: Dual<f64>, dual2: Dual<f64, 2>, reverse: Reverse<f64>, wide: Dual<f64, 8>, wider: Dual<f64, 16>,
        deep: Reverse<Dual<f64>>);
}

#[test]
fn recordings_of_several_types_interleave_on_one_thread() {
    let (single, double) = (Tape::<f32>::new(), Tape::<f64>::new());
    let (dual, dual2, nested) = (Tape::<Dual<f64>>::new(), Tape::<Dual<f64, 2>>::new(), Tape::<Reverse<f64>>::new());
    let (a, b) = (single.variable(2.0), single.variable(3.0));
    let (c, d) = (double.variable(2.0), double.variable(3.0));
    let (e, f) = (dual.variable(Dual::new(2.0, [1.0])), dual.variable(Dual::constant(3.0)));
    let (g, h) = (dual2.variable(Dual::new(2.0, [1.0, 0.0])), dual2.variable(Dual::new(3.0, [0.0, 1.0])));
    let (i, j) = (nested.variable(c), nested.variable(d));
    let (mut single_sum, mut double_sum) = (a, c);
    let (mut dual_sum, mut dual2_sum, mut nested_sum) = (e, g, i);
    let n = times(500);
    for _ in 0..n {
        single_sum += a * b;
        dual2_sum += g * h;
        nested_sum += i * j;
        double_sum += c * d;
        dual_sum += e * f;
    }
    let n = n as f64;
    let (single, double) = (single.adjoints(single_sum), double.adjoints(double_sum));
    let (dual, dual2, nested) = (dual.adjoints(dual_sum), dual2.adjoints(dual2_sum), nested.adjoints(nested_sum));
    assert_eq!((f64::from(single.wrt(a)), f64::from(single.wrt(b))), (1.0 + 3.0 * n, 2.0 * n));
    assert_eq!((double.wrt(c), double.wrt(d)), (1.0 + 3.0 * n, 2.0 * n));
    assert_eq!((dual.wrt(e).primal(), dual.wrt(f).primal()), (1.0 + 3.0 * n, 2.0 * n));
    assert_eq!((dual.wrt(e).tangent(), dual.wrt(f).tangent()), (0.0, n));
    assert_eq!((dual2.wrt(g).tangents(), dual2.wrt(h).tangents()), ([0.0, n], [n, 0.0]));
    assert_eq!((nested.wrt(i).primal(), nested.wrt(j).primal()), (1.0 + 3.0 * n, 2.0 * n));
}

#[test]
fn the_adjoint_on_a_nested_tape_is_a_value_of_the_tape_below() {
    let (below, above) = (Tape::<f64>::new(), Tape::<Reverse<f64>>::new());
    let (x, y) = (below.variable(2.0), below.variable(5.0));
    let (u, v) = (above.variable(x), above.variable(y));
    let by_u = above.adjoints(u * u * u * v).wrt(u); // 3 u² v
    assert_eq!(by_u.primal(), 60.0);
    let second = below.adjoints(by_u);
    assert_eq!((second.wrt(x), second.wrt(y)), (60.0, 12.0)); // 6 u v, 3 u²
}

#[test]
fn two_tapes_may_be_dropped_in_any_order() {
    for first_goes_first in [true, false] {
        let (one, two) = (Tape::<f64>::new(), Tape::<f64>::new());
        let (x, y) = (one.variable(2.0), two.variable(3.0));
        let (xx, yy) = (one.variable(5.0) * x, two.variable(7.0) * y);
        assert_panics(MIXED, || x * y);
        if first_goes_first {
            drop(one);
            assert_panics(ENDED, || x * xx);
            assert_eq!(two.adjoints(yy * y).wrt(y), 42.0);
        } else {
            drop(two);
            assert_panics(ENDED, || y * yy);
            assert_eq!(one.adjoints(xx * x).wrt(x), 20.0);
        }
        assert_in_order();
    }
}

/// A tape that is forgotten stays alive, with its variables, and disturbs nobody.
#[cfg(not(miri))] // which reports the leak
#[test]
fn a_forgotten_tape_stays_alive() {
    let tape = Tape::new();
    let (x, y) = (tape.variable(2.0), tape.variable(3.0));
    std::mem::forget(tape);
    assert_in_order();
    assert_eq!((x * y).primal(), 6.0);
    let other = Tape::new();
    let z = other.variable(4.0);
    assert_panics(MIXED, || x * z);
    assert_eq!(other.adjoints(z * z).wrt(z), 8.0);
    assert_in_order();
}

#[test]
fn a_tape_made_inside_a_gradient_call_may_outlive_it() {
    let mut kept = None;
    let outer = gradient(
        |x| {
            let tape = Tape::new();
            let y = tape.variable(x[0].primal());
            let z = tape.variable(7.0);
            kept = Some((tape, y, y * z));
            x[0] * x[1]
        },
        &[3.0, 4.0],
    );
    assert_eq!(outer, [4.0, 3.0]);
    let (tape, y, product) = kept.unwrap();
    assert_eq!(tape.adjoints(product * y).wrt(y), 42.0);
}
