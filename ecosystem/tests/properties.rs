//! Properties of random programs over all rules: the value is the one of the plain program, all modes and nestings agree with each
//! other and with finite differences, and nothing panics, whatever the bits of the inputs.
//!
//! Unlike the programs of `laws.rs`, these apply every rule to raw arguments: domains are not respected, kinks not avoided. The
//! generator has a fixed seed, and a program that fails is shrunk and printed line by line.
//!
//! # Conditioning
//! [`Program::settled`] keeps, of the lines drawn, those whose local derivatives at the point of the test are finite and of a size
//! that no product of them leaves the range. For what remains, errors are measured in units of the sum over all paths from an
//! input to the output of the *magnitudes* of the products of local derivatives along the path, which is what any mode adds up,
//! in its own order; and likewise for second derivatives, where a path splits once. Local magnitudes are the largest of those at
//! the point and slightly beside it: a rule is accurate relative to the size of its derivative around the point, not to a zero.

use dualtape::forward::Chunk;
use dualtape::{Dual, Float, Primitive, Reverse, Special as _, gradient_and_hvp, jvp, slices, value_and_gradient, vjp};
use num_traits::Euclid;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;
use std::fmt::{self, Debug};

// ---- The rules -------------------------------------------------------------------------------------------------------

/// What the rules are written over: remainders are not among what [`Float`] promises.
trait Number: Float + Euclid {}
impl<T: Float + Euclid> Number for T {}

/// Makes a list of rules of rows `name => |[arguments], constant| body;`. Inside a body the number type is `T`.
macro_rules! rules {
    ($($name:expr => |[$($x:ident),*], $k:pat_param| $body:expr;)*) => {
        /// The names of the rules, and how many arguments each takes.
        const RULES: &[(&str, usize)] = &[$(($name, [$(stringify!($x)),*].len())),*];

        fn apply<T: Number>(rule: usize, x: [T; 3], k: T::Base) -> T {
            let bodies: &[fn([T; 3], T::Base) -> T] = &[$(|[$($x,)* ..]: [T; 3], $k: T::Base| $body),*];
            bodies[rule](x, k)
        }
    };
}

rules! {
    // Operators, with numbers and with primitives on the right
    "a + b" => |[a, b], _| a + b;
    "a - b" => |[a, b], _| a - b;
    "a * b" => |[a, b], _| a * b;
    "a / b" => |[a, b], _| a / b;
    "a % b" => |[a, b], _| a % b;
    "-a" => |[a], _| -a;
    "a + k" => |[a], k| a + k;
    "a - k" => |[a], k| a - k;
    "a * k" => |[a], k| a * k;
    "a / k" => |[a], k| a / k;
    "a % k" => |[a], k| a % k;
    // Functions of several arguments
    "powf(a, b)" => |[a, b], _| a.powf(b);
    "powf(a, k)" => |[a], k| a.powf(T::from_base(k));
    "powf(k, a)" => |[a], k| T::from_base(k).powf(a);
    "atan2(a, b)" => |[a, b], _| a.atan2(b);
    "hypot(a, b)" => |[a, b], _| a.hypot(b);
    "log(a, b)" => |[a, b], _| a.log(b);
    "log(a, k)" => |[a], k| a.log(T::from_base(k));
    "max(a, b)" => |[a, b], _| a.max(b);
    "min(a, b)" => |[a, b], _| a.min(b);
    "abs_sub(a, b)" => |[a, b], _| a.abs_sub(b);
    // The sign that an operation gives to NaN is left open.
    "copysign(a, b)" => |[a, b], _| { let y = a.copysign(b); if b.is_nan() { a } else { y } };
    "mul_add(a, b, c)" => |[a, b, c], _| a.mul_add(b, c);
    // Bounds out of order panic, as documented.
    "clamp(a, b, c)" => |[a, b, c], _| if b <= c { a.clamp(b, c) } else { a.clamp(T::lit(-1.0), T::lit(1.0)) };
    "beta(a, b)" => |[a, b], _| a.beta(b);
    "ln_beta(a, b)" => |[a, b], _| a.ln_beta(b);
    "log_add_exp(a, b)" => |[a, b], _| a.log_add_exp(b);
    "xlogy(a, b)" => |[a, b], _| a.xlogy(b);
    "xlog1py(a, b)" => |[a, b], _| a.xlog1py(b);
    "div_euclid(a, b)" => |[a, b], _| Euclid::div_euclid(&a, &b);
    "rem_euclid(a, b)" => |[a, b], _| Euclid::rem_euclid(&a, &b);
    // Functions of slices and fused ones
    "sum(a, b, c)" => |[a, b, c], _| slices::sum(&[a, b, c]);
    "dot((a, b), (b, c))" => |[a, b, c], _| slices::dot(&[a, b], &[b, c]);
    "norm(a, b, c)" => |[a, b, c], _| slices::norm(&[a, b, c]);
    "log_sum_exp(a, b, c)" => |[a, b, c], _| slices::log_sum_exp(&[a, b, c]);
    "softmax(a, b, c)[1]" => |[a, b, c], _| slices::softmax(&[a, b, c])[1];
    "max(a, b, c)" => |[a, b, c], _| slices::max(&[a, b, c]);
    "min(a, b, c)" => |[a, b, c], _| slices::min(&[a, b, c]);
    "polyval((a, b, a), c)" => |[a, b, c], _| slices::polyval(&[a, b, a], c);
    "fuse(a, b, c)" => |[a, b, c], k| T::fuse([a, b, c], |x| stencil(x, k));
    "fuse(a)" => |[a], _| T::fuse([a], |[a]| self_exp(a));
    // Elementary functions
    "recip" => |[a], _| a.recip();
    "sqrt" => |[a], _| a.sqrt();
    "cbrt" => |[a], _| a.cbrt();
    "exp" => |[a], _| a.exp();
    "exp2" => |[a], _| a.exp2();
    "exp_m1" => |[a], _| a.exp_m1();
    "ln" => |[a], _| a.ln();
    "log2" => |[a], _| a.log2();
    "log10" => |[a], _| a.log10();
    "ln_1p" => |[a], _| a.ln_1p();
    "sin" => |[a], _| a.sin();
    "cos" => |[a], _| a.cos();
    "sin_cos.0" => |[a], _| a.sin_cos().0;
    "sin_cos.1" => |[a], _| a.sin_cos().1;
    "tan" => |[a], _| a.tan();
    "asin" => |[a], _| a.asin();
    "acos" => |[a], _| a.acos();
    "atan" => |[a], _| a.atan();
    "sinh" => |[a], _| a.sinh();
    "cosh" => |[a], _| a.cosh();
    "tanh" => |[a], _| a.tanh();
    "asinh" => |[a], _| a.asinh();
    "acosh" => |[a], _| a.acosh();
    "atanh" => |[a], _| a.atanh();
    "powi(0)" => |[a], _| a.powi(0);
    "powi(1)" => |[a], _| a.powi(1);
    "powi(2)" => |[a], _| a.powi(2);
    "powi(3)" => |[a], _| a.powi(3);
    "powi(-1)" => |[a], _| a.powi(-1);
    "powi(-2)" => |[a], _| a.powi(-2);
    "powi(7)" => |[a], _| a.powi(7);
    "powi(MAX)" => |[a], _| a.powi(i32::MAX);
    "powi(MIN)" => |[a], _| a.powi(i32::MIN);
    "abs" => |[a], _| a.abs();
    "fract" => |[a], _| a.fract();
    "to_degrees" => |[a], _| a.to_degrees();
    "to_radians" => |[a], _| a.to_radians();
    "floor" => |[a], _| a.floor();
    "ceil" => |[a], _| a.ceil();
    "round" => |[a], _| a.round();
    "trunc" => |[a], _| a.trunc();
    "signum" => |[a], _| a.signum();
    // Special functions
    "erf" => |[a], _| a.unary(dualtape::special::rules::Erf);
    "erfc" => |[a], _| a.erfc();
    "erf_inv" => |[a], _| a.erf_inv();
    "norm_pdf" => |[a], _| a.norm_pdf();
    "norm_cdf" => |[a], _| a.norm_cdf();
    "norm_quantile" => |[a], _| a.norm_quantile();
    "gamma" => |[a], _| a.gamma();
    "ln_gamma" => |[a], _| a.ln_gamma();
    "digamma" => |[a], _| a.digamma();
    "polygamma(1)" => |[a], _| a.polygamma(1);
    "polygamma(6)" => |[a], _| a.polygamma(6);
    "j0" => |[a], _| a.j0();
    "j1" => |[a], _| a.j1();
    "jn(3)" => |[a], _| a.jn(3);
    "jn(-2)" => |[a], _| a.jn(-2);
    "y0" => |[a], _| a.y0();
    "y1" => |[a], _| a.y1();
    "yn(3)" => |[a], _| a.yn(3);
    "yn(-2)" => |[a], _| a.yn(-2);
    "logistic" => |[a], _| a.logistic();
    "logit" => |[a], _| a.logit();
    "softplus" => |[a], _| a.softplus();
    "relu" => |[a], _| a.relu();
    "leaky_relu" => |[a], _| a.leaky_relu(0.125);
    "elu" => |[a], _| a.elu(1.5);
    "gelu" => |[a], _| a.gelu();
    "silu" => |[a], _| a.silu();
    "log1mexp" => |[a], _| a.log1mexp();
    "log1pexp" => |[a], _| a.log1pexp();
    "sin_pi" => |[a], _| a.sin_pi();
    "cos_pi" => |[a], _| a.cos_pi();
    "sinc" => |[a], _| a.sinc();
}

/// What is fused into one operation.
fn stencil<T: Float>([a, b, c]: [T; 3], k: T::Base) -> T {
    (a * b - c.sin() * k) * a + b.atan2(c)
}

fn self_exp<T: Float>(a: T) -> T {
    a * a.exp()
}

// ---- Programs --------------------------------------------------------------------------------------------------------

/// How many inputs a program has, and how many lines at most.
const INPUTS: usize = 2;
const LINES: usize = 10;

#[derive(Clone, Copy, Debug)]
enum Operand {
    /// One of the last three registers, so that programs are deep.
    Recent(Index),
    Any(Index),
    Constant(f64),
}

/// One line: it reads registers and constants and writes the next register. An index is resolved by how many registers there are.
#[derive(Clone, Copy, Debug)]
struct Line {
    rule: usize,
    operands: [Operand; 3],
    k: f64,
}

impl Line {
    /// The registers that are read; none for a constant.
    fn sources(&self, registers: usize) -> [Option<usize>; 3] {
        self.operands.map(|operand| match operand {
            Operand::Recent(index) => Some(registers - 1 - index.index(registers.min(3))),
            Operand::Any(index) => Some(index.index(registers)),
            Operand::Constant(_) => None,
        })
    }

    fn arguments<T: Number>(&self, registers: &[T]) -> [T; 3] {
        let sources = self.sources(registers.len());
        std::array::from_fn(|i| match (sources[i], self.operands[i]) {
            (Some(register), _) => registers[register],
            (None, Operand::Constant(c)) => T::lit(c), // rounded to `f32` there
            (None, _) => unreachable!("only constants have no register"),
        })
    }
}

/// A function of [`INPUTS`] inputs: the last register.
#[derive(Clone)]
struct Program(Vec<Line>);

impl Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, line) in self.0.iter().enumerate() {
            let ((name, arity), sources) = (RULES[line.rule], line.sources(INPUTS + i));
            write!(out, "\n  r{} = {name}, k = {:?}", INPUTS + i, line.k)?;
            for (j, letter) in ["a", "b", "c"].iter().enumerate().take(arity) {
                match (sources[j], line.operands[j]) {
                    (Some(register), _) => write!(out, ", {letter} = r{register}")?,
                    (None, operand) => write!(out, ", {letter} = {operand:?}")?,
                }
            }
        }
        writeln!(out)
    }
}

/// Value, gradient and Hessian in the arguments of a line, or in the inputs.
#[derive(Clone, Copy, Debug)]
struct Jet<const N: usize, B = f64> {
    value: B,
    gradient: [B; N],
    hessian: [[B; N]; N],
}

type Second<B> = Dual<Dual<B, 3>, 3>;

impl Program {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        let mut registers = x.to_vec();
        for line in &self.0 {
            registers.push(apply(line.rule, line.arguments(&registers), T::Base::nearest(line.k)));
        }
        registers[registers.len() - 1]
    }

    /// The lines of which all local derivatives at `x` are below `limit`, with the magnitudes of the output: sums over all paths,
    /// as the header says. The value among them is a bound for the error of the value, in roundings.
    fn settled<B: Primitive + Euclid>(&self, x: [B; INPUTS], limit: f64) -> (Program, Jet<INPUTS>) {
        let mut kept = Vec::new();
        let mut registers = x.to_vec();
        let unit = |j: usize| std::array::from_fn(|k| if j == k { 1.0 } else { 0.0 });
        let input = |j: usize| Jet { value: 0.0, gradient: unit(j), hessian: [[0.0; INPUTS]; INPUTS] };
        let mut sums: Vec<Jet<INPUTS>> = (0..INPUTS).map(input).collect();
        for line in &self.0 {
            let local = line.magnitudes(&registers);
            let (all, sources) = (local.gradient.iter().chain(local.hessian.as_flattened()), line.sources(sums.len()));
            if local.value.is_nan() || !all.fold(true, |all, &d| all & (d <= limit)) {
                continue; // also if something is NaN
            }
            let part = |a: usize| sources[a].map_or(Jet { gradient: [0.0; INPUTS], ..input(0) }, |r| sums[r]);
            let parts = [part(0), part(1), part(2)];
            let mut sum = Jet { value: local.value, gradient: [0.0; INPUTS], hessian: [[0.0; INPUTS]; INPUTS] };
            for a in 0..3 {
                sum.value += local.gradient[a] * parts[a].value;
                for i in 0..INPUTS {
                    sum.gradient[i] += local.gradient[a] * parts[a].gradient[i];
                    for j in 0..INPUTS {
                        sum.hessian[i][j] += local.gradient[a] * parts[a].hessian[i][j];
                        for b in 0..3 {
                            sum.hessian[i][j] += local.hessian[a][b] * parts[a].gradient[i] * parts[b].gradient[j];
                        }
                    }
                }
            }
            registers.push(apply(line.rule, line.arguments(&registers), B::nearest(line.k)));
            sums.push(sum);
            kept.push(*line);
        }
        (Program(kept), sums[sums.len() - 1])
    }
}

impl Line {
    /// The magnitudes of value and derivatives in the arguments: at the point and, where finite there, slightly beside it.
    fn magnitudes<B: Primitive + Euclid>(&self, registers: &[B]) -> Jet<3> {
        let x = self.arguments(registers);
        let at = |factors: [f64; 3]| {
            // Not times one: that would make a signaling NaN quiet, whose power of zero is 1.
            let moved = |i: usize| if factors[i] == 1.0 { x[i] } else { x[i] * B::nearest(factors[i]) };
            let seed = |i: usize| Dual::seeded(Dual::seeded(moved(i), i), i);
            let y: Second<B> = apply(self.rule, std::array::from_fn(seed), B::nearest(self.k));
            Jet {
                value: y.base().widen().abs(),
                gradient: y.primal().tangents().map(|d| d.widen().abs()),
                hessian: y.tangents().map(|t| t.tangents().map(|d| d.widen().abs())),
            }
        };
        let mut jet = at([1.0; 3]);
        let h = 1.0 / 64.0;
        for beside in
            [[1.0 + h, 1.0 + h, 1.0], [1.0 - h, 1.0 + h, 1.0], [1.0 + h, 1.0 - h, 1.0], [1.0 - h, 1.0 - h, 1.0]]
        {
            let beside = at(beside);
            for i in 0..3 {
                jet.gradient[i] = larger(jet.gradient[i], beside.gradient[i]);
                for j in 0..3 {
                    jet.hessian[i][j] = larger(jet.hessian[i][j], beside.hessian[i][j]);
                }
            }
        }
        // What a mixed derivative is accurate to, where the pure ones dwarf it (`beta`).
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let mean = jet.hessian[i][i].sqrt() * jet.hessian[j][j].sqrt();
            jet.hessian[i][j] = larger(jet.hessian[i][j], mean);
            jet.hessian[j][i] = larger(jet.hessian[j][i], mean);
        }
        jet
    }
}

/// The larger one, `here` if the other is not finite, and NaN stays NaN.
fn larger(here: f64, beside: f64) -> f64 {
    if beside.is_finite() && beside > here { beside } else { here }
}

// ---- Random programs -------------------------------------------------------------------------------------------------

/// Any bits: NaN with any payload, infinities and subnormals are as likely as ordinary numbers, and special points more so.
fn any_bits() -> BoxedStrategy<f64> {
    let fraction = any::<u64>().prop_map(|bits| bits & (u64::MAX >> 12));
    prop_oneof![
        4 => any::<u64>().prop_map(f64::from_bits),
        2 => -4.0..4.0,
        1 => (any::<bool>(), fraction.clone()).prop_map(|(sign, f)| f64::from_bits(u64::from(sign) << 63 | 0x7ff << 52 | f)),
        1 => (any::<bool>(), fraction).prop_map(|(sign, f)| f64::from_bits(u64::from(sign) << 63 | f)),
        3 => prop::sample::select(vec![
            0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, -3.0, 171.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN,
            f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-300, 1e300, 1.0 - f64::EPSILON, 1.0 + f64::EPSILON,
        ]),
    ]
    .boxed()
}

/// Ordinary numbers, some of them round.
fn ordinary() -> BoxedStrategy<f64> {
    prop_oneof![4 => -3.0..3.0, 1 => (-3_i32..4).prop_map(f64::from), 1 => 0.0..1.0].boxed()
}

fn programs(constants: BoxedStrategy<f64>) -> BoxedStrategy<Program> {
    let operand = prop_oneof![
        5 => any::<Index>().prop_map(Operand::Recent),
        3 => any::<Index>().prop_map(Operand::Any),
        1 => constants.clone().prop_map(Operand::Constant),
    ];
    let joins = RULES.iter().position(|&(name, _)| name == "recip").expect("the first elementary function");
    // The operators and joins come first in the list, and twice as often, so that values meet.
    let rule = prop_oneof![1 => 0..joins, 1 => 0..RULES.len()];
    let line = (rule, [operand.clone(), operand.clone(), operand], constants);
    let line = line.prop_map(|(rule, operands, k)| Line { rule, operands, k });
    prop::collection::vec(line, 1..=LINES).prop_map(Program).boxed()
}

/// Runs a property on `cases` values, the same at every run.
#[track_caller]
fn check<S: Strategy>(seed: u8, cases: u32, strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let cases = if cfg!(miri) { 2 } else { cases };
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    if let Err(fault) = TestRunner::new_with_rng(config, rng).run(&strategy, property) {
        panic!("{fault}");
    }
}

fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Equality to the bit, except that all NaN are one: which payload or sign an operation gives is left open, for `f64` as well.
fn same<B: Primitive>(what: impl Debug, got: B, expected: B) -> Result<(), TestCaseError> {
    let (got, expected) = (got.widen(), expected.widen());
    prop_assert!(same_bits(got, expected), "{what:?}: got {got:e}, expected {expected:e}, to the bit");
    Ok(())
}

// ---- Values, and any bits --------------------------------------------------------------------------------------------

type F<B> = fn(&Program, [B; INPUTS], [B; 4]) -> B;

/// `f` through every nesting, with derivatives of its order. What the derivatives are is not looked at here, only that the value is
/// the plain one; tangents are `t`, any numbers as well.
#[rustfmt::skip]
fn nestings<B: Primitive + Euclid>() -> [(&'static str, F<B>); 8] {
    [
    ("Dual", |f, x, t| f.eval(&[Dual::new(x[0], [t[0]]), Dual::new(x[1], [t[1]])]).base()),
    ("Dual<_, 3>", |f, x, t| f.eval(&[Dual::new(x[0], [t[0], B::one(), B::zero()]), Dual::new(x[1], [t[1], B::zero(), t[2]])]).base()),
    ("Reverse", |f, x, t| vjp(|x| [f.eval(x)], &x, &[t[0]]).0[0]),
    ("Dual<Dual>", |f, x, t| f.eval(&lines(x.map(|x| Dual::new(x, [t[0]])), [t[1], t[2]].map(|v| Dual::new(v, [t[3]])))).base()),
    ("Dual<Reverse>", |f, x, t| {
        let parts = |y: Dual<Reverse<B>>| [y.primal(), y.tangent()];
        vjp(|x| parts(f.eval(&lines([x[0], x[1]], [t[1], t[2]].map(Reverse::constant)))), &x, &[t[0], t[3]]).0[0]
    }),
    ("Reverse<Dual>", |f, x, t| vjp(|x| [f.eval(x)], &lines(x, [t[1], t[2]]), &[Dual::new(t[0], [t[3]])]).0[0].base()),
    ("Reverse<Reverse>", |f, x, t| vjp(|x| { let (y, g) = vjp(|x| [f.eval(x)], x, &[x[0] * t[0]]); [y[0], g[0], g[1]] }, &x, &t[1..]).0[0]),
    ("Dual<Dual<Dual>>", |f, x, t| {
        let inner = lines(x.map(Dual::variable), [t[0], t[1]].map(Dual::constant));
        f.eval(&lines(inner, [Dual::constant(Dual::constant(t[2])), Dual::variable(Dual::variable(t[3]))])).base()
    }),
]
}

fn lines<T: Float>(x: [T; INPUTS], v: [T; INPUTS]) -> [Dual<T>; INPUTS] {
    [Dual::new(x[0], [v[0]]), Dual::new(x[1], [v[1]])]
}

/// No rule panics, whatever the bits of arguments and tangents, up to the second order (for duals, the third).
fn every_rule_has_the_value_of_the_plain_function<B: Primitive + Euclid>(seed: u8, cases: u32) {
    let inputs = ([any_bits(), any_bits()], [any_bits(), any_bits(), any_bits(), any_bits()], any_bits());
    check(seed, cases, inputs, |(x, t, k)| {
        let (x, t) = (x.map(B::nearest), t.map(B::nearest));
        for (rule, (name, _)) in RULES.iter().enumerate() {
            let operands = [0, 1, 0].map(|r| Operand::Any(index(r)));
            let f = Program(vec![Line { rule, operands, k }]);
            let expected = f.eval(&x);
            for (nesting, value) in nestings() {
                same((nesting, name), value(&f, x, t), expected)?;
            }
        }
        Ok(())
    });
}

#[test]
fn every_rule_has_the_value_of_the_plain_function_for_any_bits() {
    every_rule_has_the_value_of_the_plain_function::<f64>(1, 50);
}

#[test]
fn every_rule_has_the_value_of_the_plain_function_in_single_precision() {
    every_rule_has_the_value_of_the_plain_function::<f32>(6, 30);
}

/// The index that is resolved to `r` among as many registers as there are inputs.
fn index(r: usize) -> Index {
    let mut runner = TestRunner::deterministic();
    loop {
        let index = any::<Index>().new_tree(&mut runner).unwrap().current();
        if index.index(INPUTS) == r {
            return index;
        }
    }
}

fn programs_have_the_value_of_the_plain_program<B: Primitive + Euclid>(seed: u8, cases: u32) {
    let inputs = (programs(any_bits()), [any_bits(), any_bits()], [any_bits(), any_bits(), any_bits(), any_bits()]);
    check(seed, cases, inputs, |(f, x, t)| {
        let (x, t) = (x.map(B::nearest), t.map(B::nearest));
        let expected = f.eval(&x);
        nestings().iter().try_for_each(|(nesting, value)| same(nesting, value(&f, x, t), expected))
    });
}

#[test]
fn programs_have_the_value_of_the_plain_program_for_any_bits() {
    programs_have_the_value_of_the_plain_program::<f64>(2, 500);
}

#[test]
fn programs_have_the_value_of_the_plain_program_in_single_precision() {
    programs_have_the_value_of_the_plain_program::<f32>(7, 300);
}

/// Which generic code cannot write: `k + x` and so on, for a primitive `k` of any bits, is the operation with a constant, in the
/// value and in all derivatives, but for the signs of zeros.
#[test]
fn a_primitive_on_the_left_is_a_constant() {
    /// Of infinities and NaN only the value: which derivatives are NaN as well depends on how a product is formed.
    fn parts<T: Float>(results: [T; 4]) -> [String; 4] {
        let text = |y: T| format!("{y:?}").replace("-0.0", "0.0");
        results.map(|y| if y.is_finite_in_all_parts() { text(y) } else { format!("{:?}", y.abs().base()) })
    }
    macro_rules! on_the_left {
        ($k:expr, $x:expr, $constant:path) => {{
            let (k, x) = ($k, $x);
            let c = $constant(k);
            prop_assert_eq!(parts([k + x, k - x, k * x, k % x]), parts([c + x, c - x, c * x, c % x]));
            same("the quotient", (k / x).base(), (c / x).base())?;
        }};
    }
    check(8, 300, (any_bits(), [any_bits(), any_bits(), any_bits(), any_bits()]), |(k, [x, u, v, w])| {
        let (single, [a, b]) = (k as f32, [x, u].map(|x| x as f32));
        on_the_left!(k, Dual::new(x, [u, v]), Dual::constant);
        on_the_left!(k, Dual::new(Dual::new(x, [u]), [Dual::new(v, [w])]), Dual::from_base);
        on_the_left!(single, Dual::new(a, [b]), Dual::constant);
        on_the_left!(single, Dual::new(Dual::new(a, [b]), [Dual::new(b, [a])]), Dual::from_base);
        // Recordings show only their value; the derivatives come from the drivers.
        let by_tape = |f: fn(f64, Reverse<f64>) -> Reverse<f64>| vjp(|x| [f(k, x[0])], &[x], &[u]);
        let slopes = [
            (by_tape(|k, x| k + x), by_tape(|k, x| Reverse::constant(k) + x)),
            (by_tape(|k, x| k - x), by_tape(|k, x| Reverse::constant(k) - x)),
            (by_tape(|k, x| k * x), by_tape(|k, x| Reverse::constant(k) * x)),
            (by_tape(|k, x| k % x), by_tape(|k, x| Reverse::constant(k) % x)),
        ];
        for ((value, slope), (expected, expected_slope)) in slopes {
            same("the value of Reverse", value[0], expected[0])?;
            if value[0].is_finite() {
                same("the derivative of Reverse", slope[0] + 0.0, expected_slope[0] + 0.0)?;
            }
        }
        same("the quotient of Reverse", by_tape(|k, x| k / x).0[0], k / x)
    });
    // Quotients round differently: `-q / x` and `(0 - q) / x` overflow and underflow apart from each other.
    check(11, 300, (ordinary(), 0.1..3.0, ordinary()), |(k, x, u)| {
        let (quotient, expected) = (k / Dual::new(x, [u]), Dual::constant(k) / Dual::new(x, [u]));
        close("a quotient", quotient.tangent(), expected.tangent(), 1e-15 * expected.tangent().abs())?;
        let by_tape = vjp(|x| [k / x[0]], &[x], &[u]).1[0];
        close("a quotient by tape", by_tape, expected.tangent(), 1e-15 * expected.tangent().abs())
    });
}

// ---- Derivatives -----------------------------------------------------------------------------------------------------

/// The unit vector of an input.
fn unit<B: Primitive>(j: usize) -> [B; INPUTS] {
    std::array::from_fn(|i| if i == j { B::one() } else { B::zero() })
}

/// The first derivatives that every mode finds.
fn gradients<B: Primitive + Euclid>(f: &Program, x: [B; INPUTS]) -> [(&'static str, B, [B; INPUTS]); 3] {
    let single = [0, 1].map(unit).map(|v| jvp(|x| [f.eval(x)], &x, &v));
    let (wide, by_wide) = Chunk::<3>::value_and_gradient(|x| f.eval(x), &x);
    let (reverse, by_reverse) = value_and_gradient(|x| f.eval(x), &x);
    [
        ("Dual", single[0].0[0], [single[0].1[0], single[1].1[0]]),
        ("Dual<_, 3>", wide, [by_wide[0], by_wide[1]]),
        ("Reverse", reverse, [by_reverse[0], by_reverse[1]]),
    ]
}

/// The derivatives to the second order that every nesting finds.
fn jets<B: Primitive + Euclid>(f: &Program, x: [B; INPUTS]) -> [(&'static str, Jet<INPUTS, B>); 5] {
    let wide: Second<B> = f.eval(&[0, 1].map(|i| Dual::seeded(Dual::seeded(x[i], i), i)));
    let [first, second, _] = wide.tangents().map(|t| [t.tangents()[0], t.tangents()[1]]);
    let gradient = [wide.tangents()[0].primal(), wide.tangents()[1].primal()];
    let wide = Jet { value: wide.base(), gradient, hessian: [first, second] };

    // Row `j` is the derivative of `df/dxⱼ`, with `f` and `df/dxⱼ` from an inner driver.
    let rows = |row: &dyn Fn(usize) -> (B, B, [B; INPUTS])| {
        let [(value, by_0, first), (_, by_1, second)] = [row(0), row(1)];
        Jet { value, gradient: [by_0, by_1], hessian: [first, second] }
    };
    let forward_over_forward = rows(&|j| {
        let [first, second] = [0, 1].map(|i| {
            let inner = |x: &[Dual<B>]| {
                let (y, by_j) = jvp(|x| [f.eval(x)], x, &unit(j).map(Dual::constant));
                [y[0], by_j[0]]
            };
            jvp(inner, &x, &unit(i))
        });
        (first.0[0], first.0[1], [first.1[1], second.1[1]])
    });
    let reverse_over_forward = rows(&|j| {
        let inner = |x: &[Reverse<B>]| {
            let (y, by_j) = jvp(|x| [f.eval(x)], x, &unit(j).map(Reverse::constant));
            [y[0], by_j[0]]
        };
        let (y, h) = vjp(inner, &x, &unit(1));
        (y[0], y[1], [h[0], h[1]])
    });
    let forward_over_reverse = rows(&|j| {
        let (g, h) = gradient_and_hvp(|x| f.eval(x), &x, &unit(j));
        (f.eval(&x), g[j], [h[0], h[1]])
    });
    let reverse_over_reverse = rows(&|j| {
        let inner = |x: &[Reverse<B>]| {
            let (y, g) = value_and_gradient(|x| f.eval(x), x);
            [y, g[j]]
        };
        let (y, h) = vjp(inner, &x, &unit(1));
        (y[0], y[1], [h[0], h[1]])
    });
    [
        ("Dual<Dual<_, 3>, 3>", wide),
        ("Dual<Dual>", forward_over_forward),
        ("Dual<Reverse>", reverse_over_forward),
        ("Reverse<Dual>", forward_over_reverse),
        ("Reverse<Reverse>", reverse_over_reverse),
    ]
}

fn close(what: impl Debug, got: f64, expected: f64, tolerance: f64) -> Result<(), TestCaseError> {
    let error = (got - expected).abs();
    prop_assert!(
        error <= tolerance,
        "{what:?}: {got:e} and {expected:e} differ by {error:e}, of {tolerance:e} allowed"
    );
    Ok(())
}

/// Of ten lines, each with local derivatives that may be ten roundings off in another nesting, and multiplied and added with one
/// more rounding each: an epsilon · 10 · (10 + 2), and twice that for two derivatives, with room for what is left out.
const BETWEEN_MODES: f64 = 135.0;

/// What no product of derivatives of one path leaves the range with, ten lines, twice; and what is far below any magnitude that is
/// met, above what underflow does.
fn range<B: Primitive>() -> (f64, f64) {
    if B::epsilon().widen() == f64::EPSILON { (1e8, 1e-200) } else { (10.0, 1e-20) }
}

/// The gradient, unless no line is left.
fn all_modes_agree<B: Primitive + Euclid>(f: &Program, x: [f64; INPUTS]) -> Result<Option<[B; INPUTS]>, TestCaseError> {
    let (x, (largest, underflow)) = (x.map(B::nearest), range::<B>());
    let (f, scale) = f.settled(x, largest);
    let f = &f;
    if f.0.is_empty() {
        return Ok(None);
    }
    let close = |what: &dyn Debug, got: B, expected: B, size: f64| {
        close(what, got.widen(), expected.widen(), BETWEEN_MODES * B::epsilon().widen() * size + underflow)
    };
    let gradients = gradients(f, x);
    let (_, value, expected) = gradients[0];
    for (mode, y, gradient) in gradients {
        same((mode, f), y, value)?;
        for j in 0..INPUTS {
            close(&(mode, "gradient", j, f), gradient[j], expected[j], scale.gradient[j])?;
        }
    }
    let jets = jets(f, x);
    for (nesting, jet) in jets {
        same((nesting, f), jet.value, value)?;
        for (i, &slope) in expected.iter().enumerate() {
            close(&(nesting, "gradient", i, f), jet.gradient[i], slope, scale.gradient[i])?;
            for j in 0..INPUTS {
                let (got, expected) = (jet.hessian[i][j], jets[0].1.hessian[i][j]);
                close(&(nesting, "hessian", i, j, f), got, expected, 2.0 * scale.hessian[i][j])?;
            }
        }
    }
    Ok(Some(expected))
}

fn all_modes_and_nestings_agree_on_most_programs<B: Primitive + Euclid>(seed: u8, cases: u32) {
    let used = Cell::new(0);
    check(seed, cases, (programs(ordinary()), [ordinary(), ordinary()]), |(f, x)| {
        let gradient = all_modes_agree::<B>(&f, x)?;
        used.set(used.get() + u32::from(gradient.is_some_and(|g| g != [B::zero(); INPUTS])));
        Ok(())
    });
    assert!(cfg!(miri) || used.get() > cases / 2, "only {} of {cases} programs depend on their inputs", used.get());
}

#[test]
fn all_modes_and_nestings_agree_at_ordinary_points() {
    all_modes_and_nestings_agree_on_most_programs::<f64>(3, 400);
}

#[test]
fn all_modes_and_nestings_agree_in_single_precision() {
    all_modes_and_nestings_agree_on_most_programs::<f32>(9, 300);
}

#[test]
fn all_modes_and_nestings_agree_wherever_derivatives_are_in_range() {
    let inputs = || (programs(any_bits()), [any_bits(), any_bits()]);
    check(4, 400, inputs(), |(f, x)| all_modes_agree::<f64>(&f, x).map(|_| ()));
    check(10, 200, inputs(), |(f, x)| all_modes_agree::<f32>(&f, x).map(|_| ()));
}

/// The difference of fourth order `(f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h`.
fn difference(f: impl Fn(f64) -> f64, h: f64) -> f64 {
    (f(-2.0 * h) - f(2.0 * h) + 8.0 * (f(h) - f(-h))) / (12.0 * h)
}

/// How far `f(0)` is from the cubic through the points that the difference uses, over `h`: of the order of the change of slope if
/// there is a kink at 0 itself, which differences do not see where `f` is even about it.
fn kink(f: impl Fn(f64) -> f64, h: f64) -> f64 {
    ((4.0 * (f(h) + f(-h)) - (f(2.0 * h) + f(-2.0 * h))) / 6.0 - f(0.0)).abs() / h
}

/// First derivatives against differences of values, second ones against differences of first ones, along a line.
///
/// The error of the difference is about `h⁴ / 30` times the fifth derivative, unknown, and roundings of the values over `h`, known
/// from their magnitudes. Steps `h` and `2h` judge the conditioning: their results differ by 15 times the error of the better one
/// where the function is smooth, and by much where there is a kink or a jump between. So where they agree to 1e-6 relative, the
/// derivative must be as near as they are to each other, and beside roundings the test is as sharp as 1e-6.
#[test]
fn derivatives_agree_with_differences_of_fourth_order() {
    let (tried, used) = (Cell::new(0), Cell::new(0));
    // No round numbers: at a tie the derivative is a subgradient even where what it is part of is smooth.
    let number = || (-3.0..3.0).boxed();
    check(5, 400, (programs(number()), [number(), number()], [-1.0..1.0, -1.0..1.0]), |(f, x, v)| {
        let (f, scale) = f.settled(x, 30.0);
        let at = |t: f64| [x[0] + t * v[0], x[1] + t * v[1]];
        let along = |t: f64| jvp(|x| [f.eval(x)], &at(t), &v).1[0];
        let first = along(0.0);
        let (g, hv) = gradient_and_hvp(|x| f.eval(x), &x, &v);
        let second = hv[0] * v[0] + hv[1] * v[1];
        close(
            ("first", &f),
            g[0] * v[0] + g[1] * v[1],
            first,
            1e-10 * (1.0 + first.abs() + scale.gradient[0] + scale.gradient[1]),
        )?;

        let h = 1.0 / 1024.0;
        let slope: f64 = scale.gradient.iter().sum();
        let bend: f64 = scale.hessian.as_flattened().iter().sum();
        let value = |t: f64| f.eval(&at(t));
        // Rounding of the values, and of the points where they are taken, which are of size 4.
        let noise = |size: f64| 1e-15 * size / h;
        let comparisons = [
            (
                "first",
                first,
                [1.0, 2.0].map(|s| difference(value, s * h)),
                slope,
                noise(scale.value + 4.0 * slope),
                kink(value, h),
            ),
            (
                "second",
                second,
                [1.0, 2.0].map(|s| difference(along, s * h)),
                bend,
                noise(10.0 * slope + 4.0 * bend),
                kink(along, h),
            ),
        ];
        for (order, exact, [near, far], scale, noise, kink) in comparisons {
            tried.set(tried.get() + 1);
            if (near - far).abs() <= 1e-6 * scale + noise && noise <= 1e-6 * scale && kink <= 1e-3 * scale {
                used.set(used.get() + 1);
                close((order, "derivative against difference", &f), exact, near, (near - far).abs() + 2.0 * noise)?;
            }
        }
        Ok(())
    });
    assert!(cfg!(miri) || used.get() * 2 > tried.get(), "only {} of {} were well conditioned", used.get(), tried.get());
}
