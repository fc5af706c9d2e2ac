"""Writes the references of `compositions.txt`: functions of functions of exponentials, where numbers on the way are near the ends of the
range and results are not.

A line is: the names of two functions, the second applied to the first, the point `u`, and the derivatives of orders 0 to 4 of
`second(first(exp u))`, with 25 digits. Compositions are left out where a value on the way leaves the range of double precision, since
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


def in_range(x):
    return x == 0 or mpf(10) ** -300 < abs(x) < mpf(10) ** 300


def main():
    for u in (-650.0, -400.0, -250.0, 250.0, 400.0, 650.0):
        exp = [mp.exp(mpf(u)) / factorial(k) for k in range(ORDERS)]
        for first, second in product(FUNCTIONS, repeat=2):
            inner = composed(FUNCTIONS[first](exp[0]), exp)
            if not in_range(inner[0]) or inner[0] <= 0:
                continue
            outer = composed(FUNCTIONS[second](inner[0]), inner)
            derivatives = [c * factorial(k) for k, c in enumerate(outer)]
            derivatives = [mpf(0) if abs(d) < mpf(10) ** -700 else d for d in derivatives]
            if all(in_range(d) for d in derivatives[:2]):
                texts = [nstr(d, 25, min_fixed=1, max_fixed=0) if d else "0" for d in derivatives]
                print(first.replace(" ", ""), second.replace(" ", ""), repr(u), *texts)


sys.stdout = open("compositions.txt", "w")
main()
