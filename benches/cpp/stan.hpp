// Stan Math.

#include <stan/math/rev/core.hpp>
#include <stan/math/rev/fun.hpp>

struct Library {
    static constexpr const char* name = "Stan Math";
    std::vector<stan::math::var> inputs;

    template <class Problem> double gradient(const Problem& f, const std::vector<double>& x, std::vector<double>& g) {
        inputs.assign(x.begin(), x.end());
        stan::math::var y = f(inputs);
        y.grad();
        for (std::size_t i = 0; i < x.size(); ++i) g[i] = inputs[i].adj();
        const double value = y.val();
        stan::math::recover_memory();
        return value;
    }
};
