"""Writes the references of `tangents.txt`: derivatives through rules where a slope leaves the range and the result does not.

A line is: name, kind, point, tangent, other argument, and the derivatives of orders 0 to 4 by `u` at 0 of the function at

    kind `e`: `point * exp(u)`, whose derivatives are the point itself; the tangent is not used,
    kind `l`: `point + tangent * u`.

The other argument is `-` for functions of one argument, and `x=...` or `y=...` for functions of two, of which it is that one. Orders
have 25 digits. Every number is computed twice, with different numbers of digits, and must come out the same.
Run as `python3 tangents.py` next to the data; needs sympy.
"""

import struct
import sys

from mpmath import mp, mpf, nstr
from sympy import (EulerGamma, Rational, acosh, asinh, atan, atan2, cbrt, cos, cosh, diff, erf, exp, lambdify, log, pi, sin,
                   sinh, sqrt, symbols, tan, tanh, zeta)

x, y = symbols("x y", real=True)
ORDERS = 5


def single(value):
    """The nearest number of single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


with mp.workdps(40):
    FAR = [float(mp.exp(400)), float(mp.exp(700)), single(float(mp.exp(30))), single(float(mp.exp(69)))]
    NEAR = [float(mp.exp(-400)), float(mp.exp(-700)), single(float(mp.exp(-30))), single(float(mp.exp(-69)))]
BOTH = FAR + NEAR

sigma = 1 / (1 + exp(-x))
# About 0, where the pole is all that counts and a library takes minutes for it.
lngamma = -log(x) - EulerGamma * x + zeta(2) * x**2 / 2 - zeta(3) * x**3 / 3 + zeta(4) * x**4 / 4
UNARY = {
    "recip": (1 / x, BOTH), "sqrt": (sqrt(x), BOTH), "cbrt": (cbrt(x), BOTH), "exp": (exp(x), NEAR), "exp2": (2**x, NEAR),
    "exp_m1": (exp(x) - 1, NEAR), "ln": (log(x), BOTH), "log2": (log(x) / log(2), BOTH), "log10": (log(x) / log(10), BOTH),
    "ln_1p": (log(1 + x), BOTH), "sin": (sin(x), NEAR), "cos": (cos(x), NEAR), "tan": (tan(x), NEAR), "atan": (atan(x), BOTH),
    "sinh": (sinh(x), NEAR), "cosh": (cosh(x), NEAR), "tanh": (tanh(x), NEAR), "asinh": (asinh(x), BOTH), "acosh": (acosh(x), FAR),
    "powi(-1)": (1 / x, BOTH), "powi(2)": (x**2, BOTH), "powi(3)": (x**3, BOTH), "powi(-3)": (x**-3, BOTH),
    "logit": (log(x / (1 - x)), NEAR), "ln_gamma": (lngamma, NEAR), "digamma": (diff(lngamma, x), NEAR),
    "polygamma(1)": (diff(lngamma, x, 2), NEAR), "y0": (2 / pi * (log(x / 2) + EulerGamma), NEAR[:2]), "y1": (-2 / (pi * x), NEAR),
    "logistic": (sigma, NEAR), "softplus": (log(1 + exp(x)), NEAR), "erf": (erf(x), NEAR),
}
# The tangent is so large that a slope which underflowed comes back.
LINEAR = {
    "exp": (exp(x), [(-800.0, 1e300), (-750.0, 1e200), (-95.0, 1e20)]), "exp2": (2**x, [(-1200.0, 1e300), (-140.0, 1e20)]),
    "exp_m1": (exp(x) - 1, [(-800.0, 1e300), (-95.0, 1e20)]), "tanh": (tanh(x), [(400.0, 1e300), (-380.0, 1e200), (50.0, 1e20)]),
    "logistic": (sigma, [(800.0, 1e300), (-800.0, 1e300), (95.0, 1e20)]), "softplus": (log(1 + exp(x)), [(-800.0, 1e300), (-95.0, 1e20)]),
    "powi(3)": (x**3, [(1e-170, 1e100), (single(1e-25), 1e20)]), "powi(-3)": (x**-3, [(1e100, 1e250), (single(1e12), 1e15)]),
    "ln": (log(x), [(1e-310, 1e-300), (1e308, 1e300)]), "recip": (1 / x, [(1e-200, 1e-250), (1e200, 1e300)]),
}
BINARY = {
    "powf": (x**y, {"y": [(p, e) for p in BOTH for e in (-1.0, 0.5, -0.5, 0.25)], "x": []}),
    "hypot": (sqrt(x**2 + y**2), {"y": [(p, q) for p in BOTH for q in (p * 0.75, 2.5)], "x": [(p, p * 1.5) for p in BOTH]}),
    "atan2": (atan2(x, y), {"y": [(p, q) for p in BOTH for q in (p * 0.75, 2.5)], "x": [(p, q) for p in BOTH for q in (p * 1.5, 2.5)]}),
    "log": (log(x) / log(y), {"y": [(p, 2.5) for p in BOTH], "x": [(p, 2.5) for p in BOTH]}),
    "div": (x / y, {"y": [(p, 2.5) for p in BOTH], "x": [(p, 2.5) for p in BOTH]}),
    "xlogy": (x * log(y), {"x": [(p, q) for p in BOTH for q in (2.5, p)], "y": [(p, 2.5) for p in BOTH]}),
    "xlog1py": (x * log(1 + y), {"x": [(p, q) for p in BOTH for q in (2.5, p)], "y": [(p, 2.5) for p in BOTH]}),
}

STIRLING = [[1], [0, 1], [0, 1, 1], [0, 1, 3, 1], [0, 1, 7, 6, 1]]


def digits(compute):
    """A number with 25 digits that two precisions agree on."""
    def at(precision):
        with mp.workdps(precision):
            value = mp.re(compute())
            return value if abs(value) > mpf(10) ** -420 else mpf(0)
    first, second = at(1000), at(1100)
    with mp.workdps(60):
        assert first == second == 0 or abs(first / second - 1) < mpf(10) ** -40, (first, second)
        return nstr(second, 25, min_fixed=1, max_fixed=0) if second != 0 else "0"


def line(name, kind, f, variable, point, tangent, other, label):
    functions = [lambdify(variable, diff(f, variable, k), "mpmath") for k in range(ORDERS)]

    def order(k):
        p, t = mpf(point), mpf(tangent)
        if kind == "l":
            return functions[k](p) * t**k
        return sum(c * functions[j](p) * p**j for j, c in enumerate(STIRLING[k]) if c)
    numbers = [digits(lambda k=k: order(k)) for k in range(ORDERS)]
    print(name, kind, repr(point), repr(tangent), label, *numbers)


def main():
    for name, (f, points) in UNARY.items():
        for p in points:
            line(name, "e", f, x, p, 0.0, None, "-")
    for name, (f, points) in LINEAR.items():
        for p, t in points:
            line(name, "l", f, x, p, t, None, "-")
    for name, (f, by) in BINARY.items():
        for label, points in by.items():
            fixed, moving = (y, x) if label == "y" else (x, y)
            for p, q in points:
                q = single(q) if single(p) == p and q != 2.5 else q
                with mp.workdps(1600):
                    exact = Rational(q)
                line(name, "e", f.subs(fixed, exact), moving, p, 0.0, q, f"{label}={q!r}")


sys.stdout = open("tangents.txt", "w")
main()
