// The problems F1 to F6 of `tests/common/problems.rs`, which explains them, as C++ templates: the same points, the same order of
// operations and the same named temporaries, since these decide what a tool records.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Knuth's 64-bit linear congruential generator, by its state.
class Random {
    std::uint64_t state;

  public:
    explicit Random(std::uint64_t state) : state(state) {}

    double between(double low, double high) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return low + (high - low) * (double(state >> 11) / double(1ull << 53));
    }

    std::vector<double> vector_between(double low, double high, std::size_t n) {
        std::vector<double> numbers(n);
        for (double& x : numbers) x = between(low, high);
        return numbers;
    }
};

// F1: Rosenbrock's chain.
struct Rosenbrock {
    std::vector<double> x0;

    explicit Rosenbrock(std::size_t n) : x0(Random(1).vector_between(-1.5, 1.5, n)) {}

    template <class T> T operator()(const std::vector<T>& x) const {
        T s = 0.0;
        for (std::size_t i = 0; i + 1 < x.size(); ++i) {
            T a = x[i + 1] - x[i] * x[i];
            T b = 1.0 - x[i];
            s += a * a * 100.0 + b * b;
        }
        return s;
    }
};

// F2: log-sum-exp.
struct LogSumExp {
    std::vector<double> x0 = Random(2).vector_between(-2.0, 2.0, 1000);

    template <class T> T operator()(const std::vector<T>& x) const {
        using std::exp;
        using std::log;
        T s = 0.0;
        for (const T& x : x) s += exp(x);
        T y = log(s) - x[17];
        return y;
    }
};

// F3: a network with one hidden layer.
struct Network {
    static constexpr std::size_t inputs = 16, hidden = 32, samples = 64;
    std::vector<double> x0, data, targets;

    Network() {
        Random random(3);
        x0 = random.vector_between(-0.5, 0.5, inputs * hidden + 2 * hidden + 1);
        data = random.vector_between(-1.0, 1.0, samples * inputs);
        targets = random.vector_between(-1.0, 1.0, samples);
    }

    template <class T> T operator()(const std::vector<T>& x) const {
        using std::tanh;
        const T *w1 = x.data(), *b1 = w1 + inputs * hidden, *w2 = b1 + hidden, *b2 = w2 + hidden;
        T loss = 0.0;
        for (std::size_t k = 0; k < samples; ++k) {
            T out = *b2;
            for (std::size_t j = 0; j < hidden; ++j) {
                T a = b1[j];
                for (std::size_t i = 0; i < inputs; ++i) a += w1[j * inputs + i] * data[k * inputs + i];
                T h = tanh(a);
                out += w2[j] * h;
            }
            T e = out - targets[k];
            loss += e * e;
        }
        T mean = loss * (1.0 / samples);
        return mean;
    }
};

// F4: a mixture of Gaussians.
struct Mixture {
    static constexpr std::size_t d = 10, k = 25, n = 1000, triangle = d * (d + 1) / 2;
    std::vector<double> x0, points;
    double constant;

    Mixture() {
        Random random(4);
        x0 = random.vector_between(-1.0, 1.0, k);
        const auto means = random.vector_between(0.0, 1.0, k * d);
        const auto factors = random.vector_between(-1.0, 1.0, k * triangle);
        x0.insert(x0.end(), means.begin(), means.end());
        x0.insert(x0.end(), factors.begin(), factors.end());
        points = random.vector_between(0.0, 1.0, n * d);

        const double pi = std::acos(-1.0), degrees = d + 1.0;
        double log_gamma = 0.0;
        for (std::size_t j = 0; j < d; ++j) log_gamma += std::lgamma((degrees - double(j)) / 2.0);
        const double prior = -degrees * d * 0.5 * std::log(2.0) - (d * (d - 1.0) / 4.0 * std::log(pi) + log_gamma);
        constant = -(n * d / 2.0) * std::log(2.0 * pi) - k * prior;
    }

    // With the maximum subtracted as an ordinary, active number.
    template <class T> static T log_sum_exp(const T* x) {
        using std::exp;
        using std::log;
        T max = x[0];
        for (std::size_t i = 1; i < k; ++i) {
            if (max < x[i]) max = x[i];
        }
        T s = 0.0;
        for (std::size_t i = 0; i < k; ++i) s += exp(x[i] - max);
        T y = log(s) + max;
        return y;
    }

    template <class T> T operator()(const std::vector<T>& x) const {
        using std::exp;
        const T *alphas = x.data(), *means = alphas + k, *factors = means + k * d;
        std::vector<T> diagonals(k * d), logs(k);
        T prior = 0.0;
        for (std::size_t g = 0; g < k; ++g) {
            const T* factor = factors + g * triangle;
            T log = 0.0;
            for (std::size_t i = 0; i < d; ++i) {
                log += factor[i];
                T diagonal = exp(factor[i]);
                prior += diagonal * diagonal;
                diagonals[g * d + i] = diagonal;
            }
            for (std::size_t i = d; i < triangle; ++i) prior += factor[i] * factor[i];
            logs[g] = log;
        }

        std::vector<T> centred(d), q(d), main(k);
        T likelihood = 0.0;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t g = 0; g < k; ++g) {
                for (std::size_t i = 0; i < d; ++i) {
                    centred[i] = points[p * d + i] - means[g * d + i];
                    q[i] = diagonals[g * d + i] * centred[i];
                }
                const T* lower = factors + g * triangle + d;
                for (std::size_t i = 0; i < d; ++i) {
                    for (std::size_t j = i + 1; j < d; ++j) q[j] += *lower++ * centred[i];
                }
                T norm = 0.0;
                for (const T& q : q) norm += q * q;
                main[g] = alphas[g] + logs[g] - norm * 0.5;
            }
            likelihood += log_sum_exp(main.data());
        }
        T y = likelihood - log_sum_exp(alphas) * double(n) + prior * 0.5 + constant;
        return y;
    }
};

// F5: the Burgers equation on a ring.
struct Burgers {
    static constexpr std::size_t n = 100, steps = 200;
    std::vector<double> x0;

    Burgers() {
        const double tau = 2.0 * std::acos(-1.0);
        for (std::size_t i = 0; i < n; ++i) x0.push_back(0.5 + 0.5 * std::sin(tau * double(i) / n));
    }

    template <class T> T operator()(const std::vector<T>& x) const {
        std::vector<T> u = x, v(n);
        for (std::size_t step = 0; step < steps; ++step) {
            for (std::size_t i = 0; i < n; ++i) {
                const std::size_t l = i == 0 ? n - 1 : i - 1, r = i + 1 == n ? 0 : i + 1;
                v[i] = u[i] - u[i] * 0.1 * (u[r] - u[l]) + (u[r] - u[i] * 2.0 + u[l]) * 0.2;
            }
            std::swap(u, v);
        }
        T s = 0.0;
        for (const T& u : u) s += u * u;
        return s;
    }
};

// F6: Black-Scholes.
struct BlackScholes {
    static constexpr std::size_t n = 1000;
    std::vector<double> x0, strikes;

    BlackScholes() {
        Random random(6);
        for (std::size_t i = 0; i < n; ++i) {
            x0.push_back(random.between(80.0, 120.0));
            x0.push_back(random.between(0.1, 0.5));
            x0.push_back(random.between(0.01, 0.06));
            x0.push_back(random.between(0.2, 2.0));
            strikes.push_back(random.between(80.0, 120.0));
        }
    }

    template <class T> static T normal_cdf(const T& x) {
        using std::erf;
        T y = (erf(x * 0.70710678118654752440) + 1.0) * 0.5;
        return y;
    }

    template <class T> T operator()(const std::vector<T>& x) const {
        using std::exp;
        using std::log;
        using std::sqrt;
        T sum = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            const T &s = x[4 * i], &sigma = x[4 * i + 1], &r = x[4 * i + 2], &t = x[4 * i + 3];
            T sd = sigma * sqrt(t);
            T d1 = (log(s / strikes[i]) + (r + sigma * sigma * 0.5) * t) / sd;
            T d2 = d1 - sd;
            sum += s * normal_cdf(d1) - exp(-r * t) * strikes[i] * normal_cdf(d2);
        }
        return sum;
    }
};

// Calls `visit` with the problem of that name; `false` if there is none.
template <class Visit> bool with_problem(const std::string& name, Visit visit) {
    if (name == "F1 n=100") visit(Rosenbrock(100));
    else if (name == "F1 n=1e4") visit(Rosenbrock(10000));
    else if (name == "F2") visit(LogSumExp());
    else if (name == "F3") visit(Network());
    else if (name == "F4") visit(Mixture());
    else if (name == "F5") visit(Burgers());
    else if (name == "F6") visit(BlackScholes());
    else return false;
    return true;
}
