"""Writes the references of `slices.txt`: functions of many variables, from closed forms evaluated with 1300 digits.

A line is: name, the number n of variables, the point, the value, the gradient, and the upper triangle of the Hessian in the first
five variables by rows. Each of these has 25 digits, a colon, and its unit: what changes of the variables by 1e-16 of themselves do
to it, all added up, times 1e16. Variables that are -∞ stay so. Points are exactly the doubles written. Every number is computed
twice, with different numbers of digits, and must come out the same. Run as `python3 slices.py` next to the data; needs mpmath.
"""

from random import Random

from mpmath import mp, mpf

from rules import digits, dyadic

BLOCK = 5
STEP = mpf(10) ** -300
INF = mpf("inf")

random = Random(7)

# ---- Functions -------------------------------------------------------------------------------------------------------

# Each returns the value, the entries of the gradient, and a function for those of the Hessian.


def sum_(x):
    return mp.fsum(x), [mpf(1)] * len(x), lambda i, j: mpf(0)


def dot(x):
    """Of the variables at even places with those at odd ones."""
    other = [x[i ^ 1] for i in range(len(x))]
    return mp.fsum(a * b for a, b in zip(x[::2], x[1::2])), other, lambda i, j: mpf(i ^ 1 == j)


def norm(x):
    r = mp.sqrt(mp.fsum(v * v for v in x))
    rest = lambda i: mp.fsum(v * v for k, v in enumerate(x) if k != i)  # r² - x[i]², which cancels
    return r, [v / r for v in x], lambda i, j: (rest(i) if i == j else -x[i] * x[j]) / r**3


def exp(v):
    return mpf(0) if v == -INF else mp.exp(v)


def weights(x):
    """The softmax, and what each lacks of 1."""
    e = [exp(v) for v in x]
    total = mp.fsum(e)
    return [v / total for v in e], [mp.fsum(e[:i] + e[i + 1 :]) / total for i in range(len(e))]


def log_sum_exp(x):
    p, q = weights(x)
    return mp.log(mp.fsum(exp(v) for v in x)), p, lambda i, j: p[i] * q[i] if i == j else -p[i] * p[j]


def weighted_log_sum_exp(x):
    """Of as many weights as exponents, which follow them."""
    n = len(x) // 2
    w, e = x[:n], [exp(v) for v in x[n:]]
    total = mp.fsum(a * b for a, b in zip(w, e))
    slope = [v / total for v in e] + [a * b / total for a, b in zip(w, e)]
    rest = lambda i: mp.fsum(w[k] * e[k] for k in range(n) if k != i) / total  # 1 - slope[n + i], which cancels

    def second(i, j):
        if i < n <= j and j == i + n:
            return slope[i] * rest(i)
        if i == j >= n:
            return slope[i] * rest(i - n)
        return -slope[i] * slope[j]

    return mp.log(total), slope, second


def softmax(x):
    """The first entry of the softmax."""
    p, q = weights(x)
    slope = lambda i: p[0] * q[0] if i == 0 else -p[0] * p[i]

    def second(i, j):
        if i == j == 0:
            return p[0] * q[0] * (q[0] - p[0])
        if i == 0 or j == 0:
            return p[0] * p[i + j] * (p[0] - q[0])
        return p[0] * p[i] * (p[i] - q[i]) if i == j else 2 * p[0] * p[i] * p[j]

    return p[0], [slope(i) for i in range(len(x))], second


def extreme(choose):
    def function(x):
        best = choose(x)
        ties = sum(v == best for v in x)
        return best, [mpf(v == best) / ties for v in x], lambda i, j: mpf(0)
    return function


def polyval(x):
    """Of the first variable, with the others as coefficients from the constant one on."""
    t, c = x[0], x[1:]
    power = lambda k, less: mp.ff(k, less) * t ** (k - less) if k >= less else mpf(0)
    orders = [mp.fsum(v * power(k, less) for k, v in enumerate(c)) for less in range(3)]
    gradient = [orders[1]] + [power(k, 0) for k in range(len(c))]
    second = lambda i, j: orders[2] if i == j == 0 else power(j - 1, 1) if i == 0 else mpf(0)
    return orders[0], gradient, second


FUNCTIONS = {
    "sum": sum_, "dot": dot, "norm": norm, "log_sum_exp": log_sum_exp, "softmax": softmax,
    "weighted_log_sum_exp": weighted_log_sum_exp,
    "max": extreme(max), "min": extreme(min), "polyval": polyval,
}

# ---- Points ----------------------------------------------------------------------------------------------------------


def vector(n, size=lambda: 1.0, bits=53):
    return [dyadic(random.uniform(-3, 3) * size(), bits) for _ in range(n)]


def spread(decades):
    return lambda: 10 ** random.uniform(-decades, decades)


def dominated(n, large, small):
    """One large entry, not the first."""
    return vector(1, lambda: small) + [large] + vector(n - 2, lambda: small)


LENGTHS = [2, 5, 50]
ORDINARY = [vector(n) for n in [1, *LENGTHS, 2, 5, 5, 50]] + [vector(n, bits=24) for n in [1, *LENGTHS, 5, 50]]
SCALED = [vector(n, spread(200)) for n in LENGTHS]
SCALED += [vector(n, lambda: 1e200) for n in LENGTHS] + [vector(n, lambda: 1e-200) for n in LENGTHS]
SCALED += [vector(5, lambda: 1e-290), [3e-310, -4e-310], [1e307, -1.1e307, 9e306], [1e200, 1e-200, -1.0]]
DOMINATED = [dominated(n, large, small) for n in LENGTHS for large, small in [(3.0, 1e-9), (-1e200, 1e-200), (7.0, 1e-3)]]
# Terms that cancel all but their last digits
CANCELLING = [[1.0, -1.0 + 2.0**-53], [1e16, 1.0, -1e16], [1e200, 3.0, -1e200, 0.125, 1e-200]]
CANCELLING += [half + [-v for v in half[:-1]] for half in [vector(3), vector(25)]]

# Exponents: of ordinary sizes, all far out, one that dominates, none
EXPONENTS = ORDINARY + [vector(n, lambda: 30.0) for n in LENGTHS]
EXPONENTS += [[1000.0, 1000.5], [-1000.0, -1030.0, -1001.0], [1e5, 1e5 + 1.0, 1e5 - 7.0], [0.0, 40.0], [40.0, 0.0], [0.0, -700.0, 1.0]]
EXPONENTS += [[0.25] * n for n in [1, *LENGTHS]] + [[0.0, -INF], [-INF, 1.5, 0.25], [2.0, -INF, -1.0, -INF, 0.5], [-1e200, 0.5, -1e-200]]
EXPONENTS += [[-1.0, -0.4586751453870819], [1.0 + 2.0**-40, 1.0, -50.0]]
# Sums that are 1 and a little more
EXPONENTS += [[0.0, -50.0], [-20.0, 0.0], [1e-3, -30.0], [0.0, -17.0], [-40.0, 0.0, -37.5, -INF], [2.0**-10, -17.0]]

EVEN = [x for x in ORDINARY + SCALED[:3] + DOMINATED + CANCELLING if len(x) % 2 == 0]
EVEN += [[3.0, 1.0, 1.0, -3.0 + 2.0**-51], [1e100, 1e99, -2e-100, 3e-101], [1.5e150, 1e-150, 1e-150, 3e150]]
TIES = [[1.0, 3.0, 3.0], [-1.0, -1.0, -1.0, 2.0], [0.5] * 50, [-INF, -INF, 2.0]]

# x, and coefficients: ordinary ones, Wilkinson's beside a root, a Taylor series, large and small
POLYNOMIALS = [vector(n + 1) for n in [1, *LENGTHS[:2]]] + [[1.25] + vector(12), [-0.5] + vector(50), [0.75, *vector(20, bits=24)]]
POLYNOMIALS += [[2.0 + 2.0**-20, -6.0, 11.0, -6.0, 1.0], [1e-200, 1.0, 1e200, 1.0], [1e60, 3.0, -1e-60, 2e-120], [0.0, 2.0, 3.0, 5.0]]
POLYNOMIALS += [[-3.5] + [float(1 / mp.factorial(k)) for k in range(30)]]

# Weights, and as many exponents: ordinary ones, weights that are 0 or nearly cancel, one term that dominates, a sum near 1
positive = lambda n, bits=53: [abs(v) for v in vector(n, bits=bits)]
WEIGHTED = [positive(n) + vector(n) for n in [1, *LENGTHS, 5]] + [positive(n, 24) + vector(n, bits=24) for n in [1, *LENGTHS]]
WEIGHTED += [positive(n) + vector(n, lambda: 30.0) for n in LENGTHS]
WEIGHTED += [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, -50.0], [1.0, 1.0, 0.0, -50.0], [0.5, 0.5, 0.25, 0.25]]
WEIGHTED += [[0.5, 0.25, 0.25, 0.0, 0.0, 0.0], [0.75, 2.0, -1.25, 1000.0, 1000.5, 999.0], [1e-100, 1.0, 3.0, -200.0], [1e-5, 1.0, 30.0, 0.0]]
WEIGHTED += [[1.0, 2.0, -INF, 0.5], [0.0, 2.0, 5.0, 0.5]]

POINTS = {
    "sum": ORDINARY + SCALED + DOMINATED + CANCELLING,
    "dot": EVEN,
    "norm": ORDINARY + SCALED + DOMINATED,
    "log_sum_exp": EXPONENTS,
    "weighted_log_sum_exp": WEIGHTED,
    "softmax": [x for x in EXPONENTS if x[0] != -INF],
    "max": ORDINARY[:4] + SCALED[:3] + TIES,
    "min": ORDINARY[:4] + SCALED[:3] + TIES[:-1],
    "polyval": POLYNOMIALS,
}


def numbers(function, x):
    """Value, gradient, and the triangle of the Hessian."""
    value, gradient, second = function(x)
    block = range(min(len(x), BLOCK))
    return [value, *gradient, *(second(i, j) for i in block for j in block if i <= j)]


def line(name, point):
    """What is computed with so many digits must be the same as with more."""
    results = []
    for mp.dps in (1300, 1600):
        x = [mpf(v) for v in point]
        here = numbers(FUNCTIONS[name], x)
        units = [mpf(0)] * len(here)
        for k, v in enumerate(x):
            if v == 0 or mp.isinf(v) or name in ("sum", "max", "min"):
                continue
            moved = numbers(FUNCTIONS[name], [*x[:k], v * (1 + STEP), *x[k + 1 :]])
            units = [unit + abs(b - a) / STEP for unit, a, b in zip(units, here, moved)]
        if name == "sum":
            units[0] = mp.fsum(map(abs, x))
        results.append([f"{digits(a, 25)}:{digits(unit, 3)}" for a, unit in zip(here, units)])
    assert results[0] == results[1], (name, point)
    return " ".join([name, str(len(point)), *(repr(float(v)) for v in point), *results[0]])


if __name__ == "__main__":
    with open("slices.txt", "w", encoding="ascii") as out:
        for name, points in POINTS.items():
            out.writelines(line(name, point) + "\n" for point in points)
