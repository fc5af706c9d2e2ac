// One library's gradients, timed: `program PROBLEM REFERENCE`.
//
// The library is chosen when this is compiled, `-DLIBRARY='"cppad.hpp"'`; its header defines `struct Library` with `name` and
// `gradient(problem, x, g)`, which writes the gradient and returns the value. Everything is in that call: set inputs, record,
// sweep, read; what a library lets one keep between calls is kept.
//
// REFERENCE is a file with the value, the point and the gradient, number by number. Who is off by more than 1e-9 of the largest
// entry exits with 1 and is not timed. Prints three times in seconds: the plain function at best, the gradient at best, and the
// gradient's median. It is CPU time of the thread, in
// samples of at least 3 ms as in `benches/clock`, and fewer of them where one call takes long.

#include "problems.hpp"
#include LIBRARY

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <time.h>

namespace {

constexpr std::size_t samples = 9, fewest_samples = 3;
constexpr double seconds_per_sample = 3e-3, most_seconds = 0.25;
constexpr double tolerance = 1e-9;

double now() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

// Hides a value from the optimiser.
template <class T> void hide(T& value) { asm volatile("" : : "g"(&value) : "memory"); }

template <class Call> double seconds_per_call(Call& call, int calls) {
    const double start = now();
    for (int i = 0; i < calls; ++i) call();
    return (now() - start) / calls;
}

// The times of all samples, in increasing order. Doubling the calls until a sample is long enough also warms caches and buffers.
template <class Call> std::vector<double> time(Call call) {
    int calls = 1;
    while (seconds_per_call(call, calls) * calls < seconds_per_sample / 2.0) calls *= 2;
    std::vector<double> seconds;
    const double start = now();
    while (seconds.size() < samples && (seconds.size() < fewest_samples || now() - start < most_seconds)) {
        seconds.push_back(seconds_per_call(call, calls));
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds;
}

bool close(double found, double expected, double largest) { return std::abs(found - expected) <= tolerance * largest; }

// Tells whether the point, the value and the gradient are those of the file.
template <class Problem>
bool is_right(const Problem& problem, double value, const std::vector<double>& gradient, const char* reference) {
    std::ifstream file(reference);
    double expected_value;
    if (!(file >> expected_value) || !close(value, expected_value, std::abs(expected_value))) return false;
    std::vector<double> x(gradient.size()), g(gradient.size());
    for (double& x : x) file >> x;
    for (double& g : g) file >> g;
    if (!file) return false;
    double largest = 0.0;
    for (double g : g) largest = std::max(largest, std::abs(g));
    for (std::size_t i = 0; i < g.size(); ++i) {
        if (!close(problem.x0[i], x[i], 1.0) || !close(gradient[i], g[i], largest)) return false;
    }
    return true;
}

template <class Problem> int run(const Problem& problem, const char* reference) {
    Library library;
    std::vector<double> x = problem.x0, g(x.size());
    const double value = library.gradient(problem, x, g);
    if (!is_right(problem, value, g, reference)) {
        std::fprintf(stderr, "%s: value %.15g or gradient is not that of the reference\n", Library::name, value);
        return 1;
    }
    const auto plain = time([&] {
        hide(x);
        double y = problem(x);
        hide(y);
    });
    const auto gradient = time([&] {
        hide(x);
        double y = library.gradient(problem, x, g);
        hide(y);
        hide(g);
    });
    std::printf("%.9e %.9e %.9e\n", plain[0], gradient[0], gradient[gradient.size() / 2]);
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: %s PROBLEM REFERENCE\n", arguments[0]);
        return 2;
    }
    int result = 2;
    if (!with_problem(arguments[1], [&](const auto& problem) { result = run(problem, arguments[2]); })) {
        std::fprintf(stderr, "there is no problem %s\n", arguments[1]);
    }
    return result;
}
