//! Number types of the tests' own that implement `Float`, to watch or disturb the arithmetic.

/// Implements `Float`, and all it asks for, from `fn of(f64) -> Self` and `fn value(self) -> f64`.
macro_rules! number_over_f64 {
    ($Number:ident) => {
        number_over_f64!(@operators $Number, Add add AddAssign add_assign +, Sub sub SubAssign sub_assign -,
            Mul mul MulAssign mul_assign *, Div div DivAssign div_assign /, Rem rem RemAssign rem_assign %);
        number_over_f64!(@format $Number, Display LowerExp UpperExp);

        impl std::ops::Neg for $Number {
            type Output = Self;
            fn neg(self) -> Self {
                Self::of(-self.value())
            }
        }
        impl PartialEq for $Number {
            fn eq(&self, other: &Self) -> bool {
                self.value() == other.value()
            }
        }
        impl PartialOrd for $Number {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                self.value().partial_cmp(&other.value())
            }
        }
        impl PartialEq<f64> for $Number {
            fn eq(&self, other: &f64) -> bool {
                self.value() == *other
            }
        }
        impl PartialOrd<f64> for $Number {
            fn partial_cmp(&self, other: &f64) -> Option<std::cmp::Ordering> {
                self.value().partial_cmp(other)
            }
        }
        impl std::iter::Sum for $Number {
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                Self::of(iter.map(Self::value).sum())
            }
        }
        impl<'a> std::iter::Sum<&'a Self> for $Number {
            fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
                iter.copied().sum()
            }
        }
        impl std::iter::Product for $Number {
            fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
                Self::of(iter.map(Self::value).product())
            }
        }
        impl<'a> std::iter::Product<&'a Self> for $Number {
            fn product<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
                iter.copied().product()
            }
        }
        impl std::str::FromStr for $Number {
            type Err = std::num::ParseFloatError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self::of)
            }
        }
        impl num_traits::Zero for $Number {
            fn zero() -> Self {
                Self::of(0.0)
            }
            fn is_zero(&self) -> bool {
                self.value() == 0.0
            }
        }
        impl num_traits::One for $Number {
            fn one() -> Self {
                Self::of(1.0)
            }
        }
        impl num_traits::Num for $Number {
            type FromStrRadixErr = num_traits::ParseFloatError;
            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                f64::from_str_radix(text, radix).map(Self::of)
            }
        }
        impl num_traits::ToPrimitive for $Number {
            fn to_i64(&self) -> Option<i64> {
                self.value().to_i64()
            }
            fn to_u64(&self) -> Option<u64> {
                self.value().to_u64()
            }
            fn to_f64(&self) -> Option<f64> {
                Some(self.value())
            }
        }
        impl num_traits::FromPrimitive for $Number {
            fn from_i64(x: i64) -> Option<Self> {
                Some(Self::of(x as f64))
            }
            fn from_u64(x: u64) -> Option<Self> {
                Some(Self::of(x as f64))
            }
        }
        impl num_traits::NumCast for $Number {
            fn from<P: num_traits::ToPrimitive>(x: P) -> Option<Self> {
                x.to_f64().map(Self::of)
            }
        }
        impl num_traits::Inv for $Number {
            type Output = Self;
            fn inv(self) -> Self {
                Self::of(self.value().recip())
            }
        }
        impl num_traits::FloatConst for $Number {
            number_over_f64!(@constants E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4
                FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2);
        }
        impl num_traits::Float for $Number {
            number_over_f64!(@limits nan infinity neg_infinity neg_zero min_value min_positive_value max_value);
            number_over_f64!(@questions is_nan is_infinite is_finite is_normal is_sign_positive is_sign_negative -> bool);
            number_over_f64!(@questions classify -> std::num::FpCategory);
            number_over_f64!(@questions integer_decode -> (u64, i16, i8));
            number_over_f64!(@unary floor ceil round trunc fract abs signum recip sqrt exp exp2 ln log2 log10 cbrt sin cos tan asin
                acos atan exp_m1 ln_1p sinh cosh tanh asinh acosh atanh);
            number_over_f64!(@binary powf log max min abs_sub hypot atan2);
            fn powi(self, n: i32) -> Self {
                Self::of(self.value().powi(n))
            }
            fn mul_add(self, a: Self, b: Self) -> Self {
                Self::of(self.value().mul_add(a.value(), b.value()))
            }
            fn sin_cos(self) -> (Self, Self) {
                let (sin, cos) = self.value().sin_cos();
                (Self::of(sin), Self::of(cos))
            }
        }
        impl crate::float::Engine for $Number {
            const NESTED: bool = false;
            const LEVELS: usize = 0;
            fn run<A: crate::float::engine::Algorithm>(_: A::Args<'_, Self>) -> A::Output<Self> {
                unimplemented!("no algorithm has a part for a number that is neither primitive nor built on an inner one")
            }
            type Fused<const K: usize> = Self;
        }
        impl crate::Float for $Number {
            type Base = f64;
            type Inner = Self;
            type Coefficient = Self;
            fn leading(self) -> Self {
                self
            }
            fn from_leading(x: Self) -> Self {
                x
            }
            fn primal(self) -> Self {
                self
            }
            fn from_partials(value: Self, _: &[(Self, Self)]) -> Self {
                value
            }
            fn from_base(x: f64) -> Self {
                Self::of(x)
            }
            fn base(&self) -> f64 {
                self.value()
            }
            fn is_constant(&self) -> bool {
                true
            }
            fn is_zero_in_all_parts(&self) -> bool {
                self.value() == 0.0
            }
            fn is_finite_in_all_parts(&self) -> bool {
                self.value().is_finite()
            }
            fn unary<R: crate::rules::Unary>(self, rule: R) -> Self {
                Self::of(rule.value(self.value()))
            }
            fn binary<R: crate::rules::Binary>(self, rule: R, other: Self) -> Self {
                Self::of(rule.value(self.value(), other.value()))
            }
            fn reduce<R: crate::rules::Reduction>(rule: R, x: impl Iterator<Item = Self> + Clone) -> Self {
                Self::of(rule.value(x.map(|x| x.value())))
            }
            fn fuse<const K: usize>(x: [Self; K], f: impl FnOnce([Self; K]) -> Self) -> Self {
                f(x)
            }
        }
    };
    (@operators $Number:ident, $($Op:ident $op:ident $Assign:ident $assign:ident $sign:tt),*) => {$(
        impl std::ops::$Op for $Number {
            type Output = Self;
            fn $op(self, other: Self) -> Self {
                Self::of(self.value() $sign other.value())
            }
        }
        impl std::ops::$Op<f64> for $Number {
            type Output = Self;
            fn $op(self, other: f64) -> Self {
                Self::of(self.value() $sign other)
            }
        }
        impl std::ops::$Assign for $Number {
            fn $assign(&mut self, other: Self) {
                *self = *self $sign other;
            }
        }
        impl std::ops::$Assign<f64> for $Number {
            fn $assign(&mut self, other: f64) {
                *self = *self $sign other;
            }
        }
    )*};
    (@format $Number:ident, $($Format:ident)*) => {$(
        impl std::fmt::$Format for $Number {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::$Format::fmt(&self.value(), out)
            }
        }
    )*};
    (@constants $($name:ident)*) => {$(
        fn $name() -> Self {
            Self::of(<f64 as num_traits::FloatConst>::$name())
        }
    )*};
    (@limits $($name:ident)*) => {$(
        fn $name() -> Self {
            Self::of(<f64 as num_traits::Float>::$name())
        }
    )*};
    (@questions $($name:ident)* -> $Answer:ty) => {$(
        fn $name(self) -> $Answer {
            num_traits::Float::$name(self.value())
        }
    )*};
    (@unary $($name:ident)*) => {$(
        fn $name(self) -> Self {
            Self::of(num_traits::Float::$name(self.value()))
        }
    )*};
    (@binary $($name:ident)*) => {$(
        fn $name(self, other: Self) -> Self {
            Self::of(num_traits::Float::$name(self.value(), other.value()))
        }
    )*};
}
pub(crate) use number_over_f64;
