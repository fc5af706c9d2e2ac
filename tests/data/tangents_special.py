"""Writes the references of `tangents_special.txt`: as `tangents.py` does, for special functions and functions of slices.

The lines are those of `tangents.py`. The value is left out (`0`), and of kind `l` there is the first order only. Slopes are given in closed form, in which nothing cancels, and their
power series are found by differences with many digits; an inverse function has the series that follows from its function's slope.
Every number is computed twice, with different numbers of digits, and must come out the same. Run as `python3 tangents_special.py` next
to the data; needs mpmath.
"""

import struct
import sys

from mpmath import (bernoulli, besseli, besselj, besselk, bessely, beta, cos, erfc, exp, expm1, factorial, gamma,
                    gammainc, inf, log, log1p, loggamma, mp, mpf, nstr, pi, psi, sin, sqrt, taylor)

ORDERS = 5
STIRLING = [[1], [0, 1], [0, 1, 1], [0, 1, 3, 1], [0, 1, 7, 6, 1]]


def single(value):
    """The nearest number of single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


with mp.workdps(40):
    FAR = [float(exp(400)), float(exp(700)), single(float(exp(30))), single(float(exp(69)))]
    NEAR = [float(exp(-400)), float(exp(-700)), single(float(exp(-30))), single(float(exp(-69)))]
BOTH = FAR + NEAR


def bell(x):
    return 2 / sqrt(pi) * exp(-x * x)


def phi(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def upper_mills(x):
    """`erfc(x) exp(x^2)`, where mpmath's `erfc` has all digits."""
    return erfc(x) * exp(x * x) if x < 1e3 else asymptotic_mills(x)


def asymptotic_mills(x):
    term, total = 1 / (x * sqrt(pi)), mpf(0)
    for k in range(30):
        total += term
        term *= -(2 * k + 1) / (2 * x * x)
    return total


def erfcx_slope(x):
    if x < 1e3:
        return 2 * x * upper_mills(x) - 2 / sqrt(pi)
    term, total = -1 / (x * x * sqrt(pi)), mpf(0)  # of -sum (2k + 1) c_k / x^(2k + 2)
    for k in range(30):
        total += term
        term *= -mpf((2 * k + 1) * (2 * k + 3)) / ((2 * k + 1) * 2 * x * x)
    return total


def gap(x, a):
    """`psi(x) - psi(x + a)`, by Stirling's series where it would cancel."""
    if x < 1e3:
        return psi(0, x) - psi(0, x + a)
    growth = log1p(a / x)
    power = lambda k: x**-k * expm1(-k * growth)  # (x + a)^-k - x^-k
    return -growth + power(1) / 2 + sum(bernoulli(2 * k) / (2 * k) * power(2 * k) for k in range(1, 12))


def hankel(order, x, sign):
    """The series of `sqrt(x) exp(-+x)` times a modified Bessel function, and that of `x` times its derivative."""
    term, value, slope = mpf(1), mpf(0), mpf(0)
    for k in range(30):
        value += term
        slope += term * (-k - mpf(1) / 2)
        term *= sign * (4 * mpf(order) ** 2 - (2 * k + 1) ** 2) / ((k + 1) * 8 * x)
    return value, slope


def i_scaled_slope(order):
    def slope(x):
        if x > 1e10:
            return hankel(order, x, -1)[1] / x / sqrt(2 * pi * x)
        return exp(-x) * (besseli(order + 1, x) + (order / x - 1) * besseli(order, x))
    return slope


def k_scaled_slope(order):
    def slope(x):
        if x > 1e10:
            return hankel(order, x, 1)[1] / x * sqrt(pi / (2 * x))
        return exp(x) * (besselk(order, x) - besselk(order - 1, x) - order / x * besselk(order, x))
    return slope


def gamma_density(a):
    return lambda x: exp((a - 1) * log(x) - x - loggamma(a))


def beta_density(a, b):
    return lambda x: x ** (a - 1) * (1 - x) ** (b - 1) / beta(a, b)


def student_density(nu):
    return lambda t: (1 + t * t / nu) ** (-(nu + 1) / 2) / (sqrt(nu) * beta(mpf(1) / 2, nu / 2))


def newton(logarithm, slope, guess, logarithm_of_p):
    """Where a tail has a probability: Newton's method for its logarithm."""
    x = guess
    for _ in range(20):
        x -= (logarithm(x) - logarithm_of_p) / slope(x)
    return x


def lower_gamma(a, x):
    return gammainc(a, 0, x, regularized=True)


def gamma_p_inv(a):
    """Where the probability is so small that one term of the series counts, or two."""
    def inverse(p):
        x = (p * gamma(a + 1)) ** (1 / a)
        for _ in range(60):
            x = (p * gamma(a + 1) * exp(x) / series(a, x)) ** (1 / a)
        return x

    def series(a, x):
        term, total = mpf(1), mpf(0)
        for k in range(1, 400):
            total += term
            term *= x / (a + k)
        return total
    return inverse


def gamma_q_inv(a):
    def inverse(q):
        tail = lambda x: gammainc(a, x, inf, regularized=True)
        return newton(lambda x: log(tail(x)), lambda x: -gamma_density(a)(x) / tail(x), -log(q), log(q))
    return inverse


def beta_inc_inv(a, b):
    def inverse(p):
        x = (p * a * beta(a, b)) ** (1 / a)
        assert x < mpf(10) ** -60  # so that other terms are beyond all digits
        return x
    return inverse


def student_inv(nu):
    """Far out: `p = c w^-nu / nu (1 - ..)` with the series of the density integrated term by term."""
    def tail(t):
        w = t * t / nu
        term, total = mpf(1), mpf(0)
        for k in range(60):
            total += term / (nu + 2 * k)
            term *= -((nu + 1) / 2 + k) / ((k + 1) * w)
        return total * w ** (-nu / 2) / beta(mpf(1) / 2, nu / 2)

    def inverse(p):
        start = sqrt(nu) * (p * nu * beta(mpf(1) / 2, nu / 2)) ** (-1 / nu)
        assert start * start > 100 * nu
        t = start
        for _ in range(200):
            t = t * (tail(t) / p) ** (1 / nu)
        return -t
    return inverse


def norm_quantile(p):
    cdf = lambda y: erfc(-y / sqrt(2)) / 2
    return newton(lambda y: log(cdf(y)), lambda y: phi(y) / cdf(y), -sqrt(-2 * log(p)), log(p))


def of_order(value, order):
    """Slope by the order of a Bessel function, by differences."""
    return lambda nu: mp.diff(value, nu)


def slope_of(name, other, fixed):
    """The derivative of a function by the argument that moves; `fixed` says which one does not, `x` or `y`."""
    a = None if other is None else mpf(other)
    return {
        "erf": bell, "erfc": lambda x: -bell(x), "norm_cdf": phi, "norm_pdf": lambda x: -x * phi(x), "erfcx": erfcx_slope,
        "log_erfc": lambda x: -2 / sqrt(pi) / upper_mills(x) if x > 0 else -bell(x) / erfc(x),
        "log_norm_cdf": lambda x: phi(x) / (1 - erfc(x / sqrt(2)) / 2),
        "gamma": lambda x: gamma(x) * psi(0, x), "ln_gamma": lambda x: psi(0, x), "digamma": lambda x: psi(1, x),
        "polygamma(1)": lambda x: psi(2, x), "polygamma(2)": lambda x: psi(3, x), "polygamma(20)": lambda x: psi(21, x),
        "beta": lambda x: beta(x, a) * gap(x, a), "ln_beta": lambda x: gap(x, a),
        "elu(2.0)": lambda x: 2 * exp(x), "gelu": lambda x: erfc(-x / sqrt(2)) / 2 + x * phi(x),
        "silu": lambda x: (1 + (1 + x) * exp(-x)) / (1 + exp(-x)) ** 2, "log1mexp": lambda x: exp(x) / expm1(x),
        "sinc": lambda x: (cos(x) - sin(x) / x) / x,
        "jn(2)": lambda x: (besselj(1, x) - besselj(3, x)) / 2, "jn(-3)": lambda x: -(besselj(2, x) - besselj(4, x)) / 2,
        "jn(20)": lambda x: (besselj(19, x) - besselj(21, x)) / 2, "yn(2)": lambda x: (bessely(1, x) - bessely(3, x)) / 2,
        "yn(-3)": lambda x: -(bessely(2, x) - bessely(4, x)) / 2, "yn(20)": lambda x: (bessely(19, x) - bessely(21, x)) / 2,
        "log_add_exp": lambda x: 1 / (1 + exp(a - x)), "slices::log_sum_exp": lambda x: 1 / (1 + exp(a - x)),
        "slices::norm": lambda x: x / sqrt(x * x + a * a), "slices::softmax": lambda x: exp(a - x) / (1 + exp(a - x)) ** 2,
        "slices::weighted_log_sum_exp(w)": lambda w: exp(a) / (w * exp(a) + 1),
        "slices::weighted_log_sum_exp(x)": lambda x: a * exp(x) / (a * exp(x) + 1),
        "gamma_p": lambda x: gamma_density(a)(x), "gamma_q": lambda x: -gamma_density(a)(x),
        "chi_squared_cdf": lambda x: gamma_density(a / 2)(x / 2) / 2,
        "beta_inc(a=2.5)": lambda x: beta_density(mpf(5) / 2, a)(x), "beta_inc(b=0.75)": lambda x: beta_density(a, mpf(3) / 4)(x),
        "student_t_cdf": lambda t: student_density(a)(t),
        "bessel_i": lambda x: (besseli(a - 1, x) + besseli(a + 1, x)) / 2, "bessel_i_scaled": i_scaled_slope(a),
        "ln_bessel_i": lambda x: (besseli(a + 1, x) + a / x * besseli(a, x)) / besseli(a, x),
        "bessel_k": (lambda x: -(besselk(a - 1, x) + besselk(a + 1, x)) / 2) if fixed == "y" else of_order(lambda nu: besselk(nu, a), a),
        "bessel_k_scaled": k_scaled_slope(a), "ln_bessel_k": lambda x: -(besselk(a - 1, x) + besselk(a + 1, x)) / 2 / besselk(a, x),
    }[name]


def inverse_of(name, a):
    """An inverse function, and the slope of the function that it inverts."""
    return {
        "norm_quantile": lambda: (norm_quantile, phi),
        "gamma_p_inv": lambda: (gamma_p_inv(a), gamma_density(a)),
        "gamma_q_inv": lambda: (gamma_q_inv(a), lambda x: -gamma_density(a)(x)),
        "beta_inc_inv(a=2.5)": lambda: (beta_inc_inv(mpf(5) / 2, a), beta_density(mpf(5) / 2, a)),
        "student_t_quantile": lambda: (student_inv(a), student_density(a)),
    }.get(name)


def derivatives(name, point, other, fixed):
    """`x^k f^(k)(x)` for k = 1 .. 4."""
    p = mpf(point)
    inverse = inverse_of(name, None if other is None else mpf(other))
    if inverse is None:
        slope = slope_of(name, other, fixed)
        relative = taylor(lambda v: slope(p * (1 + v)), 0, ORDERS - 2, chop=False)
        return [c * p * factorial(k) for k, c in enumerate(relative)]
    f, slope = inverse()
    y = f(p)
    g, g1, g2, g3 = [c * factorial(k) / y**k for k, c in enumerate(taylor(lambda v: slope(y * (1 + v)), 0, ORDERS - 2, chop=False))]
    all_orders = [1 / g, -g1 / g**3, (3 * g1**2 - g * g2) / g**5, (-15 * g1**3 + 10 * g * g1 * g2 - g**2 * g3) / g**7]
    return [d * p ** (k + 1) for k, d in enumerate(all_orders)]


def orders(name, kind, point, tangent, other, fixed):
    if kind == "l" and inverse_of(name, None if other is None else mpf(other)) is None:
        return [mpf(0), slope_of(name, other, fixed)(mpf(point)) * mpf(tangent)]
    powers = [mpf(0)] + derivatives(name, point, other, fixed)
    if kind == "l":
        return [mpf(0), powers[1] * (mpf(tangent) / mpf(point))]
    return [mpf(0)] + [sum(c * powers[j] for j, c in enumerate(STIRLING[k])) for k in range(1, ORDERS)]


def line(name, kind, point, tangent, other=None, fixed=None):
    def at(precision):
        with mp.workdps(precision):
            return orders(name, kind, point, tangent, other, fixed)
    more = 400 if name in ("sinc", "beta") and point > 1e10 else 0  # of angles and gamma functions of this size
    first, second = at(60 + more), at(75 + more)
    label = "-" if other is None else f"{fixed}={other!r}"
    texts = ["0"]
    with mp.workdps(60):
        size = max(abs(x) for x in second)
        for a, b in zip(first[1:], second[1:]):
            assert abs(a - b) <= mpf(10) ** -45 * size, (name, point, other, nstr(a), nstr(b))
            texts.append(nstr(b, 25, min_fixed=1, max_fixed=0) if abs(b) > mpf(10) ** -420 else "0")
    print(name, kind, repr(point), repr(tangent), label, *texts, flush=True)


EXPONENTIAL = {
    "erfc": NEAR, "norm_cdf": NEAR, "norm_pdf": NEAR, "norm_quantile": NEAR, "erfcx": BOTH, "log_erfc": NEAR, "log_norm_cdf": NEAR,
    "gamma": NEAR, "ln_gamma": FAR, "digamma": FAR, "polygamma(1)": FAR, "polygamma(2)": BOTH, "log1mexp": [-p for p in NEAR],
}
LINEAR = {
    "erf": [(30.0, 1e300), (27.25, 1e300), (-33.5, 1e300), (9.5, 1e20)], "erfc": [(30.0, 1e300), (-27.25, 1e300), (9.5, 1e20)],
    "norm_cdf": [(-38.5, 1e300), (45.0, 1e300), (13.5, 1e20)], "norm_pdf": [(-38.75, 1e300), (45.0, 1e300), (13.5, 1e20)],
    "norm_quantile": [(1e-310, 1e-300)], "erfcx": [(-26.625, 1e-300), (1e200, 1e300), (single(1e15), 1e30)],
    "log_erfc": [(-30.0, 1e300), (-9.5, 1e20)], "log_norm_cdf": [(42.0, 1e300), (13.5, 1e20)],
    "gamma": [(171.5, 1e-200), (-190.5, 1e250), (-300.5, 1e300), (1e-170, 1e-100), (-38.5, 1e30)],
    "digamma": [(1e200, 1e300)], "polygamma(2)": [(1e120, 1e300), (single(1e13), 1e30)], "polygamma(20)": [(1e15, 1e200)],
    "elu(2.0)": [(-800.0, 1e300), (-95.0, 1e20)], "gelu": [(-39.5, 1e300), (-45.0, 1e300), (-14.5, 1e20)],
    "silu": [(-760.0, 1e300), (-95.0, 1e20)], "log1mexp": [(-800.0, 1e300), (-1e-310, 1e-300), (-95.0, 1e20)],
    "sinc": [(1.5e308, 1e10), (single(3e38), 1e10)],
    "jn(2)": [(1e-310, 1e300), (single(1e-40), 1e30)], "jn(-3)": [(1e-160, 1e300), (single(1e-20), 1e30)],
    "jn(20)": [(1e-17, 1e300), (-1e-17, 1e300), (0.125, 1e30), (single(0.01), 1e30)],
    "yn(2)": [(1e-110, 1e-300), (single(1e-13), 1e-20)], "yn(-3)": [(1e-80, 1e-200)], "yn(20)": [(1e-14, 1e-300), (0.1875, 1e-20)],
}
# Of two arguments: kind, point, tangent, the other argument, and which one that is.
BINARY = {
    "beta": [("e", p, 0.0, 2.5, f) for p in NEAR for f in "xy"] + [("e", p, 0.0, 0.5, "y") for p in FAR]
            + [("l", 1500.0, 1e300, 600.0, "y"), ("l", 1e-170, 1e-200, 2.5, "y")],
    "ln_beta": [("e", p, 0.0, 2.5, f) for p in BOTH for f in "xy"],
    "log_add_exp": [("l", -800.0, 1e300, 0.0, "y"), ("l", -700.0, 1e300, 60.0, "x"), ("l", -95.0, 1e20, 0.0, "x")],
    "slices::log_sum_exp": [("l", -800.0, 1e300, 0.0, "y"), ("l", -700.0, 1e300, 60.0, "x"), ("l", -95.0, 1e20, 0.0, "x")],
    "slices::softmax": [("l", -800.0, 1e300, 0.0, "y"), ("l", 800.0, 1e300, 0.0, "y"), ("l", -95.0, 1e20, 0.0, "y")],
    "slices::weighted_log_sum_exp(w)": [("l", 1e-3, 1e300, -800.0, "y"), ("l", single(1e-3), 1e20, -95.0, "y")],
    "slices::weighted_log_sum_exp(x)": [("l", -800.0, 1e300, 2.5, "y"), ("l", -100.0, 1e20, 1e-300, "y"), ("l", -95.0, 1e20, 2.5, "y")],
    "slices::norm": [("l", 1e-200, 1e300, 1e200, "y"), ("l", 1e-200, 1e300, 1e200, "x"), ("l", single(1e-30), 1e30, single(1e20), "x")]
            + [("e", p, 0.0, p * 0.75, "y") for p in (FAR[0], FAR[1], NEAR[0], NEAR[1])],
    "gamma_p": [("e", p, 0.0, 0.5, "y") for p in NEAR]
               + [("l", 1e-100, 1e300, 5.0, "y"), ("l", 800.0, 1e300, 2.5, "y"), ("l", 100.0, 1e20, 2.5, "y"), ("l", 50.0, 1e300, 1e3, "y")],
    "gamma_q": [("e", p, 0.0, 0.5, "y") for p in NEAR] + [("l", 800.0, 1e300, 2.5, "y"), ("l", 3e3, 1e300, 1e3, "y")],
    "gamma_p_inv": [("e", p, 0.0, a, "y") for p in NEAR for a in (2.5, 20.5)],
    "gamma_q_inv": [("e", p, 0.0, 2.5, "y") for p in NEAR],
    "chi_squared_cdf": [("e", p, 0.0, 1.0, "y") for p in NEAR] + [("l", 1600.0, 1e300, 3.0, "y")],
    "beta_inc(b=0.75)": [("e", p, 0.0, 0.5, "y") for p in NEAR],
    "beta_inc(a=2.5)": [("l", 1e-210, 1e300, 0.5, "y"), ("l", single(1e-28), 1e30, 0.5, "y"), ("l", 1e-210, 1e300, 50.0, "y")],
    "beta_inc_inv(a=2.5)": [("e", p, 0.0, 0.5, "y") for p in NEAR[:2]],
    "student_t_cdf": [("e", s * p, 0.0, 0.5, "y") for p in FAR for s in (1, -1)]
                     + [("l", -1e100, 1e300, 2.5, "y"), ("l", 40.0, 1e300, 1e6, "y"), ("l", -1e31, 1e300, 10.0, "y")],
    "student_t_quantile": [("e", p, 0.0, 2.5, "y") for p in NEAR[:2]],
    "bessel_i": [("e", p, 0.0, q, "y") for p in NEAR for q in (0.5, 0.25)]
                + [("l", 1e-16, 1e300, 20.0, "y"), ("l", 1.0, 1e300, 152.0, "y"), ("l", 0.01, 1e20, 15.0, "y")],
    "bessel_i_scaled": [("e", p, 0.0, q, "y") for p in FAR for q in (0.0, 2.5)],
    "ln_bessel_i": [("e", p, 0.0, q, "y") for p in NEAR for q in (0.0, 2.5)],
    "bessel_k": [("e", p, 0.0, q, "y") for p in NEAR for q in (0.0, 0.25)]
                + [("l", 760.0, 1e300, 2.5, "y"), ("l", 95.0, 1e20, 2.5, "y"), ("l", 2.5, 1e300, 760.0, "x")],
    "bessel_k_scaled": [("e", p, 0.0, 0.25, "y") for p in NEAR] + [("e", p, 0.0, 2.5, "y") for p in FAR],
    "ln_bessel_k": [("e", p, 0.0, q, "y") for p in NEAR for q in (0.0, 0.5, 2.5)],
}


def fitting(point, tangent):
    """The tangent in single precision if it and the point are numbers of it."""
    return single(tangent) if 1e-37 < tangent < 1e38 and 1e-45 < abs(point) < 1e38 and single(point) == point else tangent


def main():
    for name, points in EXPONENTIAL.items():
        for p in points:
            line(name, "e", p, 0.0)
    for name, points in LINEAR.items():
        for p, t in points:
            line(name, "l", p, fitting(p, t))
    for name, points in BINARY.items():
        for kind, p, t, other, fixed in points:
            line(name, kind, p, fitting(p, t), other, fixed)


if __name__ == "__main__":
    sys.stdout = open("tangents_special.txt", "w")
    main()
