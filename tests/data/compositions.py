"""Writes the references of `compositions.txt`: functions of functions of exponentials, where numbers on the way are near the ends of the
range and results are not.

A line is: the names of two functions, the second applied to the first, the point `u`, and the derivatives of orders 0 to 4 of
`second(first(exp u))`, with 40 digits. Compositions are left out where a value on the way leaves the range of double precision, since
nothing is promised there. Power series are multiplied and composed with 900 digits. Run as `python3 compositions.py` next to the data;
needs mpmath.
"""

import sys
from itertools import product
from math import factorial

from mpmath import mp, mpf, nstr

mp.dps = 900
ORDERS = 5


def times(a, b):
    return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(ORDERS)]


def composed(series, inner):
    """Of a function's series about `inner[0]` and a series."""
    rest = [mpf(0)] + inner[1:]
    result, power = [mpf(0)] * ORDERS, [mpf(1)] + [mpf(0)] * (ORDERS - 1)
    for c in series:
        result = [r + c * p for r, p in zip(result, power)]
        power = times(power, rest)
    return result


def binomial_series(x, exponent):
    series, c = [], x**exponent
    for k in range(ORDERS):
        series.append(c)
        c = c * (exponent - k) / (k + 1) / x
    return series


def integral(value, derivative):
    return [value] + [d / (k + 1) for k, d in enumerate(derivative[: ORDERS - 1])]


def reciprocal_series(series):
    """Of one over a series in the same variable."""
    result = [1 / series[0]]
    for k in range(1, ORDERS):
        result.append(-sum(series[i] * result[k - i] for i in range(1, k + 1)) / series[0])
    return result


def of_square(x, constant, root):
    """The series of `1 / (constant + x^2)`, or of one over its root."""
    w = [constant + x * x, 2 * x, mpf(1), mpf(0), mpf(0)]
    return composed(binomial_series(w[0], mpf(-1) / 2 if root else mpf(-1)), w)


def exponential_series(series):
    """Of the exponential of a series."""
    return composed([mp.exp(series[0]) / factorial(k) for k in range(ORDERS)], series)


def scaled(factor, series):
    return [factor * c for c in series]


def minus_square(x):
    return [-x * x, -2 * x, mpf(-1), mpf(0), mpf(0)]


def erf_series(x):
    return integral(mp.erf(x), scaled(2 / mp.sqrt(mp.pi), exponential_series(minus_square(x))))


def erfcx_series(x):
    """By its differential equation `y' = 2 x y - 2 / sqrt(pi)`; far out, where that cancels, by the asymptotic series."""
    if x < 1e6:
        series = [mp.erfc(x) * mp.exp(x * x)]
        for k in range(ORDERS - 1):
            before = series[k - 1] if k else -1 / mp.sqrt(mp.pi)
            series.append(2 * (x * series[k] + before) / (k + 1))
        return series
    total, c = [mpf(0)] * ORDERS, 1 / mp.sqrt(mp.pi)
    for k in range(90):
        total = [a + c * b for a, b in zip(total, binomial_series(x, mpf(-2 * k - 1)))]
        c *= -mpf(2 * k + 1) / 2
    return total


def ln_gamma_series(x):
    """Near 0 by the series about 1, far out by Stirling's."""
    if x < mpf(10) ** -30:
        total = scaled(-1, integral(mp.log(x), binomial_series(x, mpf(-1))))
        for n in range(1, 31):
            c = -mp.euler if n == 1 else (-1) ** n * mp.zeta(n) / n
            total = [a + c * b for a, b in zip(total, binomial_series(x, mpf(n)))]
        return total
    if x > mpf(10) ** 30:
        log = integral(mp.log(x), binomial_series(x, mpf(-1)))
        total = [a - b for a, b in zip(times(log, [x - mpf(1) / 2, mpf(1), 0, 0, 0]), [x - mp.log(2 * mp.pi) / 2, mpf(1), 0, 0, 0])]
        for n in range(1, 20):
            c = mp.bernoulli(2 * n) / (2 * n * (2 * n - 1))
            total = [a + c * b for a, b in zip(total, binomial_series(x, mpf(1 - 2 * n)))]
        return total
    return [mp.loggamma(x)] + [mp.psi(k, x) / factorial(k + 1) for k in range(ORDERS - 1)]


def logistic_series(x):
    series = exponential_series([-x, mpf(-1), mpf(0), mpf(0), mpf(0)])
    return reciprocal_series([1 + series[0]] + series[1:])


def softplus_series(x):
    return integral(mp.log1p(mp.exp(x)), logistic_series(x))


def logit_series(x):
    rest = binomial_series(1 - x, mpf(-1))  # in powers of the other sign
    of_rest = [c * (-1) ** k for k, c in enumerate(rest)]
    return integral(mp.log(x) - mp.log1p(-x), [a + b for a, b in zip(binomial_series(x, mpf(-1)), of_rest)])


def norm_quantile_series(p):
    y = -mp.sqrt(-2 * mp.log(p))
    for _ in range(14):
        tail = mp.erfc(-y / mp.sqrt(2)) / 2
        y -= (mp.log(tail) - mp.log(p)) * tail / mp.npdf(y)
    half = composed([mp.exp(-y * y / 2) / factorial(k) for k in range(ORDERS)], [-y * y / 2, -y, -mpf(1) / 2, mpf(0), mpf(0)])
    c = integral(mpf(0), scaled(1 / mp.sqrt(2 * mp.pi), half))  # of p in powers of y less its value, to be inverted
    a, b, d, e = c[1:]
    return [y, 1 / a, -b / a**3, (2 * b * b - a * d) / a**5, (5 * a * b * d - a * a * e - 5 * b**3) / a**7]


def bessel_k_half_series(x):
    return times(scaled(mp.sqrt(mp.pi / 2), binomial_series(x, -mpf(1) / 2)), exponential_series([-x, mpf(-1), 0, 0, 0]))


def bessel_i_half_scaled_series(x):
    series = exponential_series([-2 * x, mpf(-2), 0, 0, 0])
    rest = [-mp.expm1(-2 * x)] + [-c for c in series[1:]]
    return times(scaled(1 / mp.sqrt(2 * mp.pi), binomial_series(x, -mpf(1) / 2)), rest)


def of_root(function):
    return lambda x: composed(function(mp.sqrt(x)), binomial_series(x, mpf(1) / 2))


def beta_two(x):
    """`B(x, 2) = 1 / (x (x + 1))`."""
    return times(binomial_series(x, mpf(-1)), binomial_series(x + 1, mpf(-1)))


def cauchy(x):
    """The tail of Student's distribution with one degree of freedom: `atan(1 / x) / pi`."""
    return integral(mp.atan(1 / x) / mp.pi, scaled(-1 / mp.pi, of_square(x, mpf(1), False)))


FUNCTIONS = {
    "recip": lambda x: binomial_series(x, mpf(-1)),
    "sqrt": lambda x: binomial_series(x, mpf(1) / 2),
    "cbrt": lambda x: binomial_series(x, mpf(1) / 3),
    "powi(-1)": lambda x: binomial_series(x, mpf(-1)),
    "powf(-0.75)": lambda x: binomial_series(x, mpf(-3) / 4),
    "ln": lambda x: integral(mp.log(x), binomial_series(x, mpf(-1))),
    "log2": lambda x: [c / mp.log(2) for c in integral(mp.log(x), binomial_series(x, mpf(-1)))],
    "ln_1p": lambda x: integral(mp.log1p(x), binomial_series(1 + x, mpf(-1))),
    "atan": lambda x: integral(mp.atan(x), of_square(x, mpf(1), False)),
    "asinh": lambda x: integral(mp.asinh(x), of_square(x, mpf(1), True)),
    "hypot(., 1)": lambda x: composed(binomial_series(1 + x * x, mpf(1) / 2), [1 + x * x, 2 * x, mpf(1), mpf(0), mpf(0)]),
    "atan2(., 2)": lambda x: [c / mpf(2) ** k for k, c in enumerate(integral(mp.atan(x / 2), of_square(x / 2, mpf(1), False)))],
    "1 / (1 + .)": lambda x: binomial_series(1 + x, mpf(-1)),
}
SPECIAL = {
    "erf": erf_series, "erfcx": erfcx_series,
    "log_erfc": lambda x: integral(mp.log(erfcx_series(x)[0]) - x * x, scaled(-2 / mp.sqrt(mp.pi), reciprocal_series(erfcx_series(x)))),
    "norm_quantile": norm_quantile_series, "logit": logit_series, "logistic": logistic_series, "softplus": softplus_series,
    "gamma": lambda x: exponential_series(ln_gamma_series(x)), "ln_gamma": ln_gamma_series,
    "beta(.,2)": beta_two, "ln_beta(.,1)": lambda x: scaled(-1, integral(mp.log(x), binomial_series(x, mpf(-1)))),
    "gamma_p(.,0.5)": of_root(erf_series), "student_t_cdf(-.,1)": cauchy,
    "bessel_k(.,0.5)": bessel_k_half_series, "bessel_i_scaled(.,0.5)": bessel_i_half_scaled_series,
    "ln_bessel_k(.,0.5)": lambda x: [mp.log(mp.pi / (2 * x)) / 2 - x] + [
        c - (k == 0) for k, c in enumerate(scaled(-mpf(1) / 2, integral(mp.log(x), binomial_series(x, mpf(-1))))[1:])],
    "slices::norm(.,1)": FUNCTIONS["hypot(., 1)"], "slices::log_sum_exp(.,0)": softplus_series,
    "slices::softmax(.,0)": logistic_series, "slices::weighted_log_sum_exp(.,1)": FUNCTIONS["ln_1p"],
}


def in_range(x):
    return x == 0 or mpf(10) ** -300 < abs(x) < mpf(10) ** 300


def defined(function, x):
    """Where `x` is one with all its digits, what is left of it counts for functions with a pole there, and is lost."""
    return in_range(x) and x > 0 and (x < 0.5 or function not in ("logit", "norm_quantile")) and (x < 1e4 or function != "gamma")


def main():
    for u in (-650.0, -400.0, -250.0, 250.0, 400.0, 650.0):
        exp = [mp.exp(mpf(u)) / factorial(k) for k in range(ORDERS)]
        functions = FUNCTIONS | (SPECIAL if abs(u) == 400 else {})
        firsts = {name: composed(f(exp[0]), exp) for name, f in functions.items() if defined(name, exp[0])}
        for first, second in product(firsts, functions):
            inner = firsts[first]
            if not defined(second, inner[0]):
                continue
            outer = composed(functions[second](inner[0]), inner)
            derivatives = [c * factorial(k) for k, c in enumerate(outer)]
            derivatives = [mpf(0) if abs(d) < mpf(10) ** -700 else d for d in derivatives]
            if all(in_range(d) for d in derivatives[:2]):
                texts = [nstr(d, 40, min_fixed=1, max_fixed=0) if d else "0" for d in derivatives]
                print(first.replace(" ", ""), second.replace(" ", ""), repr(u), *texts)


sys.stdout = open("compositions.txt", "w")
main()
