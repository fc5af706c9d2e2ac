//! Random functions: straight-line programs over the elementary functions, for laws that hold for every function.
//!
//! A step reads registers and writes a new one. Arguments are first brought into a domain where the function is smooth, and results
//! stay small, so a program of any length can be evaluated anywhere, and its derivatives at kinks and poles are never asked for.

#[path = "generator.rs"]
mod generator;

use dualtape::{Dual, Float, Primitive as _};
pub use generator::Random;

/// The function that a step applies.
#[derive(Clone, Copy, Debug)]
struct Step {
    function: usize,
    left: usize,
    right: usize,
    constant: f64,
}

/// How many functions there are in [`Step::apply`].
const FUNCTIONS: usize = 42;

/// Those that use both operands everywhere: half of all steps, so that most inputs reach the outputs.
const JOINS: [usize; 9] = [0, 1, 2, 3, 32, 33, 34, 35, 38];

impl Step {
    /// The function of the step. Every elementary function of the library is here, and every operator.
    fn apply<T: Float>(self, a: T, b: T) -> T {
        let (one, two, c) = (T::one(), T::lit(2.0), T::lit(self.constant));
        let positive = a * a + T::lit(0.5);
        let inside = a.sin() * T::lit(0.9); // between -1 and 1
        match self.function {
            0 => a + b,
            1 => a - b,
            2 => a.sin() * b,
            3 => a / (b * b + one),
            4 => -a * c,
            5 => a + c,
            6 => a * T::Base::nearest(self.constant),
            7 => c - b / two,
            8 => positive.recip(),
            9 => positive.sqrt(),
            10 => positive.cbrt(),
            11 => inside.exp(),
            12 => inside.exp2(),
            13 => inside.exp_m1(),
            14 => positive.ln(),
            15 => positive.log2(),
            16 => positive.log10(),
            17 => positive.ln_1p(),
            18 => a.sin(),
            19 => a.cos(),
            20 => inside.tan(),
            21 => inside.asin(),
            22 => inside.acos(),
            23 => a.atan(),
            24 => inside.sinh(),
            25 => inside.cosh(),
            26 => a.tanh(),
            27 => a.asinh(),
            28 => (positive + one).acosh(),
            29 => inside.atanh(),
            30 => positive.powf(inside),
            31 => inside.powi(3) + positive.powi(-2),
            32 => positive.atan2(b),
            33 => positive.hypot(b) * T::lit(0.5),
            34 => inside.mul_add(b, c),
            35 => {
                let (sin, cos) = b.sin_cos();
                sin * inside + cos
            }
            36 => positive.log(positive + one),
            37 => (positive + one).max(inside) - one,
            38 => inside.min(positive + one).abs() * b,
            39 => (a.fract() + inside.copysign(c)) * T::lit(0.5),
            40 => a.atan().to_degrees().to_radians() % T::lit(4.0),
            _ => inside.clamp(-one, one) + a.floor() * T::zero(),
        }
    }
}

/// A function of `n` inputs with `m` outputs.
pub struct Program {
    pub n: usize,
    pub m: usize,
    steps: Vec<Step>,
}

impl Program {
    pub fn new(n: usize, m: usize, steps: usize, random: &mut Random) -> Program {
        let step = |registers: usize| {
            let (joins, sources) = (random.below(2) == 0, if random.below(2) == 0 { n } else { registers });
            Step {
                function: if joins { JOINS[random.below(JOINS.len())] } else { random.below(FUNCTIONS) },
                // One operand is recent, so that the program is deep; the other one is an input or from anywhere.
                left: registers - 1 - random.below(registers.min(4)),
                right: random.below(sources),
                constant: random.number() + 1.5,
            }
        };
        assert!(n > 0 && m <= steps, "the outputs are the last registers");
        Program { n, m, steps: (n..n + steps).map(step).collect() }
    }

    /// The outputs.
    pub fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        assert_eq!(x.len(), self.n);
        let mut registers = x.to_vec();
        for &step in &self.steps {
            registers.push(step.apply(registers[step.left], registers[step.right]));
        }
        registers.split_off(registers.len() - self.m)
    }

    /// The first output.
    pub fn scalar<T: Float>(&self, x: &[T]) -> T {
        self.eval(x)[0]
    }

    /// `Σ |product of the partials along a path|`, over all paths from input `j` to output `i`: the magnitude of what any mode
    /// adds up for entry `(i, j)` of the Jacobian. Rounding errors are in proportion to it, also where the sum cancels.
    pub fn magnitude(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let unit = |j: usize| (0..self.n).map(|k| if k == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let mut values = x.to_vec();
        let mut magnitudes: Vec<Vec<f64>> = (0..self.n).map(unit).collect();
        for &step in &self.steps {
            let (a, b) = (values[step.left], values[step.right]);
            let z = step.apply(Dual::<f64, 2>::seeded(a, 0), Dual::seeded(b, 1));
            let [by_a, by_b] = z.tangents().map(f64::abs);
            let sum = |j: usize| by_a * magnitudes[step.left][j] + by_b * magnitudes[step.right][j];
            let magnitude = (0..self.n).map(sum).collect();
            values.push(z.primal());
            magnitudes.push(magnitude);
        }
        magnitudes.split_off(magnitudes.len() - self.m)
    }
}
