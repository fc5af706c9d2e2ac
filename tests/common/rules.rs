//! The functions of the crate by name, each as a value.
#![allow(clippy::eq_op)] // `x / x` is what is tested

use dualtape::{Float, Primitive};

curves!(
    /// Every function of one argument by the name its references have.
    Rule {
        "recip" => |x| x.recip();
        "sqrt" => |x| x.sqrt();
        "cbrt" => |x| x.cbrt();
        "exp" => |x| x.exp();
        "exp2" => |x| x.exp2();
        "exp_m1" => |x| x.exp_m1();
        "ln" => |x| x.ln();
        "log2" => |x| x.log2();
        "log10" => |x| x.log10();
        "ln_1p" => |x| x.ln_1p();
        "sin" => |x| x.sin();
        "cos" => |x| x.cos();
        "tan" => |x| x.tan();
        "asin" => |x| x.asin();
        "acos" => |x| x.acos();
        "atan" => |x| x.atan();
        "sinh" => |x| x.sinh();
        "cosh" => |x| x.cosh();
        "tanh" => |x| x.tanh();
        "asinh" => |x| x.asinh();
        "acosh" => |x| x.acosh();
        "atanh" => |x| x.atanh();
        "abs" => |x| x.abs();
        "fract" => |x| x.fract();
        "to_degrees" => |x| x.to_degrees();
        "to_radians" => |x| x.to_radians();
        "floor" => |x| x.floor();
        "ceil" => |x| x.ceil();
        "round" => |x| x.round();
        "trunc" => |x| x.trunc();
        "signum" => |x| x.signum();
        "powi(0)" => |x| x.powi(0);
        "powi(1)" => |x| x.powi(1);
        "powi(2)" => |x| x.powi(2);
        "powi(3)" => |x| x.powi(3);
        "powi(-1)" => |x| x.powi(-1);
        "powi(-3)" => |x| x.powi(-3);
        "powi(17)" => |x| x.powi(17);
        "powi(MIN)" => |x| x.powi(i32::MIN);
        "sin_cos().0" => |x| x.sin_cos().0;
        "sin_cos().1" => |x| x.sin_cos().1;
        "clamp(-1, 2.5)" => |x| x.clamp(T::lit(-1.0), T::lit(2.5));
        "+ 1.5" => |x| x + T::Base::nearest(1.5);
        "- 1.5" => |x| x - T::Base::nearest(1.5);
        "* 1.5" => |x| x * T::Base::nearest(1.5);
        "/ 1.5" => |x| x / T::Base::nearest(1.5);
        "% 1.5" => |x| x % T::Base::nearest(1.5);
        "/ 1e-310" => |x| x / T::Base::nearest(1e-310);
        "neg" => |x| -x;
        "to itself" => |x| x.powf(x);
        "over itself" => |x| x / x;
    }
);

fields!(
    /// Every function of two arguments, and `mul_add` of three made of two.
    Rule2 {
        "powf" => |[x, y]| x.powf(y);
        "atan2" => |[x, y]| x.atan2(y);
        "hypot" => |[x, y]| x.hypot(y);
        "log" => |[x, y]| x.log(y);
        "rem" => |[x, y]| x % y;
        "max" => |[x, y]| x.max(y);
        "min" => |[x, y]| x.min(y);
        "abs_sub" => |[x, y]| x.abs_sub(y);
        "copysign" => |[x, y]| x.copysign(y);
        "mul_add" => |[x, y]| x.mul_add(y, x);
        "add" => |[x, y]| x + y;
        "sub" => |[x, y]| x - y;
        "mul" => |[x, y]| x * y;
        "div" => |[x, y]| x / y;
    }
);
