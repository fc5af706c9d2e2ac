// A tape of statements, as small as it can be: what CoDiPack and Adept do for each assignment, without anything that they check
// or offer besides. Expression templates collect the operands of a statement, so that it is one record: the index and the partial
// of each operand, and where they end. It stands for those libraries where they are not at hand.

#include <cmath>
#include <cstdint>
#include <vector>

namespace statement {


struct Tape {
    std::vector<double> partials, adjoints;
    std::vector<std::uint32_t> operands, ends;
    std::size_t operand_count = 0;
    std::uint32_t node = 0; // 0 stands for constants

    void clear() {
        operand_count = 0;
        node = 0;
    }

    // Room for a statement of that many operands.
    void reserve(std::size_t operands_of_statement) {
        if (operand_count + operands_of_statement > partials.size()) {
            partials.resize(2 * (operand_count + operands_of_statement) + 1024);
            operands.resize(partials.size());
        }
        if (std::size_t(node) + 1 >= ends.size()) ends.resize(2 * ends.size() + 1024);
    }

    std::uint32_t finish() {
        ends[++node] = std::uint32_t(operand_count);
        return node;
    }

    // Adjoints of the first `inputs` nodes.
    void sweep(std::uint32_t result, std::uint32_t inputs) {
        if (adjoints.size() <= node) adjoints.resize(std::size_t(node) + 1);
        adjoints[result] = 1.0;
        std::size_t end = ends[result];
        for (std::uint32_t i = result; i > inputs; --i) {
            const std::size_t begin = ends[i - 1];
            const double adjoint = adjoints[i];
            adjoints[i] = 0.0;
            if (adjoint != 0.0) {
                for (std::size_t k = begin; k < end; ++k) adjoints[operands[k]] += adjoint * partials[k];
            }
            end = begin;
        }
    }
};

inline Tape tape;

// An expression has a value, a number of operands, and pushes what they contribute to a result with a given derivative by it.
template <class E> struct Expression {
    const E& self() const { return static_cast<const E&>(*this); }
};

struct Active : Expression<Active> {
    static constexpr std::size_t operands = 1;
    double value = 0.0;
    std::uint32_t node = 0;

    Active() = default;
    Active(double value) : value(value) {}
    Active(const Active&) = default;
    Active& operator=(const Active&) = default;

    template <class E> Active(const Expression<E>& e) { record(e.self()); }
    template <class E> Active& operator=(const Expression<E>& e) {
        record(e.self());
        return *this;
    }
    template <class E> Active& operator+=(const Expression<E>& e) { return *this = *this + e.self(); }

    void push(double partial) const {
        tape.partials[tape.operand_count] = partial;
        tape.operands[tape.operand_count] = node;
        tape.operand_count += node != 0;
    }

  private:
    template <class E> void record(const E& e) {
        tape.reserve(E::operands);
        const std::size_t before = tape.operand_count;
        e.push(1.0);
        value = e.value;
        node = tape.operand_count == before ? 0 : tape.finish();
    }
};

// Variables are held by reference, expressions by value.
template <class E> struct Held {
    using Type = const E;
};
template <> struct Held<Active> {
    using Type = const Active&;
};

template <class E> struct Unary : Expression<Unary<E>> {
    static constexpr std::size_t operands = E::operands;
    typename Held<E>::Type e;
    double value, partial;
    Unary(const E& e, double value, double partial) : e(e), value(value), partial(partial) {}
    void push(double by) const { e.push(by * partial); }
};

template <class E> Unary<E> unary(const E& e, double value, double partial) { return {e, value, partial}; }

template <class L, class R, class By> struct Binary : Expression<Binary<L, R, By>> {
    static constexpr std::size_t operands = L::operands + R::operands;
    typename Held<L>::Type l;
    typename Held<R>::Type r;
    double value;
    Binary(const L& l, const R& r) : l(l), r(r), value(By::value(l.value, r.value)) {}
    void push(double by) const { By::push(by, l, r, value); }
};

struct Sum {
    static double value(double x, double y) { return x + y; }
    template <class L, class R> static void push(double by, const L& l, const R& r, double) { l.push(by), r.push(by); }
};
struct Difference {
    static double value(double x, double y) { return x - y; }
    template <class L, class R> static void push(double by, const L& l, const R& r, double) { l.push(by), r.push(-by); }
};
struct Product {
    static double value(double x, double y) { return x * y; }
    template <class L, class R> static void push(double by, const L& l, const R& r, double) {
        l.push(by * r.value), r.push(by * l.value);
    }
};
struct Quotient {
    static double value(double x, double y) { return x / y; }
    template <class L, class R> static void push(double by, const L& l, const R& r, double q) {
        const double slope = by / r.value;
        l.push(slope), r.push(-slope * q);
    }
};

#define OPERATOR(symbol, By)                                                                                           \
    template <class L, class R> Binary<L, R, By> operator symbol(const Expression<L>& l, const Expression<R>& r) {     \
        return {l.self(), r.self()};                                                                                   \
    }
OPERATOR(+, Sum)
OPERATOR(-, Difference)
OPERATOR(*, Product)
OPERATOR(/, Quotient)
#undef OPERATOR

template <class E> auto operator+(const Expression<E>& e, double c) { return unary(e.self(), e.self().value + c, 1.0); }
template <class E> auto operator-(const Expression<E>& e, double c) { return unary(e.self(), e.self().value - c, 1.0); }
template <class E> auto operator-(double c, const Expression<E>& e) { return unary(e.self(), c - e.self().value, -1.0); }
template <class E> auto operator*(const Expression<E>& e, double c) { return unary(e.self(), e.self().value * c, c); }
template <class E> auto operator/(const Expression<E>& e, double c) { return unary(e.self(), e.self().value / c, 1.0 / c); }
template <class E> auto operator-(const Expression<E>& e) { return unary(e.self(), -e.self().value, -1.0); }

template <class E> auto exp(const Expression<E>& e) {
    const double y = std::exp(e.self().value);
    return unary(e.self(), y, y);
}
template <class E> auto log(const Expression<E>& e) {
    const double x = e.self().value;
    return unary(e.self(), std::log(x), 1.0 / x);
}
template <class E> auto sqrt(const Expression<E>& e) {
    const double y = std::sqrt(e.self().value);
    return unary(e.self(), y, 0.5 / y);
}
template <class E> auto tanh(const Expression<E>& e) {
    const double y = std::tanh(e.self().value);
    return unary(e.self(), y, 1.0 - y * y);
}
template <class E> auto erf(const Expression<E>& e) {
    const double x = e.self().value;
    return unary(e.self(), std::erf(x), 1.12837916709551257390 * std::exp(-x * x));
}

inline bool operator<(const Active& x, const Active& y) { return x.value < y.value; }

} // namespace statement

struct Library {
    static constexpr const char* name = "statement tape";
    std::vector<statement::Active> inputs;

    template <class Problem> double gradient(const Problem& f, const std::vector<double>& x, std::vector<double>& g) {
        auto& tape = statement::tape;
        tape.clear();
        inputs.assign(x.begin(), x.end());
        for (auto& x : inputs) {
            tape.reserve(0);
            x.node = tape.finish();
        }
        const statement::Active y = f(inputs);
        tape.sweep(y.node, std::uint32_t(x.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
            g[i] = tape.adjoints[i + 1];
            tape.adjoints[i + 1] = 0.0;
        }
        return y.value;
    }
};
