//! The special functions by name, each as a value.

use dualtape::{Float, Special};

curves!(
    /// Every function of one argument by the name its references have.
    Rule from dualtape::special::rules::visit {
        "norm_pdf" => |x| x.norm_pdf();
        "erfcx" => |x| x.erfcx();
        "log_erfc" => |x| x.log_erfc();
        "log_norm_cdf" => |x| x.log_norm_cdf();
        "digamma" => |x| x.digamma();
        "j0" => |x| x.j0();
        "j1" => |x| x.j1();
        "y0" => |x| x.y0();
        "y1" => |x| x.y1();
        "log1pexp" => |x| x.log1pexp();
        "sinc" => |x| x.sinc();
    }
);

fields!(
    /// Every function of two arguments.
    Rule2 from dualtape::special::rules::visit {
        "gamma_p" => |[x, a]| x.gamma_p(a);
        "gamma_q" => |[x, a]| x.gamma_q(a);
        "gamma_p_inv" => |[p, a]| p.gamma_p_inv(a);
        "gamma_q_inv" => |[q, a]| q.gamma_q_inv(a);
        "beta_inc(a=2.5)" => |[x, b]| x.beta_inc(T::lit(2.5), b);
        "beta_inc(b=0.75)" => |[x, a]| x.beta_inc(a, T::lit(0.75));
        "beta_inc(x=0.375)" => |[a, b]| T::lit(0.375).beta_inc(a, b);
        "beta_inc_inv(a=2.5)" => |[p, b]| p.beta_inc_inv(T::lit(2.5), b);
        "student_t_cdf" => |[t, nu]| t.student_t_cdf(nu);
        "student_t_quantile" => |[p, nu]| p.student_t_quantile(nu);
        "chi_squared_cdf" => |[x, k]| x.chi_squared_cdf(k);
        "bessel_i" => |[x, order]| x.bessel_i(order);
        "bessel_i_scaled" => |[x, order]| x.bessel_i_scaled(order);
        "ln_bessel_i" => |[x, order]| x.ln_bessel_i(order);
        "bessel_k" => |[x, order]| x.bessel_k(order);
        "bessel_k_scaled" => |[x, order]| x.bessel_k_scaled(order);
        "ln_bessel_k" => |[x, order]| x.ln_bessel_k(order);
    }
);
