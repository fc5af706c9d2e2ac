"""Writes `distributions.txt`: partial derivatives of distribution functions close to the ends of their domains.

Lines are those of `binary.txt`, see `rules.py`: name, point, partial derivatives of orders 0 to 5. Derivatives by the argument are sums of
powers by Leibniz' rule, those by a shape central differences of these sums and of power series, in which nothing cancels. Every number
is computed with 150 and with 210 digits and must come out the same. Run as `python3 distributions.py` next to the data; needs mpmath.
"""

from mpmath import beta, binomial, exp, ff, gamma, mp, mpf, nstr

ORDERS = 6
EPS = 2.0**-53


def of_power(n, x, a, h):
    """The derivative of order `n` of `xᵃ⁻¹ h(x)`, given those of `h`."""
    return mp.fsum(binomial(n, k) * ff(a - 1, k) * x ** (a - 1 - k) * h(n - k) for k in range(n + 1))


def series(first, ratio):
    """The sum of terms of which each is `ratio(k)` times the one before."""
    total, term, k = first, first, 1
    while abs(term) > abs(total) * mp.eps / 100:
        term *= ratio(k)
        total += term
        k += 1
        if term == 0:
            break
    return total


def gamma_p(x, a, n):
    if n == 0:
        return series(x**a * exp(-x) / gamma(a + 1), lambda k: x / (a + k))
    return of_power(n - 1, x, a, lambda j: (-1) ** j * exp(-x)) / gamma(a)


def gamma_q(x, a, n):
    """Without the 1 from which it is subtracted."""
    return -gamma_p(x, a, n)


def chi_squared(x, k, n):
    return gamma_p(x / 2, k / 2, n) / mpf(2) ** n


def beta_inc(x, a, b, n):
    """From the end at which `x` is; beyond 1/2 without the 1 from which that is subtracted."""
    if x > 0.5:
        return -((-1) ** n) * beta_inc(1 - x, b, a, n)
    if n == 0:
        return series(x**a * (1 - x) ** b / (a * beta(a, b)), lambda k: x * (a + b + k - 1) / (a + k))
    return of_power(n - 1, x, a, lambda j: (-1) ** j * ff(b - 1, j) * (1 - x) ** (b - 1 - j)) / beta(a, b)


TINY = [(1e-300, 2.0), (1e-300, 0.5), (1e-100, 1.0), (1e-100, 3.0), (1e-30, 2.5), (1e-30, 4.0), (1e-10, 2.0), (1e-10, 3.0),
        (1e-6, 1.0), (1e-6, 3.0), (1e-200, 3.5), (1e-3, 2.0), (0.3, 2.0), (0.125, 4.0), (0.03125, 0.75)]
NEAR_1 = [(1 - EPS, 2.0), (1 - 2.0**-40, 1.0), (1 - 2.0**-30, 3.0), (1 - 2.0**-20, 2.0), (1 - 2.0**-10, 0.5), (0.9375, 3.0)]
FUNCTIONS = {
    "gamma_p": (gamma_p, TINY),
    "gamma_q": (gamma_q, TINY),
    "chi_squared_cdf": (chi_squared, TINY),
    "beta_inc(a=2.5)": (lambda x, b, n: beta_inc(x, mpf(2.5), b, n), TINY + NEAR_1),
    "beta_inc(b=0.75)": (lambda x, a, n: beta_inc(x, a, mpf(0.75), n), TINY + NEAR_1),
}


def partials(f, x, a):
    """In the order of the lines."""
    step = a * mpf(10) ** (-mp.dps // 8)
    found = {}
    for i in range(ORDERS):
        most = ORDERS - 1 - i
        at = {j: f(x, a + j * step / 2, i) for j in range(-most, most + 1)}
        for k in range(most + 1):
            terms = ((-1) ** (k - j) * binomial(k, j) * at[2 * j - k] for j in range(k + 1))
            found[i, k] = mp.fsum(terms) / step**k
    if f is gamma_q or x > 0.5:
        found[0, 0] += 1
    return [found[n - k, k] for n in range(ORDERS) for k in range(n + 1)]


def computed(f, x, a):
    results = []
    for digits in (150, 210):
        with mp.workdps(digits):
            results.append(partials(f, mpf(x), mpf(a)))
    for few, many in zip(*results):
        assert few == many or abs(few - many) < abs(many) * mpf(10) ** -25, (x, a, few, many)
    return [nstr(v, 25, min_fixed=1, max_fixed=0) for v in results[1]]


if __name__ == "__main__":
    with open("distributions.txt", "w", encoding="ascii") as out:
        for name, (f, points) in FUNCTIONS.items():
            for x, a in points:
                out.write(" ".join([name, repr(x), repr(a)] + computed(f, x, a)) + "\n")
