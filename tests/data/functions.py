"""Writes `functions.txt` and `high_order.txt`: references of whole functions, from symbolic derivatives evaluated with 60 digits.

A line of `functions.txt` is: name, the number n of variables, the point, the value, the gradient, and the upper triangle of the
Hessian by rows. A line of `high_order.txt` is: name, x, and the derivatives of orders 0 to 6. Points are exactly the doubles
written, results have 20 digits. Run as `python3 functions.py` next to the data; needs sympy.
"""

from mpmath import mp, mpf, nstr
from sympy import Matrix, asin, atan, cos, diff, erfc, exp, lambdify, log, sin, sqrt, symbols, tan, tanh

mp.dps = 60


def digits(value):
    return nstr(value, 20, min_fixed=0, max_fixed=0) if value else "0"


# ---- Several variables -----------------------------------------------------------------------------------------------


def normal_cdf(z):
    return erfc(-z / sqrt(2)) / 2


def black_scholes(spot, strike, rate, volatility, time):
    """The price of a European call."""
    spread = volatility * sqrt(time)
    d1 = (log(spot / strike) + (rate + volatility**2 / 2) * time) / spread
    return spot * normal_cdf(d1) - strike * exp(-rate * time) * normal_cdf(d1 - spread)


def kepler_energy(x, y, z, u, v, w, mu):
    """The energy of a body of unit mass at (x, y, z) with velocity (u, v, w)."""
    return (u**2 + v**2 + w**2) / 2 - mu / sqrt(x**2 + y**2 + z**2)


def log_determinant(a, b, c, d, e, f):
    """Of the symmetric matrix with lower triangle a, b c, d e f."""
    return log(Matrix([[a, b, d], [b, c, e], [d, e, f]]).det())


def lennard_jones(depth, size, *coordinates):
    """The energy of atoms in the plane."""
    atoms = list(zip(coordinates[::2], coordinates[1::2]))
    energy = 0
    for i, (x1, y1) in enumerate(atoms):
        for x2, y2 in atoms[:i]:
            s6 = (size**2 / ((x1 - x2) ** 2 + (y1 - y2) ** 2)) ** 3
            energy += 4 * depth * (s6**2 - s6)
    return energy


FUNCTIONS = {
    "black_scholes": (black_scholes, [
        (100.0, 100.0, 0.05, 0.2, 1.0),
        (100.0, 110.0, 0.01, 0.35, 0.25),
        (42.0, 30.0, 0.1, 0.2, 0.5),        # in the money
        (100.0, 160.0, 0.02, 0.15, 0.5),    # far out of it
        (100.0, 101.0, 0.03, 0.25, 0.002),  # expires tomorrow
        (1.1e-6, 1e-6, 0.0, 0.8, 2.0),      # a token
        (4.2e9, 5e9, -0.005, 0.12, 10.0),   # a company
    ]),
    "kepler_energy": (kepler_energy, [
        (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0),
        (0.5, -1.25, 0.75, 0.3, 0.6, -0.2, 1.0),
        (1.496e11, -2.1e10, 3.5e7, 1200.0, 29780.0, -3.0, 1.32712440018e20),  # the earth, in metres and seconds
        (3e-11, 4e-11, -1.2e-10, 1e6, -2e5, 5e5, 253.27),                     # an electron
    ]),
    "log_determinant": (log_determinant, [
        (4.0, 1.0, 3.0, -0.5, 0.25, 2.0),
        (1.0, 0.5, 1 / 3, 1 / 3, 0.25, 0.2),       # Hilbert's matrix, condition number 500
        (1e8, 0.5, 1.0, 1e-3, 1e-5, 1e-8),         # badly scaled
        (2.0, 0.0, 3.0, 0.0, 0.0, 5.0),            # diagonal: zeros that are variables
    ]),
    "lennard_jones": (lennard_jones, [
        (1.0, 1.0, 0.0, 0.0, 1.125, 0.0, 0.5625, 0.97),
        (1.0, 1.0, 0.1, -0.3, 1.7, 0.4, -0.9, 2.2),
        (1.0, 1.0, 0.0, 0.0, 0.8, 0.1, 0.2, 0.95),                                         # squeezed
        (1.65e-21, 3.4e-10, 0.0, 0.0, 3.8e-10, 1e-11, 1.9e-10, 3.4e-10),                   # argon, in metres and joules
    ]),
}


def functions():
    for name, (function, points) in FUNCTIONS.items():
        n = len(points[0])
        variables = symbols(f"x0:{n}", positive=True)
        form = function(*variables)
        gradient = [diff(form, v) for v in variables]
        hessian = [diff(gradient[i], variables[j]) for i in range(n) for j in range(i, n)]
        compute = lambdify(variables, [form] + gradient + hessian, "mpmath", cse=True)
        for point in points:
            values = compute(*map(mpf, point))
            yield " ".join([name, str(n)] + [repr(float(v)) for v in point] + [digits(v) for v in values])


# ---- High orders -----------------------------------------------------------------------------------------------------

x = symbols("x", real=True)
inner = exp(x * sin(x))

HIGH_ORDERS = {
    "tanh": (tanh(x), [1.0, 0.25, -3.0]),
    "sin": (sin(x), [1.0]),
    "x_exp_sin": (x * exp(sin(x)), [0.7]),
    "runge": (1 / (1 + x**2), [0.5, 3.0]),
    "softplus": (log(1 + exp(x)), [0.0, 2.5]),
    "sqrt": (sqrt(x), [2.0]),
    "three_halves": (x**1.5, [2.0]),
    "atan": (atan(x), [1.0, -0.3]),
    "asin": (asin(x), [0.0, 0.6]),
    "bell": (exp(exp(x) - 1), [0.0]),
    "tan": (tan(x), [0.0, 1.0]),
    "sec": (1 / cos(x), [0.0]),
    "fibonacci": (1 / (1 - x - x**2), [0.0]),
    "catalan": ((1 - sqrt(1 - 4 * x)) / 2, [0.0]),
    "recip": (1 / x, [4.0, -0.3]),
    "cos_square": (cos(x**2), [1.0]),
    "tenth_power": (x**10, [1.0, 0.0]),
    "hermite": (exp(-(x**2) / 2), [0.7]),
    "nested": (inner * sin(x * inner) + x, [0.3]),
    "self_power": (exp(x * log(x)), [0.7, 2.0]),
    "length": (sqrt(x**2 + exp(2 * x)), [-1.0, 0.5]),
    "angle": (atan(x / exp(x)), [-1.0, 0.5]),
}


def high_orders():
    for name, (form, points) in HIGH_ORDERS.items():
        orders = [lambdify(x, diff(form, x, k), "mpmath", cse=True) for k in range(7)]
        for point in points:
            yield " ".join([name, repr(point)] + [digits(mpf(f(mpf(point)))) for f in orders])


for path, lines in [("functions.txt", functions()), ("high_order.txt", high_orders())]:
    with open(path, "w", encoding="ascii") as out:
        out.writelines(line + "\n" for line in lines)
