// ADOL-C, with the values for the sweep kept while recording.

#include <adolc/adolc.h>

struct Library {
    static constexpr const char* name = "ADOL-C";
    static constexpr short tag = 1;
    std::vector<adouble> inputs;

    template <class Problem> double gradient(const Problem& f, const std::vector<double>& x, std::vector<double>& g) {
        inputs.resize(x.size());
        double value;
        trace_on(tag, 1);
        for (std::size_t i = 0; i < x.size(); ++i) inputs[i] <<= x[i];
        adouble y = f(inputs);
        y >>= value;
        trace_off();
        double weight = 1.0;
        fos_reverse(tag, 1, int(x.size()), &weight, g.data());
        return value;
    }
};
