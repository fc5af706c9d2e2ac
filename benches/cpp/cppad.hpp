// CppAD, recording at every call as the others do.

#include <cppad/cppad.hpp>

struct Library {
    static constexpr const char* name = "CppAD";
    std::vector<CppAD::AD<double>> inputs, output = std::vector<CppAD::AD<double>>(1);
    std::vector<double> weight = {1.0};
    CppAD::ADFun<double> recording;

    template <class Problem> double gradient(const Problem& f, const std::vector<double>& x, std::vector<double>& g) {
        inputs.assign(x.begin(), x.end());
        CppAD::Independent(inputs);
        output[0] = f(inputs);
        const double value = CppAD::Value(CppAD::Var2Par(output[0]));
        recording.Dependent(inputs, output);
        recording.Forward(0, x);
        g = recording.Reverse(1, weight);
        return value;
    }
};
