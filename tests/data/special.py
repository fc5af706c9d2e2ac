"""Writes the reference derivatives of `special.txt` and `special_binary.txt`, from closed forms evaluated with many digits.

Lines are those of `unary.txt` and `binary.txt`, see `rules.py`: name, point, derivatives of orders 0 to 5. Run as `python3
special.py` next to the data, with names of functions to see only their lines; needs sympy. Takes minutes.
"""

import sys

from mpmath import mp, mpf
from sympy import Expr, diff, erf, erfc, erfinv, exp, lambdify, log, loggamma, pi, sin, sqrt, symbols

from rules import EPS, MAX, ORDERS, computed, decades, signed, spread

x, y = symbols("x y", real=True)

# ---- Points ----------------------------------------------------------------------------------------------------------

# Formulas change at 1 (logistic, sinc, norm_cdf), 0.85 and 0.925 (quantiles), 10 (gamma) and 40 (normal): both sides are here.
SMALL = [5e-324, 1e-310, 1e-300, 1e-150, 2.0**-100, 1e-20, 1e-16, 1e-8, 0.01, 0.3, 0.7, 0.99, 1.01, 1.5, 2.5, 4.0, 9.9]
LARGE = [18.0, 26.5, 37.5, 38.4, 39.9, 40.1, 100.0, 400.0, 708.0, 744.0, 745.5, 1000.0, 1e16, 1e300]
REAL = SMALL + LARGE
REAL = REAL + [-v for v in REAL] + signed(decades(-3, 2)) + spread(-6, 6)
UNIT = [5e-324, 1e-310, 1e-300, 1e-150, 2.0**-100, 1e-20, 1e-16, 1e-8, 0.01, 0.07, 0.08, 0.24, 0.26, 0.4, 0.49, 0.499999999,
        0.500000001, 0.6, 0.74, 0.76, 0.84, 0.86, 0.92, 0.93, 0.99, 1 - 1e-5, 1 - 1e-8, 1 - 1e-12, 1 - EPS]
UNIT += spread(0, 1, 16) + decades(-6, 0, 8) + [1 - v for v in decades(-6, 0, 8)]
POSITIVE = [5e-324, 2e-308, 1e-300, 1e-20, 2.0**-60, 1e-16, 1e-8, 0.01, 0.3, 0.49, 0.51, 0.7, 0.99, 1 - 1e-10, 1.0, 1 + 1e-10,
            1.01, 1.4, 1.46, 1.4616321449683622, 1.47, 1.5, 1.99, 2 - 1e-10, 2.0, 2 + 1e-10, 2.5, 4.0, 5.5, 9.9, 10.1, 18.0,
            33.4, 100.0, 170.5, 171.6, 1e8, 1e16, 1e160, 1e300] + decades(-3, 2, 16)
NEGATIVE = [-5e-324, -1e-300, -1e-20, -1e-16, -1e-8, -0.01, -0.3, -0.51, -0.99, -1 + 1e-7, -1 + EPS, -1 - 2 * EPS, -1 - 1e-7,
            -1.7, -2.3, -9.6, -30.4, -100.7, -170.2, -1000.3, -5 + 1e-10, -20 - 1e-10]
# Zeros of digamma, of ln_gamma and of the trigamma function's neighbours
NEGATIVE += [-0.504083008264455, -1.573498473162391, -2.610720868444145, -2.457024738220800, -2.747682646727412,
             -3.143580888349980] + [-v for v in spread(0, 12, 8)]
# Zeros and extremes of the Bessel functions among ordinary numbers
WAVES = [1e-300, 1e-150, 2.0**-60, 1e-20, 1e-16, 1e-8, 0.01, 0.3, 0.99, 1.01, 1.99, 2.01, 3.8, 5.5, 7.9, 8.1, 10.0, 20.5, 50.0,
         100.0, 1000.5, 1e5, 1e8, 2.404825557695773, 5.520078110286311, 14.930917708487787, 3.8317059702075125,
         7.015586669815619, 5.135622301840683, 6.380161895923984, 1.8411837813406593, 0.8935769662791675, 3.957678419314858,
         2.197141326031017, 5.429681040794135, 3.3842417671495935, 4.527024661149, 25.41714081, 22.21, 20.28]
WAVES += spread(0, 60, 12) + decades(-2, 2, 12)
BOTH = WAVES + [-v for v in WAVES[::2]]
TURNS = [5e-324, 1e-310, 1e-300, 1e-20, 0.01, 0.24, 0.26, 0.49, 0.5, 0.51, 0.74, 0.76, 0.99, 1.0, 1.3, 2.1, 1000000.25, 1e9 + 1 / 3]
TURNS += [-v for v in TURNS] + spread(-3, 3) + [0.5 - EPS, 1 - EPS, 1 + 2 * EPS, 4503599627370495.5]

# ---- Functions of one argument ---------------------------------------------------------------------------------------

phi = exp(-(x**2) / 2) / sqrt(2 * pi)
Phi = erfc(-x / sqrt(2)) / 2
sigma = 1 / (1 + exp(-x))
psi = lambda n: lambda v, n=n: mp.psi(n, v)


def bessel(f, n):
    """The derivatives, of order k by the recurrence: (J[n-1] - J[n+1]) / 2, k times."""
    term = lambda v, k, i: (-1) ** i * mp.binomial(k, i) * f(n - k + 2 * i, v)
    return [lambda v, k=k: sum(term(v, k, i) for i in range(k + 1)) / mpf(2) ** k for k in range(ORDERS)]


def gamma(order):
    """A derivative of gamma by those of its logarithm: Γ⁽ᵏ⁺¹⁾ = Σ (k over i) Γ⁽ᵏ⁻ⁱ⁾ ψ⁽ⁱ⁾."""
    def derivative(v):
        all = [mp.gamma(v)]
        for k in range(order):
            all.append(sum(mp.binomial(k, i) * all[k - i] * mp.psi(i, v) for i in range(k + 1)))
        return all[order]
    return derivative


def by_half_turns(first):
    """The derivatives of sin(πx), or of cos(πx) from the first one on, exact at multiples of 1/2."""
    waves = [mp.sinpi, mp.cospi, lambda v: -mp.sinpi(v), lambda v: -mp.cospi(v)]
    return [lambda v, k=k: mp.pi**k * waves[(first + k) % 4](v) for k in range(ORDERS)]


# Name: the function, or its derivatives of order 0 to 5; the points; the digits to compute with.
UNARY = {
    "erf": (erf(x), REAL + [0.7071067811865476, -1.224744871391589], 700),
    "erfc": (erfc(x), REAL + [0.7071067811865476, -1.224744871391589], 700),
    "erf_inv": (erfinv(x), [s * v for v in UNIT for s in (1, -1)], 60),
    "norm_pdf": (phi, REAL + [1.0, -1.0, 1.7320508075688772, 0.7419637843027259], 60),
    "norm_cdf": (Phi, REAL + [1.0, -1.0, 1.7320508075688772], 700),
    "norm_quantile": (-sqrt(2) * erfinv(1 - 2 * x), UNIT, 700),
    "gamma": ([gamma(k) for k in range(ORDERS)], [v for v in POSITIVE if v < 171] + NEGATIVE, 80),
    "ln_gamma": ([lambda v: mp.log(abs(mp.gamma(v))) if v < 1e10 else mp.loggamma(v)] + [psi(n) for n in range(5)],
                 POSITIVE[:-2] + NEGATIVE, 100),
    "digamma": ([psi(n) for n in range(6)], POSITIVE + NEGATIVE, 80),
    "polygamma(1)": ([psi(n) for n in range(1, 7)], POSITIVE + NEGATIVE, 80),
    "polygamma(2)": ([psi(n) for n in range(2, 8)], POSITIVE + NEGATIVE, 80),
    "polygamma(20)": ([psi(n) for n in range(20, 26)], POSITIVE[3:] + NEGATIVE[3:], 80),
    "j0": (bessel(mp.besselj, 0), BOTH, 60),
    "j1": (bessel(mp.besselj, 1), BOTH, 60),
    "jn(2)": (bessel(mp.besselj, 2), BOTH, 60),
    "jn(-3)": (bessel(mp.besselj, -3), BOTH, 60),
    "jn(20)": (bessel(mp.besselj, 20), BOTH, 60),
    "y0": (bessel(mp.bessely, 0), WAVES, 60),
    "y1": (bessel(mp.bessely, 1), WAVES, 60),
    "yn(2)": (bessel(mp.bessely, 2), WAVES, 60),
    "yn(-3)": (bessel(mp.bessely, -3), WAVES, 60),
    "yn(20)": (bessel(mp.bessely, 20), WAVES, 60),
    "logistic": (sigma, [v for v in REAL if abs(v) < 1e4] + [1.3169578969248166, -2.292431669561178], 1000),
    "logit": (log(x / (1 - x)), UNIT, 700),
    "softplus": (log(1 + exp(x)), [v for v in REAL if abs(v) < 1e4] + [1.3169578969248166], 1000),
    "log1mexp": (log(1 - exp(x)), [v for v in REAL if -1e4 < v < 0] + [-0.69, -0.7], 1000),
    "gelu": (x * Phi, [v for v in REAL if abs(v) < 1e4] + [-0.7517915246935645, 1.4142135623730951, -2.0], 1000),
    "silu": (x * sigma, [v for v in REAL if abs(v) < 1e4] + [-1.278464542761074, 2.3993572805154677], 1000),
    "sin_pi": (by_half_turns(0), TURNS, 60),
    "cos_pi": (by_half_turns(1), TURNS, 60),
    "sinc": (sin(x) / x, REAL + [3.141592653589793, 6.283185307179586, 4.493409457909064, 2.0815759778181, 1e8], 2400),
    "leaky_relu": (x / 8, [-1e300, -0.7, -1e-300, -(2.0**-60)] + [-v for v in decades(-3, 3, 8)], 60),
    "elu": (2 * (exp(x) - 1), [v for v in REAL if -1e4 < v < 0], 700),
}

# ---- Functions of two arguments --------------------------------------------------------------------------------------

LN_BETA = loggamma(x) + loggamma(y) - loggamma(x + y)
PAIRS = [(2.0, 3.0), (0.5, 0.5), (1e-8, 2.0), (2.0, 1e-8), (1e-20, 3e-20), (1e8, 1.0), (0.3, 1e8), (30.0, 60.0), (9.0, 9.0)]
PAIRS += [(100.0, 80.0), (9.5, 400.0), (12.0, 400.0), (1e6, 2e-6), (1.0, 1.0), (0.000878, 84.05), (42.549, 24.782), (1.577, 1.32),
          (95.4, 5e3), (1.0, 1e-16), (2.5, 9.999), (2.5, 10.001), (11.0, 11.5), (1e-60, 7.0), (7.0, 1e60)]
PAIRS += list(zip(decades(-3, 3, 16), decades(-3, 3, 16)))
SUMS = [(1.0, 2.0), (0.3, -0.7), (1000.0, 1000.5), (-1000.0, -1030.0), (0.0, 40.0), (0.0, 0.0), (-3.0, 1e-8), (700.0, 0.0),
        (0.0, -745.0), (-1.0, -0.4586751453870819), (1e-300, -1e-300), (1e8, 1e8 + 1), (-0.6931471805599453, -0.6931471805599453)]
SUMS += list(zip(spread(-30, 30, 16), spread(-30, 30, 16)))
LOGS = [(2.0, 3.0), (-0.7, 1e-20), (1e-20, 1e300), (1e200, 0.3), (3.0, 1e-300), (0.5, 1 - EPS), (1e-300, 5e-324), (-1e300, 1 + 1e-8)]
LOGS += list(zip(signed(decades(-3, 3, 16)), decades(-3, 3, 16)))

BINARY = {
    "beta": (exp(LN_BETA), PAIRS, 400),
    "ln_beta": (LN_BETA, PAIRS + [(1e5, 1e6), (1e-160, 1e8), (1e6, 1e-3), (1e-300, 1e300), (1e150, 1e155)], 400),
    "log_add_exp": (log(exp(x) + exp(y)), SUMS, 5000),  # odd derivatives are zero on the diagonal
    "xlogy": (x * log(y), LOGS, 700),
    "xlog1py": (x * log(1 + y), LOGS + [(2.0, -0.3), (2.0, -1 + EPS), (0.3, 1e-8)], 700),
}


def unary(names):
    for name in names:
        f, points, digits = UNARY[name]
        if isinstance(f, Expr):
            f = [lambdify(x, diff(f, x, k), "mpmath", cse=True) for k in range(ORDERS)]
        for point in dict.fromkeys(points):
            value, words = computed([lambda v, g=g: mp.re(g(v)) for g in f], (point,), digits)
            if abs(value) < MAX:
                yield " ".join([name, repr(point)] + words)


def binary(names):
    for name in names:
        form, points, digits = BINARY[name]
        forms = [diff(form, x, n - k, y, k) for n in range(ORDERS) for k in range(n + 1)]
        forms = [lambdify((x, y), form, "mpmath", cse=True) for form in forms]
        for a, b in dict.fromkeys(points):
            value, words = computed(forms, (a, b), digits)
            if abs(value) < MAX:
                yield " ".join([name, repr(a), repr(b)] + words)


if __name__ == "__main__":
    if sys.argv[1:]:
        for line in [*unary([n for n in UNARY if n in sys.argv]), *binary([n for n in BINARY if n in sys.argv])]:
            print(line)
    else:
        for path, lines in [("special_binary.txt", binary(BINARY)), ("special.txt", unary(UNARY))]:
            with open(path, "w", encoding="ascii") as out:
                out.writelines(line + "\n" for line in lines)
