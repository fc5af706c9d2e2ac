//! The functions of the crate by name, each as a value.
#![allow(clippy::eq_op)] // `x / x` is what is tested

use dualtape::{Float, Primitive};

curves!(
    /// Every function of one argument by the name its references have.
    Rule from dualtape::rules::visit {
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
    Rule2 from dualtape::rules::visit {
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
