//! The special functions by name, each as a value.

use dualtape::{Float, Special};

curves!(
    /// Every function of one argument by the name its references have.
    Rule {
        "erf" => |x| x.erf();
        "erfc" => |x| x.erfc();
        "erf_inv" => |x| x.erf_inv();
        "norm_pdf" => |x| x.norm_pdf();
        "norm_cdf" => |x| x.norm_cdf();
        "norm_quantile" => |x| x.norm_quantile();
        "erfcx" => |x| x.erfcx();
        "log_erfc" => |x| x.log_erfc();
        "log_norm_cdf" => |x| x.log_norm_cdf();
        "gamma" => |x| x.gamma();
        "ln_gamma" => |x| x.ln_gamma();
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
        "logistic" => |x| x.logistic();
        "logit" => |x| x.logit();
        "softplus" => |x| x.softplus();
        "log1pexp" => |x| x.log1pexp();
        "log1mexp" => |x| x.log1mexp();
        "gelu" => |x| x.gelu();
        "silu" => |x| x.silu();
        "relu" => |x| x.relu();
        "leaky_relu" => |x| x.leaky_relu(0.125);
        "elu" => |x| x.elu(2.0);
        "sin_pi" => |x| x.sin_pi();
        "cos_pi" => |x| x.cos_pi();
        "sinc" => |x| x.sinc();
    }
);

fields!(
    /// Every function of two arguments.
    Rule2 {
        "beta" => |[x, y]| x.beta(y);
        "ln_beta" => |[x, y]| x.ln_beta(y);
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
        "log_add_exp" => |[x, y]| x.log_add_exp(y);
        "xlogy" => |[x, y]| x.xlogy(y);
        "xlog1py" => |[x, y]| x.xlog1py(y);
    }
);
