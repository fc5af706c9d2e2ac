//! The special functions by name, each as a value.

use dualtape::{Float, Special};

curves!(
    /// Every function of one argument by the name its references have.
    Rule from dualtape::special::rules::visit {
        "norm_pdf" => |x| x.norm_pdf();
        "digamma" => |x| x.digamma();
        "polygamma(1)" => |x| x.polygamma(1);
        "polygamma(2)" => |x| x.polygamma(2);
        "polygamma(20)" => |x| x.polygamma(20);
        "j0" => |x| x.j0();
        "j1" => |x| x.j1();
        "jn(2)" => |x| x.jn(2);
        "jn(-3)" => |x| x.jn(-3);
        "jn(20)" => |x| x.jn(20);
        "y0" => |x| x.y0();
        "y1" => |x| x.y1();
        "yn(2)" => |x| x.yn(2);
        "yn(-3)" => |x| x.yn(-3);
        "yn(20)" => |x| x.yn(20);
        "log1pexp" => |x| x.log1pexp();
        "leaky_relu" => |x| x.leaky_relu(0.125);
        "elu" => |x| x.elu(2.0);
        "sinc" => |x| x.sinc();
    }
);

fields!(
    /// Every function of two arguments.
    Rule2 from dualtape::special::rules::visit {
    }
);
