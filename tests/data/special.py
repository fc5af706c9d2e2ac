"""Writes the reference values of `special.txt` and `special_binary.txt`: derivatives from closed forms, with many digits.

A line of `special.txt` is: name, x, f, f', f'', f''', f''''. One of `special_binary.txt`: name, x, y, f, fx, fy, fxx, fxy, fyy.
Points are exactly the doubles written; results are rounded once. Run as `python3 special.py` next to the data; needs sympy.
"""

from mpmath import mp, mpf
import mpmath
import sympy
from sympy import atanh, cos, diff, erf, erfc, erfinv, exp, lambdify, log, pi, sin, sqrt, symbols, tanh

MAX = 1.7976931348623157e308
EPS = 2.0**-53

x, y = symbols("x y", real=True)

# Rows switch formulas at 1 (logistic, sinc, norm_cdf), 0.85 and 0.925 (quantiles), 10 (gamma), 40 (normal): both sides are here.
SMALL = [1e-300, 1e-150, 1e-20, 1e-8, 0.01, 0.3, 0.7, 0.99, 1.01, 1.5, 2.5, 4.0, 9.9]
LARGE = [18.0, 26.5, 37.5, 39.9, 40.1, 100.0, 400.0, 745.5, 1000.0]
REAL = SMALL + LARGE
REAL = REAL + [-p for p in REAL]
UNIT = [1e-300, 1e-150, 1e-20, 1e-8, 0.01, 0.07, 0.08, 0.24, 0.26, 0.4, 0.49, 0.499999999, 0.500000001, 0.6, 0.74, 0.76]
UNIT += [0.84, 0.86, 0.92, 0.93, 0.99, 1 - 1e-8, 1 - EPS]
POSITIVE = [1e-300, 1e-20, 1e-8, 0.01, 0.3, 0.49, 0.51, 0.7, 0.99, 1.01, 1.4, 1.46, 1.4616321449683622, 1.47, 1.5, 1.99, 2.5, 4.0]
POSITIVE += [5.5, 9.9, 10.1, 18.0, 100.0, 170.5, 1e8, 1e160, 1e300]
NEGATIVE = [-1e-300, -1e-20, -1e-8, -0.01, -0.3, -0.51, -0.99, -0.9999999, -1.0000001, -1.7, -2.3, -9.6, -30.4, -100.7, -170.2]
WAVES = [1e-300, 1e-150, 1e-20, 1e-8, 0.01, 0.3, 0.99, 1.01, 1.99, 2.01, 2.404825557695773, 3.8, 5.5, 7.9, 8.1, 10.0, 20.5, 50.0]
WAVES += [100.0, 1000.5, 1e8]
TURNS = [1e-300, 1e-20, 0.01, 0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 0.99, 1.3, 2.1, 1000000.25, 1e9 + 1 / 3]
TURNS += [-p for p in TURNS]

phi = exp(-(x**2) / 2) / sqrt(2 * pi)
Phi = erfc(-x / sqrt(2)) / 2
sigma = 1 / (1 + exp(-x))
psi = lambda n: lambda v, n=n: mp.psi(n, v)
bessel = lambda f, n: [lambda v, k=k: f(n, v, k) for k in range(5)]


def besselj(n, v, k):
    """The derivative of order k, from the definition of the recurrence: (J[n-1] - J[n+1]) / 2, k times."""
    return sum((-1) ** i * mp.binomial(k, i) * mp.besselj(n - k + 2 * i, v) for i in range(k + 1)) / mpf(2) ** k


def bessely(n, v, k):
    return sum((-1) ** i * mp.binomial(k, i) * mp.bessely(n - k + 2 * i, v) for i in range(k + 1)) / mpf(2) ** k


def gamma(v):
    """Derivatives of gamma by those of its logarithm, divided by gamma."""
    p = [mp.psi(n, v) for n in range(4)]
    bell = [1, p[0], p[0] ** 2 + p[1], p[0] ** 3 + 3 * p[0] * p[1] + p[2]]
    bell.append(p[0] ** 4 + 6 * p[0] ** 2 * p[1] + 3 * p[1] ** 2 + 4 * p[0] * p[2] + p[3])
    return [mp.gamma(v) * b for b in bell]


# Name: the function, or its derivatives of order 0 to 4; the points; the digits to compute with.
UNARY = {
    "erf": (erf(x), REAL, 60),
    "erfc": (erfc(x), REAL, 60),
    "erf_inv": (erfinv(x), [s * p for p in UNIT for s in (1, -1)], 60),
    "norm_pdf": (phi, REAL, 60),
    "norm_cdf": (Phi, REAL, 700),
    "norm_quantile": (-sqrt(2) * erfinv(1 - 2 * x), UNIT, 700),
    "gamma": (gamma, [p for p in POSITIVE if p < 171] + NEGATIVE, 80),
    "ln_gamma": ([lambda v: mp.log(abs(mp.gamma(v)))] + [psi(n) for n in range(4)], POSITIVE[:-3] + NEGATIVE, 80),
    "digamma": ([psi(n) for n in range(5)], POSITIVE + NEGATIVE, 80),
    "polygamma(1)": ([psi(n) for n in range(1, 6)], POSITIVE + NEGATIVE, 80),
    "polygamma(2)": ([psi(n) for n in range(2, 7)], POSITIVE + NEGATIVE, 80),
    "polygamma(20)": ([psi(n) for n in range(20, 25)], POSITIVE[3:-2] + NEGATIVE[3:], 80),
    "j0": (bessel(besselj, 0), WAVES + [-p for p in WAVES], 60),
    "j1": (bessel(besselj, 1), WAVES + [-p for p in WAVES], 60),
    "jn(2)": (bessel(besselj, 2), WAVES[1:] + [-p for p in WAVES[1:]], 60),
    "jn(-3)": (bessel(besselj, -3), WAVES[2:] + [-p for p in WAVES[2:]], 60),
    "jn(20)": (bessel(besselj, 20), WAVES[4:] + [-p for p in WAVES[4:]], 60),
    "y0": (bessel(bessely, 0), WAVES, 60),
    "y1": (bessel(bessely, 1), WAVES, 60),
    "yn(2)": (bessel(bessely, 2), WAVES[1:], 60),
    "yn(-3)": (bessel(bessely, -3), WAVES[2:], 60),
    "yn(20)": (bessel(bessely, 20), WAVES[4:], 60),
    "logistic": (sigma, REAL, 700),
    "logit": (log(x / (1 - x)), UNIT, 700),
    "softplus": (log(1 + exp(x)), REAL, 700),
    "log1mexp": (log(1 - exp(x)), [p for p in REAL if p < 0] + [-0.69, -0.7], 1000),
    "gelu": (x * Phi, REAL, 700),
    "silu": (x * sigma, REAL, 700),
    "sin_pi": (sin(pi * x), TURNS, 60),
    "cos_pi": (cos(pi * x), TURNS, 60),
    "sinc": (sin(x) / x, [p for p in REAL if abs(p) > 1e-200] + [3.141592653589793, 1e8, 1e16], 1300),
    "leaky_relu": (x / 8, [-1e300, -0.7, -1e-300], 60),
    "elu": (2 * (exp(x) - 1), [p for p in REAL if p < 0], 700),
}

P = lambda n, u, v: mp.psi(n, u) - mp.psi(n, u + v)
# f, fx, fy, fxx, fxy, fyy
LN_BETA = [
    lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
    lambda a, b: P(0, a, b),
    lambda a, b: P(0, b, a),
    lambda a, b: P(1, a, b),
    lambda a, b: -mp.psi(1, a + b),
    lambda a, b: P(1, b, a),
]
BETA = [
    lambda a, b: mp.exp(LN_BETA[0](a, b)),
    lambda a, b: BETA[0](a, b) * P(0, a, b),
    lambda a, b: BETA[0](a, b) * P(0, b, a),
    lambda a, b: BETA[0](a, b) * (P(1, a, b) + P(0, a, b) ** 2),
    lambda a, b: BETA[0](a, b) * (P(0, a, b) * P(0, b, a) - mp.psi(1, a + b)),
    lambda a, b: BETA[0](a, b) * (P(1, b, a) + P(0, b, a) ** 2),
]
PAIRS = [(2.0, 3.0), (0.5, 0.5), (1e-8, 2.0), (2.0, 1e-8), (1e-20, 3e-20), (1e8, 1.0), (0.3, 1e8), (30.0, 60.0), (9.0, 9.0)]
PAIRS += [(100.0, 80.0), (9.5, 400.0), (12.0, 400.0), (1e6, 2e-6), (1.0, 1.0), (0.000878, 84.05), (42.549, 24.782), (1.577, 1.32), (95.4, 5e3)]
SUMS = [(1.0, 2.0), (0.3, -0.7), (1000.0, 1000.5), (-1000.0, -1030.0), (0.0, 40.0), (0.0, 0.0), (-3.0, 1e-8), (700.0, 0.0)]
LOGS = [(2.0, 3.0), (-0.7, 1e-20), (1e-20, 1e300), (1e200, 0.3), (3.0, 1e-300), (0.5, 1 - EPS)]

BINARY = {
    "beta": (BETA, PAIRS, 400),
    "ln_beta": (LN_BETA, PAIRS + [(1e5, 1e6), (1e-160, 1e8), (1e6, 1e-3)], 400),
    "log_add_exp": (log(exp(x) + exp(y)), SUMS, 1000),
    "xlogy": (x * log(y), LOGS, 700),
    "xlog1py": (x * log(1 + y), LOGS + [(2.0, -0.3), (2.0, -1 + EPS), (0.3, 1e-8)], 700),
}


def number(value):
    """The nearest double, in the shortest decimal form that reads back to it."""
    if abs(value) > mpf(MAX) * (1 + mpf(EPS) / 2):
        return "inf" if value > 0 else "-inf"
    return repr(float(value))


def unary():
    for name, (f, points, digits) in UNARY.items():
        mp.dps = digits
        if isinstance(f, sympy.Expr):
            f = [lambdify(x, diff(f, x, k), "mpmath") for k in range(5)]
        for point in points:
            values = f(mpf(point)) if callable(f) else [g(mpf(point)) for g in f]
            values = [mp.re(v) for v in values]
            if abs(values[0]) < MAX:
                yield " ".join([name, repr(point)] + [number(v) for v in values])


def binary():
    for name, (f, points, digits) in BINARY.items():
        mp.dps = digits
        if isinstance(f, sympy.Expr):
            forms = [f, diff(f, x), diff(f, y), diff(f, x, x), diff(f, x, y), diff(f, y, y)]
            f = [lambdify((x, y), form, "mpmath") for form in forms]
        for a, b in points:
            yield " ".join([name, repr(a), repr(b)] + [number(mpf(g(mpf(a), mpf(b)))) for g in f])


for path, lines in [("special_binary.txt", binary()), ("special.txt", unary())]:
    with open(path, "w", encoding="ascii") as out:
        out.writelines(line + "\n" for line in lines)
