// Matrix products of plain arrays, by oneDNN. Not public.
#pragma once

#include <cstdint>
#include <string>

namespace retort::train::cpu {

// A matrix by rows, `stride` floats from one row to the next.
struct Rows {
    const float* values = nullptr;
    std::int64_t stride = 0;
};
struct RowsOut {
    float* values = nullptr;
    std::int64_t stride = 0;
};

// Name and version of the library.
std::string product_library();

enum class Into { fresh, added };

// c {m, n} = a {m, k} b^T, where b is {n, k}: rows of inputs through a matrix of weights.
void multiply_by_transposed(std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b, RowsOut c,
                            Into into = Into::fresh);

// c {m, n} = a {m, k} b {k, n}.
void multiply(std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b, RowsOut c, Into into = Into::fresh);

// c {m, n} = a^T b, where a is {k, m} and b {k, n}: gradients of weights.
void multiply_transposed(std::int64_t m, std::int64_t n, std::int64_t k, Rows a, Rows b, RowsOut c,
                         Into into = Into::fresh);

}  // namespace retort::train::cpu
