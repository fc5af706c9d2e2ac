"""Writes the reference values of `unary.txt` and `binary.txt`: derivatives from closed forms, evaluated with 1500 digits.

A line of `unary.txt` is: name, x, f, f', f'', f'''. A line of `binary.txt` is: name, x, y, f, fx, fy, fxx, fxy, fyy.
Points are exactly the doubles written; results are rounded once. Run as `python3 rules.py` next to the data; needs sympy.
"""

from mpmath import mp, mpf
from sympy import Abs, acosh, asin, asinh, atan, atanh, acos, cos, cosh, diff, exp, lambdify, log, pi, sign, sin, sinh, sqrt
from sympy import symbols, tan, tanh

mp.dps = 1500
MAX = 1.7976931348623157e308
EPS = 2.0**-53

x, y = symbols("x y", real=True)

# The whole line, and its parts. Rows of the table switch formulas at 0.75 (tanh) and 1e8 (atan), so both sides are here.
POSITIVE = [1e-300, 1e-150, 1e-20, 1e-8, 0.01, 0.3, 0.74, 0.76, 1.5, 4.0, 18.0, 400.0, 9.9e7, 1.1e8, 1e16, 1e160, 1e200, 1e300]
REAL = POSITIVE + [-p for p in POSITIVE]
INSIDE = [1e-300, 1e-20, 1e-8, 0.01, 0.3, 0.5, 0.9, 0.99, 1 - 1e-8, 1 - EPS]
ANGLES = REAL + [1.5707963267948966, 3.141592653589793, -2.0, 1e22]

UNARY = {
    "recip": (1 / x, [p for p in REAL if abs(p) > 1e-200]),
    "sqrt": (sqrt(x), POSITIVE + [2.5e-308, 1e308]),
    "cbrt": (sign(x) * Abs(x) ** (mpf(1) / 3), REAL),
    "exp": (exp(x), REAL + [-700.0, 700.0, -40.0]),
    "exp2": (exp(x * log(2)), REAL + [-1000.0, 1000.0]),
    "exp_m1": (exp(x) - 1, REAL + [-700.0, 700.0, -40.0]),
    "ln": (log(x), POSITIVE + [1 - EPS, 1 + 2 * EPS]),
    "log2": (log(x) / log(2), POSITIVE + [1 - EPS]),
    "log10": (log(x) / log(10), POSITIVE + [1 - EPS]),
    "ln_1p": (log(1 + x), POSITIVE + [-1 + EPS, -1 + 1e-8, -0.9, -0.5, -0.01, -1e-8, -1e-20, -1e-300]),
    "sin": (sin(x), ANGLES),
    "cos": (cos(x), ANGLES),
    "tan": (tan(x), ANGLES),
    "asin": (asin(x), INSIDE + [-p for p in INSIDE]),
    "acos": (acos(x), INSIDE + [-p for p in INSIDE]),
    "atan": (atan(x), REAL),
    "sinh": (sinh(x), REAL + [-700.0, 700.0]),
    "cosh": (cosh(x), REAL + [-700.0, 700.0]),
    "tanh": (tanh(x), REAL + [20.0, -20.0, -40.0, 350.0]),
    "asinh": (asinh(x), REAL + [1.0, -1.0]),
    "acosh": (acosh(x), [1 + 2 * EPS, 1 + 1e-8, 1.01, 1.3, 2.0, 10.0, 1e8, 1e160, 1e200, 1e300]),
    "atanh": (atanh(x), INSIDE + [-p for p in INSIDE]),
    "to_degrees": (x * 180 / pi, [-1e300, 0.7]),
    "to_radians": (x * pi / 180, [-1e300, 0.7]),
    "powi(2)": (x**2, [-1.3, 1e-100, 1e100]),
    "powi(3)": (x**3, [-1.3, 1e-100, 1e100]),
    "powi(-1)": (1 / x, [-1.3, 1e-70, 1e100]),
    "powi(-3)": (x**-3, [-1.3, 1e-50, 1e50]),
    "powi(17)": (x**17, [-1.3, 0.3, 1e10]),
    "sin_cos().0": (sin(x), [0.7, -18.0]),
    "sin_cos().1": (cos(x), [0.7, -18.0]),
}

BINARY = {
    "powf": (exp(y * log(x)), [(2.0, 3.0), (0.7, 2.3), (1.3, -1.7), (1e-200, 0.5), (1e10, 3.5), (1 + 1e-10, 1e10),
                               (0.5, 100.0), (3.0, 0.0), (3.0, 1.0), (1e-3, -2.2), (1.0, 5.0), (1.0, 0.0), (1e300, 0.1),
                               (4.0, 1e-20), (2.0, 2.0)]),
    "atan2": (None, [(1.0, 2.0), (-1.5, -0.7), (1.5, -0.7), (-1.5, 0.7), (1e-200, 3e-200), (1e-150, -3e-150),
                     (1e200, 1e200), (3e150, 4e-150), (3e-150, 4e150), (1e300, -2e300), (1e-100, 1.0), (1.0, 1e-100),
                     (0.0, 2.0), (2.0, 0.0), (-2.0, 0.0)]),
    "hypot": (sqrt(x**2 + y**2), [(3.0, 4.0), (-3.0, 4.0), (5.0, -12.0), (-5.0, -12.0), (1e200, 1e200), (1e-200, 3e-200),
                                  (1e-150, -4e-150), (1e-8, 1.0), (1.0, 1e-8), (1e-20, 1.0), (-1.0, 1e-20),
                                  (1e-150, 1e150), (0.0, 3.0), (-3.0, 0.0), (1e8, 1.0)]),
    "log": (log(x) / log(y), [(0.7, 3.0), (2.0, 0.5), (1e-300, 10.0), (1e300, 2.0), (1.0, 7.0), (5.0, 1e-100)]),
}


def number(value):
    """The nearest double, in the shortest decimal form that reads back to it."""
    if abs(value) > mpf(MAX) * (1 + mpf(EPS) / 2):
        return "inf" if value > 0 else "-inf"
    return repr(float(value))


def unary():
    for name, (f, points) in UNARY.items():
        if name == "cbrt":  # odd, so that the symbolic derivatives need no sign
            p = symbols("p", positive=True)
            root = [lambdify(p, diff(p ** (mpf(1) / 3), p, k), "mpmath") for k in range(4)]
            orders = [lambda v, r=r, k=k: r(abs(v)) * (-1 if v < 0 and k % 2 == 0 else 1) for k, r in enumerate(root)]
        else:
            orders = [lambdify(x, diff(f, x, k), "mpmath") for k in range(4)]
        for point in points:
            values = [mpf(g(mpf(point))) for g in orders]
            if abs(values[0]) < MAX:
                yield " ".join([name, repr(point)] + [number(v) for v in values])


def binary():
    h = x**2 + y**2
    for name, (f, points) in BINARY.items():
        if f is None:  # atan2: the value jumps, the derivatives are rational
            gradient = [y / h, -x / h]
            value = lambda a, b: mp.atan2(a, b)
        else:
            gradient = [diff(f, x), diff(f, y)]
            value = lambdify((x, y), f, "mpmath")
        forms = gradient + [diff(gradient[0], x), diff(gradient[0], y), diff(gradient[1], y)]
        orders = [value] + [lambdify((x, y), form, "mpmath") for form in forms]
        for a, b in points:
            values = [mpf(g(mpf(a), mpf(b))) for g in orders]
            yield " ".join([name, repr(a), repr(b)] + [number(v) for v in values])


for path, lines in [("unary.txt", unary()), ("binary.txt", binary())]:
    with open(path, "w", encoding="ascii") as out:
        out.writelines(line + "\n" for line in lines)
