"""Writes the reference derivatives of `unary.txt` and `binary.txt`, from closed forms evaluated with many digits.

A line of `unary.txt` is: name, x, and the derivatives of orders 0 to 5. A line of `binary.txt` is: name, x, y, and the partial
derivatives of orders 0 to 5 in the order f, fx, fy, fxx, fxy, fyy, fxxx, fxxy, ... Orders 0 to 4 have 25 digits; those of order 5
only say how sensitive order 4 is to its argument, and have 6.

Points are exactly the doubles written. Every number is computed twice, with different numbers of digits, and must come out the
same, so that cancellation cannot hide in it. Run as `python3 rules.py` next to the data; needs sympy. Takes minutes.
"""

from fractions import Fraction
from itertools import product
from random import Random

from mpmath import mp, mpf, nstr
from sympy import acosh, asin, asinh, atan, atanh, acos, cos, cosh, diff, exp, lambdify, log, pi, sin, sinh, sqrt
from sympy import Rational, symbols, tan, tanh

ORDERS = 6
MAX = mpf(1.7976931348623157e308)
EPS = 2.0**-53

x, y = symbols("x y", real=True)
p, q = symbols("p q", positive=True)

# ---- Points ----------------------------------------------------------------------------------------------------------

# From the smallest number to the largest. Formulas change at 0.5, 0.75, 40 and 1e4, so both sides are here.
POSITIVE = [5e-324, 1e-310, 2.5e-308, 1e-300, 1e-200, 1e-160, 1e-100, 1e-50, 1e-20, 1e-16, 1e-8, 1e-5, 0.01, 0.1, 0.3, 0.49,
            0.51, 0.7, 0.74, 0.76, 1.0, 1.5, 2.0, 4.0, 10.0, 18.0, 20.0, 39.0, 41.0, 100.0, 350.0, 400.0, 9.9e3, 1.1e4, 1e8,
            1e16, 1e50, 1e100, 1e150, 1e160, 1e200, 1e300, 1.7e308]
REAL = POSITIVE + [-v for v in POSITIVE[::2]]
INSIDE = [5e-324, 1e-310, 1e-300, 1e-160, 1e-20, 1e-16, 1e-8, 1e-5, 0.01, 0.1, 0.3, 0.49, 0.51, 0.7, 0.9, 0.99, 1 - 1e-5,
          1 - 1e-8, 1 - 1e-12, 1 - EPS]
INSIDE += [-v for v in INSIDE]
EXPONENTS = [-745.0, -744.0, -740.0, -710.0, -708.0, -700.0, -40.0, -18.5, 700.0, 709.0, 709.78]
ANGLES = REAL + [1.5707963267948966, 1.5707963267948963, 3.141592653589793, 6.283185307179586, -2.0, 0.7853981633974483,
                 11.0, 355.0, 1e22]

random = Random(20)


def spread(low, high, count=24):
    """Numbers of `low .. high`, evenly; the first half of them fit in single precision."""
    return [dyadic(random.uniform(low, high), 24 if k < count // 2 else 53) for k in range(count)]


def decades(low, high, count=24):
    """Positive numbers from `10^low` to `10^high`, evenly by their logarithm; the first half fit in single precision."""
    return [dyadic(10 ** random.uniform(low, high), 24 if k < count // 2 else 53) for k in range(count)]


def dyadic(value, bits):
    """The number of so many bits below `value`."""
    fraction = Fraction(value)
    scale = Fraction(2) ** (bits - 1)
    while abs(fraction) * scale >= 2**bits:
        scale /= 2
    while abs(fraction) * scale < 2 ** (bits - 1):
        scale *= 2
    return float(Fraction(int(fraction * scale)) / scale)


def signed(points):
    return [-v if k % 3 == 0 else v for k, v in enumerate(points)]


ORDINARY = decades(-3, 3)
SIGNED = signed(decades(-3, 3)) + spread(-3, 3)

UNARY = {
    "recip": (1 / x, REAL + SIGNED),
    "sqrt": (sqrt(p), POSITIVE + ORDINARY),
    "cbrt": (p ** Rational(1, 3), REAL + SIGNED),
    "exp": (exp(x), REAL + EXPONENTS + spread(-80, 80)),
    "exp2": (exp(x * log(2)), REAL + [-1074.0, -1060.5, -1022.5, -1000.0, 1000.0, 1023.9] + spread(-80, 80)),
    "exp_m1": (exp(x) - 1, REAL + EXPONENTS + spread(-80, 80)),
    "ln": (log(p), POSITIVE + [1 - EPS, 1 + 2 * EPS] + ORDINARY),
    "log2": (log(p) / log(2), POSITIVE + [1 - EPS, 1 + 2 * EPS] + ORDINARY),
    "log10": (log(p) / log(10), POSITIVE + [1 - EPS, 1 + 2 * EPS] + ORDINARY),
    "ln_1p": (log(1 + x), [v for v in REAL + [-1 + EPS, -1 + 1e-12, -1 + 1e-8, -0.99, -0.9] + SIGNED if v > -1]),
    "sin": (sin(x), ANGLES + spread(-80, 80)),
    "cos": (cos(x), ANGLES + spread(-80, 80)),
    "tan": (tan(x), ANGLES + spread(-80, 80) + spread(-1.5, 1.5)),
    "asin": (asin(x), INSIDE + spread(-1, 1) + signed(decades(-6, 0))),
    "acos": (acos(x), INSIDE + spread(-1, 1) + signed(decades(-6, 0))),
    "atan": (atan(x), REAL + [0.5773502691896257, -1.0] + SIGNED),
    "sinh": (sinh(x), REAL + EXPONENTS + [710.4, -710.4] + spread(-3, 3) + spread(-80, 80)),
    "cosh": (cosh(x), REAL + EXPONENTS + [710.4, -710.4] + spread(-3, 3) + spread(-80, 80)),
    "tanh": (tanh(x), REAL + [0.6584789484624084, 355.0, -360.0, 368.0, 371.0, 372.0, 373.0, -40.5, 44.0] + SIGNED
             + spread(-40, 40)),
    "asinh": (asinh(x), REAL + [0.7071067811865476, -1.224744871391589] + SIGNED),
    "acosh": (acosh(x), [1 + 2 * EPS, 1 + 1e-12, 1 + 1e-8, 1.00001, 1.01, 1.3, 1.9] + [v for v in POSITIVE if v > 1]
              + [1 + v for v in decades(-6, 3)]),
    "atanh": (atanh(x), INSIDE + spread(-1, 1) + signed(decades(-6, 0))),
    "to_degrees": (x * 180 / pi, [-1e300, 0.7, 5e-324] + spread(-3, 3, 6)),
    "to_radians": (x * pi / 180, [-1e300, 0.7, 1e-310] + spread(-3, 3, 6)),
    "powi(2)": (x**2, [-1.3, 0.3, 1e-100, 1e100, -1e-160] + spread(-3, 3, 10)),
    "powi(3)": (x**3, [-1.3, 0.3, 1e-100, 1e100] + spread(-3, 3, 10)),
    "powi(-1)": (1 / x, [-1.3, 0.3, 1e-70, 1e60, 1e100] + spread(-3, 3, 10)),
    "powi(-3)": (x**-3, [-1.3, 0.3, 1e-50, 1e30, 1e50] + spread(-3, 3, 10)),
    "powi(17)": (x**17, [-1.3, 0.3, 1e10] + spread(-3, 3, 10)),
    "sin_cos().0": (sin(x), [0.7, -18.0] + spread(-3, 3, 6)),
    "sin_cos().1": (cos(x), [0.7, -18.0] + spread(-3, 3, 6)),
}

# Ordinary pairs, and the corners of the plane: the same size, one much larger, both huge or tiny, on the axes.
SIZES = [1e-300, 1e-160, 1e-100, 1e-8, 1.0, 1e8, 1e100, 1e160, 1e300]
CORNERS = [(a, 0.7 * b) for a, b in product(SIZES, SIZES)]
PLANE = (
    [(a * (1 if i % 3 else -1), b * (1 if i % 2 else -1)) for i, (a, b) in enumerate(CORNERS)]
    + list(zip(spread(-3, 3), spread(-3, 3)))
    + [(1.0, 2.0), (3.0, 4.0), (-5.0, -12.0), (-1.5, 0.7), (1e200, 1e200), (3e-310, -4e-310), (1e-320, 1e-150), (1.7e308, 1.1e308)]
    + [(1.0, 1.0), (1.0, 1 - EPS), (-1.0, 1 + 1e-10), (1.7320508075688772, 1.0), (1.0, -1.7320508075688772)]
    + [(1.0, 2.414213562373095), (0.41421356237309503, 1.0)]
    + [(2.0**a, 1.25 * 2.0**b) for a, b in product([-140, -60, 0, 60, 127], repeat=2)]  # also in single precision
)
AXES = [(0.0, 2.0), (2.0, 0.0), (-2.0, 0.0), (0.0, -2.0), (0.0, 1e-160), (1e160, 0.0)]

EXPONENT_PAIRS = (
    [(2.0, 3.0), (0.7, 2.3), (1.3, -1.7), (0.5, 100.0), (3.0, 0.0), (3.0, 1.0), (3.0, 2.0), (1e-3, -2.2), (1.0, 5.0), (1.0, 0.0),
     (1.0, 1.0), (4.0, 1e-20), (2.0, 2.0), (3.0, 1 + 2 * EPS), (3.0, 2 - 2 * EPS), (7.0, 1 - EPS), (0.3, 3 + 1e-10)]
    # Huge and tiny bases, where an error of the exponent counts a few hundred times
    + [(1e300, 0.3), (1e300, 0.1), (1e-300, 0.3), (1e-300, 0.9), (1e300, -0.7), (1e-300, -0.7), (1e-200, 0.5), (1e10, 3.5),
       (5e-324, 0.5), (1.7e308, 0.5), (1e200, 1.3), (1e-200, 1.5), (1e-150, 2.0), (1e100, 3.0), (1e100, -2.9), (1e-310, 0.01)]
    # The power or a derivative leaves the range, the other does not
    + [(1e-200, 1.6), (1e-200, 1.7), (1e-160, 2.1), (5e-324, 1.0), (5e-324, 1e-20), (1e-300, 1e-10), (1e-300, -1e-10),
       (1e200, -1.6), (1e300, -1.07), (1e150, -2.1), (1e100, -3.15), (0.1, 322.5), (0.1, 307.9), (2.0, -1060.0), (10.0, 308.0)]
    # Near the base 1
    + [(1 + 2 * EPS, 1e15), (1 - EPS, -1e10), (1 + 1e-10, 1e10), (1 - 1e-5, 1e5), (1 + 1e-5, -2e7)]
    # Zeros of mixed derivatives: 1 + y ln x and so on
    + [(2.0, -1.4426950408889634), (0.5, 0.7), (4.0, 0.2)]
    + list(zip(decades(-3, 3), spread(-5, 5))) + list(zip(decades(-30, 30), spread(-1, 1)))
)

LOGARITHMS = [(0.7, 3.0), (2.0, 0.5), (1e-300, 10.0), (1e300, 2.0), (1.0, 7.0), (5.0, 1e-60), (1 + 1e-10, 3.0), (3.0, 1 + 1e-10),
              (1 - EPS, 1 + 2 * EPS), (1e-70, 1e70)] + list(zip(decades(-3, 3), decades(-3, 3)))

QUOTIENTS = [(a, b) for a, b in PLANE] + [(1e300, 1.7e308), (1e-310, 1e-310), (1e-310, 3.0), (0.0, 3.0)]

REMAINDERS = [(7.0, 3.0), (-7.0, 3.0), (5.5, -2.0), (1e22, 0.7), (1e300, 3.0), (-1e300, 1e-5), (3e15, 0.3), (1e-310, 3e-320), (0.1, 1e300)]
REMAINDERS += list(zip(spread(-1e6, 1e6), spread(-3, 3)))

BINARY = {
    "powf": (p**q, EXPONENT_PAIRS, 900),
    "atan2": (atan(x / y), PLANE + AXES, 4000),
    "hypot": (sqrt(x**2 + y**2), PLANE + AXES, 4000),
    "log": (log(p) / log(q), LOGARITHMS, 900),
    "div": (x / y, QUOTIENTS, 100),
    "rem": (x - y, REMAINDERS, 800),
}


# ---- Numbers ---------------------------------------------------------------------------------------------------------


def digits(value, count):
    if abs(value) < mpf(10) ** -4000:
        return "0"  # exp(-1e300) has an exponent that nothing else reads
    with mp.workdps(40):
        return nstr(+value, count, min_fixed=0, max_fixed=0)


def computed(forms, point, dps):
    """All `forms` at a point, with 25 digits that do not depend on the digits they were computed with."""
    results = []
    for mp.dps in (dps, dps * 5 // 4):
        values = [mpf(form(*map(mpf, point))) for form in forms]
        order_5 = 1 if len(point) == 1 else ORDERS
        results.append([digits(v, 25) for v in values[:-order_5]] + [digits(v, 6) for v in values[-order_5:]])
    assert results[0] == results[1], (point, results)
    return values[0], results[0]


def symbol_of(form, candidates):
    return next(s for s in candidates if s in form.free_symbols)


def unary():
    for name, (form, points) in UNARY.items():
        s = symbol_of(form, (x, p))
        odd = name == "cbrt"  # a real root, which powers of negative numbers are not
        orders = [lambdify(s, diff(form, s, k), "mpmath", cse=True) for k in range(ORDERS)]
        if odd:
            orders = [lambda v, k=k, g=g: g(abs(v)) * (-1 if v < 0 and k % 2 == 0 else 1) for k, g in enumerate(orders)]
        for point in dict.fromkeys(points):
            value, words = computed(orders, (point,), 1000)
            if abs(value) < MAX:
                yield " ".join([name, repr(point)] + words)


def atan2_orders():
    """The value jumps, the derivatives are rational."""
    h = x**2 + y**2
    gradient = [y / h, -x / h]
    forms = [diff(gradient[0], x, n - 1 - k, y, k) if k < n else diff(gradient[1], y, n - 1)
             for n in range(1, ORDERS) for k in range(n + 1)]
    return [lambda a, b: mp.atan2(a, b)] + [lambdify((x, y), form, "mpmath", cse=True) for form in forms]


def rem_orders():
    """Linear between the jumps of the quotient."""
    quotient = lambda a, b: mp.sign(a / b) * mp.floor(abs(a / b))
    first = [lambda a, b: a - b * quotient(a, b), lambda a, b: mpf(1), lambda a, b: -quotient(a, b)]
    return first + [lambda a, b: mpf(0)] * (ORDERS * (ORDERS + 1) // 2 - 3)


def binary():
    for name, (form, points, dps) in BINARY.items():
        s, t = (p, q) if p in form.free_symbols else (x, y)
        if name == "atan2":
            orders = atan2_orders()
        elif name == "rem":
            orders = rem_orders()
        else:
            forms = [diff(form, s, n - k, t, k) for n in range(ORDERS) for k in range(n + 1)]
            orders = [lambdify((s, t), form, "mpmath", cse=True) for form in forms]
        for a, b in dict.fromkeys(points):
            value, words = computed(orders, (a, b), dps)
            if abs(value) < MAX:
                yield " ".join([name, repr(a), repr(b)] + words)


if __name__ == "__main__":
    for path, lines in [("unary.txt", unary()), ("binary.txt", binary())]:
        with open(path, "w", encoding="ascii") as out:
            out.writelines(line + "\n" for line in lines)
