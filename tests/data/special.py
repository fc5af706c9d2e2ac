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
# Where the gamma function is subnormal, beside poles, and its derivatives are not
SUBNORMAL = [-184.99999999999997, -181.00000000000003, -178.3, -172.0000001, -170.9999999]
SUBNORMAL += [2.0**-19 - 35.0, -40.0 - 2.0**-18, 2.0**-18 - 44.0]  # in single precision
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


def erfcx(n):
    """By n! times a repeated integral of erfc, a parabolic cylinder function: a Tricomi function for x > 0, see DLMF 7.18.10."""
    def derivative(v):
        if v > 40:
            return (-2) ** n * mp.factorial(n) * mp.hyperu(mpf(n + 1) / 2, mpf(1) / 2, v * v) / (2**n * mp.sqrt(mp.pi))
        y = [mp.exp(v * v) * mp.erfc(v)]
        for k in range(n):
            y.append(2 * v * y[k] + (-2 / mp.sqrt(mp.pi) if k == 0 else 2 * k * y[k - 1]))
        return y[n]
    return derivative


def log_of(first, quotient):
    """The derivatives of a logarithm `first` from those `quotient(n)` of a function with the same higher derivatives, divided by it."""
    def derivative(n):
        def at(v):
            m = [mpf(1)] + [quotient(k)(v) for k in range(1, n + 1)]
            c = [mpf(0)] * (n + 1)
            for k in range(1, n + 1):
                c[k] = m[k] - mp.fsum(mp.binomial(k - 1, i - 1) * c[i] * m[k - i] for i in range(1, k))
            return c[n]
        return at
    return [first] + [derivative(n) for n in range(1, ORDERS)]


def log_erfc():
    quotient = lambda n: lambda v: erfcx(n)(v) / erfcx(0)(v)
    value = lambda v: mp.log(erfcx(0)(v)) - v * v
    orders = log_of(value, quotient)
    square = {1: lambda v: 2 * v, 2: lambda v: 2}  # the derivatives of x²
    return [value] + [lambda v, k=k: orders[k](v) - square.get(k, lambda v: 0)(v) for k in range(1, ORDERS)]


def log_norm_cdf():
    """ln Φ(x) = ln(erfc(-x / √2) / 2)."""
    of_erfc = log_erfc()
    scale = lambda: -1 / mp.sqrt(2)
    return [lambda v: of_erfc[0](scale() * v) - mp.log(2)] + [
        lambda v, k=k: of_erfc[k](scale() * v) * scale() ** k for k in range(1, ORDERS)]


# Name: the function, or its derivatives of order 0 to 5; the points; the digits to compute with.
UNARY = {
    "erf": (erf(x), REAL + [0.7071067811865476, -1.224744871391589], 700),
    "erfc": (erfc(x), REAL + [0.7071067811865476, -1.224744871391589], 700),
    "erf_inv": (erfinv(x), [s * v for v in UNIT for s in (1, -1)], 60),
    "norm_pdf": (phi, REAL + [1.0, -1.0, 1.7320508075688772, 0.7419637843027259], 60),
    "norm_cdf": (Phi, REAL + [1.0, -1.0, 1.7320508075688772], 700),
    "norm_quantile": (-sqrt(2) * erfinv(1 - 2 * x), UNIT, 700),
    "erfcx": ([erfcx(n) for n in range(ORDERS)], [v for v in REAL if -26.6 < v] + [4.99, 5.01, 0.70710678, 0.7072], 700),
    "log_erfc": (log_erfc(), [v for v in REAL if -26.0 < v < 1e155] + [-0.51, 0.51, 25.9, 26.1, 0.7072, 1e150], 450),
    "log_norm_cdf": (log_norm_cdf(), [v for v in REAL if -1e155 < v < 37.0] + [-36.9, -37.1, -1e150], 450),
    "gamma": ([gamma(k) for k in range(ORDERS)], [v for v in POSITIVE if v < 171] + NEGATIVE + SUBNORMAL, 80),
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
    "leaky_relu(0.125)": (x / 8, [-1e300, -0.7, -1e-300, -(2.0**-60)] + [-v for v in decades(-3, 3, 8)], 60),
    "elu(2.0)": (2 * (exp(x) - 1), [v for v in REAL if -1e4 < v < 0], 700),
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

# ---- Incomplete gamma and beta functions -----------------------------------------------------------------------------

# They have no closed forms by the shapes. Derivatives by a shape are differences, those by the argument are densities in closed form.


def by_differences(f, orders, point):
    """The derivative of `f` of so many orders, by central differences with a step of a sixth of the digits:
    five derivatives take five of them. Relative to the shapes, or to 1 for 0."""
    if not any(orders):
        return f(*point)
    k = next(i for i, n in enumerate(orders) if n)
    n, step = orders[k], (point[k] or 1) * mpf(10) ** (-mp.dps // 6)
    rest = tuple(0 if i == k else m for i, m in enumerate(orders))
    at = lambda i: point[:k] + (point[k] + (2 * i - n) * step / 2,) + point[k + 1 :]
    terms = ((-1) ** (n - i) * mp.binomial(n, i) * by_differences(f, rest, at(i)) for i in range(n + 1))
    return mp.fsum(terms) / step**n


def of_argument_and_shape(value, density, rest=None):
    """The partial derivatives, in the order of the other functions, of a distribution function of the argument and a shape. `density(x,
    n, a)` is the derivative of order `n` of its density, `rest` what the function lacks of 1."""
    def partial(by_x, by_a):
        if by_x == 0 and by_a > 0 and rest:
            return lambda v, a: by_differences(lambda b: value(v, b) if value(v, a) < 0.5 else -rest(v, b), (by_a,), (a,))
        if by_x == 0:
            return lambda v, a: by_differences(lambda b: value(v, b), (by_a,), (a,))
        return lambda v, a: by_differences(lambda b: density(v, by_x - 1, b), (by_a,), (a,))
    return [partial(n - k, k) for n in range(ORDERS) for k in range(n + 1)]


def leibniz(first, g, n):
    """The derivative of order `n` of a function f with f' = g f, from its value and the derivatives g(i)."""
    f = [first]
    for k in range(n):
        f.append(mp.fsum(mp.binomial(k, i) * g(i) * f[k - i] for i in range(k + 1)))
    return f[n]


over = lambda v, i: (-1) ** i * mp.factorial(i) / v ** (i + 1)  # a derivative of 1 / v


def gamma_p(v, a):
    return mp.gammainc(a, 0, v, regularized=True)


def gamma_q(v, a):
    return mp.gammainc(a, v, mp.inf, regularized=True)


def gamma_density(v, n, a):
    first = mp.exp((a - 1) * mp.log(v) - v - mp.loggamma(a))
    return leibniz(first, lambda i: (a - 1) * over(v, i) - (i == 0), n)


def beta_inc(v, a, b):
    return mp.betainc(a, b, 0, v, regularized=True) if v < (a + 1) / (a + b + 2) else 1 - mp.betainc(b, a, 0, 1 - v, regularized=True)


def beta_density(v, n, a, b):
    first = mp.exp((a - 1) * mp.log(v) + (b - 1) * mp.log(1 - v) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))
    return leibniz(first, lambda i: (a - 1) * over(v, i) - (-1) ** i * (b - 1) * over(1 - v, i), n)


def student_cdf(v, nu):
    tail = beta_inc(nu / (nu + v * v), nu / 2, mpf(1) / 2) / 2
    return tail if v < 0 else 1 - tail


def student_density(v, n, nu):
    first = mp.exp(-(nu + 1) / 2 * mp.log(1 + v * v / nu) + mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2)) / mp.sqrt(nu * mp.pi)
    f = [mpf(0), first]
    for k in range(n):
        f.append(-((2 * k + nu + 1) * v * f[-1] + k * (k + nu) * f[-2]) / (nu + v * v))
    return f[-1]


def of_shapes(v):
    """The partial derivatives of the incomplete beta function by both shapes."""
    partial = lambda i, k: lambda a, b: by_differences(lambda a, b: beta_inc(mpf(v), a, b), (i, k), (a, b))
    return [partial(n - k, k) for n in range(ORDERS) for k in range(n + 1)]


negative = lambda density: lambda v, n, a: -density(v, n, a)

def truncated(f, g):
    """The product of two polynomials in two variables, without terms beyond order 5."""
    product = {}
    for (i, j), c in f.items():
        for (k, l), d in g.items():
            if i + j + k + l < ORDERS:
                product[i + k, j + l] = product.get((i + k, j + l), 0) + c * d
    return product


def of_inverse(partials, root):
    """The partial derivatives of the inverse X(p, a) of a function F(x, a) by its argument, from those of F: Newton's method for its
    Taylor polynomial, F(X(p, a), a) = p, which gets one order right after another."""
    memo = {}

    def orders(p, a):
        key = (p, a, mp.dps)
        if key not in memo:
            v = root(p, a)
            places = [(n - k, k) for n in range(ORDERS) for k in range(n + 1)]
            taylor = {(i, k): f(v, a) / (mp.factorial(i) * mp.factorial(k)) for (i, k), f in zip(places, partials)}
            taylor[0, 0] = mpf(0)
            inverse = {}  # X less its value
            for _ in range(ORDERS):
                powers = [{(0, 0): mpf(1)}]
                for _ in range(1, ORDERS):
                    powers.append(truncated(powers[-1], inverse))
                residual = {(1, 0): mpf(-1)}
                for (i, k), c in taylor.items():
                    for place, d in truncated(powers[i], {(0, k): c}).items():
                        residual[place] = residual.get(place, 0) + d
                inverse = {place: inverse.get(place, 0) - residual.get(place, 0) / taylor[1, 0] for place in {*inverse, *residual}}
            inverse[0, 0] = v
            memo[key] = [inverse.get((i, k), mpf(0)) * mp.factorial(i) * mp.factorial(k) for i, k in places]
        return memo[key]

    return [lambda p, a, n=n: orders(p, a)[n] for n in range(ORDERS * (ORDERS + 1) // 2)]


def root_of(value, density, sign=1):
    """The point where a distribution function has a value: bisection with few digits, and then Newton's method."""
    def root(p, a):
        with mp.workdps(25):
            low, high = mpf(-800), mpf(800)
            scale = (lambda u: mp.sinh(u)) if value is student_cdf else (lambda u: 1 / (1 + mp.exp(-u))) if value is BETA[0] else mp.exp
            for _ in range(70):
                u = (low + high) / 2
                low, high = (u, high) if sign * (value(scale(u), a) - p) < 0 else (low, u)
            v = scale(u)
        for _ in range(9):
            v -= (value(v, a) - p) / density(v, 0, a)
        return v
    return root


# Formulas change at the mean, at shapes of 10 and 200, for the gamma function also at the argument 1.5 and near small shapes.
GAMMAS = [(1.3, 2.5), (0.01, 0.3), (0.3, 1e-8), (5.0, 1e-8), (30.0, 0.7), (45.0, 50.0), (60.0, 50.0), (1e-20, 0.25), (1e-5, 3.0),
          (198.0, 199.0), (203.0, 201.0), (150.0, 201.0), (138.0, 201.0), (300.0, 201.0), (1003.0, 1000.0),
          (500.0, 3.0), (700.0, 12.0), (9.0, 10.0), (11.0, 9.75), (1.4, 1.6), (1.6, 1.4), (1.45, 1.25), (0.49, 0.9), (2.0, 2.0),
          (0.75, 1.0), (3.0, 1.0), (1.0, 20.0), (1e-3, 1e-3), (1.25, 0.5), (100.0, 100.0)]
GAMMAS += list(zip(decades(-1, 2, 16), decades(-1, 2, 16)))
# The whole domain: tiny and huge arguments, small and large shapes, halves and integers, about `x = a`
GAMMAS += [(1e-100, 2.0), (1e-8, 1.0), (1e-12, 1e-3), (0.1, 30.0), (2e3, 2e3), (2100.0, 2e3), (1e4, 10200.0), (40.0, 0.5), (8.0, 7.5), (700.0, 0.01),
           (20.0, 199.5), (3.5, 3.5), (1.5, 1.5), (25.0, 24.5), (1e-3, 0.5), (10.5, 2.5), (18.0, 9.5), (400.0, 199.0)]
BETAS = [(0.3, 2.0), (0.7, 2.0), (0.01, 40.0), (0.5, 3.0), (0.125, 1.0), (0.9, 1.0), (0.99, 0.25), (0.75, 0.5), (1e-10, 0.7), (0.04, 90.0),
         (0.2, 9.9), (0.2, 10.1), (1 - 1e-10, 0.3), (0.999, 0.01)]
BETAS += list(zip(spread(0, 1, 10), decades(-1, 2, 10)))
BETAS += [(1e-100, 2.0), (1e-8, 1e-3), (0.5, 1e-3), (0.999, 300.0), (0.002, 1e3), (0.5, 0.5), (0.625, 2.5), (0.375, 0.5), (0.25, 7.5)]
SHAPES = [(2.0, 3.0), (3.0, 2.0), (1.0, 1.0), (0.5, 0.5), (12.0, 20.0), (20.0, 12.0), (60.0, 100.0), (0.25, 7.0), (9.5, 11.0), (11.0, 9.5),
          (300.0, 500.0), (1e-3, 2.0), (2.0, 1e-3)]
SHAPES += list(zip(decades(-1, 2, 8), decades(-1, 2, 8)))
SHAPES += [(1e-3, 1e-3), (1e-8, 3.0), (1.5, 2.5), (0.5, 40.0), (40.0, 0.5), (150.0, 250.0), (7.0, 300.0)]
STUDENTS = [(-1.3, 2.5), (0.7, 5.0), (-30.0, 1.5), (1e-3, 4.0), (2.0, 100.0), (-5.0, 30.0), (-1.0, 0.125), (-1e8, 3.0), (0.5, 1.0),
            (-2.0, 2.0), (1.0, 19.9), (1.0, 20.1), (-12.0, 25.0), (-0.75, 1e3)]
STUDENTS += list(zip(spread(-4, 4, 10), decades(-1, 2, 10)))
STUDENTS += [(-2.0, 1e4), (1.5, 1e6), (0.25, 200.0), (-40.0, 0.5), (1e-8, 3.0), (1e-3, 1e4), (-3.0, 3.0), (2.5, 1e5), (1e20, 1.5), (-6.0, 60.5)]


def doubled(f):
    """With both arguments halved."""
    return [lambda v, k, g=g, n=n: g(v / 2, k / 2) / mpf(2) ** n
            for g, n in zip(f, [n for n in range(ORDERS) for _ in range(n + 1)])]


BETA = (lambda v, b: beta_inc(v, mpf(2.5), b), lambda v, n, b: beta_density(v, n, mpf(2.5), b))
OF_GAMMA_P = of_argument_and_shape(gamma_p, gamma_density, gamma_q)
OF_GAMMA_Q = of_argument_and_shape(gamma_q, negative(gamma_density), gamma_p)
OF_BETA = of_argument_and_shape(*BETA)
OF_STUDENT = of_argument_and_shape(student_cdf, student_density)

# Name: the partial derivatives, the points, the digits (or a function of the argument for them).
BY_DIFFERENCES = {
    "gamma_p": (OF_GAMMA_P, GAMMAS, 320),
    "gamma_q": (OF_GAMMA_Q, GAMMAS[::2], 320),
    "chi_squared_cdf": (doubled(OF_GAMMA_P), GAMMAS[:3] + [(v, a) for v, a in GAMMAS if a == int(a)], 320),
    "beta_inc(a=2.5)": (OF_BETA, BETAS, 320),
    "beta_inc(b=0.75)": (of_argument_and_shape(lambda v, a: beta_inc(v, a, mpf(0.75)), lambda v, n, a: beta_density(v, n, a, mpf(0.75))),
                         BETAS, 320),
    "beta_inc(x=0.375)": (of_shapes(0.375), SHAPES, 320),
    "student_t_cdf": (OF_STUDENT, STUDENTS, 320),
}

GAMMA_QUANTILES = [(0.3, 2.5), (1e-10, 0.5), (0.999, 2.0), (0.5, 100.0), (0.01, 300.0), (0.75, 0.25), (0.125, 1.0),
                   (0.5, 0.5), (0.5, 1.5), (1e-30, 4.0), (0.9, 0.01), (0.25, 1e3), (0.99, 30.0)]
BETA_QUANTILES = [(0.3, 2.0), (0.9, 0.5), (1e-10, 3.0), (0.01, 30.0), (0.75, 1.0), (0.125, 12.5), (0.625, 7.0), (0.5, 0.5), (0.5, 3.5), (1e-30, 1.5), (0.25, 300.0)]
STUDENT_QUANTILES = [(0.3, 2.5), (1e-10, 3.0), (0.75, 1.0), (0.125, 30.0), (0.999, 10.0), (0.49, 100.0), (0.875, 0.75), (0.3, 1e4), (1e-20, 0.5), (0.0625, 3.0)]
BY_DIFFERENCES |= {
    "gamma_p_inv": (of_inverse(OF_GAMMA_P, root_of(gamma_p, gamma_density)), GAMMA_QUANTILES, 320),
    "gamma_q_inv": (of_inverse(OF_GAMMA_Q, root_of(gamma_q, negative(gamma_density), -1)), GAMMA_QUANTILES, 320),
    "beta_inc_inv(a=2.5)": (of_inverse(OF_BETA, root_of(*BETA)), BETA_QUANTILES, 320),
    "student_t_quantile": (of_inverse(OF_STUDENT, root_of(student_cdf, student_density)), STUDENT_QUANTILES, 320),
}

# ---- Modified Bessel functions ---------------------------------------------------------------------------------------


def modified(f, sign, scale):
    """The partial derivatives by argument and order of `exp(scale x) f`, where the derivative of `sign f` is the mean of its
    neighbours."""
    def by_argument(n, v, nu):
        return sign**n * mp.fsum(mp.binomial(n, i) * f(nu - n + 2 * i, v) for i in range(n + 1)) / mpf(2) ** n
    def leibniz(n, v, nu):
        terms = (mp.binomial(n, i) * mpf(scale) ** (n - i) * by_argument(i, v, nu) for i in range(n + 1) if scale or i == n)
        return mp.exp(scale * v) * mp.fsum(terms)
    partial = lambda i, k: lambda v, nu: by_differences(lambda nu: leibniz(i, v, nu), (k,), (nu,))
    return [partial(n - k, k) for n in range(ORDERS) for k in range(n + 1)]


def logarithm(partials):
    """The partial derivatives of the logarithm, by the series of ln(1 + u) for the Taylor polynomial."""
    places = [(n - k, k) for n in range(ORDERS) for k in range(n + 1)]
    memo = {}

    def orders(v, nu):
        key = (v, nu, mp.dps)
        if key not in memo:
            values = [f(v, nu) for f in partials]
            u = {(i, k): c / values[0] / mp.factorial(i) / mp.factorial(k) for (i, k), c in zip(places[1:], values[1:])}
            power, log = {(0, 0): mpf(1)}, {}
            for n in range(1, ORDERS):
                power = truncated(power, u)
                for place, c in power.items():
                    log[place] = log.get(place, 0) - (-1) ** n * c / n
            log[0, 0] = mp.log(values[0])
            memo[key] = [log[i, k] * mp.factorial(i) * mp.factorial(k) for i, k in places]
        return memo[key]

    return [lambda v, nu, n=n: orders(v, nu)[n] for n in range(len(places))]


# Formulas change at 2 for the second kind; at 1/2 and 19 + ν² / 4 for the first, and at the order 100.
BESSELS = [(3.0, 0.0), (1.0, 1.0), (0.3, 2.0), (2.5, 0.5), (1.99, 0.25), (2.01, 0.25), (1e-3, 0.75), (1e-8, 1.5), (1e-100, 1.25), (18.5, 0.0),
           (19.5, 0.5), (21.5, 2.5), (21.0, 1.0), (30.0, 7.0), (100.0, 3.0), (650.0, 2.0), (10.0, 30.0), (50.0, 40.0), (5.1, 101.3),
           (0.51, 3.0), (0.49, 3.0), (700.0, 40.0), (1e-4, 0.0), (0.4, 0.0)]
BESSELS += [(25.0, 0.5), (35.0, 1.5), (60.0, 12.0), (5.0, 1e-3), (1.0, 60.5), (1e-6, 4.0), (200.0, 25.5)]
BESSELS += list(zip(decades(-1, 1.5, 6), spread(0, 5, 6)))


def remembered(f):
    known = {}
    def of(nu, v):
        key = (nu, v, mp.dps)
        if key not in known:
            known[key] = f(nu, v)
        return known[key]
    return of


# Without the order 0, since half of the derivatives of an even function are 0, and where the references take seconds, not minutes
K_POINTS = [(0.3, 2.0), (2.5, 0.5), (1.99, 0.25), (2.01, 0.25), (1e-3, 0.75), (1e-8, 1.5), (1e-100, 1.25), (5.1, 101.3), (0.51, 3.0),
            (650.0, 2.0), (700.0, 40.0), (10.0, 30.0)]
K_POINTS += [(1e-8, 0.5), (1e-3, 0.1), (20.0, 1e-3), (3.0, 60.0), (0.01, 30.0), (1.0, 1.0), (4.0, 3.0), (100.0, 50.5), (0.6, 0.4), (0.05, 2.5), (1e-4, 1e-3)]
FIRST, SECOND = remembered(mp.besseli), remembered(mp.besselk)
BY_DIFFERENCES |= {
    "bessel_i": (modified(FIRST, 1, 0), BESSELS, 240),
    "bessel_i_scaled": (modified(FIRST, 1, -1), BESSELS + [(1e8, 1.5), (1e4, 20.0)], 240),
    "ln_bessel_i": (logarithm(modified(FIRST, 1, 0)), [v for v in BESSELS if v[0] > 1e-10 and v != (18.5, 0.0)], 240),
    "bessel_k": (modified(SECOND, -1, 0), K_POINTS, 240),
    "bessel_k_scaled": (modified(SECOND, -1, 1), K_POINTS + [(1e8, 1.5), (1e4, 20.0)], 240),
    "ln_bessel_k": (logarithm(modified(SECOND, -1, 0)), [v for v in K_POINTS if v[0] > 1e-50], lambda v: 240 if v > 1e-5 else 1500),
}

BINARY = {
    "beta": (exp(LN_BETA), PAIRS, 400),
    "ln_beta": (LN_BETA, PAIRS + [(1e5, 1e6), (1e-160, 1e8), (1e6, 1e-3), (1e-300, 1e300), (1e150, 1e155)], 400),
    "log_add_exp": (log(exp(x) + exp(y)), SUMS, 5000),  # odd derivatives are zero on the diagonal
    **BY_DIFFERENCES,
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
        if isinstance(form, Expr):
            forms = [diff(form, x, n - k, y, k) for n in range(ORDERS) for k in range(n + 1)]
            forms = [lambdify((x, y), form, "mpmath", cse=True) for form in forms]
        else:
            forms = form
        for a, b in dict.fromkeys(points):
            value, words = computed(forms, (a, b), digits(a) if callable(digits) else digits)
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
