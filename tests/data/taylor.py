"""Writes `taylor.txt`: Taylor coefficients of orders 0 to 13, the derivatives over the factorials, with 20 digits.

A line is: name, x, and the coefficients. Points are exactly the doubles written, at the edges of what functions are made for: next to
poles, branch points and zeros, where forms change, and far out; and in the middle. The coefficients are Cauchy's integrals over a very
small circle. Every one is computed twice, with different circles, and must come out the same. Run as `python3 taylor.py` next to the data; needs mpmath.
"""

from math import ceil, floor, log10

from mpmath import acos, acosh, asin, asinh, atan, atanh, besselj, cos, cosh, erf, exp, expjpi, gamma, log, loggamma, mp, mpf, nstr, pi
from mpmath import re, sin, sinh, sqrt, tan, tanh

ORDERS = 14
EPS = 2.0**-53


def power(c):
    return lambda x: x**c


def root(x):
    return x ** (mpf(1) / 3) if re(x) > 0 else -((-x) ** (mpf(1) / 3))


def nested(x):
    y = exp(x * sin(x))
    return y * sin(x * y) + x


REAL = [-3.0, -1e-8, 1e-20, 0.3, 0.74, 0.76, 1.0, 2.5]
FUNCTIONS = {
    "recip": (lambda x: 1 / x, [-3.0, 1e-20, 0.5, 1.0, 1e10]),
    "sqrt": (sqrt, [1e-20, 1e-3, 0.25, 2.0, 1e10]),
    "cbrt": (root, [-8.0, 1e-20, 0.3, 1e10]),
    "exp": (exp, REAL + [-700.0, -40.0, 40.0, 700.0]),
    "exp2": (lambda x: mpf(2) ** x, REAL + [-1000.0, 1000.0]),
    "exp_m1": (lambda x: exp(x) - 1, REAL + [-40.0, 40.0, 700.0]),
    "ln": (log, [1e-20, 0.3, 1 - EPS, 1.0, 3.0, 1e10]),
    "log2": (lambda x: log(x) / log(2), [1e-20, 0.3, 1.0, 1e10]),
    "log10": (lambda x: log(x) / log(10), [1e-20, 0.3, 1.0, 1e10]),
    "ln_1p": (lambda x: log(1 + x), [-1 + EPS, -0.9, -1e-8, 1e-20, 0.3, 1e10]),
    "sin": (sin, REAL + [1.5707963267948966, 3.141592653589793, 355.0, 1e10]),
    "cos": (cos, REAL + [1.5707963267948966, 3.141592653589793, 355.0, 1e10]),
    "tan": (tan, REAL + [1.5707963267948966, 1.57, 355.0]),
    "asin": (asin, [-0.99, -1e-8, 1e-20, 0.3, 0.7, 1 - 1e-5, 1 - EPS]),
    "acos": (acos, [-0.99, -1e-8, 1e-20, 0.3, 0.7, 1 - 1e-5, 1 - EPS]),
    "atan": (atan, REAL + [0.5773502691896257, 100.0, 1e10]),
    "sinh": (sinh, REAL + [-700.0, 40.0]),
    "cosh": (cosh, REAL + [-700.0, 40.0]),
    "tanh": (tanh, REAL + [0.6584789484624084, 18.0, 39.0, 41.0, -60.0]),
    "asinh": (asinh, REAL + [0.7071067811865476, 100.0, 1e10]),
    "acosh": (acosh, [1 + 2 * EPS, 1.00001, 1.3, 2.0, 100.0, 1e10]),
    "atanh": (atanh, [-0.99, -1e-8, 1e-20, 0.3, 0.7, 1 - 1e-5, 1 - EPS]),
    "powi(3)": (power(3), [-1.3, 0.0, 1e-20, 0.3, 1e10]),
    "powi(-3)": (power(-3), [-1.3, 1e-10, 0.3, 1e10]),
    "powi(17)": (power(17), [-1.3, 0.0, 1e-10, 0.3, 1e3]),
    "power 2.5": (power(mpf(2.5)), [1e-10, 0.3, 1.0, 1e5]),
    "power -0.5": (power(mpf(-0.5)), [1e-10, 0.3, 1.0, 1e5]),
    "power 3": (power(3), [-1.3, 0.0, 0.3]),
    "2 to the power": (lambda x: mpf(2) ** x, [0.0, 0.3, -30.0]),
    "to itself": (lambda x: x**x, [1e-3, 0.3, 1.0, 2.0]),
    "to the base": (lambda x: log(3) / log(x), [0.3, 0.99, 2.0, 1e5]),
    "length": (lambda x: sqrt(x * x + 9), [-1e8, -4.0, 0.0, 1e-8, 2.9, 3.0]),
    "length of both": (lambda x: sqrt(x * x + exp(2 * x)), [-30.0, -0.5, 0.0, 1.0, 5.0]),
    "angle": (lambda x: atan(x / 3), [-1e8, -4.0, 0.0, 1e-8, 2.9, 3.0]),
    "angle of both": (lambda x: atan(x / exp(x)), [-30.0, -0.5, 0.0, 1.0, 5.0]),
    "root of a square": (lambda x: x if re(x) > 0 else -x, [-3.0, 1e-8, 2.0]),
    "runge": (lambda x: 1 / (1 + x * x), [-3.0, 0.0, 1e-8, 1.0, 1e5]),
    "fibonacci": (lambda x: 1 / (1 - x - x * x), [0.0, 0.25]),
    "bell": (lambda x: exp(exp(x) - 1), [0.0, -2.0, 1.0]),
    "hermite": (lambda x: exp(-x * x / 2), [0.0, 1.0, -5.0]),
    "nested": (nested, [0.0, 0.7, 1.2]),
    "softplus": (lambda x: log(1 + exp(x)), [-30.0, 0.0, 1.0]),
    "sinh over": (lambda x: sinh(x) / x, [20.0, -30.0]),
    "gamma": (gamma, [0.3, 1.0, 2.5, 10.0, -1.5]),
    "ln_gamma": (loggamma, [0.3, 1.0, 2.5, 10.0]),
    "erf": (erf, [-2.0, 0.0, 0.5, 3.0]),
    "j0": (lambda x: besselj(0, x), [0.0, 1.0, 5.0]),
    "sin_pi": (lambda x: mp.sinpi(x), [0.0, 0.25, 1e3]),
    "logistic": (lambda x: 1 / (1 + exp(-x)), [-40.0, -1.0, 0.0, 0.3, 20.0]),
}


def coefficients(f, x, radius):
    """By the trapezoidal rule, which for a circle far from all singularities is exact but for the coefficient 16 orders on."""
    count = 16
    points = [expjpi(mpf(2) * i / count) for i in range(count)]
    values = [f(mpf(x) + radius * point) for point in points]
    sums = (sum(value / point**k for value, point in zip(values, points)) for k in range(ORDERS))
    return [re(total) / count / radius**k for k, total in enumerate(sums)]


if __name__ == "__main__":
    with open("taylor.txt", "w") as out:
        for name, (f, points) in FUNCTIONS.items():
            for x in points:
                # Small beside the distance to what may be singular, and as many digits as its powers take.
                mp.dps = 60
                turn = mpf(abs(x)) % (pi / 2)
                distances = [1.0, abs(x), abs(1 - abs(x)), turn, pi / 2 - turn]
                exponent = 12 - floor(log10(min(float(d) for d in distances if d > 0)))
                mp.dps = 90 + 14 * (exponent + 1 + max(0, ceil(log10(abs(x) or 1))))
                first, second = coefficients(f, x, mpf(10) ** -exponent), coefficients(f, x, mpf(10) ** -(exponent + 1))
                size = max(mpf(10) ** -60, *(abs(c) for c in second))
                words = []
                for a, b in zip(first, second):
                    agree = abs(a - b) <= mpf(10) ** -30 * abs(b)
                    # What is left of an exact zero goes down with the radius.
                    assert agree or max(abs(a), abs(b)) < mpf(10) ** -100 * size, (name, x, nstr(a, 9), nstr(b, 9))
                    words.append(nstr(b, 20, min_fixed=0, max_fixed=0) if agree else "0")
                out.write(" ".join([name.replace(" ", "_"), repr(x)] + words) + "\n")
